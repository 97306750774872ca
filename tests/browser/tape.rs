//! Everything that went over the browser's network, as bytes.

use std::{
    mem,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
use tokio::time::sleep;

const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// Bodies, frames and addresses, in the order they were seen.
#[derive(Clone, Debug)]
pub(crate) struct Tape(Option<Arc<Mutex<Vec<u8>>>>);

impl Default for Tape {
    fn default() -> Self {
        Self(Some(Arc::default()))
    }
}

impl Tape {
    /// One that keeps nothing: a browser that hands out every byte is slower than one that does not.
    pub(crate) fn off() -> Self {
        Self(None)
    }

    /// Whether anything is kept.
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Adds bytes to the tape.
    pub(crate) fn keep(&self, bytes: &[u8]) {
        let Some(tape) = &self.0 else { return };
        let mut tape = tape.lock().unwrap();
        tape.extend_from_slice(bytes);
        tape.push(b'\n');
    }

    /// All that was kept since the last time.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.0.as_ref().map(|tape| mem::take(&mut *tape.lock().unwrap())).unwrap_or_default()
    }

    /// Waits until something is on the tape: bodies arrive a little after those who asked for them.
    pub(crate) async fn wait_for(&self, expected: &[u8]) {
        for _ in 0..ATTEMPTS {
            let is_there = self.0.as_ref().is_some_and(|tape| {
                let tape = tape.lock().unwrap();
                tape.windows(expected.len()).any(|window| window == expected)
            });
            if is_there {
                return;
            }
            sleep(PAUSE).await;
        }
        panic!("not on the tape: {}", String::from_utf8_lossy(expected));
    }

    /// Keeps a field of a protocol message that is text or, as another field says, base64.
    pub(crate) fn keep_text_or_base64(&self, value: &Value, field: &str, flag: &str) {
        let Some(text) = value[field].as_str() else { return };
        if value[flag] == true {
            self.keep_base64(text);
        } else {
            self.keep(text.as_bytes());
        }
    }

    /// Keeps what a network event brings.
    pub(crate) fn keep_event(&self, method: &str, params: &Value) {
        match method {
            "Network.requestWillBeSent" => {
                let request = &params["request"];
                self.keep(request["url"].as_str().unwrap_or_default().as_bytes());
                self.keep(request["urlFragment"].as_str().unwrap_or_default().as_bytes());
                self.keep(request["headers"].to_string().as_bytes());
                self.keep(request["postData"].as_str().unwrap_or_default().as_bytes());
                for entry in request["postDataEntries"].as_array().into_iter().flatten() {
                    self.keep_base64(entry["bytes"].as_str().unwrap_or_default());
                }
            }
            "Network.responseReceived" => {
                self.keep(params["response"]["headers"].to_string().as_bytes());
            }
            "Network.webSocketFrameSent" | "Network.webSocketFrameReceived" => {
                let frame = &params["response"];
                let text = frame["payloadData"].as_str().unwrap_or_default();
                if frame["opcode"] == 1 {
                    self.keep(text.as_bytes());
                } else {
                    self.keep_base64(text);
                }
            }
            _ => {}
        }
    }

    fn keep_base64(&self, text: &str) {
        match BASE64_STANDARD.decode(text) {
            Ok(bytes) => self.keep(&bytes),
            Err(_) => self.keep(text.as_bytes()),
        }
    }
}
