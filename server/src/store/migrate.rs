//! Brings a database to the newest schema: append-only steps, counted in `user_version`.

use rusqlite::Connection;

use crate::store::StoreError;

/// One step each. Never edited once released, only added to.
const STEPS: &[&str] = &[
    include_str!("../../../migrations/sqlite/0001_ciphertext_and_logs.sql"),
    include_str!("../../../migrations/sqlite/0002_removal.sql"),
    include_str!("../../../migrations/sqlite/0003_endings.sql"),
    include_str!("../../../migrations/sqlite/0004_snapshots.sql"),
];

/// Takes the steps not taken yet, each in its own transaction. Says how many there were.
pub(super) fn migrate(db: &mut Connection) -> Result<usize, StoreError> {
    let found: i64 = db
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(StoreError::from_sqlite)?;
    let found = usize::try_from(found).ok().ok_or(StoreError::Damaged { what: "schema number" })?;
    if found > STEPS.len() {
        return Err(StoreError::TooNew { found, known: STEPS.len() });
    }
    for (taken, step) in STEPS.iter().enumerate().skip(found) {
        let tx = db.transaction().map_err(StoreError::from_sqlite)?;
        tx.execute_batch(step).map_err(StoreError::from_sqlite)?;
        let version = i64::try_from(taken + 1).unwrap_or(i64::MAX);
        tx.pragma_update(None, "user_version", version).map_err(StoreError::from_sqlite)?;
        tx.commit().map_err(StoreError::from_sqlite)?;
    }
    Ok(STEPS.len() - found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_taken_once() {
        let mut db = Connection::open_in_memory().unwrap();

        assert_eq!(migrate(&mut db).unwrap(), STEPS.len());
        assert_eq!(migrate(&mut db).unwrap(), 0);
    }

    #[test]
    fn a_newer_database_is_left_alone() {
        let mut db = Connection::open_in_memory().unwrap();
        db.pragma_update(None, "user_version", 9_999).unwrap();

        assert!(matches!(migrate(&mut db), Err(StoreError::TooNew { found: 9_999, .. })));
    }
}
