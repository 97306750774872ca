use shared::{
    id::DeviceId,
    log::org::{Enrols, Role},
    refusal::Reason,
    sync::{ClientMessage, Identity, ServerMessage},
};

use super::reason;
use crate::{
    machine::Entropy as _,
    service::{
        Connection, Cx, Who,
        bootstrap::BootstrapLink,
        fixture::{Counter, Firm, ORIGIN, START, auth, hello, key, log_in},
    },
};

#[test]
fn a_device_logs_in_with_its_key() {
    let mut firm = Firm::new();
    let identity = Identity::Device(firm.sato.device());

    let (connection, ready) = log_in(&mut firm.store, START, None, identity, &firm.sato.key);

    assert_eq!(connection.who(), Some(firm.sato.who()));
    let ServerMessage::Ready { server_epoch, org_length, wraps, token, .. } = ready else {
        panic!("{ready:?}")
    };
    assert_eq!((server_epoch, org_length, wraps), (firm.store.epoch(), 3, 0));
    assert_eq!(token, None);
}

#[test]
fn a_login_that_does_not_hold_opens_nothing() {
    let mut firm = Firm::new();
    let sato = Identity::Device(firm.sato.device());
    let nobody = Identity::Device(DeviceId::new([0; 16]));
    let stranger = Identity::Grant(key(99).verify_key());
    let cases = [
        (sato, Reason::WrongSignature),
        (nobody, Reason::UnknownDevice),
        (stranger, Reason::UnknownGrant),
        (Identity::Bootstrap, Reason::FirmExists),
    ];

    for (identity, expected) in cases {
        let (connection, reply) = log_in(&mut firm.store, START, None, identity, &key(77));
        assert_eq!(reason(&reply), expected);
        assert_eq!(connection.who(), None);
    }
}

#[test]
fn a_login_is_for_one_origin() {
    let mut firm = Firm::new();
    let identity = Identity::Device(firm.sato.device());
    let mut connection = Connection::new();
    let mut entropy = Counter(0);
    let mut cx = Cx {
        now: START,
        entropy: &mut entropy,
        origin: "https://elsewhere.example",
        bootstrap: None,
    };

    let challenge = connection.handle(&mut firm.store, &mut cx, hello(identity)).replies.remove(0);
    let auth = auth(&identity, &firm.sato.key, &challenge);
    let reply = connection.handle(&mut firm.store, &mut cx, auth).replies.remove(0);

    assert_ne!(ORIGIN, cx.origin);
    assert_eq!(reason(&reply), Reason::WrongSignature);
}

#[test]
fn a_challenge_is_answered_once() {
    let mut firm = Firm::new();
    let identity = Identity::Device(firm.sato.device());
    let mut connection = Connection::new();
    let mut entropy = Counter(0);
    let mut cx = Cx { now: START, entropy: &mut entropy, origin: ORIGIN, bootstrap: None };
    let challenge = connection.handle(&mut firm.store, &mut cx, hello(identity)).replies.remove(0);
    let wrong = auth(&identity, &key(77), &challenge);
    let right = auth(&identity, &firm.sato.key, &challenge);

    connection.handle(&mut firm.store, &mut cx, wrong);
    let reply = connection.handle(&mut firm.store, &mut cx, right).replies.remove(0);

    assert_eq!(reason(&reply), Reason::NotLoggedIn);
}

#[test]
fn nothing_but_a_login_is_taken_from_a_stranger() {
    let mut firm = Firm::new();
    let mut entropy = Counter(0);
    let mut cx = Cx { now: START, entropy: &mut entropy, origin: ORIGIN, bootstrap: None };
    let mut say =
        |message| Connection::new().handle(&mut firm.store, &mut cx, message).replies.remove(0);

    assert_eq!(reason(&say(ClientMessage::Subscribe)), Reason::NotLoggedIn);
    let pull = ClientMessage::PullLog { document: None, from: 0 };
    assert_eq!(reason(&say(pull)), Reason::NotLoggedIn);
    assert_eq!(say(ClientMessage::Ping), ServerMessage::Pong);
    let older = ClientMessage::Hello { version: 0, identity: Identity::Bootstrap, nonce: [0; 32] };
    assert_eq!(reason(&say(older)), Reason::UnknownVersion);
}

#[test]
fn an_invitation_logs_in_until_it_is_too_old() {
    let mut firm = Firm::new();
    firm.grant(20, Enrols::Account(Role::Employee), 1);
    let identity = Identity::Grant(key(20).verify_key());

    let (guest, _) = log_in(&mut firm.store, START.plus_ms(1_000), None, identity, &key(20));
    let (_, late) = log_in(&mut firm.store, START.plus_ms(1_001), None, identity, &key(20));

    assert_eq!(guest.who(), Some(Who::Grant(key(20).verify_key())));
    assert_eq!(reason(&late), Reason::GrantExpired);
}

#[test]
fn the_bootstrap_link_logs_in_whoever_holds_it() {
    let mut firm = Firm::new();
    let link = BootstrapLink::make(&mut Counter(9));
    let mut secret = [0; 32];
    Counter(9).fill(&mut secret);
    let holder = shared::sign::SigningKey::derive(&shared::secret::Secret::new(Box::new(secret)));
    let verify = link.verify_key();

    let (admin, _) = log_in(&mut firm.store, START, Some(&verify), Identity::Bootstrap, &holder);
    let (_, other) = log_in(&mut firm.store, START, Some(&verify), Identity::Bootstrap, &key(77));

    assert_eq!(admin.who(), Some(Who::Bootstrap));
    assert_eq!(reason(&other), Reason::WrongBootstrap);
    let text = link.url("https://mendan.example");
    assert!(text.starts_with("https://mendan.example/#bootstrap.CgoK"), "{text}");
}
