//! From where on a device counts, where its envelopes end, and who goes on behind that.

use shared::{
    Blob,
    id::{DeviceId, EnvelopeId, Epoch, Seq},
    limit::ENTRY_CUTS_MAX,
    log::{
        EntryError, Head, Place,
        document::{Access, Cut, DocumentLog, Inadmissible},
        org::{EnrolGrant, Enrols},
    },
};

use crate::{
    cast::{
        ADMIN, CONSULTANT, EMPLOYEE, Firm, Paper, SUPERVISOR, create, document_place, grant, grants,
    },
    removal::{cut, length, of, remove, revoke, revoke_device, rotate, say, shared_paper, write},
};

/// The employee links a further device with the key of `number`, by a grant of one more.
pub(crate) fn link(firm: &mut Firm, number: u8) -> DeviceId {
    let own = Enrols::Device(EMPLOYEE.account());
    let index = firm.grant(EMPLOYEE, grant(number + 1, own)).unwrap();
    let entry = firm.entry_by_grant(index, number + 1, &EMPLOYEE.adds_device(number));
    firm.append(entry).unwrap();
    DeviceId::derive(&crate::cast::key(number).verify_key())
}

/// Whether a device's envelopes end before this one: for good, and be it for a while.
fn ends(paper: &Paper, device: DeviceId, seq: u64) -> (bool, bool) {
    (paper.log.is_cut(device, Seq(seq)), paper.log.was_cut(device, Seq(seq)))
}

#[test]
fn a_device_says_nothing_before_the_entry_that_let_it_in() {
    let firm = Firm::staffed();
    let since = firm.log.device(EMPLOYEE.device()).unwrap().since;
    let begin = |seen| {
        let place = Place { org: Some(seen), ..document_place(Head::EMPTY, EMPLOYEE) };
        DocumentLog::begin(&firm.log, &create().sign(place, &EMPLOYEE.device_key())).map(drop)
    };

    assert_eq!(begin(since), Err(EntryError::Unauthorised));
    assert_eq!(begin(since + 1), Ok(()));
}

#[test]
fn envelopes_end_behind_the_cut_until_their_author_is_let_in_again() {
    let firm = Firm::staffed();
    let (mut paper, seen) = (shared_paper(&firm), length(&firm));
    let device = EMPLOYEE.device();
    assert_eq!(ends(&paper, device, 8), (false, false));

    let cuts = vec![cut(device, 7)];
    write(&mut paper, &firm, CONSULTANT, seen, &revoke(EMPLOYEE, cuts)).unwrap();
    assert_eq!(ends(&paper, device, 7), (false, false));
    assert_eq!(ends(&paper, device, 8), (true, true));
    assert_eq!(ends(&paper, CONSULTANT.device(), 8), (false, false));

    write(&mut paper, &firm, CONSULTANT, seen, &rotate(2, vec![])).unwrap();
    write(&mut paper, &firm, CONSULTANT, seen, &grants(EMPLOYEE, Access::Writer)).unwrap();
    assert_eq!(ends(&paper, device, 7), (false, false));
    assert_eq!(ends(&paper, device, 8), (false, true));
}

#[test]
fn who_is_let_in_again_to_read_writes_nothing_more() {
    let firm = Firm::staffed();
    let (mut paper, seen) = (shared_paper(&firm), length(&firm));
    let cuts = vec![cut(EMPLOYEE.device(), 7)];
    write(&mut paper, &firm, CONSULTANT, seen, &revoke(EMPLOYEE, cuts)).unwrap();
    write(&mut paper, &firm, CONSULTANT, seen, &rotate(2, vec![])).unwrap();

    write(&mut paper, &firm, CONSULTANT, seen, &grants(EMPLOYEE, Access::Reader)).unwrap();

    let next = paper.log.admits(&firm.log, &of(EMPLOYEE, 8, 2), EnvelopeId::new([6; 32]));
    assert_eq!(next, Err(Inadmissible::CutOff));
    assert_eq!(ends(&paper, EMPLOYEE.device(), 8), (true, true));
}

#[test]
fn a_device_that_was_revoked_does_not_come_back_with_its_owner() {
    let mut firm = Firm::staffed();
    let lost = link(&mut firm, 0x50);
    let (mut paper, before) = (shared_paper(&firm), length(&firm));
    let cuts = vec![cut(EMPLOYEE.device(), 7), cut(lost, 7)];
    write(&mut paper, &firm, CONSULTANT, before, &revoke(EMPLOYEE, cuts)).unwrap();
    say(&mut firm, EMPLOYEE, &revoke_device(lost)).unwrap();
    let after = length(&firm);
    let let_in = |seen| {
        let mut paper = paper.clone();
        write(&mut paper, &firm, CONSULTANT, seen, &grants(EMPLOYEE, Access::Writer)).unwrap();
        paper
    };

    let knowing = let_in(after);
    assert_eq!(ends(&knowing, EMPLOYEE.device(), 8), (false, true));
    assert_eq!(ends(&knowing, lost, 8), (true, true));
    assert_eq!(knowing.log.ending(&firm.log, None, after), []);

    // Who did not know of the revocation lets both in, and the next epoch ends the lost one again.
    let unaware = let_in(before);
    assert_eq!(ends(&unaware, lost, 8), (false, true));
    assert_eq!(unaware.log.ending(&firm.log, None, after), [lost]);
}

#[test]
fn a_revocation_ends_every_device_that_its_author_knew_of_and_no_other() {
    let mut firm = Firm::staffed();
    let paper = shared_paper(&firm);
    let second = link(&mut firm, 0x50);
    let after = length(&firm);
    let ending = |seen| {
        let mut devices = paper.log.ending(&firm.log, Some(EMPLOYEE.account()), seen);
        devices.sort();
        devices
    };
    let mut both = vec![EMPLOYEE.device(), second];
    both.sort();
    assert_eq!(ending(after - 1), [EMPLOYEE.device()]);
    assert_eq!(ending(after), both);

    let revoked = |seen| {
        let body = revoke(EMPLOYEE, vec![cut(second, 1)]);
        write(&mut paper.clone(), &firm, CONSULTANT, seen, &body)
    };

    assert_eq!(revoked(after - 1), Err(EntryError::Contradiction));
    assert_eq!(revoked(after), Ok(()));
}

#[test]
fn an_epoch_ends_nobodys_envelopes_who_is_no_member() {
    let mut firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    say(&mut firm, ADMIN, &remove(SUPERVISOR)).unwrap();
    let seen = length(&firm);
    assert_eq!(paper.log.ending(&firm.log, None, seen), []);

    let strange = rotate(2, vec![cut(SUPERVISOR.device(), 1)]);

    let said = write(&mut paper, &firm, CONSULTANT, seen, &strange);
    assert_eq!(said, Err(EntryError::Contradiction));
}

#[test]
fn a_revocation_names_so_many_devices_and_not_one_more() {
    let mut firm = Firm::staffed();
    let paper = shared_paper(&firm);
    let uses = u32::try_from(ENTRY_CUTS_MAX).unwrap();
    let own = grant(0x50, Enrols::Device(EMPLOYEE.account()));
    let index = firm.grant(EMPLOYEE, EnrolGrant { uses, ..own }).unwrap();
    let numbers = 0x80..0x80 + u8::try_from(ENTRY_CUTS_MAX).unwrap();
    let mut cuts = vec![cut(EMPLOYEE.device(), 1)];
    for number in numbers {
        let entry = firm.entry_by_grant(index, 0x50, &EMPLOYEE.adds_device(number));
        firm.append(entry).unwrap();
        let device = DeviceId::derive(&crate::cast::key(number).verify_key());
        say(&mut firm, EMPLOYEE, &revoke_device(device)).unwrap();
        cuts.push(cut(device, 1));
    }
    let revoked = |cuts: &[Cut]| {
        let body = revoke(EMPLOYEE, cuts.to_vec());
        write(&mut paper.clone(), &firm, CONSULTANT, length(&firm), &body)
    };

    assert_eq!(cuts.len(), ENTRY_CUTS_MAX + 1);
    assert_eq!(revoked(&cuts), Err(EntryError::Contradiction));
    assert_eq!(revoked(&cuts[1..]), Ok(()));
}

#[test]
fn nobody_is_let_in_who_had_left_the_firm_as_its_author_knew() {
    let mut firm = Firm::staffed();
    let before = length(&firm);
    say(&mut firm, ADMIN, &remove(EMPLOYEE)).unwrap();
    let let_in = |seen| {
        let body = grants(EMPLOYEE, Access::Reader);
        write(&mut Paper::new(&firm), &firm, CONSULTANT, seen, &body)
    };

    assert_eq!(let_in(before + 1), Err(EntryError::Contradiction));
    assert_eq!(let_in(before), Ok(()));
}

#[test]
fn an_epoch_hands_on_the_secret_before_it() {
    let paper = shared_paper(&Firm::staffed());

    assert_eq!(paper.log.previous(Epoch(0)), None);
    assert_eq!(paper.log.previous(Epoch(1)), Some(&Blob(vec![0x5E; 48])));
    assert_eq!(paper.log.previous(Epoch(2)), None);
}
