//! Which words a language must have for recovery, for who reads what, and for what went wrong.

use engine::view::Unopened;
use shared::log::document::Access;

use super::words::{Counted, Filled, Word};

/// A sentence with two numbers in it.
pub type CountedTwice = fn(u32, u32) -> String;

/// The recovery kit.
#[derive(Debug)]
#[expect(missing_docs, reason = "as their names say")]
pub struct RecoveryWords {
    pub title: Word,
    pub lead: Word,
    pub none: Word,
    pub made: Filled,
    pub ended: Word,
    pub passphrase: Word,
    pub passphrase_hint: Word,
    pub make: Word,
    pub make_again: Word,
    pub sheet_title: Word,
    pub warning: Word,
    pub whose: Word,
    pub when: Word,
    pub address: Word,
    pub square: Word,
    pub steps_title: Word,
    pub steps: [Word; 3],
    pub keep: Word,
    pub print: Word,
    pub done: Word,
    pub way: Word,
    pub way_text: Word,
    pub way_submit: Word,
    pub words: Word,
    pub words_hint: Word,
    pub words_missing: Word,
    pub words_so_far: CountedTwice,
    pub words_count: CountedTwice,
    pub words_right: Word,
    pub word_unknown: Counted,
    pub words_checksum: Word,
}

/// Whether everything opens.
#[derive(Debug)]
#[expect(missing_docs, reason = "as their names say")]
pub struct OpeningWords {
    pub title: Word,
    pub linked: Word,
    pub recovered: Word,
    pub all: Counted,
    pub some: CountedTwice,
    pub reason: fn(Unopened, u32) -> String,
    pub seen: Word,
}

/// Letting somebody in again.
#[derive(Debug)]
#[expect(missing_docs, reason = "as their names say")]
pub struct RegrantWords {
    pub ask: Word,
    pub title: Filled,
    pub lead: Word,
    pub nobody: Word,
    pub successor: Word,
    pub seen: Word,
    pub go: Word,
    pub done_title: Word,
    pub done: Counted,
    pub left: Counted,
    pub after: Word,
}

/// Who reads a document.
#[derive(Debug)]
#[expect(missing_docs, reason = "as their names say")]
pub struct MembersWords {
    pub title: Counted,
    pub access: fn(Access) -> Word,
    pub let_out: Word,
    pub let_out_question: Word,
    pub let_in_title: Word,
    pub whom: Word,
    pub what: Word,
    pub since: Word,
    pub since_beginning: Word,
    pub since_now: Word,
    pub since_now_text: Word,
    pub consent: Word,
    pub let_in: Word,
    pub waiting: Counted,
    pub ends: Word,
    pub finalise: Word,
    pub finalise_text: Word,
    pub finalise_question: Word,
    pub shred: Word,
    pub shred_text: Word,
    pub shred_question: Word,
}

/// What a firm asks of its devices.
#[derive(Debug)]
#[expect(missing_docs, reason = "as their names say")]
pub struct PolicyWords {
    pub title: Word,
    pub lead: Word,
    pub legend: Word,
    pub hours: Counted,
    pub state: Counted,
}
