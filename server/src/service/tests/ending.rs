use shared::{
    Blob,
    id::{Commitment, DocumentId, EnvelopeId, Number, Seq},
    log::{
        Head,
        document::{Access, Create, Cut, DocumentBody, Finalise, Grant, Shred},
        org::Role,
    },
    refusal::{Reason, Refusal},
    sync::{Ack, ClientMessage, ServerMessage, Wrap},
};

use super::{acks, reason};
use crate::{
    service::{
        Write,
        fixture::{Counter, Firm, Person, append, append_with, push, wrap_for},
        write,
    },
    store::{ReadStore, Store},
};

const NOTE: DocumentId = DocumentId::new([0xD0; 16]);
const OTHER: DocumentId = DocumentId::new([0xD1; 16]);
/// What a wrap of the note holds in these tests.
const SEALED: [u8; 48] = [0xA5; 48];

fn sealed_wrap(person: &Person, document: DocumentId) -> Wrap {
    Wrap { sealed: Blob(SEALED.to_vec()), ..wrap_for(person, document) }
}

/// A firm in which Mori writes in Sato's note.
fn shared_note(store: Store) -> (Firm, Person, Head) {
    let mut firm = Firm::in_store(store);
    let mori = Person::new(3);
    firm.enrol(&mori, Role::Consultant);
    let create = DocumentBody::Create(Create { commitment: Commitment::new([1; 32]) });
    let head = say(&mut firm, Head::EMPTY, &create, |firm| vec![sealed_wrap(&firm.sato, NOTE)]);
    let share = DocumentBody::Grant(Grant { account: mori.account, access: Access::Writer });
    let head = say(&mut firm, head, &share, |_| vec![sealed_wrap(&mori, NOTE)]);
    (firm, mori, head)
}

fn in_memory() -> (Firm, Person, Head) {
    shared_note(Store::in_memory(&mut Counter(0)).unwrap())
}

fn say(
    firm: &mut Firm,
    head: Head,
    body: &DocumentBody,
    wraps: impl Fn(&Firm) -> Vec<Wrap>,
) -> Head {
    let entry = firm.sato.judged_entry(firm.head, NOTE, head, body);
    let reply = firm.reply(firm.sato.who(), append_with(&entry, wraps(firm)));
    let ServerMessage::Appended { head, .. } = reply else { panic!("{reply:?}") };
    head
}

fn shred(firm: &mut Firm, head: Head) -> Head {
    say(firm, head, &DocumentBody::Shred(Shred {}), |_| vec![])
}

fn bring(envelopes: &[shared::envelope::Verified]) -> ClientMessage {
    let ClientMessage::Push { envelopes } = push(envelopes) else { unreachable!("a push") };
    ClientMessage::BringBack { envelopes }
}

#[test]
fn of_a_shredded_document_only_the_log_is_left() {
    let (mut firm, mori, head) = in_memory();
    let chain = mori.chain(NOTE, 3);
    firm.say(mori.who(), push(&chain));

    let head = shred(&mut firm, head);

    let reader = firm.store.reader();
    assert_eq!(reader.envelopes(NOTE, Number(0)).unwrap().items, []);
    assert_eq!(reader.wraps(mori.account, mori.device(), 0).unwrap().1.items, []);
    assert_eq!(reader.document_entries(NOTE, 0).unwrap().items.len(), 3);
    let state = reader.documents(mori.account).unwrap();
    assert_eq!((state[0].log_length, state[0].last), (head.length, Number(0)));
    let further = firm.sato.judged_entry(firm.head, NOTE, head, &DocumentBody::Shred(Shred {}));
    assert_eq!(reason(&firm.reply(firm.sato.who(), append(&further))), Reason::EntryRefused);
}

#[test]
fn nothing_comes_back_into_a_shredded_document() {
    let (mut firm, mori, head) = in_memory();
    let chain = mori.chain(NOTE, 3);
    firm.say(mori.who(), push(&chain[..2]));
    shred(&mut firm, head);
    let refused = [Ack::Refused(Refusal::new(Reason::ReadOnly)); 3];

    let pushed = acks(firm.reply(mori.who(), push(&chain)));
    let by_author = acks(firm.reply(mori.who(), bring(&chain)));
    let by_another = acks(firm.reply(firm.sato.who(), bring(&chain)));

    assert_eq!((pushed, by_author, by_another), (refused.into(), refused.into(), refused.into()));
}

#[test]
fn the_number_of_a_shredded_wrap_is_not_given_again() {
    let (mut firm, mori, head) = in_memory();
    let before = firm.store.reader().last_wrap(mori.account).unwrap();
    shred(&mut firm, head);
    let create = mori.create(OTHER);

    firm.reply(mori.who(), append_with(&create, vec![wrap_for(&mori, OTHER)]));

    let (last, piece) = firm.store.reader().wraps(mori.account, mori.device(), before).unwrap();
    assert_eq!((last, piece.items.len()), (before + 1, 1));
}

#[test]
fn what_is_pushed_in_the_transaction_that_shreds_goes_too() {
    let (mut firm, mori, head) = in_memory();
    let chain = mori.chain(NOTE, 2);
    firm.say(mori.who(), push(&chain[..1]));
    let parcels = crate::service::Parcel::parse(Blob(chain[1].as_bytes().to_vec()));
    let end = firm.sato.judged_entry(firm.head, NOTE, head, &DocumentBody::Shred(Shred {}));
    let entry = Blob(end.as_bytes().to_vec());
    let sato = firm.sato.who();

    let mut tx = firm.store.begin_tx().unwrap();
    crate::service::push(&mut tx, mori.who(), &[parcels]).unwrap();
    write(&mut tx, firm.now, sato, &Write::Append { entry, wraps: vec![] }).unwrap();
    let notices = tx.commit().unwrap();

    assert_eq!(notices.runs, [], "nobody is handed what is destroyed");
    assert_eq!(notices.documents.len(), 1);
    assert_eq!(firm.store.reader().envelopes(NOTE, Number(0)).unwrap().items, []);
    assert_eq!(firm.store.reader().envelope_count().unwrap(), 0);
}

#[test]
fn no_byte_of_a_shredded_document_is_left_on_the_disk() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("mendan.sqlite");
    let (mut firm, mori, head) = shared_note(Store::open(&path, &mut Counter(0)).unwrap());
    let reader = ReadStore::open(&path).unwrap();
    let letters = |number: usize| format!("{number} ").repeat(12_000);
    let mut prev = EnvelopeId::NONE;
    for seq in 1..=4 {
        let text = letters(usize::try_from(seq).unwrap());
        let envelope = mori.envelope(NOTE, seq, prev, &text);
        prev = envelope.id();
        firm.say(mori.who(), push(&[envelope]));
    }
    reader.reader().envelopes(NOTE, Number(0)).unwrap();
    let lies = |part: &[u8]| {
        std::fs::read_dir(home.path())
            .unwrap()
            .map(|file| std::fs::read(file.unwrap().path()).unwrap())
            .any(|bytes| bytes.windows(part.len()).any(|window| window == part))
    };
    let (first, last) = (letters(1), letters(4));
    let parts = [&first.as_bytes()[..64], &last.as_bytes()[..64], &SEALED];
    assert!(parts.iter().all(|part| lies(part)), "the test finds what there is");

    shred(&mut firm, head);

    for part in parts {
        assert!(!lies(part), "{:?}", &part[..2]);
    }
}

#[test]
fn an_end_names_the_last_envelope_of_everybody() {
    let (mut firm, mori, head) = in_memory();
    let chain = mori.chain(NOTE, 3);
    firm.say(mori.who(), push(&chain[..2]));
    let cut = |seq: u64, envelope| Cut { device: mori.device(), seq: Seq(seq), envelope };
    let end = |covers| DocumentBody::Finalise(Finalise { successor: Some(OTHER), covers });
    let check = |firm: &mut Firm, covers| {
        let entry = firm.sato.judged_entry(firm.head, NOTE, head, &end(covers));
        firm.reply(firm.sato.who(), append(&entry))
    };

    for covers in [vec![], vec![cut(1, chain[0].id())], vec![cut(2, chain[0].id())]] {
        assert_eq!(reason(&check(&mut firm, Some(covers))), Reason::CutBehind);
    }
    let ended = check(&mut firm, Some(vec![cut(2, chain[1].id())]));
    assert!(matches!(ended, ServerMessage::Appended { .. }));
    let late = acks(firm.reply(mori.who(), push(&chain)));
    let read_only = Ack::Refused(Refusal::new(Reason::ReadOnly));
    assert_eq!(late, [Ack::Duplicate(Number(1)), Ack::Duplicate(Number(2)), read_only]);
    let not_yours = Ack::Refused(Refusal::new(Reason::NotYourDevice));
    assert_eq!(acks(firm.reply(firm.sato.who(), bring(&chain[2..]))), [not_yours]);
}
