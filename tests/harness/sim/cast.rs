//! Who is in a world when work begins.

use engine::{command::Command, view::Gate};
use shared::{log::org::Role, time::UnixMillis};

use super::{
    model::{Link, PersonNo},
    run::Run,
};
use crate::world::DeviceNo;

/// Part of every employee's name; must never be read on the server.
pub(super) const EMPLOYEE: &str = "佐伯 悠真";
/// Part of every consultant's name.
pub(super) const CONSULTANT: &str = "佐藤 恵";

impl Run {
    /// An admin, two or three consultants with one or two devices, an employee for each.
    pub(super) fn cast(&mut self) {
        let admin = self.new_device("admin", None);
        let person = self.model.add_person("管理 花子".into(), Role::Admin);
        self.model.add_device(admin, person, None);
        self.world.found(admin);
        self.observe();
        for _ in 0..2 + self.dice.below(2) {
            let consultant = self.hire(admin, Role::Consultant);
            let Some(tablet) = consultant else { return };
            if self.dice.one_in(2) {
                self.link_now(tablet);
            }
            self.hire(tablet, Role::Employee);
        }
    }

    pub(super) fn new_device(&mut self, owner: &str, of: Option<PersonNo>) -> DeviceNo {
        let count = self.model.devices.values().filter(|it| Some(it.owner) == of).count();
        let device = self.world.device(&format!("{owner}/{}", count + 1));
        self.dress(device);
        device
    }

    /// The next name for somebody of this role.
    pub(super) fn some_name(&self, role: Role) -> String {
        let stem = if role == Role::Employee { EMPLOYEE } else { CONSULTANT };
        format!("{stem} {}", self.model.people.len())
    }

    pub(super) fn label(&self, person: PersonNo) -> String {
        let role = self.model.person(person).map_or(Role::Employee, |it| it.role);
        let role = match role {
            Role::Admin => "admin",
            Role::Consultant => "consultant",
            Role::Supervisor => "supervisor",
            Role::Employee => "employee",
        };
        format!("{role}{}", person.0)
    }

    /// Uses an invitation or a device code on a new device.
    pub(super) fn use_link(&mut self, link: usize) -> Option<DeviceNo> {
        let link_held = self.model.links.get(link)?.clone();
        let Link { fragment, person, by, made_at, expires_at, uses } = link_held;
        let label = self.label(person);
        // A device whose storage was emptied comes back like a new one, or a new one comes.
        let emptied = self.emptied_device(person).filter(|_| !self.dice.one_in(3));
        let device = emptied.unwrap_or_else(|| self.new_device(&label, Some(person)));
        self.model.add_device(device, person, Some((expires_at, uses > 0)));
        if let Some(it) = self.model.devices.get_mut(&device) {
            it.invited_by = Some(by);
            it.link_made_at = Some(made_at);
        }
        if let Some(link) = self.model.links.get_mut(link) {
            link.uses += 1;
        }
        let name = self.model.person(person).map(|it| it.name.clone()).unwrap_or_default();
        self.tell(|| format!("{label} uses a link on a new device"));
        self.world.arrive(device, &fragment, &name);
        self.observe();
        Some(device)
    }

    fn emptied_device(&self, owner: PersonNo) -> Option<DeviceNo> {
        let devices =
            self.model.devices.iter().filter(|(_, it)| it.owner == owner && !it.is_doomed);
        let mut devices = devices.map(|(device, _)| *device);
        devices.find(|device| {
            let gate = self.world.on(*device).screen.gate.as_ref();
            !self.world.is_lost(*device) && gate == Some(&Gate::Empty)
        })
    }

    fn hire(&mut self, by: DeviceNo, role: Role) -> Option<DeviceNo> {
        let name = self.some_name(role);
        self.model.add_person(name.clone(), role);
        self.world.ask(by, Command::Invite { role, name });
        self.use_newest_link()
    }

    fn link_now(&mut self, by: DeviceNo) -> Option<DeviceNo> {
        self.world.ask(by, Command::MakeDeviceCode);
        self.use_newest_link()
    }

    fn use_newest_link(&mut self) -> Option<DeviceNo> {
        self.rest();
        let newest = self.model.links.len().checked_sub(1)?;
        let device = self.use_link(newest);
        self.rest();
        device
    }

    /// An invitation came on screen: somebody now holds its link.
    pub(super) fn keep_link(&mut self, device: DeviceNo) {
        let Some(invitation) = self.world.on_mut(device).screen.invitation.take() else { return };
        let named = self.model.person_named(&invitation.name);
        let Some(person) = named.or(self.model.owner(device)) else { return };
        let (made_at, expires_at): (_, UnixMillis) = (self.now(), invitation.expires_at);
        let fragment = invitation.fragment;
        let link = Link { fragment, person, by: device, made_at, expires_at, uses: 0 };
        self.model.links.push(link);
    }
}
