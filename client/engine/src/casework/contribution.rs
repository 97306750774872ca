//! Codes that cases add to a company's report, each under a pseudonym that only serves not to count
//! anybody twice.

use crate::casework::{
    field::{Shape, Spec, spec},
    note::{DIRECTIONS, ORGANISATION_CODES, TOPICS},
};

/// Contributions of one consultant to one report.
pub const FIELDS: &[Spec] =
    &[spec("contributions", Shape::List(CONTRIBUTION)), spec("statements", Shape::List(STATEMENT))];

/// One case's; its id is the pseudonym.
pub const CONTRIBUTION: &[Spec] = &[
    spec("bucket", Shape::Short),
    spec("topic_main", Shape::One(TOPICS)),
    spec("topics_other", Shape::Many(TOPICS)),
    spec("organisation_codes", Shape::List(CODE)),
    spec("motivation_before", Shape::Number(0, 10)),
    spec("motivation_after", Shape::Number(0, 10)),
    spec("satisfaction", Shape::Number(0, 10)),
];

const CODE: &[Spec] = &[
    spec("code", Shape::One(ORGANISATION_CODES)),
    spec("direction", Shape::One(DIRECTIONS)),
    spec("strength", Shape::Number(1, 3)),
];

/// A general statement, and the pseudonyms of the cases behind it.
const STATEMENT: &[Spec] = &[spec("text", Shape::Long), spec("cases", Shape::List(CASE))];
const CASE: &[Spec] = &[];
