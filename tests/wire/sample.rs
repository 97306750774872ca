//! One message of each kind that device and server exchange.

use shared::{
    Blob,
    id::{Commitment, EntryHash, EnvelopeId, Epoch, KeyGeneration, Number, Seq, ServerEpoch},
    limit::{BATCH_ENVELOPES_MAX, MESSAGE_BYTES_MAX},
    log::{
        Head, LogId,
        document::{
            Covers, Cut, DocumentBody, Finalise, Revoke, Rotate, RotateReason, Shred,
            SnapshotAttest,
        },
        org::{
            AccountFreeze, AccountKeys, AccountRemove, DeviceRevoke, KEM_KEY_BYTES, KeyRotate,
            OrgBody, PolicyChange, ReleaseKey, RestoreDeclared,
        },
    },
    refusal::{Reason, Refusal},
    sign::Domain,
    sync::{
        Ack, ClientMessage, DocumentState, Event, Identity, Limits, ServerMessage, Wrap, WrapTo,
    },
};

use crate::cast::{CONSULTANT, DOCUMENT, EMPLOYEE, FIRM, START, key};

fn blob(byte: u8) -> Blob {
    Blob(vec![byte; 40])
}

fn head() -> Head {
    Head { length: 3, hash: EntryHash::new([0xE0; 32]) }
}

fn state() -> DocumentState {
    DocumentState { document: DOCUMENT, log_length: 2, last: Number(9) }
}

fn wraps() -> Vec<Wrap> {
    let account =
        WrapTo::Account { account: EMPLOYEE.account(), document: DOCUMENT, epoch: Epoch(1) };
    let device = WrapTo::Device { account: CONSULTANT.account(), device: CONSULTANT.device() };
    [account, device].map(|to| Wrap { to, sealed: blob(0x77) }).to_vec()
}

fn limits() -> Limits {
    Limits {
        message_bytes_max: u64::try_from(MESSAGE_BYTES_MAX).unwrap(),
        push_envelopes_max: u64::try_from(BATCH_ENVELOPES_MAX).unwrap(),
        idle_ms: 45_000,
    }
}

pub(crate) fn identities() -> [(&'static str, Identity); 3] {
    [
        ("device", Identity::Device(CONSULTANT.device())),
        ("grant", Identity::Grant(key(0x22).verify_key())),
        ("bootstrap", Identity::Bootstrap),
    ]
}

pub(crate) fn client_messages() -> Vec<(&'static str, ClientMessage)> {
    let signature = CONSULTANT.device_key().sign(Domain::Login, b"a login");
    let hello = |identity| ClientMessage::Hello { version: 1, identity, nonce: [0xA1; 32] };
    let [(_, device), (_, grant), (_, bootstrap)] = identities();
    vec![
        ("hello device", hello(device)),
        ("hello grant", hello(grant)),
        ("hello bootstrap", hello(bootstrap)),
        ("auth", ClientMessage::Auth { signature, org: None }),
        ("auth of a device", ClientMessage::Auth { signature, org: Some(7) }),
        ("subscribe", ClientMessage::Subscribe),
        ("pull org log", ClientMessage::PullLog { document: None, from: 4 }),
        ("pull document log", ClientMessage::PullLog { document: Some(DOCUMENT), from: 0 }),
        (
            "pull",
            ClientMessage::Pull {
                document: DOCUMENT,
                after: Number(5),
                at_snapshot: None,
                unfit: None,
            },
        ),
        (
            "pull at a snapshot",
            ClientMessage::Pull {
                document: DOCUMENT,
                after: Number(0),
                at_snapshot: Some(true),
                unfit: None,
            },
        ),
        (
            "pull beside a snapshot",
            ClientMessage::Pull {
                document: DOCUMENT,
                after: Number(0),
                at_snapshot: None,
                unfit: Some(3),
            },
        ),
        ("pull wraps", ClientMessage::PullWraps { after: 2 }),
        ("push", ClientMessage::Push { envelopes: vec![blob(1), blob(2)] }),
        ("append", ClientMessage::Append { entry: blob(3), wraps: wraps() }),
        ("put wraps", ClientMessage::PutWraps { wraps: wraps() }),
        ("ping", ClientMessage::Ping),
        ("bring back", ClientMessage::BringBack { envelopes: vec![blob(4)] }),
    ]
}

pub(crate) fn server_messages() -> Vec<(&'static str, ServerMessage)> {
    let id = EnvelopeId::new([0xE1; 32]);
    let acks = [
        Ack::Stored(Number(1)),
        Ack::Duplicate(Number(2)),
        Ack::Refused(Refusal::stale_epoch(Epoch(3))),
        Ack::Refused(Refusal::sequence_gap(Seq(4))),
        Ack::Refused(Refusal::new(Reason::Other(9_999))),
    ];
    let ready = |token| ServerMessage::Ready {
        server_epoch: ServerEpoch::new([0x5E; 16]),
        now: START,
        limits: limits(),
        token,
        org_length: 7,
        wraps: 2,
    };
    let batch = |document| ServerMessage::LogBatch {
        document,
        from: 1,
        entries: vec![blob(4)],
        more: true,
    };
    let refused = |log, document| ServerMessage::Refused {
        refusal: Refusal::wait(Reason::Busy, 5_000),
        log,
        document,
        entry: None,
    };
    vec![
        ("challenge", ServerMessage::Challenge { nonce: [0xA2; 32] }),
        ("ready", ready(None)),
        ("ready with token", ready(Some(blob(5)))),
        ("index", ServerMessage::Index { documents: vec![state(), state()], more: false }),
        ("org log batch", batch(None)),
        ("document log batch", batch(Some(DOCUMENT))),
        (
            "batch",
            ServerMessage::Batch {
                document: DOCUMENT,
                first: Number(8),
                envelopes: vec![blob(6), blob(7)],
                more: false,
                base: None,
            },
        ),
        (
            "batch behind a snapshot",
            ServerMessage::Batch {
                document: DOCUMENT,
                first: Number(8),
                envelopes: vec![blob(6)],
                more: true,
                base: Some(4),
            },
        ),
        ("wraps", ServerMessage::Wraps { last: 2, wraps: wraps(), more: true }),
        ("acks", ServerMessage::Acks { acks: acks.map(|ack| (id, ack)).to_vec() }),
        ("appended", ServerMessage::Appended { log: LogId::Org(FIRM), head: head() }),
        ("head moved", ServerMessage::HeadMoved { log: LogId::Document(DOCUMENT), head: head() }),
        ("event org", ServerMessage::Event(Event::Org(8))),
        ("event document", ServerMessage::Event(Event::Document(state()))),
        ("event wraps", ServerMessage::Event(Event::Wraps(3))),
        ("refused", refused(None, None)),
        ("refused append", refused(Some(LogId::Org(FIRM)), None)),
        ("refused pull", refused(None, Some(DOCUMENT))),
        ("pong", ServerMessage::Pong),
        ("bye", ServerMessage::Bye { wait_ms: 1_000 }),
    ]
}

/// One entry of each kind that ends or changes something in the org log.
pub(crate) fn org_bodies() -> Vec<(&'static str, OrgBody)> {
    let keys = AccountKeys {
        generation: KeyGeneration(1),
        verify: key(0xA1).verify_key(),
        kem: Blob(vec![0xA1; KEM_KEY_BYTES]),
        ..CONSULTANT.keys()
    };
    let account = EMPLOYEE.account();
    vec![
        ("device revoke", OrgBody::DeviceRevoke(DeviceRevoke { device: EMPLOYEE.device() })),
        ("account freeze", OrgBody::AccountFreeze(AccountFreeze { account, frozen: true })),
        ("account remove", OrgBody::AccountRemove(AccountRemove { account })),
        ("key rotate", OrgBody::KeyRotate(KeyRotate { keys })),
        ("policy change", OrgBody::PolicyChange(PolicyChange { offline_hours: 24 })),
        (
            "restore declared",
            OrgBody::RestoreDeclared(RestoreDeclared {
                server_epoch: ServerEpoch::new([0x5F; 16]),
            }),
        ),
        ("release key", OrgBody::ReleaseKey(ReleaseKey { key: key(0xA2).verify_key() })),
    ]
}

/// The same for document logs.
pub(crate) fn document_bodies() -> Vec<(&'static str, DocumentBody)> {
    let account = EMPLOYEE.account();
    let envelope = EnvelopeId::new([0xE1; 32]);
    let cuts = vec![Cut { device: EMPLOYEE.device(), seq: Seq(7), envelope }];
    let rotate = |previous| {
        DocumentBody::Rotate(Rotate {
            epoch: Epoch(1),
            commitment: Commitment::new([0xC1; 32]),
            previous,
            reason: RotateReason::Removal,
            cuts: vec![],
        })
    };
    vec![
        ("revoke", DocumentBody::Revoke(Revoke { account, cuts: cuts.clone() })),
        ("rotate", rotate(Some(blob(8)))),
        ("rotate from now on", rotate(None)),
        (
            "snapshot attest",
            DocumentBody::SnapshotAttest(SnapshotAttest {
                snapshot: envelope,
                heads: [9; 32],
                covers: None,
            }),
        ),
        (
            "snapshot attest with covers",
            DocumentBody::SnapshotAttest(SnapshotAttest {
                snapshot: envelope,
                heads: [9; 32],
                covers: Some(Covers {
                    author: EMPLOYEE.device(),
                    parts: 3,
                    frontier: cuts.clone(),
                }),
            }),
        ),
        ("finalise", DocumentBody::Finalise(Finalise { successor: Some(DOCUMENT), covers: None })),
        (
            "finalise what was read",
            DocumentBody::Finalise(Finalise { successor: None, covers: Some(cuts.clone()) }),
        ),
        ("shred", DocumentBody::Shred(Shred {})),
    ]
}

/// Names a message's kind. No wildcard: a new kind must stop the build until it has a sample.
pub(crate) fn client_kind(message: &ClientMessage) -> u8 {
    match message {
        ClientMessage::Hello { .. } => 0,
        ClientMessage::Auth { .. } => 1,
        ClientMessage::Subscribe => 2,
        ClientMessage::PullLog { .. } => 3,
        ClientMessage::Pull { .. } => 4,
        ClientMessage::PullWraps { .. } => 5,
        ClientMessage::Push { .. } => 6,
        ClientMessage::Append { .. } => 7,
        ClientMessage::PutWraps { .. } => 8,
        ClientMessage::Ping => 9,
        ClientMessage::BringBack { .. } => 10,
    }
}

/// See [`client_kind`].
pub(crate) fn server_kind(message: &ServerMessage) -> u8 {
    match message {
        ServerMessage::Challenge { .. } => 0,
        ServerMessage::Ready { .. } => 1,
        ServerMessage::Index { .. } => 2,
        ServerMessage::LogBatch { .. } => 3,
        ServerMessage::Batch { .. } => 4,
        ServerMessage::Wraps { .. } => 5,
        ServerMessage::Acks { .. } => 6,
        ServerMessage::Appended { .. } => 7,
        ServerMessage::HeadMoved { .. } => 8,
        ServerMessage::Event(_) => 9,
        ServerMessage::Refused { .. } => 10,
        ServerMessage::Pong => 11,
        ServerMessage::Bye { .. } => 12,
    }
}
