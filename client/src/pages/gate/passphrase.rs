//! Choosing a passphrase: what is enough, and a suggestion.

use leptos::prelude::*;
use shared::order;

use super::form::{Form, Problem};
use crate::{
    text::words,
    watched::{Derived, Watched},
    widgets::{
        html::{self, Child as _, View},
        part::{self, FormField, Weight},
    },
};

/// Fewest characters; the engine has the same number and the last word.
const CHARS_MIN: usize = 12;
/// From here on a passphrase of one's own is long.
const CHARS_GOOD: usize = 20;
/// Fewest different characters in a passphrase that is not easy to guess.
const DISTINCT_MIN: usize = 6;
/// How many words are suggested: six of 256 are 48 random bits, each try half a second of work.
const SUGGESTED_WORDS: usize = 6;

/// Words to suggest, in Latin letters: a password box switches Japanese input off.
const WORDS: &str = include_str!("words.txt");

/// What a passphrase is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// So many characters are missing.
    TooShort(u32),
    /// Few different characters, or a row of neighbours.
    Guessable,
    /// Enough.
    Fair,
    /// Long.
    Good,
}

/// Judges by length and variety, without a dictionary.
pub fn judge(passphrase: &str) -> Strength {
    let letters: Vec<u32> = passphrase.chars().map(u32::from).collect();
    if letters.len() < CHARS_MIN {
        let missing = CHARS_MIN - letters.len();
        return Strength::TooShort(u32::try_from(missing).unwrap_or(0));
    }
    let mut distinct = letters.clone();
    order::by(&mut distinct, Ord::cmp);
    distinct.dedup();
    let pairs = letters.iter().zip(letters.iter().skip(1));
    let neighbours = pairs.filter(|(one, other)| one.abs_diff(**other) <= 1).count();
    if distinct.len() < DISTINCT_MIN || neighbours * 2 > letters.len() {
        Strength::Guessable
    } else if letters.len() < CHARS_GOOD {
        Strength::Fair
    } else {
        Strength::Good
    }
}

/// The two fields, what they are worth, and the suggestion.
pub fn fields(form: Form) -> View {
    let gate = &words().gate;
    let kind = Derived::following(move || if form.is_shown.get() { "text" } else { "password" });
    let is_too_short = form.says(Problem::Passphrase, "");
    let too_short = Derived::following(move || {
        is_too_short.get()?;
        match form.passphrase.with(|it| judge(it)) {
            Strength::TooShort(missing) => Some((words().gate.too_short)(missing)),
            Strength::Guessable | Strength::Fair | Strength::Good => None,
        }
    });
    let passphrase = FormField {
        id: "passphrase",
        label: gate.passphrase,
        hint: gate.passphrase_hint,
        kind,
        autocomplete: "new-password",
        value: form.passphrase,
        error: too_short,
    };
    let repeat = FormField {
        id: "passphrase-repeat",
        label: gate.repeat,
        hint: "",
        kind,
        autocomplete: "new-password",
        value: form.repeat,
        error: form.says(Problem::Repeat, gate.repeat_wrong),
    };
    (
        part::form_field(passphrase, show_button(form.is_shown)),
        meter(form),
        suggestion(form),
        part::form_field(repeat, ().into_child()),
    )
        .into_child()
}

/// The button beside a passphrase that makes it readable.
pub fn show_button(is_shown: Watched<bool>) -> View {
    let frame = &words().frame;
    let label = (move || if is_shown.get() { frame.hide } else { frame.show }).into_child();
    part::button(Weight::Plain, "show-passphrase", label, move || {
        is_shown.update(|is_shown| *is_shown = !*is_shown);
    })
}

fn meter(form: Form) -> View {
    let gate = &words().gate;
    let strength = Derived::new(move || form.passphrase.with(|it| judge(it)));
    let class = move || match strength.get() {
        Strength::TooShort(_) => "meter meter-0",
        Strength::Guessable => "meter meter-1",
        Strength::Fair => "meter meter-2",
        Strength::Good => "meter meter-3",
    };
    let say = move || match strength.get() {
        Strength::TooShort(missing) => (gate.too_short)(missing),
        Strength::Guessable => gate.guessable.to_owned(),
        Strength::Fair => gate.fair.to_owned(),
        Strength::Good => gate.good.to_owned(),
    };
    let is_empty = move || form.passphrase.with(String::is_empty);
    html::div()
        .class(class)
        .hidden(is_empty)
        .attr("data-testid", "strength")
        .child((
            html::span().class("meter-bar").aria_hidden("true").child(()),
            html::span().aria_live("polite").child(say),
        ))
        .into_child()
}

fn suggestion(form: Form) -> View {
    let gate = &words().gate;
    let suggest = move || {
        let Some(suggested) = suggest() else { return };
        form.repeat.set(suggested.clone());
        form.passphrase.set(suggested);
        form.is_shown.set(true);
        form.is_suggested.set(true);
    };
    let hint = move || {
        let is_suggested = form.is_suggested.get() && form.is_shown.get();
        is_suggested.then(|| html::p().class("hint").child(gate.suggest_hint))
    };
    html::div()
        .class("suggestion")
        .child((part::button(Weight::Quiet, "suggest", gate.suggest, suggest), hint))
        .into_child()
}

/// Six words by chance; `None` if the browser has no randomness.
fn suggest() -> Option<String> {
    let mut bytes = [0; SUGGESTED_WORDS];
    window().crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(phrase(bytes))
}

/// A byte picks a word.
fn phrase(bytes: [u8; SUGGESTED_WORDS]) -> String {
    let pick = |byte: u8| WORDS.split_ascii_whitespace().nth(usize::from(byte)).unwrap_or("mendan");
    bytes.map(pick).join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn twelve_characters_are_the_least() {
        assert_eq!(judge("kX7!mQ2#vL9"), Strength::TooShort(1));
        assert_eq!(judge("kX7!mQ2#vL9$"), Strength::Fair);
        assert_eq!(judge("春の山道を歩いて海を見に行く"), Strength::Fair);
        assert_eq!(judge("sakura-tsukue-yama-hon"), Strength::Good);
    }

    #[test]
    fn rows_and_repetitions_are_easy_to_guess() {
        for easy in ["aaaaaaaaaaaaaaaa", "123456789012", "abcabcabcabcabc", "abcdefghijklmnop"] {
            assert_eq!(judge(easy), Strength::Guessable, "{easy}");
        }
    }

    #[test]
    fn every_byte_picks_a_word_of_its_own() {
        let words: BTreeSet<&str> = WORDS.split_ascii_whitespace().collect();

        assert_eq!(words.len(), 256);
        assert_eq!(WORDS.split_ascii_whitespace().count(), 256);
        assert!(words.iter().all(|word| word.len() >= 3 && word.is_ascii()));
        let least = [0; SUGGESTED_WORDS].map(|_| WORDS.split_ascii_whitespace().next().unwrap());
        assert_eq!(phrase([0; SUGGESTED_WORDS]), least.join("-"));
    }
}
