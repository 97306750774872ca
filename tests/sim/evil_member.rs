//! A member who writes hostile changes under a valid key: others set them aside and work on.
#![expect(clippy::unwrap_used, reason = "a test that meets something unexpected should stop")]

use std::collections::{BTreeMap, BTreeSet};

use engine::{
    casework::field::Field,
    command::{Command, Splice},
    document::{
        genesis::Kind as DocumentKind,
        inspect::{InspectError, Inspected},
        intake::{Opened, Refused, Verdict},
    },
    view::{Rule, SetAside},
};
use harness::{
    evil::{attacks, edit, honest, hostile},
    forge::Forged,
    insider::Insider,
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
        let screen = &self.world.on(device).screen;
        let me = screen.home.people.iter().find(|row| row.is_me).and_then(|row| row.account);
        let Some(row) = screen.home.quarantined.first() else { return BTreeSet::new() };
        assert_eq!((row.document, row.device, row.author), (self.note, insider.id, me));
        assert_eq!(screen.home.quarantined.len(), 1, "one device, one document");
        let seqs: BTreeSet<Seq> = row.seqs.iter().copied().map(Seq).collect();
        assert_eq!(seqs.len(), row.seqs.len(), "each is listed once");
        seqs
    }

    /// Why and when each was set aside.
    fn reasons(&self, device: DeviceNo) -> BTreeMap<Seq, SetAside> {
        let rows = &self.world.on(device).screen.home.quarantined;
        let each = rows.iter().flat_map(|row| row.seqs.iter().zip(&row.reasons));
        each.map(|(seq, why)| (Seq(*seq), *why)).collect()
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

#[test]
fn a_thousand_hostile_changes_are_set_aside_with_author_and_device() {
    let mut stage = stage(31);
    let mut insider = stage.insider();
    let mut replica = insider.replica();
    let mut dice = Dice::seeded(seed_or(31));
    let at = stage.world.now();
    let (mut plaintexts, mut verdicts) = (vec![], vec![]);
    for _ in 0..VARIANTS {
        let (plaintext, verdict) = hostile(&mut dice, &mut replica, &insider, at);
        verdicts.push(verdict);
        plaintexts.push((Kind::Changes, plaintext));
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
    let reasons = stage.reasons(stage.laptop);
    for (seq, verdict) in sent.iter().zip(&verdicts).filter(|(seq, _)| expected.contains(*seq)) {
        let why = reasons[seq];
        assert!(why.at.is_some_and(|it| it > at && it <= stage.world.now()), "{seq:?}: {why:?}");
        assert!(why.rule.is_some_and(|it| is_said(it, *verdict)), "{why:?} of {verdict:?}");
    }
    let named: BTreeSet<String> = reasons.values().map(|it| format!("{:?}", it.rule)).collect();
    assert!(named.len() >= 4, "{named:?}");
    stage.check_that_work_goes_on(&insider, &expected);
    assert_eq!(stage.reasons(stage.laptop), reasons, "a restart remembers");
}

/// Whether a rule says what a replica of the document found.
fn is_said(rule: Rule, verdict: Option<Verdict>) -> bool {
    match verdict {
        // What does not even open.
        None => !matches!(rule, Rule::Guarded | Rule::Deadly),
        Some(Verdict::Refused(Refused::Inspection(error))) => match error {
            InspectError::TooLarge(_) => rule == Rule::TooLarge,
            InspectError::Actor => rule == Rule::Foreign,
            InspectError::Guarded => rule == Rule::Guarded,
            InspectError::Order | InspectError::Dangling => rule == Rule::Unfounded,
            InspectError::Truncated
            | InspectError::LeftOver
            | InspectError::NotAChange
            | InspectError::Overlong
            | InspectError::Checksum
            | InspectError::Field
            | InspectError::Column
            | InspectError::Operation
            | InspectError::Missing(_) => rule == Rule::Unreadable,
        },
        Some(Verdict::Refused(Refused::Document)) => rule == Rule::Unfounded,
        Some(Verdict::Applied | Verdict::Waiting) => false,
    }
}

#[test]
fn every_known_attack_is_set_aside_whole() {
    let mut stage = stage(32);
    let mut insider = stage.insider();
    let replica = insider.replica();
    let before = replica.text(&Field::top("presenting_issue")).unwrap();
    let attacks = attacks(stage.world.now(), &insider, &replica);
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
