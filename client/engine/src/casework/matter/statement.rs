//! What the employee finds in the disclosure document: words they were shown, what was told to
//! whom, what was not told, and who asked.

use core::fmt;

use shared::{Blob, Decode, Encode, time::UnixMillis};

use super::{MatterId, Wording};
use crate::casework::{
    date::Date,
    rule::{
        disclosure::{
            Category, Recipient,
            decision::DraftHash,
            permit::Basis,
            record::{Means, Record, UNTOLD_DAYS_MAX},
            table::Row,
        },
        retention::Class,
    },
};

/// Something said about a matter, once and for ever.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub enum Statement {
    /// These words were shown to the employee.
    #[n(0)]
    Offered {
        /// About what.
        #[n(0)]
        category: Category,
        /// The words.
        #[n(1)]
        wording: Wording,
        /// When.
        #[n(2)]
        at: UnixMillis,
    },
    /// It is not told.
    #[n(1)]
    Declined {
        /// About what.
        #[n(0)]
        category: Category,
        /// Who would have been told.
        #[n(1)]
        recipient: Recipient,
        /// The line of the table, by its reason.
        #[n(2)]
        reason: String,
        /// When.
        #[n(3)]
        at: UnixMillis,
    },
    /// Somebody asked, and was given the standard reply.
    #[n(2)]
    Asked(#[n(0)] Inquiry),
    /// It was told.
    #[n(3)]
    Sent(#[n(0)] Sent),
    /// The recipient confirmed.
    #[n(4)]
    Acknowledged(#[n(0)] UnixMillis),
    /// What came of it.
    #[n(5)]
    FollowedUp {
        /// When it was written down.
        #[n(0)]
        at: UnixMillis,
        /// In words.
        #[n(1)]
        response: String,
    },
    /// The employee was told in person, on this day.
    #[n(6)]
    Told(#[n(0)] String),
    /// The recipient was asked to use it no longer.
    #[n(7)]
    Stopped(#[n(0)] UnixMillis),
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Statement(..)")
    }
}

/// Somebody asked about one person.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Inquiry {
    /// Whether about what was said, or about who came.
    #[n(0)]
    pub category: Category,
    /// Who asked.
    #[n(1)]
    pub asker: Recipient,
    /// Who exactly.
    #[n(2)]
    pub name: String,
    /// When.
    #[n(3)]
    pub at: UnixMillis,
}

impl fmt::Debug for Inquiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inquiry(..)")
    }
}

/// A transmission, as it is kept.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Sent {
    /// When.
    #[n(0)]
    pub at: UnixMillis,
    /// What it was about.
    #[n(1)]
    pub category: Category,
    /// The exact words, and to whom.
    #[n(2)]
    pub wording: Wording,
    /// How.
    #[n(3)]
    pub means: Means,
    /// By which row.
    #[n(4)]
    pub row: Row,
    /// Why it was lawful.
    #[n(5)]
    pub basis: Basis,
    /// How long it is kept.
    #[n(6)]
    pub class: Class,
    /// When it is to be looked at again.
    #[n(7)]
    pub recheck_at: Option<UnixMillis>,
    /// The signed opinions on these words.
    #[n(8)]
    pub opinions: Vec<Blob>,
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sent({:?})", self.row)
    }
}

impl Sent {
    /// What the rules made, as it is kept. Why there was no consent stays in the private document.
    pub fn new(record: &Record, wording: Wording, opinions: Vec<Blob>) -> Self {
        Self {
            at: record.at,
            category: record.category,
            wording,
            means: record.means,
            row: record.row,
            basis: record.basis,
            class: record.class,
            recheck_at: record.recheck_at,
            opinions,
        }
    }
}

/// What the employee says to words beside yes and no: the change they ask for.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Reply {
    /// To which words.
    #[n(0)]
    pub words: DraftHash,
    /// In their words.
    #[n(1)]
    pub comment: String,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reply(..)")
    }
}

/// One line of what the employee reads about who was told, who was not, and who asked.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// Of which matter.
    pub matter: MatterId,
    /// What happened.
    pub said: Statement,
    /// When the employee was told in person.
    pub told_on: Option<Date>,
    /// When the recipient confirmed.
    pub acknowledged_at: Option<UnixMillis>,
    /// What came of it, and when that was written down.
    pub response: Option<(UnixMillis, String)>,
    /// When the recipient was asked to stop.
    pub stopped_at: Option<UnixMillis>,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({:?})", self.matter)
    }
}

impl Line {
    /// A transmission as the rules have it; `None` if this is none.
    pub fn record(&self) -> Option<Record> {
        let Statement::Sent(sent) = &self.said else { return None };
        let Wording { recipient, recipient_name, identity, text, .. } = &sent.wording;
        let (followed_up_at, response) = self.response.clone().unzip();
        Some(Record {
            at: sent.at,
            category: sent.category,
            recipient: *recipient,
            recipient_name: recipient_name.clone(),
            means: sent.means,
            identity: *identity,
            text: text.clone(),
            words: sent.wording.hash(self.matter),
            row: sent.row,
            basis: sent.basis,
            why_no_consent: String::new(),
            class: sent.class,
            recheck_at: sent.recheck_at,
            told_on: self.told_on,
            acknowledged_at: self.acknowledged_at,
            response: response.unwrap_or_default(),
            followed_up_at,
        })
    }

    /// Whether the employee reads it. Who asked about them is told in person first, as an emergency
    /// is, if that happens in time.
    pub fn is_shown(&self, today: Date) -> bool {
        match &self.said {
            Statement::Sent(_) => self.record().is_some_and(|record| record.is_shown(today)),
            Statement::Asked(inquiry) => {
                let waited = Date::at(inquiry.at).days_until(today);
                self.told_on.is_some() || waited > UNTOLD_DAYS_MAX
            }
            Statement::Offered { .. }
            | Statement::Declined { .. }
            | Statement::Acknowledged(_)
            | Statement::FollowedUp { .. }
            | Statement::Told(_)
            | Statement::Stopped(_) => true,
        }
    }
}
