//! Programs of other versions: one before this, that leaves out what this one says first, and one
//! behind it, that writes what this one has never heard of.

use engine::document::genesis::Kind;
use shared::{id::DocumentId, log::org::Role};

use super::{
    model::{Fate, Kind as DocumentKind, Token},
    run::Run,
};
use crate::{replica::Replica, world::DeviceNo};

/// A text that notes get in some later version.
pub(super) const LATER: &str = "field_of_a_later_version";
/// One device in so many runs the version before this one.
const EARLIER_IN: u64 = 6;

impl Run {
    /// Some devices were not updated for a while.
    pub(super) fn dress(&mut self, device: DeviceNo) {
        let is_earlier = self.dice.one_in(EARLIER_IN);
        self.world.on_mut(device).is_earlier = is_earlier;
    }

    /// A device runs a later version for a moment and writes with it, where this version's others
    /// read.
    pub(super) fn write_as_later(&mut self) -> Option<()> {
        let device = self.someone(Role::Consultant)?;
        let owner = self.model.owner(device)?;
        let own = self.model.documents.iter().filter(|(_, it)| {
            matches!(it.kind, DocumentKind::Note { .. })
                && it.owner == owner
                && self.model.edits.get(it.made.0).is_some_and(|it| it.fate == Fate::Acked)
        });
        let own: Vec<DocumentId> = own.map(|(id, _)| *id).collect();
        let note = self.pick(&own)?;
        if self.is_twin(device) || self.world.is_full(device) {
            return None;
        }
        // What is under way to the store is not in it yet.
        self.advance(60);
        let disk = self.world.on(device).disk.clone();
        let replica = Replica::read(&disk, note).filter(|it| it.crdt.kind() == Some(Kind::Note))?;
        let text = self.model.letters(2);
        let (at, mut dice) = (self.now(), self.world.fork_dice());
        let (key, value) = replica.as_later(&disk, (LATER, &text), at, &mut dice)?;
        let who = self.name_of(device);
        self.tell(|| format!("{who} writes into {note:?} as a later version: {text:?}"));
        self.world.crash(device);
        self.observe();
        self.world.on_mut(device).disk.insert(key, value);
        let edit = self.model.edit_in(device, note);
        if let Some(edit) = self.model.edits.get_mut(edit.0) {
            edit.fate = Fate::Saved;
        }
        self.note_made(note, LATER, text.chars().map(String::from), edit);
        self.world.restart(device);
        self.world.unlock(device);
        Some(())
    }

    /// What a device holds of a text that its program does not show.
    pub(super) fn unseen(&self, device: DeviceNo, document: DocumentId) -> Option<String> {
        let tokens = &self.model.documents.get(&document)?.tokens;
        if !tokens.iter().any(|token: &Token| token.field == LATER) {
            return None;
        }
        let replica = Replica::read(&self.world.on(device).disk, document)?;
        replica.crdt.text(&engine::casework::field::Field::top(LATER))
    }
}
