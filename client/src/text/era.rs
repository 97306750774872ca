//! Days and months as Japanese forms write them: by the era (和暦).

use engine::casework::{date::Date, job_card::month::months};

/// An era: its name, its first day, and the year before its first.
const ERAS: [(&str, (i64, i64, i64), i64); 4] = [
    ("令和", (2019, 5, 1), 2018),
    ("平成", (1989, 1, 8), 1988),
    ("昭和", (1926, 12, 25), 1925),
    ("大正", (1912, 7, 30), 1911),
];

/// A year of the era of a day: `令和元年`; as it is where no era is known.
fn year(day: (i64, i64, i64)) -> String {
    let (year, ..) = day;
    match ERAS.iter().find(|(_, first, _)| day >= *first) {
        Some((name, _, before)) if year - before == 1 => [*name, "元年"].concat(),
        Some((name, _, before)) => [*name, &(year - before).to_string(), "年"].concat(),
        None => [&year.to_string(), "年"].concat(),
    }
}

/// A day as a date field writes it: `令和8年11月26日`. What is none stays as it was typed.
pub fn day(text: &str) -> String {
    let Some(date) = Date::parse(text) else { return String::from(text) };
    let (in_year, month, day) = date.numbers();
    let [month_, day_] = [month, day].map(|it| it.to_string());
    [&year((in_year, month, day)), &month_, "月", &day_, "日"].concat()
}

/// A month as people type it: `平成27年4月`. A year alone, and what is neither, stays as typed.
pub fn month(text: &str) -> String {
    let is_number = |it: char| it.is_ascii_digit() || matches!(it, '\u{FF10}'..='\u{FF19}' | '元');
    let numbers = text.split(|it: char| !is_number(it)).filter(|it| !it.is_empty()).count();
    match months(text).filter(|_| numbers > 1) {
        None => String::from(text),
        Some(number) => {
            let (in_year, month) = (number.div_euclid(12), number.rem_euclid(12) + 1);
            // A month in which an era ended belongs, on forms, to the one that began.
            [&year((in_year, month, 31)), &month.to_string(), "月"].concat()
        }
    }
}

/// From one month to another; the second may be missing.
pub fn months_between(from: &str, to: &str) -> String {
    match (from.trim(), to.trim()) {
        ("", "") => String::new(),
        (from, "") => [&month(from), "～"].concat(),
        (from, to) => [&month(from), "～", &month(to)].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eras_begin_on_their_first_day() {
        let days = ["2026-11-26", "2019-05-01", "2019-04-30", "1989-01-08", "1989-01-07"];
        let told = days.map(day);

        assert_eq!(
            told.each_ref().map(String::as_str),
            [
                "令和8年11月26日",
                "令和元年5月1日",
                "平成31年4月30日",
                "平成元年1月8日",
                "昭和64年1月7日",
            ]
        );
        assert_eq!(day("1900-01-01"), "1900年1月1日");
        assert_eq!(day("いつか"), "いつか");
    }

    #[test]
    fn months_are_written_alike_however_they_were_typed() {
        for typed in ["2015-04", "2015年4月", "平成27年4月", "Ｈ２７．４", "2015/04/01"]
        {
            assert_eq!(month(typed), "平成27年4月");
        }
        assert_eq!(month("令和元年5月"), "令和元年5月");
        assert_eq!(month("2015"), "2015");
        assert_eq!(month("現在"), "現在");
        assert_eq!(months_between("2015-04", "現在"), "平成27年4月～現在");
        assert_eq!(months_between("2015-04", ""), "平成27年4月～");
    }
}
