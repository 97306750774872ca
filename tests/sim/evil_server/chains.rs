//! K4, K14, D4, D5: what is kept back, put back, or dated back.

use engine::{
    casework::field::Field,
    command::{Command, Splice},
    view::AlarmKind,
};
use harness::{insider::Insider, seed::Dice, world::liar};
use shared::{
    Blob,
    envelope::{Envelope, Kind},
    id::{DocumentId, Number, ServerEpoch},
    log::{
        Author, Head, LogId, Place,
        document::{Access, DocumentBody, Grant},
    },
    sync::{ClientMessage, DocumentState, ServerMessage},
};

use super::{
    VARIANTS, dice, pick, random,
    stage::{FIELD, Lies, SINCE, Stage, THEN},
};

fn log_batch(document: DocumentId, from: usize, entries: Vec<Blob>) -> ServerMessage {
    let from = u64::try_from(from).unwrap();
    ServerMessage::LogBatch { document: Some(document), from, entries, more: false }
}

/// K4. Somebody was let out of a note. The server keeps that from a device, while it shows what was
/// written since; or it plays the old list of members again to a device that knows. Detected: what
/// was written since is of an epoch that the log here does not have, and after asking twice the
/// device raises *withheld*. Harmless: entries that are known already are compared and passed over,
/// and what the device then writes is sealed in the new epoch.
#[test]
fn k04_a_removed_member_cannot_be_kept_in() {
    let mut stage = Stage::set(4);
    let account = stage.account(stage.colleague);
    let ignorant = stage.world.on(stage.phone).disk.clone();
    let (known, _) = stage.log(stage.note);
    let count = liar::envelopes(stage.world.store(), stage.note).len();
    stage.world.ask(stage.tablet, Command::LetOut { document: stage.note, account });
    stage.world.settle();
    stage.world.write(stage.tablet, stage.note, FIELD, "もう二人だけ。");
    stage.world.settle();
    let (whole, _) = stage.log(stage.note);
    assert_eq!(whole.len(), known.len() + 2, "let out, and the next epoch");
    let news: Vec<Blob> = liar::envelopes(stage.world.store(), stage.note)
        .into_iter()
        .skip(count)
        .map(Blob)
        .collect();
    let first = Number(u64::try_from(count + 1).unwrap());
    for variant in 0..VARIANTS {
        let mut dice = dice(4, variant);
        if variant % 2 == 0 {
            let epoch = stage.world.server_epoch();
            let now = stage.world.now();
            let mut captive = harness::captive::Captive::of(&ignorant, epoch, now, variant);
            let before = captive.reads(stage.note, FIELD);
            captive.hear(Stage::batch(stage.note, first, news.clone()));
            // Whatever it asks, the log is said to end where it did.
            for _ in 0..3 {
                let from =
                    usize::try_from(dice.below(u64::try_from(known.len()).unwrap())).unwrap();
                let from = if dice.one_in(2) { known.len() } else { from };
                captive.hear(log_batch(stage.note, from, known[from..].to_vec()));
            }
            let kinds: Vec<AlarmKind> =
                captive.screen.alarms.iter().map(|row| row.matter.kind).collect();
            assert_eq!(kinds, [AlarmKind::Withheld], "variant {variant}");
            assert_eq!(captive.reads(stage.note, FIELD), before);
        } else {
            let mut captive = stage.captive_now(stage.phone, variant);
            let from = usize::try_from(dice.below(u64::try_from(known.len()).unwrap())).unwrap();
            captive.hear(log_batch(stage.note, from, known[from..].to_vec()));
            let length = u64::try_from(from).unwrap();
            let head = Head { length, ..Head::EMPTY };
            captive.hear(ServerMessage::HeadMoved { log: LogId::Document(stage.note), head });
            if variant % 20 == 1 {
                captive.write(stage.note, FIELD, "続き。");
                assert_eq!(epochs_pushed(&captive.told), [1], "variant {variant}");
            }
        }
    }
}

fn epochs_pushed(told: &[ClientMessage]) -> Vec<u32> {
    let pushed = told.iter().filter_map(|message| match message {
        ClientMessage::Push { envelopes } => Some(envelopes),
        _ => None,
    });
    let envelopes = pushed.flatten().filter_map(|it| Envelope::parse(it.0.clone()).ok());
    envelopes.map(|it| it.header().epoch.0).collect()
}

/// An envelope by somebody who holds the device's keys.
fn written(insider: &mut Insider, dice: &mut Dice, at: shared::time::UnixMillis) -> Vec<u8> {
    let mut crdt = insider.replica();
    let insert: String = (0..=dice.below(9)).map(|_| '偽').collect();
    let splice = Splice { at: 0, delete: 0, insert };
    let change = crdt.edit(at, |tx| tx.splice(&Field::top(FIELD), &splice)).unwrap().unwrap();
    let chunk = Insider::chunk(at, vec![change]);
    insider.envelope(Kind::Changes, chunk.to_bytes(), dice).1.as_bytes().to_vec()
}

/// K14. A stolen tablet was revoked; the thief signs with its key, the server serves it: behind the
/// device's last envelope, in the place of one that counts, and in entries of the document's log
/// that claim to be older. Detected: the cut names the last envelope that counts and its hash, one
/// place has one envelope, and behind an entry that knows of the revocation the device says nothing
/// more. The control: before the revocation the same envelope is taken.
#[test]
fn k14_a_revoked_device_cannot_date_anything_back() {
    let mut stage = Stage::set(14);
    let all = liar::envelopes(stage.world.store(), stage.note);
    let mut own = all.iter().map(|it| Envelope::parse(it.clone()).unwrap());
    let tablet = stage.id(stage.tablet);
    let last = own.rfind(|it| it.header().device == tablet).unwrap();
    let (seq, id) = (last.header().seq, last.id());
    let mut control = stage.captive_now(stage.phone, 0);
    let mut insider = stage.insider(stage.tablet, stage.note);
    insider.follow(seq, id, 2);
    let next = Number(u64::try_from(all.len() + 1).unwrap());
    let bytes = written(&mut insider, &mut dice(14, 0), stage.world.now());
    control.hear(Stage::batch(stage.note, next, vec![Blob(bytes)]));
    assert!(control.reads(stage.note, FIELD).starts_with('偽'), "{:?}", control.screen.alarms);
    stage.world.ask(stage.phone, Command::RevokeDevice(tablet));
    stage.world.settle();
    let (log, _) = stage.log(stage.note);
    let disk = stage.world.on(stage.phone).disk.clone();
    let mut lies = Lies::on(&stage, stage.phone, disk, stage.world.now());
    for variant in 0..VARIANTS {
        let mut dice = dice(14, variant);
        let mut insider = stage.insider(stage.tablet, stage.note);
        let log_index = dice.below(4);
        if dice.one_in(4) {
            let place = Place {
                log: LogId::Document(stage.note),
                head: shared::log::Entry::parse(&log[log.len() - 1].0)
                    .map(|it| head_of(&it))
                    .unwrap(),
                at: stage.world.now(),
                author: Author::Device(tablet),
                org: if dice.one_in(4) { None } else { Some(dice.below(stage.org().1)) },
            };
            let account = stage.account(stage.colleague);
            let body = DocumentBody::Grant(Grant { account, access: Access::Manager });
            let entry = Blob(body.sign(place, insider.key()).as_bytes().to_vec());
            lies.tell(variant, log_batch(stage.note, log.len(), vec![entry]));
        } else {
            // In an old place, or right behind the last.
            let is_behind = dice.one_in(2);
            if is_behind {
                insider.follow(seq, id, log_index);
            }
            let bytes = written(&mut insider, &mut dice, stage.world.now());
            lies.tell(variant, Stage::batch(stage.note, next, vec![Blob(bytes)]));
        }
        lies.check_alarmed(&format!("variant {variant}"));
    }
    lies.end();
}

fn head_of(entry: &shared::log::Entry) -> Head {
    Head { length: entry.index() + 1, hash: entry.hash() }
}

/// D4. The server puts back one document, one person's view, or everything, in silence or under a
/// new epoch; consents old and notes new, or the reverse. Detected: a device remembers how far
/// server and logs were and raises *rolled back* or, under a new epoch that no admin declared,
/// *restored*. Harmless besides: absence deletes nothing, and the device offers what the server
/// lacks.
#[test]
fn d04_nothing_is_lost_when_the_server_goes_back() {
    let stage = Stage::set(204);
    let full = format!("{THEN}{}", SINCE.concat());
    let reader = stage.world.store().reader();
    let states = reader.documents(stage.account(stage.phone)).unwrap();
    let mut kinds = [0; 2];
    for variant in 0..VARIANTS {
        let mut dice = dice(204, variant);
        let disk = stage.world.on(stage.phone).disk.clone();
        let epoch = match dice.below(3) {
            0 => ServerEpoch::new(random(&mut dice)),
            _ => stage.world.server_epoch(),
        };
        let now = stage.world.now();
        let mut captive = harness::captive::Captive::of(&disk, epoch, now, variant);
        let is_silent = epoch == stage.world.server_epoch();
        let victim = *pick(&mut dice, &[stage.note, stage.other]);
        let documents: Vec<DocumentState> = states
            .iter()
            .filter_map(|state| {
                let is_meant = state.document == victim;
                let last = if is_meant { dice.below(state.last.0) } else { state.last.0 };
                let is_gone = is_meant && dice.one_in(5);
                (!is_gone).then_some(DocumentState { last: Number(last), ..*state })
            })
            .collect();
        captive.hear(ServerMessage::Index { documents, more: false });
        let (org, _) = stage.org();
        let from = u64::try_from(org.len() - 1).unwrap();
        let entries = if is_silent { org[org.len() - 1..].to_vec() } else { vec![] };
        captive.hear(ServerMessage::LogBatch { document: None, from, entries, more: false });

        let told: Vec<AlarmKind> =
            captive.screen.alarms.iter().map(|row| row.matter.kind).collect();
        let expected = if is_silent { AlarmKind::RolledBack } else { AlarmKind::Restored };
        assert_eq!(told, [expected], "variant {variant}");
        kinds[usize::from(is_silent)] += 1;
        assert_eq!(captive.reads(stage.note, FIELD), full);
        assert!(disk.keys().all(|key| captive.disk.contains_key(key)), "a record is gone");
        // It is brought back: everything is offered again.
        captive.hear(ServerMessage::Pong);
        let offers = captive.told.iter().filter(|it| {
            matches!(it, ClientMessage::BringBack { .. } | ClientMessage::Append { .. })
        });
        assert!(offers.count() > 0, "variant {variant}");
    }
    assert!(kinds.iter().all(|count| *count > VARIANTS / 5), "{kinds:?}");
}

/// D5. The server hides only the envelopes in which something is taken back: one or more of a
/// device's, while it shows what others or the same device wrote later. Detected: the device's
/// chain has a gap, or the frontier of a later honest envelope names what is missing: *withheld*.
/// It is cured by delivery. An envelope at the very end of all shows with the next one.
#[test]
fn d05_what_is_taken_back_cannot_be_hidden() {
    let mut stage = Stage::set(205);
    let count = liar::envelopes(stage.world.store(), stage.note).len();
    let ignorant = stage.world.on(stage.phone).disk.clone();
    let text = stage.world.reads(stage.tablet, stage.note, FIELD);
    let units = u32::try_from(text.encode_utf16().count()).unwrap();
    let splice = Splice { at: 0, delete: units, insert: String::new() };
    stage.world.splice(stage.tablet, stage.note, &Field::top(FIELD), &splice);
    stage.world.settle();
    stage.world.can_open(stage.colleague, stage.note);
    for words in ["甲。", "乙。", "丙。"] {
        stage.world.write(stage.colleague, stage.note, "observation", words);
        stage.world.settle();
        stage.world.write(stage.tablet, stage.note, "response", words);
        stage.world.settle();
    }
    let news: Vec<Blob> = liar::envelopes(stage.world.store(), stage.note)
        .into_iter()
        .skip(count)
        .map(Blob)
        .collect();
    assert_eq!(news.len(), 7);
    let first = Number(u64::try_from(count + 1).unwrap());
    let (log, _) = stage.log(stage.note);
    for variant in 0..VARIANTS {
        let mut dice = dice(205, variant);
        let epoch = stage.world.server_epoch();
        let now = stage.world.now();
        let mut captive = harness::captive::Captive::of(&ignorant, epoch, now, variant);
        captive.hear(log_batch(stage.note, 0, log.clone()));
        // The withdrawal is hidden, whatever else is too; something later is shown.
        let mut shown: Vec<Blob> =
            news.iter().skip(1).filter(|_| dice.one_in(2)).cloned().collect();
        if shown.is_empty() {
            shown.push(news[1 + usize::try_from(dice.below(6)).unwrap()].clone());
        }
        captive.hear(Stage::batch(stage.note, first, shown));
        let kinds: Vec<AlarmKind> =
            captive.screen.alarms.iter().map(|row| row.matter.kind).collect();
        assert!(kinds.contains(&AlarmKind::Withheld), "variant {variant}: {kinds:?}");
        if variant % 20 == 0 {
            captive.hang_up();
            captive.log_in(epoch);
            captive.serve(&mut stage.world.back_up(), stage.who(stage.phone));
            assert_eq!(captive.reads(stage.note, FIELD), "", "variant {variant}");
            let left: Vec<_> = captive.screen.alarms.iter().map(|row| row.matter.kind).collect();
            assert_eq!(left, [], "variant {variant}: cured");
        }
    }
}
