//! What was told stays with the employee as long as it is kept, also when what both read is gone.

use engine::{
    casework::{
        matter::MatterId,
        rule::disclosure::{Category, Recipient, decision::Answer, record::Means},
    },
    command::Command,
    view::LineRow,
};
use harness::world::DeviceNo;
use shared::{
    id::DocumentId,
    log::{document::Life, org::Role},
};

use super::{Cast, EMPLOYEE, HOUR_MS, begun, cast};

const DAY_MS: u64 = 24 * HOUR_MS;
const WORDS: &str = "来年度は品質保証課の仕事を希望します。";

/// Time passes, and somebody of the firm signs something, so that its clock is known to go on.
fn days_pass(it: &mut Cast, days: u64) {
    let end = it.world.now().plus_ms(days * DAY_MS);
    for device in it.world.devices() {
        it.world.offline(device);
    }
    it.world.wait_until(end);
    for device in it.world.devices() {
        it.world.online(device);
    }
    it.world.settle();
    it.world.invite(it.admin, Role::Employee, "新しい人");
    it.world.settle();
    for device in [it.tablet, it.phone] {
        it.world.restart(device);
        it.world.unlock(device);
    }
    it.world.settle();
}

/// A personnel department is told by consent, two years after the only interview.
fn told(it: &mut Cast) -> MatterId {
    it.world.add_interview(it.tablet, it.case);
    it.world.settle();
    days_pass(it, 2 * 365);
    for device in [it.tablet, it.phone] {
        it.world.ask(device, Command::Open(it.disclosure));
    }
    let matter = it.begin(begun(Category::Benefit, Recipient::Personnel, "人事課長", WORDS));
    let checked =
        super::reassess(Recipient::Personnel, super::Conflict::Clear, super::Consent::Given);
    it.done(matter, checked);
    assert_eq!(it.send(matter), None);
    it.world.settle();
    assert_eq!(it.answer(matter, Answer::Approved, ""), None);
    it.world.settle();
    assert_eq!(it.transmit(matter, Means::Written), None);
    it.world.settle();
    matter
}

/// What a device shows of what was told, found from its first page.
#[track_caller]
fn found(it: &mut Cast, device: DeviceNo) -> Vec<LineRow> {
    let rows = &it.world.on(device).screen.home.cases;
    let row = rows.iter().find(|row| row.case == it.case).expect("the case on the first page");
    assert_eq!(row.consultant_name, "佐藤 恵");
    assert!(row.interviews.is_empty());
    let (disclosure, consent) = (row.disclosure, row.consent.expect("what was decided"));
    assert_eq!(disclosure, Some(it.disclosure));
    it.world.ask(device, Command::Open(it.disclosure));
    it.world.ask(device, Command::Open(consent));
    let decided = &it.world.on(device).screen.consents[&consent];
    assert!(decided.rows.iter().any(|row| !row.events.is_empty()), "what they approved");
    it.lines(device).to_vec()
}

fn life(it: &Cast, id: DocumentId) -> Life {
    crate::removal::logs(&it.world).1[&id].life()
}

#[test]
fn what_was_told_is_read_by_the_employee_for_as_long_as_there_is_a_record_of_it() {
    let mut it = cast(760);
    let matter = told(&mut it);
    let before = it.lines(it.phone).to_vec();
    assert_eq!(before.len(), 1);

    days_pass(&mut it, 3 * 365 + 20);
    assert_eq!((life(&it, it.case), life(&it, it.disclosure)), (Life::Shredded, Life::Open));
    let fresh = it.world.link_device(it.phone, "新しいスマートフォン");
    it.world.settle();
    for device in [it.phone, fresh, it.tablet] {
        assert_eq!(found(&mut it, device), before, "{}", it.world.on(device).name);
    }
    let row = it.world.on(it.tablet).screen.home.cases.iter().find(|row| row.case == it.case);
    assert_eq!(row.map(|row| row.employee_name.as_str()), Some(EMPLOYEE));

    // They may still take back what they agreed to, and the consultant hears of it.
    assert_eq!(it.answer(matter, Answer::Withdrawn, ""), None);
    it.world.settle();
    assert!(it.lines(it.tablet)[0].is_withdrawn);

    days_pass(&mut it, 2 * 365);
    assert_eq!(life(&it, it.disclosure), Life::Shredded);
}

#[test]
fn what_both_read_may_be_destroyed_early_and_what_was_told_is_still_found() {
    let mut it = cast(761);
    told(&mut it);
    let before = it.lines(it.phone).to_vec();

    it.world.ask(it.tablet, Command::Shred(it.case));
    it.world.settle();

    assert_eq!(life(&it, it.case), Life::Shredded);
    let phone = it.phone;
    assert_eq!(found(&mut it, phone), before);
}
