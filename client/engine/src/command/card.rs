//! What can be asked of a JOB card beside filling it in.

use core::fmt;

use shared::{Blob, Decode, Encode, id::DocumentId};

use crate::casework::case::CaseId;

/// One wish about a JOB card. What is said without naming a document is about one's own card.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub enum CardAct {
    /// Makes the employee's card, unless it is there.
    #[n(0)]
    Begin,
    /// The employee says that it is done, or not yet.
    #[n(1)]
    Ready(#[n(0)] bool),
    /// Keeps the card as it stands.
    #[n(2)]
    Keep {
        /// What to call the version.
        #[n(0)]
        label: String,
    },
    /// Shows a version, and what changed since.
    #[n(3)]
    ReadVersion {
        /// Which card.
        #[n(0)]
        document: DocumentId,
        /// The version's hash.
        #[n(1)]
        version: Blob,
    },
    /// Shows some sheets to the consultant of a case, from today.
    #[n(4)]
    Show {
        /// Which case.
        #[n(0)]
        case: CaseId,
        /// Some of [`crate::casework::job_card::SHEETS`].
        #[n(1)]
        sheets: Vec<String>,
        /// The last day, as the DOM's `date` writes it.
        #[n(2)]
        until: String,
    },
    /// Shows them no longer.
    #[n(5)]
    Unshow {
        /// The grant's id.
        #[n(0)]
        grant: String,
    },
    /// The consultant puts their name to a comment as it stands.
    #[n(6)]
    SignComment {
        /// Which card.
        #[n(0)]
        document: DocumentId,
        /// The comment's item.
        #[n(1)]
        comment: String,
    },
    /// The employee agrees to a comment as they read it.
    #[n(7)]
    AgreeComment {
        /// The comment's item.
        #[n(0)]
        comment: String,
        /// The digest that came with what they read.
        #[n(1)]
        words: Blob,
    },
    /// Writes one's card out, in the format `jobcard/1`.
    #[n(8)]
    Export,
    /// Reads a card in that format: says what taking it over would do, or does it.
    #[n(9)]
    Import {
        /// The file's text.
        #[n(0)]
        text: String,
        /// Whether to do it.
        #[n(1)]
        is_sure: bool,
    },
}

impl fmt::Debug for CardAct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardAct(..)")
    }
}
