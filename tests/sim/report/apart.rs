//! Reports made by people whose devices are apart: whatever meets whatever in whatever order, what a
//! company gets tells of nobody.

use engine::{
    casework::{
        consent::{Decision, Matter, Scope},
        note::TOPICS,
        report::{Issue, Published},
        rule::report::{State, suppress::SHOWN_MIN},
    },
    command::ReportAct,
    document::genesis::Kind,
};
use harness::{canary::Scanner, world::DeviceNo};
use shared::{id::DocumentId, time::UnixMillis};

use super::{NAMES, Person, Staff, staff};

const PEOPLE: usize = NAMES.len();
/// The first report is about half a year, the next goes on to the end of it.
const PERIODS: [(&str, &str); 2] = [("2026-04-01", "2026-09-30"), ("2026-04-01", "2026-12-31")];

/// A lead with two devices, a colleague with one, and what the company was ever given.
struct Apart {
    staff: Staff,
    leads: [DeviceNo; 2],
    people: Vec<(DeviceNo, Person)>,
    reports: Vec<DocumentId>,
    given: Vec<(UnixMillis, Issue)>,
}

fn apart(seed: u64) -> Apart {
    let mut staff = staff(seed);
    staff.world.tape(staff.admin);
    let laptop = staff.world.link_device(staff.lead, "佐藤のパソコン");
    let company = staff.company();
    let mut people = vec![];
    for (at, name) in NAMES.iter().enumerate() {
        let consultant = if at % 2 == 0 { staff.lead } else { staff.colleague };
        let person = staff.meet(consultant, name);
        staff.decide(person, Matter::Counting, Decision::Agreed, Scope::Whole);
        staff.world.settle();
        people.push((consultant, person));
    }
    let mut reports: Vec<DocumentId> = vec![];
    for (from, to) in PERIODS.map(|(from, to)| (from.to_owned(), to.to_owned())) {
        staff.act(staff.lead, ReportAct::Begin { company, from, to });
        staff.world.settle();
        let all = staff.documents(staff.lead, Kind::Report);
        reports.extend(all.into_iter().filter(|it| !reports.contains(it)).collect::<Vec<_>>());
    }
    let leads = [staff.lead, laptop];
    let mut apart = Apart { staff, leads, people, reports, given: vec![] };
    for at in 0..PEOPLE {
        apart.meet_again(at);
        apart.contribute(0, at);
    }
    apart.staff.world.settle();
    apart
}

impl Apart {
    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a number");
        usize::try_from(self.staff.world.dice.below(end)).expect("a number")
    }

    fn a_lead(&mut self) -> DeviceNo {
        let at = self.below(2);
        self.leads[at]
    }

    /// A further interview; most people talk about the same.
    fn meet_again(&mut self, at: usize) {
        let (consultant, person) = self.people[at];
        let topic = if self.below(5) < 3 { 1 } else { self.below(6) };
        self.staff.note(consultant, person.case, TOPICS[topic], "今後の働き方について。");
    }

    fn contribute(&mut self, report: usize, at: usize) {
        let (consultant, person) = self.people[at];
        let consultant = if consultant == self.leads[0] { self.a_lead() } else { consultant };
        let group = if self.below(30) == 0 { "ほか" } else { "全員" };
        let (report, case, group) = (self.reports[report], person.case, group.to_owned());
        self.staff.act(consultant, ReportAct::Contribute { report, case, group });
    }

    fn go(&mut self, device: DeviceNo, report: usize, to: &str) {
        let (report, to) = (self.reports[report], to.to_owned());
        self.staff.act(device, ReportAct::Go { report, to });
    }

    fn review(&mut self, report: usize) {
        let (report, words) = (self.reports[report], String::new());
        self.staff.act(self.staff.colleague, ReportAct::Review { report, passed: true, words });
    }

    /// One lead tries to bring a report to its end, whatever the others do meanwhile.
    fn press_on(&mut self, report: usize) {
        let device = self.a_lead();
        if self.below(4) > 0 {
            self.staff.world.online(device);
            self.staff.world.online(self.staff.colleague);
            self.staff.world.wait_ms(10_000);
        }
        for to in State::CODES {
            self.go(device, report, to);
            if *to == "peer_review" {
                self.staff.world.wait_ms(3_000);
                self.review(report);
            }
            self.staff.world.wait_ms(3_000);
            self.look();
        }
    }

    fn switch(&mut self) {
        let devices = [self.leads[0], self.leads[1], self.staff.colleague];
        let device = devices[self.below(3)];
        if self.below(2) == 0 {
            self.staff.world.offline(device);
        } else {
            self.staff.world.online(device);
        }
    }

    fn decide(&mut self) {
        let at = self.below(PEOPLE);
        let decision = if self.below(4) == 0 { Decision::Withdrawn } else { Decision::Agreed };
        self.staff.decide(self.people[at].1, Matter::Counting, decision, Scope::Whole);
    }

    fn act(&mut self) {
        let report = self.below(PERIODS.len());
        match self.below(20) {
            0..=5 => self.switch(),
            6..=8 => self.decide(),
            9..=12 => {
                let at = self.below(PEOPLE);
                self.contribute(report, at);
            }
            13 => {
                let at = self.below(PEOPLE);
                self.meet_again(at);
                self.contribute(report, at);
            }
            14 => {
                let (device, report) = (self.a_lead(), self.reports[report]);
                let (from, into) = (String::from("ほか"), String::from("全員"));
                self.staff.act(device, ReportAct::MergeGroups { report, from, into });
            }
            15..=16 => {
                let (device, to) = (self.a_lead(), self.below(State::CODES.len()));
                self.go(device, report, State::CODES[to]);
            }
            17 => self.review(report),
            _ => self.press_on(report),
        }
        let ms = self.staff.world.dice.below(4_000);
        self.staff.world.wait_ms(ms);
        self.look();
    }

    /// What a device shows as delivered may have been printed there and then.
    fn look(&mut self) {
        for report in self.reports.clone() {
            for device in self.leads {
                self.staff.act(device, ReportAct::Show(report));
                let shown = self.staff.world.on(device).screen.reports.get(&report);
                let Some(delivery) = shown.and_then(|it| it.delivery.clone()) else { continue };
                if self.given.iter().all(|(_, issue)| issue.digest() != delivery.issue.digest()) {
                    self.given.push((delivery.at, delivery.issue));
                }
            }
        }
    }
}

fn is_few(count: u32) -> bool {
    (1..SHOWN_MIN).contains(&count)
}

/// What a reader can make of one report who knows how many there are, and that zeros are shown.
#[track_caller]
fn tells_of_nobody(it: &Published, about: &str) {
    assert!(it.people >= 10 && it.groups.iter().all(|(_, people)| *people >= 10), "{about}");
    assert!(it.means.iter().all(|mean| mean.people >= 10), "{about}");
    for table in &it.tables {
        let shown: Vec<u32> = table.counts.iter().flatten().copied().collect();
        assert!(!shown.iter().any(|count| is_few(*count)), "{about}: {:?}", table.counts);
        let hidden = u32::try_from(table.counts.len() - shown.len()).expect("a number");
        if table.name == "topic" && hidden > 0 {
            let rest = it.people - shown.iter().sum::<u32>();
            assert!(rest >= hidden - 1 + SHOWN_MIN, "{about}: {:?}", table.counts);
        }
    }
}

/// What a reader can make of two reports on some of the same interviews, in the order they came.
#[track_caller]
fn tell_of_nobody_together(before: &Published, now: &Published, about: &str) {
    let is_open = |a: u32, b: u32| !is_few(a.abs_diff(b));
    assert!(is_open(before.people, now.people), "{about}: {} {}", before.people, now.people);
    for (name, people) in &now.groups {
        let known = before.groups.iter().find(|(known, _)| known == name);
        assert!(known.is_none_or(|(_, known)| is_open(*known, *people)), "{about}: {name}");
    }
    for mean in &now.means {
        let known = before.means.iter().find(|it| it.name == mean.name);
        assert!(known.is_none_or(|it| is_open(it.people, mean.people)), "{about}: {}", mean.name);
    }
    for table in &now.tables {
        let Some(known) = before.tables.iter().find(|it| it.name == table.name) else { continue };
        for (now, before) in table.counts.iter().zip(&known.counts) {
            let is_safe = match (before, now) {
                (Some(before), Some(now)) => is_open(*before, *now),
                (None, Some(_)) => false,
                (Some(_) | None, None) => true,
            };
            assert!(is_safe, "{about}: {known:?} {table:?}");
        }
    }
}

/// Lives through one random order, and says how many reports the company got.
fn live(seed: u64) -> usize {
    let mut it = apart(seed);
    for _ in 0..45 {
        it.act();
    }
    for device in it.staff.world.devices() {
        it.staff.world.online(device);
    }
    it.staff.world.settle();
    for report in 0..PERIODS.len() {
        it.go(it.leads[0], report, "collecting");
        for at in 0..PEOPLE {
            let (_, person) = it.people[at];
            it.staff.decide(person, Matter::Counting, Decision::Agreed, Scope::Whole);
            it.staff.world.settle();
            it.contribute(report, at);
        }
        it.staff.world.settle();
        it.press_on(report);
    }
    it.given.sort_by_key(|(at, _)| *at);
    let given: Vec<&Published> = it.given.iter().map(|(_, issue)| &issue.figures).collect();
    let about = format!("seed {seed}");
    for (at, now) in given.iter().enumerate() {
        tells_of_nobody(now, &about);
        for before in &given[..at] {
            tell_of_nobody_together(before, now, &about);
        }
    }
    // Whatever befell them, the admin heard of no name and of no case.
    let tape = it.staff.world.taped(it.staff.admin);
    assert_eq!(Scanner::of(&NAMES).scan("what an admin got and saw", tape), []);
    let holds = |(_, person): &(DeviceNo, Person)| {
        tape.windows(16).any(|bytes| bytes == person.case.as_bytes())
    };
    assert!(!it.people.iter().any(holds), "a case is named to an admin");
    given.len()
}

#[test]
fn whatever_meets_in_whatever_order_no_report_and_no_two_reports_tell_of_one_or_two() {
    let given: usize = (1..4).map(|seed| live(870 + seed)).sum();
    assert!(given >= 3, "{given}");
}
