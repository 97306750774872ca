//! The companies: contracts, rooms, rosters, waves, slots and who takes them.

use std::collections::BTreeSet;

use engine::{
    casework::{
        case::CaseId,
        date::Date,
        field::{Field, Value},
        venue::CHECKS,
    },
    command::{Command, PlanAct, RuleWish, SlotWish},
};
use shared::{
    Blob,
    id::{AccountId, DocumentId},
    time::UnixMillis,
};

use super::{Replay, Step};
use crate::{
    sample::{
        calendar::{at, day, plus_min},
        note::code,
        person::{FLOATING, Person},
        place::{CHECKED_ON, Company, Contract, VENUES},
        slot::{By, Outcome, Slot},
    },
    world::DeviceNo,
};

/// A company as its lead has it.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) document: DocumentId,
    /// Venues by their place among all, as items of the document.
    venues: Vec<(usize, String)>,
    /// Slots by the wave's name.
    pub(super) slots: Vec<(String, DocumentId)>,
}

/// Reads the firm's explanation out of its own words.
fn explanation(version: u32) -> Vec<String> {
    (1..=11).map(|matter| format!("説明文 C{matter}(第{version}版)")).collect()
}

impl Replay {
    fn plan(&mut self, device: DeviceNo, act: PlanAct) {
        self.world.ask(device, Command::Plan(act));
    }

    /// The first consultant begins the directory; everybody who talks with people is in it.
    pub(super) fn open_directory(&mut self) {
        for staff in 0..4 {
            let device = self.tablet_of(staff);
            self.plan(device, PlanAct::OpenDirectory);
            self.world.settle();
        }
        let device = self.tablet_of(0);
        for (version, from) in [(1, "2024-11-01"), (2, "2025-11-01")] {
            self.plan(
                device,
                PlanAct::PublishTemplate {
                    language: String::from("ja"),
                    texts: explanation(version),
                    valid_from: from.to_owned(),
                },
            );
        }
        self.world.settle();
    }

    /// A contract is signed: rules, contacts, rooms, plan and roster.
    pub(super) fn open_company(&mut self, company: Company) {
        let contract = company.contract();
        let lead = self.tablet_of(company.lead());
        self.with_network(lead, |replay| {
            let known = replay.companies_of(lead);
            replay.plan(lead, PlanAct::OpenCompany(contract.name.to_owned()));
            replay.world.settle();
            let now = replay.companies_of(lead);
            let document = now.difference(&known).next().copied().expect("a new company");
            replay.world.ask(lead, Command::Open(document));
            replay.fill_contract(lead, document, contract);
            let venues = replay.add_venues(lead, document, company);
            replay.companies.insert(company, Held { document, venues, slots: vec![] });
            replay.check_rooms(company);
            replay.import_roster(lead, document, company);
            replay.draw_up_plan(lead, document, company);
            replay.move_contract(lead, document, "active");
            replay.assign(lead, document, company);
            replay.world.ask(lead, Command::Close(document));
            replay.world.on_mut(lead).screen.forget(document);
            replay.world.settle();
        });
    }

    /// How many people a company's list names, as its lead reads it.
    pub fn listed(&mut self, company: Company) -> usize {
        let Some(held) = self.companies.get(&company).map(|it| it.document) else { return 0 };
        let lead = self.tablet_of(company.lead());
        self.world.ask(lead, Command::Open(held));
        let roster = self.world.on(lead).screen.plan.companies.get(&held).and_then(|it| it.roster);
        self.world.ask(lead, Command::Close(held));
        let Some(roster) = roster else { return 0 };
        self.world.ask(lead, Command::Open(roster));
        let listed = self.world.on(lead).screen.plan.rosters.get(&roster).map_or(0, Vec::len);
        self.world.ask(lead, Command::Close(roster));
        listed
    }

    fn companies_of(&self, device: DeviceNo) -> BTreeSet<DocumentId> {
        let rows = &self.world.on(device).screen.plan.home.companies;
        rows.iter().map(|row| row.document).collect()
    }

    fn fill_contract(&mut self, lead: DeviceNo, document: DocumentId, contract: &Contract) {
        let text = |replay: &mut Self, field: &str, words: &str| {
            replay.type_in(lead, document, &Field::top(field), words);
        };
        text(self, "name_kana", contract.kana);
        text(self, "vision_note", contract.vision);
        let mut values = vec![
            ("industry", code(contract.industry)),
            ("size", code(contract.size)),
            ("from", Value::When(contract.from.to_owned())),
            ("to", Value::When(contract.to.to_owned())),
            ("contract_kind", code(contract.kind)),
            ("continuation", code(contract.continuation)),
            ("hours", code("in_work")),
            ("attendance_notice", code("count_only")),
        ];
        values.extend(contract.interviews_max.map(|max| ("interviews_max", Value::Number(max))));
        for (field, value) in values {
            self.choose(lead, document, Field::top(field), value);
        }
        for (name, heads) in contract.units {
            let item = self.add_item(lead, document, &Field::top("units"));
            self.type_in(lead, document, &item.child("name"), name);
            self.choose(lead, document, item.child("headcount"), Value::Number(*heads));
        }
        for (name, role, [harassment, whistle, safety]) in contract.contacts {
            let item = self.add_item(lead, document, &Field::top("contacts"));
            self.type_in(lead, document, &item.child("name"), name);
            self.type_in(lead, document, &item.child("role"), role);
            let desks = [
                ("is_harassment_desk", harassment),
                ("is_whistle_desk", whistle),
                ("is_safety_contact", safety),
            ];
            for (field, is_one) in desks {
                self.choose(lead, document, item.child(field), Value::Flag(*is_one));
            }
        }
        let item = self.add_item(lead, document, &Field::top("disclosure_rules"));
        let words = "個別の内容は本人の同意なく伝えない。生命・身体の危険と法令による義務はその限りでない。";
        self.type_in(lead, document, &item.child("text"), words);
        let rules = item.segments().next_back().unwrap_or_default().to_owned();
        let on = day(contract.from).plus_days(-2).to_string();
        let signed =
            PlanAct::SignRules { company: document, rules, firm_on: on.clone(), company_on: on };
        self.plan(lead, signed);
        self.move_contract(lead, document, "signed");
    }

    fn move_contract(&mut self, lead: DeviceNo, company: DocumentId, to: &str) {
        self.plan(lead, PlanAct::MoveContract { company, to: to.to_owned() });
    }

    fn add_venues(
        &mut self,
        lead: DeviceNo,
        document: DocumentId,
        company: Company,
    ) -> Vec<(usize, String)> {
        let mut venues = vec![];
        for (place, venue) in VENUES.iter().enumerate() {
            if venue.company.is_some_and(|it| it != company) {
                continue;
            }
            let item = self.add_item(lead, document, &Field::top("venues"));
            self.type_in(lead, document, &item.child("name"), venue.name);
            self.type_in(lead, document, &item.child("address"), venue.address);
            self.choose(lead, document, item.child("kind"), code(venue.kind));
            let flag = Value::Flag(venue.has_no_network);
            self.choose(lead, document, item.child("has_no_network"), flag);
            venues.push((place, item.segments().next_back().unwrap_or_default().to_owned()));
        }
        venues
    }

    /// The rooms of a company are looked at; in one of them voices carry.
    pub(super) fn check_rooms(&mut self, company: Company) {
        let Some(held) = self.companies.get(&company).cloned() else { return };
        let lead = self.tablet_of(company.lead());
        for (place, venue) in held.venues {
            let is_quiet = VENUES.get(place).is_some_and(|it| it.is_quiet);
            let is_held = |check: &&&str| is_quiet || **check != "no_voice";
            let checks = CHECKS.iter().filter(is_held).map(|it| (*it).to_owned()).collect();
            let act = PlanAct::CheckVenue { company: held.document, venue, held: checks };
            self.plan(lead, act);
        }
    }

    fn import_roster(&mut self, lead: DeviceNo, document: DocumentId, company: Company) {
        let head = "name,name_kana,department,mail,phone,segment,hired_on,born_on\n";
        let line = |it: &Person| {
            format!(
                "{},{},{},{},{},{},{},{}\n",
                it.name,
                it.kana,
                it.department,
                it.mail(),
                it.phone(),
                it.segment,
                it.hired,
                it.born
            )
        };
        let people = self.firm.people.iter().filter(|it| it.company == company);
        let list: String = [head.to_owned()].into_iter().chain(people.map(line)).collect();
        let csv = Blob(list.into_bytes());
        let act = PlanAct::ImportRoster { company: document, csv, words: vec![], is_trial: false };
        self.plan(lead, act);
        self.world.settle();
    }

    /// A rule for each layer of people: in November, which is when the year begins.
    fn draw_up_plan(&mut self, lead: DeviceNo, document: DocumentId, company: Company) {
        let goal = self.add_item(lead, document, &Field::top("goals"));
        self.type_in(lead, document, &goal.child("text"), company.contract().vision);
        let people = self.firm.people.iter().filter(|it| it.company == company);
        let segments: BTreeSet<&str> = people.map(|it| it.segment).collect();
        for segment in segments {
            let rule = RuleWish {
                segment: segment.to_owned(),
                trigger: String::from(if company == Company::B {
                    "on_request"
                } else {
                    "fixed_month"
                }),
                event: String::new(),
                number: if company == Company::B { 0 } else { 11 },
                times: 1,
                due_within_days: 60,
            };
            self.plan(lead, PlanAct::AddRule { company: document, rule });
        }
        for to in ["proposed", "agreed"] {
            self.plan(lead, PlanAct::MovePlan { company: document, to: to.to_owned() });
        }
    }

    /// Who talks with people of the company beside its lead; whoever is everywhere reads its reports.
    fn assign(&mut self, lead: DeviceNo, document: DocumentId, company: Company) {
        let people = self.firm.people.iter().filter(|it| it.company == company);
        let staff: BTreeSet<usize> = people.map(|it| it.consultant).chain([FLOATING]).collect();
        for staff in staff.into_iter().filter(|it| *it != company.lead()) {
            let account = self.account_of(staff);
            self.plan(lead, PlanAct::Assign { company: document, account });
        }
        self.world.settle();
    }

    /// Somebody comes by the code on a poster: no list knows of them, and they say their name to
    /// their consultant alone.
    pub(super) fn come_by_poster(&mut self, person: usize) {
        let Some(it) = self.firm.people.get(person).cloned() else { return };
        let Some(company) = self.companies.get(&it.company).map(|it| it.document) else { return };
        let lead = self.tablet_of(it.company.lead());
        let tablet = self.tablet_of(it.consultant);
        let phone = self.world.device(&format!("{}/スマートフォン", it.number));
        self.with_network(lead, |replay| {
            replay.world.on_mut(lead).screen.invitation = None;
            let alias = it.company.contract().name.to_owned();
            replay.plan(lead, PlanAct::MakePoster { company, alias, uses: 1, days: 30 });
            replay.world.settle();
            let poster = replay.world.on_mut(lead).screen.invitation.take();
            let poster = poster.expect("a poster").fragment;
            replay.world.arrive(phone, &poster, it.name);
            replay.world.settle();
        });
        self.phones.insert(person, phone);
        let case = self.open_case_of(person, tablet);
        self.cases.insert(person, case);
    }

    /// Who does not agree with how secrets are kept is offered another consultant.
    pub(super) fn offer_another(&mut self, person: usize) {
        let Some(it) = self.firm.people.get(person) else { return };
        let lead = it.company.lead();
        let other = if it.consultant == lead { FLOATING } else { lead };
        let tablet = self.tablet_of(other);
        let case = self.open_case_of(person, tablet);
        self.reassigned.insert(person, case);
    }

    /// A consultant who did not invite somebody learns their name, and opens their case.
    #[track_caller]
    fn open_case_of(&mut self, person: usize, tablet: DeviceNo) -> CaseId {
        let name = self.firm.people.get(person).map_or("", |it| it.name);
        let account = self.account_of_person(person).expect("somebody who has come");
        self.with_network(tablet, |replay| {
            replay.plan(tablet, PlanAct::NamePerson { account, name: name.to_owned() });
            replay.world.ask(tablet, Command::OpenCase(account));
            replay.world.settle();
        });
        let cases = &self.world.on(tablet).screen.home.cases;
        let case = cases.iter().find(|case| case.employee_name == name);
        case.expect("the case on the first page").case
    }

    /// A company's document, as its lead has it.
    #[track_caller]
    pub fn company(&self, company: Company) -> DocumentId {
        self.companies.get(&company).expect("a company").document
    }

    /// The slots of a wave begin with it.
    pub(super) fn slots_of(&mut self, company: Company, wave: &str) -> Option<DocumentId> {
        let held = self.companies.get(&company)?.clone();
        if let Some((_, slots)) = held.slots.iter().find(|(it, _)| it == wave) {
            return Some(*slots);
        }
        let lead = self.tablet_of(company.lead());
        if company == Company::B {
            // Who comes by a poster chooses from slots that are of no wave.
            let rows = &self.world.on(lead).screen.plan.home.slots;
            return rows.iter().find(|it| it.company == Some(held.document)).map(|it| it.document);
        }
        let mut begun = None;
        self.with_network(lead, |replay| {
            let known = replay.slots_on(lead);
            let (_, year) = wave.split_once('-').unwrap_or_default();
            let year: i64 = year.parse().unwrap_or_default();
            let act = PlanAct::MakeWave {
                company: held.document,
                from: format!("{}-11-01", year - 1),
                to: format!("{year}-10-31"),
                is_trial: false,
            };
            replay.world.ask(lead, Command::Open(held.document));
            replay.plan(lead, act);
            let shown = replay.world.on(lead).screen.plan.companies.get(&held.document);
            let made = shown.and_then(|it| it.waves.last()).map(|it| it.id.clone());
            if let Some(wave) = made {
                let to = String::from("inviting");
                replay.plan(lead, PlanAct::MoveWave { company: held.document, wave, to });
            }
            replay.world.settle();
            begun = replay.slots_on(lead).difference(&known).next().copied();
        });
        let begun = begun?;
        self.companies.get_mut(&company)?.slots.push((wave.to_owned(), begun));
        Some(begun)
    }

    fn slots_on(&self, device: DeviceNo) -> BTreeSet<DocumentId> {
        let rows = &self.world.on(device).screen.plan.home.slots;
        rows.iter().map(|row| row.document).collect()
    }

    /// A slot is published by its consultant, and taken by whom it is for.
    pub(super) fn publish(&mut self, index: usize) {
        let Some(slot) = self.firm.slots.get(index).copied() else { return };
        let person = self.person_of(&slot);
        let account = person.and_then(|it| self.account_of_person(it));
        if person.is_some() && account.is_none() {
            return;
        }
        let Some(slots) = self.slots_of(slot.company, &slot.wave()) else { return };
        if let Some(account) = account.filter(|_| slot.company != Company::B) {
            self.let_choose(slot.company, slots, account);
        }
        let Some(held) = self.companies.get(&slot.company).cloned() else { return };
        let venue = held.venues.iter().find(|(place, _)| *place == slot.venue);
        let Some((_, venue)) = venue.cloned() else { return };
        let tablet = self.tablet_of(slot.consultant);
        let consultant = self.account_of(slot.consultant);
        let wish = SlotWish {
            start: slot.start,
            length_min: slot.length_min,
            venue,
            consultant,
            held_for: account,
        };
        self.with_network(tablet, |replay| {
            replay.plan(tablet, PlanAct::PublishSlots { slots, wishes: vec![wish] });
            replay.world.settle();
        });
        // Slots for whoever asks go on in another document from time to time.
        let rows = self.world.on(tablet).screen.plan.home.slots.clone();
        let mut of_company = rows.iter().filter(|it| it.company == Some(held.document));
        let published = of_company.find_map(|row| {
            let id = self.find_slot(tablet, row.document, slot.start, consultant)?;
            Some((row.document, id))
        });
        let Some((slots, id)) = published else { return };
        if let Some(account) = account {
            self.let_choose(slot.company, slots, account);
        }
        self.published.insert(index, (slots, id.clone()));
        if let Some(phone) = person.and_then(|it| self.phones.get(&it).copied()) {
            self.with_network(phone, |replay| {
                replay.plan(phone, PlanAct::Claim { slots, slot: id });
                replay.world.settle();
            });
        }
    }

    fn find_slot(
        &mut self,
        device: DeviceNo,
        slots: DocumentId,
        start: UnixMillis,
        consultant: AccountId,
    ) -> Option<String> {
        self.world.ask(device, Command::Open(slots));
        let view = self.world.on(device).screen.plan.slots.get(&slots);
        let row = view.and_then(|view| {
            view.slots.iter().find(|row| row.start == start && row.consultant == consultant)
        });
        let id = row.map(|row| row.id.clone());
        self.world.ask(device, Command::Close(slots));
        id
    }

    pub(super) fn person_of(&self, slot: &Slot) -> Option<usize> {
        match slot.outcome {
            Outcome::Ended(interview) => self.firm.interviews.get(interview).map(|it| it.person),
            Outcome::NoShow(person) | Outcome::Cancelled(_, person) | Outcome::Booked(person) => {
                Some(person)
            }
            Outcome::Open => None,
        }
    }

    fn account_of_person(&self, person: usize) -> Option<AccountId> {
        let phone = self.phones.get(&person)?;
        let people = &self.world.on(*phone).screen.home.people;
        people.iter().find(|row| row.is_me).and_then(|row| row.account)
    }

    fn let_choose(&mut self, company: Company, slots: DocumentId, account: AccountId) {
        if !self.let_in.insert((slots, account)) {
            return;
        }
        let lead = self.tablet_of(company.lead());
        let access = shared::log::document::Access::Writer;
        self.with_network(lead, |replay| {
            replay.world.ask(lead, Command::LetIn { document: slots, account, access });
            replay.world.settle();
        });
    }

    /// What became of a slot is noted by its consultant; who takes it back does so on their phone.
    pub(super) fn close_slot(&mut self, index: usize) {
        let Some(slot) = self.firm.slots.get(index).copied() else { return };
        let Some((slots, id)) = self.published.get(&index).cloned() else { return };
        let tablet = self.tablet_of(slot.consultant);
        let states: &[&str] = match slot.outcome {
            Outcome::Ended(_) => &["checked_in", "under_way", "ended"],
            Outcome::NoShow(_) => &["no_show"],
            Outcome::Cancelled(By::Employee, _) => &["cancelled_by_employee"],
            Outcome::Cancelled(By::Consultant, _) => &["cancelled_by_consultant"],
            Outcome::Cancelled(By::Company, _) => &["cancelled_by_company"],
            Outcome::Open | Outcome::Booked(_) => &[],
        };
        if let Outcome::Cancelled(By::Employee, person) = slot.outcome
            && let Some(phone) = self.phones.get(&person).copied()
        {
            self.release(phone, slots, &id);
        }
        for state in states {
            let reason = if state.starts_with("cancelled") { "work" } else { "" };
            self.plan(
                tablet,
                PlanAct::MarkSlot {
                    slots,
                    slot: id.clone(),
                    state: (*state).to_owned(),
                    reason: reason.to_owned(),
                },
            );
        }
        self.world.settle();
    }

    fn release(&mut self, phone: DeviceNo, slots: DocumentId, slot: &str) {
        self.with_network(phone, |replay| {
            replay.world.ask(phone, Command::Open(slots));
            let view = replay.world.on(phone).screen.plan.slots.get(&slots);
            let row = view.and_then(|view| view.slots.iter().find(|row| row.id == slot));
            let claim = row.and_then(|row| row.claim.clone());
            replay.world.ask(phone, Command::Close(slots));
            if let Some(claim) = claim {
                let reason = String::from("private");
                replay.plan(phone, PlanAct::Release { slots, claim, reason });
            }
            replay.world.settle();
        });
    }

    /// The day on which a company is taken on.
    pub(super) fn signed_on(company: Company) -> Date {
        day(company.contract().from).max(day("2024-10-29"))
    }

    /// What happens to companies and slots, and when.
    pub(super) fn plan_steps(
        &self,
        people: &BTreeSet<usize>,
        steps: &mut BTreeSet<(UnixMillis, Step)>,
    ) {
        for company in Company::ALL {
            let signed = Self::signed_on(company);
            steps.insert((at(signed, 10, 0), Step::Company(company)));
            let later = CHECKED_ON.iter().map(|it| day(it)).filter(|it| *it > signed);
            steps.extend(later.map(|it| (at(it, 8, 0), Step::Rooms(company))));
        }
        for (index, slot) in self.firm.slots.iter().enumerate() {
            let person = self.person_of(slot);
            if person.is_some_and(|it| !people.contains(&it))
                || (person.is_none() && people.len() < 57)
            {
                continue;
            }
            let ready = at(Self::signed_on(slot.company), 14, 0);
            let ready = person.map_or(ready, |it| plus_min(self.invited_at(it), 120).max(ready));
            let published = Self::published_at(slot).max(ready);
            steps.insert((published, Step::Publish(index)));
            let over = match slot.outcome {
                Outcome::Cancelled(..) => UnixMillis(slot.start.0 - 2 * 24 * 60 * 60_000),
                Outcome::Ended(interview) => {
                    let ended = self.firm.interviews.get(interview).map(|it| it.ended_at);
                    plus_min(ended.unwrap_or(slot.start), 16)
                }
                Outcome::NoShow(_) | Outcome::Open | Outcome::Booked(_) => plus_min(slot.start, 20),
            };
            steps.insert((over.max(plus_min(published, 30)), Step::Close(index)));
        }
    }

    /// When a slot is published: ten days before, when the room was looked at for that day.
    pub(super) fn published_at(slot: &Slot) -> UnixMillis {
        let on = Date::at(slot.start);
        let checked = VENUES.get(slot.venue).and_then(|it| it.checked_on(on));
        let early = on.plus_days(-10);
        plus_min(checked.map_or(early, |it| it.max(early)).start(), 8 * 60 + 30)
    }
}
