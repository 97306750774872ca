//! Document-log entries of ours that the server does not have yet.

use minicbor::{Decode, Encode};
use shared::{
    Blob,
    id::{AccountId, Commitment},
    log::document::{Access, Create, DocumentBody, Grant},
    sync::Wrap,
    time::UnixMillis,
};

/// What an entry will say. Signed when it is sent, because only then is the head known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Wish {
    /// The document exists.
    #[n(0)]
    Create(#[n(0)] Commitment),
    /// An account gains access.
    #[n(1)]
    Grant(#[n(0)] AccountId, #[n(1)] Access),
}

impl Wish {
    /// The body to sign.
    pub fn body(self) -> DocumentBody {
        match self {
            Self::Create(commitment) => DocumentBody::Create(Create { commitment }),
            Self::Grant(account, access) => DocumentBody::Grant(Grant { account, access }),
        }
    }
}

/// An entry to be, its wraps, and its bytes once signed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PendingEntry {
    /// What it will say.
    #[n(0)]
    pub wish: Wish,
    /// What becomes visible with it.
    #[n(1)]
    pub wraps: Vec<Wrap>,
    /// As sent last; sent again unchanged until the server answers.
    #[n(2)]
    pub entry: Option<Blob>,
    /// When it was wished for; part of the entry, so that it is the same however often signed.
    #[n(3)]
    pub at: UnixMillis,
}
