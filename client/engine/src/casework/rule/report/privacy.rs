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
        report::suppress::{self, Hidden, is_small},
        scan::{Folded, Hit, Name},
    },
};

/// Fewest cases behind a general statement.
pub const STATEMENT_CASES_MIN: usize = 3;

/// A table of the report, which divides people by one thing: how it was counted, and what of it is
/// hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it divides people by, as the locale files name it.
    pub name: &'static str,
    /// The counts.
    pub counts: Vec<u32>,
    /// What is not shown of them.
    pub hidden: Hidden,
}

/// A mean of what people said from 0 to 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mean {
    /// As the locale files name it.
    pub name: &'static str,
    /// How many said it.
    pub people: u32,
    /// What they said, added up.
    pub sum: u32,
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
    /// Its means, each of as many people as a group has at least.
    pub means: Vec<Mean>,
}

impl Figures {
    /// Whether a later report is about some of the same interviews.
    pub fn goes_on_in(&self, (from, _): (Date, Date)) -> bool {
        self.period.is_some_and(|(_, to)| from <= to)
    }
}

/// Fewest people in a group: a contract may ask for more than ten, never for fewer.
pub fn least(group_min: u32) -> u32 {
    group_min.max(GROUP_MIN)
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
    /// The figures of the reports before that are about some of the same interviews.
    pub before: &'a [Figures],
    /// Whether there is such a report whose figures cannot be counted any more.
    pub is_before_unknown: bool,
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
        /// Hide what the suppression hides.
        Hide = "hide",
        /// Let the periods not overlap.
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
    /// The report before left this table out.
    OtherTable(usize),
    /// The report before tells other groups apart.
    OtherGroups,
    /// The figures of a report before are gone, so nobody can compare.
    BeforeUnknown,
    /// Together with the report before, the number of people isolates one or two.
    FewNewPeople,
    /// The same of a group.
    FewNewInGroup(usize),
    /// The same of a mean; or its people are the same and what they said is not.
    FewNewInMean(usize),
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
        "other_table",
        "other_groups",
        "before_unknown",
        "few_new_people",
        "few_new_in_group",
        "few_new_in_mean",
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

    /// The first of its places, if it is about one.
    pub const fn place(self) -> (usize, usize) {
        match self {
            Self::TooFewPeople | Self::OtherGroups | Self::BeforeUnknown | Self::FewNewPeople => {
                (0, 0)
            }
            Self::SmallGroup(at)
            | Self::OtherTable(at)
            | Self::FewNewInGroup(at)
            | Self::FewNewInMean(at)
            | Self::NamesPerson(at)
            | Self::MayNamePerson(at)
            | Self::NamesUnit(at)
            | Self::Quotes(at)
            | Self::ThinStatement(at) => (at, 0),
            Self::SmallCount(at, cell)
            | Self::Derivable(at, cell)
            | Self::FewNew(at, cell)
            | Self::ShownAgain(at, cell) => (at, cell),
        }
    }

    const fn about(self) -> (&'static str, Remedy) {
        match self {
            Self::TooFewPeople => ("too_few_people", Remedy::Wait),
            Self::SmallGroup(_) => ("small_group", Remedy::MergeGroups),
            Self::SmallCount(..) => ("small_count", Remedy::Hide),
            Self::Derivable(..) => ("derivable", Remedy::Wait),
            Self::OtherTable(_) => ("other_table", Remedy::SeparatePeriods),
            Self::OtherGroups => ("other_groups", Remedy::MergeGroups),
            Self::BeforeUnknown => ("before_unknown", Remedy::SeparatePeriods),
            Self::FewNewPeople => ("few_new_people", Remedy::Wait),
            Self::FewNewInGroup(_) => ("few_new_in_group", Remedy::SeparatePeriods),
            Self::FewNewInMean(_) => ("few_new_in_mean", Remedy::SeparatePeriods),
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
    findings.extend(draft.is_before_unknown.then_some(Finding::BeforeUnknown));
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
    let least = least(draft.group_min);
    let few = (draft.figures.people < least).then_some(Finding::TooFewPeople);
    let groups = draft.figures.groups.iter().enumerate();
    let small = groups.filter(|(_, group)| group.counted < least);
    few.into_iter().chain(small.map(|(at, _)| Finding::SmallGroup(at))).collect()
}

fn tables(tables: &[Table]) -> Vec<Finding> {
    let cells = |(at, Table { counts, hidden, .. }): (usize, &Table)| {
        let shown = suppress::shown_small(counts, hidden).into_iter();
        let told = suppress::told(counts, hidden).into_iter();
        let shown = shown.map(move |cell| Finding::SmallCount(at, cell));
        shown.chain(told.map(move |cell| Finding::Derivable(at, cell))).collect::<Vec<_>>()
    };
    tables.iter().enumerate().flat_map(cells).collect()
}

/// What the difference to a report before would tell.
///
/// Reports on separate times are about other interviews. Where one goes on, every count must have
/// grown by nobody or by three and more, and what was hidden stays hidden: then whatever the earlier
/// report left open can be carried over, person by person, into the later one.
fn difference(now: &Figures, before: &Figures) -> Vec<Finding> {
    if !now.period.is_some_and(|period| before.goes_on_in(period)) {
        return vec![];
    }
    let isolates = |now: u32, before: u32| now < before || is_small(now - before);
    let mut findings = vec![];
    if isolates(now.people, before.people) {
        findings.push(Finding::FewNewPeople);
    }
    let names = |figures: &Figures| -> Vec<String> {
        figures.groups.iter().map(|group| group.name.clone()).collect()
    };
    if names(now) != names(before) {
        findings.push(Finding::OtherGroups);
    }
    for (at, (group, old)) in now.groups.iter().zip(&before.groups).enumerate() {
        findings.extend(isolates(group.counted, old.counted).then_some(Finding::FewNewInGroup(at)));
    }
    for (at, mean) in now.means.iter().enumerate() {
        let Some(old) = before.means.iter().find(|it| it.name == mean.name) else { continue };
        let is_other = mean.people == old.people && mean.sum != old.sum;
        let is_found = is_other || isolates(mean.people, old.people);
        findings.extend(is_found.then_some(Finding::FewNewInMean(at)));
    }
    for (at, table) in now.tables.iter().enumerate() {
        match before.tables.iter().find(|it| it.name == table.name) {
            None => findings.push(Finding::OtherTable(at)),
            Some(old) => {
                let cells = table.counts.iter().zip(&old.counts).enumerate();
                for (cell, (count, old_count)) in cells {
                    if isolates(*count, *old_count) {
                        findings.push(Finding::FewNew(at, cell));
                    }
                    if old.hidden.is(cell) && !table.hidden.is(cell) {
                        findings.push(Finding::ShownAgain(at, cell));
                    }
                }
            }
        }
    }
    findings
}

/// What a text must not say.
pub fn words(at: usize, text: &str, secrets: &Secrets) -> Vec<Finding> {
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
