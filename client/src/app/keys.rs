//! Shortcuts: Alt and the letter or digit that an element carries as `data-key` presses it, and a
//! sheet lists what there is on this page. What is not on the screen cannot be pressed. No key does
//! anything alone: who dictates or slips would set it off (WCAG 2.1, 2.1.4).

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use crate::{
    text::say::say,
    watched::{Derived, Watched},
    widgets::{
        dialog,
        html::{self, Child as _, View},
        part::{self, Weight},
    },
};

/// Listens to the keyboard. The handle of the sheet that lists the shortcuts.
pub fn watch() -> Watched<bool> {
    let is_open = Watched::new(false);
    let listener = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        // Safari ends a composition before the key that ended it arrives, with the code 229.
        let is_other = event.ctrl_key() || event.meta_key() || !event.alt_key();
        if event.is_composing() || event.key_code() == 229 || is_other {
            return;
        }
        // A Mac makes other letters with Alt: the place of the key counts, not its letter.
        let code = event.code();
        if code == "Slash" {
            event.prevent_default();
            return is_open.update(|is_open| *is_open = !*is_open);
        }
        let key = code.strip_prefix("Key").or_else(|| code.strip_prefix("Digit"));
        if let Some(key) = key
            && let Some(element) = keyed().into_iter().find(|it| key_of(it) == key)
        {
            event.prevent_default();
            let inner = element.query_selector("a, button").ok().flatten();
            let inner = inner.and_then(|it| it.dyn_into::<HtmlElement>().ok());
            inner.unwrap_or(element).click();
        }
    });
    on_cleanup(move || listener.remove());
    is_open
}

/// What has a shortcut and can be pressed, in the order of the page.
fn keyed() -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all("[data-key]") else { return vec![] };
    let found = (0..found.length()).filter_map(|at| found.get(at)?.dyn_into::<HtmlElement>().ok());
    found.filter(|it| it.offset_parent().is_some()).collect()
}

fn key_of(element: &Element) -> String {
    element.get_attribute("data-key").unwrap_or_default()
}

/// The sheet of shortcuts.
pub fn sheet(is_open: Watched<bool>) -> View {
    let close = move || is_open.set(false);
    let body = move || {
        let line = |keys: String, what: String| {
            let keys = html::kbd().child(keys);
            let what = html::span().class("row-words").child(what);
            html::li().class("row").child((keys, what)).into_child()
        };
        let here = keyed().into_iter().map(|it| {
            let name = it.get_attribute("aria-label").or_else(|| it.text_content());
            line(["Alt + ", &key_of(&it)].concat(), name.unwrap_or_default())
        });
        let everywhere =
            [("Alt + ↑ ↓", "keys.sections"), ("Tab", "keys.tab"), ("Alt + /", "keys.this")];
        let everywhere = everywhere.map(|(keys, what)| line(keys.to_owned(), say(what).to_owned()));
        let lines: Vec<View> = here.chain(everywhere).collect();
        (
            html::h2().id("keys-title").child(say("keys.title")),
            html::ul().class("rows").child(lines),
            html::div().class("dialog-actions").child(part::button(
                Weight::Plain,
                "close-keys",
                say("keys.close"),
                close,
            )),
        )
            .into_child()
    };
    dialog::dialog("keys", Derived::following(move || is_open.get()), close, body)
}
