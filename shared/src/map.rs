//! Maps and sets in the order of their keys, as one sorted vector each.
//!
//! They do what `BTreeMap` and `BTreeSet` do for some thousand entries, in a tenth of the code for
//! each pair of types: the app has some thirty pairs, and a phone downloads every one of them.
//! Adding in order costs nothing extra; adding in the middle moves what comes after.

use core::{borrow::Borrow, cmp::Ordering, slice};
use std::vec;

use crate::cbor::{Decode, Encode, Reader, Writer};

/// A map in the order of its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map<K, V>(Vec<(K, V)>);

impl<K, V> Map<K, V> {
    /// Without entries.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All entries, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> + ExactSizeIterator {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// All entries, in order, to be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// All keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator {
        self.0.iter().map(|(key, _)| key)
    }

    /// All values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator {
        self.0.iter().map(|(_, value)| value)
    }

    /// All values, in the order of their keys, to be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// All values, in the order of their keys, taken out.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> {
        self.0.into_iter().map(|(_, value)| value)
    }

    /// All keys, in order, taken out.
    pub fn into_keys(self) -> impl DoubleEndedIterator<Item = K> {
        self.0.into_iter().map(|(key, _)| key)
    }

    /// The entry with the least key.
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.0.first().map(|(key, value)| (key, value))
    }

    /// The entry with the greatest key.
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.0.last().map(|(key, value)| (key, value))
    }

    /// Keeps the entries for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl<K: Ord, V> Map<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        let (mut from, mut to) = (0, self.0.len());
        // Most maps are filled in order: the last place is tried first. One line compares, because
        // what compares is compiled into each of the app's maps as often as it stands here.
        let mut at = to.saturating_sub(1);
        while from < to
            && let Some((other, _)) = self.0.get(at)
        {
            match other.borrow().cmp(key) {
                Ordering::Less => from = at + 1,
                Ordering::Equal => return Ok(at),
                Ordering::Greater => to = at,
            }
            at = usize::midpoint(from, to);
        }
        Err(from)
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(self.find(key).ok()?).map(|(_, value)| value)
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        self.0.get_mut(at).map(|(_, value)| value)
    }

    /// Whether there is such a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Sets the value of a key and hands out the one it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(at) => self.0.get_mut(at).map(|(_, old)| core::mem::replace(old, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// Removes a key and hands out its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        Some(self.0.remove(at).1)
    }

    /// The value of a key, made first if there is none.
    #[expect(clippy::indexing_slicing, reason = "the place was found or filled a line before")]
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        let at = self.find(&key).unwrap_or_else(|at| {
            self.0.insert(at, (key, make()));
            at
        });
        &mut self.0[at].1
    }

    /// The value of a key, its type's default if there is none.
    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        self.get_or_insert_with(key, V::default)
    }

    /// Removes the entry with the least key and hands it out.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord, V> Extend<(K, V)> for Map<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for Map<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'m, K, V> IntoIterator for &'m Map<K, V> {
    type Item = (&'m K, &'m V);
    type IntoIter = core::iter::Map<slice::Iter<'m, (K, V)>, fn(&(K, V)) -> (&K, &V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(key, value)| (key, value))
    }
}

impl<K: Encode, V: Encode> Encode for Map<K, V> {
    fn encode(&self, writer: &mut Writer) {
        writer.map_head(self.len());
        for (key, value) in self {
            key.encode(writer);
            value.encode(writer);
        }
    }
}

impl<K: Decode + Ord, V: Decode> Decode for Map<K, V> {
    fn decode(reader: &mut Reader<'_>) -> Self {
        let mut map = Self::new();
        let mut left = reader.map_head();
        while reader.more(&mut left) {
            let (key, value) = (K::decode(reader), V::decode(reader));
            if map.find(&key) == Err(map.len()) {
                map.0.push((key, value));
            } else {
                reader.fail();
            }
        }
        map
    }
}

/// A set in the order of its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set<K>(Map<K, ()>);

impl<K> Set<K> {
    /// Without members.
    pub const fn new() -> Self {
        Self(Map::new())
    }

    /// How many members.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All members, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator {
        self.0.keys()
    }

    /// Keeps the members for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&K) -> bool) {
        self.0.retain(|key, ()| keep(key));
    }

    /// Removes all members.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl<K: Ord> Set<K> {
    /// Whether this is a member.
    pub fn contains<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(key)
    }

    /// Adds a member; whether it is a new one.
    pub fn insert(&mut self, key: K) -> bool {
        self.0.insert(key, ()).is_none()
    }

    /// Removes a member; whether it was one.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.remove(key).is_some()
    }

    /// Removes the least member and hands it out.
    pub fn pop_first(&mut self) -> Option<K> {
        self.0.pop_first().map(|(key, ())| key)
    }
}

impl<K> Default for Set<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord> Extend<K> for Set<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, members: I) {
        for member in members {
            self.insert(member);
        }
    }
}

impl<K: Ord> FromIterator<K> for Set<K> {
    fn from_iter<I: IntoIterator<Item = K>>(members: I) -> Self {
        let mut set = Self::new();
        set.extend(members);
        set
    }
}

impl<K: Ord, const N: usize> From<[K; N]> for Set<K> {
    fn from(members: [K; N]) -> Self {
        members.into_iter().collect()
    }
}

impl<K> IntoIterator for Set<K> {
    type Item = K;
    type IntoIter = core::iter::Map<vec::IntoIter<(K, ())>, fn((K, ())) -> K>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(|(key, ())| key)
    }
}

impl<'s, K> IntoIterator for &'s Set<K> {
    type Item = &'s K;
    type IntoIter = core::iter::Map<slice::Iter<'s, (K, ())>, fn(&(K, ())) -> &K>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.0.iter().map(|(key, ())| key)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Numbers that look random and are the same every time.
    fn numbers(count: u64) -> impl Iterator<Item = u64> {
        (0..count).map(|n| n.wrapping_mul(6_364_136_223_846_793_005) >> 58)
    }

    #[test]
    fn a_map_behaves_as_the_standard_one() {
        let (mut ours, mut theirs) = (Map::new(), BTreeMap::new());
        for (step, key) in numbers(2_000).enumerate() {
            match step % 5 {
                0 => assert_eq!(ours.remove(&key), theirs.remove(&key)),
                1 => assert_eq!(ours.get(&key), theirs.get(&key)),
                2 => {
                    *ours.get_or_default(key) += {
                        *theirs.entry(key).or_default() += 1;
                        1
                    }
                }
                3 if step % 40 == 3 => assert_eq!(ours.pop_first(), theirs.pop_first()),
                _ => assert_eq!(ours.insert(key, step), theirs.insert(key, step)),
            }
            assert_eq!(ours.len(), theirs.len());
        }
        assert!(ours.len() > 10, "the numbers leave something to compare");
        assert!(ours.iter().eq(theirs.iter()) && (&ours).into_iter().eq(&theirs));
        assert_eq!(ours.first_key_value(), theirs.first_key_value());
        assert_eq!(ours.last_key_value(), theirs.last_key_value());
        ours.retain(|key, _| key % 2 == 0);
        theirs.retain(|key, _| key % 2 == 0);
        assert!(ours.into_iter().eq(theirs));
    }

    #[test]
    fn a_map_is_written_in_order_and_read_in_no_other() {
        let map = Map::from([(2_u8, 20_u8), (1, 10)]);
        let bytes = crate::cbor::to_vec(&map);

        assert_eq!(bytes, [0xa2, 1, 10, 2, 20]);
        assert_eq!(crate::cbor::from_slice(&bytes), Some(map));
        assert_eq!(crate::cbor::from_slice::<Map<u8, u8>>(&[0xa2, 2, 20, 1, 10]), None);
        assert_eq!(crate::cbor::from_slice::<Map<u8, u8>>(&[0xa2, 1, 10, 1, 20]), None);
    }

    #[test]
    fn a_set_behaves_as_the_standard_one() {
        let (mut ours, mut theirs) = (Set::new(), BTreeSet::new());
        for (step, key) in numbers(2_000).enumerate() {
            if step % 3 == 0 {
                assert_eq!(ours.remove(&key), theirs.remove(&key));
            } else {
                assert_eq!(ours.insert(key), theirs.insert(key));
            }
            assert_eq!(ours.contains(&key), theirs.contains(&key));
        }
        assert!(ours.iter().eq(theirs.iter()));
        assert!(ours.into_iter().eq(theirs));
    }
}
