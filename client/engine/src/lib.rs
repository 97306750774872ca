//! The Mendan client without a browser: keys, sealing, documents, outbox, sync, casework.
//!
//! **Invariant:** sans-IO. Time and randomness come in with every input; storage, network and
//! screen are effects. Nothing is sent or shown as saved before the batch that holds it is durable.
#![warn(missing_docs)]

pub mod casework;
pub mod command;
pub mod cx;
pub mod document;
pub mod effect;
pub mod engine;
pub mod epoch;
pub mod export;
pub mod fault;
pub mod input;
pub mod keyring;
pub mod policy;
pub mod record;
pub mod seal;
pub mod trust;
pub mod view;
pub mod words;
pub mod wrap;

mod desk;
mod journal;

pub use engine::{Engine, Pace};
