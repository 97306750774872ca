//! Bodies that are too large, broken, or too many.

use axum::http::StatusCode;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use shared::{
    Blob,
    limit::{BATCH_ENVELOPES_MAX, ENVELOPE_BYTES_MAX, MESSAGE_BYTES_MAX},
    refusal::Reason,
    sync::{Ack, ClientMessage, ServerMessage},
};

use crate::{
    cast::{CONSULTANT, envelope},
    site::Site,
};

#[tokio::test]
async fn the_largest_body_is_read_and_one_byte_more_is_not() {
    let site = Site::empty();
    let sized = |bytes: usize| {
        let push = ClientMessage::Push { envelopes: vec![Blob(vec![0; bytes])] };
        ClientMessage::to_body(&[push])
    };
    let overhead = sized(MESSAGE_BYTES_MAX / 2).len() - MESSAGE_BYTES_MAX / 2;

    let largest = site.post(&[], sized(MESSAGE_BYTES_MAX - overhead)).await;
    let longer = site.post(&[], sized(MESSAGE_BYTES_MAX - overhead + 1)).await;

    assert_eq!((largest.status, largest.reason()), (StatusCode::OK, Reason::NotLoggedIn));
    assert_eq!((longer.status, longer.reason()), (StatusCode::PAYLOAD_TOO_LARGE, Reason::Oversize));
    assert_eq!(longer.header("mendan-code"), "E0102");
}

#[tokio::test]
async fn a_body_has_so_many_messages_and_no_more() {
    let site = Site::empty();
    let pings = |count| ClientMessage::to_body(&vec![ClientMessage::Ping; count]);

    let most = site.post(&[], pings(BATCH_ENVELOPES_MAX)).await;
    let more = site.post(&[], pings(BATCH_ENVELOPES_MAX + 1)).await;

    assert_eq!(most.messages().len(), BATCH_ENVELOPES_MAX);
    assert_eq!(more.reason(), Reason::Oversize);
}

#[tokio::test]
async fn a_push_has_so_many_envelopes_and_no_more() {
    let (site, ..) = Site::staffed().await;
    let token = site.log_in_as(CONSULTANT).await;
    for (count, expected) in
        [(BATCH_ENVELOPES_MAX, Reason::Malformed), (BATCH_ENVELOPES_MAX + 1, Reason::Oversize)]
    {
        let envelopes = vec![Blob(vec![1]); count];
        let reply = site.say(&token, ClientMessage::Push { envelopes }).await;

        let ServerMessage::Acks { acks } = reply.message() else { panic!("{reply:?}") };
        assert_eq!(acks.len(), count);
        for (_, ack) in acks {
            assert!(matches!(ack, Ack::Refused(it) if it.reason() == expected), "{ack:?}");
        }
    }
}

#[tokio::test]
async fn a_broken_body_is_malformed_and_nothing_worse() {
    let site = Site::empty();
    let ping = ClientMessage::to_body(&[ClientMessage::Ping]);
    for body in [
        Vec::new(),
        vec![0],
        b"{\"json\": true}".to_vec(),
        b"<html>".to_vec(),
        [ping.as_slice(), &[0]].concat(),
        ping[..ping.len() - 1].to_vec(),
        vec![0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        vec![0x81; 100_000],
        ClientMessage::Ping.to_bytes(),
    ] {
        let reply = site.post(&[], body).await;
        assert_eq!((reply.status, reply.reason()), (StatusCode::BAD_REQUEST, Reason::Malformed));
    }
}

#[tokio::test]
async fn a_broken_envelope_is_refused_by_its_own_id_and_the_others_are_not() {
    let (site, ..) = Site::staffed().await;
    let token = site.log_in_as(CONSULTANT).await;
    let good = crate::refusal::first_envelope();
    let mut version = good.clone();
    version[0] = 9;
    let oversize = vec![1; ENVELOPE_BYTES_MAX + 1];
    let envelopes = [&good[..40], &version, &oversize, &good].map(|it| Blob(it.to_vec()));

    let reply = site.say(&token, ClientMessage::Push { envelopes: envelopes.to_vec() }).await;

    let ServerMessage::Acks { acks } = reply.message() else { panic!("{reply:?}") };
    let reasons: Vec<_> = acks
        .iter()
        .map(|(_, ack)| match ack {
            Ack::Refused(refusal) => Some(refusal.reason()),
            Ack::Stored(_) | Ack::Duplicate(_) => None,
        })
        .collect();
    let (malformed, newer) = (Some(Reason::Malformed), Some(Reason::UnknownVersion));
    assert_eq!(reasons, [malformed, newer, Some(Reason::Oversize), None]);
    for ((id, _), Blob(bytes)) in acks.iter().zip(&envelopes) {
        assert_eq!(*id.as_bytes(), shared::hash::sha256(&[bytes]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_body_and_no_header_breaks_the_server() {
    let (site, ..) = Site::staffed().await;
    let token = site.log_in_as(CONSULTANT).await;
    let whole = ClientMessage::to_body(&[
        ClientMessage::Push { envelopes: vec![Blob(envelope(64))] },
        ClientMessage::PutWraps { wraps: Vec::new() },
        ClientMessage::PullLog { document: None, from: 0 },
    ]);
    let runtime = tokio::runtime::Handle::current();
    let case = (
        prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        prop::collection::vec(any::<u8>(), 0..64),
        "[ -~]{0,60}",
        any::<bool>(),
    );
    let attack = move || {
        TestRunner::new(Config::with_cases(1_500)).run(&case, |(damage, tail, odd, knows_token)| {
            let mut body = whole.clone();
            for (at, byte) in damage {
                let at = at.index(body.len());
                body[at] = byte;
            }
            body.extend(tail);
            let bearer = if knows_token { format!("Bearer {token}") } else { odd.clone() };
            let headers = [("authorization", bearer.as_str()), ("mendan-login", odd.as_str())];
            let headers = if knows_token { &headers[..1] } else { &headers[..] };
            let reply = runtime.block_on(site.post(headers, body));
            prop_assert!(!reply.status.is_server_error(), "{:?}", reply);
            Ok(())
        })
    };

    tokio::task::spawn_blocking(attack).await.unwrap().unwrap();
}
