//! A tablet that rests while two people talk: a quiet page with the way back, and nothing else. No
//! field takes the focus by itself, so that no keyboard comes up.

use engine::command::{Command, Passphrase, RoomAct};

use super::gate::remark;
use crate::{
    app::stage::Stage,
    port,
    text::{say::say, words},
    watched::{Derived, Watched},
    widgets::{
        html::{self, Child as _, View},
        part::{self, FormField, Weight},
    },
};

/// The page.
pub fn rest(stage: Stage) -> View {
    let pin = Watched::new(String::new());
    let field = FormField {
        id: "pin",
        label: say("room.pin"),
        hint: "",
        kind: Derived::new(|| "password"),
        autocomplete: "off",
        value: pin,
        error: Derived::new(|| None),
    };
    let go_on = move || {
        let typed = Passphrase::new(pin.get_untracked().trim().to_owned());
        pin.set(String::new());
        if !typed.expose().is_empty() && !stage.is_busy.get_untracked() {
            stage.ask(&Command::Room(RoomAct::EndRest(typed)));
        }
    };
    let lock = part::button(Weight::Quiet, "lock-now", say("rest.lock"), || {
        port::send(&Command::Lock);
    });
    let body = (
        html::h1().child(say("rest.title")),
        part::form_field(field, ().into_child()),
        remark(stage),
        part::submit("end-rest", say("rest.go_on"), words().lock.busy, stage.is_busy),
        html::div().attr("data-key", "L").child(lock),
    );
    html::div()
        .class("page page-lock page-rest")
        .attr("data-testid", "rest")
        .child(part::form("form lock-form", go_on, body.into_child()))
        .into_child()
}
