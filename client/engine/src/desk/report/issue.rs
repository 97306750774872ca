//! What a report says, and what speaks against it.

use shared::order;
use shared::{
    hash,
    id::{AccountId, DocumentId, hex},
    log::document::DocumentLog,
    sign::Domain,
    time::UnixMillis,
};

use super::Desk;
use crate::{
    casework::{
        catalogue, company, contribution as document,
        field::{Field, Shape, Value},
        item::{all, text},
        report::{self, Delivery, Issue, Opinion, Published, Word},
        rule::{
            contribution::{Contribution, Contributions, Statement},
            disclosure::Consent,
            report::{
                State, compute,
                privacy::{Draft, Figures, Finding, Secrets, Table, Unit, check, words},
            },
            scan::{Folded, Name},
        },
    },
    document::{chunk::heads_of, genesis::Kind},
    view::{DeliveryView, FindingRow, ReportView, ReviewRow},
};

/// What was contributed to a report, as far as it is here.
pub(super) struct Collected {
    all: Contributions,
    pub(super) statements: Vec<Statement>,
    /// Names exactly this.
    pub(super) basis: [u8; 32],
}

/// What a member said of a report, and whether it is still as they read it.
pub(super) struct Said {
    pub(super) by: AccountId,
    pub(super) opinion: Opinion,
    pub(super) is_current: bool,
    words: String,
}

impl Desk {
    /// What was contributed by those who may; the same case counts as it was contributed last.
    pub(super) fn collected_for(&self, report: DocumentId) -> Collected {
        let merges =
            self.documents.get(&report).map(|it| report::merges(&it.crdt)).unwrap_or_default();
        let mut given: Vec<(UnixMillis, Contribution)> = vec![];
        let (mut statements, mut named) = (vec![], vec![]);
        for id in self.contributions_to(report) {
            let Some(it) = self.documents.get(&id) else { continue };
            let me = self.me().map(|(me, _)| me);
            let by = it.log.as_ref().map(DocumentLog::creator).or(me);
            if !by.is_some_and(|by| Some(by) == me || self.may_speak(report, by)) {
                continue;
            }
            given.extend(document::read(&it.crdt));
            statements.extend(document::statements(&it.crdt));
            named.extend_from_slice(id.as_bytes());
            named.extend(heads_of(&it.crdt.heads()).into_iter().flat_map(|head| head.0));
        }
        for (from, into) in merges.iter() {
            named.extend([from.as_bytes(), &[0], into.as_bytes(), &[0]].concat());
        }
        order::by_key(&mut given, |(at, it)| (*at, it.pseudonym));
        let mut all = Contributions::default();
        for (_, mut contribution) in given {
            contribution.bucket = report::merged(&merges, &contribution.bucket);
            // Whoever contributed asked the employee; here nobody could.
            let added = all.add(Consent::Given, State::Collecting, contribution);
            debug_assert!(added.is_ok());
        }
        Collected { all, statements, basis: hash::sha256(&[b"mendan/1/report-basis", &named]) }
    }

    fn group_min(&self, report: DocumentId) -> u32 {
        let crdt = self.documents.get(&report).map(|it| &it.crdt);
        let company = crdt.and_then(report::company).map(|id| self.current(id));
        let company = company.and_then(|id| self.documents.get(&id));
        let written = company.map(|it| {
            it.crdt.value(&Field::top("group_min"), Shape::Number(company::GROUP_MIN, 1_000))
        });
        match written {
            Some(Value::Number(number)) => u32::try_from(number).unwrap_or(0),
            Some(
                Value::Unset | Value::Code(_) | Value::Codes(_) | Value::Flag(_) | Value::When(_),
            )
            | None => 0,
        }
    }

    /// The figures of what is collected.
    pub(super) fn figures_now(&self, report: DocumentId) -> Option<Figures> {
        let crdt = &self.documents.get(&report)?.crdt;
        let (period, secret) = (report::period(crdt)?, report::secret(crdt)?);
        let (before, _) = self.reports_before(report);
        let Collected { all, .. } = self.collected_for(report);
        let ties = secret.ties();
        Some(compute::figures(&all, period, &before, self.group_min(report), &ties))
    }

    /// The reports of the same company that left the house and are about some of the same interviews;
    /// and whether there is one whose figures cannot be counted any more.
    fn reports_before(&self, report: DocumentId) -> (Vec<Figures>, bool) {
        let Some(crdt) = self.documents.get(&report).map(|it| &it.crdt) else {
            return (vec![], false);
        };
        let company = report::company(crdt);
        let (mut known, mut is_unknown) = (vec![], false);
        for other in self.of_kind(Kind::Report).into_iter().filter(|it| *it != report) {
            let Some(it) = self.documents.get(&other) else { continue };
            let is_alike = report::company(&it.crdt) == company;
            let Some((delivery, _)) = self.delivery_of(other).filter(|_| is_alike) else {
                continue;
            };
            let period = report::period(&it.crdt);
            let figures = Figures { period, ..Figures::default() };
            if !report::period(crdt).is_some_and(|period| figures.goes_on_in(period)) {
                continue;
            }
            match self.counted_again(other, &delivery.issue.figures) {
                Some(figures) => known.push(figures),
                None => is_unknown = true,
            }
        }
        (known, is_unknown)
    }

    /// The figures behind what was published, if the contributions are still there and give it.
    fn counted_again(&self, report: DocumentId, published: &Published) -> Option<Figures> {
        let Collected { all, .. } = self.collected_for(report);
        let period = report::period(&self.documents.get(&report)?.crdt)?;
        let ties = report::secret(&self.documents.get(&report)?.crdt)?.ties();
        let mut figures = compute::figures(&all, period, &[], self.group_min(report), &ties);
        figures.tables = compute::counts(&all)
            .into_iter()
            .filter_map(|(name, _, counts)| {
                Some(Table { name, counts, hidden: published.hidden(name)? })
            })
            .collect();
        (Published::new(&figures) == *published).then_some(figures)
    }

    /// What left the house, if the lead signed it, and how.
    fn delivery_of(
        &self,
        report: DocumentId,
    ) -> Option<(Delivery, crate::casework::attest::Attested)> {
        let document = self.documents.get(&report)?;
        let attested = report::delivery(&document.crdt)?;
        let (lead, org) = (document.log.as_ref()?.creator(), self.org.as_ref()?);
        let device = org.device(attested.by).filter(|it| it.account == lead)?;
        let delivery = report::delivered(&attested, &device.keys.verify)?;
        (delivery.issue.report == report).then_some((delivery, attested))
    }

    /// Everything that would leave the house, as the report stands.
    pub(super) fn issue_of(&self, report: DocumentId) -> Option<Issue> {
        let crdt = &self.documents.get(&report)?.crdt;
        let (from, to) = report::period(crdt)?;
        Some(Issue {
            report,
            period: (from.to_string(), to.to_string()),
            figures: report::figures(crdt)?,
            texts: report::texts(crdt),
            statements: report::statements(crdt),
        })
    }

    /// Who must not be read between the lines, as far as this device knows.
    pub(super) fn secrets_around(&self, report: DocumentId) -> Secrets {
        let mut people = vec![];
        for roster in self.of_kind(Kind::Roster).iter().filter_map(|id| self.documents.get(id)) {
            let names = all(&roster.crdt, "rows", |_, row| {
                Some(["name", "name_kana"].map(|id| text(&roster.crdt, &row.child(id))))
            });
            people.extend(names.into_iter().flatten());
        }
        let invited = self.catalogue().map(|it| catalogue::invited(&it.crdt)).unwrap_or_default();
        let employees =
            invited.into_iter().filter(|it| it.role == shared::log::org::Role::Employee);
        people.extend(employees.map(|it| it.name));
        let company = self.documents.get(&report).and_then(|it| report::company(&it.crdt));
        let company = company.and_then(|id| self.documents.get(&self.current(id)));
        let units = company.map_or(vec![], |it| {
            all(&it.crdt, "units", |_, unit| {
                Some(Unit {
                    name: text(&it.crdt, &unit.child("name")),
                    heads: crate::casework::item::count(&it.crdt, &unit.child("headcount"))?,
                })
            })
        });
        Secrets {
            people: people
                .iter()
                .filter(|it| !it.trim().is_empty())
                .map(|it| Name::new(it))
                .collect(),
            units: units.into_iter().filter(|it| !it.name.trim().is_empty()).collect(),
            notes: self.of_kind(Kind::Note).iter().map(|id| self.note_text(*id)).collect(),
        }
    }

    fn note_text(&self, note: DocumentId) -> Folded {
        let rows = self.documents.get(&note).map(|it| self.form(it, true));
        let texts = rows.into_iter().flatten().filter_map(|(_, _, held)| match held {
            crate::document::crdt::Held::Text(text) => text,
            crate::document::crdt::Held::Value(_) | crate::document::crdt::Held::Items(_) => None,
        });
        // A letter that nobody writes between two texts keeps a quote within one.
        Folded::new(&texts.collect::<Vec<_>>().join("\u{1e}"))
    }

    /// What speaks against a report. Who does not lead it has no contributions to count, and looks at
    /// the words alone.
    pub(super) fn findings_of(&self, report: DocumentId) -> Vec<Finding> {
        let Some(issue) = self.issue_of(report) else { return vec![] };
        let texts: Vec<String> = issue.texts.iter().map(|(_, text)| text.clone()).collect();
        let secrets = self.secrets_around(report);
        if !self.leads(report) {
            let all = texts.iter().chain(&issue.statements).enumerate();
            return all.flat_map(|(at, text)| words(at, text, &secrets)).collect();
        }
        let Some(figures) = self.figures_now(report) else { return vec![] };
        let (before, is_before_unknown) = self.reports_before(report);
        let Collected { statements, .. } = self.collected_for(report);
        let draft = Draft {
            figures: &figures,
            before: &before,
            is_before_unknown,
            texts: &texts,
            statements: &statements,
            group_min: self.group_min(report),
        };
        check(&draft, &secrets)
    }

    /// What members said of a report, oldest first, as far as their signatures hold.
    pub(super) fn opinions_of(&self, report: DocumentId) -> Vec<Said> {
        let Some(document) = self.documents.get(&report) else { return vec![] };
        let digest = self.issue_of(report).map(|issue| issue.digest());
        let read = |(attested, words): (crate::casework::attest::Attested, String)| {
            let device = self.org.as_ref()?.device(attested.by)?;
            let opinion: Opinion = attested.word(Domain::Report, &device.keys.verify)?;
            let is_current = Some(opinion.digest) == digest;
            self.may_speak(report, device.account).then_some(Said {
                by: device.account,
                opinion,
                is_current,
                words,
            })
        };
        let mut said: Vec<Said> =
            report::opinions(&document.crdt).into_iter().filter_map(read).collect();
        order::by_key(&mut said, |it| it.opinion.at);
        said
    }

    /// Whether the last that somebody said of the report as it stands is that it is good to go.
    pub(super) fn passes(by: AccountId, opinions: &[Said]) -> bool {
        let of = opinions.iter().filter(|it| it.by == by && it.is_current);
        let mut words = of.map(|it| it.opinion.word).filter(|it| !matches!(it, Word::Looked(_)));
        words.next_back() == Some(Word::Passed)
    }

    pub(super) fn report_view(&self, id: DocumentId) -> Option<ReportView> {
        let crdt = &self.documents.get(&id)?.crdt;
        let is_lead = self.leads(id);
        let period = report::period(crdt)?;
        let opinions = self.opinions_of(id);
        let is_open = |finding: &Finding| {
            let looked = |it: &Said| match it.opinion.word {
                Word::Looked(at) => {
                    it.is_current
                        && *finding
                            == Finding::MayNamePerson(usize::try_from(at).unwrap_or(usize::MAX))
                }
                Word::Passed | Word::Failed => false,
            };
            finding.blocks() || !opinions.iter().any(looked)
        };
        let finding = |it: &Finding| {
            let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let (at, cell) = it.place();
            FindingRow {
                code: it.code().to_owned(),
                place: (number(at), number(cell)),
                remedy: it.remedy().code().to_owned(),
                is_open: is_open(it),
            }
        };
        let state = report::state(crdt);
        let findings = if state.is_final() { vec![] } else { self.findings_of(id) };
        let collected = is_lead.then(|| self.collected_for(id));
        let statements = collected.iter().flat_map(|it| &it.statements);
        let review = |it: &Said| ReviewRow {
            by: it.by,
            name: self.name_of(it.by),
            passed: it.opinion.word == Word::Passed,
            is_current: it.is_current,
            words: it.words.clone(),
        };
        let reviews = opinions.iter().filter(|it| !matches!(it.opinion.word, Word::Looked(_)));
        Some(ReportView {
            document: id,
            state: state.code().to_owned(),
            period: (period.0.to_string(), period.1.to_string()),
            is_lead,
            figures: report::figures(crdt).unwrap_or_default(),
            people: collected.as_ref().map(|it| it.all.people()),
            statements: statements
                .map(|it| (it.text.clone(), u32::try_from(it.distinct_cases()).unwrap_or(u32::MAX)))
                .collect(),
            findings: findings.iter().map(finding).collect(),
            reviews: reviews.map(review).collect(),
            delivery: self.delivery_of(id).map(|(delivery, attested)| DeliveryView {
                digest: hex(&delivery.issue.digest()),
                issue: delivery.issue,
                at: delivery.at,
                signature: (attested.by.to_hex(), hex(attested.signature.as_bytes())),
            }),
            counted: self.counted_in(id),
        })
    }

    /// This person's cases that are counted in a report.
    fn counted_in(&self, report: DocumentId) -> Vec<DocumentId> {
        let own = self.contributions_of_mine(report).and_then(|id| self.documents.get(&id));
        let Some((own, secret)) = own.zip(self.secret_of(report)) else { return vec![] };
        let is_counted =
            |case: &DocumentId| document::names(&own.crdt, secret.pseudonym(self.origin_of(*case)));
        self.of_kind(Kind::CaseShared).into_iter().filter(is_counted).collect()
    }
}
