//! The JOB card (ジョブ・カード): every field of the official sheets 1-1, 1-2, 2, 3-1 and 3-2.
//!
//! It is the employee's. A consultant reads what a grant shows them for as long as it lasts, and
//! writes comments, which are part of the card only once both have put their name to the very words.

use crate::{
    casework::field::{Field, Holds, Shape, Spec, Value, spec},
    document::{
        crdt::{Crdt, Held},
        guard::{EMPLOYEE, Guard, STAFF, adds, guard},
    },
};

pub mod change;
pub mod comment;
pub mod exchange;
pub mod form;
pub mod grant;
pub mod month;
pub mod version;

pub use comment::{agree, comment, is_agreed, sign_comment};
pub use form::{Prep, SHORT_FORM, prep, reminder};
pub use grant::{Grant, grants, show, visible, withdraw};
pub use version::{Version, keep, version, versions};

/// The sheets that can be shown: 1-1, 1-2, 2, 3-1, 3-2 and 3-3.
pub const SHEETS: &[&str] = &["plan", "plan_new", "career", "licences", "training", "results"];

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

/// What cards got later. What the list of the official sheets keeps only for fidelity has no guard of
/// its own: it is the employee's, like the card.
pub const GROWN: &[Spec] = &[
    // Sheet 3-3 in any variant: an employer's or a school's own paper, which the employee adds.
    spec("results", Shape::List(RESULT)),
    // Comments that stood on a card made elsewhere. Nobody here put their name to them.
    spec("earlier_comments", Shape::List(COMMENT)),
    // Which questions the employee answers.
    spec("form", Shape::One(form::FORMS)),
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
/// The variants of sheet 3-3: training on the job, practice of people in work, training of job seekers
/// by the national agency and by prefectures, training of school leavers, training of the support for
/// job seekers, and courses assessed by subject.
pub const RESULT_VARIANTS: &[&str] =
    &["on_the_job", "practice", "agency", "prefecture", "school_leaver", "support", "subject"];
const RESULT: &[Spec] = &[
    spec("variant", Shape::One(RESULT_VARIANTS)),
    spec("title", Shape::Short),
    spec("from", Shape::Short),
    spec("to", Shape::Short),
    spec("assessed_on", Shape::Short),
    spec("assessed_by", Shape::Short),
    spec("detail", Shape::Long),
    spec("evidence", Shape::Short),
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
const ON_SHEET: [(&str, &[&str]); 6] = [
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
            "earlier_comments",
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
            // The short form asks everybody; on paper it has no line of its own.
            "wish_to_discuss",
            "comments",
            "earlier_comments",
        ],
    ),
    ("career", &["jobs"]),
    ("licences", &["licences"]),
    ("training", &["trainings"]),
    ("results", &["results"]),
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
        let Self { texts, lists } = self;
        Self {
            texts: texts.iter().filter(|(id, _)| is_on(sheets, id)).cloned().collect(),
            lists: lists.iter().filter(|(id, _)| is_on(sheets, id)).cloned().collect(),
        }
    }
}

/// Every field, the later ones last.
pub fn fields() -> impl Iterator<Item = &'static Spec> {
    FIELDS.iter().chain(GROWN)
}

/// Whether a field stands on one of these sheets.
pub fn is_on(sheets: &[&str], id: &str) -> bool {
    let mut fields = ON_SHEET.iter().filter(|(sheet, _)| sheets.contains(sheet));
    !sheets.is_empty() && (HEAD.contains(&id) || fields.any(|(_, fields)| fields.contains(&id)))
}

fn found<'c>(texts: &'c [(&'static str, String)], id: &str) -> &'c str {
    texts.iter().find(|(it, _)| *it == id).map_or("", |(_, text)| text)
}

/// Everything that the sheets say: each field that holds something, by its path, in the order of
/// [`fields`]. Of the comments only those that both put their name to.
pub fn lines(crdt: &Crdt) -> Vec<(Field, String)> {
    let list = Field::top("comments");
    let drafts = crdt.items(&list).into_iter().filter(|id| !is_agreed(crdt, id));
    let drafts: Vec<String> = drafts.map(|id| format!("{}/", list.child(&id))).collect();
    let line = |(field, _, held): (Field, Shape, Held)| {
        let text = match held {
            Held::Text(text) => text?,
            Held::Value(Value::Code(text) | Value::When(text)) => text,
            Held::Value(Value::Unset | Value::Codes(_) | Value::Number(_) | Value::Flag(_))
            | Held::Items(_) => return None,
        };
        let is_draft = drafts.iter().any(|draft| field.as_str().starts_with(draft.as_str()));
        (!text.is_empty() && !is_draft).then_some((field, text))
    };
    let sheets = fields().filter(|spec| is_on(SHEETS, spec.id));
    crdt.rows(sheets, true).into_iter().filter_map(line).collect()
}

/// The card as the document has it. Of the comments only those that both put their name to.
pub fn card(crdt: &Crdt) -> Card {
    let mut card = Card::default();
    let mut last = (String::new(), String::new());
    for (field, text) in lines(crdt) {
        let mut way = field.segments();
        let Some(spec) = way.next().and_then(|id| fields().find(|spec| spec.id == id)) else {
            continue;
        };
        let (Holds::Items(inner), Some(item), Some(id)) =
            (spec.shape.holds(), way.next(), way.next())
        else {
            card.texts.push((spec.id, text));
            continue;
        };
        let Some(inner) = inner.iter().find(|inner| inner.id == id) else { continue };
        if last.0 != spec.id {
            card.lists.push((spec.id, vec![]));
        }
        let Some((_, items)) = card.lists.last_mut() else { continue };
        let place = (String::from(spec.id), String::from(item));
        if last != place {
            items.push(vec![]);
            last = place;
        }
        if let Some(item) = items.last_mut() {
            item.push((inner.id, text));
        }
    }
    card
}

#[cfg(test)]
mod tests;
