//! The sample firm, lived through: what its devices read after two years is what was to be.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use std::collections::BTreeMap;

use engine::{
    casework::{
        date::Date,
        field::{Field, Value},
    },
    command::Command,
    view::Gate,
};
use harness::{
    canary::Scanner,
    sample::{
        calendar::{moment, plus_min},
        edge, example,
        interview::AMENDMENTS,
        matter::{REQUESTS, Wish},
        note::Note,
        person::{End, REVOKED_AFTER_MIN, TABLETS},
        place::CONTRACTS,
        replay::{Extent, Replay},
        topic,
    },
    world::DeviceNo,
};
use shared::{
    id::DocumentId,
    log::{Entry, org::OrgBody},
    time::UnixMillis,
};

mod card;
mod edges;
mod matter;
mod plan;
mod report;
mod room;

fn tally<T: Ord>(of: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    of.for_each(|it| *counts.entry(it).or_default() += 1);
    counts
}

/// What a consultant's device reads in a note.
struct Read {
    topic: String,
    risk: String,
    /// Every text in it.
    texts: Vec<String>,
    quotes: usize,
    is_signed: bool,
    amendments: Vec<String>,
}

impl Read {
    fn chars(&self) -> usize {
        self.texts.iter().map(|text| text.chars().count()).sum()
    }
}

/// Every text that was planned is there, letter for letter.
#[track_caller]
fn check_words(read: &Read, planned: &Note) {
    let rows = planned.lists.iter().flat_map(|(_, rows)| rows);
    for (field, text) in rows.chain([&planned.top]).flat_map(|row| &row.texts) {
        assert!(text.is_empty() || read.texts.contains(text), "{field}");
    }
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
    let texts = view.fields.iter().map(|(field, _)| screen.text(note, field).to_owned());
    let read = Read {
        topic: code(screen.value(note, &Field::top("topic_main"))),
        risk: code(screen.value(note, &Field::top("risk_level"))),
        texts: texts.filter(|text| !text.is_empty()).collect(),
        quotes: screen.items(note, &Field::top("quotes")).len(),
        is_signed: view.signed_at.is_some(),
        amendments: view.amendments.iter().map(|(_, words)| words.text.clone()).collect(),
    };
    world.ask(device, Command::Close(note));
    world.on_mut(device).screen.forget(note);
    read
}

/// Every note as the tablet of its consultant reads it, by interview; what was erased nobody reads.
fn notes(replay: &mut Replay) -> BTreeMap<usize, Read> {
    let mut notes = replay.notes.clone();
    for index in erased(replay) {
        let Some(note) = notes.remove(&index) else { continue };
        for device in replay.world.devices() {
            assert!(!replay.world.can_open(device, note), "{}", replay.world.on(device).name);
        }
    }
    let read_one = |(index, note): (usize, DocumentId)| {
        let device = replay.tablet_of(replay.firm.interviews[index].consultant);
        (index, read(replay, device, note))
    };
    notes.into_iter().map(read_one).collect()
}

/// Interviews of somebody who had everything destroyed.
fn erased(replay: &Replay) -> Vec<usize> {
    let (number, ..) = REQUESTS.iter().find(|(_, wish, ..)| *wish == Wish::Erasure).unwrap();
    let person = replay.firm.person(number).index;
    let own = replay.firm.interviews.iter().enumerate().filter(|(_, it)| it.person == person);
    own.map(|(index, _)| index).collect()
}

#[track_caller]
fn check_interviews(replay: &Replay) {
    // By what the phones show: how often each was met.
    let met = replay.phones.values().map(|phone| {
        let cases = &replay.world.on(*phone).screen.home.cases;
        cases.iter().map(|case| case.interviews.len()).sum::<usize>()
    });
    let mut met = tally(met);
    // Three have a phone and were not interviewed.
    assert_eq!(met.remove(&0), Some(3));
    assert_eq!(met, BTreeMap::from([(1, 22), (2, 16), (3, 9), (4, 4), (5, 2), (6, 1)]));
    assert_eq!(replay.phones.len(), 57);
    // By what the tablets show: each interview has its note, and firsts are first.
    let rows = (0..4).flat_map(|staff| {
        let cases = &replay.world.on(replay.tablet_of(staff)).screen.home.cases;
        cases.iter().flat_map(|case| &case.interviews)
    });
    let rows: Vec<_> = rows.collect();
    assert_eq!(rows.len(), 113);
    let without = rows.iter().filter(|row| row.note.is_none());
    assert_eq!(without.count(), erased(replay).len());
    assert_eq!(rows.iter().filter(|row| row.ordinal == 1).count(), 54);
}

#[track_caller]
fn check_notes(replay: &Replay, notes: &BTreeMap<usize, Read>) {
    // What was erased was read before that.
    assert_eq!(replay.destroyed.keys().copied().collect::<Vec<_>>(), erased(replay));
    let gone = replay.destroyed.values().map(String::as_str);
    let topics = tally(notes.values().map(|it| it.topic.as_str()).chain(gone));
    assert_eq!(topics, BTreeMap::from(topic::MAIN));
    let risks = tally(notes.values().map(|it| it.risk.as_str()));
    let expected =
        [("concern", 1), ("none", 106 - erased(replay).len()), ("urgent", 1), ("watch", 5)];
    assert_eq!(risks, BTreeMap::from(expected));
    assert!(notes.values().all(|it| it.is_signed));
    let amended: Vec<_> = notes.values().filter(|it| !it.amendments.is_empty()).collect();
    assert_eq!(amended.len(), AMENDMENTS);
    for (index, read) in notes {
        let planned = &replay.firm.interviews[*index];
        let number = replay.firm.people[planned.person].number;
        let which = (number, planned.ordinal - 1);
        check_words(read, &planned.note);
        assert_eq!(read.quotes, planned.note.list("quotes").len(), "{number}");
        if edge::MINIMAL.contains(&number) {
            assert_eq!(read.chars(), 0, "{number}");
        } else if which == edge::LONG_NOTE {
            assert_eq!(read.chars(), edge::LONG_CHARS);
        } else if which == edge::MOOD {
            assert!(read.texts.iter().any(|text| text == edge::MOOD_WORDS));
        }
        if which == ("A-0107", 0) {
            assert_eq!(read.amendments, [example::AMENDMENT.1]);
        }
    }
}

/// When devices were revoked, as the server has it.
fn revocations(replay: &Replay) -> Vec<UnixMillis> {
    let reader = replay.world.store().reader();
    let entries = (0..).map_while(|at| reader.org_entry(at).expect("the org log"));
    let entries = entries.map(|bytes| Entry::parse(&bytes).expect("an entry"));
    let is_revocation = |it: &Entry| matches!(OrgBody::parse(it), Ok(OrgBody::DeviceRevoke(_)));
    entries.filter(is_revocation).map(|it| it.at()).collect()
}

#[track_caller]
fn check_devices(replay: &Replay) {
    assert_eq!(replay.tablets.len(), 7);
    for (place, tablet) in TABLETS.iter().enumerate() {
        let device = replay.world.on(replay.tablets[&place]);
        assert_eq!(device.disk.is_empty(), tablet.until.is_some(), "{}", tablet.name);
    }
    let lost = TABLETS.iter().position(|it| matches!(it.until, Some((_, End::Lost)))).unwrap();
    assert_eq!(replay.lost_cases, 14, "cases on the tablet that was lost");
    // Forty minutes after it was lost the log says so; when somebody switches it on, it erases itself.
    let lost_at = TABLETS[lost].until.map(|(at, _)| moment(at)).unwrap();
    let revoked_at = plus_min(lost_at, REVOKED_AFTER_MIN);
    let minute = revoked_at..plus_min(revoked_at, 1);
    assert!(minute.contains(&revocations(replay)[1]));
    let erased_on = replay.erased_at.map(Date::at);
    assert_eq!(erased_on.map(|it| it.to_string()).as_deref(), Some("2026-03-13"));
    let gate = replay.world.on(replay.tablets[&lost]).screen.gate.clone();
    assert_eq!(gate, Some(Gate::Revoked { is_erased: true }));
    // Nobody's device suspects the server, and nothing is left unsent.
    for device in replay.world.devices() {
        let it = replay.world.on(device);
        assert_eq!(it.screen.alarms, [], "{}", it.name);
        assert!(it.disk.is_empty() || it.screen.says_all_saved(), "{}", it.name);
    }
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

#[test]
fn the_firm_as_its_devices_read_it_is_the_firm_as_it_was_planned() {
    let mut replay = Replay::of(Extent::Whole);

    check_interviews(&replay);
    let notes = notes(&mut replay);
    check_notes(&replay, &notes);
    check_devices(&replay);
    check_admins_know_nothing(&replay);
    plan::check_contracts(&mut replay);
    plan::check_slots(&mut replay);
    card::check_cards(&mut replay);
    card::check_preparation(&mut replay);
    room::check_consents(&mut replay);
    room::check_refusal(&mut replay);
    room::check_canvases(&mut replay);
    matter::check_dangers(&mut replay);
    matter::check_disclosures(&mut replay);
    edges::check_edges(&mut replay);
    report::check_reports(&mut replay);
    report::check_copies(&mut replay);
    report::check_requests(&mut replay);
    check_new_tablet(&mut replay);
}

/// A consultant's new tablet, linked after everything, reads everything that was before.
#[track_caller]
fn check_new_tablet(replay: &mut Replay) {
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
        check_words(&here, &planned.note);
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
        check_words(read, &planned.note);
        assert_eq!(read.quotes, planned.note.list("quotes").len());
        assert_eq!(read.amendments.len(), usize::from(planned.amendment.is_some()));
    }
    check_admins_know_nothing(&replay);
}

/// The same of the whole firm is looked at with everything else that is read there.
#[test]
fn s12_a_new_tablet_reads_everything_that_was_before() {
    check_new_tablet(&mut Replay::of(Extent::Part));
}

#[test]
fn a_part_of_the_firm_is_the_same_every_time() {
    let trace = || Replay::of(Extent::Part).world.trace();

    assert_eq!(trace(), trace());
}
