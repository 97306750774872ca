//! A slot as a calendar entry (RFC 5545), saying nothing of what it is about.

use shared::time::UnixMillis;

use crate::casework::date::Date;

/// Octets of a line, its end not counted (RFC 5545, 3.1).
const LINE_OCTETS_MAX: usize = 75;
const JAPAN_MS: u64 = 9 * 60 * 60 * 1000;

/// What stands in an entry.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// The same for the same slot, whenever it is made.
    pub id: &'a str,
    /// When it was made.
    pub at: UnixMillis,
    /// When it begins.
    pub start: UnixMillis,
    /// How long it is.
    pub length_min: u32,
    /// What whoever looks over a shoulder may read.
    pub title: &'a str,
    /// Where.
    pub place: &'a str,
}

/// The entry, as a file.
pub fn file(entry: &Entry<'_>) -> String {
    let lines = [
        String::from("BEGIN:VCALENDAR"),
        String::from("VERSION:2.0"),
        String::from("PRODID:-//Mendan//EN"),
        String::from("BEGIN:VEVENT"),
        format!("UID:{}", entry.id),
        format!("DTSTAMP:{}", utc(entry.at)),
        format!("DTSTART:{}", utc(entry.start)),
        format!("DURATION:PT{}M", entry.length_min),
        format!("SUMMARY:{}", escape(entry.title)),
        format!("LOCATION:{}", escape(entry.place)),
        String::from("CLASS:PRIVATE"),
        String::from("END:VEVENT"),
        String::from("END:VCALENDAR"),
    ];
    let mut file = String::new();
    for line in &lines {
        fold(line, &mut file);
    }
    file
}

fn utc(at: UnixMillis) -> String {
    // Days here are those of Japan.
    let (year, month, day) = Date::at(UnixMillis(at.0.saturating_sub(JAPAN_MS))).numbers();
    let seconds = at.0 / 1000;
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// RFC 5545, 3.3.11.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '\n' => escaped.push_str("\\n"),
            '\r' => {}
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// A long line goes on in the next, behind a space; no letter is cut.
fn fold(line: &str, file: &mut String) {
    let mut octets = 0;
    for letter in line.chars() {
        if octets + letter.len_utf8() > LINE_OCTETS_MAX {
            file.push_str("\r\n ");
            octets = 1;
        }
        octets += letter.len_utf8();
        file.push(letter);
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-05-19, 13:30 in Japan.
    const START: UnixMillis = UnixMillis(1_779_165_000_000);

    fn entry<'a>(title: &'a str, place: &'a str) -> Entry<'a> {
        let at = UnixMillis(START.0 - 24 * 60 * 60 * 1000);
        Entry { id: "s1", at, start: START, length_min: 75, title, place }
    }

    #[test]
    fn an_entry_names_time_and_place_and_nothing_else() {
        let file = file(&entry("予定", "本社3F, 会議室B; 奥\n左"));

        let lines: Vec<&str> = file.split("\r\n").collect();
        let expected = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Mendan//EN",
            "BEGIN:VEVENT",
            "UID:s1",
            "DTSTAMP:20260518T043000Z",
            "DTSTART:20260519T043000Z",
            "DURATION:PT75M",
            "SUMMARY:予定",
            "LOCATION:本社3F\\, 会議室B\\; 奥\\n左",
            "CLASS:PRIVATE",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_long_line_is_folded_at_75_octets_between_letters() {
        let title = "会".repeat(40) + "😀" + &"a".repeat(100);

        let file = file(&entry(&title, ""));

        assert!(file.split("\r\n").all(|line| line.len() <= LINE_OCTETS_MAX));
        assert!(file.split("\r\n").any(|line| line.len() > LINE_OCTETS_MAX - 4));
        assert!(file.replace("\r\n ", "").contains(&format!("SUMMARY:{title}\r\n")));
        // 8 for the name of the property and 67 letters: just one line.
        let edge = "b".repeat(LINE_OCTETS_MAX - "SUMMARY:".len());
        assert!(super::file(&entry(&edge, "")).contains(&format!("SUMMARY:{edge}\r\n")));
        let past = edge + "b";
        assert!(super::file(&entry(&past, "")).contains("b\r\n b\r\n"));
    }
}
