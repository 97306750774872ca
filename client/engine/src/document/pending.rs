//! Document-log entries of ours that the server does not have yet.

use shared::{
    Blob, Decode, Encode,
    id::{AccountId, Commitment, DocumentId, Epoch},
    limit::ENTRY_CUTS_MAX,
    log::document::{
        Access, Create, Cut, DocumentBody, Finalise, Grant, Revoke, Rotate, RotateReason, Shred,
        SnapshotAttest,
    },
    sync::Wrap,
    time::UnixMillis,
};

/// An epoch to be.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Rotation {
    /// Which.
    #[n(0)]
    pub epoch: Epoch,
    /// Commitment to its secret.
    #[n(1)]
    pub commitment: Commitment,
    /// The secret before it, sealed under its own.
    #[n(2)]
    pub previous: Option<Blob>,
}

/// A document's end, and what goes on in its place.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Ending {
    /// Where its values are.
    #[n(0)]
    pub successor: DocumentId,
    /// Of which heads.
    #[n(1)]
    pub heads: Vec<Blob>,
    /// Who reads the successor, and not the document.
    #[n(2)]
    pub newcomer: Option<(AccountId, Access)>,
}

/// What an entry will say. Signed when it is sent, because only then is the head known.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Wish {
    /// The document exists.
    #[n(0)]
    Create(#[n(0)] Commitment),
    /// An account gains access.
    #[n(1)]
    Grant(#[n(0)] AccountId, #[n(1)] Access),
    /// An account loses access.
    #[n(2)]
    Revoke(#[n(0)] AccountId),
    /// The next epoch begins.
    #[n(3)]
    Rotate(#[n(0)] Rotation),
    /// The document ends.
    #[n(8)]
    Finalise(#[n(0)] Ending),
    /// The document is destroyed.
    #[n(9)]
    Shred,
    /// A snapshot holds what is here.
    #[n(10)]
    Attest(#[n(0)] SnapshotAttest),
}

impl Wish {
    /// The body to sign; `cuts` say where envelopes end. An end that would have to name more
    /// devices than an entry may names none.
    pub fn body(&self, cuts: Vec<Cut>) -> DocumentBody {
        match self {
            Self::Create(commitment) => DocumentBody::Create(Create { commitment: *commitment }),
            Self::Grant(account, access) => {
                DocumentBody::Grant(Grant { account: *account, access: *access })
            }
            Self::Revoke(account) => DocumentBody::Revoke(Revoke { account: *account, cuts }),
            Self::Rotate(Rotation { epoch, commitment, previous }) => {
                DocumentBody::Rotate(Rotate {
                    epoch: *epoch,
                    commitment: *commitment,
                    previous: previous.clone(),
                    reason: RotateReason::Removal,
                    cuts,
                })
            }
            Self::Finalise(ending) => DocumentBody::Finalise(Finalise {
                successor: Some(ending.successor),
                covers: (cuts.len() <= ENTRY_CUTS_MAX).then_some(cuts),
            }),
            Self::Shred => DocumentBody::Shred(Shred {}),
            Self::Attest(attest) => DocumentBody::SnapshotAttest(attest.clone()),
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
    /// What becomes visible with it. Made anew whenever it is signed.
    #[n(1)]
    pub wraps: Vec<Wrap>,
    /// As sent last; sent again unchanged until the server answers.
    #[n(2)]
    pub entry: Option<Blob>,
    /// When it was wished for; part of the entry, so that it is the same however often signed.
    #[n(3)]
    pub at: UnixMillis,
}

impl PendingEntry {
    /// A wish that nobody has signed yet.
    pub fn new(wish: Wish, at: UnixMillis) -> Self {
        Self { wish, wraps: vec![], entry: None, at }
    }

    /// Whether it is an end that waits to be said.
    pub fn is_unsigned_end(&self) -> bool {
        matches!(self.wish, Wish::Finalise(_)) && self.entry.is_none()
    }
}
