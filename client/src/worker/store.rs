//! The local store: sealed records under opaque keys, written in batches.
//!
//! **Invariant:** nothing is read for the engine, and nothing written, before this worker is the one
//! that may write. What is durable is always a beginning of what was asked for. After a batch has
//! failed, every batch asked for before the engine heard of the failure fails as well, so no batch
//! is ever durable without the ones that it builds on.

pub mod contract;
pub mod indexed;
pub mod memory;

use engine::{
    effect::{Batch, Record},
    input::{Input, StoreFault},
};
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender};
use futures_util::StreamExt as _;
use shared::Blob;

use super::driver::Errand;

/// Most batches in one transaction.
const TRANSACTION_BATCHES_MAX: usize = 256;
/// A transaction takes no further batch once it holds this much.
const TRANSACTION_BYTES_ENOUGH: usize = 4 * 1024 * 1024;

/// Where sealed records are kept.
pub trait LocalStore {
    /// Becomes the one that may write. A store that is full is read all the same, and belongs to
    /// whoever writes first.
    fn claim(&self) -> impl Future<Output = Result<(), StoreFault>>;

    /// Writes all batches, in order, in one transaction: all of them are durable on `Ok`, and none
    /// of them was written on `Err`.
    fn apply(&self, batches: &[Batch]) -> impl Future<Output = Result<(), StoreFault>>;

    /// Removes every record, the vault too: nothing is left on `Ok`.
    fn erase(&self) -> impl Future<Output = Result<(), StoreFault>>;

    /// Every record but the vault, ordered by key.
    fn load_all(&self) -> impl Future<Output = Result<Vec<Record>, StoreFault>>;

    /// The vault record, if there is one.
    fn vault(&self) -> impl Future<Output = Result<Option<Blob>, StoreFault>>;
}

/// What the keeper is asked to do.
#[derive(Debug)]
pub enum Job {
    /// Make a batch durable.
    Write(Batch),
    /// Read everything but the vault.
    Load,
    /// Read it for a `Load` that will come: records are sealed, so they can be waiting in memory
    /// while somebody types the passphrase.
    Foresee,
    /// Remove everything.
    Erase,
    /// The engine has taken note of one failed batch.
    FaultHeard,
}

/// Does the jobs in order until nobody can ask for more.
///
/// Batches that wait while a transaction runs go into the next one together: one wait for the disk
/// serves them all.
pub async fn keep(
    store: &impl LocalStore,
    mut jobs: UnboundedReceiver<Job>,
    errands: UnboundedSender<Errand>,
) {
    let mut keeper = Keeper { store, errands, unheard: 0, fault: StoreFault::Broken, ahead: None };
    keeper.claim().await;
    let mut held = None;
    loop {
        let next = match held.take() {
            Some(job) => Some(job),
            None => jobs.next().await,
        };
        match next {
            Some(Job::Write(first)) => {
                let batches;
                (batches, held) = gather(first, &mut jobs);
                keeper.write(&batches).await;
            }
            Some(Job::Load) => keeper.load().await,
            Some(Job::Foresee) => keeper.ahead = store.load_all().await.ok(),
            Some(Job::Erase) => keeper.erase().await,
            Some(Job::FaultHeard) => keeper.unheard = keeper.unheard.saturating_sub(1),
            None => return,
        }
    }
}

/// Takes the batches that wait already, up to the first job that is none.
fn gather(first: Batch, jobs: &mut UnboundedReceiver<Job>) -> (Vec<Batch>, Option<Job>) {
    let mut bytes = size(&first);
    let mut batches = vec![first];
    while batches.len() < TRANSACTION_BATCHES_MAX && bytes < TRANSACTION_BYTES_ENOUGH {
        match jobs.try_recv() {
            Ok(Job::Write(batch)) => {
                bytes = bytes.saturating_add(size(&batch));
                batches.push(batch);
            }
            Ok(other @ (Job::Load | Job::Foresee | Job::Erase | Job::FaultHeard)) => {
                return (batches, Some(other));
            }
            Err(_) => break,
        }
    }
    (batches, None)
}

fn size(batch: &Batch) -> usize {
    batch.puts.iter().map(|(_, value)| value.0.len()).sum()
}

struct Keeper<'a, S> {
    store: &'a S,
    errands: UnboundedSender<Errand>,
    /// Failures that the engine has not taken note of.
    unheard: usize,
    /// The last of them.
    fault: StoreFault,
    /// What was read for a load that has not come, if nothing was written since.
    ahead: Option<Vec<Record>>,
}

impl<S: LocalStore> Keeper<'_, S> {
    async fn claim(&self) {
        if self.store.claim().await == Err(StoreFault::Broken) {
            self.tell(Errand::Unreadable);
        }
    }

    async fn write(&mut self, batches: &[Batch]) {
        self.ahead = None;
        let result =
            if self.unheard == 0 { self.store.apply(batches).await } else { Err(self.fault) };
        if let Err(fault) = result {
            self.fault = fault;
            self.unheard = self.unheard.saturating_add(batches.len());
        }
        for Batch { id, .. } in batches {
            self.report(match result {
                Ok(()) => Input::Persisted(*id),
                Err(fault) => Input::PersistFailed(*id, fault),
            });
        }
    }

    /// Failures that nobody has heard of do not matter any more.
    async fn erase(&mut self) {
        self.ahead = None;
        self.report(match self.store.erase().await {
            Ok(()) => Input::Erased,
            Err(fault) => Input::EraseFailed(fault),
        });
    }

    async fn load(&mut self) {
        let read = match self.ahead.take() {
            Some(ahead) => Ok(ahead),
            None => self.store.load_all().await,
        };
        match read {
            Ok(records) => self.report(Input::Loaded(records)),
            Err(StoreFault::Full | StoreFault::Broken) => self.tell(Errand::Unreadable),
        }
    }

    fn report(&self, input: Input) {
        self.tell(Errand::Input(Box::new(input)));
    }

    fn tell(&self, errand: Errand) {
        // With the driver gone there is nobody to tell, and the next start reads what is durable.
        drop(self.errands.unbounded_send(errand));
    }
}

#[cfg(test)]
mod tests {
    use super::memory::MemoryStore;
    use super::*;
    use engine::effect::{BatchId, RecordKey};
    use futures_channel::mpsc::unbounded;
    use futures_executor::block_on;

    fn batch(number: u8) -> Batch {
        Batch {
            id: BatchId(number.into()),
            puts: vec![(RecordKey([number; 32]), Blob(vec![number]))],
            deletes: vec![],
        }
    }

    /// Does the jobs and returns what was reported.
    fn reports(store: &MemoryStore, jobs: Vec<Job>) -> Vec<String> {
        let (job, waiting) = unbounded();
        let (errand, heard) = unbounded();
        for one in jobs {
            job.unbounded_send(one).unwrap();
        }
        drop(job);
        block_on(keep(store, waiting, errand));
        block_on(heard.map(|errand| format!("{errand:?}")).collect())
    }

    #[test]
    fn waiting_batches_share_a_transaction_and_are_reported_in_order() {
        let store = MemoryStore::default();

        let said = reports(&store, vec![Job::Write(batch(1)), Job::Write(batch(2))]);

        assert_eq!(store.transactions(), 1);
        assert_eq!(said, ["Input(Persisted(BatchId(1)))", "Input(Persisted(BatchId(2)))"]);
    }

    #[test]
    fn a_load_sees_what_was_written_before_it_and_not_what_comes_after() {
        let store = MemoryStore::default();

        let said =
            reports(&store, vec![Job::Write(batch(1)), Job::Load, Job::Write(batch(2)), Job::Load]);

        assert_eq!(store.transactions(), 2);
        assert_eq!(said[1].matches("RecordKey").count(), 1);
        assert_eq!(said[3].matches("RecordKey").count(), 2);
    }

    #[test]
    fn what_was_read_ahead_is_given_once_and_not_after_something_was_written() {
        let store = MemoryStore::default();
        let records = |said: &str| said.matches("RecordKey").count();

        let said =
            reports(&store, vec![Job::Write(batch(1)), Job::Foresee, Job::Load, Job::Foresee]);
        assert_eq!((said.len(), records(&said[1])), (2, 1));
        let reads = store.reads();

        let said = reports(&store, vec![Job::Foresee, Job::Load, Job::Load]);
        assert_eq!((records(&said[0]), records(&said[1])), (1, 1));
        assert_eq!(store.reads() - reads, 2, "once ahead, and once anew");

        let said = reports(&store, vec![Job::Foresee, Job::Write(batch(2)), Job::Load]);
        assert_eq!(records(&said[1]), 2);
        let said = reports(&store, vec![Job::Foresee, Job::Erase, Job::Load]);
        assert_eq!(said[1], "Input(Loaded([]))");
    }

    #[test]
    fn what_could_not_be_read_ahead_is_read_when_it_is_wanted() {
        let store = MemoryStore::default();
        reports(&store, vec![Job::Write(batch(1))]);
        store.fail_after(1, StoreFault::Broken);

        let said = reports(&store, vec![Job::Foresee, Job::Load]);

        assert_eq!(said.len(), 1);
        assert_eq!(said[0].matches("RecordKey").count(), 1);
    }

    #[test]
    fn a_store_that_cannot_be_claimed_is_said_so_and_a_full_one_is_read() {
        let store = MemoryStore::default();
        store.fail_next(StoreFault::Broken);
        assert_eq!(reports(&store, vec![]), ["Unreadable"]);

        store.fail_next(StoreFault::Full);
        assert_eq!(reports(&store, vec![Job::Load]), ["Input(Loaded([]))"]);
    }

    #[test]
    fn nothing_is_written_after_a_failure_until_the_engine_has_heard_of_it() {
        let store = MemoryStore::default();
        store.fail_after(1, StoreFault::Full);

        let said = reports(
            &store,
            vec![
                Job::Write(batch(1)),
                Job::Load,
                Job::Write(batch(2)),
                Job::FaultHeard,
                Job::Write(batch(3)),
                Job::FaultHeard,
                Job::FaultHeard,
                Job::Write(batch(4)),
            ],
        );

        assert_eq!(
            said,
            [
                "Input(PersistFailed(BatchId(1), Full))",
                "Input(Loaded([]))",
                "Input(PersistFailed(BatchId(2), Full))",
                "Input(PersistFailed(BatchId(3), Full))",
                "Input(Persisted(BatchId(4)))",
            ]
        );
        let kept = block_on(store.load_all()).unwrap();
        assert_eq!(kept, [(RecordKey([4; 32]), Blob(vec![4]))]);
    }

    #[test]
    fn an_erasure_takes_everything_that_was_written_before_it() {
        let store = MemoryStore::default();

        let said = reports(&store, vec![Job::Write(batch(1)), Job::Erase, Job::Load]);

        assert_eq!(said[1..], ["Input(Erased)", "Input(Loaded([]))"]);
    }

    #[test]
    fn an_erasure_that_fails_is_said_so() {
        let store = MemoryStore::default();
        store.fail_after(1, StoreFault::Broken);

        assert_eq!(reports(&store, vec![Job::Erase]), ["Input(EraseFailed(Broken))"]);
    }

    #[test]
    fn a_store_that_cannot_be_read_is_said_so() {
        let store = MemoryStore::default();
        store.fail_after(1, StoreFault::Broken);

        assert_eq!(reports(&store, vec![Job::Load]), ["Unreadable"]);
    }

    #[test]
    fn a_transaction_takes_no_more_batches_than_its_limit() {
        let store = MemoryStore::default();
        let jobs = (0..=TRANSACTION_BATCHES_MAX).map(|_| Job::Write(batch(1))).collect();

        reports(&store, jobs);

        assert_eq!(store.transactions(), 2);
    }
}
