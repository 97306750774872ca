//! A thief with a device that was revoked, and a server that helps him.
#![expect(clippy::expect_used, reason = "helpers of tests")]

use engine::{command::Command, view::AlarmKind};
use harness::world::{DeviceNo, World};
use shared::{
    id::{DocumentId, Number},
    sync::{ClientMessage, ServerMessage},
};

use crate::removal::{Cast, FIELD, cast, device_of, logs, shared_note};

/// An envelope that the tablet sealed and that never reached the server.
fn stolen_envelope(world: &mut World, tablet: DeviceNo, note: DocumentId) -> shared::Blob {
    world.write(tablet, note, FIELD, "盗んだ人が書いた。");
    // Sealed a second and a half after the edit; the network is gone before it arrives.
    world.wait_ms(1_506);
    world.offline(tablet);
    let before = world.told.len();
    world.settle();
    let told = world.told.get(before..).expect("what was told since");
    let envelopes = match ClientMessage::parse(told) {
        Some(ClientMessage::Push { envelopes }) => envelopes,
        _ => vec![],
    };
    envelopes.into_iter().next().expect("a push under way")
}

#[test]
fn s5_what_a_thief_and_the_server_add_behind_the_cut_is_refused() {
    for is_revoked in [false, true] {
        let mut cast = cast(73);
        let note = shared_note(&mut cast);
        let Cast { mut world, tablet, phone, .. } = cast;
        let stolen = stolen_envelope(&mut world, tablet, note);
        if is_revoked {
            let lost = device_of(&world, phone, "タブレット");
            world.ask(phone, Command::RevokeDevice(lost));
            world.settle();
        }
        let account = logs(&world).1[&note].creator();
        let states = world.store().reader().documents(account).expect("documents");
        let state = states.iter().find(|state| state.document == note).expect("the note");
        let first = Number(state.last.0 + 1);

        let envelopes = vec![stolen];
        world.tell(
            phone,
            ServerMessage::Batch { document: note, first, envelopes, more: false, base: None },
        );
        world.settle();

        world.ask(phone, Command::Open(note));
        let expected = if is_revoked {
            "異動の打診。"
        } else {
            "異動の打診。盗んだ人が書いた。"
        };
        assert_eq!(world.reads(phone, note, FIELD), expected);
        assert_eq!(tampered(&world, phone), is_revoked);
    }
}

#[test]
fn who_was_shown_more_than_counts_is_told_so() {
    let mut cast = cast(75);
    let note = shared_note(&mut cast);
    let Cast { mut world, tablet, phone, .. } = cast;
    let laptop = world.link_device(phone, "ノートパソコン");
    let stolen = stolen_envelope(&mut world, tablet, note);
    let account = logs(&world).1[&note].creator();
    let states = world.store().reader().documents(account).expect("documents");
    let state = states.iter().find(|state| state.document == note).expect("the note");
    let (first, envelopes) = (Number(state.last.0 + 1), vec![stolen]);
    world.tell(
        laptop,
        ServerMessage::Batch { document: note, first, envelopes, more: false, base: None },
    );
    world.offline(laptop);
    let lost = device_of(&world, phone, "タブレット");
    world.ask(phone, Command::RevokeDevice(lost));
    world.settle();

    world.online(laptop);
    world.settle();

    assert!(tampered(&world, laptop));
    assert!(!tampered(&world, phone));
}

fn tampered(world: &World, device: DeviceNo) -> bool {
    world.on(device).screen.alarms.iter().any(|it| it.matter.kind == AlarmKind::Tampered)
}
