//! Handing a secret to an account or a device: HPKE base mode (RFC 9180) with X-Wing
//! (draft-connolly-cfrg-xwing-kem-10), HKDF-SHA256 and ChaCha20-Poly1305.

use core::{convert::Infallible, fmt};

use hpke::{
    Deserializable as _, OpModeR, OpModeS, Serializable as _,
    aead::ChaCha20Poly1305,
    kdf::HkdfSha256,
    kem::{Kem, XWing},
    rand_core::{TryCryptoRng, TryRng},
};
use shared::{
    id::{AccountId, DeviceId, DocumentId, Epoch, FirmId, KeyGeneration},
    limit::WRAP_BYTES_MAX,
    secret::Secret,
};
use thiserror::Error;

use crate::cx::Entropy;

/// Length of an X-Wing encapsulation.
const ENCAPSULATION_BYTES: usize = 1_120;

/// A private X-Wing key; wiped on drop by the library that holds it.
pub struct KemKey {
    private: <XWing as Kem>::PrivateKey,
    public: Vec<u8>,
}

impl KemKey {
    /// The key pair that belongs to a seed.
    pub fn derive(seed: &Secret<32>) -> Self {
        let (private, public) = XWing::derive_keypair(seed.expose());
        Self { private, public: public.to_bytes().to_vec() }
    }

    /// The public half, as logs publish it.
    pub fn public(&self) -> &[u8] {
        &self.public
    }
}

impl fmt::Debug for KemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KemKey(..)")
    }
}

/// What a wrap is for; bound into it, so that none can be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An epoch secret for an account.
    EpochSecret {
        /// The firm.
        firm: FirmId,
        /// The document.
        document: DocumentId,
        /// The epoch.
        epoch: Epoch,
        /// The recipient.
        account: AccountId,
        /// Which of the recipient's keys.
        generation: KeyGeneration,
    },
    /// An account's seeds for one of its devices.
    Seeds {
        /// The firm.
        firm: FirmId,
        /// The account.
        account: AccountId,
        /// The recipient.
        device: DeviceId,
    },
}

impl Purpose {
    fn info(self) -> Vec<u8> {
        match self {
            Self::EpochSecret { firm, document, epoch, account, generation } => [
                b"mendan/1/wrap/epoch".as_slice(),
                firm.as_bytes(),
                document.as_bytes(),
                &epoch.0.to_be_bytes(),
                account.as_bytes(),
                &generation.0.to_be_bytes(),
            ]
            .concat(),
            Self::Seeds { firm, account, device } => [
                b"mendan/1/wrap/seeds".as_slice(),
                firm.as_bytes(),
                account.as_bytes(),
                device.as_bytes(),
            ]
            .concat(),
        }
    }
}

/// The recipient's public key is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the recipient's public key is not one")]
pub struct BadKey;

/// The wrap was not made for this key and purpose, or was damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the wrap does not authenticate")]
pub struct Unauthentic;

/// Seals `secret` to a public key.
pub fn wrap(
    secret: &[u8],
    purpose: Purpose,
    recipient: &[u8],
    entropy: &mut dyn Entropy,
) -> Result<Vec<u8>, BadKey> {
    let recipient = <XWing as Kem>::PublicKey::from_bytes(recipient).map_err(|_| BadKey)?;
    let (encapsulation, ciphertext) =
        hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &recipient,
            &purpose.info(),
            secret,
            &[],
            &mut FromEntropy(entropy),
        )
        .map_err(|_| BadKey)?;
    Ok([encapsulation.to_bytes().as_slice(), &ciphertext].concat())
}

/// Opens what [`wrap`] sealed.
pub fn unwrap(sealed: &[u8], purpose: Purpose, key: &KemKey) -> Result<Vec<u8>, Unauthentic> {
    if sealed.len() > WRAP_BYTES_MAX {
        return Err(Unauthentic);
    }
    let (encapsulation, ciphertext) =
        sealed.split_at_checked(ENCAPSULATION_BYTES).ok_or(Unauthentic)?;
    let encapsulation =
        <XWing as Kem>::EncappedKey::from_bytes(encapsulation).map_err(|_| Unauthentic)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeR::Base,
        &key.private,
        &encapsulation,
        &purpose.info(),
        ciphertext,
        &[],
    )
    .map_err(|_| Unauthentic)
}

/// Lets the library draw from the randomness we were handed.
struct FromEntropy<'a>(&'a mut dyn Entropy);

impl TryRng for FromEntropy<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for FromEntropy<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);

    impl Entropy for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_add(1);
                *byte = self.0;
            }
        }
    }

    fn key(byte: u8) -> KemKey {
        KemKey::derive(&Secret::new(Box::new([byte; 32])))
    }

    fn purpose(document: u8) -> Purpose {
        Purpose::EpochSecret {
            firm: FirmId::new([1; 16]),
            document: DocumentId::new([document; 16]),
            epoch: Epoch(0),
            account: AccountId::new([3; 16]),
            generation: KeyGeneration(0),
        }
    }

    #[test]
    fn a_wrap_opens_for_its_recipient_and_purpose_only() {
        let sealed = wrap(&[7; 32], purpose(2), key(1).public(), &mut Counting(0)).unwrap();

        assert_eq!(unwrap(&sealed, purpose(2), &key(1)), Ok(vec![7; 32]));
        assert_eq!(unwrap(&sealed, purpose(9), &key(1)), Err(Unauthentic));
        assert_eq!(unwrap(&sealed, purpose(2), &key(2)), Err(Unauthentic));
        assert!(sealed.len() <= WRAP_BYTES_MAX);
    }

    #[test]
    fn no_byte_of_a_wrap_can_be_changed_or_cut() {
        let sealed = wrap(&[7; 32], purpose(2), key(1).public(), &mut Counting(0)).unwrap();

        for at in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 0x10;
            assert_eq!(unwrap(&flipped, purpose(2), &key(1)), Err(Unauthentic), "byte {at}");
        }
        for len in [0, 1, 1_119, 1_120, sealed.len() - 1] {
            assert_eq!(unwrap(&sealed[..len], purpose(2), &key(1)), Err(Unauthentic));
        }
    }
}
