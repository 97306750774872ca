//! A signed note: what it said when it was signed, for ever, and what was added since.
//!
//! A signature names the heads of the document and the hash of what the note said there. The signed
//! text is always made anew from those heads, so nothing written afterwards, here or on a tablet
//! that was offline, becomes part of it.

use automerge::ChangeHash;
use shared::{
    Blob, Decode, Encode, cbor,
    hash::sha256,
    id::{DeviceId, DocumentId, hex},
    sign::{Domain, Signature, SigningKey, VerifyKey},
    time::UnixMillis,
};
use thiserror::Error;

use crate::{
    casework::{
        field::{Field, Value},
        item::{add, all, millis, text, time},
        note::{self, AMENDMENT, SIGNATURE},
    },
    document::{
        crdt::{Crdt, EditError, Held, Row, Writer},
        genesis::SCHEMA,
    },
};

/// One line of a note's signed text.
#[derive(Encode)]
struct Line {
    #[n(0)]
    field: Field,
    #[n(1)]
    text: Option<String>,
    #[n(2)]
    value: Option<Value>,
}

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Statement {
    /// The note.
    #[n(0)]
    pub document: DocumentId,
    /// Which fields there were to be read.
    #[n(1)]
    pub schema: u64,
    /// The heads of the document.
    #[n(2)]
    pub heads: Vec<Blob>,
    /// SHA-256 of what the note said there.
    #[cbor(n(3), bytes)]
    pub digest: [u8; 32],
    /// By the device's clock.
    #[n(4)]
    pub at: UnixMillis,
    /// Whose device.
    #[n(5)]
    pub by: DeviceId,
}

/// A statement and its signature.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Signed {
    #[n(0)]
    statement: Blob,
    #[n(1)]
    signature: Signature,
}

/// Why a signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// It is none, or of another note: do not show the note as signed.
    #[error("not a signature of this note")]
    NotOfThis,
    /// The key did not make it: do not show the note as signed, and tell.
    #[error("the signature does not hold")]
    Forged,
    /// It was made by a later program, whose fields this one does not know: ask to update.
    #[error("signed with schema {found}, known is {SCHEMA}")]
    TooNew {
        /// The later schema.
        found: u64,
    },
    /// Changes that the note was made of are not here yet: wait for them.
    #[error("changes of the signed note are missing")]
    Missing,
    /// What the note said is not what was signed: do not show the note as signed, and tell.
    #[error("the note does not say what was signed")]
    Different,
}

/// Something added to a signed note.
#[derive(Clone, PartialEq, Eq)]
pub struct Amendment {
    /// When, by the device's clock.
    pub at: UnixMillis,
    /// Why.
    pub why: String,
    /// What.
    pub text: String,
}

/// What a note says, byte for byte: every field that holds something, in the order shown.
pub fn wording(note: &Crdt) -> Vec<u8> {
    let line = |(field, _, held): Row| match held {
        Held::Items(_) => None,
        Held::Text(text) => {
            let text = text.filter(|text| !text.is_empty())?;
            Some(Line { field, text: Some(text), value: None })
        }
        Held::Value(value) => {
            let is_empty = matches!(&value, Value::Codes(codes) if codes.is_empty());
            let is_set = value != Value::Unset && !is_empty;
            is_set.then_some(Line { field, text: None, value: Some(value) })
        }
    };
    let lines: Vec<Line> = note.rows(note::FIELDS, true).into_iter().filter_map(line).collect();
    cbor::to_vec(&lines)
}

/// Whether anything was written into a note.
pub fn is_begun(note: &Crdt) -> bool {
    wording(note) != cbor::to_vec::<Vec<Line>>(&vec![])
}

/// Signs a note as it stands.
pub fn sign(
    note: &Crdt,
    document: DocumentId,
    by: DeviceId,
    key: &SigningKey,
    at: UnixMillis,
) -> Signed {
    let heads = crate::document::chunk::heads_of(&note.heads());
    let digest = sha256(&[&wording(note)]);
    let statement = Statement { document, schema: SCHEMA, heads, digest, at, by };
    let bytes = cbor::to_vec(&statement);
    let signature = key.sign(Domain::Note, &bytes);
    Signed { statement: Blob(bytes), signature }
}

/// Adds a signature to its note.
pub fn attach(tx: &mut Writer<'_, '_>, signed: &Signed) -> Result<(), EditError> {
    let bytes = cbor::to_vec(signed);
    let id = hex(&sha256(&[&bytes]));
    add(tx, "signatures", &id, SIGNATURE, |tx, item| tx.put(&item.child("signed"), bytes))
}

/// Every signature of a note, the first first.
pub fn signatures(note: &Crdt) -> Vec<Signed> {
    all(note, "signatures", |_, item| cbor::from_slice(&note.bytes(&item.child("signed"))?))
}

/// When a note was signed first, by the signer's clock.
pub fn signed_at(note: &Crdt) -> Option<UnixMillis> {
    signatures(note).iter().filter_map(|it| Some(it.statement()?.at)).min()
}

impl Signed {
    /// What it states, whether it holds or not.
    pub fn statement(&self) -> Option<Statement> {
        cbor::from_slice(&self.statement.0)
    }

    /// The note as it was signed; its [`wording`] is what was signed, byte for byte.
    pub fn check(
        &self,
        note: &Crdt,
        document: DocumentId,
        key: &VerifyKey,
    ) -> Result<Crdt, SignatureError> {
        let statement = self.statement().ok_or(SignatureError::NotOfThis)?;
        if statement.document != document {
            return Err(SignatureError::NotOfThis);
        }
        key.verify(Domain::Note, &self.statement.0, &self.signature)
            .map_err(|_| SignatureError::Forged)?;
        if statement.schema > SCHEMA {
            return Err(SignatureError::TooNew { found: statement.schema });
        }
        let heads: Option<Vec<ChangeHash>> = statement
            .heads
            .iter()
            .map(|it| Some(ChangeHash(it.0.as_slice().try_into().ok()?)))
            .collect();
        let signed = note.at(&heads.ok_or(SignatureError::NotOfThis)?);
        let signed = signed.ok_or(SignatureError::Missing)?;
        let is_same = sha256(&[&wording(&signed)]) == statement.digest;
        if is_same { Ok(signed) } else { Err(SignatureError::Different) }
    }
}

/// Adds to a signed note.
pub fn amend(tx: &mut Writer<'_, '_>, id: &str, amendment: &Amendment) -> Result<(), EditError> {
    add(tx, "amendments", id, AMENDMENT, |tx, item| {
        tx.put(&item.child("at"), millis(amendment.at))?;
        tx.write(&item.child("why"), &amendment.why)?;
        tx.write(&item.child("text"), &amendment.text)
    })
}

/// What was added to a note, in the order of the document.
pub fn amendments(note: &Crdt) -> Vec<Amendment> {
    all(note, "amendments", |_, item| {
        Some(Amendment {
            at: time(note, &item.child("at"))?,
            why: text(note, &item.child("why")),
            text: text(note, &item.child("text")),
        })
    })
}

#[cfg(test)]
mod tests;
