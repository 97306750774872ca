//! What the consultant writes on the card: part of it once both put their name to the very words.

use shared::{cbor, hash::sha256};

use super::{COMMENT, Item};
use crate::{
    casework::{
        field::{Field, Holds, Shape, Spec},
        item::{add, all, text},
    },
    document::crdt::{Crdt, EditError, Writer},
};

/// How far a comment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, shared::Encode, shared::Decode)]
#[cbor(index_only)]
pub enum State {
    /// The consultant is writing it.
    #[n(0)]
    Draft,
    /// The consultant put their name to these words; the employee has not.
    #[n(1)]
    Signed,
    /// Both did.
    #[n(2)]
    Agreed,
}

fn place(comment: &str) -> Field {
    Field::top("comments").child(comment)
}

/// What a comment says, field by field.
pub fn wording(crdt: &Crdt, comment: &str) -> Item {
    let item = place(comment);
    let read = |spec: &Spec| Some((spec.id, one(crdt, &item.child(spec.id), spec.shape)?));
    COMMENT.iter().filter_map(read).collect()
}

fn one(crdt: &Crdt, field: &Field, shape: Shape) -> Option<String> {
    let text = match shape.holds() {
        Holds::Text => crdt.text(field),
        Holds::Value => crdt.plain(field),
        Holds::Items(_) => None,
    };
    text.filter(|text| !text.is_empty())
}

fn digest(crdt: &Crdt, comment: &str) -> Vec<u8> {
    sha256(&[b"mendan/1/comment", &cbor::to_vec(&wording(crdt, comment))]).to_vec()
}

/// What a comment says, for whoever is asked to agree to it, and the digest of all its words.
pub fn comment(crdt: &Crdt, comment: &str) -> (String, Vec<u8>) {
    (text(crdt, &place(comment).child("comment")), digest(crdt, comment))
}

/// The consultant puts their name to a comment as it stands.
pub fn sign_comment(crdt: &Crdt, comment: &str) -> (Field, Vec<u8>) {
    (place(comment).child("signed"), digest(crdt, comment))
}

/// The employee agrees to a comment as it stands (納得しました).
pub fn agree(
    tx: &mut Writer<'_, '_>,
    id: &str,
    comment: &str,
    words: Vec<u8>,
) -> Result<(), EditError> {
    add(tx, "agreements", id, &[], |tx, item| {
        tx.put(&item.child("comment"), comment)?;
        tx.put(&item.child("words"), words)
    })
}

/// How far a comment is, by the words that it has now.
pub fn state(crdt: &Crdt, comment: &str) -> State {
    let words = digest(crdt, comment);
    if crdt.bytes(&place(comment).child("signed")).as_ref() != Some(&words) {
        return State::Draft;
    }
    let agreed = all(crdt, "agreements", |_, item| {
        let is_of = crdt.plain(&item.child("comment"))? == comment;
        (is_of && crdt.bytes(&item.child("words"))? == words).then_some(())
    });
    if agreed.is_empty() { State::Signed } else { State::Agreed }
}

/// Whether both put their name to the words that a comment has now.
pub fn is_agreed(crdt: &Crdt, comment: &str) -> bool {
    state(crdt, comment) == State::Agreed
}
