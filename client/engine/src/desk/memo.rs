//! What was read of documents and takes long to read.

use core::cell::RefCell;

use shared::map::Map;

/// What was read, by what it was read of, and after how many changes of that.
pub(super) struct Memo<K, V>(RefCell<Map<K, (u64, V)>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(RefCell::new(Map::new()))
    }
}

impl<K: Copy + Ord, V: Copy> Memo<K, V> {
    /// What `read` hands out; it is asked again only after another number of changes.
    pub(super) fn get(&self, key: K, changed: u64, read: impl FnOnce() -> V) -> V {
        if let Some((known, value)) = self.0.borrow().get(&key)
            && *known == changed
        {
            return *value;
        }
        let value = read();
        self.0.borrow_mut().insert(key, (changed, value));
        value
    }
}
