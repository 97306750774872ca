//! Copying to the clipboard, with an answer.

use core::time::Duration;

use leptos::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{
    html::{self, View},
    icon, part,
};
use crate::{text::words, watched::Watched};

/// A button that copies `text` and says that it did.
pub fn copy_button(test_id: &'static str, label: &'static str, text: String) -> View {
    let words = words();
    let is_copied = Watched::new(false);
    let body = (
        move || icon::icon(if is_copied.get() { icon::DONE } else { icon::COPY }),
        html::span()
            .role("status")
            .child(move || if is_copied.get() { words.frame.copied } else { label }),
    );
    part::button(part::Weight::Primary, test_id, body, move || {
        let promise = window().navigator().clipboard().write_text(&text);
        spawn_local(async move {
            if JsFuture::from(promise).await.is_ok() {
                is_copied.set(true);
                set_timeout(move || is_copied.set(false), Duration::from_secs(3));
            }
        });
    })
}
