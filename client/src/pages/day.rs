//! Whether everything is ready for the interviews of the day: the tablet, and for each of them the
//! room, the JOB card, the consents, and whether all of it is on this device.

use engine::{
    casework::job_card::Prep,
    view::{AppointmentRow, LinkView, StorageView, VenueRow},
};
use shared::order;
use shared::time::UnixMillis;

use super::{card, form};
use crate::{
    app::place::{Place, Sheet},
    text::{
        say::{fill, of, say},
        words,
    },
    widgets::{
        badge,
        board::{Board, Condition, Done, Scene},
        moment,
        node::{Node, el, empty, hint, link, pill, row, rows, section},
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 15 };

/// How far ahead is looked: a tablet is made ready the evening before.
const AHEAD_MS: u64 = 36 * 60 * 60 * 1000;
/// An interview that began so long ago is over.
const BEHIND_MS: u64 = 2 * 60 * 60 * 1000;
/// With less than this a battery does not last a day of interviews.
const BATTERY_MIN: u8 = 60;
/// What is older than this on a device may have been changed by others since.
const FRESH_MS: u64 = 12 * 60 * 60 * 1000;

/// What is near, the first to come first.
pub fn soon(all: &[AppointmentRow], now_ms: u64) -> Vec<&AppointmentRow> {
    let window = now_ms.saturating_sub(BEHIND_MS)..now_ms.saturating_add(AHEAD_MS);
    let mut soon: Vec<&AppointmentRow> =
        all.iter().filter(|it| window.contains(&it.start.0)).collect();
    order::by_key(&mut soon, |it| it.start);
    soon
}

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let soon = soon(&scene.shelf.plan.appointments, scene.now_ms);
    let nothing = soon.is_empty().then(|| empty(say("day.none"), say("day.none_text")));
    let mut page = vec![tablet(scene), told(scene)];
    page.extend(nothing);
    page.extend(soon.into_iter().map(|it| interview(scene, it)));
    page
}

/// A line that is as it should be, or is not.
fn check(title: &str, text: &str, is_good: bool, after: Option<Node>) -> Node {
    let state = if is_good {
        pill("pill", say("day.good"))
    } else {
        pill("pill pill-open", say("day.look"))
    };
    let mut all = vec![state];
    all.extend(after);
    row(title, text, all).with("data-good", if is_good { "yes" } else { "no" })
}

fn tablet(scene: &Scene<'_>) -> Node {
    let Condition { sync, battery } = scene.device;
    let is_online = sync.link == LinkView::Online;
    let is_fresh = is_online
        || sync.all_sent_at.is_some_and(|at| scene.now_ms.saturating_sub(at.0) < FRESH_MS);
    let fresh = match sync.all_sent_at {
        _ if is_online => say("day.online").to_owned(),
        Some(at) => fill("day.fresh", &[&moment::minute(at)]),
        None => say("day.never").to_owned(),
    };
    let storage = match sync.storage {
        StorageView::Fine => say("day.storage"),
        StorageView::Full => say("day.full"),
        StorageView::Broken => say("day.broken"),
    };
    let battery = battery.map(|(level, is_charged)| {
        let key = if is_charged { "day.charged" } else { "day.level" };
        let is_enough = is_charged || level >= BATTERY_MIN;
        check(say("day.battery"), &fill(key, &[&level.to_string()]), is_enough, None)
    });
    let is_by_hand = battery.is_none();
    let mut lines = vec![
        check(say("day.freshness"), &fresh, is_fresh, None),
        check(say("day.written"), &badge::say(words(), sync), sync.unsaved == 0, None),
        check(say("day.keeps"), storage, sync.storage == StorageView::Fine, None),
    ];
    lines.extend(battery);
    section("tablet", say("day.tablet"))
        .maybe(rows(lines))
        .maybe(is_by_hand.then(|| hint(say("day.battery_unknown"))))
}

/// Which words are read out.
fn told(scene: &Scene<'_>) -> Node {
    let directory = scene.shelf.plan.directory.and_then(|id| scene.shelf.directory(id));
    let current =
        directory.into_iter().flat_map(|it| it.templates.iter()).filter(|it| it.is_current);
    let lines = current.map(|it| {
        let version = it.told.version.to_string();
        let title = fill("directory.version", &[&version, of("lang", &it.language)]);
        let from = if it.valid_from.is_empty() {
            say("day.own_words").to_owned()
        } else {
            fill("day.since", &[&moment::date(&it.valid_from)])
        };
        check(&title, &from, true, None)
    });
    let lines: Vec<Node> = lines.collect();
    section("told", say("directory.templates"))
        .maybe(lines.is_empty().then(|| hint(say("day.own_words"))))
        .maybe(rows(lines))
}

/// What one interview needs.
fn interview(scene: &Scene<'_>, it: &AppointmentRow) -> Node {
    let case = scene.home.cases.iter().find(|row| row.case == it.case);
    let name = case.map_or("", |row| row.employee_name.as_str());
    let title = [&moment::minute(it.start), "　", name].concat();
    let early = UnixMillis(it.start.0.saturating_sub(super::today::EARLY_MS));
    let length = fill("slots.minutes", &[&it.length_min.to_string()]);
    let arrive = fill("slots.arrive", &[&moment::minute(early)]);
    let mut lines = vec![room(scene, it)];
    let consent = scene.shelf.consent(it.case);
    let undecided = consent.map_or(0, |view| view.undecided.len());
    let missing = match (consent, undecided) {
        (None, _) => say("day.not_here").to_owned(),
        (Some(_), 0) => say("day.decided").to_owned(),
        (Some(_), open) => fill("consent.missing", &[&open.to_string()]),
    };
    let is_here = consent.is_some();
    let to = link(Place::Page(Sheet::Consent, it.case), "button", "to-consent", say("case.look"));
    lines.push(check(say("consent.title"), &missing, is_here && undecided == 0, Some(to)));
    let card = scene.home.cards.iter().find(|row| row.case == Some(it.case));
    lines.extend(card.map(|row| {
        let is_ready = matches!(row.prep, Prep::Ready | Prep::BroughtOnPaper | Prep::Reviewed);
        let to = row
            .document
            .map(|id| link(Place::Page(Sheet::Card, id), "button", "to-card", say("case.look")));
        check(say("card.title"), &card::prep(&row.prep), is_ready, to)
    }));
    let unsigned =
        case.into_iter().flat_map(|row| &row.interviews).filter(|it| it.sign_by.is_some());
    let unsigned = unsigned.filter_map(|it| {
        let to = link(Place::Note(it.note?), "button", "to-note", say("after.note"));
        Some(check(&(words().home.interview)(it.ordinal), say("day.unsigned"), false, Some(to)))
    });
    lines.extend(unsigned);
    section(&["meet-", &it.slot].concat(), &title)
        .with("data-case", &it.case.to_hex())
        .put(hint(&[&length, "　", &it.place, "　", &arrive].concat()))
        .maybe(rows(lines))
        .put(el("div", "dialog-actions").put(link(
            Place::Case(it.case),
            "button button-primary",
            "day-case",
            say("case.look"),
        )))
}

/// Whether the room still counts as quiet.
fn room(scene: &Scene<'_>, it: &AppointmentRow) -> Node {
    let slots = scene.shelf.plan.slots.iter().find(|row| row.document == it.slots);
    let company = slots.and_then(|row| row.company).and_then(|id| scene.shelf.company(id));
    let form = company.and_then(|view| scene.shelf.form(view.document));
    let is_it = |venue: &&VenueRow| {
        let name = form::text(form, &["venues/", &venue.id, "/name"].concat());
        !name.is_empty() && it.place.starts_with(&name)
    };
    let venue = company.and_then(|view| view.venues.iter().find(is_it));
    let to = company.map(|view| {
        link(
            Place::Page(Sheet::Company, view.document),
            "button",
            "to-room-check",
            say("case.look"),
        )
    });
    let (told, is_good) = match venue {
        None => (say("day.room_unknown").to_owned(), false),
        Some(venue) if venue.problem.is_empty() => {
            (fill("venue.until", &[&moment::date(&venue.until)]), true)
        }
        Some(venue) => (of("lacks", &venue.problem).to_owned(), false),
    };
    check(say("day.room"), &told, is_good, to)
}

fn hear(_scene: &Scene<'_>, _act: &str, _with: &str) -> Done {
    Done::default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::id::DocumentId;

    #[test]
    fn the_next_day_is_near_and_the_last_one_is_over() {
        let id = DocumentId::new([1; 16]);
        let at = |hours: u64| AppointmentRow {
            case: id,
            start: UnixMillis(hours * 3_600_000),
            length_min: 60,
            place: String::new(),
            state: String::new(),
            slots: id,
            slot: hours.to_string(),
        };
        let all = [at(130), at(98), at(110), at(97), at(137), at(135)];

        let near: Vec<&str> =
            soon(&all, 100 * 3_600_000).iter().map(|it| it.slot.as_str()).collect();

        assert_eq!(near, ["98", "110", "130", "135"]);
    }
}
