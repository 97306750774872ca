//! From contributions to the figures of a report.

use crate::casework::{
    date::Date,
    rule::{
        contribution::Contributions,
        report::{
            privacy::{Figures, Group, Mean, Table, least},
            suppress::{self, SHOWN_MIN, Ties},
        },
        tendency::Direction,
    },
};

/// What a table divides by, as the locale files name it.
pub const TOPIC: &str = "topic";
/// Difficulties of the organisation.
pub const ISSUE: &str = "issue";
/// Strengths of the organisation.
pub const STRENGTH: &str = "strength";

/// Every table there is.
pub const TABLES: &[&str] = &[TOPIC, ISSUE, STRENGTH];
/// Every mean there is, as the locale files name it.
pub const MEANS: &[&str] = &["motivation_before", "motivation_after", "satisfaction"];

/// The tables, whether each person is in one row of it only, and its counts.
pub fn counts(all: &Contributions) -> [(&'static str, bool, Vec<u32>); 3] {
    [
        (TOPIC, true, all.topics()),
        (ISSUE, false, all.marks(Direction::Issue)),
        (STRENGTH, false, all.marks(Direction::Strength)),
    ]
}

/// Counts, and hides what is small. A table with nothing to hide small counts behind is left out: that
/// says of no count that it is not zero, unless there are too many people for that.
pub fn figures(
    all: &Contributions,
    period: (Date, Date),
    before: &[Figures],
    group_min: u32,
    ties: &Ties,
) -> Figures {
    let earlier = || before.iter().filter(|it| it.goes_on_in(period));
    let people = all.people();
    let table = |(name, adds_up, counts): (&'static str, bool, Vec<u32>)| {
        let tables = earlier().flat_map(|figures| &figures.tables).filter(|it| it.name == name);
        let hidden: Vec<usize> = tables.flat_map(|table| table.hidden.places()).collect();
        let others = u32::try_from(counts.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let may_be_zero = !adds_up || people <= others.saturating_mul(SHOWN_MIN - 1);
        let hidden = match suppress::suppress(&counts, &hidden, ties) {
            Ok(hidden) => hidden,
            Err(suppress::TooThin) if may_be_zero => return None,
            // The privacy check stops it.
            Err(suppress::TooThin) => suppress::hide_small(&counts, &hidden),
        };
        Some(Table { name, counts, hidden })
    };
    let means =
        MEANS.iter().zip(all.sums()).map(|(name, (people, sum))| Mean { name, people, sum });
    Figures {
        period: Some(period),
        people,
        groups: all.groups().into_iter().map(|(name, counted)| Group { name, counted }).collect(),
        tables: counts(all).into_iter().filter_map(table).collect(),
        means: means.filter(|mean| mean.people >= least(group_min)).collect(),
    }
}
