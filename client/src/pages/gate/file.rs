//! Starting with the file of a device that was lost or emptied.

use engine::{
    command::{Command, Passphrase},
    view::Notice,
};
use js_sys::Uint8Array;
use leptos::prelude::*;
use shared::Blob;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, HtmlInputElement};

use super::{passphrase::show_button, remark};
use crate::{
    app::stage::Stage,
    text::{say::say, words},
    watched::{Derived, Watched},
    widgets::{
        html::{self, Child as _, View},
        icon,
        part::{self, FormField, Weight},
    },
};

const FIELD: &str = "import-file";
/// Longest file that is taken, in bytes: what a browser lets one origin's worker hold twice.
const FILE_BYTES_MAX: f64 = 512.0 * 1024.0 * 1024.0;

/// The form.
pub(super) fn form(stage: Stage) -> View {
    let form = stage.form;
    let lacks_file = Watched::new(false);
    let leave = move || {
        stage.remark.set(None);
        form.way.set(None);
    };
    let field = FormField {
        id: "passphrase",
        label: say("import.passphrase"),
        hint: "",
        kind: Derived::following(move || if form.is_shown.get() { "text" } else { "password" }),
        autocomplete: "current-password",
        value: form.passphrase,
        error: Derived::new(|| None),
    };
    let missing = move || if lacks_file.get() { say("import.missing") } else { "" };
    let file = html::div().class("form-field").child((
        html::label().r#for(FIELD).class("label").child(say("import.file")),
        html::input()
            .id(FIELD)
            .class("text-box")
            .r#type("file")
            .attr("data-testid", FIELD)
            .aria_describedby("import-file-error"),
        html::p().id("import-file-error").class("error").role("alert").child(missing),
    ));
    let warning = (icon::icon(icon::WARNING), html::span().child(say("import.hint")));
    let body = (
        part::icon_button(Weight::Quiet, "way-back", icon::BACK, words().frame.back, leave),
        html::h2().child(say("import.way")),
        html::p().class("remark").child(warning),
        file,
        part::form_field(field, show_button(form.is_shown)),
        remark(stage),
        part::submit("import", say("import.submit"), words().frame.loading, stage.is_busy),
    );
    let send = move || {
        let chosen = chosen();
        lacks_file.set(chosen.is_none());
        let typed = form.passphrase.get_untracked();
        if let Some(file) = chosen.filter(|_| !typed.is_empty() && !stage.is_busy.get_untracked()) {
            spawn_local(take(stage, file, Passphrase::new(typed)));
        }
    };
    part::form("card form", send, body.into_child())
}

fn chosen() -> Option<File> {
    let field = document().get_element_by_id(FIELD)?.dyn_into::<HtmlInputElement>().ok()?;
    field.files()?.get(0)
}

async fn take(stage: Stage, file: File, passphrase: Passphrase) {
    let is_long = file.size() > FILE_BYTES_MAX;
    let read = if is_long { None } else { JsFuture::from(file.array_buffer()).await.ok() };
    match read {
        Some(buffer) => {
            let file = Blob(Uint8Array::new(&buffer).to_vec());
            stage.ask(&Command::Import { file, passphrase });
        }
        None => stage.remark.set(Some(Notice::NoExport)),
    }
}
