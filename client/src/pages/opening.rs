//! Whether everything opens on this device.

use engine::{
    command::Command,
    view::{Arrival, OpeningView, Unopened},
};

use crate::{
    app::stage::Stage,
    port,
    text::words,
    widgets::{
        html::{self, Child as _, View},
        icon,
        part::{self, Weight},
    },
};

/// On a device that has just come to its account: above every page, until the person has seen it.
pub fn arrival(stage: Stage) -> Option<View> {
    let words = &words().opening;
    let opening = stage.opening.get().filter(|_| stage.is_open())?;
    let title = match opening.arrival? {
        Arrival::Linked => words.linked,
        Arrival::Recovered => words.recovered,
    };
    let seen = || port::send(&Command::DismissOpening);
    Some(
        html::section()
            .class("card form arrival")
            .aria_labelledby("arrival-title")
            .attr("data-testid", "arrival")
            .child((
                html::h2().id("arrival-title").child(title),
                report(&opening),
                part::button(Weight::Plain, "arrival-seen", words.seen, seen),
            ))
            .into_child(),
    )
}

/// On the page of one's devices.
pub fn section(stage: Stage) -> View {
    let words = &words().opening;
    html::section()
        .class("card form")
        .aria_labelledby("opening-title")
        .child((html::h2().id("opening-title").child(words.title), move || {
            stage.opening.get().map(|opening| report(&opening))
        }))
        .into_child()
}

fn report(opening: &OpeningView) -> View {
    let words = &words().opening;
    let is_whole = opening.unopened.is_empty();
    let line = if is_whole {
        (icon::icon(icon::DONE), html::span().child((words.all)(opening.known)))
    } else {
        let count = (words.some)(opening.opened, opening.known);
        (icon::icon(icon::WARNING), html::span().child(count))
    };
    let rows = REASONS.iter().filter_map(|reason| {
        let count = opening.unopened.iter().filter(|row| row.reason == *reason).count();
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        (count > 0).then(|| html::li().child((words.reason)(*reason, count)))
    });
    html::div()
        .class("report")
        .role("status")
        .attr("data-testid", "opening")
        .attr("data-whole", if is_whole { "true" } else { "false" })
        .child((
            html::p().class(if is_whole { "given" } else { "remark" }).child(line),
            html::ul().class("report-reasons").child(rows.collect::<Vec<_>>()),
        ))
        .into_child()
}

const REASONS: [Unopened; 4] =
    [Unopened::Fetching, Unopened::NoKey, Unopened::SetAside, Unopened::Refused];
