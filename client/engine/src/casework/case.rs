//! A case: one consultant and one employee, and what both read of their interviews.

use std::mem;

use shared::{id::DocumentId, limit::CHANGE_BYTES_MAX, time::UnixMillis};

use crate::{
    casework::{
        action_plan, canvas,
        consent::CONTACTS,
        field::{Field, Shape, Spec, spec},
        interview,
        item::{all, count, millis, text, time},
        job_card::form::{FORMS, PAPER},
        safety_plan, summary,
    },
    document::{
        crdt::{Crdt, EditError, Writer},
        genesis::Kind,
        guard::{BOTH, EMPLOYEE, Guard, STAFF, guard},
    },
    view::SummaryView,
};

/// Names a case: the id of the document both read.
pub type CaseId = DocumentId;

/// Names an interview: the id of the consultant's first note of it, which opens nothing to others.
pub type InterviewId = DocumentId;

/// The shared document's fields.
pub const FIELDS: &[Spec] = &[spec("interviews", Shape::List(interview::FIELDS))];

/// What cases got later.
pub const GROWN: &[Spec] = &[
    spec("actions", Shape::List(action_plan::ACTION)),
    spec("canvases", Shape::List(canvas::CANVAS)),
    spec("drawings", Shape::List(canvas::CANVAS)),
    spec("safety_plan", Shape::List(safety_plan::LINE)),
    spec("wish_to_discuss", Shape::Long),
    spec("contact", Shape::Many(CONTACTS)),
    spec("documents", Shape::Many(&[])),
    // Which JOB card form the firm sends, and what the consultant notes of the card.
    spec("card_form", Shape::One(FORMS)),
    spec("card_paper", Shape::One(PAPER)),
    spec("appointments", Shape::List(&[])),
];

/// Who writes what: the consultant, unless it says otherwise.
pub const GUARDS: &[&[Guard]] = &[
    &[
        guard("", STAFF),
        guard("safety_plan", BOTH),
        guard("wish_to_discuss", EMPLOYEE),
        guard("contact", EMPLOYEE),
    ],
    interview::GUARDS,
    action_plan::GUARDS,
    canvas::GUARDS,
];

/// The texts of a summary, as the shared document and the note's draft name them.
pub const TEXTS: [&str; 2] = ["talked", "insight"];
/// The lists of a summary.
pub const LISTS: [&str; 3] = ["decided", "homework", "links"];

/// Values written by one change: the rest is for what surrounds them.
const LOT_BYTES_MAX: usize = CHANGE_BYTES_MAX - 2 * 1024;

/// A summary's words.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// In the order of [`TEXTS`].
    pub texts: [String; 2],
    /// In the order of [`LISTS`].
    pub lists: [Vec<String>; 3],
}

/// Writes who the two are.
pub fn name(
    tx: &mut Writer<'_, '_>,
    consultant_name: &str,
    employee_name: &str,
) -> Result<(), EditError> {
    tx.put(&Field::top("consultant_name"), consultant_name)?;
    tx.put(&Field::top("employee_name"), employee_name)
}

/// Who the consultant is.
pub fn consultant_name(crdt: &Crdt) -> String {
    crdt.plain(&Field::top("consultant_name")).unwrap_or_default()
}

/// Who the employee is.
pub fn employee_name(crdt: &Crdt) -> String {
    crdt.plain(&Field::top("employee_name")).unwrap_or_default()
}

/// Adds an interview.
pub fn add_interview(
    tx: &mut Writer<'_, '_>,
    interview: InterviewId,
    ordinal: u32,
    at: UnixMillis,
) -> Result<(), EditError> {
    let list = Field::top("interviews");
    let id = interview.to_hex();
    tx.add_item(&list, &id, None, interview::FIELDS)?;
    let item = list.child(&id);
    tx.put(&item.child("ordinal"), i64::from(ordinal))?;
    tx.put(&item.child("added_at"), millis(at))
}

/// An interview of a case, as it was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    /// Which.
    pub interview: InterviewId,
    /// 1 for the first.
    pub ordinal: u32,
    /// When.
    pub at: UnixMillis,
    /// When its summary was offered, if it was.
    pub offered_at: Option<UnixMillis>,
}

/// The interviews of a case, oldest first.
pub fn interviews(crdt: &Crdt) -> Vec<Added> {
    all(crdt, "interviews", |id, item| {
        Some(Added {
            interview: InterviewId::from_hex(id)?,
            ordinal: count(crdt, &item.child("ordinal"))?,
            at: time(crdt, &item.child("added_at"))?,
            offered_at: time(crdt, &item.child("offered_at")),
        })
    })
}

/// As much of an offer as fits into one change.
#[derive(Default)]
pub struct Lot {
    texts: Vec<(&'static str, String)>,
    offered_at: Option<UnixMillis>,
}

/// What puts a summary where the employee reads it, in lots that each fit into one change; `None` if
/// a part of it never does. The last lot says when.
pub fn offer(summary: &Summary, at: UnixMillis) -> Option<Vec<Lot>> {
    let texts = TEXTS.into_iter().zip(summary.texts.iter().cloned());
    // One scalar for a list: an offer replaces the last one whole, it is never merged.
    let lists = LISTS.into_iter().zip(summary.lists.iter().map(|lines| lines.join("\n")));
    let (mut lots, mut lot, mut size) = (vec![], Lot::default(), 0);
    for (id, text) in texts.chain(lists) {
        if text.len() > LOT_BYTES_MAX {
            return None;
        }
        if size + text.len() > LOT_BYTES_MAX {
            lots.push(mem::take(&mut lot));
            size = 0;
        }
        size += text.len();
        lot.texts.push((id, text));
    }
    lots.push(Lot { offered_at: Some(at), ..lot });
    Some(lots)
}

/// Writes a part of an offer.
pub fn write(tx: &mut Writer<'_, '_>, interview: InterviewId, lot: &Lot) -> Result<(), EditError> {
    let item = Field::top("interviews").child(&interview.to_hex());
    lot.texts.iter().try_for_each(|(id, text)| tx.put(&item.child(id), text.as_str()))?;
    lot.offered_at.map_or(Ok(()), |at| tx.put(&item.child("offered_at"), millis(at)))
}

/// A summary as offered last; `None` if it was not.
pub fn offered(crdt: &Crdt, interview: InterviewId) -> Option<Summary> {
    let item = Field::top("interviews").child(&interview.to_hex());
    time(crdt, &item.child("offered_at"))?;
    let text = |id: &str| crdt.plain(&item.child(id)).unwrap_or_default();
    Some(Summary {
        texts: TEXTS.map(text),
        lists: LISTS
            .map(|id| text(id).lines().filter(|line| !line.is_empty()).map(String::from).collect()),
    })
}

/// What the employee reads, newest first.
pub fn summaries(crdt: &Crdt) -> Vec<SummaryView> {
    let view = |row: &Added| {
        let Summary { texts: [talked, insight], lists: [decided, homework, links] } =
            offered(crdt, row.interview)?;
        Some(SummaryView {
            interview: row.interview,
            ordinal: row.ordinal,
            offered_at: row.offered_at?,
            talked,
            insight,
            decided,
            homework,
            links,
            state: summary::state(crdt, row.interview),
            addition: text(
                crdt,
                &Field::top("interviews").child(&row.interview.to_hex()).child("addition"),
            ),
        })
    };
    interviews(crdt).iter().rev().filter_map(view).collect()
}

/// Notes which document of this case is of a kind, for those who have it.
pub fn link(tx: &mut Writer<'_, '_>, kind: Kind, document: DocumentId) -> Result<(), EditError> {
    tx.put(&place_of(kind), document.to_hex())
}

/// The document of a kind that belongs to this case.
pub fn linked(crdt: &Crdt, kind: Kind) -> Option<DocumentId> {
    DocumentId::from_hex(&crdt.plain(&place_of(kind))?)
}

fn place_of(kind: Kind) -> Field {
    let name = kind.as_str();
    Field::top("documents").child(name.rsplit('/').next().unwrap_or(name))
}
