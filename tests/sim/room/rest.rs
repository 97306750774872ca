//! A tablet that rests while its consultant listens: nothing of it is seen, and nothing lost.

use engine::{
    casework::{field::Field, interview::State},
    command::{Command, RoomAct},
    view::{Gate, Notice, RoomNotice},
};
use harness::{canary::Scanner, firm::PASSPHRASE};
use shared::id::DocumentId;

use super::{
    Cast, cast,
    handover::{PIN, in_memory, pin, secrets},
};

const MINUTE_MS: u64 = 60_000;

impl Cast {
    fn choose_pin(&mut self, interview: DocumentId, with: &str) {
        let act = RoomAct::ChoosePin { case: self.case, interview, pin: pin(with) };
        self.world.ask(self.tablet, Command::Room(act));
    }

    /// Nobody touches the tablet.
    fn rest(&mut self) {
        self.world.ask(self.tablet, Command::Room(RoomAct::Rest));
    }

    fn end_rest(&mut self, with: &str) {
        self.world.ask(self.tablet, Command::Room(RoomAct::EndRest(pin(with))));
    }

    fn is_locked(&self) -> bool {
        matches!(self.gate(), Gate::Locked { .. })
    }

    /// An interview that is talked, with a PIN.
    fn talk_with_pin(&mut self) -> DocumentId {
        let note = self.world.add_interview(self.tablet, self.case);
        self.talk(note);
        self.choose_pin(note, PIN);
        assert!(self.interview(self.tablet).is_pinned);
        self.world.settle();
        note
    }

    /// Lets the tablet rest, and has seen that it does.
    #[track_caller]
    fn rests(&mut self) {
        self.rest();
        assert_eq!(self.gate(), &Gate::Resting);
    }
}

#[test]
fn a_resting_tablet_shows_nothing_takes_in_what_arrives_and_goes_on_with_the_pin() {
    const HERE: &str = "CANARY 係長の打診";
    const THERE: &str = "CANARY 転職も考えている";
    let mut room = cast(641);
    let tablet = room.tablet;
    let laptop = room.world.link_device(tablet, "ノートパソコン");
    let note = room.talk_with_pin();
    assert!(room.world.can_open(tablet, note) && room.world.can_open(laptop, note));
    room.world.write(tablet, note, "presenting_issue", HERE);
    let mark = Command::Room(RoomAct::Mark { note, kind: "insight".into() });
    room.world.ask(tablet, mark.clone());
    room.world.settle();
    let screen = &room.world.on(tablet).screen;
    let before = (screen.home.clone(), screen.plan.home.clone(), screen.opening.clone());
    let scanner = Scanner::of(&[HERE, THERE]);
    room.world.tape(tablet);
    let rested_at = room.world.taped(tablet).len();

    room.rests();
    let notices = room.world.on(tablet).screen.notices.len();
    for command in [
        Command::Open(note),
        Command::AddInterview(room.case),
        Command::Unlock(pin(PASSPHRASE)),
        Command::MakeDeviceCode,
        Command::MakeRecoveryKit(pin(PASSPHRASE)),
        Command::Room(RoomAct::TakeBack(pin(PIN))),
        Command::Room(RoomAct::Step { case: room.case, interview: note, to: State::Wrapping }),
        Command::Room(RoomAct::HandOver { case: room.case, pin: pin(PIN) }),
        Command::Room(RoomAct::ChoosePin { case: room.case, interview: note, pin: pin("0000") }),
        mark,
    ] {
        room.world.ask(tablet, command);
    }
    room.world.write(laptop, note, "observation", THERE);
    room.world.settle();
    room.world.wait_ms(MINUTE_MS);
    assert_eq!(room.gate(), &Gate::Resting);
    let taped = &room.world.taped(tablet)[rested_at..];
    assert!(taped.len() > 200, "something arrived");
    assert_eq!(scanner.scan("what a resting tablet shows", taped), []);
    let screen = &room.world.on(tablet).screen;
    assert!(screen.home.cases.is_empty() && screen.sync.is_none() && screen.notes.is_empty());
    assert_eq!(screen.notices.len(), notices);

    room.end_rest(PIN);
    let screen = &room.world.on(tablet).screen;
    assert!(screen.is_open());
    let after = (screen.home.clone(), screen.plan.home.clone(), screen.opening.clone());
    assert_eq!(before, after);
    let woke_at = room.world.taped(tablet).len();
    assert!(room.world.can_open(tablet, note));
    assert_eq!(room.world.reads(tablet, note, "presenting_issue"), HERE);
    assert_eq!(room.world.reads(tablet, note, "observation"), THERE);
    assert_eq!(room.items(tablet, note, "marks"), 1, "no mark was set while it rested");
    assert_ne!(scanner.scan("the note", &room.world.taped(tablet)[woke_at..]), []);
    room.world.write(tablet, note, "observation", "。");
    room.world.settle();
    let field = Field::top("observation");
    let read = room.world.on(laptop).screen.text(note, &field).to_owned();
    assert_eq!(read, [THERE, "。"].concat(), "the connection is still there");
}

#[test]
fn five_wrong_pins_end_a_rest_with_the_passphrase_and_a_right_one_gives_five_again() {
    let mut room = cast(642);
    let tablet = room.tablet;
    let note = room.talk_with_pin();

    for _ in 0..2 {
        room.rests();
        for tries in (1..5).rev() {
            room.end_rest("0000");
            let wrong = Notice::Room(RoomNotice::WrongPin { tries });
            assert_eq!(room.last_notice(tablet), Some(&wrong));
            assert_eq!(room.gate(), &Gate::Resting);
        }
        room.end_rest(PIN);
        assert!(room.world.on(tablet).screen.is_open());
    }
    room.rests();
    for _ in 0..5 {
        assert!(!room.is_locked());
        room.end_rest("0000");
    }
    assert_eq!(room.last_notice(tablet), Some(&Notice::Room(RoomNotice::WrongPin { tries: 0 })));
    assert!(room.is_locked());
    room.end_rest(PIN);
    assert!(room.is_locked());

    room.world.unlock(tablet);
    room.world.settle();
    assert_eq!(room.interview(tablet).state, State::Talking);
    assert!(!room.interview(tablet).is_pinned, "a lock forgets the PIN");
    room.choose_pin(note, "123");
    let weak = Notice::Room(RoomNotice::WeakPin { chars_min: 4 });
    assert_eq!(room.last_notice(tablet), Some(&weak));
    assert!(!room.interview(tablet).is_pinned);
}

#[test]
fn without_a_pin_or_a_talk_an_untouched_device_locks() {
    let mut room = cast(643);
    let (tablet, case) = (room.tablet, room.case);
    let note = room.world.add_interview(tablet, case);
    let reopen = |room: &mut Cast| {
        assert!(room.is_locked());
        room.world.unlock(tablet);
        room.world.settle();
    };
    room.choose_pin(note, PIN);
    assert!(room.interview(tablet).is_pinned, "it can be chosen before the talk");
    room.rest();
    reopen(&mut room);
    room.talk(note);
    room.rest();
    reopen(&mut room);
    room.choose_pin(note, PIN);
    room.hand_over();
    room.take_back(PIN);
    assert!(!room.interview(tablet).is_pinned, "whoever takes the tablet back chooses anew");
    room.rest();
    reopen(&mut room);
    room.choose_pin(note, PIN);
    room.step(tablet, note, State::Wrapping);
    assert!(!room.interview(tablet).is_pinned);
    room.choose_pin(note, PIN);
    assert_eq!(room.last_notice(tablet), Some(&Notice::Room(RoomNotice::NoStep)));
    room.rest();
    assert!(room.is_locked());
}

#[test]
fn a_rest_is_over_after_half_an_hour_and_with_the_talk() {
    let mut room = cast(644);
    let tablet = room.tablet;
    let laptop = room.world.link_device(tablet, "ノートパソコン");
    let note = room.talk_with_pin();
    let started_at = room.interview(tablet).times[1];

    room.rests();
    room.world.wait_ms(30 * MINUTE_MS - 1);
    assert_eq!(room.gate(), &Gate::Resting);
    room.end_rest(PIN);
    assert_eq!(room.interview(tablet).times[1], started_at);
    room.rests();
    room.world.wait_ms(30 * MINUTE_MS);
    assert!(room.is_locked(), "by itself");
    room.end_rest(PIN);
    assert!(room.is_locked());

    // Nor does a tablet that slept through it, or whose clock was set back, come back with the PIN.
    for skew_ms in [31 * 60_000, -60_000] {
        room.world.unlock(tablet);
        room.world.settle();
        room.choose_pin(note, PIN);
        room.rests();
        room.world.skew_clock(tablet, skew_ms);
        room.end_rest(PIN);
        assert!(room.is_locked(), "{skew_ms} ms");
        room.world.skew_clock(tablet, 0);
    }

    room.world.unlock(tablet);
    room.world.settle();
    room.choose_pin(note, PIN);
    room.rests();
    room.step(laptop, note, State::Wrapping);
    room.world.settle();
    assert!(room.is_locked(), "nobody talks any more");
}

#[test]
fn a_resting_tablet_that_is_locked_keeps_no_key() {
    // No other world begins with this seed, so nobody else's memory holds these keys.
    let mut room = cast(0x6d65_6e64_616e_0645);
    let tablet = room.tablet;
    room.talk_with_pin();
    // The phone holds the secrets of what both read, in the same process.
    let disclosure = room.world.on(tablet).screen.home.cases[0].disclosure;
    let (case, consent, _) = room.linked;
    let shared = [Some(case), Some(consent), disclosure].into_iter().flatten();
    let secrets = secrets(&room, &shared.collect::<Vec<_>>());
    room.rests();
    assert_eq!(in_memory(&secrets).len(), secrets.len(), "a rest keeps all of them");

    room.world.ask(tablet, Command::Lock);

    assert!(room.is_locked());
    assert_eq!(in_memory(&secrets), Vec::<String>::new());
}

#[test]
fn a_resting_tablet_that_is_revoked_or_dies_does_not_come_back_with_the_pin() {
    let mut room = cast(646);
    let tablet = room.tablet;
    let laptop = room.world.link_device(tablet, "ノートパソコン");
    let note = room.talk_with_pin();
    room.rests();
    room.world.restart(tablet);
    room.end_rest(PIN);
    assert!(room.is_locked());
    room.world.unlock(tablet);
    room.world.settle();
    room.choose_pin(note, PIN);
    room.rests();

    let rows = &room.world.on(laptop).screen.home.devices;
    let lost = rows.iter().find(|row| !row.is_this).expect("the tablet").device;
    room.world.ask(laptop, Command::RevokeDevice(lost));
    room.world.settle();

    assert_eq!(room.gate(), &Gate::Revoked { is_erased: true });
    assert!(room.world.on(tablet).disk.is_empty());
}
