//! A document's secret in one epoch, and the commitment that the document log publishes.

use core::fmt;

use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, aead::Aead as _};
use hkdf::Hkdf;
use sha2::Sha256;
use shared::{
    id::{Commitment, DocumentId, Epoch},
    secret::Secret,
};

use zeroize::Zeroizing;

use crate::cx::Cx;

/// 32 random bytes from which every envelope of an epoch derives its key.
pub struct EpochSecret(Secret<32>);

impl EpochSecret {
    /// Takes key bytes.
    pub fn new(bytes: Secret<32>) -> Self {
        Self(bytes)
    }

    /// A fresh secret.
    pub fn make(cx: &mut Cx<'_>) -> Self {
        Self(Secret::new(Box::new(cx.random())))
    }

    /// For key derivation, wrapping and the local store.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// The one-way image that the document log publishes, bound to document and epoch.
    pub fn commitment(&self, document: DocumentId, epoch: Epoch) -> Commitment {
        let mut info = b"mendan/1/epoch-commitment".to_vec();
        info.extend_from_slice(document.as_bytes());
        info.extend_from_slice(&epoch.0.to_be_bytes());
        let mut commitment = [0; 32];
        let expanded = Hkdf::<Sha256>::new(None, self.expose()).expand(&info, &mut commitment);
        debug_assert!(expanded.is_ok(), "32 bytes are within HKDF's limit");
        Commitment::new(commitment)
    }

    /// The secret of the epoch before, sealed under this one: who has this reads back.
    pub fn seal_previous(&self, document: DocumentId, epoch: Epoch, previous: &Self) -> Vec<u8> {
        let cipher = self.chain_cipher(document, epoch);
        // The key is for this one plaintext, so its nonce may be fixed.
        cipher.encrypt(&[0; 12].into(), previous.expose().as_slice()).unwrap_or_default()
    }

    /// Opens what [`Self::seal_previous`] sealed. The log's commitment has the last word.
    pub fn open_previous(&self, document: DocumentId, epoch: Epoch, sealed: &[u8]) -> Option<Self> {
        let cipher = self.chain_cipher(document, epoch);
        let bytes = Zeroizing::new(cipher.decrypt(&[0; 12].into(), sealed).ok()?);
        Secret::from_slice(&bytes).map(Self)
    }

    /// A second holder of the same secret.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0.duplicate())
    }

    fn chain_cipher(&self, document: DocumentId, epoch: Epoch) -> ChaCha20Poly1305 {
        let mut info = b"mendan/1/epoch-chain".to_vec();
        info.extend_from_slice(document.as_bytes());
        info.extend_from_slice(&epoch.0.to_be_bytes());
        let mut key = Zeroizing::new([0; 32]);
        let expanded = Hkdf::<Sha256>::new(None, self.expose()).expand(&info, key.as_mut_slice());
        debug_assert!(expanded.is_ok(), "32 bytes are within HKDF's limit");
        ChaCha20Poly1305::new((&*key).into())
    }
}

impl fmt::Debug for EpochSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EpochSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_is_bound_to_document_epoch_and_secret() {
        let secret = |byte| EpochSecret::new(Secret::new(Box::new([byte; 32])));
        let document = DocumentId::new([1; 16]);
        let commitment = secret(1).commitment(document, Epoch(0));

        assert_eq!(commitment, secret(1).commitment(document, Epoch(0)));
        assert_ne!(commitment, secret(2).commitment(document, Epoch(0)));
        assert_ne!(commitment, secret(1).commitment(document, Epoch(1)));
        assert_ne!(commitment, secret(1).commitment(DocumentId::new([2; 16]), Epoch(0)));
    }

    #[test]
    fn the_secret_before_opens_with_its_successor_in_its_place_only() {
        let secret = |byte| EpochSecret::new(Secret::new(Box::new([byte; 32])));
        let document = DocumentId::new([1; 16]);
        let sealed = secret(2).seal_previous(document, Epoch(1), &secret(1));
        let open = |by: u8, document, epoch, sealed: &[u8]| {
            secret(by).open_previous(document, epoch, sealed).map(|it| *it.expose())
        };

        assert_eq!(open(2, document, Epoch(1), &sealed), Some([1; 32]));
        assert_eq!(open(3, document, Epoch(1), &sealed), None);
        assert_eq!(open(2, document, Epoch(2), &sealed), None);
        assert_eq!(open(2, DocumentId::new([2; 16]), Epoch(1), &sealed), None);
        assert_eq!(open(2, document, Epoch(1), &sealed[1..]), None);
    }

    #[test]
    fn an_epoch_secret_prints_nothing() {
        let secret = EpochSecret::new(Secret::new(Box::new([0xAB; 32])));

        assert_eq!(format!("{secret:?}"), "EpochSecret(..)");
    }
}
