//! House rules that no compiler checks. Each is a function of a path and a text, with its own
//! tests of what it must find, and one test that holds the whole workspace against it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a rule that cannot read the workspace should stop"
)]

mod budget;
mod frozen;
mod house;
mod keys;
mod layers;
mod layout;
mod pages;
mod protocol;
mod source;
mod vocabulary;
mod words;
