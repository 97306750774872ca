//! A case without identity, made for a supervisor, and what the supervisor says of it.

use crate::{
    casework::{
        field::{Field, Shape, Spec, spec},
        item::text,
        rule::supervision::Replaced,
    },
    document::{
        crdt::{Crdt, EditError, Writer},
        guard::{Guard, STAFF, Side, guard},
    },
};

/// The copy's fields.
pub const FIELDS: &[Spec] = &[
    spec("outline", Shape::Long),
    spec("referral", Shape::Long),
    spec("presenting_issue", Shape::Long),
    spec("course", Shape::Long),
    spec("assessment", Shape::Long),
    spec("questions", Shape::Long),
    spec("verbatim", Shape::Long),
    spec("replaced", Shape::List(REPLACED)),
    spec("comments", Shape::List(COMMENT)),
    spec("discussed_on", Shape::Date),
];

/// The supervisor comments and writes nothing else.
pub const GUARDS: &[Guard] =
    &[guard("", STAFF), guard("comments", &[Side::Supervisor]), guard("discussed_on", BOTH)];

const BOTH: &[Side] = &[Side::Staff, Side::Supervisor];

/// What stands in the place of what, without saying what that was.
const REPLACED: &[Spec] = &[spec("field", Shape::Short), spec("by", Shape::Short)];
const COMMENT: &[Spec] = &[spec("text", Shape::Long)];

/// The texts of a copy, and the fields of the note that they are drawn from. What somebody said word
/// for word is only put in by hand.
pub const SOURCES: [(&str, &[&str]); 7] = [
    ("outline", &[]),
    ("referral", &["referral_text"]),
    ("presenting_issue", &["presenting_issue"]),
    ("course", &["observation", "interventions", "response"]),
    ("assessment", &["issue_by_consultant"]),
    ("questions", &["self_review"]),
    ("verbatim", &[]),
];

/// What a note says in a field, one line for each item of a list.
fn source(note: &Crdt, id: &str) -> Vec<String> {
    let field = Field::top(id);
    let items = note.items(&field).into_iter().map(|item| field.child(&item).child("text"));
    let fields = core::iter::once(field.clone()).chain(items);
    fields.map(|field| text(note, &field)).filter(|text| !text.trim().is_empty()).collect()
}

/// The texts that a copy of a note begins with, names and all: they never become part of the copy,
/// whose changes the supervisor would read.
pub fn drawn(note: &Crdt) -> Vec<(&'static str, String)> {
    let draw = |(id, sources): (&'static str, &[&str])| {
        let lines: Vec<String> = sources.iter().flat_map(|it| source(note, it)).collect();
        (id, lines.join("\n"))
    };
    SOURCES.map(draw).into()
}

/// The texts of a copy, in the order of [`SOURCES`].
pub fn texts(copy: &Crdt) -> Vec<String> {
    SOURCES.map(|(id, _)| text(copy, &Field::top(id))).into()
}

/// The texts that were read for what points to a person, as a hash.
pub fn checked(copy: &Crdt) -> Option<[u8; 32]> {
    copy.bytes(&Field::top("checked"))?.try_into().ok()
}

/// Notes that these texts were read.
pub fn set_checked(tx: &mut Writer<'_, '_>, content: [u8; 32]) -> Result<(), EditError> {
    tx.put(&Field::top("checked"), content.to_vec())
}

/// Logs a replacement: what it was of, and what stands there.
pub fn add_replaced(
    tx: &mut Writer<'_, '_>,
    (id, field): (&str, &str),
    replaced: &Replaced,
) -> Result<(), EditError> {
    let list = Field::top("replaced");
    tx.add_item(&list, id, None, REPLACED)?;
    let item = list.child(id);
    tx.write(&item.child("field"), field)?;
    tx.write(&item.child("by"), &replaced.by)?;
    tx.put(&item.child("kind"), replaced.kind.code())?;
    tx.put(&item.child("at"), i64::try_from(replaced.at).unwrap_or(i64::MAX))
}
