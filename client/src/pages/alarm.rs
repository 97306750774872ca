//! What speaks against the server: a sentence for each alarm, and the evidence for who asks.

use engine::{
    command::Command,
    view::{AlarmKind, AlarmRow, Gate},
};
use shared::{id::hex, log::org::Role};

use crate::{
    app::stage::Stage,
    port,
    text::words,
    widgets::{
        copy::copy_button,
        html::{self, Child as _, View},
        icon::{self, icon},
        moment,
        part::{self, Weight},
    },
};

/// Bytes of an id or a hash that are shown.
const SHOWN_BYTES: usize = 8;

/// A bar for each alarm that the person has not said to know of.
pub fn alarms(stage: Stage) -> View {
    let open = stage.alarms.get().into_iter().filter(|row| !row.is_seen);
    open.map(|row| alarm(stage, row)).collect::<Vec<_>>().into_child()
}

fn alarm(stage: Stage, row: AlarmRow) -> View {
    let words = &words().alarm;
    let (number, kind) = (row.number, row.matter.kind);
    let show = part::button(Weight::Quiet, "alarm-details", words.details, move || {
        port::send(&Command::ShowEvidence(number));
    });
    let details = move || {
        let evidence = stage.evidence.get().filter(|(of, _)| *of == number);
        evidence.map(|(_, text)| details(&row, text))
    };
    html::div()
        .class("bar bar-grave")
        .role("alert")
        .attr("data-testid", "alarm")
        .child((
            icon(icon::WARNING),
            html::p().child((words.sentence)(kind)),
            show,
            answer(stage, number, kind),
            details,
        ))
        .into_child()
}

/// What can be done about it. What an admin must confirm, or what is for good, is not waved away.
fn answer(stage: Stage, number: u64, kind: AlarmKind) -> Option<View> {
    let words = &words().alarm;
    let is_admin =
        stage.gate.with(|gate| matches!(gate, Some(Gate::Open { role: Role::Admin, .. })));
    match kind {
        AlarmKind::Restored => is_admin.then(|| {
            let go = || port::send(&Command::DeclareRestore);
            part::sure_button("declare-restore", words.declare.into(), words.declare_question, go)
        }),
        AlarmKind::Twice => None,
        AlarmKind::Withheld
        | AlarmKind::RolledBack
        | AlarmKind::Equivocation
        | AlarmKind::Forked
        | AlarmKind::Tampered => {
            let know = move || port::send(&Command::Acknowledge(number));
            Some(part::button(Weight::Plain, "acknowledge", words.acknowledge, know))
        }
    }
}

fn details(row: &AlarmRow, evidence: String) -> View {
    let words = &words().alarm;
    let matter = &row.matter;
    let document = matter.document.map_or_else(
        || words.org.to_owned(),
        |document| format!("{} {}", words.document, start(document.as_bytes())),
    );
    let device = matter.device.map(|it| format!("{} {}", words.device, start(it.as_bytes())));
    let facts = [
        Some(format!("{} {}", words.noticed, moment::minute(row.at))),
        Some(document),
        device,
        Some(format!("{} {}", words.index, matter.index)),
    ];
    let hashes = matter.hashes.iter().map(|it| format!("{} {}", words.hash, start(&it.0)));
    let lines = facts.into_iter().flatten().chain(hashes);
    let lines = lines.map(|line| html::li().child(line)).collect::<Vec<_>>();
    html::div()
        .attr("data-testid", "alarm-evidence")
        .child((html::ul().child(lines), copy_button("copy-evidence", words.copy, evidence)))
        .into_child()
}

fn start(bytes: &[u8]) -> String {
    hex(bytes.get(..SHOWN_BYTES).unwrap_or(bytes))
}
