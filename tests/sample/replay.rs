//! The firm lived through: real engines, the real service, two years of them.
//!
//! Everything is done by commands, as a person at a page would: nothing is written into a document
//! from behind. Tablets are offline in rooms without a network and sync in the evening; phones are
//! in a pocket, offline, but for an hour now and then. What a command refuses is not done.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use engine::{
    Pace,
    casework::{case::CaseId, matter::MatterId},
    view::ReportView,
};
use shared::{
    id::{AccountId, DeviceId, DocumentId},
    log::org::Role,
    time::UnixMillis,
};

use super::{
    Firm, SEED,
    calendar::{at, day, moment, plus_min},
    consent::{REFUSES, WITHDRAWN},
    person::{End, REVOKED_AFTER_MIN, STAFF, StaffRole, TABLETS},
    place::{Company, VENUES},
};
use crate::{
    station::Station,
    world::{DeviceNo, World},
};

mod card;
mod interview;
mod matter;
mod plan;
mod report;
mod room;
mod staff;
mod write;

/// Minutes before an interview at which the consultant is there.
const ARRIVE_MIN: u64 = 15;
/// Days before the first interview at which somebody is invited.
const INVITED_DAYS: i64 = 12;

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// A company's contract begins.
    Company(Company),
    /// Its rooms are looked at.
    Rooms(Company),
    /// A slot is published, and taken; its place among all.
    Publish(usize),
    /// A slot is over, or called off.
    Close(usize),
    /// A tablet comes into use, by its place among all.
    Tablet(usize),
    /// Somebody gets an invitation, and their phone is activated.
    Invite(usize),
    /// The consultant arrives, perhaps where there is no network.
    Arrive(usize),
    /// The two talk.
    Talk(usize),
    /// The consultant is where there is a network again.
    Leave(usize),
    /// The note is written down and signed.
    Sign(usize),
    /// The phone has a network for a while.
    Evening(usize),
    /// Something is added to a signed note.
    Amend(usize),
    /// Something is decided outside of an interview, by its place among all decisions.
    Decide(usize),
    /// A copy of a note is made for the supervisor, by its place among all.
    Copy(usize),
    /// Somebody asks for their data.
    Ask(usize),
    /// They are answered.
    Answer(usize),
    /// Somebody shows their JOB card no longer.
    Unshow(usize),
    /// A report is written.
    Report(usize),
    /// Something is to be told to others, by its place among all.
    Matter(usize),
    /// It is told.
    Tell(usize),
    /// The employee is told in person.
    Explain(usize),
    /// The employee takes it back.
    TakeBack(usize),
    /// A tablet is lost; its place among all.
    Lose(usize),
    /// The lost one is revoked.
    Revoke(usize),
    /// It is found and switched on where there is a network.
    Found(usize),
    /// A tablet is replaced.
    Retire(usize),
}

/// How much of the firm is lived through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// The three examples and a few more, up to the end.
    Part,
}

/// How far the firm is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What time it is there.
    pub at: UnixMillis,
    /// How many things have happened.
    pub done: usize,
    /// How many are to happen.
    pub all: usize,
}

/// A firm and its world.
pub struct Replay {
    /// Where it happened.
    pub world: World,
    /// What was to happen.
    pub firm: Firm,
    /// Devices of the two admins.
    pub admins: Vec<DeviceNo>,
    /// Tablets by their place among all, once they are in use.
    pub tablets: BTreeMap<usize, DeviceNo>,
    /// Phones by person.
    pub phones: BTreeMap<usize, DeviceNo>,
    /// Cases by person.
    pub cases: BTreeMap<usize, CaseId>,
    /// Notes by interview.
    pub notes: BTreeMap<usize, DocumentId>,
    /// Cases on the tablet that was lost, as it showed them.
    pub lost_cases: usize,
    /// Companies as their leads have them.
    companies: BTreeMap<Company, plan::Held>,
    /// Slots by their place among all: the document and the item.
    published: BTreeMap<usize, (DocumentId, String)>,
    /// Who was let into which slots.
    let_in: BTreeSet<(DocumentId, AccountId)>,
    /// Of whom and in which of their interviews a danger was written down.
    assessed: BTreeSet<(usize, usize)>,
    /// Reports as their leads read them when they were written, by their place among all.
    pub written: BTreeMap<usize, ReportView>,
    /// What is to be told, by its place among all.
    pub matters: BTreeMap<usize, MatterId>,
    /// Reports by their place among all.
    pub reports: BTreeMap<usize, DocumentId>,
    /// Copies for the supervisor that the tablet refused to make, and why, by their place among all.
    pub blocked: BTreeMap<usize, String>,
    /// Cases with another consultant of who did not agree with the first, by person.
    pub reassigned: BTreeMap<usize, CaseId>,
    /// When the tablet that was lost erased itself.
    pub erased_at: Option<UnixMillis>,
    /// Topics of notes that were destroyed, as the tablet read them before that, by interview.
    pub destroyed: BTreeMap<usize, String>,
    /// Places of tablets that are no longer used.
    gone: BTreeSet<usize>,
    /// The device that was lost.
    lost: Option<DeviceId>,
    /// Recovery sheets of consultants, by their place in the staff.
    kits: BTreeMap<usize, engine::view::RecoveryKitView>,
}

impl Replay {
    /// Lives through the sample firm, the same every time.
    pub fn of(extent: Extent) -> Self {
        Self::with_keys(extent, SEED)
    }

    /// Lives through the sample firm with keys of a seed of one's own.
    pub fn with_keys(extent: Extent, seed: u64) -> Self {
        Self::told(extent, seed, |_| {})
    }

    /// The same, for whoever wants to know meanwhile how far it is.
    pub fn told(extent: Extent, seed: u64, mut tell: impl FnMut(&Progress)) -> Self {
        let firm = Firm::sample();
        let begins = at(day("2024-10-28"), 9, 0);
        let mut replay = Self {
            world: World::seeded_at(seed, begins),
            firm,
            admins: vec![],
            tablets: BTreeMap::new(),
            phones: BTreeMap::new(),
            cases: BTreeMap::new(),
            notes: BTreeMap::new(),
            lost_cases: 0,
            companies: BTreeMap::new(),
            published: BTreeMap::new(),
            let_in: BTreeSet::new(),
            assessed: BTreeSet::new(),
            written: BTreeMap::new(),
            matters: BTreeMap::new(),
            reports: BTreeMap::new(),
            blocked: BTreeMap::new(),
            reassigned: BTreeMap::new(),
            erased_at: None,
            destroyed: BTreeMap::new(),
            gone: BTreeSet::new(),
            lost: None,
            kits: BTreeMap::new(),
        };
        replay.found();
        replay.open_directory();
        let steps = replay.steps(extent);
        let all = steps.len();
        for (done, (at, step)) in steps.into_iter().enumerate() {
            tell(&Progress { at, done, all });
            replay.world.jump_to(at);
            replay.take(step);
        }
        replay.world.jump_to(day("2026-11-22").start());
        replay.everybody_online();
        replay
    }

    /// Who is lived through.
    fn people(&self, extent: Extent) -> BTreeSet<usize> {
        let is_in = |number: &str| match extent {
            Extent::Whole => true,
            Extent::Part => PART.contains(&number),
        };
        let people = self.firm.people.iter().filter(|it| it.has_phone() && is_in(it.number));
        people.map(|it| it.index).collect()
    }

    fn steps(&self, extent: Extent) -> BTreeSet<(UnixMillis, Step)> {
        let people = self.people(extent);
        let mut steps = BTreeSet::new();
        for (place, tablet) in TABLETS.iter().enumerate() {
            if day(tablet.from) > day("2024-10-28") {
                steps.insert((at(day(tablet.from), 9, 30), Step::Tablet(place)));
            }
            let Some((until, end)) = tablet.until else { continue };
            let until = moment(until);
            match end {
                End::Retired => {
                    steps.insert((until, Step::Retire(place)));
                }
                End::Lost => {
                    steps.insert((until, Step::Lose(place)));
                    steps.insert((plus_min(until, REVOKED_AFTER_MIN), Step::Revoke(place)));
                    steps.insert((plus_min(until, 26 * 60), Step::Found(place)));
                }
            }
        }
        for person in &people {
            steps.insert((self.invited_at(*person), Step::Invite(*person)));
        }
        let interviews = self.firm.interviews.iter().enumerate();
        for (index, interview) in interviews.filter(|(_, it)| people.contains(&it.person)) {
            let arrive = UnixMillis(interview.start.0 - ARRIVE_MIN * 60_000);
            steps.insert((arrive, Step::Arrive(index)));
            steps.insert((interview.started_at, Step::Talk(index)));
            steps.insert((plus_min(interview.ended_at, 15), Step::Leave(index)));
            steps.insert((interview.signed_at, Step::Sign(index)));
            steps.insert((plus_min(interview.signed_at, 8 * 60), Step::Evening(index)));
            if let Some((at, _)) = interview.amendment {
                steps.insert((at, Step::Amend(index)));
            }
        }
        let decisions = self.firm.decisions.iter().enumerate();
        for (index, of) in decisions.filter(|(_, of)| people.contains(&of.person)) {
            if Self::is_alone(of) {
                steps.insert((of.at, Step::Decide(index)));
            }
        }
        self.plan_steps(&people, &mut steps);
        self.matter_steps(&people, &mut steps);
        self.report_steps(extent, &people, &mut steps);
        for (number, _, when) in WITHDRAWN.iter().filter(|(_, matter, _)| matter.is_none()) {
            let person = self.firm.person(number).index;
            if people.contains(&person) {
                steps.insert((moment(when), Step::Unshow(person)));
            }
        }
        steps
    }

    /// Twelve days before the first appointment; who has none is invited when the plan says so.
    fn invited_at(&self, person: usize) -> UnixMillis {
        let slots = self.firm.slots.iter().filter(|it| self.person_of(it) == Some(person));
        let first = slots.map(|it| it.start).min();
        let (number, company) =
            self.firm.people.get(person).map_or(("", Company::A), |it| (it.number, it.company));
        let day_of = |at| engine::casework::date::Date::at(at).plus_days(-INVITED_DAYS);
        let planned = match (first, number) {
            (Some(start), _) => at(day_of(start), 12, 0),
            (None, number) if number == REFUSES.0 => at(day_of(moment(REFUSES.1)), 12, 0),
            (None, _) => moment("2026-06-01T12:00"),
        };
        planned.max(at(Self::signed_on(company), 12, 0))
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Company(company) => self.open_company(company),
            Step::Rooms(company) => self.check_rooms(company),
            Step::Publish(index) => self.publish(index),
            Step::Close(index) => self.close_slot(index),
            Step::Tablet(place) => self.link_tablet(place),
            Step::Invite(person) => self.invite_person(person),
            Step::Arrive(index) => self.arrive_at(index),
            Step::Talk(index) => self.talk(index),
            Step::Leave(index) => self.leave(index),
            Step::Sign(index) => self.sign(index),
            Step::Evening(index) => self.evening(index),
            Step::Amend(index) => self.amend(index),
            Step::Decide(index) => self.decide_alone(index),
            Step::Copy(index) => self.copy_note(index),
            Step::Ask(index) => self.ask_for_data(index),
            Step::Answer(index) => self.answer_request(index),
            Step::Unshow(person) => self.unshow_card(person),
            Step::Report(index) => self.write_report(index),
            Step::Matter(index) => self.begin_matter(index),
            Step::Tell(index) => self.tell(index),
            Step::Explain(index) => self.tell_employee(index),
            Step::TakeBack(index) => self.take_back(index),
            Step::Lose(place) => self.lose_tablet(place),
            Step::Revoke(_) => self.revoke_tablet(),
            Step::Found(place) => self.find_tablet(place),
            Step::Retire(place) => self.retire_tablet(place),
        }
    }

    /// The tablet that a member of the staff uses.
    #[track_caller]
    pub fn tablet_of(&self, staff: usize) -> DeviceNo {
        let own = self.tablets.iter().filter(|(place, _)| {
            let is_own = TABLETS.get(**place).is_some_and(|it| it.owner == staff);
            is_own && !self.gone.contains(place)
        });
        own.last().map(|(_, device)| *device).expect("a tablet in use")
    }

    /// Writes the server's database where a server looks for it; there all at once.
    pub fn move_in(&self, folder: &Path) -> Result<(), String> {
        let (part, whole) = (folder.join("mendan.part"), folder.join("mendan.sqlite"));
        self.world.store().write_copy(&part).map_err(|error| error.to_string())?;
        std::fs::rename(part, whole).map_err(|error| error.to_string())
    }

    /// A device of the firm that goes on at a real server.
    pub fn station(&self, device: DeviceNo, origin: &str) -> Station {
        let it = self.world.on(device);
        let pace = Pace::Coalesce { wait_ms: 0 };
        Station::with_past(&it.name, origin, pace, it.disk.clone())
    }

    /// A last look at everything, with a network.
    fn everybody_online(&mut self) {
        for device in self.world.devices() {
            self.world.online(device);
        }
        self.world.settle();
    }

    fn has_network(&self, index: usize) -> bool {
        let venue = self.firm.interviews.get(index).and_then(|it| VENUES.get(it.venue));
        venue.is_some_and(|it| !it.has_no_network)
    }

    fn role(role: StaffRole) -> Role {
        match role {
            StaffRole::Consultant(_) => Role::Consultant,
            StaffRole::Supervisor => Role::Supervisor,
            StaffRole::Admin => Role::Admin,
        }
    }
}

/// Whom the smaller part tells of: the examples, and what a demo should show beside them.
const PART: [&str; 6] = ["A-0107", "B-0042", "C-0009", "A-0104", "B-0038", "C-0006"];

/// Names of everybody who works for the firm, for a search where none must be.
pub fn staff_names() -> impl Iterator<Item = &'static str> {
    STAFF.iter().map(|it| it.name)
}
