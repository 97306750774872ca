//! A report from its beginning to the archive, as its lead takes it there.

use shared::{id::DocumentId, log::org::Role, sign::Domain};

use super::Desk;
use crate::{
    casework::{
        attest::Attested,
        date::Date,
        report::{self, Delivery, Opinion, Published, Word},
        rule::report::{State, StepError, Support, privacy::Finding, step},
    },
    document::genesis::Kind,
    effect::Effect,
    journal::Step,
    policy::{Party, Relation},
    view::{Notice, ReportNotice, View},
};
use shared::log::document::{Access, DocumentLog};

impl Desk {
    /// Begins a report about a company that this person leads.
    pub(super) fn begin_report(
        &mut self,
        step: &mut Step<'_, '_>,
        company: DocumentId,
        from: &str,
        to: &str,
    ) {
        let company = self.current(company);
        let days = Date::parse(from).zip(Date::parse(to)).filter(|(from, to)| from <= to);
        let Some(period) = days else { return Self::tell_lacking(step, "period") };
        let is_company =
            self.documents.get(&company).is_some_and(|it| it.crdt.kind() == Some(Kind::Company));
        let Some((me, _)) = self.me().filter(|_| is_company && self.manages(company)) else {
            return Self::tell(step, ReportNotice::NotNow);
        };
        let mut people =
            vec![Party { account: me, role: Role::Consultant, relation: Relation::Lead }];
        let log = self.documents.get(&company).and_then(|it| it.log.as_ref());
        let assigned = log.into_iter().flat_map(DocumentLog::members).map(|(account, _)| account);
        let assigned = assigned.filter(|it| *it != me && self.is_role(*it, Role::Consultant));
        people.extend(assigned.map(|account| Party {
            account,
            role: Role::Consultant,
            relation: Relation::Assigned,
        }));
        let id = self.begin_document_for(step, Kind::Report, &people);
        let secret: [u8; 32] = step.cx.random();
        self.edit(step, id, |tx| report::begin(tx, company, period, &secret));
        step.effects.push(Effect::Show(View::GoTo(id)));
        self.show_report_part(step, id);
    }

    /// Whether this person leads a report.
    pub(super) fn leads(&self, report: DocumentId) -> bool {
        self.documents.get(&report).is_some_and(|it| it.crdt.kind() == Some(Kind::Report))
            && self.manages(report)
    }

    /// Counts a group as another; the report is counted again.
    pub(super) fn merge_groups(
        &mut self,
        step: &mut Step<'_, '_>,
        report: DocumentId,
        from: &str,
        into: &str,
    ) {
        let report = self.current(report);
        let state = self.documents.get(&report).map(|it| report::state(&it.crdt));
        let (from, into) = (from.trim(), into.trim());
        let is_name = |name: &str| !name.is_empty() && !name.contains('/');
        if !self.leads(report) || state.is_none_or(State::is_final) || from == into {
            return Self::tell(step, ReportNotice::NotNow);
        }
        if !is_name(from) || !is_name(into) {
            return Self::tell_lacking(step, "group");
        }
        self.edit(step, report, |tx| report::merge(tx, from, into));
        self.count_again(step, report);
        self.show_report_part(step, report);
    }

    /// Takes a report to its next state, if everything speaks for it.
    pub(super) fn go_on_with(&mut self, step: &mut Step<'_, '_>, report: DocumentId, to: &str) {
        let report = self.current(report);
        let Some(to) = State::of(to).filter(|_| self.leads(report)) else {
            return Self::tell(step, ReportNotice::NotNow);
        };
        // What another device took back, or gave away, must be known before anything leaves the house.
        if to == State::Delivered && !self.hears_reports() {
            return Self::notice(step, Notice::NeedsNetwork);
        }
        if self.count_again(step, report) {
            Self::tell(step, ReportNotice::CountedAgain);
            return self.show_report_part(step, report);
        }
        match self.next_state(report, to) {
            Ok(_) => self.enter_state(step, report, to),
            Err(StepError::NotNow) => Self::tell(step, ReportNotice::NotNow),
            Err(StepError::NotReviewed) => Self::tell_lacking(step, "peer_review"),
            Err(StepError::Found(findings)) => {
                Self::tell_lacking(step, findings.first().map_or("", |it| it.code()));
            }
        }
        self.show_report_part(step, report);
    }

    /// Whether everything that the server has of reports and of what was contributed to them is here.
    fn hears_reports(&self) -> bool {
        let kinds = [Kind::Report, Kind::Contribution];
        kinds.into_iter().flat_map(|kind| self.of_kind(kind)).all(|id| self.is_certain(id))
    }

    fn next_state(&self, report: DocumentId, to: State) -> Result<State, StepError> {
        let document = self.documents.get(&report).ok_or(StepError::NotNow)?;
        let log = document.log.as_ref().ok_or(StepError::NotNow)?;
        let is_checked = matches!(to, State::Approved | State::Delivered);
        let findings = if is_checked { self.findings_of(report) } else { vec![] };
        let opinions = self.opinions_of(report);
        let of_now = || opinions.iter().filter(|it| it.is_current);
        let passing = of_now().filter(|it| Self::passes(it.by, &opinions));
        let reviewers: Vec<_> = passing.map(|it| it.by).collect();
        let looked = of_now().filter_map(|it| match it.opinion.word {
            Word::Looked(place) => usize::try_from(place).ok().map(Finding::MayNamePerson),
            Word::Passed | Word::Failed => None,
        });
        let confirmed: Vec<Finding> = looked.collect();
        let support = Support {
            lead: log.creator(),
            reviewers: &reviewers,
            findings: &findings,
            confirmed: &confirmed,
        };
        step(report::state(&document.crdt), to, &support)
    }

    fn enter_state(&mut self, step: &mut Step<'_, '_>, report: DocumentId, to: State) {
        let today = Date::at(step.now());
        if to == State::Computing {
            self.count_report(step, report);
        }
        if to == State::Delivered {
            let Some(issue) = self.issue_of(report) else { return };
            let delivery = Delivery { issue, at: step.now() };
            let keys = &self.keys;
            let attested = Attested::new(Domain::Report, &delivery, keys.id, &keys.device);
            self.edit(step, report, |tx| report::set_delivery(tx, &attested));
        }
        self.edit(step, report, |tx| {
            if to == State::Archived {
                report::archive(tx, today)?;
            }
            report::set_state(tx, to)
        });
    }

    /// Counts, and writes down what is published of it.
    fn count_report(&mut self, step: &mut Step<'_, '_>, report: DocumentId) {
        let Some(figures) = self.figures_now(report) else { return };
        let collected = self.collected_for(report);
        let (published, basis) = (Published::new(&figures), collected.basis);
        let statements = collected.statements.into_iter().map(|it| it.text).collect();
        self.edit(step, report, |tx| report::set_figures(tx, (&published, &statements), &basis));
    }

    /// Counts again if the contributions are not those that were counted; whether they are not.
    fn count_again(&mut self, step: &mut Step<'_, '_>, report: DocumentId) -> bool {
        let Some(document) = self.documents.get(&report) else { return false };
        let state = report::state(&document.crdt);
        let is_counted = state >= State::Computing && !state.is_final();
        if !is_counted || report::basis(&document.crdt) == Some(self.collected_for(report).basis) {
            return false;
        }
        self.count_report(step, report);
        self.edit(step, report, |tx| report::set_state(tx, State::Computing))
    }

    /// Somebody else says whether a report, exactly as it stands, is good to go.
    pub(super) fn review_report(
        &mut self,
        step: &mut Step<'_, '_>,
        report: DocumentId,
        passed: bool,
        words: &str,
    ) {
        let report = self.current(report);
        let state = self.documents.get(&report).map(|it| report::state(&it.crdt));
        if state != Some(State::Review) || self.manages(report) {
            return Self::tell(step, ReportNotice::NotNow);
        }
        let word = if passed { Word::Passed } else { Word::Failed };
        self.say_of(step, report, word, words);
    }

    /// Somebody looked at a doubtful place, and nobody is meant.
    pub(super) fn look_at(&mut self, step: &mut Step<'_, '_>, report: DocumentId, place: u32) {
        self.say_of(step, self.current(report), Word::Looked(place), "");
    }

    fn say_of(&mut self, step: &mut Step<'_, '_>, report: DocumentId, word: Word, words: &str) {
        let Some(issue) = self.issue_of(report) else {
            return Self::tell(step, ReportNotice::NotNow);
        };
        let opinion = Opinion { digest: issue.digest(), word, at: step.now() };
        let attested = Attested::new(Domain::Report, &opinion, self.keys.id, &self.keys.device);
        let id = DocumentId::new(step.cx.random()).to_hex();
        self.edit(step, report, |tx| report::add_opinion(tx, &id, &attested, words));
        self.show_report_part(step, report);
    }

    /// Whether somebody wrote in a document as a member.
    pub(super) fn may_speak(&self, report: DocumentId, account: shared::id::AccountId) -> bool {
        let log = self.documents.get(&report).and_then(|it| it.log.as_ref());
        log.is_some_and(|log| matches!(log.access(account), Some(Access::Writer | Access::Manager)))
    }
}
