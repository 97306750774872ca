//! What an employee reads.

use core::fmt;

use shared::{Decode, Encode, id::DocumentId, time::UnixMillis};

use crate::casework::{case::InterviewId, summary::State};

/// A summary as the employee reads it.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct SummaryView {
    /// Of which interview.
    #[n(0)]
    pub interview: InterviewId,
    /// 1 for the first.
    #[n(1)]
    pub ordinal: u32,
    /// When it was offered.
    #[n(2)]
    pub offered_at: UnixMillis,
    /// 今日話したこと.
    #[n(3)]
    pub talked: String,
    /// 気づき.
    #[n(4)]
    pub insight: String,
    /// 決めたこと.
    #[n(5)]
    pub decided: Vec<String>,
    /// 次回まで.
    #[n(6)]
    pub homework: Vec<String>,
    /// 参考情報.
    #[n(7)]
    pub links: Vec<String>,
    /// How far it is.
    #[n(8)]
    pub state: State,
    /// What the employee added.
    #[n(9)]
    pub addition: String,
}

impl fmt::Debug for SummaryView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SummaryView(#{})", self.ordinal)
    }
}

/// A case's shared document, open.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct SharedView {
    /// Which document.
    #[n(0)]
    pub document: DocumentId,
    /// With whom, for the consultant.
    #[n(1)]
    pub employee_name: String,
    /// With whom, for the employee.
    #[n(2)]
    pub consultant_name: String,
    /// Newest first.
    #[n(3)]
    pub summaries: Vec<SummaryView>,
}
