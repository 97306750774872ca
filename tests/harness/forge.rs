//! Change chunks taken apart and put together again with a checksum that holds: what a member with
//! a valid key, a debugger and bad intentions can write.
#![expect(clippy::indexing_slicing, reason = "tests only; every index was just drawn or checked")]

use shared::hash::sha256;

/// Begins every chunk.
pub const MAGIC: [u8; 4] = [0x85, 0x6F, 0x4A, 0x83];

/// A change chunk's fields, each of which may be a lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forged {
    /// Hashes of the changes it depends on.
    pub dependencies: Vec<Vec<u8>>,
    /// Whose it is.
    pub actor: Vec<u8>,
    /// The actor's how manieth.
    pub seq: u64,
    /// Counter of its first operation.
    pub start: u64,
    /// Seconds.
    pub time: i64,
    /// For people.
    pub message: Vec<u8>,
    /// Other actors it speaks of.
    pub others: Vec<Vec<u8>>,
    /// Column specifications and contents.
    pub columns: Vec<(u64, Vec<u8>)>,
    /// What stands behind the columns.
    pub extra: Vec<u8>,
}

impl Forged {
    /// Takes an honest, uncompressed chunk apart.
    pub fn read(chunk: &[u8]) -> Option<Self> {
        let mut rest = chunk.get(9..)?;
        let length = unsigned(&mut rest)?;
        rest = rest.get(..length)?;
        let mut forged = Self::default();
        for _ in 0..unsigned(&mut rest)? {
            forged.dependencies.push(take(&mut rest, 32)?);
        }
        forged.actor = prefixed(&mut rest)?;
        forged.seq = unsigned(&mut rest)?.try_into().ok()?;
        forged.start = unsigned(&mut rest)?.try_into().ok()?;
        forged.time = signed(&mut rest)?;
        forged.message = prefixed(&mut rest)?;
        for _ in 0..unsigned(&mut rest)? {
            forged.others.push(prefixed(&mut rest)?);
        }
        let mut lengths = vec![];
        for _ in 0..unsigned(&mut rest)? {
            let spec = unsigned(&mut rest)?;
            lengths.push((spec.try_into().ok()?, unsigned(&mut rest)?));
        }
        for (spec, length) in lengths {
            forged.columns.push((spec, take(&mut rest, length)?));
        }
        forged.extra = rest.to_vec();
        Some(forged)
    }

    /// What the checksum covers, but for kind and length.
    pub fn content(&self) -> Vec<u8> {
        let mut bytes = vec![];
        push_unsigned(&mut bytes, self.dependencies.len());
        self.dependencies.iter().for_each(|hash| bytes.extend_from_slice(hash));
        push_prefixed(&mut bytes, &self.actor);
        push_u64(&mut bytes, self.seq);
        push_u64(&mut bytes, self.start);
        push_signed(&mut bytes, self.time);
        push_prefixed(&mut bytes, &self.message);
        push_unsigned(&mut bytes, self.others.len());
        self.others.iter().for_each(|other| push_prefixed(&mut bytes, other));
        push_unsigned(&mut bytes, self.columns.len());
        for (spec, column) in &self.columns {
            push_u64(&mut bytes, *spec);
            push_unsigned(&mut bytes, column.len());
        }
        self.columns.iter().for_each(|(_, column)| bytes.extend_from_slice(column));
        bytes.extend_from_slice(&self.extra);
        bytes
    }

    /// As an uncompressed chunk.
    pub fn to_bytes(&self) -> Vec<u8> {
        chunk(1, &self.content())
    }

    /// As a compressed chunk.
    pub fn compressed(&self) -> Vec<u8> {
        compressed(&self.content())
    }

    /// A column's content, made if there is none.
    pub fn column(&mut self, spec: u64) -> &mut Vec<u8> {
        let at = self.columns.partition_point(|(known, _)| *known < spec);
        if self.columns.get(at).is_none_or(|(known, _)| *known != spec) {
            self.columns.insert(at, (spec, vec![]));
        }
        &mut self.columns[at].1
    }
}

/// A chunk of a kind around content, its checksum right.
pub fn chunk(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut covered = vec![kind];
    push_unsigned(&mut covered, content.len());
    covered.extend_from_slice(content);
    [&MAGIC, &sha256(&[&covered])[..4], &covered].concat()
}

/// A compressed chunk around content; its checksum is that of the uncompressed one.
pub fn compressed(content: &[u8]) -> Vec<u8> {
    let whole = chunk(1, content);
    let deflated = miniz_oxide::deflate::compress_to_vec(content, 9);
    let mut bytes = whole[..8].to_vec();
    bytes.push(2);
    push_prefixed(&mut bytes, &deflated);
    bytes
}

/// Makes the checksum of an uncompressed chunk hold again; leaves anything else as it is.
pub fn fix_checksum(chunk: &mut [u8]) {
    if chunk.len() > 8 {
        let (head, covered) = chunk.split_at_mut(8);
        head[4..].copy_from_slice(&sha256(&[covered])[..4]);
    }
}

/// One repeated value, as a run.
pub fn run(count: i64, value: u64) -> Vec<u8> {
    let mut bytes = vec![];
    push_signed(&mut bytes, count);
    push_u64(&mut bytes, value);
    bytes
}

/// A run of nothing.
pub fn nulls(count: u64) -> Vec<u8> {
    let mut bytes = vec![0];
    push_u64(&mut bytes, count);
    bytes
}

/// Unsigned LEB128.
pub fn push_u64(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7F {
        bytes.push(low(number) | 0x80);
        number >>= 7;
    }
    bytes.push(low(number));
}

/// Signed LEB128.
pub fn push_signed(bytes: &mut Vec<u8>, mut number: i64) {
    loop {
        let byte = low(number.cast_unsigned());
        number >>= 7;
        if (number == 0 && byte & 0x40 == 0) || (number == -1 && byte & 0x40 != 0) {
            return bytes.push(byte);
        }
        bytes.push(byte | 0x80);
    }
}

fn low(number: u64) -> u8 {
    u8::try_from(number & 0x7F).unwrap_or(0)
}

fn push_unsigned(bytes: &mut Vec<u8>, number: usize) {
    push_u64(bytes, number.try_into().unwrap_or(u64::MAX));
}

fn push_prefixed(bytes: &mut Vec<u8>, content: &[u8]) {
    push_unsigned(bytes, content.len());
    bytes.extend_from_slice(content);
}

fn take(rest: &mut &[u8], count: usize) -> Option<Vec<u8>> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken.to_vec())
}

fn prefixed(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let count = unsigned(rest)?;
    take(rest, count)
}

fn unsigned(rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..usize::BITS).step_by(7) {
        let byte = *take(rest, 1)?.first()?;
        number |= usize::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn signed(rest: &mut &[u8]) -> Option<i64> {
    let mut number = 0_i64;
    for shift in (0..64).step_by(7) {
        let byte = *take(rest, 1)?.first()?;
        number |= i64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            let is_negative = byte & 0x40 != 0 && shift < 57;
            return Some(if is_negative { number | (-1 << (shift + 7)) } else { number });
        }
    }
    None
}
