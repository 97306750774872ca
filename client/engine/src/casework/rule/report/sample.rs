//! Reports from contributions to delivery, as a lead meets them.

use shared::{
    id::{AccountId, DocumentId},
    secret::Secret,
};

use super::{
    State, StepError, Support,
    compute::{ISSUE, STRENGTH, TOPIC, figures},
    privacy::{Draft, Figures, Finding, Group, Mean, Remedy, Secrets, Table, Unit, check},
    step,
    suppress::{Ties, hide_small},
};
use crate::casework::{
    date::Date,
    rule::{
        contribution::{Contribution, Contributions, ReportSecret, Statement},
        disclosure::Consent,
        scan::{Folded, Name},
        tendency::{Direction, Mark, Organisation, Tendencies, Topic},
    },
};

const TIES: Ties = Ties::new([3; 32]);

fn period(from: &str, to: &str) -> (Date, Date) {
    (Date::parse(from).unwrap(), Date::parse(to).unwrap())
}

/// So many people of each group and topic.
fn collected(people: &[(u8, &str, Topic)]) -> Contributions {
    let secret = ReportSecret::new(Secret::new(Box::new([9; 32])));
    let mut all = Contributions::default();
    let mut number = 0;
    for (count, bucket, main) in people {
        for _ in 0..*count {
            number += 1;
            let organisation = vec![Mark {
                code: if number == 1 { Organisation::Safety } else { Organisation::Support },
                direction: Direction::Issue,
                strength: 3,
            }];
            let contribution = Contribution {
                pseudonym: secret.pseudonym(DocumentId::new([number; 16])),
                bucket: String::from(*bucket),
                tendencies: Tendencies { main: *main, others: vec![], organisation },
                change: None,
                satisfaction: Some(7),
            };
            all.add(Consent::Given, State::Collecting, contribution).unwrap();
        }
    }
    all
}

fn draft(figures: &Figures) -> Draft<'_> {
    let (before, texts, statements) = (&[], &[], &[]);
    Draft { figures, before, is_before_unknown: false, texts, statements, group_min: 10 }
}

#[test]
fn a_report_of_twenty_one_hides_two_cells_and_passes() {
    let all = collected(&[
        (8, "技術", Topic::CareerPlan),
        (7, "事務", Topic::CareerPlan),
        (3, "技術", Topic::Promotion),
        (1, "事務", Topic::Promotion),
        (2, "事務", Topic::Health),
    ]);
    let figures = figures(&all, period("2026-01-01", "2026-06-30"), &[], 10, &TIES);

    // Nobody names a strength, and one safety: that is hidden among the many who name support.
    let [topics, issues, strengths] = figures.tables.as_slice() else { panic!() };
    assert_eq!([topics.name, issues.name, strengths.name], [TOPIC, ISSUE, STRENGTH]);
    let hidden: Vec<Topic> = topics.hidden.places().into_iter().map(|at| Topic::ALL[at]).collect();
    assert_eq!(hidden, [Topic::Promotion, Topic::Health]);
    assert_eq!(issues.hidden.places().len(), 2);
    assert_eq!(strengths.hidden.places(), []);
    assert_eq!(figures.means, [Mean { name: "satisfaction", people: 21, sum: 147 }]);
    assert_eq!(check(&draft(&figures), &Secrets::default()), []);
}

#[test]
fn a_table_too_thin_is_left_out_unless_that_would_tell() {
    for (people, is_found) in [(22, false), (23, true)] {
        let each: Vec<(u8, &str, Topic)> =
            (0..people).map(|at| (1, "全員", Topic::ALL[at % Topic::ALL.len()])).collect();
        let figures =
            figures(&collected(&each), period("2026-01-01", "2026-06-30"), &[], 10, &TIES);
        assert_eq!(figures.tables.iter().any(|table| table.name == TOPIC), is_found);
        let found = check(&draft(&figures), &Secrets::default());
        assert_eq!(found.contains(&Finding::Derivable(0, 0)), is_found, "{found:?}");
    }
}

#[test]
fn nine_people_are_no_group_and_ten_are() {
    for (people, findings) in
        [(9, vec![Finding::TooFewPeople, Finding::SmallGroup(0)]), (10, vec![])]
    {
        let all = collected(&[(people, "全員", Topic::Skills)]);
        let figures = figures(&all, period("2025-01-01", "2025-06-30"), &[], 10, &TIES);
        assert_eq!(check(&draft(&figures), &Secrets::default()), findings);
    }
    // A contract cannot ask for less, only for more.
    let all = collected(&[(10, "全員", Topic::Skills)]);
    let figures = figures(&all, period("2025-01-01", "2025-06-30"), &[], 10, &TIES);
    for (group_min, is_passed) in [(0, true), (10, true), (11, false)] {
        let draft = Draft { group_min, ..draft(&figures) };
        assert_eq!(check(&draft, &Secrets::default()).is_empty(), is_passed);
    }
}

#[test]
fn a_report_that_goes_on_is_measured_against_the_one_before() {
    let first = collected(&[
        (12, "全員", Topic::Skills),
        (2, "全員", Topic::Health),
        (4, "全員", Topic::Balance),
    ]);
    let before = [figures(&first, period("2026-01-01", "2026-06-30"), &[], 10, &TIES)];
    let second = collected(&[
        (12, "全員", Topic::Skills),
        (5, "全員", Topic::Health),
        (4, "全員", Topic::Balance),
    ]);

    let goes_on = figures(&second, period("2026-01-01", "2026-12-31"), &before, 10, &TIES);
    assert_eq!(goes_on.tables[0].hidden, before[0].tables[0].hidden);
    let draft = Draft { before: &before, ..draft(&goes_on) };
    assert_eq!(check(&draft, &Secrets::default()), []);
    let is_gone = Draft { is_before_unknown: true, ..draft };
    assert_eq!(check(&is_gone, &Secrets::default()), [Finding::BeforeUnknown]);
    let separate = figures(&second, period("2026-07-01", "2026-12-31"), &before, 10, &TIES);
    assert_eq!(separate.tables[0].hidden.places(), []);
}

#[test]
fn groups_and_means_are_compared_as_well() {
    let mean = |people, sum| Mean { name: "satisfaction", people, sum };
    let of = |groups: &[(&str, u32)], mean: Mean, last_day| Figures {
        period: Some(period("2026-01-01", last_day)),
        people: groups.iter().map(|(_, counted)| counted).sum(),
        groups: groups
            .iter()
            .map(|(name, counted)| Group { name: String::from(*name), counted: *counted })
            .collect(),
        tables: vec![],
        means: vec![mean],
    };
    let before = [of(&[("技術", 12), ("事務", 15)], mean(20, 100), "2026-06-30")];
    let compared = |groups: &[(&str, u32)], mean| {
        let now = of(groups, mean, "2026-12-31");
        check(&Draft { before: &before, ..draft(&now) }, &Secrets::default())
    };

    assert_eq!(compared(&[("技術", 15), ("事務", 15)], mean(23, 120)), []);
    assert_eq!(compared(&[("技術", 14), ("事務", 18)], mean(20, 100)), [Finding::FewNewInGroup(0)]);
    assert_eq!(compared(&[("技術", 12), ("事務", 15)], mean(20, 107)), [Finding::FewNewInMean(0)]);
    assert_eq!(
        compared(&[("技術", 12), ("営業", 15)], mean(22, 107)),
        [Finding::OtherGroups, Finding::FewNewInMean(0)]
    );
}

fn table(name: &'static str, counts: &[u32]) -> Table {
    Table { name, counts: counts.to_vec(), hidden: hide_small(&[], &[]) }
}

#[track_caller]
fn check_tables(tables: Vec<Table>, expected: &[Finding]) {
    let figures = Figures { people: 40, tables, ..Figures::default() };
    assert_eq!(check(&draft(&figures), &Secrets::default()), expected);
}

#[test]
fn a_small_count_that_is_shown_or_stands_alone_is_found() {
    let mut shown = table(TOPIC, &[20, 2]);
    check_tables(vec![shown.clone()], &[Finding::SmallCount(0, 1)]);
    shown.hidden = hide_small(&shown.counts, &[]);
    check_tables(vec![shown.clone()], &[Finding::Derivable(0, 1)]);
    shown.hidden = hide_small(&shown.counts, &[0]);
    check_tables(vec![shown], &[]);
}

#[test]
fn a_table_that_the_report_before_left_out_is_left_out() {
    let with = |tables, last_day| Figures {
        period: Some(period("2026-01-01", last_day)),
        people: 40,
        tables,
        ..Figures::default()
    };
    let before = [with(vec![], "2026-06-30")];
    let now = with(vec![table(TOPIC, &[20, 20])], "2026-12-31");
    let draft = Draft { before: &before, ..draft(&now) };
    assert_eq!(check(&draft, &Secrets::default()), [Finding::OtherTable(0)]);
}

fn secrets() -> Secrets {
    Secrets {
        people: vec![Name::new("佐伯 悠真"), Name::new("森 光")],
        units: vec![
            Unit { name: String::from("生産技術課"), heads: 9 },
            Unit { name: String::from("製造部"), heads: 10 },
        ],
        notes: vec![Folded::new("断ったら、もう声がかからないですよね")],
    }
}

#[track_caller]
fn check_text(text: &str, expected: &[Finding]) {
    let figures = Figures { people: 20, ..Figures::default() };
    let texts = [String::from(text)];
    let statements = [Statement { text: String::from(text), cases: vec![] }];

    let found = check(&Draft { texts: &texts, ..draft(&figures) }, &secrets());
    assert_eq!(found, expected, "{text}");
    // A statement is a text as well, and this one rests on nothing.
    let found = check(&Draft { statements: &statements, ..draft(&figures) }, &secrets());
    assert_eq!(found, [expected, &[Finding::ThinStatement(0)]].concat());
}

#[test]
fn names_small_units_and_quotes_are_found_in_texts() {
    check_text("製造部では森林の話題が多い。", &[]);
    check_text("ｻｴｷさん", &[]);
    check_text("佐伯さんの提案", &[Finding::NamesPerson(0)]);
    check_text("森さんの提案", &[Finding::NamesPerson(0)]);
    check_text("森の中で", &[Finding::MayNamePerson(0)]);
    check_text("生産技術課では", &[Finding::NamesUnit(0)]);
    check_text("「もう声がかからないですよね」", &[Finding::Quotes(0)]);
}

#[test]
fn a_statement_needs_three_cases() {
    let secret = ReportSecret::new(Secret::new(Box::new([9; 32])));
    let case = |number: u8| secret.pseudonym(DocumentId::new([number; 16]));
    let figures = Figures { people: 20, ..Figures::default() };
    for (cases, expected) in [
        (vec![case(1), case(2), case(1)], vec![Finding::ThinStatement(0)]),
        (vec![case(1), case(2), case(3)], vec![]),
    ] {
        let statements = [Statement { text: String::from("育成の機会が話題"), cases }];
        let draft = Draft { statements: &statements, ..draft(&figures) };
        assert_eq!(check(&draft, &secrets()), expected);
    }
}

#[test]
fn every_finding_has_a_code_and_a_remedy() {
    use Finding as F;
    let all = [
        F::TooFewPeople,
        F::SmallGroup(0),
        F::SmallCount(0, 0),
        F::Derivable(0, 0),
        F::OtherTable(0),
        F::OtherGroups,
        F::BeforeUnknown,
        F::FewNewPeople,
        F::FewNewInGroup(0),
        F::FewNewInMean(0),
        F::FewNew(0, 0),
        F::ShownAgain(0, 0),
        F::NamesPerson(0),
        F::MayNamePerson(0),
        F::NamesUnit(0),
        F::Quotes(0),
        F::ThinStatement(0),
    ];
    assert_eq!(all.map(Finding::code), Finding::CODES);
    for remedy in Remedy::ALL {
        assert!(all.iter().any(|finding| finding.remedy() == *remedy), "{remedy:?}");
    }
    assert!(all.iter().all(|finding| finding.blocks() == (finding.code() != "may_name_person")));
}

#[test]
fn a_report_goes_from_hand_to_hand_and_out_only_when_nothing_is_found() {
    let (lead, colleague) = (AccountId::new([1; 16]), AccountId::new([2; 16]));
    let doubt = [Finding::MayNamePerson(3)];
    let support =
        Support { lead, reviewers: &[lead, colleague], findings: &doubt, confirmed: &doubt };
    let states = State::ALL.windows(2);
    for pair in states {
        assert_eq!(step(pair[0], pair[1], &support), Ok(pair[1]));
    }
    assert_eq!(step(State::Draft, State::Approved, &support), Err(StepError::NotNow));
    assert_eq!(step(State::Delivered, State::Draft, &support), Err(StepError::NotNow));

    let own = Support { reviewers: &[lead], ..support };
    assert_eq!(step(State::Review, State::Checking, &own), Err(StepError::NotReviewed));
    let found = Err(StepError::Found(doubt.to_vec()));
    for (from, to) in [(State::Checking, State::Approved), (State::Approved, State::Delivered)] {
        assert_eq!(step(from, to, &Support { confirmed: &[], ..support }), found);
        let blocking = [Finding::Quotes(0)];
        let support = Support { findings: &blocking, confirmed: &blocking, ..support };
        assert_eq!(step(from, to, &support), Err(StepError::Found(blocking.to_vec())));
    }
    assert!(
        State::ALL.iter().filter(|state| state.is_final()).eq(&[State::Delivered, State::Archived])
    );
}

#[test]
fn groups_are_told_apart_only_from_ten_on() {
    let group = |counted| Group { name: String::from("若手"), counted };
    let figures = Figures { people: 30, groups: vec![group(10), group(9)], ..Figures::default() };
    assert_eq!(check(&draft(&figures), &Secrets::default()), [Finding::SmallGroup(1)]);
}
