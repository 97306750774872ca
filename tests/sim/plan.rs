//! Plans, rooms and slots: the firm's own documents, and how people come to a time and a place.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests")]

mod booking;
mod company;
mod directory;
mod roster;

use engine::{
    casework::{
        date::Date,
        field::{Field, Value},
        venue::CHECKS,
    },
    command::{Command, PlanAct, RuleWish, SlotWish},
    view::{Booking, SlotRow},
};
use harness::{
    seed::seed_or,
    world::{DeviceNo, World},
};
use shared::{
    Blob,
    id::{AccountId, DocumentId},
    log::org::Role,
    time::UnixMillis,
};

const MINUTE_MS: u64 = 60 * 1000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// An admin, a consultant who is responsible for a company, and a colleague.
struct Firm {
    world: World,
    lead: DeviceNo,
    colleague: DeviceNo,
    company: DocumentId,
    roster: DocumentId,
}

fn act(world: &mut World, device: DeviceNo, act: PlanAct) {
    world.on_mut(device).screen.plan.lacks.clear();
    world.ask(device, Command::Plan(act));
}

#[track_caller]
fn done(world: &mut World, device: DeviceNo, wish: PlanAct) {
    act(world, device, wish);
    let lacks = &world.on(device).screen.plan.lacks;
    assert!(lacks.is_empty(), "{lacks:?}");
}

/// Adds an item to a list of an open document and hands out its id.
#[track_caller]
fn add(world: &mut World, device: DeviceNo, document: DocumentId, list: &str) -> String {
    let list = Field::top(list);
    world.ask(device, Command::AddItem { document, list: list.clone() });
    world.on(device).screen.items(document, &list).last().expect("the new item").clone()
}

fn day(at: UnixMillis, days: i64) -> String {
    Date::at(at).plus_days(days).to_string()
}

fn account(world: &World, device: DeviceNo) -> AccountId {
    let people = &world.on(device).screen.home.people;
    people.iter().find(|row| row.is_me).and_then(|row| row.account).expect("oneself")
}

/// A firm with one company whose contract is active and whose plan is agreed.
fn firm(seed: u64) -> Firm {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let lead = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let colleague = world.hire(admin, Role::Consultant, "田中 実", "田中のタブレット");
    for device in [lead, colleague] {
        done(&mut world, device, PlanAct::OpenDirectory);
        world.settle();
    }
    done(&mut world, lead, PlanAct::OpenCompany("みなと精工".into()));
    let company = world.on(lead).screen.plan.home.companies[0].document;
    world.ask(lead, Command::Open(company));
    let roster = world.on(lead).screen.plan.companies[&company].roster.expect("a roster");
    world.ask(lead, Command::Open(roster));
    sign_contract(&mut world, lead, company);
    draw_up_plan(&mut world, lead, company);
    done(&mut world, lead, PlanAct::MoveContract { company, to: "active".into() });
    world.settle();
    Firm { world, lead, colleague, company, roster }
}

fn sign_contract(world: &mut World, lead: DeviceNo, company: DocumentId) {
    let now = world.now();
    world.set(lead, company, "from", Value::When(day(now, -30)));
    world.set(lead, company, "to", Value::When(day(now, 700)));
    world.set(lead, company, "contract_kind", Value::Code("mixed".into()));
    world.set(lead, company, "continuation", Value::Code("limited".into()));
    add(world, lead, company, "contacts");
    let rules = add(world, lead, company, "disclosure_rules");
    let words = "個別の内容は、本人の同意なく伝えない。";
    world.fill(lead, company, &format!("disclosure_rules/{rules}/text"), words);
    let (firm_on, company_on) = (day(now, -20), day(now, -10));
    done(world, lead, PlanAct::SignRules { company, rules, firm_on, company_on });
    done(world, lead, PlanAct::MoveContract { company, to: "signed".into() });
}

fn rule(segment: &str, trigger: &str, event: &str, number: u32) -> RuleWish {
    RuleWish {
        segment: segment.into(),
        trigger: trigger.into(),
        event: event.into(),
        number,
        times: 1,
        due_within_days: 45,
    }
}

fn draw_up_plan(world: &mut World, lead: DeviceNo, company: DocumentId) {
    let now = world.now();
    add(world, lead, company, "goals");
    let event = add(world, lead, company, "events");
    world.fill(lead, company, &format!("events/{event}/name"), "キャリア研修");
    world.set(lead, company, &format!("events/{event}/on"), Value::When(day(now, 3)));
    for wish in [
        rule("middle", "after_event", &event, 7),
        rule("new_hire", "years_of_service", "", 1),
        rule("volunteer", "on_request", "", 0),
    ] {
        done(world, lead, PlanAct::AddRule { company, rule: wish });
    }
    for to in ["proposed", "agreed"] {
        done(world, lead, PlanAct::MovePlan { company, to: to.into() });
    }
}

/// A room of the company in which nobody outside hears anything.
fn room(firm: &mut Firm) -> String {
    let Firm { world, lead, company, .. } = firm;
    let venue = add(world, *lead, *company, "venues");
    world.fill(*lead, *company, &format!("venues/{venue}/name"), "本社3F 会議室B");
    let held = CHECKS.iter().map(|it| (*it).to_owned()).collect();
    let wish = PlanAct::CheckVenue { company: *company, venue: venue.clone(), held };
    done(world, *lead, wish);
    venue
}

/// What the company's list calls things.
fn words() -> Vec<(String, String)> {
    let words =
        [("氏名", "name"), ("所属", "department"), ("対象層", "segment"), ("中堅", "middle")];
    words.map(|(theirs, ours)| (theirs.into(), ours.into())).to_vec()
}

fn import(firm: &mut Firm, list: &str, is_trial: bool) {
    let csv = Blob(list.as_bytes().to_vec());
    let company = firm.company;
    let wish = PlanAct::ImportRoster { company, csv, words: words(), is_trial };
    done(&mut firm.world, firm.lead, wish);
}

/// A wave for whoever of the list is due after the training, inviting.
fn wave(firm: &mut Firm) -> DocumentId {
    let (company, now) = (firm.company, firm.world.now());
    let (from, to) = (day(now, 0), day(now, 60));
    let wish = PlanAct::MakeWave { company, from, to, is_trial: false };
    done(&mut firm.world, firm.lead, wish);
    let wave = firm.world.on(firm.lead).screen.plan.companies[&company].waves[0].id.clone();
    done(&mut firm.world, firm.lead, PlanAct::MoveWave { company, wave, to: "inviting".into() });
    firm.world.settle();
    let home = &firm.world.on(firm.lead).screen.plan.home;
    let slots = home.slots.first().expect("slots of the wave").document;
    firm.world.ask(firm.lead, Command::Open(slots));
    slots
}

/// Somebody of the list is invited and arrives on a phone.
fn arrive(firm: &mut Firm, row: &str, name: &str) -> DeviceNo {
    let Firm { world, lead, company, .. } = firm;
    world.on_mut(*lead).screen.invitation = None;
    let wish = PlanAct::InviteRow { company: *company, row: row.into(), days: 30 };
    done(world, *lead, wish);
    world.settle();
    let invitation = world.on_mut(*lead).screen.invitation.take().expect("an invitation");
    assert_eq!(invitation.name, name);
    let phone = world.device(&format!("{name}のスマートフォン"));
    world.arrive(phone, &invitation.fragment, name);
    world.settle();
    phone
}

fn rows(firm: &Firm) -> Vec<String> {
    firm.world.on(firm.lead).screen.items(firm.roster, &Field::top("rows"))
}

/// A slot a week from now, at this hour in Japan.
fn at(world: &World, hour: u64) -> UnixMillis {
    Date::at(world.now()).plus_days(7).start().plus_ms(hour * HOUR_MS)
}

fn wish(start: UnixMillis, venue: &str, consultant: AccountId) -> SlotWish {
    SlotWish { start, length_min: 0, venue: venue.into(), consultant, held_for: None }
}

/// Publishes slots for the lead at these hours and hands out their ids.
#[track_caller]
fn publish(firm: &mut Firm, slots: DocumentId, venue: &str, hours: &[u64]) -> Vec<String> {
    let consultant = account(&firm.world, firm.lead);
    let wishes: Vec<SlotWish> =
        hours.iter().map(|hour| wish(at(&firm.world, *hour), venue, consultant)).collect();
    done(&mut firm.world, firm.lead, PlanAct::PublishSlots { slots, wishes });
    let screen = &firm.world.on(firm.lead).screen.plan;
    assert!(screen.is_published, "{:?}", screen.trial);
    let ids = screen.slots[&slots].slots.iter().map(|row| row.id.clone()).collect();
    firm.world.settle();
    ids
}

/// Opens slots on a device that was let in.
#[track_caller]
fn see(world: &mut World, device: DeviceNo, slots: DocumentId) {
    world.ask(device, Command::Open(slots));
    assert!(world.on(device).screen.plan.slots.contains_key(&slots), "not let in");
}

#[track_caller]
fn row(world: &World, device: DeviceNo, slots: DocumentId, slot: &str) -> SlotRow {
    world.on(device).screen.plan.slot(slots, slot).expect("a slot on screen").clone()
}

#[track_caller]
fn booking(world: &World, device: DeviceNo, slots: DocumentId, slot: &str) -> Booking {
    row(world, device, slots, slot).booking
}
