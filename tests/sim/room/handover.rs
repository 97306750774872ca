//! A tablet in the employee's hands: nothing in it opens anything, and nothing written on it is lost.

use std::{collections::BTreeSet, fs::File, os::unix::fs::FileExt as _};

use aho_corasick::AhoCorasick;
use engine::{
    casework::{
        canvas::{Mark, Owner},
        consent::{Decision, Matter, Method, Scope},
        field::Field,
    },
    command::{CanvasAct, Command, Passphrase, RoomAct},
    effect::RecordKey,
    keyring::vault::Vault,
    record::{Content, Name, Sealer},
    view::{Badge, Gate, Notice, RoomNotice},
};
use harness::{canary::Scanner, firm::PASSPHRASE, quick_stretch};
use shared::id::DocumentId;

use super::{Cast, cast};

pub(super) const PIN: &str = "4739";

pub(super) fn pin(pin: &str) -> Passphrase {
    Passphrase::new(pin.to_owned())
}

impl Cast {
    pub(super) fn hand_over(&mut self) {
        let act = RoomAct::HandOver { case: self.case, pin: pin(PIN) };
        self.world.ask(self.tablet, Command::Room(act));
        self.world.settle();
    }

    pub(super) fn take_back(&mut self, with: &str) {
        self.world.ask(self.tablet, Command::Room(RoomAct::TakeBack(pin(with))));
        self.world.settle();
    }

    pub(super) fn gate(&self) -> &Gate {
        self.world.on(self.tablet).screen.gate.as_ref().expect("a gate")
    }

    fn is_handed(&self) -> bool {
        matches!(self.gate(), Gate::Handed { .. })
    }

    /// The employee decides, draws and writes on the tablet.
    fn use_as_guest(&mut self) {
        let (tablet, case, consent) = (self.tablet, self.case, self.linked.1);
        assert!(self.world.can_open(tablet, case) && self.world.can_open(tablet, consent));
        let strokes = Method::Tablet([7; 32]);
        self.decide_as(tablet, (Matter::Supervision, Decision::Agreed, Scope::Whole), strokes);
        let step = self.world.add(tablet, case, "safety_plan");
        self.world.fill(tablet, case, &format!("{step}/text"), "眠れない日が続く");
        let begin = CanvasAct::Begin { owner: Owner::Both, kind: "scale".into() };
        self.world.ask(tablet, Command::Room(RoomAct::Canvas { case, act: begin }));
        let canvas = self.world.on(tablet).screen.canvases[&case].canvases[0].canvas.id.clone();
        let mark =
            Mark { id: String::new(), x: 3, y: 6, group: String::new(), text: "意欲".into() };
        let draw = CanvasAct::Draw { owner: Owner::Both, canvas, marks: vec![mark] };
        self.world.ask(tablet, Command::Room(RoomAct::Canvas { case, act: draw }));
        self.world.settle();
    }

    #[track_caller]
    fn phone_has_what_the_guest_did(&mut self) {
        let (phone, case, consent) = (self.phone, self.case, self.linked.1);
        self.world.settle();
        assert!(self.world.can_open(phone, case) && self.world.can_open(phone, consent));
        let list = Field::top("safety_plan");
        let item = list.child(&self.world.on(phone).screen.items(case, &list)[0]);
        let text = self.world.on(phone).screen.text(case, &item.child("text"));
        assert_eq!(text, "眠れない日が続く");
        let screen = &self.world.on(phone).screen;
        assert_eq!(screen.canvases[&case].canvases[0].lines.len(), 1);
        let rows = &screen.consents[&consent].rows;
        let row = rows.iter().find(|row| row.matter == Matter::Supervision).expect("a row");
        assert_eq!(row.standing.as_ref().map(|it| it.decision), Some(Decision::Agreed));
    }
}

#[test]
fn what_the_employee_does_on_a_handed_tablet_reaches_their_phone_once_it_is_taken_back() {
    let mut room = cast(631);
    let tablet = room.tablet;
    let note = room.world.add_interview(tablet, room.case);
    room.world.write(tablet, note, "presenting_issue", "CANARY 係長の打診");
    room.world.settle();

    room.hand_over();
    let handed = Gate::Handed { name: "佐伯 悠真".into(), case: room.case };
    assert_eq!(room.gate(), &handed);
    let private = room.linked.2;
    assert!(!room.world.can_open(tablet, note) && !room.world.can_open(tablet, private));
    let screen = &room.world.on(tablet).screen;
    assert!(screen.home.people.is_empty() && screen.home.cases.len() == 1);
    assert_eq!(screen.home.cases[0].interviews[0].note, None);
    room.use_as_guest();
    assert!(matches!(room.world.on(tablet).screen.sync.unwrap().badge(), Badge::Kept(_)));
    let before = room.world.told.len();
    // What is not the employee's to do does nothing, whatever a page may ask.
    for command in [
        Command::AddInterview(room.case),
        Command::OfferSummary(note),
        Command::Shred(room.case),
        Command::MakeDeviceCode,
        Command::MakeRecoveryKit(pin(PASSPHRASE)),
        Command::Unlock(pin(PASSPHRASE)),
    ] {
        room.world.ask(tablet, command);
    }
    room.world.settle();
    assert_eq!(room.gate(), &handed);
    assert_eq!(room.world.told.len(), before, "a handed tablet tells the server nothing");

    room.take_back(PIN);
    assert!(room.world.on(tablet).screen.is_open());
    room.phone_has_what_the_guest_did();
    assert_eq!(room.world.on(tablet).screen.sync.unwrap().badge(), Badge::Sent);
    assert!(room.world.can_open(tablet, note));
    assert_eq!(room.world.reads(tablet, note, "presenting_issue"), "CANARY 係長の打診");
    // And again, with another guest key.
    room.hand_over();
    assert!(room.is_handed());
    room.take_back(PIN);
    assert!(room.world.on(tablet).screen.is_open());
}

#[test]
fn a_handed_tablet_that_dies_comes_back_locked_and_has_lost_nothing() {
    let mut room = cast(632);
    let tablet = room.tablet;
    room.hand_over();
    room.use_as_guest();
    assert!(room.world.on(tablet).screen.says_all_saved());

    room.world.restart(tablet);
    room.world.settle();
    assert!(matches!(room.gate(), Gate::Locked { .. }));
    room.take_back(PIN);
    assert!(matches!(room.gate(), Gate::Locked { .. }), "a PIN opens nothing at rest");
    room.world.unlock(tablet);
    room.phone_has_what_the_guest_did();
    assert_eq!(room.world.on(tablet).screen.notices, []);
    // Whatever is taken in once is not taken in twice.
    room.world.restart(tablet);
    room.world.unlock(tablet);
    room.phone_has_what_the_guest_did();
    assert_eq!(room.items(room.phone, room.case, "safety_plan"), 1);
}

#[test]
fn a_tablet_that_dies_between_any_two_effects_of_the_hand_over_loses_nothing() {
    for effects in 0..14 {
        let mut room = cast(633);
        let tablet = room.tablet;
        room.world.can_open(tablet, room.case);
        let plan = room.world.add(tablet, room.case, "safety_plan");
        room.world.fill(tablet, room.case, &format!("{plan}/text"), "まだ送っていない");
        room.world.crash_in(tablet, effects);
        room.hand_over();
        if room.world.is_dead(tablet) || !room.is_handed() {
            room.world.restart(tablet);
        }
        room.world.calm(tablet);
        if room.is_handed() {
            room.take_back(PIN);
        } else {
            room.world.unlock(tablet);
        }
        room.world.settle();

        room.world.can_open(room.phone, room.case);
        assert!(room.items(room.phone, room.case, "safety_plan") <= 1);
        assert_eq!(room.world.on(tablet).screen.notices, [], "after {effects} effects");
        room.world.can_open(tablet, room.case);
        let here = room.items(tablet, room.case, "safety_plan");
        assert_eq!(here, room.items(room.phone, room.case, "safety_plan"));
    }
}

#[test]
fn five_wrong_pins_and_only_the_passphrase_opens_the_tablet() {
    let mut room = cast(634);
    let tablet = room.tablet;
    let short = RoomAct::HandOver { case: room.case, pin: pin("123") };
    room.world.ask(tablet, Command::Room(short));
    let weak = Notice::Room(RoomNotice::WeakPin { chars_min: 4 });
    assert_eq!(room.world.on(tablet).screen.notices.last(), Some(&weak));
    room.hand_over();
    room.use_as_guest();

    for tries in (0..5).rev() {
        assert!(room.is_handed());
        room.take_back("0000");
        let wrong = Notice::Room(RoomNotice::WrongPin { tries });
        assert_eq!(room.world.on(tablet).screen.notices.last(), Some(&wrong));
    }
    assert!(matches!(room.gate(), Gate::Locked { .. }));
    room.take_back(PIN);
    assert!(matches!(room.gate(), Gate::Locked { .. }));
    room.world.unlock(tablet);
    room.phone_has_what_the_guest_did();
}

#[test]
fn a_full_tablet_is_not_handed_over_before_the_guest_key_is_durable() {
    let mut room = cast(635);
    let tablet = room.tablet;
    room.world.set_full(tablet, true);
    room.hand_over();
    assert!(room.world.on(tablet).screen.is_open());
    room.world.set_full(tablet, false);
    room.world.settle();
    assert!(room.is_handed());
}

/// The bit that is turned over in every byte of a key that is looked for.
const TURNED: u8 = 0x10;

/// Keys as they must not lie in memory, each with one bit of every byte turned over, so that this
/// list is not what is found.
pub(super) fn secrets(room: &Cast, kept: &[DocumentId]) -> Vec<(String, [u8; 32])> {
    let disk = &room.world.on(room.tablet).disk;
    let vault = Vault::parse(&disk[&RecordKey::VAULT].0).expect("a vault");
    let key = vault.open(&pin(PASSPHRASE), quick_stretch).expect("the passphrase");
    let turned = |bytes: &[u8]| -> [u8; 32] {
        let mut turned: [u8; 32] = bytes.try_into().expect("32 bytes");
        for byte in &mut turned {
            *byte ^= TURNED;
        }
        turned
    };
    let mut found = vec![(String::from("store key"), turned(key.expose()))];
    let sealer = Sealer::new(key);
    for (place, value) in disk.iter().filter(|(place, _)| **place != RecordKey::VAULT) {
        match sealer.open(&(*place, value.clone())) {
            Some((Name::Keyring, Content::Keyring(keyring))) => {
                let account = keyring.account.as_ref().expect("the account's seeds");
                let seeds = [
                    ("account signing seed", &account.sign),
                    ("account X-Wing seed", &account.kem),
                    ("device X-Wing seed", &keyring.device_kem),
                ];
                for (name, seed) in seeds {
                    found.push((name.into(), turned(seed.secret().expose())));
                }
            }
            Some((Name::Secret(document, ..), Content::Bytes(bytes)))
                if !kept.contains(&document) =>
            {
                found.push((format!("secret of {document:?}"), turned(&bytes.0)));
                drop(zeroize(bytes.0));
            }
            _ => {}
        }
    }
    found
}

fn zeroize(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.fill(0);
    std::hint::black_box(bytes)
}

/// Which of these lie in this process's memory.
pub(super) fn in_memory(secrets: &[(String, [u8; 32])]) -> Vec<String> {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("a list of memory");
    let memory = File::open("/proc/self/mem").expect("memory");
    // Whatever allocator writes its own marks over the beginning of what was given back.
    let halves = secrets.iter().map(|(_, turned)| &turned[16..]);
    let automaton = AhoCorasick::new(halves).expect("patterns");
    let mut found = BTreeSet::new();
    let mut scanned = 0_usize;
    let mut piece = vec![0_u8; 1 << 20];
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (range, _) = line.split_once(' ').expect("a range");
        let (start, end) = range.split_once('-').expect("its ends");
        let [mut at, end] = [start, end].map(|it| u64::from_str_radix(it, 16).expect("hex"));
        while at < end {
            let wanted = usize::try_from(end - at).expect("a length").min(piece.len());
            let Ok(taken @ 1..) = memory.read_at(&mut piece[..wanted], at) else { break };
            scanned += taken;
            for byte in &mut piece[..taken] {
                *byte ^= TURNED;
            }
            for hit in automaton.find_overlapping_iter(&piece[..taken]) {
                found.insert(secrets[hit.pattern().as_usize()].0.clone());
            }
            piece[..taken].fill(0);
            // The next piece overlaps this one so that nothing hides on the border.
            at += u64::try_from(if taken > 64 { taken - 31 } else { taken }).expect("a length");
        }
    }
    assert!(scanned > 1 << 20, "memory was read");
    found.into_iter().collect()
}

/// What the guest's desk shows, and what its store opens to with every key that it has, says nothing of
/// a note. The engine cannot promise more: what a page of an earlier screen, or an allocator, left
/// behind in memory is nobody's to find without the whole process.
#[test]
fn nothing_that_a_guest_is_shown_or_writes_holds_a_word_of_a_note() {
    const CANARY: &str = "CANARY 係長の打診を断りたい";
    let mut room = cast(638);
    let tablet = room.tablet;
    let note = room.world.add_interview(tablet, room.case);
    room.world.write(tablet, note, "presenting_issue", CANARY);
    room.world.settle();
    let private = room.linked.2;
    assert!(room.world.can_open(tablet, private));
    let scanner = Scanner::of(&[CANARY]);
    room.world.tape(tablet);
    let before = room.world.taped(tablet).len();

    room.hand_over();
    room.use_as_guest();
    for document in [note, private, room.case, room.linked.1] {
        room.world.ask(tablet, Command::Open(document));
    }
    room.world.settle();

    let tape = &room.world.taped(tablet)[before..];
    assert!(tape.len() > 1_000);
    assert_eq!(scanner.scan("what a guest was shown", tape), []);
    let screen = &room.world.on(tablet).screen;
    assert!(!screen.forms.contains_key(&private) && !screen.forms.contains_key(&note));
    // The same search finds it once the tablet is back.
    room.take_back(PIN);
    let before = room.world.taped(tablet).len();
    room.world.ask(tablet, Command::Open(note));
    assert_ne!(scanner.scan("the note", &room.world.taped(tablet)[before..]), []);
}

#[test]
fn a_handed_tablet_holds_no_store_key_no_seed_of_the_account_and_no_secret_of_any_document() {
    // No other world begins with this seed, so nobody else's memory holds these keys.
    let mut room = cast(0x6d65_6e64_616e_0637);
    let tablet = room.tablet;
    let note = room.world.add_interview(tablet, room.case);
    room.world.write(tablet, note, "presenting_issue", "係長の打診");
    room.world.settle();
    // The phone holds these secrets too, in the same process.
    let disclosure = room.world.on(tablet).screen.home.cases[0].disclosure;
    let (case, consent, private) = room.linked;
    let shared = [Some(case), Some(consent), disclosure].into_iter().flatten();
    let shared: Vec<DocumentId> = shared.collect();
    let secrets = secrets(&room, &shared);
    let named: Vec<&str> = secrets.iter().map(|(name, _)| name.as_str()).collect();
    assert!(named.len() >= 7, "{named:?}");
    for document in [note, private] {
        assert!(named.contains(&format!("secret of {document:?}").as_str()));
    }
    let open = in_memory(&secrets);
    assert_eq!(open.len(), secrets.len(), "an open tablet holds all of them: {open:?}");

    room.hand_over();
    assert!(room.is_handed());
    assert_eq!(in_memory(&secrets), Vec::<String>::new());
}
