//! What a server that was restored is given back, and what it is not given although the device
//! holds it.

use std::collections::BTreeSet;

use engine::{command::Command, record::Place, view::AlarmKind};
use harness::{
    captive::{Captive, Disk},
    insider::Insider,
    world::{DeviceNo, World, liar},
};
use shared::{
    Blob,
    envelope::{Envelope, Kind},
    id::{DocumentId, EntryHash, Number, Seq, ServerEpoch},
    log::{
        self, Author, Head, LogId,
        document::{Cut, DocumentBody, Revoke},
        org::Role,
    },
    sync::{ClientMessage, DocumentState, ServerMessage},
};

use super::{
    alarms::{kinds, matter, no_more},
    asking::answers,
    dice,
    stage::{FIELD, Stage},
};
use crate::removal;

/// What the server calls itself since it was restored.
pub(super) const RESTORED: ServerEpoch = ServerEpoch::new([0xE7; 16]);

pub(super) fn is_offer(said: &ClientMessage) -> bool {
    matches!(said, ClientMessage::BringBack { .. } | ClientMessage::Append { .. })
}

/// A server that takes whatever it is given; what it is offered.
pub(super) fn take_all(captive: &mut Captive) -> Vec<ClientMessage> {
    let before = captive.told.len();
    while answers(captive, ServerMessage::Acks { acks: vec![] }).iter().any(is_offer) {}
    captive.told[before..].to_vec()
}

/// The server was restored, and takes whatever it is given: the envelopes among that.
fn given_back(captive: &mut Captive) -> BTreeSet<Place> {
    captive.hang_up();
    let before = captive.told.len();
    captive.log_in(RESTORED);
    take_all(captive);
    let brought = captive.told[before..].iter().filter_map(|it| match it {
        ClientMessage::BringBack { envelopes } => Some(envelopes),
        _ => None,
    });
    let places = brought.flatten().map(|it| place(&it.0));
    places.collect()
}

fn place(bytes: &[u8]) -> Place {
    let envelope = Envelope::parse(bytes.to_vec()).expect("an envelope");
    let header = envelope.header();
    Place { document: header.document, device: header.device, seq: header.seq }
}

/// What the honest server has of a document.
fn held(stage: &Stage, document: DocumentId) -> BTreeSet<Place> {
    liar::envelopes(stage.world.store(), document).iter().map(|it| place(it)).collect()
}

fn of(places: &BTreeSet<Place>, document: DocumentId) -> BTreeSet<Place> {
    places.iter().filter(|it| it.document == document).copied().collect()
}

/// Everything that came to the note's log since it had so many entries.
fn log_since(stage: &Stage, length: usize) -> ServerMessage {
    let (entries, _) = stage.log(stage.note);
    let from = u64::try_from(length).expect("a short log");
    let entries = entries[length..].to_vec();
    ServerMessage::LogBatch { document: Some(stage.note), from, entries, more: false }
}

/// A server asks everybody for everything, and so does who took its place. Harmless: who was let out
/// of a document hands on nothing of it, though it lies in the store still. The controls are the same
/// device before it heard of that, and what it reads still.
#[test]
fn who_was_let_out_gives_nothing_of_it_back() {
    let mut stage = Stage::set(261);
    let known = stage.log(stage.note).0.len();
    let [mut before, mut after] = [1, 2].map(|seed| stage.captive_now(stage.colleague, seed));
    let given = given_back(&mut before);
    assert_eq!(of(&given, stage.note), held(&stage, stage.note));
    let account = stage.account(stage.colleague);
    stage.world.ask(stage.tablet, Command::LetOut { document: stage.note, account });
    stage.world.settle();

    after.hear(log_since(&stage, known));
    let rest = given_back(&mut after);

    assert_eq!(of(&rest, stage.note), BTreeSet::new());
    let others = given.into_iter().filter(|it| it.document != stage.note);
    assert_eq!(rest, others.collect());
}

/// A document was destroyed, and a store gives back what was deleted from it. Harmless: nothing of
/// it is handed to the server again. The control is another document of the same device.
#[test]
fn what_was_shredded_is_not_given_back() {
    let mut stage = Stage::set(262);
    let known = stage.log(stage.note).0.len();
    let mut captive = stage.captive_now(stage.phone, 1);
    let disk: Disk = captive.disk.clone();
    stage.world.ask(stage.tablet, Command::Shred(stage.note));
    stage.world.settle();

    captive.hear(log_since(&stage, known));
    let gone = disk.into_iter().filter(|(key, _)| !captive.disk.contains_key(key));
    let gone: Disk = gone.collect();
    assert!(!gone.is_empty());
    captive.disk.extend(gone);
    let given = given_back(&mut captive);

    assert_eq!(of(&given, stage.note), BTreeSet::new());
    assert_eq!(of(&given, stage.other), held(&stage, stage.other));
}

/// Somebody's envelopes ended before one that the server had shown. Harmless: what lies behind the
/// end is not handed on, what lies before it is. The control is the same device before it heard of
/// the end.
#[test]
fn what_lies_behind_an_end_is_not_given_back() {
    let mut stage = Stage::set(263);
    assert!(stage.world.can_open(stage.colleague, stage.note));
    for words in ["六。", "七。"] {
        stage.world.write(stage.colleague, stage.note, FIELD, words);
        stage.world.settle();
    }
    let (device, account) = (stage.id(stage.colleague), stage.account(stage.colleague));
    let all = held(&stage, stage.note);
    let document = stage.note;
    let [first, second] = [1, 2].map(|seq| Place { document, device, seq: Seq(seq) });
    assert!(all.contains(&first) && all.contains(&second));
    let [mut before, mut after] = [1, 2].map(|seed| stage.captive_now(stage.phone, seed));
    assert_eq!(of(&given_back(&mut before), stage.note), all);

    let envelopes = liar::envelopes(stage.world.store(), stage.note);
    let last = envelopes.iter().find(|it| place(it) == first).expect("the first");
    let envelope = Envelope::parse(last.clone()).expect("an envelope").id();
    let cuts = vec![Cut { device, seq: Seq(1), envelope }];
    let (org, logs) = removal::logs(&stage.world);
    let tablet = stage.insider(stage.tablet, stage.note);
    let end = log::Place {
        log: LogId::Document(document),
        head: logs[&document].head(),
        at: stage.world.now(),
        author: Author::Device(tablet.id),
        org: Some(org.head().length),
    };
    let entry = DocumentBody::Revoke(Revoke { account, cuts }).sign(end, tablet.key());
    let entries = vec![Blob(entry.as_bytes().to_vec())];
    let from = end.head.length;
    let document = Some(document);
    after.hear(ServerMessage::LogBatch { document, from, entries, more: false });

    let expected = all.into_iter().filter(|it| *it != second);
    assert_eq!(of(&given_back(&mut after), stage.note), expected.collect());
}

/// A device was copied, and the copy has written too. Harmless: what this one wrote and the server
/// never took is not handed to it, for it may be in the other's place; what it took is given back,
/// its own and everybody's. The control is the same device before it met its own hand.
#[test]
fn what_a_copied_device_never_sent_is_not_given_back() {
    let mut stage = Stage::set(264);
    assert!(stage.world.can_open(stage.phone, stage.note));
    stage.world.write(stage.phone, stage.note, FIELD, "六。");
    stage.world.settle();
    let sent = held(&stage, stage.note);
    let (document, device) = (stage.note, stage.id(stage.phone));
    let [own, unsent] = [1, 2].map(|seq| Place { document, device, seq: Seq(seq) });
    assert!(sent.contains(&own) && !sent.contains(&unsent));
    let write = |seed| {
        let mut captive = stage.captive_now(stage.phone, seed);
        captive.write(stage.note, FIELD, "七。");
        captive
    };
    let mut whole = sent.clone();
    whole.insert(unsent);
    assert_eq!(of(&given_back(&mut write(1)), stage.note), whole);

    let mut captive = write(2);
    let disk = &stage.world.on(stage.phone).disk;
    let mut copy = Insider::open(disk, stage.note);
    let plaintext = Insider::chunk(captive.now, vec![]).to_bytes();
    let (_, envelope) = copy.envelope(Kind::Changes, plaintext, &mut dice(264, 0));
    let first = Number(u64::try_from(sent.len()).expect("few") + 1);
    let envelopes = vec![Blob(envelope.as_bytes().to_vec())];
    captive.hear(Stage::batch(stage.note, first, envelopes));
    assert_eq!(kinds(&captive), [AlarmKind::Twice]);

    assert_eq!(of(&given_back(&mut captive), stage.note), sent);
}

/// A server that was restored answers every offer by speaking of another end of a log. Harmless: it
/// is given what there is, and is not asked for anything before that. The control is the same said
/// by a server that has everything.
#[test]
fn nothing_is_asked_of_a_server_while_it_is_given_everything() {
    let stage = Stage::set(265);
    let head = stage.logs_then(stage.note).1.head();
    let other = Head { hash: EntryHash::new([9; 32]), ..head };
    let moved = || ServerMessage::HeadMoved { log: LogId::Document(stage.note), head: other };
    let ask = ClientMessage::PullLog { document: Some(stage.note), from: head.length - 1 };
    let mut captive = stage.captive(stage.phone, 1);
    captive.hang_up();
    captive.log_in(RESTORED);

    let said = answers(&mut captive, moved());

    assert!(said.iter().all(is_offer) && !said.is_empty(), "{said:?}");
    take_all(&mut captive);
    let said = answers(&mut captive, moved());
    assert!(said.contains(&ask), "{said:?}");
}

/// A server shows less of a document, takes everything it is given, and shows less again. Harmless:
/// it is given everything once on a connection, and cannot keep the device giving.
#[test]
fn a_server_that_shows_less_again_is_not_given_everything_again() {
    let stage = Stage::set(266);
    let (entries, _) = stage.log(stage.note);
    let log_length = u64::try_from(entries.len()).expect("a short log") - 1;
    let less = || {
        let told = DocumentState { document: stage.note, log_length, last: Number(99) };
        ServerMessage::Index { documents: vec![told], more: true }
    };
    let mut captive = stage.captive_now(stage.phone, 1);
    assert!(answers(&mut captive, less()).iter().any(is_offer));
    take_all(&mut captive);
    assert_eq!(captive.told.last().map(is_offer), Some(false));

    let said = answers(&mut captive, less());

    assert!(!said.iter().any(is_offer), "{said:?}");
    assert_eq!(kinds(&captive), [AlarmKind::RolledBack]);
    // The next connection is another chance.
    captive.hang_up();
    captive.log_in(stage.world.server_epoch());
    assert!(answers(&mut captive, less()).iter().any(is_offer));
}

/// A server is given everything back because of one document, and what it showed of another is
/// explained only then. Harmless: what it lacks it has been given, and is no second accusation. The
/// control is the same answer where nothing else was missing.
#[test]
fn what_is_being_given_back_is_not_missed_once_more() {
    let stage = Stage::set(267);
    let length = |document| u64::try_from(stage.log(document).0.len()).expect("a short log");
    let (note, other) = (length(stage.note), length(stage.other));
    let told =
        |document, log_length, last| DocumentState { document, log_length, last: Number(last) };
    let unexplained = told(stage.note, note + 1, 1);
    for (document, others) in
        [(stage.note, vec![]), (stage.other, vec![told(stage.other, other - 1, 999)])]
    {
        let mut captive = stage.captive_now(stage.phone, 1);
        let documents = [vec![unexplained], others].concat();
        captive.hear(ServerMessage::Index { documents, more: true });

        captive.hear(no_more(Some(stage.note), note));

        assert_eq!(kinds(&captive), [AlarmKind::RolledBack]);
        assert_eq!(matter(&captive, AlarmKind::RolledBack).document, Some(document));
    }
}

/// A consultant with two devices in a firm that writes snapshots early, and a note of theirs.
fn early_snapshots(seed: u64) -> (World, [DeviceNo; 2], DocumentId) {
    let mut world = World::seeded(seed).compacting(6, 5_000);
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    world.link_device(tablet, "ノートパソコン");
    world.hire(tablet, Role::Employee, "佐伯 悠真", "佐伯のスマートフォン");
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    world.settle();
    (world, [admin, tablet], note)
}

/// A server was put back, and nobody says why. Harmless: no device makes or vouches for a snapshot
/// of what there may be more of, however much is written. The control is an admin who says that it
/// was on purpose.
#[test]
fn there_is_no_snapshot_until_somebody_says_that_a_restore_was_meant() {
    let (mut world, [admin, tablet], note) = early_snapshots(268);
    let has_snapshot = |world: &World| {
        let base = world.store().reader().base(note).expect("a readable database");
        let kind = |it: &Vec<u8>| Envelope::parse(it.clone()).expect("an envelope").header().kind;
        let written = liar::envelopes(world.store(), note);
        base.is_some() || written.iter().any(|it| kind(it) == Kind::Snapshot)
    };
    let write = |world: &mut World, words: &[&str]| {
        for it in words {
            world.write(tablet, note, FIELD, it);
            world.wait_ms(3_000);
        }
        world.settle();
    };
    let backup = world.back_up();
    world.restore(backup);
    world.settle();

    write(&mut world, &["一。", "二。", "三。", "四。", "五。", "六。", "七。"]);
    assert!(!has_snapshot(&world));

    world.ask(admin, Command::DeclareRestore);
    world.settle();
    write(&mut world, &["八。"]);
    assert!(has_snapshot(&world));
}
