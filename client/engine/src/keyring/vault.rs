//! The one record that is readable without a key: it gives the store key to whoever knows the
//! passphrase.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Aead as _, Payload},
};
use shared::{Blob, Decode, Encode, cbor, secret::Secret, version::PROTOCOL};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{command::Passphrase, cx::Cx, keyring::stretch::Stretch, record::StoreKey};

/// Fewest characters of a passphrase.
pub const PASSPHRASE_CHARS_MIN: u32 = 12;

/// The store key, sealed under a passphrase.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Vault {
    #[n(0)]
    version: u8,
    /// What the person calls this device, shown while it is locked.
    #[n(1)]
    pub device_name: String,
    #[cbor(n(2), bytes)]
    salt: [u8; 32],
    #[cbor(n(3), bytes)]
    nonce: [u8; 24],
    #[n(4)]
    sealed: Blob,
}

/// Why a vault did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UnlockError {
    /// The passphrase is another one, or the vault was damaged; nobody can tell which.
    #[error("the passphrase does not open this device")]
    Unauthentic,
    /// Written by a newer program: update.
    #[error("vault version {found} is not known")]
    TooNew {
        /// The version as written.
        found: u8,
    },
    /// The device has too little memory for the key derivation: close other programs.
    #[error("too little memory to derive the key")]
    NoMemory,
}

impl Vault {
    /// Seals a store key under a passphrase.
    pub fn seal(
        key: &StoreKey,
        passphrase: &Passphrase,
        device_name: String,
        stretch: Stretch,
        cx: &mut Cx<'_>,
    ) -> Result<Self, UnlockError> {
        let (salt, nonce) = (cx.random(), cx.random());
        let cipher = cipher(passphrase, &salt, stretch)?;
        let payload = Payload { msg: key.expose(), aad: &[PROTOCOL] };
        let sealed =
            cipher.encrypt(&nonce.into(), payload).map_err(|_| UnlockError::Unauthentic)?;
        Ok(Self { version: PROTOCOL, device_name, salt, nonce, sealed: Blob(sealed) })
    }

    /// Opens the store key with a passphrase.
    pub fn open(&self, passphrase: &Passphrase, stretch: Stretch) -> Result<StoreKey, UnlockError> {
        if self.version != PROTOCOL {
            return Err(UnlockError::TooNew { found: self.version });
        }
        let cipher = cipher(passphrase, &self.salt, stretch)?;
        let payload = Payload { msg: &self.sealed.0, aad: &[PROTOCOL] };
        let key = cipher
            .decrypt(&self.nonce.into(), payload)
            .map(Zeroizing::new)
            .map_err(|_| UnlockError::Unauthentic)?;
        Secret::from_slice(&key).map(StoreKey::new).ok_or(UnlockError::Unauthentic)
    }

    /// As stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// From the store; `None` if it is no vault.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        cbor::from_slice(bytes)
    }
}

fn cipher(
    passphrase: &Passphrase,
    salt: &[u8; 32],
    stretch: Stretch,
) -> Result<XChaCha20Poly1305, UnlockError> {
    let key = stretch(passphrase.expose().as_bytes(), salt).ok_or(UnlockError::NoMemory)?;
    Ok(XChaCha20Poly1305::new(key.expose().into()))
}
