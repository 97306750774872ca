//! Words shown to people: in the locale files only, and in both languages.
//!
//! A language is one constant, so a missing word does not compile; what is checked here are the
//! tables by name, and that no page brings Japanese of its own.

use crate::{
    house::{TextFile, assert_none, files, read},
    source::literals_only,
};

const WORDS: &str = "client/src/text/";
/// Reads times of day as people type them; shows none of its letters.
const READS: &str = "client/src/widgets/offset.rs";

/// Literals in kana or kanji outside tests.
fn words_elsewhere(file: &TextFile) -> Vec<String> {
    let TextFile { path, text } = file;
    let product = text.split("#[cfg(test)]").next().unwrap_or_default();
    let literals = literals_only(product);
    let lines = (1..).zip(literals.lines()).filter(|(_, line)| line.chars().any(is_japanese));
    lines.map(|(at, line)| format!("{path}:{at}: belongs to {WORDS}: {}", line.trim())).collect()
}

fn is_japanese(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// The first text behind each opening bracket: the name of a row.
fn names(text: &str) -> Vec<&str> {
    let product = text.split("#[cfg(test)]").next().unwrap_or_default();
    let rows = product.split('(').skip(1).filter_map(|row| row.trim_start().strip_prefix('"'));
    rows.filter_map(|row| row.split('"').next()).collect()
}

fn unequal(japanese: &str, english: &str) -> Vec<String> {
    let (japanese, english) = (names(japanese), names(english));
    let lacks = |has: &[&str], lacks: &[&str], language: &str| {
        let missing = has.iter().filter(|name| !lacks.contains(name));
        missing.map(|name| format!("{language} lacks {name}")).collect::<Vec<_>>()
    };
    [lacks(&japanese, &english, "English"), lacks(&english, &japanese, "Japanese")].concat()
}

#[test]
fn words_for_people_are_in_the_locale_files() {
    let files = files("client/src", &[".rs"]);
    let pages = files.iter().filter(|it| !it.path.starts_with(WORDS) && it.path != READS);
    assert_none(&pages.flat_map(words_elsewhere).collect::<Vec<_>>());
}

#[test]
fn japanese_and_english_name_the_same_fields() {
    let [japanese, english] = ["ja", "en"].map(|tag| read(&format!("{WORDS}{tag}_field.rs")));
    assert!(names(&japanese).len() > 100);
    assert_none(&unequal(&japanese, &english));
}

mod tests {
    use super::*;

    fn complaints(text: &str) -> usize {
        words_elsewhere(&TextFile { path: String::from("a.rs"), text: String::from(text) }).len()
    }

    #[test]
    fn japanese_in_a_page_is_found() {
        assert_eq!(complaints("say(\"面談\")"), 1);
        assert_eq!(complaints("say(\"ひらがな\");\nsay(\"𠮷\")"), 2);
        assert_eq!(complaints("// 面談\nsay(\"interview\")"), 0);
        assert_eq!(complaints("#[cfg(test)]\nsay(\"面談\")"), 0);
    }

    #[test]
    fn a_row_in_one_language_only_is_found() {
        let japanese = "field(\"a\", \"い\"), field(\"b\", \"ろ\")";

        assert!(unequal(japanese, "field(\"b\", \"i\"), field(\"a\", \"o\")").is_empty());
        assert_eq!(unequal(japanese, "field(\"a\", \"i\")"), ["English lacks b"]);
        assert_eq!(unequal("", "code(\"a\", \"i\")"), ["Japanese lacks a"]);
    }
}
