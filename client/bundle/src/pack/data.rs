//! Addresses in a program's data: most stand before the length of what they point to, and most of
//! what they point to lies in a row. An address that is where something else ended is told by when
//! that was said.

use anyhow::{Context as _, Result};
use wasmparser::{DataKind, Operator, Parser, Payload};

/// So many ends are remembered, the last one first.
const ENDS: usize = 4;
/// A longer one is no length.
const LENGTH_MAX: u32 = 4096;
/// Where the words for them may begin: as numbers they are neither lengths nor addresses.
const WORDS: u32 = 0x00FF_FF00;

/// Where the data is, and how it is told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Behind so many bytes.
    pub(super) at: usize,
    /// So many words of four bytes.
    pub(super) words: usize,
    /// The address of the first one.
    pub(super) address: usize,
    /// The word for an address that is where the last thing ended. Those before are behind it.
    pub(super) word: usize,
}

/// What stands after the code with its addresses told, and where they are.
pub(super) fn told(wasm: &[u8], tail: &[u8]) -> Result<(Vec<u8>, Place)> {
    let Some((address, at, size)) = first(wasm)? else {
        return Ok((tail.to_vec(), Place::default()));
    };
    let at = at.checked_sub(wasm.len() - tail.len()).context("data before the code")?;
    let data = tail.get(at..at + size).context("the data")?;
    let (words, _) = data.as_chunks::<4>();
    let words: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let count = u32::try_from(ENDS)?;
    let is_free = |word: &u32| words.iter().all(|other| !(*word..*word + count).contains(other));
    let word =
        (0..WORDS / count).map(|step| WORDS - step * count).find(is_free).context("a word")?;
    let mut ends = Ends::new(address, u32::try_from(words.len() * 4)?);
    let told = words.iter().map(|it| ends.place(*it).map_or(*it, |place| word + place));
    let told: Vec<u8> = told.flat_map(u32::to_le_bytes).collect();
    let mut tail = tail.to_vec();
    tail.get_mut(at..at + told.len()).context("the data")?.copy_from_slice(&told);
    let [address, word] = [usize::try_from(address)?, usize::try_from(word)?];
    Ok((tail, Place { at, words: words.len(), address, word }))
}

/// The address of the first data that is there from the beginning, where it stands, and how long it
/// is.
fn first(wasm: &[u8]) -> Result<Option<(u32, usize, usize)>> {
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::DataSection(parts) = payload? else { continue };
        for part in parts {
            let part = part?;
            let DataKind::Active { offset_expr, .. } = part.kind else { continue };
            let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
                continue;
            };
            let at = part.range.end - part.data.len();
            return Ok(Some((value.cast_unsigned(), at, part.data.len())));
        }
    }
    Ok(None)
}

/// Where things ended that were named last.
struct Ends {
    from: u32,
    size: u32,
    last: Vec<u32>,
    before: u32,
}

impl Ends {
    fn new(from: u32, size: u32) -> Self {
        Self { from, size, last: vec![], before: 0 }
    }

    fn is_address(&self, word: u32) -> bool {
        word.checked_sub(self.from).is_some_and(|far| far < self.size)
    }

    /// Which of the last ends the next word is.
    fn place(&mut self, word: u32) -> Option<u32> {
        let place = self.last.iter().position(|end| *end == word);
        if self.is_address(self.before) && word < LENGTH_MAX {
            self.last.insert(0, self.before + word);
            self.last.truncate(ENDS);
        }
        self.before = word;
        place.filter(|_| self.is_address(word)).and_then(|place| u32::try_from(place).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{CodeSection, ConstExpr, DataSection, MemorySection, MemoryType, Module};

    const FROM: u32 = 0x10_0000;

    /// A program with so many words of data, and what stands after its code.
    fn program(words: &[u32]) -> (Vec<u8>, Vec<u8>) {
        let bytes: Vec<u8> = words.iter().copied().flat_map(u32::to_le_bytes).collect();
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 17,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(FROM.cast_signed()), bytes);
        let mut module = Module::new();
        module.section(&memories).section(&CodeSection::new());
        let before = module.as_slice().len();
        module.section(&data);
        let wasm = module.finish();
        let tail = wasm[before..].to_vec();
        (wasm, tail)
    }

    /// The words as they are told, and the word for the last end.
    fn words_told(words: &[u32]) -> (Vec<u32>, u32) {
        let (wasm, tail) = program(words);
        let (told, place) = told(&wasm, &tail).unwrap();
        assert_eq!((place.words, place.address), (words.len(), 0x10_0000));
        assert_eq!(told[..place.at], tail[..place.at]);
        let (told, _) = told[place.at..].as_chunks::<4>();
        (
            told.iter().map(|word| u32::from_le_bytes(*word)).collect(),
            place.word.try_into().unwrap(),
        )
    }

    #[test]
    fn an_address_where_something_ended_is_told_by_when_that_was_said() {
        let at = |far: u32| FROM + far;
        let words = [at(40), 5, at(45), 6, at(8), 2, at(51), 7, at(10), 4, at(45), at(99), 3];

        let (told, word) = words_told(&words);

        // The last end, the last but one, the last but one; then the last but four, which is told as
        // it is, and one beyond the data.
        let expected = [at(40), 5, word, 6, at(8), 2, word + 1, 7, word + 1, 4, at(45), at(99), 3];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_neither_address_nor_length_stays() {
        let words =
            [FROM + 4, LENGTH_MAX, FROM + 4 + LENGTH_MAX, 4, 4, 8, 0, u32::MAX, FROM - 1, 1, FROM];

        let (told, _) = words_told(&words);

        assert_eq!(told[..10], words[..10]);
    }

    #[test]
    fn no_word_of_the_data_means_something_else() {
        let words = [FROM, 4, FROM + 4, 0, WORDS + 3, WORDS - 1];

        let (told, word) = words_told(&words);

        assert_eq!(word, WORDS - 8);
        assert_eq!(told, [FROM, 4, word, 0, WORDS + 3, WORDS - 1]);
    }

    #[test]
    fn a_program_without_data_stays() {
        assert_eq!(
            told(b"\0asm\x01\0\0\0", b"after").unwrap(),
            (b"after".to_vec(), Place::default())
        );
    }
}
