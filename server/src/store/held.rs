//! Reads into memory what the writer decides by.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, params};
use shared::{
    id::{DeviceId, DocumentId, EnvelopeId, Number, Seq, ServerEpoch},
    log::{Entry, document::DocumentLog, org::OrgLog},
};

use crate::store::{Chain, Held, StoreError, from_sql};

const DAMAGED_LOG: StoreError = StoreError::Damaged { what: "log" };

pub(super) fn read_or_make_epoch(
    db: &Connection,
    fresh: [u8; 16],
) -> Result<ServerEpoch, StoreError> {
    db.execute(
        "INSERT INTO meta (name, value) VALUES ('server_epoch', ?1) ON CONFLICT DO NOTHING",
        params![fresh],
    )
    .map_err(StoreError::from_sqlite)?;
    db.query_row("SELECT value FROM meta WHERE name = 'server_epoch'", [], |row| row.get(0))
        .map(ServerEpoch::new)
        .map_err(StoreError::from_sqlite)
}

/// Replays the org log; `None` while there is no firm.
pub(super) fn read_org(db: &Connection) -> Result<Option<OrgLog>, StoreError> {
    let mut log = None;
    for_each_entry(db, "SELECT bytes FROM org_entry ORDER BY position", [], |entry| {
        match &mut log {
            None => log = Some(OrgLog::begin(entry).ok().ok_or(DAMAGED_LOG)?),
            Some(log) => log.append(entry).ok().ok_or(DAMAGED_LOG)?,
        }
        Ok(())
    })?;
    Ok(log)
}

/// Replays a document's log and reads its chains; `None` for a document nobody created.
pub(super) fn read_document(
    db: &Connection,
    org: &OrgLog,
    document: DocumentId,
) -> Result<Option<Held>, StoreError> {
    let Some(log) = read_document_log(db, org, document)? else { return Ok(None) };
    let chains = read_chains(db, document).map_err(StoreError::from_sqlite)?;
    let last = db
        .prepare_cached(
            "SELECT first + count - 1 FROM run_index WHERE document = ?1
             ORDER BY first DESC LIMIT 1",
        )
        .and_then(|mut select| {
            select.query_row(params![document.as_bytes()], |row| row.get(0)).optional()
        })
        .map_err(StoreError::from_sqlite)?
        .map_or(0, from_sql);
    Ok(Some(Held { log, last: Number(last), chains }))
}

fn read_document_log(
    db: &Connection,
    org: &OrgLog,
    document: DocumentId,
) -> Result<Option<DocumentLog>, StoreError> {
    let mut log = None;
    let select = "SELECT bytes FROM document_entry WHERE document = ?1 ORDER BY position";
    for_each_entry(db, select, params![document.as_bytes()], |entry| {
        match &mut log {
            None => log = Some(DocumentLog::begin(org, entry).ok().ok_or(DAMAGED_LOG)?),
            Some(log) => log.append(org, entry).ok().ok_or(DAMAGED_LOG)?,
        }
        Ok(())
    })?;
    Ok(log)
}

/// Calls `each` with the entries that `select` finds.
pub(super) fn for_each_entry(
    db: &Connection,
    select: &str,
    params: impl rusqlite::Params,
    mut each: impl FnMut(&Entry) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut select = db.prepare_cached(select).map_err(StoreError::from_sqlite)?;
    let mut rows = select.query(params).map_err(StoreError::from_sqlite)?;
    while let Some(row) = rows.next().map_err(StoreError::from_sqlite)? {
        let bytes: Vec<u8> = row.get(0).map_err(StoreError::from_sqlite)?;
        each(&Entry::parse(&bytes).ok().ok_or(DAMAGED_LOG)?)?;
    }
    Ok(())
}

fn read_chains(
    db: &Connection,
    document: DocumentId,
) -> rusqlite::Result<BTreeMap<DeviceId, Chain>> {
    let mut select =
        db.prepare_cached("SELECT device, seq, envelope, number FROM chain WHERE document = ?1")?;
    let rows = select.query_map(params![document.as_bytes()], |row| {
        let chain = Chain {
            seq: Seq(from_sql(row.get(1)?)),
            id: EnvelopeId::new(row.get(2)?),
            number: Number(from_sql(row.get(3)?)),
        };
        Ok((DeviceId::new(row.get(0)?), chain))
    })?;
    rows.collect()
}
