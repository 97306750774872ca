use super::*;
use crate::{
    casework::{
        field::Value,
        group::Group,
        plan::{Rule, Trigger, add_rule},
        wave::{Wave, add_wave},
    },
    document::{genesis::Kind, guard::Side},
};

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn on() -> Date {
    day("2026-05-19")
}

fn begun() -> Group {
    let mut group = Group::new(Kind::Company, &[Side::Staff, Side::Staff]);
    group.edit(0, |tx| begin(tx, "みなと精工")).unwrap();
    group
}

fn set(group: &mut Group, field: &str, shape: Shape, value: &Value) {
    group.edit(0, |tx| tx.set(&Field::top(field), shape, value)).unwrap();
}

fn add(group: &mut Group, list: &str, fields: &[Spec]) {
    group.edit(0, |tx| tx.add_item(&Field::top(list), "one", None, fields)).unwrap();
}

fn date_set(group: &mut Group, field: &str, on: &str) {
    set(group, field, Shape::Date, &Value::When(on.into()));
}

fn go(group: &mut Group, field: &str, to: &str) {
    group.edit(0, |tx| tx.put(&Field::top(field), to)).unwrap();
}

fn signed(group: &mut Group, words: &str) {
    add(group, "disclosure_rules", DISCLOSURE_RULES);
    let item = Field::top("disclosure_rules").child("one");
    group.edit(0, |tx| tx.write(&item.child("text"), words)).unwrap();
    let days = (day("2026-04-01"), day("2026-04-20"));
    group.edit(0, |tx| sign_rules(tx, "one", words, days)).unwrap();
}

#[test]
fn a_contract_is_signed_when_everything_is_said_and_begins_in_its_time() {
    let mut group = begun();
    let to = |group: &Group, to: &str, on: Date| lacks(&group.0[0].crdt, to, on, false);
    let all = [Lack::Period, Lack::Kind, Lack::Continuation, Lack::Contact, Lack::Rules].to_vec();
    assert_eq!(to(&group, "signed", on()), all);
    assert_eq!(to(&group, "active", on()), [Lack::Step]);

    date_set(&mut group, "from", "2026-05-01");
    date_set(&mut group, "to", "2026-04-30");
    assert_eq!(to(&group, "signed", on())[0], Lack::Period);
    date_set(&mut group, "to", "2027-04-30");
    set(&mut group, "contract_kind", Shape::One(KINDS), &Value::Code("mixed".into()));
    set(&mut group, "continuation", Shape::One(CONTINUATIONS), &Value::Code("limited".into()));
    add(&mut group, "contacts", CONTACT);
    signed(&mut group, "個別の内容は、本人の同意なく伝えない。");
    assert_eq!(to(&group, "signed", day("2026-04-19")), [Lack::Rules]);
    assert_eq!(to(&group, "signed", on()), []);
    go(&mut group, "state", "signed");

    assert_eq!(to(&group, "active", day("2026-04-30")), [Lack::Time, Lack::Plan]);
    assert_eq!(to(&group, "active", day("2027-05-01")), [Lack::Time, Lack::Plan]);
    assert_eq!(to(&group, "active", on()), [Lack::Plan]);
    set(&mut group, "contract_kind", Shape::One(KINDS), &Value::Code("on_demand".into()));
    assert_eq!(to(&group, "active", on()), []);
    set(&mut group, "contract_kind", Shape::One(KINDS), &Value::Code("planned".into()));
    go(&mut group, "plan_state", "agreed");
    assert_eq!(to(&group, "active", on()), []);
    go(&mut group, "state", "active");
    assert_eq!(to(&group, "closed", on()), [Lack::Step]);
    assert_eq!(to(&group, "closing", on()), []);
    go(&mut group, "state", "closing");

    let wave =
        Wave { id: "w".into(), from: on(), to: on(), rules: vec![], invitees: 3, state: "running" };
    group.edit(0, |tx| add_wave(tx, &wave)).unwrap();
    assert_eq!(lacks(&group.0[0].crdt, "closed", on(), true), [Lack::Waves, Lack::Bookings]);
    group.edit(0, |tx| wave::go(tx, "w", "closed")).unwrap();
    assert_eq!(to(&group, "closed", on()), []);
    go(&mut group, "state", "closed");
    assert_eq!(to(&group, "draft", on()), [Lack::Step]);
}

#[test]
fn rules_that_were_changed_after_they_were_signed_are_not_in_force() {
    let mut group = begun();
    signed(&mut group, "伝えない。");
    group.meet();
    let in_force = |group: &Group| rules_in_force(&group.0[1].crdt, on()).map(|(_, words)| words);
    assert_eq!(in_force(&group).as_deref(), Some("伝えない。"));

    let text = Field::top("disclosure_rules").child("one").child("text");
    group.edit(1, |tx| tx.write(&text, "人事には")).unwrap();
    group.meet();
    assert_eq!(in_force(&group), None);
}

#[test]
fn no_group_under_ten_is_reported_on_whoever_writes_what() {
    let mut group = begun();
    assert_eq!(group_min(&group.0[0].crdt), 10);
    let least = Field::top("group_min");
    let shape = Shape::Number(GROUP_MIN, 1_000);
    let nine = group.edit(0, |tx| tx.set(&least, shape, &Value::Number(9)));
    assert_eq!(nine, Err(EditError::NoSuchField));
    group.edit(0, |tx| tx.put(&least, 3)).unwrap();
    assert_eq!(group_min(&group.0[0].crdt), 10);
    group.edit(0, |tx| tx.put(&least, 25)).unwrap();
    assert_eq!(group_min(&group.0[0].crdt), 25);
}

#[test]
fn a_plan_is_proposed_with_goals_and_rules_and_runs_under_a_contract() {
    let mut group = begun();
    let to = |group: &Group, to: &str| plan_lacks(&group.0[0].crdt, to);
    assert_eq!(to(&group, "proposed"), [Lack::Goals, Lack::PlanRules]);
    assert_eq!(to(&group, "running"), [Lack::Step]);
    add(&mut group, "goals", LINE);
    let rule = |id: &str, trigger| Rule {
        id: id.into(),
        segment: "new_hire",
        trigger,
        times: 1,
        due_within_days: 30,
    };
    group.edit(0, |tx| add_rule(tx, &rule("a", Trigger::OnRequest))).unwrap();
    assert_eq!(to(&group, "proposed"), []);
    // A rule that waits for an event which is not there has no meaning.
    group.edit(0, |tx| add_rule(tx, &rule("b", Trigger::WithEvent("one".into())))).unwrap();
    assert_eq!(to(&group, "proposed"), [Lack::PlanRules]);
    add(&mut group, "events", EVENT);
    group
        .edit(0, |tx| tx.put(&Field::top("events").child("one").child("on"), "2026-04-01"))
        .unwrap();
    assert_eq!(to(&group, "proposed"), []);
    go(&mut group, "plan_state", "agreed");
    assert_eq!(to(&group, "running"), [Lack::Contract]);
    go(&mut group, "state", "active");
    assert_eq!(to(&group, "running"), []);
}

#[test]
fn a_wave_invites_under_a_contract_and_closes_when_nobody_is_yet_to_come() {
    let mut group = begun();
    let wave =
        Wave { id: "w".into(), from: on(), to: on(), rules: vec![], invitees: 3, state: "planned" };
    group.edit(0, |tx| add_wave(tx, &wave)).unwrap();
    let to = |group: &Group, to: &str, booked| wave_lacks(&group.0[0].crdt, "w", to, booked);
    assert_eq!(to(&group, "inviting", false), [Lack::Contract]);
    assert_eq!(to(&group, "running", false), [Lack::Step]);
    assert_eq!(wave_lacks(&group.0[0].crdt, "another", "inviting", false), [Lack::Step]);
    go(&mut group, "state", "active");
    assert_eq!(to(&group, "inviting", false), []);
    group.edit(0, |tx| wave::go(tx, "w", "running")).unwrap();
    assert_eq!(to(&group, "closed", true), [Lack::Bookings]);
    assert_eq!(to(&group, "closed", false), []);
}
