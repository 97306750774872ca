//! A snapshot at which a document was to begin, and that cannot be read. The server keeps another
//! one, or still everything: the device goes back to where it was and begins there.

use shared::{
    id::{DeviceId, DocumentId, EnvelopeId, Number, Seq},
    log::document::Attested,
    map::Map,
};

use super::super::{Desk, Login};
use crate::{
    document::{Chain, Document},
    effect::Effect,
    journal::Step,
    record::{Name, Place},
    view::{AlarmKind, Matter},
};

/// What was here before a document began at a snapshot that is still to be read.
#[derive(Debug, Default)]
pub(crate) struct Before {
    /// The snapshot at which it began then.
    base: Option<Attested>,
    chains: Map<DeviceId, Chain>,
}

impl Desk {
    /// A snapshot at which a document begins does not hold what the log says. `false` if it is not
    /// of that one, or if there is no other to be had.
    pub(in crate::desk) fn give_up_base(
        &mut self,
        step: &mut Step<'_, '_>,
        place: Place,
        part: EnvelopeId,
    ) -> bool {
        let document = self.documents.get(&place.document);
        let base = document.filter(|it| it.lacks_base).and_then(|it| it.base.as_ref());
        if !base.is_some_and(|base| base.covers.has_part(place.device, place.seq)) {
            return false;
        }
        let matter = Matter::new(AlarmKind::Tampered, Some(place.document), place.seq.0);
        let matter = matter.of(place.device).with(&[part.as_bytes()]);
        let kept = Name::Envelope(place.document, place.device, place.seq);
        self.accuse_with(step, matter, vec![], kept);
        self.fall_back(step, place.document)
    }

    /// Whatever is in the places of the snapshot at which a document begins, it is not that.
    pub(super) fn miss_base(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get(&id) else { return };
        let is_under_way = !document.marked.is_empty() || !document.suspects.is_empty();
        let Some(base) = document.base.as_ref().filter(|_| document.lacks_base && !is_under_way)
        else {
            return;
        };
        let (device, seq, last) = (base.covers.author, base.covers.last(), base.snapshot);
        if document.chain(device).seq >= seq {
            self.give_up_base(step, Place { document: id, device, seq }, last);
        }
    }

    /// The parts of the snapshot at which a document begins are not to be had from this server.
    pub(in crate::desk) fn fall_back_if_partial(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
    ) -> bool {
        let is_partial = self.documents.get(&id).is_some_and(|document| {
            let ends_before =
                |base: &Attested| document.chain(base.covers.author).seq < base.covers.last();
            document.base.as_ref().is_some_and(ends_before)
        });
        is_partial && self.fall_back(step, id)
    }

    /// Once for each start: a server that keeps no other would keep us asking.
    ///
    /// What was taken since comes again. The server was given everything before it was asked.
    fn fall_back(&mut self, step: &mut Step<'_, '_>, id: DocumentId) -> bool {
        let this = self.keys.id;
        let may = self.login == Login::In && !self.is_healing();
        let Some(document) = self.documents.get_mut(&id).filter(|_| may) else { return false };
        if !document.lacks_base || document.unfit.is_some() {
            return false;
        }
        document.unfit = document.progress.base;
        for (device, seq) in document.go_back(this) {
            step.delete(&self.sealer, Name::Envelope(id, device, seq));
        }
        self.save_document(step, id);
        self.pull_if_behind(step, id);
        true
    }

    /// After a login: what lies in the store of a snapshot that was never read is read once more.
    pub(in crate::desk) fn look_at_bases(&self, step: &mut Step<'_, '_>) {
        if self.documents.values().any(|it| it.lacks_base) {
            step.effects.push(Effect::Load);
        }
    }
}

impl Document {
    /// What is here begins at a snapshot; what that holds is to come.
    pub(super) fn begin_at(&mut self, attested: Attested) {
        if !self.lacks_base {
            self.progress.before = self.progress.base;
            self.before = Before { base: self.base.take(), chains: self.chains.clone() };
        }
        self.progress.base = Some(attested.position);
        self.base = Some(attested);
        self.lacks_base = true;
        self.parts.clear();
    }

    /// At a start: an envelope of the store was here before the document began where it does, as
    /// far as that is known.
    pub(in crate::desk) fn was_before(
        &mut self,
        (device, chain): (DeviceId, Chain),
        prev: EnvelopeId,
    ) {
        let known = self.before.chains.get(&device).copied().unwrap_or(Chain::START);
        let base = self.before.base.as_ref();
        let follows = known.seq.0.saturating_add(1) == chain.seq.0
            || base.is_some_and(|it| it.covers.reaches(device, chain.seq, prev));
        if self.lacks_base && follows {
            self.before.chains.insert(device, chain);
        }
    }

    /// At a start: where the document began before.
    pub(in crate::desk) fn know_before(&mut self) {
        let log = self.log.as_ref();
        let base = self.progress.before.and_then(|at| log?.attested_at(at)).cloned();
        self.before = Before { base, chains: Map::new() };
    }

    /// Everything is as it was before, but for the envelopes of this device. Says which others
    /// were here.
    fn go_back(&mut self, this: DeviceId) -> Vec<(DeviceId, Seq)> {
        let Before { base, chains } = std::mem::take(&mut self.before);
        self.progress.base = self.progress.before;
        self.progress.cursor = Number(0);
        self.base = base;
        self.lacks_base = false;
        self.is_base_claimed = false;
        (self.pulling, self.blocked) = (false, false);
        self.parts.clear();
        self.marked.clear();
        self.waiting.retain(|(place, _)| place.is_none_or(|place| place.device == this));
        let is_later = |device: &DeviceId, seq: Seq| {
            *device != this && chains.get(device).is_none_or(|chain| seq > chain.seq)
        };
        let mut gone = vec![];
        for (device, prefixes) in self.prefixes.iter_mut() {
            let later = prefixes.iter().filter(|(seq, _)| is_later(device, *seq));
            gone.extend(later.map(|(seq, _)| (*device, *seq)));
            prefixes.retain(|(seq, _)| !is_later(device, *seq));
        }
        self.chains.retain(|device, chain| {
            let before = chains.get(device).copied();
            *chain = before.filter(|_| *device != this).unwrap_or(*chain);
            before.is_some() || *device == this
        });
        gone
    }
}
