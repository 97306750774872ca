//! The sections of a note: every field of the schema, in the order in which a note is written.

use engine::casework::{field::Field, note::FIELDS};

use super::{Sheet, field, offer};
use crate::{
    text::words,
    widgets::html::{self, Child as _, View},
};

/// Some fields under one heading. Its words are in the language's `section_names`, in this order.
#[derive(Debug)]
pub struct Section {
    /// Its id.
    pub id: &'static str,
    /// Its fields.
    pub fields: &'static [&'static str],
}

impl Section {
    /// The id of its heading.
    pub fn heading_id(&self) -> String {
        format!("section-{}", self.id)
    }
}

/// All sections.
pub const SECTIONS: &[Section] = &[
    Section {
        id: "interview",
        fields: &["held_at", "ended_at", "purpose", "stage", "referral_path", "referral_text"],
    },
    Section { id: "marks", fields: &["marks", "scribbles"] },
    Section { id: "said", fields: &["presenting_issue", "quotes", "observation"] },
    Section { id: "background", fields: &["context_work", "context_home", "context_health"] },
    Section {
        id: "assessment",
        fields: &["issue_by_client", "issue_by_consultant", "evidence", "resources"],
    },
    Section { id: "goals", fields: &["goals", "interventions", "response", "homework"] },
    Section { id: "outcome", fields: &["outcome_start", "outcome_end", "outcome_text"] },
    Section { id: "risk", fields: &["risk_level", "risk_facts", "risk_recheck_on"] },
    Section { id: "topics", fields: &["topic_main", "topics_other", "organisation_codes"] },
    Section { id: "review", fields: &["self_review"] },
    Section {
        id: "summary",
        fields: &[
            "summary_talked",
            "summary_insight",
            "summary_decided",
            "summary_homework",
            "summary_links",
        ],
    },
];

/// The section that is read by somebody else.
const SUMMARY: &str = "summary";

/// A section on the page.
pub fn section(sheet: Sheet, at: usize, section: &'static Section) -> View {
    let words = words();
    let title = words.note.section_names.get(at).copied().unwrap_or_default();
    let specs = section.fields.iter().filter_map(|id| FIELDS.iter().find(|spec| spec.id == *id));
    let fields = specs.map(|spec| field::field(sheet, spec, Field::top(spec.id), spec.id));
    let is_summary = section.id == SUMMARY;
    let reader = is_summary.then(|| html::p().class("remark").child(words.offer.reader));
    html::section()
        .class(if is_summary { "card note-section note-summary" } else { "card note-section" })
        .attr("data-section", section.id)
        .aria_labelledby(section.heading_id())
        .child((
            html::h2().id(section.heading_id()).tabindex("-1").child(title),
            reader,
            html::div().class("fields").child(fields.collect::<Vec<_>>()),
            is_summary.then(|| offer::offer(sheet)),
        ))
        .into_child()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_schema_is_in_one_section() {
        let mut placed: Vec<&str> =
            SECTIONS.iter().flat_map(|section| section.fields).copied().collect();
        let mut fields: Vec<&str> = FIELDS.iter().map(|spec| spec.id).collect();
        placed.sort_unstable();
        fields.sort_unstable();

        assert_eq!(placed, fields);
    }

    #[test]
    fn every_section_has_its_words() {
        use crate::text::Language;
        assert_eq!(Language::Japanese.words().note.section_names.len(), SECTIONS.len());
    }
}
