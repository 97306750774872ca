//! Interview slots (面談枠): times in rooms, and who took which, by account and without a name.
//!
//! Nobody writes "booked": an employee adds a claim, which nobody can change, and takes it back by
//! adding a release. Two claims to one slot, both made offline, are settled by the order in which
//! the server got them, which is the same for everybody.

use shared::{
    id::{AccountId, DocumentId, Number},
    time::UnixMillis,
};

use crate::{
    casework::{
        date::Date,
        field::{Field, Shape, Spec, spec},
        item::{add, all, code, count, millis, time},
        venue::{SoundCheck, Unfit, fit},
    },
    document::{
        crdt::{Crdt, EditError, Writer},
        guard::{BOTH, Guard, STAFF, Side, adds, guard},
    },
};

/// What a first interview takes, explanations included.
pub const FIRST_MIN: u32 = 75;
/// What a later one takes.
pub const LATER_MIN: u32 = 60;
/// How long the talk itself should be, both ends included.
pub const TALK_MIN: (u32, u32) = (45, 60);
/// How early the consultant is there.
pub const ARRIVE_MIN: u32 = 15;
/// How long is kept for the note afterwards.
pub const NOTE_MIN: u32 = 15;
/// More interviews than this on one day is too many for one consultant.
pub const DAY_MAX: usize = 5;
/// Most slots in one grid.
const GRID_MAX: u64 = 64;
const MINUTE_MS: u64 = 60_000;

/// What became of a slot, beside being free or taken.
pub const STATES: &[&str] = &[
    "open",
    "held",
    "checked_in",
    "under_way",
    "ended",
    "no_show",
    "cancelled_by_employee",
    "cancelled_by_consultant",
    "cancelled_by_company",
];
/// Why something was cancelled. No free text: the lead reads it.
pub const REASONS: &[&str] = &["illness", "work", "private", "transport", "room", "other"];

/// The wave's slots.
pub const FIELDS: &[Spec] = &[
    spec("slots", Shape::List(SLOT)),
    spec("claims", Shape::List(&[])),
    spec("releases", Shape::List(&[])),
];
const SLOT: &[Spec] = &[spec("state", Shape::One(STATES)), spec("reason", Shape::One(REASONS))];

/// What only an act writes, which asks the rules first.
pub const ACTS: &[&str] = &["slots", "slots/", "claims", "claims/", "releases", "releases/"];

/// Consultants make slots; whoever takes one adds to lists that nobody shortens.
pub const GUARDS: &[Guard] = &[guard("", STAFF), adds("claims", BOTH), adds("releases", BOTH)];

/// A slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its item.
    pub id: String,
    /// When the employee comes.
    pub start: UnixMillis,
    /// [`FIRST_MIN`] or [`LATER_MIN`].
    pub length_min: u32,
    /// Item of the company's document.
    pub venue: String,
    /// Whose.
    pub consultant: AccountId,
    /// One of [`STATES`].
    pub state: &'static str,
    /// Where and with whom, for employees, who read neither the company's document nor the
    /// directory.
    pub sign: Sign,
    /// Kept for this employee.
    pub held_for: Option<AccountId>,
}

/// What an employee is told of a slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sign {
    /// The venue's name and address.
    pub place: String,
    /// How to get there.
    pub access: String,
    /// What the consultant is called.
    pub consultant: String,
}

/// What is wrong with a slot that is to be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The room: cannot be published.
    Venue(Unfit),
    /// Neither of the lengths there are: cannot be published.
    Length,
    /// It overlaps another of the consultant's, notes and arrival counted in: cannot be published.
    Overlap,
    /// Somebody else is in the room: cannot be published.
    Room,
    /// Whoever comes for the first time could not take it: cannot be published.
    First,
    /// The consultant does not work for the company: cannot be published.
    Consultant,
    /// More than [`DAY_MAX`] on one day: a warning.
    Crowded,
}

impl Problem {
    /// Whether it keeps the slot from being published.
    pub fn is_hard(self) -> bool {
        self != Self::Crowded
    }

    /// As views tell it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Venue(unfit) => unfit.code(),
            Self::Length => "length",
            Self::Overlap => "overlap",
            Self::Room => "room",
            Self::First => "first",
            Self::Consultant => "consultant",
            Self::Crowded => "crowded",
        }
    }
}

/// When slots of a length begin that lie between two times, each with the time for its note behind
/// it, in which the consultant is there for the next.
pub fn grid(from: UnixMillis, until: UnixMillis, length_min: u32) -> Vec<UnixMillis> {
    let length_ms = u64::from(length_min) * MINUTE_MS;
    let step_ms = length_ms + u64::from(NOTE_MIN) * MINUTE_MS;
    let starts = (0..GRID_MAX).map(|at| from.plus_ms(at * step_ms));
    starts.take_while(|start| start.plus_ms(length_ms) <= until).collect()
}

/// How long a slot must be for somebody.
pub fn length_min(has_ended_interview: bool) -> u32 {
    if has_ended_interview { LATER_MIN } else { FIRST_MIN }
}

impl Slot {
    /// When the consultant is there.
    pub fn arrive_at(&self) -> UnixMillis {
        UnixMillis(self.start.0.saturating_sub(u64::from(ARRIVE_MIN) * MINUTE_MS))
    }

    /// When the room is free again.
    pub fn end(&self) -> UnixMillis {
        self.start.plus_ms(u64::from(self.length_min) * MINUTE_MS)
    }

    /// When the consultant is free again.
    pub fn note_end(&self) -> UnixMillis {
        self.end().plus_ms(u64::from(NOTE_MIN) * MINUTE_MS)
    }

    /// Whether nobody comes.
    pub fn is_cancelled(&self) -> bool {
        self.state.starts_with("cancelled")
    }

    /// Whether somebody may want it.
    pub fn is_open_to(&self, account: AccountId) -> bool {
        self.state == "open" && self.held_for.is_none_or(|it| it == account)
    }

    /// How long the interview itself is for somebody who takes the slot; `None` if it is too short
    /// for them. What a later interview leaves of a long slot becomes time for the note.
    pub fn interview_min(&self, has_ended_interview: bool) -> Option<u32> {
        let needed = length_min(has_ended_interview);
        (needed <= self.length_min).then_some(needed)
    }
}

/// What is wrong with publishing a slot beside others.
pub fn problems(slot: &Slot, others: &[Slot], check: Option<&SoundCheck>) -> Vec<Problem> {
    let mut problems = vec![];
    let on = Date::at(slot.start);
    problems.extend(fit(check, on).err().map(Problem::Venue));
    if ![FIRST_MIN, LATER_MIN].contains(&slot.length_min) {
        problems.push(Problem::Length);
    }
    let beside = || others.iter().filter(|it| it.id != slot.id && !it.is_cancelled());
    let own = || beside().filter(|it| it.consultant == slot.consultant);
    // Between two in a row the note of one and the arrival for the next may be the same minutes.
    if own().any(|it| it.start < slot.note_end() && slot.start < it.note_end()) {
        problems.push(Problem::Overlap);
    }
    let in_room = || beside().filter(|it| it.venue == slot.venue);
    if in_room().any(|it| it.start < slot.end() && slot.start < it.end()) {
        problems.push(Problem::Room);
    }
    if own().filter(|it| Date::at(it.start) == on).count() >= DAY_MAX {
        problems.push(Problem::Crowded);
    }
    problems
}

/// Publishes a slot; the caller has looked for [`problems`].
pub fn publish(tx: &mut Writer<'_, '_>, slot: &Slot) -> Result<(), EditError> {
    add(tx, "slots", &slot.id, SLOT, |tx, item| {
        tx.put(&item.child("start"), millis(slot.start))?;
        tx.put(&item.child("length_min"), i64::from(slot.length_min))?;
        tx.put(&item.child("venue"), slot.venue.as_str())?;
        tx.put(&item.child("consultant"), slot.consultant.to_hex())?;
        tx.put(&item.child("state"), slot.state)?;
        tx.put(&item.child("place"), slot.sign.place.as_str())?;
        tx.put(&item.child("access"), slot.sign.access.as_str())?;
        tx.put(&item.child("consultant_name"), slot.sign.consultant.as_str())?;
        match slot.held_for {
            Some(account) => tx.put(&item.child("held_for"), account.to_hex()),
            None => Ok(()),
        }
    })
}

/// Where a slot may go from a state. What is over, or cancelled, stays so.
const STEPS: &[(&str, &[&str])] = &[
    ("open", &["checked_in", "under_way", "no_show"]),
    ("held", &["open"]),
    ("checked_in", &["under_way", "no_show"]),
    ("under_way", &["ended"]),
];

/// Whether a slot may go from a state to another. Whatever has not begun may be cancelled.
pub fn may_become(from: &str, to: &str) -> bool {
    let steps = STEPS.iter().find(|(state, _)| *state == from).map_or(&[][..], |(_, to)| to);
    let is_cancellable = matches!(from, "open" | "held" | "checked_in");
    steps.contains(&to) || (is_cancellable && STATES.contains(&to) && to.starts_with("cancelled"))
}

/// Notes what became of a slot; the caller has asked [`may_become`].
pub fn mark(
    tx: &mut Writer<'_, '_>,
    slot: &str,
    state: &str,
    reason: &str,
) -> Result<(), EditError> {
    let item = Field::top("slots").child(slot);
    tx.put(&item.child("state"), state)?;
    if REASONS.contains(&reason) { tx.put(&item.child("reason"), reason) } else { Ok(()) }
}

/// Notes whose slots these are.
pub fn begin(tx: &mut Writer<'_, '_>, company: DocumentId, wave: &str) -> Result<(), EditError> {
    tx.put(&Field::top("company"), company.to_hex())?;
    tx.put(&Field::top("wave"), wave)
}

/// The company's document, and the wave's item; that is empty for slots for whoever asks.
pub fn about(crdt: &Crdt) -> Option<(DocumentId, String)> {
    let company = DocumentId::from_hex(&crdt.plain(&Field::top("company"))?)?;
    Some((company, crdt.plain(&Field::top("wave")).unwrap_or_default()))
}

/// Whether a field tells whose a slot is or was.
pub fn is_whose(field: &Field) -> bool {
    let mut segments = field.segments();
    let is_list = segments.next().is_some_and(|list| list == "claims" || list == "releases");
    is_list || segments.next_back().is_some_and(|id| id == "held_for" || id == "consultant_name")
}

/// Whether a document tells whose any of its slots is or was.
pub fn tells_whose(crdt: &Crdt) -> bool {
    let is_told = |slot: &Slot| slot.held_for.is_some() || !slot.sign.consultant.is_empty();
    !crdt.items(&Field::top("claims")).is_empty() || slots(crdt).iter().any(is_told)
}

/// Slots for whoever asks are in one document for so long, so that it is over some time.
const SPAN_MS: u64 = 30 * 24 * 60 * MINUTE_MS;

/// Whether a document with slots for whoever asks takes no more: the first of them is long past.
pub fn is_full(crdt: &Crdt, slots: &[Slot], now: UnixMillis) -> bool {
    let first = slots.iter().map(|it| it.start).min();
    about(crdt).is_some_and(|(_, wave)| wave.is_empty())
        && first.is_some_and(|first| now >= first.plus_ms(SPAN_MS))
}

/// The slots of a wave.
pub fn slots(crdt: &Crdt) -> Vec<Slot> {
    all(crdt, "slots", |id, item| {
        Some(Slot {
            id: String::from(id),
            start: time(crdt, &item.child("start"))?,
            length_min: count(crdt, &item.child("length_min"))?,
            venue: crdt.plain(&item.child("venue"))?,
            consultant: AccountId::from_hex(&crdt.plain(&item.child("consultant"))?)?,
            state: code(crdt, &item.child("state"), STATES)?,
            sign: Sign {
                place: crdt.plain(&item.child("place")).unwrap_or_default(),
                access: crdt.plain(&item.child("access")).unwrap_or_default(),
                consultant: crdt.plain(&item.child("consultant_name")).unwrap_or_default(),
            },
            held_for: crdt
                .plain(&item.child("held_for"))
                .and_then(|account| AccountId::from_hex(&account)),
        })
    })
}

/// Somebody wants a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its item.
    pub id: String,
    /// Which slot.
    pub slot: String,
    /// Who, by the device that added it.
    pub by: AccountId,
    /// The number that the server gave to the envelope that brought it, once it has.
    pub number: Option<Number>,
}

/// What became of a claim, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not at the server yet: it may still turn out that somebody was first.
    Waiting,
    /// The slot is theirs.
    Booked,
    /// Somebody else's claim reached the server first. Shown to both until it is taken back.
    Conflict {
        /// The other's number.
        first: Number,
        /// This one's, if the server has it already.
        own: Option<Number>,
    },
    /// Taken back.
    Released,
}

/// Adds a claim.
pub fn claim(tx: &mut Writer<'_, '_>, id: &str, slot: &str) -> Result<(), EditError> {
    add(tx, "claims", id, &[], |tx, item| tx.put(&item.child("slot"), slot))
}

/// Takes a claim back.
pub fn release(
    tx: &mut Writer<'_, '_>,
    id: &str,
    claim: &str,
    reason: &str,
) -> Result<(), EditError> {
    if !REASONS.contains(&reason) {
        return Err(EditError::NoSuchField);
    }
    add(tx, "releases", id, &[], |tx, item| {
        tx.put(&item.child("claim"), claim)?;
        tx.put(&item.child("reason"), reason)
    })
}

/// Who added what stands in a list, as far as that is known.
pub trait Authors {
    /// Whose device added an item, and on which side they are.
    fn author(&self, item: &Field) -> Option<(AccountId, Side)>;
    /// The number of the envelope that brought it.
    fn number(&self, item: &Field) -> Option<Number>;
}

/// Every claim, and what became of it.
pub fn outcomes(crdt: &Crdt, authors: &impl Authors) -> Vec<(Claim, Outcome)> {
    let claims: Vec<Claim> = all(crdt, "claims", |id, item| {
        Some(Claim {
            id: String::from(id),
            slot: crdt.plain(&item.child("slot"))?,
            by: authors.author(item)?.0,
            number: authors.number(item),
        })
    });
    // Nobody takes back what is another's, but the consultant may cancel for anybody.
    let releases: Vec<(String, (AccountId, Side))> = all(crdt, "releases", |_, item| {
        Some((crdt.plain(&item.child("claim"))?, authors.author(item)?))
    });
    let is_released = |claim: &Claim| {
        releases
            .iter()
            .any(|(of, (by, side))| *of == claim.id && (*by == claim.by || *side == Side::Staff))
    };
    let first = |slot: &str| {
        let rivals = claims.iter().filter(|it| it.slot == slot && !is_released(it));
        rivals.filter_map(|it| Some((it.number?, it.id.as_str()))).min()
    };
    let outcome = |claim: &Claim| {
        if is_released(claim) {
            return Outcome::Released;
        }
        match first(&claim.slot) {
            Some((_, id)) if id == claim.id => Outcome::Booked,
            Some((first, _)) => Outcome::Conflict { first, own: claim.number },
            None => Outcome::Waiting,
        }
    };
    claims.iter().map(|claim| (claim.clone(), outcome(claim))).collect()
}

#[cfg(test)]
mod tests;
