//! The whole firm.

use std::collections::{BTreeMap, BTreeSet};

use engine::casework::{
    consent::{Decision, Matter},
    date::Date,
};
use shared::time::UnixMillis;

use super::{
    SEED,
    calendar::{day, moment, plus_min},
    card::{self, JobCard},
    consent::{self, Decided},
    interview::{self, Interview},
    matter::{BLOCKED_COPY, COPIES, Copy, Report},
    person::{self, Person},
    slot::{self, Diary, Outcome, Slot, index},
};
use crate::seed::Dice;

/// First day of what is told.
pub const FROM: &str = "2024-11-01";
/// Last day of it.
pub const TO: &str = "2026-10-31";
/// The day on which it is looked at.
pub const TODAY: &str = "2026-11-22";

/// Everything that the three companies and the firm did in two years.
pub struct Firm {
    /// Everybody on the rosters.
    pub people: Vec<Person>,
    /// JOB cards in the app, by person.
    pub cards: BTreeMap<usize, JobCard>,
    /// Every slot, in order of time.
    pub slots: Vec<Slot>,
    /// Every interview, in order of time.
    pub interviews: Vec<Interview>,
    /// Every decision about what may be done, in order of time.
    pub decisions: Vec<Decided>,
    /// Copies for the supervisor, and the one that was stopped.
    pub copies: Vec<Copy>,
}

impl Firm {
    /// The sample firm.
    pub fn sample() -> Self {
        Self::of(SEED)
    }

    /// A firm of a seed.
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::seeded(seed);
        let people = person::people();
        let cards = card::cards(&mut dice, &people);
        let mut diary = Diary::default();
        let held = slot::held(&mut dice, &mut diary, &people);
        let interviews = interview::interviews(&mut dice, &people, &held);
        let ended = |person: usize, at: UnixMillis| {
            interviews.iter().any(|it| it.person == person && it.ended_at < at)
        };
        let mut slots = slot::others(&mut dice, &mut diary, &people, ended);
        slots.extend(interviews.iter().enumerate().map(|(at, interview)| Slot {
            company: people.get(interview.person).expect("one of the people").company,
            start: interview.start,
            length_min: if interview.ordinal == 1 { 75 } else { 60 },
            venue: interview.venue,
            consultant: interview.consultant,
            outcome: Outcome::Ended(at),
        }));
        slots.sort_by_key(|it| (it.start, it.consultant));
        let decisions = consent::decisions(&mut dice, &people, &interviews);
        let copies = copies(&people, &interviews, &decisions);
        Self { people, cards, slots, interviews, decisions, copies }
    }

    /// Somebody by number.
    #[track_caller]
    pub fn person(&self, number: &str) -> &Person {
        person::find(&self.people, number)
    }

    /// The interviews of somebody, oldest first.
    pub fn interviews_of(&self, person: usize) -> impl Iterator<Item = &Interview> {
        self.interviews.iter().filter(move |it| it.person == person)
    }

    /// What somebody decided last about a matter, by a moment.
    pub fn standing(&self, person: usize, matter: Matter, by: UnixMillis) -> Option<Decision> {
        standing(&self.decisions, person, matter, by)
    }

    /// Who is counted in a report: once each, and nobody who does not want to be.
    pub fn counted(&self, report: &Report) -> BTreeSet<usize> {
        let (from, to, at) = (day(report.from), day(report.to), moment(report.at));
        let is_in = |it: &&Interview| {
            let company = self.people.get(it.person).map(|it| it.company);
            let on = Date::at(it.start);
            company == Some(report.company) && (from..=to).contains(&on)
        };
        let people = self.interviews.iter().filter(is_in).map(|it| it.person);
        people
            .filter(|it| self.standing(*it, Matter::Counting, at) == Some(Decision::Agreed))
            .collect()
    }

    /// Cases that a consultant has with people first met before a moment.
    pub fn cases_of(&self, consultant: usize, before: UnixMillis) -> BTreeSet<usize> {
        let own = self.interviews.iter().filter(|it| it.consultant == consultant);
        own.filter(|it| it.ordinal == 1 && it.start < before).map(|it| it.person).collect()
    }
}

fn standing(
    decisions: &[Decided],
    person: usize,
    matter: Matter,
    by: UnixMillis,
) -> Option<Decision> {
    let about = decisions.iter().filter(|it| it.person == person && it.matter == matter);
    about.filter(|it| it.at <= by).max_by_key(|it| it.at).map(|it| it.decision)
}

/// From those who agree, three; from those who are asked each time, three; and the one that was
/// stopped by a withdrawal.
fn copies(people: &[Person], interviews: &[Interview], decisions: &[Decided]) -> Vec<Copy> {
    let (number, which) = BLOCKED_COPY;
    let stopped = index(people, number);
    let mut copies = vec![];
    for decision in [Decision::Agreed, Decision::AskEachTime] {
        let is_fit = |(_, it): &(usize, &Interview)| {
            let held = standing(decisions, it.person, Matter::Supervision, day(TODAY).start());
            held == Some(decision) && it.ordinal > 1 && it.note.chars() > 0
        };
        let found = interviews.iter().enumerate().filter(is_fit).step_by(4).take(COPIES / 2);
        copies.extend(found.map(|(at, it)| Copy {
            interview: at,
            at: plus_min(it.signed_at, 3 * 24 * 60),
            is_allowed: true,
            asks: decision == Decision::AskEachTime,
        }));
    }
    let stopped = interviews
        .iter()
        .position(|it| it.person == stopped && it.ordinal == which + 1)
        .expect("the interview whose copy was stopped");
    copies.push(Copy {
        interview: stopped,
        at: moment("2026-06-11T21:00"),
        is_allowed: false,
        asks: false,
    });
    copies.sort_by_key(|it| it.at);
    copies
}
