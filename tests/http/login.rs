//! Logging in, and failing to.

use axum::http::StatusCode;
use shared::{
    id::DeviceId,
    refusal::Reason,
    sync::{ClientMessage, Identity, ServerMessage},
    version::PROTOCOL,
};

use crate::{
    cast::{ADMIN, CONSULTANT, DAY_MS, EMPLOYEE, key},
    site::{BOOTSTRAP, ORIGIN, Site},
};

#[tokio::test]
async fn a_device_logs_in_and_comes_back_with_its_token() {
    let (site, ..) = Site::staffed().await;
    let token = site.log_in_as(CONSULTANT).await;

    let reply = site.say(&token, ClientMessage::PullLog { document: None, from: 0 }).await;

    let ServerMessage::LogBatch { entries, more: false, .. } = reply.message() else {
        panic!("{reply:?}");
    };
    assert_eq!(entries.len(), 7);
}

#[tokio::test]
async fn nobody_is_served_without_a_login() {
    let (site, _, paper) = Site::staffed().await;
    for message in [
        ClientMessage::Subscribe,
        ClientMessage::PullLog { document: None, from: 0 },
        ClientMessage::Pull {
            document: paper.log.document(),
            after: shared::id::Number(0),
            at_snapshot: None,
            unfit: None,
        },
        ClientMessage::PullWraps { after: 0 },
        ClientMessage::Push { envelopes: Vec::new() },
        ClientMessage::PutWraps { wraps: Vec::new() },
    ] {
        let reply = site.say("", message.clone()).await;
        assert_eq!(reply.reason(), Reason::NotLoggedIn, "{message:?}");
    }
}

#[tokio::test]
async fn an_unknown_device_is_unknown() {
    let (site, ..) = Site::staffed().await;
    let stranger = key(0x99);
    let identity = Identity::Device(DeviceId::derive(&stranger.verify_key()));

    assert_eq!(site.try_log_in(identity, &stranger).await.reason(), Reason::UnknownDevice);
}

#[tokio::test]
async fn a_wrong_key_does_not_log_in() {
    let (site, ..) = Site::staffed().await;
    let identity = Identity::Device(CONSULTANT.device());

    let reply = site.try_log_in(identity, &EMPLOYEE.device_key()).await;

    assert_eq!(reply.reason(), Reason::WrongSignature);
}

#[tokio::test]
async fn a_login_for_another_origin_does_not_hold_here() {
    let (site, ..) = Site::staffed().await;
    let identity = Identity::Device(CONSULTANT.device());
    for origin in ["https://evil.example", "http://mendan.example", ""] {
        let challenge = site.say_hello(identity).await;
        let reply = site.answer(identity, &challenge, origin, &CONSULTANT.device_key()).await;
        assert_eq!(reply.reason(), Reason::WrongSignature, "{origin}");
    }
}

#[tokio::test]
async fn a_challenge_is_answered_once_in_time_and_by_whom_it_was_given_to() {
    let (site, ..) = Site::staffed().await;
    let identity = Identity::Device(CONSULTANT.device());
    let key = CONSULTANT.device_key();

    let challenge = site.say_hello(identity).await;
    let first = site.answer(identity, &challenge, ORIGIN, &key).await;
    assert!(matches!(first.message(), ServerMessage::Ready { .. }));
    let again = site.answer(identity, &challenge, ORIGIN, &key).await;
    assert_eq!((again.status, again.reason()), (StatusCode::UNAUTHORIZED, Reason::NotLoggedIn));

    let late = site.say_hello(identity).await;
    site.wait_ms(60_000);
    let late = site.answer(identity, &late, ORIGIN, &key).await;
    assert_eq!(late.reason(), Reason::NotLoggedIn);

    let one = site.say_hello(identity).await;
    let other = site.say_hello(identity).await;
    let crossed = site.answer(identity, &(one.0, other.1), ORIGIN, &key).await;
    assert_eq!(crossed.reason(), Reason::WrongSignature);
}

#[tokio::test]
async fn a_token_ends() {
    let (site, ..) = Site::staffed().await;
    let token = site.log_in_as(CONSULTANT).await;
    site.wait_ms(DAY_MS);

    let reply = site.say(&token, ClientMessage::PullWraps { after: 0 }).await;

    assert_eq!((reply.status, reply.reason()), (StatusCode::UNAUTHORIZED, Reason::NotLoggedIn));
    for made_up in ["A", "", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "=", "%00"] {
        let bearer = format!("Bearer {made_up}");
        let body = ClientMessage::to_body(&[ClientMessage::PullWraps { after: 0 }]);
        let reply = site.post(&[("authorization", &bearer)], body).await;
        assert_eq!(reply.reason(), Reason::NotLoggedIn, "{made_up}");
    }
}

#[tokio::test]
async fn a_wrong_invitation_is_unknown_and_an_old_one_too_old() {
    let (site, ..) = Site::staffed().await;
    let made_up = key(0x98);
    let grant = Identity::Grant(made_up.verify_key());
    assert_eq!(site.try_log_in(grant, &made_up).await.reason(), Reason::UnknownGrant);

    let invited = key(CONSULTANT.0 + 2);
    let grant = Identity::Grant(invited.verify_key());
    assert_eq!(site.try_log_in(grant, &made_up).await.reason(), Reason::WrongSignature);

    site.wait_ms(2 * DAY_MS);
    assert_eq!(site.try_log_in(grant, &invited).await.reason(), Reason::GrantExpired);
}

#[tokio::test]
async fn a_wrong_bootstrap_link_makes_no_firm() {
    let site = Site::empty();

    let wrong = site.try_log_in(Identity::Bootstrap, &key(0x97)).await;
    let right = site.try_log_in(Identity::Bootstrap, &key(BOOTSTRAP)).await;

    assert_eq!((wrong.status, wrong.reason()), (StatusCode::OK, Reason::WrongBootstrap));
    assert!(matches!(right.message(), ServerMessage::Ready { org_length: 0, .. }));
}

#[tokio::test]
async fn another_version_is_not_spoken() {
    let site = Site::empty();
    for version in [0, PROTOCOL + 1, u8::MAX] {
        let (identity, nonce) = (Identity::Bootstrap, [0; 32]);
        let reply = site.say("", ClientMessage::Hello { version, identity, nonce }).await;
        assert_eq!(reply.reason(), Reason::UnknownVersion);
    }
}

#[tokio::test]
async fn a_page_of_somebody_else_cannot_use_the_server() {
    let (site, ..) = Site::staffed().await;
    let body = ClientMessage::to_body(&[ClientMessage::Ping]);
    for origin in ["https://evil.example", "null", "https://mendan.example.evil.example"] {
        let request = axum::http::Request::post("/v1/sync").header("origin", origin);
        let reply = site.send(request.body(body.clone().into()).unwrap()).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{origin}");
        assert!(reply.body.is_empty());
    }
}

#[tokio::test]
async fn who_guesses_waits() {
    let (site, ..) = Site::staffed().await;
    let identity = Identity::Device(ADMIN.device());
    for _ in 0..100 {
        let reply = site.try_log_in(identity, &key(0x96)).await;
        assert_eq!(reply.reason(), Reason::WrongSignature);
    }

    let waiting = site.try_log_in(identity, &ADMIN.device_key()).await;
    assert_eq!(waiting.reason(), Reason::TooManyRequests);

    site.wait_ms(DAY_MS);
    let later = site.try_log_in(identity, &ADMIN.device_key()).await;
    assert!(matches!(later.message(), ServerMessage::Ready { .. }));
}
