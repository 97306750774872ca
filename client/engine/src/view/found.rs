//! Where something is said in one's own notes.

use shared::{Decode, Encode, id::DocumentId};

use crate::casework::case::CaseId;

/// A place where it is said.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct FoundRow {
    /// A note, or what is kept beside the notes of a case.
    #[n(0)]
    pub document: DocumentId,
    /// Of which case.
    #[n(1)]
    pub case: Option<CaseId>,
    /// Of which interview; 0 for what is kept beside the notes.
    #[n(2)]
    pub ordinal: u32,
    /// The field's path; `amendments` for what was added later.
    #[n(3)]
    pub place: String,
    /// What stands around it.
    #[n(4)]
    pub excerpt: String,
}

/// What a search found.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct FoundView {
    /// What was sought.
    #[n(0)]
    pub wanted: String,
    /// The places, by cases, the latest interview first.
    #[n(1)]
    pub rows: Vec<FoundRow>,
    /// How many more there are.
    #[n(2)]
    pub more: u32,
}

unprinted!(FoundRow, FoundView);
