//! K2, K3, K6, K13, D6, D13: what the server would write into the logs.

use engine::command::Command;
use harness::{insider::Insider, seed::Dice};
use shared::{
    Blob,
    id::{AccountId, DeviceId, DocumentId, KeyGeneration, ServerEpoch},
    log::{
        Author, Entry, Head, LogId, Place,
        document::{Access, DocumentBody, Grant, Revoke},
        org::{
            AccountAdd, AccountFreeze, AccountKeys, AccountRemove, DeviceAdd, DeviceKeys,
            DeviceRevoke, EnrolGrant, Enrols, Genesis, KEM_KEY_BYTES, KeyRotate, OrgBody,
            PolicyChange, ReleaseKey, RestoreDeclared, Role,
        },
    },
    sync::ServerMessage,
    version::PROTOCOL,
};

use super::{
    VARIANTS, damaged, dice, own_key, pick, random,
    stage::{FIELD, Lies, Stage, THEN},
};

pub(crate) fn account_keys(dice: &mut Dice, account: AccountId, generation: u32) -> AccountKeys {
    let kem = Blob(vec![u8::try_from(dice.below(256)).unwrap(); KEM_KEY_BYTES]);
    let generation = KeyGeneration(generation);
    AccountKeys { account, generation, verify: own_key(dice).verify_key(), kem }
}

fn device_keys(dice: &mut Dice, stage: &Stage, account: AccountId) -> DeviceKeys {
    let (org, _) = stage.logs_then(stage.note);
    DeviceKeys::make(org.firm(), account, &own_key(dice), vec![9; KEM_KEY_BYTES])
}

/// Entries that begin at the end of the org log as it was.
fn org_batch(stage: &Stage, entries: &[Entry]) -> ServerMessage {
    let from = stage.org().1;
    let entries = entries.iter().map(|it| Blob(it.as_bytes().to_vec())).collect();
    ServerMessage::LogBatch { document: None, from, entries, more: false }
}

fn log_batch(document: DocumentId, from: u64, entries: Vec<Blob>) -> ServerMessage {
    ServerMessage::LogBatch { document: Some(document), from, entries, more: false }
}

fn org_place(stage: &Stage, author: Author) -> Place {
    let (org, _) = stage.logs_then(stage.note);
    let log = LogId::Org(org.firm());
    Place { log, head: org.head(), at: stage.world.now(), author, org: None }
}

/// Whom the server would pass for.
fn some_author(dice: &mut Dice, stage: &Stage) -> Author {
    match dice.below(6) {
        0 => Author::Root,
        1 => Author::Grant(1 + dice.below(8)),
        2 => Author::Device(stage.id(stage.admin)),
        3 => Author::Device(stage.id(stage.tablet)),
        4 => Author::Device(stage.id(stage.phone)),
        _ => Author::Device(DeviceId::new(random(dice))),
    }
}

/// K2. The server replaces the key of somebody who is known, for all or for one device only: with
/// KeyRotate, with a second AccountAdd, or by serving an old entry with another key in it.
/// Detected: nobody but the account's own devices can sign that. The control at the end: who is let
/// in then can open the note, so the key that was used is the colleague's.
#[test]
fn k02_a_known_key_cannot_be_replaced() {
    let stage = Stage::set(2);
    let (entries, _) = stage.org();
    let mut lies = Lies::to(&stage, stage.phone);
    for variant in 0..VARIANTS {
        let mut dice = dice(2, variant);
        let whom = stage.account(*pick(&mut dice, &[stage.colleague, stage.admin, stage.tablet]));
        let author = some_author(&mut dice, &stage);
        let key = own_key(&mut dice);
        let message = match dice.below(3) {
            0 => {
                let keys = account_keys(&mut dice, whom, 1);
                let body = OrgBody::KeyRotate(KeyRotate { keys });
                org_batch(&stage, &[body.sign(org_place(&stage, author), &key)])
            }
            1 => {
                let account = account_keys(&mut dice, whom, 0);
                let device = device_keys(&mut dice, &stage, whom);
                let body =
                    OrgBody::AccountAdd(AccountAdd { role: Role::Consultant, account, device });
                org_batch(&stage, &[body.sign(org_place(&stage, author), &key)])
            }
            _ => {
                let at = usize::try_from(dice.below(stage.org().1)).unwrap();
                let entries = vec![Blob(damaged(&mut dice, &entries[at].0))];
                let from = u64::try_from(at).unwrap();
                ServerMessage::LogBatch { document: None, from, entries, more: false }
            }
        };

        lies.tell(variant, message);

        lies.check_alarmed(&format!("variant {variant}"));
    }
    check_right_key(&stage, lies);
}

/// The phone lets the colleague in, and the colleague can read.
#[track_caller]
fn check_right_key(stage: &Stage, mut lies: Lies<'_>) {
    lies.check_unharmed();
    let mut store = stage.world.back_up();
    let account = stage.account(stage.colleague);
    let captive = &mut lies.captive;
    captive.hang_up();
    captive.log_in(stage.world.server_epoch());
    captive.serve(&mut store, stage.who(stage.phone));
    let access = Access::Reader;
    captive.ask(Command::LetIn { document: stage.other, account, access });
    captive.serve(&mut store, stage.who(stage.phone));
    let mut colleague = stage.captive(stage.colleague, 1);
    colleague.hang_up();
    colleague.log_in(stage.world.server_epoch());
    colleague.serve(&mut store, stage.who(stage.colleague));
    assert!(colleague.reads(stage.other, FIELD).starts_with("体調の話。"));
}

/// K3. The server adds a member to a document, a person to the firm or a device to a person: under
/// keys of its own, in the name of whoever could. Detected: the entry does not authenticate.
/// The same with the colleague's real key, who may not: detected too. The control is the honest
/// Grant, which the same device takes.
#[test]
fn k03_no_ghost_joins() {
    let stage = Stage::set(3);
    let colleague = stage.insider(stage.colleague, stage.note);
    let (_, log) = stage.logs_then(stage.note);
    let mut lies = Lies::to(&stage, stage.phone);
    for variant in 0..VARIANTS {
        let mut dice = dice(3, variant);
        let ghost = AccountId::new(random(&mut dice));
        let mut author = some_author(&mut dice, &stage);
        let own = own_key(&mut dice);
        let is_member = dice.one_in(3);
        let key = if is_member { colleague.key() } else { &own };
        if is_member {
            author = Author::Device(colleague.id);
        }
        let message = match dice.below(4) {
            0 => {
                let account = account_keys(&mut dice, ghost, 0);
                let device = device_keys(&mut dice, &stage, ghost);
                let body = OrgBody::AccountAdd(AccountAdd { role: Role::Admin, account, device });
                org_batch(&stage, &[body.sign(org_place(&stage, author), key)])
            }
            1 => {
                let account = stage.account(stage.phone);
                let device = device_keys(&mut dice, &stage, account);
                let body = OrgBody::DeviceAdd(DeviceAdd { account, device });
                org_batch(&stage, &[body.sign(org_place(&stage, author), key)])
            }
            2 => {
                let enrols = match dice.below(2) {
                    0 => Enrols::Account(Role::Admin),
                    _ => Enrols::Device(stage.account(stage.phone)),
                };
                let expires_at = stage.world.now().plus_ms(1_000_000);
                let grant = EnrolGrant {
                    key: own_key(&mut dice).verify_key(),
                    enrols,
                    uses: 9,
                    expires_at,
                };
                let body = OrgBody::EnrolGrant(grant);
                org_batch(&stage, &[body.sign(org_place(&stage, author), key)])
            }
            _ => {
                let account = *pick(&mut dice, &[ghost, stage.account(stage.colleague)]);
                let access = *pick(&mut dice, &[Access::Reader, Access::Writer, Access::Manager]);
                let body = DocumentBody::Grant(Grant { account, access });
                let place = Place {
                    log: LogId::Document(stage.note),
                    head: log.head(),
                    at: stage.world.now(),
                    author,
                    org: Some(dice.below(stage.org().1)),
                };
                let entry = Blob(body.sign(place, key).as_bytes().to_vec());
                log_batch(stage.note, log.head().length, vec![entry])
            }
        };

        lies.tell(variant, message);

        lies.check_alarmed(&format!("variant {variant}"));
    }
    lies.end();
}

/// What an admin might want who was told to open everything.
fn escrow(dice: &mut Dice, stage: &Stage, admin: &Insider) -> OrgBody {
    let consultant = stage.account(stage.tablet);
    match dice.below(5) {
        0 => OrgBody::KeyRotate(KeyRotate { keys: account_keys(dice, consultant, 1) }),
        1 => {
            let device = device_keys(dice, stage, consultant);
            OrgBody::DeviceAdd(DeviceAdd { account: consultant, device })
        }
        2 => OrgBody::Genesis(Genesis {
            suite: PROTOCOL,
            escrow: true,
            root: admin.key().verify_key(),
            admin: account_keys(dice, stage.account(stage.admin), 0),
            device: device_keys(dice, stage, stage.account(stage.admin)),
        }),
        3 => OrgBody::PolicyChange(PolicyChange {
            offline_hours: u16::try_from(200 + dice.below(5_000)).unwrap(),
        }),
        _ => {
            let key = own_key(dice).verify_key();
            let enrols = Enrols::Device(consultant);
            let expires_at = stage.world.now().plus_ms(1_000);
            OrgBody::EnrolGrant(EnrolGrant { key, enrols, uses: 1, expires_at })
        }
    }
}

/// K6. The server and an admin with a real key want a way in: a rotation of the consultant's keys,
/// a device of hers, a Genesis with escrow, a grant for her devices, a policy beyond its bounds, an
/// admin as member of a note (signed by a manager even), an entry of a kind that nobody knows.
/// Detected, or harmless by construction: there is no entry that makes anybody wrap a secret to a
/// key that its account did not make; an unknown kind stops the reading and asks for an update.
#[test]
fn k06_no_flag_makes_a_device_hand_a_key_to_an_admin() {
    let stage = Stage::set(6);
    let admin = stage.insider(stage.admin, stage.note);
    let manager = stage.insider(stage.tablet, stage.note);
    let (_, log) = stage.logs_then(stage.note);
    let mut lies = Lies::to(&stage, stage.phone);
    for variant in 0..VARIANTS {
        let mut dice = dice(6, variant);
        let is_document = dice.one_in(4);
        let message = if is_document {
            let account = stage.account(stage.admin);
            let access = *pick(&mut dice, &[Access::Reader, Access::Writer, Access::Manager]);
            let body = DocumentBody::Grant(Grant { account, access });
            let place = Place {
                log: LogId::Document(stage.note),
                head: log.head(),
                at: stage.world.now().plus_ms(variant),
                author: Author::Device(manager.id),
                org: Some(stage.org().1),
            };
            let entry = Blob(body.sign(place, manager.key()).as_bytes().to_vec());
            log_batch(stage.note, log.head().length, vec![entry])
        } else {
            let body = escrow(&mut dice, &stage, &admin);
            let place = org_place(&stage, Author::Device(admin.id));
            org_batch(&stage, &[body.sign(place, admin.key())])
        };

        lies.tell(variant, message);

        lies.check_alarmed(&format!("variant {variant}"));
    }
    lies.end();
}

/// K13. The server drops, repeats, reorders or cuts entries of a log, or shows two histories, both
/// signed by a real admin. Detected: entries are a hash chain, so what does not continue it raises
/// the alarm, a second history as *forked* with both entries. A log that merely ends earlier is a
/// beginning of the honest one: nothing is decided by it that was not so, and the next honest
/// envelope names the length that its author had (K4, D5).
#[test]
fn k13_a_log_cannot_be_cut_reordered_or_forked() {
    let stage = Stage::set(13);
    let admin = stage.insider(stage.admin, stage.note);
    let (entries, then) = stage.org();
    let news: Vec<Blob> = entries.into_iter().skip(usize::try_from(then).unwrap()).collect();
    let honest = news.clone();
    let count = u64::try_from(news.len()).unwrap();
    assert!(count >= 2);
    let mut forks = 0;
    for variant in 0..VARIANTS {
        let mut dice = dice(13, variant);
        let mut captive = stage.captive(stage.phone, variant);
        let before = stage.sight(&mut captive);
        let mut shown = honest.clone();
        let at = usize::try_from(dice.below(count)).unwrap();
        let is_fork = dice.one_in(3);
        if is_fork {
            let grant = EnrolGrant {
                key: own_key(&mut dice).verify_key(),
                enrols: Enrols::Account(Role::Employee),
                uses: 1,
                expires_at: stage.world.now().plus_ms(1 + dice.below(1_000_000)),
            };
            let place = org_place(&stage, Author::Device(admin.id));
            let other = OrgBody::EnrolGrant(grant).sign(place, admin.key());
            let other = vec![Blob(other.as_bytes().to_vec())];
            let (a, b) =
                if dice.one_in(2) { (other, honest.clone()) } else { (honest.clone(), other) };
            for entries in [a, b] {
                captive.hear(ServerMessage::LogBatch {
                    document: None,
                    from: then,
                    entries,
                    more: false,
                });
            }
            forks += 1;
        } else {
            match dice.below(4) {
                0 => drop(shown.remove(at)),
                1 => shown.swap(at, (at + 1) % honest.len()),
                2 => shown.insert(at, honest[at].clone()),
                _ => shown[at].0.truncate(usize::try_from(dice.below(150)).unwrap()),
            }
            let entries = shown.clone();
            captive.hear(ServerMessage::LogBatch {
                document: None,
                from: then,
                entries,
                more: false,
            });
        }

        let is_told = !captive.screen.alarms.is_empty();
        assert!(is_told || (!is_fork && honest.starts_with(&shown)), "variant {variant}");
        let after = stage.sight(&mut captive);
        assert_eq!(before, after, "variant {variant}");
    }
    assert!(forks > VARIANTS / 5);
    let mut captive = stage.captive(stage.phone, 1);
    stage.check_recovers(&mut captive, stage.phone);
}

/// D6. The server changes metadata: any bytes of an entry of either log, so names of logs, places,
/// times, roles, access, expiry; statements about documents; to whom a wrap is. Detected where it
/// is signed. Where it is not, harmless by construction: how far the server says a document is only
/// makes a device ask.
#[test]
fn d06_metadata_is_signed_or_means_nothing() {
    let stage = Stage::set(206);
    let (org, then) = stage.org();
    let (log, log_then) = stage.log(stage.note);
    let next_org = &org[usize::try_from(then).unwrap()];
    let next_log = &log[usize::try_from(log_then).unwrap()];
    let mut lies = Lies::to(&stage, stage.phone);
    for variant in 0..VARIANTS {
        let mut dice = dice(206, variant);
        let message = if dice.one_in(2) {
            let entries = vec![Blob(damaged(&mut dice, &next_org.0))];
            ServerMessage::LogBatch { document: None, from: then, entries, more: false }
        } else {
            log_batch(stage.note, log_then, vec![Blob(damaged(&mut dice, &next_log.0))])
        };
        let captive = lies.begin(variant);
        captive.notices();

        captive.hear(message);

        // A damaged kind or length of the org log asks for an update or for more of it.
        let is_asked = !captive.notices().is_empty() || !lies.captive.told.is_empty();
        assert!(!lies.alarms().is_empty() || is_asked, "variant {variant}");
    }
    lies.end();
}

/// D13. The server takes a signature that somebody made for one purpose and presents it for
/// another: envelopes, entries of both logs, logins and possession, in every combination. Detected:
/// every purpose has its own prefix under the signature. The control: for its own purpose each
/// holds.
#[test]
fn d13_a_signature_is_good_for_one_purpose() {
    use shared::sign::Domain;
    let domains = [
        Domain::Envelope,
        Domain::OrgEntry,
        Domain::DocumentEntry,
        Domain::Login,
        Domain::Possession,
    ];
    let stage = Stage::set(213);
    let (_, envelopes) = stage.since(stage.note);
    let (org, _) = stage.org();
    let messages: Vec<Vec<u8>> = envelopes.into_iter().chain(org).map(|it| it.0).collect();
    let mut crossed = 0;
    for variant in 0..VARIANTS {
        let mut dice = dice(213, variant);
        let key = own_key(&mut dice);
        let message = pick(&mut dice, &messages);
        let made_for = *pick(&mut dice, &domains);
        let signature = key.sign(made_for, message);
        for domain in domains {
            let holds = key.verify_key().verify(domain, message, &signature).is_ok();
            assert_eq!(holds, domain == made_for, "variant {variant}: {made_for:?} as {domain:?}");
            crossed += u64::from(!holds);
        }
    }
    assert_eq!(crossed, VARIANTS * 4);
    let tablet = stage.insider(stage.tablet, stage.note);
    let (_, log) = stage.logs_then(stage.note);
    let mut lies = Lies::to(&stage, stage.phone);
    for variant in 0..50 {
        // A document entry of a manager's real hand, served as one of the org log, and the reverse.
        let mut dice = dice(214, variant);
        let place = Place {
            log: LogId::Document(stage.note),
            head: if dice.one_in(2) { log.head() } else { Head::EMPTY },
            at: stage.world.now().plus_ms(variant),
            author: Author::Device(tablet.id),
            org: None,
        };
        let body =
            DocumentBody::Revoke(Revoke { account: stage.account(stage.tablet), cuts: vec![] });
        let entry = body.sign(place, tablet.key());
        lies.tell(variant, org_batch(&stage, &[entry]));
        lies.check_alarmed(&format!("variant {variant}"));
    }
    lies.end();
}

/// Bodies that only their rightful authors may say; for the record of what was tried.
#[test]
fn d13_control_every_body_of_the_server_is_refused() {
    let stage = Stage::set(215);
    let mut lies = Lies::to(&stage, stage.phone);
    for variant in 0..70 {
        let mut dice = dice(215, variant);
        let device = stage.id(stage.phone);
        let account = stage.account(stage.phone);
        let body = match variant % 7 {
            0 => OrgBody::DeviceRevoke(DeviceRevoke { device }),
            1 => OrgBody::AccountFreeze(AccountFreeze { account, frozen: true }),
            2 => OrgBody::AccountRemove(AccountRemove { account }),
            3 => OrgBody::PolicyChange(PolicyChange { offline_hours: 24 }),
            4 => OrgBody::ReleaseKey(ReleaseKey { key: own_key(&mut dice).verify_key() }),
            5 => OrgBody::RestoreDeclared(RestoreDeclared {
                server_epoch: ServerEpoch::new(random(&mut dice)),
            }),
            _ => OrgBody::KeyRotate(KeyRotate { keys: account_keys(&mut dice, account, 1) }),
        };
        let author = Author::Device(stage.id(stage.admin));
        let entry = body.sign(org_place(&stage, author), &own_key(&mut dice));
        lies.tell(variant, org_batch(&stage, &[entry]));
        lies.check_alarmed(&format!("variant {variant}"));
        assert!(lies.captive.reads(stage.note, FIELD).starts_with(THEN));
    }
    lies.end();
}
