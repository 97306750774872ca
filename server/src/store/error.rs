use rusqlite::ErrorCode;
use thiserror::Error;

/// Why the database did not do what it was asked. Nothing of the transaction happened.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The disk is full: refuse writes, keep reading, somebody must make room.
    #[error("the disk is full")]
    Full,
    /// SQLite failed: the process should end and start again with fresh handles.
    #[error("the database failed")]
    Broken(#[source] rusqlite::Error),
    /// What is stored contradicts itself: restore a backup.
    #[error("the database is damaged: {what}")]
    Damaged {
        /// What contradicts.
        what: &'static str,
    },
    /// Written by a newer program: update the server.
    #[error("the database has schema {found}, this program knows up to {known}")]
    TooNew {
        /// Schema number found.
        found: usize,
        /// Newest schema number known.
        known: usize,
    },
}

impl StoreError {
    /// Sorts SQLite's errors by what there is to do about them.
    pub(super) fn from_sqlite(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::DiskFull) {
            Self::Full
        } else {
            Self::Broken(error)
        }
    }
}
