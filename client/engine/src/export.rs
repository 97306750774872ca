//! The local store as a file: everything a device holds, sealed as it lies there.
//!
//! The file opens where nobody is yet, with the passphrase of the device it came from, and the
//! device goes on there: with what was never sent, and as the same author. That is why the file is
//! for a device that is lost or was emptied, not for a second one.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Aead as _, Payload},
};
use shared::{Blob, Decode, Encode, cbor, version::PROTOCOL};

use crate::{
    command::Passphrase,
    cx::Cx,
    effect::{Record, RecordKey},
    keyring::{
        stretch::Stretch,
        vault::{UnlockError, Vault},
    },
    record::StoreKey,
};

/// A local store on its way to another place.
///
/// **Invariant:** whole or not at all: all records are under one seal, which covers the vault too.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ExportFile {
    #[n(0)]
    version: u8,
    /// The store key, as on the device.
    #[n(1)]
    vault: Blob,
    #[cbor(n(2), bytes)]
    nonce: [u8; 24],
    /// The records, each sealed already, under a key of this purpose.
    #[n(3)]
    sealed: Blob,
}

/// Why a file gives no store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// Not such a file, cut off, or changed in any place.
    Damaged,
    /// The passphrase is another one, or a newer program wrote the vault.
    Locked(UnlockError),
}

/// A store that may be written down.
pub struct Imported {
    /// Opens it.
    pub vault: Vault,
    /// Opens its records.
    pub key: StoreKey,
    /// Everything but the vault.
    pub records: Vec<Record>,
}

#[derive(Encode, Decode)]
struct Row {
    #[cbor(n(0), bytes)]
    place: [u8; 32],
    #[n(1)]
    value: Blob,
}

impl ExportFile {
    /// Seals everything but the vault.
    pub fn seal(vault: &Vault, key: &StoreKey, records: Vec<Record>, cx: &mut Cx<'_>) -> Self {
        let vault = Blob(vault.to_bytes());
        let rows = records.into_iter().map(|(RecordKey(place), value)| Row { place, value });
        let plaintext = cbor::to_vec(&rows.collect::<Vec<_>>());
        let nonce: [u8; 24] = cx.random();
        let payload = Payload { msg: &plaintext, aad: &vault.0 };
        let sealed = cipher(key).encrypt(&nonce.into(), payload).unwrap_or_default();
        Self { version: PROTOCOL, vault, nonce, sealed: Blob(sealed) }
    }

    /// As the file holds it.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Opens a file with the passphrase of the device that it came from.
    ///
    /// # Errors
    /// See [`ImportError`]. Nothing was written anywhere.
    pub fn open(
        bytes: &[u8],
        passphrase: &Passphrase,
        stretch: Stretch,
    ) -> Result<Imported, ImportError> {
        let file: Self = cbor::from_slice(bytes).ok_or(ImportError::Damaged)?;
        if file.version != PROTOCOL {
            return Err(ImportError::Locked(UnlockError::TooNew { found: file.version }));
        }
        let vault = Vault::parse(&file.vault.0).ok_or(ImportError::Damaged)?;
        let key = vault.open(passphrase, stretch).map_err(ImportError::Locked)?;
        let payload = Payload { msg: &file.sealed.0, aad: &file.vault.0 };
        let opened = cipher(&key).decrypt(&file.nonce.into(), payload);
        let plaintext = opened.map_err(|_| ImportError::Damaged)?;
        let rows: Vec<Row> = cbor::from_slice(&plaintext).ok_or(ImportError::Damaged)?;
        let records = rows.into_iter().map(|row| (RecordKey(row.place), row.value)).collect();
        Ok(Imported { vault, key, records })
    }
}

fn cipher(key: &StoreKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&*key.derive("export")).into())
}
