//! Changes, forged with a checksum that holds: every limit at its value and one past it.

use automerge::{ActorId, Change};
use engine::{
    document::{
        chunk::{Chunk, ChunkError, actor},
        crdt::Crdt,
        inspect::{InspectError, Inspected, Limit},
        intake::{Opened, Refused, Verdict},
    },
    fault::Fault,
};
use harness::forge::{Forged, chunk, compressed, fix_checksum, nulls, push_signed, push_u64, run};
use shared::{
    Blob,
    id::DeviceId,
    limit::{
        CHANGE_ACTORS_MAX, CHANGE_BYTES_MAX, CHANGE_DEPENDENCIES_MAX, CHANGE_ROWS_MAX,
        DOCUMENT_BYTES_MAX, DOCUMENT_DEPTH_MAX, DOCUMENT_ROWS_MAX, ENVELOPE_CHANGES_MAX,
        KEY_BYTES_MAX, LIST_ITEMS_MAX, TEXT_CHARS_MAX,
    },
};

use crate::{
    cast::{CONSULTANT, DOCUMENT},
    kept,
};

const ACTOR: [u8; 16] = [0xAC; 16];
const OTHER: [u8; 16] = [0xB0; 16];
const DEVICE: DeviceId = DeviceId::new([0xDE; 16]);

const OBJECT_ACTOR: u64 = 0x01;
const OBJECT_COUNTER: u64 = 0x02;
const KEY_ACTOR: u64 = 0x11;
const KEY_COUNTER: u64 = 0x13;
const KEY_NAME: u64 = 0x15;
const INSERT: u64 = 0x34;
const ACTION: u64 = 0x42;
const VALUE_META: u64 = 0x56;
const VALUE: u64 = 0x57;
const PREDECESSORS: u64 = 0x70;
const PREDECESSOR_ACTOR: u64 = 0x71;
const PREDECESSOR_COUNTER: u64 = 0x73;

const MAKE_MAP: u64 = 0;
const PUT: u64 = 1;
const MAKE_LIST: u64 = 2;
const MAKE_TEXT: u64 = 4;
const LETTER: u64 = (1 << 4) | 6;

/// The same number in every row, as an encoder writes it.
fn same(rows: u64, value: u64) -> Vec<u8> {
    run(if rows == 1 { -1 } else { rows.cast_signed() }, value)
}

/// Numbers that differ from row to row.
fn each(values: impl ExactSizeIterator<Item = u64>) -> Vec<u8> {
    let mut bytes = vec![];
    push_signed(&mut bytes, -i64::try_from(values.len()).unwrap());
    values.for_each(|value| push_u64(&mut bytes, value));
    bytes
}

fn flags(no: u64, yes: u64) -> Vec<u8> {
    let mut bytes = vec![];
    push_u64(&mut bytes, no);
    if yes > 0 {
        push_u64(&mut bytes, yes);
    }
    bytes
}

fn change(columns: Vec<(u64, Vec<u8>)>) -> Forged {
    let columns = columns.into_iter().filter(|(_, column)| !column.is_empty()).collect();
    Forged { actor: ACTOR.to_vec(), seq: 1, start: 1, columns, ..Forged::default() }
}

/// Values for one key at the root.
fn puts(rows: u64, action: u64, name: &str, meta: u64, value: &[u8]) -> Forged {
    let mut key = vec![];
    push_signed(&mut key, if rows == 1 { -1 } else { rows.cast_signed() });
    push_u64(&mut key, u64::try_from(name.len()).unwrap());
    key.extend_from_slice(name.as_bytes());
    change(vec![
        (KEY_NAME, key),
        (INSERT, flags(rows, 0)),
        (ACTION, same(rows, action)),
        (VALUE_META, same(rows, meta)),
        (VALUE, value.to_vec()),
        (PREDECESSORS, same(rows, 0)),
    ])
}

/// Elements at the beginning of the object that the first operation made.
fn inserts(rows: u64, meta: u64, value: &[u8]) -> Forged {
    change(vec![
        (OBJECT_ACTOR, same(rows, 0)),
        (OBJECT_COUNTER, same(rows, 1)),
        (KEY_COUNTER, same(rows, 0)),
        (INSERT, flags(0, rows)),
        (ACTION, same(rows, PUT)),
        (VALUE_META, same(rows, meta)),
        (VALUE, value.to_vec()),
        (PREDECESSORS, same(rows, 0)),
    ])
}

/// Maps in maps.
fn nested(depth: u64) -> Forged {
    let mut forged = puts(depth, MAKE_MAP, "k", 0, &[]);
    *forged.column(OBJECT_ACTOR) = [nulls(1), same(depth - 1, 0)].concat();
    *forged.column(OBJECT_COUNTER) = [nulls(1), each_u64(1, depth)].concat();
    forged
}

fn each_u64(from: u64, to: u64) -> Vec<u8> {
    each((from..to).collect::<Vec<_>>().into_iter())
}

/// A document that takes forged changes, each made the next one of its actor.
struct Victim {
    crdt: Crdt,
    seq: u64,
    next: u64,
    last: Vec<Vec<u8>>,
}

impl Victim {
    fn new() -> Self {
        let crdt = Crdt::empty(DeviceId::new([1; 16]), ActorId::from([1_u8; 16].as_slice()));
        Self { crdt, seq: 1, next: 1, last: vec![] }
    }

    fn take(&mut self, forged: Forged) -> Verdict {
        let (seq, start, dependencies) = (self.seq, self.next, self.last.clone());
        let forged = Forged { seq, start, dependencies, ..forged };
        let change = Inspected::parse(&forged.to_bytes()).unwrap();
        let rows = u64::from(change.row_count());
        let verdict = self.crdt.take_in(&[Opened { device: DEVICE, changes: vec![change] }])[0];
        if verdict == Verdict::Applied {
            self.seq += 1;
            self.next += rows;
            self.last = self.crdt.heads().iter().map(|hash| hash.0.to_vec()).collect();
        }
        verdict
    }
}

fn refused(limit: Limit) -> Verdict {
    Verdict::Refused(Refused::Inspection(InspectError::TooLarge(limit)))
}

fn parsed(bytes: &[u8]) -> Result<(), InspectError> {
    Inspected::parse(bytes).map(|_| ())
}

fn too_large(limit: Limit) -> Result<(), InspectError> {
    Err(InspectError::TooLarge(limit))
}

/// One value of so many bytes.
fn blob(bytes: usize) -> Forged {
    let meta = (u64::try_from(bytes).unwrap() << 4) | 7;
    puts(1, PUT, "k", meta, &vec![0; bytes])
}

#[test]
fn the_largest_change_is_taken_and_one_byte_more_is_not() {
    let overhead = blob(CHANGE_BYTES_MAX - 200).to_bytes().len() - (CHANGE_BYTES_MAX - 200);
    let largest = blob(CHANGE_BYTES_MAX - overhead).to_bytes();
    let larger = blob(CHANGE_BYTES_MAX - overhead + 1).to_bytes();

    assert_eq!((largest.len(), larger.len()), (CHANGE_BYTES_MAX, CHANGE_BYTES_MAX + 1));
    assert_eq!(parsed(&largest), Ok(()));
    assert_eq!(parsed(&larger), too_large(Limit::ChangeBytes));
}

#[test]
fn nothing_compressed_is_read_be_it_honest_or_a_bomb() {
    let bomb = compressed(&vec![0; 40 * 1024 * 1024]);

    assert!(bomb.len() < CHANGE_BYTES_MAX);
    assert_eq!(parsed(&bomb), Err(InspectError::NotAChange));
    assert_eq!(parsed(&blob(9).compressed()), Err(InspectError::NotAChange));
}

/// The stand-in for automerge's decompressor: bytes that got past us would not be inflated either.
#[test]
fn automerge_itself_reads_nothing_compressed() {
    let honest = blob(9);

    assert!(Change::from_bytes(honest.to_bytes()).is_ok());
    assert!(Change::from_bytes(honest.compressed()).is_err());
}

#[test]
fn the_most_rows_are_taken_and_one_more_is_not() {
    let most = u64::from(CHANGE_ROWS_MAX);

    assert_eq!(parsed(&puts(most, PUT, "k", 0, &[]).to_bytes()), Ok(()));
    let more = puts(most + 1, PUT, "k", 0, &[]).to_bytes();
    assert_eq!(parsed(&more), too_large(Limit::ChangeRows));
    let trillion = puts(1 << 40, PUT, "k", 0, &[]).to_bytes();
    assert_eq!(parsed(&trillion), too_large(Limit::ChangeRows));
}

#[test]
fn the_most_dependencies_are_taken_and_one_more_is_not() {
    let hash = |number: usize| [number.to_be_bytes().as_slice(), &[0; 24]].concat();
    let depends = |count| Forged { dependencies: (0..count).map(hash).collect(), ..blob(1) };

    assert_eq!(parsed(&depends(CHANGE_DEPENDENCIES_MAX).to_bytes()), Ok(()));
    let more = depends(CHANGE_DEPENDENCIES_MAX + 1).to_bytes();
    assert_eq!(parsed(&more), too_large(Limit::Dependencies));
    let unsorted = Forged { dependencies: vec![hash(2), hash(1)], ..blob(1) };
    assert_eq!(parsed(&unsorted.to_bytes()), Err(InspectError::Field));
}

#[test]
fn the_most_actors_are_taken_and_one_more_is_not() {
    let speaks_of = |count: usize| {
        let rows = u64::try_from(count).unwrap();
        let actor = |number: u64| [&[0; 8], number.to_be_bytes().as_slice()].concat();
        let mut forged = Forged { start: 9, others: (1..=rows).map(actor).collect(), ..blob(1) };
        *forged.column(PREDECESSORS) = same(1, rows);
        *forged.column(PREDECESSOR_ACTOR) = each_u64(1, rows + 1);
        *forged.column(PREDECESSOR_COUNTER) = [same(1, 1), same(rows - 1, 0)].concat();
        forged.to_bytes()
    };

    assert_eq!(parsed(&speaks_of(CHANGE_ACTORS_MAX)), Ok(()));
    assert_eq!(parsed(&speaks_of(CHANGE_ACTORS_MAX + 1)), too_large(Limit::Actors));
}

#[test]
fn the_longest_key_is_taken_and_one_byte_more_is_not() {
    let named = |length| puts(1, PUT, &"k".repeat(length), 0, &[]).to_bytes();

    assert_eq!(parsed(&named(KEY_BYTES_MAX)), Ok(()));
    assert_eq!(parsed(&named(KEY_BYTES_MAX + 1)), too_large(Limit::KeyBytes));
}

#[test]
fn the_deepest_object_is_taken_and_one_deeper_is_not() {
    let deepest = u64::from(DOCUMENT_DEPTH_MAX);

    assert_eq!(Victim::new().take(nested(deepest)), Verdict::Applied);
    assert_eq!(Victim::new().take(nested(deepest + 1)), refused(Limit::Depth));
    assert_eq!(Victim::new().take(nested(5_000)), refused(Limit::Depth));
}

#[test]
fn the_longest_text_is_taken_and_one_letter_more_is_not() {
    let mut victim = Victim::new();
    assert_eq!(victim.take(puts(1, MAKE_TEXT, "t", 0, &[])), Verdict::Applied);
    let letters = |count: usize| inserts(count.try_into().unwrap(), LETTER, &vec![b'a'; count]);

    let mut left = TEXT_CHARS_MAX;
    while left > 0 {
        let part = left.min(40_000);
        assert_eq!(victim.take(letters(part)), Verdict::Applied);
        left -= part;
    }
    assert_eq!(victim.take(letters(1)), refused(Limit::TextChars));
}

#[test]
fn the_longest_list_is_taken_and_one_item_more_is_not() {
    let mut victim = Victim::new();
    assert_eq!(victim.take(puts(1, MAKE_LIST, "l", 0, &[])), Verdict::Applied);

    assert_eq!(victim.take(inserts(LIST_ITEMS_MAX.into(), 0, &[])), Verdict::Applied);
    assert_eq!(victim.take(inserts(1, 0, &[])), refused(Limit::ListItems));
}

#[test]
fn one_device_fills_a_document_to_its_size_and_no_further() {
    let mut victim = Victim::new();
    let mut left = usize::try_from(DOCUMENT_BYTES_MAX).unwrap();
    // Longer and longer values, so that what surrounds them stays in sight.
    while left > CHANGE_BYTES_MAX {
        assert_eq!(victim.take(blob(48_000)), Verdict::Applied);
        let (seq, start, dependencies) = (victim.seq - 1, victim.next - 1, victim.last.clone());
        let forged = Forged { seq, start, dependencies, ..blob(48_000) };
        let first = if seq == 1 { 32 } else { 0 };
        left -= forged.to_bytes().len() - first;
    }
    let (seq, start, dependencies) = (victim.seq, victim.next, victim.last.clone());
    let size = |bytes| {
        Forged { seq, start, dependencies: dependencies.clone(), ..blob(bytes) }.to_bytes().len()
    };
    let overhead = size(left - 200) - (left - 200);

    assert_eq!(victim.take(blob(left - overhead + 1)), refused(Limit::DocumentBytes));
    assert_eq!(victim.take(blob(left - overhead)), Verdict::Applied);
    assert_eq!(victim.take(blob(1)), refused(Limit::DocumentBytes));
}

#[test]
fn one_device_makes_as_many_rows_as_it_may_and_no_more() {
    let mut victim = Victim::new();
    let most = u64::from(CHANGE_ROWS_MAX);
    for part in 0..DOCUMENT_ROWS_MAX / most {
        let rows = puts(most, PUT, "k", 0, &[]);
        assert_eq!(victim.take(rows), Verdict::Applied, "{part}");
    }

    assert_eq!(victim.take(blob(1)), refused(Limit::DocumentRows));
}

#[test]
fn what_is_no_change_is_refused() {
    let content = blob(9).content();
    for kind in [0, 3, 4, 255] {
        assert_eq!(parsed(&chunk(kind, &content)), Err(InspectError::NotAChange));
    }
    assert_eq!(parsed(b"not a chunk at all"), Err(InspectError::NotAChange));
    assert_eq!(parsed(&[]), Err(InspectError::Truncated));
}

#[test]
fn a_checksum_must_hold() {
    let mut bytes = blob(9).to_bytes();
    assert_eq!(parsed(&bytes), Ok(()));
    bytes[4] ^= 1;
    assert_eq!(parsed(&bytes), Err(InspectError::Checksum));
}

#[test]
fn nothing_may_follow_a_chunk_or_be_missing_from_it() {
    let whole = blob(9).to_bytes();
    assert_eq!(parsed(&[whole.as_slice(), &[0]].concat()), Err(InspectError::LeftOver));
    assert_eq!(parsed(&whole[..whole.len() - 1]), Err(InspectError::Truncated));
    let extra = Forged { extra: vec![1], ..blob(9) };
    assert_eq!(parsed(&extra.to_bytes()), Err(InspectError::LeftOver));
}

#[test]
fn every_byte_of_a_change_counts() {
    let honest = blob(40).to_bytes();
    for at in 0..honest.len() {
        let mut damaged = honest.clone();
        damaged[at] ^= 0x10;
        assert!(parsed(&damaged).is_err(), "byte {at}");
        // With the checksum set right it may be another change, but never a panic.
        fix_checksum(&mut damaged);
        assert_ne!(parsed(&damaged), Err(InspectError::Checksum));
    }
}

#[test]
fn what_our_program_never_writes_is_refused() {
    let honest = || blob(9);
    let cases = [
        ("sequence zero", Forged { seq: 0, ..honest() }, InspectError::Field),
        ("counter zero", Forged { start: 0, ..honest() }, InspectError::Field),
        ("counter at its end", Forged { start: u64::MAX, ..honest() }, InspectError::Field),
        ("too late", Forged { time: 253_402_300_800, ..honest() }, InspectError::Field),
        ("before 1970", Forged { time: -1, ..honest() }, InspectError::Field),
        ("message", Forged { message: b"m".to_vec(), ..honest() }, InspectError::Field),
        ("long actor", Forged { actor: vec![1; 17], ..honest() }, InspectError::Actor),
        ("unused actor", Forged { others: vec![OTHER.to_vec()], ..honest() }, InspectError::Actor),
        ("increment", puts(1, 5, "k", 0, &[]), InspectError::Operation),
        ("table", puts(1, 6, "k", 0, &[]), InspectError::Operation),
        ("mark", puts(1, 7, "k", 0, &[]), InspectError::Operation),
        ("unknown action", puts(1, 99, "k", 0, &[]), InspectError::Operation),
        ("deletes nothing", puts(1, 3, "k", 0, &[]), InspectError::Operation),
        ("object with a value", puts(1, MAKE_MAP, "k", 1, &[]), InspectError::Operation),
        ("counter", puts(1, PUT, "k", (1 << 4) | 8, &[1]), InspectError::Operation),
        ("unknown type", puts(1, PUT, "k", (1 << 4) | 0xC, &[1]), InspectError::Operation),
        ("no UTF-8", puts(1, PUT, "k", LETTER, &[0xFF]), InspectError::Column),
        ("short float", puts(1, PUT, "k", (4 << 4) | 5, &[0; 4]), InspectError::Truncated),
        ("null with bytes", puts(1, PUT, "k", 1 << 4, &[0]), InspectError::LeftOver),
    ];
    for (name, forged, expected) in cases {
        assert_eq!(parsed(&forged.to_bytes()), Err(expected), "{name}");
    }
}

#[test]
fn columns_must_be_known_in_order_and_as_long_as_the_others() {
    let with = |spec, content: Vec<u8>| {
        let mut forged = puts(3, PUT, "k", 0, &[]);
        *forged.column(spec) = content;
        parsed(&forged.to_bytes())
    };
    assert_eq!(with(INSERT, flags(3, 0)), Ok(()));
    assert_eq!(with(INSERT, flags(4, 0)), Err(InspectError::Column));
    assert_eq!(with(INSERT, flags(2, 0)), Err(InspectError::Truncated));
    assert_eq!(with(VALUE_META, same(4, 0)), Err(InspectError::Column));
    assert_eq!(with(PREDECESSORS, same(2, 0)), Err(InspectError::Truncated));
    assert_eq!(with(PREDECESSOR_ACTOR, same(2, 0)), Err(InspectError::Column));
    assert_eq!(with(OBJECT_ACTOR, same(3, 0)), Err(InspectError::Column));
    assert_eq!(with(KEY_ACTOR, same(3, 0)), Err(InspectError::Column));
    assert_eq!(with(0x94, flags(0, 3)), Err(InspectError::Column));
    assert_eq!(with(0xA5, run(3, 0)), Err(InspectError::Column));
    assert_eq!(with(0x9F0, vec![1]), Err(InspectError::Column));
    let mut reversed = puts(3, PUT, "k", 0, &[]);
    reversed.columns.reverse();
    assert_eq!(parsed(&reversed.to_bytes()), Err(InspectError::Column));
    let mut twice = puts(3, PUT, "k", 0, &[]);
    twice.columns.insert(0, twice.columns[0].clone());
    assert_eq!(parsed(&twice.to_bytes()), Err(InspectError::Column));
}

#[test]
fn a_change_must_follow_its_actors_last_one_and_what_it_depends_on() {
    let mut victim = Victim::new();
    assert_eq!(victim.take(blob(1)), Verdict::Applied);
    let last = victim.last.clone();
    let next = || Forged { seq: 2, start: 2, dependencies: last.clone(), ..blob(2) };
    let order = Verdict::Refused(Refused::Inspection(InspectError::Order));
    let missing = vec![vec![7; 32]];
    let cases = [
        ("the same number with other content", Forged { seq: 1, ..next() }, order),
        ("a number left out", Forged { seq: 3, ..next() }, order),
        ("a counter left out", Forged { start: 3, ..next() }, order),
        ("a counter near its end", Forged { start: 0xFFFF_0000, ..next() }, order),
        ("a counter used before", Forged { start: 1, ..next() }, order),
        ("of its own past unaware", Forged { dependencies: vec![], start: 1, ..next() }, order),
        ("built on what is not here", Forged { dependencies: missing, ..next() }, Verdict::Waiting),
        ("the next one", next(), Verdict::Applied),
    ];
    for (name, forged, expected) in cases {
        let changes = vec![Inspected::parse(&forged.to_bytes()).unwrap()];
        let verdict = victim.crdt.take_in(&[Opened { device: DEVICE, changes }]);
        assert_eq!(verdict, [expected], "{name}");
    }
}

#[test]
fn what_does_not_exist_cannot_be_spoken_of() {
    let mut victim = Victim::new();
    assert_eq!(victim.take(puts(1, MAKE_TEXT, "t", 0, &[])), Verdict::Applied);
    assert_eq!(victim.take(inserts(1, LETTER, b"a")), Verdict::Applied);
    let refusal = |error| Verdict::Refused(Refused::Inspection(error));
    let with = |mut forged: Forged, spec, content| {
        *forged.column(spec) = content;
        forged
    };
    let letter = || inserts(1, LETTER, b"a");
    let behind = |counter| {
        let forged = with(letter(), KEY_ACTOR, same(1, 0));
        with(forged, KEY_COUNTER, same(1, counter))
    };
    let replacing = |counter| {
        let forged = with(blob(1), PREDECESSORS, same(1, 1));
        let forged = with(forged, PREDECESSOR_ACTOR, same(1, 0));
        with(forged, PREDECESSOR_COUNTER, same(1, counter))
    };
    let cases = [
        ("no such object", with(letter(), OBJECT_COUNTER, same(1, 2)), InspectError::Dangling),
        ("no such element", behind(1), InspectError::Dangling),
        ("nothing of that key", replacing(1), InspectError::Dangling),
        ("a word in a text", inserts(1, (2 << 4) | 6, b"ab"), InspectError::Operation),
        ("a number in a text", inserts(1, (1 << 4) | 3, &[1]), InspectError::Operation),
        ("a map in a text", with(letter(), ACTION, same(1, 0)), InspectError::Operation),
    ];
    for (name, forged, expected) in cases {
        // What no object may hold is found by the walk, what this one may not by the document.
        let (seq, start, dependencies) = (victim.seq, victim.next, victim.last.clone());
        let bytes = Forged { seq, start, dependencies, ..forged.clone() }.to_bytes();
        let verdict = match Inspected::parse(&bytes) {
            Ok(_) => victim.take(forged),
            Err(error) => refusal(error),
        };
        assert_eq!(verdict, refusal(expected), "{name}");
    }
    assert_eq!(victim.take(behind(2)), Verdict::Applied);
}

#[test]
fn an_envelope_holds_as_many_changes_and_rows_as_it_may_and_no_more() {
    let (author, document) = (CONSULTANT.device(), DOCUMENT);
    let own = actor(author, document, 1).to_bytes().to_vec();
    let rows = |rows| {
        let forged = Forged { actor: own.clone(), ..puts(rows, PUT, "k", 0, &[]) };
        Blob(forged.to_bytes())
    };
    let open = |changes| Chunk { changes, starts: vec![1], ..kept::chunk() }.open(author, document);
    let most = u64::from(CHANGE_ROWS_MAX);

    assert!(open(vec![rows(1); ENVELOPE_CHANGES_MAX]).is_ok());
    let more = open(vec![rows(1); ENVELOPE_CHANGES_MAX + 1]);
    assert_eq!(more.err(), Some(ChunkError::TooLarge));
    assert!(open(vec![rows(most - 9), rows(9)]).is_ok());
    assert_eq!(open(vec![rows(most - 9), rows(10)]).err(), Some(ChunkError::TooLarge));
    let foreign = Chunk { changes: vec![rows(1)], starts: vec![2], ..kept::chunk() };
    assert_eq!(foreign.open(author, document).err(), Some(ChunkError::ForeignActor));
}

#[test]
fn every_refusal_but_one_is_the_authors_fault() {
    assert_eq!(InspectError::Missing([0; 32]).fault(), Fault::Ours);
    assert_eq!(InspectError::Dangling.fault(), Fault::Peer);
    assert_eq!(InspectError::TooLarge(Limit::Depth).fault(), Fault::Peer);
}
