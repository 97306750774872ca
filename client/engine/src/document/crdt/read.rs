//! A document read out along its schema, each list walked once.

use automerge::{ObjId, ObjType, ROOT, ReadDoc as _, ScalarValue};

use shared::map::Set;

use super::{Crdt, Found, item_id, value_of};
use crate::casework::field::{Field, Holds, Shape, Spec, Value};

/// What a field holds.
pub enum Held {
    /// A text; the letters only if they were asked for.
    Text(Option<String>),
    /// A value.
    Value(Value),
    /// The ids of a list's items.
    Items(Vec<String>),
}

/// A field, what it may hold, and what it holds.
pub type Row = (Field, Shape, Held);

/// An item of a list, found already.
pub struct Item<'c> {
    crdt: &'c Crdt,
    map: ObjId,
}

impl Item<'_> {
    fn scalar(&self, key: &str) -> Option<ScalarValue> {
        match self.crdt.automerge.get(&self.map, key).ok()?.map(Found::from)? {
            Found::Scalar(value) => Some(value),
            Found::Object(..) => None,
        }
    }

    /// A scalar string.
    pub fn plain(&self, key: &str) -> Option<String> {
        self.scalar(key)?.as_str().map(String::from)
    }

    /// A whole number.
    pub fn number(&self, key: &str) -> Option<i64> {
        self.scalar(key)?.as_i64()
    }
}

struct Reader<'c> {
    crdt: &'c Crdt,
    with_texts: bool,
    rows: Vec<Row>,
}

impl Crdt {
    /// Every one of these fields, and of every item of their lists, in the order of the schema.
    /// Lists and sets without a schema of their own are left out: no form fills them in.
    pub fn rows(
        &self,
        fields: impl IntoIterator<Item = &'static Spec>,
        with_texts: bool,
    ) -> Vec<Row> {
        let mut reader = Reader { crdt: self, with_texts, rows: vec![] };
        for spec in fields {
            reader.read(&ROOT, Field::top(spec.id), spec);
        }
        reader.rows
    }

    /// The items of a long list, each read where it was found: by its path, every value of every
    /// item would be looked for from the start of the list.
    pub fn each<T>(&self, list: &Field, read: impl Fn(String, &Item<'_>) -> Option<T>) -> Vec<T> {
        let Some(Found::Object(list, ObjType::List)) = self.find(list) else {
            return vec![];
        };
        let item = |(id, map)| read(id, &Item { crdt: self, map });
        self.items_of(&list).into_iter().filter_map(item).collect()
    }

    pub(super) fn items_of(&self, list: &ObjId) -> Vec<(String, ObjId)> {
        let automerge = &self.automerge;
        let mut known = Set::new();
        let item = |at| {
            let (_, item) = automerge.get(list, at).ok().flatten()?;
            // Of two with one id, paths lead to the first.
            let id = item_id(automerge, &item).filter(|id| known.insert(id.clone()))?;
            Some((id, item))
        };
        (0..automerge.length(list)).filter_map(item).collect()
    }
}

impl Reader<'_> {
    fn read(&mut self, map: &ObjId, field: Field, spec: &Spec) {
        if matches!(spec.shape, Shape::List(&[]) | Shape::Many(&[])) {
            return;
        }
        let automerge = &self.crdt.automerge;
        let found = automerge.get(map, spec.id).ok().flatten().map(Found::from);
        match spec.shape.holds() {
            Holds::Text => {
                let text = || match &found {
                    Some(Found::Object(id, ObjType::Text)) => {
                        automerge.text(id).unwrap_or_default()
                    }
                    Some(_) | None => String::new(),
                };
                let held = Held::Text(self.with_texts.then(text));
                self.rows.push((field, spec.shape, held));
            }
            Holds::Value => {
                let value = value_of(automerge, found, spec.shape);
                self.rows.push((field, spec.shape, Held::Value(value)));
            }
            Holds::Items(inner) => {
                let items = match &found {
                    Some(Found::Object(list, ObjType::List)) => self.crdt.items_of(list),
                    Some(_) | None => vec![],
                };
                let ids = items.iter().map(|(id, _)| id.clone()).collect();
                self.rows.push((field.clone(), spec.shape, Held::Items(ids)));
                for (id, item) in items {
                    let place = field.child(&id);
                    for spec in inner {
                        self.read(&item, place.child(spec.id), spec);
                    }
                }
            }
        }
    }
}
