//! The encoding: CBOR (RFC 8949) with integer keys, one encoding for one value.
//!
//! Heads and numbers are minicbor's; what a type adds is a table. Lengths are definite and the keys
//! of a map ascend, so no key stands twice. Unknown keys are passed over.

use core::fmt;

mod read;
mod said;
mod write;

pub use read::{Decode, Reader, Table};
pub use said::{Said, is_same};
pub use shared_derive::{Decode, Encode};
pub use write::{Bytes, Encode, Writer};

/// Bytes that one end carries for the other without looking inside.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Encode)]
#[cbor(transparent)]
pub struct Blob(#[cbor(n(0), bytes)] pub Vec<u8>);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl Decode for Blob {
    fn decode(reader: &mut Reader<'_>) -> Self {
        Self(reader.bytes().into())
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
    let value = T::decode(&mut reader);
    (reader.is_sound() && reader.is_at_end()).then_some(value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::map::Map;
    use proptest::prelude::*;

    mod by_hand;

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

    #[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
    #[cbor(index_only)]
    enum Kind {
        #[n(1)]
        Letter,
        #[n(4)]
        Book,
    }

    #[test]
    fn a_variant_without_fields_is_written_as_minicbor_writes_it() {
        let theirs = minicbor::to_vec(theirs::Step::Arrive).unwrap();

        assert_eq!(to_vec(&Leaving::Arrive), theirs);
        assert_eq!(from_slice(&theirs), Some(Leaving::Arrive));
    }

    #[test]
    fn a_variant_is_known_by_its_number_alone() {
        assert_eq!(from_slice(&[0x01]), Some(Kind::Letter));
        assert_eq!(from_slice(&[0x04]), Some(Kind::Book));
        for number in [0x00, 0x02, 0x05, 0x17, 0x20, 0xf6] {
            assert_eq!(from_slice::<Kind>(&[number]), None);
        }
    }

    #[test]
    fn a_length_is_only_claimed() {
        assert_eq!(from_slice::<Vec<u64>>(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1]), None);
        assert_eq!(from_slice::<Vec<u64>>(&[0x9f, 0x01, 0xff]), None);
    }

    #[track_caller]
    fn check_ends<T: Decode + fmt::Debug + PartialEq>(kind: u8, content: &[u8]) {
        let head = [[kind | 0x1b].as_slice(), &[0xff; 8]].concat();

        for bytes in [&head, &[&*head, content].concat(), &[&*head, &*head, content].concat()] {
            assert_eq!(from_slice::<T>(bytes), None);
        }
    }

    #[test]
    fn the_largest_length_ends_with_the_bytes() {
        check_ends::<Blob>(0x40, &[7]);
        check_ends::<String>(0x60, b"a");
        check_ends::<Vec<u64>>(0x80, &[7, 7]);
        check_ends::<Vec<Vec<u64>>>(0x80, &[7, 7]);
        check_ends::<Vec<()>>(0x80, &[0x80, 0x80]);
        check_ends::<()>(0x80, &[]);
        check_ends::<(u64, u64)>(0x80, &[7, 7]);
        check_ends::<[u64; 2]>(0x80, &[7, 7]);
        check_ends::<Row>(0x80, &[0x00, 0xf6, 0xf6, 0xf6, 0x44, 1, 2, 3, 4]);
        check_ends::<Step>(0x80, &[0x00, 0x80]);
        check_ends::<Card>(0xa0, &[0x00, 0x07, 0x02, 0xf6, 0x03, 0x80]);
        check_ends::<BTreeMap<u64, bool>>(0xa0, &[0x00, 0xf4, 0x01, 0xf5]);
        check_ends::<Map<u64, bool>>(0xa0, &[0x00, 0xf4, 0x01, 0xf5]);
    }

    #[test]
    fn a_reader_that_failed_stands_still_and_reads_the_least_of_everything() {
        let bytes = [0x07, 0x07, 0x82, 0x07, 0x07];
        let mut reader = Reader::new(&bytes);
        assert!(reader.u64() == 7 && reader.is_sound());

        assert_eq!(reader.text(), "", "a number is no text");

        assert!(!reader.is_sound());
        assert_eq!((reader.u64(), reader.i64(), reader.bool()), (0, 0, false));
        assert_eq!((reader.bytes(), reader.text(), reader.exact()), (&[][..], "", [0; 3]));
        assert_eq!((reader.array_head(), reader.map_head(), reader.variant()), (0, 0, 0));
        assert_eq!(Vec::<u64>::decode(&mut reader), []);
        assert_eq!(Option::<u64>::decode(&mut reader), None);
        assert_eq!(<[u8; 2]>::decode(&mut reader), [0, 0]);
        assert_eq!(Card::decode(&mut reader), Card { number: 0, title: None });
        assert_eq!(Step::decode(&mut reader), Step::Arrive);
        assert_eq!(Kind::decode(&mut reader), Kind::Letter);
        reader.skip();
        reader.expect(true);
        assert!(!reader.is_sound() && !reader.is_at_end());
    }
}
