//! Dangers, and what was told and what was not, as tablets and phones read it.

use std::collections::BTreeMap;

use engine::{
    casework::rule::{
        disclosure::decision::{Answer, State},
        risk::Level,
    },
    command::Command,
    view::{DisclosureView, LineKind},
};
use harness::{
    sample::{
        matter::{Course, DISCLOSURES, WITHDRAWN_DISCLOSURE},
        replay::Replay,
    },
    world::DeviceNo,
};
use shared::id::DocumentId;

use super::tally;

/// How grave every danger was that a tablet has written down.
#[track_caller]
pub(super) fn check_dangers(replay: &mut Replay) {
    let mut levels = vec![];
    for staff in 0..4 {
        let tablet = replay.tablet_of(staff);
        for case in replay.world.on(tablet).screen.home.cases.clone() {
            let Some(private) = case.private else { continue };
            replay.world.ask(tablet, Command::Open(private));
            let view = replay.world.on(tablet).screen.risks.get(&private);
            levels.extend(view.into_iter().flat_map(|it| &it.assessments).map(|it| it.level));
            replay.world.ask(tablet, Command::Close(private));
            replay.world.on_mut(tablet).screen.forget(private);
        }
    }
    let expected = [(Level::Watch, 5), (Level::Concern, 1), (Level::Urgent, 1)];
    assert_eq!(tally(levels.into_iter()), BTreeMap::from(expected));
}

#[track_caller]
fn disclosures(replay: &mut Replay, device: DeviceNo, case: DocumentId) -> DisclosureView {
    let cases = &replay.world.on(device).screen.home.cases;
    let row = cases.iter().find(|row| row.case == case).expect("the case");
    let disclosure = row.disclosure.expect("what was told");
    replay.world.ask(device, Command::Open(disclosure));
    let view = replay.world.on(device).screen.disclosures[&disclosure].clone();
    replay.world.ask(device, Command::Close(disclosure));
    replay.world.on_mut(device).screen.forget(disclosure);
    view
}

#[track_caller]
pub(super) fn check_disclosures(replay: &mut Replay) {
    let mut rows = vec![];
    let mut withdrawn = 0;
    for (index, it) in DISCLOSURES.iter().enumerate() {
        let person = replay.firm.person(it.number);
        let (tablet, phone) = (replay.tablet_of(person.consultant), replay.phones[&person.index]);
        let (case, matter) = (replay.cases[&person.index], replay.matters[&index]);
        let view = disclosures(replay, tablet, case);
        let row = view.matters.iter().find(|row| row.matter == matter).expect("the matter");
        let judged = row.judged.as_ref().expect("what the table says");
        let line = view.lines.iter().find(|line| line.matter == matter);
        // What was sent is judged as it was when it was sent.
        let sent = line.and_then(|line| line.sent.as_ref());
        rows.push(format!("{:?}", sent.map_or(judged.row, |sent| sent.row)));
        let is_sent = line.is_some_and(|line| line.kind == LineKind::Sent);
        assert_eq!(is_sent, it.course == Course::Sent, "{index}: {:?} {judged:?}", row.state);
        if it.row == "R3" {
            let signers = sent.map_or(0, |sent| sent.signed_by.len());
            assert_eq!(signers, 2, "two signatures");
        }
        // The employee reads of what was told, in the very words.
        let theirs = disclosures(replay, phone, case);
        let told = theirs.lines.iter().find(|line| line.matter == matter && line.sent.is_some());
        let words = told.and_then(|line| line.sent.as_ref()).map(|sent| sent.text.as_str());
        assert_eq!(words, is_sent.then_some(it.text), "{index}");
        let answer = theirs.matters.iter().find(|row| row.matter == matter).map(|row| row.answer);
        if answer == Some(Some(Answer::Withdrawn)) {
            assert_eq!((index, row.state), (WITHDRAWN_DISCLOSURE, State::Blocked));
            withdrawn += 1;
        }
    }
    assert_eq!(withdrawn, 1, "one was taken back before it was sent");
    let rows = tally(rows.iter().map(String::as_str));
    let expected = [("R1", 1), ("R10", 1), ("R3", 1), ("R5", 1), ("R7", 2), ("R8", 1), ("R9", 2)];
    assert_eq!(rows, BTreeMap::from(expected));
}
