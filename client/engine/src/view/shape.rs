//! A note in another order.

use shared::{Decode, Encode, id::DocumentId};

use super::Content;
use crate::casework::{field::Field, shape::NoteShape};

/// A note as SOAP or DAP, to read and to print: its letters, and under each the fields that hold
/// something. Nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct ShapeView {
    /// Which note.
    #[n(0)]
    pub document: DocumentId,
    /// How it is read.
    #[n(1)]
    pub shape: NoteShape,
    /// By letter.
    #[n(2)]
    pub sections: Vec<(String, Vec<(Field, Content)>)>,
}
