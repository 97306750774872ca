//! From the door to the signed note: what may happen when, and what is written down.

use engine::{
    casework::{
        canvas::{Mark, Owner},
        consent::{Decision, Matter, Method, Scope},
        field::{Field, Value},
        interview::State,
        note::{INK_POINTS_MAX, Point},
        summary,
    },
    command::{CanvasAct, Command, RoomAct},
    view::{InterviewRow, Notice, RoomNotice},
};
use harness::world::DeviceNo;
use shared::{id::DocumentId, time::UnixMillis};

use super::{Cast, cast};

impl Cast {
    pub(super) fn step(&mut self, device: DeviceNo, interview: DocumentId, to: State) {
        let act = RoomAct::Step { case: self.case, interview, to };
        self.world.ask(device, Command::Room(act));
    }

    pub(super) fn interview(&self, device: DeviceNo) -> &InterviewRow {
        &self.world.on(device).screen.home.cases[0].interviews[0]
    }

    pub(super) fn last_notice(&self, device: DeviceNo) -> Option<&Notice> {
        self.world.on(device).screen.notices.last()
    }

    /// Everything that the first talk needs.
    fn consent_to_all(&mut self) {
        self.decide(self.phone, Matter::Secrecy, Decision::Explained);
        self.decide(self.phone, Matter::Consultant, Decision::Explained);
        self.decide(self.phone, Matter::Record, Decision::Agreed);
        let purpose = Scope::Words("迷いを整理する".into());
        self.decide_as(self.phone, (Matter::Purpose, Decision::Agreed, purpose), Method::OwnPhone);
        self.world.settle();
    }

    pub(super) fn talk(&mut self, note: DocumentId) {
        self.consent_to_all();
        self.step(self.tablet, note, State::Consent);
        self.step(self.tablet, note, State::Talking);
        assert_eq!(self.interview(self.tablet).state, State::Talking);
    }
}

#[test]
fn the_talk_begins_only_when_four_matters_are_decided_and_says_which_are_not() {
    let mut room = cast(621);
    let tablet = room.tablet;
    let note = room.world.add_interview(tablet, room.case);
    room.step(tablet, note, State::Consent);
    room.world.offline(tablet);
    room.step(tablet, note, State::Talking);

    let missing = vec![Matter::Secrecy, Matter::Purpose, Matter::Consultant, Matter::Record];
    let refused = Notice::Room(RoomNotice::Undecided(missing));
    assert_eq!(room.last_notice(tablet), Some(&refused));
    assert_eq!(room.interview(tablet).state, State::Consent);
    room.step(tablet, note, State::Ended);
    assert_eq!(room.last_notice(tablet), Some(&Notice::Room(RoomNotice::NoStep)));

    room.world.online(tablet);
    room.consent_to_all();
    room.step(tablet, note, State::Talking);
    let [checked_in_at, started_at, ended_at] = room.interview(tablet).times;
    assert!(checked_in_at < started_at && ended_at.is_none());
    room.decide(room.phone, Matter::Secrecy, Decision::Refused);
    room.world.settle();
    assert_eq!(room.interview(tablet).state, State::Consent, "no talk without secrecy");
    room.step(tablet, note, State::Talking);
    assert_eq!(room.last_notice(tablet), Some(&Notice::Room(RoomNotice::SecrecyRefused)));
}

#[test]
fn marks_and_scribbles_carry_the_second_of_the_talk_and_a_long_line_reaches_the_other_tablet() {
    let mut room = cast(622);
    let tablet = room.tablet;
    let laptop = room.world.link_device(tablet, "ノートパソコン");
    let note = room.world.add_interview(tablet, room.case);
    let mark = |kind: &str| Command::Room(RoomAct::Mark { note, kind: kind.into() });
    room.world.ask(tablet, mark("insight"));
    assert_eq!(
        room.last_notice(tablet),
        Some(&Notice::Room(RoomNotice::NoStep)),
        "not talking yet"
    );
    room.talk(note);
    let [_, started_at, _] = room.interview(tablet).times;
    room.world.offline(tablet);
    room.world.wait_ms(95_000);

    room.world.ask(tablet, mark("promise"));
    let at = u16::try_from(INK_POINTS_MAX).unwrap();
    let point =
        |at| Point { x: at, y: 1000 - at % 1000, after_ms: u32::from(at) * 8, pressure: 200 };
    let ink: Vec<Point> = (0..at).map(point).collect();
    room.world.ask(tablet, Command::Room(RoomAct::Scribble { note, ink: ink.clone() }));
    let longer = [ink.clone(), vec![point(0)]].concat();
    room.world.ask(tablet, Command::Room(RoomAct::Scribble { note, ink: longer }));
    assert_eq!(room.last_notice(tablet), Some(&Notice::TooLong));
    room.world.online(tablet);
    room.world.settle();

    room.world.ask(laptop, Command::Open(note));
    let marks = Field::top("marks");
    let made = marks.child(&room.world.on(laptop).screen.items(note, &marks)[0]);
    let at_s = room.world.on(laptop).screen.value(note, &made.child("at_s"));
    let since = room.world.now().0 - started_at.unwrap().0;
    assert!(
        matches!(at_s, Value::Number(at_s) if (95..=i64::try_from(since / 1000).unwrap()).contains(&at_s))
    );
    let kind = room.world.on(laptop).screen.value(note, &made.child("kind"));
    assert_eq!(kind, Value::Code("promise".into()));
    let scribbles = room.world.on(laptop).screen.items(note, &Field::top("scribbles"));
    assert_eq!(scribbles.len(), 1);
    let item = scribbles[0].clone();
    room.world.ask(laptop, Command::Room(RoomAct::ShowScribble { note, item }));
    let shown = room.world.on(laptop).screen.scribble.as_ref().unwrap();
    assert!(shown.ink == ink);
}

#[test]
fn a_talk_is_interrupted_and_goes_on_and_the_note_is_asked_for_until_it_is_signed() {
    let mut room = cast(623);
    let (tablet, case) = (room.tablet, room.case);
    let note = room.world.add_interview(tablet, case);
    room.talk(note);
    let interrupt = Command::Room(RoomAct::Interrupt { case, interview: note });
    room.world.wait_ms(1_000);
    room.world.ask(tablet, interrupt.clone());
    assert!(room.interview(tablet).interrupted_at.is_some());
    room.world.wait_ms(60_000);
    room.world.ask(tablet, interrupt);
    assert_eq!(room.interview(tablet).interrupted_at, None);

    room.step(tablet, note, State::Wrapping);
    let slot = Some((DocumentId::new([5; 16]), String::from("a1")));
    let next = RoomAct::NextSlot { case, interview: note, slot: slot.clone() };
    room.world.ask(tablet, Command::Room(next));
    room.step(tablet, note, State::Ended);
    room.world.settle();
    assert_eq!(room.interview(room.phone).next_slot, slot);
    assert_eq!(
        (room.interview(room.phone).state, room.interview(room.phone).sign_by),
        (State::Ended, None)
    );

    let [_, _, ended_at] = room.interview(tablet).times;
    let hours = |hours: u64| UnixMillis(ended_at.unwrap().0 + hours * 60 * 60 * 1000);
    assert_eq!(room.interview(tablet).state, State::Ended);
    assert_eq!(room.interview(tablet).sign_by, Some((hours(24), hours(72))));
    room.world.write(tablet, note, "presenting_issue", "係長の打診を受けるか迷う。");
    assert_eq!(room.interview(tablet).state, State::NoteDraft);
    assert_eq!(room.interview(tablet).sign_by, Some((hours(24), hours(72))));
    room.world.ask(tablet, Command::SignNote(note));
    assert_eq!(room.interview(tablet).state, State::NoteSigned);
    assert_eq!(room.interview(tablet).sign_by, None);
}

#[test]
fn who_asks_for_a_minimal_record_gets_one_and_what_was_written_before_stays() {
    let mut room = cast(624);
    let tablet = room.tablet;
    let note = room.world.add_interview(tablet, room.case);
    room.talk(note);
    room.world.write(tablet, note, "presenting_issue", "前に書いた。");
    let quote = room.world.add(tablet, note, "quotes");
    room.decide(room.phone, Matter::Record, Decision::Withdrawn);
    room.world.settle();
    let refused = Some(Notice::Room(RoomNotice::MinimalRecord));

    room.world.write(tablet, note, "presenting_issue", "後から書く。");
    assert_eq!(room.last_notice(tablet), refused.as_ref());
    assert_eq!(room.world.reads(tablet, note, "presenting_issue"), "前に書いた。");
    let attempts = [
        Command::AddItem { document: note, list: Field::top("quotes") },
        Command::RemoveItem { document: note, item: Field::top(&quote) },
        Command::SetValue {
            document: note,
            field: Field::top("outcome_start"),
            value: Value::Number(3),
        },
        Command::Room(RoomAct::Mark { note, kind: "insight".into() }),
        Command::Room(RoomAct::Scribble { note, ink: vec![] }),
    ];
    for attempt in attempts {
        room.world.on_mut(tablet).screen.notices.clear();
        room.world.ask(tablet, attempt.clone());
        assert_eq!(room.last_notice(tablet), refused.as_ref(), "{attempt:?}");
    }
    assert_eq!(room.items(tablet, note, "quotes"), 1);
    assert_eq!(room.items(tablet, note, "marks"), 0);

    room.world.set(tablet, note, "topic_main", Value::Code("promotion".into()));
    room.world.write(tablet, note, "risk_facts", "眠れていない。");
    let main = room.world.on(tablet).screen.value(note, &Field::top("topic_main"));
    assert_eq!(main, Value::Code("promotion".into()));
    assert_eq!(room.world.reads(tablet, note, "risk_facts"), "眠れていない。");
}

#[test]
fn homework_becomes_the_plan_of_both_once_and_the_employee_agrees_to_the_summary_as_it_stands() {
    let mut room = cast(625);
    let (tablet, phone, case) = (room.tablet, room.phone, room.case);
    let note = room.world.add_interview(tablet, case);
    room.open_on_both(case);
    let task = room.world.add(tablet, note, "homework");
    room.world.fill(tablet, note, &format!("{task}/text"), "係長お二人に聞く");
    room.world.set(tablet, note, &format!("{task}/by"), Value::When("2026-06-02".into()));
    for _ in 0..2 {
        room.world.ask(tablet, Command::Room(RoomAct::PlanHomework(note)));
    }
    room.world.fill(tablet, note, "summary_talked", "打診への迷い");
    let agree = Command::Room(RoomAct::Agree { case, interview: note });
    room.world.ask(phone, agree.clone());
    room.world.ask(tablet, Command::OfferSummary(note));
    room.world.settle();
    assert_eq!(room.items(phone, case, "actions"), 1);
    let step = room.world.on(phone).screen.items(case, &Field::top("actions")).remove(0);
    assert_eq!(room.world.reads(phone, case, &format!("actions/{step}/text")), "係長お二人に聞く");

    let state = |room: &Cast, device: DeviceNo| {
        room.world.on(device).screen.shared[&case].summaries[0].state
    };
    assert_eq!(state(&room, phone), summary::State::Offered);
    let addition = format!("interviews/{}/addition", note.to_hex());
    room.world.fill(phone, case, &addition, "②は来週中");
    room.world.settle();
    assert_eq!(state(&room, tablet), summary::State::EditedByEmployee);
    room.world.ask(tablet, agree.clone());
    room.world.settle();
    assert_eq!(
        state(&room, phone),
        summary::State::EditedByEmployee,
        "not the consultant's to agree"
    );
    room.world.ask(phone, agree);
    room.world.settle();
    for device in [tablet, phone] {
        assert_eq!(state(&room, device), summary::State::Agreed);
    }
    room.world.fill(tablet, note, "summary_talked", "打診への迷いと条件");
    room.world.ask(tablet, Command::OfferSummary(note));
    room.world.settle();
    assert_eq!(state(&room, phone), summary::State::EditedByEmployee);
}

#[test]
fn two_draw_on_one_lifeline_at_once_and_the_table_says_what_the_picture_shows() {
    let mut room = cast(626);
    let (tablet, phone, case) = (room.tablet, room.phone, room.case);
    room.open_on_both(case);
    let ask = |room: &mut Cast, device, act| {
        room.world.ask(device, Command::Room(RoomAct::Canvas { case, act }));
    };
    let begin = CanvasAct::Begin { owner: Owner::Both, kind: "lifeline".into() };
    ask(&mut room, tablet, begin);
    room.world.settle();
    let canvas = room.world.on(phone).screen.canvases[&case].canvases[0].canvas.id.clone();
    let mark = |x, y, text: &str| Mark {
        id: String::new(),
        x,
        y,
        group: "work".into(),
        text: text.into(),
    };
    let draw = |marks| CanvasAct::Draw { owner: Owner::Both, canvas: canvas.clone(), marks };

    room.world.offline(phone);
    let finger: Vec<Mark> = (0..1_500).map(|at| mark(2000 + at / 60, at % 100, "")).collect();
    ask(&mut room, tablet, draw(finger));
    ask(&mut room, phone, draw(vec![mark(2021, 70, "表彰")]));
    room.world.online(phone);
    room.world.settle();
    for device in [tablet, phone] {
        let view = &room.world.on(device).screen.canvases[&case].canvases[0];
        assert_eq!((view.canvas.marks.len(), view.lines.len()), (1_501, 1_501));
        assert!(
            view.lines.iter().any(|(_, numbers, text)| text == "表彰" && numbers == &[2021, 70])
        );
    }

    ask(&mut room, phone, draw(vec![mark(2021, 101, "上限の上")]));
    assert_eq!(room.last_notice(phone), Some(&Notice::Room(RoomNotice::NotDrawn)));
    let undo = CanvasAct::Undo { owner: Owner::Both, canvas: canvas.clone() };
    ask(&mut room, tablet, undo);
    room.world.settle();
    for device in [tablet, phone] {
        let view = &room.world.on(device).screen.canvases[&case].canvases[0];
        assert_eq!(view.lines.len(), 1, "the whole line, and nothing of the other's");
    }
    let drawing = CanvasAct::Begin { owner: Owner::Employee, kind: "values".into() };
    ask(&mut room, tablet, drawing.clone());
    room.world.settle();
    assert_eq!(
        room.world.on(phone).screen.canvases[&case].canvases.len(),
        1,
        "not the consultant's"
    );
    ask(&mut room, phone, drawing);
    room.world.settle();
    assert_eq!(room.world.on(tablet).screen.canvases[&case].canvases.len(), 2);
}

#[test]
fn a_relation_chart_is_the_consultants_view_until_they_show_it() {
    let mut room = cast(631);
    let (tablet, phone, case) = (room.tablet, room.phone, room.case);
    room.open_on_both(case);
    let begin = |kind: &str| {
        let act = CanvasAct::Begin { owner: Owner::Both, kind: kind.into() };
        Command::Room(RoomAct::Canvas { case, act })
    };
    room.world.ask(tablet, begin("relation"));
    room.world.ask(tablet, begin("scale"));
    room.world.settle();
    let kinds = |room: &Cast, device| -> Vec<String> {
        let canvases = room.world.on(device).screen.canvases[&case].canvases.iter();
        canvases.map(|it| it.canvas.kind.clone()).collect()
    };
    assert_eq!(kinds(&room, tablet), ["relation", "scale"]);
    assert_eq!(kinds(&room, phone), ["scale"]);

    let chart = room.world.on(tablet).screen.canvases[&case].canvases[0].canvas.id.clone();
    let shown = format!("canvases/{chart}/shown");
    room.world.set(tablet, case, &shown, Value::Flag(true));
    room.world.settle();
    assert_eq!(kinds(&room, phone), ["relation", "scale"]);
    assert!(room.world.on(tablet).screen.canvases[&case].canvases[0].is_shown);
    // What an employee draws is theirs to see, whatever it is.
    room.world.ask(phone, begin("relation"));
    room.world.settle();
    assert_eq!(kinds(&room, phone).len(), 3);
}
