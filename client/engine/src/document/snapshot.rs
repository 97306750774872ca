//! A snapshot: all changes of a document, in as many envelopes as it takes.
//!
//! An edit is padded to a kibibyte and signed by itself; a snapshot carries thousands of edits in
//! envelopes that are full. It holds changes and not automerge's encoding of whole documents, so
//! every byte of it is walked as any other, and counts for whoever wrote it.

use automerge::{ActorId, ChangeHash};
use shared::order;
use shared::{
    Blob, Decode, Encode, hash,
    id::{DeviceId, DocumentId},
    limit::{CHANGE_ROWS_MAX, ENVELOPE_CHANGES_MAX, SNAPSHOT_PARTS_MAX, SNAPSHOT_STARTS_MAX},
    log::document::Cut,
    map::Map,
};

use crate::document::{
    chunk::{ChunkError, actor, is_nobodys},
    crdt::Crdt,
    inspect::{Actor, Inspected},
    intake::Opened,
};

/// Changes in one part, so that with everything around them they fit into an envelope.
const PART_BYTES: usize = 52 * 1024;
/// What a change costs beside itself.
const CHANGE_HEAD_BYTES: usize = 4;
/// The same for the first of a strand.
const STRAND_BYTES: usize = 40;

/// Changes that one device made after one start.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Strand {
    /// Whose they are.
    #[n(0)]
    pub device: DeviceId,
    /// The start whose actor made them.
    #[n(1)]
    pub start: u64,
    /// The changes, each behind what it depends on.
    #[n(2)]
    pub changes: Vec<Blob>,
}

/// What one of a snapshot's envelopes carries.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Part {
    /// Which, from 0.
    #[n(0)]
    pub number: u32,
    /// Of how many.
    #[n(1)]
    pub count: u32,
    /// Changes, each behind what it depends on.
    #[n(2)]
    pub strands: Vec<Strand>,
    /// In the last: the last envelope of each device whose changes are in the snapshot.
    #[n(3)]
    pub frontier: Vec<Cut>,
}

impl Part {
    /// Whether it may be one of a snapshot that anybody takes.
    pub fn has_place(&self) -> bool {
        self.number < self.count && self.count <= SNAPSHOT_PARTS_MAX
    }

    /// Whether none follows it.
    pub fn is_last(&self) -> bool {
        self.number.checked_add(1) == Some(self.count)
    }

    fn open(&self, document: DocumentId, opened: &mut Vec<Opened>) -> Result<(), ChunkError> {
        let (mut count, mut rows) = (0, 0);
        for strand in &self.strands {
            let own = actor(strand.device, document, strand.start);
            let mut changes = vec![];
            for bytes in &strand.changes {
                let change = Inspected::parse(&bytes.0).map_err(ChunkError::Change)?;
                (count, rows) = (count + 1, change.row_count().saturating_add(rows));
                if count > ENVELOPE_CHANGES_MAX || rows > CHANGE_ROWS_MAX {
                    return Err(ChunkError::TooLarge);
                }
                if ActorId::from(change.actor().as_slice()) != own && !is_nobodys(&change) {
                    return Err(ChunkError::ForeignActor);
                }
                changes.push(change);
            }
            opened.push(Opened { device: strand.device, changes });
        }
        Ok(())
    }
}

/// What all parts of a snapshot hold, every change walked and checked to be whose it is said to be.
pub fn open(parts: &[&Part], document: DocumentId) -> Result<Vec<Opened>, ChunkError> {
    let mut opened = vec![];
    for part in parts {
        part.open(document, &mut opened)?;
    }
    Ok(opened)
}

/// All changes of a document in parts; `None` if somebody's actor is not to be found, or if they
/// are too many.
pub fn split(crdt: &Crdt, document: DocumentId, frontier: &[Cut]) -> Option<Vec<Part>> {
    let changes: Option<Vec<Inspected>> =
        crdt.changes().map(|change| Inspected::parse(&change.0).ok()).collect();
    let changes = changes?;
    let makers = makers(&changes, document, frontier)?;
    // What is nobody's is anybody's.
    let anybody = (frontier.first()?.device, 0);
    let mut parts = vec![];
    let (mut strands, mut size, mut rows, mut count) = (Vec::<Strand>::new(), 0, 0, 0);
    for change in &changes {
        let (device, start) = makers.get(&change.actor()).copied().unwrap_or(anybody);
        let goes_on = |it: &Strand| it.device == device && it.start == start;
        let is_new = strands.last().is_none_or(|it| !goes_on(it));
        let around = if is_new { STRAND_BYTES } else { CHANGE_HEAD_BYTES };
        let bytes = change.bytes().len() + around;
        let is_full = size + bytes > PART_BYTES
            || change.row_count().saturating_add(rows) > CHANGE_ROWS_MAX
            || count == ENVELOPE_CHANGES_MAX;
        if is_full && !strands.is_empty() {
            parts.push(std::mem::take(&mut strands));
            (size, rows, count) = (0, 0, 0);
        }
        (size, rows, count) = (size + bytes, rows + change.row_count(), count + 1);
        let blob = Blob(change.bytes().to_vec());
        match strands.last_mut().filter(|it| goes_on(it)) {
            Some(strand) => strand.changes.push(blob),
            None => strands.push(Strand { device, start, changes: vec![blob] }),
        }
    }
    parts.push(strands);
    let count = u32::try_from(parts.len()).ok().filter(|count| *count <= SNAPSHOT_PARTS_MAX)?;
    let parts = (0..count).zip(parts);
    let mut parts: Vec<Part> =
        parts.map(|(number, strands)| Part { number, count, strands, frontier: vec![] }).collect();
    parts.last_mut()?.frontier = frontier.to_vec();
    Some(parts)
}

/// Whose each actor is. An actor is a digest of its device and start, and starts count from 1.
fn makers(
    changes: &[Inspected],
    document: DocumentId,
    frontier: &[Cut],
) -> Option<Map<Actor, (DeviceId, u64)>> {
    let mut makers = Map::new();
    let mut wanted: shared::map::Set<Actor> =
        changes.iter().filter(|it| !is_nobodys(it)).map(Inspected::actor).collect();
    for start in 0..=SNAPSHOT_STARTS_MAX {
        if wanted.is_empty() {
            return Some(makers);
        }
        for Cut { device, .. } in frontier {
            let made = actor(*device, document, start);
            let Ok(made) = Actor::try_from(made.to_bytes()) else { continue };
            if wanted.remove(&made) {
                makers.insert(made, (*device, start));
            }
        }
    }
    None
}

/// How an entry names heads.
pub fn hash_of_heads(heads: &[ChangeHash]) -> [u8; 32] {
    let mut heads: Vec<&[u8]> = heads.iter().map(|hash| hash.0.as_slice()).collect();
    order::by(&mut heads, Ord::cmp);
    hash::sha256(&heads)
}
