//! Danger, and what leaves the room: who is told what, by whose leave, and what the employee finds.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests")]

use engine::{
    casework::{
        date::Date,
        matter::{Ground, MatterId},
        rule::{
            disclosure::{
                Category, Conflict, Consent, Judgement, Recipient,
                decision::{Answer, DraftHash, Identity, Signer, State},
                record::Means,
            },
            risk::{Assessment, Kind as RiskKind, Level},
        },
    },
    command::{Begun, Command, MatterAct, MatterStep},
    view::{DisclosureView, Judged, LineRow, MatterRow, Notice},
};
use harness::{
    seed::seed_or,
    world::{BEGINNING, DeviceNo, World},
};
use shared::{
    id::{AccountId, DocumentId},
    log::org::Role,
    time::UnixMillis,
};

mod apart;
mod course;
mod danger;
mod left;
mod table;

const EMPLOYEE: &str = "小田切 ひより";
const HOUR_MS: u64 = 60 * 60 * 1000;

/// A consultant with tablet and laptop, an employee with a phone, a supervisor, and the case.
struct Cast {
    world: World,
    admin: DeviceNo,
    tablet: DeviceNo,
    laptop: DeviceNo,
    phone: DeviceNo,
    supervisor: DeviceNo,
    case: DocumentId,
    disclosure: DocumentId,
    private: DocumentId,
}

fn cast(seed: u64) -> Cast {
    cast_at(seed, BEGINNING)
}

fn cast_at(seed: u64, now: UnixMillis) -> Cast {
    let mut world = World::seeded_at(seed_or(seed), now);
    let admin = world.device("管理パソコン");
    world.found(admin);
    let supervisor = world.hire(admin, Role::Supervisor, "井上 和子", "井上のパソコン");
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let laptop = world.link_device(tablet, "ノートパソコン");
    let phone = world.hire(tablet, Role::Employee, EMPLOYEE, "スマートフォン");
    let case = world.open_case(tablet, EMPLOYEE);
    world.settle();
    let row = &world.on(tablet).screen.home.cases[0];
    let disclosure = row.disclosure.expect("what was told");
    let private = row.private.expect("what is private");
    for device in [tablet, laptop, phone] {
        world.ask(device, Command::Open(disclosure));
    }
    world.ask(tablet, Command::Open(private));
    Cast { world, admin, tablet, laptop, phone, supervisor, case, disclosure, private }
}

/// A time of day in Japan.
fn at(day: &str, hour: u64, minute: u64) -> UnixMillis {
    let start = Date::parse(day).expect("a day").start();
    start.plus_ms(hour * HOUR_MS + minute * 60_000)
}

fn begun(category: Category, recipient: Recipient, name: &str, text: &str) -> Begun {
    Begun {
        category,
        recipient,
        recipient_name: name.to_owned(),
        identity: Identity::Anonymous,
        text: text.to_owned(),
        spoken: Consent::Given,
        hazard: Judgement::None,
    }
}

fn assessment(level: Level) -> Assessment {
    Assessment {
        at: UnixMillis(0),
        level,
        kinds: vec![RiskKind::SelfHarm],
        facts: "先週から眠れていないと話す。声が小さい。".to_owned(),
        asked: "希死念慮あり、計画なし".to_owned(),
        protective: "家族と同居".to_owned(),
        told: true,
        told_why: String::new(),
        consent: Consent::Refused,
        consent_why: "誰にも言わないで、とのこと".to_owned(),
        second_opinion: Some(Signer::Supervisor),
        actions: vec!["同席を続けた".to_owned()],
        recheck_at: None,
    }
}

fn redraft(name: &str, text: &str, identity: Identity) -> MatterStep {
    MatterStep::Redraft { recipient_name: name.to_owned(), text: text.to_owned(), identity }
}

fn reassess(recipient: Recipient, conflict: Conflict, spoken: Consent) -> MatterStep {
    MatterStep::Reassess { recipient, conflict, spoken, hazard: Judgement::None }
}

fn note(ground: Ground, text: &str) -> MatterStep {
    MatterStep::Note { ground, text: text.to_owned() }
}

fn not_done(why: &str, what: &[&str]) -> Notice {
    let what = what.iter().map(|it| (*it).to_owned()).collect();
    Notice::MatterNotDone { why: why.to_owned(), what }
}

impl Cast {
    /// Nothing happens until then.
    fn until(&mut self, time: UnixMillis) {
        self.world.settle();
        self.world.wait_until(time);
    }

    fn assess(&mut self, assessment: Assessment) {
        let act = MatterAct::Assess { case: self.case, assessment };
        self.world.ask(self.tablet, Command::Matter(act));
    }

    /// Begins a matter on the tablet.
    #[track_caller]
    fn begin(&mut self, begun: Begun) -> MatterId {
        let known: Vec<MatterId> =
            self.view(self.tablet).matters.iter().map(|it| it.matter).collect();
        let act = MatterAct::Begin { case: self.case, begun };
        self.world.ask(self.tablet, Command::Matter(act));
        let mut now = self.view(self.tablet).matters.iter().map(|it| it.matter);
        now.find(|it| !known.contains(it)).expect("a new matter")
    }

    /// Does something and hands out what the person was told of it, if anything.
    fn step(&mut self, device: DeviceNo, matter: MatterId, step: MatterStep) -> Option<Notice> {
        let before = self.world.on(device).screen.notices.len();
        let act = MatterAct::Step { case: self.case, matter, step };
        self.world.ask(device, Command::Matter(act));
        self.world.on(device).screen.notices.get(before).cloned()
    }

    /// Does something that is done.
    #[track_caller]
    fn done(&mut self, matter: MatterId, step: MatterStep) {
        assert_eq!(self.step(self.tablet, matter, step), None);
    }

    fn send(&mut self, matter: MatterId) -> Option<Notice> {
        let words = self.words(self.tablet, matter);
        self.step(self.tablet, matter, MatterStep::Send(words))
    }

    fn transmit(&mut self, matter: MatterId, means: Means) -> Option<Notice> {
        let words = self.words(self.tablet, matter);
        self.step(self.tablet, matter, MatterStep::Transmit { words, means })
    }

    /// The employee answers to the words on their screen.
    fn answer(&mut self, matter: MatterId, answer: Answer, comment: &str) -> Option<Notice> {
        let words = self.words(self.phone, matter);
        self.step(
            self.phone,
            matter,
            MatterStep::Answer { words, answer, comment: comment.to_owned() },
        )
    }

    #[track_caller]
    fn view(&self, device: DeviceNo) -> &DisclosureView {
        let open = self.world.on(device).screen.disclosures.get(&self.disclosure);
        open.expect("what is told, open")
    }

    #[track_caller]
    fn row(&self, device: DeviceNo, matter: MatterId) -> &MatterRow {
        let row = self.view(device).matters.iter().find(|it| it.matter == matter);
        row.expect("the matter on screen")
    }

    #[track_caller]
    fn words(&self, device: DeviceNo, matter: MatterId) -> DraftHash {
        self.row(device, matter).words
    }

    #[track_caller]
    fn state(&self, device: DeviceNo, matter: MatterId) -> State {
        self.row(device, matter).state
    }

    #[track_caller]
    fn judged(&self, matter: MatterId) -> &Judged {
        self.row(self.tablet, matter).judged.as_ref().expect("what the table says")
    }

    fn lines(&self, device: DeviceNo) -> &[LineRow] {
        &self.view(device).lines
    }

    #[track_caller]
    fn supervisor_account(&self) -> AccountId {
        let seconds = &self.view(self.tablet).seconds;
        assert_eq!(seconds.len(), 1);
        assert_eq!(seconds[0].1, Signer::Supervisor);
        seconds[0].0
    }

    /// Nothing of these words went to the server in clear, and the admin sees none of them.
    fn check_hidden(&self, words: &[&str]) {
        let told = &self.world.told;
        let printed = format!("{:?}", self.world.on(self.admin).screen);
        for word in words {
            assert!(!told.windows(word.len()).any(|bytes| bytes == word.as_bytes()), "{word}");
            assert!(!printed.contains(word), "{word}");
        }
    }
}
