//! One automerge document and its fields. The only module that calls automerge to read and write.

use automerge::{
    ActorId, Automerge, Change, ChangeHash, ObjId, ObjType, ROOT, ReadDoc, ScalarValue,
    TextEncoding, Value as AutoValue,
    transaction::{CommitOptions, Transactable, Transaction},
};
use shared::{
    Blob,
    id::DeviceId,
    limit::{
        CHANGE_BYTES_MAX, CHANGE_ROWS_MAX, DOCUMENT_BYTES_MAX, DOCUMENT_ROWS_MAX, LIST_ITEMS_MAX,
        TEXT_CHARS_MAX,
    },
    map::Map,
    time::UnixMillis,
};
use thiserror::Error;

use crate::{
    casework::field::{Field, Shape, Spec, Value, shape_at},
    command::Splice,
    document::{
        census::{Census, Made},
        genesis::{Kind, container, genesis},
        inspect::Inspected,
        intake::{Opened, Verdict},
    },
};

/// Why an edit was not made. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EditError {
    /// The document has no such field, or the field takes no such value: a bug of the page.
    #[error("no such field, or not such a value")]
    NoSuchField,
    /// The text or list would grow over the limit: tell the person.
    #[error("the text or list would be too long")]
    TooLong,
    /// automerge refused: a bug of ours.
    #[error("the document refused the edit")]
    Internal,
}

/// An automerge document with the actor of this start.
#[derive(Debug)]
pub struct Crdt {
    pub(super) automerge: Automerge,
    pub(super) census: Census,
    /// Who edits here.
    pub(super) device: DeviceId,
    /// Grows with every change, ours or not.
    pub(super) changed: u64,
}

impl Crdt {
    /// A document without content, to receive another device's changes.
    pub fn empty(device: DeviceId, actor: ActorId) -> Self {
        let mut automerge = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
        automerge.set_actor(actor);
        Self { automerge, census: Census::default(), device, changed: 0 }
    }

    /// A new document of a kind, and its first change.
    pub fn begin(kind: Kind, device: DeviceId, actor: ActorId) -> Option<(Self, Vec<u8>)> {
        let bytes = genesis(kind)?.raw_bytes().to_vec();
        let mut crdt = Self::empty(device, actor);
        let opened = Opened { device, changes: vec![Inspected::parse(&bytes).ok()?] };
        (crdt.take_in(&[opened]) == [Verdict::Applied]).then_some((crdt, bytes))
    }

    /// From a local snapshot: changes that were let in here before, and their census.
    ///
    /// automerge's encoding of whole documents would load four times faster. But its loader is what
    /// hostile bytes break most easily, and a twentieth of what a phone downloads; so no part of this
    /// program reads whole documents.
    pub fn load(
        changes: Vec<Blob>,
        census: Census,
        device: DeviceId,
        actor: ActorId,
    ) -> Option<Self> {
        let mut crdt = Self::empty(device, actor);
        let changes: Result<Vec<Change>, _> =
            changes.into_iter().map(|bytes| Change::from_bytes(bytes.0)).collect();
        crdt.automerge.apply_changes(changes.ok()?).ok()?;
        Some(Self { census, changed: 1, ..crdt })
    }

    /// The whole document, for a local snapshot.
    pub fn save(&self) -> (Vec<Blob>, Census) {
        let changes = self.automerge.get_changes(&[]).into_iter();
        (changes.map(|change| Blob(change.raw_bytes().to_vec())).collect(), self.census.clone())
    }

    /// How often the document changed here; what was read of it holds until this grows.
    pub fn changed(&self) -> u64 {
        self.changed
    }

    /// What is newest.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.automerge.get_heads()
    }

    /// What the document says it is; `None` until its first change is here.
    pub fn kind(&self) -> Option<Kind> {
        Kind::parse(&self.plain(&Field::top("kind"))?)
    }

    /// Makes one change and hands out its bytes; `None` when nothing was changed.
    pub fn edit(
        &mut self,
        at: UnixMillis,
        write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), EditError>,
    ) -> Result<Option<Vec<u8>>, EditError> {
        let (census, device) = (&self.census, self.device);
        let mut tx = self.automerge.transaction();
        let mut writer = Writer { tx: &mut tx, census, device, added: Map::new() };
        if let Err(error) = write(&mut writer).and_then(|()| writer.has_room()) {
            tx.rollback();
            return Err(error);
        }
        self.changed += 1;
        let seconds = i64::try_from(at.0 / 1000).unwrap_or(0);
        let (hash, _) = tx.commit_with(CommitOptions::default().with_time(seconds));
        let change = hash.and_then(|hash| self.automerge.get_change_by_hash(&hash));
        let Some(change) = change else { return Ok(None) };
        let bytes = change.raw_bytes().to_vec();
        if self.count_own(&bytes).is_err() {
            // How large a change is shows when it is made. Nobody would take this one in.
            self.undo(&change)?;
            return Err(EditError::TooLong);
        }
        Ok(Some(bytes))
    }

    /// The document without the change made last.
    fn undo(&mut self, last: &Change) -> Result<(), EditError> {
        let mut earlier = self.automerge.get_changes(&[]);
        earlier.retain(|change| change.hash() != last.hash());
        let mut automerge = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
        automerge.set_actor(self.automerge.get_actor().clone());
        automerge.apply_changes(earlier).map_err(|_| EditError::Internal)?;
        self.automerge = automerge;
        Ok(())
    }

    /// A text, or `None` if the field is none.
    pub fn text(&self, field: &Field) -> Option<String> {
        text(&self.automerge, field)
    }

    /// A scalar string, for what is not typed by hand.
    pub fn plain(&self, field: &Field) -> Option<String> {
        match find(&self.automerge, field)? {
            Found::Scalar(ScalarValue::Str(text)) => Some(text.to_string()),
            Found::Scalar(_) | Found::Object(..) => None,
        }
    }

    /// A whole number.
    pub fn number(&self, field: &Field) -> Option<i64> {
        match find(&self.automerge, field)? {
            Found::Scalar(value) => value.as_i64(),
            Found::Object(..) => None,
        }
    }

    /// A field's value, [`Value::Unset`] when absent or not of its shape.
    pub fn value(&self, field: &Field, shape: Shape) -> Value {
        let value = match (shape, find(&self.automerge, field)) {
            (Shape::Many(codes), Some(Found::Object(map, ObjType::Map))) => Value::Codes(
                codes
                    .iter()
                    .filter(|code| matches!(self.automerge.get(&map, **code), Ok(Some(_))))
                    .map(|code| String::from(*code))
                    .collect(),
            ),
            (Shape::One(_), Some(Found::Scalar(ScalarValue::Str(code)))) => {
                Value::Code(code.to_string())
            }
            (Shape::Date | Shape::DateTime, Some(Found::Scalar(ScalarValue::Str(when)))) => {
                Value::When(when.to_string())
            }
            (Shape::Number(..), Some(Found::Scalar(number))) => {
                number.as_i64().map_or(Value::Unset, Value::Number)
            }
            (Shape::Flag, Some(Found::Scalar(ScalarValue::Boolean(flag)))) => Value::Flag(flag),
            (_, _) => Value::Unset,
        };
        if shape.admits(&value) { value } else { Value::Unset }
    }

    /// Ids of a list's items, in order; each is a path segment.
    pub fn items(&self, list: &Field) -> Vec<String> {
        let Some(Found::Object(object, ObjType::List)) = find(&self.automerge, list) else {
            return vec![];
        };
        (0..self.automerge.length(&object))
            .filter_map(|at| self.automerge.get(&object, at).ok().flatten())
            .filter_map(|(_, item)| item_id(&self.automerge, &item))
            .collect()
    }

    /// Keys of a map, in order.
    pub fn keys(&self, map: &Field) -> Vec<String> {
        match find(&self.automerge, map) {
            Some(Found::Object(object, ObjType::Map)) => self.automerge.keys(&object).collect(),
            _ => vec![],
        }
    }
}

/// Edits of one change.
pub struct Writer<'t, 'd> {
    tx: &'t mut Transaction<'d>,
    census: &'t Census,
    device: DeviceId,
    /// Elements inserted by this change.
    added: Map<Made, usize>,
}

impl Writer<'_, '_> {
    /// Whether every reader will let the change in.
    fn has_room(&self) -> Result<(), EditError> {
        let spent = self.census.spent(self.device);
        let rows = u64::try_from(self.tx.pending_ops()).unwrap_or(u64::MAX);
        let most = u64::try_from(CHANGE_BYTES_MAX).unwrap_or(u64::MAX);
        let fits = rows <= CHANGE_ROWS_MAX.into()
            && spent.rows.saturating_add(rows) <= DOCUMENT_ROWS_MAX
            && spent.bytes.saturating_add(most) <= DOCUMENT_BYTES_MAX;
        if fits { Ok(()) } else { Err(EditError::TooLong) }
    }

    /// Uses up room in a text or list.
    fn insert(&mut self, object: &ObjId, count: usize, most: usize) -> Result<(), EditError> {
        let ObjId::Id(counter, actor, _) = object else { return Err(EditError::Internal) };
        let actor = actor.to_bytes().try_into().map_err(|_| EditError::Internal)?;
        let made = Made::new(actor, *counter);
        let before = self.census.filled(made, self.device);
        let added = self.added.get_or_default(made);
        *added += count;
        let filled = usize::try_from(before).unwrap_or(usize::MAX).saturating_add(*added);
        if filled > most { Err(EditError::TooLong) } else { Ok(()) }
    }

    /// Changes a text. Positions count UTF-16 code units.
    pub fn splice(&mut self, field: &Field, splice: &Splice) -> Result<(), EditError> {
        let Some(Found::Object(object, ObjType::Text)) = find(self.tx, field) else {
            return Err(EditError::NoSuchField);
        };
        let length = self.tx.length(&object);
        let (at, delete) = (widen(splice.at), widen(splice.delete));
        if at.checked_add(delete).is_none_or(|end| end > length) {
            return Err(EditError::NoSuchField);
        }
        if length + splice.insert.len() > TEXT_CHARS_MAX
            && length + splice.insert.encode_utf16().count() - delete > TEXT_CHARS_MAX
        {
            return Err(EditError::TooLong);
        }
        self.insert(&object, splice.insert.chars().count(), TEXT_CHARS_MAX)?;
        let delete = isize::try_from(delete).map_err(|_| EditError::TooLong)?;
        self.tx.splice_text(&object, at, delete, &splice.insert).map_err(|_| EditError::Internal)
    }

    /// Sets a value of a shape.
    pub fn set(&mut self, field: &Field, shape: Shape, value: &Value) -> Result<(), EditError> {
        if !shape.admits(value) {
            return Err(EditError::NoSuchField);
        }
        match value {
            Value::Codes(codes) => self.set_codes(field, codes),
            Value::Unset => match shape {
                Shape::Many(_) => self.set_codes(field, &[]),
                Shape::Long
                | Shape::Short
                | Shape::One(_)
                | Shape::Number(..)
                | Shape::Flag
                | Shape::Date
                | Shape::DateTime
                | Shape::List(_) => self.remove_key(field),
            },
            Value::Code(text) | Value::When(text) => self.put(field, text.as_str()),
            Value::Number(number) => self.put(field, *number),
            Value::Flag(flag) => self.put(field, *flag),
        }
    }

    /// Sets a plain value that no schema describes.
    pub fn put(&mut self, field: &Field, value: impl Into<ScalarValue>) -> Result<(), EditError> {
        let (object, key) = self.parent(field)?;
        self.tx.put(&object, key, value).map_err(|_| EditError::Internal)
    }

    /// Makes a map, unless it is there.
    pub fn ensure_map(&mut self, field: &Field) -> Result<(), EditError> {
        self.ensure(field, ObjType::Map)
    }

    /// Makes a map, list or text, unless something is there.
    pub fn ensure(&mut self, field: &Field, kind: ObjType) -> Result<(), EditError> {
        if find(self.tx, field).is_some() {
            return Ok(());
        }
        let (object, key) = self.parent(field)?;
        self.tx.put_object(&object, key, kind).map(|_| ()).map_err(|_| EditError::Internal)
    }

    /// Adds an item with its empty texts at a place in a list, or at its end.
    pub fn add_item(
        &mut self,
        list: &Field,
        id: &str,
        at: Option<usize>,
        fields: &[Spec],
    ) -> Result<(), EditError> {
        let Some(Found::Object(object, ObjType::List)) = find(self.tx, list) else {
            return Err(EditError::NoSuchField);
        };
        let length = self.tx.length(&object);
        self.insert(&object, 1, widen(LIST_ITEMS_MAX))?;
        let at = at.unwrap_or(length).min(length);
        let internal = |_| EditError::Internal;
        let item = self.tx.insert_object(&object, at, ObjType::Map).map_err(internal)?;
        self.tx.put(&item, "id", id).map_err(internal)?;
        for spec in fields {
            if let Some(kind) = container(spec.shape) {
                self.tx.put_object(&item, spec.id, kind).map_err(internal)?;
            }
        }
        Ok(())
    }

    /// Removes an item; `item` ends in its id. Hands out where it was.
    pub fn remove_item(&mut self, item: &Field) -> Result<usize, EditError> {
        let (list, at) = find_item(self.tx, item).ok_or(EditError::NoSuchField)?;
        self.tx.delete(&list, at).map_err(|_| EditError::Internal)?;
        Ok(at)
    }

    fn set_codes(&mut self, field: &Field, codes: &[String]) -> Result<(), EditError> {
        self.ensure_map(field)?;
        let Some(Found::Object(map, ObjType::Map)) = find(self.tx, field) else {
            return Err(EditError::NoSuchField);
        };
        let chosen: Vec<String> = self.tx.keys(&map).collect();
        for code in chosen.iter().filter(|code| !codes.contains(code)) {
            self.tx.delete(&map, code.as_str()).map_err(|_| EditError::Internal)?;
        }
        for code in codes.iter().filter(|code| !chosen.contains(code)) {
            self.tx.put(&map, code.as_str(), true).map_err(|_| EditError::Internal)?;
        }
        Ok(())
    }

    fn remove_key(&mut self, field: &Field) -> Result<(), EditError> {
        if find(self.tx, field).is_none() {
            return Ok(());
        }
        let (object, key) = self.parent(field)?;
        self.tx.delete(&object, key).map_err(|_| EditError::Internal)
    }

    fn parent<'f>(&self, field: &'f Field) -> Result<(ObjId, &'f str), EditError> {
        let mut segments = field.segments();
        let key = segments.next_back().ok_or(EditError::NoSuchField)?;
        match walk(self.tx, segments) {
            Some(Found::Object(object, ObjType::Map)) => Ok((object, key)),
            _ => Err(EditError::NoSuchField),
        }
    }
}

/// The shape a document's schema gives a field.
pub fn shape_of(crdt: &Crdt, field: &Field) -> Result<Shape, EditError> {
    let kind = crdt.kind().ok_or(EditError::NoSuchField)?;
    shape_at(kind.fields(), field).ok_or(EditError::NoSuchField)
}

enum Found {
    Scalar(ScalarValue),
    Object(ObjId, ObjType),
}

fn find(document: &impl ReadDoc, field: &Field) -> Option<Found> {
    walk(document, field.segments())
}

fn walk<'s, I: Iterator<Item = &'s str>>(document: &impl ReadDoc, segments: I) -> Option<Found> {
    let mut found = Found::Object(ROOT, ObjType::Map);
    for segment in segments {
        let Found::Object(object, kind) = found else { return None };
        let (value, id) = if kind == ObjType::List {
            list_item(document, &object, segment)?
        } else {
            document.get(&object, segment).ok()??
        };
        found = match value {
            AutoValue::Object(kind) => Found::Object(id, kind),
            AutoValue::Scalar(value) => Found::Scalar(value.into_owned()),
        };
    }
    Some(found)
}

fn list_item<'d>(
    document: &'d impl ReadDoc,
    list: &ObjId,
    id: &str,
) -> Option<(AutoValue<'d>, ObjId)> {
    (0..document.length(list))
        .filter_map(|at| document.get(list, at).ok().flatten())
        .find(|(_, item)| item_id(document, item).as_deref() == Some(id))
}

fn find_item(document: &impl ReadDoc, item: &Field) -> Option<(ObjId, usize)> {
    let mut segments = item.segments();
    let id = segments.next_back()?;
    let Found::Object(list, ObjType::List) = walk(document, segments)? else { return None };
    let at = (0..document.length(&list)).find(|at| {
        let item = document.get(&list, *at).ok().flatten();
        item.and_then(|(_, item)| item_id(document, &item)).as_deref() == Some(id)
    })?;
    Some((list, at))
}

fn item_id(document: &impl ReadDoc, item: &ObjId) -> Option<String> {
    match document.get(item, "id").ok()?? {
        (AutoValue::Scalar(value), _) => value.as_str().map(String::from),
        (AutoValue::Object(_), _) => None,
    }
}

fn text(document: &impl ReadDoc, field: &Field) -> Option<String> {
    match find(document, field)? {
        Found::Object(object, ObjType::Text) => document.text(&object).ok(),
        Found::Object(..) | Found::Scalar(_) => None,
    }
}

fn widen(position: u32) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
