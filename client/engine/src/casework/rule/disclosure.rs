//! What may leave the room, to whom, and in which words.
//!
//! A consultant's duty of secrecy is personal and outlives the work (職業能力開発促進法 30条の27第2項);
//! it ends where life is in danger, where the law compels, and where the employee agrees. [`table`]
//! says which of these holds, [`decision`] leads one matter from its draft to the last follow-up,
//! [`record`] is what the employee finds of it afterwards.

pub mod decision;
pub mod permit;
pub mod record;
pub mod table;

use crate::casework::rule::{code::coded, risk};

/// Fewest people of whom a company is told anything as a group. Ten is what the stress-check
/// guideline asks for before results of a unit are handed to an employer (労働安全衛生法 66条の10).
pub const GROUP_MIN: u32 = 10;

coded! {
    /// What a matter is about.
    Category {
        /// Danger to the life or body of a person, the employee included.
        Danger = "danger",
        /// A hazard at work: equipment, hours; not a person's state.
        Hazard = "hazard",
        /// An order with the force of law: a warrant, a court's order, a statutory notification.
        Order = "order",
        /// A violation of law that the employee tells of.
        Violation = "violation",
        /// Harassment that the employee tells of.
        Harassment = "harassment",
        /// What would help the employee: a transfer, consideration, training.
        Benefit = "benefit",
        /// Tendencies of a group.
        Tendency = "tendency",
        /// Somebody asks about one person, without force of law.
        Inquiry = "inquiry",
        /// How many came, in a planned wave whose contract provides for it.
        AttendancePlanned = "attendance_planned",
        /// Who came, or whether anybody did, when asked.
        AttendanceAsked = "attendance_asked",
        /// A case for supervision.
        Supervision = "supervision",
        /// A case for the consultant who takes over.
        Handover = "handover",
        /// A letter to a professional.
        Referral = "referral",
        /// The employee's own shared documents.
        OwnShared = "own_shared",
        /// The interview notes, asked for by the employee they are about.
        OwnNote = "own_note",
        /// Research, publicity, examples for sales.
        Publication = "publication",
        /// None of these, or not sure.
        Unsure = "unsure",
    }
}

coded! {
    /// How grave a danger is. Of a hazard: the hazard; of everything else: a danger to life.
    Judgement {
        /// There is none, or it is not the question.
        None = "none",
        /// To be watched.
        Watch = "watch",
        /// Considerable concern.
        Concern = "concern",
        /// Urgent.
        Urgent = "urgent",
    }
}

impl Judgement {
    /// What an assessment of risk brings into every decision of the case.
    pub fn from_level(level: risk::Level) -> Self {
        match level {
            risk::Level::None => Self::None,
            risk::Level::Watch => Self::Watch,
            risk::Level::Concern => Self::Concern,
            risk::Level::Urgent => Self::Urgent,
        }
    }
}

coded! {
    /// The employee's consent to this matter, these words and this recipient.
    Consent {
        /// Given.
        Given = "given",
        /// Refused.
        Refused = "refused",
        /// Not asked yet, or impossible to ask.
        Unknown = "unknown",
        /// Given and taken back.
        Withdrawn = "withdrawn",
    }
}

coded! {
    /// Who would be told.
    Recipient {
        /// The firm's own management.
        Management = "management",
        /// Whoever runs the system.
        Admin = "admin",
        /// Whoever sold or hosts it.
        Vendor = "vendor",
        /// 119.
        Ambulance = "ambulance",
        /// 110.
        Police = "police",
        /// Family, or the emergency contact the employee named.
        Family = "family",
        /// The company's physician or health staff.
        Health = "health",
        /// The company's contact for safety.
        SafetyContact = "safety_contact",
        /// A window for reports of violations or of harassment.
        Window = "window",
        /// Personnel.
        Personnel = "personnel",
        /// A superior.
        Superior = "superior",
        /// The authority an order names, or that inquires.
        Authority = "authority",
        /// A lawyer.
        Lawyer = "lawyer",
        /// A professional to whom the employee is referred.
        Professional = "professional",
        /// The supervisor.
        Supervisor = "supervisor",
        /// The consultant who takes over.
        Successor = "successor",
        /// The employee.
        Employee = "employee",
        /// The public.
        Public = "public",
        /// Anybody else.
        Other = "other",
    }
}

impl Recipient {
    /// Whether what it is told reaches the employee's company.
    pub fn faces_company(self) -> bool {
        COMPANY.contains(&self) || self == Self::Health
    }
}

/// The company's side of the table.
pub const COMPANY: &[Recipient] =
    &[Recipient::SafetyContact, Recipient::Window, Recipient::Personnel, Recipient::Superior];

coded! {
    /// What the check of the recipient found.
    Conflict {
        /// Not checked yet.
        Unchecked = "unchecked",
        /// Neither of the two below.
        Clear = "ok",
        /// The recipient is whom the matter is about.
        IsSubject = "is_subject",
        /// The recipient is in the line above whom the matter is about, or handles it for them.
        InLine = "in_line",
    }
}

/// All that the table looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// K.
    pub category: Category,
    /// J.
    pub judgement: Judgement,
    /// S.
    pub consent: Consent,
    /// R.
    pub recipient: Recipient,
    /// What the check of the recipient found.
    pub conflict: Conflict,
    /// n: how many distinct people stand behind a group, those who refused to be counted left out.
    pub counted: u32,
}

#[cfg(test)]
mod course;
#[cfg(test)]
mod truth;
