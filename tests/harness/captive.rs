//! A device alone with a server that lies: no network, no delay, one message after another.
//!
//! What a device of a world had in its store at some moment is started anew, logged in at the liar,
//! and told whatever a test makes up; what it answers is kept. Thousands of them are cheap.

use std::collections::{BTreeMap, VecDeque};

use engine::{
    Engine,
    casework::field::Field,
    command::{Command, Newcomer, Passphrase, Splice},
    cx::Cx,
    effect::{Effect, RecordKey},
    input::{Input, Link},
    keyring::stretch::Stretch,
    view::Notice,
};
use server::{
    service::{self, Connection, Who},
    store::Store,
};
use shared::{
    Blob,
    id::{DocumentId, ServerEpoch},
    sync::{ClientMessage, Limits, ServerMessage},
    time::UnixMillis,
};

use crate::{firm::PASSPHRASE, screen::Screen, seed::Dice, world::ORIGIN};

/// What a device's store held at a moment.
pub type Disk = BTreeMap<RecordKey, Blob>;

/// Messages from the honest server in one exchange, at most.
const EXCHANGE_MAX: usize = 10_000;

/// A device in the hands of a lying server.
pub struct Captive {
    /// What it shows.
    pub screen: Screen,
    /// What its store holds.
    pub disk: Disk,
    /// What it said, oldest first.
    pub told: Vec<ClientMessage>,
    /// Its clock.
    pub now: UnixMillis,
    /// How often it showed something.
    pub shown: u64,
    engine: Engine,
    dice: Dice,
    heeded: usize,
}

impl Captive {
    /// A device with an empty store.
    pub fn blank(now: UnixMillis, seed: u64) -> Self {
        Self::on(Disk::new(), now, seed, crate::quick_stretch)
    }

    /// A device that starts on a store; whoever unlocks it knows the passphrase.
    pub fn on(disk: Disk, now: UnixMillis, seed: u64, stretch: Stretch) -> Self {
        let vault = disk.get(&RecordKey::VAULT).cloned();
        let mut captive = Self {
            screen: Screen::default(),
            disk,
            told: vec![],
            now,
            shown: 0,
            engine: Engine::new(stretch),
            dice: Dice::seeded(seed),
            heeded: 0,
        };
        captive.give(Input::Started { vault });
        captive
    }

    /// A device of a world as it comes back: unlocked, logged in, and told nothing else yet.
    pub fn of(disk: &Disk, epoch: ServerEpoch, now: UnixMillis, seed: u64) -> Self {
        let mut captive = Self::on(disk.clone(), now, seed, crate::quick_stretch);
        captive.unlock();
        captive.log_in(epoch);
        captive
    }

    /// The person types the passphrase.
    pub fn unlock(&mut self) {
        self.ask(Command::Unlock(Passphrase::new(PASSPHRASE.to_owned())));
    }

    /// The connection comes up, and whatever the device says, the login holds.
    pub fn log_in(&mut self, epoch: ServerEpoch) {
        self.connect();
        self.let_in(epoch);
    }

    /// The connection comes up, and the server has said nothing yet.
    pub fn connect(&mut self) {
        self.give(Input::Link(Link::Up { origin: ORIGIN.to_owned() }));
    }

    /// Whatever the device says, its login holds.
    pub fn let_in(&mut self, epoch: ServerEpoch) {
        self.hear(ServerMessage::Challenge { nonce: [7; 32] });
        let limits = Limits { message_bytes_max: 262_144, push_envelopes_max: 64, idle_ms: 75_000 };
        self.hear(ServerMessage::Ready {
            server_epoch: epoch,
            now: self.now,
            limits,
            token: None,
            org_length: 0,
            wraps: 0,
        });
    }

    /// The connection breaks; what was asked on it is never answered.
    pub fn hang_up(&mut self) {
        self.ignore();
        self.give(Input::Link(Link::Down));
    }

    /// Somebody arrives with a link.
    pub fn arrive(&mut self, link: &str, name: &str) {
        let newcomer = Newcomer {
            link: link.to_owned(),
            name: name.to_owned(),
            device_name: name.to_owned(),
            passphrase: Passphrase::new(PASSPHRASE.to_owned()),
        };
        self.ask(Command::Enrol(newcomer));
    }

    /// The person asks for something.
    pub fn ask(&mut self, command: Command) {
        self.give(Input::Command(command));
    }

    /// The server says something.
    pub fn hear(&mut self, message: ServerMessage) {
        self.give(Input::Received(message));
    }

    /// Time passes.
    pub fn wait_ms(&mut self, ms: u64) {
        self.now = self.now.plus_ms(ms);
        self.give(Input::Tick);
    }

    /// Notices since somebody looked.
    pub fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.screen.notices)
    }

    /// What a text of a document says, opened afresh.
    pub fn reads(&mut self, document: DocumentId, field: &str) -> String {
        self.screen.forget(document);
        self.ask(Command::Open(document));
        self.screen.text(document, &Field::top(field)).to_owned()
    }

    /// Writes at the beginning of a text of a document, and lets it be sealed.
    pub fn write(&mut self, document: DocumentId, field: &str, text: &str) {
        self.reads(document, field);
        let field = Field::top(field);
        let splice = Splice { at: 0, delete: 0, insert: text.to_owned() };
        if let Some(revision) = self.screen.type_over(document, &field, &splice) {
            self.ask(Command::EditText { document, field, revision, splice });
            self.wait_ms(engine::engine::COALESCE_MS);
        }
    }

    /// An honest server answers everything that was said and not answered yet.
    pub fn serve(&mut self, store: &mut Store, who: Who) {
        self.serve_bent(store, who, |honest| vec![honest]);
    }

    /// The same, but each answer is bent before the device hears it.
    pub fn serve_bent(
        &mut self,
        store: &mut Store,
        who: Who,
        bend: impl FnMut(ServerMessage) -> Vec<ServerMessage>,
    ) {
        let is_login = |message: &&ClientMessage| {
            matches!(message, ClientMessage::Hello { .. } | ClientMessage::Auth { .. })
        };
        // The liar has answered those.
        let logins = self.told.iter().skip(self.heeded).take_while(is_login).count();
        self.heeded += logins;
        self.exchange(store, &mut Connection::resumed(who), bend);
    }

    fn exchange(
        &mut self,
        store: &mut Store,
        connection: &mut Connection,
        mut bend: impl FnMut(ServerMessage) -> Vec<ServerMessage>,
    ) {
        for _ in 0..EXCHANGE_MAX {
            let Some(message) = self.told.get(self.heeded).cloned() else { return };
            self.heeded += 1;
            let mut cx = service::Cx {
                now: self.now,
                entropy: &mut self.dice,
                origin: ORIGIN,
                bootstrap: None,
            };
            let answer = connection.handle(store, &mut cx, message);
            for reply in answer.replies.into_iter().flat_map(&mut bend) {
                self.hear(reply);
            }
        }
        unreachable!("a device that never has enough");
    }

    /// The connection comes up, and the honest server answers everything, logins too.
    pub fn meet(&mut self, store: &mut Store) {
        self.ignore();
        self.connect();
        self.exchange(store, &mut Connection::new(), |honest| vec![honest]);
    }

    /// What was said and is not answered: forgotten.
    pub fn ignore(&mut self) {
        self.heeded = self.told.len();
    }

    fn give(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let mut cx = Cx { now: self.now, entropy: &mut self.dice };
            let effects = self.engine.handle(&mut cx, input);
            for effect in effects.0 {
                self.carry_out(effect, &mut inputs);
            }
        }
    }

    fn carry_out(&mut self, effect: Effect, inputs: &mut VecDeque<Input>) {
        match effect {
            Effect::Persist(batch) => {
                self.disk.extend(batch.puts);
                for key in batch.deletes {
                    self.disk.remove(&key);
                }
                inputs.push_back(Input::Persisted(batch.id));
            }
            Effect::Load => {
                let records = self.disk.iter().filter(|(key, _)| **key != RecordKey::VAULT);
                let records = records.map(|(key, value)| (*key, value.clone())).collect();
                inputs.push_back(Input::Loaded(records));
            }
            Effect::Send(message) => self.told.push(message),
            Effect::Show(view) => {
                self.shown += 1;
                self.screen.show(view);
            }
            Effect::Erase => {
                self.disk.clear();
                inputs.push_back(Input::Erased);
            }
            // The liar decides when there is a connection and how late it is.
            Effect::WakeAt(_) | Effect::Link(_) => {}
        }
    }
}
