//! What a device holds against a server, and for how long: not what it cannot know, not what another
//! document, another device or another time explains, and nothing twice.

use engine::{
    command::Command,
    document::chunk::Seen,
    record::{self, Content, InFlight, Name},
    view::{AlarmKind, Notice},
};
use harness::{
    captive::{Captive, Disk},
    insider::{Insider, records},
    world::liar,
};
use shared::{
    Blob,
    envelope::{Envelope, Kind},
    id::{DocumentId, EntryHash, EnvelopeId, Number, Seq},
    log::{
        Author, Head, LogId, Place,
        document::{Access, DocumentBody, Grant},
    },
    refusal::{Reason, Refusal},
    sync::{Ack, ClientMessage, DocumentState, ServerMessage},
};

use super::{
    alarms::{behind_a_new_epoch, index, kinds, matter, no_more, number_of},
    asking::{answers, pull, speak_of},
    bringing::RESTORED,
    dice, frontiers,
    snapshots::Scene,
    stage::{FIELD, SINCE, Stage, THEN},
};
use crate::removal;

/// The server shows what it has of the firm's log and of the note's since it went bad.
fn hear_logs(stage: &Stage, captive: &mut Captive) {
    for (document, (entries, then)) in
        [(None, stage.org()), (Some(stage.note), stage.log(stage.note))]
    {
        let entries = entries[usize::try_from(then).expect("a short log")..].to_vec();
        captive.hear(ServerMessage::LogBatch { document, from: then, entries, more: false });
    }
}

fn log_length(stage: &Stage, document: DocumentId) -> u64 {
    u64::try_from(stage.log(document).0.len()).expect("a short log")
}

/// The envelope that the device pushed last.
fn pushed(captive: &Captive) -> EnvelopeId {
    let pushed = captive.told.iter().rev().find_map(|it| match it {
        ClientMessage::Push { envelopes } => envelopes.last().cloned(),
        _ => None,
    });
    Envelope::parse(pushed.expect("a push").0).expect("an envelope").id()
}

fn refuse(envelope: EnvelopeId, refusal: Refusal) -> ServerMessage {
    ServerMessage::Acks { acks: vec![(envelope, Ack::Refused(refusal))] }
}

/// Somebody answers in the server's place before anybody has logged in, and asks for what the server
/// had acknowledged. Harmless: nothing is known yet of who that is, so nobody is accused. The control
/// is the same said by the server itself.
#[test]
fn nobody_is_accused_before_it_is_known_who_speaks() {
    let stage = Stage::set(281);
    let acked = stage.insider(stage.tablet, stage.note).last().0;
    let mut before = stage.captive(stage.tablet, 1);
    before.write(stage.note, FIELD, "六。");
    let asks_again = refuse(pushed(&before), Refusal::sequence_gap(acked));
    let now = before.now;
    let mut captive = Captive::on(before.disk, now, 2, harness::quick_stretch);
    captive.unlock();
    captive.connect();

    captive.hear(asks_again.clone());
    assert_eq!(kinds(&captive), []);

    captive.let_in(stage.world.server_epoch());
    captive.hear(asks_again);
    assert_eq!(kinds(&captive), [AlarmKind::RolledBack]);
}

/// A server says again what it has said. Harmless: an alarm that is known is neither written down nor
/// shown once more, so nobody wears out the store or the person.
#[test]
fn what_is_said_again_is_neither_written_nor_shown_again() {
    let stage = Stage::set(282);
    let (_, org_length) = stage.org();
    let mut captive = stage.captive(stage.phone, 1);
    captive.hang_up();
    captive.log_in(RESTORED);
    captive.hear(no_more(None, org_length));
    assert_eq!(kinds(&captive), [AlarmKind::Restored]);
    let (disk, shown) = (captive.disk.clone(), captive.shown);

    captive.hear(no_more(None, org_length));
    captive.hear(ServerMessage::Pong);

    assert_eq!(captive.shown, shown);
    assert!(captive.disk == disk, "nothing was written");

    let (first, _) = stage.since(stage.note);
    let mut captive = stage.captive(stage.phone, 2);
    let plaintext = Insider::chunk(captive.now, vec![]).to_bytes();
    let mut copy = stage.insider(stage.phone, stage.note);
    let (_, envelope) = copy.envelope(Kind::Changes, plaintext, &mut dice(282, 0));
    let twice = Stage::batch(stage.note, first, vec![Blob(envelope.as_bytes().to_vec())]);
    captive.hear(twice.clone());
    assert_eq!(kinds(&captive), [AlarmKind::Twice]);
    let progress = records(&captive.disk).0.place(Name::Progress);
    let before = captive.disk[&progress].clone();

    captive.hear(twice);

    assert!(captive.disk[&progress] == before, "it has retired already");
}

/// A server keeps back what it was asked for twice, also after the program started again. Detected
/// once: the alarm stands, and the device does not ask for it all over.
#[test]
fn what_was_told_is_not_asked_for_after_another_start() {
    let mut stage = Stage::set(283);
    let (first, envelopes) = behind_a_new_epoch(&mut stage);
    let (_, length) = stage.log(stage.note);
    let mut captive = stage.captive(stage.phone, 1);
    captive.hear(Stage::batch(stage.note, first, envelopes));
    for _ in 0..2 {
        captive.hear(no_more(Some(stage.note), length));
    }
    assert_eq!(kinds(&captive), [AlarmKind::Withheld]);

    let epoch = stage.world.server_epoch();
    let mut captive = Captive::of(&captive.disk, epoch, captive.now, 2);
    let said = answers(&mut captive, no_more(Some(stage.note), length));

    assert_eq!(said, []);
    assert_eq!(kinds(&captive), [AlarmKind::Withheld]);
}

/// The entry that began an epoch is here, its secret is not yet. Harmless: envelopes of that epoch
/// wait, and no entry of the log is missed. The control is the same without the entry.
#[test]
fn an_epoch_whose_secret_is_on_its_way_is_not_missed() {
    let mut stage = Stage::set(284);
    let (first, envelopes) = behind_a_new_epoch(&mut stage);
    for (is_shown, expected) in [(true, vec![]), (false, vec![AlarmKind::Withheld])] {
        let mut captive = stage.captive(stage.phone, 1);
        let (_, then) = stage.log(stage.note);
        let length = if is_shown { log_length(&stage, stage.note) } else { then };
        if is_shown {
            hear_logs(&stage, &mut captive);
        }
        captive.hear(Stage::batch(stage.note, first, envelopes.clone()));
        for _ in 0..2 {
            captive.hear(no_more(Some(stage.note), length));
        }

        assert_eq!(kinds(&captive), expected);
    }
}

/// An author had read what somebody wrote behind the end of their envelopes, before anybody knew of
/// that end. Harmless: it counts for nobody, so nobody is missed. The control is a device that does
/// not know of the end.
#[test]
fn what_was_read_behind_an_end_is_not_missed() {
    let mut author = frontiers::Author::set(285);
    let stage = &mut author.stage;
    let (account, device) = (stage.account(stage.colleague), stage.id(stage.colleague));
    stage.world.ask(stage.tablet, Command::LetOut { document: stage.note, account });
    stage.world.settle();
    for (is_known, expected) in [(true, vec![]), (false, vec![AlarmKind::Withheld])] {
        let mut captive = author.captive();
        if is_known {
            hear_logs(&author.stage, &mut captive);
        }
        let mut chunk = author.honest(&captive);
        chunk.frontier = vec![Seen { device, seq: Seq(9), prefix: [9; 8] }];

        author.tell(&mut captive, &chunk);

        assert_eq!(kinds(&captive), expected);
    }
}

/// A server keeps back an entry of a log that an author had when writing. Detected: the envelope
/// says how long the log was, and the device asks for the rest twice before it tells.
#[test]
fn a_log_that_was_longer_for_its_author_is_asked_for() {
    let author = frontiers::Author::set(286);
    let stage = &author.stage;
    let (_, length) = stage.log(stage.note);
    let ask = ClientMessage::PullLog { document: Some(stage.note), from: length };
    for (log_index, is_asked, expected) in
        [(length, false, vec![]), (length + 1, true, vec![AlarmKind::Withheld])]
    {
        let mut captive = author.captive();
        let mut insider = stage.insider(stage.tablet, stage.note);
        let (seq, id) = insider.last();
        insider.follow(seq, id, log_index);
        let chunk = author.honest(&captive).to_bytes();
        let (_, envelope) = insider.envelope(Kind::Changes, chunk, &mut dice(286, 0));
        let envelopes = vec![Blob(envelope.as_bytes().to_vec())];

        let said = answers(&mut captive, Stage::batch(stage.note, author.first, envelopes));
        assert_eq!(said.contains(&ask), is_asked, "{said:?}");
        for _ in 0..2 {
            captive.hear(no_more(Some(stage.note), length));
        }

        assert_eq!(kinds(&captive), expected);
    }
}

/// The program died while it took in an envelope whose author had met no server yet. Harmless: at the
/// next start no server has been met either, and what the author claims is held against none.
#[test]
fn who_had_met_no_server_speaks_against_none() {
    let stage = Stage::set(287);
    let mut author = stage.insider(stage.tablet, stage.note);
    let mut chunk = Insider::chunk(stage.world.now(), vec![]);
    chunk.frontier = vec![Seen { device: stage.id(stage.colleague), seq: Seq(9), prefix: [9; 8] }];
    let (seq, envelope) = author.envelope(Kind::Changes, chunk.to_bytes(), &mut dice(287, 0));
    let (document, device) = (stage.note, author.id);
    let place = record::Place { document, device, seq };
    let marker = InFlight { places: vec![place], is_second_try: false };
    let store = stage.insider(stage.phone, stage.note);
    let mut disk: Disk = stage.disk(stage.phone).clone();
    let content = Content::Bytes(Blob(envelope.as_bytes().to_vec()));
    disk.extend([
        store.record(Name::Envelope(document, device, seq), &content, &mut dice(287, 1)),
        store.record(Name::InFlight(document), &Content::InFlight(marker), &mut dice(287, 2)),
    ]);

    let mut captive = Captive::on(disk, stage.world.now(), 1, harness::quick_stretch);
    captive.unlock();

    let (sealer, _) = records(&captive.disk);
    assert!(!captive.disk.contains_key(&sealer.place(Name::InFlight(document))), "it was taken in");
    assert_eq!(kinds(&captive), []);
}

/// A server keeps back what a device wrote first. Detected, and cleared by the document beginning at
/// a snapshot that covers it; not by a snapshot of another document, which covers as much of the same
/// device.
#[test]
fn a_snapshot_clears_what_it_covers_in_its_own_document() {
    let scene = Scene::set(288);
    let tablet = scene.members[0].clone();
    let (_, held) = records(&tablet);
    let device = Insider::open(&tablet, scene.note).id;
    let Content::Bytes(third) = &held[&Name::Envelope(scene.note, device, Seq(3))] else {
        unreachable!("envelopes are bytes")
    };
    let mut store = scene.store.copy_in_memory().expect("a copy");
    let hides = |hidden: Vec<DocumentId>| {
        move |honest: ServerMessage| match &honest {
            ServerMessage::Batch { document, .. } if hidden.contains(document) => vec![],
            _ => vec![honest],
        }
    };
    let mut captive = scene.captive(1);
    captive.serve_bent(&mut store, scene.who(), hides(vec![scene.note, scene.other]));
    captive.hang_up();
    captive.log_in(scene.store.epoch());
    captive.hear(Stage::batch(scene.note, Number(1), vec![third.clone()]));
    assert_eq!(kinds(&captive), [AlarmKind::Withheld]);
    let mut reconnect = |captive: &mut Captive, hidden| {
        captive.hang_up();
        captive.log_in(scene.store.epoch());
        captive.serve_bent(&mut store, scene.who(), hides(hidden));
    };

    reconnect(&mut captive, vec![scene.note]);
    assert_ne!(captive.reads(scene.other, FIELD), "");
    assert_eq!(kinds(&captive), [AlarmKind::Withheld]);

    reconnect(&mut captive, vec![]);
    assert_eq!(captive.reads(scene.note, FIELD), scene.whole);
    assert_eq!(kinds(&captive), []);
}

/// A server says that it has something else in a device's place, and shows in two pieces that it has
/// not. Harmless: everything is fetched once however often it says so, nobody is told before all of
/// it is here, and then once.
#[test]
fn what_a_server_says_of_a_place_is_looked_at_once() {
    let stage = Stage::set(289);
    let all: Vec<Blob> =
        liar::envelopes(stage.world.store(), stage.note).into_iter().map(Blob).collect();
    let (early, late) = all.split_at(2);
    let (document, base) = (stage.note, None);
    let piece = |first, envelopes: &[Blob], more| {
        let envelopes = envelopes.to_vec();
        ServerMessage::Batch { document, first: Number(first), envelopes, more, base }
    };
    let end = u64::try_from(all.len()).expect("few") + 1;
    let mut captive = stage.captive_now(stage.tablet, 1);
    captive.write(stage.note, FIELD, "六。");
    let refused = refuse(pushed(&captive), Refusal::new(Reason::Equivocation));
    assert_eq!(answers(&mut captive, refused.clone()), [pull(stage.note, 0)]);
    assert_eq!(answers(&mut captive, refused), []);

    assert_eq!(answers(&mut captive, piece(1, early, true)), [pull(stage.note, 2)]);
    assert_eq!(captive.notices(), []);
    captive.hear(piece(3, late, false));
    let code = Reason::Equivocation.code();
    assert_eq!(captive.notices(), [Notice::Refused { code }]);
    captive.hear(piece(end, &[], false));
    assert_eq!(captive.notices(), []);
    assert_eq!(kinds(&captive), []);
}

/// A device was copied, and the copy wrote in two documents; the server shows it in one. Detected
/// there, and that says why neither is sent: nobody is told of a refusal beside it. The control is
/// the story before.
#[test]
fn who_was_copied_is_told_of_no_refusal() {
    let stage = Stage::set(290);
    let all = |document| -> Vec<Blob> {
        liar::envelopes(stage.world.store(), document).into_iter().map(Blob).collect()
    };
    let mut captive = stage.captive_now(stage.tablet, 1);
    for document in [stage.note, stage.other] {
        captive.write(document, FIELD, "六。");
        let refused = refuse(pushed(&captive), Refusal::new(Reason::Equivocation));
        assert_eq!(answers(&mut captive, refused), [pull(document, 0)]);
    }
    let mut copy = Insider::open(&stage.world.on(stage.tablet).disk, stage.note);
    let plaintext = Insider::chunk(captive.now, vec![]).to_bytes();
    let (_, envelope) = copy.envelope(Kind::Changes, plaintext, &mut dice(290, 0));
    let mut shown = all(stage.note);
    shown.push(Blob(envelope.as_bytes().to_vec()));
    captive.hear(Stage::batch(stage.note, Number(1), shown));
    assert_eq!(kinds(&captive), [AlarmKind::Twice]);

    captive.hear(Stage::batch(stage.other, Number(1), all(stage.other)));

    assert_eq!(captive.notices(), []);
}

/// A member signs a second entry for a place in a log, or one that follows an entry which nobody has.
/// Detected as a fork, with what is here beside it: the entry in that place, or the last one where
/// nothing is yet, and both as signed.
#[test]
fn a_fork_is_shown_with_what_is_here_in_its_place() {
    let stage = Stage::set(291);
    let (_, logs) = removal::logs(&stage.world);
    let log = &logs[&stage.note];
    let tablet = stage.insider(stage.tablet, stage.note);
    let last = log.head().length;
    assert!(last > 1);
    let hash = |length| log.hash_at(length).expect("an entry");
    for (index, previous) in [(last - 1, hash(last - 1)), (last, EntryHash::new([9; 32]))] {
        let account = stage.account(stage.admin);
        let place = Place {
            log: LogId::Document(stage.note),
            head: Head { length: index, hash: previous },
            at: stage.world.now(),
            author: Author::Device(tablet.id),
            org: Some(stage.org().1),
        };
        let body = DocumentBody::Grant(Grant { account, access: Access::Reader });
        let entry = body.sign(place, tablet.key());
        let entries = vec![Blob(entry.as_bytes().to_vec())];
        let mut captive = stage.captive_now(stage.phone, 1);
        let document = Some(stage.note);

        captive.hear(ServerMessage::LogBatch { document, from: index, entries, more: false });

        assert_eq!(kinds(&captive), [AlarmKind::Forked]);
        let blob = |hash: EntryHash| Blob(hash.as_bytes().to_vec());
        let expected = [blob(hash(last)), blob(entry.hash())];
        assert_eq!(matter(&captive, AlarmKind::Forked).hashes, expected, "at {index} of {last}");
        captive.ask(Command::ShowEvidence(number_of(&captive, AlarmKind::Forked)));
        let text = captive.screen.evidence.take().expect("evidence");
        let pieces = text.lines().filter(|line| line.starts_with("bytes: ")).count();
        assert_eq!(pieces, 2, "{text}");
    }
}

/// A document is destroyed while the server is asked what there is. Harmless: fewer envelopes are as
/// it should be, whichever comes first, and where nothing is named nothing is missed. The controls
/// are the same without the destruction, and another document that is not named.
#[test]
fn what_was_shredded_is_not_missed() {
    let mut stage = Stage::set(292);
    let before = log_length(&stage, stage.note);
    let [mut captive, mut control] = [1, 2].map(|seed| stage.captive_now(stage.phone, seed));
    stage.world.ask(stage.tablet, Command::Shred(stage.note));
    stage.world.settle();
    let (entries, _) = stage.log(stage.note);
    let entries = entries[usize::try_from(before).expect("a short log")..].to_vec();
    let document = Some(stage.note);
    let shred = ServerMessage::LogBatch { document, from: before, entries, more: false };
    let log_length = log_length(&stage, stage.note);
    let told = DocumentState { document: stage.note, log_length, last: Number(0) };
    let fewer = ServerMessage::Index { documents: vec![told], more: true };

    captive.hear(shred);
    captive.hear(fewer.clone());
    captive.hear(no_more(document, log_length));
    assert_eq!(kinds(&captive), []);
    control.hear(fewer);
    control.hear(no_more(document, before));
    assert_eq!(kinds(&control), [AlarmKind::RolledBack]);

    for (hidden, expected) in [(stage.note, vec![]), (stage.other, vec![AlarmKind::RolledBack])] {
        captive.hang_up();
        captive.log_in(stage.world.server_epoch());
        let (_, held) = records(&captive.disk);
        let named = held.keys().filter_map(|name| match name {
            Name::Log(id, 0) if *id != hidden => Some(*id),
            _ => None,
        });
        let as_ever = |document| DocumentState { document, log_length: 99, last: Number(999) };
        let named: Vec<DocumentState> = named.map(as_ever).collect();

        captive.hear(index(&named));

        assert_eq!(kinds(&captive), expected);
    }
}

/// A server keeps an envelope back. Detected, and at every login everything is asked for once more,
/// for it may come now, and clears the alarm when it does; not for what the person knows, and not for
/// an alarm of another kind, which nothing that comes would clear.
#[test]
fn only_what_is_kept_back_and_not_known_is_asked_for_again() {
    let stage = Stage::set(293);
    let (first, envelopes) = stage.since(stage.note);
    let second = || Stage::batch(stage.note, first, vec![envelopes[1].clone()]);
    let twofold = || {
        let mut insider = stage.insider(stage.tablet, stage.note);
        insider.follow(Seq(0), EnvelopeId::NONE, 1);
        let plaintext = Insider::chunk(stage.world.now(), vec![]).to_bytes();
        let (_, envelope) = insider.envelope(Kind::Changes, plaintext, &mut dice(293, 0));
        Stage::batch(stage.note, first, vec![Blob(envelope.as_bytes().to_vec())])
    };
    let asks_after = |lie, kind, is_known: bool| {
        let mut captive = stage.captive(stage.phone, 1);
        captive.hear(lie);
        assert_eq!(kinds(&captive), [kind]);
        if is_known {
            captive.ask(Command::Acknowledge(number_of(&captive, kind)));
        }
        captive.hang_up();
        captive.log_in(stage.world.server_epoch());
        let said = answers(&mut captive, speak_of(&stage, first.0));
        captive.serve(&mut stage.world.back_up(), stage.who(stage.phone));
        (said, kinds(&captive))
    };
    let all = vec![pull(stage.note, 0)];
    let rest = || vec![pull(stage.note, first.0 - 1)];

    assert_eq!(asks_after(second(), AlarmKind::Withheld, false), (all, vec![]));
    assert_eq!(asks_after(second(), AlarmKind::Withheld, true), (rest(), vec![]));
    let told = vec![AlarmKind::Equivocation];
    assert_eq!(asks_after(twofold(), AlarmKind::Equivocation, false), (rest(), told));
}

/// A device whose store lost the firm's log asks for all of it, and the server has none to give.
/// Harmless: the server is not held to what the device does not know itself.
#[test]
fn who_lost_the_log_accuses_nobody_of_losing_it() {
    let stage = Stage::set(294);
    let mut disk: Disk = stage.disk(stage.phone).clone();
    let (sealer, held) = records(&disk);
    for name in held.keys().filter(|name| matches!(name, Name::Org(_))) {
        disk.remove(&sealer.place(*name));
    }
    let epoch = stage.world.server_epoch();
    let mut captive = Captive::of(&disk, epoch, stage.world.now(), 1);
    let ask = ClientMessage::PullLog { document: None, from: 0 };
    assert!(captive.told.contains(&ask), "{:?}", captive.told);

    captive.hear(no_more(None, 0));

    assert_eq!(kinds(&captive), []);
    for seed in [2, 3] {
        captive = Captive::of(&captive.disk, epoch, captive.now, seed);
        captive.serve(&mut stage.world.back_up(), stage.who(stage.phone));
    }
    assert_eq!(captive.reads(stage.note, FIELD), format!("{THEN}{}", SINCE.concat()));
    assert_eq!(kinds(&captive), []);
}

/// A device whose store lost some of the firm's log, wherever, and then meets the honest server.
/// Harmless: it reads nothing by the rest and says nothing of documents, shows that it waits, and once
/// the log is whole reads everything, its own hand included. Without a server it waits as long.
#[test]
fn who_lost_some_of_the_log_reads_nothing_by_the_rest() {
    let stage = Stage::set(295);
    let epoch = stage.world.server_epoch();
    let last = u64::try_from(stage.org().0.len()).expect("a short log") - 1;
    for device in [stage.phone, stage.tablet] {
        for lost in [last - 2..=last, 3..=last, 2..=2, 0..=0] {
            let mut disk: Disk = stage.world.on(device).disk.clone();
            let (sealer, held) = records(&disk);
            let is_lost = |name: &&Name| matches!(name, Name::Org(index) if lost.contains(index));
            for name in held.keys().filter(is_lost) {
                disk.remove(&sealer.place(*name));
            }
            let mut captive = Captive::of(&disk, epoch, stage.world.now(), 1);
            assert!(!captive.screen.is_open(), "{lost:?}");
            let is_login = |it: &ClientMessage| {
                matches!(it, ClientMessage::Hello { .. } | ClientMessage::Auth { .. })
            };
            let asked: Vec<ClientMessage> =
                captive.told.iter().filter(|it| !is_login(it)).cloned().collect();
            assert_eq!(asked, [ClientMessage::PullLog { document: None, from: *lost.start() }]);
            captive.hear(Stage::batch(stage.note, Number(1), vec![]));
            assert_eq!(captive.told.len(), 3, "it hears of no document");
            // A refusal that nobody signed does not make it read what it has.
            let refusal = Refusal::new(Reason::DeviceRevoked);
            captive.hear(ServerMessage::Refused {
                refusal,
                log: None,
                document: None,
                entry: None,
            });
            captive.let_in(epoch);
            assert!(!captive.screen.is_open(), "{lost:?}");
            captive.hang_up();
            captive.log_in(epoch);

            captive.serve(&mut stage.world.back_up(), stage.who(device));

            assert!(captive.screen.is_open(), "{lost:?}");
            assert_eq!(kinds(&captive), [], "{lost:?}");
            let whole = format!("{THEN}{}", SINCE.concat());
            assert_eq!(captive.reads(stage.note, FIELD), whole, "{lost:?}");
            captive.write(stage.other, FIELD, "七。");
            let is_push = |it: &ClientMessage| matches!(it, ClientMessage::Push { .. });
            assert!(captive.told.iter().any(is_push), "{lost:?}: it writes as ever");
        }
    }
}
