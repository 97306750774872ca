//! What the two draw: a picture, and the same as a list that can be read and written without one.

use engine::{
    casework::{
        canvas::{CURVES, Canvas, KINDS, Mark, Owner, REGIONS},
        field::{Field, Value},
    },
    command::{CanvasAct, Command, RoomAct},
    view::CanvasView,
};
use shared::order;
use shared::{id::DocumentId, log::org::Role};

use super::consent::case_of;
use crate::{
    text::say::{fill, of, say},
    widgets::{
        board::{Board, Done, Scene},
        node::{
            Node, act, actions, choices, el, empty, hint, line, one, pill, row, rows, section,
            words,
        },
        part::Weight,
    },
};

mod arrange;

/// Where the consultant alone sees a canvas, and where the employee does: what is said of it, and
/// what turns it.
const HIDDEN: [&str; 2] = ["canvas.hidden", "canvas.show"];
const SHOWN: [&str; 2] = ["canvas.shown", "canvas.hide"];

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

/// Whose cards are laid out by hand.
const DRAGGED: [&str; 3] = ["will_can_must", "values", "relation"];

/// A field to draw into with a finger or a pen; strokes are parted by semicolons, points by blanks.
/// `after` stands beside the way to start again.
pub fn pad(
    name: &'static str,
    label: &str,
    strokes: &str,
    frame: &'static str,
    after: Option<Node>,
) -> Node {
    let picture = el("svg", "pad")
        .with("viewBox", frame)
        .with("data-pad", name)
        .with("role", "img")
        .with("aria-label", label)
        .all(inked(strokes));
    let wipe = act(Weight::Quiet, &["wipe:", name].concat(), say("pad.wipe"));
    el("div", "form-field")
        .put(words("p", "label", label))
        .put(picture)
        .put(actions(after.into_iter().chain([wipe]).collect()))
}

/// Strokes that were drawn and not used yet.
fn inked(strokes: &str) -> Vec<Node> {
    let lines = strokes.split(';').filter(|it| it.contains(' '));
    lines.map(|stroke| el("polyline", "ink").with("points", stroke)).collect()
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

/// Whether this person draws on it.
fn is_mine(scene: &Scene<'_>, canvas: &Canvas) -> bool {
    canvas.owner == Owner::Both || scene.role == Role::Employee
}

fn canvas(scene: &Scene<'_>, view: &CanvasView) -> Node {
    let canvas = &view.canvas;
    let key = ["canvas-", &canvas.id].concat();
    let is_theirs = !is_mine(scene, canvas);
    let lines = view.lines.iter().map(|(group, numbers, text)| {
        let is_it = |it: &&Mark| {
            let is_at = numbers.iter().all(|number| *number == it.x || *number == it.y);
            is_at && it.group == *group && it.text == *text
        };
        let known = canvas.marks.iter().find(is_it);
        let mark = known.filter(|_| !is_theirs);
        let pick = mark.map(|it| {
            let label = say("canvas.pick");
            act(Weight::Quiet, &["pick:", &canvas.id, ":", &it.id].concat(), label)
                .with("aria-label", &[label, ": ", text].concat())
        });
        let group = if group.is_empty() { "" } else { of("group", group) };
        let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
        let name = if text.is_empty() { say("canvas.unnamed") } else { text };
        let near = known.filter(|_| canvas.kind == "relation").map_or("", arrange::distance);
        let steps = mark.filter(|_| canvas.kind == "values");
        let mut after = steps.map(|it| arrange::steps(canvas, it)).unwrap_or_default();
        after.extend(pick);
        row(name, &[group, " ", &numbers.join(" / "), near].concat(), after)
    });
    let lines: Vec<Node> = lines.collect();
    let nothing = lines.is_empty().then(|| hint(say("canvas.empty")));
    let takes = !is_theirs && DRAGGED.contains(&canvas.kind.as_str()) && !lines.is_empty();
    let drawn = match canvas.kind.as_str() {
        "lifeline" => Some(lifeline(scene, view, !is_theirs)),
        "will_can_must" => Some(arrange::circles(scene, view)),
        "values" => Some(arrange::values(scene, view)),
        "relation" => Some(arrange::relations(scene, view)),
        "scale" => Some(scale(view)),
        _ => None,
    };
    let form = (!is_theirs).then(|| entry(scene, view));
    let is_for_one = canvas.kind == "relation" && canvas.owner == Owner::Both;
    let offer = (is_for_one && scene.role == Role::Consultant && !scene.is_handed).then(|| {
        let [told, label] = if view.is_shown { SHOWN } else { HIDDEN };
        let turn = act(Weight::Plain, &["show:", &canvas.id].concat(), say(label));
        actions(vec![pill("", say(told)), turn])
    });
    section(&key, of("canvas", &canvas.kind))
        .with("data-canvas", &canvas.kind)
        .maybe(offer)
        .maybe(drawn)
        .maybe(nothing)
        .maybe(takes.then(|| hint(say("canvas.drag"))))
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
    let add = if value("edit").is_empty() { "canvas.add" } else { "canvas.change" };
    el("div", "stack")
        .maybe(group)
        .put(line("text", &name("text"), say("canvas.text"), &value("text")))
        .put(el("div", "beside").maybe(number("x")).maybe(number("y")))
        .put(actions(vec![
            act(Weight::Primary, &["draw:", &canvas.id].concat(), say(add)),
            act(Weight::Quiet, &["undo:", &canvas.id].concat(), say("canvas.undo")),
        ]))
}

fn picture(frame: &str, label: &str, inside: Vec<Node>) -> Node {
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
fn lifeline(scene: &Scene<'_>, view: &CanvasView, is_drawn_on: bool) -> Node {
    let (first, last) = span(scene, &view.canvas);
    let across = |x: i64| 90 + (x - first) * 820 / (last - first).max(1);
    let up = |y: i64| 180 - y * 140 / 100;
    let mut inside = vec![straight("axis", (40, 180), (970, 180))];
    let mut years: Vec<i64> = vec![];
    for curve in CURVES {
        let mut marks: Vec<&Mark> =
            view.canvas.marks.iter().filter(|it| it.group == *curve).collect();
        order::by_key(&mut marks, |it| it.x);
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
            // The words stand outside of the bend, where no line and no neighbour's words are.
            let aside = if is_peak(&marks, at) { -18 } else { 34 };
            let side = if x > 800 { "drawn drawn-end" } else { "drawn" };
            inside.push(label(if x > 800 { x + 30 } else { x }, y + aside, side, &mark.text));
            if !years.contains(&mark.x) {
                years.push(mark.x);
                inside.push(label(x, 372, "drawn drawn-soft", &mark.x.to_string()));
            }
        }
    }
    let name = curve(&view.canvas.id);
    let strokes = scene.values.get(&name).unwrap_or_default();
    inside.extend(inked(strokes));
    let picture = picture("0 0 1000 390", &told(view), inside);
    if !is_drawn_on {
        return picture;
    }
    let buttons = if strokes.is_empty() {
        vec![hint(say("canvas.finger"))]
    } else {
        vec![
            act(Weight::Primary, &["curve:", &view.canvas.id].concat(), say("canvas.keep_curve")),
            act(Weight::Quiet, &["wipe:", &name].concat(), say("pad.wipe")),
        ]
    };
    el("div", "stack").put(picture.with("data-pad", &name)).put(actions(buttons))
}

/// Whether a curve is higher at a mark than halfway between its neighbours.
fn is_peak(marks: &[&Mark], at: usize) -> bool {
    let height = |at: Option<usize>| at.and_then(|at| marks.get(at)).map(|it| it.y);
    let here = height(Some(at)).unwrap_or(0);
    let sides = [height(at.checked_sub(1)), height(Some(at + 1))];
    let sides: Vec<i64> = sides.into_iter().flatten().collect();
    let count = i64::try_from(sides.len()).unwrap_or(0);
    here * count >= sides.iter().sum::<i64>()
}

/// The name of what a finger drew over a canvas.
fn curve(canvas: &str) -> String {
    [canvas, ".curve"].concat()
}

/// First and last year of a lifeline; before it has two, the twenty years until today.
fn span(scene: &Scene<'_>, canvas: &Canvas) -> (i64, i64) {
    let years = canvas.marks.iter().map(|it| it.x);
    match (years.clone().min(), years.max()) {
        (Some(first), Some(last)) if first < last => (first, last),
        (first, _) => {
            let today = super::tell::today(scene);
            let year = today.split('-').next().and_then(|it| it.parse().ok()).unwrap_or(2000);
            (first.unwrap_or(year - 20).min(year - 1), year)
        }
    }
}

/// A finger's line as marks, one a year: what was drawn last over a year counts.
fn traced(strokes: &str, group: &str, (first, last): (i64, i64)) -> Vec<Mark> {
    let mut marks: Vec<Mark> = vec![];
    let points = strokes.split([';', ' ']).filter_map(|point| {
        let (x, y) = point.split_once(',')?;
        Some((x.parse::<i64>().ok()?, y.parse::<i64>().ok()?))
    });
    for (x, y) in points {
        let x = first + ((x - 90) * (last - first) + 410) / 820;
        let y = ((180 - y) * 100 / 140).clamp(-100, 100);
        if !(first..=last).contains(&x) {
            continue;
        }
        match marks.iter_mut().find(|it| it.x == x) {
            Some(mark) => mark.y = y,
            None => marks.push(Mark {
                id: String::new(),
                x,
                y,
                group: group.to_owned(),
                text: String::new(),
            }),
        }
    }
    marks
}

/// What changes when a card was dragged somewhere, or went up or down: `canvas:mark:x,y`, or
/// `canvas:mark:up`.
fn moved<'a>(canvases: &'a [CanvasView], with: &str) -> Option<(&'a Canvas, Vec<Mark>)> {
    let mut parts = with.split(':');
    let (id, mark, way) = (parts.next()?, parts.next()?, parts.next()?);
    let canvas = &canvases.iter().find(|it| it.canvas.id == id)?.canvas;
    let marks = match way.split_once(',') {
        Some((x, y)) => arrange::dropped(canvas, mark, (x.parse().ok()?, y.parse().ok()?)),
        None => arrange::stepped(canvas, mark, way == "up"),
    };
    (!marks.is_empty()).then_some((canvas, marks))
}

/// Where cards were before they were moved last: a move is taken back like what was drawn.
const FORMER: &str = "former";

fn former(canvas: &str) -> String {
    [canvas, ".", FORMER].concat()
}

/// Puts a mark into the form below its canvas, to be named or moved.
fn picked(canvases: &[CanvasView], with: &str) -> Option<Done> {
    let (id, mark) = with.split_once(':')?;
    let canvas = canvases.iter().find(|it| it.canvas.id == id)?;
    let mark = canvas.canvas.marks.iter().find(|it| it.id == mark)?;
    let values = [
        ("edit", mark.id.clone()),
        ("text", mark.text.clone()),
        ("x", mark.x.to_string()),
        ("y", mark.y.to_string()),
        ("group", mark.group.clone()),
    ];
    let put = values.map(|(part, value)| ([id, ".", part].concat(), value)).to_vec();
    Some(Done { put, ..Done::default() })
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

/// The wish that shows a canvas to the employee, or hides it again.
fn turned(case: DocumentId, canvases: &[CanvasView], canvas: &str) -> Option<Command> {
    let view = canvases.iter().find(|it| it.canvas.id == canvas)?;
    let field = Field::top("canvases").child(canvas).child("shown");
    Some(Command::SetValue { document: case, field, value: Value::Flag(!view.is_shown) })
}

/// The wishes that put marks where they are to be.
fn redrawn(canvas: &Canvas, marks: Vec<Mark>) -> impl Iterator<Item = CanvasAct> {
    marks.into_iter().map(|mark| {
        let (owner, canvas) = (canvas.owner, canvas.id.clone());
        CanvasAct::Redraw { owner, canvas, mark }
    })
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
        ("show", _) => turned(case, canvases, with).map_or_else(Done::default, Done::ask),
        ("undo", Some(canvas)) if !scene.values.text(&former(with)).is_empty() => {
            let marks = arrange::restored(canvas, &scene.values.text(&former(with)));
            let commands = redrawn(canvas, marks).map(room).collect();
            Done { commands, put: vec![(former(with), String::new())], ..Done::default() }
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
            let id = scene.values.text(&name("edit"));
            let is_new = id.is_empty();
            let mark = Mark { id, x: number("x"), y: number("y"), group, text };
            let (owner, canvas) = (canvas.owner, canvas.id.clone());
            let act = if is_new {
                CanvasAct::Draw { owner, canvas, marks: vec![mark] }
            } else {
                CanvasAct::Redraw { owner, canvas, mark }
            };
            let mut done = Done::ask(room(act));
            done.put =
                ["text", "x", "y", "edit", FORMER].map(|it| (name(it), String::new())).to_vec();
            done
        }
        ("curve", Some(canvas)) => {
            let name = curve(&canvas.id);
            let group = scene.values.get(&[with, ".group"].concat()).unwrap_or("work");
            let marks =
                traced(scene.values.get(&name).unwrap_or_default(), group, span(scene, canvas));
            let (owner, canvas) = (canvas.owner, canvas.id.clone());
            let mut done = Done::ask(room(CanvasAct::Draw { owner, canvas, marks }));
            done.put = vec![(name, String::new()), (former(with), String::new())];
            done
        }
        ("pick", _) => picked(canvases, with).unwrap_or_default(),
        ("drop" | "rank", _) => {
            let Some((canvas, marks)) = moved(canvases, with) else { return Done::default() };
            let was = (former(&canvas.id), arrange::places(canvas, &marks));
            let commands = redrawn(canvas, marks).map(room).collect();
            Done { commands, put: vec![was], ..Done::default() }
        }
        _ => Done::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_lifeline_stand_outside_of_its_bends() {
        let mark =
            |y| Mark { id: String::new(), x: 0, y, group: String::new(), text: String::new() };
        let marks = [10, -40, 45, 20, 70, 55, -15, -5].map(mark);
        let marks: Vec<&Mark> = marks.iter().collect();

        let peaks: Vec<bool> = (0..marks.len()).map(|at| is_peak(&marks, at)).collect();

        assert_eq!(peaks, [true, false, true, false, true, true, false, true]);
    }

    #[test]
    fn a_finger_s_line_becomes_a_mark_a_year() {
        let marks = traced("90,180 91,40 500,320;910,180 990,0", "work", (2015, 2025));

        let told: Vec<(i64, i64)> = marks.iter().map(|it| (it.x, it.y)).collect();
        assert_eq!(told, [(2015, 100), (2020, -100), (2025, 0)]);
        assert!(marks.iter().all(|it| it.group == "work" && it.text.is_empty()));
    }
}
