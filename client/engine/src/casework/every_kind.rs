//! What holds for the documents of every kind.

use automerge::ObjType;

use super::{
    field::{Field, Holds, Shape, Spec, Value},
    group::{EDGE, Group},
};
use crate::{
    command::Splice,
    document::{
        crdt::{Crdt, EditError, Writer},
        genesis::Kind,
        growth::growth,
        guard::{Side, guard_of},
        inspect::{InspectError, Inspected},
        intake::{Opened, Refused, Verdict},
    },
};

const SIDES: [Side; 3] = [Side::Staff, Side::Employee, Side::Supervisor];

/// Writes as whoever may.
fn edit(group: &mut Group, write: impl Fn(&mut Writer<'_, '_>) -> Result<(), EditError>) {
    let may = (0..SIDES.len()).find(|hand| group.edit(*hand, &write).is_ok());
    assert!(may.is_some(), "nobody may");
    group.meet();
}

fn value(shape: Shape) -> Value {
    match shape {
        Shape::One(codes) => Value::Code(codes[0].into()),
        Shape::Many(codes) => Value::Codes(codes.iter().map(|it| (*it).into()).collect()),
        Shape::Number(_, high) => Value::Number(high),
        Shape::Flag => Value::Flag(true),
        Shape::Date => Value::When("2028-02-29".into()),
        Shape::DateTime => Value::When("2026-05-19T08:30".into()),
        Shape::Long | Shape::Short | Shape::List(_) => Value::Unset,
    }
}

fn read_back(group: &Group, field: &Field, check: impl Fn(&Crdt) -> bool) {
    for hand in &group.0 {
        assert!(check(&hand.crdt), "{field}");
    }
}

fn fill(group: &mut Group, field: &Field, shape: Shape, text: &str) {
    match shape.holds() {
        Holds::Text => {
            edit(group, |tx| tx.write(field, text));
            read_back(group, field, |crdt| crdt.text(field).as_deref() == Some(text));
        }
        Holds::Items(fields) => {
            // An item and what stands in it are written at once: in some lists nothing changes.
            let item = field.child("一");
            edit(group, |tx| {
                tx.add_item(field, "一", None, fields)?;
                fields.iter().try_for_each(|spec| write_in(tx, &item, spec, text))
            });
            for spec in fields {
                let inner = item.child(spec.id);
                match spec.shape.holds() {
                    Holds::Text => {
                        read_back(group, &inner, |it| it.text(&inner).as_deref() == Some(text));
                    }
                    Holds::Items(_) => {
                        read_back(group, &inner, |it| it.items(&inner) == ["一"]);
                    }
                    Holds::Value => {
                        let shape = spec.shape;
                        read_back(group, &inner, |it| it.value(&inner, shape) == value(shape));
                    }
                }
            }
        }
        Holds::Value => {
            edit(group, |tx| tx.set(field, shape, &value(shape)));
            read_back(group, field, |crdt| crdt.value(field, shape) == value(shape));
        }
    }
}

fn write_in(
    tx: &mut Writer<'_, '_>,
    item: &Field,
    spec: &Spec,
    text: &str,
) -> Result<(), EditError> {
    let field = item.child(spec.id);
    match spec.shape.holds() {
        Holds::Text => tx.write(&field, text),
        Holds::Items(fields) => tx.add_item(&field, "一", None, fields),
        Holds::Value => tx.set(&field, spec.shape, &value(spec.shape)),
    }
}

#[test]
fn every_field_of_every_kind_can_be_written_by_somebody_and_comes_back_unharmed() {
    for kind in Kind::ALL {
        let mut group = Group::new(kind, &SIDES);
        group.meet();
        for spec in kind.first_fields().iter().chain(kind.grown_fields()) {
            fill(&mut group, &Field::top(spec.id), spec.shape, EDGE);
        }
        let refused: Vec<_> = group.0.iter().flat_map(|it| &it.refused).collect();
        assert_eq!(refused, Vec::<&Verdict>::new(), "{kind:?}");
        assert_eq!(group.0[0].crdt.kind(), Some(kind));
    }
}

#[test]
fn twelve_thousand_letters_come_back_from_every_kind_of_text() {
    let long: String = EDGE.chars().cycle().take(12_000).collect();
    for kind in Kind::ALL {
        let mut fields = kind.first_fields().iter().chain(kind.grown_fields());
        let Some(spec) = fields.find(|spec| spec.shape == Shape::Long) else { continue };
        let mut group = Group::new(kind, &SIDES);
        group.meet();
        fill(&mut group, &Field::top(spec.id), Shape::Long, &long);
    }
}

#[test]
fn a_document_of_a_later_version_and_one_of_this_merge_and_neither_loses_anything() {
    for kind in Kind::ALL {
        let mut group = Group::new(kind, &[Side::Staff, Side::Staff, Side::Staff]);
        group.meet();
        let mood = Field::top("mood_of_a_later_version");
        let later = growth(kind, mood.as_str(), ObjType::Text).unwrap().raw_bytes().to_vec();
        let write = |group: &mut Group, hand: usize, text: &str| {
            let splice = Splice { at: 0, delete: 0, insert: text.into() };
            group.edit(hand, |tx| tx.splice(&mood, &splice))
        };
        // Two devices of the later version add the field, each for itself; this version does not.
        for hand in [0, 1] {
            let device = group.0[hand].device;
            let changes = vec![Inspected::parse(&later).unwrap()];
            let taken = group.0[hand].crdt.take_in(&[Opened { device, changes }]);
            assert_eq!(taken, [Verdict::Applied]);
            group.0[hand].written.push(later.clone());
        }
        let is_writable = [(0, "晴れ😀"), (1, "のち曇り")]
            .map(|(hand, text)| write(&mut group, hand, text).is_ok())
            .contains(&true);
        group.meet();
        group.meet();

        let texts: Vec<_> = group.0.iter().map(|it| it.crdt.text(&mood).unwrap()).collect();
        assert!(texts.iter().all(|it| *it == texts[0]), "{kind:?} {texts:?}");
        if is_writable {
            assert!(texts[0].contains("晴れ😀") && texts[0].contains("のち曇り"), "{kind:?}");
        }
        // The device of this version starts anew from what it kept.
        let old = &mut group.0[2];
        let (changes, census) = old.crdt.save();
        let actor = automerge::ActorId::from([0x99_u8; 16].as_slice());
        let again = Crdt::load(changes, census, old.device, actor).unwrap();
        assert_eq!(again.text(&mood).as_ref(), texts.first());
        assert_eq!(again.heads(), old.crdt.heads());
    }
}

#[test]
fn a_field_that_is_grown_is_grown_once() {
    for kind in Kind::ALL {
        let mut group = Group::new(kind, &SIDES);
        let heads = |group: &Group, hand: usize| group.0[hand].crdt.heads();
        let before: Vec<_> = (0..3).map(|hand| heads(&group, hand)).collect();
        group.meet();
        for hand in 0..3 {
            assert_eq!(heads(&group, hand), before[0], "{kind:?}: the same changes everywhere");
            assert_eq!(group.0[hand].crdt.grow(), Vec::<Vec<u8>>::new());
        }
    }
}

#[test]
fn a_field_is_refused_from_whose_it_is_not_by_everybody_alike() {
    let mut refused = 0;
    for kind in Kind::ALL {
        let fields = kind.first_fields().iter().chain(kind.grown_fields());
        for spec in fields.filter(|spec| matches!(spec.shape, Shape::Long | Shape::Short)) {
            let Some(guard) = guard_of(kind.guards(), spec.id) else { continue };
            for (liar, side) in SIDES.iter().enumerate().filter(|(_, it)| !guard.by.contains(it)) {
                let mut group = Group::new(kind, &SIDES);
                group.meet();
                let field = Field::top(spec.id);
                let honest = group.edit(liar, |tx| tx.write(&field, "x"));
                assert_eq!(honest, Err(EditError::NotYours), "{kind:?} {field} {side:?}");
                let device = group.0[liar].device;
                group.0[liar].crdt.introduce(device, guard.by[0]);
                group.edit(liar, |tx| tx.write(&field, "x")).unwrap();
                group.meet();
                for hand in (0..3).filter(|hand| *hand != liar) {
                    let guarded = Verdict::Refused(Refused::Inspection(InspectError::Guarded));
                    assert_eq!(group.0[hand].refused, [guarded], "{kind:?} {field} {side:?}");
                    assert_eq!(group.0[hand].crdt.text(&field).unwrap(), "");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 50, "{refused}");
}

#[test]
fn a_document_says_once_what_it_is() {
    for kind in Kind::ALL.into_iter().filter(|kind| !kind.guards().is_empty()) {
        let mut group = Group::new(kind, &SIDES);
        for id in ["kind", "schema"] {
            let written = group.edit(0, |tx| tx.put(&Field::top(id), "catalogue"));
            assert_eq!(written, Err(EditError::NotYours), "{kind:?}");
        }
        let other = if kind == Kind::Note { Kind::CaseShared } else { Kind::Note };
        let first = crate::document::genesis::genesis(other).unwrap();
        let changes = vec![Inspected::parse(first.raw_bytes()).unwrap()];
        let device = group.0[1].device;
        let taken = group.0[0].crdt.take_in(&[Opened { device, changes }]);
        let guarded = Verdict::Refused(Refused::Inspection(InspectError::Guarded));
        assert_eq!((taken, group.0[0].crdt.kind()), (vec![guarded], Some(kind)));
    }
}
