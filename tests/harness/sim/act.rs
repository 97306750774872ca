//! What people and failures do: one act at a time, drawn by weight.

use engine::{
    casework::field::{Field, Value},
    command::{Command, Splice},
};
use shared::{
    id::DocumentId,
    log::{document::Access, org::Role},
};

use super::{
    model::{EditNo, Fate, Kind as DocumentKind, PersonNo, Token},
    run::Run,
};
use crate::world::DeviceNo;

/// Texts that people write; the last is what the employee will read.
const TEXTS: [&str; 4] = ["presenting_issue", "observation", "response", "summary_talked"];
/// What the server must never see, written into a field that is not a text.
pub(super) const CANARY: &str = "CANARY-31d7";
/// Devices lost or emptied in one world, so that somebody is left.
const MISHAPS_MAX: u32 = 3;
/// Stores copied in one world.
pub(super) const CLONES_MAX: usize = 1;
/// Devices in one world.
const DEVICES_MAX: usize = 14;
const YEAR_MS: u64 = 365 * 24 * 60 * 60 * 1000;
const DECADE_MS: u64 = 10 * YEAR_MS;

type Act = fn(&mut Run) -> Option<()>;

/// How often each happens, out of the sum.
const ACTS: &[(u64, Act)] = &[
    (300, Run::write_note),
    (30, Run::set_value),
    (30, Run::change_list),
    (14, Run::plan_case),
    (24, Run::add_interview),
    (20, Run::offer_summary),
    (20, Run::open_something),
    (8, Run::close_something),
    (10, Run::let_in),
    (12, Run::snoop),
    (8, Run::invite),
    (6, Run::ask_for_code),
    (14, Run::come_with_link),
    (12, Run::lock),
    (40, Run::unlock),
    (14, Run::die_soon),
    (8, Run::die),
    (40, Run::start_again),
    (24, Run::lose_network),
    (44, Run::find_network),
    (8, Run::fill_storage),
    (20, Run::free_storage),
    (6, Run::set_clock),
    (4, Run::restart_server),
    (3, Run::back_up_server),
    (3, Run::restore_server),
    (1, Run::lose_device),
    (2, Run::evict),
    (4, Run::revoke_device),
    (5, Run::let_out),
    (4, Run::clone_device),
    (6, Run::write_as_later),
];

impl Run {
    /// One thing happens.
    pub(super) fn act(&mut self) {
        let sum = ACTS.iter().map(|(weight, _)| weight).sum();
        let mut at = self.dice.below(sum);
        for (weight, act) in ACTS {
            if at < *weight {
                // `None` is an act for which there was no occasion.
                act(self);
                return self.observe();
            }
            at -= weight;
        }
    }

    pub(super) fn someone(&mut self, role: Role) -> Option<DeviceNo> {
        let open = self.open_devices(role);
        self.pick(&open)
    }

    /// Anybody's device that is not lost.
    fn anything(&mut self) -> Option<DeviceNo> {
        let devices: Vec<DeviceNo> = self.world.devices().collect();
        self.pick(&devices).filter(|it| !self.world.is_lost(*it))
    }

    /// A consultant's device with a note on screen that its owner may write.
    fn at_note(&mut self) -> Option<(DeviceNo, DocumentId)> {
        let device = self.someone(Role::Consultant)?;
        let owner = self.model.owner(device)?;
        let mut open = self.writable_on(device, owner);
        if open.is_empty() || self.dice.one_in(6) {
            let documents = self.model.documents.iter();
            let known: Vec<DocumentId> = documents
                .filter(|(_, it)| matches!(it.kind, DocumentKind::Note { .. }))
                .filter(|(_, it)| it.writers.contains(&owner))
                .map(|(id, _)| *id)
                .collect();
            let note = self.pick(&known)?;
            self.show(device, note);
            open = self.writable_on(device, owner);
        }
        let note = self.pick(&open)?;
        Some((device, note))
    }

    fn writable_on(&self, device: DeviceNo, owner: PersonNo) -> Vec<DocumentId> {
        let notes = self.world.on(device).screen.notes.keys().copied();
        notes.filter(|note| self.may_write(device, owner, *note)).collect()
    }

    /// Whether the owner of a device may write into a document, and would not be refused on it.
    fn may_write(&self, device: DeviceNo, owner: PersonNo, document: DocumentId) -> bool {
        let may = self.model.documents.get(&document).is_some_and(|it| it.writers.contains(&owner));
        may && !self.apart.contains(&(device, document))
    }

    /// Opens a document afresh.
    pub fn show(&mut self, device: DeviceNo, document: DocumentId) {
        self.world.on_mut(device).screen.forget(document);
        self.world.ask(device, Command::Open(document));
        self.observe();
    }

    fn write_note(&mut self) -> Option<()> {
        let (device, note) = self.at_note()?;
        let name = self.pick(&TEXTS)?;
        let field = Field::top(name);
        let shown: Vec<char> = self.world.on(device).screen.text(note, &field).chars().collect();
        let length = u64::try_from(shown.len()).ok()?;
        let at = usize::try_from(self.dice.below(length + 1)).ok()?;
        let room = u64::try_from(shown.len() - at).ok()?;
        let removes = length > 0 && self.dice.one_in(4);
        let count = if removes { (1 + self.dice.below(3)).min(room) } else { 0 };
        let end = at + usize::try_from(count).ok()?;
        let writes = count == 0 || self.dice.one_in(3);
        let letters = 1 + self.dice.below(4);
        let insert = if writes { self.model.letters(letters) } else { String::new() };
        let edit = self.model.edit_in(device, note);
        let (before, cut) = (shown.get(..at)?, shown.get(at..end)?);
        let gone: Vec<String> = cut.iter().map(char::to_string).collect();
        self.note_removed(note, name, &gone, edit);
        self.note_made(note, name, insert.chars().map(String::from), edit);
        let units = |letters: &[char]| -> u32 {
            u32::try_from(letters.iter().map(|it| it.len_utf16()).sum::<usize>()).unwrap_or(0)
        };
        let splice = Splice { at: units(before), delete: units(cut), insert };
        let who = self.name_of(device);
        self.tell(|| format!("{who} writes {name} of {note:?}: {:?}", splice.insert));
        self.world.splice(device, note, &field, &splice);
        Some(())
    }

    pub(super) fn note_made(
        &mut self,
        document: DocumentId,
        field: &'static str,
        texts: impl Iterator<Item = String>,
        made: EditNo,
    ) {
        let Some(document) = self.model.documents.get_mut(&document) else { return };
        for text in texts {
            let token = Token { text, field, made, removed: vec![], wavers: false };
            document.tokens.push(token);
        }
    }

    fn note_removed(&mut self, document: DocumentId, field: &str, texts: &[String], edit: EditNo) {
        let Some(document) = self.model.documents.get_mut(&document) else { return };
        let tokens = document.tokens.iter_mut().filter(|token| token.field == field);
        for token in tokens.filter(|token| texts.contains(&token.text)) {
            token.removed.push(edit);
        }
    }

    fn set_value(&mut self) -> Option<()> {
        let (device, note) = self.at_note()?;
        let who = self.name_of(device);
        self.tell(|| format!("{who} sets a value of {note:?}"));
        if self.dice.one_in(2) {
            let value = i64::try_from(self.dice.below(11)).ok()?;
            self.world.set(device, note, "outcome_start", Value::Number(value));
        } else {
            let text = format!("{CANARY}-{}", self.dice.below(1_000));
            self.world.set(device, note, "risk_recheck_on", Value::When(text));
        }
        Some(())
    }

    fn change_list(&mut self) -> Option<()> {
        let (device, note) = self.at_note()?;
        let list = Field::top("quotes");
        let items = self.world.on(device).screen.items(note, &list);
        let who = self.name_of(device);
        match (self.dice.below(4), self.pick(&items)) {
            (0, Some(item)) => {
                let edit = self.model.edit_in(device, note);
                self.note_removed(note, "quotes", std::slice::from_ref(&item), edit);
                let item = list.child(&item);
                self.tell(|| format!("{who} removes {item} of {note:?}"));
                self.world.ask(device, Command::RemoveItem { document: note, item });
            }
            (1, Some(_)) => {
                // Which one comes back is for the engine to know.
                let document = self.model.documents.get_mut(&note)?;
                let removed = document.tokens.iter_mut().filter(|it| !it.removed.is_empty());
                removed.filter(|it| it.field == "quotes").for_each(|it| it.wavers = true);
                self.tell(|| format!("{who} brings an item of {note:?} back"));
                self.world.ask(device, Command::RestoreItem(note));
            }
            _ => {
                let edit = self.model.edit_in(device, note);
                self.tell(|| format!("{who} adds an item to {note:?}"));
                self.world.ask(device, Command::AddItem { document: note, list: list.clone() });
                let after = self.world.on(device).screen.items(note, &list);
                let fresh: Vec<_> = after.into_iter().filter(|it| !items.contains(it)).collect();
                self.note_made(note, "quotes", fresh.into_iter(), edit);
            }
        }
        Some(())
    }

    fn plan_case(&mut self) -> Option<()> {
        let device = self.someone(Role::Consultant)?;
        let owner = self.model.owner(device)?;
        let people = &self.world.on(device).screen.home.people;
        let without = people.iter().filter(|row| row.role == Role::Employee && row.case.is_none());
        let accounts: Vec<_> =
            without.filter_map(|row| Some((row.account?, row.name.clone()))).collect();
        let (account, name) = self.pick(&accounts)?;
        let employee = self.model.person_named(&name)?;
        let edit = self.model.edit(device);
        let who = self.name_of(device);
        self.tell(|| format!("{who} opens a case for {name}"));
        self.world.ask(device, Command::OpenCase(account));
        let cases = &self.world.on(device).screen.home.cases;
        let fresh = cases.iter().map(|case| case.case);
        let fresh: Vec<_> = fresh.filter(|id| !self.model.documents.contains_key(id)).collect();
        self.keep_created(device, fresh, &DocumentKind::Case { employee }, owner, edit);
        Some(())
    }

    fn add_interview(&mut self) -> Option<()> {
        let device = self.someone(Role::Consultant)?;
        let owner = self.model.owner(device)?;
        let cases = self.world.on(device).screen.home.cases.iter().map(|case| case.case);
        let cases: Vec<DocumentId> =
            cases.filter(|case| self.may_write(device, owner, *case)).collect();
        let case = self.pick(&cases)?;
        let edit = self.model.edit(device);
        let who = self.name_of(device);
        self.tell(|| format!("{who} adds an interview to {case:?}"));
        self.world.on_mut(device).screen.went_to = None;
        self.world.ask(device, Command::AddInterview(case));
        let note = self.world.on(device).screen.went_to;
        let fresh: Vec<DocumentId> = note.into_iter().collect();
        self.keep_created(device, fresh, &DocumentKind::Note { case }, owner, edit);
        if let Some(note) = note {
            self.world.ask(device, Command::Open(note));
        }
        Some(())
    }

    /// What was made, or that it may have been made in the moment of a crash.
    fn keep_created(
        &mut self,
        device: DeviceNo,
        made: Vec<DocumentId>,
        kind: &DocumentKind,
        owner: PersonNo,
        edit: EditNo,
    ) {
        if made.is_empty()
            && let Some(it) = self.model.devices.get_mut(&device)
        {
            it.unsure_creations += 1;
        }
        for id in made {
            self.model.begin_document(id, kind.clone(), owner, edit);
        }
    }

    fn offer_summary(&mut self) -> Option<()> {
        let (device, note) = self.at_note()?;
        let owner = self.model.owner(device)?;
        let DocumentKind::Note { case } = self.model.documents.get(&note)?.kind else {
            return None;
        };
        // Somebody let into the note alone has no case to offer anything in.
        if !self.may_write(device, owner, case) {
            return None;
        }
        self.show(device, case);
        let edit = self.model.edit_in(device, case);
        let who = self.name_of(device);
        self.tell(|| format!("{who} offers the summary of {note:?}"));
        self.world.ask(device, Command::OfferSummary(note));
        let shared = self.world.on(device).screen.shared.get(&case);
        let row = shared.and_then(|it| it.summaries.iter().find(|row| row.interview == note));
        let talked = row.map(|row| row.talked.clone());
        let fate = if talked.is_some() { Fate::Typed } else { Fate::Doubtful };
        if let Some(edit) = self.model.edits.get_mut(edit.0).filter(|_| fate == Fate::Doubtful) {
            edit.fate = fate;
        }
        if let (Some(talked), Some(case)) = (talked, self.model.documents.get_mut(&case)) {
            case.offers.push((note, talked, edit));
        }
        Some(())
    }

    /// The employee reads, or a consultant looks something up.
    fn open_something(&mut self) -> Option<()> {
        let role = if self.dice.one_in(2) { Role::Employee } else { Role::Consultant };
        let device = self.someone(role)?;
        let cases = &self.world.on(device).screen.home.cases;
        let notes = cases.iter().flat_map(|it| &it.interviews).filter_map(|it| it.note);
        let all: Vec<DocumentId> = cases.iter().map(|it| it.case).chain(notes).collect();
        let document = self.pick(&all)?;
        self.show(device, document);
        Some(())
    }

    fn close_something(&mut self) -> Option<()> {
        let device = self.anything()?;
        let open: Vec<DocumentId> = self.world.on(device).screen.notes.keys().copied().collect();
        let document = self.pick(&open)?;
        self.world.on_mut(device).screen.forget(document);
        self.world.ask(device, Command::Close(document));
        Some(())
    }

    /// Hand-over and supervision: a colleague may read, or write too.
    fn let_in(&mut self) -> Option<()> {
        let device = self.someone(Role::Consultant)?;
        let owner = self.model.owner(device)?;
        let own = self.model.documents.iter().filter(|(_, it)| it.owner == owner);
        let own: Vec<DocumentId> = own.map(|(id, _)| *id).collect();
        let document = self.pick(&own)?;
        let readers = &self.model.documents.get(&document)?.readers;
        let people = self.model.people.iter().enumerate();
        let colleagues: Vec<_> = people
            .filter(|(at, it)| {
                let person = PersonNo(*at);
                // Who was let out, and is, may come back.
                let is_new = !readers.contains(&person)
                    || (self.model.let_out.contains(&(person, document))
                        && !self.is_member(person, document));
                it.role == Role::Consultant && is_new
            })
            .filter_map(|(at, it)| Some((PersonNo(at), it.account?)))
            .collect();
        let (colleague, account) = self.pick(&colleagues)?;
        let access = if self.dice.one_in(2) { Access::Reader } else { Access::Writer };
        let it = self.model.documents.get_mut(&document)?;
        it.readers.insert(colleague);
        if access == Access::Writer {
            it.writers.insert(colleague);
        }
        let (who, whom) = (self.name_of(device), self.label(colleague));
        self.tell(|| format!("{who} lets {whom} into {document:?}: {access:?}"));
        self.world.ask(device, Command::LetIn { document, account, access });
        Some(())
    }

    /// Somebody tries whatever document there is.
    fn snoop(&mut self) -> Option<()> {
        let device = self.anything()?;
        let all: Vec<DocumentId> = self.model.documents.keys().copied().collect();
        let document = self.pick(&all)?;
        self.show(device, document);
        Some(())
    }

    fn invite(&mut self) -> Option<()> {
        if self.model.devices.len() + self.model.links.len() >= 2 * DEVICES_MAX {
            return None;
        }
        let role = if self.dice.one_in(3) { Role::Consultant } else { Role::Employee };
        let by = if role == Role::Consultant { Role::Admin } else { Role::Consultant };
        let device = self.someone(by)?;
        let name = self.some_name(role);
        self.model.add_person(name.clone(), role);
        let who = self.name_of(device);
        self.tell(|| format!("{who} invites {name}"));
        self.world.ask(device, Command::Invite { role, name });
        Some(())
    }

    fn ask_for_code(&mut self) -> Option<()> {
        let role = self.pick(&[Role::Consultant, Role::Consultant, Role::Employee, Role::Admin])?;
        let device = self.someone(role)?;
        let who = self.name_of(device);
        self.tell(|| format!("{who} makes a device code"));
        self.world.ask(device, Command::MakeDeviceCode);
        Some(())
    }

    fn come_with_link(&mut self) -> Option<()> {
        if self.model.devices.len() >= DEVICES_MAX {
            return None;
        }
        let reuse = self.dice.one_in(20);
        let links = self.model.links.iter().enumerate();
        let links: Vec<usize> =
            links.filter(|(_, it)| (it.uses == 0) != reuse).map(|(at, _)| at).collect();
        let link = self.pick(&links)?;
        self.use_link(link).map(|_| ())
    }

    fn lock(&mut self) -> Option<()> {
        let device = self.anything()?;
        self.world.ask(device, Command::Lock);
        Some(())
    }

    fn unlock(&mut self) -> Option<()> {
        let locked: Vec<DeviceNo> = self.world.devices().filter(|it| self.is_locked(*it)).collect();
        let device = self.pick(&locked)?;
        let who = self.name_of(device);
        self.tell(|| format!("{who} is unlocked"));
        self.world.unlock(device);
        Some(())
    }

    fn die_soon(&mut self) -> Option<()> {
        let device = self.anything()?;
        let effects = self.dice.below(25);
        let who = self.name_of(device);
        self.tell(|| format!("{who} will die after {effects} effects"));
        self.world.crash_in(device, effects);
        Some(())
    }

    fn die(&mut self) -> Option<()> {
        let device = self.anything()?;
        let who = self.name_of(device);
        self.tell(|| format!("{who} dies"));
        self.world.crash(device);
        Some(())
    }

    fn start_again(&mut self) -> Option<()> {
        let dead = |it: &DeviceNo| self.world.is_dead(*it) && !self.world.is_lost(*it);
        let dead: Vec<DeviceNo> = self.world.devices().filter(dead).collect();
        let device = self.pick(&dead)?;
        let who = self.name_of(device);
        self.tell(|| format!("{who} starts again"));
        self.world.restart(device);
        self.world.unlock(device);
        Some(())
    }

    fn lose_network(&mut self) -> Option<()> {
        let device = self.anything()?;
        let who = self.name_of(device);
        self.tell(|| format!("{who} is offline"));
        self.world.offline(device);
        Some(())
    }

    fn find_network(&mut self) -> Option<()> {
        let devices = self.world.devices();
        let offline = |it: &DeviceNo| !self.world.is_online(*it) && !self.world.is_lost(*it);
        let offline: Vec<DeviceNo> = devices.filter(offline).collect();
        let device = self.pick(&offline)?;
        let who = self.name_of(device);
        self.tell(|| format!("{who} is online"));
        self.world.online(device);
        Some(())
    }

    fn fill_storage(&mut self) -> Option<()> {
        let device = self.anything()?;
        let who = self.name_of(device);
        self.tell(|| format!("{who} is full"));
        self.world.set_full(device, true);
        Some(())
    }

    fn free_storage(&mut self) -> Option<()> {
        let devices = self.world.devices();
        let full: Vec<DeviceNo> = devices.filter(|it| self.world.is_full(*it)).collect();
        let device = self.pick(&full)?;
        self.world.set_full(device, false);
        Some(())
    }

    fn set_clock(&mut self) -> Option<()> {
        let device = self.anything()?;
        let by = self.dice.below(2 * DECADE_MS);
        let by = i64::try_from(by).ok()? - i64::try_from(DECADE_MS).ok()?;
        let by = if self.dice.one_in(4) { 0 } else { by };
        // Two clocks that are ahead by years say the same, and nobody can know that they are wrong.
        let is_ahead = u64::try_from(by).is_ok_and(|by| by > YEAR_MS);
        if is_ahead && *self.model.fast.get_or_insert(device) != device {
            return None;
        }
        let who = self.name_of(device);
        self.tell(|| format!("{who}'s clock is wrong by {by} ms"));
        self.world.skew_clock(device, by);
        Some(())
    }

    fn restart_server(&mut self) -> Option<()> {
        // A server without anybody in front of it is started again unseen.
        self.anything()?;
        self.tell(|| "the server restarts".into());
        self.world.restart_server();
        Some(())
    }

    fn back_up_server(&mut self) -> Option<()> {
        self.anything()?;
        self.tell(|| "the server is backed up".into());
        let acked = self.model.edits.iter().map(|edit| edit.fate == Fate::Acked).collect();
        self.backup = Some((self.world.back_up(), self.now(), acked));
        Some(())
    }

    /// An old backup is put in place. Everybody who is left comes by before work goes on: two logs
    /// that both continue the backup's could not be made one again.
    fn restore_server(&mut self) -> Option<()> {
        let (backup, made_at, acked) = self.backup.take()?;
        self.restored.push((made_at, self.now()));
        self.tell(|| "the server is restored from its backup".into());
        self.observe();
        self.cursors.clear();
        self.numbers.clear();
        let unsafe_now = |run: &Self, edit: usize| {
            run.model.edits.get(edit).is_some_and(|it| {
                it.has_no_author && it.fate == Fate::Acked && acked.get(edit) != Some(&true)
            })
        };
        for edit in 0..self.model.edits.len() {
            // Only the server had it, as far as its author goes; others may bring it back.
            if unsafe_now(self, edit)
                && let Some(edit) = self.model.edits.get_mut(edit)
            {
                edit.fate = Fate::Doubtful;
            }
        }
        self.world.restore(backup);
        let faults = self.world.faults;
        self.heal();
        self.turn();
        self.world.faults = faults;
        Some(())
    }

    fn lose_device(&mut self) -> Option<()> {
        let device = self.befall()?;
        let who = self.name_of(device);
        self.tell(|| format!("{who} is lost"));
        self.world.lose(device);
        self.vanished(device);
        Some(())
    }

    fn evict(&mut self) -> Option<()> {
        let device = self.befall()?;
        let who = self.name_of(device);
        self.tell(|| format!("{who} loses its storage"));
        self.world.evict(device);
        self.vanished(device);
        Some(())
    }

    fn befall(&mut self) -> Option<DeviceNo> {
        if self.mishaps >= MISHAPS_MAX {
            return None;
        }
        let device = self.anything().filter(|it| !self.is_bereft(*it))?;
        self.mishaps += 1;
        Some(device)
    }

    /// What was only on this device is gone with it.
    pub(super) fn vanished(&mut self, device: DeviceNo) {
        self.observe();
        self.model.promote(device, &[Fate::Typed, Fate::Saved], Fate::Doubtful);
        for edit in self.model.edits.iter_mut().filter(|edit| edit.device == device) {
            edit.has_no_author = true;
        }
        self.settled.remove(&device);
    }
}
