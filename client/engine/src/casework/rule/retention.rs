//! How long what was written is kept, and from when it must be gone.
//!
//! No statute says how long records of career consulting are kept: five years is usual, three are
//! owed for records of transmissions (個人情報保護法 30条4項), and claims over life and body run
//! longer (民法 166条, 167条). A due date follows from signed dates alone, so a device that was offline
//! for months comes to the same one and acts when it is unlocked.

use shared::time::UnixMillis;

use crate::casework::{date::Date, rule::code::coded};

coded! {
    /// What is kept alike.
    Class {
        /// R-NOTE: the consultant's private documents.
        Note = "note",
        /// R-SHARED: the firm's copy of what both read; the employee's own has no end.
        Shared = "shared",
        /// R-CONSENT.
        Consent = "consent",
        /// R-DISC.
        Disclosure = "disclosure",
        /// R-DISC where life or safety was at stake.
        DisclosureLife = "disclosure_life",
        /// R-JOB: the firm's access to a job card.
        JobCard = "job_card",
        /// R-SCHED.
        Schedule = "schedule",
        /// The names in R-SCHED.
        ScheduleNames = "schedule_names",
        /// R-ROSTER.
        Roster = "roster",
        /// R-CONTRIB.
        Contribution = "contribution",
        /// R-REPORT.
        Report = "report",
        /// R-SUP.
        Supervision = "supervision",
        /// R-AUDIT.
        Audit = "audit",
        /// R-INCIDENT.
        Incident = "incident",
    }
}

coded! {
    /// A day from which a term runs; signed by whoever caused it.
    Start {
        /// The last interview of the case.
        LastInterview = "last_interview",
        /// The case was closed.
        CaseClosed = "case_closed",
        /// Something was transmitted; the last time.
        Disclosed = "disclosed",
        /// The employee's grant ran out.
        GrantEnded = "grant_ended",
        /// The employee took the grant back.
        GrantWithdrawn = "grant_withdrawn",
        /// The day of the slot.
        SlotHeld = "slot_held",
        /// The contract with the company ended.
        EngagementEnded = "engagement_ended",
        /// The report was archived.
        ReportArchived = "report_archived",
        /// The supervisor and the consultant have discussed the case.
        Discussed = "discussed",
        /// The line was written, or the incident closed.
        Written = "written",
    }
}

coded! {
    /// What is done when a term is over.
    Action {
        /// Destroy the keys on every device, then the envelopes, and note it beside the backups.
        Shred = "shred",
        /// Stop being able to read what is the employee's.
        EndAccess = "end_access",
        /// Take the names out.
        DropNames = "drop_names",
        /// Give back or delete what the company provided, with proof.
        Return = "return",
    }
}

/// How long a term runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Days.
    Days(i64),
    /// Years of the calendar.
    Years(i64),
}

impl Period {
    /// The last day of the term: the first day is not counted, and a term of years ends with the day
    /// before the one that answers to its first, or else with that month (民法 140条, 143条).
    pub fn last_day(self, start: Date) -> Date {
        match self {
            Self::Days(days) => start.plus_days(days),
            Self::Years(years) => {
                let first = start.plus_days(1);
                let answering = first.plus_years(years);
                let (_, _, wanted) = first.numbers();
                let (_, _, found) = answering.numbers();
                if wanted == found { answering.plus_days(-1) } else { answering }
            }
        }
    }
}

/// How the ends of several terms make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Join {
    /// All must be over, and the first must have begun.
    Last,
    /// One over is enough.
    First,
}

/// A line of the table.
struct Term {
    class: Class,
    join: Join,
    runs: &'static [(Start, Period)],
    /// Years that a contract may say instead, both ends included.
    by_contract: Option<(i64, i64)>,
    /// How many days before the end the employee is offered an export.
    offer_days: i64,
    action: Action,
}

const fn term(class: Class, runs: &'static [(Start, Period)], action: Action) -> Term {
    Term { class, join: Join::Last, runs, by_contract: None, offer_days: 0, action }
}

const TERMS: &[Term] = &[
    Term {
        by_contract: Some((1, 10)),
        ..term(Class::Note, &[(Start::LastInterview, Period::Years(5))], Action::Shred)
    },
    Term {
        offer_days: 60,
        ..term(Class::Shared, &[(Start::LastInterview, Period::Years(5))], Action::Shred)
    },
    term(
        Class::Consent,
        &[(Start::CaseClosed, Period::Years(5)), (Start::Disclosed, Period::Years(3))],
        Action::Shred,
    ),
    term(Class::Disclosure, &[(Start::Disclosed, Period::Years(5))], Action::Shred),
    term(Class::DisclosureLife, &[(Start::Disclosed, Period::Years(10))], Action::Shred),
    Term {
        join: Join::First,
        ..term(
            Class::JobCard,
            &[
                (Start::GrantEnded, Period::Days(0)),
                (Start::GrantWithdrawn, Period::Days(-1)),
                (Start::CaseClosed, Period::Days(30)),
            ],
            Action::EndAccess,
        )
    },
    term(Class::Schedule, &[(Start::SlotHeld, Period::Years(2))], Action::Shred),
    term(Class::ScheduleNames, &[(Start::SlotHeld, Period::Days(90))], Action::DropNames),
    term(Class::Roster, &[(Start::EngagementEnded, Period::Days(90))], Action::Return),
    term(Class::Contribution, &[(Start::ReportArchived, Period::Days(90))], Action::Shred),
    Term {
        by_contract: Some((1, 10)),
        ..term(Class::Report, &[(Start::ReportArchived, Period::Years(7))], Action::Shred)
    },
    term(Class::Supervision, &[(Start::Discussed, Period::Days(90))], Action::Shred),
    term(Class::Audit, &[(Start::Written, Period::Years(3))], Action::Shred),
    term(Class::Incident, &[(Start::Written, Period::Years(5))], Action::Shred),
];

/// What is known of one thing that is kept.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// When what happened; the latest counts if it happened again.
    pub dates: Vec<(Start, Date)>,
    /// Years that the contract says; bounded where the table bounds them, else of no effect.
    pub contract_years: Option<i64>,
    /// Since when a legal hold (保全) stops it, if one does; its reason is shown to the employee.
    pub held_since: Option<Date>,
}

impl Facts {
    /// The same with nothing dated before a day.
    #[must_use]
    pub fn not_before(&self, day: Date) -> Self {
        let dates = self.dates.iter().map(|(start, date)| (*start, (*date).max(day))).collect();
        Self { dates, ..self.clone() }
    }
}

/// Where a term stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// It has not begun.
    NotBegun,
    /// It runs until the end of this day.
    Kept {
        /// The last day.
        until: Date,
    },
    /// It still runs, and the employee is offered an export.
    Offered {
        /// The last day.
        until: Date,
    },
    /// A legal hold stops it.
    Held {
        /// When it would have ended, or will.
        until: Date,
    },
    /// It is over: act at the next unlock.
    Over {
        /// The first day on which it must be gone.
        since: Date,
        /// What to do.
        action: Action,
    },
}

/// How wrong a device's clock may be, in days, without anything being destroyed too early.
pub const CLOCK_ERROR_DAYS: i64 = 3;
/// Longest time, in days, that a device's clock is believed over the last signed time.
pub const OFFLINE_DAYS_MAX: i64 = 366;

/// The day it is at least: nothing that is destroyed comes back, so doubt means to wait.
///
/// `signed` is the latest time that another device signed of all this device has seen. Two clocks
/// must agree: one that is behind waits until it is set right, one that is ahead by days gains
/// nothing, and one that is ahead by years is believed a year.
pub fn today(device: UnixMillis, signed: UnixMillis) -> Date {
    let (device, signed) = (Date::at(device), Date::at(signed));
    device.plus_days(-CLOCK_ERROR_DAYS).min(signed.plus_days(OFFLINE_DAYS_MAX))
}

/// Where the term of something stands on a day.
pub fn due(class: Class, facts: &Facts, today: Date) -> Due {
    let Some(term) = TERMS.iter().find(|term| term.class == class) else { return Due::NotBegun };
    let Some(until) = term.last_day(facts) else { return Due::NotBegun };
    if facts.held_since.is_some_and(|since| since <= today) {
        return Due::Held { until };
    }
    if until < today {
        return Due::Over { since: until.plus_days(1), action: term.action };
    }
    if term.offer_days > 0 && today.days_until(until) < term.offer_days {
        return Due::Offered { until };
    }
    Due::Kept { until }
}

impl Term {
    fn last_day(&self, facts: &Facts) -> Option<Date> {
        let end = |(start, period): &(Start, Period)| {
            let dates = facts.dates.iter().filter(|(it, _)| it == start);
            let begun = dates.map(|(_, date)| *date).max()?;
            Some(self.period(*period, facts).last_day(begun))
        };
        let mut ends = self.runs.iter().map(end);
        match self.join {
            Join::First => ends.flatten().min(),
            Join::Last => {
                let first = ends.next()??;
                Some(ends.flatten().fold(first, Date::max))
            }
        }
    }

    fn period(&self, period: Period, facts: &Facts) -> Period {
        match (self.by_contract, facts.contract_years) {
            (Some((least, most)), Some(years)) => Period::Years(years.clamp(least, most)),
            (None, _) | (_, None) => period,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn facts(dates: &[(Start, &str)]) -> Facts {
        let dates = dates.iter().map(|(start, text)| (*start, date(text))).collect();
        Facts { dates, ..Facts::default() }
    }

    #[track_caller]
    fn check(class: Class, dates: &[(Start, &str)], last_day: &str, action: Action) {
        let facts = facts(dates);
        let last_day = date(last_day);

        let kept = due(class, &facts, last_day);
        assert!(matches!(kept, Due::Kept { until } | Due::Offered { until } if until == last_day));
        let since = last_day.plus_days(1);
        assert_eq!(due(class, &facts, since), Due::Over { since, action });
    }

    #[test]
    fn every_class_ends_on_its_day_and_not_one_earlier() {
        use Start::{
            CaseClosed, Disclosed, Discussed, EngagementEnded, LastInterview, ReportArchived,
            SlotHeld, Written,
        };
        check(Class::Note, &[(LastInterview, "2026-05-19")], "2031-05-19", Action::Shred);
        check(Class::Shared, &[(LastInterview, "2026-05-19")], "2031-05-19", Action::Shred);
        check(Class::Consent, &[(CaseClosed, "2026-10-31")], "2031-10-31", Action::Shred);
        check(Class::Disclosure, &[(Disclosed, "2026-09-28")], "2031-09-28", Action::Shred);
        check(Class::DisclosureLife, &[(Disclosed, "2026-02-17")], "2036-02-17", Action::Shred);
        check(Class::JobCard, &[(CaseClosed, "2026-01-15")], "2026-02-14", Action::EndAccess);
        check(Class::Schedule, &[(SlotHeld, "2026-05-19")], "2028-05-19", Action::Shred);
        check(Class::ScheduleNames, &[(SlotHeld, "2026-05-19")], "2026-08-17", Action::DropNames);
        check(Class::Roster, &[(EngagementEnded, "2026-03-31")], "2026-06-29", Action::Return);
        check(Class::Contribution, &[(ReportArchived, "2026-03-31")], "2026-06-29", Action::Shred);
        check(Class::Report, &[(ReportArchived, "2026-03-31")], "2033-03-31", Action::Shred);
        check(Class::Supervision, &[(Discussed, "2026-03-31")], "2026-06-29", Action::Shred);
        check(Class::Audit, &[(Written, "2026-03-31")], "2029-03-31", Action::Shred);
        check(Class::Incident, &[(Written, "2026-03-31")], "2031-03-31", Action::Shred);
        let listed = |class: &Class| TERMS.iter().filter(|term| term.class == *class).count() == 1;
        assert!(Class::ALL.iter().all(listed));
    }

    #[test]
    fn a_leap_day_neither_shortens_nor_lengthens_a_year() {
        for (start, last_day) in [
            ("2024-02-29", "2029-02-28"),
            ("2024-02-28", "2029-02-28"),
            ("2023-02-28", "2028-02-29"),
            ("2023-03-01", "2028-03-01"),
            ("2024-12-31", "2029-12-31"),
        ] {
            assert_eq!(Period::Years(5).last_day(date(start)), date(last_day), "{start}");
        }
        assert_eq!(Period::Days(90).last_day(date("2023-12-01")), date("2024-02-29"));
    }

    #[test]
    fn consents_outlive_what_was_done_on_them() {
        let dates = [(Start::CaseClosed, "2026-10-31"), (Start::Disclosed, "2030-01-10")];
        check(Class::Consent, &dates, "2033-01-10", Action::Shred);
        let open = facts(&[(Start::Disclosed, "2020-01-10")]);
        assert_eq!(due(Class::Consent, &open, date("2040-01-01")), Due::NotBegun);
    }

    #[test]
    fn a_job_card_is_closed_to_the_firm_by_whatever_comes_first() {
        let ended = (Start::GrantEnded, "2026-06-30");
        check(
            Class::JobCard,
            &[ended, (Start::CaseClosed, "2026-12-01")],
            "2026-06-30",
            Action::EndAccess,
        );
        let withdrawn = facts(&[ended, (Start::GrantWithdrawn, "2026-05-01")]);
        let action = Action::EndAccess;
        let since = date("2026-05-01");
        assert_eq!(due(Class::JobCard, &withdrawn, since), Due::Over { since, action });
    }

    #[test]
    fn another_interview_begins_the_term_anew() {
        let dates = [(Start::LastInterview, "2026-05-19"), (Start::LastInterview, "2025-01-01")];
        check(Class::Note, &dates, "2031-05-19", Action::Shred);
    }

    #[test]
    fn a_contract_moves_the_end_of_notes_between_one_year_and_ten() {
        for (years, last_day) in
            [(0, "2027-05-19"), (1, "2027-05-19"), (10, "2036-05-19"), (11, "2036-05-19")]
        {
            let mut facts = facts(&[(Start::LastInterview, "2026-05-19")]);
            facts.contract_years = Some(years);
            let until = date(last_day);
            assert_eq!(due(Class::Note, &facts, until), Due::Kept { until });
        }
        let mut facts = facts(&[(Start::Disclosed, "2026-05-19")]);
        facts.contract_years = Some(1);
        let until = date("2031-05-19");
        assert_eq!(due(Class::Disclosure, &facts, until), Due::Kept { until });
    }

    #[test]
    fn an_export_is_offered_sixty_days_before() {
        let facts = facts(&[(Start::LastInterview, "2026-05-19")]);
        let until = date("2031-05-19");
        assert_eq!(due(Class::Shared, &facts, until.plus_days(-60)), Due::Kept { until });
        assert_eq!(due(Class::Shared, &facts, until.plus_days(-59)), Due::Offered { until });
        assert_eq!(due(Class::Note, &facts, until), Due::Kept { until });
    }

    #[test]
    fn a_legal_hold_stops_it_until_it_is_lifted() {
        let mut facts = facts(&[(Start::LastInterview, "2020-01-10")]);
        facts.held_since = Some(date("2024-12-01"));
        let until = date("2025-01-10");

        assert_eq!(due(Class::Note, &facts, date("2030-01-01")), Due::Held { until });
        facts.held_since = None;
        let action = Action::Shred;
        let since = date("2025-01-11");
        assert_eq!(due(Class::Note, &facts, date("2030-01-01")), Due::Over { since, action });
    }

    #[test]
    fn a_tablet_that_was_offline_for_94_days_acts_at_its_next_unlock() {
        let facts = facts(&[(Start::Discussed, "2026-03-31")]);
        let last_contact = date("2026-06-20").start();
        let unlocked = date("2026-06-20").plus_days(94).start();

        let today = today(unlocked, last_contact);
        let over = due(Class::Supervision, &facts, today);
        assert_eq!(over, Due::Over { since: date("2026-06-30"), action: Action::Shred });
    }

    #[test]
    fn one_wrong_clock_destroys_nothing_early() {
        let facts = facts(&[(Start::Discussed, "2026-03-31")]);
        let state = |device: &str, signed: &str| {
            due(Class::Supervision, &facts, today(date(device).start(), date(signed).start()))
        };
        let until = date("2026-06-29");
        let over = Due::Over { since: date("2026-06-30"), action: Action::Shred };

        // Two days ahead, on the last day.
        assert_eq!(state("2026-07-01", "2026-06-28"), Due::Kept { until });
        // Behind, or the other ahead: not before both say so.
        assert_eq!(state("2026-06-28", "2026-07-30"), Due::Kept { until });
        assert_eq!(state("1970-01-02", "2026-07-30"), Due::Kept { until });
        assert_eq!(state("2026-06-28", "2099-01-01"), Due::Kept { until });
        // Years ahead: believed a year.
        assert_eq!(state("2099-01-01", "2025-06-28"), Due::Kept { until });
        assert_eq!(state("2026-07-03", "2026-06-29"), over);
    }
}
