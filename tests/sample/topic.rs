//! What each interview was about.

use std::collections::BTreeMap;

use engine::casework::{
    date::Date,
    note::{DIRECTIONS, ORGANISATION_CODES, TOPICS},
};

use super::{
    fragment::{below, one, shuffle},
    person::Person,
    place::Company,
    slot::{contract_year, index},
};
use crate::seed::Dice;

/// Main topics of all interviews.
pub const MAIN: [(&str, usize); 10] = [
    ("career_plan", 38),
    ("skills", 17),
    ("conditions", 14),
    ("relations", 13),
    ("aptitude", 9),
    ("balance", 8),
    ("transfer", 5),
    ("promotion", 4),
    ("leaving", 3),
    ("health", 2),
];

/// Topics of the last interview at A in its second year, by which the report counts: two of them are
/// few, so one more is hidden with them.
const SECOND_YEAR: [(&str, usize); 4] =
    [("career_plan", 9), ("skills", 6), ("conditions", 4), ("promotion", 2)];

/// Told by the examples and by what becomes of a case: number, which interview, topic.
const PINNED: [(&str, usize, &str); 6] = [
    ("A-0107", 0, "promotion"),
    ("B-0042", 1, "health"),
    ("B-0046", 3, "transfer"),
    ("C-0009", 0, "relations"),
    ("C-0009", 1, "relations"),
    ("C-0009", 2, "relations"),
];

/// Something of the organisation that an interview showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrganisationMark {
    /// What.
    pub code: &'static str,
    /// Difficulty or strength.
    pub direction: &'static str,
    /// From 1 to 3.
    pub strength: i64,
}

/// The main topic of each interview, given as person and place in their row, in order of time.
pub(super) fn mains(
    dice: &mut Dice,
    people: &[Person],
    interviews: &[(usize, usize, Date)],
) -> Vec<&'static str> {
    let mut left: BTreeMap<&str, usize> = MAIN.into_iter().collect();
    let mut chosen: BTreeMap<(usize, usize), &'static str> = BTreeMap::new();
    let mut choose = |who: (usize, usize), topic: &'static str| {
        if chosen.insert(who, topic).is_none()
            && let Some(count) = left.get_mut(topic)
        {
            *count -= 1;
        }
    };
    for (number, which, topic) in PINNED {
        choose((index(people, number), which), topic);
    }
    for (who, topic) in second_year(dice, people, interviews) {
        choose(who, topic);
    }
    let mut order: Vec<usize> = (0..people.len()).collect();
    shuffle(dice, &mut order);
    // A person stays with what moves them: topics are handed out in runs.
    let runs =
        MAIN.iter().flat_map(|(topic, _)| vec![*topic; left.get(topic).copied().unwrap_or(0)]);
    let mut runs: Vec<&'static str> = runs.collect();
    runs.reverse();
    for person in order {
        for (who, which, _) in interviews.iter().filter(|(who, ..)| *who == person) {
            chosen.entry((*who, *which)).or_insert_with(|| runs.pop().expect("enough topics"));
        }
    }
    interviews
        .iter()
        .map(|(who, which, _)| *chosen.get(&(*who, *which)).expect("a topic for each"))
        .collect()
}

fn second_year(
    dice: &mut Dice,
    people: &[Person],
    interviews: &[(usize, usize, Date)],
) -> Vec<((usize, usize), &'static str)> {
    let is_there = |person: &Person| person.company == Company::A;
    let last = |person: &Person| {
        let own = interviews.iter().filter(|(who, ..)| *who == person.index);
        own.filter(|(.., on)| contract_year(*on) == 2026).max_by_key(|(_, which, _)| *which)
    };
    let mut rows: Vec<(usize, usize)> = people
        .iter()
        .filter(|it| is_there(it))
        .filter_map(last)
        .map(|(who, which, _)| (*who, *which))
        .collect();
    shuffle(dice, &mut rows);
    // The one of the example is about promotion to the end.
    let example = index(people, "A-0107");
    rows.sort_by_key(|(who, _)| *who != example);
    let mut topics: Vec<&str> =
        SECOND_YEAR.iter().rev().flat_map(|(topic, count)| vec![*topic; *count]).collect();
    topics.truncate(rows.len());
    rows.into_iter().zip(topics).collect()
}

/// What was talked about beside the main topic.
pub(super) fn besides(dice: &mut Dice, person: &Person, main: &str) -> Vec<&'static str> {
    let mut others: Vec<&'static str> = vec![];
    if person.is("near") {
        others.push("retirement");
    }
    if person.is("leave") {
        others.push("balance");
    }
    if person.segment == "new_hire" {
        others.push("other");
    }
    if dice.one_in(2) {
        others.push(one(dice, &["career_plan", "skills", "aptitude", "conditions", "relations"]));
    }
    // In the schema's order, each once.
    TOPICS.iter().copied().filter(|it| *it != main && others.contains(it)).collect()
}

/// One or two things of the organisation.
pub(super) fn marks(dice: &mut Dice) -> Vec<OrganisationMark> {
    let mut codes = ORGANISATION_CODES.to_vec();
    shuffle(dice, &mut codes);
    codes.truncate(1 + below(dice, 2));
    codes
        .into_iter()
        .map(|code| OrganisationMark {
            code,
            // Difficulties are told more often than strengths.
            direction: DIRECTIONS.get(usize::from(dice.one_in(3))).copied().unwrap_or("issue"),
            strength: 1 + i64::try_from(below(dice, 3)).unwrap_or(0),
        })
        .collect()
}
