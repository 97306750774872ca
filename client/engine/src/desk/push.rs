//! From durable changes to acknowledged envelopes.

use shared::{
    Blob,
    envelope::{Header, Kind, Verified},
    id::{DeviceId, DocumentId, Seq, ServerEpoch},
    limit::{BATCH_ENVELOPES_MAX, CHANGE_ROWS_MAX, MESSAGE_BYTES_MAX},
    log::{
        Head,
        document::{Cut, Life},
    },
    sync::ClientMessage,
    time::UnixMillis,
};

use super::{Desk, Login, Pace};
use crate::{
    document::{
        Chain, Document, Flight, Fresh,
        chunk::{Chunk, Seen, heads_of},
        genesis,
        inspect::Inspected,
        pending::Wish,
        snapshot::Part,
    },
    journal::{After, Step},
    record::{Content, FreshChange, Name},
    seal,
};

/// Changes are packed until they reach this; the per-envelope overhead is then below two per cent.
const SEGMENT_BYTES: usize = 32 * 1024;
/// While typing, this many edits make an envelope even before the wait is over.
const EDITS_MAX: usize = 20;
/// Envelopes sent and not acknowledged, over all documents.
const WINDOW: usize = 128;
/// Room in a push for what surrounds the envelopes.
const PUSH_BYTES_MAX: usize = MESSAGE_BYTES_MAX - 4 * 1024;

impl Desk {
    /// Writes a change down; it is sealed once that is durable.
    pub(super) fn keep_change(&mut self, step: &mut Step<'_, '_>, id: DocumentId, bytes: Vec<u8>) {
        let start = self.progress.starts;
        let Some(document) = self.documents.get_mut(&id) else { return };
        let counter = document.take_counter();
        let change = FreshChange { start, bytes: Blob(bytes.clone()) };
        step.put(&self.sealer, Name::Change(id, counter), &Content::Change(change));
        step.count_edit();
        step.after(After::Saved(id, counter));
        let rows = rows(&bytes);
        document.fresh.push_back(Fresh { counter, start, bytes, rows, durable: false });
        document.used = step.now();
    }

    pub(super) fn saved(&mut self, step: &mut Step<'_, '_>, id: DocumentId, counter: u64) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        if let Some(fresh) = document.fresh.iter_mut().find(|fresh| fresh.counter == counter) {
            fresh.durable = true;
        }
        self.first_unsealed_at.get_or_insert(step.now());
        self.seal_due(step);
    }

    pub(super) fn sealed(&mut self, id: DocumentId, seq: Seq) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        if let Some(flight) = document.flights.iter_mut().find(|flight| flight.seq == seq) {
            flight.durable = true;
        }
    }

    /// When [`Self::seal_due`] has something to do next.
    pub(crate) fn wake_at(&self) -> Option<UnixMillis> {
        let is_in = self.login == Login::In;
        let seal_at = match self.pace {
            Pace::Each => None,
            Pace::Coalesce { wait_ms } => {
                let is_waiting = is_in && self.documents.values().any(|it| !it.fresh.is_empty());
                self.first_unsealed_at.filter(|_| is_waiting).map(|at| at.plus_ms(wait_ms))
            }
        };
        [
            seal_at,
            self.login_again_at,
            self.day_ends_at(),
            self.snapshot_due_at(),
            self.rest_ends_at(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Seals what is durable, if it is time and the secret is verified.
    pub(super) fn seal_due(&mut self, step: &mut Step<'_, '_>) {
        if self.login != Login::In {
            return;
        }
        if self.first_unsealed_at.is_some_and(|at| at > step.now()) {
            // The clock was set back; what waited for it would wait for years.
            self.first_unsealed_at = None;
        }
        let is_time = match self.pace {
            Pace::Each => true,
            Pace::Coalesce { wait_ms } => {
                self.first_unsealed_at.is_none_or(|at| step.now() >= at.plus_ms(wait_ms))
            }
        };
        let ids: Vec<DocumentId> = self
            .documents
            .values()
            .filter(|it| !it.fresh.is_empty() && (is_time || it.fresh.len() >= EDITS_MAX))
            .map(|it| it.id)
            .collect();
        for id in ids {
            while self.seal_next(step, id) {}
        }
        if is_time {
            self.first_unsealed_at = None;
        }
    }

    /// Seals one envelope of a document; `false` when there is nothing that may be sealed.
    fn seal_next(&mut self, step: &mut Step<'_, '_>, id: DocumentId) -> bool {
        let (Some(org), Some(document)) = (&self.org, self.documents.get(&id)) else {
            return false;
        };
        // A document whose log entries are still ours alone is not known to the server yet.
        if !document.pending.is_empty() && document.log.is_none() {
            return false;
        }
        let Some(log) = &document.log else { return false };
        let epoch = log.epoch();
        if self.is_retired() {
            return false;
        }
        // Never under a secret that somebody has who left, nor past one that waits for the next.
        if log.is_stale(org) || document.reseal_from.is_some() {
            return false;
        }
        // Nor what nobody will take any more.
        if log.life() != Life::Open || document.is_wished(&Wish::Shred) {
            return false;
        }
        if document.secret(epoch).is_none() {
            return false;
        }
        let count = match self.pace {
            Pace::Each => usize::from(document.fresh.front().is_some_and(|fresh| fresh.durable)),
            Pace::Coalesce { .. } => segment(document),
        };
        if count == 0 {
            return false;
        }
        self.seal_chunk(step, id, count, None).is_some()
    }

    /// Seals the first changes that are in no envelope yet, or a part of a snapshot.
    pub(super) fn seal_chunk(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        count: usize,
        part: Option<Part>,
    ) -> Option<()> {
        let (org, document) = (self.org.as_ref()?, self.documents.get(&id)?);
        let log = document.log.as_ref()?;
        let (epoch, chain) = (log.epoch(), document.chain(self.keys.id));
        let header = Header {
            kind: if part.is_some() { Kind::Snapshot } else { Kind::Changes },
            document: id,
            epoch,
            device: self.keys.id,
            seq: Seq(chain.seq.0 + 1),
            prev: chain.id,
            log_index: log.head().length,
            salt: step.cx.random(),
        };
        let author = Author { this: self.keys.id, org: org.head(), server: self.vouched() };
        let chunk = Chunk { part, ..chunk(document, count, &author, step.now()) };
        let secret = document.secret(epoch)?;
        let envelope = seal::seal(header, secret, chunk.to_bytes(), &self.keys.device).ok()?;
        self.take_off(step, id, count, &envelope);
        Some(())
    }

    /// The envelope replaces the changes it carries, in one batch.
    fn take_off(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        count: usize,
        envelope: &Verified,
    ) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let (seq, envelope_id) = (envelope.header().seq, envelope.id());
        if document.crdt.kind() == Some(genesis::Kind::Slots) {
            let changes = document.fresh.iter().take(count);
            let changes: Vec<_> =
                changes.filter_map(|fresh| Inspected::parse(&fresh.bytes).ok()).collect();
            document.order.carried(&document.crdt, &changes, (self.keys.id, seq));
            self.save_order(step, id);
        }
        let Some(document) = self.documents.get_mut(&id) else { return };
        for fresh in document.fresh.drain(..count) {
            step.delete(&self.sealer, Name::Change(id, fresh.counter));
        }
        let bytes = envelope.as_bytes().to_vec();
        let content = Content::Bytes(Blob(bytes.clone()));
        step.put(&self.sealer, Name::Envelope(id, self.keys.id, seq), &content);
        step.after(After::Sealed(id, seq));
        document.extend_chain(self.keys.id, Chain { seq, id: envelope_id });
        let is_part = envelope.header().kind == Kind::Snapshot;
        document.flights.push_back(Flight {
            seq,
            id: envelope_id,
            bytes,
            edits: u32::try_from(count).unwrap_or(u32::MAX),
            durable: false,
            sent: false,
        });
        if !is_part {
            self.consider_snapshot(step.now(), id);
        }
    }

    /// Sends durable envelopes, oldest first, within the window.
    pub(super) fn push_durable(&mut self, step: &mut Step<'_, '_>) {
        // A server that was restored is first given what comes before these.
        if self.login != Login::In || self.is_healing() || self.is_retired() {
            return;
        }
        let under_way: usize = self.documents.values().map(sent).sum();
        let mut room = WINDOW.saturating_sub(under_way);
        let mut envelopes: Vec<Blob> = vec![];
        let mut size = 0;
        let this = self.keys.id;
        for document in self.documents.values_mut() {
            let is_held = document.blocked || document.contested || document.stands_apart();
            if is_held || document.reseal_from.is_some() {
                continue;
            }
            let log = document.log.as_ref();
            let is_late = |seq| log.is_some_and(|log| log.is_past_end(this, seq));
            for flight in &mut document.flights {
                if flight.sent || is_late(flight.seq) {
                    continue;
                }
                if !flight.durable || room == 0 {
                    break;
                }
                let is_full = envelopes.len() >= BATCH_ENVELOPES_MAX
                    || size + flight.bytes.len() > PUSH_BYTES_MAX;
                if is_full {
                    let envelopes = std::mem::take(&mut envelopes);
                    Self::send(step, ClientMessage::Push { envelopes });
                    size = 0;
                }
                size += flight.bytes.len() + 8;
                envelopes.push(Blob(flight.bytes.clone()));
                flight.sent = true;
                room -= 1;
            }
        }
        if !envelopes.is_empty() {
            Self::send(step, ClientMessage::Push { envelopes });
        }
    }
}

fn sent(document: &Document) -> usize {
    document.flights.iter().filter(|flight| flight.sent).count()
}

/// Operations of a change of ours.
pub(super) fn rows(bytes: &[u8]) -> u32 {
    Inspected::parse(bytes).map_or(0, |change| change.row_count())
}

/// How many durable changes make the next envelope.
fn segment(document: &Document) -> usize {
    let mut size = 0;
    let mut rows = 0;
    document
        .fresh
        .iter()
        .take_while(|fresh| {
            rows += fresh.rows;
            let is_small = size + fresh.bytes.len() <= SEGMENT_BYTES && rows <= CHANGE_ROWS_MAX;
            let fits = size == 0 || is_small;
            size += fresh.bytes.len() + 8;
            fresh.durable && fits
        })
        .count()
}

/// Who writes, and what they vouch for.
struct Author {
    this: DeviceId,
    org: Head,
    server: Option<ServerEpoch>,
}

fn chunk(document: &Document, count: usize, author: &Author, at: UnixMillis) -> Chunk {
    let counts = |cut: &Cut| {
        cut.device != author.this
            && document.log.as_ref().is_some_and(|log| !log.is_cut(cut.device, cut.seq))
    };
    let changes = document.fresh.iter().take(count);
    let mut starts: Vec<u64> = changes.clone().map(|fresh| fresh.start).collect();
    starts.dedup();
    Chunk {
        at,
        changes: changes.map(|fresh| Blob(fresh.bytes.clone())).collect(),
        heads: heads_of(&document.crdt.heads()),
        frontier: document
            .frontier()
            .iter()
            .filter(|cut| counts(cut))
            .map(|cut| Seen::new(cut.device, cut.seq, cut.envelope))
            .collect(),
        org: author.org,
        starts,
        server: author.server,
        part: None,
    }
}
