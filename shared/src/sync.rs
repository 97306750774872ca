//! What a device and the server say to each other. The same bodies travel over WebSocket
//! (one message a frame) and `POST /v1/sync` (a CBOR array of messages each way).
//!
//! Every request is idempotent: envelopes are content-addressed, entries go to an expected head.

use crate::{
    Decode, Encode,
    cbor::{self, Blob},
    hash,
    id::{AccountId, DeviceId, DocumentId, EnvelopeId, Epoch, Number, ServerEpoch},
    limit::MESSAGE_BYTES_MAX,
    log::{Head, LogId},
    refusal::Refusal,
    sign::{Signature, VerifyKey},
    time::UnixMillis,
};

/// As whom a connection logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Identity {
    /// A device in the org log.
    #[n(0)]
    Device(#[n(0)] DeviceId),
    /// The holder of an invitation or linking code: reads the org log, appends itself.
    #[n(1)]
    Grant(#[n(0)] VerifyKey),
    /// The holder of the bootstrap link, who signs with the key derived from it.
    #[n(2)]
    Bootstrap,
}

/// From a device.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ClientMessage {
    /// Opens a connection. `nonce` is the client's half of the login challenge.
    #[n(0)]
    Hello {
        /// Protocol version spoken.
        #[n(0)]
        version: u8,
        /// As whom.
        #[n(1)]
        identity: Identity,
        /// The client's 32 random bytes.
        #[cbor(n(2), bytes)]
        nonce: [u8; 32],
    },
    /// Answers the challenge; the signature covers [`login_message`].
    #[n(1)]
    Auth {
        /// Made in the domain `Login`.
        #[n(0)]
        signature: Signature,
        /// How many entries of the org log a device has: if it was revoked, it is handed those up
        /// to the one that says so before it is turned away. Decides nothing, so is not signed.
        #[n(1)]
        org: Option<u64>,
    },
    /// Asks to be told of everything that changes, and for an index of what there is.
    #[n(2)]
    Subscribe,
    /// Asks for entries of a log from `from` on.
    #[n(3)]
    PullLog {
        /// Which log; `None` for the org log, whose id a newcomer does not know.
        #[n(0)]
        document: Option<DocumentId>,
        /// First index wanted.
        #[n(1)]
        from: u64,
    },
    /// Asks for envelopes after a number.
    #[n(4)]
    Pull {
        /// Which document.
        #[n(0)]
        document: DocumentId,
        /// The last number the device has; 0 for none.
        #[n(1)]
        after: Number,
        /// Whether the device has nothing of the document, and would begin at a snapshot.
        #[n(2)]
        at_snapshot: Option<bool>,
        /// Where the entry stands by which a snapshot counts that the device could not begin at: it
        /// would begin at another one, or at the beginning, if that is still kept.
        #[n(3)]
        unfit: Option<u64>,
    },
    /// Asks for the wraps addressed to this account or device.
    #[n(5)]
    PullWraps {
        /// The last wrap the device has, as numbered by the server for this account; 0 for none.
        #[n(0)]
        after: u64,
    },
    /// Delivers envelopes, oldest first.
    #[n(6)]
    Push {
        /// At most [`crate::limit::BATCH_ENVELOPES_MAX`].
        #[n(0)]
        envelopes: Vec<Blob>,
    },
    /// Appends an entry, if the log's head is still the one the entry names.
    #[n(7)]
    Append {
        /// The entry.
        #[n(0)]
        entry: Blob,
        /// Wraps that become visible with it.
        #[n(1)]
        wraps: Vec<Wrap>,
    },
    /// Delivers wraps without an entry (account seeds for a new device of one's own).
    #[n(8)]
    PutWraps {
        /// At most [`crate::limit::APPEND_WRAPS_MAX`].
        #[n(0)]
        wraps: Vec<Wrap>,
    },
    /// Keeps the connection known to be alive.
    #[n(9)]
    Ping,
    /// Brings back envelopes that the server had and may have forgotten, of whatever author and
    /// epoch; each author's oldest first.
    #[n(10)]
    BringBack {
        /// At most [`crate::limit::BATCH_ENVELOPES_MAX`].
        #[n(0)]
        envelopes: Vec<Blob>,
    },
}

/// A secret sealed by HPKE to one account or device. Opaque to the server but for its address.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Wrap {
    /// To whom.
    #[n(0)]
    pub to: WrapTo,
    /// X-Wing encapsulation and ciphertext.
    #[n(1)]
    pub sealed: Blob,
}

/// The address of a wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum WrapTo {
    /// An epoch secret for an account.
    #[n(0)]
    Account {
        /// Who.
        #[n(0)]
        account: AccountId,
        /// Which document.
        #[n(1)]
        document: DocumentId,
        /// Which epoch.
        #[n(2)]
        epoch: Epoch,
    },
    /// The account's own seeds for one of its devices.
    #[n(1)]
    Device {
        /// Whose.
        #[n(0)]
        account: AccountId,
        /// Which device.
        #[n(1)]
        device: DeviceId,
    },
}

impl WrapTo {
    /// The account that may fetch it.
    pub fn account(self) -> AccountId {
        match self {
            Self::Account { account, .. } | Self::Device { account, .. } => account,
        }
    }
}

/// What became of one envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Ack {
    /// Durable at the server under this number.
    #[n(0)]
    Stored(#[n(0)] Number),
    /// Was durable before, under this number.
    #[n(1)]
    Duplicate(#[n(0)] Number),
    /// Not taken.
    #[n(2)]
    Refused(#[n(0)] Refusal),
}

/// How far a document is, at the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DocumentState {
    /// Which.
    #[n(0)]
    pub document: DocumentId,
    /// Entries in its log.
    #[n(1)]
    pub log_length: u64,
    /// Its newest envelope; 0 for none.
    #[n(2)]
    pub last: Number,
}

/// What a device may ask of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Limits {
    /// Largest message.
    #[n(0)]
    pub message_bytes_max: u64,
    /// Most envelopes in a push.
    #[n(1)]
    pub push_envelopes_max: u64,
    /// How long a silent connection is kept.
    #[n(2)]
    pub idle_ms: u64,
}

/// From the server.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ServerMessage {
    /// What to sign. `nonce` is the server's half.
    #[n(0)]
    Challenge {
        /// The server's 32 random bytes.
        #[cbor(n(0), bytes)]
        nonce: [u8; 32],
    },
    /// The login held.
    #[n(1)]
    Ready {
        /// New whenever the database was restored.
        #[n(0)]
        server_epoch: ServerEpoch,
        /// The server's clock, shown beside the device's, never decided by.
        #[n(1)]
        now: UnixMillis,
        /// What may be asked.
        #[n(2)]
        limits: Limits,
        /// Bearer token for `POST /v1/sync`; absent on a WebSocket, which is its own login.
        #[n(3)]
        token: Option<Blob>,
        /// Length of the org log.
        #[n(4)]
        org_length: u64,
        /// Newest wrap for this account.
        #[n(5)]
        wraps: u64,
    },
    /// Every document this account has access to. Sent in pieces; `more` on all but the last.
    #[n(2)]
    Index {
        /// Some of them.
        #[n(0)]
        documents: Vec<DocumentState>,
        /// Whether another piece follows by itself.
        #[n(1)]
        more: bool,
    },
    /// Entries of a log. `more` if there are further ones to ask for.
    #[n(3)]
    LogBatch {
        /// Which log; `None` for the org log.
        #[n(0)]
        document: Option<DocumentId>,
        /// Index of the first.
        #[n(1)]
        from: u64,
        /// The entries.
        #[n(2)]
        entries: Vec<Blob>,
        /// Whether to ask again.
        #[n(3)]
        more: bool,
    },
    /// Envelopes of a document, dense from `first`; also sent unasked to subscribers.
    #[n(4)]
    Batch {
        /// Which document.
        #[n(0)]
        document: DocumentId,
        /// Number of the first.
        #[n(1)]
        first: Number,
        /// The envelopes.
        #[n(2)]
        envelopes: Vec<Blob>,
        /// Whether to ask again.
        #[n(3)]
        more: bool,
        /// Where the entry stands by which a snapshot counts that covers everything before the
        /// first; absent if that is not left out.
        #[n(4)]
        base: Option<u64>,
    },
    /// Wraps for this account.
    #[n(5)]
    Wraps {
        /// Server's number of the last one here.
        #[n(0)]
        last: u64,
        /// The wraps.
        #[n(1)]
        wraps: Vec<Wrap>,
        /// Whether to ask again.
        #[n(2)]
        more: bool,
    },
    /// What became of pushed envelopes. Sent only after they are durable.
    #[n(6)]
    Acks {
        /// By content address, in the order pushed.
        #[n(0)]
        acks: Vec<(EnvelopeId, Ack)>,
    },
    /// The entry is durable.
    #[n(7)]
    Appended {
        /// Which log.
        #[n(0)]
        log: LogId,
        /// The head after it.
        #[n(1)]
        head: Head,
    },
    /// Somebody else's entry came first: replay it, sign again.
    #[n(8)]
    HeadMoved {
        /// Which log.
        #[n(0)]
        log: LogId,
        /// The head in force.
        #[n(1)]
        head: Head,
    },
    /// Something is new: pull it.
    #[n(9)]
    Event(#[n(0)] Event),
    /// A request that is not a push was not carried out. For an `Append`, `log` says which.
    #[n(10)]
    Refused {
        /// Why.
        #[n(0)]
        refusal: Refusal,
        /// The log an `Append` was for.
        #[n(1)]
        log: Option<LogId>,
        /// The document a `Pull` or `PullLog` was for.
        #[n(2)]
        document: Option<DocumentId>,
        /// With `DeviceRevoked` the entry of the org log that says so.
        #[n(3)]
        entry: Option<Blob>,
    },
    /// Answers a ping.
    #[n(11)]
    Pong,
    /// The server ends the connection; come back after the wait.
    #[n(12)]
    Bye {
        /// Milliseconds; the client adds its own jitter.
        #[n(0)]
        wait_ms: u64,
    },
}

/// What is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Event {
    /// The org log has this length.
    #[n(0)]
    Org(#[n(0)] u64),
    /// A document's log or envelopes moved.
    #[n(1)]
    Document(#[n(0)] DocumentState),
    /// There are wraps up to this number.
    #[n(2)]
    Wraps(#[n(0)] u64),
}

/// What a login signs: both nonces, the identity, the origin the client believes it talks to.
pub fn login_message(
    identity: &Identity,
    client_nonce: &[u8; 32],
    server_nonce: &[u8; 32],
    origin: &str,
) -> Vec<u8> {
    let identity = cbor::to_vec(identity);
    let origin = hash::sha256(&[origin.as_bytes()]);
    [client_nonce.as_slice(), server_nonce, &origin, &identity].concat()
}

impl ClientMessage {
    /// As it travels.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// `None` for anything that is not exactly one message of admissible size.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        (bytes.len() <= MESSAGE_BYTES_MAX).then(|| cbor::from_slice(bytes)).flatten()
    }

    /// Several, as the body of a POST.
    pub fn to_body(messages: &[Self]) -> Vec<u8> {
        cbor::to_vec(&messages)
    }

    /// The body of a POST.
    pub fn parse_body(bytes: &[u8]) -> Option<Vec<Self>> {
        (bytes.len() <= MESSAGE_BYTES_MAX).then(|| cbor::from_slice(bytes)).flatten()
    }
}

impl ServerMessage {
    /// As it travels.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// `None` for anything that is not exactly one message.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        cbor::from_slice(bytes)
    }

    /// Several, as the answer to a POST.
    pub fn to_body(messages: &[Self]) -> Vec<u8> {
        cbor::to_vec(&messages)
    }

    /// The answer to a POST.
    pub fn parse_body(bytes: &[u8]) -> Option<Vec<Self>> {
        cbor::from_slice(bytes)
    }
}
