//! A type for each thing that has a name on the wire.

use core::fmt;

use crate::{Decode, Encode, hash, sign::VerifyKey};

macro_rules! id16 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[cbor(n(0), bytes)] [u8; 16]);

        impl $name {
            /// Wraps 16 bytes.
            pub const fn new(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 16 bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// 32 hexadecimal digits.
            pub fn to_hex(self) -> String {
                hex(&self.0)
            }

            /// From 32 hexadecimal digits; `None` for anything else.
            pub fn from_hex(text: &str) -> Option<Self> {
                from_hex(text).and_then(|bytes| bytes.try_into().ok()).map(Self)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), hex(&self.0))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex(&self.0))
            }
        }
    };
}

id16!(
    /// One consulting firm; random, named in its Genesis.
    FirmId
);
id16!(
    /// One person in the firm's log; random, a pseudonym to everybody without the directory.
    AccountId
);
id16!(
    /// One automerge document; random.
    DocumentId
);
id16!(
    /// One installation that holds keys: SHA-256 of its verifying key, first 16 bytes.
    DeviceId
);
id16!(
    /// The state of a server's database since it was made or restored; random at each restore.
    ServerEpoch
);

impl DeviceId {
    /// The id that belongs to a device's verifying key.
    pub fn derive(key: &VerifyKey) -> Self {
        let digest = hash::sha256(&[key.as_bytes()]);
        let mut id = [0; 16];
        id.copy_from_slice(digest.first_chunk::<16>().unwrap_or(&[0; 16]));
        Self(id)
    }
}

macro_rules! hash32 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[cbor(n(0), bytes)] [u8; 32]);

        impl $name {
            /// What stands where there is no predecessor.
            pub const NONE: Self = Self([0; 32]);

            /// Wraps 32 bytes.
            pub const fn new(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), hex(&self.0))
            }
        }
    };
}

hash32!(
    /// SHA-256 of a whole envelope, signature included.
    EnvelopeId
);
hash32!(
    /// SHA-256 of a whole log entry, signature included.
    EntryHash
);
hash32!(
    /// A one-way image of an epoch secret, published in the document log.
    Commitment
);

/// A period in which a document has one secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct Epoch(#[n(0)] pub u32);

impl Epoch {
    /// The epoch a document is created in.
    pub const FIRST: Self = Self(0);
}

/// How often an account's keys were replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct KeyGeneration(#[n(0)] pub u32);

/// Position of an envelope in its author device's chain within one document, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct Seq(#[n(0)] pub u64);

/// The server's dense order of envelopes in a document, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct Number(#[n(0)] pub u64);

/// Hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        match write!(text, "{byte:02x}") {
            Ok(()) | Err(fmt::Error) => text,
        }
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits?;
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| u8::try_from(pair.iter().fold(0, |sum, digit| sum * 16 + digit)).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text() {
        let id = DocumentId::new([0xA7; 16]);

        assert_eq!(DocumentId::from_hex(&id.to_hex()), Some(id));
        assert_eq!(DocumentId::from_hex("a7"), None);
        assert_eq!(DocumentId::from_hex("zz"), None);
    }
}
