//! Danger, and what leaves the room.

use core::fmt;

use shared::{
    Decode, Encode,
    id::{AccountId, DocumentId},
    time::UnixMillis,
};

use crate::casework::{
    case::CaseId,
    matter::{Ground, MatterId},
    opinion::Question,
    rule::{
        disclosure::{
            Category, Conflict, Consent, Judgement, Recipient,
            decision::{Answer, DraftHash, Fault, Identity, Signer, State},
            permit::{Basis, Duty, Naming, Need, Saying},
            record::Means,
            table::Row,
        },
        retention::Class,
        risk::{Assessment, ContactKind, Lack, Level},
    },
};

/// What was, is and will not be told of a case, open.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct DisclosureView {
    /// Which document.
    #[n(0)]
    pub document: DocumentId,
    /// Of which case.
    #[n(1)]
    pub case: CaseId,
    /// Every matter; for the employee, those of which they were shown words. Oldest first.
    #[n(2)]
    pub matters: Vec<MatterRow>,
    /// Who was told, who was not, and who asked. Oldest first.
    #[n(3)]
    pub lines: Vec<LineRow>,
    /// Who can be asked for a second opinion.
    #[n(4)]
    pub seconds: Vec<(AccountId, Signer)>,
}

/// A matter.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct MatterRow {
    /// Which.
    #[n(0)]
    pub matter: MatterId,
    /// About what.
    #[n(1)]
    pub category: Category,
    /// How far it is.
    #[n(2)]
    pub state: State,
    /// To whom.
    #[n(3)]
    pub recipient: Recipient,
    /// To whom exactly.
    #[n(4)]
    pub recipient_name: String,
    /// How the employee appears.
    #[n(5)]
    pub identity: Identity,
    /// The exact words.
    #[n(6)]
    pub text: String,
    /// Names them.
    #[n(7)]
    pub words: DraftHash,
    /// What the employee answered to these words.
    #[n(8)]
    pub answer: Option<Answer>,
    /// Which changes they asked for.
    #[n(9)]
    pub comments: Vec<String>,
    /// What the table says, for the consultant.
    #[n(10)]
    pub judged: Option<Judged>,
}

impl fmt::Debug for MatterRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MatterRow({:?} {:?})", self.matter, self.state)
    }
}

/// What the table says of a matter.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct Judged {
    /// The row.
    #[n(0)]
    pub row: Row,
    /// Its line, by the reason that the locale files have words for.
    #[n(1)]
    pub reason: String,
    /// What is permitted; absent for no.
    #[n(2)]
    pub permit: Option<PermitRow>,
    /// What has to be done beside or afterwards.
    #[n(3)]
    pub duties: Vec<Duty>,
    /// What is lacking before it may be sent.
    #[n(4)]
    pub unmet: Vec<Need>,
    /// What is wrong with the words.
    #[n(5)]
    pub faults: Vec<Fault>,
    /// Whom else it could be told, as things are.
    #[n(6)]
    pub recipients: Vec<Recipient>,
    /// What the employee said before there were words.
    #[n(7)]
    pub spoken: Consent,
    /// The consent that holds.
    #[n(8)]
    pub consent: Consent,
    /// How grave.
    #[n(9)]
    pub judgement: Judgement,
    /// What the check of the recipient found.
    #[n(10)]
    pub conflict: Conflict,
    /// What was noted.
    #[n(11)]
    pub grounds: Vec<(Ground, String)>,
    /// What second professionals said.
    #[n(12)]
    pub opinions: Vec<(Signer, bool, String)>,
    /// A later program wrote something about it: nothing is decided here before an update.
    #[n(13)]
    pub is_newer: bool,
}

impl fmt::Debug for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Judged({} unmet {:?} faults {:?})", self.reason, self.unmet, self.faults)
    }
}

/// What is permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct PermitRow {
    /// What may be said.
    #[n(0)]
    pub saying: Saying,
    /// Whether the employee may be named.
    #[n(1)]
    pub naming: Naming,
    /// Why it is lawful.
    #[n(2)]
    pub basis: Basis,
    /// Longest text, in characters.
    #[n(3)]
    pub chars_max: u32,
}

/// Somebody was told, was not told, or asked.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct LineRow {
    /// Of which matter.
    #[n(0)]
    pub matter: MatterId,
    /// What happened: `sent`, `declined` or `asked`.
    #[n(1)]
    pub kind: LineKind,
    /// When.
    #[n(2)]
    pub at: UnixMillis,
    /// About what.
    #[n(3)]
    pub category: Category,
    /// To or by whom.
    #[n(4)]
    pub recipient: Recipient,
    /// To or by whom exactly.
    #[n(5)]
    pub name: String,
    /// The line of the table, by its reason, where it was not told.
    #[n(6)]
    pub reason: String,
    /// What was sent, and how.
    #[n(7)]
    pub sent: Option<SentRow>,
    /// The day on which the employee was told in person.
    #[n(8)]
    pub told_on: Option<String>,
    /// When the recipient confirmed.
    #[n(9)]
    pub acknowledged_at: Option<UnixMillis>,
    /// What came of it.
    #[n(10)]
    pub response: Option<(UnixMillis, String)>,
    /// Whether the employee took their consent back.
    #[n(11)]
    pub is_withdrawn: bool,
    /// When the recipient was asked to use it no longer.
    #[n(12)]
    pub stopped_at: Option<UnixMillis>,
    /// Whether the employee reads it; always so on the employee's device.
    #[n(13)]
    pub is_shown: bool,
}

impl fmt::Debug for LineRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LineRow({:?} {:?})", self.kind, self.matter)
    }
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum LineKind {
    /// Somebody was told.
    #[n(0)]
    Sent,
    /// It was decided not to tell.
    #[n(1)]
    Declined,
    /// Somebody asked.
    #[n(2)]
    Asked,
}

/// A transmission.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct SentRow {
    /// The exact words.
    #[n(0)]
    pub text: String,
    /// How the employee appeared.
    #[n(1)]
    pub identity: Identity,
    /// How.
    #[n(2)]
    pub means: Means,
    /// By which row.
    #[n(3)]
    pub row: Row,
    /// Why it was lawful.
    #[n(4)]
    pub basis: Basis,
    /// How long it is kept.
    #[n(5)]
    pub class: Class,
    /// When it is to be looked at again.
    #[n(6)]
    pub recheck_at: Option<UnixMillis>,
    /// As what professionals signed these words.
    #[n(7)]
    pub signed_by: Vec<Signer>,
}

impl fmt::Debug for SentRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SentRow({:?})", self.row)
    }
}

/// The danger in a case, as the consultant judged it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct RiskView {
    /// The private document.
    #[n(0)]
    pub document: DocumentId,
    /// Of which case.
    #[n(1)]
    pub case: CaseId,
    /// Every assessment, oldest first; the last holds.
    #[n(2)]
    pub assessments: Vec<Assessment>,
    /// What the last one lacks.
    #[n(3)]
    pub lacks: Vec<Lack>,
    /// By when it has to be looked at again.
    #[n(4)]
    pub recheck_by: Option<UnixMillis>,
    /// Whether the safety plan helps at night.
    #[n(5)]
    pub has_plan: bool,
    /// The firm's windows to turn to; empty for those of the locale.
    #[n(6)]
    pub windows: Vec<WindowRow>,
}

/// Somebody to turn to.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct WindowRow {
    /// What it is.
    #[n(0)]
    pub kind: ContactKind,
    /// What it is called.
    #[n(1)]
    pub name: String,
    /// How to reach it.
    #[n(2)]
    pub phone: String,
    /// When, and for what.
    #[n(3)]
    pub note: String,
}

impl fmt::Debug for WindowRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WindowRow(..)")
    }
}

/// A second opinion, open.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct OpinionView {
    /// Which document.
    #[n(0)]
    pub document: DocumentId,
    /// What is asked.
    #[n(1)]
    pub question: Question,
    /// Who signed: as what, whether under the words, and what they say.
    #[n(2)]
    pub answers: Vec<(Signer, bool, String)>,
    /// Whether it is for this person to answer.
    #[n(3)]
    pub is_for_me: bool,
}

/// What this person has to look at, whenever that changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct DueView {
    /// Cases in danger, and by when each has to be looked at again. The soonest first.
    #[n(0)]
    pub rechecks: Vec<(CaseId, Level, UnixMillis)>,
    /// Second opinions that this person was asked for.
    #[n(1)]
    pub opinions: Vec<DocumentId>,
    /// Cases in which something waits for this person: words for the employee to answer; for the
    /// consultant an answer, or a recipient to be asked to stop.
    #[n(2)]
    pub matters: Vec<CaseId>,
    /// Cases in which the employee has to be told of something that was done or asked.
    #[n(3)]
    pub untold: Vec<CaseId>,
    /// Copies for supervision that consultant and supervisor have not talked about yet.
    #[n(4)]
    pub copies: Vec<DocumentId>,
}
