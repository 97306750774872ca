//! A server that is behind, and devices that must not stay behind with it.

use engine::{
    command::Command,
    view::{AlarmKind, Badge, Gate, Notice, StorageView, Work},
};
use harness::{
    seed::seed_or,
    world::{
        DeviceNo, World,
        liar::{Liar, envelopes},
    },
};
use server::store::Store;
use shared::{
    id::DocumentId,
    log::{document::Access, org::Role},
    sync::{ClientMessage, ServerMessage},
};

use crate::removal::{Cast, FIELD, cast, shared_note};

fn reconnect(world: &mut World, device: DeviceNo) {
    world.offline(device);
    world.online(device);
    world.settle();
}

fn kinds(world: &World, device: DeviceNo) -> Vec<AlarmKind> {
    world.on(device).screen.alarms.iter().map(|row| row.matter.kind).collect()
}

#[test]
fn a_link_younger_than_the_backup_works_once_its_giver_was_there() {
    let mut world = World::seeded(seed_or(900));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let backup = world.back_up();
    let link = world.invite(admin, Role::Consultant, "佐藤 恵");
    world.offline(admin);
    world.restore(backup);
    let tablet = world.device("タブレット");

    world.arrive(tablet, &link, "佐藤 恵");
    world.settle();
    assert_eq!(world.on(tablet).screen.notices, [Notice::UnknownLink]);
    assert!(world.on(tablet).disk.is_empty(), "the device is as it was");

    world.online(admin);
    world.settle();
    world.arrive(tablet, &link, "佐藤 恵");
    world.settle();
    assert!(world.on(tablet).screen.is_open());
}

#[test]
fn somebody_who_was_joining_when_the_server_went_back_joins_by_themselves_when_it_is_healed() {
    for was_taken in [false, true] {
        let mut world = World::seeded(seed_or(901));
        let admin = world.device("管理パソコン");
        world.found(admin);
        let backup = world.back_up();
        let link = world.invite(admin, Role::Consultant, "佐藤 恵");
        let tablet = world.device("タブレット");
        world.arrive(tablet, &link, "佐藤 恵");
        let entries = |world: &World| world.store().reader().org_length().unwrap();
        let (before, records) = (entries(&world), world.on(tablet).disk.len());
        // The keyring and the link are durable, then the org log, then the entry is sent.
        let is_there = |world: &World| {
            if was_taken {
                entries(world) > before
            } else {
                world.on(tablet).disk.len() > records + 3
            }
        };
        while !is_there(&world) {
            assert!(world.step());
        }
        // The answer gets lost, and with it the server's memory.
        world.offline(tablet);
        world.settle();
        world.offline(admin);
        world.restore(backup);

        world.online(tablet);
        world.settle();
        assert_eq!(world.on(tablet).screen.notices, []);
        assert_eq!(world.on(tablet).screen.gate, Some(Gate::Working(Work::AskingServer)));
        world.online(admin);
        world.settle();

        assert_eq!(world.on(tablet).screen.notices, []);
        assert!(world.on(tablet).screen.is_open(), "taken: {was_taken}");
        let people = world.on(admin).screen.home.people.iter();
        assert_eq!(people.filter(|row| row.name == "佐藤 恵").count(), 1);
    }
}

/// Two notes that a colleague may write in, by id.
fn two_notes(cast: &mut Cast) -> [DocumentId; 2] {
    let mut notes = [shared_note(cast), shared_note(cast)];
    notes.sort();
    notes
}

#[test]
fn what_was_asked_for_when_a_rollback_was_found_is_fetched_all_the_same() {
    let mut cast = cast(902);
    let [first, second] = two_notes(&mut cast);
    let Cast { mut world, tablet, phone, colleague, .. } = cast;
    let backup = world.back_up();
    world.ask(phone, Command::Open(second));
    world.ask(tablet, Command::Open(second));
    world.offline(colleague);
    world.write(tablet, second, FIELD, "戻される。");
    world.settle();
    for device in [phone, tablet] {
        world.offline(device);
    }
    world.roll_back(backup);
    world.online(colleague);
    world.ask(colleague, Command::Open(first));
    world.write(colleague, first, FIELD, "間に合う。");
    world.settle();

    // The index names the note that is behind before it names the one that went back.
    world.online(phone);
    world.settle();

    assert_eq!(kinds(&world, phone), [AlarmKind::RolledBack]);
    world.ask(phone, Command::Open(first));
    assert!(world.reads(phone, first, FIELD).contains("間に合う。"));
    assert_eq!(world.on(phone).screen.sync.map(|it| it.badge()), Some(Badge::Sent));
}

/// Shows the last envelope of a document twice, as if it were two.
struct Doubler {
    to: DeviceNo,
    document: DocumentId,
}

impl Liar for Doubler {
    fn hear(&mut self, _: &Store, _: DeviceNo, asked: ClientMessage) -> Option<ClientMessage> {
        Some(asked)
    }

    fn say(&mut self, _: &Store, to: DeviceNo, mut honest: ServerMessage) -> Vec<ServerMessage> {
        if let ServerMessage::Batch { document, envelopes, .. } = &mut honest
            && (to, *document) == (self.to, self.document)
        {
            envelopes.extend(envelopes.last().cloned());
        }
        vec![honest]
    }
}

#[test]
fn a_doubled_envelope_hides_none_and_no_other_document_is_late_for_it() {
    let mut cast = cast(903);
    let notes = two_notes(&mut cast);
    let Cast { mut world, tablet, phone, colleague, .. } = cast;
    for document in notes {
        for device in [tablet, phone, colleague] {
            world.ask(device, Command::Open(document));
        }
    }
    for document in notes {
        let other = if document == notes[0] { notes[1] } else { notes[0] };
        let was_alarmed = world.on(phone).screen.alarms.len();
        world.lie(Doubler { to: phone, document });
        world.write(tablet, document, FIELD, "二度。");
        world.settle();
        assert!(world.on(phone).screen.alarms.len() > was_alarmed, "it is told at once");
        world.write(colleague, document, FIELD, "次。");
        world.write(colleague, other, FIELD, "別の記録。");
        world.settle();
        assert!(world.reads(phone, other, FIELD).ends_with("別の記録。"));

        world.tell_the_truth();
        world.settle();
        reconnect(&mut world, phone);

        for note in notes {
            world.on_mut(phone).screen.forget(note);
            world.ask(phone, Command::Open(note));
            assert_eq!(world.reads(phone, note, FIELD), world.reads(colleague, note, FIELD));
        }
        assert!(kinds(&world, phone).iter().all(|it| *it == AlarmKind::RolledBack));
        assert_eq!(world.on(tablet).screen.alarms, []);
    }
}

#[test]
fn an_envelope_that_a_server_renumbered_in_secret_is_not_missed() {
    let mut cast = cast(904);
    let note = shared_note(&mut cast);
    let Cast { mut world, admin, tablet, phone, colleague, .. } = cast;
    let account = world.known_as(admin, "田中 実");
    world.ask(tablet, Command::LetIn { document: note, account, access: Access::Writer });
    for device in [tablet, phone, colleague] {
        world.ask(device, Command::Open(note));
    }
    let backup = world.back_up();
    world.write(tablet, note, FIELD, "後で。");
    world.settle();
    for device in [tablet, phone] {
        world.offline(device);
    }
    world.offline(colleague);
    world.roll_back(backup);
    // Somebody else's takes the number that the tablet's had; then that comes again.
    world.online(colleague);
    world.write(colleague, note, FIELD, "先に。");
    world.settle();
    world.online(tablet);
    world.settle();

    world.online(phone);
    world.settle();

    world.on_mut(phone).screen.forget(note);
    world.ask(phone, Command::Open(note));
    let text = world.reads(phone, note, FIELD);
    assert!(text.contains("先に。") && text.contains("後で。"), "{text}");
}

#[test]
fn a_store_that_refuses_one_batch_and_then_dies_has_lost_nothing_that_later_ones_count_on() {
    let mut refused = 0;
    for batches in 0..14 {
        let mut world = World::seeded(seed_or(905));
        let admin = world.device("管理パソコン");
        world.found(admin);
        let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
        let phone = world.hire(tablet, Role::Employee, "佐伯 悠真", "スマートフォン");
        world.refuse_in(phone, batches);
        let case = world.open_case(tablet, "佐伯 悠真");
        // Less than the time after which a refused batch is tried again.
        world.wait_ms(1_900);
        let sync = world.on(phone).screen.sync.unwrap();
        refused += u32::from(sync.storage != StorageView::Fine);

        world.restart(phone);
        world.unlock(phone);
        world.settle();

        assert!(world.can_open(phone, case), "batch {batches} was refused");
    }
    assert!(refused > 3, "{refused}");
}

#[test]
fn what_both_copies_of_a_store_had_sent_survives_a_restore_after_both_retired() {
    let Cast { mut world, admin, tablet, phone, case, .. } = cast(906);
    let notes = [world.add_interview(tablet, case), world.add_interview(tablet, case)];
    world.settle();
    let backup = world.back_up();
    world.lose(phone);
    let copy = world.clone_device(tablet, "写し");
    world.unlock(copy);
    world.settle();
    let pairs = [(tablet, notes[0]), (copy, notes[1])];
    for (device, note) in pairs {
        world.ask(device, Command::Open(note));
        world.write(device, note, FIELD, "送った。");
    }
    world.settle();
    // A device is not told what it wrote itself; it hears of it when it asks what there is.
    for (device, _) in pairs {
        reconnect(&mut world, device);
        assert_eq!(kinds(&world, device), [AlarmKind::Twice]);
        assert_eq!(world.on(device).screen.sync.map(|it| it.badge()), Some(Badge::Sent));
    }
    let sent = notes.map(|note| envelopes(world.store(), note));
    for device in [admin, tablet, copy] {
        world.offline(device);
    }
    world.restore(backup);

    for device in [admin, tablet, copy] {
        world.online(device);
    }
    world.settle();

    assert_eq!(notes.map(|note| envelopes(world.store(), note)), sent);
}

#[test]
fn an_invitation_on_its_way_survives_a_clock_that_is_set_back_by_years() {
    let mut world = World::seeded(seed_or(908));
    let admin = world.device("管理パソコン");
    world.found(admin);
    world.ask(admin, Command::Invite { role: Role::Consultant, name: "佐藤 恵".into() });
    // The connection breaks before the server has heard of it.
    world.offline(admin);
    world.skew_clock(admin, -10 * 365 * 24 * 60 * 60 * 1000);
    world.online(admin);
    world.settle();

    assert_eq!(world.on(admin).screen.notices, []);
    let link = world.on(admin).screen.invitation.clone().unwrap().fragment;
    let tablet = world.device("タブレット");
    world.arrive(tablet, &link, "佐藤 恵");
    world.settle();
    assert!(world.on(tablet).screen.is_open());
}

#[test]
fn whoever_locks_a_full_tablet_sets_nothing_aside_by_it() {
    let Cast { mut world, tablet, phone, case, .. } = cast(909);
    let note = world.add_interview(tablet, case);
    world.settle();
    assert!(world.can_open(phone, note));
    world.set_full(tablet, true);
    world.write(phone, note, FIELD, "電話で書いた。");
    world.settle();
    // Each time what had come is tried again, and nothing of that becomes durable.
    for _ in 0..3 {
        world.ask(tablet, Command::Lock);
        world.settle();
        world.unlock(tablet);
        world.settle();
    }
    world.set_full(tablet, false);
    world.settle();
    world.wait_ms(60_000);

    assert!(!world.on(tablet).screen.notices.contains(&Notice::Quarantined));
    assert!(world.can_open(tablet, note));
    assert_eq!(world.reads(tablet, note, FIELD), "電話で書いた。");
}
