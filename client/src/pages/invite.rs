//! The form that makes an invitation.

use engine::command::Command;
use leptos::ev;
use shared::log::org::Role;

use crate::{
    app::stage::Stage,
    port,
    text::words,
    watched::{Derived, Watched, effect},
    widgets::{
        html::{self, Child as _, View},
        part::{self, FormField},
    },
};

/// The form, for the roles this person may invite. The first is chosen.
pub fn invite(stage: Stage, roles: &'static [Role]) -> View {
    let words = &words().people;
    let chosen = Watched::new(roles.first().copied().unwrap_or(Role::Employee));
    let name = Watched::new(String::new());
    let is_tried = Watched::new(false);
    let is_nameless = move || name.with(|name| name.trim().is_empty());
    let error = Derived::following(move || {
        (is_tried.get() && is_nameless()).then(|| words.name_missing.to_owned())
    });
    let field = FormField {
        id: "invite-name",
        label: words.name,
        hint: words.name_hint,
        kind: Derived::new(|| "text"),
        autocomplete: "off",
        value: name,
        error,
    };
    let send = move || {
        is_tried.set(true);
        if !is_nameless() {
            let wanted = name.with_untracked(|name| name.trim().to_owned());
            port::send(&Command::Invite { role: chosen.get_untracked(), name: wanted });
        }
    };
    // The name stays until the invitation is there: without a network nothing has to be typed again.
    effect(move || {
        if stage.invitations.with(|all| !all.is_empty()) {
            name.set(String::new());
            is_tried.set(false);
        }
    });
    let title = if roles == [Role::Employee] { words.invite_employee } else { words.invite };
    let submit = html::button()
        .r#type("submit")
        .class("button button-primary")
        .attr("data-testid", "invite")
        .child(words.submit);
    let body = (
        html::h3().child(title),
        html::p().class("hint").child(words.invite_lead),
        (roles.len() > 1).then(|| role_choice(roles, chosen)),
        part::form_field(field, ().into_child()),
        submit,
    );
    part::form("card form", send, body.into_child())
}

fn role_choice(roles: &'static [Role], chosen: Watched<Role>) -> View {
    let words = words();
    let chips = roles.iter().map(|role| {
        let input = html::input()
            .r#type("radio")
            .name("invite-role")
            .attr("data-testid", test_id(*role))
            .flag("checked", move || chosen.get() == *role)
            .on(&ev::change, move |_| chosen.set(*role));
        html::label()
            .class("chip")
            .child((input, html::span().child((words.role)(*role))))
            .into_child()
    });
    html::fieldset()
        .class("group")
        .child((
            html::legend().class("label").child(words.people.role),
            html::div().class("chips").child(chips.collect::<Vec<_>>()),
        ))
        .into_child()
}

fn test_id(role: Role) -> &'static str {
    match role {
        Role::Admin => "role-admin",
        Role::Consultant => "role-consultant",
        Role::Supervisor => "role-supervisor",
        Role::Employee => "role-employee",
    }
}
