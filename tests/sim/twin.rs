//! A device that is there twice, and what it finds of its own hand in the org log.

use engine::{command::Command, view::AlarmKind};
use harness::world::{DeviceNo, World};
use shared::{
    log::{LogId, org::Role},
    refusal::{Reason, Refusal},
    sync::ServerMessage,
};

use crate::removal::{Cast, FIELD, cast, device_of, logs, shared_note};

fn kinds(world: &World, device: DeviceNo) -> Vec<AlarmKind> {
    world.on(device).screen.alarms.iter().map(|row| row.matter.kind).collect()
}

fn reopened(world: &mut World, device: DeviceNo) {
    world.restart(device);
    world.unlock(device);
    world.settle();
}

#[test]
fn a_copied_tablet_that_meets_its_own_hand_in_the_log_retires() {
    let Cast { mut world, tablet, phone, colleague, .. } = cast(881);
    let copy = world.clone_device(tablet, "写し");
    world.unlock(copy);
    world.settle();
    let device = device_of(&world, phone, "スマートフォン");

    // The keys that follow go to the person's other devices, and not to this one's own copy.
    world.ask(copy, Command::RevokeDevice(device));
    world.settle();

    assert_eq!(kinds(&world, tablet), [AlarmKind::Twice]);
    reopened(&mut world, tablet);
    assert_eq!(kinds(&world, tablet), [AlarmKind::Twice]);
    let length = logs(&world).0.head().length;
    let name = "高橋 直人".to_owned();
    world.ask(tablet, Command::Invite { role: Role::Employee, name });
    world.settle();
    assert_eq!(logs(&world).0.head().length, length, "it writes nothing more");
    assert_eq!(kinds(&world, copy), []);
    assert_eq!(kinds(&world, colleague), []);
}

#[test]
fn an_entry_that_the_server_refused_and_has_after_all_makes_nobody_retire() {
    let mut cast = cast(882);
    let note = shared_note(&mut cast);
    let Cast { mut world, tablet, colleague, .. } = cast;
    let (org, _) = logs(&world);
    let name = "高橋 直人".to_owned();
    world.ask(tablet, Command::Invite { role: Role::Employee, name });
    while logs(&world).0.head() == org.head() {
        assert!(world.step());
    }
    let refusal = Refusal::new(Reason::EntryRefused);
    let log = Some(LogId::Org(org.firm()));

    world.tell(tablet, ServerMessage::Refused { refusal, log, document: None, entry: None });
    world.settle();
    reopened(&mut world, tablet);

    assert_eq!(kinds(&world, tablet), []);
    assert!(world.can_open(tablet, note));
    world.write(tablet, note, FIELD, "まだ書ける。");
    world.settle();
    assert!(world.reads(colleague, note, FIELD).ends_with("まだ書ける。"));
}
