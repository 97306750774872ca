//! A copy of a note for supervision, before it is made: what the note says on one side, and what the
//! supervisor would read on the other. Names and the like are found; the rest is for who reads it.

use engine::{
    command::{Command, ReportAct, SpanWish, TextWish},
    view::{PartView, PartsView},
};

use crate::{
    text::say::{label, of, say},
    widgets::{
        board::{Board, Done, Scene},
        node::{Node, act, actions, area, el, empty, hint, section, tick, words},
        part::Weight,
        span,
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

/// What is put in place by hand is of no particular kind.
const BY_HAND: &str = "other";

fn parts<'a>(scene: &Scene<'a>) -> Option<&'a PartsView> {
    scene.shelf.parts(scene.place.document()?)
}

fn name(at: usize, part: &str) -> String {
    ["c", &at.to_string(), ".", part].concat()
}

/// Whether something is ticked; what was not touched is.
fn is_on(scene: &Scene<'_>, name: &str) -> bool {
    scene.values.get(name).is_none_or(|it| !it.is_empty())
}

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let propose = act(Weight::Plain, "propose", say("copy.propose"));
    let begin =
        section("begin", say("copy.begin")).put(hint(say("copy.lead"))).put(actions(vec![propose]));
    let Some(view) = parts(scene) else { return vec![begin] };
    if view.parts.iter().all(|it| it.text.trim().is_empty()) {
        return vec![begin, empty(say("copy.nothing"), say("copy.nothing_text"))];
    }
    let written = view.parts.iter().enumerate().filter(|(_, it)| !it.text.trim().is_empty());
    let mut page: Vec<Node> = vec![begin];
    page.extend(written.map(|(at, it)| part(scene, at, it)));
    page.push(
        section("make", say("copy.make")).put(hint(say("copy.make_lead"))).put(actions(vec![act(
            Weight::Primary,
            "make",
            say("copy.do_make"),
        )])),
    );
    page
}

fn part(scene: &Scene<'_>, at: usize, part: &PartView) -> Node {
    let spans = spans(scene, at, part);
    let is_in = is_on(scene, &name(at, "in"));
    let ticks = part.spans.iter().enumerate().map(|(number, it)| {
        let field = name(at, &number.to_string());
        let told =
            [&span::under(&part.text, it), " → ", &it.by, "（", of("replaced", &it.code), "）"];
        tick(&field, &told.concat(), is_on(scene, &field))
    });
    let more = scene.values.text(&name(at, "more"));
    let sides = el("div", "beside")
        .put(
            el("div", "stack")
                .put(words("p", "label", say("copy.before")))
                .put(words("p", "prose", &part.text)),
        )
        .put(el("div", "stack").put(words("p", "label", say("copy.after"))).put(words(
            "p",
            "prose words-told",
            &span::without(&part.text, &spans),
        )));
    let title = label(&["supervision.", &part.place].concat());
    section(&["part-", &part.place].concat(), title)
        .put(tick(&name(at, "in"), say("copy.in"), is_in))
        .maybe(is_in.then_some(sides))
        .all(if is_in { ticks.collect() } else { vec![] })
        .maybe(is_in.then(|| area(&name(at, "more"), say("copy.more"), &more)))
}

/// What is replaced in a part: of what was found, what is ticked; and what was typed.
fn spans(scene: &Scene<'_>, at: usize, part: &PartView) -> Vec<SpanWish> {
    let found = part.spans.iter().enumerate();
    let ticked = found.filter(|(number, _)| is_on(scene, &name(at, &number.to_string())));
    let mut spans: Vec<SpanWish> = ticked.map(|(_, it)| it.clone()).collect();
    span::replace(&mut spans, &part.text, &scene.values.text(&name(at, "more")), BY_HAND);
    spans
}

fn hear(scene: &Scene<'_>, act: &str, _with: &str) -> Done {
    let Some(note) = scene.place.document() else { return Done::default() };
    let ask = |act| Done::ask(Command::Report(act));
    match (act, parts(scene)) {
        ("propose", _) => ask(ReportAct::ProposeCopy(note)),
        ("make", Some(view)) => {
            let wish = |(at, part): (usize, &PartView)| TextWish {
                place: part.place.clone(),
                spans: spans(scene, at, part),
                left_out: (!is_on(scene, &name(at, "in"))).then(Default::default),
            };
            let texts = view.parts.iter().enumerate().map(wish).collect();
            ask(ReportAct::MakeCopy { note, texts })
        }
        _ => Done::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::casework::{rule::supervision::Kind, supervision::SOURCES};

    #[test]
    fn every_part_and_every_kind_of_word_has_a_name() {
        for (place, _) in SOURCES {
            assert!(!label(&["supervision.", place].concat()).is_empty(), "{place}");
        }
        for kind in Kind::CODES {
            assert!(!of("replaced", kind).is_empty(), "{kind}");
        }
        assert!(Kind::of(BY_HAND).is_some());
    }
}
