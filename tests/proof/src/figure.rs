//! How much of what takes time a program does in a second.

use engine::{
    casework::field::Field,
    command::Splice,
    document::{
        chunk::{Chunk, actor, heads_of},
        crdt::Crdt,
        genesis::Kind as DocumentKind,
        intake::Verdict,
    },
    epoch::EpochSecret,
    seal::{self, PLAINTEXT_BYTES_MAX},
    wrap::{KemKey, unwrap, wrap},
};
use shared::{
    Blob,
    envelope::{Envelope, Header},
    hash::sha256,
    id::{AccountId, DeviceId, EnvelopeId, Epoch, KeyGeneration, Seq},
    log::{
        Author, Entry, Head, LogId, Place,
        document::{Access, Create, DocumentBody, DocumentLog},
        org::{
            AccountAdd, AccountKeys, DeviceKeys, EnrolGrant, Enrols, KEM_KEY_BYTES, OrgBody,
            OrgLog, Role,
        },
    },
    secret::Secret,
    sign::SigningKey,
};

use crate::cast::{
    ADMIN, CONSULTANT, DAY_MS, DOCUMENT, EMPLOYEE, FIRM, Firm, Noise, Paper, Person, START,
    SUPERVISOR, grants, header, kem_key, purpose, secret, wrapped,
};

/// Does some of it, and says how much that was.
pub type Turn = Box<dyn FnMut() -> f64>;

/// Something that takes time.
pub struct Figure {
    /// What is done.
    pub name: &'static str,
    /// In what it is counted.
    pub unit: &'static str,
    /// Makes what is needed.
    pub prepare: fn() -> Turn,
}

/// Every figure.
pub const FIGURES: &[Figure] = &[
    Figure { name: "secrets wrapped (HPKE, X-Wing)", unit: "wraps/s", prepare: wraps },
    Figure { name: "wraps opened", unit: "wraps/s", prepare: unwraps },
    Figure { name: "envelopes of 64 KiB sealed", unit: "MB/s", prepare: || seals(LARGE) },
    Figure { name: "envelopes of 64 KiB verified, opened", unit: "MB/s", prepare: || opens(LARGE) },
    Figure { name: "envelopes of 1 KiB sealed", unit: "MB/s", prepare: || seals(SMALL) },
    Figure { name: "envelopes of 1 KiB verified, opened", unit: "MB/s", prepare: || opens(SMALL) },
    Figure { name: "org log of 10,000 entries replayed", unit: "entries/s", prepare: replay },
    Figure { name: "300 documents of 4 members opened", unit: "documents/s", prepare: documents },
];

/// Plaintexts that fill the largest and the smallest envelope; a byte goes to the padding.
const LARGE: usize = PLAINTEXT_BYTES_MAX - 1;
const SMALL: usize = 1_023;
const ENTRIES: u32 = 10_000;
const GRANT_USES: u32 = 1_000;
const DOCUMENTS: u32 = 300;
const SENTENCES: u32 = 35;
/// A member of the documents beside consultant, supervisor and employee.
const OTHER: Person = Person(0x70);

fn wraps() -> Turn {
    let (mut noise, key) = (Noise(1), kem_key(1));
    Box::new(move || {
        wrap(&[0x5E; 32], purpose(), key.public(), &mut noise).unwrap();
        1.0
    })
}

fn unwraps() -> Turn {
    let (sealed, key) = (wrapped(), kem_key(1));
    Box::new(move || {
        assert_eq!(unwrap(&sealed, purpose(), &key).unwrap(), [0x5E; 32]);
        1.0
    })
}

fn megabytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap()) / 1e6
}

fn seals(size: usize) -> Turn {
    let (secret, key) = (secret(1), CONSULTANT.device_key());
    let mut seq = 0;
    Box::new(move || {
        seq += 1;
        let header = Header { seq: Seq(seq), ..header() };
        seal::seal(header, &secret, vec![7; size], &key).unwrap();
        megabytes(size)
    })
}

fn opens(size: usize) -> Turn {
    let (secret, key) = (secret(1), CONSULTANT.device_key());
    let sealed = seal::seal(header(), &secret, vec![7; size], &key).unwrap();
    let (bytes, author) = (sealed.as_bytes().to_vec(), key.verify_key());
    Box::new(move || {
        let envelope = Envelope::parse(bytes.clone()).unwrap().verify(&author).unwrap();
        assert_eq!(seal::open(&envelope, &secret).unwrap().len(), size);
        megabytes(size)
    })
}

fn key_of(what: &[u8], number: u32) -> SigningKey {
    SigningKey::derive(&Secret::new(Box::new(sha256(&[what, &number.to_be_bytes()]))))
}

fn kem_of(what: u8, number: u32) -> Vec<u8> {
    let mut kem = vec![what; KEM_KEY_BYTES];
    kem[..4].copy_from_slice(&number.to_be_bytes());
    kem
}

fn joins(number: u32) -> OrgBody {
    let mut id = [0xAA; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    let account = AccountKeys {
        account: AccountId::new(id),
        generation: KeyGeneration(0),
        verify: key_of(b"account", number).verify_key(),
        kem: kem_of(1, number).into(),
    };
    let device = key_of(b"device", number);
    let device = DeviceKeys::make(FIRM, account.account, &device, kem_of(2, number));
    OrgBody::AccountAdd(AccountAdd { role: Role::Employee, account, device })
}

/// A firm's log, nearly all of it employees who joined by invitations for many.
fn entries() -> Vec<Entry> {
    let Firm { mut log, mut entries } = Firm::new();
    let mut append = |body: &OrgBody, author, key: &SigningKey| {
        let at = START.plus_ms(1);
        let place = Place { log: LogId::Org(FIRM), head: log.head(), at, author, org: None };
        let entry = body.sign(place, key);
        log.append(&entry).unwrap();
        entries.push(entry);
        log.head().length
    };
    let (mut length, mut joined, mut grant) = (1, 0, 0);
    while length < u64::from(ENTRIES) {
        if joined % GRANT_USES == 0 && grant * GRANT_USES <= joined {
            grant += 1;
            let key = key_of(b"grant", grant).verify_key();
            let (enrols, expires_at) = (Enrols::Account(Role::Employee), START.plus_ms(DAY_MS));
            let body = EnrolGrant { key, enrols, uses: GRANT_USES, expires_at };
            let author = Author::Device(ADMIN.device());
            length = append(&OrgBody::EnrolGrant(body), author, &ADMIN.device_key());
        } else {
            let at = u64::from((grant - 1) * (GRANT_USES + 1)) + 1;
            length = append(&joins(joined), Author::Grant(at), &key_of(b"grant", grant));
            joined += 1;
        }
    }
    entries
}

fn replay() -> Turn {
    let entries: Vec<Vec<u8>> = entries().iter().map(|entry| entry.as_bytes().to_vec()).collect();
    Box::new(move || {
        let mut all = entries.iter().map(|bytes| Entry::parse(bytes).unwrap());
        let mut log = OrgLog::begin(&all.next().unwrap()).unwrap();
        all.for_each(|entry| log.append(&entry).unwrap());
        assert_eq!(log.head().length, u64::from(ENTRIES));
        f64::from(ENTRIES)
    })
}

/// What a device holds of one note: its log, its wrap, and an envelope of half an hour's writing.
struct Kept {
    entries: Vec<Vec<u8>>,
    wrap: Vec<u8>,
    envelope: Vec<u8>,
}

fn kept(firm: &Firm) -> Kept {
    let create = Create { commitment: secret(1).commitment(DOCUMENT, Epoch(0)) };
    let mut paper = Paper::new(firm);
    paper.entries.clear();
    let place = crate::cast::document_place(Head::EMPTY, CONSULTANT);
    let begun = DocumentBody::Create(create).sign(place, &CONSULTANT.device_key());
    paper.log = DocumentLog::begin(&firm.log, &begun).unwrap();
    paper.entries.push(begun);
    for (person, access) in
        [(SUPERVISOR, Access::Reader), (EMPLOYEE, Access::Writer), (OTHER, Access::Reader)]
    {
        let entry = paper.entry_by(CONSULTANT, &grants(person, access));
        paper.append(firm, entry).unwrap();
    }
    let device = CONSULTANT.device();
    let (mut crdt, first) =
        Crdt::begin(DocumentKind::Note, device, actor(device, DOCUMENT, 1)).unwrap();
    let mut changes = vec![Blob(first)];
    let field = Field::top("presenting_issue");
    for _ in 0..SENTENCES {
        let insert = "現場の仕事は好きだが、人をまとめる自信がないと話す。".to_owned();
        let splice = Splice { at: 0, delete: 0, insert };
        changes.push(Blob(crdt.edit(START, |tx| tx.splice(&field, &splice)).unwrap().unwrap()));
    }
    let chunk = Chunk {
        at: START,
        changes,
        heads: heads_of(&crdt.heads()),
        frontier: vec![],
        org: firm.log.head(),
        starts: vec![1],
        server: None,
        part: None,
    };
    let header = Header { epoch: Epoch(0), seq: Seq(1), prev: EnvelopeId::NONE, ..header() };
    let envelope = seal::seal(header, &secret(1), chunk.to_bytes(), &CONSULTANT.device_key());
    let wrap = wrap(secret(1).expose(), purpose(), kem_key(1).public(), &mut Noise(0)).unwrap();
    let entries = paper.entries.iter().map(|entry| entry.as_bytes().to_vec()).collect();
    Kept { entries, wrap, envelope: envelope.unwrap().as_bytes().to_vec() }
}

fn open(firm: &Firm, kept: &Kept, key: &KemKey, reader: DeviceId) -> (DocumentLog, Crdt) {
    let mut entries = kept.entries.iter().map(|bytes| Entry::parse(bytes).unwrap());
    let mut log = DocumentLog::begin(&firm.log, &entries.next().unwrap()).unwrap();
    entries.for_each(|entry| log.append(&firm.log, &entry).unwrap());
    let secret = unwrap(&kept.wrap, purpose(), key).unwrap();
    let secret = EpochSecret::new(Secret::from_slice(&secret).unwrap());
    assert_eq!(secret.commitment(DOCUMENT, Epoch(0)), log.commitment(Epoch(0)).unwrap());
    let envelope = Envelope::parse(kept.envelope.clone()).unwrap();
    let author = firm.log.device(envelope.header().device).unwrap().keys.verify;
    let envelope = envelope.verify(&author).unwrap();
    let chunk = Chunk::parse(&seal::open(&envelope, &secret).unwrap()).unwrap();
    let opened = chunk.open(envelope.header().device, DOCUMENT).unwrap();
    let mut crdt = Crdt::empty(reader, actor(reader, DOCUMENT, 1));
    assert_eq!(crdt.take_in(&[opened]), [Verdict::Applied]);
    (log, crdt)
}

fn documents() -> Turn {
    let mut firm = Firm::staffed();
    firm.enrol(ADMIN, OTHER, Role::Employee);
    let (kept, key) = (kept(&firm), kem_key(1));
    let reader = EMPLOYEE.device();
    Box::new(move || {
        // All of them stay open, as they do on a device.
        let open: Vec<_> = (0..DOCUMENTS).map(|_| open(&firm, &kept, &key, reader)).collect();
        f64::from(u32::try_from(open.len()).unwrap())
    })
}
