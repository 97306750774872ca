//! Envelopes under attack.

use proptest::prelude::*;
use shared::{
    envelope::{Envelope, HEADER_BYTES, Header, ParseError, TAG_BYTES},
    id::{Epoch, Seq},
    limit::ENVELOPE_BYTES_MAX,
    sign::{Domain, Forged, Signature, VerifyKey},
    version::PROTOCOL,
};

use crate::cast::{CONSULTANT, EMPLOYEE, envelope, header};

/// Each field of the header and where it lies.
const FIELDS: [(&str, std::ops::Range<usize>); 9] = [
    ("version", 0..1),
    ("kind", 1..2),
    ("document", 2..18),
    ("epoch", 18..22),
    ("device", 22..38),
    ("seq", 38..46),
    ("prev", 46..78),
    ("log index", 78..86),
    ("salt", 86..118),
];

fn author() -> VerifyKey {
    CONSULTANT.device_key().verify_key()
}

fn is_genuine(bytes: Vec<u8>) -> bool {
    Envelope::parse(bytes).is_ok_and(|envelope| envelope.verify(&author()).is_ok())
}

#[test]
fn the_fields_fill_the_header() {
    let mut end = 0;
    for (name, range) in FIELDS {
        assert_eq!(range.start, end, "{name}");
        end = range.end;
    }
    assert_eq!(end, HEADER_BYTES);
}

#[test]
fn no_header_field_can_be_changed_in_any_bit() {
    let bytes = envelope(TAG_BYTES);
    assert!(is_genuine(bytes.clone()));

    for (name, range) in FIELDS {
        for bit in range.start * 8..range.end * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(!is_genuine(flipped), "{name}, bit {bit}");
        }
    }
}

#[test]
fn no_envelope_can_be_cut_or_lengthened() {
    let bytes = envelope(64);

    for end in 0..bytes.len() {
        assert!(!is_genuine(bytes[..end].to_vec()), "cut at {end}");
        assert!(!is_genuine(bytes[end..].to_vec()) || end == 0, "begun at {end}");
    }
    assert!(!is_genuine([bytes.as_slice(), &[0]].concat()));
}

#[test]
fn the_largest_envelope_is_admitted_and_one_byte_more_is_not() {
    let overhead = envelope(TAG_BYTES).len() - TAG_BYTES;
    let largest = envelope(ENVELOPE_BYTES_MAX - overhead);
    let longer = envelope(ENVELOPE_BYTES_MAX - overhead + 1);

    assert_eq!(largest.len(), ENVELOPE_BYTES_MAX);
    assert!(is_genuine(largest));
    let size = ENVELOPE_BYTES_MAX + 1;
    assert_eq!(Envelope::parse(longer).err(), Some(ParseError::Oversize { size }));
}

#[test]
fn other_versions_and_kinds_are_kept_for_a_newer_program() {
    let with = |at: usize, byte: u8| {
        let mut bytes = envelope(TAG_BYTES);
        bytes[at] = byte;
        Envelope::parse(bytes).err()
    };

    for found in (0..=u8::MAX).filter(|found| *found != PROTOCOL) {
        assert_eq!(with(0, found), Some(ParseError::UnknownVersion { found }));
    }
    for found in 3..=u8::MAX {
        assert_eq!(with(1, found), Some(ParseError::UnknownKind { found }));
    }
}

#[test]
fn an_envelope_of_somebody_else_or_for_another_purpose_is_forged() {
    let bytes = envelope(TAG_BYTES);
    let (signed, _) = bytes.split_at(bytes.len() - Signature::BYTES);
    let with = |signature: Signature| {
        let bytes = [signed, signature.as_bytes().as_slice()].concat();
        Envelope::parse(bytes).unwrap().verify(&author()).map(drop)
    };

    assert_eq!(with(EMPLOYEE.device_key().sign(Domain::Envelope, signed)), Err(Forged));
    for domain in [Domain::OrgEntry, Domain::DocumentEntry, Domain::Login, Domain::Possession] {
        assert_eq!(with(CONSULTANT.device_key().sign(domain, signed)), Err(Forged), "{domain:?}");
    }
    assert_eq!(with(Signature::new([0; 64])), Err(Forged));
}

#[test]
fn a_malleated_signature_is_forged() {
    // The group's order, little-endian: s and s + l are the same scalar, and lax rules take both.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut bytes = envelope(TAG_BYTES);
    let scalar_at = bytes.len() - 32;

    let mut carry = 0_u16;
    for (byte, add) in bytes[scalar_at..].iter_mut().zip(ORDER) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }

    assert!(!is_genuine(bytes));
}

#[test]
fn a_small_order_key_verifies_nothing() {
    let mut identity = [0; 32];
    identity[0] = 1;
    // The order-4 points, the order-2 point, and non-canonical forms of the identity.
    let mut minus_one = [0xff; 32];
    minus_one[0] = 0xec;
    minus_one[31] = 0x7f;
    let mut not_canonical = [0xff; 32];
    not_canonical[0] = 0xee;
    not_canonical[31] = 0x7f;
    for key in [[0; 32], identity, minus_one, not_canonical] {
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&identity);
        let envelope = Envelope::parse(envelope(TAG_BYTES)).unwrap();
        assert_eq!(envelope.verify(&VerifyKey::new(key)).err(), Some(Forged), "{key:?}");
        let held = VerifyKey::new(key).verify(Domain::Envelope, b"", &Signature::new(signature));
        assert_eq!(held, Err(Forged), "{key:?}");
    }
}

#[test]
fn the_id_covers_every_byte() {
    let bytes = envelope(TAG_BYTES);
    let id = Envelope::parse(bytes.clone()).unwrap().id();

    // The last bytes are the signature: two envelopes that differ there are two envelopes.
    for at in 2..bytes.len() {
        let mut other = bytes.clone();
        other[at] ^= 1;
        let other = Envelope::parse(other);
        assert!(other.is_err() || other.unwrap().id() != id, "byte {at}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_no_envelope(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(!is_genuine(bytes));
    }

    #[test]
    fn a_header_survives_its_bytes(
        epoch in any::<u32>(), seq in 2_u64.., log_index in any::<u64>(), salt in any::<[u8; 32]>(),
    ) {
        let header = Header { epoch: Epoch(epoch), seq: Seq(seq), log_index, salt, ..header() };
        let signed = Envelope::sign(header.clone(), &[0; 32], &[0; 16], &CONSULTANT.device_key());
        let parsed = Envelope::parse(signed.as_bytes().to_vec());
        prop_assert_eq!(parsed.map(|it| it.header().clone()), Ok(header));
    }
}
