//! The report to a company about everybody together (全体報告書).

#[cfg(test)]
mod attack;
pub mod compute;
pub mod privacy;
#[cfg(test)]
mod sample;
pub mod suppress;

use shared::id::AccountId;
use thiserror::Error;

use crate::casework::rule::{code::coded, report::privacy::Finding};

coded! {
    /// How far a report is.
    State {
        /// Consultants contribute.
        Collecting = "collecting",
        /// It is counted, and small counts are hidden.
        Computing = "computing",
        /// The lead writes.
        Draft = "draft",
        /// Another consultant reads.
        Review = "peer_review",
        /// The privacy check runs.
        Checking = "privacy_check",
        /// It may go.
        Approved = "approved",
        /// The company has it.
        Delivered = "delivered",
        /// It is done.
        Archived = "archived",
    }
}

impl State {
    /// Whether the company has it, so that nothing can be taken back.
    pub fn is_final(self) -> bool {
        self >= Self::Delivered
    }
}

/// Which state may follow which; back to writing or counting as long as it has not left.
const STEPS: &[(State, &[State])] = &[
    (State::Collecting, &[State::Computing]),
    (State::Computing, &[State::Draft, State::Collecting]),
    (State::Draft, &[State::Review, State::Computing]),
    (State::Review, &[State::Checking, State::Draft, State::Computing]),
    (State::Checking, &[State::Approved, State::Draft, State::Computing]),
    (State::Approved, &[State::Delivered, State::Draft, State::Computing]),
    (State::Delivered, &[State::Archived]),
    (State::Archived, &[]),
];

/// What speaks for a report's next step.
#[derive(Clone, Copy)]
pub struct Support<'a> {
    /// Who wrote it.
    pub lead: AccountId,
    /// Who read it and let it pass.
    pub reviewers: &'a [AccountId],
    /// What the privacy check of exactly this text and these figures found.
    pub findings: &'a [Finding],
    /// Doubtful places somebody has looked at.
    pub confirmed: &'a [Finding],
}

/// Why a report does not go on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StepError {
    /// There is no such step: show the state.
    #[error("no such step")]
    NotNow,
    /// Nobody but its author has read it: ask a colleague.
    #[error("not read by another consultant")]
    NotReviewed,
    /// The privacy check: show what to do about each.
    #[error("the privacy check found something")]
    Found(Vec<Finding>),
}

/// Takes a report from one state to the next.
pub fn step(from: State, to: State, support: &Support<'_>) -> Result<State, StepError> {
    if !STEPS.iter().any(|(state, next)| *state == from && next.contains(&to)) {
        return Err(StepError::NotNow);
    }
    // Looked at once more at the door: the text may have changed after its approval.
    let is_onward = matches!(to, State::Checking | State::Approved | State::Delivered);
    if is_onward && !support.reviewers.iter().any(|it| *it != support.lead) {
        return Err(StepError::NotReviewed);
    }
    if matches!(to, State::Approved | State::Delivered) {
        let is_open = |it: &&Finding| it.blocks() || !support.confirmed.contains(it);
        let open: Vec<Finding> = support.findings.iter().filter(is_open).copied().collect();
        if !open.is_empty() {
            return Err(StepError::Found(open));
        }
    }
    Ok(to)
}
