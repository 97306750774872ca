//! Reports, copies for supervision, and what is asked for and held of a case.

use shared::{
    Decode, Encode,
    id::{AccountId, DocumentId},
    time::UnixMillis,
};

use crate::{
    casework::{
        report::{Issue, Published},
        rights::{ActId, Certificate},
    },
    command::SpanWish,
};

/// What the privacy check found.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct FindingRow {
    /// A code of [`crate::casework::rule::report::privacy::Finding`].
    #[n(0)]
    pub code: String,
    /// Which text, statement, group, table or mean, and which cell of it.
    #[n(1)]
    pub place: (u32, u32),
    /// What to do: a code of [`crate::casework::rule::report::privacy::Remedy`].
    #[n(2)]
    pub remedy: String,
    /// Whether it still stands in the way.
    #[n(3)]
    pub is_open: bool,
}

/// What somebody said of a report.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct ReviewRow {
    /// Who.
    #[n(0)]
    pub by: AccountId,
    /// Their name, where this person knows it.
    #[n(1)]
    pub name: String,
    /// Whether it is good to go.
    #[n(2)]
    pub passed: bool,
    /// Whether the report is still as they read it.
    #[n(3)]
    pub is_current: bool,
    /// What they said.
    #[n(4)]
    pub words: String,
}

/// What left the house, and what proves it.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct DeliveryView {
    /// What the company got, to be printed as it is.
    #[n(0)]
    pub issue: Issue,
    /// When.
    #[n(1)]
    pub at: UnixMillis,
    /// SHA-256 of it, as hex.
    #[n(2)]
    pub digest: String,
    /// The device that signed it, and its signature, as hex.
    #[n(3)]
    pub signature: (String, String),
}

/// A report.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct ReportView {
    /// Which document.
    #[n(0)]
    pub document: DocumentId,
    /// A code of [`crate::casework::rule::report::State`].
    #[n(1)]
    pub state: String,
    /// First and last day.
    #[n(2)]
    pub period: (String, String),
    /// Whether this person leads it.
    #[n(3)]
    pub is_lead: bool,
    /// The figures as they were counted last.
    #[n(4)]
    pub figures: Published,
    /// How many people contributed by now; absent for who does not lead it.
    #[n(5)]
    pub people: Option<u32>,
    /// General statements, and how many cases are behind each; for the lead.
    #[n(6)]
    pub statements: Vec<(String, u32)>,
    /// What the privacy check of this device finds.
    #[n(7)]
    pub findings: Vec<FindingRow>,
    /// What others said of it.
    #[n(8)]
    pub reviews: Vec<ReviewRow>,
    /// What left the house.
    #[n(9)]
    pub delivery: Option<DeliveryView>,
    /// The cases of this person that are counted in it.
    #[n(10)]
    pub counted: Vec<DocumentId>,
}

/// A text with what is to be replaced or masked.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct PartView {
    /// Its place.
    #[n(0)]
    pub place: String,
    /// As it is.
    #[n(1)]
    pub text: String,
    /// What is proposed.
    #[n(2)]
    pub spans: Vec<SpanWish>,
    /// Whether it has to be decided before anything is handed out.
    #[n(3)]
    pub is_undecided: bool,
}

/// What a copy, or a package, is made of.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct PartsView {
    /// Of which note, or case.
    #[n(0)]
    pub of: DocumentId,
    /// Its texts.
    #[n(1)]
    pub parts: Vec<PartView>,
}

/// A copy for supervision, to the consultant who made it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct CopyView {
    /// Which document.
    #[n(0)]
    pub document: DocumentId,
    /// A code of [`crate::casework::rule::supervision::State`].
    #[n(1)]
    pub state: String,
    /// A code of [`crate::casework::rule::supervision::Choice`].
    #[n(2)]
    pub choice: String,
    /// Whether it waits to be certain that the employee agrees.
    #[n(3)]
    pub is_waiting: bool,
    /// Why it was not shared when that was tried last.
    #[n(4)]
    pub blocked: Option<String>,
}

/// A request of the employee's.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct RequestRow {
    /// Under which number it is in the ledger.
    #[n(0)]
    pub number: u32,
    /// Which act.
    #[n(1)]
    pub request: ActId,
    /// A code of [`crate::casework::rule::access_request::Kind`].
    #[n(2)]
    pub kind: String,
    /// What of it.
    #[n(3)]
    pub scope: String,
    /// When it came.
    #[n(4)]
    pub at: UnixMillis,
    /// By when it has to be answered, as the DOM's `date`.
    #[n(5)]
    pub due_on: String,
    /// How many days are left; negative when it is late, absent when it is answered.
    #[n(6)]
    pub days_left: Option<i64>,
    /// How it was seen who asks.
    #[n(7)]
    pub identified: Option<String>,
    /// A code of [`crate::casework::rule::access_request::Outcome`].
    #[n(8)]
    pub outcome: Option<String>,
    /// Codes of [`crate::casework::rule::access_request::Reason`].
    #[n(9)]
    pub reasons: Vec<String>,
    /// Why, in words.
    #[n(10)]
    pub words: String,
    /// By what means it was answered.
    #[n(11)]
    pub means: String,
    /// What was handed out.
    #[n(12)]
    pub package: Option<DocumentId>,
}

/// What the employee is asked, case by case: whether a copy may go to a supervisor.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct AskRow {
    /// What the answer has to name: [`crate::casework::consent::Scope::Exact`].
    #[cbor(n(0), bytes)]
    pub scope: [u8; 32],
    /// To whom.
    #[n(1)]
    pub supervisor: String,
    /// When it was asked.
    #[n(2)]
    pub at: UnixMillis,
    /// Whether it was answered.
    #[n(3)]
    pub is_answered: bool,
}

/// A legal hold.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct HoldRow {
    /// Which act.
    #[n(0)]
    pub hold: ActId,
    /// Why.
    #[n(1)]
    pub reason: String,
    /// Since when.
    #[n(2)]
    pub since: UnixMillis,
    /// Whether it was lifted.
    #[n(3)]
    pub is_lifted: bool,
}

/// What is done about a case beside the interviews, for both sides.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct RightsView {
    /// The document it stands in, beside the consents.
    #[n(0)]
    pub document: DocumentId,
    /// The ledger of requests.
    #[n(1)]
    pub requests: Vec<RequestRow>,
    /// What the employee is asked.
    #[n(2)]
    pub asks: Vec<AskRow>,
    /// Legal holds.
    #[n(3)]
    pub holds: Vec<HoldRow>,
    /// What is gone, with a signature that held.
    #[n(4)]
    pub certificates: Vec<Certificate>,
    /// Who can open the consultant's notes beside the consultant, as they say.
    #[n(5)]
    pub successors: Vec<(AccountId, String)>,
    /// Reports that had left when the employee withdrew from being counted.
    #[n(6)]
    pub left: Vec<DocumentId>,
    /// Until when the notes are kept, as the DOM's `date`; absent before the first interview.
    #[n(7)]
    pub kept_until: Option<String>,
    /// The last day of what both read, as the DOM's `date`, when it is so near that the employee is
    /// offered to keep a copy.
    #[n(8)]
    pub keep_copy_by: Option<String>,
}

/// What an employee asked to see: places and texts, or the reason why not.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct PackageView {
    /// Which document.
    #[n(0)]
    pub document: DocumentId,
    /// Place, text, and the reason's code where there is none.
    #[n(1)]
    pub pieces: Vec<(String, String, Option<String>)>,
}

/// What this part of the app shows.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub enum ReportPart {
    /// A report.
    #[n(0)]
    Report(#[n(0)] Box<ReportView>),
    /// What a copy, or a package, is made of.
    #[n(1)]
    Parts(#[n(0)] PartsView),
    /// A copy for supervision.
    #[n(2)]
    Copy(#[n(0)] CopyView),
    /// What is done about a case beside the interviews.
    #[n(3)]
    Rights(#[n(0)] RightsView),
    /// What an employee asked to see.
    #[n(4)]
    Package(#[n(0)] PackageView),
}

unprinted!(
    DeliveryView,
    ReportView,
    PartView,
    PartsView,
    RequestRow,
    HoldRow,
    RightsView,
    PackageView
);
