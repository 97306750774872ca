//! How documents end: destroyed everywhere, or written down anew without their drafts.
#![expect(clippy::expect_used, reason = "helpers of tests")]

use engine::{
    casework::field::Field,
    command::{Command, Splice},
    document::{
        chunk::heads_of,
        pending::{Ending, PendingEntry, Wish},
    },
    engine::GRACE_MS,
    record::{Content, Name},
    view::{Badge, NoteView, Notice},
};
use harness::{
    insider::{Insider, records},
    world::{DeviceNo, World},
};
use shared::{
    id::{DocumentId, Number},
    log::{
        document::{Access, Life},
        org::Role,
    },
};

use crate::removal::{Cast, FIELD, cast, device_of, logs, shared_note};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const DELETED: &str = "CANARY 消した言葉。";

/// A note of the consultant's, read by the colleague, from which words were deleted.
fn drafted(seed: u64) -> (Cast, DocumentId) {
    let mut cast = cast(seed);
    let note = shared_note(&mut cast);
    let Cast { world, tablet, phone, .. } = &mut cast;
    draft(world, *tablet, note);
    assert!(world.can_open(*phone, note));
    (cast, note)
}

fn draft(world: &mut World, tablet: DeviceNo, note: DocumentId) {
    world.write(tablet, note, FIELD, DELETED);
    world.settle();
    let length = DELETED.encode_utf16().count();
    let end = world.reads(tablet, note, FIELD).encode_utf16().count();
    let (at, delete) = (end - length, length);
    let [at, delete] = [at, delete].map(|it| u32::try_from(it).expect("a short text"));
    let splice = Splice { at, delete, insert: String::new() };
    world.splice(tablet, note, &Field::top(FIELD), &splice);
    world.settle();
}

/// The note that a device is led to from another.
#[track_caller]
fn successor(world: &World, device: DeviceNo) -> DocumentId {
    world.on(device).screen.went_to.expect("a document to go to")
}

fn life(world: &World, document: DocumentId) -> Option<Life> {
    logs(world).1.get(&document).map(shared::log::document::DocumentLog::life)
}

/// Everything but logs that a store holds of a document.
fn left_of(world: &World, device: DeviceNo, document: DocumentId) -> Vec<Name> {
    let is_of = |name: &Name| match name {
        Name::Keyring
        | Name::Progress
        | Name::OrgSigned
        | Name::Org(_)
        | Name::Log(..)
        | Name::Alarm(_)
        | Name::Guest(_) => false,
        Name::Pending(id, _)
        | Name::Secret(id, ..)
        | Name::Document(id)
        | Name::Envelope(id, ..)
        | Name::Change(id, _)
        | Name::InFlight(id)
        | Name::Quarantine(id, ..)
        | Name::Snapshot(id)
        | Name::Order(id) => *id == document,
    };
    records(&world.on(device).disk).1.into_keys().filter(is_of).collect()
}

#[track_caller]
fn check_gone(world: &mut World, devices: &[DeviceNo], note: DocumentId) {
    for device in devices {
        assert_eq!(left_of(world, *device, note), [], "{}", world.on(*device).name);
        assert!(!world.can_open(*device, note));
        world.restart(*device);
        world.unlock(*device);
        world.settle();
        assert!(!world.can_open(*device, note));
        assert_eq!(left_of(world, *device, note), [], "{}", world.on(*device).name);
        assert_eq!(world.on(*device).screen.sync.map(|it| it.badge()), Some(Badge::Sent));
    }
    assert_eq!(life(world, note), Some(Life::Shredded));
    let reader = world.store().reader();
    assert_eq!(reader.envelopes(note, Number(0)).expect("a pull").items, []);
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_shredded_note_is_gone_everywhere() {
    let (Cast { mut world, tablet, phone, colleague, .. }, note) = drafted(250);
    let sealed: Vec<Vec<u8>> = Insider::open(&world.on(tablet).disk, note).ciphertexts();
    let home = tempfile::tempdir().expect("a directory");
    let copy = |world: &World, name: &str| {
        let path = home.path().join(name);
        world.store().write_copy(&path).expect("a copy");
        std::fs::read(path).expect("the copy")
    };
    let before = copy(&world, "before");
    assert!(sealed.len() > 2 && sealed.iter().all(|part| holds(&before, part)));

    world.ask(tablet, Command::Shred(note));
    world.settle();

    let after = copy(&world, "after");
    assert!(!sealed.iter().any(|part| holds(&after, part)));
    check_gone(&mut world, &[tablet, phone, colleague], note);
    for device in [tablet, phone, colleague] {
        assert_eq!(world.on(device).screen.notices, []);
        let mut cases = world.on(device).screen.home.cases.iter();
        assert!(!cases.any(|case| case.interviews.iter().any(|row| row.note == Some(note))));
    }
}

#[test]
fn only_who_manages_a_note_shreds_it() {
    let (Cast { mut world, colleague, .. }, note) = drafted(251);

    world.ask(colleague, Command::Shred(note));
    world.ask(colleague, Command::Finalise(note));
    world.settle();

    assert_eq!(life(&world, note), Some(Life::Open));
    assert!(world.can_open(colleague, note));
}

#[test]
fn a_device_that_was_away_for_months_destroys_at_its_next_contact_and_says_what_it_lost() {
    let (Cast { mut world, tablet, phone, colleague, .. }, note) = drafted(252);
    world.offline(colleague);
    for text in ["圏外で書いた一。", "圏外で書いた二。"] {
        world.write(colleague, note, FIELD, text);
        world.wait_ms(10_000);
    }
    world.ask(tablet, Command::Shred(note));
    world.settle();
    world.wait_ms(100 * DAY_MS);
    assert!(!left_of(&world, colleague, note).is_empty());

    world.online(colleague);
    world.settle();

    let lost = Notice::Shredded { document: note, edits: 2 };
    assert_eq!(world.on(colleague).screen.notices, [lost]);
    check_gone(&mut world, &[tablet, phone, colleague], note);
}

#[test]
fn a_shredded_note_stays_gone_after_the_server_was_restored() {
    let (Cast { mut world, admin, tablet, phone, colleague, .. }, note) = drafted(253);
    let backup = world.back_up();
    world.offline(colleague);
    world.ask(tablet, Command::Shred(note));
    world.settle();
    world.offline(tablet);
    world.restore(backup);
    assert_eq!(life(&world, note), Some(Life::Open));

    world.online(colleague);
    world.settle();
    for device in [admin, tablet, phone] {
        world.online(device);
    }
    world.settle();

    check_gone(&mut world, &[tablet, phone, colleague], note);
}

#[test]
fn a_device_that_dies_while_it_destroys_goes_on_when_it_is_opened() {
    for effects in 0..12 {
        let (Cast { mut world, tablet, phone, .. }, note) = drafted(254);
        world.crash_in(phone, effects);
        world.ask(tablet, Command::Shred(note));
        world.settle();
        world.calm(phone);
        world.restart(phone);
        world.unlock(phone);
        world.settle();

        check_gone(&mut world, &[tablet, phone], note);
    }
}

/// A note on screen, as far as it does not depend on which document holds it.
fn told(world: &World, device: DeviceNo, note: DocumentId) -> NoteView {
    let shown = world.on(device).screen.notes.get(&note).expect("an open note").clone();
    NoteView { document: shown.interview, ..shown }
}

#[test]
fn a_finalised_note_goes_on_without_its_drafts() {
    let (Cast { mut world, tablet, phone, colleague, case, .. }, note) = drafted(255);
    world.set(tablet, note, "risk_level", engine::casework::field::Value::Code("watch".into()));
    world.write(tablet, note, "summary_talked", "異動について。");
    world.settle();
    let before = world.reads(tablet, note, FIELD);

    world.ask(tablet, Command::Finalise(note));
    world.settle();

    let new = successor(&world, tablet);
    assert_ne!(new, note);
    assert_eq!(life(&world, note), Some(Life::Final));
    for device in [tablet, phone, colleague] {
        assert!(world.can_open(device, new), "{}", world.on(device).name);
        assert_eq!(world.reads(device, new, FIELD), before);
        assert_eq!(told(&world, device, new).interview, note);
        assert!(!world.can_open(device, note), "the old one leads to the new one");
        assert_eq!(successor(&world, device), new);
        assert_eq!(world.on(device).screen.notices, []);
    }
    let rows = &world.on(phone).screen.home.cases[0].interviews;
    assert_eq!(rows.iter().map(|row| row.note).collect::<Vec<_>>(), [Some(new)]);
    assert_eq!(rows[0].interview, note);
    world.write(colleague, new, FIELD, "同僚の追記。");
    world.ask(tablet, Command::OfferSummary(new));
    world.settle();
    assert!(world.reads(tablet, new, FIELD).ends_with("同僚の追記。"));
    assert!(told(&world, tablet, new).offered_at.is_some(), "it is the summary of that interview");
    assert!(world.can_open(phone, case));
    assert_eq!(world.on(phone).screen.shared[&case].summaries[0].talked, "異動について。");
}

#[test]
fn the_drafts_of_a_finalised_note_are_shredded_after_a_while() {
    let (Cast { mut world, tablet, phone, colleague, .. }, note) = drafted(256);
    world.ask(tablet, Command::Finalise(note));
    world.settle();
    let new = successor(&world, tablet);
    for device in [tablet, phone, colleague] {
        world.ask(device, Command::Lock);
    }
    world.wait_ms(GRACE_MS - DAY_MS);
    let open = |world: &mut World, device| {
        world.unlock(device);
        world.settle();
    };

    open(&mut world, tablet);
    assert_eq!(life(&world, note), Some(Life::Final), "not yet");
    world.ask(tablet, Command::Lock);
    world.wait_ms(2 * DAY_MS);
    open(&mut world, colleague);
    assert_eq!(life(&world, note), Some(Life::Final), "not by who does not manage it");
    open(&mut world, phone);

    assert_eq!(life(&world, note), Some(Life::Shredded));
    open(&mut world, tablet);
    check_gone(&mut world, &[tablet, phone, colleague], note);
    for device in [tablet, phone, colleague] {
        assert!(world.can_open(device, new));
        assert_eq!(world.reads(device, new, FIELD), "異動の打診。");
        assert_eq!(world.on(device).screen.notices, []);
    }
    let fresh = world.link_device(phone, "新しいタブレット");
    assert!(world.can_open(fresh, new));
    assert_eq!(world.on(fresh).screen.home.cases[0].interviews[0].note, Some(new));
}

#[test]
fn what_others_write_while_a_note_is_finalised_offline_is_in_its_successor() {
    let (Cast { mut world, tablet, phone, colleague, .. }, note) = drafted(257);
    world.offline(tablet);
    world.ask(tablet, Command::Finalise(note));
    world.write(colleague, note, FIELD, "同僚が書いた。");
    world.settle();

    world.online(tablet);
    world.settle();

    let new = successor(&world, tablet);
    assert_eq!(life(&world, note), Some(Life::Final));
    for device in [tablet, phone, colleague] {
        assert!(world.can_open(device, new));
        assert_eq!(world.reads(device, new, FIELD), "異動の打診。同僚が書いた。");
        assert_eq!(world.on(device).screen.notices, []);
        assert_eq!(world.on(device).screen.sync.map(|it| it.badge()), Some(Badge::Sent));
    }
    let shredded = logs(&world).1.values().filter(|log| log.life() == Life::Shredded).count();
    assert_eq!(shredded, 1, "the copy that came too early");
}

#[test]
fn edits_that_wait_for_a_new_epoch_are_in_the_successor() {
    let (Cast { mut world, admin, tablet, phone, colleague, .. }, note) = drafted(265);
    world.offline(tablet);
    world.write(tablet, note, FIELD, "圏外で書いた。");
    world.ask(tablet, Command::Finalise(note));
    let lost = device_of(&world, tablet, "スマートフォン");
    world.ask(admin, Command::RevokeDevice(lost));
    world.settle();
    assert!(!world.on(phone).screen.is_open());

    world.online(tablet);
    world.settle();

    assert_eq!(life(&world, note), Some(Life::Final));
    let new = successor(&world, tablet);
    for device in [tablet, colleague] {
        assert!(world.can_open(device, new));
        assert_eq!(world.reads(device, new, FIELD), "異動の打診。圏外で書いた。");
        assert_eq!(world.on(device).screen.notices, []);
        assert_eq!(world.on(device).screen.sync.map(|it| it.badge()), Some(Badge::Sent));
    }
}

#[test]
fn who_is_removed_from_a_finalised_note_is_removed_from_its_drafts() {
    let (Cast { mut world, admin, tablet, colleague, .. }, note) = drafted(266);
    world.ask(tablet, Command::Finalise(note));
    world.settle();
    let new = successor(&world, tablet);
    let account = world.known_as(admin, "田中 実");
    assert!(world.can_open(colleague, new));

    world.ask(tablet, Command::LetOut { document: new, account });
    world.settle();

    let (_, documents) = logs(&world);
    assert_eq!([note, new].map(|id| documents[&id].access(account)), [None, None]);
}

#[test]
fn two_devices_that_finalise_at_once_make_one_successor() {
    let (Cast { mut world, tablet, phone, colleague, .. }, note) = drafted(258);
    for device in [tablet, phone] {
        world.offline(device);
        world.ask(device, Command::Finalise(note));
    }

    world.online(tablet);
    world.online(phone);
    world.settle();

    let rows = |device: DeviceNo| world.on(device).screen.home.cases[0].interviews.clone();
    let new = rows(tablet)[0].note.expect("a note");
    assert_ne!(new, note);
    assert_eq!(rows(phone), rows(tablet));
    assert!(world.can_open(colleague, new));
    assert_eq!(world.reads(colleague, new, FIELD), "異動の打診。");
}

#[test]
fn edits_that_came_too_late_for_a_finalised_note_are_told_and_can_be_read() {
    let (Cast { mut world, tablet, colleague, .. }, note) = drafted(259);
    world.offline(colleague);
    world.write(colleague, note, FIELD, "間に合わない。");
    world.wait_ms(5_000);
    world.ask(tablet, Command::Finalise(note));
    world.settle();
    let new = successor(&world, tablet);

    world.online(colleague);
    world.settle();

    let late = Notice::LeftBehind { document: note, edits: 1 };
    assert_eq!(world.on(colleague).screen.notices, [late]);
    assert!(world.can_open(colleague, note));
    assert!(world.reads(colleague, note, FIELD).ends_with("間に合わない。"));
    assert!(world.can_open(colleague, new));
    assert_eq!(world.reads(colleague, new, FIELD), "異動の打診。");
}

#[test]
fn a_device_that_dies_while_it_finalises_makes_one_successor_all_the_same() {
    for effects in 0..40 {
        let (Cast { mut world, tablet, phone, colleague, .. }, note) = drafted(261);
        world.crash_in(tablet, effects);
        world.ask(tablet, Command::Finalise(note));
        world.settle();
        world.calm(tablet);
        world.restart(tablet);
        world.unlock(tablet);
        world.settle();

        let new = world.on(tablet).screen.home.cases[0].interviews[0].note.expect("a note");
        let has_ended = life(&world, note) == Some(Life::Final);
        assert_eq!(has_ended, new != note, "after {effects} effects");
        for device in [tablet, phone, colleague] {
            assert!(world.can_open(device, new), "after {effects} effects");
            assert_eq!(world.reads(device, new, FIELD), "異動の打診。");
            assert_eq!(world.on(device).screen.notices, []);
            assert_eq!(world.on(device).screen.sync.map(|it| it.badge()), Some(Badge::Sent));
        }
    }
}

#[test]
fn a_case_that_was_written_down_anew_keeps_its_interviews_and_its_employee() {
    let (Cast { mut world, admin, tablet, phone, colleague, case }, note) = drafted(262);
    let account = world.known_as(admin, "田中 実");
    let access = Access::Writer;

    world.ask(tablet, Command::LetInFromNow { document: case, account, access });
    world.settle();

    let row = world.on(tablet).screen.home.cases[0].clone();
    assert_ne!(row.case, case);
    assert_eq!(world.on(tablet).screen.home.cases.len(), 1);
    assert_eq!(row.interviews[0].note, Some(note));
    assert_eq!(world.on(tablet).screen.home.people.iter().find_map(|it| it.case), Some(row.case));
    let second = world.add_interview(tablet, case);
    world.write(tablet, note, "summary_talked", "異動について。");
    world.ask(tablet, Command::OfferSummary(note));
    world.settle();
    for device in [phone, colleague] {
        let rows = &world.on(device).screen.home.cases[0].interviews;
        let notes: Vec<_> = rows.iter().map(|row| row.note).collect();
        let second = (device == phone).then_some(second);
        assert_eq!(notes, [Some(note), second]);
    }
    assert!(world.can_open(colleague, row.case));
    assert_eq!(world.on(colleague).screen.shared[&row.case].summaries[0].talked, "異動について。");
    world.ask(tablet, Command::Shred(row.case));
    world.settle();
    assert_eq!(life(&world, case), Some(Life::Shredded), "what it was written down from goes too");
    let gone = &world.on(tablet).screen.home;
    let left: Vec<_> = gone.cases.iter().map(|it| (it.case, it.interviews.len())).collect();
    assert_eq!(left, [(row.case, 0)], "what is kept longer is still found");
    let employee = gone.people.iter().find(|it| it.name == "佐伯 悠真").and_then(|it| it.account);
    world.ask(tablet, Command::OpenCase(employee.expect("an employee")));
    assert_eq!(world.on(tablet).screen.home.cases.len(), 2, "another one can be opened");
}

#[test]
fn who_is_let_in_from_now_on_never_holds_what_was_deleted() {
    let mut cast = cast(260);
    let Cast { world, admin, tablet, phone, colleague, case } = &mut cast;
    let note = world.add_interview(*tablet, *case);
    world.write(*tablet, note, FIELD, "異動の打診。");
    draft(world, *tablet, note);
    let account = world.known_as(*admin, "田中 実");
    let access = Access::Writer;

    world.ask(*tablet, Command::LetInFromNow { document: note, account, access });
    world.settle();

    let new = successor(world, *tablet);
    assert!(world.can_open(*colleague, new));
    assert_eq!(world.reads(*colleague, new, FIELD), "異動の打診。");
    assert_eq!(left_of(world, *colleague, note), []);
    let inside = |world: &World, device: DeviceNo, document| {
        let plaintexts = Insider::open(&world.on(device).disk, document).plaintexts();
        plaintexts.iter().any(|it| holds(it, DELETED.as_bytes()))
    };
    assert!(inside(world, *tablet, note), "the test finds what there is");
    assert!(!inside(world, *colleague, new));
    let mut names = records(&world.on(*colleague).disk).1.into_keys();
    assert!(!names.any(|name| matches!(name, Name::Log(id, _) if id == note)));
    world.write(*colleague, new, FIELD, "同僚の追記。");
    world.settle();
    for device in [*tablet, *phone] {
        assert!(world.can_open(device, new));
        assert_eq!(world.reads(device, new, FIELD), "異動の打診。同僚の追記。");
    }
    assert_eq!(life(world, note), Some(Life::Final));
}

/// Lets the consultant's program end the note in favour of whatever document.
fn end_in_favour(world: &mut World, tablet: DeviceNo, note: DocumentId, successor: DocumentId) {
    let mut dice = world.fork_dice();
    let insider = Insider::open(&world.on(tablet).disk, note);
    let heads = heads_of(&insider.replica().heads());
    let wish = Wish::Finalise(Ending { successor, heads, newcomer: None });
    let content = Content::Pending(PendingEntry::new(wish, world.now()));
    let (key, value) = insider.record(Name::Pending(note, 999), &content, &mut dice);
    world.on_mut(tablet).disk.insert(key, value);
    world.restart(tablet);
    world.unlock(tablet);
    world.settle();
    assert_eq!(life(world, note), Some(Life::Final), "the bad entry is in the log");
}

#[test]
fn nobody_is_led_to_a_document_that_is_no_successor() {
    let (Cast { mut world, tablet, colleague, case, .. }, note) = drafted(263);
    end_in_favour(&mut world, tablet, note, case);
    assert!(world.can_open(colleague, note), "a case does not follow a note");

    let (Cast { mut world, admin, tablet, colleague, .. }, note) = drafted(264);
    world.hire(colleague, Role::Employee, "加藤 葵", "加藤のスマートフォン");
    let case = world.open_case(colleague, "加藤 葵");
    let other = world.add_interview(colleague, case);
    let account = world.known_as(admin, "佐藤 恵");
    world.ask(colleague, Command::LetIn { document: other, account, access: Access::Manager });
    world.settle();
    assert!(world.can_open(tablet, other));
    end_in_favour(&mut world, tablet, note, other);
    assert!(world.can_open(colleague, note), "somebody else's note does not follow this one");
}
