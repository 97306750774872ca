//! Taking walked changes into a document, and own edits into its census.

use std::collections::{BTreeMap, VecDeque};

use automerge::{Automerge, Change, ChangeHash};
use shared::id::DeviceId;

use super::{
    census::{Census, Draft, Layer},
    crdt::Crdt,
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
    batch: Layer,
    /// The admitted ones, in the order in which they can be applied.
    order: Vec<usize>,
    waiting: BTreeMap<Hash, Vec<usize>>,
}

impl Admission<'_> {
    fn run(&mut self, opened: &[Opened], verdicts: &mut [Verdict]) {
        let mut next: VecDeque<usize> = (0..opened.len()).collect();
        while let Some(at) = next.pop_front() {
            let (Some(it), Some(verdict)) = (opened.get(at), verdicts.get_mut(at)) else {
                continue;
            };
            *verdict = match admit(self.automerge, self.census, &self.batch, it) {
                Ok(layer) => {
                    let hashes = layer.changes.keys();
                    let freed = hashes.filter_map(|hash| self.waiting.remove(hash)).flatten();
                    next.extend(freed);
                    self.batch.absorb(layer);
                    self.order.push(at);
                    Verdict::Applied
                }
                Err(InspectError::Missing(hash)) => {
                    self.waiting.entry(hash).or_default().push(at);
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
        let mut verdicts = vec![Verdict::Waiting; opened.len()];
        let mut admission = Admission {
            automerge: &self.automerge,
            census: &self.census,
            batch: Layer::default(),
            order: vec![],
            waiting: BTreeMap::new(),
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
        match admit(&self.automerge, &self.census, &Layer::default(), opened) {
            Ok(layer) => match self.apply(&opened.changes) {
                Ok(()) => {
                    self.census.absorb(layer.census);
                    Verdict::Applied
                }
                Err(refused) => Verdict::Refused(refused),
            },
            Err(InspectError::Missing(_)) => Verdict::Waiting,
            Err(error) => Verdict::Refused(Refused::Inspection(error)),
        }
    }

    /// Counts a change that this device just made.
    pub(super) fn count_own(&mut self, bytes: &[u8]) -> Result<(), InspectError> {
        let change = Inspected::parse(bytes)?;
        let empty = Layer::default();
        let mut draft = Draft::new(&self.census, &empty);
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
) -> Result<Layer, InspectError> {
    let mut draft = Draft::new(census, before);
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
