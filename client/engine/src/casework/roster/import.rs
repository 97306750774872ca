//! Reading the list that a company provides: comma-separated values, as RFC 4180 has them.
//!
//! Only UTF-8 is read. A list in another encoding is refused as a whole; a browser that knows the
//! encoding can turn it into UTF-8 before it comes here.

use core::{iter::Peekable, str::Chars};

use crate::{
    casework::{
        date::Date,
        field::Field,
        item::{date, text},
        plan::SEGMENTS,
        roster::ROW,
        rule::code::coded,
    },
    document::crdt::{Crdt, EditError, Writer},
};

/// Most people in one list.
const ROWS_MAX: usize = 5_000;
/// Longest cell, in letters.
const CELL_CHARS_MAX: usize = 200;
/// Where a row's texts go.
pub const TEXTS: [&str; 5] = ["name", "name_kana", "department", "mail", "phone"];
/// Where its days go.
pub const DAYS: [&str; 3] = ["hired_on", "born_on", "transferred_on"];
const SEGMENT: &str = "segment";

coded! {
    /// What is wrong with a list, or a line of it.
    Fault {
        /// It is not in UTF-8: save it so, and read it again.
        NotUtf8 = "not_utf8",
        /// A quotation mark stands inside a cell, or is never closed.
        Quote = "quote",
        /// The first line names no column for names.
        NoNames = "no_names",
        /// There is nobody in it.
        Empty = "empty",
        /// More people than a list may have.
        TooMany = "too_many",
        /// Nobody is named.
        Unnamed = "unnamed",
        /// A day that the calendar does not have, or not written as one.
        NoDay = "no_day",
        /// A segment that nobody knows.
        NoSegment = "no_segment",
        /// A cell longer than anybody's name.
        TooLong = "too_long",
        /// The same person, by name and address, stands further up.
        Twice = "twice",
    }
}

/// Where something is wrong; line 0 for the whole list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Counted from 1, the line with the columns' names included.
    pub line: u32,
    /// Which field.
    pub column: &'static str,
    /// What.
    pub fault: Fault,
}

/// Somebody in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// In the order of [`TEXTS`].
    pub texts: [String; 5],
    /// One of [`SEGMENTS`], or nothing.
    pub segment: &'static str,
    /// In the order of [`DAYS`].
    pub days: [Option<Date>; 3],
}

impl Person {
    /// What they are called.
    pub fn name(&self) -> &str {
        let [name, ..] = &self.texts;
        name
    }

    /// Namesakes in one company differ by address or department; only who agrees in all is the same.
    fn is_same(&self, other: &Self) -> bool {
        let [name, _, department, mail, _] = &self.texts;
        let [other_name, _, other_department, other_mail, _] = &other.texts;
        (name, department, mail) == (other_name, other_department, other_mail)
    }
}

/// A list, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// Who is new.
    pub people: Vec<Person>,
    /// How many are in the roster already.
    pub known: u32,
    /// What is wrong; with anything here, nothing is kept.
    pub complaints: Vec<Complaint>,
}

/// Reads a list; `words` says what it calls columns and segments, `present` who is here already.
pub fn read(bytes: &[u8], words: &[(String, String)], present: &[Person]) -> Import {
    let mut import = Import::default();
    if let Err((line, fault)) = read_lines(bytes, words, present, &mut import) {
        import.complaints.push(Complaint { line, column: "", fault });
    }
    import
}

fn read_lines(
    bytes: &[u8],
    words: &[(String, String)],
    present: &[Person],
    import: &mut Import,
) -> Result<(), (u32, Fault)> {
    let text = core::str::from_utf8(bytes).map_err(|_| (0, Fault::NotUtf8))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut lines = records(text)?.into_iter();
    let (_, head) = lines.next().ok_or((0, Fault::Empty))?;
    let columns: Vec<&str> = head.iter().map(|cell| known_as(cell.trim(), words)).collect();
    if !columns.contains(&"name") {
        return Err((1, Fault::NoNames));
    }
    if lines.len() == 0 {
        return Err((0, Fault::Empty));
    }
    if lines.len() > ROWS_MAX {
        return Err((0, Fault::TooMany));
    }
    for (line, cells) in lines {
        let mut person = Person::default();
        for (column, cell) in columns.iter().zip(&cells) {
            if let Err((column, fault)) = fill(&mut person, column, cell.trim(), words) {
                import.complaints.push(Complaint { line, column, fault });
            }
        }
        let [name, ..] = TEXTS;
        if person.name().is_empty() {
            import.complaints.push(Complaint { line, column: name, fault: Fault::Unnamed });
        } else if import.people.iter().any(|it| it.is_same(&person)) {
            import.complaints.push(Complaint { line, column: name, fault: Fault::Twice });
        } else if present.iter().any(|it| it.is_same(&person)) {
            import.known += 1;
        } else {
            import.people.push(person);
        }
    }
    Ok(())
}

/// What a word of the list means here: itself, if nobody says otherwise.
fn known_as<'w>(word: &'w str, words: &'w [(String, String)]) -> &'w str {
    words.iter().find(|(theirs, _)| theirs == word).map_or(word, |(_, ours)| ours)
}

fn fill(
    person: &mut Person,
    column: &str,
    cell: &str,
    words: &[(String, String)],
) -> Result<(), (&'static str, Fault)> {
    if cell.chars().count() > CELL_CHARS_MAX {
        let column = TEXTS.into_iter().chain(DAYS).find(|it| *it == column);
        return Err((column.unwrap_or(SEGMENT), Fault::TooLong));
    }
    if let Some((_, text)) = TEXTS.iter().zip(&mut person.texts).find(|(it, _)| **it == column) {
        cell.clone_into(text);
    } else if column == SEGMENT && !cell.is_empty() {
        let code = known_as(cell, words);
        let segment = SEGMENTS.iter().find(|it| **it == code);
        person.segment = segment.ok_or((SEGMENT, Fault::NoSegment))?;
    } else if let Some((id, day)) = DAYS.iter().zip(&mut person.days).find(|it| *it.0 == column)
        && !cell.is_empty()
    {
        *day = Some(day_of(cell).ok_or((*id, Fault::NoDay))?);
    }
    Ok(())
}

/// A day as people type it: `2026-04-01`, `2026/4/1`, `2026.4.1`, in digits of either width.
fn day_of(cell: &str) -> Option<Date> {
    let mut parts = cell.split(['-', '/', '.', '\u{FF0F}']).map(|part| {
        part.chars().try_fold(0_i64, |number, letter| {
            let digit = match letter {
                '\u{FF10}'..='\u{FF19}' => u32::from(letter) - 0xFF10,
                _ => letter.to_digit(10)?,
            };
            (number < 10_000).then(|| number * 10 + i64::from(digit))
        })
    });
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() { None } else { Date::of(year, month, day) }
}

type Record = (u32, Vec<String>);

/// The records of a text, each with the line on which it begins; empty lines are none.
fn records(text: &str) -> Result<Vec<Record>, (u32, Fault)> {
    let mut letters = text.chars().peekable();
    let (mut records, mut line) = (vec![], 1);
    while letters.peek().is_some() {
        let begins = line;
        let mut cells = vec![];
        loop {
            cells.push(cell(&mut letters, &mut line)?);
            if letters.next_if_eq(&',').is_none() {
                break;
            }
        }
        // A carriage return, with or without its line feed, or a line feed.
        letters.next_if_eq(&'\r');
        letters.next_if_eq(&'\n');
        line += 1;
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            records.push((begins, cells));
        }
    }
    Ok(records)
}

/// A cell, up to the comma or line end behind it.
fn cell(letters: &mut Peekable<Chars<'_>>, line: &mut u32) -> Result<String, (u32, Fault)> {
    let mut text = String::new();
    let fault = (*line, Fault::Quote);
    if letters.next_if_eq(&'"').is_none() {
        while let Some(letter) = letters.next_if(|it| !matches!(it, ',' | '\r' | '\n')) {
            if letter == '"' {
                return Err(fault);
            }
            text.push(letter);
        }
        return Ok(text);
    }
    loop {
        let letter = letters.next().ok_or(fault)?;
        *line += u32::from(letter == '\n');
        if letter == '"' && letters.next_if_eq(&'"').is_none() {
            break;
        }
        text.push(letter);
    }
    let is_end = letters.peek().is_none_or(|it| matches!(it, ',' | '\r' | '\n'));
    if is_end { Ok(text) } else { Err(fault) }
}

/// Writes somebody into the roster, as the company's word.
pub fn add(tx: &mut Writer<'_, '_>, id: &str, person: &Person) -> Result<(), EditError> {
    crate::casework::item::add(tx, "rows", id, ROW, |tx, item| {
        tx.put(&item.child("provenance"), "company_provided")?;
        for (column, text) in TEXTS.iter().zip(&person.texts) {
            tx.write(&item.child(column), text)?;
        }
        if !person.segment.is_empty() {
            tx.put(&item.child(SEGMENT), person.segment)?;
        }
        for (column, day) in DAYS.iter().zip(person.days) {
            if let Some(day) = day {
                tx.put(&item.child(column), day.to_string())?;
            }
        }
        Ok(())
    })
}

/// Who is in the roster.
pub fn present(roster: &Crdt) -> Vec<Person> {
    let list = Field::top("rows");
    let read = |id: &String| {
        let item = list.child(id);
        Person {
            texts: TEXTS.map(|column| text(roster, &item.child(column))),
            segment: "",
            days: DAYS.map(|column| date(roster, &item.child(column))),
        }
    };
    roster.items(&list).iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casework::group::{EDGE, Group},
        document::{genesis::Kind, guard::Side},
    };

    fn words() -> Vec<(String, String)> {
        let words = [
            ("氏名", "name"),
            ("ふりがな", "name_kana"),
            ("所属", "department"),
            ("メール", "mail"),
            ("対象層", "segment"),
            ("入社日", "hired_on"),
            ("中堅", "middle"),
        ];
        words.map(|(theirs, ours)| (theirs.into(), ours.into())).to_vec()
    }

    fn of(text: &str) -> Import {
        read(text.as_bytes(), &words(), &[])
    }

    #[track_caller]
    fn fails(text: &str, line: u32, column: &str, fault: Fault) {
        let complaints = of(text).complaints;
        assert_eq!(complaints.len(), 1, "{complaints:?}");
        let found = complaints[0];
        assert_eq!((found.line, found.column, found.fault), (line, column, fault));
    }

    #[test]
    fn a_list_is_read_as_a_company_writes_it() {
        let import = of(concat!(
            "\u{FEFF}氏名,ふりがな,所属,メール,対象層,入社日,備考\r\n",
            "渡邉 髙子,わたなべ たかこ,\"生産技術課, 本社\",a@example.jp,中堅,2015/4/1,x\r\n",
            "\r\n",
            "\"グエン \"\"ホア\"\"\",,\"第一\n製造課\",,young,２０２４.０４.０１\r\n",
            "𠮷田 森",
        ));

        assert_eq!(import.complaints, []);
        let names: Vec<&str> = import.people.iter().map(Person::name).collect();
        assert_eq!(names, ["渡邉 髙子", "グエン \"ホア\"", "𠮷田 森"]);
        assert_eq!(import.people[0].texts[2], "生産技術課, 本社");
        assert_eq!(import.people[0].segment, "middle");
        assert_eq!(import.people[0].days[0], Date::of(2015, 4, 1));
        assert_eq!(import.people[1].texts[2], "第一\n製造課");
        assert_eq!(import.people[1].days[0], Date::of(2024, 4, 1));
        assert_eq!(import.people[2].segment, "");
    }

    #[test]
    fn what_is_wrong_is_told_by_line_and_column() {
        fails("所属\nA", 1, "", Fault::NoNames);
        fails("氏名\n", 0, "", Fault::Empty);
        fails("", 0, "", Fault::Empty);
        fails("氏名,入社日\n森,2015-04-01\n光,2015-02-30", 3, "hired_on", Fault::NoDay);
        fails("氏名,入社日\n森,平成27年", 2, "hired_on", Fault::NoDay);
        fails("氏名,対象層\n森,役員", 2, "segment", Fault::NoSegment);
        fails("氏名,所属\n\"一\n行\",A\n,B", 4, "name", Fault::Unnamed);
        fails("氏名,メール\n森,a\n森,b\n森,a", 4, "name", Fault::Twice);
        fails("氏名\nあ\"い", 2, "", Fault::Quote);
        fails("氏名\n\"あ\"い", 2, "", Fault::Quote);
        fails("氏名\nい\n\"あ", 3, "", Fault::Quote);
        let long = "あ".repeat(CELL_CHARS_MAX);
        assert_eq!(of(&format!("氏名\n{long}")).complaints, []);
        assert_eq!(of(&format!("氏名\n{long}あ")).complaints[0].fault, Fault::TooLong);
        let rows: Vec<String> = (0..ROWS_MAX).map(|at| format!("森,{at}\n")).collect();
        let most = "氏名,メール\n".to_owned() + &rows.concat();
        assert_eq!(of(&most).people.len(), ROWS_MAX);
        fails(&format!("{most}光,x"), 0, "", Fault::TooMany);
        // 氏名 in Shift_JIS.
        let complaint = Complaint { line: 0, column: "", fault: Fault::NotUtf8 };
        assert_eq!(read(b"\x8E\x81\x96\xBC\n", &words(), &[]).complaints, [complaint]);
    }

    #[test]
    fn who_is_in_the_roster_is_not_added_again_and_a_namesake_is() {
        let mut group = Group::new(Kind::Roster, &[Side::Staff, Side::Staff]);
        let first = of("氏名,所属,メール\n渡邉,製造,a@example.jp");
        group.edit(0, |tx| add(tx, "1", &first.people[0])).unwrap();
        let edge = Person { texts: TEXTS.map(|_| EDGE.to_owned()), ..Person::default() };
        group.edit(0, |tx| add(tx, "2", &edge)).unwrap();
        group.meet();

        let here = present(&group.0[1].crdt);
        assert_eq!(here[1].texts, edge.texts);
        let list = "氏名,所属,メール\n渡邉,製造,a@example.jp\n渡邉,製造,b@example.jp";
        let again = read(list.as_bytes(), &words(), &here);
        assert_eq!((again.people.len(), again.known, again.complaints.len()), (1, 1, 0));
        let provenance = Field::top("rows").child("1").child("provenance");
        assert_eq!(group.0[1].crdt.plain(&provenance).as_deref(), Some("company_provided"));
    }
}
