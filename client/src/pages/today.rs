//! What is on today, and what waits: the consultant's first look.

use engine::{
    casework::date::Date,
    view::{AppointmentRow, CaseRow},
};
use shared::order;
use shared::time::UnixMillis;

use super::card;
use crate::{
    app::place::{Place, Sheet},
    text::say::{fill, of, say},
    widgets::{
        board::{Board, Done, Scene},
        moment,
        node::{Node, actions, hint, link, pill, row, rows, section},
    },
};

/// The board.
pub const BOARD: Board = Board { show, hear, every_s: 60 };

/// The consultant is there a quarter of an hour before.
pub const EARLY_MS: u64 = 15 * 60 * 1000;

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let day = |at: u64| Date::at(UnixMillis(at));
    let today = day(scene.now_ms);
    let mut booked: Vec<&AppointmentRow> =
        scene.shelf.plan.appointments.iter().filter(|it| day(it.start.0) == today).collect();
    order::by_key(&mut booked, |it| it.start);
    let lines: Vec<Node> = booked.into_iter().filter_map(|it| appointment(scene, it)).collect();
    let waiting = waiting(scene);
    vec![
        section("today", say("today.title"))
            .maybe(lines.is_empty().then(|| hint(say("today.none"))))
            .maybe(rows(lines))
            .put(actions(vec![
                link(Place::Day, "button", "to-day", say("day.way")),
                link(Place::Search, "button button-quiet", "to-search", say("search.way")),
            ])),
        section("waiting", say("today.waiting"))
            .maybe(waiting.is_empty().then(|| hint(say("case.nothing_missing"))))
            .maybe(rows(waiting)),
    ]
}

fn appointment(scene: &Scene<'_>, it: &AppointmentRow) -> Option<Node> {
    let case = scene.home.cases.iter().find(|row| row.case == it.case)?;
    let early = UnixMillis(it.start.0.saturating_sub(EARLY_MS));
    let is_first = !case.interviews.iter().any(|it| {
        let [_, _, ended] = it.times;
        ended.is_some()
    });
    let kind = say(if is_first { "today.first" } else { "today.repeat" });
    let length = fill("slots.minutes", &[&it.length_min.to_string()]);
    let arrive = fill("slots.arrive", &[&moment::minute(early)]);
    let card_ = scene.home.cards.iter().find(|it| it.case == Some(case.case));
    let prep = card_.map(|it| card::prep(&it.prep)).unwrap_or_default();
    let text =
        [&case.employee_name, " ", kind, " ", &length, " ", &it.place, " ", &arrive, " ", &prep];
    let text = text.concat();
    let go = link(Place::Case(case.case), "button button-primary", "today-case", say("case.look"));
    Some(row(&moment::minute(it.start), text.trim(), vec![go]))
}

/// What waits in any case, the gravest first.
fn waiting(scene: &Scene<'_>) -> Vec<Node> {
    let due = &scene.shelf.due;
    let case = |id| scene.home.cases.iter().find(|row| row.case == id);
    let line = |case: &CaseRow, told: &str, to: Place| {
        let go = link(to, "button", "waiting", say("case.look"));
        row(&case.employee_name, told, vec![go])
    };
    let mut lines: Vec<Node> = vec![];
    for (id, level, by) in &due.rechecks {
        let told =
            [of("risk_level", level.code()), " ", &fill("risk.recheck", &[&moment::minute(*by)])];
        let to = Place::Page(Sheet::Risk, *id);
        lines.extend(case(*id).map(|case| line(case, &told.concat(), to)));
    }
    for document in &due.opinions {
        let go =
            link(Place::Page(Sheet::Opinion, *document), "button", "opinion", say("case.look"));
        lines.push(row(say("opinion.title"), "", vec![go]));
    }
    for document in &due.copies {
        let go =
            link(Place::Page(Sheet::Supervision, *document), "button", "copy", say("case.look"));
        lines.push(row(say("kind.supervision"), say("today.copy"), vec![go]));
    }
    for (ids, told) in [(&due.untold, "case.untold"), (&due.matters, "today.matter")] {
        for id in ids {
            let to = Place::Page(Sheet::Tell, *id);
            lines.extend(case(*id).map(|case| line(case, say(told), to)));
        }
    }
    for case in &scene.home.cases {
        for it in &case.interviews {
            let (Some((_, late)), Some(note)) = (it.sign_by, it.note) else { continue };
            let told = fill("after.sign", &[&moment::minute(late)]);
            let mut line = line(case, &told, Place::Note(note));
            if scene.now_ms >= late.0 {
                line = line.put(pill("pill pill-no", say("today.late")));
            }
            lines.push(line);
        }
    }
    lines
}

fn hear(_scene: &Scene<'_>, _act: &str, _with: &str) -> Done {
    Done::default()
}
