//! The recovery kit, and whether everything opens.

use shared::{
    id::{AccountId, Number},
    log::{
        document::Life,
        org::{OrgBody, RecoverySet},
    },
    sync::{ClientMessage, Wrap},
};

use super::{Desk, Fruit, Invitation, OrgWish};
use crate::{
    document::Document,
    effect::Effect,
    journal::Step,
    keyring::{AccountSeeds, Seed, recovery::Kit},
    view::{KitRow, OpeningView, RecoveryKitView, Unopened, UnopenedRow, View},
    words,
};

impl Desk {
    /// Makes a recovery kit, which takes the place of the one before it. Shown once the log has it.
    pub(crate) fn make_kit(&mut self, step: &mut Step<'_, '_>) {
        let (Some((me, _)), Some(org)) = (self.me(), &self.org) else { return };
        if !self.may_wish_org(step) {
            return;
        }
        let secret = Seed::make(step.cx);
        let set = Kit::of(&secret).set(org.genesis(), me);
        let (body, shows) = (OrgBody::RecoverySet(set), Fruit::Kit(secret));
        self.org_wishes.push_back(OrgWish::new(body, shows));
        self.send_org_wish(step);
    }

    pub(super) fn show_kit(&self, step: &mut Step<'_, '_>, secret: &Seed) {
        let kit = RecoveryKitView {
            words: words::of(secret.secret()),
            code: Invitation::kit_code(secret),
            name: self.own_name(),
            made_at: step.now(),
        };
        step.effects.push(Effect::Show(View::RecoveryKit(kit)));
    }

    /// All seeds that are here, for a kit.
    pub(super) fn wraps_for(&self, step: &mut Step<'_, '_>, set: &RecoverySet) -> Vec<Wrap> {
        let Some((me, _)) = self.me() else { return vec![] };
        let seal = |seeds| self.wrap_seeds_to(step, me, seeds, set.id(), &set.kem.0);
        self.keyring.generations().filter_map(seal).collect()
    }

    /// Seeds for the kit in force.
    pub(super) fn wrap_for_kit(
        &self,
        step: &mut Step<'_, '_>,
        seeds: &AccountSeeds,
    ) -> Option<Wrap> {
        let (me, account) = self.me()?;
        let set = &account.kit()?.set;
        self.wrap_seeds_to(step, me, seeds, set.id(), &set.kem.0)
    }

    /// A restored server may have lost what was sealed to the kit.
    pub(super) fn seal_for_kit(&self, step: &mut Step<'_, '_>) {
        let Some(kit) = self.me().and_then(|(_, account)| account.kit()) else { return };
        let wraps = self.wraps_for(step, &kit.set);
        if !wraps.is_empty() {
            Self::send(step, ClientMessage::PutWraps { wraps });
        }
    }

    /// The kit made last, in force or not.
    pub(super) fn kit(&self) -> Option<KitRow> {
        let (_, account) = self.me()?;
        let kit = account.kits.last()?;
        Some(KitRow { made_at: kit.at, is_valid: account.kit().is_some() })
    }

    /// The person has seen what this device could open.
    pub(crate) fn arrived(&mut self, step: &mut Step<'_, '_>) {
        self.progress.arrival = None;
        self.save_progress(step);
    }

    /// Which documents of this person are here and open.
    pub(super) fn opening(&mut self) -> OpeningView {
        let mut view = OpeningView { arrival: self.progress.arrival, ..OpeningView::default() };
        let mut opened = core::mem::take(&mut self.shown.opened);
        if let Some((me, _)) = self.me() {
            for document in self.documents.values().filter(|it| is_of(it, me)) {
                view.known += 1;
                let is_old =
                    |why: &Unopened| *why == Unopened::Fetching && opened.contains(&document.id);
                match self.unopened(document).filter(|why| !is_old(why)) {
                    None => {
                        view.opened += 1;
                        opened.insert(document.id);
                    }
                    Some(reason) => {
                        view.unopened.push(UnopenedRow { document: document.id, reason });
                    }
                }
            }
        }
        self.shown.opened = opened;
        view
    }

    fn unopened(&self, document: &Document) -> Option<Unopened> {
        if self.quarantined.keys().any(|place| place.document == document.id) {
            return Some(Unopened::SetAside);
        }
        if document.blocked {
            return Some(Unopened::Refused);
        }
        let epoch = match &document.log {
            Some(log) => log.epoch(),
            // Made here, and not at the server yet.
            None if !document.pending.is_empty() => return None,
            None => return Some(Unopened::Fetching),
        };
        if document.secret(epoch).is_none() {
            return Some(Unopened::NoKey);
        }
        let is_behind = document.heard_last > document.progress.cursor
            || !document.waiting.is_empty()
            || !document.marked.is_empty();
        is_behind.then_some(Unopened::Fetching)
    }
}

/// Whether a document is one that the person may read, as far as its log is known. Keys alone may be
/// of one that they were let out of long ago: of that the server does not speak.
fn is_of(document: &Document, me: AccountId) -> bool {
    match &document.log {
        Some(log) => log.access(me).is_some() && log.life() != Life::Shredded,
        None => !document.pending.is_empty() || document.heard_last > Number(0),
    }
}
