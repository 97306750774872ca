//! Terms that are over: what must be gone is destroyed at the next unlock, before anything is shown,
//! with or without a network.

use shared::{
    id::{AccountId, DocumentId},
    log::org::{OrgLog, Role},
    time::UnixMillis,
};

use super::Desk;
use crate::{
    casework::{
        case, contribution,
        date::Date,
        field::Field,
        item::{date, time},
        matter::{self, Statement},
        report,
        rights::{self, Act},
        rule::retention::{Action, Class, Due, Facts, Start, due, today},
        slot,
    },
    document::{genesis::Kind, pending::Wish},
    journal::Step,
    view::ReportNotice,
};

/// How often terms are looked at while the device is open.
const LOOK_MS: u64 = 60 * 60 * 1000;

/// A document whose term is over.
struct Over {
    id: DocumentId,
    kind: Kind,
    /// Where the employee is told, if it outlives the document.
    consent: Option<DocumentId>,
    since: Date,
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

    /// The day it is at least, by this clock and by the latest that anybody of the firm signed.
    fn term_day(&self, now: UnixMillis) -> Date {
        let signed = self.org.as_ref().map_or(UnixMillis(0), OrgLog::latest);
        today(now, signed)
    }

    fn terms_over(&self, now: UnixMillis) -> Vec<Over> {
        let today = self.term_day(now);
        let mut over = vec![];
        let mut look = |id, kind, consent, class, facts: &Facts| {
            if let Due::Over { since, action: Action::Shred | Action::Return } =
                due(class, facts, today)
            {
                over.push(Over { id, kind, consent, since });
            }
        };
        for case in self.of_kind(Kind::CaseShared) {
            let facts = self.facts_of(case);
            let consent = self.part_of_case(case, Kind::CaseConsent);
            for (id, kind) in self.parts_of(case) {
                let class = match kind {
                    Kind::Note | Kind::CasePrivate => Class::Note,
                    Kind::CaseShared => Class::Shared,
                    Kind::CaseConsent => Class::Consent,
                    Kind::CaseDisclosure => self.disclosure_class(id),
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
                    | Kind::Opinion => continue,
                };
                look(id, kind, consent.filter(|it| *it != id), class, &facts);
            }
        }
        for kind in [Kind::Supervision, Kind::Contribution, Kind::Report, Kind::Slots, Kind::Roster]
        {
            for id in self.of_kind(kind) {
                if let Some((class, facts)) = self.term_of(id, kind) {
                    look(id, kind, None, class, &facts);
                }
            }
        }
        // What a case says goes last, because the rest is found through it.
        over.sort_by_key(|it| (it.kind == Kind::CaseConsent, it.kind == Kind::CaseShared));
        over.retain(|it| self.manages(it.id) && !self.is_going(it.id));
        over
    }

    fn is_going(&self, id: DocumentId) -> bool {
        let document = self.documents.get(&id);
        document.is_none_or(|it| it.is_shredded() || it.is_wished(&Wish::Shred))
    }

    /// What is known of a case's terms.
    pub(super) fn facts_of(&self, case: DocumentId) -> Facts {
        let mut facts = Facts::default();
        let Some(shared) = self.documents.get(&self.current(case)) else { return facts };
        for row in case::interviews(&shared.crdt) {
            let item = Field::top("interviews").child(&row.interview.to_hex());
            let ended = time(&shared.crdt, &item.child("ended_at"));
            let last = ended.map_or(row.at, |ended| ended.max(row.at));
            facts.dates.push((Start::LastInterview, Date::at(last)));
        }
        let acts = self.acts_in(self.part_of_case(case, Kind::CaseConsent));
        for (_, entry) in &acts {
            if let Act::Closed { on } = &entry.act
                && let Some(on) = Date::parse(on)
            {
                facts.dates.push((Start::CaseClosed, on));
            }
        }
        let told =
            self.part_of_case(case, Kind::CaseDisclosure).and_then(|id| self.documents.get(&id));
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

    /// Longer where a danger to life was told of.
    fn disclosure_class(&self, disclosure: DocumentId) -> Class {
        let document = self.documents.get(&disclosure);
        let told = document.map(|it| matter::read::<Statement>(&it.crdt, "records"));
        // What a later program wrote is kept as long as anything.
        let is_life = told.into_iter().flatten().any(|(_, said)| match said {
            Some(Statement::Sent(sent)) => sent.class == Class::DisclosureLife,
            Some(_) => false,
            None => true,
        });
        if is_life { Class::DisclosureLife } else { Class::Disclosure }
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
            Kind::Report => (Class::Report, Start::ReportArchived, report::archived_on(crdt)?),
            Kind::Slots => {
                let last = slot::slots(crdt).into_iter().map(|it| it.start).max()?;
                (Class::Schedule, Start::SlotHeld, Date::at(last))
            }
            Kind::Roster => {
                let company = report::company(crdt).map(|id| self.current(id))?;
                let company = self.documents.get(&company)?;
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
            | Kind::Package
            | Kind::Opinion => return None,
        };
        Some((class, Facts { dates: vec![(start, on)], ..Facts::default() }))
    }

    /// Whether a case was closed so long ago that nothing of the employee's JOB card is open to it.
    pub(in crate::desk) fn is_card_over(&self, case: DocumentId, on: Date) -> bool {
        matches!(due(Class::JobCard, &self.facts_of(case), on), Due::Over { .. })
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
