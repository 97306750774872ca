//! What was sent: the employee's to read, always.

use core::fmt;

use shared::time::UnixMillis;

use crate::casework::{
    date::Date,
    rule::{
        code::coded,
        disclosure::{
            Category, Recipient,
            decision::{Decision, DraftHash, Identity},
            permit::{Basis, Permit},
            table::{Row, Rule},
        },
        retention::Class,
    },
};

coded! {
    /// How it was told.
    Means {
        /// By word of mouth.
        Spoken = "spoken",
        /// In writing.
        Written = "written",
    }
}

/// Longest time that a record of an emergency waits to be told in person, in days; then the employee
/// reads it untold.
pub const UNTOLD_DAYS_MAX: i64 = 30;

/// A transmission (個人情報保護法 29条; kept as well where the law asks for none).
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// When.
    pub at: UnixMillis,
    /// What it was about.
    pub category: Category,
    /// To whom.
    pub recipient: Recipient,
    /// To whom exactly.
    pub recipient_name: String,
    /// How.
    pub means: Means,
    /// How the employee appeared.
    pub identity: Identity,
    /// The exact words.
    pub text: String,
    /// Their name in answers and signatures.
    pub words: DraftHash,
    /// By which row.
    pub row: Row,
    /// Why it was lawful.
    pub basis: Basis,
    /// Why there was no consent; empty if there was.
    pub why_no_consent: String,
    /// How long it is kept.
    pub class: Class,
    /// When it is to be looked at again.
    pub recheck_at: Option<UnixMillis>,
    /// When the employee was told, where they could not be asked before.
    pub told_on: Option<Date>,
    /// When the recipient confirmed.
    pub acknowledged_at: Option<UnixMillis>,
    /// What came of it.
    pub response: String,
    /// When that was written down.
    pub followed_up_at: Option<UnixMillis>,
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({:?})", self.row)
    }
}

impl Record {
    pub(super) fn new(
        decision: &Decision,
        rule: &Rule,
        permit: &Permit,
        means: Means,
        at: UnixMillis,
    ) -> Self {
        let without_consent = permit.basis != Basis::Consent;
        let why = if without_consent { decision.grounds.why_no_consent.as_str() } else { "" };
        Self {
            at,
            category: decision.category,
            recipient: decision.recipient,
            recipient_name: decision.draft.recipient_name.clone(),
            means,
            identity: decision.draft.identity,
            text: decision.draft.text.clone(),
            words: decision.words(),
            row: rule.row,
            basis: permit.basis,
            why_no_consent: String::from(why),
            class: rule.record.unwrap_or(Class::Disclosure),
            recheck_at: rule.recheck_hours.map(|hours| at.plus_ms(hours * 3_600_000)),
            told_on: None,
            acknowledged_at: None,
            response: String::new(),
            followed_up_at: None,
        }
    }

    /// Whether the employee reads it: at once, except that what was done in an emergency is told in
    /// person first, if that happens in time.
    pub fn is_shown(&self, today: Date) -> bool {
        let waits = self.row == Row::R1 && self.told_on.is_none();
        !waits || Date::at(self.at).days_until(today) > UNTOLD_DAYS_MAX
    }
}
