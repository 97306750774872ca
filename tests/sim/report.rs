//! Reports, supervision, hand-over, and the employee's own rights.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests")]

use std::collections::BTreeSet;

use engine::{
    casework::{
        consent::{Decision, Matter, Method, Scope},
        field::{Field, Value},
    },
    command::{Command, Decide, PlanAct, ReportAct, RoomAct},
    document::genesis::Kind,
    record::Name,
    view::{Notice, ReportNotice, ReportView, RightsView},
};
use harness::{
    insider::records,
    seed::seed_or,
    world::{DeviceNo, World},
};
use shared::{
    id::{AccountId, DocumentId},
    log::org::Role,
};

mod apart;
mod company;
mod copy;
mod handover;
mod rights;
mod term;

/// People of a company, as many as a report may lose some of.
const NAMES: [&str; 13] = [
    "佐伯 悠真",
    "森 光",
    "青木 さくら",
    "髙橋 美咲",
    "渡邉 恵",
    "グエン ホア",
    "山﨑 学",
    "小林 直人",
    "伊藤 葵",
    "加藤 翼",
    "吉田 翔",
    "松本 空",
    "井上 陸",
];

/// A lead, a colleague and a supervisor, each with a tablet, and an admin.
pub(crate) struct Staff {
    pub(crate) world: World,
    pub(crate) admin: DeviceNo,
    pub(crate) lead: DeviceNo,
    pub(crate) colleague: DeviceNo,
    pub(crate) supervisor: DeviceNo,
}

/// An employee with a phone, and their case.
#[derive(Clone, Copy)]
pub(crate) struct Person {
    pub(crate) phone: DeviceNo,
    pub(crate) case: DocumentId,
}

pub(crate) fn staff(seed: u64) -> Staff {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let lead = world.hire(admin, Role::Consultant, "佐藤 恵", "佐藤のタブレット");
    let colleague = world.hire(admin, Role::Consultant, "田中 実", "田中のタブレット");
    let supervisor = world.hire(admin, Role::Supervisor, "高橋 誠", "高橋のパソコン");
    Staff { world, admin, lead, colleague, supervisor }
}

impl Staff {
    /// An employee joins, and a consultant opens their case.
    pub(crate) fn meet(&mut self, consultant: DeviceNo, name: &str) -> Person {
        let phone = self.world.hire(consultant, Role::Employee, name, &format!("{name}の電話"));
        let case = self.world.open_case(consultant, name);
        self.world.settle();
        let person = Person { phone, case };
        for (matter, decision, scope) in [
            (Matter::Secrecy, Decision::Explained, Scope::Whole),
            (Matter::Purpose, Decision::Agreed, Scope::Words("今後の働き方".into())),
            (Matter::Consultant, Decision::Explained, Scope::Whole),
            (Matter::Record, Decision::Agreed, Scope::Whole),
        ] {
            self.decide(person, matter, decision, scope);
        }
        self.world.settle();
        person
    }

    /// The employee decides, on their own phone.
    pub(crate) fn decide(
        &mut self,
        person: Person,
        matter: Matter,
        decision: Decision,
        scope: Scope,
    ) {
        let decide = Decide {
            case: person.case,
            matter,
            decision,
            scope,
            method: Method::OwnPhone,
            place: "会議室".into(),
            language: "ja".into(),
        };
        self.world.ask(person.phone, Command::Room(RoomAct::Decide(decide)));
    }

    pub(crate) fn act(&mut self, device: DeviceNo, act: ReportAct) {
        self.world.ask(device, Command::Report(act));
    }

    /// An interview whose note is written and signed.
    pub(crate) fn note(
        &mut self,
        consultant: DeviceNo,
        case: DocumentId,
        topic: &str,
        words: &str,
    ) -> DocumentId {
        let note = self.world.add_interview(consultant, case);
        self.world.write(consultant, note, "presenting_issue", words);
        self.world.set(consultant, note, "topic_main", Value::Code(topic.into()));
        self.world.ask(consultant, Command::SignNote(note));
        self.world.settle();
        note
    }

    /// Every document of a kind that a device has.
    pub(crate) fn documents(&mut self, device: DeviceNo, kind: Kind) -> Vec<DocumentId> {
        let named = |name: &Name| {
            let Name::Log(id, 0) = name else { return None };
            Some(*id)
        };
        let all: BTreeSet<DocumentId> =
            records(&self.world.on(device).disk).1.keys().filter_map(named).collect();
        let mut found = vec![];
        for id in all {
            self.world.on_mut(device).screen.forget(id);
            self.world.ask(device, Command::Open(id));
            if self.world.on(device).screen.forms.get(&id).is_some_and(|form| form.kind == kind) {
                found.push(id);
            }
            self.world.ask(device, Command::Close(id));
        }
        found
    }

    /// The lead begins a company, for which the colleague works as well.
    pub(crate) fn company(&mut self) -> DocumentId {
        self.world.ask(self.lead, Command::Plan(PlanAct::OpenCompany("みなと製作所".into())));
        self.world.settle();
        let company = self.documents(self.lead, Kind::Company)[0];
        let account = self.account(self.colleague);
        self.world.ask(self.lead, Command::Plan(PlanAct::Assign { company, account }));
        self.world.settle();
        company
    }

    /// Who holds a device.
    pub(crate) fn account(&self, device: DeviceNo) -> AccountId {
        let people = &self.world.on(device).screen.home.people;
        people.iter().find(|row| row.is_me).and_then(|row| row.account).expect("an account")
    }

    /// What a device told last about this part.
    pub(crate) fn told(&self, device: DeviceNo) -> Option<ReportNotice> {
        let told = |notice: &Notice| {
            let Notice::Report(told) = notice else { return None };
            Some(told.clone())
        };
        self.world.on(device).screen.notices.iter().rev().find_map(told)
    }

    pub(crate) fn report(&mut self, device: DeviceNo, report: DocumentId) -> ReportView {
        self.act(device, ReportAct::Show(report));
        self.world.on(device).screen.reports[&report].clone()
    }

    /// What is done about a case, as a device shows it.
    pub(crate) fn rights(&mut self, device: DeviceNo, case: DocumentId) -> RightsView {
        let consent = self.part(device, case, Kind::CaseConsent);
        self.act(device, ReportAct::Show(consent));
        self.world.on(device).screen.rights[&consent].clone()
    }

    /// The part of a case that is of a kind.
    pub(crate) fn part(&mut self, device: DeviceNo, case: DocumentId, kind: Kind) -> DocumentId {
        let cases = &self.world.on(device).screen.home.cases;
        let row = cases.iter().find(|row| row.case == case).expect("the case");
        let part = if kind == Kind::CasePrivate { row.private } else { row.consent };
        part.expect("a part of the case")
    }

    pub(crate) fn form_text(&mut self, device: DeviceNo, id: DocumentId, field: &str) -> String {
        self.world.ask(device, Command::Open(id));
        let text = self.world.on(device).screen.text(id, &Field::top(field)).to_owned();
        self.world.ask(device, Command::Close(id));
        text
    }
}
