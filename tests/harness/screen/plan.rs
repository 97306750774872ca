//! What a device shows of the firm's own documents, and of slots.

use std::collections::BTreeMap;

use engine::{
    command::SlotWish,
    view::{
        Booking, CompanyView, DirectoryView, ImportView, PlanHome, PlanView, RosterRow, SlotRow,
        SlotsView,
    },
};
use shared::id::DocumentId;

/// The last of every view.
#[derive(Debug, Default)]
pub struct PlanScreen {
    /// What there is.
    pub home: PlanHome,
    /// Open companies.
    pub companies: BTreeMap<DocumentId, CompanyView>,
    /// Open slots.
    pub slots: BTreeMap<DocumentId, SlotsView>,
    /// The open directory.
    pub directory: Option<DirectoryView>,
    /// Open rosters.
    pub rosters: BTreeMap<DocumentId, Vec<RosterRow>>,
    /// What was lacking when something was not done last.
    pub lacks: Vec<String>,
    /// What a list would bring, or brought.
    pub import: Option<ImportView>,
    /// Slots that might be published, and what is wrong with each.
    pub trial: Vec<(SlotWish, Vec<String>)>,
    /// Whether they were published.
    pub is_published: bool,
    /// How many people each rule makes due.
    pub due: Vec<(String, u32)>,
    /// The calendar entry shown last.
    pub calendar: String,
}

impl PlanScreen {
    /// Shows a view.
    pub fn show(&mut self, view: PlanView) {
        match view {
            PlanView::Home(home) => self.home = home,
            PlanView::Company(company) => {
                self.companies.insert(company.document, company);
            }
            PlanView::Slots(slots) => {
                self.slots.insert(slots.document, slots);
            }
            PlanView::Directory(directory) => self.directory = Some(directory),
            PlanView::Roster { document, rows } => {
                self.rosters.insert(document, rows);
            }
            PlanView::Lacking { lacks, .. } => self.lacks = lacks,
            PlanView::Import(import) => self.import = Some(import),
            PlanView::Trial { slots, is_published, .. } => {
                self.trial = slots;
                self.is_published = is_published;
            }
            PlanView::Due { counts, .. } => self.due = counts,
            PlanView::Calendar(file) => self.calendar = file,
        }
    }

    /// How a slot stands.
    pub fn slot(&self, document: DocumentId, slot: &str) -> Option<&SlotRow> {
        self.slots.get(&document)?.slots.iter().find(|row| row.id == slot)
    }

    /// The same, in a word.
    pub fn booking(&self, document: DocumentId, slot: &str) -> Option<Booking> {
        self.slot(document, slot).map(|row| row.booking)
    }
}
