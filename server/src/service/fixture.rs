//! People and their entries, for tests.

use shared::{
    Blob,
    envelope::{Envelope, Header, Kind, Verified},
    id::{
        AccountId, Commitment, DeviceId, DocumentId, EnvelopeId, Epoch, FirmId, KeyGeneration, Seq,
    },
    log::{
        Author, Entry, Head, LogId, Place,
        document::{Access, Create, DocumentBody, Grant},
        org::{
            AccountAdd, AccountKeys, DeviceAdd, DeviceKeys, EnrolGrant, Enrols, Genesis,
            KEM_KEY_BYTES, OrgBody, Role,
        },
    },
    secret::Secret,
    sign::{Domain, SigningKey as Pen, VerifyKey},
    sync::{ClientMessage, Identity, ServerMessage, Wrap, WrapTo, login_message},
    time::UnixMillis,
    version::PROTOCOL,
};

use crate::{
    machine::{Entropy, Machine},
    service::{Answer, Connection, Cx, Who},
    store::Store,
};

pub(crate) const ORIGIN: &str = "http://localhost:1";
pub(crate) const FIRM: FirmId = FirmId::new([0xF1; 16]);
pub(crate) const START: UnixMillis = UnixMillis(1_700_000_000_000);

/// A machine whose clock stands still and whose random bytes count up.
#[derive(Debug, Default)]
pub(crate) struct Counting(pub(crate) std::sync::atomic::AtomicU8);

impl Machine for Counting {
    fn now(&self) -> UnixMillis {
        START
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed).wrapping_add(1));
    }
}

/// Random bytes that count up.
pub(crate) struct Counter(pub(crate) u8);

impl Entropy for Counter {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0 = self.0.wrapping_add(1);
        bytes.fill(self.0);
    }
}

pub(crate) fn key(number: u8) -> Pen {
    Pen::derive(&Secret::new(Box::new([number; 32])))
}

/// Somebody with one device.
pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) key: Pen,
    pub(crate) number: u8,
}

impl Person {
    pub(crate) fn new(number: u8) -> Self {
        Self { account: AccountId::new([number; 16]), key: key(number), number }
    }

    pub(crate) fn device(&self) -> DeviceId {
        DeviceId::derive(&self.key.verify_key())
    }

    pub(crate) fn who(&self) -> Who {
        Who::Device { device: self.device(), account: self.account }
    }

    pub(crate) fn account_keys(&self) -> AccountKeys {
        AccountKeys {
            account: self.account,
            generation: KeyGeneration(0),
            verify: key(self.number.wrapping_add(100)).verify_key(),
            kem: Blob(vec![self.number; KEM_KEY_BYTES]),
        }
    }

    pub(crate) fn device_keys(&self) -> DeviceKeys {
        DeviceKeys::make(FIRM, self.account, &self.key, vec![self.number; KEM_KEY_BYTES])
    }

    fn place(&self, log: LogId, head: Head) -> Place {
        Place { log, head, at: START, author: Author::Device(self.device()), org: None }
    }

    pub(crate) fn org_entry(&self, head: Head, body: &OrgBody) -> Entry {
        body.sign(self.place(LogId::Org(FIRM), head), &self.key)
    }

    pub(crate) fn document_entry(
        &self,
        document: DocumentId,
        head: Head,
        body: &DocumentBody,
    ) -> Entry {
        body.sign(self.place(LogId::Document(document), head), &self.key)
    }

    /// The same, judged by the org log up to `org`.
    pub(crate) fn judged_entry(
        &self,
        org: Head,
        document: DocumentId,
        head: Head,
        body: &DocumentBody,
    ) -> Entry {
        let place = self.place(LogId::Document(document), head);
        body.sign(Place { org: Some(org.length), ..place }, &self.key)
    }

    pub(crate) fn create(&self, document: DocumentId) -> Entry {
        let body = DocumentBody::Create(Create { commitment: Commitment::new([1; 32]) });
        self.document_entry(document, Head::EMPTY, &body)
    }

    pub(crate) fn share(
        &self,
        document: DocumentId,
        head: Head,
        with: &Self,
        access: Access,
    ) -> Entry {
        let body = DocumentBody::Grant(Grant { account: with.account, access });
        self.document_entry(document, head, &body)
    }

    pub(crate) fn envelope(
        &self,
        document: DocumentId,
        seq: u64,
        prev: EnvelopeId,
        text: &str,
    ) -> Verified {
        let header = Header {
            kind: Kind::Changes,
            document,
            epoch: Epoch::FIRST,
            device: self.device(),
            seq: Seq(seq),
            prev,
            log_index: 1,
            salt: [0; 32],
        };
        self.seal(header, text)
    }

    pub(crate) fn seal(&self, header: Header, text: &str) -> Verified {
        let mut ciphertext = text.as_bytes().to_vec();
        ciphertext.resize(ciphertext.len().max(32), 0);
        Envelope::sign(header, &[0; 32], &ciphertext, &self.key)
    }

    /// The first `count` envelopes of a chain.
    pub(crate) fn chain(&self, document: DocumentId, count: u64) -> Vec<Verified> {
        let mut prev = EnvelopeId::NONE;
        (1..=count)
            .map(|seq| {
                let envelope = self.envelope(document, seq, prev, &format!("edit {seq}"));
                prev = envelope.id();
                envelope
            })
            .collect()
    }

    pub(crate) fn own_wrap(&self, device: DeviceId) -> Wrap {
        Wrap { to: WrapTo::Device { account: self.account, device }, sealed: Blob(vec![9; 64]) }
    }
}

pub(crate) fn wrap_for(person: &Person, document: DocumentId) -> Wrap {
    let to = WrapTo::Account { account: person.account, document, epoch: Epoch::FIRST };
    Wrap { to, sealed: Blob(vec![person.number; 64]) }
}

pub(crate) fn push(envelopes: &[Verified]) -> ClientMessage {
    let envelopes = envelopes.iter().map(|it| Blob(it.as_bytes().to_vec())).collect();
    ClientMessage::Push { envelopes }
}

pub(crate) fn append(entry: &Entry) -> ClientMessage {
    append_with(entry, Vec::new())
}

pub(crate) fn append_with(entry: &Entry, wraps: Vec<Wrap>) -> ClientMessage {
    ClientMessage::Append { entry: Blob(entry.as_bytes().to_vec()), wraps }
}

pub(crate) fn genesis(admin: &Person) -> Entry {
    let root = key(0xEE);
    let body = OrgBody::Genesis(Genesis {
        suite: PROTOCOL,
        escrow: false,
        root: root.verify_key(),
        admin: admin.account_keys(),
        device: admin.device_keys(),
    });
    let (head, author) = (Head::EMPTY, Author::Root);
    let place = Place { log: LogId::Org(FIRM), head, at: START, author, org: None };
    body.sign(place, &root)
}

/// A server on which Aoki is admin and Sato a consultant.
pub(crate) struct Firm {
    pub(crate) store: Store,
    pub(crate) admin: Person,
    pub(crate) sato: Person,
    pub(crate) head: Head,
    pub(crate) now: UnixMillis,
}

impl Firm {
    pub(crate) fn new() -> Self {
        Self::in_store(Store::in_memory(&mut Counter(0)).unwrap())
    }

    pub(crate) fn in_store(store: Store) -> Self {
        let admin = Person::new(1);
        let mut firm = Self { store, admin, sato: Person::new(2), head: Head::EMPTY, now: START };
        let entry = genesis(&firm.admin);
        firm.org_appended(Who::Bootstrap, &entry);
        let sato = Person::new(2);
        firm.enrol(&sato, Role::Consultant);
        firm
    }

    /// What a logged-in `who` is answered.
    pub(crate) fn say(&mut self, who: Who, message: ClientMessage) -> Answer {
        let mut entropy = Counter(0);
        let mut cx = Cx { now: self.now, entropy: &mut entropy, origin: ORIGIN, bootstrap: None };
        Connection::resumed(who).handle(&mut self.store, &mut cx, message)
    }

    pub(crate) fn reply(&mut self, who: Who, message: ClientMessage) -> ServerMessage {
        self.say(who, message).replies.pop().unwrap()
    }

    /// A grant whose key is `key(number)`, and its index.
    pub(crate) fn grant(&mut self, number: u8, enrols: Enrols, uses: u32) -> u64 {
        let body = OrgBody::EnrolGrant(EnrolGrant {
            key: key(number).verify_key(),
            enrols,
            uses,
            expires_at: START.plus_ms(1_000),
        });
        let (who, entry) = match enrols {
            Enrols::Device(account) if account == self.sato.account => {
                (self.sato.who(), self.sato.org_entry(self.head, &body))
            }
            Enrols::Device(_) | Enrols::Account(_) => {
                (self.admin.who(), self.admin.org_entry(self.head, &body))
            }
        };
        self.org_appended(who, &entry);
        entry.index()
    }

    pub(crate) fn join(&self, person: &Person, role: Role, grant: u64, number: u8) -> Entry {
        let body = OrgBody::AccountAdd(AccountAdd {
            role,
            account: person.account_keys(),
            device: person.device_keys(),
        });
        self.by_grant(grant, number, &body)
    }

    pub(crate) fn link(&self, device: &Person, grant: u64, number: u8) -> Entry {
        let body =
            OrgBody::DeviceAdd(DeviceAdd { account: device.account, device: device.device_keys() });
        self.by_grant(grant, number, &body)
    }

    pub(crate) fn enrol(&mut self, person: &Person, role: Role) {
        let number = person.number.wrapping_add(50);
        let grant = self.grant(number, Enrols::Account(role), 1);
        let entry = self.join(person, role, grant, number);
        self.org_appended(grant_of(number), &entry);
    }

    pub(crate) fn org_appended(&mut self, who: Who, entry: &Entry) {
        self.head = self.document_appended(who, entry);
    }

    pub(crate) fn document_appended(&mut self, who: Who, entry: &Entry) -> Head {
        let reply = self.reply(who, append(entry));
        let ServerMessage::Appended { head, .. } = reply else { panic!("{reply:?}") };
        head
    }

    fn by_grant(&self, grant: u64, number: u8, body: &OrgBody) -> Entry {
        let place = Place {
            log: LogId::Org(FIRM),
            head: self.head,
            at: START,
            author: Author::Grant(grant),
            org: None,
        };
        body.sign(place, &key(number))
    }
}

pub(crate) fn grant_of(number: u8) -> Who {
    Who::Grant(key(number).verify_key())
}

/// Both messages of a login, given the server's answer to the first.
pub(crate) fn hello(identity: Identity) -> ClientMessage {
    ClientMessage::Hello { version: PROTOCOL, identity, nonce: [7; 32] }
}

pub(crate) fn auth(identity: &Identity, key: &Pen, challenge: &ServerMessage) -> ClientMessage {
    let ServerMessage::Challenge { nonce } = challenge else { panic!("{challenge:?}") };
    let message = login_message(identity, &[7; 32], nonce, ORIGIN);
    ClientMessage::Auth { signature: key.sign(Domain::Login, &message), org: None }
}

/// Logs in on a fresh connection and says what came of it.
pub(crate) fn log_in(
    store: &mut Store,
    now: UnixMillis,
    bootstrap: Option<&VerifyKey>,
    identity: Identity,
    key: &Pen,
) -> (Connection, ServerMessage) {
    let mut connection = Connection::new();
    let mut entropy = Counter(40);
    let mut cx = Cx { now, entropy: &mut entropy, origin: ORIGIN, bootstrap };
    let challenge = connection.handle(store, &mut cx, hello(identity)).replies.pop().unwrap();
    let auth = auth(&identity, key, &challenge);
    let reply = connection.handle(store, &mut cx, auth).replies.pop().unwrap();
    (connection, reply)
}
