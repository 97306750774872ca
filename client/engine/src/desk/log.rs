//! Document logs: replaying what arrives, appending what we wish.

use shared::{
    Blob,
    id::DocumentId,
    log::{Author, Entry, EntryError, Head, LogId, Place, document::DocumentLog},
    sync::{ClientMessage, Wrap, WrapTo},
};

use super::{Desk, Login};
use crate::{
    epoch::EpochSecret,
    journal::Step,
    keyring::Membership,
    record::{Content, Name},
    view::Notice,
    wrap::{self, Purpose},
};

impl Desk {
    /// Sends the first entry that waits for a document's log.
    ///
    /// It is signed once for a head, and sent again unchanged until the server answers, so that an
    /// answer that got lost does not make two entries.
    pub(super) fn append_next(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        if self.login != Login::In || !self.is_open() || self.is_healing() {
            return;
        }
        let (device, sealer) = (self.keys.id, &self.sealer);
        let Some(document) = self.documents.get_mut(&id) else { return };
        if document.pending_sent || document.blocked {
            return;
        }
        let head = document.log.as_ref().map_or(Head::EMPTY, DocumentLog::head);
        let Some((counter, pending)) = document.pending.front_mut() else { return };
        if pending.entry.is_none() {
            let log = LogId::Document(id);
            let place = Place { log, head, at: pending.at, author: Author::Device(device) };
            let entry = pending.wish.body().sign(place, &self.keys.device);
            pending.entry = Some(Blob(entry.as_bytes().to_vec()));
            // Written with the next batch; if that is lost, the same bytes are signed again, for
            // the time is the wish's, and Ed25519 has no randomness.
            let content = Content::Pending(pending.clone());
            step.put(sealer, Name::Pending(id, *counter), &content);
        }
        let (entry, wraps) = (pending.entry.clone().unwrap_or_default(), pending.wraps.clone());
        document.pending_sent = true;
        Self::send(step, ClientMessage::Append { entry, wraps });
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
        let Some(document) = self.documents.get_mut(&id) else { return };
        let from = document.log.as_ref().map_or(0, |log| log.head().length);
        // A server that was restored has less than we do, and gets the rest when somebody heals it.
        if head.length < from {
            return;
        }
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
                Err(_) => {
                    return Self::notice(step, Notice::ServerLies { document: Some(id) });
                }
            }
        }
        // Asked for more only if this brought something: a server could keep us asking.
        if more && self.log_length(id) > before {
            let from = self.log_length(id);
            return Self::send(step, ClientMessage::PullLog { document: Some(id), from });
        }
        self.retry_pending_entry(id);
        self.append_next(step, id);
        self.pull_if_behind(step, id);
        self.seal_due(step);
    }

    fn log_length(&self, id: DocumentId) -> u64 {
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
            Some(log) if index < log.head().length => return Ok(()),
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
                WrapTo::Device { device, .. } if device == self.keys.id => {
                    self.receive_seeds(step, &wrap.sealed.0);
                }
                WrapTo::Device { .. } => {}
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
        epoch: shared::id::Epoch,
        sealed: &[u8],
    ) -> Option<EpochSecret> {
        let Membership::Member { firm, account, .. } = &self.keyring.membership else {
            return None;
        };
        let generation = self.me()?.1.keys.generation;
        let (firm, account) = (*firm, *account);
        let purpose = Purpose::EpochSecret { firm, document, epoch, account, generation };
        let key = self.keys.account_kem.as_ref()?;
        let bytes = zeroize::Zeroizing::new(wrap::unwrap(sealed, purpose, key).ok()?);
        shared::secret::Secret::from_slice(&bytes).map(EpochSecret::new)
    }

    fn keep_secret(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        epoch: shared::id::Epoch,
        secret: EpochSecret,
    ) {
        let bytes = Blob(secret.expose().to_vec());
        if let Some(place) = self.document_mut(id).add_secret(epoch, secret) {
            step.put(&self.sealer, Name::Secret(id, epoch, place), &Content::Bytes(bytes));
        }
    }

    /// What could not be fetched or opened before may be possible with what arrived.
    pub(super) fn retry_waiting(&mut self, step: &mut Step<'_, '_>) {
        let ids: Vec<DocumentId> = self.documents.keys().copied().collect();
        for id in ids {
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
