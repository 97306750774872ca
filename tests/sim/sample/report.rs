//! Copies and requests, as those read them who may.

use std::collections::BTreeSet;

use engine::{
    casework::rule::disclosure::table::{Row, TABLE},
    command::{Command, ReportAct},
    document::genesis::Kind,
    record::Name,
};
use harness::{
    insider::records,
    sample::{
        matter::{COPIES, REPORTS, REQUESTS, Wish},
        replay::Replay,
    },
    world::DeviceNo,
};
use shared::id::DocumentId;

/// Every document of a kind that a device has.
fn documents(replay: &mut Replay, device: DeviceNo, kind: Kind) -> Vec<DocumentId> {
    let named = |name: &Name| {
        let Name::Log(id, 0) = name else { return None };
        Some(*id)
    };
    let all: BTreeSet<DocumentId> =
        records(&replay.world.on(device).disk).1.keys().filter_map(named).collect();
    let mut found = vec![];
    for id in all {
        replay.world.on_mut(device).screen.forget(id);
        replay.world.ask(device, Command::Open(id));
        if replay.world.on(device).screen.forms.get(&id).is_some_and(|form| form.kind == kind) {
            found.push(id);
        }
        replay.world.ask(device, Command::Close(id));
    }
    found
}

#[track_caller]
pub(super) fn check_reports(replay: &mut Replay) {
    for (index, planned) in REPORTS.iter().enumerate() {
        // As it was when it was written: what is erased later is counted no longer.
        let view = replay.written[&index].clone();
        let people = u32::try_from(planned.people).unwrap();
        assert_eq!(view.people, Some(people), "{}", planned.name);
        let is_out = view.state == "delivered";
        assert_eq!(is_out, planned.passes, "{}: {} {:?}", planned.name, view.state, view.findings);
        if planned.name == "A-2026" {
            let delivery = view.delivery.expect("a delivery");
            let topics = &delivery.issue.figures.tables[0];
            assert_eq!(topics.counts.iter().filter(|count| count.is_none()).count(), 2);
        }
    }
}

#[track_caller]
pub(super) fn check_copies(replay: &mut Replay) {
    let supervisor = replay.tablet_of(4);
    let copies = documents(replay, supervisor, Kind::Supervision);
    assert_eq!(copies.len(), COPIES);
    // The seventh was not made: the tablet said why, and the supervisor has nothing of it.
    let planned = replay.firm.copies.iter().enumerate().filter(|(_, it)| !it.is_allowed);
    let planned: Vec<usize> = planned.map(|(index, _)| index).collect();
    assert_eq!((planned.len(), replay.firm.copies.len()), (1, COPIES + 1));
    assert_eq!(replay.blocked.keys().copied().collect::<Vec<_>>(), planned);
    for why in replay.blocked.values() {
        let rule = TABLE.iter().find(|rule| rule.reason == why).expect("a line of the table");
        assert_eq!((rule.row, rule.permit.is_some()), (Row::R14, false));
    }
}

#[track_caller]
pub(super) fn check_requests(replay: &mut Replay) {
    for (number, wish, ..) in REQUESTS {
        let person = replay.firm.person(number).index;
        let phone = replay.phones[&person];
        let consent = replay.world.on(phone).screen.home.cases[0].consent.expect("consents");
        replay.world.ask(phone, Command::Report(ReportAct::Show(consent)));
        let rights = replay.world.on(phone).screen.rights[&consent].clone();
        assert_eq!(rights.requests.len(), 1, "{number}");
        let row = &rights.requests[0];
        assert!(row.outcome.is_some(), "{number}");
        match wish {
            Wish::Disclosure(masks) => {
                let package = row.package.expect("a package");
                replay.world.ask(phone, Command::Report(ReportAct::Show(package)));
                let pieces = &replay.world.on(phone).screen.packages[&package].pieces;
                let masked = pieces.iter().filter(|it| it.2.as_deref() == Some("harm"));
                assert_eq!(masked.count(), masks);
            }
            Wish::Correction => assert_eq!(row.kind, "correction"),
            Wish::Erasure => assert!(!rights.certificates.is_empty(), "a certificate"),
        }
    }
}
