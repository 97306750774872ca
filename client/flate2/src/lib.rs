//! The part of `flate2` that automerge calls, without compression.
//!
//! A compressed chunk from a dishonest member can unfold to a thousand times its size, and
//! compressing chosen words together with secret ones tells the length of what they share. So the
//! app has no compressor and no decompressor: [`bufread::DeflateEncoder`] stores (RFC 1951, §3.2.4)
//! and [`bufread::DeflateDecoder`] reads what is stored. Anything else is an error, which automerge
//! reports as an unreadable chunk.

pub mod bufread;

/// How hard to try. There is one answer here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compression;
