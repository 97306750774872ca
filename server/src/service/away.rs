//! Who is turned away: revoked devices, and devices of accounts that are frozen or removed.

use shared::{
    Blob,
    id::DeviceId,
    refusal::{Reason, Refusal},
    sync::ServerMessage,
};

use crate::{
    service::{ServiceError, Who, refused},
    store::{DeviceRow, Reader, StoreError, Tx},
};

/// What a device that stands no longer is told instead of an answer.
pub(super) fn from_tx(tx: &Tx<'_>, who: Who) -> Result<Option<ServerMessage>, StoreError> {
    let Who::Device { device, .. } = who else { return Ok(None) };
    // The log in memory answers for nearly everybody; rows are read for the others only.
    if tx.org().is_none_or(|org| org.stands(device)) {
        return Ok(None);
    }
    from_reader(tx.reader(), device)
}

/// The same, decided by rows.
pub(super) fn from_reader(
    reader: Reader<'_>,
    device: DeviceId,
) -> Result<Option<ServerMessage>, StoreError> {
    let Some(row) = reader.device(device)? else {
        return Ok(Some(refused(Refusal::new(Reason::UnknownDevice))));
    };
    match check(reader, &row, None) {
        Ok(()) => Ok(None),
        Err(ServiceError::Refused(refusal)) => Ok(Some(refused(refusal))),
        Err(ServiceError::Revoked { entry, .. }) => Ok(Some(revoked(entry))),
        Err(ServiceError::Broken(error)) => Err(error),
    }
}

/// Whether the device that a row describes may come in; `org` is how much of the org log it has.
pub(super) fn check(
    reader: Reader<'_>,
    row: &DeviceRow,
    org: Option<u64>,
) -> Result<(), ServiceError> {
    if let Some(position) = row.revoked {
        let entry = reader.org_entry(position).map_err(ServiceError::Broken)?;
        let before = org.map(|from| Ok((from, until(reader, from, position)?))).transpose();
        let before = before.map_err(ServiceError::Broken)?;
        return Err(ServiceError::Revoked { entry: Blob(entry.unwrap_or_default()), before });
    }
    if row.is_closed {
        return Err(ServiceError::Refused(Refusal::new(Reason::AccountClosed)));
    }
    Ok(())
}

/// Entries of the org log, as many as fit into a message, up to the one that revokes. Its holder
/// could have fetched all of these until that moment.
fn until(reader: Reader<'_>, from: u64, position: u64) -> Result<Vec<Blob>, StoreError> {
    let mut entries = reader.org_entries(from)?.items;
    let count = position.saturating_add(1).saturating_sub(from);
    entries.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    Ok(entries)
}

/// What a revoked device is told that logs in: what it needs to believe it, and that it is so.
pub(crate) fn farewell(entry: Blob, before: Option<(u64, Vec<Blob>)>) -> Vec<ServerMessage> {
    // Nobody is there to be asked for more: the device logs in again with what it has then.
    let more = false;
    let before = before.map(|(from, entries)| ServerMessage::LogBatch {
        document: None,
        from,
        entries,
        more,
    });
    before.into_iter().chain([revoked(entry)]).collect()
}

/// What a revoked device is told, wherever it asks.
pub(super) fn revoked(entry: Blob) -> ServerMessage {
    let refusal = Refusal::new(Reason::DeviceRevoked);
    ServerMessage::Refused { refusal, log: None, document: None, entry: Some(entry) }
}
