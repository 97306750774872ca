//! Words shown to people: both languages say the same things.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::house::{assert_none, files};

/// The way to each text in a locale file.
fn keys(locale: &Value, at: &str) -> BTreeSet<String> {
    match locale {
        Value::Object(map) => {
            map.iter().flat_map(|(key, inner)| keys(inner, &format!("{at}/{key}"))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            BTreeSet::from([String::from(at)])
        }
    }
}

fn unequal(first: (&str, &str), second: (&str, &str)) -> Vec<String> {
    let [a, b] = [first, second].map(|(path, text)| {
        let parsed: Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        keys(&parsed, "")
    });
    let missing = |has: &BTreeSet<String>, lacks: &BTreeSet<String>, path: &str| {
        has.difference(lacks).map(|key| format!("{path} lacks {key}")).collect::<Vec<_>>()
    };
    [missing(&a, &b, second.0), missing(&b, &a, first.0)].concat()
}

#[test]
fn japanese_and_english_have_the_same_keys() {
    let locales = files("client", &["ja.json", "en.json"]);
    for english in locales.iter().filter(|file| file.path.ends_with("en.json")) {
        let path = english.path.replace("en.json", "ja.json");
        let japanese = locales.iter().find(|file| file.path == path);
        let japanese = japanese.unwrap_or_else(|| panic!("{path} is missing"));
        assert_none(&unequal((&japanese.path, &japanese.text), (&english.path, &english.text)));
    }
    assert_eq!(locales.len() % 2, 0, "a Japanese file without its English one");
}

mod tests {
    use super::*;

    #[test]
    fn a_key_in_one_language_only_is_found() {
        let ja = ("ja.json", r#"{"a": {"b": "い", "c": "ろ"}}"#);

        assert!(unequal(ja, ja).is_empty());
        assert_eq!(unequal(ja, ("en.json", r#"{"a": {"b": "i"}}"#)), ["en.json lacks /a/c"]);
        assert_eq!(unequal(("en.json", r#"{"a": {}}"#), ja).len(), 2);
    }
}
