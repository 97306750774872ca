//! What a worker says when it cannot go on. When the wasm itself traps, the script that loaded it
//! says the same.

use super::scope;
use crate::{port::Control, widgets::dom};

/// Tells the page, which starts another worker, and takes no further message.
pub(super) fn announce() {
    if let Some(scope) = scope() {
        dom::shrug(scope.post_message(&Control::Dead.as_str().into()));
        scope.close();
    }
}
