//! Who reads a document: shown to who has it open, changed by who manages it.
#![expect(clippy::indexing_slicing, reason = "helpers of tests")]

use engine::{command::Command, view::MemberRow};
use harness::world::{DeviceNo, World};
use shared::{
    id::{AccountId, DocumentId},
    log::document::Access,
};

use crate::removal::{Cast, cast, shared_note};

fn rows(world: &World, device: DeviceNo, document: DocumentId) -> (Vec<MemberRow>, Vec<MemberRow>) {
    let view = world.on(device).screen.members[&document].clone();
    assert_eq!(view.waiting, 0);
    (view.members, view.others)
}

fn of(rows: &[MemberRow], account: AccountId) -> Option<&MemberRow> {
    rows.iter().find(|row| row.account == account)
}

#[test]
fn who_manages_a_document_sees_and_changes_who_reads_it() {
    let mut cast = cast(440);
    let note = shared_note(&mut cast);
    let Cast { mut world, admin, tablet, colleague, .. } = cast;
    let account = world.known_as(admin, "田中 実");

    let (members, others) = rows(&world, tablet, note);
    let me = members.iter().find(|row| row.is_me).expect("oneself");
    assert_eq!((me.access, me.can_leave), (Some(Access::Manager), false));
    assert_eq!(me.name, "佐藤 恵");
    let tanaka = of(&members, account).expect("the colleague");
    assert_eq!((tanaka.access, tanaka.can_leave), (Some(Access::Writer), true));
    // Nobody told this person the colleague's name; an employee they invited they know.
    assert_eq!(tanaka.name, "");
    assert!(others.iter().any(|row| row.name == "佐伯 悠真"));
    let admin_account = world.on(admin).screen.home.people.iter().find(|row| row.is_me);
    let admin_account = admin_account.and_then(|row| row.account).expect("the admin");
    assert_eq!(of(&others, admin_account), None, "an admin reads nothing");

    // Who writes and does not manage sees who reads, and can change nothing.
    world.ask(colleague, Command::Open(note));
    let (seen, nobody) = rows(&world, colleague, note);
    assert_eq!((seen.len(), nobody.len()), (2, 0));
    assert!(seen.iter().all(|row| !row.can_leave));

    world.ask(tablet, Command::LetOut { document: note, account });
    assert_eq!(world.on(tablet).screen.members[&note].waiting, 1);
    world.settle();
    let (members, others) = rows(&world, tablet, note);
    assert_eq!(of(&members, account), None);
    assert!(of(&others, account).is_some());
}

#[test]
fn more_access_is_given_by_letting_in_again() {
    let mut cast = cast(441);
    let note = shared_note(&mut cast);
    let Cast { mut world, admin, tablet, .. } = cast;
    let account = world.known_as(admin, "田中 実");

    world.ask(tablet, Command::LetIn { document: note, account, access: Access::Manager });
    world.settle();

    let (members, _) = rows(&world, tablet, note);
    assert_eq!(of(&members, account).and_then(|row| row.access), Some(Access::Manager));
}
