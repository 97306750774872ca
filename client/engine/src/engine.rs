//! The engine: one input in, effects out, in order.

use shared::{Blob, time::UnixMillis};

use crate::{
    command::{Command, Newcomer, Passphrase, RoomAct},
    cx::Cx,
    desk::{Desk, End, Found, Invitation, Pinned},
    effect::{Effect, Effects, LinkWish, Record, RecordKey},
    export::{ExportFile, ImportError},
    input::{Input, Link},
    journal::{After, Journal, Step},
    keyring::{
        Keyring,
        stretch::Stretch,
        vault::{PASSPHRASE_CHARS_MIN, UnlockError, Vault},
    },
    record::{Sealer, StoreKey},
    view::{Gate, Notice, View, Work},
};

pub use crate::desk::{Compaction, GRACE_MS, Pace};

/// How long the app waits for more typing before it seals what there is.
pub const COALESCE_MS: u64 = 1_500;

enum Phase {
    Starting,
    Empty,
    Locked(Vault),
    Loading {
        vault: Vault,
        sealer: Sealer,
    },
    Desk {
        vault: Vault,
        desk: Box<Desk>,
    },
    /// The employee holds the tablet.
    Handed {
        vault: Vault,
        /// The store key, sealed under the stretched PIN. Never stored.
        pinned: Pinned,
        desk: Box<Desk>,
    },
    /// The device was revoked; until the store is empty, emptying it is tried again.
    Revoked {
        retry_at: Option<UnixMillis>,
    },
}

/// How long to wait before an erasure that failed is tried again.
const ERASE_RETRY_MS: u64 = 2_000;

/// The client without a browser.
pub struct Engine {
    stretch: Stretch,
    pace: Pace,
    compaction: Compaction,
    phase: Phase,
    journal: Journal,
    /// The connection's origin while one is open, whatever the phase.
    origin: Option<String>,
    wake_at: Option<UnixMillis>,
    /// How often the store was opened since the program started.
    openings: u64,
    /// Somebody wants the store as a file, and it is being read.
    is_exporting: bool,
    /// The firm's log was fetched again, and the store is to be read by it.
    is_mended: bool,
}

impl Engine {
    /// An engine that has not been told anything yet.
    pub fn new(stretch: Stretch) -> Self {
        Self {
            stretch,
            pace: Pace::Coalesce { wait_ms: COALESCE_MS },
            compaction: Compaction::default(),
            phase: Phase::Starting,
            journal: Journal::default(),
            origin: None,
            wake_at: None,
            openings: 0,
            is_exporting: false,
            is_mended: false,
        }
    }

    /// The same engine, sealing at another pace.
    #[must_use]
    pub fn with_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// The same engine, with snapshots at other times.
    #[must_use]
    pub fn with_compaction(mut self, compaction: Compaction) -> Self {
        self.compaction = compaction;
        if let Phase::Desk { desk, .. } = &mut self.phase {
            desk.compaction = compaction;
        }
        self
    }

    /// One thing happened; the effects are what to do about it, in order.
    pub fn handle(&mut self, cx: &mut Cx<'_>, input: Input) -> Effects {
        let mut step = Step::new(cx);
        self.step(&mut step, input);
        self.finish(&mut step);
        let now = step.now();
        let mut effects = self.journal.submit(step);
        effects.extend(self.journal.retry(now));
        self.wake(&mut effects);
        Effects(effects)
    }

    fn step(&mut self, step: &mut Step<'_, '_>, input: Input) {
        match input {
            Input::Started { vault } => self.started(step, vault),
            Input::Command(command) => self.command(step, command),
            Input::Persisted(id) => {
                let after = self.journal.persisted(id);
                match &mut self.phase {
                    Phase::Desk { desk, .. } => {
                        for after in after {
                            desk.after(step, after);
                        }
                    }
                    Phase::Handed { desk, .. } => {
                        let is_saved = |after: &After| matches!(after, After::Saved(..));
                        for after in after.into_iter().filter(is_saved) {
                            desk.after(step, after);
                        }
                    }
                    Phase::Starting
                    | Phase::Empty
                    | Phase::Locked(_)
                    | Phase::Loading { .. }
                    | Phase::Revoked { .. } => {}
                }
            }
            Input::Erased => {
                if let Phase::Revoked { .. } = self.phase {
                    show(step, Gate::Revoked { is_erased: true });
                }
            }
            Input::EraseFailed(_) => {
                if let Phase::Revoked { retry_at } = &mut self.phase {
                    *retry_at = Some(step.now().plus_ms(ERASE_RETRY_MS));
                }
            }
            Input::PersistFailed(id, fault) => self.journal.failed(id, fault, step.now()),
            Input::Loaded(records) => self.loaded(step, records),
            Input::Received(message) => {
                if let Phase::Desk { desk, .. } = &mut self.phase {
                    desk.receive(step, message);
                }
            }
            Input::Link(link) => self.link(step, link),
            Input::Tick => {
                self.wake_at = None;
                match &mut self.phase {
                    Phase::Desk { desk, .. } => desk.tick(step),
                    Phase::Revoked { retry_at } if retry_at.is_some_and(|at| step.now() >= at) => {
                        *retry_at = None;
                        step.effects.push(Effect::Erase);
                    }
                    Phase::Starting
                    | Phase::Empty
                    | Phase::Locked(_)
                    | Phase::Loading { .. }
                    | Phase::Handed { .. }
                    | Phase::Revoked { .. } => {}
                }
            }
        }
    }

    fn finish(&mut self, step: &mut Step<'_, '_>) {
        if let Phase::Handed { desk, .. } = &mut self.phase {
            return desk.show_changes(step, &self.journal);
        }
        let Phase::Desk { desk, .. } = &mut self.phase else { return };
        if desk.has_given_up() {
            self.phase = Phase::Empty;
            return show(step, Gate::Empty);
        }
        match desk.end() {
            Some(End::Revoked) => return self.erase(step),
            Some(End::Closed) => return self.shut(step),
            Some(End::Mended) => return self.reopen(step),
            None if desk.is_handing() => return self.hand(step),
            None => desk.settle(step),
        }
        desk.show_changes(step, &self.journal);
        if desk.must_lock(step.now()) {
            self.close(step);
        }
    }

    /// The device was revoked: before anything else, all that is here goes.
    fn erase(&mut self, step: &mut Step<'_, '_>) {
        step.forget();
        self.journal.forget();
        self.phase = Phase::Revoked { retry_at: None };
        step.effects.push(Effect::Erase);
        step.effects.push(Effect::Link(LinkWish::Down));
        show(step, Gate::Revoked { is_erased: false });
    }

    /// The tablet changes hands.
    fn hand(&mut self, step: &mut Step<'_, '_>) {
        let phase = std::mem::replace(&mut self.phase, Phase::Starting);
        let Phase::Desk { vault, desk } = phase else { return };
        step.effects.push(Effect::Link(LinkWish::Down));
        if let Some((mut desk, pinned)) = desk.into_guest(step) {
            desk.show_changes(step, &self.journal);
            self.phase = Phase::Handed { vault, pinned, desk: Box::new(desk) };
        } else {
            self.lock(step, vault);
        }
    }

    /// The consultant takes the tablet back, or fails to for the last time.
    fn take_back(&mut self, step: &mut Step<'_, '_>, pin: &Passphrase) {
        let Phase::Handed { vault, pinned, .. } = &mut self.phase else { return };
        let vault = vault.clone();
        match pinned.open(step, (pin, self.stretch)) {
            Some(key) => self.open(step, vault, Sealer::new(key)),
            None if pinned.is_spent() => self.lock(step, vault),
            None => {}
        }
    }

    /// The account may not come in: the keys leave memory, everything else stays.
    fn shut(&mut self, step: &mut Step<'_, '_>) {
        let phase = std::mem::replace(&mut self.phase, Phase::Starting);
        if let Phase::Desk { vault, .. } = phase {
            step.effects.push(Effect::Link(LinkWish::Down));
            step.effects.push(Effect::Show(View::Notice(Notice::AccountClosed)));
            self.lock(step, vault);
        }
    }

    /// The store is read anew, by a log that is whole.
    fn reopen(&mut self, step: &mut Step<'_, '_>) {
        let phase = std::mem::replace(&mut self.phase, Phase::Starting);
        let Phase::Desk { vault, desk } = phase else { return };
        self.is_mended = true;
        self.open(step, vault, desk.into_sealer());
    }

    fn wake(&mut self, effects: &mut Vec<Effect>) {
        let desk_at = match &self.phase {
            Phase::Desk { desk, .. } => desk.wake_at(),
            Phase::Revoked { retry_at } => *retry_at,
            Phase::Starting
            | Phase::Empty
            | Phase::Locked(_)
            | Phase::Loading { .. }
            | Phase::Handed { .. } => None,
        };
        let at = [desk_at, self.journal.retry_at()].into_iter().flatten().min();
        if let Some(at) = at
            && self.wake_at != Some(at)
        {
            self.wake_at = Some(at);
            effects.push(Effect::WakeAt(at));
        }
    }

    fn started(&mut self, step: &mut Step<'_, '_>, vault: Option<Blob>) {
        if let Some(vault) = vault.and_then(|bytes| Vault::parse(&bytes.0)) {
            self.lock(step, vault);
        } else {
            self.phase = Phase::Empty;
            show(step, Gate::Empty);
        }
    }

    fn lock(&mut self, step: &mut Step<'_, '_>, vault: Vault) {
        show(step, Gate::Locked { device_name: vault.device_name.clone() });
        self.phase = Phase::Locked(vault);
    }

    /// The keys leave memory by a wish, or because nobody was here for too long.
    fn close(&mut self, step: &mut Step<'_, '_>) {
        if let Phase::Desk { desk, .. } = &mut self.phase {
            desk.note_time(step);
        }
        let phase = std::mem::replace(&mut self.phase, Phase::Starting);
        if let Phase::Desk { vault, .. } | Phase::Loading { vault, .. } = phase {
            step.effects.push(Effect::Link(LinkWish::Down));
            self.lock(step, vault);
        }
    }

    fn link(&mut self, step: &mut Step<'_, '_>, link: Link) {
        match link {
            Link::Up { origin } => {
                self.origin = Some(origin.clone());
                if let Phase::Desk { desk, .. } = &mut self.phase {
                    desk.link_up(step, origin);
                }
            }
            Link::Down => {
                self.origin = None;
                if let Phase::Desk { desk, .. } = &mut self.phase {
                    desk.link_down(step);
                }
            }
        }
    }

    fn command(&mut self, step: &mut Step<'_, '_>, command: Command) {
        match (&mut self.phase, command) {
            (Phase::Empty, Command::MakeFirm(newcomer) | Command::Enrol(newcomer)) => {
                self.join(step, &newcomer);
            }
            (Phase::Empty, Command::Import { file, passphrase }) => {
                self.import(step, &file, &passphrase);
            }
            (Phase::Locked(_), Command::Unlock(passphrase)) => self.unlock(step, &passphrase),
            (Phase::Desk { .. } | Phase::Loading { .. }, Command::Lock) => self.close(step),
            (Phase::Desk { desk, .. }, Command::Room(RoomAct::Rest)) => {
                if !desk.rest(step) {
                    self.close(step);
                }
            }
            (Phase::Desk { desk, .. }, command) if desk.is_resting() => {
                if let Command::Room(RoomAct::EndRest(pin)) = command
                    && !desk.end_rest(step, (&pin, self.stretch))
                {
                    self.close(step);
                }
            }
            (Phase::Handed { vault, .. }, Command::Lock) => {
                let vault = vault.clone();
                self.lock(step, vault);
            }
            (Phase::Handed { .. }, Command::Room(RoomAct::TakeBack(pin))) => {
                self.take_back(step, &pin);
            }
            (Phase::Handed { desk, .. }, command) => {
                if is_for_guest(&command) {
                    carry_out(desk, step, command);
                }
            }
            (Phase::Desk { desk, .. }, _) if desk.must_ask() => {}
            (Phase::Desk { desk, .. }, Command::Room(RoomAct::HandOver { case, pin })) => {
                desk.hand_over(step, case, (&pin, self.stretch));
            }
            (
                Phase::Desk { desk, .. },
                Command::Room(RoomAct::ChoosePin { case, interview, pin }),
            ) => {
                desk.choose_pin(step, (case, interview), (&pin, self.stretch));
            }
            (Phase::Desk { vault, desk }, Command::MakeRecoveryKit(passphrase)) => {
                match vault.open(&passphrase, self.stretch) {
                    Ok(_) => desk.make_kit(step),
                    Err(error) => locked_out(step, error),
                }
            }
            (Phase::Desk { vault, .. }, Command::Export(passphrase)) => {
                match vault.open(&passphrase, self.stretch) {
                    Ok(_) => {
                        self.is_exporting = true;
                        step.effects.push(Effect::Load);
                    }
                    Err(error) => locked_out(step, error),
                }
            }
            (Phase::Desk { desk, .. }, command) => carry_out(desk, step, command),
            // A wish that crossed a lock or unlock on its way has nobody to fulfil it.
            (
                Phase::Starting
                | Phase::Empty
                | Phase::Locked(_)
                | Phase::Loading { .. }
                | Phase::Revoked { .. },
                _,
            ) => {}
        }
    }

    fn join(&mut self, step: &mut Step<'_, '_>, newcomer: &Newcomer) {
        let chars = newcomer.passphrase.expose().chars().count();
        let is_weak = u32::try_from(chars).is_ok_and(|chars| chars < PASSPHRASE_CHARS_MIN);
        if is_weak {
            let notice = Notice::WeakPassphrase { chars_min: PASSPHRASE_CHARS_MIN };
            return step.effects.push(Effect::Show(View::Notice(notice)));
        }
        let Some(invitation) = Invitation::parse(&newcomer.link) else {
            return step.effects.push(Effect::Show(View::Notice(Notice::WrongLink)));
        };
        let key = StoreKey::make(step.cx);
        let device_name = newcomer.device_name.trim().to_owned();
        let sealed = Vault::seal(&key, &newcomer.passphrase, device_name, self.stretch, step.cx);
        let Ok(vault) = sealed else { return no_memory(step) };
        let keyring = Keyring::make(newcomer, invitation, step.cx);
        step.put_raw(RecordKey::VAULT, Blob(vault.to_bytes()));
        let mut desk = Desk::new(Sealer::new(key), keyring, self.pace);
        desk.compaction = self.compaction;
        desk.begin(step);
        step.after(After::Connect);
        self.phase = Phase::Desk { vault, desk: Box::new(desk) };
    }

    fn unlock(&mut self, step: &mut Step<'_, '_>, passphrase: &Passphrase) {
        let Phase::Locked(vault) = &self.phase else { return };
        match vault.open(passphrase, self.stretch) {
            Ok(key) => {
                let vault = vault.clone();
                self.open(step, vault, Sealer::new(key));
            }
            Err(error) => locked_out(step, error),
        }
    }

    /// Takes a store from a file: it goes on as the device that was written down. What is not
    /// durable yet is read from the journal.
    fn import(&mut self, step: &mut Step<'_, '_>, file: &Blob, passphrase: &Passphrase) {
        match ExportFile::open(&file.0, passphrase, self.stretch) {
            Ok(found) => {
                for (place, value) in found.records {
                    step.put_raw(place, value);
                }
                step.put_raw(RecordKey::VAULT, Blob(found.vault.to_bytes()));
                self.open(step, found.vault, Sealer::new(found.key));
            }
            Err(ImportError::Locked(error)) => locked_out(step, error),
            Err(ImportError::Damaged) => {
                step.effects.push(Effect::Show(View::Notice(Notice::NoExport)));
            }
        }
    }

    fn open(&mut self, step: &mut Step<'_, '_>, vault: Vault, sealer: Sealer) {
        self.phase = Phase::Loading { vault, sealer };
        show(step, Gate::Working(Work::Loading));
        step.effects.push(Effect::Load);
    }

    fn loaded(&mut self, step: &mut Step<'_, '_>, records: Vec<Record>) {
        let is_exporting = std::mem::take(&mut self.is_exporting);
        let phase = std::mem::replace(&mut self.phase, Phase::Starting);
        let Phase::Loading { vault, sealer } = phase else {
            self.phase = phase;
            if let Phase::Desk { vault, desk } = &mut self.phase {
                let (records, _) = self.journal.overlay(records);
                desk.heal(step, &records);
                desk.collect_evidence(step, &records);
                desk.collect_bases(step, &records);
                if is_exporting {
                    desk.export(step, vault, records);
                }
            }
            return;
        };
        // What a full store has not taken yet outlived the lock, and belongs to what is here.
        let (records, waiting) = self.journal.overlay(records);
        let is_after_death = self.openings == 0;
        self.openings += 1;
        let may_mend = !std::mem::take(&mut self.is_mended);
        let found = Found { records: &records, waiting: &waiting, is_after_death, may_mend };
        if let Ok(mut desk) = Desk::load(step, sealer, &found, self.pace) {
            desk.end_terms(step);
            desk.compaction = self.compaction;
            Desk::resume(step);
            if let Some(origin) = self.origin.clone() {
                desk.link_up(step, origin);
            }
            self.phase = Phase::Desk { vault, desk: Box::new(desk) };
        } else {
            let records = u32::try_from(records.len()).unwrap_or(u32::MAX);
            let notice = Notice::StoreDamaged { records };
            step.effects.push(Effect::Show(View::Notice(notice)));
            self.lock(step, vault);
        }
    }
}

fn show(step: &mut Step<'_, '_>, gate: Gate) {
    step.effects.push(Effect::Show(View::Gate(gate)));
}

/// Why a passphrase did not open the vault.
fn locked_out(step: &mut Step<'_, '_>, error: UnlockError) {
    let notice = match error {
        UnlockError::Unauthentic => Notice::WrongPassphrase,
        UnlockError::TooNew { .. } => Notice::UpdateNeeded,
        UnlockError::NoMemory => Notice::NoMemory,
    };
    step.effects.push(Effect::Show(View::Notice(notice)));
}

fn no_memory(step: &mut Step<'_, '_>) {
    step.effects.push(Effect::Show(View::Notice(Notice::NoMemory)));
}

/// Does what a person wishes, and says once if a document that stands apart was in the way.
fn carry_out(desk: &mut Desk, step: &mut Step<'_, '_>, command: Command) {
    let _of_nobodys_wish = desk.take_refused_apart();
    desk_command(desk, step, command);
    if desk.take_refused_apart() {
        step.effects.push(Effect::Show(View::Notice(Notice::StandsApart)));
    }
}

fn desk_command(desk: &mut Desk, step: &mut Step<'_, '_>, command: Command) {
    if desk.is_retired() && !is_for_retired(&command) {
        return;
    }
    match command {
        Command::Acknowledge(alarm) => desk.acknowledge(step, alarm),
        Command::ShowEvidence(alarm) => desk.show_evidence(step, alarm),
        Command::Open(document) => desk.open_document(step, document),
        Command::Close(document) => desk.close_document(document),
        // Edits are answered with what the document holds.
        Command::EditText { document, field, revision, splice } => {
            desk.edit_text(step, document, &field, revision, &splice);
        }
        Command::Invite { role, name } => desk.invite(step, Some(role), name),
        Command::MakeDeviceCode => desk.invite(step, None, String::new()),
        Command::OpenCase(employee) => desk.open_case(step, employee),
        Command::AddInterview(case) => desk.add_interview(step, case),
        Command::DeclareRestore => desk.declare_restore(step),
        Command::SetValue { document, field, value } => {
            desk.set_value(step, document, &field, &value);
        }
        Command::AddItem { document, list } => desk.add_item(step, document, &list),
        Command::RemoveItem { document, item } => desk.remove_item(step, document, &item),
        Command::RestoreItem(document) => desk.restore_item(step, document),
        Command::LetIn { document, account, access } => {
            desk.grant(step, document, account, access);
        }
        Command::LetOut { document, account } => desk.remove_member(step, document, account),
        Command::RevokeDevice(device) => desk.revoke_device(step, device),
        Command::Freeze { account, frozen } => desk.freeze(step, account, frozen),
        Command::RemovePerson(account) => desk.remove_person(step, account),
        Command::SetPolicy { offline_hours } => desk.set_policy(step, offline_hours),
        Command::OfferSummary(note) => desk.offer_summary(step, note),
        Command::Shred(document) => desk.shred(step, document),
        Command::Finalise(document) => desk.finalise(step, document, None),
        Command::LetInFromNow { document, account, access } => {
            desk.finalise(step, document, Some((account, access)));
        }
        Command::SignNote(note) => desk.sign_note(step, note),
        Command::AmendNote { note, amendment } => desk.amend_note(step, note, &amendment),
        Command::Room(act) => desk.room(step, act),
        Command::DismissOpening => desk.arrived(step),
        Command::Report(act) => desk.report_act(step, act),
        Command::Plan(act) => desk.plan(step, act),
        Command::Regrant { former, successor } => desk.regrant(step, former, successor),
        Command::Card(act) => desk.card_act(step, act),
        Command::ShowNote { note, shape } => desk.show_shape(step, note, shape),
        Command::Matter(act) => desk.matter(step, act),
        Command::Search(sought) => desk.search(step, sought.words),
        // Kit and file are asked for with the passphrase, which is compared first; the others are
        // meant for a device that is not open.
        Command::MakeRecoveryKit(_)
        | Command::Export(_)
        | Command::Import { .. }
        | Command::MakeFirm(_)
        | Command::Enrol(_)
        | Command::Unlock(_)
        | Command::Lock => {}
    }
}

/// What is done while the employee holds the tablet: what is theirs is read and filled in, decided
/// and drawn.
fn is_for_guest(command: &Command) -> bool {
    matches!(
        command,
        Command::Open(_)
            | Command::Close(_)
            | Command::EditText { .. }
            | Command::SetValue { .. }
            | Command::AddItem { .. }
            | Command::RemoveItem { .. }
            | Command::RestoreItem(_)
            | Command::Room(RoomAct::Decide(_) | RoomAct::Canvas { .. })
    )
}

/// What is done whether the device may write or not.
fn is_for_retired(command: &Command) -> bool {
    matches!(
        command,
        Command::Acknowledge(_)
            | Command::ShowEvidence(_)
            | Command::Open(_)
            | Command::Close(_)
            | Command::EditText { .. }
    )
}
