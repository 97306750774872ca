//! The first page of a device that nobody uses yet.

mod file;
pub mod form;
mod kit;
pub mod passphrase;

use engine::command::{Command, Newcomer, Passphrase};
use leptos::prelude::*;

use crate::{
    app::{install::Installing, stage::Stage},
    text::{say::say, words},
    watched::Derived,
    widgets::{
        html::{self, Child as _, View},
        icon::{self, Icon, icon},
        part::{self, FormField, Weight},
    },
};
use form::{Problem, Way};

/// The page: how to start, then the form for it.
pub fn gate(stage: Stage) -> View {
    let words = words();
    html::div()
        .class("page page-narrow")
        .attr("data-testid", "gate")
        .child((
            html::h1().child(words.gate.title),
            html::p().class("lead").child(words.gate.lead),
            move || {
                let is_by_hand = stage.installing.get() == Installing::ByHand;
                is_by_hand.then(|| html::p().class("remark").child(words.gate.ios_first))
            },
            move || match stage.form.way.get() {
                None => ways(stage),
                Some(Way::File) => file::form(stage),
                Some(way) => newcomer(stage, way),
            },
        ))
        .into_child()
}

fn ways(stage: Stage) -> View {
    let gate = &words().gate;
    let choices = [
        (Way::Join, "way-join", icon::NOTE, gate.join, gate.join_text),
        (Way::Device, "way-device", icon::DEVICE, gate.device, gate.device_text),
        (Way::Kit, "way-kit", icon::KEY, words().recovery.way, words().recovery.way_text),
        (Way::File, "way-file", icon::COPY, say("import.way"), say("import.way_text")),
        (Way::Firm, "way-firm", icon::ADD, gate.firm, gate.firm_text),
    ];
    let cards = choices.map(|(way, test_id, picture, title, text)| {
        let choose = move || stage.form.way.set(Some(way));
        html::li().child(part::button(Weight::Plain, test_id, card(picture, title, text), choose))
    });
    html::ul().class("ways").child(cards.into_iter().collect::<Vec<_>>()).into_child()
}

fn card(picture: Icon, title: &'static str, text: &'static str) -> View {
    let texts =
        (html::span().class("way-title").child(title), html::span().class("way-text").child(text));
    (icon(picture), html::span().class("way-words").child(texts)).into_child()
}

fn newcomer(stage: Stage, way: Way) -> View {
    let gate = &words().gate;
    let (title, test_id) = match way {
        Way::Firm => (gate.firm_submit, "make-firm"),
        Way::Join => (gate.join_submit, "join"),
        Way::Device => (gate.device_submit, "link-device"),
        Way::Kit | Way::File => (words().recovery.way_submit, "recover"),
    };
    let leave = move || {
        stage.remark.set(None);
        stage.form.way.set(None);
    };
    let body = (
        part::icon_button(Weight::Quiet, "way-back", icon::BACK, words().frame.back, leave),
        html::h2().child(title),
        if way == Way::Kit { kit::field(stage) } else { link_field(stage, way) },
        (!way.is_back()).then(|| name_field(stage)),
        part::form_field(plain_field(stage, "device-name"), ().into_child()),
        passphrase::fields(stage.form),
        html::p().class("remark").child(gate.no_recovery),
        remark(stage),
        part::submit(test_id, title, words().frame.loading, stage.is_busy),
    );
    part::form("card form", move || send(stage, way), body.into_child())
}

fn link_field(stage: Stage, way: Way) -> View {
    let gate = &words().gate;
    let form = stage.form;
    let (label, hint) = match way {
        Way::Firm | Way::Join => (gate.link, gate.link_hint),
        Way::Device | Way::Kit | Way::File => (gate.code, gate.code_hint),
    };
    let error = form.says(Problem::Link, gate.link_missing);
    let kind = Derived::new(|| "text");
    let field =
        FormField { id: "link", label, hint, kind, autocomplete: "off", value: form.link, error };
    let shown = move || {
        if !form.is_link_given.get() {
            return part::form_field(field, ().into_child());
        }
        let change = move || {
            form.link.set(String::new());
            form.is_link_given.set(false);
        };
        html::p()
            .class("given")
            .attr("data-testid", "link-given")
            .child((
                icon(icon::DONE),
                html::span().child(gate.link_taken),
                part::button(Weight::Quiet, "link-change", gate.link_change, change),
            ))
            .into_child()
    };
    shown.into_child()
}

fn name_field(stage: Stage) -> View {
    part::form_field(plain_field(stage, "name"), ().into_child())
}

fn plain_field(stage: Stage, id: &'static str) -> FormField {
    let gate = &words().gate;
    let form = stage.form;
    let kind = Derived::new(|| "text");
    if id == "name" {
        FormField {
            id,
            label: gate.name,
            hint: gate.name_hint,
            kind,
            autocomplete: "off",
            value: form.name,
            error: form.says(Problem::Name, gate.name_missing),
        }
    } else {
        if form.device_name.with_untracked(String::is_empty) {
            form.device_name.set(default_device_name());
        }
        FormField {
            id,
            label: gate.device_name,
            hint: gate.device_name_hint,
            kind,
            autocomplete: "off",
            value: form.device_name,
            error: Derived::new(|| None),
        }
    }
}

/// What the engine answered, beside the button that asked.
pub fn remark(stage: Stage) -> View {
    let say = move || stage.remark.with(|remark| remark.as_ref().map(words().notice));
    html::p().class("error").role("alert").attr("data-testid", "remark").child(say).into_child()
}

fn send(stage: Stage, way: Way) {
    let form = stage.form;
    form.is_tried.set(true);
    if stage.is_busy.get_untracked() || form.problem(way).is_some() {
        return;
    }
    let link = form.link.with_untracked(|link| form::fragment(link).to_owned());
    let is_bootstrap = Way::of(&link) == Some(Way::Firm);
    let newcomer = Newcomer {
        link,
        name: form.name.with_untracked(|name| name.trim().to_owned()),
        device_name: form.device_name.with_untracked(|name| name.trim().to_owned()),
        passphrase: Passphrase::new(form.passphrase.get_untracked()),
    };
    form.is_sent.set(true);
    stage.ask(&if is_bootstrap { Command::MakeFirm(newcomer) } else { Command::Enrol(newcomer) });
}

fn default_device_name() -> String {
    let navigator = window().navigator();
    let kind =
        device_kind(&navigator.user_agent().unwrap_or_default(), navigator.max_touch_points());
    words().gate.device_names.get(kind).copied().unwrap_or_default().to_owned()
}

/// 0 for a tablet, 1 for a phone, 2 for a computer.
fn device_kind(user_agent: &str, touch_points: i32) -> usize {
    let is = |name| user_agent.contains(name);
    if is("iPad") || (is("Macintosh") && touch_points > 1) || (is("Android") && !is("Mobile")) {
        0
    } else if is("iPhone") || is("Mobile") {
        1
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_after_what_it_is() {
        assert_eq!(device_kind("Mozilla/5.0 (Linux; Android 15; Pixel Tablet) Chrome/156.0", 5), 0);
        assert_eq!(device_kind("Mozilla/5.0 (Linux; Android 15) Chrome/156.0 Mobile", 5), 1);
        assert_eq!(device_kind("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)", 5), 1);
        assert_eq!(device_kind("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 5), 0);
        assert_eq!(device_kind("Mozilla/5.0 (X11; Linux x86_64)", 0), 2);
    }
}
