//! The firm's own documents: companies, their plans and rooms, slots, the directory.

use engine::{
    casework::{
        plan,
        venue::{CHECKS, RESULTS},
        wave,
    },
    command::{Command, PlanAct, ReportAct, RuleWish},
    view::{CompanyView, NewcomerRow, PlanView, VenueRow, View},
};
use shared::id::{AccountId, DocumentId};

use crate::{
    app::place::{Place, Sheet},
    text::say::{fill, label, of, say},
    widgets::{
        board::{Board, Done, Scene},
        moment,
        node::{
            Node, act, actions, choices, el, empty, folded, hint, line, link, many, one, pill, row,
            rows, section, waiting, words,
        },
        part::Weight,
    },
};

/// What there is to plan with.
pub const HOME: Board = Board { show: home, hear, every_s: 0 };
/// A company.
pub const COMPANY: Board = Board { show: company, hear, every_s: 0 };
/// The directory.
pub const DIRECTORY: Board = Board { show: directory, hear, every_s: 0 };

fn home(scene: &Scene<'_>) -> Vec<Node> {
    let plan = &scene.shelf.plan;
    let name = scene.values.get("new.company").unwrap_or_default();
    let companies = plan.companies.iter().map(|it| {
        let name = if it.name.is_empty() { say("plan.unnamed") } else { &it.name };
        let lead = if it.is_lead { say("plan.lead") } else { "" };
        let state = pill("", of("state_contract", &it.state));
        let go = link(
            Place::Page(Sheet::Company, it.document),
            "button",
            "open-company",
            say("plan.open"),
        );
        row(name, lead, vec![state, go])
    });
    let companies: Vec<Node> = companies.collect();
    let none = companies.is_empty().then(|| empty(say("plan.none"), say("plan.none_text")));
    let slots = plan.slots.iter().map(|it| {
        let company = plan.companies.iter().find(|company| Some(company.document) == it.company);
        let name = company.map_or("", |it| it.name.as_str());
        let go =
            link(Place::Page(Sheet::Slots, it.document), "button", "open-slots", say("plan.open"));
        let wave = say(if it.wave.is_empty() { "slots.on_demand" } else { "slots.wave" });
        row(name, wave, vec![go])
    });
    let slots: Vec<Node> = slots.collect();
    let directory = match plan.directory {
        Some(id) => {
            link(Place::Page(Sheet::Directory, id), "button", "open-directory", say("plan.open"))
        }
        None => act(Weight::Plain, "directory", say("directory.make")),
    };
    let mut page = vec![
        section("companies", say("plan.companies")).maybe(none).maybe(rows(companies)),
        section("new-company", say("plan.new"))
            .put(line("text", "new.company", say("plan.name"), name))
            .put(actions(vec![act(Weight::Primary, "company", say("plan.make"))])),
        section("slots", say("slots.title"))
            .maybe(slots.is_empty().then(|| hint(say("slots.none"))))
            .maybe(rows(slots)),
        section("directory", say("directory.title"))
            .put(hint(say("directory.lead")))
            .put(actions(vec![directory])),
    ];
    page.extend(newcomers(scene));
    page
}

/// The field for the name of somebody who came by a poster.
fn name_field(row: &NewcomerRow) -> String {
    ["n.", &row.account.to_hex()].concat()
}

/// Who came by a poster: nobody knows their name before they say it, and then this person alone.
fn newcomers(scene: &Scene<'_>) -> Option<Node> {
    let each = |it: &NewcomerRow| {
        let hex = it.account.to_hex();
        let field = name_field(it);
        let named = (!it.name.is_empty()).then_some(it.name.as_str());
        let asked = (it.case.is_none() && named.is_none()).then(|| {
            el("div", "stack wide")
                .put(line("text", &field, say("newcomer.name"), &scene.values.text(&field)))
                .put(actions(vec![act(
                    Weight::Plain,
                    &["name:", &hex].concat(),
                    say("newcomer.note"),
                )]))
        });
        let open = match (it.case, named) {
            (Some(case), _) => {
                Some(link(Place::Case(case), "button", "newcomer-case", say("plan.open")))
            }
            (None, Some(_)) => {
                Some(act(Weight::Primary, &["open:", &hex].concat(), say("newcomer.open")))
            }
            (None, None) => None,
        };
        row(named.unwrap_or(say("newcomer.unnamed")), &it.alias, open.into_iter().collect())
            .key(&hex)
            .maybe(asked)
    };
    let lines = rows(scene.shelf.plan.newcomers.iter().map(each).collect())?;
    Some(section("newcomers", say("newcomer.title")).put(hint(say("newcomer.lead"))).put(lines))
}

/// The document of the page.
fn document(scene: &Scene<'_>) -> Option<DocumentId> {
    scene.place.document()
}

fn view<'a>(scene: &Scene<'a>) -> Option<&'a CompanyView> {
    scene.shelf.company(document(scene)?)
}

fn company(scene: &Scene<'_>) -> Vec<Node> {
    let Some(view) = view(scene) else { return vec![waiting()] };
    let name = super::form::text(scene.shelf.form(view.document), "name");
    let name = if name.is_empty() { say("plan.unnamed").to_owned() } else { name };
    let mut page = vec![words("h1", "", &name).with("translate", "no")];
    page.extend(lacking(scene, view.document));
    page.push(contract(scene, view));
    page.push(plan_of(scene, view));
    page.push(waves(scene, view));
    page.push(venues(scene, view));
    page.push(people(view));
    page.extend(poster(scene, view, &name));
    page.push(reports(scene, view));
    page
}

/// What the last wish lacks, beside the page it was wished on.
pub fn lacking(scene: &Scene<'_>, document: DocumentId) -> Option<Node> {
    let (about, lacks) = scene.shelf.lacks.as_ref()?;
    let lines = lacks.iter().map(|code| {
        let told = of("lacks", code);
        words("li", "", if told.is_empty() { code } else { told }).with("data-lack", code)
    });
    (*about == document && !lacks.is_empty()).then(|| {
        el("div", "remark")
            .with("role", "alert")
            .put(words("p", "", say("plan.lacking")))
            .put(el("ul", "bullets").all(lines.collect()))
    })
}

/// Buttons for the steps that lead on from a state.
fn moves(steps: &[(&'static str, &'static str)], from: &str, act_: &str, set: &str) -> Vec<Node> {
    let there = steps.iter().filter(|(it, _)| *it == from);
    there
        .map(|(_, to)| {
            act(Weight::Plain, &[act_, ":", to].concat(), &fill("plan.move", &[of(set, to)]))
        })
        .collect()
}

const CONTRACT: [(&str, &str); 4] =
    [("draft", "signed"), ("signed", "active"), ("active", "closing"), ("closing", "closed")];

/// The versions of what is told to whom, each to be signed by both sides.
fn rules(scene: &Scene<'_>, view: &CompanyView) -> Vec<Node> {
    let form = scene.shelf.form(view.document);
    let value = |name: &str| scene.values.get(name).unwrap_or_default();
    let item = |id: &String| {
        let text = super::form::text(form, &["disclosure_rules/", id, "/text"].concat());
        let body = vec![
            words("p", "prose", &text),
            el("div", "beside")
                .put(line("date", "sign.firm", label("signed_by_firm_on"), value("sign.firm")))
                .put(line(
                    "date",
                    "sign.company",
                    label("signed_by_company_on"),
                    value("sign.company"),
                )),
            actions(vec![act(Weight::Plain, &["rules:", id].concat(), say("plan.sign_rules"))]),
        ];
        folded(&["rules-", id].concat(), say("plan.rules"), body)
    };
    super::form::items(form, "disclosure_rules").iter().map(item).collect()
}

fn contract(scene: &Scene<'_>, view: &CompanyView) -> Node {
    let form = link(
        Place::Page(Sheet::Form, view.document),
        "button button-primary",
        "fill-company",
        say("plan.fill"),
    );
    let told = view.rules_in_force.as_ref().map_or_else(
        || hint(say("plan.no_rules")),
        |text| folded("rules-told", say("plan.rules_told"), vec![words("p", "prose", text)]),
    );
    let mut buttons = vec![form];
    if view.is_lead {
        buttons.extend(moves(&CONTRACT, &view.state, "contract", "state_contract"));
    }
    section("contract", say("plan.contract"))
        .put(actions(vec![pill("", of("state_contract", &view.state))]))
        .put(told)
        .all(rules(scene, view))
        .put(actions(buttons))
}

fn plan_of(scene: &Scene<'_>, view: &CompanyView) -> Node {
    let due = scene.shelf.due(view.document);
    let counted = |rule: &str| match due {
        Some(View::Plan(PlanView::Due { counts, .. })) => {
            counts.iter().find(|(it, _)| it == rule).map(|(_, count)| *count)
        }
        Some(_) | None => None,
    };
    let lines = view.rules.iter().map(|it| {
        let rule = &it.rule;
        let trigger = of("trigger", &rule.trigger);
        let number = if rule.number == 0 { String::new() } else { rule.number.to_string() };
        let count = counted(&it.id).unwrap_or(it.due).to_string();
        let parts = [trigger, &rule.event, &number, &fill("plan.due", &[&count])];
        let parts: Vec<&str> = parts.into_iter().filter(|it| !it.is_empty()).collect();
        let text = parts.join(" · ");
        let remove = act(Weight::Quiet, &["unrule:", &it.id].concat(), say("plan.remove"));
        row(of("segment", &rule.segment), &text, vec![remove])
    });
    let lines: Vec<Node> = lines.collect();
    let value = |name: &str| scene.values.get(name).unwrap_or_default();
    let trigger = value("rule.trigger");
    let event = matches!(trigger, "with_event" | "after_event")
        .then(|| line("text", "rule.event", say("plan.event"), value("rule.event")));
    let number = say(&["plan.number.", trigger].concat());
    let number =
        (!number.is_empty()).then(|| line("number", "rule.number", number, value("rule.number")));
    let form = vec![
        one(
            "rule.segment",
            say("plan.segment"),
            &choices("segment", plan::SEGMENTS),
            value("rule.segment"),
        ),
        one("rule.trigger", say("plan.trigger"), &choices("trigger", plan::TRIGGERS), trigger),
        el("div", "stack").maybe(event).maybe(number),
        line(
            "number",
            "rule.times",
            say("plan.times"),
            scene.values.get("rule.times").unwrap_or("1"),
        ),
        line(
            "number",
            "rule.within",
            say("plan.within"),
            scene.values.get("rule.within").unwrap_or("30"),
        ),
        actions(vec![act(Weight::Primary, "rule", say("plan.add_rule"))]),
    ];
    let moves = if view.is_lead {
        moves(&plan::STEPS, &view.plan_state, "plan", "state_plan")
    } else {
        vec![]
    };
    section("plan", say("plan.title"))
        .put(actions(vec![pill("", of("state_plan", &view.plan_state))]))
        .maybe(lines.is_empty().then(|| hint(say("plan.no_plan"))))
        .maybe(rows(lines))
        .put(folded("new-rule", say("plan.new_rule"), form))
        .put(actions(moves))
}

fn waves(scene: &Scene<'_>, view: &CompanyView) -> Node {
    let lines = view.waves.iter().map(|it| {
        let count = fill("plan.invitees", &[&it.invitees.to_string()]);
        let steps = wave::STEPS.iter().filter(|(from, _)| *from == it.state);
        let steps = steps.map(|(_, to)| {
            let label = fill("plan.move", &[of("state_wave", to)]);
            act(Weight::Plain, &["wave:", &it.id, ":", to].concat(), &label)
        });
        let slots = scene.shelf.plan.slots.iter().find(|slots| slots.wave == it.id);
        let slots = slots.map(|slots| {
            link(
                Place::Page(Sheet::Slots, slots.document),
                "button",
                "open-slots",
                say("slots.title"),
            )
        });
        let mut after = vec![pill("", of("state_wave", &it.state))];
        after.extend(slots);
        after.extend(steps);
        row(&moment::days(&it.from, &it.to), &count, after)
    });
    let lines: Vec<Node> = lines.collect();
    let value = |name: &str| scene.values.get(name).unwrap_or_default();
    section("waves", say("plan.waves"))
        .maybe(lines.is_empty().then(|| hint(say("plan.no_waves"))))
        .maybe(rows(lines))
        .put(
            el("div", "beside")
                .put(line("date", "wave.from", say("plan.from"), value("wave.from")))
                .put(line("date", "wave.to", say("plan.to"), value("wave.to"))),
        )
        .put(actions(vec![
            act(Weight::Plain, "try-wave", say("plan.try_wave")),
            act(Weight::Primary, "make-wave", say("plan.make_wave")),
        ]))
}

fn venues(scene: &Scene<'_>, view: &CompanyView) -> Node {
    let form = scene.shelf.form(view.document);
    let venue = |it: &VenueRow| {
        let name = super::form::text(form, &["venues/", &it.id, "/name"].concat());
        let held: Vec<&str> = it.held.iter().map(String::as_str).collect();
        let field = ["v.", &it.id].concat();
        let chosen = scene.values.get(&field).map(|_| scene.values.codes(&field));
        let chosen: Vec<&str> =
            chosen.as_ref().map_or(held, |codes| codes.iter().map(String::as_str).collect());
        let told = match (it.problem.as_str(), RESULTS.contains(&it.result.as_str())) {
            ("", _) => fill("venue.until", &[&moment::date(&it.until)]),
            (problem, _) => of("lacks", problem).to_owned(),
        };
        let tone = if it.problem.is_empty() { "pill" } else { "pill pill-open" };
        let result = if it.result.is_empty() { "unchecked" } else { &it.result };
        let body = vec![
            many(&field, say("venue.checks"), &choices("venue", CHECKS), &chosen),
            actions(vec![act(Weight::Plain, &["check:", &it.id].concat(), say("venue.check"))]),
        ];
        el("li", "")
            .put(
                el("div", "row")
                    .put(words(
                        "span",
                        "row-words",
                        if name.is_empty() { say("plan.unnamed") } else { &name },
                    ))
                    .put(words("span", "row-text", &told))
                    .put(pill(tone, of("venue_result", result))),
            )
            .put(folded(&["venue-", &it.id].concat(), say("venue.look"), body))
    };
    let lines: Vec<Node> = view.venues.iter().map(venue).collect();
    section("venues", say("venue.title"))
        .put(hint(say("venue.lead")))
        .maybe(lines.is_empty().then(|| hint(say("venue.none"))))
        .maybe(rows(lines))
}

fn people(view: &CompanyView) -> Node {
    let lines = view
        .consultants
        .iter()
        .enumerate()
        .map(|(at, (_, name))| row(name, if at == 0 { say("plan.lead") } else { "" }, vec![]));
    let roster = view.roster.map(|id| {
        link(Place::Page(Sheet::Roster, id), "button", "open-roster", say("plan.roster"))
    });
    section("people", say("plan.people"))
        .maybe(rows(lines.collect()))
        .put(hint(&fill("plan.group_min", &[&view.group_min.to_string()])))
        .put(el("div", "dialog-actions").maybe(roster))
}

/// The poster by which employees come who are in no list.
fn poster(scene: &Scene<'_>, view: &CompanyView, name: &str) -> Option<Node> {
    let value = |field: &str, usual| scene.values.get(field).unwrap_or(usual);
    view.is_lead.then(|| {
        section("poster", say("poster.begin"))
            .put(hint(say("poster.begin_lead")))
            .put(line("text", "poster.alias", say("poster.alias"), value("poster.alias", name)))
            .put(
                el("div", "beside")
                    .put(line(
                        "number",
                        "poster.uses",
                        say("poster.uses"),
                        value("poster.uses", "50"),
                    ))
                    .put(line(
                        "number",
                        "poster.days",
                        say("poster.days"),
                        value("poster.days", "60"),
                    )),
            )
            .put(actions(vec![act(Weight::Plain, "poster", say("poster.make"))]))
    })
}

/// Reports about the company, and a new one.
fn reports(scene: &Scene<'_>, view: &CompanyView) -> Node {
    let all = scene.shelf.plan.reports.iter().filter(|it| it.company == view.document);
    let lines = all.map(|it| {
        let title = moment::days(&it.period.0, &it.period.1);
        let to = Place::Page(Sheet::Report, it.document);
        let go = link(to, "button", "open-report", say("plan.open"));
        row(&title, "", vec![pill("", of("state_report", &it.state)), go])
    });
    let lines: Vec<Node> = lines.collect();
    let value = |name: &str| scene.values.get(name).unwrap_or_default();
    let begin = view.is_lead.then(|| {
        let days = el("div", "beside")
            .put(line("date", "report.from", say("plan.from"), value("report.from")))
            .put(line("date", "report.to", say("plan.to"), value("report.to")));
        let begin = act(Weight::Plain, "report", say("report.begin"));
        el("div", "stack").put(days).put(actions(vec![begin]))
    });
    section("reports", say("kind.reports"))
        .maybe(lines.is_empty().then(|| hint(say("report.none"))))
        .maybe(rows(lines))
        .maybe(begin)
}

fn directory(scene: &Scene<'_>) -> Vec<Node> {
    let Some(view) = document(scene).and_then(|id| scene.shelf.directory(id)) else {
        return vec![waiting()];
    };
    let profiles = view.profiles.iter().map(|(_, name)| row(name, "", vec![]));
    let templates = view.templates.iter().map(|it| {
        let title =
            fill("directory.version", &[&it.told.version.to_string(), of("lang", &it.language)]);
        let state = it.is_current.then(|| pill("", say("directory.current")));
        row(&title, &moment::date(&it.valid_from), state.into_iter().collect())
    });
    vec![
        words("h1", "", say("directory.title")),
        section("profiles", say("directory.people")).maybe(rows(profiles.collect())).put(actions(
            vec![link(
                Place::Page(Sheet::Form, view.document),
                "button",
                "fill-directory",
                say("directory.fill"),
            )],
        )),
        section("templates", say("directory.templates"))
            .put(hint(say("directory.templates_lead")))
            .maybe(rows(templates.collect())),
    ]
}

fn hear(scene: &Scene<'_>, act: &str, with: &str) -> Done {
    if let ("report", Some(company)) = (act, document(scene)) {
        let [from, to] = ["report.from", "report.to"].map(|it| scene.values.text(it));
        let begin = ReportAct::Begin { company, from, to };
        return Done::ask_and_clear(Command::Report(begin), "report.");
    }
    if let ("open", Some(account)) = (act, AccountId::from_hex(with)) {
        return Done::ask(Command::OpenCase(account));
    }
    wish(scene, act, with)
        .map_or_else(Done::default, |(wish, clear)| Done::ask_and_clear(Command::Plan(wish), clear))
}

fn wish(scene: &Scene<'_>, act: &str, with: &str) -> Option<(PlanAct, &'static str)> {
    let value = |name: &str| scene.values.text(name);
    Some(match act {
        "directory" => (PlanAct::OpenDirectory, ""),
        "company" if !value("new.company").is_empty() => {
            (PlanAct::OpenCompany(value("new.company")), "new.")
        }
        "name" => {
            let account = AccountId::from_hex(with)?;
            let name = value(&["n.", with].concat());
            (PlanAct::NamePerson { account, name }, "")
        }
        _ => {
            let company = document(scene)?;
            return of_company(scene, company, act, with);
        }
    })
}

fn of_company(
    scene: &Scene<'_>,
    company: DocumentId,
    act: &str,
    with: &str,
) -> Option<(PlanAct, &'static str)> {
    let value = |name: &str| scene.values.text(name);
    let number = |name: &str, usual: u32| scene.values.number(name).unwrap_or(usual);
    let (from, to) = (value("wave.from"), value("wave.to"));
    let to_state = with.to_owned();
    Some(match act {
        "contract" => (PlanAct::MoveContract { company, to: to_state }, ""),
        "rules" => {
            let (firm_on, company_on) = (value("sign.firm"), value("sign.company"));
            (PlanAct::SignRules { company, rules: to_state, firm_on, company_on }, "sign.")
        }
        "plan" => (PlanAct::MovePlan { company, to: to_state }, ""),
        "wave" => {
            let (wave, to) = with.split_once(':')?;
            (PlanAct::MoveWave { company, wave: wave.to_owned(), to: to.to_owned() }, "")
        }
        "unrule" => (PlanAct::RemoveRule { company, rule: to_state }, ""),
        "rule" => {
            let rule = RuleWish {
                segment: value("rule.segment"),
                trigger: value("rule.trigger"),
                event: value("rule.event"),
                number: number("rule.number", 0),
                times: number("rule.times", 1),
                due_within_days: number("rule.within", 30),
            };
            (PlanAct::AddRule { company, rule }, "rule.")
        }
        "try-wave" => (PlanAct::MakeWave { company, from, to, is_trial: true }, ""),
        "make-wave" => (PlanAct::MakeWave { company, from, to, is_trial: false }, "wave."),
        "poster" => {
            let (uses, days) = (number("poster.uses", 50), number("poster.days", 60));
            (PlanAct::MakePoster { company, alias: value("poster.alias"), uses, days }, "poster.")
        }
        "check" => {
            let held = scene.values.codes(&["v.", with].concat());
            (PlanAct::CheckVenue { company, venue: to_state, held }, "v.")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::casework::company;

    #[test]
    fn every_step_of_a_contract_is_one_the_rules_know() {
        for (from, to) in CONTRACT {
            assert!(company::STATES.contains(&from) && company::STATES.contains(&to));
        }
    }
}
