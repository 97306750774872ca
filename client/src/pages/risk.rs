//! Danger: what was judged, what it asks for, whom to turn to.

use engine::{
    casework::rule::{
        disclosure::{Consent, decision::Signer},
        risk::{Assessment, Kind, Level},
    },
    command::{Command, MatterAct},
};
use shared::time::UnixMillis;

use super::consent::case_of;
use crate::{
    app::place::{Place, Sheet},
    text::{
        self,
        say::{fill, of, say},
    },
    widgets::{
        board::{Board, Done, Scene},
        moment,
        node::{
            Node, act, actions, area, choices, el, empty, hint, line, link, many, one, row, rows,
            section, tick, words,
        },
        part::Weight,
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let Some((case, view)) = case_of(scene).and_then(|it| Some((it, scene.shelf.risk(it)?))) else {
        return vec![empty(say("wait.title"), say("wait.nobody"))];
    };
    let mut page = vec![windows(&view.windows)];
    let last = view.assessments.last();
    let lacks = view.lacks.iter().map(|lack| words("li", "", of("lack", lack.code())));
    let lacks: Vec<Node> = lacks.collect();
    let plan = link(Place::Page(Sheet::Form, case), "button", "to-plan", say("risk.plan"));
    let has_plan = say(if view.has_plan { "risk.has_plan" } else { "risk.no_plan" });
    page.push(match last {
        None => section("risk", say("risk.assessed"))
            .put(hint(say("risk.none")))
            .put(actions(vec![plan])),
        Some(last) => section("risk", of("risk_level", last.level.code()))
            .with("data-level", last.level.code())
            .put(hint(&fill("risk.at", &[&moment::minute(last.at)])))
            .maybe(
                view.recheck_by
                    .map(|by| words("p", "remark", &fill("risk.recheck", &[&moment::minute(by)]))),
            )
            .maybe((!lacks.is_empty()).then(|| {
                el("div", "remark")
                    .put(words("p", "", say("risk.lacks")))
                    .put(el("ul", "bullets").all(lacks))
            }))
            .put(hint(has_plan))
            .put(actions(vec![plan, tell(case)])),
    });
    page.push(form(scene));
    let earlier = view.assessments.iter().rev().map(|it| {
        row(
            of("risk_level", it.level.code()),
            &[&moment::minute(it.at), " ", &it.facts].concat(),
            vec![],
        )
    });
    if !view.assessments.is_empty() {
        page.push(section("earlier", say("risk.earlier")).maybe(rows(earlier.collect())));
    }
    page
}

fn tell(case: shared::id::DocumentId) -> Node {
    link(Place::Page(Sheet::Tell, case), "button", "to-tell", say("tell.title"))
}

/// Whom to turn to: the firm's own list, or the one that comes with the app.
fn windows(own: &[engine::view::WindowRow]) -> Node {
    let card = |kind: &str, name: &str, phone: &str, note: &str| {
        row(
            name,
            &[of("contact_kind", kind), " ", note].concat(),
            vec![words("a", "phone", phone).with("href", &["tel:", phone].concat())],
        )
    };
    let lines: Vec<Node> = if own.is_empty() {
        text::windows().iter().map(|it| card(it.kind, it.name, it.phone, it.note)).collect()
    } else {
        own.iter().map(|it| card(it.kind.code(), &it.name, &it.phone, &it.note)).collect()
    };
    section("windows", say("risk.windows")).maybe(rows(lines))
}

fn form(scene: &Scene<'_>) -> Node {
    let value = |name: &str| scene.values.get(name).unwrap_or_default();
    let text = |name: &'static str, label: &str| area(name, say(label), value(name));
    let kinds = scene.values.codes("r.kinds");
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let level = value("r.level");
    let is_some = !matches!(level, "" | "none");
    let more = is_some.then(|| {
        el("div", "stack")
            .put(many("r.kinds", say("risk.kinds"), &choices("risk_kind", Kind::CODES), &kinds))
            .put(text("r.facts", "risk.facts"))
            .put(text("r.asked", "risk.asked"))
            .put(text("r.protective", "risk.protective"))
            .put(tick("r.told", say("risk.told"), value("r.told") == "yes"))
            .maybe(
                (value("r.told") != "yes")
                    .then(|| line("text", "r.told_why", say("risk.told_why"), value("r.told_why"))),
            )
            .put(one(
                "r.consent",
                say("risk.consent"),
                &choices("told_consent", Consent::CODES),
                value("r.consent"),
            ))
            .maybe((value("r.consent") != "given").then(|| {
                line("text", "r.consent_why", say("risk.consent_why"), value("r.consent_why"))
            }))
            .put(one(
                "r.second",
                say("risk.second"),
                &choices("signer", Signer::CODES),
                value("r.second"),
            ))
            .put(text("r.actions", "risk.actions"))
            .put(line("number", "r.days", say("risk.days"), value("r.days")))
    });
    section("assess", say("risk.assess"))
        .put(hint(say("risk.lead")))
        .put(one("r.level", say("risk.level"), &choices("risk_level", Level::CODES), level))
        .maybe(more)
        .put(actions(vec![act(Weight::Primary, "assess", say("risk.record"))]))
}

fn hear(scene: &Scene<'_>, act: &str, _with: &str) -> Done {
    let (Some(case), Some(level)) = (case_of(scene), Level::of(&scene.values.text("r.level")))
    else {
        return Done::default();
    };
    if act != "assess" {
        return Done::default();
    }
    let text = |name: &str| scene.values.text(name);
    let lines = text("r.actions");
    let lines = lines.lines().map(str::trim).filter(|it| !it.is_empty());
    let days: Option<u64> = scene.values.number("r.days");
    let now = UnixMillis(scene.now_ms);
    let assessment = Assessment {
        at: now,
        level,
        kinds: scene.values.codes("r.kinds").iter().filter_map(|it| Kind::of(it)).collect(),
        facts: text("r.facts"),
        asked: text("r.asked"),
        protective: text("r.protective"),
        told: text("r.told") == "yes",
        told_why: text("r.told_why"),
        consent: Consent::of(&text("r.consent")).unwrap_or(Consent::Unknown),
        consent_why: text("r.consent_why"),
        second_opinion: Signer::of(&text("r.second")),
        actions: lines.map(String::from).collect(),
        recheck_at: days.map(|days| now.plus_ms(days.saturating_mul(DAY_MS))),
    };
    Done::ask_and_clear(Command::Matter(MatterAct::Assess { case, assessment }), "r.")
}
