//! The firm's log: who belongs to it and with which devices.

use minicbor::Encode;

use crate::{
    Decode,
    cbor::{self, Blob},
    id::{AccountId, DeviceId, FirmId, KeyGeneration},
    limit::{ACCOUNT_DEVICES_MAX, GRANT_LIFE_MS_MAX, GRANT_USES_MAX},
    log::{Author, Entry, EntryError, Head, LogId, Place},
    map::Map,
    sign::{Domain, Signature, SigningKey, VerifyKey},
    time::UnixMillis,
    version::PROTOCOL,
};

/// Length of an X-Wing public key (draft-connolly-cfrg-xwing-kem-10 §4).
pub const KEM_KEY_BYTES: usize = 1_216;

/// What a person does in the firm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// Manages people, devices and sync; opens nothing.
    #[n(0)]
    Admin,
    /// Interviews employees.
    #[n(1)]
    Consultant,
    /// Sees supervision copies only.
    #[n(2)]
    Supervisor,
    /// Is interviewed.
    #[n(3)]
    Employee,
}

/// An account's public keys.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AccountKeys {
    /// The account.
    #[n(0)]
    pub account: AccountId,
    /// How often its keys were replaced.
    #[n(1)]
    pub generation: KeyGeneration,
    /// Verifies what the person signs on any device.
    #[n(2)]
    pub verify: VerifyKey,
    /// X-Wing public key: epoch secrets are wrapped to it. [`KEM_KEY_BYTES`] long.
    #[n(3)]
    pub kem: Blob,
}

/// A device's public keys.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceKeys {
    /// Verifies envelopes, entries and logins.
    #[n(0)]
    pub verify: VerifyKey,
    /// X-Wing public key: the account's seeds are sealed to it. [`KEM_KEY_BYTES`] long.
    #[n(1)]
    pub kem: Blob,
    /// The device's own signature over firm, account and both keys.
    #[n(2)]
    pub possession: Signature,
}

impl DeviceKeys {
    /// Binds a device's keys to the account they will serve.
    pub fn make(firm: FirmId, account: AccountId, key: &SigningKey, kem: Vec<u8>) -> Self {
        let verify = key.verify_key();
        let message = Self::possession_message(firm, account, &verify, &kem);
        let possession = key.sign(Domain::Possession, &message);
        Self { verify, kem: Blob(kem), possession }
    }

    /// The id that these keys give the device.
    pub fn id(&self) -> DeviceId {
        DeviceId::derive(&self.verify)
    }

    fn check(&self, firm: FirmId, account: AccountId) -> Result<(), EntryError> {
        if self.kem.0.len() != KEM_KEY_BYTES {
            return Err(EntryError::Malformed);
        }
        let message = Self::possession_message(firm, account, &self.verify, &self.kem.0);
        Ok(self.verify.verify(Domain::Possession, &message, &self.possession)?)
    }

    fn possession_message(
        firm: FirmId,
        account: AccountId,
        verify: &VerifyKey,
        kem: &[u8],
    ) -> Vec<u8> {
        [firm.as_bytes(), account.as_bytes(), verify.as_bytes().as_slice(), kem].concat()
    }
}

/// What an enrolment grant lets its holder add.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Enrols {
    /// A new account with this role.
    #[n(0)]
    Account(#[n(0)] Role),
    /// A further device of the account that made the grant.
    #[n(1)]
    Device(#[n(0)] AccountId),
}

/// What an org-log entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrgBody {
    /// The first entry: the firm, its first admin, and that no organisation key exists.
    Genesis(Genesis),
    /// A key that may enrol.
    EnrolGrant(EnrolGrant),
    /// A person joins with a first device.
    AccountAdd(AccountAdd),
    /// A person adds a device.
    DeviceAdd(DeviceAdd),
}

/// See [`OrgBody::Genesis`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Genesis {
    /// The protocol suite; [`PROTOCOL`].
    #[n(0)]
    pub suite: u8,
    /// Whether an organisation key exists. Always false: a firm that says otherwise is refused.
    #[n(1)]
    pub escrow: bool,
    /// The firm's root key, which signs this entry and nothing else.
    #[n(2)]
    pub root: VerifyKey,
    /// The first admin.
    #[n(3)]
    pub admin: AccountKeys,
    /// The first admin's first device.
    #[n(4)]
    pub device: DeviceKeys,
}

/// See [`OrgBody::EnrolGrant`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EnrolGrant {
    /// Its private half travels in the invitation link's fragment.
    #[n(0)]
    pub key: VerifyKey,
    /// What it may add.
    #[n(1)]
    pub enrols: Enrols,
    /// How often.
    #[n(2)]
    pub uses: u32,
    /// Until when.
    #[n(3)]
    pub expires_at: UnixMillis,
}

/// See [`OrgBody::AccountAdd`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AccountAdd {
    /// The role, equal to the grant's.
    #[n(0)]
    pub role: Role,
    /// The account's keys.
    #[n(1)]
    pub account: AccountKeys,
    /// The first device.
    #[n(2)]
    pub device: DeviceKeys,
}

/// See [`OrgBody::DeviceAdd`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceAdd {
    /// The account that gains a device.
    #[n(0)]
    pub account: AccountId,
    /// The new device.
    #[n(1)]
    pub device: DeviceKeys,
}

impl OrgBody {
    /// Makes and signs the entry that says this at `place`.
    pub fn sign(&self, place: Place, key: &SigningKey) -> Entry {
        let (kind, body) = match self {
            Self::Genesis(body) => (0, cbor::to_vec(body)),
            Self::EnrolGrant(body) => (1, cbor::to_vec(body)),
            Self::AccountAdd(body) => (2, cbor::to_vec(body)),
            Self::DeviceAdd(body) => (3, cbor::to_vec(body)),
        };
        Entry::sign(place, kind, body, key)
    }

    /// What an entry says; an unknown kind fails closed.
    pub fn parse(entry: &Entry) -> Result<Self, EntryError> {
        match entry.kind() {
            0 => entry.body().map(Self::Genesis),
            1 => entry.body().map(Self::EnrolGrant),
            2 => entry.body().map(Self::AccountAdd),
            3 => entry.body().map(Self::DeviceAdd),
            kind => Err(EntryError::UnknownKind { kind }),
        }
    }
}

/// A person, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What the person does.
    pub role: Role,
    /// The keys in force.
    pub keys: AccountKeys,
    /// The grant by which the person joined; `None` for the first admin.
    pub grant: Option<u64>,
}

/// A device, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Whose it is.
    pub account: AccountId,
    /// Its keys.
    pub keys: DeviceKeys,
    /// The grant by which it joined; `None` for the first admin's.
    pub grant: Option<u64>,
}

/// An enrolment grant, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What was granted.
    pub body: EnrolGrant,
    /// By which account.
    pub by: AccountId,
    /// How often it was used.
    pub used: u32,
}

/// The org log, replayed. Both ends use this to decide what an entry is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgLog {
    firm: FirmId,
    genesis: crate::id::EntryHash,
    head: Head,
    accounts: Map<AccountId, Account>,
    devices: Map<DeviceId, Device>,
    grants: Map<u64, Grant>,
}

impl OrgLog {
    /// Starts a log with its Genesis.
    pub fn begin(entry: &Entry) -> Result<Self, EntryError> {
        let LogId::Org(firm) = entry.log() else { return Err(EntryError::Misplaced) };
        entry.follows(LogId::Org(firm), Head::EMPTY)?;
        let OrgBody::Genesis(genesis) = OrgBody::parse(entry)? else {
            return Err(EntryError::Misplaced);
        };
        if entry.author() != Author::Root || genesis.escrow || genesis.suite != PROTOCOL {
            return Err(EntryError::Unauthorised);
        }
        entry.verify(&genesis.root)?;
        let mut log = Self {
            firm,
            genesis: entry.hash(),
            head: entry.next_head(),
            accounts: Map::new(),
            devices: Map::new(),
            grants: Map::new(),
        };
        log.admit(Role::Admin, genesis.admin, genesis.device, None)?;
        Ok(log)
    }

    /// Checks the next entry and takes it in; on an error nothing has changed.
    pub fn append(&mut self, entry: &Entry) -> Result<(), EntryError> {
        entry.follows(LogId::Org(self.firm), self.head)?;
        match OrgBody::parse(entry)? {
            OrgBody::Genesis(_) => return Err(EntryError::Contradiction),
            OrgBody::EnrolGrant(grant) => self.append_grant(entry, grant)?,
            OrgBody::AccountAdd(add) => {
                let (index, enrols) = self.spendable(entry)?;
                if enrols != Enrols::Account(add.role) {
                    return Err(EntryError::Unauthorised);
                }
                self.admit(add.role, add.account, add.device, Some(index))?;
                self.spend(index);
            }
            OrgBody::DeviceAdd(add) => {
                let (index, enrols) = self.spendable(entry)?;
                if enrols != Enrols::Device(add.account) {
                    return Err(EntryError::Unauthorised);
                }
                self.admit_device(add.account, add.device, Some(index))?;
                self.spend(index);
            }
        }
        self.head = entry.next_head();
        Ok(())
    }

    /// The firm.
    pub fn firm(&self) -> FirmId {
        self.firm
    }

    /// Hash of the Genesis: what invitations pin.
    pub fn genesis(&self) -> crate::id::EntryHash {
        self.genesis
    }

    /// Length and last hash.
    pub fn head(&self) -> Head {
        self.head
    }

    /// A person, if in the log.
    pub fn account(&self, account: AccountId) -> Option<&Account> {
        self.accounts.get(&account)
    }

    /// Everybody in the log.
    pub fn accounts(&self) -> impl Iterator<Item = (AccountId, &Account)> {
        self.accounts.iter().map(|(id, account)| (*id, account))
    }

    /// A device, if in the log.
    pub fn device(&self, device: DeviceId) -> Option<&Device> {
        self.devices.get(&device)
    }

    /// Every device in the log.
    pub fn devices(&self) -> impl Iterator<Item = (DeviceId, &Device)> {
        self.devices.iter().map(|(id, device)| (*id, device))
    }

    /// An enrolment grant by its index.
    pub fn grant(&self, index: u64) -> Option<&Grant> {
        self.grants.get(&index)
    }

    /// The grant whose key is `key`.
    pub fn grant_of_key(&self, key: &VerifyKey) -> Option<(u64, &Grant)> {
        self.grants.iter().find(|(_, grant)| grant.body.key == *key).map(|(at, it)| (*at, it))
    }

    /// The account behind an entry's author, once the entry's signature held.
    pub(crate) fn authenticate(&self, entry: &Entry) -> Result<AccountId, EntryError> {
        let Author::Device(id) = entry.author() else { return Err(EntryError::Unauthorised) };
        let device = self.devices.get(&id).ok_or(EntryError::Unauthentic)?;
        entry.verify(&device.keys.verify)?;
        Ok(device.account)
    }

    fn append_grant(&mut self, entry: &Entry, grant: EnrolGrant) -> Result<(), EntryError> {
        let by = self.authenticate(entry)?;
        let role = self.accounts.get(&by).ok_or(EntryError::Unauthentic)?.role;
        let allowed = match grant.enrols {
            Enrols::Account(Role::Employee) => matches!(role, Role::Admin | Role::Consultant),
            Enrols::Account(Role::Admin | Role::Consultant | Role::Supervisor) => {
                role == Role::Admin
            }
            Enrols::Device(account) => account == by,
        };
        if !allowed {
            return Err(EntryError::Unauthorised);
        }
        let life_ms = grant.expires_at.0.saturating_sub(entry.at().0);
        let in_limits = (1..=GRANT_USES_MAX).contains(&grant.uses) && life_ms <= GRANT_LIFE_MS_MAX;
        if !in_limits || self.grant_of_key(&grant.key).is_some() {
            return Err(EntryError::Contradiction);
        }
        self.grants.insert(entry.index(), Grant { body: grant, by, used: 0 });
        Ok(())
    }

    /// The grant that signed `entry`, if it may still be used.
    fn spendable(&self, entry: &Entry) -> Result<(u64, Enrols), EntryError> {
        let Author::Grant(index) = entry.author() else { return Err(EntryError::Unauthorised) };
        let grant = self.grants.get(&index).ok_or(EntryError::Unauthentic)?;
        entry.verify(&grant.body.key)?;
        if grant.used >= grant.body.uses {
            return Err(EntryError::Spent);
        }
        if entry.at() > grant.body.expires_at {
            return Err(EntryError::Expired);
        }
        Ok((index, grant.body.enrols))
    }

    fn spend(&mut self, index: u64) {
        if let Some(grant) = self.grants.get_mut(&index) {
            grant.used += 1;
        }
    }

    fn admit(
        &mut self,
        role: Role,
        keys: AccountKeys,
        device: DeviceKeys,
        grant: Option<u64>,
    ) -> Result<(), EntryError> {
        let account = keys.account;
        if keys.kem.0.len() != KEM_KEY_BYTES {
            return Err(EntryError::Malformed);
        }
        if keys.generation != KeyGeneration(0) || self.accounts.contains_key(&account) {
            return Err(EntryError::Contradiction);
        }
        self.admit_device(account, device, grant)?;
        self.accounts.insert(account, Account { role, keys, grant });
        Ok(())
    }

    fn admit_device(
        &mut self,
        account: AccountId,
        keys: DeviceKeys,
        grant: Option<u64>,
    ) -> Result<(), EntryError> {
        keys.check(self.firm, account)?;
        let owned = self.devices.values().filter(|device| device.account == account).count();
        if owned >= ACCOUNT_DEVICES_MAX || self.devices.contains_key(&keys.id()) {
            return Err(EntryError::Contradiction);
        }
        self.devices.insert(keys.id(), Device { account, keys, grant });
        Ok(())
    }
}
