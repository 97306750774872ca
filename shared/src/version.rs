//! The one protocol version; there is no negotiation.

/// Written into every envelope, login and passphrase vault.
pub const PROTOCOL: u8 = 1;
