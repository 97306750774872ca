//! The JOB card in JSON, format `jobcard/1`: every value a string, under the names of the fields.
//! Read strictly: whoever's program wrote something else is told where.

use super::{COMMENT, Card, Item, SHEETS, change::How, fields, is_on};
use crate::{
    casework::{
        date::Date,
        field::{Field, Holds, Shape, Spec, Value},
        json::{Json, JsonError, JsonFault},
    },
    command::Splice,
    document::crdt::{EditError, Writer},
};
use shared::limit::{LIST_ITEMS_MAX, TEXT_CHARS_MAX};
use shared::order;

/// What the format calls itself.
pub const FORMAT: &str = "jobcard/1";
/// Longest text that is read, in bytes: twice as much as a device can write into one card.
pub const FILE_BYTES_MAX: usize = 4 * 1024 * 1024;

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
    if text.len() > FILE_BYTES_MAX {
        return Err(fault("", JsonFault::TooLong));
    }
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
        let spec = fields().find(|spec| spec.id == name && is_on(SHEETS, spec.id));
        let spec = spec.ok_or_else(|| fault(&name, JsonFault::Unknown))?;
        match (spec.shape.holds(), value) {
            (Holds::Items(_), Json::Array(items)) if items.len() > list_items_max() => {
                return Err(fault(&name, JsonFault::TooLong));
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
    let place = |id: &str| fields().position(|spec| spec.id == id);
    order::by_key(&mut card.texts, |(id, _)| place(id));
    order::by_key(&mut card.lists, |(id, _)| place(id));
    Ok(card)
}

fn list_items_max() -> usize {
    usize::try_from(LIST_ITEMS_MAX).unwrap_or(usize::MAX)
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
    order::by_key(&mut read, |(id, _)| fields.iter().position(|spec| spec.id == *id));
    Ok(read)
}

fn fitting(path: &str, shape: Shape, text: String) -> Result<String, JsonError> {
    let is_fitting = match shape {
        Shape::Date | Shape::DateTime => Date::parse(&text).is_some() && text.len() <= 32,
        Shape::One(_) => shape.admits(&Value::Code(text.clone())),
        Shape::Long
        | Shape::Short
        | Shape::Many(_)
        | Shape::Number(..)
        | Shape::Flag
        | Shape::List(_) => !text.is_empty(),
    };
    if !is_fitting {
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
    /// A date or code.
    Put(Field, String),
    /// An empty item of a list, under an id.
    Add(Field, String, &'static [Spec]),
    /// Part of a text, at a place counted in UTF-16 code units.
    Write(Field, Splice),
}

/// Where an imported list goes. A comment counts only where both put their name to it, so here it is
/// one that came from elsewhere.
fn list_of(name: &'static str) -> &'static str {
    if name == "comments" { "earlier_comments" } else { name }
}

/// Whether an imported item stands on the card already, to the letter.
fn is_known(has: &Card, name: &'static str, item: &Item) -> bool {
    item.is_empty() || [name, list_of(name)].iter().any(|list| has.items(list).contains(item))
}

/// What taking over a card would add to the one that is there, and what it would replace. Nothing is
/// ever removed by it; what is on both alike stays.
pub fn preview(has: &Card, card: &Card) -> Vec<(String, How)> {
    let text = |(name, text): &(&'static str, String)| {
        let how = if has.text(name).is_empty() { How::Added } else { How::Changed };
        (has.text(name) != text).then(|| (String::from(*name), how))
    };
    let mut all: Vec<_> = card.texts.iter().filter_map(text).collect();
    for (name, items) in &card.lists {
        let new = items.iter().enumerate().filter(|(_, item)| !is_known(has, name, item));
        all.extend(new.map(|(at, _)| (format!("{name}[{at}]"), How::Added)));
    }
    all
}

/// What writes a card over one that is there, in order; `id` names new items.
pub fn takeover(has: &Card, card: &Card, mut id: impl FnMut() -> String) -> Vec<Piece> {
    let mut all = vec![];
    for (name, text) in card.texts.iter().filter(|(name, text)| has.text(name) != text) {
        let shape = fields().find(|spec| spec.id == *name).map(|spec| spec.shape);
        all.extend(written(shape, Field::top(name), has.text(name), text));
    }
    for (name, items) in &card.lists {
        let target = list_of(name);
        let shape = fields().find(|spec| spec.id == target).map(|spec| spec.shape);
        let Some(Shape::List(inner)) = shape else { continue };
        let list = Field::top(target);
        for item in items.iter().filter(|item| !is_known(has, name, item)) {
            let id = id();
            all.push(Piece::Add(list.clone(), id.clone(), inner));
            for (name, text) in item {
                let shape = inner.iter().find(|spec| spec.id == *name).map(|spec| spec.shape);
                all.extend(written(shape, list.child(&id).child(name), "", text));
            }
        }
    }
    all
}

/// What writes a card into an empty one.
pub fn pieces(card: &Card, id: impl FnMut() -> String) -> Vec<Piece> {
    takeover(&Card::default(), card, id)
}

fn written(shape: Option<Shape>, field: Field, before: &str, text: &str) -> Vec<Piece> {
    match shape.map(Shape::holds) {
        Some(Holds::Value) => vec![Piece::Put(field, String::from(text))],
        Some(Holds::Text) => {
            let letters: Vec<u16> = before.encode_utf16().collect();
            let delete = u32::try_from(letters.len()).unwrap_or(u32::MAX);
            let splits = |at: u32| {
                let unit = usize::try_from(at).ok().and_then(|at| letters.get(at));
                unit.is_some_and(|unit| (0xDC00..0xE000).contains(unit))
            };
            let whole = Splice { at: 0, delete, insert: String::from(text) };
            let pieces = whole.pieces(splits).into_iter();
            pieces.map(|splice| Piece::Write(field.clone(), splice)).collect()
        }
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

    /// Where it writes.
    pub fn field(&self) -> &Field {
        match self {
            Self::Put(field, _) | Self::Add(field, ..) | Self::Write(field, _) => field,
        }
    }
}

const _: () = assert!(COMMENT.len() == 6, "a comment has the six fields of the official sheet");
