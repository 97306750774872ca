//! Foreign changes: opened, checked and applied, one marker ahead of anything that could kill us.

use automerge::Change;
use shared::{envelope::Verified, id::DocumentId};

use super::Desk;
use crate::{
    document::chunk::Chunk,
    journal::{After, Step},
    record::{Content, InFlight, Name, Place},
    seal,
    view::{Notice, QuarantineRow},
};

impl Desk {
    /// The marker is durable: apply what it names.
    pub(super) fn apply_marked(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let marked = std::mem::take(&mut document.marked);
        // All at once if that works: automerge's cost is by the call, not by the change.
        let opened: Result<Vec<_>, _> = marked.iter().map(|(_, it)| self.open(id, it)).collect();
        let whole = opened.and_then(|changes| self.apply(id, changes.into_iter().flatten()));
        if whole.is_err() {
            for (place, envelope) in marked {
                let changes = self.open(id, &envelope);
                if changes.and_then(|changes| self.apply(id, changes)).is_err() {
                    self.quarantine(step, place);
                }
            }
        }
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

    fn apply(
        &mut self,
        id: DocumentId,
        changes: impl IntoIterator<Item = Change>,
    ) -> Result<(), Rejected> {
        let changes = changes.into_iter().collect();
        let document = self.documents.get_mut(&id).ok_or(Rejected)?;
        document.crdt.apply(changes).map_err(|_| Rejected)
    }

    /// What an envelope carries, every change checked to be its author's.
    pub(super) fn open(
        &self,
        id: DocumentId,
        envelope: &Verified,
    ) -> Result<Vec<Change>, Rejected> {
        let document = self.documents.get(&id).ok_or(Rejected)?;
        let secret = document.secret(envelope.header().epoch).ok_or(Rejected)?;
        let plaintext = seal::open(envelope, secret).map_err(|_| Rejected)?;
        let chunk = Chunk::parse(&plaintext).map_err(|_| Rejected)?;
        chunk.changes(envelope.header().device, id).map_err(|_| Rejected)
    }

    /// Sets an envelope aside: listed, never applied again, the document stays usable.
    pub(super) fn quarantine(&mut self, step: &mut Step<'_, '_>, place: Place) {
        let row =
            QuarantineRow { document: place.document, device: place.device, seq: place.seq.0 };
        let name = Name::Quarantine(place.document, place.device, place.seq);
        step.put(&self.sealer, name, &Content::Place(place));
        self.quarantined.push(row.clone());
        Self::notice(step, Notice::Quarantined(row));
    }
}

/// An envelope that cannot be applied, for whatever reason.
pub(super) struct Rejected;
