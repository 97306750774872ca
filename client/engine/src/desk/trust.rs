//! A server that lies is found out: what is compared, and when it is sure.
//!
//! Nothing is compared across a restore. An author names the server epoch to which everything it
//! holds was given; in that epoch what it had read is stored before what it writes, and numbers
//! are dense. So what is missing here when its envelope arrives was kept back. Logs are asked for
//! again first, for they come by another way than envelopes.

use shared::{
    Blob,
    envelope::{Envelope, Verified},
    id::{DeviceId, DocumentId, EnvelopeId, Number, Seq, ServerEpoch},
    log::{
        Entry, EntryError, Head, LogId,
        document::Life,
        org::{OrgBody, OrgLog, RestoreDeclared, Role},
    },
    map::{Map, Set},
    sync::ClientMessage,
};

use super::{Desk, Login};
use crate::{
    document::chunk::Chunk,
    effect::{Effect, Record},
    journal::Step,
    record::{Content, Name},
    trust::{Alarm, Alarms, Raised, Stage},
    view::{AlarmKind, AlarmRow, Matter, Notice, View},
};

mod rollback;

/// What is known of the server of this connection, and what speaks against it.
#[derive(Default)]
pub(super) struct Trust {
    pub(super) alarms: Alarms,
    /// The epoch of the server met last since the start.
    pub(super) met: Option<ServerEpoch>,
    /// The first answer about the org log begins with this entry, which is here.
    first_from: Option<u64>,
    /// How far documents were when the index was asked for: logs and numbers.
    asked: Map<DocumentId, (u64, Number)>,
    /// Suspicions that one answer has confirmed. A second must, lest the first was given before.
    confirmed: Set<u64>,
    /// A server that shows less was given everything again on this connection. Once is enough: it
    /// may never show it.
    pub(super) has_given: bool,
    /// Records that belong to the evidence of an alarm.
    wanted: Vec<(u64, Name)>,
    shown: Vec<AlarmRow>,
}

impl Matter {
    pub(super) fn new(kind: AlarmKind, document: Option<DocumentId>, index: u64) -> Self {
        Self { kind, document, device: None, index, hashes: vec![] }
    }

    pub(super) fn of(mut self, device: DeviceId) -> Self {
        self.device = Some(device);
        self
    }

    pub(super) fn with(mut self, hashes: &[&[u8]]) -> Self {
        self.hashes = hashes.iter().map(|hash| Blob(hash.to_vec())).collect();
        self
    }
}

impl Desk {
    pub(super) fn accuse(
        &mut self,
        step: &mut Step<'_, '_>,
        matter: Matter,
        stage: Stage,
        evidence: Vec<Blob>,
    ) -> Option<u64> {
        let alarm = Alarm { matter, at: step.now(), stage, evidence };
        match self.trust.alarms.accuse(alarm) {
            Raised::Changed(number) => {
                self.save_alarm(step, number);
                Some(number)
            }
            Raised::Known => None,
        }
    }

    /// The same, with what the store holds of it.
    pub(super) fn accuse_with(
        &mut self,
        step: &mut Step<'_, '_>,
        matter: Matter,
        evidence: Vec<Blob>,
        kept: Name,
    ) {
        if let Some(number) = self.accuse(step, matter, Stage::Raised, evidence) {
            self.trust.wanted.push((number, kept));
            step.effects.push(Effect::Load);
        }
    }

    fn save_alarm(&self, step: &mut Step<'_, '_>, number: u64) {
        match self.trust.alarms.get(number) {
            Some(alarm) => {
                let content = Content::Alarm(alarm.clone());
                step.put(&self.sealer, Name::Alarm(number), &content);
            }
            None => step.delete(&self.sealer, Name::Alarm(number)),
        }
    }

    fn withdraw(&mut self, step: &mut Step<'_, '_>, is_cured: impl Fn(&Alarm) -> bool) {
        for number in self.trust.alarms.find(is_cured) {
            self.trust.alarms.remove(number);
            self.trust.confirmed.remove(&number);
            self.save_alarm(step, number);
        }
    }

    /// The store was read: what belongs to evidence is added to it.
    pub(crate) fn collect_evidence(&mut self, step: &mut Step<'_, '_>, records: &[Record]) {
        for (number, name) in std::mem::take(&mut self.trust.wanted) {
            let place = self.sealer.place(name);
            let record = records.iter().find(|(key, _)| *key == place);
            let Some((_, Content::Bytes(bytes))) = record.and_then(|it| self.sealer.open(it))
            else {
                continue;
            };
            if let Some(alarm) = self.trust.alarms.get_mut(number) {
                alarm.evidence.push(bytes);
                self.save_alarm(step, number);
            }
        }
    }

    /// The person knows.
    pub(crate) fn acknowledge(&mut self, step: &mut Step<'_, '_>, number: u64) {
        // What an admin must declare, and what is for good, is not waved away.
        let is_open = |alarm: &Alarm| {
            alarm.stage == Stage::Raised
                && !matches!(alarm.matter.kind, AlarmKind::Restored | AlarmKind::Twice)
        };
        if let Some(alarm) = self.trust.alarms.get_mut(number)
            && is_open(alarm)
        {
            alarm.stage = Stage::Seen;
            self.save_alarm(step, number);
        }
    }

    /// The person wants to hand an alarm's evidence on.
    pub(crate) fn show_evidence(&self, step: &mut Step<'_, '_>, number: u64) {
        if let Some(alarm) = self.trust.alarms.get(number) {
            let view = View::Evidence { number, text: alarm.to_text() };
            step.effects.push(Effect::Show(view));
        }
    }

    /// The page is empty.
    pub(super) fn show_alarms_again(&mut self) {
        self.trust.shown = vec![];
    }

    pub(super) fn show_alarms(&mut self, step: &mut Step<'_, '_>) {
        let rows = self.trust.alarms.shown();
        if rows != self.trust.shown {
            step.effects.push(Effect::Show(View::Alarms(rows.clone())));
            self.trust.shown = rows;
        }
    }

    /// An admin says that the server was restored on purpose.
    pub(crate) fn declare_restore(&mut self, step: &mut Step<'_, '_>) {
        if let (Some(Role::Admin), Some(server_epoch)) = (self.role(), self.trust.met) {
            self.wish_org(step, OrgBody::RestoreDeclared(RestoreDeclared { server_epoch }));
        }
    }

    /// A server of another epoch was met: unless an admin has said so, somebody put it back.
    pub(super) fn met_restored(&mut self, step: &mut Step<'_, '_>, epoch: ServerEpoch) {
        self.withdraw(step, |alarm| alarm.matter.kind == AlarmKind::Restored);
        let matter = Matter::new(AlarmKind::Restored, None, 0).with(&[epoch.as_bytes()]);
        self.accuse(step, matter, Stage::Suspected, vec![]);
    }

    /// Whether what this server says may be held against what it said before.
    fn is_known_server(&self) -> bool {
        self.trust.met == self.progress.server_epoch && !self.is_healing()
    }

    /// An answer about the org log, and nothing further to ask for.
    pub(super) fn org_is_whole(&mut self, step: &mut Step<'_, '_>, from: u64, is_empty: bool) {
        let is_first = self.trust.first_from.take() == Some(from);
        if is_first && is_empty && self.org_length() > from && self.is_known_server() {
            self.rolled_back(step, None, from);
        }
        self.judge_restored(step);
        let is_open =
            |it: &Alarm| it.matter.kind == AlarmKind::Restored && it.stage == Stage::Suspected;
        for number in self.trust.alarms.find(is_open) {
            self.confirm(step, number);
        }
        self.judge_log(step, None);
    }

    /// A restore that an admin has declared is no alarm.
    pub(super) fn judge_restored(&mut self, step: &mut Step<'_, '_>) {
        let declared = self.org.as_ref().and_then(OrgLog::restored);
        let names = |alarm: &Alarm, epoch: ServerEpoch| {
            alarm.matter.hashes.first().is_some_and(|it| it.0 == epoch.as_bytes())
        };
        self.withdraw(step, |alarm| {
            alarm.matter.kind == AlarmKind::Restored
                && declared.is_some_and(|epoch| names(alarm, epoch))
        });
    }

    /// Whether the server was restored and no admin has said so: others may hold more of the logs
    /// than it has, and what is appended meanwhile would make two of them.
    pub(super) fn is_restore_open(&self) -> bool {
        self.trust.alarms.any(|alarm| alarm.matter.kind == AlarmKind::Restored)
    }

    fn confirm(&mut self, step: &mut Step<'_, '_>, number: u64) {
        if let Some(alarm) = self.trust.alarms.get_mut(number) {
            alarm.stage = Stage::Raised;
            self.save_alarm(step, number);
        }
    }

    /// An answer about a log, and nothing further to ask for: what was said to be in it is.
    pub(super) fn judge_log(&mut self, step: &mut Step<'_, '_>, log: Option<DocumentId>) {
        let is_about = |alarm: &Alarm| {
            let it = &alarm.matter;
            it.kind == AlarmKind::Withheld && it.device.is_none() && it.document == log
        };
        let length = self.length_of(log);
        for number in self.trust.alarms.find(is_about) {
            let Some(alarm) = self.trust.alarms.get(number).cloned() else { continue };
            if alarm.matter.index <= length {
                self.withdraw(step, |it| *it == alarm);
                self.compare_head(step, log, &alarm);
            } else if alarm.stage == Stage::Suspected && self.trust.confirmed.insert(number) {
                Self::send(step, ClientMessage::PullLog { document: log, from: length });
            } else if alarm.stage == Stage::Suspected {
                self.confirm(step, number);
            }
        }
    }

    fn compare_head(&mut self, step: &mut Step<'_, '_>, log: Option<DocumentId>, alarm: &Alarm) {
        let length = alarm.matter.index;
        if let (Some(theirs), Some(ours)) = (alarm.matter.hashes.first(), self.hash_at(log, length))
            && theirs.0 != ours
        {
            let matter = Matter::new(AlarmKind::Forked, log, length).with(&[&ours, &theirs.0]);
            self.accuse(step, matter, Stage::Raised, alarm.evidence.clone());
        }
    }

    fn length_of(&self, log: Option<DocumentId>) -> u64 {
        log.map_or_else(|| self.org_length(), |id| self.log_length(id))
    }

    fn hash_at(&self, log: Option<DocumentId>, length: u64) -> Option<[u8; 32]> {
        let hash = match log {
            None => self.org.as_ref()?.hash_at(length)?,
            Some(id) => self.documents.get(&id)?.log.as_ref()?.hash_at(length)?,
        };
        Some(*hash.as_bytes())
    }

    /// Somebody speaks of more of a log than is here.
    pub(super) fn suspect(&mut self, step: &mut Step<'_, '_>, matter: Matter, evidence: &[u8]) {
        let log = matter.document;
        let evidence = vec![Blob(evidence.to_vec())];
        if let Some(number) = self.accuse(step, matter, Stage::Suspected, evidence) {
            self.trust.confirmed.remove(&number);
            let from = self.length_of(log);
            Self::send(step, ClientMessage::PullLog { document: log, from });
        }
    }

    /// An envelope of an epoch that the log here does not have: an honest server had that entry
    /// before it took the envelope, whatever was restored since.
    pub(super) fn is_ahead(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        envelope: &Envelope,
    ) {
        let log = self.documents.get(&id).and_then(|document| document.log.as_ref());
        let Some(log) = log.filter(|log| envelope.header().epoch > log.epoch()) else { return };
        let length = log.head().length.saturating_add(1);
        if self.is_signed(envelope) {
            let matter = Matter::new(AlarmKind::Withheld, Some(id), length);
            self.suspect(step, matter, envelope.as_bytes());
        }
    }

    /// Holds what an honest author had read against what is here.
    pub(super) fn compare_chunk(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        envelope: &Verified,
        chunk: &Chunk,
    ) {
        if chunk.server.is_none() || chunk.server != self.trust.met {
            return;
        }
        let Some(document) = self.documents.get(&id) else { return };
        let Some(log) = &document.log else { return };
        let bytes = envelope.as_bytes();
        let mut matters = vec![];
        for seen in &chunk.frontier {
            // What is said of a device's envelopes behind their end may be of those that ended.
            if log.was_cut(seen.device, seen.seq) {
                continue;
            }
            let kind = match document.prefix(seen.device, seen.seq) {
                Some(prefix) if prefix == seen.prefix => continue,
                Some(_) => AlarmKind::Equivocation,
                None if seen.seq > document.reach(seen.device).seq => AlarmKind::Withheld,
                None => continue,
            };
            let matter = Matter::new(kind, Some(id), seen.seq.0).of(seen.device);
            matters.push(matter.with(&[&seen.prefix]));
        }
        let (known, index) = (log.head().length, envelope.header().log_index);
        for matter in matters {
            self.accuse(step, matter, Stage::Raised, vec![Blob(bytes.to_vec())]);
        }
        if index > known {
            self.suspect(step, Matter::new(AlarmKind::Withheld, Some(id), index), bytes);
        }
        self.compare_org(step, chunk.org, bytes);
    }

    fn compare_org(&mut self, step: &mut Step<'_, '_>, head: Head, bytes: &[u8]) {
        let theirs = head.hash.as_bytes();
        if head.length > self.org_length() {
            let matter = Matter::new(AlarmKind::Withheld, None, head.length).with(&[theirs]);
            return self.suspect(step, matter, bytes);
        }
        if let Some(ours) = self.hash_at(None, head.length).filter(|ours| ours != theirs) {
            let matter = Matter::new(AlarmKind::Forked, None, head.length).with(&[&ours, theirs]);
            self.accuse(step, matter, Stage::Raised, vec![Blob(bytes.to_vec())]);
        }
    }

    /// Withheld envelopes that have come are an alarm no more.
    pub(super) fn cure(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let is_kept_back = |alarm: &Alarm| {
            alarm.matter.kind == AlarmKind::Withheld && alarm.matter.document == Some(id)
        };
        if !self.trust.alarms.any(is_kept_back) {
            return;
        }
        let Some(document) = self.documents.get(&id) else { return };
        let has = |alarm: &Alarm| {
            let prefix = alarm.matter.device.and_then(|device| {
                let seq = Seq(alarm.matter.index);
                document.prefix(device, seq)
            });
            let claimed = alarm.matter.hashes.first();
            prefix.is_some_and(|prefix| claimed.is_some_and(|it| it.0.starts_with(&prefix)))
                || alarm
                    .matter
                    .device
                    .is_some_and(|it| document.begins_behind(it, alarm.matter.index))
        };
        let cured = self.trust.alarms.find(|alarm| is_kept_back(alarm) && has(alarm));
        for number in cured {
            self.trust.alarms.remove(number);
            self.save_alarm(step, number);
        }
    }

    fn is_signed(&self, envelope: &Envelope) -> bool {
        let author = self.org.as_ref().and_then(|org| org.device(envelope.header().device));
        author.is_some_and(|author| envelope.clone().verify(&author.keys.verify).is_ok())
    }

    /// Bytes that cannot be what they pass for.
    pub(super) fn tampered(
        &mut self,
        step: &mut Step<'_, '_>,
        document: Option<DocumentId>,
        index: u64,
        bytes: &[u8],
    ) {
        let hash = shared::hash::sha256(&[bytes]);
        let matter = Matter::new(AlarmKind::Tampered, document, index).with(&[&hash]);
        self.accuse(step, matter, Stage::Raised, vec![Blob(bytes.to_vec())]);
    }

    /// More of a device is here than counts: an honest server lets nobody's envelopes end before
    /// one that it has shown.
    pub(super) fn shown_too_much(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        device: DeviceId,
    ) {
        let Some(document) = self.documents.get(&id) else { return };
        let chain = document.chain(device);
        let matter = Matter::new(AlarmKind::Tampered, Some(id), chain.seq.0).of(device);
        let matter = matter.with(&[chain.id.as_bytes()]);
        self.accuse_with(step, matter, vec![], Name::Envelope(id, device, chain.seq));
    }

    /// An envelope that is in its device's chain, and is not what is there; or that has a
    /// predecessor other than what is there. Only its author can have made both.
    pub(super) fn twofold(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        envelope: &Envelope,
        (seq, theirs): (Seq, EnvelopeId),
    ) {
        let device = envelope.header().device;
        if !self.is_signed(envelope) {
            return self.tampered(step, Some(id), seq.0, envelope.as_bytes());
        }
        let is_own = device == self.keys.id;
        let kind = if is_own { AlarmKind::Twice } else { AlarmKind::Equivocation };
        let ours = self.documents.get(&id).and_then(|document| document.prefix(device, seq));
        let matter = Matter::new(kind, Some(id), seq.0).of(device);
        let matter = matter.with(&[&ours.unwrap_or_default(), theirs.as_bytes()]);
        let evidence = vec![Blob(envelope.as_bytes().to_vec())];
        self.accuse_with(step, matter, evidence, Name::Envelope(id, device, seq));
        if is_own {
            self.retire(step);
        } else {
            self.stand_apart(step, id, true);
        }
    }

    /// What is here of a document is built on an envelope that the server has another one for, or
    /// is not any more.
    pub(super) fn stand_apart(&mut self, step: &mut Step<'_, '_>, id: DocumentId, is: bool) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        if document.stands_apart() != is {
            document.progress.stands_apart = is.then_some(true);
            self.save_document(step, id);
            self.refresh_open(step, id);
        }
    }

    /// An entry of the org log that only this device can have signed, and has not.
    pub(super) fn twofold_entry(&mut self, step: &mut Step<'_, '_>, index: u64, entry: &Entry) {
        let matter = Matter::new(AlarmKind::Twice, None, index).of(self.keys.id);
        let matter = matter.with(&[entry.hash().as_bytes()]);
        self.accuse(step, matter, Stage::Raised, vec![Blob(entry.as_bytes().to_vec())]);
        self.retire(step);
    }

    /// This device exists twice.
    pub(super) fn retire(&mut self, step: &mut Step<'_, '_>) {
        if !self.is_retired() {
            self.progress.is_retired = Some(true);
            self.save_progress(step);
        }
    }

    /// A device's envelope whose predecessor was never shown: numbers are dense, so it was kept
    /// back.
    pub(super) fn skipped(&mut self, step: &mut Step<'_, '_>, id: DocumentId, envelope: &Envelope) {
        let header = envelope.header();
        if header.device == self.keys.id {
            let place = (Seq(header.seq.0.saturating_sub(1)), header.prev);
            return self.twofold(step, id, envelope, place);
        }
        if !self.is_signed(envelope) {
            return self.tampered(step, Some(id), header.seq.0, envelope.as_bytes());
        }
        let index = header.seq.0.saturating_sub(1);
        let matter = Matter::new(AlarmKind::Withheld, Some(id), index).of(header.device);
        let matter = matter.with(&[header.prev.as_bytes()]);
        self.accuse(step, matter, Stage::Raised, vec![Blob(envelope.as_bytes().to_vec())]);
    }

    /// Whether this device exists twice: it keeps what it has and writes nothing any more.
    pub(crate) fn is_retired(&self) -> bool {
        self.progress.is_retired == Some(true)
    }

    /// The server holds something else in a place of ours. That is its word until it shows what:
    /// everything is fetched and compared once more.
    pub(super) fn contested(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        if !document.contested {
            document.contested = true;
            document.heard_last = document.heard_last.max(document.progress.cursor);
            document.progress.cursor = Number(0);
            document.pulling = false;
            self.pull_if_behind(step, id);
        }
    }

    /// Everything was fetched again, and nothing that is signed speaks for what the server said.
    pub(super) fn settle_contest(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let retired = self.is_retired();
        let Some(document) = self.documents.get_mut(&id) else { return };
        if document.contested && !document.pulling && !document.blocked {
            document.blocked = true;
            if !retired {
                let code = shared::refusal::Reason::Equivocation.code();
                Self::notice(step, Notice::Refused { code });
            }
        }
    }

    /// An entry that is not the one here, or does not follow.
    pub(super) fn bad_entry(
        &mut self,
        step: &mut Step<'_, '_>,
        log: Option<DocumentId>,
        index: u64,
        bytes: &[u8],
        error: EntryError,
    ) {
        let entry = Entry::parse(bytes).ok();
        let org = self.org.as_ref();
        let is_signed = entry.as_ref().is_some_and(|entry| {
            let is_of = |org: &OrgLog| log.map_or(LogId::Org(org.firm()), LogId::Document);
            let is_placed = |org| entry.index() == index && entry.log() == is_of(org);
            org.is_some_and(|org| is_placed(org) && org.is_signed(entry))
        });
        if error != EntryError::Misplaced || !is_signed {
            return self.tampered(step, log, index, bytes);
        }
        let theirs = entry.map_or([0; 32], |entry| *entry.hash().as_bytes());
        // What it does not follow, if it has no counterpart.
        let length = if self.length_of(log) > index { index.saturating_add(1) } else { index };
        let ours = self.hash_at(log, length).unwrap_or_default();
        let matter = Matter::new(AlarmKind::Forked, log, index).with(&[&ours, &theirs]);
        let last = length.saturating_sub(1);
        let kept = log.map_or(Name::Org(last), |id| Name::Log(id, last));
        self.accuse_with(step, matter, vec![Blob(bytes.to_vec())], kept);
    }

    /// Whether an entry that is here already is the one that is here.
    pub(super) fn is_ours(&self, log: Option<DocumentId>, index: u64, bytes: &[u8]) -> bool {
        let ours = self.hash_at(log, index.saturating_add(1));
        ours.is_none_or(|ours| ours == shared::hash::sha256(&[bytes]))
    }

    /// Whether the server has another entry where ours ends: then it is asked for it.
    pub(super) fn is_other_head(
        &self,
        step: &mut Step<'_, '_>,
        log: Option<DocumentId>,
        head: Head,
    ) -> bool {
        let ours = self.hash_at(log, head.length);
        let is_other = ours.is_some_and(|ours| ours != *head.hash.as_bytes());
        if is_other && !self.is_healing() {
            let from = head.length.saturating_sub(1);
            Self::send(step, ClientMessage::PullLog { document: log, from });
        }
        is_other
    }

    /// What this device may vouch for: that everything it holds was given to the server.
    pub(super) fn vouched(&self) -> Option<ServerEpoch> {
        let is_given = self.is_known_server() && self.progress.is_at_odds != Some(true);
        self.progress.server_epoch.filter(|_| is_given && self.login == Login::In)
    }

    /// The server did not take back what somebody else had stored there.
    pub(super) fn at_odds(&mut self) {
        self.progress.is_at_odds = Some(true);
    }

    /// Whether a restored server could take an envelope back.
    pub(super) fn may_bring(&self, id: DocumentId, device: DeviceId, seq: Seq) -> bool {
        let Some(document) = self.documents.get(&id) else { return false };
        let (Some(log), Some((me, _))) = (&document.log, self.me()) else { return false };
        // What a device that is there twice has not sent may be in the other's place.
        let is_unsent = device == self.keys.id && seq > document.progress.acked;
        let is_ours = is_unsent && self.is_retired();
        log.access(me).is_some()
            && log.life() != Life::Shredded
            && !log.is_cut(device, seq)
            && !is_ours
    }
}
