//! An interview from the door to the signed note.

use engine::{
    casework::field::{Field, Value},
    command::{Command, Words},
};

use super::Replay;
use crate::{sample::calendar::local, world::DeviceNo};

impl Replay {
    /// What somebody does on their phone before they come.
    pub(super) fn prepare(&mut self, person: usize, phone: DeviceNo) {
        self.fill_card(person, phone);
        self.world.settle();
    }

    /// In most rooms there is no network.
    pub(super) fn arrive_at(&mut self, index: usize) {
        let Some(it) = self.firm.interviews.get(index) else { return };
        let tablet = self.tablet_of(it.consultant);
        if !self.has_network(index) {
            self.world.offline(tablet);
        }
    }

    /// The interview begins; its note is opened.
    pub(super) fn talk(&mut self, index: usize) {
        let Some(it) = self.firm.interviews.get(index).cloned() else { return };
        let tablet = self.tablet_of(it.consultant);
        let case = self.cases.get(&it.person).copied().expect("a case before an interview");
        let note = self.world.add_interview(tablet, case);
        self.notes.insert(index, note);
        self.open_talk(index, tablet, note);
        let held_at = Value::When(local(it.started_at));
        self.choose(tablet, note, Field::top("held_at"), held_at);
    }

    /// Back where there is a network.
    pub(super) fn leave(&mut self, index: usize) {
        let Some(it) = self.firm.interviews.get(index).cloned() else { return };
        let tablet = self.tablet_of(it.consultant);
        if let Some(note) = self.notes.get(&index).copied() {
            let ended_at = Value::When(local(it.ended_at));
            self.choose(tablet, note, Field::top("ended_at"), ended_at);
            self.close_talk(index, tablet, note);
            self.assess(&it, tablet);
        }
        self.world.online(tablet);
        self.world.settle();
    }

    /// The note is written down where the consultant is, offered and signed.
    pub(super) fn sign(&mut self, index: usize) {
        let Some(it) = self.firm.interviews.get(index).cloned() else { return };
        let tablet = self.tablet_of(it.consultant);
        let note = self.notes.get(&index).copied().expect("a note of an interview");
        self.fill_note(tablet, note, &it.note);
        if !it.note.text("summary_talked").is_empty() {
            self.world.ask(tablet, Command::OfferSummary(note));
        }
        self.world.ask(tablet, Command::SignNote(note));
        self.world.ask(tablet, Command::Close(note));
        self.world.on_mut(tablet).screen.forget(note);
        self.world.settle();
    }

    /// The phone has a network for a while.
    pub(super) fn evening(&mut self, index: usize) {
        let Some(it) = self.firm.interviews.get(index) else { return };
        let phone = self.phones.get(&it.person).copied().expect("a phone of somebody met");
        self.world.online(phone);
        self.world.settle();
        self.answer(index, phone);
        self.world.settle();
        self.world.offline(phone);
    }

    /// Something is added to what was signed.
    pub(super) fn amend(&mut self, index: usize) {
        let Some(it) = self.firm.interviews.get(index).cloned() else { return };
        let (Some((_, text)), Some(note)) = (it.amendment, self.notes.get(&index).copied()) else {
            return;
        };
        let tablet = self.tablet_of(it.consultant);
        let amendment = Words { why: String::from("読み返して"), text: text.to_owned() };
        self.world.ask(tablet, Command::AmendNote { note, amendment });
        self.world.settle();
    }
}
