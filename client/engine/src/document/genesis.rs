//! The first change of a document: its kind, its schema, and an empty text or list for every field.
//!
//! It is the same bytes on every device, so two devices that start a document of one kind agree,
//! and no two devices ever create the same text twice.

use std::sync::OnceLock;

use automerge::{
    ActorId, Automerge, Change, ChangeHash, ObjType, ROOT, TextEncoding,
    transaction::{CommitOptions, Transactable as _},
};
use shared::hash;

use crate::casework::{
    case, catalogue,
    field::{Shape, Spec},
    note,
};

/// Version of the schemas; fields are only ever added.
pub const SCHEMA: u64 = 1;

/// What a document is. Known only to those who can open it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A person's own list of people, cases and devices.
    Catalogue,
    /// What a consultant and an employee share.
    CaseShared,
    /// A consultant's note of one interview.
    Note,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Catalogue, Self::CaseShared, Self::Note];

    /// As written in the document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::CaseShared => "case/shared",
            Self::Note => "interview-note",
        }
    }

    /// From what is written in the document.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Its fields.
    pub fn fields(self) -> &'static [Spec] {
        match self {
            Self::Catalogue => catalogue::FIELDS,
            Self::CaseShared => case::FIELDS,
            Self::Note => note::FIELDS,
        }
    }
}

/// The first change of a document of this kind.
pub fn genesis(kind: Kind) -> Option<Change> {
    let digest = hash::sha256(&[b"mendan/1/genesis", kind.as_str().as_bytes()]);
    let mut document = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
    document.set_actor(ActorId::from(digest.first_chunk::<16>()?.as_slice()));
    let mut tx = document.transaction();
    tx.put(ROOT, "kind", kind.as_str()).ok()?;
    tx.put(ROOT, "schema", SCHEMA).ok()?;
    for spec in kind.fields() {
        if let Some(object) = container(spec.shape) {
            tx.put_object(ROOT, spec.id, object).ok()?;
        }
    }
    tx.commit_with(CommitOptions::default().with_time(0));
    document.get_last_local_change()
}

/// What a field needs to exist before anybody writes to it.
pub(crate) fn container(shape: Shape) -> Option<ObjType> {
    match shape {
        Shape::Long | Shape::Short => Some(ObjType::Text),
        Shape::List(_) => Some(ObjType::List),
        Shape::Many(_) => Some(ObjType::Map),
        Shape::One(_) | Shape::Number(..) | Shape::Flag | Shape::Date | Shape::DateTime => None,
    }
}

/// Whether a change is the first change of some kind of document.
pub fn is_genesis(hash: ChangeHash) -> bool {
    static KNOWN: OnceLock<Vec<ChangeHash>> = OnceLock::new();
    let known = || Kind::ALL.into_iter().filter_map(genesis).map(|it| it.hash()).collect();
    KNOWN.get_or_init(known).contains(&hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_genesis_is_the_same_everywhere_and_differs_by_kind() {
        for kind in Kind::ALL {
            let change = genesis(kind).unwrap();
            assert_eq!(change.hash(), genesis(kind).unwrap().hash());
            assert!(is_genesis(change.hash()));
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        let hashes: std::collections::BTreeSet<_> =
            Kind::ALL.into_iter().filter_map(genesis).map(|change| change.hash()).collect();
        assert_eq!(hashes.len(), Kind::ALL.len());
    }
}
