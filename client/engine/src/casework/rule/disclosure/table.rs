//! The decision table: rows R0–R19, the first that matches wins.
//!
//! A row may have several lines, so that each line has one answer. Law behind the rows: 職業能力開発
//! 促進法 30条の27 (secrecy), キャリアコンサルタント倫理綱領 5条 and 12条, 個人情報保護法 27条1項
//! (without consent only by law, or for life and body where consent is hard to get) and 33条 (the
//! person's own data), 公益通報者保護法 (nobody hunts a reporter).

use crate::casework::rule::{
    code::coded,
    disclosure::{
        COMPANY, Category, Conflict, Consent, Facts, GROUP_MIN, Judgement, Recipient,
        permit::{Basis, Duty, Naming, Need, Permit, Saying},
    },
    retention::Class,
};

coded! {
    /// A row of the table. What `R8a` says, life first, is the order of the rows.
    Row {
        /// No key exists.
        R0 = "r0",
        /// Urgent danger.
        R1 = "r1",
        /// Considerable concern, agreed.
        R2 = "r2",
        /// Considerable concern, not agreed.
        R3 = "r3",
        /// To be watched.
        R4 = "r4",
        /// A hazard at work.
        R5 = "r5",
        /// Compelled by law.
        R6 = "r6",
        /// A violation or harassment, agreed.
        R7 = "r7",
        /// The same, not agreed.
        R8 = "r8",
        /// To the employee's benefit, agreed.
        R9 = "r9",
        /// The same, not agreed.
        R10 = "r10",
        /// Tendencies of a group.
        R11 = "r11",
        /// An inquiry about one person.
        R12 = "r12",
        /// Attendance.
        R13 = "r13",
        /// Supervision.
        R14 = "r14",
        /// Handover.
        R15 = "r15",
        /// Referral.
        R16 = "r16",
        /// The employee.
        R17 = "r17",
        /// Publication.
        R18 = "r18",
        /// Nothing matches.
        R19 = "r19",
    }
}

/// When a line matches. An empty list is no condition.
#[derive(Clone, Copy, Debug)]
struct When {
    category: &'static [Category],
    judgement: &'static [Judgement],
    consent: &'static [Consent],
    recipient: &'static [Recipient],
    conflict: &'static [Conflict],
    counted_min: u32,
}

/// A line of the table.
#[derive(Debug)]
pub struct Rule {
    /// Its row.
    pub row: Row,
    /// Names its words in the locale files.
    pub reason: &'static str,
    when: When,
    /// What is permitted; `None` is no.
    pub permit: Option<Permit>,
    /// What has to be done in any case.
    pub duties: &'static [Duty],
    /// Hours until it is looked at again.
    pub recheck_hours: Option<u64>,
    /// How long its record is kept.
    pub record: Option<Class>,
}

/// The line that decides: the first that matches.
pub fn decide(facts: &Facts) -> &'static Rule {
    static NOTHING: Rule = LAST;
    TABLE.iter().find(|rule| rule.when.matches(facts)).unwrap_or(&NOTHING)
}

impl When {
    fn matches(&self, facts: &Facts) -> bool {
        let Facts { category, judgement, consent, recipient, conflict, counted } = facts;
        is_among(self.category, category)
            && is_among(self.judgement, judgement)
            && is_among(self.consent, consent)
            && is_among(self.recipient, recipient)
            && is_among(self.conflict, conflict)
            && self.counted_min <= *counted
    }
}

fn is_among<T: PartialEq>(wanted: &[T], found: &T) -> bool {
    wanted.is_empty() || wanted.contains(found)
}

const ANY: When = When {
    category: &[],
    judgement: &[],
    consent: &[],
    recipient: &[],
    conflict: &[],
    counted_min: 0,
};

const fn rule(row: Row, reason: &'static str, when: When, permit: Option<Permit>) -> Rule {
    Rule { row, reason, when, permit, duties: &[], recheck_hours: None, record: None }
}

#[expect(clippy::unnecessary_wraps, reason = "as a line of the table holds it")]
const fn permit(
    saying: Saying,
    naming: Naming,
    basis: Basis,
    needs: &'static [Need],
) -> Option<Permit> {
    Some(Permit { saying, naming, basis, needs })
}

/// Matters in which a danger to life may come up as well; then life comes first.
const LIFE: &[Category] =
    &[Category::Danger, Category::Violation, Category::Harassment, Category::Benefit];
const WRONG: &[Category] = &[Category::Violation, Category::Harassment];
const NOT_GIVEN: &[Consent] = &[Consent::Refused, Consent::Unknown, Consent::Withdrawn];
/// Who can help at once.
const HELPERS: &[Recipient] = &[
    Recipient::Ambulance,
    Recipient::Police,
    Recipient::Family,
    Recipient::Health,
    Recipient::SafetyContact,
];
/// Who can protect without the employee's consent while there is time.
const PROTECTORS: &[Recipient] = &[Recipient::SafetyContact, Recipient::Family, Recipient::Health];
const SUBJECT_OR_LINE: &[Conflict] = &[Conflict::IsSubject, Conflict::InLine];
const NO_CONFLICT_KNOWN: &[Conflict] = &[Conflict::Unchecked, Conflict::Clear];

const R0: When =
    When { recipient: &[Recipient::Management, Recipient::Admin, Recipient::Vendor], ..ANY };
const R1: When =
    When { category: LIFE, judgement: &[Judgement::Urgent], recipient: HELPERS, ..ANY };
const R2: When = When {
    category: LIFE,
    judgement: &[Judgement::Concern],
    consent: &[Consent::Given],
    recipient: &[
        Recipient::Ambulance,
        Recipient::Police,
        Recipient::Family,
        Recipient::Health,
        Recipient::SafetyContact,
        Recipient::Window,
        Recipient::Personnel,
        Recipient::Superior,
        Recipient::Professional,
        Recipient::Other,
    ],
    ..ANY
};
// A consent that was taken back is a refusal: it must not leave a person with less protection.
const R3: When = When {
    category: LIFE,
    judgement: &[Judgement::Concern],
    consent: NOT_GIVEN,
    recipient: PROTECTORS,
    ..ANY
};
const R4: When = When {
    category: &[Category::Danger],
    judgement: &[Judgement::Watch],
    consent: NOT_GIVEN,
    ..ANY
};
const R5: When = When {
    category: &[Category::Hazard],
    judgement: &[Judgement::Concern, Judgement::Urgent],
    recipient: &[Recipient::SafetyContact],
    ..ANY
};
const R6: When = When { category: &[Category::Order], recipient: &[Recipient::Authority], ..ANY };
const R7: When = When {
    category: WRONG,
    consent: &[Consent::Given],
    recipient: &[Recipient::Window],
    conflict: NO_CONFLICT_KNOWN,
    ..ANY
};
const R8: When = When { category: WRONG, consent: NOT_GIVEN, recipient: COMPANY, ..ANY };
const R9: When =
    When { category: &[Category::Benefit], consent: &[Consent::Given], recipient: CHOSEN, ..ANY };
/// Whom an employee may choose for what helps them.
const CHOSEN: &[Recipient] = &[
    Recipient::SafetyContact,
    Recipient::Window,
    Recipient::Personnel,
    Recipient::Superior,
    Recipient::Health,
];
const R11: When =
    When { category: &[Category::Tendency], recipient: COMPANY, counted_min: GROUP_MIN, ..ANY };
const R13: When = When { category: &[Category::AttendancePlanned], recipient: COMPANY, ..ANY };
const R14: When = When {
    category: &[Category::Supervision],
    consent: &[Consent::Given],
    recipient: &[Recipient::Supervisor],
    ..ANY
};
const R15: When = When {
    category: &[Category::Handover],
    consent: &[Consent::Given],
    recipient: &[Recipient::Successor],
    ..ANY
};
const R16: When = When {
    category: &[Category::Referral],
    consent: &[Consent::Given],
    recipient: &[Recipient::Professional, Recipient::Health, Recipient::Lawyer],
    ..ANY
};
const R17: When =
    When { category: &[Category::OwnShared], recipient: &[Recipient::Employee], ..ANY };
const R18: When = When {
    category: &[Category::Publication],
    consent: &[Consent::Given],
    recipient: &[Recipient::Public],
    ..ANY
};

/// The table.
pub static TABLE: &[Rule] = &[
    Rule { duties: &[Duty::LogRequest], ..rule(Row::R0, "r0", R0, None) },
    // The violent spouse is family too.
    Rule {
        duties: &[Duty::PlanAndRecheck],
        recheck_hours: Some(24),
        ..rule(Row::R1, "r1_subject", When { conflict: &[Conflict::IsSubject], ..R1 }, None)
    },
    Rule {
        duties: &[Duty::OpinionIfTime, Duty::TellAfterwards],
        recheck_hours: Some(24),
        record: Some(Class::DisclosureLife),
        ..rule(
            Row::R1,
            "r1",
            R1,
            permit(Saying::Danger, Naming::Named, Basis::Life, &[Need::WhyNoConsent]),
        )
    },
    Rule {
        duties: &[Duty::PlanAndRecheck],
        recheck_hours: Some(24),
        ..rule(Row::R2, "r2_conflict", When { conflict: SUBJECT_OR_LINE, ..R2 }, None)
    },
    Rule {
        duties: &[Duty::PlanAndRecheck],
        recheck_hours: Some(24),
        record: Some(Class::DisclosureLife),
        ..rule(
            Row::R2,
            "r2",
            R2,
            permit(
                Saying::Approved,
                Naming::Chosen,
                Basis::Consent,
                &[Need::Approval, Need::ConflictCheck, Need::SafetyPlan],
            ),
        )
    },
    Rule {
        duties: &[Duty::PlanAndRecheck],
        recheck_hours: Some(24),
        ..rule(Row::R3, "r3_subject", When { conflict: &[Conflict::IsSubject], ..R3 }, None)
    },
    Rule {
        duties: &[Duty::PlanAndRecheck, Duty::TellAfterwards],
        recheck_hours: Some(24),
        record: Some(Class::DisclosureLife),
        ..rule(
            Row::R3,
            "r3",
            R3,
            permit(
                Saying::Minimum,
                Naming::Unavoidable,
                Basis::Life,
                &[Need::SecondOpinion, Need::TwoSignatures, Need::Intention, Need::WhyNoConsent],
            ),
        )
    },
    Rule { duties: &[Duty::PlanAndRecheck], ..rule(Row::R4, "r4", R4, None) },
    Rule {
        record: Some(Class::DisclosureLife),
        ..rule(
            Row::R5,
            "r5_agreed",
            When { consent: &[Consent::Given], ..R5 },
            permit(Saying::Hazard, Naming::Chosen, Basis::Life, &[Need::Approval]),
        )
    },
    Rule {
        record: Some(Class::DisclosureLife),
        ..rule(
            Row::R5,
            "r5",
            R5,
            permit(Saying::Hazard, Naming::Anonymous, Basis::Life, &[Need::AnonymityCheck]),
        )
    },
    Rule {
        duties: &[Duty::LogRequest, Duty::TellUnlessBarred],
        record: Some(Class::Disclosure),
        ..rule(
            Row::R6,
            "r6",
            R6,
            permit(Saying::Ordered, Naming::Ordered, Basis::Law, &[Need::LegalReview]),
        )
    },
    Rule {
        record: Some(Class::Disclosure),
        ..rule(
            Row::R7,
            "r7",
            R7,
            permit(
                Saying::Approved,
                Naming::Chosen,
                Basis::Consent,
                &[Need::Approval, Need::ConflictCheck, Need::ReporterLaw],
            ),
        )
    },
    // Consent does not make the subject's own line a window.
    rule(Row::R7, "r7_conflict", When { recipient: COMPANY, conflict: &[], ..R7 }, None),
    Rule { duties: &[Duty::GiveWindows, Duty::AskToStop], ..rule(Row::R8, "r8", R8, None) },
    Rule {
        record: Some(Class::Disclosure),
        ..rule(
            Row::R9,
            "r9",
            R9,
            permit(Saying::Approved, Naming::Chosen, Basis::Consent, &[Need::Approval]),
        )
    },
    Rule {
        duties: &[Duty::AskToStop],
        ..rule(Row::R10, "r10", When { consent: NOT_GIVEN, ..R9 }, None)
    },
    Rule {
        record: Some(Class::Report),
        ..rule(
            Row::R11,
            "r11",
            R11,
            permit(Saying::Aggregate, Naming::Nobody, Basis::Group, &[Need::PrivacyCheck]),
        )
    },
    Rule {
        duties: &[Duty::MergeGroups],
        ..rule(Row::R11, "r11_small", When { counted_min: 0, ..R11 }, None)
    },
    Rule {
        duties: &[Duty::StandardReply, Duty::LogRequest, Duty::TellNextTime],
        record: Some(Class::Disclosure),
        ..rule(Row::R12, "r12", When { category: &[Category::Inquiry], ..ANY }, None)
    },
    rule(Row::R13, "r13", R13, permit(Saying::Counts, Naming::Nobody, Basis::Group, &[])),
    Rule {
        duties: &[Duty::StandardReply],
        ..rule(Row::R13, "r13_asked", When { category: &[Category::AttendanceAsked], ..R13 }, None)
    },
    Rule {
        record: Some(Class::Supervision),
        ..rule(
            Row::R14,
            "r14",
            R14,
            permit(Saying::Copy, Naming::Anonymous, Basis::Consent, &[Need::AnonymityCheck]),
        )
    },
    Rule {
        duties: &[Duty::NotVerbally],
        ..rule(Row::R14, "r14_no", When { consent: NOT_GIVEN, ..R14 }, None)
    },
    rule(Row::R15, "r15", R15, permit(Saying::Sealed, Naming::Named, Basis::Consent, &[])),
    Rule {
        duties: &[Duty::RetoldByEmployee],
        ..rule(Row::R15, "r15_no", When { consent: NOT_GIVEN, ..R15 }, None)
    },
    Rule {
        record: Some(Class::Disclosure),
        ..rule(
            Row::R16,
            "r16",
            R16,
            permit(Saying::Approved, Naming::Named, Basis::Consent, &[Need::Approval]),
        )
    },
    rule(Row::R17, "r17", R17, permit(Saying::Whole, Naming::Named, Basis::Own, &[])),
    Rule {
        duties: &[Duty::Ledger],
        record: Some(Class::Disclosure),
        ..rule(
            Row::R17,
            "r17_masked",
            When { category: &[Category::OwnNote], ..R17 },
            permit(Saying::Masked, Naming::Named, Basis::Own, &[]),
        )
    },
    Rule {
        record: Some(Class::Disclosure),
        ..rule(
            Row::R18,
            "r18",
            R18,
            permit(
                Saying::Approved,
                Naming::Anonymous,
                Basis::Consent,
                &[Need::Approval, Need::WrittenConsent, Need::AnonymityCheck],
            ),
        )
    },
    rule(Row::R18, "r18_no", When { consent: NOT_GIVEN, ..R18 }, None),
    LAST,
];

const LAST: Rule = Rule { duties: &[Duty::AskSupervisor], ..rule(Row::R19, "r19", ANY, None) };
