//! Sorts the code of a wasm into columns, each with numbers of one kind: a compressor finds far more
//! in each of them than in their mixture. More than a fifth less to download.
//!
//! What a number is like depends on what is done with it, before and after: a constant is in the
//! column of the deed that follows it. What goes on where the last deed of its kind ended has no number
//! but a deed of its own: the locals that were used last, and the memory beside what was read or
//! written last. So have the functions that are called most often. A place in a function's own memory
//! is told by when it was named last.
//!
//! `client/unpack.js` puts the columns together again, byte for byte: all numbers stand in a wasm in
//! the fewest bytes, and all alignments are what the deed says, so nothing is lost.
//!
//! The file: how many functions there are, how long what stands before the code is, how long each
//! column is, and which functions are called by deeds of their own, as 32-bit little-endian numbers;
//! then what stands before, the columns, and what stands after the code.

use anyhow::{Context as _, Result, bail};
use std::cmp::Reverse;
use std::collections::BTreeMap;

mod recent;

use recent::{PLACES, Recent};

/// What to do.
const DEED: usize = 0;
/// Locals that a function has.
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
/// What is told of places in a function's own memory, of constants and of what is read.
const PLACED: usize = LARGE + 256;
const PLACED_READ: usize = PLACED + 1;
/// The numbers of places of which nothing can be told, of constants and of what is read.
const AWAY: usize = PLACED + 2;
const AWAY_READ: usize = PLACED + 3;
const COLUMNS: usize = PLACED + 4;
/// Bytes of the numbers at the beginning.
const HEADER: usize = (COLUMNS + 2 + CALLS) * 4;
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
    let mut reader = Reader { bytes: wasm, at: 8 };
    while reader.peek() != Some(CODE) {
        reader.byte()?;
        let size = reader.number()?;
        reader.take(size)?;
    }
    let before = reader.at;
    reader.byte()?;
    reader.number()?;
    let functions = reader.number()?;
    let mut bodies = vec![];
    for _ in 0..functions {
        let size = reader.number()?;
        bodies.push(function(reader.take(size)?)?);
    }
    let called = called(&bodies)?;
    let mut columns = Columns(vec![vec![]; COLUMNS]);
    for (kept, deeds) in &bodies {
        columns.put(KEPT, kept);
        columns.function(deeds, &called);
    }
    let head = wasm.get(..before).context("the code")?;
    let tail = wasm.get(reader.at..).context("the code")?;
    let mut packed = vec![];
    let sizes = [functions, before].into_iter().chain(columns.0.iter().map(Vec::len));
    for number in sizes.chain(table(&called)) {
        packed.extend(u32::try_from(number)?.to_le_bytes());
    }
    for part in [head].into_iter().chain(columns.0.iter().map(Vec::as_slice)).chain([tail]) {
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
}

/// A function's locals, and its deeds.
type Body<'a> = (&'a [u8], Vec<Deed<'a>>);

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
                Some(place) if *what == CONSTANT => {
                    self.put(PLACED, &[place]);
                    self.put(AWAY, numbers);
                }
                Some(place) => {
                    self.put(PLACED_READ, &[place]);
                    self.put(AWAY_READ, numbers);
                }
                None => self.put(column(*what, next), numbers),
            }
        }
    }
}

/// What a function does, without any number.
pub(crate) fn deeds(body: &[u8]) -> Result<Vec<u8>> {
    Ok(function(body)?.1.into_iter().map(|deed| deed.what).collect())
}

fn function(body: &[u8]) -> Result<Body<'_>> {
    let mut body = Reader { bytes: body, at: 0 };
    for _ in 0..body.number()? {
        body.leb()?;
        body.byte()?;
    }
    let kept = body.bytes.get(..body.at).context("its locals")?;
    let mut recent = Recent::default();
    let mut deeds = vec![];
    while body.peek().is_some() {
        deeds.push(deed(&mut body, &mut recent)?);
    }
    Ok((kept, deeds))
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
fn deed<'a>(body: &mut Reader<'a>, recent: &mut Recent) -> Result<Deed<'a>> {
    let (what, numbers) = next(body)?;
    let deed = |what| Deed { what, numbers: &[], place: None };
    let placed = |place| Deed {
        what,
        numbers: if place == PLACES { numbers } else { &[] },
        place: Some(place),
    };
    let number = || Reader { bytes: numbers, at: 0 }.number();
    let is_own = recent.is_at_frame();
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
                _ if !is_own || what > 0x35 => step,
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
        CONSTANT if numbers.len() > 2 => Some(Deed { what: FAR, numbers, place: None }),
        _ => None,
    };
    recent.pass(what);
    Ok(goes_on.unwrap_or(Deed { what, numbers, place: None }))
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

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let taken = self.bytes.get(self.at..).and_then(|rest| rest.get(..count));
        self.at += count;
        taken.context("the end of the wasm")
    }

    fn byte(&mut self) -> Result<u8> {
        self.take(1).map(|byte| byte.first().copied().unwrap_or_default())
    }

    /// The bytes of a number: all but the last have their highest bit set.
    fn leb(&mut self) -> Result<&'a [u8]> {
        let rest = self.bytes.get(self.at..).context("the end of the wasm")?;
        let last = rest.iter().position(|byte| byte & 0x80 == 0).context("a number")?;
        self.take(last + 1)
    }

    fn some(&mut self, numbers: usize) -> Result<()> {
        for _ in 0..numbers {
            self.leb()?;
        }
        Ok(())
    }

    /// A number in the fewest bytes.
    fn number(&mut self) -> Result<usize> {
        let bytes = self.leb()?;
        if bytes.len() > 1 && bytes.last() == Some(&0) {
            bail!("a number in more bytes than it needs");
        }
        Ok(bytes.iter().rev().fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7F)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        CodeSection, CustomSection, Function, Instruction, MemArg, Module, ValType,
    };

    fn memory(align: u32) -> MemArg {
        MemArg { offset: 300, align, memory_index: 0 }
    }

    /// A program with one function, between two sections that nobody knows.
    fn program(instructions: &[Instruction<'_>]) -> Vec<u8> {
        let mut function = Function::new([(2, ValType::I32), (1, ValType::I64)]);
        for instruction in instructions {
            function.instruction(instruction);
        }
        let mut code = CodeSection::new();
        code.function(&function);
        let custom =
            |name: &'static str| CustomSection { name: name.into(), data: b"1"[..].into() };
        let mut module = Module::new();
        module.section(&custom("before")).section(&code).section(&custom("after"));
        module.finish()
    }

    /// What stands in a column.
    fn column_of(packed: &[u8], column: usize) -> &[u8] {
        let sizes = sizes(packed).unwrap();
        let start = HEADER + sizes[..=column].iter().sum::<usize>();
        &packed[start..][..sizes[column + 1]]
    }

    #[test]
    fn every_number_goes_to_its_column() {
        let wasm = program(&[
            Instruction::LocalGet(1),
            Instruction::I32Load(memory(2)),
            Instruction::I32Const(5),
            Instruction::I32Const(1 << 20),
            Instruction::I64Const(7),
            Instruction::LocalGet(2),
            Instruction::I64Store(memory(3)),
            Instruction::LocalSet(0),
            Instruction::LocalTee(3),
            Instruction::Call(9),
            Instruction::BrTable([1_u32, 0].as_slice().into(), 2),
            Instruction::GlobalGet(3),
            Instruction::MemoryFill(0),
            Instruction::End,
        ]);

        let packed = pack(&wasm).unwrap();

        let deeds =
            [0x20, 0x28, 0x41, 0xE5, 0x42, 0x20, 0x37, 0x21, 0x22, 0x10, 0x0E, 0x23, 0xFC, 0x0B];
        let expected: [(usize, &[u8]); 14] = [
            (DEED, &deeds),
            (KEPT, &[2, 2, 0x7F, 1, 0x7E]),
            (READ, &[1]),
            (OF + 0x28, &[0xAC, 2]),
            (SMALL + 0xE5, &[5]),
            (LARGE + 0x42, &[0x80, 0x80, 0xC0, 0]),
            (OF + 0x42, &[7]),
            (WRITTEN, &[2]),
            (OF + 0x36, &[0xAC, 2]),
            (OF + 0x21, &[0]),
            (OF + 0x20, &[3]),
            (OF + 0x10, &[9]),
            (OF + 0x0E, &[2, 1, 0, 2]),
            (OF + 0xFC, &[11, 0]),
        ];
        for (column, numbers) in expected {
            assert_eq!(column_of(&packed, column), numbers, "{column}");
        }
        let head = usize::try_from(u32::from_le_bytes(packed[4..8].try_into().unwrap())).unwrap();
        assert_eq!(packed[..4], 1_u32.to_le_bytes());
        assert_eq!(packed[HEADER..][..head], wasm[..head]);
        assert!(packed.ends_with(b"\x05after1"));
    }

    #[test]
    fn a_local_that_was_just_used_has_no_number() {
        let (get, set, tee) = (Instruction::LocalGet, Instruction::LocalSet, Instruction::LocalTee);
        let wasm =
            program(&[get(0), get(1), get(2), get(0), set(0), tee(0), get(2), set(1), get(9)]);

        let packed = pack(&wasm).unwrap();

        let deeds = [0x20, 0x20, 0x20, 0xE2, 0xE3, 0xE4, 0xE1, 0x21, 0x20];
        assert_eq!(column_of(&packed, DEED), deeds);
        assert_eq!(column_of(&packed, OF + 0x20), [0, 1, 2, 9]);
        assert_eq!(column_of(&packed, OF + 0x21), [1]);
    }

    #[test]
    fn memory_beside_what_was_read_or_written_last_has_no_offset() {
        let at = |offset| MemArg { offset, align: 2, memory_index: 0 };
        let (load, store) = (Instruction::I32Load, Instruction::I32Store);
        let wasm = program(&[
            load(at(4)),
            load(at(20)),
            store(at(16)),
            load(at(12)),
            store(at(20)),
            store(at(24)),
            Instruction::F32Load(at(28)),
            load(at(24)),
            Instruction::LocalGet(1),
            load(at(28)),
        ]);

        let packed = pack(&wasm).unwrap();

        let deeds = [0xE6, 0x28, 0x36, 0xE9, 0xEC, 0xEC, 0x2A, 0xE7, 0x20, 0xE6];
        assert_eq!(column_of(&packed, DEED), deeds);
        assert_eq!(column_of(&packed, OF + 0x28), [20, 28]);
        assert_eq!(column_of(&packed, OF + 0x36), [16]);
        assert_eq!(column_of(&packed, READ), [1]);
    }

    #[test]
    fn a_place_in_the_functions_own_memory_is_told_by_when_it_was_named() {
        let get = Instruction::LocalGet(4);
        let place = |at| [get.clone(), Instruction::I32Const(at), Instruction::I32Add];
        let load = |offset| {
            [get.clone(), Instruction::I32Load(MemArg { offset, align: 2, memory_index: 0 })]
        };
        let mut instructions = vec![
            Instruction::GlobalGet(0),
            Instruction::I32Const(1456),
            Instruction::I32Sub,
            Instruction::LocalTee(4),
        ];
        instructions.extend(place(808));
        instructions.extend(place(-8));
        instructions.extend(place(816));
        instructions.extend(load(808));
        instructions.extend(load(812));
        instructions.extend(load(100));
        instructions.extend(place(812));
        instructions.extend([Instruction::LocalGet(1), Instruction::I32Const(808)]);

        let packed = pack(&program(&instructions)).unwrap();

        // Away, away, two steps on; then the last but one, beside it, away; then the last but one.
        assert_eq!(column_of(&packed, PLACED), [16, 16, 27, 1]);
        assert_eq!(column_of(&packed, AWAY), [0xA8, 6, 0x78]);
        assert_eq!(column_of(&packed, PLACED_READ), [1, 16]);
        assert_eq!(column_of(&packed, AWAY_READ), [100]);
        assert_eq!(column_of(&packed, SMALL), [0xA8, 6], "somebody else's memory");
    }

    #[test]
    fn functions_that_are_called_most_often_have_deeds() {
        let calls = [9, 300, 7, 300, 9, 300, 5].map(Instruction::Call);

        let packed = pack(&program(&calls)).unwrap();

        assert_eq!(column_of(&packed, DEED), [0xC6, 0xC5, 0x10, 0xC5, 0xC6, 0xC5, 0x10]);
        assert_eq!(column_of(&packed, OF + 0x10), [7, 5]);
        let table = &packed[HEADER - 4 * CALLS..][..12];
        assert_eq!(table, [300_u32, 9, 0].map(u32::to_le_bytes).as_flattened());
    }

    #[test]
    fn short_columns_are_compressed_together() {
        let sizes = |columns: &[(usize, usize)]| {
            let mut header = vec![0; HEADER];
            for (place, size) in columns {
                let size = u32::try_from(*size).unwrap();
                header[place * 4..][..4].copy_from_slice(&size.to_le_bytes());
            }
            parts(&header).unwrap()
        };

        let columns = [(1, 10), (2, PART), (3, PART - 1), (5, 1), (9, 7), (10, PART), (11, 3)];
        assert_eq!(sizes(&columns), [HEADER + 10, PART, PART, PART + 7]);
    }

    #[test]
    fn what_cannot_be_put_together_again_is_refused() {
        let wasm = program(&[Instruction::I32Const(5), Instruction::Drop, Instruction::End]);
        assert!(pack(&wasm).is_ok());
        let at = wasm.windows(2).position(|two| two == [0x41, 5]).unwrap();
        for byte in [0xFD, 0xE0, 0xE5, 0xE6, 0x06] {
            let mut other = wasm.clone();
            other[at] = byte;
            assert!(pack(&other).is_err(), "{byte:#x}");
        }
        assert!(pack(&wasm[..at]).is_err());
        assert!(parts(&[1, 2, 3]).is_err());
        let other = program(&[Instruction::I32Load(memory(0)), Instruction::End]);
        assert!(pack(&other).is_err(), "an alignment that is not the deed's own");
    }
}
