//! What a device shows: the last of every view, and the page's side of text editing.

use std::collections::BTreeMap;

use engine::{
    casework::field::{Field, Value},
    command::Splice,
    view::{
        AlarmRow, CanvasesView, CardView, ConsentView, Content, CopyView, DisclosureView, DueView,
        Exchange, FormView, FoundView, Gate, Home, InvitationView, MembersView, NoteView, Notice,
        OpeningView, OpinionView, PackageView, PartsView, RecoveryKitView, RegrantView, ReportPart,
        ReportView, RightsView, RiskView, ScribbleView, ShapeView, SharedView, SyncView, TextView,
        VersionView, View,
    },
};
use shared::{Blob, id::DocumentId};

mod plan;

pub use plan::PlanScreen;

/// A text field as the page keeps it.
#[derive(Clone, Debug, Default)]
struct TextField {
    shown: String,
    revision: u64,
    sent: u64,
}

/// A device's screen.
#[derive(Debug, Default)]
pub struct Screen {
    /// What the device is ready for.
    pub gate: Option<Gate>,
    /// The first page.
    pub home: Home,
    /// The sync badge.
    pub sync: Option<SyncView>,
    /// The invitation shown last.
    pub invitation: Option<InvitationView>,
    /// What speaks against the server.
    pub alarms: Vec<AlarmRow>,
    /// The evidence shown last.
    pub evidence: Option<String>,
    /// The recovery kit shown last.
    pub kit: Option<RecoveryKitView>,
    /// Which documents open.
    pub opening: Option<OpeningView>,
    /// What letting somebody back in did, when that was last asked for.
    pub regranted: Option<RegrantView>,
    /// Who reads open documents.
    pub members: BTreeMap<DocumentId, MembersView>,
    /// Every message shown.
    pub notices: Vec<Notice>,
    /// Open notes.
    pub notes: BTreeMap<DocumentId, NoteView>,
    /// Open shared documents.
    pub shared: BTreeMap<DocumentId, SharedView>,
    /// Open documents as forms.
    pub forms: BTreeMap<DocumentId, FormView>,
    /// Open consents.
    pub consents: BTreeMap<DocumentId, ConsentView>,
    /// Canvases of open cases.
    pub canvases: BTreeMap<DocumentId, CanvasesView>,
    /// The scribble shown last.
    pub scribble: Option<ScribbleView>,
    /// Reports.
    pub reports: BTreeMap<DocumentId, ReportView>,
    /// What a copy or a package would be made of, as shown last.
    pub parts: Option<PartsView>,
    /// Copies for supervision.
    pub copies: BTreeMap<DocumentId, CopyView>,
    /// What is done about cases, by consent document.
    pub rights: BTreeMap<DocumentId, RightsView>,
    /// What an employee asked to see.
    pub packages: BTreeMap<DocumentId, PackageView>,
    /// Open JOB cards.
    pub cards: BTreeMap<DocumentId, CardView>,
    /// The version of a card shown last.
    pub version: Option<VersionView>,
    /// The note shown last in another order.
    pub shape: Option<ShapeView>,
    /// What came of the last export or import.
    pub exchange: Option<Exchange>,
    /// The device as a file, written last.
    pub export: Option<Blob>,
    /// The firm's own documents, and slots.
    pub plan: PlanScreen,
    /// Open documents about what leaves the room.
    pub disclosures: BTreeMap<DocumentId, DisclosureView>,
    /// Open documents about danger.
    pub risks: BTreeMap<DocumentId, RiskView>,
    /// Open second opinions.
    pub opinions: BTreeMap<DocumentId, OpinionView>,
    /// What has to be looked at.
    pub due: DueView,
    /// What the last search found.
    pub found: Option<FoundView>,
    /// Where the person was sent last.
    pub went_to: Option<DocumentId>,
    fields: BTreeMap<(DocumentId, Field), TextField>,
}

impl Screen {
    /// Shows a view.
    pub fn show(&mut self, view: View) {
        match view {
            View::Gate(gate) => {
                if !matches!(gate, Gate::Open { .. }) {
                    *self = Self { notices: std::mem::take(&mut self.notices), ..Self::default() };
                }
                self.gate = Some(gate);
            }
            View::Sync(sync) => self.sync = Some(sync),
            View::Home(home) => self.home = home,
            View::Note(note) => self.show_note(note),
            View::Form(form) => self.show_form(form),
            View::Consent(view) => {
                self.consents.insert(view.document, view);
            }
            View::Canvases(view) => {
                self.canvases.insert(view.case, view);
            }
            View::Scribble(view) => self.scribble = Some(view),
            View::Card(card) => {
                self.cards.insert(card.document, card);
            }
            View::CardVersion(version) => self.version = Some(version),
            View::NoteShape(shape) => self.shape = Some(shape),
            View::Exchange(exchange) => self.exchange = Some(exchange),
            View::Export(file) => self.export = Some(file),
            View::Plan(view) => self.plan.show(view),
            View::Text(text) => self.show_text(&text),
            View::Report(part) => self.show_report_part(part),
            View::Shared(shared) => {
                self.shared.insert(shared.document, shared);
            }
            View::Disclosure(view) => {
                self.disclosures.insert(view.document, view);
            }
            View::Risk(view) => {
                self.risks.insert(view.document, view);
            }
            View::Opinion(view) => {
                self.opinions.insert(view.document, view);
            }
            View::Due(view) => self.due = view,
            View::Found(view) => self.found = Some(view),
            View::Invitation(invitation) => self.invitation = Some(invitation),
            View::RecoveryKit(kit) => self.kit = Some(kit),
            View::Opening(opening) => self.opening = Some(opening),
            View::Members(view) => {
                self.members.insert(view.document, view);
            }
            View::Regranted(view) => self.regranted = Some(view),
            View::GoTo(document) => self.went_to = Some(document),
            View::Notice(notice) => self.notices.push(notice),
            View::Alarms(alarms) => self.alarms = alarms,
            View::Evidence { text, .. } => self.evidence = Some(text),
            View::Moved { from, to } => {
                self.forget(from);
                self.shared.remove(&from);
                self.went_to = to;
            }
            View::Whereabouts { document, whereabouts } => {
                if let Some(note) = self.notes.get_mut(&document) {
                    note.whereabouts = whereabouts;
                }
                if let Some(form) = self.forms.get_mut(&document) {
                    form.whereabouts = whereabouts;
                }
            }
        }
    }

    fn show_report_part(&mut self, part: ReportPart) {
        match part {
            ReportPart::Report(view) => {
                self.reports.insert(view.document, *view);
            }
            ReportPart::Parts(parts) => self.parts = Some(parts),
            ReportPart::Copy(view) => {
                self.copies.insert(view.document, view);
            }
            ReportPart::Rights(view) => {
                self.rights.insert(view.document, view);
            }
            ReportPart::Package(view) => {
                self.packages.insert(view.document, view);
            }
        }
    }

    /// Turns away from a document; opened again, it is read afresh.
    pub fn forget(&mut self, document: DocumentId) {
        self.notes.remove(&document);
        self.forms.remove(&document);
        self.consents.remove(&document);
        self.cards.remove(&document);
        self.fields.retain(|(of, _), _| *of != document);
    }

    /// Whether the device is open for work.
    pub fn is_open(&self) -> bool {
        matches!(self.gate, Some(Gate::Open { .. }))
    }

    /// Edits the person was told are durable here or at the server.
    pub fn says_all_saved(&self) -> bool {
        self.sync.is_some_and(|sync| sync.unsaved == 0)
    }

    /// The text a field shows.
    pub fn text(&self, document: DocumentId, field: &Field) -> &str {
        self.fields.get(&(document, field.clone())).map_or("", |it| &it.shown)
    }

    /// The value a field shows.
    pub fn value(&self, document: DocumentId, field: &Field) -> Value {
        match self.content(document, field) {
            Some(Content::Value(value)) => value.clone(),
            _ => Value::Unset,
        }
    }

    /// The items a list shows.
    pub fn items(&self, document: DocumentId, list: &Field) -> Vec<String> {
        match self.content(document, list) {
            Some(Content::Items(items)) => items.clone(),
            _ => vec![],
        }
    }

    fn content(&self, document: DocumentId, field: &Field) -> Option<&Content> {
        let note = self.notes.get(&document).map(|note| &note.fields);
        let fields = note.or_else(|| self.forms.get(&document).map(|form| &form.fields))?;
        fields.iter().find(|(it, _)| it == field).map(|(_, content)| content)
    }

    /// Types `insert` over `delete` code units at `at`, as the page does: shown at once, told to
    /// the engine as a splice of the text the page had.
    pub fn type_over(
        &mut self,
        document: DocumentId,
        field: &Field,
        splice: &Splice,
    ) -> Option<u64> {
        let text = self.fields.get_mut(&(document, field.clone()))?;
        let mut units: Vec<u16> = text.shown.encode_utf16().collect();
        let start = usize::try_from(splice.at).ok()?;
        let end = start + usize::try_from(splice.delete).ok()?;
        if end > units.len() {
            return None;
        }
        units.splice(start..end, splice.insert.encode_utf16());
        text.shown = String::from_utf16_lossy(&units);
        text.sent += 1;
        Some(text.revision)
    }

    fn show_note(&mut self, note: NoteView) {
        self.show_fields(note.document, &note.fields);
        self.notes.insert(note.document, note);
    }

    fn show_form(&mut self, form: FormView) {
        self.show_fields(form.document, &form.fields);
        self.forms.insert(form.document, form);
    }

    /// A field that is on the page keeps what the person typed; its changes come as texts.
    fn show_fields(&mut self, document: DocumentId, fields: &[(Field, Content)]) {
        let is_here = |field: &Field| fields.iter().any(|(it, _)| it == field);
        self.fields.retain(|(of, field), _| *of != document || is_here(field));
        for (field, content) in fields {
            if let Content::Text { revision, text } = content {
                let place = (document, field.clone());
                self.fields.entry(place).or_insert_with(|| TextField {
                    shown: text.clone(),
                    revision: *revision,
                    sent: 0,
                });
            }
        }
    }

    fn show_text(&mut self, view: &TextView) {
        let place = (view.document, view.field.clone());
        let Some(field) = self.fields.get_mut(&place) else { return };
        if let (Some((revision, text)), true) = (&view.adopt, view.edits_seen == field.sent) {
            field.shown.clone_from(text);
            field.revision = *revision;
        }
    }
}
