use shared::{
    Blob,
    id::{DocumentId, EnvelopeId, Epoch, Number, Seq},
    limit::{BATCH_ENVELOPES_MAX, ENVELOPE_BYTES_MAX},
    log::{document::Access, org::Role},
    refusal::{Reason, Refusal},
    sync::{Ack, ClientMessage, ServerMessage},
};

use super::{acks, reason};
use crate::service::{
    Who,
    fixture::{Firm, Person, push},
};

const NOTE: DocumentId = DocumentId::new([0xD0; 16]);

fn firm_with_note() -> Firm {
    let mut firm = Firm::new();
    let entry = firm.sato.create(NOTE);
    firm.document_appended(firm.sato.who(), &entry);
    firm
}

fn refused(reason: Reason) -> Ack {
    Ack::Refused(Refusal::new(reason))
}

#[test]
fn edits_are_numbered_in_the_order_of_their_chain() {
    let mut firm = firm_with_note();
    let chain = firm.sato.chain(NOTE, 3);

    let first = acks(firm.reply(firm.sato.who(), push(&chain[..1])));
    let later = acks(firm.reply(firm.sato.who(), push(&chain[1..])));

    assert_eq!(first, [Ack::Stored(Number(1))]);
    assert_eq!(later, [Ack::Stored(Number(2)), Ack::Stored(Number(3))]);
}

#[test]
fn what_is_sent_again_keeps_its_number() {
    let mut firm = firm_with_note();
    let chain = firm.sato.chain(NOTE, 5);
    firm.say(firm.sato.who(), push(&chain[..2]));
    firm.say(firm.sato.who(), push(&chain[2..]));

    let again = acks(firm.reply(firm.sato.who(), push(&chain)));

    let expected: Vec<_> = (1..=5).map(|number| Ack::Duplicate(Number(number))).collect();
    assert_eq!(again, expected);
}

#[test]
fn the_same_push_may_hold_an_envelope_twice() {
    let mut firm = firm_with_note();
    let chain = firm.sato.chain(NOTE, 2);
    let twice = [chain[0].clone(), chain[1].clone(), chain[0].clone()];

    let answered = acks(firm.reply(firm.sato.who(), push(&twice)));

    let expected = [Ack::Stored(Number(1)), Ack::Stored(Number(2)), Ack::Duplicate(Number(1))];
    assert_eq!(answered, expected);
}

#[test]
fn a_device_that_exists_twice_is_told() {
    let mut firm = firm_with_note();
    let chain = firm.sato.chain(NOTE, 2);
    firm.say(firm.sato.who(), push(&chain));
    let newest = firm.sato.envelope(NOTE, 2, chain[0].id(), "other");
    let older = firm.sato.envelope(NOTE, 1, EnvelopeId::NONE, "other");
    let forked = firm.sato.envelope(NOTE, 3, newest.id(), "after the other");

    for envelope in [newest, older, forked] {
        let answered = acks(firm.reply(firm.sato.who(), push(&[envelope])));
        assert_eq!(answered, [refused(Reason::Equivocation)]);
    }
}

#[test]
fn a_gap_is_answered_with_what_is_missing() {
    let mut firm = firm_with_note();
    let chain = firm.sato.chain(NOTE, 3);
    firm.say(firm.sato.who(), push(&chain[..1]));

    let answered = acks(firm.reply(firm.sato.who(), push(&chain[2..])));

    assert_eq!(answered, [Ack::Refused(Refusal::sequence_gap(Seq(2)))]);
}

#[test]
fn nobody_writes_in_anothers_name_and_members_bring_back_what_is_anothers() {
    let mut firm = firm_with_note();
    let ito = Person::new(3);
    firm.enrol(&ito, Role::Supervisor);
    let head = firm.store.begin_tx().unwrap().document(NOTE).unwrap().unwrap().log.head();
    let share = firm.sato.share(NOTE, head, &ito, Access::Reader);
    firm.document_appended(firm.sato.who(), &share);
    let of_sato = firm.sato.chain(NOTE, 1);
    let mut bytes = of_sato[0].as_bytes().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    let whole = || Blob(of_sato[0].as_bytes().to_vec());
    let bring = |bytes| ClientMessage::BringBack { envelopes: vec![bytes] };

    let pushed = acks(firm.reply(ito.who(), push(&of_sato)));
    let by_stranger = acks(firm.reply(firm.admin.who(), bring(whole())));
    let forged = acks(firm.reply(ito.who(), bring(Blob(bytes))));
    let brought = acks(firm.reply(ito.who(), bring(whole())));
    let again = acks(firm.reply(ito.who(), bring(whole())));

    assert_eq!(pushed, [refused(Reason::NotYourDevice)]);
    assert_eq!(by_stranger, [refused(Reason::UnknownDocument)]);
    assert_eq!(forged, [refused(Reason::WrongSignature)]);
    assert_eq!(brought, [Ack::Stored(Number(1))]);
    assert_eq!(again, [Ack::Duplicate(Number(1))]);
}

#[test]
fn a_strangers_document_and_no_document_look_the_same() {
    let mut firm = firm_with_note();
    let strange = firm.admin.chain(NOTE, 1);
    let missing = firm.admin.chain(DocumentId::new([0; 16]), 1);

    let strange = acks(firm.reply(firm.admin.who(), push(&strange)));
    let missing = acks(firm.reply(firm.admin.who(), push(&missing)));

    assert_eq!(strange, [refused(Reason::UnknownDocument)]);
    assert_eq!(missing, strange);
}

#[test]
fn a_reader_does_not_write() {
    let mut firm = firm_with_note();
    let ito = Person::new(3);
    firm.enrol(&ito, Role::Supervisor);
    let head = firm.store.begin_tx().unwrap().document(NOTE).unwrap().unwrap().log.head();
    let share = firm.sato.share(NOTE, head, &ito, Access::Reader);
    let head = firm.document_appended(firm.sato.who(), &share);

    let as_reader = acks(firm.reply(ito.who(), push(&ito.chain(NOTE, 1))));
    let promote = firm.sato.share(NOTE, head, &ito, Access::Writer);
    firm.document_appended(firm.sato.who(), &promote);
    let as_writer = acks(firm.reply(ito.who(), push(&ito.chain(NOTE, 1))));

    assert_eq!(as_reader, [refused(Reason::ReadOnly)]);
    assert_eq!(as_writer, [Ack::Stored(Number(1))]);
}

#[test]
fn a_wrong_epoch_is_answered_with_the_one_in_force() {
    let mut firm = firm_with_note();
    let first = firm.sato.envelope(NOTE, 1, EnvelopeId::NONE, "edit");
    let header = shared::envelope::Header { epoch: Epoch(1), ..first.header().clone() };
    let early = firm.sato.seal(header, "edit");

    let answered = acks(firm.reply(firm.sato.who(), push(&[early])));

    assert_eq!(answered, [Ack::Refused(Refusal::stale_epoch(Epoch::FIRST))]);
}

#[test]
fn what_is_no_envelope_is_said_to_be_none() {
    let mut firm = firm_with_note();
    let mut newer = firm.sato.chain(NOTE, 1)[0].as_bytes().to_vec();
    newer[0] = 99;
    let envelopes = vec![Blob(vec![1, 2, 3]), Blob(vec![0; ENVELOPE_BYTES_MAX + 1]), Blob(newer)];

    let answered = acks(firm.reply(firm.sato.who(), ClientMessage::Push { envelopes }));

    let expected =
        [Reason::Malformed, Reason::Oversize, Reason::UnknownVersion].map(refused).to_vec();
    assert_eq!(answered, expected);
}

#[test]
fn a_push_has_at_most_as_many_envelopes_as_it_may() {
    let mut firm = firm_with_note();
    let chain = firm.sato.chain(NOTE, u64::try_from(BATCH_ENVELOPES_MAX).unwrap() + 1);

    let over = acks(firm.reply(firm.sato.who(), push(&chain)));
    let full = acks(firm.reply(firm.sato.who(), push(&chain[..BATCH_ENVELOPES_MAX])));

    assert!(over.iter().all(|ack| *ack == refused(Reason::Oversize)));
    assert!(full.iter().all(|ack| matches!(ack, Ack::Stored(_))));
}

#[test]
fn only_devices_push() {
    let mut firm = firm_with_note();
    let chain = firm.sato.chain(NOTE, 1);

    let answered = firm.reply(Who::Bootstrap, push(&chain));

    assert_eq!(reason(&answered), Reason::NotLoggedIn);
}

#[test]
fn one_bad_envelope_does_not_keep_the_others_out() {
    let mut firm = firm_with_note();
    let good = firm.sato.chain(NOTE, 1);
    let bad = firm.admin.chain(NOTE, 1);
    let both = [bad[0].clone(), good[0].clone()];

    let answer = firm.say(firm.sato.who(), push(&both));

    assert_eq!(answer.notices.runs.len(), 1);
    let ServerMessage::Acks { acks } = &answer.replies[0] else { panic!() };
    assert_eq!(acks[0], (bad[0].id(), refused(Reason::NotYourDevice)));
    assert_eq!(acks[1], (good[0].id(), Ack::Stored(Number(1))));
}
