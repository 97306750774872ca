//! K1, K12, D12: what a newcomer and a new device are shown, and what their links tell.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use engine::{
    command::Command,
    view::{Gate, Notice},
};
use harness::{captive::Captive, seed::Dice};
use shared::{
    Blob,
    id::{AccountId, FirmId},
    log::{
        Author, Entry, Head, LogId, Place,
        org::{
            AccountAdd, DeviceAdd, DeviceKeys, EnrolGrant, Enrols, Genesis, KEM_KEY_BYTES, OrgBody,
            OrgLog, Role,
        },
    },
    secret::Secret,
    sign::{SigningKey, VerifyKey},
    sync::{ClientMessage, ServerMessage},
    version::PROTOCOL,
};

use super::{
    VARIANTS, damaged, dice,
    entries::account_keys,
    own_key, random,
    stage::{Lies, Stage},
};

/// The private key in a link.
fn secret_of(link: &str) -> [u8; 32] {
    let (_, code) = link.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(code).unwrap();
    bytes[32..].try_into().unwrap()
}

fn appends(captive: &Captive) -> usize {
    captive.told.iter().filter(|it| matches!(it, ClientMessage::Append { .. })).count()
}

/// A firm of the server's own, with a grant for the key that the real one invited.
fn other_firm(dice: &mut Dice, stage: &Stage, key: VerifyKey) -> Vec<Blob> {
    let (root, firm) = (own_key(dice), FirmId::new(random(dice)));
    let admin = own_key(dice);
    let account = AccountId::new(random(dice));
    let device = DeviceKeys::make(firm, account, &admin, vec![1; KEM_KEY_BYTES]);
    let device_id = device.id();
    let genesis = OrgBody::Genesis(Genesis {
        suite: PROTOCOL,
        escrow: dice.one_in(2),
        root: root.verify_key(),
        admin: account_keys(dice, account, 0),
        device,
    });
    let at = stage.world.now();
    let log = LogId::Org(firm);
    let first =
        genesis.sign(Place { log, head: Head::EMPTY, at, author: Author::Root, org: None }, &root);
    let grant = EnrolGrant {
        key,
        enrols: Enrols::Account(Role::Consultant),
        uses: 1,
        expires_at: at.plus_ms(1_000_000),
    };
    let head = Head { length: 1, hash: first.hash() };
    let author = Author::Device(device_id);
    let second =
        OrgBody::EnrolGrant(grant).sign(Place { log, head, at, author, org: None }, &admin);
    [first, second].iter().map(|it| Blob(it.as_bytes().to_vec())).collect()
}

/// K1. A newcomer arrives, and the server shows a log with keys of its choice: another firm's, the
/// real one with an entry changed or with somebody's key replaced and signed by the server, one
/// that ends before the invitation. Detected: the link pins the Genesis, every entry is checked;
/// the newcomer gives up, tells the person that the link is of no use here, and nothing of it is
/// left. The control: with the honest log the same newcomer joins.
#[test]
fn k01_the_first_keys_a_newcomer_sees_are_pinned_by_the_link() {
    let mut stage = Stage::set(11);
    let admin = stage.admin;
    let link = stage.world.invite(admin, Role::Consultant, "林 彩");
    let key = SigningKey::derive(&Secret::new(Box::new(secret_of(&link)))).verify_key();
    let (honest, _) = stage.org();
    let count = u64::try_from(honest.len()).unwrap();
    let epoch = stage.world.server_epoch();
    for variant in 0..=VARIANTS {
        let mut dice = dice(11, variant);
        let mut captive = Captive::blank(stage.world.now(), variant);
        captive.arrive(&link, "林 彩");
        captive.log_in(epoch);
        let at = usize::try_from(dice.below(count)).unwrap();
        let mut entries = honest.clone();
        match dice.below(4) {
            _ if variant == VARIANTS => {}
            0 => entries = other_firm(&mut dice, &stage, key),
            1 => entries[at] = Blob(damaged(&mut dice, &entries[at].0)),
            2 => entries.truncate(1 + usize::try_from(dice.below(count - 1)).unwrap()),
            _ => {
                let before = &honest[..at.max(1)];
                entries = [before, &[with_own_key(&mut dice, &stage, before)]].concat();
            }
        }

        captive.hear(ServerMessage::LogBatch { document: None, from: 0, entries, more: false });

        if variant == VARIANTS {
            assert_eq!(appends(&captive), 1, "the control joins");
            continue;
        }
        assert_eq!(appends(&captive), 0, "variant {variant}");
        let notices = captive.notices();
        let is_told =
            notices.iter().all(|it| matches!(it, Notice::WrongLink | Notice::UpdateNeeded));
        assert!(is_told && !notices.is_empty(), "variant {variant}: {notices:?}");
        let is_over = notices == [Notice::WrongLink];
        assert_eq!(captive.screen.gate == Some(Gate::Empty), is_over, "variant {variant}");
        assert_eq!(captive.disk.is_empty(), is_over, "variant {variant}");
    }
}

/// Somebody joins under a key of the server's, by a grant that it has no key to.
fn with_own_key(dice: &mut Dice, stage: &Stage, before: &[Blob]) -> Blob {
    let mut entries = before.iter().map(|it| Entry::parse(&it.0).unwrap());
    let mut org = OrgLog::begin(&entries.next().unwrap()).unwrap();
    entries.for_each(|entry| org.append(&entry).unwrap());
    let account = AccountId::new(random(dice));
    let device = DeviceKeys::make(org.firm(), account, &own_key(dice), vec![2; KEM_KEY_BYTES]);
    let account = account_keys(dice, account, 0);
    let body = OrgBody::AccountAdd(AccountAdd { role: Role::Consultant, account, device });
    let author = Author::Grant(dice.below(org.head().length));
    let place = Place {
        log: LogId::Org(org.firm()),
        head: org.head(),
        at: stage.world.now(),
        author,
        org: None,
    };
    Blob(body.sign(place, &own_key(dice)).as_bytes().to_vec())
}

/// K12. A person links a new device. Between the code on one screen and the entry on the other the
/// server puts a device of its own in the place of the new one: other keys, signed by itself, by
/// the holder of another grant, or the honest entry with bytes changed. Detected: the entry is
/// signed by the code's private key, which never reaches the server; the old device raises the
/// alarm and seals no seed to anybody. The control: for the honest entry it does.
#[test]
fn k12_a_new_device_cannot_be_exchanged_on_its_way() {
    let mut stage = Stage::set(12);
    let phone = stage.phone;
    let code = stage.world.device_code(phone);
    let waiting = stage.world.on(phone).disk.clone();
    let (before, _) = stage.org();
    let laptop = stage.world.device("ノートパソコン");
    stage.world.arrive(laptop, &code, "");
    stage.world.settle();
    let (after, _) = stage.org();
    let honest = after[before.len()].clone();
    let mut entries = before.iter().map(|it| Entry::parse(&it.0).unwrap());
    let mut org = OrgLog::begin(&entries.next().unwrap()).unwrap();
    entries.for_each(|entry| org.append(&entry).unwrap());
    let account = stage.account(phone);
    let grant = org.head().length - 1;
    let now = stage.world.now();
    let from = org.head().length;
    let log_batch = |entry| {
        let entries = vec![entry];
        ServerMessage::LogBatch { document: None, from, entries, more: false }
    };
    let mut lies = Lies::on(&stage, phone, waiting.clone(), now);
    for variant in 0..VARIANTS {
        let mut dice = dice(12, variant);
        let log = LogId::Org(org.firm());
        let place = |author| Place { log, head: org.head(), at: now, author, org: None };
        let kem = vec![3; KEM_KEY_BYTES];
        let device = DeviceKeys::make(org.firm(), account, &own_key(&mut dice), kem);
        let body = OrgBody::DeviceAdd(DeviceAdd { account, device });
        let entry = match dice.below(3) {
            0 => Blob(damaged(&mut dice, &honest.0)),
            1 => {
                let author = Author::Grant(dice.below(grant + 2));
                Blob(body.sign(place(author), &own_key(&mut dice)).as_bytes().to_vec())
            }
            _ => {
                let insider = stage.insider(stage.colleague, stage.note);
                let authors = [Author::Grant(grant), Author::Device(insider.id)];
                let author = *super::pick(&mut dice, &authors);
                Blob(body.sign(place(author), insider.key()).as_bytes().to_vec())
            }
        };
        lies.tell(variant, log_batch(entry));

        let is_told = !lies.captive.notices().is_empty() || !lies.alarms().is_empty();
        assert!(is_told, "variant {variant}");
    }
    lies.check_unharmed();
    let mut control = Captive::of(&waiting, stage.world.server_epoch(), now, 1);
    control.hear(log_batch(honest));
    assert!(control.told.iter().any(|it| matches!(it, ClientMessage::PutWraps { .. })));
}

fn is_in(needle: &[u8], hay: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}

/// D12. The server reads everything that is sent while somebody makes a link and somebody uses it,
/// or tries one that is none. Harmless by construction: the private key is in the fragment, which
/// the app never sends; only its public half and signatures travel. The control: the public half is
/// found, so the search can find.
#[test]
fn d12_a_link_tells_the_server_nothing() {
    let mut stage = Stage::set(212);
    let admin = stage.admin;
    let link = stage.world.invite(admin, Role::Consultant, "林 彩");
    stage.world.ask(admin, Command::MakeDeviceCode);
    stage.world.settle();
    let (org, _) = stage.org();
    let mut made = secret_of(&link).to_vec();
    assert!(!is_in(&made, &stage.world.told) && !is_in(link.as_bytes(), &stage.world.told));
    made.truncate(16);
    assert!(!is_in(&made, &stage.world.told));
    for variant in 0..VARIANTS {
        let mut dice = dice(212, variant);
        let secret: [u8; 32] = random(&mut dice);
        let is_real = variant % 4 == 0;
        let used = if is_real {
            link.clone()
        } else {
            let genesis: [u8; 32] = random(&mut dice);
            let code = harness::base64url(&[genesis, secret].concat());
            format!("https://mendan.example/#join.{code}")
        };
        let secret = if is_real { secret_of(&link) } else { secret };
        let mut captive = Captive::blank(stage.world.now(), variant);
        captive.arrive(&used, "林 彩");
        captive.log_in(stage.world.server_epoch());
        let entries = org.clone();
        captive.hear(ServerMessage::LogBatch { document: None, from: 0, entries, more: false });
        let told: Vec<u8> = captive.told.iter().flat_map(ClientMessage::to_bytes).collect();
        let key = SigningKey::derive(&Secret::new(Box::new(secret))).verify_key();
        let (_, code) = used.rsplit_once('.').unwrap();
        assert!(is_in(key.as_bytes(), &told), "variant {variant}");
        for needle in [&secret[..16], &secret[16..], &code.as_bytes()[..20], &code.as_bytes()[60..]]
        {
            assert!(!is_in(needle, &told), "variant {variant}");
        }
    }
}
