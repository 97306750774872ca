//! K15, D14: what the honest server refuses to a member who asks for what is not theirs, or for
//! what was destroyed.

use harness::{insider::Insider, seed::Dice, world::ORIGIN};
use server::{
    service::{self, Connection, Who},
    store::Store,
};
use shared::{
    Blob,
    envelope::{Envelope, Header, Kind},
    id::{DocumentId, EnvelopeId, Epoch, Number, Seq},
    log::{
        Author, Entry, Head, LogId, Place,
        document::{Access, DocumentBody, Grant, Shred},
    },
    refusal::Reason,
    sync::{Ack, ClientMessage, ServerMessage, WrapTo},
};

use super::{VARIANTS, dice, pick, random, stage::Stage};

fn ask(
    store: &mut Store,
    dice: &mut Dice,
    stage: &Stage,
    who: Who,
    message: ClientMessage,
) -> Vec<ServerMessage> {
    let now = stage.world.now();
    let mut cx = service::Cx { now, entropy: dice, origin: ORIGIN, bootstrap: None };
    Connection::resumed(who).handle(store, &mut cx, message).replies
}

/// Why something was refused; `None` if it was not.
fn reason(replies: &[ServerMessage]) -> Option<Reason> {
    match replies {
        [ServerMessage::Refused { refusal, .. }] => Some(refusal.reason()),
        [ServerMessage::Acks { acks }] => {
            acks.iter().map(refused).collect::<Option<Vec<_>>>()?.pop()
        }
        _ => None,
    }
}

fn refused((_, ack): &(EnvelopeId, Ack)) -> Option<Reason> {
    match ack {
        Ack::Refused(refusal) => Some(refusal.reason()),
        Ack::Stored(_) | Ack::Duplicate(_) => None,
    }
}

fn head(stage: &Stage, document: DocumentId) -> Head {
    let (log, _) = stage.log(document);
    let last = log.last().map(|it| Entry::parse(&it.0).unwrap());
    last.map_or(Head::EMPTY, |it| Head { length: it.index() + 1, hash: it.hash() })
}

/// One way of asking for a document as a colleague would.
fn request(
    stage: &Stage,
    insider: &Insider,
    kind: u64,
    document: DocumentId,
    (from, salt): (u64, [u8; 32]),
) -> ClientMessage {
    match kind {
        0 => ClientMessage::PullLog { document: Some(document), from },
        1 => ClientMessage::Pull { document, after: Number(from), at_snapshot: None, unfit: None },
        2 | 3 => {
            let header = Header {
                kind: Kind::Changes,
                document,
                epoch: Epoch(0),
                device: insider.id,
                seq: Seq(1),
                prev: EnvelopeId::NONE,
                log_index: 1,
                salt,
            };
            let envelope = Envelope::sign(header, &salt, &[1; 1_040], insider.key());
            let envelopes = vec![Blob(envelope.as_bytes().to_vec())];
            match kind {
                2 => ClientMessage::Push { envelopes },
                _ => ClientMessage::BringBack { envelopes },
            }
        }
        _ => {
            let account = stage.account(stage.colleague);
            let body = DocumentBody::Grant(Grant { account, access: Access::Manager });
            let place = Place {
                log: LogId::Document(document),
                head: head(stage, document),
                at: stage.world.now(),
                author: Author::Device(insider.id),
                org: None,
            };
            let entry = Blob(body.sign(place, insider.key()).as_bytes().to_vec());
            ClientMessage::Append { entry, wraps: vec![] }
        }
    }
}

/// K15. A colleague with a valid login asks for a note that is none of hers, in every way there is:
/// its log, its envelopes, wraps; pushes into it, brings something back, appends an entry. Refused:
/// every request is decided by membership, and a document of somebody else's is answered like one
/// that does not exist. The control: for its owner each works.
#[test]
fn k15_a_valid_login_opens_nobody_elses_documents() {
    let stage = Stage::set(15);
    let (mine, owner) = (stage.who(stage.colleague), stage.who(stage.tablet));
    let insider = stage.insider(stage.colleague, stage.other);
    let mut store = stage.world.back_up();
    let envelopes = store.reader().envelope_count().unwrap();
    for variant in 0..VARIANTS {
        let mut dice = dice(15, variant);
        let real = *pick(&mut dice, &[stage.other, stage.case]);
        let none = DocumentId::new(random(&mut dice));
        let kind = dice.below(5);
        let (from, salt) = (dice.below(4), random(&mut dice));
        let request = |document| request(&stage, &insider, kind, document, (from, salt));
        let answers = [real, none]
            .map(|document| reason(&ask(&mut store, &mut dice, &stage, mine, request(document))));
        assert!(answers.iter().all(Option::is_some), "variant {variant}: {answers:?}");
        if kind < 4 {
            assert_eq!(answers[0], answers[1], "variant {variant}: neither tells of the other");
        }
        if kind < 2 {
            let answer = ask(&mut store, &mut dice, &stage, owner, request(real));
            assert_eq!(reason(&answer), None, "variant {variant}: the owner may");
        }
    }
    assert_eq!(store.reader().envelope_count().unwrap(), envelopes);
    assert_eq!(head(&stage, stage.other).length, 1);
    let Who::Device { device, account } = mine else { unreachable!() };
    let wraps =
        ask(&mut store, &mut dice(15, 0), &stage, mine, ClientMessage::PullWraps { after: 0 });
    let [ServerMessage::Wraps { wraps, .. }] = wraps.as_slice() else { unreachable!() };
    assert!(wraps.iter().all(|wrap| match wrap.to {
        WrapTo::Account { account: to, .. } => to == account,
        WrapTo::Device { device: to, .. } => to == device,
    }));
}

/// D14. A note was shredded. The server is asked to take it in again: the same envelopes by those
/// who hold them, new ones by its writers, entries that would open it again. Refused: Shred is the
/// last entry of a log, for server and clients alike, and nothing is stored behind it. The control:
/// before the Shred the same pushes are taken.
#[test]
fn d14_what_was_shredded_stays_away() {
    let stage = Stage::set(214);
    let owner = stage.who(stage.tablet);
    let mut insider = stage.insider(stage.tablet, stage.note);
    let all = harness::world::liar::envelopes(stage.world.store(), stage.note);
    let mut own = all.iter().map(|it| Envelope::parse(it.clone()).unwrap());
    let last = own.rfind(|it| it.header().device == insider.id).unwrap();
    insider.follow(last.header().seq, last.id(), 2);
    let next = insider.envelope(Kind::Changes, vec![1; 900], &mut dice(214, 0));
    let next = Blob(next.1.as_bytes().to_vec());
    let push = || ClientMessage::Push { envelopes: vec![next.clone()] };
    let mut store = stage.world.back_up();
    assert_eq!(reason(&ask(&mut store, &mut dice(214, 0), &stage, owner, push())), None);
    let mut store = stage.world.back_up();
    let place = |head| Place {
        log: LogId::Document(stage.note),
        head,
        at: stage.world.now(),
        author: Author::Device(insider.id),
        org: Some(stage.org().1),
    };
    let shred = DocumentBody::Shred(Shred {}).sign(place(head(&stage, stage.note)), insider.key());
    let entry = Blob(shred.as_bytes().to_vec());
    let request = ClientMessage::Append { entry, wraps: vec![] };
    let appended = ask(&mut store, &mut dice(214, 0), &stage, owner, request);
    assert!(matches!(appended.as_slice(), [ServerMessage::Appended { .. }]), "{appended:?}");
    let after = Head { length: shred.index() + 1, hash: shred.hash() };
    let kept = store.reader().envelope_count().unwrap();
    for variant in 0..VARIANTS {
        let mut dice = dice(214, variant);
        let who = stage.who(*pick(&mut dice, &[stage.tablet, stage.phone, stage.colleague]));
        let old = Blob(pick(&mut dice, &all).clone());
        let envelopes = vec![if dice.one_in(2) { next.clone() } else { old }];
        let request = match dice.below(3) {
            0 => ClientMessage::Push { envelopes },
            1 => ClientMessage::BringBack { envelopes },
            _ => {
                let account = stage.account(stage.colleague);
                let access = *pick(&mut dice, &[Access::Reader, Access::Writer, Access::Manager]);
                let body = DocumentBody::Grant(Grant { account, access });
                let entry = body.sign(place(after), insider.key());
                ClientMessage::Append { entry: Blob(entry.as_bytes().to_vec()), wraps: vec![] }
            }
        };
        let replies = ask(&mut store, &mut dice, &stage, who, request);
        let is_stored = replies.iter().any(|reply| match reply {
            ServerMessage::Acks { acks } => {
                acks.iter().any(|(_, ack)| matches!(ack, Ack::Stored(_)))
            }
            ServerMessage::Appended { .. } => true,
            _ => false,
        });
        assert!(!is_stored, "variant {variant}: {replies:?}");
        assert!(store.reader().envelope_count().unwrap() <= kept, "variant {variant}");
    }
}
