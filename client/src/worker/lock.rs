//! One writing tab: whoever holds the browser's lock `mendan` has the engine and the local store.
//!
//! The worker holds the lock, so it is free as soon as the worker is gone, however it went. A tab
//! that is asked for it finishes its writes first; one that does not answer loses it after a while,
//! and the store itself then refuses its writes.

use core::cell::Cell;
use std::rc::Rc;

use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt as _;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::AbortController;

use super::{bind::LockManager, desk::Desk, scope, timer::Timer};
use crate::{port::Control, widgets::dom};

const NAME: &str = "mendan";
/// How long a lock that was just freed may take to come, before the page is told to wait.
const ANNOUNCE_MS: u64 = 500;
/// How long another tab may take to finish.
const PATIENCE_MS: u64 = 2_000;

/// What happens while waiting for the lock.
#[derive(Debug)]
pub(super) enum LockSign {
    Granted(Held),
    /// The person wants to write in this tab.
    TakeOver,
    /// Enough waiting.
    OutOfPatience,
    /// The browser does not give locks.
    Refused,
}

/// The lock, until dropped.
#[derive(Debug)]
pub(super) struct Held {
    release: Function,
}

impl Drop for Held {
    fn drop(&mut self) {
        dom::shrug(self.release.call0(&JsValue::UNDEFINED));
    }
}

/// Waits for the lock. `None` when this browser has none to give.
pub(super) async fn acquire(
    desk: &Rc<Desk>,
    signs: &mut UnboundedReceiver<LockSign>,
    is_given_away: bool,
) -> Option<Held> {
    let locks = locks()?;
    let mut waiting = ask(&locks, desk, false);
    let later = Rc::clone(desk);
    let mut patience = Timer::new(move || later.sign(LockSign::OutOfPatience));
    if is_given_away {
        desk.tell(Control::TabTaken);
    } else {
        patience.set_ms(ANNOUNCE_MS);
    }
    let mut is_told = is_given_away;
    let mut is_asked_for = false;
    while let Some(sign) = signs.next().await {
        match sign {
            LockSign::Granted(held) => return Some(held),
            LockSign::Refused => return None,
            LockSign::TakeOver => {
                desk.ask_for_release();
                (is_told, is_asked_for) = (true, true);
                patience.set_ms(PATIENCE_MS);
            }
            LockSign::OutOfPatience if is_asked_for => {
                if let Some(waiting) = waiting.take() {
                    waiting.abort();
                }
                ask(&locks, desk, true);
            }
            LockSign::OutOfPatience => {
                if !core::mem::replace(&mut is_told, true) {
                    desk.tell(Control::TabTaken);
                }
            }
        }
    }
    None
}

/// `None` in browsers without Web Locks and in insecure contexts.
fn locks() -> Option<LockManager> {
    let locks = Reflect::get(&scope()?.navigator(), &"locks".into()).ok()?;
    locks.is_object().then(|| locks.unchecked_into())
}

/// Asks for the lock, in line or by taking it away. What comes of it is told to the desk.
fn ask(locks: &LockManager, desk: &Rc<Desk>, is_stealing: bool) -> Option<AbortController> {
    let options = Object::new();
    let stop = if is_stealing { None } else { AbortController::new().ok() };
    let set = |name: &str, value: &JsValue| dom::shrug(Reflect::set(&options, &name.into(), value));
    if let Some(stop) = &stop {
        set("signal", &stop.signal());
    }
    if is_stealing {
        set("steal", &JsValue::TRUE);
    }
    let has_held = Rc::new(Cell::new(false));
    let (holds, teller) = (Rc::clone(&has_held), Rc::clone(desk));
    let granted = Closure::once_into_js(move || {
        holds.set(true);
        // The lock is held as long as this promise is open.
        JsValue::from(Promise::new(&mut |release, _| {
            teller.sign(LockSign::Granted(Held { release: release.unchecked_into() }));
        }))
    });
    let Ok(request) = locks.request(NAME, &options, granted.unchecked_ref()) else {
        desk.sign(LockSign::Refused);
        return None;
    };
    let (desk, is_waiting) = (Rc::clone(desk), stop.clone());
    spawn_local(async move {
        if JsFuture::from(request).await.is_ok() {
            return;
        }
        if has_held.get() {
            desk.lock_was_stolen();
        } else if !is_waiting.is_some_and(|stop| stop.signal().aborted()) {
            desk.sign(LockSign::Refused);
        }
    });
    stop
}
