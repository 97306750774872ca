//! What is decided: the matters C1 to C11, and what may be said about each.

use core::fmt;

use shared::{Decode, Encode, id::AccountId};

use crate::document::guard::Side;

/// A matter that the employee is told of and decides on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Matter {
    /// C1: secrecy, and where it ends.
    #[n(1)]
    Secrecy,
    /// C2: what this interview is for.
    #[n(2)]
    Purpose,
    /// C3: who the consultant is.
    #[n(3)]
    Consultant,
    /// C4: use of the case in supervision.
    #[n(4)]
    Supervision,
    /// C5: whether and when to go on.
    #[n(5)]
    Continuation,
    /// C6: that a record is made and kept.
    #[n(6)]
    Record,
    /// C7: being counted in the company's report.
    #[n(7)]
    Counting,
    /// C8: telling the company something; for each matter alone, never for all.
    #[n(8)]
    Telling,
    /// C9: handing over to another consultant.
    #[n(9)]
    HandOver,
    /// C10: calling the emergency contact.
    #[n(10)]
    Emergency,
    /// C11: how to be reached.
    #[n(11)]
    Contact,
}

/// A decision. Ordered: the less it permits, the earlier it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Decision {
    /// Taken back.
    #[n(0)]
    Withdrawn,
    /// No.
    #[n(1)]
    Refused,
    /// Ask again each time.
    #[n(2)]
    AskEachTime,
    /// Told and understood.
    #[n(3)]
    Explained,
    /// Yes.
    #[n(4)]
    Agreed,
}

/// What a decision covers.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub enum Scope {
    /// The matter as it is.
    #[n(0)]
    Whole,
    /// These words: a purpose, or when to go on.
    #[n(1)]
    Words(#[n(0)] String),
    /// One thing to be told, named by the hash of the exact words and whom they go to.
    #[n(2)]
    Exact(#[cbor(n(0), bytes)] [u8; 32]),
    /// This account.
    #[n(3)]
    To(#[n(0)] AccountId),
    /// These of the codes in [`CONTACTS`].
    #[n(4)]
    Codes(#[n(0)] Vec<String>),
}

/// Ways to be reached.
pub const CONTACTS: &[&str] = &["app_only", "mail", "phone", "never_at_work"];

/// Without what it says: a purpose is as confidential as a note.
impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scope(..)")
    }
}

/// How a decision was given.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub enum Method {
    /// By the employee, on their own phone.
    #[n(0)]
    OwnPhone,
    /// By the employee, signing on the consultant's tablet; the hash is of the strokes.
    #[n(1)]
    Tablet(#[cbor(n(0), bytes)] [u8; 32]),
    /// On paper; the hash is of its photograph.
    #[n(2)]
    Paper(#[cbor(n(0), bytes)] [u8; 32]),
    /// Said aloud; these are the words in which the consultant attests to it.
    #[n(3)]
    Spoken(#[n(0)] String),
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Method(..)")
    }
}

impl Method {
    /// Whose device records a decision given in this way.
    pub fn is_of(&self, side: Side) -> bool {
        match self {
            Self::OwnPhone => side == Side::Employee,
            Self::Tablet(_) | Self::Paper(_) => side == Side::Staff,
            Self::Spoken(words) => side == Side::Staff && !words.trim().is_empty(),
        }
    }
}

const FREE: &[Decision] =
    &[Decision::Withdrawn, Decision::Refused, Decision::AskEachTime, Decision::Agreed];
const YES_NO: &[Decision] = &[Decision::Withdrawn, Decision::Refused, Decision::Agreed];

impl Matter {
    /// Every matter.
    pub const ALL: [Self; 11] = [
        Self::Secrecy,
        Self::Purpose,
        Self::Consultant,
        Self::Supervision,
        Self::Continuation,
        Self::Record,
        Self::Counting,
        Self::Telling,
        Self::HandOver,
        Self::Emergency,
        Self::Contact,
    ];

    /// As the locale files and the templates name it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Secrecy => "c1",
            Self::Purpose => "c2",
            Self::Consultant => "c3",
            Self::Supervision => "c4",
            Self::Continuation => "c5",
            Self::Record => "c6",
            Self::Counting => "c7",
            Self::Telling => "c8",
            Self::HandOver => "c9",
            Self::Emergency => "c10",
            Self::Contact => "c11",
        }
    }

    /// What can be decided about it. Secrecy can be disagreed with, which ends the matter there and
    /// then, but not withdrawn.
    pub fn decisions(self) -> &'static [Decision] {
        match self {
            Self::Secrecy | Self::Consultant => &[Decision::Explained, Decision::Refused],
            Self::Purpose => &[Decision::Agreed],
            Self::Continuation => &[
                Decision::Refused,
                Decision::AskEachTime,
                Decision::Explained,
                Decision::Agreed,
                Decision::Withdrawn,
            ],
            Self::Supervision | Self::HandOver => FREE,
            Self::Record | Self::Counting | Self::Telling | Self::Emergency | Self::Contact => {
                YES_NO
            }
        }
    }

    /// Whether single uses are decided on, each named by a hash.
    pub fn takes_exact(self) -> bool {
        matches!(self, Self::Telling | Self::Supervision)
    }

    /// Whether it is decided for each of its scopes alone.
    pub fn is_by_scope(self) -> bool {
        self == Self::Telling
    }

    /// Whether such a decision can be made about it.
    pub fn admits(self, decision: Decision, scope: &Scope) -> bool {
        let is_fitting = match (self, scope) {
            (Self::Purpose, Scope::Words(words)) => !words.trim().is_empty(),
            (Self::Telling, Scope::Exact(_)) => true,
            (Self::Purpose | Self::Telling, _) => false,
            (Self::Continuation, Scope::Words(_)) => decision == Decision::Agreed,
            (Self::Supervision, Scope::Exact(_)) | (Self::HandOver, Scope::To(_)) => {
                decision != Decision::AskEachTime
            }
            (Self::Contact, Scope::Codes(codes)) => {
                codes.iter().all(|code| CONTACTS.contains(&code.as_str()))
            }
            (_, scope) => *scope == Scope::Whole,
        };
        is_fitting && self.decisions().contains(&decision)
    }
}

/// What follows from a withdrawal, as a code that the locale files have words for.
pub fn effect(matter: Matter) -> &'static str {
    match matter {
        Matter::Secrecy => "not_withdrawable",
        Matter::Purpose => "agreed_anew",
        Matter::Consultant => "another_consultant",
        Matter::Supervision => "no_new_copy_and_existing_deleted",
        Matter::Continuation | Matter::Emergency | Matter::Contact => "free",
        Matter::Record => "minimal_record",
        Matter::Counting => "removed_unless_final",
        Matter::Telling => "stopped_or_recipient_told",
        Matter::HandOver => "successor_loses_access",
    }
}
