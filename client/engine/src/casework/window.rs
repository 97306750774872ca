//! Windows to turn to (相談窓口): emergency numbers, counselling lines, offices inside and outside.
//!
//! Cards that work without a network. The firm edits its own; where it has none, the app shows those
//! of the locale.

use crate::{
    casework::{
        field::{Shape, Spec, spec},
        item::{all, code, text},
        rule::risk::ContactKind,
    },
    document::crdt::Crdt,
};

/// One of them.
pub const WINDOW: &[Spec] = &[
    spec("kind", Shape::One(ContactKind::CODES)),
    spec("name", Shape::Short),
    spec("phone", Shape::Short),
    spec("note", Shape::Short),
];

/// One of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Window {
    /// What it is.
    pub kind: ContactKind,
    /// What it is called.
    pub name: String,
    /// How to reach it.
    pub phone: String,
    /// When, and for what.
    pub note: String,
}

/// The firm's, in the order of its directory; those without a name or a number are not ready.
pub fn windows(directory: &Crdt) -> Vec<Window> {
    all(directory, "windows", |_, item| {
        let window = Window {
            kind: code(directory, &item.child("kind"), ContactKind::CODES)
                .and_then(ContactKind::of)?,
            name: text(directory, &item.child("name")),
            phone: text(directory, &item.child("phone")),
            note: text(directory, &item.child("note")),
        };
        let is_ready = !window.name.trim().is_empty() && !window.phone.trim().is_empty();
        is_ready.then_some(window)
    })
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
    fn a_window_is_shown_when_it_says_what_it_is_and_how_to_reach_it() {
        let mut group = Group::new(Kind::Directory, &[Side::Staff]);
        let list = Field::top("windows");
        for (name, phone, kind) in
            [("救急", "119", Some("emergency")), ("まだ", "", Some("line")), ("何か", "1", None)]
        {
            let item = list.child(name);
            group
                .edit(0, |tx| {
                    tx.add_item(&list, name, None, WINDOW)?;
                    let shape = Shape::One(ContactKind::CODES);
                    let code = kind.map_or(Value::Unset, |kind| Value::Code(kind.into()));
                    tx.set(&item.child("kind"), shape, &code)?;
                    tx.write(&item.child("name"), name)?;
                    tx.write(&item.child("phone"), phone)
                })
                .unwrap();
        }

        let shown = windows(&group.0[0].crdt);
        assert_eq!(shown.len(), 1);
        assert_eq!((shown[0].kind, shown[0].phone.as_str()), (ContactKind::Emergency, "119"));
    }
}
