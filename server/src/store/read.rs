use rusqlite::{Connection, OptionalExtension as _, Row, params};
use shared::{
    Blob,
    id::{AccountId, DeviceId, DocumentId, EnvelopeId, Epoch, Number, Seq, ServerEpoch},
    limit::BATCH_ENVELOPES_MAX,
    log::document::Access,
    sign::VerifyKey,
    sync::{DocumentState, Wrap, WrapTo},
    time::UnixMillis,
};

use crate::store::{
    StoreError,
    derive::access_from_code,
    from_sql,
    run::{self, envelopes},
    stub, to_sql,
};

/// Bytes of content in one answer, so that with everything around it it is an admissible message.
const PIECE_BYTES_MAX: usize = 224 * 1024;
/// Entries or wraps in one answer.
const PIECE_ITEMS_MAX: usize = 1_024;

/// Reads rows. Whoever holds one has decided who may see what it reads.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'s> {
    db: &'s Connection,
}

/// A device as the org log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceRow {
    /// Whose it is.
    pub account: AccountId,
    /// Verifies its logins.
    pub verify: VerifyKey,
    /// Position of the org entry that revoked it.
    pub revoked: Option<u64>,
    /// Whether its account is frozen or removed.
    pub is_closed: bool,
}

/// Some of many items, and whether to ask again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<T> {
    /// The items.
    pub items: Vec<T>,
    /// Whether there are further ones.
    pub more: bool,
}

impl<'s> Reader<'s> {
    pub(super) fn new(db: &'s Connection) -> Self {
        Self { db }
    }

    pub(super) fn db(self) -> &'s Connection {
        self.db
    }

    /// What distinguishes this database from itself before a restore.
    pub fn epoch(self) -> Result<ServerEpoch, StoreError> {
        self.one("SELECT value FROM meta WHERE name = 'server_epoch'", [], |row| row.get(0))?
            .map(ServerEpoch::new)
            .ok_or(StoreError::Damaged { what: "server epoch" })
    }

    /// What an account may do with a document; `None` if it is no member or there is none.
    pub fn access(
        self,
        account: AccountId,
        document: DocumentId,
    ) -> Result<Option<Access>, StoreError> {
        self.one(
            "SELECT access FROM member WHERE account = ?1 AND document = ?2",
            params![account.as_bytes(), document.as_bytes()],
            |row| row.get(0),
        )?
        .map(|code| access_from_code(code).ok_or(StoreError::Damaged { what: "access" }))
        .transpose()
    }

    /// A device of the firm.
    pub fn device(self, device: DeviceId) -> Result<Option<DeviceRow>, StoreError> {
        self.one(
            "SELECT account, verify, revoked,
                EXISTS (SELECT 1 FROM closed WHERE closed.account = device.account)
             FROM device WHERE device = ?1",
            params![device.as_bytes()],
            |row| {
                let account = AccountId::new(row.get(0)?);
                Ok(DeviceRow {
                    account,
                    verify: VerifyKey::new(row.get(1)?),
                    revoked: row.get::<_, Option<i64>>(2)?.map(from_sql),
                    is_closed: row.get(3)?,
                })
            },
        )
    }

    /// Until when the grant with this key may be used; `None` if there is none.
    pub fn enrolment_end(self, key: &VerifyKey) -> Result<Option<UnixMillis>, StoreError> {
        self.one(
            "SELECT expires_at FROM enrolment WHERE verify = ?1",
            params![key.as_bytes()],
            |row| row.get(0).map(|end| UnixMillis(from_sql(end))),
        )
    }

    /// Entries in the org log.
    pub fn org_length(self) -> Result<u64, StoreError> {
        let last = self.one("SELECT MAX(position) + 1 FROM org_entry", [], |row| row.get(0))?;
        Ok(last.flatten().map_or(0, from_sql))
    }

    /// Entries of the org log from `from` on.
    pub fn org_entries(self, from: u64) -> Result<Piece<Blob>, StoreError> {
        self.piece(
            "SELECT bytes FROM org_entry WHERE position >= ?1 ORDER BY position",
            params![to_sql(from)],
            |row| row.get(0).map(Blob),
            |entry| entry.0.len(),
        )
    }

    /// Entries of a document's log from `from` on.
    pub fn document_entries(
        self,
        document: DocumentId,
        from: u64,
    ) -> Result<Piece<Blob>, StoreError> {
        self.piece(
            "SELECT bytes FROM document_entry WHERE document = ?1 AND position >= ?2
             ORDER BY position",
            params![document.as_bytes(), to_sql(from)],
            |row| row.get(0).map(Blob),
            |entry| entry.0.len(),
        )
    }

    /// One entry of the org log.
    pub fn org_entry(self, position: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.one(
            "SELECT bytes FROM org_entry WHERE position = ?1",
            params![to_sql(position)],
            |row| row.get(0),
        )
    }

    /// One entry of a document's log.
    pub fn document_entry(
        self,
        document: DocumentId,
        position: u64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        self.one(
            "SELECT bytes FROM document_entry WHERE document = ?1 AND position = ?2",
            params![document.as_bytes(), to_sql(position)],
            |row| row.get(0),
        )
    }

    /// Every document an account is a member of, with how far it is.
    pub fn documents(self, account: AccountId) -> Result<Vec<DocumentState>, StoreError> {
        let mut select = self
            .db
            .prepare_cached(
                "SELECT document,
                    (SELECT MAX(position) + 1 FROM document_entry
                     WHERE document_entry.document = member.document),
                    (SELECT first + count - 1 FROM run_index
                     WHERE run_index.document = member.document ORDER BY first DESC LIMIT 1)
                 FROM member WHERE account = ?1",
            )
            .map_err(StoreError::from_sqlite)?;
        select
            .query_map(params![account.as_bytes()], |row| {
                Ok(DocumentState {
                    document: DocumentId::new(row.get(0)?),
                    log_length: row.get::<_, Option<i64>>(1)?.map_or(0, from_sql),
                    last: Number(row.get::<_, Option<i64>>(2)?.map_or(0, from_sql)),
                })
            })
            .and_then(Iterator::collect)
            .map_err(StoreError::from_sqlite)
    }

    /// Envelopes of a document after a number, in order.
    pub fn envelopes(self, document: DocumentId, after: Number) -> Result<Piece<Blob>, StoreError> {
        let mut piece = Piece { items: Vec::new(), more: false };
        let mut size = 0;
        let mut select = self
            .db
            .prepare_cached(
                "SELECT first, bytes FROM run_index JOIN run ON run.id = run_index.run
                 WHERE document = ?1 AND first + count > ?2 + 1 AND NOT is_stub
                 AND first >= COALESCE((SELECT MAX(first) FROM run_index
                                        WHERE document = ?1 AND first <= ?2 + 1), 0)
                 ORDER BY first",
            )
            .map_err(StoreError::from_sqlite)?;
        let mut rows = select
            .query(params![document.as_bytes(), to_sql(after.0)])
            .map_err(StoreError::from_sqlite)?;
        while let Some(row) = rows.next().map_err(StoreError::from_sqlite)? {
            let first = row.get(0).map(from_sql).map_err(StoreError::from_sqlite)?;
            let bytes = bytes_of(row, 1)?;
            for (number, envelope) in (first..).zip(envelopes(bytes)) {
                let envelope = envelope?;
                if number <= after.0 {
                    continue;
                }
                size += envelope.len();
                if piece.items.len() >= BATCH_ENVELOPES_MAX || size > PIECE_BYTES_MAX {
                    piece.more = true;
                    return Ok(piece);
                }
                piece.items.push(Blob(envelope.to_vec()));
            }
        }
        Ok(piece)
    }

    /// The envelope that `device` stored as `seq`, newest runs searched first.
    pub fn find_envelope(
        self,
        document: DocumentId,
        device: DeviceId,
        seq: Seq,
    ) -> Result<Option<(Number, EnvelopeId)>, StoreError> {
        let mut select = self
            .db
            .prepare_cached(
                "SELECT first, bytes, is_stub FROM run_index JOIN run ON run.id = run_index.run
                 WHERE document = ?1 ORDER BY first DESC",
            )
            .map_err(StoreError::from_sqlite)?;
        let mut rows =
            select.query(params![document.as_bytes()]).map_err(StoreError::from_sqlite)?;
        while let Some(row) = rows.next().map_err(StoreError::from_sqlite)? {
            let first = Number(row.get(0).map(from_sql).map_err(StoreError::from_sqlite)?);
            let is_stub: bool = row.get(2).map_err(StoreError::from_sqlite)?;
            let find = if is_stub { stub::find } else { run::find };
            if let Some(found) = find(first, bytes_of(row, 1)?, device, seq)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Number of the newest wrap for an account; 0 for none.
    pub fn last_wrap(self, account: AccountId) -> Result<u64, StoreError> {
        let last = self.one(
            "SELECT MAX(number) FROM wrap WHERE account = ?1",
            params![account.as_bytes()],
            |row| row.get(0),
        )?;
        Ok(last.flatten().map_or(0, from_sql))
    }

    /// The number of this very wrap, if it is stored. Looks through all of the account's.
    pub fn wrap_number(self, wrap: &Wrap) -> Result<Option<u64>, StoreError> {
        self.one(
            "SELECT number FROM wrap WHERE account = ?1 AND sealed = ?2",
            params![wrap.to.account().as_bytes(), wrap.sealed.0],
            |row| row.get(0).map(from_sql),
        )
    }

    /// Whether an account has any wrap of a document's epoch. Looks through all of the account's.
    pub fn has_wrap(
        self,
        account: AccountId,
        document: DocumentId,
        epoch: Epoch,
    ) -> Result<bool, StoreError> {
        let found = self.one(
            "SELECT 1 FROM wrap WHERE account = ?1 AND document = ?2 AND epoch = ?3",
            params![account.as_bytes(), document.as_bytes(), epoch.0],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// Wraps for an account, one of its devices and its recovery kits after a number, and the number
    /// of the last one considered.
    pub fn wraps(
        self,
        account: AccountId,
        device: DeviceId,
        after: u64,
    ) -> Result<(u64, Piece<Wrap>), StoreError> {
        // Read first: a wrap that arrives in between is then fetched twice and not skipped.
        let newest = self.last_wrap(account)?.max(after);
        let piece = self.piece(
            "SELECT number, device, document, epoch, sealed FROM wrap
             WHERE account = ?1 AND number > ?2 AND sealed <> x''
             AND (device IS NULL OR device = ?3 OR device NOT IN (SELECT device FROM device))
             ORDER BY number",
            params![account.as_bytes(), to_sql(after), device.as_bytes()],
            |row| Ok((from_sql(row.get(0)?), wrap_from_row(account, row)?)),
            |(_, wrap)| wrap.sealed.0.len(),
        )?;
        let last = match piece.items.last() {
            Some((number, _)) if piece.more => *number,
            Some((number, _)) => newest.max(*number),
            None => newest,
        };
        let items = piece.items.into_iter().map(|(_, wrap)| wrap).collect();
        Ok((last, Piece { items, more: piece.more }))
    }

    /// Envelopes held, all documents together.
    pub fn envelope_count(self) -> Result<u64, StoreError> {
        let select = "SELECT SUM(count) FROM run_index WHERE NOT is_stub";
        let sum = self.one(select, [], |row| row.get(0))?;
        Ok(sum.flatten().map_or(0, from_sql))
    }

    fn one<T>(
        self,
        select: &str,
        params: impl rusqlite::Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        self.db
            .prepare_cached(select)
            .and_then(|mut select| select.query_row(params, read).optional())
            .map_err(StoreError::from_sqlite)
    }

    fn piece<T>(
        self,
        select: &str,
        params: impl rusqlite::Params,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        size_of: impl Fn(&T) -> usize,
    ) -> Result<Piece<T>, StoreError> {
        let mut select = self.db.prepare_cached(select).map_err(StoreError::from_sqlite)?;
        let mut rows = select.query(params).map_err(StoreError::from_sqlite)?;
        let mut piece = Piece { items: Vec::new(), more: false };
        let mut size = 0;
        while let Some(row) = rows.next().map_err(StoreError::from_sqlite)? {
            let item = read(row).map_err(StoreError::from_sqlite)?;
            size += size_of(&item);
            if piece.items.len() >= PIECE_ITEMS_MAX || size > PIECE_BYTES_MAX {
                piece.more = true;
                break;
            }
            piece.items.push(item);
        }
        Ok(piece)
    }
}

fn bytes_of<'r>(row: &'r Row<'_>, column: usize) -> Result<&'r [u8], StoreError> {
    row.get_ref(column)
        .map_err(StoreError::from_sqlite)?
        .as_blob()
        .ok()
        .ok_or(StoreError::Damaged { what: "run" })
}

fn wrap_from_row(account: AccountId, row: &Row<'_>) -> rusqlite::Result<Wrap> {
    let device: Option<[u8; 16]> = row.get(1)?;
    let to = match device {
        Some(device) => WrapTo::Device { account, device: DeviceId::new(device) },
        None => WrapTo::Account {
            account,
            document: DocumentId::new(row.get(2)?),
            epoch: Epoch(row.get(3)?),
        },
    };
    Ok(Wrap { to, sealed: Blob(row.get(4)?) })
}
