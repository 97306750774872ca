//! Bytes that must not be printed, compared or copied by accident.

use core::fmt;

use zeroize::ZeroizeOnDrop;

/// Key bytes: wiped on drop, never printed, never compared, never cloned by accident.
#[derive(ZeroizeOnDrop)]
pub struct Secret<const N: usize>(Box<[u8; N]>);

impl<const N: usize> Secret<N> {
    /// Takes ownership of key bytes.
    pub fn new(bytes: Box<[u8; N]>) -> Self {
        Self(bytes)
    }

    /// Copies key bytes out of a buffer; `None` when the length differs.
    ///
    /// The buffer stays the caller's to wipe.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut key = Box::new([0; N]);
        if bytes.len() != N {
            return None;
        }
        key.copy_from_slice(bytes);
        Some(Self(key))
    }

    /// A second holder of the same key, asked for by name so that a copy is never an accident.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    /// The bytes, for the cipher and for nothing else.
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret<{N}>(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_no_key_bytes() {
        assert_eq!(format!("{:?}", Secret::new(Box::new([0xAB; 32]))), "Secret<32>(..)");
    }
}
