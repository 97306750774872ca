//! Slots, as the consultants read them.

use std::collections::BTreeMap;

use engine::{
    casework::field::{Field, Value},
    command::Command,
    view::{Booking, SlotRow},
};
use harness::sample::{place::Company, replay::Replay};

use super::tally;

/// A slot that is open may be somebody's.
fn state(row: &SlotRow) -> &str {
    if row.state == "open" && row.booking != Booking::Free { "booked" } else { &row.state }
}

/// What was agreed with a company: how many work there, industry, size, on what occasions, whether
/// people may come again and how often, and its own rooms: how many, how many of them quiet, how many
/// without a network.
type Terms = (Company, &'static str, i64, [&'static str; 4], Option<i64>, [usize; 3]);

const TERMS: [Terms; 3] = [
    (
        Company::A,
        "株式会社みなと精工",
        420,
        ["e", "under_1000", "mixed", "limited"],
        Some(3),
        [3, 2, 3],
    ),
    (
        Company::B,
        "ソラノート合同会社",
        85,
        ["g", "under_100", "on_demand", "unlimited"],
        None,
        [1, 1, 0],
    ),
    (
        Company::C,
        "社会福祉法人ひだまりの丘",
        160,
        ["p", "under_300", "planned", "limited"],
        Some(3),
        [1, 1, 1],
    ),
];

/// The three contracts, as the leads' tablets read them.
#[track_caller]
pub(super) fn check_contracts(replay: &mut Replay) {
    for (company, name, heads, codes, most, rooms) in TERMS {
        let (lead, id) = (replay.tablet_of(company.lead()), replay.company(company));
        replay.world.on_mut(lead).screen.forget(id);
        replay.world.ask(lead, Command::Open(id));
        let screen = &replay.world.on(lead).screen;
        assert_eq!(screen.text(id, &Field::top("name")), name);
        let number = |field: &Field| {
            let Value::Number(number) = screen.value(id, field) else { return None };
            Some(number)
        };
        let items = |list: &str| {
            let list = Field::top(list);
            screen.items(id, &list).into_iter().map(move |item| list.child(&item))
        };
        let units = items("units").filter_map(|unit| number(&unit.child("headcount")));
        assert_eq!(units.sum::<i64>(), heads, "{name}");
        let fields = ["industry", "size", "contract_kind", "continuation"];
        for (field, code) in fields.iter().zip(codes) {
            let value = screen.value(id, &Field::top(field));
            assert_eq!(value, Value::Code(code.to_owned()), "{name}: {field}");
        }
        assert_eq!(number(&Field::top("interviews_max")), most, "{name}");
        let shown = &screen.plan.companies[&id];
        assert_eq!((shown.state.as_str(), shown.group_min), ("active", 10), "{name}");
        assert!(shown.rules_in_force.is_some(), "{name}");
        // The firm's own office is among the rooms of each.
        let own = items("venues").filter(|venue| {
            screen.value(id, &venue.child("kind")) == Value::Code("client_room".to_owned())
        });
        let own: Vec<Field> = own.collect();
        let is_quiet = |venue: &&Field| {
            let item = venue.segments().next_back().unwrap_or_default();
            let row = shown.venues.iter().find(|row| row.id == item);
            row.is_some_and(|row| row.result == "ok")
        };
        let has_no_network =
            |venue: &&Field| screen.value(id, &venue.child("has_no_network")) == Value::Flag(true);
        let counts = [
            own.len(),
            own.iter().filter(is_quiet).count(),
            own.iter().filter(has_no_network).count(),
        ];
        assert_eq!(counts, rooms, "{name}");
        replay.world.ask(lead, Command::Close(id));
        replay.world.on_mut(lead).screen.forget(id);
    }
}

#[track_caller]
pub(super) fn check_slots(replay: &mut Replay) {
    let mut rows = BTreeMap::new();
    for staff in 0..3 {
        let lead = replay.tablet_of(staff);
        for slots in replay.world.on(lead).screen.plan.home.slots.clone() {
            replay.world.ask(lead, Command::Open(slots.document));
            let view = replay.world.on(lead).screen.plan.slots.get(&slots.document);
            for row in view.into_iter().flat_map(|it| &it.slots) {
                rows.insert((slots.document, row.id.clone()), row.clone());
            }
            replay.world.ask(lead, Command::Close(slots.document));
        }
    }
    assert_eq!(rows.len(), 168);
    let expected = [
        ("booked", 8),
        ("cancelled_by_company", 2),
        ("cancelled_by_consultant", 2),
        ("cancelled_by_employee", 7),
        ("ended", 113),
        ("no_show", 6),
        ("open", 30),
    ];
    assert_eq!(tally(rows.values().map(state)), BTreeMap::from(expected));
    let lengths = rows.values().filter(|row| row.state == "ended").map(|row| row.length_min);
    assert_eq!(tally(lengths), BTreeMap::from([(60, 59), (75, 54)]));
}
