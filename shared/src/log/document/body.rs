//! What a document's log can say.

use crate::{
    Decode, Encode,
    cbor::{self, Blob},
    id::{AccountId, Commitment, DeviceId, DocumentId, EnvelopeId, Epoch, Seq},
    log::{Entry, EntryError, Place},
    sign::SigningKey,
};

/// What a member may do with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Access {
    /// Reads.
    #[n(0)]
    Reader,
    /// Reads and writes.
    #[n(1)]
    Writer,
    /// Reads, writes and decides who else does.
    #[n(2)]
    Manager,
}

bodies! {
    /// What a document-log entry says.
    DocumentBody {
        /// The first entry: the document exists, its author's account manages it.
        0 Create,
        /// An account gains access, or more access than it had.
        1 Grant,
        /// An account loses access; its envelopes end here.
        2 Revoke,
        /// A new epoch with a new secret; the envelopes of devices that are gone end here.
        3 Rotate,
        /// The author's device opened a snapshot and found in it what it has itself.
        4 SnapshotAttest,
        /// Nothing more is written to the document.
        5 Finalise,
        /// The document's content is to be destroyed, and its log is at its end.
        6 Shred,
    }
}

/// See [`DocumentBody::Create`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Create {
    /// Commitment to the secret of [`Epoch::FIRST`].
    #[n(0)]
    pub commitment: Commitment,
}

/// See [`DocumentBody::Grant`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Grant {
    /// Who.
    #[n(0)]
    pub account: AccountId,
    /// What.
    #[n(1)]
    pub access: Access,
}

/// Where a device's envelopes in a document end. Its id pins everything before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Cut {
    /// Whose envelopes.
    #[n(0)]
    pub device: DeviceId,
    /// The last one.
    #[n(1)]
    pub seq: Seq,
    /// Its content address.
    #[n(2)]
    pub envelope: EnvelopeId,
}

/// See [`DocumentBody::Revoke`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Revoke {
    /// Who.
    #[n(0)]
    pub account: AccountId,
    /// Where its devices' envelopes end; a device that is not named wrote nothing that counts.
    #[n(1)]
    pub cuts: Vec<Cut>,
}

/// Why a document has a new secret. Shown, never decided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum RotateReason {
    /// Somebody was removed, or a device revoked, or somebody's keys replaced.
    #[n(0)]
    Removal,
    /// A precaution.
    #[n(1)]
    Precaution,
}

/// See [`DocumentBody::Rotate`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Rotate {
    /// The new epoch, one more than the last.
    #[n(0)]
    pub epoch: Epoch,
    /// Commitment to its secret.
    #[n(1)]
    pub commitment: Commitment,
    /// The secret before it, sealed under the new one: who is let in later reads back. Absent if
    /// he shall not.
    #[n(2)]
    pub previous: Option<Blob>,
    /// Why.
    #[n(3)]
    pub reason: RotateReason,
    /// Where the envelopes of members' devices that are gone from the firm end; a device that is
    /// gone and not named wrote nothing that counts.
    #[n(4)]
    pub cuts: Vec<Cut>,
}

/// See [`DocumentBody::SnapshotAttest`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SnapshotAttest {
    /// The snapshot, by its last envelope.
    #[n(0)]
    pub snapshot: EnvelopeId,
    /// SHA-256 of its sorted automerge heads.
    #[cbor(n(1), bytes)]
    pub heads: [u8; 32],
    /// What it stands for. An entry without says nothing that anybody may build on.
    #[n(2)]
    pub covers: Option<Covers>,
}

/// What a snapshot stands for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Covers {
    /// The device that wrote the snapshot.
    #[n(0)]
    pub author: DeviceId,
    /// How many envelopes it consists of, one behind the other in its author's chain.
    #[n(1)]
    pub parts: u32,
    /// The last envelope of each device whose changes are in it.
    #[n(2)]
    pub frontier: Vec<Cut>,
}

impl Covers {
    /// The last envelope of a device that is covered.
    pub fn of(&self, device: DeviceId) -> Option<&Cut> {
        self.frontier.iter().find(|cut| cut.device == device)
    }

    /// Whether an envelope of a device may follow what is covered, or is covered itself.
    pub fn reaches(&self, device: DeviceId, seq: Seq, prev: EnvelopeId) -> bool {
        self.of(device)
            .is_some_and(|cut| seq <= cut.seq || (seq.0 - 1 == cut.seq.0 && prev == cut.envelope))
    }

    /// The place of the snapshot's first envelope in its author's chain.
    pub fn first(&self) -> Seq {
        Seq(self.of(self.author).map_or(0, |cut| cut.seq.0).saturating_add(1))
    }

    /// The place of its last.
    pub fn last(&self) -> Seq {
        let before = self.of(self.author).map_or(0, |cut| cut.seq.0);
        Seq(before.saturating_add(u64::from(self.parts)))
    }

    /// Whether an envelope in this place is one of the snapshot's.
    pub fn has_part(&self, device: DeviceId, seq: Seq) -> bool {
        device == self.author && self.first() <= seq && seq <= self.last()
    }
}

/// See [`DocumentBody::Finalise`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Finalise {
    /// The document that holds the final text, if it is another one.
    #[n(0)]
    pub successor: Option<DocumentId>,
    /// The last envelope of each device that the successor's text is made of; what is behind them
    /// counts for nobody. Absent if that is not said.
    #[n(1)]
    pub covers: Option<Vec<Cut>>,
}

/// See [`DocumentBody::Shred`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Shred {}
