//! Copies of a database, and what tells them apart.

use std::path::Path;

use rusqlite::{
    Connection, ErrorCode, OpenFlags,
    backup::{Backup, StepResult},
    params,
};
use shared::id::ServerEpoch;

use crate::{
    machine::{Entropy, make_bytes},
    store::{Contents, ReadStore, Store, StoreError, verify},
};

/// All pages at once: a copy of a database in use is then never begun again.
const ALL_PAGES: i32 = -1;

impl Store {
    /// A copy that is gone when dropped, under the same server epoch: for simulations and tests.
    pub fn copy_in_memory(&self) -> Result<Self, StoreError> {
        let mut db = Connection::open_in_memory().map_err(StoreError::from_sqlite)?;
        copy(&self.db, &mut db)?;
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

    /// Whether another process has the database open. One that cannot be read at all has nobody
    /// who serves it.
    pub fn is_in_use(path: &Path) -> bool {
        let found = Connection::open(path).and_then(|db| {
            db.pragma_update(None, "busy_timeout", 0)?;
            // Every connection in WAL mode holds a shared lock as long as it is open.
            db.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
            db.execute_batch("BEGIN EXCLUSIVE; COMMIT")
        });
        found.is_err_and(|error| {
            matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
            )
        })
    }
}

impl ReadStore {
    /// Writes everything to a new file at `path`, consistent even while the database is in use,
    /// reads the copy to its end, and says what is in it.
    pub fn write_checked(&self, path: &Path) -> Result<Contents, StoreError> {
        let mut db = Connection::open(path).map_err(StoreError::from_sqlite)?;
        copy(&self.db, &mut db)?;
        // One file, without companions.
        db.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))
            .map_err(StoreError::from_sqlite)?;
        db.close().map_err(|(_, error)| StoreError::from_sqlite(error))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags).map_err(StoreError::from_sqlite)?;
        verify::verify(&db)
    }
}

fn copy(from: &Connection, to: &mut Connection) -> Result<(), StoreError> {
    let copied = Backup::new(from, to).and_then(|backup| backup.step(ALL_PAGES));
    if copied.map_err(StoreError::from_sqlite)? == StepResult::Done {
        Ok(())
    } else {
        Err(StoreError::Damaged { what: "copy" })
    }
}

struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&mut self, _bytes: &mut [u8]) {}
}
