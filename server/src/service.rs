//! What the server decides, as synchronous functions on a transaction or a reader.
//!
//! Time and randomness are arguments; there is no HTTP and no socket here. The simulator and the
//! production server run the same [`Connection`].

use shared::{
    Blob,
    id::{AccountId, DeviceId},
    log::EntryError,
    refusal::{Reason, Refusal},
    sign::VerifyKey,
    sync::{ServerMessage, Wrap},
    time::UnixMillis,
};
use thiserror::Error;

use crate::store::{StoreError, Tx};

mod append;
mod away;
pub mod bootstrap;
mod connection;
mod login;
mod pull;
mod push;
mod snapshot;
mod wrap;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

pub use append::append;
pub(crate) use away::farewell;
pub use connection::{Answer, Connection, Cx, Step};
pub use login::{Claim, login};
pub use pull::{Read, read};
pub use push::{Parcel, bring_back, push};
pub use wrap::put_wraps;

/// How long a connection may be silent before the server ends it.
pub const IDLE_MS: u64 = 75_000;

/// Who a connection has proven to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A device of an account.
    Device {
        /// The device.
        device: DeviceId,
        /// Its account.
        account: AccountId,
    },
    /// The holder of an invitation or linking code.
    Grant(VerifyKey),
    /// The holder of the bootstrap link.
    Bootstrap,
}

/// A request that changes something. Decided in one transaction with others.
#[derive(Debug)]
pub enum Write {
    /// Store envelopes.
    Push(Vec<Parcel>),
    /// Store envelopes that were stored before.
    BringBack(Vec<Parcel>),
    /// Append to a log.
    Append {
        /// The entry as it came.
        entry: Blob,
        /// What becomes visible with it.
        wraps: Vec<Wrap>,
    },
    /// Store wraps without an entry.
    PutWraps(Vec<Wrap>),
}

/// Why a service did not do what it was asked.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// The caller may not, or asked for the impossible: answer with the code.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The caller is a device that was revoked: answer with the entry that says so.
    #[error("the device was revoked")]
    Revoked {
        /// From the org log.
        entry: Blob,
        /// What the device needs of that log to judge the entry, and where that begins.
        before: Option<(u64, Vec<Blob>)>,
    },
    /// The database failed: roll back, everything in the transaction is undone.
    #[error(transparent)]
    Broken(StoreError),
}

impl Write {
    /// How many operations it counts for when commits are grouped.
    pub fn weight(&self) -> usize {
        match self {
            Self::Push(parcels) | Self::BringBack(parcels) => parcels.len(),
            Self::Append { .. } | Self::PutWraps(_) => 1,
        }
    }

    /// What its sender is told when the transaction it was in did not happen.
    pub fn refused(&self, refusal: Refusal) -> ServerMessage {
        match self {
            Self::Push(parcels) | Self::BringBack(parcels) => push::refuse_all(parcels, refusal),
            Self::Append { entry, .. } => append::refused(&entry.0, refusal),
            Self::PutWraps(_) => refused(refusal),
        }
    }
}

/// Carries out `write` inside `tx`. The reply may be sent once the transaction is durable.
///
/// An error means that the transaction must be dropped.
pub fn write(
    tx: &mut Tx<'_>,
    now: UnixMillis,
    who: Who,
    write: &Write,
) -> Result<ServerMessage, StoreError> {
    if let Some(farewell) = away::from_tx(tx, who)? {
        return Ok(farewell);
    }
    match write {
        Write::Push(parcels) => push(tx, who, parcels),
        Write::BringBack(parcels) => bring_back(tx, who, parcels),
        Write::Append { entry, wraps } => append(tx, now, who, &entry.0, wraps),
        Write::PutWraps(wraps) => put_wraps(tx, who, wraps),
    }
}

/// A request that was not carried out and names no log or document.
pub fn refused(refusal: Refusal) -> ServerMessage {
    ServerMessage::Refused { refusal, log: None, document: None, entry: None }
}

/// What a client is told of an operation that the database could not carry out.
pub fn refusal_of_store(error: &StoreError) -> Refusal {
    match error {
        StoreError::Full => Refusal::wait(Reason::ServerFull, 60_000),
        StoreError::Broken(_) | StoreError::Damaged { .. } | StoreError::TooNew { .. } => {
            Refusal::new(Reason::Failed)
        }
    }
}

fn refusal_of_entry(error: EntryError) -> Refusal {
    Refusal::new(match error {
        EntryError::Malformed => Reason::Malformed,
        EntryError::Oversize { .. } => Reason::Oversize,
        EntryError::UnknownKind { .. } => Reason::UnknownVersion,
        EntryError::Misplaced
        | EntryError::Unauthentic
        | EntryError::Unauthorised
        | EntryError::OrgBehind { .. }
        | EntryError::Contradiction => Reason::EntryRefused,
        EntryError::Spent => Reason::GrantSpent,
        EntryError::Expired => Reason::GrantExpired,
    })
}
