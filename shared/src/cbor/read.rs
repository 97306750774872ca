//! Reading, stricter than minicbor's: lengths are definite, the keys of a map ascend.
//!
//! What a value is not is nothing that is told: nobody acts on the difference, and an error that
//! says why is carried through every function of every type. Neither does each of them ask whether
//! there was one: a reader that failed stands still and reads the least of everything, so what is
//! read is asked once, at its end, whether it is sound.

use core::array;
use std::collections::BTreeMap;

use minicbor::{Decoder, data::Type, decode::Error};

/// Something that can be read.
pub trait Decode: Sized {
    /// That reading ends, after a failure as well: what a value holds in any case.
    ///
    /// A type that always holds another of its kind would be read for ever by a reader that
    /// failed. Its constant would be made of itself, so it does not compile:
    ///
    /// ```compile_fail,E0391
    /// #[derive(shared::Decode)]
    /// struct Card(#[n(0)] Box<Card>);
    /// ```
    ///
    /// One that may hold it is fine, as long as the first variant does without:
    ///
    /// ```
    /// #[derive(shared::Decode)]
    /// struct Card(#[n(0)] Option<Box<Card>>, #[n(1)] Step);
    ///
    /// #[derive(shared::Decode)]
    /// enum Step {
    ///     #[n(0)]
    ///     Leave,
    ///     #[n(1)]
    ///     Talk(#[n(0)] Box<Card>),
    /// }
    /// ```
    const ENDS: () = ();

    /// Reads it; fails the reader at anything that is not its encoding.
    fn decode(reader: &mut Reader<'_>) -> Self;
}

/// Bytes being read.
pub struct Reader<'b> {
    decoder: Decoder<'b>,
    failed: bool,
}

impl<'b> Reader<'b> {
    /// From the first byte on.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { decoder: Decoder::new(bytes), failed: false }
    }

    /// Whether every byte was read.
    pub fn is_at_end(&self) -> bool {
        self.decoder.position() == self.decoder.input().len()
    }

    /// Whether everything was what it was read as. If not, what was read means nothing.
    pub fn is_sound(&self) -> bool {
        !self.failed
    }

    /// Something is not what it is read as: from here on everything is the least of its kind.
    pub fn fail(&mut self) {
        self.failed = true;
    }

    /// Fails unless so.
    pub fn expect(&mut self, is: bool) {
        self.failed |= !is;
    }

    /// The only way to the bytes, closed after a failure.
    fn get<T: Default>(&mut self, read: impl FnOnce(&mut Decoder<'b>) -> Result<T, Error>) -> T {
        if self.is_sound()
            && let Ok(value) = read(&mut self.decoder)
        {
            return value;
        }
        self.fail();
        T::default()
    }

    /// A whole number from nought.
    pub fn u64(&mut self) -> u64 {
        self.get(Decoder::u64)
    }

    /// A whole number.
    pub fn i64(&mut self) -> i64 {
        self.get(Decoder::i64)
    }

    /// Yes or no.
    pub fn bool(&mut self) -> bool {
        self.get(Decoder::bool)
    }

    /// Bytes.
    pub fn bytes(&mut self) -> &'b [u8] {
        self.get(Decoder::bytes)
    }

    /// So many bytes exactly.
    pub fn exact<const N: usize>(&mut self) -> [u8; N] {
        self.bytes().try_into().unwrap_or_else(|_| {
            self.fail();
            [0; N]
        })
    }

    /// A text.
    pub fn text(&mut self) -> &'b str {
        self.get(Decoder::str)
    }

    /// The length of the array that follows.
    pub fn array_head(&mut self) -> u64 {
        let length = self.get(Decoder::array);
        self.definite(length)
    }

    /// The length of the map that follows.
    pub fn map_head(&mut self) -> u64 {
        let length = self.get(Decoder::map);
        self.definite(length)
    }

    fn definite(&mut self, length: Option<u64>) -> u64 {
        self.expect(length.is_some());
        length.unwrap_or(0)
    }

    /// Whether there is one more of the `left` values, which is then counted; none after a failure,
    /// for a length is only claimed.
    pub fn more(&mut self, left: &mut u64) -> bool {
        let is = self.is_sound() && *left > 0;
        *left = left.saturating_sub(1);
        is
    }

    /// Passes over a value of whatever kind.
    pub fn skip(&mut self) {
        self.get(Decoder::skip);
    }

    /// Passes over a null, if there is one.
    fn null(&mut self) -> bool {
        let is_null = self.get(|decoder| Ok(decoder.datatype()? == Type::Null));
        if is_null {
            self.skip();
        }
        is_null || self.failed
    }

    /// A table as a map whose keys ascend.
    pub fn map(&mut self) -> Table<'_, 'b> {
        let left = self.map_head();
        Table::new(self, left, true)
    }

    /// A table as an array; the position is the key.
    pub fn array(&mut self) -> Table<'_, 'b> {
        let left = self.array_head();
        Table::new(self, left, false)
    }

    /// The head of a row of so many values.
    pub fn row(&mut self, length: u64) {
        let is = self.array_head() == length;
        self.expect(is);
    }

    /// The number of the variant that follows.
    pub fn variant(&mut self) -> u64 {
        self.row(2);
        self.u64()
    }
}

/// What `#[derive(Decode)]` reads a type from: fields, asked for in the order of their numbers.
///
/// Numbers between them are those of a later version and passed over.
pub struct Table<'r, 'b> {
    reader: &'r mut Reader<'b>,
    /// What is read for a missing field that may be missing.
    null: Reader<'b>,
    keyed: bool,
    /// Fields whose key was not read.
    left: u64,
    /// The least key that may follow.
    least: u64,
    /// The key of the value that is next, if it was read.
    ahead: Option<u64>,
}

impl<'r, 'b> Table<'r, 'b> {
    fn new(reader: &'r mut Reader<'b>, left: u64, keyed: bool) -> Self {
        Self { reader, null: Reader::new(&[]), keyed, left, least: 0, ahead: None }
    }

    /// For the value of a field that must be there.
    pub fn must(&mut self, number: u64) -> &mut Reader<'b> {
        let is = self.seek(number);
        self.reader.expect(is);
        self.reader
    }

    /// For the value of a field that may be missing, and is null then.
    pub fn may(&mut self, number: u64) -> &mut Reader<'b> {
        if self.seek(number) {
            return self.reader;
        }
        self.null = Reader::new(&[0xf6]);
        &mut self.null
    }

    /// Passes over the fields that are left.
    pub fn end(mut self) {
        // No key is so large.
        self.seek(u64::MAX);
    }

    /// Passes over the fields before this one; whether it is there.
    fn seek(&mut self, number: u64) -> bool {
        while let Some(key) = self.key() {
            if key >= number {
                self.ahead = (key > number).then_some(key);
                return key == number;
            }
            self.reader.skip();
        }
        false
    }

    fn key(&mut self) -> Option<u64> {
        if self.ahead.is_some() {
            return self.ahead.take();
        }
        if !self.reader.more(&mut self.left) {
            return None;
        }
        let key = if self.keyed { u32::decode(self.reader).into() } else { self.least };
        self.reader.expect(key >= self.least);
        self.least = key.saturating_add(1);
        Some(key)
    }
}

macro_rules! natural {
    ($($number:ty),*) => {$(
        impl Decode for $number {
            fn decode(reader: &mut Reader<'_>) -> Self {
                reader.u64().try_into().unwrap_or_else(|_| {
                    reader.fail();
                    0
                })
            }
        }
    )*};
}

natural!(u8, u16, u32);

impl Decode for u64 {
    fn decode(reader: &mut Reader<'_>) -> Self {
        reader.u64()
    }
}

impl Decode for i64 {
    fn decode(reader: &mut Reader<'_>) -> Self {
        reader.i64()
    }
}

impl Decode for bool {
    fn decode(reader: &mut Reader<'_>) -> Self {
        reader.bool()
    }
}

impl Decode for String {
    fn decode(reader: &mut Reader<'_>) -> Self {
        reader.text().into()
    }
}

impl Decode for () {
    fn decode(reader: &mut Reader<'_>) -> Self {
        reader.row(0);
    }
}

impl<T: Decode> Decode for Box<T> {
    const ENDS: () = T::ENDS;

    fn decode(reader: &mut Reader<'_>) -> Self {
        Self::new(T::decode(reader))
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(reader: &mut Reader<'_>) -> Self {
        if reader.null() { None } else { Some(T::decode(reader)) }
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(reader: &mut Reader<'_>) -> Self {
        // Room is made as values arrive: a length is only claimed.
        let mut values = Self::new();
        let mut left = reader.array_head();
        while reader.more(&mut left) {
            values.push(T::decode(reader));
        }
        values
    }
}

impl<T: Decode, const N: usize> Decode for [T; N] {
    const ENDS: () = T::ENDS;

    fn decode(reader: &mut Reader<'_>) -> Self {
        let is = usize::try_from(reader.array_head()) == Ok(N);
        reader.expect(is);
        array::from_fn(|_| T::decode(reader))
    }
}

impl<A: Decode, B: Decode> Decode for (A, B) {
    const ENDS: () = (A::ENDS, B::ENDS).0;

    fn decode(reader: &mut Reader<'_>) -> Self {
        reader.row(2);
        (A::decode(reader), B::decode(reader))
    }
}

impl<A: Decode, B: Decode, C: Decode> Decode for (A, B, C) {
    const ENDS: () = (A::ENDS, B::ENDS, C::ENDS).0;

    fn decode(reader: &mut Reader<'_>) -> Self {
        reader.row(3);
        (A::decode(reader), B::decode(reader), C::decode(reader))
    }
}

impl<K: Decode + Ord, V: Decode> Decode for BTreeMap<K, V> {
    fn decode(reader: &mut Reader<'_>) -> Self {
        let mut map = Self::new();
        let mut left = reader.map_head();
        while reader.more(&mut left) {
            let (key, value) = (K::decode(reader), V::decode(reader));
            if map.last_key_value().is_some_and(|(last, _)| *last >= key) {
                reader.fail();
            } else {
                map.insert(key, value);
            }
        }
        map
    }
}
