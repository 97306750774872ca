//! Every document can be filled in as a form, by those whose side may.

use engine::{
    casework::field::{Field, Value},
    command::Command,
    view::{Kind, Whereabouts},
};

use super::{Cast, cast};

#[test]
fn the_employee_fills_in_their_sheet_and_the_consultant_reads_and_cannot_change_it() {
    let mut cast = cast(601);
    let (tablet, phone, case) = (cast.tablet, cast.phone, cast.case);
    cast.world.add_interview(tablet, case);
    cast.open_on_both(case);
    let form = cast.form(phone, case);
    assert_eq!((form.kind, form.may_write), (Kind::CaseShared, true));
    let item = cast.world.on(phone).screen.items(case, &Field::top("interviews")).remove(0);
    let worry = format!("interviews/{item}/before_worry");
    let topics = format!("interviews/{item}/before_topics");

    cast.world.fill(phone, case, &worry, "係長の打診を受けるか迷う。");
    let chosen = Value::Codes(vec!["promotion".into()]);
    cast.world.set(phone, case, &topics, chosen.clone());
    cast.world.settle();

    assert_eq!(cast.world.reads(tablet, case, &worry), "係長の打診を受けるか迷う。");
    assert_eq!(cast.world.on(tablet).screen.value(case, &Field::top(&topics)), chosen);
    cast.world.write(tablet, case, &worry, "（担当が書き足す）");
    cast.world.set(tablet, case, &topics, Value::Codes(vec![]));
    cast.world.settle();
    for device in [tablet, phone] {
        assert_eq!(cast.world.reads(device, case, &worry), "係長の打診を受けるか迷う。");
        assert_eq!(cast.world.on(device).screen.value(case, &Field::top(&topics)), chosen);
        assert_eq!(cast.form(device, case).whereabouts, Whereabouts::Sent);
    }
}

#[test]
fn a_step_of_the_plan_that_the_consultant_removed_comes_back_with_what_the_employee_said_of_it() {
    let mut cast = cast(602);
    let (tablet, phone, case) = (cast.tablet, cast.phone, cast.case);
    cast.open_on_both(case);
    let step = cast.world.add(tablet, case, "actions");
    cast.world.fill(tablet, case, &format!("{step}/text"), "係長お二人に聞く");
    cast.world.settle();
    cast.world.fill(phone, case, &format!("{step}/comment"), "一人には聞けた");
    cast.world.set(phone, case, &format!("{step}/state"), Value::Code("doing".into()));
    cast.world.settle();

    cast.world.ask(tablet, Command::RemoveItem { document: case, item: Field::top(&step) });
    cast.world.settle();
    assert_eq!(cast.items(phone, case, "actions"), 0);
    assert!(cast.form(tablet, case).can_restore);
    cast.world.ask(tablet, Command::RestoreItem(case));
    cast.world.settle();

    for device in [tablet, phone] {
        assert_eq!(cast.items(device, case, "actions"), 1);
        let read = |field: &str| cast.world.reads(device, case, &format!("{step}/{field}"));
        assert_eq!(
            (read("text"), read("comment")),
            ("係長お二人に聞く".into(), "一人には聞けた".into())
        );
        let state = Field::top(&format!("{step}/state"));
        let state = cast.world.on(device).screen.value(case, &state);
        assert_eq!(state, Value::Code("doing".into()));
    }
}

#[test]
fn two_who_write_into_one_text_of_a_form_at_once_keep_both_parts() {
    let mut cast = cast(603);
    let Cast { tablet, phone, case, .. } = cast;
    cast.open_on_both(case);
    let sign = cast.world.add(tablet, case, "safety_plan");
    let text = format!("{sign}/text");
    cast.world.fill(tablet, case, &text, "眠れない日が続く");
    cast.world.settle();

    cast.world.offline(phone);
    cast.world.write(phone, case, &text, "。朝がつらい");
    cast.world.splice(
        tablet,
        case,
        &Field::top(&text),
        &engine::command::Splice { at: 0, delete: 0, insert: "サイン：".into() },
    );
    cast.world.online(phone);
    cast.world.settle();

    for device in [tablet, phone] {
        assert_eq!(cast.world.reads(device, case, &text), "サイン：眠れない日が続く。朝がつらい");
    }
}
