//! The action plan (行動計画): what the employee will do; how far they are is theirs to say.

use crate::{
    casework::{
        date::Date,
        field::{Field, Shape, Spec, spec},
        item::{all, code, date, text},
    },
    document::{
        crdt::{Crdt, EditError, Writer},
        guard::{BOTH, EMPLOYEE, Guard, guard},
    },
};

/// How far a step is.
pub const STATES: &[&str] = &["todo", "doing", "done", "dropped"];

/// One step.
pub const ACTION: &[Spec] = &[
    spec("text", Shape::Short),
    spec("by", Shape::Date),
    spec("help", Shape::Short),
    spec("state", Shape::One(STATES)),
    spec("comment", Shape::Long),
];

/// Both plan, the employee says how it goes.
pub const GUARDS: &[Guard] = &[
    guard("actions", BOTH),
    guard("actions/*/state", EMPLOYEE),
    guard("actions/*/comment", EMPLOYEE),
];

/// A step as both read it.
#[derive(Clone, PartialEq, Eq)]
pub struct Action {
    /// Its item.
    pub id: String,
    /// What.
    pub text: String,
    /// Until when.
    pub by: Option<Date>,
    /// With whose help.
    pub help: String,
    /// One of [`STATES`].
    pub state: &'static str,
    /// The employee's words on it.
    pub comment: String,
}

/// Adds an empty step.
pub fn add(tx: &mut Writer<'_, '_>, id: &str) -> Result<(), EditError> {
    tx.add_item(&Field::top("actions"), id, None, ACTION)
}

/// Adds a step that came up in an interview.
pub fn plan(
    tx: &mut Writer<'_, '_>,
    id: &str,
    text: &str,
    by: Option<&str>,
) -> Result<(), EditError> {
    let item = Field::top("actions").child(id);
    add(tx, id)?;
    tx.write(&item.child("text"), text)?;
    by.map_or(Ok(()), |by| tx.put(&item.child("by"), by))
}

/// Every step.
pub fn actions(shared: &Crdt) -> Vec<Action> {
    all(shared, "actions", |id, item| {
        Some(Action {
            id: String::from(id),
            text: text(shared, &item.child("text")),
            by: date(shared, &item.child("by")),
            help: text(shared, &item.child("help")),
            state: code(shared, &item.child("state"), STATES).unwrap_or("todo"),
            comment: text(shared, &item.child("comment")),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casework::{field::Value, group::Group},
        document::{genesis::Kind, guard::Side},
    };

    const TABLET: usize = 0;
    const PHONE: usize = 1;

    #[test]
    fn both_plan_and_only_the_employee_says_how_it_goes() {
        let mut group = Group::new(Kind::CaseShared, &[Side::Staff, Side::Employee]);
        group.edit(TABLET, |tx| add(tx, "1")).unwrap();
        let item = Field::top("actions").child("1");
        group.edit(TABLET, |tx| tx.write(&item.child("text"), "係長二人に聞く")).unwrap();
        group.meet();
        group.edit(PHONE, |tx| tx.write(&item.child("help"), "課長")).unwrap();
        let done = |tx: &mut Writer<'_, '_>| {
            tx.set(&item.child("state"), Shape::One(STATES), &Value::Code("done".into()))
        };
        assert_eq!(group.edit(TABLET, done), Err(EditError::NotYours));
        let comment = group.edit(TABLET, |tx| tx.write(&item.child("comment"), "できましたね"));
        assert_eq!(comment, Err(EditError::NotYours));
        group.edit(PHONE, done).unwrap();
        group.meet();

        for hand in [TABLET, PHONE] {
            let actions = actions(&group.0[hand].crdt);
            assert_eq!(actions.len(), 1);
            assert_eq!(
                (actions[0].text.as_str(), actions[0].help.as_str()),
                ("係長二人に聞く", "課長")
            );
            assert_eq!(actions[0].state, "done");
        }
    }
}
