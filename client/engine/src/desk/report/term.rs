//! Terms that are over: what must be gone is destroyed at the next unlock, before anything is shown,
//! with or without a network.

use shared::order;
use shared::{
    id::{AccountId, DocumentId},
    log::{document::DocumentLog, org::Role},
    time::UnixMillis,
};

use super::Desk;
use crate::{
    casework::{
        case, contribution,
        date::Date,
        field::Field,
        item::{count, date, time},
        matter::{self, Statement},
        opinion, report,
        rights::{self, Act},
        rule::{
            disclosure::table,
            retention::{Action, Class, Due, Facts, Start, due, today},
        },
        slot,
    },
    document::{Document, genesis::Kind, pending::Wish},
    journal::Step,
    view::ReportNotice,
};

/// Kinds of documents with a term that are part of no case.
const OF_NO_CASE: &[Kind] = &[
    Kind::Supervision,
    Kind::Contribution,
    Kind::Report,
    Kind::Slots,
    Kind::Roster,
    Kind::Opinion,
];

/// How often terms are looked at while the device is open.
const LOOK_MS: u64 = 60 * 60 * 1000;

/// A document whose term is over.
struct Over {
    id: DocumentId,
    kind: Kind,
    /// Where it is told that it is gone, if that outlives the document: to the employee beside the
    /// consents, and, of what a company provided, beside the contract.
    consent: Option<DocumentId>,
    since: Date,
}

/// What is left of a case whose shared document is gone, by what was noted then.
pub(in crate::desk) struct Left {
    pub(in crate::desk) case: DocumentId,
    private: Option<DocumentId>,
    disclosure: Option<DocumentId>,
    on: String,
    pub(in crate::desk) consultant: String,
}

impl Desk {
    /// Looks at terms again, if it is time.
    pub(in crate::desk) fn end_terms_due(&mut self, step: &mut Step<'_, '_>) {
        let (now, seen) = (step.now(), self.terms_seen_at);
        if now < seen || now >= seen.plus_ms(LOOK_MS) {
            self.end_terms(step);
        }
    }

    /// Ends what is over by the dates that were signed, and says how much it was.
    pub(crate) fn end_terms(&mut self, step: &mut Step<'_, '_>) {
        self.terms_seen_at = step.now();
        if self.is_retired() {
            return;
        }
        match self.role() {
            Some(Role::Consultant) => {}
            Some(Role::Employee) => return self.end_access(step),
            Some(Role::Admin | Role::Supervisor) | None => return,
        }
        self.drop_names(step);
        let over = self.terms_over(step.now());
        let count = u32::try_from(over.len()).unwrap_or(u32::MAX);
        for Over { id, kind, consent, since } in over {
            match consent {
                Some(consent) => {
                    self.destroy_for(step, consent, (id, kind), ("term", since.start()));
                }
                None => self.shred_here(step, id),
            }
        }
        if count > 0 {
            Self::tell(step, ReportNotice::TermOver { documents: count });
        }
    }

    /// The day it is at least, by this clock and by the latest that another device signed.
    fn term_day(&self, now: UnixMillis) -> Date {
        let signed =
            self.org.as_ref().map_or(UnixMillis(0), |org| org.latest_besides(self.keys.id));
        today(now, signed)
    }

    /// The day a document was begun at the earliest. No term begins before it: what is dated by a
    /// clock that was behind would be over at once.
    fn born_on(&self, id: DocumentId) -> Date {
        let Some(org) = &self.org else { return Date::MIN };
        let log = self.documents.get(&id).and_then(|document| document.log.as_ref());
        // What the server does not have yet is not older than what is known here.
        Date::at(org.about(log.map_or(org.head().length, DocumentLog::born)))
    }

    fn terms_over(&self, now: UnixMillis) -> Vec<Over> {
        let today = self.term_day(now);
        let mut over = vec![];
        let mut look = |id, kind, consent, class, facts: &Facts| {
            let facts = facts.not_before(self.born_on(id));
            if let Due::Over { since, action: Action::Shred | Action::Return } =
                due(class, &facts, today)
            {
                over.push(Over { id, kind, consent, since });
            }
        };
        for case in self.of_kind(Kind::CaseShared) {
            let facts = self.facts_of(case);
            let consent = self.part_of_case(case, Kind::CaseConsent);
            for (id, kind) in self.parts_of(case) {
                if let Some(class) = self.class_of(id, kind) {
                    look(id, kind, consent.filter(|it| *it != id), class, &facts);
                }
            }
        }
        for consent in self.of_kind(Kind::CaseConsent) {
            let Some(left) = self.left_of(consent) else { continue };
            let facts = self.facts_beside(Some(consent), left.disclosure);
            for (id, kind) in self.parts_left(consent, &left) {
                if let Some(class) = self.class_of(id, kind) {
                    look(id, kind, Some(consent).filter(|it| *it != id), class, &facts);
                }
            }
        }
        let held = self.held_beside();
        for kind in OF_NO_CASE {
            for id in self.of_kind(*kind) {
                if let Some((class, mut facts)) = self.term_of(id, *kind) {
                    facts.held_since = held.contains(&id).then_some(Date::MIN);
                    let proof = (*kind == Kind::Roster).then(|| self.company_of(id)).flatten();
                    look(id, *kind, proof, class, &facts);
                }
            }
        }
        // What a case says goes last, because the rest is found through it.
        order::by_key(&mut over, |it| (it.kind == Kind::CaseConsent, it.kind == Kind::CaseShared));
        over.retain(|it| self.manages(it.id) && !self.is_going(it.id) && self.hears_all_of(it));
        over
    }

    /// Whether all is here that was heard of what a term follows from: on a new device the last
    /// interviews, or a hold, may be on their way.
    fn hears_all_of(&self, over: &Over) -> bool {
        let is_whole = |id| self.documents.get(&id).is_none_or(Document::is_whole);
        let consent = over.consent.unwrap_or(over.id);
        let case = self.case_with_part(consent, Kind::CaseConsent);
        [Some(over.id), over.consent, case].into_iter().flatten().all(is_whole)
    }

    fn is_going(&self, id: DocumentId) -> bool {
        let document = self.documents.get(&id);
        document.is_none_or(|it| it.is_shredded() || it.is_wished(&Wish::Shred))
    }

    /// By which class a part of a case is kept.
    fn class_of(&self, id: DocumentId, kind: Kind) -> Option<Class> {
        match kind {
            Kind::Note | Kind::CasePrivate => Some(Class::Note),
            Kind::CaseShared => Some(Class::Shared),
            Kind::CaseConsent => Some(Class::Consent),
            Kind::CaseDisclosure => Some(self.disclosure_class(id)),
            Kind::Catalogue
            | Kind::Directory
            | Kind::Company
            | Kind::Roster
            | Kind::Slots
            | Kind::JobCard
            | Kind::Supervision
            | Kind::Contribution
            | Kind::Report
            | Kind::Package
            | Kind::Opinion => None,
        }
    }

    /// What is known of a case's terms.
    pub(super) fn facts_of(&self, case: DocumentId) -> Facts {
        let parts = [Kind::CaseConsent, Kind::CaseDisclosure];
        let [consent, disclosure] = parts.map(|kind| self.part_of_case(case, kind));
        let mut facts = self.facts_beside(consent, disclosure);
        facts.dates.extend(self.last_interview(case).map(|on| (Start::LastInterview, on)));
        facts
    }

    fn last_interview(&self, case: DocumentId) -> Option<Date> {
        let shared = &self.documents.get(&self.current(case))?.crdt;
        let held = case::interviews(shared).into_iter().map(|row| {
            let item = Field::top("interviews").child(&row.interview.to_hex());
            time(shared, &item.child("ended_at")).map_or(row.at, |ended| ended.max(row.at))
        });
        held.max().map(Date::at)
    }

    /// What of it stands beside what both read, and outlives that.
    pub(super) fn facts_beside(
        &self,
        consent: Option<DocumentId>,
        disclosure: Option<DocumentId>,
    ) -> Facts {
        let mut facts = Facts::default();
        let acts = self.acts_in(consent);
        for (_, entry) in &acts {
            if let Act::Term { years } = &entry.act {
                facts.contract_years = Some(i64::from(*years));
            }
            let closed = if let Act::Closed { on } = &entry.act { Date::parse(on) } else { None };
            facts.dates.extend(closed.map(|on| (Start::CaseClosed, on)));
            if let Act::Outlived { last: Some(last), .. } = &entry.act {
                facts.dates.extend(Date::parse(last).map(|on| (Start::LastInterview, on)));
            }
        }
        if facts.dates.iter().all(|(start, _)| *start != Start::CaseClosed) {
            let gone = self.left_in(&acts).and_then(|left| Date::parse(&left.on));
            facts.dates.extend(gone.map(|on| (Start::CaseClosed, on)));
        }
        let told = disclosure.and_then(|id| self.documents.get(&id));
        let told = told.map_or(vec![], |it| matter::read::<Statement>(&it.crdt, "records"));
        let told = told.into_iter().filter_map(|(_, said)| {
            let Statement::Sent(sent) = said? else { return None };
            Some((Start::Disclosed, Date::at(sent.at)))
        });
        facts.dates.extend(told);
        // A hold counts from when it is known here, whatever any clock says.
        facts.held_since = rights::held_since(&acts).map(|_| Date::MIN);
        facts
    }

    /// Notes beside the consents what leads to the rest of a case, before what both read is gone.
    pub(in crate::desk) fn note_outlived(&mut self, step: &mut Step<'_, '_>, case: DocumentId) {
        let Some(consent) = self.part_of_case(case, Kind::CaseConsent) else { return };
        let shared = self.documents.get(&case);
        let outlived = Act::Outlived {
            case,
            private: self.part_of_case(case, Kind::CasePrivate),
            disclosure: self.part_of_case(case, Kind::CaseDisclosure),
            last: self.last_interview(case).map(|on| on.to_string()),
            on: self.term_day(step.now()).to_string(),
            consultant: shared.map(|it| case::consultant_name(&it.crdt)),
        };
        self.note_act(step, consent, outlived);
    }

    /// What is left of a case whose shared document is gone.
    fn left_of(&self, consent: DocumentId) -> Option<Left> {
        let is_gone = self.case_with_part(consent, Kind::CaseConsent).is_none();
        is_gone.then(|| self.left_in(&self.acts_in(Some(consent)))).flatten()
    }

    fn left_in(&self, acts: &[(rights::ActId, rights::Entry)]) -> Option<Left> {
        acts.iter().rev().find_map(|(_, entry)| {
            let Act::Outlived { case, private, disclosure, on, consultant, .. } = &entry.act else {
                return None;
            };
            let current = |id: &Option<DocumentId>| id.map(|id| self.current(id));
            let (private, disclosure) = (current(private), current(disclosure));
            let consultant = consultant.clone().unwrap_or_default();
            Some(Left { case: *case, private, disclosure, on: on.clone(), consultant })
        })
    }

    /// Cases of which what both read is gone: their consents and what else leads on.
    pub(in crate::desk) fn all_left(&self) -> Vec<(DocumentId, Left)> {
        let part = |case| self.part_of_case(case, Kind::CaseConsent);
        let live: Vec<DocumentId> =
            self.of_kind(Kind::CaseShared).into_iter().filter_map(part).collect();
        let mut consents = self.of_kind(Kind::CaseConsent);
        consents.retain(|it| !live.contains(it));
        let left = |it: DocumentId| Some((it, self.left_in(&self.acts_in(Some(it)))?));
        consents.into_iter().filter_map(left).collect()
    }

    /// A part of a case of which what both read is gone.
    pub(in crate::desk) fn left_part(&self, case: DocumentId, kind: Kind) -> Option<DocumentId> {
        if self.documents.get(&case).is_some_and(|it| !it.is_shredded()) {
            return None;
        }
        let (consent, left) = self.all_left().into_iter().find(|(_, left)| left.case == case)?;
        let parts = self.parts_left(consent, &left);
        parts.into_iter().find(|(_, it)| *it == kind).map(|(id, _)| id)
    }

    /// Which case a document was part of, if what both read is gone.
    pub(in crate::desk) fn left_case_of(&self, part: DocumentId) -> Option<DocumentId> {
        let mut left = self.all_left().into_iter();
        let is_part = |(consent, left): &(DocumentId, Left)| {
            self.parts_left(*consent, left).iter().any(|(id, _)| *id == part)
        };
        left.find(is_part).map(|(_, left)| left.case)
    }

    /// Where a case's consents stand, also when what both read is gone.
    pub(super) fn consent_of_case(&self, case: DocumentId) -> Option<DocumentId> {
        let is_left = |id: &DocumentId| self.left_of(*id).is_some_and(|left| left.case == case);
        let here = self.part_of_case(case, Kind::CaseConsent);
        here.or_else(|| self.of_kind(Kind::CaseConsent).into_iter().find(is_left))
    }

    /// What is left of a case of which what both read is gone.
    pub(in crate::desk) fn parts_left(
        &self,
        consent: DocumentId,
        left: &Left,
    ) -> Vec<(DocumentId, Kind)> {
        let parts = [
            (Some(consent), Kind::CaseConsent),
            (left.private, Kind::CasePrivate),
            (left.disclosure, Kind::CaseDisclosure),
        ];
        let is_so = |(id, kind): &(DocumentId, Kind)| {
            self.documents.get(id).is_some_and(|it| it.crdt.kind() == Some(*kind))
        };
        let parts = parts.into_iter().filter_map(|(id, kind)| Some((id?, kind))).filter(is_so);
        parts.chain(self.notes_of(left.case).into_iter().map(|id| (id, Kind::Note))).collect()
    }

    /// What was made of held cases beside their parts: copies for supervision, second opinions.
    fn held_beside(&self) -> Vec<DocumentId> {
        let mut held = vec![];
        for consent in self.of_kind(Kind::CaseConsent).into_iter().filter(|it| self.is_held(*it)) {
            let left = self.left_of(consent);
            let case = self.case_with_part(consent, Kind::CaseConsent);
            let part = |kind| case.and_then(|case| self.part_of_case(case, kind));
            let private = part(Kind::CasePrivate).or(left.as_ref().and_then(|it| it.private));
            let disclosure =
                part(Kind::CaseDisclosure).or(left.as_ref().and_then(|it| it.disclosure));
            for (_, entry) in self.acts_in(private) {
                if let Act::Copied { copy: id, .. } | Act::Shared { document: id, .. } = entry.act {
                    held.push(self.current(id));
                }
            }
            let crdt = |id: Option<DocumentId>| Some(&self.documents.get(&id?)?.crdt);
            for (_, said) in crdt(private).map_or(vec![], |it| matter::read(it, "matters")) {
                if let Some(matter::Entry::Asked { document, .. }) = said {
                    held.push(self.current(document));
                }
            }
            // What was told names the opinions it was told on, also when the private document is gone.
            for (_, said) in crdt(disclosure).map_or(vec![], |it| matter::read(it, "records")) {
                let Some(Statement::Sent(sent)) = said else { continue };
                let key = |device| Some(self.org.as_ref()?.device(device)?.keys.verify);
                let opinions = sent.opinions.iter().filter_map(|it| opinion::check(&it.0, key));
                held.extend(opinions.map(|answer| self.current(answer.document)));
            }
        }
        held
    }

    /// Longer where a danger to life was told of; as the consents where nothing was told.
    fn disclosure_class(&self, disclosure: DocumentId) -> Class {
        let document = self.documents.get(&disclosure);
        let told = document.map(|it| matter::read::<Statement>(&it.crdt, "records"));
        let classes = told.into_iter().flatten().filter_map(|(_, said)| match said {
            Some(Statement::Sent(sent)) => Some(sent.class),
            Some(_) => None,
            // What a later program wrote is kept as long as anything.
            None => Some(Class::DisclosureLife),
        });
        classes.max().unwrap_or(Class::Consent)
    }

    /// For how many years the contract with a company keeps something, if it says so.
    pub(super) fn contract_years(&self, company: DocumentId, field: &str) -> Option<i64> {
        let company = self.documents.get(&self.current(company))?;
        count(&company.crdt, &Field::top(field)).map(i64::from)
    }

    /// Writes slots down anew without whose they were, once that is over. The old document goes with
    /// what was claimed in it, and whoever claimed it.
    fn drop_names(&mut self, step: &mut Step<'_, '_>) {
        let due: Vec<DocumentId> = self
            .of_kind(Kind::Slots)
            .into_iter()
            .filter(|id| self.are_names_over(*id, step.now()))
            .collect();
        for id in due {
            self.finalise(step, id, None);
        }
    }

    /// Whether nobody may read any more whose the slots of a document were.
    pub(in crate::desk) fn are_names_over(&self, slots: DocumentId, now: UnixMillis) -> bool {
        let Some(crdt) = self.documents.get(&slots).map(|it| &it.crdt) else { return false };
        let Some((_, facts)) = self.term_of(slots, Kind::Slots) else { return false };
        let is_over = matches!(
            due(Class::ScheduleNames, &facts, self.term_day(now)),
            Due::Over { action: Action::DropNames, .. }
        );
        is_over && slot::tells_whose(crdt)
    }

    /// The term of a document that is of no case.
    fn term_of(&self, id: DocumentId, kind: Kind) -> Option<(Class, Facts)> {
        let crdt = &self.documents.get(&id)?.crdt;
        let (class, start, on) = match kind {
            Kind::Supervision => {
                (Class::Supervision, Start::Discussed, date(crdt, &Field::top("discussed_on"))?)
            }
            Kind::Contribution => {
                let report = self.documents.get(&self.current(contribution::report(crdt)?))?;
                (Class::Contribution, Start::ReportArchived, report::archived_on(&report.crdt)?)
            }
            Kind::Report => {
                let dates = vec![(Start::ReportArchived, report::archived_on(crdt)?)];
                let company = report::company(crdt);
                let years = company.and_then(|it| self.contract_years(it, "report_years"));
                let facts = Facts { dates, contract_years: years, ..Facts::default() };
                return Some((Class::Report, facts));
            }
            Kind::Opinion => {
                let (question, _) = opinion::question(crdt)?;
                let key = |device| self.org.as_ref()?.device(device).map(|it| it.keys.verify);
                let said = opinion::answers(crdt, id, key);
                let last = said.into_iter().map(|(answer, _)| answer.at).max()?;
                let mut rules = table::TABLE.iter().filter(|it| it.row == question.row);
                let class = rules.find_map(|it| it.record).unwrap_or(Class::DisclosureLife);
                (class, Start::Disclosed, Date::at(last))
            }
            Kind::Slots => {
                let last = slot::slots(crdt).into_iter().map(|it| it.start).max()?;
                (Class::Schedule, Start::SlotHeld, Date::at(last))
            }
            Kind::Roster => {
                let company = self.documents.get(&self.company_of(id)?)?;
                (Class::Roster, Start::EngagementEnded, date(&company.crdt, &Field::top("to"))?)
            }
            Kind::Catalogue
            | Kind::CaseShared
            | Kind::Note
            | Kind::Directory
            | Kind::Company
            | Kind::CasePrivate
            | Kind::CaseConsent
            | Kind::CaseDisclosure
            | Kind::JobCard
            | Kind::Package => return None,
        };
        Some((class, Facts { dates: vec![(start, on)], ..Facts::default() }))
    }

    /// The company that a document is about.
    fn company_of(&self, id: DocumentId) -> Option<DocumentId> {
        report::company(&self.documents.get(&id)?.crdt).map(|id| self.current(id))
    }

    /// Whether a case was closed so long ago that nothing of the employee's JOB card is open to it.
    pub(in crate::desk) fn is_card_over(&self, case: DocumentId, on: Date) -> bool {
        let facts = self.facts_of(case).not_before(self.born_on(case));
        matches!(due(Class::JobCard, &facts, on), Due::Over { .. })
    }

    /// On an employee's own device: a consultant whose case was closed is let out of the JOB card.
    fn end_access(&mut self, step: &mut Step<'_, '_>) {
        let today = self.term_day(step.now());
        let (mut leaving, mut staying) = (vec![], vec![]);
        for case in self.of_kind(Kind::CaseShared) {
            let is_over = self.is_card_over(case, today);
            let consent =
                self.part_of_case(case, Kind::CaseConsent).and_then(|id| self.documents.get(&id));
            if let Some(log) = consent.and_then(|it| it.log.as_ref()) {
                let members = log.members().map(|(account, _)| account);
                if is_over { leaving.extend(members) } else { staying.extend(members) }
            }
        }
        let me = self.me().map(|(me, _)| me);
        leaving.retain(|account| Some(*account) != me && !staying.contains(account));
        let mut out = vec![];
        for card in self.of_kind(Kind::JobCard) {
            let Some(document) = self.documents.get(&card).filter(|_| self.manages(card)) else {
                continue;
            };
            let log = document.log.as_ref();
            let is_in = |account: &AccountId| {
                let is_leaving = document.is_wished(&Wish::Revoke(*account));
                log.is_some_and(|log| log.access(*account).is_some()) && !is_leaving
            };
            out.extend(leaving.iter().filter(|it| is_in(it)).map(|account| (card, *account)));
        }
        for (card, account) in out {
            self.remove_member(step, card, account);
        }
    }
}
