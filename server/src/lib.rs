//! Stores ciphertext and says who may write.
//!
//! **Invariant:** nothing here takes a key that opens content; the crate links neither the engine
//! nor automerge, nor any cipher but TLS.

pub mod hub;
pub mod local;
pub mod machine;
pub mod service;
pub mod store;
