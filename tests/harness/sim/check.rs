//! What is held against the model after every step.

use std::{cell::Cell, collections::BTreeSet, sync::Once};

use engine::view::{AlarmKind, AlarmRow, Gate, Notice, SyncView};
use shared::{
    id::{DocumentId, Number},
    log::org::Role,
    sync::WrapTo,
};

use super::{
    hostile::is_hostile,
    model::{Fate, Kind as DocumentKind, PersonNo},
    run::Run,
};
use crate::world::{DeviceNo, Seen};

/// What kind of promise was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Something called saved or sent is gone.
    Lost,
    /// Something is shown that nobody wrote.
    Forged,
    /// Two devices of people who may read a document show it differently when all has healed.
    Diverged,
    /// Something reached a device whose owner may not read it.
    Unauthorised,
    /// Something deleted came back.
    Resurrected,
    /// Somebody was alarmed, and nobody had done anything.
    FalseAlarm,
    /// The server was told something readable.
    Leaked,
    /// A cursor or a number went back.
    WentBack,
    /// A log does not verify.
    BrokenLog,
    /// The server logged an error.
    ErrorLogged,
    /// Something is still unsent when all has healed.
    Stuck,
    /// A device that was open cannot be opened any more.
    LockedOut,
    /// The world does not come to rest.
    Unsettled,
    /// The program died.
    Panicked,
}

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub kind: Kind,
    /// How it showed.
    pub words: String,
}

impl Run {
    /// Looks at what happened since the last look.
    pub fn observe(&mut self) {
        let mut moved = BTreeSet::new();
        for seen in self.world.look() {
            match seen {
                Seen::Sync(device, sync) => self.promised(device, &sync),
                Seen::Moved(device) => {
                    moved.insert(device);
                }
                Seen::Died(device) => self.died(device),
                Seen::Wraps(device, wraps) => {
                    for wrap in wraps {
                        self.check_wrap(device, wrap);
                    }
                }
                Seen::Envelopes(device, document) => self.check_read(device, document, "envelopes"),
                Seen::Pull(device, document, after) => {
                    let before = self.cursors.insert((device, document), after);
                    // Whoever is contradicted reads everything again.
                    let goes_back = before.is_some_and(|before| before > after);
                    if goes_back && !self.is_twin(device) {
                        let name = self.name_of(device);
                        self.find(Kind::WentBack, || format!("{name}: {before:?} to {after:?}"));
                    }
                }
                // What a snapshot brought back has no number of its own.
                Seen::Stored(_, _, Number(0)) => {}
                Seen::Stored(device, envelope, number) => {
                    let before = self.numbers.insert(envelope, number);
                    if before.is_some_and(|before| before != number) {
                        let name = self.name_of(device);
                        self.find(Kind::WentBack, || {
                            format!("{name}: an envelope moved from {before:?} to {number:?}")
                        });
                    }
                }
                Seen::Refused(device, words) => {
                    let name = self.name_of(device);
                    self.tell(|| format!("{name} is refused {words}"));
                }
                Seen::LoggedIn(device, epoch) => {
                    if self.epochs.insert(device, epoch).is_some_and(|before| before != epoch) {
                        self.cursors.retain(|(of, _), _| *of != device);
                        self.numbers.clear();
                    }
                }
            }
        }
        for device in moved {
            self.look_at(device);
        }
        if take_errors() > 0 {
            self.find(Kind::ErrorLogged, || "the server logged an error".into());
        }
    }

    /// A person was told where their edits are: from then on it had better be true.
    fn promised(&mut self, device: DeviceNo, sync: &SyncView) {
        let name = self.name_of(device);
        self.tell(|| {
            format!("{name}: {:?}, {} unsaved, {} unsent", sync.link, sync.unsaved, sync.unsent)
        });
        if sync.unsaved == 0 {
            self.model.promote(device, &[Fate::Typed], Fate::Saved);
            if sync.unsent == 0 {
                self.model.promote(device, &[Fate::Saved, Fate::Kept], Fate::Acked);
                self.keep_apart(device);
            } else if self.is_retired(device) {
                self.model.promote(device, &[Fate::Saved], Fate::Kept);
            }
        }
    }

    fn died(&mut self, device: DeviceNo) {
        let name = self.name_of(device);
        self.tell(|| format!("{name} died"));
        self.model.promote(device, &[Fate::Typed], Fate::Doubtful);
        if let Some(it) = self.model.devices.get_mut(&device) {
            it.deaths += 1;
        }
        // What was asked for with a cursor that was not durable is asked for again.
        self.cursors.retain(|(of, _), _| *of != device);
    }

    fn check_wrap(&mut self, device: DeviceNo, wrap: WrapTo) {
        if let WrapTo::Account { document, .. } = wrap {
            self.check_read(device, document, "a key");
        }
    }

    /// Whether something of a document may reach a device.
    fn check_read(&mut self, device: DeviceNo, document: DocumentId, what: &str) {
        // A server that lies hands anything to anybody: nobody can open what is not theirs.
        if is_hostile(self.seed) {
            return;
        }
        let Some(owner) = self.model.owner(device) else { return };
        // Catalogues and documents that a crash hid are nobody's business here; the end looks again.
        if self.model.documents.contains_key(&document) && !self.model.may_read(owner, document) {
            let name = self.name_of(device);
            self.find(Kind::Unauthorised, || format!("{what} of {document:?} on {name}"));
        }
    }

    /// Holds a screen against the model.
    pub(super) fn look_at(&mut self, device: DeviceNo) {
        let notices = std::mem::take(&mut self.world.on_mut(device).screen.notices);
        for notice in notices {
            self.judge(device, &notice);
        }
        self.judge_alarms(device);
        self.learn_retired(device);
        self.learn_apart(device);
        let Some(owner) = self.model.owner(device) else { return };
        if !self.world.on(device).screen.is_open() {
            return;
        }
        self.keep_link(device);
        self.learn_account(device, owner);
        self.settled.insert(device);
        self.learn_device(device);
        self.adopt(device, owner);
        let screen = &self.world.on(device).screen;
        let cases = screen.home.cases.iter().map(|case| case.case);
        let notes = screen.home.cases.iter().flat_map(|case| &case.interviews);
        let notes = notes.filter_map(|interview| interview.note);
        let open = screen.notes.keys().chain(screen.shared.keys()).copied();
        let shown: BTreeSet<DocumentId> = cases.chain(notes).chain(open).collect();
        for document in shown {
            if !self.model.may_read(owner, document) {
                let name = self.name_of(device);
                self.find(Kind::Unauthorised, || format!("{name} shows {document:?}"));
            }
        }
    }

    fn learn_account(&mut self, device: DeviceNo, owner: PersonNo) {
        let people = &self.world.on(device).screen.home.people;
        let account = people.iter().find(|row| row.is_me).and_then(|row| row.account);
        if let Some(person) = self.model.people.get_mut(owner.0)
            && person.account.is_none()
        {
            person.account = account;
        }
    }

    fn learn_device(&mut self, device: DeviceNo) {
        let this = self.world.on(device).screen.home.devices.iter().find(|row| row.is_this);
        if let (Some(this), Some(it)) = (this, self.model.devices.get_mut(&device)) {
            it.id = Some(this.device);
        }
    }

    /// Cases and notes that were made in the moment of a crash turn up unannounced.
    fn adopt(&mut self, device: DeviceNo, owner: PersonNo) {
        let cases = &self.world.on(device).screen.home.cases;
        let mut unknown = vec![];
        for case in cases {
            if !self.model.documents.contains_key(&case.case)
                && let Some(employee) = self.model.person_named(&case.employee_name)
            {
                unknown.push((case.case, DocumentKind::Case { employee }));
            }
            let notes = case.interviews.iter().filter_map(|row| row.note);
            let notes = notes.filter(|note| !self.model.documents.contains_key(note));
            unknown.extend(notes.map(|note| (note, DocumentKind::Note { case: case.case })));
        }
        for (id, kind) in unknown {
            let mut devices = self.model.devices.iter_mut();
            let maker = devices.find(|(_, it)| it.owner == owner && it.unsure_creations > 0);
            let Some((maker, it)) = maker else { return };
            let maker = *maker;
            it.unsure_creations -= 1;
            let made = self.model.edit(maker);
            self.model.promote(maker, &[Fate::Typed], Fate::Doubtful);
            self.model.begin_document(id, kind, owner, made);
        }
    }

    fn judge(&mut self, device: DeviceNo, notice: &Notice) {
        let it = self.model.devices.get(&device);
        let is_due = match notice {
            Notice::NeedsNetwork => true,
            Notice::LinkExpired => {
                it.and_then(|it| it.joined_by).is_some_and(|(until, _)| self.now() > until)
            }
            Notice::LinkSpent => {
                it.and_then(|it| it.joined_by).is_some_and(|(_, was_used)| was_used)
            }
            // Two deaths in a row over one envelope set it aside, whatever killed the program.
            Notice::Quarantined => it.is_some_and(|it| it.deaths >= 2),
            Notice::StandsApart => self.stands_apart(device),
            Notice::WrongPassphrase
            | Notice::WeakPassphrase { .. }
            | Notice::WrongLink
            | Notice::UnknownLink
            | Notice::NoExport
            | Notice::TooLong
            | Notice::Refused { .. }
            | Notice::UpdateNeeded
            | Notice::StoreDamaged { .. }
            | Notice::NoMemory
            | Notice::AccountClosed
            | Notice::Shredded { .. }
            | Notice::LeftBehind { .. }
            | Notice::WrongKit
            | Notice::KitReplaced
            | Notice::Room(_)
            | Notice::Report(_)
            | Notice::Card(_)
            | Notice::MatterNotDone { .. } => false,
        };
        let name = self.name_of(device);
        self.tell(|| format!("{name} says {notice:?}"));
        if !is_due && !self.follows_from_leaving(device, notice) {
            self.find(Kind::FalseAlarm, || format!("{name}: {notice:?}"));
        }
    }

    /// Nobody lies in these worlds. That a server was restored is true, and stays until it is
    /// declared.
    fn judge_alarms(&mut self, device: DeviceNo) {
        let twins = self.model.devices.values().filter(|it| it.is_twin);
        let twins: Vec<_> = twins.filter_map(|it| it.id).collect();
        let is_of_twin = |row: &AlarmRow| {
            matches!(row.matter.kind, AlarmKind::Twice | AlarmKind::Equivocation)
                && row.matter.device.is_some_and(|it| twins.contains(&it))
        };
        let is_due = |row: &&AlarmRow| row.matter.kind != AlarmKind::Restored && !is_of_twin(row);
        let alarms = self.world.on(device).screen.alarms.iter();
        let alarms: Vec<_> = alarms.filter(is_due).cloned().collect();
        for alarm in alarms {
            let name = self.name_of(device);
            self.find(Kind::FalseAlarm, || format!("{name}: {alarm:?}"));
        }
    }

    /// Devices on which their owners can work, of one role.
    pub(super) fn open_devices(&self, role: Role) -> Vec<DeviceNo> {
        let is_open = |device: &DeviceNo| {
            self.world.on(*device).screen.is_open() && !self.is_retired(*device)
        };
        self.devices_of(role).into_iter().filter(is_open).collect()
    }

    /// Every device of people of one role that is not lost.
    pub(super) fn devices_of(&self, role: Role) -> Vec<DeviceNo> {
        let has_role = |owner| self.model.person(owner).is_some_and(|it| it.role == role);
        let devices = self.model.devices.iter().filter(|(_, it)| has_role(it.owner));
        devices.map(|(device, _)| *device).filter(|it| !self.world.is_lost(*it)).collect()
    }

    pub(super) fn is_locked(&self, device: DeviceNo) -> bool {
        matches!(self.world.on(device).screen.gate, Some(Gate::Locked { .. }))
    }
}

thread_local! {
    static ERRORS: Cell<u64> = const { Cell::new(0) };
}

static COUNTING: Once = Once::new();

/// From here on, errors that the server logs are counted.
pub(super) fn count_errors() {
    COUNTING.call_once(|| {
        // A program that logs elsewhere keeps its own subscriber.
        drop(tracing::subscriber::set_global_default(Counter));
    });
}

fn take_errors() -> u64 {
    ERRORS.take()
}

struct Counter;

impl tracing::Subscriber for Counter {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::ERROR
    }

    fn new_span(&self, _span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _span: &tracing::span::Id, _values: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _span: &tracing::span::Id, _follows: &tracing::span::Id) {}

    fn event(&self, _event: &tracing::Event<'_>) {
        ERRORS.set(ERRORS.get() + 1);
    }

    fn enter(&self, _span: &tracing::span::Id) {}

    fn exit(&self, _span: &tracing::span::Id) {}
}
