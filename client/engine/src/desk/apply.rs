//! Foreign changes: opened, checked and applied, one marker ahead of anything that could kill us.

use shared::{
    envelope::{Kind, Verified},
    id::DocumentId,
    limit::DOCUMENT_BYTES_MAX,
};

use super::Desk;
use crate::{
    document::{
        chunk::Chunk,
        genesis,
        intake::{Opened, Verdict},
    },
    journal::{After, Step},
    record::{Content, InFlight, Name, Place},
    seal,
    view::Notice,
};

impl Desk {
    /// The marker is durable: apply what it names.
    pub(super) fn apply_marked(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let marked = std::mem::take(&mut document.marked);
        let mut places = vec![];
        let mut opened = vec![];
        for (place, envelope) in marked {
            match self.open(id, &envelope) {
                Ok((changes, chunk)) => {
                    self.compare_chunk(step, id, &envelope, &chunk);
                    places.push(Some(place));
                    opened.push(changes);
                }
                Err(Rejected) => self.quarantine(step, place),
            }
        }
        self.take_in(step, id, places, opened);
        step.delete(&self.sealer, Name::InFlight(id));
        self.refresh_open(step, id);
        if self.catalogue().is_some_and(|catalogue| catalogue.id == id) {
            self.name_this_device(step);
        }
        self.mark_next_suspect(step, id);
    }

    /// After a start that followed a death, envelopes are tried once more, one at a time.
    pub(super) fn mark_next_suspect(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let Some(suspect) = document.suspects.pop_front() else { return };
        let header = suspect.header();
        let place = Place { document: id, device: header.device, seq: header.seq };
        document.marked.push((place, suspect));
        let marker = InFlight { places: vec![place], is_second_try: true };
        step.put(&self.sealer, Name::InFlight(id), &Content::InFlight(marker));
        step.after(After::Marked(id));
    }

    /// Takes in opened envelopes, together with those that waited for what they bring. What has no
    /// place is our own and in no envelope yet.
    pub(super) fn take_in(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        mut places: Vec<Option<Place>>,
        mut opened: Vec<Opened>,
    ) {
        let sides: Vec<_> =
            opened.iter().filter_map(|it| Some((it.device, self.side_of(it.device)?))).collect();
        let Some(document) = self.documents.get_mut(&id) else { return };
        for (device, side) in sides {
            document.crdt.introduce(device, side);
        }
        for (place, waited) in std::mem::take(&mut document.waiting) {
            places.push(place);
            opened.push(waited);
        }
        let verdicts = document.crdt.take_in(&opened);
        let mut refused = vec![];
        let mut room = usize::try_from(DOCUMENT_BYTES_MAX).unwrap_or(usize::MAX);
        for ((place, opened), verdict) in places.into_iter().zip(opened).zip(verdicts) {
            let size: usize = opened.changes.iter().map(|change| change.bytes().len()).sum();
            match verdict {
                Verdict::Applied => {
                    if let Some(place) = place
                        && document.crdt.kind() == Some(genesis::Kind::Slots)
                    {
                        let carrier = (place.device, place.seq);
                        document.order.carried(&document.crdt, &opened.changes, carrier);
                    }
                }
                Verdict::Waiting if size <= room => {
                    room -= size;
                    document.waiting.push((place, opened));
                }
                // What waits is held in memory, and nobody may fill that.
                Verdict::Waiting | Verdict::Refused(_) => refused.push(place),
            }
        }
        // A document of another kind needs no order, which shows only now.
        self.save_order(step, id);
        for place in refused {
            match place {
                Some(place) => self.quarantine(step, place),
                // What we wrote ourselves and read back from the store.
                None => Self::notice(step, Notice::StoreDamaged { records: 1 }),
            }
        }
    }

    /// What an envelope carries, every change checked to be its author's, and what that had seen.
    pub(super) fn open(
        &self,
        id: DocumentId,
        envelope: &Verified,
    ) -> Result<(Opened, Chunk), Rejected> {
        let document = self.documents.get(&id).ok_or(Rejected)?;
        // Snapshots and attachments are not in this version.
        if envelope.header().kind != Kind::Changes {
            return Err(Rejected);
        }
        let secret = document.secret(envelope.header().epoch).ok_or(Rejected)?;
        let plaintext = seal::open(envelope, secret).map_err(|_| Rejected)?;
        let chunk = Chunk::parse(&plaintext).map_err(|_| Rejected)?;
        let opened = chunk.open(envelope.header().device, id).map_err(|_| Rejected)?;
        Ok((opened, chunk))
    }

    /// Sets an envelope aside: listed, never applied again, the document stays usable.
    pub(super) fn quarantine(&mut self, step: &mut Step<'_, '_>, place: Place) {
        let name = Name::Quarantine(place.document, place.device, place.seq);
        step.put(&self.sealer, name, &Content::Place(place));
        self.quarantined.insert(place);
        Self::notice(step, Notice::Quarantined);
    }
}

/// An envelope that cannot be applied, for whatever reason.
pub(super) struct Rejected;
