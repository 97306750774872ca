//! A server restored from an old backup heals from what its clients hold.

use engine::{
    command::Command,
    view::{AlarmKind, Badge, LinkView, Notice},
};
use harness::{
    seed::seed_or,
    world::{DeviceNo, World},
};
use shared::{id::DocumentId, log::org::Role};

use crate::removal::{self, device_of, shared_note};

const FIELD: &str = "presenting_issue";

/// Everything after the backup: a colleague, an employee, a case, a note on two devices.
struct Cast {
    world: World,
    admin: DeviceNo,
    tablet: DeviceNo,
    laptop: DeviceNo,
    phone: DeviceNo,
    case: DocumentId,
    note: DocumentId,
}

fn restored(seed: u64) -> Cast {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let backup = world.back_up();
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let laptop = world.link_device(tablet, "ノートパソコン");
    let phone = world.hire(tablet, Role::Employee, "佐伯 悠真", "スマートフォン");
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    world.write(tablet, note, FIELD, "復元の前に書いた。");
    world.settle();
    assert_eq!(world.on(tablet).screen.sync.map(|it| it.badge()), Some(Badge::Sent));
    for device in world.devices() {
        world.offline(device);
    }
    world.restore(backup);
    Cast { world, admin, tablet, laptop, phone, case, note }
}

#[track_caller]
fn check_whole(cast: Cast, devices: &[DeviceNo]) {
    let Cast { mut world, tablet, laptop, case, note, .. } = cast;
    let fresh = world.link_device(laptop, "新しいタブレット");

    assert!(world.can_open(fresh, note));
    assert_eq!(world.reads(fresh, note, FIELD), "復元の前に書いた。");
    assert!(world.can_open(fresh, case));
    for device in world.devices().filter(|it| devices.contains(it) && *it != tablet) {
        assert_eq!(world.on(device).screen.notices, [], "{}", world.on(device).name);
        assert_eq!(world.on(device).screen.sync.map(|it| it.badge()), Some(Badge::Sent));
    }
}

#[test]
fn what_the_server_forgot_comes_back_from_everybody() {
    let mut cast = restored(150);
    let all: Vec<DeviceNo> = cast.world.devices().collect();

    for device in &all {
        cast.world.online(*device);
    }
    cast.world.settle();

    assert!(cast.world.can_open(cast.phone, cast.case));
    check_whole(cast, &all);
}

#[test]
fn what_a_lost_tablet_had_sent_comes_back_from_another_device() {
    let mut cast = restored(151);
    let (tablet, laptop, admin, phone) = (cast.tablet, cast.laptop, cast.admin, cast.phone);
    cast.world.lose(tablet);

    for device in [admin, laptop, phone] {
        cast.world.online(device);
    }
    cast.world.settle();

    check_whole(cast, &[admin, laptop, phone]);
}

#[test]
fn until_everything_was_offered_nothing_is_called_sent() {
    let Cast { mut world, admin, tablet, .. } = restored(152);
    world.watch();
    world.online(admin);
    world.settle();
    world.online(tablet);
    let mut badges = vec![];

    while world.step() {
        let sync = world.on(tablet).screen.sync.unwrap();
        if sync.link == LinkView::Online && badges.last() != Some(&sync.badge()) {
            badges.push(sync.badge());
        }
    }

    assert_eq!(badges, [Badge::Sending(1), Badge::Sent]);
}

#[test]
fn what_was_written_before_and_after_a_new_epoch_comes_back() {
    let mut cast = removal::cast(153);
    let note = shared_note(&mut cast);
    let removal::Cast { mut world, admin, tablet, phone, colleague, .. } = cast;
    let backup = world.back_up();
    world.write(tablet, note, FIELD, "前の鍵で書いた。");
    world.settle();
    world.write(colleague, note, FIELD, "同僚も書いた。");
    world.settle();
    let lost = device_of(&world, tablet, "スマートフォン");
    world.ask(tablet, Command::RevokeDevice(lost));
    world.settle();
    world.write(tablet, note, FIELD, "次の鍵で書いた。");
    world.settle();
    let whole = world.reads(tablet, note, FIELD);
    for part in ["前の鍵", "同僚", "次の鍵"] {
        assert!(whole.contains(part), "{whole}");
    }
    for device in world.devices() {
        world.offline(device);
    }
    world.restore(backup);

    for device in world.devices().filter(|it| *it != phone) {
        world.online(device);
    }
    world.settle();

    let fresh = world.link_device(tablet, "新しいタブレット");
    assert!(world.can_open(fresh, note));
    assert_eq!(world.reads(fresh, note, FIELD), whole);
    for device in [admin, tablet, colleague, fresh] {
        assert_eq!(world.on(device).screen.notices, [], "{}", world.on(device).name);
        assert_eq!(world.on(device).screen.sync.map(|it| it.badge()), Some(Badge::Sent));
    }
}

#[test]
fn somebody_who_was_let_in_after_a_new_epoch_does_not_stop_its_return() {
    let mut cast = removal::cast(154);
    let first = shared_note(&mut cast);
    let removal::Cast { mut world, admin, tablet, phone, colleague, case } = cast;
    let backup = world.back_up();
    let note = world.add_interview(tablet, case);
    world.write(tablet, note, FIELD, "前。");
    world.settle();
    let lost = device_of(&world, tablet, "スマートフォン");
    world.ask(tablet, Command::RevokeDevice(lost));
    world.settle();
    let account = world.known_as(admin, "田中 実");
    let access = shared::log::document::Access::Writer;
    world.ask(tablet, Command::LetIn { document: note, account, access });
    world.settle();
    assert!(world.can_open(colleague, note));
    for device in world.devices() {
        world.offline(device);
    }
    world.restore(backup);

    for device in world.devices().filter(|it| *it != phone) {
        world.online(device);
    }
    world.settle();

    for device in [admin, tablet, colleague] {
        let screen = &world.on(device).screen;
        assert_eq!(screen.notices, [], "{}", world.on(device).name);
        let kinds = screen.alarms.iter().map(|row| row.matter.kind);
        assert!(kinds.eq([AlarmKind::Restored]), "{:?}", screen.alarms);
        assert_eq!(screen.sync.map(|it| it.badge()), Some(Badge::Sent));
    }
    let fresh = world.link_device(tablet, "新しいタブレット");
    for document in [first, note] {
        assert!(world.can_open(fresh, document));
    }
    assert_eq!(world.reads(fresh, note, FIELD), "前。");
}

/// A firm whose server was backed up, and what somebody appends to its log after that.
fn appends_behind_a_backup(seed: u64, author: impl Fn(&mut World, DeviceNo) -> DeviceNo) {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = author(&mut world, admin);
    let backup = world.back_up();
    let length = |world: &World| removal::logs(world).0.head().length;
    let before = length(&world);
    let again = world.on(tablet).screen.gate.is_none();
    // Whoever joins goes on by itself; who is in the firm invites somebody.
    let invites = |world: &mut World, name: &str| {
        if !again {
            world.ask(tablet, Command::Invite { role: Role::Employee, name: name.to_owned() });
        }
    };
    invites(&mut world, "佐伯 悠真");
    while length(&world) == before {
        assert!(world.step());
    }
    // The answer is lost, and all that the program had in memory; the others hear of the entry.
    world.crash(tablet);
    world.settle();
    world.offline(admin);
    world.restore(backup);

    world.restart(tablet);
    world.unlock(tablet);
    world.settle();
    invites(&mut world, "高橋 直人");
    world.settle();
    world.online(admin);
    world.settle();

    for device in [admin, tablet] {
        let alarms = world.on(device).screen.alarms.iter().map(|row| row.matter.kind);
        let alarms: Vec<AlarmKind> = alarms.filter(|it| *it != AlarmKind::Restored).collect();
        assert_eq!(alarms, [], "{}", world.on(device).name);
    }
    assert_eq!(length(&world), before + if again { 1 } else { 2 });
}

#[test]
fn who_joined_just_before_a_restore_joins_by_the_same_entry() {
    appends_behind_a_backup(157, |world, admin| {
        let link = world.invite(admin, Role::Consultant, "佐藤 恵");
        let tablet = world.device("タブレット");
        world.arrive(tablet, &link, "佐藤 恵");
        tablet
    });
}

#[test]
fn nobody_signs_two_entries_for_one_place_though_the_program_died_and_the_server_forgot() {
    appends_behind_a_backup(158, |world, admin| {
        world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット")
    });
}

#[test]
fn whom_a_restored_server_has_forgotten_is_told_that_no_invitation_can_be_made() {
    let Cast { mut world, tablet, .. } = restored(192);
    world.online(tablet);
    // It asks again every now and then; between that nothing is under way.
    while world.next_at().is_some_and(|at| at < world.now().plus_ms(5_000)) {
        world.step();
    }

    let link = world.on(tablet).screen.sync.map(|it| it.link);
    assert_eq!(link, Some(LinkView::Connecting), "there is a link");

    world.ask(tablet, Command::Invite { role: Role::Employee, name: "高橋 直人".to_owned() });

    assert_eq!(world.on(tablet).screen.notices, [Notice::NeedsNetwork]);
}
