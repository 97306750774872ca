//! Canvases: drawn by wishes, shown with their text alternative.

use shared::{id::DocumentId, log::org::Role};

use crate::{
    casework::{
        canvas::{self, LOT_MARKS, Line, Mark, Owner, STROKE_MARKS_MAX},
        case::CaseId,
        date::Date,
    },
    command::CanvasAct,
    desk::Desk,
    document::genesis::Kind,
    effect::Effect,
    journal::Step,
    view::{CanvasView, CanvasesView, Notice, RoomNotice, View},
};

impl Desk {
    /// Draws on a canvas of a case.
    pub(super) fn draw(&mut self, step: &mut Step<'_, '_>, case: CaseId, act: CanvasAct) {
        let case = self.current(case);
        match act {
            CanvasAct::Begin { owner, kind } => {
                let id = Self::new_item(step);
                let is_theirs = self.is_before_employee();
                self.edit_case(step, case, |tx| {
                    canvas::begin(tx, owner, &id, &kind)?;
                    if is_theirs { canvas::show(tx, owner, &id, true) } else { Ok(()) }
                });
            }
            CanvasAct::Draw { owner, canvas, marks } => {
                self.draw_marks(step, case, (owner, &canvas), marks);
            }
            CanvasAct::Redraw { owner, canvas, mark } => {
                if self.is_drawable(step, case, (owner, &canvas), core::slice::from_ref(&mark)) {
                    self.edit_case(step, case, |tx| canvas::redraw(tx, owner, &canvas, &mark));
                }
            }
            CanvasAct::Undo { owner, canvas } => {
                let Some(shared) = self.crdt_of(case, Kind::CaseShared) else { return };
                let (list, ids) = canvas::last_stroke(shared, owner, &canvas, self.keys.id);
                self.edit_case(step, case, |tx| tx.remove_items(&list, &ids));
            }
        }
        self.show_canvases(step, case);
    }

    /// A finger's line is one wish and several changes, so that each fits.
    fn draw_marks(
        &mut self,
        step: &mut Step<'_, '_>,
        case: CaseId,
        (owner, canvas): (Owner, &str),
        mut marks: Vec<Mark>,
    ) {
        if !self.is_drawable(step, case, (owner, canvas), &marks) {
            return;
        }
        let stroke = Self::new_item(step);
        for (at, mark) in marks.iter_mut().enumerate() {
            mark.id = format!("{stroke}-{at}");
        }
        let case = self.current(case);
        let is_drawn = marks.chunks(LOT_MARKS).all(|lot| {
            self.edit(step, case, |tx| {
                lot.iter().try_for_each(|mark| canvas::draw(tx, owner, canvas, mark))
            })
        });
        if !is_drawn {
            self.refresh_open(step, case);
        }
    }

    fn is_drawable(
        &self,
        step: &mut Step<'_, '_>,
        case: CaseId,
        (owner, canvas): (Owner, &str),
        marks: &[Mark],
    ) -> bool {
        let shared = self.crdt_of(case, Kind::CaseShared);
        let kind = shared.and_then(|shared| canvas::kind(shared, owner, canvas));
        let fits = |kind: &str| marks.iter().all(|mark| canvas::admits(kind, mark));
        let is_drawable = marks.len() <= STROKE_MARKS_MAX && kind.is_some_and(fits);
        if !is_drawable {
            Self::notice(step, Notice::Room(RoomNotice::NotDrawn));
        }
        is_drawable
    }

    /// Shows the canvases of a case that is open.
    pub(in crate::desk) fn show_canvases(&self, step: &mut Step<'_, '_>, case: DocumentId) {
        if !self.open.contains_key(&case) {
            return;
        }
        let Some(shared) = self.crdt_of(case, Kind::CaseShared) else { return };
        let is_for_all = !self.is_before_employee();
        let canvases = canvas::canvases(shared).into_iter();
        let canvases = canvases.map(|canvas| {
            let is_shown = canvas::is_shown(shared, &canvas);
            CanvasView { lines: canvas.lines(), canvas, is_shown }
        });
        let canvases = canvases.filter(|it| is_for_all || it.is_shown);
        let view = CanvasesView {
            case,
            canvases: canvases.collect(),
            timeline: self.timeline(case, Date::at(step.now())),
        };
        step.effects.push(Effect::Show(View::Canvases(view)));
    }

    /// Whether the employee looks at this device: their own, or a tablet that was handed to them.
    fn is_before_employee(&self) -> bool {
        self.guest.is_some() || self.role() == Some(Role::Employee)
    }

    /// The employee's own card whole; a consultant sees the sheets that were granted to the case.
    fn timeline(&self, case: CaseId, on: Date) -> Vec<Line> {
        let is_card = |it: &&crate::document::Document| {
            it.crdt.kind() == Some(Kind::JobCard) && self.current(it.id) == it.id
        };
        let cards = self.documents.values().filter(is_card);
        cards.flat_map(|it| canvas::timeline(&self.card_seen(it, case, on))).collect()
    }
}
