//! The encoding: CBOR (RFC 8949) with integer keys, one encoding for one value.
//!
//! Writing is minicbor's; [`Decode`](crate::Decode) is ours and stricter: lengths are definite and
//! the keys of a map ascend, so no key stands twice. Unknown keys are passed over.

use core::fmt;

use minicbor::{Decoder, Encode, decode::Error};

use crate::Decode;

/// Bytes that one end carries for the other without looking inside.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct Blob(#[cbor(n(0), with = "minicbor::bytes")] pub Vec<u8>);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Blob {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Encodes into memory, which cannot fail.
pub fn to_vec<T: Encode<()>>(value: &T) -> Vec<u8> {
    // Only hand-written encoders can raise an error, and there are none.
    minicbor::to_vec(value).unwrap_or_default()
}

/// Decodes `bytes` whole; a trailing byte is an error, so that one value has one encoding length.
pub fn from_slice<'b, T: minicbor::Decode<'b, ()>>(bytes: &'b [u8]) -> Option<T> {
    let mut decoder = Decoder::new(bytes);
    let value = decoder.decode().ok()?;
    (decoder.position() == bytes.len()).then_some(value)
}

/// What `#[derive(Decode)]` makes of a type: reads or skips the value that belongs to a key.
pub type Row<'r, 'b> = dyn FnMut(u64, &mut Decoder<'b>) -> Result<(), Error> + 'r;

/// Walks a map whose keys ascend.
pub fn map<'b>(decoder: &mut Decoder<'b>, row: &mut Row<'_, 'b>) -> Result<(), Error> {
    let Some(length) = decoder.map()? else { return Err(indefinite(decoder)) };
    let mut least = 0;
    for _ in 0..length {
        let key = u64::from(decoder.u32()?);
        if key < least {
            return Err(Error::message("keys out of order").at(decoder.position()));
        }
        least = key.saturating_add(1);
        row(key, decoder)?;
    }
    Ok(())
}

/// Walks an array; the position is the key.
pub fn array<'b>(decoder: &mut Decoder<'b>, row: &mut Row<'_, 'b>) -> Result<(), Error> {
    let Some(length) = decoder.array()? else { return Err(indefinite(decoder)) };
    for key in 0..length {
        row(key, decoder)?;
    }
    Ok(())
}

/// The number of the variant that follows.
pub fn variant(decoder: &mut Decoder<'_>) -> Result<i64, Error> {
    match decoder.array()? {
        Some(2) => decoder.i64(),
        Some(_) | None => Err(Error::message("not a variant").at(decoder.position())),
    }
}

/// Reads a value into its slot.
pub fn read<'b, T: minicbor::Decode<'b, ()>>(
    decoder: &mut Decoder<'b>,
    slot: &mut Option<T>,
) -> Result<(), Error> {
    *slot = Some(T::decode(decoder, &mut ())?);
    Ok(())
}

/// The value of a slot that must not be empty.
pub fn need<T>(slot: Option<T>) -> Result<T, Error> {
    slot.ok_or_else(missing)
}

#[cold]
fn missing() -> Error {
    Error::message("a value is missing")
}

#[cold]
fn indefinite(decoder: &Decoder<'_>) -> Error {
    Error::message("indefinite length").at(decoder.position())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Encode, Decode)]
    #[cbor(map)]
    struct Card {
        #[n(0)]
        number: u64,
        #[n(2)]
        title: Option<String>,
    }

    #[derive(Debug, PartialEq, Encode, Decode)]
    enum Step {
        #[n(0)]
        Arrive,
        #[n(1)]
        Talk {
            #[n(0)]
            minutes: u32,
            #[n(1)]
            with: Option<String>,
        },
        #[n(2)]
        Leave(#[n(0)] Card),
    }

    fn card() -> Card {
        Card { number: 7, title: Some("面談".to_owned()) }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(from_slice(&to_vec(&card())), Some(card()));
        for step in [Step::Arrive, Step::Talk { minutes: 75, with: None }, Step::Leave(card())] {
            assert_eq!(from_slice(&to_vec(&step)), Some(step));
        }
    }

    #[test]
    fn a_key_of_a_later_version_is_passed_over() {
        let bytes = [0xa3, 0x00, 0x07, 0x02, 0xf6, 0x18, 0x63, 0x82, 0x01, 0x02];

        assert_eq!(from_slice(&bytes), Some(Card { number: 7, title: None }));
    }

    #[test]
    fn an_optional_value_may_be_missing_and_another_may_not() {
        assert_eq!(from_slice(&[0xa1, 0x00, 0x07]), Some(Card { number: 7, title: None }));
        assert_eq!(from_slice::<Card>(&[0xa1, 0x02, 0xf6]), None);
    }

    #[track_caller]
    fn check_refused(bytes: &[u8]) {
        assert_eq!(from_slice::<Card>(bytes), None);
    }

    #[test]
    fn a_value_has_one_encoding() {
        check_refused(&[0xa2, 0x00, 0x07, 0x00, 0x07]); // the key twice
        check_refused(&[0xa2, 0x02, 0xf6, 0x00, 0x07]); // the keys backwards
        check_refused(&[0xbf, 0x00, 0x07, 0xff]); // without a length
        check_refused(&[0xa1, 0x00, 0x07, 0x00]); // and a byte more
        check_refused(&[0xa1, 0x00]);
        check_refused(&[]);
    }

    #[test]
    fn a_variant_that_is_not_known_is_refused() {
        assert_eq!(from_slice::<Step>(&[0x82, 0x03, 0x80]), None);
        assert_eq!(from_slice::<Step>(&[0x83, 0x00, 0x80, 0x80]), None);
    }
}
