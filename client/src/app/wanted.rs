//! Which documents a page shows, and so needs open.

use engine::view::{CaseRow, Gate, Home, PlanHome};
use shared::id::DocumentId;
use shared::order;

use super::{
    place::{Place, Sheet},
    stage::Stage,
};
use crate::{pages::day, widgets::board};

/// The documents that the page needs open.
pub fn wanted(stage: Stage) -> Vec<DocumentId> {
    let place = stage.place.get();
    let handed = stage.gate.with(|gate| match gate {
        Some(Gate::Handed { case, .. }) => Some(*case),
        Some(
            Gate::Empty
            | Gate::Locked { .. }
            | Gate::Working(_)
            | Gate::Open { .. }
            | Gate::Revoked { .. }
            | Gate::Resting,
        )
        | None => None,
    });
    stage.home.with(|home| match (handed, place) {
        (Some(case), _) => of_case(home, case, |row| [Some(row.case), row.consent]),
        (None, Place::Case(case)) => whole_case(home, case),
        (None, Place::Page(Sheet::Consent | Sheet::Canvas | Sheet::Rights, case)) => {
            of_case(home, case, |row| [Some(row.case), row.consent])
        }
        (None, Place::Page(Sheet::Risk, case)) => {
            of_case(home, case, |row| [Some(row.case), row.private])
        }
        (None, Place::Page(Sheet::Tell, case)) => {
            of_case(home, case, |row| [Some(row.case), row.disclosure])
        }
        (None, Place::Page(Sheet::Room, note)) => {
            let is_it = |row: &&CaseRow| row.interviews.iter().any(|it| it.note == Some(note));
            let case = home.cases.iter().find(is_it).map(|row| row.case);
            let mut all = case.map_or_else(Vec::new, |case| {
                of_case(home, case, |row| [Some(row.case), row.consent])
            });
            all.push(note);
            all
        }
        // Every wish about a list is one about its company.
        (None, Place::Page(Sheet::Roster, id)) => stage.shelf.with_untracked(|shelf| {
            let row = shelf.plan.companies.iter().find(|it| it.roster == Some(id));
            [Some(id), row.map(|it| it.document)].into_iter().flatten().collect()
        }),
        // Rooms and people are the company's.
        (None, Place::Page(Sheet::Slots, id)) => stage.shelf.with_untracked(|shelf| {
            let row = shelf.plan.slots.iter().find(|it| it.document == id);
            [Some(id), row.and_then(|it| it.company)].into_iter().flatten().collect()
        }),
        (None, Place::Day) => stage.shelf.with_untracked(|shelf| day(home, &shelf.plan)),
        (None, place) => place.document().into_iter().collect(),
    })
}

/// The documents that a case's page needs, while one of the pages is there that are gone to from it
/// and lead back: it is whole then in its first picture.
///
/// Not while a note is written: with each key they would be looked through again.
pub fn kept(stage: Stage, led_from: Place) -> Vec<DocumentId> {
    let (Place::Page(sheet, _), Place::Case(case)) = (stage.place.get(), led_from) else {
        return vec![];
    };
    let leads_back = matches!(
        sheet,
        Sheet::Form
            | Sheet::Consent
            | Sheet::Canvas
            | Sheet::Card
            | Sheet::Risk
            | Sheet::Tell
            | Sheet::Rights
    );
    if !leads_back {
        return vec![];
    }
    stage.home.with(|home| whole_case(home, case))
}

/// What a case's own page needs.
fn whole_case(home: &Home, case: DocumentId) -> Vec<DocumentId> {
    of_case(home, case, |row| [Some(row.case), row.consent, row.disclosure, row.private])
}

/// Documents of a case, if it is known; else the case itself, which may arrive yet.
fn of_case<const N: usize>(
    home: &Home,
    case: DocumentId,
    look: impl FnOnce(&CaseRow) -> [Option<DocumentId>; N],
) -> Vec<DocumentId> {
    let row = home.cases.iter().find(|row| row.case == case);
    row.map_or_else(|| vec![case], |row| look(row).into_iter().flatten().collect())
}

/// What the interviews of the day need: who is met, what is read out, and the rooms.
fn day(home: &Home, plan: &PlanHome) -> Vec<DocumentId> {
    let mut all: Vec<DocumentId> = plan.directory.into_iter().collect();
    for it in day::soon(&plan.appointments, board::now_ms()) {
        let case = home.cases.iter().find(|row| row.case == it.case);
        let card = home.cards.iter().find(|row| row.case == Some(it.case));
        let slots = plan.slots.iter().find(|row| row.document == it.slots);
        all.push(it.case);
        all.extend(case.and_then(|row| row.consent));
        all.extend(card.and_then(|row| row.document));
        all.extend(slots.and_then(|row| row.company));
    }
    order::by(&mut all, Ord::cmp);
    all.dedup();
    all
}
