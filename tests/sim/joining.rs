//! Making the firm, inviting, enrolling, linking: what may go wrong.

use engine::{
    command::{Command, Newcomer, Passphrase},
    view::{Gate, LinkView, Notice},
};
use harness::{
    firm::PASSPHRASE,
    seed::seed_or,
    world::{DeviceNo, World},
};
use shared::log::org::Role;

fn firm(seed: u64) -> (World, DeviceNo) {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    (world, admin)
}

#[track_caller]
fn check_refused(world: &World, device: DeviceNo, notice: &Notice) {
    let screen = &world.on(device).screen;
    assert_eq!(screen.notices.last(), Some(notice));
    assert_eq!(screen.gate, Some(Gate::Empty));
    assert!(world.on(device).disk.is_empty(), "nothing is left behind");
}

#[test]
fn a_link_that_is_none_is_refused_before_anything_is_written() {
    let (mut world, _) = firm(1);
    let phone = world.device("スマートフォン");

    for link in ["", "join.", "join.AAAA", "https://mendan.example/", "bootstrap.%%%"] {
        world.arrive(phone, link, "誰か");
        check_refused(&world, phone, &Notice::WrongLink);
    }
}

#[test]
fn an_invitation_of_another_firm_or_with_a_letter_changed_is_refused() {
    let (mut world, admin) = firm(2);
    let (mut other, other_admin) = firm(3);
    let foreign = other.invite(other_admin, Role::Consultant, "誰か");
    let link = world.invite(admin, Role::Consultant, "佐藤 恵");
    let changed = link.strip_suffix(|_: char| true).map(|cut| format!("{cut}A"));
    let changed = changed.filter(|it| *it != link).unwrap_or_else(|| format!("{link}A"));

    for link in [foreign, changed] {
        let tablet = world.device("タブレット");
        world.arrive(tablet, &link, "誰か");
        world.settle();
        check_refused(&world, tablet, &Notice::UnknownLink);
    }
}

#[test]
fn an_invitation_works_once() {
    let (mut world, admin) = firm(4);
    let link = world.invite(admin, Role::Consultant, "佐藤 恵");
    let first = world.device("タブレット");
    world.arrive(first, &link, "佐藤 恵");
    world.settle();
    let second = world.device("別のタブレット");

    world.arrive(second, &link, "別人");
    world.settle();

    assert!(world.on(first).screen.is_open());
    check_refused(&world, second, &Notice::LinkSpent);
}

#[test]
fn an_invitation_expires() {
    let (mut world, admin) = firm(5);
    let link = world.invite(admin, Role::Consultant, "佐藤 恵");
    world.wait_ms(15 * 24 * 60 * 60 * 1000);
    let tablet = world.device("タブレット");

    world.arrive(tablet, &link, "佐藤 恵");
    world.settle();

    check_refused(&world, tablet, &Notice::LinkExpired);
}

#[test]
fn a_second_firm_cannot_be_made_on_the_same_server() {
    let (mut world, _) = firm(6);
    let other = world.device("別のパソコン");

    world.found(other);

    check_refused(&world, other, &Notice::LinkSpent);
}

#[test]
fn a_short_passphrase_is_refused_with_its_rule() {
    let (mut world, admin) = firm(7);
    let link = world.invite(admin, Role::Consultant, "佐藤 恵");
    let tablet = world.device("タブレット");
    let newcomer = |passphrase: &str| Newcomer {
        link: link.clone(),
        name: "佐藤 恵".into(),
        device_name: "タブレット".into(),
        passphrase: Passphrase::new(passphrase.into()),
    };

    world.ask(tablet, Command::Enrol(newcomer("十一文字の合言葉です!")));
    check_refused(&world, tablet, &Notice::WeakPassphrase { chars_min: 12 });

    world.ask(tablet, Command::Enrol(newcomer("十二文字の合言葉ですよ!")));
    world.settle();
    assert!(world.on(tablet).screen.is_open());
}

#[test]
fn a_wrong_passphrase_opens_nothing_and_the_right_one_still_does() {
    let (mut world, admin) = firm(8);
    world.offline(admin);
    world.ask(admin, Command::Lock);
    let locked = Gate::Locked { device_name: "管理パソコン".into() };
    assert_eq!(world.on(admin).screen.gate, Some(locked.clone()));

    world.ask(admin, Command::Unlock(Passphrase::new("まったく違う合言葉です".into())));
    world.settle();
    assert_eq!(world.on(admin).screen.notices.last(), Some(&Notice::WrongPassphrase));
    assert_eq!(world.on(admin).screen.gate, Some(locked));

    world.ask(admin, Command::Unlock(Passphrase::new(PASSPHRASE.into())));
    world.settle();
    assert!(world.on(admin).screen.is_open());
}

#[test]
fn an_invitation_cannot_be_made_without_a_network() {
    let (mut world, admin) = firm(9);
    world.offline(admin);

    world.ask(admin, Command::Invite { role: Role::Consultant, name: "佐藤 恵".into() });
    world.settle();

    assert_eq!(world.on(admin).screen.notices.last(), Some(&Notice::NeedsNetwork));
    assert_eq!(world.on(admin).screen.invitation, None);
}

#[test]
fn an_invitation_asked_for_during_the_login_is_made_after_it() {
    let mut world = World::seeded(seed_or(191));
    let admin = world.device("管理パソコン");
    let link = world.bootstrap_link();
    world.arrive(admin, &link, "管理 花子");
    step_to_login(&mut world, admin);

    world.ask(admin, Command::Invite { role: Role::Consultant, name: "佐藤 恵".into() });
    check_invites_after_login(&mut world, admin);

    world.restart(admin);
    world.ask(admin, Command::Unlock(Passphrase::new(PASSPHRASE.into())));
    step_to_login(&mut world, admin);

    world.ask(admin, Command::MakeDeviceCode);
    check_invites_after_login(&mut world, admin);
}

/// Up to the first moment at which the device is open while its login is under way.
#[track_caller]
fn step_to_login(world: &mut World, device: DeviceNo) {
    let is_there = |world: &World| {
        let screen = &world.on(device).screen;
        screen.is_open() && screen.sync.is_some_and(|it| it.link == LinkView::Connecting)
    };
    while !is_there(world) {
        assert!(world.step(), "a login");
    }
}

#[track_caller]
fn check_invites_after_login(world: &mut World, device: DeviceNo) {
    assert_eq!(world.on(device).screen.invitation, None, "not before the login");

    world.settle();

    let screen = &mut world.on_mut(device).screen;
    assert!(screen.invitation.take().is_some(), "by itself");
    assert_eq!(screen.notices, []);
}

#[test]
fn a_consultant_cannot_invite_a_consultant() {
    let (mut world, admin) = firm(10);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");

    world.ask(tablet, Command::Invite { role: Role::Consultant, name: "誰か".into() });
    world.settle();

    let notices = &world.on(tablet).screen.notices;
    assert_eq!(notices.last(), Some(&Notice::Refused { code: "L0101".into() }));
    assert_eq!(world.on(tablet).screen.invitation, None);
}

#[test]
fn two_people_join_at_the_same_moment() {
    let (mut world, admin) = firm(11);
    let links = [
        world.invite(admin, Role::Consultant, "佐藤 恵"),
        world.invite(admin, Role::Consultant, "田中 実"),
        world.invite(admin, Role::Supervisor, "鈴木 仁"),
    ];
    let devices: Vec<DeviceNo> = links.iter().map(|_| world.device("タブレット")).collect();

    for (device, link) in devices.iter().zip(&links) {
        world.arrive(*device, link, "誰か");
    }
    world.settle();

    for device in devices {
        assert!(world.on(device).screen.is_open(), "{:?}", world.on(device).screen.notices);
    }
}

#[test]
fn a_newcomer_with_a_full_store_is_not_taken_for_a_forger_when_there_is_room_again() {
    let (mut world, admin) = firm(12);
    for moment in 8..20 {
        let link = world.invite(admin, Role::Employee, "佐伯 悠真");
        let phone = world.device("スマートフォン");
        world.arrive(phone, &link, "佐伯 悠真");
        world.wait_ms(700);
        world.set_full(phone, true);
        world.wait_ms(5_000 + moment * 50);
        world.offline(phone);
        world.online(phone);
        world.set_full(phone, false);

        world.settle();

        let screen = &world.on(phone).screen;
        assert!(screen.is_open(), "moment {moment}: {:?}", screen.gate);
        assert_eq!(screen.notices, [], "moment {moment}");
    }
}
