//! Signed, hash-chained, linear logs: what a firm says about its people, and a document about its readers.
//!
//! An entry travels as `[statement, signature]`; the statement's bytes are carried, never re-encoded.
//! Every client replays and checks every entry itself; the server's rows are hints.

use thiserror::Error;

use crate::{
    Decode, Encode,
    cbor::{self, Blob},
    hash,
    id::{DeviceId, DocumentId, EntryHash, FirmId},
    limit::ENTRY_BYTES_MAX,
    sign::{Domain, Forged, Signature, SigningKey, VerifyKey},
    time::UnixMillis,
};

/// The kinds of entry of one log: the enum, and its two ways to and from an entry.
macro_rules! bodies {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $kind:literal $variant:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$of])* $variant($variant),)*
        }

        impl $name {
            /// Makes and signs the entry that says this at `place`.
            pub fn sign(&self, place: Place, key: &SigningKey) -> Entry {
                let (kind, body) = match self {
                    $(Self::$variant(body) => ($kind, cbor::to_vec(body)),)*
                };
                Entry::sign(place, kind, body, key)
            }

            /// What an entry says; an unknown kind fails closed.
            pub fn parse(entry: &Entry) -> Result<Self, EntryError> {
                match entry.kind() {
                    $($kind => entry.body().map(Self::$variant),)*
                    kind => Err(EntryError::UnknownKind { kind }),
                }
            }
        }
    };
}

pub mod document;
pub mod org;

/// Which log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum LogId {
    /// The firm's log of people and devices.
    #[n(0)]
    Org(#[n(0)] FirmId),
    /// One document's log of readers and epochs.
    #[n(1)]
    Document(#[n(0)] DocumentId),
}

/// Whose key signed an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Author {
    /// The firm's root key; Genesis only.
    #[n(0)]
    Root,
    /// The key inside an invitation, named by the index of its `EnrolGrant`.
    #[n(1)]
    Grant(#[n(0)] u64),
    /// A device in the org log.
    #[n(2)]
    Device(#[n(0)] DeviceId),
}

/// How long a log is and what its last entry hashes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Head {
    /// Number of entries.
    #[n(0)]
    pub length: u64,
    /// Hash of the last entry; [`EntryHash::NONE`] when empty.
    #[n(1)]
    pub hash: EntryHash,
}

/// What the last of the first `length` entries hashed to.
fn hash_at(hashes: &[EntryHash], length: u64) -> Option<EntryHash> {
    let last = usize::try_from(length).ok()?.checked_sub(1)?;
    hashes.get(last).copied()
}

impl Head {
    /// The head of a log without entries.
    pub const EMPTY: Self = Self { length: 0, hash: EntryHash::NONE };
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Statement {
    #[n(0)]
    log: LogId,
    #[n(1)]
    index: u64,
    #[n(2)]
    previous: EntryHash,
    #[n(3)]
    at: UnixMillis,
    #[n(4)]
    author: Author,
    #[n(5)]
    kind: u32,
    #[n(6)]
    body: Blob,
    /// Of document entries: by how much of the org log their author's rights are judged.
    #[n(7)]
    org: Option<u64>,
}

/// An entry that parsed. Neither its signature nor its author's right to it is checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    bytes: Vec<u8>,
    signed: Vec<u8>,
    signature: Signature,
    statement: Statement,
}

/// Why an entry was not taken into a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EntryError {
    /// The bytes do not have the shape of an entry.
    #[error("the bytes do not have the shape of a log entry")]
    Malformed,
    /// Larger than an entry may be.
    #[error("{size} bytes are more than an entry may have")]
    Oversize {
        /// Bytes received.
        size: usize,
    },
    /// Written by a newer program: everything after it is unreadable until the update.
    #[error("entry kind {kind} is not known")]
    UnknownKind {
        /// The kind as written.
        kind: u32,
    },
    /// It does not continue this log: fetch what is between, or sound the alarm.
    #[error("the entry does not continue this log")]
    Misplaced,
    /// The signature does not hold, or the author is not known here.
    #[error("the entry does not authenticate")]
    Unauthentic,
    /// The author may not say this.
    #[error("the author may not say this")]
    Unauthorised,
    /// It contradicts what the log says already, or passes a limit.
    #[error("the entry contradicts the log")]
    Contradiction,
    /// The invitation was used up.
    #[error("the grant is used up")]
    Spent,
    /// The invitation is too old.
    #[error("the grant has expired")]
    Expired,
    /// Its author had replayed more of the org log than is here: fetch that, then take it.
    #[error("the entry needs {length} entries of the org log")]
    OrgBehind {
        /// Entries of the org log that its author had.
        length: u64,
    },
}

impl From<Forged> for EntryError {
    fn from(_: Forged) -> Self {
        Self::Unauthentic
    }
}

impl Entry {
    /// Reads the shape of an entry.
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(EntryError::Oversize { size: bytes.len() });
        }
        let (signed, signature): (Blob, Signature) =
            cbor::from_slice(bytes).ok_or(EntryError::Malformed)?;
        let statement = cbor::from_slice(&signed.0).ok_or(EntryError::Malformed)?;
        Ok(Self { bytes: bytes.to_vec(), signed: signed.0, signature, statement })
    }

    /// Makes and signs the entry that follows `head`.
    pub(crate) fn sign(place: Place, kind: u32, body: Vec<u8>, key: &SigningKey) -> Self {
        let Place { log, head, at, author, org } = place;
        let statement = Statement {
            log,
            index: head.length,
            previous: head.hash,
            at,
            author,
            kind,
            body: Blob(body),
            org,
        };
        let signed = cbor::to_vec(&statement);
        let signature = key.sign(log.domain(), &signed);
        let bytes = cbor::to_vec(&(Blob(signed.clone()), signature));
        Self { bytes, signed, signature, statement }
    }

    /// The entry as it travels and is stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Which log it claims to be of.
    pub fn log(&self) -> LogId {
        self.statement.log
    }

    /// Its claimed place, from 0.
    pub fn index(&self) -> u64 {
        self.statement.index
    }

    /// Its claimed author.
    pub fn author(&self) -> Author {
        self.statement.author
    }

    /// When its author says it was written.
    pub fn at(&self) -> UnixMillis {
        self.statement.at
    }

    /// SHA-256 of the whole entry.
    pub fn hash(&self) -> EntryHash {
        EntryHash::new(hash::sha256(&[&self.bytes]))
    }

    /// How much of the org log a document entry claims its author had replayed.
    pub fn org(&self) -> Option<u64> {
        self.statement.org
    }

    pub(crate) fn kind(&self) -> u32 {
        self.statement.kind
    }

    pub(crate) fn body<T: Decode>(&self) -> Result<T, EntryError> {
        cbor::from_slice(&self.statement.body.0).ok_or(EntryError::Malformed)
    }

    pub(crate) fn follows(&self, log: LogId, head: Head) -> Result<(), EntryError> {
        let Statement { log: claimed, index, previous, .. } = &self.statement;
        let follows = *claimed == log && *index == head.length && *previous == head.hash;
        if !follows {
            return Err(EntryError::Misplaced);
        }
        // The org log judges its entries by itself.
        match (log, self.statement.org) {
            (LogId::Org(_), Some(_)) => Err(EntryError::Malformed),
            (LogId::Org(_), None) | (LogId::Document(_), _) => Ok(()),
        }
    }

    pub(crate) fn verify(&self, key: &VerifyKey) -> Result<(), EntryError> {
        Ok(key.verify(self.statement.log.domain(), &self.signed, &self.signature)?)
    }

    pub(crate) fn next_head(&self) -> Head {
        Head { length: self.statement.index.saturating_add(1), hash: self.hash() }
    }
}

/// Where a new entry goes, and who writes it when.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The log.
    pub log: LogId,
    /// What it follows.
    pub head: Head,
    /// The author's clock.
    pub at: UnixMillis,
    /// Whose key signs.
    pub author: Author,
    /// For document entries: the length of the org log as the author has it.
    pub org: Option<u64>,
}

impl LogId {
    fn domain(self) -> Domain {
        match self {
            Self::Org(_) => Domain::OrgEntry,
            Self::Document(_) => Domain::DocumentEntry,
        }
    }
}
