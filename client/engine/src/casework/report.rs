//! What a company is told of all interviews of a period together (全体報告書).

use crate::casework::field::{Shape, Spec, spec};

/// How far a report is.
pub const STATES: &[&str] = &[
    "collecting",
    "computing",
    "draft",
    "peer_review",
    "privacy_check",
    "approved",
    "delivered",
    "archived",
];

/// The report's fields.
pub const FIELDS: &[Spec] = &[
    spec("state", Shape::One(STATES)),
    spec("from", Shape::Date),
    spec("to", Shape::Date),
    spec("outline", Shape::Long),
    spec("satisfaction", Shape::Long),
    spec("tendencies", Shape::Long),
    spec("issues", Shape::Long),
    spec("measures", Shape::Long),
    spec("development", Shape::Long),
    spec("next_plan", Shape::Long),
    spec("counting_notes", Shape::Long),
    spec("reviews", Shape::List(REVIEW)),
];

const REVIEW: &[Spec] = &[spec("text", Shape::Long), spec("passed", Shape::Flag)];
