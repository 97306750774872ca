//! A firm at work, what its devices held when the server went bad, and what happened since.

use std::collections::{BTreeMap, BTreeSet};

use engine::{command::Command, view::AlarmKind};
use harness::{
    captive::{Captive, Disk},
    firm::PASSPHRASE,
    insider::Insider,
    world::{DeviceNo, World, liar},
};
use server::{service::Who, store::Store};
use shared::{
    Blob,
    id::{AccountId, DeviceId, DocumentId, Number},
    log::{
        Entry,
        document::{Access, DocumentLog},
        org::{OrgLog, Role},
    },
    sync::{ClientMessage, ServerMessage},
    time::UnixMillis,
};

pub(crate) const FIELD: &str = "presenting_issue";
/// What the note said when the server went bad.
pub(crate) const THEN: &str = "異動の打診。";
/// What was written since, an envelope each.
pub(crate) const SINCE: [&str; 5] = ["一。", "二。", "三。", "四。", "五。"];
const OTHER: &str = "体調の話。";

/// The firm.
pub(crate) struct Stage {
    /// As it went on with an honest server.
    pub(crate) world: World,
    pub(crate) admin: DeviceNo,
    /// The consultant's, on which the notes were written.
    pub(crate) tablet: DeviceNo,
    /// The consultant's other device: the one that is lied to.
    pub(crate) phone: DeviceNo,
    /// Of a colleague who was let into the note since.
    pub(crate) colleague: DeviceNo,
    pub(crate) note: DocumentId,
    /// A note of the same consultant that nobody else reads.
    pub(crate) other: DocumentId,
    pub(crate) case: DocumentId,
    /// The server when it went bad.
    pub(crate) store_then: Store,
    then: BTreeMap<DeviceNo, Disk>,
    at: UnixMillis,
}

/// What a device shows, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    home: String,
    note: String,
    other: String,
}

impl Stage {
    pub(crate) fn set(seed: u64) -> Self {
        let mut world = World::seeded(seed);
        let admin = world.device("管理パソコン");
        world.found(admin);
        let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
        let phone = world.link_device(tablet, "スマートフォン");
        let colleague = world.hire(admin, Role::Consultant, "田中 実", "田中のタブレット");
        world.hire(tablet, Role::Employee, "佐伯 悠真", "佐伯のスマートフォン");
        let case = world.open_case(tablet, "佐伯 悠真");
        let note = world.add_interview(tablet, case);
        world.write(tablet, note, FIELD, THEN);
        let other = world.add_interview(tablet, case);
        world.write(tablet, other, FIELD, OTHER);
        world.settle();
        let then = world.devices().map(|it| (it, world.on(it).disk.clone())).collect();
        let (store_then, at) = (world.back_up(), world.now());
        for words in SINCE {
            world.write(tablet, note, FIELD, words);
            world.write(tablet, other, FIELD, words);
            world.settle();
        }
        let account = world.known_as(admin, "田中 実");
        world.ask(tablet, Command::LetIn { document: note, account, access: Access::Writer });
        world.hire(admin, Role::Consultant, "鈴木 仁", "鈴木のタブレット");
        world.settle();
        Self { world, admin, tablet, phone, colleague, note, other, case, store_then, then, at }
    }

    /// A device as it was when the server went bad, logged in.
    pub(crate) fn captive(&self, device: DeviceNo, seed: u64) -> Captive {
        let mut captive =
            Captive::of(&self.then[&device], self.world.server_epoch(), self.at, seed);
        assert!(captive.screen.is_open(), "{:?}", captive.screen.gate);
        captive.ignore();
        captive.notices();
        captive
    }

    /// A device as it is after all that happened, logged in.
    pub(crate) fn captive_now(&self, device: DeviceNo, seed: u64) -> Captive {
        let disk = &self.world.on(device).disk;
        let mut captive = Captive::of(disk, self.world.server_epoch(), self.world.now(), seed);
        captive.ignore();
        captive.notices();
        captive
    }

    pub(crate) fn disk(&self, device: DeviceNo) -> &Disk {
        &self.then[&device]
    }

    /// Whoever holds a device, with its passphrase and no conscience.
    pub(crate) fn insider(&self, device: DeviceNo, document: DocumentId) -> Insider {
        debug_assert!(!PASSPHRASE.is_empty());
        Insider::open(&self.then[&device], document)
    }

    pub(crate) fn id(&self, device: DeviceNo) -> DeviceId {
        let devices = &self.world.on(device).screen.home.devices;
        devices.iter().find(|row| row.is_this).expect("this device").device
    }

    pub(crate) fn account(&self, device: DeviceNo) -> AccountId {
        let people = &self.world.on(device).screen.home.people;
        people.iter().find(|row| row.is_me).and_then(|row| row.account).expect("an account")
    }

    pub(crate) fn who(&self, device: DeviceNo) -> Who {
        Who::Device { device: self.id(device), account: self.account(device) }
    }

    /// Every entry of the org log, and how many there were when the server went bad.
    pub(crate) fn org(&self) -> (Vec<Blob>, u64) {
        let entries = self.world.store().reader().org_entries(0).expect("the org log").items;
        (entries, self.store_then.reader().org_length().expect("its length"))
    }

    /// The same of a document's log.
    pub(crate) fn log(&self, document: DocumentId) -> (Vec<Blob>, u64) {
        let entries = |store: &Store| {
            store.reader().document_entries(document, 0).expect("a log of a document").items
        };
        let then = u64::try_from(entries(&self.store_then).len()).expect("a short log");
        (entries(self.world.store()), then)
    }

    /// The logs as they were when the server went bad.
    pub(crate) fn logs_then(&self, document: DocumentId) -> (OrgLog, DocumentLog) {
        let (entries, length) = self.org();
        let parse = |blob: &Blob| Entry::parse(&blob.0).expect("an entry");
        let mut entries = entries.iter().take(usize::try_from(length).expect("short")).map(parse);
        let mut org = OrgLog::begin(&entries.next().expect("a Genesis")).expect("a Genesis");
        entries.for_each(|entry| org.append(&entry).expect("an entry that follows"));
        let (entries, length) = self.log(document);
        let mut entries = entries.iter().take(usize::try_from(length).expect("short")).map(parse);
        let first = entries.next().expect("a Create");
        let mut log = DocumentLog::begin(&org, &first).expect("a Create");
        entries.for_each(|entry| log.append(&org, &entry).expect("an entry that follows"));
        (org, log)
    }

    /// What was stored of a document since the server went bad, and the number of the first.
    pub(crate) fn since(&self, document: DocumentId) -> (Number, Vec<Blob>) {
        let then = liar::envelopes(&self.store_then, document).len();
        let all = liar::envelopes(self.world.store(), document);
        let first = u64::try_from(then + 1).expect("a small number");
        (Number(first), all.into_iter().skip(then).map(Blob).collect())
    }

    /// Envelopes of a document as a server hands them out.
    pub(crate) fn batch(
        document: DocumentId,
        first: Number,
        envelopes: Vec<Blob>,
    ) -> ServerMessage {
        ServerMessage::Batch { document, first, envelopes, more: false, base: None }
    }

    /// What a device shows.
    pub(crate) fn sight(&self, captive: &mut Captive) -> Sight {
        let home = &captive.screen.home;
        let home = format!("{:?} {:?} {:?}", home.people, home.devices, home.cases);
        let (note, other) = (captive.reads(self.note, FIELD), captive.reads(self.other, FIELD));
        Sight { home, note, other }
    }

    /// A lie changed nothing: not what is shown, not what is kept, and nobody was handed anything.
    #[track_caller]
    pub(crate) fn check_unharmed(&self, captive: &mut Captive, disk: &Disk, before: &Sight) {
        assert_eq!(&self.sight(captive), before);
        for key in disk.keys() {
            assert!(captive.disk.contains_key(key), "a record is gone");
        }
        check_silent(captive);
    }

    /// The honest server is back, and the device catches up with everything.
    #[track_caller]
    pub(crate) fn check_recovers(&self, captive: &mut Captive, device: DeviceNo) {
        captive.hang_up();
        captive.log_in(self.world.server_epoch());
        captive.serve(&mut self.world.back_up(), self.who(device));
        assert_eq!(captive.reads(self.note, FIELD), format!("{THEN}{}", SINCE.concat()));
        let other = captive.reads(self.other, FIELD);
        let (alarms, told) = (&captive.screen.alarms, &captive.told);
        assert_eq!(other, format!("{OTHER}{}", SINCE.concat()), "{alarms:?} {told:?}");
    }
}

/// Nobody was handed a key, and nothing was written or sent.
#[track_caller]
pub(crate) fn check_silent(captive: &Captive) {
    let speaks = |message: &&ClientMessage| {
        matches!(
            message,
            ClientMessage::Push { .. }
                | ClientMessage::BringBack { .. }
                | ClientMessage::Append { .. }
                | ClientMessage::PutWraps { .. }
        )
    };
    assert_eq!(captive.told.iter().find(speaks), None);
}

/// A device that is told one lie after another.
pub(crate) struct Lies<'a> {
    pub(crate) captive: Captive,
    stage: &'a Stage,
    device: DeviceNo,
    disk: Disk,
    at: UnixMillis,
    before: Sight,
    known: u64,
    told: BTreeSet<[u8; 32]>,
    is_repeated: bool,
}

/// Lies to one device, before another takes its place: alarms are bounded.
const LIES_EACH: u64 = 25;

impl<'a> Lies<'a> {
    /// To a device as it was when the server went bad.
    pub(crate) fn to(stage: &'a Stage, device: DeviceNo) -> Self {
        Self::on(stage, device, stage.then[&device].clone(), stage.at)
    }

    /// To a device that starts on a store.
    pub(crate) fn on(stage: &'a Stage, device: DeviceNo, disk: Disk, at: UnixMillis) -> Self {
        let mut captive = Captive::of(&disk, stage.world.server_epoch(), at, 0);
        let before = stage.sight(&mut captive);
        let told = BTreeSet::new();
        Self { captive, stage, device, disk, at, before, known: 0, told, is_repeated: false }
    }

    /// A new connection; now and then a new device, when the old one was found unharmed.
    pub(crate) fn begin(&mut self, variant: u64) -> &mut Captive {
        if variant.is_multiple_of(LIES_EACH) && variant > 0 {
            self.check_unharmed();
            let epoch = self.stage.world.server_epoch();
            self.captive = Captive::of(&self.disk, epoch, self.at, variant);
            self.known = 0;
            self.told.clear();
        }
        self.captive.hang_up();
        self.captive.log_in(self.stage.world.server_epoch());
        self.captive.ignore();
        &mut self.captive
    }

    /// One lie.
    pub(crate) fn tell(&mut self, variant: u64, lie: ServerMessage) {
        self.begin(variant);
        self.is_repeated = !self.told.insert(shared::hash::sha256(&[&lie.to_bytes()]));
        self.captive.hear(lie);
    }

    /// Alarms since the last look.
    pub(crate) fn alarms(&mut self) -> Vec<AlarmKind> {
        let rows = self.captive.screen.alarms.iter().filter(|row| row.number > self.known);
        let kinds: Vec<AlarmKind> = rows.map(|row| row.matter.kind).collect();
        let numbers = self.captive.screen.alarms.iter().map(|row| row.number);
        self.known = numbers.max().unwrap_or(0).max(self.known);
        kinds
    }

    /// This lie raised an alarm of its own; the same bytes twice are one lie.
    #[track_caller]
    pub(crate) fn check_alarmed(&mut self, what: &str) {
        let is_told = !self.alarms().is_empty() || self.is_repeated;
        assert!(is_told, "{what}: {:?}", self.captive.screen.notices);
    }

    #[track_caller]
    pub(crate) fn check_unharmed(&mut self) {
        self.stage.check_unharmed(&mut self.captive, &self.disk, &self.before);
    }

    /// Nothing was harmed, and the honest server's answers are taken.
    #[track_caller]
    pub(crate) fn end(mut self) {
        self.check_unharmed();
        self.stage.check_recovers(&mut self.captive, self.device);
    }
}
