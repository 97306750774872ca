//! Stores ciphertext and says who may write.
//!
//! **Invariant:** nothing here takes a key that opens content; the crate links neither the engine
//! nor automerge, nor any cipher but TLS.

pub mod accept;
pub mod app;
pub mod carrier;
pub mod config;
pub mod http;
pub mod hub;
pub mod line;
pub mod local;
pub mod machine;
pub mod metrics;
pub mod readers;
pub mod serve;
pub mod service;
pub mod store;
pub mod tls;
pub mod writer;

mod patience;
