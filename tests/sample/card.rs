//! JOB cards.

use std::collections::BTreeMap;

use engine::casework::date::Date;

use super::{
    calendar::day,
    edge,
    fragment::{below, labelled, one},
    note::tenure,
    person::{Person, Prep},
};
use crate::seed::Dice;

const WORDS: &str = include_str!("card.txt");

/// Rows of sheets 2, 3-1 and 3-2 over all sixty people: 2.6, 1.8 and 1.4 for each.
pub const ROWS: [(&str, usize); 3] = [("jobs", 156), ("licences", 108), ("trainings", 84)];

/// A row of a sheet, by field.
pub type CardRow = Vec<(&'static str, String)>;

/// What somebody filled in.
#[derive(Clone, Debug, Default)]
pub struct JobCard {
    /// Texts of sheet 1.
    pub texts: Vec<(&'static str, String)>,
    /// Dates of sheet 1.
    pub dates: Vec<(&'static str, Date)>,
    /// Sheets 2, 3-1, 3-2.
    pub lists: Vec<(&'static str, Vec<CardRow>)>,
}

impl JobCard {
    /// The rows of a sheet.
    pub fn rows(&self, list: &str) -> &[CardRow] {
        self.lists.iter().find(|(it, _)| *it == list).map_or(&[], |(_, rows)| rows)
    }
}

struct Words(BTreeMap<&'static str, Vec<&'static str>>);

impl Words {
    fn read() -> Self {
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (label, words) in labelled(WORDS) {
            all.entry(label).or_default().push(words);
        }
        Self(all)
    }

    fn one(&self, dice: &mut Dice, label: &str) -> &'static str {
        one(dice, self.0.get(label).map_or(&[], Vec::as_slice))
    }
}

/// The cards of all who have one in the app, by person.
pub(super) fn cards(dice: &mut Dice, people: &[Person]) -> BTreeMap<usize, JobCard> {
    let words = Words::read();
    let owners: Vec<&Person> =
        people.iter().filter(|it| matches!(it.prep, Prep::Ready | Prep::InProgress)).collect();
    let mut cards: BTreeMap<usize, JobCard> =
        owners.iter().map(|it| (it.index, sheet_one(dice, &words, it))).collect();
    for (list, total) in ROWS {
        let mut counts: BTreeMap<usize, usize> =
            owners.iter().map(|it| (it.index, edge::rows(it, list).unwrap_or(1))).collect();
        let free: Vec<usize> =
            owners.iter().filter(|it| edge::rows(it, list).is_none()).map(|it| it.index).collect();
        while counts.values().sum::<usize>() < total {
            if let Some(count) = counts.get_mut(&one(dice, &free)).filter(|it| **it < 6) {
                *count += 1;
            }
        }
        for person in &owners {
            let count = counts.get(&person.index).copied().unwrap_or(0);
            let rows = edge::card_rows(person, list)
                .unwrap_or_else(|| rows(dice, &words, person, list, count));
            if let Some(card) = cards.get_mut(&person.index) {
                card.lists.push((list, rows));
            }
        }
    }
    cards
}

fn sheet_one(dice: &mut Dice, words: &Words, person: &Person) -> JobCard {
    let filled = |text: &str| {
        text.replace("{職種}", person.job).replace("{勤続}", &tenure(person, day("2026-10-31")))
    };
    let mut texts = vec![
        ("name", person.name.to_owned()),
        ("name_kana", person.kana.to_owned()),
        ("postal", format!("{:03}-{:04}", 200 + person.index, 11 + person.index)),
        ("address", edge::address(person)),
        ("phone", edge::phone(person)),
        ("email", person.mail()),
        ("values_interests", filled(words.one(dice, "価値"))),
        ("strengths", filled(words.one(dice, "強み"))),
        ("future_work", filled(words.one(dice, "将来"))),
        ("next_actions", filled(words.one(dice, "取組"))),
        ("wish_to_discuss", filled(words.one(dice, "相談"))),
    ];
    if person.prep == Prep::InProgress {
        texts.truncate(8);
    }
    edge::card_texts(person, &mut texts);
    let dates = vec![("birth_date", person.born), ("as_of", as_of(person))];
    JobCard { texts, dates, lists: vec![] }
}

/// The day on which somebody filled it in.
fn as_of(person: &Person) -> Date {
    day("2024-11-01").max(person.hired.plus_days(30))
}

fn rows(dice: &mut Dice, words: &Words, person: &Person, list: &str, count: usize) -> Vec<CardRow> {
    let (hired, ..) = person.hired.numbers();
    let (born, ..) = person.born.numbers();
    let mut year = (born + 18).min(hired);
    let span = (hired - year).max(1);
    let steps = i64::try_from(count).unwrap_or(1).max(1);
    (0..count)
        .map(|at| {
            let is_last = at + 1 == count;
            let from = year;
            year += (span / steps).max(1);
            match list {
                "jobs" => job(dice, words, person, (from, year.min(hired)), is_last),
                "licences" => licence(dice, words, hired),
                _ => training(dice, words, hired),
            }
        })
        .collect()
}

fn job(
    dice: &mut Dice,
    words: &Words,
    person: &Person,
    (from, to): (i64, i64),
    is_current: bool,
) -> CardRow {
    let duties = words.one(dice, "職務").to_owned();
    let learned = words.one(dice, "学び").to_owned();
    let (hired, month, _) = person.hired.numbers();
    let mut row = if is_current {
        vec![
            ("from", format!("{hired}-{month:02}")),
            ("company", person.company.contract().name.to_owned()),
            ("department", person.department.to_owned()),
            ("title", person.job.to_owned()),
            ("employment_type", person.employment.to_owned()),
        ]
    } else {
        vec![
            ("from", edge::month(dice, from, 4)),
            ("to", edge::month(dice, to, 3)),
            ("company", words.one(dice, "会社").to_owned()),
            ("title", one(dice, &["一般", "担当", "副主任", "アルバイト"]).to_owned()),
            ("employment_type", one(dice, &["正社員", "契約社員", "パート"]).to_owned()),
        ]
    };
    row.extend([("duties", duties), ("learned", learned)]);
    row
}

fn licence(dice: &mut Dice, words: &Words, hired: i64) -> CardRow {
    let (name, issuer) = words.one(dice, "免許").split_once('|').unwrap_or_default();
    let year = (hired + i64::try_from(below(dice, 6)).unwrap_or(0)).min(2024);
    vec![
        ("name", name.to_owned()),
        ("acquired", edge::month(dice, year, 9)),
        ("issuer", issuer.to_owned()),
    ]
}

fn training(dice: &mut Dice, words: &Words, hired: i64) -> CardRow {
    let (course, institution) = words.one(dice, "研修").split_once('|').unwrap_or_default();
    let year = (hired + i64::try_from(below(dice, 8)).unwrap_or(0)).min(2024);
    let month = edge::month(dice, year, 6);
    vec![
        ("from", month.clone()),
        ("to", month),
        ("institution", institution.to_owned()),
        ("course", course.to_owned()),
    ]
}
