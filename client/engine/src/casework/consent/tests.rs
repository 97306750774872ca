use proptest::prelude::*;

use super::*;
use crate::{
    casework::group::{DOCUMENT, EDGE, Group, NOW},
    document::genesis::Kind,
};

const TABLET: usize = 0;
const LAPTOP: usize = 1;
const PHONE: usize = 2;

fn group() -> Group {
    Group::new(Kind::CaseConsent, &[Side::Staff, Side::Staff, Side::Employee])
}

fn scope_of(matter: Matter) -> Scope {
    if matter == Matter::Purpose {
        Scope::Words(EDGE.into())
    } else if matter == Matter::Telling {
        Scope::Exact([7; 32])
    } else {
        Scope::Whole
    }
}

fn event(group: &Group, hand: usize, matter: Matter, decision: Decision) -> Event {
    let is_own = group.0[hand].side == Side::Employee;
    Event {
        document: DOCUMENT,
        matter,
        decision,
        scope: scope_of(matter),
        told: Told { version: 3, hash: [3; 32] },
        at: NOW,
        server_at: None,
        place: "本社3F会議室B".into(),
        method: if is_own { Method::OwnPhone } else { Method::Tablet([1; 32]) },
        by: group.0[hand].device,
        after: vec![],
    }
}

fn ledger(group: &Group, hand: usize) -> Ledger {
    Ledger::read(&group.0[hand].crdt, DOCUMENT, group.who())
}

fn say(group: &mut Group, hand: usize, event: Event) {
    let ledger = ledger(group, hand);
    let key = SigningKey::derive(&shared::secret::Secret::new(Box::new(
        [u8::try_from(hand + 1).unwrap(); 32],
    )));
    group.edit(hand, |tx| record(tx, &ledger, event, &key)).unwrap();
}

fn decide(group: &mut Group, hand: usize, matter: Matter, decision: Decision) {
    let event = event(group, hand, matter, decision);
    say(group, hand, event);
}

#[test]
fn what_was_read_out_is_kept_once_where_both_read_it_and_only_the_firm_says_what_that_was() {
    let mut group = group();
    let texts = |version: u32| Matter::ALL.map(|it| format!("{} {version} {EDGE}", it.code()));
    let template =
        |version| Template { version, language: "ja".into(), texts: texts(version).into() };
    for (hand, version) in [(TABLET, 2), (LAPTOP, 2), (TABLET, 3), (TABLET, 3)] {
        group.edit(hand, |tx| explain(tx, &template(version))).unwrap();
    }
    let forged = group.edit(PHONE, |tx| explain(tx, &template(4)));
    assert_eq!(forged, Err(EditError::NotYours));
    group.meet();

    for hand in &group.0 {
        let mut kept = explanations(&hand.crdt);
        kept.sort_by_key(|it| it.version);
        assert!(kept == [template(2), template(3)]);
    }
}

#[test]
fn a_withdrawal_beats_a_grant_that_did_not_know_of_it_whatever_the_clocks_say() {
    let mut group = group();
    decide(&mut group, PHONE, Matter::Supervision, Decision::Agreed);
    group.meet();
    decide(&mut group, PHONE, Matter::Supervision, Decision::Withdrawn);
    let late = Event {
        at: UnixMillis(NOW.0 + 1_000_000_000),
        ..event(&group, TABLET, Matter::Supervision, Decision::Agreed)
    };
    say(&mut group, TABLET, late);
    group.meet();

    for hand in [TABLET, LAPTOP, PHONE] {
        let standing = ledger(&group, hand).standing(Matter::Supervision, None).unwrap();
        assert_eq!(standing.event.decision, Decision::Withdrawn);
        assert!(standing.is_disputed);
    }
}

#[test]
fn whoever_changes_their_mind_knowing_of_the_withdrawal_is_heard() {
    let mut group = group();
    decide(&mut group, PHONE, Matter::Counting, Decision::Withdrawn);
    group.meet();
    decide(&mut group, TABLET, Matter::Counting, Decision::Agreed);
    group.meet();

    let standing = ledger(&group, PHONE).standing(Matter::Counting, None).unwrap();
    assert_eq!((standing.event.decision, standing.is_disputed), (Decision::Agreed, false));
    assert_eq!(ledger(&group, PHONE).told(Matter::Counting).len(), 2);
}

#[test]
fn each_thing_to_be_told_is_decided_alone() {
    let mut group = group();
    decide(&mut group, PHONE, Matter::Telling, Decision::Agreed);
    let other = Scope::Exact([8; 32]);

    let ledger = ledger(&group, PHONE);
    let decision =
        |scope| ledger.standing(Matter::Telling, Some(scope)).map(|it| it.event.decision);
    assert_eq!(decision(&Scope::Exact([7; 32])), Some(Decision::Agreed));
    assert_eq!(decision(&other), None);
    assert_eq!(ledger.decision(Matter::Telling), None, "never for all");
}

type Spoil = fn(&mut Event);

#[test]
fn what_is_not_a_decision_of_the_person_does_not_count() {
    let cases: [(Rejected, Spoil); 6] = [
        (Rejected::Elsewhere, |it| it.document = DocumentId::new([1; 16])),
        (Rejected::Unknown, |it| it.by = DeviceId::new([9; 16])),
        (Rejected::Forged, |it| it.by = DeviceId::new([3; 16])),
        (Rejected::NotTheirs, |it| it.method = Method::OwnPhone),
        (Rejected::NotTheirs, |it| it.method = Method::Spoken(" ".into())),
        (Rejected::NotTheirs, |it| it.scope = Scope::Words("全部".into())),
    ];
    for (rejected, spoil) in cases {
        let mut group = group();
        let mut spoiled = event(&group, TABLET, Matter::Supervision, Decision::Agreed);
        spoil(&mut spoiled);
        say(&mut group, TABLET, spoiled);

        let ledger = ledger(&group, TABLET);
        assert_eq!(ledger.rejected, [rejected]);
        assert_eq!(ledger.decision(Matter::Supervision), None);
    }
    let spoken = Method::Spoken("本人が口頭で了承".into());
    assert!(spoken.is_of(Side::Staff) && !spoken.is_of(Side::Supervisor));
}

#[test]
fn one_use_in_supervision_is_agreed_to_and_all_others_stay_as_they_were() {
    let mut group = group();
    let decide = |group: &mut Group, decision, scope: Scope| {
        let said = Event { scope, ..event(group, TABLET, Matter::Supervision, decision) };
        say(group, TABLET, said);
    };
    let (one, other) = (Scope::Exact([7; 32]), Scope::Exact([8; 32]));
    decide(&mut group, Decision::AskEachTime, Scope::Whole);
    decide(&mut group, Decision::Agreed, one.clone());

    let of = |group: &Group, scope: Option<&Scope>| {
        let standing = ledger(group, TABLET).standing(Matter::Supervision, scope);
        standing.map(|it| it.event.decision)
    };
    assert_eq!(of(&group, None), Some(Decision::AskEachTime));
    assert_eq!(of(&group, Some(&one)), Some(Decision::Agreed));
    assert_eq!(of(&group, Some(&other)), None);
    decide(&mut group, Decision::Withdrawn, one.clone());
    assert_eq!(of(&group, Some(&one)), Some(Decision::Withdrawn));
    assert_eq!(of(&group, None), Some(Decision::AskEachTime));
}

#[test]
fn a_successor_is_agreed_to_by_name_and_a_later_no_to_all_counts() {
    let mut group = group();
    let [one, two] = [1, 2].map(|byte| AccountId::new([byte; 16]));
    let decide = |group: &mut Group, decision, scope: Scope| {
        let said = Event { scope, ..event(group, TABLET, Matter::HandOver, decision) };
        say(group, TABLET, said);
    };
    let of = |group: &Group, account| {
        let standing = ledger(group, TABLET).standing_for(Matter::HandOver, account);
        standing.map(|it| it.event.decision)
    };
    decide(&mut group, Decision::Agreed, Scope::To(one));
    assert_eq!((of(&group, one), of(&group, two)), (Some(Decision::Agreed), None));
    decide(&mut group, Decision::Agreed, Scope::To(two));
    assert_eq!(of(&group, one), Some(Decision::Agreed));
    decide(&mut group, Decision::Withdrawn, Scope::Whole);
    assert_eq!([one, two].map(|it| of(&group, it)), [Some(Decision::Withdrawn); 2]);
}

#[test]
fn a_matter_takes_the_decisions_of_the_table_and_no_others() {
    let taken = |matter: Matter| {
        let scope = scope_of(matter);
        let all = [
            Decision::Withdrawn,
            Decision::Refused,
            Decision::AskEachTime,
            Decision::Explained,
            Decision::Agreed,
        ];
        all.into_iter().filter(|it| matter.admits(*it, &scope)).collect::<Vec<_>>()
    };
    assert_eq!(taken(Matter::Secrecy), [Decision::Refused, Decision::Explained]);
    assert_eq!(taken(Matter::Purpose), [Decision::Agreed]);
    assert!(taken(Matter::Supervision).contains(&Decision::AskEachTime));
    assert!(!taken(Matter::Record).contains(&Decision::AskEachTime));
    assert!(!Matter::Purpose.admits(Decision::Agreed, &Scope::Words(" \n".into())));
    assert!(!Matter::Contact.admits(Decision::Agreed, &Scope::Codes(vec!["pigeon".into()])));
    assert!(Matter::Contact.admits(Decision::Agreed, &Scope::Codes(vec!["mail".into()])));
    for matter in Matter::ALL {
        let is_fixed = matter == Matter::Secrecy || matter == Matter::Purpose;
        let withdraws = taken(matter).contains(&Decision::Withdrawn);
        assert_eq!(withdraws, !is_fixed && matter != Matter::Consultant, "{matter:?}");
        assert!(!effect(matter).is_empty());
    }
}

#[test]
fn nobody_takes_an_event_out_again() {
    let mut group = group();
    decide(&mut group, PHONE, Matter::Supervision, Decision::Withdrawn);
    let events = Field::top("events");
    let item = events.child(&group.0[PHONE].crdt.items(&events)[0]);

    let removed = group.edit(PHONE, |tx| tx.remove_item(&item).map(|_| ()));
    let changed = group.edit(PHONE, |tx| tx.put(&item.child("signed"), vec![1]));

    assert_eq!((removed, changed), (Err(EditError::NotYours), Err(EditError::NotYours)));
    assert_eq!(ledger(&group, PHONE).decision(Matter::Supervision), Some(Decision::Withdrawn));
}

/// What may happen, drawn at random: somebody decides, or hears what another wrote.
#[derive(Clone, Debug)]
enum Deed {
    Decide(usize, Decision, u64),
    Hear(usize, usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    let decision = prop_oneof![
        Just(Decision::Agreed),
        Just(Decision::Refused),
        Just(Decision::Withdrawn),
        Just(Decision::AskEachTime),
    ];
    prop_oneof![
        2 => (0..3_usize, decision, 0..100_u64).prop_map(|(who, it, at)| Deed::Decide(who, it, at)),
        3 => (0..3_usize, 0..3_usize).prop_map(|(to, from)| Deed::Hear(to, from)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn all_replay_to_one_state_and_no_grant_outlives_a_withdrawal_it_did_not_know(
        deeds in prop::collection::vec(deed(), 1..25),
    ) {
        let mut group = group();
        for deed in deeds {
            match deed {
                Deed::Decide(who, decision, at) => {
                    let at = UnixMillis(NOW.0 + at);
                    let event = Event { at, ..event(&group, who, Matter::Supervision, decision) };
                    say(&mut group, who, event);
                }
                Deed::Hear(to, from) if to != from => group.hear(to, from),
                Deed::Hear(..) => {}
            }
        }
        group.meet();
        group.meet();

        let ledgers: Vec<Ledger> = (0..3).map(|hand| ledger(&group, hand)).collect();
        prop_assert_eq!(&ledgers[0], &ledgers[1]);
        prop_assert_eq!(&ledgers[0], &ledgers[2]);
        prop_assert!(ledgers[0].rejected.is_empty());
        // A second, plainer replay: grants that hold come after every withdrawal.
        let ledger = &ledgers[0];
        if let Some(standing) = ledger.standing(Matter::Supervision, None)
            && standing.event.decision == Decision::Agreed
        {
            let past = ledger.past(&standing.event);
            for (hash, event) in ledger.events.iter() {
                if event.decision == Decision::Withdrawn {
                    let later = ledger.events.values().any(|it| {
                        it.decision != Decision::Withdrawn && ledger.past(it).contains(hash)
                    });
                    prop_assert!(past.contains(hash) || later);
                }
            }
        }
    }
}
