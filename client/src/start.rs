//! The scripts that this program may start: its worker and the service worker.
//!
//! **Invariant:** it names neither. `client/boot.js` does, and holds the one policy that lets a
//! script start, so whatever a hostile text brings into the page, no third script does.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::Worker;

/// A worker, from now on heard by `hear`: the one that was started beside the page, later another.
pub fn worker(hear: &JsValue) -> Option<Worker> {
    call("worker", hear)?.dyn_into().ok()
}

/// Registers the service worker. `None` where the browser has none, as in an insecure context.
pub fn service_worker() -> Option<Promise> {
    call("serviceWorker", &JsValue::UNDEFINED)?.dyn_into().ok()
}

fn call(name: &str, with: &JsValue) -> Option<JsValue> {
    let starter = Reflect::get(&js_sys::global(), &"mendan".into()).ok()?;
    let start: Function = Reflect::get(&starter, &name.into()).ok()?.dyn_into().ok()?;
    start.call1(&starter, with).ok()
}
