//! What the firm's log can say.

use crate::{
    Decode, Encode,
    cbor::{self, Blob},
    id::{AccountId, DeviceId, EntryHash, FirmId, KeyGeneration, ServerEpoch},
    log::{Entry, EntryError, Place},
    sign::{Domain, Signature, SigningKey, VerifyKey},
    time::UnixMillis,
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

    pub(super) fn check(&self, firm: FirmId, account: AccountId) -> Result<(), EntryError> {
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

bodies! {
    /// What an org-log entry says.
    OrgBody {
        /// The first entry: the firm, its first admin, and that no organisation key exists.
        0 Genesis,
        /// A key that may enrol.
        1 EnrolGrant,
        /// A person joins with a first device.
        2 AccountAdd,
        /// A person adds a device.
        3 DeviceAdd,
        /// A device is no longer one of the firm.
        4 DeviceRevoke,
        /// A person may not come in for a while, or may again.
        5 AccountFreeze,
        /// A person has left.
        6 AccountRemove,
        /// A person's keys are replaced.
        7 KeyRotate,
        /// What the firm asks of its devices.
        8 PolicyChange,
        /// The server's database was restored from a backup.
        9 RestoreDeclared,
        /// A key that may sign releases of the program.
        10 ReleaseKey,
        /// A key on paper that may add devices of its owner's account.
        11 RecoverySet,
    }
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

/// See [`OrgBody::DeviceRevoke`]. Where its envelopes end is said document by document, by those
/// who manage them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceRevoke {
    /// Which.
    #[n(0)]
    pub device: DeviceId,
}

/// See [`OrgBody::AccountFreeze`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AccountFreeze {
    /// Who.
    #[n(0)]
    pub account: AccountId,
    /// Whether it is frozen from here on.
    #[n(1)]
    pub frozen: bool,
}

/// See [`OrgBody::AccountRemove`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AccountRemove {
    /// Who.
    #[n(0)]
    pub account: AccountId,
}

/// See [`OrgBody::KeyRotate`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct KeyRotate {
    /// The new keys; their generation is one more than the last.
    #[n(0)]
    pub keys: AccountKeys,
}

/// See [`OrgBody::PolicyChange`]. A newer program's further rules are carried and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PolicyChange {
    /// How long a device may be opened without having asked the server.
    #[n(0)]
    pub offline_hours: u16,
}

/// See [`OrgBody::RestoreDeclared`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RestoreDeclared {
    /// The server epoch from then on.
    #[n(0)]
    pub server_epoch: ServerEpoch,
}

/// See [`OrgBody::ReleaseKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReleaseKey {
    /// Verifies releases.
    #[n(0)]
    pub key: VerifyKey,
}

/// See [`OrgBody::RecoverySet`]. It takes the place of the kit before it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RecoverySet {
    /// Its private half is derived from what is on the paper.
    #[n(0)]
    pub verify: VerifyKey,
    /// X-Wing public key: the account's seeds are sealed to it. [`KEM_KEY_BYTES`] long.
    #[n(1)]
    pub kem: Blob,
    /// By the kit's own key, over the firm's Genesis, the account and both keys. Whoever holds the
    /// paper knows by it that a log is the one the kit was made for.
    #[n(2)]
    pub possession: Signature,
}

impl RecoverySet {
    /// Binds a kit's keys to the account they will open.
    pub fn make(genesis: EntryHash, account: AccountId, key: &SigningKey, kem: Vec<u8>) -> Self {
        let verify = key.verify_key();
        let message = Self::possession_message(genesis, account, &verify, &kem);
        let possession = key.sign(Domain::Recovery, &message);
        Self { verify, kem: Blob(kem), possession }
    }

    /// Under which id seeds are sealed to the kit, as if it were a device.
    pub fn id(&self) -> DeviceId {
        DeviceId::derive(&self.verify)
    }

    pub(super) fn check(&self, genesis: EntryHash, account: AccountId) -> Result<(), EntryError> {
        if self.kem.0.len() != KEM_KEY_BYTES {
            return Err(EntryError::Malformed);
        }
        let message = Self::possession_message(genesis, account, &self.verify, &self.kem.0);
        Ok(self.verify.verify(Domain::Recovery, &message, &self.possession)?)
    }

    fn possession_message(
        genesis: EntryHash,
        account: AccountId,
        verify: &VerifyKey,
        kem: &[u8],
    ) -> Vec<u8> {
        [genesis.as_bytes().as_slice(), account.as_bytes(), verify.as_bytes(), kem].concat()
    }
}
