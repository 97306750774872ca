//! What travels, under attack: envelopes, log entries, invitations, sync messages.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets something unexpected should stop"
)]

mod cast;
mod change;
mod clock;
mod ending;
mod entry;
mod envelope;
mod grant;
mod kept;
mod message;
mod proof;
mod raw;
mod recovery;
mod removal;
mod said;
mod sample;
mod seal;
mod size;
mod snapshot;
mod standing;
mod vector;
