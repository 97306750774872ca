//! JOB cards, on the phones of those whose they are.

use engine::{
    casework::{
        field::{Field, Value},
        job_card::SHEETS,
    },
    command::{CardAct, Command},
};
use shared::id::DocumentId;

use super::Replay;
use crate::{
    sample::{calendar::day, person::Prep},
    world::DeviceNo,
};

impl Replay {
    /// Fills in a card, shows it to the consultant, and says how far it is.
    pub(super) fn fill_card(&mut self, person: usize, phone: DeviceNo) {
        let Some(planned) = self.firm.cards.get(&person).cloned() else { return };
        self.world.ask(phone, Command::Card(CardAct::Begin));
        self.world.settle();
        let card = self.own_card(phone).expect("a card that was begun");
        self.world.ask(phone, Command::Open(card));
        for (field, on) in &planned.dates {
            self.choose(phone, card, Field::top(field), Value::When(on.to_string()));
        }
        for (field, text) in &planned.texts {
            self.type_in(phone, card, &Field::top(field), text);
        }
        for (list, rows) in &planned.lists {
            let list = Field::top(list);
            for row in rows {
                let item = self.add_item(phone, card, &list);
                for (field, text) in row {
                    self.type_in(phone, card, &item.child(field), text);
                }
            }
        }
        self.world.ask(phone, Command::Close(card));
        self.world.on_mut(phone).screen.forget(card);
        let is_ready = self.firm.people.get(person).is_some_and(|it| it.prep == Prep::Ready);
        self.world.ask(phone, Command::Card(CardAct::Ready(is_ready)));
        if let Some(case) = self.cases.get(&person).copied() {
            let sheets = SHEETS.iter().map(|it| (*it).to_owned()).collect();
            let until = day("2026-12-31").to_string();
            self.world.ask(phone, Command::Card(CardAct::Show { case, sheets, until }));
        }
        self.world.settle();
    }

    /// The card of whoever holds a phone.
    pub fn own_card(&self, phone: DeviceNo) -> Option<DocumentId> {
        self.world.on(phone).screen.home.cards.first().and_then(|row| row.document)
    }

    /// The employee shows their card no longer.
    pub(super) fn unshow_card(&mut self, person: usize) {
        let Some(phone) = self.phones.get(&person).copied() else { return };
        self.with_network(phone, |replay| {
            let Some(card) = replay.own_card(phone) else { return };
            replay.world.ask(phone, Command::Open(card));
            let shown = replay.world.on(phone).screen.cards.get(&card);
            let grant = shown.and_then(|it| it.grants.first()).map(|it| it.id.clone());
            let grant = grant.expect("a grant in force");
            replay.world.ask(phone, Command::Card(CardAct::Unshow { grant }));
            replay.world.ask(phone, Command::Close(card));
            replay.world.on_mut(phone).screen.forget(card);
            replay.world.settle();
        });
    }
}
