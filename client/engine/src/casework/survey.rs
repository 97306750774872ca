//! The survey after an interview, and the wish to go on: the employee's own words and numbers.

use crate::{
    casework::{
        case::InterviewId,
        field::{Field, Shape, Value},
        item::{code, text},
    },
    document::crdt::Crdt,
};

/// Whether the employee wants to come again.
pub const CONTINUE_WISHES: &[&str] = &["none", "yes", "when_needed", "unsure"];

/// What an employee said after an interview.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// 0 to 10.
    pub satisfaction: Option<i64>,
    /// The wish to act, 0 to 10.
    pub motivation: Option<i64>,
    /// How safe the secret felt, 0 to 10.
    pub trust: Option<i64>,
    /// In the order useful, insight, wish to the company, free.
    pub texts: [String; 4],
    /// Whether the numbers may be counted in the company's report.
    pub is_countable: bool,
    /// One of [`CONTINUE_WISHES`].
    pub continue_wish: Option<&'static str>,
    /// When, in their words.
    pub continue_when: String,
}

/// Reads it.
pub fn survey(shared: &Crdt, interview: InterviewId) -> Survey {
    let item = Field::top("interviews").child(&interview.to_hex());
    let number = |id: &str| match shared.value(&item.child(id), Shape::Number(0, 10)) {
        Value::Number(number) => Some(number),
        Value::Unset | Value::Code(_) | Value::Codes(_) | Value::Flag(_) | Value::When(_) => None,
    };
    let texts = ["survey_useful", "survey_insight", "survey_company", "survey_free"];
    let countable = shared.value(&item.child("survey_countable"), Shape::Flag);
    Survey {
        satisfaction: number("survey_satisfaction"),
        motivation: number("survey_motivation"),
        trust: number("survey_trust"),
        texts: texts.map(|id| text(shared, &item.child(id))),
        is_countable: countable == Value::Flag(true),
        continue_wish: code(shared, &item.child("continue_wish"), CONTINUE_WISHES),
        continue_when: text(shared, &item.child("continue_when")),
    }
}
