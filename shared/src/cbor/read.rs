//! Reading, stricter than minicbor's: lengths are definite, the keys of a map ascend.
//!
//! What a value is not is `None` and nothing more: nobody acts on the difference, and an error that
//! says why is carried through every function of every type.

use std::collections::BTreeMap;

use minicbor::{Decoder, data::Type};

/// Something that can be read.
pub trait Decode: Sized {
    /// Reads it; `None` for anything that is not its encoding.
    fn decode(reader: &mut Reader<'_>) -> Option<Self>;
}

/// Bytes being read.
pub struct Reader<'b>(Decoder<'b>);

/// What `#[derive(Decode)]` makes of a type: reads or skips the value that belongs to a key.
pub type Row<'r> = dyn FnMut(u64, &mut Reader<'_>) -> Option<()> + 'r;

impl<'b> Reader<'b> {
    /// From the first byte on.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self(Decoder::new(bytes))
    }

    /// Whether every byte was read.
    pub fn is_at_end(&self) -> bool {
        self.0.position() == self.0.input().len()
    }

    /// A whole number from nought.
    pub fn u64(&mut self) -> Option<u64> {
        self.0.u64().ok()
    }

    /// A whole number.
    pub fn i64(&mut self) -> Option<i64> {
        self.0.i64().ok()
    }

    /// Yes or no.
    pub fn bool(&mut self) -> Option<bool> {
        self.0.bool().ok()
    }

    /// Bytes.
    pub fn bytes(&mut self) -> Option<&'b [u8]> {
        self.0.bytes().ok()
    }

    /// So many bytes exactly.
    pub fn exact<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes()?.try_into().ok()
    }

    /// A text.
    pub fn text(&mut self) -> Option<&'b str> {
        self.0.str().ok()
    }

    /// The length of the array that follows.
    pub fn array_head(&mut self) -> Option<u64> {
        self.0.array().ok()?
    }

    /// The length of the map that follows.
    pub fn map_head(&mut self) -> Option<u64> {
        self.0.map().ok()?
    }

    /// Passes over a value of whatever kind.
    pub fn skip(&mut self) -> Option<()> {
        self.0.skip().ok()
    }

    /// Passes over a null, if there is one.
    fn null(&mut self) -> Option<bool> {
        let is_null = self.0.datatype().ok()? == Type::Null;
        if is_null {
            self.skip()?;
        }
        Some(is_null)
    }

    /// Walks a map whose keys ascend.
    pub fn map(&mut self, row: &mut Row<'_>) -> Option<()> {
        let mut least = 0;
        for _ in 0..self.map_head()? {
            let key = u64::from(u32::decode(self)?);
            if key < least {
                return None;
            }
            least = key.saturating_add(1);
            row(key, self)?;
        }
        Some(())
    }

    /// Walks an array; the position is the key.
    pub fn array(&mut self, row: &mut Row<'_>) -> Option<()> {
        (0..self.array_head()?).try_for_each(|place| row(place, self))
    }

    /// The head of a row of so many values.
    pub fn row(&mut self, length: u64) -> Option<()> {
        (self.array_head()? == length).then_some(())
    }

    /// The number of the variant that follows.
    pub fn variant(&mut self) -> Option<u64> {
        if self.array_head()? == 2 { self.u64() } else { None }
    }

    /// Reads a value into its slot.
    pub fn read<T: Decode>(&mut self, slot: &mut Option<T>) -> Option<()> {
        *slot = Some(T::decode(self)?);
        Some(())
    }
}

macro_rules! natural {
    ($($number:ty),*) => {$(
        impl Decode for $number {
            fn decode(reader: &mut Reader<'_>) -> Option<Self> {
                reader.u64()?.try_into().ok()
            }
        }
    )*};
}

natural!(u8, u16, u32);

impl Decode for u64 {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        reader.u64()
    }
}

impl Decode for i64 {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        reader.i64()
    }
}

impl Decode for bool {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        reader.bool()
    }
}

impl Decode for String {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        reader.text().map(Self::from)
    }
}

impl Decode for () {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        (reader.array_head()? == 0).then_some(())
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        T::decode(reader).map(Self::new)
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        if reader.null()? { Some(None) } else { T::decode(reader).map(Some) }
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        // Room is made as values arrive: a length is only claimed.
        let mut values = Self::new();
        for _ in 0..reader.array_head()? {
            values.push(T::decode(reader)?);
        }
        Some(values)
    }
}

impl<T: Decode, const N: usize> Decode for [T; N] {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        Vec::decode(reader)?.try_into().ok()
    }
}

impl<A: Decode, B: Decode> Decode for (A, B) {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        (reader.array_head()? == 2).then_some(())?;
        Some((A::decode(reader)?, B::decode(reader)?))
    }
}

impl<A: Decode, B: Decode, C: Decode> Decode for (A, B, C) {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        (reader.array_head()? == 3).then_some(())?;
        Some((A::decode(reader)?, B::decode(reader)?, C::decode(reader)?))
    }
}

impl<K: Decode + Ord, V: Decode> Decode for BTreeMap<K, V> {
    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let mut map = Self::new();
        for _ in 0..reader.map_head()? {
            let key = K::decode(reader)?;
            if map.last_key_value().is_some_and(|(last, _)| *last >= key) {
                return None;
            }
            map.insert(key, V::decode(reader)?);
        }
        Some(map)
    }
}
