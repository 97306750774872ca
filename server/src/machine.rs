//! The clock and the random numbers of the machine. Nothing else in this crate asks for either.

use std::time::{SystemTime, UNIX_EPOCH};

use shared::time::UnixMillis;

/// Random bytes from outside; a seeded generator in simulations.
pub trait Entropy {
    /// Overwrites `bytes` with random ones.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// What long-running parts ask of the machine they run on.
pub trait Machine: Send + Sync {
    /// The wall clock.
    fn now(&self) -> UnixMillis;

    /// Overwrites `bytes` with random ones.
    fn fill(&self, bytes: &mut [u8]);
}

impl<M: Machine + ?Sized> Entropy for &M {
    fn fill(&mut self, bytes: &mut [u8]) {
        Machine::fill(*self, bytes);
    }
}

/// `N` random bytes.
pub fn make_bytes<const N: usize>(entropy: &mut dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// The operating system's clock and generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct OperatingSystem;

impl Machine for OperatingSystem {
    fn now(&self) -> UnixMillis {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            // A server that guesses its own nonces and tokens is worse than none.
            tracing::error!(%error, "the system gives no random numbers");
            std::process::abort();
        }
    }
}
