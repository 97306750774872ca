//! What a consultant keeps of a case beside its notes: never shown to the employee or the company.

use shared::cbor;

use crate::{
    casework::{
        field::{Field, Shape, Spec, spec},
        item::add,
        rule::risk::Assessment,
    },
    document::crdt::{Crdt, EditError, Writer},
};

/// Why a case ended.
pub const CLOSINGS: &[&str] =
    &["reached", "own_wish", "contract", "left", "referral", "broken_off"];
/// Whether the two know each other otherwise.
pub const RELATIONS: &[&str] = &["none", "declared"];

/// The fields. Assessments of risk are written whole and never changed.
pub const FIELDS: &[Spec] = &[
    spec("dual_relationship", Shape::One(RELATIONS)),
    spec("dual_relationship_note", Shape::Long),
    spec("assessment", Shape::Long),
    spec("risks", Shape::List(&[])),
    spec("closing_reason", Shape::One(CLOSINGS)),
    spec("closing_on", Shape::Date),
    spec("closing_note", Shape::Long),
];

/// What it got later: what was done about the case, and what the consultant notes about matters,
/// entry by entry.
pub const GROWN: &[Spec] = &[spec("acts", Shape::List(&[])), spec("matters", Shape::List(&[]))];

/// Adds an assessment.
pub fn assess(tx: &mut Writer<'_, '_>, id: &str, assessment: &Assessment) -> Result<(), EditError> {
    let bytes = cbor::to_vec(assessment);
    add(tx, "risks", id, &[], |tx, item| tx.put(&item.child("said"), bytes))
}

/// Every assessment, in the order of the document; `None` for what a later program wrote.
pub fn assessments(crdt: &Crdt) -> Vec<Option<Assessment>> {
    let list = Field::top("risks");
    let read = |id: &String| {
        let bytes = crdt.bytes(&list.child(id).child("said"))?;
        Some(cbor::from_slice(&bytes))
    };
    crdt.items(&list).iter().filter_map(read).collect()
}
