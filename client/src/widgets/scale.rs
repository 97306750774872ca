//! Whole numbers: a row of buttons for few, a box with hours and minutes for a time.

use engine::casework::field::Value;
use leptos::{ev, prelude::*};

use super::{
    html::{self, Child as _, View},
    offset,
};
use crate::{
    text::words,
    watched::{Derived, Watched},
};

/// A row of numbers to choose from; choosing one again leaves none.
pub fn scale(
    name: &str,
    range: (i64, i64),
    value: Derived<Value>,
    choose: impl Fn(Value) + Copy + 'static,
) -> View {
    let (low, high) = range;
    let steps = (low..=high).map(|step| {
        let is_chosen = move || value.with(|value| *value == Value::Number(step));
        let input = html::input()
            .r#type("radio")
            .name(name.to_owned())
            .value(step.to_string())
            .flag("checked", is_chosen)
            .on(&ev::click, move |_| {
                choose(if is_chosen() { Value::Unset } else { Value::Number(step) });
            });
        html::label()
            .class("step")
            .child((input, html::span().child(step.to_string())))
            .into_child()
    });
    html::div().class("steps").child(steps.collect::<Vec<_>>()).into_child()
}

/// A time since the interview began.
pub fn time(
    id: &str,
    field: &str,
    label: &'static str,
    range: (i64, i64),
    value: Derived<Value>,
    choose: impl Fn(Value) + Copy + 'static,
) -> View {
    let words = words();
    let is_wrong = Watched::new(false);
    let shown = move || {
        value.with(|value| match value {
            Value::Number(seconds) => offset::show(*seconds),
            Value::Unset | Value::Code(_) | Value::Codes(_) | Value::Flag(_) | Value::When(_) => {
                String::new()
            }
        })
    };
    let error_id = format!("{id}-error");
    let input = html::input()
        .r#type("text")
        .id(id.to_owned())
        .class("text-box text-box-time")
        .attr("data-field", field.to_owned())
        .attr("inputmode", "numeric")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("translate", "no")
        .attr("placeholder", "00:07")
        .title(words.note.time_hint)
        .aria_label(format!("{label}: {}", words.note.time_hint))
        .aria_describedby(error_id.clone())
        .aria_invalid(move || is_wrong.get().to_string())
        .text("value", shown)
        .on(&ev::blur, move |event| {
            let typed = event_target_value(&event);
            match read(&typed, range) {
                Some(read) => {
                    is_wrong.set(false);
                    if value.with_untracked(|value| *value != read) {
                        choose(read);
                    } else if let Some(input) = target(&event) {
                        input.set_value(&shown());
                    }
                }
                None => is_wrong.set(true),
            }
        });
    let error = html::span()
        .id(error_id)
        .class("error")
        .role("alert")
        .child(move || is_wrong.get().then_some(words.note.time_wrong));
    html::div().class("time").child((input, error)).into_child()
}

fn target(event: &web_sys::FocusEvent) -> Option<web_sys::HtmlInputElement> {
    use wasm_bindgen::JsCast as _;
    event.target()?.dyn_into().ok()
}

/// What was typed as a value; `None` if it is no time in the range.
fn read(typed: &str, (low, high): (i64, i64)) -> Option<Value> {
    if typed.trim().is_empty() {
        return Some(Value::Unset);
    }
    let seconds = offset::parse(typed)?;
    (low..=high).contains(&seconds).then_some(Value::Number(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_box_takes_times_in_range_and_nothing_at_all() {
        assert_eq!(read("00:07", (0, 14_400)), Some(Value::Number(420)));
        assert_eq!(read("４:００", (0, 14_400)), Some(Value::Number(14_400)));
        assert_eq!(read("4:01", (0, 14_400)), None);
        assert_eq!(read("  ", (0, 14_400)), Some(Value::Unset));
        assert_eq!(read("soon", (0, 14_400)), None);
    }
}
