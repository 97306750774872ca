//! What was told to others about a case, and what was decided not to be. The employee reads all of
//! it; the reasoning about a danger to life stays in the private document.

use crate::{
    casework::field::{Shape, Spec, spec},
    document::guard::{EMPLOYEE, Guard, STAFF, adds, guard},
};

/// How the person appears in the text.
pub const IDENTITIES: &[&str] = &["named", "role_only", "anonymous"];
/// By what right it is told.
pub const BASES: &[&str] = &["consent", "life", "law"];
/// What the employee says to a text.
pub const ANSWERS: &[&str] = &["approved", "changes_asked", "refused", "withdrawn"];
/// How it was told.
pub const MEANS: &[&str] = &["spoken", "written"];

/// Decisions are drafts until answered; answers and records are for ever.
pub const FIELDS: &[Spec] = &[
    spec("decisions", Shape::List(DECISION)),
    spec("answers", Shape::List(ANSWER)),
    spec("records", Shape::List(RECORD)),
];

/// Who writes what.
pub const GUARDS: &[Guard] = &[guard("", STAFF), adds("answers", EMPLOYEE), adds("records", STAFF)];

const DECISION: &[Spec] = &[
    spec("recipient_name", Shape::Short),
    spec("recipient_role", Shape::Short),
    spec("text", Shape::Long),
    spec("identity", Shape::One(IDENTITIES)),
    spec("basis", Shape::One(BASES)),
];

const ANSWER: &[Spec] = &[spec("answer", Shape::One(ANSWERS)), spec("comment", Shape::Long)];

const RECORD: &[Spec] = &[
    spec("recipient_name", Shape::Short),
    spec("recipient_role", Shape::Short),
    spec("means", Shape::One(MEANS)),
    spec("text", Shape::Long),
    spec("told_employee_on", Shape::Date),
    spec("follow_up", Shape::Long),
];
