//! Decisions from their draft to the last follow-up, and every way around the table.

use shared::{id::AccountId, time::UnixMillis};

use super::{
    Category, Conflict, Consent, Facts, Judgement, Recipient,
    decision::{
        Answer, Context, Decision, Draft, Fault, Grounds, Identity, MatterId, Signer, State,
        StepError,
    },
    permit::Need,
    record::{Means, Record, UNTOLD_DAYS_MAX},
    table::{Row, decide},
    truth::all_facts,
};
use crate::casework::{
    date::Date,
    rule::{
        retention::Class,
        scan::{Folded, Name},
    },
};

const CONSULTANT: AccountId = AccountId::new([1; 16]);
const LEAD: AccountId = AccountId::new([2; 16]);
const NOON: UnixMillis = UnixMillis(1_790_000_000_000);

fn context() -> Context {
    Context {
        employee: vec![Name::new("小田切 ひより"), Name::new("おだぎり ひより")],
        notes: vec![Folded::new("「記録の字が汚いって、利用者さんの前で三回」と話す。")],
    }
}

fn decision(facts: &Facts) -> Decision {
    Decision {
        category: facts.category,
        judgement: facts.judgement,
        recipient: facts.recipient,
        conflict: facts.conflict,
        spoken: facts.consent,
        draft: Draft {
            matter: MatterId([7; 16]),
            revision: 1,
            recipient_name: String::from("担当者"),
            text: String::from("確認をお願いします。"),
            identity: Identity::Anonymous,
        },
        shown: None,
        answers: vec![],
        grounds: Grounds::default(),
        record: None,
    }
}

fn of(category: Category, judgement: Judgement, consent: Consent, to: Recipient) -> Decision {
    let conflict = Conflict::Unchecked;
    decision(&Facts { category, judgement, consent, recipient: to, conflict, counted: 1 })
}

fn all_grounds(decision: &Decision) -> Grounds {
    let words = decision.words();
    Grounds {
        second_opinion: Some(Signer::Lead),
        signatures: vec![(CONSULTANT, Signer::Consultant, words), (LEAD, Signer::Lead, words)],
        intention: String::from("伝えました"),
        why_no_consent: String::from("拒否"),
        has_safety_plan: true,
        anonymity_checked: Some(words),
        lawyer_has_seen: true,
        representative_has_seen: true,
        reporter_law_explained: true,
        written_consent: true,
    }
}

fn transmit(decision: &mut Decision) -> Result<Record, StepError> {
    decision.transmit(&context(), Means::Written, NOON).cloned()
}

/// Example 2: harassment, from refusal to a change in the whole organisation.
#[test]
fn the_course_of_a_harassment_that_the_employee_first_kept_to_herself() {
    let approved = "利用者の前で職員が繰り返し叱責される場面があると聞いています。個人や部署の特定に\
        つながる調査はお控えいただき、申し送りや指導の場の持ち方を法人全体で確認していただくよう\
        お願いします。(相談者の同意に基づきお伝えしています)";
    let none = Judgement::None;

    // 09-08: she does not want it told.
    let refused = of(Category::Harassment, none, Consent::Refused, Recipient::Personnel);
    assert_eq!((refused.rule().row, refused.state()), (Row::R8, State::Refused));

    // 09-24: anonymously, to the head office. The first window is her superior's own.
    let mut matter = of(Category::Harassment, none, Consent::Given, Recipient::Window);
    matter.redraft("施設の相談窓口", approved, Identity::Anonymous).unwrap();
    assert_eq!((matter.rule().row, matter.state()), (Row::R7, State::Drafted));
    matter.reassess(none, Consent::Given, Recipient::Window, Conflict::InLine).unwrap();
    assert_eq!((matter.rule().row, matter.state()), (Row::R7, State::Blocked));
    assert_eq!(matter.send(&context()), Err(StepError::NotNow));
    matter.redraft("法人本部 相談窓口", approved, Identity::Anonymous).unwrap();
    matter.reassess(none, Consent::Given, Recipient::Window, Conflict::Clear).unwrap();
    matter.grounds.reporter_law_explained = true;
    matter.send(&context()).unwrap();
    assert_eq!(matter.state(), State::SentToEmployee);
    assert_eq!(transmit(&mut matter), Err(StepError::Unmet(vec![Need::Approval])));

    // 09-25: she approves on her phone. 09-28: in writing. 10-06: what came of it.
    matter.answer(matter.words(), Answer::Approved).unwrap();
    assert_eq!(matter.state(), State::Approved);
    let record = transmit(&mut matter).unwrap();
    assert_eq!(matter.state(), State::Transmitted);
    matter.follow_up("全ユニットで研修", NOON.plus_ms(1)).unwrap();
    assert_eq!(matter.state(), State::FollowedUp);
    assert!(record.is_shown(Date::at(NOON)));
    assert_eq!((record.class, record.identity), (Class::Disclosure, Identity::Anonymous));
    assert_eq!(record.text, approved);
}

/// Example 3: tonight.
#[test]
fn the_course_of_an_emergency() {
    let mut matter = of(Category::Danger, Judgement::Urgent, Consent::Refused, Recipient::Family);
    let words = "本日、ご本人の安全が心配な状態です。今いる場所は〇〇、すぐに付き添いが必要です";
    matter.redraft("姉", words, Identity::Named).unwrap();
    assert_eq!((matter.rule().row, matter.state()), (Row::R1, State::Drafted));

    assert_eq!(transmit(&mut matter), Err(StepError::Unmet(vec![Need::WhyNoConsent])));
    matter.grounds.why_no_consent = String::from("拒否。生命の危険が切迫");
    let mut record = transmit(&mut matter).unwrap();

    assert_eq!(record.class, Class::DisclosureLife);
    assert_eq!(record.recheck_at, Some(NOON.plus_ms(24 * 3_600_000)));
    assert_eq!(record.why_no_consent, "拒否。生命の危険が切迫");
    let today = Date::at(NOON);
    assert!(!record.is_shown(today.plus_days(UNTOLD_DAYS_MAX)));
    assert!(record.is_shown(today.plus_days(UNTOLD_DAYS_MAX + 1)));
    record.told_on = Some(today.plus_days(13));
    assert!(record.is_shown(today.plus_days(13)));
    // The company hears that she was accompanied home, if she agrees to that.
    let company = of(Category::Danger, Judgement::Urgent, Consent::Refused, Recipient::Superior);
    assert_eq!((company.rule().row, company.state()), (Row::R19, State::Refused));
}

#[track_caller]
fn check_fault(words: &str, how: Identity, fault: Fault) {
    let mut matter = of(Category::Danger, Judgement::Urgent, Consent::Refused, Recipient::Family);
    matter.redraft("姉", words, how).unwrap();
    matter.grounds = all_grounds(&matter);
    assert_eq!(transmit(&mut matter), Err(StepError::Faulty(vec![fault])), "{words}");
}

#[test]
fn an_emergency_tells_no_story_and_copies_no_note() {
    check_fault(&"危".repeat(121), Identity::Named, Fault::TooLong);
    check_fault("　", Identity::Named, Fault::Empty);
    check_fault("記録の字が汚いって、利用者さん", Identity::Named, Fault::CopiesNote);
    check_fault("小田切さんが危険です", Identity::RoleOnly, Fault::NamesEmployee);
    let mut matter = of(Category::Danger, Judgement::Urgent, Consent::Refused, Recipient::Family);
    matter.redraft(" ", &"危".repeat(120), Identity::Named).unwrap();
    matter.grounds = all_grounds(&matter);
    assert_eq!(transmit(&mut matter), Err(StepError::Faulty(vec![Fault::NoRecipient])));
    matter.redraft("姉", &"危".repeat(120), Identity::Named).unwrap();
    matter.grounds = all_grounds(&matter);
    assert!(transmit(&mut matter).is_ok());
}

#[test]
fn a_hazard_is_told_without_the_person() {
    let hazard =
        || of(Category::Hazard, Judgement::Concern, Consent::Unknown, Recipient::SafetyContact);
    let mut named = hazard();
    named.draft.identity = Identity::RoleOnly;
    named.grounds = all_grounds(&named);
    assert_eq!(transmit(&mut named), Err(StepError::Faulty(vec![Fault::NotAnonymous])));

    let mut anonymous = hazard();
    assert_eq!(transmit(&mut anonymous), Err(StepError::Unmet(vec![Need::AnonymityCheck])));
    anonymous.grounds.anonymity_checked = Some(anonymous.words());
    assert_eq!(transmit(&mut anonymous).unwrap().row, Row::R5);
}

#[test]
fn against_a_refusal_it_takes_two_people_and_these_words() {
    let facts = (Category::Danger, Judgement::Concern, Consent::Refused, Recipient::SafetyContact);
    let ready = || {
        let mut matter = of(facts.0, facts.1, facts.2, facts.3);
        matter.grounds = all_grounds(&matter);
        matter
    };
    let mut matter = ready();
    assert_eq!(transmit(&mut matter).unwrap().row, Row::R3);

    let unmet = Err(StepError::Unmet(vec![Need::TwoSignatures]));
    let signed = |signatures: &[(AccountId, Signer)]| {
        let mut matter = ready();
        let words = matter.words();
        matter.grounds.signatures =
            signatures.iter().map(|(account, role)| (*account, *role, words)).collect();
        transmit(&mut matter)
    };
    assert_eq!(signed(&[]), unmet);
    assert_eq!(signed(&[(CONSULTANT, Signer::Consultant)]), unmet);
    assert_eq!(signed(&[(LEAD, Signer::Lead)]), unmet);
    assert_eq!(signed(&[(LEAD, Signer::Lead), (CONSULTANT, Signer::Supervisor)]), unmet);
    // A lead who is also the case's consultant is one person.
    assert_eq!(signed(&[(LEAD, Signer::Consultant), (LEAD, Signer::Lead)]), unmet);
    assert!(signed(&[(LEAD, Signer::Supervisor), (CONSULTANT, Signer::Consultant)]).is_ok());

    let mut reworded = ready();
    reworded.redraft("担当者", "別の文面です。", Identity::Anonymous).unwrap();
    assert_eq!(transmit(&mut reworded), unmet);
    let mut own_opinion = ready();
    own_opinion.grounds.second_opinion = Some(Signer::Consultant);
    assert_eq!(transmit(&mut own_opinion), Err(StepError::Unmet(vec![Need::SecondOpinion])));
}

#[test]
fn a_withdrawal_before_sending_blocks_and_one_after_is_shown() {
    for (category, recipient, row) in [
        (Category::Violation, Recipient::Window, Row::R8),
        (Category::Benefit, Recipient::Personnel, Row::R10),
    ] {
        let mut matter = of(category, Judgement::None, Consent::Given, recipient);
        matter.conflict = Conflict::Clear;
        matter.grounds = all_grounds(&matter);
        matter.send(&context()).unwrap();
        matter.answer(matter.words(), Answer::Approved).unwrap();
        let mut sent = matter.clone();
        transmit(&mut sent).unwrap();

        matter.answer(matter.words(), Answer::Withdrawn).unwrap();
        assert_eq!((matter.rule().row, matter.state()), (row, State::Blocked));
        assert!(matches!(transmit(&mut matter), Err(StepError::NotPermitted(_))));

        sent.answer(sent.words(), Answer::Withdrawn).unwrap();
        assert_eq!(sent.state(), State::Withdrawn);
        assert_eq!(sent.follow_up("", NOON), Err(StepError::NotNow));
    }
}

#[test]
fn a_withdrawal_beats_an_approval_in_whatever_order_they_arrive() {
    let mut matter = of(Category::Benefit, Judgement::None, Consent::Given, Recipient::Personnel);
    let words = matter.words();
    for answers in [[Answer::Withdrawn, Answer::Approved], [Answer::Approved, Answer::Withdrawn]] {
        matter.answers = answers.map(|answer| (words, answer)).to_vec();
        assert_eq!(matter.state(), State::Blocked);
    }
    // Asked about anew, she may say yes again.
    matter.redraft("担当者", "確認をお願いします。", Identity::Anonymous).unwrap();
    assert_eq!(matter.state(), State::Drafted);
    matter.send(&context()).unwrap();
    matter.answer(matter.words(), Answer::Approved).unwrap();
    assert!(transmit(&mut matter).is_ok());
}

#[test]
fn changed_words_were_never_approved() {
    let mut matter = of(Category::Benefit, Judgement::None, Consent::Given, Recipient::Personnel);
    matter.send(&context()).unwrap();
    let old = matter.words();
    matter.answer(old, Answer::ChangesAsked).unwrap();
    assert_eq!(matter.state(), State::ChangesAsked);
    matter.redraft("担当者", "別の文面です。", Identity::Anonymous).unwrap();
    assert_eq!(matter.answer(matter.words(), Answer::Approved), Err(StepError::NotNow));
    matter.send(&context()).unwrap();
    assert_eq!(matter.answer(old, Answer::Approved), Err(StepError::OtherWords));
    matter.answer(matter.words(), Answer::Approved).unwrap();
    let mut to_another = matter.clone();
    to_another.recipient = Recipient::Superior;
    assert_eq!(transmit(&mut to_another), Err(StepError::Unmet(vec![Need::Approval])));
    let mut of_another_matter = matter.clone();
    of_another_matter.draft.matter = MatterId([8; 16]);
    assert_eq!(transmit(&mut of_another_matter), Err(StepError::Unmet(vec![Need::Approval])));
    assert!(transmit(&mut matter).is_ok());
    assert_eq!(transmit(&mut matter), Err(StepError::NotNow));
    assert_eq!(matter.redraft("", "", Identity::Named), Err(StepError::NotNow));
    matter.acknowledge(NOON).unwrap();
    assert_eq!(matter.state(), State::Acknowledged);
}

#[test]
fn whoever_was_checked_is_not_whoever_comes_in_their_place() {
    let mut matter = of(Category::Harassment, Judgement::None, Consent::Given, Recipient::Window);
    matter.conflict = Conflict::Clear;
    matter.redraft("担当者", "別の文面です。", Identity::Anonymous).unwrap();
    assert_eq!(matter.conflict, Conflict::Clear);
    matter.redraft("別の窓口", "別の文面です。", Identity::Anonymous).unwrap();
    assert_eq!(matter.conflict, Conflict::Unchecked);
}

/// Every combination of facts, of answers, and of one ground that is missing.
#[test]
fn nothing_of_a_note_reaches_a_company_unapproved_but_by_four_rows() {
    let answers = [&[][..], &[Answer::Approved], &[Answer::ChangesAsked], &[Answer::Refused]];
    let answers = answers.into_iter().chain([
        &[Answer::Withdrawn][..],
        &[Answer::Approved, Answer::Withdrawn],
        &[Answer::Approved, Answer::Refused],
    ]);
    let mut rows = vec![];
    for facts in all_facts().filter(|facts| facts.counted < super::GROUP_MIN) {
        for answers in answers.clone() {
            let mut matter = decision(&facts);
            let words = matter.words();
            matter.shown = Some(words);
            matter.answers = answers.iter().map(|answer| (words, *answer)).collect();
            let permit = matter.rule().permit;
            for missing in 0..=u8::from(permit.is_some()) * 9 {
                let mut matter = matter.clone();
                matter.grounds = all_but(&matter, missing);
                let needs = permit.map(|permit| matter.unmet(&permit));

                let Ok(record) = transmit(&mut matter) else { continue };

                let by = record.row;
                assert_eq!(needs, Some(vec![]), "{facts:?}");
                let is_approved = answers == [Answer::Approved];
                assert!(FREE.contains(&by) || is_approved, "{facts:?} {answers:?} by {by:?}");
                assert!(matter.record == Some(record), "what leaves leaves a record");
                if !rows.contains(&by) {
                    rows.push(by);
                }
            }
        }
    }
    rows.sort();
    let agreed = [Row::R2, Row::R7, Row::R9, Row::R16, Row::R18];
    let mut all = [FREE, agreed.as_slice()].concat();
    all.sort();
    assert_eq!(rows, all);
}

/// Rows that need no consent.
const FREE: &[Row] = &[Row::R1, Row::R3, Row::R5, Row::R6];

/// All grounds but one; 0 misses none.
fn all_but(decision: &Decision, missing: u8) -> Grounds {
    let mut grounds = all_grounds(decision);
    match missing {
        1 => grounds.second_opinion = None,
        2 => grounds.signatures.truncate(1),
        3 => grounds.intention.clear(),
        4 => grounds.why_no_consent.clear(),
        5 => grounds.has_safety_plan = false,
        6 => grounds.anonymity_checked = None,
        7 => grounds.representative_has_seen = false,
        8 => grounds.reporter_law_explained = false,
        9 => grounds.written_consent = false,
        _ => {}
    }
    grounds
}

#[test]
fn every_need_of_every_line_stops_it() {
    for facts in all_facts() {
        let Some(permit) = decide(&facts).permit else { continue };
        let mut bare = decision(&facts);
        bare.conflict = Conflict::Unchecked;
        bare.spoken = if bare.spoken == Consent::Given { Consent::Given } else { Consent::Refused };
        if bare.rule().permit == Some(permit) {
            let expected: Vec<Need> = permit
                .needs
                .iter()
                .copied()
                .filter(|need| *need != Need::WhyNoConsent || bare.spoken != Consent::Given)
                .collect();
            assert_eq!(bare.unmet(&permit), expected, "{facts:?}");
        }
    }
}
