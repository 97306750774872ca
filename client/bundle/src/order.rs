//! Puts functions that resemble each other side by side: a compressor finds what it has just seen.
//!
//! Nothing but the order changes, and with it the numbers by which functions are called. Three parts
//! in a hundred of the download.

use anyhow::{Context as _, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::ops::Range;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module, RawSection};
use wasmparser::{Parser, Payload, TypeRef};

use crate::pack;

/// Length of the strings of deeds by which functions are compared.
const PART: usize = 4;
/// A string that occurs in more functions than this tells nothing.
const COMMON: usize = 1000;
/// What a string counts for that the next function shares with the last one, with the one before, and
/// so on; each string counts once.
const WEIGHTS: [usize; 4] = [8, 4, 2, 1];
/// Of two functions that share as much, the longer one has to be that much longer to come second.
const SHORT: usize = 20;

/// The same program, its functions in another order.
pub(crate) fn order(wasm: &[u8]) -> Result<Vec<u8>> {
    let wasm = renumber(wasm, 0, vec![])?;
    let program = Program::read(&wasm)?;
    let order = alike(&pack::deeds(&wasm)?);
    let mut places = vec![0; order.len()];
    for (place, function) in (program.imported..).zip(&order) {
        *places.get_mut(*function).context("a function that is not there")? = place;
    }
    renumber(&program.moved(&wasm, &order)?, program.imported, places)
}

/// The program with other numbers for the functions that have a place, and with usual alignments.
pub(crate) fn renumber(wasm: &[u8], imported: u32, places: Vec<u32>) -> Result<Vec<u8>> {
    let mut module = Module::new();
    Renumber { imported, places }
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .ok()
        .context("wasm-encoder")?;
    Ok(module.finish())
}

/// Where things are in a program.
#[derive(Default)]
pub(crate) struct Program {
    /// How many functions come from outside; their numbers come first.
    pub(crate) imported: u32,
    /// The type of each function.
    pub(crate) types: Vec<u32>,
    /// Each function's locals and instructions.
    pub(crate) bodies: Vec<Range<usize>>,
}

impl Program {
    pub(crate) fn read(wasm: &[u8]) -> Result<Self> {
        let mut program = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Payload::ImportSection(imports) = payload {
                for import in imports.into_imports() {
                    program.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            } else if let Payload::FunctionSection(types) = payload {
                program.types = types.into_iter().collect::<Result<_, _>>()?;
            } else if let Payload::CodeSectionEntry(body) = payload {
                program.bodies.push(body.range());
            }
        }
        Ok(program)
    }

    /// The program with its functions moved, and called by the numbers they had.
    pub(crate) fn moved(&self, wasm: &[u8], order: &[usize]) -> Result<Vec<u8>> {
        let mut module = Module::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Payload::FunctionSection(_) = payload {
                let mut section = FunctionSection::new();
                for function in order {
                    section.function(*self.types.get(*function).context("its type")?);
                }
                module.section(&section);
            } else if let Payload::CodeSectionStart { .. } = payload {
                let mut section = CodeSection::new();
                for function in order {
                    let body = self.bodies.get(*function).context("its place")?;
                    section.raw(wasm.get(body.clone()).context("its body")?);
                }
                module.section(&section);
            } else if let Some((id, range)) = payload.as_section() {
                let data = wasm.get(range).context("a section")?;
                module.section(&RawSection { id, data });
            }
        }
        Ok(module.finish())
    }
}

/// Calls functions by their new numbers.
struct Renumber {
    imported: u32,
    places: Vec<u32>,
}

impl Reencode for Renumber {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error<Infallible>> {
        let defined = function.checked_sub(self.imported);
        let place = defined.and_then(|it| self.places.get(usize::try_from(it).ok()?).copied());
        Ok(place.unwrap_or(function))
    }

    /// Alignments are hints that change nothing (and browsers do not look at them): they are what is
    /// usual for the deed, so that none has to be sent.
    fn mem_arg(
        &mut self,
        memory: wasmparser::MemArg,
    ) -> Result<wasm_encoder::MemArg, reencode::Error<Infallible>> {
        let wasmparser::MemArg { offset, memory, max_align, .. } = memory;
        Ok(wasm_encoder::MemArg { offset, align: max_align.into(), memory_index: memory })
    }
}

/// The functions in an order in which each resembles those before: the longest first, then always the
/// one that shares most of itself with the last ones.
fn alike(bodies: &[Vec<u8>]) -> Vec<usize> {
    let parts: Vec<BTreeSet<&[u8]>> =
        bodies.iter().map(|body| body.windows(PART).collect()).collect();
    let mut holders: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for (function, parts) in parts.iter().enumerate() {
        for part in parts {
            holders.entry(part).or_default().push(function);
        }
    }
    holders.retain(|_, functions| (2..=COMMON).contains(&functions.len()));
    let mut longest: Vec<usize> = (0..bodies.len()).collect();
    longest.sort_by_key(|function| bodies.get(*function).map_or(0, Vec::len));
    let mut waiting: BTreeSet<usize> = longest.iter().copied().collect();
    let mut order = Vec::with_capacity(bodies.len());
    let mut next = None;
    while let Some(function) = next.or_else(|| longest.pop()) {
        next = None;
        if !waiting.remove(&function) {
            continue;
        }
        order.push(function);
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for (part, weight) in last(&order, &parts) {
            for other in holders.get(part).into_iter().flatten() {
                if waiting.contains(other) {
                    *shared.entry(*other).or_default() += weight;
                }
            }
        }
        let size = |function: usize| parts.get(function).map_or(0, BTreeSet::len) + SHORT;
        // Shares of their sizes, compared without dividing.
        next = shared
            .into_iter()
            .max_by(|(one, has), (other, has_too)| {
                (has * size(*other)).cmp(&(has_too * size(*one)))
            })
            .map(|(function, _)| function);
    }
    order
}

/// The strings of the last functions, and what each counts for.
fn last<'p>(order: &[usize], parts: &[BTreeSet<&'p [u8]>]) -> BTreeMap<&'p [u8], usize> {
    let mut counted = BTreeMap::new();
    for (function, weight) in order.iter().rev().zip(WEIGHTS) {
        for part in parts.get(*function).into_iter().flatten() {
            counted.entry(*part).or_insert(weight);
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{FunctionBuilder, ValType, ir::Value};

    /// A function that calls another, and gives back a number after so many tries.
    fn add(
        module: &mut walrus::Module,
        times: usize,
        number: i64,
        calls: Option<walrus::FunctionId>,
    ) -> walrus::FunctionId {
        let mut builder = FunctionBuilder::new(&mut module.types, &[], &[ValType::I64]);
        let mut body = builder.func_body();
        match calls {
            Some(function) => body.call(function),
            None => body.const_(Value::I64(0)),
        };
        for _ in 0..times {
            body.drop().const_(Value::I64(number));
        }
        builder.finish(vec![], &mut module.funcs)
    }

    fn program() -> Vec<u8> {
        let mut module = walrus::Module::default();
        let kind = module.types.add(&[], &[ValType::I64]);
        let (outside, _) = module.add_import_func("outside", "seven", kind);
        let first = add(&mut module, 30, 1_111_111, Some(outside));
        let second = add(&mut module, 20, 2_222_222, Some(first));
        let third = add(&mut module, 10, 1_111_111, Some(second));
        module.exports.add("whole", third);
        module.exports.add("part", first);
        module.emit_wasm()
    }

    /// What each export calls, by the sizes of the functions on the way.
    fn calls(wasm: &[u8]) -> Vec<(String, Vec<u64>)> {
        let module = walrus::Module::from_buffer(wasm).unwrap();
        let follow = |export: &walrus::Export| {
            let walrus::ExportItem::Function(mut function) = export.item else { unreachable!() };
            let mut sizes = vec![];
            while let walrus::FunctionKind::Local(local) = &module.funcs.get(function).kind {
                sizes.push(local.size());
                let first = local.block(local.entry_block()).instrs.first().map(|it| it.0.clone());
                let Some(walrus::ir::Instr::Call(call)) = first else { break };
                function = call.func;
            }
            (export.name.clone(), sizes)
        };
        module.exports.iter().map(follow).collect()
    }

    #[test]
    fn everything_calls_what_it_called_before() {
        let wasm = program();
        let before = calls(&wasm);

        let ordered = order(&wasm).unwrap();

        assert_ne!(ordered, wasm);
        assert_eq!(calls(&ordered), before);
        assert_eq!(before.len(), 2);
        assert_eq!(before[0].1.len(), 3);
        assert_eq!(order(&wasm).unwrap(), ordered, "the same every time");
    }

    #[test]
    fn what_resembles_each_other_stands_together() {
        let bodies: [&[u8]; 5] = [
            b"abcdefghijklmnopqrstuvwxyz",
            b"0123456789",
            b"abcdefghijklm1234567",
            b"0123456789 and more",
            b"nothing of the kind",
        ];

        assert_eq!(alike(&bodies.map(<[u8]>::to_vec)), [0, 2, 1, 3, 4]);
    }
}
