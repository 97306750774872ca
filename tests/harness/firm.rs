//! What people do, in their own words.

use engine::{
    casework::field::{Field, Value},
    command::{Command, Newcomer, Passphrase, Splice},
    view::RecoveryKitView,
};
use shared::{
    Blob,
    id::{AccountId, DocumentId},
    log::org::Role,
};

use crate::world::{DeviceNo, World};

/// Everybody's passphrase in stories.
pub const PASSPHRASE: &str = "春の海 ひねもすのたり のたりかな";

impl World {
    /// Fills in the form for a newcomer and sends it.
    pub fn arrive(&mut self, device: DeviceNo, link: &str, name: &str) {
        let newcomer = Newcomer {
            link: link.to_owned(),
            name: name.to_owned(),
            device_name: self.on(device).name.clone(),
            passphrase: Passphrase::new(PASSPHRASE.to_owned()),
        };
        let is_founder = link.contains("bootstrap.");
        let command =
            if is_founder { Command::MakeFirm(newcomer) } else { Command::Enrol(newcomer) };
        self.ask(device, command);
    }

    /// Makes the firm on a device.
    pub fn found(&mut self, device: DeviceNo) {
        let link = self.bootstrap_link();
        self.arrive(device, &link, "管理 花子");
        self.settle();
    }

    /// Invites somebody and hands out the link.
    #[track_caller]
    pub fn invite(&mut self, by: DeviceNo, role: Role, name: &str) -> String {
        self.on_mut(by).screen.invitation = None;
        self.ask(by, Command::Invite { role, name: name.to_owned() });
        self.settle();
        self.take_invitation(by)
    }

    /// Makes a code for a further device of the same person.
    #[track_caller]
    pub fn device_code(&mut self, by: DeviceNo) -> String {
        self.on_mut(by).screen.invitation = None;
        self.ask(by, Command::MakeDeviceCode);
        self.settle();
        self.take_invitation(by)
    }

    /// Makes a recovery kit and takes the paper.
    #[track_caller]
    pub fn make_kit(&mut self, by: DeviceNo) -> RecoveryKitView {
        self.on_mut(by).screen.kit = None;
        self.ask(by, Command::MakeRecoveryKit(Passphrase::new(PASSPHRASE.to_owned())));
        self.settle();
        self.on_mut(by).screen.kit.take().expect("a kit on screen")
    }

    /// Writes a device to a file.
    #[track_caller]
    pub fn export(&mut self, by: DeviceNo) -> Blob {
        self.on_mut(by).screen.export = None;
        self.ask(by, Command::Export(Passphrase::new(PASSPHRASE.to_owned())));
        self.settle();
        self.on_mut(by).screen.export.take().expect("a file")
    }

    /// Chooses a file on a device that nobody uses.
    pub fn import(&mut self, device: DeviceNo, file: &Blob) {
        let passphrase = Passphrase::new(PASSPHRASE.to_owned());
        self.ask(device, Command::Import { file: file.clone(), passphrase });
        self.settle();
    }

    /// Types a kit's words on a new device.
    pub fn recover(&mut self, kit: &RecoveryKitView, device: &str) -> DeviceNo {
        let device = self.device(device);
        self.arrive(device, &kit.words.join(" "), "");
        self.settle();
        device
    }

    #[track_caller]
    fn take_invitation(&mut self, by: DeviceNo) -> String {
        self.on_mut(by).screen.invitation.take().expect("an invitation on screen").fragment
    }

    /// Invites somebody who arrives at once on a new device.
    #[track_caller]
    pub fn hire(&mut self, by: DeviceNo, role: Role, name: &str, device: &str) -> DeviceNo {
        let link = self.invite(by, role, name);
        let device = self.device(device);
        self.arrive(device, &link, name);
        self.settle();
        device
    }

    /// Links a further device of the same person.
    #[track_caller]
    pub fn link_device(&mut self, by: DeviceNo, device: &str) -> DeviceNo {
        let code = self.device_code(by);
        let device = self.device(device);
        self.arrive(device, &code, "");
        self.settle();
        device
    }

    /// Opens a locked or restarted device.
    pub fn unlock(&mut self, device: DeviceNo) {
        let passphrase = Passphrase::new(PASSPHRASE.to_owned());
        self.ask(device, Command::Unlock(passphrase));
    }

    /// The account that a device's owner invited under a name.
    #[track_caller]
    pub fn known_as(&self, device: DeviceNo, name: &str) -> AccountId {
        let people = &self.on(device).screen.home.people;
        let row = people.iter().find(|row| row.name == name);
        row.and_then(|row| row.account).expect("somebody of that name who has joined")
    }

    /// Opens a case with an employee.
    #[track_caller]
    pub fn open_case(&mut self, consultant: DeviceNo, employee: &str) -> DocumentId {
        let account = self.known_as(consultant, employee);
        self.ask(consultant, Command::OpenCase(account));
        let cases = &self.on(consultant).screen.home.cases;
        let case = cases.iter().find(|case| case.employee_name == employee);
        case.expect("the case on the first page").case
    }

    /// Adds an interview to a case and opens its note.
    #[track_caller]
    pub fn add_interview(&mut self, consultant: DeviceNo, case: DocumentId) -> DocumentId {
        self.ask(consultant, Command::AddInterview(case));
        let note = self.on(consultant).screen.went_to.expect("a note to go to");
        self.ask(consultant, Command::Open(note));
        note
    }

    /// Appends to a text of an open note.
    #[track_caller]
    pub fn write(&mut self, device: DeviceNo, note: DocumentId, field: &str, text: &str) {
        let field = Field::top(field);
        let end = self.on(device).screen.text(note, &field).encode_utf16().count();
        let at = u32::try_from(end).expect("a text of admissible length");
        self.splice(device, note, &field, &Splice { at, delete: 0, insert: text.to_owned() });
    }

    /// Changes a text of an open note as the page does.
    #[track_caller]
    pub fn splice(&mut self, device: DeviceNo, note: DocumentId, field: &Field, splice: &Splice) {
        let revision = self.on_mut(device).screen.type_over(note, field, splice);
        let revision = revision.expect("a field of an open note");
        let (field, splice) = (field.clone(), splice.clone());
        self.ask(device, Command::EditText { document: note, field, revision, splice });
    }

    /// Sets a value of an open note or form.
    pub fn set(&mut self, device: DeviceNo, note: DocumentId, field: &str, value: Value) {
        let field = Field::top(field);
        self.ask(device, Command::SetValue { document: note, field, value });
    }

    /// Has a text of an open note or form say just this.
    #[track_caller]
    pub fn fill(&mut self, device: DeviceNo, document: DocumentId, field: &str, text: &str) {
        let field = Field::top(field);
        let before = self.on(device).screen.text(document, &field).encode_utf16().count();
        let delete = u32::try_from(before).expect("a text of admissible length");
        self.splice(device, document, &field, &Splice { at: 0, delete, insert: text.to_owned() });
    }

    /// Adds an item to a list of an open note or form; hands out its path.
    #[track_caller]
    pub fn add(&mut self, device: DeviceNo, document: DocumentId, list: &str) -> String {
        let list = Field::top(list);
        let before = self.on(device).screen.items(document, &list);
        self.ask(device, Command::AddItem { document, list: list.clone() });
        let after = self.on(device).screen.items(document, &list);
        let item = after.iter().find(|item| !before.contains(item)).expect("a new item");
        list.child(item).as_str().to_owned()
    }

    /// What an open note says in a field.
    pub fn reads(&self, device: DeviceNo, note: DocumentId, field: &str) -> String {
        self.on(device).screen.text(note, &Field::top(field)).to_owned()
    }

    /// Whether a device has a document that it could show.
    pub fn can_open(&mut self, device: DeviceNo, document: DocumentId) -> bool {
        self.on_mut(device).screen.forget(document);
        self.ask(device, Command::Open(document));
        let screen = &self.on(device).screen;
        screen.notes.contains_key(&document)
            || screen.shared.contains_key(&document)
            || screen.forms.contains_key(&document)
            || screen.consents.contains_key(&document)
    }
}
