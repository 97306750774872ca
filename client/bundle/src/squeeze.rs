//! Brotli (RFC 7932), as small as it can.

use anyhow::{Result, ensure};
use brotli::enc::backward_references::BrotliEncoderMode as Mode;
use brotli::enc::encode::{BrotliEncoderOperation as Step, BrotliEncoderStateStruct};
use brotli::enc::{BrotliEncoderParams, StandardAlloc};

/// What numbers and deeds may have in common with those before: their highest bits, or how large they
/// are.
const ALIKE: [Mode; 2] = [Mode::BROTLI_FORCE_MSB_PRIOR, Mode::BROTLI_FORCE_SIGNED_PRIOR];

/// A text.
pub(crate) fn text(text: &[u8]) -> Result<Vec<u8>> {
    squeeze(text, Mode::BROTLI_MODE_GENERIC)
}

/// Parts that have little in common: what was learnt of one is of no use in the next, and each is
/// compressed in the way that suits it.
pub(crate) fn parts(parts: &[&[u8]]) -> Result<Vec<u8>> {
    let mut encoder = Encoder::new();
    for part in parts {
        let mut tried = vec![];
        for mode in ALIKE {
            tried.push((squeeze(part, mode)?.len(), mode));
        }
        if let Some((_, mode)) = tried.into_iter().min_by_key(|(size, _)| *size) {
            encoder.state.params.mode = mode;
        }
        encoder.step(Step::BROTLI_OPERATION_PROCESS, part)?;
        encoder.step(Step::BROTLI_OPERATION_FLUSH, &[])?;
    }
    encoder.finish()
}

fn squeeze(bytes: &[u8], mode: Mode) -> Result<Vec<u8>> {
    let mut encoder = Encoder::new();
    encoder.state.params.mode = mode;
    encoder.step(Step::BROTLI_OPERATION_PROCESS, bytes)?;
    encoder.finish()
}

struct Encoder {
    state: BrotliEncoderStateStruct<StandardAlloc>,
    compressed: Vec<u8>,
}

impl Encoder {
    fn new() -> Self {
        let mut state = BrotliEncoderStateStruct::new(StandardAlloc::default());
        state.params = BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
        Self { state, compressed: vec![] }
    }

    fn step(&mut self, step: Step, bytes: &[u8]) -> Result<()> {
        let mut buffer = vec![0; 1 << 16];
        let (mut left, mut at) = (bytes.len(), 0);
        loop {
            let (mut room, mut written) = (buffer.len(), 0);
            let is_done = self.state.compress_stream(
                step,
                &mut left,
                bytes,
                &mut at,
                &mut room,
                &mut buffer,
                &mut written,
                &mut None,
                &mut |_, _, _, _| (),
            );
            ensure!(is_done, "brotli");
            self.compressed.extend(buffer.iter().take(written));
            if left == 0 && !self.state.has_more_output() {
                return Ok(());
            }
        }
    }

    fn finish(mut self) -> Result<Vec<u8>> {
        self.step(Step::BROTLI_OPERATION_FINISH, &[])?;
        Ok(self.compressed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    fn back(compressed: &[u8]) -> Vec<u8> {
        let mut bytes = vec![];
        brotli::Decompressor::new(compressed, 4096).read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// Numbers that follow from each other.
    fn numbers(count: usize, step: u8) -> Vec<u8> {
        let next = |last: &u8| Some(last.wrapping_mul(5).wrapping_add(step));
        std::iter::successors(Some(1_u8), next).take(count).collect()
    }

    #[test]
    fn parts_come_back_in_one_piece() {
        let all = [numbers(70_000, 3), vec![], numbers(1, 1), b"text ".repeat(3000), numbers(9, 7)];
        let all: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();

        assert_eq!(back(&parts(&all).unwrap()), all.concat());
        assert_eq!(back(&parts(&[]).unwrap()), b"");
    }

    #[test]
    fn a_text_comes_back_and_is_small() {
        let long = "面談は六十分です。".repeat(5000);

        let compressed = text(long.as_bytes()).unwrap();

        assert!(compressed.len() < 100);
        assert_eq!(back(&compressed), long.as_bytes());
    }
}
