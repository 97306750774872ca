//! A server that lies is found out, by what others signed; and an honest one never is.
#![expect(clippy::expect_used, reason = "helpers of tests")]

use engine::{
    command::Command,
    view::{AlarmKind, AlarmRow, LinkView, Notice},
};
use harness::{
    firm::PASSPHRASE,
    seed::seed_or,
    world::{
        DeviceNo, World,
        liar::{Liar, Withholder, envelopes},
    },
};
use server::store::Store;
use shared::{
    envelope::Envelope,
    id::{DeviceId, DocumentId, EnvelopeId},
    log::{document::Access, org::Role},
    refusal::{Reason, Refusal},
    sync::{Ack, ClientMessage, ServerMessage},
};

const FIELD: &str = "presenting_issue";

/// A consultant with two devices, and a colleague who writes in the same note.
struct Cast {
    world: World,
    admin: DeviceNo,
    tablet: DeviceNo,
    laptop: DeviceNo,
    colleague: DeviceNo,
    note: DocumentId,
}

fn cast(seed: u64) -> Cast {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let laptop = world.link_device(tablet, "ノートパソコン");
    let colleague = world.hire(admin, Role::Consultant, "鈴木 一郎", "同僚のタブレット");
    world.hire(tablet, Role::Employee, "佐伯 悠真", "スマートフォン");
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    let account = world.known_as(admin, "鈴木 一郎");
    world.ask(tablet, Command::LetIn { document: note, account, access: Access::Writer });
    world.settle();
    for device in [laptop, colleague] {
        world.ask(device, Command::Open(note));
    }
    let mut made = Cast { world, admin, tablet, laptop, colleague, note };
    for device in [tablet, colleague, tablet] {
        made.write(device, "はじめ。");
    }
    made
}

impl Cast {
    fn write(&mut self, device: DeviceNo, text: &str) {
        self.world.write(device, self.note, FIELD, text);
        self.world.settle();
    }

    fn alarms(&self, device: DeviceNo) -> &[AlarmRow] {
        &self.world.on(device).screen.alarms
    }

    fn kinds(&self, device: DeviceNo) -> Vec<AlarmKind> {
        self.alarms(device).iter().map(|row| row.matter.kind).collect()
    }

    /// How many envelopes the note has at the server.
    fn count(&self) -> u64 {
        u64::try_from(envelopes(self.world.store(), self.note).len()).expect("a small note")
    }

    #[track_caller]
    fn check_quiet(&self, devices: &[DeviceNo]) {
        for device in devices {
            assert_eq!(self.alarms(*device), [], "{}", self.world.on(*device).name);
        }
    }

    fn reconnect(&mut self, devices: &[DeviceNo]) {
        for device in devices {
            self.world.offline(*device);
        }
        for device in devices {
            self.world.online(*device);
        }
        self.world.settle();
    }

    fn restart(&mut self, device: DeviceNo) {
        self.world.restart(device);
        self.world.unlock(device);
        self.world.settle();
        self.world.ask(device, Command::Open(self.note));
    }

    fn evidence(&mut self, device: DeviceNo) -> String {
        let number = self.alarms(device).first().expect("an alarm").number;
        self.world.ask(device, Command::ShowEvidence(number));
        self.world.on(device).screen.evidence.clone().expect("evidence on screen")
    }
}

/// Envelopes in a text of evidence.
fn shown_envelopes(text: &str) -> Vec<Envelope> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("bytes: "));
    let bytes = |line: &str| {
        let pairs = line.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("hex"));
        pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hex")).collect()
    };
    lines.map(|line| Envelope::parse(bytes(line)).expect("an envelope")).collect()
}

#[test]
fn an_honest_server_raises_no_alarm() {
    let cast = cast(700);

    let all: Vec<DeviceNo> = cast.world.devices().collect();

    cast.check_quiet(&all);
}

#[test]
fn the_last_envelope_kept_back_shows_with_the_next_honest_one() {
    let mut cast = cast(701);
    let (laptop, tablet, colleague) = (cast.laptop, cast.tablet, cast.colleague);
    let hidden = cast.count() + 1;
    cast.world.lie(Withholder::from(&[laptop]).hide(cast.note, hidden..=hidden));
    cast.write(colleague, "同意を取り下げたい。");
    cast.check_quiet(&[laptop, tablet, colleague]);

    cast.write(tablet, "承知した。");

    assert_eq!(cast.kinds(laptop), [AlarmKind::Withheld]);
    cast.check_quiet(&[tablet, colleague]);
    let text = cast.evidence(laptop);
    let [witness] = shown_envelopes(&text).try_into().expect("one witness");
    assert_eq!(witness.header().document, cast.note);
    assert!(text.contains("kind: withheld"), "{text}");
}

#[test]
fn one_envelope_hidden_among_many_shows_and_is_cured_by_its_delivery() {
    let mut cast = cast(702);
    let (laptop, colleague) = (cast.laptop, cast.colleague);
    cast.write(colleague, "一。");
    let hidden = cast.count() + 1;
    cast.world.lie(Withholder::from(&[laptop]).hide(cast.note, hidden..=hidden));
    for text in ["二。", "三。", "四。"] {
        cast.write(colleague, text);
    }
    assert_eq!(cast.kinds(laptop), [AlarmKind::Withheld]);
    let before = cast.alarms(laptop).to_vec();
    cast.restart(laptop);
    assert_eq!(cast.alarms(laptop), before, "the alarm is kept, and is still one");

    cast.world.tell_the_truth();
    cast.world.settle();

    cast.check_quiet(&[laptop]);
    let whole = cast.world.reads(colleague, cast.note, FIELD);
    assert_eq!(cast.world.reads(laptop, cast.note, FIELD), whole);
}

#[test]
fn an_alarm_that_the_person_knows_of_is_not_repeated() {
    let mut cast = cast(703);
    let (laptop, colleague) = (cast.laptop, cast.colleague);
    let hidden = cast.count() + 1;
    cast.world.lie(Withholder::from(&[laptop]).hide(cast.note, hidden..=hidden));
    cast.write(colleague, "一。");
    cast.write(colleague, "二。");
    let number = cast.alarms(laptop).first().expect("an alarm").number;

    cast.world.ask(laptop, Command::Acknowledge(number));
    cast.world.settle();
    cast.restart(laptop);
    cast.write(colleague, "三。");

    let [row] = cast.alarms(laptop) else { unreachable!("{:?}", cast.alarms(laptop)) };
    assert!(row.is_seen);
}

#[test]
fn a_revocation_kept_from_one_device_shows_with_the_next_epoch() {
    let mut cast = cast(704);
    let (laptop, tablet, colleague) = (cast.laptop, cast.tablet, cast.colleague);
    let length = log_length(&cast);
    cast.world.lie(Withholder::from(&[laptop]).cut(Some(cast.note), length));
    let account = cast.world.known_as(cast.admin, "鈴木 一郎");
    cast.world.ask(tablet, Command::LetOut { document: cast.note, account });
    cast.world.settle();

    cast.write(tablet, "同僚には見せない。");

    assert_eq!(cast.kinds(laptop), [AlarmKind::Withheld]);
    cast.check_quiet(&[tablet, colleague]);
    cast.world.tell_the_truth();
    cast.world.settle();
    cast.check_quiet(&[laptop]);
    let whole = cast.world.reads(tablet, cast.note, FIELD);
    assert_eq!(cast.world.reads(laptop, cast.note, FIELD), whole);
}

fn log_length(cast: &Cast) -> u64 {
    let reader = cast.world.store().reader();
    let entries = reader.document_entries(cast.note, 0).expect("the note's log").items;
    u64::try_from(entries.len()).expect("a short log")
}

#[test]
fn the_org_log_kept_short_shows_by_what_authors_know() {
    let mut cast = cast(705);
    let (laptop, tablet) = (cast.laptop, cast.tablet);
    let length = cast.world.store().reader().org_length().expect("the org log");
    cast.world.lie(Withholder::from(&[laptop]).cut(None, length));
    cast.world.hire(cast.admin, Role::Consultant, "高橋", "新人のタブレット");
    cast.check_quiet(&[laptop]);

    cast.write(tablet, "新人が来た。");

    assert_eq!(cast.kinds(laptop), [AlarmKind::Withheld]);
    assert_eq!(cast.alarms(laptop).first().and_then(|row| row.matter.document), None);
    cast.world.tell_the_truth();
    cast.world.settle();
    cast.check_quiet(&[laptop]);
}

#[test]
fn a_server_put_back_in_silence_is_found_out_and_given_everything_again() {
    let mut cast = cast(706);
    let all: Vec<DeviceNo> = cast.world.devices().collect();
    let (tablet, colleague) = (cast.tablet, cast.colleague);
    let backup = cast.world.back_up();
    cast.write(tablet, "後で書いた。");
    cast.write(colleague, "これも。");
    let whole = cast.world.reads(tablet, cast.note, FIELD);
    let count = cast.count();

    cast.world.roll_back(backup);
    cast.world.settle();

    for device in [tablet, colleague] {
        assert_eq!(cast.kinds(device), [AlarmKind::RolledBack], "{}", cast.world.on(device).name);
    }
    assert_eq!(cast.count(), count);
    cast.reconnect(&all);
    for device in [tablet, colleague] {
        assert_eq!(cast.kinds(device), [AlarmKind::RolledBack], "told once");
        assert_eq!(cast.world.reads(device, cast.note, FIELD), whole);
    }
    let [ours] = shown_envelopes(&cast.evidence(tablet)).try_into().expect("what was there");
    assert_eq!(ours.header().document, cast.note);
}

#[test]
fn one_document_put_back_is_found_out() {
    let mut cast = cast(707);
    let (tablet, colleague) = (cast.tablet, cast.colleague);
    let last = cast.count();

    cast.world.lie(Withholder::from(&[tablet]).hide(cast.note, last..=u64::MAX));
    cast.reconnect(&[tablet, colleague]);

    assert_eq!(cast.kinds(tablet), [AlarmKind::RolledBack]);
    assert_eq!(cast.alarms(tablet).first().and_then(|row| row.matter.document), Some(cast.note));
    cast.check_quiet(&[colleague]);
}

#[test]
fn a_document_that_its_maker_is_not_shown_is_found_out() {
    let mut cast = cast(708);
    let tablet = cast.tablet;

    cast.world.lie(Denier { to: tablet, document: cast.note });
    cast.reconnect(&[tablet]);

    assert_eq!(cast.kinds(tablet), [AlarmKind::RolledBack]);
}

/// A server that knows nothing of a document.
struct Denier {
    to: DeviceNo,
    document: DocumentId,
}

impl Liar for Denier {
    fn hear(&mut self, _: &Store, _: DeviceNo, asked: ClientMessage) -> Option<ClientMessage> {
        Some(asked)
    }

    fn say(&mut self, _: &Store, to: DeviceNo, mut honest: ServerMessage) -> Vec<ServerMessage> {
        if let ServerMessage::Index { documents, .. } = &mut honest
            && to == self.to
        {
            documents.retain(|state| state.document != self.document);
        }
        vec![honest]
    }
}

#[test]
fn an_org_log_put_back_is_found_out() {
    let mut cast = cast(709);
    let (tablet, colleague) = (cast.tablet, cast.colleague);
    let length = cast.world.store().reader().org_length().expect("the org log");

    cast.world.lie(Withholder::from(&[tablet]).cut(None, length - 2));
    cast.reconnect(&[tablet, colleague]);

    assert_eq!(cast.kinds(tablet), [AlarmKind::RolledBack]);
    assert_eq!(cast.alarms(tablet).first().and_then(|row| row.matter.document), None);
    cast.check_quiet(&[colleague]);
}

#[test]
fn two_histories_of_the_firm_show_when_one_word_crosses() {
    let mut cast = cast(710);
    let (admin, laptop, tablet) = (cast.admin, cast.laptop, cast.tablet);
    let apart = cast.world.back_up();
    cast.world.fork(&[laptop], apart);
    cast.world.settle();
    // Each history goes on by itself, with as many entries.
    cast.world.invite(admin, Role::Consultant, "高橋");
    cast.world.device_code(laptop);
    cast.check_quiet(&[laptop, tablet]);
    cast.write(tablet, "何も知らずに書く。");
    cast.check_quiet(&[laptop, tablet]);

    let crossing = envelopes(cast.world.store(), cast.note).pop().expect("an envelope");
    let first = shared::id::Number(cast.count());
    let envelopes = vec![shared::Blob(crossing)];
    let (document, more) = (cast.note, false);
    cast.world.tell(laptop, ServerMessage::Batch { document, first, envelopes, more, base: None });
    cast.world.settle();

    assert_eq!(cast.kinds(laptop), [AlarmKind::Forked]);
    assert_eq!(cast.alarms(laptop).first().map(|row| row.matter.hashes.len()), Some(2));
}

#[test]
fn another_log_of_the_firm_is_not_taken() {
    let mut cast = cast(711);
    let (admin, laptop) = (cast.admin, cast.laptop);
    let apart = cast.world.back_up();
    cast.world.fork(&[laptop], apart);
    cast.world.settle();
    cast.world.invite(admin, Role::Consultant, "高橋");
    cast.world.device_code(laptop);

    cast.world.tell_the_truth();
    cast.world.settle();

    assert_eq!(cast.kinds(laptop), [AlarmKind::Forked]);
    let text = cast.evidence(laptop);
    assert_eq!(text.lines().filter(|line| line.starts_with("bytes: ")).count(), 2, "{text}");
}

#[test]
fn a_changed_envelope_is_evidence_against_the_server() {
    let mut cast = cast(712);
    let (laptop, tablet) = (cast.laptop, cast.tablet);

    cast.world.lie(Spoiler { to: laptop });
    cast.write(tablet, "途中で変えられる。");

    assert_eq!(cast.kinds(laptop), [AlarmKind::Tampered]);
    cast.check_quiet(&[tablet]);
    assert_eq!(shown_envelopes(&cast.evidence(laptop)).len(), 1);
}

/// A server that changes one bit of every envelope.
struct Spoiler {
    to: DeviceNo,
}

impl Liar for Spoiler {
    fn hear(&mut self, _: &Store, _: DeviceNo, asked: ClientMessage) -> Option<ClientMessage> {
        Some(asked)
    }

    fn say(&mut self, _: &Store, to: DeviceNo, mut honest: ServerMessage) -> Vec<ServerMessage> {
        if let ServerMessage::Batch { envelopes, .. } = &mut honest
            && to == self.to
        {
            for byte in envelopes.iter_mut().filter_map(|it| it.0.get_mut(300)) {
                *byte ^= 1;
            }
        }
        vec![honest]
    }
}

#[test]
fn a_copied_tablet_that_meets_its_own_hand_retires() {
    let mut cast = cast(713);
    let tablet = cast.tablet;
    cast.world.offline(tablet);
    let copy = cast.world.clone_device(tablet, "写し");
    cast.world.unlock(copy);
    cast.world.settle();
    cast.world.ask(copy, Command::Open(cast.note));
    cast.write(copy, "写しが書いた。");
    cast.world.write(tablet, cast.note, FIELD, "本物が書いた。");

    cast.world.online(tablet);
    cast.world.settle();

    assert_eq!(cast.kinds(tablet), [AlarmKind::Twice]);
    let before = cast.count();
    let kept = cast.world.reads(tablet, cast.note, FIELD);
    assert!(kept.ends_with("本物が書いた。"), "{kept}");
    cast.write(tablet, "もう書けない。");
    cast.restart(tablet);
    assert_eq!(cast.kinds(tablet), [AlarmKind::Twice]);
    assert_eq!(cast.world.reads(tablet, cast.note, FIELD), kept, "kept, and nothing added");
    assert_eq!(cast.count(), before);
    assert_eq!(shown_envelopes(&cast.evidence(tablet)).len(), 1);
    cast.check_quiet(&[copy, cast.laptop, cast.colleague]);
}

#[test]
fn two_copies_that_write_at_once_are_found_out_by_the_one_that_is_refused() {
    let mut cast = cast(714);
    let tablet = cast.tablet;
    let copy = cast.world.clone_device(tablet, "写し");
    cast.world.unlock(copy);
    cast.world.settle();
    cast.world.ask(copy, Command::Open(cast.note));

    cast.world.write(tablet, cast.note, FIELD, "本物。");
    cast.world.write(copy, cast.note, FIELD, "写し。");
    cast.world.settle();

    let kinds = [cast.kinds(tablet), cast.kinds(copy)];
    assert_eq!(kinds.iter().filter(|it| **it == [AlarmKind::Twice]).count(), 1, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|it| it.is_empty()).count(), 1, "{kinds:?}");
    let retired = if kinds.first().is_some_and(Vec::is_empty) { copy } else { tablet };
    let evidence = shown_envelopes(&cast.evidence(retired));
    let [theirs, ours] = evidence.try_into().expect("both envelopes");
    assert_eq!(theirs.header().seq, ours.header().seq);
    assert_eq!(theirs.header().device, ours.header().device);
    assert_ne!(theirs.id(), ours.id());
    cast.check_quiet(&[cast.laptop, cast.colleague]);
    let whole = cast.world.reads(cast.laptop, cast.note, FIELD);
    assert!(whole.ends_with("本物。") != whole.ends_with("写し。"), "{whole}");
}

#[test]
fn a_server_cannot_retire_a_device_by_its_own_word() {
    let mut cast = cast(715);
    let tablet = cast.tablet;
    cast.world.lie(Refuser::default());
    cast.write(tablet, "断られる。");
    cast.check_quiet(&[tablet]);
    let code = Reason::Equivocation.code();
    assert_eq!(cast.world.on(tablet).screen.notices, [Notice::Refused { code }]);

    cast.world.tell_the_truth();
    cast.world.settle();

    cast.check_quiet(&[tablet]);
    assert!(cast.world.reads(cast.laptop, cast.note, FIELD).ends_with("断られる。"));
}

/// A server that says of every push that something else is there.
#[derive(Default)]
struct Refuser {
    pushed: Vec<EnvelopeId>,
}

impl Liar for Refuser {
    fn hear(&mut self, _: &Store, _: DeviceNo, asked: ClientMessage) -> Option<ClientMessage> {
        let ClientMessage::Push { envelopes } = asked else { return Some(asked) };
        let id = |bytes: &shared::Blob| EnvelopeId::new(shared::hash::sha256(&[&bytes.0]));
        self.pushed = envelopes.iter().map(id).collect();
        // Its answer is where the refusal stands.
        Some(ClientMessage::Ping)
    }

    fn say(&mut self, _: &Store, _: DeviceNo, honest: ServerMessage) -> Vec<ServerMessage> {
        if honest != ServerMessage::Pong {
            return vec![honest];
        }
        let refused = Ack::Refused(Refusal::new(Reason::Equivocation));
        let acks = self.pushed.drain(..).map(|id| (id, refused)).collect();
        vec![ServerMessage::Acks { acks }]
    }
}

#[test]
fn a_restore_is_an_alarm_until_an_admin_declares_it() {
    let mut cast = cast(716);
    let all: Vec<DeviceNo> = cast.world.devices().collect();
    let backup = cast.world.back_up();
    cast.write(cast.tablet, "控えの後で。");
    cast.world.restore(backup);
    cast.world.settle();
    for device in &all {
        assert_eq!(cast.kinds(*device), [AlarmKind::Restored], "{}", cast.world.on(*device).name);
    }
    cast.reconnect(&all);
    for device in &all {
        assert_eq!(cast.kinds(*device), [AlarmKind::Restored], "it stays");
    }

    cast.world.ask(cast.tablet, Command::DeclareRestore);
    cast.world.settle();
    assert_eq!(cast.kinds(cast.laptop), [AlarmKind::Restored], "nobody else can say so");
    cast.world.ask(cast.admin, Command::DeclareRestore);
    cast.world.settle();

    cast.check_quiet(&all);
    let late = cast.world.link_device(cast.tablet, "後から来た端末");
    cast.check_quiet(&[late]);
}

#[test]
fn twenty_devices_ahead_of_the_backup_bring_everything_back() {
    let mut cast = cast(717);
    let mut devices = vec![cast.tablet, cast.laptop];
    while devices.len() < 20 {
        let name = format!("端末 {}", devices.len());
        let is_full = devices.len() >= 15;
        let by = if is_full { cast.colleague } else { cast.tablet };
        devices.push(cast.world.link_device(by, &name));
    }
    // The first two have it open.
    for device in devices.iter().skip(2) {
        cast.world.ask(*device, Command::Open(cast.note));
    }
    let backup = cast.world.back_up();
    for (turn, device) in devices.clone().into_iter().enumerate() {
        cast.write(device, &format!("{turn} 台目。"));
    }
    let mut before = envelopes(cast.world.store(), cast.note);
    let held = envelopes(&backup, cast.note).len();
    assert_eq!(before.len(), held + 20);
    let all: Vec<DeviceNo> = cast.world.devices().collect();

    cast.world.restore(backup);
    cast.world.settle();

    let mut after = envelopes(cast.world.store(), cast.note);
    before.sort();
    after.sort();
    assert_eq!(before.len(), after.len());
    assert!(before == after, "every envelope is back, byte for byte");
    for device in &all {
        assert_eq!(cast.kinds(*device), [AlarmKind::Restored], "{}", cast.world.on(*device).name);
        let link = cast.world.on(*device).screen.sync.map(|sync| sync.link);
        assert_eq!(link, Some(LinkView::Online));
    }
    cast.world.ask(cast.admin, Command::DeclareRestore);
    cast.world.settle();
    cast.check_quiet(&all);
}

#[test]
fn evidence_holds_no_word_of_a_note() {
    let mut cast = cast(718);
    let (laptop, colleague) = (cast.laptop, cast.colleague);
    let hidden = cast.count() + 1;
    cast.world.lie(Withholder::from(&[laptop]).hide(cast.note, hidden..=hidden));
    cast.write(colleague, "内緒の話。");
    cast.write(colleague, "続き。");

    let text = cast.evidence(laptop);

    let device: Vec<DeviceId> =
        cast.alarms(laptop).iter().filter_map(|row| row.matter.device).collect();
    assert!(device.iter().all(|it| text.contains(&it.to_hex())), "{text}");
    assert!(!text.contains(&shared::id::hex("内緒".as_bytes())));
    assert!(!text.contains(PASSPHRASE));
}
