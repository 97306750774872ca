//! An interview (面談): how far it is, and what must have been decided before the talk begins.

use shared::order;
use shared::{Decode, Encode, id::DocumentId, time::UnixMillis};

use crate::{
    casework::{
        case::InterviewId,
        consent::{Decision, Ledger, Matter},
        field::{Field, Shape, Spec, spec},
        item::{code, millis, time},
    },
    document::{
        crdt::{Crdt, EditError, Writer},
        guard::{BOTH, EMPLOYEE, Guard, guard},
    },
};

/// How the two met.
pub const MODES: &[&str] = &["in_person", "phone", "online"];

/// What stands in a case's shared document for each interview, made with it.
pub const FIELDS: &[Spec] = &[
    spec("mode", Shape::One(MODES)),
    spec("purpose", Shape::Long),
    // Before: the employee's own sheet.
    spec("before_topics", Shape::Many(crate::casework::note::TOPICS)),
    spec("before_wish", Shape::Long),
    spec("before_satisfaction", Shape::Number(0, 10)),
    spec("before_worry", Shape::Long),
    spec("before_hope", Shape::Long),
    spec("before_unspoken", Shape::Long),
    // After: what the employee adds to the summary, and their survey.
    spec("addition", Shape::Long),
    spec("continue_wish", Shape::One(crate::casework::survey::CONTINUE_WISHES)),
    spec("continue_when", Shape::Short),
    spec("survey_satisfaction", Shape::Number(0, 10)),
    spec("survey_motivation", Shape::Number(0, 10)),
    spec("survey_trust", Shape::Number(0, 10)),
    spec("survey_useful", Shape::Long),
    spec("survey_insight", Shape::Long),
    spec("survey_company", Shape::Long),
    spec("survey_free", Shape::Long),
    spec("survey_countable", Shape::Flag),
];

/// Who writes what of an interview in the shared document.
pub const GUARDS: &[Guard] = &[
    guard("interviews/*/purpose", BOTH),
    guard("interviews/*/before_topics", EMPLOYEE),
    guard("interviews/*/before_wish", EMPLOYEE),
    guard("interviews/*/before_satisfaction", EMPLOYEE),
    guard("interviews/*/before_worry", EMPLOYEE),
    guard("interviews/*/before_hope", EMPLOYEE),
    guard("interviews/*/before_unspoken", EMPLOYEE),
    guard("interviews/*/addition", EMPLOYEE),
    guard("interviews/*/agreed", EMPLOYEE),
    guard("interviews/*/continue_wish", EMPLOYEE),
    guard("interviews/*/continue_when", EMPLOYEE),
    guard("interviews/*/survey_satisfaction", EMPLOYEE),
    guard("interviews/*/survey_motivation", EMPLOYEE),
    guard("interviews/*/survey_trust", EMPLOYEE),
    guard("interviews/*/survey_useful", EMPLOYEE),
    guard("interviews/*/survey_insight", EMPLOYEE),
    guard("interviews/*/survey_company", EMPLOYEE),
    guard("interviews/*/survey_free", EMPLOYEE),
    guard("interviews/*/survey_countable", EMPLOYEE),
];

/// How far an interview is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum State {
    /// It has a time.
    #[n(0)]
    Scheduled,
    /// The explanation is being given.
    #[n(1)]
    Consent,
    /// The two talk.
    #[n(2)]
    Talking,
    /// Wish to go on, next slot, survey.
    #[n(3)]
    Wrapping,
    /// It is over.
    #[n(4)]
    Ended,
    /// The note is being written.
    #[n(5)]
    NoteDraft,
    /// The note is signed.
    #[n(6)]
    NoteSigned,
    /// Something was added to the signed note.
    #[n(7)]
    Amended,
}

const CODES: [(&str, State); 5] = [
    ("scheduled", State::Scheduled),
    ("consent", State::Consent),
    ("talking", State::Talking),
    ("wrapping", State::Wrapping),
    ("ended", State::Ended),
];

/// The steps there are. From an explanation that fails, the way leads back; a later interview may
/// begin without one.
const STEPS: [(State, State); 6] = [
    (State::Scheduled, State::Consent),
    (State::Consent, State::Scheduled),
    (State::Scheduled, State::Talking),
    (State::Consent, State::Talking),
    (State::Talking, State::Wrapping),
    (State::Wrapping, State::Ended),
];

/// Why an interview does not go on to a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Barred {
    /// No step leads there.
    NoStep,
    /// These were not decided yet.
    Undecided(Vec<Matter>),
    /// The employee does not agree to how secrecy is kept: offer another consultant.
    SecrecyRefused,
}

/// What must have been decided before the first talk. Everything but secrecy may be refused.
pub const GATE: [Matter; 4] =
    [Matter::Secrecy, Matter::Purpose, Matter::Consultant, Matter::Record];

/// Whether the talk may begin, by what was decided in the case.
pub fn gate(consents: &Ledger) -> Result<(), Barred> {
    let is_open = |matter: &Matter| consents.decision(*matter).is_none();
    let undecided: Vec<Matter> = GATE.into_iter().filter(is_open).collect();
    if !undecided.is_empty() {
        return Err(Barred::Undecided(undecided));
    }
    match consents.decision(Matter::Secrecy) {
        Some(Decision::Explained) => Ok(()),
        Some(_) | None => Err(Barred::SecrecyRefused),
    }
}

/// Whether an interview may go from one state to another.
pub fn may_go(from: State, to: State, consents: &Ledger) -> Result<(), Barred> {
    if !STEPS.contains(&(from, to)) {
        return Err(Barred::NoStep);
    }
    if to == State::Talking { gate(consents) } else { Ok(()) }
}

/// How much may be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// Everything.
    Full,
    /// When, where, how long, about what in a code; and what a danger to life demands.
    Minimal,
}

/// How much the employee agreed to. Who was not asked yet has agreed to nothing.
pub fn record(consents: &Ledger) -> Record {
    match consents.decision(Matter::Record) {
        Some(Decision::Agreed) => Record::Full,
        Some(
            Decision::Withdrawn | Decision::Refused | Decision::AskEachTime | Decision::Explained,
        )
        | None => Record::Minimal,
    }
}

/// The fields of a note that a minimal record has.
pub const MINIMAL: [&str; 9] = [
    "held_at",
    "ended_at",
    "referral_path",
    "topic_main",
    "topics_other",
    "risk_level",
    "risk_facts",
    "risk_recheck_on",
    "stage",
];

impl Record {
    /// Whether a field of the note may be written.
    pub fn admits(self, field: &Field) -> bool {
        self == Self::Full || field.segments().next().is_some_and(|top| MINIMAL.contains(&top))
    }
}

fn place(interview: InterviewId) -> Field {
    Field::top("interviews").child(&interview.to_hex())
}

/// How far an interview is, by the shared document. A talk that was never opened by the gate is
/// none, whoever wrote so and however documents were merged.
pub fn state(shared: &Crdt, interview: InterviewId, consents: &Ledger) -> State {
    let codes = CODES.map(|(code, _)| code);
    let written = code(shared, &place(interview).child("state"), &codes)
        .and_then(|code| CODES.iter().find(|(it, _)| *it == code))
        .map_or(State::Scheduled, |(_, state)| *state);
    let is_open = gate(consents).is_ok();
    if written >= State::Talking && !is_open { State::Consent } else { written }
}

/// Whether some interview of a case is over. The first explains; the later ones need not.
pub fn has_ended(shared: &Crdt) -> bool {
    let list = Field::top("interviews");
    let is_over =
        |id: &String| shared.plain(&list.child(id).child("state")).as_deref() == Some("ended");
    shared.items(&list).iter().any(is_over)
}

/// How far it is with the note counted in.
pub fn whole_state(state: State, note: Option<State>) -> State {
    note.filter(|_| state == State::Ended).unwrap_or(state)
}

/// How far the note of an interview is that is over.
pub fn note_state(note: &Crdt) -> State {
    use crate::casework::signature;
    if !signature::amendments(note).is_empty() {
        State::Amended
    } else if !signature::signatures(note).is_empty() {
        State::NoteSigned
    } else if signature::is_begun(note) {
        State::NoteDraft
    } else {
        State::Ended
    }
}

/// From when on an unsigned note is asked for, after the interview's end.
pub const REMIND_MS: u64 = 24 * 60 * 60 * 1000;
/// From when on it is late.
pub const LATE_MS: u64 = 72 * 60 * 60 * 1000;

/// When the employee was there, the talk began, and the interview was over.
pub fn times(shared: &Crdt, interview: InterviewId) -> [Option<UnixMillis>; 3] {
    let item = place(interview);
    ["checked_in_at", "started_at", "ended_at"].map(|id| time(shared, &item.child(id)))
}

/// The interruptions of a talk, oldest first: when each began, and when it was over.
pub fn interruptions(
    shared: &Crdt,
    interview: InterviewId,
) -> Vec<(UnixMillis, Option<UnixMillis>)> {
    let item = place(interview);
    let read = |key: &String| {
        let began = key.strip_prefix(INTERRUPTED)?.parse().ok().map(UnixMillis)?;
        Some((began, time(shared, &item.child(key)).filter(|over| *over > began)))
    };
    let mut all: Vec<_> = shared.keys(&item).iter().filter_map(read).collect();
    order::by_key(&mut all, |(began, _)| *began);
    all
}

/// Since when a talk is interrupted, if it is.
pub fn interrupted_since(shared: &Crdt, interview: InterviewId) -> Option<UnixMillis> {
    let all = interruptions(shared, interview);
    all.iter().rev().find(|(_, over)| over.is_none()).map(|(began, _)| *began)
}

const INTERRUPTED: &str = "interrupted:";

/// The talk stops, or goes on: each interruption has a key of its own, so that two devices of the
/// consultant's cannot lose one.
pub fn interrupt(
    tx: &mut Writer<'_, '_>,
    interview: InterviewId,
    since: Option<UnixMillis>,
    at: UnixMillis,
) -> Result<(), EditError> {
    let began = since.unwrap_or(at);
    let over = if since.is_some() { millis(at) } else { 0 };
    tx.put(&place(interview).child(&format!("{INTERRUPTED}{}", began.0)), over)
}

/// The slot that the next interview has: the wave's slots and its item in them.
pub fn next_slot(shared: &Crdt, interview: InterviewId) -> Option<(DocumentId, String)> {
    let written = shared.plain(&place(interview).child("next_slot"))?;
    let (slots, slot) = written.split_once(' ')?;
    Some((DocumentId::from_hex(slots)?, String::from(slot)))
}

/// Says which slot the next interview has.
pub fn set_next_slot(
    tx: &mut Writer<'_, '_>,
    interview: InterviewId,
    slot: Option<&(DocumentId, String)>,
) -> Result<(), EditError> {
    let written =
        slot.map_or_else(String::new, |(slots, slot)| [&slots.to_hex(), slot.as_str()].join(" "));
    tx.put(&place(interview).child("next_slot"), written)
}

/// Takes the step to a state; the caller has asked [`may_go`].
pub fn go(
    tx: &mut Writer<'_, '_>,
    interview: InterviewId,
    to: State,
    at: UnixMillis,
) -> Result<(), EditError> {
    let (code, _) = CODES.iter().find(|(_, it)| *it == to).ok_or(EditError::NoSuchField)?;
    let item = place(interview);
    tx.put(&item.child("state"), *code)?;
    let stamp = match to {
        State::Talking => "started_at",
        State::Ended => "ended_at",
        State::Consent => "checked_in_at",
        State::Scheduled
        | State::Wrapping
        | State::NoteDraft
        | State::NoteSigned
        | State::Amended => return Ok(()),
    };
    tx.put(&item.child(stamp), millis(at))
}

#[cfg(test)]
mod tests;
