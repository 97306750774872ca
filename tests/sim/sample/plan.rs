//! Slots, as the consultants read them.

use std::collections::BTreeMap;

use engine::{
    command::Command,
    view::{Booking, SlotRow},
};
use harness::sample::replay::Replay;

use super::tally;

/// A slot that is open may be somebody's.
fn state(row: &SlotRow) -> &str {
    if row.state == "open" && row.booking != Booking::Free { "booked" } else { &row.state }
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
