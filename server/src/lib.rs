//! Stores ciphertext and says who may write.
//!
//! ```text
//! accept → http → carrier ─ reads ──→ readers ─┐
//!                    └──── writes ──→ writer ──┴→ service → store
//!                    line ←──────────── hub ←─ what a COMMIT made durable
//! ```
//!
//! * [`service`] decides; synchronous, on a transaction, without clock, randomness or HTTP.
//!   [`service::Connection`] is one device's conversation with it.
//! * [`store`] remembers; the only module that knows SQL.
//! * [`writer`] is the one thread that commits, [`hub`] says who hears of it, [`mod@line`] holds what
//!   is on its way to a connection.
//! * [`http`] translates; [`carrier`] brings its messages to the service and the answers back.
//! * [`local`] is all of it in one value, without sockets: the simulator's server.
//! * [`machine`] is where the clock and the random numbers come from.
//!
//! **Invariant:** nothing here takes a key that opens content; the crate links neither the engine
//! nor automerge, nor any cipher but TLS.

pub mod accept;
pub mod app;
pub mod carrier;
pub mod config;
pub mod copies;
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
