//! D1 to D3, D7, D8: envelopes flipped, reordered, moved, made up, said twice.

use engine::view::AlarmKind;
use harness::captive::Captive;
use shared::{
    Blob,
    envelope::{COMMITMENT_BYTES, Envelope, HEADER_BYTES, Header, Kind},
    id::{DocumentId, EnvelopeId, Epoch, Number, Seq},
    sync::{ClientMessage, ServerMessage},
};

use super::{
    VARIANTS, dice, own_key, pick, random,
    stage::{FIELD, Lies, SINCE, Stage, THEN},
};

/// D1. The server flips one bit of an envelope, every bit in turn. Detected: the signature does not
/// hold and the alarm is raised, but for bits that name an author or an epoch which the logs do not
/// have yet; those wait for logs that never come. The control is the envelope itself.
#[test]
fn d01_no_bit_of_an_envelope_can_be_flipped() {
    let stage = Stage::set(101);
    let (first, envelopes) = stage.since(stage.note);
    let honest = envelopes[0].0.clone();
    assert!(honest.len() <= 2048, "{} bytes", honest.len());
    let mut captive = stage.captive(stage.phone, 1);
    let before = stage.sight(&mut captive);
    let disk = captive.disk.clone();
    let mut silent = vec![];

    for bit in 0..honest.len() * 8 {
        let mut flipped = honest.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        captive.hear(Stage::batch(stage.note, first, vec![Blob(flipped)]));
        if bit % 64 == 0 {
            if captive.screen.alarms.is_empty() {
                silent.push(bit / 8);
            }
            stage.check_unharmed(&mut captive, &disk, &before);
            captive = stage.captive(stage.phone, 1);
        }
    }

    stage.check_unharmed(&mut captive, &disk, &before);
    // Bytes 18 to 37 hold epoch and author.
    assert!(silent.iter().all(|byte| (18..38).contains(byte)), "{silent:?}");
    captive = stage.captive(stage.phone, 1);
    captive.hear(Stage::batch(stage.note, first, vec![Blob(honest)]));
    assert_eq!(captive.reads(stage.note, FIELD), format!("{THEN}{}", SINCE[0]));
    stage.check_recovers(&mut captive, stage.phone);
}

/// D2. The server reorders, drops, repeats or cuts envelopes, the last one too. Detected: each
/// device's envelopes are a chain, so what does not continue it raises the alarm; what is shown is
/// always a beginning of what was written. Nothing is lost: the honest server's answer completes
/// it.
#[test]
fn d02_envelopes_cannot_be_reordered_dropped_doubled_or_cut() {
    let stage = Stage::set(102);
    let (first, honest) = stage.since(stage.note);
    let count = u64::try_from(honest.len()).unwrap();
    let beginnings: Vec<String> =
        (0..=SINCE.len()).map(|it| format!("{THEN}{}", SINCE[..it].concat())).collect();
    let mut shown = [0; 6];
    for variant in 0..VARIANTS {
        let mut dice = dice(102, variant);
        let mut envelopes = honest.clone();
        let at = |dice: &mut harness::seed::Dice, end| usize::try_from(dice.below(end)).unwrap();
        let place = at(&mut dice, count);
        match dice.below(5) {
            0 => envelopes.swap(place, (place + 1 + at(&mut dice, count - 1)) % honest.len()),
            1 => drop(envelopes.remove(place)),
            2 => envelopes.insert(place, honest[at(&mut dice, count)].clone()),
            3 => envelopes[place].0.truncate(at(&mut dice, 1_200)),
            _ => drop(envelopes.pop()),
        }
        let is_beginning = honest.starts_with(&envelopes);
        let mut captive = stage.captive(stage.phone, variant);

        captive.hear(Stage::batch(stage.note, first, envelopes.clone()));

        let text = captive.reads(stage.note, FIELD);
        let reached = beginnings.iter().position(|it| *it == text);
        let reached = reached.unwrap_or_else(|| panic!("variant {variant}: {text}"));
        shown[reached] += 1;
        let is_told = !captive.screen.alarms.is_empty();
        let is_harmless = is_beginning || reached == SINCE.len();
        assert!(is_told || is_harmless, "variant {variant}");
    }
    let is_seen = shown.iter().all(|count| *count > 0);
    assert!(is_seen || cfg!(feature = "few"), "every beginning was seen: {shown:?}");
}

/// Something with an envelope's shape and contents of the server's choice.
fn patched(honest: &[u8], header: &Header) -> Vec<u8> {
    let mut bytes = honest.to_vec();
    bytes[..HEADER_BYTES].copy_from_slice(&header.to_bytes());
    bytes
}

fn header_of(bytes: &Blob) -> Header {
    Envelope::parse(bytes.0.clone()).unwrap().header().clone()
}

/// Signed by somebody else: the server has keys too, only not those in the logs.
fn signed(dice: &mut harness::seed::Dice, bytes: &[u8], header: Header) -> Blob {
    let key = own_key(dice);
    let commitment: [u8; COMMITMENT_BYTES] =
        bytes[HEADER_BYTES..HEADER_BYTES + COMMITMENT_BYTES].try_into().unwrap();
    let ciphertext = &bytes[HEADER_BYTES + COMMITMENT_BYTES..bytes.len() - 64];
    Blob(Envelope::sign(header, &commitment, ciphertext, &key).as_bytes().to_vec())
}

/// D3. The server serves an envelope of one document as another's: as it is, with the header
/// patched, or patched and signed by a key of its own. Detected: the header is part of signature,
/// key derivation and associated data; the place does not fit or the signature does not hold.
#[test]
fn d03_an_envelope_cannot_be_moved_to_another_document() {
    let stage = Stage::set(103);
    let documents = [stage.note, stage.other, stage.case];
    let mut lies = Lies::to(&stage, stage.phone);
    for variant in 0..VARIANTS {
        let mut dice = dice(103, variant);
        let from = *pick(&mut dice, &documents);
        let to = *pick(
            &mut dice,
            &documents.map(|it| if it == from { other_than(&documents, it) } else { it }),
        );
        let (_, envelopes) = stage.since(from);
        let all = harness::world::liar::envelopes(stage.world.store(), from);
        let moved = if envelopes.is_empty() || dice.one_in(2) {
            Blob(pick(&mut dice, &all).clone())
        } else {
            pick(&mut dice, &envelopes).clone()
        };
        let (first, _) = stage.since(to);
        let (_, log) = stage.logs_then(to);
        let chain = next_in_chain(&stage, to);
        let header = Header {
            document: to,
            seq: chain.0,
            prev: chain.1,
            log_index: log.head().length,
            ..header_of(&moved)
        };
        let forged = match dice.below(4) {
            0 => moved,
            1 => Blob(patched(&moved.0, &Header { document: to, ..header_of(&moved) })),
            2 => Blob(patched(&moved.0, &header)),
            _ => signed(&mut dice, &moved.0, header),
        };

        lies.tell(variant, Stage::batch(to, first, vec![forged]));

        lies.check_alarmed(&format!("variant {variant}"));
    }
    lies.end();
}

fn other_than(documents: &[DocumentId], document: DocumentId) -> DocumentId {
    *documents.iter().find(|it| **it != document).unwrap()
}

/// What the tablet's next envelope in a document would have to follow.
fn next_in_chain(stage: &Stage, document: DocumentId) -> (Seq, EnvelopeId) {
    let last = harness::world::liar::envelopes(&stage.store_then, document).pop();
    last.map_or((Seq(1), EnvelopeId::NONE), |bytes| {
        let envelope = Envelope::parse(bytes).unwrap();
        (Seq(envelope.header().seq.0 + 1), envelope.id())
    })
}

/// D7. The server makes documents, envelopes and keys of its own and serves them as genuine: under
/// known and unknown ids, with signatures of its own key or of a member who may not write there.
/// Detected: who signed is not in the logs, or not a writer; a document without an honest log does
/// not come to exist. The control is a member who may: the insider's own envelope is taken.
#[test]
fn d07_a_document_that_the_server_made_is_not_shown() {
    let stage = Stage::set(107);
    let mut lies = Lies::to(&stage, stage.phone);
    let stranger = stage.insider(stage.colleague, stage.case);
    for variant in 0..VARIANTS {
        let mut dice = dice(107, variant);
        let is_known = !dice.one_in(3);
        let document = if is_known {
            *pick(&mut dice, &[stage.note, stage.other])
        } else {
            DocumentId::new(random(&mut dice))
        };
        let is_member = dice.one_in(2);
        let device = if is_member { stranger.id } else { stage.id(stage.tablet) };
        let (seq, prev) =
            if is_member { (Seq(1), EnvelopeId::NONE) } else { next_in_chain(&stage, document) };
        let header = Header {
            kind: Kind::Changes,
            document,
            epoch: Epoch(0),
            device,
            seq,
            prev,
            log_index: dice.below(2),
            salt: random(&mut dice),
        };
        let own = own_key(&mut dice);
        let key = if is_member { stranger.key() } else { &own };
        let size = 1_024 + usize::try_from(dice.below(64)).unwrap();
        let forged = Envelope::sign(header, &random(&mut dice), &vec![0x5A; size], key);
        let (first, _) = if is_known { stage.since(document) } else { (Number(1), vec![]) };

        let forged = vec![Blob(forged.as_bytes().to_vec())];
        lies.tell(variant, Stage::batch(document, first, forged));

        if is_known {
            lies.check_alarmed(&format!("variant {variant}"));
        }
        assert!(is_known || lies.captive.reads(document, FIELD).is_empty());
    }
    lies.end();
    let mut captive = stage.captive(stage.phone, 1);
    let mut insider = stage.insider(stage.tablet, stage.note);
    take_from_insider(&stage, &mut captive, &mut insider);
}

/// The control: with a writer's key and the secret, the same shape is taken.
#[track_caller]
fn take_from_insider(
    stage: &Stage,
    captive: &mut Captive,
    insider: &mut harness::insider::Insider,
) {
    let mut crdt = insider.replica();
    let splice = engine::command::Splice { at: 0, delete: 0, insert: "内部者。".into() };
    let field = engine::casework::field::Field::top(FIELD);
    let change = crdt.edit(captive.now, |tx| tx.splice(&field, &splice)).unwrap().unwrap();
    let chunk = harness::insider::Insider::chunk(captive.now, vec![change]);
    let envelope = insider.envelope(Kind::Changes, chunk.to_bytes(), &mut dice(107, 0));
    let envelope = envelope.1.as_bytes().to_vec();
    let (first, _) = stage.since(stage.note);
    captive.hear(Stage::batch(stage.note, first, vec![Blob(envelope)]));
    assert_eq!(captive.reads(stage.note, FIELD), format!("内部者。{THEN}"));
}

/// D8. The server says again what it has said, up to eight envelopes at once. Harmless under numbers
/// that are known: nothing is applied twice, and nothing is sent. Detected under new numbers, which
/// would hide what should have them: the alarm is raised, and the device says what it has.
#[test]
fn d08_what_was_said_before_is_not_said_twice() {
    let stage = Stage::set(108);
    let documents = [stage.note, stage.other];
    for batch in 0..VARIANTS / 25 {
        // The tablet wrote everything; for it every replay is a reflection.
        let device = if batch % 2 == 0 { stage.phone } else { stage.tablet };
        let is_new = batch % 4 < 2;
        let mut captive = stage.captive(device, batch);
        let before = stage.sight(&mut captive);
        let disk = captive.disk.clone();
        for variant in batch * 25..batch * 25 + 25 {
            let mut dice = dice(108, variant);
            let document = *pick(&mut dice, &documents);
            let old = harness::world::liar::envelopes(&stage.store_then, document);
            let next = stage.since(document).0.0;
            let count = 1 + dice.below(8.min(next - 1));
            let envelopes = (0..count).map(|_| Blob(pick(&mut dice, &old).clone())).collect();
            let first = if is_new { next } else { 1 + dice.below(next - count) };

            captive.hear(Stage::batch(document, Number(first), envelopes));
            if dice.one_in(4) {
                captive.hear(ServerMessage::Pong);
            }
            if is_new {
                let told = captive.screen.alarms.iter().map(|row| row.matter.kind);
                assert!(told.clone().count() > 0, "{variant}");
                assert!(told.clone().all(|kind| kind == AlarmKind::RolledBack), "{variant}");
            }
        }
        if is_new {
            assert_eq!(stage.sight(&mut captive), before);
            assert!(disk.keys().all(|key| captive.disk.contains_key(key)), "a record is gone");
            let writes = |it: &ClientMessage| matches!(it, ClientMessage::Push { .. });
            assert!(!captive.told.iter().any(writes), "what is brought back was written before");
        } else {
            assert_eq!(captive.screen.alarms, []);
            stage.check_unharmed(&mut captive, &disk, &before);
        }
    }
    let mut captive = stage.captive(stage.phone, 1);
    stage.check_recovers(&mut captive, stage.phone);
}
