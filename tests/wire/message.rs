//! Sync messages: they survive their bytes, and nothing else is one.

use std::{collections::BTreeSet, sync::LazyLock};

use proptest::prelude::*;
use shared::{
    Blob,
    limit::MESSAGE_BYTES_MAX,
    log::{
        Entry,
        document::{DocumentBody, DocumentLog},
        org::{OrgBody, OrgLog},
    },
    sign::{Domain, Forged},
    sync::{ClientMessage, Identity, ServerMessage, login_message},
};

use crate::{
    cast::{CONSULTANT, Firm, Paper},
    sample::{client_kind, client_messages, identities, server_kind, server_messages},
};

#[test]
fn every_kind_of_message_has_a_sample() {
    let client: BTreeSet<_> = client_messages().iter().map(|(_, it)| client_kind(it)).collect();
    let server: BTreeSet<_> = server_messages().iter().map(|(_, it)| server_kind(it)).collect();

    assert_eq!(client, (0..=10).collect());
    assert_eq!(server, (0..=12).collect());
}

#[test]
fn messages_survive_their_bytes() {
    for (name, message) in client_messages() {
        assert_eq!(ClientMessage::parse(&message.to_bytes()), Some(message), "{name}");
    }
    for (name, message) in server_messages() {
        assert_eq!(ServerMessage::parse(&message.to_bytes()), Some(message), "{name}");
    }
}

#[test]
fn bodies_survive_their_bytes() {
    let up: Vec<_> = client_messages().into_iter().map(|(_, message)| message).collect();
    let down: Vec<_> = server_messages().into_iter().map(|(_, message)| message).collect();

    assert_eq!(ClientMessage::parse_body(&ClientMessage::to_body(&up)), Some(up));
    assert_eq!(ServerMessage::parse_body(&ServerMessage::to_body(&down)), Some(down));
    assert_eq!(ClientMessage::parse_body(&ClientMessage::to_body(&[])), Some(Vec::new()));
}

#[test]
fn a_message_cut_or_lengthened_is_none() {
    for (name, message) in client_messages() {
        let bytes = message.to_bytes();
        for end in 0..bytes.len() {
            assert_eq!(ClientMessage::parse(&bytes[..end]), None, "{name} at {end}");
        }
        assert_eq!(ClientMessage::parse(&[bytes.as_slice(), &[0]].concat()), None, "{name}");
    }
    for (name, message) in server_messages() {
        let bytes = message.to_bytes();
        for end in 0..bytes.len() {
            assert_eq!(ServerMessage::parse(&bytes[..end]), None, "{name} at {end}");
        }
        assert_eq!(ServerMessage::parse(&[bytes.as_slice(), &[0]].concat()), None, "{name}");
    }
}

#[test]
fn the_largest_message_is_admitted_and_one_byte_more_is_not() {
    let sized =
        |bytes: usize| ClientMessage::Push { envelopes: vec![Blob(vec![0; bytes])] }.to_bytes();
    let overhead = sized(MESSAGE_BYTES_MAX / 2).len() - MESSAGE_BYTES_MAX / 2;
    let largest = sized(MESSAGE_BYTES_MAX - overhead);

    assert_eq!(largest.len(), MESSAGE_BYTES_MAX);
    assert!(ClientMessage::parse(&largest).is_some());
    assert!(ClientMessage::parse(&sized(MESSAGE_BYTES_MAX - overhead + 1)).is_none());
    let body = |bytes: usize| [&[0x81], sized(bytes).as_slice()].concat();
    assert!(ClientMessage::parse_body(&body(MESSAGE_BYTES_MAX - overhead - 1)).is_some());
    assert!(ClientMessage::parse_body(&body(MESSAGE_BYTES_MAX - overhead)).is_none());
}

#[test]
fn a_length_that_lies_costs_nothing() {
    // Arrays, maps, byte strings and texts that claim up to 2^64 - 1 items and hold none.
    for major in [0x5B_u8, 0x7B, 0x9B, 0xBB] {
        for claimed in [u64::MAX, u64::MAX / 2, 1 << 40, 1 << 32, 1 << 20] {
            let lie = [&[major], claimed.to_be_bytes().as_slice()].concat();
            let push = [&[0x82, 0x06, 0x81], lie.as_slice()].concat();
            assert_eq!(ClientMessage::parse_body(&lie), None);
            assert_eq!(ClientMessage::parse(&lie), None);
            assert_eq!(ClientMessage::parse(&push), None);
            assert_eq!(ServerMessage::parse_body(&lie), None);
            assert!(Entry::parse(&lie).is_err());
        }
    }
}

#[test]
fn deep_nesting_is_refused_without_a_stack() {
    for opening in [0x81_u8, 0x9F, 0xA1, 0xBF, 0xC1] {
        let nested = vec![opening; MESSAGE_BYTES_MAX];
        assert_eq!(ClientMessage::parse(&nested), None);
        assert_eq!(ClientMessage::parse_body(&nested), None);
        // As the value of a field that this program does not know and must skip.
        let unknown = [&[0x82, 0x07, 0xA1, 0x18, 0x63], &nested[..MESSAGE_BYTES_MAX - 5]].concat();
        assert_eq!(ClientMessage::parse(&unknown), None);
    }
}

#[test]
fn a_login_signs_all_that_it_is_about() {
    let [(_, device), (_, grant), (_, bootstrap)] = identities();
    let messages = [
        login_message(&device, &[1; 32], &[2; 32], "https://a.example"),
        login_message(&grant, &[1; 32], &[2; 32], "https://a.example"),
        login_message(&bootstrap, &[1; 32], &[2; 32], "https://a.example"),
        login_message(
            &Identity::Device(crate::cast::EMPLOYEE.device()),
            &[1; 32],
            &[2; 32],
            "https://a.example",
        ),
        login_message(&device, &[3; 32], &[2; 32], "https://a.example"),
        login_message(&device, &[1; 32], &[3; 32], "https://a.example"),
        login_message(&device, &[2; 32], &[1; 32], "https://a.example"),
        login_message(&device, &[1; 32], &[2; 32], "https://b.example"),
        login_message(&device, &[1; 32], &[2; 32], "http://a.example"),
        login_message(&device, &[1; 32], &[2; 32], "https://a.example:8443"),
    ];
    let key = CONSULTANT.device_key();
    for (made, message) in messages.iter().enumerate() {
        let signature = key.sign(Domain::Login, message);
        for (used, message) in messages.iter().enumerate() {
            let held = key.verify_key().verify(Domain::Login, message, &signature);
            let expected = if made == used { Ok(()) } else { Err(Forged) };
            assert_eq!(held, expected, "made for {made}, used for {used}");
        }
    }
}

static FIRM: LazyLock<Firm> = LazyLock::new(Firm::staffed);
static WHOLE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(whole);

/// Every parser that ever sees bytes from outside.
fn parse_all(bytes: &[u8]) {
    drop(ClientMessage::parse(bytes));
    drop(ClientMessage::parse_body(bytes));
    drop(ServerMessage::parse(bytes));
    drop(ServerMessage::parse_body(bytes));
    drop(shared::envelope::Envelope::parse(bytes.to_vec()));
    if let Ok(entry) = Entry::parse(bytes) {
        let firm = &*FIRM;
        drop(OrgBody::parse(&entry));
        drop(DocumentBody::parse(&entry));
        drop(OrgLog::begin(&entry));
        drop(DocumentLog::begin(&firm.log, &entry));
        Paper::new(firm).log.append(&firm.log, &entry).unwrap_or_default();
        firm.log.clone().append(&entry).unwrap_or_default();
    }
}

/// Messages and entries that are whole, to be damaged.
fn whole() -> Vec<Vec<u8>> {
    let entries = FIRM.entries.iter().map(|entry| entry.as_bytes().to_vec());
    let up = client_messages().into_iter().map(|(_, message)| message.to_bytes());
    let down = server_messages().into_iter().map(|(_, message)| message.to_bytes());
    entries.chain(up).chain(down).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_parser_panics_on_arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        parse_all(&bytes);
    }

    #[test]
    fn no_parser_panics_on_damaged_messages(
        which in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = which.get(&WHOLE).clone();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        parse_all(&bytes);
        bytes.truncate(end.index(bytes.len()));
        parse_all(&bytes);
    }
}
