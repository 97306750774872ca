//! Which questions are asked, and how far the answers are.

use super::{Card, HEAD, ON_SHEET};

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

/// What a firm can send: the ten questions, the official sheets of somebody in work (1-1, 2, 3-1, 3-2)
/// and those of somebody who has not worked yet (1-2, 3-1, 3-2).
pub const FORMS: &[&str] = &["short", "mhlw_full", "mhlw_new"];
/// What a consultant notes of a card: that it comes on paper, that it was read.
pub const PAPER: &[&str] = &["brought", "reviewed"];

/// The questions of a form; those of the short one for any other.
pub fn questions(form: &str) -> Vec<&'static str> {
    let sheets: &[&str] = match form {
        "mhlw_full" => &["plan", "career", "licences", "training"],
        "mhlw_new" => &["plan_new", "licences", "training"],
        _ => return SHORT_FORM.to_vec(),
    };
    let of_sheets = ON_SHEET.iter().filter(|(sheet, _)| sheets.contains(sheet));
    let fields = of_sheets.flat_map(|(_, fields)| fields.iter().copied());
    let is_asked = |id: &&str| !matches!(*id, "comments" | "earlier_comments");
    HEAD.into_iter().chain(fields.filter(is_asked)).collect()
}

/// How far an employee's preparation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, shared::Encode, shared::Decode)]
pub enum Prep {
    /// Nothing yet.
    #[n(0)]
    NotStarted,
    /// So many in a hundred of the questions have an answer.
    #[n(1)]
    InProgress(#[n(0)] u8),
    /// They say it is done.
    #[n(2)]
    Ready,
    /// They bring it on paper: nothing of it is kept here, and it holds nothing up.
    #[n(3)]
    BroughtOnPaper,
    /// The consultant has read it.
    #[n(4)]
    Reviewed,
}

/// How many days before an interview an employee is reminded of their preparation.
pub const REMINDERS: [u8; 3] = [1, 3, 7];

/// Which of the reminders is due so many days before an interview. Who is ready, or brings it on
/// paper, is left alone; whoever did not look on that very day is reminded on the next.
pub fn reminder(prep: Prep, days_left: i64) -> Option<u8> {
    let is_due = |days: &u8| (0..=i64::from(*days)).contains(&days_left);
    match prep {
        Prep::NotStarted | Prep::InProgress(_) => REMINDERS.into_iter().find(is_due),
        Prep::Ready | Prep::BroughtOnPaper | Prep::Reviewed => None,
    }
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
