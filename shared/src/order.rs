//! Sorting, compiled once for all types.
//!
//! The standard sort is compiled anew for every type and every order, and the app sorts some forty
//! lists of a few entries. Here each says only how two places compare and how they change places.

use core::{cmp::Ordering, mem};

/// Sorts by a key; what has the same key stays in the order it had.
pub fn by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts by an order; what is equal in it stays in the order it had.
pub fn by<T>(items: &mut [T], order: impl Fn(&T, &T) -> Ordering) {
    let len = items.len();
    sort(len, &mut Row { items, order });
}

/// A list that can be sorted without knowing what is in it.
trait Places {
    /// How what is at two places compares.
    fn order(&self, a: usize, b: usize) -> Ordering;
    /// Lets what is at two places change them.
    fn swap(&mut self, a: usize, b: usize);
}

struct Row<'r, T, F> {
    items: &'r mut [T],
    order: F,
}

impl<T, F: Fn(&T, &T) -> Ordering> Places for Row<'_, T, F> {
    #[expect(clippy::indexing_slicing, reason = "only places in the list are compared")]
    fn order(&self, a: usize, b: usize) -> Ordering {
        (self.order)(&self.items[a], &self.items[b])
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.items.swap(a, b);
    }
}

#[inline(never)]
fn sort(len: usize, places: &mut dyn Places) {
    let mut sorted: Vec<usize> = (0..len).collect();
    sorted.sort_by(|a, b| places.order(*a, *b));
    // Each place takes in what belongs there, and what it gives away goes round until it is home.
    for first in 0..len {
        let mut at = first;
        while let Some(from) = sorted.get_mut(at).map(|from| mem::replace(from, at))
            && from != first
        {
            places.swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use core::cmp;

    use super::*;

    /// Numbers that look random and are the same every time.
    fn numbers(seed: u64, count: u64) -> Vec<u64> {
        (0..count).map(|n| (n + seed).wrapping_mul(6_364_136_223_846_793_005) >> 58).collect()
    }

    #[test]
    fn every_list_is_sorted_as_the_standard_sort_does_it() {
        for seed in 0..200 {
            let mut ours: Vec<_> = numbers(seed * 1_000, seed).into_iter().zip(0_u64..).collect();
            let mut theirs = ours.clone();
            by_key(&mut ours, |(number, _)| *number);
            theirs.sort_by_key(|(number, _)| *number);
            assert_eq!(ours, theirs, "seed {seed}: equals stay in the order they had");
            by(&mut ours, |a, b| b.0.cmp(&a.0));
            theirs.sort_by_key(|(number, _)| cmp::Reverse(*number));
            assert_eq!(ours, theirs, "seed {seed}: and so they do backwards");
        }
    }
}
