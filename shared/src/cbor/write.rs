//! Writing: a value tells its parts, one function writes them.
//!
//! Nothing here is written out anew for each type: the app has some hundred and fifty types that
//! travel, and a phone downloads every line that is.

use std::{collections::BTreeMap, mem};

use minicbor::Encoder;
use zeroize::Zeroizing;

/// A head or a number has no more (RFC 8949 §3).
const HEAD_BYTES: usize = 9;

/// Something with one encoding.
pub trait Encode {
    /// Writes it at the end.
    fn encode(&self, writer: &mut Writer);

    /// Whether it is left out of a map, and at the end of an array.
    fn is_absent(&self) -> bool {
        false
    }
}

/// Encoded bytes that grow; what they outgrow is wiped, for some of them are keys.
#[derive(Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// With room for so many bytes.
    pub fn with_room(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// Values that are encoded already.
    pub fn encoded(&mut self, values: &[u8]) {
        self.make_room(values.len());
        self.0.extend_from_slice(values);
    }

    fn make_room(&mut self, bytes: usize) {
        let needed = self.0.len().saturating_add(bytes);
        if needed > self.0.capacity() {
            let mut grown = Vec::with_capacity(needed.max(self.0.len().saturating_mul(2)));
            grown.extend_from_slice(&self.0);
            drop(Zeroizing::new(mem::replace(&mut self.0, grown)));
        }
    }

    fn put(&mut self, write: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) {
        self.make_room(HEAD_BYTES);
        write(&mut Encoder::new(&mut self.0));
    }

    /// A whole number from nought.
    pub fn u64(&mut self, number: u64) {
        self.put(|encoder| written(encoder.u64(number).is_ok()));
    }

    /// A whole number.
    pub fn i64(&mut self, number: i64) {
        self.put(|encoder| written(encoder.i64(number).is_ok()));
    }

    /// Yes or no.
    pub fn bool(&mut self, is: bool) {
        self.put(|encoder| written(encoder.bool(is).is_ok()));
    }

    /// Nothing.
    pub fn null(&mut self) {
        self.put(|encoder| written(encoder.null().is_ok()));
    }

    /// Bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.make_room(bytes.len().saturating_add(HEAD_BYTES));
        self.put(|encoder| written(encoder.bytes(bytes).is_ok()));
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.make_room(text.len().saturating_add(HEAD_BYTES));
        self.put(|encoder| written(encoder.str(text).is_ok()));
    }

    /// The head of an array of so many values, which follow.
    pub fn array_head(&mut self, length: usize) {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        self.put(|encoder| written(encoder.array(length).is_ok()));
    }

    /// The head of a map of so many entries, which follow.
    pub fn map_head(&mut self, length: usize) {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        self.put(|encoder| written(encoder.map(length).is_ok()));
    }

    /// The fields of a value as a map; `keys` ascend.
    pub fn map(&mut self, keys: &[u32], values: &[&dyn Encode]) {
        self.map_head(values.iter().filter(|value| !value.is_absent()).count());
        for (key, value) in keys.iter().zip(values).filter(|(_, value)| !value.is_absent()) {
            self.u64(u64::from(*key));
            value.encode(self);
        }
    }

    /// The fields of a value, all of them.
    pub fn row(&mut self, values: &[&dyn Encode]) {
        self.array_head(values.len());
        for value in values {
            value.encode(self);
        }
    }

    /// The fields of a value as an array, each at its place; `places` ascend.
    pub fn array(&mut self, places: &[u32], values: &[&dyn Encode]) {
        let present = || places.iter().zip(values).filter(|(_, value)| !value.is_absent());
        let length = present().next_back().map_or(0, |(place, _)| place.saturating_add(1));
        self.put(|encoder| written(encoder.array(u64::from(length)).is_ok()));
        let mut next = 0;
        for (place, value) in present() {
            for _ in next..*place {
                self.null();
            }
            value.encode(self);
            next = place.saturating_add(1);
        }
    }

    /// The number of a variant, whose fields follow.
    pub fn variant(&mut self, number: u32) {
        self.array_head(2);
        self.u64(u64::from(number));
    }

    fn list(&mut self, length: usize, values: &mut dyn Iterator<Item = &dyn Encode>) {
        self.array_head(length);
        for value in values {
            value.encode(self);
        }
    }
}

fn written(is: bool) {
    debug_assert!(is, "memory takes every byte");
}

/// Something that is written as a string of bytes, not as an array of numbers.
pub struct Bytes<'b>(pub &'b [u8]);

impl Encode for Bytes<'_> {
    fn encode(&self, writer: &mut Writer) {
        writer.bytes(self.0);
    }
}

macro_rules! natural {
    ($($number:ty),*) => {$(
        impl Encode for $number {
            fn encode(&self, writer: &mut Writer) {
                writer.u64(u64::from(*self));
            }
        }
    )*};
}

natural!(u8, u16, u32, u64);

impl Encode for i64 {
    fn encode(&self, writer: &mut Writer) {
        writer.i64(*self);
    }
}

impl Encode for bool {
    fn encode(&self, writer: &mut Writer) {
        writer.bool(*self);
    }
}

impl Encode for str {
    fn encode(&self, writer: &mut Writer) {
        writer.text(self);
    }
}

impl Encode for String {
    fn encode(&self, writer: &mut Writer) {
        writer.text(self);
    }
}

/// As an empty array.
impl Encode for () {
    fn encode(&self, writer: &mut Writer) {
        writer.array_head(0);
    }
}

impl<T: Encode + ?Sized> Encode for &T {
    fn encode(&self, writer: &mut Writer) {
        (**self).encode(writer);
    }

    fn is_absent(&self) -> bool {
        (**self).is_absent()
    }
}

impl<T: Encode + ?Sized> Encode for Box<T> {
    fn encode(&self, writer: &mut Writer) {
        (**self).encode(writer);
    }

    fn is_absent(&self) -> bool {
        (**self).is_absent()
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Some(value) => value.encode(writer),
            None => writer.null(),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Encode> Encode for [T] {
    fn encode(&self, writer: &mut Writer) {
        writer.list(self.len(), &mut self.iter().map(|value| -> &dyn Encode { value }));
    }
}

impl<T: Encode, const N: usize> Encode for [T; N] {
    fn encode(&self, writer: &mut Writer) {
        self.as_slice().encode(writer);
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, writer: &mut Writer) {
        self.as_slice().encode(writer);
    }
}

impl<A: Encode, B: Encode> Encode for (A, B) {
    fn encode(&self, writer: &mut Writer) {
        writer.array_head(2);
        self.0.encode(writer);
        self.1.encode(writer);
    }
}

impl<A: Encode, B: Encode, C: Encode> Encode for (A, B, C) {
    fn encode(&self, writer: &mut Writer) {
        writer.array_head(3);
        self.0.encode(writer);
        self.1.encode(writer);
        self.2.encode(writer);
    }
}

impl<K: Encode, V: Encode> Encode for BTreeMap<K, V> {
    fn encode(&self, writer: &mut Writer) {
        writer.map_head(self.len());
        for (key, value) in self {
            key.encode(writer);
            value.encode(writer);
        }
    }
}
