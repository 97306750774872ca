//! What the person sees, computed from what there is.

use shared::order;
use shared::{
    cbor::Said,
    id::{DeviceId, DocumentId},
    log::org::{OrgLog, Role},
    map::{Map, Set},
    time::UnixMillis,
};

use super::{Desk, Login, memo::Memo};
use crate::{
    casework::{
        case::{self, CaseId, InterviewId},
        catalogue,
        date::Date,
        field::Field,
        interview::State,
        job_card::Prep,
        note, signature,
    },
    command::Words,
    document::{
        crdt::{Held, Row},
        genesis::Kind,
    },
    effect::Effect,
    input::StoreFault,
    journal::{Journal, Step},
    record::Place,
    view::{
        CardRow, CaseRow, Content, DeviceRow, FormView, Home, LinkView, NoteView, PersonRow,
        QuarantineRow, SharedView, Standing, StorageView, SyncView, View, Whereabouts,
    },
};

/// What was shown last, so that nothing is shown twice.
#[derive(Default)]
pub(super) struct Shown {
    gate: Said,
    home: Said,
    basis: Option<Basis>,
    sync: Said,
    opening: Said,
    /// Documents that opened once: that something new of them is being fetched says nothing else.
    pub(super) opened: Set<DocumentId>,
    pub(super) members: Map<DocumentId, [u64; 5]>,
    whereabouts: Map<DocumentId, Whereabouts>,
    /// What day it was in Japan.
    pub(super) day: Option<Date>,
    /// How far the note of each interview is.
    pub(super) note_states: Memo<DocumentId, State>,
    /// How far each JOB card is for a case, and which form it is.
    pub(super) preps: Memo<(DocumentId, Option<DocumentId>), (Prep, &'static str)>,
    /// The rows of JOB cards, and what they were computed from.
    pub(super) card_rows: Option<([u64; 4], Vec<CardRow>)>,
    /// What the open JOB cards were computed from beside themselves.
    pub(super) cards: Map<DocumentId, [u64; 4]>,
    pub(super) matters: super::matter::ShownMatters,
    /// Joining ended in failure: the engine drops this desk.
    pub(super) gave_up: bool,
}

/// Everything that the gate and the first page are computed from, as far as it can change.
///
/// Reading documents out is most of what a key stroke would cost; while this is the same, so is
/// what was read.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Basis {
    documents: usize,
    changes: u64,
    ended: usize,
    org_length: u64,
    quarantined: usize,
    has_keys: bool,
    is_member: bool,
    must_ask: bool,
    pinned: Option<InterviewId>,
    day: Option<Date>,
}

impl Desk {
    fn basis(&self) -> Basis {
        Basis {
            documents: self.documents.len(),
            changes: self.documents.values().map(|it| it.crdt.changed()).sum(),
            ended: self.documents.values().filter(|it| it.has_ended()).count(),
            org_length: self.org_length(),
            quarantined: self.quarantined.len(),
            has_keys: !self.keys.account_kems.is_empty(),
            is_member: self.me().is_some(),
            must_ask: self.must_ask(),
            pinned: self.pinned(),
            day: self.shown.day,
        }
    }

    pub(crate) fn has_given_up(&self) -> bool {
        self.shown.gave_up
    }

    /// Shows whatever changed in this step.
    pub(crate) fn show_changes(&mut self, step: &mut Step<'_, '_>, journal: &Journal) {
        if self.shown.gave_up {
            return;
        }
        self.shown.day = Some(Date::at(step.now()));
        let basis = Some(self.basis());
        let is_same = self.shown.basis == basis;
        self.shown.basis = basis;
        if !is_same {
            self.follow_consents();
            self.mind_pin();
        }
        if self.hush(step) {
            return;
        }
        if !is_same {
            self.show_gate(step);
        }
        if !self.is_open() {
            return;
        }
        self.show_sync(step, journal);
        if self.guest.is_some() {
            self.show_whereabouts(step);
            if !is_same {
                self.show_home(step);
            }
            return;
        }
        self.show_alarms(step);
        self.show_whereabouts(step);
        self.show_opening(step);
        self.show_members(step);
        self.show_cards(step);
        self.show_planning(step);
        self.show_matters(step, is_same);
        if !is_same {
            self.show_home(step);
        }
    }

    pub(super) fn show_gate(&mut self, step: &mut Step<'_, '_>) {
        let gate = self.gate();
        if self.shown.gate.is_new(&gate) {
            step.effects.push(Effect::Show(View::Gate(gate)));
        }
    }

    fn show_home(&mut self, step: &mut Step<'_, '_>) {
        let mut home = self.home(step.now());
        home.cards = self.card_rows();
        if self.shown.home.is_new(&home) {
            step.effects.push(Effect::Show(View::Home(home)));
        }
    }

    fn show_sync(&mut self, step: &mut Step<'_, '_>, journal: &Journal) {
        let unsent: u32 = self.documents.values().map(super::Document::unsent).sum();
        // A server that was restored may lack anything.
        let unsent = unsent.saturating_add(u32::from(self.is_healing()));
        // What this very step writes is durable nowhere yet.
        let unsaved = journal.unsaved().saturating_add(step.edits());
        if unsent == 0 && unsaved == 0 && self.login == Login::In {
            self.all_sent_at.get_or_insert(step.now());
        } else if unsent > 0 {
            self.all_sent_at = None;
        }
        let sync = SyncView {
            link: match (&self.origin, self.login) {
                (None, _) => LinkView::Offline,
                (Some(_), Login::In) => LinkView::Online,
                (Some(_), Login::Out | Login::Asked { .. } | Login::Answered) => {
                    LinkView::Connecting
                }
            },
            storage: match journal.fault() {
                None => StorageView::Fine,
                Some(StoreFault::Full) => StorageView::Full,
                Some(StoreFault::Broken) => StorageView::Broken,
            },
            unsaved,
            unsent,
            all_sent_at: self.all_sent_at,
        };
        if self.shown.sync.is_new(&sync) {
            step.effects.push(Effect::Show(View::Sync(sync)));
        }
    }

    fn show_opening(&mut self, step: &mut Step<'_, '_>) {
        let opening = self.opening();
        if self.shown.opening.is_new(&opening) {
            step.effects.push(Effect::Show(View::Opening(opening)));
        }
    }

    fn show_whereabouts(&mut self, step: &mut Step<'_, '_>) {
        // What is handed over from a note lies in its case, so where that is counts too.
        let ids: Set<DocumentId> =
            self.open.keys().flat_map(|id| [Some(*id), self.case_of(*id)]).flatten().collect();
        for id in ids {
            let Some(document) = self.documents.get(&id) else { continue };
            let whereabouts = document.whereabouts();
            if self.shown.whereabouts.insert(id, whereabouts) != Some(whereabouts) {
                let view = View::Whereabouts { document: id, whereabouts };
                step.effects.push(Effect::Show(view));
            }
        }
    }

    pub(super) fn case_of(&self, note: DocumentId) -> Option<CaseId> {
        note::about(&self.documents.get(&note)?.crdt).map(|about| self.current(about.case))
    }

    fn home(&self, now: UnixMillis) -> Home {
        let notes = self.notes();
        let mut cases: Vec<CaseRow> =
            self.documents.values().filter_map(|it| self.case(it, &notes)).collect();
        let ended = self.all_left().into_iter();
        cases.extend(ended.map(|(consent, left)| self.ended_case(consent, left)));
        order::by_key(&mut cases, |case| {
            core::cmp::Reverse(case.interviews.last().map(|interview| interview.added_at))
        });
        Home {
            cases,
            people: self.people(now),
            devices: self.own_devices(),
            quarantined: self.set_aside(),
            kit: self.kit(),
            cards: vec![],
            offline_hours: self.org.as_ref().map_or(0, OrgLog::offline_hours),
        }
    }

    /// Whom this person invited; an admin also sees everybody else, without a name.
    fn people(&self, now: UnixMillis) -> Vec<PersonRow> {
        let (Some((me, account)), Some(org), Some(catalogue)) =
            (self.me(), &self.org, self.catalogue())
        else {
            return vec![];
        };
        let invited = catalogue::invited(&catalogue.crdt);
        let mut rows: Vec<PersonRow> = vec![];
        for (id, account_of) in org.accounts() {
            let known = invited.iter().find(|person| Some(person.grant) == account_of.grant);
            if known.is_none() && account.role != Role::Admin && id != me {
                continue;
            }
            let own_name = || if id == me { self.own_name() } else { String::new() };
            let owned = org.devices_of(id).filter(|(_, device)| device.revoked.is_none());
            let owned: Vec<DeviceId> = owned.map(|(device, _)| device).collect();
            let standing = match (account_of.removed, account_of.is_frozen()) {
                (Some(_), _) => Standing::Removed,
                (None, true) => Standing::Frozen,
                (None, false) => Standing::Active,
            };
            rows.push(PersonRow {
                account: Some(id),
                name: known.map_or_else(own_name, |person| person.name.clone()),
                role: account_of.role,
                expires_at: known.map_or(now, |person| person.expires_at),
                devices: u32::try_from(owned.len()).unwrap_or(u32::MAX),
                is_me: id == me,
                case: self.case_with(&catalogue.crdt, id),
                standing,
                owned: if account.role == Role::Admin { owned } else { vec![] },
            });
        }
        let waiting = invited
            .into_iter()
            .filter(|person| org.grant(person.grant).is_some_and(|grant| grant.used == 0));
        rows.extend(waiting.map(|person| PersonRow {
            account: None,
            name: person.name,
            role: person.role,
            expires_at: person.expires_at,
            devices: 0,
            is_me: false,
            case: None,
            standing: Standing::Active,
            owned: vec![],
        }));
        for row in rows.iter_mut().filter(|row| row.account.is_some()) {
            // The expiry means nothing once joined, and must not make the view change by itself.
            row.expires_at = UnixMillis(0);
        }
        order::by(&mut rows, |a, b| {
            (a.name.is_empty(), &a.name, a.account).cmp(&(b.name.is_empty(), &b.name, b.account))
        });
        rows
    }

    fn set_aside(&self) -> Vec<QuarantineRow> {
        let mut rows: Vec<QuarantineRow> = vec![];
        for (Place { document, device, seq }, why) in self.quarantined.iter() {
            let (document, device, why) = (*document, *device, *why);
            match rows.last_mut() {
                Some(row) if (row.document, row.device) == (document, device) => {
                    row.seqs.push(seq.0);
                    row.reasons.push(why);
                }
                _ => {
                    let known = self.org.as_ref().and_then(|org| org.device(device));
                    let author = known.map(|device| device.account);
                    let (seqs, reasons) = (vec![seq.0], vec![why]);
                    rows.push(QuarantineRow { document, device, author, seqs, reasons });
                }
            }
        }
        rows
    }

    fn own_devices(&self) -> Vec<DeviceRow> {
        let (Some((me, _)), Some(org), Some(catalogue)) = (self.me(), &self.org, self.catalogue())
        else {
            return vec![];
        };
        org.devices()
            .filter(|(_, device)| device.account == me && device.revoked.is_none())
            .map(|(device, _)| DeviceRow {
                device,
                name: catalogue::device_name(&catalogue.crdt, device).unwrap_or_default(),
                is_this: device == self.keys.id,
            })
            .collect()
    }

    /// Shows an open document whole.
    pub(super) fn show_document(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        if !self.open.contains_key(&id) {
            return;
        }
        let Some(document) = self.documents.get(&id) else { return };
        let mut views = vec![];
        match document.crdt.kind() {
            Some(Kind::Note) => views.extend(self.note(id).map(View::Note)),
            Some(Kind::CaseShared) => {
                views.push(Self::shared_view(document));
                views.extend(self.form_view(id).map(View::Form));
            }
            Some(Kind::CaseConsent) => return self.show_consent(step, id),
            Some(
                Kind::Directory
                | Kind::Company
                | Kind::Roster
                | Kind::Slots
                | Kind::CasePrivate
                | Kind::CaseDisclosure
                | Kind::Supervision
                | Kind::Contribution
                | Kind::Report
                | Kind::Package
                | Kind::Opinion,
            ) => views.extend(self.form_view(id).map(View::Form)),
            Some(Kind::JobCard) => {
                views.extend(self.form_view(id).map(View::Form));
                views.extend(self.card_view(id).map(View::Card));
            }
            Some(Kind::Catalogue) | None => {}
        }
        step.effects.extend(views.into_iter().map(Effect::Show));
        self.show_report_part(step, id);
    }

    fn shared_view(document: &super::Document) -> View {
        View::Shared(SharedView {
            document: document.id,
            employee_name: case::employee_name(&document.crdt),
            consultant_name: case::consultant_name(&document.crdt),
            summaries: case::summaries(&document.crdt),
        })
    }

    /// The employee wrote beside a summary: how far that is may be another now.
    pub(super) fn show_summaries(&self, step: &mut Step<'_, '_>, id: DocumentId, field: &Field) {
        let is_addition = field.segments().next_back() == Some("addition");
        if let Some(document) = self.documents.get(&id).filter(|_| is_addition) {
            step.effects.push(Effect::Show(Self::shared_view(document)));
        }
    }

    /// An open document as a form.
    fn form_view(&self, id: DocumentId) -> Option<FormView> {
        let (document, open) = (self.documents.get(&id)?, self.open.get(&id)?);
        Some(FormView {
            document: id,
            kind: document.crdt.kind()?,
            fields: self.contents(document, open),
            may_write: self.may_write(id),
            can_restore: !open.removed.is_empty(),
            whereabouts: document.whereabouts(),
        })
    }

    /// What the fields of an open document hold; texts as the page is to start from.
    fn contents(
        &self,
        document: &super::Document,
        open: &super::OpenDocument,
    ) -> Vec<(Field, Content)> {
        let content = |(field, _, held): Row| {
            let content = match held {
                Held::Text(_) => {
                    let (revision, text) = open.mirrors.get(&field).map_or_else(
                        || (0, document.crdt.text(&field).unwrap_or_default()),
                        crate::document::mirror::Mirror::shown,
                    );
                    Content::Text { revision, text }
                }
                Held::Items(items) => Content::Items(items),
                Held::Value(value) => Content::Value(value),
            };
            (field, content)
        };
        self.form(document, false).into_iter().map(content).collect()
    }

    fn note(&self, id: DocumentId) -> Option<NoteView> {
        let (document, open) = (self.documents.get(&id)?, self.open.get(&id)?);
        let about = note::about(&document.crdt)?;
        let (case, interview) = (self.current(about.case), note::interview(&document.crdt, id));
        let shared = self.documents.get(&case);
        let offered = shared.and_then(|shared| case::offered(&shared.crdt, interview));
        let rows = shared.map(|shared| case::interviews(&shared.crdt));
        let row = rows.into_iter().flatten().find(|row| row.interview == interview);
        Some(NoteView {
            document: id,
            case,
            interview,
            ordinal: about.ordinal,
            employee_name: about.employee_name,
            fields: self.contents(document, open),
            whereabouts: document.whereabouts(),
            offered_at: row.and_then(|row| row.offered_at),
            offer_is_stale: offered.is_some_and(|offered| offered != note::draft(&document.crdt)),
            can_restore: !open.removed.is_empty(),
            signed_at: signature::signed_at(&document.crdt),
            amendments: signature::amendments(&document.crdt)
                .into_iter()
                .map(|it| (it.at, Words { why: it.why, text: it.text }))
                .collect(),
        })
    }
}
