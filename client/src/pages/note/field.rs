//! A field of the note, built from its shape.

use engine::{
    casework::field::{Field, Shape, Spec, Value},
    command::Command,
    view::Content,
};
use leptos::{ev, prelude::*};

use super::{Sheet, list};
use crate::{
    port,
    text::{self, words},
    watched::Watched,
    widgets::{
        choice,
        html::{self, Child as _, View},
        icon::{self, icon},
        scale,
        text_box::{self, Names},
    },
};

/// The field whose texts are always special-care information.
const HEALTH: &str = "context_health";
/// A number with more steps than this is typed, not chosen from a scale.
const SCALE_STEPS_MAX: i64 = 12;

/// A field with its label. `path` is the field's path without item ids.
pub fn field(sheet: Sheet, spec: &'static Spec, field: Field, path: &str) -> View {
    match spec.shape {
        Shape::Long | Shape::Short => text(sheet, spec.shape, &field, path),
        Shape::Date => typed(sheet, "date", field, path),
        Shape::DateTime => typed(sheet, "datetime-local", field, path),
        Shape::Number(low, high) if path.ends_with("at_s") => time(sheet, (low, high), field, path),
        Shape::Number(low, high) if high - low > SCALE_STEPS_MAX => {
            typed(sheet, "number", field, path)
        }
        Shape::Flag => flag(sheet, field, path),
        Shape::One(_) | Shape::Many(_) | Shape::Number(..) => group(sheet, spec.shape, field, path),
        Shape::List(specs) => list::list(sheet, specs, field, path),
    }
}

/// The id of the element that a field is filled in with.
pub fn id(field: &Field) -> String {
    format!("f-{}", field.as_str().replace('/', "-"))
}

fn text(sheet: Sheet, shape: Shape, field: &Field, path: &str) -> View {
    let text_words = text::field(path);
    let (id, hint_id) = (id(field), format!("{}-hint", id(field)));
    let described_by = if text_words.hint.is_empty() { "" } else { hint_id.as_str() };
    let names = Names { id: &id, described_by, label: "" };
    let box_ = text_only(sheet, shape, field, names);
    let hint = (!text_words.hint.is_empty())
        .then(|| html::p().id(hint_id.clone()).class("hint").child(text_words.hint));
    let label = html::label().r#for(id.clone()).class("label").child((
        html::span().child(text_words.label),
        (path == HEALTH).then(|| sensitive(words().note.sensitive)),
    ));
    let warning =
        (path == HEALTH).then(|| html::p().class("hint").child(words().note.sensitive_text));
    html::div().class("field").child((label, hint, warning, box_)).into_child()
}

/// The text box alone.
pub fn text_only(sheet: Sheet, shape: Shape, field: &Field, names: Names<'_>) -> View {
    let content = untrack(|| sheet.content(field));
    let empty = Content::Text { revision: 0, text: String::new() };
    let content = content.as_ref().unwrap_or(&empty);
    let key = (sheet.id, field.clone());
    match shape {
        Shape::Long => text_box::long(&key, content, names),
        Shape::Short
        | Shape::One(_)
        | Shape::Many(_)
        | Shape::Number(..)
        | Shape::Flag
        | Shape::Date
        | Shape::DateTime
        | Shape::List(_) => text_box::short(&key, content, names),
    }
}

fn group(sheet: Sheet, shape: Shape, field: Field, path: &str) -> View {
    let note = &words().note;
    let (name, value) = (id(&field), sheet.value(field.clone()));
    let attribute = field.as_str().to_owned();
    let set = setter(sheet, field);
    let choices = match shape {
        Shape::One(codes) => choice::one(&name, path, codes, value, set),
        Shape::Many(codes) => choice::many(path, codes, value, set),
        Shape::Number(low, high) => {
            let scale = scale::scale(&name, (low, high), value, set);
            let is_outlook = path.starts_with("outcome_");
            let ends = is_outlook.then(|| {
                html::p()
                    .class("scale-ends hint")
                    .aria_hidden("true")
                    .child((html::span().child(note.low_end), html::span().child(note.high_end)))
            });
            (scale, ends).into_child()
        }
        Shape::Long
        | Shape::Short
        | Shape::Flag
        | Shape::Date
        | Shape::DateTime
        | Shape::List(_) => ().into_child(),
    };
    html::fieldset()
        .class("field group")
        .attr("data-field", attribute)
        .child((html::legend().class("label").child(text::field(path).label), choices))
        .into_child()
}

fn flag(sheet: Sheet, field: Field, path: &str) -> View {
    let value = sheet.value(field.clone());
    let name = field.as_str().to_owned();
    let is_sensitive = path == "quotes/sensitive";
    let mark = move || {
        let is_marked = is_sensitive && value.get() == Value::Flag(true);
        is_marked.then(|| sensitive(words().note.sensitive))
    };
    let check = choice::flag(text::field(path).label, &name, value, setter(sheet, field));
    html::div().class("field field-flag").child((check, mark)).into_child()
}

fn time(sheet: Sheet, range: (i64, i64), field: Field, path: &str) -> View {
    let (id, value) = (id(&field), sheet.value(field.clone()));
    let label = text::field(path).label;
    let name = field.as_str().to_owned();
    let set = setter(sheet, field);
    html::div()
        .class("field field-time")
        .child((
            html::label().r#for(id.clone()).class("label").child(label),
            scale::time(&id, &name, label, range, value, set),
        ))
        .into_child()
}

/// A number, a day or a local time, as the browser lets one type it.
fn typed(sheet: Sheet, kind: &'static str, field: Field, path: &str) -> View {
    let (id, value) = (id(&field), sheet.value(field.clone()));
    let name = field.as_str().to_owned();
    let set = setter(sheet, field);
    let shown = move || {
        value.with(|value| match value {
            Value::Number(number) => number.to_string(),
            Value::When(when) => when.clone(),
            Value::Unset | Value::Code(_) | Value::Codes(_) | Value::Flag(_) => String::new(),
        })
    };
    let input = html::input()
        .r#type(kind)
        .id(id.clone())
        .class("text-box text-box-when")
        .attr("data-field", name)
        .attr("autocomplete", "off")
        .text("value", shown)
        .on(&ev::change, move |event| {
            let typed = event_target_value(&event);
            let value = match kind {
                "number" => typed.trim().parse().ok().map(Value::Number),
                _ => (!typed.is_empty()).then_some(Value::When(typed)),
            };
            set(value.unwrap_or(Value::Unset));
        });
    html::div()
        .class("field field-when")
        .child((html::label().r#for(id).class("label").child(text::field(path).label), input))
        .into_child()
}

fn setter(sheet: Sheet, field: Field) -> impl Fn(Value) + Copy + 'static {
    let field = Watched::new(field);
    move |value| {
        let field = field.get_untracked();
        port::send(&Command::SetValue { document: sheet.id, field, value });
    }
}

fn sensitive(label: &'static str) -> View {
    html::span()
        .class("pill pill-sensitive")
        .attr("data-testid", "sensitive")
        .child((icon(icon::WARNING), html::span().child(label)))
        .into_child()
}
