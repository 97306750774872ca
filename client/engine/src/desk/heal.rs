//! After a restore the server has forgotten something: everything held here is offered again.
//!
//! Entries and envelopes are signed by their authors, so whoever holds them may bring them back,
//! other people's included. What the server has already it answers as a repetition.

use std::collections::VecDeque;

use shared::{
    Blob,
    id::{DocumentId, Number, ServerEpoch},
    limit::{BATCH_ENVELOPES_MAX, MESSAGE_BYTES_MAX},
    log::{
        Entry,
        document::{DocumentBody, DocumentLog},
    },
    map::Map,
    sync::{ClientMessage, Wrap},
};

use super::{Desk, Login};
use crate::{
    effect::{Effect, Record},
    journal::Step,
    record::{Content, Name},
};

/// Leaves room in a message for what surrounds the envelopes.
const BATCH_BYTES_MAX: usize = MESSAGE_BYTES_MAX - 4 * 1024;

/// How far the offering is.
pub(super) struct Healing {
    /// Written down when everything was offered.
    epoch: ServerEpoch,
    /// What is left to offer, in order; `None` until the store was read.
    left: Option<VecDeque<ClientMessage>>,
}

impl Desk {
    /// Compares the server's epoch with the one known here.
    pub(super) fn meet_server(&mut self, step: &mut Step<'_, '_>, epoch: ServerEpoch) {
        self.healing = None;
        self.trust.met = Some(epoch);
        self.trust.has_given = false;
        match self.progress.server_epoch {
            Some(known) if known == epoch => {}
            None => {
                self.progress.server_epoch = Some(epoch);
                self.save_progress(step);
            }
            Some(_) => {
                self.met_restored(step, epoch);
                self.begin_healing(step, epoch);
            }
        }
    }

    /// Gives everything here to the server again.
    pub(super) fn begin_healing(&mut self, step: &mut Step<'_, '_>, epoch: ServerEpoch) {
        if self.is_healing() {
            return;
        }
        self.healing = Some(Healing { epoch, left: None });
        self.progress.is_at_odds = None;
        self.forget_numbers(step);
        step.effects.push(Effect::Load);
    }

    /// Whether something may be missing at the server that it once acknowledged.
    pub(super) fn is_healing(&self) -> bool {
        self.healing.is_some()
    }

    /// Numbers were the forgotten database's; what they counted is fetched and compared again.
    fn forget_numbers(&mut self, step: &mut Step<'_, '_>) {
        self.progress.wraps = 0;
        self.save_progress(step);
        let ids: Vec<DocumentId> = self.documents.keys().copied().collect();
        for id in ids {
            if let Some(document) = self.documents.get_mut(&id) {
                document.progress.cursor = Number(0);
                document.heard_last = Number(0);
                // What comes of a pull under way is of the old count, and answers nothing.
                document.pulling = false;
                for flight in &mut document.flights {
                    flight.sent = false;
                }
            }
            self.save_document(step, id);
        }
    }

    /// The store was read: begin to offer.
    pub(crate) fn heal(&mut self, step: &mut Step<'_, '_>, records: &[Record]) {
        if self.healing.as_ref().is_none_or(|it| it.left.is_some()) || self.login != Login::In {
            return;
        }
        let mut offers = VecDeque::new();
        let mut logs: Map<DocumentId, Map<u64, Blob>> = Map::new();
        let mut envelopes = Map::new();
        let mut org = Map::new();
        for (name, content) in records.iter().filter_map(|record| self.sealer.open(record)) {
            match (name, content) {
                (Name::Org(index), Content::Bytes(bytes)) => {
                    org.insert(index, bytes);
                }
                (Name::Log(id, index), Content::Bytes(bytes)) => {
                    logs.get_or_default(id).insert(index, bytes);
                }
                (Name::Envelope(id, device, seq), Content::Bytes(bytes))
                    if self.may_bring(id, device, seq) =>
                {
                    // The snapshot comes before what follows it.
                    let is_later = !self.is_of_base(id, device);
                    envelopes.insert((id, is_later, device, seq), bytes);
                }
                (_, _) => {}
            }
        }
        // The Genesis was there at every backup.
        for (_, entry) in org.into_iter().filter(|(index, _)| *index > 0) {
            offers.push_back(ClientMessage::Append { entry, wraps: vec![] });
        }
        for (id, entries) in logs {
            let mut log = None;
            for entry in entries.into_values() {
                let wraps = self.wraps_with(step, id, &entry, &mut log);
                offers.push_back(ClientMessage::Append { entry, wraps });
            }
        }
        offers.extend(batches(envelopes.into_values()));
        if let Some(healing) = &mut self.healing {
            healing.left = Some(offers);
        }
        self.offer_next(step);
    }

    /// The wraps that made an entry useful, made again: no device keeps those for others. `log` is
    /// the log before the entry, and then with it: the server takes wraps for the members of that
    /// moment only, and who came later has them from the entry that let them in.
    fn wraps_with(
        &self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        bytes: &Blob,
        log: &mut Option<DocumentLog>,
    ) -> Vec<Wrap> {
        let (Some(document), Some(org)) = (self.documents.get(&id), &self.org) else {
            return vec![];
        };
        let Ok(entry) = Entry::parse(&bytes.0) else { return vec![] };
        let taken = match log {
            Some(log) => log.append(org, &entry),
            None => DocumentLog::begin(org, &entry).map(|begun| *log = Some(begun)),
        };
        let (Ok(()), Some(log)) = (taken, log) else { return vec![] };
        let account = match DocumentBody::parse(&entry) {
            Ok(DocumentBody::Create(_)) => Some(log.creator()),
            Ok(DocumentBody::Grant(grant)) => Some(grant.account),
            Ok(DocumentBody::Rotate(_)) => None,
            Ok(
                DocumentBody::Revoke(_)
                | DocumentBody::SnapshotAttest(_)
                | DocumentBody::Finalise(_)
                | DocumentBody::Shred(_),
            )
            | Err(_) => return vec![],
        };
        let epoch = log.epoch();
        let Some(secret) = document.secret(epoch) else { return vec![] };
        match account {
            Some(account) => self.wrap_for(step, secret, id, epoch, account).into_iter().collect(),
            None => self.wraps_for_all(step, log, epoch, secret),
        }
    }

    /// The server answered: offer the next, or be done.
    pub(super) fn offer_next(&mut self, step: &mut Step<'_, '_>) {
        let Some(Healing { epoch, left: Some(left) }) = &mut self.healing else { return };
        if let Some(message) = left.pop_front() {
            return Self::send(step, message);
        }
        self.progress.server_epoch = Some(*epoch);
        self.healing = None;
        self.save_progress(step);
        // The server counts anew, so what there is has to be asked again.
        self.subscribe(step);
        let after = self.progress.wraps;
        Self::send(step, ClientMessage::PullWraps { after });
        self.hand_over_seeds(step);
        self.seal_for_kit(step);
        self.send_org_wish(step);
        let ids: Vec<DocumentId> = self.documents.keys().copied().collect();
        for id in ids {
            self.append_next(step, id);
        }
        self.retry_waiting(step);
    }
}

/// Envelopes in as few messages as they fit into.
fn batches(envelopes: impl Iterator<Item = Blob>) -> Vec<ClientMessage> {
    let mut batches: Vec<Vec<Blob>> = vec![];
    let mut size = 0;
    for envelope in envelopes {
        let bytes = envelope.0.len() + 8;
        match batches.last_mut() {
            Some(last) if last.len() < BATCH_ENVELOPES_MAX && size + bytes <= BATCH_BYTES_MAX => {
                size += bytes;
                last.push(envelope);
            }
            Some(_) | None => {
                size = bytes;
                batches.push(vec![envelope]);
            }
        }
    }
    batches.into_iter().map(|envelopes| ClientMessage::BringBack { envelopes }).collect()
}
