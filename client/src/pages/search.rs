//! Finding what was written in one's own notes. What is sought leaves no trace, and no network is
//! needed.

use engine::{
    command::{Command, Sought},
    view::{FoundRow, FoundView},
};

use super::rights::place;
use crate::{
    app::place::{Place, Sheet},
    text::say::{fill, say},
    widgets::{
        board::{Board, Done, Scene},
        node::{Node, act, actions, hint, line, link, row, rows, section, words},
        part::Weight,
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let wanted = scene.values.get("search.words").unwrap_or_default();
    let ask = section("search", say("search.title"))
        .put(hint(say("search.lead")))
        .put(line("text", "search.words", say("search.words"), wanted).with("data-enter", "search"))
        .put(actions(vec![act(Weight::Primary, "search", say("search.do"))]));
    let mut page = vec![ask];
    page.extend(scene.shelf.found.as_ref().map(|view| found(scene, view)));
    page
}

fn found(scene: &Scene<'_>, view: &FoundView) -> Node {
    let lines = view.rows.iter().map(|it| hit(scene, it));
    let count = view.rows.len().to_string();
    let told = if view.rows.is_empty() {
        fill("search.nothing", &[&view.wanted])
    } else {
        fill("search.found", &[&view.wanted, &count])
    };
    let more = (view.more > 0).then(|| hint(&fill("search.more", &[&view.more.to_string()])));
    section("found", say("search.places"))
        .put(words("p", "", &told).with("role", "status"))
        .maybe(rows(lines.collect()))
        .maybe(more)
}

fn hit(scene: &Scene<'_>, it: &FoundRow) -> Node {
    let case = scene.home.cases.iter().find(|row| Some(row.case) == it.case);
    let name = case.map_or("", |row| row.employee_name.as_str());
    let (to, path) = if it.ordinal == 0 {
        (Place::Page(Sheet::Form, it.document), ["private/", &it.place].concat())
    } else {
        (Place::Note(it.document), [&it.ordinal.to_string(), "/", &it.place].concat())
    };
    let go = link(to, "button", "to-found", say("case.look"));
    row(&[name, "　", &place(&path)].concat(), &it.excerpt, vec![go])
}

fn hear(scene: &Scene<'_>, act: &str, _with: &str) -> Done {
    let wanted = scene.values.text("search.words");
    if act != "search" || wanted.is_empty() {
        return Done::default();
    }
    Done::ask_and_clear(Command::Search(Sought { words: wanted }), "search.")
}
