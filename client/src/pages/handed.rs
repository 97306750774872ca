//! The tablet in the employee's hands: what is theirs, in large type, and the way back.

use engine::{
    casework::{
        field::{Field, Spec},
        interview::FIELDS,
    },
    command::{Command, Passphrase, RoomAct},
    view::CaseRow,
};

use super::{canvas, consent, gate, note};
use crate::{
    app::{place::Place, stage::Stage},
    port,
    text::say::{fill, say},
    watched::{Derived, Watched},
    widgets::{
        board,
        html::{self, Child as _, View},
        part::{self, FormField, Weight},
    },
};

/// What is shown of it.
const TABS: [&str; 3] = ["hand.consent", "hand.survey", "hand.canvas"];

/// The page.
pub fn handed(stage: Stage, name: &str) -> View {
    let tab = Watched::new(0_u32);
    let tabs = (0..).zip(TABS).map(|(at, key)| {
        let is_here = move || (tab.get() == at).then_some("true");
        html::button()
            .r#type("button")
            .class("section-link")
            .attr("data-testid", key)
            .aria_current(is_here)
            .on(&leptos::ev::click, move |_| tab.set(at))
            .child(say(key))
            .into_child()
    });
    let content = move || match tab.get() {
        0 => board::board(stage, Place::Home, consent::BOARD),
        1 => survey(stage),
        _ => board::board(stage, Place::Unknown, canvas::BOARD),
    };
    html::div()
        .class("page page-narrow handed")
        .attr("data-testid", "handed")
        .child((
            html::h1().attr("translate", "no").child(fill("hand.whose", &[name])),
            html::p().class("lead").child(say("hand.whose_lead")),
            html::nav().class("tabs").aria_label(say("hand.tabs")).child(tabs.collect::<Vec<_>>()),
            content,
            back(stage),
        ))
        .into_child()
}

/// The way back, for the consultant.
fn back(stage: Stage) -> View {
    let pin = Watched::new(String::new());
    let field = FormField {
        id: "pin",
        label: say("hand.pin"),
        hint: "",
        kind: Derived::new(|| "password"),
        autocomplete: "off",
        value: pin,
        error: Derived::new(|| None),
    };
    let take = move || {
        port::send(&Command::Room(RoomAct::TakeBack(Passphrase::new(pin.get_untracked()))));
        pin.set(String::new());
    };
    let body = (
        part::form_field(field, ().into_child()),
        gate::remark(stage),
        part::button(Weight::Plain, "take-back", say("hand.take"), take),
    );
    html::details()
        .class("card hand-back")
        .attr("data-testid", "hand-back")
        .child((html::summary().child(say("hand.back")), html::div().class("form").child(body)))
        .into_child()
}

/// The newest interview of the case.
fn newest(stage: Stage) -> Option<CaseRow> {
    stage.home.with(|home| home.cases.first().cloned())
}

/// What the employee says of an interview: the survey, and whether they want to come again.
fn survey(stage: Stage) -> View {
    let case = Derived::new(move || {
        let case = newest(stage)?;
        let is_there = stage.shelf.with(|shelf| shelf.form(case.case).is_some());
        Some((case.case, case.interviews.last()?.interview)).filter(|_| is_there)
    });
    let content = move || {
        let Some((case, interview)) = case.get() else {
            return html::p().class("hint").child(say("hand.no_survey")).into_child();
        };
        let sheet = note::Sheet::new(stage, case, true);
        let item = Field::top("interviews").child(&interview.to_hex());
        let is_theirs = |spec: &&'static Spec| {
            spec.id.starts_with("survey_") || spec.id.starts_with("continue_")
        };
        let fields = FIELDS.iter().filter(is_theirs).map(|spec| {
            let path = ["case/shared.interviews/", spec.id].concat();
            note::field::field(sheet, spec, item.child(spec.id), &path)
        });
        html::section()
            .class("card note-section")
            .aria_label(say("hand.survey"))
            .child(html::div().class("fields").child(fields.collect::<Vec<_>>()))
            .into_child()
    };
    content.into_child()
}
