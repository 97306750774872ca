//! A venue (面談場所), and whether what is said there stays there.

use crate::{
    casework::{
        date::Date,
        field::{Field, Shape, Spec, spec},
        item::{all, code, date},
    },
    document::crdt::{Crdt, EditError, Writer},
};

/// Whose room it is.
pub const KINDS: &[&str] = &["client_room", "firm_office", "other"];
/// What is looked at: no voice through the wall, nothing to be seen from outside, microphones and
/// cameras off, nobody calls or comes in. Whether there is a network is noted with it.
pub const CHECKS: &[&str] =
    &["no_voice", "no_view", "no_microphone", "no_visitor", "network_known"];
/// What came of it.
pub const RESULTS: &[&str] = &["ok", "conditional", "ng"];
/// How long a check is good for.
pub const CHECK_MONTHS: i64 = 6;

/// A venue; its check is written whole with [`check`].
pub const VENUE: &[Spec] = &[
    spec("name", Shape::Short),
    spec("address", Shape::Short),
    spec("access_note", Shape::Long),
    spec("kind", Shape::One(KINDS)),
    spec("has_no_network", Shape::Flag),
    spec("check_note", Shape::Long),
];

/// A look at a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundCheck {
    /// When.
    pub on: Date,
    /// By whom.
    pub by: String,
    /// What of [`CHECKS`] held.
    pub held: Vec<&'static str>,
    /// One of [`RESULTS`].
    pub result: &'static str,
}

/// Why no slot can be published in a venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Nobody has looked at the room.
    Unchecked,
    /// It was looked at, and is not fit.
    NotQuiet,
    /// It was looked at too long ago.
    Expired {
        /// Until when that counted.
        until: Date,
    },
}

impl Unfit {
    /// As views tell it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unchecked => "venue_unchecked",
            Self::NotQuiet => "venue_not_quiet",
            Self::Expired { .. } => "venue_expired",
        }
    }
}

impl SoundCheck {
    /// What the ticks say: all of them is ok, and a room where voices carry is never fit.
    pub fn result_of(held: &[&str]) -> &'static str {
        let is_held = |check: &&str| held.contains(check);
        if CHECKS.iter().all(is_held) {
            "ok"
        } else if is_held(&"no_voice") && is_held(&"no_view") && is_held(&"no_microphone") {
            "conditional"
        } else {
            "ng"
        }
    }

    /// Until when it counts.
    pub fn until(&self) -> Date {
        self.on.plus_months(CHECK_MONTHS)
    }
}

/// Whether a slot on a day can be published in a venue with this check.
pub fn fit(check: Option<&SoundCheck>, on: Date) -> Result<(), Unfit> {
    match check {
        None => Err(Unfit::Unchecked),
        Some(check) if check.result == "ng" => Err(Unfit::NotQuiet),
        Some(check) if on > check.until() => Err(Unfit::Expired { until: check.until() }),
        Some(_) => Ok(()),
    }
}

/// Notes a check; the last one counts.
pub fn check(tx: &mut Writer<'_, '_>, venue: &str, check: &SoundCheck) -> Result<(), EditError> {
    let item = Field::top("venues").child(venue);
    tx.put(&item.child("checked_on"), check.on.to_string())?;
    tx.put(&item.child("checked_by"), check.by.as_str())?;
    tx.put(&item.child("checks"), check.held.join(" "))?;
    tx.put(&item.child("check_result"), check.result)
}

/// Each venue with its check. Ticks and result must fit, else the room counts as unchecked.
pub fn venues(company: &Crdt) -> Vec<(String, Option<SoundCheck>)> {
    let read = |item: &Field| {
        let ticked = company.plain(&item.child("checks"))?;
        let held = ticked.split(' ').filter_map(|it| CHECKS.iter().find(|known| **known == it));
        let check = SoundCheck {
            on: date(company, &item.child("checked_on"))?,
            by: company.plain(&item.child("checked_by"))?,
            held: held.copied().collect(),
            result: code(company, &item.child("check_result"), RESULTS)?,
        };
        (check.result == SoundCheck::result_of(&check.held)).then_some(check)
    };
    all(company, "venues", |id, item| Some((String::from(id), read(item))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casework::group::Group,
        document::{genesis::Kind, guard::Side},
    };

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn looked(on: &str, held: &[&'static str]) -> SoundCheck {
        let result = SoundCheck::result_of(held);
        SoundCheck { on: day(on), by: "佐藤 恵".into(), held: held.to_vec(), result }
    }

    #[test]
    fn a_room_is_fit_for_six_months_and_not_a_day_longer() {
        let check = looked("2026-08-31", CHECKS);
        assert_eq!(check.result, "ok");

        assert_eq!(fit(Some(&check), day("2027-02-28")), Ok(()));
        let until = day("2027-02-28");
        assert_eq!(fit(Some(&check), day("2027-03-01")), Err(Unfit::Expired { until }));
        assert_eq!(fit(None, day("2026-09-01")), Err(Unfit::Unchecked));
    }

    #[test]
    fn a_voice_through_the_wall_makes_a_room_unfit_whatever_else_holds() {
        let check = looked("2026-08-31", &CHECKS[1..]);
        assert_eq!(fit(Some(&check), day("2026-09-01")), Err(Unfit::NotQuiet));
        let without_network_known = looked("2026-08-31", &CHECKS[..3]);
        assert_eq!(without_network_known.result, "conditional");
        assert_eq!(fit(Some(&without_network_known), day("2026-09-01")), Ok(()));
    }

    #[test]
    fn a_result_that_its_ticks_do_not_bear_out_counts_as_no_check() {
        let mut group = Group::new(Kind::Company, &[Side::Staff]);
        let list = Field::top("venues");
        group.edit(0, |tx| tx.add_item(&list, "room", None, VENUE)).unwrap();
        assert_eq!(venues(&group.0[0].crdt), [("room".into(), None)]);
        let honest = looked("2026-08-31", CHECKS);
        group.edit(0, |tx| check(tx, "room", &honest)).unwrap();
        assert_eq!(venues(&group.0[0].crdt), [("room".into(), Some(honest))]);

        let lie = SoundCheck { result: "ok", ..looked("2026-08-31", &CHECKS[1..]) };
        group.edit(0, |tx| check(tx, "room", &lie)).unwrap();
        assert_eq!(venues(&group.0[0].crdt), [("room".into(), None)]);
    }
}
