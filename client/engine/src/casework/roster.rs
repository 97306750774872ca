//! Whom a company asked to be invited. The names are entrusted data: they go back or are deleted
//! with the contract, and nothing here says who came.
//!
//! Who comes by themself, with the code on a poster, gets an invitation that no row knows of: whoever
//! reads this document does not learn that they exist.

use crate::{
    casework::{
        date::Date,
        field::{Field, Shape, Spec, spec},
        item::{all, code, count, date},
        plan::{Invitee, SEGMENTS},
    },
    document::crdt::{Crdt, EditError, Writer},
};

pub mod import;

/// The list, and who provided it.
pub const FIELDS: &[Spec] = &[spec("rows", Shape::List(ROW))];

/// One employee, as the company wrote them down.
pub const ROW: &[Spec] = &[
    spec("name", Shape::Short),
    spec("name_kana", Shape::Short),
    spec("department", Shape::Short),
    spec("mail", Shape::Short),
    spec("phone", Shape::Short),
    spec("segment", Shape::One(SEGMENTS)),
    spec("hired_on", Shape::Date),
    spec("born_on", Shape::Date),
    spec("transferred_on", Shape::Date),
    spec("invitation", Shape::One(STATES)),
];

/// What only an act writes: an invitation is in the org log before it is noted here.
pub const ACTS: &[&str] = &["rows/*/invitation"];

/// How far an invitation is. What became of it afterwards is nobody's business here.
pub const STATES: &[&str] = &["issued", "opened", "activated", "expired", "revoked"];

/// The steps there are; what expired or was revoked stays so.
const STEPS: [(&str, &str); 6] = [
    ("issued", "opened"),
    ("issued", "activated"),
    ("opened", "activated"),
    ("issued", "revoked"),
    ("opened", "revoked"),
    ("expired", "revoked"),
];

/// An invitation of somebody in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Their row.
    pub row: String,
    /// Index of the `EnrolGrant` in the org log.
    pub grant: u32,
    /// The last day on which it can be used.
    pub until: Date,
    /// One of [`STATES`], as it was written.
    pub written: &'static str,
    /// Earlier ones for the same row, which may have been used instead.
    pub former: Vec<u32>,
}

impl Invitation {
    /// One of [`STATES`] on a day: what nobody used in time has expired.
    pub fn state(&self, on: Date) -> &'static str {
        let is_open = matches!(self.written, "issued" | "opened");
        if is_open && on > self.until { "expired" } else { self.written }
    }

    /// Whether somebody who came by a grant is whom it is for.
    pub fn is_by(&self, grant: u64) -> bool {
        self.former.iter().chain([&self.grant]).any(|it| u64::from(*it) == grant)
    }

    /// Whether it may become `to` on a day.
    pub fn may_become(&self, to: &str, on: Date) -> bool {
        STEPS.contains(&(self.state(on), to))
    }
}

/// Notes that somebody of the list was invited, in place of earlier invitations.
pub fn issue(
    tx: &mut Writer<'_, '_>,
    row: &str,
    grant: u32,
    until: Date,
    former: &[u32],
) -> Result<(), EditError> {
    let item = Field::top("rows").child(row);
    let former: Vec<String> = former.iter().map(u32::to_string).collect();
    tx.put(&item.child("former"), former.join(" "))?;
    tx.put(&item.child("grant"), i64::from(grant))?;
    tx.put(&item.child("until"), until.to_string())?;
    tx.put(&item.child("invitation"), "issued")
}

/// Notes how far an invitation is; the caller has asked [`Invitation::may_become`].
pub fn mark(tx: &mut Writer<'_, '_>, row: &str, state: &str) -> Result<(), EditError> {
    tx.put(&Field::top("rows").child(row).child("invitation"), state)
}

/// Notes in which wave somebody of the list is invited.
pub fn enlist(
    tx: &mut Writer<'_, '_>,
    row: &str,
    wave: &str,
    earlier: &[String],
) -> Result<(), EditError> {
    let waves = [earlier, &[String::from(wave)]].concat();
    tx.put(&Field::top("rows").child(row).child("waves"), waves.join(" "))
}

/// In which waves somebody of the list is invited.
pub fn waves_of(roster: &Crdt, row: &str) -> Vec<String> {
    let waves = roster.plain(&Field::top("rows").child(row).child("waves")).unwrap_or_default();
    waves.split_whitespace().map(String::from).collect()
}

/// What the rules ask of everybody in the list.
pub fn invitees(roster: &Crdt) -> Vec<Invitee> {
    all(roster, "rows", |id, item| {
        Some(Invitee {
            row: String::from(id),
            segment: code(roster, &item.child("segment"), SEGMENTS).unwrap_or_default(),
            hired_on: date(roster, &item.child("hired_on")),
            born_on: date(roster, &item.child("born_on")),
            transferred_on: date(roster, &item.child("transferred_on")),
        })
    })
}

/// Every invitation of somebody in the list.
pub fn invitations(roster: &Crdt) -> Vec<Invitation> {
    all(roster, "rows", |id, item| {
        Some(Invitation {
            row: String::from(id),
            grant: count(roster, &item.child("grant"))?,
            until: date(roster, &item.child("until"))?,
            written: code(roster, &item.child("invitation"), STATES)?,
            former: roster
                .plain(&item.child("former"))
                .unwrap_or_default()
                .split_whitespace()
                .filter_map(|it| it.parse().ok())
                .collect(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casework::group::{EDGE, Group},
        document::{genesis::Kind, guard::Side},
    };

    #[test]
    fn an_invitation_is_used_in_time_or_expires() {
        let day = |text: &str| Date::parse(text).unwrap();
        let mut group = Group::new(Kind::Roster, &[Side::Staff, Side::Staff]);
        let rows = Field::top("rows");
        for row in ["namesake1", "namesake2"] {
            group.edit(0, |tx| tx.add_item(&rows, row, None, ROW)).unwrap();
            group.edit(0, |tx| tx.write(&rows.child(row).child("name"), EDGE)).unwrap();
        }
        assert_eq!(invitations(&group.0[0].crdt), []);
        group.edit(0, |tx| issue(tx, "namesake2", 7, day("2026-06-30"), &[3, 5])).unwrap();
        group.meet();

        let issued = invitations(&group.0[1].crdt).remove(0);
        assert_eq!((issued.row.as_str(), issued.grant), ("namesake2", 7));
        assert_eq!([3, 5, 7, 4].map(|grant| issued.is_by(grant)), [true, true, true, false]);
        assert_eq!(issued.state(day("2026-06-30")), "issued");
        assert_eq!(issued.state(day("2026-07-01")), "expired");
        assert!(issued.may_become("activated", day("2026-06-30")));
        assert!(!issued.may_become("activated", day("2026-07-01")));
        assert!(issued.may_become("revoked", day("2026-07-01")));
        let used = Invitation { written: "activated", ..issued };
        assert_eq!(used.state(day("2026-07-01")), "activated");
        assert!(!used.may_become("opened", day("2026-06-30")));
    }
}
