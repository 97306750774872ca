//! Stubs: what is left of envelopes that a snapshot covers, so that their numbers and places stay
//! taken and whoever sends one again is answered as before.

use shared::{
    envelope::{Envelope, Kind},
    id::{DeviceId, EnvelopeId, Number, Seq},
};

use crate::store::StoreError;

/// Length of an encoded stub: device, seq big-endian, content address.
const STUB_BYTES: usize = 16 + 8 + 32;

/// An envelope without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stub {
    /// Its author.
    pub device: DeviceId,
    /// Its place in that device's chain.
    pub seq: Seq,
    /// Its content address.
    pub id: EnvelopeId,
    /// Whether it is known to be part of a snapshot; of those that were dropped nobody asks.
    pub is_snapshot: bool,
}

impl Stub {
    pub(super) fn of(envelope: &[u8]) -> Result<Self, StoreError> {
        let envelope = Envelope::parse(envelope.to_vec())
            .ok()
            .ok_or(StoreError::Damaged { what: "envelope" })?;
        let (header, id) = (envelope.header(), envelope.id());
        let is_snapshot = header.kind == Kind::Snapshot;
        Ok(Self { device: header.device, seq: header.seq, id, is_snapshot })
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.device.as_bytes());
        bytes.extend_from_slice(&self.seq.0.to_be_bytes());
        bytes.extend_from_slice(self.id.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (device, rest) = bytes.split_first_chunk()?;
        let (seq, id) = rest.split_first_chunk()?;
        Some(Self {
            device: DeviceId::new(*device),
            seq: Seq(u64::from_be_bytes(*seq)),
            id: EnvelopeId::new(*id.first_chunk()?),
            is_snapshot: false,
        })
    }
}

/// The stubs of a run.
pub(super) fn stubs(bytes: &[u8]) -> impl Iterator<Item = Result<Stub, StoreError>> {
    bytes.chunks(STUB_BYTES).map(|stub| {
        let is_whole = stub.len() == STUB_BYTES;
        Stub::read(stub).filter(|_| is_whole).ok_or(StoreError::Damaged { what: "stubs" })
    })
}

/// The stub of `device` with `seq` among those that start with number `first`.
pub(super) fn find(
    first: Number,
    bytes: &[u8],
    device: DeviceId,
    seq: Seq,
) -> Result<Option<(Number, EnvelopeId)>, StoreError> {
    for (number, stub) in (first.0..).zip(stubs(bytes)) {
        let stub = stub?;
        if stub.device == device && stub.seq == seq {
            return Ok(Some((Number(number), stub.id)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stub(number: u8) -> Stub {
        Stub {
            device: DeviceId::new([number; 16]),
            seq: Seq(u64::from(number)),
            id: EnvelopeId::new([number; 32]),
            is_snapshot: false,
        }
    }

    #[test]
    fn stubs_give_back_what_went_in() {
        let mut bytes = vec![];
        for number in 1..=3 {
            stub(number).write(&mut bytes);
        }

        let read: Vec<Stub> = stubs(&bytes).collect::<Result<_, _>>().unwrap();
        let found = find(Number(7), &bytes, DeviceId::new([2; 16]), Seq(2)).unwrap();

        assert_eq!(read, [stub(1), stub(2), stub(3)]);
        assert_eq!(found, Some((Number(8), EnvelopeId::new([2; 32]))));
        assert_eq!(find(Number(7), &bytes, DeviceId::new([2; 16]), Seq(3)).unwrap(), None);
    }

    #[test]
    fn a_torn_stub_is_reported() {
        let mut bytes = vec![];
        stub(1).write(&mut bytes);
        bytes.pop();

        let read: Vec<_> = stubs(&bytes).collect();

        assert!(matches!(read.as_slice(), [Err(StoreError::Damaged { what: "stubs" })]));
    }
}
