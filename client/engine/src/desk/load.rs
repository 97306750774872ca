//! From the records of the local store to a desk.

use shared::{
    Blob,
    envelope::{Envelope, Kind, Verified},
    id::{DeviceId, DocumentId, Seq},
    log::{Entry, document::DocumentLog, org::OrgLog},
    map::{Map, Set},
    secret::Secret,
    time::UnixMillis,
};

use super::{Ask, Desk, Pace, apply::Rejected, handover::Guests};
use crate::{
    document::{
        Chain, Flight, Fresh, chunk, crdt::Crdt, inspect::Inspected, intake::Opened, order::Order,
        pending::PendingEntry,
    },
    effect::{Record, RecordKey},
    epoch::EpochSecret,
    journal::Step,
    keyring::Membership,
    record::{Content, Name, Place, Sealer, Snapshot},
    view::{Notice, Rule, SetAside},
};

/// A snapshot is written when this many envelopes and changes had to be replayed.
const REPLAYED_MAX: usize = 16;

/// Why the store gives no desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoKeyring;

/// What the local store holds, and what of it is not durable yet.
pub(crate) struct Found<'a> {
    pub(crate) records: &'a [Record],
    pub(crate) waiting: &'a Set<RecordKey>,
    /// The program started since it was written. Otherwise it was locked, and nobody died.
    pub(crate) is_after_death: bool,
    /// It was not read already since the firm's log was fetched again.
    pub(crate) may_mend: bool,
}

/// What was found of one document.
#[derive(Default)]
struct Parts {
    logs: Vec<Blob>,
    chunks: Map<(DeviceId, Seq), Blob>,
    snapshot: Option<Snapshot>,
    suspects: Set<Place>,
    is_second_try: bool,
    quarantined: Map<Place, SetAside>,
}

impl Desk {
    /// Reads everything; records that do not open are counted and reported, never taken for empty.
    pub(crate) fn load(
        step: &mut Step<'_, '_>,
        sealer: Sealer,
        found: &Found<'_>,
        pace: Pace,
    ) -> Result<Self, NoKeyring> {
        let opened: Vec<Option<(Name, Content)>> =
            found.records.iter().map(|record| sealer.open(record)).collect();
        let guests = Guests::of(&opened);
        let unopened = found.records.iter().zip(&opened).filter(|(_, it)| it.is_none());
        let unopened: Vec<&Record> = unopened.map(|(record, _)| record).collect();
        let mut records: Map<Name, Content> = opened.into_iter().flatten().collect();
        let Some(Content::Keyring(keyring)) = records.remove(&Name::Keyring) else {
            return Err(NoKeyring);
        };
        let mut waiting = found.waiting.clone();
        let mut damaged = 0;
        for record in unopened {
            match guests.take_in(step, &sealer, record) {
                // It is durable, but not yet where it is written down now.
                Some((name @ Name::Change(..), content)) => {
                    waiting.insert(sealer.place(name));
                    records.insert(name, content);
                }
                Some(_) => {}
                None => damaged += 1,
            }
        }
        records.retain(|name, _| {
            let is_guest = matches!(name, Name::Guest(_));
            if is_guest {
                step.delete(&sealer, *name);
            }
            !is_guest
        });
        let mut desk = Self::new(sealer, keyring, pace);
        if let Some(Content::Progress(progress)) = records.remove(&Name::Progress) {
            desk.progress = progress;
        }
        // A new start, and with it new actors: written before any change that uses them.
        desk.progress.starts += 1;
        desk.damaged = damaged;
        let mut documents = desk.sort(records, &waiting);
        for parts in documents.values_mut() {
            parts.is_second_try &= found.is_after_death;
        }
        if desk.is_overdue(step.now()) {
            desk.ask = Ask::Admission;
        }
        desk.progress.asked_at.get_or_insert(step.now());
        desk.progress.latest = desk.progress.latest.max(Some(step.now()));
        desk.save_progress(step);
        let logs: Vec<Option<DocumentLog>> =
            documents.values().map(|parts| desk.restore_log(&parts.logs)).collect();
        let is_torn = documents
            .values()
            .zip(&logs)
            .any(|(parts, log)| !parts.logs.is_empty() && log.is_none());
        if is_torn && found.may_mend && desk.begin_mending() {
            return Ok(desk);
        }
        for ((id, parts), log) in documents.into_iter().zip(logs) {
            desk.restore(step, id, (parts, log), &waiting);
        }
        if damaged > 0 {
            let records = damaged;
            Self::notice(step, Notice::StoreDamaged { records });
        }
        Ok(desk)
    }

    /// Takes in what stands alone, and sorts the rest by document. Names are ordered, so the org
    /// log comes first and every log and counter comes in order.
    fn sort(
        &mut self,
        records: Map<Name, Content>,
        waiting: &Set<RecordKey>,
    ) -> Map<DocumentId, Parts> {
        let mut found: Map<DocumentId, Parts> = Map::new();
        for (name, content) in records {
            match (name, content) {
                (Name::Org(_), Content::Bytes(bytes)) => self.restore_org(&bytes),
                (Name::Log(id, _), Content::Bytes(bytes)) => {
                    found.get_or_default(id).logs.push(bytes);
                }
                (Name::Pending(id, counter), Content::Pending(entry)) => {
                    found.get_or_default(id);
                    let is_kept = !waiting.contains(&self.sealer.place(name));
                    self.restore_pending(id, counter, entry, is_kept);
                }
                (Name::Secret(id, epoch, _), Content::Bytes(bytes)) => {
                    found.get_or_default(id);
                    let secret = Secret::from_slice(&bytes.0);
                    Content::Bytes(bytes).wipe();
                    if let Some(secret) = secret {
                        self.document_mut(id).add_secret(epoch, EpochSecret::new(secret));
                    }
                }
                (Name::Document(id), Content::Document(progress)) => {
                    found.get_or_default(id);
                    self.document_mut(id).progress = progress;
                }
                (Name::Envelope(id, device, seq), Content::Bytes(bytes)) => {
                    found.get_or_default(id).chunks.insert((device, seq), bytes);
                }
                (Name::Change(id, counter), Content::Change(change)) => {
                    found.get_or_default(id);
                    let durable = !waiting.contains(&self.sealer.place(name));
                    let document = self.document_mut(id);
                    document.next_counter = document.next_counter.max(counter);
                    document.fresh.push_back(Fresh {
                        counter,
                        start: change.start,
                        rows: super::push::rows(&change.bytes.0),
                        bytes: change.bytes.0,
                        durable,
                    });
                }
                (Name::Order(id), Content::Order(known)) => {
                    found.get_or_default(id);
                    self.document_mut(id).order = Order::of(known);
                }
                (Name::InFlight(id), Content::InFlight(marker)) => {
                    let found = found.get_or_default(id);
                    found.suspects.extend(marker.places);
                    found.is_second_try = marker.is_second_try;
                }
                (Name::Quarantine(id, ..), Content::Place(place)) => {
                    found.get_or_default(id).quarantined.insert(place, SetAside::default());
                }
                (Name::Quarantine(id, ..), Content::SetAside(place, why)) => {
                    found.get_or_default(id).quarantined.insert(place, why);
                }
                (Name::OrgSigned, Content::Bytes(bytes)) => self.restore_org_wish(bytes, waiting),
                (Name::Alarm(number), Content::Alarm(alarm)) => {
                    self.trust.alarms.restore(number, alarm);
                }
                (Name::Snapshot(id), Content::Snapshot(snapshot)) => {
                    found.get_or_default(id).snapshot = Some(snapshot);
                }
                (_, _) => {}
            }
        }
        found
    }

    /// Whether the server must let this device in before anything is shown: it was not asked for
    /// longer than the firm allows, or it said no, or the clock was set back to hide either.
    fn is_overdue(&self, now: UnixMillis) -> bool {
        const CLOCK_SLACK_MS: u64 = 10 * 60 * 1000;
        let hours = self.org.as_ref().map_or(0, OrgLog::offline_hours);
        let limit_ms = u64::from(hours) * 60 * 60 * 1000;
        let Membership::Member { .. } = &self.keyring.membership else { return false };
        let Some(asked_at) = self.progress.asked_at else { return false };
        let latest = self.progress.latest.map_or(now, |latest| latest.max(now));
        let is_set_back = latest > now.plus_ms(CLOCK_SLACK_MS);
        self.progress.is_closed == Some(true) || is_set_back || latest > asked_at.plus_ms(limit_ms)
    }

    /// What was signed and is not durable was never sent: it is signed anew.
    fn restore_pending(
        &mut self,
        id: DocumentId,
        counter: u64,
        mut pending: PendingEntry,
        is_kept: bool,
    ) {
        if !is_kept {
            pending.entry = None;
        }
        let starts = self.progress.starts;
        let document = self.document_mut(id);
        document.count_signed_from(starts);
        document.pending.push_back((counter, pending));
        document.next_counter = document.next_counter.max(counter);
    }

    fn restore_org(&mut self, bytes: &Blob) {
        let Ok(entry) = Entry::parse(&bytes.0) else { return };
        match &mut self.org {
            // What was verified when it came is verified again: a log is never trusted by rumour.
            Some(org) => {
                if org.append(&entry).is_err() {
                    self.distrust = true;
                }
            }
            None => self.org = OrgLog::begin(&entry).ok(),
        }
    }

    fn restore(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        (found, log): (Parts, Option<DocumentLog>),
        waiting: &Set<RecordKey>,
    ) {
        self.document_mut(id);
        let Some(document) = self.documents.get_mut(&id) else { return };
        document.log = log;
        if document.is_shredded() {
            return self.forget(step, id, &found);
        }
        let Some(document) = self.documents.get_mut(&id) else { return };
        let actor = chunk::actor(self.keys.id, id, self.progress.starts);
        let base = document.progress.base.and_then(|at| document.log.as_ref()?.attested_at(at));
        document.base = base.cloned();
        let mut covers = Map::new();
        if let Some(Snapshot { changes, covers: covered, census }) = found.snapshot
            && let Some(crdt) = Crdt::load(changes, census, self.keys.id, actor)
        {
            document.crdt = crdt;
            covers.extend(covered);
        }
        document.lacks_base = document.base.as_ref().is_some_and(|base| {
            let has = covers.get(&base.covers.author);
            has.is_none_or(|seq| *seq < base.covers.last())
        });
        document.know_before();
        let mut replay = Replay { suspects: found.suspects, covers, ..Replay::default() };
        self.note_quarantine(step, id, found.quarantined, found.is_second_try, &mut replay);
        for ((device, seq), bytes) in found.chunks {
            let place = Place { document: id, device, seq };
            let is_durable = !waiting.contains(&self.sealer.place(Name::Envelope(id, device, seq)));
            self.restore_envelope(place, bytes, is_durable, &mut replay);
        }
        self.replay(step, id, &replay);
    }

    /// What the store still holds of a shredded document: it died while that was to go.
    fn forget(&mut self, step: &mut Step<'_, '_>, id: DocumentId, found: &Parts) {
        for (device, seq) in found.chunks.keys() {
            step.delete(&self.sealer, Name::Envelope(id, *device, *seq));
        }
        for place in found.quarantined.keys() {
            step.delete(&self.sealer, Name::Quarantine(id, place.device, place.seq));
        }
        self.look_at_end(step, id);
    }

    fn restore_log(&self, entries: &[Blob]) -> Option<DocumentLog> {
        let org = self.org.as_ref()?;
        let mut log: Option<DocumentLog> = None;
        for bytes in entries {
            let entry = Entry::parse(&bytes.0).ok()?;
            match &mut log {
                Some(log) => log.append(org, &entry).ok()?,
                None => log = Some(DocumentLog::begin(org, &entry).ok()?),
            }
        }
        log
    }

    /// An envelope that was in flight, alone and for the second time, when the program died, is
    /// what killed it. Anything less may have been an empty battery.
    fn note_quarantine(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        quarantined: Map<Place, SetAside>,
        is_second_try: bool,
        replay: &mut Replay,
    ) {
        replay.quarantined.extend(quarantined.keys().copied());
        self.quarantined.extend(quarantined);
        if is_second_try {
            for place in std::mem::take(&mut replay.suspects) {
                self.quarantine(step, place, Rule::Deadly);
                replay.quarantined.insert(place);
            }
            step.delete(&self.sealer, Name::InFlight(id));
        }
    }

    fn restore_envelope(&mut self, place: Place, bytes: Blob, durable: bool, replay: &mut Replay) {
        let Some(envelope) = Self::kept(&place, bytes) else { return };
        let is_covered = replay.covers.get(&place.device).is_some_and(|it| place.seq <= *it);
        let is_suspect = replay.suspects.contains(&place);
        let is_opened = !replay.quarantined.contains(&place) && (is_suspect || !is_covered);
        // What is not opened is not verified: that is most of a start.
        let verified = is_opened.then(|| self.verified(envelope.clone()));
        if verified == Some(None) {
            return;
        }
        let this = self.keys.id;
        let Some(document) = self.documents.get_mut(&place.document) else { return };
        let chain = Chain { seq: place.seq, id: envelope.id() };
        document.extend_chain(place.device, chain);
        document.was_before((place.device, chain), envelope.header().prev);
        if place.device == this && place.seq > document.progress.acked {
            document.flights.push_back(Flight {
                seq: place.seq,
                id: envelope.id(),
                bytes: envelope.as_bytes().to_vec(),
                edits: u32::from(envelope.header().kind != Kind::Snapshot),
                durable,
                sent: false,
            });
        }
        match verified.flatten() {
            Some(envelope) if is_suspect => document.suspects.push_back(envelope),
            Some(envelope) => replay.envelopes.push(envelope),
            None => {}
        }
    }

    /// An envelope of the store, in its place. It was verified when it came, and has been sealed
    /// under the store's key since.
    fn kept(place: &Place, bytes: Blob) -> Option<Envelope> {
        let envelope = Envelope::parse(bytes.0).ok()?;
        let header = envelope.header();
        let is_there = header.document == place.document && header.device == place.device;
        is_there.then_some(envelope)
    }

    fn verified(&self, envelope: Envelope) -> Option<Verified> {
        let author = self.org.as_ref()?.device(envelope.header().device)?;
        envelope.verify(&author.keys.verify).ok()
    }

    pub(super) fn trusted(&self, place: &Place, bytes: Blob) -> Option<Verified> {
        self.verified(Self::kept(place, bytes)?)
    }

    fn replay(&mut self, step: &mut Step<'_, '_>, id: DocumentId, replay: &Replay) {
        let mut places = vec![];
        let mut opened = vec![];
        for envelope in &replay.envelopes {
            let header = envelope.header();
            let place = Place { document: id, device: header.device, seq: header.seq };
            // Of all snapshots only the one counts at which the document begins.
            let is_part = header.kind == Kind::Snapshot;
            if is_part && !self.documents.get(&id).is_some_and(|it| it.lacks_base) {
                continue;
            }
            match self.open(id, envelope) {
                Ok((_, chunk)) if is_part => self.keep_part(place, envelope.id(), chunk),
                Ok((changes, _)) => {
                    places.push(Some(place));
                    opened.push(changes);
                }
                Err(Rejected(rule)) => self.quarantine(step, place, rule),
            }
        }
        let Some(document) = self.documents.get(&id) else { return };
        for fresh in &document.fresh {
            let changes = Inspected::parse(&fresh.bytes).into_iter().collect();
            places.push(None);
            opened.push(Opened { device: self.keys.id, changes });
        }
        let replayed: usize = opened.iter().map(|it| it.changes.len()).sum();
        let began = document.lacks_base;
        self.take_in(step, id, places, opened);
        if began {
            self.look_at_parts(step, id);
        }
        let Some(document) = self.documents.get_mut(&id) else { return };
        let is_whole = document.suspects.is_empty() && document.waiting.is_empty();
        let is_whole = is_whole && !document.lacks_base;
        if (replayed >= REPLAYED_MAX || began) && is_whole {
            let covers = document.chains.iter().map(|(device, chain)| (*device, chain.seq));
            let covers = covers.collect();
            let (changes, census) = document.crdt.save();
            let snapshot = Snapshot { changes, covers, census };
            step.put(&self.sealer, Name::Snapshot(id), &Content::Snapshot(snapshot));
        }
        self.mark_next_suspect(step, id);
    }

    /// What an unlock shows and starts.
    pub(crate) fn resume(step: &mut Step<'_, '_>) {
        step.effects.push(crate::effect::Effect::Link(crate::effect::LinkWish::Up));
    }
}

/// What is to be applied to a document at a start.
#[derive(Default)]
struct Replay {
    envelopes: Vec<Verified>,
    covers: Map<DeviceId, Seq>,
    suspects: Set<Place>,
    quarantined: Set<Place>,
}
