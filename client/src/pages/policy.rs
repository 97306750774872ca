//! What a firm asks of its devices: an admin's form.

use engine::command::Command;
use leptos::ev;

use crate::{
    app::stage::Stage,
    port,
    text::words,
    watched::Derived,
    widgets::html::{self, Child as _, View},
};

/// Hours to choose from; the log takes 12 to 168.
const HOURS: [u16; 6] = [12, 24, 48, 72, 120, 168];

/// How long devices may be opened without the server.
pub fn policy(stage: Stage) -> View {
    let words = &words().policy;
    let hours = Derived::new(move || stage.home.with(|home| home.offline_hours));
    let chips = HOURS.map(|choice| {
        let input = html::input()
            .r#type("radio")
            .name("offline-hours")
            .value(choice.to_string())
            .flag("checked", move || hours.get() == choice)
            .on(&ev::change, move |_| {
                port::send(&Command::SetPolicy { offline_hours: choice });
            });
        html::label()
            .class("chip")
            .child((input, html::span().child((words.hours)(u32::from(choice)))))
    });
    html::section()
        .class("card form")
        .attr("data-testid", "policy")
        .aria_labelledby("policy-title")
        .child((
            html::h2().id("policy-title").child(words.title),
            html::p().class("hint").child(words.lead),
            html::fieldset().class("group").child((
                html::legend().class("label").child(words.legend),
                html::div().class("chips").child(chips.into_iter().collect::<Vec<_>>()),
            )),
            html::p()
                .class("hint")
                .role("status")
                .attr("data-testid", "policy-state")
                .child(move || (words.state)(u32::from(hours.get()))),
        ))
        .into_child()
}
