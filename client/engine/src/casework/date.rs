//! Days of the calendar in Japan: nine hours ahead of UTC, without summer time.
//!
//! Interviews, deadlines and retention are counted in days here, whatever zone a device is set to.

use core::fmt;

use shared::time::UnixMillis;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const JAPAN_MS: u64 = 9 * 60 * 60 * 1000;
/// Days in 400 years, after which the calendar repeats.
const CYCLE_DAYS: i64 = 146_097;
/// From the day before 0000-03-01 on which a cycle starts to 1970-01-01.
const UNIX_DAY: i64 = 719_468;

/// A day between 0001-01-01 and 9999-12-31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(i64);

impl Date {
    /// The first day there is.
    pub const MIN: Self = Self(-719_162);
    /// The last day there is.
    pub const MAX: Self = Self(2_932_896);

    /// A day by its numbers; `None` if the calendar has no such day.
    pub fn of(year: i64, month: i64, day: i64) -> Option<Self> {
        let exists = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day);
        exists.then(|| Self(days_of(year, month, day)))
    }

    /// The day at the start of what the DOM's `date` and `datetime-local` write: `2026-05-19T13:30`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('T').next()?.split('-');
        let mut part = |digits: usize| {
            let part = parts.next()?;
            let is_number = part.len() == digits && part.bytes().all(|it| it.is_ascii_digit());
            is_number.then(|| part.parse().ok())?
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        parts.next().is_none().then(|| Self::of(year, month, day))?
    }

    /// The day it is in Japan at `at`.
    pub fn at(at: UnixMillis) -> Self {
        let days = at.0.saturating_add(JAPAN_MS) / DAY_MS;
        i64::try_from(days).map_or(Self::MAX, |days| Self(days).kept_within())
    }

    /// When the day begins in Japan; 1970 for what is before.
    pub fn start(self) -> UnixMillis {
        let days = u64::try_from(self.0).unwrap_or(0);
        UnixMillis((days * DAY_MS).saturating_sub(JAPAN_MS))
    }

    /// Year, month, day.
    pub fn numbers(self) -> (i64, i64, i64) {
        // Years that start in March have their leap day last; see Howard Hinnant, "chrono-Compatible
        // Low-Level Date Algorithms".
        let days = self.0 + UNIX_DAY;
        let (cycle, of_cycle) = (days.div_euclid(CYCLE_DAYS), days.rem_euclid(CYCLE_DAYS));
        let year = (of_cycle - of_cycle / 1460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
        let of_year = of_cycle - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (year + cycle * 400 + i64::from(month <= 2), month, day)
    }

    /// `days` later, or earlier if negative.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days)).kept_within()
    }

    /// The same day `months` later, or earlier; the month's last if it has no such day.
    #[must_use]
    pub fn plus_months(self, months: i64) -> Self {
        let (year, month, day) = self.numbers();
        let months = (year * 12 + month - 1).saturating_add(months);
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        if year < 1 {
            return Self::MIN;
        }
        Self::of(year, month, day.min(days_in(year, month))).unwrap_or(Self::MAX)
    }

    /// The same day `years` later, or earlier; 28 February if there is no 29th.
    #[must_use]
    pub fn plus_years(self, years: i64) -> Self {
        self.plus_months(years.saturating_mul(12))
    }

    /// How many days after this one `later` is; negative if it is before.
    pub fn days_until(self, later: Self) -> i64 {
        later.0 - self.0
    }

    fn kept_within(self) -> Self {
        self.clamp(Self::MIN, Self::MAX)
    }
}

/// As the DOM's `date` writes it.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.numbers();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (cycle, of_cycle) = (year.div_euclid(400), year.rem_euclid(400));
    let month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * month + 2) / 5 + day - 1;
    cycle * CYCLE_DAYS + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + of_year - UNIX_DAY
}

fn days_in(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn every_day_follows_the_one_before_and_is_written_as_it_is_read() {
        let mut numbers = (1, 1, 0);
        let mut day = Date::MIN;
        loop {
            let (year, month, of_month) = numbers;
            numbers = if of_month < days_in(year, month) {
                (year, month, of_month + 1)
            } else if month < 12 {
                (year, month + 1, 1)
            } else {
                (year + 1, 1, 1)
            };
            assert_eq!(day.numbers(), numbers);
            assert_eq!(Date::of(numbers.0, numbers.1, numbers.2), Some(day));
            if of_month == 1 {
                assert_eq!(Date::parse(&day.to_string()), Some(day));
            }
            if day == Date::MAX {
                break;
            }
            day = day.plus_days(1);
        }
        assert_eq!(numbers, (9999, 12, 31));
    }

    #[test]
    fn an_early_interview_is_on_the_day_it_is_in_japan() {
        // 2026-05-18T23:30Z.
        let half_past_eight = UnixMillis(1_779_147_000_000);

        assert_eq!(Date::at(half_past_eight), date("2026-05-19"));
        let midnight = date("2026-05-19").start();
        assert_eq!(midnight.plus_ms(8 * 3_600_000 + 30 * 60_000), half_past_eight);
        assert_eq!(Date::at(midnight), date("2026-05-19"));
        assert_eq!(Date::at(UnixMillis(midnight.0 - 1)), date("2026-05-18"));
        assert_eq!(Date::at(UnixMillis(u64::MAX)), Date::MAX);
        assert_eq!(date("1960-01-01").start(), UnixMillis(0));
    }

    #[test]
    fn a_month_without_the_day_ends_with_its_last() {
        assert_eq!(date("2024-01-31").plus_months(1), date("2024-02-29"));
        assert_eq!(date("2024-02-29").plus_years(1), date("2025-02-28"));
        assert_eq!(date("2024-02-29").plus_years(4), date("2028-02-29"));
        assert_eq!(date("2026-11-22").plus_months(-12), date("2025-11-22"));
        assert_eq!(date("2026-01-15").plus_months(-1), date("2025-12-15"));
        assert_eq!(Date::MAX.plus_months(1), Date::MAX);
        assert_eq!(Date::MIN.plus_months(-1), Date::MIN);
        assert_eq!(Date::MAX.plus_days(i64::MAX), Date::MAX);
        assert_eq!(Date::MIN.plus_years(i64::MIN), Date::MIN);
    }

    #[test]
    fn days_are_counted_over_a_leap_day() {
        assert_eq!(date("2024-02-28").days_until(date("2024-03-01")), 2);
        assert_eq!(date("2026-02-28").days_until(date("2026-03-01")), 1);
        assert_eq!(date("2026-03-01").days_until(date("2026-02-28")), -1);
    }

    #[test]
    fn only_days_of_the_calendar_are_read() {
        for text in
            ["", "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "+026-01-01", "2026-01-01-"]
        {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert_eq!(Date::parse("0000-01-01"), None);
        assert_eq!(Date::parse("2026-05-19T13:30"), Some(date("2026-05-19")));
    }
}
