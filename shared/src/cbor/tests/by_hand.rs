//! Reading compared with reading by hand: each value is cut out first and then looked at, and the
//! first that is not what it should be ends it.

use minicbor::{Decoder, decode::Error};

use super::*;

/// One of each, the fields not in the order of their numbers.
#[derive(Debug, PartialEq, Encode, Decode)]
struct Shelf {
    #[n(2)]
    leaving: Leaving,
    #[n(0)]
    row: Row,
    #[n(3)]
    seats: Vec<Seat>,
    #[n(4)]
    kinds: BTreeMap<u16, Kind>,
    #[n(5)]
    places: [u8; 2],
    #[n(7)]
    last: Option<Box<Card>>,
    #[n(6)]
    blob: Blob,
    #[n(8)]
    map: Map<bool, ()>,
}

fn shelf() -> Shelf {
    let lines = Some(vec![("a".to_owned(), true)]);
    Shelf {
        leaving: Leaving::Leave(super::card(), Some(300)),
        row: Row { sum: -7, small: Some(24), mark: [1, 2, 3, 4], lines },
        seats: vec![Seat::Free, Seat::Taken { by: None, since: 9 }],
        kinds: [(3, Kind::Book), (4, Kind::Letter)].into(),
        places: [5, 6],
        last: Some(Box::new(super::card())),
        blob: vec![9].into(),
        map: [(false, ()), (true, ())].into(),
    }
}

/// Whether it is read, which is just as it is read by hand, and as often as it is written.
#[track_caller]
fn check_read(bytes: &[u8]) -> bool {
    let read = from_slice::<Shelf>(bytes);
    assert_eq!(read, read_shelf(bytes), "{bytes:02x?}");
    if let Some(shelf) = &read {
        assert_eq!(from_slice(&to_vec(shelf)).as_ref(), Some(shelf), "{bytes:02x?}");
    }
    read.is_some()
}

#[test]
fn a_value_is_not_read_from_a_part_of_it() {
    let whole = to_vec(&shelf());

    assert_eq!(from_slice(&whole), Some(shelf()));
    for end in 0..whole.len() {
        assert!(!check_read(&whole[..end]));
    }
    for at in 0..whole.len() {
        check_read(&[&whole[..at], &whole[at + 1..]].concat());
    }
}

#[test]
fn another_byte_anywhere_is_read_as_what_it_then_says() {
    let whole = to_vec(&shelf());

    let (mut read, mut refused) = (0, 0);
    for (at, byte) in (0..=whole.len()).flat_map(|at| (0..=u8::MAX).map(move |it| (at, it))) {
        let (before, after) = whole.split_at(at);
        let replaced = [before, &[byte], after.get(1..).unwrap_or_default()].concat();
        for bytes in [replaced, [before, &[byte], after].concat()] {
            *(if check_read(&bytes) { &mut read } else { &mut refused }) += 1;
        }
    }

    assert!(read > 2_000 && refused > 20_000, "{read} read, {refused} refused");
}

proptest! {
    #[test]
    fn any_bytes_are_read_as_they_are_by_hand(
        changes in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 0..6),
        mut bytes in prop_oneof![
            Just(to_vec(&shelf())),
            prop::collection::vec(any::<u8>(), 1..64),
        ],
    ) {
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        check_read(&bytes);
    }
}

/// What `read` makes of all of the bytes.
fn only<'b, T>(
    bytes: &'b [u8],
    read: impl FnOnce(&mut Decoder<'b>) -> Result<T, Error>,
) -> Option<T> {
    let mut decoder = Decoder::new(bytes);
    let value = read(&mut decoder).ok()?;
    (decoder.position() == bytes.len()).then_some(value)
}

fn cut<'b>(decoder: &mut Decoder<'b>, count: u64) -> Result<Vec<&'b [u8]>, Error> {
    let one = |_| {
        let start = decoder.position();
        decoder.skip()?;
        Ok(&decoder.input()[start..decoder.position()])
    };
    (0..count).map(one).collect()
}

fn indefinite() -> Error {
    Error::message("indefinite")
}

fn items(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    only(bytes, |decoder| {
        let count = decoder.array()?.ok_or_else(indefinite)?;
        cut(decoder, count)
    })
}

fn pairs<K: Ord>(bytes: &[u8], key: impl Fn(&[u8]) -> Option<K>) -> Option<Vec<(K, &[u8])>> {
    let parts = only(bytes, |decoder| {
        let count = decoder.map()?.ok_or_else(indefinite)?;
        cut(decoder, count.saturating_mul(2))
    })?;
    let pairs =
        parts.chunks(2).map(|pair| Some((key(pair[0])?, pair[1]))).collect::<Option<Vec<_>>>()?;
    pairs.is_sorted_by(|one, other| one.0 < other.0).then_some(pairs)
}

fn natural<T: TryFrom<u64>>(bytes: &[u8]) -> Option<T> {
    only(bytes, Decoder::u64)?.try_into().ok()
}

fn text(bytes: &[u8]) -> Option<String> {
    only(bytes, Decoder::str).map(Into::into)
}

fn yes(bytes: &[u8]) -> Option<bool> {
    only(bytes, Decoder::bool)
}

/// A missing value is none, as null is; another must be read.
#[expect(clippy::option_option, reason = "whether it can be read, and whether it is there")]
fn maybe<T>(bytes: Option<&[u8]>, read: impl Fn(&[u8]) -> Option<T>) -> Option<Option<T>> {
    bytes.filter(|it| *it != [0xf6]).map_or(Some(None), |it| read(it).map(Some))
}

fn each<T>(items: &[&[u8]], read: impl Fn(&[u8]) -> Option<T>) -> Option<Vec<T>> {
    items.iter().map(|it| read(it)).collect()
}

fn card(bytes: &[u8]) -> Option<Card> {
    let parts = pairs(bytes, natural::<u32>)?;
    let of = |number| parts.iter().find(|(key, _)| *key == number).map(|pair| pair.1);
    Some(Card { number: natural(of(0)?)?, title: maybe(of(2), text)? })
}

fn line(bytes: &[u8]) -> Option<(String, bool)> {
    let [one, other] = items(bytes)?.try_into().ok()?;
    Some((text(one)?, yes(other)?))
}

fn row(bytes: &[u8]) -> Option<Row> {
    let parts = items(bytes)?;
    let of = |place: usize| parts.get(place).copied();
    Some(Row {
        sum: only(of(0)?, Decoder::i64)?,
        small: maybe(of(3), natural)?,
        mark: only(of(4)?, Decoder::bytes)?.try_into().ok()?,
        lines: maybe(of(6), |it| each(&items(it)?, line))?,
    })
}

fn variant(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let [number, fields] = items(bytes)?.try_into().ok()?;
    Some((natural(number)?, fields))
}

fn leaving(bytes: &[u8]) -> Option<Leaving> {
    match variant(bytes)? {
        (0, _) => Some(Leaving::Arrive),
        (7, fields) => {
            let fields = items(fields)?;
            let place = maybe(fields.get(2).copied(), natural)?;
            Some(Leaving::Leave(card(fields.first()?)?, place))
        }
        _ => None,
    }
}

fn seat(bytes: &[u8]) -> Option<Seat> {
    match variant(bytes)? {
        (0, _) => Some(Seat::Free),
        (1, fields) => {
            let [by, since] = items(fields)?.try_into().ok()?;
            Some(Seat::Taken { by: maybe(Some(by), text)?, since: natural(since)? })
        }
        _ => None,
    }
}

fn kind(bytes: &[u8]) -> Option<Kind> {
    match natural(bytes)? {
        1_u64 => Some(Kind::Letter),
        4 => Some(Kind::Book),
        _ => None,
    }
}

fn unit(bytes: &[u8]) -> Option<()> {
    items(bytes)?.is_empty().then_some(())
}

fn values<K: Ord, V, M: FromIterator<(K, V)>>(
    bytes: &[u8],
    key: impl Fn(&[u8]) -> Option<K>,
    value: impl Fn(&[u8]) -> Option<V>,
) -> Option<M> {
    pairs(bytes, key)?.into_iter().map(|pair| Some((pair.0, value(pair.1)?))).collect()
}

fn read_shelf(bytes: &[u8]) -> Option<Shelf> {
    let parts = items(bytes)?;
    let of = |place: usize| parts.get(place).copied();
    Some(Shelf {
        leaving: leaving(of(2)?)?,
        row: row(of(0)?)?,
        seats: each(&items(of(3)?)?, seat)?,
        kinds: values(of(4)?, natural, kind)?,
        places: each(&items(of(5)?)?, natural)?.try_into().ok()?,
        last: maybe(of(7), card)?.map(Box::new),
        blob: only(of(6)?, Decoder::bytes)?.to_vec().into(),
        map: values(of(8)?, yes, unit)?,
    })
}
