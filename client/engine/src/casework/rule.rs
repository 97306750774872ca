//! What may leave the room, and how long what was written is kept.
//!
//! Pure rules over plain data: documents are turned into these types and back elsewhere. Where a
//! rule comes from law, the article stands beside it.

pub mod access_request;
pub mod coarse;
pub mod code;
pub mod contribution;
pub mod disclosure;
pub mod handover;
pub mod report;
pub mod retention;
pub mod risk;
pub mod scan;
pub mod supervision;
pub mod tendency;
