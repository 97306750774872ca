//! The Mendan app: pages on the main thread, driver and engine in a dedicated worker.
//!
//! **Invariant:** `pages` and `widgets` see commands and views, and neither the driver, nor the
//! documents, nor a key.

pub mod app;
pub mod lull;
pub mod pages;
pub mod port;
pub mod start;
pub mod table;
pub mod text;
pub mod update;
pub mod watched;
pub mod widgets;
pub mod worker;

use wasm_bindgen::JsCast as _;

/// Starts what belongs where the program woke up: the page in a window, the driver in a worker.
pub fn start() {
    let scope = js_sys::global();
    if scope.is_instance_of::<web_sys::Window>() {
        app::start();
    } else if scope.is_instance_of::<web_sys::DedicatedWorkerGlobalScope>() {
        worker::run();
    }
}
