//! Typing the words of a recovery kit.

use engine::words::{WORDS, WordsError};
use leptos::{ev, prelude::*};

use super::form::{self, Problem};
use crate::{
    app::stage::Stage,
    text::words,
    widgets::{
        dom,
        html::{self, Child as _, View},
    },
};

/// The field, with what is wrong with the words so far.
pub(super) fn field(stage: Stage) -> View {
    let words = &words().recovery;
    let form = stage.form;
    let missing = form.says(Problem::Link, words.words_missing);
    let error = move || {
        let is_tried = form.is_tried.get();
        missing.get().or_else(|| form.link.with(|typed| say(typed, is_tried)))
    };
    let is_wrong = move || error().is_some().to_string();
    let found = move || {
        let wrong = form.link.with(|typed| form::words_wrong(typed));
        match wrong {
            None => words.words_right.to_owned(),
            Some(WordsError::Count { found }) => (words.words_so_far)(narrow(found), narrow(WORDS)),
            Some(WordsError::Unknown { .. } | WordsError::Checksum) => String::new(),
        }
    };
    html::div()
        .class("form-field")
        .child((
            html::label().r#for("kit-words").class("label").child(words.words),
            html::p().id("kit-words-hint").class("hint").child(words.words_hint),
            html::textarea()
                .id("kit-words")
                .class("text-box text-box-long")
                .attr("data-testid", "kit-words")
                .attr("rows", "5")
                .attr("autocomplete", "off")
                .attr("autocapitalize", "off")
                .attr("spellcheck", "false")
                .attr("translate", "no")
                .attr("lang", "ja")
                .aria_describedby("kit-words-hint kit-words-state kit-words-error")
                .aria_invalid(is_wrong)
                .text("value", move || form.link.get())
                .on(&ev::input, move |event| {
                    if !dom::is_composing(&event) {
                        form.link.set(event_target_value(&event));
                    }
                })
                .on(&ev::compositionend, move |event| form.link.set(event_target_value(&event)))
                .on(&ev::change, move |event| form.link.set(event_target_value(&event))),
            html::p()
                .id("kit-words-state")
                .class("hint")
                .role("status")
                .attr("data-testid", "kit-words-state")
                .child(found),
            html::p()
                .id("kit-words-error")
                .class("error")
                .role("alert")
                .attr("data-testid", "kit-words-error")
                .child(error),
        ))
        .into_child()
}

/// What is wrong. A word that is not in the list is named at once, unless it is the last, which may
/// not be finished; too few words only when somebody tries.
fn say(typed: &str, is_tried: bool) -> Option<String> {
    let words = &words().recovery;
    let is_last = |position: usize| position >= typed.split_whitespace().count();
    match form::words_wrong(typed)? {
        WordsError::Unknown { position } if is_tried || !is_last(position) => {
            Some((words.word_unknown)(narrow(position)))
        }
        WordsError::Count { found } if is_tried || found > WORDS => {
            Some((words.words_count)(narrow(found), narrow(WORDS)))
        }
        WordsError::Unknown { .. } | WordsError::Count { .. } => None,
        WordsError::Checksum => Some(words.words_checksum.to_owned()),
    }
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
