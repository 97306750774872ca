//! The sample firm: three fictional companies, sixty people, 113 interviews over two years.
//!
//! Everything is made from one seed and from word lists written by hand; nothing in it is real.
//! The plan says who does what and when, as plain data; its counts are fixed, and every test, demo
//! and benchmark that needs a firm with a life takes this one.

pub mod calendar;
pub mod canvas;
pub mod card;
pub mod consent;
pub mod edge;
pub mod example;
pub mod firm;
pub mod fixture;
pub mod fragment;
pub mod interview;
pub mod matter;
pub mod note;
pub mod person;
pub mod place;
pub mod replay;
pub mod slot;
#[cfg(test)]
mod tests;
pub mod topic;

pub use firm::Firm;

/// The seed of the sample firm.
pub const SEED: u64 = 20_261_122;
