//! One world from its seed to its end.

use std::collections::{BTreeMap, BTreeSet};

use server::store::Store;
use shared::{
    id::{DocumentId, EnvelopeId, Number, ServerEpoch},
    time::UnixMillis,
};

use super::{
    check::{Finding, Kind},
    model::Model,
};
use crate::{
    seed::Dice,
    world::{DeviceNo, Faults, World},
};

/// Steps after which a world that was left alone should have come to rest.
const REST_STEPS_MAX: u64 = 60_000;
/// In one world out of so many, documents get snapshots after a few envelopes.
const SNAPSHOTS_EACH: u64 = 2;
/// Events further ahead than this are not waited for.
const REST_MS: u64 = 10 * 60 * 1000;

/// How large a world is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Things that people and failures do.
    pub acts: u32,
}

impl Default for Size {
    fn default() -> Self {
        Self { acts: 160 }
    }
}

/// What came of a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Of which seed.
    pub seed: u64,
    /// Inputs handled by engines and messages handled by the server.
    pub steps: u64,
    /// A fingerprint of everything that happened.
    pub trace: [u8; 32],
    /// What was not as it should be; empty if all was well.
    pub findings: Vec<Finding>,
    /// What happened, in words, if asked for.
    pub story: Vec<String>,
}

/// A world with its model, while it runs.
pub struct Run {
    /// The world.
    pub world: World,
    pub(super) seed: u64,
    pub(super) size: Size,
    pub(super) model: Model,
    /// Decides what people do; the world has dice of its own.
    pub(super) dice: Dice,
    pub(super) findings: Vec<Finding>,
    pub(super) cursors: BTreeMap<(DeviceNo, DocumentId), Number>,
    pub(super) numbers: BTreeMap<EnvelopeId, Number>,
    pub(super) epochs: BTreeMap<DeviceNo, ServerEpoch>,
    /// Devices that had been open and still have their storage.
    pub(super) settled: BTreeSet<DeviceNo>,
    /// The last backup, and which edits had been acknowledged when it was made.
    pub(super) backup: Option<(Store, UnixMillis, Vec<bool>)>,
    /// From when the backups were that were put in place, and when that was.
    pub(super) restored: Vec<(UnixMillis, UnixMillis)>,
    /// Where a device has another past of a document than the server: a copy of another device's
    /// store had written in the same places, and came first after a restore.
    pub(super) apart: BTreeSet<(DeviceNo, DocumentId)>,
    pub(super) mishaps: u32,
    pub(super) story: Option<Vec<String>>,
}

impl Run {
    /// A firm with its people, ready to work.
    pub fn begin(seed: u64, size: Size) -> Self {
        let mut world = World::seeded(seed);
        if seed % SNAPSHOTS_EACH == SNAPSHOTS_EACH - 1 {
            world = world.compacting(3, 200);
        }
        world.watch();
        super::check::count_errors();
        let mut run = Self {
            world,
            seed,
            size,
            model: Model::default(),
            dice: Dice::seeded(seed ^ 0x6D65_6E64_616E),
            findings: vec![],
            cursors: BTreeMap::new(),
            numbers: BTreeMap::new(),
            epochs: BTreeMap::new(),
            settled: BTreeSet::new(),
            backup: None,
            restored: vec![],
            apart: BTreeSet::new(),
            mishaps: 0,
            story: None,
        };
        run.cast();
        run
    }

    /// The same, telling what happens.
    #[must_use]
    pub fn telling(mut self) -> Self {
        self.story = Some(vec![]);
        self
    }

    /// Plays a seed to its end.
    pub fn play(seed: u64, size: Size) -> Outcome {
        Self::begin(seed, size).finish()
    }

    /// Lets people and failures do what they do, lets it heal, checks everything.
    pub fn finish(mut self) -> Outcome {
        self.work();
        self.heal();
        self.check_end();
        self.outcome()
    }

    /// Lets people and failures do what they do.
    pub fn work(&mut self) {
        self.world.faults = self.some_faults();
        self.turn();
        for _ in 0..self.size.acts {
            if !self.findings.is_empty() {
                return;
            }
            self.act();
            let ms = self.some_time();
            self.advance(ms);
        }
    }

    /// How many documents have a snapshot at which a reader may begin, and of how many the server
    /// has dropped something.
    pub fn snapshots(&self) -> (usize, usize) {
        let reader = self.world.store().reader();
        let bases = self.model.documents.keys().filter_map(|id| reader.base(*id).ok().flatten());
        let bases: Vec<_> = bases.collect();
        let dropped = bases.iter().filter(|base| base.floor > Number(0));
        (bases.len(), dropped.count())
    }

    /// What came of it so far.
    pub fn outcome(self) -> Outcome {
        Outcome {
            seed: self.seed,
            steps: self.world.steps,
            trace: self.world.trace(),
            findings: self.findings,
            story: self.story.unwrap_or_default(),
        }
    }

    /// Lets time pass, looking at everything that happens in it.
    pub fn advance(&mut self, ms: u64) {
        let end = self.world.now().plus_ms(ms);
        while self.world.next_at().is_some_and(|at| at <= end) {
            self.world.step();
            self.observe();
        }
        self.world.wait_until(end);
        self.observe();
    }

    /// Lets everything under way come to its end.
    pub fn rest(&mut self) {
        let (end, steps) = (self.world.now().plus_ms(REST_MS), self.world.steps);
        while self.world.next_at().is_some_and(|at| at <= end) {
            self.world.step();
            self.observe();
            if self.world.steps - steps > REST_STEPS_MAX {
                return self.find(Kind::Unsettled, || "the world does not come to rest".into());
            }
        }
    }

    pub(super) fn find(&mut self, kind: Kind, words: impl FnOnce() -> String) {
        if self.follows_from_lies(kind) {
            return;
        }
        let words = words();
        self.tell(|| format!("FOUND {kind:?}: {words}"));
        if self.findings.len() < 8 {
            self.findings.push(Finding { kind, words });
        }
    }

    pub(super) fn tell(&mut self, words: impl FnOnce() -> String) {
        let now = self.world.now();
        if let Some(story) = &mut self.story {
            story.push(format!("{:>12} {}", now.0 - crate::world::BEGINNING.0, words()));
        }
    }

    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let at = self.dice.below(u64::try_from(from.len()).unwrap_or(0));
        from.get(usize::try_from(at).unwrap_or(0)).cloned()
    }

    pub(super) fn name_of(&self, device: DeviceNo) -> String {
        self.world.on(device).name.clone()
    }

    pub(super) fn now(&self) -> UnixMillis {
        self.world.now()
    }

    fn some_faults(&mut self) -> Faults {
        let mut often = |often: u64| if self.dice.one_in(2) { often } else { 0 };
        Faults {
            break_in: often(40),
            refuse_in: often(60),
            twice_in: often(25),
            silent_in: often(120),
            late_in: often(60),
        }
    }

    /// Mostly moments, sometimes an afternoon, rarely months.
    fn some_time(&mut self) -> u64 {
        match self.dice.below(100) {
            0..35 => self.dice.below(8),
            35..70 => self.dice.below(900),
            70..94 => self.dice.below(8_000),
            94..98 => self.dice.below(20 * 60 * 1000),
            98 => self.dice.below(9 * 60 * 60 * 1000),
            _ => {
                // A full store is tried every two seconds, for months.
                for device in self.world.devices() {
                    self.world.set_full(device, false);
                }
                self.world.faults.refuse_in = 0;
                self.dice.below(90 * 24 * 60 * 60 * 1000)
            }
        }
    }
}
