//! Where messages from the page and from other tabs arrive, whether or not the engine runs.

use core::cell::RefCell;
use std::rc::Rc;

use engine::{command::Command, input::Input};
use futures_channel::mpsc::UnboundedSender;
use js_sys::Uint8Array;
use shared::cbor;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent};
use zeroize::Zeroizing;

use super::{driver::Errand, lock::LockSign, scope, screen::Page};
use crate::{port::Control, widgets::dom};

/// Between the tabs of one browser.
const CHANNEL: &str = "mendan";
/// One tab asks the others to let it write.
const RELEASE: &str = "release";

/// Hands messages to whoever they are for at the moment.
pub(super) struct Desk {
    page: Page,
    /// Present while the engine runs here.
    errands: RefCell<Option<UnboundedSender<Errand>>>,
    signs: UnboundedSender<LockSign>,
    tabs: Option<BroadcastChannel>,
}

impl Desk {
    /// Starts to listen.
    pub(super) fn open(page: Page, signs: UnboundedSender<LockSign>) -> Rc<Self> {
        let tabs = BroadcastChannel::new(CHANNEL).ok();
        let desk = Rc::new(Self { page, errands: RefCell::new(None), signs, tabs });
        if let Some(scope) = scope() {
            let on_message = listener(&desk, Self::hear_page);
            scope.set_onmessage(Some(on_message.unchecked_ref()));
        }
        if let Some(tabs) = &desk.tabs {
            let on_message = listener(&desk, Self::hear_tab);
            tabs.set_onmessage(Some(on_message.unchecked_ref()));
        }
        desk
    }

    /// Sends errands there from now on; `None`: nowhere.
    pub(super) fn direct(&self, errands: Option<UnboundedSender<Errand>>) {
        self.errands.replace(errands);
    }

    /// Tells the page.
    pub(super) fn tell(&self, control: Control) {
        self.page.tell(control);
    }

    /// Tells whoever waits for the lock.
    pub(super) fn sign(&self, sign: LockSign) {
        // The worker waits for signs as long as it lives.
        drop(self.signs.unbounded_send(sign));
    }

    /// Asks the tab that writes to let this one.
    pub(super) fn ask_for_release(&self) {
        if let Some(tabs) = &self.tabs {
            dom::shrug(tabs.post_message(&RELEASE.into()));
        }
    }

    /// Another tab has taken the lock.
    pub(super) fn lock_was_stolen(&self) {
        self.errand(Errand::Lost);
    }

    /// Drops what comes while the engine does not run: the page shows that nothing is open.
    fn errand(&self, errand: Errand) {
        if let Some(errands) = self.errands.borrow().as_ref() {
            drop(errands.unbounded_send(errand));
        }
    }

    fn hear_page(&self, message: &JsValue) {
        if let Some(text) = message.as_string() {
            match Control::parse(&text) {
                Some(Control::TakeOver) if self.errands.borrow().is_none() => {
                    self.sign(LockSign::TakeOver);
                }
                Some(Control::Settle) if self.errands.borrow().is_none() => {
                    self.tell(Control::Settled);
                }
                Some(Control::Settle) => self.errand(Errand::Settle),
                Some(
                    Control::TakeOver
                    | Control::Dead
                    | Control::TabTaken
                    | Control::NoLocks
                    | Control::StoreUnreadable
                    | Control::Settled
                    | Control::ApplyUpdate,
                )
                | None => {}
            }
        } else if let Some(command) = message.dyn_ref::<Uint8Array>().and_then(read) {
            self.errand(Errand::Input(Box::new(Input::Command(command))));
        }
    }

    fn hear_tab(&self, message: &JsValue) {
        if message.as_string().as_deref() == Some(RELEASE) {
            self.errand(Errand::Release);
        }
    }
}

fn listener(desk: &Rc<Desk>, hear: fn(&Desk, &JsValue)) -> JsValue {
    let desk = Rc::clone(desk);
    Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| hear(&desk, &event.data()))
        .into_js_value()
}

/// One whole command. A passphrase may be in it: no copy of the bytes stays.
fn read(message: &Uint8Array) -> Option<Command> {
    let bytes = Zeroizing::new(message.to_vec());
    message.fill(0, 0, message.length());
    cbor::from_slice(&bytes)
}
