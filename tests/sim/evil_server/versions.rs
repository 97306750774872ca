//! K8 to K10: weaker derivation, older or newer versions, keys and signatures that are none.

use std::cell::RefCell;

use engine::{
    command::Passphrase,
    effect::RecordKey,
    keyring::vault::{UnlockError, Vault},
    wrap::{KemKey, Purpose, unwrap, wrap},
};
use harness::{captive::Captive, firm::PASSPHRASE, seed::Dice};
use shared::{
    Blob,
    envelope::{Envelope, ParseError},
    id::{AccountId, DocumentId, Epoch, FirmId, KeyGeneration},
    refusal::Reason,
    secret::Secret,
    sign::{Domain, Signature, VerifyKey},
    sync::{ClientMessage, Identity, ServerMessage},
};

use super::{
    VARIANTS, damaged, dice, own_key, pick, random,
    stage::{FIELD, Lies, Stage, THEN},
};

thread_local! {
    static STRETCHED: RefCell<Vec<(Vec<u8>, [u8; 32])>> = const { RefCell::new(vec![]) };
}

/// Derives like the harness, and notes what it was asked.
fn noting(passphrase: &[u8], salt: &[u8; 32]) -> Option<Secret<32>> {
    STRETCHED.with_borrow_mut(|asked| asked.push((passphrase.to_vec(), *salt)));
    harness::quick_stretch(passphrase, salt)
}

/// The vault with something more in its map: what a program that reads parameters would obey.
fn with_field(vault: &[u8], key: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vault.to_vec();
    assert_eq!(bytes[0] & 0xE0, 0xA0, "a short map");
    bytes[0] += 1;
    bytes.extend_from_slice(&[0x18, key]);
    bytes.extend_from_slice(value);
    bytes
}

/// K8. The server, or whoever reaches the store, asks for a cheaper derivation: other cost fields
/// in the vault, another version, salt, nonce or algorithm; and the server says whatever it likes
/// before and after the unlocking. Harmless by construction: cost and algorithm are compiled in, no
/// message and no field of the vault carries them, and the derivation is asked with the passphrase
/// and the salt and nothing else. A vault with another salt, nonce or version does not open.
#[test]
fn k08_nobody_can_talk_a_device_into_a_cheaper_derivation() {
    let stage = Stage::set(8);
    let vault = stage.disk(stage.phone)[&RecordKey::VAULT].0.clone();
    let parsed = Vault::parse(&vault).unwrap();
    let passphrase = Passphrase::new(PASSPHRASE.to_owned());
    assert!(parsed.open(&passphrase, noting).is_ok());
    let honest = STRETCHED.take();
    let numbers: [&[u8]; 5] =
        [&[0x01], &[0x18, 0x08], &[0x00], &[0x66, b'p', b'b', b'k', b'd', b'f', b'2'], &[0xF6]];
    for variant in 0..VARIANTS {
        let mut dice = dice(8, variant);
        if variant % 2 == 0 {
            let key = u8::try_from(24 + dice.below(200)).unwrap();
            let padded = with_field(&vault, key, pick::<&[u8]>(&mut dice, &numbers));
            let opened = Vault::parse(&padded).map(|it| it.open(&passphrase, noting).is_ok());
            let asked = STRETCHED.take();
            assert!(opened != Some(true) || asked == honest, "variant {variant}");
        } else {
            let bytes = damaged(&mut dice, &vault);
            let Some(other) = Vault::parse(&bytes) else { continue };
            let is_same = other.device_name != parsed.device_name;
            let opened = other.open(&passphrase, noting);
            let wrong = matches!(
                opened,
                Err(UnlockError::Unauthentic | UnlockError::TooNew { .. } | UnlockError::NoMemory)
            );
            assert!(wrong || is_same, "variant {variant}");
            STRETCHED.take();
        }
    }
    // What a server says to a locked device is not heard, and not told at the unlocking either.
    for variant in 0..20 {
        let disk = stage.disk(stage.phone).clone();
        let mut captive = Captive::on(disk, stage.world.now(), variant, noting);
        captive.log_in(stage.world.server_epoch());
        captive.unlock();
        assert_eq!(STRETCHED.take(), honest);
        assert!(captive.reads(stage.note, FIELD).starts_with(THEN));
    }
}

/// K9. The server serves envelopes of other versions and kinds, old and new, among honest ones; and
/// is offered logins of other versions. Detected: there is one version and no negotiation; the byte
/// is under the signature, and an unknown one is refused before anything is derived from it.
#[test]
fn k09_there_is_no_other_version_to_talk_a_device_into() {
    let mut stage = Stage::set(9);
    let (first, honest) = stage.since(stage.note);
    let mut store = stage.world.back_up();
    let mut refused = 0_u64;
    {
        let mut lies = Lies::to(&stage, stage.phone);
        for variant in 0..VARIANTS {
            let mut dice = dice(9, variant);
            let mut bytes = pick(&mut dice, &honest).0.clone();
            let (at, honest) = *pick(&mut dice, &[(0, 1), (1, 0)]);
            let with = u8::try_from(dice.below(256)).unwrap();
            bytes[at] = if with == honest { with ^ 0x55 } else { with };
            bytes[200] ^= u8::try_from(dice.below(256)).unwrap();
            let error = Envelope::parse(bytes.clone()).err();
            refused += u64::from(matches!(
                error,
                Some(ParseError::UnknownVersion { .. } | ParseError::UnknownKind { .. })
            ));

            lies.tell(variant, Stage::batch(stage.note, first, vec![Blob(bytes)]));

            lies.check_alarmed(&format!("variant {variant}"));
        }
        lies.end();
    }
    assert!(refused > VARIANTS * 9 / 10, "{refused}");
    for version in (0..=255).filter(|it| *it != shared::version::PROTOCOL) {
        let mut connection = server::service::Connection::new();
        let mut cx = server::service::Cx {
            now: stage.world.now(),
            entropy: &mut stage.world.dice,
            origin: harness::world::ORIGIN,
            bootstrap: None,
        };
        let hello = ClientMessage::Hello { version, identity: Identity::Bootstrap, nonce: [1; 32] };
        let answer = connection.handle(&mut store, &mut cx, hello);
        let reasons: Vec<Option<Reason>> = answer.replies.iter().map(reason_of).collect();
        assert_eq!(reasons, [Some(Reason::UnknownVersion)]);
    }
}

fn reason_of(message: &ServerMessage) -> Option<Reason> {
    match message {
        ServerMessage::Refused { refusal, .. } => Some(refusal.reason()),
        _ => None,
    }
}

/// Points of small order, canonical and not.
const SMALL: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    [
        0xEC, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0x7F,
    ],
    [
        0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98,
        0xF0, 0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53,
        0xFC, 0x05,
    ],
    [
        0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67,
        0x0F, 0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC,
        0x03, 0x7A,
    ],
];

/// The group's order, to which a lax verifier is blind.
const ORDER: [u8; 32] = [
    0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The same signature with the order added to its scalar.
fn malleated(signature: &Signature) -> Signature {
    let mut bytes = *signature.as_bytes();
    let mut carry = 0_u16;
    for (byte, add) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
    Signature::new(bytes)
}

fn weak_signature(dice: &mut Dice) -> Signature {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(pick::<[u8; 32]>(dice, &SMALL));
    if dice.one_in(2) {
        bytes[32..].copy_from_slice(&[0; 32]);
    } else {
        bytes[32] = 1;
    }
    Signature::new(bytes)
}

/// K10. The server uses keys of small order, points that are none, signatures with another
/// encoding, and X25519 shares of zero or small order. Detected: strict verification; an
/// encapsulation is bound into the derived key, and ML-KEM's half is not zero. The control: the
/// honest signature and wrap hold.
#[test]
fn k10_weak_keys_and_second_encodings_are_refused() {
    let stage = Stage::set(10);
    let (first, honest) = stage.since(stage.note);
    let kem = KemKey::derive(&Secret::new(Box::new([3; 32])));
    let purpose = Purpose::EpochSecret {
        firm: FirmId::new([1; 16]),
        document: DocumentId::new([2; 16]),
        epoch: Epoch(0),
        account: AccountId::new([3; 16]),
        generation: KeyGeneration(0),
    };
    let mut lies = Lies::to(&stage, stage.phone);
    for variant in 0..VARIANTS {
        let mut dice = dice(10, variant);
        let message: [u8; 48] = random(&mut dice);
        let weak = VerifyKey::new(*pick(&mut dice, &SMALL));
        assert!(weak.verify(Domain::Envelope, &message, &weak_signature(&mut dice)).is_err());
        let key = own_key(&mut dice);
        let signature = key.sign(Domain::Login, &message);
        assert!(key.verify_key().verify(Domain::Login, &message, &signature).is_ok());
        assert!(key.verify_key().verify(Domain::Login, &message, &malleated(&signature)).is_err());

        let sealed = wrap(&[7; 32], purpose, kem.public(), &mut dice).unwrap();
        let mut zeroed = sealed.clone();
        // X-Wing's share of X25519 follows that of ML-KEM-768.
        zeroed[1_088..1_120].copy_from_slice(pick::<[u8; 32]>(&mut dice, &SMALL));
        assert!(unwrap(&sealed, purpose, &kem).is_ok());
        assert!(unwrap(&zeroed, purpose, &kem).is_err(), "variant {variant}");

        let mut bytes = honest[0].0.clone();
        let at = bytes.len() - 64;
        let own = Signature::new(bytes[at..].try_into().unwrap());
        let forged = if dice.one_in(2) { malleated(&own) } else { weak_signature(&mut dice) };
        bytes[at..].copy_from_slice(forged.as_bytes());
        let tail = usize::try_from(dice.below(3)).unwrap();
        bytes.extend_from_slice(&vec![0; tail]);
        lies.tell(variant, Stage::batch(stage.note, first, vec![Blob(bytes)]));
        assert!(!lies.captive.screen.alarms.is_empty(), "variant {variant}");
    }
    lies.end();
}
