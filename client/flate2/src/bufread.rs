//! Reading from one end while writing or taking apart stored blocks.

use std::io::{BufRead, Error, ErrorKind, Read, Result};

use crate::Compression;

/// Most bytes of one stored block.
const BLOCK_BYTES_MAX: u16 = u16::MAX;
/// Final bit, type and the rest of that byte; length; its complement.
const HEAD_BYTES: usize = 5;

/// Reads from `R` and gives stored blocks.
#[derive(Debug)]
pub struct DeflateEncoder<R> {
    from: R,
    block: Vec<u8>,
    given: usize,
    is_final: bool,
}

impl<R: BufRead> DeflateEncoder<R> {
    /// Stores what `from` gives.
    pub fn new(from: R, _: Compression) -> Self {
        Self { from, block: vec![], given: 0, is_final: false }
    }

    fn next_block(&mut self) -> Result<()> {
        self.block = vec![0; HEAD_BYTES];
        self.given = 0;
        (&mut self.from).take(BLOCK_BYTES_MAX.into()).read_to_end(&mut self.block)?;
        self.is_final = self.from.fill_buf()?.is_empty();
        let length = u16::try_from(self.block.len() - HEAD_BYTES).unwrap_or(BLOCK_BYTES_MAX);
        let [low, high] = length.to_le_bytes();
        let head = [u8::from(self.is_final), low, high, !low, !high];
        self.block.splice(..HEAD_BYTES, head);
        Ok(())
    }
}

impl<R: BufRead> Read for DeflateEncoder<R> {
    fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        if self.given == self.block.len() && !self.is_final {
            self.next_block()?;
        }
        let mut left = self.block.get(self.given..).unwrap_or_default();
        let count = left.read(to)?;
        self.given += count;
        Ok(count)
    }
}

/// Reads stored blocks from `R` and gives what they store.
#[derive(Debug)]
pub struct DeflateDecoder<R> {
    from: R,
    left: u16,
    is_final: bool,
}

impl<R: BufRead> DeflateDecoder<R> {
    /// Takes apart what `from` gives.
    pub fn new(from: R) -> Self {
        Self { from, left: 0, is_final: false }
    }

    fn next_block(&mut self) -> Result<()> {
        let mut head = [0; HEAD_BYTES];
        self.from.read_exact(&mut head)?;
        let [kind, low, high, not_low, not_high] = head;
        if kind > 1 || not_low != !low || not_high != !high {
            return Err(Error::from(ErrorKind::InvalidData));
        }
        self.is_final = kind == 1;
        self.left = u16::from_le_bytes([low, high]);
        Ok(())
    }
}

impl<R: BufRead> Read for DeflateDecoder<R> {
    fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        while self.left == 0 && !self.is_final {
            self.next_block()?;
        }
        if self.left == 0 || to.is_empty() {
            return Ok(0);
        }
        let count = (&mut self.from).take(self.left.into()).read(to)?;
        if count == 0 {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
        // Never more than the limit above.
        self.left -= u16::try_from(count).unwrap_or(self.left);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(bytes: &[u8]) -> Vec<u8> {
        let mut stored = vec![];
        DeflateEncoder::new(bytes, Compression).read_to_end(&mut stored).unwrap();
        stored
    }

    fn unstore(bytes: &[u8]) -> Result<Vec<u8>> {
        let mut read = vec![];
        DeflateDecoder::new(bytes).read_to_end(&mut read)?;
        Ok(read)
    }

    #[test]
    fn what_is_stored_is_read_again() {
        for length in [0, 1, 300, 65_534, 65_535, 65_536, 200_000] {
            let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
            let stored = store(&bytes);

            assert_eq!(stored.len(), length + 5 * length.div_ceil(65_535).max(1), "{length}");
            assert_eq!(unstore(&stored).unwrap(), bytes, "{length}");
        }
    }

    #[test]
    fn a_block_is_written_as_the_standard_says() {
        assert_eq!(store(b"ab"), [1, 2, 0, 0xfd, 0xff, b'a', b'b']);
    }

    #[test]
    fn what_is_compressed_is_refused() {
        // "a" repeated 1,000 times, by zlib at its strongest.
        let compressed = [0x4b, 0x4c, 0x1c, 0x05, 0xa3, 0x60, 0x14, 0x0c, 0x77, 0x00, 0x00];

        assert_eq!(unstore(&compressed).unwrap_err().kind(), ErrorKind::InvalidData);
    }

    #[test]
    fn a_block_that_lies_or_ends_early_is_refused() {
        let mut wrong = store(b"abc");
        wrong[3] ^= 1;
        assert_eq!(unstore(&wrong).unwrap_err().kind(), ErrorKind::InvalidData);

        let stored = store(b"abc");
        for end in 0..stored.len() {
            let error = unstore(&stored[..end]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{end}");
        }
    }
}
