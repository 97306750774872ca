//! Shows what is new, and leaves alone what is not: whoever types waits for every picture.

use shared::{
    cbor::{Encode, is_same},
    id::DocumentId,
    map::Map,
};

use crate::watched::Watched;

/// Shows something; what was shown as it is already makes nothing be drawn again.
pub fn renew<T: Encode + Send + Sync + 'static>(signal: Watched<T>, new: T) {
    signal.maybe_update(|shown| {
        let is_new = !is_same(shown, &new);
        *shown = new;
        is_new
    });
}

/// The same for what is shown of one document.
pub fn renew_in<T: Encode + Send + Sync + 'static>(
    signal: Watched<Map<DocumentId, T>>,
    document: DocumentId,
    new: T,
) {
    signal.maybe_update(|all| {
        let is_new = !all.get(&document).is_some_and(|shown| is_same(shown, &new));
        all.insert(document, new);
        is_new
    });
}

#[cfg(test)]
mod tests {
    use leptos::prelude::Owner;

    use super::*;
    use crate::watched::Derived;

    /// How often a memo of a signal is made anew.
    fn counted<T: Clone + PartialEq + Send + Sync + 'static>(
        signal: Watched<T>,
    ) -> (Derived<usize>, impl Fn() -> usize) {
        let count = Watched::new(0);
        let memo = Derived::new(move || {
            signal.track();
            count.update_untracked(|count| *count += 1);
            count.get_untracked()
        });
        (memo, move || memo.with_untracked(|count| *count))
    }

    #[test]
    fn only_what_is_new_is_drawn() {
        let owner = Owner::new();
        owner.set();
        let signal = Watched::new(Some(String::from("a")));
        let (_memo, drawn) = counted(signal);
        assert_eq!(drawn(), 1);

        renew(signal, Some(String::from("a")));
        assert_eq!(drawn(), 1);

        renew(signal, Some(String::from("b")));
        assert_eq!(drawn(), 2);
        assert_eq!(signal.get_untracked().as_deref(), Some("b"));
    }

    #[test]
    fn what_is_shown_of_another_document_is_new() {
        let owner = Owner::new();
        owner.set();
        let signal = Watched::new(Map::<_, u32>::new());
        let (_memo, drawn) = counted(signal);
        let [one, other] = [1, 2].map(|id| DocumentId::new([id; 16]));
        assert_eq!(drawn(), 1);

        renew_in(signal, one, 7);
        assert_eq!(drawn(), 2);
        renew_in(signal, one, 7);
        assert_eq!(drawn(), 2);
        renew_in(signal, other, 7);
        assert_eq!(drawn(), 3);
        renew_in(signal, one, 8);
        assert_eq!(drawn(), 4);
    }
}
