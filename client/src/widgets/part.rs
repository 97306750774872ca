//! Buttons, links and form fields.

use std::sync::Arc;

use leptos::{ev, prelude::*};
use web_sys::MouseEvent;

use super::{
    dom,
    html::{self, Child, View},
    icon::{Icon, icon},
};
use crate::{
    app::{place::Place, stage::Stage},
    text::words,
    watched::{Derived, Watched},
};

/// How much a button asks for attention.
#[derive(Clone, Copy)]
pub enum Weight {
    /// The one thing to do here.
    Primary,
    /// Something else to do.
    Plain,
    /// Beside something, without a frame.
    Quiet,
    /// Takes something away.
    Danger,
}

impl Weight {
    /// Its class.
    pub fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Plain => "button",
            Self::Quiet => "button button-quiet",
            Self::Danger => "button button-danger",
        }
    }
}

/// A button with words.
pub fn button(
    weight: Weight,
    test_id: &'static str,
    label: impl Child,
    click: impl FnMut() + 'static,
) -> View {
    pressed(weight, test_id, label.into_child(), Box::new(click))
}

#[inline(never)]
fn pressed(
    weight: Weight,
    test_id: &'static str,
    label: View,
    mut click: Box<dyn FnMut()>,
) -> View {
    html::button()
        .r#type("button")
        .class(weight.class())
        .attr("data-testid", test_id)
        .on(&ev::click, move |_| click())
        .child(label)
        .into_child()
}

/// A button for what cannot be undone: it asks once more before it does it.
pub fn sure_button(
    test_id: &'static str,
    label: String,
    question: &'static str,
    click: impl Fn() + Send + Sync + 'static,
) -> View {
    sure(test_id, label, question, Arc::new(click))
}

fn sure(
    test_id: &'static str,
    label: String,
    question: &'static str,
    click: Arc<dyn Fn() + Send + Sync>,
) -> View {
    let is_asking = Watched::new(false);
    let (sure, not_sure) = (words().devices.sure, words().devices.not_sure);
    let body = move || {
        if !is_asking.get() {
            let label = label.clone();
            return button(Weight::Quiet, test_id, label, move || is_asking.set(true));
        }
        let click = Arc::clone(&click);
        let go = move || {
            is_asking.set(false);
            click();
        };
        html::span()
            .class("row-words")
            .role("alert")
            .child((
                html::span().child(question),
                button(Weight::Danger, "sure", sure, go),
                button(Weight::Plain, "not-sure", not_sure, move || is_asking.set(false)),
            ))
            .into_child()
    };
    html::span().child(body).into_child()
}

/// A button with an icon before its words.
pub fn icon_button(
    weight: Weight,
    test_id: &'static str,
    picture: Icon,
    label: &str,
    click: impl FnMut() + 'static,
) -> View {
    pressed(weight, test_id, pictured(picture, label), Box::new(click))
}

fn pictured(picture: Icon, label: &str) -> View {
    (icon(picture), html::span().child(label.to_owned())).into_child()
}

/// A button that is only an icon; its name is spoken.
pub fn bare_button(
    test_id: &'static str,
    picture: Icon,
    name: String,
    click: impl FnMut() + 'static,
) -> View {
    bare(test_id, picture, name, Box::new(click))
}

#[inline(never)]
fn bare(test_id: &'static str, picture: Icon, name: String, mut click: Box<dyn FnMut()>) -> View {
    html::button()
        .r#type("button")
        .class("button button-quiet button-bare")
        .attr("data-testid", test_id)
        .title(name.clone())
        .aria_label(name)
        .on(&ev::click, move |_| click())
        .child(icon(picture))
        .into_child()
}

/// The button that sends a form; while `is_busy` it says so and does nothing.
pub fn submit(
    test_id: &'static str,
    label: &'static str,
    busy: &'static str,
    is_busy: Watched<bool>,
) -> View {
    html::button()
        .r#type("submit")
        .class("button button-primary button-wide")
        .attr("data-testid", test_id)
        .aria_disabled(move || is_busy.get().to_string())
        .child(move || if is_busy.get() { busy } else { label })
        .into_child()
}

/// A form that runs `send` instead of loading a page.
pub fn form(class: &'static str, send: impl Fn() + 'static, body: View) -> View {
    sent(class, Box::new(send), body)
}

fn sent(class: &'static str, send: Box<dyn Fn()>, body: View) -> View {
    html::form()
        .class(class)
        .attr("novalidate", "")
        .attr("autocomplete", "off")
        .on(&ev::submit, move |event| {
            event.prevent_default();
            send();
        })
        .child(body)
        .into_child()
}

/// A link to a page of the app.
pub fn link(
    stage: Stage,
    place: Place,
    class: &'static str,
    test_id: &'static str,
    body: View,
) -> View {
    html::a()
        .href(place.path())
        .class(class)
        .attr("data-testid", test_id)
        .on(&ev::click, move |event| {
            if is_plain_click(&event) {
                event.prevent_default();
                stage.go(place);
            }
        })
        .child(body)
        .into_child()
}

/// A click that means this tab, not another one.
fn is_plain_click(event: &MouseEvent) -> bool {
    !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key())
        && event.button() == 0
}

/// A field of a form.
#[derive(Clone, Copy)]
pub struct FormField {
    /// Its id, also its `data-testid`.
    pub id: &'static str,
    /// Its label.
    pub label: &'static str,
    /// What to enter, or empty.
    pub hint: &'static str,
    /// `text` or `password`.
    pub kind: Derived<&'static str>,
    /// For password managers and keyboards.
    pub autocomplete: &'static str,
    /// What is in it.
    pub value: Watched<String>,
    /// What is wrong with it, if anything.
    pub error: Derived<Option<String>>,
}

/// A labelled field with its hint and what is wrong with it.
pub fn form_field(field: FormField, after: View) -> View {
    let FormField { id, label, hint, kind, autocomplete, value, error } = field;
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described_by = format!("{hint_id} {error_id}");
    let input = html::input()
        .r#type(move || kind.get())
        .id(id)
        .class("text-box")
        .attr("data-testid", id)
        .attr("autocomplete", autocomplete)
        .attr("autocapitalize", "off")
        .attr("spellcheck", "false")
        .attr("translate", "no")
        .aria_describedby(described_by)
        .aria_invalid(move || error.with(Option::is_some).to_string())
        .text("value", move || value.get())
        .on(&ev::input, move |event| {
            // A controlled value would end a composition.
            if !dom::is_composing(&event) {
                value.set(event_target_value(&event));
            }
        })
        .on(&ev::compositionend, move |event| value.set(event_target_value(&event)))
        .on(&ev::change, move |event| value.set(event_target_value(&event)));
    html::div()
        .class("form-field")
        .child((
            html::label().r#for(id).class("label").child(label),
            (!hint.is_empty()).then(|| html::p().id(hint_id).class("hint").child(hint)),
            html::div().class("with-button").child((input, after)),
            html::p().id(error_id).class("error").role("alert").child(move || error.get()),
        ))
        .into_child()
}

/// What to say where there is nothing, and what to do about it.
pub fn empty(picture: Icon, title: &'static str, text: &'static str) -> View {
    html::div()
        .class("empty")
        .child((icon(picture), html::p().class("empty-title").child(title), html::p().child(text)))
        .into_child()
}

/// The way back to the first page.
pub fn back_home(stage: Stage) -> View {
    back(stage, Place::Home, "back-home", words().frame.home)
}

/// The way back to a page.
pub fn back(stage: Stage, place: Place, test_id: &'static str, label: &'static str) -> View {
    let body = (icon(super::icon::BACK), html::span().child(label)).into_child();
    link(stage, place, "back", test_id, body)
}
