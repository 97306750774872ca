//! Reads the bytes of a wasm.

use anyhow::{Context as _, Result, bail};

/// Bytes, and how many of them were read.
pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let taken = self.bytes.get(self.at..).and_then(|rest| rest.get(..count));
        self.at += count;
        taken.context("the end of the wasm")
    }

    pub(super) fn byte(&mut self) -> Result<u8> {
        self.take(1).map(|byte| byte.first().copied().unwrap_or_default())
    }

    /// The bytes of a number: all but the last have their highest bit set.
    pub(super) fn leb(&mut self) -> Result<&'a [u8]> {
        let rest = self.bytes.get(self.at..).context("the end of the wasm")?;
        let last = rest.iter().position(|byte| byte & 0x80 == 0).context("a number")?;
        self.take(last + 1)
    }

    pub(super) fn some(&mut self, numbers: usize) -> Result<()> {
        for _ in 0..numbers {
            self.leb()?;
        }
        Ok(())
    }

    /// A number in the fewest bytes.
    pub(super) fn number(&mut self) -> Result<usize> {
        let bytes = self.leb()?;
        if bytes.len() > 1 && bytes.last() == Some(&0) {
            bail!("a number in more bytes than it needs");
        }
        Ok(bytes.iter().rev().fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7F)))
    }
}
