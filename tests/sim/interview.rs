//! The main job: an interview note written without Wi-Fi.

use crate::removal::logs;
use engine::{
    casework::field::{Field, Value},
    command::{Command, Sought, Splice, Words},
    view::{Badge, Notice, Whereabouts},
};
use harness::{
    seed::seed_or,
    world::{DeviceNo, Faults, World},
};
use shared::{
    Blob,
    id::{DocumentId, Number},
    log::org::Role,
    sync::{DocumentState, Event, ServerMessage},
};

const CANARY: &str = "CANARY 転職を考えている𠮷😀";

/// A firm with an admin, a consultant with tablet and laptop, and an employee.
struct Cast {
    world: World,
    admin: DeviceNo,
    tablet: DeviceNo,
    laptop: DeviceNo,
    phone: DeviceNo,
}

fn cast(seed: u64) -> Cast {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let laptop = world.link_device(tablet, "ノートパソコン");
    let phone = world.hire(tablet, Role::Employee, "佐伯 悠真", "スマートフォン");
    for device in world.devices() {
        let screen = &world.on(device).screen;
        assert!(screen.is_open(), "{}: {:?}", world.on(device).name, screen.notices);
        assert_eq!(screen.notices, [], "{}", world.on(device).name);
    }
    Cast { world, admin, tablet, laptop, phone }
}

fn summary(world: &mut World, tablet: DeviceNo, note: DocumentId) {
    world.write(tablet, note, "summary_talked", "係長の打診への迷いを一緒に整理しました。");
    world.ask(tablet, Command::AddItem { document: note, list: Field::top("summary_decided") });
    let list = Field::top("summary_decided");
    let item = world.on(tablet).screen.items(note, &list).remove(0);
    let line = list.child(&item).child("text");
    let insert = "係長お二人に三つの質問を聞く".to_owned();
    world.splice(tablet, note, &line, &Splice { at: 0, delete: 0, insert });
}

#[test]
fn a_note_is_found_without_wifi_however_it_was_typed_and_by_nobody_else() {
    let Cast { mut world, tablet, laptop, phone, .. } = cast(46);
    let case = world.open_case(tablet, "佐伯 悠真");
    world.settle();
    world.offline(tablet);
    let note = world.add_interview(tablet, case);
    world.write(tablet, note, "presenting_issue", "係長の打診。タナカさんに相談した。迷っている。");
    let mut search = |device: DeviceNo, wanted: &str| {
        world.ask(device, Command::Search(Sought { words: wanted.to_owned() }));
        world.on(device).screen.found.clone().expect("an answer")
    };

    let found = search(tablet, "ﾀﾅｶ");

    let [row] = &found.rows[..] else { panic!("one place") };
    assert_eq!((row.document, row.case, row.ordinal), (note, Some(case), 1));
    assert_eq!(
        (row.place.as_str(), row.excerpt.as_str()),
        ("presenting_issue", "タナカさんに相談した。")
    );
    assert_eq!(search(tablet, "鈴木").rows, []);
    assert_eq!(search(tablet, "　").rows, []);
    for device in [laptop, phone] {
        assert_eq!(search(device, "たなか").rows, []);
    }
}

#[test]
fn notes_written_without_wifi_reach_the_other_tablet_and_never_the_server_in_clear() {
    let Cast { mut world, tablet, laptop, .. } = cast(42);
    let case = world.open_case(tablet, "佐伯 悠真");
    world.settle();

    world.offline(tablet);
    let note = world.add_interview(tablet, case);
    world.write(tablet, note, "presenting_issue", CANARY);
    world.set(tablet, note, "outcome_start", Value::Number(3));
    world.settle();
    assert!(!world.can_open(laptop, note));
    assert!(matches!(world.on(tablet).screen.sync.unwrap().badge(), Badge::Kept(_)));
    assert_eq!(world.on(tablet).screen.notes[&note].whereabouts, Whereabouts::Kept);

    world.online(tablet);
    world.settle();
    assert_eq!(world.on(tablet).screen.sync.unwrap().badge(), Badge::Sent);
    assert!(world.can_open(laptop, note));
    assert_eq!(world.reads(laptop, note, "presenting_issue"), CANARY);
    let start = Field::top("outcome_start");
    assert_eq!(world.on(laptop).screen.value(note, &start), Value::Number(3));
    let told = &world.told;
    for canary in ["CANARY".as_bytes(), "転職".as_bytes(), "佐伯".as_bytes(), "佐藤".as_bytes()]
    {
        assert!(!told.windows(canary.len()).any(|bytes| bytes == canary));
    }
}

#[test]
fn the_employee_sees_the_summary_and_never_the_note() {
    let Cast { mut world, tablet, phone, .. } = cast(43);
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    world.write(tablet, note, "issue_by_consultant", CANARY);
    summary(&mut world, tablet, note);
    world.settle();
    assert!(world.can_open(phone, case));
    assert_eq!(world.on(phone).screen.shared[&case].summaries, []);

    world.ask(tablet, Command::OfferSummary(note));
    world.settle();

    let shared = &world.on(phone).screen.shared[&case];
    assert_eq!(shared.consultant_name, "佐藤 恵");
    let summary = &shared.summaries[0];
    assert_eq!(summary.talked, "係長の打診への迷いを一緒に整理しました。");
    assert_eq!(summary.decided, ["係長お二人に三つの質問を聞く"]);
    assert!(!world.can_open(phone, note));
    assert_eq!(world.on(phone).screen.home.cases[0].interviews[0].note, None);
    let printed = format!("{:?}", world.on(phone).screen);
    assert!(!printed.contains("CANARY"));
}

#[test]
fn a_case_opened_on_a_linked_device_names_the_consultant() {
    let Cast { mut world, tablet, laptop, .. } = cast(50);
    let phone = world.hire(tablet, Role::Employee, "小田切 ひより", "別のスマートフォン");
    world.settle();

    let case = world.open_case(laptop, "小田切 ひより");
    world.settle();

    assert!(world.can_open(phone, case));
    assert_eq!(world.on(phone).screen.shared[&case].consultant_name, "佐藤 恵");
    let me = world.on(laptop).screen.home.people.iter().find(|row| row.is_me).unwrap();
    assert_eq!(me.name, "佐藤 恵");
}

#[test]
fn the_admin_sees_neither_note_nor_summary_nor_the_employee() {
    let Cast { mut world, admin, tablet, .. } = cast(44);
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    world.write(tablet, note, "presenting_issue", CANARY);
    world.ask(tablet, Command::OfferSummary(note));
    world.settle();

    assert!(!world.can_open(admin, note));
    assert!(!world.can_open(admin, case));
    let home = &world.on(admin).screen.home;
    assert_eq!(home.cases, []);
    assert_eq!(home.people.len(), 3);
    assert!(home.people.iter().all(|person| !person.name.contains("佐伯")));
}

#[test]
fn two_devices_of_one_consultant_write_the_same_note_at_once() {
    let Cast { mut world, tablet, laptop, .. } = cast(45);
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    world.write(tablet, note, "observation", "前半は腕を組む。");
    world.settle();
    world.ask(laptop, Command::Open(note));

    world.offline(laptop);
    world.write(laptop, note, "observation", "後半は前に出る。");
    world.write(tablet, note, "observation", "声が小さくなる。");
    world.online(laptop);
    world.settle();

    let on_tablet = world.reads(tablet, note, "observation");
    assert_eq!(on_tablet, world.reads(laptop, note, "observation"));
    for part in ["前半は腕を組む。", "後半は前に出る。", "声が小さくなる。"]
    {
        assert!(on_tablet.contains(part), "{on_tablet}");
    }
}

#[test]
fn a_removed_quote_can_be_brought_back() {
    let Cast { mut world, tablet, .. } = cast(46);
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    let list = Field::top("quotes");
    world.ask(tablet, Command::AddItem { document: note, list: list.clone() });
    let item = list.child(&world.on(tablet).screen.items(note, &list)[0]);
    let insert = "先輩、笑わなくなったんです".to_owned();
    world.splice(tablet, note, &item.child("text"), &Splice { at: 0, delete: 0, insert });

    world.ask(tablet, Command::RemoveItem { document: note, item: item.clone() });
    assert_eq!(world.on(tablet).screen.items(note, &list), [""; 0]);
    assert!(world.on(tablet).screen.notes[&note].can_restore);
    world.ask(tablet, Command::RestoreItem(note));

    assert_eq!(world.on(tablet).screen.items(note, &list).len(), 1);
    let text = world.on(tablet).screen.text(note, &item.child("text")).to_owned();
    assert_eq!(text, "先輩、笑わなくなったんです");
}

#[test]
fn a_full_tablet_says_so_and_loses_nothing() {
    let Cast { mut world, tablet, laptop, .. } = cast(47);
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    world.settle();

    world.set_full(tablet, true);
    world.write(tablet, note, "response", "条件を出してもいいのか");
    world.settle();
    assert_eq!(world.on(tablet).screen.sync.unwrap().badge(), Badge::NotSaved);
    world.ask(laptop, Command::Open(note));
    assert_eq!(world.reads(laptop, note, "response"), "");

    world.set_full(tablet, false);
    world.settle();
    assert_eq!(world.on(tablet).screen.sync.unwrap().badge(), Badge::Sent);
    assert_eq!(world.reads(laptop, note, "response"), "条件を出してもいいのか");
}

#[test]
fn what_a_full_tablet_signed_and_could_not_save_is_not_sent_after_a_lock_either() {
    let Cast { mut world, tablet, laptop, .. } = cast(50);
    let case = world.open_case(tablet, "佐伯 悠真");
    world.settle();
    let before = logs(&world).1.len();
    world.set_full(tablet, true);
    world.ask(tablet, Command::AddInterview(case));
    world.settle();
    // At a login what waits for its document's log is signed.
    world.offline(tablet);
    world.online(tablet);
    world.settle();

    for _ in 0..2 {
        world.ask(tablet, Command::Lock);
        world.settle();
        world.unlock(tablet);
        world.settle();
        assert_eq!(logs(&world).1.len(), before, "sent before it was durable");
    }

    world.set_full(tablet, false);
    world.settle();
    world.wait_ms(60_000);
    assert_eq!(logs(&world).1.len(), before + 1);
    assert_eq!(world.on(tablet).screen.sync.unwrap().badge(), Badge::Sent);
    let interviews = |device| world.on(device).screen.home.cases[0].interviews.len();
    assert_eq!((interviews(tablet), interviews(laptop)), (1, 1));
}

#[test]
fn what_a_full_tablet_could_not_save_outlives_a_lock() {
    let Cast { mut world, tablet, laptop, .. } = cast(49);
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    world.settle();
    world.set_full(tablet, true);
    world.write(tablet, note, "response", "満杯のときに書いた。");
    world.settle();

    world.ask(tablet, Command::Lock);
    world.settle();
    world.unlock(tablet);
    world.settle();
    world.ask(tablet, Command::Open(note));
    assert_eq!(world.reads(tablet, note, "response"), "満杯のときに書いた。");
    assert_eq!(world.on(tablet).screen.sync.unwrap().badge(), Badge::NotSaved);
    world.write(tablet, note, "response", "開け直して書いた。");
    world.settle();
    world.set_full(tablet, false);
    world.settle();

    let whole = "満杯のときに書いた。開け直して書いた。";
    assert_eq!(world.on(tablet).screen.sync.unwrap().badge(), Badge::Sent);
    world.ask(laptop, Command::Open(note));
    assert_eq!(world.reads(laptop, note, "response"), whole);
    world.restart(tablet);
    world.unlock(tablet);
    world.settle();
    world.ask(tablet, Command::Open(note));
    assert_eq!(world.reads(tablet, note, "response"), whole);
}

#[test]
fn a_text_that_would_grow_over_the_limit_is_refused_with_a_message() {
    let Cast { mut world, tablet, .. } = cast(48);
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);

    world.write(tablet, note, "response", &"長".repeat(200_001));

    assert_eq!(world.on(tablet).screen.notices.last(), Some(&Notice::TooLong));
    assert_eq!(world.reads(tablet, note, "response").chars().count(), 200_000);
}

#[test]
fn a_connection_that_breaks_all_the_time_delivers_everything_once() {
    for seed in 0..20 {
        let Cast { mut world, tablet, laptop, .. } = cast(100 + seed);
        let case = world.open_case(tablet, "佐伯 悠真");
        let note = world.add_interview(tablet, case);
        world.faults = Faults { break_in: 6, refuse_in: 9, ..Faults::default() };
        let mut expected = String::new();
        for line in 0..30 {
            let line = format!("{line}行目。");
            world.write(tablet, note, "observation", &line);
            expected.push_str(&line);
            world.wait_ms(400);
        }

        world.faults = Faults::default();
        world.settle();

        world.ask(laptop, Command::Open(note));
        assert_eq!(world.reads(laptop, note, "observation"), expected, "seed {seed}");
        assert_eq!(world.on(tablet).screen.sync.unwrap().badge(), Badge::Sent, "seed {seed}");
        assert_eq!(world.on(laptop).screen.notices, [], "seed {seed}");
    }
}

#[test]
fn a_server_that_talks_nonsense_neither_stops_the_device_nor_keeps_it_asking() {
    let Cast { mut world, tablet, laptop, .. } = cast(51);
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    world.settle();
    let numbers = [0, 1, 2, 3, u64::MAX - 1, u64::MAX];
    let rubbish = || vec![Blob(vec![7; 300])];

    for number in numbers {
        for more in [false, true] {
            for envelopes in [vec![], rubbish()] {
                let first = Number(number);
                let batch =
                    ServerMessage::Batch { document: note, first, envelopes, more, base: None };
                world.tell(laptop, batch);
            }
            for document in [None, Some(note), Some(DocumentId::new([9; 16]))] {
                for entries in [vec![], rubbish()] {
                    let from = number;
                    world.tell(laptop, ServerMessage::LogBatch { document, from, entries, more });
                }
            }
            world.tell(laptop, ServerMessage::Wraps { last: number, wraps: vec![], more });
        }
        let last = Number(number);
        let state = DocumentState { document: note, log_length: number, last };
        world.tell(laptop, ServerMessage::Event(Event::Document(state)));
        world.tell(laptop, ServerMessage::Event(Event::Org(number)));
    }
    world.settle();
    world.offline(laptop);
    world.online(laptop);
    world.write(tablet, note, "presenting_issue", CANARY);
    world.settle();

    world.ask(laptop, Command::Open(note));
    assert_eq!(world.reads(laptop, note, "presenting_issue"), CANARY);
}

#[test]
fn the_same_seed_is_the_same_world() {
    let run = || {
        let Cast { mut world, tablet, .. } = cast(7);
        let case = world.open_case(tablet, "佐伯 悠真");
        let note = world.add_interview(tablet, case);
        world.write(tablet, note, "presenting_issue", CANARY);
        world.settle();
        world.trace()
    };

    assert_eq!(run(), run());
}

#[test]
fn a_note_signed_on_one_tablet_and_written_on_another_before_they_met_keeps_what_was_signed() {
    let Cast { mut world, tablet, laptop, .. } = cast(52);
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    world.ask(tablet, Command::SignNote(note));
    assert_eq!(world.on(tablet).screen.notes[&note].signed_at, None, "nothing to sign yet");
    world.write(tablet, note, "presenting_issue", "係長の打診を受けるか迷う。");
    world.settle();
    world.ask(laptop, Command::Open(note));
    let words = |text: &str| Words { why: "正式名称".into(), text: text.into() };
    world.ask(laptop, Command::AmendNote { note, amendment: words("まだ署名の前") });
    assert_eq!(world.on(laptop).screen.notes[&note].amendments, []);

    world.offline(laptop);
    world.ask(tablet, Command::SignNote(note));
    world.write(laptop, note, "presenting_issue", "圏外で書いた。");
    world.online(laptop);
    world.settle();

    for device in [tablet, laptop] {
        assert!(world.on(device).screen.notes[&note].signed_at.is_some());
        let before = world.reads(device, note, "presenting_issue");
        world.write(device, note, "presenting_issue", "署名のあとで。");
        world.set(device, note, "outcome_start", Value::Number(3));
        world.ask(device, Command::AddItem { document: note, list: Field::top("quotes") });
        world.settle();
        assert_eq!(world.reads(device, note, "presenting_issue"), before);
        let screen = &world.on(device).screen;
        assert_eq!(screen.value(note, &Field::top("outcome_start")), Value::Unset);
        assert_eq!(screen.items(note, &Field::top("quotes")), [""; 0]);
    }
    world.ask(laptop, Command::AmendNote { note, amendment: words("等級資料の正式名称") });
    world.settle();
    let added = &world.on(tablet).screen.notes[&note].amendments;
    assert_eq!(added.iter().map(|(_, it)| it).collect::<Vec<_>>(), [&words("等級資料の正式名称")]);
}
