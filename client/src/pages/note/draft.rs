//! The summary as it stands in the note, before it is handed over.

use engine::{
    casework::field::Field,
    view::{Content, NoteView},
};

use crate::{app::desk::Key, pages::summary::SummaryText};

/// Gathers the draft; `current` gives a text as the person sees it.
pub fn draft(note: &NoteView, current: impl Fn(&Key, &Content) -> String) -> SummaryText {
    let content = |field: &Field| note.fields.iter().find(|(it, _)| it == field).map(|(_, it)| it);
    let text = |field: Field| {
        content(&field).map(|it| current(&(note.document, field.clone()), it)).unwrap_or_default()
    };
    let lines = |id: &str| {
        let list = Field::top(id);
        match content(&list) {
            Some(Content::Items(items)) => {
                items.iter().map(|item| text(list.child(item).child("text"))).collect()
            }
            Some(Content::Text { .. } | Content::Value(_)) | None => vec![],
        }
    };
    SummaryText {
        talked: text(Field::top("summary_talked")),
        insight: text(Field::top("summary_insight")),
        decided: lines("summary_decided"),
        homework: lines("summary_homework"),
        links: lines("summary_links"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::view::Whereabouts;
    use shared::id::DocumentId;

    #[test]
    fn the_draft_is_what_the_person_sees_not_what_the_engine_showed_last() {
        let id = DocumentId::new([1; 16]);
        let text = |text: &str| Content::Text { revision: 0, text: text.into() };
        let list = Field::top("summary_decided");
        let note = NoteView {
            document: id,
            case: id,
            interview: id,
            ordinal: 1,
            employee_name: String::new(),
            fields: vec![
                (Field::top("summary_talked"), text("古い")),
                (list.clone(), Content::Items(vec!["1".into()])),
                (list.child("1").child("text"), text("三つの質問を聞く")),
            ],
            whereabouts: Whereabouts::Sent,
            offered_at: None,
            offer_is_stale: false,
            can_restore: false,
            signed_at: None,
            amendments: vec![],
        };

        let draft = draft(&note, |key, content| match content {
            _ if key.1.as_str() == "summary_talked" => "新しい".into(),
            Content::Text { text, .. } => text.clone(),
            Content::Value(_) | Content::Items(_) => String::new(),
        });

        assert_eq!(draft.talked, "新しい");
        assert_eq!(draft.decided, ["三つの質問を聞く"]);
        assert!(draft.homework.is_empty());
    }
}
