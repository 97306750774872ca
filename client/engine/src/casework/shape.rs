//! A note read as SOAP or DAP: the same fields in another order, stored nowhere a second time.

use shared::{Decode, Encode};

/// A way to read a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum NoteShape {
    /// What they said, what was seen, how it is understood, what follows.
    #[n(0)]
    Soap,
    /// What there was, how it is understood, what follows.
    #[n(1)]
    Dap,
}

/// A section: its letter, and the fields of a note that stand in it.
pub type Section = (&'static str, &'static [&'static str]);

/// In the employee's own words.
const SUBJECTIVE: &[&str] = &[
    "purpose",
    "referral_path",
    "referral_text",
    "presenting_issue",
    "quotes",
    "issue_by_client",
    "context_work",
    "context_home",
    "context_health",
    "response",
];
/// What anybody could have seen, and what was done.
const OBJECTIVE: &[&str] = &[
    "held_at",
    "ended_at",
    "observation",
    "marks",
    "scribbles",
    "interventions",
    "outcome_start",
    "outcome_end",
    "risk_facts",
];
/// How the consultant understands it.
const ASSESSMENT: &[&str] = &[
    "stage",
    "issue_by_consultant",
    "evidence",
    "resources",
    "outcome_text",
    "risk_level",
    "topic_main",
    "topics_other",
    "organisation_codes",
];
/// What follows from it.
const PLAN: &[&str] = &["goals", "homework", "risk_recheck_on"];

const SOAP: &[Section] = &[("s", SUBJECTIVE), ("o", OBJECTIVE), ("a", ASSESSMENT), ("p", PLAN)];
/// The data are what was said and what was seen.
const DAP: &[Section] = &[("d", SUBJECTIVE), ("d", OBJECTIVE), ("a", ASSESSMENT), ("p", PLAN)];

impl NoteShape {
    /// The sections in order; two with one letter are one.
    pub fn sections(self) -> &'static [Section] {
        match self {
            Self::Soap => SOAP,
            Self::Dap => DAP,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::casework::note;

    #[test]
    fn every_field_of_a_note_stands_in_one_section_but_what_is_not_of_the_interview() {
        for shape in [NoteShape::Soap, NoteShape::Dap] {
            let placed: Vec<&str> =
                shape.sections().iter().flat_map(|(_, fields)| fields.iter().copied()).collect();
            for spec in note::FIELDS {
                // A look at oneself, and the draft of what the employee will read.
                let is_apart = spec.id == "self_review" || spec.id.starts_with("summary_");
                let times = placed.iter().filter(|id| **id == spec.id).count();
                assert_eq!(times, usize::from(!is_apart), "{shape:?} {}", spec.id);
            }
            assert!(placed.iter().all(|id| note::FIELDS.iter().any(|spec| spec.id == *id)));
        }
    }

    #[test]
    fn soap_and_dap_have_their_letters() {
        let letters = |shape: NoteShape| {
            let mut letters: Vec<&str> = shape.sections().iter().map(|(it, _)| *it).collect();
            letters.dedup();
            letters.concat()
        };
        assert_eq!(
            (letters(NoteShape::Soap), letters(NoteShape::Dap)),
            ("soap".into(), "dap".into())
        );
    }
}
