//! A document as whoever can open a device's store reads it: also what its program does not show.

use std::collections::BTreeMap;

use engine::{
    document::{
        chunk::{Chunk, actor},
        crdt::Crdt,
        growth::growth,
        inspect::Inspected,
        intake::Opened,
        snapshot,
    },
    effect::RecordKey,
    epoch::EpochSecret,
    record::{Content, Name},
    seal,
};
use shared::{
    Blob,
    envelope::{Envelope, Header, Kind},
    id::{DeviceId, DocumentId, EnvelopeId, Epoch, Seq},
    log::{Entry, Head, org::OrgLog},
    secret::Secret,
    sign::SigningKey,
    time::UnixMillis,
};

use crate::{insider::records, seed::Dice};

/// The start whose actor a later version writes with.
const START: u64 = 4_000;

/// What a store has of a document.
pub struct Replica {
    /// The document.
    pub crdt: Crdt,
    /// The device.
    pub device: DeviceId,
    document: DocumentId,
    key: SigningKey,
    secrets: Vec<(Epoch, EpochSecret)>,
    last: (Seq, EnvelopeId, Epoch),
    /// Which of the secrets opens the last: an epoch may have several that came to nothing.
    sealed_with: Option<usize>,
    /// Whether changes wait to be sealed: whoever seals something seals them first.
    has_fresh: bool,
    log_length: u64,
    org: Head,
}

impl Replica {
    /// Reads a store with its owner's passphrase; `None` if nothing of the document opens.
    pub fn read(disk: &BTreeMap<RecordKey, Blob>, document: DocumentId) -> Option<Self> {
        let (_, records) = records(disk);
        let Some(Content::Keyring(keyring)) = records.get(&Name::Keyring) else { return None };
        let keys = keyring.keys();
        let mut org: Option<OrgLog> = None;
        let mut it = Self {
            crdt: Crdt::empty(keys.id, actor(keys.id, document, START)),
            device: keys.id,
            document,
            key: keys.device,
            secrets: vec![],
            last: (Seq(0), EnvelopeId::NONE, Epoch::FIRST),
            sealed_with: None,
            has_fresh: false,
            log_length: 0,
            org: Head::EMPTY,
        };
        let mut opened = vec![];
        for (name, content) in &records {
            match (name, content) {
                (Name::Org(_), Content::Bytes(bytes)) => {
                    let entry = Entry::parse(&bytes.0).ok()?;
                    match &mut org {
                        Some(org) => org.append(&entry).ok()?,
                        None => org = Some(OrgLog::begin(&entry).ok()?),
                    }
                }
                (Name::Log(id, _), Content::Bytes(_)) if *id == document => it.log_length += 1,
                (Name::Secret(id, epoch, _), Content::Bytes(bytes)) if *id == document => {
                    it.secrets.push((*epoch, EpochSecret::new(Secret::from_slice(&bytes.0)?)));
                }
                (Name::Envelope(id, device, seq), Content::Bytes(bytes)) if *id == document => {
                    let envelope = Envelope::parse(bytes.0.clone()).ok()?;
                    if *device == it.device {
                        it.last = (*seq, envelope.id(), envelope.header().epoch);
                    }
                    let author = org.as_ref()?.device(*device)?.keys.verify;
                    let (secret, changes) = it.open(&envelope.verify(&author).ok()?)?;
                    if *device == it.device {
                        it.sealed_with = Some(secret);
                    }
                    opened.extend(changes);
                }
                (Name::Change(id, _), Content::Change(change)) if *id == document => {
                    let changes = vec![Inspected::parse(&change.bytes.0).ok()?];
                    it.has_fresh = true;
                    opened.push(Opened { device: it.device, changes });
                }
                (_, _) => {}
            }
        }
        it.org = org?.head();
        it.crdt.take_in(&opened);
        Some(it)
    }

    /// What an envelope holds, and which of the secrets opens it.
    fn open(&self, envelope: &shared::envelope::Verified) -> Option<(usize, Vec<Opened>)> {
        let header = envelope.header();
        let mut secrets = self.secrets.iter().enumerate();
        let (secret, plaintext) = secrets.find_map(|(index, (epoch, secret))| {
            let is_of = *epoch == header.epoch;
            let plaintext = is_of.then(|| seal::open(envelope, secret).ok()).flatten()?;
            Some((index, plaintext))
        })?;
        let chunk = Chunk::parse(&plaintext).ok()?;
        let opened = match &chunk.part {
            Some(part) => snapshot::open(&[part], self.document).ok()?,
            None => vec![chunk.open(header.device, self.document).ok()?],
        };
        Some((secret, opened))
    }

    /// What a later version's program writes: a text of a field that this one has never heard of,
    /// in a chunk with a key that it has never heard of. The record makes the device's own program
    /// send it; `None` where its document is not one that this is tried on.
    pub fn as_later(
        mut self,
        disk: &BTreeMap<RecordKey, Blob>,
        (field, text): (&str, &str),
        at: UnixMillis,
        dice: &mut Dice,
    ) -> Option<(RecordKey, Blob)> {
        let kind = self.crdt.kind().filter(|_| !self.has_fresh)?;
        let made = growth(kind, field, automerge::ObjType::Text)?.raw_bytes().to_vec();
        let opened = Opened { device: self.device, changes: vec![Inspected::parse(&made).ok()?] };
        self.crdt.take_in(&[opened]);
        let place = engine::casework::field::Field::top(field);
        let length = self.crdt.text(&place)?.encode_utf16().count();
        let splice = engine::command::Splice {
            at: u32::try_from(length).ok()?,
            delete: 0,
            insert: text.to_owned(),
        };
        let change = self.crdt.edit(at, |tx| tx.splice(&place, &splice)).ok()??;
        let chunk = Chunk {
            at,
            changes: vec![Blob(made), Blob(change)],
            heads: vec![],
            frontier: vec![],
            org: self.org,
            starts: vec![START],
            server: None,
            part: None,
        };
        let mut plaintext = chunk.to_bytes();
        // One entry more in the map: `{40: true}`.
        *plaintext.first_mut()? += 1;
        plaintext.extend([0x18, 40, 0xF5]);
        let (seq, prev, epoch) = self.last;
        let (_, secret) = self.secrets.get(self.sealed_with?)?;
        let mut cx = engine::cx::Cx { now: at, entropy: dice };
        let header = Header {
            kind: Kind::Changes,
            document: self.document,
            epoch,
            device: self.device,
            seq: Seq(seq.0 + 1),
            prev,
            log_index: self.log_length,
            salt: cx.random(),
        };
        let envelope = seal::seal(header, secret, plaintext, &self.key).ok()?;
        let name = Name::Envelope(self.document, self.device, Seq(seq.0 + 1));
        let content = Content::Bytes(Blob(envelope.as_bytes().to_vec()));
        Some(records(disk).0.seal(name, &content, &mut cx))
    }
}
