//! The firm's log: who belongs to it and with which devices.

use crate::order;
use crate::{
    id::{AccountId, DeviceId, EntryHash, FirmId, KeyGeneration, ServerEpoch},
    limit::{
        ACCOUNT_DEVICES_MAX, GRANT_LIFE_MS_MAX, GRANT_USES_MAX, OFFLINE_HOURS_DEFAULT,
        OFFLINE_HOURS_MAX, OFFLINE_HOURS_MIN, RELEASE_KEYS_MAX,
    },
    log::{Author, Entry, EntryError, Head, LogId},
    map::{Map, Set},
    sign::VerifyKey,
    time::UnixMillis,
    version::PROTOCOL,
};

mod body;
mod view;

pub use body::{
    AccountAdd, AccountFreeze, AccountKeys, AccountRemove, DeviceAdd, DeviceKeys, DeviceRevoke,
    EnrolGrant, Enrols, Genesis, KEM_KEY_BYTES, KeyRotate, OrgBody, PolicyChange, RecoverySet,
    ReleaseKey, RestoreDeclared, Role,
};
pub use view::{Account, Device, Grant, Kit};

/// Devices that are asked what day it was.
const WITNESSES: usize = 5;

/// The org log, replayed. Both ends use this to decide what an entry is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgLog {
    firm: FirmId,
    genesis: EntryHash,
    head: Head,
    hashes: Vec<EntryHash>,
    accounts: Map<AccountId, Account>,
    devices: Map<DeviceId, Device>,
    grants: Map<u64, Grant>,
    offline_hours: u16,
    restored: Option<ServerEpoch>,
    release_keys: Set<VerifyKey>,
    times: Vec<(Author, UnixMillis)>,
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
            head: Head::EMPTY,
            hashes: vec![],
            accounts: Map::new(),
            devices: Map::new(),
            grants: Map::new(),
            offline_hours: OFFLINE_HOURS_DEFAULT,
            restored: None,
            release_keys: Set::new(),
            times: vec![],
        };
        log.admit(Role::Admin, genesis.admin, genesis.device, None)?;
        log.take(entry);
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
            OrgBody::DeviceRevoke(revoke) => self.revoke_device(entry, revoke.device)?,
            OrgBody::AccountFreeze(freeze) => self.freeze(entry, freeze)?,
            OrgBody::AccountRemove(remove) => self.remove(entry, remove.account)?,
            OrgBody::KeyRotate(rotate) => self.rotate_keys(entry, rotate.keys)?,
            OrgBody::PolicyChange(policy) => {
                self.by_admin(entry)?;
                if !(OFFLINE_HOURS_MIN..=OFFLINE_HOURS_MAX).contains(&policy.offline_hours) {
                    return Err(EntryError::Contradiction);
                }
                self.offline_hours = policy.offline_hours;
            }
            OrgBody::RestoreDeclared(restored) => {
                self.by_admin(entry)?;
                self.restored = Some(restored.server_epoch);
            }
            OrgBody::ReleaseKey(release) => {
                self.by_admin(entry)?;
                let is_full = self.release_keys.len() >= RELEASE_KEYS_MAX;
                if is_full || self.release_keys.contains(&release.key) {
                    return Err(EntryError::Contradiction);
                }
                self.release_keys.insert(release.key);
            }
            OrgBody::RecoverySet(set) => self.set_recovery(entry, set)?,
        }
        self.take(entry);
        Ok(())
    }

    fn take(&mut self, entry: &Entry) {
        self.head = entry.next_head();
        self.hashes.push(self.head.hash);
        self.times.push((entry.author(), entry.at()));
    }

    /// The latest time that a device other than this one signed an entry of; 0 if there is none.
    pub fn latest_besides(&self, device: DeviceId) -> UnixMillis {
        let own = self.devices.get(&device).map(|device| device.since);
        let others = (0..).zip(&self.times).filter(|(index, (author, _))| {
            *author != Author::Device(device) && own != Some(*index)
        });
        others.map(|(_, (_, at))| *at).max().unwrap_or(UnixMillis(0))
    }

    /// When the log was about so long, by the last words of the devices that spoke last before: where
    /// two clocks are right, any number may be behind, and one ahead. 0 for a log that was empty.
    pub fn about(&self, length: u64) -> UnixMillis {
        let mut words = Map::<DeviceId, UnixMillis>::new();
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        for (index, (author, at)) in self.times.iter().enumerate().take(length).rev() {
            if words.len() == WITNESSES {
                break;
            }
            let by = match author {
                Author::Device(id) => Some(*id),
                Author::Root | Author::Grant(_) => self.begun_at(index),
            };
            if let Some(by) = by
                && !words.contains_key(&by)
            {
                words.insert(by, *at);
            }
        }
        let mut times: Vec<UnixMillis> = words.values().copied().collect();
        order::by(&mut times, Ord::cmp);
        times.iter().rev().nth(1).or(times.first()).copied().unwrap_or(UnixMillis(0))
    }

    /// The device that an entry let in.
    fn begun_at(&self, index: usize) -> Option<DeviceId> {
        let index = u64::try_from(index).ok()?;
        self.devices.iter().find(|(_, device)| device.since == index).map(|(id, _)| *id)
    }

    /// Whether the key that an entry names, if this log knows it, signed it. Says nothing of
    /// whether its author might say it, nor of its place.
    pub fn is_signed(&self, entry: &Entry) -> bool {
        let key = match entry.author() {
            Author::Root => None,
            Author::Grant(index) => self.grants.get(&index).map(|grant| grant.body.key),
            Author::Device(id) => self.devices.get(&id).map(|device| device.keys.verify),
        };
        key.is_some_and(|key| entry.verify(&key).is_ok())
    }

    /// The account behind an entry's author, once the entry's signature held, if its author may
    /// speak by the first `length` entries of this log.
    pub(crate) fn author_at(&self, entry: &Entry, length: u64) -> Result<AccountId, EntryError> {
        let Author::Device(id) = entry.author() else { return Err(EntryError::Unauthorised) };
        let device = self.devices.get(&id).ok_or(EntryError::Unauthentic)?;
        entry.verify(&device.keys.verify)?;
        if self.stands_at(id, length) { Ok(device.account) } else { Err(EntryError::Unauthorised) }
    }

    /// Whether an entry that may lie beyond this log is somebody's signed word, who may give it by
    /// this log, that `device` is revoked.
    pub fn confirms_revocation(&self, entry: &Entry, device: DeviceId) -> bool {
        let says_so = matches!(
            OrgBody::parse(entry),
            Ok(OrgBody::DeviceRevoke(revoke)) if revoke.device == device
        );
        let owner = self.devices.get(&device).map(|device| device.account);
        let Author::Device(author) = entry.author() else { return false };
        let Some(author) = self.devices.get(&author) else { return false };
        let role = self.accounts.get(&author.account).map(|account| account.role);
        says_so
            && entry.log() == LogId::Org(self.firm)
            && entry.org().is_none()
            && (Some(author.account) == owner || role == Some(Role::Admin))
            && entry.verify(&author.keys.verify).is_ok()
    }

    fn author(&self, entry: &Entry) -> Result<(AccountId, Role), EntryError> {
        let account = self.author_at(entry, self.head.length)?;
        let role = self.accounts.get(&account).ok_or(EntryError::Unauthentic)?.role;
        Ok((account, role))
    }

    fn by_admin(&self, entry: &Entry) -> Result<(), EntryError> {
        match self.author(entry)? {
            (_, Role::Admin) => Ok(()),
            (_, Role::Consultant | Role::Supervisor | Role::Employee) => {
                Err(EntryError::Unauthorised)
            }
        }
    }

    fn append_grant(&mut self, entry: &Entry, grant: EnrolGrant) -> Result<(), EntryError> {
        let (by, role) = self.author(entry)?;
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
        let Author::Device(device) = entry.author() else { return Err(EntryError::Unauthorised) };
        if !in_limits || self.is_enrolment_key(&grant.key) {
            return Err(EntryError::Contradiction);
        }
        self.grants.insert(entry.index(), Grant { body: grant, by, device, used: 0 });
        Ok(())
    }

    /// The grant that signed `entry`, if it may still be used. What a device gave away that was
    /// revoked since is worth nothing, or its thief would have given himself another one.
    fn spendable(&self, entry: &Entry) -> Result<(u64, Enrols), EntryError> {
        let Author::Grant(index) = entry.author() else { return Err(EntryError::Unauthorised) };
        if let Some((owner, kit)) = self.kit_at(index) {
            entry.verify(&kit.set.verify)?;
            let account = self.accounts.get(&owner).ok_or(EntryError::Unauthentic)?;
            return match account.kit() {
                Some(valid) if valid.index != index => Err(EntryError::Spent),
                Some(_) if account.is_open() => Ok((index, Enrols::Device(owner))),
                Some(_) | None => Err(EntryError::Unauthorised),
            };
        }
        let grant = self.grants.get(&index).ok_or(EntryError::Unauthentic)?;
        entry.verify(&grant.body.key)?;
        if grant.used >= grant.body.uses {
            return Err(EntryError::Spent);
        }
        if entry.at() > grant.body.expires_at {
            return Err(EntryError::Expired);
        }
        if !self.stands_at(grant.device, self.head.length) {
            return Err(EntryError::Unauthorised);
        }
        Ok((index, grant.body.enrols))
    }

    /// Only a device of the account itself names its kit: nobody can be made to trust another's.
    fn set_recovery(&mut self, entry: &Entry, set: RecoverySet) -> Result<(), EntryError> {
        let (by, _) = self.author(entry)?;
        set.check(self.genesis, by)?;
        let Author::Device(device) = entry.author() else { return Err(EntryError::Unauthorised) };
        if self.is_enrolment_key(&set.verify) || self.devices.contains_key(&set.id()) {
            return Err(EntryError::Contradiction);
        }
        let account = self.accounts.get_mut(&by).ok_or(EntryError::Unauthentic)?;
        let (index, at) = (entry.index(), entry.at());
        account.kits.push(Kit { index, device, set, at, is_void: false });
        Ok(())
    }

    fn is_enrolment_key(&self, key: &VerifyKey) -> bool {
        self.grant_of_key(key).is_some() || self.kit_of_key(key).is_some()
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
        self.accounts.insert(account, Account::new(role, keys, grant));
        Ok(())
    }

    fn admit_device(
        &mut self,
        account: AccountId,
        keys: DeviceKeys,
        grant: Option<u64>,
    ) -> Result<(), EntryError> {
        keys.check(self.firm, account)?;
        let owned = self.devices_of(account).filter(|(_, it)| it.revoked.is_none()).count();
        if owned >= ACCOUNT_DEVICES_MAX || self.devices.contains_key(&keys.id()) {
            return Err(EntryError::Contradiction);
        }
        let since = self.head.length;
        self.devices.insert(keys.id(), Device { account, keys, grant, since, revoked: None });
        Ok(())
    }

    fn revoke_device(&mut self, entry: &Entry, id: DeviceId) -> Result<(), EntryError> {
        let (by, role) = self.author(entry)?;
        let device = self.devices.get(&id).ok_or(EntryError::Contradiction)?;
        if device.account != by && role != Role::Admin {
            return Err(EntryError::Unauthorised);
        }
        let owner = device.account;
        let leaves_admin = self.has_admin_besides(|device, _| device == id);
        if device.revoked.is_some() || !leaves_admin {
            return Err(EntryError::Contradiction);
        }
        let index = entry.index();
        if let Some(device) = self.devices.get_mut(&id) {
            device.revoked = Some(index);
        }
        if let Some(account) = self.accounts.get_mut(&owner) {
            account.turned = Some(index);
            account.exposed = true;
            // Whoever has the device may have made the kit. Its owner, who has another device,
            // makes a new one; what an admin revokes may have been the last, and the kit the only
            // way back.
            for kit in account.kits.iter_mut().filter(|kit| kit.device == id && by == owner) {
                kit.is_void = true;
            }
        }
        Ok(())
    }

    fn freeze(&mut self, entry: &Entry, freeze: AccountFreeze) -> Result<(), EntryError> {
        self.by_admin(entry)?;
        let leaves_admin = self.has_admin_besides(|_, account| account == freeze.account);
        let account = self.accounts.get_mut(&freeze.account).ok_or(EntryError::Contradiction)?;
        let is_same = account.is_frozen() == freeze.frozen;
        if is_same || account.removed.is_some() || !leaves_admin {
            return Err(EntryError::Contradiction);
        }
        account.freezes.push((entry.index(), freeze.frozen));
        Ok(())
    }

    fn remove(&mut self, entry: &Entry, id: AccountId) -> Result<(), EntryError> {
        self.by_admin(entry)?;
        let leaves_admin = self.has_admin_besides(|_, account| account == id);
        let account = self.accounts.get_mut(&id).ok_or(EntryError::Contradiction)?;
        if account.removed.is_some() || !leaves_admin {
            return Err(EntryError::Contradiction);
        }
        account.removed = Some(entry.index());
        account.turned = Some(entry.index());
        Ok(())
    }

    fn rotate_keys(&mut self, entry: &Entry, keys: AccountKeys) -> Result<(), EntryError> {
        let (by, _) = self.author(entry)?;
        if keys.account != by {
            return Err(EntryError::Unauthorised);
        }
        if keys.kem.0.len() != KEM_KEY_BYTES {
            return Err(EntryError::Malformed);
        }
        let account = self.accounts.get_mut(&by).ok_or(EntryError::Unauthentic)?;
        let is_next = account.keys.generation.0.checked_add(1) == Some(keys.generation.0);
        let is_reused =
            account.generations().any(|known| known.verify == keys.verify || known.kem == keys.kem);
        if !is_next || is_reused {
            return Err(EntryError::Contradiction);
        }
        let former = std::mem::replace(&mut account.keys, keys);
        account.former.push(former);
        account.turned = Some(entry.index());
        account.exposed = false;
        Ok(())
    }

    /// Whether an admin who can come in remains without those that `goes` names.
    fn has_admin_besides(&self, goes: impl Fn(DeviceId, AccountId) -> bool) -> bool {
        self.devices.iter().any(|(id, device)| {
            let is_admin = self.accounts.get(&device.account).map(|it| it.role);
            is_admin == Some(Role::Admin)
                && self.stands_at(*id, self.head.length)
                && !goes(*id, device.account)
        })
    }
}
