//! What pages follow, with its type erased as it is made.
//!
//! Leptos gives every type that a signal can hold its own code for making, reading and changing it,
//! and every effect its own code for running it, and a phone would download all those copies. Here
//! Leptos sees values of one type, and effects of one; what is followed, and who is told, stays
//! Leptos's.

use core::{any::Any, marker::PhantomData};
use std::sync::Arc;

use leptos::{prelude::*, reactive::traits::UntrackableGuard};

type Erased = Arc<dyn Any + Send + Sync>;

/// A value that changes. Whoever reads it in what follows it is done again when it is set.
pub struct Watched<T> {
    signal: RwSignal<Erased>,
    held: PhantomData<fn() -> T>,
}

/// A value made from others when it is asked for, and again only once one of them has changed.
pub struct Derived<T> {
    memo: Memo<Erased>,
    held: PhantomData<fn() -> T>,
}

impl<T> Clone for Watched<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Watched<T> {}

impl<T> Clone for Derived<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Derived<T> {}

impl<T: Send + Sync + 'static> Watched<T> {
    /// Lives as long as the part of the page that makes it.
    pub fn new(value: T) -> Self {
        Self { signal: make(Arc::new(value)), held: PhantomData }
    }

    /// A copy; followed.
    #[inline(never)]
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// A copy; not followed.
    #[inline(never)]
    pub fn get_untracked(&self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// A copy, not followed, while the part of the page that made it is there.
    pub fn try_get_untracked(&self) -> Option<T>
    where
        T: Clone,
    {
        self.signal.try_get_untracked().map(|value| cast::<T>(&value).clone())
    }

    /// Looks at it; followed.
    pub fn with<U>(&self, look: impl FnOnce(&T) -> U) -> U {
        look(cast(&read(&self.signal)))
    }

    /// Looks at it; not followed.
    pub fn with_untracked<U>(&self, look: impl FnOnce(&T) -> U) -> U {
        look(cast(&peek(&self.signal)))
    }

    /// Follows it without looking at it.
    pub fn track(&self) {
        follow(&self.signal);
    }

    /// Replaces it.
    pub fn set(&self, value: T) {
        replace(&self.signal, Arc::new(value));
    }

    /// Changes it.
    pub fn update(&self, change: impl FnOnce(&mut T)) {
        if let Some(mut value) = write(&self.signal) {
            change(cast_mut(&mut value));
        }
    }

    /// Changes it, and says whether that matters to who follows it.
    pub fn maybe_update(&self, change: impl FnOnce(&mut T) -> bool) {
        if let Some(mut value) = write(&self.signal)
            && !change(cast_mut(&mut value))
        {
            value.untrack();
        }
    }

    /// Changes it, and tells nobody.
    pub fn update_untracked(&self, change: impl FnOnce(&mut T)) {
        self.maybe_update(|value| {
            change(value);
            false
        });
    }
}

impl<T: Send + Sync + 'static> Derived<T> {
    /// Who follows it is told when it differs from before.
    pub fn new(value: impl Fn() -> T + Send + Sync + 'static) -> Self
    where
        T: PartialEq,
    {
        Self { memo: derive(erase(value), differ::<T>), held: PhantomData }
    }

    /// Who follows it is told whenever it is made again, be it the same or not.
    pub fn following(value: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self { memo: derive(erase(value), |_, _| true), held: PhantomData }
    }

    /// A copy; followed.
    #[inline(never)]
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// Looks at it; followed.
    pub fn with<U>(&self, look: impl FnOnce(&T) -> U) -> U {
        look(cast(&read_derived(&self.memo)))
    }

    /// Looks at it; not followed.
    pub fn with_untracked<U>(&self, look: impl FnOnce(&T) -> U) -> U {
        look(cast(&peek_derived(&self.memo)))
    }
}

/// Does something, and does it again when what it follows has changed.
pub fn effect(task: impl FnMut() + 'static) {
    run(Box::new(task));
}

#[inline(never)]
fn run(task: Box<dyn FnMut()>) {
    Effect::new(task);
}

#[inline(never)]
fn make(value: Erased) -> RwSignal<Erased> {
    RwSignal::new(value)
}

#[inline(never)]
fn read(signal: &RwSignal<Erased>) -> Erased {
    signal.get()
}

#[inline(never)]
fn peek(signal: &RwSignal<Erased>) -> Erased {
    signal.get_untracked()
}

#[inline(never)]
fn follow(signal: &RwSignal<Erased>) {
    signal.track();
}

#[inline(never)]
fn replace(signal: &RwSignal<Erased>, value: Erased) {
    signal.set(value);
}

#[inline(never)]
fn write(signal: &RwSignal<Erased>) -> Option<impl UntrackableGuard<Target = Erased>> {
    signal.try_write()
}

type Make = Box<dyn Fn() -> Erased + Send + Sync>;

fn erase<T: Send + Sync + 'static>(value: impl Fn() -> T + Send + Sync + 'static) -> Make {
    Box::new(move || Arc::new(value()))
}

#[inline(never)]
fn derive(make: Make, differ: fn(Option<&Erased>, Option<&Erased>) -> bool) -> Memo<Erased> {
    Memo::new_with_compare(move |_| make(), differ)
}

#[inline(never)]
fn read_derived(memo: &Memo<Erased>) -> Erased {
    memo.get()
}

#[inline(never)]
fn peek_derived(memo: &Memo<Erased>) -> Erased {
    memo.get_untracked()
}

fn differ<T: PartialEq + 'static>(before: Option<&Erased>, now: Option<&Erased>) -> bool {
    before.map(cast::<T>) != now.map(cast::<T>)
}

#[inline(never)]
fn cast<T: 'static>(value: &Erased) -> &T {
    value.downcast_ref().unwrap_or_else(|| lost())
}

#[inline(never)]
fn cast_mut<T: 'static>(value: &mut Erased) -> &mut T {
    Arc::get_mut(value).and_then(|value| value.downcast_mut()).unwrap_or_else(|| lost())
}

/// Never: a handle holds what it was made with. Leptos, too, stops here if somebody changes what
/// they are looking at.
#[cold]
#[inline(never)]
#[expect(clippy::panic, reason = "a mistake of ours, and nothing could be shown instead")]
fn lost() -> ! {
    panic!("a value was changed while it was looked at")
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn owned() -> Owner {
        let owner = Owner::new();
        owner.set();
        owner
    }

    /// How often something has been asked to be made.
    fn counted<T>(
        value: impl Fn() -> T + Send + Sync + 'static,
    ) -> (impl Fn() -> T + Send + Sync + 'static, impl Fn() -> u32) {
        let count = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&count);
        let counting = move || {
            counter.fetch_add(1, Ordering::Relaxed);
            value()
        };
        (counting, move || count.load(Ordering::Relaxed))
    }

    fn now<T: Copy + Send + Sync + 'static>(derived: Derived<T>) -> T {
        derived.with_untracked(|value| *value)
    }

    #[test]
    fn a_value_is_what_it_was_changed_to() {
        let _owner = owned();
        let name = Watched::new(String::from("a"));

        name.update(|name| name.push('b'));
        assert_eq!(name.get_untracked(), "ab");
        name.set(String::from("c"));
        assert_eq!(name.with_untracked(String::len), 1);
        name.update_untracked(|name| name.push('d'));
        assert_eq!(name.try_get_untracked().as_deref(), Some("cd"));
    }

    #[test]
    fn what_its_owner_took_away_is_neither_found_nor_changed() {
        let owner = owned();
        let number = Watched::new(1);

        owner.cleanup();
        number.set(2);
        number.update(|number| *number += 1);
        number.update_untracked(|number| *number += 1);

        assert_eq!(number.try_get_untracked(), None);
    }

    #[test]
    fn who_follows_is_told_of_what_matters() {
        let _owner = owned();
        let number = Watched::new(1);
        let (double, made) = counted(move || number.get() * 2);
        let double = Derived::new(double);
        assert_eq!(made(), 0);

        assert_eq!((now(double), now(double), made()), (2, 2, 1));
        number.maybe_update(|number| {
            *number = 2;
            false
        });
        assert_eq!((now(double), made()), (2, 1));
        number.update(|_| {});
        assert_eq!((now(double), made()), (4, 2));
    }

    #[test]
    fn what_is_made_the_same_again_is_told_only_on_request() {
        let _owner = owned();
        let number = Watched::new(1);
        let is_odd = Derived::new(move || number.get() % 2 == 1);
        let each = Derived::following(move || number.get() % 2 == 1);
        let (of_is_odd, is_odd_told) = counted(move || is_odd.get());
        let (of_each, each_told) = counted(move || each.get());
        let (of_is_odd, of_each) = (Derived::new(of_is_odd), Derived::new(of_each));
        assert!(now(of_is_odd) && now(of_each));

        number.set(3);
        assert!(now(of_is_odd) && now(of_each));
        assert_eq!((is_odd_told(), each_told()), (1, 2));

        number.set(4);
        assert!(!now(of_is_odd) && !now(of_each));
        assert_eq!((is_odd_told(), each_told()), (2, 3));
    }
}
