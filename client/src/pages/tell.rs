//! What somebody outside is told of a case: about what, to whom, what the table of rules says and
//! why, the very words, the employee's answer, and what was sent.

use engine::{
    casework::{
        matter::Ground,
        rule::disclosure::{
            Category, Conflict, Consent, Judgement, Recipient,
            decision::{Answer, Identity},
            record::Means,
        },
    },
    command::{Begun, Command, MatterAct, MatterStep},
    view::{DisclosureView, Judged, LineKind, LineRow, MatterRow},
};
use shared::{id::DocumentId, log::org::Role};

use super::consent::case_of;
use crate::{
    app::place::{Place, Sheet},
    text::say::{fill, of, say},
    widgets::{
        board::{Board, Done, Scene},
        moment,
        node::{
            Node, act, actions, area, area_within, choices, el, empty, folded, hint, line, link,
            one, pill, row, rows, section, words,
        },
        part::Weight,
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

/// What can be told case by case with words of its own; the rest goes other ways.
const CATEGORIES: [&str; 10] = [
    "danger",
    "hazard",
    "order",
    "violation",
    "harassment",
    "benefit",
    "inquiry",
    "referral",
    "publication",
    "unsure",
];

/// Who may be told, as far as the table knows a row for them.
const RECIPIENTS: [&str; 15] = [
    "window",
    "personnel",
    "superior",
    "safety_contact",
    "health",
    "family",
    "ambulance",
    "police",
    "authority",
    "lawyer",
    "professional",
    "supervisor",
    "management",
    "public",
    "other",
];

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let Some(view) = case_of(scene).and_then(|case| scene.shelf.disclosure(case)) else {
        return vec![empty(say("wait.title"), say("wait.nobody"))];
    };
    let is_employee = scene.role == Role::Employee;
    let mut page: Vec<Node> = vec![];
    if view.matters.is_empty() && view.lines.is_empty() {
        page.push(empty(say("tell.none"), say("tell.none_text")));
    }
    page.extend(view.matters.iter().enumerate().rev().map(|(at, matter)| {
        if is_employee { answer(scene, at, matter) } else { judged(scene, view, at, matter) }
    }));
    if !is_employee {
        page.push(begin(scene));
        page.push(inquiry(scene));
    }
    if !view.lines.is_empty() {
        let lines = view.lines.iter().enumerate().rev().map(|(at, line)| told(at, line));
        page.push(section("lines", say("tell.lines")).maybe(rows(lines.collect())));
    }
    page
}

/// The matter of a number: they are only ever added to.
fn at<'a>(view: &'a DisclosureView, with: &str) -> Option<&'a MatterRow> {
    view.matters.get(with.parse::<usize>().ok()?)
}

fn begin(scene: &Scene<'_>) -> Node {
    let value = |name: &str| scene.values.get(name).unwrap_or_default();
    let category = value("m.category");
    let more = (!category.is_empty()).then(|| {
        let hazard = (category == "hazard").then(|| {
            one(
                "m.hazard",
                say("tell.hazard"),
                &choices("judgement", Judgement::CODES),
                value("m.hazard"),
            )
        });
        el("div", "stack")
            .put(one(
                "m.recipient",
                say("tell.recipient"),
                &choices("recipient", &RECIPIENTS),
                value("m.recipient"),
            ))
            .put(line("text", "m.name", say("tell.name"), value("m.name")))
            .put(one(
                "m.spoken",
                say("tell.spoken"),
                &choices("told_consent", Consent::CODES),
                value("m.spoken"),
            ))
            .put(one(
                "m.identity",
                say("tell.identity"),
                &choices("identity", Identity::CODES),
                value("m.identity"),
            ))
            .maybe(hazard)
            .put(area("m.text", say("tell.text"), value("m.text")))
            .put(hint(say("tell.text_hint")))
            .put(actions(vec![act(Weight::Primary, "begin", say("tell.judge"))]))
    });
    section("begin", say("tell.begin"))
        .put(hint(say("tell.lead")))
        .put(one("m.category", say("tell.category"), &choices("category", &CATEGORIES), category))
        .maybe(more)
}

/// Somebody asks about the employee: the answer is always the same.
fn inquiry(scene: &Scene<'_>) -> Node {
    let name = scene.values.get("q.name").unwrap_or_default();
    let body = vec![
        words("p", "remark", of("reply", "standard")),
        line("text", "q.name", say("tell.asker"), name),
        actions(vec![act(Weight::Plain, "inquire", say("tell.inquire"))]),
    ];
    el("div", "card").put(folded("inquiry", say("tell.inquiry"), body))
}

fn judged(scene: &Scene<'_>, view: &DisclosureView, at: usize, matter: &MatterRow) -> Node {
    let id = ["matter-", &at.to_string()].concat();
    let title = [of("category", matter.category.code()), " → ", &whom(matter)].concat();
    let state = of("state", matter.state.code());
    let page = section(&id, &title)
        .with("data-state", matter.state.code())
        .maybe((matter.state.code() != "blocked").then(|| actions(vec![pill("", state)])));
    let Some(judged) = &matter.judged else { return page };
    if judged.is_newer {
        return page.put(hint(say("tell.newer")));
    }
    let row_ = el("div", if judged.permit.is_some() { "verdict" } else { "verdict verdict-no" })
        .with("data-row", &judged.reason)
        .put(words(
            "p",
            "verdict-title",
            say(if judged.permit.is_some() { "tell.may" } else { "tell.may_not" }),
        ))
        .put(words("p", "", of("row", &judged.reason)))
        .maybe(judged.permit.map(|permit| {
            let told = [
                of("saying", permit.saying.code()),
                of("naming", permit.naming.code()),
                of("basis", permit.basis.code()),
            ];
            hint(&told.join(" / "))
        }));
    let lacking = judged.unmet.iter().map(|it| of("need", it.code()));
    let faulty = judged.faults.iter().map(|it| of("fault", it.code()));
    let lacking: Vec<Node> = lacking.chain(faulty).map(|it| words("li", "", it)).collect();
    let lacking = (!lacking.is_empty()).then(|| {
        el("div", "remark")
            .put(words("p", "", say("tell.lacking")))
            .put(el("ul", "bullets").all(lacking))
    });
    let duties = judged.duties.iter().map(|it| words("li", "", of("duty", it.code())));
    let duties = el("ul", "bullets").all(duties.collect());
    page.put(row_)
        .maybe(lacking)
        .put(words("blockquote", "words-told", &matter.text))
        .all(matter.comments.iter().map(|it| words("p", "remark", it)).collect())
        .put(folded(&[&id, "-facts"].concat(), say("tell.facts"), facts(scene, at, matter, judged)))
        .put(folded(&[&id, "-ground"].concat(), say("tell.grounds"), grounds(scene, at, judged)))
        .put(folded(&[&id, "-duty"].concat(), say("tell.duties"), vec![duties]))
        .maybe(second(scene, view, at, judged))
        .put(steps(scene, at, matter))
}

fn whom(matter: &MatterRow) -> String {
    if matter.recipient_name.is_empty() {
        of("recipient", matter.recipient.code()).to_owned()
    } else {
        matter.recipient_name.clone()
    }
}

/// A name of a field of a matter on the page.
fn name(at: usize, part: &str) -> String {
    ["x", &at.to_string(), ".", part].concat()
}

fn facts(scene: &Scene<'_>, at: usize, matter: &MatterRow, judged: &Judged) -> Vec<Node> {
    let value =
        |part: &str, held: &str| scene.values.get(&name(at, part)).unwrap_or(held).to_owned();
    vec![
        one(
            &name(at, "recipient"),
            say("tell.recipient"),
            &choices("recipient", &RECIPIENTS),
            &value("recipient", matter.recipient.code()),
        ),
        one(
            &name(at, "conflict"),
            say("tell.conflict"),
            &choices("conflict", Conflict::CODES),
            &value("conflict", judged.conflict.code()),
        ),
        one(
            &name(at, "spoken"),
            say("tell.spoken"),
            &choices("told_consent", Consent::CODES),
            &value("spoken", judged.spoken.code()),
        ),
        actions(vec![act(
            Weight::Plain,
            &["reassess:", &at.to_string()].concat(),
            say("tell.judge_again"),
        )]),
        line("text", &name(at, "name"), say("tell.name"), &value("name", &matter.recipient_name)),
        words_told(&name(at, "text"), &value("text", &matter.text), judged),
        one(
            &name(at, "identity"),
            say("tell.identity"),
            &choices("identity", Identity::CODES),
            &value("identity", matter.identity.code()),
        ),
        actions(vec![act(
            Weight::Plain,
            &["redraft:", &at.to_string()].concat(),
            say("tell.redraft"),
        )]),
    ]
}

/// The words, within what the rule admits: an emergency tells no story.
fn words_told(name: &str, value: &str, judged: &Judged) -> Node {
    let Some(permit) = judged.permit else { return area(name, say("tell.text"), value) };
    let most = permit.chars_max.to_string();
    area_within(name, &fill("tell.text_within", &[&most]), value, &most)
}

fn grounds(scene: &Scene<'_>, at: usize, judged: &Judged) -> Vec<Node> {
    let noted =
        judged.grounds.iter().map(|(ground, text)| row(of("ground", ground.code()), text, vec![]));
    let chosen = scene.values.text(&name(at, "ground"));
    let typed = scene.values.text(&name(at, "note"));
    let mut body: Vec<Node> = rows(noted.collect()).into_iter().collect();
    body.extend([
        one(&name(at, "ground"), say("tell.ground"), &choices("ground", Ground::CODES), &chosen),
        line("text", &name(at, "note"), say("tell.ground_text"), &typed),
        actions(vec![act(Weight::Plain, &["note:", &at.to_string()].concat(), say("tell.note"))]),
    ]);
    body
}

/// The second opinion that a grave matter without consent needs.
fn second(scene: &Scene<'_>, view: &DisclosureView, at: usize, judged: &Judged) -> Option<Node> {
    let given = judged.opinions.iter().map(|(signer, agrees, advice)| {
        row(
            of("signer", signer.code()),
            advice,
            vec![pill("", say(if *agrees { "tell.agrees" } else { "tell.disagrees" }))],
        )
    });
    let given: Vec<Node> = given.collect();
    let is_asked = judged.unmet.iter().any(|it| it.code().contains("opinion"));
    if given.is_empty() && !is_asked {
        return None;
    }
    let people: Vec<(String, &str)> = view
        .seconds
        .iter()
        .map(|(account, signer)| (account.to_hex(), of("signer", signer.code())))
        .collect();
    let people: Vec<(&str, &str)> = people.iter().map(|(id, it)| (id.as_str(), *it)).collect();
    let chosen = scene.values.text(&name(at, "second"));
    let facts = scene.values.text(&name(at, "second_facts"));
    let mut body: Vec<Node> = rows(given).into_iter().collect();
    body.extend([
        one(&name(at, "second"), say("tell.second_whom"), &people, &chosen),
        area(&name(at, "second_facts"), say("tell.second_facts"), &facts),
        actions(vec![act(
            Weight::Plain,
            &["second:", &at.to_string()].concat(),
            say("tell.second_ask"),
        )]),
    ]);
    Some(folded(&name(at, "opinion"), say("tell.second"), body))
}

/// What can be done with a matter; what cannot is answered with the reason.
fn steps(scene: &Scene<'_>, at: usize, matter: &MatterRow) -> Node {
    let step =
        |weight, name: &str, label| act(weight, &[name, ":", &at.to_string()].concat(), say(label));
    let response = scene.values.text(&name(at, "response"));
    let buttons: Vec<Node> = match matter.state.code() {
        "drafted" | "sent_to_ee" | "changes_asked" | "approved" => vec![
            step(Weight::Plain, "check", "tell.check"),
            step(Weight::Plain, "send", "tell.send"),
            step(Weight::Primary, "written", "tell.written"),
            step(Weight::Plain, "spoken", "tell.spoken_out"),
            step(Weight::Quiet, "decline", "tell.decline"),
        ],
        "transmitted" | "acknowledged" => vec![
            step(Weight::Plain, "acknowledge", "tell.acknowledge"),
            line("text", &name(at, "response"), say("tell.response"), &response),
            step(Weight::Plain, "follow", "tell.follow"),
            step(Weight::Plain, "told", "tell.told"),
            step(Weight::Quiet, "stop", "tell.stop"),
        ],
        "followed_up" => vec![step(Weight::Plain, "told", "tell.told")],
        _ => vec![step(Weight::Plain, "decline", "tell.decline")],
    };
    actions(buttons).key("steps")
}

/// How far a matter is, to whom it is about: what speaks of them to others speaks to them here.
fn to_reader(state: &str) -> &'static str {
    let own = of("own_state", state);
    if own.is_empty() { of("state", state) } else { own }
}

/// What the employee is asked: these words, to these people, in this way.
fn answer(scene: &Scene<'_>, at: usize, matter: &MatterRow) -> Node {
    let id = ["matter-", &at.to_string()].concat();
    let step =
        |weight, name: &str, label| act(weight, &[name, ":", &at.to_string()].concat(), label);
    let buttons: Vec<Node> = match matter.state.code() {
        "sent_to_ee" => vec![
            step(Weight::Primary, "approved", of("answer", "approved")),
            step(Weight::Plain, "changes_asked", of("answer", "changes_asked")),
            step(Weight::Plain, "refused", of("answer", "refused")),
        ],
        "approved" | "transmitted" | "acknowledged" | "followed_up" => {
            vec![step(Weight::Danger, "withdrawn", of("answer", "withdrawn"))]
        }
        _ => vec![],
    };
    let is_open = matter.state.code() == "sent_to_ee";
    let comment = scene.values.text(&name(at, "comment"));
    section(&id, of("category", matter.category.code()))
        .with("data-state", matter.state.code())
        .put(actions(vec![pill("", to_reader(matter.state.code()))]))
        .put(hint(&fill("tell.to", &[&whom(matter), of("identity", matter.identity.code())])))
        .put(words("blockquote", "words-told large-type", &matter.text))
        .maybe(is_open.then(|| area(&name(at, "comment"), say("tell.comment"), &comment)))
        .put(actions(buttons))
}

/// A line of the record. That somebody asked is told in person first.
fn told(at: usize, line: &LineRow) -> Node {
    let what = match line.kind {
        LineKind::Sent => say("tell.was_sent"),
        LineKind::Declined => say("tell.was_declined"),
        LineKind::Asked => say("tell.was_asked"),
    };
    let whom =
        if line.name.is_empty() { of("recipient", line.recipient.code()) } else { &line.name };
    let reason = of("row", &line.reason);
    let sent = line.sent.as_ref().map_or(reason, |it| it.text.as_str());
    let response = line.response.as_ref().map(|(_, text)| text.as_str()).unwrap_or_default();
    let text = [&moment::minute(line.at), " ", whom, " ", sent, " ", response].concat();
    let tell = (line.kind == LineKind::Asked && !line.is_shown)
        .then(|| act(Weight::Plain, &["told-line:", &at.to_string()].concat(), say("tell.told")));
    row(what, text.trim(), tell.into_iter().collect()).with("data-line", what)
}

fn hear(scene: &Scene<'_>, act: &str, with: &str) -> Done {
    let Some(case) = case_of(scene) else { return Done::default() };
    let Some(view) = scene.shelf.disclosure(case) else { return Done::default() };
    match act {
        "begin" => started(scene, case).unwrap_or_default(),
        "inquire" => {
            let name = scene.values.text("q.name");
            let (category, asker) = (Category::Inquiry, Recipient::Superior);
            Done::ask_and_clear(
                Command::Matter(MatterAct::Inquire { case, category, asker, name }),
                "q.",
            )
        }
        "told-line" => {
            let line = with.parse().ok().and_then(|at: usize| view.lines.get(at));
            line.map_or_else(Done::default, |line| {
                let (matter, step) = (line.matter, MatterStep::Tell(today(scene)));
                Done::ask(Command::Matter(MatterAct::Step { case, matter, step }))
            })
        }
        _ => {
            let Some(row) = at(view, with) else { return Done::default() };
            let number = with.parse().unwrap_or(0);
            let Some(step) = stepped(scene, row, number, act) else { return Done::default() };
            Done::ask(Command::Matter(MatterAct::Step { case, matter: row.matter, step }))
        }
    }
}

fn started(scene: &Scene<'_>, case: DocumentId) -> Option<Done> {
    let value = |name: &str| scene.values.text(name);
    let begun = Begun {
        category: Category::of(&value("m.category"))?,
        recipient: Recipient::of(&value("m.recipient")).unwrap_or(Recipient::Other),
        recipient_name: value("m.name"),
        identity: Identity::of(&value("m.identity")).unwrap_or(Identity::Anonymous),
        text: value("m.text"),
        spoken: Consent::of(&value("m.spoken")).unwrap_or(Consent::Unknown),
        hazard: Judgement::of(&value("m.hazard")).unwrap_or(Judgement::None),
    };
    Some(Done::ask_and_clear(Command::Matter(MatterAct::Begin { case, begun }), "m."))
}

fn stepped(scene: &Scene<'_>, row: &MatterRow, at: usize, act: &str) -> Option<MatterStep> {
    let value = |part: &str| scene.values.text(&name(at, part));
    let or = |part: &str, held: &str| scene.values.get(&name(at, part)).unwrap_or(held).to_owned();
    let words = row.words;
    Some(match act {
        "reassess" => {
            let judged = row.judged.as_ref()?;
            MatterStep::Reassess {
                recipient: Recipient::of(&or("recipient", row.recipient.code()))?,
                conflict: Conflict::of(&or("conflict", judged.conflict.code()))?,
                spoken: Consent::of(&or("spoken", judged.spoken.code()))?,
                hazard: judged.judgement,
            }
        }
        "redraft" => MatterStep::Redraft {
            recipient_name: or("name", &row.recipient_name),
            text: or("text", &row.text),
            identity: Identity::of(&or("identity", row.identity.code()))?,
        },
        "note" => MatterStep::Note { ground: Ground::of(&value("ground"))?, text: value("note") },
        "check" => MatterStep::Check(words),
        "send" => MatterStep::Send(words),
        "written" => MatterStep::Transmit { words, means: Means::Written },
        "spoken" => MatterStep::Transmit { words, means: Means::Spoken },
        "acknowledge" => MatterStep::Acknowledge,
        "follow" => MatterStep::FollowUp(value("response")),
        "told" => MatterStep::Tell(today(scene)),
        "stop" => MatterStep::AskToStop,
        "decline" => MatterStep::Decline,
        "second" => MatterStep::AskOpinion {
            words,
            of: shared::id::AccountId::from_hex(&value("second"))?,
            facts: value("second_facts"),
        },
        _ => MatterStep::Answer { words, answer: Answer::of(act)?, comment: value("comment") },
    })
}

/// The day in Japan, as a date field writes it.
pub fn today(scene: &Scene<'_>) -> String {
    engine::casework::date::Date::at(shared::time::UnixMillis(scene.now_ms)).to_string()
}

/// What leads here from a case, with what waits.
pub fn way(case: DocumentId, view: Option<&DisclosureView>) -> Node {
    let waits =
        |it: &&MatterRow| matches!(it.state.code(), "drafted" | "changes_asked" | "approved");
    let open = view.map_or(0, |view| view.matters.iter().filter(waits).count());
    let text = if open == 0 { String::new() } else { fill("tell.open", &[&open.to_string()]) };
    let go = link(Place::Page(Sheet::Tell, case), "button", "to-tell", say("case.look"));
    row(say("tell.title"), &text, vec![go])
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::casework::rule::disclosure::decision::State;

    #[test]
    fn nobody_reads_of_themself_as_of_somebody_else() {
        for state in State::CODES {
            let told = to_reader(state);

            assert!(!told.is_empty() && !told.contains("本人"), "{state}: {told}");
        }
    }
}
