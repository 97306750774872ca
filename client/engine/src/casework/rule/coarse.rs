//! What points to a person beside names: days, ages, places. Each gets what a reader of the case needs
//! to know, and no finer.
//!
//! What is found is proposed, and somebody decides; so it is better to propose too much. The words
//! are part of the text in whose language they stand.

use crate::casework::{
    date::Date,
    rule::supervision::{Distance, Kind, Span, decade, distance},
};

/// Eras, and the year before their first.
const ERAS: &[(&str, i64)] = &[("令和", 2018), ("平成", 1988), ("昭和", 1925)];
/// What a place's name ends with.
const ENDS: &[char] = &['都', '府', '県', '市', '区', '町', '村', '駅'];
/// What may follow that in kanji.
const BEHIND: &[char] = &['内', '外', '立', '役', '出', '在', '前'];
/// What ends like a place and is none.
const NO_PLACES: &[&str] = &["地区", "学区", "下町", "農村", "政府", "市町村"];
/// Places without such an end.
const PLACES: &[&str] =
    &["北海道", "東京", "大阪", "京都", "名古屋", "横浜", "福岡", "札幌", "仙台"];
/// Longest name of a place before its end.
const PLACE_CHARS_MAX: usize = 4;
const SOMEWHERE: &str = "ある地域";
const SOME_DAY: &str = "ある日";
const THIS_DAY: &str = "面談の日";

/// Days, ages and places of a text, in their order; days are told by how far from the interview.
pub fn propose(text: &str, interview: Option<Date>) -> Vec<Span> {
    let letters: Vec<char> = text.chars().collect();
    let mut spans: Vec<Span> = vec![];
    let mut at = 0;
    while at < letters.len() {
        let rest = letters.get(at..).unwrap_or_default();
        let is_inside = at.checked_sub(1).and_then(|it| letters.get(it)).copied().and_then(digit);
        let found = day(rest, interview)
            .or_else(|| age(rest))
            .filter(|_| is_inside.is_none())
            .or_else(|| place(rest));
        match found {
            Some((length, kind, by)) => {
                spans.push(Span { start: at, end: at + length, kind, by });
                at += length;
            }
            None => at += 1,
        }
    }
    spans
}

type Found = (usize, Kind, String);

fn digit(letter: char) -> Option<i64> {
    let narrow = match letter {
        '０'..='９' => char::from_u32(u32::from(letter) - 0xFEE0)?,
        _ => letter,
    };
    narrow.to_digit(10).map(i64::from)
}

/// A number of at most four digits, and how many they are.
fn number(letters: &[char]) -> Option<(i64, usize)> {
    let digits: Vec<i64> = letters.iter().map_while(|it| digit(*it)).take(5).collect();
    let value = digits.iter().fold(0, |value, digit| value * 10 + digit);
    (1..=4).contains(&digits.len()).then_some((value, digits.len()))
}

fn begins_with(letters: &[char], word: &str) -> bool {
    word.chars().eq(letters.iter().copied().take(word.chars().count()))
}

/// A number and the letter behind it.
fn counted(letters: &[char], ends: &[char]) -> Option<(i64, usize)> {
    let (value, length) = number(letters)?;
    letters.get(length).filter(|end| ends.contains(end))?;
    Some((value, length + 1))
}

fn day(letters: &[char], interview: Option<Date>) -> Option<Found> {
    let behind = |length: usize| letters.get(length..).unwrap_or_default();
    let era = ERAS.iter().find(|(era, _)| begins_with(letters, era));
    let year = match era {
        Some((era, before)) => {
            let named = era.chars().count();
            let first = (behind(named).first() == Some(&'元')).then_some((1, 2));
            let (year, length) = first.or_else(|| counted(behind(named), &['年']))?;
            Some((before + year, named + length))
        }
        None => counted(letters, &['年', '-', '/', '.']).filter(|(year, _)| *year >= 1900),
    };
    let begun = year.map_or(0, |(_, length)| length);
    let ends: &[char] = if year.is_some() { &['月', '-', '/', '.'] } else { &['月'] };
    let is_month = |(month, _): &(i64, usize)| (1..=12).contains(month);
    let month = counted(behind(begun), ends).filter(is_month);
    if year.is_none() && month.is_none() {
        return None;
    }
    let length = begun + month.map_or(0, |(_, length)| length);
    let date = month.and_then(|_| {
        let (day, digits) = number(behind(length)).filter(|(day, _)| (1..=31).contains(day))?;
        let has_end = behind(length + digits).first() == Some(&'日');
        Some((day, digits + usize::from(has_end)))
    });
    let length = length + date.map_or(0, |(_, length)| length);
    let (month, date) = match (month, date) {
        (Some((month, _)), Some((date, _))) => (month, date),
        (Some((month, _)), None) => (month, 15),
        (None, _) => (7, 1),
    };
    let told = interview.map_or_else(
        || String::from(SOME_DAY),
        |interview| {
            let (year_of, ..) = interview.numbers();
            let on = |year| Date::of(year, month, date);
            let near = || {
                let years = [year_of - 1, year_of, year_of + 1].into_iter().filter_map(on);
                years.min_by_key(|it| interview.days_until(*it).abs())
            };
            let found = year.map_or_else(near, |(year, _)| on(year));
            found.map_or_else(|| String::from(SOME_DAY), |it| words(distance(interview, it)))
        },
    );
    Some((length, Kind::Date, told))
}

fn words(distance: Distance) -> String {
    let (number, unit) = match distance {
        Distance::SameDay => return String::from(THIS_DAY),
        Distance::Weeks(number) => (number, "週間"),
        Distance::Months(number) => (number, "か月"),
        Distance::Years(number) => (number, "年"),
    };
    let side = if number < 0 { "前" } else { "後" };
    ["約", &number.abs().to_string(), unit, side].concat()
}

fn age(letters: &[char]) -> Option<Found> {
    let (age, length) = counted(letters, &['歳', '才'])?;
    let decade = decade(u32::try_from(age).ok().filter(|age| *age < 150)?);
    let by = if decade == 0 {
        String::from("10歳未満")
    } else {
        [&decade.to_string(), "代"].concat()
    };
    Some((length, Kind::Age, by))
}

fn is_kanji(letter: char) -> bool {
    matches!(letter, '\u{3005}' | '\u{3400}'..='\u{9FFF}' | 'ヶ' | 'ケ')
}

fn place(letters: &[char]) -> Option<Found> {
    let known = PLACES.iter().filter(|it| begins_with(letters, it)).map(|it| it.chars().count());
    let name = letters.iter().take(PLACE_CHARS_MAX + 1);
    let run = name.take_while(|it| is_kanji(**it)).count();
    let is_end = |end: &usize| {
        let next = letters.get(end + 1).filter(|it| is_kanji(**it) && !BEHIND.contains(it));
        next.is_none() && letters.get(*end).is_some_and(|it| ENDS.contains(it))
    };
    let is_none = NO_PLACES.iter().any(|it| begins_with(letters, it));
    let ended = (1..run).find(is_end).filter(|_| !is_none).map(|end| end + 1);
    let length = known.chain(ended).max()?;
    Some((length, Kind::Place, String::from(SOMEWHERE)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::casework::rule::supervision::redact;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let spans = propose(text, Date::parse("2026-05-19"));
        assert_eq!(redact(text, &spans).unwrap().0, expected);
    }

    #[test]
    fn a_day_is_told_by_how_far_it_is_however_it_is_written() {
        for day in
            ["2026年2月20日", "令和8年2月20日", "2026-02-20", "２０２６/2/20", "2月20日", "2月"]
        {
            check(&format!("{day}から眠れない。"), "約3か月前から眠れない。");
        }
        check("5月19日に来た。", "面談の日に来た。");
        check("2015年4月〜2019年", "約11年前〜約7年前");
        check("平成元年に入社。", "約37年前に入社。");
        check("12月に異動。", "約5か月前に異動。");
        check("3年間、8時間、1月間、5日おき", "3年間、8時間、約4か月前間、5日おき");
        assert_eq!(propose("2月", None)[0].by, "ある日");
    }

    #[test]
    fn an_age_becomes_a_decade_and_a_place_a_region() {
        check("34歳、子は３才と0歳。", "30代、子は10歳未満と10歳未満。");
        check("横浜市から来る。", "ある地域から来る。");
        check("大阪の本社、長野県の工場", "ある地域の本社、ある地域の工場");
        check("北海道へ転勤", "ある地域へ転勤");
        check("東京都港区と市場", "ある地域と市場");
        check("都市部の地区で働く都合", "都市部の地区で働く都合");
    }

    #[test]
    fn what_is_found_never_overlaps() {
        let text = "2026年5月19日、34歳。横浜市の駅。令和8年";
        let spans = propose(text, None);
        assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
        assert!(redact(text, &spans).is_ok());
        assert_eq!(spans.len(), 4);
    }
}
