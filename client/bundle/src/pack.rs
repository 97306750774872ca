//! Sorts the code of a wasm into columns, each with numbers of one kind: a compressor finds far more
//! in each of them than in their mixture. A seventh less to download.
//!
//! `client/unpack.js` puts the columns together again, byte for byte: all numbers stand in a wasm in
//! the fewest bytes, so no length is lost.
//!
//! The file: how many functions there are, how long what stands before the code is, and how long
//! each column is, as 32-bit little-endian numbers; then what stands before, the columns, and what
//! stands after the code.

use anyhow::{Context as _, Result, bail};

/// What to do.
const DEED: usize = 0;
/// Kinds of blocks, tables, numbers with a point: what is rare.
const REST: usize = 1;
/// Locals that a function has.
const KEPT: usize = 2;
/// Locals that are read and written.
const LOCAL: usize = 3;
/// How far from an address.
const OFFSET: usize = 4;
/// Constants of one or two bytes.
const SMALL: usize = 5;
/// Longer ones: mostly addresses.
const LARGE: usize = 6;
/// Constants of 64 bits.
const WIDE: usize = 7;
/// Functions that are called.
const CALL: usize = 8;
/// How many blocks to leave.
const BRANCH: usize = 9;
const COLUMNS: usize = 10;
/// Bytes of the numbers at the beginning.
const HEADER: usize = (COLUMNS + 2) * 4;
/// The section that holds the code.
const CODE: u8 = 10;
/// Before a deed on memory whose alignment is not its own. No deed has these numbers here.
const ALIGNED: u8 = 0xE0;
/// A constant of 32 bits that is in [`LARGE`].
const FAR: u8 = 0xE8;
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
    let mut columns = Columns::default();
    for _ in 0..functions {
        let size = reader.number()?;
        columns.function(reader.take(size)?)?;
    }
    let head = wasm.get(..before).context("the code")?;
    let tail = wasm.get(reader.at..).context("the code")?;
    let mut packed = vec![];
    for size in [functions, before].into_iter().chain(columns.0.iter().map(Vec::len)) {
        packed.extend(u32::try_from(size)?.to_le_bytes());
    }
    for part in [head].into_iter().chain(columns.0.iter().map(Vec::as_slice)).chain([tail]) {
        packed.extend(part);
    }
    Ok(packed)
}

/// How long what stands before the columns is, and each of them, in a packed file.
pub(crate) fn parts(packed: &[u8]) -> Result<Vec<usize>> {
    let (sizes, _) = packed.split_at_checked(HEADER).context("the sizes")?;
    let sizes: Result<Vec<usize>> = sizes
        .chunks_exact(4)
        .map(|size| Ok(usize::try_from(u32::from_le_bytes(size.try_into()?))?))
        .collect();
    let mut parts: Vec<usize> = sizes?.into_iter().skip(1).collect();
    if let Some(before) = parts.first_mut() {
        *before += HEADER;
    }
    Ok(parts)
}

#[derive(Default)]
struct Columns([Vec<u8>; COLUMNS]);

impl Columns {
    fn put(&mut self, column: usize, bytes: &[u8]) {
        if let Some(column) = self.0.get_mut(column) {
            column.extend(bytes);
        }
    }

    fn function(&mut self, body: &[u8]) -> Result<()> {
        let mut body = Reader { bytes: body, at: 0 };
        let groups = body.peek().map(usize::from).filter(|groups| *groups < 128);
        let groups = groups.context("groups of locals")?;
        self.put(KEPT, body.take(1)?);
        for _ in 0..groups {
            self.put(KEPT, body.leb()?);
            self.put(KEPT, body.take(1)?);
        }
        while body.peek().is_some() {
            self.deed(&mut body)?;
        }
        Ok(())
    }

    fn deed(&mut self, body: &mut Reader<'_>) -> Result<()> {
        let deed = body.byte()?;
        match deed {
            0x28..=0x3E => return self.on_memory(deed, body),
            0x41 => {
                let number = body.leb()?;
                let is_small = number.len() < 3;
                self.put(DEED, &[if is_small { deed } else { FAR }]);
                self.put(if is_small { SMALL } else { LARGE }, number);
                return Ok(());
            }
            _ => self.put(DEED, &[deed]),
        }
        match deed {
            0x00 | 0x01 | 0x05 | 0x0B | 0x0F | 0x1A | 0x1B | 0x45..=0xC4 | 0xD1 => {}
            0x02..=0x04 | 0x23..=0x26 | 0x3F | 0x40 | 0xD0 => {
                self.put(REST, body.leb()?);
            }
            0x0C | 0x0D => self.put(BRANCH, body.leb()?),
            0x0E => self.branches(body)?,
            0x10 | 0xD2 => self.put(CALL, body.leb()?),
            0x11 => self.some(body, 2)?,
            0x20..=0x22 => self.put(LOCAL, body.leb()?),
            0x42 => self.put(WIDE, body.leb()?),
            0x43 => self.put(REST, body.take(4)?),
            0x44 => self.put(REST, body.take(8)?),
            0xFC => {
                let further = body.byte()?;
                self.put(DEED, &[further]);
                let numbers = match further {
                    0..=7 => 0,
                    9 | 11 | 13 | 15..=17 => 1,
                    8 | 10 | 12 | 14 => 2,
                    _ => bail!("0xFC {further:#x}"),
                };
                self.some(body, numbers)?;
            }
            _ => bail!("{deed:#x}"),
        }
        Ok(())
    }

    fn on_memory(&mut self, deed: u8, body: &mut Reader<'_>) -> Result<()> {
        let own = ALIGNMENTS.get(usize::from(deed - 0x28)).context("an alignment")?;
        let alignment = body.byte()?;
        if alignment > 3 {
            bail!("alignment {alignment}");
        }
        if alignment != *own {
            self.put(DEED, &[ALIGNED + alignment]);
        }
        self.put(DEED, &[deed]);
        self.put(OFFSET, body.leb()?);
        Ok(())
    }

    fn branches(&mut self, body: &mut Reader<'_>) -> Result<()> {
        let from = body.at;
        let count = body.number()?;
        self.put(BRANCH, body.bytes.get(from..body.at).context("a count")?);
        for _ in 0..=count {
            self.put(BRANCH, body.leb()?);
        }
        Ok(())
    }

    fn some(&mut self, body: &mut Reader<'_>, numbers: usize) -> Result<()> {
        for _ in 0..numbers {
            self.put(REST, body.leb()?);
        }
        Ok(())
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

    /// What stands before the columns, and each of them.
    fn columns(packed: &[u8]) -> Vec<Vec<u8>> {
        let mut rest = packed;
        let mut columns = vec![];
        for part in parts(packed).unwrap() {
            let (column, after) = rest.split_at(part);
            columns.push(column.to_vec());
            rest = after;
        }
        columns.push(rest.to_vec());
        columns
    }

    #[test]
    fn every_number_goes_to_its_column() {
        let wasm = program(&[
            Instruction::LocalGet(1),
            Instruction::I32Load(memory(2)),
            Instruction::I32Load(memory(0)),
            Instruction::I32Const(5),
            Instruction::I32Const(1 << 20),
            Instruction::I64Const(7),
            Instruction::Call(9),
            Instruction::BrTable([1_u32, 0].as_slice().into(), 2),
            Instruction::GlobalGet(3),
            Instruction::MemoryFill(0),
            Instruction::End,
        ]);

        let columns = columns(&pack(&wasm).unwrap());

        let deeds = [0x20, 0x28, 0xE0, 0x28, 0x41, 0xE8, 0x42, 0x10, 0x0E, 0x23, 0xFC, 0x0B, 0x0B];
        assert_eq!(columns[DEED + 1], deeds);
        assert_eq!(columns[REST + 1], [3, 0]);
        assert_eq!(columns[KEPT + 1], [2, 2, 0x7F, 1, 0x7E]);
        assert_eq!(columns[LOCAL + 1], [1]);
        assert_eq!(columns[OFFSET + 1], [0xAC, 2, 0xAC, 2]);
        assert_eq!(columns[SMALL + 1], [5]);
        assert_eq!(columns[LARGE + 1], [0x80, 0x80, 0xC0, 0]);
        assert_eq!(columns[WIDE + 1], [7]);
        assert_eq!(columns[CALL + 1], [9]);
        assert_eq!(columns[BRANCH + 1], [2, 1, 0, 2]);
        assert_eq!(columns[0][..4], 1_u32.to_le_bytes());
        assert!(wasm.starts_with(&columns[0][HEADER..]) && wasm.ends_with(&columns[COLUMNS + 1]));
    }

    #[test]
    fn what_cannot_be_put_together_again_is_refused() {
        let wasm = program(&[Instruction::I32Const(5), Instruction::Drop, Instruction::End]);
        assert!(pack(&wasm).is_ok());
        let at = wasm.windows(2).position(|two| two == [0x41, 5]).unwrap();
        for byte in [0xFD, 0xE0, 0xE8, 0x06] {
            let mut other = wasm.clone();
            other[at] = byte;
            assert!(pack(&other).is_err(), "{byte:#x}");
        }
        assert!(pack(&wasm[..at]).is_err());
        assert!(parts(&[1, 2, 3]).is_err());
    }
}
