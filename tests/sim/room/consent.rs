//! What the employee decides, on their own phone, on the tablet, on paper, and takes back.

use engine::{
    casework::{
        consent::{Decision, Matter, Method, Scope},
        field::{Field, Shape, Value},
    },
    command::{Command, Decide, RoomAct},
    record::{Content, FreshChange, Name},
    view::{ConsentRow, Manner, Notice, RoomNotice},
};
use harness::{
    insider::{Insider, START},
    world::DeviceNo,
};
use shared::{Blob, id::DocumentId};

use super::{Cast, cast};

const TABLET: Method = Method::Tablet([7; 32]);

impl Cast {
    pub(super) fn decide_as(
        &mut self,
        device: DeviceNo,
        (matter, decision, scope): (Matter, Decision, Scope),
        method: Method,
    ) {
        let act = RoomAct::Decide(Decide {
            case: self.case,
            matter,
            decision,
            scope,
            method,
            place: "応接室２".into(),
            language: "ja".into(),
        });
        self.world.ask(device, Command::Room(act));
    }

    pub(super) fn decide(&mut self, device: DeviceNo, matter: Matter, decision: Decision) {
        let method = if device == self.phone { Method::OwnPhone } else { TABLET };
        self.decide_as(device, (matter, decision, Scope::Whole), method);
    }

    fn consent(&self) -> DocumentId {
        self.linked.1
    }

    #[track_caller]
    fn row(&self, device: DeviceNo, matter: Matter) -> &ConsentRow {
        let view = &self.world.on(device).screen.consents[&self.consent()];
        view.rows.iter().find(|row| row.matter == matter).expect("a row for each matter")
    }

    #[track_caller]
    fn standing(&self, device: DeviceNo, matter: Matter) -> Option<Decision> {
        self.row(device, matter).standing.as_ref().map(|it| it.decision)
    }
}

#[test]
fn what_is_decided_on_the_phone_the_tablet_paper_and_aloud_stands_on_both_devices_alike() {
    let mut room = cast(611);
    let (tablet, phone, consent) = (room.tablet, room.phone, room.consent());
    room.open_on_both(consent);
    assert_eq!(room.standing(phone, Matter::Secrecy), None);

    room.decide(phone, Matter::Secrecy, Decision::Explained);
    room.decide(tablet, Matter::Consultant, Decision::Explained);
    let paper = Method::Paper([9; 32]);
    room.decide_as(tablet, (Matter::Record, Decision::Agreed, Scope::Whole), paper);
    let aloud = Method::Spoken("「はい」と仰った。".into());
    let purpose = Scope::Words("異動の打診への迷いを整理する".into());
    room.decide_as(tablet, (Matter::Purpose, Decision::Agreed, purpose.clone()), aloud);
    room.world.settle();

    for device in [tablet, phone] {
        let manner = |matter| room.row(device, matter).standing.as_ref().map(|it| it.manner);
        assert_eq!(manner(Matter::Secrecy), Some(Manner::OwnPhone));
        assert_eq!(manner(Matter::Consultant), Some(Manner::Tablet));
        assert_eq!(manner(Matter::Record), Some(Manner::Paper));
        assert_eq!(manner(Matter::Purpose), Some(Manner::Spoken));
        let standing = room.row(device, Matter::Purpose).standing.as_ref().unwrap();
        assert_eq!((&standing.scope, standing.attested.as_str()), (&purpose, "「はい」と仰った。"));
        let view = &room.world.on(device).screen.consents[&consent];
        assert_eq!((view.undecided.as_slice(), view.rejected), (&[][..], 0));
        assert_eq!(
            room.row(device, Matter::Supervision).effect,
            "no_new_copy_and_existing_deleted"
        );
    }
    let told = &room.world.told;
    assert!(!told.windows(6).any(|bytes| bytes == "異動".as_bytes()));
}

#[test]
fn a_decision_that_is_not_this_persons_to_record_is_refused_and_changes_nothing() {
    let mut room = cast(612);
    let (tablet, phone, consent) = (room.tablet, room.phone, room.consent());
    room.open_on_both(consent);
    let refused = |room: &Cast, device: DeviceNo| {
        let last = room.world.on(device).screen.notices.last().cloned();
        assert_eq!(last, Some(Notice::Room(RoomNotice::NotDecided)));
    };

    let whole = |decision| (Matter::Counting, decision, Scope::Whole);
    room.decide_as(tablet, whole(Decision::Agreed), Method::OwnPhone);
    refused(&room, tablet);
    room.decide_as(phone, whole(Decision::Agreed), Method::Paper([1; 32]));
    refused(&room, phone);
    room.decide_as(tablet, whole(Decision::Agreed), Method::Spoken("　".into()));
    refused(&room, tablet);
    // Never a blanket consent to telling the company, and secrecy is not withdrawn.
    room.decide(phone, Matter::Telling, Decision::Agreed);
    refused(&room, phone);
    room.decide(phone, Matter::Secrecy, Decision::Withdrawn);
    refused(&room, phone);
    room.world.settle();

    for device in [tablet, phone] {
        assert_eq!(room.standing(device, Matter::Counting), None);
        assert_eq!(room.standing(device, Matter::Secrecy), None);
    }
}

#[test]
fn a_withdrawal_beats_the_grant_that_did_not_know_of_it_whatever_came_first() {
    for (seed, withdraws_last) in [(613, true), (614, false)] {
        let mut room = cast(seed);
        let (tablet, phone, consent) = (room.tablet, room.phone, room.consent());
        room.open_on_both(consent);
        room.decide(phone, Matter::Supervision, Decision::Agreed);
        room.world.settle();

        room.world.offline(tablet);
        room.world.offline(phone);
        let acts = [(phone, Decision::Withdrawn), (tablet, Decision::Agreed)];
        let mut acts = acts.to_vec();
        if withdraws_last {
            acts.reverse();
        }
        for (device, decision) in acts {
            room.decide(device, Matter::Supervision, decision);
            room.world.wait_ms(60_000);
        }
        room.world.online(tablet);
        room.world.online(phone);
        room.world.settle();

        for device in [tablet, phone] {
            let row = room.row(device, Matter::Supervision);
            assert_eq!(room.standing(device, Matter::Supervision), Some(Decision::Withdrawn));
            assert!(row.is_disputed);
            assert_eq!(row.events.len(), 3);
        }
        // Asked again, with both in view, the employee may agree anew.
        room.decide(phone, Matter::Supervision, Decision::Agreed);
        room.world.settle();
        for device in [tablet, phone] {
            assert_eq!(room.standing(device, Matter::Supervision), Some(Decision::Agreed));
            assert!(!room.row(device, Matter::Supervision).is_disputed);
        }
    }
}

#[test]
fn nobody_changes_or_takes_away_what_was_decided() {
    let mut room = cast(615);
    let (tablet, phone, consent) = (room.tablet, room.phone, room.consent());
    room.open_on_both(consent);
    room.decide(phone, Matter::Counting, Decision::Refused);
    room.world.settle();
    let events = Field::top("events");

    // Nor do sets without a schema take what a form would put there.
    let (links, none) = (Field::top("documents"), Value::Codes(vec![]));
    let unlink = Command::SetValue { document: room.case, field: links, value: none };
    room.world.ask(tablet, unlink);
    for device in [tablet, phone] {
        room.world.ask(device, Command::AddItem { document: consent, list: events.clone() });
        let item = events.child("0000000000000000");
        room.world.ask(device, Command::RemoveItem { document: consent, item });
        room.world.settle();
        assert_eq!(room.standing(device, Matter::Counting), Some(Decision::Refused));
        assert_eq!(room.row(device, Matter::Counting).events.len(), 1);
        let screen = &room.world.on(device).screen;
        assert_eq!(screen.consents[&consent].rejected, 0);
        assert_eq!(screen.home.cases[0].consent, Some(consent));
    }
}

#[test]
fn a_case_has_all_its_documents_from_the_start_and_the_employee_those_that_are_theirs() {
    let mut room = cast(616);
    let rows = [room.tablet, room.phone].map(|it| room.world.on(it).screen.home.cases[0].clone());
    let [consultants, employees] = rows;

    assert_eq!(
        (consultants.consent, consultants.disclosure),
        (employees.consent, employees.disclosure)
    );
    let private = consultants.private.expect("the consultant's own");
    assert_eq!(employees.private, None);
    for theirs in [employees.consent, employees.disclosure].map(Option::unwrap) {
        assert!(room.world.can_open(room.phone, theirs));
    }
    assert!(room.world.can_open(room.tablet, private));
    assert!(!room.world.can_open(room.phone, private));
}

/// What the tablet would hold, had an older version opened the case: no document but the shared one.
fn forget_the_documents(room: &mut Cast) {
    let (tablet, case) = (room.tablet, room.case);
    let insider = Insider::open(&room.world.on(tablet).disk, case);
    let mut replica = insider.replica();
    let (links, none) = (Field::top("documents"), Value::Codes(vec![]));
    let change = replica.edit(room.world.now(), |tx| tx.set(&links, Shape::Many(&[]), &none));
    let bytes = Blob(change.expect("an edit").expect("a change"));
    let change = Content::Change(FreshChange { start: START, bytes });
    let mut dice = room.world.fork_dice();
    let (key, value) = insider.record(Name::Change(case, 9_999), &change, &mut dice);
    room.world.on_mut(tablet).disk.insert(key, value);
}

#[test]
fn a_case_of_an_older_version_gets_its_documents_when_its_consultant_opens_the_desk() {
    let mut room = cast(617);
    let (tablet, phone, case) = (room.tablet, room.phone, room.case);
    forget_the_documents(&mut room);
    room.world.offline(tablet);
    room.world.restart(tablet);
    room.world.unlock(tablet);
    room.world.settle();
    let parts = |room: &Cast, device| {
        let row = &room.world.on(device).screen.home.cases[0];
        [row.consent, row.disclosure, row.private]
    };
    assert_eq!(parts(&room, tablet), [None; 3], "the server may know of some that are not here");

    room.world.online(tablet);
    room.world.settle();
    let made = parts(&room, tablet);
    assert!(made.iter().all(Option::is_some) && !made.contains(&Some(room.linked.1)));
    assert_eq!(parts(&room, phone), [made[0], made[1], None]);
    room.linked = (case, made[0].unwrap(), made[2].unwrap());
    room.open_on_both(made[0].unwrap());
    room.decide(phone, Matter::Counting, Decision::Agreed);
    room.world.settle();
    assert_eq!(room.standing(tablet, Matter::Counting), Some(Decision::Agreed));
    room.world.restart(tablet);
    room.world.unlock(tablet);
    room.world.settle();
    assert_eq!(parts(&room, tablet), made, "once");
}
