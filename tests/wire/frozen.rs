//! Today's program still reads and writes the bytes of the first one.

use std::{collections::BTreeSet, fs};

use engine::{
    document::chunk::Chunk,
    effect::RecordKey,
    epoch::EpochSecret,
    keyring::{AccountSeeds, argon2id, vault::Vault},
    record::{Content, Name, Sealer},
    seal::open,
    wrap::{KemKey, unwrap},
};
use serde_json::Value;
use shared::{
    Blob,
    envelope::Envelope,
    id::Epoch,
    log::{
        Entry,
        document::DocumentBody,
        org::{OrgBody, OrgLog},
    },
    secret::Secret,
    sign::{Domain, Signature, VerifyKey},
    sync::{ClientMessage, ServerMessage},
};

use crate::{
    cast::{DOCUMENT, purpose},
    kept::{chunk, kinds, passphrase, seeds_purpose, store_key},
    vector::{files, folder, hex},
};

fn on_disk(name: &str) -> Value {
    let path = folder().join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).unwrap()
}

fn bytes(vector: &Value, field: &str) -> Vec<u8> {
    let text = vector[field].as_str().unwrap();
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks_exact(2).map(|it| u8::try_from(it[0] * 16 + it[1]).unwrap()).collect()
}

fn author(vector: &Value) -> VerifyKey {
    VerifyKey::new(bytes(vector, "author").try_into().unwrap())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

#[test]
fn the_program_still_makes_the_frozen_vectors() {
    for (name, vectors) in files() {
        assert_eq!(on_disk(name), vectors, "{name}");
    }
}

#[test]
fn every_vector_file_has_its_test() {
    let known: BTreeSet<_> = files().into_iter().map(|(name, _)| String::from(name)).collect();
    let entries = fs::read_dir(folder()).unwrap();
    let found = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();

    assert_eq!(known, found);
}

#[test]
fn frozen_envelopes_verify() {
    for vector in list(&on_disk("envelope.json")) {
        let envelope = Envelope::parse(bytes(vector, "bytes")).unwrap();
        assert_eq!(hex(&envelope.header().to_bytes()), vector["header"]);
        assert_eq!(hex(envelope.id().as_bytes()), vector["id"]);
        assert!(envelope.verify(&author(vector)).is_ok());
    }
}

#[test]
fn frozen_entries_parse_and_the_genesis_begins_a_firm() {
    let org = on_disk("org_entry.json");
    for vector in list(&org) {
        let entry = Entry::parse(&bytes(vector, "bytes")).unwrap();
        assert_eq!(hex(entry.hash().as_bytes()), vector["hash"]);
        assert!(OrgBody::parse(&entry).is_ok(), "{}", vector["name"]);
    }
    for vector in list(&on_disk("document_entry.json")) {
        let entry = Entry::parse(&bytes(vector, "bytes")).unwrap();
        assert_eq!(hex(entry.hash().as_bytes()), vector["hash"]);
        assert!(DocumentBody::parse(&entry).is_ok(), "{}", vector["name"]);
    }
    let mut log = OrgLog::begin(&Entry::parse(&bytes(&org[0], "bytes")).unwrap()).unwrap();
    for vector in &list(&org)[1..3] {
        log.append(&Entry::parse(&bytes(vector, "bytes")).unwrap()).unwrap();
    }
    assert_eq!(log.accounts().count(), 2);
}

#[test]
fn frozen_removals_parse_and_their_chain_opens() {
    let told = on_disk("removal.json");
    for vector in list(&told["org"]) {
        let entry = Entry::parse(&bytes(vector, "bytes")).unwrap();
        assert_eq!(hex(entry.hash().as_bytes()), vector["hash"]);
        assert!(OrgBody::parse(&entry).is_ok(), "{}", vector["name"]);
    }
    let endings = on_disk("ending.json");
    for vector in list(&told["document"]).iter().chain(list(&endings)) {
        let entry = Entry::parse(&bytes(vector, "bytes")).unwrap();
        assert_eq!(hex(entry.hash().as_bytes()), vector["hash"]);
        assert!(DocumentBody::parse(&entry).is_ok(), "{}", vector["name"]);
    }
    let refused = bytes(&told["refused"], "bytes");
    assert_eq!(ServerMessage::parse(&refused).unwrap().to_bytes(), refused);
    let chain = &told["chain"];
    let secret = Secret::from_slice(&bytes(chain, "epoch_secret")).unwrap();
    let opened = EpochSecret::new(secret).open_previous(DOCUMENT, Epoch(1), &bytes(chain, "bytes"));
    assert_eq!(opened.unwrap().expose().to_vec(), bytes(chain, "previous"));
}

#[test]
fn frozen_logins_verify() {
    for vector in list(&on_disk("login.json")) {
        let signature = Signature::new(bytes(vector, "signature").try_into().unwrap());
        let held = author(vector).verify(Domain::Login, &bytes(vector, "message"), &signature);
        assert_eq!(held, Ok(()), "{}", vector["name"]);
    }
}

#[test]
fn frozen_messages_parse_and_are_written_the_same_way() {
    let messages = on_disk("message.json");
    let healing = on_disk("healing.json");
    for vector in list(&messages["client"]).iter().chain(list(&healing)) {
        let bytes = bytes(vector, "bytes");
        let message = ClientMessage::parse(&bytes).unwrap();
        assert_eq!(message.to_bytes(), bytes, "{}", vector["name"]);
    }
    for vector in list(&messages["server"]) {
        let bytes = bytes(vector, "bytes");
        let message = ServerMessage::parse(&bytes).unwrap();
        assert_eq!(message.to_bytes(), bytes, "{}", vector["name"]);
    }
}

#[test]
fn frozen_sealed_envelopes_and_wraps_open() {
    for vector in list(&on_disk("sealed.json")) {
        let envelope = Envelope::parse(bytes(vector, "bytes")).unwrap();
        let verified = envelope.verify(&author(vector)).unwrap();
        let secret = Secret::from_slice(&bytes(vector, "epoch_secret")).unwrap();
        let opened = open(&verified, &EpochSecret::new(secret));
        assert_eq!(opened, Ok(bytes(vector, "plaintext")));
    }
    for vector in list(&on_disk("wrap.json")) {
        let key = KemKey::derive(&Secret::from_slice(&bytes(vector, "kem_seed")).unwrap());
        let opened = unwrap(&bytes(vector, "bytes"), purpose(), &key);
        assert_eq!(hex(key.public()), vector["recipient"]);
        assert_eq!(opened, Ok(bytes(vector, "secret")));
    }
}

#[test]
fn a_frozen_store_opens_with_its_passphrase() {
    let kept = on_disk("device.json");
    let vector = &kept["vault"][0];
    let vault = Vault::parse(&bytes(vector, "bytes")).unwrap();
    let key = vault.open(&passphrase(), argon2id).unwrap();
    assert_eq!(hex(key.expose()), vector["store_key"]);

    let sealer = Sealer::new(key);
    for (vector, (_, about, content)) in list(&kept["record"]).iter().zip(kinds()) {
        let key = RecordKey(bytes(vector, "key").try_into().unwrap());
        let (name, opened) = sealer.open(&(key, Blob(bytes(vector, "value")))).unwrap();
        assert_eq!((name, sealer.place(name)), (about, key), "{}", vector["name"]);
        let plain = |it: &Content| hex(&minicbor::to_vec((name, it)).unwrap());
        assert_eq!(plain(&opened), plain(&content), "{}", vector["name"]);
        let decoded = minicbor::decode::<(Name, Content)>(&bytes(vector, "plain")).unwrap();
        assert_eq!(plain(&decoded.1), vector["plain"], "{}", vector["name"]);
    }
    assert_eq!(list(&kept["record"]).len(), kinds().len());
    // Under another key nothing opens.
    assert_ne!(sealer.place(Name::Keyring), Sealer::new(store_key()).place(Name::Progress));
}

#[test]
fn frozen_seeds_and_chunks_open() {
    let kept = on_disk("device.json");
    let vector = &kept["seeds"][0];
    let key = KemKey::derive(&Secret::from_slice(&bytes(vector, "kem_seed")).unwrap());
    let opened = unwrap(&bytes(vector, "bytes"), seeds_purpose(), &key).unwrap();
    assert_eq!(hex(&opened), vector["plain"]);
    assert!(minicbor::decode::<AccountSeeds>(&opened).is_ok());

    let read = Chunk::parse(&bytes(&kept["chunk"][0], "bytes"));
    assert_eq!(read, Ok(chunk()));
}

#[test]
fn a_frozen_possession_verifies() {
    let kept = on_disk("device.json");
    let vector = &kept["possession"][0];
    let signature = Signature::new(bytes(vector, "signature").try_into().unwrap());
    let fields = ["firm", "account", "author", "kem"].map(|field| bytes(vector, field));
    let held = author(vector).verify(Domain::Possession, &fields.concat(), &signature);
    assert_eq!(held, Ok(()));
}
