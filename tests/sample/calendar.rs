//! Working days in Japan, 2024 to 2027.

use engine::casework::date::Date;
use shared::time::UnixMillis;

/// Every holiday of the years 2024 to 2027: 国民の祝日に関する法律, with its substitute days and the
/// day between two holidays.
const HOLIDAYS: &[(&str, &str)] = &[
    ("2024-01-01", "元日"),
    ("2024-01-08", "成人の日"),
    ("2024-02-11", "建国記念の日"),
    ("2024-02-12", "振替休日"),
    ("2024-02-23", "天皇誕生日"),
    ("2024-03-20", "春分の日"),
    ("2024-04-29", "昭和の日"),
    ("2024-05-03", "憲法記念日"),
    ("2024-05-04", "みどりの日"),
    ("2024-05-05", "こどもの日"),
    ("2024-05-06", "振替休日"),
    ("2024-07-15", "海の日"),
    ("2024-08-11", "山の日"),
    ("2024-08-12", "振替休日"),
    ("2024-09-16", "敬老の日"),
    ("2024-09-22", "秋分の日"),
    ("2024-09-23", "振替休日"),
    ("2024-10-14", "スポーツの日"),
    ("2024-11-03", "文化の日"),
    ("2024-11-04", "振替休日"),
    ("2024-11-23", "勤労感謝の日"),
    ("2025-01-01", "元日"),
    ("2025-01-13", "成人の日"),
    ("2025-02-11", "建国記念の日"),
    ("2025-02-23", "天皇誕生日"),
    ("2025-02-24", "振替休日"),
    ("2025-03-20", "春分の日"),
    ("2025-04-29", "昭和の日"),
    ("2025-05-03", "憲法記念日"),
    ("2025-05-04", "みどりの日"),
    ("2025-05-05", "こどもの日"),
    ("2025-05-06", "振替休日"),
    ("2025-07-21", "海の日"),
    ("2025-08-11", "山の日"),
    ("2025-09-15", "敬老の日"),
    ("2025-09-23", "秋分の日"),
    ("2025-10-13", "スポーツの日"),
    ("2025-11-03", "文化の日"),
    ("2025-11-23", "勤労感謝の日"),
    ("2025-11-24", "振替休日"),
    ("2026-01-01", "元日"),
    ("2026-01-12", "成人の日"),
    ("2026-02-11", "建国記念の日"),
    ("2026-02-23", "天皇誕生日"),
    ("2026-03-20", "春分の日"),
    ("2026-04-29", "昭和の日"),
    ("2026-05-03", "憲法記念日"),
    ("2026-05-04", "みどりの日"),
    ("2026-05-05", "こどもの日"),
    ("2026-05-06", "振替休日"),
    ("2026-07-20", "海の日"),
    ("2026-08-11", "山の日"),
    ("2026-09-21", "敬老の日"),
    ("2026-09-22", "国民の休日"),
    ("2026-09-23", "秋分の日"),
    ("2026-10-12", "スポーツの日"),
    ("2026-11-03", "文化の日"),
    ("2026-11-23", "勤労感謝の日"),
    ("2027-01-01", "元日"),
    ("2027-01-11", "成人の日"),
    ("2027-02-11", "建国記念の日"),
    ("2027-02-23", "天皇誕生日"),
    ("2027-03-21", "春分の日"),
    ("2027-03-22", "振替休日"),
    ("2027-04-29", "昭和の日"),
    ("2027-05-03", "憲法記念日"),
    ("2027-05-04", "みどりの日"),
    ("2027-05-05", "こどもの日"),
    ("2027-07-19", "海の日"),
    ("2027-08-11", "山の日"),
    ("2027-09-20", "敬老の日"),
    ("2027-09-23", "秋分の日"),
    ("2027-10-11", "スポーツの日"),
    ("2027-11-03", "文化の日"),
    ("2027-11-23", "勤労感謝の日"),
];

const MINUTE_MS: u64 = 60_000;

/// A day that is written in the program.
#[track_caller]
pub fn day(text: &str) -> Date {
    Date::parse(text).expect("a day of the calendar")
}

/// 0 for Monday to 6 for Sunday.
pub fn weekday(on: Date) -> i64 {
    // 1970-01-01 was a Thursday.
    (day("1970-01-01").days_until(on) + 3).rem_euclid(7)
}

/// The holiday on a day, if there is one.
pub fn holiday(on: Date) -> Option<&'static str> {
    let on = on.to_string();
    HOLIDAYS.iter().find(|(date, _)| *date == on).map(|(_, name)| *name)
}

/// Whether people work on a day. Companies close for the turn of the year and in mid-August.
pub fn is_working(on: Date) -> bool {
    let (_, month, number) = on.numbers();
    let is_closed = matches!((month, number), (12, 29..) | (1, ..=3) | (8, 12..=15));
    weekday(on) < 5 && holiday(on).is_none() && !is_closed
}

/// A day and a time of day in Japan.
pub fn at(on: Date, hour: u64, minute: u64) -> UnixMillis {
    on.start().plus_ms((hour * 60 + minute) * MINUTE_MS)
}

/// A moment that is written in the program, `2026-05-19T13:31`.
#[track_caller]
pub fn moment(text: &str) -> UnixMillis {
    let (date, time) = text.split_once('T').expect("a date and a time");
    let (hour, minute) = time.split_once(':').expect("hours and minutes");
    at(day(date), hour.parse().expect("hours"), minute.parse().expect("minutes"))
}

/// Minutes after a moment.
pub fn plus_min(at: UnixMillis, minutes: u64) -> UnixMillis {
    at.plus_ms(minutes * MINUTE_MS)
}

/// As the DOM's `datetime-local` writes it.
pub fn local(at: UnixMillis) -> String {
    let on = Date::at(at);
    let minutes = (at.0 - on.start().0) / MINUTE_MS;
    format!("{on}T{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(number: i64) -> impl Iterator<Item = Date> {
        let first = Date::of(number, 1, 1).unwrap();
        (0..366).map(move |days| first.plus_days(days)).filter(move |it| it.numbers().0 == number)
    }

    #[test]
    fn a_day_between_two_holidays_is_one_too() {
        assert_eq!(holiday(day("2026-09-21")), Some("敬老の日"));
        assert_eq!(holiday(day("2026-09-22")), Some("国民の休日"));
        assert_eq!(holiday(day("2026-09-23")), Some("秋分の日"));
        assert!(!is_working(day("2026-09-22")));
        for on in (2024..=2027).flat_map(year) {
            let is_between =
                holiday(on.plus_days(-1)).is_some() && holiday(on.plus_days(1)).is_some();
            assert!(!is_between || holiday(on).is_some() || weekday(on) == 6, "{on}");
        }
    }

    #[test]
    fn a_holiday_on_a_sunday_is_made_up_for_on_the_next_day_that_is_none() {
        for on in (2024..=2027).flat_map(year) {
            if holiday(on).is_some() && weekday(on) == 6 {
                let next = (1..7).map(|days| on.plus_days(days));
                let mut next =
                    next.skip_while(|it| holiday(*it).is_some_and(|name| name != "振替休日"));
                assert_eq!(holiday(next.next().unwrap()), Some("振替休日"), "{on}");
            }
        }
    }

    #[test]
    fn holidays_that_move_are_on_mondays_and_every_year_has_its_sixteen() {
        for number in 2024..=2027 {
            let names: Vec<&str> = year(number).filter_map(holiday).collect();
            let is_own = |name: &&&str| **name != "振替休日" && **name != "国民の休日";
            assert_eq!(names.iter().filter(is_own).count(), 16, "{number}");
        }
        let moving = ["成人の日", "海の日", "敬老の日", "スポーツの日"];
        for on in (2024..=2027).flat_map(year) {
            let moves = holiday(on).is_some_and(|name| moving.contains(&name));
            assert!(!moves || weekday(on) == 0, "{on}");
        }
    }

    #[test]
    fn a_moment_is_written_as_it_is_read() {
        assert_eq!(local(moment("2026-05-19T13:31")), "2026-05-19T13:31");
        assert_eq!(local(moment("2026-02-28T08:30")), "2026-02-28T08:30");
        assert_eq!(weekday(day("2026-05-19")), 1);
    }
}
