//! How documents end: written down anew under another id, and destroyed.
//!
//! A document that is finalised goes on in a successor that holds today's values and nothing of how
//! they came about. Its end is said only when the successor is whole at the server, and names the
//! envelopes it was made of; if others have written meanwhile, the server refuses and the copy is
//! made again. After a while the old one is shredded: everywhere, for good.

use shared::{
    Blob,
    id::{AccountId, DocumentId},
    log::{
        document::{Access, Cut, DocumentLog, Life},
        org::Role,
    },
    map::Set,
    time::UnixMillis,
};

use super::{Desk, Login};
use crate::{
    casework::{field::Field, note, slot},
    document::{
        Document, SECRET_CANDIDATES_MAX,
        chunk::{self, heads_of},
        crdt::Crdt,
        flatten::{Edit, flatten},
        genesis::Kind,
        pending::{Ending, PendingEntry, Wish},
    },
    effect::Effect,
    journal::Step,
    record::{Content, Name},
    view::{Notice, View},
};

/// How long a finalised document stays beside its successor, by the date of the entry.
pub const GRACE_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// How often it is looked for documents whose time is over.
const LOOK_MS: u64 = 60 * 60 * 1000;
/// Longest way from a document to its newest successor.
const SUCCESSORS_MAX: usize = 64;

/// What writes a document down anew: of slots, not whose they were.
fn anew(crdt: &Crdt) -> Vec<Vec<Edit>> {
    let mut changes = flatten(crdt);
    if crdt.kind() == Some(Kind::Slots) {
        for change in &mut changes {
            change.retain(|edit| !slot::is_whose(edit.field()));
        }
    }
    changes
}

impl Desk {
    /// Writes a document down anew and ends it; with a newcomer, who reads from now on only.
    pub(crate) fn finalise(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        newcomer: Option<(AccountId, Access)>,
    ) {
        let id = self.current(id);
        let is_open = |it: &Document| {
            let log = it.log.as_ref();
            log.is_some_and(|log| log.life() == Life::Open) && !it.is_ending()
        };
        // Whoever booked a slot is told by who wrote that down, which nobody can write down anew.
        let is_book = self.documents.get(&id).and_then(|it| it.crdt.kind()) == Some(Kind::Slots);
        let may = self.manages(id)
            && self.documents.get(&id).is_some_and(is_open)
            && (!is_book || self.are_names_over(id, step.now()));
        if !may || !newcomer.is_none_or(|(account, _)| self.is_new_to(id, account)) {
            return;
        }
        let Some(successor) = self.write_anew(step, id) else { return };
        let ending = Ending { successor, heads: self.heads(id), newcomer };
        self.wish(step, id, PendingEntry::new(Wish::Finalise(ending), step.now()));
        self.let_in_successor(step, id);
        self.refresh_open(step, id);
    }

    /// Destroys a document and what it was written down from, everywhere.
    pub(crate) fn shred(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let id = self.current(id);
        let leads_here = |it: &Document| self.current(it.id) == id && self.manages(it.id);
        let concerned: Vec<DocumentId> =
            self.documents.values().filter(|it| leads_here(it)).map(|it| it.id).collect();
        let kind = self.documents.get(&id).and_then(|it| it.crdt.kind());
        if kind == Some(Kind::CaseShared) && !concerned.is_empty() {
            self.note_outlived(step, id);
        }
        for id in concerned {
            self.wish_shred(step, id);
        }
    }

    /// The newest document that goes on in the place of this one, as far as it is here.
    pub(super) fn current(&self, id: DocumentId) -> DocumentId {
        let mut id = id;
        for _ in 0..SUCCESSORS_MAX {
            match self.successor(id) {
                Some(next) => id = next,
                None => break,
            }
        }
        id
    }

    /// Who ended a document made its successor; what somebody else made, or what is something else,
    /// follows nothing.
    pub(super) fn successor(&self, id: DocumentId) -> Option<DocumentId> {
        let old = self.documents.get(&id)?;
        let finale = old.log.as_ref()?.finale()?;
        let new = self.documents.get(&finale.successor?)?;
        let log = new.log.as_ref()?;
        let (kind, is_gone) = (new.crdt.kind(), new.is_shredded() || old.is_shredded());
        let is_alike = is_gone || kind.is_some() && kind == old.crdt.kind();
        (log.creator() == finale.by && is_alike).then_some(new.id)
    }

    pub(super) fn manages(&self, id: DocumentId) -> bool {
        let (Some((me, _)), Some(document)) = (self.me(), self.documents.get(&id)) else {
            return false;
        };
        match &document.log {
            Some(log) => log.access(me) == Some(Access::Manager),
            None => !document.pending.is_empty(),
        }
    }

    fn is_new_to(&self, id: DocumentId, account: AccountId) -> bool {
        let (Some(org), Some(document)) = (&self.org, self.documents.get(&id)) else {
            return false;
        };
        let may = org.account(account).is_some_and(|it| it.is_open() && it.role != Role::Admin);
        may && document.log.as_ref().is_some_and(|log| log.access(account).is_none())
    }

    fn heads(&self, id: DocumentId) -> Vec<Blob> {
        self.documents.get(&id).map_or(vec![], |it| heads_of(&it.crdt.heads()))
    }

    /// Today's values in a new document, which only this person's devices can open yet.
    pub(super) fn write_anew(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
    ) -> Option<DocumentId> {
        let crdt = &self.documents.get(&id)?.crdt;
        // A catalogue is found by its id, so nothing can take its place.
        let kind = crdt.kind().filter(|kind| *kind != Kind::Catalogue)?;
        let interview = note::interview(crdt, id);
        let changes = anew(crdt);
        let new = DocumentId::new(step.cx.random());
        self.begin_document(step, new, kind);
        let is_written = changes.iter().all(|change| {
            self.edit(step, new, |tx| change.iter().try_for_each(|edit| edit.write(tx)))
        });
        // Read back before anybody relies on it: the old one will be destroyed.
        let is_alike = self.documents.get(&new).is_some_and(|it| anew(&it.crdt) == changes);
        if !is_written || !is_alike {
            self.wipe(step, new);
            self.documents.remove(&new);
            return None;
        }
        if kind == Kind::Note {
            self.edit(step, new, |tx| tx.put(&Field::top("interview"), interview.to_hex()));
        }
        Some(new)
    }

    /// Sends the ends that waited for something.
    pub(super) fn end_due(&mut self, step: &mut Step<'_, '_>) {
        let waiting = self.documents.values().filter(|it| it.ending().is_some());
        for id in waiting.map(|it| it.id).collect::<Vec<_>>() {
            self.append_next(step, id);
        }
    }

    /// Whether the first entry that waits may be signed. An end may be when everything of the
    /// document is in the successor, and that is at the server for everybody who has the document.
    pub(super) fn is_ripe(&mut self, step: &mut Step<'_, '_>, id: DocumentId) -> bool {
        let Some(document) = self.documents.get(&id) else { return false };
        let Some(Ending { successor, heads, .. }) = document.ending() else { return true };
        let (successor, is_same) = (*successor, *heads == self.heads(id));
        let is_whole = document.heard_last <= document.progress.cursor
            && document.marked.is_empty()
            && document.suspects.is_empty()
            && document.fresh.is_empty()
            && document.flights.is_empty();
        if !is_whole {
            return false;
        }
        if !is_same {
            self.write_again(step, id);
            return false;
        }
        let is_sent = |it: &Document| it.log.is_some() && it.unsent() == 0 && !it.is_shredded();
        self.let_in_successor(step, id) && self.documents.get(&successor).is_some_and(is_sent)
    }

    /// Somebody wrote after the copy was made: another one is made.
    fn write_again(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let new = self.write_anew(step, id);
        let heads = self.heads(id);
        let Some(document) = self.documents.get_mut(&id) else { return };
        document.blocked |= new.is_none();
        let Some(new) = new else { return };
        let Some((counter, pending)) = document.pending.front_mut() else { return };
        let Wish::Finalise(ending) = &mut pending.wish else { return };
        let stale = core::mem::replace(&mut ending.successor, new);
        ending.heads = heads;
        let content = Content::Pending(pending.clone());
        step.put(&self.sealer, Name::Pending(id, *counter), &content);
        self.wish_shred(step, stale);
        self.let_in_successor(step, id);
    }

    /// Lets into the successor who is in the document, and nobody else but the newcomer; whether
    /// nothing was left to do.
    fn let_in_successor(&mut self, step: &mut Step<'_, '_>, id: DocumentId) -> bool {
        let (Some((me, _)), Some(org)) = (self.me(), &self.org) else { return false };
        let Some(document) = self.documents.get(&id) else { return false };
        let (Some(log), Some(ending)) = (&document.log, document.ending()) else { return false };
        let Some(new) = self.documents.get(&ending.successor) else { return false };
        let may = |account: AccountId| {
            org.account(account).is_some_and(|it| it.removed.is_none() && it.role != Role::Admin)
        };
        let is_other = |account: AccountId| account != me && may(account);
        let mut wanted: Vec<(AccountId, Access)> =
            log.members().filter(|(account, _)| is_other(*account)).collect();
        wanted.extend(ending.newcomer.filter(|(account, _)| is_other(*account)));
        let has = |account: AccountId| new.log.as_ref().and_then(|log| log.access(account));
        let missing: Vec<(AccountId, Access)> = wanted
            .iter()
            .filter(|it| !new.is_wished(&Wish::Grant(it.0, it.1)))
            .filter(|(account, access)| has(*account).is_none_or(|held| held < *access))
            .copied()
            .collect();
        let is_wanted = |account: AccountId| {
            account == me || wanted.iter().any(|(wanted, _)| *wanted == account)
        };
        let excess: Vec<AccountId> = new
            .log
            .iter()
            .flat_map(DocumentLog::members)
            .map(|(account, _)| account)
            .filter(|account| !is_wanted(*account) && !new.is_wished(&Wish::Revoke(*account)))
            .collect();
        let (successor, is_done) = (new.id, missing.is_empty() && excess.is_empty());
        for (account, access) in missing {
            self.grant(step, successor, account, access);
        }
        for account in excess {
            self.remove_member(step, successor, account);
        }
        is_done
    }

    /// What an end says of the envelopes it was made of; nothing if there are too many devices.
    pub(super) fn covers(document: &Document) -> Vec<Cut> {
        document.frontier()
    }

    /// Wishes a document destroyed. What else was wished for it is not needed any more, but for
    /// what makes it known to the server at all.
    pub(super) fn wish_shred(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        if document.is_shredded() || document.is_wished(&Wish::Shred) {
            return;
        }
        if let Some(ending) = document.ending().cloned() {
            self.drop_first_wish(step, id);
            self.wish_shred(step, ending.successor);
        }
        self.wish(step, id, PendingEntry::new(Wish::Shred, step.now()));
    }

    /// Somebody else ended the document first: our copy of it is not needed.
    pub(super) fn drop_ending(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let ending = self.documents.get(&id).and_then(Document::ending).cloned();
        if let Some(ending) = ending {
            self.wish_shred(step, ending.successor);
        }
    }

    /// Shreds what was finalised long enough ago, if what follows it is safe.
    pub(super) fn shred_due(&mut self, step: &mut Step<'_, '_>) {
        let (now, seen) = (step.now(), self.ends_seen_at);
        let is_early = seen <= now && now < seen.plus_ms(LOOK_MS);
        if self.login != Login::In || !self.is_open() || self.is_healing() || is_early {
            return;
        }
        self.ends_seen_at = now;
        let due: Vec<DocumentId> =
            self.documents.values().filter(|it| self.is_over(it, now)).map(|it| it.id).collect();
        for id in due {
            self.wish_shred(step, id);
        }
    }

    fn is_over(&self, document: &Document, now: UnixMillis) -> bool {
        let Some(log) = &document.log else { return false };
        let Some(finale) = log.finale().filter(|_| log.life() == Life::Final) else {
            return false;
        };
        let is_safe = |it: &Document| it.is_shredded() || it.is_settled() && it.unsent() == 0;
        let follows = self.successor(document.id).and_then(|next| self.documents.get(&next));
        // Nobody writes into slots that long past; whose they were is over by its term.
        let grace_ms = if document.crdt.kind() == Some(Kind::Slots) { 0 } else { GRACE_MS };
        now >= finale.at.plus_ms(grace_ms)
            && self.manages(document.id)
            && follows.is_some_and(is_safe)
    }

    /// The log says that the document ended. What of ours did not get into it is told.
    pub(super) fn look_at_end(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get(&id) else { return };
        let edits = document.left_behind(self.keys.id);
        match document.log.as_ref().map(DocumentLog::life) {
            Some(Life::Final) if edits > 0 => {
                Self::notice(step, Notice::LeftBehind { document: id, edits });
            }
            Some(Life::Shredded) => self.destroy(step, id),
            Some(Life::Open | Life::Final) | None => {}
        }
    }

    /// Everything of a shredded document goes but its log, which keeps it from coming back.
    fn destroy(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get(&id) else { return };
        let edits = document.left_behind(self.keys.id);
        if edits > 0 {
            Self::notice(step, Notice::Shredded { document: id, edits });
        }
        self.wipe(step, id);
        let actor = chunk::actor(self.keys.id, id, self.progress.starts);
        let empty = Document::new(id, Crdt::empty(self.keys.id, actor));
        if let Some(document) = self.documents.get_mut(&id) {
            let log = document.log.take();
            *document = empty;
            document.log = log;
        }
    }

    /// Destroys a document on this device at once, and everywhere else as the server hears of it. Only
    /// its log stays, and the wish.
    pub(super) fn shred_here(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let id = self.current(id);
        self.shred(step, id);
        let is_going = |it: &Document| {
            self.current(it.id) == id && it.log.is_some() && it.is_wished(&Wish::Shred)
        };
        let going = self.documents.values().filter(|it| is_going(it)).map(|it| it.id);
        for id in going.collect::<Vec<_>>() {
            self.empty(step, id);
        }
    }

    fn empty(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get(&id) else { return };
        // What else was wished would need the secrets that go.
        let others = document.pending.iter().filter(|(_, it)| it.wish != Wish::Shred);
        let others: Vec<Name> = others.map(|(counter, _)| Name::Pending(id, *counter)).collect();
        let content = self.content_names(id);
        for name in others.into_iter().chain(content) {
            step.delete(&self.sealer, name);
        }
        self.quarantined.retain(|place, _| place.document != id);
        let actor = chunk::actor(self.keys.id, id, self.progress.starts);
        let empty = Document::new(id, Crdt::empty(self.keys.id, actor));
        if let Some(document) = self.documents.get_mut(&id) {
            let old = core::mem::replace(document, empty);
            document.log = old.log;
            document.next_counter = old.next_counter;
            document.pending = old.pending;
            document.pending.retain(|(_, it)| it.wish == Wish::Shred);
        }
    }

    /// Deletes what the store holds of a document beside its log.
    pub(super) fn wipe(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get(&id) else { return };
        let pending = document.pending.iter().map(|(counter, _)| Name::Pending(id, *counter));
        let pending: Vec<Name> = pending.collect();
        let content = self.content_names(id);
        self.quarantined.retain(|place, _| place.document != id);
        for name in content.into_iter().chain(pending) {
            step.delete(&self.sealer, name);
        }
    }

    /// Where the store holds what a document says.
    fn content_names(&self, id: DocumentId) -> Vec<Name> {
        let Some(document) = self.documents.get(&id) else { return vec![] };
        let epochs = document.secrets.keys().copied();
        let places = || (0..SECRET_CANDIDATES_MAX).filter_map(|place| u32::try_from(place).ok());
        let mut names: Vec<Name> = epochs
            .flat_map(|epoch| places().map(move |place| Name::Secret(id, epoch, place)))
            .collect();
        for (device, chain) in document.chains.iter() {
            let seqs = (1..=chain.seq.0).map(shared::id::Seq);
            names.extend(seqs.map(|seq| Name::Envelope(id, *device, seq)));
        }
        names.extend(document.fresh.iter().map(|fresh| Name::Change(id, fresh.counter)));
        names.extend([Name::InFlight(id), Name::Snapshot(id), Name::Document(id), Name::Order(id)]);
        let of_this = self.quarantined.keys().filter(|place| place.document == id);
        names.extend(of_this.map(|place| Name::Quarantine(id, place.device, place.seq)));
        names
    }

    /// Leads away from documents on screen that went on as others, or are gone.
    pub(super) fn follow_open(&mut self, step: &mut Step<'_, '_>) {
        let ids: Set<DocumentId> = self.open.keys().copied().collect();
        for from in ids {
            if self.is_elsewhere(step, from) {
                self.open.remove(&from);
            }
        }
    }

    /// Whether a document is to be shown under another id, or not at all; then that is shown. One
    /// with edits that did not get into its successor can be read.
    pub(super) fn is_elsewhere(&self, step: &mut Step<'_, '_>, from: DocumentId) -> bool {
        let left = self.documents.get(&from).map_or(0, |it| it.left_behind(self.keys.id));
        if left > 0 {
            return false;
        }
        let to = self.current(from);
        let is_gone = self.documents.get(&to).is_some_and(Document::is_shredded);
        let is_elsewhere = is_gone || to != from;
        if is_elsewhere {
            let to = (!is_gone).then_some(to);
            step.effects.push(Effect::Show(View::Moved { from, to }));
        }
        is_elsewhere
    }
}
