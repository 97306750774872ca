//! The one Trusted Types policy, `mendan`: which scripts this program may start.
//!
//! **Invariant:** two addresses pass, the worker's as the page names it and the service worker's.
//! Whatever a hostile text brings into the page, no third script starts.

use std::cell::OnceCell;

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};

/// Where the service worker lies: at the root, so that it may answer for every page.
pub const SERVICE_WORKER: &str = "/sw.js";

thread_local! {
    // A policy can be made only once under its name.
    static POLICY: OnceCell<Option<JsValue>> = const { OnceCell::new() };
}

/// The worker's address, as the browser wants it for `new Worker`.
pub fn worker_script() -> Option<JsValue> {
    bless(&worker_address()?)
}

/// The service worker's address, as the browser wants it for `register`.
pub fn service_worker_script() -> Option<JsValue> {
    bless(SERVICE_WORKER)
}

/// The worker's address in the page.
fn worker_address() -> Option<String> {
    let document = web_sys::window()?.document()?;
    document.query_selector("meta[name=mendan-worker]").ok()??.get_attribute("content")
}

/// A `TrustedScriptURL`, or the plain address in a browser without Trusted Types.
fn bless(address: &str) -> Option<JsValue> {
    let types = Reflect::get(&js_sys::global(), &"trustedTypes".into()).ok()?;
    if types.is_undefined() {
        return Some(address.into());
    }
    POLICY.with(|policy| {
        let policy = policy.get_or_init(|| make_policy(&types).ok()).as_ref()?;
        let make = Reflect::get(policy, &"createScriptURL".into()).ok()?;
        make.dyn_ref::<Function>()?.call1(policy, &address.into()).ok()
    })
}

fn make_policy(types: &JsValue) -> Result<JsValue, JsValue> {
    let rule = Closure::<dyn Fn(String) -> JsValue>::new(|wanted: String| {
        if wanted == SERVICE_WORKER || worker_address().as_ref() == Some(&wanted) {
            wanted.into()
        } else {
            JsValue::NULL
        }
    });
    let rules = Object::new();
    Reflect::set(&rules, &"createScriptURL".into(), &rule.into_js_value())?;
    let create: Function = Reflect::get(types, &"createPolicy".into())?.dyn_into()?;
    create.call2(types, &"mendan".into(), &rules)
}
