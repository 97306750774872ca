//! What should be true: people, documents with their readers, and what became of every edit.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    id::{AccountId, DeviceId, DocumentId},
    log::org::Role,
    time::UnixMillis,
};

use crate::world::DeviceNo;

/// Names a person of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PersonNo(pub(super) usize);

/// Somebody in the firm, or on the way there.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) role: Role,
    /// Known once a device of theirs has opened.
    pub(super) account: Option<AccountId>,
}

/// A device and whose it is.
#[derive(Clone, Debug)]
pub(super) struct Device {
    pub(super) owner: PersonNo,
    /// Known once it has opened.
    pub(super) id: Option<DeviceId>,
    /// Somebody wished to revoke it.
    pub(super) is_doomed: bool,
    /// Its store was copied.
    pub(super) is_twin: bool,
    /// It said that it is there twice, and writes nothing more.
    pub(super) is_retired: bool,
    /// Deaths so far; two of them may set an innocent envelope aside.
    pub(super) deaths: u32,
    /// Until when the link it joined by could be used, and whether it was used before.
    pub(super) joined_by: Option<(UnixMillis, bool)>,
    /// When that link came on screen.
    pub(super) link_made_at: Option<UnixMillis>,
    /// The device that made the link it joined by.
    pub(super) invited_by: Option<DeviceNo>,
    /// Died while it made a case or a note that nobody saw the id of.
    pub(super) unsure_creations: u32,
}

/// What became of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// On the screen, and nobody promised more.
    Typed,
    /// Called saved: durable on the device.
    Saved,
    /// Called sent: durable at the server.
    Acked,
    /// Lost or not: the device died before it was called saved, or vanished before it was sent.
    Doubtful,
    /// Durable on a device that is there twice, or has another past of the document than the
    /// server, and writes nothing more: there, and perhaps nowhere else.
    Kept,
}

/// One thing a person did to a document.
#[derive(Clone, Debug)]
pub struct Edit {
    /// On which device.
    pub device: DeviceNo,
    /// In which document, if it is one that its author may be let out of.
    pub document: Option<DocumentId>,
    /// What became of it.
    pub fate: Fate,
    /// The device, or its storage, is gone.
    pub has_no_author: bool,
}

impl Edit {
    /// Whether it must be there when everything has healed.
    pub fn is_owed(&self) -> bool {
        matches!(self.fate, Fate::Saved | Fate::Acked)
    }
}

/// Names an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EditNo(pub(super) usize);

/// One letter of a text, or one item of a list: nothing is written twice in a world.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) field: &'static str,
    pub(super) made: EditNo,
    pub(super) removed: Vec<EditNo>,
    /// Brought back after it was removed: may be there or not.
    pub(super) wavers: bool,
}

/// What a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Case { employee: PersonNo },
    Note { case: DocumentId },
}

/// A document.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) kind: Kind,
    pub(super) owner: PersonNo,
    pub(super) made: EditNo,
    /// Who may read it: everybody whom somebody with authority ever wished to let in.
    pub(super) readers: BTreeSet<PersonNo>,
    pub(super) writers: BTreeSet<PersonNo>,
    pub(super) tokens: Vec<Token>,
    /// Summaries offered in a case: the note, the talked-about text, the edit.
    pub(super) offers: Vec<(DocumentId, String, EditNo)>,
}

/// An invitation or a device code in somebody's hands.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) fragment: String,
    pub(super) person: PersonNo,
    pub(super) by: DeviceNo,
    pub(super) made_at: UnixMillis,
    pub(super) expires_at: UnixMillis,
    pub(super) uses: u32,
}

/// The whole model.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) people: Vec<Person>,
    pub(super) devices: BTreeMap<DeviceNo, Device>,
    pub(super) documents: BTreeMap<DocumentId, Document>,
    pub(super) edits: Vec<Edit>,
    pub(super) links: Vec<Link>,
    /// Who was let out of what, at some time.
    pub(super) let_out: BTreeSet<(PersonNo, DocumentId)>,
    /// The device whose clock is, or was, ahead by years.
    pub(super) fast: Option<DeviceNo>,
    next_letter: u32,
}

impl Model {
    pub(super) fn person(&self, number: PersonNo) -> Option<&Person> {
        self.people.get(number.0)
    }

    pub(super) fn add_person(&mut self, name: String, role: Role) -> PersonNo {
        self.people.push(Person { name, role, account: None });
        PersonNo(self.people.len() - 1)
    }

    pub(super) fn person_named(&self, name: &str) -> Option<PersonNo> {
        self.people.iter().position(|person| person.name == name).map(PersonNo)
    }

    pub(super) fn add_device(
        &mut self,
        device: DeviceNo,
        owner: PersonNo,
        joined_by: Option<(UnixMillis, bool)>,
    ) {
        let it = Device {
            owner,
            id: None,
            is_doomed: false,
            is_twin: false,
            is_retired: false,
            deaths: 0,
            joined_by,
            link_made_at: None,
            invited_by: None,
            unsure_creations: 0,
        };
        self.devices.insert(device, it);
    }

    pub(super) fn owner(&self, device: DeviceNo) -> Option<PersonNo> {
        self.devices.get(&device).map(|it| it.owner)
    }

    pub(super) fn edit(&mut self, device: DeviceNo) -> EditNo {
        let has_no_author = self.devices.get(&device).is_some_and(|it| it.is_doomed);
        self.edits.push(Edit { device, document: None, fate: Fate::Typed, has_no_author });
        EditNo(self.edits.len() - 1)
    }

    pub(super) fn edit_in(&mut self, device: DeviceNo, document: DocumentId) -> EditNo {
        let edit = self.edit(device);
        if let Some(edit) = self.edits.get_mut(edit.0) {
            edit.document = Some(document);
        }
        edit
    }

    pub(super) fn fate(&self, edit: EditNo) -> Fate {
        self.edits.get(edit.0).map_or(Fate::Doubtful, |edit| edit.fate)
    }

    pub(super) fn is_owed(&self, edit: EditNo) -> bool {
        self.edits.get(edit.0).is_some_and(|edit| {
            let person = self.owner(edit.device);
            let is_out = |document| person.is_some_and(|it| self.let_out.contains(&(it, document)));
            // Who is let out keeps what was not sent, and nobody else gets it.
            edit.is_owed() && (edit.fate == Fate::Acked || !edit.document.is_some_and(is_out))
        })
    }

    /// Letters that were not used in this world. They are ideographs, so that no two texts differ
    /// in less than a whole letter, and some are outside the basic plane.
    pub(super) fn letters(&mut self, count: u64) -> String {
        let letter = |at: u32| {
            let code = if at % 16 == 15 { 0x2_0000 + at } else { 0x4E00 + at % 0x5000 };
            char::from_u32(code).unwrap_or('字')
        };
        (0..count)
            .map(|_| {
                self.next_letter += 1;
                letter(self.next_letter)
            })
            .collect()
    }

    /// Every edit of a device moves on, from one of some fates to another.
    pub(super) fn promote(&mut self, device: DeviceNo, from: &[Fate], to: Fate) {
        let edits = self.edits.iter_mut().filter(|edit| edit.device == device);
        for edit in edits.filter(|edit| from.contains(&edit.fate)) {
            edit.fate = to;
        }
    }

    /// Of these edits, those of a device are on it, and owed to nobody else.
    pub(super) fn keep(&mut self, device: DeviceNo, edits: &[EditNo]) {
        for edit in edits {
            if let Some(edit) = self.edits.get_mut(edit.0)
                && edit.device == device
                && matches!(edit.fate, Fate::Saved | Fate::Acked)
            {
                edit.fate = Fate::Kept;
            }
        }
    }

    pub(super) fn may_read(&self, person: PersonNo, document: DocumentId) -> bool {
        self.documents.get(&document).is_some_and(|it| it.readers.contains(&person))
    }

    pub(super) fn begin_document(
        &mut self,
        id: DocumentId,
        kind: Kind,
        owner: PersonNo,
        made: EditNo,
    ) {
        let mut readers = BTreeSet::from([owner]);
        if let Kind::Case { employee } = &kind {
            readers.insert(*employee);
        }
        let document = Document {
            kind,
            owner,
            made,
            readers,
            writers: BTreeSet::from([owner]),
            tokens: vec![],
            offers: vec![],
        };
        self.documents.insert(id, document);
    }
}
