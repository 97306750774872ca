//! A case: its interviews, what is missing, where everything is, and what both read.

use engine::{
    casework::{consent::Matter, interview::State},
    command::{CardAct, Command},
    view::{CaseRow, InterviewRow, SharedView},
};
use shared::{id::DocumentId, log::org::Role};

use super::{card, consent, members, room, summary, tell, work};
use crate::{
    app::{
        place::{Place, Sheet},
        stage::Stage,
    },
    text::{
        say::{fill, of, say},
        words,
    },
    watched::Derived,
    widgets::{
        board::{self, Board, Done, Scene},
        html::{self, Child as _, View},
        icon, moment,
        node::{self, Node, act, actions, el, empty, hint, link, pill, row, rows, section},
        part::{self, Weight},
    },
};

/// What there is to do in a case.
pub const BOARD: Board = Board { show, hear, every_s: 60 };

/// The page.
pub fn case(stage: Stage, role: Role, id: DocumentId) -> View {
    let shared = Derived::new(move || stage.shared.with(|all| all.get(&id).cloned()));
    let is_known =
        Derived::new(move || stage.home.with(|home| home.cases.iter().any(|row| row.case == id)));
    let readers = (role != Role::Employee).then(|| members::members(stage, id));
    let content = move || {
        shared.with(|shared| match shared {
            Some(shared) => content(role, shared),
            // What is known to be there is only a moment away.
            None if is_known.get() => ().into_child(),
            None => work::not_here(stage),
        })
    };
    html::div()
        .class("page page-narrow")
        .attr("data-testid", "case-page")
        .child((
            part::back_home(stage),
            board::board(stage, Place::Case(id), BOARD),
            content,
            readers,
        ))
        .into_child()
}

fn content(role: Role, shared: &SharedView) -> View {
    let words = words();
    let (title, lead, from) = if role == Role::Employee {
        (words.home.summaries.to_owned(), None, shared.consultant_name.as_str())
    } else {
        let title = (words.case.title)(&shared.employee_name);
        (title, Some(html::p().class("lead").child(words.case.lead)), "")
    };
    let summaries = if !shared.summaries.is_empty() {
        let summaries = shared.summaries.iter().map(|view| summary::summary(view, from));
        summaries.collect::<Vec<_>>().into_child()
    } else if role == Role::Employee {
        part::empty(icon::NOTE, words.home.no_summaries, words.home.no_summaries_text)
    } else {
        part::empty(icon::NOTE, words.case.shared, words.case.nothing_shared)
    };
    (html::h2().attr("translate", "no").child(title), lead, summaries).into_child()
}

fn found<'a>(scene: &Scene<'a>) -> Option<&'a CaseRow> {
    let Place::Case(id) = scene.place else { return None };
    scene.home.cases.iter().find(|row| row.case == id)
}

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let Some(case) = found(scene) else { return vec![] };
    if scene.role == Role::Employee {
        return own(scene, case);
    }
    let title = node::words("h1", "", &(words().note.title)(&case.employee_name));
    let mut page = vec![title.with("translate", "no")];
    page.push(missing(scene, case));
    page.push(interviews(scene, case));
    page.push(glance(scene, case));
    page.push(ways(scene, case));
    page
}

/// What waits in this case, the gravest first.
fn missing(scene: &Scene<'_>, case: &CaseRow) -> Node {
    let mut lines: Vec<Node> = vec![];
    let due = &scene.shelf.due;
    let rechecks = due.rechecks.iter().filter(|(id, ..)| *id == case.case);
    lines.extend(rechecks.map(|(_, level, by)| {
        let text = fill("risk.recheck", &[&moment::minute(*by)]);
        let go = link(Place::Page(Sheet::Risk, case.case), "button", "to-risk", say("case.look"));
        row(of("risk_level", level.code()), &text, vec![go])
    }));
    if due.untold.contains(&case.case) {
        let go = link(Place::Page(Sheet::Tell, case.case), "button", "to-tell", say("case.look"));
        lines.push(row(say("case.untold"), "", vec![go]));
    }
    let view = scene.shelf.consent(case.case);
    if view.is_some_and(|view| !view.undecided.is_empty()) {
        lines.push(consent::way(case.case, view));
    }
    lines.extend(case.interviews.iter().filter_map(|it| {
        let (_, late) = it.sign_by?;
        let text = fill("after.sign", &[&moment::minute(late)]);
        let go = link(Place::Note(it.note?), "button", "to-note", say("after.note"));
        Some(row(&(words().home.interview)(it.ordinal), &text, vec![go]))
    }));
    section("missing", say("case.missing"))
        .maybe(lines.is_empty().then(|| hint(say("case.nothing_missing"))))
        .maybe(rows(lines))
}

fn interviews(scene: &Scene<'_>, case: &CaseRow) -> Node {
    let line = |it: &InterviewRow| {
        let title = (words().home.interview)(it.ordinal);
        let [_, began, ended] = it.times;
        let when = moment::day(ended.or(began).unwrap_or(it.added_at));
        let mut after = vec![pill("", room::state(it.state))];
        if let Some(note) = it.note {
            let is_over = it.state >= State::Ended;
            if !is_over {
                let to = Place::Page(Sheet::Room, note);
                after.push(link(to, "button button-primary", "to-room", say("room.enter")));
            }
            after.push(link(Place::Note(note), "button", "to-note", say("after.note")));
        }
        row(&title, &when, after)
    };
    let lines: Vec<Node> = case.interviews.iter().rev().map(line).collect();
    let booked = scene.shelf.plan.appointments.iter().filter(|it| it.case == case.case);
    let booked = booked.map(|it| {
        let length = fill("slots.minutes", &[&it.length_min.to_string()]);
        row(
            &moment::minute(it.start),
            &[&length, " ", &it.place].concat(),
            vec![pill("", say("slots.booked"))],
        )
    });
    section("interviews", say("case.interviews"))
        .maybe(
            lines.is_empty().then(|| empty(say("case.no_interviews"), words().home.no_interviews)),
        )
        .maybe(rows(lines))
        .maybe(rows(booked.collect()))
        .put(actions(vec![act(Weight::Plain, "add", words().home.add_interview)]))
}

/// Every decision in a word.
fn glance(scene: &Scene<'_>, case: &CaseRow) -> Node {
    let view = scene.shelf.consent(case.case);
    let chips = consent::CARDS.iter().map(|matter: &Matter| {
        let title = say(&["consent.", matter.code()].concat());
        let told = consent::decided_pill(view.and_then(|view| consent::row_of(view, *matter)));
        el("li", "glance")
            .with("data-matter", matter.code())
            .put(node::words("span", "hint", title))
            .put(told)
    });
    let go =
        link(Place::Page(Sheet::Consent, case.case), "button", "to-consent", say("consent.title"));
    section("glance", say("case.glance"))
        .put(el("ul", "glances").all(chips.collect()))
        .put(actions(vec![go]))
}

fn ways(scene: &Scene<'_>, case: &CaseRow) -> Node {
    let id = case.case;
    let page = |sheet, id, key: &str| {
        let go = link(Place::Page(sheet, id), "button", sheet_test_id(sheet), say("case.look"));
        row(say(key), "", vec![go])
    };
    let cards = scene.home.cards.iter().filter(|it| it.case == Some(id));
    let cards = cards.map(|it| {
        let go = it.document.map(|document| {
            link(Place::Page(Sheet::Card, document), "button", "to-card", say("case.look"))
        });
        row(say("card.title"), &card::prep(&it.prep), go.into_iter().collect())
    });
    let mut lines: Vec<Node> = cards.collect();
    lines.push(page(Sheet::Canvas, id, "canvas.title"));
    lines.push(page(Sheet::Form, id, "case.shared_form"));
    lines.push(page(Sheet::Risk, id, "risk.title"));
    lines.push(tell::way(id, scene.shelf.disclosure(id)));
    lines.push(rights(id));
    if let Some(private) = case.private {
        lines.push(page(Sheet::Form, private, "case.private_form"));
    }
    section("ways", say("case.ways")).maybe(rows(lines))
}

/// What leads to what may be asked of one's data.
fn rights(case: DocumentId) -> Node {
    let go = link(Place::Page(Sheet::Rights, case), "button", "to-rights", say("case.look"));
    row(say("rights.way"), "", vec![go])
}

fn sheet_test_id(sheet: Sheet) -> &'static str {
    match sheet {
        Sheet::Canvas => "to-canvas",
        Sheet::Risk => "to-risk",
        Sheet::Form
        | Sheet::Consent
        | Sheet::Room
        | Sheet::Read
        | Sheet::Card
        | Sheet::Tell
        | Sheet::Company
        | Sheet::Roster
        | Sheet::Slots
        | Sheet::Directory
        | Sheet::Rights
        | Sheet::Package
        | Sheet::Copy
        | Sheet::Supervision
        | Sheet::Report
        | Sheet::Opinion => "to-form",
    }
}

/// What is the employee's to do.
fn own(scene: &Scene<'_>, case: &CaseRow) -> Vec<Node> {
    let id = case.case;
    let waits = scene.shelf.due.matters.contains(&id);
    let told = row(
        say("tell.own"),
        if waits { say("tell.waits") } else { "" },
        vec![link(Place::Page(Sheet::Tell, id), "button", "to-tell", say("case.look"))],
    );
    let own = scene.home.cards.iter().find(|it| it.case.is_none());
    let days = own.and_then(|it| it.remind_days).map(|days| days.to_string());
    let remind = days.map(|days| fill("card.remind", &[&days])).unwrap_or_default();
    let card = match own.and_then(|it| it.document) {
        Some(card) => link(Place::Page(Sheet::Card, card), "button", "to-card", say("case.look")),
        None => act(Weight::Plain, "card", say("card.begin")),
    };
    let slots = scene.shelf.plan.slots.iter().map(|it| {
        let go =
            link(Place::Page(Sheet::Slots, it.document), "button", "to-slots", say("slots.choose"));
        row(say("slots.title"), "", vec![go])
    });
    let mut lines = vec![
        consent::way(id, scene.shelf.consent(id)),
        told,
        row(say("card.title"), &remind, vec![card]).with("data-row", "card"),
    ];
    lines.extend(slots);
    lines.push(row(
        say("canvas.title"),
        "",
        vec![link(Place::Page(Sheet::Canvas, id), "button", "to-canvas", say("case.look"))],
    ));
    lines.push(row(
        say("case.own_form"),
        "",
        vec![link(Place::Page(Sheet::Form, id), "button", "to-form", say("case.look"))],
    ));
    lines.push(rights(id));
    vec![
        node::words("h1", "", say("case.own_title")),
        section("own", say("case.own")).maybe(rows(lines)),
    ]
}

fn hear(scene: &Scene<'_>, act: &str, _with: &str) -> Done {
    match (act, found(scene)) {
        ("add", Some(case)) => Done::ask(Command::AddInterview(case.case)),
        ("card", _) => Done::ask(Command::Card(CardAct::Begin)),
        _ => Done::default(),
    }
}
