//! The table against what it was agreed to say, and against every combination there is.

use super::{
    Category, Conflict, Consent, Facts, GROUP_MIN, Judgement, Recipient,
    permit::{Basis, Duty, Naming, Need, Saying},
    table::{Row, Rule, TABLE, decide},
};
use crate::casework::rule::retention::Class;

use Category::{
    AttendanceAsked, Benefit, Danger, Harassment, Hazard, Inquiry, Order, OwnNote, Publication,
    Supervision, Tendency, Violation,
};
use Consent::{Given, Refused, Unknown, Withdrawn};
use Judgement::{Concern, Urgent, Watch};

fn facts(
    category: Category,
    judgement: Judgement,
    consent: Consent,
    recipient: Recipient,
) -> Facts {
    Facts { category, judgement, consent, recipient, conflict: Conflict::Unchecked, counted: 1 }
}

#[track_caller]
fn yes(row: Row, facts: &Facts) -> &'static Rule {
    let rule = decide(facts);
    assert_eq!((rule.row, rule.permit.is_some()), (row, true), "{facts:?}");
    rule
}

#[track_caller]
fn no(row: Row, facts: &Facts) -> &'static Rule {
    let rule = decide(facts);
    assert_eq!((rule.row, rule.permit), (row, None), "{facts:?}");
    rule
}

/// Every combination; of group sizes, the two around the limit.
pub(super) fn all_facts() -> impl Iterator<Item = Facts> {
    let with = |category: Category| {
        Judgement::ALL.iter().flat_map(move |judgement| {
            Consent::ALL.iter().flat_map(move |consent| {
                Recipient::ALL
                    .iter()
                    .map(move |recipient| facts(category, *judgement, *consent, *recipient))
            })
        })
    };
    Category::ALL.iter().flat_map(move |category| with(*category)).flat_map(|facts| {
        Conflict::ALL.iter().flat_map(move |conflict| {
            [GROUP_MIN - 1, GROUP_MIN].map(|counted| Facts {
                conflict: *conflict,
                counted,
                ..facts
            })
        })
    })
}

#[test]
fn suicide_urgent_refused_family() {
    let rule = yes(Row::R1, &facts(Danger, Urgent, Refused, Recipient::Family));

    let permit = rule.permit.unwrap();
    assert_eq!(permit.saying, Saying::Danger);
    assert_eq!(permit.basis, Basis::Life);
    assert_eq!(permit.naming, Naming::Named);
    assert_eq!(permit.needs, [Need::WhyNoConsent]);
    assert_eq!(rule.recheck_hours, Some(24));
    assert_eq!(rule.record, Some(Class::DisclosureLife));
}

#[test]
fn suicide_concern_refused_company() {
    let rule = yes(Row::R3, &facts(Danger, Concern, Refused, Recipient::SafetyContact));

    let permit = rule.permit.unwrap();
    for need in [Need::TwoSignatures, Need::SecondOpinion, Need::Intention] {
        assert!(permit.needs.contains(&need));
    }
    assert_eq!(permit.saying, Saying::Minimum);
}

#[test]
fn suicide_watch_unknown_superior() {
    no(Row::R4, &facts(Danger, Watch, Unknown, Recipient::Superior));
}

#[test]
fn hazard_concern_unknown_company() {
    let rule = yes(Row::R5, &facts(Hazard, Concern, Unknown, Recipient::SafetyContact));

    assert_eq!(rule.permit.unwrap().naming, Naming::Anonymous);
}

#[test]
fn harassment_agreed_window() {
    let rule = yes(Row::R7, &facts(Harassment, Judgement::None, Given, Recipient::Window));

    let needs = rule.permit.unwrap().needs;
    assert!(needs.contains(&Need::ConflictCheck) && needs.contains(&Need::Approval));
}

#[test]
fn harassment_agreed_harassing_superior() {
    let to_superior = facts(Harassment, Judgement::None, Given, Recipient::Superior);
    for conflict in Conflict::ALL {
        no(Row::R7, &Facts { conflict: *conflict, ..to_superior });
    }
    for conflict in [Conflict::IsSubject, Conflict::InLine] {
        let to_window = facts(Harassment, Judgement::None, Given, Recipient::Window);
        no(Row::R7, &Facts { conflict, ..to_window });
    }
}

#[test]
fn harassment_refused_company() {
    for recipient in super::COMPANY {
        let rule = no(Row::R8, &facts(Harassment, Judgement::None, Refused, *recipient));
        assert!(rule.duties.contains(&Duty::GiveWindows));
    }
}

#[test]
fn harassment_and_suicide_urgent_refused_ambulance() {
    yes(Row::R1, &facts(Harassment, Urgent, Refused, Recipient::Ambulance));
}

#[test]
fn violation_agreed_then_withdrawn_before_sending() {
    no(Row::R8, &facts(Violation, Judgement::None, Withdrawn, Recipient::Window));
}

#[test]
fn transfer_agreed_personnel() {
    yes(Row::R9, &facts(Benefit, Judgement::None, Given, Recipient::Personnel));
    no(Row::R10, &facts(Benefit, Judgement::None, Withdrawn, Recipient::Personnel));
}

#[test]
fn tendency_of_nine() {
    let nine = facts(Tendency, Judgement::None, Unknown, Recipient::Personnel);
    let rule = no(Row::R11, &Facts { counted: 9, ..nine });
    assert_eq!(rule.duties, [Duty::MergeGroups]);
    yes(Row::R11, &Facts { counted: 10, ..nine });
}

#[test]
fn tendency_of_ten_of_whom_one_refuses() {
    // Whoever refuses to be counted is left out of the number.
    let people = [true; 9].iter().chain(&[false]);
    let counted = u32::try_from(people.filter(|agrees| **agrees).count()).unwrap();
    let nine = facts(Tendency, Judgement::None, Unknown, Recipient::Personnel);

    no(Row::R11, &Facts { counted, ..nine });
}

#[test]
fn inquiry_of_a_superior() {
    let rule = no(Row::R12, &facts(Inquiry, Judgement::None, Unknown, Recipient::Superior));
    assert!(rule.duties.contains(&Duty::StandardReply));
}

#[test]
fn inquiry_of_the_police_without_a_warrant() {
    no(Row::R12, &facts(Inquiry, Judgement::None, Unknown, Recipient::Police));
    no(Row::R12, &facts(Inquiry, Judgement::None, Unknown, Recipient::Authority));
}

#[test]
fn warrant() {
    let rule = yes(Row::R6, &facts(Order, Judgement::None, Refused, Recipient::Authority));
    let permit = rule.permit.unwrap();
    assert_eq!((permit.saying, permit.basis), (Saying::Ordered, Basis::Law));
    assert_eq!(permit.needs, [Need::LegalReview]);
}

#[test]
fn supervisor_c4_refused() {
    no(Row::R14, &facts(Supervision, Judgement::None, Refused, Recipient::Supervisor));
}

#[test]
fn supervisor_each_time_and_agreed() {
    let rule = yes(Row::R14, &facts(Supervision, Judgement::None, Given, Recipient::Supervisor));
    assert_eq!(rule.permit.unwrap().saying, Saying::Copy);
}

#[test]
fn attendance_on_demand() {
    no(Row::R13, &facts(AttendanceAsked, Judgement::None, Unknown, Recipient::Personnel));
    let planned =
        facts(Category::AttendancePlanned, Judgement::None, Unknown, Recipient::Personnel);
    assert_eq!(yes(Row::R13, &planned).permit.unwrap().saying, Saying::Counts);
}

#[test]
fn handover_c9_refused() {
    no(Row::R15, &facts(Category::Handover, Judgement::None, Refused, Recipient::Successor));
    yes(Row::R15, &facts(Category::Handover, Judgement::None, Given, Recipient::Successor));
}

#[test]
fn own_notes_with_a_third_person_in_them() {
    let rule = yes(Row::R17, &facts(OwnNote, Judgement::None, Unknown, Recipient::Employee));
    assert_eq!(rule.permit.unwrap().saying, Saying::Masked);
    let shared = facts(Category::OwnShared, Judgement::None, Refused, Recipient::Employee);
    assert_eq!(yes(Row::R17, &shared).permit.unwrap().saying, Saying::Whole);
}

#[test]
fn publicity_without_consent() {
    no(Row::R18, &facts(Publication, Judgement::None, Unknown, Recipient::Public));
}

#[test]
fn admin() {
    for category in Category::ALL {
        no(Row::R0, &facts(*category, Urgent, Given, Recipient::Admin));
    }
}

#[test]
fn a_consent_taken_back_protects_a_life_no_less_than_a_refusal() {
    yes(Row::R3, &facts(Danger, Concern, Withdrawn, Recipient::Family));
}

#[test]
fn whoever_is_the_danger_is_not_told_of_it() {
    for (judgement, consent, row) in
        [(Urgent, Refused, Row::R1), (Concern, Given, Row::R2), (Concern, Refused, Row::R3)]
    {
        let spouse = facts(Danger, judgement, consent, Recipient::Family);
        no(row, &Facts { conflict: Conflict::IsSubject, ..spouse });
    }
}

#[test]
fn every_row_and_every_line_is_reached() {
    let mut reached = [false; 64];
    for facts in all_facts() {
        let rule = decide(&facts);
        let at = TABLE.iter().position(|other| other.reason == rule.reason).unwrap();
        reached[at] = true;
    }
    for (at, rule) in TABLE.iter().enumerate() {
        assert!(reached[at], "{}", rule.reason);
        assert!(TABLE.iter().skip(at + 1).all(|later| later.reason != rule.reason));
    }
    for row in Row::ALL {
        assert!(TABLE.iter().any(|rule| rule.row == *row), "{row:?}");
    }
}

#[test]
fn the_company_is_told_by_consent_of_life_and_law_or_of_groups_and_by_nothing_else() {
    for facts in all_facts().filter(|facts| facts.recipient.faces_company()) {
        let rule = decide(&facts);
        let Some(permit) = rule.permit else { continue };
        let is_without_consent = [Row::R1, Row::R3, Row::R5, Row::R6].contains(&rule.row);
        let is_group = matches!(permit.saying, Saying::Aggregate | Saying::Counts);
        let is_approved = permit.needs.contains(&Need::Approval) && facts.consent == Given;
        assert!(is_without_consent || is_group || is_approved, "{facts:?}: {rule:?}");
        assert!(permit.saying.is_text() || is_group, "{facts:?}: {rule:?}");
        if is_group {
            assert!(facts.counted >= GROUP_MIN || permit.saying == Saying::Counts);
        }
    }
}

#[test]
fn management_admin_and_vendor_are_told_nothing() {
    for facts in all_facts() {
        if [Recipient::Management, Recipient::Admin, Recipient::Vendor].contains(&facts.recipient) {
            assert_eq!(decide(&facts).permit, None);
        }
    }
}

#[test]
fn without_consent_only_life_law_groups_and_the_person_themselves() {
    for facts in all_facts().filter(|facts| facts.consent != Given) {
        if let Some(permit) = decide(&facts).permit {
            assert_ne!(permit.basis, Basis::Consent, "{facts:?}");
            let is_own = facts.recipient == Recipient::Employee;
            assert_eq!(permit.basis == Basis::Own, is_own, "{facts:?}");
        }
    }
}

#[test]
fn whatever_is_said_of_a_person_leaves_a_record() {
    for rule in TABLE {
        if rule.permit.is_some_and(|permit| permit.saying.is_text()) {
            assert!(rule.record.is_some(), "{}", rule.reason);
        }
    }
}
