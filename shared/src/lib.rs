//! What both ends of Mendan must agree on: ids, limits, logs, envelopes, sync messages, refusals.
//!
//! **Invariant:** nothing here encrypts, decrypts, reads a clock or draws a random number; the
//! server links this crate and must gain no way to open content from it.
#![doc = include_str!("../PROTOCOL.md")]
#![warn(missing_docs)]

// What is derived names `::shared::cbor`, here too.
extern crate self as shared;

pub mod cbor;
pub mod envelope;
pub mod hash;
pub mod id;
pub mod limit;
pub mod log;
pub mod map;
pub mod order;
pub mod refusal;
pub mod secret;
pub mod sign;
pub mod sync;
pub mod time;
pub mod version;

pub use cbor::{Blob, Decode, Encode};
