//! Invitations, to be handed over.

use core::fmt;

use shared::{Decode, Encode, log::org::Role, time::UnixMillis};

/// What an invitation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub enum InvitationFor {
    /// A person.
    #[n(0)]
    Person(#[n(0)] Role),
    /// A further device of one's own.
    #[n(1)]
    Device,
    /// Whoever comes by a poster.
    #[n(2)]
    Poster,
}

/// An invitation to hand over. The fragment is a secret; it is shown once.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct InvitationView {
    /// For whom.
    #[n(0)]
    pub purpose: InvitationFor,
    /// The inviter's name for the person, or for the poster's company; empty for a device.
    #[n(1)]
    pub name: String,
    /// What follows `#` in the link; also the code to copy.
    #[n(2)]
    pub fragment: String,
    /// Until when it can be used.
    #[n(3)]
    pub expires_at: UnixMillis,
}

impl fmt::Debug for InvitationView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InvitationView({:?})", self.purpose)
    }
}
