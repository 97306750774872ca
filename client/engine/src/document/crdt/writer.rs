//! Writes one change.

use automerge::{
    ObjId, ObjType, ReadDoc as _, ScalarValue,
    transaction::{Transactable as _, Transaction},
};
use shared::{
    id::DeviceId,
    limit::{
        CHANGE_BYTES_MAX, CHANGE_ROWS_MAX, DOCUMENT_BYTES_MAX, DOCUMENT_ROWS_MAX, LIST_ITEMS_MAX,
        TEXT_CHARS_MAX,
    },
    map::Map,
};

use super::{EditError, Found, find, find_item, walk, widen};
use crate::{
    casework::field::{Field, Shape, Spec, Value},
    command::Splice,
    document::{
        census::{Census, Made},
        genesis::container,
    },
};

/// What is written with one change, as it is passed on: what makes and keeps the change would stand
/// in the app once for each closure otherwise, and there are a hundred of them.
pub type Write<'w> = dyn FnMut(&mut Writer<'_, '_>) -> Result<(), EditError> + 'w;

/// What is written once.
pub(crate) fn once(
    write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), EditError>,
) -> impl FnMut(&mut Writer<'_, '_>) -> Result<(), EditError> {
    let mut write = Some(write);
    move |tx| write.take().map_or(Err(EditError::Internal), |write| write(tx))
}

/// Edits of one change.
pub struct Writer<'t, 'd> {
    pub(super) tx: &'t mut Transaction<'d>,
    census: &'t Census,
    device: DeviceId,
    /// Elements inserted by this change.
    added: Map<Made, usize>,
}

impl<'t, 'd> Writer<'t, 'd> {
    pub(super) fn new(tx: &'t mut Transaction<'d>, census: &'t Census, device: DeviceId) -> Self {
        Self { tx, census, device, added: Map::new() }
    }
}

impl Writer<'_, '_> {
    /// Whether every reader will let the change in.
    pub(super) fn has_room(&self) -> Result<(), EditError> {
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

    /// Writes into an empty text.
    pub fn write(&mut self, field: &Field, text: &str) -> Result<(), EditError> {
        self.splice(field, &Splice { at: 0, delete: 0, insert: String::from(text) })
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
        self.put_scalar(field, value.into())
    }

    fn put_scalar(&mut self, field: &Field, value: ScalarValue) -> Result<(), EditError> {
        let (object, key) = self.parent(field)?;
        self.tx.put(&object, key, value).map_err(|_| EditError::Internal)
    }

    /// Whether there is anything at a field.
    pub fn has(&self, field: &Field) -> bool {
        find(self.tx, field).is_some()
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
        let item = self.insert_item(list, id, at)?;
        for spec in fields {
            if let Some(kind) = container(spec.shape) {
                self.tx.put_object(&item, spec.id, kind).map_err(|_| EditError::Internal)?;
            }
        }
        Ok(())
    }

    pub(super) fn insert_item(
        &mut self,
        list: &Field,
        id: &str,
        at: Option<usize>,
    ) -> Result<ObjId, EditError> {
        let Some(Found::Object(object, ObjType::List)) = find(self.tx, list) else {
            return Err(EditError::NoSuchField);
        };
        let length = self.tx.length(&object);
        self.insert(&object, 1, widen(LIST_ITEMS_MAX))?;
        let at = at.unwrap_or(length).min(length);
        let internal = |_| EditError::Internal;
        let item = self.tx.insert_object(&object, at, ObjType::Map).map_err(internal)?;
        self.tx.put(&item, "id", id).map_err(internal)?;
        Ok(item)
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
