//! A wave (実施期間): the invitations that the plan's rules make due in a period.
//!
//! The company's document gets the wave with a count; who is invited stands in the roster, and who
//! came, or did not, stands in neither.

use shared::map::Map;

use crate::{
    casework::{
        date::Date,
        field::{Field, Shape, Spec, spec},
        item::{add, all, code, count, date},
        plan::{CompanyEvent, Invitee, Rule, due},
    },
    document::crdt::{Crdt, EditError, Writer},
};

/// How far a wave is.
pub const STATES: &[&str] = &["planned", "inviting", "running", "closed", "reported"];

/// The steps there are.
pub const STEPS: [(&str, &str); 4] = [
    ("planned", "inviting"),
    ("inviting", "running"),
    ("running", "closed"),
    ("closed", "reported"),
];

/// A wave, as the company's document has it.
pub const WAVE: &[Spec] = &[spec("rules", Shape::List(&[])), spec("state", Shape::One(STATES))];

/// Somebody to be invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Their row of the roster.
    pub row: String,
    /// By which rule.
    pub rule: String,
    /// From when.
    pub on: Date,
    /// Until when the invitation can be used.
    pub until: Date,
}

/// A wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// Its item.
    pub id: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The rules that made somebody due.
    pub rules: Vec<String>,
    /// How many are invited.
    pub invitees: u32,
    /// One of [`STATES`].
    pub state: &'static str,
}

/// Whom the rules make due in a period, each person once: by the rule that comes first, and the
/// earlier rule of the plan if two come on one day.
pub fn due_in(
    rules: &[Rule],
    people: &[Invitee],
    events: &[CompanyEvent],
    period: (Date, Date),
) -> Vec<Due> {
    let first = |person: &Invitee| {
        let days = rules.iter().filter_map(|rule| Some((due(rule, person, events, period)?, rule)));
        let (on, rule) = days.min_by_key(|(on, _)| *on)?;
        Some(Due {
            row: person.row.clone(),
            rule: rule.id.clone(),
            on,
            until: on.plus_days(i64::from(rule.due_within_days)),
        })
    };
    people.iter().filter_map(first).collect()
}

/// The wave that invites them.
pub fn wave(id: &str, (from, to): (Date, Date), due: &[Due]) -> Wave {
    let rules: Map<&String, ()> = due.iter().map(|it| (&it.rule, ())).collect();
    Wave {
        id: String::from(id),
        from,
        to,
        rules: rules.keys().map(|id| (*id).clone()).collect(),
        invitees: u32::try_from(due.len()).unwrap_or(u32::MAX),
        state: "planned",
    }
}

/// Writes a wave into the company's document.
pub fn add_wave(tx: &mut Writer<'_, '_>, wave: &Wave) -> Result<(), EditError> {
    add(tx, "waves", &wave.id, WAVE, |tx, item| {
        tx.put(&item.child("from"), wave.from.to_string())?;
        tx.put(&item.child("to"), wave.to.to_string())?;
        tx.put(&item.child("invitees"), i64::from(wave.invitees))?;
        tx.put(&item.child("state"), wave.state)?;
        let rules = item.child("rules");
        wave.rules.iter().try_for_each(|rule| tx.add_item(&rules, rule, None, &[]))
    })
}

/// Takes a wave to another state.
pub fn go(tx: &mut Writer<'_, '_>, wave: &str, to: &str) -> Result<(), EditError> {
    tx.put(&Field::top("waves").child(wave).child("state"), to)
}

/// The waves of a company.
pub fn waves(company: &Crdt) -> Vec<Wave> {
    all(company, "waves", |id, item: &Field| {
        Some(Wave {
            id: String::from(id),
            from: date(company, &item.child("from"))?,
            to: date(company, &item.child("to"))?,
            rules: company.items(&item.child("rules")),
            invitees: count(company, &item.child("invitees"))?,
            state: code(company, &item.child("state"), STATES)?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casework::{group::Group, plan::Trigger},
        document::{genesis::Kind, guard::Side},
    };

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn rule(id: &str, segment: &'static str, trigger: Trigger) -> Rule {
        Rule { id: id.into(), segment, trigger, times: 1, due_within_days: 45 }
    }

    #[test]
    fn a_wave_invites_each_person_once_and_tells_the_company_how_many() {
        let rules = [
            rule("new", "new_hire", Trigger::AfterEvent("joining".into(), 90)),
            rule("ten", "middle", Trigger::YearsOfService(10)),
            rule("december", "middle", Trigger::FixedMonth(12)),
            rule("asks", "volunteer", Trigger::OnRequest),
        ];
        let person = |row: &str, segment, hired: &str| Invitee {
            row: row.into(),
            segment,
            hired_on: Some(day(hired)),
            ..Invitee::default()
        };
        let people = [
            person("1", "new_hire", "2026-04-01"),
            person("2", "middle", "2016-10-01"),
            person("3", "middle", "2012-04-01"),
            person("4", "volunteer", "2010-04-01"),
        ];
        let events = [("joining".to_owned(), day("2026-04-01"))];
        let period = (day("2026-06-01"), day("2026-12-31"));

        let due = due_in(&rules, &people, &events, period);

        let told = |it: &Due| (it.row.clone(), it.rule.clone(), it.on.to_string());
        let expected = [
            ("1", "new", "2026-06-30"),
            ("2", "ten", "2026-10-01"),
            ("3", "december", "2026-12-01"),
        ];
        let expected = expected.map(|(row, rule, on)| (row.into(), rule.into(), on.into()));
        assert_eq!(due.iter().map(told).collect::<Vec<_>>(), expected);
        assert_eq!(due[0].until, day("2026-08-14"));

        let made = wave("w1", period, &due);
        let mut group = Group::new(Kind::Company, &[Side::Staff, Side::Staff]);
        group.edit(0, |tx| add_wave(tx, &made)).unwrap();
        group.meet();
        assert_eq!(waves(&group.0[1].crdt), [made]);
        assert_eq!(waves(&group.0[1].crdt)[0].invitees, 3);
    }
}
