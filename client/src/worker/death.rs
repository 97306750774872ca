//! What a worker says last.
//!
//! **Invariant:** it says where in the program it died and nothing else. A panic's text may quote
//! what a person wrote.

use std::panic;

use super::scope;
use crate::{port::Control, widgets::dom};

/// Lets a panic be told to the page, which starts another worker.
pub(super) fn announce_panics() {
    panic::set_hook(Box::new(|info| {
        if let Some(place) = info.location() {
            web_sys::console::error_2(&place.file().into(), &place.line().into());
        }
        announce();
    }));
}

/// Tells the page, and takes no further message: what the panic left behind may be inconsistent.
pub(super) fn announce() {
    if let Some(scope) = scope() {
        dom::shrug(scope.post_message(&Control::Dead.as_str().into()));
        scope.close();
    }
}
