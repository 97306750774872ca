//! A device as a file: what it was comes back from there, and nobody else gets anything out of it.
#![expect(clippy::expect_used, reason = "helpers of tests")]

use engine::{
    command::{Command, Passphrase},
    view::{AlarmKind, Badge, Gate, Notice},
};
use harness::{
    seed::seed_or,
    world::{DeviceNo, World},
};
use shared::{Blob, id::DocumentId, log::org::Role};

use crate::removal::{FIELD, device_of};

const NAME: &str = "佐伯 悠真";
const SENT: &str = "つながるうちに書いた。";
const UNSENT: &str = "圏外で書いた。";

/// A consultant whose tablet has no network, and whose laptop has what was sent before.
struct Cast {
    world: World,
    admin: DeviceNo,
    tablet: DeviceNo,
    laptop: DeviceNo,
    note: DocumentId,
}

fn cast(seed: u64) -> Cast {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let laptop = world.link_device(tablet, "ノートパソコン");
    world.hire(tablet, Role::Employee, NAME, "佐伯のスマートフォン");
    let case = world.open_case(tablet, NAME);
    let note = world.add_interview(tablet, case);
    world.write(tablet, note, FIELD, SENT);
    world.settle();
    world.offline(tablet);
    Cast { world, admin, tablet, laptop, note }
}

impl Cast {
    fn write(&mut self, device: DeviceNo, text: &str) {
        let note = self.note;
        self.world.ask(device, Command::Open(note));
        self.world.write(device, note, FIELD, text);
        self.world.settle();
    }

    fn reads(&mut self, device: DeviceNo) -> String {
        self.world.ask(device, Command::Open(self.note));
        self.world.settle();
        self.world.reads(device, self.note, FIELD)
    }

    #[track_caller]
    fn badge(&self, device: DeviceNo) -> Badge {
        self.world.on(device).screen.sync.expect("a badge").badge()
    }

    fn alarms(&self, device: DeviceNo) -> Vec<AlarmKind> {
        self.world.on(device).screen.alarms.iter().map(|it| it.matter.kind).collect()
    }

    #[track_caller]
    fn check_nothing_was_taken(&self, device: DeviceNo, notice: &Notice) {
        let it = self.world.on(device);
        assert_eq!(it.screen.gate, Some(Gate::Empty));
        assert_eq!(it.screen.notices.last(), Some(notice));
        assert!(it.disk.is_empty(), "something is left");
    }
}

#[test]
fn what_was_never_sent_comes_back_and_is_sent() {
    let mut cast = cast(1500);
    let tablet = cast.tablet;
    cast.write(tablet, UNSENT);
    let file = cast.world.export(tablet);
    cast.world.evict(tablet);
    cast.world.settle();
    assert_eq!(cast.world.on(tablet).screen.gate, Some(Gate::Empty));

    cast.world.import(tablet, &file);

    assert_eq!(cast.reads(tablet), [SENT, UNSENT].concat());
    assert!(matches!(cast.badge(tablet), Badge::Kept(_)));
    cast.world.online(tablet);
    cast.world.settle();
    assert_eq!(cast.badge(tablet), Badge::Sent);
    let laptop = cast.laptop;
    assert_eq!(cast.reads(laptop), [SENT, UNSENT].concat());
    // It goes on as the device it was, and after the next start too.
    cast.write(tablet, "続けて書いた。");
    cast.world.restart(tablet);
    cast.world.unlock(tablet);
    cast.world.settle();
    assert_eq!(cast.reads(laptop), [SENT, UNSENT, "続けて書いた。"].concat());
    assert_eq!(cast.alarms(tablet), []);
    assert_eq!(cast.alarms(laptop), []);
}

#[test]
fn a_store_that_takes_nothing_more_is_rescued_by_the_file() {
    let mut cast = cast(1501);
    let tablet = cast.tablet;
    cast.world.set_full(tablet, true);
    cast.write(tablet, UNSENT);
    assert_eq!(cast.badge(tablet), Badge::NotSaved);

    let file = cast.world.export(tablet);

    cast.world.lose(tablet);
    let fresh = cast.world.device("代わりのタブレット");
    cast.world.import(fresh, &file);
    assert_eq!(cast.reads(fresh), [SENT, UNSENT].concat());
    let laptop = cast.laptop;
    assert_eq!(cast.reads(laptop), [SENT, UNSENT].concat());
    assert_eq!(cast.alarms(fresh), []);
}

#[test]
fn a_place_that_takes_nothing_shows_what_came_and_calls_none_of_it_saved() {
    let mut cast = cast(1502);
    let file = cast.world.export(cast.tablet);
    cast.world.lose(cast.tablet);
    let fresh = cast.world.device("満杯のタブレット");
    cast.world.set_full(fresh, true);

    cast.world.import(fresh, &file);

    assert_eq!(cast.reads(fresh), SENT);
    cast.write(fresh, UNSENT);
    assert_eq!(cast.badge(fresh), Badge::NotSaved);
    cast.world.set_full(fresh, false);
    cast.world.settle();
    cast.world.restart(fresh);
    cast.world.unlock(fresh);
    cast.world.settle();
    assert_eq!(cast.reads(fresh), [SENT, UNSENT].concat());
}

#[test]
fn nobody_opens_the_file_without_the_passphrase_and_nobody_reads_in_it() {
    let mut cast = cast(1503);
    let tablet = cast.tablet;
    cast.write(tablet, UNSENT);

    let file = cast.world.export(tablet);

    let holds = |text: &str| file.0.windows(text.len()).any(|it| it == text.as_bytes());
    assert!(!holds(SENT) && !holds(UNSENT) && !holds(NAME));
    // The device's own name is on its lock page, and on the file.
    assert!(holds("タブレット"));
    assert_ne!(cast.world.export(tablet), file, "each file is sealed anew");
    let thief = cast.world.device("盗んだ人のパソコン");
    let passphrase = Passphrase::new(String::from("違う合い言葉を入れてみる"));
    cast.world.ask(thief, Command::Import { file, passphrase });
    cast.world.settle();
    cast.check_nothing_was_taken(thief, &Notice::WrongPassphrase);
}

#[test]
fn a_device_left_open_is_written_to_no_file() {
    let mut cast = cast(1504);

    let guess = Passphrase::new(String::from("違う合い言葉を入れてみる"));
    cast.world.ask(cast.tablet, Command::Export(guess));
    cast.world.settle();

    assert_eq!(cast.world.on(cast.tablet).screen.notices, [Notice::WrongPassphrase]);
    assert_eq!(cast.world.on(cast.tablet).screen.export, None);
}

#[test]
fn a_file_that_is_not_whole_is_taken_not_at_all() {
    let mut cast = cast(1505);
    let file = cast.world.export(cast.tablet);
    let fresh = cast.world.device("空のタブレット");
    let length = file.0.len();
    // The vault's own bytes decide whether the passphrase is right; what is behind them is the rest.
    for at in (length / 2..length).step_by(length / 40) {
        let mut changed = file.clone();
        *changed.0.get_mut(at).expect("a byte") ^= 1;
        cast.world.import(fresh, &changed);
        cast.check_nothing_was_taken(fresh, &Notice::NoExport);
    }
    for left in [0, 1, length / 3, length - 1] {
        cast.world.import(fresh, &Blob(file.0.get(..left).expect("a beginning").to_vec()));
        cast.check_nothing_was_taken(fresh, &Notice::NoExport);
    }
    cast.world.import(fresh, &Blob([file.0.as_slice(), &[0]].concat()));
    cast.check_nothing_was_taken(fresh, &Notice::NoExport);
}

#[test]
fn a_device_that_somebody_uses_is_not_replaced() {
    let mut cast = cast(1506);
    let file = cast.world.export(cast.tablet);
    let laptop = cast.laptop;
    cast.write(laptop, "ノートパソコンで書いた。");

    cast.world.import(laptop, &file);

    assert!(cast.reads(laptop).ends_with("ノートパソコンで書いた。"));
}

#[test]
fn when_the_former_device_went_on_the_restored_one_is_only_read() {
    let mut cast = cast(1507);
    let tablet = cast.tablet;
    let file = cast.world.export(tablet);
    cast.world.online(tablet);
    cast.write(tablet, "書き出したあとに送った。");

    let fresh = cast.world.device("代わりのタブレット");
    cast.world.import(fresh, &file);

    assert_eq!(cast.alarms(fresh), [AlarmKind::Twice]);
    let whole = [SENT, "書き出したあとに送った。"].concat();
    assert!(cast.reads(fresh).starts_with(SENT));
    cast.write(tablet, "まだ書ける。");
    let laptop = cast.laptop;
    assert_eq!(cast.reads(laptop), [&whole, "まだ書ける。"].concat());
    assert_eq!(cast.alarms(laptop), []);
}

#[test]
fn a_revoked_device_is_emptied_wherever_it_is_restored() {
    let mut cast = cast(1508);
    let (admin, tablet, laptop) = (cast.admin, cast.tablet, cast.laptop);
    let file = cast.world.export(tablet);
    let lost = device_of(&cast.world, laptop, "タブレット");
    cast.world.ask(laptop, Command::RevokeDevice(lost));
    cast.world.settle();

    let thief = cast.world.device("盗んだ人のパソコン");
    cast.world.import(thief, &file);

    assert_eq!(cast.world.on(thief).screen.gate, Some(Gate::Revoked { is_erased: true }));
    assert!(cast.world.on(thief).disk.is_empty(), "something is left");
    assert_eq!(cast.alarms(admin), []);
}
