//! Random worlds beside a model of what should be true in them.
//!
//! A **world** is a firm with an admin, consultants and employees on real engines and the real
//! service. People do what people do, devices and networks fail as they fail, all from one seed.
//! Beside it stands a **model**: who may read which document, and what was called saved or sent.
//! After every step the cheap invariants are held against each other, at the end, when everything
//! that can heal has healed, all of them.
//!
//! A **step** is one input handled by an engine or one message handled by the server. Nothing else
//! is counted: neither a fault nor a message that was lost.

mod act;
mod cast;
mod check;
mod crew;
mod end;
mod hostile;
mod later;
mod leave;
mod model;
mod run;
mod stage;
mod twin;

pub use check::{Finding, Kind};
pub use crew::{Budget, Report, run_many};
pub use end::replay_org;
pub use model::{Edit, Fate};
pub use run::{Outcome, Run, Size};
pub use stage::Stage;

/// Worlds that failed once: the seed, the acts, and what it showed. Every test run replays them.
///
/// A seed means another world whenever the generator changes; what each one found is told for good
/// by a story of its own.
pub const ONCE_FAILED: &[(u64, u32, &str)] = &[
    (8, 60, "an envelope that came before its key was set aside for good"),
    (12, 100, "a clock set back kept edits from being sent for years"),
    (15, 60, "an entry was signed anew after a crash and refused"),
    (2, 160, "seeds for a device that was revoked meanwhile were called refused"),
    (1366, 160, "a refused batch was overtaken by one that counted on it, and then died"),
    (1487, 160, "an epoch came back with a wrap for somebody who was let in later"),
    (247, 160, "an invitation signed anew by a clock set back was good for too long"),
    (1079, 160, "a link younger than the backup was called wrong"),
];
