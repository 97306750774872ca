//! A device that is there twice, and what it finds of its own hand in the org log.

use engine::{
    casework::{
        consent::{Decision, Matter, Method, Scope},
        field::{Field, Value},
    },
    command::{Command, Decide, RoomAct},
    view::{AlarmKind, Badge, Notice},
};
use harness::world::{DeviceNo, World};
use shared::{
    id::DocumentId,
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

/// A copy that had written at home, in the same places of the chain as the tablet, is the first to
/// meet a server that was put back: what the tablet had sent there has no place any more.
fn displaced(seed: u64) -> (Cast, DocumentId, DocumentId) {
    let mut cast = cast(seed);
    let note = shared_note(&mut cast);
    let other = shared_note(&mut cast);
    let Cast { world, tablet, colleague, .. } = &mut cast;
    let backup = world.back_up();
    let copy = world.clone_device(*tablet, "写し");
    world.unlock(copy);
    world.settle();
    assert!(world.can_open(copy, note));
    world.offline(copy);
    world.write(copy, note, "observation", "写しで書いた。");
    world.write(*tablet, note, "response", "面談室で書いた。");
    world.settle();
    assert_eq!(world.reads(*colleague, note, "response"), "面談室で書いた。");
    world.write(*colleague, note, "response", "同感。");
    world.settle();
    assert_eq!(world.on(*colleague).screen.sync.map(|it| it.badge()), Some(Badge::Sent));

    for device in world.devices().filter(|it| *it != copy).collect::<Vec<_>>() {
        world.offline(device);
    }
    world.restore(backup);
    world.online(copy);
    world.settle();
    for device in world.devices().filter(|it| *it != copy).collect::<Vec<_>>() {
        world.online(device);
    }
    world.settle();
    (cast, note, other)
}

/// A device and a document of its own that stands apart.
pub(crate) fn stands_apart(seed: u64) -> (DeviceNo, DocumentId, World) {
    let (cast, note, _) = displaced(seed);
    (cast.colleague, note, cast.world)
}

#[test]
fn who_built_on_what_lost_its_place_keeps_it_and_is_told_before_writing_more() {
    let (cast, note, other) = displaced(883);
    let Cast { mut world, tablet, phone, colleague, .. } = cast;
    assert_eq!(kinds(&world, tablet), [AlarmKind::Restored, AlarmKind::Twice]);
    assert_eq!(kinds(&world, colleague), [AlarmKind::Restored, AlarmKind::Equivocation]);

    for again in [false, true] {
        assert_eq!(world.reads(colleague, note, "response"), "面談室で書いた。同感。");
        world.on_mut(colleague).screen.notices.clear();
        world.write(colleague, note, "summary_talked", "ここへは書けない。");
        assert_eq!(world.on(colleague).screen.notices, [Notice::StandsApart], "again: {again}");
        assert_eq!(world.reads(colleague, note, "summary_talked"), "");
        assert_eq!(world.on(colleague).screen.sync.unwrap().unsaved, 0);
        reopened(&mut world, colleague);
        assert!(world.can_open(colleague, note));
    }
    // Elsewhere it goes on as ever.
    assert!(world.can_open(colleague, other) && world.can_open(phone, other));
    world.write(colleague, other, "response", "こちらには書ける。");
    world.settle();
    assert_eq!(world.on(colleague).screen.sync.unwrap().badge(), Badge::Sent);
    assert_eq!(world.reads(phone, other, "response"), "こちらには書ける。");
}

#[test]
fn a_server_that_has_the_same_past_again_is_written_to_again() {
    let mut cast = cast(884);
    let note = shared_note(&mut cast);
    let Cast { mut world, tablet, colleague, .. } = cast;
    let before = world.back_up();
    let copy = world.clone_device(tablet, "写し");
    world.unlock(copy);
    world.settle();
    assert!(world.can_open(copy, note));
    world.offline(copy);
    world.write(copy, note, "observation", "写しで書いた。");
    world.write(tablet, note, "response", "面談室で書いた。");
    world.settle();
    assert_eq!(world.reads(colleague, note, "response"), "面談室で書いた。");
    let honest = world.back_up();

    for device in world.devices().collect::<Vec<_>>() {
        world.offline(device);
    }
    world.restore(before);
    world.online(copy);
    world.settle();
    world.online(colleague);
    world.settle();
    world.write(colleague, note, "summary_talked", "書けない。");
    assert_eq!(world.on(colleague).screen.notices.last(), Some(&Notice::StandsApart));

    world.offline(copy);
    world.offline(colleague);
    world.restore(honest);
    world.online(colleague);
    world.settle();
    world.write(colleague, note, "summary_talked", "また書ける。");
    world.settle();
    assert_eq!(world.reads(colleague, note, "summary_talked"), "また書ける。");
    assert_eq!(world.on(colleague).screen.sync.unwrap().badge(), Badge::Sent);
}

#[test]
fn what_the_program_does_by_itself_where_a_document_stands_apart_troubles_nobody() {
    let Cast { mut world, tablet, phone, case, .. } = cast(885);
    let row = world.on(phone).screen.home.cases.iter().find(|row| row.case == case);
    let (consent, private) = row.and_then(|row| row.consent.zip(row.private)).unwrap();
    let backup = world.back_up();
    let copy = world.clone_device(tablet, "写し");
    world.unlock(copy);
    world.settle();
    world.offline(copy);
    for (device, decision) in [(copy, Decision::Refused), (tablet, Decision::Agreed)] {
        let method = Method::Spoken("「はい」と仰った。".into());
        let (place, language) = ("会議室".into(), "ja".into());
        let (matter, scope) = (Matter::Counting, Scope::Whole);
        let decide = Decide { case, matter, decision, scope, method, place, language };
        world.ask(device, Command::Room(RoomAct::Decide(decide)));
        world.settle();
    }
    for device in world.devices().collect::<Vec<_>>() {
        world.offline(device);
    }
    world.restore(backup);
    for device in [copy, phone] {
        world.online(device);
        world.settle();
    }
    assert!(kinds(&world, phone).contains(&AlarmKind::Equivocation));
    assert!(world.can_open(phone, consent) && world.can_open(phone, private));

    // The day a case was closed on is noted beside the consents, which nobody asked for.
    world.on_mut(phone).screen.notices.clear();
    let (field, value) = (Field::top("closing_on"), Value::When("2026-12-01".into()));
    let closing = (field.clone(), value.clone());
    world.ask(phone, Command::SetValue { document: private, field, value });
    world.settle();
    assert_eq!(world.on(phone).screen.value(private, &closing.0), closing.1);
    assert_eq!(world.on(phone).screen.notices, []);
    assert_eq!(world.on(phone).screen.sync.unwrap().unsaved, 0);
}
