//! A firm whose every key comes from a small number, so that all bytes repeat.

use engine::{
    cx::Entropy,
    epoch::EpochSecret,
    keyring::{Seed, recovery::Kit},
    seal::seal,
    wrap::{KemKey, Purpose, wrap},
};
use shared::{
    envelope::{COMMITMENT_BYTES, Envelope, Header, Kind, Verified},
    id::{
        AccountId, Commitment, DeviceId, DocumentId, EnvelopeId, Epoch, FirmId, KeyGeneration, Seq,
    },
    log::{
        Author, Entry, EntryError, Head, LogId, Place,
        document::{Access, Create, DocumentBody, DocumentLog, Grant},
        org::{
            AccountAdd, AccountKeys, DeviceAdd, DeviceKeys, EnrolGrant, Enrols, Genesis,
            KEM_KEY_BYTES, OrgBody, OrgLog, Role,
        },
    },
    secret::Secret,
    sign::SigningKey,
    time::UnixMillis,
    version::PROTOCOL,
};

/// 2026-05-19T04:30:00Z.
pub(crate) const START: UnixMillis = UnixMillis(1_779_165_000_000);
pub(crate) const DAY_MS: u64 = 24 * 60 * 60 * 1000;
pub(crate) const FIRM: FirmId = FirmId::new([0xF0; 16]);
pub(crate) const ROOT: u8 = 1;

/// The key that belongs to a small number.
pub(crate) fn key(number: u8) -> SigningKey {
    SigningKey::derive(&Secret::new(Box::new([number; 32])))
}

fn kem(number: u8) -> Vec<u8> {
    vec![number; KEM_KEY_BYTES]
}

/// A person with one device. The person's number names the account; one more, the device's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Person(pub(crate) u8);

pub(crate) const ADMIN: Person = Person(0x10);
pub(crate) const CONSULTANT: Person = Person(0x20);
pub(crate) const SUPERVISOR: Person = Person(0x30);
pub(crate) const EMPLOYEE: Person = Person(0x40);

impl Person {
    pub(crate) fn account(self) -> AccountId {
        AccountId::new([self.0; 16])
    }

    pub(crate) fn device_key(self) -> SigningKey {
        key(self.0 + 1)
    }

    pub(crate) fn device(self) -> DeviceId {
        DeviceId::derive(&self.device_key().verify_key())
    }

    pub(crate) fn keys(self) -> AccountKeys {
        AccountKeys {
            account: self.account(),
            generation: KeyGeneration(0),
            verify: key(self.0).verify_key(),
            kem: kem(self.0).into(),
        }
    }

    pub(crate) fn device_keys(self) -> DeviceKeys {
        DeviceKeys::make(FIRM, self.account(), &self.device_key(), kem(self.0 + 1))
    }

    pub(crate) fn joins_as(self, role: Role) -> OrgBody {
        let (account, device) = (self.keys(), self.device_keys());
        OrgBody::AccountAdd(AccountAdd { role, account, device })
    }

    /// A further device of this person with the key of `number`.
    pub(crate) fn adds_device(self, number: u8) -> OrgBody {
        let device = DeviceKeys::make(FIRM, self.account(), &key(number), kem(number));
        OrgBody::DeviceAdd(DeviceAdd { account: self.account(), device })
    }
}

pub(crate) fn genesis() -> Genesis {
    Genesis {
        suite: PROTOCOL,
        escrow: false,
        root: key(ROOT).verify_key(),
        admin: ADMIN.keys(),
        device: ADMIN.device_keys(),
    }
}

pub(crate) fn genesis_place() -> Place {
    Place { log: LogId::Org(FIRM), head: Head::EMPTY, at: START, author: Author::Root, org: None }
}

/// A grant with the key of `number`, usable once within a day.
pub(crate) fn grant(number: u8, enrols: Enrols) -> EnrolGrant {
    let expires_at = START.plus_ms(DAY_MS);
    EnrolGrant { key: key(number).verify_key(), enrols, uses: 1, expires_at }
}

/// What is on the consultant's recovery kit of this number, and its keys.
pub(crate) fn kit(number: u8) -> (Seed, Kit) {
    let secret = Seed::new(Secret::new(Box::new([number; 32])));
    let kit = Kit::of(&secret);
    (secret, kit)
}

/// The org log with the entries that made it.
#[derive(Clone, Debug)]
pub(crate) struct Firm {
    pub(crate) log: OrgLog,
    pub(crate) entries: Vec<Entry>,
}

impl Firm {
    /// A firm with its admin only.
    pub(crate) fn new() -> Self {
        let entry = OrgBody::Genesis(genesis()).sign(genesis_place(), &key(ROOT));
        Self { log: OrgLog::begin(&entry).unwrap(), entries: vec![entry] }
    }

    /// A firm with one person of each role.
    pub(crate) fn staffed() -> Self {
        let mut firm = Self::new();
        for (person, role) in [
            (CONSULTANT, Role::Consultant),
            (SUPERVISOR, Role::Supervisor),
            (EMPLOYEE, Role::Employee),
        ] {
            firm.enrol(ADMIN, person, role);
        }
        firm
    }

    /// Where the next entry goes.
    pub(crate) fn place(&self, author: Author) -> Place {
        let at = START.plus_ms(self.log.head().length * 1000);
        Place { log: LogId::Org(FIRM), head: self.log.head(), at, author, org: None }
    }

    /// The entry by which `person` says `body` next.
    pub(crate) fn entry_by(&self, person: Person, body: &OrgBody) -> Entry {
        body.sign(self.place(Author::Device(person.device())), &person.device_key())
    }

    /// The entry by which the holder of grant `number` at `index` says `body` next.
    pub(crate) fn entry_by_grant(&self, index: u64, number: u8, body: &OrgBody) -> Entry {
        body.sign(self.place(Author::Grant(index)), &key(number))
    }

    pub(crate) fn append(&mut self, entry: Entry) -> Result<(), EntryError> {
        let before = self.log.clone();
        let result = self.log.append(&entry);
        if result.is_ok() {
            self.entries.push(entry);
        } else {
            assert_eq!(self.log, before, "a refused entry changed the log");
        }
        result
    }

    /// What the org log says of `person`'s recovery kit of this number.
    pub(crate) fn sets_kit(&self, person: Person, number: u8) -> OrgBody {
        OrgBody::RecoverySet(kit(number).1.set(self.log.genesis(), person.account()))
    }

    /// The entry by which the holder of the kit at `index` says `body` next.
    pub(crate) fn entry_by_kit(&self, index: u64, number: u8, body: &OrgBody) -> Entry {
        body.sign(self.place(Author::Grant(index)), &kit(number).1.sign)
    }

    /// Appends the grant and gives its index.
    pub(crate) fn grant(&mut self, by: Person, body: EnrolGrant) -> Result<u64, EntryError> {
        let index = self.log.head().length;
        self.append(self.entry_by(by, &OrgBody::EnrolGrant(body)))?;
        Ok(index)
    }

    /// `person` joins by a grant of `by`, whose key has the person's number and two.
    pub(crate) fn enrol(&mut self, by: Person, person: Person, role: Role) {
        let number = person.0 + 2;
        let index = self.grant(by, grant(number, Enrols::Account(role))).unwrap();
        self.append(self.entry_by_grant(index, number, &person.joins_as(role))).unwrap();
    }
}

/// A document log with the entries that made it.
#[derive(Clone, Debug)]
pub(crate) struct Paper {
    pub(crate) log: DocumentLog,
    pub(crate) entries: Vec<Entry>,
}

pub(crate) const DOCUMENT: DocumentId = DocumentId::new([0xD0; 16]);

pub(crate) fn create() -> DocumentBody {
    DocumentBody::Create(Create { commitment: Commitment::new([0xC0; 32]) })
}

pub(crate) fn grants(person: Person, access: Access) -> DocumentBody {
    DocumentBody::Grant(Grant { account: person.account(), access })
}

pub(crate) fn document_place(head: Head, person: Person) -> Place {
    let (log, author) = (LogId::Document(DOCUMENT), Author::Device(person.device()));
    Place { log, head, at: START.plus_ms(DAY_MS), author, org: None }
}

impl Paper {
    /// A document that the consultant made.
    pub(crate) fn new(firm: &Firm) -> Self {
        let place = document_place(Head::EMPTY, CONSULTANT);
        let entry = create().sign(place, &CONSULTANT.device_key());
        Self { log: DocumentLog::begin(&firm.log, &entry).unwrap(), entries: vec![entry] }
    }

    /// The entry by which `person` says `body` next.
    pub(crate) fn entry_by(&self, person: Person, body: &DocumentBody) -> Entry {
        body.sign(document_place(self.log.head(), person), &person.device_key())
    }

    /// The same, judged by all of the org log.
    pub(crate) fn judged_entry_by(
        &self,
        firm: &Firm,
        person: Person,
        body: &DocumentBody,
    ) -> Entry {
        let org = Some(firm.log.head().length);
        let place = Place { org, ..document_place(self.log.head(), person) };
        body.sign(place, &person.device_key())
    }

    pub(crate) fn append(&mut self, firm: &Firm, entry: Entry) -> Result<(), EntryError> {
        let before = self.log.clone();
        let result = self.log.append(&firm.log, &entry);
        if result.is_ok() {
            self.entries.push(entry);
        } else {
            assert_eq!(self.log, before, "a refused entry changed the log");
        }
        result
    }
}

pub(crate) fn header() -> Header {
    Header {
        kind: Kind::Changes,
        document: DOCUMENT,
        epoch: Epoch(2),
        device: CONSULTANT.device(),
        seq: Seq(7),
        prev: EnvelopeId::new([5; 32]),
        log_index: 6,
        salt: [7; 32],
    }
}

pub(crate) fn envelope(ciphertext_bytes: usize) -> Vec<u8> {
    let ciphertext = vec![0xCC; ciphertext_bytes];
    let commitment = [0xC0; COMMITMENT_BYTES];
    Envelope::sign(header(), &commitment, &ciphertext, &CONSULTANT.device_key())
        .into_envelope()
        .into_bytes()
}

/// Numbers that look random and repeat from run to run.
#[derive(Debug)]
pub(crate) struct Noise(pub(crate) u64);

impl Entropy for Noise {
    fn fill(&mut self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(32) {
            let noise = shared::hash::sha256(&[b"noise", &self.0.to_be_bytes()]);
            self.0 += 1;
            piece.copy_from_slice(&noise[..piece.len()]);
        }
    }
}

pub(crate) fn secret(number: u8) -> EpochSecret {
    EpochSecret::new(Secret::new(Box::new([number; 32])))
}

pub(crate) const PLAINTEXT: &[u8] = "係長の打診を受けるか迷う".as_bytes();

/// A real envelope, sealed with the secret of 1.
pub(crate) fn sealed() -> Verified {
    seal(header(), &secret(1), PLAINTEXT.to_vec(), &CONSULTANT.device_key()).unwrap()
}

pub(crate) fn kem_key(number: u8) -> KemKey {
    KemKey::derive(&Secret::new(Box::new([number; 32])))
}

/// What the wrap of [`wrapped`] is for.
pub(crate) fn purpose() -> Purpose {
    Purpose::EpochSecret {
        firm: FIRM,
        document: DOCUMENT,
        epoch: Epoch(1),
        account: EMPLOYEE.account(),
        generation: KeyGeneration(0),
    }
}

/// A secret wrapped to the KEM key of 1.
pub(crate) fn wrapped() -> Vec<u8> {
    wrap(&[0x5E; 32], purpose(), kem_key(1).public(), &mut Noise(0)).unwrap()
}
