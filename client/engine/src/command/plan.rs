//! What consultants ask of the firm's own documents, and employees of slots.

use core::fmt;

use shared::{
    Blob, Decode, Encode,
    id::{AccountId, DocumentId},
    time::UnixMillis,
};

/// When an interview is due, as it is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct RuleWish {
    /// One of [`crate::casework::plan::SEGMENTS`].
    #[n(0)]
    pub segment: String,
    /// One of [`crate::casework::plan::TRIGGERS`].
    #[n(1)]
    pub trigger: String,
    /// The company's event, for the triggers that have one.
    #[n(2)]
    pub event: String,
    /// Days, a month or years, as the trigger has it; 0 where it has none.
    #[n(3)]
    pub number: u32,
    /// Interviews for each person.
    #[n(4)]
    pub times: u32,
    /// Days for which an invitation can be used.
    #[n(5)]
    pub due_within_days: u32,
}

/// A slot to be.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(row)]
pub struct SlotWish {
    /// When the employee comes.
    #[n(0)]
    pub start: UnixMillis,
    /// In minutes; 0 for as long as whoever may take it needs.
    #[n(1)]
    pub length_min: u32,
    /// Item of the company's document.
    #[n(2)]
    pub venue: String,
    /// Whose.
    #[n(3)]
    pub consultant: AccountId,
    /// Kept for this employee.
    #[n(4)]
    pub held_for: Option<AccountId>,
}

/// One wish about the firm's own documents.
#[derive(Clone, Encode, Decode)]
#[cbor(row)]
pub enum PlanAct {
    /// Makes the firm's directory if there is none, and this person's profile in it.
    #[n(0)]
    OpenDirectory,
    /// Adds a version of what employees are told.
    #[n(1)]
    PublishTemplate {
        /// As in HTML.
        #[n(0)]
        language: String,
        /// In the order of the matters C1 to C11.
        #[n(1)]
        texts: Vec<String>,
        /// The day from which it is read out.
        #[n(2)]
        valid_from: String,
    },
    /// Makes the documents of a company; who asks is responsible for it.
    #[n(2)]
    OpenCompany(#[n(0)] String),
    /// Lets a consultant work for a company.
    #[n(3)]
    Assign {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// Whom.
        #[n(1)]
        account: AccountId,
    },
    /// The opposite.
    #[n(4)]
    Unassign {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// Whom.
        #[n(1)]
        account: AccountId,
    },
    /// Takes the contract to its next state.
    #[n(5)]
    MoveContract {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// One of [`crate::casework::company::STATES`].
        #[n(1)]
        to: String,
    },
    /// Notes when both sides signed a version of what is told to whom.
    #[n(6)]
    SignRules {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// The version's item.
        #[n(1)]
        rules: String,
        /// The firm's day.
        #[n(2)]
        firm_on: String,
        /// The company's.
        #[n(3)]
        company_on: String,
    },
    /// Adds a rule to the plan.
    #[n(7)]
    AddRule {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// Which.
        #[n(1)]
        rule: RuleWish,
    },
    /// Takes a rule out of the plan.
    #[n(8)]
    RemoveRule {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// Its item.
        #[n(1)]
        rule: String,
    },
    /// Takes the plan to another state.
    #[n(9)]
    MovePlan {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// One of [`crate::casework::plan::STATES`].
        #[n(1)]
        to: String,
    },
    /// Makes a wave of whom the rules make due in a period.
    #[n(10)]
    MakeWave {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// Its first day.
        #[n(1)]
        from: String,
        /// Its last day.
        #[n(2)]
        to: String,
        /// Only shows how many they are.
        #[n(3)]
        is_trial: bool,
    },
    /// Takes a wave to its next state.
    #[n(11)]
    MoveWave {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// Its item.
        #[n(1)]
        wave: String,
        /// One of [`crate::casework::wave::STATES`].
        #[n(2)]
        to: String,
    },
    /// Notes a look at a room.
    #[n(12)]
    CheckVenue {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// The venue's item.
        #[n(1)]
        venue: String,
        /// What of [`crate::casework::venue::CHECKS`] held.
        #[n(2)]
        held: Vec<String>,
    },
    /// Shows the slots that fit between two times, with what is wrong with each.
    #[n(13)]
    DrawGrid {
        /// The slots' document.
        #[n(0)]
        slots: DocumentId,
        /// The first slot, as it would be.
        #[n(1)]
        first: SlotWish,
        /// When the last must be over.
        #[n(2)]
        until: UnixMillis,
    },
    /// Publishes slots: all of them, or none if a rule forbids one.
    #[n(14)]
    PublishSlots {
        /// The slots' document.
        #[n(0)]
        slots: DocumentId,
        /// Which.
        #[n(1)]
        wishes: Vec<SlotWish>,
    },
    /// Takes a slot, on the employee's own device.
    #[n(15)]
    Claim {
        /// The slots' document.
        #[n(0)]
        slots: DocumentId,
        /// Which.
        #[n(1)]
        slot: String,
    },
    /// Takes a claim back: one's own, or, for a consultant, anybody's to a slot of theirs.
    #[n(16)]
    Release {
        /// The slots' document.
        #[n(0)]
        slots: DocumentId,
        /// Its item.
        #[n(1)]
        claim: String,
        /// One of [`crate::casework::slot::REASONS`].
        #[n(2)]
        reason: String,
    },
    /// Notes what became of a slot.
    #[n(17)]
    MarkSlot {
        /// The slots' document.
        #[n(0)]
        slots: DocumentId,
        /// Which.
        #[n(1)]
        slot: String,
        /// One of [`crate::casework::slot::STATES`].
        #[n(2)]
        state: String,
        /// One of [`crate::casework::slot::REASONS`], if it is cancelled.
        #[n(3)]
        reason: String,
    },
    /// Reads a list of employees as a company provides it.
    #[n(18)]
    ImportRoster {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// Comma-separated values in UTF-8.
        #[n(1)]
        csv: Blob,
        /// What the list calls columns and segments, and what they are called here.
        #[n(2)]
        words: Vec<(String, String)>,
        /// Only shows what it would bring.
        #[n(3)]
        is_trial: bool,
    },
    /// Makes an invitation for somebody in the list; a later one takes the place of an earlier.
    #[n(19)]
    InviteRow {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// Their row.
        #[n(1)]
        row: String,
        /// For how many days it can be used.
        #[n(2)]
        days: u32,
    },
    /// Notes that an invitation was handed over, or that it is worth nothing any more.
    #[n(20)]
    MarkInvitation {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// Their row.
        #[n(1)]
        row: String,
        /// One of [`crate::casework::roster::STATES`].
        #[n(2)]
        state: String,
    },
    /// Makes a code for a poster: whoever comes by it is linked to no list.
    #[n(21)]
    MakePoster {
        /// The company's document.
        #[n(0)]
        company: DocumentId,
        /// What the company is called beside who came by it; in this person's own list only.
        #[n(1)]
        alias: String,
        /// How many people can use it.
        #[n(2)]
        uses: u32,
        /// For how many days.
        #[n(3)]
        days: u32,
    },
    /// Notes in one's own list what somebody is called who came without a list.
    #[n(22)]
    NamePerson {
        /// Who.
        #[n(0)]
        account: AccountId,
        /// As they say.
        #[n(1)]
        name: String,
    },
    /// Shows a slot of one's own as a calendar entry.
    #[n(23)]
    ShowCalendar {
        /// The slots' document.
        #[n(0)]
        slots: DocumentId,
        /// Which.
        #[n(1)]
        slot: String,
        /// What the entry says; nothing that tells what it is about.
        #[n(2)]
        title: String,
    },
}

impl fmt::Debug for PlanAct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlanAct(..)")
    }
}
