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
    match check(reader, &row) {
        Ok(()) => Ok(None),
        Err(ServiceError::Refused(refusal)) => Ok(Some(refused(refusal))),
        Err(ServiceError::Revoked { entry }) => Ok(Some(revoked(entry))),
        Err(ServiceError::Broken(error)) => Err(error),
    }
}

/// Whether the device that a row describes may come in.
pub(super) fn check(reader: Reader<'_>, row: &DeviceRow) -> Result<(), ServiceError> {
    if let Some(position) = row.revoked {
        let entry = reader.org_entry(position).map_err(ServiceError::Broken)?;
        return Err(ServiceError::Revoked { entry: Blob(entry.unwrap_or_default()) });
    }
    if row.is_closed {
        return Err(ServiceError::Refused(Refusal::new(Reason::AccountClosed)));
    }
    Ok(())
}

/// What a revoked device is told, wherever it asks.
pub(crate) fn revoked(entry: Blob) -> ServerMessage {
    let refusal = Refusal::new(Reason::DeviceRevoked);
    ServerMessage::Refused { refusal, log: None, document: None, entry: Some(entry) }
}
