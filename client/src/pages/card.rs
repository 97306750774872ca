//! A JOB card: what stands on it, what changed, what the two have to say of it, who sees it.

use engine::{
    casework::job_card::{Prep, SHEETS, change::How, comment::State},
    command::{CardAct, Command},
    view::{CardView, CommentRow, Texts},
};
use shared::{Blob, id::DocumentId};

use crate::{
    app::place::{Place, Sheet},
    text::say::{fill, label, of, say},
    widgets::{
        board::{Board, Done, Scene},
        moment,
        node::{
            Node, act, actions, choices, el, empty, hint, line, link, many, one, pill, print, row,
            rows, section, waiting, words,
        },
        part::Weight,
    },
};

mod paper;

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

fn view<'a>(scene: &Scene<'a>) -> Option<&'a CardView> {
    scene.shelf.card(scene.place.document()?)
}

/// How far a card is, in words.
pub fn prep(prep: &Prep) -> String {
    match prep {
        Prep::NotStarted => say("card.not_started").to_owned(),
        Prep::InProgress(percent) => fill("card.in_progress", &[&percent.to_string()]),
        Prep::Ready => say("card.ready").to_owned(),
        Prep::BroughtOnPaper => say("card.paper").to_owned(),
        Prep::Reviewed => say("card.reviewed").to_owned(),
    }
}

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let Some(view) = view(scene) else {
        return vec![waiting()];
    };
    let fill_in = view.is_own.then(|| {
        link(
            Place::Page(Sheet::Form, view.document),
            "button button-primary",
            "fill-card",
            say("card.fill"),
        )
    });
    let comment = (!view.is_own).then(|| {
        link(Place::Page(Sheet::Form, view.document), "button", "comment-card", say("card.comment"))
    });
    let ready = view.is_own.then(|| {
        let is_ready = matches!(view.prep, Prep::Ready);
        act(
            Weight::Plain,
            if is_ready { "unready" } else { "ready" },
            say(if is_ready { "card.unready" } else { "card.do_ready" }),
        )
    });
    let mut page = vec![
        words("h1", "", say("card.title")),
        section("prep", &prep(&view.prep))
            .put(hint(say(if view.is_own { "card.own_lead" } else { "card.lead" })))
            .put(
                el("div", "dialog-actions").maybe(fill_in).maybe(ready).maybe(comment).put(print()),
            ),
    ];
    if view.sheets.is_empty() {
        page.push(empty(say("card.hidden"), say("card.hidden_text")));
    } else {
        page.push(content(view));
    }
    page.extend(changes(view));
    page.extend(comments(view));
    if view.is_own {
        page.push(shown_to(scene, view));
    }
    page.extend(paper::paper(view));
    page
}

/// The name of a card's field.
fn named(id: &str) -> &'static str {
    label(&["jobcard.", id].concat())
}

fn texts(texts: &Texts, list: &str) -> Node {
    let lines = texts.iter().filter(|(_, text)| !text.trim().is_empty()).map(|(id, text)| {
        let name = if list.is_empty() { named(id) } else { named(&[list, "/", id].concat()) };
        el("div", "pair")
            .put(words("dt", "label", name))
            .put(words("dd", "prose", text).with("translate", "no"))
    });
    el("dl", "pairs").all(lines.collect())
}

fn content(view: &CardView) -> Node {
    let lists =
        view.content.lists.iter().filter(|(_, items)| !items.is_empty()).map(|(id, items)| {
            let items = items.iter().map(|item| el("li", "item").put(texts(item, id)));
            el("div", "stack")
                .put(words("h3", "", named(id)))
                .put(el("ol", "items").all(items.collect()))
        });
    section("content", say("card.content")).put(texts(&view.content.texts, "")).all(lists.collect())
}

fn changes(view: &CardView) -> Option<Node> {
    let lines = view.changes.iter().map(|(field, how)| {
        let path: Vec<&str> = field.segments().step_by(2).collect();
        let how = say(match how {
            How::Added => "card.added",
            How::Changed => "card.changed",
            How::Removed => "card.removed",
        });
        row(named(&path.join("/")), "", vec![pill("", how)])
    });
    let lines = rows(lines.collect())?;
    Some(section("changes", say("card.changes")).put(lines))
}

fn comments(view: &CardView) -> Option<Node> {
    let line = |it: &CommentRow| {
        let state = say(match it.state {
            State::Draft => "card.draft",
            State::Signed => "card.signed",
            State::Agreed => "card.agreed",
        });
        let sign = (it.is_mine && it.state == State::Draft)
            .then(|| act(Weight::Primary, &["sign:", &it.id].concat(), say("card.sign")));
        let agree = (view.is_own && it.state == State::Signed)
            .then(|| act(Weight::Primary, &["agree:", &it.id].concat(), say("card.agree")));
        el("li", "item")
            .put(texts(&it.texts, "comments"))
            .put(el("div", "dialog-actions").put(pill("", state)).maybe(sign).maybe(agree))
    };
    let lines: Vec<Node> = view.comments.iter().map(line).collect();
    (!lines.is_empty())
        .then(|| section("comments", say("card.comments")).put(el("ol", "items").all(lines)))
}

fn shown_to(scene: &Scene<'_>, view: &CardView) -> Node {
    let whose = |case: DocumentId| {
        let row = scene.home.cases.iter().find(|row| row.case == case);
        row.map_or("", |row| row.consultant_name.as_str())
    };
    let grants = view.grants.iter().filter(|it| !it.is_withdrawn).map(|it| {
        let sheets: Vec<&str> = it.sheets.iter().map(|sheet| of("sheet", sheet)).collect();
        let text =
            [&sheets.join("、"), " ", &fill("card.until", &[&moment::date(&it.until)])].concat();
        let end = act(Weight::Quiet, &["unshow:", &it.id].concat(), say("card.unshow"));
        row(whose(it.case), &text, vec![end])
    });
    let cases: Vec<(String, &str)> = scene
        .home
        .cases
        .iter()
        .map(|row| (row.case.to_hex(), row.consultant_name.as_str()))
        .collect();
    let cases: Vec<(&str, &str)> = cases.iter().map(|(id, name)| (id.as_str(), *name)).collect();
    let only = cases.first().map(|(id, _)| *id).unwrap_or_default();
    let sheets = scene.values.codes("s.sheets");
    let sheets: Vec<&str> = sheets.iter().map(String::as_str).collect();
    section("shown", say("card.shown"))
        .put(hint(say("card.shown_lead")))
        .maybe(rows(grants.collect()))
        .put(one("s.case", say("card.whom"), &cases, scene.values.get("s.case").unwrap_or(only)))
        .put(many("s.sheets", say("card.sheets"), &choices("sheet", SHEETS), &sheets))
        .put(line(
            "date",
            "s.until",
            say("card.last_day"),
            scene.values.get("s.until").unwrap_or_default(),
        ))
        .put(actions(vec![act(Weight::Primary, "show", say("card.show"))]))
}

fn hear(scene: &Scene<'_>, act: &str, with: &str) -> Done {
    let Some(view) = view(scene) else { return Done::default() };
    let ask = |act| Done::ask(Command::Card(act));
    let document = view.document;
    match act {
        "ready" => ask(CardAct::Ready(true)),
        "unready" => ask(CardAct::Ready(false)),
        "sign" => ask(CardAct::SignComment { document, comment: with.to_owned() }),
        "agree" => {
            let words = view.comments.iter().find(|it| it.id == with).map(|it| it.words.clone());
            let words = words.unwrap_or_else(|| Blob(vec![]));
            ask(CardAct::AgreeComment { comment: with.to_owned(), words })
        }
        "unshow" => ask(CardAct::Unshow { grant: with.to_owned() }),
        "show" => {
            let only = scene.home.cases.first().map(|row| row.case.to_hex());
            let case = scene.values.text("s.case");
            let case = if case.is_empty() { only.unwrap_or_default() } else { case };
            let Some(case) = DocumentId::from_hex(&case) else { return Done::default() };
            let (sheets, until) = (scene.values.codes("s.sheets"), scene.values.text("s.until"));
            Done::ask_and_clear(Command::Card(CardAct::Show { case, sheets, until }), "s.")
        }
        _ => Done::default(),
    }
}
