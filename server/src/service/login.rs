use shared::{
    limit::{BATCH_ENVELOPES_MAX, MESSAGE_BYTES_MAX},
    refusal::{Reason, Refusal},
    sign::{Domain, Signature, VerifyKey},
    sync::{Identity, Limits, ServerMessage, login_message},
    time::UnixMillis,
};

use crate::{
    service::{IDLE_MS, ServiceError, Who, away},
    store::{Reader, StoreError},
};

/// An answered challenge, not checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// As whom.
    pub identity: Identity,
    /// The client's half of the challenge.
    pub client_nonce: [u8; 32],
    /// The server's half.
    pub server_nonce: [u8; 32],
    /// Over both, made in the domain `Login`.
    pub signature: Signature,
    /// How much of the org log the device has, if it says so.
    pub org: Option<u64>,
}

/// Decides whether a claim holds, and as whom the connection goes on.
///
/// `bootstrap` verifies the holder of this start's bootstrap link.
pub fn login(
    reader: Reader<'_>,
    now: UnixMillis,
    origin: &str,
    bootstrap: Option<&VerifyKey>,
    claim: &Claim,
) -> Result<(Who, ServerMessage), ServiceError> {
    let no = |reason| ServiceError::Refused(Refusal::new(reason));
    let broken = ServiceError::Broken;
    let mut known = None;
    let (who, key) = match claim.identity {
        Identity::Device(device) => {
            let row = reader.device(device).map_err(broken)?;
            let row = *known.insert(row.ok_or_else(|| no(Reason::UnknownDevice))?);
            (Who::Device { device, account: row.account }, row.verify)
        }
        Identity::Grant(key) => {
            let end = reader.enrolment_end(&key).map_err(broken)?;
            // A spent grant may still log in: its holder may not know that the entry arrived.
            if end.ok_or_else(|| no(Reason::UnknownGrant))? < now {
                return Err(no(Reason::GrantExpired));
            }
            (Who::Grant(key), key)
        }
        Identity::Bootstrap => match bootstrap {
            Some(key) => (Who::Bootstrap, *key),
            None => return Err(no(Reason::FirmExists)),
        },
    };
    let message = login_message(&claim.identity, &claim.client_nonce, &claim.server_nonce, origin);
    key.verify(Domain::Login, &message, &claim.signature).map_err(|_forged| {
        no(match who {
            Who::Bootstrap => Reason::WrongBootstrap,
            Who::Device { .. } | Who::Grant(_) => Reason::WrongSignature,
        })
    })?;
    // Only who has proven to be the device learns what became of it.
    if let Some(row) = known {
        away::check(reader, &row, claim.org)?;
    }
    let ready = ready(reader, now, who).map_err(broken)?;
    Ok((who, ready))
}

fn ready(reader: Reader<'_>, now: UnixMillis, who: Who) -> Result<ServerMessage, StoreError> {
    let wraps = match who {
        Who::Device { account, .. } => reader.last_wrap(account)?,
        Who::Grant(_) | Who::Bootstrap => 0,
    };
    Ok(ServerMessage::Ready {
        server_epoch: reader.epoch()?,
        now,
        limits: Limits {
            message_bytes_max: u64::try_from(MESSAGE_BYTES_MAX).unwrap_or(u64::MAX),
            push_envelopes_max: u64::try_from(BATCH_ENVELOPES_MAX).unwrap_or(u64::MAX),
            idle_ms: IDLE_MS,
        },
        token: None,
        org_length: reader.org_length()?,
        wraps,
    })
}
