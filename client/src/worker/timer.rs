//! The browser's timers.

use js_sys::Promise;
use wasm_bindgen::{JsCast as _, closure::Closure};
use wasm_bindgen_futures::JsFuture;

use super::scope;
use crate::widgets::dom;

/// Calls once after a wait that can be set again and again.
pub(super) struct Timer {
    callback: Closure<dyn FnMut()>,
    handle: Option<i32>,
}

impl Timer {
    pub(super) fn new(callback: impl FnMut() + 'static) -> Self {
        Self { callback: Closure::new(callback), handle: None }
    }

    /// Calls back after the wait, instead of whatever was set before.
    pub(super) fn set_ms(&mut self, wait_ms: u64) {
        self.clear();
        self.handle = scope().and_then(|scope| {
            scope
                .set_timeout_with_callback_and_timeout_and_arguments_0(
                    self.callback.as_ref().unchecked_ref(),
                    // A browser counts in 32 bits: a longer wait ends early, after 24 days.
                    i32::try_from(wait_ms).unwrap_or(i32::MAX),
                )
                .ok()
        });
    }

    /// Does not call back.
    pub(super) fn clear(&mut self) {
        if let (Some(handle), Some(scope)) = (self.handle.take(), scope()) {
            scope.clear_timeout_with_handle(handle);
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Lets the time pass.
pub(super) async fn sleep_ms(wait_ms: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        if let Some(scope) = scope() {
            dom::shrug(
                scope.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, wait_ms),
            );
        }
    });
    dom::shrug(JsFuture::from(promise).await);
}
