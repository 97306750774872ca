//! A member who writes hostile changes under a valid key: others set them aside and work on.
#![expect(clippy::unwrap_used, reason = "a test that meets something unexpected should stop")]

use std::collections::BTreeSet;

use automerge::{Automerge, Change};
use engine::{
    casework::field::{Field, Value},
    command::{Command, Splice},
    document::{
        crdt::{Crdt, EditError, Writer, shape_of},
        genesis::Kind as DocumentKind,
        inspect::Inspected,
        intake::{Opened, Verdict},
    },
};
use harness::{
    forge::{Forged, chunk, compressed},
    insider::Insider,
    mutate,
    seed::{Dice, seed_or},
    world::{DeviceNo, World},
};
use shared::{
    envelope::Kind,
    id::{DocumentId, Seq},
    log::org::Role,
};

/// How many hostile envelopes.
const VARIANTS: usize = 1_200;

struct Stage {
    world: World,
    /// Of the member gone bad.
    tablet: DeviceNo,
    /// Of an honest one who reads the same note.
    laptop: DeviceNo,
    note: DocumentId,
    healthy: DocumentId,
}

fn stage(seed: u64) -> Stage {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let laptop = world.hire(admin, Role::Consultant, "佐藤 恵", "ノートパソコン");
    world.hire(laptop, Role::Employee, "佐伯 悠真", "スマートフォン");
    let tablet = world.link_device(laptop, "タブレット");
    let case = world.open_case(laptop, "佐伯 悠真");
    let note = world.add_interview(laptop, case);
    let healthy = world.add_interview(laptop, case);
    world.write(laptop, note, "presenting_issue", "仕事の相談。");
    world.ask(laptop, Command::AddItem { document: note, list: Field::top("quotes") });
    world.settle();
    Stage { world, tablet, laptop, note, healthy }
}

impl Stage {
    fn insider(&self) -> Insider {
        Insider::open(&self.world.on(self.tablet).disk, self.note)
    }

    /// The bad member's own program sends what was put into its store.
    fn send(&mut self, insider: &mut Insider, plaintexts: Vec<(Kind, Vec<u8>)>) -> Vec<Seq> {
        let mut sent = vec![];
        for (kind, plaintext) in plaintexts {
            let (seq, (key, value)) = insider.seal(kind, plaintext, &mut self.world.dice);
            self.world.on_mut(self.tablet).disk.insert(key, value);
            sent.push(seq);
        }
        self.world.restart(self.tablet);
        self.world.unlock(self.tablet);
        self.world.settle();
        sent
    }

    /// Who is set aside on a device: always with document and author.
    fn set_aside(&self, device: DeviceNo, insider: &Insider) -> BTreeSet<Seq> {
        let rows = &self.world.on(device).screen.home.quarantined;
        for row in rows {
            assert_eq!((row.document, row.device), (self.note, insider.id));
        }
        let seqs: BTreeSet<Seq> = rows.iter().map(|row| Seq(row.seq)).collect();
        assert_eq!(seqs.len(), rows.len(), "each is listed once");
        seqs
    }

    /// The page turns away from the note and comes back.
    fn reopen(&mut self, device: DeviceNo) {
        self.world.on_mut(device).screen.forget(self.note);
        self.world.ask(device, Command::Open(self.note));
    }

    /// Both notes take edits that reach a device which starts from nothing but the server's bytes.
    #[track_caller]
    fn check_that_work_goes_on(&mut self, insider: &Insider, expected: &BTreeSet<Seq>) {
        let Self { laptop, note, healthy, .. } = *self;
        self.reopen(laptop);
        let before = self.world.reads(laptop, note, "presenting_issue");
        self.world.write(laptop, note, "presenting_issue", "続き。");
        self.world.write(laptop, healthy, "presenting_issue", "薬");
        self.world.settle();
        let desktop = self.world.link_device(laptop, "事務所");
        self.world.ask(desktop, Command::Open(note));
        self.world.ask(desktop, Command::Open(healthy));
        let text = self.world.reads(desktop, note, "presenting_issue");
        assert_eq!(text, format!("{before}続き。"));
        assert_eq!(self.world.reads(desktop, healthy, "presenting_issue"), "薬");
        // Every reader decides alike, and a restart changes nothing.
        assert_eq!(&self.set_aside(desktop, insider), expected);
        self.world.restart(laptop);
        self.world.unlock(laptop);
        self.world.settle();
        assert_eq!(&self.set_aside(laptop, insider), expected);
        self.reopen(laptop);
        assert_eq!(self.world.reads(laptop, note, "presenting_issue"), text);
        let sync = self.world.on(laptop).screen.sync.unwrap();
        assert_eq!((sync.unsent, sync.unsaved), (0, 0));
    }
}

fn copy(crdt: &Crdt, insider: &Insider) -> Crdt {
    let (changes, census) = crdt.save();
    Crdt::load(changes, census, insider.id, insider.actor()).unwrap()
}

fn edit(
    crdt: &mut Crdt,
    write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), EditError>,
) -> Forged {
    let bytes = crdt.edit(harness::world::BEGINNING, write).unwrap().unwrap();
    Forged::read(Inspected::parse(&bytes).unwrap().bytes()).unwrap()
}

/// An honest next change, to be damaged.
fn honest(dice: &mut Dice, replica: &Crdt, insider: &Insider) -> Forged {
    let mut crdt = copy(replica, insider);
    let field = Field::top("presenting_issue");
    let quotes = Field::top("quotes");
    let item = crdt.items(&quotes).first().map(|id| quotes.child(id));
    let splice = |at, delete, insert: &str| Splice { at, delete, insert: insert.into() };
    match (dice.below(5), item) {
        (0, _) => edit(&mut crdt, |tx| tx.splice(&field, &splice(2, 0, "毒を盛る"))),
        (1, _) => edit(&mut crdt, |tx| tx.splice(&field, &splice(0, 2, "毒"))),
        (2, Some(item)) => edit(&mut crdt, |tx| tx.put(&item.child("sensitive"), true)),
        (3, Some(item)) => edit(&mut crdt, |tx| tx.remove_item(&item).map(|_| ())),
        _ => {
            let stage = Field::top("stage");
            let shape = shape_of(&crdt, &stage).unwrap();
            let codes = Value::Codes(vec!["rapport".into()]);
            if crdt.value(&stage, shape) == codes {
                edit(&mut crdt, |tx| tx.splice(&field, &splice(1, 0, "薬")))
            } else {
                edit(&mut crdt, |tx| tx.set(&stage, shape, &codes))
            }
        }
    }
}

#[test]
fn a_thousand_hostile_changes_are_set_aside_with_author_and_device() {
    let mut stage = stage(31);
    let mut insider = stage.insider();
    let mut replica = insider.replica();
    let mut dice = Dice::seeded(seed_or(31));
    let at = stage.world.now();
    let (mut plaintexts, mut verdicts) = (vec![], vec![]);
    for _ in 0..VARIANTS {
        let (mine, other) =
            (honest(&mut dice, &replica, &insider), honest(&mut dice, &replica, &insider));
        let bytes = mutate::change(&mut dice, &mine, &other);
        let chunk = Insider::chunk(at, vec![bytes]);
        // The bad member knows the rules and keeps to what others have accepted.
        let verdict = match chunk.open(insider.id, stage.note) {
            Ok(opened) => Some(replica.take_in(&[opened])[0]),
            Err(_) => None,
        };
        verdicts.push(verdict);
        plaintexts.push((Kind::Changes, chunk.to_bytes()));
    }

    let sent = stage.send(&mut insider, plaintexts);

    let refused = sent
        .iter()
        .zip(&verdicts)
        .filter(|(_, verdict)| !matches!(verdict, Some(Verdict::Applied | Verdict::Waiting)));
    let expected: BTreeSet<Seq> = refused.map(|(seq, _)| *seq).collect();
    assert!(expected.len() > VARIANTS * 3 / 4, "{} refused", expected.len());
    assert_eq!(stage.set_aside(stage.laptop, &insider), expected);
    stage.reopen(stage.laptop);
    let text = replica.text(&Field::top("presenting_issue")).unwrap();
    assert_eq!(stage.world.reads(stage.laptop, stage.note, "presenting_issue"), text);
    stage.check_that_work_goes_on(&insider, &expected);
}

/// An envelope's kind and plaintext, and what is wrong with it.
type Attack = (&'static str, Kind, Vec<u8>);

fn attacks(stage: &Stage, insider: &Insider, replica: &Crdt) -> Vec<Attack> {
    let at = stage.world.now();
    let mut dice = Dice::seeded(1);
    let one = |bytes: Vec<u8>| Insider::chunk(at, vec![bytes]).to_bytes();
    let base = || honest(&mut Dice::seeded(3), replica, insider);
    let mut stranger = base();
    stranger.actor = vec![0x5A; 16];
    let mut whole = Automerge::new();
    let changes = replica.save().0.into_iter().map(|bytes| Change::from_bytes(bytes.0).unwrap());
    whole.apply_changes(changes).unwrap();
    let mut attacks = vec![
        ("no chunk", Kind::Changes, vec![0xFF; 900]),
        ("an empty plaintext", Kind::Changes, vec![]),
        ("a snapshot", Kind::Snapshot, one(base().to_bytes())),
        ("an attachment", Kind::Attachment, one(base().to_bytes())),
        ("a document where a change belongs", Kind::Changes, one(whole.save_nocompress())),
        ("a bundle", Kind::Changes, one(chunk(3, &base().content()))),
        ("somebody else's actor", Kind::Changes, one(stranger.to_bytes())),
        ("a bomb", Kind::Changes, one(compressed(&vec![0; 40 * 1024 * 1024]))),
        ("too many changes", Kind::Changes, {
            Insider::chunk(at, vec![vec![1]; 4_097]).to_bytes()
        }),
        ("a good change and a bad one", Kind::Changes, {
            Insider::chunk(at, vec![base().to_bytes(), vec![1]]).to_bytes()
        }),
    ];
    for _ in 0..9 {
        let damaged = mutate::change(&mut dice, &base(), &base());
        if Inspected::parse(&damaged).is_err() {
            attacks.push(("a damaged change", Kind::Changes, one(damaged)));
        }
    }
    attacks
}

#[test]
fn every_known_attack_is_set_aside_whole() {
    let mut stage = stage(32);
    let mut insider = stage.insider();
    let replica = insider.replica();
    let before = replica.text(&Field::top("presenting_issue")).unwrap();
    let attacks = attacks(&stage, &insider, &replica);
    let names: Vec<_> = attacks.iter().map(|(name, ..)| *name).collect();
    let plaintexts = attacks.into_iter().map(|(_, kind, plaintext)| (kind, plaintext)).collect();

    let sent = stage.send(&mut insider, plaintexts);

    let aside = stage.set_aside(stage.laptop, &insider);
    for (name, seq) in names.iter().zip(&sent) {
        assert!(aside.contains(seq), "{name}");
    }
    stage.reopen(stage.laptop);
    assert_eq!(stage.world.reads(stage.laptop, stage.note, "presenting_issue"), before);
    stage.check_that_work_goes_on(&insider, &sent.into_iter().collect());
}

#[test]
fn what_builds_on_a_change_that_never_comes_waits_and_harms_nobody() {
    let mut stage = stage(33);
    let mut insider = stage.insider();
    let replica = insider.replica();
    let mut forged = honest(&mut Dice::seeded(3), &replica, &insider);
    forged.dependencies = vec![vec![7; 32]];
    let orphan = Insider::chunk(stage.world.now(), vec![forged.to_bytes()]).to_bytes();

    stage.send(&mut insider, vec![(Kind::Changes, orphan)]);

    assert_eq!(stage.set_aside(stage.laptop, &insider), BTreeSet::new());
    stage.check_that_work_goes_on(&insider, &BTreeSet::new());
}

#[test]
fn changes_that_come_before_what_they_build_on_are_taken_when_that_comes() {
    let mut stage = stage(34);
    let mut insider = stage.insider();
    let mut crdt = insider.replica();
    assert_eq!(crdt.kind(), Some(DocumentKind::Note));
    let field = Field::top("presenting_issue");
    let splice = |insert: &str| Splice { at: 0, delete: 0, insert: insert.into() };
    let first = edit(&mut crdt, |tx| tx.splice(&field, &splice("先")));
    let second = edit(&mut crdt, |tx| tx.splice(&field, &splice("後")));
    let at = stage.world.now();
    let plain = |forged: &Forged| Insider::chunk(at, vec![forged.to_bytes()]).to_bytes();
    let opened = Inspected::parse(&second.to_bytes()).unwrap();
    let mut other = insider.replica();
    let alone = Opened { device: insider.id, changes: vec![opened] };
    assert_eq!(other.take_in(&[alone]), [Verdict::Waiting]);

    stage.send(&mut insider, vec![(Kind::Changes, plain(&second)), (Kind::Changes, plain(&first))]);

    stage.reopen(stage.laptop);
    let text = stage.world.reads(stage.laptop, stage.note, "presenting_issue");
    assert!(text.starts_with("後先"), "{text}");
    stage.check_that_work_goes_on(&insider, &BTreeSet::new());
}
