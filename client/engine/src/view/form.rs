//! A document as a form: its fields by its kind's schema.

use shared::{Decode, Encode, id::DocumentId};

use super::{Content, Whereabouts};
use crate::{casework::field::Field, document::genesis::Kind};

/// A document, open, field by field. Sent whole when it is opened, after values and lists changed,
/// and when another device changed it; what is typed is answered with a [`super::TextView`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct FormView {
    /// Which document.
    #[n(0)]
    pub document: DocumentId,
    /// What it is.
    #[n(1)]
    pub kind: Kind,
    /// Every field of the kind that this person is shown, and of every item of its lists.
    #[n(2)]
    pub fields: Vec<(Field, Content)>,
    /// Whether this person writes to it at all; single fields may be somebody else's.
    #[n(3)]
    pub may_write: bool,
    /// Whether a removed item can be brought back.
    #[n(4)]
    pub can_restore: bool,
    /// Where it is.
    #[n(5)]
    pub whereabouts: Whereabouts,
}
