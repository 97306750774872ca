//! What an envelope carries: changes, and what their author had seen.

use automerge::{ActorId, ChangeHash};
use shared::{
    Blob, Decode, Encode, cbor, hash,
    id::{DeviceId, DocumentId, EnvelopeId, Seq, ServerEpoch},
    limit::{CHANGE_ROWS_MAX, ENVELOPE_CHANGES_MAX},
    log::Head,
    map::Set,
    time::UnixMillis,
};
use thiserror::Error;

use crate::document::{
    genesis,
    growth::is_growth,
    inspect::{InspectError, Inspected},
    intake::Opened,
    snapshot::Part,
};

/// The actor of changes that a device makes in a document after its `start`-th start.
///
/// Fresh at every start, so that a restored or cloned store never gives one operation two meanings.
pub fn actor(device: DeviceId, document: DocumentId, start: u64) -> ActorId {
    let digest = hash::sha256(&[
        b"mendan/1/actor",
        device.as_bytes(),
        document.as_bytes(),
        &start.to_be_bytes(),
    ]);
    ActorId::from(digest.first_chunk::<16>().unwrap_or(&[0; 16]).as_slice())
}

/// How far an author had read one device's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Seen {
    /// Whose chain.
    #[n(0)]
    pub device: DeviceId,
    /// Up to where.
    #[n(1)]
    pub seq: Seq,
    /// First bytes of that envelope's id.
    #[cbor(n(2), bytes)]
    pub prefix: [u8; 8],
}

impl Seen {
    /// Up to this envelope.
    pub fn new(device: DeviceId, seq: Seq, id: EnvelopeId) -> Self {
        Self { device, seq, prefix: super::prefix_of(id) }
    }
}

/// The plaintext of an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Chunk {
    /// The author's clock.
    #[n(0)]
    pub at: UnixMillis,
    /// automerge changes, oldest first.
    #[n(1)]
    pub changes: Vec<Blob>,
    /// The author's heads after them.
    #[n(2)]
    pub heads: Vec<Blob>,
    /// What the author had integrated.
    #[n(3)]
    pub frontier: Vec<Seen>,
    /// The org log as the author knew it.
    #[n(4)]
    pub org: Head,
    /// The starts whose actors made the changes.
    #[n(5)]
    pub starts: Vec<u64>,
    /// The server to which the author had given everything that it holds. In that epoch, whatever
    /// the frontier and the head name is there before this envelope.
    #[n(6)]
    pub server: Option<ServerEpoch>,
    /// In an envelope of a snapshot: what of it this is. The changes are in here then.
    #[n(7)]
    pub part: Option<Part>,
}

/// Why a chunk was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ChunkError {
    /// The author wrote rubbish: set the envelope aside.
    #[error("the chunk does not have the shape of one")]
    Malformed,
    /// More changes or operations than anybody may send at once: set the envelope aside.
    #[error("the chunk passes a limit")]
    TooLarge,
    /// A change is none: set the envelope aside.
    #[error(transparent)]
    Change(InspectError),
    /// A change claims to be another device's: set the envelope aside.
    #[error("a change's actor does not belong to the signing device")]
    ForeignActor,
}

impl Chunk {
    /// As sealed.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// From an opened envelope.
    pub fn parse(bytes: &[u8]) -> Result<Self, ChunkError> {
        cbor::from_slice(bytes).ok_or(ChunkError::Malformed)
    }

    /// The changes, each walked, and checked to be the author's own or such that everybody may
    /// carry: a genesis, or a growth.
    pub fn open(&self, author: DeviceId, document: DocumentId) -> Result<Opened, ChunkError> {
        if self.changes.len() > ENVELOPE_CHANGES_MAX || self.starts.len() > ENVELOPE_CHANGES_MAX {
            return Err(ChunkError::TooLarge);
        }
        let actors: Set<ActorId> =
            self.starts.iter().map(|start| actor(author, document, *start)).collect();
        let mut opened = Opened { device: author, changes: vec![] };
        let mut rows = 0;
        for bytes in &self.changes {
            let change = Inspected::parse(&bytes.0).map_err(ChunkError::Change)?;
            rows += change.row_count();
            if rows > CHANGE_ROWS_MAX {
                return Err(ChunkError::TooLarge);
            }
            let is_own = actors.contains(&ActorId::from(change.actor().as_slice()));
            if !is_own && !is_nobodys(&change) {
                return Err(ChunkError::ForeignActor);
            }
            opened.changes.push(change);
        }
        Ok(opened)
    }
}

/// Whether everybody may carry a change, for nobody made it alone.
pub(super) fn is_nobodys(change: &Inspected) -> bool {
    genesis::is_genesis(ChangeHash(change.hash())) || is_growth(change)
}

/// Hashes as chunks carry them.
pub fn heads_of(heads: &[ChangeHash]) -> Vec<Blob> {
    heads.iter().map(|hash| Blob(hash.0.to_vec())).collect()
}
