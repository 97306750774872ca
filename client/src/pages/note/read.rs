//! A note to read and to print: as it was written or as SOAP or DAP, its signature, and what was
//! added since. A signed note is shown in no other way.

use engine::{
    casework::{
        field::{Field, Value},
        note::Point,
        shape::NoteShape,
    },
    command::{Command, RoomAct, Words},
    view::{Content, NoteView},
};
use shared::log::org::Role;

use super::section::SECTIONS;
use crate::{
    app::place::{Place, Sheet},
    text::{self, say::say, words},
    widgets::{
        board::{Board, Done, Scene},
        moment,
        node::{
            self, Node, act, actions, area, el, folded, hint, line, link, pill, row, rows, section,
        },
        offset,
        part::Weight,
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

/// Below a note that is being written: to sign it, and to read it another way.
pub const FOOT: Board = Board { show: foot, hear, every_s: 0 };

/// How a note can be read; the first is as it was written.
const SHAPES: [&str; 3] = ["form", "soap", "dap"];

type Row = (Field, Content);

fn shape(code: &str) -> Option<NoteShape> {
    match code {
        "soap" => Some(NoteShape::Soap),
        "dap" => Some(NoteShape::Dap),
        _ => None,
    }
}

fn view<'a>(scene: &Scene<'a>) -> Option<&'a NoteView> {
    scene.shelf.note(scene.place.document()?)
}

fn foot(scene: &Scene<'_>) -> Vec<Node> {
    let Some(note) = view(scene) else { return vec![] };
    let read = Place::Page(Sheet::Read, note.document);
    let mut page: Vec<Node> = scribbles(scene, note).into_iter().collect();
    page.push(section("signature", say("read.signature")).put(hint(say("read.unsigned"))).put(
        actions(vec![
            act(Weight::Plain, "sign", say("after.do_sign")),
            link(read, "button button-quiet", "to-read", say("read.title")),
        ]),
    ));
    page
}

/// What was drawn in the talk, to look at while the note is written.
fn scribbles(scene: &Scene<'_>, note: &NoteView) -> Option<Node> {
    let Some(Content::Items(items)) = find(&note.fields, &Field::top("scribbles")) else {
        return None;
    };
    let shown = scene.shelf.scribble(note.document);
    let line = |(at, item): (usize, &String)| {
        let look = act(Weight::Plain, &["ink:", item].concat(), say("case.look"));
        let ink = shown.filter(|it| it.item == *item && !it.ink.is_empty());
        row(&(at + 1).to_string(), "", vec![look]).key(item).maybe(ink.map(|it| drawn(&it.ink)))
    };
    let lines = rows(items.iter().enumerate().map(line).collect())?;
    Some(section("drawn", text::field("scribbles").label).put(lines))
}

/// Strokes as they were drawn; each begins where the pen did not press yet.
fn drawn(ink: &[Point]) -> Node {
    let mut lines: Vec<String> = vec![];
    for point in ink {
        let told = [&point.x.to_string(), ",", &point.y.to_string()].concat();
        match lines.last_mut().filter(|_| point.pressure > 0) {
            Some(line) => *line = [line, " ", &told].concat(),
            None => lines.push(told),
        }
    }
    let height = ink.iter().map(|it| it.y).max().unwrap_or(0).saturating_add(20);
    let lines = lines.iter().map(|points| el("polyline", "ink").with("points", points));
    el("svg", "drawing")
        .with("viewBox", &["0 0 1000 ", &height.to_string()].concat())
        .with("role", "img")
        .with("aria-label", text::field("scribbles").label)
        .all(lines.collect())
}

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let Some(note) = view(scene) else { return vec![node::waiting()] };
    let mut page = vec![];
    if let Place::Page(..) = scene.place {
        let title = (words().note.title)(&note.employee_name);
        page.push(node::words("h1", "", &title).with("translate", "no"));
    }
    let wanted = scene.values.get("shape").and_then(shape);
    let shape = scene.shelf.shape(note.document).filter(|it| Some(it.shape) == wanted);
    let tabs = SHAPES.map(|code| {
        let is_chosen = self::shape(code) == shape.map(|it| it.shape);
        let pressed = if is_chosen { "true" } else { "false" };
        let label = say(&["shape.", code].concat());
        act(Weight::Plain, &["shape:", code].concat(), label).with("aria-pressed", pressed)
    });
    let copy = (scene.role == Role::Consultant).then(|| {
        let to = Place::Page(Sheet::Copy, note.document);
        link(to, "button button-quiet", "to-copy", say("copy.way"))
    });
    // The head of the note's own page says which interview it is.
    let ordinal = matches!(scene.place, Place::Page(..))
        .then(|| pill("", &(words().home.interview)(note.ordinal)));
    page.push(
        el("div", "room-head")
            .maybe(ordinal)
            .put(signature(note))
            .put(
                el("div", "tabs")
                    .with("role", "group")
                    .with("aria-label", say("read.order"))
                    .all(tabs.into()),
            )
            .put(node::print())
            .maybe(copy),
    );
    page.extend(match shape {
        None => plain(note),
        Some(shape) => shape
            .sections
            .iter()
            .map(|(letter, rows)| {
                let title = say(&["shape.", letter].concat());
                let fields: Vec<&str> = rows.iter().filter_map(|(it, _)| top(it)).collect();
                part(letter, title, &fields, rows)
            })
            .collect(),
    });
    page.extend(scribbles(scene, note));
    page.push(added(scene, note));
    page
}

fn signature(note: &NoteView) -> Node {
    match note.signed_at {
        Some(at) => pill("", &[say("read.signed"), " ", &moment::minute(at)].concat()),
        None => pill("pill pill-open", say("read.draft")),
    }
}

fn plain(note: &NoteView) -> Vec<Node> {
    let titled = SECTIONS.iter().zip(words().note.section_names);
    let parts = titled.filter_map(|(section, title)| {
        let held = note.fields.iter().filter(|(_, content)| is_filled(content));
        let fields = held.filter_map(|(it, _)| top(it));
        let fields: Vec<&str> = fields.filter(|it| section.fields.contains(it)).collect();
        (!fields.is_empty()).then(|| part(section.id, title, &fields, &note.fields))
    });
    parts.collect()
}

/// The field of the note that a field is or stands in.
fn top(field: &Field) -> Option<&str> {
    field.segments().next()
}

fn is_filled(content: &Content) -> bool {
    match content {
        Content::Text { text, .. } => !text.trim().is_empty(),
        Content::Items(items) => !items.is_empty(),
        Content::Value(Value::Codes(codes)) => !codes.is_empty(),
        Content::Value(value) => *value != Value::Unset,
    }
}

/// Some fields under a heading, in the order of the note.
fn part(id: &str, title: &str, fields: &[&str], rows: &[Row]) -> Node {
    let mut shown: Vec<&str> = vec![];
    let mut list = el("dl", "pairs");
    for id in fields.iter().filter(|id| rows.iter().any(|(it, _)| it.as_str() == **id)) {
        if !shown.contains(id) {
            shown.push(id);
            list = list.maybe(pair(rows, &Field::top(id), id));
        }
    }
    section(id, title).put(list)
}

/// A field that holds something, with its name.
fn pair(rows: &[Row], field: &Field, path: &str) -> Option<Node> {
    let content = find(rows, field).filter(|content| is_filled(content))?;
    let told = match content {
        Content::Text { text, .. } => prose(text),
        Content::Value(value) => node::words("dd", "", &tell(path, value)),
        Content::Items(items) => {
            let items = items.iter().filter_map(|item| {
                let told = item_told(rows, &field.child(item), path);
                (!told.is_empty()).then(|| node::words("li", "prose", &told).key(item))
            });
            let items: Vec<Node> = items.collect();
            if items.is_empty() {
                return None;
            }
            el("dd", "").put(el("ul", "bullets").all(items))
        }
    };
    let name = node::words("dt", "label", text::field(path).label);
    Some(el("div", "pair").key(path).put(name).put(told.with("translate", "no")))
}

/// A text, each of its lines apart: a page can begin with some of them, and draws them only once.
fn prose(text: &str) -> Node {
    let lines = text.split('\n').map(|line| node::words("p", "", line));
    el("dd", "prose").all(lines.collect())
}

fn find<'a>(rows: &'a [Row], field: &Field) -> Option<&'a Content> {
    rows.iter().find(|(it, _)| it == field).map(|(_, content)| content)
}

/// An item in one line: `00:07 気になる 先輩が笑わなくなった`.
fn item_told(rows: &[Row], item: &Field, path: &str) -> String {
    let start = [item.as_str(), "/"].concat();
    let parts = rows.iter().filter_map(|(field, content)| {
        let part = field.as_str().strip_prefix(&start)?;
        let path = [path, "/", part].concat();
        let told = match content {
            Content::Text { text, .. } => text.clone(),
            Content::Value(value) => tell(&path, value),
            Content::Items(_) => String::new(),
        };
        (!told.is_empty()).then_some(told)
    });
    parts.collect::<Vec<_>>().join(" ")
}

fn tell(path: &str, value: &Value) -> String {
    match value {
        Value::Unset | Value::Flag(false) => String::new(),
        Value::Code(code) => text::code(path, code).to_owned(),
        Value::Codes(codes) => {
            let names: Vec<&str> = codes.iter().map(|code| text::code(path, code)).collect();
            names.join(say("read.and"))
        }
        Value::Number(seconds) if path.ends_with("at_s") => offset::show(*seconds),
        Value::Number(number) => number.to_string(),
        Value::Flag(true) => ["［", text::field(path).label, "］"].concat(),
        Value::When(when) => moment::written(when).unwrap_or_default(),
    }
}

/// What was added to a signed note, and the way to add to it.
fn added(scene: &Scene<'_>, note: &NoteView) -> Node {
    if note.signed_at.is_none() {
        return section("amendments", say("read.added")).put(hint(say("read.unsigned")));
    }
    let lines = note.amendments.iter().map(|(at, it)| {
        let when = [&moment::minute(*at), " ", &it.why].concat();
        row(&it.text, &when, vec![])
    });
    let value = |name: &str| scene.values.get(name).unwrap_or_default();
    section("amendments", say("read.added"))
        .maybe(note.amendments.is_empty().then(|| hint(say("read.nothing_added"))))
        .maybe(rows(lines.collect()))
        .put(folded(
            "amend",
            say("read.amend"),
            vec![
                hint(say("read.amend_lead")),
                area("a.text", say("read.what"), value("a.text")),
                line("text", "a.why", say("read.why"), value("a.why")),
                actions(vec![act(Weight::Primary, "amend", say("read.do_amend"))]),
            ],
        ))
}

fn hear(scene: &Scene<'_>, act: &str, with: &str) -> Done {
    let Some(note) = view(scene).map(|note| note.document) else { return Done::default() };
    match act {
        "shape" => {
            let shape = shape(with);
            let commands = shape.map(|shape| Command::ShowNote { note, shape });
            let set = vec![("shape", with.to_owned())];
            Done { commands: commands.into_iter().collect(), set, ..Done::default() }
        }
        "ink" => Done::ask(Command::Room(RoomAct::ShowScribble { note, item: with.to_owned() })),
        "sign" => Done::ask(Command::SignNote(note)),
        "amend" => {
            let (text, why) = (scene.values.text("a.text"), scene.values.text("a.why"));
            if text.is_empty() {
                return Done::default();
            }
            let amendment = Words { why, text };
            Done::ask_and_clear(Command::AmendNote { note, amendment }, "a.")
        }
        _ => Done::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_line_by_line() {
        let text = prose("異動の打診。\n\n家族には話していない。");

        let lines: Vec<String> = text.parts().children.iter().map(Node::told).collect();
        assert_eq!(lines, ["異動の打診。", "", "家族には話していない。"]);
    }
}
