//! Copies of a database, and what tells them apart.

use rusqlite::{Connection, backup::Backup, params};
use shared::id::ServerEpoch;

use crate::{
    machine::{Entropy, make_bytes},
    store::{Store, StoreError},
};

/// Pages copied at a time; a copy in memory waits for nobody.
const PAGES: i32 = 1_000;

impl Store {
    /// A copy that is gone when dropped, under the same server epoch: for simulations and tests.
    pub fn copy_in_memory(&self) -> Result<Self, StoreError> {
        let mut db = Connection::open_in_memory().map_err(StoreError::from_sqlite)?;
        Backup::new(&self.db, &mut db)
            .and_then(|backup| backup.run_to_completion(PAGES, core::time::Duration::ZERO, None))
            .map_err(StoreError::from_sqlite)?;
        // The copy has its epoch already, so these are not looked at.
        Self::begin(db, &mut NoEntropy)
    }

    /// Draws a new server epoch: what was restored must not pass for what it was.
    pub fn renew_epoch(&mut self, entropy: &mut dyn Entropy) -> Result<(), StoreError> {
        let epoch: [u8; 16] = make_bytes(entropy);
        self.db
            .execute("UPDATE meta SET value = ?1 WHERE name = 'server_epoch'", params![epoch])
            .map_err(StoreError::from_sqlite)?;
        self.epoch = ServerEpoch::new(epoch);
        Ok(())
    }
}

struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&mut self, _bytes: &mut [u8]) {}
}
