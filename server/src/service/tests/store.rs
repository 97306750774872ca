use shared::{
    id::{DocumentId, Number},
    sync::{Ack, ClientMessage},
};

use super::acks;
use crate::{
    service::{
        Parcel,
        fixture::{Counter, Firm, append, push},
        push as push_service,
    },
    store::{ReadStore, Store},
};

const NOTE: DocumentId = DocumentId::new([0xD0; 16]);
const CARD: DocumentId = DocumentId::new([0xD1; 16]);

#[test]
fn a_restart_forgets_nothing() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("mendan.sqlite");
    let mut firm = Firm::in_store(Store::open(&path, &mut Counter(0)).unwrap());
    firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
    let chain = firm.sato.chain(NOTE, 6);
    firm.say(firm.sato.who(), push(&chain[..3]));
    let epoch = firm.store.epoch();
    firm.store.close().unwrap();

    // Other entropy: the epoch must come from the database.
    firm.store = Store::open(&path, &mut Counter(100)).unwrap();
    let answered = acks(firm.reply(firm.sato.who(), push(&chain)));

    assert_eq!(firm.store.epoch(), epoch);
    let numbers = [
        Ack::Duplicate(Number(1)),
        Ack::Duplicate(Number(2)),
        Ack::Duplicate(Number(3)),
        Ack::Stored(Number(4)),
        Ack::Stored(Number(5)),
        Ack::Stored(Number(6)),
    ];
    assert_eq!(answered, numbers);
}

#[test]
fn readers_see_what_is_committed_and_no_more() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("mendan.sqlite");
    let mut firm = Firm::in_store(Store::open(&path, &mut Counter(0)).unwrap());
    firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
    let reading = ReadStore::open(&path).unwrap();
    let who = firm.sato.who();
    let parcels: Vec<_> = firm
        .sato
        .chain(NOTE, 2)
        .iter()
        .map(|envelope| Parcel::parse(shared::Blob(envelope.as_bytes().to_vec())))
        .collect();

    let mut tx = firm.store.begin_tx().unwrap();
    push_service(&mut tx, who, &parcels).unwrap();
    let before = reading.reader().envelopes(NOTE, Number(0)).unwrap().items.len();
    tx.commit().unwrap();
    let after = reading.reader().envelopes(NOTE, Number(0)).unwrap().items.len();

    assert_eq!((before, after), (0, 2));
}

#[test]
fn a_transaction_that_is_dropped_has_never_been() {
    let mut firm = Firm::new();
    firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
    let who = firm.sato.who();
    let chain = firm.sato.chain(NOTE, 2);
    let parcels: Vec<_> = chain
        .iter()
        .map(|envelope| Parcel::parse(shared::Blob(envelope.as_bytes().to_vec())))
        .collect();
    let grant_head = firm.head;

    let mut tx = firm.store.begin_tx().unwrap();
    push_service(&mut tx, who, &parcels).unwrap();
    let create = crate::service::Write::Append {
        entry: shared::Blob(firm.sato.create(CARD).as_bytes().to_vec()),
        wraps: Vec::new(),
    };
    crate::service::write(&mut tx, firm.now, who, &create).unwrap();
    drop(tx);

    assert_eq!(acks(firm.reply(who, push(&chain))).first(), Some(&Ack::Stored(Number(1))));
    firm.document_appended(who, &firm.sato.create(CARD));
    assert_eq!(firm.store.begin_tx().unwrap().org().unwrap().head(), grant_head);
}

#[test]
fn derived_rows_can_be_made_again() {
    let mut firm = Firm::new();
    firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
    firm.grant(20, shared::log::org::Enrols::Account(shared::log::org::Role::Employee), 1);
    let read = |firm: &Firm| {
        let reader = firm.store.reader();
        (
            reader.device(firm.sato.device()).unwrap(),
            reader.access(firm.sato.account, NOTE).unwrap(),
            reader.enrolment_end(&crate::service::fixture::key(20).verify_key()).unwrap(),
        )
    };
    let before = read(&firm);

    firm.store.rebuild().unwrap();

    assert_eq!(read(&firm), before);
    assert!(before.0.is_some() && before.1.is_some() && before.2.is_some());
}

#[test]
fn a_copy_holds_what_the_original_holds() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("copy.sqlite");
    let mut firm = Firm::new();
    firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
    let chain = firm.sato.chain(NOTE, 2);
    firm.say(firm.sato.who(), push(&chain));

    firm.store.write_copy(&path).unwrap();
    firm.store = Store::open(&path, &mut Counter(100)).unwrap();

    let pulled = firm.reply(
        firm.sato.who(),
        ClientMessage::Pull { document: NOTE, after: Number(0), at_snapshot: None, unfit: None },
    );
    assert!(matches!(
        pulled,
        shared::sync::ServerMessage::Batch { envelopes, .. } if envelopes.len() == 2
    ));
    let create = append(&firm.sato.create(NOTE));
    assert!(matches!(
        firm.reply(firm.sato.who(), create),
        shared::sync::ServerMessage::Appended { .. }
    ));
}
