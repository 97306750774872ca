//! The line between the page and its worker: commands go, views come, both as CBOR.
//!
//! The worker may die: a change from elsewhere can break the program. The page survives, starts
//! another worker and says so. Nothing is sent twice by the port; text fields know themselves what
//! the next worker has to be told.

use core::{cell::RefCell, time::Duration};
use std::rc::Rc;

use engine::{command::Command, view::View};
use js_sys::Uint8Array;
use leptos::prelude::set_timeout;
use shared::cbor;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::Worker;
use zeroize::Zeroize as _;

use crate::{lull, start, widgets::dom};

/// Shortest wait before a dead worker is replaced.
const PAUSE_MS_MIN: u64 = 250;
/// Longest wait before a dead worker is replaced.
const PAUSE_MS_MAX: u64 = 30_000;

/// What page, worker and service worker tell each other besides commands and views: plain strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Worker → page: the program broke and answers no more.
    Dead,
    /// Worker → page: another tab writes here. The next `View::Gate` ends it.
    TabTaken,
    /// Worker → page: the browser lacks what keeps two tabs apart; nothing was started.
    NoLocks,
    /// Worker → page: the local store cannot be read; nothing was started.
    StoreUnreadable,
    /// Worker → page: answers `Settle`; whatever could be made durable is.
    Settled,
    /// Page → worker: write here, not in the other tab.
    TakeOver,
    /// Page → worker: say when nothing is on its way to the local store.
    Settle,
    /// Page → service worker: become the active one, because the person said so.
    ApplyUpdate,
}

impl Control {
    /// Every control message.
    pub const ALL: [Self; 8] = [
        Self::Dead,
        Self::TabTaken,
        Self::NoLocks,
        Self::StoreUnreadable,
        Self::Settled,
        Self::TakeOver,
        Self::Settle,
        Self::ApplyUpdate,
    ];

    /// The string that travels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dead => "dead",
            Self::TabTaken => "tab-taken",
            Self::NoLocks => "no-locks",
            Self::StoreUnreadable => "store-unreadable",
            Self::Settled => "settled",
            Self::TakeOver => "take-over",
            Self::Settle => "settle",
            Self::ApplyUpdate => "apply-update",
        }
    }

    /// The message behind a string, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|control| control.as_str() == text)
    }
}

/// What the page hears.
#[derive(Debug)]
pub enum Heard {
    /// Something to show.
    View(Box<View>),
    /// Another tab writes here.
    TabTaken,
    /// The browser lacks what keeps two tabs apart: another or newer browser is needed.
    NoLocks,
    /// The local store cannot be read: loading the page again may help.
    StoreUnreadable,
    /// Nothing is on its way to the local store.
    Settled,
    /// The worker died; another one starts after a pause. What it was told last may be lost.
    WorkerDied,
}

type Listener = Rc<dyn Fn(Heard)>;

struct Port {
    listener: Listener,
    worker: Option<Worker>,
    deaths: u32,
}

thread_local! {
    static PORT: RefCell<Option<Port>> = const { RefCell::new(None) };
}

/// Starts the worker and hears it from then on.
pub fn open(listener: impl Fn(Heard) + 'static) {
    let listener: Listener = Rc::new(listener);
    PORT.set(Some(Port { listener, worker: None, deaths: 0 }));
    start_worker();
}

/// Sends a wish. Without a living worker it is dropped: the gate shows that nothing is open.
pub fn send(command: &Command) {
    let mut bytes = cbor::to_vec(command);
    post(&Uint8Array::from(bytes.as_slice()));
    // A passphrase may be in it.
    bytes.zeroize();
}

/// Sends a control message.
pub fn tell(control: Control) {
    post(&JsValue::from_str(control.as_str()));
}

fn post(message: &JsValue) {
    PORT.with_borrow(|port| {
        if let Some(worker) = port.as_ref().and_then(|port| port.worker.as_ref()) {
            // Plain bytes and strings can always be copied.
            dom::shrug(worker.post_message(message));
        }
    });
}

fn start_worker() {
    let hear = Closure::<dyn Fn(JsValue)>::new(|message: JsValue| {
        if message.is_string() {
            // What the worker said before comes first. That it died is told twice as often as not, and
            // heard once only if it does not wait.
            lull::release();
            hear(&message);
        } else {
            lull::after_typing(move || hear(&message));
        }
    });
    match start::worker(&hear.into_js_value()) {
        Some(worker) => PORT.with_borrow_mut(|port| {
            if let Some(port) = port {
                port.worker = Some(worker);
            }
        }),
        None => bury(),
    }
}

/// Takes the dead worker away and starts another one after a pause that grows with each death.
fn bury() {
    let Some((listener, deaths)) = PORT.with_borrow_mut(|port| {
        let port = port.as_mut()?;
        if let Some(worker) = port.worker.take() {
            worker.set_onmessage(None);
            worker.set_onerror(None);
            worker.terminate();
        }
        port.deaths = port.deaths.saturating_add(1);
        Some((Rc::clone(&port.listener), port.deaths))
    }) else {
        return;
    };
    listener(Heard::WorkerDied);
    set_timeout(start_worker, Duration::from_millis(pause_ms(deaths)));
}

fn pause_ms(deaths: u32) -> u64 {
    let doublings = deaths.saturating_sub(1).min(10);
    PAUSE_MS_MIN.saturating_mul(1 << doublings).min(PAUSE_MS_MAX)
}

fn hear(message: &JsValue) {
    let heard = if let Some(text) = message.as_string() {
        match Control::parse(&text) {
            Some(Control::Dead) => return bury(),
            Some(Control::TabTaken) => Heard::TabTaken,
            Some(Control::NoLocks) => Heard::NoLocks,
            Some(Control::StoreUnreadable) => Heard::StoreUnreadable,
            Some(Control::Settled) => Heard::Settled,
            // These go the other way; anything else is from a newer worker.
            Some(Control::TakeOver | Control::Settle | Control::ApplyUpdate) | None => return,
        }
    } else {
        let Some(view) = message.dyn_ref::<Uint8Array>().and_then(decode) else { return };
        Heard::View(Box::new(view))
    };
    let listener = PORT.with_borrow_mut(|port| {
        let port = port.as_mut()?;
        // The worker got as far as opening the store.
        if matches!(&heard, Heard::View(view) if matches!(**view, View::Home(_))) {
            port.deaths = 0;
        }
        Some(Rc::clone(&port.listener))
    });
    if let Some(listener) = listener {
        listener(heard);
    }
}

fn decode(bytes: &Uint8Array) -> Option<View> {
    cbor::from_slice(&bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_message_survives_its_string() {
        for control in Control::ALL {
            assert_eq!(Control::parse(control.as_str()), Some(control));
        }
        assert_eq!(Control::parse("hello"), None);
    }

    #[test]
    fn a_worker_that_dies_again_and_again_is_started_less_and_less_often() {
        assert_eq!(pause_ms(1), 250);
        assert_eq!(pause_ms(2), 500);
        assert_eq!(pause_ms(8), 30_000);
        assert_eq!(pause_ms(u32::MAX), 30_000);
    }
}
