//! Somebody lost everything and comes in person: the consultant lets a new account in.

use engine::{command::Command, view::Notice};
use harness::{
    seed::seed_or,
    world::{DeviceNo, World},
};
use shared::{
    id::{AccountId, DocumentId},
    log::{document::Access, org::Role},
};

use crate::removal::logs;

/// An employee whose phone is gone and who joined anew, and the two accounts.
struct Cast {
    world: World,
    admin: DeviceNo,
    tablet: DeviceNo,
    new_phone: DeviceNo,
    case: DocumentId,
    note: DocumentId,
    former: AccountId,
    successor: AccountId,
}

fn cast(seed: u64) -> Cast {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let phone = world.hire(tablet, Role::Employee, "佐伯 悠真", "スマートフォン");
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    world.write(tablet, note, "summary_talked", "強みを書き出した。");
    world.ask(tablet, Command::OfferSummary(note));
    world.settle();
    assert!(world.can_open(phone, case));
    world.lose(phone);
    let former = world.known_as(tablet, "佐伯 悠真");
    let new_phone = world.hire(tablet, Role::Employee, "佐伯 悠真（新）", "新しいスマートフォン");
    let successor = world.known_as(tablet, "佐伯 悠真（新）");
    Cast { world, admin, tablet, new_phone, case, note, former, successor }
}

#[test]
fn who_lost_everything_is_let_in_again_by_the_consultant_in_person() {
    let Cast { mut world, tablet, new_phone, case, note, former, successor, .. } = cast(430);
    assert!(!world.can_open(new_phone, case));

    world.ask(tablet, Command::Regrant { former, successor });
    world.settle();

    let view = world.on(tablet).screen.regranted.expect("what was done");
    assert_eq!((view.regranted, view.left), (3, 0), "what both read, the consents, what was told");
    assert!(world.can_open(new_phone, case));
    let shared = &world.on(new_phone).screen.shared[&case];
    assert_eq!(shared.summaries[0].talked, "強みを書き出した。");
    let (org, documents) = logs(&world);
    let log = &documents[&case];
    assert_eq!(log.access(former), None);
    assert_eq!(log.access(successor), Some(Access::Writer));
    assert!(!log.is_stale(&org), "the lost account's keys open what follows");
    // The note was never the employee's to read, and is not now.
    assert_eq!(documents[&note].access(successor), None);
    let people = &world.on(tablet).screen.home.people;
    let case_of = |account| people.iter().find(|it| it.account == Some(account)).unwrap().case;
    assert_eq!((case_of(former), case_of(successor)), (None, Some(case)));
    // What follows reaches the new account.
    world.write(tablet, note, "summary_insight", "続きがある。");
    world.ask(tablet, Command::OfferSummary(note));
    world.settle();
    world.can_open(new_phone, case);
    assert_eq!(world.on(new_phone).screen.shared[&case].summaries[0].insight, "続きがある。");
}

#[test]
fn an_admin_lets_nobody_back_in() {
    let Cast { mut world, admin, new_phone, case, former, successor, .. } = cast(431);

    world.ask(admin, Command::Regrant { former, successor });
    world.settle();

    let view = world.on(admin).screen.regranted.expect("what was done");
    assert_eq!(view.regranted, 0);
    assert!(!world.can_open(new_phone, case));
    assert_eq!(logs(&world).1[&case].access(former), Some(Access::Writer));
}

#[test]
fn what_somebody_else_manages_is_left_and_said() {
    let Cast { mut world, admin, tablet, case, former, successor, .. } = cast(432);
    let colleague = world.hire(admin, Role::Consultant, "田中 実", "田中のタブレット");
    let account = world.known_as(admin, "田中 実");
    world.ask(tablet, Command::LetIn { document: case, account, access: Access::Writer });
    world.settle();
    assert!(world.can_open(colleague, case));

    world.ask(colleague, Command::Regrant { former, successor });
    world.settle();

    let view = world.on(colleague).screen.regranted.expect("what was done");
    assert_eq!((view.regranted, view.left), (0, 1));
    assert_eq!(logs(&world).1[&case].access(successor), None);
}

#[test]
fn nobody_succeeds_an_account_of_another_kind_or_one_that_left() {
    let Cast { mut world, admin, tablet, case, former, successor, .. } = cast(433);
    let me = world.known_as(admin, "佐藤 恵");
    world.ask(tablet, Command::Regrant { former, successor: me });
    world.ask(tablet, Command::Regrant { former, successor: former });
    world.ask(admin, Command::RemovePerson(successor));
    world.settle();
    world.ask(tablet, Command::Regrant { former, successor });
    world.settle();

    assert_eq!(world.on(tablet).screen.regranted, None);
    assert_eq!(logs(&world).1[&case].access(former), Some(Access::Writer));
    world.offline(tablet);
    world.ask(tablet, Command::Regrant { former, successor });
    assert_eq!(world.on(tablet).screen.notices.last(), Some(&Notice::NeedsNetwork));
}
