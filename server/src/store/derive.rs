//! Rows derived from log entries: hints that let readers answer without replaying anything.

use rusqlite::{Connection, Transaction, params};
use shared::{
    id::{AccountId, DocumentId},
    log::{
        Entry,
        document::{Access, DocumentBody, DocumentLog},
        org::{DeviceKeys, OrgBody, OrgLog},
    },
    sign::VerifyKey,
    time::UnixMillis,
};

use crate::store::{StoreError, held, to_sql};

/// Empties the derived tables and fills them from the logs.
pub(super) fn rebuild(db: &mut Connection) -> Result<(), StoreError> {
    let tx = db.transaction().map_err(StoreError::from_sqlite)?;
    tx.execute_batch(
        "DELETE FROM member; DELETE FROM device; DELETE FROM enrolment; DELETE FROM closed;",
    )
    .map_err(StoreError::from_sqlite)?;
    held::for_each_entry(&tx, "SELECT bytes FROM org_entry ORDER BY position", [], |entry| {
        derive_org(&tx, entry)
    })?;
    if let Some(org) = held::read_org(&tx)? {
        rebuild_members(&tx, &org)?;
    }
    tx.commit().map_err(StoreError::from_sqlite)
}

fn rebuild_members(tx: &Transaction<'_>, org: &OrgLog) -> Result<(), StoreError> {
    let mut select = tx
        .prepare("SELECT DISTINCT document FROM document_entry")
        .map_err(StoreError::from_sqlite)?;
    let mut rows = select.query([]).map_err(StoreError::from_sqlite)?;
    while let Some(row) = rows.next().map_err(StoreError::from_sqlite)? {
        let document = DocumentId::new(row.get(0).map_err(StoreError::from_sqlite)?);
        if let Some(held) = held::read_document(tx, org, document)? {
            for (account, access) in held.log.members() {
                put_member(tx, account, document, access)?;
            }
        }
    }
    Ok(())
}

/// What a verified org entry adds.
pub(super) fn derive_org(db: &Connection, entry: &Entry) -> Result<(), StoreError> {
    let damaged = StoreError::Damaged { what: "org entry" };
    match OrgBody::parse(entry).ok().ok_or(damaged)? {
        OrgBody::Genesis(genesis) => put_device(db, genesis.admin.account, &genesis.device),
        OrgBody::AccountAdd(add) => put_device(db, add.account.account, &add.device),
        OrgBody::DeviceAdd(add) => put_device(db, add.account, &add.device),
        OrgBody::EnrolGrant(grant) => put_enrolment(db, &grant.key, entry, grant.expires_at),
        OrgBody::RecoverySet(set) => put_enrolment(db, &set.verify, entry, UnixMillis(u64::MAX)),
        OrgBody::DeviceRevoke(revoke) => db
            .prepare_cached("UPDATE device SET revoked = ?2 WHERE device = ?1")
            .and_then(|mut update| {
                update.execute(params![revoke.device.as_bytes(), to_sql(entry.index())])
            })
            .map(drop)
            .map_err(StoreError::from_sqlite),
        OrgBody::AccountFreeze(freeze) => put_closed(db, freeze.account, freeze.frozen),
        OrgBody::AccountRemove(remove) => put_closed(db, remove.account, true),
        OrgBody::KeyRotate(_)
        | OrgBody::PolicyChange(_)
        | OrgBody::RestoreDeclared(_)
        | OrgBody::ReleaseKey(_) => Ok(()),
    }
}

/// What a verified document entry changes, `log` being the log with it.
pub(super) fn derive_document(
    db: &Connection,
    log: &DocumentLog,
    entry: &Entry,
) -> Result<(), StoreError> {
    let damaged = StoreError::Damaged { what: "document entry" };
    let account = match DocumentBody::parse(entry).ok().ok_or(damaged)? {
        DocumentBody::Create(_) => log.creator(),
        DocumentBody::Grant(grant) => grant.account,
        DocumentBody::Revoke(revoke) => return remove_member(db, revoke.account, log.document()),
        DocumentBody::Rotate(_) => return put_members(db, log),
        DocumentBody::SnapshotAttest(_) | DocumentBody::Finalise(_) | DocumentBody::Shred(_) => {
            return Ok(());
        }
    };
    match log.access(account) {
        Some(access) => put_member(db, account, log.document(), access),
        None => Ok(()),
    }
}

pub(super) fn access_code(access: Access) -> i64 {
    match access {
        Access::Reader => 0,
        Access::Writer => 1,
        Access::Manager => 2,
    }
}

pub(super) fn access_from_code(code: i64) -> Option<Access> {
    match code {
        0 => Some(Access::Reader),
        1 => Some(Access::Writer),
        2 => Some(Access::Manager),
        _ => None,
    }
}

fn put_member(
    db: &Connection,
    account: AccountId,
    document: DocumentId,
    access: Access,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO member (account, document, access) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET access = excluded.access",
    )
    .and_then(|mut upsert| {
        upsert.execute(params![account.as_bytes(), document.as_bytes(), access_code(access)])
    })
    .map(drop)
    .map_err(StoreError::from_sqlite)
}

fn remove_member(
    db: &Connection,
    account: AccountId,
    document: DocumentId,
) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM member WHERE account = ?1 AND document = ?2")
        .and_then(|mut delete| delete.execute(params![account.as_bytes(), document.as_bytes()]))
        .map(drop)
        .map_err(StoreError::from_sqlite)
}

/// A new epoch drops those who have left the firm. The table is ordered by account, so only those
/// who are closed are looked for; the frozen ones among them are put back.
fn put_members(db: &Connection, log: &DocumentLog) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM member WHERE account IN (SELECT account FROM closed) AND document = ?1",
    )
    .and_then(|mut delete| delete.execute(params![log.document().as_bytes()]))
    .map_err(StoreError::from_sqlite)?;
    for (account, access) in log.members() {
        put_member(db, account, log.document(), access)?;
    }
    Ok(())
}

fn put_closed(db: &Connection, account: AccountId, is_closed: bool) -> Result<(), StoreError> {
    let statement = if is_closed {
        "INSERT INTO closed (account) VALUES (?1) ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM closed WHERE account = ?1"
    };
    db.prepare_cached(statement)
        .and_then(|mut change| change.execute(params![account.as_bytes()]))
        .map(drop)
        .map_err(StoreError::from_sqlite)
}

fn put_enrolment(
    db: &Connection,
    key: &VerifyKey,
    entry: &Entry,
    expires_at: UnixMillis,
) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO enrolment (verify, position, expires_at) VALUES (?, ?, ?)")
        .and_then(|mut insert| {
            insert.execute(params![key.as_bytes(), to_sql(entry.index()), to_sql(expires_at.0)])
        })
        .map(drop)
        .map_err(StoreError::from_sqlite)
}

fn put_device(db: &Connection, account: AccountId, keys: &DeviceKeys) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO device (device, account, verify) VALUES (?, ?, ?)")
        .and_then(|mut insert| {
            insert.execute(params![
                keys.id().as_bytes(),
                account.as_bytes(),
                keys.verify.as_bytes()
            ])
        })
        .map(drop)
        .map_err(StoreError::from_sqlite)
}
