use proptest::prelude::*;

use super::*;
use crate::{
    casework::{
        group::{Group, NOW},
        venue::CHECKS,
    },
    document::genesis::Kind,
};

const LEAD: usize = 0;
const ONE: usize = 1;
const TWO: usize = 2;

const CONSULTANT: AccountId = AccountId::new([0xC0; 16]);

fn slot(id: &str, minutes: u64, length_min: u32) -> Slot {
    Slot {
        id: id.into(),
        start: NOW.plus_ms(minutes * MINUTE_MS),
        length_min,
        venue: "room".into(),
        consultant: CONSULTANT,
        state: "open",
        sign: Sign { place: "本社3F".into(), consultant: "佐藤 恵".into(), ..Sign::default() },
        held_for: None,
    }
}

fn checked() -> SoundCheck {
    let on = Date::at(NOW).plus_days(-10);
    SoundCheck { on, by: "佐藤 恵".into(), held: CHECKS.to_vec(), result: "ok" }
}

#[test]
fn a_first_interview_needs_75_minutes_and_a_later_one_leaves_a_tail_for_the_note() {
    assert_eq!((length_min(false), length_min(true)), (75, 60));
    let long = slot("a", 0, 75);
    assert_eq!((long.interview_min(false), long.interview_min(true)), (Some(75), Some(60)));
    assert_eq!(slot("b", 0, 60).interview_min(false), None);
    assert_eq!(long.start.0 - long.arrive_at().0, 15 * MINUTE_MS);
    assert_eq!(long.note_end().0 - long.start.0, 90 * MINUTE_MS);
    assert!(TALK_MIN.0 < TALK_MIN.1 && TALK_MIN.1 <= LATER_MIN);
}

#[test]
fn a_slot_is_published_only_in_a_fit_room_in_time_and_beside_no_other() {
    let ok = slot("a", 0, 75);
    assert_eq!(problems(&ok, &[], Some(&checked())), []);
    let ng = SoundCheck { result: "ng", ..checked() };
    assert_eq!(problems(&ok, &[], Some(&ng)), [Problem::Venue(Unfit::NotQuiet)]);
    assert_eq!(problems(&ok, &[], None), [Problem::Venue(Unfit::Unchecked)]);
    assert_eq!(problems(&slot("a", 0, 45), &[], Some(&checked())), [Problem::Length]);

    // 75 minutes and the note: the next may begin at 90, and not a minute before.
    let next =
        |minutes| problems(&slot("b", minutes, 60), std::slice::from_ref(&ok), Some(&checked()));
    assert_eq!(next(90), []);
    assert_eq!(next(89), [Problem::Overlap]);
    let cancelled = Slot { state: "cancelled_by_company", ..ok.clone() };
    assert_eq!(problems(&slot("b", 0, 60), &[cancelled], Some(&checked())), []);
    let elsewhere =
        Slot { consultant: AccountId::new([1; 16]), venue: "other".into(), ..ok.clone() };
    assert_eq!(problems(&slot("b", 0, 60), &[elsewhere], Some(&checked())), []);
    // The room is free at 75; the note is written somewhere else if need be.
    let colleague = Slot { consultant: AccountId::new([1; 16]), ..ok };
    let in_room = |minutes| {
        problems(&slot("b", minutes, 60), std::slice::from_ref(&colleague), Some(&checked()))
    };
    assert_eq!(in_room(74), [Problem::Room]);
    assert_eq!(in_room(75), []);
}

#[test]
fn a_grid_leaves_time_for_each_note_and_ends_in_time() {
    let at = |minutes: u64| NOW.plus_ms(minutes * MINUTE_MS);
    assert_eq!(grid(at(0), at(255), FIRST_MIN), [at(0), at(90), at(180)]);
    assert_eq!(grid(at(0), at(254), FIRST_MIN), [at(0), at(90)]);
    assert_eq!(grid(at(0), at(135), LATER_MIN), [at(0), at(75)]);
    assert_eq!(grid(at(0), at(59), LATER_MIN), []);
    let drawn: Vec<Slot> = grid(at(0), at(255), FIRST_MIN)
        .iter()
        .zip(["a", "b", "c"])
        .map(|(start, id)| Slot { start: *start, ..slot(id, 0, FIRST_MIN) })
        .collect();
    for slot in &drawn {
        assert_eq!(problems(slot, &drawn, Some(&checked())), []);
    }
}

#[test]
fn what_is_over_or_cancelled_stays_so() {
    assert!(may_become("open", "checked_in") && may_become("checked_in", "no_show"));
    assert!(may_become("open", "cancelled_by_company") && !may_become("open", "ended"));
    assert!(!may_become("open", "cancelled_by_somebody"));
    for from in ["ended", "no_show", "cancelled_by_employee", "cancelled_by_consultant"] {
        assert!(STATES.iter().all(|to| !may_become(from, to)), "{from}");
    }
    assert!(!may_become("under_way", "cancelled_by_consultant"));
}

#[test]
fn a_sixth_interview_on_one_day_is_a_warning() {
    // NOW is early afternoon in Japan; slots up to midnight are of the same day.
    let day: Vec<Slot> = (0..5).map(|at| slot(&format!("{at}"), at * 75, 60)).collect();
    let sixth = slot("6", 5 * 75, 60);
    assert_eq!(problems(&day[4], &day[..4], Some(&checked())), []);
    assert_eq!(problems(&sixth, &day, Some(&checked())), [Problem::Crowded]);
    assert!(!Problem::Crowded.is_hard() && Problem::Overlap.is_hard());
    let tomorrow = slot("t", 24 * 60, 60);
    assert_eq!(problems(&tomorrow, &day, Some(&checked())), []);
}

/// Numbers as the server gave them: by the order of `arrived`.
struct Book<'g> {
    group: &'g Group,
    hand: usize,
    arrived: Vec<&'static str>,
}

fn account(hand: usize) -> AccountId {
    AccountId::new([u8::try_from(hand).unwrap(); 16])
}

impl Authors for Book<'_> {
    fn author(&self, item: &Field) -> Option<(AccountId, Side)> {
        let device = self.group.0[self.hand].crdt.author(item)?;
        let at = self.group.0.iter().position(|it| it.device == device)?;
        Some((account(at), self.group.0[at].side))
    }

    fn number(&self, item: &Field) -> Option<Number> {
        let id = item.segments().next_back()?;
        let at = self.arrived.iter().position(|it| *it == id)?;
        Some(Number(u64::try_from(at).unwrap() + 1))
    }
}

fn told(group: &Group, hand: usize, arrived: &[&'static str]) -> Vec<(String, AccountId, Outcome)> {
    let book = Book { group, hand, arrived: arrived.to_vec() };
    let mut told: Vec<_> = outcomes(&group.0[hand].crdt, &book)
        .into_iter()
        .map(|(claim, outcome)| (claim.id, claim.by, outcome))
        .collect();
    told.sort_by(|a, b| a.0.cmp(&b.0));
    told
}

fn group() -> Group {
    let mut group = Group::new(Kind::Slots, &[Side::Staff, Side::Employee, Side::Employee]);
    group.edit(LEAD, |tx| publish(tx, &slot("s", 0, 75))).unwrap();
    group.meet();
    group
}

#[test]
fn a_slot_taken_twice_offline_goes_to_whom_the_server_heard_first_and_both_are_told() {
    let mut group = group();
    group.edit(ONE, |tx| claim(tx, "one", "s")).unwrap();
    group.edit(TWO, |tx| claim(tx, "two", "s")).unwrap();
    assert_eq!(told(&group, ONE, &[]), [("one".into(), account(ONE), Outcome::Waiting)]);
    group.meet();

    let (first, own) = (Number(1), Some(Number(2)));
    let expected = [
        ("one".into(), account(ONE), Outcome::Conflict { first, own }),
        ("two".into(), account(TWO), Outcome::Booked),
    ];
    for hand in [LEAD, ONE, TWO] {
        assert_eq!(told(&group, hand, &["two", "one"]), expected);
    }

    // The other takes it back; then it is the one's.
    group.edit(TWO, |tx| release(tx, "r", "two", "work")).unwrap();
    group.meet();
    let outcome = |at: usize| told(&group, ONE, &["two", "one"])[at].2;
    assert_eq!((outcome(0), outcome(1)), (Outcome::Booked, Outcome::Released));
}

#[test]
fn nobody_takes_back_what_is_another_persons_but_the_consultant() {
    let mut group = group();
    group.edit(ONE, |tx| claim(tx, "one", "s")).unwrap();
    group.meet();
    group.edit(TWO, |tx| release(tx, "r", "one", "work")).unwrap();
    group.meet();
    assert_eq!(told(&group, ONE, &["one"])[0].2, Outcome::Booked);

    group.edit(LEAD, |tx| release(tx, "r2", "one", "illness")).unwrap();
    group.meet();
    assert_eq!(told(&group, ONE, &["one"])[0].2, Outcome::Released);
    let free_text = group.edit(ONE, |tx| release(tx, "r3", "one", "妻が入院"));
    assert_eq!(free_text, Err(EditError::NoSuchField));
}

#[test]
fn an_employee_neither_makes_nor_changes_slots_nor_takes_claims_out() {
    let mut group = group();
    group.edit(ONE, |tx| claim(tx, "one", "s")).unwrap();
    group.meet();
    let state = Field::top("slots").child("s").child("state");

    assert_eq!(group.edit(ONE, |tx| publish(tx, &slot("x", 0, 60))), Err(EditError::NotYours));
    assert_eq!(group.edit(ONE, |tx| tx.put(&state, "ended")), Err(EditError::NotYours));
    let claim = Field::top("claims").child("one");
    for hand in [LEAD, ONE, TWO] {
        let removed = group.edit(hand, |tx| tx.remove_item(&claim).map(|_| ()));
        let moved = group.edit(hand, |tx| tx.put(&claim.child("slot"), "other"));
        assert_eq!((removed, moved), (Err(EditError::NotYours), Err(EditError::NotYours)));
    }
    // One who lies to their own program is not believed by the others'.
    let device = group.0[ONE].device;
    group.0[ONE].crdt.introduce(device, Side::Staff);
    group.edit(ONE, |tx| tx.put(&state, "ended")).unwrap();
    group.meet();
    assert_eq!(group.0[LEAD].refused.len(), 1);
    assert_eq!(slots(&group.0[LEAD].crdt)[0].state, "open");
    assert_eq!(slots(&group.0[TWO].crdt)[0].state, "open");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn everybody_who_heard_the_same_sees_one_booking_for_a_slot(
        steps in prop::collection::vec((0..3_usize, 0..3_usize, 0..4_u8), 1..20),
        order in Just(vec!["a0", "a1", "a2", "b0", "b1", "b2"]).prop_shuffle(),
    ) {
        let mut group = group();
        group.edit(LEAD, |tx| publish(tx, &slot("t", 90, 60))).unwrap();
        for (who, other, what) in steps {
            let names: [[&'static str; 3]; 2] = [["a0", "a1", "a2"], ["b0", "b1", "b2"]];
            match what {
                0 | 1 => {
                    let id = names[usize::from(what)][who];
                    let list = Field::top("claims");
                    if !group.0[who].crdt.items(&list).iter().any(|it| it == id) {
                        group.edit(who, |tx| claim(tx, id, if what == 0 { "s" } else { "t" })).unwrap();
                    }
                }
                2 => {
                    let id = format!("r{}", group.0[who].written.len());
                    group.edit(who, |tx| release(tx, &format!("{id}{who}"), names[0][other], "work")).unwrap();
                }
                _ if who != other => group.hear(who, other),
                _ => {}
            }
        }
        group.meet();
        group.meet();

        let seen = told(&group, LEAD, &order);
        prop_assert_eq!(&seen, &told(&group, ONE, &order));
        prop_assert_eq!(&seen, &told(&group, TWO, &order));
        for slot in ["a", "b"] {
            let of = |it: &&(String, AccountId, Outcome)| it.0.starts_with(slot);
            let live = |it: &&(String, AccountId, Outcome)| it.2 != Outcome::Released;
            let booked = seen.iter().filter(of).filter(|it| it.2 == Outcome::Booked).count();
            prop_assert_eq!(booked, usize::from(seen.iter().filter(of).any(|it| live(&it))));
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Happening {
    Ends,
    Tells(usize, usize),
    Publishes(bool),
    Wants,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        1 => Just(Happening::Ends),
        3 => (0..3_usize, 0..3_usize).prop_map(|(to, from)| Happening::Tells(to, from)),
        2 => any::<bool>().prop_map(Happening::Publishes),
        3 => Just(Happening::Wants),
    ]
}

/// A consultant with a tablet and a laptop, and an employee with a phone.
const TABLET: usize = 0;
const LAPTOP: usize = 1;
const PHONE: usize = 2;

fn ended(case: &Group, hand: usize) -> bool {
    crate::casework::interview::has_ended(&case.0[hand].crdt)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_slot_is_75_minutes_exactly_for_whom_no_interview_has_ended_and_else_60(
        happenings in prop::collection::vec(happening(), 1..25),
        by_laptop in any::<bool>(),
    ) {
        let sides = [Side::Staff, Side::Staff, Side::Employee];
        let mut book = Group::new(Kind::Slots, &sides);
        let mut case = Group::new(Kind::CaseShared, &sides);
        let interview = DocumentId::new([7; 16]);
        case.edit(TABLET, |tx| crate::casework::case::add_interview(tx, interview, 1, NOW)).unwrap();
        case.meet();
        let (mut made, mut has_ended) = (0_u64, false);
        for happening in happenings {
            match happening {
                Happening::Ends => {
                    let state = Field::top("interviews").child(&interview.to_hex()).child("state");
                    let hand = if by_laptop { LAPTOP } else { TABLET };
                    case.edit(hand, |tx| tx.put(&state, "ended")).unwrap();
                    has_ended = true;
                }
                Happening::Tells(to, from) if to != from => {
                    book.hear(to, from);
                    case.hear(to, from);
                }
                Happening::Tells(..) => {}
                Happening::Publishes(is_long) => {
                    made += 1;
                    let length_min = if is_long { FIRST_MIN } else { LATER_MIN };
                    let new = slot(&format!("s{made}"), made * 100, length_min);
                    book.edit(TABLET, |tx| publish(tx, &new)).unwrap();
                }
                Happening::Wants => {
                    let may = |it: &Slot| it.interview_min(ended(&case, PHONE)).is_some();
                    let wanted = slots(&book.0[PHONE].crdt).into_iter().rfind(|it| may(it));
                    if let Some(wanted) = wanted {
                        made += 1;
                        let id = format!("c{made}");
                        book.edit(PHONE, |tx| claim(tx, &id, &wanted.id)).unwrap();
                    }
                }
            }
            // What a phone does not know of yet makes it ask for more time, never for less.
            prop_assert!(!ended(&case, PHONE) || has_ended);
        }
        for _ in 0..2 {
            book.meet();
            case.meet();
        }

        let claims: Vec<String> = book.0[TABLET].crdt.items(&Field::top("claims"));
        for hand in [TABLET, LAPTOP, PHONE] {
            prop_assert_eq!(ended(&case, hand), has_ended);
            let slots = slots(&book.0[hand].crdt);
            for claim in &claims {
                let field = Field::top("claims").child(claim).child("slot");
                let wanted = book.0[hand].crdt.plain(&field).unwrap();
                let taken = slots.iter().find(|it| it.id == wanted).unwrap();
                let exactly = if has_ended { 60 } else { 75 };
                prop_assert_eq!(taken.interview_min(ended(&case, hand)), Some(exactly));
            }
        }
    }
}
