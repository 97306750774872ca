//! The one place of the client that asks the machine for randomness.

use std::process;

use engine::cx::Entropy;

use super::death;

/// The browser's cryptographically strong generator.
pub(super) struct BrowserEntropy;

impl Entropy for BrowserEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // No key may ever be made of anything else: rather none at all.
            death::announce();
            process::abort();
        }
    }
}

/// Makes one device wait differently from the others; of no use for keys.
pub(super) fn jitter() -> u64 {
    getrandom::u64().unwrap_or_default()
}
