//! What may go wrong between people who are not always in reach of each other: the sync scenarios of
//! the sample firm that are told nowhere else.
//!
//! S1 is told in `card`, S2, S6 and S8 in `report`, S3 and what S7 means for the wordings in `plan`,
//! S11 in `matter`, S12 at the end of `sample`; what S5 would mean with a server that helps is in `thief`.
#![expect(clippy::expect_used, reason = "helpers of tests")]

use engine::{
    casework::{
        consent::{Decision, Matter, Method, Scope},
        date::Date,
    },
    command::{Command, Decide, PlanAct, RoomAct, Words},
    view::{Badge, ConsentRow, Gate},
};
use harness::{
    seed::seed_or,
    world::{DeviceNo, World},
};
use shared::{id::DocumentId, log::org::Role};

use crate::removal::{self, FIELD, device_of, logs, shared_note};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A consultant with two tablets, an employee with a phone, their case.
struct Cast {
    world: World,
    tablet: DeviceNo,
    second: DeviceNo,
    phone: DeviceNo,
    case: DocumentId,
}

fn cast(seed: u64) -> Cast {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット1");
    let second = world.link_device(tablet, "タブレット2");
    let phone = world.hire(tablet, Role::Employee, "佐伯 悠真", "スマートフォン");
    let case = world.open_case(tablet, "佐伯 悠真");
    world.settle();
    Cast { world, tablet, second, phone, case }
}

#[track_caller]
fn check_in_peace(world: &World, devices: &[DeviceNo]) {
    for device in devices {
        let it = world.on(*device);
        assert_eq!(it.screen.alarms, [], "{}", it.name);
        assert_eq!(it.screen.sync.map(|sync| sync.badge()), Some(Badge::Sent), "{}", it.name);
    }
}

fn words(text: &str) -> Words {
    Words { why: String::from("読み返して"), text: text.to_owned() }
}

#[test]
fn s4_a_note_signed_on_one_tablet_and_amended_on_another_before_they_met_keeps_both() {
    let Cast { mut world, tablet, second, case, .. } = cast(904);
    let note = world.add_interview(tablet, case);
    world.write(tablet, note, FIELD, "係長の打診を受けるか迷う。");
    world.settle();
    world.ask(second, Command::Open(note));
    world.offline(tablet);
    world.offline(second);

    world.ask(tablet, Command::SignNote(note));
    world.wait_ms(60_000);
    // The second does not know that it is signed: it signs what it has, and adds to that.
    world.ask(second, Command::SignNote(note));
    world.ask(second, Command::AmendNote { note, amendment: words("等級資料の正式名称を追加") });
    let first_signed_at = world.on(tablet).screen.notes.get(&note).and_then(|it| it.signed_at);
    world.online(second);
    world.online(tablet);
    world.settle();

    assert!(first_signed_at.is_some());
    for device in [tablet, second] {
        let view = world.on(device).screen.notes.get(&note).expect("an open note");
        assert_eq!(view.signed_at, first_signed_at);
        let added: Vec<&Words> = view.amendments.iter().map(|(_, it)| it).collect();
        assert_eq!(added, [&words("等級資料の正式名称を追加")]);
        assert_eq!(world.reads(device, note, FIELD), "係長の打診を受けるか迷う。");
    }
    world.ask(tablet, Command::AmendNote { note, amendment: words("日付の誤りを訂正") });
    world.settle();
    let view = world.on(second).screen.notes.get(&note).expect("an open note");
    assert_eq!(view.amendments.len(), 2, "amendments only add");
    check_in_peace(&world, &[tablet, second]);
}

#[test]
fn s5_a_lost_tablet_that_keeps_writing_is_refused_and_reads_nothing_more() {
    let mut cast = removal::cast(905);
    let note = shared_note(&mut cast);
    let removal::Cast { mut world, admin, tablet, phone, colleague, .. } = cast;
    let lost = device_of(&world, phone, "タブレット");
    world.offline(tablet);
    world.wait_ms(40 * 60 * 1000);
    world.ask(admin, Command::RevokeDevice(lost));
    world.settle();
    assert!(world.can_open(phone, note));
    world.write(phone, note, FIELD, "失くしたあとの続き。");
    world.settle();

    // Whoever has it writes on, and copies what it holds before it finds a network.
    world.write(tablet, note, FIELD, "拾った人が書いた。");
    world.settle();
    let copy = world.clone_device(tablet, "写し");
    world.offline(copy);
    world.unlock(copy);
    world.settle();
    assert!(world.can_open(copy, note), "what was on it can be read as long as it is kept away");
    let read = world.reads(copy, note, FIELD);
    assert!(read.contains("異動の打診。") && !read.contains("失くしたあとの続き。"));
    world.online(copy);
    world.online(tablet);
    world.settle();

    for device in [tablet, copy] {
        assert!(world.on(device).disk.is_empty(), "{} keeps something", world.on(device).name);
        assert_eq!(world.on(device).screen.gate, Some(Gate::Revoked { is_erased: true }));
        world.restart(device);
        world.unlock(device);
        world.settle();
        assert!(!world.can_open(device, note));
    }
    for device in [phone, colleague] {
        assert!(world.can_open(device, note));
        assert_eq!(world.reads(device, note, FIELD), "異動の打診。失くしたあとの続き。");
    }
    let (org, documents) = logs(&world);
    assert!(documents.values().all(|log| !log.is_stale(&org)), "a secret the thief has is in use");
}

/// What a device shows of the decision about the record.
#[track_caller]
fn record_row(world: &mut World, device: DeviceNo, case: DocumentId) -> ConsentRow {
    let rows = &world.on(device).screen.home.cases;
    let row = rows.iter().find(|row| row.case == case).expect("the case");
    let consent = row.consent.expect("its consents");
    world.ask(device, Command::Open(consent));
    let view = world.on(device).screen.consents.get(&consent).expect("open consents");
    let of_record = view.rows.iter().find(|row| row.matter == Matter::Record);
    let row = of_record.cloned().expect("a row for the record");
    world.ask(device, Command::Close(consent));
    row
}

#[test]
fn s7_a_consent_given_by_the_second_wording_while_the_third_came_out_says_which_it_was() {
    let Cast { mut world, tablet, second, phone, case } = cast(907);
    let publish = |world: &mut World, device: DeviceNo, word: &str| {
        let texts = (1..=11).map(|matter| format!("C{matter} {word}")).collect();
        let valid_from = Date::at(world.now()).to_string();
        let act = PlanAct::PublishTemplate { language: "ja".into(), texts, valid_from };
        world.ask(device, Command::Plan(act));
        world.settle();
    };
    let decide = |world: &mut World, decision: Decision| {
        let decide = Decide {
            case,
            matter: Matter::Record,
            decision,
            scope: Scope::Whole,
            method: Method::Spoken(String::from("「はい」と答えられた。")),
            place: String::from("会議室B"),
            language: String::from("ja"),
        };
        world.ask(tablet, Command::Room(RoomAct::Decide(decide)));
    };
    world.ask(tablet, Command::Plan(PlanAct::OpenDirectory));
    // The first is the one that comes with the program.
    publish(&mut world, tablet, "二版");
    world.offline(tablet);
    publish(&mut world, second, "三版");

    decide(&mut world, Decision::Agreed);
    let here = record_row(&mut world, tablet, case);
    assert_eq!(here.standing.as_ref().map(|it| it.told), Some(2));
    assert!(!here.is_older, "the tablet cannot know of the third");
    world.online(tablet);
    world.settle();

    // The decision stands, by the words that were read out; and the consultant sees that there are
    // newer ones.
    for device in [tablet, second, phone] {
        let row = record_row(&mut world, device, case);
        let standing = row.standing.expect("a decision");
        assert_eq!((standing.decision, standing.told), (Decision::Agreed, 2));
        assert!(!row.is_disputed && (row.is_older || device == phone));
    }
    decide(&mut world, Decision::Refused);
    world.settle();
    for device in [tablet, second, phone] {
        let row = record_row(&mut world, device, case);
        let told: Vec<u32> = row.events.iter().map(|it| it.told).collect();
        assert_eq!(told, [2, 3]);
        assert!(!row.is_older);
    }
    check_in_peace(&world, &[tablet, second, phone]);
}

#[test]
fn s9_a_clock_two_days_wrong_loses_nothing_and_alarms_nobody() {
    for skew_ms in [2 * DAY_MS, -2 * DAY_MS] {
        let Cast { mut world, tablet, second, phone, case } = cast(909);
        world.skew_clock(tablet, skew_ms);
        world.offline(tablet);
        let note = world.add_interview(tablet, case);
        world.write(tablet, note, FIELD, "時計が二日違う。");
        world.write(tablet, note, "summary_talked", "今日のまとめ。");
        world.wait_ms(60 * 60 * 1000);
        world.ask(tablet, Command::OfferSummary(note));
        world.online(tablet);
        world.settle();

        assert!(world.can_open(second, note));
        assert_eq!(world.reads(second, note, FIELD), "時計が二日違う。");
        world.write(second, note, FIELD, "もう一台から。");
        world.settle();
        world.skew_clock(tablet, 0);
        world.write(tablet, note, FIELD, "時計を直した。");
        world.settle();

        assert_eq!(world.reads(tablet, note, FIELD), world.reads(second, note, FIELD));
        let read = world.reads(tablet, note, FIELD);
        assert!(["二日違う。", "もう一台から。", "直した。"].iter().all(|it| read.contains(it)));
        assert!(world.can_open(phone, case));
        let shared = world.on(phone).screen.shared.get(&case).expect("the shared document");
        let talked: Vec<&str> = shared.summaries.iter().map(|it| it.talked.as_str()).collect();
        assert_eq!(talked, ["今日のまとめ。"]);
        check_in_peace(&world, &[tablet, second, phone]);
        // Locked and opened again, it goes on, if need be after one word of the server.
        world.restart(tablet);
        world.unlock(tablet);
        world.settle();
        assert!(world.on(tablet).screen.is_open());
        assert!(world.can_open(tablet, note));
    }
}

#[test]
fn s10_a_phone_that_was_set_up_anew_comes_back_by_its_code_and_reads_everything() {
    let Cast { mut world, tablet, phone, case, .. } = cast(910);
    let note = world.add_interview(tablet, case);
    world.write(tablet, note, "summary_talked", "前からのまとめ。");
    world.ask(tablet, Command::OfferSummary(note));
    world.settle();
    let kit = world.make_kit(phone);
    world.lose(phone);
    let later = world.add_interview(tablet, case);
    world.write(tablet, later, "summary_talked", "失くしてからのまとめ。");
    world.ask(tablet, Command::OfferSummary(later));
    world.settle();

    let fresh = world.device("入れ直したスマートフォン");
    world.arrive(fresh, &kit.code, "");
    world.settle();

    assert!(world.on(fresh).screen.is_open());
    let opening = world.on(fresh).screen.opening.clone().expect("a report");
    assert_eq!((opening.known, opening.unopened), (opening.opened, vec![]));
    assert!(world.can_open(fresh, case));
    let shared = world.on(fresh).screen.shared.get(&case).expect("the shared document");
    let talked: Vec<&str> = shared.summaries.iter().map(|it| it.talked.as_str()).collect();
    assert_eq!(talked, ["失くしてからのまとめ。", "前からのまとめ。"]);
    assert!(!world.can_open(fresh, note), "the note stays with the consultant");
    assert_eq!(world.on(fresh).screen.notices, []);
    check_in_peace(&world, &[tablet, fresh]);
}
