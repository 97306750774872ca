//! Between devices and server: connections that keep their order until they break.

use engine::input::{Input, Link};
use server::{
    hub::Ticket,
    service::{Connection, Cx, Who},
};
use sha2::Digest as _;
use shared::{
    id::EnvelopeId,
    log::{Entry, LogId, document::DocumentBody, org::OrgBody},
    sign::{SigningKey, VerifyKey},
    sync::{Ack, ClientMessage, Event as News, ServerMessage},
    time::UnixMillis,
};

use super::{DeviceNo, Event, ORIGIN, Seen, Tamper, World, liar};

/// A device notices that nobody answers any more.
const SILENCE_MS: u64 = 45_000;
/// The server ends a connection that says nothing.
const FAR_IDLE_MS: u64 = 75_000;

/// The device's end of a connection.
pub(super) struct Wire {
    pub(super) number: u64,
    up_until: UnixMillis,
    is_silent: bool,
}

/// The server's end of a connection; it may outlive the device's.
pub(super) struct FarEnd {
    connection: Connection,
    ticket: Option<Ticket>,
    down_until: UnixMillis,
}

impl World {
    pub(super) fn connect_soon(&mut self, device: DeviceNo) {
        let delay_ms = 50 + self.dice.below(500);
        let life = self.on(device).life;
        self.at(delay_ms, Event::Connect(device, life));
    }

    pub(super) fn connect(&mut self, device: DeviceNo) {
        let it = self.on(device);
        if !it.wants_link || !it.is_online || it.wire.is_some() {
            return;
        }
        self.next += 1;
        let number = self.next;
        let wire = Wire { number, up_until: self.now, is_silent: false };
        let far_end = FarEnd { connection: Connection::new(), ticket: None, down_until: self.now };
        self.far_ends.insert(number, far_end);
        self.on_mut(device).wire = Some(wire);
        self.give(device, Input::Link(Link::Up { origin: ORIGIN.to_owned() }));
    }

    pub(super) fn hang_up(&mut self, device: DeviceNo) {
        let Some(wire) = self.on_mut(device).wire.take() else { return };
        if self.dice.one_in(self.faults.late_in) {
            self.at(FAR_IDLE_MS, Event::Forget(wire.number));
        } else {
            self.forget_far_end(wire.number);
        }
        self.give(device, Input::Link(Link::Down));
    }

    pub(super) fn forget_far_end(&mut self, number: u64) {
        if let Some(FarEnd { ticket: Some(ticket), .. }) = self.far_ends.remove(&number) {
            self.hub.leave(ticket);
        }
    }

    /// A message is lost, and the connection with it; the device tries again.
    fn lose_connection(&mut self, device: DeviceNo) {
        self.hang_up(device);
        self.connect_soon(device);
    }

    /// A device gives up a connection on which it heard nothing.
    pub(super) fn sever(&mut self, device: DeviceNo, number: u64) {
        if self.on(device).wire.as_ref().is_some_and(|wire| wire.number == number) {
            self.lose_connection(device);
        }
    }

    pub(super) fn send_up(&mut self, device: DeviceNo, mut message: ClientMessage) {
        if let ClientMessage::Auth { org, .. } = &mut message
            && self.on(device).is_earlier
        {
            *org = None;
        }
        if let ClientMessage::Pull { document, after, .. } = &message {
            let (document, after) = (*document, *after);
            self.see(|| Seen::Pull(device, document, after));
        }
        let is_login = matches!(message, ClientMessage::Hello { .. } | ClientMessage::Auth { .. });
        let delay_ms = 5 + self.dice.below(80);
        let at = self.now.plus_ms(delay_ms);
        let falls_silent = self.dice.one_in(self.faults.silent_in);
        let is_late = self.dice.one_in(self.faults.late_in);
        let late_ms = if is_late { self.dice.below(FAR_IDLE_MS) } else { 0 };
        let is_twice = !is_login && self.dice.one_in(self.faults.twice_in);
        let Some(wire) = &mut self.on_mut(device).wire else { return };
        let goes_silent = falls_silent && !wire.is_silent;
        wire.is_silent |= falls_silent;
        // A connection keeps its order.
        wire.up_until = wire.up_until.max(at).plus_ms(late_ms);
        let (number, delay_ms) = (wire.number, wire.up_until.0 - self.now.0);
        let is_silent = self.on(device).wire.as_ref().is_some_and(|wire| wire.is_silent);
        if goes_silent {
            self.at(SILENCE_MS, Event::Sever(device, number));
        }
        if is_silent {
            return;
        }
        if is_twice {
            self.at(delay_ms, Event::ToServer(device, number, message.clone()));
        }
        self.at(delay_ms, Event::ToServer(device, number, message));
    }

    fn send_down(&mut self, device: DeviceNo, number: u64, message: ServerMessage) {
        let delay_ms = 5 + self.dice.below(80);
        let is_login =
            matches!(message, ServerMessage::Challenge { .. } | ServerMessage::Ready { .. });
        let is_twice = !is_login && self.dice.one_in(self.faults.twice_in);
        let at = self.now.plus_ms(delay_ms);
        let Some(far_end) = self.far_ends.get_mut(&number) else { return };
        far_end.down_until = far_end.down_until.max(at);
        let delay_ms = far_end.down_until.0 - self.now.0;
        if is_twice {
            self.at(delay_ms, Event::ToDevice(device, number, message.clone()));
        }
        self.at(delay_ms, Event::ToDevice(device, number, message));
    }

    pub(super) fn deliver_down(&mut self, device: DeviceNo, number: u64, message: ServerMessage) {
        let wire = self.on(device).wire.as_ref();
        if !wire.is_some_and(|it| it.number == number && !it.is_silent) {
            return;
        }
        for message in self.bend_down(device, message) {
            self.hand_over(device, message);
        }
    }

    fn hand_over(&mut self, device: DeviceNo, message: ServerMessage) {
        if let Some(tape) = self.tapes.get_mut(&device) {
            tape.extend_from_slice(&message.to_bytes());
        }
        if self.tamper == Some(Tamper::ServerWithholds(device)) && is_news(&message) {
            return;
        }
        match &message {
            ServerMessage::Wraps { wraps, .. } => {
                let to = wraps.iter().map(|wrap| wrap.to).collect();
                self.see(|| Seen::Wraps(device, to));
            }
            ServerMessage::Batch { document, .. } => {
                let document = *document;
                self.see(|| Seen::Envelopes(device, document));
            }
            ServerMessage::Ready { server_epoch, .. } => {
                let epoch = *server_epoch;
                self.see(|| Seen::LoggedIn(device, epoch));
            }
            ServerMessage::Acks { acks } => {
                for (envelope, ack) in acks {
                    if let Ack::Stored(at) | Ack::Duplicate(at) = *ack {
                        self.see(|| Seen::Stored(device, *envelope, at));
                    }
                }
            }
            ServerMessage::Challenge { .. }
            | ServerMessage::Index { .. }
            | ServerMessage::LogBatch { .. }
            | ServerMessage::Appended { .. }
            | ServerMessage::HeadMoved { .. }
            | ServerMessage::Event(_)
            | ServerMessage::Refused { .. }
            | ServerMessage::Pong
            | ServerMessage::Bye { .. } => {}
        }
        self.give(device, Input::Received(message));
    }

    pub(super) fn deliver_up(&mut self, device: DeviceNo, number: u64, message: &ClientMessage) {
        let bytes = message.to_bytes();
        // Also what never arrived: somebody may have listened.
        self.told.extend_from_slice(&bytes);
        if !self.far_ends.contains_key(&number) {
            return;
        }
        let is_current = self.on(device).wire.as_ref().is_some_and(|it| it.number == number);
        if is_current && self.dice.one_in(self.faults.break_in) {
            return self.lose_connection(device);
        }
        self.trace.update(&bytes);
        let is_push = matches!(message, ClientMessage::Push { .. });
        if is_push && self.tamper == Some(Tamper::PushesGetLost(device)) {
            return;
        }
        if let Some(acks) = self.forge_acks(device, message) {
            return self.send_down(device, number, acks);
        }
        if let Some(heard) = self.bend_up(device, message.clone()) {
            self.serve(device, number, &heard.to_bytes());
        }
        // The answer is on its way; now the connection may break before it arrives.
        if is_current && self.dice.one_in(self.faults.break_in) {
            self.lose_connection(device);
        }
    }

    fn serve(&mut self, device: DeviceNo, number: u64, bytes: &[u8]) {
        self.steps += 1;
        let now = self.now;
        let key = self.bootstrap_key();
        let Self { dice, store, hub, far_ends, fork, seen, .. } = self;
        let apart = liar::is_apart(fork.as_ref(), device);
        let mut heard = vec![];
        let Some(far_end) = far_ends.get_mut(&number) else { return };
        let message = ClientMessage::parse(bytes).expect("a message survives its bytes");
        let mut cx = Cx { now, entropy: dice, origin: ORIGIN, bootstrap: key.as_ref() };
        let store = match fork {
            Some(fork) if apart => &mut fork.store,
            Some(_) | None => store,
        };
        let asked = seen.is_some().then(|| message.clone());
        let answer = far_end.connection.handle(store, &mut cx, message);
        if far_end.connection.is_subscribed()
            && far_end.ticket.is_none()
            && let Some(Who::Device { device: id, account }) = far_end.connection.who()
        {
            far_end.ticket = Some(hub.join(account, id, (device, number)));
        }
        hub.publish(&answer.notices, |reach, delivery| heard.push((*reach, delivery.message())));
        // News of one history is not news of the other.
        heard.retain(|((reached, _), _)| liar::is_apart(fork.as_ref(), *reached) == apart);
        for reply in answer.replies {
            if let (ServerMessage::Refused { refusal, .. }, Some(asked)) = (&reply, &asked) {
                let (code, asked) = (refusal.reason().code(), words_of(asked));
                self.see(|| Seen::Refused(device, format!("{code}: {asked}")));
            }
            self.send_down(device, number, reply);
        }
        for ((device, number), message) in heard {
            self.send_down(device, number, message);
        }
    }

    /// What a server that stores nothing says to a push.
    fn forge_acks(&self, device: DeviceNo, message: &ClientMessage) -> Option<ServerMessage> {
        let ClientMessage::Push { envelopes } = message else { return None };
        if self.tamper != Some(Tamper::ServerForgets(device)) {
            return None;
        }
        let id = |bytes: &[u8]| EnvelopeId::new(shared::hash::sha256(&[bytes]));
        let stored = Ack::Stored(shared::id::Number(u64::MAX));
        let acks = envelopes.iter().map(|it| (id(&it.0), stored)).collect();
        Some(ServerMessage::Acks { acks })
    }

    fn bootstrap_key(&self) -> Option<VerifyKey> {
        let length = self.store.reader().org_length().expect("the org log's length");
        (length == 0).then(|| SigningKey::derive(&self.bootstrap).verify_key())
    }
}

/// What a device asks for, without what it carries.
fn words_of(message: &ClientMessage) -> String {
    let ClientMessage::Append { entry, wraps } = message else {
        return format!("{message:?}").chars().take(120).collect();
    };
    let Ok(entry) = Entry::parse(&entry.0) else { return "no entry".into() };
    let (log, at) = (entry.log(), entry.index());
    let body = match log {
        LogId::Org(_) => OrgBody::parse(&entry).map(|it| format!("{it:?}")),
        LogId::Document(_) => DocumentBody::parse(&entry).map(|it| format!("{it:?}")),
    };
    let body: String = body.unwrap_or_default().chars().take(200).collect();
    format!("{log:?} {at} by {:?}, {} wraps: {body}", entry.author(), wraps.len())
}

fn is_news(message: &ServerMessage) -> bool {
    matches!(
        message,
        ServerMessage::Index { .. }
            | ServerMessage::Batch { .. }
            | ServerMessage::Event(News::Document(_))
    )
}
