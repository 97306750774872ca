//! The table's truth tests, by the acts of a person at a desk.

use super::*;

/// What it is called, the facts, the expected line, and whether it permits anything.
struct Case(&'static str, Category, Judgement, Consent, Recipient, Conflict, &'static str, bool);

const CASES: &[Case] = {
    use Category as K;
    use Conflict::{Clear, InLine, IsSubject, Unchecked};
    use Consent::{Given, Refused, Unknown};
    use Judgement::{Concern, None, Urgent, Watch};
    use Recipient as R;
    &[
        Case("watched, superior", K::Danger, Watch, Unknown, R::Superior, Unchecked, "r4", false),
        Case("hazard", K::Hazard, Concern, Unknown, R::SafetyContact, Unchecked, "r5", true),
        Case("harassment, window", K::Harassment, None, Given, R::Window, Clear, "r7", true),
        Case(
            "to the harasser",
            K::Harassment,
            None,
            Given,
            R::Superior,
            IsSubject,
            "r7_conflict",
            false,
        ),
        Case("their line", K::Harassment, None, Given, R::Window, InLine, "r7_conflict", false),
        Case(
            "harassment, refused",
            K::Harassment,
            None,
            Refused,
            R::Personnel,
            Unchecked,
            "r8",
            false,
        ),
        Case("violation, unknown", K::Violation, None, Unknown, R::Window, Clear, "r8", false),
        Case("transfer", K::Benefit, None, Given, R::Personnel, Unchecked, "r9", true),
        Case("transfer, refused", K::Benefit, None, Refused, R::Personnel, Unchecked, "r10", false),
        Case(
            "tendency of one",
            K::Tendency,
            None,
            Given,
            R::Personnel,
            Unchecked,
            "r11_small",
            false,
        ),
        Case("superior asks", K::Inquiry, None, Unknown, R::Superior, Unchecked, "r12", false),
        Case("police, no warrant", K::Inquiry, None, Unknown, R::Police, Unchecked, "r12", false),
        Case("warrant", K::Order, None, Refused, R::Authority, Unchecked, "r6", true),
        Case(
            "attendance",
            K::AttendanceAsked,
            None,
            Unknown,
            R::Personnel,
            Unchecked,
            "r13_asked",
            false,
        ),
        Case(
            "supervision, no",
            K::Supervision,
            None,
            Refused,
            R::Supervisor,
            Unchecked,
            "r14_no",
            false,
        ),
        Case("supervision", K::Supervision, None, Given, R::Supervisor, Unchecked, "r14", true),
        Case("handover, no", K::Handover, None, Refused, R::Successor, Unchecked, "r15_no", false),
        Case("own notes", K::OwnNote, None, Given, R::Employee, Unchecked, "r17_masked", true),
        Case("publicity, no", K::Publication, None, Unknown, R::Public, Unchecked, "r18_no", false),
        Case("the admin", K::Danger, None, Given, R::Admin, Unchecked, "r0", false),
        Case("suicide, family", K::Danger, Urgent, Refused, R::Family, Unchecked, "r1", true),
        Case(
            "both, ambulance",
            K::Harassment,
            Urgent,
            Refused,
            R::Ambulance,
            Unchecked,
            "r1",
            true,
        ),
        Case(
            "suicide, company",
            K::Danger,
            Concern,
            Refused,
            R::SafetyContact,
            Unchecked,
            "r3",
            true,
        ),
    ]
};

#[test]
fn the_truth_tests_of_the_table_hold_at_the_desk() {
    let mut cast = cast(731);
    for Case(name, category, judgement, spoken, recipient, conflict, reason, may) in CASES {
        let level = Level::of(judgement.code()).unwrap();
        let level = if *category == Category::Hazard { Level::None } else { level };
        cast.world.wait_ms(1);
        cast.assess(assessment(level));
        let matter = cast.begin(Begun {
            spoken: *spoken,
            hazard: *judgement,
            ..begun(*category, *recipient, "相手", "確認をお願いします。")
        });
        let step = MatterStep::Reassess {
            recipient: *recipient,
            conflict: *conflict,
            spoken: *spoken,
            hazard: *judgement,
        };
        cast.done(matter, step);

        let judged = cast.judged(matter);
        assert_eq!((judged.reason.as_str(), judged.permit.is_some()), (*reason, *may), "{name}");
        let told = cast.transmit(matter, Means::Spoken);
        if *may {
            let is_lacking =
                matches!(told, Some(Notice::MatterNotDone { why, .. }) if why != "not_permitted");
            assert!(is_lacking, "{name}");
        } else {
            assert_eq!(told, Some(not_done("not_permitted", &[*reason])), "{name}");
        }
    }
    cast.world.settle();
    // Each lacked something, so nothing was told.
    assert_eq!(cast.lines(cast.tablet), []);
}

#[test]
fn a_withdrawal_before_sending_of_what_breaks_the_law_is_row_eight() {
    let mut cast = cast(732);
    let told = "法令に触れる運用があると聞いています。";
    let matter = cast.begin(begun(Category::Violation, Recipient::Window, "通報窓口", told));
    cast.done(matter, reassess(Recipient::Window, Conflict::Clear, Consent::Given));
    cast.done(matter, note(Ground::ReporterLaw, "説明した"));
    cast.send(matter);
    cast.world.settle();
    cast.answer(matter, Answer::Approved, "");
    cast.world.settle();
    assert_eq!(cast.state(cast.tablet, matter), State::Approved);
    cast.answer(matter, Answer::Withdrawn, "");
    cast.world.settle();

    assert_eq!(cast.judged(matter).reason, "r8");
    assert_eq!(cast.transmit(matter, Means::Spoken), Some(not_done("not_permitted", &["r8"])));
    assert_eq!(cast.lines(cast.phone), []);
}
