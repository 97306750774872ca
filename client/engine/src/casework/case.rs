//! A case: one consultant and one employee, and what both read of their interviews.

use shared::{id::DocumentId, time::UnixMillis};

use crate::{
    casework::field::{Field, Shape, Spec},
    document::crdt::{Crdt, EditError, Writer},
    view::{InterviewRow, SummaryView},
};

/// Names a case: the id of the document both read.
pub type CaseId = DocumentId;

/// Names an interview: the id of the consultant's note of it, which opens nothing to others.
pub type InterviewId = DocumentId;

/// The shared document's fields.
pub const FIELDS: &[Spec] = &[Spec { id: "interviews", shape: Shape::List(&[]) }];

/// The texts of a summary, as the shared document and the note's draft name them.
pub const TEXTS: [&str; 2] = ["talked", "insight"];
/// The lists of a summary.
pub const LISTS: [&str; 3] = ["decided", "homework", "links"];

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
    tx.add_item(&list, &id, None, &[])?;
    let item = list.child(&id);
    tx.put(&item.child("ordinal"), i64::from(ordinal))?;
    tx.put(&item.child("added_at"), narrow(at))
}

/// The interviews of a case, oldest first; notes are named only for who can have them.
pub fn interviews(crdt: &Crdt, has_note: impl Fn(DocumentId) -> bool) -> Vec<InterviewRow> {
    let list = Field::top("interviews");
    let read = |id: &String| {
        let item = list.child(id);
        let interview = InterviewId::from_hex(id)?;
        Some(InterviewRow {
            interview,
            ordinal: u32::try_from(crdt.number(&item.child("ordinal"))?).ok()?,
            added_at: time(crdt, &item.child("added_at"))?,
            note: has_note(interview).then_some(interview),
            offered_at: time(crdt, &item.child("offered_at")),
        })
    };
    crdt.items(&list).iter().filter_map(read).collect()
}

/// Puts a summary where the employee reads it.
pub fn offer(
    tx: &mut Writer<'_, '_>,
    interview: InterviewId,
    summary: &Summary,
    at: UnixMillis,
) -> Result<(), EditError> {
    let item = Field::top("interviews").child(&interview.to_hex());
    for (id, text) in TEXTS.iter().zip(&summary.texts) {
        tx.put(&item.child(id), text.as_str())?;
    }
    for (id, lines) in LISTS.iter().zip(&summary.lists) {
        // One scalar for a list: an offer replaces the last one whole, it is never merged.
        tx.put(&item.child(id), lines.join("\n"))?;
    }
    tx.put(&item.child("offered_at"), narrow(at))
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
    let view = |row: &InterviewRow| {
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
        })
    };
    interviews(crdt, |_| false).iter().rev().filter_map(view).collect()
}

fn time(crdt: &Crdt, field: &Field) -> Option<UnixMillis> {
    crdt.number(field).and_then(|at| u64::try_from(at).ok()).map(UnixMillis)
}

fn narrow(at: UnixMillis) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}
