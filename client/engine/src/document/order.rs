//! In which order the server got what people added to a list: who came first decides who has a slot.
//!
//! A claim is known by the envelope that brought it, an envelope by the number that the server gave
//! it. Both are kept, because after a start neither can be read from the document.

use shared::{
    Decode, Encode,
    id::{DeviceId, Number, Seq},
};

use crate::{
    casework::field::Field,
    document::{crdt::Crdt, genesis::Kind, inspect::Inspected},
};

/// The list.
const LIST: &str = "claims";

/// An envelope of a device.
type Carrier = (DeviceId, Seq);

/// What is known of the order, as it is written down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Known {
    #[n(0)]
    numbers: Vec<(Carrier, Number)>,
    #[n(1)]
    carriers: Vec<(String, Carrier)>,
}

/// The order of a document.
#[derive(Debug, Default)]
pub struct Order {
    known: Known,
    /// Something of it is not written down yet.
    is_news: bool,
}

impl Order {
    /// Whether it is kept for a kind of document; before the first change is here, who knows.
    pub fn is_kept(kind: Option<Kind>) -> bool {
        matches!(kind, None | Some(Kind::Slots))
    }

    /// As it was written down.
    pub fn of(known: Known) -> Self {
        Self { known, is_news: false }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.known.numbers.is_empty() && self.known.carriers.is_empty()
    }

    /// The server gave an envelope this number, the first time or, once restored, anew.
    pub fn heard(&mut self, carrier: Carrier, number: Number) {
        if let Some((_, known)) = self.known.numbers.iter_mut().find(|(it, _)| *it == carrier) {
            self.is_news |= *known != number;
            *known = number;
        } else {
            self.is_news = true;
            self.known.numbers.push((carrier, number));
        }
    }

    /// What is to be written down, if something was not yet; from now on it counts as written.
    pub fn take_news(&mut self) -> Option<&Known> {
        core::mem::take(&mut self.is_news).then_some(&self.known)
    }

    /// These changes, which are in the document, came in this envelope, or go out in it.
    pub fn carried(&mut self, crdt: &Crdt, changes: &[Inspected], carrier: Carrier) {
        let list = Field::top(LIST);
        for id in crdt.items(&list) {
            if self.known.carriers.iter().any(|(it, _)| *it == id) {
                continue;
            }
            let Some((actor, counter)) = crdt.made(&list.child(&id)) else { continue };
            let is_of = |change: &Inspected| {
                let end = change.start() + u64::from(change.row_count());
                change.actor() == actor && (change.start()..end).contains(&counter)
            };
            if changes.iter().any(is_of) {
                self.is_news = true;
                self.known.carriers.push((id, carrier));
            }
        }
    }

    /// The number of the envelope that brought a claim.
    pub fn number(&self, claim: &str) -> Option<Number> {
        let (_, carrier) = self.known.carriers.iter().find(|(it, _)| it == claim)?;
        self.known.numbers.iter().find(|(it, _)| it == carrier).map(|(_, number)| *number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casework::{group::Group, slot::claim},
        document::guard::Side,
    };

    #[test]
    fn a_claim_has_the_number_of_the_envelope_that_brought_it() {
        let mut group = Group::new(Kind::Slots, &[Side::Staff, Side::Employee]);
        for id in ["a", "b"] {
            group.edit(1, |tx| claim(tx, id, "s")).unwrap();
        }
        group.meet();
        let (crdt, phone) = (&group.0[0].crdt, &group.0[1]);
        let changes: Vec<Inspected> =
            phone.written.iter().map(|it| Inspected::parse(it).unwrap()).collect();
        let [.., a, b] = changes.as_slice() else { panic!("two claims") };
        let of = |seq| (phone.device, Seq(seq));
        let mut order = Order::default();

        order.carried(crdt, std::slice::from_ref(b), of(2));
        assert!(order.take_news().is_some() && order.take_news().is_none());
        order.carried(crdt, std::slice::from_ref(a), of(1));
        assert_eq!((order.number("a"), order.number("b")), (None, None));
        order.heard(of(2), Number(7));
        assert_eq!((order.number("a"), order.number("b")), (None, Some(Number(7))));
        // What is known already is no news.
        assert!(order.take_news().is_some());
        order.heard(of(2), Number(7));
        order.carried(crdt, std::slice::from_ref(a), of(1));
        assert!(order.take_news().is_none());
        // A server that was restored counts anew.
        order.heard(of(2), Number(3));
        order.heard(of(1), Number(5));
        assert!(order.take_news().is_some());
        assert_eq!((order.number("a"), order.number("b")), (Some(Number(5)), Some(Number(3))));
    }
}
