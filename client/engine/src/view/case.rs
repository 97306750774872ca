//! Cases and their interviews, as the first page lists them.

use shared::{Decode, Encode, id::DocumentId, time::UnixMillis};

use crate::casework::{
    case::{CaseId, InterviewId},
    interview::State,
};

/// An interview in a case.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct InterviewRow {
    /// Which.
    #[n(0)]
    pub interview: InterviewId,
    /// 1 for the first.
    #[n(1)]
    pub ordinal: u32,
    /// When the interview was added.
    #[n(2)]
    pub added_at: UnixMillis,
    /// The private note; absent for the employee.
    #[n(3)]
    pub note: Option<DocumentId>,
    /// When the summary was offered, if it was.
    #[n(4)]
    pub offered_at: Option<UnixMillis>,
    /// How far it is, the note counted in for who has it.
    #[n(5)]
    pub state: State,
    /// When the employee was there, the talk began, and it was over.
    #[n(6)]
    pub times: [Option<UnixMillis>; 3],
    /// Since when the talk is interrupted, if it is.
    #[n(7)]
    pub interrupted_at: Option<UnixMillis>,
    /// From when on an unsigned note is asked for, and from when on it is late; absent once it is
    /// signed, and for the employee.
    #[n(8)]
    pub sign_by: Option<(UnixMillis, UnixMillis)>,
    /// The wave's slots and the slot in them that the next interview has.
    #[n(9)]
    pub next_slot: Option<(DocumentId, String)>,
    /// Whether a PIN was chosen, so that the tablet rests while the two talk.
    #[n(10)]
    pub is_pinned: bool,
}

/// A case this person has part in.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct CaseRow {
    /// Which.
    #[n(0)]
    pub case: CaseId,
    /// The document both read.
    #[n(1)]
    pub shared: DocumentId,
    /// The employee's name, for the consultant.
    #[n(2)]
    pub employee_name: String,
    /// The consultant's name, for the employee.
    #[n(3)]
    pub consultant_name: String,
    /// Oldest first.
    #[n(4)]
    pub interviews: Vec<InterviewRow>,
    /// What the employee decided.
    #[n(5)]
    pub consent: Option<DocumentId>,
    /// What was told to others.
    #[n(6)]
    pub disclosure: Option<DocumentId>,
    /// What the consultant keeps beside the notes; absent for the employee.
    #[n(7)]
    pub private: Option<DocumentId>,
}
