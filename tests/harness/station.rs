//! A device without a browser that talks to a real server over a socket: for benchmarks and demos.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use engine::{
    Engine, Pace,
    command::{Command, Newcomer, Passphrase},
    cx::{Cx, Entropy},
    effect::{Effect, LinkWish, RecordKey},
    engine::Compaction,
    input::{Input, Link},
};
use futures_util::{SinkExt as _, StreamExt as _};
use shared::{
    Blob,
    id::AccountId,
    log::org::Role,
    sync::{ClientMessage, ServerMessage},
    time::UnixMillis,
};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::screen::Screen;

/// How long anything may take before it has failed.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long a code for a further device can be used, at most.
pub const DEVICE_CODE_MS: u64 = 15 * 60 * 1000;

/// How often a connection says that it is alive.
const HEARTBEAT_MS: u64 = 25_000;
const HEARTBEAT: Duration = Duration::from_millis(HEARTBEAT_MS);

/// The machine's own randomness.
struct MachineEntropy;

impl Entropy for MachineEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("randomness from the operating system");
    }
}

/// What a station could not do.
#[derive(Debug)]
pub struct Failed(pub String);

/// The machine's clock.
pub fn now() -> UnixMillis {
    #[expect(clippy::disallowed_methods, reason = "a station is a program of its own")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// One device: a real engine, a socket, and a store that is as durable as this process.
pub struct Station {
    /// What it shows.
    pub screen: Screen,
    name: String,
    origin: String,
    engine: Engine,
    socket: Option<WebSocketStream<MaybeTlsStream<TcpStream>>>,
    wants_link: bool,
    may_link: bool,
    to_send: Vec<Vec<u8>>,
    wake_at: Option<UnixMillis>,
    received_bytes: u64,
    pinged_at: UnixMillis,
    disk: Option<BTreeMap<RecordKey, Blob>>,
}

impl Station {
    /// A device that knows the server's origin and nothing else.
    pub fn new(name: &str, origin: &str, pace: Pace) -> Self {
        let mut station = Self {
            screen: Screen::default(),
            name: name.to_owned(),
            origin: origin.to_owned(),
            engine: Engine::new(crate::quick_stretch).with_pace(pace),
            socket: None,
            wants_link: false,
            may_link: true,
            to_send: vec![],
            wake_at: None,
            received_bytes: 0,
            pinged_at: now(),
            disk: None,
        };
        station.handle(Input::Started { vault: None });
        station
    }

    /// A device that has a past: it is opened with what it wrote down.
    pub fn with_past(
        name: &str,
        origin: &str,
        pace: Pace,
        disk: BTreeMap<RecordKey, Blob>,
    ) -> Self {
        let vault = disk.get(&RecordKey::VAULT).cloned();
        let mut station = Self::new(name, origin, pace);
        station.engine = Engine::new(crate::quick_stretch).with_pace(pace);
        station.disk = Some(disk);
        station.handle(Input::Started { vault });
        station.ask(Command::Unlock(Passphrase::new(crate::firm::PASSPHRASE.to_owned())));
        station
    }

    /// Lets documents get snapshots at other times.
    pub fn compact(&mut self, compaction: Compaction) {
        let engine = std::mem::replace(&mut self.engine, Engine::new(crate::quick_stretch));
        self.engine = engine.with_compaction(compaction);
    }

    /// Keeps what the engine writes down, for whoever opens it.
    #[must_use]
    pub fn with_disk(self) -> Self {
        Self { disk: Some(BTreeMap::new()), ..self }
    }

    /// What the engine has written down.
    pub fn disk(&self) -> Option<&BTreeMap<RecordKey, Blob>> {
        self.disk.as_ref()
    }

    /// Asks the engine for something.
    pub fn ask(&mut self, command: Command) {
        self.handle(Input::Command(command));
    }

    /// Fills in the form for a newcomer, and waits until the device is open.
    pub async fn arrive(&mut self, link: &str, name: &str) -> Result<(), Failed> {
        let newcomer = Newcomer {
            link: link.to_owned(),
            name: name.to_owned(),
            device_name: self.name.clone(),
            passphrase: Passphrase::new(crate::firm::PASSPHRASE.to_owned()),
        };
        self.ask(if link.contains("bootstrap.") {
            Command::MakeFirm(newcomer)
        } else {
            Command::Enrol(newcomer)
        });
        self.until("the device is open", |it| it.screen.is_open()).await?;
        self.until_sent().await
    }

    /// Invites somebody and hands out the link's fragment.
    pub async fn invite(&mut self, role: Role, name: &str) -> Result<String, Failed> {
        self.take_invitation(Command::Invite { role, name: name.to_owned() }).await
    }

    /// Makes a code for a further device of the same person.
    pub async fn device_code(&mut self) -> Result<String, Failed> {
        self.take_invitation(Command::MakeDeviceCode).await
    }

    async fn take_invitation(&mut self, command: Command) -> Result<String, Failed> {
        self.screen.invitation = None;
        self.ask(command);
        self.until("an invitation is shown", |it| it.screen.invitation.is_some()).await?;
        let invitation = self.screen.invitation.take();
        Ok(invitation.map(|it| it.fragment).unwrap_or_default())
    }

    /// Waits until somebody invited under a name has joined.
    pub async fn joined(&mut self, name: &str) -> Result<AccountId, Failed> {
        let account = |it: &Self| {
            let row = it.screen.home.people.iter().find(|row| row.name == name);
            row.and_then(|row| row.account)
        };
        self.until("somebody has joined", |it| account(it).is_some()).await?;
        account(self).ok_or_else(|| Failed(format!("{name} has not joined")))
    }

    /// Edits not acknowledged by the server.
    pub fn unsent(&self) -> u32 {
        self.screen.sync.map_or(0, |sync| sync.unsent + sync.unsaved)
    }

    /// Bytes of all messages received.
    pub fn received_bytes(&self) -> u64 {
        self.received_bytes
    }

    /// Waits until the server has everything.
    pub async fn until_sent(&mut self) -> Result<(), Failed> {
        self.until("everything is sent", |it| it.unsent() == 0 && it.screen.sync.is_some()).await
    }

    /// Waits until something is so.
    pub async fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) -> Result<(), Failed> {
        let waiting = async {
            while !is_so(self) {
                self.turn().await?;
            }
            Ok(())
        };
        let outcome = tokio::time::timeout(PATIENCE, waiting).await;
        outcome.unwrap_or_else(|_| {
            let seen = (&self.screen.gate, &self.screen.notices, &self.screen.sync);
            Err(Failed(format!("{}: not in time: {what}; {seen:?}", self.name)))
        })
    }

    /// Closes the connection, and keeps it closed until [`Self::online`].
    pub fn offline(&mut self) {
        self.may_link = false;
        if self.socket.take().is_some() {
            self.handle(Input::Link(Link::Down));
        }
    }

    /// Lets the device connect again.
    pub fn online(&mut self) {
        self.may_link = true;
    }

    /// The server is somewhere else now.
    pub fn move_to(&mut self, origin: &str) {
        origin.clone_into(&mut self.origin);
    }

    /// Sends what is to be sent, then takes in the next thing that happens.
    pub async fn turn(&mut self) -> Result<(), Failed> {
        self.connect().await?;
        self.ping_if_due();
        self.flush().await?;
        let wait = self.wake_at.map_or(HEARTBEAT, |at| {
            Duration::from_millis(at.0.saturating_sub(now().0)).min(HEARTBEAT)
        });
        let Some(socket) = &mut self.socket else {
            tokio::time::sleep(wait.min(Duration::from_millis(50))).await;
            self.wake_if_due();
            return Ok(());
        };
        let next = tokio::time::timeout(wait, socket.next()).await;
        match next {
            Err(_) => self.wake_if_due(),
            Ok(Some(Ok(Message::Binary(bytes)))) => self.take(&bytes),
            Ok(Some(Ok(_))) => {}
            Ok(Some(Err(error))) => return Err(Failed(format!("{}: {error}", self.name))),
            Ok(None) => return Err(Failed(format!("{}: the server hung up", self.name))),
        }
        self.flush().await
    }

    /// Takes in what comes, until nothing comes for a moment.
    pub async fn turn_until_quiet(&mut self) -> Result<(), Failed> {
        const MOMENT: Duration = Duration::from_millis(50);
        while let Ok(turned) = tokio::time::timeout(MOMENT, self.turn()).await {
            turned?;
        }
        Ok(())
    }

    /// Sends what is to be sent.
    pub async fn flush(&mut self) -> Result<(), Failed> {
        let Some(socket) = &mut self.socket else { return Ok(()) };
        if self.to_send.is_empty() {
            return Ok(());
        }
        for bytes in self.to_send.drain(..) {
            let sent = socket.feed(Message::Binary(bytes.into())).await;
            sent.map_err(|error| Failed(error.to_string()))?;
        }
        socket.flush().await.map_err(|error| Failed(error.to_string()))
    }

    fn take(&mut self, bytes: &[u8]) {
        self.received_bytes += u64::try_from(bytes.len()).unwrap_or(0);
        if let Some(message) = ServerMessage::parse(bytes) {
            self.handle(Input::Received(message));
        }
    }

    /// A connection that says nothing is taken for dead.
    fn ping_if_due(&mut self) {
        let due = self.pinged_at.plus_ms(HEARTBEAT_MS);
        if now() >= due {
            self.pinged_at = now();
            self.to_send.push(ClientMessage::Ping.to_bytes());
        }
    }

    fn wake_if_due(&mut self) {
        if self.wake_at.is_some_and(|at| at <= now()) {
            self.wake_at = None;
            self.handle(Input::Tick);
        }
    }

    async fn connect(&mut self) -> Result<(), Failed> {
        if !self.wants_link || !self.may_link || self.socket.is_some() {
            return Ok(());
        }
        let url = format!("{}/v1/socket", self.origin.replacen("http", "ws", 1));
        let mut request = url.into_client_request().map_err(|error| Failed(error.to_string()))?;
        let origin =
            HeaderValue::from_str(&self.origin).map_err(|error| Failed(error.to_string()))?;
        request.headers_mut().insert("origin", origin);
        let (socket, _) =
            connect_async(request).await.map_err(|error| Failed(error.to_string()))?;
        self.socket = Some(socket);
        let origin = self.origin.clone();
        self.handle(Input::Link(Link::Up { origin }));
        Ok(())
    }

    fn handle(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let mut entropy = MachineEntropy;
            let mut cx = Cx { now: now(), entropy: &mut entropy };
            for effect in self.engine.handle(&mut cx, input).0 {
                match effect {
                    Effect::Persist(batch) => {
                        inputs.push_back(Input::Persisted(batch.id));
                        if let Some(disk) = &mut self.disk {
                            disk.extend(batch.puts);
                            disk.retain(|key, _| !batch.deletes.contains(key));
                        }
                    }
                    Effect::Erase => inputs.push_back(Input::Erased),
                    Effect::Load => {
                        let disk = self.disk.iter().flatten();
                        let disk = disk.filter(|(key, _)| **key != RecordKey::VAULT);
                        let records = disk.map(|(key, value)| (*key, value.clone())).collect();
                        inputs.push_back(Input::Loaded(records));
                    }
                    Effect::Send(message) => self.to_send.push(message.to_bytes()),
                    Effect::Show(view) => self.screen.show(view),
                    Effect::WakeAt(at) => self.wake_at = Some(at),
                    Effect::Link(wish) => {
                        self.wants_link = wish == LinkWish::Up;
                        if wish == LinkWish::Down {
                            self.socket = None;
                        }
                    }
                }
            }
        }
    }
}
