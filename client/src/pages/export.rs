//! This device as a file: writing it.

use engine::command::Command;

use super::again::Again;
use crate::{
    app::{outside, stage::Stage},
    port,
    text::say::{fill, say},
    widgets::{
        html::{self, Child as _, View},
        icon, part,
    },
};

/// Where it is written, and what the file is for.
pub fn section(stage: Stage) -> View {
    let again = Again::new(stage);
    let make = move || {
        if let Some(passphrase) = again.take() {
            stage.is_exported.set(false);
            port::send(&Command::Export(passphrase));
        }
    };
    let told = move || if stage.is_exported.get() { say("export.done") } else { "" };
    let warning = (icon::icon(icon::WARNING), html::span().child(say("export.hint")));
    let body = (
        html::h2().id("export-title").child(say("export.title")),
        html::p().class("hint").child(say("export.lead")),
        html::p().class("remark").child(warning),
        again.field("export-passphrase", say("export.passphrase"), say("export.passphrase_hint")),
        html::button()
            .r#type("submit")
            .class("button button-primary")
            .attr("data-testid", "export")
            .child(say("export.make")),
        html::p().class("hint").role("status").attr("data-testid", "exported").child(told),
    );
    html::section()
        .aria_labelledby("export-title")
        .child(part::form("card form", make, body.into_child()))
        .into_child()
}

/// The file is here: the browser keeps it where the person says.
pub fn save(stage: Stage, file: &[u8]) {
    let name = fill("export.file", &[&outside::day()]);
    outside::save(&name, "application/octet-stream", file);
    stage.is_exported.set(true);
}
