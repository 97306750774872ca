//! A company's report: the figures as they may be shown, what the privacy check found and what to
//! do about it, what others said.

use engine::{
    command::{Command, ReportAct},
    view::{FindingRow, ReportView},
};

use crate::{
    app::place::{Place, Sheet},
    text::say::{fill, of, say},
    widgets::{
        board::{Board, Done, Scene},
        moment,
        node::{
            Node, act, actions, area, el, hint, line, link, pill, print, row, rows, section,
            waiting, words,
        },
        part::Weight,
    },
};

mod paper;

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

/// The way of a report; the check and the rules decide whether it goes on.
const STEPS: [(&str, &str); 7] = [
    ("collecting", "computing"),
    ("computing", "draft"),
    ("draft", "peer_review"),
    ("peer_review", "privacy_check"),
    ("privacy_check", "approved"),
    ("approved", "delivered"),
    ("delivered", "archived"),
];

fn view<'a>(scene: &Scene<'a>) -> Option<&'a ReportView> {
    scene.shelf.report(scene.place.document()?)
}

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let Some(view) = view(scene) else {
        return vec![waiting()];
    };
    let people = view.people.map(|it| hint(&fill("report.people", &[&it.to_string()])));
    let steps = STEPS.iter().filter(|(from, _)| *from == view.state && view.is_lead);
    let steps = steps.map(|(_, to)| {
        act(Weight::Primary, &["go:", to].concat(), &fill("plan.move", &[of("state_report", to)]))
    });
    let form = link(
        Place::Page(Sheet::Form, view.document),
        "button",
        "write-report",
        say("report.write"),
    );
    vec![
        words("h1", "", say("report.title")),
        words("p", "lead", &moment::days(&view.period.0, &view.period.1)),
        section("state", say("report.state"))
            .put(actions(vec![pill("", of("state_report", &view.state))]))
            .maybe(people)
            .put(el("div", "dialog-actions").put(form).all(steps.collect()).put(print())),
        findings(view),
        figures(view),
        contribute(scene, view),
        reviews(scene, view),
        paper::paper(scene, view),
    ]
}

fn findings(view: &ReportView) -> Node {
    let finding = |it: &FindingRow| {
        let look = it.is_open.then(|| {
            act(Weight::Quiet, &["look:", &it.place.0.to_string()].concat(), say("report.looked"))
        });
        let state = pill(
            if it.is_open { "pill pill-no" } else { "pill" },
            say(if it.is_open { "report.open" } else { "report.settled" }),
        );
        let mut after = vec![state];
        after.extend(look);
        row(of("finding", &it.code), of("remedy", &it.remedy), after).with("data-finding", &it.code)
    };
    let lines: Vec<Node> = view.findings.iter().map(finding).collect();
    section("findings", say("report.findings"))
        .maybe(lines.is_empty().then(|| {
            let is_counted = view.figures.people > 0;
            hint(say(if is_counted { "report.no_findings" } else { "report.not_checked" }))
        }))
        .maybe(rows(lines))
}

fn figures(view: &ReportView) -> Node {
    let figures = &view.figures;
    let means = figures.means.iter().map(|it| {
        let (name, value) = paper::mean(it);
        row(&name, &value, vec![])
    });
    let groups = figures
        .groups
        .iter()
        .map(|(name, count)| row(name, &fill("report.count", &[&count.to_string()]), vec![]));
    let tables = figures.tables.iter().map(|table| {
        let lines = paper::rows(table).into_iter().map(|(name, value)| row(&name, &value, vec![]));
        el("div", "stack")
            .put(words("h3", "", of("table", &table.name)))
            .maybe(rows(lines.collect()))
    });
    let tables: Vec<Node> = tables.collect();
    let lines: Vec<Node> = groups.chain(means).collect();
    section("figures", say("report.figures"))
        .put(hint(&fill("report.counted", &[&figures.people.to_string()])))
        .maybe(rows(lines))
        .all(tables)
}

fn contribute(scene: &Scene<'_>, view: &ReportView) -> Node {
    let group = scene.values.get("c.group").unwrap_or_default();
    let lines = scene.home.cases.iter().map(|case| {
        let is_in = view.counted.contains(&case.case);
        let button = act(
            Weight::Plain,
            &["contribute:", &case.case.to_hex()].concat(),
            say("report.contribute"),
        );
        let state = is_in.then(|| pill("", say("report.in")));
        let mut after: Vec<Node> = state.into_iter().collect();
        after.push(button);
        row(&case.employee_name, "", after)
    });
    section("contribute", say("report.cases"))
        .put(hint(say("report.cases_lead")))
        .put(line("text", "c.group", say("report.group"), group))
        .maybe(rows(lines.collect()))
}

fn reviews(scene: &Scene<'_>, view: &ReportView) -> Node {
    let lines = view.reviews.iter().map(|it| {
        let told = say(if it.passed { "report.passed" } else { "report.not_passed" });
        let older = (!it.is_current).then(|| pill("pill pill-open", say("report.older")));
        let mut after = vec![pill("", told)];
        after.extend(older);
        row(&it.name, &it.words, after)
    });
    let own = (!view.is_lead).then(|| {
        el("div", "stack")
            .put(area(
                "v.words",
                say("report.words"),
                scene.values.get("v.words").unwrap_or_default(),
            ))
            .put(actions(vec![
                act(Weight::Primary, "review:yes", say("report.pass")),
                act(Weight::Plain, "review:no", say("report.fail")),
            ]))
    });
    section("reviews", say("report.reviews"))
        .maybe(view.reviews.is_empty().then(|| hint(say("report.no_reviews"))))
        .maybe(rows(lines.collect()))
        .maybe(own)
}

fn hear(scene: &Scene<'_>, act: &str, with: &str) -> Done {
    let Some(report) = scene.place.document() else { return Done::default() };
    let ask = |act| Done::ask(Command::Report(act));
    match act {
        "go" => ask(ReportAct::Go { report, to: with.to_owned() }),
        "look" => ask(ReportAct::Look { report, place: with.parse().unwrap_or(0) }),
        "contribute" => {
            let group = scene.values.text("c.group");
            let case = shared::id::DocumentId::from_hex(with);
            case.map_or_else(Done::default, |case| {
                ask(ReportAct::Contribute { report, case, group })
            })
        }
        "review" => {
            let (passed, words) = (with == "yes", scene.values.text("v.words"));
            Done::ask_and_clear(Command::Report(ReportAct::Review { report, passed, words }), "v.")
        }
        _ => Done::default(),
    }
}
