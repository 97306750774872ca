//! One automerge document and its fields. The only module that calls automerge to read and write.

use automerge::{
    ActorId, Automerge, Change, ChangeHash, ObjId, ObjType, ROOT, ReadDoc, ScalarValue,
    TextEncoding, Value as AutoValue, transaction::CommitOptions,
};
use shared::{
    Blob,
    id::DeviceId,
    map::{Map, Set},
    time::UnixMillis,
};
use thiserror::Error;

use crate::{
    casework::field::{Field, Shape, Value, shape_at},
    document::{
        census::Census,
        genesis::{Kind, genesis},
        growth::growths,
        guard::Side,
        inspect::{Actor, InspectError, Inspected},
        intake::{Opened, Verdict},
    },
};

mod list;
mod memo;
mod read;
mod writer;

use memo::Memo;
pub(crate) use writer::once;

pub use read::{Held, Item, Row};
pub use writer::{Write, Writer};

/// Why an edit was not made. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EditError {
    /// The document has no such field, or the field takes no such value: a bug of the page.
    #[error("no such field, or not such a value")]
    NoSuchField,
    /// The text or list would grow over the limit: tell the person.
    #[error("the text or list would be too long")]
    TooLong,
    /// The field is somebody else's to write, or nobody's any more: a bug of the page.
    #[error("not this person's to write")]
    NotYours,
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
    /// On whose side each device writes, as far as anybody told us.
    pub(super) sides: Map<DeviceId, Side>,
    /// Grows with every change, ours or not.
    pub(super) changed: u64,
    /// What the document says it is.
    pub(super) kind: Option<Kind>,
    memo: Memo,
}

impl Crdt {
    /// A document without content, to receive another device's changes.
    pub fn empty(device: DeviceId, actor: ActorId) -> Self {
        let mut automerge = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
        automerge.set_actor(actor);
        Self {
            automerge,
            census: Census::default(),
            device,
            sides: Map::new(),
            changed: 0,
            kind: None,
            memo: Memo::default(),
        }
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
        crdt.read_kind();
        // A census from before there were guards does not say what stands where.
        let is_guarded = crdt.kind().is_some_and(|kind| !kind.guards().is_empty());
        let is_whole = census.kind.is_some() || !is_guarded;
        is_whole.then_some(Self { census, changed: 1, ..crdt })
    }

    /// Notes on whose side a device writes. Whom nobody spoke of writes to nothing that is guarded.
    pub fn introduce(&mut self, device: DeviceId, side: Side) {
        self.sides.insert(device, side);
    }

    /// Makes what the kind got after its first schema and is not here yet; hands out the changes.
    pub fn grow(&mut self) -> Vec<Vec<u8>> {
        let Some(kind) = self.kind() else { return vec![] };
        if kind.grown_fields().iter().all(|it| self.find(&Field::top(it.id)).is_some()) {
            return vec![];
        }
        let missing = growths(kind).filter(|(_, it)| !self.has(&it.hash()));
        let bytes: Vec<Vec<u8>> = missing.map(|(_, it)| it.raw_bytes().to_vec()).collect();
        let device = self.device;
        let open =
            |bytes: &Vec<u8>| Some(Opened { device, changes: vec![Inspected::parse(bytes).ok()?] });
        let opened: Vec<Opened> = bytes.iter().filter_map(open).collect();
        self.take_in(&opened);
        bytes
    }

    fn has(&self, hash: &ChangeHash) -> bool {
        self.automerge.get_change_by_hash(hash).is_some()
    }

    /// The document as it was when these were its heads; `None` if one of them is not here.
    pub fn at(&self, heads: &[ChangeHash]) -> Option<Self> {
        let mut wanted = heads.to_vec();
        let mut known = Set::new();
        while let Some(hash) = wanted.pop() {
            if known.insert(hash) {
                wanted.extend(self.automerge.get_change_by_hash(&hash)?.deps());
            }
        }
        let mut earlier = self.automerge.get_changes(&[]);
        earlier.retain(|change| known.contains(&change.hash()));
        let mut crdt = Self::empty(self.device, self.automerge.get_actor().clone());
        crdt.automerge.apply_changes(earlier).ok()?;
        crdt.read_kind();
        Some(crdt)
    }

    /// The whole document, for a local snapshot.
    pub fn save(&self) -> (Vec<Blob>, Census) {
        (self.changes().collect(), self.census.clone())
    }

    /// All changes, each behind those it depends on.
    pub fn changes(&self) -> impl Iterator<Item = Blob> + use<> {
        let changes = self.automerge.get_changes(&[]).into_iter();
        changes.map(|change| Blob(change.raw_bytes().to_vec()))
    }

    /// Changes that are here and not in another document.
    pub fn beyond(&self, other: &Self) -> Vec<ChangeHash> {
        let hashes = self.automerge.get_changes(&[]).into_iter().map(|change| change.hash());
        hashes.filter(|hash| !other.has(hash)).collect()
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
        self.kind
    }

    /// Looks what the document says it is. Only changes from outside can say so.
    pub(super) fn read_kind(&mut self) {
        self.kind = self.plain(&Field::top("kind")).and_then(|kind| Kind::parse(&kind));
    }

    /// Makes one change and hands out its bytes; `None` when nothing was changed.
    pub fn edit(
        &mut self,
        at: UnixMillis,
        write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), EditError>,
    ) -> Result<Option<Vec<u8>>, EditError> {
        self.edit_by(at, &mut once(write))
    }

    /// The same for a writer that only passes through.
    pub fn edit_by(
        &mut self,
        at: UnixMillis,
        write: &mut Write<'_>,
    ) -> Result<Option<Vec<u8>>, EditError> {
        let (census, device) = (&self.census, self.device);
        let mut tx = self.automerge.transaction();
        let mut writer = Writer::new(&mut tx, census, device);
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
        if let Err(refused) = self.count_own(&bytes) {
            // What a change is shows when it is made. Nobody would take this one in.
            self.undo(&change)?;
            let is_guarded = refused == InspectError::Guarded;
            return Err(if is_guarded { EditError::NotYours } else { EditError::TooLong });
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
        match self.find(field)? {
            Found::Object(object, ObjType::Text) => self.automerge.text(&object).ok(),
            Found::Object(..) | Found::Scalar(_) => None,
        }
    }

    /// A scalar string, for what is not typed by hand.
    pub fn plain(&self, field: &Field) -> Option<String> {
        match self.find(field)? {
            Found::Scalar(ScalarValue::Str(text)) => Some(text.to_string()),
            Found::Scalar(_) | Found::Object(..) => None,
        }
    }

    /// Bytes.
    pub fn bytes(&self, field: &Field) -> Option<Vec<u8>> {
        match self.find(field)? {
            Found::Scalar(ScalarValue::Bytes(bytes)) => Some(bytes),
            Found::Scalar(_) | Found::Object(..) => None,
        }
    }

    /// A whole number.
    pub fn number(&self, field: &Field) -> Option<i64> {
        match self.find(field)? {
            Found::Scalar(value) => value.as_i64(),
            Found::Object(..) => None,
        }
    }

    /// A field's value, [`Value::Unset`] when absent or not of its shape.
    pub fn value(&self, field: &Field, shape: Shape) -> Value {
        value_of(&self.automerge, self.find(field), shape)
    }

    /// Whose device made a map or an item, in a document that keeps account of it.
    pub fn author(&self, item: &Field) -> Option<DeviceId> {
        let Found::Object(ObjId::Id(_, actor, _), _) = self.find(item)? else {
            return None;
        };
        self.census.author(actor.to_bytes().try_into().ok()?)
    }

    /// The map, list or text at a field.
    pub(super) fn object(&self, field: &Field) -> Option<ObjId> {
        match self.find(field)? {
            Found::Object(object, _) => Some(object),
            Found::Scalar(_) => None,
        }
    }

    /// Names of what stands in the document itself, in order.
    pub fn root_keys(&self) -> Vec<String> {
        self.automerge.keys(ROOT).collect()
    }

    /// Which operation of whom made a map or an item.
    pub(crate) fn made(&self, item: &Field) -> Option<(Actor, u64)> {
        let Found::Object(ObjId::Id(counter, actor, _), _) = self.find(item)? else {
            return None;
        };
        Some((actor.to_bytes().try_into().ok()?, counter))
    }

    /// Keys of a map, in order.
    pub fn keys(&self, map: &Field) -> Vec<String> {
        match self.find(map) {
            Some(Found::Object(object, ObjType::Map)) => self.automerge.keys(&object).collect(),
            _ => vec![],
        }
    }
}

/// The shape a document's schema gives a field.
pub fn shape_of(crdt: &Crdt, field: &Field) -> Result<Shape, EditError> {
    let kind = crdt.kind().ok_or(EditError::NoSuchField)?;
    let first = shape_at(kind.first_fields(), field);
    first.or_else(|| shape_at(kind.grown_fields(), field)).ok_or(EditError::NoSuchField)
}

#[derive(Clone)]
enum Found {
    Scalar(ScalarValue),
    Object(ObjId, ObjType),
}

impl From<(AutoValue<'_>, ObjId)> for Found {
    fn from((value, id): (AutoValue<'_>, ObjId)) -> Self {
        match value {
            AutoValue::Object(kind) => Self::Object(id, kind),
            AutoValue::Scalar(value) => Self::Scalar(value.into_owned()),
        }
    }
}

fn value_of(document: &impl ReadDoc, found: Option<Found>, shape: Shape) -> Value {
    let value = match (shape, found) {
        (Shape::Many(codes), Some(Found::Object(map, ObjType::Map))) => Value::Codes(
            codes
                .iter()
                .filter(|code| matches!(document.get(&map, **code), Ok(Some(_))))
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

fn find(document: &impl ReadDoc, field: &Field) -> Option<Found> {
    walk(document, field.segments())
}

fn walk<'s, I: Iterator<Item = &'s str>>(document: &impl ReadDoc, segments: I) -> Option<Found> {
    let mut found = Found::Object(ROOT, ObjType::Map);
    for segment in segments {
        let Found::Object(object, kind) = found else { return None };
        let value = if kind == ObjType::List {
            list_item(document, &object, segment)?
        } else {
            document.get(&object, segment).ok()??
        };
        found = Found::from(value);
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

fn widen(position: u32) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
