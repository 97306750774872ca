//! Taking walked changes into a document, and own edits into its census.

use std::collections::VecDeque;

use automerge::{Automerge, Change, ChangeHash};
use shared::{id::DeviceId, map::Map};

use crate::fault::Fault;

use super::{
    census::{Census, Draft, Layer},
    crdt::Crdt,
    guard::Side,
    inspect::{Hash, InspectError, Inspected},
};

/// What one envelope carries, walked.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Whose envelope.
    pub device: DeviceId,
    /// Its changes, in the order its author made them.
    pub changes: Vec<Inspected>,
}

/// What became of an envelope's changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All of them are in the document.
    Applied,
    /// None is: they build on a change that is not here.
    Waiting,
    /// None is, and none may be: set the envelope aside.
    Refused(Refused),
}

/// Who refused an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// We did, before automerge saw it.
    Inspection(InspectError),
    /// automerge did.
    Document,
}

/// Envelopes that become admissible in any order, each looked at again only when what it waits for
/// has come.
struct Admission<'c> {
    automerge: &'c Automerge,
    census: &'c Census,
    sides: &'c Map<DeviceId, Side>,
    batch: Layer,
    /// The admitted ones, in the order in which they can be applied.
    order: Vec<usize>,
    waiting: Map<Hash, Vec<usize>>,
}

impl Admission<'_> {
    fn run(&mut self, opened: &[Opened], verdicts: &mut [Verdict]) {
        let mut next: VecDeque<usize> = (0..opened.len()).collect();
        while let Some(at) = next.pop_front() {
            let (Some(it), Some(verdict)) = (opened.get(at), verdicts.get_mut(at)) else {
                continue;
            };
            let side = self.sides.get(&it.device).copied();
            *verdict = match admit(self.automerge, self.census, &self.batch, it, side) {
                Ok(layer) => {
                    let hashes = layer.changes.keys();
                    let freed = hashes.filter_map(|hash| self.waiting.remove(hash)).flatten();
                    next.extend(freed);
                    self.batch.absorb(layer);
                    self.order.push(at);
                    Verdict::Applied
                }
                Err(InspectError::Missing(hash)) => {
                    self.waiting.get_or_default(hash).push(at);
                    Verdict::Waiting
                }
                Err(error) => Verdict::Refused(Refused::Inspection(error)),
            };
        }
    }
}

impl Crdt {
    /// Takes in what several envelopes carry, each whole or not at all.
    pub fn take_in(&mut self, opened: &[Opened]) -> Vec<Verdict> {
        self.changed += 1;
        let verdicts = self.admit_all(opened);
        self.read_kind();
        verdicts
    }

    fn admit_all(&mut self, opened: &[Opened]) -> Vec<Verdict> {
        let mut verdicts = vec![Verdict::Waiting; opened.len()];
        let mut admission = Admission {
            automerge: &self.automerge,
            census: &self.census,
            sides: &self.sides,
            batch: Layer::default(),
            order: vec![],
            waiting: Map::new(),
        };
        admission.run(opened, &mut verdicts);
        let Admission { batch, order, .. } = admission;
        let admitted = |at: &usize| opened.get(*at).map(|it| it.changes.as_slice());
        // All at once if that works: automerge's cost is by the call, not by the change.
        if self.apply(order.iter().filter_map(admitted).flatten()).is_ok() {
            self.census.absorb(batch.census);
            return verdicts;
        }
        for at in order {
            if let (Some(it), Some(verdict)) = (opened.get(at), verdicts.get_mut(at)) {
                *verdict = self.take_in_alone(it);
            }
        }
        verdicts
    }

    fn take_in_alone(&mut self, opened: &Opened) -> Verdict {
        let side = self.sides.get(&opened.device).copied();
        match admit(&self.automerge, &self.census, &Layer::default(), opened, side) {
            Ok(layer) => match self.apply(&opened.changes) {
                Ok(()) => {
                    self.census.absorb(layer.census);
                    Verdict::Applied
                }
                Err(refused) => Verdict::Refused(refused),
            },
            Err(error) if error.fault() == Fault::Ours => Verdict::Waiting,
            Err(error) => Verdict::Refused(Refused::Inspection(error)),
        }
    }

    /// Counts a change that this device just made.
    pub(super) fn count_own(&mut self, bytes: &[u8]) -> Result<(), InspectError> {
        let change = Inspected::parse(bytes)?;
        let empty = Layer::default();
        let side = self.sides.get(&self.device).copied();
        let mut draft = Draft::new(&self.census, &empty, side);
        draft.admit(self.device, &change, |hash| last_counter(&self.automerge, hash))?;
        let census = draft.new.census;
        self.census.absorb(census);
        Ok(())
    }

    fn apply<'i, I>(&mut self, changes: I) -> Result<(), Refused>
    where
        I: IntoIterator<Item = &'i Inspected>,
    {
        let read = |it: &Inspected| Change::from_bytes(it.bytes().to_vec());
        let changes: Result<Vec<_>, _> = changes.into_iter().map(read).collect();
        let changes = changes.map_err(|_| Refused::Document)?;
        self.automerge.apply_changes(changes).map_err(|_| Refused::Document)
    }
}

/// Admits the changes of one envelope that are not in the document already.
fn admit(
    automerge: &Automerge,
    census: &Census,
    before: &Layer,
    opened: &Opened,
    side: Option<Side>,
) -> Result<Layer, InspectError> {
    let mut draft = Draft::new(census, before, side);
    for change in &opened.changes {
        let hash = change.hash();
        let is_known = draft.counter(&hash).is_some() || last_counter(automerge, &hash).is_some();
        if !is_known {
            draft.admit(opened.device, change, |hash| last_counter(automerge, hash))?;
        }
    }
    Ok(draft.new)
}

fn last_counter(automerge: &Automerge, hash: &Hash) -> Option<u64> {
    automerge.get_change_meta_by_hash(&ChangeHash(*hash)).map(|change| change.max_op)
}

#[cfg(test)]
mod tests {
    use automerge::ActorId;
    use proptest::prelude::*;
    use shared::{id::DocumentId, time::UnixMillis};

    use super::*;
    use crate::{
        casework::field::{Field, Shape, Value},
        command::Splice,
        document::{chunk::actor, crdt::shape_of, genesis::Kind},
    };

    const NOW: UnixMillis = UnixMillis(1_779_165_000_000);

    fn own(device: DeviceId, start: u64) -> ActorId {
        actor(device, DocumentId::new([0xD0; 16]), start)
    }

    /// What a person does, drawn at random.
    #[derive(Clone, Debug)]
    enum Deed {
        Type {
            at: u32,
            delete: u32,
            insert: String,
        },
        AddItem,
        RemoveItem(usize),
        Choose(bool),
        Restart,
        /// The other device's envelopes so far arrive, the later half of them first.
        Receive,
    }

    fn deed() -> impl Strategy<Value = Deed> {
        prop_oneof![
            4 => (0..40_u32, 0..6_u32, "\\PC{0,12}")
                .prop_map(|(at, delete, insert)| Deed::Type { at, delete, insert }),
            1 => Just(Deed::AddItem),
            1 => (0..4_usize).prop_map(Deed::RemoveItem),
            1 => any::<bool>().prop_map(Deed::Choose),
            1 => Just(Deed::Restart),
            2 => Just(Deed::Receive),
        ]
    }

    struct Desk {
        crdt: Crdt,
        device: DeviceId,
        start: u64,
        written: Vec<Vec<u8>>,
        /// How much of the other's writing arrived.
        heard: usize,
    }

    impl Desk {
        fn new(device: DeviceId) -> Self {
            let (crdt, first) = Crdt::begin(Kind::Note, device, own(device, 1)).unwrap();
            Self { crdt, device, start: 1, written: vec![first], heard: 0 }
        }

        fn act(&mut self, deed: &Deed) {
            let text = Field::top("presenting_issue");
            let quotes = Field::top("quotes");
            let stage = Field::top("stage");
            let crdt = &mut self.crdt;
            let change = match deed {
                Deed::Type { at, delete, insert } => {
                    let splice = Splice { at: *at, delete: *delete, insert: insert.clone() };
                    crdt.edit(NOW, |tx| tx.splice(&text, &splice))
                }
                Deed::AddItem => {
                    let Ok(Shape::List(fields)) = shape_of(crdt, &quotes) else { return };
                    let id = format!("{:?}/{}", self.device, self.written.len()).replace('/', ".");
                    crdt.edit(NOW, |tx| tx.add_item(&quotes, &id, Some(0), fields))
                }
                Deed::RemoveItem(at) => {
                    let Some(id) = crdt.items(&quotes).get(*at).cloned() else { return };
                    crdt.edit(NOW, |tx| tx.remove_item(&quotes.child(&id)).map(|_| ()))
                }
                Deed::Choose(both) => {
                    let Ok(shape) = shape_of(crdt, &stage) else { return };
                    let mut codes = vec!["rapport".into()];
                    codes.extend(both.then(|| "problem".into()));
                    crdt.edit(NOW, |tx| tx.set(&stage, shape, &Value::Codes(codes)))
                }
                Deed::Restart => {
                    let (changes, census) = crdt.save();
                    self.start += 1;
                    let actor = own(self.device, self.start);
                    *crdt = Crdt::load(changes, census, self.device, actor).unwrap();
                    Ok(None)
                }
                Deed::Receive => Ok(None),
            };
            self.written.extend(change.unwrap_or(None));
        }

        fn hear(&mut self, other: &Self) {
            let new = &other.written[self.heard..];
            let (first, second) = new.split_at(new.len() / 2);
            let opened: Vec<Opened> = [second, first]
                .iter()
                .flat_map(|part| part.iter().rev())
                .map(|it| Opened {
                    device: other.device,
                    changes: vec![Inspected::parse(it).unwrap()],
                })
                .collect();
            let verdicts = self.crdt.take_in(&opened);
            assert!(verdicts.iter().all(|it| *it == Verdict::Applied), "{verdicts:?}");
            self.heard = other.written.len();
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(120))]

        #[test]
        fn whatever_honest_people_write_is_let_in_in_any_order(
            deeds in prop::collection::vec((any::<bool>(), deed()), 1..50),
        ) {
            let mut one = Desk::new(DeviceId::new([1; 16]));
            let mut two = Desk::new(DeviceId::new([2; 16]));
            for (is_first, deed) in &deeds {
                let (actor, other) =
                    if *is_first { (&mut one, &mut two) } else { (&mut two, &mut one) };
                actor.act(deed);
                if matches!(deed, Deed::Receive) {
                    other.hear(actor);
                    actor.hear(other);
                }
            }
            one.hear(&two);
            two.hear(&one);

            prop_assert_eq!(one.crdt.heads(), two.crdt.heads());
            let census = |desk: &Desk| desk.crdt.save().1;
            prop_assert_eq!(census(&one), census(&two), "counted alike, whatever the order");
        }
    }
}
