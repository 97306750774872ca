//! Rough conditions, one at a time: what random worlds found, told as stories.

use engine::{command::Command, view::Badge};
use harness::{
    seed::seed_or,
    world::{DeviceNo, Faults, Seen, World},
};
use shared::{
    id::DocumentId,
    log::{document::Access, org::Role},
};

const FIELD: &str = "presenting_issue";
const TEN_YEARS_MS: i64 = 10 * 365 * 24 * 60 * 60 * 1000;

struct Cast {
    world: World,
    admin: DeviceNo,
    tablet: DeviceNo,
    phone: DeviceNo,
}

fn cast(seed: u64) -> Cast {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let phone = world.hire(tablet, Role::Employee, "佐伯 悠真", "スマートフォン");
    Cast { world, admin, tablet, phone }
}

fn with_note(of: &mut Cast) -> DocumentId {
    let case = of.world.open_case(of.tablet, "佐伯 悠真");
    let note = of.world.add_interview(of.tablet, case);
    of.world.settle();
    note
}

#[track_caller]
fn check_sent_in_peace(world: &World, device: DeviceNo) {
    let screen = &world.on(device).screen;
    assert_eq!(screen.sync.map(|it| it.badge()), Some(Badge::Sent));
    assert_eq!(screen.notices, []);
}

#[test]
fn what_is_being_typed_is_not_called_saved_for_a_moment() {
    let mut cast = cast(60);
    let note = with_note(&mut cast);
    let Cast { mut world, tablet, .. } = cast;
    world.watch();

    world.write(tablet, note, FIELD, "迷い");

    let shown = world.look().into_iter().filter_map(|seen| match seen {
        Seen::Sync(_, sync) => Some(sync.unsaved),
        Seen::Moved(_)
        | Seen::Died(_)
        | Seen::Wraps(..)
        | Seen::Envelopes(..)
        | Seen::Pull(..)
        | Seen::Stored(..)
        | Seen::LoggedIn(..)
        | Seen::Refused(..) => None,
    });
    assert_eq!(shown.collect::<Vec<_>>(), [1]);
}

#[test]
fn a_clock_set_back_by_years_keeps_nothing_from_being_sent_or_saved() {
    for is_full in [false, true] {
        let mut cast = cast(61);
        let note = with_note(&mut cast);
        let Cast { mut world, tablet, .. } = cast;
        world.set_full(tablet, is_full);
        world.write(tablet, note, FIELD, "先");
        world.wait_ms(100);

        world.skew_clock(tablet, -TEN_YEARS_MS);
        world.write(tablet, note, FIELD, "後");
        world.wait_ms(5_000);
        world.set_full(tablet, false);
        world.settle();

        check_sent_in_peace(&world, tablet);
    }
}

#[test]
fn a_case_opened_in_the_moment_of_a_crash_is_there_or_not_and_nobody_is_alarmed() {
    for effects in 0..40 {
        let Cast { mut world, tablet, phone, .. } = cast(62);
        let employee = world.known_as(tablet, "佐伯 悠真");
        world.crash_in(tablet, effects);
        world.ask(tablet, Command::OpenCase(employee));
        world.settle();
        world.restart(tablet);
        world.unlock(tablet);
        world.settle();

        check_sent_in_peace(&world, tablet);
        let case = world.on(tablet).screen.home.cases.first().map(|case| case.case);
        if let Some(case) = case {
            assert!(world.can_open(phone, case), "crash at {effects}");
        }
    }
}

#[test]
fn an_answer_that_comes_twice_is_taken_once() {
    for seed in 0..8 {
        let mut cast = cast(63 + seed);
        cast.world.faults = Faults { twice_in: 1, ..Faults::default() };
        let note = with_note(&mut cast);
        let Cast { mut world, admin, tablet, .. } = cast;
        world.write(tablet, note, FIELD, "一度だけ。");
        let colleague = world.hire(admin, Role::Consultant, "髙橋 学", "別のタブレット");
        let laptop = world.link_device(tablet, "ノートパソコン");
        world.ask(laptop, Command::Open(note));

        assert_eq!(world.reads(laptop, note, FIELD), "一度だけ。");
        assert!(world.known_as(admin, "髙橋 学") != world.known_as(admin, "佐藤 恵"));
        for device in [admin, tablet, colleague, laptop] {
            check_sent_in_peace(&world, device);
        }
    }
}

#[test]
fn an_invitation_whose_answer_was_lost_is_still_shown_and_names_the_right_person() {
    for seed in 0..20 {
        let Cast { mut world, admin, .. } = cast(80 + seed);
        world.faults = Faults { break_in: 3, ..Faults::default() };
        let name = "髙橋 学".to_owned();
        world.ask(admin, Command::Invite { role: Role::Consultant, name });
        world.wait_ms(30_000);
        world.faults = Faults::default();
        world.settle();

        let link = world.on_mut(admin).screen.invitation.take().unwrap().fragment;
        let tablet = world.device("別のタブレット");
        world.arrive(tablet, &link, "髙橋 学");
        world.settle();

        assert!(world.on(tablet).screen.is_open(), "seed {seed}");
        let joined = world.on(tablet).screen.home.people.iter().find(|row| row.is_me);
        assert_eq!(joined.unwrap().account, Some(world.known_as(admin, "髙橋 学")));
        check_sent_in_peace(&world, admin);
    }
}

#[test]
fn notes_that_arrive_before_their_key_wait_for_it() {
    for seed in 0..12 {
        let mut cast = cast(110 + seed);
        let note = with_note(&mut cast);
        let Cast { mut world, tablet, .. } = cast;
        let code = world.device_code(tablet);
        world.offline(tablet);
        let laptop = world.device("ノートパソコン");
        world.arrive(laptop, &code, "");
        world.settle();
        world.write(tablet, note, FIELD, "鍵より先に届く。");
        world.settle();

        world.online(tablet);
        world.settle();

        world.ask(laptop, Command::Open(note));
        assert_eq!(world.reads(laptop, note, FIELD), "鍵より先に届く。", "seed {seed}");
        check_sent_in_peace(&world, laptop);
    }
}

#[test]
fn a_colleague_the_device_has_not_heard_of_is_not_let_in_without_a_key() {
    let mut cast = cast(130);
    let note = with_note(&mut cast);
    let Cast { mut world, admin, tablet, .. } = cast;
    world.offline(tablet);
    let colleague = world.hire(admin, Role::Consultant, "髙橋 学", "別のタブレット");
    let account = world.known_as(admin, "髙橋 学");
    let let_in = Command::LetIn { document: note, account, access: Access::Reader };
    world.ask(tablet, let_in.clone());
    world.online(tablet);
    world.settle();
    assert!(!world.can_open(colleague, note));

    world.ask(tablet, let_in);
    world.settle();

    assert!(world.can_open(colleague, note));
    check_sent_in_peace(&world, tablet);
}
