//! A device that is there twice: its store was copied, and both copies are used.

use engine::view::AlarmKind;
use shared::id::DocumentId;

use super::{
    act::CLONES_MAX,
    check::Kind,
    end::Sight,
    model::{EditNo, Fate, Token},
    run::Run,
};
use crate::world::DeviceNo;

impl Run {
    /// A profile is copied, a store put back on another machine: whatever was on it is used on
    /// both. Somebody whose device that is has another one.
    pub(super) fn clone_device(&mut self) -> Option<()> {
        let devices = self.model.devices.iter();
        let known = devices.filter(|(_, it)| it.id.is_some() && !it.is_doomed && !it.is_twin);
        let known: Vec<_> = known.map(|(device, it)| (*device, it.owner)).collect();
        let fit = known.into_iter().filter(|(device, owner)| {
            !self.world.is_lost(*device)
                && !self.is_bereft(*device)
                && self.settled.contains(device)
                && self.has_another(*owner, *device)
        });
        let fit: Vec<_> = fit.collect();
        let (device, _) = self.pick(&fit)?;
        if self.model.devices.values().filter(|it| it.is_twin).count() >= 2 * CLONES_MAX {
            return None;
        }
        self.twin_of(device).map(|_| ())
    }

    pub(super) fn twin_of(&mut self, device: DeviceNo) -> Option<DeviceNo> {
        let owner = self.model.owner(device)?;
        self.observe();
        let name = format!("{}'", self.name_of(device));
        self.tell(|| format!("{name} is made from the store of its twin"));
        let twin = self.world.clone_device(device, &name);
        let id = self.model.devices.get_mut(&device).and_then(|it| {
            it.is_twin = true;
            it.id
        });
        self.model.add_device(twin, owner, None);
        if let Some(it) = self.model.devices.get_mut(&twin) {
            (it.id, it.is_twin) = (id, true);
        }
        self.world.unlock(twin);
        Some(twin)
    }

    /// Whether a device knows that it is there twice, and writes nothing more.
    pub(super) fn is_retired(&self, device: DeviceNo) -> bool {
        self.model.devices.get(&device).is_some_and(|it| it.is_retired)
    }

    /// A device that retires keeps what it had not sent, and nobody else gets it.
    pub(super) fn learn_retired(&mut self, device: DeviceNo) {
        let alarms = &self.world.on(device).screen.alarms;
        let is_told = alarms.iter().any(|row| row.matter.kind == AlarmKind::Twice);
        let Some(it) = self.model.devices.get_mut(&device) else { return };
        if is_told && !it.is_retired && it.is_twin {
            it.is_retired = true;
            let name = self.name_of(device);
            self.tell(|| format!("{name} retires"));
        }
        if self.is_retired(device) {
            self.model.promote(device, &[Fate::Saved], Fate::Kept);
        }
    }

    /// After a restore a copied device's store may fill the places that the other copy had written
    /// in. Whoever had built on that has another past of the document: it stays there, readable, and
    /// nothing more is written on top of it.
    pub(super) fn learn_apart(&mut self, device: DeviceNo) {
        if self.restored.is_empty() {
            return;
        }
        let alarms = self.world.on(device).screen.alarms.iter();
        let shown = alarms.filter(|row| match row.matter.kind {
            AlarmKind::Twice => true,
            // A witness alone has one hash; two are what is here and what the server has.
            AlarmKind::Equivocation => row.matter.hashes.len() == 2,
            AlarmKind::Withheld
            | AlarmKind::RolledBack
            | AlarmKind::Forked
            | AlarmKind::Tampered
            | AlarmKind::Restored => false,
        });
        let documents: Vec<DocumentId> = shown.filter_map(|row| row.matter.document).collect();
        for document in documents {
            if self.apart.insert((device, document)) {
                let name = self.name_of(device);
                self.tell(|| format!("{name} stands apart in {document:?}"));
            }
        }
        self.keep_apart(device);
    }

    /// What was written where a device stands apart is on it, and owed to nobody else.
    pub(super) fn keep_apart(&mut self, device: DeviceNo) {
        let there = self.apart.iter().filter(|(it, _)| *it == device);
        let documents: Vec<DocumentId> = there.map(|(_, document)| *document).collect();
        for document in documents {
            let Some(it) = self.model.documents.get(&document) else { continue };
            let tokens = it.tokens.iter();
            let written = tokens.flat_map(|it| it.removed.iter().copied().chain([it.made]));
            let offered = it.offers.iter().map(|(.., edit)| *edit);
            let edits: Vec<EditNo> = written.chain(offered).collect();
            self.model.keep(device, &edits);
        }
    }

    /// Whether a device has another past of some document than the server.
    pub(super) fn stands_apart(&self, device: DeviceNo) -> bool {
        self.apart.iter().any(|(it, _)| *it == device)
    }

    /// Whether a device's own hand may have written something that it does not know.
    pub(super) fn is_twin(&self, device: DeviceNo) -> bool {
        self.model.devices.get(&device).is_some_and(|it| it.is_twin)
    }

    /// What was called saved on a device that retired, or stands apart, is still on it.
    pub(super) fn check_kept(&mut self) {
        let keeps = |it: &DeviceNo| self.is_retired(*it) || self.stands_apart(*it);
        let keepers: Vec<DeviceNo> = self.settled.iter().copied().filter(keeps).collect();
        let documents: Vec<DocumentId> = self.model.documents.keys().copied().collect();
        for device in keepers {
            for document in &documents {
                let Some(it) = self.model.documents.get(document) else { continue };
                let is_kept = |token: &Token| {
                    let made = self.model.edits.get(token.made.0);
                    made.is_some_and(|it| it.device == device && it.fate == Fate::Kept)
                        && token.removed.is_empty()
                        && !token.wavers
                };
                let kept: Vec<Token> = it.tokens.iter().filter(|it| is_kept(it)).cloned().collect();
                if kept.is_empty() {
                    continue;
                }
                let sight = self.sight(device, *document).unwrap_or_default();
                self.check_kept_in(device, &kept, &sight);
            }
        }
    }

    fn check_kept_in(&mut self, device: DeviceNo, kept: &[Token], sight: &Sight) {
        for token in kept {
            let place = sight.get(token.field).map_or("", String::as_str);
            if !place.contains(&token.text) {
                let (name, words) = (self.name_of(device), token.text.clone());
                self.find(Kind::Lost, || format!("{name} kept and lost {words:?}: {place:?}"));
            }
        }
    }
}
