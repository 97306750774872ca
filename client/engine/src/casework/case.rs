//! A case: one consultant and one employee, and their interviews.

use shared::id::DocumentId;

/// Names a case: the id of the document both read.
pub type CaseId = DocumentId;

/// Names an interview: the id of the consultant's note of it, which says nothing to others.
pub type InterviewId = DocumentId;
