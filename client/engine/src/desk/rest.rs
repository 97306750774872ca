//! A tablet that rests while its consultant listens (休止).
//!
//! Keys and documents stay in memory, and what arrives is kept. Nothing is shown but that the tablet
//! rests, and nothing is done but what the PIN or a lock asks for. The PIN opens a key of nothing:
//! who reads memory learns no other key by guessing it.
//!
//! **Invariant:** a tablet rests only while the interview that its PIN was chosen for is talked, and
//! never longer than [`REST_MS`].

use shared::{log::org::Role, map::Map, time::UnixMillis};

use super::{Desk, handover::Pinned, show::Shown};
use crate::{
    casework::{
        case::{CaseId, InterviewId},
        interview::{self, State},
    },
    command::Passphrase,
    document::genesis::Kind,
    effect::Effect,
    journal::Step,
    keyring::stretch::Stretch,
    record::StoreKey,
    view::{Gate, Notice, RoomNotice, View},
};

/// How long a tablet rests before it locks. Who listens for longer than this has left.
const REST_MS: u64 = 30 * 60 * 1000;

/// Whether and how a tablet rests.
#[derive(Default)]
pub(super) struct Rest {
    pin: Option<Chosen>,
    /// Since when it rests, if it does.
    since: Option<UnixMillis>,
    /// What was to be shown meanwhile.
    held: Vec<Effect>,
}

/// The PIN of one interview.
struct Chosen {
    case: CaseId,
    interview: InterviewId,
    pinned: Pinned,
}

impl Desk {
    /// Chooses the PIN of an interview that is not over yet, in place of any other.
    pub(crate) fn choose_pin(
        &mut self,
        step: &mut Step<'_, '_>,
        (case, interview): (CaseId, InterviewId),
        pin: (&Passphrase, Stretch),
    ) {
        let is_ours = self.role() == Some(Role::Consultant) && self.is_open();
        if !is_ours || self.is_past(case, interview) {
            return Self::notice(step, Notice::Room(RoomNotice::NoStep));
        }
        let of_nothing = StoreKey::make(step.cx);
        if let Some(pinned) = Pinned::make(step, &of_nothing, pin) {
            self.rest.pin = Some(Chosen { case, interview, pinned });
        }
    }

    /// The interview that a PIN was chosen for.
    pub(super) fn pinned(&self) -> Option<InterviewId> {
        self.rest.pin.as_ref().map(|it| it.interview)
    }

    /// Forgets a PIN whose interview is over.
    pub(super) fn mind_pin(&mut self) {
        let is_past = |it: &Chosen| self.is_past(it.case, it.interview);
        if self.rest.pin.as_ref().is_some_and(is_past) {
            self.rest.pin = None;
        }
    }

    /// Lets the tablet rest; `false` if it may not and has to lock.
    pub(crate) fn rest(&mut self, step: &mut Step<'_, '_>) -> bool {
        let may_rest = !self.must_ask() && self.handing.is_none() && self.is_talking();
        if may_rest && !self.is_resting() {
            self.rest.since = Some(step.now());
            self.open = Map::new();
            step.effects.push(Effect::Show(View::Gate(Gate::Resting)));
        }
        may_rest
    }

    /// Whether the tablet rests.
    pub(crate) fn is_resting(&self) -> bool {
        self.rest.since.is_some()
    }

    /// When a rest is over at the latest.
    pub(super) fn rest_ends_at(&self) -> Option<UnixMillis> {
        self.rest.since.map(|since| since.plus_ms(REST_MS))
    }

    /// Whether a rest lasted too long, or nobody talks any more. A clock that was set back ends it too.
    pub(crate) fn must_lock(&self, now: UnixMillis) -> bool {
        let Some((since, end)) = self.rest.since.zip(self.rest_ends_at()) else { return false };
        !((since..end).contains(&now) && self.is_talking())
    }

    /// Ends a rest by the PIN; `false` if the tablet has to lock.
    pub(crate) fn end_rest(
        &mut self,
        step: &mut Step<'_, '_>,
        pin: (&Passphrase, Stretch),
    ) -> bool {
        if self.must_lock(step.now()) {
            return false;
        }
        let Some(chosen) = &mut self.rest.pin else { return false };
        if chosen.pinned.open(step, pin).is_none() {
            return !chosen.pinned.is_spent();
        }
        self.rest.since = None;
        // The page is empty: everything is shown again.
        let day = self.shown.day;
        self.shown = Shown::default();
        self.shown.day = day;
        self.show_alarms_again();
        self.show_planning_again();
        self.show_gate(step);
        step.effects.append(&mut self.rest.held);
        true
    }

    /// While the tablet rests, keeps what is to be shown for later; whether it rests.
    pub(super) fn hush(&mut self, step: &mut Step<'_, '_>) -> bool {
        if self.is_resting() {
            let is_quiet =
                |effect: &Effect| !matches!(effect, Effect::Show(view) if !is_of_rest(view));
            let all = std::mem::take(&mut step.effects);
            let (quiet, held): (Vec<_>, Vec<_>) = all.into_iter().partition(is_quiet);
            step.effects = quiet;
            self.rest.held.extend(held);
        }
        self.is_resting()
    }

    fn is_talking(&self) -> bool {
        let state = |it: &Chosen| self.state_of(it.case, it.interview);
        self.rest.pin.as_ref().and_then(state) == Some(State::Talking)
    }

    /// Whether the talk is over, or the interview gone.
    fn is_past(&self, case: CaseId, interview: InterviewId) -> bool {
        self.state_of(case, interview).is_none_or(|state| state > State::Talking)
    }

    fn state_of(&self, case: CaseId, interview: InterviewId) -> Option<State> {
        let case = self.current(case);
        let shared = self.crdt_of(case, Kind::CaseShared)?;
        Some(interview::state(shared, interview, &self.consents(case)))
    }
}

/// What is shown while the tablet rests: that it does, and why the PIN did not end it.
fn is_of_rest(view: &View) -> bool {
    matches!(
        view,
        View::Gate(_) | View::Notice(Notice::Room(RoomNotice::WrongPin { .. }) | Notice::NoMemory)
    )
}
