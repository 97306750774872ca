//! D9 to D11: what lengths and repetitions tell.

use std::collections::{BTreeMap, BTreeSet};

use engine::{
    casework::field::Field,
    command::Splice,
    document::crdt::Crdt,
    seal::{PLAINTEXT_BYTES_MIN, padded_len},
};
use harness::{insider::Insider, seed::Dice};
use shared::{envelope::Envelope, sync::ClientMessage};

use super::{
    VARIANTS, dice, pick,
    stage::{FIELD, Stage},
};

/// Random ideographs.
fn words(dice: &mut Dice, count: u64) -> String {
    let letter = |dice: &mut Dice| {
        char::from_u32(0x4E00 + u32::try_from(dice.below(0x5000)).unwrap()).unwrap_or('字')
    };
    (0..count).map(|_| letter(dice)).collect()
}

/// The plaintext of an envelope that carries one edit.
fn plaintext(
    insider: &Insider,
    crdt: &mut Crdt,
    at: shared::time::UnixMillis,
    text: &str,
) -> Vec<u8> {
    let splice = Splice { at: 0, delete: 0, insert: text.to_owned() };
    let change = crdt.edit(at, |tx| tx.splice(&Field::top(FIELD), &splice)).unwrap().unwrap();
    debug_assert_ne!(insider.last().0.0, 0);
    Insider::chunk(at, vec![change]).to_bytes()
}

/// D9. Somebody who can place text beside a secret watches sizes: in one compressed unit a right
/// guess is shorter. Harmless by construction: nothing is compressed before it is sealed, so the
/// size depends on lengths alone. The control: with deflate the right guess shows.
#[test]
fn d09_a_right_guess_is_as_long_as_a_wrong_one() {
    let stage = Stage::set(209);
    let insider = stage.insider(stage.tablet, stage.note);
    let at = stage.world.now();
    let squeezed = |bytes: &[u8]| miniz_oxide::deflate::compress_to_vec(bytes, 9).len();
    let mut shorter = 0;
    for variant in 0..VARIANTS {
        let mut dice = dice(209, variant);
        let length = 4 + dice.below(40);
        let secret = words(&mut dice, length);
        let wrong = words(&mut dice, length);
        let sizes = [&secret, &wrong].map(|guess| {
            let text = format!("{secret}。{guess}");
            let bytes = plaintext(&insider, &mut insider.replica(), at, &text);
            (bytes.len(), squeezed(&bytes))
        });
        assert_eq!(sizes[0].0, sizes[1].0, "variant {variant}");
        shorter += u64::from(sizes[0].1 < sizes[1].1);
    }
    assert!(shorter > VARIANTS * 9 / 10, "deflate would tell: {shorter}");
}

/// D10. The server sorts ten thousand notes by size and guesses what came of the interview.
/// Harmless within a bound: sizes are padded to 1 KiB and then to eight for each doubling, at most
/// 64 different ones; who knows the best guess for every size is right in at most 55 of 100. The
/// control: without padding the same guesser is right nearly always.
#[test]
fn d10_sizes_do_not_tell_what_came_of_an_interview() {
    let mut dice = dice(210, 0);
    let mut seen: [BTreeMap<usize, [u64; 2]>; 2] = [BTreeMap::new(), BTreeMap::new()];
    let count = 10_000;
    for note in 0..count {
        let class = note % 2;
        // One class writes the code of its outcome, the other a longer one; else all is alike.
        let code = [4, 9][class];
        let letters = usize::try_from(10 * dice.below(400)).unwrap();
        let length = 190 + 3 * letters + code;
        let padded = padded_len(length + 1);
        let is_small = padded == PLAINTEXT_BYTES_MIN;
        assert!(is_small || padded * 8 <= (length + 1) * 9, "{length} to {padded}");
        seen[0].entry(padded).or_default()[class] += 1;
        seen[1].entry(length).or_default()[class] += 1;
    }
    let right = |sizes: &BTreeMap<usize, [u64; 2]>| -> u64 {
        sizes.values().map(|[one, other]| *one.max(other)).sum()
    };
    assert!(seen[0].len() <= 64, "{} sizes", seen[0].len());
    assert!(right(&seen[0]) * 100 <= 55 * u64::try_from(count).unwrap(), "{}", right(&seen[0]));
    assert!(right(&seen[1]) * 100 >= 95 * u64::try_from(count).unwrap(), "the control");
}

fn pushed(told: &[ClientMessage]) -> Vec<Envelope> {
    let batches = told.iter().filter_map(|message| match message {
        ClientMessage::Push { envelopes } => Some(envelopes),
        _ => None,
    });
    batches.flatten().map(|it| Envelope::parse(it.0.clone()).unwrap()).collect()
}

/// D11. A profile is copied or restored a thousand times, and every copy writes at the same place
/// of the same chain; a device dies between sealing and sending. Harmless by construction: every
/// envelope derives a key of its own from 32 random bytes and its header, so there is no nonce to
/// repeat; and what was sealed is durable before it is sent, so after a crash the same bytes go.
#[test]
fn d11_copies_and_crashes_repeat_no_key() {
    let stage = Stage::set(211);
    let (mut salts, mut commitments) = (BTreeSet::new(), BTreeSet::new());
    for variant in 0..VARIANTS {
        let mut dice = dice(211, variant);
        let document = *pick(&mut dice, &[stage.note, stage.other]);
        let mut captive = stage.captive(stage.phone, variant);
        let length = 1 + dice.below(20);
        captive.write(document, FIELD, &words(&mut dice, length));
        let sent = pushed(&captive.told);
        assert_eq!(sent.len(), 1, "variant {variant}");
        let header = sent[0].header();
        assert_eq!(header.seq.0, 1, "every copy writes at one place");
        assert!(salts.insert(header.salt), "variant {variant}");
        let commitment = sent[0].as_bytes()[118..150].to_vec();
        assert!(commitments.insert(commitment), "variant {variant}");
        if variant % 20 == 0 {
            let (epoch, now) = (stage.world.server_epoch(), captive.now);
            let again = harness::captive::Captive::of(&captive.disk, epoch, now, variant + 1);
            assert_eq!(pushed(&again.told), sent, "variant {variant}: after a crash");
        }
    }
}
