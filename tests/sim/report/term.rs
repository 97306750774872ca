//! How long what was written is kept: clocks from signed dates, at the next unlock, with or without a
//! network.

use engine::{
    casework::{
        consent::{Decision, Matter, Scope},
        date::Date,
        field::Value,
    },
    command::{Command, PlanAct, ReportAct},
    document::genesis::Kind,
    epoch::EpochSecret,
    record::{Content, Name},
    seal,
    view::{Gate, Notice, ReportNotice},
};
use harness::{
    insider::records,
    world::{DeviceNo, World},
};
use shared::{
    Blob,
    envelope::Envelope,
    id::{DocumentId, Number},
    log::{document::Life, org::Role},
    secret::Secret,
    time::UnixMillis,
};

use super::{Person, Staff, staff};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

struct Case {
    staff: Staff,
    person: Person,
    note: DocumentId,
}

fn noted(seed: u64) -> Case {
    let mut staff = staff(seed);
    let person = staff.meet(staff.lead, "佐伯 悠真");
    let note = staff.note(staff.lead, person.case, "promotion", "CANARY 係長の打診。");
    Case { staff, person, note }
}

/// Everybody who is there goes on working until a day so long before the notes' term is over.
fn years_pass(it: &mut Case, days_left: u64) {
    days_pass(it, 5 * 365 + 1 - days_left);
}

fn days_pass(it: &mut Case, days: u64) {
    let end = it.staff.world.now().plus_ms(days * DAY_MS);
    for device in it.staff.world.devices() {
        it.staff.world.offline(device);
    }
    it.staff.world.wait_until(end);
    for device in it.staff.world.devices() {
        it.staff.world.online(device);
    }
    it.staff.world.settle();
    // Somebody of the firm signs something, so that its clock is known to go on.
    it.staff.world.invite(it.staff.admin, Role::Employee, "新しい人");
    it.staff.world.settle();
}

/// What a device's store still holds of a document beside its log and the wish to end it.
fn left_of(world: &World, device: DeviceNo, id: DocumentId) -> usize {
    let (_, records) = records(&world.on(device).disk);
    let is_of = |name: &&Name| {
        matches!(name, Name::Secret(it, ..) | Name::Envelope(it, ..) | Name::Change(it, _)
            | Name::Document(it) | Name::Snapshot(it) | Name::InFlight(it) if *it == id)
    };
    records.keys().filter(is_of).count()
}

/// S8.
#[test]
fn s8_a_device_offline_for_94_days_destroys_what_is_over_before_it_shows_anything() {
    let mut it = noted(840);
    let (lead, note, case) = (it.staff.lead, it.note, it.person.case);
    let consent = it.staff.part(it.person.phone, case, Kind::CaseConsent);
    years_pass(&mut it, 60);
    assert!(it.staff.world.can_open(lead, note));
    it.staff.world.ask(lead, Command::Lock);
    it.staff.world.offline(lead);
    let later = it.staff.world.now().plus_ms(94 * DAY_MS);
    it.staff.world.wait_until(later);
    assert!(left_of(&it.staff.world, lead, note) > 0);

    it.staff.world.restart(lead);
    it.staff.world.unlock(lead);
    it.staff.world.wait_ms(1_000);

    // Without a network, and while the firm's rule shows nothing at all.
    assert!(matches!(it.staff.world.on(lead).screen.gate, Some(Gate::Working(_))));
    assert_eq!(left_of(&it.staff.world, lead, note), 0);
    assert!(!it.staff.world.can_open(lead, note));
    let is_told = |notice: &Notice| matches!(notice, Notice::Report(ReportNotice::TermOver { documents }) if *documents > 1);
    assert!(it.staff.world.on(lead).screen.notices.iter().any(is_told));

    it.staff.world.online(lead);
    it.staff.world.settle();
    let (_, logs) = crate::removal::logs(&it.staff.world);
    assert_eq!(logs[&note].life(), Life::Shredded);
    assert_eq!(logs[&case].life(), Life::Shredded);
    assert!(!it.staff.world.can_open(lead, note));
    // What was agreed is kept until five years after the case is closed, with the certificates.
    it.staff.act(it.person.phone, ReportAct::Show(consent));
    let rights = &it.staff.world.on(it.person.phone).screen.rights[&consent];
    let of_note = rights.certificates.iter().find(|it| it.document == note);
    assert_eq!(of_note.map(|it| it.reason.as_str()), Some("term"));
}

#[test]
fn a_clock_that_is_years_ahead_destroys_nothing() {
    let mut it = noted(841);
    let (lead, note) = (it.staff.lead, it.note);
    it.staff.world.ask(lead, Command::Lock);
    it.staff.world.offline(lead);
    let ahead = i64::try_from(6 * 366 * DAY_MS).expect("some years");
    it.staff.world.skew_clock(lead, ahead);
    it.staff.world.restart(lead);
    it.staff.world.unlock(lead);
    it.staff.world.wait_ms(1_000);
    assert!(left_of(&it.staff.world, lead, note) > 0);

    it.staff.world.skew_clock(lead, 0);
    it.staff.world.online(lead);
    it.staff.world.settle();
    let (_, logs) = crate::removal::logs(&it.staff.world);
    assert_eq!(logs[&note].life(), Life::Open);
}

#[test]
fn somebody_else_s_clock_that_is_years_ahead_destroys_nothing() {
    let mut it = noted(846);
    let (lead, note, admin) = (it.staff.lead, it.note, it.staff.admin);
    it.staff.world.skew_clock(admin, i64::try_from(9 * 366 * DAY_MS).expect("some years"));
    it.staff.world.invite(admin, Role::Employee, "新しい人");
    it.staff.world.settle();

    it.staff.world.restart(lead);
    it.staff.world.unlock(lead);
    it.staff.world.settle();

    assert!(it.staff.world.can_open(lead, note));
}

#[test]
fn what_a_clock_dates_that_is_years_behind_is_kept_from_the_day_it_was_begun() {
    let mut staff = staff(847);
    let (lead, admin) = (staff.lead, staff.admin);
    let person = staff.meet(lead, "佐伯 悠真");
    staff.world.skew_clock(lead, -i64::try_from(6 * 366 * DAY_MS).expect("some years"));
    let note = staff.note(lead, person.case, "promotion", "CANARY 係長の打診。");
    staff.world.skew_clock(lead, 0);
    let mut it = Case { staff, person, note };

    years_pass(&mut it, 60);
    it.staff.world.restart(lead);
    it.staff.world.unlock(lead);
    it.staff.world.settle();
    assert!(it.staff.world.can_open(lead, note));

    // It is not kept for ever either.
    it.staff.world.wait_until(it.staff.world.now().plus_ms(70 * DAY_MS));
    it.staff.world.invite(admin, Role::Employee, "もう一人");
    it.staff.world.settle();
    it.staff.world.restart(lead);
    it.staff.world.unlock(lead);
    it.staff.world.settle();
    assert!(!it.staff.world.can_open(lead, note));
}

#[test]
fn what_a_clock_dates_that_is_years_behind_is_kept_also_before_the_server_has_it() {
    let mut staff = staff(868);
    let lead = staff.lead;
    let person = staff.meet(lead, "佐伯 悠真");
    staff.world.offline(lead);
    staff.world.skew_clock(lead, -i64::try_from(6 * 366 * DAY_MS).expect("some years"));
    let note = staff.note(lead, person.case, "promotion", "CANARY 係長の打診。");
    staff.world.skew_clock(lead, 0);

    staff.world.restart(lead);
    staff.world.unlock(lead);
    staff.world.wait_ms(1_000);
    assert!(left_of(&staff.world, lead, note) > 0);
    staff.world.online(lead);
    staff.world.settle();
    assert!(staff.world.can_open(lead, note));
}

#[test]
fn a_legal_hold_stops_the_term_until_it_is_lifted() {
    let mut it = noted(842);
    let (lead, note, case) = (it.staff.lead, it.note, it.person.case);
    it.staff.act(lead, ReportAct::Hold { case, reason: "訴訟のため".into() });
    it.staff.world.settle();
    years_pass(&mut it, 0);
    it.staff.world.wait_ms(30 * DAY_MS);
    it.staff.world.invite(it.staff.admin, Role::Employee, "もう一人");
    it.staff.world.settle();
    assert!(it.staff.world.can_open(lead, note));
    let rights = it.staff.rights(it.person.phone, case);
    assert_eq!(rights.kept_until.as_deref(), Some("2031-05-19"));

    let hold = rights.holds[0].hold.clone();
    it.staff.act(lead, ReportAct::Lift { case, hold });
    it.staff.world.settle();
    it.staff.world.restart(lead);
    it.staff.world.unlock(lead);
    it.staff.world.settle();
    assert!(!it.staff.world.can_open(lead, note));
}

/// Every envelope of documents as the server has them, and every secret on any device.
#[test]
fn after_shredding_no_key_of_any_device_opens_anything_that_was_stored() {
    for seed in 843..847 {
        let mut it = noted(seed);
        let (lead, case) = (it.staff.lead, it.person.case);
        let successor = it.staff.account(it.staff.colleague);
        it.staff.decide(it.person, Matter::HandOver, Decision::Agreed, Scope::To(successor));
        it.staff.world.settle();
        it.staff.act(lead, ReportAct::HandOver { case, successor });
        it.staff.world.settle();
        let second = it.staff.note(lead, case, "skills", "CANARY 二回目。");
        // In whatever order: one goes while a reader is offline.
        let order = if seed % 2 == 0 { [it.note, second] } else { [second, it.note] };
        it.staff.world.offline(it.staff.colleague);
        let reader = it.staff.world.store().reader();
        let stored: Vec<Vec<u8>> = order
            .iter()
            .flat_map(|id| reader.envelopes(*id, Number(0)).expect("a pull").items)
            .map(|bytes| bytes.0)
            .collect();
        assert!(stored.len() >= order.len());
        assert_eq!(opened(&it.staff.world, &stored), stored.len());

        for id in order {
            it.staff.world.ask(lead, Command::Shred(id));
            it.staff.world.wait_ms(u64::from(seed % 3 == 0) * 400);
        }
        it.staff.world.settle();
        it.staff.world.online(it.staff.colleague);
        it.staff.world.settle();

        assert_eq!(opened(&it.staff.world, &stored), 0, "seed {seed}");
    }
}

/// How many of these envelopes any secret of any device opens.
fn opened(world: &World, stored: &[Vec<u8>]) -> usize {
    let mut secrets: Vec<[u8; 32]> = vec![];
    for device in world.devices() {
        if world.on(device).disk.is_empty() {
            continue;
        }
        for (name, content) in records(&world.on(device).disk).1 {
            if let (Name::Secret(..), Content::Bytes(bytes)) = (name, content) {
                secrets.extend(<[u8; 32]>::try_from(bytes.0));
            }
        }
    }
    let authors = crate::removal::logs(world).0;
    let opens = |bytes: &&Vec<u8>| {
        let envelope = Envelope::parse((*bytes).clone()).expect("a stored envelope");
        let key = authors.device(envelope.header().device).expect("its author").keys.verify;
        let envelope = envelope.verify(&key).expect("a signature that holds");
        secrets.iter().any(|secret| {
            let secret = EpochSecret::new(Secret::new(Box::new(*secret)));
            seal::open(&envelope, &secret).is_ok()
        })
    };
    stored.iter().filter(opens).count()
}

/// The employee of the case may choose among slots of a company whose contract says this.
fn contract(it: &mut Case, field: &str, years: i64) -> DocumentId {
    let lead = it.staff.lead;
    let company = it.staff.company();
    it.staff.world.ask(lead, Command::Open(company));
    it.staff.world.set(lead, company, field, Value::Number(years));
    it.staff.world.settle();
    company
}

/// Who comes by the poster is of the company's people, and stands in none of its documents.
fn by_poster(seed: u64, years: i64) -> Case {
    let mut it = Case { staff: staff(seed), person: NOBODY, note: NOBODY.case };
    let (lead, company) = (it.staff.lead, contract(&mut it, "note_years", years));
    let wish = PlanAct::MakePoster { company, alias: "みなと".into(), uses: 1, days: 60 };
    it.staff.world.ask(lead, Command::Plan(wish));
    it.staff.world.settle();
    let poster = it.staff.world.on_mut(lead).screen.invitation.take().expect("a poster").fragment;
    let phone = it.staff.world.device("佐伯の電話");
    it.staff.world.arrive(phone, &poster, "佐伯");
    it.staff.world.settle();
    let account = it.staff.world.on(lead).screen.plan.home.newcomers[0].account;
    let name = PlanAct::NamePerson { account, name: "佐伯 悠真".into() };
    it.staff.world.ask(lead, Command::Plan(name));
    it.staff.world.ask(lead, Command::OpenCase(account));
    it.staff.world.settle();
    let case = it.staff.world.on(lead).screen.home.cases[0].case;
    it.person = Person { phone, case };
    it.note = it.staff.note(lead, case, "promotion", "CANARY 係長の打診。");
    it
}

const NOBODY: Person = Person { phone: DeviceNo(0), case: DocumentId::new([0; 16]) };

#[test]
fn the_contract_says_how_long_notes_are_kept_also_to_a_device_that_was_away_for_months() {
    let mut it = by_poster(850, 2);
    let (lead, note, case) = (it.staff.lead, it.note, it.person.case);
    let until = |it: &mut Case, device| it.staff.rights(device, case).kept_until;
    let phone = it.person.phone;
    assert_eq!(until(&mut it, phone).as_deref(), Some("2028-05-19"));
    assert_eq!(until(&mut it, lead).as_deref(), Some("2028-05-19"));
    let consent = it.staff.part(it.person.phone, case, Kind::CaseConsent);

    days_pass(&mut it, 2 * 365 - 30);
    assert!(it.staff.world.can_open(lead, note));
    it.staff.world.ask(lead, Command::Lock);
    it.staff.world.offline(lead);
    let later = it.staff.world.now().plus_ms(120 * DAY_MS);
    it.staff.world.wait_until(later);
    it.staff.world.restart(lead);
    it.staff.world.unlock(lead);
    it.staff.world.wait_ms(1_000);
    assert_eq!(left_of(&it.staff.world, lead, note), 0, "without a network");

    it.staff.world.online(lead);
    it.staff.world.settle();
    let (_, logs) = crate::removal::logs(&it.staff.world);
    assert_eq!(logs[&note].life(), Life::Shredded);
    assert_eq!(logs[&case].life(), Life::Open, "what both read is kept for five years");
    assert_eq!(logs[&consent].life(), Life::Open);
}

#[test]
fn a_contract_that_keeps_notes_longer_keeps_them_longer_than_what_both_read() {
    let mut it = by_poster(851, 8);
    let (lead, note, case) = (it.staff.lead, it.note, it.person.case);
    let consent = it.staff.part(it.person.phone, case, Kind::CaseConsent);
    let life = |it: &Case, id: DocumentId| crate::removal::logs(&it.staff.world).1[&id].life();

    days_pass(&mut it, 5 * 365 + 10);
    it.staff.world.restart(lead);
    it.staff.world.unlock(lead);
    it.staff.world.settle();
    assert_eq!((life(&it, case), life(&it, note)), (Life::Shredded, Life::Open));
    assert!(it.staff.world.can_open(lead, note));
    it.staff.act(it.person.phone, ReportAct::Show(consent));
    let rights = it.staff.world.on(it.person.phone).screen.rights[&consent].clone();
    assert_eq!(rights.kept_until.as_deref(), Some("2034-05-19"));

    days_pass(&mut it, 3 * 365);
    it.staff.world.restart(lead);
    it.staff.world.unlock(lead);
    it.staff.world.settle();
    assert_eq!((life(&it, note), life(&it, consent)), (Life::Shredded, Life::Open));

    // A case that was never closed is closed by the end of what both read.
    days_pass(&mut it, 2 * 365 + 10);
    it.staff.world.restart(lead);
    it.staff.world.unlock(lead);
    it.staff.world.settle();
    assert_eq!(life(&it, consent), Life::Shredded);
}

#[test]
fn a_new_device_destroys_nothing_while_it_has_not_heard_of_the_last_interview() {
    for seed in 852..855 {
        let mut it = noted(seed);
        let (lead, first) = (it.staff.lead, it.note);
        days_pass(&mut it, 5 * 365 - 30);
        let second = it.staff.note(lead, it.person.case, "skills", "CANARY 二回目。");
        days_pass(&mut it, 300);

        let laptop = it.staff.world.link_device(lead, "佐藤のパソコン");
        it.staff.world.settle();

        for note in [first, second] {
            for device in [lead, laptop] {
                assert!(it.staff.world.can_open(device, note), "seed {seed}");
            }
        }
    }
}

#[test]
fn the_employee_is_offered_a_copy_sixty_days_before_what_both_read_goes() {
    let mut it = noted(856);
    let (phone, case) = (it.person.phone, it.person.case);
    let offer = |it: &mut Case| it.staff.rights(phone, case).keep_copy_by;
    assert_eq!(offer(&mut it), None);

    years_pass(&mut it, 61);
    assert_eq!(offer(&mut it), None);
    days_pass(&mut it, 2);
    assert_eq!(offer(&mut it).as_deref(), Some("2031-05-19"));
    // What is held does not go, and nobody is hurried.
    it.staff.act(it.staff.lead, ReportAct::Hold { case, reason: "訴訟のため".into() });
    it.staff.world.settle();
    assert_eq!(offer(&mut it), None);
}

#[test]
fn the_list_that_a_company_gave_is_destroyed_ninety_days_after_the_contract_with_a_proof() {
    let mut it = Case { staff: staff(857), person: NOBODY, note: NOBODY.case };
    let (lead, colleague) = (it.staff.lead, it.staff.colleague);
    let company = it.staff.company();
    it.staff.world.ask(lead, Command::Open(company));
    it.staff.world.set(lead, company, "to", Value::When("2026-09-30".into()));
    let csv = Blob("name,name_kana\n佐伯 悠真,さえき ゆうま\n".as_bytes().to_vec());
    let import = PlanAct::ImportRoster { company, csv, words: vec![], is_trial: false };
    it.staff.world.ask(lead, Command::Plan(import));
    it.staff.world.settle();
    let roster = it.staff.documents(lead, Kind::Roster)[0];
    let end = Date::parse("2026-12-29").expect("a day");
    let today = Date::at(it.staff.world.now());
    let proofs = |it: &mut Case, device: DeviceNo| {
        it.staff.act(device, ReportAct::Show(company));
        it.staff.world.on(device).screen.rights[&company].certificates.clone()
    };
    let life = |it: &Case| crate::removal::logs(&it.staff.world).1[&roster].life();

    days_pass(&mut it, u64::try_from(today.days_until(end)).expect("days to come"));
    it.staff.world.restart(lead);
    it.staff.world.unlock(lead);
    it.staff.world.settle();
    assert_eq!((life(&it), proofs(&mut it, lead)), (Life::Open, vec![]));

    // One day more, and those that a wrong clock is given.
    days_pass(&mut it, 5);
    it.staff.world.restart(lead);
    it.staff.world.unlock(lead);
    it.staff.world.settle();
    assert_eq!(life(&it), Life::Shredded);
    for device in [lead, colleague] {
        let proofs = proofs(&mut it, device);
        assert_eq!(proofs.len(), 1);
        let proof = &proofs[0];
        assert_eq!((proof.document, proof.kind.as_str()), (roster, "roster"));
        assert_eq!(proof.reason, "term");
        assert_eq!(Date::at(proof.since), end.plus_days(1));
    }
}

#[test]
fn the_end_of_a_term_is_counted_from_the_last_interview() {
    let mut it = noted(848);
    let rights = it.staff.rights(it.staff.lead, it.person.case);
    assert_eq!(rights.kept_until.as_deref(), Some("2031-05-19"));
    let next = UnixMillis(it.staff.world.now().0 + 30 * DAY_MS);
    it.staff.world.wait_until(next);
    it.staff.note(it.staff.lead, it.person.case, "skills", "二回目。");
    let rights = it.staff.rights(it.staff.lead, it.person.case);
    assert_eq!(rights.kept_until.as_deref(), Some("2031-06-18"));
}
