//! What the engine showed last of everything that is open, for the pages of the casework.

use engine::view::{
    CanvasesView, CardView, CompanyView, ConsentView, CopyView, DirectoryView, DisclosureView,
    DueView, FormView, FoundView, ImportView, MembersView, NoteView, OpinionView, PackageView,
    PartsView, PlanHome, PlanView, ReportPart, ReportView, RightsView, RiskView, ScribbleView,
    ShapeView, SlotsView, View,
};
use shared::{cbor::is_same, id::DocumentId};

use super::place::Sheet;

/// The views, newest of each sort and document.
#[derive(Default)]
pub struct Shelf {
    views: Vec<View>,
    /// What there is to plan with.
    pub plan: PlanHome,
    /// What waits for this person.
    pub due: DueView,
    /// What the last search found.
    pub found: Option<FoundView>,
    /// What the last wish about a plan lacks, and where.
    pub lacks: Option<(DocumentId, Vec<String>)>,
}

/// Which sort of view, about what; `None` for what stands on no page of the casework.
fn about(view: &View) -> Option<(u8, DocumentId)> {
    Some(match view {
        View::Form(it) => (0, it.document),
        View::Consent(it) => (1, it.case),
        View::Canvases(it) => (2, it.case),
        View::Card(it) => (3, it.document),
        View::Disclosure(it) => (4, it.case),
        View::Risk(it) => (5, it.case),
        View::Opinion(it) => (6, it.document),
        View::Plan(PlanView::Company(it)) => (7, it.document),
        View::Plan(PlanView::Slots(it)) => (8, it.document),
        View::Plan(PlanView::Directory(it)) => (9, it.document),
        View::Plan(PlanView::Roster { document, .. }) => (10, *document),
        View::Plan(PlanView::Trial { document, .. }) => (11, *document),
        View::Plan(PlanView::Due { company, .. }) => (12, *company),
        View::Plan(PlanView::Import(it)) => (13, it.roster),
        View::Report(ReportPart::Report(it)) => (14, it.document),
        View::Report(ReportPart::Rights(it)) => (15, it.document),
        View::Note(it) => (16, it.document),
        View::Shared(it) => (17, it.document),
        View::NoteShape(it) => (18, it.document),
        View::Scribble(it) => (19, it.note),
        View::Report(ReportPart::Parts(it)) => (20, it.of),
        View::Report(ReportPart::Copy(it)) => (21, it.document),
        View::Report(ReportPart::Package(it)) => (22, it.document),
        View::Members(it) => (23, it.document),
        View::Gate(_)
        | View::Sync(_)
        | View::Home(_)
        | View::Text(_)
        | View::Invitation(_)
        | View::GoTo(_)
        | View::Notice(_)
        | View::Whereabouts { .. }
        | View::Alarms(_)
        | View::Evidence { .. }
        | View::Moved { .. }
        | View::RecoveryKit(_)
        | View::Export(_)
        | View::Opening(_)
        | View::Regranted(_)
        | View::CardVersion(_)
        | View::Exchange(_)
        | View::Plan(PlanView::Home(_) | PlanView::Lacking { .. } | PlanView::Calendar(_))
        | View::Found(_)
        | View::Due(_) => return None,
    })
}

/// The document that a view is of, which may be another than what names it.
fn document_of(view: &View) -> Option<DocumentId> {
    if let View::Consent(it) = view {
        Some(it.document)
    } else if let View::Disclosure(it) = view {
        Some(it.document)
    } else if let View::Risk(it) = view {
        Some(it.document)
    } else {
        about(view).map(|(_, document)| document)
    }
}

macro_rules! looks {
    ($($(#[$doc:meta])* $name:ident $pattern:pat => $it:expr, $is:expr, $type:ty;)+) => {
        $(
            $(#[$doc])*
            pub fn $name(&self, id: DocumentId) -> Option<&$type> {
                self.views.iter().find_map(|view| {
                    if let $pattern = view && $is == id { Some($it) } else { None }
                })
            }
        )+
    };
}

impl Shelf {
    /// Takes in what the engine shows; whether that is anything new.
    pub fn put(&mut self, view: View) -> bool {
        if let View::Plan(PlanView::Home(home)) = view {
            let is_new = !is_same(&self.plan, &home);
            self.plan = home;
            is_new
        } else if let View::Plan(PlanView::Lacking { document, lacks }) = view {
            self.lacks = Some((document, lacks));
            true
        } else if let View::Due(due) = view {
            let is_new = !is_same(&self.due, &due);
            self.due = due;
            is_new
        } else if let View::Found(found) = view {
            self.found = Some(found);
            true
        } else {
            about(&view).is_some_and(|key| self.put_about(key, view))
        }
    }

    fn put_about(&mut self, key: (u8, DocumentId), view: View) -> bool {
        let count = self.views.len();
        if let View::Note(note) = &view {
            // As SOAP or DAP it is read anew from what it says by now.
            self.views
                .retain(|it| !matches!(it, View::NoteShape(it) if it.document == note.document));
        }
        let is_fewer = self.views.len() < count;
        match self.views.iter_mut().find(|it| about(it) == Some(key)) {
            Some(held) if is_same(held, &view) => is_fewer,
            Some(held) => {
                *held = view;
                // Something came of a later wish, or of what was filled in.
                let is_done = |(about, _): &mut (DocumentId, Vec<String>)| *about == key.1;
                drop(self.lacks.take_if(is_done));
                true
            }
            None => {
                self.views.push(view);
                true
            }
        }
    }

    /// A document is not on the screen any more.
    pub fn close(&mut self, document: DocumentId) {
        self.views.retain(|view| document_of(view) != Some(document));
    }

    /// The page of a document of the firm's that is filled in as a form, and what that is called.
    pub fn page_of(&self, id: DocumentId) -> Option<(Sheet, &'static str)> {
        let plan = &self.plan;
        if plan.companies.iter().any(|it| it.document == id) {
            Some((Sheet::Company, "plan.company"))
        } else if plan.companies.iter().any(|it| it.roster == Some(id)) {
            Some((Sheet::Roster, "kind.roster"))
        } else if plan.reports.iter().any(|it| it.document == id) {
            Some((Sheet::Report, "kind.reports"))
        } else if plan.directory == Some(id) {
            Some((Sheet::Directory, "directory.title"))
        } else {
            None
        }
    }

    /// Whether anything is shown of a document.
    pub fn has(&self, document: DocumentId) -> bool {
        // Who reads it, and what a copy of it would hold, is not what it says.
        let is_said =
            |view: &&View| !matches!(view, View::Members(_) | View::Report(ReportPart::Parts(_)));
        self.views.iter().filter(is_said).any(|view| document_of(view) == Some(document))
    }

    looks! {
        /// A document as a form.
        form View::Form(it) => it, it.document, FormView;
        /// What an employee decided, by the case.
        consent View::Consent(it) => it, it.case, ConsentView;
        /// The canvases of a case.
        canvases View::Canvases(it) => it, it.case, CanvasesView;
        /// A JOB card.
        card View::Card(it) => it, it.document, CardView;
        /// What is told of a case.
        disclosure View::Disclosure(it) => it, it.case, DisclosureView;
        /// The danger in a case.
        risk View::Risk(it) => it, it.case, RiskView;
        /// A second opinion.
        opinion View::Opinion(it) => it, it.document, OpinionView;
        /// A company.
        company View::Plan(PlanView::Company(it)) => it, it.document, CompanyView;
        /// Slots.
        slots View::Plan(PlanView::Slots(it)) => it, it.document, SlotsView;
        /// The firm's directory.
        directory View::Plan(PlanView::Directory(it)) => it, it.document, DirectoryView;
        /// What a list brings to a roster, or brought.
        import View::Plan(PlanView::Import(it)) => it, it.roster, ImportView;
        /// A list of employees.
        roster view @ View::Plan(PlanView::Roster { document, .. }) => view, *document, View;
        /// A report.
        report View::Report(ReportPart::Report(it)) => it.as_ref(), it.document, ReportView;
        /// What is done about a case beside the interviews, by its consents' document.
        rights View::Report(ReportPart::Rights(it)) => it, it.document, RightsView;
        /// What a copy of a note, or a package about a case, would be made of.
        parts View::Report(ReportPart::Parts(it)) => it, it.of, PartsView;
        /// A copy for supervision.
        copy View::Report(ReportPart::Copy(it)) => it, it.document, CopyView;
        /// What was disclosed.
        package View::Report(ReportPart::Package(it)) => it, it.document, PackageView;
        /// Who reads a document.
        members View::Members(it) => it, it.document, MembersView;
        /// A note.
        note View::Note(it) => it, it.document, NoteView;
        /// The scribble of a note that was looked at last.
        scribble View::Scribble(it) => it, it.note, ScribbleView;
        /// A note as SOAP or DAP.
        shape View::NoteShape(it) => it, it.document, ShapeView;
        /// What came of a try: a grid of slots, a list, who is due.
        trial view @ View::Plan(PlanView::Trial { document, .. }) => view, *document, View;
        /// Whom the rules make due.
        due view @ View::Plan(PlanView::Due { company, .. }) => view, *company, View;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::view::{Kind, Whereabouts};

    fn form(id: u8, may_write: bool) -> View {
        View::Form(FormView {
            document: DocumentId::new([id; 16]),
            kind: Kind::Company,
            fields: vec![],
            may_write,
            can_restore: false,
            whereabouts: Whereabouts::Sent,
        })
    }

    #[test]
    fn what_is_shown_again_as_it_was_is_nothing_new() {
        let mut shelf = Shelf::default();
        let home = || View::Plan(PlanView::Home(PlanHome::default()));
        let lacking = || {
            let document = DocumentId::new([1; 16]);
            View::Plan(PlanView::Lacking { document, lacks: vec![] })
        };

        assert!(shelf.put(form(1, false)) && !shelf.put(form(1, false)));
        assert!(shelf.put(form(1, true)) && shelf.put(form(2, true)));
        assert!(!shelf.put(home()), "there was nothing to plan with before");
        // The answer to a wish is one each time.
        assert!(shelf.put(lacking()) && shelf.put(lacking()));
    }

    #[test]
    fn the_newest_of_each_document_is_shown_until_it_is_closed() {
        let mut shelf = Shelf::default();
        let id = DocumentId::new([1; 16]);
        shelf.put(form(1, false));
        shelf.put(form(2, false));
        shelf.put(form(1, true));
        assert!(shelf.form(id).is_some_and(|form| form.may_write));
        assert!(shelf.has(id));

        shelf.close(id);

        assert!(!shelf.has(id) && shelf.has(DocumentId::new([2; 16])));
    }

    #[test]
    fn what_a_wish_lacks_is_told_until_something_of_the_document_is_another() {
        let mut shelf = Shelf::default();
        let document = DocumentId::new([1; 16]);
        shelf.put(form(1, false));
        shelf.put(View::Plan(PlanView::Lacking { document, lacks: vec!["period".to_owned()] }));

        shelf.put(form(1, false));
        shelf.put(form(2, true));
        shelf.put(View::Plan(PlanView::Due { company: document, counts: vec![] }));
        assert!(shelf.lacks.is_some(), "nothing of it changed, and somebody else's did");

        shelf.put(form(1, true));
        assert_eq!(shelf.lacks, None);
    }
}
