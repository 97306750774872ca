//! What the engine wants done. Effects are values, carried out in order.

use core::fmt;

use shared::{Blob, sync::ClientMessage, time::UnixMillis};

use crate::view::View;

/// Names a batch until the driver reports it durable. Grows by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchId(pub u64);

/// Where a record lies in the local store: an HMAC of its meaning, so that the store learns nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordKey(pub [u8; 32]);

impl RecordKey {
    /// The one record that is readable without a key: salt, parameters and the sealed keyring.
    pub const VAULT: Self = Self([0; 32]);
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordKey({:02x?}…)", self.0.first_chunk::<4>())
    }
}

/// A record of the local store: sealed bytes under an opaque key.
pub type Record = (RecordKey, Blob);

/// Writes that become durable together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Reported back in [`crate::input::Input::Persisted`].
    pub id: BatchId,
    /// Records to write, replacing what is there.
    pub puts: Vec<Record>,
    /// Records to remove. No key is in both lists.
    pub deletes: Vec<RecordKey>,
}

/// Whether the engine has use for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkWish {
    /// Connect, and again after each loss, with back-off.
    Up,
    /// Disconnect and stay so.
    Down,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Make the batch durable, then report `Persisted` or `PersistFailed`. Batches go in order.
    Persist(Batch),
    /// Read every record but the vault and report `Loaded`.
    Load,
    /// Send to the server; dropped without harm when there is no connection.
    Send(ClientMessage),
    /// Show to the person.
    Show(View),
    /// Give a `Tick` at this time; a later wish replaces an earlier one.
    WakeAt(UnixMillis),
    /// Keep a connection, or keep none.
    Link(LinkWish),
    /// Remove every record, the vault too, then report `Erased` or `EraseFailed`. Batches asked
    /// for before come before it.
    Erase,
}

/// Effects in the order they must be carried out.
#[must_use = "an effect nobody carries out is a lost note"]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects(pub Vec<Effect>);
