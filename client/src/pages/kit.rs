//! The recovery kit: making one, and the sheet to print. What is on it is shown once.

use engine::{
    command::Command,
    view::{KitRow, RecoveryKitView},
};
use zeroize::Zeroize;

use super::again::Again;
use crate::{
    app::{outside, stage::Stage},
    port,
    text::words,
    watched::Derived,
    widgets::{
        dialog,
        html::{self, Child as _, View},
        icon, moment,
        part::{self, Weight},
        square,
    },
};

/// Where one is made, and whether there is one.
pub fn section(stage: Stage) -> View {
    let words = &words().recovery;
    let kit = Derived::new(move || stage.home.with(|home| home.kit));
    let condition = move || state(kit.get());
    let again = Again::new(stage);
    let make = move || {
        if let Some(passphrase) = again.take() {
            port::send(&Command::MakeRecoveryKit(passphrase));
        }
    };
    let submit = html::button()
        .r#type("submit")
        .class("button button-primary")
        .attr("data-testid", "make-kit")
        .child(move || if kit.get().is_some() { words.make_again } else { words.make });
    let body = (
        html::h2().id("kit-section-title").child(words.title),
        html::p().class("hint").child(words.lead),
        condition,
        again.field("kit-passphrase", words.passphrase, words.passphrase_hint),
        submit,
    );
    html::section()
        .aria_labelledby("kit-section-title")
        .child(part::form("card form", make, body.into_child()))
        .into_child()
}

fn state(kit: Option<KitRow>) -> View {
    let words = &words().recovery;
    let (name, text) = match kit {
        None => ("none", words.none.to_owned()),
        Some(KitRow { is_valid: false, .. }) => ("ended", words.ended.to_owned()),
        Some(KitRow { made_at, is_valid: true }) => ("made", (words.made)(&moment::day(made_at))),
    };
    let class = if name == "made" { "hint" } else { "remark" };
    html::p()
        .class(class)
        .attr("data-testid", "kit-state")
        .attr("data-kit", name)
        .child(text)
        .into_child()
}

/// The sheet. It closes only by its own button: what it shows cannot be shown again.
pub fn sheet(stage: Stage) -> View {
    let is_open = Derived::following(move || stage.kit.with(Option::is_some));
    let body = move || {
        stage.kit.with(|kit| match kit {
            Some(kit) => content(stage, kit),
            None => ().into_child(),
        })
    };
    dialog::dialog("kit", is_open, || {}, body)
}

fn content(stage: Stage, kit: &RecoveryKitView) -> View {
    let words = &words().recovery;
    let done = move || {
        stage.kit.update(|kit| {
            if let Some(kit) = kit {
                kit.code.zeroize();
                kit.words.iter_mut().for_each(Zeroize::zeroize);
            }
        });
        stage.kit.set(None);
    };
    let steps = words.steps.map(|step| html::li().child(step));
    let rows = kit.words.iter().map(|word| html::li().child(word.clone()));
    let about = html::dl().class("sheet-about").child((
        html::dt().child(words.whose),
        html::dd().attr("translate", "no").child(kit.name.clone()),
        html::dt().child(words.when),
        html::dd().child(moment::minute(kit.made_at)),
        html::dt().child(words.address),
        html::dd().attr("translate", "no").child(outside::origin()),
    ));
    html::div()
        .class("sheet")
        .child((
            html::h2().id("kit-title").child(words.sheet_title),
            html::p()
                .class("remark")
                .child((icon::icon(icon::WARNING), html::span().child(words.warning))),
            about,
            html::div().class("sheet-secret").child((
                html::ol()
                    .class("sheet-words")
                    .attr("data-testid", "kit-words")
                    .attr("translate", "no")
                    .attr("lang", "ja")
                    .child(rows.collect::<Vec<_>>()),
                square::square(&kit.code, words.square),
            )),
            html::h3().child(words.steps_title),
            html::ol().class("sheet-steps").child(steps.into_iter().collect::<Vec<_>>()),
            html::p().class("hint").child(words.keep),
            html::div().class("dialog-actions").child((
                part::button(Weight::Primary, "print-kit", words.print, outside::print),
                part::button(Weight::Plain, "kit-done", words.done, done),
            )),
        ))
        .into_child()
}
