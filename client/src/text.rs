//! Every word on the screen, in Japanese and in English.
//!
//! A language is one constant of type [`Words`]: a word that is missing, or an argument that is
//! left out, does not compile. Tables by name (fields and codes of the note) are checked by a test.
//! A table of `&'static str` costs a few kilobytes and no run-time; the i18n crates bring a second
//! reactive layer and their own date data.

mod alarm;
mod en;
mod en_disclosure;
mod en_ending;
mod en_field;
mod en_matter;
mod en_room;
pub mod ending;
pub mod era;
mod ja;
mod ja_disclosure;
mod ja_ending;
mod ja_field;
mod ja_matter;
mod ja_room;
pub mod list;
mod report;
pub mod say;
pub mod words;

use core::sync::atomic::{AtomicBool, Ordering};

pub use words::Words;

/// A language of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// 日本語.
    #[default]
    Japanese,
    /// English.
    English,
}

impl Language {
    /// As in `lang=`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::English => "en",
        }
    }

    /// From what was remembered.
    pub fn parse(tag: &str) -> Self {
        if tag.starts_with("en") { Self::English } else { Self::Japanese }
    }

    /// The one to switch to.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Japanese => Self::English,
            Self::English => Self::Japanese,
        }
    }

    /// Its words.
    pub const fn words(self) -> &'static Words {
        match self {
            Self::Japanese => &ja::WORDS,
            Self::English => &en::WORDS,
        }
    }
}

static IS_ENGLISH: AtomicBool = AtomicBool::new(false);

/// Chooses the language of [`words`]. What is on the screen has to be built again.
pub fn choose(language: Language) {
    IS_ENGLISH.store(language == Language::English, Ordering::Relaxed);
}

/// The language in use.
pub fn language() -> Language {
    if IS_ENGLISH.load(Ordering::Relaxed) { Language::English } else { Language::Japanese }
}

/// The words in use.
pub fn words() -> &'static Words {
    language().words()
}

/// What a field is called, with a hint for whoever fills it in; by its path without item ids, as in
/// `quotes/text` of the note, or `company.units/name` of another kind of document.
pub fn field(path: &str) -> words::FieldWords {
    let known = words().fields.iter().find(|field| field.path == path);
    known.copied().unwrap_or_else(|| words::FieldWords {
        path: "",
        label: say::label(path),
        hint: say::say(&[path, "?"].concat()),
    })
}

/// What a code is called; by the field's path without item ids, and the code.
pub fn code(path: &str, code: &str) -> &'static str {
    let path = if path == "topics_other" { "topic_main" } else { path };
    let sets = words().codes.iter();
    let set = sets.filter(|(set, _)| *set == path).flat_map(|(_, words)| *words);
    let found = set.into_iter().find(|(name, _)| *name == code).map(|(_, word)| *word);
    found.unwrap_or_else(|| say::code(path, code))
}

/// What the rules call something; by the set it belongs to, and its code.
pub fn rule(set: &str, code: &str) -> &'static str {
    rule_in(language(), set, code)
}

fn rule_in(language: Language, set: &str, code: &str) -> &'static str {
    let (rules, matters) = match language {
        Language::Japanese => (ja_disclosure::RULES, ja_matter::SETS),
        Language::English => (en_disclosure::RULES, en_matter::SETS),
    };
    let words =
        rules.iter().chain(matters).filter(|(name, _)| *name == set).flat_map(|(_, words)| *words);
    words.into_iter().find(|(name, _)| *name == code).map_or("", |(_, word)| word)
}

/// Windows to turn to, for where the firm entered none of its own: 119, 110, telephone lines.
pub fn windows() -> &'static [words::Window] {
    match language() {
        Language::Japanese => ja_matter::WINDOWS,
        Language::English => en_matter::WINDOWS,
    }
}

/// Why a step with a matter was not taken, and what is lacking.
fn not_done(language: Language, why: &str, what: &[String]) -> String {
    let set = match why {
        "not_permitted" => "row",
        "unmet" => "need",
        _ => "fault",
    };
    let mut lines = vec![rule_in(language, "why", why)];
    lines.extend(what.iter().map(|code| rule_in(language, set, code)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::casework::{
        field::{Shape, Spec},
        matter::Ground,
        note::FIELDS,
        rule::{access_request, disclosure, report, retention, risk},
    };

    fn check(prefix: &str, specs: &[Spec], language: Language) {
        let words = language.words();
        for spec in specs {
            let path = format!("{prefix}{}", spec.id);
            let word = words.fields.iter().find(|field| field.path == path);
            assert!(word.is_some_and(|word| !word.label.is_empty()), "{language:?}: {path}");
            match spec.shape {
                Shape::One(codes) | Shape::Many(codes) => {
                    let set = if path == "topics_other" { "topic_main" } else { &path };
                    for code in codes {
                        let found = words.codes.iter().any(|(name, words)| {
                            *name == set
                                && words.iter().any(|(id, word)| id == code && !word.is_empty())
                        });
                        assert!(found, "{language:?}: {path} {code}");
                    }
                }
                Shape::List(inner) => check(&format!("{path}/"), inner, language),
                Shape::Long
                | Shape::Short
                | Shape::Number(..)
                | Shape::Flag
                | Shape::Date
                | Shape::DateTime => {}
            }
        }
    }

    #[test]
    fn every_field_and_code_of_the_note_has_words_in_both_languages() {
        check("", FIELDS, Language::Japanese);
        check("", FIELDS, Language::English);
    }

    #[test]
    fn every_line_of_the_table_and_every_code_of_the_rules_has_words_in_both_languages() {
        let reasons: Vec<&str> = disclosure::table::TABLE.iter().map(|rule| rule.reason).collect();
        let sets: &[(&str, &[&str])] = &[
            ("row", &reasons),
            ("need", disclosure::permit::Need::CODES),
            ("duty", disclosure::permit::Duty::CODES),
            ("saying", disclosure::permit::Saying::CODES),
            ("naming", disclosure::permit::Naming::CODES),
            ("basis", disclosure::permit::Basis::CODES),
            ("fault", disclosure::decision::Fault::CODES),
            ("state", disclosure::decision::State::CODES),
            ("lack", risk::Lack::CODES),
            ("finding", report::privacy::Finding::CODES),
            ("remedy", report::privacy::Remedy::CODES),
            ("mask", access_request::Reason::CODES),
            ("class", retention::Class::CODES),
        ];
        for (language, rules) in
            [(Language::Japanese, ja_disclosure::RULES), (Language::English, en_disclosure::RULES)]
        {
            for (set, codes) in sets {
                for code in *codes {
                    assert!(!rule_in(language, set, code).is_empty(), "{language:?}: {set} {code}");
                }
            }
            let all = rules.iter().map(|(set, words)| (*set, words.len()));
            assert!(all.eq(sets.iter().map(|(set, codes)| (*set, codes.len()))), "{language:?}");
        }
        assert_eq!(rule("row", "r20"), "");
    }

    #[test]
    fn every_code_of_a_matter_has_words_in_both_languages() {
        let whys: &[&str] =
            &["not_now", "not_permitted", "other_way", "unmet", "faulty", "other_words"];
        let sets: &[(&str, &[&str])] = &[
            ("why", whys),
            ("ground", Ground::CODES),
            ("category", disclosure::Category::CODES),
            ("judgement", disclosure::Judgement::CODES),
            ("told_consent", disclosure::Consent::CODES),
            ("recipient", disclosure::Recipient::CODES),
            ("conflict", disclosure::Conflict::CODES),
            ("identity", disclosure::decision::Identity::CODES),
            ("answer", disclosure::decision::Answer::CODES),
            ("means", disclosure::record::Means::CODES),
            ("signer", disclosure::decision::Signer::CODES),
            ("risk_kind", risk::Kind::CODES),
            ("contact_kind", risk::ContactKind::CODES),
            ("reply", &["standard"]),
        ];
        for (language, matters) in
            [(Language::Japanese, ja_matter::SETS), (Language::English, en_matter::SETS)]
        {
            for (set, codes) in sets {
                for code in *codes {
                    assert!(!rule_in(language, set, code).is_empty(), "{language:?}: {set} {code}");
                }
            }
            let all = matters.iter().map(|(set, words)| (*set, words.len()));
            assert!(all.eq(sets.iter().map(|(set, codes)| (*set, codes.len()))), "{language:?}");
        }
        for windows in [ja_matter::WINDOWS, en_matter::WINDOWS] {
            let phones = windows.iter().map(|it| it.phone);
            assert!(phones.eq(ja_matter::WINDOWS.iter().map(|it| it.phone)));
            assert!(windows.iter().all(|it| risk::ContactKind::CODES.contains(&it.kind)));
            assert!(windows.iter().any(|it| it.phone == "119"));
        }
    }

    #[test]
    fn a_step_that_was_not_taken_says_what_is_lacking() {
        let what = [String::from("approval"), String::from("conflict_check")];
        let told = not_done(Language::English, "unmet", &what);
        assert_eq!(told.lines().count(), 3);
        assert!(told.contains(rule_in(Language::English, "need", "approval")));
        let told = not_done(Language::Japanese, "not_permitted", &[String::from("r8")]);
        assert!(told.contains(rule_in(Language::Japanese, "row", "r8")));
        let told = not_done(Language::Japanese, "faulty", &[String::from("too_long")]);
        assert!(told.contains(rule_in(Language::Japanese, "fault", "too_long")));
    }

    #[test]
    fn japanese_is_the_default_and_english_for_those_who_ask() {
        assert_eq!(Language::parse("en-GB"), Language::English);
        assert_eq!(Language::parse("ja"), Language::Japanese);
        assert_eq!(Language::parse("fr"), Language::Japanese);
        assert_eq!(Language::default().other(), Language::English);
    }
}
