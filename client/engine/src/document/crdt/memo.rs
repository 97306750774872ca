//! Where things stand in a document, kept until it changes.
//!
//! The first page asks the same few values of every document after every key stroke, and a key
//! stroke changes one document.

use core::{cell::RefCell, fmt};

use automerge::{ObjType, ROOT, ReadDoc as _, ScalarValue};
use shared::map::Map;

use super::{Crdt, Found, item_id};
use crate::casework::field::Field;

/// Longer values are read anew each time, so that nothing of weight is held twice.
const KEPT_BYTES_MAX: usize = 64;

/// What was found by its path.
#[derive(Default)]
pub(super) struct Memo(RefCell<Kept>);

/// What is known to stand somewhere, if anything does.
#[derive(Clone)]
struct Known(Option<Found>);

#[derive(Default)]
struct Kept {
    /// After how many changes.
    changed: u64,
    found: Map<String, Known>,
    /// The ids of lists' items.
    items: Map<String, Vec<String>>,
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo(..)")
    }
}

impl Memo {
    fn recall(&self, changed: u64, path: &str) -> Option<Known> {
        let kept = self.0.borrow();
        if kept.changed == changed { kept.found.get(path).cloned() } else { None }
    }

    fn keep(&self, changed: u64, path: &str, found: Option<&Found>) {
        let is_short = match found {
            Some(Found::Scalar(ScalarValue::Str(text))) => text.len() <= KEPT_BYTES_MAX,
            Some(Found::Scalar(ScalarValue::Bytes(bytes))) => bytes.len() <= KEPT_BYTES_MAX,
            Some(Found::Scalar(_) | Found::Object(..)) | None => true,
        };
        if !is_short {
            return;
        }
        self.as_of(changed, |kept| {
            kept.found.insert(String::from(path), Known(found.cloned()));
        });
    }

    /// Keeps something of the document as it is, and nothing of what it was.
    fn as_of(&self, changed: u64, keep: impl FnOnce(&mut Kept)) {
        let mut kept = self.0.borrow_mut();
        if kept.changed != changed {
            *kept = Kept { changed, ..Kept::default() };
        }
        keep(&mut kept);
    }
}

impl Crdt {
    /// What stands at a field.
    pub(super) fn find(&self, field: &Field) -> Option<Found> {
        self.find_path(field.as_str())
    }

    /// Ids of a list's items, in order; each is a path segment.
    pub fn items(&self, list: &Field) -> Vec<String> {
        let changed = self.changed;
        {
            let kept = self.memo.0.borrow();
            if let Some(items) = kept.items.get(list.as_str()).filter(|_| kept.changed == changed) {
                return items.clone();
            }
        }
        let Some(Found::Object(object, ObjType::List)) = self.find(list) else { return vec![] };
        let items: Vec<String> = (0..self.automerge.length(&object))
            .filter_map(|at| self.automerge.get(&object, at).ok().flatten())
            .filter_map(|(_, item)| item_id(&self.automerge, &item))
            .collect();
        let name = String::from(list.as_str());
        self.memo.as_of(changed, |kept| {
            kept.items.insert(name, items.clone());
        });
        items
    }

    fn find_path(&self, path: &str) -> Option<Found> {
        if let Some(Known(found)) = self.memo.recall(self.changed, path) {
            return found;
        }
        let (parent, id) = match path.rsplit_once('/') {
            Some((parent, id)) => (self.find_path(parent), id),
            None => (Some(Found::Object(ROOT, ObjType::Map)), path),
        };
        let found = match parent {
            Some(Found::Object(list, ObjType::List)) => {
                let mut found = None;
                let place = path.len() - id.len();
                for (item, object) in self.items_of(&list) {
                    let this = Found::Object(object, ObjType::Map);
                    // Paths are written with slashes, and whoever made an id with one must not
                    // stand in another's place.
                    if !item.contains('/') {
                        let at = [path.get(..place).unwrap_or_default(), item.as_str()].concat();
                        self.memo.keep(self.changed, &at, Some(&this));
                    }
                    if item == id {
                        found = Some(this);
                    }
                }
                found
            }
            Some(Found::Object(map, _)) => {
                self.automerge.get(&map, id).ok().flatten().map(Found::from)
            }
            Some(Found::Scalar(_)) | None => None,
        };
        self.memo.keep(self.changed, path, found.as_ref());
        found
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        id::{DeviceId, DocumentId},
        time::UnixMillis,
    };

    use super::*;
    use crate::{
        casework::note::FIELDS,
        document::{chunk::actor, crdt::Writer, genesis::Kind},
    };

    const AT: UnixMillis = UnixMillis(1_779_165_000_000);

    fn note() -> Crdt {
        let device = DeviceId::new([1; 16]);
        let actor = actor(device, DocumentId::new([2; 16]), 1);
        Crdt::begin(Kind::Note, device, actor).unwrap().0
    }

    fn add_quote(tx: &mut Writer<'_, '_>, id: &str) {
        let list = Field::top("quotes");
        let quote = FIELDS.iter().find(|spec| spec.id == "quotes").unwrap();
        let crate::casework::field::Shape::List(fields) = quote.shape else { panic!("a list") };
        tx.add_item(&list, id, None, fields).unwrap();
    }

    #[test]
    fn what_was_found_is_looked_for_again_after_a_change() {
        let mut note = note();
        let (list, place) = (Field::top("quotes"), Field::top("quotes").child("a").child("text"));
        assert_eq!((note.text(&place), note.items(&list).len()), (None, 0));

        note.edit(AT, |tx| {
            add_quote(tx, "a");
            tx.write(&place, "迷い")
        })
        .unwrap();
        assert_eq!(note.text(&place).as_deref(), Some("迷い"));
        let value = Field::top("held_at");
        assert_eq!(note.plain(&value), None);
        for when in ["2026-05-19T13:30", "2026-05-19T13:31"] {
            note.edit(AT, |tx| tx.put(&value, when)).unwrap();
            assert_eq!(note.plain(&value).as_deref(), Some(when));
        }
    }

    #[test]
    fn an_id_with_a_slash_does_not_stand_in_another_place() {
        let mut note = note();
        let place = Field::top("quotes").child("a").child("text");
        note.edit(AT, |tx| {
            add_quote(tx, "a/text");
            add_quote(tx, "a");
            tx.write(&place, "迷い")
        })
        .unwrap();

        assert!(note.made(&Field::top("quotes").child("a")).is_some());
        assert_eq!(note.text(&place).as_deref(), Some("迷い"));
    }
}
