//! Runs: envelopes of one document that become durable together, in the form in which they travel.

use bytes::Bytes;
use shared::{
    cbor::{Reader, Writer},
    envelope::Envelope,
    id::{AccountId, DeviceId, DocumentId, EnvelopeId, Number, Seq},
    limit::{BATCH_ENVELOPES_MAX, MESSAGE_BYTES_MAX},
    sync::DocumentState,
};

use crate::store::StoreError;

/// So that a run with the frame around it is always one admissible batch.
const RUN_BYTES_MAX: usize = MESSAGE_BYTES_MAX - 128;
/// A CBOR byte string's head.
const HEAD_BYTES_MAX: usize = 9;

/// A run that is durable, for those who want to hear of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Whose envelopes.
    pub document: DocumentId,
    /// Number of the first.
    pub first: Number,
    /// How many.
    pub count: u64,
    /// CBOR byte strings one after another.
    pub bytes: Bytes,
    /// The only author, if there is only one.
    pub sole_author: Option<DeviceId>,
    /// Who may read them.
    pub readers: Vec<AccountId>,
    /// The document after the commit.
    pub state: DocumentState,
}

impl Run {
    /// The envelopes, in order.
    pub fn envelopes(&self) -> impl Iterator<Item = &[u8]> {
        // A run in memory is made by `OpenRun` and cannot be torn.
        envelopes(&self.bytes).filter_map(Result::ok)
    }
}

/// A run that still grows.
#[derive(Debug)]
pub(super) struct OpenRun {
    pub(super) first: Number,
    pub(super) count: usize,
    pub(super) bytes: Vec<u8>,
    pub(super) sole_author: Option<DeviceId>,
}

impl OpenRun {
    pub(super) fn begin(first: Number, author: DeviceId) -> Self {
        Self { first, count: 0, bytes: Vec::new(), sole_author: Some(author) }
    }

    pub(super) fn has_room_for(&self, envelope: &[u8]) -> bool {
        self.count < BATCH_ENVELOPES_MAX
            && self.bytes.len() + HEAD_BYTES_MAX + envelope.len() <= RUN_BYTES_MAX
    }

    pub(super) fn push(&mut self, author: DeviceId, envelope: &[u8]) {
        append_byte_string(&mut self.bytes, envelope);
        self.count += 1;
        if self.sole_author != Some(author) {
            self.sole_author = None;
        }
    }
}

/// The envelopes in a run's bytes.
pub(super) fn envelopes(bytes: &[u8]) -> impl Iterator<Item = Result<&[u8], StoreError>> {
    let mut reader = Reader::new(bytes);
    std::iter::from_fn(move || {
        // A reader that failed stays where it is, and would repeat the same error for ever.
        if reader.is_at_end() || !reader.is_sound() {
            return None;
        }
        let envelope = reader.bytes();
        Some(reader.is_sound().then_some(envelope).ok_or(StoreError::Damaged { what: "run" }))
    })
}

/// The envelope of `device` with `seq` among those that start with number `first`.
pub(super) fn find(
    first: Number,
    bytes: &[u8],
    device: DeviceId,
    seq: Seq,
) -> Result<Option<(Number, EnvelopeId)>, StoreError> {
    for (number, envelope) in (first.0..).zip(envelopes(bytes)) {
        let envelope = Envelope::parse(envelope?.to_vec())
            .ok()
            .ok_or(StoreError::Damaged { what: "envelope" })?;
        if envelope.header().device == device && envelope.header().seq == seq {
            return Ok(Some((Number(number), envelope.id())));
        }
    }
    Ok(None)
}

fn append_byte_string(bytes: &mut Vec<u8>, string: &[u8]) {
    let mut writer = Writer::with_room(HEAD_BYTES_MAX + string.len());
    writer.bytes(string);
    bytes.extend_from_slice(&writer.into_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_gives_back_what_went_in() {
        let author = DeviceId::new([1; 16]);
        let mut run = OpenRun::begin(Number(1), author);
        let parts = [vec![7; 10], vec![8; 300], vec![9; 65_000]];

        for part in &parts {
            assert!(run.has_room_for(part));
            run.push(author, part);
        }

        let read: Vec<_> = envelopes(&run.bytes).collect::<Result<_, _>>().unwrap();
        assert_eq!(read, parts);
        assert_eq!(run.sole_author, Some(author));
    }

    #[test]
    fn a_run_is_never_larger_than_a_batch_may_be() {
        let author = DeviceId::new([1; 16]);
        let mut small = OpenRun::begin(Number(1), author);
        let mut large = OpenRun::begin(Number(1), author);

        while small.has_room_for(&[0; 300]) {
            small.push(author, &[0; 300]);
        }
        let sixty = vec![0; 60_000];
        while large.has_room_for(&sixty) {
            large.push(author, &sixty);
        }

        assert_eq!(small.count, BATCH_ENVELOPES_MAX);
        assert!(large.bytes.len() <= RUN_BYTES_MAX);
        assert_eq!(large.count, 4);
    }

    #[test]
    fn a_torn_run_is_reported_once() {
        let mut run = OpenRun::begin(Number(1), DeviceId::new([1; 16]));
        run.push(DeviceId::new([1; 16]), &[5; 100]);
        run.bytes.pop();

        let read: Vec<_> = envelopes(&run.bytes).collect();

        assert!(matches!(read.as_slice(), [Err(StoreError::Damaged { what: "run" })]));
    }
}
