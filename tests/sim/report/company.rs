//! A company's report, from contributions to delivery.

use engine::{
    casework::{
        consent::{Decision, Matter, Method, Scope},
        rule::report::suppress::SHOWN_MIN,
    },
    command::{Command, Decide, PlanAct, ReportAct, RoomAct},
    document::genesis::Kind,
    view::{Notice, ReportNotice},
};
use harness::world::DeviceNo;
use shared::id::DocumentId;

use super::{NAMES, Person, Staff, staff};

/// Nine about learning, one about health, two about promotion.
const TOPICS: [&str; 12] = [
    "skills",
    "skills",
    "skills",
    "skills",
    "skills",
    "skills",
    "health",
    "skills",
    "skills",
    "skills",
    "relations",
    "relations",
];

/// A report to which two consultants contribute six cases each.
struct Collecting {
    staff: Staff,
    people: Vec<(DeviceNo, Person)>,
    report: DocumentId,
}

fn collecting(seed: u64) -> Collecting {
    let mut staff = staff(seed);
    let company = staff.company();
    let mut people = vec![];
    for (at, (name, topic)) in NAMES.iter().zip(TOPICS).enumerate() {
        let consultant = if at % 2 == 0 { staff.lead } else { staff.colleague };
        let person = staff.meet(consultant, name);
        staff.decide(person, Matter::Counting, Decision::Agreed, Scope::Whole);
        staff.world.settle();
        staff.note(consultant, person.case, topic, "将来が不安だと何度も繰り返し話していた。");
        people.push((consultant, person));
    }
    let (from, to) = (String::from("2026-04-01"), String::from("2026-09-30"));
    staff.act(staff.lead, ReportAct::Begin { company, from, to });
    staff.world.settle();
    let report = staff.documents(staff.lead, Kind::Report)[0];
    let mut collecting = Collecting { staff, people, report };
    for at in 0..TOPICS.len() {
        collecting.contribute(at);
    }
    collecting.staff.world.settle();
    collecting
}

impl Collecting {
    fn contribute(&mut self, at: usize) {
        let (consultant, person) = self.people[at];
        let (report, case, group) = (self.report, person.case, String::from("全員"));
        self.staff.act(consultant, ReportAct::Contribute { report, case, group });
    }

    fn go(&mut self, to: &str) {
        let (report, to) = (self.report, String::from(to));
        self.staff.act(self.staff.lead, ReportAct::Go { report, to });
        self.staff.world.settle();
    }

    fn state(&mut self, device: DeviceNo) -> String {
        self.staff.report(device, self.report).state
    }

    fn review(&mut self, device: DeviceNo) {
        let (report, words) = (self.report, String::from("確認しました。"));
        self.staff.act(device, ReportAct::Review { report, passed: true, words });
        self.staff.world.settle();
    }

    fn last_notice(&self) -> Option<ReportNotice> {
        self.staff.told(self.staff.lead)
    }

    fn deliver(&mut self) {
        for state in ["computing", "draft", "peer_review"] {
            self.go(state);
        }
        self.review(self.staff.colleague);
        for state in ["privacy_check", "approved", "delivered"] {
            self.go(state);
        }
    }
}

#[test]
fn a_report_leaves_the_house_read_by_a_colleague_signed_and_without_small_counts() {
    let mut it = collecting(800);
    let (lead, colleague) = (it.staff.lead, it.staff.colleague);
    assert_eq!(it.staff.report(lead, it.report).people, Some(12));

    it.go("approved");
    assert_eq!(it.last_notice(), Some(ReportNotice::NotNow));
    for state in ["computing", "draft", "peer_review"] {
        it.go(state);
        assert_eq!(it.state(lead), state);
    }
    it.review(lead);
    it.go("privacy_check");
    assert_eq!(it.last_notice(), Some(ReportNotice::Lacking("peer_review".into())));
    it.review(colleague);
    for state in ["privacy_check", "approved", "delivered"] {
        it.go(state);
        assert_eq!(it.state(colleague), state);
    }

    let view = it.staff.report(colleague, it.report);
    let delivery = view.delivery.expect("a delivery");
    let topics = &delivery.issue.figures.tables[0];
    assert_eq!(topics.name, "topic");
    // One about health and two about relations, hidden with the nine: nobody can subtract.
    assert_eq!(topics.counts.iter().filter(|count| count.is_none()).count(), 3);
    let tables = delivery.issue.figures.tables.iter();
    let shown = tables.flat_map(|table| table.counts.iter().flatten());
    assert!(shown.clone().count() > 0 && shown.into_iter().all(|it| *it == 0 || *it >= SHOWN_MIN));
    assert_eq!(delivery.issue.figures.groups, [("全員".to_owned(), 12)]);
    assert_eq!((delivery.digest.len(), delivery.signature.1.len()), (64, 128));
    // The admin has neither the report nor any of its parts.
    assert_eq!(it.staff.documents(it.staff.admin, Kind::Report), []);
    assert_eq!(it.staff.documents(it.staff.admin, Kind::Contribution), []);
}

#[test]
fn the_lead_sees_codes_and_no_names_behind_what_a_colleague_contributed() {
    let mut it = collecting(801);
    let (lead, colleague) = (it.staff.lead, it.staff.colleague);

    // Each reads their own, and the lead everybody's.
    assert_eq!(it.staff.documents(lead, Kind::Contribution).len(), 2);
    assert_eq!(it.staff.documents(colleague, Kind::Contribution).len(), 1);
    let cases: Vec<DocumentId> = it.people.iter().map(|(_, person)| person.case).collect();
    let theirs = it.staff.report(colleague, it.report);
    assert_eq!((theirs.counted.len(), theirs.people, theirs.is_lead), (6, None, false));
    for (at, case) in cases.iter().enumerate() {
        assert_eq!(it.staff.world.can_open(lead, *case), at % 2 == 0);
    }
    let known = it.staff.report(lead, it.report).counted;
    assert!(known.len() == 6 && known.iter().all(|case| cases.contains(case)));
}

/// The lead names who came by the poster, the colleague opens a case with them as well.
#[test]
fn nobody_is_counted_twice_who_has_cases_with_two_consultants() {
    let mut it = collecting(808);
    let (lead, colleague, report) = (it.staff.lead, it.staff.colleague, it.report);
    let (_, person) = it.people[0];
    assert_eq!(it.staff.report(lead, report).people, Some(12));

    let account = it.staff.account(person.phone);
    let name = PlanAct::NamePerson { account, name: "相談者".into() };
    it.staff.world.ask(colleague, Command::Plan(name));
    it.staff.world.ask(colleague, Command::OpenCase(account));
    it.staff.world.settle();
    let cases = it.staff.world.on(colleague).screen.home.cases.iter();
    let second = cases
        .map(|row| row.case)
        .find(|case| it.people.iter().all(|(_, person)| person.case != *case));
    let second = Person { phone: person.phone, case: second.expect("a second case") };
    it.staff.decide(second, Matter::Counting, Decision::Agreed, Scope::Whole);
    it.staff.world.settle();
    it.staff.note(colleague, second.case, "health", "CANARY 二つ目の相談。");
    let contribute = |case| ReportAct::Contribute { report, case, group: "全員".into() };
    it.staff.act(colleague, contribute(second.case));
    it.staff.world.settle();

    let told = it.staff.told(colleague);
    assert_eq!(told, Some(ReportNotice::Lacking("counted_here".into())));
    assert_eq!(it.staff.report(lead, report).people, Some(12));
    // Nor does it help to take the first one back: it may be counted where nobody here can see.
    it.staff.decide(person, Matter::Counting, Decision::Withdrawn, Scope::Whole);
    it.staff.world.settle();
    it.staff.act(colleague, contribute(second.case));
    it.staff.world.settle();
    assert_eq!(it.staff.report(lead, report).people, Some(11));
}

#[test]
fn nobody_is_counted_before_their_own_device_has_heard_of_all_their_cases() {
    let mut it = collecting(809);
    let (lead, report) = (it.staff.lead, it.report);
    let person = it.staff.meet(lead, "井上 陸");
    it.staff.world.offline(person.phone);
    let spoken = Decide {
        case: person.case,
        matter: Matter::Counting,
        decision: Decision::Agreed,
        scope: Scope::Whole,
        method: Method::Spoken("「はい」と仰った。".into()),
        place: "会議室".into(),
        language: "ja".into(),
    };
    it.staff.world.ask(lead, Command::Room(RoomAct::Decide(spoken)));
    it.staff.note(lead, person.case, "skills", "電波のない部屋で話した。");
    let contribute = ReportAct::Contribute { report, case: person.case, group: "全員".into() };
    it.staff.act(lead, contribute.clone());
    assert_eq!(it.last_notice(), Some(ReportNotice::Lacking("counted_here".into())));
    assert_eq!(it.staff.report(lead, report).people, Some(12));

    it.staff.world.online(person.phone);
    it.staff.world.settle();
    it.staff.act(lead, contribute);
    assert_eq!(it.staff.report(lead, report).people, Some(13));
}

#[test]
fn who_withdraws_is_counted_no_longer_and_the_report_is_counted_again() {
    let mut it = collecting(802);
    let lead = it.staff.lead;
    for state in ["computing", "draft", "peer_review"] {
        it.go(state);
    }
    it.review(it.staff.colleague);
    it.go("privacy_check");
    assert_eq!(it.staff.report(lead, it.report).figures.people, 12);

    // At the next sync of the colleague's tablet, without anybody doing anything.
    let (_, person) = it.people[1];
    it.staff.world.offline(it.staff.colleague);
    it.staff.decide(person, Matter::Counting, Decision::Withdrawn, Scope::Whole);
    it.staff.world.settle();
    assert_eq!(it.staff.report(lead, it.report).people, Some(12));
    it.staff.world.online(it.staff.colleague);
    it.staff.world.settle();
    assert_eq!(it.staff.report(lead, it.report).people, Some(11));

    it.go("approved");
    assert_eq!(it.last_notice(), Some(ReportNotice::CountedAgain));
    assert_eq!(it.state(lead), "computing");
    assert_eq!(it.staff.report(lead, it.report).figures.people, 11);
    let rights = it.staff.rights(person.phone, person.case);
    let kinds: Vec<&str> = rights.certificates.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["contribution"]);
}

#[test]
fn who_withdraws_when_the_report_has_left_is_told_so() {
    let mut it = collecting(803);
    it.deliver();
    assert_eq!(it.state(it.staff.lead), "delivered");

    let (_, person) = it.people[0];
    it.staff.decide(person, Matter::Counting, Decision::Withdrawn, Scope::Whole);
    it.staff.world.settle();

    assert_eq!(it.staff.report(it.staff.lead, it.report).people, Some(12));
    let rights = it.staff.rights(person.phone, person.case);
    assert_eq!((rights.left, rights.certificates.len()), (vec![it.report], 0));
}

#[test]
fn a_report_does_not_leave_from_a_device_that_has_not_heard_who_was_taken_out() {
    let mut it = collecting(807);
    let laptop = it.staff.world.link_device(it.staff.lead, "佐藤のパソコン");
    // A new device takes nobody out, whatever of theirs it hears first.
    assert_eq!(it.staff.report(it.staff.lead, it.report).people, Some(12));
    for state in ["computing", "draft", "peer_review"] {
        it.go(state);
    }
    it.review(it.staff.colleague);
    for state in ["privacy_check", "approved"] {
        it.go(state);
    }
    assert_eq!(it.state(laptop), "approved");
    it.staff.world.offline(laptop);
    let (_, person) = it.people[0];
    it.staff.decide(person, Matter::Counting, Decision::Withdrawn, Scope::Whole);
    it.staff.world.settle();

    let deliver = ReportAct::Go { report: it.report, to: String::from("delivered") };
    it.staff.act(laptop, deliver.clone());
    assert_eq!(it.staff.world.on(laptop).screen.notices.last(), Some(&Notice::NeedsNetwork));
    assert_eq!(it.state(laptop), "approved");

    it.staff.world.online(laptop);
    it.staff.world.settle();
    it.staff.act(laptop, deliver);
    assert_eq!(it.staff.told(laptop), Some(ReportNotice::CountedAgain));
    assert_eq!(it.staff.report(laptop, it.report).figures.people, 11);
}

#[test]
fn nine_people_are_no_report_and_nobody_is_counted_against_their_will() {
    let mut it = collecting(804);
    for at in 0..3 {
        let (_, person) = it.people[at];
        it.staff.decide(person, Matter::Counting, Decision::Withdrawn, Scope::Whole);
    }
    it.staff.world.settle();
    it.contribute(0);
    assert!(matches!(it.staff.told(it.staff.lead), Some(ReportNotice::NotAgreed(_))));

    for state in ["computing", "draft", "peer_review"] {
        it.go(state);
    }
    it.review(it.staff.colleague);
    it.go("privacy_check");
    it.go("approved");
    assert_eq!(it.last_notice(), Some(ReportNotice::Lacking("too_few_people".into())));
    assert_eq!(it.state(it.staff.lead), "privacy_check");
}

#[test]
fn what_is_written_after_the_review_is_reviewed_again() {
    let mut it = collecting(805);
    let (lead, report) = (it.staff.lead, it.report);
    for state in ["computing", "draft", "peer_review"] {
        it.go(state);
    }
    it.review(it.staff.colleague);
    it.staff.world.ask(lead, Command::Open(report));
    it.staff.world.write(lead, report, "measures", "面談の機会を増やす。");
    it.staff.world.settle();
    it.go("privacy_check");
    assert_eq!(it.last_notice(), Some(ReportNotice::Lacking("peer_review".into())));

    it.review(it.staff.colleague);
    it.go("privacy_check");
    it.staff.world.write(lead, report, "measures", "佐伯さんの提案を採る。");
    it.review(it.staff.colleague);
    it.go("approved");
    assert_ne!(it.state(lead), "approved");
    let codes: Vec<String> =
        it.staff.report(lead, report).findings.into_iter().map(|it| it.code).collect();
    assert_eq!(codes, ["names_person"]);
}

#[test]
fn a_general_statement_rests_on_three_cases_and_quotes_nobody() {
    let mut it = collecting(806);
    let (colleague, report) = (it.staff.colleague, it.report);
    let cases: Vec<DocumentId> =
        it.people.iter().filter(|it| it.0 == colleague).map(|(_, it)| it.case).collect();
    let mut state = |text: &str, cases: &[DocumentId]| {
        let (text, cases) = (text.to_owned(), cases.to_vec());
        it.staff.act(colleague, ReportAct::State { report, text, cases });
        it.staff.told(colleague)
    };
    let lacking = |what: &str| Some(ReportNotice::Lacking(what.into()));

    assert_eq!(state("学びの機会が話題になる。", &cases[..2]), lacking("thin_statement"));
    let quote = "将来が不安だと何度も繰り返し話していた。";
    assert_eq!(state(quote, &cases[..3]), lacking("quotes"));
    assert_eq!(state("森さんは学びたい。", &cases[..3]), lacking("names_person"));
    state("学びの機会が話題になる。", &cases[..3]);
    it.staff.world.settle();
    let view = it.staff.report(it.staff.lead, report);
    assert_eq!(view.statements, [("学びの機会が話題になる。".to_owned(), 3)]);
}
