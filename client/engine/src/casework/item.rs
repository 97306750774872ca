//! Single values of documents, read and written as what they stand for.

use shared::time::UnixMillis;

use crate::{
    casework::{date::Date, field::Field},
    document::crdt::{Crdt, EditError, Writer},
};

/// A time.
pub fn time(crdt: &Crdt, field: &Field) -> Option<UnixMillis> {
    crdt.number(field).and_then(|at| u64::try_from(at).ok()).map(UnixMillis)
}

/// A time, as documents hold it.
pub fn millis(at: UnixMillis) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

/// A count.
pub fn count(crdt: &Crdt, field: &Field) -> Option<u32> {
    crdt.number(field).and_then(|number| u32::try_from(number).ok())
}

/// A day.
pub fn date(crdt: &Crdt, field: &Field) -> Option<Date> {
    Date::parse(&crdt.plain(field)?)
}

/// One of the codes, if the document has one of them.
pub fn code(crdt: &Crdt, field: &Field, codes: &[&'static str]) -> Option<&'static str> {
    let found = crdt.plain(field)?;
    codes.iter().find(|code| **code == found).copied()
}

/// A text as it is, nothing for none.
pub fn text(crdt: &Crdt, field: &Field) -> String {
    crdt.text(field).unwrap_or_default()
}

/// Adds an item at the end of a list, and writes its values with it.
pub fn add(
    tx: &mut Writer<'_, '_>,
    list: &str,
    id: &str,
    fields: &[crate::casework::field::Spec],
    write: impl FnOnce(&mut Writer<'_, '_>, &Field) -> Result<(), EditError>,
) -> Result<(), EditError> {
    let list = Field::top(list);
    tx.add_item(&list, id, None, fields)?;
    write(tx, &list.child(id))
}

/// The items of a list that read as what they should be; the rest is passed over.
pub fn all<T>(crdt: &Crdt, list: &str, read: impl Fn(&str, &Field) -> Option<T>) -> Vec<T> {
    let list = Field::top(list);
    crdt.items(&list).iter().filter_map(|id| read(id, &list.child(id))).collect()
}
