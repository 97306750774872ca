//! The plan (実施計画): whom a company wants interviewed, and when.

use crate::{
    casework::{
        date::Date,
        field::{Shape, Spec, spec},
        item::{add, all, code, count, date},
    },
    command::RuleWish,
    document::crdt::{Crdt, EditError, Writer},
};

/// Layers of people.
pub const SEGMENTS: &[&str] = &[
    "new_hire",
    "young",
    "middle",
    "before_manager",
    "manager",
    "parental_return",
    "senior",
    "volunteer",
];
/// What makes an interview due.
pub const TRIGGERS: &[&str] = &[
    "on_request",
    "with_event",
    "after_event",
    "fixed_month",
    "years_of_service",
    "age",
    "after_transfer",
];
/// How far a plan is.
pub const STATES: &[&str] = &["draft", "proposed", "agreed", "running", "done", "cancelled"];

/// The steps there are. A plan that is over, or was given up, is drawn up anew.
pub const STEPS: [(&str, &str); 11] = [
    ("draft", "proposed"),
    ("proposed", "draft"),
    ("proposed", "agreed"),
    ("agreed", "running"),
    ("running", "done"),
    ("draft", "cancelled"),
    ("proposed", "cancelled"),
    ("agreed", "cancelled"),
    ("running", "cancelled"),
    ("done", "draft"),
    ("cancelled", "draft"),
];
/// Most days behind an event or a transfer.
const DAYS_MAX: u32 = 730;
/// Most interviews that a rule asks for.
const TIMES_MAX: u32 = 20;
/// Longest time for which an invitation can be used.
pub const INVITATION_DAYS_MAX: u32 = 90;

/// One rule; its numbers are written with it.
pub const RULE: &[Spec] = &[
    spec("segment", Shape::One(SEGMENTS)),
    spec("trigger", Shape::One(TRIGGERS)),
    spec("note", Shape::Short),
];

/// When an interview is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// When somebody asks: nobody is invited, nobody is counted.
    OnRequest,
    /// On the day of a company's event, such as a training.
    WithEvent(String),
    /// Days after it.
    AfterEvent(String, u32),
    /// Every year in this month.
    FixedMonth(u32),
    /// On this anniversary of having been hired.
    YearsOfService(u32),
    /// On this birthday.
    Age(u32),
    /// Days after a transfer.
    AfterTransfer(u32),
}

/// Whom, when, how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its item.
    pub id: String,
    /// One of [`SEGMENTS`].
    pub segment: &'static str,
    /// When.
    pub trigger: Trigger,
    /// Interviews for each person.
    pub times: u32,
    /// How long an invitation can be used.
    pub due_within_days: u32,
}

impl Rule {
    /// A rule as it is filled in; `None` if it has no meaning.
    pub fn of(id: &str, wish: &RuleWish, events: &[CompanyEvent]) -> Option<Self> {
        let RuleWish { segment, trigger, event, number, times, due_within_days } = wish;
        let rule = Self {
            id: String::from(id),
            segment: SEGMENTS.iter().find(|it| *it == segment)?,
            trigger: trigger_of(trigger, event.clone(), *number)?,
            times: *times,
            due_within_days: *due_within_days,
        };
        let is_event = |event: &String| events.iter().any(|(id, _)| id == event);
        let has_meaning = match &rule.trigger {
            Trigger::OnRequest => true,
            Trigger::WithEvent(event) => is_event(event),
            Trigger::AfterEvent(event, days) => is_event(event) && *days <= DAYS_MAX,
            Trigger::FixedMonth(month) => (1..=12).contains(month),
            Trigger::YearsOfService(years) => (1..=60).contains(years),
            Trigger::Age(years) => (15..=99).contains(years),
            Trigger::AfterTransfer(days) => *days <= DAYS_MAX,
        };
        let is_within = (1..=TIMES_MAX).contains(&rule.times)
            && (1..=INVITATION_DAYS_MAX).contains(&rule.due_within_days);
        (has_meaning && is_within).then_some(rule)
    }

    /// As it is filled in.
    pub fn wish(&self) -> RuleWish {
        let (trigger, event, number) = self.trigger.parts();
        RuleWish {
            segment: String::from(self.segment),
            trigger: String::from(trigger),
            event: String::from(event),
            number,
            times: self.times,
            due_within_days: self.due_within_days,
        }
    }
}

impl Trigger {
    /// One of [`TRIGGERS`], the event, the number.
    fn parts(&self) -> (&'static str, &str, u32) {
        match self {
            Self::OnRequest => ("on_request", "", 0),
            Self::WithEvent(event) => ("with_event", event, 0),
            Self::AfterEvent(event, days) => ("after_event", event, *days),
            Self::FixedMonth(month) => ("fixed_month", "", *month),
            Self::YearsOfService(years) => ("years_of_service", "", *years),
            Self::Age(years) => ("age", "", *years),
            Self::AfterTransfer(days) => ("after_transfer", "", *days),
        }
    }
}

/// What of a person the rules ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invitee {
    /// Their row of the roster.
    pub row: String,
    /// One of [`SEGMENTS`].
    pub segment: &'static str,
    /// When they were hired.
    pub hired_on: Option<Date>,
    /// When they were born.
    pub born_on: Option<Date>,
    /// When they last changed department.
    pub transferred_on: Option<Date>,
}

/// An event of the company, and its day.
pub type CompanyEvent = (String, Date);

/// The day on which a rule makes an interview due for a person, if that is within the period.
pub fn due(
    rule: &Rule,
    person: &Invitee,
    events: &[CompanyEvent],
    (from, to): (Date, Date),
) -> Option<Date> {
    if rule.segment != person.segment {
        return None;
    }
    let of_event = |name: &str| events.iter().find(|(id, _)| id == name).map(|(_, on)| *on);
    let years = |since: Option<Date>, years: &u32| Some(since?.plus_years(i64::from(*years)));
    let day = match &rule.trigger {
        Trigger::OnRequest => None,
        Trigger::WithEvent(event) => of_event(event),
        Trigger::AfterEvent(event, days) => Some(of_event(event)?.plus_days(i64::from(*days))),
        Trigger::FixedMonth(month) => first_of(*month, from),
        Trigger::YearsOfService(count) => years(person.hired_on, count),
        Trigger::Age(count) => years(person.born_on, count),
        Trigger::AfterTransfer(days) => Some(person.transferred_on?.plus_days(i64::from(*days))),
    };
    day.filter(|day| (from..=to).contains(day))
}

/// The first day of a month that is not before a day.
fn first_of(month: u32, from: Date) -> Option<Date> {
    let (year, _, _) = from.numbers();
    let of = |year| Date::of(year, i64::from(month), 1);
    of(year).filter(|day| *day >= from).or_else(|| of(year + 1))
}

const NUMBERS: [&str; 3] = ["number", "times", "due_within_days"];

/// Adds a rule.
pub fn add_rule(tx: &mut Writer<'_, '_>, rule: &Rule) -> Result<(), EditError> {
    let (trigger, event, number) = rule.trigger.parts();
    add(tx, "rules", &rule.id, RULE, |tx, item| {
        tx.put(&item.child("segment"), rule.segment)?;
        tx.put(&item.child("trigger"), trigger)?;
        tx.put(&item.child("event"), event)?;
        let numbers = [number, rule.times, rule.due_within_days];
        NUMBERS
            .iter()
            .zip(numbers)
            .try_for_each(|(id, number)| tx.put(&item.child(id), i64::from(number)))
    })
}

/// The rules of a company's document.
pub fn rules(company: &Crdt) -> Vec<Rule> {
    all(company, "rules", |id, item| {
        let [number, times, due_within_days] =
            NUMBERS.map(|id| count(company, &item.child(id)).unwrap_or(0));
        Some(Rule {
            id: String::from(id),
            segment: code(company, &item.child("segment"), SEGMENTS)?,
            trigger: trigger_of(
                code(company, &item.child("trigger"), TRIGGERS)?,
                company.plain(&item.child("event")).unwrap_or_default(),
                number,
            )?,
            times,
            due_within_days,
        })
    })
}

/// The company's events.
pub fn events(company: &Crdt) -> Vec<CompanyEvent> {
    all(company, "events", |id, item| Some((String::from(id), date(company, &item.child("on"))?)))
}

fn trigger_of(code: &str, event: String, number: u32) -> Option<Trigger> {
    Some(match code {
        "on_request" => Trigger::OnRequest,
        "with_event" => Trigger::WithEvent(event),
        "after_event" => Trigger::AfterEvent(event, number),
        "fixed_month" => Trigger::FixedMonth(number),
        "years_of_service" => Trigger::YearsOfService(number),
        "age" => Trigger::Age(number),
        "after_transfer" => Trigger::AfterTransfer(number),
        _ => return None,
    })
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

    fn rule(segment: &'static str, trigger: Trigger) -> Rule {
        Rule { id: "r".into(), segment, trigger, times: 1, due_within_days: 30 }
    }

    #[test]
    fn each_trigger_names_its_day() {
        let person = Invitee {
            row: "1".into(),
            segment: "middle",
            hired_on: Some(day("2016-02-29")),
            born_on: Some(day("1986-11-03")),
            transferred_on: Some(day("2026-09-01")),
        };
        let events = [("training".to_owned(), day("2026-07-10"))];
        let period = (day("2026-01-01"), day("2026-12-31"));
        let cases = [
            (Trigger::OnRequest, None),
            (Trigger::WithEvent("training".into()), Some("2026-07-10")),
            (Trigger::WithEvent("another".into()), None),
            (Trigger::AfterEvent("training".into(), 60), Some("2026-09-08")),
            (Trigger::AfterEvent("training".into(), 175), None),
            (Trigger::FixedMonth(12), Some("2026-12-01")),
            (Trigger::YearsOfService(10), Some("2026-02-28")),
            (Trigger::YearsOfService(11), None),
            (Trigger::Age(40), Some("2026-11-03")),
            (Trigger::AfterTransfer(90), Some("2026-11-30")),
        ];
        for (trigger, expected) in cases {
            let rule = rule("middle", trigger);
            assert_eq!(due(&rule, &person, &events, period), expected.map(day), "{rule:?}");
            let other = Invitee { segment: "young", ..person.clone() };
            assert_eq!(due(&rule, &other, &events, period), None, "{rule:?}");
        }
        let edge = rule("middle", Trigger::WithEvent("training".into()));
        let on = day("2026-07-10");
        assert!(due(&edge, &person, &events, (on, on)).is_some());
        assert!(due(&edge, &person, &events, (on.plus_days(1), period.1)).is_none());
        let month = rule("middle", Trigger::FixedMonth(1));
        let later = (day("2026-02-01"), day("2027-01-31"));
        assert_eq!(due(&month, &person, &[], later), Some(day("2027-01-01")));
    }

    #[test]
    fn a_rule_without_meaning_is_none() {
        let events = [("e1".to_owned(), day("2026-07-10"))];
        let wish = |trigger: &str, event: &str, number| RuleWish {
            segment: "middle".into(),
            trigger: trigger.into(),
            event: event.into(),
            number,
            times: 1,
            due_within_days: 30,
        };
        let has_meaning = |wish: &RuleWish| Rule::of("r", wish, &events).is_some();
        for (trigger, event, low, high) in [
            ("after_event", "e1", 0, DAYS_MAX),
            ("fixed_month", "", 1, 12),
            ("years_of_service", "", 1, 60),
            ("age", "", 15, 99),
            ("after_transfer", "", 0, DAYS_MAX),
        ] {
            for number in [low, high] {
                let wish = wish(trigger, event, number);
                assert_eq!(Rule::of("r", &wish, &events).unwrap().wish(), wish);
            }
            assert!(low == 0 || !has_meaning(&wish(trigger, event, low - 1)), "{trigger}");
            assert!(!has_meaning(&wish(trigger, event, high + 1)), "{trigger}");
        }
        assert!(has_meaning(&wish("on_request", "", 0)));
        assert!(has_meaning(&wish("with_event", "e1", 0)));
        assert!(!has_meaning(&wish("with_event", "gone", 0)));
        assert!(!has_meaning(&wish("whenever", "", 0)));
        let nobody = RuleWish { segment: "nobody".into(), ..wish("on_request", "", 0) };
        assert!(!has_meaning(&nobody));
        for (times, days, is_sound) in [
            (1, 1, true),
            (0, 1, false),
            (20, 90, true),
            (21, 90, false),
            (1, 0, false),
            (1, 91, false),
        ] {
            let wish = RuleWish { times, due_within_days: days, ..wish("on_request", "", 0) };
            assert_eq!(has_meaning(&wish), is_sound, "{times} {days}");
        }
    }

    #[test]
    fn rules_come_back_from_the_document() {
        let triggers = [
            Trigger::OnRequest,
            Trigger::WithEvent("入社時研修".into()),
            Trigger::AfterEvent("キャリア研修".into(), 60),
            Trigger::FixedMonth(12),
            Trigger::YearsOfService(10),
            Trigger::Age(50),
            Trigger::AfterTransfer(90),
        ];
        let written: Vec<Rule> = triggers
            .into_iter()
            .zip(SEGMENTS)
            .map(|(trigger, segment)| Rule { id: (*segment).into(), ..rule(segment, trigger) })
            .collect();
        let mut group = Group::new(Kind::Company, &[Side::Staff, Side::Staff]);
        for rule in &written {
            group.edit(0, |tx| add_rule(tx, rule)).unwrap();
        }
        group.meet();

        assert_eq!(rules(&group.0[1].crdt), written);
    }
}
