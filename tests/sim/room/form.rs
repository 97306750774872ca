//! Every document can be filled in as a form, by those whose side may.

use engine::{
    casework::field::{Field, Value},
    command::Command,
    view::{Kind, Whereabouts},
};

use super::{Cast, cast};

#[test]
fn the_employee_fills_in_their_sheet_and_the_consultant_reads_and_cannot_change_it() {
    let mut room = cast(601);
    let (tablet, phone, case) = (room.tablet, room.phone, room.case);
    room.world.add_interview(tablet, case);
    room.open_on_both(case);
    let form = room.form(phone, case);
    assert_eq!((form.kind, form.may_write), (Kind::CaseShared, true));
    let item = room.world.on(phone).screen.items(case, &Field::top("interviews")).remove(0);
    let worry = format!("interviews/{item}/before_worry");
    let topics = format!("interviews/{item}/before_topics");

    room.world.fill(phone, case, &worry, "係長の打診を受けるか迷う。");
    let chosen = Value::Codes(vec!["promotion".into()]);
    room.world.set(phone, case, &topics, chosen.clone());
    room.world.settle();

    assert_eq!(room.world.reads(tablet, case, &worry), "係長の打診を受けるか迷う。");
    assert_eq!(room.world.on(tablet).screen.value(case, &Field::top(&topics)), chosen);
    room.world.write(tablet, case, &worry, "（担当が書き足す）");
    room.world.set(tablet, case, &topics, Value::Codes(vec![]));
    room.world.settle();
    for device in [tablet, phone] {
        assert_eq!(room.world.reads(device, case, &worry), "係長の打診を受けるか迷う。");
        assert_eq!(room.world.on(device).screen.value(case, &Field::top(&topics)), chosen);
        assert_eq!(room.form(device, case).whereabouts, Whereabouts::Sent);
    }
}

#[test]
fn a_step_of_the_plan_that_the_consultant_removed_comes_back_with_what_the_employee_said_of_it() {
    let mut room = cast(602);
    let (tablet, phone, case) = (room.tablet, room.phone, room.case);
    room.open_on_both(case);
    let step = room.world.add(tablet, case, "actions");
    room.world.fill(tablet, case, &format!("{step}/text"), "係長お二人に聞く");
    room.world.settle();
    room.world.fill(phone, case, &format!("{step}/comment"), "一人には聞けた");
    room.world.set(phone, case, &format!("{step}/state"), Value::Code("doing".into()));
    room.world.settle();

    room.world.ask(tablet, Command::RemoveItem { document: case, item: Field::top(&step) });
    room.world.settle();
    assert_eq!(room.items(phone, case, "actions"), 0);
    assert!(room.form(tablet, case).can_restore);
    room.world.ask(tablet, Command::RestoreItem(case));
    room.world.settle();

    for device in [tablet, phone] {
        assert_eq!(room.items(device, case, "actions"), 1);
        let read = |field: &str| room.world.reads(device, case, &format!("{step}/{field}"));
        assert_eq!(
            (read("text"), read("comment")),
            ("係長お二人に聞く".into(), "一人には聞けた".into())
        );
        let state = Field::top(&format!("{step}/state"));
        let state = room.world.on(device).screen.value(case, &state);
        assert_eq!(state, Value::Code("doing".into()));
    }
}

#[test]
fn two_who_write_into_one_text_of_a_form_at_once_keep_both_parts() {
    let mut room = cast(603);
    let Cast { tablet, phone, case, .. } = room;
    room.open_on_both(case);
    let sign = room.world.add(tablet, case, "safety_plan");
    let text = format!("{sign}/text");
    room.world.fill(tablet, case, &text, "眠れない日が続く");
    room.world.settle();

    room.world.offline(phone);
    room.world.write(phone, case, &text, "。朝がつらい");
    room.world.splice(
        tablet,
        case,
        &Field::top(&text),
        &engine::command::Splice { at: 0, delete: 0, insert: "サイン：".into() },
    );
    room.world.online(phone);
    room.world.settle();

    for device in [tablet, phone] {
        assert_eq!(room.world.reads(device, case, &text), "サイン：眠れない日が続く。朝がつらい");
    }
}
