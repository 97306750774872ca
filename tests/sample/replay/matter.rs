//! Dangers, and what is told to others or kept.

use std::collections::BTreeSet;

use engine::{
    casework::{
        date::Date,
        field::Field,
        matter::{Ground, MatterId},
        rule::{
            disclosure::{
                Category, Conflict, Consent, Judgement, Recipient,
                decision::{Answer, DraftHash, Identity, Signer},
                record::Means,
            },
            risk::{Assessment, Kind, Level},
        },
    },
    command::{Begun, Command, MatterAct, MatterStep},
};
use shared::{id::DocumentId, time::UnixMillis};

use super::{Replay, Step};
use crate::{
    sample::{
        calendar::{moment, plus_min},
        interview::Interview,
        matter::{Course, DISCLOSURES, Disclosure, WITHDRAWN_DISCLOSURE, danger},
        note::code,
    },
    world::DeviceNo,
};

fn level(code: &str) -> Level {
    match code {
        "watch" => Level::Watch,
        "concern" => Level::Concern,
        "urgent" => Level::Urgent,
        _ => Level::None,
    }
}

fn begun(it: &Disclosure) -> Begun {
    let (category, recipient) = match it.row {
        "R1" => (Category::Danger, Recipient::Family),
        "R3" => (Category::Danger, Recipient::Health),
        "R5" => (Category::Hazard, Recipient::SafetyContact),
        "R7" => (Category::Harassment, Recipient::Window),
        "R8" => (Category::Harassment, Recipient::Personnel),
        _ => (Category::Benefit, Recipient::Personnel),
    };
    let spoken = match it.row {
        "R1" | "R3" | "R8" => Consent::Refused,
        // Nobody needs to be asked about what is wrong with a machine.
        "R5" => Consent::Unknown,
        _ => Consent::Given,
    };
    Begun {
        category,
        recipient,
        recipient_name: it.recipient.to_owned(),
        identity: if it.identity == "named" { Identity::Named } else { Identity::Anonymous },
        text: it.text.to_owned(),
        spoken,
        hazard: if it.row == "R5" { Judgement::Concern } else { Judgement::None },
    }
}

impl Replay {
    /// A danger is written down, and a plan for it with the employee.
    pub(super) fn assess(&mut self, it: &Interview, tablet: DeviceNo) {
        if it.risk == "none" || !self.assessed.insert((it.person, it.ordinal)) {
            return;
        }
        let Some(case) = self.cases.get(&it.person).copied() else { return };
        self.world.ask(tablet, Command::Open(case));
        let plan = Field::top("safety_plan");
        for (kind, text) in
            [("own_means", "灯りをつけて音楽を聴く"), ("contact", "夜間の相談窓口 119")]
        {
            let item = self.add_item(tablet, case, &plan);
            self.choose(tablet, case, item.child("kind"), code(kind));
            self.type_in(tablet, case, &item.child("text"), text);
        }
        self.world.ask(tablet, Command::Close(case));
        self.world.on_mut(tablet).screen.forget(case);
        let danger = danger(it.risk);
        let kind = |code: &&str| if *code == "life" { Kind::Life } else { Kind::SelfHarm };
        let second = match (it.risk, danger.opinion) {
            (_, None) => None,
            ("urgent", Some(_)) => Some(Signer::Lead),
            (_, Some(_)) => Some(Signer::Supervisor),
        };
        let assessment = Assessment {
            at: UnixMillis(0),
            level: level(it.risk),
            kinds: danger.kind.iter().map(kind).collect(),
            facts: danger.facts.to_owned(),
            asked: danger.asked.to_owned(),
            protective: danger.protective.to_owned(),
            told: true,
            told_why: String::new(),
            consent: Consent::Refused,
            consent_why: danger.consent_why.to_owned(),
            second_opinion: second,
            actions: danger.actions.iter().map(|it| (*it).to_owned()).collect(),
            recheck_at: Some(plus_min(self.world.now(), danger.recheck_hours * 60 - 10)),
        };
        self.world.ask(tablet, Command::Matter(MatterAct::Assess { case, assessment }));
    }

    fn disclosure_of(&self, device: DeviceNo, number: &str) -> Option<(DocumentId, DocumentId)> {
        let case = self.cases.get(&self.firm.person(number).index).copied()?;
        let rows = &self.world.on(device).screen.home.cases;
        let row = rows.iter().find(|row| row.case == case)?;
        Some((case, row.disclosure?))
    }

    fn step_matter(&mut self, device: DeviceNo, index: usize, step: MatterStep) {
        let Some(it) = DISCLOSURES.get(index) else { return };
        let Some((case, _)) = self.disclosure_of(device, it.number) else { return };
        let Some(matter) = self.matters.get(&index).copied() else { return };
        self.world.ask(device, Command::Matter(MatterAct::Step { case, matter, step }));
    }

    #[track_caller]
    fn words_of(&self, device: DeviceNo, index: usize) -> DraftHash {
        let it = DISCLOSURES.get(index).expect("a disclosure");
        let (_, disclosure) = self.disclosure_of(device, it.number).expect("a case");
        let view = self.world.on(device).screen.disclosures.get(&disclosure);
        let matter = self.matters.get(&index);
        let row = view.and_then(|view| view.matters.iter().find(|row| Some(&row.matter) == matter));
        row.expect("the matter on screen").words
    }

    fn note_ground(&mut self, device: DeviceNo, index: usize, ground: Ground, text: &str) {
        let step = MatterStep::Note { ground, text: text.to_owned() };
        self.step_matter(device, index, step);
    }

    /// Something is decided about; what needs the employee's word is shown to them, and answered.
    pub(super) fn begin_matter(&mut self, index: usize) {
        let Some(it) = DISCLOSURES.get(index) else { return };
        let person = self.firm.person(it.number);
        let (staff, person) = (person.consultant, person.index);
        let tablet = self.tablet_of(staff);
        let Some(phone) = self.phones.get(&person).copied() else { return };
        let Some((case, disclosure)) = self.disclosure_of(tablet, it.number) else { return };
        // While life is in danger, that is written down before the interview is over.
        let began = self
            .firm
            .interviews
            .iter()
            .filter(|of| of.person == person && of.started_at <= it.decided_at());
        if let Some(of) = began.max_by_key(|of| of.started_at).cloned().filter(|_| it.row == "R1") {
            self.assess(&of, tablet);
        }
        self.world.ask(tablet, Command::Open(disclosure));
        let known = self.matters_on(tablet, disclosure);
        let act = MatterAct::Begin { case, begun: begun(it) };
        self.world.ask(tablet, Command::Matter(act));
        let mut now = self.matters_on(tablet, disclosure).into_iter();
        let matter = now.find(|it| !known.contains(it)).expect("a new matter");
        self.matters.insert(index, matter);
        match (it.row, it.course) {
            ("R8", _) => {
                self.note_ground(tablet, index, Ground::WindowsGiven, it.follow_up);
                self.step_matter(tablet, index, MatterStep::Decline);
            }
            ("R7", course) => {
                let is_clear = course == Course::Sent;
                let conflict = if is_clear { Conflict::Clear } else { Conflict::InLine };
                let (recipient, spoken) = (Recipient::Window, Consent::Given);
                let hazard = Judgement::None;
                let step = MatterStep::Reassess { recipient, conflict, spoken, hazard };
                self.step_matter(tablet, index, step);
                let law = "公益通報者の保護を説明した";
                self.note_ground(tablet, index, Ground::ReporterLaw, law);
            }
            ("R1" | "R3", _) => {
                let why = "拒否。生命の危険が切迫";
                self.note_ground(tablet, index, Ground::WhyNoConsent, why);
                self.note_ground(tablet, index, Ground::Intention, "伝えるつもりと話した");
            }
            _ => {}
        }
        if it.row == "R3" {
            self.second(tablet, index);
        }
        if matches!(it.row, "R7" | "R9" | "R10") && it.course != Course::Blocked {
            self.with_network(tablet, |replay| {
                let words = replay.words_of(tablet, index);
                replay.step_matter(tablet, index, MatterStep::Send(words));
                replay.world.settle();
            });
            self.answer_matter(phone, index, Answer::Approved);
        }
        if it.row == "R5" {
            let words = self.words_of(tablet, index);
            self.step_matter(tablet, index, MatterStep::Check(words));
        }
        self.world.settle();
    }

    fn matters_on(&self, device: DeviceNo, disclosure: DocumentId) -> Vec<MatterId> {
        let view = self.world.on(device).screen.disclosures.get(&disclosure);
        view.map(|view| view.matters.iter().map(|it| it.matter).collect()).unwrap_or_default()
    }

    /// The supervisor signs beside the consultant, on facts without the person.
    fn second(&mut self, tablet: DeviceNo, index: usize) {
        let of = self.account_of(4);
        let facts = String::from("三十代。三週間の眠りの乱れ。運転の仕事がある。");
        let supervisor = self.tablet_of(4);
        self.with_network(tablet, |replay| {
            let words = replay.words_of(tablet, index);
            let step = MatterStep::AskOpinion { words, of, facts };
            replay.step_matter(tablet, index, step);
            replay.world.settle();
            let due = &replay.world.on(supervisor).screen.due.opinions;
            let Some(document) = due.first().copied() else { return };
            replay.world.ask(supervisor, Command::Open(document));
            let advice = String::from("最小限の伝達に同意します。");
            let act = MatterAct::GiveOpinion { document, agrees: true, advice };
            replay.world.ask(supervisor, Command::Matter(act));
            replay.world.settle();
        });
    }

    fn answer_matter(&mut self, phone: DeviceNo, index: usize, answer: Answer) {
        let Some(it) = DISCLOSURES.get(index) else { return };
        self.with_network(phone, |replay| {
            let Some((_, disclosure)) = replay.disclosure_of(phone, it.number) else { return };
            replay.world.ask(phone, Command::Open(disclosure));
            let words = replay.words_of(phone, index);
            let comment = String::new();
            let step = MatterStep::Answer { words, answer, comment };
            replay.step_matter(phone, index, step);
            replay.world.settle();
        });
    }

    /// It is told.
    pub(super) fn tell(&mut self, index: usize) {
        let Some(it) = DISCLOSURES.get(index) else { return };
        let tablet = self.tablet_of(self.firm.person(it.number).consultant);
        let means = if matches!(it.row, "R1" | "R3") { Means::Spoken } else { Means::Written };
        self.with_network(tablet, |replay| {
            let words = replay.words_of(tablet, index);
            replay.step_matter(tablet, index, MatterStep::Transmit { words, means });
            replay.step_matter(tablet, index, MatterStep::Acknowledge);
            replay.step_matter(tablet, index, MatterStep::FollowUp(it.follow_up.to_owned()));
            replay.world.settle();
        });
    }

    /// Whoever was not asked is told in person afterwards.
    pub(super) fn tell_employee(&mut self, index: usize) {
        let Some(it) = DISCLOSURES.get(index) else { return };
        let tablet = self.tablet_of(self.firm.person(it.number).consultant);
        let on = Date::at(self.world.now()).to_string();
        self.step_matter(tablet, index, MatterStep::Tell(on));
        self.world.settle();
    }

    /// What is decided about, told and taken back, and when.
    pub(super) fn matter_steps(
        &self,
        people: &BTreeSet<usize>,
        steps: &mut BTreeSet<(UnixMillis, Step)>,
    ) {
        for (index, it) in DISCLOSURES.iter().enumerate() {
            if !people.contains(&self.firm.person(it.number).index) {
                continue;
            }
            steps.insert((it.decided_at(), Step::Matter(index)));
            steps.extend(it.told_at.map(|at| (moment(at), Step::Tell(index))));
            if it.row == "R1" {
                steps.insert((moment("2026-03-02T10:00"), Step::Explain(index)));
            }
            if it.row == "R3" {
                steps.insert((plus_min(it.decided_at(), 24 * 60), Step::Explain(index)));
            }
            if index == WITHDRAWN_DISCLOSURE {
                steps.insert((moment("2026-10-21T22:10"), Step::TakeBack(index)));
            }
        }
    }

    /// The employee takes back what they had approved.
    pub(super) fn take_back(&mut self, index: usize) {
        let Some(it) = DISCLOSURES.get(index) else { return };
        let person = self.firm.person(it.number).index;
        if let Some(phone) = self.phones.get(&person).copied() {
            self.answer_matter(phone, index, Answer::Withdrawn);
        }
    }
}
