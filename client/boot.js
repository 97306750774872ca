// Starts the page's wasm and the worker beside it: each takes about as long as the other.
import init from '{{glue}}';
import { SERVED, onDeath, wasm } from '{{load}}';

onDeath(() => document.getElementById('crash')?.removeAttribute('hidden'));

// The one Trusted Types policy. Two addresses pass: whatever a hostile text brings into the page, no
// third script starts.
const WORKER = '{{worker}}';
const SERVICE_WORKER = '/sw.js';
const createScriptURL = (address) =>
  address === WORKER || address === SERVICE_WORKER ? address : null;
const policy = globalThis.trustedTypes?.createPolicy('mendan', { createScriptURL });
const bless = (address) => policy?.createScriptURL(address) ?? address;

// Starts a worker and keeps what it says until somebody listens. A worker that breaks says so.
const start = () => {
  const name = navigator.serviceWorker?.controller ? SERVED : 'mendan';
  const worker = new Worker(bless(WORKER), { type: 'module', name });
  const early = [];
  let tell = (said) => early.push(said);
  worker.onmessage = ({ data }) => tell(data);
  worker.onerror = (event) => {
    event.preventDefault();
    tell('dead');
  };
  const listen = (hear) => {
    // Not before whoever listens has the worker; nothing else is told in between. A worker that is
    // given up is heard no more.
    queueMicrotask(() => {
      while (early.length > 0 && worker.onmessage) hear(early.shift());
      tell = hear;
    });
    return worker;
  };
  return listen;
};

// Where none can be started, the program asks for one again and again.
const tryStart = () => {
  try {
    return start();
  } catch {
    return null;
  }
};

// What `client/src/start.rs` calls.
let first = tryStart();
globalThis.mendan = {
  worker(hear) {
    const listen = first ?? start();
    first = null;
    return listen(hear);
  },
  // The script is asked for at the server each time, never at a cache.
  serviceWorker: () =>
    navigator.serviceWorker.register(bless(SERVICE_WORKER), { updateViaCache: 'none' }),
};
await init({ module_or_path: wasm() });
