//! What was decided and drawn, as the phones read it.

use std::collections::BTreeMap;

use engine::{
    casework::consent::{Decision, Matter},
    command::Command,
    view::ConsentRow,
};
use harness::sample::{
    canvas,
    consent::{HAND_OVER, NOT_COUNTED, SUPERVISION},
    edge,
    replay::Replay,
};

use super::tally;

/// The rows of decisions of everybody who was interviewed, as their phones show them.
fn rows(replay: &mut Replay) -> Vec<Vec<ConsentRow>> {
    let phones = replay.phones.clone();
    let mut all = vec![];
    for (person, phone) in phones {
        if replay.firm.people[person].interviews == 0 {
            continue;
        }
        let consent = replay.world.on(phone).screen.home.cases[0].consent.expect("consents");
        replay.world.ask(phone, Command::Open(consent));
        all.push(replay.world.on(phone).screen.consents[&consent].rows.clone());
        replay.world.ask(phone, Command::Close(consent));
    }
    all
}

/// How many decided how, by what holds in the end; what was withdrawn counts as no.
fn held(rows: &[Vec<ConsentRow>], matter: Matter) -> BTreeMap<Decision, usize> {
    let of = |rows: &Vec<ConsentRow>| {
        let row = rows.iter().find(|row| row.matter == matter)?;
        let decision = row.standing.as_ref()?.decision;
        Some(if decision == Decision::Withdrawn { Decision::Refused } else { decision })
    };
    tally(rows.iter().filter_map(of))
}

#[track_caller]
pub(super) fn check_consents(replay: &mut Replay) {
    let rows = rows(replay);
    assert_eq!(rows.len(), 54);
    assert_eq!(held(&rows, Matter::Supervision), BTreeMap::from(SUPERVISION));
    assert_eq!(held(&rows, Matter::HandOver), BTreeMap::from(HAND_OVER));
    assert_eq!(held(&rows, Matter::Counting)[&Decision::Refused], NOT_COUNTED);
    assert_eq!(held(&rows, Matter::Record)[&Decision::Refused], edge::MINIMAL.len());
    let events = rows.iter().flatten().flat_map(|row| row.events.iter().map(|it| (row.matter, it)));
    let withdrawn = events.filter(|(_, it)| it.decision == Decision::Withdrawn);
    let withdrawn = tally(withdrawn.map(|(matter, _)| matter));
    assert_eq!(withdrawn.get(&Matter::Supervision), Some(&2));
    assert_eq!(withdrawn.get(&Matter::Counting), Some(&1));
    assert!(rows.iter().flatten().all(|row| !row.is_disputed));
}

#[track_caller]
pub(super) fn check_canvases(replay: &mut Replay) {
    let phones = replay.phones.clone();
    let mut kinds = vec![];
    for phone in phones.into_values() {
        for case in replay.world.on(phone).screen.home.cases.clone() {
            replay.world.ask(phone, Command::Open(case.case));
            let shown = replay.world.on(phone).screen.canvases.get(&case.case);
            kinds.extend(
                shown.into_iter().flat_map(|it| &it.canvases).map(|it| it.canvas.kind.clone()),
            );
            replay.world.ask(phone, Command::Close(case.case));
        }
    }
    let kinds = tally(kinds.into_iter());
    let kinds: BTreeMap<&str, usize> =
        kinds.iter().map(|(it, count)| (it.as_str(), *count)).collect();
    assert_eq!(kinds, BTreeMap::from(canvas::COUNTS));
}
