//! A foreign change, read to its last byte before automerge sees any of it.
//!
//! automerge believes what a chunk says of itself: it reserves what a length claims, repeats what a
//! run claims, and panics where an index leads nowhere. So a chunk is first walked here, with a
//! bound on everything, and only what this program could have written itself goes on. The walk
//! allocates a few small lists, whatever the chunk claims. Nobody here compresses, so a compressed
//! chunk is refused unread.
//!
//! Invariant: [`Inspected`] has the hash its checksum claims, and each of its
//! columns has exactly as many rows as the change has operations.

use core::{fmt, ops::Range};

use shared::{
    hash,
    limit::{CHANGE_ACTORS_MAX, CHANGE_BYTES_MAX, CHANGE_DEPENDENCIES_MAX},
    map::Set,
};
use thiserror::Error;

use crate::fault::Fault;

mod column;
mod read;
mod row;

pub(crate) use row::{Action, Key, Row, RowId, Value};

use read::Reader;

const MAGIC: [u8; 4] = [0x85, 0x6F, 0x4A, 0x83];
const CHECKSUM_END: usize = 8;
const CHANGE: u8 = 1;
/// No change was made after the year 9999.
const SECONDS_MAX: i64 = 253_402_300_799;

/// Bytes of an actor id.
pub(crate) type Actor = [u8; 16];
/// Bytes of a change's hash.
pub type Hash = [u8; 32];

/// A limit that a change passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`CHANGE_BYTES_MAX`].
    ChangeBytes,
    /// [`shared::limit::CHANGE_ROWS_MAX`].
    ChangeRows,
    /// [`CHANGE_DEPENDENCIES_MAX`].
    Dependencies,
    /// [`CHANGE_ACTORS_MAX`].
    Actors,
    /// [`shared::limit::KEY_BYTES_MAX`].
    KeyBytes,
    /// [`shared::limit::DOCUMENT_BYTES_MAX`].
    DocumentBytes,
    /// [`shared::limit::DOCUMENT_ROWS_MAX`].
    DocumentRows,
    /// [`shared::limit::DOCUMENT_DEPTH_MAX`].
    Depth,
    /// [`shared::limit::TEXT_CHARS_MAX`].
    TextChars,
    /// [`shared::limit::LIST_ITEMS_MAX`].
    ListItems,
}

/// Why a change was not let through to automerge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InspectError {
    /// It ends before it should: set the envelope aside.
    #[error("the chunk ends early")]
    Truncated,
    /// It goes on after its end: set the envelope aside.
    #[error("the chunk goes on after its end")]
    LeftOver,
    /// A document, a bundle, something compressed or no chunk at all: set the envelope aside.
    #[error("the chunk is not a change")]
    NotAChange,
    /// A number is not in its shortest form, or too large: set the envelope aside.
    #[error("a number is not in its shortest form")]
    Overlong,
    /// Its content is not what its checksum says: set the envelope aside.
    #[error("the checksum does not hold")]
    Checksum,
    /// Larger, longer or deeper than anybody may write: set the envelope aside.
    #[error("the change passes the limit of {0:?}")]
    TooLarge(Limit),
    /// A field before the columns has a value that no program writes: set the envelope aside.
    #[error("a field of the change has no possible value")]
    Field,
    /// A column is unknown, out of order, or does not fit the others: set the envelope aside.
    #[error("a column does not fit")]
    Column,
    /// An operation that our program never writes: set the envelope aside.
    #[error("an operation has no meaning here")]
    Operation,
    /// An actor that is not the author's, or not known here: set the envelope aside.
    #[error("an actor does not belong here")]
    Actor,
    /// Not the actor's next change, or numbered past what it depends on: set the envelope aside.
    #[error("the change does not follow its actor's last one")]
    Order,
    /// It speaks of an object or an element that does not exist: set the envelope aside.
    #[error("the change speaks of something that does not exist")]
    Dangling,
    /// It writes to a field that its author may not write to: set the envelope aside.
    #[error("the author may not write to this field")]
    Guarded,
    /// It depends on a change that is not here: keep the envelope until that comes.
    #[error("the change depends on one that is not here")]
    Missing(Hash),
}

impl InspectError {
    /// Who has to do something.
    pub fn fault(self) -> Fault {
        match self {
            Self::Missing(_) => Fault::Ours,
            Self::Truncated
            | Self::LeftOver
            | Self::NotAChange
            | Self::Overlong
            | Self::Checksum
            | Self::TooLarge(_)
            | Self::Field
            | Self::Column
            | Self::Operation
            | Self::Actor
            | Self::Order
            | Self::Guarded
            | Self::Dangling => Fault::Peer,
        }
    }
}

/// A change that was walked, and what its walk found.
#[derive(Clone)]
pub struct Inspected {
    bytes: Vec<u8>,
    hash: Hash,
    /// The author's first, then those that the operations speak of.
    actors: Vec<Actor>,
    dependencies: Vec<Hash>,
    seq: u64,
    start: u64,
    rows: u32,
    columns: row::Layout,
}

/// Without what it says.
impl fmt::Debug for Inspected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inspected({} bytes, {} operations)", self.bytes.len(), self.rows)
    }
}

impl Inspected {
    /// Walks one change chunk.
    pub fn parse(bytes: &[u8]) -> Result<Self, InspectError> {
        if bytes.len() > CHANGE_BYTES_MAX {
            return Err(InspectError::TooLarge(Limit::ChangeBytes));
        }
        let content = content(bytes)?;
        let hash = hash::sha256(&[bytes.get(CHECKSUM_END..).unwrap_or_default()]);
        if bytes.get(MAGIC.len()..CHECKSUM_END) != hash.get(..4) {
            return Err(InspectError::Checksum);
        }
        let mut reader = Reader::new(content);
        let dependencies = dependencies(&mut reader)?;
        let author = actor(&mut reader)?;
        let seq = reader.unsigned()?;
        let start = reader.unsigned()?;
        let seconds = reader.signed()?;
        let message = reader.prefixed()?;
        let is_possible =
            seq > 0 && start > 0 && (0..=SECONDS_MAX).contains(&seconds) && message.is_empty();
        if !is_possible {
            return Err(InspectError::Field);
        }
        let actors = actors(&mut reader, author)?;
        let columns = row::Layout::parse(&mut reader, bytes.len())?;
        let rows = columns.count(bytes)?;
        let end = start.checked_add(rows.into()).ok_or(InspectError::Field)?;
        if u32::try_from(end).is_err() {
            return Err(InspectError::Field);
        }
        let bytes = bytes.to_vec();
        let inspected = Self { bytes, hash, actors, dependencies, seq, start, rows, columns };
        inspected.walk()?;
        Ok(inspected)
    }

    /// Every row has a meaning, and every actor is spoken of.
    fn walk(&self) -> Result<(), InspectError> {
        let mut unused: Set<usize> = (1..self.actors.len()).collect();
        let mut rows = self.rows();
        while let Some(row) = rows.next()? {
            if unused.is_empty() {
                continue;
            }
            for named in row.named() {
                unused.remove(&named.actor);
            }
        }
        if unused.is_empty() { Ok(()) } else { Err(InspectError::Actor) }
    }

    /// The whole chunk.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whose change it is.
    pub(crate) fn actor(&self) -> Actor {
        self.actors.first().copied().unwrap_or_default()
    }

    /// Every actor it speaks of.
    pub(crate) fn actors(&self) -> &[Actor] {
        &self.actors
    }

    pub(crate) fn hash(&self) -> Hash {
        self.hash
    }

    pub(crate) fn dependencies(&self) -> &[Hash] {
        &self.dependencies
    }

    pub(crate) fn seq(&self) -> u64 {
        self.seq
    }

    /// The counter of its first operation.
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// How many operations it has.
    pub fn row_count(&self) -> u32 {
        self.rows
    }

    /// Its operations, in order.
    pub(crate) fn rows(&self) -> row::Rows<'_> {
        self.columns.rows(&self.bytes, self.start, self.rows, self.actors.len())
    }
}

/// What stands inside a change chunk.
fn content(bytes: &[u8]) -> Result<&[u8], InspectError> {
    let mut reader = Reader::new(bytes);
    if reader.array()? != MAGIC {
        return Err(InspectError::NotAChange);
    }
    let _: [u8; 4] = reader.array()?;
    if reader.array()? != [CHANGE] {
        return Err(InspectError::NotAChange);
    }
    let content = reader.prefixed()?;
    if reader.is_done() { Ok(content) } else { Err(InspectError::LeftOver) }
}

fn dependencies(reader: &mut Reader<'_>) -> Result<Vec<Hash>, InspectError> {
    let count = reader.length()?;
    if count > CHANGE_DEPENDENCIES_MAX {
        return Err(InspectError::TooLarge(Limit::Dependencies));
    }
    let mut found: Vec<Hash> = vec![];
    for _ in 0..count {
        let hash = reader.array()?;
        if found.last().is_some_and(|last| *last >= hash) {
            return Err(InspectError::Field);
        }
        found.push(hash);
    }
    Ok(found)
}

fn actor(reader: &mut Reader<'_>) -> Result<Actor, InspectError> {
    reader.prefixed()?.try_into().map_err(|_| InspectError::Actor)
}

/// The author, and behind it the others in ascending order.
fn actors(reader: &mut Reader<'_>, author: Actor) -> Result<Vec<Actor>, InspectError> {
    let count = reader.length()?;
    if count > CHANGE_ACTORS_MAX {
        return Err(InspectError::TooLarge(Limit::Actors));
    }
    let mut found = vec![author];
    for _ in 0..count {
        let other = actor(reader)?;
        let follows = found.get(1..).and_then(<[_]>::last).is_none_or(|last| *last < other);
        if other == author || !follows {
            return Err(InspectError::Actor);
        }
        found.push(other);
    }
    Ok(found)
}

/// Where one column lies in the chunk.
type Span = Range<usize>;
