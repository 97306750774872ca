//! The sample firm, lived through: what its devices read after two years is what was to be.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::collections::BTreeMap;

use engine::{
    casework::field::{Field, Value},
    command::Command,
};
use harness::{
    canary::Scanner,
    sample::{
        place::CONTRACTS,
        replay::{Extent, Replay},
    },
    world::DeviceNo,
};
use shared::id::DocumentId;

/// What a consultant's device reads in a note.
struct Read {
    topic: String,
    risk: String,
    text: String,
    quotes: usize,
    is_signed: bool,
    amendments: Vec<String>,
}

fn code(value: Value) -> String {
    if let Value::Code(code) = value { code } else { String::new() }
}

/// Opens a note where it is and reads it.
#[track_caller]
fn read(replay: &mut Replay, device: DeviceNo, note: DocumentId) -> Read {
    let world = &mut replay.world;
    world.on_mut(device).screen.forget(note);
    world.ask(device, Command::Open(note));
    let screen = &world.on(device).screen;
    let view = screen.notes.get(&note).expect("a note that opens");
    let read = Read {
        topic: code(screen.value(note, &Field::top("topic_main"))),
        risk: code(screen.value(note, &Field::top("risk_level"))),
        text: screen.text(note, &Field::top("issue_by_consultant")).to_owned(),
        quotes: screen.items(note, &Field::top("quotes")).len(),
        is_signed: view.signed_at.is_some(),
        amendments: view.amendments.iter().map(|(_, words)| words.text.clone()).collect(),
    };
    world.ask(device, Command::Close(note));
    world.on_mut(device).screen.forget(note);
    read
}

/// Every note as the tablet of its consultant reads it, by interview.
fn notes(replay: &mut Replay) -> BTreeMap<usize, Read> {
    let notes = replay.notes.clone();
    let read_one = |(index, note): (usize, DocumentId)| {
        let device = replay.tablet_of(replay.firm.interviews[index].consultant);
        (index, read(replay, device, note))
    };
    notes.into_iter().map(read_one).collect()
}

/// What the server and the admins had to do with names and cases.
#[track_caller]
fn check_admins_know_nothing(replay: &Replay) {
    let people = replay.firm.people.iter().map(|it| it.name);
    let mut names: Vec<&'static str> = people.chain(CONTRACTS.iter().map(|it| it.name)).collect();
    names.sort_unstable();
    names.dedup();
    let scanner = Scanner::of(&names);
    assert_eq!(scanner.scan("what devices told the server", &replay.world.told), []);
    for admin in &replay.admins {
        let tape = replay.world.taped(*admin);
        assert!(tape.len() > 10_000);
        assert_eq!(scanner.scan("what an admin got and saw", tape), []);
        let home = &replay.world.on(*admin).screen.home;
        assert!(home.people.len() > replay.phones.len(), "accounts are what admins see");
        assert!(home.cases.is_empty() && home.people.iter().all(|row| row.case.is_none()));
        let holds = |case: &DocumentId| tape.windows(16).any(|bytes| bytes == case.as_bytes());
        assert!(!replay.cases.values().any(holds), "a case is named to an admin");
    }
    // The search finds what is there.
    let own = replay.phones.values().next().unwrap();
    let seen = shared::cbor::to_vec(&replay.world.on(*own).screen.home);
    assert!(seen.len() > 10);
    let planted = [b"\0".as_slice(), names[0].as_bytes()].concat();
    assert_ne!(scanner.scan("a name", &planted), []);
}

/// S12: a consultant's new tablet, linked after everything.
#[track_caller]
fn s12_a_new_tablet_reads_everything_that_was_before(replay: &mut Replay) {
    let before = replay.tablet_of(0);
    let fresh = replay.world.link_device(before, "佐藤/新しい端末");
    let opening = replay.world.on(fresh).screen.opening.clone().expect("a report");
    assert_eq!((opening.known, opening.unopened), (opening.opened, vec![]));
    let own: Vec<(usize, DocumentId)> = replay
        .notes
        .iter()
        .filter(|(index, _)| replay.firm.interviews[**index].consultant == 0)
        .map(|(index, note)| (*index, *note))
        .collect();
    assert!(!own.is_empty());
    for (index, note) in own {
        let here = read(replay, fresh, note);
        let planned = &replay.firm.interviews[index];
        assert_eq!(here.text, planned.note.text("issue_by_consultant"));
        assert_eq!(here.quotes, planned.note.list("quotes").len());
    }
}

#[test]
fn a_part_of_the_firm_is_read_as_it_was_planned_and_no_admin_learns_a_name() {
    let mut replay = Replay::of(Extent::Part);

    let notes = notes(&mut replay);
    assert_eq!(notes.len(), 19);
    for (index, read) in &notes {
        let planned = &replay.firm.interviews[*index];
        assert!(read.is_signed);
        assert_eq!(read.topic, planned.topic);
        assert_eq!(read.risk, planned.risk);
        assert_eq!(read.text, planned.note.text("issue_by_consultant"));
        assert_eq!(read.quotes, planned.note.list("quotes").len());
        assert_eq!(read.amendments.len(), usize::from(planned.amendment.is_some()));
    }
    check_admins_know_nothing(&replay);
    s12_a_new_tablet_reads_everything_that_was_before(&mut replay);
}
