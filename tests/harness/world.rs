//! A firm in one thread: real engines, the real service, a seeded network, a clock that jumps.
//!
//! Nothing happens but by an event, events are ordered by time and number, and every random choice
//! comes from the seed; so the same seed is the same world, byte for byte.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use engine::{
    Engine, Pace,
    command::Command,
    cx::Cx,
    effect::{Batch, BatchId, Effect, LinkWish, RecordKey},
    engine::Compaction,
    input::{Input, StoreFault},
    view::View,
};
use server::{hub::Hub, store::Store};
use sha2::{Digest as _, Sha256};
use shared::{
    Blob,
    secret::Secret,
    sync::{ClientMessage, ServerMessage},
    time::UnixMillis,
};

use crate::{screen::Screen, seed::Dice};

pub mod liar;
mod mishap;
mod net;
mod watch;

pub use watch::{Seen, Tamper};

use net::{FarEnd, Wire};

/// Where every world begins: 2026-05-19, 13:15 in Japan.
pub const BEGINNING: UnixMillis = UnixMillis(1_779_164_100_000);

/// The origin the simulated app is loaded from.
pub const ORIGIN: &str = "https://mendan.example";

/// Events further ahead than this are not waited for when a world settles.
const SETTLE_MS: u64 = 10 * 60 * 1000;

/// How unkind the world is. Each is "about once in"; 0 is never.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// A message is lost, and with it the connection.
    pub break_in: u64,
    /// A batch is refused by the local store.
    pub refuse_in: u64,
    /// A request or an answer after the login arrives twice.
    pub twice_in: u64,
    /// A connection goes silent without closing; the device notices after 45 seconds.
    pub silent_in: u64,
    /// What a lost connection had under way reaches the server all the same, up to 75 s later.
    pub late_in: u64,
}

/// Names a device of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeviceNo(pub usize);

#[derive(Debug)]
enum Event {
    Persist(DeviceNo, u64, Batch),
    Load(DeviceNo, u64),
    Erase(DeviceNo, u64),
    Connect(DeviceNo, u64),
    ToServer(DeviceNo, u64, ClientMessage),
    ToDevice(DeviceNo, u64, ServerMessage),
    Wake(DeviceNo, u64, u64),
    Sever(DeviceNo, u64),
    Forget(u64),
}

/// One device and the person in front of it.
#[expect(clippy::struct_excessive_bools, reason = "a device is switched in many ways at once")]
pub struct DeviceInWorld {
    /// As the story calls it.
    pub name: String,
    /// What it shows.
    pub screen: Screen,
    /// What the local store holds.
    pub disk: BTreeMap<RecordKey, Blob>,
    engine: Engine,
    life: u64,
    wants_link: bool,
    is_online: bool,
    is_full: bool,
    is_lost: bool,
    /// It runs the version before this one: what that did not say it does not say.
    pub is_earlier: bool,
    clock_skew_ms: i64,
    wire: Option<Wire>,
    /// Number of the newest wish to be woken; a later wish replaces an earlier one.
    wake: u64,
    /// Batches that were on their way when an earlier one was refused.
    refused: BTreeSet<BatchId>,
    /// Refuse one batch when this many more were written.
    refuse_in: Option<u64>,
    /// Crash when this many more effects were carried out.
    crash_in: Option<u64>,
    is_dead: bool,
    effects: u64,
}

/// The whole world.
pub struct World {
    /// The seed's dice.
    pub dice: Dice,
    /// How unkind it is.
    pub faults: Faults,
    /// Everything that devices told the server, as bytes.
    pub told: Vec<u8>,
    /// What happened since somebody looked, if somebody does.
    pub seen: Option<Vec<Seen>>,
    /// How the world lies, in tests of the checks.
    pub tamper: Option<Tamper>,
    /// Inputs given to engines and messages handled by the server.
    pub steps: u64,
    /// Everything the server sent to some devices and everything they showed, as bytes.
    tapes: BTreeMap<DeviceNo, Vec<u8>>,
    now: UnixMillis,
    store: Store,
    hub: Hub<(DeviceNo, u64)>,
    far_ends: BTreeMap<u64, FarEnd>,
    devices: Vec<DeviceInWorld>,
    events: BTreeMap<(UnixMillis, u64), Event>,
    next: u64,
    bootstrap: Secret<32>,
    trace: Sha256,
    pace: Pace,
    compaction: Compaction,
    liar: Option<Box<dyn liar::Liar>>,
    fork: Option<liar::Fork>,
}

impl World {
    /// A world without people.
    pub fn seeded(seed: u64) -> Self {
        Self::seeded_at(seed, BEGINNING)
    }

    /// The same, beginning at another time.
    pub fn seeded_at(seed: u64, now: UnixMillis) -> Self {
        let mut dice = Dice::seeded(seed);
        let mut secret = Box::new([0; 32]);
        engine::cx::Entropy::fill(&mut dice, secret.as_mut_slice());
        let store = Store::in_memory(&mut dice).expect("a database in memory");
        Self {
            dice,
            faults: Faults::default(),
            told: vec![],
            seen: None,
            tamper: None,
            steps: 0,
            tapes: BTreeMap::new(),
            now,
            store,
            hub: Hub::default(),
            far_ends: BTreeMap::new(),
            devices: vec![],
            events: BTreeMap::new(),
            next: 0,
            bootstrap: Secret::new(secret),
            trace: Sha256::new(),
            pace: Pace::Coalesce { wait_ms: engine::engine::COALESCE_MS },
            compaction: Compaction::default(),
            liar: None,
            fork: None,
        }
    }

    /// The same world, with snapshots at other times; before there are devices.
    #[must_use]
    pub fn compacting(mut self, after_envelopes: u64, quiet_ms: u64) -> Self {
        self.compaction = Compaction { after_envelopes, quiet_ms };
        self
    }

    /// A program as every device of this world has it.
    fn engine(&self) -> Engine {
        let engine = Engine::new(crate::quick_stretch);
        engine.with_pace(self.pace).with_compaction(self.compaction)
    }

    /// The server's bootstrap link.
    pub fn bootstrap_link(&self) -> String {
        format!("{ORIGIN}/#bootstrap.{}", crate::base64url(self.bootstrap.expose()))
    }

    /// A new device, switched on, with an empty store.
    pub fn device(&mut self, name: &str) -> DeviceNo {
        let number = DeviceNo(self.devices.len());
        let engine = self.engine();
        self.devices.push(DeviceInWorld {
            name: name.to_owned(),
            screen: Screen::default(),
            disk: BTreeMap::new(),
            engine,
            life: 0,
            wants_link: false,
            is_online: true,
            is_full: false,
            is_lost: false,
            is_earlier: false,
            clock_skew_ms: 0,
            wire: None,
            wake: 0,
            refused: BTreeSet::new(),
            refuse_in: None,
            crash_in: None,
            is_dead: false,
            effects: 0,
        });
        self.give(number, Input::Started { vault: None });
        number
    }

    /// A device.
    #[track_caller]
    pub fn on(&self, device: DeviceNo) -> &DeviceInWorld {
        self.devices.get(device.0).expect("a device of this world")
    }

    /// A device, to be changed.
    #[track_caller]
    pub fn on_mut(&mut self, device: DeviceNo) -> &mut DeviceInWorld {
        self.devices.get_mut(device.0).expect("a device of this world")
    }

    /// Every device.
    pub fn devices(&self) -> impl Iterator<Item = DeviceNo> + use<> {
        (0..self.devices.len()).map(DeviceNo)
    }

    /// The time.
    pub fn now(&self) -> UnixMillis {
        self.now
    }

    /// Asks the device for something.
    pub fn ask(&mut self, device: DeviceNo, command: Command) {
        self.give(device, Input::Command(command));
    }

    /// Lets the server say something it would never say by itself.
    pub fn tell(&mut self, device: DeviceNo, message: ServerMessage) {
        self.give(device, Input::Received(message));
    }

    /// Takes the network away from a device.
    pub fn offline(&mut self, device: DeviceNo) {
        self.on_mut(device).is_online = false;
        self.hang_up(device);
    }

    /// Gives it back.
    pub fn online(&mut self, device: DeviceNo) {
        self.on_mut(device).is_online = true;
        self.connect_soon(device);
    }

    /// Fills a device's storage, or frees it.
    pub fn set_full(&mut self, device: DeviceNo, is_full: bool) {
        self.on_mut(device).is_full = is_full;
    }

    /// Sets a device's clock wrong.
    pub fn skew_clock(&mut self, device: DeviceNo, by_ms: i64) {
        self.on_mut(device).clock_skew_ms = by_ms;
    }

    /// Lets the device die after so many more effects.
    pub fn crash_in(&mut self, device: DeviceNo, effects: u64) {
        self.on_mut(device).crash_in = Some(effects);
    }

    /// Lets the device's store refuse one batch, after so many more.
    pub fn refuse_in(&mut self, device: DeviceNo, batches: u64) {
        self.on_mut(device).refuse_in = Some(batches);
    }

    /// Whether the device died and was not restarted.
    pub fn is_dead(&self, device: DeviceNo) -> bool {
        self.on(device).is_dead
    }

    /// How many effects the device has carried out.
    pub fn effects(&self, device: DeviceNo) -> u64 {
        self.on(device).effects
    }

    /// Pulls the plug: what was not durable is gone.
    pub fn crash(&mut self, device: DeviceNo) {
        self.hang_up(device);
        let it = self.on_mut(device);
        it.is_dead = true;
        it.crash_in = None;
        it.refuse_in = None;
        it.refused.clear();
        it.life += 1;
        it.screen = Screen::default();
        self.see(|| Seen::Died(device));
    }

    /// Starts the program on what the store holds.
    pub fn restart(&mut self, device: DeviceNo) {
        self.crash(device);
        let engine = self.engine();
        let it = self.on_mut(device);
        it.is_dead = false;
        it.wants_link = false;
        it.engine = engine;
        let vault = it.disk.get(&RecordKey::VAULT).cloned();
        self.give(device, Input::Started { vault });
    }

    /// Lets everything that is under way happen, and time pass.
    pub fn settle(&mut self) {
        let end = self.now.plus_ms(SETTLE_MS);
        let mut steps = 0_u32;
        while let Some(((at, _), _)) = self.events.first_key_value()
            && *at <= end
        {
            self.step();
            steps += 1;
            assert!(steps < 1_000_000, "the world does not settle");
        }
    }

    /// Lets the next thing happen; `false` when nothing is under way.
    pub fn step(&mut self) -> bool {
        let Some(((at, number), event)) = self.events.pop_first() else { return false };
        self.now = self.now.max(at);
        self.trace.update(at.0.to_be_bytes());
        self.trace.update(number.to_be_bytes());
        self.happen(event);
        true
    }

    /// Lets time pass, and what happens in it.
    pub fn wait_ms(&mut self, ms: u64) {
        let end = self.now.plus_ms(ms);
        while let Some(((at, _), _)) = self.events.first_key_value()
            && *at <= end
        {
            self.step();
        }
        self.now = end;
    }

    /// Lets time pass up to a moment, and what happens until then; nothing if it is past.
    pub fn jump_to(&mut self, at: UnixMillis) {
        self.wait_ms(at.0.saturating_sub(self.now.0));
    }

    /// Keeps what the server sends to a device, and what that shows, from now on.
    pub fn tape(&mut self, device: DeviceNo) {
        self.tapes.entry(device).or_default();
    }

    /// What the server sent to a device that is taped, and what that showed.
    pub fn taped(&self, device: DeviceNo) -> &[u8] {
        self.tapes.get(&device).map_or(&[], Vec::as_slice)
    }

    /// When the next thing happens.
    pub fn next_at(&self) -> Option<UnixMillis> {
        self.events.first_key_value().map(|((at, _), _)| *at)
    }

    /// Lets time pass in which nothing happens.
    pub fn wait_until(&mut self, end: UnixMillis) {
        self.now = self.now.max(end);
    }

    /// Takes back a death that was to come.
    pub fn calm(&mut self, device: DeviceNo) {
        self.on_mut(device).crash_in = None;
    }

    /// A fingerprint of everything that has happened.
    pub fn trace(&self) -> [u8; 32] {
        self.trace.clone().finalize().into()
    }

    /// The server's database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Persist(device, life, batch) if self.is_alive(device, life) => {
                self.persist(device, batch);
            }
            Event::Load(device, life) if self.is_alive(device, life) => {
                let disk = &self.on(device).disk;
                let records = disk.iter().filter(|(key, _)| **key != RecordKey::VAULT);
                let records = records.map(|(key, value)| (*key, value.clone())).collect();
                self.give(device, Input::Loaded(records));
            }
            Event::Erase(device, life) if self.is_alive(device, life) => {
                if self.on(device).is_full {
                    return self.give(device, Input::EraseFailed(StoreFault::Broken));
                }
                self.on_mut(device).disk.clear();
                self.give(device, Input::Erased);
            }
            Event::Connect(device, life) if self.is_alive(device, life) => self.connect(device),
            Event::Wake(device, life, wake) if self.is_alive(device, life) => {
                if self.on(device).wake == wake {
                    self.give(device, Input::Tick);
                }
            }
            Event::ToServer(device, wire, message) => self.deliver_up(device, wire, &message),
            Event::ToDevice(device, wire, message) => self.deliver_down(device, wire, message),
            Event::Sever(device, wire) => self.sever(device, wire),
            Event::Forget(number) => self.forget_far_end(number),
            Event::Persist(..)
            | Event::Load(..)
            | Event::Erase(..)
            | Event::Connect(..)
            | Event::Wake(..) => {}
        }
    }

    fn is_alive(&self, device: DeviceNo, life: u64) -> bool {
        let it = self.on(device);
        it.life == life && !it.is_dead
    }

    fn persist(&mut self, device: DeviceNo, batch: Batch) {
        let it = self.on_mut(device);
        let was_behind = it.refused.remove(&batch.id);
        let is_chosen = it.refuse_in == Some(0);
        it.refuse_in = it.refuse_in.and_then(|left| left.checked_sub(1));
        let is_full = it.is_full;
        let is_refused = is_full || is_chosen || self.dice.one_in(self.faults.refuse_in);
        if is_refused || was_behind {
            // Nothing is written after a failure until the engine has heard of it.
            let behind = self.events.values().filter_map(|event| {
                let Event::Persist(of, _, batch) = event else { return None };
                (*of == device).then_some(batch.id)
            });
            let behind: Vec<_> = behind.collect();
            self.on_mut(device).refused.extend(behind);
            return self.give(device, Input::PersistFailed(batch.id, StoreFault::Full));
        }
        if self.tamper == Some(Tamper::DiskLies) {
            return self.give(device, Input::Persisted(batch.id));
        }
        let disk = &mut self.on_mut(device).disk;
        for (key, value) in batch.puts {
            disk.insert(key, value);
        }
        for key in batch.deletes {
            disk.remove(&key);
        }
        self.give(device, Input::Persisted(batch.id));
    }

    fn give(&mut self, device: DeviceNo, input: Input) {
        if self.on(device).is_dead {
            return;
        }
        self.steps += 1;
        let now = self.clock_of(device);
        let Self { dice, devices, .. } = self;
        let it = devices.get_mut(device.0).expect("a device of this world");
        let effects = it.engine.handle(&mut Cx { now, entropy: dice }, input);
        let mut effects: VecDeque<Effect> = effects.0.into();
        while let Some(effect) = effects.pop_front() {
            let it = self.on_mut(device);
            it.effects += 1;
            if it.crash_in == Some(0) {
                return self.crash(device);
            }
            it.crash_in = it.crash_in.map(|left| left - 1);
            self.carry_out(device, effect);
        }
        self.see(|| Seen::Moved(device));
    }

    fn clock_of(&self, device: DeviceNo) -> UnixMillis {
        UnixMillis(self.now.0.saturating_add_signed(self.on(device).clock_skew_ms))
    }

    fn carry_out(&mut self, device: DeviceNo, effect: Effect) {
        let life = self.on(device).life;
        match effect {
            Effect::Persist(batch) => {
                // One store, one order: a later batch is never durable before an earlier one.
                self.at(2, Event::Persist(device, life, batch));
            }
            Effect::Load => self.at(3, Event::Load(device, life)),
            Effect::Send(message) => self.send_up(device, message),
            Effect::Show(view) => {
                if let View::Sync(sync) = &view {
                    let sync = *sync;
                    self.see(|| Seen::Sync(device, sync));
                }
                if let Some(tape) = self.tapes.get_mut(&device) {
                    tape.extend_from_slice(&shared::cbor::to_vec(&view));
                }
                self.on_mut(device).screen.show(view);
            }
            Effect::WakeAt(at) => {
                let skew = self.on(device).clock_skew_ms;
                let at = UnixMillis(at.0.saturating_add_signed(-skew));
                let delay_ms = at.0.saturating_sub(self.now.0);
                let it = self.on_mut(device);
                it.wake += 1;
                let wake = it.wake;
                self.at(delay_ms, Event::Wake(device, life, wake));
            }
            Effect::Erase => self.at(3, Event::Erase(device, life)),
            Effect::Link(LinkWish::Up) => {
                self.on_mut(device).wants_link = true;
                self.connect_soon(device);
            }
            Effect::Link(LinkWish::Down) => {
                self.on_mut(device).wants_link = false;
                self.hang_up(device);
            }
        }
    }

    fn at(&mut self, delay_ms: u64, event: Event) {
        self.next += 1;
        self.events.insert((self.now.plus_ms(delay_ms), self.next), event);
    }
}
