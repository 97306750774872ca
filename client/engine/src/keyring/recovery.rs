//! What a recovery kit's 32 random bytes are good for: a key that adds a device of the account, and
//! a key to which the account's seeds are sealed. Nobody else's consent is needed, nor can anybody
//! else make one.

use hkdf::Hkdf;
use sha2::Sha256;
use shared::{
    id::{AccountId, EntryHash},
    log::org::RecoverySet,
    secret::Secret,
    sign::SigningKey,
};

use super::Seed;
use crate::wrap::KemKey;

/// The keys of a recovery kit.
#[derive(Debug)]
pub struct Kit {
    /// Signs the entry that adds a device, and logs in to do so.
    pub sign: SigningKey,
    /// Opens the account's seeds.
    pub kem: KemKey,
}

impl Kit {
    /// The keys that belong to what is on the paper.
    pub fn of(secret: &Seed) -> Self {
        let derive = |info: &[u8]| {
            let mut bytes = Box::new([0; 32]);
            let expanded = Hkdf::<Sha256>::new(None, secret.secret().expose())
                .expand(info, bytes.as_mut_slice());
            debug_assert!(expanded.is_ok(), "32 bytes are within HKDF's limit");
            Secret::new(bytes)
        };
        Self {
            sign: SigningKey::derive(&derive(b"mendan/1/recovery/sign")),
            kem: KemKey::derive(&derive(b"mendan/1/recovery/wrap")),
        }
    }

    /// What the org log says of it.
    pub fn set(&self, genesis: EntryHash, account: AccountId) -> RecoverySet {
        RecoverySet::make(genesis, account, &self.sign, self.kem.public().to_vec())
    }
}
