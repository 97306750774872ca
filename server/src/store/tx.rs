use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use rusqlite::{Connection, params};
use shared::{
    id::{AccountId, DeviceId, DocumentId, EnvelopeId, Number, Seq},
    log::{Entry, EntryError, Head, document::DocumentLog, org::OrgLog},
    sync::{DocumentState, ServerMessage, Wrap, WrapTo},
};

use crate::store::{
    Chain, Held, Reader, Run, Store, StoreError, derive, held,
    run::{self, OpenRun},
    to_sql,
};

/// An open write transaction; the store is the only one who can make it.
///
/// Dropped without [`Tx::commit`], nothing of it has happened.
#[derive(Debug)]
pub struct Tx<'s> {
    store: &'s mut Store,
    staged: Staged,
    is_committed: bool,
}

/// What a transaction made durable, for those who want to hear of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    /// Envelopes, in the order of their numbers within each document.
    pub runs: Vec<Run>,
    /// The org log's new length.
    pub org: Option<u64>,
    /// Documents whose log grew, with everybody who may read them.
    pub documents: Vec<(DocumentState, Vec<AccountId>)>,
    /// Accounts with new wraps, and the number of the newest.
    pub wraps: Vec<(AccountId, u64)>,
    /// Connections that end.
    pub ended: Vec<Ended>,
}

/// Connections that end: those of an account, or of one of its devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Whose.
    pub account: AccountId,
    /// Only this one's.
    pub device: Option<DeviceId>,
    /// What is said last.
    pub farewell: ServerMessage,
}

#[derive(Debug, Default)]
struct Staged {
    documents: BTreeMap<DocumentId, Touched>,
    runs: Vec<Run>,
    org: bool,
    ended: Vec<Ended>,
    wraps: BTreeMap<AccountId, u64>,
}

#[derive(Debug, Default)]
struct Touched {
    run: Option<OpenRun>,
    devices: BTreeSet<DeviceId>,
    log_grew: bool,
    shredded: bool,
}

impl<'s> Tx<'s> {
    pub(super) fn begin(store: &'s mut Store) -> Result<Self, StoreError> {
        execute(&store.db, "BEGIN IMMEDIATE")?;
        Ok(Self { store, staged: Staged::default(), is_committed: false })
    }

    /// The firm's log; `None` while there is no firm.
    pub fn org(&self) -> Option<&OrgLog> {
        self.store.org.as_ref()
    }

    /// A document; `None` if nobody created it.
    pub fn document(&mut self, document: DocumentId) -> Result<Option<&Held>, StoreError> {
        let Store { db, org: Some(org), documents, .. } = &mut *self.store else {
            return Ok(None);
        };
        if !documents.contains_key(&document)
            && let Some(held) = held::read_document(db, org, document)?
        {
            documents.insert(document, held);
        }
        Ok(documents.get(&document))
    }

    /// A document that was read in this transaction.
    pub fn held(&self, document: DocumentId) -> Option<&Held> {
        self.store.documents.get(&document)
    }

    /// Whether a document waits for its next epoch.
    pub fn is_stale(&self, document: DocumentId) -> bool {
        let Store { org: Some(org), documents, .. } = &*self.store else { return false };
        documents.get(&document).is_some_and(|held| held.log.is_stale(org))
    }

    /// Ends connections once this is durable.
    pub fn end(&mut self, ended: Ended) {
        self.staged.ended.push(ended);
    }

    /// Reads rows, this transaction's included. Envelopes stored in it are not rows yet.
    pub fn reader(&self) -> Reader<'_> {
        self.store.reader()
    }

    pub(super) fn db(&self) -> &Connection {
        &self.store.db
    }

    /// Makes rows of what was stored of a document in this transaction.
    pub fn flush(&mut self, document: DocumentId) -> Result<(), StoreError> {
        let run = self.staged.documents.get_mut(&document).and_then(|touched| touched.run.take());
        if let Some(run) = run {
            let run = write_run(self.store, document, run)?;
            self.staged.runs.push(run);
        }
        Ok(())
    }

    /// Stores an envelope as the newest of `device` in `document` and numbers it.
    ///
    /// The caller has read the document in this transaction and decided that it may be stored.
    pub fn store_envelope(
        &mut self,
        document: DocumentId,
        device: DeviceId,
        seq: Seq,
        id: EnvelopeId,
        envelope: &[u8],
    ) -> Result<Number, StoreError> {
        let Some(held) = self.store.documents.get_mut(&document) else {
            return Err(StoreError::Damaged { what: "document not read" });
        };
        let number = Number(held.last.0 + 1);
        held.last = number;
        held.chains.insert(device, Chain { seq, id, number });
        let touched = self.staged.documents.entry(document).or_default();
        touched.devices.insert(device);
        if touched.run.as_ref().is_some_and(|run| !run.has_room_for(envelope))
            && let Some(full) = touched.run.take()
        {
            let run = write_run(self.store, document, full)?;
            self.staged.runs.push(run);
        }
        let touched = self.staged.documents.entry(document).or_default();
        touched.run.get_or_insert_with(|| OpenRun::begin(number, device)).push(device, envelope);
        Ok(number)
    }

    /// The envelope that `device` stored as `seq`, newest runs searched first.
    ///
    /// Slow, and needed only when a device offers again what it should know to be stored.
    pub fn find_envelope(
        &self,
        document: DocumentId,
        device: DeviceId,
        seq: Seq,
    ) -> Result<Option<(Number, EnvelopeId)>, StoreError> {
        if let Some(open) = self.staged.documents.get(&document).and_then(|it| it.run.as_ref())
            && let Some(found) = run::find(open.first, &open.bytes, device, seq)?
        {
            return Ok(Some(found));
        }
        self.reader().find_envelope(document, device, seq)
    }

    /// Checks and stores an entry of the org log, the Genesis included.
    pub fn append_org(&mut self, entry: &Entry) -> Result<Result<Head, EntryError>, StoreError> {
        let appended = match &mut self.store.org {
            Some(org) => org.append(entry),
            None => OrgLog::begin(entry).map(|org| self.store.org = Some(org)),
        };
        if let Err(error) = appended {
            return Ok(Err(error));
        }
        self.staged.org = true;
        self.store
            .db
            .prepare_cached("INSERT INTO org_entry (position, bytes) VALUES (?, ?)")
            .and_then(|mut insert| insert.execute(params![to_sql(entry.index()), entry.as_bytes()]))
            .map_err(StoreError::from_sqlite)?;
        derive::derive_org(&self.store.db, entry)?;
        Ok(Ok(self.store.org.as_ref().map_or(Head::EMPTY, OrgLog::head)))
    }

    /// Takes `log`, which is the document's log with `entry` appended and checked.
    pub fn store_document_entry(
        &mut self,
        log: DocumentLog,
        entry: &Entry,
    ) -> Result<Head, StoreError> {
        let document = log.document();
        let head = log.head();
        self.staged.documents.entry(document).or_default().log_grew = true;
        self.store
            .db
            .prepare_cached(
                "INSERT INTO document_entry (document, position, bytes) VALUES (?, ?, ?)",
            )
            .and_then(|mut insert| {
                insert.execute(params![
                    document.as_bytes(),
                    to_sql(entry.index()),
                    entry.as_bytes()
                ])
            })
            .map_err(StoreError::from_sqlite)?;
        derive::derive_document(&self.store.db, &log, entry)?;
        if let Some(known) = self.store.documents.get_mut(&document) {
            known.log = log;
        } else {
            let fresh = Held { log, last: Number(0), chains: BTreeMap::new() };
            self.store.documents.insert(document, fresh);
        }
        Ok(head)
    }

    /// Stores a wrap for whom it is addressed to and says its number.
    pub fn put_wrap(&mut self, wrap: &Wrap) -> Result<u64, StoreError> {
        let account = wrap.to.account();
        let (device, document, epoch) = match wrap.to {
            WrapTo::Account { document, epoch, .. } => {
                (None, Some(*document.as_bytes()), Some(epoch.0))
            }
            WrapTo::Device { device, .. } => (Some(*device.as_bytes()), None, None),
        };
        let number = self.reader().last_wrap(account)? + 1;
        self.store
            .db
            .prepare_cached(
                "INSERT INTO wrap (account, number, device, document, epoch, sealed)
                 VALUES (?, ?, ?, ?, ?, ?)",
            )
            .and_then(|mut insert| {
                insert.execute(params![
                    account.as_bytes(),
                    to_sql(number),
                    device,
                    document,
                    epoch,
                    wrap.sealed.0
                ])
            })
            .map_err(StoreError::from_sqlite)?;
        self.staged.wraps.insert(account, number);
        Ok(number)
    }

    /// Destroys the envelopes and wraps of a document; its log stays. The number of a wrap is never
    /// given again, so its row stays too, without content.
    pub fn shred(&mut self, document: DocumentId) -> Result<(), StoreError> {
        let touched = self.staged.documents.entry(document).or_default();
        *touched = Touched { log_grew: touched.log_grew, shredded: true, ..Touched::default() };
        self.staged.runs.retain(|run| run.document != document);
        if let Some(held) = self.store.documents.get_mut(&document) {
            held.chains.clear();
            held.last = Number(0);
        }
        for statement in [
            "DELETE FROM run WHERE id IN (SELECT run FROM run_index WHERE document = ?1)",
            "DELETE FROM run_index WHERE document = ?1",
            "DELETE FROM snapshot WHERE document = ?1",
            "DELETE FROM chain WHERE document = ?1",
            "UPDATE wrap SET sealed = x'' WHERE document = ?1",
        ] {
            self.store
                .db
                .prepare_cached(statement)
                .and_then(|mut statement| statement.execute(params![document.as_bytes()]))
                .map_err(StoreError::from_sqlite)?;
        }
        Ok(())
    }

    /// Makes everything durable. On an error nothing has happened.
    pub fn commit(mut self) -> Result<Notices, StoreError> {
        let mut notices = Notices::default();
        let Self { store, staged, .. } = &mut self;
        for (document, touched) in &mut staged.documents {
            if let Some(run) = touched.run.take() {
                staged.runs.push(write_run(store, *document, run)?);
            }
            write_chains(store, *document, &touched.devices)?;
            if touched.log_grew
                && let Some(held) = store.documents.get(document)
            {
                notices.documents.push((held.state(), held.readers()));
            }
        }
        notices.runs.append(&mut staged.runs);
        notices.ended.append(&mut staged.ended);
        notices.wraps.extend(staged.wraps.iter().map(|(account, number)| (*account, *number)));
        if staged.org {
            notices.org = store.org.as_ref().map(|org| org.head().length);
        }
        execute(&store.db, "COMMIT")?;
        store.wipe_log |= staged.documents.values().any(|touched| touched.shredded);
        self.is_committed = true;
        if self.store.wipe_log {
            self.store.wipe_log();
        }
        Ok(notices)
    }
}

impl Drop for Tx<'_> {
    fn drop(&mut self) {
        if self.is_committed {
            return;
        }
        // SQLite may have rolled back by itself, and then says that there is nothing to roll back.
        let rolled_back =
            self.store.db.is_autocommit() || execute(&self.store.db, "ROLLBACK").is_ok();
        if !rolled_back {
            tracing::error!("a transaction could not be rolled back");
        }
        for document in self.staged.documents.keys() {
            self.store.documents.remove(document);
        }
        if self.staged.org {
            self.store.org_is_read = false;
        }
    }
}

impl Held {
    /// How far the document is.
    pub fn state(&self) -> DocumentState {
        DocumentState {
            document: self.log.document(),
            log_length: self.log.head().length,
            last: self.last,
        }
    }

    fn readers(&self) -> Vec<AccountId> {
        self.log.members().map(|(account, _)| account).collect()
    }
}

impl Notices {
    /// Whether nobody has anything to hear.
    pub fn is_empty(&self) -> bool {
        let Self { runs, org, documents, wraps, ended } = self;
        runs.is_empty()
            && org.is_none()
            && documents.is_empty()
            && wraps.is_empty()
            && ended.is_empty()
    }
}

fn write_run(store: &Store, document: DocumentId, run: OpenRun) -> Result<Run, StoreError> {
    let Some(held) = store.documents.get(&document) else {
        return Err(StoreError::Damaged { what: "document not read" });
    };
    let OpenRun { first, count, bytes, sole_author } = run;
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    store
        .db
        .prepare_cached("INSERT INTO run (bytes) VALUES (?)")
        .and_then(|mut insert| insert.insert(params![bytes]))
        .and_then(|row| {
            store
                .db
                .prepare_cached(
                    "INSERT INTO run_index (document, first, count, run) VALUES (?, ?, ?, ?)",
                )?
                .execute(params![document.as_bytes(), to_sql(first.0), to_sql(count), row])
        })
        .map_err(StoreError::from_sqlite)?;
    let (readers, state) = (held.readers(), held.state());
    Ok(Run { document, first, count, bytes: Bytes::from(bytes), sole_author, readers, state })
}

fn write_chains(
    store: &Store,
    document: DocumentId,
    devices: &BTreeSet<DeviceId>,
) -> Result<(), StoreError> {
    let Some(held) = store.documents.get(&document) else { return Ok(()) };
    for device in devices {
        let Some(chain) = held.chains.get(device) else { continue };
        store
            .db
            .prepare_cached(
                "INSERT INTO chain (document, device, seq, envelope, number)
                 VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT DO UPDATE SET
                 seq = excluded.seq, envelope = excluded.envelope, number = excluded.number",
            )
            .and_then(|mut upsert| {
                upsert.execute(params![
                    document.as_bytes(),
                    device.as_bytes(),
                    to_sql(chain.seq.0),
                    chain.id.as_bytes(),
                    to_sql(chain.number.0)
                ])
            })
            .map_err(StoreError::from_sqlite)?;
    }
    Ok(())
}

fn execute(db: &Connection, statement: &str) -> Result<(), StoreError> {
    db.prepare_cached(statement)
        .and_then(|mut statement| statement.execute([]))
        .map(drop)
        .map_err(StoreError::from_sqlite)
}
