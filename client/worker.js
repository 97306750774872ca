// Starts the worker's wasm. What the page says meanwhile is held and told again once `main` has
// returned, so that nothing is lost.
import init from '{{glue}}';
import { onDeath, wasm } from '{{load}}';

const early = [];
const hold = (event) => early.push(event);
addEventListener('message', hold);
onDeath(() => {
  postMessage('dead');
  close();
});
await init({ module_or_path: wasm() });
removeEventListener('message', hold);
for (const { data, ports } of early) {
  dispatchEvent(new MessageEvent('message', { data, ports: [...ports] }));
}
