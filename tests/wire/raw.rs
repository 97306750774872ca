//! Entries as bytes, described a second time: what an attacker can write.

use shared::{
    Blob, Decode, Encode, cbor,
    id::EntryHash,
    log::{Author, Entry, EntryError, LogId},
    sign::{Domain, Signature, SigningKey},
    time::UnixMillis,
};

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Statement {
    #[n(0)]
    pub(crate) log: LogId,
    #[n(1)]
    pub(crate) index: u64,
    #[n(2)]
    pub(crate) previous: EntryHash,
    #[n(3)]
    pub(crate) at: UnixMillis,
    #[n(4)]
    pub(crate) author: Author,
    #[n(5)]
    pub(crate) kind: u32,
    #[n(6)]
    pub(crate) body: Blob,
    #[n(7)]
    pub(crate) org: Option<u64>,
    /// What a newer program might add.
    #[n(99)]
    pub(crate) extra: Option<Blob>,
}

impl Statement {
    /// What an entry says, and its signature.
    pub(crate) fn of(entry: &Entry) -> (Self, Signature) {
        let (signed, signature): (Blob, Signature) = cbor::from_slice(entry.as_bytes()).unwrap();
        (cbor::from_slice(&signed.0).unwrap(), signature)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// An entry that says this under somebody's signature of something else.
    pub(crate) fn with(&self, signature: Signature) -> Result<Entry, EntryError> {
        Entry::parse(&cbor::to_vec(&(Blob(self.to_bytes()), signature)))
    }

    /// An entry that says this under a signature of this.
    pub(crate) fn signed(&self, key: &SigningKey) -> Result<Entry, EntryError> {
        let domain = match self.log {
            LogId::Org(_) => Domain::OrgEntry,
            LogId::Document(_) => Domain::DocumentEntry,
        };
        self.signed_for(domain, key)
    }

    /// The same, but for a purpose of the attacker's choice.
    pub(crate) fn signed_for(&self, domain: Domain, key: &SigningKey) -> Result<Entry, EntryError> {
        self.with(key.sign(domain, &self.to_bytes()))
    }

    /// Every field changed, one at a time.
    pub(crate) fn flips(&self) -> Vec<(&'static str, Self)> {
        // No `..`: a new field must stop the build here until it is flipped too.
        let Self { log, index, previous, at, author, kind, body, org, extra } = self.clone();
        let same = || self.clone();
        let mut hash = *previous.as_bytes();
        hash[31] ^= 1;
        let mut longer = body.0;
        longer.push(0);
        vec![
            ("log", Self { log: other_log(log), ..same() }),
            ("index up", Self { index: index + 1, ..same() }),
            ("index down", Self { index: index.wrapping_sub(1), ..same() }),
            ("previous", Self { previous: EntryHash::new(hash), ..same() }),
            ("at", Self { at: at.plus_ms(1), ..same() }),
            ("author", Self { author: other_author(author), ..same() }),
            ("kind up", Self { kind: kind + 1, ..same() }),
            ("kind unknown", Self { kind: u32::MAX, ..same() }),
            ("body", Self { body: Blob(longer), ..same() }),
            ("org", Self { org: Some(org.map_or(0, |org| org + 1)), ..same() }),
            ("extra", Self { extra: extra.xor(Some(Blob(vec![1]))), ..same() }),
        ]
    }
}

fn other_log(log: LogId) -> LogId {
    match log {
        LogId::Org(firm) => LogId::Document(shared::id::DocumentId::new(*firm.as_bytes())),
        LogId::Document(document) => LogId::Org(shared::id::FirmId::new(*document.as_bytes())),
    }
}

fn other_author(author: Author) -> Author {
    match author {
        Author::Root => Author::Grant(0),
        Author::Grant(index) => Author::Grant(index + 1),
        Author::Device(_) => Author::Root,
    }
}
