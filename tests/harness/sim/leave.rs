//! Who leaves: devices that are revoked, and colleagues who are let out of a document.

use engine::{command::Command, view::Notice};
use shared::{id::DocumentId, log::org::Role};

use super::{
    check::Kind,
    end::replay_org,
    model::{Fate, PersonNo},
    run::Run,
};
use crate::world::DeviceNo;

impl Run {
    /// A device is reported lost or stolen, and revoked by its owner's other device or an admin,
    /// whatever it is doing. Somebody is left who can go on with its owner's documents.
    pub(super) fn revoke_device(&mut self) -> Option<()> {
        let role = self.pick(&[Role::Consultant, Role::Consultant, Role::Employee, Role::Admin])?;
        let by = self.someone(role)?;
        let me = self.model.owner(by)?;
        let may = |run: &Self, (device, owner): (DeviceNo, PersonNo)| {
            let is_admin = run.model.person(owner).is_some_and(|it| it.role == Role::Admin);
            let is_mine = owner == me && device != by;
            (is_mine || (role == Role::Admin && !is_admin)) && run.has_another(owner, device)
        };
        let devices = self.model.devices.iter();
        let known = devices.filter(|(_, it)| it.id.is_some() && !it.is_doomed);
        let known: Vec<_> = known.map(|(device, it)| (*device, it.owner)).collect();
        let known: Vec<_> = known.into_iter().filter(|it| may(self, *it)).collect();
        let (device, _) = self.pick(&known)?;
        let id = self.model.devices.get(&device)?.id?;
        let (who, whom) = (self.name_of(by), self.name_of(device));
        self.tell(|| format!("{who} revokes {whom}"));
        self.observe();
        // Copies of a store are one device.
        let same = self.model.devices.iter_mut().filter(|(_, it)| it.id == Some(id));
        let mut doomed = vec![];
        for (device, it) in same {
            it.is_doomed = true;
            doomed.push(*device);
        }
        for edit in self.model.edits.iter_mut().filter(|edit| doomed.contains(&edit.device)) {
            edit.has_no_author = true;
        }
        self.world.ask(by, Command::RevokeDevice(id));
        Some(())
    }

    /// Whether somebody has a second device in hand, on which the keys are.
    pub(super) fn has_another(&self, owner: PersonNo, device: DeviceNo) -> bool {
        let devices = self.model.devices.iter();
        let others = devices.filter(|(other, it)| it.owner == owner && **other != device);
        let others = others.filter(|(_, it)| !it.is_doomed && !it.is_twin);
        let mut others = others.map(|(other, _)| *other);
        others.any(|other| self.world.on(other).screen.is_open())
    }

    /// Whether somebody must not lose another device, because one was revoked already.
    pub(super) fn is_bereft(&self, device: DeviceNo) -> bool {
        let owner = self.model.owner(device);
        let mut devices = self.model.devices.values();
        devices.any(|it| Some(it.owner) == owner && (it.is_doomed || it.is_twin))
    }

    /// A hand-over is over: a colleague may not read on.
    pub(super) fn let_out(&mut self) -> Option<()> {
        let device = self.someone(Role::Consultant)?;
        let owner = self.model.owner(device)?;
        let own = self.model.documents.iter().filter(|(_, it)| it.owner == owner);
        let guests = own.flat_map(|(id, it)| it.readers.iter().map(|reader| (*id, *reader)));
        let guests: Vec<(DocumentId, PersonNo)> = guests
            .filter(|(id, guest)| {
                let person = self.model.person(*guest);
                *guest != owner
                    && person.is_some_and(|it| it.role == Role::Consultant)
                    && self.is_member(*guest, *id)
            })
            .collect();
        let (document, guest) = self.pick(&guests)?;
        let account = self.model.person(guest)?.account?;
        let (who, whom) = (self.name_of(device), self.label(guest));
        self.tell(|| format!("{who} lets {whom} out of {document:?}"));
        self.observe();
        self.model.let_out.insert((guest, document));
        self.model.documents.get_mut(&document)?.writers.remove(&guest);
        self.world.ask(device, Command::LetOut { document, account });
        Some(())
    }

    /// Whether the server lists somebody as a member of a document.
    pub(super) fn is_member(&self, person: PersonNo, document: DocumentId) -> bool {
        let account = self.model.person(person).and_then(|it| it.account);
        let reader = self.world.store().reader();
        account.is_some_and(|it| matches!(reader.access(it, document), Ok(Some(_))))
    }

    /// What becomes of devices that somebody wished to revoke: those that were have erased
    /// themselves, the others are as they were.
    pub(super) fn check_revoked(&mut self) {
        let Ok(entries) = self.world.store().reader().org_entries(0) else { return };
        let entries: Vec<Vec<u8>> = entries.items.into_iter().map(|it| it.0).collect();
        let Some(org) = replay_org(&entries) else { return };
        let doomed = self.model.devices.iter().filter(|(_, it)| it.is_doomed);
        let doomed: Vec<_> = doomed.filter_map(|(device, it)| Some((*device, it.id?))).collect();
        for (device, id) in doomed {
            self.model.promote(device, &[Fate::Typed, Fate::Saved], Fate::Doubtful);
            if org.device(id).is_none_or(|it| it.revoked.is_none()) {
                continue;
            }
            self.settled.remove(&device);
            let it = self.world.on(device);
            // The version before did not say what it needs to judge whoever revoked it.
            let is_gone = it.disk.is_empty() || (it.is_earlier && !it.screen.is_open());
            let was_asked = !self.world.is_lost(device) && self.epochs.contains_key(&device);
            if was_asked && !is_gone {
                let (name, gate) =
                    (self.name_of(device), self.world.on(device).screen.gate.clone());
                self.find(Kind::Unauthorised, || format!("{name} was revoked: {gate:?}"));
            }
        }
    }

    /// Whether what a device says follows from somebody's leaving.
    pub(super) fn follows_from_leaving(&self, device: DeviceNo, notice: &Notice) -> bool {
        let doomed =
            |device: DeviceNo| self.model.devices.get(&device).is_some_and(|it| it.is_doomed);
        let inviter = self.model.devices.get(&device).and_then(|it| it.invited_by);
        match notice {
            // Neither "not yours any more" nor "you may only read" is a lie then.
            Notice::Refused { code } => {
                (self.is_out(device) && matches!(code.as_str(), "M0101" | "M0102"))
                    || (self.is_twin(device) && matches!(code.as_str(), "S0102" | "S0103"))
            }
            // What a revoked device granted is worth nothing any more.
            Notice::LinkExpired => inviter.is_some_and(doomed),
            // A restored server does not know a link that is younger than its backup.
            Notice::UnknownLink => self.is_link_forgotten(device),
            // It does not know who revoked it: it locks, and does not erase itself.
            Notice::AccountClosed => doomed(device) && self.world.on(device).is_earlier,
            Notice::WrongPassphrase
            | Notice::NoExport
            | Notice::WrongLink
            | Notice::WeakPassphrase { .. }
            | Notice::LinkSpent
            | Notice::NeedsNetwork
            | Notice::TooLong
            | Notice::StandsApart
            | Notice::Quarantined
            | Notice::UpdateNeeded
            | Notice::StoreDamaged { .. }
            | Notice::NoMemory
            | Notice::Shredded { .. }
            | Notice::LeftBehind { .. }
            | Notice::WrongKit
            | Notice::KitReplaced
            | Notice::Room(_)
            | Notice::Report(_)
            | Notice::Card(_)
            | Notice::MatterNotDone { .. } => false,
        }
    }

    /// Whether the server was restored from before the link was made by which a device came.
    fn is_link_forgotten(&self, device: DeviceNo) -> bool {
        let made_at = self.model.devices.get(&device).and_then(|it| it.link_made_at);
        let restored = self.restored.iter();
        let mut forgotten =
            restored.filter(|(from, at)| made_at.is_some_and(|made| made >= *from && made <= *at));
        forgotten.next().is_some()
    }

    /// Whether the device's owner was let out of something.
    pub(super) fn is_out(&self, device: DeviceNo) -> bool {
        let owner = self.model.owner(device);
        self.model.let_out.iter().any(|(person, _)| Some(*person) == owner)
    }
}
