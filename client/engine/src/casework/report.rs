//! What a company is told of all interviews of a period together (全体報告書).

use shared::{
    Decode, Encode, cbor, hash,
    id::DocumentId,
    map::Map,
    secret::Secret,
    sign::{Domain, VerifyKey},
    time::UnixMillis,
};

use crate::{
    casework::{
        attest::Attested,
        date::Date,
        field::{Field, Shape, Spec, spec},
        item::{all, date, text},
        rule::{
            contribution::ReportSecret,
            report::{
                State,
                privacy::{Figures, Table},
                suppress::Hidden,
            },
        },
    },
    document::crdt::{Crdt, EditError, Writer},
};

/// How far a report is.
pub const STATES: &[&str] = State::CODES;

/// The report's fields.
pub const FIELDS: &[Spec] = &[
    spec("state", Shape::One(STATES)),
    spec("from", Shape::Date),
    spec("to", Shape::Date),
    spec("outline", Shape::Long),
    spec("satisfaction", Shape::Long),
    spec("tendencies", Shape::Long),
    spec("issues", Shape::Long),
    spec("measures", Shape::Long),
    spec("development", Shape::Long),
    spec("next_plan", Shape::Long),
    spec("counting_notes", Shape::Long),
    spec("reviews", Shape::List(REVIEW)),
];

/// What reports got later: groups that are counted as another, by name.
pub const GROWN: &[Spec] = &[spec("merges", Shape::Many(&[]))];

const REVIEW: &[Spec] = &[spec("text", Shape::Long), spec("passed", Shape::Flag)];

/// The texts that the lead writes, in the order they are shown.
pub const TEXTS: [&str; 8] = [
    "outline",
    "satisfaction",
    "tendencies",
    "issues",
    "measures",
    "development",
    "next_plan",
    "counting_notes",
];

/// A table as the company sees it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Shown {
    /// What it divides people by.
    #[n(0)]
    pub name: String,
    /// People in the order of the codes; what is missing is hidden.
    #[n(1)]
    pub counts: Vec<Option<u32>>,
}

/// A mean as the company sees it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Average {
    /// Of what.
    #[n(0)]
    pub name: String,
    /// How many said it.
    #[n(1)]
    pub people: u32,
    /// In tenths, rounded.
    #[n(2)]
    pub tenths: u32,
}

/// The figures as the company sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Published {
    /// Distinct people counted.
    #[n(0)]
    pub people: u32,
    /// Groups and how many people of each.
    #[n(1)]
    pub groups: Vec<(String, u32)>,
    /// Tables.
    #[n(2)]
    pub tables: Vec<Shown>,
    /// Means.
    #[n(3)]
    pub means: Vec<Average>,
}

/// Everything that the company gets, to be printed as it is.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Issue {
    /// Which report.
    #[n(0)]
    pub report: DocumentId,
    /// First and last day, as the DOM's `date` writes them.
    #[n(1)]
    pub period: (String, String),
    /// The figures.
    #[n(2)]
    pub figures: Published,
    /// The lead's texts, by field.
    #[n(3)]
    pub texts: Vec<(String, String)>,
    /// The general statements.
    #[n(4)]
    pub statements: Vec<String>,
}

/// What somebody says of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Word {
    /// Read, and good to go.
    #[n(0)]
    Passed,
    /// Read, and not.
    #[n(1)]
    Failed,
    /// A doubtful place was looked at, and nobody is meant: which text.
    #[n(2)]
    Looked(#[n(0)] u32),
}

/// A word about a report exactly as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Opinion {
    /// SHA-256 of the [`Issue`].
    #[cbor(n(0), bytes)]
    pub digest: [u8; 32],
    /// What.
    #[n(1)]
    pub word: Word,
    /// By the device's clock.
    #[n(2)]
    pub at: UnixMillis,
}

/// A report that left the house.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Delivery {
    /// What the company got.
    #[n(0)]
    pub issue: Issue,
    /// When, by the device's clock.
    #[n(1)]
    pub at: UnixMillis,
}

impl Issue {
    /// Names it.
    pub fn digest(&self) -> [u8; 32] {
        hash::sha256(&[&cbor::to_vec(self)])
    }
}

impl Published {
    /// The figures without what is hidden.
    pub fn new(figures: &Figures) -> Self {
        let table = |table: &Table| Shown {
            name: String::from(table.name),
            counts: table.hidden.shown(&table.counts),
        };
        Self {
            people: figures.people,
            groups: figures.groups.iter().map(|it| (it.name.clone(), it.counted)).collect(),
            tables: figures.tables.iter().map(table).collect(),
            means: figures
                .means
                .iter()
                .map(|mean| Average {
                    name: String::from(mean.name),
                    people: mean.people,
                    tenths: (mean.sum.saturating_mul(20) / mean.people.max(1)).div_ceil(2),
                })
                .collect(),
        }
    }

    /// What is hidden of a table; `None` if it was left out.
    pub fn hidden(&self, name: &str) -> Option<Hidden> {
        self.tables.iter().find(|it| it.name == name).map(|it| Hidden::of(&it.counts))
    }
}

/// Begins a report.
pub fn begin(
    tx: &mut Writer<'_, '_>,
    company: DocumentId,
    period: (Date, Date),
    secret: &[u8; 32],
) -> Result<(), EditError> {
    tx.put(&Field::top("company"), company.to_hex())?;
    tx.put(&Field::top("from"), period.0.to_string())?;
    tx.put(&Field::top("to"), period.1.to_string())?;
    tx.put(&Field::top("secret"), secret.to_vec())?;
    set_state(tx, State::Collecting)
}

/// About which company.
pub fn company(crdt: &Crdt) -> Option<DocumentId> {
    DocumentId::from_hex(&crdt.plain(&Field::top("company"))?)
}

/// First and last day.
pub fn period(crdt: &Crdt) -> Option<(Date, Date)> {
    let day = |id| date(crdt, &Field::top(id));
    Some((day("from")?, day("to")?))
}

/// The key of its pseudonyms.
pub fn secret(crdt: &Crdt) -> Option<ReportSecret> {
    Secret::from_slice(&crdt.bytes(&Field::top("secret"))?).map(ReportSecret::new)
}

/// How far it is, as it is written; what has left the house stays out, whatever another device wrote
/// that had not heard of it.
pub fn state(crdt: &Crdt) -> State {
    let written = crdt.plain(&Field::top("state"));
    let written = written.and_then(|code| State::of(&code)).unwrap_or(State::Collecting);
    if delivery(crdt).is_some() { written.max(State::Delivered) } else { written }
}

/// Writes how far it is.
pub fn set_state(tx: &mut Writer<'_, '_>, state: State) -> Result<(), EditError> {
    tx.put(&Field::top("state"), state.code())
}

/// Writes the figures and the general statements, and of which contributions they are.
pub fn set_figures(
    tx: &mut Writer<'_, '_>,
    (figures, statements): (&Published, &Vec<String>),
    basis: &[u8; 32],
) -> Result<(), EditError> {
    tx.put(&Field::top("figures"), cbor::to_vec(figures))?;
    tx.put(&Field::top("statements"), cbor::to_vec(statements))?;
    tx.put(&Field::top("basis"), basis.to_vec())
}

/// The figures as they were counted last.
pub fn figures(crdt: &Crdt) -> Option<Published> {
    cbor::from_slice(&crdt.bytes(&Field::top("figures"))?)
}

/// The general statements as they were collected last.
pub fn statements(crdt: &Crdt) -> Vec<String> {
    let bytes = crdt.bytes(&Field::top("statements"));
    bytes.and_then(|bytes| cbor::from_slice(&bytes)).unwrap_or_default()
}

/// Of which contributions they are.
pub fn basis(crdt: &Crdt) -> Option<[u8; 32]> {
    crdt.bytes(&Field::top("basis"))?.try_into().ok()
}

/// The lead's texts, in the order of [`TEXTS`].
pub fn texts(crdt: &Crdt) -> Vec<(String, String)> {
    TEXTS.map(|id| (String::from(id), text(crdt, &Field::top(id)))).into()
}

/// Counts a group as another from now on.
pub fn merge(tx: &mut Writer<'_, '_>, from: &str, into: &str) -> Result<(), EditError> {
    tx.put(&Field::top("merges").child(from), into)
}

/// Groups that are counted as another.
pub fn merges(crdt: &Crdt) -> Map<String, String> {
    let list = Field::top("merges");
    let keys = crdt.keys(&list).into_iter();
    keys.filter_map(|from| Some((from.clone(), crdt.plain(&list.child(&from))?))).collect()
}

/// The group as which one is counted: no longer a way than there are merges.
pub fn merged(merges: &Map<String, String>, group: &str) -> String {
    let mut group = String::from(group);
    for _ in 0..merges.len() {
        match merges.get(&group) {
            Some(into) => group.clone_from(into),
            None => break,
        }
    }
    group
}

/// Adds a signed opinion, with words to go with it.
pub fn add_opinion(
    tx: &mut Writer<'_, '_>,
    id: &str,
    attested: &Attested,
    words: &str,
) -> Result<(), EditError> {
    let list = Field::top("reviews");
    tx.add_item(&list, id, None, REVIEW)?;
    tx.write(&list.child(id).child("text"), words)?;
    tx.put(&list.child(id).child("signed"), cbor::to_vec(attested))
}

/// Every signed opinion, as signed, and the words with it.
pub fn opinions(crdt: &Crdt) -> Vec<(Attested, String)> {
    all(crdt, "reviews", |_, item| {
        let attested = cbor::from_slice(&crdt.bytes(&item.child("signed"))?)?;
        Some((attested, text(crdt, &item.child("text"))))
    })
}

/// Writes what was delivered.
pub fn set_delivery(tx: &mut Writer<'_, '_>, attested: &Attested) -> Result<(), EditError> {
    tx.put(&Field::top("delivery"), cbor::to_vec(attested))
}

/// What was delivered, as signed.
pub fn delivery(crdt: &Crdt) -> Option<Attested> {
    cbor::from_slice(&crdt.bytes(&Field::top("delivery"))?)
}

/// What was delivered, if this key signed it.
pub fn delivered(attested: &Attested, key: &VerifyKey) -> Option<Delivery> {
    attested.word(Domain::Report, key)
}

/// The day on which it was archived.
pub fn archived_on(crdt: &Crdt) -> Option<Date> {
    date(crdt, &Field::top("archived_on"))
}

/// Archives it.
pub fn archive(tx: &mut Writer<'_, '_>, on: Date) -> Result<(), EditError> {
    tx.put(&Field::top("archived_on"), on.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casework::{group::Group as Hands, rule::report::privacy::Mean},
        document::{genesis::Kind, guard::Side},
    };

    #[test]
    fn published_figures_hold_nothing_that_is_hidden() {
        let table = |hidden: &[Option<u32>]| Table {
            name: "topic",
            counts: vec![9, 2, 3],
            hidden: Hidden::of(hidden),
        };
        let figures = Figures {
            people: 14,
            tables: vec![table(&[Some(9), None, None])],
            means: vec![Mean { name: "satisfaction", people: 12, sum: 91 }],
            ..Figures::default()
        };
        let published = Published::new(&figures);
        assert_eq!(published.tables[0].counts, [Some(9), None, None]);
        assert_eq!(published.hidden("topic").unwrap().places(), [1, 2]);
        assert_eq!(published.hidden("issue"), None);
        // 7.58 is 7.6.
        assert_eq!(published.means[0].tenths, 76);
    }

    #[test]
    fn a_group_is_counted_where_it_was_merged_into() {
        let mut group = Hands::new(Kind::Report, &[Side::Staff, Side::Staff]);
        group.edit(0, |tx| merge(tx, "経理", "事務")).unwrap();
        group.edit(1, |tx| merge(tx, "事務", "間接部門")).unwrap();
        group.meet();
        let merges = merges(&group.0[0].crdt);
        assert_eq!(merged(&merges, "経理"), "間接部門");
        assert_eq!(merged(&merges, "技術"), "技術");
        group.edit(0, |tx| merge(tx, "間接部門", "経理")).unwrap();
        assert!(!merged(&super::merges(&group.0[0].crdt), "経理").is_empty());
    }

    #[test]
    fn what_has_left_stays_out_whatever_another_device_wrote() {
        let key = shared::sign::SigningKey::derive(&Secret::new(Box::new([1; 32])));
        for (sends, writes) in [(0, 1), (1, 0)] {
            let mut group = Hands::new(Kind::Report, &[Side::Staff, Side::Staff]);
            group.edit(0, |tx| set_state(tx, State::Approved)).unwrap();
            group.meet();
            let by = group.0[sends].device;
            let attested = Attested::new(Domain::Report, &1_u32, by, &key);
            group.edit(sends, |tx| set_delivery(tx, &attested)).unwrap();
            group.edit(sends, |tx| set_state(tx, State::Delivered)).unwrap();
            for back in [State::Draft, State::Computing, State::Collecting] {
                group.edit(writes, |tx| set_state(tx, back)).unwrap();
            }
            group.meet();
            for hand in &group.0 {
                assert_eq!(state(&hand.crdt), State::Delivered);
            }
            group.edit(writes, |tx| set_state(tx, State::Archived)).unwrap();
            assert_eq!(state(&group.0[writes].crdt), State::Archived);
        }
    }

    #[test]
    fn a_reports_secret_is_kept_and_not_printed() {
        let mut group = Hands::new(Kind::Report, &[Side::Staff]);
        let day = |text| Date::parse(text).unwrap();
        let company = DocumentId::new([3; 16]);
        let period = (day("2026-04-01"), day("2026-09-30"));
        group.edit(0, |tx| begin(tx, company, period, &[7; 32])).unwrap();
        let crdt = &group.0[0].crdt;
        assert_eq!(super::company(crdt), Some(company));
        assert_eq!(super::period(crdt), Some(period));
        assert_eq!(state(crdt), State::Collecting);
        assert_eq!(format!("{:?}", secret(crdt).unwrap()), "ReportSecret(..)");
    }
}
