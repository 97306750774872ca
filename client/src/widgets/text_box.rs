//! A text box for a text that other devices may write to as well.
//!
//! The box is not controlled: it is read when somebody typed, and written only when the engine
//! has another text and nobody composes.

use std::rc::Rc;

use engine::view::Content;
use leptos::{ev, prelude::*};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};

use super::{
    dom,
    html::{self, Child as _, View},
    splice,
};
use crate::{
    app::desk::{self, Key, TextBox},
    watched::effect,
};

/// Fewest lines of a long text.
const LINES_MIN: u32 = 3;
/// Letters that fit into a line of a narrow page, for browsers that do not measure by themselves.
const LINE_LETTERS: usize = 34;

/// What a text box is on the page.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// Its id; the label names it.
    pub id: &'a str,
    /// The id of its hint, or empty.
    pub described_by: &'a str,
    /// Its own name where no label stands, or empty.
    pub label: &'static str,
}

/// A text of several lines.
pub fn long(key: &Key, content: &Content, names: Names<'_>) -> View {
    let text = desk::lay(key, content);
    let node = html::Found::not_yet();
    attach(key, move || node.get_untracked().map(Area));
    let keys = [(); 4].map(|()| key.clone());
    let [typed, began, ended, left] = keys;
    html::textarea()
        .id(names.id.to_owned())
        .class("text-box text-box-long")
        .attr("data-field", key.1.as_str().to_owned())
        .aria_describedby(some(names.described_by))
        .aria_label(some(names.label))
        .attr("spellcheck", "false")
        .attr("autocomplete", "off")
        .attr("autocapitalize", "off")
        .attr("translate", "no")
        .attr("rows", lines(&text).to_string())
        .text("value", move || text.clone())
        .found(node)
        .on(&ev::input, move |event| {
            let value = event_target_value(&event);
            if let Some(area) = node.get_untracked::<HtmlTextAreaElement>() {
                area.set_rows(lines(&value));
            }
            if !dom::is_composing(&event) {
                desk::typed(&typed, &value);
            }
        })
        .on(&ev::compositionstart, move |_| desk::compose(&began))
        .on(&ev::compositionend, move |event| desk::composed(&ended, &event_target_value(&event)))
        // A composition may end without a word when focus or the app changes.
        .on(&ev::blur, move |event| desk::composed(&left, &event_target_value(&event)))
        .into_child()
}

/// A text of one line.
pub fn short(key: &Key, content: &Content, names: Names<'_>) -> View {
    let text = desk::lay(key, content);
    let node = html::Found::not_yet();
    attach(key, move || node.get_untracked().map(Line));
    let keys = [(); 4].map(|()| key.clone());
    let [typed, began, ended, left] = keys;
    html::input()
        .r#type("text")
        .id(names.id.to_owned())
        .class("text-box")
        .attr("data-field", key.1.as_str().to_owned())
        .aria_describedby(some(names.described_by))
        .aria_label(some(names.label))
        .attr("spellcheck", "false")
        .attr("autocomplete", "off")
        .attr("autocapitalize", "off")
        .attr("translate", "no")
        .text("value", move || text.clone())
        .found(node)
        .on(&ev::input, move |event| {
            if !dom::is_composing(&event) {
                desk::typed(&typed, &event_target_value(&event));
            }
        })
        .on(&ev::compositionstart, move |_| desk::compose(&began))
        .on(&ev::compositionend, move |event| desk::composed(&ended, &event_target_value(&event)))
        .on(&ev::blur, move |event| desk::composed(&left, &event_target_value(&event)))
        .into_child()
}

/// An attribute that is absent when empty.
pub fn some(text: &str) -> Option<String> {
    if text.is_empty() { None } else { Some(text.to_owned()) }
}

fn attach<B: TextBox + 'static>(key: &Key, find: impl Fn() -> Option<B> + 'static) {
    let (mounted, gone) = (key.clone(), key.clone());
    effect(move || {
        if let Some(text_box) = find() {
            desk::attach(mounted.clone(), Rc::new(text_box));
        }
    });
    on_cleanup(move || desk::detach(&gone));
}

fn lines(text: &str) -> u32 {
    let lines = text.split('\n').map(|line| 1 + line.chars().count() / LINE_LETTERS).sum::<usize>();
    u32::try_from(lines).unwrap_or(u32::MAX).clamp(LINES_MIN, 60)
}

struct Area(HtmlTextAreaElement);

impl TextBox for Area {
    fn value(&self) -> Option<String> {
        self.0.is_connected().then(|| self.0.value())
    }

    fn write(&self, text: &str) {
        let change = splice::between(&self.0.value(), text);
        let caret = (self.0.selection_start(), self.0.selection_end());
        self.0.set_value(text);
        self.0.set_rows(lines(text));
        if let (Some(change), (Ok(Some(start)), Ok(Some(end)))) = (change, caret) {
            let (start, end) = (splice::carry(start, &change), splice::carry(end, &change));
            dom::shrug(self.0.set_selection_range(start, end));
        }
    }
}

struct Line(HtmlInputElement);

impl TextBox for Line {
    fn value(&self) -> Option<String> {
        self.0.is_connected().then(|| self.0.value())
    }

    fn write(&self, text: &str) {
        let change = splice::between(&self.0.value(), text);
        let caret = (self.0.selection_start(), self.0.selection_end());
        self.0.set_value(text);
        if let (Some(change), (Ok(Some(start)), Ok(Some(end)))) = (change, caret) {
            let (start, end) = (splice::carry(start, &change), splice::carry(end, &change));
            dom::shrug(self.0.set_selection_range(start, end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_gets_the_lines_it_needs() {
        assert_eq!(lines(""), 3);
        assert_eq!(lines("一\n二\n三\n四"), 4);
        assert_eq!(lines(&"あ".repeat(200)), 6);
        assert_eq!(lines(&"あ\n".repeat(500)), 60);
    }
}
