//! What makes this device this person's: seeds, and how far it has joined the firm.

use core::fmt;

use shared::order;
use shared::{
    Decode, Encode,
    cbor::{Reader, Writer},
    id::{AccountId, DeviceId, EntryHash, FirmId, KeyGeneration},
    log::org::{AccountKeys, DeviceKeys},
    secret::Secret,
    sign::SigningKey,
    time::UnixMillis,
};

use crate::{cx::Cx, wrap::KemKey};

pub mod recovery;
pub mod stretch;
pub mod vault;

pub use stretch::{Stretch, argon2id};

/// A 32-byte seed that a record may hold.
pub struct Seed(Secret<32>);

impl Seed {
    /// Takes key bytes.
    pub fn new(bytes: Secret<32>) -> Self {
        Self(bytes)
    }

    /// A fresh seed.
    pub fn make(cx: &mut Cx<'_>) -> Self {
        Self(Secret::new(Box::new(cx.random())))
    }

    /// The secret itself.
    pub fn secret(&self) -> &Secret<32> {
        &self.0
    }

    /// A second holder of the same seed.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0.duplicate())
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

impl Encode for Seed {
    fn encode(&self, writer: &mut Writer) {
        writer.bytes(self.0.expose());
    }
}

impl Decode for Seed {
    fn decode(reader: &mut Reader<'_>) -> Self {
        Self(Secret::from_slice(reader.bytes()).unwrap_or_else(|| {
            reader.fail();
            Secret::new(Box::new([0; 32]))
        }))
    }
}

/// The person's own seeds, the same on all of the person's devices.
#[derive(Debug, Encode, Decode)]
#[cbor(map)]
pub struct AccountSeeds {
    /// Of the account's signing key.
    #[n(0)]
    pub sign: Seed,
    /// Of the account's X-Wing key.
    #[n(1)]
    pub kem: Seed,
    /// How often they were replaced; `None` for never.
    #[n(2)]
    pub generation: Option<KeyGeneration>,
}

impl AccountSeeds {
    /// Fresh seeds.
    pub fn make(cx: &mut Cx<'_>) -> Self {
        Self { sign: Seed::make(cx), kem: Seed::make(cx), generation: None }
    }

    /// The same seeds, as those of a generation.
    #[must_use]
    pub fn of_generation(self, generation: KeyGeneration) -> Self {
        Self { generation: Some(generation), ..self }
    }

    /// How often the account's seeds had been replaced when these were made.
    pub fn generation(&self) -> KeyGeneration {
        self.generation.unwrap_or(KeyGeneration(0))
    }

    /// The public halves.
    pub fn public(&self, account: AccountId) -> AccountKeys {
        self.public_as(account, self.generation())
    }

    /// The public halves, were the seeds of another generation.
    pub(crate) fn public_as(&self, account: AccountId, generation: KeyGeneration) -> AccountKeys {
        AccountKeys {
            account,
            generation,
            verify: SigningKey::derive(self.sign.secret()).verify_key(),
            kem: KemKey::derive(self.kem.secret()).public().to_vec().into(),
        }
    }

    fn duplicate(&self) -> Self {
        let Self { sign, kem, generation } = self;
        Self { sign: sign.duplicate(), kem: kem.duplicate(), generation: *generation }
    }
}

/// How far this device has joined a firm.
#[derive(Debug, Encode, Decode)]
pub enum Membership {
    /// The firm is being made here.
    #[n(0)]
    Founding {
        /// From the bootstrap link.
        #[n(0)]
        bootstrap: Seed,
        /// Of the firm's root key.
        #[n(1)]
        root: Seed,
        /// The firm to be.
        #[n(2)]
        firm: FirmId,
        /// The first admin to be.
        #[n(3)]
        account: AccountId,
        /// When the Genesis was written: kept, so that every try sends the same entry.
        #[n(4)]
        at: UnixMillis,
    },
    /// An invitation or linking code is being used.
    #[n(1)]
    Invited {
        /// Its key.
        #[n(0)]
        grant: Seed,
        /// The firm's Genesis, as the link pins it.
        #[n(1)]
        genesis: EntryHash,
        /// The account to be, unless the link is for a further device.
        #[n(2)]
        account: AccountId,
    },
    /// In the log; with [`Keyring::account`] absent, still waiting for the account's seeds.
    #[n(2)]
    Member {
        /// The firm.
        #[n(0)]
        firm: FirmId,
        /// Its Genesis.
        #[n(1)]
        genesis: EntryHash,
        /// The person.
        #[n(2)]
        account: AccountId,
    },
    /// A recovery kit is being used.
    #[n(3)]
    Recovering {
        /// What is on the paper. It says by its own signature which firm it is for.
        #[n(0)]
        kit: Seed,
    },
}

impl Membership {
    /// The key that signs as an invitation or as a recovery kit.
    pub(crate) fn enrolment_key(&self) -> Option<SigningKey> {
        match self {
            Self::Invited { grant, .. } => Some(SigningKey::derive(grant.secret())),
            Self::Recovering { kit } => Some(recovery::Kit::of(kit).sign),
            Self::Founding { .. } | Self::Member { .. } => None,
        }
    }

    fn duplicate(&self) -> Self {
        match self {
            Self::Founding { bootstrap, root, firm, account, at } => Self::Founding {
                bootstrap: bootstrap.duplicate(),
                root: root.duplicate(),
                firm: *firm,
                account: *account,
                at: *at,
            },
            Self::Invited { grant, genesis, account } => {
                Self::Invited { grant: grant.duplicate(), genesis: *genesis, account: *account }
            }
            Self::Member { firm, genesis, account } => {
                Self::Member { firm: *firm, genesis: *genesis, account: *account }
            }
            Self::Recovering { kit } => Self::Recovering { kit: kit.duplicate() },
        }
    }
}

/// All that this device keeps secret, and who it is.
#[derive(Debug, Encode, Decode)]
#[cbor(map)]
pub struct Keyring {
    /// Of this device's signing key.
    #[n(0)]
    pub device_sign: Seed,
    /// Of this device's X-Wing key.
    #[n(1)]
    pub device_kem: Seed,
    /// The person's seeds, once here.
    #[n(2)]
    pub account: Option<AccountSeeds>,
    /// How far this device has joined.
    #[n(3)]
    pub membership: Membership,
    /// The person's own name.
    #[n(4)]
    pub name: String,
    /// What the person calls this device.
    #[n(5)]
    pub device_name: String,
    /// Seed of the firm's root key; on the device that made the firm only.
    #[n(6)]
    pub root: Option<Seed>,
    /// The person's seeds before these, oldest first: what was wrapped to them still opens.
    #[n(7)]
    pub former: Option<Vec<AccountSeeds>>,
    /// Seeds that the org log does not name yet.
    #[n(8)]
    pub next: Option<AccountSeeds>,
    /// What was on the recovery kit by which this device joined, until the seeds sealed to it are
    /// here.
    #[n(9)]
    pub kit: Option<Seed>,
    /// When it was made. The entry by which this device joins says so, that every try sends the same.
    #[n(10)]
    pub made_at: Option<UnixMillis>,
}

/// The keys that belong to a keyring, ready for use.
#[derive(Debug)]
pub struct Keys {
    /// Signs envelopes, entries and logins.
    pub device: SigningKey,
    /// This device.
    pub id: DeviceId,
    /// Opens seeds sealed to this device.
    pub device_kem: KemKey,
    /// Open epoch secrets wrapped to the account, newest first.
    pub account_kems: Vec<(KeyGeneration, KemKey)>,
}

impl Keyring {
    /// A second holder of the same keyring, for writing it down.
    pub(crate) fn duplicate(&self) -> Self {
        let Self {
            device_sign,
            device_kem,
            account,
            membership,
            name,
            device_name,
            root,
            former,
            next,
            kit,
            made_at,
        } = self;
        let all = |seeds: &Vec<AccountSeeds>| seeds.iter().map(AccountSeeds::duplicate).collect();
        Self {
            device_sign: device_sign.duplicate(),
            device_kem: device_kem.duplicate(),
            account: account.as_ref().map(AccountSeeds::duplicate),
            membership: membership.duplicate(),
            name: name.clone(),
            device_name: device_name.clone(),
            root: root.as_ref().map(Seed::duplicate),
            former: former.as_ref().map(all),
            next: next.as_ref().map(AccountSeeds::duplicate),
            kit: kit.as_ref().map(Seed::duplicate),
            made_at: *made_at,
        }
    }

    /// What stays while the employee holds the tablet: who this device is, and what it signs with.
    /// Nothing that opens anything.
    pub(crate) fn for_guest(&self, cx: &mut Cx<'_>) -> Self {
        Self {
            device_sign: self.device_sign.duplicate(),
            device_kem: Seed::make(cx),
            account: None,
            membership: self.membership.duplicate(),
            name: self.name.clone(),
            device_name: self.device_name.clone(),
            root: None,
            former: None,
            next: None,
            kit: None,
            made_at: None,
        }
    }

    /// Derives the keys.
    pub fn keys(&self) -> Keys {
        let device = SigningKey::derive(self.device_sign.secret());
        let id = DeviceId::derive(&device.verify_key());
        Keys {
            device,
            id,
            device_kem: KemKey::derive(self.device_kem.secret()),
            account_kems: self
                .account
                .iter()
                .chain(self.former.iter().flatten().rev())
                .map(|seeds| (seeds.generation(), KemKey::derive(seeds.kem.secret())))
                .collect(),
        }
    }

    /// The person's seeds that are here, oldest first.
    pub(crate) fn generations(&self) -> impl Iterator<Item = &AccountSeeds> {
        self.former.iter().flatten().chain(&self.account)
    }

    /// Takes seeds in, in their place.
    pub(crate) fn hold(&mut self, seeds: AccountSeeds) {
        let mut all = self.former.take().unwrap_or_default();
        all.extend(self.account.take());
        all.push(seeds);
        order::by_key(&mut all, AccountSeeds::generation);
        self.account = all.pop();
        self.former = (!all.is_empty()).then_some(all);
    }

    /// This device's public keys, bound to an account.
    pub fn device_keys(&self, keys: &Keys, firm: FirmId, account: AccountId) -> DeviceKeys {
        DeviceKeys::make(firm, account, &keys.device, keys.device_kem.public().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyring_prints_no_seed() {
        let seed = || Seed::new(Secret::new(Box::new([0xAB; 32])));
        let account = Some(AccountSeeds { sign: seed(), kem: seed(), generation: None });
        let printed = format!("{:?} {account:?}", seed());

        assert!(!printed.contains("171") && !printed.to_lowercase().contains("ab, ab"));
        assert!(printed.starts_with("Seed(..)"));
    }
}
