//! The JOB card in JSON, format `jobcard/1`: every value a string, under the names of the fields.
//! Read strictly: whoever's program wrote something else is told where.

use super::{COMMENT, Card, FIELDS, Item, is_sheet_list};
use crate::{
    casework::{
        date::Date,
        field::{Field, Holds, Shape, Spec},
        json::{Json, JsonError, JsonFault},
    },
    command::Splice,
    document::crdt::{EditError, Writer},
};
use shared::limit::TEXT_CHARS_MAX;

/// What the format calls itself.
pub const FORMAT: &str = "jobcard/1";

/// Writes a card; the comments in it are those that both put their name to.
pub fn to_json(card: &Card) -> String {
    let text = |text: &str| Json::Text(String::from(text));
    let named = |(id, value): &(&str, String)| (String::from(*id), text(value));
    let item = |item: &Item| Json::Object(item.iter().map(named).collect());
    let mut whole = vec![(String::from("format"), text(FORMAT))];
    whole.extend(card.texts.iter().map(named));
    for (id, items) in &card.lists {
        whole.push((String::from(*id), Json::Array(items.iter().map(item).collect())));
    }
    Json::Object(whole).to_string()
}

/// Reads a card.
pub fn from_json(text: &str) -> Result<Card, JsonError> {
    let whole = Json::parse(text)?;
    let Json::Object(values) = whole else { return Err(fault("", JsonFault::Type)) };
    let mut values = values.into_iter();
    let format = values.next().filter(|(name, _)| name == "format");
    match format {
        Some((_, Json::Text(format))) if format == FORMAT => {}
        Some(_) => return Err(fault("format", JsonFault::Value)),
        None => return Err(fault("format", JsonFault::Missing)),
    }
    let mut card = Card::default();
    for (name, value) in values {
        let spec = FIELDS.iter().find(|spec| spec.id == name);
        let spec = spec.ok_or_else(|| fault(&name, JsonFault::Unknown))?;
        match (spec.shape.holds(), value) {
            (Holds::Items(_), _) if !is_sheet_list(spec.id) => {
                return Err(fault(&name, JsonFault::Unknown));
            }
            (Holds::Items(fields), Json::Array(items)) => {
                let items = items.into_iter().enumerate();
                let items = items.map(|(at, it)| read_item(&format!("{name}[{at}]"), it, fields));
                card.lists.push((spec.id, items.collect::<Result<_, _>>()?));
            }
            (Holds::Text | Holds::Value, Json::Text(text)) => {
                card.texts.push((spec.id, fitting(&name, spec.shape, text)?));
            }
            (Holds::Items(_) | Holds::Text | Holds::Value, _) => {
                return Err(fault(&name, JsonFault::Type));
            }
        }
    }
    // In the order of the fields, whatever order they came in: one card has one form.
    let place = |id: &str| FIELDS.iter().position(|spec| spec.id == id);
    card.texts.sort_by_key(|(id, _)| place(id));
    card.lists.sort_by_key(|(id, _)| place(id));
    Ok(card)
}

fn read_item(path: &str, item: Json, fields: &'static [Spec]) -> Result<Item, JsonError> {
    let Json::Object(values) = item else { return Err(fault(path, JsonFault::Type)) };
    let mut read = vec![];
    for (name, value) in values {
        let path = format!("{path}.{name}");
        let spec = fields.iter().find(|spec| spec.id == name);
        let spec = spec.ok_or_else(|| fault(&path, JsonFault::Unknown))?;
        let Json::Text(text) = value else { return Err(fault(&path, JsonFault::Type)) };
        read.push((spec.id, fitting(&path, spec.shape, text)?));
    }
    read.sort_by_key(|(id, _)| fields.iter().position(|spec| spec.id == *id));
    Ok(read)
}

fn fitting(path: &str, shape: Shape, text: String) -> Result<String, JsonError> {
    if shape.holds() == Holds::Value && (Date::parse(&text).is_none() || text.len() > 32) {
        return Err(fault(path, JsonFault::Value));
    }
    if text.is_empty() {
        return Err(fault(path, JsonFault::Value));
    }
    if text.encode_utf16().count() > TEXT_CHARS_MAX {
        return Err(fault(path, JsonFault::TooLong));
    }
    Ok(text)
}

fn fault(path: &str, fault: JsonFault) -> JsonError {
    JsonError { path: String::from(path), fault }
}

/// A step of writing an imported card: small enough for one change.
#[derive(Clone, PartialEq, Eq)]
pub enum Piece {
    /// A date.
    Put(Field, String),
    /// An empty item of a list, under an id.
    Add(Field, String, &'static [Spec]),
    /// Part of a text, at a place counted in UTF-16 code units.
    Write(Field, Splice),
}

/// What writes a card into an empty one, in order; `id` names the items. The comments in it are not
/// taken over: they count only where both put their name to them.
pub fn pieces(card: &Card, mut id: impl FnMut() -> String) -> Vec<Piece> {
    let mut all = vec![];
    for (name, text) in &card.texts {
        all.extend(written(FIELDS, name, &Field::top(name), text));
    }
    for (name, items) in card.lists.iter().filter(|(name, _)| *name != "comments") {
        let Some(Shape::List(fields)) = shape_in(FIELDS, name) else { continue };
        let list = Field::top(name);
        for item in items {
            let id = id();
            all.push(Piece::Add(list.clone(), id.clone(), fields));
            for (name, text) in item {
                all.extend(written(fields, name, &list.child(&id).child(name), text));
            }
        }
    }
    all
}

fn shape_in(fields: &'static [Spec], name: &str) -> Option<Shape> {
    fields.iter().find(|spec| spec.id == name).map(|spec| spec.shape)
}

fn written(fields: &'static [Spec], name: &str, field: &Field, text: &str) -> Vec<Piece> {
    match shape_in(fields, name).map(Shape::holds) {
        Some(Holds::Value) => vec![Piece::Put(field.clone(), String::from(text))],
        Some(Holds::Text) => Splice { at: 0, delete: 0, insert: String::from(text) }
            .pieces(|_| false)
            .into_iter()
            .map(|splice| Piece::Write(field.clone(), splice))
            .collect(),
        Some(Holds::Items(_)) | None => vec![],
    }
}

impl Piece {
    /// Takes the step.
    pub fn write(&self, tx: &mut Writer<'_, '_>) -> Result<(), EditError> {
        match self {
            Self::Put(field, text) => tx.put(field, text.as_str()),
            Self::Add(list, id, fields) => tx.add_item(list, id, None, fields),
            Self::Write(field, splice) => tx.splice(field, splice),
        }
    }
}

const _: () = assert!(COMMENT.len() == 6, "a comment has the six fields of the official sheet");
