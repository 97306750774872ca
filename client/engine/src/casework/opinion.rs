//! A second opinion: what a supervisor or lead is asked about some words, and what they sign.
//!
//! It has a document of its own, without the person, to which nobody but the two is let in; so the
//! second professional never comes near the case. Both sign the hash of the very words, and of the
//! question as it was put: what is changed afterwards was never signed.

use core::fmt;

use shared::{
    Blob, Decode, Encode, cbor,
    hash::sha256,
    id::{DeviceId, DocumentId, hex},
    sign::{Domain, Signature, SigningKey, VerifyKey},
    time::UnixMillis,
};

use crate::{
    casework::{
        field::{Field, Shape, Spec, spec},
        item::{add, all},
        matter::MatterId,
        rule::disclosure::{
            Category, Recipient,
            decision::{DraftHash, Identity},
            table::Row,
        },
    },
    document::{
        crdt::{Crdt, EditError, Writer},
        guard::{Guard, STAFF, Side, adds, guard},
    },
};

/// A question and its answers, whole and for ever.
pub const FIELDS: &[Spec] =
    &[spec("questions", Shape::List(&[])), spec("answers", Shape::List(&[]))];

/// The one asks, both sign.
pub const GUARDS: &[Guard] = &[
    guard("", STAFF),
    adds("questions", STAFF),
    adds("answers", &[Side::Staff, Side::Supervisor]),
];

/// What is asked.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Question {
    /// About which matter: an id that says nothing to others.
    #[n(0)]
    pub matter: MatterId,
    /// The hash of the very words.
    #[n(1)]
    pub words: DraftHash,
    /// What it is about.
    #[n(2)]
    pub category: Category,
    /// By which row it would be told.
    #[n(3)]
    pub row: Row,
    /// To what kind of recipient.
    #[n(4)]
    pub recipient: Recipient,
    /// How the employee appears.
    #[n(5)]
    pub identity: Identity,
    /// The words, with another letter for the employee's name.
    #[n(6)]
    pub text: String,
    /// What one needs to know, without the person.
    #[n(7)]
    pub facts: String,
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Question(..)")
    }
}

/// What is signed.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Answer {
    /// Where: copied elsewhere it says nothing.
    #[n(0)]
    pub document: DocumentId,
    /// SHA-256 of the question.
    #[cbor(n(1), bytes)]
    pub question: [u8; 32],
    /// About which matter.
    #[n(2)]
    pub matter: MatterId,
    /// Under which words.
    #[n(3)]
    pub words: DraftHash,
    /// Whether they put their name under them.
    #[n(4)]
    pub agrees: bool,
    /// What they say of it.
    #[n(5)]
    pub advice: String,
    /// By the device's clock.
    #[n(6)]
    pub at: UnixMillis,
    /// Whose device.
    #[n(7)]
    pub by: DeviceId,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({:?})", self.by)
    }
}

/// An answer and its signature.
#[derive(Clone, Encode, Decode)]
struct Signed {
    #[n(0)]
    answer: Blob,
    #[n(1)]
    signature: Signature,
}

/// Puts the question.
pub fn ask(tx: &mut Writer<'_, '_>, question: &Question) -> Result<(), EditError> {
    let bytes = cbor::to_vec(question);
    let id = hex(&sha256(&[&bytes]));
    add(tx, "questions", &id, &[], |tx, item| tx.put(&item.child("said"), bytes))
}

/// The question that was put first; there is one.
pub fn question(crdt: &Crdt) -> Option<(Question, [u8; 32])> {
    let read = |_: &str, item: &Field| {
        let bytes = crdt.bytes(&item.child("said"))?;
        Some((cbor::from_slice(&bytes)?, sha256(&[&bytes])))
    };
    all(crdt, "questions", read).into_iter().next()
}

/// Signs an answer.
pub fn sign(answer: &Answer, key: &SigningKey) -> Blob {
    let bytes = cbor::to_vec(answer);
    let signature = key.sign(Domain::Opinion, &bytes);
    Blob(cbor::to_vec(&Signed { answer: Blob(bytes), signature }))
}

/// Adds a signed answer.
pub fn attach(tx: &mut Writer<'_, '_>, signed: &Blob) -> Result<(), EditError> {
    let id = hex(&sha256(&[&signed.0]));
    add(tx, "answers", &id, &[], |tx, item| tx.put(&item.child("said"), signed.0.clone()))
}

/// Every answer to the question whose signature holds, as it was signed; `key` knows the devices of
/// the firm.
pub fn answers(
    crdt: &Crdt,
    document: DocumentId,
    key: impl Fn(DeviceId) -> Option<VerifyKey>,
) -> Vec<(Answer, Blob)> {
    let Some((asked, digest)) = question(crdt) else { return vec![] };
    let read = |_: &str, item: &Field| {
        let bytes = crdt.bytes(&item.child("said"))?;
        let answer = check(&bytes, &key)?;
        let is_to_this = answer.document == document
            && answer.question == digest
            && (answer.matter, answer.words) == (asked.matter, asked.words)
            && crdt.author(item) == Some(answer.by);
        is_to_this.then_some((answer, Blob(bytes)))
    };
    all(crdt, "answers", read)
}

/// An answer whose signature holds.
pub fn check(bytes: &[u8], key: impl Fn(DeviceId) -> Option<VerifyKey>) -> Option<Answer> {
    let Signed { answer: bytes, signature } = cbor::from_slice(bytes)?;
    let answer: Answer = cbor::from_slice(&bytes.0)?;
    let key = key(answer.by)?;
    key.verify(Domain::Opinion, &bytes.0, &signature).ok()?;
    Some(answer)
}

#[cfg(test)]
mod tests {
    use shared::secret::Secret;

    use super::*;
    use crate::{
        casework::group::{Group, NOW},
        document::genesis::Kind,
    };

    fn key_of(hand: usize) -> SigningKey {
        SigningKey::derive(&Secret::new(Box::new([u8::try_from(hand + 1).unwrap(); 32])))
    }

    const HERE: DocumentId = crate::casework::group::DOCUMENT;
    const CONSULTANT: usize = 0;
    const SUPERVISOR: usize = 1;

    fn asked() -> Question {
        Question {
            matter: MatterId([1; 16]),
            words: DraftHash([2; 32]),
            category: Category::Danger,
            row: Row::R3,
            recipient: Recipient::SafetyContact,
            identity: Identity::Anonymous,
            text: String::from("付き添いが必要です"),
            facts: String::from("三十代。先週から眠れていない。"),
        }
    }

    fn answer(group: &Group, hand: usize) -> Answer {
        let (question, digest) = question(&group.0[hand].crdt).unwrap();
        Answer {
            document: HERE,
            question: digest,
            matter: question.matter,
            words: question.words,
            agrees: true,
            advice: String::from("最小限で"),
            at: NOW,
            by: group.0[hand].device,
        }
    }

    fn told(group: &Group) -> Vec<DeviceId> {
        let who = group.who();
        let key = |device| who(device).map(|it| it.key);
        let answers = answers(&group.0[CONSULTANT].crdt, HERE, key);
        answers.into_iter().map(|(answer, _)| answer.by).collect()
    }

    #[test]
    fn both_sign_the_question_as_it_was_put_and_nobody_signs_for_another() {
        let mut group = Group::new(Kind::Opinion, &[Side::Staff, Side::Supervisor]);
        group.edit(CONSULTANT, |tx| ask(tx, &asked())).unwrap();
        group.meet();
        for hand in [CONSULTANT, SUPERVISOR] {
            let (signed, key) = (answer(&group, hand), key_of(hand));
            group.edit(hand, |tx| attach(tx, &sign(&signed, &key))).unwrap();
        }
        group.meet();
        let devices = [group.0[CONSULTANT].device, group.0[SUPERVISOR].device];
        assert_eq!(told(&group).len(), 2);
        assert!(devices.iter().all(|it| told(&group).contains(it)));

        let key = key_of(CONSULTANT);
        for spoil in [
            |it: &mut Answer| it.document = DocumentId::new([9; 16]),
            |it: &mut Answer| it.question = [9; 32],
            |it: &mut Answer| it.matter = MatterId([9; 16]),
            |it: &mut Answer| it.words = DraftHash([9; 32]),
            |it: &mut Answer| it.by = DeviceId::new([2; 16]),
        ] {
            let mut spoiled = answer(&group, CONSULTANT);
            spoil(&mut spoiled);
            group.edit(CONSULTANT, |tx| attach(tx, &sign(&spoiled, &key))).unwrap();
        }
        // The supervisor's own words, under the consultant's hand.
        let forged = answer(&group, SUPERVISOR);
        group.edit(CONSULTANT, |tx| attach(tx, &sign(&forged, &key))).unwrap();
        assert_eq!(told(&group).len(), 2);
    }

    #[test]
    fn a_supervisor_puts_no_question_and_nobody_changes_an_answer() {
        let mut group = Group::new(Kind::Opinion, &[Side::Staff, Side::Supervisor]);
        assert_eq!(group.edit(SUPERVISOR, |tx| ask(tx, &asked())), Err(EditError::NotYours));
        group.edit(CONSULTANT, |tx| ask(tx, &asked())).unwrap();
        let (signed, key) = (answer(&group, CONSULTANT), key_of(CONSULTANT));
        group.edit(CONSULTANT, |tx| attach(tx, &sign(&signed, &key))).unwrap();
        let list = Field::top("answers");
        let item = list.child(&group.0[CONSULTANT].crdt.items(&list)[0]);
        let changed = group.edit(CONSULTANT, |tx| tx.put(&item.child("said"), vec![0_u8]));
        assert_eq!(changed, Err(EditError::NotYours));
        let removed = group.edit(CONSULTANT, |tx| tx.remove_item(&item).map(|_| ()));
        assert_eq!(removed, Err(EditError::NotYours));
    }
}
