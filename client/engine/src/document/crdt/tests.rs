use super::*;
use crate::command::Splice;

fn crdt(kind: Kind) -> Crdt {
    Crdt::begin(kind, DEVICE, ActorId::from([1_u8; 16].as_slice())).unwrap().0
}

const DEVICE: DeviceId = DeviceId::new([1; 16]);

fn opened(bytes: &[u8]) -> Opened {
    Opened { device: DEVICE, changes: vec![Inspected::parse(bytes).unwrap()] }
}

fn now() -> UnixMillis {
    UnixMillis(1_700_000_000_000)
}

#[test]
fn a_text_counts_in_utf_16_code_units() {
    let mut crdt = crdt(Kind::Note);
    let field = Field::top("presenting_issue");
    let splice = |at, delete, insert: &str| Splice { at, delete, insert: insert.into() };

    crdt.edit(now(), |tx| tx.splice(&field, &splice(0, 0, "𠮷田😀さん"))).unwrap();
    crdt.edit(now(), |tx| tx.splice(&field, &splice(3, 2, "様"))).unwrap();

    assert_eq!(crdt.text(&field).unwrap(), "𠮷田様さん");
    let outside = crdt.edit(now(), |tx| tx.splice(&field, &splice(7, 0, "x")));
    assert_eq!(outside, Err(EditError::NoSuchField));
}

#[test]
fn an_item_is_found_by_its_id_wherever_it_moved() {
    let mut crdt = crdt(Kind::Note);
    let list = Field::top("quotes");
    let Ok(Shape::List(fields)) = shape_of(&crdt, &list) else { panic!("quotes is a list") };

    crdt.edit(now(), |tx| tx.add_item(&list, "b", None, fields)).unwrap();
    crdt.edit(now(), |tx| tx.add_item(&list, "a", Some(0), fields)).unwrap();
    let sensitive = list.child("b").child("sensitive");
    crdt.edit(now(), |tx| tx.set(&sensitive, Shape::Flag, &Value::Flag(true))).unwrap();

    assert_eq!(crdt.items(&list), ["a", "b"]);
    assert_eq!(crdt.value(&sensitive, Shape::Flag), Value::Flag(true));
    crdt.edit(now(), |tx| tx.remove_item(&list.child("a")).map(|_| ())).unwrap();
    assert_eq!(crdt.items(&list), ["b"]);
}

#[test]
fn codes_chosen_on_two_devices_are_both_kept() {
    let mut one = crdt(Kind::Note);
    let actor = ActorId::from([2_u8; 16].as_slice());
    let mut two = Crdt::begin(Kind::Note, DeviceId::new([2; 16]), actor).unwrap().0;
    let field = Field::top("stage");
    let shape = shape_of(&one, &field).unwrap();
    let codes = |code: &str| Value::Codes(vec![code.into()]);

    let a = one.edit(now(), |tx| tx.set(&field, shape, &codes("rapport"))).unwrap().unwrap();
    let b = two.edit(now(), |tx| tx.set(&field, shape, &codes("problem"))).unwrap().unwrap();
    assert_eq!(one.take_in(&[opened(&b)]), [Verdict::Applied]);
    assert_eq!(two.take_in(&[opened(&a)]), [Verdict::Applied]);

    let both = Value::Codes(vec!["rapport".into(), "problem".into()]);
    assert_eq!(one.value(&field, shape), both);
    assert_eq!(two.value(&field, shape), both);
}

#[test]
fn an_edit_larger_than_anybody_would_take_in_is_undone() {
    let mut crdt = crdt(Kind::Note);
    let field = Field::top("presenting_issue");
    let write = |insert: &str| Splice { at: 0, delete: 0, insert: insert.into() };
    crdt.edit(now(), |tx| tx.splice(&field, &write("前から。"))).unwrap();
    let heads = crdt.heads();

    let refused = crdt.edit(now(), |tx| tx.splice(&field, &write(&"面".repeat(17_000))));

    assert_eq!(refused, Err(EditError::TooLong));
    assert_eq!((crdt.heads(), crdt.text(&field).unwrap()), (heads, "前から。".into()));
    let next = crdt.edit(now(), |tx| tx.splice(&field, &write("続き。"))).unwrap().unwrap();
    assert!(Inspected::parse(&next).is_ok());
    assert_eq!(crdt.text(&field).unwrap(), "続き。前から。");
}

#[test]
fn a_refused_edit_changes_nothing() {
    let mut crdt = crdt(Kind::Note);
    let heads = crdt.heads();
    let field = Field::top("outcome_start");

    let refused = crdt.edit(now(), |tx| {
        tx.set(&field, Shape::Number(0, 10), &Value::Number(3))?;
        tx.set(&field, Shape::Number(0, 10), &Value::Number(11))
    });

    assert_eq!(refused, Err(EditError::NoSuchField));
    assert_eq!(crdt.heads(), heads);
}
