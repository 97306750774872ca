use std::slice;

use shared::{
    id::AccountId,
    limit::{APPEND_WRAPS_MAX, WRAP_BYTES_MAX},
    log::{
        document::{DocumentLog, Life},
        org::OrgLog,
    },
    refusal::{Reason, Refusal},
    sync::{Event, ServerMessage, Wrap, WrapTo},
};

use crate::{
    service::{Who, refused},
    store::{StoreError, Tx},
};

/// Stores the account's own seeds for devices and the recovery kit of its own.
///
/// Answered with the number of the newest wrap, once it is durable.
pub fn put_wraps(tx: &mut Tx<'_>, who: Who, wraps: &[Wrap]) -> Result<ServerMessage, StoreError> {
    let Who::Device { account, .. } = who else {
        return Ok(refused(Refusal::new(Reason::NotLoggedIn)));
    };
    let Some(org) = tx.org() else { return Ok(refused(Refusal::new(Reason::NoFirm))) };
    // Whoever sends it may not have heard of a revocation yet, and has done nothing wrong.
    let is_late = |wrap: &&Wrap| match wrap.to {
        WrapTo::Device { device, .. } => {
            org.device(device).is_some_and(|it| it.account == account && it.revoked.is_some())
        }
        WrapTo::Account { .. } => false,
    };
    let wraps: Vec<Wrap> = wraps.iter().filter(|wrap| !is_late(wrap)).cloned().collect();
    let checked = check_sizes(&wraps).and_then(|()| check_for_devices(org, account, &wraps));
    if let Err(refusal) = checked {
        return Ok(refused(refusal));
    }
    let mut last = tx.reader().last_wrap(account)?;
    for wrap in &wraps {
        // A lost answer makes a device send the same again.
        if tx.reader().wrap_number(wrap)?.is_none() {
            last = last.max(tx.put_wrap(wrap)?);
        }
    }
    Ok(ServerMessage::Event(Event::Wraps(last)))
}

/// Stores what members lack of the wraps of an entry that is stored already: whoever brought it back
/// to a restored server may have had none.
pub(super) fn put_lacking(
    tx: &mut Tx<'_>,
    log: &DocumentLog,
    wraps: &[Wrap],
) -> Result<(), StoreError> {
    if log.life() == Life::Shredded {
        return Ok(());
    }
    for wrap in wraps.iter().filter(|it| check_for_members(log, slice::from_ref(*it)).is_ok()) {
        if let WrapTo::Account { account, document, epoch } = wrap.to
            && !tx.reader().has_wrap(account, document, epoch)?
        {
            tx.put_wrap(wrap)?;
        }
    }
    Ok(())
}

pub(super) fn check_sizes(wraps: &[Wrap]) -> Result<(), Refusal> {
    let fits = |wrap: &Wrap| (1..=WRAP_BYTES_MAX).contains(&wrap.sealed.0.len());
    if wraps.len() <= APPEND_WRAPS_MAX && wraps.iter().all(fits) {
        Ok(())
    } else {
        Err(Refusal::new(Reason::Oversize))
    }
}

/// Every wrap is for a device or recovery kit that `account` has.
pub(super) fn check_for_devices(
    org: &OrgLog,
    account: AccountId,
    wraps: &[Wrap],
) -> Result<(), Refusal> {
    check_all(wraps, |to| match to {
        WrapTo::Device { account: owner, device } => {
            owner == account && org.takes_seeds(account, device)
        }
        WrapTo::Account { .. } => false,
    })
}

/// Every wrap is of this document, for somebody who may read it.
pub(super) fn check_for_members(log: &DocumentLog, wraps: &[Wrap]) -> Result<(), Refusal> {
    check_all(wraps, |to| match to {
        WrapTo::Account { account, document, epoch } => {
            document == log.document() && epoch <= log.epoch() && log.access(account).is_some()
        }
        WrapTo::Device { .. } => false,
    })
}

fn check_all(wraps: &[Wrap], is_admissible: impl Fn(WrapTo) -> bool) -> Result<(), Refusal> {
    if wraps.iter().all(|wrap| is_admissible(wrap.to)) {
        Ok(())
    } else {
        Err(Refusal::new(Reason::EntryRefused))
    }
}
