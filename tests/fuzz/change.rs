//! Hostile changes on top of an honest document.

use std::collections::BTreeMap;

use automerge::ActorId;
use engine::{
    casework::{
        field::{Field, Shape, Value},
        note,
    },
    command::Splice,
    document::{
        chunk::actor,
        crdt::{Crdt, EditError, Writer, shape_of},
        genesis::Kind,
        inspect::Inspected,
        intake::{Opened, Verdict},
    },
};
use shared::{
    id::{DeviceId, DocumentId},
    time::UnixMillis,
};

const NOTE: DocumentId = DocumentId::new([0xD0; 16]);
const ALICE: DeviceId = DeviceId::new([0xA0; 16]);
const MALLORY: DeviceId = DeviceId::new([0xE0; 16]);
const NOW: UnixMillis = UnixMillis(1_779_165_000_000);

fn own(device: DeviceId) -> ActorId {
    actor(device, NOTE, 1)
}

fn opened(device: DeviceId, bytes: &[u8]) -> Opened {
    Opened { device, changes: vec![Inspected::parse(bytes).unwrap()] }
}

fn edit(
    crdt: &mut Crdt,
    write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), EditError>,
) -> Vec<u8> {
    crdt.edit(NOW, write).unwrap().unwrap()
}

fn quotes() -> Field {
    Field::top("quotes")
}

fn issue() -> Field {
    Field::top("presenting_issue")
}

fn splice(at: u32, delete: u32, insert: &str) -> Splice {
    Splice { at, delete, insert: insert.into() }
}

fn add_quote(crdt: &mut Crdt, id: &str) -> Vec<u8> {
    let Ok(Shape::List(fields)) = shape_of(crdt, &quotes()) else { unreachable!("a list") };
    edit(crdt, |tx| tx.add_item(&quotes(), id, None, fields))
}

/// Two people's changes to one note, in the order in which they were made.
fn honest() -> Vec<(DeviceId, Vec<u8>)> {
    let (mut alice, first) = Crdt::begin(Kind::Note, ALICE, own(ALICE)).unwrap();
    let mut changes = vec![(ALICE, first)];
    changes
        .push((ALICE, edit(&mut alice, |tx| tx.splice(&issue(), &splice(0, 0, "仕事の相談😀")))));
    changes.push((ALICE, add_quote(&mut alice, "q1")));
    let mut mallory = Crdt::empty(MALLORY, own(MALLORY));
    for (device, change) in &changes {
        mallory.take_in(&[opened(*device, change)]);
    }
    changes.push((MALLORY, edit(&mut mallory, |tx| tx.splice(&issue(), &splice(3, 1, "ご")))));
    changes
}

fn replay(device: DeviceId) -> Crdt {
    let mut crdt = Crdt::empty(device, own(device));
    for (author, change) in honest() {
        assert_eq!(crdt.take_in(&[opened(author, &change)]), [Verdict::Applied]);
    }
    crdt
}

/// Honest changes, uncompressed, each of which could be the next one of the same person.
pub(crate) fn corpus() -> Vec<Vec<u8>> {
    let next = |write: &dyn Fn(&mut Crdt) -> Vec<u8>| {
        let mut mallory = replay(MALLORY);
        let bytes = write(&mut mallory);
        Inspected::parse(&bytes).unwrap().bytes().to_vec()
    };
    let item = quotes().child("q1");
    let codes = Value::Codes(vec!["rapport".into(), "problem".into()]);
    vec![
        next(&|it| edit(it, |tx| tx.splice(&issue(), &splice(2, 0, "あいうえお")))),
        next(&|it| edit(it, |tx| tx.splice(&issue(), &splice(1, 3, "")))),
        next(&|it| edit(it, |tx| tx.splice(&issue(), &splice(0, 2, &"長い文。".repeat(80))))),
        next(&|it| add_quote(it, "q2")),
        next(&|it| edit(it, |tx| tx.remove_item(&item).map(|_| ()))),
        next(&|it| {
            let stage = Field::top("stage");
            let shape = shape_of(it, &stage).unwrap();
            edit(it, |tx| tx.set(&stage, shape, &codes))
        }),
        next(&|it| edit(it, |tx| tx.put(&item.child("sensitive"), true))),
        next(&|it| edit(it, |tx| tx.put(&Field::top("date"), "2026-05-19"))),
    ]
}

/// Applies hostile changes, and looks at everything the program looks at afterwards.
pub(crate) fn runner() -> impl FnMut(&[u8]) {
    let pristine = replay(ALICE);
    let heads = pristine.heads();
    let (saved, census) = pristine.save();
    let mut crdt = pristine;
    let texts = texts(&crdt);
    move |bytes| {
        let Ok(change) = Inspected::parse(bytes) else { return };
        let verdicts = crdt.take_in(&[Opened { device: MALLORY, changes: vec![change] }]);
        if verdicts != [Verdict::Applied] {
            assert_eq!(crdt.heads(), heads, "a refused change leaves no trace");
            return;
        }
        use_all(&mut crdt);
        crdt = Crdt::load(saved.clone(), census.clone(), ALICE, own(ALICE)).unwrap();
        debug_assert_eq!(self::texts(&crdt), texts);
    }
}

fn texts(crdt: &Crdt) -> BTreeMap<String, String> {
    let fields = note::fields(crdt).into_iter();
    fields.filter_map(|(it, _)| Some((it.to_string(), crdt.text(&it)?))).collect()
}

/// Reads every field, saves, loads, and writes on.
fn use_all(crdt: &mut Crdt) {
    for (field, shape) in note::fields(crdt) {
        crdt.text(&field);
        crdt.value(&field, shape);
        crdt.items(&field);
        crdt.keys(&field);
    }
    let (changes, census) = crdt.save();
    let loaded = Crdt::load(changes, census, ALICE, own(ALICE));
    assert_eq!(loaded.map(|it| it.heads()), Some(crdt.heads()), "what was saved loads");
    let length = crdt.text(&issue()).map_or(0, |text| text.encode_utf16().count());
    let end = u32::try_from(length).unwrap();
    // The text may be gone: then there is nothing to write to, and that is all.
    if let Ok(Some(own)) = crdt.edit(NOW, |tx| tx.splice(&issue(), &splice(end, 0, "続き"))) {
        assert!(Inspected::parse(&own).is_ok());
    }
}
