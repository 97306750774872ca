//! Log entries under attack: every bit, every field, every place.

use shared::{
    Blob,
    limit::ENTRY_BYTES_MAX,
    log::{
        Author, Entry, EntryError, LogId,
        document::{Access, DocumentLog},
        org::{OrgBody, OrgLog, Role},
    },
    sign::Domain,
};

use crate::{
    cast::{
        ADMIN, CONSULTANT, DOCUMENT, EMPLOYEE, FIRM, Firm, Paper, Person, ROOT, genesis,
        genesis_place, grants, key, kit,
    },
    raw::Statement,
    sample::{document_bodies, org_bodies},
};

/// A log that is about to take an entry.
enum Before {
    Nothing,
    Org(OrgLog),
    Document(Box<OrgLog>, Option<DocumentLog>),
}

impl Before {
    fn take(&self, entry: &Entry) -> Result<(), EntryError> {
        match self {
            Self::Nothing => OrgLog::begin(entry).map(drop),
            Self::Org(log) => log.clone().append(entry),
            Self::Document(org, None) => DocumentLog::begin(org, entry).map(drop),
            Self::Document(org, Some(log)) => log.clone().append(org, entry),
        }
    }
}

/// One entry of each kind, with the log it belongs to.
fn one_of_each() -> Vec<(&'static str, Before, Entry)> {
    let firm = Firm::staffed();
    let mut young = Firm::new();
    let mut told = vec![("genesis", Before::Nothing, firm.entries[0].clone())];
    for (name, entry) in ["enrol grant", "account add"].into_iter().zip(&firm.entries[1..]) {
        told.push((name, Before::Org(young.log.clone()), entry.clone()));
        young.append(entry.clone()).unwrap();
    }
    let mut linking = firm.clone();
    let grant = crate::cast::grant(0x50, shared::log::org::Enrols::Device(CONSULTANT.account()));
    let index = linking.grant(CONSULTANT, grant).unwrap();
    let device_add = linking.entry_by_grant(index, 0x50, &CONSULTANT.adds_device(0x51));
    told.push(("device add", Before::Org(linking.log), device_add));
    let mut kept = firm.clone();
    let set = kept.entry_by(CONSULTANT, &kept.sets_kit(CONSULTANT, 0x60));
    told.push(("recovery set", Before::Org(kept.log.clone()), set.clone()));
    let index = kept.log.head().length;
    kept.append(set).unwrap();
    let back = kept.entry_by_kit(index, 0x60, &CONSULTANT.adds_device(0x61));
    told.push(("device add by kit", Before::Org(kept.log), back));
    let paper = Paper::new(&firm);
    let create = paper.entries[0].clone();
    told.push(("create", Before::Document(Box::new(firm.log.clone()), None), create));
    let granted = paper.entry_by(CONSULTANT, &grants(EMPLOYEE, Access::Reader));
    told.push((
        "grant",
        Before::Document(Box::new(firm.log.clone()), Some(paper.log.clone())),
        granted,
    ));
    for (name, body) in org_bodies() {
        let by = if name == "key rotate" { CONSULTANT } else { ADMIN };
        told.push((name, Before::Org(firm.log.clone()), firm.entry_by(by, &body)));
    }
    let mut shared = paper.clone();
    let granted = shared.entry_by(CONSULTANT, &grants(EMPLOYEE, Access::Writer));
    shared.append(&firm, granted).unwrap();
    for (name, body) in document_bodies() {
        let before = Before::Document(Box::new(firm.log.clone()), Some(shared.log.clone()));
        told.push((name, before, shared.judged_entry_by(&firm, CONSULTANT, &body)));
    }
    told
}

#[test]
fn entries_of_every_kind_are_taken() {
    for (name, before, entry) in one_of_each() {
        assert_eq!(before.take(&entry), Ok(()), "{name}");
    }
}

#[test]
fn no_bit_of_an_entry_can_be_flipped() {
    for (name, before, entry) in one_of_each() {
        let bytes = entry.as_bytes();
        // Public keys are long and all alike: there, one bit of each byte.
        let step = if bytes.len() > 1024 { 7 } else { 1 };
        for bit in (0..bytes.len() * 8).step_by(step) {
            let mut flipped = bytes.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let taken = Entry::parse(&flipped).and_then(|entry| before.take(&entry));
            assert!(taken.is_err(), "{name}, bit {bit}");
        }
    }
}

#[test]
fn no_entry_can_be_cut_or_lengthened() {
    for (name, _, entry) in one_of_each() {
        let bytes = entry.as_bytes();
        for end in 0..bytes.len() {
            assert_eq!(Entry::parse(&bytes[..end]), Err(EntryError::Malformed), "{name} at {end}");
        }
        let longer = [bytes, &[0]].concat();
        assert_eq!(Entry::parse(&longer), Err(EntryError::Malformed), "{name}");
    }
}

#[test]
fn no_field_can_be_changed_under_the_same_signature() {
    for (name, before, entry) in one_of_each() {
        let (statement, signature) = Statement::of(&entry);
        for (field, flipped) in statement.flips() {
            let taken = flipped.with(signature).and_then(|entry| before.take(&entry));
            assert!(taken.is_err(), "{name}, {field}");
        }
    }
}

/// Whose key signed an entry of [`one_of_each`].
fn author_key(name: &str) -> shared::sign::SigningKey {
    match name {
        "genesis" => key(ROOT),
        "enrol grant" | "device revoke" | "account freeze" | "account remove" | "policy change"
        | "restore declared" | "release key" => ADMIN.device_key(),
        "account add" => key(CONSULTANT.0 + 2),
        "device add" => key(0x50),
        "device add by kit" => kit(0x60).1.sign,
        _ => CONSULTANT.device_key(),
    }
}

#[test]
fn the_rightful_author_cannot_misplace_an_entry_either() {
    for (name, before, entry) in one_of_each() {
        let (statement, _) = Statement::of(&entry);
        for (field, flipped) in statement.flips() {
            let taken = flipped.signed(&author_key(name)).and_then(|entry| before.take(&entry));
            match field {
                // The author's clock and what a newer program adds are the author's own affair.
                "at" | "extra" => assert_eq!(taken, Ok(()), "{name}, {field}"),
                "log" | "index up" | "index down" | "previous" => {
                    assert_eq!(taken, Err(EntryError::Misplaced), "{name}, {field}");
                }
                "kind unknown" => {
                    assert_eq!(taken, Err(EntryError::UnknownKind { kind: u32::MAX }), "{name}");
                }
                // Two kinds with the same fields: the author says something else, and may.
                "kind up"
                    if matches!(name, "account freeze" | "finalise" | "finalise what was read") =>
                {
                    assert_eq!(taken, Ok(()), "{name}");
                }
                "body" => assert_eq!(taken, Err(EntryError::Malformed), "{name}"),
                _ => assert!(taken.is_err(), "{name}, {field}"),
            }
        }
    }
}

#[test]
fn a_signature_made_for_another_purpose_is_refused() {
    for (name, before, entry) in one_of_each() {
        let (statement, _) = Statement::of(&entry);
        let rightful = match statement.log {
            LogId::Org(_) => Domain::OrgEntry,
            LogId::Document(_) => Domain::DocumentEntry,
        };
        for domain in [
            Domain::Envelope,
            Domain::OrgEntry,
            Domain::DocumentEntry,
            Domain::Login,
            Domain::Possession,
            Domain::Recovery,
        ] {
            let entry = statement.signed_for(domain, &author_key(name)).unwrap();
            let expected = if domain == rightful { Ok(()) } else { Err(EntryError::Unauthentic) };
            assert_eq!(before.take(&entry), expected, "{name}, {domain:?}");
        }
    }
}

#[test]
fn an_entry_under_somebody_elses_key_is_refused() {
    for (name, before, entry) in one_of_each() {
        let (statement, _) = Statement::of(&entry);
        let entry = statement.signed(&EMPLOYEE.device_key()).unwrap();
        assert_eq!(before.take(&entry), Err(EntryError::Unauthentic), "{name}");
    }
}

#[test]
fn unknown_fields_are_carried_byte_for_byte() {
    for (name, before, entry) in one_of_each() {
        let (statement, _) = Statement::of(&entry);
        let newer = Statement { extra: Some(Blob(b"from a newer program".to_vec())), ..statement };

        let entry = newer.signed(&author_key(name)).unwrap();

        assert_eq!(before.take(&entry), Ok(()), "{name}");
        let (carried, _) = Statement::of(&entry);
        assert_eq!(carried, newer, "{name}");
    }
}

#[test]
fn the_hash_of_an_entry_covers_unknown_fields_and_the_signature() {
    let entry = Firm::new().entries[0].clone();
    let (statement, signature) = Statement::of(&entry);
    let newer = Statement { extra: Some(Blob(vec![1])), ..statement.clone() };
    let mut other = *signature.as_bytes();
    other[0] ^= 1;

    let with_field = newer.with(signature).unwrap();
    let with_signature = statement.with(shared::sign::Signature::new(other)).unwrap();

    assert_ne!(with_field.hash(), entry.hash());
    assert_ne!(with_signature.hash(), entry.hash());
}

#[test]
fn the_largest_entry_is_admitted_and_one_byte_more_is_not() {
    let (statement, _) = Statement::of(&Paper::new(&Firm::staffed()).entries[0]);
    let sized = |extra: usize| {
        let longer = Statement { extra: Some(Blob(vec![0; extra])), ..statement.clone() };
        longer.signed(&CONSULTANT.device_key())
    };
    let overhead = sized(4096).unwrap().as_bytes().len() - 4096;
    let most = ENTRY_BYTES_MAX - overhead;

    assert_eq!(sized(most).unwrap().as_bytes().len(), ENTRY_BYTES_MAX);
    assert_eq!(sized(most + 1), Err(EntryError::Oversize { size: ENTRY_BYTES_MAX + 1 }));
}

#[test]
fn an_unknown_kind_closes_the_log_until_the_update() {
    let mut firm = Firm::staffed();
    let (statement, _) = Statement::of(&firm.entry_by(ADMIN, &OrgBody::Genesis(genesis())));
    for kind in [12, 13, 1000, u32::MAX] {
        let entry = Statement { kind, ..statement.clone() }.signed(&ADMIN.device_key()).unwrap();
        assert_eq!(firm.append(entry), Err(EntryError::UnknownKind { kind }));
    }
}

#[test]
fn a_replayed_reordered_or_forked_entry_is_misplaced() {
    let firm = Firm::staffed();

    let mut replay = firm.clone();
    for entry in &firm.entries[1..] {
        assert_eq!(replay.append(entry.clone()), Err(EntryError::Misplaced));
    }

    let mut skipping = Firm::new();
    assert_eq!(skipping.append(firm.entries[2].clone()), Err(EntryError::Misplaced));

    // Two histories with the same first entry: what follows the one does not follow the other.
    let mut fork = Firm::new();
    fork.enrol(ADMIN, Person(0x60), Role::Consultant);
    assert_eq!(fork.append(firm.entries[3].clone()), Err(EntryError::Misplaced));
}

#[test]
fn a_log_knows_what_it_was_at_every_former_length() {
    let firm = Firm::staffed();
    let mut paper = Paper::new(&firm);
    let entry = paper.entry_by(CONSULTANT, &grants(EMPLOYEE, Access::Reader));
    paper.append(&firm, entry).unwrap();

    for (length, entry) in (1..).zip(&firm.entries) {
        assert_eq!(firm.log.hash_at(length), Some(entry.hash()), "{length}");
    }
    for (length, entry) in (1..).zip(&paper.entries) {
        assert_eq!(paper.log.hash_at(length), Some(entry.hash()), "{length}");
    }
    // Before the first entry there is none, nor beyond the last.
    assert_eq!((firm.log.hash_at(0), paper.log.hash_at(0)), (None, None));
    assert_eq!(firm.log.hash_at(firm.log.head().length + 1), None);
    assert_eq!(paper.log.hash_at(paper.log.head().length + 1), None);
}

#[test]
fn an_entry_is_the_word_of_whose_key_signed_it_and_of_nobody_else() {
    let mut firm = Firm::staffed();
    let grant = crate::cast::grant(0x50, shared::log::org::Enrols::Account(Role::Employee));
    let index = firm.grant(ADMIN, grant).unwrap();
    let stranger = Person(0x70);
    let body = stranger.joins_as(Role::Employee);
    let check = |name: &str, author, number: u8, expected| {
        let entry = body.sign(firm.place(author), &key(number));
        assert_eq!(firm.log.is_signed(&entry), expected, "{name}");
    };

    check("a device", Author::Device(ADMIN.device()), ADMIN.0 + 1, true);
    check("in somebody else's name", Author::Device(ADMIN.device()), EMPLOYEE.0 + 1, false);
    check("an invitation", Author::Grant(index), 0x50, true);
    check("another invitation", Author::Grant(1), 0x50, false);
    check("a stranger", Author::Device(stranger.device()), stranger.0 + 1, false);
    check("the root, whose key the log does not keep", Author::Root, ROOT, false);
}

#[test]
fn an_entry_of_one_document_does_not_enter_another() {
    let firm = Firm::staffed();
    let mut paper = Paper::new(&firm);
    let (statement, _) =
        Statement::of(&paper.entry_by(CONSULTANT, &grants(EMPLOYEE, Access::Reader)));
    let other = shared::id::DocumentId::new([0xD1; 16]);
    assert_ne!(other, DOCUMENT);

    let moved = Statement { log: LogId::Document(other), ..statement };

    let entry = moved.signed(&CONSULTANT.device_key()).unwrap();
    assert_eq!(paper.append(&firm, entry), Err(EntryError::Misplaced));
}

#[test]
fn a_firm_with_an_organisation_key_is_refused() {
    let begin = |change: fn(&mut shared::log::org::Genesis)| {
        let mut genesis = genesis();
        change(&mut genesis);
        OrgLog::begin(&OrgBody::Genesis(genesis).sign(genesis_place(), &key(ROOT))).err()
    };

    assert_eq!(begin(|_| ()), None);
    assert_eq!(begin(|it| it.escrow = true), Some(EntryError::Unauthorised));
    assert_eq!(begin(|it| it.suite = 0), Some(EntryError::Unauthorised));
    assert_eq!(begin(|it| it.suite += 1), Some(EntryError::Unauthorised));
    assert_eq!(begin(|it| it.root = key(9).verify_key()), Some(EntryError::Unauthentic));
    assert_eq!(begin(|it| it.admin.generation.0 = 1), Some(EntryError::Contradiction));
    assert_eq!(begin(|it| it.admin.kem.0.truncate(1215)), Some(EntryError::Malformed));
    assert_eq!(begin(|it| it.device.kem.0.push(0)), Some(EntryError::Malformed));
    assert_eq!(begin(|it| it.device.kem.0[0] ^= 1), Some(EntryError::Unauthentic));
    let other = |it: &mut shared::log::org::Genesis| it.device = CONSULTANT.device_keys();
    assert_eq!(begin(other), Some(EntryError::Unauthentic));
}

#[test]
fn only_the_root_key_begins_a_firm_and_only_once() {
    let mut firm = Firm::staffed();
    let by_device = genesis_place();
    let by_device = shared::log::Place { author: Author::Device(ADMIN.device()), ..by_device };
    let entry = OrgBody::Genesis(genesis()).sign(by_device, &ADMIN.device_key());
    let again = OrgBody::Genesis(genesis()).sign(firm.place(Author::Root), &key(ROOT));
    let late = OrgLog::begin(&firm.entries[1]).err();

    assert_eq!(OrgLog::begin(&entry).err(), Some(EntryError::Unauthorised));
    assert_eq!(firm.append(again), Err(EntryError::Contradiction));
    assert_eq!(late, Some(EntryError::Misplaced));
    assert_eq!(firm.log.firm(), FIRM);
}
