//! The person's own keys: handing them to own devices, and replacing them when one is revoked.

use shared::{
    id::{AccountId, DeviceId, KeyGeneration},
    log::org::{KeyRotate, OrgBody},
    secret::Secret,
    sync::{ClientMessage, Wrap, WrapTo},
};
use zeroize::Zeroizing;

use super::{Desk, Fruit, OrgWish};
use crate::{
    casework::catalogue,
    journal::Step,
    keyring::{AccountSeeds, Membership, Seed, recovery::Kit},
    wrap::{self, Purpose},
};

impl Desk {
    /// After a revocation the revoked device may still hold the person's keys: makes new ones.
    /// What the log says meanwhile of keys that were made here is taken in.
    pub(super) fn mind_keys(&mut self, step: &mut Step<'_, '_>, me: AccountId) {
        let Some(account) = self.org.as_ref().and_then(|org| org.account(me)) else { return };
        if let Some(next) = &self.keyring.next {
            if next.public(me) == account.keys {
                return self.adopt_keys(step);
            }
            if next.generation() <= account.keys.generation {
                // Another device of ours was first; its keys come as a wrap.
                self.keyring.next = None;
                self.save_keyring(step);
            }
        }
        let is_asked = |wish: &OrgWish| matches!(wish.body, OrgBody::KeyRotate(_));
        if !account.exposed || !self.holds_newest() || self.org_wishes.iter().any(is_asked) {
            return;
        }
        let generation = KeyGeneration(account.keys.generation.0.saturating_add(1));
        let next = match self.keyring.next.take() {
            Some(next) => next,
            None => AccountSeeds::make(step.cx).of_generation(generation),
        };
        let body = OrgBody::KeyRotate(KeyRotate { keys: next.public(me) });
        self.keyring.next = Some(next);
        // Durable here no later than the entry that names them is, and so before that is sent.
        self.save_keyring(step);
        self.org_wishes.push_back(OrgWish::new(body, Fruit::Nothing));
    }

    /// Whether the seeds here are those in force.
    pub(super) fn holds_newest(&self) -> bool {
        let newest = self.me().map(|(_, account)| account.keys.generation);
        newest.is_some() && newest == self.keyring.account.as_ref().map(AccountSeeds::generation)
    }

    fn adopt_keys(&mut self, step: &mut Step<'_, '_>) {
        if let Some(next) = self.keyring.next.take() {
            self.keyring.hold(next);
            self.keys = self.keyring.keys();
            self.save_keyring(step);
            self.check_stale = true;
        }
    }

    /// Wraps of new keys for the person's other devices.
    pub(super) fn wraps_of_next(&self, step: &mut Step<'_, '_>) -> Vec<Wrap> {
        let (Some((me, _)), Some(next)) = (self.me(), &self.keyring.next) else { return vec![] };
        let mut wraps: Vec<Wrap> = self
            .own_devices_besides()
            .into_iter()
            .filter_map(|device| self.wrap_seeds(step, me, next, device))
            .collect();
        wraps.extend(self.wrap_for_kit(step, next));
        wraps
    }

    fn own_devices_besides(&self) -> Vec<DeviceId> {
        let (Some((me, _)), Some(org)) = (self.me(), &self.org) else { return vec![] };
        let devices = org.devices_of(me).filter(|(_, device)| device.revoked.is_none());
        devices.map(|(id, _)| id).filter(|id| *id != self.keys.id).collect()
    }

    fn wrap_seeds(
        &self,
        step: &mut Step<'_, '_>,
        account: AccountId,
        seeds: &AccountSeeds,
        device: DeviceId,
    ) -> Option<Wrap> {
        let kem = &self.org.as_ref()?.device(device)?.keys.kem.0;
        self.wrap_seeds_to(step, account, seeds, device, kem)
    }

    /// Seeds for a device or recovery kit, by its id and public key.
    pub(super) fn wrap_seeds_to(
        &self,
        step: &mut Step<'_, '_>,
        account: AccountId,
        seeds: &AccountSeeds,
        device: DeviceId,
        kem: &[u8],
    ) -> Option<Wrap> {
        let org = self.org.as_ref()?;
        let mut bytes = Zeroizing::new(seeds.sign.secret().expose().to_vec());
        bytes.extend_from_slice(seeds.kem.secret().expose());
        let purpose = Purpose::Seeds { firm: org.firm(), account, device };
        let sealed = wrap::wrap(&bytes, purpose, kem, step.cx.entropy).ok()?;
        Some(Wrap { to: WrapTo::Device { account, device }, sealed: sealed.into() })
    }

    /// Seals our seeds to devices of our own that have none yet. A device that has them writes its
    /// name into the catalogue, so the catalogue says which still wait.
    pub(super) fn hand_over_seeds(&self, step: &mut Step<'_, '_>) {
        // A restored server may not know the newcomer yet; this is done again when it does.
        if self.is_healing() || self.is_retired() {
            return;
        }
        let (Some((me, _)), Some(catalogue)) = (self.me(), self.catalogue()) else { return };
        let waits = |id: &DeviceId| catalogue::device_name(&catalogue.crdt, *id).is_none();
        let mut wraps = vec![];
        for device in self.own_devices_besides().into_iter().filter(waits) {
            for seeds in self.keyring.generations() {
                wraps.extend(self.wrap_seeds(step, me, seeds, device));
            }
        }
        if !wraps.is_empty() {
            Self::send(step, ClientMessage::PutWraps { wraps });
        }
    }

    /// Seeds sealed to this device arrived, or to the recovery kit that let it in.
    pub(super) fn receive_seeds(
        &mut self,
        step: &mut Step<'_, '_>,
        device: DeviceId,
        sealed: &[u8],
    ) {
        let Membership::Member { firm, account, .. } = &self.keyring.membership else { return };
        let me = *account;
        let purpose = Purpose::Seeds { firm: *firm, account: me, device };
        let opened = if device == self.keys.id {
            wrap::unwrap(sealed, purpose, &self.keys.device_kem).ok()
        } else {
            let kit = self.keyring.kit.as_ref().map(Kit::of);
            kit.and_then(|kit| wrap::unwrap(sealed, purpose, &kit.kem).ok())
        };
        let Some(bytes) = opened.map(Zeroizing::new) else { return };
        let Some((sign, kem)) = bytes.split_at_checked(32) else { return };
        let (Some(sign), Some(kem)) = (Secret::from_slice(sign), Secret::from_slice(kem)) else {
            return;
        };
        let seeds = AccountSeeds { sign: Seed::new(sign), kem: Seed::new(kem), generation: None };
        // The log says of which generation they are, and that they are the person's at all.
        let account = self.org.as_ref().and_then(|org| org.account(me));
        let known = account.and_then(|account| {
            let mut generations = account.generations();
            generations.find(|keys| seeds.public_as(me, keys.generation) == **keys)
        });
        let Some(generation) = known.map(|keys| keys.generation) else { return };
        if self.keyring.generations().any(|held| held.generation() == generation) {
            return;
        }
        self.keyring.hold(seeds.of_generation(generation));
        if self.holds_newest() {
            self.keyring.kit = None;
        }
        self.keys = self.keyring.keys();
        self.save_keyring(step);
        self.name_this_device(step);
        self.mind_keys(step, me);
        self.send_org_wish(step);
        // Wraps that came before the key to open them are asked for again.
        self.progress.wraps = 0;
        Self::send(step, ClientMessage::PullWraps { after: 0 });
    }
}
