//! A company (取引先企業): what was agreed with it, its rooms, its plan and its waves.

use crate::casework::{
    field::{Shape, Spec, spec},
    plan, venue, wave,
};

/// The major groups of the Japan Standard Industrial Classification.
pub const INDUSTRIES: &[&str] = &[
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s",
    "t",
];
/// How many people it has.
pub const SIZES: &[&str] = &["under_30", "under_100", "under_300", "under_1000", "over_1000"];
/// On demand, planned, or both.
pub const KINDS: &[&str] = &["on_demand", "planned", "mixed"];
/// Whether people may come again.
pub const CONTINUATIONS: &[&str] = &["single", "limited", "unlimited"];
/// Whether interviews are working time.
pub const HOURS: &[&str] = &["in_work", "out_of_work"];
/// What the company learns of attendance.
pub const ATTENDANCE: &[&str] = &["none", "count_only", "done_flag"];
/// How far a contract is.
pub const STATES: &[&str] = &["draft", "signed", "active", "closing", "closed"];
/// The smallest group that may be reported on.
pub const GROUP_MIN: i64 = 10;

/// The company's document.
pub const FIELDS: &[Spec] = &[
    spec("name", Shape::Short),
    spec("name_kana", Shape::Short),
    spec("industry", Shape::One(INDUSTRIES)),
    spec("size", Shape::One(SIZES)),
    spec("vision_note", Shape::Long),
    spec("units", Shape::List(UNIT)),
    spec("contacts", Shape::List(CONTACT)),
    spec("health_contact", Shape::Short),
    // The contract.
    spec("from", Shape::Date),
    spec("to", Shape::Date),
    spec("contract_kind", Shape::One(KINDS)),
    spec("continuation", Shape::One(CONTINUATIONS)),
    spec("continuation_note", Shape::Long),
    spec("interviews_max", Shape::Number(1, 99)),
    spec("hours", Shape::One(HOURS)),
    spec("attendance_notice", Shape::One(ATTENDANCE)),
    spec("group_min", Shape::Number(GROUP_MIN, 1_000)),
    spec("reports_due", Shape::List(REPORT_DUE)),
    spec("disclosure_rules", Shape::List(DISCLOSURE_RULES)),
    spec("state", Shape::One(STATES)),
    // The plan.
    spec("goals", Shape::List(LINE)),
    spec("events", Shape::List(EVENT)),
    spec("rules", Shape::List(plan::RULE)),
    spec("briefing_at", Shape::DateTime),
    spec("plan_state", Shape::One(plan::STATES)),
    spec("waves", Shape::List(wave::WAVE)),
    spec("venues", Shape::List(venue::VENUE)),
    spec("comments", Shape::List(LINE)),
];

const LINE: &[Spec] = &[spec("text", Shape::Short)];
const UNIT: &[Spec] = &[spec("name", Shape::Short), spec("headcount", Shape::Number(0, 1_000_000))];
const CONTACT: &[Spec] = &[
    spec("name", Shape::Short),
    spec("role", Shape::Short),
    spec("mail", Shape::Short),
    spec("phone", Shape::Short),
    spec("is_harassment_desk", Shape::Flag),
    spec("is_whistle_desk", Shape::Flag),
    spec("is_safety_contact", Shape::Flag),
];
const REPORT_DUE: &[Spec] = &[spec("on", Shape::Date)];
const DISCLOSURE_RULES: &[Spec] = &[
    spec("text", Shape::Long),
    spec("signed_by_firm_on", Shape::Date),
    spec("signed_by_company_on", Shape::Date),
];
const EVENT: &[Spec] = &[spec("name", Shape::Short), spec("on", Shape::Date)];
