//! The envelope: a sealed chunk, its authenticated header, and its author's signature.
//!
//! Layout, integers big-endian: header (118 bytes), key commitment (32), ciphertext, signature (64).
//! The signature covers everything before it; the id is the SHA-256 of the whole.

use thiserror::Error;

use crate::{
    hash,
    id::{DeviceId, DocumentId, EnvelopeId, Epoch, Seq},
    limit::ENVELOPE_BYTES_MAX,
    sign::{Domain, Forged, Signature, SigningKey, VerifyKey},
    version::PROTOCOL,
};

/// Length of an encoded [`Header`].
pub const HEADER_BYTES: usize = 1 + 1 + 16 + 4 + 16 + 8 + 32 + 8 + 32;
/// Length of the commitment to the envelope's own key.
pub const COMMITMENT_BYTES: usize = 32;
/// Length of the Poly1305 tag at the end of the ciphertext.
pub const TAG_BYTES: usize = 16;

const BODY_AT: usize = HEADER_BYTES + COMMITMENT_BYTES;
const ENVELOPE_BYTES_MIN: usize = BODY_AT + TAG_BYTES + Signature::BYTES;

/// What an envelope carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Changes of one document.
    Changes,
    /// A chunk that stands for all earlier ones.
    Snapshot,
    /// A piece of an attachment.
    Attachment,
}

impl Kind {
    /// The byte that says so in a header.
    pub fn code(self) -> u8 {
        match self {
            Self::Changes => 0,
            Self::Snapshot => 1,
            Self::Attachment => 2,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Changes),
            1 => Some(Self::Snapshot),
            2 => Some(Self::Attachment),
            _ => None,
        }
    }
}

/// Authenticated but not secret. Associated data of the cipher and input of its key derivation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the ciphertext is.
    pub kind: Kind,
    /// The document it belongs to.
    pub document: DocumentId,
    /// The epoch whose secret seals it.
    pub epoch: Epoch,
    /// The device that wrote and signed it.
    pub device: DeviceId,
    /// Its place in that device's chain within the document, from 1.
    pub seq: Seq,
    /// The envelope before it in that chain; [`EnvelopeId::NONE`] for the first.
    pub prev: EnvelopeId,
    /// How many document-log entries the author had replayed.
    pub log_index: u64,
    /// Salt of the key derivation, fresh for every envelope.
    pub salt: [u8; 32],
}

impl Header {
    /// The bytes bound to the ciphertext.
    pub fn to_bytes(&self) -> [u8; HEADER_BYTES] {
        // No `..`: a new field must stop the build here until someone decides its place.
        let Self { kind, document, epoch, device, seq, prev, log_index, salt } = self;
        let parts: [&[u8]; 8] = [
            &[PROTOCOL, kind.code()],
            document.as_bytes(),
            &epoch.0.to_be_bytes(),
            device.as_bytes(),
            &seq.0.to_be_bytes(),
            prev.as_bytes(),
            &log_index.to_be_bytes(),
            salt,
        ];
        let mut bytes = [0; HEADER_BYTES];
        for (slot, byte) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
            *slot = *byte;
        }
        bytes
    }

    fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        let mut reader = Reader(bytes);
        let [version, kind] = reader.take().ok_or(ParseError::Malformed)?;
        if version != PROTOCOL {
            return Err(ParseError::UnknownVersion { found: version });
        }
        let kind = Kind::from_code(kind).ok_or(ParseError::UnknownKind { found: kind })?;
        Self::parse_fields(kind, &mut reader).ok_or(ParseError::Malformed)
    }

    fn parse_fields(kind: Kind, reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            kind,
            document: DocumentId::new(reader.take()?),
            epoch: Epoch(u32::from_be_bytes(reader.take()?)),
            device: DeviceId::new(reader.take()?),
            seq: Seq(u64::from_be_bytes(reader.take()?)),
            prev: EnvelopeId::new(reader.take()?),
            log_index: u64::from_be_bytes(reader.take()?),
            salt: reader.take()?,
        })
    }
}

/// Why bytes are not an envelope. The peer's fault, or a newer program's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseError {
    /// Too short, or fields that contradict each other: drop it.
    #[error("the bytes do not have the shape of an envelope")]
    Malformed,
    /// Larger than anybody may send: drop it before reading further.
    #[error("{size} bytes are more than an envelope may have")]
    Oversize {
        /// Bytes received.
        size: usize,
    },
    /// Written by a newer program: keep it, ask for an update.
    #[error("envelope version {found} is not known")]
    UnknownVersion {
        /// The version byte.
        found: u8,
    },
    /// Written by a newer program: keep it, ask for an update.
    #[error("envelope kind {found} is not known")]
    UnknownKind {
        /// The kind byte.
        found: u8,
    },
}

/// Bytes that have the shape of an envelope, and no more than that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    header: Header,
    bytes: Vec<u8>,
}

/// An envelope whose author's signature held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified(Envelope);

impl Envelope {
    /// Reads the header and checks the size; authenticates nothing.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, ParseError> {
        if bytes.len() > ENVELOPE_BYTES_MAX {
            return Err(ParseError::Oversize { size: bytes.len() });
        }
        if bytes.len() < ENVELOPE_BYTES_MIN {
            return Err(ParseError::Malformed);
        }
        let header = Header::parse(&bytes)?;
        if header.seq.0 == 0 || (header.seq.0 == 1) != (header.prev == EnvelopeId::NONE) {
            return Err(ParseError::Malformed);
        }
        Ok(Self { header, bytes })
    }

    /// Puts header, commitment and ciphertext together and signs them.
    pub fn sign(
        header: Header,
        commitment: &[u8; COMMITMENT_BYTES],
        ciphertext: &[u8],
        key: &SigningKey,
    ) -> Verified {
        let mut bytes = Vec::with_capacity(ENVELOPE_BYTES_MIN + ciphertext.len());
        bytes.extend_from_slice(&header.to_bytes());
        bytes.extend_from_slice(commitment);
        bytes.extend_from_slice(ciphertext);
        let signature = key.sign(Domain::Envelope, &bytes);
        bytes.extend_from_slice(signature.as_bytes());
        Verified(Self { header, bytes })
    }

    /// Checks the author's signature.
    pub fn verify(self, author: &VerifyKey) -> Result<Verified, Forged> {
        let (signed, signature) = self.bytes.split_last_chunk::<64>().ok_or(Forged)?;
        author.verify(Domain::Envelope, signed, &Signature::new(*signature))?;
        Ok(Verified(self))
    }

    /// The header as claimed.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The whole envelope.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The whole envelope, without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The content address.
    pub fn id(&self) -> EnvelopeId {
        EnvelopeId::new(hash::sha256(&[&self.bytes]))
    }
}

impl Verified {
    /// The header, as its author wrote it.
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// The commitment to the envelope's key.
    pub fn commitment(&self) -> &[u8] {
        self.0.bytes.get(HEADER_BYTES..BODY_AT).unwrap_or_default()
    }

    /// The ciphertext with its tag.
    pub fn ciphertext(&self) -> &[u8] {
        let end = self.0.bytes.len().saturating_sub(Signature::BYTES);
        self.0.bytes.get(BODY_AT..end).unwrap_or_default()
    }

    /// The content address.
    pub fn id(&self) -> EnvelopeId {
        self.0.id()
    }

    /// The whole envelope.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// Forgets that it was verified.
    pub fn into_envelope(self) -> Envelope {
        self.0
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn header() -> Header {
        Header {
            kind: Kind::Changes,
            document: DocumentId::new([1; 16]),
            epoch: Epoch(2),
            device: DeviceId::new([3; 16]),
            seq: Seq(4),
            prev: EnvelopeId::new([5; 32]),
            log_index: 6,
            salt: [7; 32],
        }
    }

    fn key() -> SigningKey {
        SigningKey::derive(&Secret::new(Box::new([9; 32])))
    }

    fn envelope(ciphertext_bytes: usize) -> Vec<u8> {
        Envelope::sign(header(), &[8; 32], &vec![0; ciphertext_bytes], &key()).as_bytes().to_vec()
    }

    #[test]
    fn a_parsed_envelope_is_what_was_signed() {
        let envelope = Envelope::parse(envelope(16)).unwrap();

        assert_eq!(envelope.header(), &header());
        assert!(envelope.verify(&key().verify_key()).is_ok());
    }

    #[test]
    fn the_largest_envelope_is_admitted_and_one_byte_more_is_not() {
        let overhead = envelope(16).len() - 16;
        let largest = ENVELOPE_BYTES_MAX - overhead;

        assert!(Envelope::parse(envelope(largest)).is_ok());
        assert_eq!(
            Envelope::parse(envelope(largest + 1)),
            Err(ParseError::Oversize { size: ENVELOPE_BYTES_MAX + 1 })
        );
    }

    #[test]
    fn the_smallest_envelope_is_admitted_and_one_byte_less_is_not() {
        let smallest = envelope(TAG_BYTES);
        let mut short = smallest.clone();
        short.pop();

        assert!(Envelope::parse(smallest).is_ok());
        assert_eq!(Envelope::parse(short), Err(ParseError::Malformed));
    }

    #[test]
    fn a_first_envelope_has_no_predecessor_and_a_later_one_has() {
        let first = Header { seq: Seq(1), prev: EnvelopeId::NONE, ..header() };
        let orphan = Header { seq: Seq(2), prev: EnvelopeId::NONE, ..header() };
        let zeroth = Header { seq: Seq(0), ..header() };
        let parse = |header| {
            Envelope::parse(Envelope::sign(header, &[0; 32], &[0; 16], &key()).0.into_bytes())
        };

        assert!(parse(first).is_ok());
        assert_eq!(parse(orphan), Err(ParseError::Malformed));
        assert_eq!(parse(zeroth), Err(ParseError::Malformed));
    }

    #[test]
    fn no_bit_of_an_envelope_can_be_flipped() {
        let bytes = envelope(24);

        for at in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            let held =
                Envelope::parse(flipped).is_ok_and(|it| it.verify(&key().verify_key()).is_ok());
            assert!(!held, "bit {at}");
        }
    }
}
