//! Sealing a chunk into an envelope and opening it again.
//!
//! Each envelope has its own key, nonce and commitment, derived from the epoch secret and bound to
//! the header; so there is no nonce to repeat, no header to swap, and one key per ciphertext.

use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit as _,
    aead::{Aead as _, Payload},
};
use hkdf::Hkdf;
use sha2::Sha256;
use shared::{
    envelope::{COMMITMENT_BYTES, Envelope, Header, Verified},
    hash,
    sign::SigningKey,
};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::epoch::EpochSecret;

/// Smallest plaintext, padding included.
pub const PLAINTEXT_BYTES_MIN: usize = 1024;
/// Largest plaintext, padding included: what is left of an envelope's 64 KiB.
pub const PLAINTEXT_BYTES_MAX: usize = 61_440;

/// Why an envelope was not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// Ours to repair: split the chunk.
    #[error("{size} bytes do not fit into one envelope")]
    TooLarge {
        /// Bytes before padding.
        size: usize,
    },
}

/// Why an envelope was not opened: forged, damaged, or moved. Deliberately says no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the envelope does not authenticate")]
pub struct Unauthentic;

struct EnvelopeKey {
    cipher: ChaCha20Poly1305,
    nonce: [u8; 12],
    commitment: [u8; COMMITMENT_BYTES],
}

impl EnvelopeKey {
    fn derive(secret: &EpochSecret, header: &Header) -> Self {
        let mut info = b"mendan/1/envelope".to_vec();
        info.extend_from_slice(&hash::sha256(&[&header.to_bytes()]));
        let mut okm = Zeroizing::new([0; 32 + 12 + COMMITMENT_BYTES]);
        let kdf = Hkdf::<Sha256>::new(Some(&header.salt), secret.expose());
        // 76 bytes are within HKDF's limit of 255 * 32, the only way to fail.
        let expanded = kdf.expand(&info, okm.as_mut_slice());
        debug_assert!(expanded.is_ok());
        let (key, rest) = okm.split_first_chunk::<32>().unwrap_or((&[0; 32], &[]));
        let (nonce, commitment) = rest.split_first_chunk::<12>().unwrap_or((&[0; 12], &[]));
        Self {
            cipher: ChaCha20Poly1305::new(key.into()),
            nonce: *nonce,
            commitment: *commitment.first_chunk().unwrap_or(&[0; COMMITMENT_BYTES]),
        }
    }
}

/// Pads, encrypts and signs.
pub fn seal(
    header: Header,
    secret: &EpochSecret,
    plaintext: Vec<u8>,
    device: &SigningKey,
) -> Result<Verified, SealError> {
    let size = plaintext.len();
    let plaintext = Zeroizing::new(pad(plaintext).ok_or(SealError::TooLarge { size })?);
    let key = EnvelopeKey::derive(secret, &header);
    let aad = header.to_bytes();
    let payload = Payload { msg: &plaintext, aad: &aad };
    let ciphertext =
        key.cipher.encrypt(&key.nonce.into(), payload).map_err(|_| SealError::TooLarge { size })?;
    Ok(Envelope::sign(header, &key.commitment, &ciphertext, device))
}

/// Decrypts and unpads.
pub fn open(envelope: &Verified, secret: &EpochSecret) -> Result<Vec<u8>, Unauthentic> {
    let key = EnvelopeKey::derive(secret, envelope.header());
    if envelope.commitment() != key.commitment {
        return Err(Unauthentic);
    }
    let aad = envelope.header().to_bytes();
    let payload = Payload { msg: envelope.ciphertext(), aad: &aad };
    let plaintext = key.cipher.decrypt(&key.nonce.into(), payload).map_err(|_| Unauthentic)?;
    unpad(plaintext).ok_or(Unauthentic)
}

/// Appends `0x80`, then zeros up to [`padded_len`] (ISO/IEC 7816-4).
fn pad(mut plaintext: Vec<u8>) -> Option<Vec<u8>> {
    plaintext.push(0x80);
    let len = padded_len(plaintext.len());
    if len > PLAINTEXT_BYTES_MAX {
        return None;
    }
    plaintext.resize(len, 0);
    Some(plaintext)
}

fn unpad(mut plaintext: Vec<u8>) -> Option<Vec<u8>> {
    let end = plaintext.iter().rposition(|byte| *byte != 0)?;
    if plaintext.get(end) != Some(&0x80) {
        return None;
    }
    plaintext.truncate(end);
    Some(plaintext)
}

/// Eight lengths for each doubling, above a floor of [`PLAINTEXT_BYTES_MIN`]: PADMÉ (Nikitin et al.,
/// "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", PoPETs 2019, §4.2)
/// with a bit less, because its sixteen are more than ten thousand notes may differ by. At most an
/// eighth is added, half of that on average.
pub fn padded_len(len: usize) -> usize {
    let len = len.max(PLAINTEXT_BYTES_MIN);
    let mask = (1_usize << len.ilog2().saturating_sub(3)) - 1;
    (len + mask) & !mask
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::{
        envelope::Kind,
        id::{DeviceId, DocumentId, EnvelopeId, Epoch, Seq},
        secret::Secret,
    };

    use super::*;

    fn header() -> Header {
        Header {
            kind: Kind::Changes,
            document: DocumentId::new([1; 16]),
            epoch: Epoch(0),
            device: DeviceId::new([2; 16]),
            seq: Seq(1),
            prev: EnvelopeId::NONE,
            log_index: 1,
            salt: [3; 32],
        }
    }

    fn secret(byte: u8) -> EpochSecret {
        EpochSecret::new(Secret::new(Box::new([byte; 32])))
    }

    fn device() -> SigningKey {
        SigningKey::derive(&Secret::new(Box::new([4; 32])))
    }

    #[test]
    fn what_was_sealed_opens_with_the_same_secret_only() {
        let envelope = seal(header(), &secret(1), b"note".to_vec(), &device()).unwrap();

        assert_eq!(open(&envelope, &secret(1)), Ok(b"note".to_vec()));
        assert_eq!(open(&envelope, &secret(2)), Err(Unauthentic));
    }

    #[test]
    fn an_envelope_signed_anew_under_another_header_does_not_open() {
        let sealed = seal(header(), &secret(1), b"note".to_vec(), &device()).unwrap();
        let moved = [
            Header { kind: Kind::Snapshot, ..header() },
            Header { document: DocumentId::new([9; 16]), ..header() },
            Header { epoch: Epoch(1), ..header() },
            Header { device: DeviceId::new([9; 16]), ..header() },
            Header { seq: Seq(2), prev: EnvelopeId::new([9; 32]), ..header() },
            Header { log_index: 2, ..header() },
            Header { salt: [9; 32], ..header() },
        ];

        for header in moved {
            let commitment = sealed.commitment().try_into().unwrap();
            let forged = Envelope::sign(header, &commitment, sealed.ciphertext(), &device());
            assert_eq!(open(&forged, &secret(1)), Err(Unauthentic));
        }
    }

    #[test]
    fn the_largest_plaintext_fits_and_one_byte_more_does_not() {
        let largest = vec![7; PLAINTEXT_BYTES_MAX - 1];
        let mut larger = largest.clone();
        larger.push(7);

        let envelope = seal(header(), &secret(1), largest.clone(), &device()).unwrap();
        assert_eq!(open(&envelope, &secret(1)), Ok(largest));
        assert!(Envelope::parse(envelope.as_bytes().to_vec()).is_ok());
        assert_eq!(
            seal(header(), &secret(1), larger, &device()).err(),
            Some(SealError::TooLarge { size: PLAINTEXT_BYTES_MAX })
        );
    }

    proptest! {
        #[test]
        fn padding_is_undone(plaintext: Vec<u8>) {
            prop_assert_eq!(unpad(pad(plaintext.clone()).unwrap()), Some(plaintext));
        }

        #[test]
        fn a_padded_length_is_stable_and_adds_an_eighth_at_most(len in PLAINTEXT_BYTES_MIN..61_440_usize) {
            let padded = padded_len(len);
            prop_assert!(padded >= len);
            prop_assert!(padded * 8 <= len * 9);
            prop_assert_eq!(padded_len(padded), padded);
        }
    }

    #[test]
    fn padding_ends_with_its_mark_or_nothing_was_sealed_here() {
        assert_eq!(unpad(b"note\x80".to_vec()), Some(b"note".to_vec()));
        assert_eq!(unpad(b"note\x80\0\0".to_vec()), Some(b"note".to_vec()));
        assert_eq!(unpad(b"note\x80\x80\0".to_vec()), Some(b"note\x80".to_vec()));
        for unmarked in [b"".as_slice(), b"\0\0", b"note", b"note\0", b"note\x80\x01\0"] {
            assert_eq!(unpad(unmarked.to_vec()), None, "{unmarked:?}");
        }
    }

    #[test]
    fn few_lengths_are_possible_at_all() {
        let mut lengths: Vec<usize> = (0..=PLAINTEXT_BYTES_MAX).map(padded_len).collect();
        lengths.dedup();

        assert_eq!(lengths.len(), 48);
        assert_eq!(lengths.last(), Some(&PLAINTEXT_BYTES_MAX));
        assert_eq!(
            [0, 1_024, 1_025, 1_152, 1_153].map(padded_len),
            [1_024, 1_024, 1_152, 1_152, 1_280]
        );
    }
}
