//! What an employee asked to see of the notes: in the order of the notes, with the reason where
//! something is left out.

use super::rights::place;
use crate::{
    text::say::{of, say},
    widgets::{
        board::{Board, Done, Scene},
        moment,
        node::{Node, actions, el, hint, print, section, waiting, words},
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let Some(view) = scene.place.document().and_then(|id| scene.shelf.package(id)) else {
        return vec![waiting()];
    };
    let mut last = "";
    let pieces = view.pieces.iter().map(|(path, text, reason)| {
        // A long text is several pieces of one place.
        let heading = (path != last).then(|| words("dt", "label", &place(path)));
        last = path;
        let piece = match reason {
            None => {
                let when = moment::written(text);
                words("dd", "prose", when.as_ref().unwrap_or(text)).with("translate", "no")
            }
            Some(reason) => words("dd", "remark", of("mask", reason)),
        };
        el("div", "pair").maybe(heading).put(piece)
    });
    let pieces: Vec<Node> = pieces.collect();
    vec![
        words("h1", "", say("kind.case/package")),
        section("pieces", say("rights.package"))
            .put(hint(say("rights.package_lead")))
            .put(actions(vec![print()]))
            .put(el("dl", "pairs").all(pieces)),
    ]
}

fn hear(_scene: &Scene<'_>, _act: &str, _with: &str) -> Done {
    Done::default()
}
