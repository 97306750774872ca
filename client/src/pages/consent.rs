//! What is explained to the employee, and what they decide: one card at a time, in large type.
//!
//! On the employee's own phone they decide for themselves; on the tablet in their hands they sign
//! with a finger; what they say aloud the consultant attests to in words.

use engine::{
    casework::{
        consent::{CONTACTS, Decision, Matter, Method, Scope},
        directory,
    },
    command::{Command, Decide, Passphrase, RoomAct},
    view::{ConsentRow, ConsentView},
};
use shared::{hash::sha256, id::DocumentId, log::org::Role};

use crate::{
    app::place::{Place, Sheet},
    text::{
        language,
        say::{fill, say},
    },
    widgets::{
        board::{Board, Done, Scene},
        node::{
            Node, act, actions, area, choices, el, empty, hint, line, link, many, pill, print, row,
            rows, section, words,
        },
        part::Weight,
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

/// What is decided on this page, in this order. Telling the company something is decided with the
/// very words, never here.
pub const CARDS: [Matter; 10] = [
    Matter::Secrecy,
    Matter::Purpose,
    Matter::Consultant,
    Matter::Supervision,
    Matter::Continuation,
    Matter::Record,
    Matter::Counting,
    Matter::HandOver,
    Matter::Emergency,
    Matter::Contact,
];

/// The case of a page about one, or of the tablet that was handed over.
pub fn case_of(scene: &Scene<'_>) -> Option<DocumentId> {
    match scene.place {
        Place::Page(_, case) if !scene.is_handed => Some(case),
        Place::Home
        | Place::Case(_)
        | Place::Note(_)
        | Place::Page(..)
        | Place::Day
        | Place::Search
        | Place::Plan
        | Place::People
        | Place::Devices
        | Place::Unseen
        | Place::Unknown => scene.home.cases.first().map(|row| row.case),
    }
}

fn view<'a>(scene: &Scene<'a>) -> Option<&'a ConsentView> {
    scene.shelf.consent(case_of(scene)?)
}

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let Some(view) = view(scene) else {
        return vec![empty(say("wait.title"), say("wait.nobody"))];
    };
    let Some(step) = scene.values.number::<usize>("step").filter(|it| *it > 0) else {
        return overview(scene, view);
    };
    let matter = CARDS.get(step.saturating_sub(1)).copied().unwrap_or(Matter::Secrecy);
    card(scene, view, step, matter)
}

/// The row about a matter as a whole.
pub fn row_of(view: &ConsentView, matter: Matter) -> Option<&ConsentRow> {
    view.rows.iter().find(|row| row.matter == matter)
}

/// What was decided about a matter, in a word.
pub fn standing(row: Option<&ConsentRow>) -> &'static str {
    match row.and_then(|row| row.standing.as_ref()).map(|it| it.decision) {
        None => say("consent.open"),
        Some(decision) => decided(decision),
    }
}

/// The same as it stands in a list, in the colour of what it means.
pub fn decided_pill(row: Option<&ConsentRow>) -> Node {
    let tone = match row.and_then(|it| it.standing.as_ref()).map(|it| it.decision) {
        None => "pill pill-open",
        Some(Decision::Refused | Decision::Withdrawn) => "pill pill-no",
        Some(Decision::Explained | Decision::Agreed | Decision::AskEachTime) => "pill",
    };
    pill(tone, standing(row))
}

fn decided(decision: Decision) -> &'static str {
    say(match decision {
        Decision::Explained => "consent.explained",
        Decision::Agreed => "consent.agreed",
        Decision::Refused => "consent.refused",
        Decision::AskEachTime => "consent.ask",
        Decision::Withdrawn => "consent.withdrawn",
    })
}

fn title(matter: Matter) -> &'static str {
    say(&["consent.", matter.code()].concat())
}

fn overview(scene: &Scene<'_>, view: &ConsentView) -> Vec<Node> {
    let lines = (1_usize..).zip(CARDS).map(|(at, matter)| {
        let row_ = row_of(view, matter);
        let disputed = row_.filter(|it| it.is_disputed).map(|_| say("consent.disputed"));
        let older = row_.filter(|it| it.is_older).map(|_| say("consent.older"));
        let text = disputed.or(older).unwrap_or_default();
        let open = act(Weight::Quiet, &["card:", &at.to_string()].concat(), say("consent.read"))
            .with("aria-label", &[title(matter), ": ", say("consent.read")].concat());
        row(title(matter), text, vec![decided_pill(row_), open]).with("data-matter", matter.code())
    });
    let rows_ = rows(lines.collect());
    let mut page = vec![
        section("consents", say("consent.list"))
            .put(hint(say(if scene.role == Role::Employee {
                "consent.own_lead"
            } else {
                "consent.lead"
            })))
            .put(actions(vec![act(Weight::Primary, "card:1", say("consent.begin")), print()]))
            .maybe(rows_)
            .put(hint(say("consent.telling"))),
    ];
    if scene.role == Role::Consultant {
        page.push(hand_over(scene));
    }
    page
}

/// The form that hands the tablet over.
fn hand_over(scene: &Scene<'_>) -> Node {
    let name = case_of(scene)
        .and_then(|case| scene.home.cases.iter().find(|row| row.case == case))
        .map(|row| row.employee_name.as_str())
        .unwrap_or_default();
    section("hand", say("hand.title"))
        .put(hint(say("hand.lead")))
        .put(line("password", "pin", say("hand.pin"), ""))
        .put(actions(vec![act(Weight::Plain, "hand", &fill("hand.go", &[name]))]))
}

fn explanation(view: &ConsentView, matter: Matter) -> String {
    let tag = language().tag();
    let at = Matter::ALL.iter().position(|it| *it == matter).unwrap_or(0);
    let told = view.explanations.iter().find(|it| it.language == tag);
    let text = |template: &directory::Template| template.texts.get(at).cloned();
    told.and_then(text)
        .or_else(|| directory::first(tag).as_ref().and_then(text))
        .unwrap_or_default()
}

fn card(scene: &Scene<'_>, view: &ConsentView, step: usize, matter: Matter) -> Vec<Node> {
    let (at, all) = (step.to_string(), CARDS.len().to_string());
    let text = explanation(view, matter);
    let paragraphs = text.split('\n').filter(|it| !it.trim().is_empty());
    let body = el("div", "large-type").all(paragraphs.map(|it| words("p", "", it)).collect());
    let row_ = row_of(view, matter);
    let standing_ = row_.and_then(|it| it.standing.as_ref()).map(|it| {
        let said = match &it.scope {
            Scope::Words(words) => words.as_str(),
            Scope::Whole | Scope::Exact(_) | Scope::To(_) | Scope::Codes(_) => "",
        };
        let told = fill("consent.standing", &[decided(it.decision)]);
        words("p", "remark", &[told.as_str(), " ", said].concat()).with("role", "status")
    });
    let previous = step.saturating_sub(1).to_string();
    let next = if step < CARDS.len() { step + 1 } else { 0 }.to_string();
    let walk = actions(vec![
        act(Weight::Quiet, &["card:", &previous].concat(), say("consent.back")),
        act(Weight::Quiet, "card:0", say("consent.list")).key("to-list"),
        act(Weight::Quiet, &["card:", &next].concat(), say("consent.next")),
    ]);
    let key = ["card-", matter.code()].concat();
    vec![
        section("card", title(matter))
            .key(&key)
            .put(
                words("p", "progress", &fill("consent.progress", &[&at, &all]))
                    .with("role", "status"),
            )
            .put(body)
            .maybe(standing_)
            .all(inputs(scene, matter))
            .all(signing(scene))
            .maybe(unsigned(scene, matter))
            .put(actions(answers(scene, row_, matter)))
            .put(walk),
    ]
}

fn inputs(scene: &Scene<'_>, matter: Matter) -> Vec<Node> {
    match matter {
        Matter::Purpose => {
            let typed = scene.values.get("purpose").unwrap_or_default();
            vec![area("purpose", say("consent.purpose"), typed)]
        }
        Matter::Continuation => {
            let typed = scene.values.get("when").unwrap_or_default();
            vec![line("text", "when", say("consent.when"), typed)]
        }
        Matter::Contact => {
            let chosen = scene.values.codes("contact");
            let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
            vec![many("contact", say("consent.contact"), &choices("contact", CONTACTS), &chosen)]
        }
        Matter::Secrecy
        | Matter::Consultant
        | Matter::Supervision
        | Matter::Record
        | Matter::Counting
        | Matter::Telling
        | Matter::HandOver
        | Matter::Emergency => vec![],
    }
}

/// How it is given: a finger's signature on a handed tablet, the consultant's words at the desk.
fn signing(scene: &Scene<'_>) -> Vec<Node> {
    if scene.is_handed {
        let strokes = scene.values.get("pad").unwrap_or_default();
        vec![super::canvas::pad("pad", say("consent.sign"), strokes, "0 0 1000 250", None)]
    } else if scene.role == Role::Consultant {
        let told = scene.values.get("attest").unwrap_or(say("consent.attest_default"));
        vec![line("text", "attest", say("consent.attest"), told)]
    } else {
        vec![]
    }
}

/// What is lacking, where it is to be given.
fn unsigned(scene: &Scene<'_>, matter: Matter) -> Option<Node> {
    let is_signed = !scene.values.text("pad").is_empty();
    let is_it = scene.values.get("unsigned") == Some(matter.code()) && !is_signed;
    is_it.then(|| words("p", "error", say("consent.unsigned")).with("role", "alert"))
}

fn answers(scene: &Scene<'_>, row: Option<&ConsentRow>, matter: Matter) -> Vec<Node> {
    let is_decided = row.is_some_and(|row| row.standing.is_some());
    let is_possible = |decision: &&Decision| match **decision {
        Decision::Withdrawn => is_decided && scene.role == Role::Employee,
        Decision::Refused | Decision::AskEachTime | Decision::Explained | Decision::Agreed => true,
    };
    let decisions = matter.decisions().iter().rev().filter(is_possible);
    let button = |decision: &Decision| {
        let (weight, code) = match decision {
            Decision::Agreed => (Weight::Primary, "agreed"),
            Decision::Explained => (Weight::Primary, "explained"),
            Decision::AskEachTime => (Weight::Plain, "ask"),
            Decision::Refused => (Weight::Plain, "refused"),
            Decision::Withdrawn => (Weight::Danger, "withdrawn"),
        };
        let own = say(&["consent.", matter.code(), ".", code].concat());
        let label = if own.is_empty() { say(&["consent.do_", code].concat()) } else { own };
        act(weight, &["decide:", matter.code(), ":", code].concat(), label)
    };
    decisions.map(button).collect()
}

fn hear(scene: &Scene<'_>, act: &str, with: &str) -> Done {
    match act {
        "card" => {
            let set = vec![("step", with.to_owned()), ("pad", String::new())];
            Done { set, ..Done::default() }
        }
        "decide" => decide(scene, with).unwrap_or_default(),
        "hand" => {
            let Some(case) = case_of(scene) else { return Done::default() };
            let pin = Passphrase::new(scene.values.text("pin"));
            Done::ask_and_clear(Command::Room(RoomAct::HandOver { case, pin }), "pin")
        }
        _ => Done::default(),
    }
}

fn decide(scene: &Scene<'_>, with: &str) -> Option<Done> {
    let (code, what) = with.split_once(':')?;
    let matter = Matter::ALL.into_iter().find(|it| it.code() == code)?;
    let decision = match what {
        "agreed" => Decision::Agreed,
        "explained" => Decision::Explained,
        "ask" => Decision::AskEachTime,
        "refused" => Decision::Refused,
        _ => Decision::Withdrawn,
    };
    let is_yes = decision == Decision::Agreed;
    let scope = match matter {
        Matter::Purpose => Scope::Words(scene.values.text("purpose")),
        Matter::Continuation if is_yes && !scene.values.text("when").is_empty() => {
            Scope::Words(scene.values.text("when"))
        }
        Matter::Contact if is_yes => Scope::Codes(scene.values.codes("contact")),
        Matter::Secrecy
        | Matter::Continuation
        | Matter::Consultant
        | Matter::Supervision
        | Matter::Record
        | Matter::Counting
        | Matter::Telling
        | Matter::HandOver
        | Matter::Emergency
        | Matter::Contact => Scope::Whole,
    };
    let method = if scene.is_handed {
        let strokes = scene.values.text("pad");
        if strokes.is_empty() {
            return Some(Done {
                set: vec![("unsigned", matter.code().to_owned())],
                ..Done::default()
            });
        }
        Method::Tablet(sha256(&[strokes.as_bytes()]))
    } else if scene.role == Role::Consultant {
        let told = scene.values.get("attest").unwrap_or(say("consent.attest_default"));
        Method::Spoken(told.to_owned())
    } else {
        Method::OwnPhone
    };
    let decide = Decide {
        case: case_of(scene)?,
        matter,
        decision,
        scope,
        method,
        place: String::new(),
        language: language().tag().to_owned(),
    };
    let at = CARDS.iter().position(|it| *it == matter)?;
    // The next card, and after the last one the list. What lacks its words is not decided.
    let is_lacking = matter == Matter::Purpose && scene.values.text("purpose").is_empty();
    let next = if is_lacking {
        at + 1
    } else if at + 2 > CARDS.len() {
        0
    } else {
        at + 2
    };
    let set = vec![("step", next.to_string()), ("pad", String::new()), ("unsigned", String::new())];
    Some(Done { commands: vec![Command::Room(RoomAct::Decide(decide))], set, ..Done::default() })
}

/// What leads here from a case, with what is open.
pub fn way(case: DocumentId, view: Option<&ConsentView>) -> Node {
    let open = view.map_or(0, |view| view.undecided.len());
    let text =
        if open == 0 { String::new() } else { fill("consent.missing", &[&open.to_string()]) };
    let go = link(Place::Page(Sheet::Consent, case), "button", "to-consent", say("case.look"));
    row(say("consent.title"), &text, vec![go])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{shelf::Shelf, stage::UNHEARD},
        widgets::{board::Condition, node::Values},
    };
    use engine::view::{CaseRow, Home};

    const CASE: DocumentId = DocumentId::new([3; 16]);

    fn home() -> Home {
        let case = CaseRow {
            case: CASE,
            shared: CASE,
            employee_name: "佐伯".into(),
            consultant_name: "髙梨".into(),
            interviews: vec![],
            consent: None,
            disclosure: None,
            private: None,
        };
        Home { cases: vec![case], ..Home::default() }
    }

    /// What follows from a press in somebody's hands, with some fields filled in.
    fn press(role: Role, is_handed: bool, filled: &[(&str, &str)], with: &str) -> Done {
        let mut values = Values::default();
        for (name, value) in filled {
            values.set(name, (*value).to_owned());
        }
        let (home, shelf) = (home(), Shelf::default());
        let place = if is_handed { Place::Home } else { Place::Page(Sheet::Consent, CASE) };
        let device = Condition { sync: UNHEARD, battery: None };
        let scene = Scene {
            place,
            role,
            is_handed,
            now_ms: 0,
            home: &home,
            shelf: &shelf,
            values: &values,
            device: &device,
        };
        hear(&scene, "decide", with)
    }

    fn decided_by(done: &Done) -> Option<(&Scope, &Method)> {
        match done.commands.as_slice() {
            [Command::Room(RoomAct::Decide(decide))] => Some((&decide.scope, &decide.method)),
            _ => None,
        }
    }

    #[test]
    fn a_handed_tablet_decides_nothing_without_a_signature() {
        let done = press(Role::Employee, true, &[], "c1:explained");
        assert!(done.commands.is_empty());
        assert!(done.set.contains(&("unsigned", "c1".into())));

        let signed = press(Role::Employee, true, &[("pad", "1,1 2,2")], "c1:explained");
        assert!(matches!(decided_by(&signed), Some((Scope::Whole, Method::Tablet(_)))));
    }

    #[test]
    fn each_hand_decides_in_its_own_way() {
        let own = press(Role::Employee, false, &[], "c7:refused");
        assert!(matches!(decided_by(&own), Some((_, Method::OwnPhone))));
        let told = [("attest", "「はい」と仰った。"), ("purpose", "迷いの中身を整理する")];
        let spoken = press(Role::Consultant, false, &told, "c2:agreed");
        let (scope, method) = decided_by(&spoken).unwrap();
        assert_eq!(scope, &Scope::Words("迷いの中身を整理する".into()));
        assert!(matches!(method, Method::Spoken(words) if words == "「はい」と仰った。"));
    }

    #[test]
    fn after_the_last_card_comes_the_list() {
        let last = press(Role::Employee, false, &[("contact", "app_only")], "c11:agreed");
        assert!(last.set.contains(&("step", "0".into())));
        let first = press(Role::Employee, false, &[], "c1:explained");
        assert!(first.set.contains(&("step", "2".into())));
    }
}
