//! A whole server without sockets: the store, the hub and any number of connections, in one value.
//!
//! Runs the code of production one message at a time. For the simulator and for tests.

use std::collections::BTreeMap;

use shared::{
    refusal::{Reason, Refusal},
    sign::VerifyKey,
    sync::{ClientMessage, ServerMessage},
};

use crate::{
    hub::{Hub, Ticket},
    service::{Connection, Cx, Who, refused},
    store::Store,
};

/// Names a connection of a [`Local`] server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConnectionId(u64);

/// A server in one value.
#[derive(Debug)]
pub struct Local {
    store: Store,
    bootstrap: Option<VerifyKey>,
    origin: String,
    hub: Hub<ConnectionId>,
    connections: BTreeMap<ConnectionId, (Connection, Option<Ticket>)>,
    next: u64,
}

impl Local {
    /// A server around `store`, reached at `origin`, with the bootstrap link that `bootstrap` verifies.
    pub fn new(store: Store, origin: String, bootstrap: Option<VerifyKey>) -> Self {
        Self {
            store,
            bootstrap,
            origin,
            hub: Hub::default(),
            connections: BTreeMap::new(),
            next: 0,
        }
    }

    /// Somebody connects.
    pub fn connect(&mut self) -> ConnectionId {
        let id = ConnectionId(self.next);
        self.next += 1;
        self.connections.insert(id, (Connection::new(), None));
        id
    }

    /// Somebody is gone.
    pub fn disconnect(&mut self, id: ConnectionId) {
        if let Some((_, Some(ticket))) = self.connections.remove(&id) {
            self.hub.leave(ticket);
        }
    }

    /// Who logged in on a connection.
    pub fn who(&self, id: ConnectionId) -> Option<Who> {
        self.connections.get(&id).and_then(|(connection, _)| connection.who())
    }

    /// Carries out a message and says what goes to whom, replies first.
    pub fn handle(
        &mut self,
        now: shared::time::UnixMillis,
        entropy: &mut dyn crate::machine::Entropy,
        id: ConnectionId,
        message: ClientMessage,
    ) -> Vec<(ConnectionId, ServerMessage)> {
        let Self { store, bootstrap, origin, hub, connections, .. } = self;
        let Some((connection, ticket)) = connections.get_mut(&id) else {
            return vec![(id, refused(Refusal::new(Reason::NotLoggedIn)))];
        };
        let mut cx = Cx { now, entropy, origin, bootstrap: bootstrap.as_ref() };
        let answer = connection.handle(store, &mut cx, message);
        match (connection.who(), connection.is_subscribed(), *ticket) {
            (Some(Who::Device { device, account }), true, None) => {
                *ticket = Some(hub.join(account, device, id));
            }
            (_, false, Some(old)) => {
                hub.leave(old);
                *ticket = None;
            }
            (_, true | false, Some(_) | None) => {}
        }
        let mut out: Vec<_> = answer.replies.into_iter().map(|reply| (id, reply)).collect();
        hub.publish(&answer.notices, |to, delivery| out.push((*to, delivery.message())));
        out
    }

    /// The database, to look into or to copy.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Puts another database in place, as a restore does. Everybody is disconnected.
    pub fn restore(&mut self, store: Store) {
        self.store = store;
        self.hub = Hub::default();
        self.connections.clear();
    }
}
