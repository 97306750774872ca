//! When something speaks against a server: not before it was asked, not for what it did not say, and
//! not after it was cleared; and what nobody can wave away.

use engine::{
    command::Command,
    document::chunk::Seen,
    view::{AlarmKind, Matter},
};
use harness::{captive::Captive, insider::Insider};
use shared::{
    Blob,
    envelope::Kind,
    id::{DocumentId, Number, Seq, ServerEpoch},
    sync::{ClientMessage, DocumentState, ServerMessage},
};

use super::{
    asking::answers,
    dice,
    stage::{FIELD, SINCE, Stage, THEN},
};

pub(super) fn kinds(captive: &Captive) -> Vec<AlarmKind> {
    captive.screen.alarms.iter().map(|row| row.matter.kind).collect()
}

pub(super) fn number_of(captive: &Captive, kind: AlarmKind) -> u64 {
    captive.screen.alarms.iter().find(|row| row.matter.kind == kind).expect("an alarm").number
}

pub(super) fn matter(captive: &Captive, kind: AlarmKind) -> &Matter {
    &captive.screen.alarms.iter().find(|row| row.matter.kind == kind).expect("an alarm").matter
}

/// That a log ends here.
pub(super) fn no_more(document: Option<DocumentId>, from: u64) -> ServerMessage {
    ServerMessage::LogBatch { document, from, entries: vec![], more: false }
}

/// An index that is whole, with this in it.
pub(super) fn index(documents: &[DocumentState]) -> ServerMessage {
    ServerMessage::Index { documents: documents.to_vec(), more: false }
}

/// What was written behind a new epoch, whose entry the device is not shown.
pub(super) fn behind_a_new_epoch(stage: &mut Stage) -> (Number, Vec<Blob>) {
    let account = stage.account(stage.colleague);
    stage.world.ask(stage.tablet, Command::LetOut { document: stage.note, account });
    stage.world.settle();
    stage.world.write(stage.tablet, stage.note, FIELD, "六。");
    stage.world.settle();
    stage.since(stage.note)
}

/// A server keeps back the entry that began an epoch. Detected, but an honest one may have handed
/// out the envelope just before the entry: it is asked once more before anybody is told, and an
/// answer about another log says nothing about this one.
#[test]
fn what_is_kept_back_is_asked_for_once_more_before_it_is_told() {
    let mut stage = Stage::set(241);
    let (first, envelopes) = behind_a_new_epoch(&mut stage);
    let (_, length) = stage.log(stage.note);
    let (_, org_length) = stage.org();
    let mut captive = stage.captive(stage.phone, 1);
    let ask = ClientMessage::PullLog { document: Some(stage.note), from: length };

    let asked = answers(&mut captive, Stage::batch(stage.note, first, envelopes));
    assert!(asked.contains(&ask), "{asked:?}");
    captive.hear(no_more(None, org_length));
    // Nobody was told of it, so nobody knows it.
    captive.ask(Command::Acknowledge(1));
    assert_eq!(kinds(&captive), []);
    let asked = answers(&mut captive, no_more(Some(stage.note), length));
    assert!(asked.contains(&ask), "{asked:?}");
    assert_eq!(kinds(&captive), []);
    let asked = answers(&mut captive, no_more(Some(stage.note), length));
    assert!(!asked.contains(&ask), "{asked:?}");
    assert_eq!(kinds(&captive), [AlarmKind::Withheld]);
    assert_eq!(matter(&captive, AlarmKind::Withheld).document, Some(stage.note));

    captive.hear(no_more(None, org_length));
    assert_eq!(kinds(&captive), [AlarmKind::Withheld], "another log is longer");
    captive.ask(Command::Acknowledge(number_of(&captive, AlarmKind::Withheld)));
    let asked = answers(&mut captive, no_more(Some(stage.note), length));
    assert!(!asked.contains(&ask), "{asked:?}");
    assert!(captive.screen.alarms[0].is_seen, "told once");
    captive.hang_up();
    captive.log_in(stage.world.server_epoch());
    captive.serve(&mut stage.world.back_up(), stage.who(stage.phone));
    assert_eq!(kinds(&captive), [], "it was cleared");
    assert_eq!(captive.reads(stage.note, FIELD), format!("{THEN}{}六。", SINCE.concat()));
}

/// A server speaks of an epoch that nobody began. Harmless: what nobody signed is not looked for.
#[test]
fn nothing_is_said_to_be_kept_back_for_what_nobody_signed() {
    let mut stage = Stage::set(242);
    let (first, mut envelopes) = behind_a_new_epoch(&mut stage);
    let (_, length) = stage.log(stage.note);
    let mut captive = stage.captive(stage.phone, 1);
    *envelopes.last_mut().unwrap().0.last_mut().unwrap() ^= 1;

    captive.hear(Stage::batch(stage.note, first, envelopes));
    for _ in 0..3 {
        captive.hear(no_more(Some(stage.note), length));
    }

    assert!(!kinds(&captive).contains(&AlarmKind::Withheld), "{:?}", kinds(&captive));
}

/// A server of another epoch has less, and no admin says why. Detected as a restore and as nothing
/// else: what it lacks is no second accusation. Nobody waves it away, other alarms stay beside it,
/// and the next restore takes its place.
#[test]
fn a_restore_that_nobody_declared_is_one_alarm_and_stays() {
    let stage = Stage::set(243);
    let (first, envelopes) = stage.since(stage.note);
    let (_, org_length) = stage.org();
    let mut captive = stage.captive(stage.phone, 1);
    let mut forged = envelopes[0].clone();
    *forged.0.last_mut().unwrap() ^= 1;
    captive.hear(Stage::batch(stage.note, first, vec![forged]));
    assert_eq!(kinds(&captive), [AlarmKind::Tampered]);

    for epoch in [ServerEpoch::new([0xE7; 16]), ServerEpoch::new([0xE8; 16])] {
        captive.hang_up();
        captive.log_in(epoch);
        captive.hear(index(&[]));
        captive.hear(no_more(None, org_length));

        assert_eq!(kinds(&captive), [AlarmKind::Tampered, AlarmKind::Restored]);
        let told = &matter(&captive, AlarmKind::Restored).hashes;
        assert_eq!(told, &[Blob(epoch.as_bytes().to_vec())]);
    }
    for kind in [AlarmKind::Tampered, AlarmKind::Restored] {
        captive.ask(Command::Acknowledge(number_of(&captive, kind)));
    }
    let seen: Vec<bool> = captive.screen.alarms.iter().map(|row| row.is_seen).collect();
    assert_eq!(seen, [true, false]);
}

/// A server that forgot shows less of one document after the other. Detected by the first; what it
/// lacks beside that is given back and is no further alarm.
#[test]
fn a_server_that_forgot_is_told_so_once_and_given_everything() {
    let stage = Stage::set(244);
    let mut captive = stage.captive_now(stage.phone, 1);
    let less = |document| {
        let (entries, _) = stage.log(document);
        let log_length = u64::try_from(entries.len()).unwrap();
        DocumentState { document, log_length, last: Number(1) }
    };

    let mut given = answers(&mut captive, index(&[less(stage.note), less(stage.other)]));
    given.extend(answers(&mut captive, ServerMessage::Pong));

    assert_eq!(kinds(&captive), [AlarmKind::RolledBack]);
    let is_offer = |it: &ClientMessage| {
        matches!(it, ClientMessage::BringBack { .. } | ClientMessage::Append { .. })
    };
    assert!(given.iter().any(is_offer), "{given:?}");
}

/// A server says unasked that the org log ends early. Harmless: only what was asked for is an
/// answer. The control is the question of every login.
#[test]
fn only_the_answer_to_a_question_shows_that_the_org_log_was_put_back() {
    let stage = Stage::set(245);
    let (entries, length) = stage.org();
    let from = length - 1;
    let mut captive = stage.captive(stage.phone, 1);
    let last = entries[usize::try_from(from).unwrap()].clone();
    let honest = ServerMessage::LogBatch { document: None, from, entries: vec![last], more: false };
    captive.hear(honest);

    captive.hear(no_more(None, from));
    assert_eq!(kinds(&captive), []);

    let mut captive = stage.captive(stage.phone, 2);
    captive.hear(no_more(None, from));
    assert_eq!(kinds(&captive), [AlarmKind::RolledBack]);
}

/// What somebody had read at another server, or says without naming one, is not held against this
/// one: it may have been lost with the other. The control is the same said of this server.
#[test]
fn what_was_read_at_another_server_speaks_against_none() {
    let stage = Stage::set(246);
    let (first, _) = stage.since(stage.note);
    let epoch = stage.world.server_epoch();
    for (server, is_told) in
        [(None, false), (Some(ServerEpoch::new([0xE7; 16])), false), (Some(epoch), true)]
    {
        let mut insider = stage.insider(stage.tablet, stage.note);
        let mut captive = stage.captive(stage.phone, 1);
        let mut chunk = Insider::chunk(captive.now, vec![]);
        chunk.server = server;
        chunk.frontier =
            vec![Seen { device: stage.id(stage.colleague), seq: Seq(9), prefix: [9; 8] }];
        let (_, envelope) = insider.envelope(Kind::Changes, chunk.to_bytes(), &mut dice(246, 0));

        let envelopes = vec![Blob(envelope.as_bytes().to_vec())];
        captive.hear(Stage::batch(stage.note, first, envelopes));

        let is_alarmed = kinds(&captive).contains(&AlarmKind::Withheld);
        assert_eq!(is_alarmed, is_told, "{server:?}: {:?}", kinds(&captive));
    }
}
