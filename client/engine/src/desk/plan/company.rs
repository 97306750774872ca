//! A company: its contract, who works for it, its rooms.

use shared::order;
use shared::{
    id::{AccountId, DocumentId},
    log::org::Role,
};

use super::Desk;
use crate::{
    casework::{
        company::{self, Lack},
        date::Date,
        field::Field,
        item::text,
        plan, report, slot,
        venue::{self, CHECKS, SoundCheck},
        wave,
    },
    document::{Document, genesis::Kind},
    journal::Step,
    policy::{Party, Relation},
    view::{CompanyRow, CompanyView, ReportRow, RuleRow, VenueRow, WaveRow},
};

impl Desk {
    /// Makes a company's document and its list of employees.
    pub(super) fn open_company(&mut self, step: &mut Step<'_, '_>, name: &str) {
        let Some((me, account)) = self.me() else { return };
        if account.role != Role::Consultant || name.trim().is_empty() {
            return;
        }
        let people = [Party { account: me, role: Role::Consultant, relation: Relation::Lead }];
        let company = self.begin_document_for(step, Kind::Company, &people);
        let roster = self.begin_document_for(step, Kind::Roster, &people);
        self.edit(step, roster, |tx| tx.put(&Field::top("company"), company.to_hex()));
        self.edit(step, company, |tx| {
            company::begin(tx, name.trim())?;
            tx.put(&Field::top("roster"), roster.to_hex())
        });
    }

    /// A company's document, its roster and its slots.
    fn papers(&self, company: DocumentId) -> Vec<DocumentId> {
        let Some(document) = self.documents.get(&company) else { return vec![] };
        let roster = self.named_in(&document.crdt, "roster").map(|it| it.id);
        let slots = self.slots_of(company).map(|it| it.id);
        [company].into_iter().chain(roster).chain(slots).collect()
    }

    /// Every document with slots of a company.
    pub(super) fn slots_of(&self, company: DocumentId) -> impl Iterator<Item = &Document> {
        let is_of = move |it: &&Document| {
            slot::about(&it.crdt).is_some_and(|(of, _)| self.current(of) == company)
        };
        self.all_of(Kind::Slots).filter(is_of)
    }

    /// Lets a consultant work for a company.
    pub(super) fn assign(&mut self, step: &mut Step<'_, '_>, id: DocumentId, account: AccountId) {
        let Some(company) = self.company_of_mine(step, id).map(|it| it.id) else { return };
        for paper in self.papers(company) {
            self.let_in_as(step, paper, account, Relation::Assigned);
        }
    }

    /// Takes a company away from a consultant.
    pub(super) fn unassign(&mut self, step: &mut Step<'_, '_>, id: DocumentId, account: AccountId) {
        let Some(document) = self.company_of_mine(step, id) else { return };
        let company = document.id;
        if self.lead_of(document) == Some(account) {
            return Self::lacking(step, company, &[Lack::Lead]);
        }
        for paper in self.papers(company) {
            self.remove_member(step, paper, account);
        }
    }

    /// Takes the contract to its next state.
    pub(super) fn move_contract(&mut self, step: &mut Step<'_, '_>, id: DocumentId, to: &str) {
        let Some(document) = self.company_of_mine(step, id) else { return };
        let company = document.id;
        let has_bookings = self.has_bookings(company, None, step.now());
        let lacks = company::lacks(&document.crdt, to, Date::at(step.now()), has_bookings);
        if !Self::is_barred(step, company, &lacks) {
            self.note_down(step, company, |tx| tx.put(&Field::top("state"), to));
        }
    }

    /// Notes when both sides signed a version of what is told to whom.
    pub(super) fn sign_rules(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        rules: &str,
        (firm_on, company_on): (&str, &str),
    ) {
        let Some(document) = self.company_of_mine(step, id) else { return };
        let company = document.id;
        let words =
            text(&document.crdt, &Field::top("disclosure_rules").child(rules).child("text"));
        let days = Date::parse(firm_on).zip(Date::parse(company_on));
        match days {
            Some(days) if !words.trim().is_empty() => {
                self.note_down(step, company, |tx| company::sign_rules(tx, rules, &words, days));
            }
            Some(_) | None => Self::lacking(step, company, &[Lack::Meaning]),
        }
    }

    /// Notes a look at a room. What comes of it follows from what held.
    pub(super) fn check_venue(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        venue: &str,
        held: &[String],
    ) {
        let id = self.current(id);
        let Some(document) = self.documents.get(&id) else { return };
        let is_venue = document.crdt.items(&Field::top("venues")).iter().any(|it| it == venue);
        let held: Vec<&'static str> =
            CHECKS.iter().filter(|it| held.iter().any(|held| held == *it)).copied().collect();
        if document.crdt.kind() != Some(Kind::Company) || !is_venue {
            return;
        }
        let result = SoundCheck::result_of(&held);
        let check = SoundCheck { on: Date::at(step.now()), by: self.own_name(), held, result };
        self.note_down(step, id, |tx| venue::check(tx, venue, &check));
    }

    pub(super) fn company_rows(&self) -> Vec<CompanyRow> {
        let row = |it: &Document| CompanyRow {
            document: it.id,
            name: text(&it.crdt, &Field::top("name")),
            state: String::from(company::state(&it.crdt)),
            is_lead: self.manages(it.id),
            roster: self.named_in(&it.crdt, "roster").map(|it| it.id),
        };
        self.all_of(Kind::Company).map(row).collect()
    }

    pub(super) fn report_rows(&self) -> Vec<ReportRow> {
        let row = |it: &Document| {
            let (from, to) = report::period(&it.crdt)?;
            Some(ReportRow {
                document: it.id,
                company: self.current(report::company(&it.crdt)?),
                period: (from.to_string(), to.to_string()),
                state: String::from(report::state(&it.crdt).code()),
            })
        };
        self.all_of(Kind::Report).filter_map(row).collect()
    }

    pub(super) fn company_view(&self, document: &Document, today: Date) -> Option<CompanyView> {
        let crdt = &document.crdt;
        let lead = self.lead_of(document)?;
        let mut consultants = self.members_with(document, Role::Consultant);
        order::by_key(&mut consultants, |account| (*account != lead, *account));
        let named = |account: AccountId| (account, self.staff_name(account));
        Some(CompanyView {
            document: document.id,
            roster: self.named_in(crdt, "roster").map(|it| it.id),
            state: String::from(company::state(crdt)),
            plan_state: String::from(company::plan_state(crdt)),
            is_lead: self.manages(document.id),
            group_min: company::group_min(crdt),
            rules_in_force: company::rules_in_force(crdt, today).map(|(_, words)| words),
            consultants: consultants.into_iter().map(named).collect(),
            rules: self.rule_rows(document, today),
            waves: wave::waves(crdt).into_iter().map(wave_row).collect(),
            venues: venue::venues(crdt).iter().map(|it| venue_row(it, today)).collect(),
        })
    }

    fn rule_rows(&self, document: &Document, today: Date) -> Vec<RuleRow> {
        let counts = self.due_counts(document, (today, today.plus_years(1)));
        let due = |id: &String| counts.iter().find(|(it, _)| it == id).map_or(0, |(_, due)| *due);
        let row = |rule: plan::Rule| RuleRow { due: due(&rule.id), rule: rule.wish(), id: rule.id };
        plan::rules(&document.crdt).into_iter().map(row).collect()
    }

    /// What a colleague is called.
    pub(super) fn staff_name(&self, account: AccountId) -> String {
        if self.me().is_some_and(|(me, _)| me == account) {
            return self.own_name();
        }
        self.profile_name(account).unwrap_or_default()
    }
}

fn wave_row(wave: wave::Wave) -> WaveRow {
    WaveRow {
        id: wave.id,
        from: wave.from.to_string(),
        to: wave.to.to_string(),
        state: String::from(wave.state),
        invitees: wave.invitees,
    }
}

fn venue_row((id, check): &(String, Option<SoundCheck>), today: Date) -> VenueRow {
    let held = check.iter().flat_map(|it| &it.held).map(|it| String::from(*it)).collect();
    let problem = venue::fit(check.as_ref(), today).err().map_or("", venue::Unfit::code);
    VenueRow {
        id: id.clone(),
        held,
        result: check.as_ref().map(|it| String::from(it.result)).unwrap_or_default(),
        until: check.as_ref().map(|it| it.until().to_string()).unwrap_or_default(),
        problem: String::from(problem),
    }
}
