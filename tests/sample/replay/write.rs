//! Writing as a person does, field by field.

use engine::{
    casework::field::{Field, Value},
    command::{Command, Splice},
};
use shared::id::DocumentId;

use super::Replay;
use crate::{
    sample::note::{Note, Row},
    world::DeviceNo,
};

impl Replay {
    /// Types a text into an empty field of an open document.
    #[track_caller]
    pub(super) fn type_in(
        &mut self,
        device: DeviceNo,
        document: DocumentId,
        field: &Field,
        text: &str,
    ) {
        if text.is_empty() {
            return;
        }
        let splice = Splice { at: 0, delete: 0, insert: text.to_owned() };
        self.world.splice(device, document, field, &splice);
    }

    /// Chooses a value.
    pub(super) fn choose(
        &mut self,
        device: DeviceNo,
        document: DocumentId,
        field: Field,
        value: Value,
    ) {
        self.world.ask(device, Command::SetValue { document, field, value });
    }

    /// Adds an item to a list and tells where it is.
    #[track_caller]
    pub(super) fn add_item(
        &mut self,
        device: DeviceNo,
        document: DocumentId,
        list: &Field,
    ) -> Field {
        self.world.ask(device, Command::AddItem { document, list: list.clone() });
        let item = self.world.on(device).screen.items(document, list).pop();
        list.child(&item.expect("an item that was added"))
    }

    /// Fills in a row: the document itself, or an item of it.
    #[track_caller]
    pub(super) fn fill(
        &mut self,
        device: DeviceNo,
        document: DocumentId,
        row: &Row,
        place: impl Fn(&str) -> Field,
    ) {
        for (id, text) in &row.texts {
            self.type_in(device, document, &place(id), text);
        }
        for (id, value) in &row.values {
            self.choose(device, document, place(id), value.clone());
        }
    }

    /// Writes a whole note.
    #[track_caller]
    pub(super) fn fill_note(&mut self, device: DeviceNo, document: DocumentId, note: &Note) {
        self.fill(device, document, &note.top, Field::top);
        for (list, rows) in &note.lists {
            let list = Field::top(list);
            for row in rows {
                let item = self.add_item(device, document, &list);
                self.fill(device, document, row, |id| item.child(id));
            }
        }
    }
}
