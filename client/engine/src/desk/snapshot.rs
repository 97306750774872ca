//! Snapshots at the server: written when a document has become many small envelopes, vouched for by
//! another device that holds the same, and what is read where the server begins at one.
//!
//! Nothing here is ever deleted for the sake of a snapshot: a device keeps every envelope it had.

use shared::{
    id::{DeviceId, DocumentId, EnvelopeId, Number, Seq},
    limit::{ENTRY_CUTS_MAX, SNAPSHOT_AFTER_ENVELOPES, SNAPSHOT_QUIET_MS},
    log::document::{Attested, Covers, Cut, DocumentLog, Life, SnapshotAttest, may_vouch},
    map::Set,
    time::UnixMillis,
};

use super::{Desk, Login};

mod fallback;

pub(crate) use fallback::Before;

use crate::{
    document::{
        Document,
        chunk::{Chunk, actor, heads_of},
        crdt::Crdt,
        flatten::flatten,
        inspect::{Hash, Inspected},
        intake::{Opened, Verdict},
        order::Order,
        pending::{PendingEntry, Wish},
        prefix_of,
        snapshot::{self, Part},
    },
    effect::Effect,
    journal::Step,
    record::{Content, Name, Place},
    view::{AlarmKind, Matter, Rule},
};

/// When a document gets a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compaction {
    /// It has so many more envelopes than at the last one.
    pub after_envelopes: u64,
    /// For so long nothing was written to it. Devices wait up to four times longer, each its own
    /// time, so that mostly one of them writes it.
    pub quiet_ms: u64,
}

impl Default for Compaction {
    /// What the app uses.
    fn default() -> Self {
        Self { after_envelopes: SNAPSHOT_AFTER_ENVELOPES, quiet_ms: SNAPSHOT_QUIET_MS }
    }
}

/// A snapshot taken apart.
struct Unpacked {
    opened: Vec<Opened>,
    crdt: Crdt,
}

impl Desk {
    /// Something was written to a document: it may get a snapshot after a while.
    pub(super) fn consider_snapshot(&mut self, now: UnixMillis, id: DocumentId) {
        let (compaction, this) = (self.compaction, self.keys.id);
        let Some(document) = self.documents.get_mut(&id) else { return };
        let counted = document.progress.counted.unwrap_or(0);
        let grown = document.envelopes().saturating_sub(counted);
        if grown < compaction.after_envelopes {
            document.snapshot_at = None;
            return;
        }
        let [turn, ..] = shared::hash::sha256(&[this.as_bytes(), id.as_bytes()]);
        let wait_ms = compaction.quiet_ms + compaction.quiet_ms * u64::from(turn) / 64;
        let at = now.plus_ms(wait_ms);
        document.snapshot_at = Some(at);
        self.snapshot_at = Some(self.snapshot_at.map_or(at, |before| before.min(at)));
    }

    /// The same for every document, after a login.
    pub(super) fn consider_snapshots(&mut self, step: &mut Step<'_, '_>) {
        for id in self.documents.keys().copied().collect::<Vec<_>>() {
            self.consider_snapshot(step.now(), id);
        }
        self.look_at_bases(step);
    }

    /// When [`Self::snapshot_due`] has something to do next.
    pub(super) fn snapshot_due_at(&self) -> Option<UnixMillis> {
        let may = self.login == Login::In && !self.is_healing() && self.is_open();
        self.snapshot_at.filter(|_| may)
    }

    /// Writes snapshots of documents that have been left alone for long enough.
    pub(super) fn snapshot_due(&mut self, step: &mut Step<'_, '_>) {
        let now = step.now();
        if self.snapshot_due_at().is_none_or(|at| at > now) {
            return;
        }
        let is_due = |it: &&Document| it.snapshot_at.is_some_and(|at| at <= now);
        for id in self.documents.values().filter(is_due).map(|it| it.id).collect::<Vec<_>>() {
            let Some(document) = self.documents.get_mut(&id) else { continue };
            document.snapshot_at = None;
            if document.is_in_motion() {
                self.consider_snapshot(now, id);
            } else {
                self.write_snapshot(step, id);
            }
        }
        self.snapshot_at = self.documents.values().filter_map(|it| it.snapshot_at).min();
    }

    /// Seals a snapshot, if it reads back as what it is of and somebody could vouch for it.
    fn write_snapshot(&mut self, step: &mut Step<'_, '_>, id: DocumentId) -> Option<()> {
        let (me, _) = self.me()?;
        let document = self.documents.get(&id)?;
        let (log, org) = (document.log.as_ref()?, self.org.as_ref()?);
        let frontier = document.frontier();
        let is_cut = frontier.iter().any(|cut| log.is_cut(cut.device, cut.seq));
        // Where it counts who was first, the server's numbers are part of the document.
        if Order::is_kept(document.crdt.kind()) {
            return None;
        }
        let may = document.may_write(me) && !log.is_stale(org) && self.may_compact();
        if !may || is_cut || !self.is_whole(document) || !self.has_voucher(log, &frontier) {
            return None;
        }
        let parts = snapshot::split(&document.crdt, id, &frontier)?;
        let read = self.unpack(id, &parts.iter().collect::<Vec<_>>())?;
        let is_same = read.crdt.heads() == document.crdt.heads()
            && flatten(&read.crdt) == flatten(&document.crdt);
        if !is_same {
            return None;
        }
        for part in parts {
            self.seal_chunk(step, id, 0, Some(part))?;
        }
        self.count_envelopes(step, id);
        Some(())
    }

    /// Whether this device may write snapshots and vouch for them. After a restore that waits until
    /// everybody has come by.
    fn may_compact(&self) -> bool {
        !self.is_healing() && !self.is_retired() && !self.is_restore_open()
    }

    /// Whether everything of a document is here, in it and at the server.
    fn is_whole(&self, document: &Document) -> bool {
        let is_sent = document.fresh.is_empty() && document.flights.is_empty();
        document.is_settled() && is_sent && self.is_sound(document)
    }

    /// Whether everything that is here of a document is in it.
    fn is_sound(&self, document: &Document) -> bool {
        let is_applied = document.marked.is_empty()
            && document.waiting.is_empty()
            && document.suspects.is_empty()
            && !document.lacks_base;
        let is_open = document.log.as_ref().is_some_and(|log| log.life() == Life::Open);
        is_applied && is_open && !self.quarantined.keys().any(|it| it.document == document.id)
    }

    /// Whether there is a device whose word for a snapshot of this one would count.
    fn has_voucher(&self, log: &DocumentLog, frontier: &[Cut]) -> bool {
        let Some(org) = &self.org else { return false };
        let covers = Covers { author: self.keys.id, parts: 1, frontier: frontier.to_vec() };
        let may = |device: DeviceId| may_vouch(org, device, &covers) == Some(true);
        frontier.len() <= ENTRY_CUTS_MAX
            && org.devices().any(|(device, it)| {
                it.revoked.is_none() && log.access(it.account).is_some() && may(device)
            })
    }

    /// Walks the changes of all parts and loads them into a document of its own.
    fn unpack(&self, id: DocumentId, parts: &[&Part]) -> Option<Unpacked> {
        let opened = snapshot::open(parts, id).ok()?;
        let this = self.keys.id;
        let mut crdt = Crdt::empty(this, actor(this, id, self.progress.starts));
        for it in &opened {
            if let Some(side) = self.side_of(it.device) {
                crdt.introduce(it.device, side);
            }
        }
        let is_taken = crdt.take_in(&opened).iter().all(|it| *it == Verdict::Applied);
        is_taken.then_some(Unpacked { opened, crdt })
    }

    /// There is a snapshot of what there is: the next one is due when there is much more.
    fn count_envelopes(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        if let Some(document) = self.documents.get_mut(&id) {
            document.progress.counted = Some(document.envelopes());
            document.snapshot_at = None;
            self.save_document(step, id);
        }
    }

    /// Whether a chain may go on here although what is before is not here: by the snapshot at
    /// which this document begins, or by the first part of one that the log vouches for.
    pub(super) fn leaps(
        &mut self,
        id: DocumentId,
        (device, seq): (DeviceId, Seq),
        prev: EnvelopeId,
    ) -> bool {
        let Some(document) = self.documents.get_mut(&id) else { return false };
        let follows = |it: &Attested| it.covers.reaches(device, seq, prev);
        if document.base.as_ref().is_some_and(follows) {
            return true;
        }
        let attested = document.log.iter().flat_map(DocumentLog::attested);
        let begins = |it: &&Attested| it.covers.author == device && it.covers.first() == seq;
        let Some(found) = attested.filter(begins).find(|it| follows(it)).cloned() else {
            return false;
        };
        document.begin_at(found);
        true
    }

    /// The server begins at a snapshot and not where it was asked to. `false` if that is not taken.
    pub(super) fn leap(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        position: u64,
        first: Number,
    ) -> bool {
        let Some(document) = self.documents.get_mut(&id) else { return false };
        let length = document.log.as_ref().map_or(0, |log| log.head().length);
        if length <= position {
            // Asked for twice and not more: a server could keep us asking.
            let matter = Matter::new(AlarmKind::Withheld, Some(id), position.saturating_add(1));
            self.suspect(step, matter, &[]);
            return false;
        }
        let log = document.log.as_ref();
        let is_cut = |it: &&Attested| {
            let cuts = &it.covers.frontier;
            log.is_some_and(|log| cuts.iter().any(|cut| log.is_cut(cut.device, cut.seq)))
        };
        let attested = log.and_then(|log| log.attested_at(position)).filter(|it| !is_cut(it));
        let Some(attested) = attested.cloned() else {
            document.blocked = true;
            let matter = Matter::new(AlarmKind::Tampered, Some(id), first.0);
            self.accuse_with(step, matter, vec![], Name::Log(id, position));
            return false;
        };
        if !self.agrees(step, id, &attested) {
            return false;
        }
        let Some(document) = self.documents.get_mut(&id) else { return false };
        document.progress.cursor = Number(first.0.saturating_sub(1));
        let ahead = |cut: &Cut| cut.seq > document.reach(cut.device).seq;
        if attested.covers.frontier.iter().any(ahead) {
            let (author, last) = (attested.covers.author, attested.covers.last());
            document.begin_at(attested);
            document.is_base_claimed = true;
            // What was kept back once may be missing before a snapshot that is here.
            if document.chain(author).seq >= last {
                step.effects.push(Effect::Load);
            }
        }
        true
    }

    /// Whether what a snapshot covers is what is here, as far as it is here.
    fn agrees(&mut self, step: &mut Step<'_, '_>, id: DocumentId, attested: &Attested) -> bool {
        let this = self.keys.id;
        for cut in &attested.covers.frontier {
            let Some(document) = self.documents.get(&id) else { return false };
            let (theirs, is_own) = (prefix_of(cut.envelope), cut.device == this);
            let ours = match document.prefix(cut.device, cut.seq) {
                Some(ours) if ours == theirs => continue,
                None if !is_own => continue,
                ours => ours.unwrap_or_default(),
            };
            // Two others hold an envelope of this very device that it has not written.
            let kind = if is_own { AlarmKind::Twice } else { AlarmKind::Equivocation };
            let matter = Matter::new(kind, Some(id), cut.seq.0).of(cut.device);
            let matter = matter.with(&[&ours, cut.envelope.as_bytes()]);
            self.accuse_with(step, matter, vec![], Name::Log(id, attested.position));
            if is_own {
                self.retire(step);
            }
            if let Some(document) = self.documents.get_mut(&id) {
                document.blocked = true;
            }
            return false;
        }
        true
    }

    /// The server gave everything it has, and not the snapshot at which it says that it begins.
    pub(super) fn look_for_base(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get(&id) else { return };
        let is_over = !document.pulling && document.heard_last <= document.progress.cursor;
        let Some(base) = document.base.as_ref().filter(|_| is_over && document.is_base_claimed)
        else {
            return;
        };
        let (author, last) = (base.covers.author, base.covers.last());
        if document.lacks_base && document.chain(author).seq < last {
            let matter = Matter::new(AlarmKind::Withheld, Some(id), last.0).of(author);
            let matter = matter.with(&[base.snapshot.as_bytes()]);
            let kept = Name::Log(id, base.position);
            self.accuse_with(step, matter, vec![], kept);
            self.fall_back_if_partial(step, id);
        }
    }

    /// Keeps a part of a snapshot until the others are here, if they come one behind the other.
    pub(super) fn keep_part(&mut self, place: Place, id: EnvelopeId, chunk: Chunk) {
        let Some(document) = self.documents.get_mut(&place.document) else { return };
        let Some(part) = chunk.part.as_ref().filter(|part| part.has_place()) else { return };
        let is_of = |base: &Attested| base.covers.has_part(place.device, place.seq);
        if document.lacks_base && !document.base.as_ref().is_some_and(is_of) {
            return;
        }
        let follows = document.parts.last().is_some_and(|(before, _, _)| {
            before.device == place.device && before.seq.0 + 1 == place.seq.0
        });
        let number = usize::try_from(part.number).unwrap_or(usize::MAX);
        if number == 0 || !follows || number != document.parts.len() {
            document.parts.clear();
        }
        if number == document.parts.len() {
            document.parts.push((place, id, chunk));
        }
    }

    /// What arrived was applied: if it ended a snapshot, that is looked at.
    pub(super) fn look_at_parts(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let part = document.parts.last().and_then(|(_, _, chunk)| chunk.part.as_ref());
        if !part.is_some_and(Part::is_last) {
            return self.miss_base(step, id);
        }
        let parts = std::mem::take(&mut document.parts);
        if document.lacks_base {
            self.begin_with(step, id, &parts);
        } else if let Some(attest) = self.attest(id, &parts) {
            let wish = Wish::Attest(attest);
            self.wish(step, id, PendingEntry::new(wish, step.now()));
        }
        self.count_envelopes(step, id);
    }

    /// Takes in the snapshot at which the document begins.
    fn begin_with(&mut self, step: &mut Step<'_, '_>, id: DocumentId, parts: &Arrived) {
        let Some((place, last, chunk)) = parts.last() else { return };
        let read = self.unpack(id, &parts_of(parts));
        let Some(document) = self.documents.get_mut(&id) else { return };
        // Who wrote it and who vouches for it mean the same: what only one of them says to be in it
        // would be missing in silence.
        let covers_the_same =
            |covers: &Covers| chunk.part.as_ref().is_some_and(|it| it.frontier == covers.frontier);
        let is_meant = |base: &Attested, read: &Unpacked| {
            base.snapshot == *last
                && covers_the_same(&base.covers)
                && snapshot::hash_of_heads(&read.crdt.heads()) == base.heads
        };
        let base = document.base.as_ref();
        let Some(read) = read.filter(|read| base.is_some_and(|base| is_meant(base, read))) else {
            // What is at a start in the store is looked at again when the server is there.
            if !self.give_up_base(step, *place, *last) && self.login == Login::In {
                self.quarantine(step, *place, Rule::Unfounded);
            }
            return;
        };
        document.lacks_base = false;
        let places = read.opened.iter().map(|_| Some(*place)).collect();
        self.take_in(step, id, places, read.opened);
        self.cure(step, id);
    }

    /// What this device can say of a snapshot: that it holds exactly the same itself. `None` if it
    /// does not, or if nobody needs its word.
    fn attest(&self, id: DocumentId, parts: &Arrived) -> Option<SnapshotAttest> {
        let this = self.keys.id;
        let (first, last) = (parts.first()?, parts.last()?);
        let part = last.2.part.as_ref()?;
        let covers =
            Covers { author: last.0.device, parts: part.count, frontier: part.frontier.clone() };
        let document = self.documents.get(&id)?;
        let (log, org) = (document.log.as_ref()?, self.org.as_ref()?);
        let may = self.login == Login::In && self.may_compact();
        let is_asked = may_vouch(org, this, &covers) == Some(true);
        let is_placed = covers.first() == first.0.seq && covers.last() == last.0.seq;
        if !may || !is_asked || !is_placed || !self.is_sound(document) {
            return None;
        }
        if !covers_all(document, &covers, this) {
            return None;
        }
        let read = self.unpack(id, &parts_of(parts))?;
        let heads = read.crdt.heads();
        let unsent = self.unsent_changes(document, covers.of(this).map_or(Seq(0), |cut| cut.seq));
        let is_same = heads_of(&heads) == last.2.heads
            && read.crdt.beyond(&document.crdt).is_empty()
            && document.crdt.beyond(&read.crdt).iter().all(|hash| unsent.contains(&hash.0));
        let heads = snapshot::hash_of_heads(&heads);
        let attest = SnapshotAttest { snapshot: last.1, heads, covers: Some(covers) };
        let is_said =
            log.has_attested(&attest) || document.is_wished(&Wish::Attest(attest.clone()));
        (is_same && !is_said).then_some(attest)
    }

    /// Changes of this device that the server has not acknowledged, behind a place in its chain.
    fn unsent_changes(&self, document: &Document, behind: Seq) -> Set<Hash> {
        let read = |bytes: &[u8]| Inspected::parse(bytes).ok().map(|change| change.hash());
        let mut hashes: Set<Hash> =
            document.fresh.iter().filter_map(|fresh| read(&fresh.bytes)).collect();
        for flight in document.flights.iter().filter(|flight| flight.seq > behind) {
            let envelope = shared::envelope::Envelope::parse(flight.bytes.clone()).ok();
            let envelope = envelope.and_then(|it| it.verify(&self.keys.device.verify_key()).ok());
            if let Some(Ok((opened, _))) = envelope.map(|it| self.open(document.id, &it)) {
                hashes.extend(opened.changes.iter().map(Inspected::hash));
            }
        }
        hashes
    }

    /// What another device says that it holds of this one is at the server.
    pub(super) fn settle_covered(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let this = self.keys.id;
        let Some(document) = self.documents.get_mut(&id) else { return };
        let attested = document.log.iter().flat_map(DocumentLog::attested);
        let cuts = attested.filter_map(|it| it.covers.of(this));
        let is_ours = |cut: &&Cut| {
            cut.seq > document.progress.acked
                && document.prefix(this, cut.seq) == Some(prefix_of(cut.envelope))
        };
        if let Some(seq) = cuts.filter(is_ours).map(|cut| cut.seq).max() {
            document.progress.acked = seq;
            document.flights.retain(|flight| flight.seq > seq);
            self.save_document(step, id);
        }
    }

    /// Whether a device wrote the snapshot at which a document begins here.
    pub(super) fn is_of_base(&self, id: DocumentId, device: DeviceId) -> bool {
        let base = self.documents.get(&id).and_then(|document| document.base.as_ref());
        base.is_some_and(|base| base.covers.author == device)
    }

    /// The store was read: the snapshot at which a document begins was in it all the time.
    pub(crate) fn collect_bases(
        &mut self,
        step: &mut Step<'_, '_>,
        records: &[crate::effect::Record],
    ) {
        let lacking = self.documents.values().filter(|it| it.lacks_base).map(|it| it.id);
        for id in lacking.collect::<Vec<_>>() {
            let Some(base) = self.documents.get(&id).and_then(|it| it.base.clone()) else {
                continue;
            };
            let covers = &base.covers;
            for seq in (covers.first().0..=covers.last().0).map(Seq) {
                let place = Place { document: id, device: covers.author, seq };
                let key = self.sealer.place(Name::Envelope(id, covers.author, seq));
                let record = records.iter().find(|(place, _)| *place == key);
                let is_fit = !self.quarantined.contains_key(&place);
                let Some((_, Content::Bytes(bytes))) =
                    record.filter(|_| is_fit).and_then(|it| self.sealer.open(it))
                else {
                    break;
                };
                let Some(envelope) = self.trusted(&place, bytes) else { break };
                if let Ok((_, chunk)) = self.open(id, &envelope) {
                    self.keep_part(place, envelope.id(), chunk);
                }
            }
            self.look_at_parts(step, id);
        }
    }
}

/// Parts of a snapshot as they arrived: each with its place and content address.
type Arrived = [(Place, EnvelopeId, Chunk)];

fn parts_of(parts: &Arrived) -> Vec<&Part> {
    parts.iter().filter_map(|(_, _, chunk)| chunk.part.as_ref()).collect()
}

/// Whether a snapshot covers what is here of every device, no more and no less; of this device it
/// may lack what nobody else can have.
fn covers_all(document: &Document, covers: &Covers, this: DeviceId) -> bool {
    let is_here = |cut: &Cut| {
        document.prefix(cut.device, cut.seq) == Some(prefix_of(cut.envelope))
            && cut.seq <= document.reach(cut.device).seq
    };
    let is_covered = |here: &Cut| {
        let end = covers.of(here.device).map_or(Seq(0), |cut| cut.seq);
        match here.device {
            device if device == covers.author => here.seq == covers.last(),
            device if device == this => end <= here.seq,
            _ => here.seq == end,
        }
    };
    covers.frontier.iter().all(is_here) && document.frontier().iter().all(is_covered)
}

impl Document {
    /// Whether something is under way, after which it could be looked at again.
    fn is_in_motion(&self) -> bool {
        let is_behind = self.pulling || self.heard_last > self.progress.cursor;
        let is_unsent = !self.flights.is_empty() || !self.fresh.is_empty();
        !self.blocked && (is_behind || is_unsent || !self.marked.is_empty())
    }
}
