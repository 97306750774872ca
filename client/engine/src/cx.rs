//! All that one step of the engine may know of the world.

use shared::time::UnixMillis;

/// Random bytes from outside; a seeded generator in simulations.
pub trait Entropy {
    /// Fills `bytes`. Must be cryptographically strong outside simulations.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// Time and randomness, handed in with every input.
pub struct Cx<'a> {
    /// The device's clock.
    pub now: UnixMillis,
    /// The device's randomness.
    pub entropy: &'a mut dyn Entropy,
}

impl Cx<'_> {
    /// `N` random bytes.
    pub fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }
}
