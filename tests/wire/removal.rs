//! Freezing, removing, revoking, replacing keys: who may say so, and what it is worth afterwards.

use shared::{
    envelope::Header,
    id::{AccountId, Commitment, DeviceId, EnvelopeId, Epoch, KeyGeneration, Seq, ServerEpoch},
    limit::{OFFLINE_HOURS_DEFAULT, OFFLINE_HOURS_MAX, OFFLINE_HOURS_MIN, RELEASE_KEYS_MAX},
    log::{
        Author, EntryError, LogId, Place,
        document::{
            Access, Cut, DocumentBody, Finalise, Inadmissible, Life, Revoke, Rotate, RotateReason,
            Shred, SnapshotAttest,
        },
        org::{
            AccountFreeze, AccountKeys, AccountRemove, DeviceRevoke, Enrols, KeyRotate, OrgBody,
            PolicyChange, ReleaseKey, RestoreDeclared, Role,
        },
    },
};

use crate::cast::{
    ADMIN, CONSULTANT, DAY_MS, DOCUMENT, EMPLOYEE, Firm, Paper, Person, START, SUPERVISOR, grant,
    grants, header, key,
};

const STRANGER: Person = Person(0x70);
const SECOND_ADMIN: Person = Person(0x80);

fn freeze(person: Person, frozen: bool) -> OrgBody {
    OrgBody::AccountFreeze(AccountFreeze { account: person.account(), frozen })
}

pub(crate) fn remove(person: Person) -> OrgBody {
    OrgBody::AccountRemove(AccountRemove { account: person.account() })
}

pub(crate) fn revoke_device(device: DeviceId) -> OrgBody {
    OrgBody::DeviceRevoke(DeviceRevoke { device })
}

fn new_keys(person: Person, generation: u32) -> OrgBody {
    let number = 0xA0 + u8::try_from(generation).unwrap();
    let keys = AccountKeys {
        account: person.account(),
        generation: KeyGeneration(generation),
        verify: key(number).verify_key(),
        kem: vec![number; 1216].into(),
    };
    OrgBody::KeyRotate(KeyRotate { keys })
}

fn policy(offline_hours: u16) -> OrgBody {
    OrgBody::PolicyChange(PolicyChange { offline_hours })
}

pub(crate) fn say(firm: &mut Firm, by: Person, body: &OrgBody) -> Result<(), EntryError> {
    let entry = firm.entry_by(by, body);
    firm.append(entry)
}

/// Says something about the document that was judged by the first `org` entries of the org log.
pub(crate) fn write(
    paper: &mut Paper,
    firm: &Firm,
    by: Person,
    org: u64,
    body: &DocumentBody,
) -> Result<(), EntryError> {
    let place = Place {
        log: LogId::Document(DOCUMENT),
        head: paper.log.head(),
        at: START.plus_ms(DAY_MS),
        author: Author::Device(by.device()),
        org: Some(org),
    };
    paper.append(firm, body.sign(place, &by.device_key()))
}

pub(crate) fn length(firm: &Firm) -> u64 {
    firm.log.head().length
}

pub(crate) fn rotate(epoch: u32, cuts: Vec<Cut>) -> DocumentBody {
    DocumentBody::Rotate(Rotate {
        epoch: Epoch(epoch),
        commitment: Commitment::new([0xC1; 32]),
        previous: Some(vec![0x5E; 48].into()),
        reason: RotateReason::Removal,
        cuts,
    })
}

pub(crate) fn revoke(person: Person, cuts: Vec<Cut>) -> DocumentBody {
    DocumentBody::Revoke(Revoke { account: person.account(), cuts })
}

pub(crate) fn cut(device: DeviceId, seq: u64) -> Cut {
    Cut { device, seq: Seq(seq), envelope: EnvelopeId::new([5; 32]) }
}

pub(crate) fn of(person: Person, seq: u64, epoch: u32) -> Header {
    Header { device: person.device(), seq: Seq(seq), epoch: Epoch(epoch), ..header() }
}

/// A document with a writer, and the org log's length when both were told so.
pub(crate) fn shared_paper(firm: &Firm) -> Paper {
    let mut paper = Paper::new(firm);
    let seen = length(firm);
    write(&mut paper, firm, CONSULTANT, seen, &grants(EMPLOYEE, Access::Writer)).unwrap();
    write(&mut paper, firm, CONSULTANT, seen, &rotate(1, vec![])).unwrap();
    paper
}

#[test]
fn only_admins_manage_people_and_the_firm() {
    let bodies = [
        freeze(EMPLOYEE, true),
        remove(EMPLOYEE),
        policy(24),
        OrgBody::RestoreDeclared(RestoreDeclared { server_epoch: ServerEpoch::new([1; 16]) }),
        OrgBody::ReleaseKey(ReleaseKey { key: key(9).verify_key() }),
    ];
    for body in &bodies {
        for by in [CONSULTANT, SUPERVISOR, EMPLOYEE] {
            let refused = say(&mut Firm::staffed(), by, body);
            assert_eq!(refused, Err(EntryError::Unauthorised), "{by:?}: {body:?}");
        }
        assert_eq!(say(&mut Firm::staffed(), ADMIN, body), Ok(()), "{body:?}");
    }
}

#[test]
fn a_person_revokes_own_devices_and_an_admin_anybodys() {
    let check = |by: Person, of: Person, expected| {
        let said = say(&mut Firm::staffed(), by, &revoke_device(of.device()));
        assert_eq!(said, expected, "{by:?} of {of:?}");
    };

    check(CONSULTANT, CONSULTANT, Ok(()));
    check(ADMIN, CONSULTANT, Ok(()));
    check(CONSULTANT, EMPLOYEE, Err(EntryError::Unauthorised));
    check(EMPLOYEE, ADMIN, Err(EntryError::Unauthorised));
    check(ADMIN, STRANGER, Err(EntryError::Contradiction));
}

#[test]
fn the_last_admin_stays() {
    let mut firm = Firm::staffed();
    let bodies = [freeze(ADMIN, true), remove(ADMIN), revoke_device(ADMIN.device())];
    for body in &bodies {
        assert_eq!(say(&mut firm, ADMIN, body), Err(EntryError::Contradiction), "{body:?}");
    }

    firm.enrol(ADMIN, SECOND_ADMIN, Role::Admin);
    for body in &bodies {
        assert_eq!(say(&mut firm.clone(), SECOND_ADMIN, body), Ok(()), "{body:?}");
    }
    // One who cannot come in does not count.
    say(&mut firm, ADMIN, &freeze(SECOND_ADMIN, true)).unwrap();
    for body in &bodies {
        assert_eq!(say(&mut firm, ADMIN, body), Err(EntryError::Contradiction), "{body:?}");
    }
}

#[test]
fn who_is_gone_says_nothing_more() {
    let invite = OrgBody::EnrolGrant(grant(0x60, Enrols::Account(Role::Employee)));
    let mut thawed = Firm::staffed();
    for (name, body) in [
        ("frozen", freeze(CONSULTANT, true)),
        ("removed", remove(CONSULTANT)),
        ("revoked", revoke_device(CONSULTANT.device())),
    ] {
        let mut firm = Firm::staffed();
        say(&mut firm, ADMIN, &body).unwrap();

        assert_eq!(say(&mut firm, CONSULTANT, &invite), Err(EntryError::Unauthorised), "{name}");
        assert_eq!(
            say(&mut firm, CONSULTANT, &new_keys(CONSULTANT, 1)),
            Err(EntryError::Unauthorised),
            "{name}"
        );
    }

    say(&mut thawed, ADMIN, &freeze(CONSULTANT, true)).unwrap();
    say(&mut thawed, ADMIN, &freeze(CONSULTANT, false)).unwrap();
    assert_eq!(say(&mut thawed, CONSULTANT, &invite), Ok(()));
}

#[test]
fn nothing_is_said_twice_about_the_same() {
    let mut firm = Firm::staffed();
    assert_eq!(say(&mut firm, ADMIN, &freeze(EMPLOYEE, false)), Err(EntryError::Contradiction));
    for body in [revoke_device(EMPLOYEE.device()), freeze(EMPLOYEE, true), remove(EMPLOYEE)] {
        say(&mut firm, ADMIN, &body).unwrap();
        assert_eq!(say(&mut firm, ADMIN, &body), Err(EntryError::Contradiction), "{body:?}");
    }
    assert_eq!(say(&mut firm, ADMIN, &freeze(EMPLOYEE, false)), Err(EntryError::Contradiction));
}

#[test]
fn an_invitation_of_a_revoked_device_is_worth_nothing() {
    let mut firm = Firm::staffed();
    let own = grant(0x50, Enrols::Device(CONSULTANT.account()));
    let index = firm.grant(CONSULTANT, own).unwrap();
    say(&mut firm, ADMIN, &revoke_device(CONSULTANT.device())).unwrap();

    let entry = firm.entry_by_grant(index, 0x50, &CONSULTANT.adds_device(0x51));

    assert_eq!(firm.append(entry), Err(EntryError::Unauthorised));
}

#[test]
fn a_revoked_device_makes_room_for_another() {
    let mut firm = Firm::staffed();
    for number in 0..20 {
        let index =
            firm.grant(CONSULTANT, grant(0x80 + number, Enrols::Device(CONSULTANT.account())));
        let entry = firm.entry_by_grant(
            index.unwrap(),
            0x80 + number,
            &CONSULTANT.adds_device(0xB0 + number),
        );
        firm.append(entry).unwrap();
        let device = DeviceId::derive(&key(0xB0 + number).verify_key());
        say(&mut firm, CONSULTANT, &revoke_device(device)).unwrap();
    }
    assert!(firm.log.stands(CONSULTANT.device()));
}

#[test]
fn keys_are_replaced_by_their_owner_one_generation_at_a_time() {
    let mut firm = Firm::staffed();
    assert_eq!(say(&mut firm, ADMIN, &new_keys(CONSULTANT, 1)), Err(EntryError::Unauthorised));
    for generation in [0, 2, u32::MAX >> 28] {
        let body = new_keys(CONSULTANT, generation);
        assert_eq!(say(&mut firm, CONSULTANT, &body), Err(EntryError::Contradiction));
    }
    let OrgBody::KeyRotate(KeyRotate { keys }) = new_keys(CONSULTANT, 1) else { unreachable!() };
    let short = AccountKeys { kem: vec![1; 1215].into(), ..keys.clone() };
    let old_kem = AccountKeys { kem: CONSULTANT.keys().kem, ..keys.clone() };
    let old_verify = AccountKeys { verify: CONSULTANT.keys().verify, ..keys };
    for (keys, error) in [
        (short, EntryError::Malformed),
        (old_kem, EntryError::Contradiction),
        (old_verify, EntryError::Contradiction),
    ] {
        let body = OrgBody::KeyRotate(KeyRotate { keys });
        assert_eq!(say(&mut firm, CONSULTANT, &body), Err(error));
    }

    say(&mut firm, CONSULTANT, &new_keys(CONSULTANT, 1)).unwrap();

    let account = firm.log.account(CONSULTANT.account()).unwrap();
    assert_eq!(account.keys.generation, KeyGeneration(1));
    assert_eq!(account.generations().count(), 2);
}

#[test]
fn a_policy_stays_within_its_limits() {
    let mut firm = Firm::staffed();
    assert_eq!(firm.log.offline_hours(), OFFLINE_HOURS_DEFAULT);
    for hours in [0, OFFLINE_HOURS_MIN - 1, OFFLINE_HOURS_MAX + 1, u16::MAX] {
        assert_eq!(
            say(&mut firm, ADMIN, &policy(hours)),
            Err(EntryError::Contradiction),
            "{hours}"
        );
    }
    for hours in [OFFLINE_HOURS_MIN, OFFLINE_HOURS_MAX] {
        say(&mut firm, ADMIN, &policy(hours)).unwrap();
        assert_eq!(firm.log.offline_hours(), hours);
    }
}

#[test]
fn release_keys_and_restores_are_remembered() {
    let mut firm = Firm::staffed();
    let epoch = ServerEpoch::new([7; 16]);
    say(&mut firm, ADMIN, &OrgBody::RestoreDeclared(RestoreDeclared { server_epoch: epoch }))
        .unwrap();
    let release = |number: usize| {
        let key = key(u8::try_from(number).unwrap()).verify_key();
        OrgBody::ReleaseKey(ReleaseKey { key })
    };
    for number in 0..RELEASE_KEYS_MAX {
        say(&mut firm, ADMIN, &release(number)).unwrap();
        assert_eq!(say(&mut firm, ADMIN, &release(number)), Err(EntryError::Contradiction));
    }

    assert_eq!(firm.log.restored(), Some(epoch));
    assert_eq!(firm.log.release_keys().count(), RELEASE_KEYS_MAX);
    let one_more = say(&mut firm, ADMIN, &release(RELEASE_KEYS_MAX));
    assert_eq!(one_more, Err(EntryError::Contradiction));
}

#[test]
fn a_document_is_stale_until_the_next_epoch() {
    for (name, by, body, is_stale) in [
        ("removed", ADMIN, remove(EMPLOYEE), true),
        ("revoked", ADMIN, revoke_device(EMPLOYEE.device()), true),
        ("new keys", EMPLOYEE, new_keys(EMPLOYEE, 1), true),
        ("frozen", ADMIN, freeze(EMPLOYEE, true), false),
        ("no member", ADMIN, remove(SUPERVISOR), false),
    ] {
        let mut firm = Firm::staffed();
        let mut paper = shared_paper(&firm);
        assert!(!paper.log.is_stale(&firm.log), "{name}");

        say(&mut firm, by, &body).unwrap();
        assert_eq!(paper.log.is_stale(&firm.log), is_stale, "{name}");

        // An epoch begun in ignorance of it does not help.
        let before = length(&firm) - 1;
        write(&mut paper, &firm, CONSULTANT, before, &rotate(2, vec![])).unwrap();
        assert_eq!(paper.log.is_stale(&firm.log), is_stale, "{name}");
        let seen = length(&firm);
        write(&mut paper, &firm, CONSULTANT, seen, &rotate(3, vec![])).unwrap();
        assert!(!paper.log.is_stale(&firm.log), "{name}");
        let is_member = paper.log.access(EMPLOYEE.account()).is_some();
        assert_eq!(is_member, name != "removed", "{name}");
    }
}

#[test]
fn a_revoked_reader_makes_a_document_stale() {
    let firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    let seen = length(&firm);

    write(&mut paper, &firm, CONSULTANT, seen, &revoke(EMPLOYEE, vec![])).unwrap();
    assert!(paper.log.is_stale(&firm.log));
    assert_eq!(paper.log.access(EMPLOYEE.account()), None);

    write(&mut paper, &firm, CONSULTANT, seen, &rotate(2, vec![])).unwrap();
    assert!(!paper.log.is_stale(&firm.log));
}

#[test]
fn members_revoke_and_rotate_only_as_managers() {
    let firm = Firm::staffed();
    let seen = length(&firm);
    let bodies = [
        revoke(EMPLOYEE, vec![]),
        rotate(2, vec![]),
        DocumentBody::Finalise(Finalise { successor: None, covers: None }),
        DocumentBody::Shred(Shred {}),
    ];
    for body in &bodies {
        for by in [EMPLOYEE, SUPERVISOR, ADMIN] {
            let said = write(&mut shared_paper(&firm), &firm, by, seen, body);
            assert_eq!(said, Err(EntryError::Unauthorised), "{by:?}: {body:?}");
        }
        assert_eq!(write(&mut shared_paper(&firm), &firm, CONSULTANT, seen, body), Ok(()));
    }
    let mut paper = shared_paper(&firm);
    for (body, why) in [
        (revoke(CONSULTANT, vec![]), "the creator stays"),
        (revoke(SUPERVISOR, vec![]), "is no member"),
        (rotate(1, vec![]), "an epoch again"),
        (rotate(3, vec![]), "an epoch left out"),
        (grants(EMPLOYEE, Access::Reader), "less access is a revocation first"),
    ] {
        let said = write(&mut paper, &firm, CONSULTANT, seen, &body);
        assert_eq!(said, Err(EntryError::Contradiction), "{why}");
    }
}

#[test]
fn when_the_managers_have_left_a_writer_begins_the_next_epoch() {
    let mut firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    let seen = length(&firm);
    write(&mut paper, &firm, CONSULTANT, seen, &grants(SUPERVISOR, Access::Reader)).unwrap();
    say(&mut firm, ADMIN, &remove(CONSULTANT)).unwrap();
    let seen = length(&firm);

    let by_reader = write(&mut paper, &firm, SUPERVISOR, seen, &rotate(2, vec![]));
    assert_eq!(by_reader, Err(EntryError::Unauthorised));
    write(&mut paper, &firm, EMPLOYEE, seen, &rotate(2, vec![])).unwrap();

    assert_eq!(paper.log.access(CONSULTANT.account()), None);
}

#[test]
fn what_a_revoked_device_dates_back_does_not_follow_an_entry_that_knows() {
    let mut firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    let before = length(&firm);
    write(&mut paper, &firm, CONSULTANT, before, &grants(SUPERVISOR, Access::Manager)).unwrap();
    say(&mut firm, ADMIN, &revoke_device(SUPERVISOR.device())).unwrap();
    let body = revoke(EMPLOYEE, vec![]);
    let knowing = write(&mut paper.clone(), &firm, SUPERVISOR, length(&firm), &body);
    assert_eq!(knowing, Err(EntryError::Unauthorised));

    write(&mut paper, &firm, CONSULTANT, length(&firm), &rotate(2, vec![])).unwrap();

    // Older than the log's last entry, or not dated at all: neither helps.
    let dated_back = write(&mut paper, &firm, SUPERVISOR, before, &body);
    assert_eq!(dated_back, Err(EntryError::Unauthorised));
    let undated = paper.entry_by(SUPERVISOR, &grants(EMPLOYEE, Access::Manager));
    assert_eq!(paper.append(&firm, undated), Err(EntryError::Unauthorised));
}

#[test]
fn an_entry_from_the_future_waits_for_the_org_log() {
    let firm = Firm::staffed();
    let length = length(&firm) + 1;
    let said = write(&mut shared_paper(&firm), &firm, CONSULTANT, length, &rotate(2, vec![]));
    assert_eq!(said, Err(EntryError::OrgBehind { length }));
}

#[test]
fn new_kinds_say_by_how_much_of_the_org_log_they_are_judged() {
    let firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    for body in [revoke(EMPLOYEE, vec![]), rotate(2, vec![]), DocumentBody::Shred(Shred {})] {
        let entry = paper.entry_by(CONSULTANT, &body);
        assert_eq!(paper.append(&firm, entry), Err(EntryError::Malformed), "{body:?}");
    }
}

#[test]
fn an_entry_written_before_its_author_joined_is_refused() {
    let firm = Firm::staffed();
    let mut paper = Paper::new(&firm);
    let said = write(&mut paper, &firm, CONSULTANT, 1, &grants(EMPLOYEE, Access::Reader));
    assert_eq!(said, Err(EntryError::Unauthorised));
}

#[test]
fn envelopes_of_a_revoked_device_end_at_the_cut() {
    let mut firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    say(&mut firm, ADMIN, &revoke_device(EMPLOYEE.device())).unwrap();
    let cuts = vec![cut(EMPLOYEE.device(), 7)];
    write(&mut paper, &firm, CONSULTANT, length(&firm), &rotate(2, cuts)).unwrap();
    let last = EnvelopeId::new([5; 32]);
    let other = EnvelopeId::new([6; 32]);
    let check = |seq, epoch, id, expected| {
        let admitted = paper.log.admits(&firm.log, &of(EMPLOYEE, seq, epoch), id);
        assert_eq!(admitted, expected, "seq {seq}, epoch {epoch}");
    };

    check(6, 1, other, Ok(()));
    check(7, 1, last, Ok(()));
    check(7, 1, other, Err(Inadmissible::CutOff));
    check(8, 1, other, Err(Inadmissible::CutOff));
    check(8, 2, other, Err(Inadmissible::CutOff));
    check(1, 3, other, Err(Inadmissible::LogBehind));
}

#[test]
fn a_device_that_no_cut_names_wrote_nothing_that_counts() {
    let mut firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    say(&mut firm, ADMIN, &remove(EMPLOYEE)).unwrap();
    write(&mut paper, &firm, CONSULTANT, length(&firm), &rotate(2, vec![])).unwrap();

    let admitted = paper.log.admits(&firm.log, &of(EMPLOYEE, 1, 0), EnvelopeId::new([1; 32]));

    assert_eq!(admitted, Err(Inadmissible::CutOff));
}

#[test]
fn a_cut_names_a_device_that_is_gone_once_and_an_envelope() {
    let mut firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    say(&mut firm, ADMIN, &revoke_device(EMPLOYEE.device())).unwrap();
    let gone = cut(EMPLOYEE.device(), 7);
    let none = Cut { envelope: EnvelopeId::NONE, ..gone };
    for cuts in [
        vec![cut(CONSULTANT.device(), 7)],
        vec![gone, gone],
        vec![none],
        vec![cut(EMPLOYEE.device(), 0)],
        vec![gone, cut(STRANGER.device(), 1)],
    ] {
        let said = write(&mut paper, &firm, CONSULTANT, length(&firm), &rotate(2, cuts));
        assert_eq!(said, Err(EntryError::Contradiction));
    }
}

#[test]
fn a_later_entry_moves_no_cut() {
    let mut firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    say(&mut firm, ADMIN, &revoke_device(EMPLOYEE.device())).unwrap();
    let seen = length(&firm);
    write(&mut paper, &firm, CONSULTANT, seen, &rotate(2, vec![cut(EMPLOYEE.device(), 7)]))
        .unwrap();

    let further = rotate(3, vec![cut(EMPLOYEE.device(), 9)]);

    let moved = write(&mut paper, &firm, CONSULTANT, seen, &further);
    assert_eq!(moved, Err(EntryError::Contradiction));
}

#[test]
fn who_is_let_in_again_goes_on_in_the_epoch_of_that_day() {
    let firm = Firm::staffed();
    let mut paper = shared_paper(&firm);
    let seen = length(&firm);
    let cuts = vec![cut(EMPLOYEE.device(), 7)];
    write(&mut paper, &firm, CONSULTANT, seen, &revoke(EMPLOYEE, cuts)).unwrap();
    write(&mut paper, &firm, CONSULTANT, seen, &rotate(2, vec![])).unwrap();
    write(&mut paper, &firm, CONSULTANT, seen, &grants(EMPLOYEE, Access::Writer)).unwrap();
    let next = EnvelopeId::new([6; 32]);

    let old = paper.log.admits(&firm.log, &of(EMPLOYEE, 8, 1), next);
    let new = paper.log.admits(&firm.log, &of(EMPLOYEE, 8, 2), next);

    assert_eq!((old, new), (Err(Inadmissible::CutOff), Ok(())));
}

#[test]
fn readers_and_strangers_write_nothing() {
    let firm = Firm::staffed();
    let mut paper = Paper::new(&firm);
    let seen = length(&firm);
    write(&mut paper, &firm, CONSULTANT, seen, &grants(EMPLOYEE, Access::Reader)).unwrap();
    let known = Header { log_index: paper.log.head().length, ..of(EMPLOYEE, 1, 0) };
    let ahead = Header { log_index: paper.log.head().length + 1, ..known.clone() };
    let unknown = Header { device: STRANGER.device(), ..known.clone() };
    let admits = |header| paper.log.admits(&firm.log, &header, EnvelopeId::new([1; 32]));

    assert_eq!(admits(known), Err(Inadmissible::NotAuthor));
    assert_eq!(admits(ahead), Err(Inadmissible::LogBehind));
    assert_eq!(admits(unknown), Err(Inadmissible::LogBehind));
}

#[test]
fn a_final_document_is_final_once_and_a_shredded_one_says_nothing_more() {
    let firm = Firm::staffed();
    let seen = length(&firm);
    let mut paper = shared_paper(&firm);
    let finalise = DocumentBody::Finalise(Finalise { successor: None, covers: None });
    let attest =
        SnapshotAttest { snapshot: EnvelopeId::new([1; 32]), heads: [2; 32], covers: None };
    write(&mut paper, &firm, EMPLOYEE, seen, &DocumentBody::SnapshotAttest(attest)).unwrap();
    assert_eq!(paper.log.attested(), [], "the first programs did not say what it covers");

    write(&mut paper, &firm, CONSULTANT, seen, &finalise).unwrap();
    assert_eq!(paper.log.life(), Life::Final);
    let again = write(&mut paper, &firm, CONSULTANT, seen, &finalise);
    assert_eq!(again, Err(EntryError::Contradiction));

    write(&mut paper, &firm, CONSULTANT, seen, &DocumentBody::Shred(Shred {})).unwrap();
    assert_eq!(paper.log.life(), Life::Shredded);
    let late = write(&mut paper, &firm, CONSULTANT, seen, &rotate(2, vec![]));
    assert_eq!(late, Err(EntryError::Contradiction));
}

#[test]
fn an_unknown_account_is_neither_frozen_nor_removed() {
    let account = AccountId::new([9; 16]);
    let mut firm = Firm::staffed();
    for body in [
        OrgBody::AccountFreeze(AccountFreeze { account, frozen: true }),
        OrgBody::AccountRemove(AccountRemove { account }),
    ] {
        assert_eq!(say(&mut firm, ADMIN, &body), Err(EntryError::Contradiction));
    }
}

#[test]
fn a_revocation_is_confirmed_by_those_who_may_say_so_even_beyond_the_log() {
    let firm = Firm::staffed();
    let mut ahead = firm.clone();
    say(&mut ahead, ADMIN, &policy(24)).unwrap();
    let device = EMPLOYEE.device();
    let check = |name: &str, entry: &shared::log::Entry, expected| {
        assert_eq!(firm.log.confirms_revocation(entry, device), expected, "{name}");
    };
    let body = revoke_device(device);

    check("an admin", &firm.entry_by(ADMIN, &body), true);
    check("oneself", &firm.entry_by(EMPLOYEE, &body), true);
    check("an admin, later", &ahead.entry_by(ADMIN, &body), true);
    check("a colleague", &firm.entry_by(CONSULTANT, &body), false);
    check("a stranger", &firm.entry_by(STRANGER, &body), false);
    check("another device", &firm.entry_by(ADMIN, &revoke_device(CONSULTANT.device())), false);
    check("another kind", &firm.entry_by(ADMIN, &remove(EMPLOYEE)), false);
    let forged = body.sign(firm.place(Author::Device(ADMIN.device())), &EMPLOYEE.device_key());
    check("somebody else's name", &forged, false);
    let elsewhere = LogId::Org(shared::id::FirmId::new([0xF9; 16]));
    let elsewhere = Place { log: elsewhere, ..firm.place(Author::Device(ADMIN.device())) };
    check("another firm", &body.sign(elsewhere, &ADMIN.device_key()), false);
    let dated = Place { org: Some(1), ..firm.place(Author::Device(ADMIN.device())) };
    check("what no org log takes", &body.sign(dated, &ADMIN.device_key()), false);
}
