//! What changed since last time.

use shared::map::Map;

use crate::casework::field::Field;

/// What became of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, shared::Encode, shared::Decode)]
#[cbor(index_only)]
pub enum How {
    /// It held nothing before.
    #[n(0)]
    Added,
    /// It held something else.
    #[n(1)]
    Changed,
    /// It holds nothing any more.
    #[n(2)]
    Removed,
}

/// The fields in which two readings of a card differ, as [`super::lines`] gives them: what there is
/// in the order of the card, then what is gone.
pub fn changes(before: &[(Field, String)], now: &[(Field, String)]) -> Vec<(Field, How)> {
    let by_field =
        |lines: &[(Field, String)]| -> Map<Field, String> { lines.iter().cloned().collect() };
    let (was, is) = (by_field(before), by_field(now));
    let here = now.iter().filter_map(|(field, text)| match was.get(field) {
        None => Some((field.clone(), How::Added)),
        Some(earlier) => (earlier != text).then(|| (field.clone(), How::Changed)),
    });
    let gone = before.iter().filter(|(field, _)| !is.contains_key(field));
    here.chain(gone.map(|(field, _)| (field.clone(), How::Removed))).collect()
}
