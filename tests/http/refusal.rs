//! Every "no" of the server, reached at least once.

use std::collections::BTreeSet;

use shared::{
    envelope::{Envelope, Header},
    id::{DocumentId, EnvelopeId, Epoch, Number, Seq},
    log::{
        Author, Head,
        document::{Access, DocumentBody, Revoke},
        org::{AccountFreeze, DeviceRevoke, Enrols, OrgBody, Role},
    },
    refusal::Reason,
    sync::{Ack, ClientMessage, Identity, ServerMessage},
};

use crate::{
    cast::{
        ADMIN, CONSULTANT, DAY_MS, DOCUMENT, EMPLOYEE, Firm, Person, SUPERVISOR, create,
        document_place, genesis, genesis_place, grant, grants, header, key,
    },
    site::{BOOTSTRAP, Reply, Site, root_key},
};

/// Reasons that need what the server cannot do yet, or a machine that breaks.
const NOT_HERE: &[Reason] = &[
    // A full disk, an overloaded and a broken server.
    Reason::ServerFull,
    Reason::Busy,
    Reason::Failed,
];

/// The consultant's first envelope in the document.
pub(crate) fn first_envelope() -> Vec<u8> {
    sealed(CONSULTANT, |_| ())
}

/// An envelope of `person` that continues nothing, but for what is changed.
fn sealed(person: Person, change: impl FnOnce(&mut Header)) -> Vec<u8> {
    let mut header = Header {
        device: person.device(),
        seq: Seq(1),
        prev: EnvelopeId::NONE,
        epoch: Epoch(0),
        log_index: 1,
        ..header()
    };
    change(&mut header);
    let signed = Envelope::sign(header, &[0; 32], &[0; 64], &person.device_key());
    signed.into_envelope().into_bytes()
}

#[tokio::test]
async fn every_reason_is_reached() {
    let mut reached = BTreeSet::new();
    for (name, expected, reply) in [
        pushes().await,
        entries().await,
        enrolments().await,
        beginnings().await,
        others().await,
        removals().await,
    ]
    .concat()
    {
        assert_eq!(reply, expected, "{name}");
        reached.insert(reply);
    }

    let here = Reason::ALL.iter().filter(|reason| !NOT_HERE.contains(reason)).copied().collect();
    assert_eq!(reached, here);
}

type Told = Vec<(&'static str, Reason, Reason)>;

async fn pushes() -> Told {
    let (site, firm, mut paper) = Site::staffed().await;
    let token = site.log_in_as(CONSULTANT).await;
    let entry = paper.entry_by(CONSULTANT, &grants(EMPLOYEE, Access::Reader));
    paper.append(&firm, entry.clone()).unwrap();
    site.append(&token, &entry).await;
    let stored = site.push(&token, first_envelope()).await;
    assert!(matches!(stored.message(), ServerMessage::Acks { acks }
        if matches!(acks[..], [(_, Ack::Stored(Number(1)))])));
    let again = site.push(&token, first_envelope()).await;
    assert!(matches!(again.message(), ServerMessage::Acks { acks }
        if matches!(acks[..], [(_, Ack::Duplicate(Number(1)))])));
    let push = async |bytes| site.push(&token, bytes).await.reason();
    let reader = site.log_in_as(EMPLOYEE).await;
    let stranger = site.log_in_as(SUPERVISOR).await;
    let other = DocumentId::new([0xDD; 16]);
    vec![
        ("half an envelope", Reason::Malformed, push(first_envelope()[..99].to_vec()).await),
        (
            "an envelope of another device",
            Reason::NotYourDevice,
            push(sealed(EMPLOYEE, |_| ())).await,
        ),
        (
            "a document nobody made",
            Reason::UnknownDocument,
            push(sealed(CONSULTANT, |it| it.document = other)).await,
        ),
        (
            "a document of others",
            Reason::UnknownDocument,
            site.push(&stranger, sealed(SUPERVISOR, |_| ())).await.reason(),
        ),
        ("a reader", Reason::ReadOnly, site.push(&reader, sealed(EMPLOYEE, |_| ())).await.reason()),
        (
            "another epoch",
            Reason::StaleEpoch,
            push(sealed(CONSULTANT, |it| {
                let first = Envelope::parse(first_envelope()).unwrap();
                (it.seq, it.prev, it.epoch) = (Seq(2), first.id(), Epoch(1));
            }))
            .await,
        ),
        (
            "a gap",
            Reason::SequenceGap,
            push(sealed(CONSULTANT, |it| (it.seq, it.prev) = (Seq(9), EnvelopeId::new([1; 32]))))
                .await,
        ),
        (
            "another envelope at the same place",
            Reason::Equivocation,
            push(sealed(CONSULTANT, |it| it.salt = [0; 32])).await,
        ),
        (
            "another predecessor",
            Reason::Equivocation,
            push(sealed(CONSULTANT, |it| (it.seq, it.prev) = (Seq(2), EnvelopeId::new([1; 32]))))
                .await,
        ),
    ]
}

async fn entries() -> Told {
    let (site, _, paper) = Site::staffed().await;
    let consultant = site.log_in_as(CONSULTANT).await;
    let employee = site.log_in_as(EMPLOYEE).await;
    let to_admin = paper.entry_by(CONSULTANT, &grants(ADMIN, Access::Reader));
    let place = document_place(Head::EMPTY, EMPLOYEE);
    let taken = create().sign(place, &EMPLOYEE.device_key());
    let append =
        async |token: &str, entry| site.try_append(token, entry, Vec::new()).await.reason();
    vec![
        ("a grant to an admin", Reason::EntryRefused, append(&consultant, &to_admin).await),
        ("a document id twice", Reason::DocumentExists, append(&employee, &taken).await),
    ]
}

async fn enrolments() -> Told {
    let (site, mut firm, _) = Site::staffed().await;
    let admin = site.log_in_as(ADMIN).await;
    let invited = key(0x71);
    let mut invite = grant(0x71, Enrols::Account(Role::Employee));
    invite.expires_at = firm.place(Author::Root).at.plus_ms(DAY_MS);
    let entry = firm.entry_by(ADMIN, &OrgBody::EnrolGrant(invite));
    let index = entry.index();
    firm.append(entry.clone()).unwrap();
    site.append(&admin, &entry).await;
    let token = site.log_in(Identity::Grant(invited.verify_key()), &invited).await;
    let joined = firm.entry_by_grant(index, 0x71, &Person(0x74).joins_as(Role::Employee));
    firm.append(joined.clone()).unwrap();
    site.append(&token, &joined).await;
    let second = firm.entry_by_grant(index, 0x71, &Person(0x78).joins_as(Role::Employee));
    let spent = site.try_append(&token, &second, Vec::new()).await.reason();
    let others = firm.entry_by_grant(1, CONSULTANT.0 + 2, &Person(0x78).joins_as(Role::Consultant));
    let unknown = site.try_append(&token, &others, Vec::new()).await.reason();
    site.wait_ms(30 * 60_000);
    // The token is still good for half an hour; the grant's day is over for a clock set forward.
    let (old, ..) = Site::staffed().await;
    old.wait_ms(2 * DAY_MS);
    let key = key(CONSULTANT.0 + 2);
    let late = old.try_log_in(Identity::Grant(key.verify_key()), &key).await.reason();
    vec![
        ("an invitation used up", Reason::GrantSpent, spent),
        ("an invitation of somebody else", Reason::UnknownGrant, unknown),
        ("an old invitation", Reason::GrantExpired, late),
    ]
}

async fn beginnings() -> Told {
    let empty = Site::empty();
    let bootstrap = empty.log_in(Identity::Bootstrap, &key(BOOTSTRAP)).await;
    let firm = Firm::new();
    let early = &Firm::staffed().entries[1];
    let no_firm = empty.try_append(&bootstrap, early, Vec::new()).await.reason();
    empty.append(&bootstrap, &firm.entries[0]).await;
    let mut other = genesis();
    other.root = key(0x95).verify_key();
    let other = OrgBody::Genesis(other).sign(genesis_place(), &key(0x95));
    let twice = empty.try_append(&bootstrap, &other, Vec::new()).await.reason();
    let wrong = Site::empty().try_log_in(Identity::Bootstrap, &root_key()).await.reason();
    vec![
        ("an invitation before the firm", Reason::NoFirm, no_firm),
        ("a second firm", Reason::FirmExists, twice),
        ("another server's link", Reason::WrongBootstrap, wrong),
    ]
}

async fn removals() -> Told {
    let (site, mut firm, mut paper) = Site::staffed().await;
    let consultant = site.log_in_as(CONSULTANT).await;
    let employee = site.log_in_as(EMPLOYEE).await;
    let supervisor = site.log_in_as(SUPERVISOR).await;
    let admin = site.log_in_as(ADMIN).await;
    let let_in = paper.entry_by(CONSULTANT, &grants(EMPLOYEE, Access::Writer));
    paper.append(&firm, let_in.clone()).unwrap();
    site.append(&consultant, &let_in).await;
    site.push(&employee, sealed(EMPLOYEE, |_| ())).await;
    let account = EMPLOYEE.account();
    let body = DocumentBody::Revoke(Revoke { account, cuts: vec![] });
    let entry = paper.judged_entry_by(&firm, CONSULTANT, &body);
    let behind = site.try_append(&consultant, &entry, Vec::new()).await.reason();
    for body in [
        OrgBody::DeviceRevoke(DeviceRevoke { device: EMPLOYEE.device() }),
        OrgBody::AccountFreeze(AccountFreeze { account: SUPERVISOR.account(), frozen: true }),
    ] {
        let entry = firm.entry_by(ADMIN, &body);
        firm.append(entry.clone()).unwrap();
        site.append(&admin, &entry).await;
    }
    let pull = || ClientMessage::PullWraps { after: 0 };
    vec![
        ("too short a cut", Reason::CutBehind, behind),
        (
            "no epoch yet",
            Reason::RotationDue,
            site.push(&consultant, first_envelope()).await.reason(),
        ),
        ("a revoked device", Reason::DeviceRevoked, site.say(&employee, pull()).await.reason()),
        ("a frozen account", Reason::AccountClosed, site.say(&supervisor, pull()).await.reason()),
    ]
}

async fn others() -> Told {
    let (site, ..) = Site::staffed().await;
    let hello = |version| ClientMessage::Hello {
        version,
        identity: Identity::Device(CONSULTANT.device()),
        nonce: [0; 32],
    };
    let stranger = Identity::Device(shared::id::DeviceId::new([9; 16]));
    let wrong =
        async || site.try_log_in(Identity::Device(ADMIN.device()), &key(0x96)).await.reason();
    let unknown = site.try_log_in(stranger, &key(0x96)).await.reason();
    let forged = wrong().await;
    let version = site.say("", hello(9)).await.reason();
    let nobody = site.say("", ClientMessage::Subscribe).await.reason();
    let large = site.post(&[], vec![0; 1 << 20]).await.reason();
    let pull = |document| ClientMessage::Pull {
        document,
        after: Number(0),
        at_snapshot: None,
        unfit: None,
    };
    let employee = site.log_in_as(EMPLOYEE).await;
    let hidden: Reply = site.say(&employee, pull(DOCUMENT)).await;
    let missing = site.say(&employee, pull(DocumentId::new([9; 16]))).await;
    assert_eq!(hidden.reason(), missing.reason(), "what is hidden looks like what is not there");
    let mut last = forged;
    for _ in 0..100 {
        last = wrong().await;
    }
    vec![
        ("an unknown device", Reason::UnknownDevice, unknown),
        ("a wrong key", Reason::WrongSignature, forged),
        ("another version", Reason::UnknownVersion, version),
        ("no login", Reason::NotLoggedIn, nobody),
        ("too large", Reason::Oversize, large),
        ("hidden", Reason::UnknownDocument, hidden.reason()),
        ("a hundred guesses", Reason::TooManyRequests, last),
    ]
}
