use shared::{
    id::DocumentId,
    refusal::{Reason, Refusal},
    sign::VerifyKey,
    sync::{ClientMessage, Identity, ServerMessage},
    time::UnixMillis,
    version::PROTOCOL,
};

use crate::{
    machine::{Entropy, make_bytes},
    service::{
        Claim, Parcel, Read, ServiceError, Who, Write, away, login, read, refusal_of_store,
        refused, write,
    },
    store::{Notices, Store, StoreError},
};

/// All that one step may know of the world.
pub struct Cx<'a> {
    /// The server's clock.
    pub now: UnixMillis,
    /// The server's randomness.
    pub entropy: &'a mut dyn Entropy,
    /// The origin at which the client reached the server.
    pub origin: &'a str,
    /// Verifies the holder of this start's bootstrap link.
    pub bootstrap: Option<&'a VerifyKey>,
}

/// One device's conversation with the server, whatever carries it.
///
/// Invariant: only a login whose signature held leaves `Who` in it.
#[derive(Debug, Default)]
pub struct Connection {
    state: State,
    is_subscribed: bool,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    New,
    Challenged {
        identity: Identity,
        client_nonce: [u8; 32],
        server_nonce: [u8; 32],
    },
    Open(Who),
}

/// What a message asks for.
#[derive(Debug)]
pub enum Step {
    /// Nothing more than this answer.
    Reply(ServerMessage),
    /// [`login`], then [`Connection::open`] if it held.
    Login(Claim),
    /// To be told of changes from here on, then the index.
    Subscribe(Who),
    /// [`read`], anywhere.
    Read(Who, Read),
    /// [`write()`], in the writer's next transaction.
    Write(Who, Write),
}

/// What came of a message.
#[derive(Debug, Default)]
pub struct Answer {
    /// For the sender, in order.
    pub replies: Vec<ServerMessage>,
    /// For the hub.
    pub notices: Notices,
}

impl Connection {
    /// A connection that nobody has logged in on.
    pub fn new() -> Self {
        Self::default()
    }

    /// A connection on which `who` logged in before.
    pub fn resumed(who: Who) -> Self {
        Self { state: State::Open(who), is_subscribed: false }
    }

    /// Who logged in.
    pub fn who(&self) -> Option<Who> {
        match &self.state {
            State::Open(who) => Some(*who),
            State::New | State::Challenged { .. } => None,
        }
    }

    /// Whether the next message should be an `Auth`.
    pub fn is_challenged(&self) -> bool {
        matches!(self.state, State::Challenged { .. })
    }

    /// Whether the device asked to be told of changes.
    pub fn is_subscribed(&self) -> bool {
        self.is_subscribed
    }

    /// Takes the result of a login that held.
    pub fn open(&mut self, who: Who) {
        *self = Self::resumed(who);
    }

    /// Decides what a message asks for. Whoever carries the connection sees to it.
    pub fn step(&mut self, entropy: &mut dyn Entropy, message: ClientMessage) -> Step {
        match (message, self.who()) {
            (ClientMessage::Hello { version, identity, nonce }, _) => {
                self.challenge(entropy, version, identity, nonce)
            }
            (ClientMessage::Auth { signature, org }, _) => match std::mem::take(&mut self.state) {
                State::Challenged { identity, client_nonce, server_nonce } => {
                    Step::Login(Claim { identity, client_nonce, server_nonce, signature, org })
                }
                State::New | State::Open(_) => no(Reason::NotLoggedIn),
            },
            (ClientMessage::Ping, _) => Step::Reply(ServerMessage::Pong),
            (message, Some(who)) => self.step_as(who, message),
            (_, None) => no(Reason::NotLoggedIn),
        }
    }

    /// Carries a message out from beginning to end on the one connection to the database.
    ///
    /// Production does the same in two places: reads beside the writer, writes in groups.
    pub fn handle(&mut self, store: &mut Store, cx: &mut Cx<'_>, message: ClientMessage) -> Answer {
        let result = match self.step(cx.entropy, message) {
            Step::Reply(reply) => Ok(Answer::of(vec![reply])),
            Step::Login(claim) => self.finish_login(store, cx, &claim),
            Step::Subscribe(who) => read(store.reader(), who, Read::Index).map(Answer::of),
            Step::Read(who, request) => read(store.reader(), who, request).map(Answer::of),
            Step::Write(who, request) => {
                return commit_one(store, cx.now, who, &request).unwrap_or_else(|error| {
                    Answer::of(vec![request.refused(refusal_of_store(&error))])
                });
            }
        };
        result.unwrap_or_else(|error| Answer::of(vec![refused(refusal_of_store(&error))]))
    }

    fn challenge(
        &mut self,
        entropy: &mut dyn Entropy,
        version: u8,
        identity: Identity,
        client_nonce: [u8; 32],
    ) -> Step {
        *self = Self::new();
        if version != PROTOCOL {
            return no(Reason::UnknownVersion);
        }
        let server_nonce = make_bytes(entropy);
        self.state = State::Challenged { identity, client_nonce, server_nonce };
        Step::Reply(ServerMessage::Challenge { nonce: server_nonce })
    }

    fn step_as(&mut self, who: Who, message: ClientMessage) -> Step {
        match message {
            ClientMessage::Subscribe => {
                if !matches!(who, Who::Device { .. }) {
                    return no(Reason::NotLoggedIn);
                }
                self.is_subscribed = true;
                Step::Subscribe(who)
            }
            ClientMessage::PullLog { document, from } => Step::Read(who, read_log(document, from)),
            ClientMessage::Pull { document, after, at_snapshot, unfit } => {
                let at_snapshot = at_snapshot == Some(true);
                Step::Read(who, Read::Envelopes { document, after, at_snapshot, unfit })
            }
            ClientMessage::PullWraps { after } => Step::Read(who, Read::Wraps { after }),
            ClientMessage::Push { envelopes } => {
                let parcels = envelopes.into_iter().map(Parcel::parse).collect();
                Step::Write(who, Write::Push(parcels))
            }
            ClientMessage::BringBack { envelopes } => {
                let parcels = envelopes.into_iter().map(Parcel::parse).collect();
                Step::Write(who, Write::BringBack(parcels))
            }
            ClientMessage::Append { entry, wraps } => {
                Step::Write(who, Write::Append { entry, wraps })
            }
            ClientMessage::PutWraps { wraps } => Step::Write(who, Write::PutWraps(wraps)),
            ClientMessage::Hello { .. } | ClientMessage::Auth { .. } | ClientMessage::Ping => {
                no(Reason::Malformed)
            }
        }
    }

    fn finish_login(
        &mut self,
        store: &Store,
        cx: &Cx<'_>,
        claim: &Claim,
    ) -> Result<Answer, StoreError> {
        match login(store.reader(), cx.now, cx.origin, cx.bootstrap, claim) {
            Ok((who, ready)) => {
                self.open(who);
                Ok(Answer::of(vec![ready]))
            }
            Err(ServiceError::Refused(refusal)) => Ok(Answer::of(vec![refused(refusal)])),
            Err(ServiceError::Revoked { entry, before }) => {
                Ok(Answer::of(away::farewell(entry, before)))
            }
            Err(ServiceError::Broken(error)) => Err(error),
        }
    }
}

impl Answer {
    fn of(replies: Vec<ServerMessage>) -> Self {
        Self { replies, notices: Notices::default() }
    }
}

fn commit_one(
    store: &mut Store,
    now: UnixMillis,
    who: Who,
    request: &Write,
) -> Result<Answer, StoreError> {
    let mut tx = store.begin_tx()?;
    let reply = write(&mut tx, now, who, request)?;
    let notices = tx.commit()?;
    Ok(Answer { replies: vec![reply], notices })
}

fn read_log(document: Option<DocumentId>, from: u64) -> Read {
    match document {
        None => Read::OrgLog { from },
        Some(document) => Read::DocumentLog { document, from },
    }
}

fn no(reason: Reason) -> Step {
    Step::Reply(refused(Refusal::new(reason)))
}
