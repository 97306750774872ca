//! Slots: for the consultant a grid to publish, for the employee a choice.

use engine::{
    command::{Command, PlanAct, SlotWish},
    view::{Booking, PlanView, SlotRow, View},
};
use shared::{
    id::{AccountId, DocumentId},
    log::org::Role,
};

use super::plan::lacking;
use crate::{
    app::place::Place,
    text::say::{fill, of, say},
    widgets::{
        board::{Board, Done, Scene},
        moment,
        node::{
            Node, act, actions, el, empty, hint, line, link, one, pill, row, rows, section,
            waiting, words,
        },
        part::Weight,
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 0 };

fn document(scene: &Scene<'_>) -> Option<DocumentId> {
    scene.place.document()
}

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let Some(view) = document(scene).and_then(|id| scene.shelf.slots(id)) else {
        return vec![waiting()];
    };
    let is_employee = scene.role == Role::Employee;
    let lines: Vec<Node> = view.slots.iter().map(|it| slot(scene, it, is_employee)).collect();
    let nothing = lines.is_empty().then(|| empty(say("slots.none"), say("slots.none_text")));
    let mut page = vec![words("h1", "", say("slots.title"))];
    page.extend(lacking(scene, view.document));
    let told = fill("slots.invited", &[&view.invited.to_string()]);
    let list = section("list", say("slots.list"))
        .maybe((!is_employee).then(|| hint(&told)))
        .maybe(is_employee.then(|| hint(say("slots.private"))))
        .maybe(nothing)
        .maybe(rows(lines));
    page.push(list);
    if !is_employee {
        page.push(grid(scene, view.document));
    }
    page
}

fn slot(scene: &Scene<'_>, it: &SlotRow, is_employee: bool) -> Node {
    let booking = say(match it.booking {
        Booking::Free => "slots.free",
        Booking::Taken => "slots.taken",
        Booking::Waiting => "slots.waiting",
        Booking::Booked => "slots.booked",
        Booking::Conflict => "slots.conflict",
    });
    let minutes = fill("slots.minutes", &[&it.length_min.to_string()]);
    let arrive = (!is_employee).then(|| fill("slots.arrive", &[&moment::minute(it.arrive_at)]));
    let text =
        [&minutes, " ", &it.place, " ", arrive.as_deref().unwrap_or(&it.access), " ", &it.name]
            .concat();
    let claim = || act(Weight::Primary, &["claim:", &it.id].concat(), say("slots.claim"));
    let release =
        |claim: &String| act(Weight::Quiet, &["release:", claim].concat(), say("slots.release"));
    let mut after =
        vec![pill(if it.booking == Booking::Conflict { "pill pill-no" } else { "pill" }, booking)];
    if it.state != "open" && it.state != "held" {
        after.push(pill("pill", of("slot_state", &it.state)));
    }
    if is_employee && it.booking == Booking::Free && it.start.0 > scene.now_ms {
        after.push(claim());
    }
    // What is in a calendar is seen by whoever sees the calendar, so it says as little as possible.
    after.extend(
        (it.booking == Booking::Booked)
            .then(|| act(Weight::Quiet, &["calendar:", &it.id].concat(), say("calendar.add"))),
    );
    after.extend(it.claim.as_ref().map(release));
    let offers = (!is_employee && it.booking == Booking::Booked).then(|| {
        [("ended", "slots.ended"), ("no_show", "slots.no_show")].map(|(state, label)| {
            act(Weight::Plain, &["mark:", &it.id, ":", state].concat(), say(label))
        })
    });
    after.extend(offers.into_iter().flatten());
    // Who has a slot of one's own: by a letter or by a poster.
    let case = match (it.case, &it.account) {
        (Some(case), _) => {
            Some(link(Place::Case(case), "button", "slot-case", say("newcomer.case")))
        }
        (None, Some(account)) => {
            let open = ["open:", &account.to_hex()].concat();
            Some(act(Weight::Primary, &open, say("newcomer.open")))
        }
        (None, None) => None,
    };
    after.extend(case.filter(|_| !is_employee));
    row(&moment::minute(it.start), text.trim(), after).with("data-slot", &it.id)
}

/// Drawing up a grid: what fits between two times, with what is wrong with each.
fn grid(scene: &Scene<'_>, document: DocumentId) -> Node {
    let value = |name: &str| scene.values.get(name).unwrap_or_default();
    let row_ = scene.shelf.plan.slots.iter().find(|it| it.document == document);
    let company = row_.and_then(|it| it.company).and_then(|id| scene.shelf.company(id));
    let form = row_.and_then(|it| it.company).and_then(|id| scene.shelf.form(id));
    let venues: Vec<(String, String)> = company.map_or_else(Vec::new, |company| {
        let name = |id: &str| super::form::text(form, &["venues/", id, "/name"].concat());
        company.venues.iter().map(|it| (it.id.clone(), name(&it.id))).collect()
    });
    let people: Vec<(String, String)> = company.map_or_else(Vec::new, |company| {
        company.consultants.iter().map(|(id, name)| (id.to_hex(), name.clone())).collect()
    });
    let venue_choices: Vec<(&str, &str)> =
        venues.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let people_choices: Vec<(&str, &str)> =
        people.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let trial = match scene.shelf.trial(document) {
        Some(View::Plan(PlanView::Trial { slots, is_published, .. })) if !is_published => {
            let line = |(wish, wrong): &(SlotWish, Vec<String>)| {
                let wrong: Vec<&str> = wrong.iter().map(|it| of("lacks", it)).collect();
                let tone = if wrong.is_empty() { "pill" } else { "pill pill-no" };
                let told =
                    if wrong.is_empty() { say("slots.fits").to_owned() } else { wrong.join(" ") };
                row(&moment::minute(wish.start), "", vec![pill(tone, &told)])
            };
            rows(slots.iter().map(line).collect())
        }
        Some(_) | None => None,
    };
    let publish = trial.is_some().then(|| act(Weight::Primary, "publish", say("slots.publish")));
    section("grid", say("slots.grid"))
        .put(hint(say("slots.grid_lead")))
        .put(one("g.venue", say("slots.venue"), &venue_choices, value("g.venue")))
        .put(one("g.who", say("slots.who"), &people_choices, value("g.who")))
        .put(
            el("div", "beside")
                .put(line("datetime-local", "g.from", say("slots.from"), value("g.from")))
                .put(line("datetime-local", "g.until", say("slots.until"), value("g.until"))),
        )
        .put(actions(vec![act(Weight::Plain, "draw", say("slots.draw"))]))
        .maybe(trial)
        .put(el("div", "dialog-actions").maybe(publish))
}

fn hear(scene: &Scene<'_>, act: &str, with: &str) -> Done {
    let Some(slots) = document(scene) else { return Done::default() };
    let plan = |act| Done::ask(Command::Plan(act));
    match act {
        "open" => AccountId::from_hex(with)
            .map_or_else(Done::default, |account| Done::ask(Command::OpenCase(account))),
        "claim" => plan(PlanAct::Claim { slots, slot: with.to_owned() }),
        "calendar" => {
            let title = say("calendar.title").to_owned();
            plan(PlanAct::ShowCalendar { slots, slot: with.to_owned(), title })
        }
        "release" => {
            let (claim, reason) = (with.to_owned(), String::from("other"));
            plan(PlanAct::Release { slots, claim, reason })
        }
        "mark" => {
            let Some((slot, state)) = with.split_once(':') else { return Done::default() };
            let (slot, state, reason) = (slot.to_owned(), state.to_owned(), String::new());
            plan(PlanAct::MarkSlot { slots, slot, state, reason })
        }
        "draw" => {
            let time = |name: &str| moment::local(&scene.values.text(name));
            let who = AccountId::from_hex(&scene.values.text("g.who"));
            let (Some(start), Some(until), Some(consultant)) =
                (time("g.from"), time("g.until"), who)
            else {
                return Done::default();
            };
            let venue = scene.values.text("g.venue");
            let first = SlotWish { start, length_min: 0, venue, consultant, held_for: None };
            plan(PlanAct::DrawGrid { slots, first, until })
        }
        "publish" => match scene.shelf.trial(slots) {
            Some(View::Plan(PlanView::Trial { slots: wishes, .. })) => {
                let fits = wishes.iter().filter(|(_, wrong)| wrong.is_empty());
                let wishes = fits.map(|(wish, _)| wish.clone()).collect();
                plan(PlanAct::PublishSlots { slots, wishes })
            }
            Some(_) | None => Done::default(),
        },
        _ => Done::default(),
    }
}
