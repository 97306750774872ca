//! Reports, copies for the supervisor, and what employees ask of their data.

use std::collections::BTreeSet;

use engine::{
    casework::{
        consent::{Decision, Matter, Method, Scope},
        field::{Field, Value},
    },
    command::{AnswerWish, Command, Decide, ReportAct, RoomAct, SpanWish, TextWish},
    view::{Notice, ReportNotice},
};
use shared::{id::DocumentId, time::UnixMillis};

use super::{Extent, Replay, Step};
use crate::{
    sample::{
        calendar::moment,
        matter::{REPORTS, REQUESTS, Wish},
        person::FLOATING,
        place::Company,
    },
    world::DeviceNo,
};

impl Replay {
    fn report_act(&mut self, device: DeviceNo, act: ReportAct) {
        self.world.ask(device, Command::Report(act));
    }

    /// What is written about many, copied and asked for, and when.
    pub(super) fn report_steps(
        &self,
        extent: Extent,
        people: &BTreeSet<usize>,
        steps: &mut BTreeSet<(UnixMillis, Step)>,
    ) {
        for (index, it) in self.firm.copies.iter().enumerate() {
            let person = self.firm.interviews.get(it.interview).map(|it| it.person);
            if person.is_some_and(|it| people.contains(&it)) {
                steps.insert((it.at, Step::Copy(index)));
            }
        }
        for (index, (number, _, asked, answered)) in REQUESTS.iter().enumerate() {
            if people.contains(&self.firm.person(number).index) {
                steps.insert((moment(asked), Step::Ask(index)));
                steps.insert((moment(answered), Step::Answer(index)));
            }
        }
        // With a few people there is nothing to report.
        if extent == Extent::Whole {
            steps.extend((0..REPORTS.len()).map(|index| {
                (moment(REPORTS.get(index).map_or("", |it| it.at)), Step::Report(index))
            }));
        }
    }

    /// A report from the first contribution to its end.
    pub(super) fn write_report(&mut self, index: usize) {
        let Some(planned) = REPORTS.get(index) else { return };
        let Some(company) = self.companies.get(&planned.company).map(|it| it.document) else {
            return;
        };
        let lead = self.tablet_of(planned.company.lead());
        self.world.on_mut(lead).screen.went_to = None;
        let act =
            ReportAct::Begin { company, from: planned.from.to_owned(), to: planned.to.to_owned() };
        self.report_act(lead, act);
        self.world.settle();
        let report = self.world.on(lead).screen.went_to;
        let report = report.expect("a report that was begun");
        self.reports.insert(index, report);
        let people: Vec<usize> = self.interviewed_in(planned.company, planned.from, planned.to);
        for person in people {
            let Some(it) = self.firm.people.get(person) else { continue };
            let (tablet, group) = (self.tablet_of(it.consultant), it.bucket().to_owned());
            let Some(case) = self.cases.get(&person).copied() else { continue };
            self.report_act(tablet, ReportAct::Contribute { report, case, group });
        }
        self.world.settle();
        for state in ["computing", "draft", "peer_review"] {
            self.go(lead, report, state);
        }
        // Who works for the company beside its lead reads it.
        let reviewer = self.tablet_of(FLOATING);
        let words = String::from("確認しました。");
        self.report_act(reviewer, ReportAct::Review { report, passed: true, words });
        self.world.settle();
        for state in ["privacy_check", "approved", "delivered"] {
            self.go(lead, report, state);
        }
        self.report_act(lead, ReportAct::Show(report));
        let view = self.world.on(lead).screen.reports.get(&report).cloned();
        self.written.insert(index, view.expect("the report"));
    }

    fn go(&mut self, lead: DeviceNo, report: DocumentId, to: &str) {
        self.report_act(lead, ReportAct::Go { report, to: to.to_owned() });
        self.world.settle();
    }

    /// Everybody who was interviewed in a period; who may be counted is for the documents to say.
    fn interviewed_in(&self, company: Company, from: &str, to: &str) -> Vec<usize> {
        let [from, to] = [from, to].map(crate::sample::calendar::day);
        let is_in = |it: &&crate::sample::interview::Interview| {
            let on = engine::casework::date::Date::at(it.start);
            let of = self.firm.people.get(it.person).map(|it| it.company);
            of == Some(company) && (from..=to).contains(&on)
        };
        let people: BTreeSet<usize> =
            self.firm.interviews.iter().filter(is_in).map(|it| it.person).collect();
        people.into_iter().collect()
    }

    /// A copy of a note without the person, for the supervisor.
    pub(super) fn copy_note(&mut self, index: usize) {
        let Some(of) = self.firm.copies.get(index).copied() else { return };
        let Some(it) = self.firm.interviews.get(of.interview).cloned() else { return };
        let Some(note) = self.notes.get(&of.interview).copied() else { return };
        let (tablet, supervisor) = (self.tablet_of(it.consultant), self.account_of(4));
        let Some(case) = self.cases.get(&it.person).copied() else { return };
        let phone = self.phones.get(&it.person).copied();
        self.with_network(tablet, |replay| {
            replay.world.on_mut(tablet).screen.went_to = None;
            replay.report_act(tablet, ReportAct::MakeCopy { note, texts: vec![] });
            let screen = &replay.world.on(tablet).screen;
            let Some(copy) = screen.went_to else {
                if let Some(Notice::Report(ReportNotice::NotAgreed(why))) = screen.notices.last() {
                    let why = why.clone();
                    replay.blocked.insert(index, why);
                }
                return;
            };
            replay.report_act(tablet, ReportAct::CheckCopy(copy));
            if of.asks {
                replay.report_act(tablet, ReportAct::AskUse { copy, supervisor });
            }
            replay.world.settle();
            if let Some(phone) = phone {
                replay.world.online(phone);
                replay.world.settle();
                replay.allow_use(phone, case);
                replay.world.settle();
                replay.world.offline(phone);
            }
            replay.report_act(tablet, ReportAct::ShareCopy { copy, supervisor });
            replay.world.settle();
        });
    }

    /// Somebody asks for what is theirs, and is answered.
    pub(super) fn ask_for_data(&mut self, index: usize) {
        let Some((number, wish, ..)) = REQUESTS.get(index) else { return };
        let person = self.firm.person(number).index;
        let (Some(phone), Some(case)) =
            (self.phones.get(&person).copied(), self.cases.get(&person).copied())
        else {
            return;
        };
        let kind = match wish {
            Wish::Disclosure(_) => "disclosure",
            Wish::Correction => "correction",
            Wish::Erasure => "erasure",
        };
        let kind = kind.to_owned();
        self.with_network(phone, |replay| {
            let scope = String::from("面談の記録すべて");
            replay.report_act(phone, ReportAct::Request { case, kind, scope });
            replay.world.settle();
        });
    }

    /// The answer to it.
    pub(super) fn answer_request(&mut self, index: usize) {
        let Some((number, wish, ..)) = REQUESTS.get(index) else { return };
        let person = self.firm.person(number);
        let (staff, person) = (person.consultant, person.index);
        let tablet = self.tablet_of(staff);
        let Some(case) = self.cases.get(&person).copied() else { return };
        if *wish == Wish::Erasure {
            self.read_last(person, tablet);
        }
        self.with_network(tablet, |replay| {
            let Some(request) = replay.open_request(tablet, case) else { return };
            let how = String::from("面談で本人と確認");
            replay.report_act(tablet, ReportAct::Identify { case, request: request.clone(), how });
            let means = String::from("アプリ");
            let act = match wish {
                Wish::Disclosure(masks) => {
                    let texts = replay.package(tablet, case, *masks);
                    ReportAct::Disclose { case, request, texts, means, is_looked_at: true }
                }
                Wish::Correction | Wish::Erasure => {
                    let words = match wish {
                        Wish::Correction => "追記により訂正しました。",
                        Wish::Erasure | Wish::Disclosure(_) => "消去しました。",
                    };
                    let answer = AnswerWish {
                        outcome: String::from("whole"),
                        reasons: vec![],
                        words: words.to_owned(),
                        means,
                    };
                    ReportAct::Answer { case, request, answer }
                }
            };
            replay.report_act(tablet, act);
            replay.world.settle();
        });
        if let Some(phone) = self.phones.get(&person).copied() {
            self.with_network(phone, |replay| replay.world.settle());
        }
    }

    /// What somebody's notes are about, before nobody can read it any more.
    fn read_last(&mut self, person: usize, tablet: DeviceNo) {
        let interviews = self.firm.interviews.iter().enumerate();
        let own: Vec<usize> =
            interviews.filter(|(_, it)| it.person == person).map(|(index, _)| index).collect();
        for index in own {
            let Some(note) = self.notes.get(&index).copied() else { continue };
            self.world.on_mut(tablet).screen.forget(note);
            self.world.ask(tablet, Command::Open(note));
            let topic = self.world.on(tablet).screen.value(note, &Field::top("topic_main"));
            if let Value::Code(topic) = topic {
                self.destroyed.insert(index, topic);
            }
            self.world.ask(tablet, Command::Close(note));
            self.world.on_mut(tablet).screen.forget(note);
        }
    }

    fn open_request(&mut self, tablet: DeviceNo, case: DocumentId) -> Option<String> {
        let rows = &self.world.on(tablet).screen.home.cases;
        let consent = rows.iter().find(|row| row.case == case)?.consent?;
        self.report_act(tablet, ReportAct::Show(consent));
        let rights = self.world.on(tablet).screen.rights.get(&consent)?;
        let row = rights.requests.iter().find(|row| row.outcome.is_none())?;
        Some(row.request.clone())
    }

    /// What is handed out: the self-reviews are left out, and so many spans are masked.
    fn package(&mut self, tablet: DeviceNo, case: DocumentId, masks: usize) -> Vec<TextWish> {
        self.report_act(tablet, ReportAct::ProposePackage(case));
        let shown = self.world.on(tablet).screen.parts.clone();
        let parts = shown.map(|it| it.parts).unwrap_or_default();
        let mut left = masks;
        let mut texts = vec![];
        for part in parts {
            if part.place.ends_with("/self_review") {
                let why = (String::from("business"), String::from("自己研鑽のため"));
                texts.push(TextWish { place: part.place, spans: vec![], left_out: Some(why) });
            } else if left > 0 && part.place.ends_with("/context_work") {
                left -= 1;
                let code = String::from("harm");
                let span = SpanWish { start: 0, end: 4, code, by: String::new() };
                texts.push(TextWish { place: part.place, spans: vec![span], left_out: None });
            }
        }
        texts
    }

    /// Somebody who is asked each time says yes to this one.
    fn allow_use(&mut self, phone: DeviceNo, case: DocumentId) {
        let rows = &self.world.on(phone).screen.home.cases;
        let row = rows.iter().find(|row| row.case == case);
        let Some(consent) = row.and_then(|row| row.consent) else { return };
        self.report_act(phone, ReportAct::Show(consent));
        let rights = self.world.on(phone).screen.rights.get(&consent);
        let ask = rights.and_then(|it| it.asks.iter().find(|ask| !ask.is_answered));
        let Some(scope) = ask.map(|ask| Scope::Exact(ask.scope)) else { return };
        let decide = Decide {
            case,
            matter: Matter::Supervision,
            decision: Decision::Agreed,
            scope,
            method: Method::OwnPhone,
            place: String::new(),
            language: String::from("ja"),
        };
        self.world.ask(phone, Command::Room(RoomAct::Decide(decide)));
    }
}
