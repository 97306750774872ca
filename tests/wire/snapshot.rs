//! What may be said of snapshots, and what a part of one may hold.

use engine::document::{
    chunk::{Chunk, ChunkError},
    crdt::Crdt,
    genesis::Kind,
    inspect::Inspected,
    intake::{Opened, Verdict},
    snapshot::{self, Part, Strand},
};
use shared::{
    Blob,
    id::{DeviceId, DocumentId, EnvelopeId, Seq},
    limit::{ENVELOPE_CHANGES_MAX, SNAPSHOT_PARTS_MAX},
    log::{
        EntryError,
        document::{Covers, Cut, DocumentBody, SnapshotAttest, may_vouch},
    },
};

use crate::{
    cast::{CONSULTANT, DOCUMENT, EMPLOYEE, Firm, START, SUPERVISOR},
    kept,
    removal::{cut, length, shared_paper, write},
    standing::link,
};

fn word(covers: Covers) -> SnapshotAttest {
    SnapshotAttest { snapshot: EnvelopeId::new([1; 32]), heads: [2; 32], covers: Some(covers) }
}

fn attest(covers: Covers) -> DocumentBody {
    DocumentBody::SnapshotAttest(word(covers))
}

fn covers(author: DeviceId, frontier: Vec<Cut>) -> Covers {
    Covers { author, parts: 2, frontier }
}

/// The consultant's and the employee's envelopes, in a snapshot of the consultant's.
fn mixed() -> Covers {
    let frontier = vec![cut(CONSULTANT.device(), 5), cut(EMPLOYEE.device(), 3)];
    covers(CONSULTANT.device(), frontier)
}

#[test]
fn a_word_for_a_snapshot_counts_from_somebody_else() {
    let firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    let position = paper.log.head().length;

    write(&mut paper, &firm, EMPLOYEE, length(&firm), &attest(mixed())).unwrap();

    let found = paper.log.attested_at(position).unwrap();
    assert_eq!((&found.covers, found.heads), (&mixed(), [2; 32]));
    assert_eq!((found.covers.first(), found.covers.last()), (Seq(6), Seq(7)));
    assert_eq!(paper.log.attested_at(position + 1), None);
    assert!(paper.log.has_attested(&word(mixed())));
    assert!(!paper.log.has_attested(&SnapshotAttest { heads: [3; 32], ..word(mixed()) }));
    assert!(!paper.log.has_attested(&word(Covers { parts: 3, ..mixed() })));
}

#[test]
fn nobody_vouches_for_what_they_wrote_themselves() {
    let firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    let own = covers(EMPLOYEE.device(), mixed().frontier);

    let said = write(&mut paper, &firm, EMPLOYEE, length(&firm), &attest(own));

    assert_eq!(said, Err(EntryError::Contradiction));
}

#[test]
fn a_device_speaks_for_another_of_its_owner_only_where_nobody_else_wrote() {
    let mut firm = Firm::staffed();
    let second = link(&mut firm, 0x50);
    let (alone, mixed) = (covers(EMPLOYEE.device(), vec![cut(second, 2)]), mixed().frontier);
    let with_others = covers(EMPLOYEE.device(), mixed);
    let may = |device, covers: &Covers| may_vouch(&firm.log, device, covers);

    assert_eq!(may(EMPLOYEE.device(), &alone), Some(false), "it made the snapshot itself");
    assert_eq!(may(second, &alone), Some(true));
    assert_eq!(may(CONSULTANT.device(), &alone), Some(true));
    assert_eq!(may(second, &with_others), Some(false));
    assert_eq!(may(CONSULTANT.device(), &with_others), Some(true));
    assert_eq!(may(DeviceId::new([0xDE; 16]), &alone), None);
}

#[test]
fn a_word_names_each_device_once_and_no_more_than_it_may() {
    let firm = Firm::staffed();
    let say = |covers: Covers| {
        write(&mut shared_paper(&firm), &firm, EMPLOYEE, length(&firm), &attest(covers))
    };
    let one = cut(CONSULTANT.device(), 5);
    let of = |frontier| covers(CONSULTANT.device(), frontier);
    let wrong = |covers| assert_eq!(say(covers), Err(EntryError::Contradiction));

    wrong(of(vec![one, one]));
    wrong(of(vec![Cut { seq: Seq(0), ..one }]));
    wrong(of(vec![Cut { envelope: EnvelopeId::NONE, ..one }]));
    wrong(of(vec![cut(DeviceId::new([0xDE; 16]), 1)]));
    wrong(Covers { author: DeviceId::new([0xDE; 16]), ..mixed() });
    wrong(Covers { parts: 0, ..mixed() });
    wrong(Covers { parts: SNAPSHOT_PARTS_MAX + 1, ..mixed() });
    assert_eq!(say(Covers { parts: 1, ..mixed() }), Ok(()));
    assert_eq!(say(Covers { parts: SNAPSHOT_PARTS_MAX, ..mixed() }), Ok(()));
    assert_eq!(say(of(vec![])), Ok(()), "of a document that nobody wrote to");
}

#[test]
fn the_same_word_twice_counts_once_and_another_one_beside_it() {
    let firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    let other = Covers { parts: 3, ..mixed() };
    let mut say = |covers: &Covers| {
        write(&mut paper, &firm, EMPLOYEE, length(&firm), &attest(covers.clone())).unwrap();
        paper.log.attested().len()
    };

    // Who speaks first and says something else keeps nobody from saying what is so.
    assert_eq!([say(&other), say(&mixed()), say(&mixed()), say(&other)], [1, 2, 2, 2]);
}

#[test]
fn who_is_no_member_vouches_for_nothing() {
    let firm = Firm::staffed();
    let mut paper = shared_paper(&firm);

    let said = write(&mut paper, &firm, SUPERVISOR, length(&firm), &attest(mixed()));

    assert_eq!(said, Err(EntryError::Unauthorised));
}

#[test]
fn what_is_covered_says_what_may_follow() {
    let covers = mixed();
    let device = EMPLOYEE.device();
    let last = covers.of(device).unwrap().envelope;
    let other = EnvelopeId::new([9; 32]);

    assert!(covers.reaches(device, Seq(2), other));
    assert!(covers.reaches(device, Seq(3), other));
    assert!(covers.reaches(device, Seq(4), last));
    assert!(!covers.reaches(device, Seq(4), other));
    assert!(!covers.reaches(device, Seq(5), last));
    assert!(!covers.reaches(SUPERVISOR.device(), Seq(1), EnvelopeId::NONE));
    let has = |seq| covers.has_part(CONSULTANT.device(), Seq(seq));
    assert_eq!([5, 6, 7, 8].map(has), [false, true, true, false]);
    assert!(!covers.has_part(device, Seq(6)));
}

fn part(strands: Vec<Strand>) -> Part {
    Part { number: 0, count: 1, strands, frontier: vec![cut(CONSULTANT.device(), 5)] }
}

fn strand(device: DeviceId, start: u64, changes: Vec<Vec<u8>>) -> Strand {
    Strand { device, start, changes: changes.into_iter().map(Blob).collect() }
}

#[test]
fn a_part_is_read_back_as_it_was_written() {
    let chunk = kept::part();

    assert_eq!(Chunk::parse(&chunk.to_bytes()), Ok(chunk));
    let ordinary = kept::chunk();
    assert_eq!(Chunk::parse(&ordinary.to_bytes()), Ok(ordinary), "and others hold none");
}

#[test]
fn a_part_has_a_place_among_so_many() {
    let place = |number, count| Part { number, count, ..part(vec![]) };

    assert!(place(0, 1).has_place() && place(0, 1).is_last());
    assert!(place(0, 2).has_place() && !place(0, 2).is_last());
    assert!(place(SNAPSHOT_PARTS_MAX - 1, SNAPSHOT_PARTS_MAX).has_place());
    assert!(!place(0, 0).has_place());
    assert!(!place(1, 1).has_place());
    assert!(!place(0, SNAPSHOT_PARTS_MAX + 1).has_place());
    assert!(!place(u32::MAX, u32::MAX).is_last());
}

#[test]
fn a_part_holds_so_many_changes_and_not_one_more() {
    let letter = written(CONSULTANT.device(), &["字"]).changes().last().unwrap().0;
    let open = |count| {
        let strand = strand(CONSULTANT.device(), 3, vec![letter.clone(); count]);
        snapshot::open(&[&part(vec![strand])], DOCUMENT).map(|opened| opened[0].changes.len())
    };

    assert_eq!(open(ENVELOPE_CHANGES_MAX), Ok(ENVELOPE_CHANGES_MAX));
    assert_eq!(open(ENVELOPE_CHANGES_MAX + 1), Err(ChunkError::TooLarge));
}

fn note(device: DeviceId, sentences: usize) -> Crdt {
    let sentence = |at| format!("第{at}文。現場の仕事は好きだが、人をまとめる自信がないと話す。");
    written(device, &(0..sentences).map(sentence).collect::<Vec<_>>())
}

/// A note that a device wrote into, each text a change, after its third start.
fn written<T: ToString>(device: DeviceId, texts: &[T]) -> Crdt {
    use engine::{casework::field::Field, command::Splice, document::chunk::actor};
    let actor = actor(device, DOCUMENT, 3);
    let (mut crdt, _) = Crdt::begin(Kind::Note, device, actor).unwrap();
    let field = Field::top("presenting_issue");
    for text in texts {
        let splice = Splice { at: 0, delete: 0, insert: text.to_string() };
        crdt.edit(START, |tx| tx.splice(&field, &splice)).unwrap();
    }
    crdt
}

#[test]
fn a_document_is_split_into_full_envelopes_and_put_together_again() {
    let device = CONSULTANT.device();
    let crdt = note(device, 1_000);
    let frontier = [cut(device, 900)];

    let parts = snapshot::split(&crdt, DOCUMENT, &frontier).unwrap();

    assert!(parts.len() > 1, "{}", parts.len());
    for (at, part) in (0..).zip(&parts) {
        assert!(part.has_place());
        assert_eq!((part.number, part.is_last()), (at, at + 1 == part.count));
        assert_eq!(part.frontier.is_empty(), !part.is_last());
        let chunk = Chunk { part: Some(part.clone()), changes: vec![], ..kept::chunk() };
        let size = chunk.to_bytes().len();
        assert!(size < engine::seal::PLAINTEXT_BYTES_MAX, "{size}");
        assert!(part.is_last() || size > 48 * 1024, "{size}");
    }
    let opened = snapshot::open(&parts.iter().collect::<Vec<_>>(), DOCUMENT).unwrap();
    let actor = engine::document::chunk::actor(device, DOCUMENT, 4);
    let mut read = Crdt::empty(device, actor);
    assert!(read.take_in(&opened).iter().all(|it| *it == Verdict::Applied));
    assert_eq!(read.heads(), crdt.heads());
    let heads = snapshot::hash_of_heads(&crdt.heads());
    assert_eq!(snapshot::hash_of_heads(&read.heads()), heads);
}

#[test]
fn changes_of_somebody_who_is_not_named_make_no_snapshot() {
    let crdt = note(CONSULTANT.device(), 2);

    assert_eq!(snapshot::split(&crdt, DOCUMENT, &[cut(EMPLOYEE.device(), 9)]), None);
    let elsewhere = DocumentId::new([9; 16]);
    assert_eq!(snapshot::split(&crdt, elsewhere, &[cut(CONSULTANT.device(), 9)]), None);
}

#[test]
fn a_change_under_another_name_is_found_out() {
    let crdt = note(CONSULTANT.device(), 2);
    let mut parts = snapshot::split(&crdt, DOCUMENT, &[cut(CONSULTANT.device(), 9)]).unwrap();
    let good = parts.remove(0);
    let open = |strands: Vec<Strand>, document| {
        let read: Result<Vec<Opened>, _> = snapshot::open(&[&part(strands)], document);
        read.map(|opened| opened.len())
    };
    let strands = good.strands;
    let renamed = |device, start| -> Vec<Strand> {
        strands.iter().map(|it| Strand { device, start, ..it.clone() }).collect()
    };

    assert!(open(strands.clone(), DOCUMENT).is_ok());
    for (device, start) in [(EMPLOYEE.device(), 3), (CONSULTANT.device(), 4)] {
        assert_eq!(open(renamed(device, start), DOCUMENT), Err(ChunkError::ForeignActor));
    }
    let elsewhere = DocumentId::new([9; 16]);
    assert_eq!(open(strands.clone(), elsewhere), Err(ChunkError::ForeignActor));
    let broken = strand(CONSULTANT.device(), 3, vec![vec![1; 30]]);
    assert!(matches!(open(vec![broken], DOCUMENT), Err(ChunkError::Change(_))));
    let change = &strands.last().unwrap().changes.last().unwrap().0;
    assert!(Inspected::parse(change).is_ok());
}
