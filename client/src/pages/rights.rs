//! What an employee may ask of their own data, for both sides: the ledger of requests, what is
//! handed out and what is left out and why, legal holds, and until when everything is kept.

use engine::{
    casework::{
        consent::{Decision, Matter, Method, Scope},
        rule::access_request::{Kind, Outcome, Reason},
    },
    command::{AnswerWish, Command, Decide, ReportAct, RoomAct, TextWish},
    view::{CaseRow, PartView, RequestRow, RightsView},
};
use shared::{id::DocumentId, log::org::Role};

use crate::{
    app::place::{Place, Sheet},
    text::{
        self, language,
        say::{fill, label, of, say},
        words as all_words,
    },
    widgets::{
        board::{Board, Done, Scene},
        moment,
        node::{
            Node, act, actions, area, choices, el, folded, hint, line, link, many, one, pill, row,
            rows, section, tick, waiting, words,
        },
        part::Weight,
        span,
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

/// How a part of a note is handed out.
const SHOWINGS: [&str; 2] = ["show", "leave"];

fn case<'a>(scene: &Scene<'a>) -> Option<&'a CaseRow> {
    let id = scene.place.document()?;
    scene.home.cases.iter().find(|row| row.case == id)
}

fn view<'a>(scene: &Scene<'a>) -> Option<&'a RightsView> {
    scene.shelf.rights(case(scene)?.consent?)
}

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let (Some(case), Some(view)) = (case(scene), view(scene)) else { return vec![waiting()] };
    let is_staff = scene.role == Role::Consultant;
    let mut page: Vec<Node> = vec![];
    page.extend(asks(view, is_staff));
    page.push(requests(scene, view, case, is_staff));
    page.push(ask(scene, is_staff));
    page.push(holds(scene, view, is_staff));
    page.push(kept(view));
    page
}

/// Whether a copy of the case may go to a supervisor: the employee answers each time.
fn asks(view: &RightsView, is_staff: bool) -> Option<Node> {
    let lines = view.asks.iter().enumerate().map(|(at, it)| {
        let to = fill("rights.to", &[&it.supervisor]);
        let state = say(if it.is_answered { "rights.answered" } else { "rights.unanswered" });
        let mut after = vec![pill("", state)];
        if !it.is_answered && !is_staff {
            let at = at.to_string();
            after.push(act(Weight::Primary, &["use:", &at, ":yes"].concat(), say("rights.agree")));
            after.push(act(Weight::Plain, &["use:", &at, ":no"].concat(), say("rights.refuse")));
        }
        row(&to, &moment::day(it.at), after)
    });
    let lines = rows(lines.collect())?;
    Some(section("asks", say("rights.asks")).put(hint(say("rights.asks_lead"))).put(lines))
}

fn requests(scene: &Scene<'_>, view: &RightsView, case: &CaseRow, is_staff: bool) -> Node {
    let line = |it: &RequestRow| {
        let number = it.number.to_string();
        let title = fill("rights.number", &[&number, of("request_kind", &it.kind)]);
        let due = fill("rights.due", &[&moment::day(it.at), &moment::date(&it.due_on)]);
        let state = match (&it.outcome, it.days_left) {
            (Some(outcome), _) => pill("pill", of("request_outcome", outcome)),
            (None, Some(left)) if left < 0 => pill("pill pill-no", say("today.late")),
            (None, left) => {
                let left = left.unwrap_or(0).to_string();
                pill("pill pill-open", &fill("rights.left", &[&left]))
            }
        };
        let package = it.package.map(|id| {
            link(Place::Page(Sheet::Package, id), "button", "to-package", say("rights.read"))
        });
        let mut after = vec![state];
        after.extend(package);
        let reasons = it.reasons.iter().map(|code| words("li", "", of("mask", code)));
        let reasons: Vec<Node> = reasons.collect();
        let told = [it.scope.as_str(), &it.words].join(" ");
        let inside = (is_staff && it.outcome.is_none()).then(|| answer(scene, case.case, it));
        row(&title, &[&due, " ", told.trim()].concat(), after)
            .key(&it.request)
            .with("data-request", &number)
            .maybe((!reasons.is_empty()).then(|| el("ul", "bullets hint").all(reasons)))
            .maybe(inside)
    };
    let lines: Vec<Node> = view.requests.iter().rev().map(line).collect();
    section("requests", say("rights.requests"))
        .put(hint(say("rights.requests_lead")))
        .maybe(lines.is_empty().then(|| hint(say("rights.none"))))
        .maybe(rows(lines))
}

/// A name of a field of a request on the page.
fn name(request: &RequestRow, part: &str) -> String {
    ["q", &request.number.to_string(), ".", part].concat()
}

/// The consultant's steps: to see who asks, then to hand out, or to answer without.
fn answer(scene: &Scene<'_>, case: DocumentId, it: &RequestRow) -> Node {
    let typed = |part: &str| scene.values.text(&name(it, part));
    let step = |weight, act_: &str, label: &str| {
        act(weight, &[act_, ":", &it.number.to_string()].concat(), say(label))
    };
    let Some(how) = &it.identified else {
        return el("div", "stack wide")
            .put(line("text", &name(it, "how"), say("rights.how"), &typed("how")))
            .put(actions(vec![step(Weight::Primary, "identify", "rights.identify")]));
    };
    let reasons = scene.values.codes(&name(it, "reasons"));
    let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
    let otherwise = vec![
        one(
            &name(it, "outcome"),
            say("rights.outcome"),
            &choices("request_outcome", Outcome::CODES),
            &typed("outcome"),
        ),
        many(
            &name(it, "reasons"),
            say("rights.reasons"),
            &choices("mask", Reason::CODES),
            &reasons,
        ),
        area(&name(it, "words"), say("rights.words"), &typed("words")),
        line("text", &name(it, "means"), say("rights.means"), &typed("means")),
        actions(vec![step(Weight::Plain, "answer", "rights.answer")]),
    ];
    let is_to_see = it.kind == Kind::Disclosure.code();
    el("div", "stack wide")
        .put(hint(&fill("rights.identified", &[how])))
        .maybe(is_to_see.then(|| package(scene, case, it)))
        .put(folded(&name(it, "otherwise"), say("rights.otherwise"), otherwise))
}

/// What the package is made of: every part of every note, shown, masked or left out.
fn package(scene: &Scene<'_>, case: DocumentId, it: &RequestRow) -> Node {
    let propose = act(Weight::Plain, "propose", say("rights.propose"));
    let Some(parts) = scene.shelf.parts(case) else { return actions(vec![propose]) };
    let lines = parts.parts.iter().enumerate().map(|(at, part)| decided(scene, at, part));
    let number = it.number.to_string();
    let is_looked_at = scene.values.get("looked").is_some_and(|it| !it.is_empty());
    el("div", "stack")
        .put(hint(say("rights.parts_lead")))
        .put(el("ul", "items").all(lines.collect()))
        .put(tick("looked", say("rights.looked"), is_looked_at))
        .put(line("text", "means", say("rights.means"), &scene.values.text("means")))
        .put(actions(vec![
            act(Weight::Primary, &["disclose:", &number].concat(), say("rights.disclose")),
            propose,
        ]))
}

/// A name of a field of a part on the page.
fn of_part(at: usize, field: &str) -> String {
    ["p", &at.to_string(), ".", field].concat()
}

/// What is done with a part, as it stands on the page; nothing while it is undecided.
fn showing<'a>(scene: &'a Scene<'_>, at: usize, part: &PartView) -> &'a str {
    let usual = if part.is_undecided { "" } else { "show" };
    scene.values.get(&of_part(at, "showing")).filter(|it| !it.is_empty()).unwrap_or(usual)
}

fn decided(scene: &Scene<'_>, at: usize, part: &PartView) -> Node {
    let typed = |field: &str| scene.values.text(&of_part(at, field));
    let showing = showing(scene, at, part);
    let is_left = showing == "leave";
    let masked = span::masks(&part.text, &typed("masked"), &typed("reason"));
    // Of a day or a time nothing is masked: it is disclosed or not.
    let when = moment::written(&part.text);
    let is_text = when.is_none();
    let shown = when.unwrap_or_else(|| span::without(&part.text, &masked));
    let needs_reason = is_left || !typed("masked").is_empty();
    el("li", "item")
        .key(&part.place)
        .with("data-place", &part.place)
        .put(words("h3", "", &place(&part.place)))
        .put(words("p", if is_left { "prose hint" } else { "prose" }, &shown))
        .put(one(
            &of_part(at, "showing"),
            say("rights.showing"),
            &choices("showing", SHOWINGS.as_slice()),
            showing,
        ))
        .maybe(
            (!is_left && is_text)
                .then(|| area(&of_part(at, "masked"), say("rights.masked"), &typed("masked"))),
        )
        .maybe(needs_reason.then(|| {
            one(
                &of_part(at, "reason"),
                say("rights.reasons"),
                &choices("mask", Reason::CODES),
                &typed("reason"),
            )
        }))
        .maybe(is_left.then(|| area(&of_part(at, "words"), say("rights.words"), &typed("words"))))
}

/// Where in a note, or beside the notes, a part stands.
pub fn place(path: &str) -> String {
    let mut segments = path.split('/');
    let of_what = segments.next().unwrap_or_default();
    let field: Vec<&str> = segments.step_by(2).collect();
    let field = field.join("/");
    let whose = match of_what.parse() {
        Ok(ordinal) => (all_words().home.interview)(ordinal),
        Err(_) => say("case.private_form").to_owned(),
    };
    let named = [text::field(&field).label, label(&["case/private.", &field].concat())];
    let named = named.into_iter().find(|it| !it.is_empty());
    let added = field.starts_with("amendments").then(|| say("read.added"));
    [&whose, "　", added.or(named).unwrap_or(&field)].concat()
}

/// A new request: the employee's own, or written down for them.
fn ask(scene: &Scene<'_>, is_staff: bool) -> Node {
    let typed = |name: &str| scene.values.text(name);
    section("ask", say(if is_staff { "rights.note" } else { "rights.ask" }))
        .put(hint(say("rights.ask_lead")))
        .put(one(
            "a.kind",
            say("rights.kind"),
            &choices("request_kind", Kind::CODES),
            &typed("a.kind"),
        ))
        .put(area("a.scope", say("rights.scope"), &typed("a.scope")))
        .put(actions(vec![act(Weight::Primary, "request", say("rights.do_ask"))]))
}

fn holds(scene: &Scene<'_>, view: &RightsView, is_staff: bool) -> Node {
    let lines = view.holds.iter().enumerate().map(|(at, it)| {
        let state = say(if it.is_lifted { "rights.lifted" } else { "rights.held" });
        let lift = (is_staff && !it.is_lifted)
            .then(|| act(Weight::Quiet, &["lift:", &at.to_string()].concat(), say("rights.lift")));
        let mut after = vec![pill("", state)];
        after.extend(lift);
        row(&it.reason, &moment::day(it.since), after)
    });
    let lines: Vec<Node> = lines.collect();
    let form = is_staff.then(|| {
        el("div", "stack")
            .put(line(
                "text",
                "h.reason",
                say("rights.hold_reason"),
                &scene.values.text("h.reason"),
            ))
            .put(actions(vec![act(Weight::Plain, "hold", say("rights.hold"))]))
    });
    section("holds", say("rights.holds"))
        .put(hint(say("rights.holds_lead")))
        .maybe(lines.is_empty().then(|| hint(say("rights.no_holds"))))
        .maybe(rows(lines))
        .maybe(form)
}

/// Who can open the notes, until when they are kept, and what is gone.
fn kept(view: &RightsView) -> Node {
    let until = view.kept_until.as_ref().map_or_else(
        || say("rights.not_begun").to_owned(),
        |until| fill("rights.kept", &[&moment::date(until)]),
    );
    let copy = view
        .keep_copy_by
        .as_ref()
        .map(|by| words("p", "remark", &fill("rights.copy_by", &[&moment::date(by)])));
    let whom = view.successors.iter().map(|(_, name)| row(name, say("rights.successor"), vec![]));
    let gone = view.certificates.iter().map(|it| {
        let kind = say(&["kind.", &it.kind].concat());
        let kind = if kind.is_empty() { say("after.note") } else { kind };
        row(kind, of("gone", &it.reason), vec![pill("", &moment::day(it.at))])
    });
    section("kept", say("rights.keeping"))
        .put(hint(&until))
        .maybe(copy)
        .maybe(rows(whom.collect()))
        .maybe(rows(gone.collect()))
}

fn hear(scene: &Scene<'_>, act: &str, with: &str) -> Done {
    let (Some(case), Some(view)) = (case(scene), view(scene)) else { return Done::default() };
    let case = case.case;
    let request = view.requests.iter().find(|it| it.number.to_string() == with);
    let ask = |act| Done::ask(Command::Report(act));
    let value = |name: &str| scene.values.text(name);
    match (act, request) {
        ("request", _) => {
            let (kind, scope) = (value("a.kind"), value("a.scope"));
            Done::ask_and_clear(Command::Report(ReportAct::Request { case, kind, scope }), "a.")
        }
        ("identify", Some(it)) => {
            let (request, how) = (it.request.clone(), value(&name(it, "how")));
            ask(ReportAct::Identify { case, request, how })
        }
        ("propose", _) => ask(ReportAct::ProposePackage(case)),
        ("disclose", Some(it)) => {
            let (request, texts, means) = (it.request.clone(), wishes(scene, case), value("means"));
            let is_looked_at = !value("looked").is_empty();
            ask(ReportAct::Disclose { case, request, texts, means, is_looked_at })
        }
        ("answer", Some(it)) => {
            let answer = AnswerWish {
                outcome: value(&name(it, "outcome")),
                reasons: scene.values.codes(&name(it, "reasons")),
                words: value(&name(it, "words")),
                means: value(&name(it, "means")),
            };
            ask(ReportAct::Answer { case, request: it.request.clone(), answer })
        }
        ("hold", _) => {
            let reason = value("h.reason");
            Done::ask_and_clear(Command::Report(ReportAct::Hold { case, reason }), "h.")
        }
        ("lift", _) => {
            let hold = with.parse().ok().and_then(|at: usize| view.holds.get(at));
            hold.map_or_else(Done::default, |it| {
                ask(ReportAct::Lift { case, hold: it.hold.clone() })
            })
        }
        ("use", _) => used(view, case, with).unwrap_or_default(),
        _ => Done::default(),
    }
}

/// The employee's answer to one use of a copy.
fn used(view: &RightsView, case: DocumentId, with: &str) -> Option<Done> {
    let (at, answer) = with.split_once(':')?;
    let asked = view.asks.get(at.parse::<usize>().ok()?)?;
    let decide = Decide {
        case,
        matter: Matter::Supervision,
        decision: if answer == "yes" { Decision::Agreed } else { Decision::Refused },
        scope: Scope::Exact(asked.scope),
        method: Method::OwnPhone,
        place: String::new(),
        language: language().tag().to_owned(),
    };
    Some(Done::ask(Command::Room(RoomAct::Decide(decide))))
}

/// What becomes of each part. What is undecided is not in it, and the engine says so.
fn wishes(scene: &Scene<'_>, case: DocumentId) -> Vec<TextWish> {
    let parts = scene.shelf.parts(case).map(|it| it.parts.as_slice()).unwrap_or_default();
    let wish = |(at, part): (usize, &PartView)| {
        let typed = |field: &str| scene.values.text(&of_part(at, field));
        let (place, reason) = (part.place.clone(), typed("reason"));
        match showing(scene, at, part) {
            "show" => {
                let spans = span::masks(&part.text, &typed("masked"), &reason);
                Some(TextWish { place, spans, left_out: None })
            }
            "leave" => {
                let left_out = Some((reason, typed("words")));
                Some(TextWish { place, spans: vec![], left_out })
            }
            _ => None,
        }
    };
    parts.iter().enumerate().filter_map(wish).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_outcome_and_reason_has_words() {
        let sets = [
            ("request_kind", Kind::CODES),
            ("request_outcome", Outcome::CODES),
            ("mask", Reason::CODES),
            ("showing", SHOWINGS.as_slice()),
            ("gone", ["withdrawn", "term", "erasure"].as_slice()),
        ];
        for (set, codes) in sets {
            for code in codes {
                assert!(!of(set, code).is_empty(), "{set}={code}");
            }
        }
    }

    #[test]
    fn a_place_names_the_interview_and_the_field() {
        assert!(place("2/presenting_issue").starts_with("第2回"));
        assert_eq!(place("1/amendments/0/why"), "第1回　追記");
        assert_eq!(place("private/assessment"), "自分だけの控え（見立て・終結）　見立て");
    }
}
