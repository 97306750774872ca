//! HPKE and X-Wing against the vectors their specifications print, through the crate that wraps use.

use core::convert::Infallible;

use engine::wrap::KemKey;
use hpke::{
    Deserializable as _, OpModeR, Serializable as _,
    aead::ChaCha20Poly1305,
    kdf::HkdfSha256,
    kem::{Kem, X25519HkdfSha256, XWing},
    rand_core::{TryCryptoRng, TryRng},
    setup_receiver, setup_sender_with_rng,
};
use serde_json::Value;
use shared::secret::Secret;

/// Gives the bytes it was given, and breaks when they are used up.
struct Given(Vec<u8>);

impl TryRng for Given {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        let rest = self.0.split_off(bytes.len());
        bytes.copy_from_slice(&self.0);
        self.0 = rest;
        Ok(())
    }
}

impl TryCryptoRng for Given {}

fn unhex(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks_exact(2).map(|it| u8::try_from(it[0] * 16 + it[1]).unwrap()).collect()
}

/// RFC 9180, appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, base mode.
mod a2 {
    pub(super) const INFO: &str = "4f6465206f6e2061204772656369616e2055726e";
    pub(super) const IKM_E: &str =
        "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b";
    pub(super) const ENC: &str = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a";
    pub(super) const IKM_R: &str =
        "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df";
    pub(super) const PUBLIC: &str =
        "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a";
    pub(super) const PRIVATE: &str =
        "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb";
    pub(super) const PLAINTEXT: &[u8] = b"Beauty is truth, truth beauty";
    /// By sequence number.
    pub(super) const SEALED: [(u64, &str); 4] = [
        (
            0,
            "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db\
             21993c62ce81883d2dd1b51a28",
        ),
        (
            1,
            "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e\
             85285337cc95ba5f59992dc98c",
        ),
        (
            2,
            "71146bd6795ccc9c49ce25dda112a48f202ad220559502cef1f34271e0cb4b02\
             b4f10ecac6f48c32f878fae86b",
        ),
        (
            4,
            "63357a2aa291f5a4e5f27db6baa2af8cf77427c7c1a909e0b37214dd47db122b\
             b153495ff0b02e9e54a50dbe16",
        ),
    ];
    /// By exporter context.
    pub(super) const EXPORTED: [(&[u8], &str); 3] = [
        (b"", "4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e"),
        (&[0], "8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69"),
        (b"TestContext", "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53"),
    ];
}

pub(crate) fn hpke_derives_the_keys_of_the_rfc() -> usize {
    let (private, public) = X25519HkdfSha256::derive_keypair(&unhex(a2::IKM_R));

    // The crate clamps before it writes, the RFC prints the number as derived.
    let mut clamped = unhex(a2::PRIVATE);
    clamped[31] &= 0x7F;
    assert_eq!(private.to_bytes().as_slice(), clamped);
    let printed = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&unhex(a2::PRIVATE)).unwrap();
    assert_eq!(X25519HkdfSha256::sk_to_pk(&printed), public);
    assert_eq!(public.to_bytes().as_slice(), unhex(a2::PUBLIC));
    let (_, ephemeral) = X25519HkdfSha256::derive_keypair(&unhex(a2::IKM_E));
    assert_eq!(ephemeral.to_bytes().as_slice(), unhex(a2::ENC));
    3
}

pub(crate) fn hpke_opens_and_exports_what_the_rfc_prints() -> usize {
    let private = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&unhex(a2::PRIVATE)).unwrap();
    let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&unhex(a2::ENC)).unwrap();
    let receiver = setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &private,
        &encapsulated,
        &unhex(a2::INFO),
    )
    .unwrap();

    for (context, expected) in a2::EXPORTED {
        let mut exported = [0; 32];
        receiver.export(context, &mut exported).unwrap();
        assert_eq!(exported.as_slice(), unhex(expected));
    }
    for (number, sealed) in a2::SEALED {
        let aad = format!("Count-{number}");
        let opened = open_at(number, &unhex(sealed), aad.as_bytes());
        assert_eq!(opened.as_deref(), Ok(a2::PLAINTEXT), "{number}");
    }
    a2::EXPORTED.len() + a2::SEALED.len()
}

/// Opens a ciphertext of any number: a sender of the same secrets moves a receiver on to it.
fn open_at(number: u64, sealed: &[u8], aad: &[u8]) -> Result<Vec<u8>, hpke::HpkeError> {
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&unhex(a2::PUBLIC)).unwrap();
    let (encapsulated, mut sender) =
        setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &hpke::OpModeS::Base,
            &public,
            &unhex(a2::INFO),
            &mut Given(unhex(a2::IKM_E)),
        )
        .unwrap();
    assert_eq!(encapsulated.to_bytes().as_slice(), unhex(a2::ENC));
    let private = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&unhex(a2::PRIVATE)).unwrap();
    let mut receiver = setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &private,
        &encapsulated,
        &unhex(a2::INFO),
    )
    .unwrap();
    for _ in 0..number {
        let passed = sender.seal(b"", b"").unwrap();
        assert_eq!(receiver.open(&passed, b"").as_deref(), Ok(b"".as_slice()));
    }
    receiver.open(sealed, aad)
}

pub(crate) fn hpke_seals_what_the_rfc_prints() -> usize {
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&unhex(a2::PUBLIC)).unwrap();
    let (encapsulated, mut sender) =
        setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &hpke::OpModeS::Base,
            &public,
            &unhex(a2::INFO),
            &mut Given(unhex(a2::IKM_E)),
        )
        .unwrap();

    assert_eq!(encapsulated.to_bytes().as_slice(), unhex(a2::ENC));
    for (number, expected) in a2::SEALED.into_iter().take(3) {
        let aad = format!("Count-{number}");
        let sealed = sender.seal(a2::PLAINTEXT, aad.as_bytes()).unwrap();
        assert_eq!(sealed, unhex(expected), "{number}");
    }
    a2::SEALED.len() - 1
}

pub(crate) fn hpke_refuses_a_sender_whose_key_agrees_on_zero() -> usize {
    let private = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&unhex(a2::PRIVATE)).unwrap();
    let mut one = [0; 32];
    one[0] = 1;
    for low in [[0; 32], one] {
        let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&low);
        let refused = encapsulated.is_err()
            || X25519HkdfSha256::decap(&private, None, &encapsulated.unwrap()).is_err();
        assert!(refused);
    }
    2
}

fn x_wing() -> Vec<Value> {
    let text = include_str!("../../wire/published/xwing.json");
    serde_json::from_str::<Value>(text).unwrap().as_array().unwrap().clone()
}

fn field(vector: &Value, name: &str) -> Vec<u8> {
    unhex(vector[name].as_str().unwrap())
}

pub(crate) fn x_wing_agrees_with_its_draft() -> usize {
    let vectors = x_wing();
    assert_eq!(vectors.len(), 3);
    for vector in &vectors {
        let private = <XWing as Kem>::PrivateKey::from_bytes(&field(vector, "sk")).unwrap();
        let public = XWing::sk_to_pk(&private);
        assert_eq!(public.to_bytes().as_slice(), field(vector, "pk"));

        let mut random = Given(field(vector, "eseed"));
        let (shared, sealed) = XWing::encap_with_rng(&public, None, &mut random).unwrap();
        assert_eq!(sealed.to_bytes().as_slice(), field(vector, "ct"));
        assert_eq!(shared.0.as_slice(), field(vector, "ss"));

        let sealed = <XWing as Kem>::EncappedKey::from_bytes(&field(vector, "ct")).unwrap();
        let opened = XWing::decap(&private, None, &sealed).unwrap();
        assert_eq!(opened.0.as_slice(), field(vector, "ss"));
    }
    vectors.len()
}

/// What our own seeds become, so that a crate which derives otherwise is noticed: a stored wrap
/// would never open again.
pub(crate) fn our_key_is_the_one_that_hpke_derives_from_the_seed() -> usize {
    let key = KemKey::derive(&Secret::new(Box::new([7; 32])));
    let (_, public) = XWing::derive_keypair(&[7; 32]);

    assert_eq!(key.public(), public.to_bytes().as_slice());
    assert_eq!(key.public().len(), 1_216);
    1
}
