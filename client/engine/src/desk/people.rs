//! Invitations, one's own catalogue, and documents with their members.

use shared::{
    id::{AccountId, DocumentId, Epoch, KeyGeneration},
    limit::GRANT_LIFE_MS_MAX,
    log::{
        Author, Head, LogId, Place,
        document::Access,
        org::{EnrolGrant, Enrols, OrgBody, OrgLog, Role},
    },
    secret::Secret,
    sign::SigningKey,
    sync::{ClientMessage, Wrap, WrapTo},
    time::UnixMillis,
};

use super::{
    Desk, Fruit, OrgWish,
    join::{Invitation, expiry},
};
use crate::{
    casework::catalogue,
    document::{
        Document, chunk,
        crdt::Crdt,
        genesis::Kind,
        pending::{PendingEntry, Wish},
    },
    effect::Effect,
    epoch::EpochSecret,
    journal::{After, Step},
    keyring::Seed,
    policy::{self, Party},
    record::{Content, Name},
    view::{InvitationFor, InvitationView, Notice, View},
    wrap::{self, Purpose},
};

impl Desk {
    /// Invites a person, or links a device when `role` is `None`.
    pub(crate) fn invite(&mut self, step: &mut Step<'_, '_>, role: Option<Role>, name: String) {
        let (Some((me, _)), Some(org)) = (self.me(), &self.org) else { return };
        if self.login != super::Login::In {
            return Self::notice(step, Notice::NeedsNetwork);
        }
        let grant = Seed::make(step.cx);
        let expires_at = expiry(step.now(), role.is_none());
        let enrols = role.map_or(Enrols::Device(me), Enrols::Account);
        let key = SigningKey::derive(grant.secret()).verify_key();
        let body = OrgBody::EnrolGrant(EnrolGrant { key, enrols, uses: 1, expires_at });
        let purpose = role.map_or(InvitationFor::Device, InvitationFor::Person);
        let fragment = Invitation::fragment(org.genesis(), &grant, role.is_none());
        let invitation = InvitationView { purpose, name, fragment, expires_at };
        let shows = Fruit::Invitation(invitation);
        self.org_wishes.push_back(OrgWish { body, shows, is_durable: true, sent: None });
        self.send_org_wish(step);
    }

    /// Sends the first entry that waits for the org log, signed for its present head.
    pub(super) fn send_org_wish(&mut self, step: &mut Step<'_, '_>) {
        let Some(org) = &self.org else { return };
        while self.org_wishes.front().is_some_and(|wish| is_so(org, &wish.body)) {
            self.org_wishes.pop_front();
        }
        let wraps = match self.org_wishes.front() {
            Some(OrgWish { body: OrgBody::KeyRotate(_), sent: None, .. }) => {
                self.wraps_of_next(step)
            }
            Some(OrgWish { body: OrgBody::RecoverySet(set), sent: None, .. }) => {
                // A kit must open what is newest.
                if !self.holds_newest() {
                    return;
                }
                self.wraps_for(step, set)
            }
            Some(_) | None => vec![],
        };
        let may = self.healing.is_none() && !self.is_retired();
        let Some(wish) = self.org_wishes.front_mut() else { return };
        let is_in = self.login == super::Login::In && may;
        if wish.sent.is_some() || !wish.is_durable || !is_in {
            return;
        }
        if let Some(index) = granted(org, &wish.body) {
            return self.org_wish_granted(step, index);
        }
        // A grant says until when it is good: signed anew by a clock that was set back meanwhile, it
        // would be good for longer than any may.
        let earliest = if let OrgBody::EnrolGrant(it) = &wish.body {
            it.expires_at.0.saturating_sub(GRANT_LIFE_MS_MAX)
        } else {
            0
        };
        let place = Place {
            log: LogId::Org(org.firm()),
            head: org.head(),
            at: UnixMillis(step.now().0.max(earliest)),
            author: Author::Device(self.keys.id),
            org: None,
        };
        let entry = shared::Blob(wish.body.sign(place, &self.keys.device).as_bytes().to_vec());
        wish.sent = Some(entry.clone());
        Self::send(step, ClientMessage::Append { entry, wraps });
    }

    /// Somebody else's entry came first: sign again when that is here.
    pub(super) fn org_head_moved(&mut self, step: &mut Step<'_, '_>, head: Head) {
        if head.length < self.org_length() || self.is_other_head(step, None, head) {
            return;
        }
        if let Some(wish) = self.org_wishes.front_mut() {
            wish.sent = None;
        }
        self.pull_org(step);
    }

    /// The server took an entry; unless that was an earlier one sent twice, it is our wish.
    pub(super) fn org_wish_appended(&mut self, step: &mut Step<'_, '_>, head: Head) {
        let sent = self.org_wishes.front().and_then(|wish| wish.sent.clone());
        let Some(bytes) = sent.filter(|entry| super::log::is_at(entry, head)) else { return };
        let index = head.length.saturating_sub(1);
        let is_next = shared::log::Entry::parse(&bytes.0)
            .is_ok_and(|entry| self.org.as_mut().is_some_and(|org| org.append(&entry).is_ok()));
        if is_next {
            self.save_bytes(step, Name::Org(index), &bytes.0);
        } else {
            // It arrived with a pull already, or something before it is missing: the log tells.
            self.pull_org(step);
        }
        self.org_wish_granted(step, index);
    }

    /// Our entry is in the org log, at this index.
    fn org_wish_granted(&mut self, step: &mut Step<'_, '_>, index: u64) {
        let Some(wish) = self.org_wishes.pop_front() else { return };
        match wish.shows {
            Fruit::Nothing => {}
            Fruit::Invitation(invitation) => self.invited(step, index, invitation),
            Fruit::Row { roster, row, former, invitation } => {
                self.row_invited(step, index, (roster, &row, &former), invitation);
            }
            Fruit::Poster { company, invitation } => {
                self.poster_made(step, index, company, invitation);
            }
            Fruit::Kit(secret) => self.show_kit(step, &secret),
        }
        self.org_grew(step);
        self.judge_restored(step);
        self.send_org_wish(step);
    }

    /// An invitation of ours is in the log under this index: remembered and shown.
    fn invited(&mut self, step: &mut Step<'_, '_>, index: u64, invitation: InvitationView) {
        if let InvitationFor::Person(role) = invitation.purpose {
            let invited = catalogue::Invited {
                grant: index,
                name: invitation.name.clone(),
                role,
                expires_at: invitation.expires_at,
            };
            self.edit_catalogue(step, |tx| catalogue::add_invited(tx, &invited));
        }
        step.effects.push(Effect::Show(View::Invitation(invitation)));
    }

    /// The org log refused our entry.
    pub(super) fn org_wish_refused(&mut self) {
        self.org_wishes.pop_front();
    }

    /// One's own catalogue: its id follows from the account's seed, so every device finds it.
    fn catalogue_id(&self) -> Option<DocumentId> {
        self.derived_id(*b"mendan/catalogue")
    }

    /// The id of a document that the person has once: it follows from the account's first seed and a
    /// name, so every device of theirs finds it, and nobody else.
    pub(super) fn derived_id(&self, name: [u8; 16]) -> Option<DocumentId> {
        let seed = self.keyring.generations().next()?.sign.secret();
        let secret = EpochSecret::new(Secret::new(Box::new(*seed.expose())));
        let derived = secret.commitment(DocumentId::new(name), Epoch::FIRST);
        derived.as_bytes().first_chunk::<16>().map(|id| DocumentId::new(*id))
    }

    pub(super) fn catalogue(&self) -> Option<&Document> {
        self.documents.get(&self.catalogue_id()?)
    }

    /// The person's own name; a linked device learns it from the catalogue.
    pub(super) fn own_name(&self) -> String {
        let known = self.catalogue().and_then(|catalogue| catalogue::own_name(&catalogue.crdt));
        known.unwrap_or_else(|| self.keyring.name.clone())
    }

    pub(super) fn begin_catalogue(&mut self, step: &mut Step<'_, '_>) {
        let Some(id) = self.catalogue_id() else { return };
        self.begin_document(step, id, Kind::Catalogue);
        let name = self.keyring.name.clone();
        self.edit_catalogue(step, |tx| catalogue::name_self(tx, &name));
        self.name_this_device(step);
    }

    pub(super) fn name_this_device(&mut self, step: &mut Step<'_, '_>) {
        let (device, name) = (self.keys.id, self.keyring.device_name.clone());
        let known = self.catalogue().and_then(|it| catalogue::device_name(&it.crdt, device));
        if known.is_none() {
            self.edit_catalogue(step, |tx| catalogue::name_device(tx, device, &name));
        }
    }

    pub(super) fn edit_catalogue(
        &mut self,
        step: &mut Step<'_, '_>,
        write: impl FnOnce(
            &mut crate::document::crdt::Writer<'_, '_>,
        ) -> Result<(), crate::document::crdt::EditError>,
    ) {
        let Some(id) = self.catalogue_id() else { return };
        if self.documents.contains_key(&id) {
            self.edit(step, id, write);
        }
    }

    /// Makes a document that only this person's devices can open.
    pub(super) fn begin_document(&mut self, step: &mut Step<'_, '_>, id: DocumentId, kind: Kind) {
        let actor = chunk::actor(self.keys.id, id, self.progress.starts);
        let Some((crdt, first)) = Crdt::begin(kind, self.keys.id, actor) else { return };
        let secret = EpochSecret::make(step.cx);
        let wish = Wish::Create(secret.commitment(id, Epoch::FIRST));
        self.save_secret(step, Name::Secret(id, Epoch::FIRST, 0), secret.expose());
        let mut document = Document::new(id, crdt);
        document.add_secret(Epoch::FIRST, secret);
        self.documents.insert(id, document);
        self.wish(step, id, PendingEntry::new(wish, step.now()));
        self.keep_change(step, id, first);
    }

    /// Makes a document of this person's, and lets in whom the policy lets in.
    pub(super) fn begin_document_for(
        &mut self,
        step: &mut Step<'_, '_>,
        kind: Kind,
        people: &[Party],
    ) -> DocumentId {
        let id = DocumentId::new(step.cx.random());
        self.begin_document(step, id, kind);
        let me = self.me().map(|(me, _)| me);
        for (account, access) in policy::members(kind, people) {
            if Some(account) != me {
                self.grant(step, id, account, access);
            }
        }
        id
    }

    /// Lets an account into a document of ours. Who may is for the log to say.
    pub(crate) fn grant(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        account: AccountId,
        access: Access,
    ) {
        let id = self.current(id);
        // Whom the log here does not know yet would be let in without a key to open anything.
        let is_known = self.org.as_ref().is_some_and(|org| org.account(account).is_some());
        if is_known && self.documents.contains_key(&id) {
            let wish = Wish::Grant(account, access);
            self.wish(step, id, PendingEntry::new(wish, step.now()));
        }
    }

    /// A secret for an account; none for keys that a thief may hold, nor for who has left.
    pub(super) fn wrap_for(
        &self,
        step: &mut Step<'_, '_>,
        secret: &EpochSecret,
        document: DocumentId,
        epoch: Epoch,
        account: AccountId,
    ) -> Option<Wrap> {
        let org = self.org.as_ref()?;
        let receiver = org.account(account).filter(|it| it.removed.is_none() && !it.exposed)?;
        let keys = &receiver.keys;
        let firm = org.firm();
        let generation: KeyGeneration = keys.generation;
        let purpose = Purpose::EpochSecret { firm, document, epoch, account, generation };
        let sealed = wrap::wrap(secret.expose(), purpose, &keys.kem.0, step.cx.entropy).ok()?;
        Some(Wrap { to: WrapTo::Account { account, document, epoch }, sealed: sealed.into() })
    }

    pub(super) fn wish(&mut self, step: &mut Step<'_, '_>, id: DocumentId, entry: PendingEntry) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let counter = document.take_counter();
        step.put(&self.sealer, Name::Pending(id, counter), &Content::Pending(entry.clone()));
        document.pending.push_back((counter, entry));
        step.after(After::Wished(id));
    }
}

/// Whether the log says already what an entry would say.
fn is_so(org: &OrgLog, body: &OrgBody) -> bool {
    match body {
        OrgBody::DeviceRevoke(it) => {
            org.device(it.device).is_none_or(|device| device.revoked.is_some())
        }
        OrgBody::AccountFreeze(it) => {
            org.account(it.account).is_none_or(|account| account.is_frozen() == it.frozen)
        }
        OrgBody::AccountRemove(it) => {
            org.account(it.account).is_none_or(|account| account.removed.is_some())
        }
        OrgBody::KeyRotate(it) => org
            .account(it.keys.account)
            .is_none_or(|account| account.keys.generation >= it.keys.generation),
        OrgBody::PolicyChange(it) => org.offline_hours() == it.offline_hours,
        OrgBody::RestoreDeclared(it) => org.restored() == Some(it.server_epoch),
        OrgBody::Genesis(_)
        | OrgBody::EnrolGrant(_)
        | OrgBody::AccountAdd(_)
        | OrgBody::DeviceAdd(_)
        | OrgBody::RecoverySet(_)
        | OrgBody::ReleaseKey(_) => false,
    }
}

/// Where in the log a wish is fulfilled already: the answer to it got lost.
fn granted(org: &OrgLog, body: &OrgBody) -> Option<u64> {
    match body {
        OrgBody::EnrolGrant(grant) => org.grant_of_key(&grant.key).map(|(index, _)| index),
        OrgBody::RecoverySet(set) => org.kit_of_key(&set.verify).map(|(_, kit)| kit.index),
        OrgBody::Genesis(_)
        | OrgBody::AccountAdd(_)
        | OrgBody::DeviceAdd(_)
        | OrgBody::DeviceRevoke(_)
        | OrgBody::AccountFreeze(_)
        | OrgBody::AccountRemove(_)
        | OrgBody::KeyRotate(_)
        | OrgBody::PolicyChange(_)
        | OrgBody::RestoreDeclared(_)
        | OrgBody::ReleaseKey(_) => None,
    }
}
