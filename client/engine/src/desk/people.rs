//! Invitations, one's own catalogue, and documents with their members.

use shared::{
    Blob,
    id::{AccountId, DocumentId, Epoch, KeyGeneration},
    limit::GRANT_LIFE_MS_MAX,
    log::{
        Author, Entry, Head, LogId, Place,
        document::Access,
        org::{EnrolGrant, Enrols, OrgBody, OrgLog, Role},
    },
    map::Set,
    refusal::Reason,
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
    effect::{Effect, RecordKey},
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
        if !self.may_wish_org(step) {
            return;
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
        self.org_wishes.push_back(OrgWish::new(body, shows));
        self.send_org_wish(step);
    }

    /// Whether the org log is, or is about to be, within reach: what is wished for while the login is
    /// under way waits for it.
    pub(super) fn may_wish_org(&self, step: &mut Step<'_, '_>) -> bool {
        let may = self.origin.is_some() && self.login_again_at.is_none();
        if !may {
            Self::notice(step, Notice::NeedsNetwork);
        }
        may
    }

    /// Sends the first entry that waits for the org log.
    ///
    /// It is signed once for a head, made durable, and sent again unchanged as long as that is the
    /// head: a server that was restored may have shown it to others before.
    pub(super) fn send_org_wish(&mut self, step: &mut Step<'_, '_>) {
        let Some(org) = &self.org else { return };
        let head = org.head();
        let is_over = |wish: &OrgWish| {
            let is_forgotten = matches!(wish.shows, Fruit::Forgotten);
            is_so(org, &wish.body) || is_forgotten && !wish.is_for(head)
        };
        while self.org_wishes.front().is_some_and(is_over) {
            self.org_wishes.pop_front();
        }
        let is_in = self.login == super::Login::In && !self.is_healing() && !self.is_retired();
        let Some(wish) = self.org_wishes.front().filter(|it| is_in && !it.is_sent) else { return };
        if let Some(index) = granted(org, &wish.body) {
            return self.org_wish_granted(step, index);
        }
        // A kit must open what is newest.
        if matches!(wish.body, OrgBody::RecoverySet(_)) && !self.holds_newest() {
            return;
        }
        if !wish.is_for(head) {
            return self.sign_org_wish(step);
        }
        let Some(entry) = wish.signed.clone().filter(|_| wish.is_kept) else { return };
        let wraps = match &wish.body {
            OrgBody::KeyRotate(_) => self.wraps_of_next(step),
            OrgBody::RecoverySet(set) => self.wraps_for(step, set),
            OrgBody::Genesis(_)
            | OrgBody::EnrolGrant(_)
            | OrgBody::AccountAdd(_)
            | OrgBody::DeviceAdd(_)
            | OrgBody::DeviceRevoke(_)
            | OrgBody::AccountFreeze(_)
            | OrgBody::AccountRemove(_)
            | OrgBody::PolicyChange(_)
            | OrgBody::RestoreDeclared(_)
            | OrgBody::ReleaseKey(_) => vec![],
        };
        if let Some(wish) = self.org_wishes.front_mut() {
            wish.is_sent = true;
        }
        Self::send(step, ClientMessage::Append { entry, wraps });
    }

    /// Signs the first entry that waits, for the log's present head.
    fn sign_org_wish(&mut self, step: &mut Step<'_, '_>) {
        let (Some(org), Some(wish)) = (&self.org, self.org_wishes.front_mut()) else { return };
        // A grant says until when it is good: signed anew by a clock that was set back meanwhile, it
        // would be good for longer than any may.
        let earliest = if let OrgBody::EnrolGrant(it) = &wish.body {
            it.expires_at.0.saturating_sub(GRANT_LIFE_MS_MAX)
        } else {
            0
        };
        let head = org.head();
        let place = Place {
            log: LogId::Org(org.firm()),
            head,
            at: UnixMillis(step.now().0.max(earliest)),
            author: Author::Device(self.keys.id),
            org: None,
        };
        let entry = Blob(wish.body.sign(place, &self.keys.device).as_bytes().to_vec());
        (wish.signed, wish.is_kept) = (Some(entry.clone()), false);
        self.org_signed = Some(entry.clone());
        step.put(&self.sealer, Name::OrgSigned, &Content::Bytes(entry));
        step.after(After::OrgSigned(head.length));
    }

    /// Our entry for this place is durable: whatever happens now, no other is signed for it.
    pub(super) fn org_signed(&mut self, step: &mut Step<'_, '_>, index: u64) {
        if let Some(wish) = self.org_wishes.front_mut()
            && wish.place() == Some(index)
        {
            wish.is_kept = true;
            self.send_org_wish(step);
        }
    }

    /// An entry that was signed before the program started may be at the server, or have been.
    pub(super) fn restore_org_wish(&mut self, bytes: Blob, waiting: &Set<RecordKey>) {
        let is_kept = !waiting.contains(&self.sealer.place(Name::OrgSigned));
        self.org_signed = Some(bytes.clone());
        let body = Entry::parse(&bytes.0).map(|entry| OrgBody::parse(&entry));
        let Ok(Ok(body)) = body else { return };
        // The keys that it names are here; of an invitation or a kit nobody knows what is in it.
        let is_known = matches!(body, OrgBody::KeyRotate(_));
        let shows = if is_known { Fruit::Nothing } else { Fruit::Forgotten };
        let wish = OrgWish { signed: Some(bytes), is_kept, ..OrgWish::new(body, shows) };
        self.org_wishes.push_back(wish);
    }

    /// Somebody else's entry came first: sign again when that is here.
    pub(super) fn org_head_moved(&mut self, step: &mut Step<'_, '_>, head: Head) {
        if head.length < self.org_length() || self.is_other_head(step, None, head) {
            return;
        }
        if let Some(wish) = self.org_wishes.front_mut() {
            wish.is_sent = false;
        }
        self.pull_org(step);
    }

    /// The server took an entry; unless that was an earlier one sent twice, it is our wish.
    pub(super) fn org_wish_appended(&mut self, step: &mut Step<'_, '_>, head: Head) {
        let sent = self.org_wishes.front().filter(|wish| wish.is_sent);
        let sent = sent.and_then(|wish| wish.signed.clone());
        let Some(bytes) = sent.filter(|entry| super::log::is_at(entry, head)) else { return };
        let index = head.length.saturating_sub(1);
        let is_next = Entry::parse(&bytes.0)
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
            Fruit::Nothing | Fruit::Forgotten => {}
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

    /// The org log refused our entry: nobody has it, and another may be for its place.
    pub(super) fn org_wish_refused(&mut self, step: &mut Step<'_, '_>, reason: Reason) {
        let Some(mut wish) = self.org_wishes.pop_front() else { return };
        if is_for_later(reason) {
            wish.is_sent = false;
            return self.org_wishes.push_front(wish);
        }
        let entry = wish.signed.and_then(|bytes| Entry::parse(&bytes.0).ok());
        self.progress.refused = entry.map(|entry| entry.hash());
        self.save_progress(step);
        step.delete(&self.sealer, Name::OrgSigned);
    }

    /// An entry of the org log that this device signed and has not written: it exists twice. What
    /// it writes is durable before anybody else can have it.
    pub(super) fn look_for_twin(&mut self, step: &mut Step<'_, '_>, index: u64, bytes: &Blob) {
        let Ok(entry) = Entry::parse(&bytes.0) else { return };
        let is_ours = entry.author() != Author::Device(self.keys.id)
            || self.org_signed.as_ref() == Some(bytes)
            || self.progress.refused == Some(entry.hash());
        if !is_ours && self.damaged == 0 {
            self.twofold_entry(step, index, &entry);
        }
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

impl OrgWish {
    /// The place in the log that it was signed for.
    fn place(&self) -> Option<u64> {
        let entry = Entry::parse(&self.signed.as_ref()?.0).ok()?;
        Some(entry.index())
    }

    /// Whether what was signed can come next in a log with this head.
    fn is_for(&self, head: Head) -> bool {
        self.place() == Some(head.length)
    }
}

/// Whether the server may take later what it does not take now; and it may have it already.
fn is_for_later(reason: Reason) -> bool {
    use Reason::{Busy, Failed, ServerFull, TooManyRequests};
    matches!(reason, Busy | Failed | ServerFull | TooManyRequests)
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
