//! A company's list of employees: what a file brings to it, and who is invited by letter.

use engine::{
    command::{Command, PlanAct},
    view::{ImportView, PlanView, RosterRow, View},
};
use shared::{Blob, id::DocumentId};

use super::plan::lacking;
use crate::{
    app::place::{Place, Sheet},
    text::{
        list::known,
        say::{fill, label, of, say},
    },
    widgets::{
        board::{Board, Done, Scene},
        moment,
        node::{
            Node, act, actions, el, empty, hint, line, link, pill, row, rows, section, waiting,
            words,
        },
        part::Weight,
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

/// Most people on the page at once: more are found by their names.
const ROWS_SHOWN: usize = 100;
/// Days for which an invitation is good, unless somebody says otherwise.
const DAYS_USUAL: u32 = 30;

/// The list, and its company's document once that is known.
fn found<'a>(scene: &Scene<'a>) -> Option<(DocumentId, &'a [RosterRow], Option<DocumentId>)> {
    let id = scene.place.document()?;
    let Some(View::Plan(PlanView::Roster { rows, .. })) = scene.shelf.roster(id) else {
        return None;
    };
    let company = scene.shelf.plan.companies.iter().find(|it| it.roster == Some(id));
    Some((id, rows.as_slice(), company.map(|it| it.document)))
}

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let Some((id, people, company)) = found(scene) else { return vec![waiting()] };
    let mut page = vec![words("h1", "", say("kind.roster"))];
    page.extend(company.and_then(|company| lacking(scene, company)));
    page.push(import(scene, id));
    page.extend(company.and_then(|company| waves(scene, company, people)));
    page.push(list(scene, id, people));
    page
}

/// A file of the company's: chosen, looked at, and kept only if nothing in it is wrong.
fn import(scene: &Scene<'_>, id: DocumentId) -> Node {
    let file = el("input", "")
        .with("type", "file")
        .with("id", "b-list")
        .with("accept", ".csv,.xlsx")
        .with("data-file", "list")
        .with("data-testid", "list-file");
    let field = el("div", "form-field")
        .put(words("label", "label", say("roster.file")).with("for", "b-list"))
        .put(file);
    let unread = scene.values.get("list.unread").filter(|why| !why.is_empty()).map(|why| {
        words("p", "remark", of("list_fault", why)).with("role", "alert").with("data-unread", why)
    });
    // What was told of an earlier file is not about this one.
    let told = scene.shelf.import(id).filter(|_| unread.is_none());
    let brought = told.map(|it| brought(scene, it));
    section("import", say("roster.import"))
        .put(hint(say("roster.import_lead")))
        .put(field)
        .maybe(unread)
        .maybe(brought)
}

/// What the file brings, or what is wrong with it and where.
fn brought(scene: &Scene<'_>, view: &ImportView) -> Node {
    if view.is_kept {
        let count = view.names.len().to_string();
        return words("p", "given", &fill("roster.kept", &[&count])).with("role", "status");
    }
    let wrong = view.complaints.iter().map(|(line, column, fault)| {
        let number = line.to_string();
        let place = match (line, column.as_str()) {
            (0, _) => say("roster.whole").to_owned(),
            (_, "") => fill("roster.line", &[&number]),
            (_, column) => {
                [&fill("roster.line", &[&number]), " ", label(&["roster.", column].concat())]
                    .concat()
            }
        };
        row(&place, of("list_fault", fault), vec![]).with("data-fault", fault)
    });
    let wrong: Vec<Node> = wrong.take(ROWS_SHOWN).collect();
    let [new, known] = [view.names.len().to_string(), view.known.to_string()];
    let told = fill("roster.brings", &[&new, &known]);
    let names = view.names.iter().take(ROWS_SHOWN);
    let names = names.map(|name| words("li", "", name).with("translate", "no")).collect();
    let is_here = scene.values.get("list").is_some_and(|text| !text.is_empty());
    let may_keep = wrong.is_empty() && is_here && !view.names.is_empty();
    let keep = may_keep.then(|| act(Weight::Primary, "keep", say("roster.keep")));
    el("div", "stack")
        .put(words("p", "", &told).with("role", "status"))
        .maybe((!wrong.is_empty()).then(|| {
            el("div", "remark").with("role", "alert").put(words("p", "", say("roster.wrong")))
        }))
        .maybe(rows(wrong))
        .put(el("ul", "bullets").all(names))
        .put(el("div", "dialog-actions").maybe(keep))
}

fn list(scene: &Scene<'_>, id: DocumentId, people: &[RosterRow]) -> Node {
    let form = scene.shelf.form(id);
    let of_row = |it: &RosterRow, field: &str| {
        super::form::text(form, &["rows/", &it.row, "/", field].concat())
    };
    let sought = scene.values.text("r.find");
    let days = scene.values.text("r.days");
    let days = if days.is_empty() { DAYS_USUAL.to_string() } else { days };
    let is_sought = |it: &&RosterRow| {
        sought.is_empty()
            || ["name", "name_kana", "department"]
                .iter()
                .any(|field| of_row(it, field).contains(&sought))
    };
    let all: Vec<&RosterRow> = people.iter().filter(is_sought).collect();
    let lines = all.iter().take(ROWS_SHOWN).map(|it| {
        let name = of_row(it, "name");
        let name = if name.is_empty() { say("plan.unnamed") } else { &name };
        let until = match it.until.as_str() {
            "" => String::new(),
            until => fill("venue.until", &[&moment::date(until)]),
        };
        let text = [&of_row(it, "department"), " ", &until].concat();
        row(name, text.trim(), offers(it)).with("data-row", &it.row)
    });
    let lines: Vec<Node> = lines.collect();
    let nothing = people.is_empty().then(|| empty(say("roster.none"), say("roster.none_text")));
    let more = (all.len() > ROWS_SHOWN)
        .then(|| hint(&fill("roster.more", &[&(all.len() - ROWS_SHOWN).to_string()])));
    let edit = link(Place::Page(Sheet::Form, id), "button", "edit-roster", say("roster.edit"));
    let narrow = (!people.is_empty()).then(|| {
        el("div", "beside").put(line("text", "r.find", say("roster.find"), &sought)).put(line(
            "number",
            "r.days",
            say("roster.days"),
            &days,
        ))
    });
    section("people", say("roster.rows"))
        .put(hint(say("roster.lead")))
        .put(actions(vec![edit]))
        .maybe(narrow)
        .maybe(nothing)
        .maybe(rows(lines))
        .maybe(more)
}

/// Whom a wave invites who has no invitation yet.
fn uninvited<'a>(
    people: &'a [RosterRow],
    wave: &'a str,
) -> impl Iterator<Item = &'a RosterRow> + 'a {
    people.iter().filter(move |it| it.invitation.is_empty() && it.waves.iter().any(|of| of == wave))
}

/// Letters for everybody in a wave at once.
fn waves(scene: &Scene<'_>, company: DocumentId, people: &[RosterRow]) -> Option<Node> {
    let waves = scene.shelf.company(company)?.waves.iter();
    let lines = waves.filter_map(|it| {
        let count = uninvited(people, &it.id).count();
        let make = || {
            let label = fill("roster.invite_all", &[&count.to_string()]);
            act(Weight::Primary, &["invite-wave:", &it.id].concat(), &label)
        };
        (count > 0).then(|| row(&moment::days(&it.from, &it.to), "", vec![make()]))
    });
    let lines = rows(lines.collect())?;
    Some(section("to-invite", say("plan.waves")).put(hint(say("roster.waves_lead"))).put(lines))
}

/// What can be done about somebody's invitation. Who used theirs is not the list's business.
fn offers(it: &RosterRow) -> Vec<Node> {
    let step = |weight, act_: &str, label| act(weight, &[act_, ":", &it.row].concat(), say(label));
    let state = |tone| pill(tone, of("invitation", &it.invitation));
    match it.invitation.as_str() {
        "" => vec![step(Weight::Primary, "invite", "roster.invite")],
        "issued" => vec![
            state("pill"),
            step(Weight::Plain, "opened", "roster.handed"),
            step(Weight::Quiet, "revoked", "roster.revoke"),
        ],
        "opened" => vec![state("pill"), step(Weight::Quiet, "revoked", "roster.revoke")],
        "activated" => vec![state("pill")],
        _ => vec![state("pill pill-open"), step(Weight::Plain, "invite", "roster.again")],
    }
}

fn hear(scene: &Scene<'_>, act: &str, with: &str) -> Done {
    let Some((_, people, Some(company))) = found(scene) else { return Done::default() };
    let csv = || Blob(scene.values.get("list").unwrap_or_default().as_bytes().to_vec());
    let import = |is_trial| PlanAct::ImportRoster { company, csv: csv(), words: known(), is_trial };
    let row = with.to_owned();
    let days = scene.values.number("r.days").unwrap_or(DAYS_USUAL);
    match act {
        "file" => Done::ask(Command::Plan(import(true))),
        "keep" => Done::ask_and_clear(Command::Plan(import(false)), "list"),
        "invite" => Done::ask(Command::Plan(PlanAct::InviteRow { company, row, days })),
        "invite-wave" => {
            let invite = |it: &RosterRow| {
                Command::Plan(PlanAct::InviteRow { company, row: it.row.clone(), days })
            };
            let commands = uninvited(people, with).map(invite).collect();
            Done { commands, ..Done::default() }
        }
        "opened" | "revoked" => {
            let state = act.to_owned();
            Done::ask(Command::Plan(PlanAct::MarkInvitation { company, row, state }))
        }
        _ => Done::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{shelf::Shelf, stage::UNHEARD},
        widgets::{board::Condition, node::Values},
    };
    use engine::{
        casework::roster::{STATES, import},
        view::{CompanyRow, Home, PlanHome},
    };
    use shared::log::org::Role;

    #[test]
    fn every_fault_of_a_list_and_every_state_of_an_invitation_has_words() {
        for fault in import::Fault::CODES {
            assert!(!of("list_fault", fault).is_empty(), "{fault}");
        }
        for state in STATES {
            assert!(!of("invitation", state).is_empty(), "{state}");
        }
    }

    /// The page of a company's list with what a file brings, and what follows from an act on it.
    fn page(complaints: Vec<(u32, String, String)>, act: &str) -> (Vec<Node>, Done) {
        let [company, roster] = [1, 2].map(|it| DocumentId::new([it; 16]));
        let row = CompanyRow {
            document: company,
            name: "みなと精工".into(),
            state: "active".into(),
            is_lead: true,
            roster: Some(roster),
        };
        let import = ImportView {
            names: vec!["森 光".into()],
            known: 0,
            complaints,
            is_kept: false,
            roster,
        };
        let home_of_plan = PlanHome { companies: vec![row], ..PlanHome::default() };
        let mut shelf = Shelf::default();
        for view in [
            PlanView::Home(home_of_plan),
            PlanView::Roster { document: roster, rows: vec![] },
            PlanView::Import(import),
        ] {
            shelf.put(View::Plan(view));
        }
        let (home, mut values) = (Home::default(), Values::default());
        values.set("list", "氏名\n森 光".into());
        let scene = Scene {
            place: Place::Page(Sheet::Roster, roster),
            role: Role::Consultant,
            is_handed: false,
            now_ms: 0,
            home: &home,
            shelf: &shelf,
            values: &values,
            device: &Condition { sync: UNHEARD, battery: None },
        };
        (show(&scene), hear(&scene, act, ""))
    }

    #[test]
    fn a_list_is_kept_only_when_asked_and_when_nothing_is_wrong_with_it() {
        let offers = |page: &[Node]| page.iter().any(|it| it.acts().contains(&"keep"));
        let is_trial = |done: &Done| match done.commands.as_slice() {
            [Command::Plan(PlanAct::ImportRoster { is_trial, csv, .. })] => {
                assert_eq!(csv.0, "氏名\n森 光".as_bytes());
                Some(*is_trial)
            }
            _ => None,
        };

        let (right, chosen) = page(vec![], "file");
        let (wrong, kept) = page(vec![(2, "hired_on".into(), "no_day".into())], "keep");

        assert!(offers(&right) && !offers(&wrong));
        assert_eq!((is_trial(&chosen), is_trial(&kept)), (Some(true), Some(false)));
        let told: String = wrong.iter().map(Node::told).collect();
        assert!(told.contains("2行目 入社日") && told.contains(of("list_fault", "no_day")));
    }

    #[test]
    fn who_came_is_not_invited_again() {
        let row = |invitation: &str| RosterRow {
            row: "1".into(),
            invitation: invitation.into(),
            until: String::new(),
            waves: vec![],
        };
        let acts = |invitation: &str| {
            let offers = offers(&row(invitation));
            offers.iter().flat_map(|it| it.acts()).map(String::from).collect::<Vec<_>>()
        };

        assert_eq!(acts(""), ["invite:1"]);
        assert_eq!(acts("issued"), ["opened:1", "revoked:1"]);
        assert_eq!(acts("activated"), [""; 0]);
        assert_eq!(acts("expired"), ["invite:1"]);
    }
}
