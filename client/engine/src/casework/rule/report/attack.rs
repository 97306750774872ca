//! Readers who know every total, that zeros are shown, and the rules, and try to get back what is
//! hidden: by trying every table there is, by solving equations, and by comparing two reports.

use super::{
    privacy::{Draft, Figures, Finding, Group, Secrets, Table, check},
    suppress::{Grid, Hidden, SHOWN_MIN, Ties, hide_small, suppress},
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

    fn grid(&mut self, columns: usize, rows: usize, end: u64) -> Grid {
        // Half of the cells are small, as in a company of sixty.
        let mut cell = || if self.below(2) == 0 { self.count(4) } else { self.count(end) };
        let cells = (0..columns * rows).map(|_| cell()).collect();
        Grid::new(columns, cells).unwrap()
    }
}

/// Every table that agrees with what is shown, and in which no hidden cell is zero.
fn every_table(grid: &Grid, hidden: &Hidden) -> Vec<Vec<u32>> {
    let mut open = grid.clone().cells().to_vec();
    for at in hidden.places() {
        open[at] = 0;
    }
    let rest = Grid::new(grid.columns(), open.clone()).unwrap();
    let less = |all: Vec<u32>, shown: Vec<u32>| -> Vec<u32> {
        all.iter().zip(shown).map(|(all, shown)| all - shown).collect()
    };
    let columns = less(grid.column_totals(), rest.column_totals());
    // With one column the totals of rows are not known.
    let rows = (grid.columns() > 1).then(|| less(grid.row_totals(), rest.row_totals()));
    let mut found = vec![];
    fill(&hidden.places(), grid.columns(), &mut open, (rows, columns), &mut found);
    found
}

fn fill(
    hidden: &[usize],
    width: usize,
    open: &mut Vec<u32>,
    (rows, columns): (Option<Vec<u32>>, Vec<u32>),
    found: &mut Vec<Vec<u32>>,
) {
    let Some((at, later)) = hidden.split_first() else {
        if columns.iter().chain(rows.iter().flatten()).all(|left| *left == 0) {
            found.push(open.clone());
        }
        return;
    };
    let (row, column) = (at / width, at % width);
    let most = rows.as_ref().map_or(columns[column], |rows| rows[row].min(columns[column]));
    for count in 1..=most {
        open[*at] = count;
        let mut columns = columns.clone();
        columns[column] -= count;
        let rows = rows.clone().map(|mut rows| {
            rows[row] -= count;
            rows
        });
        fill(later, width, open, (rows, columns), found);
    }
}

/// Shapes small enough to try every table.
const SHAPES: &[(usize, usize, u64)] =
    &[(1, 4, 9), (1, 6, 7), (1, 12, 3), (2, 2, 9), (2, 3, 7), (3, 2, 7), (3, 3, 6), (4, 3, 4)];

fn each_case(cases: u64, mut play: impl FnMut(&mut Dice, Grid, &str)) {
    for seed in 0..cases {
        for (columns, rows, end) in SHAPES {
            let mut dice = Dice(seed);
            let grid = dice.grid(*columns, *rows, *end);
            let about = format!("seed {seed}: {columns} columns {:?}", grid.cells());
            play(&mut dice, grid, &about);
        }
    }
}

#[test]
fn whoever_tries_every_table_cannot_tell_that_a_hidden_count_is_small() {
    let (mut shown, mut thin) = (0, 0);
    each_case(250, |_, grid, about| {
        let Ok(hidden) = suppress(&grid, &[], &TIES) else {
            thin += 1;
            return;
        };
        shown += 1;
        // Columns of zeros and the like leave few tables; a wide one has too many to try.
        if hidden.places().len() > 7 {
            return;
        }
        let tables = every_table(&grid, &hidden);
        assert!(tables.contains(&grid.cells().to_vec()), "{about}");
        for (at, count) in grid.cells().iter().enumerate() {
            let is_small = (1..SHOWN_MIN).contains(count);
            assert!(!is_small || hidden.is(at), "{about}");
            let may_be_more = tables.iter().any(|table| table[at] >= SHOWN_MIN);
            assert!(!is_small || may_be_more, "{about}: {at} of {:?}", hidden.places());
        }
    });
    assert!(shown > 800 && thin > 100, "{shown} {thin}");
}

#[test]
fn whoever_knows_the_rule_as_well_still_cannot_tell_which_of_a_column_is_small() {
    let mut tried = 0;
    each_case(250, |_, grid, about| {
        let Ok(hidden) = suppress(&grid, &[], &TIES) else { return };
        if grid.columns() > 1 {
            return;
        }
        for at in hidden.places().into_iter().filter(|at| grid.cells()[*at] < SHOWN_MIN) {
            tried += 1;
            // The same counts, dealt out otherwise; how ties fell is not known.
            let mut swaps =
                hidden.places().into_iter().filter(|other| grid.cells()[*other] >= SHOWN_MIN);
            let is_open = swaps.any(|other| {
                let mut cells = grid.cells().to_vec();
                cells.swap(at, other);
                let swapped = Grid::new(1, cells).unwrap();
                (0..=255).any(|ties| {
                    suppress(&swapped, &[], &Ties::new([ties; 32])).as_ref() == Ok(&hidden)
                })
            });
            assert!(is_open, "{about}: {at} of {:?}", hidden.places());
        }
    });
    assert!(tried > 300, "{tried}");
}

/// Whether the totals alone fix a hidden cell: Gauss, modulo a prime so that it stays exact.
fn is_solved(grid: &Grid, hidden: &Hidden, cell: usize) -> bool {
    const PRIME: i64 = 1_000_003;
    let unknown = hidden.places();
    let line = |is_in: &dyn Fn(usize) -> bool| -> Vec<i64> {
        unknown.iter().map(|at| i64::from(is_in(*at))).collect()
    };
    let width = grid.columns();
    let mut equations: Vec<Vec<i64>> =
        (0..width).map(|column| line(&|at| at % width == column)).collect();
    if width > 1 {
        equations.extend((0..grid.rows()).map(|row| line(&|at| at / width == row)));
    }
    let rank = |mut lines: Vec<Vec<i64>>| {
        let mut rank = 0;
        for pivot in 0..unknown.len() {
            let Some(at) = (rank..lines.len()).find(|at| lines[*at][pivot] != 0) else { continue };
            lines.swap(rank, at);
            let first = lines[rank].clone();
            for other in lines.iter_mut().skip(rank + 1) {
                let (by, from) = (first[pivot], other[pivot]);
                for (value, above) in other.iter_mut().zip(&first) {
                    *value = (*value * by - above * from).rem_euclid(PRIME);
                }
            }
            rank += 1;
        }
        rank
    };
    let before = rank(equations.clone());
    equations.push(line(&|at| at == cell));
    rank(equations) == before
}

#[test]
fn whoever_solves_equations_gets_no_small_count_of_a_large_table() {
    let mut tried = 0;
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let grid = dice.grid(5, 12, 12);
        let topics = Grid::new(1, grid.row_totals()).unwrap();
        let rest = suppress(&topics, &[], &TIES).unwrap().places();
        let grid = grid.merged(&rest);
        let Ok(hidden) = suppress(&grid, &[], &TIES) else { continue };
        for at in hidden.places() {
            if grid.cells()[at] < SHOWN_MIN {
                tried += 1;
                assert!(!is_solved(&grid, &hidden, at), "seed {seed}: {at}");
            }
        }
    }
    assert!(tried > 1000, "{tried}");
    // What hides nothing but the small counts is solved easily.
    let alone = Grid::new(2, vec![2, 5, 9, 4]).unwrap();
    let only_small = hide_small(&alone, &[]);
    assert!(is_solved(&alone, &only_small, 0));
}

fn figures(grid: Grid, hidden: Hidden, last_day: &str) -> Figures {
    let dimensions = if grid.columns() == 1 { vec!["topic"] } else { vec!["topic", "bucket"] };
    let people: u32 = grid.cells().iter().sum();
    let group = |counted| Group { name: String::from("部門"), counted };
    Figures {
        period: Some((Date::parse("2026-01-01").unwrap(), Date::parse(last_day).unwrap())),
        people,
        groups: grid.column_totals().into_iter().map(group).collect(),
        tables: vec![Table {
            dimensions: dimensions.into_iter().map(String::from).collect(),
            adds_up: true,
            rest: vec![],
            grid,
            hidden,
        }],
    }
}

fn findings(now: &Figures, before: &Figures) -> Vec<Finding> {
    let draft = Draft {
        figures: now,
        before: Some(before),
        texts: &[],
        statements: &[],
        // Small enough to try every table; what is compared does not depend on it.
        group_min: 0,
    };
    let mut findings = check(&draft, &Secrets::default());
    findings.retain(|it| !matches!(it, Finding::TooFewPeople | Finding::SmallGroup(_)));
    findings
}

#[test]
fn whoever_compares_two_reports_learns_of_nobody() {
    let (mut passed, mut stopped) = (0, 0);
    each_case(250, |dice, before, about| {
        let Ok(hidden_before) = suppress(&before, &[], &TIES) else { return };
        let grown = before.cells().iter().map(|count| {
            let new = dice.below(12);
            count + [0, 0, 0, 0, 0, 0, 0, 3, 4, 5, 1, 2][usize::try_from(new).unwrap()]
        });
        let now = Grid::new(before.columns(), grown.collect()).unwrap();
        let Ok(hidden) = suppress(&now, &hidden_before.places(), &TIES) else { return };
        let earlier = figures(before.clone(), hidden_before.clone(), "2026-06-30");
        let later = figures(now.clone(), hidden.clone(), "2026-07-31");
        if !findings(&later, &earlier).is_empty() {
            stopped += 1;
            return;
        }
        if hidden.places().len() > 5 {
            return;
        }
        passed += 1;
        let olds = every_table(&before, &hidden_before);
        let news = every_table(&now, &hidden);
        if olds.len() * news.len() > 3_000 {
            return;
        }
        // The reader even knows that nobody is taken out again.
        let pairs: Vec<_> = olds
            .iter()
            .flat_map(|old| news.iter().map(move |new| (old, new)))
            .filter(|(old, new)| old.iter().zip(*new).all(|(old, new)| old <= new))
            .filter(|(old, new)| {
                old.iter().zip(*new).all(|(old, new)| !(1..SHOWN_MIN).contains(&(new - old)))
            })
            .collect();
        for at in 0..now.cells().len() {
            for (table, count) in [(0, before.cells()[at]), (1, now.cells()[at])] {
                let of = |(old, new): &(&Vec<u32>, &Vec<u32>)| [old[at], new[at]][table];
                let is_small = (1..SHOWN_MIN).contains(&count);
                let may_be_more = pairs.iter().any(|pair| of(pair) >= SHOWN_MIN);
                assert!(!is_small || may_be_more, "{about}: {at}, then {:?}", now.cells());
            }
        }
    });
    assert!(passed > 100 && stopped > 100, "{passed} {stopped}");
}

#[test]
fn without_the_comparison_somebody_would_be_told() {
    let before = Grid::new(1, vec![9, 3, 2, 6]).unwrap();
    let now = Grid::new(1, vec![9, 3, 5, 6]).unwrap();
    let hidden_before = suppress(&before, &[], &TIES).unwrap();
    assert_eq!(hidden_before.places(), [1, 2]);
    let earlier = figures(before, hidden_before, "2026-06-30");

    // Shown, because nothing is small any more: three new people, so it was two.
    let all_shown = suppress(&now, &[], &TIES).unwrap();
    let later = figures(now.clone(), all_shown.clone(), "2026-07-31");
    let again = [Finding::ShownAgain(0, 1), Finding::ShownAgain(0, 2)];
    assert_eq!(findings(&later, &earlier), again);
    let mut separate = figures(now, all_shown, "2026-12-31");
    separate.period =
        Some((Date::parse("2026-07-01").unwrap(), Date::parse("2026-12-31").unwrap()));
    assert_eq!(findings(&separate, &earlier), []);

    let one_more = figures(
        Grid::new(1, vec![10, 3, 2, 6]).unwrap(),
        earlier.tables[0].hidden.clone(),
        "2026-07-31",
    );
    assert_eq!(findings(&one_more, &earlier), [Finding::FewNewPeople, Finding::FewNew(0, 0)]);
}
