//! Whether what a database holds is what was once stored in it.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use shared::{
    envelope::Envelope,
    id::{DeviceId, DocumentId, EnvelopeId, Number, Seq},
    log::{document::Life, org::OrgLog},
};

use crate::store::{Chain, Held, StoreError, Stub, from_sql, held, run, stub};

const TORN_CHAIN: StoreError = StoreError::Damaged { what: "chain" };

/// What a database was found to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Entries of the org log.
    pub org_entries: u64,
    /// Documents.
    pub documents: u64,
    /// Envelopes.
    pub envelopes: u64,
}

/// Reads everything: SQLite's own structure, every log by replaying it, and every envelope along
/// its device's chain, in which each names the hash of the one before it.
pub(super) fn verify(db: &Connection) -> Result<Contents, StoreError> {
    let said: String = db
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .map_err(StoreError::from_sqlite)?;
    if said != "ok" {
        return Err(StoreError::Damaged { what: "pages" });
    }
    let mut contents = Contents::default();
    let Some(org) = held::read_org(db)? else { return Ok(contents) };
    contents.org_entries = org.head().length;
    for document in documents(db).map_err(StoreError::from_sqlite)? {
        contents.documents += 1;
        contents.envelopes += verify_document(db, &org, document)?;
    }
    Ok(contents)
}

fn documents(db: &Connection) -> rusqlite::Result<Vec<DocumentId>> {
    let mut select = db.prepare(
        "SELECT DISTINCT document FROM document_entry
         UNION SELECT DISTINCT document FROM run_index",
    )?;
    let rows = select.query_map([], |row| row.get(0).map(DocumentId::new))?;
    rows.collect()
}

fn verify_document(db: &Connection, org: &OrgLog, document: DocumentId) -> Result<u64, StoreError> {
    let held = held::read_document(db, org, document)?;
    let held = held.ok_or(StoreError::Damaged { what: "document without a log" })?;
    let mut walk = Walk { held: &held, next: None, chains: BTreeMap::new(), count: 0 };
    let mut select = db
        .prepare_cached(
            "SELECT is_stub, bytes, first, count FROM run_index JOIN run ON run.id = run_index.run
             WHERE document = ?1 ORDER BY first",
        )
        .map_err(StoreError::from_sqlite)?;
    let mut rows = select.query(params![document.as_bytes()]).map_err(StoreError::from_sqlite)?;
    while let Some(row) = rows.next().map_err(StoreError::from_sqlite)? {
        let is_stub: bool = row.get(0).map_err(StoreError::from_sqlite)?;
        let bytes: Vec<u8> = row.get(1).map_err(StoreError::from_sqlite)?;
        let first = row.get(2).map(from_sql).map_err(StoreError::from_sqlite)?;
        let count = row.get(3).map(from_sql).map_err(StoreError::from_sqlite)?;
        let run = if is_stub { dropped(&bytes)? } else { kept(document, &bytes)? };
        walk.count += if is_stub { 0 } else { count };
        walk.run(first, count, &run)?;
    }
    walk.end()
}

/// An envelope's place, and which one it follows; of one that was dropped nobody knows that.
type Link = (Stub, Option<EnvelopeId>);

fn kept(document: DocumentId, bytes: &[u8]) -> Result<Vec<Link>, StoreError> {
    run::envelopes(bytes)
        .map(|envelope| {
            let bytes = envelope?;
            let envelope = Envelope::parse(bytes.to_vec());
            let envelope = envelope.ok().ok_or(StoreError::Damaged { what: "envelope" })?;
            if envelope.header().document != document {
                return Err(StoreError::Damaged { what: "run" });
            }
            Ok((Stub::of(bytes)?, Some(envelope.header().prev)))
        })
        .collect()
}

fn dropped(bytes: &[u8]) -> Result<Vec<Link>, StoreError> {
    stub::stubs(bytes).map(|stub| Ok((stub?, None))).collect()
}

/// A document's envelopes, read in order.
struct Walk<'h> {
    held: &'h Held,
    /// The number that must follow.
    next: Option<u64>,
    chains: BTreeMap<DeviceId, Chain>,
    count: u64,
}

impl Walk<'_> {
    fn run(&mut self, first: u64, count: u64, links: &[Link]) -> Result<(), StoreError> {
        if self.next.is_some_and(|next| next != first) {
            return Err(StoreError::Damaged { what: "numbers" });
        }
        let mut number = first;
        for link in links {
            self.link(*link, Number(number))?;
            number += 1;
        }
        if number != first.saturating_add(count) {
            return Err(StoreError::Damaged { what: "run" });
        }
        self.next = Some(number);
        Ok(())
    }

    fn link(&mut self, (stub, prev): Link, number: Number) -> Result<(), StoreError> {
        let start = Chain { seq: Seq(0), id: EnvelopeId::NONE, number: Number(0) };
        let before = self.chains.get(&stub.device).copied().unwrap_or(start);
        let follows = stub.seq.0 == before.seq.0 + 1 && prev.is_none_or(|prev| prev == before.id);
        // What a snapshot covers may have been lost in a restore, and come back in it.
        let leaps = stub.seq > before.seq
            && self.held.log.attested().iter().any(|it| match (it.covers.of(stub.device), prev) {
                (Some(_), Some(prev)) => it.covers.reaches(stub.device, stub.seq, prev),
                (Some(cut), None) => stub.seq.0 <= cut.seq.0.saturating_add(1),
                (None, _) => false,
            });
        if !follows && !leaps {
            return Err(TORN_CHAIN);
        }
        let chain = Chain { seq: stub.seq, id: stub.id, number };
        self.chains.insert(stub.device, chain);
        Ok(())
    }

    /// What was read ends where the chains are said to end. Of what was shredded nothing is left.
    fn end(self) -> Result<u64, StoreError> {
        if self.held.log.life() != Life::Shredded && self.chains != self.held.chains {
            return Err(TORN_CHAIN);
        }
        Ok(self.count)
    }
}
