//! What the sizes of ten thousand notes tell: few sizes, and little paid for that.

use std::collections::BTreeMap;

use automerge::{
    Automerge, ObjType, ROOT, TextEncoding,
    transaction::{CommitOptions, Transactable as _},
};
use engine::{
    document::chunk::{Chunk, actor, heads_of},
    seal::{PLAINTEXT_BYTES_MIN, seal},
};
use harness::seed::{Dice, seed_or};
use shared::{
    Blob,
    envelope::Header,
    id::{EntryHash, EnvelopeId, Seq, ServerEpoch},
    log::Head,
};

use crate::cast::{CONSULTANT, DOCUMENT, START, header, secret};

const NOTES: u64 = 10_000;
const EDITS: u64 = 2_000;
/// What the engine packs into one envelope, before what surrounds it.
const SEGMENT_BYTES: usize = 32 * 1024;

const SENTENCES: [&str; 8] = [
    "係長の打診を受けるかどうか、まだ迷っている。",
    "現場の仕事は好きだが、人をまとめる自信がないと話す。",
    "家では妻と相談しており、給与よりも帰宅時間を気にしている。",
    "「自分が抜けたら、あのラインは回らない」と繰り返した。",
    "強みは段取りと後輩への教え方。本人は当たり前のことだと思っている。",
    "次回までに、係長のお二人に三つの質問を聞いてくる。",
    "眠れない夜が週に二日ほどあるが、生活に支障はないとのこと。",
    "髙梨より、ジョブ・カードの職務経歴を一緒に書くことを提案した。",
];

/// How many letters somebody writes: most an interview's notes, some a summary, a few only what must
/// be there, now and then everything word for word.
fn letters(dice: &mut Dice) -> usize {
    let (least, most) = match dice.below(100) {
        0..65 => (600, 1_800),
        65..90 => (150, 600),
        90..98 => (20, 150),
        98 => (1_800, 5_000),
        _ => (12_000, 12_001),
    };
    usize::try_from(least + dice.below(most - least)).unwrap()
}

/// An edit for each of many sentences, as an input method commits them, with its letters.
fn edits(dice: &mut Dice) -> Vec<(usize, Vec<u8>)> {
    let mut document = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
    document.set_actor(actor(CONSULTANT.device(), DOCUMENT, 1));
    let mut tx = document.transaction();
    let text = tx.put_object(ROOT, "presenting_issue", ObjType::Text).unwrap();
    tx.commit();
    let begun = document.get_heads();
    let (mut at, mut letters) = (0, vec![]);
    for _ in 0..EDITS {
        let sentence = SENTENCES[usize::try_from(dice.below(8)).unwrap()];
        let mut tx = document.transaction();
        tx.splice_text(&text, at, 0, sentence).unwrap();
        at += sentence.encode_utf16().count();
        tx.commit_with(CommitOptions::default().with_time(1_779_165_000));
        letters.push(sentence.chars().count());
    }
    let changes = document.get_changes(&begun).into_iter();
    letters.into_iter().zip(changes.map(|change| change.raw_bytes().to_vec())).collect()
}

/// A note's changes: a stretch of all edits that is as long as somebody writes.
fn write(dice: &mut Dice, edits: &[(usize, Vec<u8>)]) -> Vec<Vec<u8>> {
    let mut left = letters(dice);
    let from = usize::try_from(dice.below(EDITS / 2)).unwrap();
    let mut changes = vec![];
    for (letters, bytes) in &edits[from..] {
        changes.push(bytes.clone());
        left = left.saturating_sub(*letters);
        if left == 0 {
            break;
        }
    }
    changes
}

/// Packs changes as the engine does when the network is back.
fn chunks(changes: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut segments: Vec<Vec<Blob>> = vec![vec![]];
    let mut size = 0;
    for change in changes {
        if size > 0 && size + change.len() > SEGMENT_BYTES {
            segments.push(vec![]);
            size = 0;
        }
        size += change.len() + 8;
        segments.last_mut().unwrap().push(Blob(change));
    }
    let org = Head { length: 9, hash: EntryHash::new([9; 32]) };
    let chunk = |changes| Chunk {
        at: START,
        changes,
        heads: heads_of(&[]),
        frontier: vec![],
        org,
        starts: vec![1],
        server: Some(ServerEpoch::new([7; 16])),
        part: None,
    };
    segments.into_iter().map(|changes| chunk(changes).to_bytes()).collect()
}

#[test]
fn ten_thousand_notes_have_few_sizes_and_pay_little_for_it() {
    let mut dice = Dice::seeded(seed_or(81));
    let (secret, key) = (secret(1), CONSULTANT.device_key());
    let mut sizes: BTreeMap<usize, u64> = BTreeMap::new();
    // All plaintexts; what they take up when a short one counts as the floor; their ciphertexts.
    let (mut plain, mut floored, mut sealed) = (0, 0, 0);
    let mut chain = (Seq(0), EnvelopeId::new([0; 32]));
    let edits = edits(&mut dice);
    for _ in 0..NOTES {
        for plaintext in chunks(write(&mut dice, &edits)) {
            let header = Header { seq: Seq(chain.0.0 + 1), prev: chain.1, ..header() };
            plain += plaintext.len();
            floored += plaintext.len().max(PLAINTEXT_BYTES_MIN);
            let envelope = seal(header.clone(), &secret, plaintext, &key).unwrap();
            chain = (header.seq, envelope.id());
            sealed += envelope.ciphertext().len();
            *sizes.entry(envelope.as_bytes().len()).or_default() += 1;
        }
    }

    let above = |base: usize| {
        let tenths = (sealed - base) * 1_000 / base;
        format!("{}.{} %", tenths / 10, tenths % 10)
    };
    let told = format!(
        "{} envelopes, {} sizes; {sealed} bytes of ciphertext: {} over the plaintext, {} over the \
         floor of {PLAINTEXT_BYTES_MIN}",
        chain.0.0,
        sizes.len(),
        above(plain),
        above(floored),
    );
    println!("{told}");
    assert!(chain.0.0 >= NOTES, "{told}");
    assert!(sizes.len() <= 64, "{told}: {sizes:?}");
    // Tag included. The floor is a price of its own, paid for the shortest notes only.
    assert!(sealed - floored <= floored * 12 / 100, "{told}");
    assert!(sealed - plain <= plain * 12 / 100, "{told}");
}
