//! Today's values of a document, without the way they came about.
//!
//! What was deleted, who wrote what and when stays behind. It knows no schema: whatever the app
//! can show has a path, and whatever has a path is taken along.

use automerge::{ObjId, ObjType, ROOT, ReadDoc as _, ScalarValue, Value};

use crate::{
    casework::field::Field,
    command::Splice,
    document::crdt::{Crdt, EditError, Writer},
};

/// A change takes edits until it holds about this much; a longer text makes several.
const CHANGE_UNITS: usize = 4_000;
/// The same for an item that comes back: three quarters of what a change may weigh.
const ITEM_UNITS: usize = 12_000;
/// What an edit costs beside its letters.
const EDIT_UNITS: usize = 40;

/// One step of writing values down anew.
#[derive(Clone, PartialEq)]
pub enum Edit {
    /// A map, list or text is there.
    Ensure(Field, ObjType),
    /// An item is at the end of a list.
    Item(Field, String),
    /// A plain value.
    Put(Field, ScalarValue),
    /// Letters at the end of a text.
    Text(Field, Splice),
}

impl Edit {
    /// Where it writes.
    pub fn field(&self) -> &Field {
        match self {
            Self::Ensure(field, _)
            | Self::Item(field, _)
            | Self::Put(field, _)
            | Self::Text(field, _) => field,
        }
    }

    fn units(&self) -> usize {
        EDIT_UNITS
            + match self {
                Self::Ensure(..) | Self::Item(..) => 0,
                Self::Put(_, value) => value.as_str().map_or(0, str::len),
                Self::Text(_, splice) => splice.insert.encode_utf16().count(),
            }
    }

    /// Makes the edit part of a change.
    pub fn write(&self, tx: &mut Writer<'_, '_>) -> Result<(), EditError> {
        match self {
            Self::Ensure(field, kind) => tx.ensure(field, *kind),
            Self::Item(list, id) => tx.add_item(list, id, None, &[]),
            Self::Put(field, value) => tx.put(field, value.clone()),
            Self::Text(field, splice) => tx.splice(field, splice),
        }
    }
}

/// What writes the values of a document into an empty one of its kind, in changes that everybody
/// will let in.
pub fn flatten(crdt: &Crdt) -> Vec<Vec<Edit>> {
    let mut edits = vec![];
    // Kind and schema come with the first change of the new document.
    read_map(crdt, &ROOT, (None, &["kind", "schema"]), &mut edits);
    in_changes(edits, CHANGE_UNITS)
}

/// What writes an item of a list anew, once an empty one of its id is there again. As much as
/// possible comes first, because what an item's maker writes with it is guarded as the list is.
pub fn flatten_item(crdt: &Crdt, list: &Field, id: &str) -> Vec<Vec<Edit>> {
    let mut edits = vec![];
    let place = list.child(id);
    if let Some(item) = crdt.object(&place) {
        read_map(crdt, &item, (Some(&place), &["id"]), &mut edits);
    }
    in_changes(edits, ITEM_UNITS)
}

fn in_changes(edits: Vec<Edit>, most: usize) -> Vec<Vec<Edit>> {
    let mut changes: Vec<Vec<Edit>> = vec![];
    let mut units = most;
    for edit in edits {
        units += edit.units();
        if units > most {
            units = edit.units();
            changes.push(vec![]);
        }
        if let Some(change) = changes.last_mut() {
            change.push(edit);
        }
    }
    changes
}

/// Reads what a map holds beside what is given.
fn read_map(
    crdt: &Crdt,
    map: &ObjId,
    (at, given): (Option<&Field>, &[&str]),
    edits: &mut Vec<Edit>,
) {
    let is_read = |key: &String| !key.contains('/') && !given.contains(&key.as_str());
    for key in crdt.automerge.keys(map).filter(is_read) {
        let field = at.map_or_else(|| Field::top(&key), |at| at.child(&key));
        if let Ok(Some((value, id))) = crdt.automerge.get(map, key.as_str()) {
            read(crdt, &value, &id, field, edits);
        }
    }
}

fn read(crdt: &Crdt, value: &Value<'_>, id: &ObjId, field: Field, edits: &mut Vec<Edit>) {
    let kind = match value {
        Value::Scalar(value) => return edits.push(Edit::Put(field, value.as_ref().clone())),
        Value::Object(kind) => *kind,
    };
    edits.push(Edit::Ensure(field.clone(), kind));
    match kind {
        ObjType::Map | ObjType::Table => read_map(crdt, id, (Some(&field), &[]), edits),
        ObjType::Text => {
            let text = crdt.automerge.text(id).unwrap_or_default();
            edits.extend(pieces(&text).map(|splice| Edit::Text(field.clone(), splice)));
        }
        ObjType::List => read_items(crdt, id, &field, edits),
    }
}

/// Items by their ids, each once: of two with one id, paths lead to the first.
fn read_items(crdt: &Crdt, list: &ObjId, field: &Field, edits: &mut Vec<Edit>) {
    let mut known = shared::map::Set::new();
    for at in 0..crdt.automerge.length(list) {
        let Ok(Some((_, item))) = crdt.automerge.get(list, at) else { continue };
        let named = crdt.automerge.get(&item, "id").ok().flatten();
        let id = named.and_then(|(id, _)| id.as_str().map(String::from));
        let Some(id) = id.filter(|id| !id.contains('/')) else { continue };
        if known.insert(id.clone()) {
            edits.push(Edit::Item(field.clone(), id.clone()));
            read_map(crdt, &item, (Some(&field.child(&id)), &["id"]), edits);
        }
    }
}

/// A text as insertions that each fit into one change.
fn pieces(text: &str) -> impl Iterator<Item = Splice> {
    let mut at: u32 = 0;
    let mut rest = text;
    core::iter::from_fn(move || {
        let mut units: u32 = 0;
        let is_room = |letter: &char| {
            units += if letter.len_utf16() == 2 { 2 } else { 1 };
            usize::try_from(units).is_ok_and(|units| units + EDIT_UNITS <= CHANGE_UNITS)
        };
        let insert: String = rest.chars().take_while(is_room).collect();
        rest = rest.get(insert.len()..).filter(|_| !insert.is_empty())?;
        let splice = Splice { at, delete: 0, insert };
        at += u32::try_from(splice.insert.encode_utf16().count()).unwrap_or(0);
        Some(splice)
    })
}

#[cfg(test)]
mod tests {
    use automerge::ActorId;
    use shared::{id::DeviceId, time::UnixMillis};

    use super::*;
    use crate::{
        casework::field::{self, Shape},
        document::{crdt::shape_of, genesis::Kind, inspect::Inspected},
    };

    const NOW: UnixMillis = UnixMillis(1_779_165_000_000);

    fn empty(device: u8) -> Crdt {
        let actor = ActorId::from([device; 16].as_slice());
        Crdt::begin(Kind::Note, DeviceId::new([device; 16]), actor).unwrap().0
    }

    fn note(text: &str) -> Crdt {
        let mut crdt = empty(1);
        let issue = Field::top("presenting_issue");
        let quotes = Field::top("quotes");
        let Ok(Shape::List(inner)) = shape_of(&crdt, &quotes) else { panic!("a list") };
        let splice = |at, delete, insert: &str| Splice { at, delete, insert: insert.into() };
        let letters: Vec<char> = text.chars().collect();
        let (first, last) = letters.split_at(letters.len() / 2);
        let [first, last]: [String; 2] = [first, last].map(|part| part.iter().collect());
        let middle = u32::try_from(first.encode_utf16().count()).unwrap();
        crdt.edit(NOW, |tx| tx.splice(&issue, &splice(0, 0, &first))).unwrap();
        crdt.edit(NOW, |tx| tx.splice(&issue, &splice(middle, 0, &last))).unwrap();
        crdt.edit(NOW, |tx| tx.splice(&issue, &splice(0, 0, "消した言葉"))).unwrap();
        crdt.edit(NOW, |tx| tx.splice(&issue, &splice(0, 5, ""))).unwrap();
        for id in ["b", "a"] {
            crdt.edit(NOW, |tx| tx.add_item(&quotes, id, Some(0), inner)).unwrap();
            let words = quotes.child(id).child("text");
            crdt.edit(NOW, |tx| tx.splice(&words, &splice(0, 0, id))).unwrap();
        }
        let sensitive = quotes.child("b").child("sensitive");
        let yes = field::Value::Flag(true);
        crdt.edit(NOW, |tx| tx.set(&sensitive, Shape::Flag, &yes)).unwrap();
        crdt.edit(NOW, |tx| tx.put(&Field::top("employee_name"), "佐伯 悠真")).unwrap();
        crdt
    }

    #[track_caller]
    fn check(text: &str) {
        let old = note(text);
        let mut new = empty(2);
        let mut written = vec![];

        for change in flatten(&old) {
            let made = new.edit(NOW, |tx| change.iter().try_for_each(|edit| edit.write(tx)));
            written.extend(made.unwrap());
        }

        assert_eq!(new.text(&Field::top("presenting_issue")).unwrap(), text);
        assert_eq!(new.items(&Field::top("quotes")), ["a", "b"]);
        assert!(flatten(&new) == flatten(&old), "nothing is missing, nothing is new");
        let deleted = "消した言葉".as_bytes();
        for change in &written {
            assert!(Inspected::parse(change).is_ok());
            assert!(!change.windows(deleted.len()).any(|bytes| bytes == deleted));
        }
    }

    #[test]
    fn a_note_is_written_down_anew_without_what_was_deleted() {
        check("異動の打診を受けて迷っている。");
    }

    #[test]
    fn a_long_text_makes_several_changes_that_end_between_letters() {
        for length in [CHANGE_UNITS - EDIT_UNITS - 1, CHANGE_UNITS - EDIT_UNITS, 9_001] {
            check(&format!("{}𠮷田😀", "面".repeat(length)));
        }
    }
}
