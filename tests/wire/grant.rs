//! Who may let in whom.

use shared::{
    id::{AccountId, Commitment},
    limit::{ACCOUNT_DEVICES_MAX, DOCUMENT_MEMBERS_MAX, GRANT_LIFE_MS_MAX, GRANT_USES_MAX},
    log::{
        Author, EntryError, Head, LogId, Place,
        document::{Access, Create, DocumentBody, DocumentLog},
        org::{AccountAdd, DeviceAdd, DeviceKeys, EnrolGrant, Enrols, OrgBody, Role},
    },
    sign::VerifyKey,
};

use crate::cast::{
    ADMIN, CONSULTANT, DAY_MS, DOCUMENT, EMPLOYEE, FIRM, Firm, Paper, Person, START, SUPERVISOR,
    create, document_place, grant, grants, key,
};

const STRANGER: Person = Person(0x70);
const GRANT: u8 = 0x7A;
const ROLES: [(Person, Role); 4] = [
    (ADMIN, Role::Admin),
    (CONSULTANT, Role::Consultant),
    (SUPERVISOR, Role::Supervisor),
    (EMPLOYEE, Role::Employee),
];

#[test]
fn who_may_invite_whom() {
    for (inviter, role) in ROLES {
        for (_, invited) in ROLES {
            let result = Firm::staffed().grant(inviter, grant(GRANT, Enrols::Account(invited)));

            let allowed = match role {
                Role::Admin => true,
                Role::Consultant => invited == Role::Employee,
                Role::Supervisor | Role::Employee => false,
            };
            let expected = if allowed { Ok(7) } else { Err(EntryError::Unauthorised) };
            assert_eq!(result, expected, "{role:?} invites {invited:?}");
        }
    }
}

#[test]
fn everybody_links_devices_of_their_own_and_nobody_elses() {
    for (inviter, role) in ROLES {
        for (owner, _) in ROLES {
            let body = grant(GRANT, Enrols::Device(owner.account()));
            let result = Firm::staffed().grant(inviter, body);

            let expected = if inviter == owner { Ok(7) } else { Err(EntryError::Unauthorised) };
            assert_eq!(result, expected, "{role:?} for {owner:?}");
        }
    }
}

#[test]
fn an_invitation_lets_in_one_role_and_no_other() {
    for (_, invited) in ROLES {
        for (_, claimed) in ROLES {
            let mut firm = Firm::staffed();
            let index = firm.grant(ADMIN, grant(GRANT, Enrols::Account(invited))).unwrap();

            let entry = firm.entry_by_grant(index, GRANT, &STRANGER.joins_as(claimed));

            let expected = if invited == claimed { Ok(()) } else { Err(EntryError::Unauthorised) };
            assert_eq!(firm.append(entry), expected, "{invited:?} as {claimed:?}");
        }
    }
}

#[test]
fn an_invitation_is_used_up() {
    let mut firm = Firm::staffed();
    let body = EnrolGrant { uses: 2, ..grant(GRANT, Enrols::Account(Role::Employee)) };
    let index = firm.grant(CONSULTANT, body).unwrap();
    let mut join = |number: u8| {
        let entry = firm.entry_by_grant(index, GRANT, &Person(number).joins_as(Role::Employee));
        firm.append(entry)
    };

    assert_eq!(join(0x80), Ok(()));
    assert_eq!(join(0x90), Ok(()));
    assert_eq!(join(0xA0), Err(EntryError::Spent));
}

#[test]
fn an_invitation_expires() {
    for (late_ms, expected) in [(0, Ok(())), (1, Err(EntryError::Expired))] {
        let mut firm = Firm::staffed();
        let body = grant(GRANT, Enrols::Account(Role::Employee));
        let index = firm.grant(CONSULTANT, body.clone()).unwrap();
        let at = body.expires_at.plus_ms(late_ms);
        let place = Place { at, ..firm.place(Author::Grant(index)) };

        let entry = STRANGER.joins_as(Role::Employee).sign(place, &key(GRANT));

        assert_eq!(firm.append(entry), expected);
    }
}

#[test]
fn an_invitation_lives_and_serves_within_limits() {
    let check = |uses, life_ms, expected| {
        let mut firm = Firm::staffed();
        let at = firm.place(Author::Root).at;
        let body = EnrolGrant {
            uses,
            expires_at: at.plus_ms(life_ms),
            ..grant(GRANT, Enrols::Account(Role::Employee))
        };
        let result = firm.grant(ADMIN, body).map(drop);
        assert_eq!(result, expected, "{uses} uses in {life_ms} ms");
    };

    check(0, DAY_MS, Err(EntryError::Contradiction));
    check(1, DAY_MS, Ok(()));
    check(GRANT_USES_MAX, DAY_MS, Ok(()));
    check(GRANT_USES_MAX + 1, DAY_MS, Err(EntryError::Contradiction));
    check(1, GRANT_LIFE_MS_MAX, Ok(()));
    check(1, GRANT_LIFE_MS_MAX + 1, Err(EntryError::Contradiction));
}

#[test]
fn a_grants_key_is_given_once() {
    let mut firm = Firm::staffed();
    firm.grant(ADMIN, grant(GRANT, Enrols::Account(Role::Employee))).unwrap();

    let again = firm.grant(CONSULTANT, grant(GRANT, Enrols::Account(Role::Employee)));

    assert_eq!(again, Err(EntryError::Contradiction));
}

#[test]
fn a_grant_nobody_made_lets_nobody_in() {
    let mut firm = Firm::staffed();
    let body = STRANGER.joins_as(Role::Employee);

    // Index 0 is the Genesis, 1 somebody else's grant, 99 nothing at all.
    for index in [0, 99, u64::MAX] {
        let entry = firm.entry_by_grant(index, GRANT, &body);
        assert_eq!(firm.append(entry), Err(EntryError::Unauthentic), "{index}");
    }
    let entry = firm.entry_by_grant(1, GRANT, &body);
    assert_eq!(firm.append(entry), Err(EntryError::Unauthentic));
}

#[test]
fn members_do_not_add_people_without_a_grant() {
    let mut firm = Firm::staffed();
    for (person, role) in ROLES {
        let entry = firm.entry_by(person, &STRANGER.joins_as(Role::Employee));
        assert_eq!(firm.append(entry), Err(EntryError::Unauthorised), "{role:?}");
        let entry = firm.entry_by(person, &person.adds_device(0x7B));
        assert_eq!(firm.append(entry), Err(EntryError::Unauthorised), "{role:?}");
    }
}

#[test]
fn a_linking_code_adds_no_device_to_another_account() {
    let mut firm = Firm::staffed();
    let body = grant(GRANT, Enrols::Device(CONSULTANT.account()));
    let index = firm.grant(CONSULTANT, body).unwrap();

    let foreign = firm.entry_by_grant(index, GRANT, &EMPLOYEE.adds_device(0x7B));
    let person = firm.entry_by_grant(index, GRANT, &STRANGER.joins_as(Role::Consultant));
    let own = firm.entry_by_grant(index, GRANT, &CONSULTANT.adds_device(0x7B));

    assert_eq!(firm.append(foreign), Err(EntryError::Unauthorised));
    assert_eq!(firm.append(person), Err(EntryError::Unauthorised));
    assert_eq!(firm.append(own), Ok(()));
}

#[test]
fn an_invitation_adds_no_device_to_an_account() {
    let mut firm = Firm::staffed();
    let body = grant(GRANT, Enrols::Account(Role::Consultant));
    let index = firm.grant(ADMIN, body).unwrap();

    let entry = firm.entry_by_grant(index, GRANT, &CONSULTANT.adds_device(0x7B));

    assert_eq!(firm.append(entry), Err(EntryError::Unauthorised));
}

#[test]
fn a_device_proves_that_it_holds_its_key_for_this_firm_and_account() {
    let firm_of = |number: u8| shared::id::FirmId::new([number; 16]);
    let good = STRANGER.device_keys();
    let kem = good.kem.0.clone();
    let make = |firm, account: AccountId| {
        DeviceKeys::make(firm, account, &STRANGER.device_key(), kem.clone())
    };
    let check = |device: DeviceKeys, expected| {
        let mut firm = Firm::staffed();
        let index = firm.grant(ADMIN, grant(GRANT, Enrols::Account(Role::Employee))).unwrap();
        let body = AccountAdd { role: Role::Employee, account: STRANGER.keys(), device };
        let entry = firm.entry_by_grant(index, GRANT, &OrgBody::AccountAdd(body));
        assert_eq!(firm.append(entry), expected);
    };

    check(good.clone(), Ok(()));
    check(make(firm_of(0xF1), STRANGER.account()), Err(EntryError::Unauthentic));
    check(make(FIRM, EMPLOYEE.account()), Err(EntryError::Unauthentic));
    let stolen = DeviceKeys { verify: CONSULTANT.device_keys().verify, ..good.clone() };
    check(stolen, Err(EntryError::Unauthentic));
    let mut other_kem = good.clone();
    other_kem.kem.0[5] ^= 1;
    check(other_kem, Err(EntryError::Unauthentic));
    // A small-order key would verify anything under lax rules.
    let mut identity = [0; 32];
    identity[0] = 1;
    check(DeviceKeys { verify: VerifyKey::new(identity), ..good }, Err(EntryError::Unauthentic));
}

#[test]
fn nobody_joins_twice_and_no_device_serves_two() {
    let mut firm = Firm::staffed();
    let body = EnrolGrant { uses: 9, ..grant(GRANT, Enrols::Account(Role::Employee)) };
    let index = firm.grant(ADMIN, body).unwrap();

    let twice = firm.entry_by_grant(index, GRANT, &EMPLOYEE.joins_as(Role::Employee));
    assert_eq!(firm.append(twice), Err(EntryError::Contradiction));

    // A stranger's device in the employee's name would be given the employee's documents.
    let account = EMPLOYEE.keys();
    let device = DeviceKeys::make(FIRM, account.account, &key(0x7B), vec![1; 1216]);
    let usurper = AccountAdd { role: Role::Employee, account, device };
    let entry = firm.entry_by_grant(index, GRANT, &OrgBody::AccountAdd(usurper));
    assert_eq!(firm.append(entry), Err(EntryError::Contradiction));

    let account = STRANGER.keys();
    let key = CONSULTANT.device_key();
    let device = DeviceKeys::make(FIRM, account.account, &key, vec![1; 1216]);
    let shared_device = AccountAdd { role: Role::Employee, account, device };
    let entry = firm.entry_by_grant(index, GRANT, &OrgBody::AccountAdd(shared_device));
    assert_eq!(firm.append(entry), Err(EntryError::Contradiction));
}

#[test]
fn an_account_has_so_many_devices_and_no_more() {
    let mut firm = Firm::staffed();
    let uses = u32::try_from(ACCOUNT_DEVICES_MAX).unwrap();
    let body = EnrolGrant { uses, ..grant(GRANT, Enrols::Device(EMPLOYEE.account())) };
    let index = firm.grant(EMPLOYEE, body).unwrap();
    let mut add = |number: u8| {
        let entry = firm.entry_by_grant(index, GRANT, &EMPLOYEE.adds_device(0x80 + number));
        firm.append(entry)
    };

    for number in 1..u8::try_from(ACCOUNT_DEVICES_MAX).unwrap() {
        assert_eq!(add(number), Ok(()), "device {number}");
    }
    assert_eq!(add(0x7F), Err(EntryError::Contradiction));
}

#[test]
fn a_device_is_not_added_to_an_account_that_is_not_there() {
    let mut firm = Firm::staffed();
    let body = grant(GRANT, Enrols::Device(STRANGER.account()));

    assert_eq!(firm.grant(ADMIN, body), Err(EntryError::Unauthorised));
    let add = DeviceAdd { account: STRANGER.account(), device: STRANGER.device_keys() };
    let entry = firm.entry_by(ADMIN, &OrgBody::DeviceAdd(add));
    assert_eq!(firm.append(entry), Err(EntryError::Unauthorised));
}

#[test]
fn only_managers_share_a_document_and_never_with_an_admin() {
    let firm = Firm::staffed();
    let check = |by: Person, to: Person, expected| {
        let mut paper = Paper::new(&firm);
        let entry = paper.entry_by(by, &grants(to, Access::Reader));
        assert_eq!(paper.append(&firm, entry), expected, "{by:?} to {to:?}");
    };

    check(CONSULTANT, EMPLOYEE, Ok(()));
    check(CONSULTANT, SUPERVISOR, Ok(()));
    check(CONSULTANT, ADMIN, Err(EntryError::Unauthorised));
    check(CONSULTANT, CONSULTANT, Err(EntryError::Contradiction));
    check(CONSULTANT, STRANGER, Err(EntryError::Contradiction));
    check(ADMIN, ADMIN, Err(EntryError::Unauthorised));
    check(ADMIN, EMPLOYEE, Err(EntryError::Unauthorised));
    check(EMPLOYEE, EMPLOYEE, Err(EntryError::Unauthorised));
    check(STRANGER, STRANGER, Err(EntryError::Unauthentic));
}

#[test]
fn a_reader_or_writer_lets_nobody_in() {
    let firm = Firm::staffed();
    for access in [Access::Reader, Access::Writer, Access::Manager] {
        let mut paper = Paper::new(&firm);
        let entry = paper.entry_by(CONSULTANT, &grants(EMPLOYEE, access));
        paper.append(&firm, entry).unwrap();

        let entry = paper.entry_by(EMPLOYEE, &grants(SUPERVISOR, Access::Reader));

        let may = access == Access::Manager;
        let expected = if may { Ok(()) } else { Err(EntryError::Unauthorised) };
        assert_eq!(paper.append(&firm, entry), expected, "{access:?}");
    }
}

#[test]
fn a_grant_gives_as_much_again_or_more_and_never_less() {
    let firm = Firm::staffed();
    for (has, granted, is_less) in [
        (Access::Reader, Access::Reader, false),
        (Access::Reader, Access::Writer, false),
        (Access::Writer, Access::Reader, true),
        (Access::Writer, Access::Writer, false),
        (Access::Writer, Access::Manager, false),
        (Access::Manager, Access::Writer, true),
        (Access::Manager, Access::Manager, false),
    ] {
        let mut paper = Paper::new(&firm);
        let entry = paper.entry_by(CONSULTANT, &grants(EMPLOYEE, has));
        paper.append(&firm, entry).unwrap();

        let entry = paper.entry_by(CONSULTANT, &grants(EMPLOYEE, granted));

        let expected = if is_less { Err(EntryError::Contradiction) } else { Ok(()) };
        assert_eq!(paper.append(&firm, entry), expected, "{granted:?} instead of {has:?}");
        let left = if is_less { has } else { granted };
        assert_eq!(paper.log.access(EMPLOYEE.account()), Some(left));
    }
}

#[test]
fn nobody_grants_anything_to_whoever_made_the_document() {
    let firm = Firm::staffed();
    for access in [Access::Reader, Access::Writer, Access::Manager] {
        let mut paper = Paper::new(&firm);
        let entry = paper.entry_by(CONSULTANT, &grants(SUPERVISOR, Access::Manager));
        paper.append(&firm, entry).unwrap();

        let entry = paper.entry_by(SUPERVISOR, &grants(CONSULTANT, access));

        assert_eq!(paper.append(&firm, entry), Err(EntryError::Contradiction), "{access:?}");
    }
}

#[test]
fn a_document_has_so_many_members_and_no_more() {
    let mut firm = Firm::staffed();
    let most = u8::try_from(DOCUMENT_MEMBERS_MAX).unwrap();
    // Numbers that are not anybody's yet, three for each person.
    let crowd: Vec<Person> = (0..most).map(|number| Person(0x50 + number * 2)).collect();
    let uses = u32::from(most);
    let body = EnrolGrant { uses, ..grant(GRANT, Enrols::Account(Role::Employee)) };
    let index = firm.grant(ADMIN, body).unwrap();
    for person in &crowd {
        let entry = firm.entry_by_grant(index, GRANT, &person.joins_as(Role::Employee));
        firm.append(entry).unwrap();
    }
    let mut paper = Paper::new(&firm);
    let mut let_in = |person: &Person, access| {
        let entry = paper.entry_by(CONSULTANT, &grants(*person, access));
        paper.append(&firm, entry)
    };
    let (last, all_but_last) = crowd.split_last().unwrap();

    for person in all_but_last {
        assert_eq!(let_in(person, Access::Reader), Ok(()));
    }
    assert_eq!(let_in(last, Access::Reader), Err(EntryError::Contradiction));
    assert_eq!(let_in(&crowd[0], Access::Writer), Ok(()), "a member's access may still change");
}

#[test]
fn a_document_begins_once_and_by_a_device_of_the_firm() {
    let firm = Firm::staffed();
    let mut paper = Paper::new(&firm);
    let again = paper.entry_by(CONSULTANT, &create());
    let strange = create().sign(document_place(Head::EMPTY, STRANGER), &STRANGER.device_key());
    let grant_first = grants(EMPLOYEE, Access::Reader)
        .sign(document_place(Head::EMPTY, CONSULTANT), &CONSULTANT.device_key());
    let rooted = Place { author: Author::Root, ..document_place(Head::EMPTY, CONSULTANT) };
    let rooted = create().sign(rooted, &key(crate::cast::ROOT));
    let begin = |entry| DocumentLog::begin(&firm.log, entry).err();

    assert_eq!(paper.append(&firm, again), Err(EntryError::Contradiction));
    assert_eq!(begin(&strange), Some(EntryError::Unauthentic));
    assert_eq!(begin(&grant_first), Some(EntryError::Misplaced));
    assert_eq!(begin(&rooted), Some(EntryError::Unauthorised));
    assert_eq!(begin(&firm.entries[0]), Some(EntryError::Misplaced));
}

#[test]
fn a_log_keeps_what_it_was_told() {
    let firm = Firm::staffed();
    let mut paper = Paper::new(&firm);
    let entry = paper.entry_by(CONSULTANT, &grants(EMPLOYEE, Access::Writer));
    paper.append(&firm, entry).unwrap();
    let DocumentBody::Create(Create { commitment }) = create() else { unreachable!() };

    let members: Vec<_> = paper.log.members().collect();

    assert_eq!(paper.log.creator(), CONSULTANT.account());
    assert_eq!(members.len(), 2);
    assert_eq!(paper.log.access(EMPLOYEE.account()), Some(Access::Writer));
    assert_eq!(paper.log.access(ADMIN.account()), None);
    assert_eq!(paper.log.commitment(paper.log.epoch()), Some(commitment));
    assert_ne!(commitment, Commitment::NONE);
    assert_eq!(LogId::Document(paper.log.document()), LogId::Document(DOCUMENT));
    assert_eq!(firm.log.device(EMPLOYEE.device()).map(|it| it.account), Some(EMPLOYEE.account()));
    assert!(firm.entries[0].at() == START);
}
