use shared::{
    Blob,
    id::{Commitment, DocumentId, EnvelopeId, Epoch, Number, Seq},
    log::{
        Head,
        document::{Access, Create, Cut, DocumentBody, Grant, Revoke, Rotate, RotateReason},
        org::{AccountFreeze, AccountRemove, DeviceRevoke, OrgBody, Role},
    },
    refusal::{Reason, Refusal},
    sync::{Ack, ClientMessage, Identity, ServerMessage},
};

use super::{acks, reason};
use crate::{
    service::{
        Connection, Cx,
        fixture::{Counter, Firm, ORIGIN, Person, START, append, auth, hello, log_in, push},
    },
    store::Store,
};

const NOTE: DocumentId = DocumentId::new([0xD0; 16]);

/// A firm in which Mori writes in Sato's note, and the head of the note's log.
fn shared_note() -> (Firm, Person, Head) {
    let mut firm = Firm::new();
    let mori = Person::new(3);
    firm.enrol(&mori, Role::Consultant);
    let create = DocumentBody::Create(Create { commitment: Commitment::new([1; 32]) });
    let entry = firm.sato.judged_entry(firm.head, NOTE, Head::EMPTY, &create);
    let head = firm.document_appended(firm.sato.who(), &entry);
    let share = DocumentBody::Grant(Grant { account: mori.account, access: Access::Writer });
    let entry = firm.sato.judged_entry(firm.head, NOTE, head, &share);
    let head = firm.document_appended(firm.sato.who(), &entry);
    (firm, mori, head)
}

fn by_admin(firm: &mut Firm, body: &OrgBody) -> Vec<u8> {
    let entry = firm.admin.org_entry(firm.head, body);
    firm.org_appended(firm.admin.who(), &entry);
    entry.as_bytes().to_vec()
}

fn remove(person: &Person) -> OrgBody {
    OrgBody::AccountRemove(AccountRemove { account: person.account })
}

fn freeze(person: &Person, frozen: bool) -> OrgBody {
    OrgBody::AccountFreeze(AccountFreeze { account: person.account, frozen })
}

fn rotate(epoch: u32, cuts: Vec<Cut>) -> DocumentBody {
    DocumentBody::Rotate(Rotate {
        epoch: Epoch(epoch),
        commitment: Commitment::new([2; 32]),
        previous: None,
        reason: RotateReason::Removal,
        cuts,
    })
}

fn refused(reason: Reason) -> [Ack; 1] {
    [Ack::Refused(Refusal::new(reason))]
}

#[test]
fn a_revoked_device_is_shown_the_entry_wherever_it_asks() {
    let (mut firm, mori, _) = shared_note();
    let body = OrgBody::DeviceRevoke(DeviceRevoke { device: mori.device() });
    let entry = by_admin(&mut firm, &body);
    let told = |message: ServerMessage| {
        let ServerMessage::Refused { refusal, entry, .. } = message else { panic!("{message:?}") };
        (refusal.reason(), entry.map(|it| it.0))
    };
    let expected = (Reason::DeviceRevoked, Some(entry));

    let identity = Identity::Device(mori.device());
    let (connection, reply) = log_in(&mut firm.store, START, None, identity, &mori.key);
    assert_eq!(told(reply), expected);
    assert!(connection.who().is_none());
    let chain = mori.chain(NOTE, 1);
    assert_eq!(told(firm.reply(mori.who(), push(&chain))), expected);
    let pull =
        ClientMessage::Pull { document: NOTE, after: Number(0), at_snapshot: None, unfit: None };
    assert_eq!(told(firm.reply(mori.who(), pull)), expected);
}

#[test]
fn a_revoked_device_is_handed_the_org_log_up_to_its_revocation_and_no_further() {
    let (mut firm, mori, _) = shared_note();
    let known = firm.head.length;
    firm.enrol(&Person::new(4), Role::Consultant);
    let body = OrgBody::DeviceRevoke(DeviceRevoke { device: mori.device() });
    let entry = by_admin(&mut firm, &body);
    let position = firm.head.length;
    firm.enrol(&Person::new(5), Role::Consultant);
    let identity = Identity::Device(mori.device());

    let replies = |firm: &mut Firm, org| {
        let mut connection = Connection::new();
        let challenge = say(&mut connection, &mut firm.store, hello(identity)).remove(0);
        let ClientMessage::Auth { signature, .. } = auth(&identity, &mori.key, &challenge) else {
            unreachable!()
        };
        say(&mut connection, &mut firm.store, ClientMessage::Auth { signature, org })
    };
    let [ServerMessage::LogBatch { document: None, from, entries, more: false }, last] =
        &replies(&mut firm, Some(known))[..]
    else {
        panic!("the org log first");
    };
    assert_eq!((*from, from + u64::try_from(entries.len()).unwrap()), (known, position));
    assert_eq!(entries.last(), Some(&Blob(entry)));
    assert_eq!(reason(last), Reason::DeviceRevoked);
    // Who has more, or all, is handed nothing.
    for org in [position, position + 1, u64::MAX >> 1] {
        let [ServerMessage::LogBatch { entries, .. }, last] = &replies(&mut firm, Some(org))[..]
        else {
            panic!("an answer for {org}");
        };
        assert_eq!((entries.len(), reason(last)), (0, Reason::DeviceRevoked));
    }
    assert_eq!(replies(&mut firm, None).len(), 1);
}

fn say(
    connection: &mut Connection,
    store: &mut Store,
    message: ClientMessage,
) -> Vec<ServerMessage> {
    let mut entropy = Counter(7);
    let mut cx = Cx { now: START, entropy: &mut entropy, origin: ORIGIN, bootstrap: None };
    connection.handle(store, &mut cx, message).replies
}

#[test]
fn an_account_is_shut_out_while_frozen_and_for_good_when_removed() {
    let (mut firm, mori, _) = shared_note();
    let identity = Identity::Device(mori.device());
    let comes_in = |firm: &mut Firm| {
        let (connection, _) = log_in(&mut firm.store, START, None, identity, &mori.key);
        connection.who().is_some()
    };

    by_admin(&mut firm, &freeze(&mori, true));
    assert!(!comes_in(&mut firm));
    let pull = ClientMessage::PullWraps { after: 0 };
    assert_eq!(reason(&firm.reply(mori.who(), pull)), Reason::AccountClosed);
    by_admin(&mut firm, &freeze(&mori, false));
    assert!(comes_in(&mut firm));
    by_admin(&mut firm, &remove(&mori));
    assert!(!comes_in(&mut firm));
    firm.store.rebuild().unwrap();
    assert!(!comes_in(&mut firm));
}

#[test]
fn those_who_are_shut_out_hear_it_and_are_cut_off() {
    let (mut firm, mori, _) = shared_note();
    for body in [freeze(&mori, true), freeze(&mori, false), remove(&mori)] {
        let entry = firm.admin.org_entry(firm.head, &body);
        let answer = firm.say(firm.admin.who(), append(&entry));
        let is_end = body != freeze(&mori, false);
        let ended = &answer.notices.ended;
        assert_eq!(ended.len(), usize::from(is_end), "{body:?}");
        assert!(ended.iter().all(|it| it.account == mori.account && it.device.is_none()));
        firm.head = Head { length: entry.index() + 1, hash: entry.hash() };
    }
}

#[test]
fn nothing_is_written_between_a_removal_and_the_next_epoch() {
    let (mut firm, mori, head) = shared_note();
    let chain = firm.sato.chain(NOTE, 2);
    firm.say(firm.sato.who(), push(&chain[..1]));
    by_admin(&mut firm, &remove(&mori));

    let stored = acks(firm.reply(firm.sato.who(), push(&chain[..1])));
    let early = acks(firm.reply(firm.sato.who(), push(&chain[1..])));
    assert_eq!(stored, [Ack::Duplicate(Number(1))]);
    assert_eq!(early, refused(Reason::RotationDue));

    let entry = firm.sato.judged_entry(firm.head, NOTE, head, &rotate(1, vec![]));
    firm.document_appended(firm.sato.who(), &entry);
    let old = acks(firm.reply(firm.sato.who(), push(&chain[1..])));
    assert_eq!(old, [Ack::Refused(Refusal::stale_epoch(Epoch(1)))]);
}

#[test]
fn a_cut_reaches_the_last_envelope_that_is_stored() {
    let (mut firm, mori, head) = shared_note();
    let chain = mori.chain(NOTE, 2);
    firm.say(mori.who(), push(&chain));
    let cut = |seq: u64, envelope| Cut { device: mori.device(), seq: Seq(seq), envelope };
    let last = chain[1].id();
    let account = mori.account;
    let check = |firm: &mut Firm, cuts: Vec<Cut>| {
        let body = DocumentBody::Revoke(Revoke { account, cuts });
        let entry = firm.sato.judged_entry(firm.head, NOTE, head, &body);
        firm.reply(firm.sato.who(), append(&entry))
    };

    for cuts in [vec![], vec![cut(1, chain[0].id())], vec![cut(2, EnvelopeId::new([1; 32]))]] {
        assert_eq!(reason(&check(&mut firm, cuts)), Reason::CutBehind);
    }
    assert!(matches!(check(&mut firm, vec![cut(2, last)]), ServerMessage::Appended { .. }));
}

#[test]
fn who_lost_access_reads_nothing_more() {
    let (mut firm, mori, head) = shared_note();
    let body = DocumentBody::Revoke(Revoke { account: mori.account, cuts: vec![] });
    let entry = firm.sato.judged_entry(firm.head, NOTE, head, &body);
    firm.document_appended(firm.sato.who(), &entry);

    let pull =
        ClientMessage::Pull { document: NOTE, after: Number(0), at_snapshot: None, unfit: None };
    let asked = firm.reply(mori.who(), pull);
    let pushed = acks(firm.reply(mori.who(), push(&mori.chain(NOTE, 1))));

    assert_eq!(reason(&asked), Reason::UnknownDocument);
    assert_eq!(pushed, refused(Reason::UnknownDocument));
}
