//! R14, D2, D4, D7: what a server does with snapshots. It cannot make one, begin at one that nobody
//! vouched for, put one in another's place, or leave out more than one covers.

use engine::{casework::field::Field, command::Splice, record::Name, view::AlarmKind};
use harness::{
    captive::{Captive, Disk},
    insider::{Insider, records},
    seed::Dice,
    world::{DeviceNo, World, liar},
};
use server::{
    service::Who,
    store::{Base, Store},
};
use shared::{
    Blob,
    envelope::{Envelope, Header, Kind},
    id::{DeviceId, DocumentId, Number},
    log::{Entry, document::DocumentBody, org::Role},
    sync::ServerMessage,
    time::UnixMillis,
};

use super::{damaged, dice, own_key, pick, stage::FIELD};

/// Variants of each attack. In each a device is served by a whole server, so there are as many as a
/// test run has time for, unless `SERVED` says otherwise.
pub(super) fn served() -> u64 {
    let enough = if cfg!(feature = "few") { 12 } else { 200 };
    std::env::var("SERVED").map_or(enough, |count| count.parse().expect("a number"))
}

/// A note with two snapshots at the server, and devices that know little of it.
pub(super) struct Scene {
    pub(super) store: Store,
    pub(super) at: UnixMillis,
    pub(super) note: DocumentId,
    /// Another note, with a snapshot too.
    pub(super) other: DocumentId,
    pub(super) whole: String,
    /// A device that has nothing of either note.
    fresh: Disk,
    /// One that has the beginning, from before there was a snapshot.
    away: Disk,
    /// The tablet at that time.
    tablet_then: Disk,
    /// Devices that may vouch, and one of somebody who is no member.
    pub(super) members: Vec<Disk>,
    pub(super) stranger: Disk,
    who: Who,
    who_is_away: Who,
}

fn who(world: &World, device: DeviceNo) -> Who {
    let home = &world.on(device).screen.home;
    let device = home.devices.iter().find(|row| row.is_this).expect("this device").device;
    let account = home.people.iter().find(|row| row.is_me).and_then(|row| row.account);
    Who::Device { device, account: account.expect("an account") }
}

fn write(world: &mut World, device: DeviceNo, note: DocumentId, count: usize) {
    assert!(world.can_open(device, note));
    for at in 0..count {
        world.write(device, note, FIELD, &format!("第{at}文。"));
        world.wait_ms(3_000);
    }
    world.settle();
}

impl Scene {
    pub(super) fn set(seed: u64) -> Self {
        let mut world = World::seeded(seed).compacting(6, 5_000);
        let admin = world.device("管理パソコン");
        world.found(admin);
        let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
        let laptop = world.link_device(tablet, "ノートパソコン");
        let phone = world.link_device(tablet, "スマートフォン");
        let stranger = world.hire(tablet, Role::Employee, "佐伯 悠真", "佐伯のスマートフォン");
        let case = world.open_case(tablet, "佐伯 悠真");
        world.settle();
        let away = world.link_device(tablet, "予備のタブレット");
        world.offline(phone);
        let note = world.add_interview(tablet, case);
        write(&mut world, tablet, note, 2);
        world.offline(away);
        let tablet_then = world.on(tablet).disk.clone();
        let other = world.add_interview(tablet, case);
        write(&mut world, tablet, other, 9);
        for _ in 0..2 {
            write(&mut world, tablet, note, 7);
        }
        let disk = |device| world.on(device).disk.clone();
        let scene = Self {
            store: world.back_up(),
            at: world.now(),
            note,
            other,
            whole: world.reads(tablet, note, FIELD),
            fresh: disk(phone),
            away: disk(away),
            tablet_then,
            members: vec![disk(tablet), disk(laptop)],
            stranger: disk(stranger),
            who: who(&world, phone),
            who_is_away: who(&world, away),
        };
        let base = scene.base(note);
        assert!(base.floor > Number(0) && base.floor < base.number, "{base:?}");
        scene
    }

    pub(super) fn base(&self, note: DocumentId) -> Base {
        self.store.reader().base(note).expect("a readable database").expect("a snapshot")
    }

    /// The device that has the beginning.
    pub(super) fn who_is_away(&self) -> DeviceId {
        match self.who_is_away {
            Who::Device { device, .. } => device,
            other => unreachable!("{other:?}"),
        }
    }

    /// The device that has nothing.
    pub(super) fn who(&self) -> Who {
        self.who
    }

    /// The same device after another start, logged in again.
    pub(super) fn restarted(&self, captive: &Captive, variant: u64) -> Captive {
        Captive::of(&captive.disk, self.store.epoch(), self.at, variant)
    }

    /// A device that has nothing of the note, logged in.
    pub(super) fn captive(&self, variant: u64) -> Captive {
        Captive::of(&self.fresh, self.store.epoch(), self.at, variant)
    }

    /// Lets it be served with the note's envelopes bent, and says which alarms that raises.
    pub(super) fn lie(
        &self,
        captive: &mut Captive,
        mut bend: impl FnMut(ServerMessage) -> ServerMessage,
    ) -> Vec<AlarmKind> {
        let note = self.note;
        let mut store = self.store.copy_in_memory().expect("a copy");
        captive.serve_bent(&mut store, self.who, |honest| {
            let is_meant = match &honest {
                ServerMessage::Batch { document, .. } => *document == note,
                ServerMessage::LogBatch { document, .. } => *document == Some(note),
                _ => false,
            };
            vec![if is_meant { bend(honest) } else { honest }]
        });
        captive.screen.alarms.iter().map(|row| row.matter.kind).collect()
    }

    /// Nothing but what was written is shown, and the honest server's answers are taken.
    #[track_caller]
    pub(super) fn check_unharmed(&self, captive: &mut Captive, variant: u64) {
        let shown = captive.reads(self.note, FIELD);
        // What came before a gap is as it was written.
        assert!(self.whole.starts_with(&shown), "variant {variant}: {shown}");
        if variant.is_multiple_of(25) {
            captive.hang_up();
            captive.log_in(self.store.epoch());
            captive.serve(&mut self.store.copy_in_memory().expect("a copy"), self.who);
            assert_eq!(captive.reads(self.note, FIELD), self.whole, "variant {variant}");
        }
    }

    /// Where in a batch the newest snapshot's envelopes are.
    pub(super) fn parts(envelopes: &[Blob]) -> Vec<usize> {
        let kind = |bytes: &Blob| Envelope::parse(bytes.0.clone()).map(|it| it.header().kind);
        let is_part = |at: &usize| kind(&envelopes[*at]) == Ok(Kind::Snapshot);
        (0..envelopes.len()).filter(is_part).collect()
    }
}

/// The control of all: an honest server, and the device begins at the newest snapshot.
#[test]
fn a_device_with_nothing_begins_at_the_newest_snapshot() {
    let scene = Scene::set(600);
    let mut captive = scene.captive(0);
    let mut bases = vec![];

    let alarms = scene.lie(&mut captive, |honest| {
        if let ServerMessage::Batch { base, first, .. } = &honest {
            bases.push((*base, *first));
        }
        honest
    });

    let base = scene.base(scene.note);
    assert_eq!(bases, [(Some(base.position), Number(base.number.0 + 1))]);
    assert_eq!(alarms, []);
    assert_eq!(captive.reads(scene.note, FIELD), scene.whole);
}

/// D7. The server makes a snapshot: it damages an envelope of one, or signs with a key of its own.
/// Detected: the envelope must be signed by its author's device, and the log names its hash.
#[test]
fn a_forged_snapshot_is_not_taken() {
    let scene = Scene::set(601);
    for variant in 0..served() {
        let mut dice = dice(601, variant);
        let mut captive = scene.captive(variant);
        let alarms = scene.lie(&mut captive, |honest| {
            let ServerMessage::Batch { document, first, mut envelopes, more, base } = honest else {
                return honest;
            };
            let parts = Scene::parts(&envelopes);
            if !parts.is_empty() {
                let at = *pick(&mut dice, &parts);
                envelopes[at] = Blob(forged(&mut dice, &envelopes[at].0));
            }
            ServerMessage::Batch { document, first, envelopes, more, base }
        });

        assert!(!alarms.is_empty(), "variant {variant}");
        scene.check_unharmed(&mut captive, variant);
    }
}

fn forged(dice: &mut Dice, bytes: &[u8]) -> Vec<u8> {
    let envelope = Envelope::parse(bytes.to_vec()).expect("an envelope");
    if dice.one_in(2) {
        let mut bent = damaged(dice, bytes);
        // Of an epoch that nobody knows it would wait, and nothing more.
        bent[18..22].copy_from_slice(&bytes[18..22]);
        return if bent == bytes { [bytes, &[0]].concat() } else { bent };
    }
    let header = Header { log_index: dice.below(9), ..envelope.header().clone() };
    let ciphertext = &bytes[150..bytes.len() - 64];
    let commitment = bytes[118..150].try_into().expect("32 bytes");
    Envelope::sign(header, &commitment, ciphertext, &own_key(dice)).as_bytes().to_vec()
}

/// R14. The server begins somewhere and says that a snapshot covers what it leaves out, but the
/// entry that it names is another one, or is not there. Detected: only the log says which snapshot
/// counts; an entry that is not there is asked for twice.
#[test]
fn a_snapshot_that_nobody_vouched_for_is_not_begun_at() {
    let scene = Scene::set(602);
    let entries = scene.store.reader().document_entries(scene.note, 0).expect("its log").items;
    let is_attest = |entry: &Blob| {
        let entry = Entry::parse(&entry.0).expect("an entry");
        matches!(DocumentBody::parse(&entry), Ok(DocumentBody::SnapshotAttest(_)))
    };
    let lies: Vec<u64> =
        (0..).zip(&entries).filter(|(_, entry)| !is_attest(entry)).map(|(at, _)| at).collect();
    let length = u64::try_from(entries.len()).expect("a short log");
    for variant in 0..served() {
        let mut dice = dice(602, variant);
        let mut captive = scene.captive(variant);
        let alarms = scene.lie(&mut captive, |honest| {
            let ServerMessage::Batch { document, first, envelopes, more, .. } = honest else {
                return honest;
            };
            let is_ahead = dice.one_in(3);
            let at = if is_ahead { length + dice.below(9) } else { *pick(&mut dice, &lies) };
            let first = Number(first.0 + dice.below(3));
            ServerMessage::Batch { document, first, envelopes, more, base: Some(at) }
        });

        assert!(!alarms.is_empty(), "variant {variant}");
        assert_eq!(captive.reads(scene.note, FIELD), "", "variant {variant}");
        scene.check_unharmed(&mut captive, variant);
    }
}

/// D2, D3. The server puts another snapshot in its place: another document's, an older one, the
/// same in another order, or only some of it. Detected: its envelopes are a chain, they belong to
/// the document by their key, and the last one's hash is in the log.
#[test]
fn a_snapshot_cannot_be_swapped() {
    let scene = Scene::set(603);
    let others: Vec<Blob> =
        liar::envelopes(&scene.store, scene.other).into_iter().map(Blob).collect();
    let older: Vec<Blob> =
        liar::envelopes(&scene.store, scene.note).into_iter().map(Blob).collect();
    let theirs: Vec<Blob> =
        Scene::parts(&others).into_iter().map(|at| others[at].clone()).collect();
    let first_part = older[Scene::parts(&older)[0]].clone();
    let mut detected = 0;
    for variant in 0..served() {
        let mut dice = dice(603, variant);
        let mut captive = scene.captive(variant);
        let alarms = scene.lie(&mut captive, |honest| {
            let ServerMessage::Batch { document, first, envelopes: good, more, base } = honest
            else {
                return honest;
            };
            let mut envelopes = good.clone();
            let parts = Scene::parts(&envelopes);
            if parts.is_empty() {
                return ServerMessage::Batch { document, first, envelopes, more, base };
            }
            let at = *pick(&mut dice, &parts);
            match dice.below(5) {
                0 => envelopes[at] = pick(&mut dice, &theirs).clone(),
                1 => envelopes[at] = first_part.clone(),
                2 => {
                    let to = usize::try_from(dice.below(3)).expect("a place");
                    let to = to.min(envelopes.len() - 1);
                    envelopes.swap(at, to);
                }
                3 => drop(envelopes.remove(at)),
                _ => envelopes.retain(|it| !parts.iter().any(|part| good[*part] == *it)),
            }
            ServerMessage::Batch { document, first, envelopes, more, base }
        });

        // Two devices' envelopes in another order are the same document.
        let is_whole = captive.reads(scene.note, FIELD) == scene.whole;
        assert!(!alarms.is_empty() || is_whole, "variant {variant}");
        detected += u64::from(!alarms.is_empty());
        scene.check_unharmed(&mut captive, variant);
    }
    assert!(detected > served() / 3, "{detected}");
}

/// D4. The server goes back: it begins at an older snapshot, or leaves out more than one covers,
/// and shows what was written later. Detected: chains begin where the snapshot ends. The control
/// is every fourth variant: an older snapshot and all that follows is the same document.
#[test]
fn a_rolled_back_snapshot_shows() {
    let scene = Scene::set(604);
    let base = scene.base(scene.note);
    let all: Vec<Blob> = liar::envelopes(&scene.store, scene.note).into_iter().map(Blob).collect();
    let log = scene.store.reader().document_entries(scene.note, 0).expect("its log").items;
    let positions: Vec<u64> = (0..)
        .zip(&log)
        .filter(|(_, entry)| {
            let entry = Entry::parse(&entry.0).expect("an entry");
            matches!(DocumentBody::parse(&entry), Ok(DocumentBody::SnapshotAttest(_)))
        })
        .map(|(at, _)| at)
        .collect();
    let older = positions[positions.len() - 2];
    let mut detected = 0;
    for variant in 0..served() {
        let mut dice = dice(604, variant);
        let mut captive = scene.captive(variant);
        let count = u64::try_from(all.len()).expect("few");
        let gap = usize::try_from(1 + dice.below(count - 1)).expect("a place");
        let alarms = scene.lie(&mut captive, |honest| {
            let ServerMessage::Batch { document, more, envelopes: newest, .. } = honest else {
                return honest;
            };
            let (first, base, envelopes) = match variant % 4 {
                0 => (base.floor.0 + 1, older, all.clone()),
                // An older snapshot is said to cover what only the newer one does.
                1 => (base.number.0 + 1, older, newest),
                // More is left out than the older one covers.
                2 => (base.floor.0 + 1 + u64::try_from(gap).expect("small"), older, {
                    all[gap..].to_vec()
                }),
                // One is left out on the way.
                _ => {
                    let mut some = all.clone();
                    some.remove(gap - 1);
                    (base.floor.0 + 1, older, some)
                }
            };
            ServerMessage::Batch {
                document,
                first: Number(first),
                envelopes,
                more,
                base: Some(base),
            }
        });

        if variant % 4 == 0 {
            assert_eq!(alarms, [], "variant {variant}");
            assert_eq!(captive.reads(scene.note, FIELD), scene.whole);
        } else {
            // Behind a gap the newer snapshot may follow, which the log vouches for as well.
            let is_whole = captive.reads(scene.note, FIELD) == scene.whole;
            let shows = alarms.contains(&AlarmKind::Withheld);
            assert!(shows || is_whole, "variant {variant}: {alarms:?}");
            detected += u64::from(shows);
        }
        scene.check_unharmed(&mut captive, variant);
    }
    assert!(detected > served() / 10, "{detected}");
}

/// K13. Somebody who holds the tablet's keys wrote another beginning, and the server showed it to
/// one device; then it takes that over what it dropped. Detected: the snapshot covers one envelope
/// in each place, and another is here.
#[test]
fn two_beginnings_meet_at_a_snapshot() {
    let scene = Scene::set(605);
    let (_, kept) = records(&scene.away);
    let known: Vec<_> = kept
        .keys()
        .filter_map(|name| match name {
            Name::Envelope(id, device, seq) if *id == scene.note => Some((*device, *seq)),
            _ => None,
        })
        .collect();
    let Some((_, last)) = known.last().copied() else { panic!("it has the beginning") };
    let next = Number(u64::try_from(known.len()).expect("few") + 1);
    // As many beginnings as there are variants: some, and each cut where it may be.
    let beginnings: Vec<Vec<Blob>> = (0..BEGINNINGS)
        .map(|variant| {
            let mut tablet = Insider::open(&scene.tablet_then, scene.note);
            other_beginning(&mut dice(605, variant), &mut tablet, scene.at)
        })
        .collect();
    for variant in 0..served() {
        let mut dice = dice(605, variant);
        let epoch = scene.store.epoch();
        let mut captive = Captive::of(&scene.away, epoch, scene.at, variant);
        captive.ignore();
        let mut envelopes = pick(&mut dice, &beginnings).clone();
        envelopes.truncate(usize::try_from(20 + dice.below(9)).expect("a small number"));
        let count = envelopes.len();
        captive.hear(ServerMessage::Batch {
            document: scene.note,
            first: next,
            envelopes,
            more: false,
            base: None,
        });
        let before = captive.reads(scene.note, FIELD);
        assert!(before.contains('偽'), "variant {variant}: {count} behind {last:?}");

        captive.hang_up();
        captive.log_in(epoch);
        captive.serve(&mut scene.store.copy_in_memory().expect("a copy"), scene.who_is_away);

        let kinds: Vec<AlarmKind> =
            captive.screen.alarms.iter().map(|row| row.matter.kind).collect();
        assert!(kinds.contains(&AlarmKind::Equivocation), "variant {variant}: {kinds:?}");
        assert_eq!(captive.reads(scene.note, FIELD), before, "and what it had stays");
    }
}

/// Beginnings that the tablet's key wrote; each is shown in many lengths.
const BEGINNINGS: u64 = 40;

/// Envelopes by the tablet's key that go on from the beginning, far enough to pass the place that
/// the newest snapshot covers.
fn other_beginning(dice: &mut Dice, tablet: &mut Insider, at: UnixMillis) -> Vec<Blob> {
    let mut crdt = tablet.replica();
    let field = Field::top(FIELD);
    let mut envelopes = vec![];
    for _ in 0..29 {
        let insert = "偽".repeat(usize::try_from(1 + dice.below(9)).expect("a small number"));
        let splice = Splice { at: 0, delete: 0, insert };
        let change = crdt.edit(at, |tx| tx.splice(&field, &splice)).unwrap().unwrap();
        let chunk = Insider::chunk(at, vec![change]);
        let (_, envelope) = tablet.envelope(Kind::Changes, chunk.to_bytes(), dice);
        envelopes.push(Blob(envelope.as_bytes().to_vec()));
    }
    envelopes
}
