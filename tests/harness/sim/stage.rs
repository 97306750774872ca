//! A small world set by hand, for tests that break it.

use engine::casework::field::Field;
use engine::command::{Command, Splice};
use shared::{
    id::{AccountId, DocumentId},
    log::org::Role,
};

use super::{
    later::LATER,
    model::{Fate, Kind as DocumentKind},
    run::{Run, Size},
};
use crate::world::{DeviceNo, Faults, Seen};

const FIELD: &str = "presenting_issue";

/// A firm with one note on the screens of its consultant's two devices.
pub struct Stage {
    /// The world.
    pub run: Run,
    /// The admin's device.
    pub admin: DeviceNo,
    /// The admin's account.
    pub account: AccountId,
    /// The consultant's devices.
    pub tablet: DeviceNo,
    /// The second.
    pub laptop: DeviceNo,
    /// A note with a word on it.
    pub note: DocumentId,
}

impl Stage {
    /// Sets the stage.
    pub fn set(seed: u64, size: Size) -> Self {
        let mut run = Run::begin(seed, size);
        run.world.faults = Faults::default();
        let admin = run.open_devices(Role::Admin).first().copied().expect("an admin");
        let tablet = run.open_devices(Role::Consultant).first().copied().expect("a consultant");
        run.world.ask(tablet, Command::MakeDeviceCode);
        run.rest();
        let laptop = run.use_link(run.model.links.len() - 1).expect("a second device");
        run.rest();
        let owner = run.model.owner(tablet).expect("an owner");
        let people = &run.world.on(tablet).screen.home.people;
        let row = people.iter().find(|row| row.role == Role::Employee).expect("an employee");
        let (employee, name) = (row.account.expect("who has joined"), row.name.clone());
        run.world.ask(tablet, Command::OpenCase(employee));
        let case = run.world.on(tablet).screen.home.cases.first().expect("a case").case;
        let employee = run.model.person_named(&name).expect("a person");
        let edit = run.model.edit(tablet);
        run.model.begin_document(case, DocumentKind::Case { employee }, owner, edit);
        run.world.ask(tablet, Command::AddInterview(case));
        let note = run.world.on(tablet).screen.went_to.expect("a note");
        let edit = run.model.edit(tablet);
        run.model.begin_document(note, DocumentKind::Note { case }, owner, edit);
        run.show(tablet, note);
        run.write(tablet, note, "初");
        run.rest();
        let account =
            run.model.people.first().and_then(|it| it.account).expect("the admin's account");
        Self { run, admin, account, tablet, laptop, note }
    }
}

impl Run {
    /// Writes at the end of a note.
    pub fn write(&mut self, device: DeviceNo, note: DocumentId, words: &str) {
        let field = Field::top(FIELD);
        let end = self.world.on(device).screen.text(note, &field).encode_utf16().count();
        let at = u32::try_from(end).expect("a short text");
        let edit = self.model.edit(device);
        self.note_made(note, FIELD, words.chars().map(String::from), edit);
        let splice = Splice { at, delete: 0, insert: words.to_owned() };
        self.world.splice(device, note, &field, &splice);
        self.observe();
    }

    /// A word of a later version's text is taken for written and sent.
    pub fn model_sends_later(&mut self, device: DeviceNo, note: DocumentId, word: &str) {
        let edit = self.model.edit(device);
        self.model.promote(device, &[Fate::Typed], Fate::Acked);
        self.note_made(note, LATER, [word.to_owned()].into_iter(), edit);
    }

    /// Copies a device's store to another, and uses both.
    pub fn clone_of(&mut self, device: DeviceNo) -> DeviceNo {
        self.twin_of(device).expect("a device")
    }

    /// The device is gone; what it had sent had better be elsewhere.
    pub fn lose(&mut self, device: DeviceNo) {
        self.world.lose(device);
        self.vanished(device);
    }

    /// Something is seen, whether it happened or not.
    pub fn see(&mut self, seen: Seen) {
        self.world.seen.get_or_insert_default().push(seen);
        self.observe();
    }

    /// The model takes every word of a note for deleted, as if the world had brought all back.
    pub fn model_forgets_nothing_of(&mut self, note: DocumentId) {
        let document = self.model.documents.get_mut(&note).expect("a document");
        let edits: Vec<_> = document.tokens.iter().map(|it| it.made).collect();
        for (token, edit) in document.tokens.iter_mut().zip(edits) {
            token.removed.push(edit);
        }
        debug_assert!(self.model.edits.iter().any(|it| it.fate == Fate::Acked));
    }
}
