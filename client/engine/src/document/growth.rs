//! Fields that a kind of document got after its first schema.
//!
//! Two devices that each make a text of one name make two texts, and one is never seen again. So a
//! text, list or map that the first change does not hold is made by a change that is the same bytes
//! on every device: its actor is drawn from what it makes, it depends on the first change alone,
//! and it does nothing else. Whoever needs the field carries it; a program that never heard of the
//! field recognises the change by making it anew, and keeps it.

use automerge::{
    ActorId, Automerge, Change, ObjType, ROOT, TextEncoding,
    transaction::{CommitOptions, Transactable as _},
};
use shared::hash;

use super::{
    genesis::{Kind, container, genesis, kind_of_genesis},
    inspect::{Action, Inspected, Key},
};

/// The change that makes one field in a kind of document.
pub fn growth(kind: Kind, id: &str, object: ObjType) -> Option<Change> {
    let shape = match object {
        ObjType::Map | ObjType::Table => "map",
        ObjType::List => "list",
        ObjType::Text => "text",
    };
    let parts = ["mendan/1/growth", kind.as_str(), shape, id].map(str::as_bytes);
    let digest = hash::sha256(&[parts[0], &[0], parts[1], &[0], parts[2], &[0], parts[3]]);
    let mut document = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
    document.apply_changes([genesis(kind)?]).ok()?;
    document.set_actor(ActorId::from(digest.first_chunk::<16>()?.as_slice()));
    let mut tx = document.transaction();
    tx.put_object(ROOT, id, object).ok()?;
    tx.commit_with(CommitOptions::default().with_time(0));
    document.get_last_local_change()
}

/// The changes that make what this program knows and the first change does not hold.
pub fn growths(kind: Kind) -> impl Iterator<Item = (&'static str, Change)> {
    let made = move |spec: &'static crate::casework::field::Spec| {
        Some((spec.id, growth(kind, spec.id, container(spec.shape)?)?))
    };
    kind.grown_fields().iter().filter_map(made)
}

/// Whether a change does nothing but make a field, in the one way there is.
pub fn is_growth(change: &Inspected) -> bool {
    let [first] = change.dependencies() else { return false };
    let Some(kind) = kind_of_genesis(automerge::ChangeHash(*first)) else { return false };
    let mut rows = change.rows();
    let Ok(Some(row)) = rows.next() else { return false };
    let object = match row.action {
        Action::MakeMap => ObjType::Map,
        Action::MakeList => ObjType::List,
        Action::MakeText => ObjType::Text,
        Action::Put | Action::Delete => return false,
    };
    let Key::Name(id) = row.key else { return false };
    growth(kind, id, object).is_some_and(|made| made.hash().0 == change.hash())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inspected(change: &Change) -> Inspected {
        Inspected::parse(change.raw_bytes()).unwrap()
    }

    #[test]
    fn a_field_of_a_later_version_is_recognised_by_a_program_that_never_heard_of_it() {
        let later = growth(Kind::Note, "mood_of_a_later_version", ObjType::Text).unwrap();
        assert!(is_growth(&inspected(&later)));
        assert!(Kind::ALL.into_iter().flat_map(growths).all(|(_, it)| is_growth(&inspected(&it))));
    }

    #[test]
    fn what_does_anything_else_is_no_growth() {
        assert!(!is_growth(&inspected(&genesis(Kind::Note).unwrap())));
        let mut document = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
        document.apply_changes([genesis(Kind::Note).unwrap()]).unwrap();
        document.set_actor(ActorId::from([7_u8; 16].as_slice()));
        let mut tx = document.transaction();
        tx.put_object(ROOT, "mood", ObjType::Text).unwrap();
        tx.commit();
        // The same field, but of an actor that could be anybody's.
        assert!(!is_growth(&inspected(&document.get_last_local_change().unwrap())));
    }
}
