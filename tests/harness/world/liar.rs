//! A server that lies: what it says is bent on its way, and some may be served another history.

use std::{collections::BTreeSet, ops::RangeInclusive};

use server::store::Store;
use shared::{
    envelope::Envelope,
    id::{DocumentId, Number},
    log::LogId,
    sync::{Ack, ClientMessage, DocumentState, Event, ServerMessage},
};

use super::{DeviceNo, World};

/// How a server lies. What is asked passes `hear` before the honest server answers, and each
/// answer or news passes `say` before the device is given it.
pub trait Liar: Send {
    /// What the honest server gets to hear; `None` for nothing.
    fn hear(
        &mut self,
        truth: &Store,
        from: DeviceNo,
        asked: ClientMessage,
    ) -> Option<ClientMessage>;

    /// What the device gets to hear, in order.
    fn say(&mut self, truth: &Store, to: DeviceNo, honest: ServerMessage) -> Vec<ServerMessage>;
}

/// A second history, and who is shown it.
pub(super) struct Fork {
    pub(super) to: BTreeSet<DeviceNo>,
    pub(super) store: Store,
}

/// Whether a device is served the second history.
pub(super) fn is_apart(fork: Option<&Fork>, device: DeviceNo) -> bool {
    fork.is_some_and(|fork| fork.to.contains(&device))
}

impl World {
    /// From here on the server lies.
    pub fn lie(&mut self, liar: impl Liar + 'static) {
        self.liar = Some(Box::new(liar));
    }

    /// From here on the server tells the truth, and everybody the same.
    pub fn tell_the_truth(&mut self) {
        self.liar = None;
        self.fork = None;
        self.restart_server();
    }

    /// From here on these devices are served from a database of their own.
    pub fn fork(&mut self, to: &[DeviceNo], store: Store) {
        self.fork = Some(Fork { to: to.iter().copied().collect(), store });
        self.restart_server();
    }

    /// Puts an older database in place and says nothing of it: the server's epoch stays.
    pub fn roll_back(&mut self, backup: Store) {
        self.store = backup;
        self.restart_server();
    }

    /// The database a device is served from.
    pub(super) fn truth_for(&self, device: DeviceNo) -> &Store {
        match &self.fork {
            Some(fork) if fork.to.contains(&device) => &fork.store,
            Some(_) | None => &self.store,
        }
    }

    pub(super) fn bend_down(
        &mut self,
        device: DeviceNo,
        message: ServerMessage,
    ) -> Vec<ServerMessage> {
        let Some(mut liar) = self.liar.take() else { return vec![message] };
        let said = liar.say(self.truth_for(device), device, message);
        self.liar = Some(liar);
        said
    }

    pub(super) fn bend_up(
        &mut self,
        device: DeviceNo,
        message: ClientMessage,
    ) -> Option<ClientMessage> {
        let Some(mut liar) = self.liar.take() else { return Some(message) };
        let heard = liar.hear(self.truth_for(device), device, message);
        self.liar = Some(liar);
        heard
    }
}

/// Keeps some envelopes, or the ends of logs, from some devices, and counts as if they were not.
#[derive(Clone, Debug, Default)]
pub struct Withholder {
    /// From whom; nobody else is lied to.
    pub from: BTreeSet<DeviceNo>,
    /// Envelopes, by their true numbers.
    pub hidden: Vec<(DocumentId, RangeInclusive<u64>)>,
    /// Logs, `None` for the org log, with the length they are said to have at most.
    pub cut: Vec<(Option<DocumentId>, u64)>,
}

impl Withholder {
    /// Lies to these devices, and hides nothing yet.
    pub fn from(devices: &[DeviceNo]) -> Self {
        Self { from: devices.iter().copied().collect(), ..Self::default() }
    }

    /// Hides these envelopes of a document as well.
    #[must_use]
    pub fn hide(mut self, document: DocumentId, numbers: RangeInclusive<u64>) -> Self {
        self.hidden.push((document, numbers));
        self
    }

    /// Ends a log here.
    #[must_use]
    pub fn cut(mut self, log: Option<DocumentId>, length: u64) -> Self {
        self.cut.push((log, length));
        self
    }

    fn hides(&self, document: DocumentId, number: u64) -> bool {
        self.hidden.iter().any(|(of, numbers)| *of == document && numbers.contains(&number))
    }

    /// The number under which a true one is told.
    fn told(&self, document: DocumentId, number: Number) -> Number {
        let hidden = (1..=number.0).filter(|it| self.hides(document, *it)).count();
        Number(number.0 - u64::try_from(hidden).unwrap_or(0))
    }

    /// The last true number that is told as this one: what is hidden behind it counts to it.
    fn meant(&self, truth: &Store, document: DocumentId, told: Number) -> Number {
        let last = last_number(truth, document);
        (0..=last).map(Number).filter(|it| self.told(document, *it) <= told).max().unwrap_or(told)
    }

    fn length(&self, log: Option<DocumentId>, length: u64) -> u64 {
        let cut = self.cut.iter().filter(|(of, _)| *of == log).map(|(_, length)| *length).min();
        cut.map_or(length, |cut| cut.min(length))
    }

    fn state(&self, state: DocumentState) -> DocumentState {
        DocumentState {
            document: state.document,
            log_length: self.length(Some(state.document), state.log_length),
            last: self.told(state.document, state.last),
        }
    }

    /// Envelopes from the first true number on, without those hidden.
    fn batch(&self, truth: &Store, asked: &ServerMessage) -> Option<ServerMessage> {
        let ServerMessage::Batch { document, first, envelopes, more, base } = asked else {
            return None;
        };
        let (document, more, base) = (*document, *more, *base);
        let shown = (first.0..).zip(envelopes).filter(|(at, _)| !self.hides(document, *at));
        let envelopes = shown.map(|(_, bytes)| bytes.clone()).collect();
        let before = Number(first.0.saturating_sub(1));
        let first = Number(self.told(document, before).0 + 1);
        let left = last_number(truth, document);
        let more = more && (first.0..=left).any(|it| !self.hides(document, it));
        Some(ServerMessage::Batch { document, first, envelopes, more, base })
    }
}

impl Liar for Withholder {
    fn hear(
        &mut self,
        truth: &Store,
        from: DeviceNo,
        mut asked: ClientMessage,
    ) -> Option<ClientMessage> {
        if let ClientMessage::Pull { document, after, .. } = &mut asked
            && self.from.contains(&from)
        {
            *after = self.meant(truth, *document, *after);
        }
        Some(asked)
    }

    fn say(&mut self, truth: &Store, to: DeviceNo, honest: ServerMessage) -> Vec<ServerMessage> {
        if !self.from.contains(&to) {
            return vec![honest];
        }
        if let Some(batch) = self.batch(truth, &honest) {
            return vec![batch];
        }
        vec![match honest {
            ServerMessage::Index { documents, more } => {
                let documents = documents.into_iter().map(|it| self.state(it)).collect();
                ServerMessage::Index { documents, more }
            }
            ServerMessage::Event(Event::Document(state)) => {
                ServerMessage::Event(Event::Document(self.state(state)))
            }
            ServerMessage::Event(Event::Org(length)) => {
                ServerMessage::Event(Event::Org(self.length(None, length)))
            }
            ServerMessage::LogBatch { document, from, mut entries, more } => {
                let room = self.length(document, u64::MAX).saturating_sub(from);
                let room = usize::try_from(room).unwrap_or(usize::MAX);
                let more = more && entries.len() < room;
                entries.truncate(room);
                ServerMessage::LogBatch { document, from, entries, more }
            }
            ServerMessage::Acks { mut acks } => {
                for (envelope, ack) in &mut acks {
                    let (Ack::Stored(number) | Ack::Duplicate(number)) = ack else { continue };
                    if let Some(document) = self.document_of(truth, *envelope) {
                        *number = self.told(document, *number);
                    }
                }
                ServerMessage::Acks { acks }
            }
            ServerMessage::HeadMoved { log: LogId::Org(firm), mut head } => {
                head.length = self.length(None, head.length);
                ServerMessage::HeadMoved { log: LogId::Org(firm), head }
            }
            honest @ (ServerMessage::Challenge { .. }
            | ServerMessage::Ready { .. }
            | ServerMessage::Batch { .. }
            | ServerMessage::Wraps { .. }
            | ServerMessage::Appended { .. }
            | ServerMessage::HeadMoved { .. }
            | ServerMessage::Event(_)
            | ServerMessage::Refused { .. }
            | ServerMessage::Pong
            | ServerMessage::Bye { .. }) => honest,
        }]
    }
}

impl Withholder {
    /// The document with hidden envelopes that an envelope is of.
    fn document_of(&self, truth: &Store, envelope: shared::id::EnvelopeId) -> Option<DocumentId> {
        let documents: BTreeSet<DocumentId> = self.hidden.iter().map(|(of, _)| *of).collect();
        documents.into_iter().find(|document| {
            envelopes(truth, *document)
                .iter()
                .any(|bytes| Envelope::parse(bytes.clone()).is_ok_and(|it| it.id() == envelope))
        })
    }
}

/// Every envelope of a document that a database hands out, in order.
pub fn envelopes(store: &Store, document: DocumentId) -> Vec<Vec<u8>> {
    let floor = floor(store, document);
    let mut found: Vec<Vec<u8>> = vec![];
    loop {
        let after = Number(floor + u64::try_from(found.len()).unwrap_or(u64::MAX));
        let piece = store.reader().envelopes(document, after).expect("a readable database");
        found.extend(piece.items.into_iter().map(|it| it.0));
        if !piece.more {
            return found;
        }
    }
}

fn last_number(store: &Store, document: DocumentId) -> u64 {
    floor(store, document) + u64::try_from(envelopes(store, document).len()).unwrap_or(u64::MAX)
}

/// The last number that is not handed out any more.
fn floor(store: &Store, document: DocumentId) -> u64 {
    let base = store.reader().base(document).expect("a readable database");
    base.map_or(0, |base| base.floor.0)
}
