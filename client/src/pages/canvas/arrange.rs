//! Cards that are laid out by hand: in the circles of Will-Can-Must, in the order of values, around
//! the person. A finger or a mouse drags them; the list below does the same without either.

use engine::{
    casework::canvas::{Canvas, Mark},
    view::CanvasView,
};
use shared::order;

use super::{label, picture, straight, told};
use crate::{
    text::say::{of, say},
    widgets::{
        board::Scene,
        node::{Node, act, el},
        part::Weight,
    },
};

/// The circles: which, and where their middles are.
const RINGS: [(&str, i64, i64); 3] = [("will", 390, 230), ("can", 610, 230), ("must", 500, 410)];
const RADIUS: i64 = 185;
/// Where the first card of each region lies.
const REGIONS: [(&str, i64, i64); 7] = [
    ("will", 300, 150),
    ("can", 700, 150),
    ("must", 500, 520),
    ("will_can", 500, 170),
    ("will_must", 375, 355),
    ("can_must", 625, 355),
    ("will_can_must", 500, 290),
];
/// Between two cards of one region, and between two ranks of values.
const STEP: i64 = 34;
const RANK_STEP: i64 = 52;
/// Where the first rank lies.
const RANK_TOP: i64 = 60;
/// Half the height of a card.
const HALF: i64 = 17;
/// The picture of relations: its middle, and what a hundredth is.
const MIDDLE: (i64, i64) = (500, 310);
const ACROSS: i64 = 10;
const UP: i64 = 6;

/// The card that is dragged on this canvas: its mark, and where it is.
fn dragged(scene: &Scene<'_>, canvas: &Canvas) -> Option<(String, i64, i64)> {
    let (what, place) = scene.values.get("drag")?.split_once('@')?;
    let (id, mark) = what.split_once(':')?;
    let (x, y) = place.split_once(',')?;
    (id == canvas.id).then_some((mark.to_owned(), x.parse().ok()?, y.parse().ok()?))
}

/// A card that can be taken, unless it is somebody else's.
fn card(scene: &Scene<'_>, view: &CanvasView, mark: &Mark, (x, y): (i64, i64)) -> Node {
    let held = dragged(scene, &view.canvas).filter(|(id, ..)| *id == mark.id);
    let (x, y) = held.map_or((x, y), |(_, x, y)| (x, y));
    let half = 16 + mark.text.chars().map(|it| if it.is_ascii() { 6 } else { 11 }).sum::<i64>();
    let [left, top] = [x - half, y - HALF].map(|it| it.to_string());
    let [wide, high] = [half * 2, HALF * 2].map(|it| it.to_string());
    let back = el("rect", "tile").with("x", &left).with("y", &top);
    let back = back.with("width", &wide).with("height", &high).with("rx", "6");
    let is_mine = super::is_mine(scene, &view.canvas);
    let what = [&view.canvas.id, ":", &mark.id].concat();
    el("g", "tile-of").key(&mark.id).with_if(is_mine, "data-drag", &what).put(back).put(label(
        x,
        y + 8,
        "drawn",
        &mark.text,
    ))
}

/// Three circles; what lies where they meet belongs to both.
pub(super) fn circles(scene: &Scene<'_>, view: &CanvasView) -> Node {
    let mut inside: Vec<Node> = vec![];
    for (_, x, y) in RINGS {
        let [x, y, r] = [x, y, RADIUS].map(|it| it.to_string());
        inside.push(el("circle", "ring").with("cx", &x).with("cy", &y).with("r", &r));
    }
    for (region, x, y) in REGIONS {
        if !region.contains('_') {
            inside.push(label(x, y - 50, "drawn drawn-soft", of("group", region)));
        }
        let marks = view.canvas.marks.iter().filter(|it| it.group == region);
        for (at, mark) in (0_i64..).zip(marks) {
            inside.push(card(scene, view, mark, (x, y + at * STEP)));
        }
    }
    picture("0 0 1000 620", &told(view), inside)
}

/// The region at a place; `None` outside of all circles.
fn region((x, y): (i64, i64)) -> Option<String> {
    let is_in =
        |&&(_, a, b): &&(&str, i64, i64)| (x - a) * (x - a) + (y - b) * (y - b) <= RADIUS * RADIUS;
    let rings: Vec<&str> = RINGS.iter().filter(is_in).map(|(name, ..)| *name).collect();
    (!rings.is_empty()).then(|| rings.join("_"))
}

/// Values in their order, the dearest on top.
fn in_order(canvas: &Canvas) -> Vec<&Mark> {
    let mut marks: Vec<&Mark> = canvas.marks.iter().collect();
    order::by_key(&mut marks, |it| it.x);
    marks
}

/// The cards of values, one below the other.
pub(super) fn values(scene: &Scene<'_>, view: &CanvasView) -> Node {
    let marks = in_order(&view.canvas);
    let mut inside: Vec<Node> = vec![];
    for (at, mark) in (0_i64..).zip(&marks) {
        let y = RANK_TOP + at * RANK_STEP;
        let rank = (at + 1).to_string();
        inside.push(label(120, y + 8, "drawn drawn-soft", &rank));
        inside.push(straight("axis", (160, y), (840, y)));
        inside.push(card(scene, view, mark, (500, y)));
    }
    let rows = i64::try_from(marks.len()).unwrap_or(0).max(1);
    let high = RANK_TOP + rows * RANK_STEP;
    let frame = ["0 0 1000 ", &high.to_string()].concat();
    picture(&frame, &told(view), inside)
}

/// What changes when a value goes to a place in the order, 0 the first: every rank is one of its own.
fn ranked(canvas: &Canvas, moved: &str, to: usize) -> Vec<Mark> {
    let mut order = in_order(canvas);
    let Some(from) = order.iter().position(|it| it.id == moved) else { return vec![] };
    let mark = order.remove(from);
    order.insert(to.min(order.len()), mark);
    let ranks = (1_i64..).zip(order);
    let changed = ranks.filter(|(rank, mark)| mark.x != *rank);
    changed.map(|(rank, mark)| Mark { x: rank, ..mark.clone() }).collect()
}

/// The person in the middle, and who is near or far.
pub(super) fn relations(scene: &Scene<'_>, view: &CanvasView) -> Node {
    let [x, y] = [MIDDLE.0, MIDDLE.1].map(|it| it.to_string());
    let ring = |r: &str| el("circle", "ring").with("cx", &x).with("cy", &y).with("r", r);
    let mut inside = vec![ring("280"), ring("150"), ring("40")];
    inside.push(label(MIDDLE.0, MIDDLE.1 + 8, "drawn", say("canvas.self")));
    for mark in &view.canvas.marks {
        let place = (mark.x * ACROSS, (100 - mark.y) * UP + HALF);
        inside.push(straight("axis", MIDDLE, place));
        inside.push(card(scene, view, mark, place));
    }
    picture("0 0 1000 634", &told(view), inside)
}

/// How near somebody is, in a word, for who does not see the picture.
pub(super) fn distance(mark: &Mark) -> &'static str {
    let (x, y) = (mark.x * ACROSS - MIDDLE.0, (100 - mark.y) * UP + HALF - MIDDLE.1);
    let square = x * x + y * y;
    of(
        "distance",
        if square <= 150 * 150 {
            "near"
        } else if square <= 280 * 280 {
            "apart"
        } else {
            "far"
        },
    )
}

/// The marks as they are to be once a card was let go of at a place of the picture.
pub(super) fn dropped(canvas: &Canvas, mark: &str, (x, y): (i64, i64)) -> Vec<Mark> {
    let Some(known) = canvas.marks.iter().find(|it| it.id == mark) else { return vec![] };
    match canvas.kind.as_str() {
        "will_can_must" => {
            let group = region((x, y)).filter(|it| *it != known.group);
            group.map(|group| Mark { group, ..known.clone() }).into_iter().collect()
        }
        "values" => {
            let to = (y - RANK_TOP + RANK_STEP / 2).div_euclid(RANK_STEP).max(0);
            ranked(canvas, mark, usize::try_from(to).unwrap_or(0))
        }
        "relation" => {
            let x = (x / ACROSS).clamp(0, 100);
            let y = (100 - (y - HALF) / UP).clamp(0, 100);
            vec![Mark { x, y, ..known.clone() }]
        }
        _ => vec![],
    }
}

/// Where marks of a canvas are: `mark,x,y,group`, parted by semicolons.
pub(super) fn places(canvas: &Canvas, moved: &[Mark]) -> String {
    let known = canvas.marks.iter().filter(|it| moved.iter().any(|mark| mark.id == it.id));
    let told = known.map(|it| {
        let [x, y] = [it.x, it.y].map(|it| it.to_string());
        [it.id.as_str(), &x, &y, &it.group].join(",")
    });
    told.collect::<Vec<_>>().join(";")
}

/// The marks of a canvas where they were.
pub(super) fn restored(canvas: &Canvas, places: &str) -> Vec<Mark> {
    let one = |told: &str| {
        let mut parts = told.split(',');
        let known = parts.next().and_then(|id| canvas.marks.iter().find(|it| it.id == id))?;
        let [x, y] = [parts.next()?.parse().ok()?, parts.next()?.parse().ok()?];
        Some(Mark { x, y, group: parts.next()?.to_owned(), ..known.clone() })
    };
    places.split(';').filter_map(one).collect()
}

/// The marks as they are to be once a value went up or down by one.
pub(super) fn stepped(canvas: &Canvas, mark: &str, is_up: bool) -> Vec<Mark> {
    let at = in_order(canvas).iter().position(|it| it.id == mark).unwrap_or(0);
    ranked(canvas, mark, if is_up { at.saturating_sub(1) } else { at + 1 })
}

/// Up and down, for who does not drag.
pub(super) fn steps(canvas: &Canvas, mark: &Mark) -> Vec<Node> {
    [("up", "canvas.up", "↑"), ("down", "canvas.down", "↓")]
        .map(|(way, label, sign)| {
            let name = ["rank:", &canvas.id, ":", &mark.id, ":", way].concat();
            let told = [&mark.text, ": ", say(label)].concat();
            act(Weight::Quiet, &name, sign).with("aria-label", &told)
        })
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::casework::canvas::{Owner, admits};

    fn canvas(kind: &str, marks: &[(&str, i64, i64, &str)]) -> Canvas {
        let mark = |(id, x, y, group): &(&str, i64, i64, &str)| Mark {
            id: (*id).into(),
            x: *x,
            y: *y,
            group: (*group).into(),
            text: (*id).into(),
        };
        Canvas {
            id: "c".into(),
            kind: kind.into(),
            owner: Owner::Both,
            marks: marks.iter().map(mark).collect(),
            remark: String::new(),
        }
    }

    #[test]
    fn every_card_lies_where_its_region_is() {
        for (name, x, y) in REGIONS {
            assert_eq!(region((x, y)).as_deref(), Some(name));
        }
        assert_eq!(region((20, 20)), None);
    }

    #[test]
    fn a_card_let_go_of_elsewhere_changes_its_region_and_outside_stays() {
        let canvas = canvas("will_can_must", &[("a", 0, 0, "will")]);

        let groups =
            |at| dropped(&canvas, "a", at).into_iter().map(|it| it.group).collect::<Vec<_>>();

        assert_eq!(groups((500, 290)), ["will_can_must"]);
        assert_eq!(groups((300, 150)), [""; 0]);
        assert_eq!(groups((5, 5)), [""; 0]);
    }

    #[test]
    fn what_was_moved_goes_back_to_where_it_was_and_nothing_else_does() {
        let canvas = canvas("values", &[("a", 1, 0, ""), ("b", 2, 0, ""), ("c", 3, 5, "will")]);
        let moved = stepped(&canvas, "a", false);

        let was = places(&canvas, &moved);

        assert_eq!(was, "a,1,0,;b,2,0,");
        assert!(restored(&canvas, &was) == canvas.marks[..2]);
        assert!(restored(&canvas, "gone,1,1,;").is_empty());
    }

    #[test]
    fn values_have_one_rank_each_however_they_were_moved() {
        let canvas = canvas("values", &[("a", 0, 0, ""), ("b", 0, 0, ""), ("c", 3, 0, "")]);
        let told = |marks: Vec<Mark>| -> Vec<(String, i64)> {
            marks.into_iter().map(|it| (it.id, it.x)).collect()
        };

        let top = told(dropped(&canvas, "c", (500, 10)));
        let down = told(stepped(&canvas, "a", false));

        assert_eq!(top, [("c".into(), 1), ("a".into(), 2), ("b".into(), 3)]);
        assert_eq!(down, [("b".into(), 1), ("a".into(), 2)]);
        assert_eq!(told(stepped(&canvas, "c", false)), [("a".into(), 1), ("b".into(), 2)]);
    }

    #[test]
    fn whoever_is_near_is_told_so_and_stays_on_the_picture() {
        let canvas = canvas("relation", &[("a", 50, 50, "")]);

        for (at, expected) in [((500, 310), "near"), ((700, 310), "apart"), ((-80, 9_000), "far")] {
            let marks = dropped(&canvas, "a", at);
            let [mark] = &marks[..] else { panic!("one mark") };
            assert!(admits("relation", mark));
            assert_eq!(distance(mark), of("distance", expected));
        }
    }
}
