//! Readers who know the total, that zeros are shown, the rules, and every earlier report, and try to
//! get back what is hidden: by trying every table there is, and by running the rules on tables of
//! their own.

use super::{
    privacy::{Draft, Figures, Finding, Group, Secrets, Table, check},
    suppress::{Hidden, SHOWN_MIN, Ties, hide_small, is_small, suppress},
};
use crate::casework::date::Date;

const TIES: Ties = Ties::new([7; 32]);

/// The randomness of one case (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    fn count(&mut self, end: u64) -> u32 {
        u32::try_from(self.below(end)).unwrap()
    }

    /// Half of the cells are small, as in a company of sixty.
    fn counts(&mut self, rows: usize, end: u64) -> Vec<u32> {
        let mut cell = || if self.below(2) == 0 { self.count(4) } else { self.count(end) };
        (0..rows).map(|_| cell()).collect()
    }

    /// As many people as before and some more, often three and more of a kind.
    fn grown(&mut self, counts: &[u32]) -> Vec<u32> {
        let new = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 4, 5, 1];
        let mut new = || new[usize::try_from(self.below(16)).unwrap()];
        counts.iter().map(|count| count + new()).collect()
    }
}

const SHAPES: &[(usize, u64)] = &[(4, 9), (6, 7), (12, 3), (12, 9)];

fn each_case(cases: u64, mut play: impl FnMut(&mut Dice, Vec<u32>, &str)) {
    for seed in 0..cases {
        for (rows, end) in SHAPES {
            let mut dice = Dice(seed);
            let counts = dice.counts(*rows, *end);
            let about = format!("seed {seed}: {counts:?}");
            play(&mut dice, counts, &about);
        }
    }
}

/// Every table that agrees with what is shown and the total, and in which no hidden cell is zero.
fn every_table(counts: &[u32], hidden: &[usize]) -> Vec<Vec<u32>> {
    let Some((at, later)) = hidden.split_first() else { return vec![counts.to_vec()] };
    let sum: u32 = hidden.iter().map(|at| counts[*at]).sum();
    if later.is_empty() {
        return vec![counts.to_vec()];
    }
    let least = u32::try_from(later.len()).unwrap();
    let mut found = vec![];
    for count in 1..=sum.saturating_sub(least) {
        let mut other = counts.to_vec();
        other[*at] = count;
        // What is left is the last one's for the time being.
        for at in later {
            other[*at] = 1;
        }
        other[*later.last().unwrap()] = sum - count - (least - 1);
        found.extend(every_table(&other, later));
    }
    found
}

#[test]
fn whoever_tries_every_table_cannot_tell_that_a_hidden_count_is_small() {
    let (mut shown, mut thin) = (0, 0);
    each_case(250, |_, counts, about| {
        let Ok(hidden) = suppress(&counts, &[], &TIES) else {
            thin += 1;
            return;
        };
        shown += 1;
        if hidden.places().len() > 5 {
            return;
        }
        let tables = every_table(&counts, &hidden.places());
        assert!(tables.contains(&counts), "{about}");
        for (at, count) in counts.iter().enumerate() {
            assert!(!is_small(*count) || hidden.is(at), "{about}");
            let may_be_more = tables.iter().any(|table| table[at] >= SHOWN_MIN);
            assert!(!is_small(*count) || may_be_more, "{about}: {at} of {:?}", hidden.places());
        }
    });
    assert!(shown > 500 && thin > 50, "{shown} {thin}");
}

fn figures(counts: &[u32], hidden: &Hidden, last_day: &str) -> Figures {
    let people = counts.iter().sum();
    let table = Table { name: "topic", counts: counts.to_vec(), hidden: hidden.clone() };
    Figures {
        period: Some((Date::parse("2026-01-01").unwrap(), Date::parse(last_day).unwrap())),
        people,
        groups: vec![Group { name: String::from("全員"), counted: people }],
        tables: vec![table],
        means: vec![],
    }
}

fn findings(now: &Figures, before: &[Figures]) -> Vec<Finding> {
    let draft = Draft {
        figures: now,
        before,
        is_before_unknown: false,
        texts: &[],
        statements: &[],
        // Small enough to try every table; what is compared does not depend on it.
        group_min: 0,
    };
    let mut findings = check(&draft, &Secrets::default());
    findings.retain(|it| !matches!(it, Finding::TooFewPeople | Finding::SmallGroup(_)));
    findings
}

const DAYS: [&str; 3] = ["2026-06-30", "2026-09-30", "2026-12-31"];

/// The reports that come of these tables, one going on from the other, as the rules publish them;
/// nothing from the first on that they stop. `wanted` is what each has to hide: then it is looked for
/// ties that do so.
fn published(tables: &[Vec<u32>], wanted: Option<&[Hidden]>) -> Vec<(Hidden, Figures)> {
    let mut reports: Vec<(Hidden, Figures)> = vec![];
    for (at, counts) in tables.iter().enumerate() {
        let earlier: Vec<Figures> = reports.iter().map(|(_, figures)| figures.clone()).collect();
        let before: Vec<usize> = reports.iter().flat_map(|(hidden, _)| hidden.places()).collect();
        let wanted = wanted.map(|wanted| &wanted[at]);
        let hidden = (0..=255)
            .filter_map(|ties| suppress(counts, &before, &Ties::new([ties; 32])).ok())
            .find(|hidden| wanted.is_none_or(|wanted| wanted == hidden));
        let Some(hidden) = hidden else { return reports };
        let figures = figures(counts, &hidden, DAYS[at]);
        if !findings(&figures, &earlier).is_empty() {
            return reports;
        }
        reports.push((hidden, figures));
    }
    reports
}

/// What a reader sees of reports.
fn seen(tables: &[Vec<u32>], hidden: &[Hidden]) -> Vec<(u32, Vec<Option<u32>>)> {
    tables.iter().zip(hidden).map(|(it, hidden)| (it.iter().sum(), hidden.shown(it))).collect()
}

#[test]
fn whoever_knows_the_rules_and_every_report_cannot_tell_which_count_is_small() {
    let (mut tried, mut chains, mut stopped) = (0, 0, 0);
    each_case(250, |dice, first, about| {
        let second = dice.grown(&first);
        let third = dice.grown(&second);
        let tables = [first, second, third];
        let hidden: Vec<Hidden> =
            published(&tables, None).into_iter().map(|(hidden, _)| hidden).collect();
        let tables = &tables[..hidden.len()];
        chains += usize::from(tables.len() > 1);
        stopped += usize::from(tables.len() < 3);
        let small = tables.iter().enumerate().flat_map(|(report, counts)| {
            (0..counts.len()).filter(|at| is_small(counts[*at])).map(move |at| (report, at))
        });
        for (report, at) in small {
            tried += 1;
            // A count of three and more takes the place of the small one, all along.
            let mut others =
                (0..tables[report].len()).filter(|it| tables[report][*it] >= SHOWN_MIN);
            let is_open = others.any(|other| {
                let mut swapped = tables.to_vec();
                for counts in &mut swapped {
                    counts.swap(at, other);
                }
                published(&swapped, Some(&hidden)).len() == tables.len()
                    && seen(&swapped, &hidden) == seen(tables, &hidden)
            });
            assert!(is_open, "{about}: {at} of report {report}: {tables:?}");
        }
    });
    assert!(tried > 1000 && chains > 100 && stopped > 100, "{tried} {chains} {stopped}");
}

#[test]
fn whoever_subtracts_one_report_from_the_next_finds_nobody_or_three_and_more() {
    let mut compared = 0;
    each_case(250, |dice, first, about| {
        let tables = [first.clone(), dice.grown(&first)];
        if let [(_, before), (_, now)] = published(&tables, None).as_slice() {
            compared += 1;
            assert!(!is_small(now.people - before.people), "{about}");
            for (now, before) in now.tables[0].counts.iter().zip(&before.tables[0].counts) {
                assert!(!is_small(now - before), "{about}");
            }
        }
    });
    assert!(compared > 100, "{compared}");
}

#[test]
fn without_the_comparison_somebody_would_be_told() {
    let before = [9, 3, 2, 6];
    let now = [9, 3, 5, 6];
    let hidden_before = suppress(&before, &[], &TIES).unwrap();
    assert_eq!(hidden_before.places(), [1, 2]);
    let earlier = figures(&before, &hidden_before, "2026-06-30");

    // Shown, because nothing is small any more: three new people, so it was two.
    let all_shown = suppress(&now, &[], &TIES).unwrap();
    let later = figures(&now, &all_shown, "2026-07-31");
    let again = [Finding::ShownAgain(0, 1), Finding::ShownAgain(0, 2)];
    assert_eq!(findings(&later, std::slice::from_ref(&earlier)), again);
    let mut separate = figures(&now, &all_shown, "2026-12-31");
    separate.period =
        Some((Date::parse("2026-07-01").unwrap(), Date::parse("2026-12-31").unwrap()));
    assert_eq!(findings(&separate, std::slice::from_ref(&earlier)), []);

    let one_more = figures(&[10, 3, 2, 6], &earlier.tables[0].hidden, "2026-07-31");
    let few = [Finding::FewNewPeople, Finding::FewNewInGroup(0), Finding::FewNew(0, 0)];
    assert_eq!(findings(&one_more, &[earlier]), few);
}

#[test]
fn what_hides_nothing_but_small_counts_tells_them() {
    let counts = [9, 5, 2, 2];
    let only_small = hide_small(&counts, &[]);
    assert_eq!(every_table(&counts, &only_small.places()).len(), 3);
    let told = figures(&counts, &only_small, "2026-06-30");
    assert_eq!(findings(&told, &[]), [Finding::Derivable(0, 2), Finding::Derivable(0, 3)]);
}
