//! What is around every page: header, bars, navigation.

use engine::view::{CaseRow, Gate};
use shared::log::org::Role;

use super::{
    bars, canvas, card, case, consent, copy, day, devices, employee, form, gate, handed, home,
    invitation, kit, lock, note, opening, opinion, package, people, plan, regrant, report, rest,
    rights, risk, room, roster, search, slots, supervision, tell, trouble, unseen, work,
};
use crate::{
    app::{
        self, battery, keys,
        place::{Place, Sheet},
        stage::{Screen, Stage},
    },
    text::{say::say, words},
    watched::{Derived, Watched},
    widgets::{
        badge,
        board::{self, Board},
        html::{self, Child as _, View},
        icon,
        part::{self, Weight},
    },
};

/// The whole screen.
pub fn frame(stage: Stage) -> View {
    let screen = Derived::new(move || stage.screen());
    let shortcuts = keys::watch();
    (
        html::a().class("skip").href("#main").child(words().frame.skip),
        header(stage, shortcuts),
        html::main().id("main").class("main").tabindex("-1").child((
            bars::bars(stage),
            move || opening::arrival(stage),
            move || regrant::done(stage),
            move || page(stage, &screen.get()),
        )),
        invitation::invitation(stage),
        kit::sheet(stage),
        regrant::ask(stage),
        keys::sheet(shortcuts),
    )
        .into_child()
}

fn page(stage: Stage, screen: &Screen) -> View {
    match screen {
        Screen::Starting => work::starting(),
        Screen::Trouble(trouble) => trouble::trouble(stage, *trouble),
        Screen::Gate(Gate::Empty) => gate::gate(stage),
        Screen::Gate(Gate::Locked { device_name }) => lock::lock(stage, device_name),
        Screen::Gate(Gate::Working(step)) => work::work(*step),
        Screen::Gate(Gate::Revoked { is_erased }) => work::revoked(*is_erased),
        Screen::Gate(Gate::Handed { name, .. }) => handed::handed(stage, name),
        Screen::Gate(Gate::Resting) => rest::rest(stage),
        // An open gate is `Screen::Open`.
        Screen::Gate(Gate::Open { .. }) => ().into_child(),
        Screen::Open(role, place) => open(stage, *role, *place),
    }
}

fn open(stage: Stage, role: Role, place: Place) -> View {
    match (place, role) {
        (Place::Home, Role::Admin) | (Place::People, _) => people::people(stage, role),
        (Place::Home, Role::Employee) => employee::employee(stage),
        (Place::Home, Role::Consultant | Role::Supervisor) => home::home(stage),
        (Place::Case(id), _) => case::case(stage, role, id),
        (Place::Note(id), _) => note::note(stage, id),
        (Place::Day, _) => {
            battery::look(stage);
            on_board(stage, place, "day", day::BOARD)
        }
        (Place::Search, _) => on_board(stage, place, "search", search::BOARD),
        (Place::Plan, _) => on_board(stage, place, "plan", plan::HOME),
        (Place::Page(sheet, id), _) => {
            let (name, board): (_, Board) = match sheet {
                Sheet::Form => return form::form(stage, role, id),
                Sheet::Consent => ("consent", consent::BOARD),
                Sheet::Room => ("room", room::BOARD),
                Sheet::Read => ("read", note::read::BOARD),
                Sheet::Canvas => ("canvas", canvas::BOARD),
                Sheet::Card => ("card", card::BOARD),
                Sheet::Risk => ("risk", risk::BOARD),
                Sheet::Tell => ("tell", tell::BOARD),
                Sheet::Company => ("company", plan::COMPANY),
                Sheet::Roster => ("roster", roster::BOARD),
                Sheet::Slots => ("slots", slots::BOARD),
                Sheet::Directory => ("directory", plan::DIRECTORY),
                Sheet::Rights => ("rights", rights::BOARD),
                Sheet::Package => ("package", package::BOARD),
                Sheet::Copy => ("copy", copy::BOARD),
                Sheet::Supervision => ("supervision", supervision::BOARD),
                Sheet::Report => ("report", report::BOARD),
                Sheet::Opinion => ("opinion", opinion::BOARD),
            };
            on_board(stage, place, name, board)
        }
        (Place::Devices, _) => devices::devices(stage),
        (Place::Unseen, _) => unseen::unseen(),
        (Place::Unknown, _) => not_found(stage),
    }
}

/// The way back to what a page belongs to.
pub fn up(stage: Stage, place: Place) -> View {
    let role = role(stage);
    let case = |id| part::back(stage, Place::Case(id), "back-case", say("case.title"));
    match place {
        Place::Page(
            Sheet::Consent | Sheet::Canvas | Sheet::Risk | Sheet::Tell | Sheet::Rights,
            id,
        ) => case(id),
        Place::Page(Sheet::Room, note) => {
            let found = stage.home.with_untracked(|home| {
                let of = |it: &&CaseRow| it.interviews.iter().any(|it| it.note == Some(note));
                home.cases.iter().find(of).map(|row| row.case)
            });
            found.map_or_else(|| part::back_home(stage), case)
        }
        Place::Page(Sheet::Read | Sheet::Copy, note) => {
            part::back(stage, Place::Note(note), "back-note", say("after.note"))
        }
        Place::Page(sheet, _) if is_of_plan(sheet, role) => {
            part::back(stage, Place::Plan, "back-plan", say("plan.nav"))
        }
        Place::Page(Sheet::Roster, id) => {
            let of = stage.shelf.with_untracked(|shelf| {
                let company = shelf.plan.companies.iter().find(|it| it.roster == Some(id));
                company.map(|it| Place::Page(Sheet::Company, it.document))
            });
            part::back(stage, of.unwrap_or(Place::Plan), "back-company", say("plan.company"))
        }
        Place::Page(Sheet::Form, id) => match stage.owner_of(id) {
            Some((place, label)) => part::back(stage, place, "back-up", say(label)),
            None => part::back_home(stage),
        },
        Place::Page(Sheet::Card, id) => {
            let of = stage.home.with_untracked(|home| {
                home.cards.iter().find(|it| it.document == Some(id)).and_then(|it| it.case)
            });
            of.map_or_else(|| part::back_home(stage), case)
        }
        Place::Page(Sheet::Report, id) => {
            let of = stage.shelf.with_untracked(|shelf| {
                let report = shelf.plan.reports.iter().find(|it| it.document == id);
                report.map(|it| Place::Page(Sheet::Company, it.company))
            });
            part::back(stage, of.unwrap_or(Place::Plan), "back-company", say("plan.company"))
        }
        Place::Page(
            Sheet::Company
            | Sheet::Slots
            | Sheet::Directory
            | Sheet::Opinion
            | Sheet::Package
            | Sheet::Supervision,
            _,
        )
        | Place::Home
        | Place::Case(_)
        | Place::Note(_)
        | Place::Day
        | Place::Search
        | Place::Plan
        | Place::People
        | Place::Devices
        | Place::Unseen
        | Place::Unknown => part::back_home(stage),
    }
}

/// What the person does, while the device is open for work.
fn role(stage: Stage) -> Option<Role> {
    stage.gate.with_untracked(|gate| {
        let Some(Gate::Open { role, .. }) = gate else { return None };
        Some(*role)
    })
}

/// Whether a page belongs to the plan of whoever sees it: an employee comes to the slots from their
/// first page, and has no other.
fn is_of_plan(sheet: Sheet, role: Option<Role>) -> bool {
    role == Some(Role::Consultant)
        && matches!(sheet, Sheet::Company | Sheet::Slots | Sheet::Directory)
}

/// A page that is described.
fn on_board(stage: Stage, place: Place, test_id: &'static str, it: Board) -> View {
    // Where what is shown names the page by itself, there is no word for it.
    let title = say(&["page.", test_id].concat());
    let title = (!title.is_empty()).then(|| html::h1().child(title));
    html::div()
        .class("page page-narrow")
        .attr("data-testid", test_id)
        .child((up(stage, place), title, board::board(stage, place, it)))
        .into_child()
}

fn header(stage: Stage, shortcuts: Watched<bool>) -> View {
    let frame = &words().frame;
    let is_open = Derived::new(move || stage.is_open());
    let tools = move || {
        is_open.get().then(|| {
            let lock =
                part::icon_button(Weight::Plain, "lock-now", icon::LOCK, frame.lock, move || {
                    stage.lock();
                });
            let help = html::button()
                .r#type("button")
                .class("button button-quiet keys-help")
                .attr("data-testid", "open-keys")
                .aria_label(say("keys.open"))
                .on(&leptos::ev::click, move |_| shortcuts.set(true))
                .child("?");
            (badge::badge(stage.sync), help, html::span().attr("data-key", "L").child(lock))
        })
    };
    let language = html::button()
        .r#type("button")
        .class("button button-quiet language")
        .attr("data-testid", "language")
        .attr("lang", stage.language.get_untracked().other().tag())
        .aria_label(frame.switch_language)
        .on(&leptos::ev::click, move |_| app::switch_language(stage))
        .child(frame.other_language);
    html::header()
        .class("header")
        .child((
            html::p().class("brand").child(frame.name),
            move || is_open.get().then(|| navigation(stage)),
            html::div().class("tools").child((tools, language)),
        ))
        .into_child()
}

fn navigation(stage: Stage) -> View {
    let frame = &words().frame;
    let role = role(stage);
    let first = if role == Some(Role::Admin) {
        (icon::PEOPLE, frame.people)
    } else {
        (icon::HOME, frame.home)
    };
    let plan = (role == Some(Role::Consultant))
        .then(|| (Place::Plan, "nav-plan", icon::NOTE, say("plan.nav"), "P"));
    let entries = [
        (Place::Home, "nav-home", first.0, first.1, "H"),
        (Place::Devices, "nav-devices", icon::DEVICE, frame.devices, "D"),
        (Place::Unseen, "nav-unseen", icon::UNSEEN, frame.unseen, "U"),
    ];
    let [first, second, third] = entries;
    let entries = [Some(first), plan, Some(second), Some(third)].into_iter().flatten();
    let links = entries.map(|(place, test_id, picture, label, key)| {
        let body = (icon::icon(picture), html::span().child(label)).into_child();
        let is_here = move || (stage.place.get() == place).then_some("page");
        html::li()
            .aria_current(is_here)
            .attr("data-key", key)
            .child(part::link(stage, place, "nav-link", test_id, body))
            .into_child()
    });
    html::nav()
        .class("nav")
        .aria_label(frame.navigation)
        .child(html::ul().child(links.collect::<Vec<_>>()))
        .into_child()
}

/// Where there is nothing.
pub fn not_found(stage: Stage) -> View {
    let frame = &words().frame;
    html::div()
        .class("page page-narrow")
        .attr("data-testid", "not-found")
        .child((
            html::p().class("lead").child(frame.not_found),
            part::link(stage, Place::Home, "button", "to-home", frame.to_home.into_child()),
        ))
        .into_child()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_employee_goes_back_from_the_slots_to_their_first_page() {
        let is_of_plan = |role| is_of_plan(Sheet::Slots, Some(role));
        assert!(is_of_plan(Role::Consultant));
        assert!(!is_of_plan(Role::Employee));
    }
}
