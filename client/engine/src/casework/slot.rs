//! Interview slots (面談枠): times in rooms, and who took which, by account and without a name.
//!
//! Nobody writes "booked": an employee adds a claim, which nobody can change, and takes it back by
//! adding a release. Two claims to one slot, both made offline, are settled by the order in which
//! the server got them, which is the same for everybody.

use shared::{
    id::{AccountId, Number},
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
    /// More than [`DAY_MAX`] on one day: a warning.
    Crowded,
}

impl Problem {
    /// Whether it keeps the slot from being published.
    pub fn is_hard(self) -> bool {
        self != Self::Crowded
    }
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
    let own = || {
        others.iter().filter(|it| {
            it.consultant == slot.consultant
                && it.id != slot.id
                && !it.state.starts_with("cancelled")
        })
    };
    // Between two in a row the note of one and the arrival for the next may be the same minutes.
    if own().any(|it| it.start < slot.note_end() && slot.start < it.note_end()) {
        problems.push(Problem::Overlap);
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
        tx.put(&item.child("state"), slot.state)
    })
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
