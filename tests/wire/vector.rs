//! Frozen vectors: what each signed type and each message is, byte for byte, for ever.

use std::{fmt::Write as _, path::PathBuf};

use engine::document::{
    genesis::{Kind, genesis},
    growth::growths,
};
use serde_json::{Value, json};
use shared::{
    Blob,
    id::Epoch,
    log::{Entry, document::Access, org::Enrols},
    refusal::{Reason, Refusal},
    sign::{Domain, SigningKey},
    sync::{ServerMessage, login_message},
};

use crate::{
    cast::{
        ADMIN, CONSULTANT, DOCUMENT, EMPLOYEE, Firm, PLAINTEXT, Paper, ROOT, envelope, grant,
        grants, header, kem_key, key, kit, sealed, secret, wrapped,
    },
    kept, said,
    sample::{client_messages, document_bodies, identities, org_bodies, server_messages},
};

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// Where vectors lie.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("wire/vectors")
}

/// Every vector file: its name and what it holds.
pub(crate) fn files() -> Vec<(&'static str, Value)> {
    vec![
        ("envelope.json", envelopes()),
        ("org_entry.json", org_entries()),
        ("document_entry.json", document_entries()),
        ("login.json", logins()),
        ("message.json", messages()),
        ("sealed.json", sealed_envelopes()),
        ("wrap.json", wraps()),
        ("removal.json", removals()),
        ("ending.json", endings()),
        ("healing.json", healing()),
        ("farewell.json", farewell()),
        ("snapshot.json", snapshots()),
        ("recovery.json", recovery()),
        ("standing.json", kept::standing_records()),
        ("apart.json", kept::apart_records()),
        ("export.json", kept::exports()),
        ("device.json", kept::vectors()),
        ("said.json", said::vectors()),
        ("genesis.json", remade(GENESES[0])),
        ("genesis_2.json", remade(GENESES[1])),
        ("genesis_3.json", remade(GENESES[2])),
    ]
}

fn envelopes() -> Value {
    let bytes = envelope(48);
    let verified = shared::envelope::Envelope::parse(bytes.clone()).unwrap();
    json!([{
        "name": "changes",
        "signing_seed": hex(&[CONSULTANT.0 + 1; 32]),
        "author": hex(CONSULTANT.device_key().verify_key().as_bytes()),
        "header": hex(&header().to_bytes()),
        "bytes": hex(&bytes),
        "id": hex(verified.id().as_bytes()),
    }])
}

fn sealed_envelopes() -> Value {
    json!([{
        "name": "changes",
        "epoch_secret": hex(secret(1).expose()),
        "commitment": hex(secret(1).commitment(DOCUMENT, header().epoch).as_bytes()),
        "plaintext": hex(PLAINTEXT),
        "author": hex(CONSULTANT.device_key().verify_key().as_bytes()),
        "bytes": hex(sealed().as_bytes()),
    }])
}

fn wraps() -> Value {
    json!([{
        "name": "epoch secret",
        "kem_seed": hex(&[1; 32]),
        "recipient": hex(kem_key(1).public()),
        "secret": hex(&[0x5E; 32]),
        "bytes": hex(&wrapped()),
    }])
}

fn entry(name: &str, seed: u8, entry: &Entry) -> Value {
    json!({
        "name": name,
        "signing_seed": hex(&[seed; 32]),
        "author": hex(key(seed).verify_key().as_bytes()),
        "bytes": hex(entry.as_bytes()),
        "hash": hex(entry.hash().as_bytes()),
    })
}

fn org_entries() -> Value {
    let mut firm = Firm::staffed();
    let linking = grant(0x50, Enrols::Device(CONSULTANT.account()));
    let index = firm.grant(CONSULTANT, linking).unwrap();
    let device = firm.entry_by_grant(index, 0x50, &CONSULTANT.adds_device(0x51));
    json!([
        entry("genesis", ROOT, &firm.entries[0]),
        entry("enrol grant for an account", ADMIN.0 + 1, &firm.entries[1]),
        entry("account add", CONSULTANT.0 + 2, &firm.entries[2]),
        entry("enrol grant for a device", CONSULTANT.0 + 1, &firm.entries[7]),
        entry("device add", 0x50, &device),
    ])
}

fn document_entries() -> Value {
    let paper = Paper::new(&Firm::staffed());
    let granted = paper.entry_by(CONSULTANT, &grants(EMPLOYEE, Access::Reader));
    json!([
        entry("create", CONSULTANT.0 + 1, &paper.entries[0]),
        entry("grant", CONSULTANT.0 + 1, &granted),
    ])
}

fn removals() -> Value {
    let firm = Firm::staffed();
    let paper = Paper::new(&firm);
    let said = org_bodies();
    let org = said.iter().map(|(name, body)| {
        let by = if *name == "key rotate" { CONSULTANT } else { ADMIN };
        entry(name, by.0 + 1, &firm.entry_by(by, body))
    });
    let is_later = |name: &str| is_of_ending(name) || is_of_snapshot(name);
    let document = document_bodies().into_iter().filter(|(name, _)| !is_later(name));
    let document = document.map(|(name, body)| {
        entry(name, CONSULTANT.0 + 1, &paper.judged_entry_by(&firm, CONSULTANT, &body))
    });
    let revoked = firm.entry_by(ADMIN, &said[0].1);
    let message = ServerMessage::Refused {
        refusal: Refusal::new(Reason::DeviceRevoked),
        log: None,
        document: None,
        entry: Some(Blob(revoked.as_bytes().to_vec())),
    };
    let sealed = secret(2).seal_previous(DOCUMENT, Epoch(1), &secret(1));
    json!({
        "org": org.collect::<Vec<_>>(),
        "document": document.collect::<Vec<_>>(),
        "refused": { "name": "device revoked", "bytes": hex(&message.to_bytes()) },
        "chain": {
            "epoch_secret": hex(secret(2).expose()),
            "previous": hex(secret(1).expose()),
            "bytes": hex(&sealed),
        },
    })
}

/// What came to the entries of `removal.json` later.
fn is_of_ending(name: &str) -> bool {
    name == "finalise what was read"
}

/// What came with snapshots at the server.
fn is_of_snapshot(name: &str) -> bool {
    matches!(
        name,
        "snapshot attest with covers"
            | "pull at a snapshot"
            | "pull beside a snapshot"
            | "batch behind a snapshot"
    )
}

fn snapshots() -> Value {
    let firm = Firm::staffed();
    let paper = Paper::new(&firm);
    let said = document_bodies().into_iter().filter(|(name, _)| is_of_snapshot(name));
    let entries = said.map(|(name, body)| {
        entry(name, CONSULTANT.0 + 1, &paper.judged_entry_by(&firm, CONSULTANT, &body))
    });
    let told = |name: &str, bytes: &[u8]| json!({ "name": name, "bytes": hex(bytes) });
    let up = client_messages().into_iter().filter(|(name, _)| is_of_snapshot(name));
    let down = server_messages().into_iter().filter(|(name, _)| is_of_snapshot(name));
    json!({
        "document": entries.collect::<Vec<_>>(),
        "client": up.map(|(name, it)| told(name, &it.to_bytes())).collect::<Vec<_>>(),
        "server": down.map(|(name, it)| told(name, &it.to_bytes())).collect::<Vec<_>>(),
        "part": told("the last of two parts", &kept::part().to_bytes()),
        "record": kept::snapshot_records(),
    })
}

fn endings() -> Value {
    let firm = Firm::staffed();
    let paper = Paper::new(&firm);
    let said = document_bodies().into_iter().filter(|(name, _)| is_of_ending(name));
    let entries = said.map(|(name, body)| {
        entry(name, CONSULTANT.0 + 1, &paper.judged_entry_by(&firm, CONSULTANT, &body))
    });
    entries.collect()
}

fn recovery() -> Value {
    let mut firm = Firm::staffed();
    let (secret, keys) = kit(0x60);
    let index = firm.log.head().length;
    let set = firm.entry_by(CONSULTANT, &firm.sets_kit(CONSULTANT, 0x60));
    firm.append(set.clone()).unwrap();
    let back = firm.entry_by_kit(index, 0x60, &CONSULTANT.adds_device(0x61));
    let told = |name: &str, author: &SigningKey, entry: &Entry| {
        json!({
            "name": name,
            "author": hex(author.verify_key().as_bytes()),
            "bytes": hex(entry.as_bytes()),
            "hash": hex(entry.hash().as_bytes()),
        })
    };
    json!({
        "secret": hex(secret.secret().expose()),
        "words": engine::words::of(secret.secret()),
        "verify": hex(keys.sign.verify_key().as_bytes()),
        "kem": hex(keys.kem.public()),
        "org": [
            told("recovery set", &CONSULTANT.device_key(), &set),
            told("device add", &keys.sign, &back),
        ],
    })
}

fn logins() -> Value {
    let made = identities().map(|(name, identity)| {
        let message = login_message(&identity, &[0xA1; 32], &[0xA2; 32], "https://mendan.example");
        let signature = CONSULTANT.device_key().sign(Domain::Login, &message);
        json!({
            "name": name,
            "signing_seed": hex(&[CONSULTANT.0 + 1; 32]),
            "author": hex(CONSULTANT.device_key().verify_key().as_bytes()),
            "client_nonce": hex(&[0xA1; 32]),
            "server_nonce": hex(&[0xA2; 32]),
            "origin": "https://mendan.example",
            "message": hex(&message),
            "signature": hex(signature.as_bytes()),
        })
    });
    Value::from(made.to_vec())
}

/// What froze first changes and grown fields, in the order in which they came to be.
const GENESES: [&str; 3] = [
    include_str!("vectors/genesis.json"),
    include_str!("vectors/genesis_2.json"),
    include_str!("vectors/genesis_3.json"),
];

/// The first change of a kind of document, and the changes of some of the fields it got later.
fn begun(kind: Kind, is_told: impl Fn(&str) -> bool) -> Value {
    let grown = growths(kind).filter(|(id, _)| is_told(id));
    let grown = grown.map(|(id, it)| json!({ "field": id, "bytes": hex(it.raw_bytes()) }));
    json!({
        "kind": kind.as_str(),
        "bytes": hex(genesis(kind).unwrap().raw_bytes()),
        "grown": grown.collect::<Vec<_>>(),
    })
}

fn fields_of(vector: &Value) -> Vec<&str> {
    let grown = vector["grown"].as_array().unwrap();
    grown.iter().map(|it| it["field"].as_str().unwrap()).collect()
}

/// What a frozen file tells, as the program makes it today.
fn remade(frozen: &str) -> Value {
    let frozen: Vec<Value> = serde_json::from_str(frozen).unwrap();
    let made = frozen.iter().map(|vector| {
        let kind = Kind::parse(vector["kind"].as_str().unwrap()).unwrap();
        begun(kind, |id| fields_of(vector).contains(&id))
    });
    made.collect()
}

/// What no file froze yet: kinds of documents, and fields they got later.
#[cfg(test)]
pub(crate) fn unfrozen() -> Vec<Value> {
    let frozen: Vec<Value> =
        GENESES.iter().flat_map(|it| serde_json::from_str::<Vec<Value>>(it).unwrap()).collect();
    let left = Kind::ALL.into_iter().filter_map(|kind| {
        let told: Vec<&Value> = frozen.iter().filter(|it| it["kind"] == kind.as_str()).collect();
        let is_new = |id: &str| !told.iter().any(|it| fields_of(it).contains(&id));
        let left = begun(kind, is_new);
        (told.is_empty() || !fields_of(&left).is_empty()).then_some(left)
    });
    left.collect()
}

fn healing() -> Value {
    let back = client_messages().into_iter().filter(|(name, _)| *name == "bring back");
    back.map(|(name, it)| json!({ "name": name, "bytes": hex(&it.to_bytes()) })).collect()
}

/// What a login says to be told of a revocation what it needs.
fn farewell() -> Value {
    let auth = client_messages().into_iter().filter(|(name, _)| *name == "auth of a device");
    auth.map(|(name, it)| json!({ "name": name, "bytes": hex(&it.to_bytes()) })).collect()
}

fn messages() -> Value {
    let told = |name: &str, bytes: &[u8]| json!({ "name": name, "bytes": hex(bytes) });
    let is_later =
        |name: &str| matches!(name, "bring back" | "auth of a device") || is_of_snapshot(name);
    let up = client_messages().into_iter().filter(|(name, _)| !is_later(name));
    let up = up.map(|(name, it)| told(name, &it.to_bytes()));
    let down = server_messages().into_iter().filter(|(name, _)| !is_of_snapshot(name));
    let down = down.map(|(name, it)| told(name, &it.to_bytes()));
    json!({ "client": up.collect::<Vec<_>>(), "server": down.collect::<Vec<_>>() })
}
