use core::cmp::Ordering;

use shared::{
    Blob,
    id::{AccountId, DeviceId, DocumentId},
    log::{
        Author, Entry, EntryError, Head, LogId,
        document::{Cut, DocumentBody, DocumentLog, Finalise, Life},
        org::{OrgBody, OrgLog},
    },
    refusal::{Reason, Refusal},
    sync::{ServerMessage, Wrap, WrapTo},
    time::UnixMillis,
};

use crate::{
    service::{ServiceError, Who, away, refusal_of_entry, snapshot, wrap},
    store::{Ended, Held, StoreError, Tx},
};

/// Appends an entry to the log it names, if it follows that log's head and its author may say it.
///
/// The very entry that is there already is `Appended` again, so that a lost answer costs nothing.
pub fn append(
    tx: &mut Tx<'_>,
    now: UnixMillis,
    who: Who,
    bytes: &[u8],
    wraps: &[Wrap],
) -> Result<ServerMessage, StoreError> {
    let entry = match Entry::parse(bytes) {
        Ok(entry) => entry,
        Err(error) => return Ok(refused_of_log(None, refusal_of_entry(error))),
    };
    let log = entry.log();
    let decided =
        wrap::check_sizes(wraps).map_err(ServiceError::Refused).and_then(|()| match log {
            LogId::Org(_) => append_org(tx, now, who, &entry, wraps),
            LogId::Document(document) => append_document(tx, who, document, &entry, wraps),
        });
    match decided {
        Ok(Outcome::Appended(head)) => Ok(ServerMessage::Appended { log, head }),
        Ok(Outcome::Moved(head)) => Ok(ServerMessage::HeadMoved { log, head }),
        Err(ServiceError::Refused(refusal)) => Ok(refused_of_log(Some(log), refusal)),
        Err(ServiceError::Revoked { entry, .. }) => Ok(away::revoked(entry)),
        Err(ServiceError::Broken(error)) => Err(error),
    }
}

pub(super) fn refused(bytes: &[u8], refusal: Refusal) -> ServerMessage {
    refused_of_log(Entry::parse(bytes).ok().map(|entry| entry.log()), refusal)
}

fn refused_of_log(log: Option<LogId>, refusal: Refusal) -> ServerMessage {
    ServerMessage::Refused { refusal, log, document: None, entry: None }
}

enum Outcome {
    Appended(Head),
    Moved(Head),
}

fn append_org(
    tx: &mut Tx<'_>,
    now: UnixMillis,
    who: Who,
    entry: &Entry,
    wraps: &[Wrap],
) -> Result<Outcome, ServiceError> {
    let Some(org) = tx.org() else { return begin_org(tx, who, entry, wraps) };
    check_org_author(org, who, entry)?;
    let current = org.head();
    let stored = tx.reader().org_entry(entry.index()).map_err(ServiceError::Broken)?;
    if stored.as_deref() == Some(entry.as_bytes()) {
        return Ok(Outcome::Appended(head_after(entry)));
    }
    if who == Who::Bootstrap {
        return Err(no(Reason::FirmExists));
    }
    let Some(org) = tx.org() else { return Err(no(Reason::NoFirm)) };
    if entry.log() != LogId::Org(org.firm()) {
        return Err(no(Reason::EntryRefused));
    }
    if entry.index() == current.length {
        check_expiry(org, now, who)?;
        check_org_wraps(org, who, entry, wraps)?;
    }
    match tx.append_org(entry).map_err(ServiceError::Broken)? {
        Ok(head) => {
            end_connections(tx, entry);
            put_wraps(tx, wraps).map(|()| Outcome::Appended(head))
        }
        Err(EntryError::Misplaced) => Ok(Outcome::Moved(current)),
        Err(error) => Err(ServiceError::Refused(refusal_of_entry(error))),
    }
}

fn begin_org(
    tx: &mut Tx<'_>,
    who: Who,
    entry: &Entry,
    wraps: &[Wrap],
) -> Result<Outcome, ServiceError> {
    if who != Who::Bootstrap {
        return Err(no(Reason::NoFirm));
    }
    if !wraps.is_empty() {
        return Err(no(Reason::EntryRefused));
    }
    match tx.append_org(entry).map_err(ServiceError::Broken)? {
        Ok(head) => Ok(Outcome::Appended(head)),
        Err(EntryError::Misplaced) => Err(no(Reason::NoFirm)),
        Err(error) => Err(ServiceError::Refused(refusal_of_entry(error))),
    }
}

fn append_document(
    tx: &mut Tx<'_>,
    who: Who,
    document: DocumentId,
    entry: &Entry,
    wraps: &[Wrap],
) -> Result<Outcome, ServiceError> {
    let Who::Device { device, account } = who else { return Err(no(Reason::NotLoggedIn)) };
    if !matches!(entry.author(), Author::Device(_)) {
        return Err(no(Reason::NotYourDevice));
    }
    // Another's entry carries its authority with it, and is verified like any other.
    let is_own = entry.author() == Author::Device(device);
    let is_known = tx.document(document).map_err(ServiceError::Broken)?.is_some();
    let next = if is_known {
        match continue_document(tx, is_own.then_some(account), document, entry, wraps)? {
            Next::Log(log) => log,
            Next::Done(outcome) => return Ok(outcome),
        }
    } else {
        let org = tx.org().ok_or_else(|| no(Reason::NoFirm))?;
        match DocumentLog::begin(org, entry) {
            Ok(log) => log,
            Err(EntryError::Misplaced) => return Err(no(Reason::UnknownDocument)),
            Err(error) => return Err(ServiceError::Refused(refusal_of_entry(error))),
        }
    };
    wrap::check_for_members(&next, wraps).map_err(ServiceError::Refused)?;
    let is_shredded = next.life() == Life::Shredded;
    let head = tx.store_document_entry(next, entry).map_err(ServiceError::Broken)?;
    if is_shredded {
        tx.shred(document).map_err(ServiceError::Broken)?;
    } else if matches!(DocumentBody::parse(entry), Ok(DocumentBody::SnapshotAttest(_))) {
        snapshot::look(tx, document).map_err(ServiceError::Broken)?;
    }
    put_wraps(tx, wraps).map(|()| Outcome::Appended(head))
}

enum Next {
    /// The log with the entry.
    Log(DocumentLog),
    /// There is nothing to store.
    Done(Outcome),
}

fn continue_document(
    tx: &mut Tx<'_>,
    account: Option<AccountId>,
    document: DocumentId,
    entry: &Entry,
    wraps: &[Wrap],
) -> Result<Next, ServiceError> {
    let stored =
        tx.reader().document_entry(document, entry.index()).map_err(ServiceError::Broken)?;
    let Some(held) = tx.document(document).map_err(ServiceError::Broken)? else {
        return Err(no(Reason::UnknownDocument));
    };
    let mut log = held.log.clone();
    if account.is_some_and(|account| log.access(account).is_none()) {
        // Whoever draws an id that is taken must be told, or would wait for ever.
        let reason =
            if entry.index() == 0 { Reason::DocumentExists } else { Reason::UnknownDocument };
        return Err(no(reason));
    }
    if stored.as_deref() == Some(entry.as_bytes()) {
        wrap::put_lacking(tx, &log, wraps).map_err(ServiceError::Broken)?;
        return Ok(Next::Done(Outcome::Appended(head_after(entry))));
    }
    if entry.index() == 0 {
        return Err(no(Reason::DocumentExists));
    }
    let current = log.head();
    let org = tx.org().ok_or_else(|| no(Reason::NoFirm))?;
    match log.append(org, entry) {
        Ok(()) => {
            if let Some(held) = tx.held(document) {
                check_cuts(org, held, entry)?;
            }
            Ok(Next::Log(log))
        }
        Err(EntryError::Misplaced) => Ok(Next::Done(Outcome::Moved(current))),
        Err(error) => Err(ServiceError::Refused(refusal_of_entry(error))),
    }
}

/// Nobody's envelopes end before the last one that is stored: others have read it.
fn check_cuts(org: &OrgLog, held: &Held, entry: &Entry) -> Result<(), ServiceError> {
    let seen = entry.org().unwrap_or(0);
    let (ending, cuts) = match DocumentBody::parse(entry) {
        Ok(DocumentBody::Revoke(revoke)) => {
            (held.log.ending(org, Some(revoke.account), seen), revoke.cuts)
        }
        Ok(DocumentBody::Rotate(rotate)) => (held.log.ending(org, None, seen), rotate.cuts),
        // The end of a document is the end of everybody's envelopes.
        Ok(DocumentBody::Finalise(Finalise { covers: Some(covers), .. })) => {
            (held.chains.keys().copied().collect(), covers)
        }
        Ok(_) | Err(_) => return Ok(()),
    };
    let is_behind = |device: &DeviceId| {
        let Some(chain) = held.chains.get(device) else { return false };
        let reaches = |cut: &Cut| match cut.seq.cmp(&chain.seq) {
            Ordering::Less => false,
            Ordering::Equal => cut.envelope == chain.id,
            Ordering::Greater => true,
        };
        !cuts.iter().any(|cut| cut.device == *device && reaches(cut))
    };
    if ending.iter().any(is_behind) { Err(no(Reason::CutBehind)) } else { Ok(()) }
}

fn check_org_author(org: &OrgLog, who: Who, entry: &Entry) -> Result<(), ServiceError> {
    match (who, entry.author()) {
        // Members bring back what a restored server forgot: an entry proves its own author.
        (Who::Device { .. }, Author::Device(_) | Author::Grant(_))
        | (Who::Bootstrap, Author::Root) => Ok(()),
        (Who::Grant(key), Author::Grant(index)) => match org.enrolment_key(index) {
            Some(known) if *known == key => Ok(()),
            Some(_) | None => Err(no(Reason::UnknownGrant)),
        },
        (Who::Bootstrap, Author::Grant(_) | Author::Device(_)) => Err(no(Reason::FirmExists)),
        (Who::Device { .. } | Who::Grant(_), Author::Root) | (Who::Grant(_), Author::Device(_)) => {
            Err(no(Reason::EntryRefused))
        }
    }
}

/// The author's clock decides in replay, ours here: a late entry cannot be dated back.
fn check_expiry(org: &OrgLog, now: UnixMillis, who: Who) -> Result<(), ServiceError> {
    let Who::Grant(key) = who else { return Ok(()) };
    match org.grant_of_key(&key) {
        // A recovery kit lasts until another one takes its place.
        None if org.kit_of_key(&key).is_some() => Ok(()),
        None => Err(no(Reason::UnknownGrant)),
        Some((_, grant)) if now > grant.body.expires_at => Err(no(Reason::GrantExpired)),
        Some(_) => Ok(()),
    }
}

/// Whoever adds a device or recovery kit may give it, and the account's others, the account's seeds.
fn check_org_wraps(
    org: &OrgLog,
    who: Who,
    entry: &Entry,
    wraps: &[Wrap],
) -> Result<(), ServiceError> {
    let added = match OrgBody::parse(entry) {
        Ok(OrgBody::AccountAdd(add)) => Some((add.account.account, add.device.id())),
        Ok(OrgBody::DeviceAdd(add)) => Some((add.account, add.device.id())),
        Ok(OrgBody::RecoverySet(set)) => match who {
            Who::Device { account, .. } => Some((account, set.id())),
            Who::Grant(_) | Who::Bootstrap => None,
        },
        // A kind added to the protocol adds no device.
        Ok(_) | Err(_) => None,
    };
    let account = match who {
        Who::Device { account, .. } => Some(account),
        Who::Grant(_) | Who::Bootstrap => added.map(|(account, _)| account),
    };
    let is_own = |to| match to {
        WrapTo::Device { account: owner, device } => {
            Some(owner) == account
                && (added == Some((owner, device)) || org.takes_seeds(owner, device))
        }
        WrapTo::Account { .. } => false,
    };
    if wraps.iter().all(|wrap| is_own(wrap.to)) { Ok(()) } else { Err(no(Reason::EntryRefused)) }
}

/// Who an entry shuts out is told so, and his connections end.
fn end_connections(tx: &mut Tx<'_>, entry: &Entry) {
    let (account, device, farewell) = match OrgBody::parse(entry) {
        Ok(OrgBody::DeviceRevoke(revoke)) => {
            let owner = tx.org().and_then(|org| org.device(revoke.device)).map(|it| it.account);
            let Some(owner) = owner else { return };
            (owner, Some(revoke.device), away::revoked(Blob(entry.as_bytes().to_vec())))
        }
        Ok(OrgBody::AccountFreeze(freeze)) if freeze.frozen => (freeze.account, None, closed()),
        Ok(OrgBody::AccountRemove(remove)) => (remove.account, None, closed()),
        Ok(_) | Err(_) => return,
    };
    tx.end(Ended { account, device, farewell });
}

fn closed() -> ServerMessage {
    super::refused(Refusal::new(Reason::AccountClosed))
}

fn put_wraps(tx: &mut Tx<'_>, wraps: &[Wrap]) -> Result<(), ServiceError> {
    for wrap in wraps {
        tx.put_wrap(wrap).map_err(ServiceError::Broken)?;
    }
    Ok(())
}

fn head_after(entry: &Entry) -> Head {
    Head { length: entry.index().saturating_add(1), hash: entry.hash() }
}

fn no(reason: Reason) -> ServiceError {
    ServiceError::Refused(Refusal::new(reason))
}
