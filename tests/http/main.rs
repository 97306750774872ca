//! The server's router in process, and once over TLS.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets something unexpected should stop"
)]

#[expect(dead_code, reason = "the wire tests use all of it")]
#[path = "../wire/cast.rs"]
mod cast;
mod drill;
mod header;
mod limit;
mod login;
mod refusal;
mod site;
mod socket;
