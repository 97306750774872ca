//! What the employee shows to whom, and how long.
//!
//! Whom a grant names is let into the document, and for a document there is one key: a consultant's
//! device could read all of it, its versions included. Which sheets are shown is kept by the program
//! that shows them. Access ends when the employee's device says so in the log; the program shows
//! nothing from the day on that a grant is over, or was withdrawn, whether that was said yet or not.

use shared::id::AccountId;

use super::{Card, SHEETS};
use crate::{
    casework::{
        case::CaseId,
        date::Date,
        item::{add, all, date},
    },
    document::crdt::{Crdt, EditError, Writer},
};

/// What the employee shows to whom, and how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its item.
    pub id: String,
    /// To the consultant of this case.
    pub case: CaseId,
    /// Who that was. Whom the case is handed to later must be shown the card anew.
    pub accounts: Vec<AccountId>,
    /// Some of [`SHEETS`].
    pub sheets: Vec<&'static str>,
    /// From this day.
    pub from: Date,
    /// Up to this day.
    pub until: Date,
}

/// Shows some sheets.
pub fn show(tx: &mut Writer<'_, '_>, grant: &Grant) -> Result<(), EditError> {
    let accounts: Vec<String> = grant.accounts.iter().map(|it| it.to_hex()).collect();
    add(tx, "grants", &grant.id, &[], |tx, item| {
        tx.put(&item.child("case"), grant.case.to_hex())?;
        tx.put(&item.child("accounts"), accounts.join(" "))?;
        tx.put(&item.child("sheets"), grant.sheets.join(" "))?;
        tx.put(&item.child("from"), grant.from.to_string())?;
        tx.put(&item.child("until"), grant.until.to_string())
    })
}

/// Shows them no longer. Nothing brings a grant back: a new one is another one.
pub fn withdraw(tx: &mut Writer<'_, '_>, id: &str, grant: &str) -> Result<(), EditError> {
    add(tx, "withdrawals", id, &[], |tx, item| tx.put(&item.child("grant"), grant))
}

/// Every grant there ever was, and whether it was withdrawn.
pub fn every_grant(crdt: &Crdt) -> Vec<(Grant, bool)> {
    let withdrawn = all(crdt, "withdrawals", |_, item| crdt.plain(&item.child("grant")));
    all(crdt, "grants", |id, item| {
        let words = |name: &str| crdt.plain(&item.child(name));
        let (sheets, accounts) = (words("sheets")?, words("accounts").unwrap_or_default());
        let known = SHEETS.iter().filter(|sheet| sheets.split(' ').any(|it| it == **sheet));
        let grant = Grant {
            id: String::from(id),
            case: CaseId::from_hex(&words("case")?)?,
            accounts: accounts.split(' ').filter_map(AccountId::from_hex).collect(),
            sheets: known.copied().collect(),
            from: date(crdt, &item.child("from"))?,
            until: date(crdt, &item.child("until"))?,
        };
        Some((grant, withdrawn.iter().any(|it| it == id)))
    })
}

/// Every grant that was not withdrawn.
pub fn grants(crdt: &Crdt) -> Vec<Grant> {
    every_grant(crdt).into_iter().filter_map(|(grant, ended)| (!ended).then_some(grant)).collect()
}

impl Grant {
    /// Whether it says that something is shown on a day.
    pub fn is_in_force(&self, on: Date) -> bool {
        (self.from..=self.until).contains(&on)
    }
}

/// What the consultant of a case may see on a day: the sheets of every grant in force, no more.
pub fn visible(card: &Card, grants: &[Grant], case: CaseId, on: Date) -> Card {
    let in_force = grants.iter().filter(|it| it.case == case && it.is_in_force(on));
    let sheets: Vec<&str> = in_force.flat_map(|grant| grant.sheets.iter().copied()).collect();
    card.on(&sheets)
}

/// Says in the file of consents that a grant was withdrawn. Whoever was let into the card may be let
/// out before they hear of it there; what is said here reaches them.
pub fn tell_end(tx: &mut Writer<'_, '_>, id: &str, grant: &str) -> Result<(), EditError> {
    add(tx, "events", id, &[], |tx, item| tx.put(&item.child("card_grant"), grant))
}

/// The grants that the file of consents says were withdrawn.
pub fn told_ends(consent: &Crdt) -> Vec<String> {
    all(consent, "events", |_, item| consent.plain(&item.child("card_grant")))
}
