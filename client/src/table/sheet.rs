//! What the first sheet of a workbook says: SpreadsheetML (ECMA-376, part 1, 18.3 and 18.4).
//!
//! Only as much is read as a list of people needs: texts, numbers, and days, which a workbook holds
//! as numbers too.

use engine::casework::date::Date;

/// Most rows and columns that are looked at; a list may have fewer still.
const ROWS_MAX: usize = 20_000;
const COLUMNS_MAX: usize = 200;
/// Most bytes that all cells say together: a workbook may refer to one long text from each of them.
const CELLS_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The day before 1 January 1970, counted as workbooks count days.
const EPOCH: i64 = 25_569;
/// Workbooks that count from 1904 are this many days behind.
const SINCE_1904: i64 = 1_462;

/// An element's beginning or end, and the text behind it.
struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
    text: &'a str,
}

fn tags(xml: &str) -> impl Iterator<Item = Tag<'_>> {
    xml.split('<').skip(1).filter_map(|piece| {
        let (tag, text) = piece.split_once('>')?;
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        // Some programs name elements with a prefix.
        let name = match (name.strip_prefix('/'), name.split_once(':')) {
            (None, Some((_, plain))) => plain,
            (Some(_), _) | (None, None) => name,
        };
        Some(Tag { name: name.trim_end_matches('/'), attributes, text })
    })
}

/// Whether a tag ends an element of this name.
fn ends(tag: &str, element: &str) -> bool {
    let end = tag.strip_prefix('/').map(|it| it.split_once(':').map_or(it, |(_, plain)| plain));
    end == Some(element)
}

fn attribute<'a>(tag: &Tag<'a>, name: &str) -> Option<&'a str> {
    let mut rest = tag.attributes;
    loop {
        let (key, behind) = rest.split_once('=')?;
        let quote = behind.chars().next().filter(|it| matches!(it, '"' | '\''))?;
        let (value, later) = behind.get(1..)?.split_once(quote)?;
        if key.trim() == name {
            return Some(value);
        }
        rest = later;
    }
}

/// A text without its escapes.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut pieces = text.split('&');
    plain.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (code, rest) = piece.split_once(';').unwrap_or(("", piece));
        let letter = match code {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => numbered(code),
        };
        plain.extend(letter);
        plain.push_str(rest);
    }
    plain
}

fn numbered(code: &str) -> Option<char> {
    let number = code.strip_prefix('#')?;
    let number = match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(number)
}

/// The texts that cells refer to by their numbers. How a name is read aloud, which Japanese
/// workbooks keep beside it, is no part of the name.
pub fn texts(xml: &str) -> Vec<String> {
    let mut texts: Vec<String> = vec![];
    let mut is_aloud = false;
    for tag in tags(xml) {
        if tag.name == "si" {
            texts.push(String::new());
        } else if tag.name == "rPh" || ends(tag.name, "rPh") {
            is_aloud = tag.name == "rPh";
        } else if tag.name == "t"
            && !is_aloud
            && let Some(last) = texts.last_mut()
        {
            last.push_str(&plain(tag.text));
        }
    }
    texts
}

/// Whether a workbook counts its days from 1904.
pub fn is_since_1904(workbook: &str) -> bool {
    let mut about = tags(workbook).filter(|tag| tag.name == "workbookPr");
    about.any(|tag| matches!(attribute(&tag, "date1904"), Some("1" | "true")))
}

/// The rows of a sheet, each where the sheet has it; `None` if there are too many, or they say too
/// much.
pub fn rows(xml: &str, texts: &[String]) -> Option<Vec<Vec<String>>> {
    let mut rows: Vec<Vec<String>> = vec![];
    let (mut kind, mut is_aloud, mut room) = ("", false, CELLS_BYTES_MAX);
    for tag in tags(xml) {
        match tag.name {
            "row" => {
                let number = attribute(&tag, "r").and_then(|it| it.parse().ok());
                let number: usize = number.unwrap_or(rows.len() + 1);
                if number > ROWS_MAX || number <= rows.len() {
                    return None;
                }
                rows.resize(number, vec![]);
            }
            "c" => {
                kind = attribute(&tag, "t").unwrap_or_default();
                let row = rows.last_mut()?;
                let column = attribute(&tag, "r").and_then(column).unwrap_or(row.len());
                if column >= COLUMNS_MAX || column < row.len() {
                    return None;
                }
                row.resize(column + 1, String::new());
            }
            "rPh" => is_aloud = true,
            "v" | "t" if !is_aloud => {
                let cell = rows.last_mut()?.last_mut()?;
                let said = plain(tag.text);
                let text = match kind {
                    "s" => texts.get(said.trim().parse::<usize>().ok()?)?,
                    _ => &said,
                };
                room = room.checked_sub(text.len())?;
                cell.push_str(text);
            }
            name if ends(name, "rPh") => is_aloud = false,
            _ => {}
        }
    }
    Some(rows)
}

/// The column of a place: `C7` is in the third, which is 2.
fn column(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_uppercase);
    let number = letters.take(4).fold(0, |number, letter| number * 26 + usize::from(letter) - 64);
    number.checked_sub(1)
}

/// Writes the numbers in columns of days as days. What has a heading and is no number stays.
pub fn name_days(rows: &mut [Vec<String>], is_day: fn(&str) -> bool, is_since_1904: bool) {
    let Some((head, lines)) = rows.split_first_mut() else { return };
    for (at, _) in head.iter().enumerate().filter(|(_, heading)| is_day(heading)) {
        for cell in lines.iter_mut().filter_map(|line| line.get_mut(at)) {
            if let Some(day) = day(cell, is_since_1904) {
                *cell = day.to_string();
            }
        }
    }
}

fn day(cell: &str, is_since_1904: bool) -> Option<Date> {
    // A time of the day stands behind the point.
    let number: i64 = cell.split('.').next()?.parse().ok()?;
    let number = if is_since_1904 { number + SINCE_1904 } else { number };
    // Before March 1900 workbooks count a day that was none.
    let epoch = Date::parse("1970-01-01").filter(|_| (61..100_000).contains(&number))?;
    Some(epoch.plus_days(number - EPOCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: &str = "<?xml version=\"1.0\"?><sst count=\"3\"><si><t>氏名</t></si>\
        <si><r><t>森</t></r><r><t xml:space=\"preserve\"> 光 &amp; &#x6797;</t></r>\
        <rPh sb=\"0\" eb=\"1\"><t>モリ</t></rPh></si><si><t/></si><si><t>入社日</t></si></sst>";

    #[test]
    fn a_sheet_is_read_where_its_cells_are() {
        let texts = texts(TEXTS);
        assert_eq!(texts, ["氏名", "森 光 & 林", "", "入社日"]);
        let sheet = "<x:worksheet><x:sheetData><x:row r=\"1\"><x:c r=\"A1\" t=\"s\"><x:v>0</x:v>\
            </x:c><x:c r=\"C1\" s=\"2\" t=\"s\"><x:v>3</x:v></x:c></x:row>\
            <x:row r=\"3\"><x:c r=\"A3\" t=\"s\"><x:v>1</x:v></x:c><x:c r=\"B3\"/>\
            <x:c r=\"C3\" s=\"1\"><x:v>42095</x:v></x:c></x:row><x:row>\
            <x:c t=\"inlineStr\"><x:is><x:t>林 &lt;A&gt;</x:t></x:is></x:c></x:row></x:sheetData>";

        let mut rows = rows(sheet, &texts).unwrap();
        name_days(&mut rows, |heading| heading == "入社日", false);

        let expected: [&[&str]; 4] =
            [&["氏名", "", "入社日"], &[], &["森 光 & 林", "", "2015-04-01"], &["林 <A>"]];
        assert_eq!(rows, expected);
    }

    #[test]
    fn days_are_counted_from_either_beginning() {
        let told = |cell, is_since_1904| day(cell, is_since_1904).map(|it| it.to_string());

        assert_eq!(told("25569", false).as_deref(), Some("1970-01-01"));
        assert_eq!(told("24107.5", true).as_deref(), Some("1970-01-01"));
        assert_eq!(told("2015/4/1", false), None);
        assert_eq!(told("60", false), None);
        assert!(is_since_1904("<workbook><workbookPr a='b' date1904='1'/></workbook>"));
        assert!(!is_since_1904("<workbook><workbookPr date1904=\"0\"/></workbook>"));
    }

    #[test]
    fn a_sheet_that_goes_back_or_never_ends_is_none() {
        let sheet = |cells: &str| rows(cells, &[]);

        assert_eq!(sheet("<row r=\"2\"></row><row r=\"2\"></row>"), None);
        assert_eq!(sheet("<row r=\"20001\">"), None);
        assert_eq!(sheet("<row r=\"1\"><c r=\"ZZZ1\"/>"), None);
        assert_eq!(sheet("<row><c t=\"s\"><v>7</v></c>"), None);
        assert_eq!(sheet("<c><v>7</v></c>"), None);
    }

    #[test]
    fn one_long_text_cannot_be_said_by_every_cell() {
        let texts = ["森".repeat(CELLS_BYTES_MAX / 30)];
        let cells = |count: usize| {
            let cells = "<c t=\"s\"><v>0</v></c>".repeat(count);
            rows(&["<row>", &cells, "</row>"].concat(), &texts)
        };

        assert!(cells(10).is_some());
        assert_eq!(cells(11), None);
    }
}
