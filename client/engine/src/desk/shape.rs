//! A note read as SOAP or DAP.

use shared::id::DocumentId;

use super::Desk;
use crate::{
    casework::{
        field::{Field, Value},
        shape::NoteShape,
    },
    document::{
        crdt::{Held, Row},
        genesis::Kind,
    },
    effect::Effect,
    journal::Step,
    view::{Content, ShapeView, View},
};

impl Desk {
    /// Shows a note in another order.
    pub(crate) fn show_shape(&self, step: &mut Step<'_, '_>, id: DocumentId, shape: NoteShape) {
        let note = self.documents.get(&id).filter(|it| it.crdt.kind() == Some(Kind::Note));
        let Some(note) = note else { return };
        let rows: Vec<(Field, Content)> =
            self.form(note, true).into_iter().filter_map(filled).collect();
        let mut sections: Vec<(String, Vec<(Field, Content)>)> = vec![];
        for (letter, fields) in shape.sections() {
            if sections.last().is_none_or(|(last, _)| last != letter) {
                sections.push((String::from(*letter), vec![]));
            }
            for id in *fields {
                let of_field = rows.iter().filter(|(it, _)| it.segments().next() == Some(*id));
                if let Some((_, section)) = sections.last_mut() {
                    section.extend(of_field.cloned());
                }
            }
        }
        let view = ShapeView { document: id, shape, sections };
        step.effects.push(Effect::Show(View::NoteShape(view)));
    }
}

/// What a field holds, if it holds something.
fn filled((field, _, held): Row) -> Option<(Field, Content)> {
    let content = match held {
        Held::Text(text) => {
            let text = text.filter(|text| !text.is_empty())?;
            Content::Text { revision: 0, text }
        }
        Held::Items(items) if items.is_empty() => return None,
        Held::Items(items) => Content::Items(items),
        Held::Value(Value::Unset) => return None,
        Held::Value(Value::Codes(codes)) if codes.is_empty() => return None,
        Held::Value(value) => Content::Value(value),
    };
    Some((field, content))
}
