//! Slots: who has which, what each may see of that, and what becomes of it in a case.

use engine::{
    casework::{
        consent::{Decision, Matter, Method, Scope},
        interview::State,
    },
    command::{CardAct, Decide, RoomAct},
    view::{Notice, RoomNotice},
};
use shared::log::document::Life;

use super::*;

/// A wave with two employees who have joined and choose from two slots of the lead's.
struct Booked {
    firm: Firm,
    slots: DocumentId,
    ids: Vec<String>,
    saeki: DeviceNo,
    odagiri: DeviceNo,
    venue: String,
}

fn booked(seed: u64) -> Booked {
    let mut firm = firm(seed);
    import(&mut firm, "氏名,対象層\n佐伯 悠真,中堅\n小田切 ひより,中堅\n", false);
    let slots = wave(&mut firm);
    let venue = room(&mut firm);
    let rows = rows(&firm);
    let saeki = arrive(&mut firm, &rows[0], "佐伯 悠真");
    let odagiri = arrive(&mut firm, &rows[1], "小田切 ひより");
    let ids = publish(&mut firm, slots, &venue, &[10, 13]);
    for phone in [saeki, odagiri] {
        see(&mut firm.world, phone, slots);
    }
    Booked { firm, slots, ids, saeki, odagiri, venue }
}

fn claim(world: &mut World, device: DeviceNo, slots: DocumentId, slot: &str) {
    act(world, device, PlanAct::Claim { slots, slot: slot.into() });
}

#[test]
fn a_first_interview_is_booked_for_75_minutes_and_stands_in_the_case() {
    let Booked { firm: Firm { mut world, lead, .. }, slots, ids, saeki, odagiri, .. } = booked(620);
    let shown = row(&world, saeki, slots, &ids[0]);
    assert_eq!((shown.booking, shown.interview_min, shown.length_min), (Booking::Free, 75, 75));
    assert_eq!(
        (shown.place.as_str(), shown.consultant_name.as_str()),
        ("本社3F 会議室B", "佐藤 恵")
    );
    assert_eq!(shown.start.0 - shown.arrive_at.0, 15 * MINUTE_MS);

    claim(&mut world, saeki, slots, &ids[0]);
    assert_eq!(booking(&world, saeki, slots, &ids[0]), Booking::Waiting);
    world.settle();

    assert_eq!(booking(&world, saeki, slots, &ids[0]), Booking::Booked);
    assert_eq!(booking(&world, odagiri, slots, &ids[0]), Booking::Taken);
    let seen = row(&world, odagiri, slots, &ids[0]);
    assert_eq!((seen.account, seen.name.as_str(), seen.claim), (None, "", None));
    let seen = row(&world, lead, slots, &ids[0]);
    assert_eq!((seen.booking, seen.name.as_str()), (Booking::Booked, "佐伯 悠真"));
    // The consultant opens the case with whoever it is, by the name in the company's list.
    world.ask(lead, Command::OpenCase(seen.account.expect("who it is")));
    world.settle();
    let case = row(&world, lead, slots, &ids[0]).case.expect("a case");
    let appointment = |world: &World| {
        let notes = &world.on(saeki).screen.plan.home.appointments;
        notes.iter().find(|it| it.case == case).cloned().expect("an appointment")
    };
    let told = appointment(&world);
    assert_eq!((told.start, told.length_min, told.state.as_str()), (shown.start, 75, "booked"));
    assert_eq!(world.on(lead).screen.plan.home.appointments.len(), 1);

    // A second one while the first is yet to come is for somebody else.
    claim(&mut world, saeki, slots, &ids[1]);
    assert_eq!(world.on(saeki).screen.plan.lacks, ["booked"]);
    let wish = PlanAct::ShowCalendar { slots, slot: ids[0].clone(), title: "予定".into() };
    done(&mut world, saeki, wish);
    let calendar = &world.on(saeki).screen.plan.calendar;
    assert!(calendar.contains("DURATION:PT75M\r\n") && calendar.contains("SUMMARY:予定\r\n"));
    assert!(!calendar.contains("佐藤"));

    let claim = row(&world, saeki, slots, &ids[0]).claim.expect("a claim");
    let release =
        |reason: &str| PlanAct::Release { slots, claim: claim.clone(), reason: reason.into() };
    act(&mut world, saeki, release("妻が入院"));
    assert_eq!(world.on(saeki).screen.plan.lacks, ["meaning"], "no free text where others read");
    done(&mut world, saeki, release("private"));
    world.settle();
    assert_eq!(appointment(&world).state, "cancelled");
    assert_eq!(booking(&world, odagiri, slots, &ids[0]), Booking::Free);
    // The very first slot is free for somebody else again.
    done(&mut world, odagiri, PlanAct::Claim { slots, slot: ids[0].clone() });
    world.settle();
    assert_eq!(row(&world, lead, slots, &ids[0]).name, "小田切 ひより");
}

#[test]
fn s3_a_slot_taken_twice_offline_goes_to_whom_the_server_heard_first_and_the_other_is_told() {
    let Booked { firm: Firm { mut world, lead, .. }, slots, ids, saeki, odagiri, .. } = booked(621);
    for phone in [saeki, odagiri] {
        world.offline(phone);
    }
    claim(&mut world, saeki, slots, &ids[0]);
    world.wait_ms(HOUR_MS);
    claim(&mut world, odagiri, slots, &ids[0]);
    assert_eq!(booking(&world, odagiri, slots, &ids[0]), Booking::Waiting);

    // Whoever tapped first is not whoever the server heard first.
    world.online(odagiri);
    world.settle();
    world.online(saeki);
    world.settle();

    assert_eq!(booking(&world, odagiri, slots, &ids[0]), Booking::Booked);
    let late = row(&world, saeki, slots, &ids[0]);
    assert_eq!(late.booking, Booking::Conflict);
    let (first, own) = late.order.expect("which came first");
    assert!(own.is_some_and(|own| first < own), "{first} {own:?}");
    let host = row(&world, lead, slots, &ids[0]);
    assert_eq!((host.booking, host.name.as_str()), (Booking::Booked, "小田切 ひより"));
    assert_eq!(host.order.map(|(first, _)| first), Some(first), "the consultant is told as well");

    // Everybody decides alike after a start without a network, by what they kept.
    for device in [lead, saeki, odagiri] {
        world.offline(device);
        world.restart(device);
        world.settle();
        world.unlock(device);
        world.settle();
        see(&mut world, device, slots);
    }
    assert_eq!(booking(&world, odagiri, slots, &ids[0]), Booking::Booked);
    assert_eq!(row(&world, saeki, slots, &ids[0]).order, Some((first, own)));
    assert_eq!(row(&world, lead, slots, &ids[0]).name, "小田切 ひより");

    // Who came too late takes another one, and with that leaves the first alone.
    for device in [lead, saeki, odagiri] {
        world.online(device);
    }
    world.settle();
    claim(&mut world, saeki, slots, &ids[1]);
    world.settle();
    assert_eq!(booking(&world, saeki, slots, &ids[1]), Booking::Booked);
    assert_eq!(booking(&world, saeki, slots, &ids[0]), Booking::Taken);
    assert_eq!(row(&world, lead, slots, &ids[0]).order, None);
}

#[test]
fn s3_a_further_device_that_reads_everything_afresh_comes_to_the_same() {
    let Booked { firm: Firm { mut world, lead, .. }, slots, ids, saeki, odagiri, .. } = booked(622);
    for phone in [saeki, odagiri] {
        world.offline(phone);
        claim(&mut world, phone, slots, &ids[0]);
    }
    world.online(saeki);
    world.settle();
    world.online(odagiri);
    world.settle();
    assert_eq!(booking(&world, odagiri, slots, &ids[0]), Booking::Conflict);

    let laptop = world.link_device(lead, "佐藤のパソコン");
    world.settle();
    see(&mut world, laptop, slots);

    let seen = row(&world, laptop, slots, &ids[0]);
    assert_eq!((seen.booking, seen.name.as_str()), (Booking::Booked, "佐伯 悠真"));
    assert_eq!(seen.order, row(&world, lead, slots, &ids[0]).order);
}

#[test]
fn the_lead_sees_that_a_colleagues_slot_is_taken_and_not_by_whom() {
    let Booked { mut firm, slots, saeki, venue, .. } = booked(623);
    let colleague = account(&firm.world, firm.colleague);
    let company = firm.company;
    let Firm { world, lead, colleague: tablet, .. } = &mut firm;
    done(world, *lead, PlanAct::Assign { company, account: colleague });
    world.settle();
    see(world, *tablet, slots);
    let start = at(world, 16);
    let theirs = vec![wish(start, &venue, colleague)];
    done(world, *tablet, PlanAct::PublishSlots { slots, wishes: theirs });
    world.settle();
    let slot = world.on(*tablet).screen.plan.slots[&slots].slots.last().expect("a slot").id.clone();

    claim(world, saeki, slots, &slot);
    world.settle();

    let seen = row(world, *lead, slots, &slot);
    assert_eq!((seen.booking, seen.account, seen.name.as_str()), (Booking::Taken, None, ""));
    let host = row(world, *tablet, slots, &slot);
    assert_eq!((host.booking, host.name.as_str()), (Booking::Booked, "佐伯 悠真"));
    // What becomes of it is for its consultant to note.
    let mark = |state: &str| PlanAct::MarkSlot {
        slots,
        slot: slot.clone(),
        state: state.into(),
        reason: String::new(),
    };
    world.ask(*tablet, Command::OpenCase(host.account.expect("who it is")));
    done(world, *tablet, mark("checked_in"));
    act(world, *tablet, mark("cancelled_by_consultant"));
    assert_eq!(world.on(*tablet).screen.plan.lacks, ["step"], "without a reason");
    done(world, *tablet, mark("no_show"));
    act(world, *tablet, mark("open"));
    assert_eq!(world.on(*tablet).screen.plan.lacks, ["step"]);
    world.settle();
    assert_eq!(world.on(saeki).screen.plan.home.appointments[0].state, "no_show");
    assert_eq!(row(world, *lead, slots, &slot).state, "no_show");
    // Nor does a colleague publish in the lead's name.
    let lead_account = account(world, *lead);
    let wishes = vec![wish(start.plus_ms(DAY_MS), &venue, lead_account)];
    act(world, *tablet, PlanAct::PublishSlots { slots, wishes });
    assert_eq!(world.on(*tablet).screen.plan.lacks, ["lead"]);
}

#[test]
fn a_grid_is_drawn_by_the_rules_and_published_whole_or_not_at_all() {
    let Booked { mut firm, slots, ids, venue, .. } = booked(624);
    let consultant = account(&firm.world, firm.lead);
    let Firm { world, lead, .. } = &mut firm;
    let codes = |world: &World| -> Vec<Vec<String>> {
        world.on(*lead).screen.plan.trial.iter().map(|(_, codes)| codes.clone()).collect()
    };

    // 10:00 and 13:00 are there already, 75 minutes each and 15 for the note.
    let first = wish(at(world, 9), &venue, consultant);
    let until = at(world, 18);
    done(world, *lead, PlanAct::DrawGrid { slots, first, until });
    let drawn = codes(world);
    let lengths: Vec<u32> =
        world.on(*lead).screen.plan.trial.iter().map(|(it, _)| it.length_min).collect();
    assert_eq!(lengths, [75; 6], "somebody is here for the first time");
    // 9:00, 10:30, 12:00 and 13:30 are in the way; 15:00 and 16:30 are not.
    for (at, problems) in drawn.iter().enumerate() {
        let expected: &[&str] = if at < 4 { &["overlap", "room"] } else { &[] };
        assert_eq!(problems, expected, "{at}");
    }
    let ok: Vec<SlotWish> =
        world.on(*lead).screen.plan.trial.iter().skip(4).map(|(it, _)| it.clone()).collect();

    // One that may not be keeps the others out too.
    let bad = wish(at(world, 10), &venue, consultant);
    let wishes = [vec![bad], ok.clone()].concat();
    done(world, *lead, PlanAct::PublishSlots { slots, wishes });
    assert!(!world.on(*lead).screen.plan.is_published);
    assert_eq!(world.on(*lead).screen.plan.slots[&slots].slots.len(), ids.len());
    // Nor may any be shorter than a first interview, or of somebody who does not work here.
    let short = SlotWish { length_min: 60, ..ok[0].clone() };
    done(world, *lead, PlanAct::PublishSlots { slots, wishes: vec![short] });
    assert_eq!(codes(world), [["first"]]);
    let stranger = SlotWish { consultant: AccountId::new([9; 16]), ..ok[1].clone() };
    done(world, *lead, PlanAct::PublishSlots { slots, wishes: vec![stranger] });
    assert_eq!(codes(world), [["consultant"]]);

    done(world, *lead, PlanAct::PublishSlots { slots, wishes: ok });
    assert!(world.on(*lead).screen.plan.is_published);
    // A sixth on one day is published with a warning.
    for (minutes, expected) in [(0, vec![]), (90, vec!["crowded"])] {
        let start = at(world, 18).plus_ms((30 + minutes) * MINUTE_MS);
        let wishes = vec![wish(start, &venue, consultant)];
        done(world, *lead, PlanAct::PublishSlots { slots, wishes });
        assert!(world.on(*lead).screen.plan.is_published);
        assert_eq!(codes(world), [expected]);
    }
}

#[test]
fn whose_a_slot_was_is_gone_after_ninety_days_also_where_nobody_was_online_for_months() {
    let Booked { firm: Firm { mut world, lead, .. }, slots, ids, saeki, odagiri, .. } = booked(626);
    claim(&mut world, saeki, slots, &ids[0]);
    world.settle();
    let held = row(&world, lead, slots, &ids[0]);
    assert_eq!(held.name, "佐伯 悠真");
    world.ask(lead, Command::OpenCase(held.account.expect("who it is")));
    world.settle();
    // The document cannot be written down anew while somebody may still look who comes.
    world.ask(lead, Command::Finalise(slots));
    world.settle();
    assert_eq!(crate::removal::logs(&world).1[&slots].life(), Life::Open);

    let pass = |world: &mut World, days: u64| {
        for device in world.devices() {
            world.offline(device);
        }
        let later = world.now().plus_ms(days * DAY_MS);
        world.wait_until(later);
        for device in world.devices() {
            world.online(device);
        }
        world.settle();
    };
    // The last slot is in a week; and no clock is believed to the day.
    pass(&mut world, 7 + 90);
    assert_eq!(row(&world, lead, slots, &ids[0]).name, "佐伯 悠真");
    pass(&mut world, 60);
    world.restart(lead);
    world.unlock(lead);
    world.settle();

    let (_, logs) = crate::removal::logs(&world);
    assert_eq!(logs[&slots].life(), Life::Shredded);
    for device in [lead, saeki, odagiri] {
        assert!(!world.can_open(device, slots), "{}", world.on(device).name);
    }
    let anew = world.on(lead).screen.plan.home.slots[0].document;
    assert_ne!(anew, slots);
    for device in [lead, saeki] {
        see(&mut world, device, anew);
        let kept = row(&world, device, anew, &ids[0]);
        assert_eq!(
            (kept.start, kept.length_min, kept.place.as_str()),
            (held.start, 75, "本社3F 会議室B")
        );
        assert_eq!((kept.booking, kept.consultant_name.as_str()), (Booking::Free, ""));
        assert_eq!((kept.account, kept.name.as_str(), kept.claim), (None, "", None));
    }
    // The two of them still have it in their case.
    assert_eq!(world.on(saeki).screen.plan.home.appointments.len(), 1);
}

#[test]
fn who_comes_again_takes_a_slot_of_sixty_minutes_that_nobody_new_can_take() {
    let Booked { mut firm, slots, ids, saeki, odagiri, venue } = booked(627);
    claim(&mut firm.world, saeki, slots, &ids[0]);
    firm.world.settle();
    let first = row(&firm.world, firm.lead, slots, &ids[0]);
    let account = first.account.expect("who it is");
    firm.world.ask(firm.lead, Command::OpenCase(account));
    firm.world.settle();
    let case = row(&firm.world, firm.lead, slots, &ids[0]).case.expect("a case");
    let consultant = super::account(&firm.world, firm.lead);
    let later = SlotWish {
        length_min: 60,
        held_for: Some(account),
        ..wish(at(&firm.world, 16), &venue, consultant)
    };
    let publish = |firm: &mut Firm| {
        done(
            &mut firm.world,
            firm.lead,
            PlanAct::PublishSlots { slots, wishes: vec![later.clone()] },
        );
        firm.world.on(firm.lead).screen.plan.is_published
    };
    assert!(!publish(&mut firm), "whoever comes for the first time needs 75 minutes");

    interviewed(&mut firm.world, firm.lead, saeki, case);
    done(&mut firm.world, firm.lead, ended(slots, &ids[0], "under_way"));
    done(&mut firm.world, firm.lead, ended(slots, &ids[0], "ended"));
    assert!(publish(&mut firm));
    firm.world.settle();

    let Firm { mut world, lead, .. } = firm;
    let slot = world.on(lead).screen.plan.slots[&slots].slots.last().expect("a slot").id.clone();
    let shown = row(&world, saeki, slots, &slot);
    assert_eq!((shown.length_min, shown.interview_min), (60, 60));
    let seen = row(&world, odagiri, slots, &slot);
    assert_eq!((seen.length_min, seen.interview_min), (60, 0), "too short for who is new");
    act(&mut world, odagiri, PlanAct::Claim { slots, slot: slot.clone() });
    assert!(!world.on(odagiri).screen.plan.lacks.is_empty());

    claim(&mut world, saeki, slots, &slot);
    world.settle();
    assert_eq!(booking(&world, saeki, slots, &slot), Booking::Booked);
    let told = &world.on(saeki).screen.plan.home.appointments;
    let lengths: Vec<(u32, &str)> =
        told.iter().map(|it| (it.length_min, it.state.as_str())).collect();
    assert_eq!(lengths, [(75, "ended"), (60, "booked")]);
}

fn ended(slots: DocumentId, slot: &str, state: &str) -> PlanAct {
    PlanAct::MarkSlot { slots, slot: slot.into(), state: state.into(), reason: String::new() }
}

/// An interview from the door to its end.
fn interviewed(world: &mut World, lead: DeviceNo, phone: DeviceNo, case: DocumentId) {
    let note = world.add_interview(lead, case);
    for (matter, decision, scope) in [
        (Matter::Secrecy, Decision::Explained, Scope::Whole),
        (Matter::Purpose, Decision::Agreed, Scope::Words("今後の働き方".into())),
        (Matter::Consultant, Decision::Explained, Scope::Whole),
        (Matter::Record, Decision::Agreed, Scope::Whole),
    ] {
        let (place, language) = (String::from("会議室"), String::from("ja"));
        let method = Method::OwnPhone;
        let decide = Decide { case, matter, decision, scope, method, place, language };
        world.ask(phone, Command::Room(RoomAct::Decide(decide)));
    }
    world.settle();
    for to in [State::Consent, State::Talking, State::Wrapping, State::Ended] {
        world.ask(lead, Command::Room(RoomAct::Step { case, interview: note, to }));
        world.wait_ms(MINUTE_MS);
    }
    world.settle();
}

#[test]
fn everybody_decides_alike_when_a_server_that_was_restored_counts_anew() {
    let Booked { firm: Firm { mut world, lead, .. }, slots, ids, saeki, odagiri, .. } = booked(625);
    let backup = world.back_up();
    for phone in [saeki, odagiri] {
        world.offline(phone);
        claim(&mut world, phone, slots, &ids[0]);
    }
    for phone in [saeki, odagiri] {
        world.online(phone);
        world.settle();
    }
    assert_eq!(booking(&world, odagiri, slots, &ids[0]), Booking::Conflict);
    for device in world.devices() {
        world.offline(device);
    }
    world.restore(backup);

    for device in [odagiri, saeki, lead] {
        world.online(device);
        world.settle();
    }

    let holders: Vec<&str> = [(saeki, "佐伯 悠真"), (odagiri, "小田切 ひより")]
        .into_iter()
        .filter(|(phone, _)| booking(&world, *phone, slots, &ids[0]) == Booking::Booked)
        .map(|(_, name)| name)
        .collect();
    let host = row(&world, lead, slots, &ids[0]);
    assert_eq!(holders, [host.name.as_str()]);
    let late = [saeki, odagiri].map(|phone| row(&world, phone, slots, &ids[0]).order);
    assert!(late.contains(&host.order), "{late:?} {:?}", host.order);
}

/// Books the first slot for the first employee, and opens their case.
fn in_a_case(seed: u64) -> (Booked, DocumentId) {
    let mut it = booked(seed);
    claim(&mut it.firm.world, it.saeki, it.slots, &it.ids[0]);
    it.firm.world.settle();
    let who = row(&it.firm.world, it.firm.lead, it.slots, &it.ids[0]).account;
    it.firm.world.ask(it.firm.lead, Command::OpenCase(who.expect("who it is")));
    it.firm.world.settle();
    let case = row(&it.firm.world, it.firm.lead, it.slots, &it.ids[0]).case.expect("a case");
    (it, case)
}

#[test]
fn an_employee_is_reminded_of_the_card_seven_three_and_one_days_before_until_it_is_ready() {
    let (Booked { firm: Firm { mut world, lead, .. }, slots, ids, saeki, .. }, _) = in_a_case(638);
    let start = row(&world, saeki, slots, &ids[0]).start;
    let reminded = |world: &World| {
        let own = world.on(saeki).screen.home.cards.iter().find(|it| it.case.is_none());
        own.and_then(|it| it.remind_days)
    };
    let ahead = Date::at(world.now()).days_until(Date::at(start));
    assert!(ahead >= 7);
    // Also who has not begun any card; they begin one the day before.
    for left in (0..=ahead).rev() {
        let morning = Date::at(start).plus_days(-left).start().plus_ms(6 * HOUR_MS);
        if world.now() < morning {
            world.wait_until(morning);
        }
        world.ask(saeki, Command::Open(slots));
        if left == 1 {
            world.ask(saeki, Command::Card(CardAct::Begin));
        }
        let due = match left {
            0..=1 => Some(1),
            2..=3 => Some(3),
            4..=7 => Some(7),
            _ => None,
        };
        assert_eq!(reminded(&world), due, "{left} days before");
    }
    world.ask(saeki, Command::Card(CardAct::Ready(true)));
    assert_eq!(reminded(&world), None);
    // Nobody else is told how far somebody's card is, before it is shown to them.
    assert!(world.on(lead).screen.home.cards.is_empty());
}

#[test]
fn an_interview_more_than_the_contract_foresees_is_said_to_be_one() {
    let (Booked { firm: Firm { mut world, lead, company, .. }, .. }, case) = in_a_case(639);
    world.set(lead, company, "interviews_max", Value::Number(2));
    let told = |world: &World| {
        let notices = world.on(lead).screen.notices.iter();
        let beyond = Notice::Room(RoomNotice::BeyondContract { interviews_max: 2 });
        notices.filter(|it| **it == beyond).count()
    };
    for beyond in [0, 0, 1] {
        world.add_interview(lead, case);
        assert_eq!(told(&world), beyond);
    }
    // Whoever is only there once is told the second time.
    world.set(lead, company, "continuation", Value::Code("single".into()));
    world.add_interview(lead, case);
    let single = Notice::Room(RoomNotice::BeyondContract { interviews_max: 1 });
    assert_eq!(world.on(lead).screen.notices.last(), Some(&single));
    world.set(lead, company, "continuation", Value::Code("unlimited".into()));
    world.set(lead, company, "interviews_max", Value::Unset);
    let before = world.on(lead).screen.notices.len();
    world.add_interview(lead, case);
    assert_eq!(world.on(lead).screen.notices.len(), before);
}
