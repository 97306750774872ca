//! The words of the casework's pages: a table of lines, each a key and what it is in Japanese and
//! in English. One text costs a fraction of what as many constants would.

use std::sync::OnceLock;

use shared::order;

use super::{Language, language};

const TABLE: &str = include_str!("say.txt");

/// The words of a key; nothing for a key that is not in the table.
pub fn say(key: &str) -> &'static str {
    find(key, language()).unwrap_or_default()
}

fn find(key: &str, language: Language) -> Option<&'static str> {
    // A long form asks a thousand times: the lines in order of their keys are found again.
    static SORTED: OnceLock<Vec<&str>> = OnceLock::new();
    let lines = SORTED.get_or_init(|| {
        let mut lines: Vec<&str> = TABLE.lines().collect();
        order::by_key(&mut lines, |line| key_of(line));
        lines
    });
    let at = lines.binary_search_by_key(&key, |line| key_of(line)).ok()?;
    let mut columns = lines.get(at)?.split('|').skip(1);
    let japanese = columns.next();
    match language {
        Language::Japanese => japanese,
        Language::English => columns.next(),
    }
}

fn key_of(line: &str) -> &str {
    line.split_once('|').map_or(line, |(key, _)| key)
}

/// The words of a key in either language, for what somebody else wrote.
pub fn both(key: &str) -> [&'static str; 2] {
    [Language::Japanese, Language::English].map(|it| find(key, it).unwrap_or_default())
}

/// The words of a key with something in place of each `{}`.
pub fn fill(key: &str, with: &[&str]) -> String {
    let mut filled = String::new();
    let mut with = with.iter();
    for (at, part) in say(key).split("{}").enumerate() {
        if at > 0 {
            filled.push_str(with.next().unwrap_or(&""));
        }
        filled.push_str(part);
    }
    filled
}

/// What a code of a set is called, wherever its words are.
pub fn of(set: &str, code: &str) -> &'static str {
    let found = [super::rule(set, code), super::code(set, code)];
    found.into_iter().find(|words| !words.is_empty()).unwrap_or_default()
}

/// What a code of a form's field is called: by the field's path, or for short by its last part.
pub(super) fn code(path: &str, code: &str) -> &'static str {
    let by = |set: &str| find(&[set, "=", code].concat(), language());
    by(path).or_else(|| by(path.rsplit(['.', '/']).next()?)).unwrap_or_default()
}

/// What a field of a form is called: `company.contacts/name`, or for short by its last part.
pub fn label(path: &str) -> &'static str {
    find(path, language())
        .or_else(|| find(path.rsplit(['.', '/']).next()?, language()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_has_a_key_of_its_own_and_two_languages() {
        let mut keys: Vec<&str> = vec![];
        for line in TABLE.lines().filter(|line| !line.is_empty()) {
            let columns: Vec<&str> = line.split('|').collect();
            assert_eq!(columns.len(), 3, "{line}");
            assert!(columns.iter().all(|it| !it.trim().is_empty()), "{line}");
            let holes = |at: usize| columns[at].matches("{}").count();
            assert_eq!(holes(1), holes(2), "{line}");
            keys.push(columns[0]);
        }
        let is_found =
            |line: &&str| find(key_of(line), Language::Japanese) == line.split('|').nth(1);
        assert_eq!(TABLE.lines().find(|line| !line.is_empty() && !is_found(line)), None);
        assert_eq!((find("", Language::English), find("bar", Language::English)), (None, None));
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count, "a key stands in two lines");
    }

    #[test]
    fn what_is_filled_in_stands_where_the_holes_are() {
        assert_eq!(fill("room.minutes", &["45"]), "45分");
        assert_eq!(say("nowhere"), "");
    }
}
