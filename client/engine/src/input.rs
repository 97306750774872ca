//! What happens to the engine.

use shared::{Blob, sync::ServerMessage};

use crate::{
    command::Command,
    effect::{BatchId, Record},
};

/// Why the local store did not take a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// No room: the engine keeps everything in memory and tries again.
    Full,
    /// The store is damaged or gone: the engine keeps everything in memory and says so.
    Broken,
}

/// The connection, as the driver sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Open, nothing said yet. The origin is the one the app was loaded from.
    Up {
        /// Scheme, host and port, as the browser writes them.
        origin: String,
    },
    /// Closed, for whatever reason.
    Down,
}

/// One thing that happened.
#[derive(Debug)]
pub enum Input {
    /// The program started; the vault record if the local store has one.
    Started {
        /// [`crate::effect::RecordKey::VAULT`]'s value.
        vault: Option<Blob>,
    },
    /// The person wants something.
    Command(Command),
    /// A batch is durable.
    Persisted(BatchId),
    /// A batch is not durable, and none of it was written; nor is any that was asked for behind it
    /// before this is heard.
    PersistFailed(BatchId, StoreFault),
    /// Nothing is left in the local store.
    Erased,
    /// The local store could not be erased; what is left of it is uncertain.
    EraseFailed(StoreFault),
    /// Every record but the vault.
    Loaded(Vec<Record>),
    /// The server said something.
    Received(ServerMessage),
    /// The connection opened or closed.
    Link(Link),
    /// The time asked for has come.
    Tick,
}
