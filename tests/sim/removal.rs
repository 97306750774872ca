//! Who leaves: lost tablets, people who go, and what becomes of the documents they could read.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests")]

use std::collections::BTreeMap;

use engine::{
    command::Command,
    view::{Badge, Gate, Notice, Standing, Work},
};
use harness::{
    seed::seed_or,
    world::{DeviceNo, Faults, Seen, Tamper, World},
};
use shared::{
    Blob,
    id::{AccountId, DeviceId, DocumentId, Epoch},
    log::{
        Entry,
        document::{Access, DocumentLog},
        org::{OrgLog, Role},
    },
    refusal::{Reason, Refusal},
    sync::{ServerMessage, WrapTo},
};

const HOUR_MS: u64 = 60 * 60 * 1000;
pub(crate) const FIELD: &str = "presenting_issue";

/// An admin, a consultant with tablet and phone, and a colleague.
pub(crate) struct Cast {
    pub(crate) world: World,
    pub(crate) admin: DeviceNo,
    pub(crate) tablet: DeviceNo,
    pub(crate) phone: DeviceNo,
    pub(crate) colleague: DeviceNo,
    pub(crate) case: DocumentId,
}

pub(crate) fn cast(seed: u64) -> Cast {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let phone = world.link_device(tablet, "スマートフォン");
    let colleague = world.hire(admin, Role::Consultant, "田中 実", "田中のタブレット");
    world.hire(tablet, Role::Employee, "佐伯 悠真", "佐伯のスマートフォン");
    let case = world.open_case(tablet, "佐伯 悠真");
    world.settle();
    Cast { world, admin, tablet, phone, colleague, case }
}

/// A note that the consultant wrote and shares with the colleague.
pub(crate) fn shared_note(cast: &mut Cast) -> DocumentId {
    let Cast { world, admin, tablet, colleague, case, .. } = cast;
    let note = world.add_interview(*tablet, *case);
    world.write(*tablet, note, FIELD, "異動の打診。");
    let account = world.known_as(*admin, "田中 実");
    let access = Access::Writer;
    world.ask(*tablet, Command::LetIn { document: note, account, access });
    world.settle();
    assert!(world.can_open(*colleague, note));
    note
}

/// The logs as the server has them.
pub(crate) fn logs(world: &World) -> (OrgLog, BTreeMap<DocumentId, DocumentLog>) {
    let reader = world.store().reader();
    let parse = |bytes: &Blob| Entry::parse(&bytes.0).expect("an entry");
    let entries: Vec<Entry> =
        reader.org_entries(0).expect("the org log").items.iter().map(parse).collect();
    let mut org = OrgLog::begin(&entries[0]).expect("a Genesis");
    for entry in &entries[1..] {
        org.append(entry).expect("an entry that follows");
    }
    let mut documents = BTreeMap::new();
    let accounts: Vec<AccountId> = org.accounts().map(|(account, _)| account).collect();
    for state in accounts.iter().flat_map(|it| reader.documents(*it).expect("documents")) {
        let entries = reader.document_entries(state.document, 0).expect("a log").items;
        let mut log = None;
        for entry in entries.iter().map(parse) {
            match &mut log {
                None => log = Some(DocumentLog::begin(&org, &entry).expect("a Create")),
                Some(log) => log.append(&org, &entry).expect("an entry that follows"),
            }
        }
        documents.extend(log.map(|log| (state.document, log)));
    }
    (org, documents)
}

pub(crate) fn device_of(world: &World, owner: DeviceNo, name: &str) -> DeviceId {
    let devices = &world.on(owner).screen.home.devices;
    devices.iter().find(|row| row.name == name).expect("a device of that name").device
}

/// The epochs of a document for which the server has a wrap to an account.
fn epochs_for(world: &World, account: AccountId, note: DocumentId) -> Vec<Epoch> {
    let reader = world.store().reader();
    let (_, piece) = reader.wraps(account, DeviceId::new([0; 16]), 0).expect("wraps");
    let of_note = piece.items.iter().filter_map(|wrap| match wrap.to {
        WrapTo::Account { document, epoch, .. } if document == note => Some(epoch),
        WrapTo::Account { .. } | WrapTo::Device { .. } => None,
    });
    of_note.collect()
}

#[track_caller]
fn check_all_fresh(world: &World) {
    let (org, documents) = logs(world);
    for (id, log) in &documents {
        let has_manager = log.members().any(|(account, _)| {
            org.devices_of(account).any(|(device, _)| org.stands(device))
                && log.may_rotate(&org, account, org.head().length)
        });
        assert!(!log.is_stale(&org) || !has_manager, "{id} waits for its next epoch");
    }
}

#[track_caller]
fn check_erased(world: &World, device: DeviceNo) {
    assert!(world.on(device).disk.is_empty(), "something is left");
    assert_eq!(world.on(device).screen.gate, Some(Gate::Revoked { is_erased: true }));
}

#[test]
fn a_lost_tablet_erases_itself_within_two_seconds_and_work_goes_on_without_it() {
    let mut cast = cast(60);
    let note = shared_note(&mut cast);
    let Cast { mut world, tablet, phone, colleague, .. } = cast;
    assert!(world.can_open(phone, note));
    let lost = device_of(&world, phone, "タブレット");

    world.ask(phone, Command::RevokeDevice(lost));
    world.wait_ms(2_000);
    check_erased(&world, tablet);

    world.settle();
    check_all_fresh(&world);
    world.write(phone, note, FIELD, "電話から続き。");
    world.settle();
    assert_eq!(world.on(phone).screen.sync.unwrap().badge(), Badge::Sent);
    world.ask(colleague, Command::Open(note));
    assert_eq!(world.reads(colleague, note, FIELD), "異動の打診。電話から続き。");
    let names: Vec<_> =
        world.on(phone).screen.home.devices.iter().map(|row| row.name.clone()).collect();
    assert_eq!(names, ["スマートフォン"]);
}

#[test]
fn a_tablet_that_was_switched_off_erases_itself_before_anything_else() {
    let mut cast = cast(61);
    let note = shared_note(&mut cast);
    let Cast { mut world, tablet, phone, .. } = cast;
    world.offline(tablet);
    world.write(tablet, note, FIELD, "盗んだ人が書いた。");
    world.settle();
    let lost = device_of(&world, phone, "タブレット");
    world.ask(phone, Command::RevokeDevice(lost));
    world.settle();
    assert!(!world.on(tablet).disk.is_empty());

    world.online(tablet);
    world.settle();

    check_erased(&world, tablet);
    world.ask(phone, Command::Open(note));
    assert_eq!(world.reads(phone, note, FIELD), "異動の打診。");
    world.restart(tablet);
    world.settle();
    assert_eq!(world.on(tablet).screen.gate, Some(Gate::Empty));
}

#[test]
fn a_tablet_revoked_by_a_device_it_has_never_heard_of_erases_itself_at_contact() {
    for was_off in [true, false] {
        let Cast { mut world, tablet, phone, .. } = cast(73);
        if was_off {
            world.crash(tablet);
        }
        world.offline(tablet);
        let fresh = world.link_device(phone, "新しい電話");
        let lost = device_of(&world, fresh, "タブレット");
        world.ask(fresh, Command::RevokeDevice(lost));
        world.settle();
        if was_off {
            world.restart(tablet);
            world.unlock(tablet);
        }

        world.watch();
        world.online(tablet);
        world.wait_ms(3_000);

        check_erased(&world, tablet);
        let brought = world.look().into_iter().filter(|seen| {
            matches!(seen, Seen::Wraps(to, _) | Seen::Envelopes(to, _) | Seen::LoggedIn(to, _)
                if *to == tablet)
        });
        assert_eq!(brought.count(), 0, "it erases itself before anything else");
    }
}

#[test]
fn a_server_that_only_says_revoked_shuts_a_device_and_erases_nothing() {
    let Cast { mut world, tablet, phone, .. } = cast(74);
    let entries = world.store().reader().org_entries(0).unwrap().items;
    let records = world.on(tablet).disk.len();
    for entry in [None, entries.last().cloned(), Some(Blob(vec![1, 2, 3]))] {
        let refusal = Refusal::new(Reason::DeviceRevoked);
        let lie =
            || ServerMessage::Refused { refusal, log: None, document: None, entry: entry.clone() };

        world.tell(tablet, lie());
        assert!(!world.on(tablet).screen.is_open(), "shut before it is known whether it is true");
        // The honest server lets it in again.
        world.settle();
        assert!(world.on(tablet).screen.is_open());

        world.offline(tablet);
        world.tell(tablet, lie());
        world.tell(tablet, lie());
        assert!(matches!(world.on(tablet).screen.gate, Some(Gate::Locked { .. })));
        assert!(world.on(tablet).disk.len() >= records);
        world.online(tablet);
        world.unlock(tablet);
        world.settle();
        assert!(world.on(tablet).screen.is_open());
    }
    assert!(world.on(phone).screen.is_open());
}

#[test]
fn new_keys_reach_a_further_device_that_then_reads_everything() {
    let mut cast = cast(62);
    let note = shared_note(&mut cast);
    let Cast { mut world, phone, .. } = cast;
    let laptop = world.link_device(phone, "ノートパソコン");
    for lost in ["タブレット", "ノートパソコン"] {
        let lost = device_of(&world, phone, lost);
        world.ask(phone, Command::RevokeDevice(lost));
        world.settle();
    }
    check_erased(&world, laptop);
    world.ask(phone, Command::Open(note));
    world.write(phone, note, FIELD, "三代目の鍵で。");
    world.settle();

    let fresh = world.link_device(phone, "新しいタブレット");
    world.settle();

    assert!(world.can_open(fresh, note), "{:?}", world.on(fresh).screen.notices);
    assert_eq!(world.reads(fresh, note, FIELD), "異動の打診。三代目の鍵で。");
    world.write(fresh, note, FIELD, "書ける。");
    world.settle();
    assert_eq!(world.reads(phone, note, FIELD), "異動の打診。三代目の鍵で。書ける。");
    let account = world.known_as(cast.admin, "佐藤 恵");
    let (org, _) = logs(&world);
    assert_eq!(org.account(account).unwrap().keys.generation.0, 2);
}

#[test]
fn a_colleague_who_is_let_in_after_an_epoch_reads_what_was_before() {
    let mut cast = cast(63);
    let Cast { world, admin, tablet, phone, colleague, case } = &mut cast;
    let note = world.add_interview(*tablet, *case);
    world.write(*tablet, note, FIELD, "前の鍵で。");
    world.settle();
    let lost = device_of(world, *phone, "タブレット");
    world.ask(*phone, Command::RevokeDevice(lost));
    world.settle();
    let account = world.known_as(*admin, "田中 実");

    world.ask(*phone, Command::LetIn { document: note, account, access: Access::Reader });
    world.settle();

    assert!(world.can_open(*colleague, note));
    assert_eq!(world.reads(*colleague, note, FIELD), "前の鍵で。");
}

#[test]
fn somebody_who_was_removed_gets_no_later_secret_and_is_shut_out() {
    let mut cast = cast(64);
    let note = shared_note(&mut cast);
    let Cast { mut world, admin, tablet, colleague, .. } = cast;
    let account = world.known_as(admin, "田中 実");

    world.ask(admin, Command::RemovePerson(account));
    world.wait_ms(2_000);
    let screen = &world.on(colleague).screen;
    assert_eq!(screen.notices.last(), Some(&Notice::AccountClosed));
    assert!(matches!(screen.gate, Some(Gate::Locked { .. })));
    world.settle();
    check_all_fresh(&world);
    world.write(tablet, note, FIELD, "後の鍵で。");
    world.settle();

    assert_eq!(world.on(tablet).screen.sync.unwrap().badge(), Badge::Sent);
    let (_, documents) = logs(&world);
    assert_eq!(documents[&note].epoch(), Epoch(1));
    assert_eq!(documents[&note].access(account), None);
    assert_eq!(epochs_for(&world, account, note), [Epoch(0)]);
    // Nothing is erased, and nothing opens, with or without a network.
    world.offline(colleague);
    world.unlock(colleague);
    world.settle();
    assert_eq!(world.on(colleague).screen.gate, Some(Gate::Working(Work::AskingAgain)));
    let row = world.on(admin).screen.home.people.iter().find(|row| row.name == "田中 実");
    assert_eq!(row.map(|row| row.standing), Some(Standing::Removed));
}

#[test]
fn a_frozen_account_waits_and_goes_on_where_it_was() {
    let mut cast = cast(65);
    let note = shared_note(&mut cast);
    let Cast { mut world, admin, colleague, .. } = cast;
    let account = world.known_as(admin, "田中 実");
    world.ask(admin, Command::Freeze { account, frozen: true });
    world.settle();
    world.unlock(colleague);
    world.settle();
    assert!(!world.on(colleague).screen.is_open());

    world.ask(admin, Command::Freeze { account, frozen: false });
    world.settle();
    world.unlock(colleague);
    world.settle();

    assert!(world.on(colleague).screen.is_open(), "{:?}", world.on(colleague).screen.notices);
    world.ask(colleague, Command::Open(note));
    world.write(colleague, note, FIELD, "戻りました。");
    world.settle();
    assert_eq!(world.on(colleague).screen.sync.unwrap().badge(), Badge::Sent);
}

#[test]
fn a_member_who_was_let_out_writes_nothing_more_there() {
    let mut cast = cast(66);
    let note = shared_note(&mut cast);
    let Cast { mut world, admin, tablet, phone, colleague, .. } = cast;
    let account = world.known_as(admin, "田中 実");
    world.write(colleague, note, FIELD, "まだ書ける。");
    world.settle();

    world.ask(tablet, Command::LetOut { document: note, account });
    world.settle();
    check_all_fresh(&world);
    world.write(tablet, note, FIELD, "二人に戻った。");
    world.write(colleague, note, FIELD, "もう書けない。");
    world.settle();

    world.ask(phone, Command::Open(note));
    for device in [tablet, phone] {
        assert_eq!(world.reads(device, note, FIELD), "異動の打診。まだ書ける。二人に戻った。");
    }
    assert_eq!(epochs_for(&world, account, note), [Epoch(0)]);
    // Let in again, goes on with what was written meanwhile.
    let access = Access::Writer;
    world.ask(tablet, Command::LetIn { document: note, account, access });
    world.settle();
    world.offline(colleague);
    world.online(colleague);
    world.settle();
    assert_eq!(world.reads(tablet, note, FIELD), world.reads(colleague, note, FIELD));
    assert!(world.reads(tablet, note, FIELD).contains("もう書けない。"));
}

#[test]
fn what_is_typed_while_somebody_is_removed_arrives_once_under_the_new_secret() {
    for seed in 0..12 {
        let mut cast = cast(700 + seed);
        let note = shared_note(&mut cast);
        let Cast { mut world, admin, tablet, phone, .. } = cast;
        world.ask(phone, Command::Open(note));
        let account = world.known_as(admin, "田中 実");
        let mut typed = 0;
        for turn in 0..30_u64 {
            if turn == 3 {
                world.ask(admin, Command::RemovePerson(account));
            }
            world.write(tablet, note, FIELD, "あ");
            world.write(phone, note, "observation", "い");
            typed += 1;
            world.wait_ms(100 + seed * 37);
        }
        world.settle();

        check_all_fresh(&world);
        for device in [tablet, phone] {
            let screen = &world.on(device).screen;
            assert_eq!(screen.sync.unwrap().badge(), Badge::Sent, "seed {seed}");
            assert_eq!(screen.notices, [], "seed {seed}");
            let text = world.reads(device, note, FIELD);
            assert_eq!(text.matches('あ').count(), typed, "seed {seed}");
        }
        world.on_mut(phone).screen.forget(note);
        world.restart(phone);
        world.unlock(phone);
        world.settle();
        world.ask(phone, Command::Open(note));
        assert_eq!(world.reads(phone, note, FIELD), world.reads(tablet, note, FIELD));
    }
}

#[test]
fn an_envelope_of_the_new_epoch_is_sealed_again_with_one_of_the_old_that_it_follows() {
    let mut cast = cast(76);
    let note = shared_note(&mut cast);
    let Cast { mut world, admin, tablet, phone, .. } = cast;
    let account = world.known_as(admin, "田中 実");
    world.tamper = Some(Tamper::PushesGetLost(tablet));
    world.write(tablet, note, FIELD, "前の鍵で。");
    world.settle();
    world.ask(phone, Command::LetOut { document: note, account });
    world.settle();
    world.write(tablet, note, FIELD, "次の鍵で。");
    world.settle();
    world.tamper = None;

    world.offline(tablet);
    world.online(tablet);
    world.settle();

    assert_eq!(world.on(tablet).screen.sync.unwrap().badge(), Badge::Sent);
    world.ask(phone, Command::Open(note));
    assert_eq!(world.reads(phone, note, FIELD), "異動の打診。前の鍵で。次の鍵で。");
}

#[test]
fn many_documents_get_their_next_epoch_a_few_at_a_time() {
    let Cast { mut world, tablet, phone, case, .. } = cast(67);
    for _ in 0..25 {
        world.add_interview(tablet, case);
        world.settle();
    }
    let lost = device_of(&world, phone, "タブレット");

    world.ask(phone, Command::RevokeDevice(lost));
    world.wait_ms(60_000);

    check_all_fresh(&world);
    let (_, documents) = logs(&world);
    let turned = documents.values().filter(|log| log.epoch() == Epoch(1)).count();
    assert!(turned >= 27, "{turned} of {}", documents.len());
}

#[test]
fn a_crash_anywhere_in_a_revocation_leaves_nothing_stale_or_lost() {
    for effects in 0.. {
        assert!(effects < 400, "the story does not end");
        let mut cast = cast(68);
        let note = shared_note(&mut cast);
        let Cast { mut world, phone, .. } = cast;
        world.ask(phone, Command::Open(note));
        let lost = device_of(&world, phone, "タブレット");
        world.crash_in(phone, effects * 3);
        world.ask(phone, Command::RevokeDevice(lost));
        world.settle();
        if !world.is_dead(phone) {
            assert!(effects > 5, "the story has effects to crash in");
            return;
        }
        world.restart(phone);
        world.unlock(phone);
        world.settle();
        // The wish itself may have died with the program.
        world.ask(phone, Command::RevokeDevice(lost));
        world.settle();

        check_all_fresh(&world);
        world.ask(phone, Command::Open(note));
        world.write(phone, note, FIELD, "続き。");
        world.settle();
        assert_eq!(world.on(phone).screen.sync.unwrap().badge(), Badge::Sent, "crash at {effects}");
        let (org, _) = logs(&world);
        assert!(org.devices().all(|(id, device)| id != lost || device.revoked.is_some()));
        assert!(org.accounts().all(|(_, account)| !account.exposed), "crash at {effects}");
    }
}

#[test]
fn a_device_that_was_offline_too_long_asks_the_server_once() {
    let Cast { mut world, admin, phone, .. } = cast(69);
    let opens = |world: &mut World| {
        world.ask(phone, Command::Lock);
        world.settle();
        world.unlock(phone);
        world.settle();
        world.on(phone).screen.is_open()
    };
    world.offline(phone);
    world.wait_ms(71 * HOUR_MS);
    assert!(opens(&mut world));
    world.wait_ms(2 * HOUR_MS);
    assert!(!opens(&mut world));
    assert_eq!(world.on(phone).screen.gate, Some(Gate::Working(Work::AskingAgain)));

    // A clock that is set back helps nobody.
    world.skew_clock(phone, -i64::try_from(48 * HOUR_MS).unwrap());
    assert!(!opens(&mut world));
    world.skew_clock(phone, 0);
    world.online(phone);
    world.settle();
    assert!(world.on(phone).screen.is_open());

    world.ask(admin, Command::SetPolicy { offline_hours: 12 });
    world.settle();
    world.offline(phone);
    world.wait_ms(13 * HOUR_MS);
    assert!(!opens(&mut world));
}

#[test]
fn a_person_may_not_remove_others_and_the_last_admin_stays() {
    let Cast { mut world, admin, tablet, .. } = cast(70);
    let colleague = world.known_as(admin, "田中 実");
    let refused = Notice::Refused { code: "L0101".into() };

    world.ask(tablet, Command::RemovePerson(colleague));
    world.settle();
    assert_eq!(world.on(tablet).screen.notices.last(), Some(&refused));
    let me = world.on(admin).screen.home.people.iter().find(|row| row.is_me).unwrap();
    let me = me.account.unwrap();
    world.ask(admin, Command::RemovePerson(me));
    world.settle();
    assert_eq!(world.on(admin).screen.notices.last(), Some(&refused));
}

#[test]
fn an_erasure_that_fails_is_tried_again() {
    let Cast { mut world, tablet, phone, .. } = cast(71);
    let lost = device_of(&world, phone, "タブレット");
    world.set_full(tablet, true);
    world.ask(phone, Command::RevokeDevice(lost));
    world.wait_ms(10_000);
    assert_eq!(world.on(tablet).screen.gate, Some(Gate::Revoked { is_erased: false }));
    assert!(!world.on(tablet).disk.is_empty());

    world.set_full(tablet, false);
    world.settle();

    check_erased(&world, tablet);
}

#[test]
fn a_revocation_survives_a_connection_that_breaks_all_the_time() {
    for seed in 0..6 {
        let mut cast = cast(800 + seed);
        let note = shared_note(&mut cast);
        let Cast { mut world, phone, colleague, .. } = cast;
        world.ask(phone, Command::Open(note));
        let lost = device_of(&world, phone, "タブレット");
        world.faults = Faults { break_in: 8, ..Faults::default() };
        for _ in 0..40 {
            world.ask(phone, Command::RevokeDevice(lost));
            world.write(phone, note, FIELD, "う");
            world.wait_ms(2_000);
        }
        world.faults = Faults::default();
        world.settle();
        world.ask(phone, Command::RevokeDevice(lost));
        world.settle();

        check_all_fresh(&world);
        assert_eq!(world.on(phone).screen.sync.unwrap().badge(), Badge::Sent, "seed {seed}");
        assert_eq!(world.reads(phone, note, FIELD).matches('う').count(), 40, "seed {seed}");
        world.ask(colleague, Command::Open(note));
        assert_eq!(world.reads(colleague, note, FIELD), world.reads(phone, note, FIELD));
    }
}

#[test]
fn an_invitation_of_somebody_who_left_is_of_no_use() {
    let Cast { mut world, admin, colleague, .. } = cast(74);
    let link = world.invite(colleague, Role::Employee, "浅野 由紀");
    let account = world.known_as(admin, "田中 実");
    world.ask(admin, Command::RemovePerson(account));
    world.settle();
    let phone = world.device("浅野のスマートフォン");

    world.arrive(phone, &link, "浅野 由紀");
    world.settle();

    assert_eq!(world.on(phone).screen.notices.last(), Some(&Notice::LinkExpired));
    assert_eq!(world.on(phone).screen.gate, Some(Gate::Empty));
}
