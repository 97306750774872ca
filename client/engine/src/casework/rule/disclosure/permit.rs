//! What a line of the table may permit, ask for and oblige to.

use crate::casework::rule::code::coded;

coded! {
    /// What may be said.
    Saying {
        /// The danger, where, what is needed now; nothing of the career talk.
        Danger = "danger",
        /// The words the employee approved.
        Approved = "approved",
        /// The least that protects.
        Minimum = "minimum",
        /// The hazard.
        Hazard = "hazard",
        /// What is ordered.
        Ordered = "ordered",
        /// Aggregates and general statements, by way of the report.
        Aggregate = "aggregate",
        /// Counts.
        Counts = "counts",
        /// The de-identified copy.
        Copy = "copy",
        /// The private documents, sealed anew.
        Sealed = "sealed",
        /// The documents as they are.
        Whole = "whole",
        /// The documents with masked spans.
        Masked = "masked",
    }
}

impl Saying {
    /// Longest text, in characters. In an emergency the form admits no story.
    pub const fn limit(self) -> usize {
        if matches!(self, Self::Danger) { 120 } else { 4_000 }
    }

    /// Whether it goes out as the text of a decision, and not by a way of its own.
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Danger | Self::Approved | Self::Minimum | Self::Hazard | Self::Ordered)
    }
}

coded! {
    /// Whether the employee may be named.
    Naming {
        /// Named.
        Named = "named",
        /// As the employee chose.
        Chosen = "chosen",
        /// Only if it cannot be avoided.
        Unavoidable = "unavoidable",
        /// Not named, nor to be guessed.
        Anonymous = "anonymous",
        /// As ordered.
        Ordered = "ordered",
        /// There is nobody to name.
        Nobody = "nobody",
    }
}

coded! {
    /// Why it is lawful.
    Basis {
        /// The employee's consent.
        Consent = "consent",
        /// Life and body (個人情報保護法 27条1項2号).
        Life = "life",
        /// A law (同1号).
        Law = "law",
        /// It is not about a person.
        Group = "group",
        /// It is the person's own.
        Own = "own",
    }
}

coded! {
    /// What must be there before anything is sent.
    Need {
        /// The employee approved these very words.
        Approval = "approval",
        /// The recipient was checked and is neither subject nor in line.
        ConflictCheck = "conflict_check",
        /// A supervisor's or lead's opinion, on de-identified facts.
        SecondOpinion = "second_opinion",
        /// Signatures of the consultant and of a supervisor or lead under these very words.
        TwoSignatures = "two_signatures",
        /// The employee was told the intention, or it is written why that would raise the danger.
        Intention = "intention",
        /// Why consent was refused or hard to get, in writing.
        WhyNoConsent = "why_no_consent",
        /// A safety plan.
        SafetyPlan = "safety_plan",
        /// Somebody read the text asking whether it points to one person.
        AnonymityCheck = "anonymity_check",
        /// A lawyer and the firm's representative have seen the order.
        LegalReview = "legal_review",
        /// What protects reporters was explained.
        ReporterLaw = "reporter_law",
        /// The report passed its privacy check.
        PrivacyCheck = "privacy_check",
        /// Written consent to publication of its own.
        WrittenConsent = "written_consent",
    }
}

coded! {
    /// What has to be done beside or afterwards.
    Duty {
        /// Write the request down.
        LogRequest = "log_request",
        /// Tell the employee afterwards.
        TellAfterwards = "tell_afterwards",
        /// Ask a second opinion if there is time.
        OpinionIfTime = "opinion_if_time",
        /// A safety plan, and the day of the next look.
        PlanAndRecheck = "plan_and_recheck",
        /// Give the employee the list of windows and note that it was given.
        GiveWindows = "give_windows",
        /// Tell the employee unless the order bars it.
        TellUnlessBarred = "tell_unless_barred",
        /// If it was sent before: mark it, ask the recipient to stop using it, show the employee.
        AskToStop = "ask_to_stop",
        /// Answer with the standard reply.
        StandardReply = "standard_reply",
        /// Tell the employee at the next interview.
        TellNextTime = "tell_next_time",
        /// Merge groups, or ask every member, or leave it out.
        MergeGroups = "merge_groups",
        /// Not by word of mouth either.
        NotVerbally = "not_verbally",
        /// The employee may tell the next consultant what they want known.
        RetoldByEmployee = "retold_by_employee",
        /// Enter it in the ledger and answer in time.
        Ledger = "ledger",
        /// Ask the supervisor.
        AskSupervisor = "ask_supervisor",
    }
}

/// What is permitted, and on which conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    /// What may be said.
    pub saying: Saying,
    /// Whether the employee may be named.
    pub naming: Naming,
    /// Why it is lawful.
    pub basis: Basis,
    /// What must be there before.
    pub needs: &'static [Need],
}
