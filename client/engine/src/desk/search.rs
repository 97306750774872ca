//! Finding what was written in one's own notes, however it was typed, without a network.
//!
//! **Invariant:** nothing is kept of a search: no index, and not what was sought.

use core::cmp::Reverse;

use shared::order;

use super::Desk;
use crate::{
    casework::{form, note, rule::scan::Folded, signature},
    document::{Document, crdt::Held, genesis::Kind, guard::Side},
    effect::Effect,
    journal::Step,
    view::{FoundRow, FoundView, View},
};

/// Most places that are shown.
const FOUND_MAX: usize = 50;
/// Longest excerpt, in letters.
const EXCERPT_CHARS_MAX: usize = 120;
/// How far the excerpt is moved through a long sentence.
const STRIDE: usize = 40;
/// Where a sentence ends.
const ENDS: [char; 4] = ['\n', '\u{3002}', '\u{FF01}', '\u{FF1F}'];

impl Desk {
    /// Shows where in the notes of this device, and in what is kept beside them, something is said.
    pub(crate) fn search(&self, step: &mut Step<'_, '_>, wanted: String) {
        if !self.is_open() {
            return;
        }
        let sought = Folded::new(&wanted);
        let mut rows: Vec<FoundRow> = vec![];
        let is_kept = |it: &&Document| self.current(it.id) == it.id && !it.is_shredded();
        for document in self.documents.values().filter(is_kept) {
            let kind = document.crdt.kind();
            let Some(kind) = kind.filter(|it| matches!(it, Kind::Note | Kind::CasePrivate)) else {
                continue;
            };
            let case = if kind == Kind::Note {
                self.case_of(document.id)
            } else {
                self.case_of_part(document.id)
            };
            let ordinal = note::about(&document.crdt).map_or(0, |about| about.ordinal);
            for (place, text) in texts(document, kind) {
                rows.extend(excerpt(&text, &sought).map(|excerpt| FoundRow {
                    document: document.id,
                    case,
                    ordinal,
                    place,
                    excerpt,
                }));
            }
        }
        order::by_key(&mut rows, |it| (it.case, Reverse(it.ordinal)));
        let more = u32::try_from(rows.len().saturating_sub(FOUND_MAX)).unwrap_or(u32::MAX);
        rows.truncate(FOUND_MAX);
        step.effects.push(Effect::Show(View::Found(FoundView { wanted, rows, more })));
    }
}

/// Every text of a document, with its place, and what was added to it after it was signed.
fn texts(document: &Document, kind: Kind) -> Vec<(String, String)> {
    let rows = document.crdt.rows(form::fields(kind, Side::Staff), true);
    let mut texts: Vec<(String, String)> = rows
        .into_iter()
        .filter_map(|(field, _, held)| match held {
            Held::Text(text) => Some((field.to_string(), text?)),
            Held::Value(_) | Held::Items(_) => None,
        })
        .collect();
    let added = signature::amendments(&document.crdt).into_iter();
    texts.extend(added.map(|it| (String::from("amendments"), [it.text, it.why].join("\n"))));
    texts
}

/// What stands around a place where it is said; `None` if it is said nowhere.
fn excerpt(text: &str, sought: &Folded) -> Option<String> {
    let says = |text: &str| !Folded::new(text).places(sought).is_empty();
    if !says(text) {
        return None;
    }
    // Words may go on over the end of a sentence.
    let sentence = text.split_inclusive(ENDS).find(|it| says(it)).unwrap_or(text).trim();
    let letters: Vec<char> = sentence.chars().collect();
    let windows = (0..letters.len()).step_by(STRIDE).map(|at| {
        let window = letters.iter().skip(at).take(EXCERPT_CHARS_MAX);
        window.collect::<String>()
    });
    let mut windows = windows.peekable();
    let first = windows.peek().cloned().unwrap_or_default();
    Some(windows.find(|it| says(it)).unwrap_or(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_the_sentence_that_says_it_however_it_was_typed() {
        let text = "係長の打診を受けた。ﾀﾅｶさんに相談した！ほかは未定。";

        let found = |wanted: &str| excerpt(text, &Folded::new(wanted));

        assert_eq!(found("たなか").as_deref(), Some("ﾀﾅｶさんに相談した！"));
        assert_eq!(found("係 長").as_deref(), Some("係長の打診を受けた。"));
        assert_eq!(found("鈴木"), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn what_is_sought_is_in_the_excerpt_of_a_long_sentence() {
        for before in [0, 39, 40, 119, 500] {
            let text = ["あ".repeat(before), "転職".to_owned(), "い".repeat(500)].concat();

            let shown = excerpt(&text, &Folded::new("転職")).unwrap();

            assert!(shown.contains("転職") && shown.chars().count() <= EXCERPT_CHARS_MAX);
        }
    }
}
