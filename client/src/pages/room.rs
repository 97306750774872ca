//! In the interview: a quiet page that the person opposite may see, and the way out of it.

use engine::{
    casework::{
        field::{Field, Value},
        interview::{GATE, State},
        note::{INK_POINTS_MAX, MARKS, Point},
    },
    command::{Command, Passphrase, RoomAct},
    view::{CaseRow, Content, InterviewRow},
};

use super::consent;
use crate::{
    app::place::{Place, Sheet},
    text::say::{fill, of, say},
    widgets::{
        board::{Board, Done, Scene},
        moment,
        node::{
            Node, act, actions, el, folded, hint, line, link, one, pill, row, rows, section,
            waiting, words,
        },
        offset,
        part::Weight,
    },
};

/// The page.
pub const BOARD: Board = Board { show, hear, every_s: 10 };

/// The case and the interview of a note.
fn found<'a>(scene: &Scene<'a>) -> Option<(&'a CaseRow, &'a InterviewRow)> {
    let Place::Page(Sheet::Room, note) = scene.place else { return None };
    let rows = scene.home.cases.iter();
    rows.flat_map(|case| case.interviews.iter().map(move |it| (case, it)))
        .find(|(_, it)| it.note == Some(note))
}

fn show(scene: &Scene<'_>) -> Vec<Node> {
    let Some((case, interview)) = found(scene) else {
        return vec![waiting()];
    };
    let mut page = vec![head(case, interview)];
    page.extend(match interview.state {
        State::Scheduled | State::Consent => before(scene, case, interview),
        State::Talking => talking(scene, case, interview),
        State::Wrapping => closing(scene, case, interview),
        State::Ended | State::NoteDraft | State::NoteSigned | State::Amended => {
            after(scene, case, interview)
        }
    });
    page
}

/// How far an interview is, as a code.
pub fn state(state: State) -> &'static str {
    say(match state {
        State::Scheduled => "state.scheduled",
        State::Consent => "state.consent",
        State::Talking => "state.talking",
        State::Wrapping => "state.wrapping",
        State::Ended => "state.ended",
        State::NoteDraft => "state.note_draft",
        State::NoteSigned => "state.note_signed",
        State::Amended => "state.amended",
    })
}

fn head(case: &CaseRow, interview: &InterviewRow) -> Node {
    let title = fill("room.title", &[&case.employee_name, &interview.ordinal.to_string()]);
    el("div", "room-head")
        .put(words("h1", "", &title).with("translate", "no"))
        .put(pill("", state(interview.state)))
}

fn before(scene: &Scene<'_>, case: &CaseRow, interview: &InterviewRow) -> Vec<Node> {
    let view = scene.shelf.consent(case.case);
    let lines = GATE.into_iter().map(|matter| {
        let told = consent::decided_pill(view.and_then(|view| consent::row_of(view, matter)));
        let title = say(&["consent.", matter.code()].concat());
        row(title, "", vec![told]).with("data-matter", matter.code())
    });
    let is_open = view.is_some_and(|view| view.undecided.is_empty());
    let talk = if is_open { Weight::Primary } else { Weight::Plain };
    let step = |weight, to, label| act(weight, to, say(label));
    let explain = (interview.state == State::Scheduled)
        .then(|| step(Weight::Plain, "step:consent", "room.explain"));
    let to_consent = link(
        Place::Page(Sheet::Consent, case.case),
        if is_open { "button" } else { "button button-primary" },
        "to-consent",
        say("consent.title"),
    );
    vec![
        section("before", say("room.before"))
            .put(hint(say("room.before_lead")))
            .maybe(rows(lines.collect()))
            .put(el("div", "dialog-actions").maybe(explain).put(to_consent).put(step(
                talk,
                "step:talking",
                "room.begin",
            )))
            .put(pin(scene, interview)),
    ]
}

/// A PIN for this interview, who wants one.
fn pin(scene: &Scene<'_>, interview: &InterviewRow) -> Node {
    let title = if interview.is_pinned { "room.pinned" } else { "room.pin_title" };
    let typed = scene.values.text("pin");
    let inside = vec![
        hint(say("room.pin_lead")),
        line("password", "pin", say("room.pin"), &typed),
        actions(vec![act(Weight::Plain, "choose-pin", say("room.pin_set"))]),
    ];
    folded("pin", say(title), inside)
}

/// Minutes since the talk began.
fn minutes(scene: &Scene<'_>, interview: &InterviewRow) -> u64 {
    let [_, began, _] = interview.times;
    began.map_or(0, |began| scene.now_ms.saturating_sub(began.0) / 60_000)
}

/// The arcs of the clock, in minutes: the talk proper, its end at the latest, the end of the slot.
const ARCS: [u64; 3] = [45, 60, 75];

/// A part of a ring that is 75 minutes round; it begins at the top.
fn arc(class: &str, from: u64, length: &str) -> Node {
    el("circle", class)
        .with("cx", "100")
        .with("cy", "100")
        .with("r", "84")
        .with("pathLength", "75")
        .with("transform", "rotate(-90 100 100)")
        .with("stroke-dasharray", &[length, " 75"].concat())
        .with("stroke-dashoffset", &["-", &from.to_string()].concat())
}

fn clock(minutes: u64) -> Node {
    let past = minutes.min(75);
    let late = ARCS.iter().filter(|it| minutes >= **it).count();
    let ticks = ARCS.iter().map(|it| arc("clock-tick", it.saturating_sub(1), "1"));
    let spoken = fill("room.minutes", &[&minutes.to_string()]);
    el("svg", "clock")
        .with("viewBox", "0 0 200 200")
        .with("role", "img")
        .with("aria-label", &spoken)
        .with("data-late", &late.to_string())
        .put(arc("clock-all", 0, "75"))
        .put(arc("clock-past", 0, &past.to_string()))
        .all(ticks.collect())
        .put(words("text", "clock-text", &minutes.to_string()).with("x", "100").with("y", "108"))
        .put(words("text", "clock-unit", say("room.unit")).with("x", "100").with("y", "134"))
}

fn field<'a>(scene: &Scene<'a>, name: &str) -> Option<&'a Content> {
    let Place::Page(_, note) = scene.place else { return None };
    let note = scene.shelf.note(note)?;
    note.fields.iter().find(|(it, _)| it.as_str() == name).map(|(_, content)| content)
}

fn purpose(scene: &Scene<'_>, case: &CaseRow) -> String {
    use engine::casework::consent::{Matter, Scope};
    let view = scene.shelf.consent(case.case);
    let row = view.and_then(|view| consent::row_of(view, Matter::Purpose));
    match row.and_then(|row| row.standing.as_ref()).map(|it| &it.scope) {
        Some(Scope::Words(words)) => words.clone(),
        Some(Scope::Whole | Scope::Exact(_) | Scope::To(_) | Scope::Codes(_)) | None => {
            String::new()
        }
    }
}

/// The marks that were set last, newest first.
fn marks(scene: &Scene<'_>) -> Vec<Node> {
    let Some(Content::Items(items)) = field(scene, "marks") else { return vec![] };
    let line = |item: &String| {
        let value = |part: &str| field(scene, Field::top("marks").child(item).child(part).as_str());
        let kind = match value("kind") {
            Some(Content::Value(Value::Code(code))) => of("marks/kind", code),
            Some(Content::Value(_) | Content::Text { .. } | Content::Items(_)) | None => "",
        };
        let at = match value("at_s") {
            Some(Content::Value(Value::Number(seconds))) => offset::show(*seconds),
            Some(Content::Value(_) | Content::Text { .. } | Content::Items(_)) | None => {
                String::new()
            }
        };
        el("li", "mark").key(item).put(words("span", "", &at)).put(words("span", "", kind))
    };
    items.iter().rev().take(4).map(line).collect()
}

fn talking(scene: &Scene<'_>, case: &CaseRow, interview: &InterviewRow) -> Vec<Node> {
    let passed = minutes(scene, interview);
    let buttons = MARKS.iter().zip(1..).map(|(kind, key): (_, u8)| {
        act(Weight::Plain, &["mark:", kind].concat(), of("marks/kind", kind))
            .with("data-mark", kind)
            .with("data-key", &key.to_string())
    });
    let is_interrupted = interview.interrupted_at.is_some();
    let pause = if is_interrupted { "room.go_on" } else { "room.interrupt" };
    let purpose = purpose(scene, case);
    let far = ARCS.iter().rposition(|it| passed >= *it);
    let remark = far.map(|at| {
        let key = ["room.at45", "room.at60", "room.at75"].get(at).copied().unwrap_or_default();
        hint(say(key)).with("role", "status")
    });
    vec![
        el("div", "room-quiet").put(clock(passed)).put(
            el("div", "stack")
                .maybe((!purpose.is_empty()).then(|| words("p", "room-purpose", &purpose)))
                .maybe(remark)
                .put(
                    el("div", "marks")
                        .with("role", "group")
                        .with("aria-label", say("room.marks"))
                        .all(buttons.collect()),
                )
                .put(el("ol", "marks-set").with("aria-live", "polite").all(marks(scene))),
        ),
        section("strip", say("room.strip")).put(super::canvas::pad(
            "ink",
            say("room.strip_lead"),
            scene.values.get("ink").unwrap_or_default(),
            "0 0 1000 160",
            Some(act(Weight::Plain, "scribble", say("room.keep_ink"))),
        )),
        el("div", "room-foot")
            .put(act(Weight::Quiet, "interrupt", say(pause)))
            .put(link(Place::Page(Sheet::Canvas, case.case), "button button-quiet", "to-canvas", say("canvas.title")))
            // Says nothing to who looks on.
            .put(
                link(Place::Page(Sheet::Risk, case.case), "button button-quiet", "to-risk", "…")
                    .with("aria-label", say("risk.title"))
                    .with("title", say("risk.title")),
            )
            .put(act(Weight::Primary, "step:wrapping", say("room.wrap")).with("data-key", "E")),
        pin(scene, interview),
    ]
}

fn closing(scene: &Scene<'_>, case: &CaseRow, interview: &InterviewRow) -> Vec<Node> {
    use engine::casework::consent::Matter;
    let view = scene.shelf.consent(case.case);
    let wish = consent::standing(view.and_then(|it| consent::row_of(it, Matter::Continuation)));
    let booked = scene.shelf.plan.appointments.iter().filter(|it| it.case == case.case);
    let slots: Vec<(String, String)> = booked
        .filter(|it| it.start.0 > scene.now_ms)
        .map(|it| ([&it.slots.to_hex(), " ", &it.slot].concat(), moment::minute(it.start)))
        .collect();
    let choices: Vec<(&str, &str)> =
        slots.iter().map(|(id, at)| (id.as_str(), at.as_str())).collect();
    let chosen = interview.next_slot.as_ref();
    let chosen = chosen.map(|(slots, slot)| [&slots.to_hex(), " ", slot].concat());
    let next = if choices.is_empty() {
        hint(say("closing.no_slot"))
    } else {
        el("div", "stack")
            .put(one("next", say("closing.next"), &choices, chosen.as_deref().unwrap_or_default()))
            .put(actions(vec![act(Weight::Plain, "next", say("closing.keep"))]))
    };
    let homework = match field(scene, "homework") {
        Some(Content::Items(items)) => items.len(),
        Some(Content::Text { .. } | Content::Value(_)) | None => 0,
    };
    let homework = fill("closing.homework", &[&homework.to_string()]);
    vec![
        section("wish", say("closing.wish"))
            .maybe(rows(vec![row(say("consent.c5"), "", vec![pill("", wish)])]))
            .put(actions(vec![link(
                Place::Page(Sheet::Consent, case.case),
                "button",
                "to-consent",
                say("closing.ask"),
            )])),
        section("next-slot", say("closing.next")).put(next),
        section("homework", say("closing.homework_title")).put(hint(&homework)).put(actions(vec![
            note_link(interview, say("closing.write_homework")),
            act(Weight::Plain, "plan", say("closing.plan")),
        ])),
        section("survey", say("closing.survey")).put(hint(say("closing.survey_lead"))).put(
            actions(vec![link(
                Place::Page(Sheet::Consent, case.case),
                "button",
                "to-hand",
                say("hand.title"),
            )]),
        ),
        actions(vec![act(Weight::Primary, "step:ended", say("closing.end"))]),
    ]
}

fn note_link(interview: &InterviewRow, label: &str) -> Node {
    match interview.note {
        Some(note) => link(Place::Note(note), "button", "to-note", label),
        None => hint(label),
    }
}

fn after(scene: &Scene<'_>, case: &CaseRow, interview: &InterviewRow) -> Vec<Node> {
    let offered = match interview.offered_at {
        Some(at) => fill("after.offered", &[&moment::minute(at)]),
        None => say("after.not_offered").to_owned(),
    };
    let late = interview.sign_by.map(|(remind, late)| {
        let key = if scene.now_ms >= late.0 {
            "after.late"
        } else if scene.now_ms >= remind.0 {
            "after.remind"
        } else {
            "after.sign"
        };
        fill(key, &[&moment::minute(late)])
    });
    let is_signable = interview.state == State::NoteDraft || interview.state == State::Ended;
    let sign = is_signable.then(|| act(Weight::Plain, "sign", say("after.do_sign")));
    vec![
        section("after", say("after.title"))
            .maybe(late.map(|told| words("p", "remark", &told)))
            .put(hint(&offered))
            .put(
                el("div", "dialog-actions")
                    .put(note_link(interview, say("after.note")))
                    .maybe(sign)
                    .put(link(Place::Case(case.case), "button", "to-case", say("case.title"))),
            ),
    ]
}

fn hear(scene: &Scene<'_>, act: &str, with: &str) -> Done {
    let (Some((row, it)), Place::Page(_, note)) = (found(scene), scene.place) else {
        return Done::default();
    };
    let (case, interview) = (row.case, it.interview);
    let room = |act| Done::ask(Command::Room(act));
    match act {
        "step" => {
            let to = match with {
                "consent" => State::Consent,
                "talking" => State::Talking,
                "wrapping" => State::Wrapping,
                _ => State::Ended,
            };
            room(RoomAct::Step { case, interview, to })
        }
        "scribble" => {
            let ink = ink(scene.values.get("ink").unwrap_or_default());
            if ink.is_empty() {
                return Done::default();
            }
            Done::ask_and_clear(Command::Room(RoomAct::Scribble { note, ink }), "ink")
        }
        "choose-pin" => {
            let pin = Passphrase::new(scene.values.text("pin"));
            Done::ask_and_clear(Command::Room(RoomAct::ChoosePin { case, interview, pin }), "pin")
        }
        "mark" => room(RoomAct::Mark { note, kind: with.to_owned() }),
        "interrupt" => room(RoomAct::Interrupt { case, interview }),
        "plan" => room(RoomAct::PlanHomework(note)),
        "sign" => Done::ask(Command::SignNote(note)),
        "next" => {
            let chosen = scene.values.text("next");
            let slot = chosen.split_once(' ').and_then(|(slots, slot)| {
                Some((shared::id::DocumentId::from_hex(slots)?, slot.to_owned()))
            });
            room(RoomAct::NextSlot { case, interview, slot })
        }
        _ => Done::default(),
    }
}

/// The points of what was drawn in a pad. Where a stroke begins the pen does not press yet.
fn ink(strokes: &str) -> Vec<Point> {
    let point = |(at, told): (usize, &str)| {
        let (x, y) = told.split_once(',')?;
        let pressure = if at == 0 { 0 } else { 128 };
        Some(Point { x: x.parse().ok()?, y: y.parse().ok()?, after_ms: 0, pressure })
    };
    let stroke = |stroke: &str| stroke.split(' ').enumerate().filter_map(point).collect::<Vec<_>>();
    let mut points: Vec<Point> = strokes.split(';').flat_map(stroke).collect();
    points.truncate(INK_POINTS_MAX);
    points
}

#[cfg(test)]
mod tests {
    use engine::view::{Home, LinkView, StorageView, SyncView};
    use shared::{id::DocumentId, log::org::Role, time::UnixMillis};

    use super::*;
    use crate::{
        app::shelf::Shelf,
        widgets::{board::Condition, node::Values},
    };

    const NOTE: DocumentId = DocumentId::new([7; 16]);

    /// What a consultant sees in the room, and what follows from a PIN.
    fn room(state: State, is_pinned: bool) -> (Vec<Node>, Done) {
        let interview = InterviewRow {
            interview: NOTE,
            ordinal: 1,
            added_at: UnixMillis(0),
            note: Some(NOTE),
            offered_at: None,
            state,
            times: [None; 3],
            interrupted_at: None,
            sign_by: None,
            next_slot: None,
            is_pinned,
        };
        let case = CaseRow {
            case: NOTE,
            shared: NOTE,
            employee_name: String::new(),
            consultant_name: String::new(),
            interviews: vec![interview],
            consent: None,
            disclosure: None,
            private: None,
        };
        let sync = SyncView {
            link: LinkView::Offline,
            storage: StorageView::Fine,
            unsaved: 0,
            unsent: 0,
            all_sent_at: None,
        };
        let mut values = Values::default();
        values.set("pin", "4739".into());
        let scene = Scene {
            place: Place::Page(Sheet::Room, NOTE),
            role: Role::Consultant,
            is_handed: false,
            now_ms: 0,
            home: &Home { cases: vec![case], ..Home::default() },
            shelf: &Shelf::default(),
            values: &values,
            device: &Condition { sync, battery: None },
        };
        (show(&scene), hear(&scene, "choose-pin", ""))
    }

    #[test]
    fn a_pin_is_offered_until_the_talk_is_over_and_kept_in_no_field() {
        for (state, is_offered) in [
            (State::Scheduled, true),
            (State::Consent, true),
            (State::Talking, true),
            (State::Wrapping, false),
            (State::Ended, false),
        ] {
            let (page, done) = room(state, false);
            assert_eq!(
                page.iter().any(|it| it.acts().contains(&"choose-pin")),
                is_offered,
                "{state:?}"
            );
            assert_eq!(done.clear, "pin");
            let pin = match done.commands.as_slice() {
                [Command::Room(RoomAct::ChoosePin { interview: NOTE, pin, .. })] => pin.expose(),
                _ => "",
            };
            assert_eq!(pin, "4739");
        }
        let told = |is_pinned| {
            let (page, _) = room(State::Talking, is_pinned);
            page.iter().map(Node::told).collect::<Vec<_>>().concat()
        };
        assert!(told(true).contains(say("room.pinned")));
        assert!(!told(false).contains(say("room.pinned")));
    }

    #[test]
    fn every_stroke_of_a_scribble_begins_where_the_pen_comes_down() {
        let points = ink("10,20 30,40;50,60 -7,80 70,90");
        let told: Vec<(u16, u16, bool)> =
            points.iter().map(|it| (it.x, it.y, it.pressure == 0)).collect();
        assert_eq!(told, [(10, 20, true), (30, 40, false), (50, 60, true), (70, 90, false)]);
        let long = "1,1 ".repeat(INK_POINTS_MAX + 1);
        assert_eq!(ink(long.trim()).len(), INK_POINTS_MAX);
        assert_eq!(ink(""), []);
    }

    #[test]
    fn the_clock_goes_round_once_in_a_slot_and_says_the_minutes() {
        assert!(clock(32).told().contains("32"));
        let late = |minutes| {
            clock(minutes).parts().attributes.iter().any(|it| *it == ("data-late", "2".into()))
        };
        assert!(!late(59) && late(60) && !late(75));
    }
}
