//! Makes one function of those that do the same. LLVM does so too, but not for those that come to do the
//! same only because what they call does.

use anyhow::{Context as _, Result};
use std::collections::BTreeMap;

use crate::order::{Program, renumber};

/// The same program with each of its functions once.
pub(crate) fn merge(mut wasm: Vec<u8>) -> Result<Vec<u8>> {
    loop {
        let program = Program::read(&wasm)?;
        let (kept, places) = program.distinct(&wasm)?;
        if kept.len() == places.len() {
            return Ok(wasm);
        }
        wasm = renumber(&program.moved(&wasm, &kept)?, program.imported, places)?;
    }
}

impl Program {
    /// The functions that no function before them equals, and by what number each is called then.
    fn distinct(&self, wasm: &[u8]) -> Result<(Vec<usize>, Vec<u32>)> {
        let mut known = BTreeMap::new();
        let mut kept = vec![];
        let mut places = vec![];
        for (function, (kind, body)) in self.types.iter().zip(&self.bodies).enumerate() {
            let next = self.imported + u32::try_from(kept.len())?;
            let body = wasm.get(body.clone()).context("its body")?;
            let place = *known.entry((kind, body)).or_insert(next);
            if place == next {
                kept.push(function);
            }
            places.push(place);
        }
        Ok((kept, places))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{FunctionBuilder, FunctionId, Module, ValType};

    /// A function that gives back a number, or what another gives back.
    fn add(
        module: &mut Module,
        kind: ValType,
        number: i64,
        calls: Option<FunctionId>,
    ) -> FunctionId {
        let mut builder = FunctionBuilder::new(&mut module.types, &[], &[kind]);
        let mut body = builder.func_body();
        match (calls, kind) {
            (Some(function), _) => body.call(function),
            (None, ValType::F64) => body.f64_const(1.0),
            (None, _) => body.i64_const(number),
        };
        builder.finish(vec![], &mut module.funcs)
    }

    #[test]
    fn what_does_the_same_is_there_once_and_what_calls_it_too() {
        let mut module = Module::default();
        let whole = ValType::I64;
        let seven = add(&mut module, whole, 7, None);
        let other_seven = add(&mut module, whole, 7, None);
        let eight = add(&mut module, whole, 8, None);
        let callers = [seven, other_seven, eight].map(|it| add(&mut module, whole, 0, Some(it)));
        let other_kind = add(&mut module, ValType::F64, 0, None);
        for (name, function) in ["a", "b", "c"].into_iter().zip(callers) {
            module.exports.add(name, function);
        }
        module.exports.add("d", other_kind);

        let merged = Module::from_buffer(&merge(module.emit_wasm()).unwrap()).unwrap();

        // Two numbers, two callers, and one of another kind.
        assert_eq!(merged.funcs.iter().count(), 5);
        let exported = |name: &str| merged.exports.get_func(name).unwrap();
        assert_eq!(exported("a"), exported("b"));
        assert_ne!(exported("a"), exported("c"));
        assert_ne!(exported("a"), exported("d"));
    }
}
