//! Writes on their way to the local store, and what may happen only once they are durable.

use std::collections::VecDeque;

use shared::{
    Blob,
    id::{DocumentId, Seq},
    map::{Map, Set},
    time::UnixMillis,
};

use crate::{
    cx::Cx,
    effect::{Batch, BatchId, Effect, Record, RecordKey},
    input::StoreFault,
    record::{Content, Name, Sealer},
};

/// How long to wait before a refused batch is tried again.
const RETRY_MS: u64 = 2_000;

/// What waits for a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// Ask for a connection: what the connection is for is durable.
    Connect,
    /// Log in anew: the membership is durable.
    LogIn,
    /// A change is durable and may be sealed.
    Saved(DocumentId, u64),
    /// A sealed envelope is durable and may be sent.
    Sealed(DocumentId, Seq),
    /// An entry to be is durable and may be sent.
    Wished(DocumentId),
    /// The signature of this number on an entry of the document.
    Signed(DocumentId, u64),
    /// Our entry for this place in the org log is durable and may be sent.
    OrgSigned(u64),
    /// An in-flight marker is durable, and what it names may be applied.
    Marked(DocumentId),
    /// A guest key is durable, and the tablet may change hands.
    GuestKept,
}

/// One step of the engine: the world it sees, what it wants done, what it writes.
pub(crate) struct Step<'a, 'c> {
    pub(crate) cx: &'a mut Cx<'c>,
    pub(crate) effects: Vec<Effect>,
    puts: Map<RecordKey, Blob>,
    deletes: Set<RecordKey>,
    after: Vec<After>,
    edits: u32,
}

impl<'a, 'c> Step<'a, 'c> {
    pub(crate) fn new(cx: &'a mut Cx<'c>) -> Self {
        Self { cx, effects: vec![], puts: Map::new(), deletes: Set::new(), after: vec![], edits: 0 }
    }

    pub(crate) fn now(&self) -> UnixMillis {
        self.cx.now
    }

    pub(crate) fn put(&mut self, sealer: &Sealer, name: Name, content: &Content) {
        let (key, value) = sealer.seal(name, content, self.cx);
        self.put_raw(key, value);
    }

    pub(crate) fn put_raw(&mut self, key: RecordKey, value: Blob) {
        self.deletes.remove(&key);
        self.puts.insert(key, value);
    }

    pub(crate) fn delete(&mut self, sealer: &Sealer, name: Name) {
        self.delete_raw(sealer.place(name));
    }

    pub(crate) fn delete_raw(&mut self, key: RecordKey) {
        self.puts.remove(&key);
        self.deletes.insert(key);
    }

    /// Lets nothing of this step happen.
    pub(crate) fn forget(&mut self) {
        self.effects.clear();
        self.puts.clear();
        self.deletes.clear();
        self.after.clear();
    }

    pub(crate) fn after(&mut self, after: After) {
        self.after.push(after);
    }

    /// A person's edits among what this step writes.
    pub(crate) fn edits(&self) -> u32 {
        self.edits
    }

    /// Counts a person's edit among what this step writes.
    pub(crate) fn count_edit(&mut self) {
        self.edits += 1;
    }
}

struct Waiting {
    batch: Batch,
    after: Vec<After>,
    edits: u32,
    failed: bool,
}

/// Batches that are not durable yet, in order. They hold sealed bytes only, so they outlive a lock.
///
/// Invariant: a batch is durable only once all before it are.
#[derive(Default)]
pub(crate) struct Journal {
    next: u64,
    waiting: VecDeque<Waiting>,
    fault: Option<StoreFault>,
    retry_at: Option<UnixMillis>,
}

impl Journal {
    /// Turns what a step wrote into a batch; its effect comes before those that wait for nothing.
    pub(crate) fn submit(&mut self, step: Step<'_, '_>) -> Vec<Effect> {
        let Step { mut effects, puts, deletes, after, edits, .. } = step;
        if puts.is_empty() && deletes.is_empty() {
            debug_assert!(after.is_empty(), "nothing waits for a batch that does not exist");
            return effects;
        }
        self.next += 1;
        let batch = Batch {
            id: BatchId(self.next),
            puts: puts.into_iter().collect(),
            deletes: deletes.into_iter().collect(),
        };
        // Nothing overtakes what was refused: it may say that the other is there.
        let failed = self.waiting.iter().any(|waiting| waiting.failed);
        self.waiting.push_back(Waiting { batch: batch.clone(), after, edits, failed });
        if !failed {
            effects.insert(0, Effect::Persist(batch));
        }
        effects
    }

    /// A batch is durable: hands out what waited for it.
    pub(crate) fn persisted(&mut self, id: BatchId) -> Vec<After> {
        let Some(at) = self.waiting.iter().position(|waiting| waiting.batch.id == id) else {
            return vec![];
        };
        let Some(done) = self.waiting.remove(at) else { return vec![] };
        if !self.waiting.iter().any(|waiting| waiting.failed) {
            self.fault = None;
            self.retry_at = None;
        }
        done.after
    }

    /// Forgets everything that waits: the store is being erased.
    pub(crate) fn forget(&mut self) {
        self.waiting.clear();
        self.fault = None;
        self.retry_at = None;
    }

    /// A batch was refused: it stays, and is tried again later.
    pub(crate) fn failed(&mut self, id: BatchId, fault: StoreFault, now: UnixMillis) {
        if let Some(waiting) = self.waiting.iter_mut().find(|waiting| waiting.batch.id == id) {
            waiting.failed = true;
            self.fault = Some(fault);
            self.retry_at = Some(now.plus_ms(RETRY_MS));
        }
    }

    /// Tries refused batches again, in order, when it is time.
    pub(crate) fn retry(&mut self, now: UnixMillis) -> Vec<Effect> {
        // A time further ahead than the wait was set by a clock that has been put back since.
        let is_early = |at: UnixMillis| now < at && at <= now.plus_ms(RETRY_MS);
        if self.retry_at.is_none_or(is_early) {
            return vec![];
        }
        self.retry_at = None;
        let failed = self.waiting.iter_mut().filter(|waiting| waiting.failed);
        failed
            .map(|waiting| {
                waiting.failed = false;
                Effect::Persist(waiting.batch.clone())
            })
            .collect()
    }

    /// What the store will hold once everything that waits is durable, and which of it is not yet.
    pub(crate) fn overlay(&self, records: Vec<Record>) -> (Vec<Record>, Set<RecordKey>) {
        let mut whole: Map<RecordKey, Blob> = records.into_iter().collect();
        let mut waiting = Set::new();
        for batch in self.waiting.iter().map(|waiting| &waiting.batch) {
            for (key, value) in &batch.puts {
                whole.insert(*key, value.clone());
                waiting.insert(*key);
            }
            for key in &batch.deletes {
                whole.remove(key);
            }
        }
        whole.remove(&RecordKey::VAULT);
        (whole.into_iter().collect(), waiting)
    }

    pub(crate) fn retry_at(&self) -> Option<UnixMillis> {
        self.retry_at
    }

    pub(crate) fn fault(&self) -> Option<StoreFault> {
        self.fault
    }

    /// A person's edits that are durable nowhere.
    pub(crate) fn unsaved(&self) -> u32 {
        self.waiting.iter().map(|waiting| waiting.edits).sum()
    }
}
