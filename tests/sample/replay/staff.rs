//! People and devices of the firm.

use engine::command::Command;
use shared::{id::DeviceId, log::org::Role};

use super::Replay;
use crate::{
    sample::{
        person::{STAFF, StaffRole, TABLETS},
        place::Company,
    },
    world::DeviceNo,
};

impl Replay {
    /// The first admin makes the firm and invites everybody who works for it.
    pub(super) fn found(&mut self) {
        let admin = self.world.device("管理 花子/パソコン");
        self.world.tape(admin);
        self.world.found(admin);
        let second = self.world.hire(admin, Role::Admin, "木下 誠", "木下 誠/パソコン");
        self.world.tape(second);
        self.admins = vec![admin, second];
        for (index, staff) in STAFF.iter().enumerate() {
            if staff.role == StaffRole::Admin {
                continue;
            }
            let place = Self::first_tablet(index);
            let name = TABLETS.get(place).map_or("", |it| it.name);
            let device = self.world.hire(admin, Self::role(staff.role), staff.name, name);
            self.tablets.insert(place, device);
            let kit = self.world.make_kit(device);
            self.kits.insert(index, kit);
        }
    }

    #[track_caller]
    fn first_tablet(owner: usize) -> usize {
        TABLETS.iter().position(|it| it.owner == owner).expect("a tablet for each")
    }

    /// A further tablet of somebody: linked by the one before, or by the sheet if that is lost.
    pub(super) fn link_tablet(&mut self, place: usize) {
        let Some(tablet) = TABLETS.get(place) else { return };
        let first = Self::first_tablet(tablet.owner);
        let device = if self.gone.contains(&first) {
            let kit = self.kits.get(&tablet.owner).cloned().expect("a recovery sheet");
            self.world.recover(&kit, tablet.name)
        } else {
            let before = self.tablets.get(&first).copied().expect("a first tablet");
            self.world.online(before);
            self.world.settle();
            self.world.link_device(before, tablet.name)
        };
        self.tablets.insert(place, device);
    }

    /// The id under which a device is known.
    #[track_caller]
    fn id_of(&self, device: DeviceNo) -> DeviceId {
        let rows = &self.world.on(device).screen.home.devices;
        rows.iter().find(|it| it.is_this).expect("a device that knows itself").device
    }

    /// It is left on a train.
    pub(super) fn lose_tablet(&mut self, place: usize) {
        let Some(device) = self.tablets.get(&place).copied() else { return };
        self.world.settle();
        self.lost = Some(self.id_of(device));
        self.lost_cases = self.world.on(device).screen.home.cases.len();
        self.world.offline(device);
        self.gone.insert(place);
    }

    /// The admin revokes it; nobody has to know what is on it.
    pub(super) fn revoke_tablet(&mut self) {
        let (Some(admin), Some(lost)) = (self.admins.first().copied(), self.lost) else { return };
        self.world.ask(admin, Command::RevokeDevice(lost));
        self.world.settle();
    }

    /// Whoever found it takes it where there is a network: it learns that it is revoked, and erases
    /// itself.
    pub(super) fn find_tablet(&mut self, place: usize) {
        let Some(device) = self.tablets.get(&place).copied() else { return };
        let held = !self.world.on(device).disk.is_empty();
        self.world.online(device);
        self.world.settle();
        if held && self.world.on(device).disk.is_empty() {
            self.erased_at = Some(self.world.now());
        }
    }

    /// Its owner has another one, and lets the old one go from there.
    pub(super) fn retire_tablet(&mut self, place: usize) {
        let Some(old) = self.tablets.get(&place).copied() else { return };
        self.world.online(old);
        self.world.settle();
        let id = self.id_of(old);
        self.gone.insert(place);
        let owner = TABLETS.get(place).map_or(0, |it| it.owner);
        let device = self.tablet_of(owner);
        self.with_network(device, |replay| {
            replay.world.ask(device, Command::RevokeDevice(id));
            replay.world.settle();
        });
    }

    /// Does something for which a device needs a network, wherever it is at the moment.
    pub(super) fn with_network(&mut self, device: DeviceNo, act: impl FnOnce(&mut Self)) {
        let was_online = self.world.is_online(device);
        if !was_online {
            self.world.online(device);
            self.world.settle();
        }
        act(self);
        if !was_online {
            self.world.offline(device);
        }
    }

    /// Somebody is invited by their consultant, comes by the link, and their case is opened.
    pub(super) fn invite_person(&mut self, person: usize) {
        let Some(it) = self.firm.people.get(person).cloned() else { return };
        let tablet = self.tablet_of(it.consultant);
        if it.company == Company::B {
            self.come_by_poster(person);
            return self.settle_in(person);
        }
        self.with_network(tablet, |replay| {
            let name = format!("{}/スマートフォン", it.number);
            let phone = replay.world.hire(tablet, Role::Employee, it.name, &name);
            replay.world.settle();
            let case = replay.world.open_case(tablet, it.name);
            replay.world.settle();
            replay.phones.insert(person, phone);
            replay.cases.insert(person, case);
        });
        self.settle_in(person);
    }

    /// What a newcomer does at once.
    fn settle_in(&mut self, person: usize) {
        let phone = self.phones.get(&person).copied().expect("a phone just activated");
        self.prepare(person, phone);
        self.world.offline(phone);
    }
}
