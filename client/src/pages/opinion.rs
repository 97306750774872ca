//! A second opinion that this person is asked for: facts without the person, and the words.

use engine::command::{Command, MatterAct};

use crate::{
    text::say::{of, say},
    widgets::{
        board::{Board, Done, Scene},
        node::{Node, act, actions, area, hint, pill, row, rows, section, waiting, words},
        part::Weight,
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let Some(view) = scene.place.document().and_then(|id| scene.shelf.opinion(id)) else {
        return vec![waiting()];
    };
    let question = &view.question;
    let given = view.answers.iter().map(|(signer, agrees, advice)| {
        let told = say(if *agrees { "tell.agrees" } else { "tell.disagrees" });
        row(of("signer", signer.code()), advice, vec![pill("", told)])
    });
    let advice = scene.values.get("o.advice").unwrap_or_default();
    let form = view.is_for_me.then(|| {
        section("answer", say("opinion.answer"))
            .put(area("o.advice", say("opinion.advice"), advice))
            .put(actions(vec![
                act(Weight::Primary, "give:yes", say("tell.agrees")),
                act(Weight::Plain, "give:no", say("tell.disagrees")),
            ]))
    });
    let mut page = vec![
        words("h1", "", say("opinion.title")),
        section("question", of("category", question.category.code()))
            .put(hint(of("recipient", question.recipient.code())))
            .put(words("p", "prose", &question.facts))
            .put(words("blockquote", "words-told", &question.text))
            .maybe(rows(given.collect())),
    ];
    page.extend(form);
    page
}

fn hear(scene: &Scene<'_>, act: &str, with: &str) -> Done {
    let Some(document) = scene.place.document().filter(|_| act == "give") else {
        return Done::default();
    };
    let (agrees, advice) = (with == "yes", scene.values.text("o.advice"));
    let give = MatterAct::GiveOpinion { document, agrees, advice };
    Done::ask_and_clear(Command::Matter(give), "o.")
}
