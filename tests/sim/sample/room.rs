//! What was decided and drawn, as the phones read it.

use std::collections::BTreeMap;

use engine::{
    casework::consent::{Decision, Matter},
    command::Command,
    view::ConsentRow,
};
use harness::{
    sample::{
        canvas,
        consent::{HAND_OVER, NOT_COUNTED, REFUSES, SUPERVISION},
        edge,
        replay::Replay,
    },
    world::DeviceNo,
};
use shared::id::DocumentId;

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

/// Who does not agree to how secrets are kept is not interviewed by that consultant, and has another.
#[track_caller]
pub(super) fn check_refusal(replay: &mut Replay) {
    let person = replay.firm.person(REFUSES.0).clone();
    let (phone, first) = (replay.phones[&person.index], replay.cases[&person.index]);
    assert_eq!(replay.reassigned.keys().copied().collect::<Vec<_>>(), [person.index]);
    let second = replay.reassigned[&person.index];
    let cases = replay.world.on(phone).screen.home.cases.clone();
    let mut names = vec![];
    for row in &cases {
        assert!(row.interviews.is_empty(), "nobody was met");
        let consent = row.consent.expect("consents");
        replay.world.ask(phone, Command::Open(consent));
        let shown = &replay.world.on(phone).screen.consents[&consent].rows;
        let secrecy = shown.iter().find(|it| it.matter == Matter::Secrecy).expect("C1");
        let standing = secrecy.standing.as_ref().map(|it| it.decision);
        let is_first = row.case == first;
        assert_eq!(standing, is_first.then_some(Decision::Refused));
        assert!(is_first || row.case == second);
        names.push(row.consultant_name.clone());
        replay.world.ask(phone, Command::Close(consent));
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 2, "another consultant");
    let lead = replay.world.on(replay.tablet_of(person.company.lead()));
    let row = lead.screen.home.cases.iter().find(|row| row.case == second).expect("the case");
    assert_eq!((row.employee_name.as_str(), row.interviews.len()), (person.name, 0));
}

#[track_caller]
pub(super) fn check_canvases(replay: &mut Replay) {
    let phones = replay.phones.clone();
    let seen = |replay: &mut Replay, device: DeviceNo, case: DocumentId| -> Vec<String> {
        replay.world.ask(device, Command::Open(case));
        let shown = replay.world.on(device).screen.canvases.get(&case).into_iter();
        let kinds = shown.flat_map(|it| &it.canvases).map(|it| it.canvas.kind.clone()).collect();
        replay.world.ask(device, Command::Close(case));
        kinds
    };
    let mut kinds = vec![];
    for (person, phone) in phones {
        let cases = replay.world.on(phone).screen.home.cases.iter().map(|it| it.case);
        for case in cases.collect::<Vec<_>>() {
            kinds.extend(seen(replay, phone, case));
            // How the consultant sees the people around somebody is shown to nobody else.
            let tablet = replay.tablet_of(replay.firm.people[person].consultant);
            let theirs = seen(replay, tablet, case).into_iter();
            kinds.extend(theirs.filter(|kind| kind == "relation"));
        }
    }
    let kinds = tally(kinds.into_iter());
    let kinds: BTreeMap<&str, usize> =
        kinds.iter().map(|(it, count)| (it.as_str(), *count)).collect();
    assert_eq!(kinds, BTreeMap::from(canvas::COUNTS));
}
