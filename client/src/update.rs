//! New builds of the app, and the browser's promise to keep what is stored.
//!
//! **Invariant:** the running build is replaced only because the person said so. A new build waits
//! until then; nothing is reloaded during an interview.

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Reflect;
use wasm_bindgen::{JsCast as _, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState,
    StorageManager,
};

use crate::{port::Control, start, widgets::dom};

/// How often the server is asked for a new build: one hour.
const CHECK_MS: i32 = 60 * 60 * 1000;

/// Whether the browser keeps this app's storage when room gets short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persistence {
    /// Only the person can remove it.
    Promised,
    /// The browser may remove it.
    BestEffort,
    /// The browser does not say.
    Unknown,
}

/// How much room the browser gives, as far as it says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Bytes in use.
    pub usage_bytes: f64,
    /// Bytes that may be in use.
    pub quota_bytes: f64,
}

type Listener = Rc<dyn Fn()>;

thread_local! {
    static REGISTRATION: RefCell<Option<ServiceWorkerRegistration>> = const { RefCell::new(None) };
    static IS_WANTED: Cell<bool> = const { Cell::new(false) };
}

/// Registers the service worker, and tells `on_ready` each time that a new build is waiting.
///
/// Without service workers, as in some private windows, the app works as long as the network does.
pub fn begin(on_ready: impl Fn() + 'static) {
    let Some(container) = container() else { return };
    reload_when_replaced(&container);
    spawn_local(async move {
        let Some(registration) = register().await else { return };
        watch(&container, &registration, Rc::new(on_ready));
        check_hourly(&registration);
        REGISTRATION.set(Some(registration));
    });
}

/// Lets the waiting build take over; the page is loaded again as soon as it has.
///
/// Everything typed must be durable before: see [`Control::Settle`].
pub fn apply() {
    let waiting =
        REGISTRATION.with_borrow(|held| held.as_ref().and_then(ServiceWorkerRegistration::waiting));
    if let Some(waiting) = waiting {
        IS_WANTED.set(true);
        dom::shrug(waiting.post_message(&Control::ApplyUpdate.as_str().into()));
    }
}

/// Asks the browser to keep this app's storage. Some browsers ask the person in turn.
pub async fn ask_to_persist() -> Persistence {
    let Some(storage) = storage() else { return Persistence::Unknown };
    let Ok(promise) = storage.persist() else { return Persistence::Unknown };
    match JsFuture::from(promise).await {
        Ok(answer) if answer.is_truthy() => Persistence::Promised,
        Ok(_) => Persistence::BestEffort,
        Err(_) => Persistence::Unknown,
    }
}

/// How much room there is.
pub async fn room() -> Option<Room> {
    let estimate = JsFuture::from(storage()?.estimate().ok()?).await.ok()?;
    let number = |name: &str| Reflect::get(&estimate, &name.into()).ok()?.as_f64();
    Some(Room { usage_bytes: number("usage")?, quota_bytes: number("quota")? })
}

/// `None` where the browser has none, as in an insecure context.
fn container() -> Option<ServiceWorkerContainer> {
    let navigator = web_sys::window()?.navigator();
    Reflect::get(&navigator, &"serviceWorker".into()).ok()?.dyn_into().ok()
}

/// `None` where the browser has none, as in an insecure context.
fn storage() -> Option<StorageManager> {
    let navigator = web_sys::window()?.navigator();
    Reflect::get(&navigator, &"storage".into()).ok()?.dyn_into().ok()
}

async fn register() -> Option<ServiceWorkerRegistration> {
    JsFuture::from(start::service_worker()?).await.ok()?.dyn_into().ok()
}

/// Tells of a build that waits, now or later. The very first build replaces nothing: no news.
fn watch(
    container: &ServiceWorkerContainer,
    registration: &ServiceWorkerRegistration,
    on_ready: Listener,
) {
    if registration.waiting().is_some() && container.controller().is_some() {
        on_ready();
    }
    let (container, found) = (container.clone(), registration.clone());
    let on_found = Closure::<dyn Fn()>::new(move || {
        if let Some(worker) = found.installing() {
            tell_when_installed(&container, &worker, Rc::clone(&on_ready));
        }
    });
    registration.set_onupdatefound(Some(on_found.into_js_value().unchecked_ref()));
}

fn tell_when_installed(container: &ServiceWorkerContainer, worker: &ServiceWorker, tell: Listener) {
    let (container, changed) = (container.clone(), worker.clone());
    let on_change = Closure::<dyn Fn()>::new(move || {
        let is_installed = changed.state() == ServiceWorkerState::Installed;
        if is_installed && container.controller().is_some() {
            tell();
        }
    });
    worker.set_onstatechange(Some(on_change.into_js_value().unchecked_ref()));
}

fn check_hourly(registration: &ServiceWorkerRegistration) {
    let registration = registration.clone();
    let check = Closure::<dyn Fn()>::new(move || {
        if let Ok(promise) = registration.update() {
            // Without a network there is nothing new.
            spawn_local(async move { dom::shrug(JsFuture::from(promise).await) });
        }
    });
    if let Some(window) = web_sys::window() {
        dom::shrug(window.set_interval_with_callback_and_timeout_and_arguments_0(
            check.into_js_value().unchecked_ref(),
            CHECK_MS,
        ));
    }
}

/// Loads the page again, once, when the build that the person asked for has taken over.
fn reload_when_replaced(container: &ServiceWorkerContainer) {
    let on_change = Closure::<dyn Fn()>::new(|| {
        if IS_WANTED.replace(false)
            && let Some(window) = web_sys::window()
        {
            dom::shrug(window.location().reload());
        }
    });
    container.set_oncontrollerchange(Some(on_change.into_js_value().unchecked_ref()));
}
