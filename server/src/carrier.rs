//! Does for one connection in production what [`Connection::handle`] does in one go: reads beside
//! the writer, writes in groups, answers on a line.

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use shared::{
    Blob,
    refusal::{Reason, Refusal},
    sync::{ClientMessage, ServerMessage},
    time::UnixMillis,
};

use crate::{
    app::App,
    hub::Ticket,
    line::Line,
    machine::make_bytes,
    service::{
        Claim, Connection, Read, ServiceError, Step, Who, Write, farewell, login, read,
        refusal_of_store, refused,
    },
    store::{Reader, StoreError},
    writer::Job,
};

/// How long a device should wait that found nobody to read for it.
const BUSY_WAIT_MS: u64 = 1_000;

/// One connection, whatever carries it. Leaves the hub when dropped.
pub struct Carrier {
    app: Arc<App>,
    origin: String,
    connection: Connection,
    line: Arc<Line>,
    ticket: Option<Ticket>,
    address: Option<IpAddr>,
    gives_tokens: bool,
}

impl Carrier {
    /// Carries `connection`, which reached the server at `origin`.
    pub fn new(app: Arc<App>, origin: String, connection: Connection) -> Self {
        Self {
            app,
            origin,
            connection,
            line: Arc::new(Line::new()),
            ticket: None,
            address: None,
            gives_tokens: false,
        }
    }

    /// Counts wrong logins against an address. One on this machine stands for a proxy's many.
    #[must_use]
    pub fn at(mut self, address: IpAddr) -> Self {
        self.address = Some(address).filter(|address| !address.is_loopback());
        self
    }

    /// Gives whoever logs in a token to come back with.
    #[must_use]
    pub fn giving_tokens(mut self) -> Self {
        self.gives_tokens = true;
        self
    }

    /// Where the answers are.
    pub fn line(&self) -> &Arc<Line> {
        &self.line
    }

    /// Who logged in.
    pub fn who(&self) -> Option<Who> {
        self.connection.who()
    }

    /// The connection itself, for somebody who will go on with it later.
    pub fn take_connection(&mut self) -> Connection {
        std::mem::take(&mut self.connection)
    }

    /// Sees to messages in order. Neighbouring writes go to the writer as one job.
    pub async fn carry(&mut self, messages: Vec<ClientMessage>) {
        let mut job: Option<(Who, Vec<Write>)> = None;
        for message in messages {
            let step = self.connection.step(&mut &*self.app.machine, message);
            if let Step::Write(who, request) = step {
                match &mut job {
                    Some((author, writes)) if *author == who => writes.push(request),
                    Some(_) | None => {
                        self.submit(job.take());
                        job = Some((who, vec![request]));
                    }
                }
                continue;
            }
            self.submit(job.take());
            self.carry_step(step).await;
        }
        self.submit(job);
    }

    fn submit(&self, writes: Option<(Who, Vec<Write>)>) {
        if let Some((who, writes)) = writes {
            self.app.writer.submit(Job::new(Arc::clone(&self.line), who, writes));
        }
    }

    async fn carry_step(&mut self, step: Step) {
        if self.connection.who().is_none() {
            // Whoever says hello again has to log in and subscribe again.
            self.leave();
        }
        let replies = match step {
            Step::Reply(reply) => vec![reply],
            Step::Login(claim) => self.login(claim).await,
            Step::Subscribe(who) => {
                // Joins first: what changes while the index is read is told as news.
                self.join(who);
                self.read(move |reader| read(reader, who, Read::Index)).await
            }
            Step::Read(who, request) => self.read(move |reader| read(reader, who, request)).await,
            Step::Write(who, request) => {
                self.submit(Some((who, vec![request])));
                Vec::new()
            }
        };
        self.line.answer(replies.iter().map(|reply| Bytes::from(reply.to_bytes())), 0);
    }

    async fn login(&mut self, claim: Claim) -> Vec<ServerMessage> {
        let now = self.app.machine.now();
        if let Some(address) = self.address
            && let Err(refusal) = self.app.logins().may_try(now, address)
        {
            return vec![refused(refusal)];
        }
        let origin = self.origin.clone();
        let bootstrap = self.app.place.bootstrap;
        let looked = self.app.readers.read(move |reader| {
            match login(reader, now, &origin, bootstrap.as_ref(), &claim) {
                Ok(held) => Ok(Ok(held)),
                Err(ServiceError::Refused(refusal)) => Ok(Err(vec![refused(refusal)])),
                Err(ServiceError::Revoked { entry, before }) => Ok(Err(farewell(entry, before))),
                Err(ServiceError::Broken(error)) => Err(error),
            }
        });
        match looked.await {
            Some(Ok(Ok((who, ready)))) => vec![self.welcome(now, who, ready)],
            Some(Ok(Err(answers))) => {
                if let Some(address) = self.address {
                    self.app.logins().count_wrong(now, address);
                }
                answers
            }
            Some(Err(error)) => vec![refused(logged(&error))],
            None => vec![refused(busy())],
        }
    }

    fn welcome(&mut self, now: UnixMillis, who: Who, mut ready: ServerMessage) -> ServerMessage {
        self.leave();
        self.connection.open(who);
        if let (true, ServerMessage::Ready { token, .. }) = (self.gives_tokens, &mut ready) {
            let fresh = make_bytes(&mut &*self.app.machine);
            self.app.logins().admit(now, &fresh, who);
            *token = Some(Blob(fresh.to_vec()));
        }
        ready
    }

    async fn read(
        &self,
        look: impl FnOnce(Reader<'_>) -> Result<Vec<ServerMessage>, StoreError> + Send + 'static,
    ) -> Vec<ServerMessage> {
        match self.app.readers.read(look).await {
            Some(Ok(replies)) => replies,
            Some(Err(error)) => vec![refused(logged(&error))],
            None => vec![refused(busy())],
        }
    }

    fn join(&mut self, who: Who) {
        if let (None, Who::Device { device, account }) = (self.ticket, who) {
            self.ticket = Some(self.app.hub().join(account, device, Arc::clone(&self.line)));
        }
    }

    fn leave(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.app.hub().leave(ticket);
        }
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.leave();
    }
}

fn busy() -> Refusal {
    Refusal::wait(Reason::Busy, BUSY_WAIT_MS)
}

fn logged(error: &StoreError) -> Refusal {
    tracing::error!(?error, "a read failed");
    refusal_of_store(error)
}
