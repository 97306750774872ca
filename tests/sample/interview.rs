//! Interviews as they were held.

use engine::casework::date::Date;
use shared::time::UnixMillis;

use super::{
    calendar::{moment, plus_min},
    canvas::{self, Canvas},
    edge, example,
    fragment::{Deck, below, one, shuffle},
    matter::RISKS,
    note::{self, Note, Occasion},
    person::Person,
    slot::index,
    topic::{self, OrganisationMark},
};
use crate::seed::Dice;

/// An interview.
#[derive(Clone, Debug)]
pub struct Interview {
    /// With whom, by their place among the people.
    pub person: usize,
    /// By whom, as an index into the staff.
    pub consultant: usize,
    /// 1 for the first.
    pub ordinal: usize,
    /// In which room.
    pub venue: usize,
    /// When it was to begin.
    pub start: UnixMillis,
    /// When it began.
    pub started_at: UnixMillis,
    /// When it ended.
    pub ended_at: UnixMillis,
    /// Main topic.
    pub topic: &'static str,
    /// Other topics.
    pub others: Vec<&'static str>,
    /// What it showed of the organisation.
    pub organisation: Vec<OrganisationMark>,
    /// How grave a danger is.
    pub risk: &'static str,
    /// What was written down.
    pub note: Note,
    /// When it was signed.
    pub signed_at: UnixMillis,
    /// What was added to the signed note, and when.
    pub amendment: Option<(UnixMillis, &'static str)>,
    /// What was drawn.
    pub canvases: Vec<Canvas>,
    /// Satisfaction, motivation and trust from 0 to 10, as the employee says.
    pub survey: Option<[i64; 3]>,
    /// Whether and when they wish to go on.
    pub continue_wish: &'static str,
}

/// How many signed notes were added to.
pub const AMENDMENTS: usize = 9;
const ADDITIONS: [&str; 4] = [
    "日付の誤りを訂正",
    "本人の言葉の順を訂正",
    "渡した資料の名前を追加",
    "次回の予定の変更を追加",
];

/// When and where each is held: person, start, room, consultant.
pub(super) type Held = (usize, UnixMillis, usize, usize);

/// Every interview, in order of time.
pub(super) fn interviews(dice: &mut Dice, people: &[Person], held: &[Held]) -> Vec<Interview> {
    let mut counts = vec![0; people.len()];
    let rows: Vec<(usize, usize, Date)> = held
        .iter()
        .map(|(person, start, ..)| {
            let count = counts.get_mut(*person).expect("one of the people");
            *count += 1;
            (*person, *count - 1, Date::at(*start))
        })
        .collect();
    let topics = topic::mains(dice, people, &rows);
    let mut deck = Deck::shuffled(dice);
    let mut all: Vec<Interview> = held
        .iter()
        .zip(&rows)
        .zip(topics)
        .map(|((held, (person, which, _)), topic)| {
            let person = people.get(*person).expect("one of the people");
            interview(&mut deck, dice, (person, *which), *held, topic)
        })
        .collect();
    add_canvases(dice, people, &mut all);
    add_amendments(dice, people, &mut all);
    all
}

fn interview(
    deck: &mut Deck,
    dice: &mut Dice,
    (person, which): (&Person, usize),
    (_, start, venue, consultant): Held,
    topic: &'static str,
) -> Interview {
    let told = example::about(person.number, which);
    let (organisation, others) =
        told.unwrap_or_else(|| (topic::marks(dice), topic::besides(dice, person, topic)));
    let risk = RISKS.iter().find(|(number, of, _)| *number == person.number && *of == which);
    let risk = risk.map_or("none", |(.., level)| level);
    let occasion = Occasion {
        person,
        on: Date::at(start),
        ordinal: which,
        main: topic,
        others: &others,
        marks: &organisation,
        risk,
    };
    let mut note = note::compose(deck, dice, &occasion);
    edge::bend(person.number, which, &mut note);
    let note = example::note(person.number, which).unwrap_or(note);
    let minutes = if which == 0 { 66 + dice.below(8) } else { 46 + dice.below(12) };
    let (started_at, ended_at) = match example::times(person.number, which) {
        Some((from, to)) => (moment(from), moment(to)),
        None => (plus_min(start, 1), plus_min(start, 1 + minutes)),
    };
    let score = |dice: &mut Dice| 6 + i64::try_from(below(dice, 5)).unwrap_or(0);
    Interview {
        person: person.index,
        consultant,
        ordinal: which + 1,
        venue,
        start,
        started_at,
        ended_at,
        topic,
        others,
        organisation,
        risk,
        note,
        signed_at: if (person.number, which) == ("A-0107", 0) {
            moment("2026-05-19T16:05")
        } else {
            plus_min(ended_at, 40 + dice.below(300))
        },
        amendment: None,
        canvases: vec![],
        survey: (!dice.one_in(5)).then(|| [score(dice), score(dice), score(dice)]),
        continue_wish: one(dice, &["yes", "when_needed", "unsure", "none"]),
    }
}

fn is_minimal(people: &[Person], interview: &Interview) -> bool {
    people.get(interview.person).is_some_and(|it| edge::MINIMAL.contains(&it.number))
}

fn add_canvases(dice: &mut Dice, people: &[Person], all: &mut [Interview]) {
    for (kind, count) in canvas::COUNTS {
        let mut order: Vec<usize> = (0..all.len())
            .filter(|at| all.get(*at).is_some_and(|it| !is_minimal(people, it)))
            .collect();
        shuffle(dice, &mut order);
        let told = |at: &usize| {
            let interview = all.get(*at);
            let person = interview.and_then(|it| people.get(it.person));
            let told = interview
                .zip(person)
                .and_then(|(it, person)| example::canvas(person.number, it.ordinal - 1, kind));
            // What an example tells, and the first interviews: there people draw most.
            (told.is_none(), interview.is_none_or(|it| it.ordinal > 1))
        };
        order.sort_by_key(told);
        for at in order.into_iter().take(count) {
            let Some(interview) = all.get_mut(at) else { continue };
            let person = people.get(interview.person).expect("one of the people");
            let (year, ..) = Date::at(interview.start).numbers();
            let told = example::canvas(person.number, interview.ordinal - 1, kind);
            let canvas = told.unwrap_or_else(|| canvas::draw(dice, person, kind, year));
            interview.canvases.push(canvas);
        }
    }
}

fn add_amendments(dice: &mut Dice, people: &[Person], all: &mut [Interview]) {
    let example = index(people, "A-0107");
    let mut order: Vec<usize> = (0..all.len())
        .filter(|at| all.get(*at).is_some_and(|it| !is_minimal(people, it)))
        .collect();
    shuffle(dice, &mut order);
    order.sort_by_key(|at| all.get(*at).is_none_or(|it| (it.person, it.ordinal) != (example, 1)));
    for at in order.into_iter().take(AMENDMENTS) {
        let Some(interview) = all.get_mut(at) else { continue };
        interview.amendment = Some(if (interview.person, interview.ordinal) == (example, 1) {
            (moment(example::AMENDMENT.0), example::AMENDMENT.1)
        } else {
            (plus_min(interview.signed_at, 60 + dice.below(1_200)), one(dice, &ADDITIONS))
        });
    }
}
