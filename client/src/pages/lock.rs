//! The lock page.

use engine::command::{Command, Passphrase};

use super::gate::{passphrase::show_button, remark};
use crate::{
    app::stage::Stage,
    text::words,
    watched::Derived,
    widgets::{
        html::{self, Child as _, View},
        icon::{self, icon},
        part::{self, FormField},
    },
};

/// The page of a device that needs its passphrase.
pub fn lock(stage: Stage, device_name: &str) -> View {
    let words = words();
    let form = stage.form;
    let field = FormField {
        id: "passphrase",
        label: words.lock.passphrase,
        hint: "",
        kind: Derived::following(move || if form.is_shown.get() { "text" } else { "password" }),
        autocomplete: "current-password",
        value: form.passphrase,
        error: Derived::new(|| None),
    };
    let body = (
        html::div().class("lock-mark").aria_hidden("true").child(icon(icon::LOCK)),
        html::h1().attr("data-testid", "device-name").child(device_name.to_owned()),
        html::p()
            .class("lock-state")
            .child((html::span().child(words.lock.title), pill(words.lock.offline))),
        part::form_field(field, show_button(form.is_shown)),
        remark(stage),
        part::submit("unlock", words.lock.submit, words.lock.busy, stage.is_busy),
        html::p().class("hint").child(words.lock.hint),
    );
    let page = html::div().class("page page-lock").attr("data-testid", "lock");
    page.child(part::form("card form lock-form", move || unlock(stage), body.into_child()))
        .into_child()
}

/// A short statement in a frame.
fn pill(text: &'static str) -> View {
    html::span().class("pill").child(text).into_child()
}

fn unlock(stage: Stage) {
    let typed = stage.form.passphrase.get_untracked();
    if !typed.is_empty() && !stage.is_busy.get_untracked() {
        stage.ask(&Command::Unlock(Passphrase::new(typed)));
    }
}
