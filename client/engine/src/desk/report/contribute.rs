//! What a consultant adds to a report: codes of cases, and general statements.

use shared::id::DocumentId;

use super::Desk;
use crate::{
    casework::{
        case,
        consent::{Decision, Matter},
        contribution as document,
        date::Date,
        field::Field,
        item::{date, time},
        note, report,
        rule::{
            contribution::{Contribution, Contributions, CountError, ReportSecret, Statement},
            disclosure::Consent,
            report::privacy::{STATEMENT_CASES_MIN, words},
            tendency::{Tendencies, Topic},
        },
        signature, survey,
    },
    document::{Document, crdt::Crdt, genesis::Kind},
    journal::Step,
    policy::{Party, Relation},
    view::ReportNotice,
};
use shared::log::{document::DocumentLog, org::Role};
use shared::order;

/// What a signed note says in codes.
struct Coded {
    ordinal: u32,
    tendencies: Tendencies,
    start: Option<u8>,
    end: Option<u8>,
    satisfaction: Option<u8>,
}

/// The consent that a decision is.
pub(super) fn consent_of(decision: Option<Decision>) -> Consent {
    match decision {
        Some(Decision::Agreed) => Consent::Given,
        Some(Decision::Refused) => Consent::Refused,
        Some(Decision::Withdrawn) => Consent::Withdrawn,
        Some(Decision::AskEachTime | Decision::Explained) | None => Consent::Unknown,
    }
}

impl Desk {
    /// Adds what a case says to a report, if the employee agrees (C7) and is counted in this case and
    /// not in one with somebody else: a report never counts more people than there are.
    pub(super) fn contribute(
        &mut self,
        step: &mut Step<'_, '_>,
        report: DocumentId,
        case: DocumentId,
        group: &str,
    ) {
        let report = self.current(report);
        let Some(secret) = self.secret_of(report) else {
            return Self::tell_lacking(step, "report");
        };
        if group.trim().is_empty() || group.contains('/') {
            return Self::tell_lacking(step, "group");
        }
        let Some(contribution) = self.coded_case(report, case, &secret, group.trim()) else {
            return Self::tell_lacking(step, "signed_note");
        };
        let state = self.documents.get(&report).map(|it| report::state(&it.crdt));
        let Some(state) = state else { return };
        let consent = self.counting_consent(case);
        let stands = self.stands_for_somebody(self.part_of_case(case, Kind::CaseConsent));
        if consent == Consent::Given && !stands {
            return Self::tell_lacking(step, "counted_here");
        }
        match Contributions::default().add(consent, state, contribution.clone()) {
            Ok(()) => {}
            Err(CountError::NotAgreed) => {
                return Self::tell(
                    step,
                    ReportNotice::NotAgreed(Matter::Counting.code().to_owned()),
                );
            }
            Err(CountError::Closed | CountError::Final) => {
                return Self::tell(step, ReportNotice::NotNow);
            }
        }
        let at = step.now();
        if let Some(own) = self.own_contributions(step, report) {
            self.edit(step, own, |tx| document::write(tx, &contribution, at));
        }
        self.show_report_part(step, report);
    }

    /// Adds a general statement that rests on cases of this person's.
    pub(super) fn state_generally(
        &mut self,
        step: &mut Step<'_, '_>,
        report: DocumentId,
        text: String,
        cases: &[DocumentId],
    ) {
        let report = self.current(report);
        let Some(secret) = self.secret_of(report) else {
            return Self::tell_lacking(step, "report");
        };
        let state = self.documents.get(&report).map(|it| report::state(&it.crdt));
        if state != Some(crate::casework::rule::report::State::Collecting) {
            return Self::tell(step, ReportNotice::NotNow);
        }
        if cases.iter().any(|case| self.counting_consent(*case) != Consent::Given) {
            return Self::tell(step, ReportNotice::NotAgreed(Matter::Counting.code().to_owned()));
        }
        let cases = cases.iter().map(|case| secret.pseudonym(self.origin_of(*case))).collect();
        let statement = Statement { text, cases };
        if statement.distinct_cases() < STATEMENT_CASES_MIN {
            return Self::tell_lacking(step, "thin_statement");
        }
        // Here are the notes that the lead cannot compare with.
        let found = words(0, &statement.text, &self.secrets_around(report));
        if let Some(finding) = found.iter().find(|finding| finding.blocks()) {
            return Self::tell_lacking(step, finding.code());
        }
        let id = DocumentId::new(step.cx.random()).to_hex();
        if let Some(own) = self.own_contributions(step, report) {
            self.edit(step, own, |tx| document::add_statement(tx, &id, &statement));
        }
        self.show_report_part(step, report);
    }

    pub(super) fn secret_of(&self, report: DocumentId) -> Option<ReportSecret> {
        report::secret(&self.documents.get(&report)?.crdt)
    }

    /// Whether the employee agrees to be counted.
    pub(super) fn counting_consent(&self, case: DocumentId) -> Consent {
        let ledger = self.part_of_case(case, Kind::CaseConsent).map(|it| self.ledger_of(it));
        consent_of(ledger.and_then(|it| it.decision(Matter::Counting)))
    }

    /// The id that a case began with: it names the case however often it was written down anew.
    pub(super) fn origin_of(&self, case: DocumentId) -> DocumentId {
        let mut origin = self.current(case);
        while let Some(before) =
            self.documents.values().find(|it| self.successor(it.id) == Some(origin))
        {
            origin = before.id;
        }
        origin
    }

    /// The document of this person's contributions to a report, if there is one.
    pub(super) fn contributions_of_mine(&self, report: DocumentId) -> Option<DocumentId> {
        let (me, _) = self.me()?;
        self.contributions_to(report).into_iter().find(|id| {
            let log = self.documents.get(id).and_then(|it| it.log.as_ref());
            log.is_none_or(|log| log.creator() == me)
        })
    }

    /// Every document of contributions to a report that is here.
    pub(super) fn contributions_to(&self, report: DocumentId) -> Vec<DocumentId> {
        let to = |id: &DocumentId| {
            let named = self.documents.get(id).and_then(|it| document::report(&it.crdt));
            named.is_some_and(|it| self.current(it) == report)
        };
        self.of_kind(Kind::Contribution).into_iter().filter(to).collect()
    }

    /// The same, begun if need be: the lead reads it, nobody else.
    fn own_contributions(
        &mut self,
        step: &mut Step<'_, '_>,
        report: DocumentId,
    ) -> Option<DocumentId> {
        if let Some(known) = self.contributions_of_mine(report) {
            return Some(known);
        }
        let (me, _) = self.me()?;
        let lead = self.documents.get(&report)?.log.as_ref().map_or(me, DocumentLog::creator);
        let party = |account, relation| Party { account, role: Role::Consultant, relation };
        let people = [party(me, Relation::Owner), party(lead, Relation::Lead)];
        let id = self.begin_document_for(step, Kind::Contribution, &people);
        self.edit(step, id, |tx| document::begin(tx, report));
        Some(id)
    }

    /// What the signed notes of a case say in codes of a report's period.
    fn coded_case(
        &self,
        report: DocumentId,
        case: DocumentId,
        secret: &ReportSecret,
        group: &str,
    ) -> Option<Contribution> {
        let period = report::period(&self.documents.get(&report)?.crdt)?;
        let case = self.current(case);
        let shared = &self.documents.get(&case)?.crdt;
        let notes = self.notes_of(case);
        let notes = notes.iter().filter_map(|id| self.documents.get(id));
        let mut coded: Vec<Coded> =
            notes.filter_map(|it| self.coded_note(it, shared, period)).collect();
        order::by_key(&mut coded, |it| it.ordinal);
        let (first, last) = (coded.first()?, coded.last()?);
        let main = last.tendencies.main;
        let mut others: Vec<Topic> = vec![];
        for topic in coded.iter().flat_map(|it| it.tendencies.topics()) {
            if topic != main && !others.contains(&topic) {
                others.push(topic);
            }
        }
        let organisation =
            coded.iter().flat_map(|it| it.tendencies.organisation.iter().copied()).collect();
        Some(Contribution {
            pseudonym: secret.pseudonym(self.origin_of(case)),
            bucket: group.to_owned(),
            tendencies: Tendencies { main, others, organisation },
            change: first.start.zip(last.end),
            satisfaction: coded.iter().rev().find_map(|it| it.satisfaction),
        })
    }

    /// What a note says as it was signed, if it is of the period.
    fn coded_note(
        &self,
        note: &Document,
        shared: &Crdt,
        (from, to): (Date, Date),
    ) -> Option<Coded> {
        let interview = note::interview(&note.crdt, note.id);
        let place = Field::top("interviews").child(&interview.to_hex());
        let added = || time(shared, &place.child("added_at")).map(Date::at);
        let held = date(&note.crdt, &Field::top("held_at")).or_else(added)?;
        if held < from || to < held {
            return None;
        }
        let (tendencies, start, end) = self.as_signed(note, |note| {
            let said = |id| document::number(note, &Field::top(id), 10);
            Some((
                document::tendencies(note, Field::top)?,
                said("outcome_start"),
                said("outcome_end"),
            ))
        })?;
        let survey = survey::survey(shared, interview);
        let satisfaction = survey.satisfaction.filter(|_| survey.is_countable);
        Some(Coded {
            ordinal: note::about(&note.crdt)?.ordinal,
            tendencies,
            start,
            end,
            satisfaction: satisfaction.and_then(|it| u8::try_from(it).ok()),
        })
    }

    /// Reads a note as it was signed. One that was written down anew holds what was signed, and its
    /// signatures are of the note before.
    pub(super) fn as_signed<T>(
        &self,
        note: &Document,
        read: impl Fn(&Crdt) -> Option<T>,
    ) -> Option<T> {
        signature::signed_at(&note.crdt)?;
        if note::interview(&note.crdt, note.id) != note.id {
            return read(&note.crdt);
        }
        signature::signatures(&note.crdt).iter().find_map(|signed| {
            let key = self.holder_of(signed.statement()?.by)?.key;
            read(&signed.check(&note.crdt, note.id, &key).ok()?)
        })
    }

    /// The names of an employee and a consultant, as a case has them.
    pub(super) fn names_in(&self, case: DocumentId) -> Vec<String> {
        let shared = self.documents.get(&self.current(case));
        let names =
            |it: &Document| vec![case::employee_name(&it.crdt), case::consultant_name(&it.crdt)];
        shared.map_or(vec![], names)
    }
}
