//! Snapshots at the server: who begins at them, and what may be dropped for them.
#![expect(clippy::expect_used, reason = "helpers of tests")]

use engine::{command::Command, record::Name, view::Badge};
use harness::{
    insider::records,
    seed::seed_or,
    world::{DeviceNo, World, liar},
};
use shared::{
    id::{DocumentId, Number},
    log::{document::Access, org::Role},
};

const FIELD: &str = "presenting_issue";
/// Envelopes after which these worlds write a snapshot.
const AFTER: u64 = 6;
/// Longer than between two sentences: nobody writes one while somebody types.
const QUIET_MS: u64 = 5_000;

struct Cast {
    world: World,
    admin: DeviceNo,
    tablet: DeviceNo,
    laptop: DeviceNo,
    note: DocumentId,
}

/// A consultant with two devices, and a note.
fn cast(seed: u64) -> Cast {
    let mut world = World::seeded(seed_or(seed)).compacting(AFTER, QUIET_MS);
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let laptop = world.link_device(tablet, "ノートパソコン");
    world.hire(tablet, Role::Employee, "佐伯 悠真", "佐伯のスマートフォン");
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    world.settle();
    Cast { world, admin, tablet, laptop, note }
}

impl Cast {
    /// Sentences, each in an envelope of its own.
    fn write(&mut self, device: DeviceNo, count: usize) {
        assert!(self.world.can_open(device, self.note));
        for at in 0..count {
            self.world.write(device, self.note, FIELD, &format!("第{at}文。"));
            self.world.wait_ms(3_000);
        }
        self.world.settle();
    }

    fn text(&mut self, device: DeviceNo) -> String {
        assert!(self.world.can_open(device, self.note), "{}", self.world.on(device).name);
        self.world.reads(device, self.note, FIELD)
    }

    /// The number behind which readers begin, and the one that nobody has to begin before.
    fn base(&self) -> (u64, u64) {
        let base = self.world.store().reader().base(self.note).expect("a readable database");
        base.map_or((0, 0), |base| (base.number.0, base.floor.0))
    }

    /// Envelopes of the note that a device keeps.
    fn kept(&self, device: DeviceNo) -> usize {
        let (_, records) = records(&self.world.on(device).disk);
        let is_of = |name: &&Name| matches!(name, Name::Envelope(id, ..) if *id == self.note);
        records.keys().filter(is_of).count()
    }

    #[track_caller]
    fn check_calm(&self) {
        for device in self.world.devices().filter(|it| !self.world.is_lost(*it)) {
            let screen = &self.world.on(device).screen;
            assert_eq!(screen.notices, [], "{}", self.world.on(device).name);
            let restored = engine::view::AlarmKind::Restored;
            let alarms: Vec<_> =
                screen.alarms.iter().filter(|row| row.matter.kind != restored).collect();
            assert!(alarms.is_empty(), "{}: {alarms:?}", self.world.on(device).name);
            assert_eq!(screen.sync.map(|it| it.badge()), Some(Badge::Sent));
        }
    }
}

#[test]
fn a_new_device_begins_at_the_snapshot_that_another_vouched_for() {
    let mut cast = cast(500);
    cast.write(cast.tablet, 10);
    let (base, floor) = cast.base();
    assert!(base > 6, "{base}");
    assert_eq!(floor, 0, "everything is still here");
    let whole = cast.text(cast.tablet);

    let fresh = cast.world.link_device(cast.tablet, "新しいタブレット");

    assert_eq!(cast.text(fresh), whole);
    let number = usize::try_from(base).expect("a small number");
    assert!(cast.kept(fresh) + number <= cast.kept(cast.tablet), "it fetched the snapshot only");
    cast.world.write(fresh, cast.note, FIELD, "新しい端末から。");
    cast.world.settle();
    assert!(cast.text(cast.laptop).ends_with("新しい端末から。"));
    cast.world.restart(fresh);
    cast.world.unlock(fresh);
    cast.world.settle();
    assert_eq!(cast.text(fresh), cast.text(cast.tablet), "also from its own store");
    cast.check_calm();
}

#[test]
fn who_was_away_for_long_comes_back_over_what_was_dropped() {
    let mut cast = cast(501);
    let phone = cast.world.link_device(cast.tablet, "スマートフォン");
    cast.write(phone, 2);
    cast.world.offline(phone);
    for _ in 0..3 {
        cast.write(cast.tablet, 8);
    }
    let (base, floor) = cast.base();
    assert!(0 < floor && floor < base, "{floor}, {base}");
    let before = cast.kept(phone);
    cast.world.write(phone, cast.note, FIELD, "圏外で書いた。");
    cast.world.wait_ms(60_000);

    cast.world.online(phone);
    cast.world.settle();

    assert!(cast.text(phone).contains("圏外で書いた。"));
    assert_eq!(cast.text(phone), cast.text(cast.tablet));
    assert_eq!(cast.text(phone), cast.text(cast.laptop));
    assert!(cast.kept(phone) > before, "it keeps what it had");
    cast.check_calm();
}

#[test]
fn the_server_keeps_two_snapshots_and_what_follows_the_older_one() {
    let mut cast = cast(502);
    for _ in 0..4 {
        cast.write(cast.tablet, 8);
    }
    let (base, floor) = cast.base();
    let held = liar::envelopes(cast.world.store(), cast.note);
    let all = cast.kept(cast.tablet);

    assert!(0 < floor && floor < base);
    let floor = usize::try_from(floor).expect("a small number");
    assert_eq!(held.len() + floor, all, "and the tablet still has every one");
    let last = cast.world.store().reader().envelopes(cast.note, Number(base)).expect("rows");
    assert!(!last.items.is_empty());
    cast.check_calm();
}

#[test]
fn a_document_that_one_device_alone_can_read_is_never_compacted() {
    let mut world = World::seeded(seed_or(503)).compacting(AFTER, QUIET_MS);
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    world.hire(tablet, Role::Employee, "佐伯 悠真", "佐伯のスマートフォン");
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    let mut alone = Cast { world, admin, tablet, laptop: tablet, note };

    for _ in 0..3 {
        alone.write(tablet, 8);
    }

    assert_eq!(alone.base(), (0, 0));
    assert!(liar::envelopes(alone.world.store(), note).len() >= 24);
    alone.check_calm();
}

#[test]
fn without_a_network_nobody_writes_a_snapshot() {
    let mut cast = cast(504);
    cast.write(cast.tablet, 3);
    cast.world.offline(cast.tablet);
    let before = cast.kept(cast.tablet);

    cast.write(cast.tablet, 12);

    assert_eq!(cast.kept(cast.tablet), before);
    cast.check_unsent();
}

impl Cast {
    #[track_caller]
    fn check_unsent(&self) {
        let sync = self.world.on(self.tablet).screen.sync.expect("a view of it");
        assert!(sync.unsent > 0);
    }
}

#[test]
fn where_two_people_write_one_of_the_other_account_vouches() {
    let mut cast = cast(505);
    let colleague = cast.world.hire(cast.admin, Role::Consultant, "田中 実", "田中のタブレット");
    let account = cast.world.known_as(cast.admin, "田中 実");
    let let_in = Command::LetIn { document: cast.note, account, access: Access::Writer };
    cast.world.ask(cast.tablet, let_in);
    cast.world.settle();
    cast.write(colleague, 3);
    cast.world.offline(colleague);
    cast.write(cast.tablet, 8);
    assert_eq!(cast.base(), (0, 0), "both of the consultant's devices are of one person");

    cast.world.online(colleague);
    cast.world.settle();

    assert!(cast.base().0 > 8, "{:?}", cast.base());
    let whole = cast.text(cast.tablet);
    let fresh = cast.world.link_device(colleague, "田中のノートパソコン");
    assert_eq!(cast.text(fresh), whole);
    cast.check_calm();
}

#[test]
fn a_restored_server_is_healed_by_a_device_that_began_at_a_snapshot() {
    let mut cast = cast(506);
    let backup = cast.world.back_up();
    for _ in 0..3 {
        cast.write(cast.tablet, 8);
    }
    let fresh = cast.world.link_device(cast.tablet, "新しいタブレット");
    let whole = cast.text(fresh);
    assert!(cast.kept(fresh) < cast.kept(cast.tablet));
    cast.world.write(fresh, cast.note, FIELD, "最後の文。");
    cast.world.settle();
    cast.world.lose(cast.tablet);
    cast.world.lose(cast.laptop);
    cast.world.restore(backup);
    cast.world.settle();

    let next = cast.world.link_device(fresh, "次のタブレット");

    assert_eq!(cast.text(next), format!("{whole}最後の文。"));
    cast.check_calm();
}

#[test]
fn a_restored_server_is_healed_by_everybody_in_any_order() {
    for seed in 510..516 {
        let mut cast = cast(seed);
        let backup = cast.world.back_up();
        for _ in 0..3 {
            cast.write(cast.tablet, 7);
        }
        let fresh = cast.world.link_device(cast.laptop, "新しいタブレット");
        let whole = cast.text(fresh);
        for device in cast.world.devices() {
            cast.world.offline(device);
        }
        cast.world.restore(backup);

        let mut devices = vec![cast.admin, cast.tablet, cast.laptop, fresh];
        let turn = usize::try_from(seed % 4).expect("small");
        devices.rotate_left(turn);
        for device in devices {
            cast.world.online(device);
            cast.world.wait_ms(seed % 3 * 30_000);
        }
        for device in cast.world.devices() {
            cast.world.online(device);
        }
        cast.world.settle();

        let next = cast.world.link_device(fresh, "次のタブレット");
        for device in [cast.tablet, cast.laptop, fresh, next] {
            assert_eq!(cast.text(device), whole, "seed {seed}");
        }
        cast.check_calm();
    }
}

#[test]
fn a_new_device_may_die_at_any_moment_of_catching_up() {
    let mut cast = cast(507);
    let phone = cast.world.link_device(cast.tablet, "スマートフォン");
    let other = cast.note;
    cast.world.offline(phone);
    let home = &cast.world.on(cast.tablet).screen.home;
    let of = home.cases[0].case;
    cast.note = cast.world.add_interview(cast.tablet, of);
    assert_ne!(cast.note, other, "the phone has nothing of it");
    for _ in 0..2 {
        cast.write(cast.tablet, 8);
    }
    let whole = cast.text(cast.tablet);
    for effects in 0..60 {
        let fresh = cast.world.clone_device(phone, "同じスマートフォン");
        cast.world.crash_in(fresh, effects);
        cast.world.unlock(fresh);
        cast.world.settle();
        cast.world.calm(fresh);
        if cast.world.is_dead(fresh) {
            cast.world.restart(fresh);
            cast.world.unlock(fresh);
            cast.world.settle();
        }
        assert_eq!(cast.text(fresh), whole, "after {effects} effects");
        cast.world.lose(fresh);
    }
    cast.world.lose(phone);
    cast.check_calm();
}

#[test]
fn shredding_takes_snapshots_with_everything_else() {
    let mut cast = cast(508);
    for _ in 0..2 {
        cast.write(cast.tablet, 8);
    }
    let fresh = cast.world.link_device(cast.tablet, "新しいタブレット");
    assert!(cast.kept(fresh) > 0);

    cast.world.ask(cast.tablet, Command::Shred(cast.note));
    cast.world.settle();

    assert_eq!(cast.base(), (0, 0));
    assert_eq!(liar::envelopes(cast.world.store(), cast.note), [[0_u8; 0]; 0]);
    for device in [cast.tablet, cast.laptop, fresh] {
        assert_eq!(cast.kept(device), 0);
    }
}

#[test]
fn a_colleague_who_is_let_out_and_in_again_writes_on_behind_the_snapshot() {
    let mut cast = cast(509);
    let colleague = cast.world.hire(cast.admin, Role::Consultant, "田中 実", "田中のタブレット");
    let account = cast.world.known_as(cast.admin, "田中 実");
    let (note, tablet) = (cast.note, cast.tablet);
    let let_in = || Command::LetIn { document: note, account, access: Access::Writer };
    cast.world.ask(tablet, let_in());
    cast.world.settle();
    cast.write(colleague, 4);
    cast.write(tablet, 8);
    let fresh = cast.world.link_device(tablet, "新しいタブレット");
    assert!(cast.base().0 > 0);

    // The one that never saw the colleague's envelopes says where they end.
    cast.world.ask(fresh, Command::LetOut { document: note, account });
    cast.world.settle();
    cast.write(fresh, 2);
    cast.world.ask(tablet, let_in());
    cast.world.settle();
    cast.write(colleague, 3);

    assert_eq!(cast.text(colleague), cast.text(tablet));
    assert_eq!(cast.text(fresh), cast.text(tablet));
    cast.check_calm();
}

#[test]
fn what_was_kept_back_comes_with_a_snapshot_that_is_here() {
    let mut cast = cast(520);
    let phone = cast.world.link_device(cast.tablet, "スマートフォン");
    cast.write(phone, 1);
    let hidden = u64::try_from(cast.kept(phone)).expect("a small number");
    // A device that the server lies to from the start.
    let code = cast.world.device_code(cast.tablet);
    let laptop = cast.world.device("予備のタブレット");
    cast.world.lie(liar::Withholder::from(&[laptop]).hide(cast.note, hidden..=hidden));
    cast.world.arrive(laptop, &code, "");
    cast.world.settle();
    for _ in 0..2 {
        cast.write(cast.tablet, 8);
    }
    assert!(cast.base().1 >= hidden, "{:?}", cast.base());

    cast.world.tell_the_truth();
    cast.world.settle();

    assert_eq!(cast.text(laptop), cast.text(cast.tablet));
    assert_eq!(cast.world.on(laptop).screen.alarms, []);
}

#[test]
fn a_store_that_was_put_back_before_a_snapshot_sends_nothing_in_silence() {
    let mut cast = cast(521);
    cast.write(cast.tablet, 2);
    let before = cast.world.on(cast.tablet).disk.clone();
    for _ in 0..2 {
        cast.write(cast.tablet, 8);
    }
    assert!(cast.base().1 > 0);
    cast.world.crash(cast.tablet);
    cast.world.on_mut(cast.tablet).disk = before;
    cast.world.restart(cast.tablet);
    cast.world.offline(cast.tablet);
    cast.world.unlock(cast.tablet);
    cast.world.settle();
    assert!(cast.world.can_open(cast.tablet, cast.note));
    cast.world.write(cast.tablet, cast.note, FIELD, "戻した端末で書いた。");

    cast.world.online(cast.tablet);
    cast.world.settle();

    cast.check_unsent();
    let alarms = &cast.world.on(cast.tablet).screen.alarms;
    let kinds: Vec<_> = alarms.iter().map(|row| row.matter.kind).collect();
    assert_eq!(kinds, [engine::view::AlarmKind::Twice], "and the person is told");
    assert!(cast.text(cast.tablet).contains("戻した端末で書いた。"), "and still reads it there");
    assert!(!cast.text(cast.laptop).contains("戻した端末で書いた。"));
}
