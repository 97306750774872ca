//! Who is told of what: subscriptions by account, and the messages that follow a commit.

use std::{cell::OnceCell, collections::BTreeMap};

use bytes::Bytes;
use shared::{
    Blob,
    cbor::Writer,
    id::{AccountId, DeviceId},
    sync::{DocumentState, Event, ServerMessage},
};

use crate::store::{Notices, Run};

/// Connections that want to hear of changes. `S` is how one is reached.
#[derive(Debug)]
pub struct Hub<S> {
    seats: BTreeMap<AccountId, Vec<Seat<S>>>,
    next: u64,
}

/// A subscription, to be given back to [`Hub::leave`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    account: AccountId,
    number: u64,
}

#[derive(Debug)]
struct Seat<S> {
    number: u64,
    device: DeviceId,
    reach: S,
}

/// Something for one connection. Encoded at most once, however many connections get it.
#[derive(Debug)]
pub struct Delivery<'n> {
    news: News<'n>,
    frame: OnceCell<Bytes>,
}

/// What a delivery says.
#[derive(Clone, Copy, Debug)]
pub enum News<'n> {
    /// Envelopes themselves.
    Run(&'n Run),
    /// That something is there to be pulled.
    Event(Event),
    /// That this is the end of the connection.
    End(&'n ServerMessage),
}

impl<S> Default for Hub<S> {
    fn default() -> Self {
        Self { seats: BTreeMap::new(), next: 0 }
    }
}

impl<S> Hub<S> {
    /// Lets a device of an account hear of what the account may read.
    pub fn join(&mut self, account: AccountId, device: DeviceId, reach: S) -> Ticket {
        let number = self.next;
        self.next += 1;
        self.seats.entry(account).or_default().push(Seat { number, device, reach });
        Ticket { account, number }
    }

    /// Ends a subscription.
    pub fn leave(&mut self, ticket: Ticket) {
        if let Some(seats) = self.seats.get_mut(&ticket.account) {
            seats.retain(|seat| seat.number != ticket.number);
            if seats.is_empty() {
                self.seats.remove(&ticket.account);
            }
        }
    }

    /// How many subscriptions there are.
    pub fn len(&self) -> usize {
        self.seats.values().map(Vec::len).sum()
    }

    /// Whether nobody listens.
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// Calls `deliver` for each subscriber and each thing it should hear.
    ///
    /// A device does not get back a run that is all its own: the acks told it the numbers. In a
    /// mixed run it does, so that what it gets is dense.
    pub fn publish(&self, notices: &Notices, mut deliver: impl FnMut(&S, &Delivery<'_>)) {
        if self.seats.is_empty() {
            return;
        }
        let Notices { runs, org, documents, wraps, ended } = notices;
        for run in runs {
            let delivery = Delivery::new(News::Run(run));
            for seat in self.seats_of(&run.readers) {
                if run.sole_author != Some(seat.device) {
                    deliver(&seat.reach, &delivery);
                }
            }
        }
        if let Some(length) = org {
            let delivery = Delivery::new(News::Event(Event::Org(*length)));
            for seat in self.seats.values().flatten() {
                deliver(&seat.reach, &delivery);
            }
        }
        for (state, readers) in documents {
            let delivery = Delivery::new(News::Event(Event::Document(*state)));
            for seat in self.seats_of(readers) {
                deliver(&seat.reach, &delivery);
            }
        }
        for (account, number) in wraps {
            let delivery = Delivery::new(News::Event(Event::Wraps(*number)));
            for seat in self.seats_of(std::slice::from_ref(account)) {
                deliver(&seat.reach, &delivery);
            }
        }
        for end in ended {
            let delivery = Delivery::new(News::End(&end.farewell));
            for seat in self.seats_of(std::slice::from_ref(&end.account)) {
                if end.device.is_none_or(|device| device == seat.device) {
                    deliver(&seat.reach, &delivery);
                }
            }
        }
    }

    fn seats_of<'a>(&'a self, accounts: &'a [AccountId]) -> impl Iterator<Item = &'a Seat<S>> {
        accounts.iter().filter_map(|account| self.seats.get(account)).flatten()
    }
}

impl<'n> Delivery<'n> {
    fn new(news: News<'n>) -> Self {
        Self { news, frame: OnceCell::new() }
    }

    /// What it says.
    pub fn news(&self) -> News<'n> {
        self.news
    }

    /// As a message.
    pub fn message(&self) -> ServerMessage {
        match self.news {
            News::Run(run) => ServerMessage::Batch {
                document: run.document,
                first: run.first,
                envelopes: run.envelopes().map(|envelope| Blob(envelope.to_vec())).collect(),
                more: false,
                base: None,
            },
            News::Event(event) => ServerMessage::Event(event),
            News::End(farewell) => farewell.clone(),
        }
    }

    /// As the message travels.
    pub fn frame(&self) -> &Bytes {
        self.frame.get_or_init(|| match self.news {
            News::Run(run) => Bytes::from(batch_frame(run)),
            News::Event(_) | News::End(_) => Bytes::from(self.message().to_bytes()),
        })
    }

    /// What a subscriber is told that had no room for the delivery; `None` if that would not help.
    pub fn instead(&self) -> Option<DocumentState> {
        match self.news {
            News::Run(run) => Some(run.state),
            News::Event(_) | News::End(_) => None,
        }
    }
}

/// `ServerMessage::Batch` around a run's bytes, which are in the form that the message needs.
fn batch_frame(run: &Run) -> Vec<u8> {
    let mut writer = Writer::with_room(run.bytes.len() + 64);
    writer.variant(4);
    writer.array_head(4);
    writer.bytes(run.document.as_bytes());
    writer.u64(run.first.0);
    writer.array_head(usize::try_from(run.count).unwrap_or(usize::MAX));
    writer.encoded(&run.bytes);
    // `more`
    writer.bool(false);
    writer.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{
        cbor,
        id::{DocumentId, Number},
    };

    const DOCUMENT: DocumentId = DocumentId::new([1; 16]);

    fn run(sole_author: Option<DeviceId>) -> Notices {
        let mut bytes = Vec::new();
        for part in [vec![1; 5], vec![2; 300], vec![3; 70_000]] {
            bytes.extend(cbor::to_vec(&Blob(part)));
        }
        let run = Run {
            document: DOCUMENT,
            first: Number(70_000),
            count: 3,
            bytes: Bytes::from(bytes),
            sole_author,
            readers: vec![AccountId::new([1; 16]), AccountId::new([2; 16])],
            state: DocumentState { document: DOCUMENT, log_length: 1, last: Number(70_002) },
        };
        Notices { runs: vec![run], ..Notices::default() }
    }

    #[test]
    fn a_batch_is_encoded_as_any_other_message() {
        let notices = run(None);
        let delivery = Delivery::new(News::Run(&notices.runs[0]));

        assert_eq!(delivery.frame(), &delivery.message().to_bytes());
    }

    #[test]
    fn a_device_hears_of_others_and_not_of_itself() {
        let tablet = DeviceId::new([8; 16]);
        let phone = DeviceId::new([9; 16]);
        let mut hub = Hub::default();
        let of_tablet = hub.join(AccountId::new([1; 16]), tablet, "tablet");
        hub.join(AccountId::new([2; 16]), phone, "phone");
        hub.join(AccountId::new([3; 16]), DeviceId::new([7; 16]), "stranger");
        let heard = |hub: &Hub<&'static str>, notices: &Notices| {
            let mut heard = Vec::new();
            hub.publish(notices, |name, _| heard.push(*name));
            heard
        };

        assert_eq!(heard(&hub, &run(Some(tablet))), ["phone"]);
        assert_eq!(heard(&hub, &run(None)), ["tablet", "phone"]);
        hub.leave(of_tablet);
        assert_eq!(heard(&hub, &run(None)), ["phone"]);
        assert_eq!(hub.len(), 2);
    }
}
