//! When who sits with whom in which room.

use std::collections::{BTreeMap, BTreeSet};

use engine::casework::date::Date;
use shared::time::UnixMillis;

use super::{
    calendar::{at, day, is_working, moment},
    fragment::{below, one, shuffle},
    person::{Person, find},
    place::{Company, VENUES},
};
use crate::seed::Dice;

/// Who took an appointment back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// The employee.
    Employee,
    /// The consultant.
    Consultant,
    /// The company.
    Company,
}

/// What became of a slot; people by their place in the firm's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An interview was held.
    Ended(usize),
    /// Nobody came.
    NoShow(usize),
    /// It was called off.
    Cancelled(By, usize),
    /// Nobody took it.
    Open,
    /// Somebody will come.
    Booked(usize),
}

/// An interview slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// For whose people.
    pub company: Company,
    /// When.
    pub start: UnixMillis,
    /// 75 minutes for somebody who was not interviewed yet, else 60.
    pub length_min: u32,
    /// Index of the room.
    pub venue: usize,
    /// Index of the consultant.
    pub consultant: usize,
    /// What became of it.
    pub outcome: Outcome,
}

/// Somebody's interviews in time.
#[derive(Clone, Copy, Debug)]
struct Wish {
    person: usize,
    from: Date,
    to: Date,
    pinned: Option<(&'static str, usize)>,
}

/// Interviews whose time is told by the examples or by the edge data: number, which, when, where.
const PINNED: [(&str, usize, &str, usize); 12] = [
    ("A-0107", 0, "2026-05-19T13:30", 1),
    ("A-0107", 1, "2026-07-14T13:30", 1),
    ("B-0042", 1, "2026-02-17T18:20", 3),
    ("C-0009", 0, "2026-06-16T10:15", 4),
    ("C-0009", 1, "2026-09-08T10:00", 5),
    ("C-0009", 2, "2026-09-24T10:00", 5),
    // Something is told to others on these days.
    ("A-0104", 3, "2026-07-10T10:45", 1),
    ("A-0105", 1, "2026-08-31T15:15", 1),
    ("A-0118", 2, "2026-10-01T15:45", 2),
    ("B-0046", 3, "2026-10-20T15:00", 5),
    ("C-0006", 1, "2026-09-16T10:15", 4),
    // Half past eight in Japan is the day before at Greenwich, and its end is not.
    ("C-0003", 0, "2026-01-20T08:30", 4),
];

/// Days between two interviews of one person, at least.
const GAP_DAYS: i64 = 21;

/// The day on which a tablet was lost, its owner travelled.
const TRAVEL: [&str; 2] = ["2026-03-12", "2026-03-13"];

/// Who sits where.
#[derive(Default)]
pub(super) struct Diary {
    taken: BTreeSet<(usize, UnixMillis)>,
    rooms: BTreeMap<(usize, Date), usize>,
    days: Vec<(usize, Date)>,
}

impl Diary {
    fn is_free(&self, consultant: usize, venue: usize, start: UnixMillis) -> bool {
        let on = Date::at(start);
        // A consultant stays in one room for a day, so starts of its grid never overlap.
        let is_there = self.rooms.get(&(consultant, on)).is_none_or(|it| *it == venue);
        let is_shared = self
            .rooms
            .iter()
            .any(|((other, day), room)| *other != consultant && *day == on && *room == venue);
        is_there && !is_shared && !self.taken.contains(&(consultant, start))
    }

    fn take(&mut self, consultant: usize, venue: usize, start: UnixMillis) {
        self.taken.insert((consultant, start));
        self.rooms.insert((consultant, Date::at(start)), venue);
    }

    fn is_far(&self, person: usize, on: Date) -> bool {
        self.days.iter().all(|(it, day)| *it != person || day.days_until(on).abs() >= GAP_DAYS)
    }

    /// A free time in a period.
    #[track_caller]
    pub(super) fn find(
        &mut self,
        dice: &mut Dice,
        (from, to): (Date, Date),
        (consultant, venue): (usize, usize),
        person: Option<usize>,
    ) -> UnixMillis {
        let span = usize::try_from(from.days_until(to)).unwrap_or(0) + 1;
        for _ in 0..20_000 {
            let days = i64::try_from(below(dice, span)).unwrap_or(0);
            let on = from.plus_days(days);
            let starts = VENUES.get(venue).map_or(&[][..], |it| it.starts);
            let (hour, minute) = one(dice, starts);
            let start = at(on, hour, minute);
            let is_fit = is_working(on)
                && !TRAVEL.contains(&on.to_string().as_str())
                && self.is_free(consultant, venue, start)
                && person.is_none_or(|it| self.is_far(it, on));
            if is_fit {
                self.take(consultant, venue, start);
                self.days.extend(person.map(|it| (it, on)));
                return start;
            }
        }
        let none: Option<UnixMillis> = VENUES.iter().find_map(|_| None);
        none.expect("a time in the period")
    }
}

/// The room in which a consultant talks with people of a company.
fn venue(dice: &mut Dice, person: &Person) -> usize {
    match (person.company, person.consultant) {
        (Company::A, 0) => 1,
        (Company::A, _) => 2,
        (Company::B, 3) => 5,
        (Company::B, _) => 3 + 2 * usize::from(dice.one_in(5)),
        (Company::C, _) => 4,
    }
}

/// In which period each interview of a person falls.
fn periods(dice: &mut Dice, person: &Person) -> Vec<(Date, Date)> {
    let period = |from, to| (day(from), day(to));
    let first = period("2024-11-05", "2025-10-31");
    let second = period("2025-11-04", "2026-10-30");
    let early = period("2025-01-06", "2025-06-27");
    let late = period("2025-07-01", "2025-12-24");
    let rest = period("2025-07-01", "2026-10-30");
    match (person.company, person.interviews, person.number) {
        (_, 0, _) => vec![],
        (Company::A, _, "A-0116") => vec![period("2025-01-06", "2025-03-28")],
        (Company::A, 1, _) => vec![first],
        (Company::A, 2, _) => vec![first, second],
        (Company::A, 3, _) => vec![first, one(dice, &[first, second]), second],
        (Company::A, _, _) => vec![first, first, second, second],
        (Company::B, 1, "B-0051" | "B-0052") => vec![period("2026-02-02", "2026-09-30")],
        (Company::B, 1, "B-0045") => vec![period("2025-08-18", "2025-12-24")],
        (Company::B, 1, "B-0037" | "B-0039" | "B-0041" | "B-0048") => vec![early],
        (Company::B, 1 | 2, _) => vec![late],
        (Company::B, count, _) => [vec![early], vec![rest; count - 1]].concat(),
        (Company::C, _, "C-0012") => vec![period("2026-05-11", "2026-10-30")],
        (Company::C, count, _) => {
            let later = period("2026-02-02", "2026-10-30");
            [vec![period("2025-12-01", "2026-05-29")], vec![later; count - 1]].concat()
        }
    }
}

fn wishes(dice: &mut Dice, people: &[Person]) -> Vec<Wish> {
    let mut wishes = vec![];
    for person in people {
        let pins: Vec<_> = PINNED.iter().filter(|(number, ..)| *number == person.number).collect();
        let mut periods = periods(dice, person);
        periods.truncate(person.interviews.saturating_sub(pins.len()));
        let free = periods.into_iter().map(|(from, to)| Wish {
            person: person.index,
            from,
            to,
            pinned: None,
        });
        let pinned = pins.iter().map(|(_, _, when, venue)| {
            let on = Date::at(moment(when));
            Wish { person: person.index, from: on, to: on, pinned: Some((when, *venue)) }
        });
        wishes.extend(pinned.chain(free));
    }
    // What is fixed first, then what has the least room.
    wishes.sort_by_key(|it| (it.pinned.is_none(), it.from.days_until(it.to)));
    wishes
}

/// When each interview is held: person, start, room, consultant, in order of time.
pub(super) fn held(
    dice: &mut Dice,
    diary: &mut Diary,
    people: &[Person],
) -> Vec<(usize, UnixMillis, usize, usize)> {
    let mut held = vec![];
    for wish in wishes(dice, people) {
        let person = people.get(wish.person).expect("one of the people");
        let consultant = person.consultant;
        let (start, venue) = if let Some((when, venue)) = wish.pinned {
            diary.take(consultant, venue, moment(when));
            diary.days.push((person.index, Date::at(moment(when))));
            (moment(when), venue)
        } else {
            let venue = venue(dice, person);
            let period = (wish.from, wish.to);
            let place = (consultant, venue);
            (diary.find(dice, period, place, Some(person.index)), venue)
        };
        held.push((person.index, start, venue, consultant));
    }
    held.sort_by_key(|(person, start, ..)| (*start, *person));
    held
}

/// All slots that were not an interview: not come, called off, unused, and yet to come.
pub(super) fn others(
    dice: &mut Dice,
    diary: &mut Diary,
    people: &[Person],
    ended: impl Fn(usize, UnixMillis) -> bool,
) -> Vec<Slot> {
    let mut with_phone: Vec<&Person> = people.iter().filter(|it| it.interviews > 0).collect();
    // Nobody books for somebody whose interviews are all set.
    with_phone.retain(|it| !["A-0107", "B-0042", "C-0009"].contains(&it.number));
    shuffle(dice, &mut with_phone);
    let mut next = with_phone.iter().cycle();
    let past = (day("2025-01-06"), day("2026-10-30"));
    let coming = (day("2026-11-24"), day("2026-12-18"));
    let wishes = [
        vec![(past, Kind::NoShow); 6],
        vec![(past, Kind::Cancelled(By::Employee)); 7],
        vec![(past, Kind::Cancelled(By::Consultant)); 2],
        vec![(past, Kind::Cancelled(By::Company)); 2],
        vec![(past, Kind::Open); 18],
        vec![(coming, Kind::Open); 12],
        vec![(coming, Kind::Booked); 8],
    ];
    let mut slots = vec![];
    for (period, kind) in wishes.concat() {
        let person = next.next().expect("people go round");
        let from =
            period.0.max(person.hired.plus_days(60)).max(day(person.company.contract().from));
        let venue = venue(dice, person);
        let start = diary.find(dice, (from, period.1), (person.consultant, venue), None);
        let outcome = match kind {
            Kind::NoShow => Outcome::NoShow(person.index),
            Kind::Cancelled(by) => Outcome::Cancelled(by, person.index),
            Kind::Booked => Outcome::Booked(person.index),
            Kind::Open => Outcome::Open,
        };
        let is_repeat = outcome != Outcome::Open && ended(person.index, start);
        slots.push(Slot {
            company: person.company,
            start,
            length_min: if is_repeat { 60 } else { 75 },
            venue,
            consultant: person.consultant,
            outcome,
        });
    }
    slots
}

#[derive(Clone, Copy)]
enum Kind {
    NoShow,
    Cancelled(By),
    Open,
    Booked,
}

impl Slot {
    /// The wave it belongs to: a year of the contract.
    pub fn wave(&self) -> String {
        format!("{}-{}", self.company.letter(), contract_year(Date::at(self.start)))
    }
}

/// Contracts run from November to October and are called by the year in which they end.
pub fn contract_year(on: Date) -> i64 {
    let (year, month, _) = on.numbers();
    year + i64::from(month >= 11)
}

/// Where somebody of a number stands in the list.
pub(super) fn index(people: &[Person], number: &str) -> usize {
    find(people, number).index
}
