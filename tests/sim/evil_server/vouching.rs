//! What a device itself says of a server in what it writes: that everything it had read was given to
//! it. Others hold the server to that, so it must not be said where it is not so.

use harness::{captive::Captive, insider::Insider};
use shared::{
    envelope::Envelope,
    id::{EnvelopeId, ServerEpoch},
    refusal::{Reason, Refusal},
    sync::{Ack, ClientMessage, ServerMessage},
};

use super::{
    asking::answers,
    bringing::{RESTORED, take_all},
    stage::{FIELD, Stage},
};

/// What it called itself after another restore.
const AGAIN: ServerEpoch = ServerEpoch::new([0xE8; 16]);

/// Which server the device named in what it pushed last.
fn vouched(stage: &Stage, captive: &Captive) -> Option<ServerEpoch> {
    let pushed = captive.told.iter().rev().find_map(|it| match it {
        ClientMessage::Push { envelopes } => envelopes.last().cloned(),
        _ => None,
    });
    let envelope = Envelope::parse(pushed.expect("a push").0).expect("an envelope");
    assert_eq!(envelope.header().device, stage.id(stage.phone));
    let insider = Insider::open(&captive.disk, stage.note);
    insider.chunk_of(envelope).expect("a chunk of the note").server
}

/// What it names in the next thing it writes.
fn vouches(stage: &Stage, captive: &mut Captive) -> Option<ServerEpoch> {
    let before = captive.told.len();
    captive.write(stage.note, FIELD, "六。");
    let is_push = |it: &ClientMessage| matches!(it, ClientMessage::Push { .. });
    assert!(captive.told[before..].iter().any(is_push));
    vouched(stage, captive)
}

fn meet(captive: &mut Captive, epoch: ServerEpoch) {
    captive.hang_up();
    captive.log_in(epoch);
}

/// A server that was restored has not been given everything yet when the person writes on. Harmless:
/// the device vouches for nothing in that, so nobody is accused of what was merely lost. The controls
/// are what it writes before, and after.
#[test]
fn a_device_vouches_for_no_server_before_it_has_given_it_everything() {
    let stage = Stage::set(271);
    let epoch = stage.world.server_epoch();
    let mut captive = stage.captive(stage.phone, 1);
    assert_eq!(vouches(&stage, &mut captive), Some(epoch));

    meet(&mut captive, RESTORED);
    captive.write(stage.note, FIELD, "七。");
    take_all(&mut captive);

    assert_eq!(vouched(&stage, &captive), None);
    assert_eq!(vouches(&stage, &mut captive), Some(RESTORED));
}

/// A server that was restored does not take back what somebody had stored there. Harmless: the device
/// vouches for it no more, on this connection, on the next and after another start. The control is
/// a server after it that takes everything.
#[test]
fn a_device_does_not_vouch_for_a_server_that_would_not_take_everything() {
    let stage = Stage::set(272);
    let mut captive = stage.captive(stage.phone, 1);
    meet(&mut captive, RESTORED);
    let refused = Ack::Refused(Refusal::new(Reason::Malformed));
    let acks = vec![(EnvelopeId::new([9; 32]), refused)];
    answers(&mut captive, ServerMessage::Acks { acks });
    take_all(&mut captive);

    assert_eq!(vouches(&stage, &mut captive), None);
    meet(&mut captive, RESTORED);
    assert_eq!(vouches(&stage, &mut captive), None);
    let mut captive = Captive::of(&captive.disk, RESTORED, captive.now, 2);
    assert_eq!(vouches(&stage, &mut captive), None);

    meet(&mut captive, AGAIN);
    take_all(&mut captive);
    assert_eq!(vouches(&stage, &mut captive), Some(AGAIN));
}
