// What page and worker have in common when they start.

// The wasm against its hash: a server or cache with other bytes cannot start the app. The service
// worker keeps it whole, so that the browser can keep what it compiled. Before it is there, the wasm
// is made from its columns.
export const wasm = async () => {
  const fresh = async () => {
    const [packed] = await Promise.all([
      fetch('{{packed}}', { integrity: '{{packed_sri}}' }),
      import('{{unpack}}'),
    ]);
    return unpacked(packed, '{{wasm_sri}}');
  };
  const isKept = isServed() && (await globalThis.caches?.match('{{wasm}}'));
  return isKept ? fetch('{{wasm}}', { integrity: '{{wasm_sri}}' }).catch(fresh) : fresh();
};

// A worker's name, where the service worker answers what it asks for.
export const SERVED = 'mendan, served';
// Not on the first visit, when everything is kept by now, but the page began without it.
const isServed = () =>
  globalThis.document ? !!navigator.serviceWorker?.controller : globalThis.name === SERVED;

// Does something when the wasm trapped: whatever called into it gets an error that nobody awaits.
// What it held may be inconsistent, so it is not called again.
export const onDeath = (deed) => {
  const die = (error) => {
    if (error instanceof WebAssembly.RuntimeError) deed();
  };
  addEventListener('error', (event) => die(event.error));
  addEventListener('unhandledrejection', (event) => die(event.reason));
};
