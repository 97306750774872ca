use shared::limit::TEXT_CHARS_MAX;

use super::{
    exchange::{from_json, pieces, to_json},
    *,
};
use crate::{
    casework::{
        group::{DOCUMENT, EDGE, Group, NOW},
        json::JsonFault,
    },
    document::{genesis::Kind, guard::Side},
};

const PHONE: usize = 0;
const TABLET: usize = 1;

fn group() -> Group {
    Group::new(Kind::JobCard, &[Side::Employee, Side::Staff])
}

/// Every field of every sheet holds something.
fn full() -> Card {
    let value = |path: String, shape: Shape| match shape.holds() {
        Holds::Value => "2026-05-01".to_owned(),
        Holds::Text | Holds::Items(_) => format!("{path}: {EDGE}"),
    };
    let item = |list: &str, at: usize, fields: &'static [Spec]| -> Item {
        let name = |spec: &Spec| (spec.id, value(format!("{list}[{at}].{}", spec.id), spec.shape));
        fields.iter().map(name).collect()
    };
    let mut card = Card::default();
    for spec in FIELDS {
        match spec.shape.holds() {
            Holds::Items(fields) if is_sheet_list(spec.id) && spec.id != "comments" => {
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
    Grant { id: id.into(), case: DOCUMENT, sheets: sheets.to_vec(), from, until }
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
    let lie = Version { hash: vec![0; 32], ..found[0].clone() };
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
fn every_field_of_the_sheets_is_on_a_sheet_and_every_question_is_a_field() {
    for spec in FIELDS.iter().filter(|it| !matches!(it.shape, Shape::List(_))) {
        let is_on_sheet = ON_SHEET.iter().any(|(_, fields)| fields.contains(&spec.id));
        assert!(HEAD.contains(&spec.id) || is_on_sheet, "{}", spec.id);
    }
    for id in SHORT_FORM {
        assert!(FIELDS.iter().any(|spec| spec.id == id), "{id}");
    }
    assert_eq!(ON_SHEET.map(|(sheet, _)| sheet), *SHEETS);
}
