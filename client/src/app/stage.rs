//! Everything the pages show, and how it gets there.

mod open;

use engine::{
    command::Command,
    view::{
        AlarmRow, CaseRow, FormView, Gate, Home, InvitationView, LinkView, MembersView, NoteView,
        Notice, OpeningView, PlanView, RecoveryKitView, RegrantView, SharedView, StorageView,
        SyncView, View, Whereabouts,
    },
};
use leptos::prelude::*;
use shared::{
    id::{AccountId, DocumentId},
    log::org::Role,
    map::Map,
};

use super::{
    desk,
    idle::Leave,
    install::{self, Installing},
    left, outside,
    place::{Place, Sheet},
    renew::{renew, renew_in},
    shelf::Shelf,
};
use crate::{
    pages::{bars, export, gate::form::Form},
    port::{self, Control, Heard},
    text::{Language, say::say},
    update::Persistence,
    watched::Watched,
    widgets::board,
};

/// Why nothing can be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Another tab writes here.
    TabTaken,
    /// The browser lacks locks.
    NoLocks,
    /// The local store cannot be read.
    StoreUnreadable,
}

/// What the screen is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The worker has not spoken yet.
    Starting,
    /// Nothing can be started.
    Trouble(Trouble),
    /// The gate is not open.
    Gate(Gate),
    /// Open, and where.
    Open(Role, Place),
}

/// Where everything written is, before the worker has spoken.
pub const UNHEARD: SyncView = SyncView {
    link: LinkView::Offline,
    storage: StorageView::Fine,
    unsaved: 0,
    unsent: 0,
    all_sent_at: None,
};

/// The one set of signals. It lives as long as the page, so that every closure may hold it.
pub type Stage = &'static Signals;

/// All signals of the page.
pub struct Signals {
    /// The language of the screen.
    pub language: Watched<Language>,
    /// The address.
    pub place: Watched<Place>,
    /// `None` until the worker has spoken.
    pub gate: Watched<Option<Gate>>,
    /// What keeps the app from starting.
    pub trouble: Watched<Option<Trouble>>,
    /// Where everything written here is.
    pub sync: Watched<SyncView>,
    /// The first page.
    pub home: Watched<Home>,
    /// Everything else that is open.
    pub shelf: Watched<Shelf>,
    /// The open note.
    pub note: Watched<Option<NoteView>>,
    /// Where open documents are.
    pub whereabouts: Watched<Map<DocumentId, Whereabouts>>,
    /// Open shared documents.
    pub shared: Watched<Map<DocumentId, SharedView>>,
    /// Invitations that are being handed over.
    pub invitations: Watched<Vec<InvitationView>>,
    /// How many of the first of them are on paper.
    pub printed: Watched<usize>,
    /// What speaks against the server.
    pub alarms: Watched<Vec<AlarmRow>>,
    /// The evidence of one alarm, while it is looked at.
    pub evidence: Watched<Option<(u64, String)>>,
    /// A recovery kit that is being printed.
    pub kit: Watched<Option<RecoveryKitView>>,
    /// Which documents open on this device, once told.
    pub opening: Watched<Option<OpeningView>>,
    /// Who reads open documents.
    pub members: Watched<Map<DocumentId, MembersView>>,
    /// The account of somebody who lost everything and is to be let in again.
    pub lost: Watched<Option<AccountId>>,
    /// What letting somebody in again did.
    pub regranted: Watched<Option<RegrantView>>,
    /// Messages that stay until dismissed, with a number each.
    pub notices: Watched<Vec<(u32, Notice)>>,
    /// The answer to what was tried at the gate.
    pub remark: Watched<Option<Notice>>,
    /// Something was asked at the gate and not answered.
    pub is_busy: Watched<bool>,
    /// What was filled in at the gate.
    pub form: Form,
    /// The worker died since the device was last unlocked.
    pub restarted: Watched<bool>,
    /// How many drafts wait for their note.
    pub drafts: Watched<usize>,
    /// A new build waits.
    pub update_ready: Watched<bool>,
    /// The person asked for it.
    pub is_updating: Watched<bool>,
    /// Whether the browser keeps the records, once known.
    pub persistence: Watched<Option<Persistence>>,
    /// Whether and how the app can be installed.
    pub installing: Watched<Installing>,
    /// This device was written to a file since the page was opened.
    pub is_exported: Watched<bool>,
    /// Hundredths of the battery, and whether it is charged, where the browser says.
    pub battery: Watched<Option<(u8, bool)>>,
    /// Whether the device is about to be locked because nobody uses it.
    pub is_idle: Watched<bool>,
    told_sync: Watched<SyncView>,
    told_whereabouts: Watched<Map<DocumentId, Whereabouts>>,
    /// What is open, and when it was asked for last, in milliseconds since 1970.
    opened: Watched<Vec<(DocumentId, u64)>>,
    /// What led to this page, maybe by others of the casework.
    led_from: Watched<Place>,
    /// What was on its way is to be looked for again.
    seeks: Watched<bool>,
    /// The device is to be locked, or may rest instead.
    wants_lock: Watched<Option<Leave>>,
}

impl Signals {
    /// The empty stage.
    pub fn new(language: Language, link: Option<String>) -> Stage {
        Box::leak(Box::new(Self {
            language: Watched::new(language),
            place: Watched::new(Place::parse(&outside::path())),
            gate: Watched::new(None),
            trouble: Watched::new(None),
            sync: Watched::new(UNHEARD),
            home: Watched::new(Home::default()),
            shelf: Watched::new(Shelf::default()),
            note: Watched::new(None),
            whereabouts: Watched::new(Map::new()),
            shared: Watched::new(Map::new()),
            invitations: Watched::new(vec![]),
            printed: Watched::new(0),
            alarms: Watched::new(vec![]),
            evidence: Watched::new(None),
            kit: Watched::new(None),
            opening: Watched::new(None),
            members: Watched::new(Map::new()),
            lost: Watched::new(None),
            regranted: Watched::new(None),
            notices: Watched::new(vec![]),
            remark: Watched::new(None),
            is_busy: Watched::new(false),
            form: Form::new(link),
            restarted: Watched::new(false),
            drafts: Watched::new(0),
            update_ready: Watched::new(false),
            is_updating: Watched::new(false),
            persistence: Watched::new(None),
            installing: Watched::new(Installing::Unknown),
            is_exported: Watched::new(false),
            battery: Watched::new(None),
            is_idle: Watched::new(false),
            told_sync: Watched::new(UNHEARD),
            told_whereabouts: Watched::new(Map::new()),
            opened: Watched::new(vec![]),
            led_from: Watched::new(Place::Home),
            seeks: Watched::new(false),
            wants_lock: Watched::new(None),
        }))
    }

    /// What the screen is about.
    pub fn screen(&'static self) -> Screen {
        if let Some(trouble) = self.trouble.get() {
            return Screen::Trouble(trouble);
        }
        match self.gate.get() {
            None => Screen::Starting,
            Some(Gate::Open { role, .. }) => Screen::Open(role, self.place.get()),
            Some(gate) => Screen::Gate(gate),
        }
    }

    /// Whether there is something to see: the device is open for work, or in the employee's hands.
    pub fn is_shown(&'static self) -> bool {
        self.gate.with(|gate| matches!(gate, Some(Gate::Open { .. } | Gate::Handed { .. })))
    }

    /// Whether the device is open for work.
    pub fn is_open(&'static self) -> bool {
        self.gate.with(|gate| matches!(gate, Some(Gate::Open { .. })))
    }

    /// The page that a document which is filled in as a form belongs to, and what that is called.
    pub fn owner_of(&'static self, id: DocumentId) -> Option<(Place, &'static str)> {
        let of_case = self.home.with_untracked(|home| {
            let of = |it: &&CaseRow| it.case == id || it.private == Some(id);
            let case = home.cases.iter().find(of).map(|it| (Place::Case(it.case), "case.title"));
            let card = home.cards.iter().find(|it| it.document == Some(id));
            case.or(card.map(|_| (Place::Page(Sheet::Card, id), "card.title")))
        });
        let of_plan = || {
            let page = self.shelf.with_untracked(|shelf| shelf.page_of(id));
            page.map(|(sheet, label)| (Place::Page(sheet, id), label))
        };
        of_case.or_else(of_plan)
    }

    /// Goes to another page of the app.
    pub fn go(&'static self, place: Place) {
        if self.place.get_untracked() != place {
            desk::flush();
            outside::push_path(&place.path());
            self.arrive(place);
            left::scroll_to_top();
        }
    }

    /// Shows a page. What it is made of is asked for first: it comes while the page is built.
    pub fn arrive(&'static self, place: Place) {
        let left = self.place.get_untracked();
        if !matches!(left, Place::Page(_, _)) {
            self.led_from.set(left);
        }
        outside::focus_page();
        self.place.set(place);
        self.open_wanted();
    }

    /// Asks something at the gate.
    pub fn ask(&'static self, command: &Command) {
        self.remark.set(None);
        self.is_busy.set(true);
        port::send(command);
    }

    /// Locks the device as soon as everything typed is on its way to the store.
    pub fn lock(&'static self) {
        self.leave(Leave::Lock);
    }

    /// Lets the device rest in the same way, or locks it where it may not.
    pub fn rest(&'static self) {
        self.leave(Leave::Rest);
    }

    fn leave(&'static self, how: Leave) {
        let before = self.wants_lock.get_untracked();
        if !self.is_open() || before >= Some(how) {
            return;
        }
        desk::flush();
        self.wants_lock.set(Some(how));
        port::tell(Control::Settle);
        // A store that does not answer must not keep the device open.
        set_timeout(move || self.lock_settled(), core::time::Duration::from_secs(2));
    }

    fn lock_settled(&'static self) {
        let Some(how) = self.wants_lock.get_untracked() else { return };
        self.wants_lock.set(None);
        port::send(&how.command());
    }

    /// Takes in what the worker says.
    pub fn hear(&'static self, heard: Heard) {
        match heard {
            Heard::View(view) => self.show(*view),
            Heard::TabTaken => self.stop(Trouble::TabTaken),
            Heard::NoLocks => self.stop(Trouble::NoLocks),
            Heard::StoreUnreadable => self.stop(Trouble::StoreUnreadable),
            Heard::Settled => {
                self.lock_settled();
                bars::apply_update(self);
            }
            Heard::WorkerDied => {
                let was_open = self.gate.with_untracked(|gate| {
                    matches!(gate, Some(Gate::Open { .. } | Gate::Working(_) | Gate::Resting))
                });
                if was_open {
                    self.restarted.set(true);
                }
                self.clear();
                self.gate.set(None);
            }
        }
    }

    fn stop(&'static self, trouble: Trouble) {
        self.clear();
        self.gate.set(None);
        self.trouble.set(Some(trouble));
    }

    fn show(&'static self, view: View) {
        match view {
            View::Gate(gate) => self.show_gate(gate),
            View::Sync(sync) => {
                if sync.unsaved == 0 {
                    desk::with(|desk| desk.stored(None));
                }
                self.told_sync.set(sync);
                self.show_progress();
                self.close_durable();
            }
            View::Home(home) => renew(self.home, home),
            View::Note(note) => {
                self.lay(View::Note(note.clone()));
                self.show_note(note);
            }
            View::Text(text) => {
                desk::arrived(&text);
                self.close_durable();
                // What the engine now knows to be unsaved it says in its next words.
                set_timeout(move || self.show_progress(), core::time::Duration::ZERO);
            }
            View::Shared(shared) => renew_in(self.shared, shared.document, shared),
            View::Form(form) => self.show_form(form),
            View::Invitation(made) => self.invitations.update(|all| all.push(made)),
            View::RecoveryKit(kit) => self.kit.set(Some(kit)),
            View::Opening(opening) => renew(self.opening, Some(opening)),
            View::Members(view) => {
                self.lay(View::Members(view.clone()));
                renew_in(self.members, view.document, view);
            }
            View::Regranted(view) => {
                self.regranted.set(Some(view));
                left::scroll_to_top();
            }
            View::GoTo(document) => self.go_to(document),
            View::Moved { from, to } => self.move_on(from, to),
            View::Notice(notice) => self.show_notice(notice),
            View::Alarms(alarms) => renew(self.alarms, alarms),
            View::Evidence { number, text } => self.evidence.set(Some((number, text))),
            View::Whereabouts { document, whereabouts } => self.put(document, whereabouts),
            View::Plan(PlanView::Calendar(entry)) => {
                outside::save(say("calendar.file"), "text/calendar", entry.as_bytes());
            }
            view @ (View::Consent(_)
            | View::Canvases(_)
            | View::Report(_)
            | View::Card(_)
            | View::Plan(_)
            | View::Disclosure(_)
            | View::Risk(_)
            | View::Opinion(_)
            | View::NoteShape(_)
            | View::Scribble(_)
            | View::Found(_)
            | View::Due(_)) => self.lay(view),
            View::Export(file) => export::save(self, &file.0),
            // No page asks for these.
            View::CardVersion(_) | View::Exchange(_) => {}
        }
    }

    /// Puts a view where the boards find it.
    fn lay(&'static self, view: View) {
        self.shelf.maybe_update(|shelf| shelf.put(view));
    }

    /// Something was made, and is gone to from where it was asked for.
    fn go_to(&'static self, document: DocumentId) {
        // A company's page asks for a report, a note for its copy; everything else for a note.
        let place = self.place.get_untracked();
        let is_of = |sheet| matches!(place, Place::Page(it, _) if it == sheet);
        self.go(if is_of(Sheet::Company) {
            Place::Page(Sheet::Report, document)
        } else if is_of(Sheet::Copy) {
            Place::Page(Sheet::Supervision, document)
        } else {
            Place::Note(document)
        });
    }

    /// The document of this page goes on as another, or is gone.
    fn move_on(&'static self, from: DocumentId, to: Option<DocumentId>) {
        match (self.place.get_untracked(), to) {
            (Place::Note(id), Some(to)) if id == from => self.go(Place::Note(to)),
            (Place::Case(id), Some(to)) if id == from => self.go(Place::Case(to)),
            (Place::Page(sheet, id), Some(to)) if id == from => self.go(Place::Page(sheet, to)),
            (place, None) if place.document() == Some(from) => self.go(Place::Home),
            (_, _) => {}
        }
    }

    fn put(&'static self, document: DocumentId, whereabouts: Whereabouts) {
        match whereabouts {
            Whereabouts::Unsaved => {}
            Whereabouts::Kept | Whereabouts::Sent => {
                desk::with(|desk| desk.stored(Some(document)));
            }
        }
        self.told_whereabouts.update(|all| {
            all.insert(document, whereabouts);
        });
        self.show_progress();
        self.close_durable();
    }

    /// Shows where everything is. What the engine has not seen yet is nowhere but on the screen,
    /// whatever it said last.
    fn show_progress(&'static self) {
        let ahead = desk::with(|desk| desk.ahead());
        let mut sync = self.told_sync.get_untracked();
        if !ahead.is_empty() {
            sync.unsaved = sync.unsaved.max(1);
        }
        renew(self.sync, sync);
        for (document, told) in self.told_whereabouts.get_untracked() {
            let here = if ahead.contains(&document) { Whereabouts::Unsaved } else { told };
            renew_in(self.whereabouts, document, here);
        }
    }

    fn show_gate(&'static self, gate: Gate) {
        self.trouble.set(None);
        self.is_busy.set(false);
        let is_handed = |gate: Option<&Gate>| matches!(gate, Some(Gate::Handed { .. }));
        if self.gate.with_untracked(|shown| is_handed(shown.as_ref())) && !is_handed(Some(&gate)) {
            // What the employee filled in is theirs.
            board::forget();
        }
        match &gate {
            Gate::Open { .. } => {
                self.remark.set(None);
                if self.form.forget() {
                    install::keep(self);
                } else {
                    install::look(self);
                }
                self.restarted.set(false);
                self.count_drafts();
            }
            Gate::Revoked { .. } | Gate::Handed { .. } => {
                self.form.forget();
                desk::with(desk::Desk::forget);
                board::forget();
                self.clear();
            }
            Gate::Empty | Gate::Locked { .. } | Gate::Working(_) | Gate::Resting => {
                self.clear();
            }
        }
        renew(self.gate, Some(gate));
    }

    fn show_note(&'static self, note: NoteView) {
        if self.place.get_untracked() != Place::Note(note.document) {
            return;
        }
        desk::with(|desk| desk.keep_only(note.document, &note.fields));
        self.put(note.document, note.whereabouts);
        renew(self.note, Some(note));
        // The text boxes take their drafts when they appear.
        set_timeout(move || self.count_drafts(), core::time::Duration::ZERO);
    }

    fn show_form(&'static self, form: FormView) {
        desk::with(|desk| desk.keep_only(form.document, &form.fields));
        self.put(form.document, form.whereabouts);
        self.lay(View::Form(form));
    }

    fn show_notice(&'static self, notice: Notice) {
        self.is_busy.set(false);
        if self.is_open() {
            self.notices.update(|notices| {
                let number = notices.last().map_or(0, |(number, _)| number.wrapping_add(1));
                // The same message twice says no more than once.
                notices.retain(|(_, shown)| *shown != notice);
                notices.push((number, notice));
            });
        } else {
            self.remark.set(Some(notice));
        }
    }

    fn count_drafts(&'static self) {
        let count = desk::with(|desk| desk.drafts_len());
        self.drafts.maybe_update(|drafts| core::mem::replace(drafts, count) != count);
    }

    /// Forgets what may only be seen while the device is open.
    fn clear(&'static self) {
        desk::with(|desk| desk.leave(None));
        self.count_drafts();
        self.wants_lock.set(None);
        self.opened.set(vec![]);
        self.note.set(None);
        self.shelf.set(Shelf::default());
        self.shared.set(Map::new());
        self.whereabouts.set(Map::new());
        self.told_whereabouts.set(Map::new());
        self.home.set(Home::default());
        self.invitations.set(vec![]);
        self.printed.set(0);
        self.kit.set(None);
        self.opening.set(None);
        self.members.set(Map::new());
        self.lost.set(None);
        self.regranted.set(None);
        self.notices.set(vec![]);
        self.alarms.set(vec![]);
        self.evidence.set(None);
    }
}
