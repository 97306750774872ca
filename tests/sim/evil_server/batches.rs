//! Envelopes that answer no question: what a device concludes from them, and what it does not.

use engine::view::Notice;
use harness::captive::Captive;
use shared::{
    Blob,
    id::{DocumentId, Number},
    sync::{ClientMessage, DocumentState, Event, ServerMessage},
};

use super::stage::{FIELD, SINCE, Stage, THEN};
use crate::twin;

fn batch(document: DocumentId, first: u64, envelopes: &[Blob], more: bool) -> ServerMessage {
    let envelopes = envelopes.to_vec();
    ServerMessage::Batch { document, first: Number(first), envelopes, more, base: None }
}

fn has_asked(captive: &Captive, note: DocumentId, from: usize) -> bool {
    captive
        .told
        .iter()
        .skip(from)
        .any(|said| matches!(said, ClientMessage::Pull { document, .. } if *document == note))
}

/// Before a device can open a note, a server speaks of it and hands out nothing that nobody asked
/// for. Harmless: what was spoken of is asked for as soon as the secret is there.
#[test]
fn nothing_that_nobody_asked_for_ends_no_question() {
    let stage = Stage::set(231);
    let mut captive = stage.captive(stage.colleague, 1);
    let (entries, _) = stage.log(stage.note);
    let log_length = u64::try_from(entries.len()).unwrap();
    let told = DocumentState { document: stage.note, log_length, last: Number(7) };
    let mut store = stage.world.back_up();
    let who = stage.who(stage.colleague);
    captive.hear(ServerMessage::Event(Event::Document(told)));
    // Its log and the org's, but no wrap yet.
    captive.serve_bent(&mut store, who, |honest| match honest {
        ServerMessage::Wraps { .. } => vec![],
        other => vec![other],
    });
    assert!(!has_asked(&captive, stage.note, 0), "it could not open it");

    captive.hear(batch(stage.note, 1, &[], false));
    let from = captive.told.len();
    captive.hang_up();
    captive.log_in(stage.world.server_epoch());
    captive.serve(&mut store, who);

    assert!(has_asked(&captive, stage.note, from));
    assert_eq!(captive.reads(stage.note, FIELD), format!("{THEN}{}", SINCE.concat()));
}

/// A document stands apart since a server gave a place in it to something else. Nothing but the whole
/// of what a server has, with the past that is known here, ends that: not silence, not a part, not
/// what does not follow.
#[test]
fn a_document_stands_apart_until_the_server_has_shown_all() {
    let (colleague, note, world) = twin::stands_apart(232);
    let disk = &world.on(colleague).disk;
    let envelopes = harness::world::liar::envelopes(world.store(), note);
    let one = [Blob(envelopes[0].clone())];
    let stands_apart = |said: ServerMessage| {
        let mut captive = Captive::of(disk, world.server_epoch(), world.now(), 1);
        captive.hear(said);
        captive.notices();
        captive.write(note, FIELD, "ここへは？");
        captive.notices().contains(&Notice::StandsApart)
    };

    assert!(stands_apart(ServerMessage::Pong));
    assert!(stands_apart(batch(note, 1, &[], false)), "silence");
    assert!(stands_apart(batch(note, 1, &one, true)), "a part");
    assert!(stands_apart(batch(note, 100_000, &one, false)), "what does not follow");
    assert!(!stands_apart(batch(note, 1, &one, false)), "all, as far as this device can see");
}
