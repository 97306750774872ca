//! What is done in the interview room beyond filling in fields: what is signed, what goes on by a
//! rule, what is drawn, and a tablet that changes hands or rests.

use core::fmt;

use shared::{Decode, Encode, id::DocumentId};

use super::Passphrase;
use crate::casework::{
    canvas::{Mark, Owner},
    case::{CaseId, InterviewId},
    consent::{Decision, Matter, Method, Scope},
    interview::State,
    note::Point,
};

/// A decision of the employee's, to be signed by the device it is made on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct Decide {
    /// In which case.
    #[n(0)]
    pub case: CaseId,
    /// About what.
    #[n(1)]
    pub matter: Matter,
    /// What.
    #[n(2)]
    pub decision: Decision,
    /// What it covers.
    #[n(3)]
    pub scope: Scope,
    /// How it was given; strokes, paper and spoken words are the consultant's to record.
    #[n(4)]
    pub method: Method,
    /// Where.
    #[n(5)]
    pub place: String,
    /// In which language the explanation was read, as in HTML.
    #[n(6)]
    pub language: String,
}

/// One wish in the room.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(row)]
pub enum RoomAct {
    /// Signs a decision, a withdrawal included.
    #[n(0)]
    Decide(#[n(0)] Decide),
    /// Takes an interview to its next state, if the rule lets it.
    #[n(1)]
    Step {
        /// In which case.
        #[n(0)]
        case: CaseId,
        /// Which interview.
        #[n(1)]
        interview: InterviewId,
        /// Where to.
        #[n(2)]
        to: State,
    },
    /// Somebody came in: the talk stops, or goes on.
    #[n(2)]
    Interrupt {
        /// In which case.
        #[n(0)]
        case: CaseId,
        /// Which interview.
        #[n(1)]
        interview: InterviewId,
    },
    /// One tap: something to come back to, at this point of the talk.
    #[n(3)]
    Mark {
        /// The note.
        #[n(0)]
        note: DocumentId,
        /// One of [`crate::casework::note::MARKS`].
        #[n(1)]
        kind: String,
    },
    /// Adds a scribble to a note.
    #[n(4)]
    Scribble {
        /// The note.
        #[n(0)]
        note: DocumentId,
        /// The line, at most [`crate::casework::note::INK_POINTS_MAX`] points.
        #[n(1)]
        ink: Vec<Point>,
    },
    /// Shows a scribble.
    #[n(5)]
    ShowScribble {
        /// The note.
        #[n(0)]
        note: DocumentId,
        /// Its item in `scribbles`.
        #[n(1)]
        item: String,
    },
    /// Says which slot the next interview has.
    #[n(6)]
    NextSlot {
        /// In which case.
        #[n(0)]
        case: CaseId,
        /// After which interview.
        #[n(1)]
        interview: InterviewId,
        /// The wave's slots and the slot in them; `None` for none.
        #[n(2)]
        slot: Option<(DocumentId, String)>,
    },
    /// Puts the homework of a note into the plan that both read.
    #[n(7)]
    PlanHomework(#[n(0)] DocumentId),
    /// Draws.
    #[n(8)]
    Canvas {
        /// In which case.
        #[n(0)]
        case: CaseId,
        /// What.
        #[n(1)]
        act: CanvasAct,
    },
    /// The employee agrees to the summary of an interview as they read it.
    #[n(9)]
    Agree {
        /// In which case.
        #[n(0)]
        case: CaseId,
        /// Of which interview.
        #[n(1)]
        interview: InterviewId,
    },
    /// Hands the tablet to the employee of a case: everything else leaves memory.
    #[n(10)]
    HandOver {
        /// Of which case.
        #[n(0)]
        case: CaseId,
        /// What takes it back.
        #[n(1)]
        pin: Passphrase,
    },
    /// Takes the tablet back.
    #[n(11)]
    TakeBack(#[n(0)] Passphrase),
    /// Chooses a PIN for an interview: while it is talked the tablet rests where it would lock.
    #[n(12)]
    ChoosePin {
        /// In which case.
        #[n(0)]
        case: CaseId,
        /// Which interview.
        #[n(1)]
        interview: InterviewId,
        /// What ends a rest.
        #[n(2)]
        pin: Passphrase,
    },
    /// Nobody touched the device: it rests if it may, and locks if not.
    #[n(13)]
    Rest,
    /// Ends a rest.
    #[n(14)]
    EndRest(#[n(0)] Passphrase),
}

/// What is drawn on the canvases of a case.
#[derive(Clone, Encode, Decode)]
#[cbor(row)]
pub enum CanvasAct {
    /// Starts an empty canvas.
    #[n(0)]
    Begin {
        /// In whose hands.
        #[n(0)]
        owner: Owner,
        /// One of [`crate::casework::canvas::KINDS`].
        #[n(1)]
        kind: String,
    },
    /// Puts marks on a canvas, a finger's whole line at once; their ids are given by the engine.
    #[n(1)]
    Draw {
        /// In whose hands.
        #[n(0)]
        owner: Owner,
        /// Its item.
        #[n(1)]
        canvas: String,
        /// The marks, at most [`crate::casework::canvas::STROKE_MARKS_MAX`].
        #[n(2)]
        marks: Vec<Mark>,
    },
    /// Moves or renames a mark.
    #[n(2)]
    Redraw {
        /// In whose hands.
        #[n(0)]
        owner: Owner,
        /// Its item.
        #[n(1)]
        canvas: String,
        /// The mark as it is to be.
        #[n(2)]
        mark: Mark,
    },
    /// Takes back what was drawn last on this device.
    #[n(3)]
    Undo {
        /// In whose hands.
        #[n(0)]
        owner: Owner,
        /// Its item.
        #[n(1)]
        canvas: String,
    },
}

/// Without what it says.
impl fmt::Debug for CanvasAct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CanvasAct(..)")
    }
}
