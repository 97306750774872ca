//! Who leaves: shutting out people and devices, and the next epoch for what they could read.

use shared::order;
use shared::{
    Blob,
    id::{AccountId, DeviceId, DocumentId, Epoch, Seq},
    log::{
        Entry,
        document::{Access, Cut, DocumentLog, Life},
        org::{AccountFreeze, AccountRemove, DeviceRevoke, OrgBody, PolicyChange},
    },
    sync::{ClientMessage, Wrap},
};

use super::{Ask, Desk, End, Fruit, Login, OrgWish};
use crate::{
    document::{
        Document,
        pending::{PendingEntry, Rotation, Wish},
    },
    epoch::EpochSecret,
    journal::Step,
    record::Name,
};

/// Documents for which the next epoch is asked for at a time.
const ROTATIONS_MAX: usize = 8;

impl Desk {
    /// Shuts an account out, or lets it in again. Whether this person may is for the log to say.
    pub(crate) fn freeze(&mut self, step: &mut Step<'_, '_>, account: AccountId, frozen: bool) {
        let body = OrgBody::AccountFreeze(AccountFreeze { account, frozen });
        self.wish_org(step, body);
    }

    /// Removes somebody for good.
    pub(crate) fn remove_person(&mut self, step: &mut Step<'_, '_>, account: AccountId) {
        self.wish_org(step, OrgBody::AccountRemove(AccountRemove { account }));
    }

    /// Revokes a device: one's own that is lost, or, for an admin, anybody's.
    pub(crate) fn revoke_device(&mut self, step: &mut Step<'_, '_>, device: DeviceId) {
        self.wish_org(step, OrgBody::DeviceRevoke(DeviceRevoke { device }));
    }

    /// Says how long devices may be opened without the server.
    pub(crate) fn set_policy(&mut self, step: &mut Step<'_, '_>, offline_hours: u16) {
        self.wish_org(step, OrgBody::PolicyChange(PolicyChange { offline_hours }));
    }

    pub(super) fn wish_org(&mut self, step: &mut Step<'_, '_>, body: OrgBody) {
        if !self.may_wish_org(step) {
            return;
        }
        self.org_wishes.push_back(OrgWish::new(body, Fruit::Nothing));
        self.send_org_wish(step);
    }

    /// Takes a member's access to a document away; the next epoch follows by itself.
    pub(crate) fn remove_member(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        account: AccountId,
    ) {
        let id = self.current(id);
        let Some((me, _)) = self.me() else { return };
        let may = |log: &DocumentLog| {
            log.access(me) == Some(Access::Manager)
                && log.access(account).is_some()
                && log.life() != Life::Shredded
        };
        // What it was written down from is taken away with it.
        let concerned = self
            .documents
            .values()
            .filter(|it| it.log.as_ref().is_some_and(may) && self.current(it.id) == id);
        for id in concerned.map(|it| it.id).collect::<Vec<_>>() {
            self.wish(step, id, PendingEntry::new(Wish::Revoke(account), step.now()));
        }
    }

    /// The org log grew: what that means for this device and this person.
    pub(super) fn org_grew(&mut self, step: &mut Step<'_, '_>) {
        let (Some((me, account)), Some(org)) = (self.me(), &self.org) else { return };
        if org.device(self.keys.id).is_some_and(|device| device.revoked.is_some()) {
            self.end = Some(End::Revoked);
            return;
        }
        if !account.is_open() {
            return self.close(step);
        }
        self.check_stale = true;
        self.mind_keys(step, me);
    }

    /// The server says that this device was revoked. It erases itself if that is signed by somebody
    /// who may say so, and stays shut otherwise: a server must not be able to erase anything.
    pub(super) fn told_revoked(&mut self, step: &mut Step<'_, '_>, entry: Option<&Blob>) {
        let entry = entry.and_then(|bytes| Entry::parse(&bytes.0).ok());
        let is_signed = entry.is_some_and(|entry| {
            self.org.as_ref().is_some_and(|org| org.confirms_revocation(&entry, self.keys.id))
        });
        if is_signed {
            self.end = Some(End::Revoked);
            return;
        }
        // Nothing is shown any more, whoever revoked it. A login brings what the entry is judged
        // by; as long as it does, there is somebody yet unknown who may have said so.
        let length = self.org_length();
        let is_new = self.told_revoked_at.replace(length).is_none_or(|before| before < length);
        if !is_new {
            return self.close(step);
        }
        // Where the log is missing it is still what must come first.
        if self.ask == Ask::Nothing {
            self.ask = Ask::Admission;
        }
        self.progress.is_closed = Some(true);
        self.save_progress(step);
        self.log_in(step);
    }

    /// The account may not come in: nothing is shown until the server lets this device in again.
    pub(super) fn close(&mut self, step: &mut Step<'_, '_>) {
        self.progress.is_closed = Some(true);
        self.save_progress(step);
        self.end = Some(End::Closed);
    }

    /// Begins the next epoch of documents that need one, a few at a time: those with something to
    /// send first, then those used last.
    pub(super) fn rotate_due(&mut self, step: &mut Step<'_, '_>) {
        if !self.check_stale || self.login != Login::In || !self.is_open() || self.is_retired() {
            return;
        }
        let (Some((me, account)), Some(org)) = (self.me(), &self.org) else { return };
        // A secret wrapped to keys that a thief may hold would be no secret.
        if account.exposed {
            return;
        }
        let under_way = self.documents.values().filter(|it| is_rotating(it)).count();
        let mut due: Vec<&Document> = self
            .documents
            .values()
            .filter(|document| {
                let log = document.log.as_ref();
                let is_due = log.is_some_and(|log| {
                    let seen = org.head().length;
                    log.is_stale(org) && log.may_rotate(org, me, seen)
                });
                is_due && document.is_settled()
            })
            .collect();
        order::by_key(&mut due, |it| core::cmp::Reverse((it.unsent() > 0, it.used)));
        let room = ROTATIONS_MAX.saturating_sub(under_way);
        self.check_stale = due.len() > room;
        let due: Vec<DocumentId> = due.into_iter().take(room).map(|it| it.id).collect();
        for id in due {
            self.wish_rotation(step, id);
        }
    }

    fn wish_rotation(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let Some(log) = &document.log else { return };
        let now = log.epoch();
        let Some(before) = document.secret(now) else { return };
        let Some(epoch) = now.0.checked_add(1).map(Epoch) else { return };
        let secret = EpochSecret::make(step.cx);
        let rotation = Rotation {
            epoch,
            commitment: secret.commitment(id, epoch),
            previous: Some(Blob(secret.seal_previous(id, epoch, before))),
        };
        self.keep_secret(step, id, epoch, secret);
        // An end waits for edits, and these for the next epoch.
        let ending = self.documents.get(&id).and_then(|it| it.pending.front().cloned());
        if ending.is_some() {
            self.drop_first_wish(step, id);
        }
        self.wish(step, id, PendingEntry::new(Wish::Rotate(rotation), step.now()));
        if let Some((_, ending)) = ending {
            self.wish(step, id, ending);
        }
    }

    /// What an entry must say about envelopes that end: for each device, the last one that is here.
    pub(super) fn cuts(&self, document: &Document, account: Option<AccountId>) -> Vec<Cut> {
        let (Some(org), Some(log)) = (&self.org, &document.log) else { return vec![] };
        log.ending(org, account, org.head().length)
            .into_iter()
            .filter_map(|device| {
                let chain = document.reach(device);
                let has_any = chain.seq > Seq(0);
                has_any.then_some(Cut { device, seq: chain.seq, envelope: chain.id })
            })
            .collect()
    }

    /// Wraps of a new epoch's secret for everybody who stays. Keys that a thief may hold get none:
    /// their owner replaces them, and that begins another epoch.
    pub(super) fn wraps_for_all(
        &self,
        step: &mut Step<'_, '_>,
        log: &DocumentLog,
        epoch: Epoch,
        secret: &EpochSecret,
    ) -> Vec<Wrap> {
        log.members()
            .map(|(account, _)| account)
            .filter_map(|account| self.wrap_for(step, secret, log.document(), epoch, account))
            .collect()
    }

    /// Whoever has an epoch's secret has those before it, as far as the log hands them down.
    pub(super) fn read_back(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get(&id) else { return };
        let Some(log) = &document.log else { return };
        let mut epoch = log.epoch();
        let mut found = vec![];
        let mut secret = document.secret(epoch).map(EpochSecret::duplicate);
        while let (Some(known), Some(before)) = (&secret, epoch.0.checked_sub(1).map(Epoch)) {
            let held = document.secret(before).map(EpochSecret::duplicate);
            let next = held.or_else(|| {
                let opened = known.open_previous(id, epoch, &log.previous(epoch)?.0)?;
                let is_right = Some(opened.commitment(id, before)) == log.commitment(before);
                is_right.then(|| found.push((before, opened.duplicate())))?;
                Some(opened)
            });
            (secret, epoch) = (next, before);
        }
        for (epoch, secret) in found {
            self.keep_secret(step, id, epoch, secret);
        }
    }

    /// An entry of ours was signed for a head that is gone. An epoch that somebody else began
    /// meanwhile is not begun again.
    pub(super) fn drop_overtaken(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get(&id) else { return };
        let Some((_, pending)) = document.pending.front() else { return };
        let Some(log) = &document.log else { return };
        let is_overtaken = match &pending.wish {
            Wish::Rotate(rotation) => rotation.epoch <= log.epoch(),
            Wish::Revoke(account) => log.access(*account).is_none(),
            Wish::Finalise(_) => log.life() != Life::Open,
            Wish::Attest(attest) => log.has_attested(attest),
            // Another device of the same person's made it first: what was written here goes into that.
            Wish::Create(_) => true,
            Wish::Grant(..) | Wish::Shred => false,
        };
        if is_overtaken {
            self.drop_ending(step, id);
            self.drop_first_wish(step, id);
            self.check_stale = true;
        }
    }

    pub(super) fn drop_first_wish(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        if let Some((counter, _)) = document.pending.pop_front() {
            document.pending_sent = false;
            step.delete(&self.sealer, Name::Pending(id, counter));
        }
    }

    /// The server has envelopes behind the end that our entry gives a device: fetch, sign again.
    pub(super) fn cut_refused(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let Some((_, pending)) = document.pending.front_mut() else { return };
        pending.entry = None;
        document.pending_sent = false;
        document.cuts_refused += 1;
        if document.cuts_refused > 3 || document.pulling {
            document.blocked |= document.cuts_refused > 3;
            return;
        }
        document.pulling = true;
        let (after, unfit) = (document.progress.cursor, document.unfit);
        let pull = ClientMessage::Pull { document: id, after, at_snapshot: None, unfit };
        Self::send(step, pull);
    }
}

fn is_rotating(document: &Document) -> bool {
    document.pending.iter().any(|(_, pending)| matches!(pending.wish, Wish::Rotate(_)))
}
