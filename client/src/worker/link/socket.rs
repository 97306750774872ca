//! One WebSocket: a message a frame, none lost while the browser's buffer is full.

use std::{collections::VecDeque, rc::Rc};

use js_sys::{ArrayBuffer, Uint8Array};
use shared::limit::MESSAGE_BYTES_MAX;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{BinaryType, MessageEvent, WebSocket};

use super::run::Report;
use crate::widgets::dom;

/// The browser is given no more while it holds this much: what it holds cannot be taken back, and
/// a ping behind it must arrive before the connection counts as dead.
const BUFFERED_BYTES_ENOUGH: u32 = 128 * 1024;

/// A WebSocket that is abandoned when dropped: nothing it still does is heard.
pub(super) struct Socket {
    socket: WebSocket,
    waiting: VecDeque<Vec<u8>>,
    buffered: u32,
    _heard_by: [JsValue; 3],
}

impl Socket {
    /// Begins to open one. `None` when the browser refuses the address.
    pub(super) fn open(address: &str, report: impl Fn(Report) + 'static) -> Option<Self> {
        let socket = WebSocket::new(address).ok()?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let report = Rc::new(report);

        let tell = Rc::clone(&report);
        let opened = Closure::<dyn FnMut()>::new(move || tell(Report::Opened)).into_js_value();
        socket.set_onopen(Some(opened.unchecked_ref()));

        let tell = Rc::clone(&report);
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            tell(frame(&event.data()).map_or(Report::Closed, Report::Frame));
        })
        .into_js_value();
        socket.set_onmessage(Some(heard.unchecked_ref()));

        let closed = Closure::<dyn FnMut()>::new(move || report(Report::Closed)).into_js_value();
        socket.set_onclose(Some(closed.unchecked_ref()));
        socket.set_onerror(Some(closed.unchecked_ref()));

        let heard_by = [opened, heard, closed];
        Some(Self { socket, waiting: VecDeque::new(), buffered: 0, _heard_by: heard_by })
    }

    /// Sends after everything that waits.
    pub(super) fn send(&mut self, bytes: Vec<u8>) {
        self.waiting.push_back(bytes);
        self.pump();
    }

    /// Hands the browser what it has room for. Says whether bytes left since the last time, which
    /// is a sign of life.
    pub(super) fn pump(&mut self) -> bool {
        let has_drained = self.socket.buffered_amount() < self.buffered;
        while self.socket.buffered_amount() < BUFFERED_BYTES_ENOUGH
            && self.socket.ready_state() == WebSocket::OPEN
            && let Some(bytes) = self.waiting.pop_front()
        {
            // Refused only by a socket that is closing, which reports itself.
            dom::shrug(self.socket.send_with_u8_array(&bytes));
        }
        self.buffered = self.socket.buffered_amount();
        has_drained
    }

    /// Whether there is something left to hand over or to watch.
    pub(super) fn is_busy(&self) -> bool {
        self.buffered > 0 || !self.waiting.is_empty()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        self.socket.set_onerror(None);
        // On a dead network closing takes minutes; nobody waits for it.
        dom::shrug(self.socket.close());
    }
}

/// A message's bytes; `None` for text and for more than any server may send.
fn frame(data: &JsValue) -> Option<Vec<u8>> {
    let bytes = Uint8Array::new(data.dyn_ref::<ArrayBuffer>()?);
    let size = usize::try_from(bytes.length()).ok()?;
    (size <= MESSAGE_BYTES_MAX).then(|| bytes.to_vec())
}
