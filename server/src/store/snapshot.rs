//! Where readers may begin, and what need not be kept any more.

use rusqlite::{OptionalExtension as _, Row, params};
use shared::id::{DocumentId, Number};

use crate::store::{
    Reader, StoreError, Tx, from_sql,
    run::envelopes,
    stub::{Stub, stubs},
    to_sql,
};

/// The newest snapshot of a document that somebody vouched for and that is here whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    /// Everything up to this number is in it.
    pub number: Number,
    /// Where the entry stands that vouches for it.
    pub position: u64,
    /// Who has less than this begins at it: the envelopes are not all here. 0 if they are.
    pub floor: Number,
}

/// Runs one behind the other: their rows, the first one's number, and what is in them.
#[derive(Default)]
struct Whole {
    runs: Vec<i64>,
    first: Option<i64>,
    found: Vec<Stub>,
}

impl Reader<'_> {
    /// Where a document's readers may begin.
    pub fn base(self, document: DocumentId) -> Result<Option<Base>, StoreError> {
        self.base_beside(document, None)
    }

    /// The same, but at another than the one by the entry in this position, if there is another
    /// behind which everything is here.
    pub fn base_beside(
        self,
        document: DocumentId,
        unfit: Option<u64>,
    ) -> Result<Option<Base>, StoreError> {
        let read = |row: &Row<'_>| {
            Ok(Base {
                number: Number(from_sql(row.get(0)?)),
                position: from_sql(row.get(1)?),
                floor: Number(row.get::<_, Option<i64>>(2)?.map_or(0, from_sql)),
            })
        };
        self.db()
            .prepare_cached(
                "WITH kept (base, position, floor) AS (SELECT base, position,
                    (SELECT MAX(base) FROM snapshot WHERE document = ?1 AND is_floor)
                    FROM snapshot WHERE document = ?1)
                 SELECT base, position, floor FROM kept WHERE base >= COALESCE(floor, 0)
                 ORDER BY position IS ?2, base DESC LIMIT 1",
            )
            .and_then(|mut select| {
                let unfit = unfit.map(to_sql);
                select.query_row(params![document.as_bytes(), unfit], read).optional()
            })
            .map_err(StoreError::from_sqlite)
    }

    /// Every envelope of a document in order, the first having number 1; content is left out.
    pub fn stubs(self, document: DocumentId) -> Result<Vec<Stub>, StoreError> {
        let mut found = Vec::new();
        let mut select = self
            .db()
            .prepare_cached(
                "SELECT is_stub, bytes FROM run_index JOIN run ON run.id = run_index.run
                 WHERE document = ?1 ORDER BY first",
            )
            .map_err(StoreError::from_sqlite)?;
        let mut rows =
            select.query(params![document.as_bytes()]).map_err(StoreError::from_sqlite)?;
        while let Some(row) = rows.next().map_err(StoreError::from_sqlite)? {
            read_run(row, &mut found)?;
        }
        Ok(found)
    }
}

/// Adds what a row of `is_stub, bytes` holds.
pub(super) fn read_run(row: &Row<'_>, found: &mut Vec<Stub>) -> Result<(), StoreError> {
    let is_stub: bool = row.get(0).map_err(StoreError::from_sqlite)?;
    let bytes: Vec<u8> = row.get(1).map_err(StoreError::from_sqlite)?;
    if is_stub {
        for stub in stubs(&bytes) {
            found.push(stub?);
        }
    } else {
        for envelope in envelopes(&bytes) {
            found.push(Stub::of(envelope?)?);
        }
    }
    Ok(())
}

impl Tx<'_> {
    /// Lets readers begin at a snapshot, and keeps the one before and everything behind that one.
    ///
    /// `has_hole`: something of what the snapshot covers was never here, or was lost; then nobody
    /// may begin before it.
    pub fn set_base(
        &mut self,
        document: DocumentId,
        (number, position): (Number, u64),
        has_hole: bool,
    ) -> Result<(), StoreError> {
        let before = self.reader().base(document)?;
        let document_id = document.as_bytes();
        if let Some(before) = before {
            let kept = to_sql(before.number.0);
            self.run_sql(
                "DELETE FROM snapshot WHERE document = ?1 AND base < ?2",
                params![document_id, kept],
            )?;
            self.run_sql(
                "UPDATE snapshot SET is_floor = 1 WHERE document = ?1 AND base = ?2",
                params![document_id, kept],
            )?;
            self.drop_envelopes(document, before.number)?;
        }
        self.run_sql(
            "INSERT INTO snapshot (document, base, position, is_floor) VALUES (?, ?, ?, ?)",
            params![document_id, to_sql(number.0), to_sql(position), has_hole],
        )
    }

    /// Leaves stubs of the envelopes up to a number, as far as whole runs go.
    fn drop_envelopes(&mut self, document: DocumentId, last: Number) -> Result<(), StoreError> {
        let Whole { runs, first, found } = self.runs_up_to(document, last)?;
        let Some(first) = first else { return Ok(()) };
        let mut bytes = Vec::new();
        for stub in &found {
            stub.write(&mut bytes);
        }
        for run in runs {
            self.run_sql(
                "DELETE FROM run_index WHERE document = ?1 AND run = ?2",
                params![document.as_bytes(), run],
            )?;
            self.run_sql("DELETE FROM run WHERE id = ?1", params![run])?;
        }
        self.run_sql("INSERT INTO run (bytes) VALUES (?)", params![bytes])?;
        let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
        self.run_sql(
            "INSERT INTO run_index (document, first, count, run, is_stub)
             VALUES (?, ?, ?, last_insert_rowid(), 1)",
            params![document.as_bytes(), first, count],
        )
    }

    /// Runs that still have content and end at or before a number.
    fn runs_up_to(&self, document: DocumentId, last: Number) -> Result<Whole, StoreError> {
        let mut whole = Whole::default();
        let mut select = self
            .db()
            .prepare_cached(
                "SELECT is_stub, bytes, first, run FROM run_index JOIN run ON run.id = run_index.run
                 WHERE document = ?1 AND first + count <= ?2 + 1 AND NOT is_stub ORDER BY first",
            )
            .map_err(StoreError::from_sqlite)?;
        let mut rows = select
            .query(params![document.as_bytes(), to_sql(last.0)])
            .map_err(StoreError::from_sqlite)?;
        while let Some(row) = rows.next().map_err(StoreError::from_sqlite)? {
            let at: i64 = row.get(2).map_err(StoreError::from_sqlite)?;
            whole.first.get_or_insert(at);
            whole.runs.push(row.get(3).map_err(StoreError::from_sqlite)?);
            read_run(row, &mut whole.found)?;
        }
        Ok(whole)
    }

    fn run_sql(&self, statement: &str, params: impl rusqlite::Params) -> Result<(), StoreError> {
        self.db()
            .prepare_cached(statement)
            .and_then(|mut statement| statement.execute(params))
            .map(drop)
            .map_err(StoreError::from_sqlite)
    }
}
