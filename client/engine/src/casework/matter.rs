//! Matters: what somebody outside might be told of a case, from the first thought to the last
//! follow-up.
//!
//! A matter is in three documents. What the consultant notes about it ([`Entry`]) is private; what
//! the employee is shown, and what was told to others ([`Statement`]), is in the disclosure document;
//! what the employee answers is a consent to the exact words (C8). Nothing is ever changed: entries
//! and statements are only added, each whole, and [`Book`] says what follows from all of them. So
//! devices that were apart agree, and an emergency leaves no trace on the employee's phone before
//! somebody was told.

use core::fmt;

use shared::{
    Decode, Encode, cbor,
    id::{AccountId, DocumentId},
    time::UnixMillis,
};

use crate::{
    casework::{
        field::Field,
        item::add,
        rule::{
            code::coded,
            disclosure::{
                Category, Conflict, Consent, Judgement, Recipient,
                decision::{Draft, DraftHash, Identity},
            },
        },
    },
    document::crdt::{Crdt, EditError, Writer},
};

mod book;
mod statement;

pub use crate::casework::rule::disclosure::decision::MatterId;
pub use book::{Book, Opinion, World, Write};
pub use statement::{Inquiry, Line, Reply, Sent, Statement};

coded! {
    /// What a consultant notes to show that a need of the table is met.
    Ground {
        /// The employee was told the intention, or why not.
        Intention = "intention",
        /// Why consent was refused or hard to get.
        WhyNoConsent = "why_no_consent",
        /// Which lawyer saw the order, and when.
        Lawyer = "lawyer",
        /// When the firm's representative saw it.
        Representative = "representative",
        /// That it was explained what protects reporters.
        ReporterLaw = "reporter_law",
        /// Where the written consent to publication is.
        WrittenConsent = "written_consent",
        /// That the list of windows was given.
        WindowsGiven = "windows_given",
    }
}

/// What would be said, as one device wrote it at once.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Wording {
    /// See [`Draft::revision`].
    #[n(0)]
    pub revision: u32,
    /// To whom.
    #[n(1)]
    pub recipient: Recipient,
    /// To whom exactly.
    #[n(2)]
    pub recipient_name: String,
    /// How the employee appears.
    #[n(3)]
    pub identity: Identity,
    /// The exact words.
    #[n(4)]
    pub text: String,
}

impl fmt::Debug for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wording(..)")
    }
}

impl Wording {
    /// As the rules have it.
    pub fn draft(&self, matter: MatterId) -> Draft {
        Draft {
            matter,
            revision: self.revision,
            recipient_name: self.recipient_name.clone(),
            text: self.text.clone(),
            identity: self.identity,
        }
    }

    /// Names the words.
    pub fn hash(&self, matter: MatterId) -> DraftHash {
        self.draft(matter).hash(self.recipient)
    }
}

/// What a consultant notes about a matter, in the private document.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub enum Entry {
    /// It begins; what it is about does not change.
    #[n(0)]
    Begun {
        /// About what.
        #[n(0)]
        category: Category,
        /// When.
        #[n(1)]
        at: UnixMillis,
    },
    /// These are the words, until there are later ones.
    #[n(1)]
    Worded(#[n(0)] Wording),
    /// What the check of a recipient found. What was found once stays found.
    #[n(2)]
    Found {
        /// Of whom.
        #[n(0)]
        recipient: Recipient,
        /// Of whom exactly.
        #[n(1)]
        name: String,
        /// What.
        #[n(2)]
        conflict: Conflict,
    },
    /// What the employee said before there were words, and how grave a hazard is.
    #[n(3)]
    Heard {
        /// What they said.
        #[n(0)]
        spoken: Consent,
        /// Of a hazard alone; a danger to a person is judged by the assessments.
        #[n(1)]
        hazard: Judgement,
    },
    /// What shows that a need is met; nothing takes back what was noted before.
    #[n(4)]
    Noted {
        /// What for.
        #[n(0)]
        ground: Ground,
        /// In words.
        #[n(1)]
        text: String,
    },
    /// These words were read for what points to one person.
    #[n(5)]
    Checked(#[n(0)] DraftHash),
    /// Somebody was asked for a second opinion on these words.
    #[n(6)]
    Asked {
        /// Where they answer.
        #[n(0)]
        document: DocumentId,
        /// Who.
        #[n(1)]
        of: AccountId,
    },
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entry(..)")
    }
}

/// Adds what a matter is told by to a list of a document.
pub fn write<T: Encode>(
    tx: &mut Writer<'_, '_>,
    list: &str,
    id: &str,
    matter: MatterId,
    said: &T,
) -> Result<(), EditError> {
    add(tx, list, id, &[], |tx, item| {
        tx.put(&item.child("matter"), matter.0.to_vec())?;
        tx.put(&item.child("said"), cbor::to_vec(said))
    })
}

/// What a list of a document holds about matters, in the order of the list; `None` for what a later
/// program wrote.
pub fn read<T: Decode>(crdt: &Crdt, list: &str) -> Vec<(MatterId, Option<T>)> {
    let list = Field::top(list);
    let read = |id: &String| {
        let item = list.child(id);
        let matter = crdt.bytes(&item.child("matter"))?.try_into().ok()?;
        let said = crdt.bytes(&item.child("said"))?;
        Some((MatterId(matter), cbor::from_slice(&said)))
    };
    crdt.items(&list).iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests;
