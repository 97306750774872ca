//! A local store in memory, for tests: it can be told to fail.

use core::cell::{Cell, RefCell};
use shared::map::Map;

use engine::{
    effect::{Batch, Record, RecordKey},
    input::StoreFault,
};
use shared::Blob;

use super::LocalStore;

/// Keeps records as long as it lives.
#[derive(Debug, Default)]
pub struct MemoryStore {
    records: RefCell<Map<RecordKey, Blob>>,
    transactions: Cell<usize>,
    reads: Cell<usize>,
    next_fault: Cell<Option<(usize, StoreFault)>>,
}

impl MemoryStore {
    /// How many transactions held.
    pub fn transactions(&self) -> usize {
        self.transactions.get()
    }

    /// How often all records were read.
    pub fn reads(&self) -> usize {
        self.reads.get()
    }

    /// Lets the next call fail.
    pub fn fail_next(&self, fault: StoreFault) {
        self.fail_after(0, fault);
    }

    /// Lets so many calls pass, and the one after them fail.
    pub fn fail_after(&self, calls: usize, fault: StoreFault) {
        self.next_fault.set(Some((calls, fault)));
    }

    fn fault(&self) -> Result<(), StoreFault> {
        let Some((calls, fault)) = self.next_fault.take() else { return Ok(()) };
        let Some(left) = calls.checked_sub(1) else { return Err(fault) };
        self.next_fault.set(Some((left, fault)));
        Ok(())
    }
}

impl LocalStore for MemoryStore {
    async fn claim(&self) -> Result<(), StoreFault> {
        self.fault()
    }

    async fn apply(&self, batches: &[Batch]) -> Result<(), StoreFault> {
        self.fault()?;
        let mut records = self.records.borrow_mut();
        for Batch { puts, deletes, .. } in batches {
            records.extend(puts.iter().cloned());
            for key in deletes {
                records.remove(key);
            }
        }
        self.transactions.set(self.transactions.get().saturating_add(1));
        Ok(())
    }

    async fn erase(&self) -> Result<(), StoreFault> {
        self.fault()?;
        self.records.borrow_mut().clear();
        Ok(())
    }

    async fn load_all(&self) -> Result<Vec<Record>, StoreFault> {
        self.fault()?;
        self.reads.set(self.reads.get().saturating_add(1));
        let records = self.records.borrow();
        let others = records.iter().filter(|(key, _)| **key != RecordKey::VAULT);
        Ok(others.map(|(key, value)| (*key, value.clone())).collect())
    }

    async fn vault(&self) -> Result<Option<Blob>, StoreFault> {
        self.fault()?;
        Ok(self.records.borrow().get(&RecordKey::VAULT).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::contract::store_contract;
    use super::*;
    use futures_executor::block_on;

    #[test]
    fn the_store_in_memory_keeps_the_contract() {
        assert_eq!(block_on(store_contract(&MemoryStore::default())), Ok(()));
    }
}
