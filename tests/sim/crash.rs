//! Crashes between any two effects: what was durable stays, what was begun is finished.

use engine::{
    command::Command,
    view::{Badge, Rule},
};
use harness::{
    seed::seed_or,
    world::{DeviceNo, World},
};
use shared::{id::DocumentId, log::org::Role};

fn firm(seed: u64) -> (World, DeviceNo) {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    (world, admin)
}

/// Runs a story again and again, each time with a crash one effect later, until none happens.
fn at_every_effect(
    mut story: impl FnMut() -> (World, DeviceNo),
    act: impl Fn(&mut World, DeviceNo),
    check: impl Fn(&mut World, DeviceNo, u64),
) {
    for effects in 0.. {
        assert!(effects < 2_000, "the story does not end");
        let (mut world, device) = story();
        world.crash_in(device, effects);
        act(&mut world, device);
        if !world.is_dead(device) {
            assert!(effects > 5, "the story has effects to crash in");
            return;
        }
        world.restart(device);
        world.unlock(device);
        world.settle();
        check(&mut world, device, effects);
    }
}

#[test]
fn a_crash_while_the_firm_is_made_leaves_an_empty_device_or_a_firm() {
    let story = || {
        let mut world = World::seeded(seed_or(20));
        let admin = world.device("管理パソコン");
        (world, admin)
    };
    let act = |world: &mut World, admin: DeviceNo| world.found(admin);

    at_every_effect(story, act, |world, admin, effects| {
        if world.on(admin).disk.is_empty() {
            world.found(admin);
        }
        let screen = &world.on(admin).screen;
        assert!(screen.is_open(), "crash at {effects}: {:?} {:?}", screen.gate, screen.notices);
    });
}

#[test]
fn a_crash_while_joining_leaves_an_empty_device_or_a_member() {
    let link = std::cell::RefCell::new(String::new());
    let story = || {
        let (mut world, admin) = firm(21);
        *link.borrow_mut() = world.invite(admin, Role::Consultant, "佐藤 恵");
        let tablet = world.device("タブレット");
        (world, tablet)
    };
    let act = |world: &mut World, tablet: DeviceNo| {
        world.arrive(tablet, &link.borrow(), "佐藤 恵");
        world.settle();
    };

    at_every_effect(story, act, |world, tablet, effects| {
        if world.on(tablet).disk.is_empty() {
            world.arrive(tablet, &link.borrow(), "佐藤 恵");
            world.settle();
        }
        let screen = &world.on(tablet).screen;
        assert!(screen.is_open(), "crash at {effects}: {:?} {:?}", screen.gate, screen.notices);
        assert_eq!(screen.notices, [], "crash at {effects}");
    });
}

#[test]
fn a_crash_while_a_device_is_linked_leaves_an_empty_device_or_a_second_one() {
    let code = std::cell::RefCell::new(String::new());
    let story = || {
        let (mut world, admin) = firm(22);
        let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
        *code.borrow_mut() = world.device_code(tablet);
        let laptop = world.device("ノートパソコン");
        (world, laptop)
    };
    let act = |world: &mut World, laptop: DeviceNo| {
        world.arrive(laptop, &code.borrow(), "");
        world.settle();
    };

    at_every_effect(story, act, |world, laptop, effects| {
        if world.on(laptop).disk.is_empty() {
            world.arrive(laptop, &code.borrow(), "");
            world.settle();
        }
        let screen = &world.on(laptop).screen;
        assert!(screen.is_open(), "crash at {effects}: {:?} {:?}", screen.gate, screen.notices);
        let names: Vec<_> = screen.home.devices.iter().map(|it| it.name.clone()).collect();
        assert!(names.contains(&"タブレット".into()), "crash at {effects}: {names:?}");
    });
}

const LINES: [&str; 4] = ["主訴を書く。", "背景を書く。", "見立てを書く。", "目標を書く。"];

/// A note on the screen before the crash, and what of it the person was told is saved.
fn write_lines(world: &mut World, tablet: DeviceNo, note: DocumentId) {
    for line in LINES {
        if world.is_dead(tablet) {
            return;
        }
        world.write(tablet, note, "presenting_issue", line);
        world.wait_ms(700);
    }
    world.settle();
}

#[test]
fn a_crash_while_writing_loses_nothing_that_was_called_saved() {
    let place = std::cell::Cell::new(DocumentId::new([0; 16]));
    let story = || {
        let (mut world, admin) = firm(23);
        let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
        world.hire(tablet, Role::Employee, "佐伯 悠真", "スマートフォン");
        let case = world.open_case(tablet, "佐伯 悠真");
        place.set(world.add_interview(tablet, case));
        world.settle();
        (world, tablet)
    };
    let act = |world: &mut World, tablet: DeviceNo| write_lines(world, tablet, place.get());

    at_every_effect(story, act, |world, tablet, effects| {
        let note = place.get();
        world.ask(tablet, Command::Open(note));
        let text = world.reads(tablet, note, "presenting_issue");
        let whole = LINES.concat();
        assert!(whole.starts_with(&text), "crash at {effects}: {text}");
        // Each line is durable 2 ms after it was typed, and the next comes 700 ms later; so at
        // most the line being typed is missing.
        let typed = LINES.iter().scan(String::new(), |sum, line| {
            sum.push_str(line);
            Some(sum.clone())
        });
        assert!(text.is_empty() || typed.into_iter().any(|it| it == text), "{text}");
        assert_eq!(world.on(tablet).screen.sync.unwrap().badge(), Badge::Sent);

        world.write(tablet, note, "presenting_issue", "続き。");
        world.settle();
        let laptop = world.link_device(tablet, "ノートパソコン");
        world.ask(laptop, Command::Open(note));
        let expected = text + "続き。";
        assert_eq!(world.reads(laptop, note, "presenting_issue"), expected, "crash at {effects}");
        assert_eq!(world.on(laptop).screen.notices, [], "crash at {effects}");
    });
}

#[test]
fn a_reader_that_crashes_while_changes_arrive_ends_with_all_of_them() {
    let place = std::cell::Cell::new(DocumentId::new([0; 16]));
    let writer = std::cell::Cell::new(DeviceNo(0));
    let story = || {
        let (mut world, admin) = firm(24);
        let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
        world.hire(tablet, Role::Employee, "佐伯 悠真", "スマートフォン");
        let laptop = world.link_device(tablet, "ノートパソコン");
        let case = world.open_case(tablet, "佐伯 悠真");
        place.set(world.add_interview(tablet, case));
        writer.set(tablet);
        world.settle();
        (world, laptop)
    };
    let act = |world: &mut World, laptop: DeviceNo| {
        world.ask(laptop, Command::Open(place.get()));
        write_lines(world, writer.get(), place.get());
    };

    at_every_effect(story, act, |world, laptop, effects| {
        let note = place.get();
        world.ask(laptop, Command::Open(note));
        let text = world.reads(laptop, note, "presenting_issue");
        assert_eq!(text, LINES.concat(), "crash at {effects}");
        let set_aside = &world.on(laptop).screen.home.quarantined;
        assert_eq!(set_aside, &[], "an empty battery is no poison, crash at {effects}");
    });
}

#[test]
fn an_envelope_that_was_alone_in_flight_at_two_deaths_is_set_aside_and_the_rest_works() {
    for first in 0..6 {
        for second in 0..12 {
            let (mut world, admin) = firm(25);
            let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
            world.hire(tablet, Role::Employee, "佐伯 悠真", "スマートフォン");
            let laptop = world.link_device(tablet, "ノートパソコン");
            let case = world.open_case(tablet, "佐伯 悠真");
            let poisoned = world.add_interview(tablet, case);
            let healthy = world.add_interview(tablet, case);
            world.settle();
            world.crash_in(laptop, first);
            world.write(tablet, poisoned, "presenting_issue", "毒");
            world.settle();
            world.restart(laptop);
            world.crash_in(laptop, second);
            world.unlock(laptop);
            world.settle();
            world.restart(laptop);
            world.unlock(laptop);
            world.settle();
            world.write(tablet, healthy, "presenting_issue", "薬");
            world.settle();

            world.ask(laptop, Command::Open(poisoned));
            world.ask(laptop, Command::Open(healthy));
            let screen = &world.on(laptop).screen;
            assert_eq!(world.reads(laptop, healthy, "presenting_issue"), "薬");
            let is_aside = !screen.home.quarantined.is_empty();
            let text = world.reads(laptop, poisoned, "presenting_issue");
            assert_eq!(text, if is_aside { "" } else { "毒" }, "deaths at {first} and {second}");
            if is_aside {
                let row = &screen.home.quarantined[0];
                assert_eq!((row.document, row.seqs.len()), (poisoned, 1));
                assert_eq!(row.reasons[0].rule, Some(Rule::Deadly));
                assert!(row.reasons[0].at.is_some());
                assert_eq!(screen.home.quarantined.len(), 1);
                return;
            }
        }
    }
    panic!("no two deaths met the same envelope");
}
