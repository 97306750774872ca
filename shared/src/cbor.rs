//! The encoding: CBOR (RFC 8949) with integer keys, one encoding for one value.
//!
//! Heads and numbers are minicbor's; what a type adds is a table. Lengths are definite and the keys
//! of a map ascend, so no key stands twice. Unknown keys are passed over.

use core::fmt;

mod read;
mod write;

pub use read::{Decode, Reader, Row};
pub use shared_derive::{Decode, Encode};
pub use write::{Bytes, Encode, Writer};

/// Bytes that one end carries for the other without looking inside.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct Blob(#[cbor(n(0), bytes)] pub Vec<u8>);

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

/// Encodes into memory.
pub fn to_vec<T: Encode + ?Sized>(value: &T) -> Vec<u8> {
    let mut writer = Writer::default();
    value.encode(&mut writer);
    writer.into_bytes()
}

/// Decodes `bytes` whole; a trailing byte is an error, so that one value has one encoding length.
pub fn from_slice<T: Decode>(bytes: &[u8]) -> Option<T> {
    let mut reader = Reader::new(bytes);
    let value = T::decode(&mut reader)?;
    reader.is_at_end().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    #[derive(Debug, PartialEq, Encode, Decode)]
    #[cbor(row)]
    enum Seat {
        #[n(0)]
        Free,
        #[n(1)]
        Taken {
            #[n(0)]
            by: Option<String>,
            #[n(1)]
            since: u32,
        },
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
    fn a_row_is_read_whole_or_not_at_all() {
        for seat in [
            Seat::Free,
            Seat::Taken { by: None, since: 9 },
            Seat::Taken { by: Some("佐伯".to_owned()), since: 10 },
        ] {
            assert_eq!(from_slice(&to_vec(&seat)), Some(seat));
        }
        assert_eq!(from_slice::<Seat>(&[0x82, 0x01, 0x81, 0xf6]), None, "a field is missing");
        let more = [0x82, 0x01, 0x83, 0xf6, 0x09, 0x00];
        assert_eq!(from_slice::<Seat>(&more), None, "one is there besides");
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

    /// The same types as minicbor derives them.
    mod theirs {
        use minicbor::Encode;

        #[derive(Encode)]
        #[cbor(map)]
        pub(super) struct Card {
            #[n(0)]
            pub(super) number: u64,
            #[n(2)]
            pub(super) title: Option<String>,
        }

        #[derive(Encode)]
        pub(super) struct Row {
            #[n(0)]
            pub(super) sum: i64,
            #[n(3)]
            pub(super) small: Option<u8>,
            #[cbor(n(4), with = "minicbor::bytes")]
            pub(super) mark: [u8; 4],
            #[n(6)]
            pub(super) lines: Option<Vec<(String, bool)>>,
        }

        #[derive(Encode)]
        pub(super) enum Step {
            #[n(0)]
            Arrive,
            #[n(7)]
            Leave(#[n(0)] Card, #[n(2)] Option<u32>),
        }
    }

    #[derive(Debug, PartialEq, Encode, Decode)]
    struct Row {
        #[n(0)]
        sum: i64,
        #[n(3)]
        small: Option<u8>,
        #[cbor(n(4), bytes)]
        mark: [u8; 4],
        #[n(6)]
        lines: Option<Vec<(String, bool)>>,
    }

    #[derive(Debug, PartialEq, Encode, Decode)]
    enum Leaving {
        #[n(0)]
        Arrive,
        #[n(7)]
        Leave(#[n(0)] Card, #[n(2)] Option<u32>),
    }

    proptest! {
        #[test]
        fn every_shape_is_written_as_minicbor_writes_it_and_read_back(
            (number, sum, small) in any::<(u64, i64, Option<u8>)>(),
            (title, place) in any::<(Option<String>, Option<u32>)>(),
            (mark, lines) in any::<([u8; 4], Option<Vec<(String, bool)>>)>(),
        ) {
            let ours = Row { sum, small, mark, lines: lines.clone() };
            let bytes = to_vec(&ours);
            prop_assert_eq!(&bytes, &minicbor::to_vec(theirs::Row { sum, small, mark, lines }).unwrap());
            prop_assert_eq!(from_slice(&bytes), Some(ours));

            let theirs = theirs::Card { number, title: title.clone() };
            let theirs = minicbor::to_vec(theirs::Step::Leave(theirs, place)).unwrap();
            let ours = Leaving::Leave(Card { number, title }, place);
            prop_assert_eq!(&to_vec(&ours), &theirs);
            prop_assert_eq!(from_slice(&theirs), Some(ours));
        }
    }

    #[test]
    fn a_variant_without_fields_is_written_as_minicbor_writes_it() {
        let theirs = minicbor::to_vec(theirs::Step::Arrive).unwrap();

        assert_eq!(to_vec(&Leaving::Arrive), theirs);
        assert_eq!(from_slice(&theirs), Some(Leaving::Arrive));
    }

    #[test]
    fn a_length_is_only_claimed() {
        assert_eq!(from_slice::<Vec<u64>>(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1]), None);
        assert_eq!(from_slice::<Vec<u64>>(&[0x9f, 0x01, 0xff]), None);
    }
}
