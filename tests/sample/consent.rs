//! What was explained, agreed to, refused and withdrawn.

use std::collections::BTreeMap;

use engine::casework::consent::{Decision, Matter};
use shared::time::UnixMillis;

use super::{
    calendar::{moment, plus_min},
    edge::MINIMAL,
    fragment::{one, shuffle},
    interview::Interview,
    note::purpose,
    person::{Person, Prep},
    place::VENUES,
    slot::index,
};
use crate::seed::Dice;

/// What a decision covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// The matter as it is.
    Whole,
    /// These words.
    Words(String),
    /// These ways to be reached.
    Codes(Vec<&'static str>),
    /// Another consultant, as an index into the staff.
    Successor(usize),
    /// The words of a disclosure, by its place among the firm's.
    Disclosure(usize),
}

/// How a decision was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// On the employee's phone.
    Phone,
    /// By a signature on the consultant's tablet.
    Tablet,
    /// On paper.
    Paper,
    /// Aloud.
    Spoken,
}

/// One decision.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Whose.
    pub person: usize,
    /// With which consultant.
    pub consultant: usize,
    /// About what.
    pub matter: Matter,
    /// What.
    pub decision: Decision,
    /// How much.
    pub covers: Covers,
    /// When.
    pub at: UnixMillis,
    /// By what means.
    pub how: How,
}

/// Supervision, counting and hand-over by what holds in the end; what was withdrawn counts as no.
pub const SUPERVISION: [(Decision, usize); 3] =
    [(Decision::Agreed, 19), (Decision::AskEachTime, 21), (Decision::Refused, 14)];
/// How many may not be counted.
pub const NOT_COUNTED: usize = 5;
/// Hand-over.
pub const HAND_OVER: [(Decision, usize); 3] =
    [(Decision::Agreed, 22), (Decision::AskEachTime, 20), (Decision::Refused, 12)];

/// Who took something back, what and when. The grant of the JOB card is no matter of consent.
pub const WITHDRAWN: [(&str, Option<Matter>, &str); 5] = [
    ("A-0102", Some(Matter::Supervision), "2026-06-11T20:15"),
    ("B-0044", Some(Matter::Supervision), "2026-08-22T09:40"),
    ("A-0113", Some(Matter::Counting), "2026-01-15T21:05"),
    ("A-0109", None, "2026-09-30T19:30"),
    ("B-0046", Some(Matter::Telling), "2026-10-21T22:10"),
];

/// Told by the examples.
const SUPERVISION_PINNED: [(&str, Decision); 4] = [
    ("A-0107", Decision::AskEachTime),
    ("C-0009", Decision::Refused),
    ("A-0102", Decision::Refused),
    ("B-0044", Decision::Refused),
];
const HAND_OVER_PINNED: [(&str, Decision); 2] =
    [("A-0107", Decision::Agreed), ("C-0009", Decision::Refused)];
const COUNTING_PINNED: [&str; 4] = ["A-0106", "B-0051", "B-0052", "C-0010"];

/// Who will not hear of secrecy as it is explained, with whom and when.
pub const REFUSES: (&str, &str) = ("A-0127", "2026-06-24T14:05");

/// Gives everybody one of the choices, so often each.
fn deal(
    dice: &mut Dice,
    people: &[&Person],
    counts: [(Decision, usize); 3],
    pinned: &[(&str, Decision)],
) -> BTreeMap<usize, Decision> {
    let pin = |person: &Person| pinned.iter().find(|(number, _)| *number == person.number);
    let mut rest: Vec<Decision> = vec![];
    for (decision, count) in counts {
        let taken = people.iter().filter_map(|it| pin(it)).filter(|(_, it)| *it == decision);
        rest.extend(vec![decision; count.saturating_sub(taken.count())]);
    }
    shuffle(dice, &mut rest);
    let mut rest = rest.into_iter();
    people
        .iter()
        .map(|it| {
            let decision = pin(it).map(|(_, decision)| *decision);
            (it.index, decision.or_else(|| rest.next()).expect("as many choices as people"))
        })
        .collect()
}

/// Every decision, in order of time.
pub(super) fn decisions(
    dice: &mut Dice,
    people: &[Person],
    interviews: &[Interview],
) -> Vec<Decided> {
    let interviewed: Vec<&Person> = people.iter().filter(|it| it.interviews > 0).collect();
    let supervision = deal(dice, &interviewed, SUPERVISION, &SUPERVISION_PINNED);
    let hand_over = deal(dice, &interviewed, HAND_OVER, &HAND_OVER_PINNED);
    let mut all = vec![];
    for interview in interviews {
        let person = people.get(interview.person).expect("one of the people");
        let mut book = Book { person, interview, all: vec![] };
        if interview.ordinal == 1 {
            let first = |deal: &BTreeMap<usize, Decision>, matter| {
                let held = deal.get(&person.index).copied().unwrap_or(Decision::Refused);
                // Who took it back had agreed at first.
                if is_withdrawn(person, matter) { Decision::Agreed } else { held }
            };
            let supervision = first(&supervision, Matter::Supervision);
            book.first(dice, supervision, first(&hand_over, Matter::HandOver));
        }
        book.each(dice);
        all.extend(book.all);
    }
    all.push(refusal(people));
    all.extend(withdrawals(people));
    all.sort_by_key(|it| it.at);
    all
}

fn is_withdrawn(person: &Person, matter: Matter) -> bool {
    WITHDRAWN.iter().any(|(number, of, _)| *number == person.number && *of == Some(matter))
}

struct Book<'a> {
    person: &'a Person,
    interview: &'a Interview,
    all: Vec<Decided>,
}

impl Book<'_> {
    fn add(&mut self, matter: Matter, decision: Decision, covers: Covers) {
        let how = match (self.person.prep, self.person.number) {
            (Prep::Paper, "A-0122") => How::Paper,
            (Prep::Paper, "C-0011") => How::Spoken,
            (Prep::Paper, _) => How::Tablet,
            // Where there is no network, the tablet would not learn of what the phone was told.
            _ if has_no_network(self.interview) => How::Tablet,
            _ => How::Phone,
        };
        let minutes = u64::try_from(self.all.len()).unwrap_or(0);
        self.all.push(Decided {
            person: self.person.index,
            consultant: self.interview.consultant,
            matter,
            decision,
            covers,
            at: plus_min(self.interview.started_at, minutes),
            how,
        });
    }

    fn first(&mut self, dice: &mut Dice, supervision: Decision, hand_over: Decision) {
        let number = self.person.number;
        self.add(Matter::Secrecy, Decision::Explained, Covers::Whole);
        self.add(Matter::Consultant, Decision::Explained, Covers::Whole);
        self.add(Matter::Supervision, supervision, Covers::Whole);
        let is_minimal = MINIMAL.contains(&number);
        let record = if is_minimal { Decision::Refused } else { Decision::Agreed };
        self.add(Matter::Record, record, Covers::Whole);
        let refuses = COUNTING_PINNED.contains(&number);
        let counting = if refuses { Decision::Refused } else { Decision::Agreed };
        self.add(Matter::Counting, counting, Covers::Whole);
        let successor = if self.interview.consultant == 3 { 0 } else { 3 };
        let is_agreed = hand_over == Decision::Agreed;
        let covers = if is_agreed { Covers::Successor(successor) } else { Covers::Whole };
        self.add(Matter::HandOver, hand_over, covers);
        let is_reachable = number == "A-0107" || dice.below(10) < 7;
        let emergency = if is_reachable { Decision::Agreed } else { Decision::Refused };
        self.add(Matter::Emergency, emergency, Covers::Whole);
        let contact = match number {
            "A-0107" => vec!["app_only"],
            "C-0009" => vec!["app_only", "never_at_work"],
            _ => {
                one(dice, &[&["app_only"][..], &["app_only", "mail"], &["mail", "phone"]]).to_vec()
            }
        };
        self.add(Matter::Contact, Decision::Agreed, Covers::Codes(contact));
    }

    fn each(&mut self, dice: &mut Dice) {
        let told = self.interview.note.text("purpose");
        let words = if told.is_empty() { purpose(self.interview.topic) } else { told };
        self.add(Matter::Purpose, Decision::Agreed, Covers::Words(words.to_owned()));
        let (decision, covers) = match (self.person.number, dice.below(4)) {
            ("A-0107", _) => (Decision::Agreed, Covers::Words(String::from("2か月後"))),
            (_, 0) => (Decision::Agreed, Covers::Words(String::from("三か月後"))),
            (_, 1) => (Decision::AskEachTime, Covers::Whole),
            (_, 2) => (Decision::Explained, Covers::Whole),
            _ => (Decision::Refused, Covers::Whole),
        };
        self.add(Matter::Continuation, decision, covers);
    }
}

fn has_no_network(interview: &Interview) -> bool {
    VENUES.get(interview.venue).is_some_and(|it| it.has_no_network)
}

fn refusal(people: &[Person]) -> Decided {
    let (number, at) = REFUSES;
    Decided {
        person: index(people, number),
        consultant: 3,
        matter: Matter::Secrecy,
        decision: Decision::Refused,
        covers: Covers::Whole,
        at: moment(at),
        how: How::Phone,
    }
}

fn withdrawals(people: &[Person]) -> Vec<Decided> {
    let taken_back = WITHDRAWN.iter().filter_map(|(number, matter, at)| {
        let person = people.get(index(people, number))?;
        let matter = (*matter)?;
        // What was to be told is withdrawn with its very words.
        let covers = if matter == Matter::Telling {
            Covers::Disclosure(super::matter::WITHDRAWN_DISCLOSURE)
        } else {
            Covers::Whole
        };
        Some(Decided {
            person: person.index,
            consultant: person.consultant,
            matter,
            decision: Decision::Withdrawn,
            covers,
            at: moment(at),
            how: How::Phone,
        })
    });
    taken_back.collect()
}
