//! The interview note (面談記録): the consultant's own, never shown to the employee or the company.

use shared::{Decode, Encode, cbor, id::DocumentId};

use crate::{
    casework::{
        case::{self, CaseId, InterviewId, Summary},
        field::{Field, Shape, Spec, spec},
        item::{add, all},
    },
    document::{
        crdt::{Crdt, EditError, Writer},
        guard::{Guard, STAFF, adds},
    },
};

/// Stages of the systematic approach (Bezanson & DeCoff).
pub const STAGES: &[&str] = &["rapport", "problem", "goal", "action", "evaluation", "closing"];
/// How the employee came.
pub const REFERRAL_PATHS: &[&str] = &["self", "company", "training", "manager", "continued"];
/// What evidence rests on.
pub const EVIDENCE_SOURCES: &[&str] = &["quote", "job_card", "canvas", "fact"];
/// When a goal is due.
pub const GOAL_TERMS: &[&str] = &["short", "middle"];
/// What the consultant did.
pub const INTERVENTIONS: &[&str] =
    &["listening", "question", "information", "advice", "tool", "task", "referral"];
/// How grave a danger is.
pub const RISK_LEVELS: &[&str] = &["none", "watch", "concern", "urgent"];
/// What was talked about; the national survey's own topics, so that a company can compare.
pub const TOPICS: &[&str] = &[
    "career_plan",
    "skills",
    "conditions",
    "aptitude",
    "relations",
    "balance",
    "transfer",
    "promotion",
    "leaving",
    "health",
    "retirement",
    "other",
];
/// What the organisation could look at.
pub const ORGANISATION_CODES: &[&str] = &[
    "development",
    "support",
    "appraisal",
    "workload",
    "information",
    "fairness",
    "safety",
    "systems",
];
/// Whether an organisation code is a difficulty or a strength.
pub const DIRECTIONS: &[&str] = &["issue", "strength"];
/// One-tap marks made during the interview.
pub const MARKS: &[&str] = &["notable", "feeling", "insight", "check", "promise"];

/// Longest interview that can be marked, in seconds from its start.
const MARK_SECONDS_MAX: i64 = 4 * 60 * 60;

/// The fields of an interview note, in the order they are shown.
pub const FIELDS: &[Spec] = &[
    spec("held_at", Shape::DateTime),
    spec("ended_at", Shape::DateTime),
    spec("purpose", Shape::Long),
    spec("stage", Shape::Many(STAGES)),
    spec("referral_path", Shape::One(REFERRAL_PATHS)),
    spec("referral_text", Shape::Long),
    spec("marks", Shape::List(MARK)),
    spec("scribbles", Shape::List(LINE)),
    spec("presenting_issue", Shape::Long),
    spec("quotes", Shape::List(QUOTE)),
    spec("observation", Shape::Long),
    spec("context_work", Shape::Long),
    spec("context_home", Shape::Long),
    spec("context_health", Shape::Long),
    spec("issue_by_client", Shape::Long),
    spec("issue_by_consultant", Shape::Long),
    spec("evidence", Shape::List(EVIDENCE)),
    spec("resources", Shape::Long),
    spec("goals", Shape::List(GOAL)),
    spec("interventions", Shape::List(INTERVENTION)),
    spec("response", Shape::Long),
    spec("homework", Shape::List(TASK)),
    spec("outcome_start", Shape::Number(0, 10)),
    spec("outcome_end", Shape::Number(0, 10)),
    spec("outcome_text", Shape::Long),
    spec("risk_level", Shape::One(RISK_LEVELS)),
    spec("risk_facts", Shape::Long),
    spec("risk_recheck_on", Shape::Date),
    spec("topic_main", Shape::One(TOPICS)),
    spec("topics_other", Shape::Many(TOPICS)),
    spec("organisation_codes", Shape::List(ORGANISATION_CODE)),
    spec("self_review", Shape::Long),
    // The draft of what the employee will read lives here until it is offered,
    // because a draft in the shared document would be readable by the employee.
    spec("summary_talked", Shape::Long),
    spec("summary_insight", Shape::Long),
    spec("summary_decided", Shape::List(LINE)),
    spec("summary_homework", Shape::List(LINE)),
    spec("summary_links", Shape::List(LINE)),
];

/// What notes got later, shown with the note's signature and not among its fields.
pub const GROWN: &[Spec] =
    &[spec("signatures", Shape::List(SIGNATURE)), spec("amendments", Shape::List(AMENDMENT))];

/// What was signed stays signed.
pub const GUARDS: &[Guard] = &[adds("signatures", STAFF), adds("amendments", STAFF)];

const LINE: &[Spec] = &[spec("text", Shape::Short)];
const MARK: &[Spec] = &[
    spec("at_s", Shape::Number(0, MARK_SECONDS_MAX)),
    spec("kind", Shape::One(MARKS)),
    spec("text", Shape::Short),
];
const QUOTE: &[Spec] = &[
    spec("at_s", Shape::Number(0, MARK_SECONDS_MAX)),
    spec("text", Shape::Short),
    spec("sensitive", Shape::Flag),
];
const EVIDENCE: &[Spec] =
    &[spec("source", Shape::One(EVIDENCE_SOURCES)), spec("text", Shape::Short)];
const GOAL: &[Spec] = &[
    spec("term", Shape::One(GOAL_TERMS)),
    spec("text", Shape::Short),
    spec("by", Shape::Date),
    spec("agreed", Shape::Flag),
];
const INTERVENTION: &[Spec] =
    &[spec("kind", Shape::One(INTERVENTIONS)), spec("text", Shape::Short)];
const TASK: &[Spec] = &[spec("text", Shape::Short), spec("by", Shape::Date)];
/// The rest of a signature is written with [`Writer::put`].
pub(crate) const SIGNATURE: &[Spec] = &[];
pub(crate) const AMENDMENT: &[Spec] = &[spec("why", Shape::Long), spec("text", Shape::Long)];
const ORGANISATION_CODE: &[Spec] = &[
    spec("code", Shape::One(ORGANISATION_CODES)),
    spec("direction", Shape::One(DIRECTIONS)),
    spec("strength", Shape::Number(1, 3)),
];

/// Most points of a scribble: a line that a pen drew for a quarter of a minute.
pub const INK_POINTS_MAX: usize = 2_000;

/// A point of a scribble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Point {
    /// Across, in thousandths of the strip's width.
    #[n(0)]
    pub x: u16,
    /// Down, in thousandths of the strip's width.
    #[n(1)]
    pub y: u16,
    /// Milliseconds since the line began.
    #[n(2)]
    pub after_ms: u32,
    /// How hard the pen was pressed, of 255.
    #[n(3)]
    pub pressure: u8,
}

/// Adds a mark, made so many seconds into the talk.
pub fn mark(tx: &mut Writer<'_, '_>, id: &str, kind: &str, at_s: i64) -> Result<(), EditError> {
    if !MARKS.contains(&kind) {
        return Err(EditError::NoSuchField);
    }
    add(tx, "marks", id, MARK, |tx, item| {
        tx.put(&item.child("at_s"), at_s.clamp(0, MARK_SECONDS_MAX))?;
        tx.put(&item.child("kind"), kind)
    })
}

/// Adds a scribble. Its points are one value: a line is never merged with another.
pub fn scribble(
    tx: &mut Writer<'_, '_>,
    id: &str,
    ink: &[Point],
    at_s: Option<i64>,
) -> Result<(), EditError> {
    if ink.len() > INK_POINTS_MAX {
        return Err(EditError::TooLong);
    }
    add(tx, "scribbles", id, LINE, |tx, item| {
        let at_s = at_s.map(|at_s| at_s.clamp(0, MARK_SECONDS_MAX));
        at_s.map_or(Ok(()), |at_s| tx.put(&item.child("at_s"), at_s))?;
        tx.put(&item.child("ink"), cbor::to_vec(&ink.to_vec()))
    })
}

/// The points of a scribble; none, if it was typed.
pub fn ink(crdt: &Crdt, item: &str) -> Vec<Point> {
    let ink = crdt.bytes(&Field::top("scribbles").child(item).child("ink"));
    ink.and_then(|bytes| cbor::from_slice(&bytes)).unwrap_or_default()
}

/// What an item of the note's homework says: what, and until when.
pub fn homework(crdt: &Crdt) -> Vec<(String, String, Option<String>)> {
    all(crdt, "homework", |id, item| {
        let text = crdt.text(&item.child("text")).filter(|text| !text.trim().is_empty())?;
        Some((String::from(id), text, crdt.plain(&item.child("by"))))
    })
}

/// What a note says of itself beside its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Of which case.
    pub case: CaseId,
    /// With whom.
    pub employee_name: String,
    /// 1 for the first.
    pub ordinal: u32,
}

/// Writes what a note is of.
pub fn begin(tx: &mut Writer<'_, '_>, about: &About) -> Result<(), EditError> {
    tx.put(&Field::top("case"), about.case.to_hex())?;
    tx.put(&Field::top("employee_name"), about.employee_name.as_str())?;
    tx.put(&Field::top("ordinal"), i64::from(about.ordinal))
}

/// What a note is of; `None` until its first changes are here.
pub fn about(crdt: &Crdt) -> Option<About> {
    Some(About {
        case: CaseId::from_hex(&crdt.plain(&Field::top("case"))?)?,
        employee_name: crdt.plain(&Field::top("employee_name"))?,
        ordinal: u32::try_from(crdt.number(&Field::top("ordinal"))?).ok()?,
    })
}

/// The interview a note with this id is of: a note that was written down anew says which.
pub fn interview(crdt: &Crdt, id: DocumentId) -> InterviewId {
    let named = crdt.plain(&Field::top("interview"));
    named.and_then(|hex| InterviewId::from_hex(&hex)).unwrap_or(id)
}

/// The draft of what the employee will read.
pub fn draft(crdt: &Crdt) -> Summary {
    let text = |id: &str| crdt.text(&Field::top(&format!("summary_{id}"))).unwrap_or_default();
    let lines = |id: &str| {
        let list = Field::top(&format!("summary_{id}"));
        let line = |item: &String| {
            let text = crdt.text(&list.child(item).child("text"))?;
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            (!text.is_empty()).then_some(text)
        };
        crdt.items(&list).iter().filter_map(line).collect()
    };
    Summary { texts: case::TEXTS.map(text), lists: case::LISTS.map(lines) }
}

/// Every field of the note, and of every item of its lists, in the order shown.
pub fn fields(crdt: &Crdt) -> Vec<(Field, Shape)> {
    crdt.rows(FIELDS, false).into_iter().map(|(field, shape, _)| (field, shape)).collect()
}
