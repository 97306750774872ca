//! What is shown in the interview room: decisions, canvases, scribbles.

use core::fmt;

use shared::{Decode, Encode, id::DocumentId, time::UnixMillis};

use crate::casework::{
    canvas::{Canvas, Line},
    case::CaseId,
    consent::{Decision, Matter, Scope},
    directory::Template,
    note::Point,
};

/// How a decision was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Manner {
    /// By the employee, on their own phone.
    #[n(0)]
    OwnPhone,
    /// By the employee, on the consultant's tablet.
    #[n(1)]
    Tablet,
    /// On paper.
    #[n(2)]
    Paper,
    /// Said aloud.
    #[n(3)]
    Spoken,
}

/// A decision that was made, whether it still holds or not.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct DecisionRow {
    /// What.
    #[n(0)]
    pub decision: Decision,
    /// What it covered.
    #[n(1)]
    pub scope: Scope,
    /// By the clock of the device that recorded it.
    #[n(2)]
    pub at: UnixMillis,
    /// How.
    #[n(3)]
    pub manner: Manner,
    /// The words in which a consultant attests to what was said; empty otherwise.
    #[n(4)]
    pub attested: String,
    /// Where.
    #[n(5)]
    pub place: String,
    /// The version of the explanation that had been read; 0 for the program's own.
    #[n(6)]
    pub told: u32,
}

/// A matter, and what holds about it. What is decided case by case has a row for each.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct ConsentRow {
    /// Which.
    #[n(0)]
    pub matter: Matter,
    /// What holds; `None` if nothing was decided.
    #[n(1)]
    pub standing: Option<DecisionRow>,
    /// Whether another decision was made without knowing of it.
    #[n(2)]
    pub is_disputed: bool,
    /// Whether it was made after an older explanation than is read out today.
    #[n(3)]
    pub is_older: bool,
    /// What follows from a withdrawal: a code of [`crate::casework::consent::effect`].
    #[n(4)]
    pub effect: String,
    /// Everything that was decided about it, oldest first.
    #[n(5)]
    pub events: Vec<DecisionRow>,
}

/// What an employee decided, for both sides.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct ConsentView {
    /// Which document.
    #[n(0)]
    pub document: DocumentId,
    /// Of which case.
    #[n(1)]
    pub case: CaseId,
    /// In the order of [`Matter::ALL`].
    #[n(2)]
    pub rows: Vec<ConsentRow>,
    /// What is read out today, in each language; none for the program's own words.
    #[n(3)]
    pub explanations: Vec<Template>,
    /// What must still be decided before the first talk.
    #[n(4)]
    pub undecided: Vec<Matter>,
    /// How many events do not count, because they are forged or nobody's to make.
    #[n(5)]
    pub rejected: u32,
}

/// Without what was agreed to.
impl fmt::Debug for ConsentView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConsentView({} rows)", self.rows.len())
    }
}

/// A canvas with its text alternative.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct CanvasView {
    /// As it is drawn.
    #[n(0)]
    pub canvas: Canvas,
    /// The same as a table, in the order in which one would read it aloud.
    #[n(1)]
    pub lines: Vec<Line>,
    /// Whether the employee is shown it.
    #[n(2)]
    pub is_shown: bool,
}

/// The canvases of a case. Sent when the case is opened and whenever something was drawn.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct CanvasesView {
    /// Of which case.
    #[n(0)]
    pub case: CaseId,
    /// Those of both, then the employee's own.
    #[n(1)]
    pub canvases: Vec<CanvasView>,
    /// Everything on the employee's JOB card that has a beginning, as far as this person may see it.
    #[n(2)]
    pub timeline: Vec<Line>,
}

/// Without what it says.
impl fmt::Debug for CanvasesView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CanvasesView({})", self.canvases.len())
    }
}

/// A scribble.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct ScribbleView {
    /// In which note.
    #[n(0)]
    pub note: DocumentId,
    /// Its item.
    #[n(1)]
    pub item: String,
    /// The line.
    #[n(2)]
    pub ink: Vec<Point>,
}

/// Without what it shows.
impl fmt::Debug for ScribbleView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScribbleView({} points)", self.ink.len())
    }
}
