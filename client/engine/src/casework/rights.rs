//! What is done about a case beside the interviews: asked for, handed over, held, destroyed.
//!
//! The same acts stand in two documents: what the employee may see beside their consents, the rest in
//! the consultant's private document. Nobody changes or removes one; what holds follows from all of
//! them in their order.

use core::fmt;

use shared::{
    Decode, Encode, cbor,
    hash::sha256,
    id::{AccountId, DeviceId, DocumentId, hex},
    sign::{Domain, VerifyKey},
    time::UnixMillis,
};

use crate::{
    casework::{
        attest::Attested,
        field::{Field, Shape, Spec, spec},
    },
    document::{
        crdt::{Crdt, EditError, Writer},
        guard::{BOTH, Guard, STAFF, Side, adds},
    },
};

/// What consent documents and private documents got later.
pub const GROWN: &[Spec] = &[spec("acts", Shape::List(&[]))];
/// An employee asks for what is theirs, and their device says where they are counted; everything else
/// is the consultant's to say.
pub const CONSENT_GUARDS: &[Guard] = &[adds("acts", BOTH)];
/// Of a private document, and of a company's: the consultants' own.
pub const PRIVATE_GUARDS: &[Guard] = &[adds("acts", STAFF)];

/// Names an act: the hash of what it says.
pub type ActId = String;

/// What was done.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub enum Act {
    /// The employee is asked whether this copy may go to this supervisor (C4, each time).
    #[n(0)]
    Asked {
        /// The copy.
        #[n(0)]
        copy: DocumentId,
        /// The supervisor.
        #[n(1)]
        supervisor: AccountId,
        /// As the consultant calls them.
        #[n(2)]
        name: String,
    },
    /// The employee, or the consultant in their name, asks to see, correct, stop or erase.
    #[n(1)]
    Requested {
        /// A code of [`crate::casework::rule::access_request::Kind`].
        #[n(0)]
        kind: String,
        /// What of it, in their words.
        #[n(1)]
        scope: String,
    },
    /// It was seen that it is the person who asks.
    #[n(2)]
    Identified {
        /// Which request.
        #[n(0)]
        request: ActId,
        /// How.
        #[n(1)]
        how: String,
    },
    /// A request was answered.
    #[n(3)]
    Answered {
        /// Which.
        #[n(0)]
        request: ActId,
        /// A code of [`crate::casework::rule::access_request::Outcome`].
        #[n(1)]
        outcome: String,
        /// Codes of [`crate::casework::rule::access_request::Reason`].
        #[n(2)]
        reasons: Vec<String>,
        /// Why, in words.
        #[n(3)]
        words: String,
        /// By what means.
        #[n(4)]
        means: String,
        /// What was handed out.
        #[n(5)]
        package: Option<DocumentId>,
    },
    /// A legal hold (保全): nothing of the case is destroyed.
    #[n(4)]
    Held {
        /// Why.
        #[n(0)]
        reason: String,
    },
    /// A hold ended.
    #[n(5)]
    Lifted {
        /// Which.
        #[n(0)]
        hold: ActId,
    },
    /// Something was destroyed: an attested [`Certificate`].
    #[n(6)]
    Gone(#[n(0)] Attested),
    /// The private documents were opened to a successor.
    #[n(7)]
    HandedOver {
        /// To whom.
        #[n(0)]
        account: AccountId,
        /// As the consultant calls them.
        #[n(1)]
        name: String,
    },
    /// And closed to them again.
    #[n(8)]
    TakenBack {
        /// To whom.
        #[n(0)]
        account: AccountId,
    },
    /// A withdrawal came too late: the report had left.
    #[n(9)]
    Left {
        /// Which.
        #[n(0)]
        report: DocumentId,
    },
    /// The case was closed on this day; it outlives the document in which that is written.
    #[n(10)]
    Closed {
        /// Written as the DOM's `date`.
        #[n(0)]
        on: String,
    },
    /// The contract with the employee's company keeps notes for so many years.
    #[n(11)]
    Term {
        /// See [`crate::casework::company::GROWN`].
        #[n(0)]
        years: u32,
    },
    /// What both read is gone by its term; this outlives it, and leads to what else does.
    #[n(12)]
    Outlived {
        /// The case.
        #[n(0)]
        case: DocumentId,
        /// The consultant's private document.
        #[n(1)]
        private: Option<DocumentId>,
        /// What was told to others.
        #[n(2)]
        disclosure: Option<DocumentId>,
        /// The day of the last interview, written as the DOM's `date`.
        #[n(3)]
        last: Option<String>,
        /// The day on which it went: a case that was never closed is closed by that.
        #[n(4)]
        on: String,
        /// Whose name the employee read there.
        #[n(5)]
        consultant: Option<String>,
    },
    /// Of all cases of the employee's, this one stands for them in reports, which count people: here
    /// they agreed first to be counted. Their own device says so; nobody else knows of every case.
    #[n(13)]
    Counts,
    /// A copy for supervision was begun.
    #[n(20)]
    Copied {
        /// The copy.
        #[n(0)]
        copy: DocumentId,
        /// Of which note.
        #[n(1)]
        note: DocumentId,
    },
    /// It is to go to a supervisor as soon as it is certain that the employee agrees.
    #[n(21)]
    ToShare {
        /// Which copy.
        #[n(0)]
        copy: DocumentId,
        /// Whose.
        #[n(1)]
        supervisor: AccountId,
    },
    /// The supervisor has it.
    #[n(22)]
    Shared {
        /// Which copy.
        #[n(0)]
        copy: DocumentId,
        /// The document that the supervisor reads.
        #[n(1)]
        document: DocumentId,
        /// Whose.
        #[n(2)]
        supervisor: AccountId,
    },
    /// It was tried, and the rule said no.
    #[n(23)]
    Blocked {
        /// The rule's row.
        #[n(0)]
        row: String,
        /// The rule's reason.
        #[n(1)]
        reason: String,
        /// About which note, copy or case.
        #[n(2)]
        about: DocumentId,
    },
    /// A copy is gone.
    #[n(24)]
    Deleted {
        /// Which.
        #[n(0)]
        copy: DocumentId,
    },
    /// The case is to be handed over as soon as it is certain that the employee agrees.
    #[n(25)]
    ToHandOver {
        /// To whom.
        #[n(0)]
        account: AccountId,
    },
}

/// Without what it says.
impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Act(..)")
    }
}

/// An act, and when it was done.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Entry {
    /// By the device's clock.
    #[n(0)]
    pub at: UnixMillis,
    /// What.
    #[n(1)]
    pub act: Act,
}

/// That something is gone. What it was is named by a hash, so that it proves without telling.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Certificate {
    /// For which case, or company: the document that says so.
    #[n(0)]
    pub consent: DocumentId,
    /// What is gone.
    #[n(1)]
    pub document: DocumentId,
    /// What kind of thing it was: a name of a document's kind.
    #[n(2)]
    pub kind: String,
    /// SHA-256 of its heads, and with them of all that was ever written in it.
    #[cbor(n(3), bytes)]
    pub content: [u8; 32],
    /// Why: `withdrawn`, `term` or `erasure`.
    #[n(4)]
    pub reason: String,
    /// Since when it had to be.
    #[n(5)]
    pub since: UnixMillis,
    /// When it was destroyed on the device that says so.
    #[n(6)]
    pub at: UnixMillis,
}

/// Adds an act.
pub fn add(tx: &mut Writer<'_, '_>, entry: &Entry) -> Result<(), EditError> {
    let bytes = cbor::to_vec(entry);
    let id = hex(&sha256(&[&bytes]));
    let list = Field::top("acts");
    tx.add_item(&list, &id, None, &[])?;
    tx.put(&list.child(&id).child("act"), bytes)
}

/// Every act that is its author's to do, in the order of the document.
pub fn acts(crdt: &Crdt, side: impl Fn(DeviceId) -> Option<Side>) -> Vec<(ActId, Entry)> {
    let list = Field::top("acts");
    let read = |id: String| {
        let item = list.child(&id);
        let entry: Entry = cbor::from_slice(&crdt.bytes(&item.child("act"))?)?;
        let by = crdt.author(&item).and_then(&side);
        let whose = if entry.act == Act::Counts { Side::Employee } else { Side::Staff };
        let is_theirs = by == Some(whose) || matches!(entry.act, Act::Requested { .. });
        (is_theirs && hex(&sha256(&[&cbor::to_vec(&entry)])) == id).then_some((id, entry))
    };
    crdt.items(&list).into_iter().filter_map(read).collect()
}

/// Since when the case is held, if it is: the first hold that nobody lifted.
pub fn held_since(acts: &[(ActId, Entry)]) -> Option<UnixMillis> {
    let is_lifted = |id: &ActId| {
        acts.iter().any(|(_, it)| matches!(&it.act, Act::Lifted { hold } if hold == id))
    };
    let holds = acts.iter().filter(|(id, it)| matches!(it.act, Act::Held { .. }) && !is_lifted(id));
    holds.map(|(_, it)| it.at).min()
}

/// Whom the case was handed to and not taken back from.
pub fn successors(acts: &[(ActId, Entry)]) -> Vec<AccountId> {
    let mut successors = vec![];
    for (_, entry) in acts {
        if let Act::HandedOver { account, .. } = &entry.act
            && !successors.contains(account)
        {
            successors.push(*account);
        }
        if let Act::TakenBack { account } = &entry.act {
            successors.retain(|it| it != account);
        }
    }
    successors
}

/// Names one use of a copy, as the employee approves it.
pub fn use_of(copy: DocumentId, supervisor: AccountId) -> [u8; 32] {
    sha256(&[b"mendan/1/supervision-use", copy.as_bytes(), supervisor.as_bytes()])
}

/// The certificate, if a device of the firm's signed it.
pub fn certificate(
    attested: &Attested,
    key: impl Fn(DeviceId) -> Option<VerifyKey>,
) -> Option<Certificate> {
    attested.word(Domain::Deletion, &key(attested.by)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casework::group::{Group, NOW},
        document::genesis::Kind,
    };

    fn entry(at: u64, act: Act) -> Entry {
        Entry { at: NOW.plus_ms(at), act }
    }

    fn read(group: &Group, hand: usize) -> Vec<(ActId, Entry)> {
        let who = group.who();
        acts(&group.0[hand].crdt, |device| who(device).map(|it| it.side))
    }

    #[test]
    fn an_employee_asks_and_does_nothing_else() {
        let mut group = Group::new(Kind::CaseConsent, &[Side::Staff, Side::Employee]);
        let asked = Act::Requested { kind: "disclosure".into(), scope: "全部".into() };
        group.edit(1, |tx| add(tx, &entry(0, asked.clone()))).unwrap();
        group.edit(0, |tx| add(tx, &entry(0, Act::Counts))).unwrap();
        group.edit(1, |tx| add(tx, &entry(1, Act::Held { reason: "嘘".into() }))).unwrap();
        group.edit(0, |tx| add(tx, &entry(2, Act::Held { reason: "訴訟".into() }))).unwrap();
        group.meet();

        for hand in 0..2 {
            let acts = read(&group, hand);
            assert_eq!(acts.len(), 2);
            assert!(acts.iter().any(|(_, it)| it.act == asked));
            assert_eq!(held_since(&acts), Some(NOW.plus_ms(2)));
        }

        // Where they are counted is theirs alone to say.
        group.edit(1, |tx| add(tx, &entry(3, Act::Counts))).unwrap();
        group.meet();
        let counts = read(&group, 0).into_iter().filter(|(_, it)| it.act == Act::Counts);
        assert_eq!(counts.map(|(_, it)| it.at).collect::<Vec<_>>(), [NOW.plus_ms(3)]);
    }

    #[test]
    fn a_hold_ends_when_it_is_lifted_and_a_successor_when_taken_back() {
        let act = |id: &str, at, act| (String::from(id), entry(at, act));
        let [one, two] = [1, 2].map(|byte| AccountId::new([byte; 16]));
        let handed = |account| Act::HandedOver { account, name: String::new() };
        let mut all = vec![
            act("a", 5, Act::Held { reason: String::new() }),
            act("b", 9, Act::Held { reason: String::new() }),
            act("c", 10, handed(one)),
            act("d", 11, handed(two)),
        ];
        assert_eq!(held_since(&all), Some(NOW.plus_ms(5)));
        assert_eq!(successors(&all), [one, two]);
        all.push(act("e", 12, Act::Lifted { hold: "a".into() }));
        all.push(act("f", 12, Act::TakenBack { account: one }));
        assert_eq!(held_since(&all), Some(NOW.plus_ms(9)));
        assert_eq!(successors(&all), [two]);
        all.push(act("g", 13, Act::Lifted { hold: "b".into() }));
        assert_eq!(held_since(&all), None);
    }

    #[test]
    fn nobody_removes_what_was_done() {
        let mut group = Group::new(Kind::CasePrivate, &[Side::Staff, Side::Staff]);
        group.edit(0, |tx| add(tx, &entry(0, Act::Held { reason: "訴訟".into() }))).unwrap();
        group.meet();
        let id = read(&group, 1)[0].0.clone();
        let item = Field::top("acts").child(&id);
        assert_eq!(group.edit(1, |tx| tx.remove_item(&item).map(|_| ())), Err(EditError::NotYours));
        assert_eq!(read(&group, 1).len(), 1);
    }
}
