// The service worker: keeps one whole build of the app, so that it starts without a network.
//
// It knows nothing but the app's files. It never sees an answer below /v1/, and it never touches
// IndexedDB: whatever happens here, no note is lost.
//
//   install   fetches every file of the build, each against its hash where the list has one; all
//             of them or none.
//   waiting   a new build waits until the page says 'apply-update', which it does only when the
//             person asked for it. Nothing is exchanged during an interview.
//   activate  keeps this build and the one before it, because a page that was loaded from that one
//             may still be open and start its worker again.
//   fetch     files of a build from the cache; a page's address from the cached index.html.
//
// Kill switch. A build that cannot even start cannot update itself either. When the operator lets
// the server answer `GET /sw-off` with status 200 and the text `off`, every service worker that
// hears of it removes itself and its caches; the next visit loads the app from the server. Any
// other answer, and none, changes nothing: a proxy's login page is no order.

// `bundle` fills in the build and its files, each with the hash the browser checks.
const BUILD = '{{build}}';
const FILES = /*{{precache}}*/[];
// How the wasm is made from the columns that the server has. Its name is its hash.
const UNPACK = '{{unpack}}';
const createScriptURL = (address) => (address === UNPACK ? address : null);
const policy = self.trustedTypes?.createPolicy('mendan', { createScriptURL });
importScripts(policy?.createScriptURL(UNPACK) ?? UNPACK);

const PREFIX = 'mendan-';
const CACHE = PREFIX + BUILD;
const SHELL = '/';
const OFF = '/sw-off';
const OFF_PAUSE_MS = 10 * 60 * 1000;

const addresses = new Set(FILES.map(({ url }) => url));
let askedAt = 0;

addEventListener('install', (event) => event.waitUntil(fill()));
addEventListener('activate', (event) => event.waitUntil(activate()));

addEventListener('message', (event) => {
  if (event.data === 'apply-update') event.waitUntil(skipWaiting());
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (url.pathname.startsWith('/v1/')) return;
  if (request.mode === 'navigate') {
    if (!isPage(url)) return;
    event.respondWith(fromBuild(SHELL, request));
    event.waitUntil(leaveIfToldTo());
  } else if (addresses.has(url.pathname)) {
    event.respondWith(fromBuild(url.pathname, request));
  } else if (isHashed(url)) {
    event.respondWith(fromAnyBuild(url.pathname, request));
  }
});

// All or nothing: a cache that was filled in part is taken away again.
async function fill() {
  const cache = await caches.open(CACHE);
  try {
    await Promise.all(FILES.map((file) => add(cache, file)));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

async function add(cache, { url, integrity, from = url, made }) {
  // From the server, not from the browser's own cache: the files must belong together.
  const options = { cache: 'reload', credentials: 'omit', redirect: 'error', integrity };
  const response = await fetch(from, options);
  if (response.status !== 200) throw new Error(`${from}: ${response.status}`);
  await cache.put(url, from === url ? response : await unpacked(response, made));
}

async function activate() {
  // In order of creation, the oldest first.
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  // At the first visit the page is already open; from here on it needs no network.
  if (others.length === 0) await clients.claim();
}

// A page of the app, as opposed to a file somebody opens in a tab.
function isPage({ pathname }) {
  return pathname !== OFF && !pathname.split('/').pop().includes('.');
}

// Names with a hash in them never change their bytes.
function isHashed({ pathname }) {
  return /^\/[a-z]+-[0-9a-f]{16}\.[a-z0-9]+$/.test(pathname);
}

async function fromBuild(address, request) {
  return (await caches.match(address, { cacheName: CACHE })) ?? fetch(request);
}

async function fromAnyBuild(address, request) {
  return (await caches.match(address)) ?? fetch(request);
}

async function leaveIfToldTo() {
  if (Date.now() - askedAt < OFF_PAUSE_MS) return;
  try {
    const answer = await fetch(OFF, { cache: 'no-store', credentials: 'omit', redirect: 'error' });
    askedAt = Date.now();
    if (answer.status !== 200 || (await answer.text()).trim() !== 'off') return;
  } catch {
    return;
  }
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX)) await caches.delete(name);
  }
  await registration.unregister();
}
