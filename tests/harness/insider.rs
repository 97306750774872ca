//! A member gone bad: the passphrase is theirs, so their own device's store is an open book, and
//! whatever they write is sealed and signed as it should be.

use std::collections::BTreeMap;

use automerge::ActorId;
use engine::{
    command::Passphrase,
    cx::Cx,
    document::{
        chunk::{Chunk, actor},
        crdt::Crdt,
        guard::Side,
        intake::Verdict,
    },
    effect::{Record, RecordKey},
    epoch::EpochSecret,
    keyring::{Keys, vault::Vault},
    record::{Content, Name, Sealer},
    seal,
};
use shared::{
    Blob,
    envelope::{Envelope, Header, Kind, Verified},
    id::{DeviceId, DocumentId, EntryHash, EnvelopeId, Epoch, Seq},
    log::{
        Entry, Head,
        org::{DeviceKeys, OrgBody},
    },
    secret::Secret,
    sign::{SigningKey, VerifyKey},
    time::UnixMillis,
};

use crate::{firm::PASSPHRASE, seed::Dice};

/// The start whose actor it writes as.
pub const START: u64 = 66;

/// What a member can do to one document with the keys of one device.
pub struct Insider {
    /// The device.
    pub id: DeviceId,
    document: DocumentId,
    sealer: Sealer,
    keys: Keys,
    secret: EpochSecret,
    last: (Seq, EnvelopeId),
    log_length: u64,
    envelopes: Vec<Verified>,
    authors: BTreeMap<DeviceId, VerifyKey>,
}

/// What a device's store holds, as its owner can read it.
pub fn records(disk: &BTreeMap<RecordKey, Blob>) -> (Sealer, BTreeMap<Name, Content>) {
    let vault = disk.get(&RecordKey::VAULT).expect("a vault");
    let vault = Vault::parse(&vault.0).expect("a vault");
    let passphrase = Passphrase::new(PASSPHRASE.to_owned());
    let key = vault.open(&passphrase, crate::quick_stretch).expect("the right passphrase");
    let sealer = Sealer::new(key);
    let records = disk.iter().filter(|(key, _)| **key != RecordKey::VAULT);
    let records = records.filter_map(|(key, value)| sealer.open(&(*key, value.clone()))).collect();
    (sealer, records)
}

impl Insider {
    /// Opens a device's store as its owner can.
    pub fn open(disk: &BTreeMap<RecordKey, Blob>, document: DocumentId) -> Self {
        let (sealer, records) = records(disk);
        let Some(Content::Keyring(keyring)) = records.get(&Name::Keyring) else {
            unreachable!("a store without keyring")
        };
        let keys = keyring.keys();
        let mut insider = Self {
            id: keys.id,
            document,
            secret: EpochSecret::new(Secret::new(Box::new([0; 32]))),
            last: (Seq(0), EnvelopeId::NONE),
            log_length: 0,
            envelopes: vec![],
            authors: BTreeMap::new(),
            sealer,
            keys,
        };
        for (name, content) in &records {
            insider.note(*name, content);
        }
        insider
    }

    fn note(&mut self, name: Name, content: &Content) {
        let Content::Bytes(Blob(bytes)) = content else { return };
        if let Name::Secret(id, Epoch(0), _) = name
            && id == self.document
        {
            self.secret = EpochSecret::new(Secret::from_slice(bytes).expect("32 bytes"));
        }
        if let Name::Log(id, _) = name
            && id == self.document
        {
            self.log_length += 1;
        }
        if let Name::Org(_) = name {
            self.note_authors(bytes);
        }
        if let Name::Envelope(id, device, seq) = name
            && id == self.document
        {
            let envelope = Envelope::parse(bytes.clone()).expect("a kept envelope");
            if device == self.id {
                self.last = (seq, envelope.id());
            }
            if let Some(author) = self.authors.get(&device) {
                self.envelopes.push(envelope.verify(author).expect("a verified envelope"));
            }
        }
    }

    fn note_authors(&mut self, entry: &[u8]) {
        let entry = Entry::parse(entry).expect("a kept entry");
        let body = OrgBody::parse(&entry).expect("a known entry");
        let mut add = |device: &DeviceKeys| {
            self.authors.insert(DeviceId::derive(&device.verify), device.verify);
        };
        if let OrgBody::Genesis(it) = &body {
            add(&it.device);
        }
        if let OrgBody::AccountAdd(it) = &body {
            add(&it.device);
        }
        if let OrgBody::DeviceAdd(it) = &body {
            add(&it.device);
        }
    }

    /// The device's own key, which logs it in and signs whatever its holder wants.
    pub fn key(&self) -> &SigningKey {
        &self.keys.device
    }

    /// The secret of the document's first epoch.
    pub fn secret(&self) -> &EpochSecret {
        &self.secret
    }

    /// Goes on behind another envelope than the store's last.
    pub fn follow(&mut self, seq: Seq, id: EnvelopeId, log_length: u64) {
        (self.last, self.log_length) = ((seq, id), log_length);
    }

    /// Where this device's chain in the document ends.
    pub fn last(&self) -> (Seq, EnvelopeId) {
        self.last
    }

    /// The document as this device of the firm's wrote it, to be edited as somebody else.
    pub fn replica(&self) -> Crdt {
        let actor = actor(self.id, self.document, START);
        let mut crdt = Crdt::empty(self.id, actor);
        crdt.introduce(self.id, Side::Staff);
        let opened: Vec<_> = self.envelopes.iter().map(|envelope| self.read(envelope)).collect();
        let verdicts = crdt.take_in(&opened);
        assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Applied), "{verdicts:?}");
        crdt
    }

    /// The document's envelopes from behind their headers on, as the server stores them.
    pub fn ciphertexts(&self) -> Vec<Vec<u8>> {
        let of = |it: &Verified| it.as_bytes().iter().skip(150).take(64).copied().collect();
        self.envelopes.iter().map(of).collect()
    }

    /// What the document's envelopes hold.
    pub fn plaintexts(&self) -> Vec<Vec<u8>> {
        let open = |it: &Verified| seal::open(it, &self.secret).expect("an envelope of this epoch");
        self.envelopes.iter().map(open).collect()
    }

    fn read(&self, envelope: &Verified) -> engine::document::intake::Opened {
        let plaintext = seal::open(envelope, &self.secret).expect("an envelope of this epoch");
        let chunk = Chunk::parse(&plaintext).expect("an honest chunk");
        chunk.open(envelope.header().device, self.document).expect("honest changes")
    }

    /// The actor that bad changes must have to pass for this device's.
    pub fn actor(&self) -> ActorId {
        actor(self.id, self.document, START)
    }

    /// A chunk of changes, whatever they are.
    pub fn chunk(at: UnixMillis, changes: Vec<Vec<u8>>) -> Chunk {
        let changes = changes.into_iter().map(Blob).collect();
        let org = Head { length: 1, hash: EntryHash::new([0; 32]) };
        Chunk {
            at,
            changes,
            heads: vec![],
            frontier: vec![],
            org,
            starts: vec![START],
            server: None,
            part: None,
        }
    }

    /// A record for this device's store, so that its own program does what its owner could not ask.
    pub fn record(&self, name: Name, content: &Content, dice: &mut Dice) -> Record {
        self.sealer.seal(name, content, &mut Cx { now: UnixMillis(0), entropy: dice })
    }

    /// Seals and signs the next envelope, and hands out the record that makes this device's own
    /// program send it.
    pub fn seal(&mut self, kind: Kind, plaintext: Vec<u8>, dice: &mut Dice) -> (Seq, Record) {
        let (seq, envelope) = self.envelope(kind, plaintext, dice);
        let name = Name::Envelope(self.document, self.id, seq);
        let content = Content::Bytes(Blob(envelope.as_bytes().to_vec()));
        let mut cx = Cx { now: UnixMillis(0), entropy: dice };
        (seq, self.sealer.seal(name, &content, &mut cx))
    }

    /// Seals and signs the next envelope.
    pub fn envelope(&mut self, kind: Kind, plaintext: Vec<u8>, dice: &mut Dice) -> (Seq, Verified) {
        let mut cx = Cx { now: UnixMillis(0), entropy: dice };
        let (seq, prev) = (Seq(self.last.0.0 + 1), self.last.1);
        let header = Header {
            kind,
            document: self.document,
            epoch: Epoch(0),
            device: self.id,
            seq,
            prev,
            log_index: self.log_length,
            salt: cx.random(),
        };
        let envelope = seal::seal(header, &self.secret, plaintext, &self.keys.device);
        let envelope = envelope.expect("a plaintext that fits");
        self.last = (seq, envelope.id());
        (seq, envelope)
    }

    /// The document.
    pub fn document(&self) -> DocumentId {
        self.document
    }

    /// What some device of the firm sealed into an envelope of this document.
    pub fn chunk_of(&self, envelope: Envelope) -> Option<Chunk> {
        let author = self.authors.get(&envelope.header().device)?;
        let plaintext = seal::open(&envelope.verify(author).ok()?, &self.secret).ok()?;
        Chunk::parse(&plaintext).ok()
    }

    /// The changes in it.
    pub fn changes(&self, envelope: Envelope) -> Option<Vec<Vec<u8>>> {
        let chunk = self.chunk_of(envelope)?;
        Some(chunk.changes.into_iter().map(|change| change.0).collect())
    }
}
