//! The documents of a case, made together and found again.

use shared::{
    id::{AccountId, DocumentId},
    log::{
        document::Access,
        org::{OrgLog, Role},
    },
    map::Map,
};

use super::{Desk, Login, report::Left};
use crate::{
    casework::{
        case::{self, CaseId, InterviewId},
        catalogue, company,
        consent::Ledger,
        date::Date,
        field::Field,
        interview,
        item::date,
        note::{self, About},
        slot,
    },
    document::{Document, crdt::Crdt, genesis::Kind},
    effect::Effect,
    journal::Step,
    policy::{Party, Relation},
    view::{CaseRow, InterviewRow, Notice, RoomNotice, View},
};

/// The documents of a case beside the one that both read. All are made with the case, so that the
/// existence of none of them tells anything.
const PARTS: [Kind; 3] = [Kind::CaseConsent, Kind::CaseDisclosure, Kind::CasePrivate];

impl Desk {
    /// Opens a case with an employee who has joined; a second wish for the same one is ignored.
    pub(crate) fn open_case(&mut self, step: &mut Step<'_, '_>, employee: AccountId) {
        let Some(catalogue) = self.catalogue() else { return };
        if self.case_with(&catalogue.crdt, employee).is_some() {
            return;
        }
        let Some(name) = self.employee_name(employee) else { return };
        let Some((me, _)) = self.me() else { return };
        let people = [
            Party { account: me, role: Role::Consultant, relation: Relation::Owner },
            Party { account: employee, role: Role::Employee, relation: Relation::Employee },
        ];
        let case = self.begin_document_for(step, Kind::CaseShared, &people);
        let consultant = self.own_name();
        self.edit(step, case, |tx| case::name(tx, &consultant, &name));
        self.begin_parts(step, case, &people);
        self.edit_catalogue(step, |tx| catalogue::add_case(tx, case, employee));
    }

    /// Makes the documents of a case that are not there.
    fn begin_parts(&mut self, step: &mut Step<'_, '_>, case: CaseId, people: &[Party]) {
        for kind in PARTS {
            let document = self.documents.get(&case);
            if document.is_some_and(|it| case::linked(&it.crdt, kind).is_none()) {
                let part = self.begin_document_for(step, kind, people);
                self.edit(step, case, |tx| case::link(tx, kind, part));
            }
        }
    }

    /// Gives the cases of this person what an older version did not make, once everything that the
    /// server has of them is here: another device may have done it.
    pub(super) fn complete_cases(&mut self, step: &mut Step<'_, '_>) {
        if self.login != Login::In || self.complete_at == self.documents.len() {
            return;
        }
        let Some((me, _)) = self.me() else { return };
        let is_case = |it: &&Document| {
            it.crdt.kind() == Some(Kind::CaseShared)
                && it.log.as_ref().is_some_and(|log| log.creator() == me)
                && self.current(it.id) == it.id
                && it.may_write(me)
        };
        let cases: Vec<&Document> = self.documents.values().filter(is_case).collect();
        if !cases.iter().all(|it| it.is_settled()) {
            return;
        }
        let lacks =
            |it: &&&Document| PARTS.iter().any(|kind| case::linked(&it.crdt, *kind).is_none());
        let lacking: Vec<CaseId> = cases.iter().filter(lacks).map(|it| it.id).collect();
        for case in lacking {
            let people = self.people_of(case);
            self.begin_parts(step, case, &people);
        }
        self.complete_at = self.documents.len();
    }

    /// Who has to do with a case, by the log of what both read.
    pub(super) fn people_of(&self, case: CaseId) -> Vec<Party> {
        let log = self.documents.get(&case).and_then(|it| it.log.as_ref());
        let Some((log, org)) = log.zip(self.org.as_ref()) else { return vec![] };
        let party = |(account, known): (AccountId, &shared::log::org::Account)| {
            let access = log.access(account)?;
            let relation = match (known.role, access) {
                (Role::Employee, _) => Relation::Employee,
                (Role::Consultant, Access::Manager) => Relation::Owner,
                (Role::Consultant, Access::Reader | Access::Writer) => Relation::Successor,
                (Role::Admin | Role::Supervisor, _) => return None,
            };
            Some(Party { account, role: known.role, relation })
        };
        OrgLog::accounts(org).filter_map(party).collect()
    }

    /// The document of a kind that belongs to a case, as it is today, if it is on this device; also
    /// when what both read is gone.
    pub(crate) fn linked(&self, case: CaseId, kind: Kind) -> Option<DocumentId> {
        let case = self.current(case);
        let shared = self.documents.get(&case);
        let linked = shared.and_then(|it| case::linked(&it.crdt, kind));
        let linked = self.current(linked.or_else(|| self.left_part(case, kind))?);
        self.documents.get(&linked).filter(|it| !it.is_shredded()).map(|it| it.id)
    }

    /// The case that a document belongs to, or did.
    pub(super) fn case_of_part(&self, document: DocumentId) -> Option<CaseId> {
        let kind = self.documents.get(&document)?.crdt.kind()?;
        let mut shared = self
            .documents
            .values()
            .filter(|it| it.crdt.kind() == Some(Kind::CaseShared) && self.current(it.id) == it.id);
        let shared = shared.find(|it| self.linked(it.id, kind) == Some(document));
        shared.map(|it| it.id).or_else(|| self.left_case_of(document))
    }

    /// The case with an employee that is there today.
    pub(super) fn case_with(&self, catalogue: &Crdt, employee: AccountId) -> Option<DocumentId> {
        let is_gone = |id: &DocumentId| self.documents.get(id).is_some_and(Document::is_shredded);
        let mut cases = catalogue::cases_with(catalogue, employee).into_iter();
        cases.by_ref().map(|case| self.current(case)).find(|case| !is_gone(case))
    }

    /// The contract of the company through whose slots the employee of a case comes, if it is one.
    fn contract_of(&self, case: CaseId) -> Option<&Crdt> {
        let employee = self.employee_of(case)?;
        let company = |slots: &Document| {
            slots.log.as_ref()?.access(employee)?;
            Some(self.current(slot::about(&slots.crdt)?.0))
        };
        let is_slots = |it: &&Document| it.crdt.kind() == Some(Kind::Slots);
        let mut companies = self.documents.values().filter(is_slots).filter_map(company);
        let first = companies.next().filter(|first| companies.all(|it| it == *first))?;
        self.documents.get(&first).map(|it| &it.crdt)
    }

    /// Adds an interview to a case, with an empty note that only this person's devices can open.
    pub(crate) fn add_interview(&mut self, step: &mut Step<'_, '_>, case: DocumentId) {
        let case = self.current(case);
        let Some(shared) = self.documents.get(&case) else { return };
        if shared.crdt.kind() != Some(Kind::CaseShared) || !self.may_write(case) {
            return;
        }
        let begun = case::interviews(&shared.crdt);
        let most = self.contract_of(case).and_then(|it| Some((company::interviews_max(it)?, it)));
        if let Some((interviews_max, contract)) = most {
            let from = date(contract, &Field::top("from"));
            let is_of_it = |it: &&case::Added| from.is_none_or(|from| from <= Date::at(it.at));
            let most = usize::try_from(interviews_max).unwrap_or(usize::MAX);
            if begun.iter().filter(is_of_it).count() >= most {
                let notice = RoomNotice::BeyondContract { interviews_max };
                Self::notice(step, Notice::Room(notice));
            }
        }
        let ordinal = begun.len();
        let ordinal = u32::try_from(ordinal).unwrap_or(u32::MAX).saturating_add(1);
        let employee_name = case::employee_name(&shared.crdt);
        let (interview, at) = (DocumentId::new(step.cx.random()), step.now());
        self.begin_document(step, interview, Kind::Note);
        let about = About { case, employee_name, ordinal };
        self.edit(step, interview, |tx| note::begin(tx, &about));
        self.edit(step, case, |tx| case::add_interview(tx, interview, ordinal, at));
        step.effects.push(Effect::Show(View::GoTo(interview)));
    }

    /// The newest note of each interview.
    pub(super) fn notes(&self) -> Map<InterviewId, DocumentId> {
        let is_note =
            |it: &&Document| it.crdt.kind() == Some(Kind::Note) && self.current(it.id) == it.id;
        let notes = self.documents.values().filter(is_note);
        notes.map(|it| (note::interview(&it.crdt, it.id), it.id)).collect()
    }

    /// A case as the first page shows it.
    pub(super) fn case(
        &self,
        document: &Document,
        notes: &Map<InterviewId, DocumentId>,
    ) -> Option<CaseRow> {
        let is_case = document.crdt.kind() == Some(Kind::CaseShared);
        if !is_case || self.current(document.id) != document.id {
            return None;
        }
        let (crdt, consents) = (&document.crdt, self.consents(document.id));
        let rows = case::interviews(crdt).into_iter();
        Some(CaseRow {
            case: document.id,
            shared: document.id,
            employee_name: case::employee_name(crdt),
            consultant_name: case::consultant_name(crdt),
            interviews: rows.map(|it| self.interview(crdt, &it, notes, &consents)).collect(),
            consent: self.linked(document.id, Kind::CaseConsent),
            disclosure: self.linked(document.id, Kind::CaseDisclosure),
            private: self.linked(document.id, Kind::CasePrivate),
        })
    }

    /// A case of which what both read is gone: the rest of it is found through this.
    pub(super) fn ended_case(&self, consent: DocumentId, left: Left) -> CaseRow {
        let employee = self.employee_of(consent).and_then(|it| self.employee_name(it));
        let parts = self.parts_left(consent, &left);
        let part = |kind| parts.iter().find(|(_, it)| *it == kind).map(|(id, _)| *id);
        let Left { case, consultant, .. } = left;
        CaseRow {
            case,
            shared: case,
            employee_name: employee.unwrap_or_default(),
            consultant_name: consultant,
            interviews: vec![],
            consent: Some(consent),
            disclosure: part(Kind::CaseDisclosure),
            private: part(Kind::CasePrivate),
        }
    }

    fn interview(
        &self,
        shared: &Crdt,
        added: &case::Added,
        notes: &Map<InterviewId, DocumentId>,
        consents: &Ledger,
    ) -> InterviewRow {
        let id = added.interview;
        let note = notes.get(&id).copied();
        let note_state = note.and_then(|note| self.documents.get(&note)).map(|it| {
            let read = || interview::note_state(&it.crdt);
            self.shown.note_states.get(it.id, it.crdt.changed(), read)
        });
        let state = interview::whole_state(interview::state(shared, id, consents), note_state);
        let times = interview::times(shared, id);
        let is_unsigned = matches!(state, interview::State::Ended | interview::State::NoteDraft);
        let [_, _, ended_at] = times;
        let sign_by = ended_at.filter(|_| note.is_some() && is_unsigned);
        InterviewRow {
            interview: id,
            ordinal: added.ordinal,
            added_at: added.at,
            note,
            offered_at: added.offered_at,
            state,
            times,
            interrupted_at: interview::interrupted_since(shared, id),
            sign_by: sign_by
                .map(|at| (at.plus_ms(interview::REMIND_MS), at.plus_ms(interview::LATE_MS))),
            next_slot: interview::next_slot(shared, id),
            is_pinned: self.pinned() == Some(id),
        }
    }
}
