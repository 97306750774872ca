//! Foreign changes: opened, checked and applied, one marker ahead of anything that could kill us.

use shared::{
    envelope::{Kind, Verified},
    id::DocumentId,
    limit::DOCUMENT_BYTES_MAX,
};

use super::Desk;
use crate::{
    document::{
        chunk::{Chunk, ChunkError},
        genesis,
        inspect::InspectError,
        intake::{Opened, Refused, Verdict},
    },
    journal::{After, Step},
    record::{Content, InFlight, Name, Place},
    seal,
    view::{Notice, Rule, SetAside},
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
                    if chunk.part.is_some() {
                        self.keep_part(place, envelope.id(), chunk);
                    } else {
                        places.push(Some(place));
                        opened.push(changes);
                    }
                }
                // What follows it is fetched again.
                Err(Rejected(_)) if self.give_up_base(step, place, envelope.id()) => {
                    return step.delete(&self.sealer, Name::InFlight(id));
                }
                Err(Rejected(rule)) => self.quarantine(step, place, rule),
            }
        }
        self.take_in(step, id, places, opened);
        self.look_at_parts(step, id);
        step.delete(&self.sealer, Name::InFlight(id));
        self.refresh_open(step, id);
        if self.catalogue().is_some_and(|catalogue| catalogue.id == id) {
            self.name_this_device(step);
        }
        self.mark_next_suspect(step, id);
        self.pull_if_behind(step, id);
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
                Verdict::Waiting => refused.push((place, Rule::TooLarge)),
                Verdict::Refused(Refused::Inspection(error)) => refused.push((place, rule(error))),
                Verdict::Refused(Refused::Document) => refused.push((place, Rule::Unfounded)),
            }
        }
        // A document of another kind needs no order, which shows only now.
        self.save_order(step, id);
        for (place, rule) in refused {
            match place {
                Some(place) => self.quarantine(step, place, rule),
                // What we wrote ourselves and read back from the store.
                None => Self::notice(step, Notice::StoreDamaged { records: 1 }),
            }
        }
    }

    /// What an envelope carries, every change checked to be its author's, and what that had seen. The
    /// changes of a snapshot are in its chunk.
    pub(super) fn open(
        &self,
        id: DocumentId,
        envelope: &Verified,
    ) -> Result<(Opened, Chunk), Rejected> {
        let unreadable = Rejected(Rule::Unreadable);
        let document = self.documents.get(&id).ok_or(unreadable)?;
        let kind = envelope.header().kind;
        let secret = document.secret(envelope.header().epoch).ok_or(unreadable)?;
        let plaintext = seal::open(envelope, secret).map_err(|_| unreadable)?;
        let mut chunk = Chunk::parse(&plaintext).map_err(Rejected::of)?;
        match kind {
            Kind::Changes => chunk.part = None,
            Kind::Snapshot if chunk.part.is_some() && chunk.changes.is_empty() => {}
            // Attachments are not in this version.
            Kind::Snapshot | Kind::Attachment => return Err(unreadable),
        }
        let opened = chunk.open(envelope.header().device, id).map_err(Rejected::of)?;
        Ok((opened, chunk))
    }

    /// Sets an envelope aside: listed, never applied again, the document stays usable.
    pub(super) fn quarantine(&mut self, step: &mut Step<'_, '_>, place: Place, rule: Rule) {
        let name = Name::Quarantine(place.document, place.device, place.seq);
        let why = SetAside { rule: Some(rule), at: Some(step.now()) };
        step.put(&self.sealer, name, &Content::SetAside(place, why));
        self.quarantined.insert(place, why);
        Self::notice(step, Notice::Quarantined);
    }
}

/// An envelope that cannot be applied, and what it breaks.
#[derive(Clone, Copy)]
pub(super) struct Rejected(pub(super) Rule);

impl Rejected {
    fn of(error: ChunkError) -> Self {
        Self(match error {
            ChunkError::Malformed => Rule::Unreadable,
            ChunkError::TooLarge => Rule::TooLarge,
            ChunkError::Change(error) => rule(error),
            ChunkError::ForeignActor => Rule::Foreign,
        })
    }
}

/// Which rule a change breaks, in the words of somebody who reads them.
fn rule(error: InspectError) -> Rule {
    match error {
        InspectError::TooLarge(_) => Rule::TooLarge,
        InspectError::Actor => Rule::Foreign,
        InspectError::Guarded => Rule::Guarded,
        InspectError::Order | InspectError::Dangling | InspectError::Missing(_) => Rule::Unfounded,
        InspectError::Truncated
        | InspectError::LeftOver
        | InspectError::NotAChange
        | InspectError::Overlong
        | InspectError::Checksum
        | InspectError::Field
        | InspectError::Column
        | InspectError::Operation => Rule::Unreadable,
    }
}
