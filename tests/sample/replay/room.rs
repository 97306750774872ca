//! What is decided, drawn and agreed to in the room and on the phone.

use engine::{
    casework::{
        canvas::{self, Owner},
        consent::{Decision, Matter, Method, Scope},
        field::{Field, Value},
        interview::State,
        note::Point,
    },
    command::{CanvasAct, Command, Decide, RoomAct},
};
use shared::{hash::sha256, id::DocumentId, time::UnixMillis};

use super::Replay;
use crate::{
    sample::{
        calendar::plus_min,
        canvas::Canvas,
        consent::{Covers, Decided, How},
        edge, example,
        interview::Interview,
        note::code,
        person::{Prep, STAFF},
        place::VENUES,
    },
    world::DeviceNo,
};

/// Minutes in which everything is decided that is decided at the beginning.
const EXPLAINING_MIN: u64 = 20;

impl Replay {
    /// From the explanation to the talk; the two devices may be in reach of each other or not.
    pub(super) fn open_talk(&mut self, index: usize, tablet: DeviceNo, note: DocumentId) {
        let Some(it) = self.firm.interviews.get(index).cloned() else { return };
        if it.ordinal == 1 {
            self.step_to(tablet, &it, note, State::Consent);
            self.note_paper(it.person, tablet);
        }
        let phone = self.phones.get(&it.person).copied();
        if self.has_network(index)
            && let Some(phone) = phone
        {
            self.world.online(phone);
            self.world.settle();
        }
        let until = plus_min(it.started_at, EXPLAINING_MIN);
        let is_now = |at: UnixMillis| (it.started_at..=until).contains(&at);
        let decided = self.firm.decisions.iter();
        let decided: Vec<Decided> =
            decided.filter(|of| of.person == it.person && is_now(of.at)).cloned().collect();
        for of in decided {
            self.decide(&of, tablet);
        }
        self.world.settle();
        self.step_to(tablet, &it, note, State::Talking);
        if let Some(phone) = phone {
            self.world.offline(phone);
        }
    }

    /// Somebody brings their JOB card on paper, of which nothing is kept.
    fn note_paper(&mut self, person: usize, tablet: DeviceNo) {
        let brings = self.firm.people.get(person).is_some_and(|it| it.prep == Prep::Paper);
        let Some(case) = self.cases.get(&person).copied().filter(|_| brings) else { return };
        self.world.ask(tablet, Command::Open(case));
        self.choose(tablet, case, Field::top("card_paper"), code("brought"));
        self.world.ask(tablet, Command::Close(case));
        self.world.on_mut(tablet).screen.forget(case);
    }

    /// The talk is over.
    pub(super) fn close_talk(&mut self, index: usize, tablet: DeviceNo, note: DocumentId) {
        let Some(it) = self.firm.interviews.get(index).cloned() else { return };
        for canvas in &it.canvases {
            self.draw(tablet, it.person, canvas);
        }
        if self
            .firm
            .people
            .get(it.person)
            .is_some_and(|person| (person.number, it.ordinal - 1) == edge::INK)
        {
            let ink = ink();
            self.world.ask(tablet, Command::Room(RoomAct::Scribble { note, ink }));
        }
        self.step_to(tablet, &it, note, State::Wrapping);
        self.step_to(tablet, &it, note, State::Ended);
    }

    fn step_to(&mut self, tablet: DeviceNo, it: &Interview, note: DocumentId, to: State) {
        let Some(case) = self.cases.get(&it.person).copied() else { return };
        let act = RoomAct::Step { case, interview: note, to };
        self.world.ask(tablet, Command::Room(act));
    }

    /// One decision, on the device that it is given on.
    pub(super) fn decide(&mut self, of: &Decided, tablet: DeviceNo) {
        let (Some(case), Some(phone)) =
            (self.cases.get(&of.person).copied(), self.phones.get(&of.person).copied())
        else {
            return;
        };
        let hash = sha256(&[b"sample", &of.at.0.to_be_bytes(), of.matter.code().as_bytes()]);
        let (device, method) = match of.how {
            How::Phone => (phone, Method::OwnPhone),
            How::Tablet => (tablet, Method::Tablet(hash)),
            How::Paper => (tablet, Method::Paper(hash)),
            How::Spoken => {
                (tablet, Method::Spoken(String::from("説明を読み上げ、「はい」と答えられた。")))
            }
        };
        let scope = match &of.covers {
            Covers::Whole => Scope::Whole,
            Covers::Words(words) => Scope::Words(words.clone()),
            Covers::Codes(codes) => {
                Scope::Codes(codes.iter().map(|code| (*code).to_owned()).collect())
            }
            Covers::Successor(staff) => Scope::To(self.account_of(*staff)),
            // What is told to others has a course of its own.
            Covers::Disclosure(_) => return,
        };
        let place = VENUES.first().map_or("", |it| it.name).to_owned();
        let decide = Decide {
            case,
            matter: of.matter,
            decision: of.decision,
            scope,
            method,
            place,
            language: String::from("ja"),
        };
        self.world.ask(device, Command::Room(RoomAct::Decide(decide)));
    }

    /// The account of a member of the staff, as the first admin knows them.
    #[track_caller]
    pub(super) fn account_of(&self, staff: usize) -> shared::id::AccountId {
        let name = STAFF.get(staff).map_or("", |it| it.name);
        let admin = self.admins.first().copied().expect("an admin");
        self.world.known_as(admin, name)
    }

    fn draw(&mut self, tablet: DeviceNo, person: usize, canvas: &Canvas) {
        let Some(case) = self.cases.get(&person).copied() else { return };
        let owner = Owner::Both;
        let ask = |act| Command::Room(RoomAct::Canvas { case, act });
        self.world.ask(tablet, Command::Open(case));
        let kind = canvas.kind.to_owned();
        self.world.ask(tablet, ask(CanvasAct::Begin { owner, kind }));
        let shown = self.world.on(tablet).screen.canvases.get(&case);
        let begun = shown.and_then(|it| it.canvases.last()).map(|it| it.canvas.id.clone());
        let begun = begun.expect("a canvas that was begun");
        let marks = canvas.marks.iter().map(|mark| canvas::Mark {
            id: String::new(),
            x: mark.x,
            y: mark.y,
            group: mark.group.to_owned(),
            text: mark.text.clone(),
        });
        let marks = marks.collect();
        self.world.ask(tablet, ask(CanvasAct::Draw { owner, canvas: begun.clone(), marks }));
        let remark = Field::top("canvases").child(&begun).child("remark");
        self.type_in(tablet, case, &remark, &canvas.remark);
        self.world.ask(tablet, Command::Close(case));
        self.world.on_mut(tablet).screen.forget(case);
    }

    /// The employee reads the summary, says how it was, and agrees.
    pub(super) fn answer(&mut self, index: usize, phone: DeviceNo) {
        let Some(it) = self.firm.interviews.get(index).cloned() else { return };
        let (Some(case), Some(note)) =
            (self.cases.get(&it.person).copied(), self.notes.get(&index).copied())
        else {
            return;
        };
        self.world.ask(phone, Command::Open(case));
        let place = Field::top("interviews").child(&note.to_hex());
        let mut choose = |id: &str, value| {
            self.world
                .ask(phone, Command::SetValue { document: case, field: place.child(id), value });
        };
        if let Some([satisfaction, motivation, trust]) = it.survey {
            choose("survey_satisfaction", Value::Number(satisfaction));
            choose("survey_motivation", Value::Number(motivation));
            choose("survey_trust", Value::Number(trust));
            choose("survey_countable", Value::Flag(true));
        }
        choose("continue_wish", code(it.continue_wish));
        let is_example = self
            .firm
            .people
            .get(it.person)
            .is_some_and(|person| (person.number, it.ordinal) == ("A-0107", 1));
        if is_example {
            self.type_in(phone, case, &place.child("addition"), example::ADDITION);
        }
        let agree = RoomAct::Agree { case, interview: note };
        self.world.ask(phone, Command::Room(agree));
        self.world.ask(phone, Command::Close(case));
        self.world.on_mut(phone).screen.forget(case);
    }

    /// Something is decided on the phone, away from the consultant.
    pub(super) fn decide_alone(&mut self, index: usize) {
        let Some(of) = self.firm.decisions.get(index).cloned() else { return };
        let Some(phone) = self.phones.get(&of.person).copied() else { return };
        self.with_network(phone, |replay| {
            let tablet = replay.tablet_of(of.consultant);
            replay.decide(&of, tablet);
            replay.world.settle();
            if (of.matter, of.decision) == (Matter::Secrecy, Decision::Refused) {
                replay.offer_another(of.person);
            }
        });
    }

    /// Decisions that are made outside of an interview: what is taken back, and a refusal at the
    /// door.
    pub(super) fn is_alone(of: &Decided) -> bool {
        of.decision == Decision::Withdrawn
            || (of.matter, of.decision) == (Matter::Secrecy, Decision::Refused)
    }
}

fn ink() -> Vec<Point> {
    let coordinate = |text: &str| text.parse().unwrap_or_default();
    let point = |(at, pair): (u32, &str)| {
        let (x, y) = pair.split_once(',').unwrap_or_default();
        Point { x: coordinate(x), y: coordinate(y), after_ms: at * 8, pressure: 128 }
    };
    (0..).zip(edge::ink().split(' ')).map(point).collect()
}
