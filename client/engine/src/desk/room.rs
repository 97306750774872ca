//! What is done in the interview room beyond filling in fields.

use shared::id::DocumentId;

use super::Desk;
use crate::{
    casework::{
        case::{CaseId, InterviewId},
        interview::{self, Barred},
        note, summary,
    },
    command::RoomAct,
    document::{crdt::Crdt, genesis::Kind},
    effect::Effect,
    journal::Step,
    view::{Notice, RoomNotice, ScribbleView, View},
};

mod canvases;
mod consents;

pub(super) use consents::Ledgers;

impl Desk {
    /// Does what was wished in the room. A tablet changes hands, and rests, in the engine
    /// itself.
    pub(crate) fn room(&mut self, step: &mut Step<'_, '_>, act: RoomAct) {
        match act {
            RoomAct::Decide(decide) => self.decide(step, decide),
            RoomAct::Step { case, interview, to } => self.step_to(step, case, interview, to),
            RoomAct::Interrupt { case, interview } => self.interrupt(step, case, interview),
            RoomAct::Mark { note, kind } => self.mark_talk(step, note, &kind),
            RoomAct::Scribble { note, ink } => self.scribble(step, note, &ink),
            RoomAct::ShowScribble { note, item } => self.show_scribble(step, note, item),
            RoomAct::NextSlot { case, interview, slot } => {
                self.edit_case(step, case, |tx| {
                    interview::set_next_slot(tx, interview, slot.as_ref())
                });
            }
            RoomAct::PlanHomework(note) => self.plan_homework(step, note),
            RoomAct::Canvas { case, act } => self.draw(step, case, act),
            RoomAct::Agree { case, interview } => self.agree(step, case, interview),
            RoomAct::HandOver { .. }
            | RoomAct::TakeBack(_)
            | RoomAct::ChoosePin { .. }
            | RoomAct::Rest
            | RoomAct::EndRest(_) => {}
        }
    }

    /// Makes a change in what both read of a case, and shows it.
    pub(super) fn edit_case(
        &mut self,
        step: &mut Step<'_, '_>,
        case: CaseId,
        write: impl FnOnce(
            &mut crate::document::crdt::Writer<'_, '_>,
        ) -> Result<(), crate::document::crdt::EditError>,
    ) -> bool {
        let case = self.current(case);
        let is_case = self.crdt_of(case, Kind::CaseShared).is_some();
        let is_done = is_case && self.edit(step, case, write);
        self.refresh_open(step, case);
        is_done
    }

    /// A document of a kind.
    pub(super) fn crdt_of(&self, id: DocumentId, kind: Kind) -> Option<&Crdt> {
        self.documents.get(&id).map(|it| &it.crdt).filter(|it| it.kind() == Some(kind))
    }

    fn step_to(
        &mut self,
        step: &mut Step<'_, '_>,
        case: CaseId,
        interview: InterviewId,
        to: interview::State,
    ) {
        let case = self.current(case);
        let Some(shared) = self.crdt_of(case, Kind::CaseShared) else { return };
        let consents = self.consents(case);
        let from = interview::state(shared, interview, &consents);
        let at = step.now();
        match interview::may_go(from, to, &consents) {
            Ok(()) => {
                self.edit_case(step, case, |tx| interview::go(tx, interview, to, at));
            }
            Err(barred) => Self::notice(
                step,
                Notice::Room(match barred {
                    Barred::NoStep => RoomNotice::NoStep,
                    Barred::Undecided(matters) => RoomNotice::Undecided(matters),
                    Barred::SecrecyRefused => RoomNotice::SecrecyRefused,
                }),
            ),
        }
    }

    fn interrupt(&mut self, step: &mut Step<'_, '_>, case: CaseId, interview: InterviewId) {
        let case = self.current(case);
        let Some(shared) = self.crdt_of(case, Kind::CaseShared) else { return };
        let is_talking =
            interview::state(shared, interview, &self.consents(case)) == interview::State::Talking;
        let (since, at) = (interview::interrupted_since(shared, interview), step.now());
        if !is_talking && since.is_none() {
            return Self::notice(step, Notice::Room(RoomNotice::NoStep));
        }
        self.edit_case(step, case, |tx| interview::interrupt(tx, interview, since, at));
    }

    /// How many seconds into its talk the interview of a note is, if that has begun.
    fn seconds_into(&self, step: &Step<'_, '_>, note: DocumentId) -> Option<i64> {
        let crdt = self.crdt_of(note, Kind::Note)?;
        let case = self.current(note::about(crdt)?.case);
        let shared = self.crdt_of(case, Kind::CaseShared)?;
        let [_, started_at, _] = interview::times(shared, note::interview(crdt, note));
        i64::try_from(step.now().0.saturating_sub(started_at?.0) / 1000).ok()
    }

    fn mark_talk(&mut self, step: &mut Step<'_, '_>, note: DocumentId, kind: &str) {
        let Some(at_s) = self.seconds_into(step, note) else {
            return Self::notice(step, Notice::Room(RoomNotice::NoStep));
        };
        let id = Self::new_item(step);
        let field = crate::casework::field::Field::top("marks");
        self.edit_field(step, note, &field, |tx| note::mark(tx, &id, kind, at_s));
        self.refresh_open(step, note);
    }

    fn scribble(&mut self, step: &mut Step<'_, '_>, note: DocumentId, ink: &[note::Point]) {
        if self.crdt_of(note, Kind::Note).is_none() {
            return;
        }
        let (at_s, id) = (self.seconds_into(step, note), Self::new_item(step));
        let field = crate::casework::field::Field::top("scribbles");
        self.edit_field(step, note, &field, |tx| note::scribble(tx, &id, ink, at_s));
        self.refresh_open(step, note);
    }

    fn show_scribble(&self, step: &mut Step<'_, '_>, note: DocumentId, item: String) {
        let Some(crdt) = self.crdt_of(note, Kind::Note) else { return };
        let ink = note::ink(crdt, &item);
        step.effects.push(Effect::Show(View::Scribble(ScribbleView { note, item, ink })));
    }

    /// Each item of the homework once: what was carried over before is both people's now.
    fn plan_homework(&mut self, step: &mut Step<'_, '_>, note: DocumentId) {
        let Some(crdt) = self.crdt_of(note, Kind::Note) else { return };
        let Some(about) = note::about(crdt) else { return };
        let (homework, case) = (note::homework(crdt), self.current(about.case));
        let Some(shared) = self.crdt_of(case, Kind::CaseShared) else { return };
        let planned = shared.items(&crate::casework::field::Field::top("actions"));
        for (id, text, by) in homework.iter().filter(|(id, _, _)| !planned.contains(id)) {
            self.edit_case(step, case, |tx| {
                crate::casework::action_plan::plan(tx, id, text, by.as_deref())
            });
        }
    }

    /// The employee's own name to the words of a summary.
    fn agree(&mut self, step: &mut Step<'_, '_>, case: CaseId, interview: InterviewId) {
        let case = self.current(case);
        let Some(shared) = self.crdt_of(case, Kind::CaseShared) else { return };
        if let Some(agreement) = summary::agreement(shared, interview) {
            self.edit_case(step, case, agreement);
        }
    }

    /// An id for a new item.
    pub(super) fn new_item(step: &mut Step<'_, '_>) -> String {
        let bytes: [u8; 8] = step.cx.random();
        format!("{:016x}", u64::from_be_bytes(bytes))
    }
}
