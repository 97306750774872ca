//! What can be seen of a world while it runs, and how it can be made to lie.

use engine::view::SyncView;
use shared::{
    id::{DocumentId, EnvelopeId, Number, ServerEpoch},
    sync::WrapTo,
};

use super::{DeviceNo, World};

/// One thing that happened, as somebody beside the world sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A device said where everything written on it is.
    Sync(DeviceNo, SyncView),
    /// A device did something; its screen may have changed.
    Moved(DeviceNo),
    /// A device died, or its program was ended.
    Died(DeviceNo),
    /// A device was handed wraps addressed so.
    Wraps(DeviceNo, Vec<WrapTo>),
    /// A device was handed envelopes of a document.
    Envelopes(DeviceNo, DocumentId),
    /// A device asked for the envelopes after a number.
    Pull(DeviceNo, DocumentId, Number),
    /// A device was told that an envelope is durable under a number.
    Stored(DeviceNo, EnvelopeId, Number),
    /// The server refused what a device asked for; what that was.
    Refused(DeviceNo, String),
    /// A device logged in at a server of this epoch.
    LoggedIn(DeviceNo, ServerEpoch),
}

/// A lie of the world, by which a test proves that a check can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tamper {
    /// The server acknowledges envelopes of this device and stores none.
    ServerForgets(DeviceNo),
    /// The server keeps news and envelopes from this device.
    ServerWithholds(DeviceNo),
    /// What this device pushes is lost on its way, and nobody notices.
    PushesGetLost(DeviceNo),
    /// Stores call batches durable and write nothing.
    DiskLies,
}

impl World {
    /// Looks from here on.
    pub fn watch(&mut self) {
        self.seen = Some(vec![]);
    }

    /// What happened since the last look.
    pub fn look(&mut self) -> Vec<Seen> {
        self.seen.as_mut().map(std::mem::take).unwrap_or_default()
    }

    pub(super) fn see(&mut self, seen: impl FnOnce() -> Seen) {
        if let Some(list) = &mut self.seen {
            list.push(seen());
        }
    }
}
