//! A server that does whatever it likes. Every attack has a name, K1 to K15 on keys and membership,
//! D1 to D14 on documents, and a thousand seeded variants (those on snapshots two hundred, unless
//! `SERVED=1000` asks for more), against real engines and the real service.
//!
//! Each test says what the attacker does and why the result is *detected*, by an alarm or a typed
//! refusal, or *harmless by construction*. In all of them nothing forged is shown, nothing is
//! wrapped or sent to anybody new, and nothing that the device had is lost. Each has a control: the
//! same bytes from whom they claim to be from, or from an honest server, are taken.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "helpers of tests; what a lie does not make is not looked at"
)]

mod alarms;
mod asking;
mod attests;
mod batches;
mod bringing;
mod chains;
mod documents;
mod doubts;
mod enrolment;
mod entries;
mod frontiers;
mod joining;
mod lengths;
mod secrets;
mod service;
mod snapshots;
mod stage;
mod versions;
mod vouching;

use harness::seed::Dice;
use shared::{secret::Secret, sign::SigningKey};

/// Variants of each attack; few where every attack is made again for each check that is taken away.
pub(crate) const VARIANTS: u64 = if cfg!(feature = "few") { 50 } else { 1_000 };

/// The dice of one variant of one attack.
pub(crate) fn dice(attack: u64, variant: u64) -> Dice {
    Dice::seeded(harness::seed::seed_or(1) ^ (attack << 32) ^ (variant << 1))
}

/// Some of them.
pub(crate) fn pick<'a, T>(dice: &mut Dice, from: &'a [T]) -> &'a T {
    let count = u64::try_from(from.len()).expect("a short list");
    &from[usize::try_from(dice.below(count)).expect("a place in it")]
}

/// Random bytes.
pub(crate) fn random<const N: usize>(dice: &mut Dice) -> [u8; N] {
    let mut bytes = [0; N];
    engine::cx::Entropy::fill(dice, &mut bytes);
    bytes
}

/// The same with one to four bytes changed.
pub(crate) fn damaged(dice: &mut Dice, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let count = u64::try_from(bytes.len()).expect("a short message");
    for _ in 0..=dice.below(4) {
        let at = usize::try_from(dice.below(count)).expect("a place in it");
        let with = u8::try_from(1 + dice.below(255)).expect("a byte");
        bytes[at] ^= with;
    }
    bytes
}

/// A key of the server's own.
pub(crate) fn own_key(dice: &mut Dice) -> SigningKey {
    SigningKey::derive(&Secret::new(Box::new(random(dice))))
}
