//! The way to the page: views as CBOR, control messages as strings.

use engine::view::View;
use js_sys::{Array, Uint8Array};
use shared::cbor;
use web_sys::DedicatedWorkerGlobalScope;

use super::driver::Screen;
use crate::{port::Control, widgets::dom};

/// The page that started this worker.
#[derive(Clone)]
pub(super) struct Page {
    scope: DedicatedWorkerGlobalScope,
}

impl Page {
    pub(super) fn new(scope: DedicatedWorkerGlobalScope) -> Self {
        Self { scope }
    }

    pub(super) fn tell(&self, control: Control) {
        dom::shrug(self.scope.post_message(&control.as_str().into()));
    }
}

impl Screen for Page {
    fn show(&mut self, view: &View) {
        let bytes = Uint8Array::from(cbor::to_vec(view).as_slice());
        // Handed over rather than copied a second time.
        let buffers = Array::of1(&bytes.buffer());
        dom::shrug(self.scope.post_message_with_transfer(&bytes, &buffers));
    }

    fn settled(&mut self) {
        self.tell(Control::Settled);
    }
}
