//! What people say and consultants write, by tendency code: hand-written fragments.

use std::collections::BTreeMap;

use crate::seed::Dice;

/// Each code's fragments: a label, a space, the words. `{職種}`, `{勤続}` and `{気持ち}` are filled in.
const FILES: [(&str, &str); 20] = [
    ("career_plan", include_str!("fragment/career_plan.txt")),
    ("skills", include_str!("fragment/skills.txt")),
    ("conditions", include_str!("fragment/conditions.txt")),
    ("aptitude", include_str!("fragment/aptitude.txt")),
    ("relations", include_str!("fragment/relations.txt")),
    ("balance", include_str!("fragment/balance.txt")),
    ("transfer", include_str!("fragment/transfer.txt")),
    ("promotion", include_str!("fragment/promotion.txt")),
    ("leaving", include_str!("fragment/leaving.txt")),
    ("health", include_str!("fragment/health.txt")),
    ("retirement", include_str!("fragment/retirement.txt")),
    ("other", include_str!("fragment/other.txt")),
    ("development", include_str!("fragment/development.txt")),
    ("support", include_str!("fragment/support.txt")),
    ("appraisal", include_str!("fragment/appraisal.txt")),
    ("workload", include_str!("fragment/workload.txt")),
    ("information", include_str!("fragment/information.txt")),
    ("fairness", include_str!("fragment/fairness.txt")),
    ("safety", include_str!("fragment/safety.txt")),
    ("systems", include_str!("fragment/systems.txt")),
];

/// Fragments that are handed out one after the other, in an order of the seed, so that all of them
/// are heard before one is heard again.
pub struct Deck(BTreeMap<(&'static str, &'static str), (Vec<&'static str>, usize)>);

/// A file of labelled lines, label by label.
pub fn labelled(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.lines().filter_map(|line| line.split_once(' '))
}

/// Every fragment of a code.
pub fn of_code(code: &str) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
    let file = FILES.iter().find(|(it, _)| *it == code);
    file.map(|(_, text)| labelled(text)).into_iter().flatten()
}

/// Puts things into an order of the seed.
pub fn shuffle<T>(dice: &mut Dice, things: &mut [T]) {
    for end in (1..things.len()).rev() {
        let with = below(dice, end + 1);
        things.swap(end, with);
    }
}

/// A number below `end`.
pub fn below(dice: &mut Dice, end: usize) -> usize {
    let end = u64::try_from(end).unwrap_or(u64::MAX);
    usize::try_from(dice.below(end)).unwrap_or(0)
}

/// One of several.
#[track_caller]
pub fn one<T: Copy>(dice: &mut Dice, of: &[T]) -> T {
    *of.get(below(dice, of.len())).expect("something to choose from")
}

impl Deck {
    /// A shuffled deck of everything.
    pub fn shuffled(dice: &mut Dice) -> Self {
        let mut all: BTreeMap<_, (Vec<&'static str>, usize)> = BTreeMap::new();
        for (code, text) in FILES {
            for (label, words) in labelled(text) {
                all.entry((code, label)).or_default().0.push(words);
            }
        }
        for (words, _) in all.values_mut() {
            shuffle(dice, words);
        }
        Self(all)
    }

    /// The next fragment of a code under a label.
    #[track_caller]
    pub fn draw(&mut self, code: &'static str, label: &'static str) -> &'static str {
        let (words, next) = self.0.get_mut(&(code, label)).expect("fragments under this label");
        let drawn = words.get(*next % words.len()).copied();
        *next += 1;
        drawn.expect("a label has fragments")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use engine::casework::note::{ORGANISATION_CODES, TOPICS};

    use super::*;

    #[test]
    fn every_code_has_forty_fragments_and_more_and_none_stands_twice() {
        let mut seen = BTreeSet::new();
        for code in TOPICS.iter().chain(ORGANISATION_CODES) {
            let fragments: Vec<_> = of_code(code).collect();
            assert!(fragments.len() >= 40, "{code}: {}", fragments.len());
            for (label, words) in fragments {
                assert!(seen.insert((label, words)), "{code}: {label} {words}");
                assert!(words.chars().count() >= 5, "{code}: {words}");
                let slots = words.matches('{').count();
                let known = ["{職種}", "{勤続}", "{気持ち}"];
                let filled: usize = known.iter().map(|slot| words.matches(slot).count()).sum();
                assert_eq!(slots, filled, "{code}: {words}");
            }
        }
        assert_eq!(FILES.len(), TOPICS.len() + ORGANISATION_CODES.len());
    }

    #[test]
    fn every_line_has_a_label() {
        for (code, text) in FILES {
            assert!(text.lines().all(|line| line.contains(' ')), "{code}");
        }
    }

    #[test]
    fn a_deck_hands_out_everything_before_it_repeats() {
        let mut deck = Deck::shuffled(&mut Dice::seeded(1));
        let count = of_code("skills").filter(|(label, _)| *label == "発言").count();
        let drawn: BTreeSet<_> = (0..count).map(|_| deck.draw("skills", "発言")).collect();
        assert_eq!(drawn.len(), count);
    }
}
