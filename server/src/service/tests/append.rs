use shared::{
    Blob,
    id::DocumentId,
    limit::{APPEND_WRAPS_MAX, WRAP_BYTES_MAX},
    log::{
        Head,
        document::Access,
        org::{DeviceRevoke, EnrolGrant, Enrols, OrgBody, Role},
    },
    refusal::Reason,
    sync::{ClientMessage, Event, ServerMessage, Wrap},
};

use super::reason;
use crate::{
    service::{
        Who,
        fixture::{
            Counter, Firm, Person, START, append, append_with, genesis, grant_of, key, wrap_for,
        },
    },
    store::Store,
};

const NOTE: DocumentId = DocumentId::new([0xD0; 16]);

#[track_caller]
fn head_of(message: &ServerMessage) -> Head {
    let ServerMessage::Appended { head, .. } = message else { panic!("{message:?}") };
    *head
}

fn without_firm() -> Firm {
    let firm = Firm::new();
    Firm { store: Store::in_memory(&mut Counter(0)).unwrap(), head: Head::EMPTY, ..firm }
}

#[test]
fn a_firm_is_made_once() {
    let mut firm = without_firm();
    let first = genesis(&firm.admin);
    let second = genesis(&firm.sato);

    let made = head_of(&firm.reply(Who::Bootstrap, append(&first)));
    let again = head_of(&firm.reply(Who::Bootstrap, append(&first)));
    let other = firm.reply(Who::Bootstrap, append(&second));

    assert_eq!(made, again);
    assert_eq!(reason(&other), Reason::FirmExists);
}

#[test]
fn without_a_firm_there_is_nothing_but_a_genesis_to_say() {
    let mut firm = without_firm();
    let create = firm.sato.create(NOTE);
    let genesis = genesis(&firm.admin);
    let grant = OrgBody::EnrolGrant(EnrolGrant {
        key: key(9).verify_key(),
        enrols: Enrols::Account(Role::Consultant),
        uses: 1,
        expires_at: START,
    });
    let grant = firm.admin.org_entry(Head::EMPTY, &grant);

    assert_eq!(reason(&firm.reply(firm.sato.who(), append(&create))), Reason::NoFirm);
    assert_eq!(reason(&firm.reply(firm.admin.who(), append(&genesis))), Reason::NoFirm);
    assert_eq!(reason(&firm.reply(Who::Bootstrap, append(&grant))), Reason::NoFirm);
    let wrap = firm.sato.own_wrap(firm.sato.device());
    let put = ClientMessage::PutWraps { wraps: vec![wrap] };
    assert_eq!(reason(&firm.reply(firm.sato.who(), put)), Reason::NoFirm);
}

#[test]
fn an_entry_goes_to_the_head_or_nowhere() {
    let mut firm = Firm::new();
    let before = firm.head;
    firm.grant(20, Enrols::Account(Role::Employee), 1);
    let late = OrgBody::EnrolGrant(EnrolGrant {
        key: key(21).verify_key(),
        enrols: Enrols::Account(Role::Employee),
        uses: 1,
        expires_at: START,
    });
    let late = firm.admin.org_entry(before, &late);

    let answered = firm.reply(firm.admin.who(), append(&late));

    assert!(matches!(answered, ServerMessage::HeadMoved { head, .. } if head == firm.head));
}

#[test]
fn an_entry_that_arrived_is_not_appended_again() {
    let mut firm = Firm::new();
    let grant = firm.grant(20, Enrols::Account(Role::Employee), 1);
    let ueda = Person::new(4);
    let join = firm.join(&ueda, Role::Employee, grant, 20);

    let first = head_of(&firm.reply(grant_of(20), append(&join)));
    firm.head = first;
    firm.grant(22, Enrols::Account(Role::Employee), 1);
    let again = head_of(&firm.reply(grant_of(20), append(&join)));

    assert_eq!(first, again);
}

#[test]
fn an_invitation_is_used_as_often_as_it_says() {
    let mut firm = Firm::new();
    let grant = firm.grant(20, Enrols::Account(Role::Employee), 1);
    let join = firm.join(&Person::new(4), Role::Employee, grant, 20);
    firm.org_appended(grant_of(20), &join);
    let second = firm.join(&Person::new(5), Role::Employee, grant, 20);

    assert_eq!(reason(&firm.reply(grant_of(20), append(&second))), Reason::GrantSpent);
}

#[test]
fn an_old_invitation_is_old_by_the_servers_clock_too() {
    let mut firm = Firm::new();
    let grant = firm.grant(20, Enrols::Account(Role::Employee), 2);
    let join = firm.join(&Person::new(4), Role::Employee, grant, 20);

    firm.now = START.plus_ms(1_001);
    let late = firm.reply(grant_of(20), append(&join));
    firm.now = START.plus_ms(1_000);
    let in_time = firm.reply(grant_of(20), append(&join));

    assert_eq!(reason(&late), Reason::GrantExpired);
    assert!(matches!(in_time, ServerMessage::Appended { .. }));
}

#[test]
fn an_invitation_is_used_by_its_holder_and_what_came_of_it_may_be_brought_by_a_member() {
    let mut firm = Firm::new();
    let grant = firm.grant(20, Enrols::Account(Role::Employee), 1);
    firm.grant(21, Enrols::Account(Role::Employee), 1);
    let join = firm.join(&Person::new(4), Role::Employee, grant, 20);
    let unknown = firm.join(&Person::new(4), Role::Employee, 99, 20);

    assert_eq!(reason(&firm.reply(grant_of(21), append(&join))), Reason::UnknownGrant);
    assert_eq!(reason(&firm.reply(grant_of(20), append(&unknown))), Reason::UnknownGrant);
    assert!(matches!(firm.reply(firm.sato.who(), append(&join)), ServerMessage::Appended { .. }));
}

#[test]
fn what_an_author_may_not_say_is_refused() {
    let mut firm = Firm::new();
    let invite_admin = OrgBody::EnrolGrant(EnrolGrant {
        key: key(30).verify_key(),
        enrols: Enrols::Account(Role::Admin),
        uses: 1,
        expires_at: START,
    });
    let by_consultant = firm.sato.org_entry(firm.head, &invite_admin);
    let brought = firm.admin.org_entry(firm.head, &invite_admin);

    assert_eq!(reason(&firm.reply(firm.sato.who(), append(&by_consultant))), Reason::EntryRefused);
    let rubbish = ClientMessage::Append { entry: Blob(vec![1, 2, 3]), wraps: Vec::new() };
    assert_eq!(reason(&firm.reply(firm.sato.who(), rubbish)), Reason::Malformed);
    let long = ClientMessage::Append { entry: Blob(vec![0; 9_000]), wraps: Vec::new() };
    assert_eq!(reason(&firm.reply(firm.sato.who(), long)), Reason::Oversize);
    assert!(matches!(
        firm.reply(firm.sato.who(), append(&brought)),
        ServerMessage::Appended { .. }
    ));
}

#[test]
fn a_document_id_is_taken_once() {
    let mut firm = Firm::new();
    let create = firm.sato.create(NOTE);
    let first = firm.document_appended(firm.sato.who(), &create);
    let again = firm.document_appended(firm.sato.who(), &create);
    let by_other = firm.admin.create(NOTE);

    assert_eq!(first, again);
    assert_eq!(reason(&firm.reply(firm.admin.who(), append(&by_other))), Reason::DocumentExists);
}

#[test]
fn only_members_append_to_a_document() {
    let mut firm = Firm::new();
    let create = firm.sato.create(NOTE);
    let head = firm.document_appended(firm.sato.who(), &create);
    let grab = firm.admin.share(NOTE, head, &firm.sato, Access::Reader);
    let elsewhere = firm.admin.share(DocumentId::new([0; 16]), head, &firm.sato, Access::Reader);
    let for_admin = firm.sato.share(NOTE, head, &firm.admin, Access::Reader);
    let stale = firm.sato.share(NOTE, Head::EMPTY, &firm.admin, Access::Reader);

    assert_eq!(reason(&firm.reply(firm.admin.who(), append(&grab))), Reason::UnknownDocument);
    assert_eq!(reason(&firm.reply(firm.admin.who(), append(&elsewhere))), Reason::UnknownDocument);
    assert_eq!(reason(&firm.reply(firm.sato.who(), append(&for_admin))), Reason::EntryRefused);
    assert_eq!(reason(&firm.reply(firm.sato.who(), append(&stale))), Reason::DocumentExists);
    assert_eq!(reason(&firm.reply(grant_of(20), append(&create))), Reason::NotLoggedIn);
}

#[test]
fn of_two_who_append_at_once_the_second_is_told_the_head() {
    let mut firm = Firm::new();
    let ito = Person::new(3);
    let ueda = Person::new(4);
    firm.enrol(&ito, Role::Consultant);
    firm.enrol(&ueda, Role::Consultant);
    let head = firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
    let first = firm.sato.share(NOTE, head, &ito, Access::Reader);
    let second = firm.sato.share(NOTE, head, &ueda, Access::Reader);

    let moved = firm.document_appended(firm.sato.who(), &first);
    let answered = firm.reply(firm.sato.who(), append(&second));

    assert!(matches!(answered, ServerMessage::HeadMoved { head, .. } if head == moved));
}

#[test]
fn a_wrap_arrives_with_the_grant_it_belongs_to() {
    let mut firm = Firm::new();
    let ito = Person::new(3);
    firm.enrol(&ito, Role::Consultant);
    let head = firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
    let share = firm.sato.share(NOTE, head, &ito, Access::Reader);

    let answer = firm.say(firm.sato.who(), append_with(&share, vec![wrap_for(&ito, NOTE)]));

    assert_eq!(answer.notices.wraps, [(ito.account, 1)]);
    let (state, readers) = &answer.notices.documents[0];
    assert_eq!(state.log_length, 2);
    assert!(readers.contains(&ito.account) && readers.contains(&firm.sato.account));
    let pulled = firm.reply(ito.who(), ClientMessage::PullWraps { after: 0 });
    let expected = ServerMessage::Wraps { last: 1, wraps: vec![wrap_for(&ito, NOTE)], more: false };
    assert_eq!(pulled, expected);
}

#[test]
fn who_brought_an_entry_without_its_wraps_does_not_keep_them_out() {
    let mut firm = Firm::new();
    let ito = Person::new(3);
    firm.enrol(&ito, Role::Consultant);
    let head = firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
    let share = firm.sato.share(NOTE, head, &ito, Access::Reader);
    let stranger = wrap_for(&Person::new(9), NOTE);
    let later = Wrap { sealed: Blob(vec![8; 64]), ..wrap_for(&ito, NOTE) };

    // A member to be, who has heard of the entry and of nothing else.
    firm.document_appended(ito.who(), &share);
    firm.say(firm.sato.who(), append_with(&share, vec![stranger, wrap_for(&ito, NOTE)]));
    firm.say(firm.sato.who(), append_with(&share, vec![later]));

    let pulled = firm.reply(ito.who(), ClientMessage::PullWraps { after: 0 });
    let expected = ServerMessage::Wraps { last: 1, wraps: vec![wrap_for(&ito, NOTE)], more: false };
    assert_eq!(pulled, expected);
}

#[test]
fn a_wrap_for_nobody_keeps_the_entry_out() {
    let mut firm = Firm::new();
    let ito = Person::new(3);
    firm.enrol(&ito, Role::Consultant);
    let create = firm.sato.create(NOTE);
    let large = |bytes| Wrap { sealed: Blob(vec![0; bytes]), ..wrap_for(&firm.sato, NOTE) };
    let too_many = vec![large(1); APPEND_WRAPS_MAX + 1];
    let cases = [
        (vec![wrap_for(&ito, NOTE)], Reason::EntryRefused),
        (vec![wrap_for(&firm.sato, DocumentId::new([0; 16]))], Reason::EntryRefused),
        (vec![firm.sato.own_wrap(firm.sato.device())], Reason::EntryRefused),
        (vec![large(WRAP_BYTES_MAX + 1)], Reason::Oversize),
        (vec![large(0)], Reason::Oversize),
        (too_many, Reason::Oversize),
    ];

    for (wraps, expected) in cases {
        let answered = firm.reply(firm.sato.who(), append_with(&create, wraps));
        assert_eq!(reason(&answered), expected);
    }
    let largest =
        vec![Wrap { sealed: Blob(vec![0; WRAP_BYTES_MAX]), ..wrap_for(&firm.sato, NOTE) }];
    let answered = firm.reply(firm.sato.who(), append_with(&create, largest));
    assert!(matches!(answered, ServerMessage::Appended { .. }));
}

#[test]
fn wraps_without_an_entry_go_to_devices_of_ones_own() {
    let mut firm = Firm::new();
    let phone = Person { account: firm.sato.account, ..Person::new(60) };
    let grant = firm.grant(61, Enrols::Device(firm.sato.account), 1);
    let link = firm.link(&phone, grant, 61);
    firm.org_appended(grant_of(61), &link);
    let put = |wrap: &Wrap| ClientMessage::PutWraps { wraps: vec![wrap.clone()] };
    let seeds = firm.sato.own_wrap(phone.device());

    let stored = firm.reply(firm.sato.who(), put(&seeds));
    let again = firm.reply(firm.sato.who(), put(&seeds));
    let for_other = firm.reply(firm.admin.who(), put(&seeds));
    let for_stranger = firm.reply(firm.sato.who(), put(&firm.sato.own_wrap(firm.admin.device())));
    let by_guest = firm.reply(grant_of(61), put(&seeds));

    assert_eq!(stored, ServerMessage::Event(Event::Wraps(1)));
    assert_eq!(again, stored);
    assert_eq!(reason(&for_other), Reason::EntryRefused);
    assert_eq!(reason(&for_stranger), Reason::EntryRefused);
    assert_eq!(reason(&by_guest), Reason::NotLoggedIn);
    let on_tablet = firm.reply(firm.sato.who(), ClientMessage::PullWraps { after: 0 });
    let on_phone = firm.reply(phone.who(), ClientMessage::PullWraps { after: 0 });
    let nothing = ServerMessage::Wraps { last: 1, wraps: Vec::new(), more: false };
    assert_eq!(on_tablet, nothing);
    assert_eq!(on_phone, ServerMessage::Wraps { last: 1, wraps: vec![seeds], more: false });
}

#[test]
fn what_is_sealed_for_a_device_revoked_meanwhile_is_dropped_without_a_word() {
    let mut firm = Firm::new();
    let phone = Person { account: firm.sato.account, ..Person::new(60) };
    let grant = firm.grant(61, Enrols::Device(firm.sato.account), 1);
    let link = firm.link(&phone, grant, 61);
    firm.org_appended(grant_of(61), &link);
    let revoke = OrgBody::DeviceRevoke(DeviceRevoke { device: phone.device() });
    let entry = firm.admin.org_entry(firm.head, &revoke);
    firm.org_appended(firm.admin.who(), &entry);

    let put = ClientMessage::PutWraps { wraps: vec![firm.sato.own_wrap(phone.device())] };
    let answer = firm.reply(firm.sato.who(), put);

    assert_eq!(answer, ServerMessage::Event(Event::Wraps(0)));
    assert_eq!(firm.store.reader().last_wrap(firm.sato.account).unwrap(), 0);
}

#[test]
fn whoever_links_a_device_may_bring_its_wraps_along() {
    let mut firm = Firm::new();
    let phone = Person { account: firm.sato.account, ..Person::new(60) };
    let grant = firm.grant(61, Enrols::Device(firm.sato.account), 1);
    let link = firm.link(&phone, grant, 61);
    let seeds = firm.sato.own_wrap(phone.device());
    let foreign = firm.admin.own_wrap(firm.admin.device());

    let refused = firm.reply(grant_of(61), append_with(&link, vec![foreign]));
    let linked = firm.reply(grant_of(61), append_with(&link, vec![seeds]));

    assert_eq!(reason(&refused), Reason::EntryRefused);
    assert!(matches!(linked, ServerMessage::Appended { .. }));
}
