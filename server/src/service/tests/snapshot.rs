use shared::{
    envelope::{Header, Kind, Verified},
    id::{DeviceId, DocumentId, EnvelopeId, Epoch, Number, Seq},
    log::{
        Head,
        document::{Access, Covers, Cut, DocumentBody, Shred, SnapshotAttest},
        org::Role,
    },
    refusal::{Reason, Refusal},
    sync::{Ack, ClientMessage, ServerMessage},
};

use super::acks;
use crate::{
    service::fixture::{Counter, Firm, Person, append, push},
    store::Store,
};

const NOTE: DocumentId = DocumentId::new([0xD0; 16]);

/// A note that Sato and Kato write to.
struct House {
    firm: Firm,
    kato: Person,
    head: Head,
}

fn house() -> House {
    let mut firm = Firm::new();
    let kato = Person::new(3);
    firm.enrol(&kato, Role::Consultant);
    let head = firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
    let share = firm.sato.share(NOTE, head, &kato, Access::Writer);
    let head = firm.document_appended(firm.sato.who(), &share);
    House { firm, kato, head }
}

fn cut(device: DeviceId, envelope: &Verified) -> Cut {
    Cut { device, seq: envelope.header().seq, envelope: envelope.id() }
}

fn part(of: &Person, before: &Verified) -> Verified {
    let header = Header {
        kind: Kind::Snapshot,
        document: NOTE,
        epoch: Epoch::FIRST,
        device: of.device(),
        seq: Seq(before.header().seq.0 + 1),
        prev: before.id(),
        log_index: 1,
        salt: [0; 32],
    };
    of.seal(header, "everything so far")
}

fn after(of: &Person, before: &Verified, text: &str) -> Verified {
    of.envelope(NOTE, before.header().seq.0 + 1, before.id(), text)
}

fn covers(author: &Person, frontier: Vec<Cut>) -> Covers {
    Covers { author: author.device(), parts: 1, frontier }
}

impl House {
    fn store(&mut self, of: &str, envelopes: &[Verified]) {
        let who = if of == "sato" { self.firm.sato.who() } else { self.kato.who() };
        let stored = acks(self.firm.reply(who, push(envelopes)));
        assert!(stored.iter().all(|ack| matches!(ack, Ack::Stored(_))), "{stored:?}");
    }

    /// Kato vouches for a snapshot.
    fn attest(&mut self, snapshot: &Verified, covers: Covers) {
        let snapshot = snapshot.id();
        let body = DocumentBody::SnapshotAttest(SnapshotAttest {
            snapshot,
            heads: [7; 32],
            covers: Some(covers),
        });
        let entry = self.kato.judged_entry(self.firm.head, NOTE, self.head, &body);
        self.head = self.firm.document_appended(self.kato.who(), &entry);
    }

    /// What a reader is given: where it begins, by which entry, and how much.
    fn pull(&mut self, after: u64, at_snapshot: bool) -> (u64, Option<u64>, usize) {
        self.pull_beside(after, at_snapshot, None)
    }

    /// The same for a reader that could not begin at a snapshot.
    fn pull_beside(
        &mut self,
        after: u64,
        at_snapshot: bool,
        unfit: Option<u64>,
    ) -> (u64, Option<u64>, usize) {
        let at_snapshot = at_snapshot.then_some(true);
        let pull = ClientMessage::Pull { document: NOTE, after: Number(after), at_snapshot, unfit };
        let reply = self.firm.reply(self.kato.who(), pull);
        let ServerMessage::Batch { first, envelopes, base, .. } = reply else {
            panic!("{reply:?}")
        };
        (first.0, base, envelopes.len())
    }

    /// Three edits of Sato, one of Kato, a snapshot, one edit more, and the same once more.
    fn with_two_snapshots() -> (Self, Vec<Verified>, Verified) {
        let mut house = house();
        let mut chain = house.firm.sato.chain(NOTE, 3);
        house.store("sato", &chain);
        let theirs = house.kato.chain(NOTE, 1).remove(0);
        house.store("kato", std::slice::from_ref(&theirs));
        for _ in 0..2 {
            let last = chain.last().unwrap().clone();
            let snapshot = part(&house.firm.sato, &last);
            house.store("sato", std::slice::from_ref(&snapshot));
            let frontier =
                vec![cut(house.firm.sato.device(), &last), cut(house.kato.device(), &theirs)];
            let covers = covers(&house.firm.sato, frontier);
            house.attest(&snapshot, covers);
            let more = after(&house.firm.sato, &snapshot, "more");
            house.store("sato", std::slice::from_ref(&more));
            chain.extend([snapshot, more]);
        }
        (house, chain, theirs)
    }
}

#[test]
fn a_reader_without_anything_begins_at_a_snapshot_that_somebody_vouched_for() {
    let mut house = house();
    let chain = house.firm.sato.chain(NOTE, 3);
    house.store("sato", &chain);
    let snapshot = part(&house.firm.sato, &chain[2]);
    house.store("sato", std::slice::from_ref(&snapshot));
    assert_eq!(house.pull(0, true), (1, None, 4), "nobody has");

    let covers = covers(&house.firm.sato, vec![cut(house.firm.sato.device(), &chain[2])]);
    house.attest(&snapshot, covers);

    assert_eq!(house.pull(0, true), (4, Some(2), 1));
    assert_eq!(house.pull(0, false), (1, None, 4), "everything is still here");
    assert_eq!(house.pull(2, false), (3, None, 2));
}

#[test]
fn what_the_snapshot_before_covers_is_dropped_and_nothing_else() {
    let (mut house, chain, theirs) = House::with_two_snapshots();

    assert_eq!(house.pull(0, true), (7, Some(3), 2), "the newest");
    assert_eq!(house.pull(0, false), (7, Some(3), 2), "the first are not here any more");
    assert_eq!(house.pull(4, false), (5, None, 4), "from the older one on everything is");
    assert_eq!(house.firm.store.reader().envelope_count().unwrap(), 4);
    let again = acks(house.firm.reply(house.firm.sato.who(), push(&chain)));
    let numbers = [1, 2, 3, 5, 6, 7, 8].map(|number| Ack::Duplicate(Number(number)));
    assert_eq!(again, numbers, "whoever sends again is answered as before");
    let other = house.kato.envelope(NOTE, 1, EnvelopeId::NONE, "another beginning");
    let told = acks(house.firm.reply(house.kato.who(), push(&[theirs, other])));
    let refused = Ack::Refused(Refusal::new(Reason::Equivocation));
    assert_eq!(told, [Ack::Duplicate(Number(4)), refused]);
}

#[test]
fn who_cannot_begin_at_one_snapshot_is_given_the_other() {
    let (mut house, _, _) = House::with_two_snapshots();

    assert_eq!(house.pull_beside(0, false, Some(3)), (5, Some(2), 4), "the older one");
    assert_eq!(house.pull_beside(0, true, Some(3)), (5, Some(2), 4));
    assert_eq!(house.pull_beside(0, false, Some(2)), (7, Some(3), 2), "the newer one");
    assert_eq!(house.pull_beside(4, false, Some(3)), (5, None, 4), "needs none");
}

#[test]
fn who_cannot_begin_at_the_only_snapshot_is_given_everything() {
    let mut house = house();
    let chain = house.firm.sato.chain(NOTE, 3);
    house.store("sato", &chain);
    let snapshot = part(&house.firm.sato, &chain[2]);
    house.store("sato", std::slice::from_ref(&snapshot));
    let covers = covers(&house.firm.sato, vec![cut(house.firm.sato.device(), &chain[2])]);
    house.attest(&snapshot, covers);

    assert_eq!(house.pull_beside(0, false, Some(2)), (1, None, 4));
}

#[test]
fn an_attest_of_something_else_moves_nothing() {
    let mut house = house();
    let chain = house.firm.sato.chain(NOTE, 3);
    house.store("sato", &chain);
    let snapshot = part(&house.firm.sato, &chain[2]);
    house.store("sato", std::slice::from_ref(&snapshot));
    let sato = house.firm.sato.device();
    let good = cut(sato, &chain[2]);
    let of = |author: &Person, frontier| covers(author, frontier);
    let lies = [
        // Another envelope in a place that is stored.
        (&snapshot, of(&house.firm.sato, vec![Cut { envelope: EnvelopeId::new([9; 32]), ..good }])),
        // No snapshot.
        (&chain[2], of(&house.firm.sato, vec![cut(sato, &chain[1])])),
        // Parts that are not here.
        (&snapshot, Covers { parts: 2, ..of(&house.firm.sato, vec![good]) }),
        // Not where a snapshot of this would be.
        (&snapshot, of(&house.firm.sato, vec![cut(sato, &chain[0])])),
    ];
    for (snapshot, covers) in lies {
        house.attest(snapshot, covers);
        assert_eq!(house.pull(0, true).0, 1);
    }
}

#[test]
fn nobody_vouches_alone_for_what_others_wrote() {
    let mut house = house();
    let link = house.firm.grant(60, shared::log::org::Enrols::Device(house.firm.sato.account), 1);
    let second = Person { account: house.firm.sato.account, ..Person::new(9) };
    let entry = house.firm.link(&second, link, 60);
    house.firm.org_appended(crate::service::fixture::grant_of(60), &entry);
    let chain = house.firm.sato.chain(NOTE, 3);
    house.store("sato", &chain);
    let theirs = house.kato.chain(NOTE, 1);
    house.store("kato", &theirs);
    let snapshot = part(&house.firm.sato, &chain[2]);
    house.store("sato", std::slice::from_ref(&snapshot));
    let own = cut(house.firm.sato.device(), &chain[2]);
    let mixed = vec![own, cut(house.kato.device(), &theirs[0])];
    let say = |house: &mut House, by: &Person, frontier: Vec<Cut>| {
        let covers = Some(covers(&house.firm.sato, frontier));
        let body = DocumentBody::SnapshotAttest(SnapshotAttest {
            snapshot: snapshot.id(),
            heads: [7; 32],
            covers,
        });
        let entry = by.judged_entry(house.firm.head, NOTE, house.head, &body);
        house.firm.reply(by.who(), append(&entry))
    };

    let alone = say(&mut house, &Person::new(2), vec![own]);
    assert!(matches!(alone, ServerMessage::Refused { .. }), "{alone:?}");
    let reply = say(&mut house, &second, mixed.clone());
    let ServerMessage::Appended { head, .. } = reply else { panic!("{reply:?}") };
    house.head = head;
    assert_eq!(house.pull(0, true).0, 1, "both devices are Sato's");
    let kato = Person::new(3);
    let reply = say(&mut house, &kato, mixed);

    assert!(matches!(reply, ServerMessage::Appended { .. }));
    assert_eq!(house.pull(0, true), (5, Some(3), 1));
}

#[test]
fn a_server_that_was_restored_is_healed_from_a_snapshot() {
    let (house, chain, theirs) = House::with_two_snapshots();
    let entries = house.firm.store.reader().document_entries(NOTE, 0).unwrap().items;
    let org = house.firm.store.reader().org_entries(0).unwrap().items;
    let mut back = Firm::in_store(Store::in_memory(&mut Counter(7)).unwrap());
    let (sato, kato) = (back.sato.who(), house.kato.who());
    for entry in org {
        back.say(sato, ClientMessage::Append { entry, wraps: vec![] });
    }
    for entry in entries {
        let reply = back.reply(sato, ClientMessage::Append { entry, wraps: vec![] });
        assert!(matches!(reply, ServerMessage::Appended { .. }), "{reply:?}");
    }
    // Of the first three the first is left.
    back.reply(sato, push(&chain[..1]));
    let bring = |envelopes: &[Verified]| {
        let envelopes = envelopes.iter().map(|it| shared::Blob(it.as_bytes().to_vec())).collect();
        ClientMessage::BringBack { envelopes }
    };

    let early = acks(back.reply(kato, bring(&chain[4..5])));
    let brought = acks(back.reply(kato, bring(&chain[3..])));

    assert_eq!(early, [Ack::Refused(Refusal::sequence_gap(Seq(2)))], "the snapshot comes first");
    assert_eq!(brought, [2, 3, 4, 5].map(|number| Ack::Stored(Number(number))));
    let lost = acks(back.reply(kato, bring(&[chain[1].clone(), theirs.clone()])));
    assert_eq!(lost[0], Ack::Duplicate(Number(0)), "it is in the snapshot");
    assert!(matches!(lost[1], Ack::Stored(_)), "nothing of Kato's was here");
    let own = acks(back.reply(sato, push(&chain[1..2])));
    assert_eq!(own, [Ack::Refused(Refusal::new(Reason::Equivocation))]);
    let mut house = House { firm: back, ..house };
    let (first, base, _) = house.pull(0, false);
    assert_eq!((first, base), (4, Some(3)), "nobody begins before the hole");
    let whole = house.firm.store.copy_in_memory();
    drop(whole);
}

#[test]
fn shredding_takes_snapshots_too() {
    let (mut house, _, _) = House::with_two_snapshots();
    let shred = DocumentBody::Shred(Shred {});
    let entry = house.firm.sato.judged_entry(house.firm.head, NOTE, house.head, &shred);

    house.firm.document_appended(house.firm.sato.who(), &entry);

    assert_eq!(house.firm.store.reader().base(NOTE).unwrap(), None);
    assert_eq!(house.pull(0, true), (1, None, 0));
}
