//! Document logs: replaying what arrives, appending what we wish.

use shared::{
    Blob,
    id::{AccountId, DeviceId, DocumentId, Epoch},
    log::{
        Author, Entry, EntryError, Head, LogId, Place,
        document::{DocumentBody, DocumentLog, Life},
    },
    refusal::Reason,
    sync::{ClientMessage, Wrap, WrapTo},
};
use zeroize::Zeroizing;

use super::{Desk, Login};
use crate::{
    document::{
        Document,
        pending::{PendingEntry, Wish},
    },
    epoch::EpochSecret,
    journal::{After, Step},
    keyring::Membership,
    record::{Content, Name},
    view::Notice,
    wrap::{self, Purpose},
};

impl Desk {
    /// Sends the first entry that waits for a document's log.
    ///
    /// It is signed once for a head, made durable, and sent again unchanged until the server answers,
    /// so that neither a lost answer nor a crash makes two entries.
    pub(super) fn append_next(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        if self.login != Login::In || !self.is_open() || self.is_healing() || self.is_retired() {
            return;
        }
        let Some(document) = self.documents.get(&id) else { return };
        if document.pending_sent || document.blocked || document.pulling {
            return;
        }
        if document.pending.front().is_some_and(|(_, it)| it.entry.is_none())
            && !self.is_ripe(step, id)
        {
            return;
        }
        let Some(document) = self.documents.get(&id) else { return };
        let made = match document.pending.front() {
            Some((_, pending)) if pending.entry.is_none() => self.sign(step, document, pending),
            Some(_) => None,
            None => return,
        };
        let sealer = &self.sealer;
        let Some(document) = self.documents.get_mut(&id) else { return };
        let Some((counter, pending)) = document.pending.front_mut() else { return };
        if pending.entry.is_none() {
            let Some((entry, wraps)) = made else { return };
            (pending.entry, pending.wraps) = (Some(entry), wraps);
            let content = Content::Pending(pending.clone());
            step.put(sealer, Name::Pending(id, *counter), &content);
            document.signed += 1;
            step.after(After::Signed(id, document.signed));
            return;
        }
        if document.signed_kept < document.signed {
            return;
        }
        let (entry, wraps) = (pending.entry.clone().unwrap_or_default(), pending.wraps.clone());
        document.pending_sent = true;
        Self::send(step, ClientMessage::Append { entry, wraps });
    }

    /// A signed entry is durable: whatever happens now, the same bytes are sent.
    pub(super) fn signed(&mut self, step: &mut Step<'_, '_>, id: DocumentId, number: u64) {
        if let Some(document) = self.documents.get_mut(&id) {
            document.signed_kept = document.signed_kept.max(number);
            self.append_next(step, id);
        }
    }

    /// The entry that a wish becomes at the log's present head, with its wraps; `None` while a
    /// secret that it hands on is not here.
    fn sign(
        &self,
        step: &mut Step<'_, '_>,
        document: &Document,
        pending: &PendingEntry,
    ) -> Option<(Blob, Vec<Wrap>)> {
        let id = document.id;
        let head = document.log.as_ref().map_or(Head::EMPTY, DocumentLog::head);
        let (cuts, wraps) = match &pending.wish {
            Wish::Create(commitment) => {
                let secret = document.candidate(Epoch::FIRST, *commitment)?;
                let me = self.me()?.0;
                let wrap = self.wrap_for(step, secret, id, Epoch::FIRST, me);
                (vec![], wrap.into_iter().collect())
            }
            Wish::Grant(account, _) => (vec![], self.wraps_for_newcomer(step, document, *account)?),
            Wish::Revoke(account) => (self.cuts(document, Some(*account)), vec![]),
            Wish::Rotate(rotation) => {
                let (log, epoch) = (document.log.as_ref()?, rotation.epoch);
                let secret = document.candidate(epoch, rotation.commitment)?;
                (self.cuts(document, None), self.wraps_for_all(step, log, epoch, secret))
            }
            Wish::Finalise(_) => (Self::covers(document), vec![]),
            Wish::Shred | Wish::Attest(_) => (vec![], vec![]),
        };
        let place = Place {
            log: LogId::Document(id),
            head,
            at: pending.at,
            author: Author::Device(self.keys.id),
            org: self.org.as_ref().map(|org| org.head().length),
        };
        let entry = pending.wish.body(cuts).sign(place, &self.keys.device);
        Some((Blob(entry.as_bytes().to_vec()), wraps))
    }

    /// The secret in force, and those before it that do not follow from a later one.
    fn wraps_for_newcomer(
        &self,
        step: &mut Step<'_, '_>,
        document: &Document,
        account: AccountId,
    ) -> Option<Vec<Wrap>> {
        let log = document.log.as_ref()?;
        let mut wraps = vec![];
        let mut epoch = log.epoch();
        loop {
            let is_newest = epoch == log.epoch();
            let follows = log.previous(Epoch(epoch.0.saturating_add(1))).is_some();
            if is_newest || !follows {
                match document.secret(epoch) {
                    Some(secret) => {
                        wraps.extend(self.wrap_for(step, secret, document.id, epoch, account));
                    }
                    None if is_newest => return None,
                    None => {}
                }
            }
            let Some(before) = epoch.0.checked_sub(1) else { return Some(wraps) };
            epoch = Epoch(before);
        }
    }

    /// Logs that waited for more of the org log are asked for again.
    pub(super) fn ask_for_waiting_logs(&mut self, step: &mut Step<'_, '_>) {
        for document in self.documents.values_mut().filter(|it| it.awaits_org) {
            document.awaits_org = false;
            let from = document.log.as_ref().map_or(0, |log| log.head().length);
            Self::send(step, ClientMessage::PullLog { document: Some(document.id), from });
        }
    }

    /// The server took our entry: it is applied from our own bytes.
    pub(super) fn document_appended(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        head: Head,
    ) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let Some(entry) = document.pending.front().and_then(|(_, it)| it.entry.clone()) else {
            return;
        };
        // The answer may be to an earlier entry, which was sent twice.
        if !is_at(&entry, head) {
            return;
        }
        document.pending_sent = false;
        let index = document.log.as_ref().map_or(0, |log| log.head().length);
        self.receive_log(step, id, index, &[entry], false);
    }

    /// Somebody else's entry came first: fetch it, then sign ours again.
    pub(super) fn document_head_moved(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        head: Head,
    ) {
        let from = self.log_length(id);
        // A server that was restored has less than we do, and gets the rest when somebody heals it.
        if head.length < from || self.is_other_head(step, Some(id), head) {
            return;
        }
        let Some(document) = self.documents.get_mut(&id) else { return };
        document.pending_sent = false;
        Self::send(step, ClientMessage::PullLog { document: Some(id), from });
    }

    /// Entries of a document's log arrived, or one of ours was taken.
    pub(super) fn receive_log(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        from: u64,
        entries: &[Blob],
        more: bool,
    ) {
        let before = self.log_length(id);
        for (at, bytes) in entries.iter().enumerate() {
            let index = from.saturating_add(u64::try_from(at).unwrap_or(u64::MAX));
            match self.take_log_entry(step, id, index, bytes) {
                Ok(()) => {}
                Err(EntryError::UnknownKind { .. }) => Self::notice(step, Notice::UpdateNeeded),
                Err(EntryError::OrgBehind { .. }) => {
                    if let Some(document) = self.documents.get_mut(&id) {
                        document.awaits_org = true;
                    }
                    return self.pull_org(step);
                }
                Err(error) => {
                    if let Some(document) = self.documents.get_mut(&id) {
                        document.blocked = true;
                    }
                    return self.bad_entry(step, Some(id), index, &bytes.0, error);
                }
            }
        }
        // Asked for more only if this brought something: a server could keep us asking.
        if more && self.log_length(id) > before {
            let from = self.log_length(id);
            return Self::send(step, ClientMessage::PullLog { document: Some(id), from });
        }
        self.check_stale = true;
        self.settle_covered(step, id);
        self.judge_log(step, Some(id));
        self.judge_last(step, id);
        self.look_why_refused(step, id);
        self.look_for_cut_off(step, id);
        self.read_back(step, id);
        self.retry_pending_entry(id);
        self.drop_overtaken(step, id);
        self.append_next(step, id);
        self.pull_if_behind(step, id);
        self.seal_due(step);
    }

    /// An honest server lets nobody's envelopes end before one that it has shown: who was shown
    /// more was shown it by somebody who should not have been able to write it.
    fn look_for_cut_off(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let this = self.keys.id;
        let Some(document) = self.documents.get(&id) else { return };
        let Some(log) = &document.log else { return };
        let chains = document.chains.iter().filter(|(device, _)| **device != this);
        let cut_off: Vec<DeviceId> = chains
            .filter(|(device, chain)| log.is_cut(**device, chain.seq))
            .map(|(device, _)| *device)
            .collect();
        for device in cut_off {
            self.shown_too_much(step, id, device);
        }
    }

    /// An envelope of ours was refused: either the log says by now that the document ended, or
    /// nobody knows why.
    fn look_why_refused(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let is_open = document.log.as_ref().is_some_and(|log| log.life() == Life::Open);
        if document.refused_writing && is_open && !document.blocked {
            document.blocked = true;
            let code = Reason::ReadOnly.code();
            Self::notice(step, Notice::Refused { code });
        }
    }

    pub(super) fn log_length(&self, id: DocumentId) -> u64 {
        let log = self.documents.get(&id).and_then(|document| document.log.as_ref());
        log.map_or(0, |log| log.head().length)
    }

    fn take_log_entry(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        index: u64,
        bytes: &Blob,
    ) -> Result<(), EntryError> {
        let entry = Entry::parse(&bytes.0)?;
        self.document_mut(id);
        let (Some(org), Some(document)) = (&self.org, self.documents.get_mut(&id)) else {
            return Ok(());
        };
        match &mut document.log {
            Some(log) if index < log.head().length => {
                let is_ours = self.is_ours(Some(id), index, &bytes.0);
                return if is_ours { Ok(()) } else { Err(EntryError::Misplaced) };
            }
            Some(log) => log.append(org, &entry)?,
            None => document.log = Some(DocumentLog::begin(org, &entry)?),
        }
        step.put(&self.sealer, Name::Log(id, index), &Content::Bytes(bytes.clone()));
        let is_ours =
            document.pending.front().is_some_and(|(_, it)| it.entry.as_ref() == Some(bytes));
        if is_ours && let Some((counter, _)) = document.pending.pop_front() {
            document.pending_sent = false;
            step.delete(&self.sealer, Name::Pending(id, counter));
        }
        if matches!(
            DocumentBody::parse(&entry),
            Ok(DocumentBody::Finalise(_) | DocumentBody::Shred(_))
        ) {
            self.look_at_end(step, id);
        }
        Ok(())
    }

    /// An entry signed for a head that is no longer the head must be signed anew.
    fn retry_pending_entry(&mut self, id: DocumentId) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let head = document.log.as_ref().map_or(Head::EMPTY, DocumentLog::head);
        if let Some((_, pending)) = document.pending.front_mut()
            && let Some(bytes) = &pending.entry
            && Entry::parse(&bytes.0).map_or(true, |entry| entry.index() != head.length)
        {
            pending.entry = None;
            document.pending_sent = false;
        }
    }

    /// Wraps for this account arrived.
    pub(super) fn receive_wraps(
        &mut self,
        step: &mut Step<'_, '_>,
        last: u64,
        wraps: &[Wrap],
        more: bool,
    ) {
        let before = self.progress.wraps;
        self.progress.wraps = before.max(last);
        for wrap in wraps {
            match wrap.to {
                WrapTo::Device { device, .. } => {
                    self.receive_seeds(step, device, &wrap.sealed.0);
                }
                WrapTo::Account { document, epoch, .. } => {
                    let sealed = &wrap.sealed.0;
                    if let Some(secret) = self.unwrap_secret(document, epoch, sealed) {
                        self.keep_secret(step, document, epoch, secret);
                    }
                }
            }
        }
        self.save_progress(step);
        if more && self.progress.wraps > before {
            let after = self.progress.wraps;
            return Self::send(step, ClientMessage::PullWraps { after });
        }
        self.retry_waiting(step);
    }

    fn unwrap_secret(
        &self,
        document: DocumentId,
        epoch: Epoch,
        sealed: &[u8],
    ) -> Option<EpochSecret> {
        let Membership::Member { firm, account, .. } = &self.keyring.membership else {
            return None;
        };
        let (firm, account) = (*firm, *account);
        let opened = self.keys.account_kems.iter().find_map(|(generation, key)| {
            let generation = *generation;
            let purpose = Purpose::EpochSecret { firm, document, epoch, account, generation };
            wrap::unwrap(sealed, purpose, key).ok()
        });
        let bytes = Zeroizing::new(opened?);
        shared::secret::Secret::from_slice(&bytes).map(EpochSecret::new)
    }

    pub(super) fn keep_secret(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        epoch: Epoch,
        secret: EpochSecret,
    ) {
        let bytes = Zeroizing::new(*secret.expose());
        // What was shredded stays so, whoever still has a secret of it.
        let document = self.document_mut(id);
        if document.is_shredded() || document.is_wished(&Wish::Shred) {
            return;
        }
        if let Some(place) = self.document_mut(id).add_secret(epoch, secret) {
            self.save_secret(step, Name::Secret(id, epoch, place), bytes.as_slice());
        }
    }

    /// What could not be fetched or opened before may be possible with what arrived.
    pub(super) fn retry_waiting(&mut self, step: &mut Step<'_, '_>) {
        self.check_stale = true;
        let ids: Vec<DocumentId> = self.documents.keys().copied().collect();
        for id in ids {
            self.read_back(step, id);
            self.append_next(step, id);
            self.pull_if_behind(step, id);
        }
        self.seal_due(step);
    }
}

/// Whether a log that ends in `entry` has this head.
pub(super) fn is_at(entry: &Blob, head: Head) -> bool {
    Entry::parse(&entry.0).is_ok_and(|entry| {
        head.length == entry.index().saturating_add(1) && head.hash == entry.hash()
    })
}
