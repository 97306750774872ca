//! Sorts the code of a wasm into columns, each with numbers of one kind: a compressor finds far more
//! in each of them than in their mixture. More than a fifth less to download.
//!
//! What a number is like depends on what is done with it, before and after: a constant is in the
//! column of the deed that follows it. What goes on where the last deed of its kind ended has no number
//! but a deed of its own: the locals that were used last, and the memory beside what was read or
//! written last. So have the functions that are called most often. A place in a function's own memory
//! is told by when it was named last. The numbers of calls are sorted by how much waits on the stack,
//! and the locals that a function has need hardly be told: they are those that it names.
//!
//! `client/unpack.js` puts the columns together again, byte for byte: all numbers stand in a wasm in
//! the fewest bytes, and all alignments are what the deed says, so nothing is lost.
//!
//! The file: how many functions there are, how long what stands before the code is, how long each
//! column is, where the data is and how its addresses are told, and which functions are called by deeds
//! of their own, as 32-bit little-endian numbers; then what stands before, the columns, and what stands
//! after the code.

use anyhow::{Context as _, Result, bail};
use std::cmp::Reverse;
use std::collections::BTreeMap;

mod data;
mod reader;
mod recent;
mod stack;
#[cfg(test)]
mod tests;

use reader::Reader;
use recent::{PLACES, Recent};
use stack::{Kinds, Stack};

/// What to do.
const DEED: usize = 0;
/// The types of the locals that a function has, and how many there are of all but the first.
const KEPT: usize = 1;
/// Locals that are read or written before something is read from memory.
const READ: usize = 2;
/// Locals that are read or written before something is written to memory.
const WRITTEN: usize = 3;
/// The numbers of every other deed, one column for each.
const OF: usize = 4;
/// Constants of one or two bytes, one column for each deed after them.
const SMALL: usize = OF + 256;
/// Longer ones, mostly addresses.
const LARGE: usize = SMALL + 256;
/// What is told of places in a function's own memory: of constants, of what is read and of what is
/// written.
const PLACED: usize = LARGE + 256;
/// The numbers of places of which nothing can be told, of the same three.
const AWAY: usize = PLACED + 3;
/// Functions that are called, one column for each number of values that wait.
const CALLING: usize = AWAY + 3;
const WAITING: usize = 8;
const COLUMNS: usize = CALLING + WAITING;
/// Bytes of the numbers at the beginning.
const HEADER: usize = (COLUMNS + 2 + 4 + CALLS) * 4;
/// What was learnt of a column shorter than this does not hinder in the next.
const PART: usize = 512;

/// The section that holds the code.
const CODE: u8 = 10;
const GET: u8 = 0x20;
const SET: u8 = 0x21;
const TEE: u8 = 0x22;
const CONSTANT: u8 = 0x41;
const ADD: u8 = 0x6A;
const CALL: u8 = 0x10;
/// Reads the local that was used last; then the last but one, and the one before. No deed has these
/// numbers here.
const GET_AGAIN: u8 = 0xE0;
/// The same for the local that was used last.
const SET_AGAIN: u8 = 0xE3;
const TEE_AGAIN: u8 = 0xE4;
/// A constant that is in [`LARGE`].
const FAR: u8 = 0xE5;
/// Deeds on memory so far from the last one of their kind, from [`BESIDE`] on.
const STEPS: [(u8, isize); 12] = [
    (0x28, 4),
    (0x28, -4),
    (0x28, 8),
    (0x28, -8),
    (0x29, 8),
    (0x29, -8),
    (0x36, 4),
    (0x36, -4),
    (0x36, 8),
    (0x36, -8),
    (0x37, 8),
    (0x37, -8),
];
const BESIDE: u8 = 0xE6;
/// Calls of certain functions, a deed for each.
const CALLED: u8 = 0xC5;
const CALLS: usize = 27;
/// Deeds of wasm among them.
const NOT_CALLED: std::ops::RangeInclusive<u8> = 0xD0..=0xD2;
/// The alignment of the deeds from 0x28, as powers of two.
const ALIGNMENTS: &[u8; 23] =
    &[2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 2, 3, 2, 3, 0, 1, 0, 1, 2];

/// The same program as columns.
pub(crate) fn pack(wasm: &[u8]) -> Result<Vec<u8>> {
    let Program { head, bodies, tail } = Program::read(wasm)?;
    let called = called(&bodies)?;
    let mut columns = Columns(vec![vec![]; COLUMNS]);
    for (kept, deeds) in &bodies {
        columns.put(KEPT, kept);
        columns.function(deeds, &called);
    }
    let (tail, data) = data::told(wasm, tail)?;
    let data = [data.at, data.words, data.address, data.word];
    let mut packed = vec![];
    let sizes = [bodies.len(), head.len()].into_iter().chain(columns.0.iter().map(Vec::len));
    for number in sizes.chain(data).chain(table(&called)) {
        packed.extend(u32::try_from(number)?.to_le_bytes());
    }
    for part in
        [head].into_iter().chain(columns.0.iter().map(Vec::as_slice)).chain([tail.as_slice()])
    {
        packed.extend(part);
    }
    Ok(packed)
}

/// How long the parts of a packed file are that have little in common: what stands before the
/// columns, and the columns, short ones together.
pub(crate) fn parts(packed: &[u8]) -> Result<Vec<usize>> {
    let mut parts = sizes(packed)?;
    if let Some(before) = parts.first_mut() {
        *before += HEADER;
    }
    let mut joined = vec![];
    let mut waiting = 0;
    for part in parts {
        waiting += part;
        if waiting >= PART {
            joined.push(waiting);
            waiting = 0;
        }
    }
    Ok(joined)
}

/// How long what stands before the columns is, and each of them.
fn sizes(packed: &[u8]) -> Result<Vec<usize>> {
    let (sizes, _) = packed.split_at_checked(HEADER).context("the sizes")?;
    let sizes = sizes.chunks_exact(4).skip(1).take(COLUMNS + 1);
    sizes.map(|size| Ok(usize::try_from(u32::from_le_bytes(size.try_into()?))?)).collect()
}

/// What to do, and the bytes of its numbers.
struct Deed<'a> {
    what: u8,
    numbers: &'a [u8],
    /// What is told of a place in the function's own memory.
    place: Option<u8>,
    /// How many values wait.
    waiting: usize,
}

/// What is told of a function's locals, and its deeds.
type Body<'a> = (Vec<u8>, Vec<Deed<'a>>);

/// A wasm with its functions in pieces.
struct Program<'a> {
    head: &'a [u8],
    bodies: Vec<Body<'a>>,
    tail: &'a [u8],
}

impl<'a> Program<'a> {
    fn read(wasm: &'a [u8]) -> Result<Self> {
        let kinds = Kinds::read(wasm)?;
        let mut reader = Reader { bytes: wasm, at: 8 };
        while reader.peek() != Some(CODE) {
            reader.byte()?;
            let size = reader.number()?;
            reader.take(size)?;
        }
        let head = wasm.get(..reader.at).context("the code")?;
        reader.byte()?;
        reader.number()?;
        let mut bodies = vec![];
        for place in 0..reader.number()? {
            let size = reader.number()?;
            bodies.push(function(reader.take(size)?, place, &kinds)?);
        }
        Ok(Self { head, bodies, tail: wasm.get(reader.at..).context("the code")? })
    }
}

/// The deeds by which functions are called, and their numbers.
type Called = BTreeMap<usize, u8>;

/// The functions that are called most often.
fn called(bodies: &[Body<'_>]) -> Result<Called> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for deed in bodies.iter().flat_map(|(_, deeds)| deeds).filter(|deed| deed.what == CALL) {
        let function = Reader { bytes: deed.numbers, at: 0 }.number()?;
        *counts.entry(function).or_default() += 1;
    }
    let mut functions: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 1).collect();
    functions.sort_by_key(|(function, count)| (Reverse(*count), *function));
    let deeds = (CALLED..)
        .filter(|deed| !NOT_CALLED.contains(deed))
        .take_while(|deed| usize::from(*deed - CALLED) < CALLS);
    Ok(functions.into_iter().map(|(function, _)| function).zip(deeds).collect())
}

/// Which function each of the deeds calls; nought for none.
fn table(called: &Called) -> impl Iterator<Item = usize> {
    let by_deed: BTreeMap<u8, usize> = called.iter().map(|(call, deed)| (*deed, *call)).collect();
    (CALLED..).take(CALLS).map(move |deed| by_deed.get(&deed).copied().unwrap_or_default())
}

struct Columns(Vec<Vec<u8>>);

impl Columns {
    fn put(&mut self, column: usize, bytes: &[u8]) {
        if let Some(column) = self.0.get_mut(column) {
            column.extend(bytes);
        }
    }

    fn function(&mut self, deeds: &[Deed<'_>], called: &Called) {
        let told: Vec<(u8, &[u8])> = deeds.iter().map(|deed| deed.told(called)).collect();
        let next = told.iter().skip(1).map(|(what, _)| *what).chain([0]);
        for ((deed, (what, numbers)), next) in deeds.iter().zip(&told).zip(next) {
            self.put(DEED, &[*what]);
            match deed.place {
                Some(place) => {
                    let kind = match *what {
                        CONSTANT => 0,
                        0x28..=0x35 => 1,
                        _ => 2,
                    };
                    self.put(PLACED + kind, &[place]);
                    self.put(AWAY + kind, numbers);
                }
                None if *what == CALL => {
                    self.put(CALLING + deed.waiting.min(WAITING - 1), numbers);
                }
                None => self.put(column(*what, next), numbers),
            }
        }
    }
}

/// What the functions do, without any number.
pub(crate) fn deeds(wasm: &[u8]) -> Result<Vec<Vec<u8>>> {
    let bodies = Program::read(wasm)?.bodies;
    Ok(bodies.iter().map(|(_, deeds)| deeds.iter().map(|deed| deed.what).collect()).collect())
}

/// A function, and how many of the program stand before it.
fn function<'a>(body: &'a [u8], place: usize, kinds: &Kinds) -> Result<Body<'a>> {
    let mut body = Reader { bytes: body, at: 0 };
    let mut groups = vec![];
    for _ in 0..body.number()? {
        let start = body.at;
        let count = body.number()?;
        groups.push((count, body.bytes.get(start..body.at).context("a count")?, body.byte()?));
    }
    let mut stack = Stack::new(kinds);
    let mut recent = Recent::default();
    let mut deeds = vec![];
    while body.peek().is_some() {
        deeds.push(deed(&mut body, &mut recent, &mut stack)?);
    }
    Ok((kept(&groups, recent.named().saturating_sub(kinds.params(place)?))?, deeds))
}

/// What is told of a function's locals if it names so many of them: the type of each group, with the
/// highest bit if another one follows, and how many there are in that one.
fn kept(groups: &[(usize, &[u8], u8)], named: usize) -> Result<Vec<u8>> {
    if groups.iter().map(|(count, ..)| count).sum::<usize>() != named {
        bail!("a local that is not used");
    }
    let mut told = vec![];
    for (_, count, kind) in groups {
        if let Some(last) = told.last_mut() {
            *last |= 0x80;
            told.extend(*count);
        }
        told.push(*kind);
    }
    Ok(told)
}

/// Where a deed's numbers go.
fn column(deed: u8, next: u8) -> usize {
    let step = next.checked_sub(BESIDE).and_then(|place| STEPS.get(usize::from(place)));
    match (deed, step.map_or(next, |(next, _)| *next)) {
        (GET | TEE, 0x28..=0x35) => READ,
        (GET | TEE, 0x36..=0x3E) => WRITTEN,
        (TEE, _) => OF + usize::from(GET),
        (0x28..=0x35, _) => OF + 0x28,
        (0x36..=0x3E, _) => OF + 0x36,
        (CONSTANT, _) => SMALL + usize::from(next),
        (FAR, _) => LARGE + usize::from(next),
        _ => OF + usize::from(deed),
    }
}

/// The next deed as the wasm has it, and the bytes of its numbers.
fn next<'a>(body: &mut Reader<'a>) -> Result<(u8, &'a [u8])> {
    let deed = body.byte()?;
    if (0x28..=0x3E).contains(&deed) {
        let alignment = body.byte()?;
        if ALIGNMENTS.get(usize::from(deed - 0x28)) != Some(&alignment) {
            bail!("alignment {alignment} of {deed:#x}");
        }
    }
    let start = body.at;
    match deed {
        0x00 | 0x01 | 0x05 | 0x0B | 0x0F | 0x1A | 0x1B | 0x45..=0xC4 | 0xD1 => {}
        0x02..=0x04 | 0x0C | 0x0D | 0x10 | 0x20..=0x26 | 0x28..=0x42 | 0xD0 | 0xD2 => {
            body.some(1)?;
        }
        0x0E => {
            let count = body.number()?;
            body.some(count + 1)?;
        }
        0x11 => body.some(2)?,
        0x43 => body.take(4).map(drop)?,
        0x44 => body.take(8).map(drop)?,
        0xFC => match body.byte()? {
            0..=7 => {}
            9 | 11 | 13 | 15..=17 => body.some(1)?,
            8 | 10 | 12 | 14 => body.some(2)?,
            further => bail!("0xFC {further:#x}"),
        },
        _ => bail!("{deed:#x}"),
    }
    Ok((deed, body.bytes.get(start..body.at).context("numbers")?))
}

/// The next deed.
fn deed<'a>(body: &mut Reader<'a>, recent: &mut Recent, stack: &mut Stack<'_>) -> Result<Deed<'a>> {
    let (what, numbers) = next(body)?;
    let waiting = stack.height();
    let deed = |what| Deed { what, numbers: &[], place: None, waiting };
    let placed = |place| Deed {
        what,
        numbers: if place == PLACES { numbers } else { &[] },
        place: Some(place),
        waiting,
    };
    let number = || Reader { bytes: numbers, at: 0 }.number();
    // What is written waits above where to.
    let is_own = recent.is_frame(stack.local(usize::from((0x36..=0x3E).contains(&what))));
    let goes_on = match what {
        GET | SET | TEE => match (what, recent.local(what, number()?)) {
            (GET, Some(place)) => Some(deed(GET_AGAIN + place)),
            (SET, Some(0)) => Some(deed(SET_AGAIN)),
            (TEE, Some(0)) => Some(deed(TEE_AGAIN)),
            _ => None,
        },
        0x28..=0x3E => {
            let offset = number()?;
            let step = recent.offset(what, offset).map(|step| deed(BESIDE + step));
            let place = i64::try_from(offset)?;
            match step {
                _ if !is_own => step,
                None => Some(placed(recent.place(place))),
                Some(step) => {
                    recent.name(place);
                    Some(step)
                }
            }
        }
        CONSTANT if is_own && body.peek() == Some(ADD) => {
            Some(placed(recent.place(signed(numbers))))
        }
        CONSTANT if numbers.len() > 2 => Some(Deed { what: FAR, numbers, place: None, waiting }),
        _ => None,
    };
    recent.pass(what);
    stack.pass(
        what,
        if numbers.is_empty() || (0x41..=0x44).contains(&what) { 0 } else { number()? },
    )?;
    Ok(goes_on.unwrap_or(Deed { what, numbers, place: None, waiting }))
}

/// A constant.
fn signed(bytes: &[u8]) -> i64 {
    let sum = bytes.iter().rev().fold(0, |sum, byte| sum << 7 | i64::from(byte & 0x7F));
    let is_negative = bytes.last().is_some_and(|last| last & 0x40 != 0);
    if is_negative { sum - (1 << (7 * bytes.len())) } else { sum }
}

impl<'a> Deed<'a> {
    /// What stands in the column of deeds, and the numbers that are left.
    fn told(&self, called: &Called) -> (u8, &'a [u8]) {
        let function = Reader { bytes: self.numbers, at: 0 }.number().ok();
        match function.filter(|_| self.what == CALL).and_then(|it| called.get(&it)) {
            Some(deed) => (*deed, &[]),
            None => (self.what, self.numbers),
        }
    }
}
