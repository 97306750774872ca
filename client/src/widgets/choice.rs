//! Choosing one or several of a few: chips that are radio buttons or check boxes.

use engine::casework::field::Value;
use leptos::ev;

use super::html::{self, Child as _, View};
use crate::{text, watched::Derived};

/// A group of chips, one of which may be chosen; choosing it again leaves none.
pub fn one(
    name: &str,
    path: &str,
    codes: &'static [&'static str],
    value: Derived<Value>,
    choose: impl Fn(Value) + Copy + 'static,
) -> View {
    let chips = codes.iter().map(|code| {
        let is_chosen = move || value.with(|value| matches!(value, Value::Code(it) if it == code));
        let input = html::input()
            .r#type("radio")
            .name(name.to_owned())
            .value(*code)
            .flag("checked", is_chosen)
            .on(&ev::click, move |_| {
                choose(if is_chosen() { Value::Unset } else { Value::Code((*code).to_owned()) });
            });
        chip(input.into_child(), text::code(path, code))
    });
    html::div().class("chips").child(chips.collect::<Vec<_>>()).into_child()
}

/// A group of chips, any number of which may be chosen.
pub fn many(
    path: &str,
    codes: &'static [&'static str],
    value: Derived<Value>,
    choose: impl Fn(Value) + Copy + 'static,
) -> View {
    let chips = codes.iter().map(|code| {
        let is_chosen = move || value.with(|value| has(value, code));
        let input = html::input().r#type("checkbox").value(*code).flag("checked", is_chosen).on(
            &ev::change,
            move |_| {
                choose(value.with_untracked(|value| toggled(codes, value, code)));
            },
        );
        chip(input.into_child(), text::code(path, code))
    });
    html::div().class("chips").child(chips.collect::<Vec<_>>()).into_child()
}

/// Yes or nothing.
pub fn flag(
    label: &'static str,
    field: &str,
    value: Derived<Value>,
    choose: impl Fn(Value) + Copy + 'static,
) -> View {
    let is_chosen = move || value.with(|value| matches!(value, Value::Flag(true)));
    let input = html::input()
        .r#type("checkbox")
        .id(format!("f-{}", field.replace('/', "-")))
        .attr("data-field", field.to_owned())
        .flag("checked", is_chosen)
        .on(&ev::change, move |_| choose(Value::Flag(!is_chosen())));
    html::label().class("check").child((input, html::span().child(label))).into_child()
}

fn chip(input: View, label: &'static str) -> View {
    html::label().class("chip").child((input, html::span().child(label))).into_child()
}

fn has(value: &Value, code: &str) -> bool {
    matches!(value, Value::Codes(chosen) if chosen.iter().any(|it| it == code))
}

/// The value with `code` in or out, in the order of the shape.
fn toggled(codes: &[&str], value: &Value, code: &str) -> Value {
    let is_wanted = |it: &str| if it == code { !has(value, it) } else { has(value, it) };
    let chosen: Vec<String> =
        codes.iter().filter(|it| is_wanted(it)).map(|it| (*it).to_owned()).collect();
    if chosen.is_empty() { Value::Unset } else { Value::Codes(chosen) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_keep_the_order_of_the_shape_and_the_last_one_leaves_nothing() {
        let codes = ["rapport", "problem", "goal"];
        let of = |chosen: &[&str]| Value::Codes(chosen.iter().map(|it| (*it).into()).collect());

        assert_eq!(toggled(&codes, &Value::Unset, "goal"), of(&["goal"]));
        assert_eq!(toggled(&codes, &of(&["goal"]), "rapport"), of(&["rapport", "goal"]));
        assert_eq!(toggled(&codes, &of(&["goal"]), "goal"), Value::Unset);
    }
}
