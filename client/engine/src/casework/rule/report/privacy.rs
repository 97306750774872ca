//! The privacy check that stands between a report and its approval.
//!
//! Statistics of a group are nobody's personal data only while nobody can be singled out
//! (個人情報保護法 2条); ten people is the floor of the stress-check guideline. The company knows its
//! own people, so the check assumes a reader who knows everything but the answers.

use crate::casework::{
    date::Date,
    rule::{
        code::coded,
        contribution::Statement,
        disclosure::GROUP_MIN,
        report::suppress::{self, Grid, Hidden, SHOWN_MIN},
        scan::{Folded, Hit, Name},
    },
};

/// Most dimensions in which people are divided at once.
pub const DIMENSIONS_MAX: usize = 2;
/// Fewest cases behind a general statement.
pub const STATEMENT_CASES_MIN: usize = 3;

/// A table of the report: how it was counted, and what of it is hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What its rows and then its columns divide people by, as the report names it.
    pub dimensions: Vec<String>,
    /// Whether everybody is in one row only, so that rows add up to the total.
    pub adds_up: bool,
    /// Which codes were merged into the last row.
    pub rest: Vec<usize>,
    /// The counts.
    pub grid: Grid,
    /// What is not shown of them.
    pub hidden: Hidden,
}

/// A group of people whom the report tells apart.
#[derive(Clone, PartialEq, Eq)]
pub struct Group {
    /// As the report names it.
    pub name: String,
    /// How many distinct people of it are counted.
    pub counted: u32,
}

/// What one report published, or is about to.
#[derive(Clone, Default)]
pub struct Figures {
    /// First and last day.
    pub period: Option<(Date, Date)>,
    /// Distinct people counted; whoever refused to be counted is not among them.
    pub people: u32,
    /// The groups it tells apart.
    pub groups: Vec<Group>,
    /// Its tables.
    pub tables: Vec<Table>,
}

/// A unit of the company.
pub struct Unit {
    /// Its name.
    pub name: String,
    /// How many work there.
    pub heads: u32,
}

/// What must not be read between the lines.
#[derive(Default)]
pub struct Secrets {
    /// Everybody on the roster, with the readings of their names.
    pub people: Vec<Name>,
    /// The company's units.
    pub units: Vec<Unit>,
    /// The texts of the notes that this device can read.
    pub notes: Vec<Folded>,
}

/// A report before its approval.
pub struct Draft<'a> {
    /// Its figures.
    pub figures: &'a Figures,
    /// The figures of the report before.
    pub before: Option<&'a Figures>,
    /// Its texts, field by field.
    pub texts: &'a [String],
    /// Its general statements.
    pub statements: &'a [Statement],
    /// Fewest people in a group; a contract may ask for more than ten, never for fewer.
    pub group_min: u32,
}

coded! {
    /// What to do about a finding.
    Remedy {
        /// Wait for more people, or report on a longer time.
        Wait = "wait",
        /// Merge the group with another.
        MergeGroups = "merge_groups",
        /// Merge rows of the table.
        MergeRows = "merge_rows",
        /// Hide what the suppression hides.
        Hide = "hide",
        /// Leave a dimension out.
        DropDimension = "drop_dimension",
        /// Let the periods not overlap, or merge rows.
        SeparatePeriods = "separate_periods",
        /// Leave the name out.
        RemoveName = "remove_name",
        /// Look whether a person is meant.
        Look = "look",
        /// Name a larger unit.
        LargerUnit = "larger_unit",
        /// Say it in other words.
        Paraphrase = "paraphrase",
        /// Find more cases that say so, or leave it out.
        MoreCases = "more_cases",
    }
}

/// What is wrong with a report; places are indices into the draft, never contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Fewer people than a group has.
    TooFewPeople,
    /// A group is too small.
    SmallGroup(usize),
    /// A count of one or two is shown.
    SmallCount(usize, usize),
    /// A hidden count follows from what is shown.
    Derivable(usize, usize),
    /// A table divides by too much at once.
    TooManyDimensions(usize),
    /// Tables together divide by too much at once.
    CrossedInACircle(usize),
    /// A table shows rows that another one hides.
    OtherRows(usize),
    /// Together with the report before, the number of people isolates one or two.
    FewNewPeople,
    /// Together with the report before, a count isolates one or two.
    FewNew(usize, usize),
    /// The report before hid what this one shows.
    ShownAgain(usize, usize),
    /// A text names somebody of the roster.
    NamesPerson(usize),
    /// A text may name somebody of the roster.
    MayNamePerson(usize),
    /// A text names a unit too small.
    NamesUnit(usize),
    /// A text repeats a note.
    Quotes(usize),
    /// Too few cases stand behind a statement.
    ThinStatement(usize),
}

impl Finding {
    /// Every kind's code, in the order of the kinds.
    pub const CODES: &'static [&'static str] = &[
        "too_few_people",
        "small_group",
        "small_count",
        "derivable",
        "too_many_dimensions",
        "crossed_in_a_circle",
        "other_rows",
        "few_new_people",
        "few_new",
        "shown_again",
        "names_person",
        "may_name_person",
        "names_unit",
        "quotes",
        "thin_statement",
    ];

    /// Names its words in the locale files.
    pub const fn code(self) -> &'static str {
        self.about().0
    }

    /// What to do about it.
    pub const fn remedy(self) -> Remedy {
        self.about().1
    }

    /// Whether the report cannot be approved with it; else somebody looks and confirms.
    pub fn blocks(self) -> bool {
        self.remedy() != Remedy::Look
    }

    const fn about(self) -> (&'static str, Remedy) {
        match self {
            Self::TooFewPeople => ("too_few_people", Remedy::Wait),
            Self::SmallGroup(_) => ("small_group", Remedy::MergeGroups),
            Self::SmallCount(..) => ("small_count", Remedy::Hide),
            Self::Derivable(..) => ("derivable", Remedy::MergeRows),
            Self::TooManyDimensions(_) => ("too_many_dimensions", Remedy::DropDimension),
            Self::CrossedInACircle(_) => ("crossed_in_a_circle", Remedy::DropDimension),
            Self::OtherRows(_) => ("other_rows", Remedy::MergeRows),
            Self::FewNewPeople => ("few_new_people", Remedy::Wait),
            Self::FewNew(..) => ("few_new", Remedy::SeparatePeriods),
            Self::ShownAgain(..) => ("shown_again", Remedy::Hide),
            Self::NamesPerson(_) => ("names_person", Remedy::RemoveName),
            Self::MayNamePerson(_) => ("may_name_person", Remedy::Look),
            Self::NamesUnit(_) => ("names_unit", Remedy::LargerUnit),
            Self::Quotes(_) => ("quotes", Remedy::Paraphrase),
            Self::ThinStatement(_) => ("thin_statement", Remedy::MoreCases),
        }
    }
}

/// Everything that is wrong.
pub fn check(draft: &Draft<'_>, secrets: &Secrets) -> Vec<Finding> {
    let mut findings = people(draft);
    findings.extend(tables(&draft.figures.tables));
    findings.extend(draft.before.iter().flat_map(|before| difference(draft.figures, before)));
    let statements = draft.statements.iter().map(|statement| &statement.text);
    for (at, text) in draft.texts.iter().chain(statements).enumerate() {
        findings.extend(words(at, text, secrets));
    }
    let thin = draft
        .statements
        .iter()
        .enumerate()
        .filter(|(_, statement)| statement.distinct_cases() < STATEMENT_CASES_MIN);
    findings.extend(thin.map(|(at, _)| Finding::ThinStatement(at)));
    findings
}

fn people(draft: &Draft<'_>) -> Vec<Finding> {
    let least = draft.group_min.max(GROUP_MIN);
    let few = (draft.figures.people < least).then_some(Finding::TooFewPeople);
    let groups = draft.figures.groups.iter().enumerate();
    let small = groups.filter(|(_, group)| group.counted < least);
    few.into_iter().chain(small.map(|(at, _)| Finding::SmallGroup(at))).collect()
}

fn tables(tables: &[Table]) -> Vec<Finding> {
    let mut findings = vec![];
    let mut crossed: Vec<Vec<&String>> = vec![];
    for (at, table) in tables.iter().enumerate() {
        let depth = table.dimensions.len();
        // Whoever is in several rows would have to be followed through all of them.
        if depth > DIMENSIONS_MAX || (depth > 1 && !table.adds_up) {
            findings.push(Finding::TooManyDimensions(at));
        }
        findings.extend(cells(at, table));
        if depth < 2 {
            continue;
        }
        let is_same = |other: &&Table| {
            other.dimensions.len() == 1 && other.dimensions.first() == table.dimensions.first()
        };
        if tables.iter().find(is_same).is_some_and(|rows| rows.hidden.places() != table.rest) {
            findings.push(Finding::OtherRows(at));
        }
        let is_twice = tables.iter().take(at).any(|other| other.dimensions == table.dimensions);
        if !is_twice && !join(&mut crossed, &table.dimensions) {
            findings.push(Finding::CrossedInACircle(at));
        }
    }
    findings
}

/// Joins dimensions that a table crosses; `false` if other tables joined them already. As long as
/// none does, what each table leaves open is open for all together.
fn join<'a>(crossed: &mut Vec<Vec<&'a String>>, dimensions: &'a [String]) -> bool {
    let mut joined = vec![];
    for dimension in dimensions {
        if joined.contains(&dimension) {
            return false;
        }
        let at = crossed.iter().position(|set| set.contains(&dimension));
        joined.extend(at.map_or_else(|| vec![dimension], |at| crossed.swap_remove(at)));
    }
    crossed.push(joined);
    true
}

fn cells(at: usize, table: &Table) -> Vec<Finding> {
    let (grid, hidden) = (&table.grid, &table.hidden);
    let shown = suppress::shown_small(grid, hidden);
    let shown = shown.into_iter().map(|cell| Finding::SmallCount(at, cell));
    let told = if table.adds_up { suppress::told(grid, hidden) } else { vec![] };
    shown.chain(told.into_iter().map(|cell| Finding::Derivable(at, cell))).collect()
}

/// What the difference to the report before would tell.
///
/// Reports on separate times are about other interviews. Where one goes on, every count must have
/// grown by nobody or by three and more, and what was hidden stays hidden: then whatever the earlier
/// report left open can be carried over, person by person, into the later one.
fn difference(now: &Figures, before: &Figures) -> Vec<Finding> {
    let (Some((from, _)), Some((_, to))) = (now.period, before.period) else { return vec![] };
    if from > to {
        return vec![];
    }
    let isolates = |now: u32, before: u32| now < before || (1..SHOWN_MIN).contains(&(now - before));
    let mut findings = vec![];
    if isolates(now.people, before.people) {
        findings.push(Finding::FewNewPeople);
    }
    for (at, table) in now.tables.iter().enumerate() {
        let is_same = |other: &&Table| other.dimensions == table.dimensions;
        let Some(old) = before.tables.iter().find(is_same) else { continue };
        if (old.grid.columns(), old.grid.rows()) != (table.grid.columns(), table.grid.rows())
            || old.rest != table.rest
        {
            findings.push(Finding::OtherRows(at));
            continue;
        }
        for (cell, (count, old_count)) in
            table.grid.cells().iter().zip(old.grid.cells()).enumerate()
        {
            if isolates(*count, *old_count) {
                findings.push(Finding::FewNew(at, cell));
            }
            if old.hidden.is(cell) && !table.hidden.is(cell) {
                findings.push(Finding::ShownAgain(at, cell));
            }
        }
    }
    findings
}

fn words(at: usize, text: &str, secrets: &Secrets) -> Vec<Finding> {
    let text = Folded::new(text);
    let is_named =
        |unit: &&Unit| unit.heads < GROUP_MIN && !text.places(&Folded::new(&unit.name)).is_empty();
    let hit = secrets.people.iter().filter_map(|name| name.hit(&text)).max();
    [
        hit.map(|hit| match hit {
            Hit::Certain => Finding::NamesPerson(at),
            Hit::Doubtful => Finding::MayNamePerson(at),
        }),
        secrets.units.iter().find(is_named).map(|_| Finding::NamesUnit(at)),
        secrets.notes.iter().any(|note| text.quotes(note)).then_some(Finding::Quotes(at)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
