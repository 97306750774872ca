//! The JOB card (ジョブ・カード): every field of the official sheets 1-1, 1-2, 2, 3-1 and 3-2.
//!
//! It is the employee's. A consultant reads what a grant shows them for as long as it lasts, and
//! writes comments, which are part of the card only once both have put their name to the very words.

use shared::{cbor, hash::sha256, time::UnixMillis};

use crate::{
    casework::{
        case::CaseId,
        date::Date,
        field::{Field, Holds, Shape, Spec, spec},
        item::{add, all, date, millis, text, time},
    },
    document::{
        chunk::heads_of,
        crdt::{Crdt, EditError, Writer},
        guard::{EMPLOYEE, Guard, STAFF, adds, guard},
    },
};

pub mod exchange;
pub mod month;

/// The sheets that can be shown.
pub const SHEETS: &[&str] = &["plan", "plan_new", "career", "licences", "training"];

/// Every field, sheet by sheet. What several sheets have stands once.
pub const FIELDS: &[Spec] = &[
    // Sheets 1-1 and 1-2: キャリア・プランシート.
    spec("as_of", Shape::Date),
    spec("name_kana", Shape::Short),
    spec("name", Shape::Short),
    spec("birth_date", Shape::Date),
    spec("postal", Shape::Short),
    spec("address", Shape::Short),
    spec("phone", Shape::Short),
    spec("email", Shape::Short),
    spec("values_interests", Shape::Long),
    spec("strengths", Shape::Long),
    spec("future_work", Shape::Long),
    spec("next_actions", Shape::Long),
    spec("other_pr", Shape::Long),
    spec("wish_to_discuss", Shape::Long),
    // Sheet 1-2 only.
    spec("internship", Shape::List(INTERNSHIP)),
    spec("school_focus", Shape::Long),
    spec("extra_learning", Shape::Long),
    spec("activities", Shape::List(ACTIVITY)),
    spec("good_at", Shape::Long),
    spec("not_good_at", Shape::Long),
    spec("goal", Shape::Long),
    // Sheet 2: 職務経歴シート.
    spec("jobs", Shape::List(JOB)),
    // Sheet 3-1: 免許・資格シート.
    spec("licences", Shape::List(LICENCE)),
    // Sheet 3-2: 学習歴・訓練歴シート.
    spec("trainings", Shape::List(TRAINING)),
    // Not of the sheets themselves.
    spec("comments", Shape::List(COMMENT)),
    spec("agreements", Shape::List(&[])),
    spec("versions", Shape::List(&[])),
    spec("grants", Shape::List(&[])),
    spec("withdrawals", Shape::List(&[])),
];

/// The card is the employee's; comments are the consultant's; what was agreed, kept or shown is for
/// ever.
pub const GUARDS: &[Guard] = &[
    guard("", EMPLOYEE),
    guard("comments", STAFF),
    adds("agreements", EMPLOYEE),
    adds("versions", EMPLOYEE),
    adds("grants", EMPLOYEE),
    adds("withdrawals", EMPLOYEE),
];

const INTERNSHIP: &[Spec] = &[
    spec("from", Shape::Short),
    spec("to", Shape::Short),
    spec("host", Shape::Short),
    spec("content", Shape::Long),
    spec("learned", Shape::Long),
];
const ACTIVITY: &[Spec] = &[
    spec("from", Shape::Short),
    spec("to", Shape::Short),
    spec("name", Shape::Short),
    spec("content", Shape::Long),
    spec("learned", Shape::Long),
];
const JOB: &[Spec] = &[
    spec("from", Shape::Short),
    spec("to", Shape::Short),
    spec("company", Shape::Short),
    spec("department", Shape::Short),
    spec("title", Shape::Short),
    spec("employment_type", Shape::Short),
    spec("duties", Shape::Long),
    spec("learned", Shape::Long),
    // The employer's signature on the back: kept when it comes with an import, never asked for.
    spec("confirmed_by_company", Shape::Short),
    spec("confirmed_at_address", Shape::Short),
    spec("confirmed_by_name", Shape::Short),
    spec("confirmed_on", Shape::Short),
];
const LICENCE: &[Spec] = &[
    spec("name", Shape::Short),
    spec("acquired", Shape::Short),
    spec("issuer", Shape::Short),
    spec("detail", Shape::Long),
    spec("evidence", Shape::Short),
];
const TRAINING: &[Spec] = &[
    spec("from", Shape::Short),
    spec("to", Shape::Short),
    spec("institution", Shape::Short),
    spec("course", Shape::Short),
    spec("detail", Shape::Long),
];
/// What the consultant writes into sheet 1-1 or 1-2.
pub const COMMENT: &[Spec] = &[
    spec("at", Shape::DateTime),
    spec("affiliation", Shape::Short),
    spec("phone", Shape::Short),
    spec("consultant_name", Shape::Short),
    spec("registration_no", Shape::Short),
    spec("comment", Shape::Long),
];

/// What everybody who reads any sheet reads.
const HEAD: [&str; 3] = ["as_of", "name_kana", "name"];

/// Which fields are on which sheet, after those of [`HEAD`].
const ON_SHEET: [(&str, &[&str]); 5] = [
    (
        "plan",
        &[
            "birth_date",
            "postal",
            "address",
            "phone",
            "email",
            "values_interests",
            "strengths",
            "future_work",
            "next_actions",
            "other_pr",
            "wish_to_discuss",
            "comments",
        ],
    ),
    (
        "plan_new",
        &[
            "birth_date",
            "postal",
            "address",
            "phone",
            "email",
            "internship",
            "school_focus",
            "extra_learning",
            "activities",
            "values_interests",
            "good_at",
            "not_good_at",
            "future_work",
            "goal",
            "next_actions",
            "other_pr",
            "comments",
        ],
    ),
    ("career", &["jobs"]),
    ("licences", &["licences"]),
    ("training", &["trainings"]),
];

/// The short form: ten questions that can be answered on a phone in ten minutes. Each answer is a
/// field of the official sheets, so nothing is ever asked twice.
pub const SHORT_FORM: [&str; 10] = [
    "name",
    "jobs",
    "values_interests",
    "strengths",
    "not_good_at",
    "future_work",
    "next_actions",
    "licences",
    "trainings",
    "wish_to_discuss",
];

/// A card, or as much of it as somebody sees: the fields that hold something, in the order of
/// [`FIELDS`].
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Card {
    /// Texts and dates.
    pub texts: Vec<(&'static str, String)>,
    /// Lists; each item by its fields that hold something.
    pub lists: Vec<(&'static str, Vec<Item>)>,
}

/// An item of a list of the card.
pub type Item = Vec<(&'static str, String)>;

/// What has a beginning, for the timeline.
pub struct Row<'c> {
    /// Of which sheet.
    pub sheet: &'static str,
    /// As written.
    pub from: &'c str,
    /// As written; empty for still.
    pub to: &'c str,
    /// Company, licence or course.
    pub name: &'c str,
}

impl Card {
    /// A text of the card.
    pub fn text(&self, id: &str) -> &str {
        found(&self.texts, id)
    }

    /// The items of a list.
    pub fn items(&self, id: &str) -> &[Item] {
        self.lists.iter().find(|(it, _)| *it == id).map_or(&[], |(_, items)| items)
    }

    /// Everything that has a beginning.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        const PLACES: [(&str, [&str; 3]); 3] = [
            ("jobs", ["from", "to", "company"]),
            ("licences", ["acquired", "acquired", "name"]),
            ("trainings", ["from", "to", "course"]),
        ];
        PLACES.iter().flat_map(move |(sheet, ids)| {
            self.items(sheet).iter().map(move |item| {
                let [from, to, name] = ids.map(|id| found(item, id));
                Row { sheet, from, to, name }
            })
        })
    }

    /// The part of it that stands on some sheets.
    #[must_use]
    pub fn on(&self, sheets: &[&str]) -> Self {
        let is_on = |id: &str| {
            let fields = ON_SHEET.iter().filter(|(sheet, _)| sheets.contains(sheet));
            let mut fields = fields.flat_map(|(_, fields)| fields.iter());
            !sheets.is_empty() && (HEAD.contains(&id) || fields.any(|field| *field == id))
        };
        let Self { texts, lists } = self;
        Self {
            texts: texts.iter().filter(|(id, _)| is_on(id)).cloned().collect(),
            lists: lists.iter().filter(|(id, _)| is_on(id)).cloned().collect(),
        }
    }
}

fn found<'c>(texts: &'c [(&'static str, String)], id: &str) -> &'c str {
    texts.iter().find(|(it, _)| *it == id).map_or("", |(_, text)| text)
}

/// The card as the document has it. Of the comments only those that both put their name to.
pub fn card(crdt: &Crdt) -> Card {
    let mut card = Card::default();
    for spec in FIELDS {
        let field = Field::top(spec.id);
        match spec.shape.holds() {
            Holds::Items(fields) if is_sheet_list(spec.id) => {
                let ids = crdt.items(&field);
                let is_shown = |id: &&String| spec.id != "comments" || is_agreed(crdt, id);
                let items = ids.iter().filter(is_shown);
                let items: Vec<Item> =
                    items.map(|id| filled(crdt, &field.child(id), fields)).collect();
                if !items.is_empty() {
                    card.lists.push((spec.id, items));
                }
            }
            Holds::Items(_) => {}
            Holds::Text | Holds::Value => {
                card.texts.extend(one(crdt, &field, spec.shape).map(|text| (spec.id, text)));
            }
        }
    }
    card
}

fn is_sheet_list(id: &str) -> bool {
    ON_SHEET.iter().any(|(_, fields)| fields.contains(&id))
}

fn filled(crdt: &Crdt, item: &Field, fields: &'static [Spec]) -> Item {
    let read = |spec: &Spec| Some((spec.id, one(crdt, &item.child(spec.id), spec.shape)?));
    fields.iter().filter_map(read).collect()
}

fn one(crdt: &Crdt, field: &Field, shape: Shape) -> Option<String> {
    let text = match shape.holds() {
        Holds::Text => crdt.text(field),
        Holds::Value => crdt.plain(field),
        Holds::Items(_) => None,
    };
    text.filter(|text| !text.is_empty())
}

fn digest(what: &str, words: &Item) -> Vec<u8> {
    sha256(&[what.as_bytes(), &cbor::to_vec(words)]).to_vec()
}

fn comment_digest(crdt: &Crdt, comment: &str) -> Vec<u8> {
    let item = Field::top("comments").child(comment);
    digest("mendan/1/comment", &filled(crdt, &item, COMMENT))
}

/// The consultant puts their name to a comment as it stands.
pub fn sign_comment(crdt: &Crdt, comment: &str) -> (Field, Vec<u8>) {
    (Field::top("comments").child(comment).child("signed"), comment_digest(crdt, comment))
}

/// The employee agrees to a comment as it stands (納得しました).
pub fn agree(
    tx: &mut Writer<'_, '_>,
    id: &str,
    comment: &str,
    words: Vec<u8>,
) -> Result<(), EditError> {
    add(tx, "agreements", id, &[], |tx, item| {
        tx.put(&item.child("comment"), comment)?;
        tx.put(&item.child("words"), words)
    })
}

/// Whether both put their name to the words that a comment has now.
pub fn is_agreed(crdt: &Crdt, comment: &str) -> bool {
    let words = comment_digest(crdt, comment);
    let signed = Field::top("comments").child(comment).child("signed");
    let agreed = all(crdt, "agreements", |_, item| {
        let is_of = crdt.plain(&item.child("comment"))? == comment;
        (is_of && crdt.bytes(&item.child("words"))? == words).then_some(())
    });
    crdt.bytes(&signed).as_ref() == Some(&words) && !agreed.is_empty()
}

/// A version that the employee wanted to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// As they call it.
    pub label: String,
    /// By their device's clock.
    pub at: UnixMillis,
    /// Of the card as it was.
    pub hash: Vec<u8>,
    heads: Vec<Vec<u8>>,
}

fn card_hash(card: &Card) -> Vec<u8> {
    sha256(&[b"mendan/1/card", exchange::to_json(card).as_bytes()]).to_vec()
}

/// The card as it stands, to be kept under a label.
pub fn version(crdt: &Crdt, label: &str, at: UnixMillis) -> Version {
    let heads = heads_of(&crdt.heads()).into_iter().map(|head| head.0).collect();
    Version { label: String::from(label), at, hash: card_hash(&card(crdt)), heads }
}

/// Keeps a version.
pub fn keep(tx: &mut Writer<'_, '_>, id: &str, version: &Version) -> Result<(), EditError> {
    add(tx, "versions", id, &[], |tx, item| {
        tx.put(&item.child("label"), version.label.as_str())?;
        tx.put(&item.child("at"), millis(version.at))?;
        tx.put(&item.child("hash"), version.hash.clone())?;
        tx.put(&item.child("heads"), version.heads.concat())
    })
}

/// Every version that was kept.
pub fn versions(crdt: &Crdt) -> Vec<Version> {
    all(crdt, "versions", |_, item| {
        Some(Version {
            label: crdt.plain(&item.child("label"))?,
            at: time(crdt, &item.child("at"))?,
            hash: crdt.bytes(&item.child("hash"))?,
            heads: crdt.bytes(&item.child("heads"))?.chunks(32).map(<[u8]>::to_vec).collect(),
        })
    })
}

impl Version {
    /// The card as it was; `None` if it cannot be made anew as it was.
    pub fn card(&self, crdt: &Crdt) -> Option<Card> {
        let hashes = self
            .heads
            .iter()
            .map(|head| Some(automerge::ChangeHash(head.as_slice().try_into().ok()?)));
        let card = card(&crdt.at(&hashes.collect::<Option<Vec<_>>>()?)?);
        (card_hash(&card) == self.hash).then_some(card)
    }
}

/// What the employee shows to whom, and how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its item.
    pub id: String,
    /// To the consultant of this case.
    pub case: CaseId,
    /// Some of [`SHEETS`].
    pub sheets: Vec<&'static str>,
    /// From this day.
    pub from: Date,
    /// Up to this day.
    pub until: Date,
}

/// Shows some sheets.
pub fn show(tx: &mut Writer<'_, '_>, grant: &Grant) -> Result<(), EditError> {
    add(tx, "grants", &grant.id, &[], |tx, item| {
        tx.put(&item.child("case"), grant.case.to_hex())?;
        tx.put(&item.child("sheets"), grant.sheets.join(" "))?;
        tx.put(&item.child("from"), grant.from.to_string())?;
        tx.put(&item.child("until"), grant.until.to_string())
    })
}

/// Shows them no longer. Nothing brings a grant back: a new one is another one.
pub fn withdraw(tx: &mut Writer<'_, '_>, id: &str, grant: &str) -> Result<(), EditError> {
    add(tx, "withdrawals", id, &[], |tx, item| tx.put(&item.child("grant"), grant))
}

/// Every grant that was not withdrawn.
pub fn grants(crdt: &Crdt) -> Vec<Grant> {
    let withdrawn = all(crdt, "withdrawals", |_, item| crdt.plain(&item.child("grant")));
    all(crdt, "grants", |id, item| {
        let sheets = crdt.plain(&item.child("sheets"))?;
        let known = SHEETS.iter().filter(|sheet| sheets.split(' ').any(|it| it == **sheet));
        let grant = Grant {
            id: String::from(id),
            case: CaseId::from_hex(&crdt.plain(&item.child("case"))?)?,
            sheets: known.copied().collect(),
            from: date(crdt, &item.child("from"))?,
            until: date(crdt, &item.child("until"))?,
        };
        (!withdrawn.iter().any(|it| it == id)).then_some(grant)
    })
}

/// What the consultant of a case may see on a day: the sheets of every grant in force, no more.
pub fn visible(card: &Card, grants: &[Grant], case: CaseId, on: Date) -> Card {
    let in_force = grants.iter().filter(|it| it.case == case && (it.from..=it.until).contains(&on));
    let sheets: Vec<&str> = in_force.flat_map(|grant| grant.sheets.iter().copied()).collect();
    card.on(&sheets)
}

/// How far an employee's preparation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prep {
    /// Nothing yet.
    NotStarted,
    /// So many in a hundred of the questions have an answer.
    InProgress(u8),
    /// They say it is done.
    Ready,
    /// They bring it on paper: nothing of it is kept here, and it holds nothing up.
    BroughtOnPaper,
    /// The consultant has read it.
    Reviewed,
}

/// How far it is; `questions` are those of the form that the firm sent.
pub fn prep(card: &Card, questions: &[&str], is_ready: bool, paper: Option<&str>) -> Prep {
    let is_answered = |id: &&&str| !card.text(id).is_empty() || !card.items(id).is_empty();
    let answered = questions.iter().filter(is_answered).count();
    match (paper, is_ready, answered) {
        (Some("reviewed"), _, _) => Prep::Reviewed,
        (Some(_), _, _) => Prep::BroughtOnPaper,
        (None, true, _) => Prep::Ready,
        (None, false, 0) => Prep::NotStarted,
        (None, false, answered) => {
            let share = answered * 100 / questions.len().max(1);
            Prep::InProgress(u8::try_from(share).unwrap_or(100))
        }
    }
}

/// What a comment says, for whoever is asked to agree to it.
pub fn comment(crdt: &Crdt, comment: &str) -> (String, Vec<u8>) {
    let item = Field::top("comments").child(comment);
    (text(crdt, &item.child("comment")), comment_digest(crdt, comment))
}

#[cfg(test)]
mod tests;
