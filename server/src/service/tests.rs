//! What the server decides, told as stories. Every refusal that a service gives is reached here.

mod append;
mod ending;
mod login;
mod pull;
mod push;
mod recovery;
mod removal;
mod snapshot;
mod store;

use shared::{
    refusal::Reason,
    sync::{Ack, ServerMessage},
};

/// Why a request was refused.
#[track_caller]
fn reason(message: &ServerMessage) -> Reason {
    let ServerMessage::Refused { refusal, .. } = message else { panic!("{message:?}") };
    refusal.reason()
}

/// What became of the envelopes of a push.
#[track_caller]
fn acks(message: ServerMessage) -> Vec<Ack> {
    let ServerMessage::Acks { acks } = message else { panic!("{message:?}") };
    acks.into_iter().map(|(_, ack)| ack).collect()
}
