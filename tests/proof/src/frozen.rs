//! Today's program still reads and writes the bytes of the first one.

use engine::{
    casework::{
        attest::Attested,
        consent::{Ledger, Signatory},
        field::Field,
        opinion,
        report::{self, Opinion},
        rights, signature,
    },
    document::{
        chunk::{Chunk, actor},
        crdt::Crdt,
        genesis::Kind,
        guard::Side,
        inspect::Inspected,
        intake::{Opened, Verdict},
    },
    effect::RecordKey,
    epoch::EpochSecret,
    export::ExportFile,
    keyring::{AccountSeeds, Seed, argon2id, recovery::Kit, vault::Vault},
    record::{Content, Name, Sealer},
    seal::open,
    wrap::{KemKey, unwrap},
};
use serde_json::Value;
use shared::{
    Blob, cbor,
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
    cast::{CONSULTANT, DOCUMENT, EMPLOYEE, Firm, START, SUPERVISOR, purpose},
    kept::{chunk, exported, kinds, part, passphrase, seeds_purpose, store_key},
    said::begun,
    vector::{files, hex},
};

/// Every file of vectors, compiled in: a browser has no disk.
pub const FILES: &[(&str, &str)] = &[
    ("apart.json", include_str!("../../wire/vectors/apart.json")),
    ("device.json", include_str!("../../wire/vectors/device.json")),
    ("document_entry.json", include_str!("../../wire/vectors/document_entry.json")),
    ("ending.json", include_str!("../../wire/vectors/ending.json")),
    ("envelope.json", include_str!("../../wire/vectors/envelope.json")),
    ("genesis.json", include_str!("../../wire/vectors/genesis.json")),
    ("genesis_2.json", include_str!("../../wire/vectors/genesis_2.json")),
    ("genesis_3.json", include_str!("../../wire/vectors/genesis_3.json")),
    ("healing.json", include_str!("../../wire/vectors/healing.json")),
    ("export.json", include_str!("../../wire/vectors/export.json")),
    ("farewell.json", include_str!("../../wire/vectors/farewell.json")),
    ("login.json", include_str!("../../wire/vectors/login.json")),
    ("message.json", include_str!("../../wire/vectors/message.json")),
    ("org_entry.json", include_str!("../../wire/vectors/org_entry.json")),
    ("recovery.json", include_str!("../../wire/vectors/recovery.json")),
    ("removal.json", include_str!("../../wire/vectors/removal.json")),
    ("said.json", include_str!("../../wire/vectors/said.json")),
    ("sealed.json", include_str!("../../wire/vectors/sealed.json")),
    ("snapshot.json", include_str!("../../wire/vectors/snapshot.json")),
    ("standing.json", include_str!("../../wire/vectors/standing.json")),
    ("wrap.json", include_str!("../../wire/vectors/wrap.json")),
];

fn on_disk(name: &str) -> Value {
    let (_, text) = FILES.iter().find(|(known, _)| *known == name).unwrap();
    serde_json::from_str(text).unwrap()
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

pub(crate) fn the_program_still_makes_the_frozen_vectors() -> usize {
    let made = files();
    for (name, vectors) in &made {
        assert_eq!(on_disk(name), *vectors, "{name}");
    }
    assert_eq!(made.len(), FILES.len());
    made.len()
}

pub(crate) fn frozen_envelopes_verify() -> usize {
    let told = on_disk("envelope.json");
    for vector in list(&told) {
        let envelope = Envelope::parse(bytes(vector, "bytes")).unwrap();
        assert_eq!(hex(&envelope.header().to_bytes()), vector["header"]);
        assert_eq!(hex(envelope.id().as_bytes()), vector["id"]);
        assert!(envelope.verify(&author(vector)).is_ok());
    }
    list(&told).len()
}

pub(crate) fn frozen_entries_parse_and_the_genesis_begins_a_firm() -> usize {
    let org = on_disk("org_entry.json");
    for vector in list(&org) {
        let entry = Entry::parse(&bytes(vector, "bytes")).unwrap();
        assert_eq!(hex(entry.hash().as_bytes()), vector["hash"]);
        assert!(OrgBody::parse(&entry).is_ok(), "{}", vector["name"]);
    }
    let document = on_disk("document_entry.json");
    for vector in list(&document) {
        let entry = Entry::parse(&bytes(vector, "bytes")).unwrap();
        assert_eq!(hex(entry.hash().as_bytes()), vector["hash"]);
        assert!(DocumentBody::parse(&entry).is_ok(), "{}", vector["name"]);
    }
    let mut log = OrgLog::begin(&Entry::parse(&bytes(&org[0], "bytes")).unwrap()).unwrap();
    for vector in &list(&org)[1..3] {
        log.append(&Entry::parse(&bytes(vector, "bytes")).unwrap()).unwrap();
    }
    assert_eq!(log.accounts().count(), 2);
    list(&org).len() + list(&document).len()
}

pub(crate) fn frozen_removals_parse_and_their_chain_opens() -> usize {
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
    list(&told["org"]).len() + list(&told["document"]).len() + 2
}

pub(crate) fn a_frozen_kit_is_read_from_its_words_and_adds_a_device() -> usize {
    let told = on_disk("recovery.json");
    let words: Vec<&str> = list(&told["words"]).iter().map(|it| it.as_str().unwrap()).collect();
    let secret = engine::words::parse(&words.join(" ")).unwrap();
    assert_eq!(hex(secret.expose()), told["secret"]);
    let keys = Kit::of(&Seed::new(secret));
    assert_eq!(hex(keys.sign.verify_key().as_bytes()), told["verify"]);
    assert_eq!(hex(keys.kem.public()), told["kem"]);
    let mut log = Firm::staffed().log;
    for vector in list(&told["org"]) {
        let entry = Entry::parse(&bytes(vector, "bytes")).unwrap();
        assert_eq!(hex(entry.hash().as_bytes()), vector["hash"]);
        log.append(&entry).unwrap();
    }
    assert_eq!(log.devices_of(CONSULTANT.account()).count(), 2);
    list(&told["org"]).len()
}

pub(crate) fn frozen_logins_verify() -> usize {
    let told = on_disk("login.json");
    for vector in list(&told) {
        let signature = Signature::new(bytes(vector, "signature").try_into().unwrap());
        let held = author(vector).verify(Domain::Login, &bytes(vector, "message"), &signature);
        assert_eq!(held, Ok(()), "{}", vector["name"]);
    }
    list(&told).len()
}

pub(crate) fn frozen_messages_parse_and_are_written_the_same_way() -> usize {
    let messages = on_disk("message.json");
    let later = [on_disk("healing.json"), on_disk("farewell.json")];
    let later = || later.iter().flat_map(list);
    for vector in list(&messages["client"]).iter().chain(later()) {
        let bytes = bytes(vector, "bytes");
        let message = ClientMessage::parse(&bytes).unwrap();
        assert_eq!(message.to_bytes(), bytes, "{}", vector["name"]);
    }
    for vector in list(&messages["server"]) {
        let bytes = bytes(vector, "bytes");
        let message = ServerMessage::parse(&bytes).unwrap();
        assert_eq!(message.to_bytes(), bytes, "{}", vector["name"]);
    }
    list(&messages["client"]).len() + list(&messages["server"]).len() + later().count()
}

pub(crate) fn frozen_sealed_envelopes_and_wraps_open() -> usize {
    let (sealed, wraps) = (on_disk("sealed.json"), on_disk("wrap.json"));
    for vector in list(&sealed) {
        let envelope = Envelope::parse(bytes(vector, "bytes")).unwrap();
        let verified = envelope.verify(&author(vector)).unwrap();
        let secret = Secret::from_slice(&bytes(vector, "epoch_secret")).unwrap();
        let opened = open(&verified, &EpochSecret::new(secret));
        assert_eq!(opened, Ok(bytes(vector, "plaintext")));
    }
    for vector in list(&wraps) {
        let key = KemKey::derive(&Secret::from_slice(&bytes(vector, "kem_seed")).unwrap());
        let opened = unwrap(&bytes(vector, "bytes"), purpose(), &key);
        assert_eq!(hex(key.public()), vector["recipient"]);
        assert_eq!(opened, Ok(bytes(vector, "secret")));
    }
    list(&sealed).len() + list(&wraps).len()
}

pub(crate) fn a_frozen_store_opens_with_its_passphrase() -> usize {
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
        let plain = |it: &Content| hex(&cbor::to_vec(&(name, it)));
        assert_eq!(plain(&opened), plain(&content), "{}", vector["name"]);
        let decoded = cbor::from_slice::<(Name, Content)>(&bytes(vector, "plain")).unwrap();
        assert_eq!(plain(&decoded.1), vector["plain"], "{}", vector["name"]);
    }
    assert_eq!(list(&kept["record"]).len(), kinds().len());
    // Under another key nothing opens.
    assert_ne!(sealer.place(Name::Keyring), Sealer::new(store_key()).place(Name::Progress));
    kinds().len() + 1
}

pub(crate) fn frozen_seeds_and_chunks_open() -> usize {
    let kept = on_disk("device.json");
    let vector = &kept["seeds"][0];
    let key = KemKey::derive(&Secret::from_slice(&bytes(vector, "kem_seed")).unwrap());
    let opened = unwrap(&bytes(vector, "bytes"), seeds_purpose(), &key).unwrap();
    assert_eq!(hex(&opened), vector["plain"]);
    assert!(cbor::from_slice::<AccountSeeds>(&opened).is_some());

    let read = Chunk::parse(&bytes(&kept["chunk"][0], "bytes"));
    assert_eq!(read, Ok(chunk()));
    2
}

pub(crate) fn frozen_words_for_snapshots_and_parts_of_them_are_read() -> usize {
    let told = on_disk("snapshot.json");
    for vector in list(&told["client"]) {
        let bytes = bytes(vector, "bytes");
        assert_eq!(ClientMessage::parse(&bytes).unwrap().to_bytes(), bytes);
    }
    for vector in list(&told["server"]) {
        let bytes = bytes(vector, "bytes");
        assert_eq!(ServerMessage::parse(&bytes).unwrap().to_bytes(), bytes);
    }
    for vector in list(&told["document"]) {
        let entry = Entry::parse(&bytes(vector, "bytes")).unwrap();
        assert_eq!(hex(entry.hash().as_bytes()), vector["hash"]);
        assert!(matches!(DocumentBody::parse(&entry), Ok(DocumentBody::SnapshotAttest(_))));
    }
    for vector in list(&told["record"]) {
        assert!(cbor::from_slice::<(Name, Content)>(&bytes(vector, "plain")).is_some());
    }
    assert_eq!(Chunk::parse(&bytes(&told["part"], "bytes")), Ok(part()));
    list(&told["record"]).len() + 4
}

pub(crate) fn frozen_records_of_a_device_at_odds_are_read() -> usize {
    let files = ["standing.json", "apart.json"].map(on_disk);
    let told: Vec<&Value> = files.iter().flat_map(list).collect();
    for vector in &told {
        let plain = bytes(vector, "plain");
        let (name, content) = cbor::from_slice::<(Name, Content)>(&plain).unwrap();
        assert_eq!(hex(&cbor::to_vec(&(name, content))), vector["plain"], "{}", vector["name"]);
    }
    told.len()
}

pub(crate) fn a_frozen_file_of_a_device_opens_with_its_passphrase() -> usize {
    let told = on_disk("export.json");
    let file = bytes(&told[0], "bytes");
    let found = ExportFile::open(&file, &passphrase(), argon2id).ok().unwrap();
    assert_eq!(found.key.expose(), store_key().expose());
    assert_eq!(found.records, exported());
    assert_eq!(hex(&found.vault.to_bytes()), on_disk("device.json")["vault"][0]["bytes"]);
    found.records.len()
}

pub(crate) fn a_frozen_possession_verifies() -> usize {
    let kept = on_disk("device.json");
    let vector = &kept["possession"][0];
    let signature = Signature::new(bytes(vector, "signature").try_into().unwrap());
    let fields = ["firm", "account", "author", "kem"].map(|field| bytes(vector, field));
    let held = author(vector).verify(Domain::Possession, &fields.concat(), &signature);
    assert_eq!(held, Ok(()));
    1
}

pub(crate) fn frozen_first_changes_begin_a_document_and_grown_fields_join_it() -> usize {
    let told: Vec<Value> = ["genesis.json", "genesis_2.json", "genesis_3.json"]
        .iter()
        .flat_map(|it| list(&on_disk(it)).to_vec())
        .collect();
    for vector in &told {
        let kind = Kind::parse(vector["kind"].as_str().unwrap()).unwrap();
        let device = CONSULTANT.device();
        let mut crdt = Crdt::empty(device, actor(device, DOCUMENT, 1));
        let grown = list(&vector["grown"]).iter();
        let all = [bytes(vector, "bytes")].into_iter().chain(grown.map(|it| bytes(it, "bytes")));
        for bytes in all {
            let changes = vec![Inspected::parse(&bytes).unwrap()];
            assert_eq!(crdt.take_in(&[Opened { device, changes }]), [Verdict::Applied]);
        }
        assert_eq!(crdt.kind(), Some(kind));
    }
    told.len()
}

pub(crate) fn what_was_signed_inside_documents_still_holds() -> usize {
    let told = on_disk("said.json");
    let kept = [consents(&told), notes(&told), opinions(&told), reports(&told), deletions(&told)];
    kept.iter().sum()
}

fn consents(told: &Value) -> usize {
    let mut crdt = begun(Kind::CaseConsent, EMPLOYEE);
    let list = Field::top("events");
    for (at, vector) in list_of(told, "consent").iter().enumerate() {
        let (id, signed) = (at.to_string(), bytes(vector, "bytes"));
        let written = crdt.edit(START, |tx| {
            tx.add_item(&list, &id, None, &[])?;
            tx.put(&list.child(&id).child("signed"), signed)
        });
        assert!(written.is_ok());
    }
    let signatory = |key| Signatory { key, side: Side::Employee };
    let read = |key| Ledger::read(&crdt, DOCUMENT, |_| Some(signatory(key)));
    let ledger = read(author(&list_of(told, "consent")[0]));
    assert_eq!((ledger.len(), ledger.rejected.len()), (3, 0));
    assert_eq!(ledger.heads().len(), 1, "each follows the one before");
    assert_eq!(read(CONSULTANT.device_key().verify_key()).rejected.len(), 3);
    ledger.len()
}

fn notes(told: &Value) -> usize {
    let vectors = list_of(told, "note");
    for vector in vectors {
        let mut note = begun(Kind::Note, SUPERVISOR);
        let changes = vec![Inspected::parse(&bytes(vector, "change")).unwrap()];
        let device = CONSULTANT.device();
        assert_eq!(note.take_in(&[Opened { device, changes }]), [Verdict::Applied]);
        let signed: signature::Signed = cbor::from_slice(&bytes(vector, "bytes")).unwrap();
        let held = signed.check(&note, DOCUMENT, &author(vector)).unwrap();
        assert_eq!(hex(&signature::wording(&held)), vector["wording"]);
    }
    vectors.len()
}

fn opinions(told: &Value) -> usize {
    let vectors = list_of(told, "opinion");
    for vector in vectors {
        let answer = opinion::check(&bytes(vector, "bytes"), |_| Some(author(vector))).unwrap();
        assert_eq!((answer.document, answer.by), (DOCUMENT, SUPERVISOR.device()));
    }
    vectors.len()
}

fn reports(told: &Value) -> usize {
    let vectors = list_of(told, "report");
    let read = |vector| cbor::from_slice::<Attested>(&bytes(vector, "bytes")).unwrap();
    let (delivered, said) = vectors.split_last().unwrap();
    let delivery = report::delivered(&read(delivered), &author(delivered)).unwrap();
    for vector in said {
        let opinion: Opinion = read(vector).word(Domain::Report, &author(vector)).unwrap();
        assert_eq!(opinion.digest, delivery.issue.digest(), "{}", vector["name"]);
    }
    vectors.len()
}

fn deletions(told: &Value) -> usize {
    let vectors = list_of(told, "deletion");
    for vector in vectors {
        let attested: Attested = cbor::from_slice(&bytes(vector, "bytes")).unwrap();
        let certificate = rights::certificate(&attested, |_| Some(author(vector))).unwrap();
        assert_eq!((certificate.document, certificate.reason.as_str()), (DOCUMENT, "term"));
    }
    vectors.len()
}

fn list_of<'a>(told: &'a Value, name: &str) -> &'a [Value] {
    list(&told[name])
}

/// Everything that is ever signed for.
const PURPOSES: [Domain; 11] = [
    Domain::Envelope,
    Domain::OrgEntry,
    Domain::DocumentEntry,
    Domain::Login,
    Domain::Possession,
    Domain::Consent,
    Domain::Note,
    Domain::Opinion,
    Domain::Recovery,
    Domain::Report,
    Domain::Deletion,
];

/// In which of the files something is signed for this purpose.
fn file_of(domain: Domain) -> &'static str {
    match domain {
        Domain::Envelope => "envelope.json",
        Domain::OrgEntry => "org_entry.json",
        Domain::DocumentEntry => "document_entry.json",
        Domain::Login => "login.json",
        Domain::Possession => "device.json",
        Domain::Recovery => "recovery.json",
        Domain::Consent | Domain::Note | Domain::Opinion | Domain::Report | Domain::Deletion => {
            "said.json"
        }
    }
}

pub(crate) fn every_purpose_of_a_signature_is_frozen() -> usize {
    for purpose in PURPOSES {
        assert!(FILES.iter().any(|(name, _)| *name == file_of(purpose)), "{purpose:?}");
    }
    PURPOSES.len()
}
