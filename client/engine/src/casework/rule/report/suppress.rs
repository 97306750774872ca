//! Hiding small counts so that neither a subtraction nor this rule itself brings them back.
//!
//! One or two people among many are soon recognised by those who work with them. A count of one or
//! two is hidden, and with it at least one count of three and more. The reader may know the total,
//! that zeros are shown, this very rule and every earlier report. But the rule looks at counts and
//! never at their places: let the small count and the larger hidden one change places, in this report
//! and in all before it, and the same reports come out. So behind no hidden place can the reader tell
//! one or two people from three and more. The limit is what official statistics use; it is not in a
//! statute.
//!
//! In a table that divides people by two things at once, rows and columns give places a meaning and
//! nothing can change places unseen. Such tables are not published.

use core::fmt;

use shared::hash;

/// Smallest count that is shown, zero apart.
pub const SHOWN_MIN: u32 = 3;

/// Which counts of a table are hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden(Vec<bool>);

/// Random bytes of a report that decide between equal counts. If their order did, a reader who knows
/// the rule could tell which of the hidden counts was not the reason to hide the others.
pub struct Ties([u8; 32]);

impl Ties {
    /// Takes random bytes; the same ones hide the same cells.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn place(&self, at: usize) -> [u8; 32] {
        hash::sha256(&[b"mendan/1/report-ties", &self.0, &at.to_be_bytes()])
    }
}

impl fmt::Debug for Ties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ties(..)")
    }
}

/// The table is too thin: there is no count of three and more to hide beside the small ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooThin;

impl Hidden {
    /// From what is shown: what is missing is hidden.
    pub fn of(shown: &[Option<u32>]) -> Self {
        Self(shown.iter().map(Option::is_none).collect())
    }

    /// Whether a cell is.
    pub fn is(&self, at: usize) -> bool {
        self.0.get(at).copied().unwrap_or(false)
    }

    /// All that are.
    pub fn places(&self) -> Vec<usize> {
        (0..self.0.len()).filter(|at| self.is(*at)).collect()
    }

    /// The counts as they are published.
    pub fn shown(&self, counts: &[u32]) -> Vec<Option<u32>> {
        counts.iter().enumerate().map(|(at, count)| (!self.is(at)).then_some(*count)).collect()
    }
}

/// Whether a count is one that is never shown.
pub fn is_small(count: u32) -> bool {
    (1..SHOWN_MIN).contains(&count)
}

/// Decides what to hide. What an overlapping report hid `before` stays hidden, because its new value
/// would tell the old one.
pub fn suppress(counts: &[u32], before: &[usize], ties: &Ties) -> Result<Hidden, TooThin> {
    let mut hidden = hide_small(counts, before);
    if !told(counts, &hidden).is_empty() {
        // All others are too small or shown as zero, so this is the smallest that helps.
        let large = counts.iter().enumerate().filter(|(_, count)| **count >= SHOWN_MIN);
        let next = large.min_by_key(|(at, count)| (**count, ties.place(*at)));
        let (at, _) = next.ok_or(TooThin)?;
        if let Some(cell) = hidden.0.get_mut(at) {
            *cell = true;
        }
    }
    Ok(hidden)
}

/// Hides what is small, and what was hidden before, and nothing beside it.
pub fn hide_small(counts: &[u32], before: &[usize]) -> Hidden {
    let hide = |(at, count): (usize, &u32)| is_small(*count) || before.contains(&at) && *count > 0;
    Hidden(counts.iter().enumerate().map(hide).collect())
}

/// Which cells show one or two.
pub fn shown_small(counts: &[u32], hidden: &Hidden) -> Vec<usize> {
    let cells = counts.iter().enumerate();
    cells.filter(|(at, count)| is_small(**count) && !hidden.is(*at)).map(|(at, _)| at).collect()
}

/// Which hidden cells are known all the same to be one or two: all, if nothing larger is hidden with
/// them.
pub fn told(counts: &[u32], hidden: &Hidden) -> Vec<usize> {
    let cells = || counts.iter().enumerate().filter(|(at, _)| hidden.is(*at));
    if cells().any(|(_, count)| !is_small(*count)) {
        return vec![];
    }
    cells().map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIES: Ties = Ties::new([0; 32]);

    #[track_caller]
    fn check(counts: &[u32], expected: Result<&[usize], TooThin>) {
        let found = suppress(counts, &[], &TIES).map(|hidden| hidden.places());
        assert_eq!(found, expected.map(<[usize]>::to_vec), "{counts:?}");
    }

    #[test]
    fn one_and_two_are_hidden_with_the_next_smallest() {
        check(&[9, 5, 3, 0], Ok(&[]));
        check(&[9, 5, 3, 2], Ok(&[2, 3]));
        check(&[9, 5, 3, 1, 0], Ok(&[2, 3]));
        // One of the hidden is not small, or being hidden would say that it is.
        check(&[9, 5, 2, 2], Ok(&[1, 2, 3]));
        check(&[9, 5, 1, 1], Ok(&[1, 2, 3]));
    }

    #[test]
    fn a_thin_table_is_not_shown() {
        check(&[2], Err(TooThin));
        check(&[1, 1], Err(TooThin));
        check(&[2, 1, 0, 0], Err(TooThin));
    }

    #[test]
    fn what_was_hidden_before_stays_hidden() {
        let hidden = suppress(&[9, 5, 4, 0], &[2, 3], &TIES).unwrap();
        assert_eq!(hidden.places(), [2]);
        assert_eq!(hidden.shown(&[9, 5, 4, 0]), [Some(9), Some(5), None, Some(0)]);
        assert_eq!(Hidden::of(&hidden.shown(&[9, 5, 4, 0])), hidden);
    }

    #[test]
    fn equal_counts_are_chosen_from_by_chance() {
        let hidden = |ties| suppress(&[2, 4, 4, 4], &[], &Ties::new([ties; 32])).unwrap().places();
        for at in 1..4 {
            assert!((0..=255).any(|ties| hidden(ties) == [0, at]), "{at}");
        }
    }
}
