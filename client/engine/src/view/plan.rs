//! The firm's own documents: directory, companies and their plans, rosters, slots.
//!
//! States, problems and what is lacking are told by their codes; the page has the words.

use core::fmt;

use shared::{
    Decode, Encode,
    id::{AccountId, DocumentId},
    time::UnixMillis,
};

use crate::{
    casework::{case::CaseId, consent::Told},
    command::{RuleWish, SlotWish},
};

/// What there is to plan with. Shown whenever that changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct PlanHome {
    /// The firm's directory.
    #[n(0)]
    pub directory: Option<DocumentId>,
    /// Directories that were begun at the same time: read along, written to no more.
    #[n(1)]
    pub other_directories: u32,
    /// Every company this person works for.
    #[n(2)]
    pub companies: Vec<CompanyRow>,
    /// Every document with slots this person reads.
    #[n(3)]
    pub slots: Vec<SlotsRow>,
    /// Who came by a poster of this person's.
    #[n(4)]
    pub newcomers: Vec<NewcomerRow>,
    /// Booked slots, as the cases of this person have them.
    #[n(5)]
    pub appointments: Vec<AppointmentRow>,
    /// Reports about companies.
    #[n(6)]
    pub reports: Vec<ReportRow>,
}

/// A report about a company.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct ReportRow {
    /// Its document.
    #[n(0)]
    pub document: DocumentId,
    /// The company's document.
    #[n(1)]
    pub company: DocumentId,
    /// First and last day.
    #[n(2)]
    pub period: (String, String),
    /// A code of [`crate::casework::rule::report::State`].
    #[n(3)]
    pub state: String,
}

/// A booked slot.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct AppointmentRow {
    /// Of which case.
    #[n(0)]
    pub case: CaseId,
    /// When the employee comes.
    #[n(1)]
    pub start: UnixMillis,
    /// How long the interview is.
    #[n(2)]
    pub length_min: u32,
    /// Where.
    #[n(3)]
    pub place: String,
    /// Of [`crate::casework::appointment::STATES`].
    #[n(4)]
    pub state: String,
    /// The slots' document.
    #[n(5)]
    pub slots: DocumentId,
    /// The slot's item there.
    #[n(6)]
    pub slot: String,
}

/// A company.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct CompanyRow {
    /// Its document.
    #[n(0)]
    pub document: DocumentId,
    /// Its name.
    #[n(1)]
    pub name: String,
    /// Of [`crate::casework::company::STATES`].
    #[n(2)]
    pub state: String,
    /// Whether this person is responsible for it.
    #[n(3)]
    pub is_lead: bool,
    /// The list of its employees.
    #[n(4)]
    pub roster: Option<DocumentId>,
}

/// Slots of a wave, or for whoever asks.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct SlotsRow {
    /// Their document.
    #[n(0)]
    pub document: DocumentId,
    /// The company's document, which an employee does not have.
    #[n(1)]
    pub company: Option<DocumentId>,
    /// The wave's item; nothing for who asks.
    #[n(2)]
    pub wave: String,
}

/// Somebody who came by a poster.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct NewcomerRow {
    /// Who.
    #[n(0)]
    pub account: AccountId,
    /// What the poster's company is called here.
    #[n(1)]
    pub alias: String,
    /// What they said they are called; empty until then.
    #[n(2)]
    pub name: String,
    /// The case this person has with them.
    #[n(3)]
    pub case: Option<CaseId>,
}

/// A company, open.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct CompanyView {
    /// Its document; the plain fields of that are shown as a form.
    #[n(0)]
    pub document: DocumentId,
    /// The list of employees.
    #[n(1)]
    pub roster: Option<DocumentId>,
    /// Of [`crate::casework::company::STATES`].
    #[n(2)]
    pub state: String,
    /// Of [`crate::casework::plan::STATES`].
    #[n(3)]
    pub plan_state: String,
    /// Whether this person is responsible for it.
    #[n(4)]
    pub is_lead: bool,
    /// The smallest group that may be reported on.
    #[n(5)]
    pub group_min: u32,
    /// The version of what is told to whom that both sides signed last, as it was signed.
    #[n(6)]
    pub rules_in_force: Option<String>,
    /// Who works for it, the one responsible first.
    #[n(7)]
    pub consultants: Vec<(AccountId, String)>,
    /// The plan's rules.
    #[n(8)]
    pub rules: Vec<RuleRow>,
    /// Its waves.
    #[n(9)]
    pub waves: Vec<WaveRow>,
    /// Its rooms.
    #[n(10)]
    pub venues: Vec<VenueRow>,
}

/// A rule of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct RuleRow {
    /// Its item.
    #[n(0)]
    pub id: String,
    /// What it says.
    #[n(1)]
    pub rule: RuleWish,
    /// How many people it makes due within a year.
    #[n(2)]
    pub due: u32,
}

/// A wave.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct WaveRow {
    /// Its item.
    #[n(0)]
    pub id: String,
    /// First day.
    #[n(1)]
    pub from: String,
    /// Last day.
    #[n(2)]
    pub to: String,
    /// Of [`crate::casework::wave::STATES`].
    #[n(3)]
    pub state: String,
    /// How many are invited. Nothing says who came, or did not.
    #[n(4)]
    pub invitees: u32,
}

/// A room.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct VenueRow {
    /// Its item.
    #[n(0)]
    pub id: String,
    /// What of [`crate::casework::venue::CHECKS`] held when somebody looked last.
    #[n(1)]
    pub held: Vec<String>,
    /// Of [`crate::casework::venue::RESULTS`]; nothing if nobody has looked.
    #[n(2)]
    pub result: String,
    /// The last day on which that counts.
    #[n(3)]
    pub until: String,
    /// Why no slot can be published here today; nothing if one can.
    #[n(4)]
    pub problem: String,
}

/// How a slot stands, to who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Booking {
    /// Nobody wants it.
    #[n(0)]
    Free,
    /// Somebody has it.
    #[n(1)]
    Taken,
    /// This person wants it, and the server does not know yet.
    #[n(2)]
    Waiting,
    /// It is this person's, or somebody's with this consultant.
    #[n(3)]
    Booked,
    /// This person wanted it, and somebody else's wish reached the server first.
    #[n(4)]
    Conflict,
}

/// A slot.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct SlotRow {
    /// Its item.
    #[n(0)]
    pub id: String,
    /// When the employee comes.
    #[n(1)]
    pub start: UnixMillis,
    /// When the consultant is there.
    #[n(2)]
    pub arrive_at: UnixMillis,
    /// In minutes.
    #[n(3)]
    pub length_min: u32,
    /// How long the interview itself is for who has it, or looks at it; 0 if the slot is too short.
    #[n(4)]
    pub interview_min: u32,
    /// Where.
    #[n(5)]
    pub place: String,
    /// How to get there.
    #[n(6)]
    pub access: String,
    /// Whose.
    #[n(7)]
    pub consultant: AccountId,
    /// What they are called.
    #[n(8)]
    pub consultant_name: String,
    /// Of [`crate::casework::slot::STATES`].
    #[n(9)]
    pub state: String,
    /// How it stands.
    #[n(10)]
    pub booking: Booking,
    /// This person's claim, or the one that counts on a slot of theirs.
    #[n(11)]
    pub claim: Option<String>,
    /// Who has it: on one's own slots only, never for the lead.
    #[n(12)]
    pub account: Option<AccountId>,
    /// What they are called, where this person knows.
    #[n(13)]
    pub name: String,
    /// The case with them.
    #[n(14)]
    pub case: Option<CaseId>,
    /// Which claim the server got first, and which this is, if two want the slot.
    #[n(15)]
    pub order: Option<(u64, Option<u64>)>,
}

/// Slots, open.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct SlotsView {
    /// Their document.
    #[n(0)]
    pub document: DocumentId,
    /// Earliest first.
    #[n(1)]
    pub slots: Vec<SlotRow>,
    /// How many employees may choose from them; 0 for an employee.
    #[n(2)]
    pub invited: u32,
    /// Whether somebody among them may have had no interview yet.
    #[n(3)]
    pub has_first_timers: bool,
}

/// A version of what employees are told.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct TemplateRow {
    /// The version, and the hash of its words.
    #[n(0)]
    pub told: Told,
    /// As in HTML.
    #[n(1)]
    pub language: String,
    /// The day from which it is read out; nothing for the one that comes with the program.
    #[n(2)]
    pub valid_from: String,
    /// Whether it is read out today.
    #[n(3)]
    pub is_current: bool,
    /// In the order of the matters C1 to C11.
    #[n(4)]
    pub texts: Vec<String>,
}

/// The directory, open.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct DirectoryView {
    /// Its document; a profile's fields are shown as a form.
    #[n(0)]
    pub document: DocumentId,
    /// Every consultant with a profile.
    #[n(1)]
    pub profiles: Vec<(AccountId, String)>,
    /// Every version, newest first.
    #[n(2)]
    pub templates: Vec<TemplateRow>,
}

/// Somebody in a company's list.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct RosterRow {
    /// Their row; its fields are shown as a form.
    #[n(0)]
    pub row: String,
    /// Of [`crate::casework::roster::STATES`]; nothing for who was not invited.
    #[n(1)]
    pub invitation: String,
    /// The last day on which it can be used.
    #[n(2)]
    pub until: String,
    /// The waves that invite them.
    #[n(3)]
    pub waves: Vec<String>,
}

/// What a list brings.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct ImportView {
    /// Names of whom it would add, or added.
    #[n(0)]
    pub names: Vec<String>,
    /// How many are in the list already.
    #[n(1)]
    pub known: u32,
    /// Line, column and what is wrong there, by their codes; line 0 for the whole.
    #[n(2)]
    pub complaints: Vec<(u32, String, String)>,
    /// Whether they were added.
    #[n(3)]
    pub is_kept: bool,
    /// The roster that it is about.
    #[n(4)]
    pub roster: DocumentId,
}

/// One thing to show of the firm's own documents.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub enum PlanView {
    /// What there is.
    #[n(0)]
    Home(#[n(0)] PlanHome),
    /// An open company.
    #[n(1)]
    Company(#[n(0)] CompanyView),
    /// Open slots.
    #[n(2)]
    Slots(#[n(0)] SlotsView),
    /// The open directory.
    #[n(3)]
    Directory(#[n(0)] DirectoryView),
    /// An open roster.
    #[n(4)]
    Roster {
        /// Its document.
        #[n(0)]
        document: DocumentId,
        /// In the company's order.
        #[n(1)]
        rows: Vec<RosterRow>,
    },
    /// Something was not done, and this is what it lacks.
    #[n(5)]
    Lacking {
        /// Where.
        #[n(0)]
        document: DocumentId,
        /// By their codes.
        #[n(1)]
        lacks: Vec<String>,
    },
    /// What a list brings.
    #[n(6)]
    Import(#[n(0)] ImportView),
    /// Slots that might be published, each with what is wrong with it, by codes.
    #[n(7)]
    Trial {
        /// The slots' document.
        #[n(0)]
        document: DocumentId,
        /// Which.
        #[n(1)]
        slots: Vec<(SlotWish, Vec<String>)>,
        /// Whether they were published.
        #[n(2)]
        is_published: bool,
    },
    /// How many people each rule makes due in a period.
    #[n(8)]
    Due {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// By the rules' items.
        #[n(1)]
        counts: Vec<(String, u32)>,
    },
    /// A calendar entry, as a file.
    #[n(9)]
    Calendar(#[n(0)] String),
}

impl fmt::Debug for PlanView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlanView(..)")
    }
}
