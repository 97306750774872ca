//! The server's "no", with a stable code. The words are chosen on the client.

use crate::{Decode, Encode};

use crate::id::{Epoch, Seq};

macro_rules! refusals {
    ($($(#[$doc:meta])* $code:literal $number:literal $name:ident),* $(,)?) => {
        /// Why the server did not do what it was asked.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[$doc])* $name,)*
            /// A code from a newer server: show it, keep everything, ask for an update.
            Other(u16),
        }

        impl Reason {
            /// Every reason this program knows.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable code, as shown to a person: a letter and four digits.
            pub fn code(self) -> String {
                match self {
                    $(Self::$name => String::from($code),)*
                    Self::Other(number) => format!("X{number:04}"),
                }
            }

            /// The code on the wire.
            pub fn number(self) -> u16 {
                match self {
                    $(Self::$name => $number,)*
                    Self::Other(number) => number,
                }
            }

            /// The reason behind a code on the wire.
            pub fn from_number(number: u16) -> Self {
                match number {
                    $($number => Self::$name,)*
                    other => Self::Other(other),
                }
            }
        }
    };
}

refusals! {
    /// The bytes are no message or no envelope: ours to repair, never to retry.
    "E0101" 101 Malformed,
    /// More bytes than anybody may send: split and send again.
    "E0102" 102 Oversize,
    /// The server is older or newer than this program: update.
    "E0103" 103 UnknownVersion,
    /// Nobody in the firm's log has this device: link or enrol again.
    "D0101" 201 UnknownDevice,
    /// The device was revoked: erase the local store.
    "D0102" 202 DeviceRevoked,
    /// The login's signature does not hold.
    "D0103" 203 WrongSignature,
    /// An envelope names another device than the one that sent it.
    "D0104" 204 NotYourDevice,
    /// No login preceded the request, or it is too old: log in again.
    "D0105" 205 NotLoggedIn,
    /// The account was frozen or removed: stop, keep everything.
    "D0106" 206 AccountClosed,
    /// The document is not known to the server, or not to this account: the same answer for both.
    "M0101" 301 UnknownDocument,
    /// The account may read, not write.
    "M0102" 302 ReadOnly,
    /// The document id is taken.
    "M0103" 303 DocumentExists,
    /// The document's secret was changed: fetch the log, seal again.
    "S0101" 401 StaleEpoch,
    /// An earlier envelope of this device is missing: send from the expected one.
    "S0102" 402 SequenceGap,
    /// The server holds another envelope at this place: the device exists twice; stop writing.
    "S0103" 403 Equivocation,
    /// Somebody who knows the document's secret was removed: nothing is written until somebody who
    /// may has begun the next epoch.
    "S0104" 404 RotationDue,
    /// An entry the author may not write, or one that does not verify.
    "L0101" 501 EntryRefused,
    /// The invitation or linking code is not known.
    "L0102" 502 UnknownGrant,
    /// The invitation or linking code was used up.
    "L0103" 503 GrantSpent,
    /// The invitation or linking code is too old.
    "L0104" 504 GrantExpired,
    /// The server has its firm already.
    "L0105" 505 FirmExists,
    /// The bootstrap link is not this server's.
    "L0106" 506 WrongBootstrap,
    /// Nobody has made the firm yet.
    "L0107" 507 NoFirm,
    /// An entry ends somebody's envelopes before the last one stored: pull, sign again.
    "L0108" 508 CutBehind,
    /// Too many requests: wait, then try again.
    "Q0101" 601 TooManyRequests,
    /// The server's disk is full: keep everything, try later.
    "Q0102" 602 ServerFull,
    /// The server is stopping or overloaded: try later.
    "Q0103" 603 Busy,
    /// Something broke on the server: try later.
    "Q0104" 604 Failed,
}

/// A refusal as it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Refusal {
    #[n(0)]
    number: u16,
    /// With `StaleEpoch` the epoch in force, with `SequenceGap` the seq expected next,
    /// with `TooManyRequests`, `ServerFull` and `Busy` milliseconds to wait.
    #[n(1)]
    pub detail: Option<u64>,
}

impl Refusal {
    /// A refusal without detail.
    pub fn new(reason: Reason) -> Self {
        Self { number: reason.number(), detail: None }
    }

    /// The document's secret was changed.
    pub fn stale_epoch(current: Epoch) -> Self {
        Self { detail: Some(u64::from(current.0)), ..Self::new(Reason::StaleEpoch) }
    }

    /// An earlier envelope is missing.
    pub fn sequence_gap(expected: Seq) -> Self {
        Self { detail: Some(expected.0), ..Self::new(Reason::SequenceGap) }
    }

    /// Come back later.
    pub fn wait(reason: Reason, wait_ms: u64) -> Self {
        Self { detail: Some(wait_ms), ..Self::new(reason) }
    }

    /// Why.
    pub fn reason(self) -> Reason {
        Reason::from_number(self.number)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_reason_has_its_own_code_and_number() {
        let codes: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        let numbers: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.number()).collect();

        assert_eq!(codes.len(), Reason::ALL.len());
        assert_eq!(numbers.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert_eq!(Reason::from_number(reason.number()), *reason);
        }
    }

    #[test]
    fn an_unknown_code_is_kept() {
        assert_eq!(Reason::from_number(9_999), Reason::Other(9_999));
        assert_eq!(Reason::Other(9_999).code(), "X9999");
    }
}
