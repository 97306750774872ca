//! What day it was, where clocks are wrong.

use shared::{
    log::{
        Author, Place,
        org::{EnrolGrant, Enrols, OrgBody, Role},
    },
    time::UnixMillis,
};

use crate::cast::{ADMIN, CONSULTANT, DAY_MS, Firm, Person, START, grant};

const YEAR_MS: u64 = 365 * DAY_MS;

/// Somebody invites somebody, by their own clock.
fn speaks(firm: &mut Firm, person: Person, number: u8, at: UnixMillis) {
    let body = EnrolGrant {
        expires_at: at.plus_ms(DAY_MS),
        ..grant(number, Enrols::Account(Role::Employee))
    };
    let place = Place { at, ..firm.place(Author::Device(person.device())) };
    let entry = OrgBody::EnrolGrant(body).sign(place, &person.device_key());
    firm.append(entry).unwrap();
}

fn length(firm: &Firm) -> u64 {
    firm.log.head().length
}

/// Whether the log says that it is a day in which the firm was made.
fn is_then(at: UnixMillis) -> bool {
    (START..=START.plus_ms(DAY_MS)).contains(&at)
}

#[test]
fn no_clock_that_is_behind_makes_anything_older() {
    let mut firm = Firm::staffed();
    let long_ago = UnixMillis(START.0 - 9 * YEAR_MS);
    for number in 0..20 {
        speaks(&mut firm, CONSULTANT, 0x80 + number, long_ago);
        assert!(is_then(firm.log.about(length(&firm))), "{number}");
    }
}

#[test]
fn one_clock_that_is_ahead_makes_nothing_younger() {
    let mut firm = Firm::staffed();
    for number in 0..20 {
        speaks(&mut firm, CONSULTANT, 0x80 + number, START.plus_ms(9 * YEAR_MS));
        assert!(is_then(firm.log.about(length(&firm))), "{number}");
    }
    speaks(&mut firm, ADMIN, 0xA0, START.plus_ms(YEAR_MS));
    assert_eq!(firm.log.about(length(&firm)), START.plus_ms(YEAR_MS));
    assert!(is_then(firm.log.about(3)), "what was said later does not count");
}

#[test]
fn two_clocks_that_were_ahead_are_outlived_by_those_who_speak_after_them() {
    let mut firm = Firm::staffed();
    let others = [0x50, 0x54, 0x58, 0x5C, 0x60].map(Person);
    for person in others {
        firm.enrol(ADMIN, person, Role::Consultant);
    }
    speaks(&mut firm, CONSULTANT, 0x80, START.plus_ms(9 * YEAR_MS));
    speaks(&mut firm, ADMIN, 0x81, START.plus_ms(9 * YEAR_MS));

    // Five are asked: behind four others, one of the two is left.
    for (person, (number, is_right)) in
        others.into_iter().zip((0x90..).zip([false, false, false, true, true]))
    {
        speaks(&mut firm, person, number, START);
        assert_eq!(is_then(firm.log.about(length(&firm))), is_right, "{person:?}");
    }
}

#[test]
fn a_firm_begins_by_the_clock_of_its_first_device() {
    let firm = Firm::new();

    assert_eq!(firm.log.about(1), START);
    assert_eq!(firm.log.about(0), UnixMillis(0));
}

#[test]
fn what_a_device_signed_itself_is_no_witness_to_it() {
    let mut firm = Firm::staffed();
    speaks(&mut firm, CONSULTANT, 0x80, START.plus_ms(9 * YEAR_MS));

    assert!(is_then(firm.log.latest_besides(CONSULTANT.device())));
    assert_eq!(firm.log.latest_besides(ADMIN.device()), START.plus_ms(9 * YEAR_MS));
    assert_eq!(Firm::new().log.latest_besides(ADMIN.device()), UnixMillis(0));
}
