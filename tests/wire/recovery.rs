//! Recovery kits: who may name one, for whom it is good, and when it ends.

use shared::log::{
    EntryError,
    org::{
        AccountFreeze, AccountRemove, DeviceAdd, DeviceKeys, DeviceRevoke, OrgBody, RecoverySet,
    },
};

use crate::cast::{
    ADMIN, CONSULTANT, EMPLOYEE, FIRM, Firm, Person, SUPERVISOR, grant, kem_key, key, kit,
};

fn say(firm: &mut Firm, by: Person, body: &OrgBody) -> Result<(), EntryError> {
    let entry = firm.entry_by(by, body);
    firm.append(entry)
}

/// A kit of `person`, and its index.
fn set(firm: &mut Firm, person: Person, number: u8) -> u64 {
    let index = firm.log.head().length;
    let body = firm.sets_kit(person, number);
    say(firm, person, &body).unwrap();
    index
}

fn add(firm: &mut Firm, index: u64, number: u8, body: &OrgBody) -> Result<(), EntryError> {
    let entry = firm.entry_by_kit(index, number, body);
    firm.append(entry)
}

#[test]
fn everybody_may_have_a_kit_that_adds_devices_of_their_own() {
    for person in [ADMIN, CONSULTANT, SUPERVISOR, EMPLOYEE] {
        let mut firm = Firm::staffed();
        let index = set(&mut firm, person, 0x60);
        for device in [0x61, 0x62] {
            assert_eq!(add(&mut firm, index, 0x60, &person.adds_device(device)), Ok(()));
        }
        assert_eq!(firm.log.devices_of(person.account()).count(), 3);
    }
}

#[test]
fn nobody_names_a_kit_for_somebody_else() {
    let mut firm = Firm::staffed();
    // An admin who says it of an account that is not his signs for another account than his own.
    let body = firm.sets_kit(CONSULTANT, 0x60);
    for person in [ADMIN, SUPERVISOR, EMPLOYEE] {
        assert_eq!(say(&mut firm, person, &body), Err(EntryError::Unauthentic));
    }
    // His own is good for his own account only.
    let index = set(&mut firm, ADMIN, 0x61);
    let taken = add(&mut firm, index, 0x61, &CONSULTANT.adds_device(0x62));
    assert_eq!(taken, Err(EntryError::Unauthorised));
    assert!(!firm.log.takes_seeds(CONSULTANT.account(), kit_id(&firm, index)));
    assert!(firm.log.takes_seeds(ADMIN.account(), kit_id(&firm, index)));
}

fn kit_id(firm: &Firm, index: u64) -> shared::id::DeviceId {
    firm.log.kit_at(index).unwrap().1.set.id()
}

#[test]
fn a_kit_says_nothing_but_that_a_device_is_added() {
    let mut firm = Firm::staffed();
    let index = set(&mut firm, ADMIN, 0x60);
    let bodies = [
        EMPLOYEE.joins_as(shared::log::org::Role::Employee),
        OrgBody::EnrolGrant(grant(0x70, shared::log::org::Enrols::Device(ADMIN.account()))),
        OrgBody::DeviceRevoke(DeviceRevoke { device: EMPLOYEE.device() }),
        OrgBody::AccountRemove(AccountRemove { account: EMPLOYEE.account() }),
        firm.sets_kit(ADMIN, 0x63),
    ];
    for body in bodies {
        let taken = add(&mut firm, index, 0x60, &body);
        assert_eq!(taken, Err(EntryError::Unauthorised), "{body:?}");
    }
}

#[test]
fn a_kit_is_for_one_firm_and_proves_its_key() {
    let mut firm = Firm::staffed();
    let (_, keys) = kit(0x60);
    // A server makes a firm of the same id, and shows a log that names the kit.
    let elsewhere = shared::id::EntryHash::new([7; 32]);
    let moved = keys.set(elsewhere, CONSULTANT.account());
    let taken = say(&mut firm, CONSULTANT, &OrgBody::RecoverySet(moved));
    assert_eq!(taken, Err(EntryError::Unauthentic));

    let genesis = firm.log.genesis();
    let right = keys.set(genesis, CONSULTANT.account());
    for swapped in [
        RecoverySet { verify: key(0x61).verify_key(), ..right.clone() },
        RecoverySet { kem: kem_key(9).public().to_vec().into(), ..right.clone() },
    ] {
        let taken = say(&mut firm, CONSULTANT, &OrgBody::RecoverySet(swapped));
        assert_eq!(taken, Err(EntryError::Unauthentic));
    }
    let short = RecoverySet { kem: vec![1; 1_215].into(), ..right };
    let taken = say(&mut firm, CONSULTANT, &OrgBody::RecoverySet(short));
    assert_eq!(taken, Err(EntryError::Malformed));
}

#[test]
fn a_key_enrols_as_one_thing_only() {
    let mut firm = Firm::staffed();
    set(&mut firm, CONSULTANT, 0x60);
    let again = firm.sets_kit(CONSULTANT, 0x60);
    assert_eq!(say(&mut firm, CONSULTANT, &again), Err(EntryError::Contradiction));
    let mut granted = grant(0x70, shared::log::org::Enrols::Device(CONSULTANT.account()));
    granted.key = kit(0x60).1.sign.verify_key();
    assert_eq!(firm.grant(CONSULTANT, granted), Err(EntryError::Contradiction));
    // Nor does a kit take the place of a device.
    let genesis = firm.log.genesis();
    let device = CONSULTANT.device_key();
    let kem = kem_key(1).public().to_vec();
    let own = RecoverySet::make(genesis, CONSULTANT.account(), &device, kem);
    let taken = say(&mut firm, CONSULTANT, &OrgBody::RecoverySet(own));
    assert_eq!(taken, Err(EntryError::Contradiction));
}

#[test]
fn the_newest_kit_is_the_only_one() {
    let mut firm = Firm::staffed();
    let old = set(&mut firm, CONSULTANT, 0x60);
    let old_id = kit_id(&firm, old);
    let new = set(&mut firm, CONSULTANT, 0x62);

    let taken = add(&mut firm, old, 0x60, &CONSULTANT.adds_device(0x61));
    assert_eq!(taken, Err(EntryError::Spent));
    assert!(!firm.log.takes_seeds(CONSULTANT.account(), old_id));
    assert_eq!(add(&mut firm, new, 0x62, &CONSULTANT.adds_device(0x61)), Ok(()));
}

#[test]
fn a_kit_ends_with_the_device_that_made_it_if_its_owner_says_so() {
    for (by, expected) in [(CONSULTANT, Err(EntryError::Unauthorised)), (ADMIN, Ok(()))] {
        let mut firm = Firm::staffed();
        let first = set(&mut firm, CONSULTANT, 0x60);
        add(&mut firm, first, 0x60, &CONSULTANT.adds_device(0x61)).unwrap();
        let revoke = OrgBody::DeviceRevoke(DeviceRevoke { device: CONSULTANT.device() });
        let entry = if by == ADMIN {
            firm.entry_by(ADMIN, &revoke)
        } else {
            let device = DeviceKeys::make(FIRM, CONSULTANT.account(), &key(0x61), vec![]).id();
            let author = shared::log::Author::Device(device);
            revoke.sign(firm.place(author), &key(0x61))
        };
        firm.append(entry).unwrap();

        assert_eq!(add(&mut firm, first, 0x60, &CONSULTANT.adds_device(0x64)), expected);
        // The device that is left makes another.
        let owner = firm.log.account(CONSULTANT.account()).unwrap();
        assert_eq!(owner.kit().is_some(), expected.is_ok());
    }
}

#[test]
fn a_kit_of_somebody_who_may_not_come_in_is_worth_nothing() {
    let mut firm = Firm::staffed();
    let index = set(&mut firm, CONSULTANT, 0x60);
    let account = CONSULTANT.account();
    let freeze = |frozen| OrgBody::AccountFreeze(AccountFreeze { account, frozen });
    let adds = |device| {
        OrgBody::DeviceAdd(DeviceAdd {
            account,
            device: DeviceKeys::make(FIRM, account, &key(device), vec![device; 1216]),
        })
    };
    say(&mut firm, ADMIN, &freeze(true)).unwrap();
    assert_eq!(add(&mut firm, index, 0x60, &adds(0x61)), Err(EntryError::Unauthorised));
    say(&mut firm, ADMIN, &freeze(false)).unwrap();
    assert_eq!(add(&mut firm, index, 0x60, &adds(0x61)), Ok(()));
    assert!(firm.log.takes_seeds(account, kit_id(&firm, index)));
    say(&mut firm, ADMIN, &OrgBody::AccountRemove(AccountRemove { account })).unwrap();
    assert_eq!(add(&mut firm, index, 0x60, &adds(0x62)), Err(EntryError::Unauthorised));
    assert!(!firm.log.takes_seeds(account, kit_id(&firm, index)), "nor is anything sealed to it");
    assert_eq!(firm.log.account(account).unwrap().kit(), None);
}

#[test]
fn seeds_are_sealed_to_devices_of_their_own_account_that_are_not_revoked() {
    let mut firm = Firm::staffed();
    let device = CONSULTANT.device();
    assert!(firm.log.takes_seeds(CONSULTANT.account(), device));
    assert!(!firm.log.takes_seeds(EMPLOYEE.account(), device));

    say(&mut firm, ADMIN, &OrgBody::DeviceRevoke(DeviceRevoke { device })).unwrap();

    assert!(!firm.log.takes_seeds(CONSULTANT.account(), device));
}
