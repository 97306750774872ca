//! Months as people write them on a JOB card: 2015-04, 2015年4月, 令和元年5月, Ｈ２７．４.

/// First year of an era, less one.
const ERAS: [(&[&str], i64); 4] = [
    (&["令和", "㋿", "R", "r"], 2018),
    (&["平成", "㍻", "H", "h"], 1988),
    (&["昭和", "㍼", "S", "s"], 1925),
    (&["大正", "㍽", "T", "t"], 1911),
];
/// What may stand before a western year.
const WESTERN: [&str; 2] = ["西暦", "AD"];

/// Months since the year 0; `None` for what names no month. A year alone counts as its January.
pub fn months(text: &str) -> Option<i64> {
    let text: String = text.trim().chars().map(narrow).collect();
    let era = ERAS.iter().find_map(|(names, before)| {
        names.iter().find_map(|name| Some((text.strip_prefix(name)?, *before)))
    });
    let western = || WESTERN.iter().find_map(|name| text.strip_prefix(name));
    let (rest, before) = era.unwrap_or_else(|| (western().unwrap_or(&text), 0));
    let rest = rest.replace('元', "1");
    let mut numbers = rest
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse::<i64>().ok());
    let year = numbers.next()??;
    let month = numbers.next().unwrap_or(Some(1))?;
    let is_year =
        if before == 0 { (1868..=2200).contains(&year) } else { (1..=99).contains(&year) };
    (is_year && (1..=12).contains(&month)).then_some((before + year) * 12 + month - 1)
}

/// Letters of full width as those of half width.
fn narrow(letter: char) -> char {
    match letter {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn western_and_japanese_years_name_the_same_month() {
        let same = [
            ["2019-05", "2019年5月", "２０１９／０５", "2019.5", "西暦2019年5月", "2019年5月1日"],
            ["令和元年5月", "Ｒ１．５", "令和1年05月", "平成31年5月", " r1/5 ", "㋿1年5月"],
        ];
        for text in same.into_iter().flatten() {
            assert_eq!(months(text), Some(2019 * 12 + 4), "{text}");
        }
        assert_eq!(months("昭和64年"), Some(1989 * 12));
        assert_eq!(months("㍼63年12月"), Some(1988 * 12 + 11));
        assert_eq!(months("大正１５年１２月"), months("1926-12"));
        assert_eq!(months("平成27年4月"), months("Ｈ２７．４"));
        for text in ["", "現在", "2019-13", "令和", "19-05", "平成100年", "西暦", "令和0年1月"]
        {
            assert_eq!(months(text), None, "{text}");
        }
    }
}
