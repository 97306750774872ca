//! R14, D2, D4: what a server says of snapshots that members did not say, what a member says of one
//! that is not so, and what is left out or put in its place. Each is detected, or changes nothing;
//! and where the older of the two snapshots is still to be had, the device begins there.

use engine::view::AlarmKind;
use harness::insider::Insider;
use shared::{
    Blob,
    envelope::Envelope,
    id::{EnvelopeId, Number, Seq},
    log::{
        Author, Entry, Head, LogId, Place,
        document::{Cut, DocumentBody, SnapshotAttest},
    },
    sync::ServerMessage,
};

use super::{
    dice, pick, random,
    snapshots::{Scene, served},
    stage::FIELD,
};

impl Scene {
    fn log(&self) -> Vec<Blob> {
        self.store.reader().document_entries(self.note, 0).expect("its log").items
    }

    /// The entry by which the newest snapshot counts.
    fn newest(&self) -> (Entry, SnapshotAttest) {
        let position = usize::try_from(self.base(self.note).position).expect("a short log");
        let entry = Entry::parse(&self.log()[position].0).expect("an entry");
        match DocumentBody::parse(&entry) {
            Ok(DocumentBody::SnapshotAttest(attest)) => (entry, attest),
            other => unreachable!("{other:?}"),
        }
    }

    /// The same place in the log, with something else in it, by whoever has the store.
    fn instead(&self, by: &Insider, attest: SnapshotAttest) -> Blob {
        let (entry, _) = self.newest();
        let position = usize::try_from(entry.index()).expect("a short log");
        let before = Entry::parse(&self.log()[position - 1].0).expect("an entry");
        let org = self.store.reader().org_entries(0).expect("the org log").items.len();
        let place = Place {
            log: LogId::Document(self.note),
            head: Head { length: entry.index(), hash: before.hash() },
            at: self.at,
            author: Author::Device(by.id),
            org: Some(u64::try_from(org).expect("a short log")),
        };
        let body = DocumentBody::SnapshotAttest(attest);
        Blob(body.sign(place, by.key()).as_bytes().to_vec())
    }

    /// The honest answer, but that the log ends with another entry in the newest one's place.
    fn with_entry(&self, honest: ServerMessage, forged: &Blob) -> ServerMessage {
        let ServerMessage::LogBatch { document, from, mut entries, more } = honest else {
            return honest;
        };
        let position = self.base(self.note).position;
        if let Some(at) = position.checked_sub(from).and_then(|at| usize::try_from(at).ok()) {
            entries.truncate(at + 1);
            if let Some(entry) = entries.get_mut(at) {
                *entry = forged.clone();
            }
        }
        ServerMessage::LogBatch { document, from, entries, more }
    }
}

/// D2. The server begins at the newest snapshot and keeps a part of it back, or all. Detected: the
/// log says how many there are. The device asks for another snapshot and has everything by that, what
/// was withheld too, which ends the alarm. In every other variant that is not answered, and it stands.
#[test]
fn a_part_that_is_withheld_shows_and_the_older_snapshot_is_begun_at() {
    let scene = Scene::set(610);
    let newest = scene.base(scene.note).position;
    for variant in 0..served() {
        let mut dice = dice(610, variant);
        let mut captive = scene.captive(variant);
        let mut asked = vec![];
        let alarms = scene.lie(&mut captive, |honest| {
            let ServerMessage::Batch { document, first, mut envelopes, more, base } = honest else {
                return honest;
            };
            asked.push(base);
            if base != Some(newest) && variant % 2 == 1 {
                return ServerMessage::Pong;
            }
            if base == Some(newest) {
                let parts = Scene::parts(&envelopes);
                match dice.below(3) {
                    0 => envelopes.clear(),
                    1 => envelopes.truncate(*pick(&mut dice, &parts)),
                    _ => drop(envelopes.remove(*pick(&mut dice, &parts))),
                }
            }
            ServerMessage::Batch { document, first, envelopes, more, base }
        });

        assert_eq!(asked.first(), Some(&Some(newest)));
        assert!(asked.iter().any(|base| base.is_some_and(|it| it < newest)), "{asked:?}");
        if variant % 2 == 1 {
            assert_eq!(alarms, [AlarmKind::Withheld], "variant {variant}");
            assert_eq!(captive.reads(scene.note, FIELD), "", "variant {variant}");
        } else {
            assert_eq!(alarms, [], "variant {variant}");
            assert_eq!(captive.reads(scene.note, FIELD), scene.whole, "variant {variant}");
        }
        scene.check_unharmed(&mut captive, variant);
        if variant % 20 == 0 {
            let mut again = scene.restarted(&captive, variant);
            assert_eq!(again.reads(scene.note, FIELD), scene.whole, "from its own store");
        }
    }
}

/// The same, and the program dies before it was answered. What was taken of the snapshot is in the
/// store; the next start finds out that it is none, and has everything all the same.
#[test]
fn who_died_at_half_a_snapshot_has_everything_after_the_next_start() {
    let scene = Scene::set(615);
    let newest = scene.base(scene.note).position;
    for variant in 0..served() / 2 {
        let mut dice = dice(615, variant);
        let mut captive = scene.captive(variant);
        let mut is_over = false;
        scene.lie(&mut captive, |honest| {
            let ServerMessage::Batch { document, first, mut envelopes, more, base } = honest else {
                return honest;
            };
            if is_over || base != Some(newest) {
                return ServerMessage::Pong;
            }
            is_over = true;
            let at = *pick(&mut dice, &Scene::parts(&envelopes));
            match dice.below(3) {
                0 => envelopes.truncate(at),
                1 => envelopes.truncate(at + 1),
                _ => envelopes[at].0[200] ^= 1,
            }
            ServerMessage::Batch { document, first, envelopes, more, base }
        });
        let mut again = scene.restarted(&captive, variant);

        again.serve(&mut scene.store.copy_in_memory().expect("a copy"), scene.who());

        assert_eq!(again.reads(scene.note, FIELD), scene.whole, "variant {variant}");
    }
}

/// R14. Somebody who is in the firm and no member of the note vouches for a snapshot of it, and the
/// server takes that. Detected: every device judges every entry of the log itself.
#[test]
fn who_is_no_member_vouches_for_no_snapshot() {
    let scene = Scene::set(611);
    let stranger = Insider::open(&scene.stranger, scene.note);
    let (_, honest) = scene.newest();
    for variant in 0..served() {
        let mut dice = dice(611, variant);
        let mut attest = honest.clone();
        if dice.one_in(2) {
            attest.heads = random(&mut dice);
        }
        if dice.one_in(2) {
            attest.snapshot = EnvelopeId::new(random(&mut dice));
        }
        let forged = scene.instead(&stranger, attest);
        let mut captive = scene.captive(variant);

        let alarms = scene.lie(&mut captive, |honest| scene.with_entry(honest, &forged));

        assert!(alarms.contains(&AlarmKind::Tampered), "variant {variant}: {alarms:?}");
        assert_eq!(captive.reads(scene.note, FIELD), "", "variant {variant}");
    }
}

/// R14. A member vouches for a snapshot and says that it covers more or less than what was sent,
/// and the server hands it to a newcomer. Detected: who wrote it says in it what it covers, and its
/// last envelope and its heads are in the entry. The control is every seventh variant: the same
/// entry, made anew and true.
#[test]
fn a_snapshot_covers_what_it_holds_and_nothing_else() {
    let scene = Scene::set(612);
    let (_, honest) = scene.newest();
    let author = honest.covers.as_ref().expect("what it covers").author;
    let members = scene.members.iter().map(|disk| Insider::open(disk, scene.note));
    let members: Vec<Insider> = members.filter(|it| it.id != author).collect();
    for variant in 0..served() {
        let mut dice = dice(612, variant);
        let mut attest = honest.clone();
        let covers = attest.covers.as_mut().expect("what it covers");
        let more = Seq(1 + dice.below(3));
        let envelope = EnvelopeId::new(random(&mut dice));
        match variant % 7 {
            0 => {}
            // Envelopes of the writer that nobody sent.
            1 => {
                let cut = covers.frontier.iter_mut().find(|it| it.device != author);
                let cut = cut.expect("what the tablet or the laptop wrote");
                (cut.seq, cut.envelope) = (Seq(cut.seq.0 + more.0), envelope);
            }
            // Envelopes of a device that wrote nothing.
            2 => covers.frontier.push(Cut { device: scene.who_is_away(), seq: more, envelope }),
            3 => covers.parts += u32::try_from(more.0).expect("few"),
            // Less than it holds.
            4 => {
                let cut = covers.frontier.iter_mut().find(|it| it.device != author);
                let cut = cut.expect("what the tablet or the laptop wrote");
                (cut.seq, cut.envelope) = (Seq(cut.seq.0 - 1), envelope);
            }
            5 => attest.heads = random(&mut dice),
            _ => attest.snapshot = envelope,
        }
        let forged = scene.instead(pick(&mut dice, &members), attest);
        let mut captive = scene.captive(variant);

        let alarms = scene.lie(&mut captive, |honest| scene.with_entry(honest, &forged));

        let shown = captive.reads(scene.note, FIELD);
        if variant % 7 == 0 {
            assert_eq!((alarms, &shown), (vec![], &scene.whole), "variant {variant}");
        } else {
            assert!(!alarms.is_empty(), "variant {variant}");
            assert_eq!(shown, scene.whole, "variant {variant}, by the older one");
        }
    }
}

/// D4. The server drops the beginning of a note and names no snapshot that covers it: it goes on
/// at a later number, or counts anew. Harmless: what does not follow is not taken, and asked for
/// again; counted anew, a chain that begins in its middle is_told, or begins with a snapshot that the
/// log vouches for, and then it is all there.
#[test]
fn nothing_is_dropped_without_a_word_for_it() {
    let scene = Scene::set(613);
    let floor = scene.base(scene.note).floor;
    let mut detected = 0;
    for variant in 0..served() {
        let mut dice = dice(613, variant);
        let mut captive = scene.captive(variant);
        let is_renumbered = dice.one_in(2);
        let skipped = dice.below(8);
        let alarms = scene.lie(&mut captive, |honest| {
            let ServerMessage::Batch { document, envelopes, more, .. } = honest else {
                return honest;
            };
            let mut envelopes = envelopes;
            if is_renumbered {
                let all = harness::world::liar::envelopes(&scene.store, scene.note);
                let some = all.into_iter().skip(usize::try_from(skipped).expect("few"));
                envelopes = some.map(Blob).collect();
            }
            let first = Number(if is_renumbered { 1 } else { floor.0 + 1 + skipped });
            ServerMessage::Batch { document, first, envelopes, more, base: None }
        });

        let shown = captive.reads(scene.note, FIELD);
        if is_renumbered {
            let is_told = alarms.contains(&AlarmKind::Withheld);
            assert!(is_told || shown == scene.whole, "variant {variant}: {alarms:?}");
            detected += u64::from(is_told);
        } else {
            assert_eq!((alarms, shown.as_str()), (vec![], ""), "variant {variant}");
        }
        scene.check_unharmed(&mut captive, variant);
    }
    assert!(detected > served() / 10, "{detected}");
}

/// D1. Where an envelope is asked for, the server gives what is left of one: device, place and hash,
/// alone or with something behind. Detected: that is no envelope.
#[test]
fn a_stub_is_no_envelope() {
    let scene = Scene::set(614);
    for variant in 0..served() {
        let mut dice = dice(614, variant);
        let mut captive = scene.captive(variant);
        let alarms = scene.lie(&mut captive, |honest| {
            let ServerMessage::Batch { document, first, mut envelopes, more, base } = honest else {
                return honest;
            };
            let at = dice.below(u64::try_from(envelopes.len()).expect("few"));
            let at = usize::try_from(at).expect("few");
            let envelope = Envelope::parse(envelopes[at].0.clone()).expect("an envelope");
            let (header, id) = (envelope.header(), envelope.id());
            let mut stub = header.device.as_bytes().to_vec();
            stub.extend(header.seq.0.to_be_bytes());
            stub.extend(id.as_bytes());
            stub.resize(if dice.one_in(2) { 56 } else { envelopes[at].0.len() }, 0);
            envelopes[at] = Blob(stub);
            ServerMessage::Batch { document, first, envelopes, more, base }
        });

        assert!(alarms.contains(&AlarmKind::Tampered), "variant {variant}: {alarms:?}");
        let shown = captive.reads(scene.note, FIELD);
        assert!(scene.whole.starts_with(&shown), "{shown}");
    }
}
