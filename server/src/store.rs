//! The only module that knows SQL. Remembers; decides nothing.
//!
//! Invariant: what a cache says is what the last COMMIT left, or what the open [`Tx`] will commit;
//! a transaction that does not commit takes every cache entry it touched with it.

use std::{collections::BTreeMap, path::Path};

use rusqlite::{Connection, OpenFlags};
use shared::{
    id::{DeviceId, DocumentId, EnvelopeId, Number, Seq, ServerEpoch},
    log::{document::DocumentLog, org::OrgLog},
};

use crate::machine::{Entropy, make_bytes};

mod derive;
mod error;
mod held;
mod migrate;
mod read;
mod restore;
mod run;
mod snapshot;
mod stub;
mod tx;
mod verify;

pub use error::StoreError;
pub use read::{DeviceRow, Piece, Reader};
pub use run::Run;
pub use snapshot::Base;
pub use stub::Stub;
pub use tx::{Ended, Notices, Tx};
pub use verify::Contents;

/// How long a statement waits for another process' lock.
const BUSY_TIMEOUT_MS: i64 = 5_000;
/// The write-ahead log is cut back to this after a checkpoint.
const JOURNAL_BYTES_MAX: i64 = 64 * 1024 * 1024;
/// Pages in the write-ahead log before a checkpoint: index pages that many commits touch are
/// copied into the database once.
const CHECKPOINT_PAGES: i64 = 4_000;
/// Negative: KiB.
const CACHE_SIZE: i64 = -32 * 1024;
/// Documents whose log and chains are kept replayed.
const HELD_DOCUMENTS_MAX: usize = 8_192;

/// The database with the one connection that may write, and what it has replayed.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    epoch: ServerEpoch,
    org: Option<OrgLog>,
    org_is_read: bool,
    documents: BTreeMap<DocumentId, Held>,
    /// The write-ahead log may still hold what was shredded.
    wipe_log: bool,
}

/// A further connection that only reads, for answers that need no writer.
#[derive(Debug)]
pub struct ReadStore {
    db: Connection,
}

/// A document as the writer keeps it in memory.
#[derive(Debug)]
pub struct Held {
    /// Its log, replayed.
    pub log: DocumentLog,
    /// Number of its newest envelope; 0 for none.
    pub last: Number,
    /// The newest envelope of each device.
    pub chains: BTreeMap<DeviceId, Chain>,
}

/// The newest envelope of a device in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Its place in the device's chain.
    pub seq: Seq,
    /// Its content address.
    pub id: EnvelopeId,
    /// Its number in the document.
    pub number: Number,
}

impl Store {
    /// Opens the database at `path`, making it if need be. `entropy` names a new database.
    pub fn open(path: &Path, entropy: &mut dyn Entropy) -> Result<Self, StoreError> {
        let db = Connection::open(path).map_err(StoreError::from_sqlite)?;
        Self::begin(db, entropy)
    }

    /// A database that is gone when dropped: for simulations and tests.
    pub fn in_memory(entropy: &mut dyn Entropy) -> Result<Self, StoreError> {
        let db = Connection::open_in_memory().map_err(StoreError::from_sqlite)?;
        Self::begin(db, entropy)
    }

    /// What distinguishes this database from itself before a restore.
    pub fn epoch(&self) -> ServerEpoch {
        self.epoch
    }

    /// Starts the one write transaction that there can be.
    pub fn begin_tx(&mut self) -> Result<Tx<'_>, StoreError> {
        if !self.org_is_read {
            self.org = held::read_org(&self.db)?;
            self.org_is_read = true;
        }
        if self.documents.len() > HELD_DOCUMENTS_MAX {
            self.documents.clear();
        }
        Tx::begin(self)
    }

    /// Reads what is committed.
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(&self.db)
    }

    /// Fills the derived tables again from the logs.
    pub fn rebuild(&mut self) -> Result<(), StoreError> {
        derive::rebuild(&mut self.db)
    }

    /// Writes the whole database to `path`, consistent even while it is in use.
    pub fn write_copy(&self, path: &Path) -> Result<(), StoreError> {
        self.db.backup("main", path, None).map_err(StoreError::from_sqlite)
    }

    /// Moves the write-ahead log into the database, so that one file holds everything.
    pub fn close(self) -> Result<(), StoreError> {
        self.db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(StoreError::from_sqlite)?;
        self.db.close().map_err(|(_, error)| StoreError::from_sqlite(error))
    }

    /// Empties the write-ahead log. While somebody reads from it nobody waits for that: it is done
    /// after a later commit.
    fn wipe_log(&mut self) {
        let wipe = || {
            self.db.pragma_update(None, "busy_timeout", 0)?;
            let is_busy =
                self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
            self.db.pragma_update(None, "busy_timeout", BUSY_TIMEOUT_MS)?;
            is_busy
        };
        let is_wiped = matches!(wipe(), Ok(false));
        self.wipe_log = !is_wiped;
    }

    /// Makes the database as full as a disk of so many pages would.
    #[cfg(test)]
    pub(crate) fn limit_size(&self, pages: i64) {
        self.db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    }

    /// Makes every write fail.
    #[cfg(test)]
    pub(crate) fn forbid_writing(&self) {
        self.db.pragma_update(None, "query_only", true).unwrap();
    }

    fn begin(mut db: Connection, entropy: &mut dyn Entropy) -> Result<Self, StoreError> {
        prepare_writer(&db).map_err(StoreError::from_sqlite)?;
        migrate::migrate(&mut db)?;
        let epoch = held::read_or_make_epoch(&db, make_bytes(entropy))?;
        let org = held::read_org(&db)?;
        Ok(Self { db, epoch, org, org_is_read: true, documents: BTreeMap::new(), wipe_log: true })
    }
}

impl ReadStore {
    /// Opens a database that a [`Store`] has made.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags).map_err(StoreError::from_sqlite)?;
        db.pragma_update(None, "busy_timeout", BUSY_TIMEOUT_MS).map_err(StoreError::from_sqlite)?;
        Ok(Self { db })
    }

    /// Reads what is committed.
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(&self.db)
    }
}

fn prepare_writer(db: &Connection) -> rusqlite::Result<()> {
    db.set_prepared_statement_cache_capacity(64);
    db.pragma_update(None, "page_size", 4_096)?;
    db.pragma_update(None, "busy_timeout", BUSY_TIMEOUT_MS)?;
    // Answers with the mode in force, which for a database in memory stays "memory".
    db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update_and_check(None, "secure_delete", "ON", |_| Ok(()))?;
    db.pragma_update_and_check(None, "journal_size_limit", JOURNAL_BYTES_MAX, |_| Ok(()))?;
    db.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
    db.pragma_update(None, "cache_size", CACHE_SIZE)?;
    db.pragma_update(None, "foreign_keys", "OFF")
}

/// SQLite's integers are signed; none of ours comes near the difference.
fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn from_sql(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
