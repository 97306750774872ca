//! What waits on a function's stack: which function is called, and what is written where, depends on
//! it.

use anyhow::{Context as _, Result, bail};
use wasmparser::{Parser, Payload, TypeRef};

/// What the deeds from [`FIRST`] on take from the stack, twice, and what they put there; of those that
/// are nought here `Stack::pass` says it.
const EFFECTS: &[u8; 185] =
    b"2700001201234033333333333333444444444131111355555555553555555555555555\
    55555553335555555555555553335555555555555553333333555555533333335555555333333333\
    33333333333333333333300000000000131";
const FIRST: u8 = 0x1A;

/// How many values a function takes and gives back.
type Kind = (usize, usize);

/// The kinds of all functions.
#[derive(Default)]
pub(super) struct Kinds {
    types: Vec<Kind>,
    /// By type; those from outside come first.
    functions: Vec<usize>,
    imported: usize,
}

impl Kinds {
    pub(super) fn read(wasm: &[u8]) -> Result<Self> {
        let mut kinds = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Payload::TypeSection(groups) = payload {
                for kind in groups.into_iter_err_on_gc_types() {
                    let kind = kind?;
                    kinds.types.push((kind.params().len(), kind.results().len()));
                }
            } else if let Payload::ImportSection(imports) = payload {
                for import in imports.into_imports() {
                    let TypeRef::Func(kind) = import?.ty else {
                        bail!("something from outside that is no function")
                    };
                    kinds.functions.push(usize::try_from(kind)?);
                    kinds.imported += 1;
                }
            } else if let Payload::FunctionSection(functions) = payload {
                for kind in functions {
                    kinds.functions.push(usize::try_from(kind?)?);
                }
            }
        }
        Ok(kinds)
    }

    fn of(&self, function: usize) -> Result<Kind> {
        let kind = self.functions.get(function).and_then(|kind| self.types.get(*kind));
        kind.copied().context("a function that is not there")
    }

    /// How many values a function of this program takes.
    pub(super) fn params(&self, place: usize) -> Result<usize> {
        Ok(self.of(self.imported + place)?.0)
    }
}

/// What waits while a function runs.
pub(super) struct Stack<'k> {
    kinds: &'k Kinds,
    /// The local that a value was just read from, if it was.
    values: Vec<Option<usize>>,
    /// How many values waited when a block began, and how many it gives back.
    blocks: Vec<Kind>,
}

impl<'k> Stack<'k> {
    pub(super) fn new(kinds: &'k Kinds) -> Self {
        Self { kinds, values: vec![], blocks: vec![] }
    }

    fn floor(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.0)
    }

    /// How many values wait within the block.
    pub(super) fn height(&self) -> usize {
        self.values.len() - self.floor()
    }

    /// The local that the last value but so many was read from.
    pub(super) fn local(&self, below: usize) -> Option<usize> {
        let place = self.height().checked_sub(below + 1)?;
        self.values.get(self.floor() + place).copied().flatten()
    }

    fn take(&mut self, count: usize) {
        let left = self.values.len().saturating_sub(count).max(self.floor());
        self.values.truncate(left);
    }

    fn put(&mut self, count: usize) {
        self.values.extend((0..count).map(|_| None));
    }

    fn replace(&mut self, (taken, put): Kind) {
        self.take(taken);
        self.put(put);
    }

    /// A deed was done, and this was its first number.
    pub(super) fn pass(&mut self, deed: u8, number: usize) -> Result<()> {
        match deed {
            0x02..=0x04 => {
                self.take(usize::from(deed == 0x04));
                let results = match number {
                    0x40 => 0,
                    0x41..=0x7F => 1,
                    _ => bail!("a block that takes values, or gives back several"),
                };
                self.blocks.push((self.values.len(), results));
            }
            0x0B => {
                self.values.truncate(self.floor());
                let results = self.blocks.pop().map_or(0, |block| block.1);
                self.put(results);
            }
            0x0D => self.take(1),
            // Nothing comes after these within the block, or nothing waits at them.
            0x00..0x10 => self.values.truncate(self.floor()),
            0x10 => self.replace(self.kinds.of(number)?),
            0x11 => {
                let (taken, put) = self.kinds.types.get(number).copied().context("a type")?;
                self.replace((taken + 1, put));
            }
            0x20 | 0x22 => {
                self.take(usize::from(deed == 0x22));
                self.values.push(Some(number));
            }
            0xFC => self.replace(match number {
                0..=7 => (1, 1),
                9 | 13 => (0, 0),
                15 => (2, 1),
                16 => (0, 1),
                _ => (3, 0),
            }),
            _ => {
                let place = deed.checked_sub(FIRST).map(usize::from);
                let effect = place.and_then(|place| EFFECTS.get(place)).unwrap_or(&b'0') - b'0';
                self.replace((usize::from(effect / 2), usize::from(effect % 2)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::{
        BinaryReader, BlockType, ContType, FrameKind, FuncType, ModuleArity, OperatorsReader,
        RefType, SubType,
    };

    /// A program without functions.
    struct Empty;

    impl ModuleArity for Empty {
        fn sub_type_at(&self, _: u32) -> Option<&SubType> {
            None
        }

        fn tag_type_arity(&self, _: u32) -> Option<(u32, u32)> {
            None
        }

        fn type_index_of_function(&self, _: u32) -> Option<u32> {
            None
        }

        fn func_type_of_cont_type(&self, _: &ContType) -> Option<&FuncType> {
            None
        }

        fn sub_type_of_ref_type(&self, _: &RefType) -> Option<&SubType> {
            None
        }

        fn control_stack_height(&self) -> u32 {
            0
        }

        fn label_block(&self, _: u32) -> Option<(BlockType, FrameKind)> {
            None
        }
    }

    #[test]
    fn deeds_take_and_give_what_another_reader_says() {
        let mut compared = 0;
        let plain = (FIRST..=0x1B).chain(0x20..=0xC4).chain(0xD0..=0xD2).map(|deed| (deed, 0));
        for (deed, number) in plain.chain((0..=17).map(|further| (0xFC, further))) {
            let bytes = [[deed, number].as_slice(), &[0; 8]].concat();
            let Ok(operator) = OperatorsReader::new(BinaryReader::new(&bytes, 0)).read() else {
                continue;
            };
            let Some((taken, put)) = operator.operator_arity(&Empty) else { continue };

            let kinds = Kinds::default();
            let mut stack = Stack::new(&kinds);
            stack.values = vec![Some(9); 5];
            stack.pass(deed, number.into()).unwrap();

            let untouched = stack.values.iter().filter(|value| **value == Some(9)).count();
            let found = [5 - untouched, stack.values.len() - untouched];
            let said = [taken, put].map(|count| usize::try_from(count).unwrap());
            assert_eq!(found, said, "{operator:?}");
            compared += 1;
        }
        assert_eq!(compared, 187);
    }

    #[test]
    fn what_waits_outside_a_block_is_out_of_reach() {
        let kinds = Kinds { types: vec![(3, 1)], functions: vec![0], imported: 0 };
        let mut stack = Stack::new(&kinds);
        stack.pass(0x20, 7).unwrap();
        stack.pass(0x02, 0x7F).unwrap();
        assert_eq!((stack.height(), stack.local(0)), (0, None));

        stack.pass(0x10, 0).unwrap();
        stack.pass(0x20, 8).unwrap();
        assert_eq!((stack.height(), stack.local(0), stack.local(1)), (2, Some(8), None));

        stack.pass(0x0B, 0).unwrap();
        assert_eq!((stack.height(), stack.local(0), stack.local(1)), (2, None, Some(7)));
        assert!(stack.pass(0x02, 5).is_err(), "a block that takes something");
        assert!(stack.pass(0x10, 1).is_err(), "a function that is not there");
    }
}
