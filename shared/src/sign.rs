//! Ed25519 with one domain string for each signed type.

use core::fmt;

use ed25519_dalek::{Signer as _, SigningKey as DalekKey, VerifyingKey};
use thiserror::Error;

use crate::{Decode, Encode, hash, secret::Secret};

/// What a signature is for. A signature made for one purpose never verifies for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// An envelope, all of it but the signature.
    Envelope,
    /// An entry of the org log.
    OrgEntry,
    /// An entry of a document log.
    DocumentEntry,
    /// A device's or invitee's answer to a login challenge.
    Login,
    /// A device's proof that it holds the key it enrols.
    Possession,
    /// An employee's decision, inside the document of their consents.
    Consent,
    /// An interview note as it was when it was signed.
    Note,
    /// A professional's opinion on what somebody would be told, inside its document.
    Opinion,
    /// A recovery kit's word for the firm and account it was made for.
    Recovery,
    /// What somebody says of a report to a company: read, looked at, delivered.
    Report,
    /// That something was destroyed, for whom it was about.
    Deletion,
}

impl Domain {
    fn prefix(self) -> &'static [u8] {
        match self {
            Self::Envelope => b"mendan/1/sign/envelope",
            Self::OrgEntry => b"mendan/1/sign/org-entry",
            Self::DocumentEntry => b"mendan/1/sign/document-entry",
            Self::Login => b"mendan/1/sign/login",
            Self::Possession => b"mendan/1/sign/possession",
            Self::Consent => b"mendan/1/sign/consent",
            Self::Note => b"mendan/1/sign/note",
            Self::Opinion => b"mendan/1/sign/opinion",
            Self::Recovery => b"mendan/1/sign/recovery",
            Self::Report => b"mendan/1/sign/report",
            Self::Deletion => b"mendan/1/sign/deletion",
        }
    }

    /// The bytes that Ed25519 sees: the domain, a zero, and the SHA-256 of the message.
    fn message(self, message: &[u8]) -> Vec<u8> {
        let mut bytes = self.prefix().to_vec();
        bytes.push(0);
        bytes.extend_from_slice(&hash::sha256(&[message]));
        bytes
    }
}

/// Somebody else's, or our own, public signing key. Any 32 bytes until used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct VerifyKey(#[cbor(n(0), bytes)] [u8; 32]);

/// An Ed25519 signature. Any 64 bytes until verified.
#[derive(Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Signature(#[cbor(n(0), bytes)] [u8; 64]);

/// The signature does not hold. Deliberately says no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the signature does not hold")]
pub struct Forged;

impl VerifyKey {
    /// Wraps 32 bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Strict verification: small-order keys and malleable signatures are refused.
    pub fn verify(
        &self,
        domain: Domain,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), Forged> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        VerifyingKey::from_bytes(&self.0)
            .and_then(|key| key.verify_strict(&domain.message(message), &signature))
            .map_err(|_| Forged)
    }
}

impl fmt::Debug for VerifyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyKey({:02x?}…)", self.0.first_chunk::<4>())
    }
}

impl Signature {
    /// Length in bytes.
    pub const BYTES: usize = 64;

    /// Wraps 64 bytes.
    pub const fn new(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(..)")
    }
}

/// A private signing key; wiped on drop by the library that holds it.
pub struct SigningKey(DalekKey);

impl SigningKey {
    /// The key that belongs to a seed.
    pub fn derive(seed: &Secret<32>) -> Self {
        Self(DalekKey::from_bytes(seed.expose()))
    }

    /// Its public half.
    pub fn verify_key(&self) -> VerifyKey {
        VerifyKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `message` for one purpose.
    pub fn sign(&self, domain: Domain, message: &[u8]) -> Signature {
        Signature(self.0.sign(&domain.message(message)).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOMAINS: [Domain; 11] = [
        Domain::Envelope,
        Domain::OrgEntry,
        Domain::DocumentEntry,
        Domain::Login,
        Domain::Possession,
        Domain::Consent,
        Domain::Note,
        Domain::Opinion,
        Domain::Recovery,
        Domain::Report,
        Domain::Deletion,
    ];

    #[test]
    fn a_signature_holds_for_its_own_purpose_and_no_other() {
        let key = SigningKey::derive(&Secret::new(Box::new([7; 32])));

        for made in DOMAINS {
            let signature = key.sign(made, b"message");
            for used in DOMAINS {
                let held = key.verify_key().verify(used, b"message", &signature).is_ok();
                assert_eq!(held, made == used, "made for {made:?}, used for {used:?}");
            }
        }
    }

    #[test]
    fn a_private_key_prints_nothing() {
        let key = SigningKey::derive(&Secret::new(Box::new([7; 32])));

        assert_eq!(format!("{key:?}"), "SigningKey(..)");
    }
}
