//! What parses foreign bytes, and honest bytes to begin with.

use std::fs;

use engine::{
    Engine,
    command::{Command, Newcomer, Passphrase},
    cx::Cx,
    document::{
        chunk::Chunk,
        inspect::Inspected,
        snapshot::{self, Part, Strand},
    },
    effect::RecordKey,
    export::ExportFile,
    input::Input,
    keyring::vault::Vault,
    record::{Content, Name, StoreKey},
};
use harness::{base64url, quick_stretch, seed::Dice};
use serde_json::Value;
use shared::{
    Blob, cbor,
    envelope::Envelope,
    id::{DeviceId, DocumentId, EntryHash, EnvelopeId, Seq},
    limit::SNAPSHOT_PARTS_MAX,
    log::{
        Entry, Head,
        document::{Cut, DocumentBody},
        org::{OrgBody, OrgLog},
    },
    secret::Secret,
    sign::VerifyKey,
    sync::{ClientMessage, ServerMessage},
    time::UnixMillis,
};

use crate::change;

/// Takes one input.
pub(crate) type Run = Box<dyn FnMut(&[u8])>;

/// A parser under attack.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// Honest inputs, which are then damaged.
    pub(crate) corpus: fn() -> Vec<Vec<u8>>,
    pub(crate) make: fn() -> Run,
}

const DOCUMENT: DocumentId = DocumentId::new([0xD0; 16]);
const DEVICE: DeviceId = DeviceId::new([0xA0; 16]);
const NOW: UnixMillis = UnixMillis(1_779_165_000_000);
const PASSPHRASE: &str = "correct horse battery";

/// Every target.
pub(crate) fn all() -> Vec<Target> {
    let target = |name, corpus, make| Target { name, corpus, make };
    vec![
        target("envelope", || frozen(&["envelope", "sealed"], "bytes"), || Box::new(envelope)),
        target(
            "entry",
            || frozen(&["org_entry", "document_entry", "snapshot"], "bytes"),
            || Box::new(entry),
        ),
        target(
            "client-message",
            || frozen(&["message", "snapshot"], "bytes"),
            || Box::new(client_message),
        ),
        target(
            "server-message",
            || frozen(&["message", "snapshot"], "bytes"),
            || Box::new(server_message),
        ),
        target("link", links, || Box::new(link)),
        target("chunk", chunks, || Box::new(chunk)),
        target("part", parts, || Box::new(part)),
        target("inspect", change::corpus, || Box::new(inspect)),
        target("change", change::corpus, || Box::new(change::runner())),
        target("record", || frozen(&["device"], "plain"), || Box::new(record)),
        target("vault", vaults, || Box::new(vault)),
        target("export", exports, || Box::new(export)),
    ]
}

/// Bytes of frozen vectors, wherever they stand in a field of this name.
fn frozen(names: &[&str], field: &str) -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/wire/vectors");
    let read = |name: &&str| fs::read_to_string(format!("{folder}/{name}.json")).unwrap();
    let parse = |name| serde_json::from_str::<Value>(&read(name)).unwrap();
    names.iter().map(parse).flat_map(|file| bytes_in(&file, field)).collect()
}

fn bytes_in(value: &Value, field: &str) -> Vec<Vec<u8>> {
    match value {
        Value::Array(items) => items.iter().flat_map(|it| bytes_in(it, field)).collect(),
        Value::Object(map) => match map.get(field).and_then(Value::as_str) {
            Some(hex) => vec![unhex(hex)],
            None => map.values().flat_map(|it| bytes_in(it, field)).collect(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![],
    }
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks_exact(2).map(|it| u8::try_from(it[0] * 16 + it[1]).unwrap()).collect()
}

fn envelope(bytes: &[u8]) {
    let Ok(envelope) = Envelope::parse(bytes.to_vec()) else { return };
    assert_eq!(envelope.as_bytes(), bytes);
    assert!(bytes.starts_with(&envelope.header().to_bytes()));
    assert!(envelope.verify(&VerifyKey::new([7; 32])).is_err());
}

fn entry(bytes: &[u8]) {
    let Ok(entry) = Entry::parse(bytes) else { return };
    assert_eq!(entry.as_bytes(), bytes);
    drop((OrgBody::parse(&entry), DocumentBody::parse(&entry)));
    drop(OrgLog::begin(&entry));
}

fn client_message(bytes: &[u8]) {
    if let Some(message) = ClientMessage::parse(bytes) {
        assert_eq!(ClientMessage::parse(&message.to_bytes()), Some(message));
    }
    drop(ClientMessage::parse_body(bytes));
}

fn server_message(bytes: &[u8]) {
    if let Some(message) = ServerMessage::parse(bytes) {
        assert_eq!(ServerMessage::parse(&message.to_bytes()), Some(message));
    }
    drop(ServerMessage::parse_body(bytes));
}

fn links() -> Vec<Vec<u8>> {
    let secret = base64url(&[7; 64]);
    let kinds = ["https://mendan.example/#join.", "join.", "device.", "#device.", "bootstrap."];
    kinds.map(|kind| format!("{kind}{secret}").into_bytes()).to_vec()
}

fn link(bytes: &[u8]) {
    let mut dice = Dice::seeded(1);
    let mut cx = Cx { now: NOW, entropy: &mut dice };
    let mut engine = Engine::new(quick_stretch);
    drop(engine.handle(&mut cx, Input::Started { vault: None }));
    let newcomer = Newcomer {
        link: String::from_utf8_lossy(bytes).into_owned(),
        name: "佐藤 恵".into(),
        device_name: "タブレット".into(),
        passphrase: Passphrase::new(PASSPHRASE.into()),
    };
    drop(engine.handle(&mut cx, Input::Command(Command::Enrol(newcomer))));
}

fn chunks() -> Vec<Vec<u8>> {
    let head = Head { length: 3, hash: EntryHash::new([0xE0; 32]) };
    let changes: Vec<Blob> = change::corpus().into_iter().map(Blob).collect();
    let heads = vec![Blob(vec![1; 32])];
    let chunk = Chunk {
        at: NOW,
        changes,
        heads,
        frontier: vec![],
        org: head,
        starts: vec![1],
        server: None,
        part: None,
    };
    vec![chunk.to_bytes(), Chunk { changes: vec![], ..chunk }.to_bytes()]
}

fn chunk(bytes: &[u8]) {
    if let Ok(chunk) = Chunk::parse(bytes) {
        drop(chunk.open(DEVICE, DOCUMENT));
    }
}

fn parts() -> Vec<Vec<u8>> {
    let changes: Vec<Blob> = change::corpus().into_iter().map(Blob).collect();
    let strand = |start| Strand { device: DEVICE, start, changes: changes.clone() };
    let cut = Cut { device: DEVICE, seq: Seq(9), envelope: EnvelopeId::new([7; 32]) };
    let part =
        Part { number: 1, count: 2, strands: vec![strand(1), strand(2)], frontier: vec![cut] };
    let honest = chunks().first().map(|bytes| Chunk::parse(bytes).unwrap()).unwrap();
    vec![Chunk { changes: vec![], part: Some(part), ..honest }.to_bytes()]
}

fn part(bytes: &[u8]) {
    let Ok(chunk) = Chunk::parse(bytes) else { return };
    if let Some(part) = &chunk.part {
        assert_eq!(Chunk::parse(&chunk.to_bytes()).as_ref(), Ok(&chunk));
        let is_sound = part.has_place() || !part.is_last();
        assert!(is_sound || part.count > SNAPSHOT_PARTS_MAX);
        drop(snapshot::open(&[part], DOCUMENT));
    }
}

fn inspect(bytes: &[u8]) {
    if let Ok(change) = Inspected::parse(bytes) {
        let again = Inspected::parse(change.bytes()).map(|it| it.bytes().to_vec());
        assert_eq!(again.as_deref(), Ok(change.bytes()));
    }
}

fn record(bytes: &[u8]) {
    drop(cbor::from_slice::<(Name, Content)>(bytes));
}

fn store_key() -> StoreKey {
    StoreKey::new(Secret::new(Box::new([5; 32])))
}

fn vault_of(cx: &mut Cx<'_>) -> Vault {
    let passphrase = Passphrase::new(PASSPHRASE.into());
    Vault::seal(&store_key(), &passphrase, "タブレット".into(), quick_stretch, cx).unwrap()
}

fn vaults() -> Vec<Vec<u8>> {
    let mut dice = Dice::seeded(1);
    vec![vault_of(&mut Cx { now: NOW, entropy: &mut dice }).to_bytes()]
}

fn vault(bytes: &[u8]) {
    let Some(vault) = Vault::parse(bytes) else { return };
    if let Ok(key) = vault.open(&Passphrase::new(PASSPHRASE.into()), quick_stretch) {
        assert_eq!(key.expose(), &[5; 32], "a damaged vault opens to nothing else");
    }
}

const ROW: (RecordKey, &[u8]) = (RecordKey([6; 32]), &[7; 60]);

fn exports() -> Vec<Vec<u8>> {
    let mut dice = Dice::seeded(1);
    let mut cx = Cx { now: NOW, entropy: &mut dice };
    let vault = vault_of(&mut cx);
    let rows = vec![(ROW.0, Blob(ROW.1.to_vec()))];
    vec![ExportFile::seal(&vault, &store_key(), rows, &mut cx).to_bytes()]
}

fn export(bytes: &[u8]) {
    let opened = ExportFile::open(bytes, &Passphrase::new(PASSPHRASE.into()), quick_stretch);
    if let Ok(found) = opened {
        assert_eq!(found.records, [(ROW.0, Blob(ROW.1.to_vec()))], "whole, or not at all");
    }
}
