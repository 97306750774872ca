//! Hiding small counts so that no subtraction brings them back.
//!
//! One or two people among many are soon recognised by those who work with them. A count of one or
//! two is hidden, and so are as many others as it takes: whoever knows every total, and that zeros are
//! shown, must still think it possible that three or more stand behind it. In a single column, whoever
//! knows this very rule as well cannot tell which of the hidden counts are the small ones: the rule
//! looks at counts and not at their places. In two dimensions that is not shown. The limit is what
//! official statistics use; it is not in a statute.

use core::fmt;

use shared::hash;

/// Smallest count that is shown, zero apart.
pub const SHOWN_MIN: u32 = 3;

/// Counts of distinct people: a row for each code, a column for each group.
///
/// Everybody is in one group. With one column only its total is known; with more, the total of each
/// row is known too.
#[derive(Clone, PartialEq, Eq)]
pub struct Grid {
    columns: usize,
    cells: Vec<u32>,
}

impl fmt::Debug for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Grid({} of {})", self.cells.len(), self.columns)
    }
}

/// Which cells are hidden, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden(Vec<bool>);

/// Random bytes of a report that decide between equal counts. If their order did, a reader who knows
/// the rule could tell which of the hidden counts was not the reason to hide the others.
pub struct Ties([u8; 32]);

impl Ties {
    /// Takes random bytes; the same ones hide the same cells.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn place(&self, at: usize) -> [u8; 32] {
        hash::sha256(&[b"mendan/1/report-ties", &self.0, &at.to_be_bytes()])
    }
}

impl fmt::Debug for Ties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ties(..)")
    }
}

/// The table is too thin: hiding everything in it would still tell. Merge rows or columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooThin;

impl Grid {
    /// Takes counts row by row; `None` unless they fill rows of `columns`.
    pub fn new(columns: usize, cells: Vec<u32>) -> Option<Self> {
        (columns > 0 && cells.len().is_multiple_of(columns)).then_some(Self { columns, cells })
    }

    /// How many groups.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many codes.
    pub fn rows(&self) -> usize {
        self.cells.len() / self.columns
    }

    /// Counts, row by row.
    pub fn cells(&self) -> &[u32] {
        &self.cells
    }

    /// The total of each column.
    pub fn column_totals(&self) -> Vec<u32> {
        (0..self.columns).map(|at| self.cells.iter().skip(at).step_by(self.columns).sum()).collect()
    }

    /// The total of each row.
    pub fn row_totals(&self) -> Vec<u32> {
        self.cells.chunks(self.columns).map(|row| row.iter().sum()).collect()
    }

    /// The same with the rows in `rest` as one row at the end.
    #[must_use]
    pub fn merged(&self, rest: &[usize]) -> Self {
        let mut cells = vec![];
        let mut last = vec![0; self.columns];
        for (at, row) in self.cells.chunks(self.columns).enumerate() {
            if rest.contains(&at) {
                for (sum, count) in last.iter_mut().zip(row) {
                    *sum += count;
                }
            } else {
                cells.extend_from_slice(row);
            }
        }
        if !rest.is_empty() {
            cells.append(&mut last);
        }
        Self { columns: self.columns, cells }
    }

    fn count(&self, at: usize) -> u32 {
        self.cells.get(at).copied().unwrap_or(0)
    }

    fn is_small(&self, at: usize) -> bool {
        (1..SHOWN_MIN).contains(&self.count(at))
    }
}

impl Hidden {
    /// Whether a cell is.
    pub fn is(&self, at: usize) -> bool {
        self.0.get(at).copied().unwrap_or(false)
    }

    /// All that are.
    pub fn places(&self) -> Vec<usize> {
        (0..self.0.len()).filter(|at| self.is(*at)).collect()
    }

    fn set(&self, at: usize, is_hidden: bool) -> Self {
        let mut other = self.clone();
        if let Some(cell) = other.0.get_mut(at) {
            *cell = is_hidden;
        }
        other
    }
}

/// Decides what to hide. What an overlapping report hid `before` stays hidden, because its new value
/// would tell the old one.
pub fn suppress(grid: &Grid, before: &[usize], ties: &Ties) -> Result<Hidden, TooThin> {
    let mut hidden = hide_small(grid, before);
    while let Some(told) = told(grid, &hidden).first().copied() {
        // One that helps at once, else one beside it, else any.
        let mut shown: Vec<usize> =
            (0..grid.cells.len()).filter(|at| !hidden.is(*at) && grid.count(*at) > 0).collect();
        // In a column the smallest will do; in two dimensions its size would tell where the loop began.
        let size = |at: usize| if grid.columns == 1 { grid.count(at) } else { 0 };
        shown.sort_by_cached_key(|at| (size(*at), ties.place(*at)));
        let helps = |at: &&usize| is_safe(grid, &hidden.set(**at, true), told);
        let is_beside = |at: &&usize| {
            *at % grid.columns == told % grid.columns || *at / grid.columns == told / grid.columns
        };
        let next = shown
            .iter()
            .find(helps)
            .or_else(|| shown.iter().find(is_beside))
            .or_else(|| shown.first());
        hidden = hidden.set(*next.ok_or(TooThin)?, true);
    }
    // What turned out not to be needed is shown again; hidden, it would tell which way was taken.
    for at in hidden.places() {
        let fewer = hidden.set(at, false);
        if !grid.is_small(at) && !before.contains(&at) && told(grid, &fewer).is_empty() {
            hidden = fewer;
        }
    }
    Ok(hidden)
}

/// Hides what is small, where nothing adds up to a total.
pub fn hide_small(grid: &Grid, before: &[usize]) -> Hidden {
    let is_hidden = |at| grid.is_small(at) || (before.contains(&at) && grid.count(at) > 0);
    Hidden((0..grid.cells.len()).map(is_hidden).collect())
}

/// Which cells show one or two.
pub fn shown_small(grid: &Grid, hidden: &Hidden) -> Vec<usize> {
    (0..grid.cells.len()).filter(|at| grid.is_small(*at) && !hidden.is(*at)).collect()
}

/// Which hidden cells are known all the same to be one or two.
pub fn told(grid: &Grid, hidden: &Hidden) -> Vec<usize> {
    hidden.places().into_iter().filter(|at| !is_safe(grid, hidden, *at)).collect()
}

/// Whether [`SHOWN_MIN`] or more could stand behind a cell, for all that the totals say.
fn is_safe(grid: &Grid, hidden: &Hidden, at: usize) -> bool {
    if !grid.is_small(at) {
        return true;
    }
    // If only small counts were hidden, being hidden would say so.
    if hidden.places().iter().all(|at| grid.is_small(*at)) {
        return false;
    }
    // People are moved round a loop of hidden cells, one up, the next down, so that every total
    // stays; no hidden cell falls below one.
    let mut moved = grid.clone();
    (grid.count(at)..SHOWN_MIN).all(|_| raise(&mut moved, hidden, at))
}

/// Adds one to a cell and keeps the totals, if the hidden cells allow it.
///
/// A cell is an edge between its row and its column. To add one to it, one must get from its column
/// back to its row over hidden cells, lowering where the way goes from column to row and raising
/// where it goes from row to column.
fn raise(grid: &mut Grid, hidden: &Hidden, at: usize) -> bool {
    let Ends { row, column } = ends(grid, at);
    // The cell over which each node was reached; the start has none.
    let mut reached: Vec<(Node, Option<usize>)> = vec![(column, None)];
    let mut next = 0;
    while let Some((node, _)) = reached.get(next).copied() {
        next += 1;
        for edge in hidden.places().into_iter().filter(|edge| *edge != at) {
            let Ends { row, column } = ends(grid, edge);
            let may_lower = grid.count(edge) > 1;
            let beyond = match node {
                Node::Column(_) if node == column && may_lower => row,
                Node::Row(_) if node == row => column,
                Node::Column(_) | Node::Row(_) => continue,
            };
            if !reached.iter().any(|(node, _)| *node == beyond) {
                reached.push((beyond, Some(edge)));
            }
        }
    }
    let over = |node: Node| reached.iter().find(|(it, _)| *it == node).and_then(|(_, over)| *over);
    let mut node = row;
    let mut way = vec![];
    while let Some(edge) = over(node) {
        let Ends { row, column } = ends(grid, edge);
        way.push((edge, node == row));
        node = if node == row { column } else { row };
    }
    if node != column {
        return false;
    }
    for (edge, is_lowered) in way.into_iter().chain([(at, false)]) {
        if let Some(count) = grid.cells.get_mut(edge) {
            *count = if is_lowered { count.saturating_sub(1) } else { *count + 1 };
        }
    }
    true
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    Row(usize),
    Column(usize),
}

struct Ends {
    row: Node,
    column: Node,
}

fn ends(grid: &Grid, at: usize) -> Ends {
    // Without totals of rows, all rows are one node: people may move between them.
    let row = if grid.columns == 1 { 0 } else { at / grid.columns };
    Ends { row: Node::Row(row), column: Node::Column(at % grid.columns) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIES: Ties = Ties::new([0; 32]);

    #[track_caller]
    fn check(columns: usize, cells: &[u32], expected: Result<&[usize], TooThin>) {
        let grid = Grid::new(columns, cells.to_vec()).unwrap();
        let found = suppress(&grid, &[], &TIES).map(|hidden| hidden.places());
        assert_eq!(found, expected.map(<[usize]>::to_vec), "{cells:?}");
    }

    #[test]
    fn one_and_two_are_hidden_with_the_next_smallest() {
        check(1, &[9, 5, 3, 0], Ok(&[]));
        check(1, &[9, 5, 3, 2], Ok(&[2, 3]));
        check(1, &[9, 5, 3, 1, 0], Ok(&[2, 3]));
        // One of the hidden is not small, or being hidden would say that it is.
        check(1, &[9, 5, 2, 2], Ok(&[1, 2, 3]));
        check(1, &[9, 5, 1, 1], Ok(&[1, 2, 3]));
    }

    #[test]
    fn a_thin_table_is_not_shown() {
        check(1, &[2], Err(TooThin));
        check(1, &[1, 1], Err(TooThin));
        check(1, &[2, 1, 0, 0], Err(TooThin));
        check(2, &[2, 1, 9, 9], Err(TooThin));
    }

    #[test]
    fn in_two_dimensions_it_takes_a_loop() {
        check(2, &[2, 5, 9, 4], Ok(&[0, 1, 2, 3]));
        let grid = Grid::new(3, vec![2, 5, 9, 4, 8, 7, 6, 6, 6]).unwrap();
        for ties in 0..20 {
            let places = suppress(&grid, &[], &Ties::new([ties; 32])).unwrap().places();
            assert!(places.len() == 4 && places.contains(&0), "{places:?}");
        }
    }

    #[test]
    fn what_was_hidden_before_stays_hidden() {
        let grid = Grid::new(1, vec![9, 5, 4, 0]).unwrap();
        assert_eq!(suppress(&grid, &[2, 3], &TIES).unwrap().places(), [2]);
    }

    #[test]
    fn rows_that_are_hidden_become_one() {
        let grid = Grid::new(2, vec![9, 9, 1, 2, 3, 4]).unwrap();
        assert_eq!(grid.merged(&[1, 2]).cells(), [9, 9, 4, 6]);
        assert_eq!(grid.merged(&[]).cells(), grid.cells());
        assert_eq!(grid.row_totals(), [18, 3, 7]);
        assert_eq!(grid.column_totals(), [13, 15]);
        assert_eq!(Grid::new(2, vec![1]), None);
        assert_eq!(Grid::new(0, vec![]), None);
    }
}
