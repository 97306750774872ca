//! What a member gone bad writes: honest changes that were damaged, and every known attack.

use automerge::{Automerge, Change};
use engine::{
    casework::field::{Field, Value},
    command::Splice,
    document::{
        crdt::{Crdt, EditError, Writer, shape_of},
        inspect::Inspected,
        intake::Verdict,
    },
};
use shared::{envelope::Kind, time::UnixMillis};

use crate::{
    forge::{Forged, chunk, compressed},
    insider::Insider,
    mutate,
    seed::Dice,
    world::BEGINNING,
};

/// The same document once more.
fn copy(crdt: &Crdt, insider: &Insider) -> Crdt {
    let (changes, census) = crdt.save();
    Crdt::load(changes, census, insider.id, insider.actor()).expect("a document")
}

/// One change, taken apart.
pub fn edit(
    crdt: &mut Crdt,
    write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), EditError>,
) -> Forged {
    try_edit(crdt, write).expect("an honest change")
}

fn try_edit(
    crdt: &mut Crdt,
    write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), EditError>,
) -> Option<Forged> {
    let bytes = crdt.edit(BEGINNING, write).ok()??;
    Forged::read(Inspected::parse(&bytes).ok()?.bytes())
}

/// An honest next change, to be damaged.
pub fn honest(dice: &mut Dice, replica: &Crdt, insider: &Insider) -> Forged {
    let mut crdt = copy(replica, insider);
    let field = Field::top("presenting_issue");
    let quotes = Field::top("quotes");
    let stage = Field::top("stage");
    let item = crdt.items(&quotes).first().map(|id| quotes.child(id));
    let splice = |at, delete, insert: &str| Splice { at, delete, insert: insert.into() };
    let shape = shape_of(&crdt, &stage).expect("a shape");
    let wish = match (dice.below(5), item) {
        (0, _) => try_edit(&mut crdt, |tx| tx.splice(&field, &splice(2, 0, "毒を盛る"))),
        (1, _) => try_edit(&mut crdt, |tx| tx.splice(&field, &splice(0, 2, "毒"))),
        (2, Some(item)) => try_edit(&mut crdt, |tx| tx.put(&item.child("sensitive"), true)),
        (3, Some(item)) => try_edit(&mut crdt, |tx| tx.remove_item(&item).map(|_| ())),
        _ => {
            let codes = Value::Codes(vec!["rapport".into()]);
            try_edit(&mut crdt, |tx| tx.set(&stage, shape, &codes))
        }
    };
    // What is so already, or too short for it, is no change.
    wish.unwrap_or_else(|| edit(&mut crdt, |tx| tx.splice(&field, &splice(0, 0, "薬"))))
}

/// A damaged change in a chunk, and what becomes of it: `None` if its author alone rules it out. The
/// bad member knows the rules, and `replica` keeps to what others accept.
pub fn hostile(
    dice: &mut Dice,
    replica: &mut Crdt,
    insider: &Insider,
    at: UnixMillis,
) -> (Vec<u8>, Option<Verdict>) {
    let (mine, other) = (honest(dice, replica, insider), honest(dice, replica, insider));
    let chunk = Insider::chunk(at, vec![mutate::change(dice, &mine, &other)]);
    let opened = chunk.open(insider.id, insider.document()).ok();
    let verdict = opened.and_then(|opened| replica.take_in(&[opened]).first().copied());
    (chunk.to_bytes(), verdict)
}

/// An envelope's kind and plaintext, and what is wrong with it.
pub type Attack = (&'static str, Kind, Vec<u8>);

/// Everything that ever looked like a way in. None of it may be let in.
pub fn attacks(at: UnixMillis, insider: &Insider, replica: &Crdt) -> Vec<Attack> {
    let mut dice = Dice::seeded(1);
    let one = |bytes: Vec<u8>| Insider::chunk(at, vec![bytes]).to_bytes();
    let base = || honest(&mut Dice::seeded(3), replica, insider);
    let mut stranger = base();
    stranger.actor = vec![0x5A; 16];
    let mut whole = Automerge::new();
    let changes =
        replica.save().0.into_iter().map(|bytes| Change::from_bytes(bytes.0).expect("a change"));
    whole.apply_changes(changes).expect("a document");
    let mut attacks = vec![
        ("no chunk", Kind::Changes, vec![0xFF; 900]),
        ("an empty plaintext", Kind::Changes, vec![]),
        ("a snapshot", Kind::Snapshot, one(base().to_bytes())),
        ("an attachment", Kind::Attachment, one(base().to_bytes())),
        ("a document where a change belongs", Kind::Changes, one(whole.save_nocompress())),
        ("a bundle", Kind::Changes, one(chunk(3, &base().content()))),
        ("somebody else's actor", Kind::Changes, one(stranger.to_bytes())),
        ("a bomb", Kind::Changes, one(compressed(&vec![0; 40 * 1024 * 1024]))),
        ("too many changes", Kind::Changes, {
            Insider::chunk(at, vec![vec![1]; 4_097]).to_bytes()
        }),
        ("a good change and a bad one", Kind::Changes, {
            Insider::chunk(at, vec![base().to_bytes(), vec![1]]).to_bytes()
        }),
    ];
    for _ in 0..9 {
        let damaged = mutate::change(&mut dice, &base(), &base());
        if Inspected::parse(&damaged).is_err() {
            attacks.push(("a damaged change", Kind::Changes, one(damaged)));
        }
    }
    attacks
}
