use shared::{id::AccountId, limit::TEXT_CHARS_MAX};

use super::{
    change::{How, changes},
    exchange::{from_json, pieces, preview, takeover, to_json},
    form::{FORMS, questions},
    grant::every_grant,
    month::months,
    *,
};
use crate::{
    casework::{
        case::CaseId,
        date::Date,
        group::{DOCUMENT, EDGE, Group, NOW},
        json::JsonFault,
    },
    document::{crdt::EditError, genesis::Kind, guard::Side},
};

const PHONE: usize = 0;
const TABLET: usize = 1;

fn group() -> Group {
    Group::new(Kind::JobCard, &[Side::Employee, Side::Staff])
}

/// Every field of every sheet holds something.
fn full() -> Card {
    let value = |path: String, shape: Shape| match (shape, shape.holds()) {
        (Shape::One(codes), _) => codes[codes.len() - 1].to_owned(),
        (_, Holds::Value) => "2026-05-01".to_owned(),
        (_, Holds::Text | Holds::Items(_)) => format!("{path}: {EDGE}"),
    };
    let item = |list: &str, at: usize, fields: &'static [Spec]| -> Item {
        let name = |spec: &Spec| (spec.id, value(format!("{list}[{at}].{}", spec.id), spec.shape));
        fields.iter().map(name).collect()
    };
    let mut card = Card::default();
    for spec in fields().filter(|spec| is_on(SHEETS, spec.id)) {
        match spec.shape.holds() {
            Holds::Items(fields) if spec.id != "comments" => {
                card.lists.push((spec.id, (0..11).map(|at| item(spec.id, at, fields)).collect()));
            }
            Holds::Items(_) => {}
            Holds::Text | Holds::Value => {
                card.texts.push((spec.id, value(spec.id.to_owned(), spec.shape)));
            }
        }
    }
    card
}

fn write(group: &mut Group, card: &Card) {
    let mut count = 0;
    let id = || {
        count += 1;
        format!("item{count}")
    };
    for piece in pieces(card, id) {
        group.edit(PHONE, |tx| piece.write(tx)).unwrap();
    }
}

fn read(group: &Group, hand: usize) -> Card {
    card(&group.0[hand].crdt)
}

#[test]
fn a_card_with_every_field_comes_back_from_json_and_from_the_document() {
    let mut group = group();
    let whole = full();
    write(&mut group, &whole);
    group.meet();

    assert!(read(&group, TABLET) == whole);
    let json = to_json(&read(&group, TABLET));
    assert!(from_json(&json).unwrap() == whole);
    assert_eq!(to_json(&from_json(&json).unwrap()), json);
}

#[test]
fn a_text_as_long_as_a_document_holds_is_imported_whole() {
    let mut group = group();
    let text: String = EDGE.chars().cycle().take(TEXT_CHARS_MAX * 9 / 10).collect();
    let long = Card { texts: vec![("strengths", text)], lists: vec![] };
    write(&mut group, &long);
    assert!(read(&group, PHONE) == long);
}

#[test]
fn an_import_is_read_strictly_and_its_fault_named_with_the_place() {
    #[track_caller]
    fn check(text: &str, path: &str, fault: JsonFault) {
        let error = from_json(text).err().unwrap();
        assert_eq!((error.path.as_str(), error.fault), (path, fault), "{text}");
    }
    let with = |rest: &str| format!("{{\"format\":\"jobcard/1\",{rest}}}");
    check("[]", "", JsonFault::Type);
    check("{}", "format", JsonFault::Missing);
    check("{\"format\":\"jobcard/2\"}", "format", JsonFault::Value);
    check(&with("\"salary\":\"1\""), "salary", JsonFault::Unknown);
    check(&with("\"grants\":[]"), "grants", JsonFault::Unknown);
    check(&with("\"jobs\":\"many\""), "jobs", JsonFault::Type);
    check(&with("\"name\":[]"), "name", JsonFault::Type);
    check(&with("\"name\":\"\""), "name", JsonFault::Value);
    check(&with("\"birth_date\":\"1992-02-30\""), "birth_date", JsonFault::Value);
    check(&with("\"jobs\":[{\"from\":\"2015-04\"},7]"), "jobs[1]", JsonFault::Type);
    check(&with("\"jobs\":[{\"boss\":\"x\"}]"), "jobs[0].boss", JsonFault::Unknown);
    check(&with("\"jobs\":[{\"from\":[]}]"), "jobs[0].from", JsonFault::Type);
    let long = "長".repeat(TEXT_CHARS_MAX + 1);
    check(&with(&format!("\"strengths\":\"{long}\"")), "strengths", JsonFault::TooLong);
    let most = "長".repeat(TEXT_CHARS_MAX);
    assert!(from_json(&with(&format!("\"strengths\":\"{most}\""))).is_ok());
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn grant(id: &str, sheets: &[&'static str]) -> Grant {
    let (from, until) = (day("2026-05-01"), day("2026-06-30"));
    let accounts = vec![AccountId::new([3; 16]), AccountId::new([4; 16])];
    Grant { id: id.into(), case: DOCUMENT, accounts, sheets: sheets.to_vec(), from, until }
}

#[test]
fn a_consultant_sees_the_sheets_of_grants_in_force_and_no_others() {
    let mut group = group();
    write(&mut group, &full());
    group.edit(PHONE, |tx| show(tx, &grant("g1", &["career"]))).unwrap();
    group.edit(PHONE, |tx| show(tx, &grant("g2", &["licences"]))).unwrap();
    group.meet();
    let seen = |group: &Group, case, on: &str| {
        let card = visible(&read(group, TABLET), &grants(&group.0[TABLET].crdt), case, day(on));
        (card.lists.iter().map(|(id, _)| *id).collect::<Vec<_>>(), card.texts.len())
    };

    assert_eq!(seen(&group, DOCUMENT, "2026-05-01"), (vec!["jobs", "licences"], HEAD.len()));
    assert_eq!(seen(&group, DOCUMENT, "2026-06-30").0, ["jobs", "licences"]);
    assert_eq!(seen(&group, DOCUMENT, "2026-04-30"), (vec![], 0));
    assert_eq!(seen(&group, DOCUMENT, "2026-07-01"), (vec![], 0));
    assert_eq!(seen(&group, CaseId::new([1; 16]), "2026-05-01"), (vec![], 0));

    // The same grant added again elsewhere does not undo a withdrawal.
    group.edit(PHONE, |tx| withdraw(tx, "w1", "g2")).unwrap();
    group.meet();
    let every = every_grant(&group.0[TABLET].crdt);
    assert_eq!(every[0], (grant("g1", &["career"]), false));
    assert_eq!(every[1], (grant("g2", &["licences"]), true));
    assert_eq!(seen(&group, DOCUMENT, "2026-05-01").0, ["jobs"]);
    assert_eq!(
        group.edit(TABLET, |tx| show(tx, &grant("g3", &["plan"]))),
        Err(EditError::NotYours)
    );
}

#[test]
fn a_comment_is_part_of_the_card_once_both_put_their_name_to_the_same_words() {
    let mut group = group();
    let list = Field::top("comments");
    let words = list.child("c1").child("comment");
    let sign = |group: &mut Group| {
        let (field, words) = sign_comment(&group.0[TABLET].crdt, "c1");
        group.edit(TABLET, |tx| tx.put(&field, words)).unwrap();
    };
    group.edit(TABLET, |tx| tx.add_item(&list, "c1", None, COMMENT)).unwrap();
    group.edit(TABLET, |tx| tx.write(&words, "教えることに手応え")).unwrap();
    sign(&mut group);
    group.meet();
    assert!(read(&group, PHONE).items("comments").is_empty());

    let (text, digest) = comment(&group.0[PHONE].crdt, "c1");
    assert_eq!(text, "教えることに手応え");
    group.edit(PHONE, |tx| agree(tx, "a1", "c1", digest)).unwrap();
    group.meet();
    assert_eq!(read(&group, TABLET).items("comments").len(), 1);
    assert!(to_json(&read(&group, TABLET)).contains("手応え"));

    // Other words are other words, also when the consultant signs them again.
    group.edit(TABLET, |tx| tx.write(&words, "実は。")).unwrap();
    sign(&mut group);
    group.meet();
    assert!(read(&group, PHONE).items("comments").is_empty());
    let forged = group.edit(TABLET, |tx| agree(tx, "a2", "c1", vec![0]));
    assert_eq!(forged, Err(EditError::NotYours));
}

#[test]
fn a_kept_version_is_made_anew_as_it_was() {
    let mut group = group();
    write(&mut group, &full());
    let kept = version(&group.0[PHONE].crdt, "面談前 😀", NOW);
    group.edit(PHONE, |tx| keep(tx, "v1", &kept)).unwrap();
    let before = read(&group, PHONE);
    group.edit(PHONE, |tx| tx.write(&Field::top("strengths"), "書き直し。")).unwrap();
    group.meet();

    let found = versions(&group.0[TABLET].crdt);
    assert_eq!(found, [kept]);
    assert!(found[0].card(&group.0[TABLET].crdt).unwrap() == before);
    assert!(read(&group, TABLET) != before);
    let mut lie = found[0].clone();
    lie.hash = vec![0; 32];
    assert!(lie.card(&group.0[TABLET].crdt).is_none());
}

#[test]
fn preparation_counts_answers_and_paper_holds_nothing_up() {
    let answered = Card {
        texts: vec![("name", "佐伯 悠真".into()), ("strengths", "異音".into())],
        lists: vec![("jobs", vec![vec![("company", "みなと精工".into())]])],
    };
    let prep = |card: &Card, is_ready, paper| prep(card, &SHORT_FORM, is_ready, paper);

    assert_eq!(prep(&Card::default(), false, None), Prep::NotStarted);
    assert_eq!(prep(&answered, false, None), Prep::InProgress(30));
    assert_eq!(prep(&answered, true, None), Prep::Ready);
    assert_eq!(prep(&Card::default(), false, Some("brought")), Prep::BroughtOnPaper);
    assert_eq!(prep(&answered, true, Some("reviewed")), Prep::Reviewed);
}

#[test]
fn who_is_not_ready_is_reminded_seven_three_and_one_days_before() {
    let due = |prep| [8, 7, 4, 3, 2, 1, 0, -1].map(|days_left| reminder(prep, days_left));

    let every = [None, Some(7), Some(7), Some(3), Some(3), Some(1), Some(1), None];
    assert_eq!(due(Prep::NotStarted), every);
    assert_eq!(due(Prep::InProgress(90)), every);
    for prep in [Prep::Ready, Prep::BroughtOnPaper, Prep::Reviewed] {
        assert_eq!(due(prep), [None; 8]);
    }
}

/// The columns of the sheets as the ministry prints them (告示第408号): 1-1, 1-2, 2, 3-1, 3-2, and what a
/// consultant writes into the first.
#[test]
fn every_column_of_the_official_sheets_is_a_field() {
    let person =
        ["as_of", "name_kana", "name", "birth_date", "postal", "address", "phone", "email"];
    let plan = ["values_interests", "strengths", "future_work", "next_actions", "other_pr"];
    let new = ["school_focus", "extra_learning", "good_at", "not_good_at", "goal"];
    for (sheets, ids) in [
        (&["plan", "plan_new"][..], &person[..]),
        (&["plan"], &plan),
        (&["plan"], &["wish_to_discuss"]),
        (&["plan_new"], &["values_interests", "future_work", "next_actions", "other_pr"]),
        (&["plan_new"], &new),
    ] {
        for id in ids {
            assert!(fields().any(|it| it.id == *id), "{id}");
            assert!(sheets.iter().all(|sheet| is_on(&[*sheet], id)), "{id}");
        }
    }
    for (sheet, list, columns) in [
        ("plan_new", "internship", "from to host content learned"),
        ("plan_new", "activities", "from to name content learned"),
        ("career", "jobs", "from to company department title employment_type duties learned"),
        ("licences", "licences", "name acquired issuer detail evidence"),
        ("training", "trainings", "from to institution course detail"),
        ("plan", "comments", "at affiliation phone consultant_name registration_no comment"),
    ] {
        let shape = fields().find(|it| it.id == list).map(|it| it.shape);
        let Some(Shape::List(found)) = shape else { panic!("{list} is no list") };
        for column in columns.split(' ') {
            assert!(found.iter().any(|it| it.id == column), "{list}/{column}");
        }
        assert!(is_on(&[sheet], list), "{list}");
    }
}

#[test]
fn every_field_of_the_sheets_is_on_a_sheet_and_every_question_is_a_field() {
    for spec in FIELDS.iter().filter(|it| !matches!(it.shape, Shape::List(&[]))) {
        assert!(is_on(SHEETS, spec.id), "{}", spec.id);
    }
    for form in FORMS {
        let asked = questions(form);
        assert!(asked.iter().all(|id| is_on(SHEETS, id) && fields().any(|it| it.id == *id)));
        let mut once = asked.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), asked.len(), "{form} asks twice");
    }
    assert_eq!((questions("short").len(), questions("short")[0]), (10, "name"));
    assert!(!questions("mhlw_new").contains(&"jobs"));
    assert_eq!(ON_SHEET.map(|(sheet, _)| sheet), *SHEETS);
    assert!(!is_on(&[], "name") && !is_on(SHEETS, "grants") && !is_on(SHEETS, "form"));
}

#[test]
fn what_changed_is_named_by_its_path_and_a_row_that_moved_did_not_change() {
    let line = |field: &str, text: &str| (Field::top(field), text.to_owned());
    let before =
        [line("name", "森 光"), line("jobs/a/company", "甲"), line("jobs/b/company", "乙")];
    let now = [
        line("goal", "新"),
        line("jobs/b/company", "乙"),
        line("jobs/a/company", "甲社"),
        line("jobs/c/company", "丙"),
    ];

    let found = changes(&before, &now);

    let expected = [
        ("goal", How::Added),
        ("jobs/a/company", How::Changed),
        ("jobs/c/company", How::Added),
        ("name", How::Removed),
    ];
    assert_eq!(found, expected.map(|(field, how)| (Field::top(field), how)));
    assert_eq!(changes(&now, &now), []);
}

#[test]
fn an_import_adds_and_replaces_and_never_removes() {
    let mut group = group();
    write(&mut group, &full());
    let item = |list: &'static str, field: &'static str, text: &str| {
        (list, vec![vec![(field, text.to_owned())]])
    };
    let mut imported = Card {
        texts: vec![
            ("name", "𠮷田 光😀".repeat(900)),
            ("strengths", full().text("strengths").into()),
        ],
        lists: vec![item("jobs", "company", "新しい会社"), item("comments", "comment", "よそで")],
    };
    imported.lists[0].1.insert(0, full().items("jobs")[3].clone());
    let has = read(&group, PHONE);

    let expected = [("name", How::Changed), ("jobs[1]", How::Added), ("comments[0]", How::Added)];
    assert_eq!(preview(&has, &imported), expected.map(|(path, how)| (path.to_owned(), how)));
    for (at, piece) in takeover(&has, &imported, || "new".into()).iter().enumerate() {
        group.edit(PHONE, |tx| piece.write(tx)).unwrap_or_else(|error| panic!("{at}: {error}"));
    }

    let after = read(&group, PHONE);
    assert_eq!(after.text("name"), imported.text("name"));
    assert_eq!(after.items("jobs").len(), has.items("jobs").len() + 1);
    assert_eq!(after.items("earlier_comments").last(), imported.items("comments").last());
    assert_eq!(preview(&after, &imported), []);
    assert!(takeover(&after, &imported, || "again".into()).is_empty());
    let lost = |list: &&(&'static str, Vec<Item>)| {
        !list.1.iter().all(|item| after.items(list.0).contains(item))
    };
    assert!(!has.lists.iter().any(|list| lost(&list)));
}

/// 38 years, eleven employers, some at once, each date as people of that time write it.
fn career() -> Card {
    let jobs = [
        ("昭和63年4月", "平成3年3月"),
        ("平成3年4月", "Ｈ５．９"),
        ("平成５年４月", "1996-08"),
        ("1996年9月", "平成11年"),
        ("平成10年1月", "2001/06"),
        ("2001-07", "平成17年12月"),
        ("H16.4", "2009年3月"),
        ("２００９年４月", "平成24年3月"),
        ("平成24年4月", "平成31年4月"),
        ("令和元年5月", "R4.3"),
        ("令和4年4月", "現在"),
    ];
    let job = |(at, (from, to)): (usize, &(&str, &str))| -> Item {
        vec![
            ("from", (*from).to_owned()),
            ("to", (*to).to_owned()),
            ("company", format!("{}社 {EDGE}", at + 1)),
            ("duties", "設備の点検、修理。".repeat(150)),
        ]
    };
    Card {
        texts: vec![("strengths", EDGE.chars().cycle().take(12_000).collect())],
        lists: vec![("jobs", jobs.iter().enumerate().map(job).collect())],
    }
}

#[test]
fn a_career_of_38_years_in_every_calendar_goes_through_file_and_document_as_it_was_written() {
    let mut group = group();
    let whole = career();

    write(&mut group, &from_json(&to_json(&whole)).unwrap());
    group.meet();
    let read = read(&group, TABLET);

    assert!(read == whole);
    assert!(from_json(&to_json(&read)).unwrap() == whole);
    let months: Vec<_> = read.rows().map(|row| (months(row.from), months(row.to))).collect();
    assert!(months.iter().all(|(from, _)| from.is_some()));
    assert_eq!(months.iter().filter(|(_, to)| to.is_none()).count(), 1);
    let overlaps = months.windows(2).filter(|pair| pair[1].0 < pair[0].1).count();
    assert_eq!((months.len(), overlaps), (11, 3));
    assert_eq!(months[10].0.unwrap() - months[0].0.unwrap(), 34 * 12);
}
