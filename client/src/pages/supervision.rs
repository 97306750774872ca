//! A copy for supervision: for the consultant who made it the way to the supervisor, for the
//! supervisor the case without the person, and what there is to say of it.

use engine::{
    casework::supervision::SOURCES,
    command::{Command, ReportAct, TextWish},
    view::{CopyView, FormView, MemberRow},
};
use shared::{
    id::{AccountId, DocumentId},
    log::org::Role,
};

use super::{form, members};
use crate::{
    app::place::{Place, Sheet},
    text::say::{label, of, say},
    widgets::{
        board::{Board, Done, Scene},
        node::{
            Node, act, actions, area, el, folded, hint, link, one, pill, print, section, waiting,
            words,
        },
        part::Weight,
        span,
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

/// From here on a copy is the supervisor's to read.
const GONE: [&str; 3] = ["shared", "discussed", "deleted"];

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let Some((id, form)) = scene.place.document().and_then(|id| Some((id, scene.shelf.form(id)?)))
    else {
        return vec![waiting()];
    };
    let copy = scene.shelf.copy(id);
    let mut page = vec![words("h1", "", say("kind.supervision"))];
    page.extend(copy.map(|copy| state(scene, id, copy)));
    page.push(texts(form));
    page.extend(copy.filter(|it| !is_gone(it)).map(|_| redact(scene, form)));
    page.push(comments(id, form));
    page
}

fn is_gone(copy: &CopyView) -> bool {
    GONE.contains(&copy.state.as_str())
}

/// How far the copy is, and what leads on.
fn state(scene: &Scene<'_>, id: DocumentId, copy: &CopyView) -> Node {
    let blocked = copy.blocked.as_ref().map(|why| {
        let told = of("copy_blocked", why);
        let told = if told.is_empty() { say("copy.blocked") } else { told };
        words("p", "remark", told).with("role", "alert").with("data-blocked", why)
    });
    let page = section("state", say("copy.state"))
        .put(actions(vec![
            pill("pill", of("copy_state", &copy.state)),
            pill("pill", of("copy_choice", &copy.choice)),
        ]))
        .maybe(copy.is_waiting.then(|| hint(say("copy.waits"))))
        .maybe(blocked);
    if is_gone(copy) {
        return page;
    }
    let is_checked = copy.state != "draft";
    let check = act(Weight::Plain, "check", say("copy.check"));
    let supervisors = supervisors(scene, id);
    let people: Vec<(String, String)> =
        supervisors.iter().map(|it| (it.account.to_hex(), members::name(it))).collect();
    let people: Vec<(&str, &str)> =
        people.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
    let chosen = scene.values.text("s.who");
    let none = people.is_empty().then(|| hint(say("copy.nobody")));
    let whom = (!people.is_empty()).then(|| one("s.who", say("copy.whom"), &people, &chosen));
    let ask = copy.choice == "ask_each_time";
    let unasked = (copy.choice == "unasked").then(|| hint(say("copy.unasked")));
    let mut steps = vec![];
    if is_checked && ask {
        steps.push(act(Weight::Plain, "ask-use", say("copy.ask")));
    }
    if is_checked {
        steps.push(act(Weight::Primary, "share", say("copy.share")));
    }
    page.maybe((!is_checked).then(|| hint(say("copy.check_lead"))))
        .put(actions(vec![check]))
        .maybe(unasked)
        .maybe(none)
        .maybe(whom)
        .put(actions(steps))
}

/// Whom it can be given.
fn supervisors<'a>(scene: &Scene<'a>, id: DocumentId) -> Vec<&'a MemberRow> {
    let Some(view) = scene.shelf.members(id) else { return vec![] };
    view.others.iter().filter(|it| it.role == Role::Supervisor).collect()
}

fn texts(form: &FormView) -> Node {
    let lines = SOURCES.iter().filter_map(|(place, _)| {
        let text = form::text(Some(form), place);
        let name = label(&["supervision.", place].concat());
        (!text.trim().is_empty()).then(|| {
            el("div", "pair")
                .put(words("dt", "label", name))
                .put(words("dd", "prose", &text).with("translate", "no"))
        })
    });
    section("texts", say("copy.texts"))
        .put(actions(vec![print()]))
        .put(el("dl", "pairs").all(lines.collect()))
}

/// What was overlooked can still be replaced; the log keeps what stands there, not what stood.
fn redact(scene: &Scene<'_>, form: &FormView) -> Node {
    let written = SOURCES.iter().filter(|(place, _)| !form::text(Some(form), place).is_empty());
    let names: Vec<(&str, &str)> =
        written.map(|(place, _)| (*place, label(&["supervision.", place].concat()))).collect();
    let by_hand =
        link(Place::Page(Sheet::Form, form.document), "button", "edit-copy", say("copy.edit"));
    let body = vec![
        one("r.place", say("copy.where"), &names, &scene.values.text("r.place")),
        area("r.more", say("copy.more"), &scene.values.text("r.more")),
        actions(vec![act(Weight::Plain, "redact", say("copy.redact")), by_hand]),
    ];
    el("div", "card").put(folded("redact", say("copy.overlooked"), body))
}

/// What the supervisor says of it; nobody else writes there.
fn comments(id: DocumentId, form: &FormView) -> Node {
    let lines = form::items(Some(form), "comments").iter().map(|item| {
        let text = form::text(Some(form), &["comments/", item, "/text"].concat());
        words("li", "item prose", &text).with("translate", "no")
    });
    let lines: Vec<Node> = lines.collect();
    let write = link(Place::Page(Sheet::Form, id), "button", "comment", say("copy.comment"));
    section("comments", label("comments"))
        .maybe(lines.is_empty().then(|| hint(say("copy.no_comments"))))
        .put(el("ol", "items").all(lines))
        .put(actions(vec![write]))
}

fn hear(scene: &Scene<'_>, act: &str, _with: &str) -> Done {
    let Some(copy) = scene.place.document() else { return Done::default() };
    let ask = |act| Done::ask(Command::Report(act));
    let chosen = AccountId::from_hex(&scene.values.text("s.who"));
    match (act, chosen) {
        ("check", _) => ask(ReportAct::CheckCopy(copy)),
        ("ask-use", Some(supervisor)) => ask(ReportAct::AskUse { copy, supervisor }),
        ("share", Some(supervisor)) => ask(ReportAct::ShareCopy { copy, supervisor }),
        ("redact", _) => {
            let place = scene.values.text("r.place");
            let text = form::text(scene.shelf.form(copy), &place);
            let mut spans = vec![];
            span::replace(&mut spans, &text, &scene.values.text("r.more"), "other");
            let text = TextWish { place, spans, left_out: None };
            Done::ask_and_clear(Command::Report(ReportAct::Redact { copy, text }), "r.more")
        }
        _ => Done::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::casework::rule::supervision::{Choice, State};

    #[test]
    fn every_state_and_every_choice_has_words() {
        for state in State::CODES {
            assert!(!of("copy_state", state).is_empty(), "{state}");
        }
        for choice in Choice::CODES {
            assert!(!of("copy_choice", choice).is_empty(), "{choice}");
        }
        assert!(GONE.iter().all(|it| State::CODES.contains(it)));
    }
}
