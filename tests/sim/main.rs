//! Stories in the simulated world: real engines, the real service, one seed.
#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod crash;
mod interview;
mod joining;
