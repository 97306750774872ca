//! What only the cipher can catch: everything re-signed by the rightful author.

use engine::{
    seal::{self, open, seal},
    wrap::{Purpose, unwrap, wrap},
};
use proptest::prelude::*;
use shared::{
    envelope::{Envelope, HEADER_BYTES, Header, Kind},
    id::{DeviceId, DocumentId, EnvelopeId, Epoch, FirmId, KeyGeneration, Seq},
    limit::{ENVELOPE_BYTES_MAX, WRAP_BYTES_MAX},
    log::org::KEM_KEY_BYTES,
};

use crate::cast::{
    CONSULTANT, DOCUMENT, EMPLOYEE, FIRM, Noise, PLAINTEXT, header, kem_key, purpose, sealed,
    secret, wrapped,
};

#[test]
fn no_header_field_can_be_changed_even_by_its_author() {
    let whole = sealed();
    assert_eq!(open(&whole, &secret(1)), Ok(PLAINTEXT.to_vec()));
    let log_index = header().log_index;
    let moved = [
        ("kind", Header { kind: Kind::Snapshot, ..header() }),
        ("kind", Header { kind: Kind::Attachment, ..header() }),
        ("document", Header { document: DocumentId::new([9; 16]), ..header() }),
        ("epoch", Header { epoch: Epoch(header().epoch.0 + 1), ..header() }),
        ("device", Header { device: EMPLOYEE.device(), ..header() }),
        ("seq", Header { seq: Seq(header().seq.0 + 1), ..header() }),
        ("prev", Header { prev: EnvelopeId::new([9; 32]), ..header() }),
        ("log index", Header { log_index: log_index + 1, ..header() }),
        ("salt", Header { salt: [9; 32], ..header() }),
    ];
    for (field, header) in moved {
        let commitment = whole.commitment().try_into().unwrap();
        let key = CONSULTANT.device_key();
        let forged = Envelope::sign(header, &commitment, whole.ciphertext(), &key);
        assert_eq!(open(&forged, &secret(1)), Err(seal::Unauthentic), "{field}");
    }
}

#[test]
fn no_bit_of_commitment_or_ciphertext_can_be_changed_even_by_its_author() {
    let whole = sealed();
    let (commitment, ciphertext) = (whole.commitment(), whole.ciphertext());
    for bit in 0..(commitment.len() + ciphertext.len()) * 8 {
        let mut body = [commitment, ciphertext].concat();
        body[bit / 8] ^= 1 << (bit % 8);
        let (commitment, ciphertext) = body.split_first_chunk().unwrap();
        let key = CONSULTANT.device_key();
        let forged = Envelope::sign(header(), commitment, ciphertext, &key);
        assert_eq!(open(&forged, &secret(1)), Err(seal::Unauthentic), "bit {bit}");
    }
}

#[test]
fn an_envelope_that_commits_to_another_key_does_not_open() {
    let whole = sealed();
    for at in [0, 31] {
        let mut commitment: [u8; 32] = whole.commitment().try_into().unwrap();
        commitment[at] ^= 1;
        let key = CONSULTANT.device_key();
        let forged = Envelope::sign(header(), &commitment, whole.ciphertext(), &key);
        assert_eq!(open(&forged, &secret(1)), Err(seal::Unauthentic), "byte {at}");
    }
}

#[test]
fn another_epochs_secret_opens_nothing() {
    for number in 2..50 {
        assert_eq!(open(&sealed(), &secret(number)), Err(seal::Unauthentic));
    }
}

#[test]
fn a_ciphertext_cut_anywhere_does_not_open() {
    let whole = sealed();
    let commitment = whole.commitment().try_into().unwrap();
    for end in 0..whole.ciphertext().len() {
        let key = CONSULTANT.device_key();
        let cut = Envelope::sign(header(), &commitment, &whole.ciphertext()[..end], &key);
        assert_eq!(open(&cut, &secret(1)), Err(seal::Unauthentic), "cut at {end}");
    }
}

#[test]
fn lengths_tell_little() {
    let sizes: std::collections::BTreeSet<_> = (0..12_000)
        .step_by(9)
        .map(|bytes| {
            let plaintext = vec![7; bytes];
            seal(header(), &secret(1), plaintext, &CONSULTANT.device_key())
                .unwrap()
                .as_bytes()
                .len()
        })
        .collect();

    assert!(sizes.len() <= 64, "{} sizes", sizes.len());
    assert!(sizes.iter().all(|size| *size <= ENVELOPE_BYTES_MAX));
    assert!(sizes.first() > Some(&(HEADER_BYTES + 1024)));
}

#[test]
fn a_wrap_opens_for_its_recipient_and_its_purpose_only() {
    let of = |firm, document, epoch, account, generation| Purpose::EpochSecret {
        firm,
        document,
        epoch,
        account,
        generation,
    };
    let (epoch, account, generation) = (Epoch(1), EMPLOYEE.account(), KeyGeneration(0));
    assert_eq!(unwrap(&wrapped(), purpose(), &kem_key(1)), Ok(vec![0x5E; 32]));
    assert!(unwrap(&wrapped(), purpose(), &kem_key(2)).is_err());
    for other in [
        of(FirmId::new([9; 16]), DOCUMENT, epoch, account, generation),
        of(FIRM, DocumentId::new([9; 16]), epoch, account, generation),
        of(FIRM, DOCUMENT, Epoch(2), account, generation),
        of(FIRM, DOCUMENT, epoch, CONSULTANT.account(), generation),
        of(FIRM, DOCUMENT, epoch, account, KeyGeneration(1)),
        Purpose::Seeds { firm: FIRM, account, device: DeviceId::new([9; 16]) },
    ] {
        assert!(unwrap(&wrapped(), other, &kem_key(1)).is_err(), "{other:?}");
    }
}

#[test]
fn no_byte_of_a_wrap_can_be_changed_and_none_left_out() {
    let (whole, key) = (wrapped(), kem_key(1));
    assert!(whole.len() <= WRAP_BYTES_MAX);
    // The encapsulation is long and all alike; what follows it is secret and tag.
    let places = (0..1_120).step_by(31).chain(1_120..whole.len());
    for at in places {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        assert!(unwrap(&flipped, purpose(), &key).is_err(), "byte {at}");
    }
    for end in (0..whole.len()).step_by(61) {
        assert!(unwrap(&whole[..end], purpose(), &key).is_err(), "cut at {end}");
    }
    let longer = [whole.as_slice(), &[0]].concat();
    assert!(unwrap(&longer, purpose(), &key).is_err());
    assert!(unwrap(&vec![0; WRAP_BYTES_MAX + 1], purpose(), &key).is_err());
}

#[test]
fn the_largest_wrap_opens_and_one_byte_more_does_not() {
    let overhead = wrapped().len() - 32;
    let wrap_of = |bytes: usize| {
        wrap(&vec![7; bytes], purpose(), kem_key(1).public(), &mut Noise(0)).unwrap()
    };
    let (largest, larger) =
        (wrap_of(WRAP_BYTES_MAX - overhead), wrap_of(WRAP_BYTES_MAX - overhead + 1));

    assert_eq!((largest.len(), larger.len()), (WRAP_BYTES_MAX, WRAP_BYTES_MAX + 1));
    assert!(unwrap(&largest, purpose(), &kem_key(1)).is_ok());
    assert!(unwrap(&larger, purpose(), &kem_key(1)).is_err());
}

#[test]
fn every_wrap_has_a_key_of_its_own_that_chance_made() {
    let wrap_by =
        |noise| wrap(&[7; 32], purpose(), kem_key(1).public(), &mut Noise(noise)).unwrap();

    assert_eq!(wrap_by(0), wrap_by(0));
    assert_ne!(wrap_by(0)[..1_120], wrap_by(9)[..1_120]);
}

#[test]
fn a_public_key_of_the_wrong_length_is_none() {
    let whole = kem_key(1).public().to_vec();
    assert_eq!(whole.len(), KEM_KEY_BYTES);
    for bytes in [0, 32, KEM_KEY_BYTES - 1] {
        assert!(wrap(&[1; 32], purpose(), &whole[..bytes], &mut Noise(0)).is_err(), "{bytes}");
    }
    let longer = [whole.as_slice(), &[0]].concat();
    assert!(wrap(&[1; 32], purpose(), &longer, &mut Noise(0)).is_err());
}

#[test]
fn a_commitment_is_bound_to_everything() {
    let made = secret(1).commitment(DOCUMENT, Epoch(0));

    assert_ne!(made, secret(2).commitment(DOCUMENT, Epoch(0)));
    assert_ne!(made, secret(1).commitment(DOCUMENT, Epoch(1)));
    assert_ne!(made, secret(1).commitment(DocumentId::new([9; 16]), Epoch(0)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn nothing_opens_by_chance(body in prop::collection::vec(any::<u8>(), 48..2_000)) {
        let (commitment, ciphertext) = body.split_first_chunk().unwrap();
        let made_up = Envelope::sign(header(), commitment, ciphertext, &CONSULTANT.device_key());
        prop_assert_eq!(open(&made_up, &secret(1)), Err(seal::Unauthentic));
    }

    #[test]
    fn no_wrap_panics(bytes in prop::collection::vec(any::<u8>(), 0..1_600)) {
        prop_assert!(unwrap(&bytes, purpose(), &kem_key(1)).is_err());
        prop_assert!(wrap(&[1; 32], purpose(), &bytes, &mut Noise(0)).is_err() || bytes.len() == KEM_KEY_BYTES);
    }
}
