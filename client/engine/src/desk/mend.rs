//! A store that lost some of the firm's log, which is fetched again before anything is read by it.
//!
//! Who may write, and under which secrets, follows from the log. By a part of it nobody seems to have
//! had the right to what is here, and what this device wrote seems to be another's. So no document is
//! read, and none is heard of, until the log is here as far as the server has it.

use shared::{Blob, map::Map, sync::ServerMessage};

use super::{Ask, Desk, End, Login};
use crate::{
    journal::Step,
    keyring::Membership,
    record::{Name, Sealer},
};

impl Desk {
    /// Sets everything aside but the firm's log; whether that can help.
    pub(super) fn begin_mending(&mut self) -> bool {
        let is_member = matches!(self.keyring.membership, Membership::Member { .. });
        if is_member {
            self.documents = Map::new();
            self.quarantined = Map::new();
            self.distrust = false;
            self.ask = Ask::Log;
        }
        is_member
    }

    /// What the store is read anew with.
    pub(crate) fn into_sealer(self) -> Sealer {
        self.sealer
    }

    /// The server says something.
    pub(crate) fn receive(&mut self, step: &mut Step<'_, '_>, message: ServerMessage) {
        if self.ask != Ask::Log {
            return self.hear(step, message);
        }
        match message {
            ServerMessage::Ready { .. } => {
                self.login = Login::In;
                self.pull_org(step);
            }
            ServerMessage::LogBatch { document: None, from, entries, more } => {
                self.mend(step, from, &entries, more);
            }
            ServerMessage::Challenge { .. } | ServerMessage::Refused { .. } => {
                self.hear(step, message);
            }
            ServerMessage::LogBatch { .. }
            | ServerMessage::Index { .. }
            | ServerMessage::Event(_)
            | ServerMessage::Batch { .. }
            | ServerMessage::Wraps { .. }
            | ServerMessage::Acks { .. }
            | ServerMessage::Appended { .. }
            | ServerMessage::HeadMoved { .. }
            | ServerMessage::Pong
            | ServerMessage::Bye { .. } => {}
        }
    }

    fn mend(&mut self, step: &mut Step<'_, '_>, from: u64, entries: &[Blob], more: bool) {
        let before = self.org_length();
        for (index, bytes) in (from..).zip(entries) {
            if index != self.org_length() {
                continue;
            }
            if let Err(error) = self.take_org_entry(&bytes.0) {
                return self.bad_entry(step, None, index, &bytes.0, error);
            }
            self.save_bytes(step, Name::Org(index), &bytes.0);
        }
        if more && self.org_length() > before {
            return self.pull_org(step);
        }
        // Without any of it nothing can be read: it is asked for again at the next login.
        if self.org.is_some() {
            self.end = Some(End::Mended);
        }
    }
}
