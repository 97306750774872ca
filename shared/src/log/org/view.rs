//! What the replayed log answers.

use super::{AccountKeys, DeviceKeys, EnrolGrant, OrgLog, RecoverySet, Role};
use crate::{
    id::{AccountId, DeviceId, EntryHash, FirmId, ServerEpoch},
    log::{Head, hash_at},
    sign::VerifyKey,
    time::UnixMillis,
};

/// A person, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What the person does.
    pub role: Role,
    /// The keys in force.
    pub keys: AccountKeys,
    /// The keys before them, oldest first.
    pub former: Vec<AccountKeys>,
    /// The grant by which the person joined; `None` for the first admin.
    pub grant: Option<u64>,
    /// The entry that removed the person.
    pub removed: Option<u64>,
    /// Entries that froze the account (`true`) or let it in again.
    pub freezes: Vec<(u64, bool)>,
    /// The last entry after which every document the person can read needs a new secret.
    pub turned: Option<u64>,
    /// A device was revoked since the keys were made: whoever has it may have them.
    pub exposed: bool,
    /// Every recovery kit, oldest first; at most the last is in force.
    pub kits: Vec<Kit>,
}

/// A recovery kit, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kit {
    /// The entry that named it.
    pub index: u64,
    /// The device on which it was made.
    pub device: DeviceId,
    /// Its public keys.
    pub set: RecoverySet,
    /// When that was, by the author's clock.
    pub at: UnixMillis,
    /// The owner revoked the device on which it was made.
    pub is_void: bool,
}

impl Account {
    pub(super) fn new(role: Role, keys: AccountKeys, grant: Option<u64>) -> Self {
        Self {
            role,
            keys,
            former: vec![],
            grant,
            removed: None,
            freezes: vec![],
            turned: None,
            exposed: false,
            kits: vec![],
        }
    }

    /// The recovery kit in force.
    pub fn kit(&self) -> Option<&Kit> {
        self.kits.last().filter(|kit| !kit.is_void && self.removed.is_none())
    }

    /// Whether the person may not come in at present.
    pub fn is_frozen(&self) -> bool {
        self.freezes.last().is_some_and(|(_, frozen)| *frozen)
    }

    /// Whether the person may come in.
    pub fn is_open(&self) -> bool {
        self.removed.is_none() && !self.is_frozen()
    }

    /// Every set of keys, oldest first.
    pub fn generations(&self) -> impl Iterator<Item = &AccountKeys> {
        self.former.iter().chain([&self.keys])
    }

    /// Whether the person had been removed by the first `length` entries.
    pub fn is_removed_at(&self, length: u64) -> bool {
        self.removed.is_some_and(|index| index < length)
    }

    /// Whether the person might come in by the first `length` entries.
    pub fn is_open_at(&self, length: u64) -> bool {
        let frozen = self.freezes.iter().rev().find(|(index, _)| *index < length);
        !self.is_removed_at(length) && !frozen.is_some_and(|(_, frozen)| *frozen)
    }
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
    /// The entry that added it.
    pub since: u64,
    /// The entry that revoked it.
    pub revoked: Option<u64>,
}

/// An enrolment grant, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What was granted.
    pub body: EnrolGrant,
    /// By which account.
    pub by: AccountId,
    /// On which device.
    pub device: DeviceId,
    /// How often it was used.
    pub used: u32,
}

impl OrgLog {
    /// The firm.
    pub fn firm(&self) -> FirmId {
        self.firm
    }

    /// Hash of the Genesis: what invitations pin.
    pub fn genesis(&self) -> EntryHash {
        self.genesis
    }

    /// Length and last hash.
    pub fn head(&self) -> Head {
        self.head
    }

    /// What the last entry hashed to when the log had this length.
    pub fn hash_at(&self, length: u64) -> Option<EntryHash> {
        hash_at(&self.hashes, length)
    }

    /// A person, if in the log.
    pub fn account(&self, account: AccountId) -> Option<&Account> {
        self.accounts.get(&account)
    }

    /// Everybody in the log, those who left included.
    pub fn accounts(&self) -> impl Iterator<Item = (AccountId, &Account)> {
        self.accounts.iter().map(|(id, account)| (*id, account))
    }

    /// A device, if in the log.
    pub fn device(&self, device: DeviceId) -> Option<&Device> {
        self.devices.get(&device)
    }

    /// Every device in the log, revoked ones included.
    pub fn devices(&self) -> impl Iterator<Item = (DeviceId, &Device)> {
        self.devices.iter().map(|(id, device)| (*id, device))
    }

    /// The devices of one account, revoked ones included.
    pub fn devices_of(&self, account: AccountId) -> impl Iterator<Item = (DeviceId, &Device)> {
        self.devices().filter(move |(_, device)| device.account == account)
    }

    /// Whether a device may speak at present.
    pub fn stands(&self, device: DeviceId) -> bool {
        self.stands_at(device, self.head.length)
    }

    /// Whether a device might speak by the first `length` entries.
    pub fn stands_at(&self, device: DeviceId, length: u64) -> bool {
        self.devices.get(&device).is_some_and(|device| {
            let is_open = |account: &Account| account.is_open_at(length);
            device.since < length
                && device.revoked.is_none_or(|index| index >= length)
                && self.accounts.get(&device.account).is_some_and(is_open)
        })
    }

    /// Whether a device's envelopes end, by the first `length` entries: it was revoked, or its
    /// account removed. Freezing ends nothing.
    pub fn is_ended_at(&self, device: DeviceId, length: u64) -> bool {
        self.devices.get(&device).is_some_and(|device| {
            let account = self.accounts.get(&device.account);
            device.revoked.is_some_and(|index| index < length)
                || account.is_some_and(|account| account.is_removed_at(length))
        })
    }

    /// An enrolment grant by its index.
    pub fn grant(&self, index: u64) -> Option<&Grant> {
        self.grants.get(&index)
    }

    /// The grant whose key is `key`.
    pub fn grant_of_key(&self, key: &VerifyKey) -> Option<(u64, &Grant)> {
        self.grants.iter().find(|(_, grant)| grant.body.key == *key).map(|(at, it)| (*at, it))
    }

    /// Whose recovery kit an entry named, in force or not.
    pub fn kit_at(&self, index: u64) -> Option<(AccountId, &Kit)> {
        self.kits().find(|(_, kit)| kit.index == index)
    }

    /// Whose recovery kit has this key, in force or not.
    pub fn kit_of_key(&self, key: &VerifyKey) -> Option<(AccountId, &Kit)> {
        self.kits().find(|(_, kit)| kit.set.verify == *key)
    }

    fn kits(&self) -> impl Iterator<Item = (AccountId, &Kit)> {
        self.accounts().flat_map(|(id, account)| account.kits.iter().map(move |kit| (id, kit)))
    }

    /// The key that signs what is said by the grant or recovery kit of this index.
    pub fn enrolment_key(&self, index: u64) -> Option<&VerifyKey> {
        let grant = self.grant(index).map(|grant| &grant.body.key);
        grant.or_else(|| self.kit_at(index).map(|(_, kit)| &kit.set.verify))
    }

    /// Whether an account's seeds may be sealed to this device or recovery kit of it.
    pub fn takes_seeds(&self, account: AccountId, device: DeviceId) -> bool {
        let is_own = |it: &Device| it.account == account;
        let kit = self.account(account).and_then(Account::kit);
        kit.is_some_and(|kit| kit.set.id() == device)
            || self.stands(device) && self.device(device).is_some_and(is_own)
    }

    /// How long a device may be opened without having asked the server.
    pub fn offline_hours(&self) -> u16 {
        self.offline_hours
    }

    /// The server epoch that an admin last declared to follow a restore.
    pub fn restored(&self) -> Option<ServerEpoch> {
        self.restored
    }

    /// Keys that may sign releases.
    pub fn release_keys(&self) -> impl Iterator<Item = &VerifyKey> {
        self.release_keys.iter()
    }
}
