//! Records of the local store: what is kept, under which opaque key, sealed how.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Aead as _, Payload},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use shared::{
    Blob, Decode, Encode, cbor,
    id::{DeviceId, DocumentId, EntryHash, Epoch, Number, Seq, ServerEpoch},
    secret::Secret,
    time::UnixMillis,
};
use zeroize::Zeroizing;

use crate::{
    cx::Cx,
    document::census::Census,
    effect::{Record, RecordKey},
    keyring::Keyring,
    view::{Arrival, SetAside},
};

const NONCE_BYTES: usize = 24;

/// Opens and seals everything in the local store but the vault.
pub struct StoreKey(Secret<32>);

impl StoreKey {
    /// Takes key bytes.
    pub fn new(bytes: Secret<32>) -> Self {
        Self(bytes)
    }

    /// A fresh key.
    pub fn make(cx: &mut Cx<'_>) -> Self {
        Self(Secret::new(Box::new(cx.random())))
    }

    /// For the vault and nothing else.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    pub(crate) fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        let expanded = Hkdf::<Sha256>::new(None, self.expose())
            .expand(format!("mendan/1/store/{purpose}").as_bytes(), key.as_mut_slice());
        debug_assert!(expanded.is_ok(), "32 bytes are within HKDF's limit");
        key
    }
}

/// What a record is about; the store sees only an HMAC of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Name {
    /// The keyring.
    #[n(0)]
    Keyring,
    /// How often the engine was started on this store, and what it knows of the server.
    #[n(1)]
    Progress,
    /// An org-log entry.
    #[n(2)]
    Org(#[n(0)] u64),
    /// A document-log entry.
    #[n(3)]
    Log(#[n(0)] DocumentId, #[n(1)] u64),
    /// A document-log entry of ours that the server does not have yet, by our own count.
    #[n(4)]
    Pending(#[n(0)] DocumentId, #[n(1)] u64),
    /// A candidate for a document's secret; the log's commitment decides. By our own count.
    #[n(5)]
    Secret(#[n(0)] DocumentId, #[n(1)] Epoch, #[n(2)] u32),
    /// How far we are with a document.
    #[n(6)]
    Document(#[n(0)] DocumentId),
    /// An envelope, ours or another device's.
    #[n(7)]
    Envelope(#[n(0)] DocumentId, #[n(1)] DeviceId, #[n(2)] Seq),
    /// A change of ours that is in no envelope yet, by our own count.
    #[n(8)]
    Change(#[n(0)] DocumentId, #[n(1)] u64),
    /// Envelopes that are about to be applied; what is here at a start may have killed us.
    #[n(9)]
    InFlight(#[n(0)] DocumentId),
    /// An envelope that was set aside.
    #[n(10)]
    Quarantine(#[n(0)] DocumentId, #[n(1)] DeviceId, #[n(2)] Seq),
    /// A document, whole: a cache.
    #[n(11)]
    Snapshot(#[n(0)] DocumentId),
    /// Who was first at the server, in a document where that counts.
    #[n(12)]
    Order(#[n(0)] DocumentId),
    /// The org-log entry that was signed last: until the log has gone on, no other is for its place.
    #[n(13)]
    OrgSigned,
    /// What speaks against the server, by our own count.
    #[n(20)]
    Alarm(#[n(0)] u64),
    /// The key under which an employee writes on a handed tablet, by the start it was made in.
    #[n(50)]
    Guest(#[n(0)] u64),
}

/// An envelope's place, as in-flight markers and quarantine name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Place {
    /// Which document.
    #[n(0)]
    pub document: DocumentId,
    /// Whose.
    #[n(1)]
    pub device: DeviceId,
    /// Which.
    #[n(2)]
    pub seq: Seq,
}

/// Envelopes about to be applied.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct InFlight {
    /// Which.
    #[n(0)]
    pub places: Vec<Place>,
    /// Whether the program died while they were in flight before. Once may be an empty battery;
    /// twice, and alone, is the envelope.
    #[n(1)]
    pub is_second_try: bool,
}

/// How often the engine started here, and how far it is with the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Progress {
    /// Grows at each unlock; part of every automerge actor id.
    #[n(0)]
    pub starts: u64,
    /// The last wrap fetched.
    #[n(1)]
    pub wraps: u64,
    /// When the server last let this device in, by the device's clock.
    #[n(2)]
    pub asked_at: Option<UnixMillis>,
    /// The latest time seen here: a clock set back shows.
    #[n(3)]
    pub latest: Option<UnixMillis>,
    /// The server said that the account may not come in.
    #[n(4)]
    pub is_closed: Option<bool>,
    /// The server's epoch, once everything here was offered to it.
    #[n(5)]
    pub server_epoch: Option<ServerEpoch>,
    /// Somebody else writes with this device's key: it writes nothing any more.
    #[n(8)]
    pub is_retired: Option<bool>,
    /// The server of this epoch did not take back something that is here.
    #[n(9)]
    pub is_at_odds: Option<bool>,
    /// An org-log entry that this device had signed and the server refused: should the log have it
    /// after all, nobody else wrote it.
    #[n(10)]
    pub refused: Option<EntryHash>,
    /// How this device came to the account, until the person has seen what that brought.
    #[n(40)]
    pub arrival: Option<Arrival>,
}

/// How far we are with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DocumentProgress {
    /// Every envelope up to this number is here.
    #[n(0)]
    pub cursor: Number,
    /// Our own envelopes up to this one are at the server.
    #[n(1)]
    pub acked: Seq,
    /// Where the log vouches for the snapshot at which what is here begins.
    #[n(2)]
    pub base: Option<u64>,
    /// How many envelopes there were at the last snapshot.
    #[n(3)]
    pub counted: Option<u64>,
    /// The same as `base`, of the time before the document began there.
    #[n(4)]
    pub before: Option<u64>,
    /// The server last showed a signed envelope other than the one that is here in its place: what
    /// is written on top of this would reach nobody, so nothing is.
    #[n(5)]
    pub stands_apart: Option<bool>,
}

/// A change of ours, as stored until it is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct FreshChange {
    /// The start whose actor made it.
    #[n(0)]
    pub start: u64,
    /// The change.
    #[n(1)]
    pub bytes: Blob,
}

/// A document, whole, and what of its history that covers.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Snapshot {
    /// Its changes, each after those it depends on.
    #[n(0)]
    pub changes: Vec<Blob>,
    /// For each device the last envelope that is in it.
    #[n(1)]
    pub covers: Vec<(DeviceId, Seq)>,
    /// What was counted of it.
    #[n(2)]
    pub census: Census,
}

/// What a record holds.
#[derive(Encode, Decode)]
pub enum Content {
    /// For [`Name::Keyring`].
    #[n(0)]
    Keyring(#[n(0)] Keyring),
    /// For [`Name::Progress`].
    #[n(1)]
    Progress(#[n(0)] Progress),
    /// For entries, envelopes, secrets: bytes with a meaning of their own.
    #[n(2)]
    Bytes(#[n(0)] Blob),
    /// For [`Name::Pending`].
    #[n(3)]
    Pending(#[n(0)] crate::document::pending::PendingEntry),
    /// For [`Name::Document`].
    #[n(4)]
    Document(#[n(0)] DocumentProgress),
    /// For [`Name::Change`].
    #[n(5)]
    Change(#[n(0)] FreshChange),
    /// For [`Name::Quarantine`], as the first programs wrote it.
    #[n(6)]
    Place(#[n(0)] Place),
    /// For [`Name::Snapshot`].
    #[n(7)]
    Snapshot(#[n(0)] Snapshot),
    /// For [`Name::InFlight`].
    #[n(8)]
    InFlight(#[n(0)] InFlight),
    /// For [`Name::Order`].
    #[n(9)]
    Order(#[n(0)] crate::document::order::Known),
    /// For [`Name::Alarm`].
    #[n(20)]
    Alarm(#[n(0)] crate::trust::Alarm),
    /// For [`Name::Quarantine`], with the reason.
    #[n(90)]
    SetAside(#[n(0)] Place, #[n(1)] SetAside),
}

impl Content {
    /// Overwrites bytes that may be a secret.
    pub(crate) fn wipe(self) {
        if let Self::Bytes(Blob(bytes)) = self {
            drop(Zeroizing::new(bytes));
        }
    }
}

/// Seals records of one store.
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    names: Zeroizing<[u8; 32]>,
    key: StoreKey,
}

impl Sealer {
    /// Derives what is needed from the store key.
    pub fn new(key: StoreKey) -> Self {
        let cipher = XChaCha20Poly1305::new((&*key.derive("records")).into());
        Self { cipher, names: key.derive("names"), key }
    }

    /// The store key, for sealing a vault.
    pub fn key(&self) -> &StoreKey {
        &self.key
    }

    /// Where a record lies.
    pub fn place(&self, name: Name) -> RecordKey {
        let bytes = cbor::to_vec(&name);
        let tag = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(self.names.as_slice())
            .map(|mac| mac.chain_update(&bytes).finalize().into_bytes().into());
        // HMAC takes keys of any length; the fallback keeps the signature free of an error.
        RecordKey(tag.unwrap_or([0xFF; 32]))
    }

    /// Seals a record; its name travels inside, so that the store can be read back whole.
    pub fn seal(&self, name: Name, content: &Content, cx: &mut Cx<'_>) -> Record {
        let place = self.place(name);
        let plaintext = Zeroizing::new(cbor::to_vec(&(name, content)));
        let nonce: [u8; NONCE_BYTES] = cx.random();
        let payload = Payload { msg: &plaintext, aad: &place.0 };
        let sealed = self.cipher.encrypt(&nonce.into(), payload).unwrap_or_default();
        (place, Blob([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens a record; `None` if it was damaged, moved or sealed under another key.
    pub fn open(&self, record: &Record) -> Option<(Name, Content)> {
        let (place, Blob(bytes)) = record;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: &place.0 };
        let plaintext = Zeroizing::new(self.cipher.decrypt(nonce.into(), payload).ok()?);
        let (name, content) = cbor::from_slice(&plaintext)?;
        (self.place(name) == *place).then_some((name, content))
    }
}
