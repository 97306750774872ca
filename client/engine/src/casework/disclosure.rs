//! What was told to others about a case, and what was decided not to be. The employee reads all of
//! it; the reasoning about a danger to life stays in the private document.

use crate::{
    casework::field::{Shape, Spec, spec},
    document::guard::{EMPLOYEE, Guard, STAFF, adds, guard},
};

/// The consultant's statements and the employee's replies about matters, whole and for ever: see
/// [`crate::casework::matter`]. Nothing stands among the decisions of the first schema: they could be
/// taken back.
pub const FIELDS: &[Spec] = &[
    spec("decisions", Shape::List(&[])),
    spec("answers", Shape::List(&[])),
    spec("records", Shape::List(&[])),
];

/// Who writes what.
pub const GUARDS: &[Guard] = &[guard("", STAFF), adds("answers", EMPLOYEE), adds("records", STAFF)];
