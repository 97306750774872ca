use proptest::prelude::*;
use shared::{secret::Secret, sign::SigningKey};

use super::*;
use crate::{
    casework::{
        case,
        consent::{self, Event, Method, Scope, Told},
        group::{DOCUMENT, Group, NOW},
        note, signature,
    },
    document::{genesis::Kind, guard::Side},
};

const TABLET: usize = 0;
const PHONE: usize = 1;
const INTERVIEW: InterviewId = InterviewId::new([0x17; 16]);

const MATTERS: [Matter; 5] =
    [Matter::Secrecy, Matter::Purpose, Matter::Consultant, Matter::Record, Matter::Supervision];

fn consents() -> Group {
    Group::new(Kind::CaseConsent, &[Side::Staff, Side::Employee])
}

fn shared() -> Group {
    let mut group = Group::new(Kind::CaseShared, &[Side::Staff, Side::Employee]);
    group.edit(TABLET, |tx| case::add_interview(tx, INTERVIEW, 1, NOW)).unwrap();
    group.meet();
    group
}

fn ledger(group: &Group, hand: usize) -> Ledger {
    Ledger::read(&group.0[hand].crdt, DOCUMENT, group.who())
}

fn decide(group: &mut Group, hand: usize, matter: Matter, decision: Decision) {
    let is_purpose = matter == Matter::Purpose;
    let event = Event {
        document: DOCUMENT,
        matter,
        decision,
        scope: if is_purpose {
            Scope::Words("迷いの中身を整理する".into())
        } else {
            Scope::Whole
        },
        told: Told { version: 1, hash: [0; 32] },
        at: NOW,
        server_at: None,
        place: String::new(),
        method: if hand == PHONE { Method::OwnPhone } else { Method::Paper([2; 32]) },
        by: group.0[hand].device,
        after: vec![],
    };
    let ledger = ledger(group, hand);
    let key = SigningKey::derive(&Secret::new(Box::new([u8::try_from(hand + 1).unwrap(); 32])));
    group.edit(hand, |tx| consent::record(tx, &ledger, event, &key)).unwrap();
}

#[test]
fn the_first_talk_begins_when_four_matters_are_decided_and_secrecy_is_agreed_to() {
    let mut group = consents();
    assert_eq!(gate(&ledger(&group, PHONE)), Err(Barred::Undecided(GATE.to_vec())));
    decide(&mut group, PHONE, Matter::Secrecy, Decision::Explained);
    decide(&mut group, PHONE, Matter::Purpose, Decision::Agreed);
    decide(&mut group, PHONE, Matter::Consultant, Decision::Refused);
    decide(&mut group, PHONE, Matter::Supervision, Decision::Agreed);
    let missing = Err(Barred::Undecided(vec![Matter::Record]));
    assert_eq!(may_go(State::Consent, State::Talking, &ledger(&group, PHONE)), missing);

    decide(&mut group, PHONE, Matter::Record, Decision::Refused);

    let consents = ledger(&group, PHONE);
    assert_eq!(may_go(State::Consent, State::Talking, &consents), Ok(()));
    assert_eq!(may_go(State::Scheduled, State::Wrapping, &consents), Err(Barred::NoStep));
    assert_eq!(may_go(State::Ended, State::Talking, &consents), Err(Barred::NoStep));
    decide(&mut group, PHONE, Matter::Secrecy, Decision::Refused);
    assert_eq!(gate(&ledger(&group, PHONE)), Err(Barred::SecrecyRefused));
}

#[test]
fn who_does_not_agree_to_a_record_gets_a_minimal_one() {
    let mut group = consents();
    assert_eq!(record(&ledger(&group, TABLET)), Record::Minimal);
    decide(&mut group, TABLET, Matter::Record, Decision::Agreed);
    assert_eq!(record(&ledger(&group, TABLET)), Record::Full);
    decide(&mut group, TABLET, Matter::Record, Decision::Withdrawn);
    assert_eq!(record(&ledger(&group, TABLET)), Record::Minimal);

    let item = Field::top("quotes").child("1").child("text");
    assert!(Record::Full.admits(&item) && !Record::Minimal.admits(&item));
    assert!(Record::Minimal.admits(&Field::top("held_at")));
    for id in MINIMAL {
        assert!(note::FIELDS.iter().any(|spec| spec.id == id), "{id}");
    }
}

#[test]
fn the_states_follow_each_other_and_the_note_tells_the_last_three() {
    let (mut group, mut consents) = (shared(), consents());
    for matter in GATE {
        let decision = matter.decisions().iter().find(|it| **it >= Decision::Explained).unwrap();
        decide(&mut consents, PHONE, matter, *decision);
    }
    let ledger = ledger(&consents, PHONE);
    let states = [State::Consent, State::Talking, State::Wrapping, State::Ended];
    let mut from = State::Scheduled;
    for to in states {
        may_go(from, to, &ledger).unwrap();
        group.edit(TABLET, |tx| go(tx, INTERVIEW, to, NOW)).unwrap();
        group.meet();
        assert_eq!(state(&group.0[PHONE].crdt, INTERVIEW, &ledger), to);
        from = to;
    }

    let mut notes = Group::new(Kind::Note, &[Side::Staff]);
    let whole = |notes: &Group| whole_state(State::Ended, Some(note_state(&notes.0[0].crdt)));
    assert_eq!((whole_state(State::Ended, None), whole(&notes)), (State::Ended, State::Ended));
    notes.edit(0, |tx| tx.write(&Field::top("presenting_issue"), "迷い")).unwrap();
    assert_eq!(whole(&notes), State::NoteDraft);
    let hand = &notes.0[0];
    let signed = signature::sign(&hand.crdt, DOCUMENT, hand.device, &hand.key, NOW);
    notes.edit(0, |tx| signature::attach(tx, &signed)).unwrap();
    assert_eq!(whole(&notes), State::NoteSigned);
    let more = signature::Amendment { at: NOW, why: "名称".into(), text: "等級資料".into() };
    notes.edit(0, |tx| signature::amend(tx, "1", &more)).unwrap();
    assert_eq!(whole(&notes), State::Amended);
    assert_eq!(whole_state(State::Talking, Some(note_state(&notes.0[0].crdt))), State::Talking);
}

#[test]
fn an_employee_does_not_move_the_interview_on_and_a_consultant_does_not_answer_the_survey() {
    let mut group = shared();
    assert_eq!(
        group.edit(PHONE, |tx| go(tx, INTERVIEW, State::Ended, NOW)),
        Err(EditError::NotYours)
    );
    let field = |id: &str| Field::top("interviews").child(&INTERVIEW.to_hex()).child(id);
    assert_eq!(
        group.edit(TABLET, |tx| tx.write(&field("survey_free"), "よかった")),
        Err(EditError::NotYours)
    );
    let wish = field("continue_wish");
    assert_eq!(group.edit(TABLET, |tx| tx.put(&wish, "yes")), Err(EditError::NotYours));
    group.edit(PHONE, |tx| tx.put(&wish, "yes")).unwrap();
    group.edit(PHONE, |tx| tx.write(&field("survey_free"), "よかった")).unwrap();
    for (hand, text) in [(TABLET, "迷いを"), (PHONE, "整理する")] {
        group.edit(hand, |tx| tx.write(&field("purpose"), text)).unwrap();
    }
    group.meet();

    let survey = crate::casework::survey::survey(&group.0[TABLET].crdt, INTERVIEW);
    assert_eq!((survey.continue_wish, survey.texts[3].as_str()), (Some("yes"), "よかった"));
    let purposes: Vec<_> =
        group.0.iter().map(|it| it.crdt.text(&field("purpose")).unwrap()).collect();
    assert_eq!(purposes[0], purposes[1]);
    assert!(purposes[0].contains("迷いを") && purposes[0].contains("整理する"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_merge_and_no_lie_brings_a_talk_about_before_the_gate(
        steps in prop::collection::vec((0..2_usize, 0..8_usize, any::<bool>()), 1..20),
    ) {
        let (mut shared, mut consents) = (shared(), consents());
        for (hand, what, is_grant) in steps {
            match what {
                0..=4 => {
                    let matter = MATTERS[what];
                    let decisions = matter.decisions();
                    let last = *decisions.last().unwrap();
                    let decision = if is_grant { last } else { decisions[0] };
                    decide(&mut consents, hand, matter, decision);
                }
                // Written without asking whether it may be.
                5 => shared.edit(TABLET, |tx| go(tx, INTERVIEW, State::Talking, NOW)).unwrap(),
                6 => shared.edit(TABLET, |tx| go(tx, INTERVIEW, State::Ended, NOW)).unwrap(),
                _ => {
                    shared.hear(hand, 1 - hand);
                    consents.hear(hand, 1 - hand);
                }
            }
            for hand in [TABLET, PHONE] {
                let ledger = ledger(&consents, hand);
                let reached = state(&shared.0[hand].crdt, INTERVIEW, &ledger);
                let decided = |it: &Matter| ledger.told(*it).iter().any(|event| {
                    event.matter != Matter::Secrecy || event.decision == Decision::Explained
                });
                prop_assert!(reached < State::Talking || GATE.iter().all(decided));
            }
        }
    }
}
