//! From contributions to the figures of a report.

use crate::casework::{
    date::Date,
    rule::{
        contribution::Contributions,
        report::{
            privacy::{Figures, Group, Table},
            suppress::{self, Grid, Hidden, Ties},
        },
        tendency::Direction,
    },
};

/// What a table divides by, as the locale files name it.
pub const TOPIC: &str = "topic";
/// Groups of people.
pub const BUCKET: &str = "bucket";
/// Difficulties of the organisation.
pub const ISSUE: &str = "issue";
/// Strengths of the organisation.
pub const STRENGTH: &str = "strength";

/// Counts, and hides what is small; a table that is too thin to be shown is left out.
pub fn figures(
    all: &Contributions,
    period: (Date, Date),
    before: Option<&Figures>,
    ties: &Ties,
) -> Figures {
    let earlier = before.filter(|it| it.period.is_some_and(|(_, to)| period.0 <= to));
    let hidden_in = |dimensions: &[&str]| {
        let tables = earlier.into_iter().flat_map(|figures| &figures.tables);
        let same = tables.filter(|table| table.dimensions == dimensions);
        same.flat_map(|table| table.hidden.places()).collect::<Vec<_>>()
    };
    let mut tables = vec![];
    if let Some(topics) = all.topics()
        && let Ok(hidden) = suppress::suppress(&topics, &hidden_in(&[TOPIC]), ties)
    {
        let rest = hidden.places();
        tables.push(table(&[TOPIC], true, vec![], topics, hidden));
        if let Some(crossed) = all.topics_by_bucket().map(|crossed| crossed.merged(&rest))
            && crossed.columns() > 1
            && let Ok(hidden) = suppress::suppress(&crossed, &hidden_in(&[TOPIC, BUCKET]), ties)
        {
            tables.push(table(&[TOPIC, BUCKET], true, rest, crossed, hidden));
        }
    }
    for (name, direction) in [(ISSUE, Direction::Issue), (STRENGTH, Direction::Strength)] {
        if let Some(marks) = all.marks(direction) {
            let hidden = suppress::hide_small(&marks, &hidden_in(&[name]));
            tables.push(table(&[name], false, vec![], marks, hidden));
        }
    }
    let groups = all.buckets().into_iter().map(|(name, counted)| Group { name, counted });
    Figures { period: Some(period), people: all.people(), groups: groups.collect(), tables }
}

fn table(
    dimensions: &[&str],
    adds_up: bool,
    rest: Vec<usize>,
    grid: Grid,
    hidden: Hidden,
) -> Table {
    let dimensions = dimensions.iter().copied().map(String::from).collect();
    Table { dimensions, adds_up, rest, grid, hidden }
}
