//! The paper kit: who has it comes back to the account, and nobody else makes one.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "helpers of tests")]

use engine::{
    command::{Command, Passphrase},
    view::{Arrival, Badge, Gate, KitRow, Notice, RecoveryKitView, Unopened},
    words,
};
use harness::{
    firm::PASSPHRASE,
    seed::seed_or,
    world::{DeviceNo, Faults, World},
};
use shared::{
    id::{AccountId, DocumentId},
    log::org::Role,
    secret::Secret,
};

use crate::removal::{FIELD, device_of, logs};

const TEXT: &str = "紙だけが残った。";

/// A consultant with one tablet, an employee's case, a note, and a kit on paper.
struct Cast {
    world: World,
    admin: DeviceNo,
    tablet: DeviceNo,
    case: DocumentId,
    note: DocumentId,
    kit: RecoveryKitView,
}

fn cast(seed: u64) -> Cast {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    world.hire(tablet, Role::Employee, "佐伯 悠真", "佐伯のスマートフォン");
    let kit = world.make_kit(tablet);
    // After the kit: it opens what comes later too.
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    world.write(tablet, note, FIELD, TEXT);
    world.settle();
    Cast { world, admin, tablet, case, note, kit }
}

#[track_caller]
fn check_everything_opens(world: &mut World, device: DeviceNo, documents: &[DocumentId]) {
    assert!(world.on(device).screen.is_open(), "{:?}", world.on(device).screen.gate);
    let opening = world.on(device).screen.opening.clone().expect("a report");
    assert_eq!(opening.unopened, []);
    assert_eq!(opening.known, opening.opened);
    // The catalogue is one too, and a case has its consents, what was told, and what is the
    // consultant's alone.
    let others = if documents.is_empty() { 1 } else { 4 };
    assert_eq!(usize::try_from(opening.known).unwrap(), documents.len() + others);
    for document in documents {
        assert!(world.can_open(device, *document));
    }
}

#[track_caller]
fn check_turned_away(world: &World, device: DeviceNo, notice: &Notice) {
    assert_eq!(world.on(device).screen.gate, Some(Gate::Empty));
    assert_eq!(world.on(device).screen.notices.last(), Some(notice));
    assert!(world.on(device).disk.is_empty(), "something is left");
}

fn consultant(world: &World, admin: DeviceNo) -> AccountId {
    world.known_as(admin, "佐藤 恵")
}

#[test]
fn whoever_lost_every_device_comes_back_with_the_words_on_paper() {
    let Cast { mut world, tablet, case, note, kit, .. } = cast(400);
    assert_eq!(kit.words.len(), words::WORDS);
    world.lose(tablet);

    let fresh = world.recover(&kit, "新しいタブレット");

    check_everything_opens(&mut world, fresh, &[case, note]);
    assert_eq!(world.reads(fresh, note, FIELD), TEXT);
    let screen = &world.on(fresh).screen;
    assert_eq!(screen.opening.as_ref().and_then(|it| it.arrival), Some(Arrival::Recovered));
    assert!(matches!(&screen.gate, Some(Gate::Open { name, .. }) if name == "佐藤 恵"));
    world.write(fresh, note, FIELD, "続き。");
    world.settle();
    assert_eq!(world.on(fresh).screen.sync.map(|it| it.badge()), Some(Badge::Sent));
    world.ask(fresh, Command::DismissOpening);
    world.settle();
    assert_eq!(world.on(fresh).screen.opening.as_ref().and_then(|it| it.arrival), None);
    world.restart(fresh);
    world.unlock(fresh);
    world.settle();
    check_everything_opens(&mut world, fresh, &[case, note]);
}

#[test]
fn the_square_code_says_what_the_words_say() {
    let Cast { mut world, tablet, case, note, kit, .. } = cast(401);
    world.lose(tablet);
    let fresh = world.device("新しいタブレット");

    world.arrive(fresh, &kit.code, "");
    world.settle();

    check_everything_opens(&mut world, fresh, &[case, note]);
}

#[test]
fn a_kit_survives_the_revocation_of_the_only_device_by_an_admin() {
    let Cast { mut world, admin, tablet, case, note, kit } = cast(402);
    let account = consultant(&world, admin);
    let (org, _) = logs(&world);
    let lost = org.devices_of(account).map(|(id, _)| id).next().expect("a device");
    world.ask(admin, Command::RevokeDevice(lost));
    world.settle();
    assert!(world.on(tablet).disk.is_empty());

    let fresh = world.recover(&kit, "新しいタブレット");

    check_everything_opens(&mut world, fresh, &[case, note]);
    // Whoever has the tablet may have the old keys: they are replaced before anything else.
    let (org, documents) = logs(&world);
    let account = org.account(account).expect("the account");
    assert_eq!((account.exposed, account.keys.generation.0), (false, 1));
    assert!(documents.values().all(|log| !log.is_stale(&org)));
    // And the kit is good for the new ones.
    world.lose(fresh);
    let again = world.recover(&kit, "もう一台");
    check_everything_opens(&mut world, again, &[case, note]);
}

#[test]
fn a_kit_opens_what_came_after_keys_were_replaced() {
    let Cast { mut world, tablet, case, note, kit, .. } = cast(403);
    let phone = world.link_device(tablet, "スマートフォン");
    let lost = device_of(&world, tablet, "スマートフォン");
    world.ask(tablet, Command::RevokeDevice(lost));
    world.settle();
    assert!(world.on(phone).disk.is_empty());
    let later = world.add_interview(tablet, case);
    world.write(tablet, later, FIELD, "鍵を替えたあと。");
    world.settle();
    world.lose(tablet);

    let fresh = world.recover(&kit, "新しいタブレット");

    check_everything_opens(&mut world, fresh, &[case, note, later]);
    assert_eq!(world.reads(fresh, later, FIELD), "鍵を替えたあと。");
}

#[test]
fn a_new_kit_takes_the_place_of_the_old_one() {
    let Cast { mut world, tablet, case, note, kit: old, .. } = cast(404);
    let new = world.make_kit(tablet);

    let finder = world.recover(&old, "拾った人のパソコン");
    check_turned_away(&world, finder, &Notice::KitReplaced);

    let fresh = world.recover(&new, "新しいタブレット");
    check_everything_opens(&mut world, fresh, &[case, note]);
}

#[test]
fn a_kit_ends_when_its_owner_revokes_the_device_that_made_it() {
    let Cast { mut world, tablet, kit, .. } = cast(405);
    let phone = world.link_device(tablet, "スマートフォン");
    let lost = device_of(&world, phone, "タブレット");
    let is_valid = |world: &World| world.on(phone).screen.home.kit.map(|kit: KitRow| kit.is_valid);
    assert_eq!(is_valid(&world), Some(true));

    world.ask(phone, Command::RevokeDevice(lost));
    world.settle();

    assert_eq!(is_valid(&world), Some(false));
    let thief = world.recover(&kit, "盗んだ人のパソコン");
    check_turned_away(&world, thief, &Notice::KitReplaced);
}

#[test]
fn a_device_left_open_makes_no_kit() {
    let mut world = World::seeded(seed_or(406));
    let admin = world.device("管理パソコン");
    world.found(admin);

    let guess = Passphrase::new(String::from("違う合い言葉を入れてみる"));
    world.ask(admin, Command::MakeRecoveryKit(guess));
    world.settle();

    assert_eq!(world.on(admin).screen.notices, [Notice::WrongPassphrase]);
    assert_eq!(world.on(admin).screen.kit, None);
    assert_eq!(world.on(admin).screen.home.kit, None);
}

#[test]
fn an_admin_comes_back_the_same_way() {
    let Cast { mut world, admin, .. } = cast(407);
    let kit = world.make_kit(admin);
    world.lose(admin);

    let fresh = world.recover(&kit, "新しい管理パソコン");

    check_everything_opens(&mut world, fresh, &[]);
    let link = world.invite(fresh, Role::Consultant, "田中 実");
    assert!(link.starts_with("join."));
}

#[test]
fn words_that_are_nobodys_kit_leave_the_device_empty() {
    let Cast { mut world, .. } = cast(408);
    let mut kit = RecoveryKitView {
        words: words::of(&Secret::new(Box::new([7; 32]))),
        code: String::new(),
        name: String::new(),
        made_at: world.now(),
    };
    let stranger = world.recover(&kit, "知らない端末");
    check_turned_away(&world, stranger, &Notice::WrongKit);

    kit.words.pop();
    let short = world.recover(&kit, "急いだ人の端末");
    check_turned_away(&world, short, &Notice::WrongLink);
}

#[test]
fn a_frozen_account_is_not_opened_by_its_kit() {
    let Cast { mut world, admin, tablet, case, note, kit } = cast(409);
    world.lose(tablet);
    let account = consultant(&world, admin);
    world.ask(admin, Command::Freeze { account, frozen: true });
    world.settle();

    let fresh = world.recover(&kit, "新しいタブレット");
    check_turned_away(&world, fresh, &Notice::AccountClosed);

    world.ask(admin, Command::Freeze { account, frozen: false });
    world.settle();
    let fresh = world.recover(&kit, "新しいタブレット");
    check_everything_opens(&mut world, fresh, &[case, note]);
}

#[test]
fn a_kit_made_after_the_backup_is_good_after_the_restore() {
    let mut world = World::seeded(seed_or(410));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let note = {
        world.hire(tablet, Role::Employee, "佐伯 悠真", "スマートフォン");
        let case = world.open_case(tablet, "佐伯 悠真");
        world.add_interview(tablet, case)
    };
    world.settle();
    let backup = world.back_up();
    let kit = world.make_kit(tablet);
    for device in world.devices() {
        world.offline(device);
    }
    world.restore(backup);
    for device in world.devices() {
        world.online(device);
    }
    world.settle();
    world.lose(tablet);

    let fresh = world.recover(&kit, "新しいタブレット");

    assert!(world.can_open(fresh, note));
}

#[test]
fn coming_back_goes_on_wherever_it_was_cut_off() {
    let mut finished = 0;
    for effects in (0..100).step_by(3) {
        let Cast { mut world, tablet, case, note, kit, .. } = cast(411);
        world.lose(tablet);
        let fresh = world.device("新しいタブレット");
        world.crash_in(fresh, effects);
        world.arrive(fresh, &kit.words.join("\u{3000}"), "");
        world.settle();
        if world.is_dead(fresh) {
            world.restart(fresh);
            world.unlock(fresh);
            world.settle();
            if world.on(fresh).screen.gate == Some(Gate::Empty) {
                // Nothing was durable yet: the words are typed again.
                world.arrive(fresh, &kit.words.join("\u{3000}"), "");
                world.settle();
            }
        } else {
            world.calm(fresh);
            finished += 1;
        }
        check_everything_opens(&mut world, fresh, &[case, note]);
    }
    assert!(finished > 0, "every try was cut off: the loop is too short");
}

#[test]
fn a_bad_connection_neither_loses_a_kit_nor_a_return() {
    for seed in 412..420 {
        let Cast { mut world, tablet, case, note, kit, .. } = cast(seed);
        world.faults = Faults { break_in: 7, twice_in: 5, late_in: 3, ..Faults::default() };
        world.lose(tablet);
        let fresh = world.recover(&kit, "新しいタブレット");
        for _ in 0..4 {
            world.settle();
        }
        world.faults = Faults::default();
        world.settle();
        check_everything_opens(&mut world, fresh, &[case, note]);
        let owned = logs(&world).0;
        let devices = owned.devices().filter(|(_, device)| device.grant == kit_index(&owned));
        assert_eq!(devices.count(), 1, "one return is one device");
    }
}

fn kit_index(org: &shared::log::org::OrgLog) -> Option<u64> {
    org.accounts().flat_map(|(_, account)| account.kits.iter()).map(|kit| kit.index).next()
}

#[test]
fn no_copy_of_the_words_is_kept_anywhere() {
    let Cast { mut world, tablet, kit, .. } = cast(421);
    let secret = words::parse(&kit.words.join(" ")).expect("a secret");
    let holds = |bytes: &[u8]| bytes.windows(32).any(|it| it == secret.expose());
    assert!(!holds(&world.told));
    world.lose(tablet);
    let fresh = world.recover(&kit, "新しいタブレット");
    assert!(!holds(&world.told));
    // The keyring is sealed; what is in it shows to whoever has the passphrase.
    let passphrase = Passphrase::new(PASSPHRASE.to_owned());
    let vault = world.on(fresh).disk[&engine::effect::RecordKey::VAULT].clone();
    let vault = engine::keyring::vault::Vault::parse(&vault.0).expect("a vault");
    let key = vault.open(&passphrase, harness::quick_stretch).expect("the right passphrase");
    let sealer = engine::record::Sealer::new(key);
    let keyring = world.on(fresh).disk.iter().find_map(|(key, value)| {
        match sealer.open(&(*key, value.clone())) {
            Some((engine::record::Name::Keyring, engine::record::Content::Keyring(it))) => Some(it),
            _ => None,
        }
    });
    assert!(keyring.expect("a keyring").kit.is_none(), "the kit outlived its use");
}

#[test]
fn the_report_tells_of_what_does_not_open() {
    let Cast { mut world, admin, tablet, note, .. } = cast(422);
    let colleague = world.hire(admin, Role::Consultant, "田中 実", "田中のタブレット");
    let account = world.known_as(admin, "田中 実");
    let access = shared::log::document::Access::Reader;
    // The colleague hears of the note, and the wrap of its key is lost on the way.
    world.offline(colleague);
    world.ask(tablet, Command::LetIn { document: note, account, access });
    world.settle();
    world.online(colleague);
    let lost = |world: &mut World| {
        while world.step() {
            let report = world.on(colleague).screen.opening.clone();
            let rows = report.map(|it| it.unopened).unwrap_or_default();
            if rows.iter().any(|row| row.document == note && row.reason == Unopened::NoKey) {
                return true;
            }
        }
        false
    };
    assert!(lost(&mut world) || world.can_open(colleague, note), "neither open nor told");
    world.settle();
    let opening = world.on(colleague).screen.opening.clone().expect("a report");
    assert_eq!(opening.unopened, []);

    world.ask(tablet, Command::LetOut { document: note, account });
    world.settle();
    let after = world.on(colleague).screen.opening.clone().expect("a report");
    assert_eq!(after.unopened, [], "what one may not read any more is not missed");
}

#[test]
fn something_new_of_a_document_that_opened_is_no_doubt_that_it_opens() {
    let Cast { mut world, tablet, note, .. } = cast(423);
    let second = world.link_device(tablet, "二台目のタブレット");
    world.settle();
    let told = world.on(second).screen.opening.clone().expect("a report");
    assert_eq!((told.unopened.as_slice(), told.known), ([].as_slice(), told.opened));

    world.ask(second, Command::Open(note));
    world.settle();
    world.write(tablet, note, FIELD, "あとから書いた。");
    while !world.reads(second, note, FIELD).contains("あとから書いた。") {
        assert!(world.step(), "it never arrives");
        assert_eq!(world.on(second).screen.opening.as_ref(), Some(&told), "it flickers");
    }
}
