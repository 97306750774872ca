//! Alarms: what the server did, as far as it shows from what was signed by somebody else.

use shared::{
    Blob, Decode, Encode,
    id::{DeviceId, DocumentId},
    time::UnixMillis,
};

/// What kind of lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum AlarmKind {
    /// Somebody else had read what the server does not give to this device.
    #[n(0)]
    Withheld,
    /// The server shows less than it has shown or acknowledged before.
    #[n(1)]
    RolledBack,
    /// One place in a device's chain has two envelopes.
    #[n(2)]
    Equivocation,
    /// A log has two histories.
    #[n(3)]
    Forked,
    /// Bytes that cannot be what they pass for.
    #[n(4)]
    Tampered,
    /// The server was put back to an older state, and no admin has said so.
    #[n(5)]
    Restored,
    /// This device's chain was continued by somebody else who has its key: it is there twice.
    /// It writes nothing any more.
    #[n(6)]
    Twice,
}

/// What an alarm is about. Two alarms with the same matter are one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Matter {
    /// What kind of lie.
    #[n(0)]
    pub kind: AlarmKind,
    /// The document; `None` for the org log or all of the server.
    #[n(1)]
    pub document: Option<DocumentId>,
    /// The device whose envelope it is.
    #[n(2)]
    pub device: Option<DeviceId>,
    /// The envelope's place in its chain, the length of the log, or the number shown.
    #[n(3)]
    pub index: u64,
    /// What hashes are compared: ours first.
    #[n(4)]
    pub hashes: Vec<Blob>,
}

/// An alarm as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AlarmRow {
    /// Its name on this device.
    #[n(0)]
    pub number: u64,
    /// What it is about.
    #[n(1)]
    pub matter: Matter,
    /// When it was noticed, by this device's clock.
    #[n(2)]
    pub at: UnixMillis,
    /// Whether the person has said that they know.
    #[n(3)]
    pub is_seen: bool,
}
