//! The safety plan (安全計画), in the document that employee and consultant share: the employee has it
//! at hand when they are alone.

use crate::{
    casework::{
        field::{Shape, Spec, spec},
        item::{all, code, text},
        rule::risk::{ContactKind, SafetyPlan},
    },
    document::crdt::Crdt,
};

/// What a line says: by what it shows, what one can do oneself, whom to turn to.
pub const KINDS: &[&str] = &["sign", "own_means", "contact"];

/// A line.
pub const LINE: &[Spec] = &[
    spec("kind", Shape::One(KINDS)),
    spec("text", Shape::Short),
    spec("contact_kind", Shape::One(ContactKind::CODES)),
];

/// The plan as it stands. A contact of no kind is a person.
pub fn read(shared: &Crdt) -> SafetyPlan {
    let lines = all(shared, "safety_plan", |_, item| {
        let who = code(shared, &item.child("contact_kind"), ContactKind::CODES);
        let who = who.and_then(ContactKind::of).unwrap_or(ContactKind::Person);
        let kind = code(shared, &item.child("kind"), KINDS)?;
        Some((kind, who, text(shared, &item.child("text"))))
    });
    let mut plan = SafetyPlan::default();
    for (kind, who, text) in lines {
        match kind {
            "sign" => plan.signs.push(text),
            "own_means" => plan.own_steps.push(text),
            _ => plan.contacts.push((who, text)),
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casework::{
            field::{Field, Value},
            group::Group,
        },
        document::{genesis::Kind, guard::Side},
    };

    #[test]
    fn both_write_the_plan_and_a_contact_of_no_kind_is_a_person() {
        let mut group = Group::new(Kind::CaseShared, &[Side::Staff, Side::Employee]);
        let list = Field::top("safety_plan");
        for (hand, kind, who, words) in [
            (0, "sign", None, "夜勤の前の日に眠れない"),
            (1, "own_means", None, "灯りをつける"),
            (1, "contact", None, "友人"),
            (0, "contact", Some("company"), "人事"),
        ] {
            let line = list.child(words);
            group
                .edit(hand, |tx| {
                    tx.add_item(&list, words, None, LINE)?;
                    let code = |code: &str| Value::Code(code.into());
                    tx.set(&line.child("kind"), Shape::One(KINDS), &code(kind))?;
                    let shape = Shape::One(ContactKind::CODES);
                    who.map_or(Ok(()), |who| {
                        tx.set(&line.child("contact_kind"), shape, &code(who))
                    })?;
                    tx.write(&line.child("text"), words)
                })
                .unwrap();
            group.meet();
        }

        for hand in &group.0 {
            let plan = read(&hand.crdt);
            assert_eq!(plan.signs, ["夜勤の前の日に眠れない"]);
            assert_eq!(plan.own_steps, ["灯りをつける"]);
            let contacts: Vec<(ContactKind, &str)> =
                plan.contacts.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
            assert_eq!(contacts, [(ContactKind::Person, "友人"), (ContactKind::Company, "人事")]);
            assert!(plan.is_usable());
        }
    }
}
