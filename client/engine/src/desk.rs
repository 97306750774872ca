//! The unlocked device: everything the engine does while keys are in memory.

use std::collections::VecDeque;

use shared::{
    Blob,
    id::{AccountId, DocumentId},
    log::org::{Account, OrgBody, OrgLog, Role},
    map::Map,
    sync::ClientMessage,
};

use crate::{
    casework::date::Date,
    document::{Document, chunk, crdt::Crdt},
    effect::Effect,
    journal::{After, Step},
    keyring::{Keyring, Keys, Membership, Seed},
    record::{Content, Name, Place, Progress, Sealer},
    view::{Gate, InvitationView, Notice, SetAside, View, Work},
};

mod apply;
mod card;
mod case;
mod edit;
mod ending;
mod export;
mod handover;
mod heal;
mod join;
mod keys;
mod load;
mod log;
mod matter;
mod members;
mod memo;
mod mend;
mod people;
mod plan;
mod push;
mod receive;
mod recovery;
mod regrant;
mod removal;
mod report;
mod reseal;
mod rest;
mod room;
mod search;
mod shape;
mod show;
mod snapshot;
mod trust;

pub use ending::GRACE_MS;
pub(crate) use handover::Pinned;
pub(crate) use join::Invitation;
pub(crate) use load::Found;
pub(crate) use snapshot::Before;
pub use snapshot::Compaction;

/// How far the login on the present connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Login {
    Out,
    Asked { nonce: [u8; 32] },
    Answered,
    In,
}

/// When changes are sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// This long after the first unsent edit, or at twenty edits. What the app uses.
    Coalesce {
        /// Milliseconds.
        wait_ms: u64,
    },
    /// At once, each change in an envelope of its own: for measuring.
    Each,
}

/// An org-log entry on its way, and what is shown when it has arrived.
struct OrgWish {
    body: OrgBody,
    shows: Fruit,
    /// For the head that was then; offered unchanged as long as that is the head.
    signed: Option<Blob>,
    /// What was signed is durable here.
    is_kept: bool,
    is_sent: bool,
}

impl OrgWish {
    fn new(body: OrgBody, shows: Fruit) -> Self {
        Self { body, shows, signed: None, is_kept: false, is_sent: false }
    }
}

/// What is shown when an org-log entry has arrived.
enum Fruit {
    Nothing,
    /// The program ended before the entry had arrived, and knows no more what for it was.
    Forgotten,
    Invitation(InvitationView),
    /// The invitation of somebody in a company's list, in place of earlier ones.
    Row {
        roster: DocumentId,
        row: String,
        former: Vec<u32>,
        invitation: InvitationView,
    },
    /// A code by which many come, for a company that does not learn of them.
    Poster {
        company: DocumentId,
        invitation: InvitationView,
    },
    /// A recovery kit, by what is on its paper. It is nowhere else.
    Kit(Seed),
}

/// Why the desk ends without the person's wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The device was revoked: everything here goes.
    Revoked,
    /// The account may not come in: everything here stays, shut.
    Closed,
    /// What the store had lost of the firm's log is here again: everything is read anew.
    Mended,
}

/// What the server must be asked before anything is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ask {
    #[default]
    Nothing,
    /// Whether this device may still come in.
    Admission,
    /// The firm's log, of which the store has lost some.
    Log,
}

/// A document on screen.
#[derive(Default)]
struct OpenDocument {
    mirrors: Map<crate::casework::field::Field, crate::document::mirror::Mirror>,
    removed: Vec<edit::Removed>,
}

/// Everything about the unlocked device.
pub(crate) struct Desk {
    sealer: Sealer,
    keyring: Keyring,
    keys: Keys,
    progress: Progress,
    org: Option<OrgLog>,
    documents: Map<DocumentId, Document>,
    login: Login,
    origin: Option<String>,
    pace: Pace,
    org_wishes: VecDeque<OrgWish>,
    /// Records in the store that did not open: what they said may come again as news.
    damaged: u32,
    /// The org-log entry that was signed last.
    org_signed: Option<Blob>,
    open: Map<DocumentId, OpenDocument>,
    quarantined: Map<Place, SetAside>,
    shown: show::Shown,
    /// The server's log did not verify on this connection; nothing more of it is taken.
    distrust: bool,
    /// The link seems of no use; the login as this device tells whether we used it ourselves.
    doubt: Option<Notice>,
    /// The server was restored, and not everything here was offered to it yet.
    healing: Option<heal::Healing>,
    /// The server does not know this device: it was restored. When to ask again.
    login_again_at: Option<shared::time::UnixMillis>,
    all_sent_at: Option<shared::time::UnixMillis>,
    first_unsealed_at: Option<shared::time::UnixMillis>,
    /// Why this desk is at its end.
    end: Option<End>,
    /// Nothing is shown before the server has answered this.
    ask: Ask,
    /// How much of the org log was here when the server last said that this device was revoked.
    told_revoked_at: Option<u64>,
    /// Some document may need its next epoch.
    check_stale: bool,
    /// What is known of the server, and what speaks against it.
    trust: trust::Trust,
    /// When it was last looked for documents whose time is over.
    ends_seen_at: shared::time::UnixMillis,
    /// How many documents there were when every case had all of its own.
    complete_at: usize,
    /// What employees decided, as read last.
    ledgers: room::Ledgers,
    /// The tablet is about to change hands.
    handing: Option<handover::Handing>,
    /// The case whose employee holds the tablet.
    guest: Option<DocumentId>,
    /// Whether and how the tablet rests.
    rest: rest::Rest,
    /// What follows from consents, and what of it waits.
    duties: report::Duties,
    /// When it was last looked for terms that are over.
    terms_seen_at: shared::time::UnixMillis,
    /// The day on which this connection last saw to it that the JOB card is open to whom it is shown.
    card_minded: Option<Date>,
    /// What was looked at of the firm's own documents.
    planning: plan::Planning,
    /// Where something was refused because the document stands apart.
    refused_apart: Option<DocumentId>,
    /// When documents get snapshots.
    pub(crate) compaction: Compaction,
    /// When it may be time for the next one.
    snapshot_at: Option<shared::time::UnixMillis>,
}

impl Desk {
    /// A desk over a keyring, before anything else was read from the store.
    pub(crate) fn new(sealer: Sealer, keyring: Keyring, pace: Pace) -> Self {
        let keys = keyring.keys();
        Self {
            sealer,
            keyring,
            keys,
            progress: Progress::default(),
            org: None,
            documents: Map::new(),
            login: Login::Out,
            origin: None,
            pace,
            org_wishes: VecDeque::new(),
            damaged: 0,
            org_signed: None,
            open: Map::new(),
            quarantined: Map::new(),
            shown: show::Shown::default(),
            distrust: false,
            doubt: None,
            healing: None,
            login_again_at: None,
            all_sent_at: None,
            first_unsealed_at: None,
            end: None,
            ask: Ask::default(),
            told_revoked_at: None,
            check_stale: true,
            trust: trust::Trust::default(),
            ends_seen_at: shared::time::UnixMillis(0),
            complete_at: 0,
            ledgers: room::Ledgers::default(),
            handing: None,
            guest: None,
            rest: rest::Rest::default(),
            duties: report::Duties::default(),
            terms_seen_at: shared::time::UnixMillis(0),
            card_minded: None,
            planning: plan::Planning::default(),
            refused_apart: None,
            compaction: Compaction::default(),
            snapshot_at: None,
        }
    }

    /// This person in the log, with their id.
    fn me(&self) -> Option<(AccountId, &Account)> {
        let Membership::Member { account, .. } = &self.keyring.membership else { return None };
        Some((*account, self.org.as_ref()?.account(*account)?))
    }

    fn role(&self) -> Option<Role> {
        self.me().map(|(_, account)| account.role)
    }

    /// Ready for casework: joined, and the person's own keys are here.
    fn is_open(&self) -> bool {
        let is_in = !self.keys.account_kems.is_empty() && !self.must_ask();
        self.me().is_some() && (is_in || self.guest.is_some())
    }

    /// Whether the server must be asked before anything is shown or done.
    pub(crate) fn must_ask(&self) -> bool {
        self.ask != Ask::Nothing
    }

    /// Why this desk is at its end, if it is.
    pub(crate) fn end(&self) -> Option<End> {
        self.end
    }

    /// Notes that it is this late: a clock that is set back afterwards shows.
    pub(crate) fn note_time(&mut self, step: &mut Step<'_, '_>) {
        if matches!(self.keyring.membership, Membership::Member { .. }) {
            self.progress.latest = self.progress.latest.max(Some(step.now()));
            self.save_progress(step);
        }
    }

    pub(crate) fn gate(&self) -> Gate {
        if let Some(gate) = self.guest_gate() {
            return gate;
        }
        match self.role() {
            Some(_) if self.must_ask() => Gate::Working(Work::AskingAgain),
            Some(role) if !self.keys.account_kems.is_empty() => Gate::Open {
                name: self.own_name(),
                role,
                device_name: self.keyring.device_name.clone(),
            },
            Some(_) => Gate::Working(Work::AwaitingKeys),
            None => Gate::Working(Work::AskingServer),
        }
    }

    fn save_keyring(&self, step: &mut Step<'_, '_>) {
        let content = Content::Keyring(self.keyring.duplicate());
        step.put(&self.sealer, Name::Keyring, &content);
    }

    fn save_progress(&self, step: &mut Step<'_, '_>) {
        step.put(&self.sealer, Name::Progress, &Content::Progress(self.progress));
    }

    fn save_bytes(&self, step: &mut Step<'_, '_>, name: Name, bytes: &[u8]) {
        step.put(&self.sealer, name, &Content::Bytes(Blob(bytes.to_vec())));
    }

    /// Writes a secret down; no copy stays in memory.
    fn save_secret(&self, step: &mut Step<'_, '_>, name: Name, bytes: &[u8]) {
        let content = Content::Bytes(Blob(bytes.to_vec()));
        step.put(&self.sealer, name, &content);
        content.wipe();
    }

    fn send(step: &mut Step<'_, '_>, message: ClientMessage) {
        step.effects.push(Effect::Send(message));
    }

    fn notice(step: &mut Step<'_, '_>, notice: Notice) {
        step.effects.push(Effect::Show(View::Notice(notice)));
    }

    /// The document, made empty if it is new to this device.
    fn document_mut(&mut self, id: DocumentId) -> &mut Document {
        let device = self.keys.id;
        let actor = chunk::actor(device, id, self.progress.starts);
        self.documents.get_or_insert_with(id, || Document::new(id, Crdt::empty(device, actor)))
    }

    /// Something that waited for the store may happen.
    pub(crate) fn after(&mut self, step: &mut Step<'_, '_>, after: After) {
        match after {
            After::Connect => step.effects.push(Effect::Link(crate::effect::LinkWish::Up)),
            // On a connection that came up meanwhile the device has asked already.
            After::LogIn if self.login != Login::Out => {}
            After::LogIn => self.log_in(step),
            After::Saved(document, counter) => self.saved(step, document, counter),
            After::Sealed(document, seq) => self.sealed(document, seq),
            After::Wished(document) => self.append_next(step, document),
            After::Signed(document, number) => self.signed(step, document, number),
            After::OrgSigned(index) => self.org_signed(step, index),
            After::Marked(document) => self.apply_marked(step, document),
            After::GuestKept => self.guest_kept(),
        }
    }

    /// Time passed.
    pub(crate) fn tick(&mut self, step: &mut Step<'_, '_>) {
        if self.login_again_at.take().is_some() {
            self.log_in(step);
        }
        self.seal_due(step);
        self.push_durable(step);
    }

    /// What a step leaves to be done before it ends.
    pub(crate) fn settle(&mut self, step: &mut Step<'_, '_>) {
        self.do_duties(step);
        self.end_terms_due(step);
        self.plan_due(step);
        self.rotate_due(step);
        self.reseal_due(step);
        self.end_due(step);
        self.shred_due(step);
        self.complete_cases(step);
        self.mind_card(step);
        self.snapshot_due(step);
        self.follow_open(step);
        self.push_durable(step);
    }

    /// Writes down who this device will be.
    pub(crate) fn begin(&mut self, step: &mut Step<'_, '_>) {
        self.progress.starts = 1;
        self.save_keyring(step);
        self.save_progress(step);
    }
}
