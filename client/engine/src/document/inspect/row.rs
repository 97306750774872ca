//! The operations of a change, row by row.

use shared::limit::{CHANGE_ROWS_MAX, KEY_BYTES_MAX};

use super::{
    InspectError, Limit, Span,
    column::{Flags, Runs, Steps, rows},
    read::Reader,
};

/// Columns in the order in which they must stand: id in the high bits, type in the low ones.
/// Marks have columns of their own and are never written here.
const SPECS: [u64; COLUMNS] =
    [0x01, 0x02, 0x11, 0x13, 0x15, 0x34, 0x42, 0x56, 0x57, 0x70, 0x71, 0x73];
const COLUMNS: usize = 12;
const ACTION: usize = 6;
const PREDECESSORS: usize = 9;

/// Names an operation: its counter, and its actor's place among the change's actors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowId {
    pub(crate) counter: u64,
    pub(crate) actor: usize,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    MakeMap,
    MakeList,
    MakeText,
    Put,
    Delete,
}

/// Where in an object it does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key<'a> {
    Name(&'a str),
    /// Before the first element.
    Head,
    Element(RowId),
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    pub(crate) counter: u64,
    /// `None` for the root.
    pub(crate) object: Option<RowId>,
    pub(crate) key: Key<'a>,
    pub(crate) insert: bool,
    pub(crate) action: Action,
    pub(crate) value: Value<'a>,
    /// What it replaces or deletes.
    pub(crate) predecessors: Vec<RowId>,
}

/// A scalar, as encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Text(&'a str),
    /// Of a type that automerge reads without looking at what was there before.
    Other,
}

/// Where the columns lie.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    spans: [Span; COLUMNS],
}

impl Layout {
    /// Reads the columns' names and lengths; they must end where the chunk of `end` bytes does.
    pub(super) fn parse(reader: &mut Reader<'_>, end: usize) -> Result<Self, InspectError> {
        let count = reader.length()?;
        if count > COLUMNS {
            return Err(InspectError::Column);
        }
        let mut layout = Self::default();
        let mut specs = SPECS.iter().zip(&mut layout.spans);
        let mut total = 0_usize;
        for _ in 0..count {
            let (spec, length) = (reader.unsigned()?, reader.length()?);
            // Columns come in one order, none twice, so each is searched behind the one before.
            let (_, span) = specs.find(|(known, _)| **known == spec).ok_or(InspectError::Column)?;
            let next = total.checked_add(length).ok_or(InspectError::Truncated)?;
            if length == 0 {
                return Err(InspectError::Column);
            }
            *span = total..next;
            total = next;
        }
        match reader.left().cmp(&total) {
            std::cmp::Ordering::Less => return Err(InspectError::Truncated),
            std::cmp::Ordering::Greater => return Err(InspectError::LeftOver),
            std::cmp::Ordering::Equal => {}
        }
        let base = end - total;
        for span in layout.spans.iter_mut().filter(|span| span.end > 0) {
            *span = base + span.start..base + span.end;
        }
        Ok(layout)
    }

    /// How many operations there are.
    pub(super) fn count(&self, bytes: &[u8]) -> Result<u32, InspectError> {
        let too_many = InspectError::TooLarge(Limit::ChangeRows);
        match rows(self.column(bytes, ACTION), CHANGE_ROWS_MAX) {
            Ok(0) => Err(InspectError::Column),
            Ok(rows) => Ok(rows),
            // Claims more rows than there may be, or is not a column at all.
            Err(InspectError::Column) => Err(too_many),
            Err(other) => Err(other),
        }
    }

    pub(super) fn rows<'a>(
        &self,
        bytes: &'a [u8],
        start: u64,
        rows: u32,
        actors: usize,
    ) -> Rows<'a> {
        let column = |at: usize| self.column(bytes, at);
        Rows {
            object_actor: Runs::new(column(0), rows),
            object_counter: Runs::new(column(1), rows),
            key_actor: Runs::new(column(2), rows),
            key_counter: Steps::new(column(3), rows),
            key_name: Runs::new(column(4), rows),
            insert: Flags::new(column(5), rows),
            action: Runs::new(column(ACTION), rows),
            value_meta: Runs::new(column(7), rows),
            value: Reader::new(column(8)),
            predecessors: Runs::new(column(PREDECESSORS), rows),
            predecessor_actor: Runs::new(column(10), CHANGE_ROWS_MAX),
            predecessor_counter: Steps::new(column(11), CHANGE_ROWS_MAX),
            counter: start,
            left: rows,
            actors,
        }
    }

    fn column<'a>(&self, bytes: &'a [u8], at: usize) -> &'a [u8] {
        self.spans.get(at).and_then(|span| bytes.get(span.clone())).unwrap_or_default()
    }
}

/// Walks the operations; every error is final.
#[derive(Clone)]
pub(crate) struct Rows<'a> {
    object_actor: Runs<'a, u64>,
    object_counter: Runs<'a, u64>,
    key_actor: Runs<'a, u64>,
    key_counter: Steps<'a>,
    key_name: Runs<'a, &'a str>,
    insert: Flags<'a>,
    action: Runs<'a, u64>,
    value_meta: Runs<'a, u64>,
    value: Reader<'a>,
    predecessors: Runs<'a, u64>,
    predecessor_actor: Runs<'a, u64>,
    predecessor_counter: Steps<'a>,
    counter: u64,
    left: u32,
    actors: usize,
}

impl<'a> Rows<'a> {
    /// The next operation; `None` behind the last, where every column must end.
    pub(crate) fn next(&mut self) -> Result<Option<Row<'a>>, InspectError> {
        if self.left == 0 {
            return self.finish().map(|()| None);
        }
        self.left -= 1;
        let row = Row {
            counter: self.counter,
            object: self.object()?,
            key: self.key()?,
            insert: self.insert.next()?,
            action: action(self.action.value()?)?,
            value: self.value()?,
            predecessors: self.predecessors()?,
        };
        self.counter += 1;
        if row.is_possible() { Ok(Some(row)) } else { Err(InspectError::Operation) }
    }

    fn object(&mut self) -> Result<Option<RowId>, InspectError> {
        // automerge takes one column without the other for the root, in every row.
        if self.object_actor.is_absent() != self.object_counter.is_absent() {
            return Err(InspectError::Column);
        }
        match (self.object_actor.next()?, self.object_counter.next()?) {
            (None, None) => Ok(None),
            (Some(actor), Some(counter)) => self.earlier(actor, counter).map(Some),
            (None, Some(_)) | (Some(_), None) => Err(InspectError::Column),
        }
    }

    fn key(&mut self) -> Result<Key<'a>, InspectError> {
        let counter = self.key_counter.next()?;
        match (self.key_actor.next()?, counter, self.key_name.next()?) {
            (None, None, Some(name)) if name.len() > KEY_BYTES_MAX => {
                Err(InspectError::TooLarge(Limit::KeyBytes))
            }
            (None, None, Some(name)) => Ok(Key::Name(name)),
            (None, Some(0), None) => Ok(Key::Head),
            (Some(actor), Some(counter), None) => {
                let counter = u64::try_from(counter).map_err(|_| InspectError::Column)?;
                self.earlier(actor, counter).map(Key::Element)
            }
            (_, _, _) => Err(InspectError::Column),
        }
    }

    fn value(&mut self) -> Result<Value<'a>, InspectError> {
        let meta = self.value_meta.value()?;
        let length = usize::try_from(meta >> 4).map_err(|_| InspectError::Truncated)?;
        let mut reader = Reader::new(self.value.take(length)?);
        let value = match meta & 0x0F {
            0 => Value::Null,
            1 | 2 => Value::Other,
            3 => reader.unsigned().map(|_| Value::Other)?,
            4 | 9 => reader.signed().map(|_| Value::Other)?,
            5 => reader.array::<8>().map(|_| Value::Other)?,
            6 => {
                let bytes = reader.take(length)?;
                Value::Text(std::str::from_utf8(bytes).map_err(|_| InspectError::Column)?)
            }
            7 => reader.take(length).map(|_| Value::Other)?,
            // Counters, and types that do not exist.
            _ => return Err(InspectError::Operation),
        };
        if reader.is_done() { Ok(value) } else { Err(InspectError::LeftOver) }
    }

    fn predecessors(&mut self) -> Result<Vec<RowId>, InspectError> {
        let count = self.predecessors.value()?;
        let count = u32::try_from(count).map_err(|_| InspectError::Column)?;
        if count > CHANGE_ROWS_MAX {
            return Err(InspectError::TooLarge(Limit::ChangeRows));
        }
        let mut named: Vec<RowId> = vec![];
        for _ in 0..count {
            let actor = self.predecessor_actor.value()?;
            let counter = self.predecessor_counter.next()?.ok_or(InspectError::Column)?;
            let counter = u64::try_from(counter).map_err(|_| InspectError::Column)?;
            let next = self.earlier(actor, counter)?;
            if named.last().is_some_and(|last| last.counter > counter || *last == next) {
                return Err(InspectError::Column);
            }
            named.push(next);
        }
        Ok(named)
    }

    /// An operation before this one: only such can be spoken of.
    fn earlier(&self, actor: u64, counter: u64) -> Result<RowId, InspectError> {
        let actor = usize::try_from(actor).map_err(|_| InspectError::Actor)?;
        if actor >= self.actors {
            return Err(InspectError::Actor);
        }
        if counter == 0 || counter >= self.counter {
            return Err(InspectError::Dangling);
        }
        Ok(RowId { counter, actor })
    }

    fn finish(&self) -> Result<(), InspectError> {
        self.object_actor.finish()?;
        self.object_counter.finish()?;
        self.key_actor.finish()?;
        self.key_counter.finish()?;
        self.key_name.finish()?;
        self.insert.finish()?;
        self.action.finish()?;
        self.value_meta.finish()?;
        self.predecessors.finish()?;
        self.predecessor_actor.finish()?;
        self.predecessor_counter.finish()?;
        let are_paired = self.predecessor_actor.is_absent() == self.predecessor_counter.is_absent();
        if self.value.is_done() && are_paired { Ok(()) } else { Err(InspectError::LeftOver) }
    }
}

impl Row<'_> {
    /// Every operation it speaks of.
    pub(super) fn named(&self) -> impl Iterator<Item = &RowId> {
        let element = match &self.key {
            Key::Element(element) => Some(element),
            Key::Name(_) | Key::Head => None,
        };
        self.object.iter().chain(element).chain(&self.predecessors)
    }

    /// Whether our own program could have written it.
    fn is_possible(&self) -> bool {
        let deletes = self.action == Action::Delete;
        let fits_place = match self.key {
            Key::Name(_) => !self.insert && (!deletes || !self.predecessors.is_empty()),
            // What is in a list or text comes or goes; nothing there is ever replaced.
            Key::Head => self.insert && !deletes && self.predecessors.is_empty(),
            Key::Element(_) if self.insert => !deletes && self.predecessors.is_empty(),
            Key::Element(element) => deletes && self.predecessors == [element],
        };
        let fits_value = match self.action {
            Action::Put => true,
            Action::Delete | Action::MakeMap | Action::MakeList | Action::MakeText => {
                self.value == Value::Null
            }
        };
        fits_place && fits_value
    }
}

/// Increments, tables and marks are never written here.
fn action(number: u64) -> Result<Action, InspectError> {
    match number {
        0 => Ok(Action::MakeMap),
        1 => Ok(Action::Put),
        2 => Ok(Action::MakeList),
        3 => Ok(Action::Delete),
        4 => Ok(Action::MakeText),
        _ => Err(InspectError::Operation),
    }
}
