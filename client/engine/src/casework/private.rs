//! What a consultant keeps of a case beside its notes: never shown to the employee or the company.

use crate::casework::{
    field::{Shape, Spec, spec},
    note::RISK_LEVELS,
};

/// What a danger is of.
pub const RISK_KINDS: &[&str] = &["self_harm", "harm_to_others", "life", "child_abuse"];
/// Whether the employee was told.
pub const TOLD: &[&str] = &["yes", "no"];
/// Whether they consented.
pub const CONSENTS: &[&str] = &["given", "refused", "impossible"];
/// Why a case ended.
pub const CLOSINGS: &[&str] =
    &["reached", "own_wish", "contract", "left", "referral", "broken_off"];
/// Whether the two know each other otherwise.
pub const RELATIONS: &[&str] = &["none", "declared"];

/// The fields.
pub const FIELDS: &[Spec] = &[
    spec("dual_relationship", Shape::One(RELATIONS)),
    spec("dual_relationship_note", Shape::Long),
    spec("assessment", Shape::Long),
    spec("risks", Shape::List(RISK)),
    spec("closing_reason", Shape::One(CLOSINGS)),
    spec("closing_on", Shape::Date),
    spec("closing_note", Shape::Long),
];

const RISK: &[Spec] = &[
    spec("level", Shape::One(RISK_LEVELS)),
    spec("kind", Shape::Many(RISK_KINDS)),
    spec("facts", Shape::Long),
    spec("asked", Shape::Long),
    spec("protective", Shape::Long),
    spec("told", Shape::One(TOLD)),
    spec("told_why", Shape::Long),
    spec("consent", Shape::One(CONSENTS)),
    spec("consent_why", Shape::Long),
    spec("opinion_of", Shape::Short),
    spec("opinion_at", Shape::DateTime),
    spec("opinion", Shape::Long),
    spec("actions", Shape::List(ACTION)),
    spec("recheck_at", Shape::DateTime),
];

const ACTION: &[Spec] = &[spec("text", Shape::Short), spec("at", Shape::DateTime)];
