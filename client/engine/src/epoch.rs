//! A document's secret in one epoch, and the commitment that the document log publishes.

use core::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use shared::{
    id::{Commitment, DocumentId, Epoch},
    secret::Secret,
};

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
    fn an_epoch_secret_prints_nothing() {
        let secret = EpochSecret::new(Secret::new(Box::new([0xAB; 32])));

        assert_eq!(format!("{secret:?}"), "EpochSecret(..)");
    }
}
