//! What breaks programs, after a way through every layer and two years.

use engine::{
    casework::{field::Field, note::Point},
    command::{Command, RoomAct},
};
use harness::{
    sample::{edge, replay::Replay},
    world::DeviceNo,
};
use shared::id::DocumentId;

/// The note of somebody's interview, and the tablet it was written on.
#[track_caller]
fn note_of(replay: &Replay, (number, which): (&str, usize)) -> (DeviceNo, DocumentId) {
    let person = replay.firm.person(number);
    let mut own = replay.firm.interviews.iter().enumerate();
    let index = own.find(|(_, it)| it.person == person.index && it.ordinal - 1 == which);
    let (index, _) = index.expect("the interview");
    (replay.tablet_of(person.consultant), replay.notes[&index])
}

#[track_caller]
pub(super) fn check_edges(replay: &mut Replay) {
    check_names(replay);
    check_ink(replay);
    check_midnight(replay);
    check_mover(replay);
}

/// Names are what they were, letter for letter: 髙 and 𠮷 and 﨑, one long word, two namesakes.
#[track_caller]
fn check_names(replay: &Replay) {
    for (person, phone) in &replay.phones {
        let planned = &replay.firm.people[*person];
        let home = &replay.world.on(*phone).screen.home;
        assert_eq!(home.cases[0].employee_name, planned.name, "{}", planned.number);
        let tablet = replay.world.on(replay.tablet_of(planned.consultant));
        let case = replay.cases[person];
        let row = tablet.screen.home.cases.iter().find(|row| row.case == case);
        assert_eq!(row.map(|row| row.employee_name.as_str()), Some(planned.name));
    }
}

/// A line of 1,500 points comes back point by point.
#[track_caller]
fn check_ink(replay: &mut Replay) {
    let (tablet, note) = note_of(replay, edge::INK);
    replay.world.on_mut(tablet).screen.forget(note);
    replay.world.ask(tablet, Command::Open(note));
    let scribbles = replay.world.on(tablet).screen.items(note, &Field::top("scribbles"));
    assert_eq!(scribbles.len(), 1);
    let item = scribbles[0].clone();
    replay.world.ask(tablet, Command::Room(RoomAct::ShowScribble { note, item }));
    let shown = replay.world.on(tablet).screen.scribble.as_ref().expect("the scribble");
    let places = |it: &Point| format!("{},{}", it.x, it.y);
    let places: Vec<String> = shown.ink.iter().map(places).collect();
    assert_eq!(places.join(" "), edge::ink());
    assert_eq!(places.len(), edge::INK_POINTS);
    replay.world.ask(tablet, Command::Close(note));
}

/// Half past eight in the morning in Japan: the talk began on one day at Greenwich and ended on the
/// next.
#[track_caller]
fn check_midnight(replay: &Replay) {
    const DAY_MS: u64 = 24 * 60 * 60 * 1000;
    let person = replay.firm.person("C-0003");
    let home = &replay.world.on(replay.phones[&person.index]).screen.home;
    let [_, began, ended] = home.cases[0].interviews[0].times;
    let day = |at: Option<shared::time::UnixMillis>| at.expect("a time").0 / DAY_MS;
    assert_eq!(day(began) + 1, day(ended));
}

/// Who moved from one company to another is two people to the firm, and neither consultant reads
/// what the other wrote.
#[track_caller]
fn check_mover(replay: &mut Replay) {
    let [(before, first), (after, second)] =
        [("A-0116", 0), ("B-0045", 0)].map(|which| note_of(replay, which));
    assert_ne!(before, after);
    for (device, own, others) in [(before, first, second), (after, second, first)] {
        assert!(replay.world.can_open(device, own));
        assert!(!replay.world.can_open(device, others));
        replay.world.ask(device, Command::Close(own));
    }
}
