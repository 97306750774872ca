//! Frozen vectors of what lies on a device, and of what is sealed or signed without travelling
//! under a name of its own.

use engine::{
    command::Passphrase,
    cx::{Cx, Entropy as _},
    document::{
        chunk::{Chunk, Seen, actor},
        pending::{PendingEntry, Wish},
        snapshot::{Part, Strand},
    },
    effect::Record,
    export::ExportFile,
    keyring::{AccountSeeds, Keyring, Membership, Seed, argon2id, vault::Vault},
    record::{
        Content, DocumentProgress, FreshChange, InFlight, Name, Place, Progress, Sealer, StoreKey,
    },
    wrap::{Purpose, wrap},
};
use serde_json::{Value, json};
use shared::{
    Blob, cbor,
    id::{EntryHash, EnvelopeId, Epoch, Number, Seq, ServerEpoch},
    log::{
        Head,
        document::{Covers, Cut, SnapshotAttest},
    },
    secret::Secret,
};

use crate::{
    cast::{CONSULTANT, DOCUMENT, EMPLOYEE, FIRM, Noise, START, kem_key},
    vector::hex,
};

const PASSPHRASE: &str = "春の海 ひねもすのたり のたりかな";

pub(crate) fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE.to_owned())
}

pub(crate) fn store_key() -> StoreKey {
    StoreKey::new(Secret::new(Box::new([0x5C; 32])))
}

/// Everything of this file.
pub(crate) fn vectors() -> Value {
    json!({
        "stretch": stretched(),
        "vault": vaults(),
        "record": records(),
        "seeds": seeds(),
        "possession": possessions(),
        "actor": actors(),
        "chunk": chunks(),
    })
}

fn stretched() -> Value {
    let key = argon2id(PASSPHRASE.as_bytes(), &[3; 32]).unwrap();
    json!([{ "passphrase": PASSPHRASE, "salt": hex(&[3; 32]), "key": hex(key.expose()) }])
}

fn vaults() -> Value {
    let mut noise = Noise(0);
    let mut cx = Cx { now: START, entropy: &mut noise };
    let vault = Vault::seal(&store_key(), &passphrase(), "タブレット".into(), argon2id, &mut cx);
    json!([{
        "passphrase": PASSPHRASE,
        "store_key": hex(store_key().expose()),
        "bytes": hex(&vault.unwrap().to_bytes()),
    }])
}

fn seed(byte: u8) -> Seed {
    Seed::new(Secret::new(Box::new([byte; 32])))
}

fn keyring() -> Keyring {
    Keyring {
        device_sign: seed(1),
        device_kem: seed(2),
        account: Some(AccountSeeds { sign: seed(3), kem: seed(4), generation: None }),
        membership: Membership::Member {
            firm: FIRM,
            genesis: EntryHash::new([6; 32]),
            account: CONSULTANT.account(),
        },
        name: "佐藤 恵".into(),
        device_name: "タブレット".into(),
        root: None,
        former: None,
        next: None,
        kit: None,
        made_at: None,
    }
}

/// How far a document is that nothing more is known of.
const PROGRESS: DocumentProgress = DocumentProgress {
    cursor: Number(9),
    acked: Seq(2),
    base: None,
    counted: None,
    before: None,
    stands_apart: None,
};

/// One record of each kind.
pub(crate) fn kinds() -> Vec<(&'static str, Name, Content)> {
    let device = CONSULTANT.device();
    let place = Place { document: DOCUMENT, device, seq: Seq(3) };
    let marker = InFlight { places: vec![place], is_second_try: true };
    let change = FreshChange { start: 2, bytes: Blob(vec![7; 40]) };
    let progress = PROGRESS;
    let progress_of_all = Progress {
        starts: 4,
        wraps: 7,
        asked_at: Some(START),
        latest: Some(START),
        is_closed: None,
        server_epoch: None,
        is_retired: None,
        is_at_odds: None,
        refused: None,
        arrival: None,
    };
    let bytes = || Content::Bytes(Blob(vec![9; 60]));
    vec![
        ("keyring", Name::Keyring, Content::Keyring(keyring())),
        ("progress", Name::Progress, Content::Progress(progress_of_all)),
        ("org entry", Name::Org(1), bytes()),
        ("document entry", Name::Log(DOCUMENT, 1), bytes()),
        ("secret", Name::Secret(DOCUMENT, Epoch(1), 0), bytes()),
        ("document", Name::Document(DOCUMENT), Content::Document(progress)),
        ("envelope", Name::Envelope(DOCUMENT, device, Seq(3)), bytes()),
        ("change", Name::Change(DOCUMENT, 5), Content::Change(change)),
        ("in flight", Name::InFlight(DOCUMENT), Content::InFlight(marker)),
        ("quarantine", Name::Quarantine(DOCUMENT, device, Seq(3)), Content::Place(place)),
    ]
}

fn records() -> Value {
    let sealer = Sealer::new(store_key());
    let mut noise = Noise(0);
    let mut cx = Cx { now: START, entropy: &mut noise };
    let made = kinds().into_iter().map(|(name, about, content)| {
        let (key, value) = sealer.seal(about, &content, &mut cx);
        let plain = cbor::to_vec(&(about, content));
        json!({ "name": name, "plain": hex(&plain), "key": hex(&key.0), "value": hex(&value.0) })
    });
    made.collect()
}

/// What account seeds are sealed for.
pub(crate) fn seeds_purpose() -> Purpose {
    Purpose::Seeds { firm: FIRM, account: CONSULTANT.account(), device: CONSULTANT.device() }
}

fn seeds() -> Value {
    let plain = cbor::to_vec(&AccountSeeds { sign: seed(3), kem: seed(4), generation: None });
    let sealed = wrap(&plain, seeds_purpose(), kem_key(1).public(), &mut Noise(9)).unwrap();
    json!([{ "kem_seed": hex(&[1; 32]), "plain": hex(&plain), "bytes": hex(&sealed) }])
}

fn possessions() -> Value {
    let keys = CONSULTANT.device_keys();
    json!([{
        "firm": hex(FIRM.as_bytes()),
        "account": hex(CONSULTANT.account().as_bytes()),
        "author": hex(keys.verify.as_bytes()),
        "kem": hex(&keys.kem.0),
        "signature": hex(keys.possession.as_bytes()),
    }])
}

fn actors() -> Value {
    let made = [0, 1, u64::MAX].map(|start| {
        let actor = actor(CONSULTANT.device(), DOCUMENT, start);
        json!({ "start": start.to_string(), "actor": hex(actor.to_bytes()) })
    });
    Value::from(made.to_vec())
}

pub(crate) fn chunk() -> Chunk {
    let mut prefix = [0; 32];
    Noise(3).fill(&mut prefix);
    Chunk {
        at: START,
        changes: vec![Blob(vec![1; 9]), Blob(vec![2; 300])],
        heads: vec![Blob(vec![3; 32])],
        frontier: vec![Seen::new(EMPLOYEE.device(), Seq(5), EnvelopeId::new(prefix))],
        org: Head { length: 3, hash: EntryHash::new([0xE0; 32]) },
        starts: vec![1, 2],
        server: None,
        part: None,
    }
}

/// The last of a snapshot's two envelopes.
pub(crate) fn part() -> Chunk {
    let strand = |device, start, byte| Strand {
        device,
        start,
        changes: vec![Blob(vec![byte; 9]), Blob(vec![byte; 300])],
    };
    let cut = |device, seq| Cut { device, seq: Seq(seq), envelope: EnvelopeId::new([0xE1; 32]) };
    let (one, two) = (CONSULTANT.device(), EMPLOYEE.device());
    let part = Part {
        number: 1,
        count: 2,
        strands: vec![strand(one, 1, 4), strand(two, 7, 5)],
        frontier: vec![cut(one, 300), cut(two, 4)],
    };
    Chunk { changes: vec![], starts: vec![], part: Some(part), ..chunk() }
}

/// Records as they are since there are snapshots at the server.
pub(crate) fn snapshot_records() -> Value {
    let covers = Covers {
        author: EMPLOYEE.device(),
        parts: 3,
        frontier: vec![Cut {
            device: CONSULTANT.device(),
            seq: Seq(7),
            envelope: EnvelopeId::new([0xE1; 32]),
        }],
    };
    let attest = SnapshotAttest {
        snapshot: EnvelopeId::new([0xE2; 32]),
        heads: [9; 32],
        covers: Some(covers),
    };
    let progress = DocumentProgress { base: Some(4), counted: Some(600), ..PROGRESS };
    let later = DocumentProgress { base: Some(7), before: Some(4), ..progress };
    let kinds = [
        (
            "pending attest",
            Name::Pending(DOCUMENT, 6),
            Content::Pending(PendingEntry::new(Wish::Attest(attest), START)),
        ),
        ("document begun at a snapshot", Name::Document(DOCUMENT), Content::Document(progress)),
        ("document begun at a later one", Name::Document(DOCUMENT), Content::Document(later)),
    ];
    let told = |(name, about, content): (&str, Name, Content)| {
        let plain = cbor::to_vec(&(about, content));
        json!({ "name": name, "plain": hex(&plain) })
    };
    kinds.into_iter().map(told).collect()
}

/// Records as they are since no entry is signed twice for one place.
pub(crate) fn standing_records() -> Value {
    let progress = Progress {
        starts: 4,
        server_epoch: Some(ServerEpoch::new([0xE3; 16])),
        refused: Some(EntryHash::new([0xE4; 32])),
        ..Progress::default()
    };
    let newcomer = Keyring { made_at: Some(START), ..keyring() };
    let kinds = [
        ("keyring of a newcomer", Name::Keyring, Content::Keyring(newcomer)),
        ("progress after a refusal", Name::Progress, Content::Progress(progress)),
        ("org entry on its way", Name::OrgSigned, Content::Bytes(Blob(vec![9; 60]))),
    ];
    let told = |(name, about, content): (&str, Name, Content)| {
        let plain = cbor::to_vec(&(about, content));
        json!({ "name": name, "plain": hex(&plain) })
    };
    kinds.into_iter().map(told).collect()
}

/// Records as they are since a document may stand apart from the server's.
pub(crate) fn apart_records() -> Value {
    let progress = DocumentProgress { stands_apart: Some(true), ..PROGRESS };
    let plain = cbor::to_vec(&(Name::Document(DOCUMENT), Content::Document(progress)));
    json!([{ "name": "document that stands apart", "plain": hex(&plain) }])
}

/// The store that a frozen file holds.
pub(crate) fn exported() -> Vec<Record> {
    let sealer = Sealer::new(store_key());
    let mut noise = Noise(0);
    let mut cx = Cx { now: START, entropy: &mut noise };
    kinds().iter().map(|(_, name, content)| sealer.seal(*name, content, &mut cx)).collect()
}

/// A device as a file.
pub(crate) fn exports() -> Value {
    let mut noise = Noise(0);
    let mut cx = Cx { now: START, entropy: &mut noise };
    let vault = Vault::seal(&store_key(), &passphrase(), "タブレット".into(), argon2id, &mut cx);
    let file = ExportFile::seal(&vault.unwrap(), &store_key(), exported(), &mut cx);
    json!([{ "passphrase": PASSPHRASE, "bytes": hex(&file.to_bytes()) }])
}

fn chunks() -> Value {
    json!([{ "bytes": hex(&chunk().to_bytes()) }])
}
