//! What is done about many cases together, and about a case beside the room: reports, copies for
//! supervision, hand-over, and what the employee may ask of their data.

use core::fmt;

use shared::{
    Decode, Encode,
    id::{AccountId, DocumentId},
};

use crate::casework::{case::CaseId, rights::ActId};

/// A span of a text, in characters, and what stands in its place, or why it is not shown.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct SpanWish {
    /// First character.
    #[n(0)]
    pub start: u32,
    /// Behind the last.
    #[n(1)]
    pub end: u32,
    /// A code of what it was, or of the reason.
    #[n(2)]
    pub code: String,
    /// What stands there; empty for a mask.
    #[n(3)]
    pub by: String,
}

/// What becomes of a text.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct TextWish {
    /// Which: a field of a copy, or a place of a package.
    #[n(0)]
    pub place: String,
    /// What of it is replaced or masked.
    #[n(1)]
    pub spans: Vec<SpanWish>,
    /// Left out as a whole: the reason's code, and that in words.
    #[n(2)]
    pub left_out: Option<(String, String)>,
}

/// How a request is answered that hands nothing out.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct AnswerWish {
    /// A code of [`crate::casework::rule::access_request::Outcome`].
    #[n(0)]
    pub outcome: String,
    /// Codes of [`crate::casework::rule::access_request::Reason`].
    #[n(1)]
    pub reasons: Vec<String>,
    /// Why, or what was done, in words.
    #[n(2)]
    pub words: String,
    /// By what means it is answered.
    #[n(3)]
    pub means: String,
}

/// One wish.
#[derive(Clone, Encode, Decode)]
#[cbor(row)]
pub enum ReportAct {
    /// Begins a report about a company this person leads.
    #[n(0)]
    Begin {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// First day, as the DOM's `date` writes it.
        #[n(1)]
        from: String,
        /// Last day.
        #[n(2)]
        to: String,
    },
    /// Adds what a case says in codes, or says it anew.
    #[n(1)]
    Contribute {
        /// To which report.
        #[n(0)]
        report: DocumentId,
        /// Of which case.
        #[n(1)]
        case: CaseId,
        /// Of which group of people: coarse, ten and more in each.
        #[n(2)]
        group: String,
    },
    /// Adds a general statement.
    #[n(2)]
    State {
        /// To which report.
        #[n(0)]
        report: DocumentId,
        /// What is stated.
        #[n(1)]
        text: String,
        /// The cases it rests on, three and more.
        #[n(2)]
        cases: Vec<CaseId>,
    },
    /// Counts a group of people as another.
    #[n(3)]
    MergeGroups {
        /// In which report.
        #[n(0)]
        report: DocumentId,
        /// Which.
        #[n(1)]
        from: String,
        /// As which.
        #[n(2)]
        into: String,
    },
    /// Takes a report to a state.
    #[n(4)]
    Go {
        /// Which.
        #[n(0)]
        report: DocumentId,
        /// A code of [`crate::casework::rule::report::State`].
        #[n(1)]
        to: String,
    },
    /// Says of a report as it stands whether it is good to go.
    #[n(5)]
    Review {
        /// Which.
        #[n(0)]
        report: DocumentId,
        /// Whether.
        #[n(1)]
        passed: bool,
        /// What there is to say.
        #[n(2)]
        words: String,
    },
    /// Says that a doubtful text was looked at, and nobody is meant.
    #[n(6)]
    Look {
        /// Of which report.
        #[n(0)]
        report: DocumentId,
        /// Which text: the finding's place.
        #[n(1)]
        place: u32,
    },
    /// Shows a report, a copy, what is asked for and held of a case, or a package.
    #[n(9)]
    Show(#[n(0)] DocumentId),
    /// Shows what a copy of a note would be drawn from, and what to replace.
    #[n(10)]
    ProposeCopy(#[n(0)] DocumentId),
    /// Begins a copy of a note for supervision.
    #[n(11)]
    MakeCopy {
        /// The note.
        #[n(0)]
        note: DocumentId,
        /// What is replaced in each text.
        #[n(1)]
        texts: Vec<TextWish>,
    },
    /// Replaces more in a copy.
    #[n(12)]
    Redact {
        /// Which copy.
        #[n(0)]
        copy: DocumentId,
        /// What.
        #[n(1)]
        text: TextWish,
    },
    /// The copy as it stands was read for what points to a person, and nothing was found.
    #[n(13)]
    CheckCopy(#[n(0)] DocumentId),
    /// Asks the employee whether a copy may go to a supervisor.
    #[n(14)]
    AskUse {
        /// Which copy.
        #[n(0)]
        copy: DocumentId,
        /// To whom.
        #[n(1)]
        supervisor: AccountId,
    },
    /// Gives a copy to a supervisor.
    #[n(15)]
    ShareCopy {
        /// Which copy.
        #[n(0)]
        copy: DocumentId,
        /// To whom.
        #[n(1)]
        supervisor: AccountId,
    },
    /// Opens a case to a successor.
    #[n(20)]
    HandOver {
        /// Which case.
        #[n(0)]
        case: CaseId,
        /// To whom.
        #[n(1)]
        successor: AccountId,
    },
    /// The employee asks for what is theirs; the consultant may write it down for them.
    #[n(30)]
    Request {
        /// Of which case.
        #[n(0)]
        case: CaseId,
        /// A code of [`crate::casework::rule::access_request::Kind`].
        #[n(1)]
        kind: String,
        /// What of it.
        #[n(2)]
        scope: String,
    },
    /// It was seen that it is the person who asks.
    #[n(31)]
    Identify {
        /// Of which case.
        #[n(0)]
        case: CaseId,
        /// Which request.
        #[n(1)]
        request: ActId,
        /// How.
        #[n(2)]
        how: String,
    },
    /// Shows what a package would be made of.
    #[n(32)]
    ProposePackage(#[n(0)] CaseId),
    /// Hands out the package.
    #[n(33)]
    Disclose {
        /// Of which case.
        #[n(0)]
        case: CaseId,
        /// Which request.
        #[n(1)]
        request: ActId,
        /// What is masked or left out; the rest is shown.
        #[n(2)]
        texts: Vec<TextWish>,
        /// By what means it is answered.
        #[n(3)]
        means: String,
        /// Somebody looked where third persons are named, and they may be.
        #[n(4)]
        is_looked_at: bool,
    },
    /// Answers a request without handing anything out; what is erased is destroyed.
    #[n(34)]
    Answer {
        /// Of which case.
        #[n(0)]
        case: CaseId,
        /// Which request.
        #[n(1)]
        request: ActId,
        /// How.
        #[n(2)]
        answer: AnswerWish,
    },
    /// Stops everything of a case from being destroyed.
    #[n(40)]
    Hold {
        /// Which case.
        #[n(0)]
        case: CaseId,
        /// Why; the employee reads it.
        #[n(1)]
        reason: String,
    },
    /// Ends a hold.
    #[n(41)]
    Lift {
        /// Of which case.
        #[n(0)]
        case: CaseId,
        /// Which hold.
        #[n(1)]
        hold: ActId,
    },
}

/// Without what it says.
impl fmt::Debug for ReportAct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReportAct(..)")
    }
}
