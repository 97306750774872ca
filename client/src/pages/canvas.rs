//! What the two draw: a picture, and the same as a list that can be read and written without one.

use engine::{
    casework::canvas::{CURVES, KINDS, Mark, Owner, REGIONS},
    command::{CanvasAct, Command, RoomAct},
    view::CanvasView,
};
use shared::log::org::Role;

use super::consent::case_of;
use crate::{
    text::say::{fill, of, say},
    widgets::{
        board::{Board, Done, Scene},
        node::{
            Node, act, actions, choices, el, empty, hint, line, one, row, rows, section, words,
        },
        part::Weight,
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

/// A field to draw into with a finger or a pen; strokes are parted by semicolons, points by blanks.
pub fn pad(name: &'static str, label: &str, strokes: &str, frame: &'static str) -> Node {
    let lines = strokes.split(';').filter(|it| it.contains(' '));
    let lines = lines.map(|stroke| el("polyline", "ink").with("points", stroke));
    let picture = el("svg", "pad")
        .with("viewBox", frame)
        .with("data-pad", name)
        .with("role", "img")
        .with("aria-label", label)
        .all(lines.collect());
    el("div", "form-field").put(words("p", "label", label)).put(picture).put(act(
        Weight::Quiet,
        &["wipe:", name].concat(),
        say("pad.wipe"),
    ))
}

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let Some(view) = case_of(scene).and_then(|case| scene.shelf.canvases(case)) else {
        return vec![empty(say("wait.title"), say("wait.nobody"))];
    };
    let begin = KINDS.iter().map(|kind| {
        let label = of("canvas", kind);
        act(Weight::Plain, &["begin:", kind].concat(), label)
    });
    let mut page = vec![
        section("begin", say("canvas.begin"))
            .put(hint(say("canvas.lead")))
            .put(actions(begin.collect())),
    ];
    if view.canvases.is_empty() {
        page.push(empty(say("canvas.none"), say("canvas.none_text")));
    }
    page.extend(view.canvases.iter().rev().map(|it| canvas(scene, it)));
    if !view.timeline.is_empty() {
        let lines = view.timeline.iter().map(|(sheet, months, text)| {
            let when: Vec<String> = months.iter().map(|it| month(*it)).collect();
            row(text, &[of("sheet", sheet), " ", &when.join("–")].concat(), vec![])
        });
        page.push(
            section("timeline", say("canvas.timeline"))
                .put(hint(say("canvas.timeline_lead")))
                .maybe(rows(lines.collect())),
        );
    }
    page
}

fn month(months: i64) -> String {
    [(months / 12).to_string(), ".".into(), (months % 12 + 1).to_string()].concat()
}

fn canvas(scene: &Scene<'_>, view: &CanvasView) -> Node {
    let canvas = &view.canvas;
    let key = ["canvas-", &canvas.id].concat();
    let is_theirs = canvas.owner == Owner::Employee && scene.role != Role::Employee;
    let lines = view.lines.iter().map(|(group, numbers, text)| {
        let group = if group.is_empty() { "" } else { of("group", group) };
        let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
        row(text, &[group, " ", &numbers.join(" / ")].concat(), vec![])
    });
    let lines: Vec<Node> = lines.collect();
    let nothing = lines.is_empty().then(|| hint(say("canvas.empty")));
    let drawn = match canvas.kind.as_str() {
        "lifeline" => Some(lifeline(view)),
        "will_can_must" => Some(circles(view)),
        "scale" => Some(scale(view)),
        _ => None,
    };
    let form = (!is_theirs).then(|| entry(scene, view));
    section(&key, of("canvas", &canvas.kind))
        .with("data-canvas", &canvas.kind)
        .maybe(drawn)
        .maybe(nothing)
        .maybe(rows(lines))
        .maybe(form)
}

/// The form that puts one thing on a canvas.
fn entry(scene: &Scene<'_>, view: &CanvasView) -> Node {
    let canvas = &view.canvas;
    let name = |part: &str| [&canvas.id, ".", part].concat();
    let value = |part: &str| scene.values.text(&name(part));
    let groups: &[&str] = match canvas.kind.as_str() {
        "lifeline" => CURVES,
        "will_can_must" => REGIONS,
        _ => &[],
    };
    let chosen = value("group");
    let chosen = if chosen.is_empty() { groups.first().copied().unwrap_or("") } else { &chosen };
    let number = |part: &str| {
        let label = say(&["canvas.", &canvas.kind, ".", part].concat());
        (!label.is_empty()).then(|| line("number", &name(part), label, &value(part)))
    };
    let group = (!groups.is_empty())
        .then(|| one(&name("group"), say("canvas.group"), &choices("group", groups), chosen));
    el("div", "stack")
        .maybe(group)
        .put(line("text", &name("text"), say("canvas.text"), &value("text")))
        .put(el("div", "beside").maybe(number("x")).maybe(number("y")))
        .put(actions(vec![
            act(Weight::Primary, &["draw:", &canvas.id].concat(), say("canvas.add")),
            act(Weight::Quiet, &["undo:", &canvas.id].concat(), say("canvas.undo")),
        ]))
}

fn picture(frame: &'static str, label: &str, inside: Vec<Node>) -> Node {
    el("svg", "drawing")
        .with("viewBox", frame)
        .with("role", "img")
        .with("aria-label", label)
        .all(inside)
}

fn label(x: i64, y: i64, class: &str, text: &str) -> Node {
    words("text", class, text).with("x", &x.to_string()).with("y", &y.to_string())
}

fn straight(class: &str, from: (i64, i64), to: (i64, i64)) -> Node {
    let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(|it| it.to_string());
    el("line", class).with("x1", &x1).with("y1", &y1).with("x2", &x2).with("y2", &y2)
}

/// Years across, satisfaction up; one curve for work and one for the rest.
fn lifeline(view: &CanvasView) -> Node {
    let years = view.canvas.marks.iter().map(|it| it.x);
    let (first, last) = (years.clone().min().unwrap_or(0), years.max().unwrap_or(0));
    let across = |x: i64| 90 + (x - first) * 820 / (last - first).max(1);
    let up = |y: i64| 180 - y * 140 / 100;
    let mut inside = vec![straight("axis", (40, 180), (970, 180))];
    for curve in CURVES {
        let mut marks: Vec<&Mark> =
            view.canvas.marks.iter().filter(|it| it.group == *curve).collect();
        marks.sort_by_key(|it| it.x);
        let points: Vec<String> = marks
            .iter()
            .map(|it| [across(it.x).to_string(), ",".into(), up(it.y).to_string()].concat())
            .collect();
        let class = if *curve == "work" { "curve" } else { "curve curve-other" };
        inside.push(el("polyline", class).with("points", &points.join(" ")));
        for (at, mark) in marks.iter().enumerate() {
            let (x, y) = (across(mark.x), up(mark.y));
            let dot = el("circle", class).with("cx", &x.to_string()).with("cy", &y.to_string());
            inside.push(dot.with("r", "7"));
            // Neighbours take turns, so that their words do not cover each other.
            let aside = if at % 2 == 0 { -18 } else { 34 };
            inside.push(label(x, y + aside, "drawn", &mark.text));
            inside.push(label(x, 372, "drawn drawn-soft", &mark.x.to_string()));
        }
    }
    picture("0 0 1000 390", &told(view), inside)
}

/// Three circles; what lies where they meet belongs to both.
fn circles(view: &CanvasView) -> Node {
    let circle =
        |x: &str, y: &str| el("circle", "ring").with("cx", x).with("cy", y).with("r", "185");
    let mut inside = vec![circle("390", "230"), circle("610", "230"), circle("500", "410")];
    let places: [(&str, i64, i64); 7] = [
        ("will", 300, 150),
        ("can", 700, 150),
        ("must", 500, 520),
        ("will_can", 500, 170),
        ("will_must", 375, 355),
        ("can_must", 625, 355),
        ("will_can_must", 500, 290),
    ];
    for (region, x, y) in places {
        let marks = view.canvas.marks.iter().filter(|it| it.group == region);
        if !region.contains('_') {
            inside.push(label(x, y - 60, "drawn drawn-soft", of("group", region)));
        }
        for (at, mark) in (0_i64..).zip(marks) {
            inside.push(label(x, y + at * 26, "drawn", &mark.text));
        }
    }
    picture("0 0 1000 620", &told(view), inside)
}

/// From where it began to where it is.
fn scale(view: &CanvasView) -> Node {
    let across = |x: i64| 80 + x * 84;
    let mut inside = vec![straight("axis", (80, 60), (920, 60))];
    for step in 0..=10 {
        inside.push(label(across(step), 100, "drawn drawn-soft", &step.to_string()));
    }
    for (at, mark) in (0_i64..).zip(&view.canvas.marks) {
        let y = 140 + at * 40;
        inside.push(straight("curve", (across(mark.x), y), (across(mark.y), y)));
        let (x, y) = (across(mark.y).to_string(), y.to_string());
        inside.push(el("circle", "curve").with("cx", &x).with("cy", &y).with("r", "9"));
    }
    picture("0 0 1000 300", &told(view), inside)
}

/// The picture in words.
fn told(view: &CanvasView) -> String {
    fill("canvas.told", &[of("canvas", &view.canvas.kind), &view.lines.len().to_string()])
}

fn hear(scene: &Scene<'_>, act: &str, with: &str) -> Done {
    let Some(case) = case_of(scene) else { return Done::default() };
    let room = |act| Command::Room(RoomAct::Canvas { case, act });
    let canvases = scene.shelf.canvases(case).map(|it| it.canvases.as_slice()).unwrap_or_default();
    let known = canvases.iter().find(|it| it.canvas.id == with).map(|it| &it.canvas);
    match (act, known) {
        ("begin", _) => {
            let kind = with.to_owned();
            Done::ask(room(CanvasAct::Begin { owner: Owner::Both, kind }))
        }
        ("undo", Some(canvas)) => {
            let (owner, canvas) = (canvas.owner, canvas.id.clone());
            Done::ask(room(CanvasAct::Undo { owner, canvas }))
        }
        ("draw", Some(canvas)) => {
            let name = |part: &str| [with, ".", part].concat();
            let number = |part: &str| scene.values.number(&name(part)).unwrap_or(0);
            let text = scene.values.text(&name("text"));
            if text.is_empty() {
                return Done::default();
            }
            let first = match canvas.kind.as_str() {
                "lifeline" => "work",
                "will_can_must" => "will",
                _ => "",
            };
            let group = scene.values.text(&name("group"));
            let group = if group.is_empty() { first.to_owned() } else { group };
            let mark = Mark { id: String::new(), x: number("x"), y: number("y"), group, text };
            let act = CanvasAct::Draw {
                owner: canvas.owner,
                canvas: canvas.id.clone(),
                marks: vec![mark],
            };
            let mut done = Done::ask(room(act));
            done.empty = ["text", "x", "y"].map(name).to_vec();
            done
        }
        _ => Done::default(),
    }
}
