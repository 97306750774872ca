use shared::{
    Blob,
    id::EntryHash,
    log::{
        Author, Entry, LogId, Place,
        org::{DeviceAdd, DeviceRevoke, Enrols, KEM_KEY_BYTES, OrgBody, RecoverySet, Role},
    },
    refusal::Reason,
    sync::{ClientMessage, Identity, ServerMessage, Wrap, WrapTo},
};

use super::reason;
use crate::service::{
    Who,
    fixture::{FIRM, Firm, Person, START, append, append_with, genesis, key, log_in},
};

const YEAR_MS: u64 = 366 * 24 * 60 * 60 * 1000;

fn genesis_hash(firm: &Firm) -> EntryHash {
    genesis(&firm.admin).hash()
}

/// What Sato says of a kit whose key has this number.
fn set(firm: &Firm, number: u8) -> RecoverySet {
    let kem = vec![number; KEM_KEY_BYTES];
    RecoverySet::make(genesis_hash(firm), firm.sato.account, &key(number), kem)
}

fn wrap_to(firm: &Firm, set: &RecoverySet, byte: u8) -> Wrap {
    let to = WrapTo::Device { account: firm.sato.account, device: set.id() };
    Wrap { to, sealed: Blob(vec![byte; 64]) }
}

/// Sato makes a kit, with her seeds sealed to it.
fn made(firm: &mut Firm, number: u8) -> u64 {
    let set = set(firm, number);
    let wraps = vec![wrap_to(firm, &set, number)];
    let entry = firm.sato.org_entry(firm.head, &OrgBody::RecoverySet(set));
    let reply = firm.reply(firm.sato.who(), append_with(&entry, wraps));
    let ServerMessage::Appended { head, .. } = reply else { panic!("{reply:?}") };
    firm.head = head;
    entry.index()
}

fn back(firm: &Firm, index: u64, number: u8, device: &Person) -> Entry {
    let body =
        OrgBody::DeviceAdd(DeviceAdd { account: device.account, device: device.device_keys() });
    let place = Place {
        log: LogId::Org(FIRM),
        head: firm.head,
        at: START,
        author: Author::Grant(index),
        org: None,
    };
    body.sign(place, &key(number))
}

fn tablet(firm: &Firm) -> Person {
    Person { account: firm.sato.account, key: key(30), number: 30 }
}

fn sealed(firm: &mut Firm, who: Who) -> Vec<Blob> {
    let reply = firm.reply(who, ClientMessage::PullWraps { after: 0 });
    let ServerMessage::Wraps { wraps, .. } = reply else { panic!("{reply:?}") };
    wraps.into_iter().map(|it| it.sealed).collect()
}

#[test]
fn a_kit_logs_in_after_years_and_adds_a_device_which_fetches_what_is_sealed() {
    let mut firm = Firm::new();
    let index = made(&mut firm, 60);
    firm.now = START.plus_ms(30 * YEAR_MS);
    firm.store.rebuild().unwrap();
    let identity = Identity::Grant(key(60).verify_key());

    let (guest, _) = log_in(&mut firm.store, firm.now, None, identity, &key(60));
    let who = guest.who().unwrap();
    let tablet = tablet(&firm);
    let entry = back(&firm, index, 60, &tablet);
    firm.org_appended(who, &entry);

    assert_eq!(sealed(&mut firm, tablet.who()), [Blob(vec![60; 64])]);
    // The kit itself may fetch nothing but the log.
    let pull = ClientMessage::PullWraps { after: 0 };
    assert_eq!(reason(&firm.reply(who, pull)), Reason::NotLoggedIn);
}

#[test]
fn nobody_elses_wrap_reaches_a_kit_and_no_kits_reaches_anybody_else() {
    let mut firm = Firm::new();
    let mori = Person::new(3);
    firm.enrol(&mori, Role::Consultant);
    made(&mut firm, 60);
    let kit = set(&firm, 60);

    let foreign = ClientMessage::PutWraps { wraps: vec![wrap_to(&firm, &kit, 7)] };
    assert_eq!(reason(&firm.reply(mori.who(), foreign.clone())), Reason::EntryRefused);
    assert!(matches!(firm.reply(firm.sato.who(), foreign), ServerMessage::Event(_)));
    assert_eq!(sealed(&mut firm, mori.who()), []);
    let sato = firm.sato.who();
    assert_eq!(sealed(&mut firm, sato).len(), 2);

    // A kit that is not in force gets nothing.
    made(&mut firm, 61);
    let late = ClientMessage::PutWraps { wraps: vec![wrap_to(&firm, &kit, 8)] };
    assert_eq!(reason(&firm.reply(firm.sato.who(), late)), Reason::EntryRefused);
}

#[test]
fn an_admin_cannot_name_a_kit_for_anybody_else() {
    let mut firm = Firm::new();
    let set = set(&firm, 60);
    let wraps = vec![wrap_to(&firm, &set, 1)];
    let entry = firm.admin.org_entry(firm.head, &OrgBody::RecoverySet(set));

    assert_eq!(reason(&firm.reply(firm.admin.who(), append(&entry))), Reason::EntryRefused);
    let reply = firm.reply(firm.admin.who(), append_with(&entry, wraps));
    assert_eq!(reason(&reply), Reason::EntryRefused);
}

#[test]
fn a_kit_that_was_replaced_or_ended_adds_nothing() {
    let mut firm = Firm::new();
    let old = made(&mut firm, 60);
    let new = made(&mut firm, 61);
    let tablet = tablet(&firm);
    let who = |number| Who::Grant(key(number).verify_key());

    let entry = back(&firm, old, 60, &tablet);
    assert_eq!(reason(&firm.reply(who(60), append(&entry))), Reason::GrantSpent);
    // Nor does one key sign as another.
    let entry = back(&firm, new, 60, &tablet);
    assert_eq!(reason(&firm.reply(who(60), append(&entry))), Reason::UnknownGrant);

    let grant = firm.grant(20, Enrols::Device(firm.sato.account), 1);
    let phone = Person { account: firm.sato.account, key: key(31), number: 31 };
    let entry = firm.link(&phone, grant, 20);
    firm.org_appended(who(20), &entry);
    let device = firm.sato.device();
    let revoke = phone.org_entry(firm.head, &OrgBody::DeviceRevoke(DeviceRevoke { device }));
    firm.org_appended(phone.who(), &revoke);
    let entry = back(&firm, new, 61, &tablet);
    assert_eq!(reason(&firm.reply(who(61), append(&entry))), Reason::EntryRefused);
}
