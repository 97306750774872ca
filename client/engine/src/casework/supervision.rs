//! A case without identity, made for a supervisor, and what the supervisor says of it.

use crate::{
    casework::field::{Shape, Spec, spec},
    document::guard::{Guard, STAFF, Side, guard},
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
