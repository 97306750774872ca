//! One matter, from its draft to the last follow-up.
//!
//! The state is never written down: it follows from the draft, the employee's answers and the record.
//! Answers name the very words they are about, so that devices which were apart agree without a
//! clock: a withdrawal beats an approval of the same words, and changed words were never approved.

use core::fmt;

use shared::{Decode, Encode, hash, id::AccountId, time::UnixMillis};
use thiserror::Error;

use crate::casework::rule::{
    code::coded,
    disclosure::{
        Category, Conflict, Consent, Facts, Judgement, Recipient,
        permit::{Naming, Need, Permit},
        record::{Means, Record},
        table::{self, Rule},
    },
    scan::{Folded, Hit, Name},
};

coded! {
    /// How far a decision is.
    State {
        /// Words are being written.
        Drafted = "drafted",
        /// The employee has been shown the words.
        SentToEmployee = "sent_to_ee",
        /// The employee approved them.
        Approved = "approved",
        /// The employee wants them changed.
        ChangesAsked = "changes_asked",
        /// The employee refused, and nothing else permits it.
        Refused = "refused",
        /// The recipient has been told.
        Transmitted = "transmitted",
        /// The recipient said so.
        Acknowledged = "acknowledged",
        /// What came of it is written down.
        FollowedUp = "followed_up",
        /// The employee took consent back after it was sent.
        Withdrawn = "withdrawn",
        /// The table says no.
        Blocked = "blocked",
    }
}

coded! {
    /// What can be done with a decision.
    Step {
        /// Write other words.
        Redraft = "redraft",
        /// Look at other facts, another recipient for one.
        Reassess = "reassess",
        /// Show the words to the employee.
        Send = "send",
        /// Approve them, refuse them, or ask for others.
        Answer = "answer",
        /// Take consent back.
        Withdraw = "withdraw",
        /// Tell the recipient.
        Transmit = "transmit",
        /// Note that the recipient confirmed.
        Acknowledge = "acknowledge",
        /// Note what came of it.
        FollowUp = "follow_up",
    }
}

/// From where each step may be taken.
const STEPS: &[(Step, &[State])] = {
    use State::{
        Acknowledged, Approved, Blocked, ChangesAsked, Drafted, FollowedUp, Refused,
        SentToEmployee, Transmitted,
    };
    const UNSENT: &[State] = &[Drafted, SentToEmployee, Approved, ChangesAsked, Refused, Blocked];
    &[
        (Step::Redraft, UNSENT),
        (Step::Reassess, UNSENT),
        (Step::Send, &[Drafted]),
        (Step::Answer, &[SentToEmployee, Approved, ChangesAsked]),
        (
            Step::Withdraw,
            &[SentToEmployee, Approved, ChangesAsked, Transmitted, Acknowledged, FollowedUp],
        ),
        // Who may do so without the employee's approval is the table's to say.
        (Step::Transmit, &[Drafted, SentToEmployee, Approved, ChangesAsked]),
        (Step::Acknowledge, &[Transmitted]),
        (Step::FollowUp, &[Transmitted, Acknowledged]),
    ]
};

coded! {
    /// How the employee appears in the words.
    Identity {
        /// By name.
        Named = "named",
        /// By role.
        RoleOnly = "role_only",
        /// Not at all.
        Anonymous = "anonymous",
    }
}

coded! {
    /// What the employee says to the words; a later one beats an earlier one, whatever came first.
    Answer {
        /// Approved.
        Approved = "approved",
        /// Other words, please.
        ChangesAsked = "changes_asked",
        /// No.
        Refused = "refused",
        /// Approved before, and taken back.
        Withdrawn = "withdrawn",
    }
}

coded! {
    /// Who signs, or gives an opinion.
    Signer {
        /// The case's consultant.
        Consultant = "consultant",
        /// The lead consultant of the company.
        Lead = "lead",
        /// The supervisor.
        Supervisor = "supervisor",
    }
}

coded! {
    /// What is wrong with the words.
    Fault {
        /// There are none.
        Empty = "empty",
        /// More than the form admits.
        TooLong = "too_long",
        /// They repeat the interview note.
        CopiesNote = "copies_note",
        /// They name the employee although nobody may be named.
        NamesEmployee = "names_employee",
        /// They are to name the employee although nobody may be named.
        NotAnonymous = "not_anonymous",
        /// It is not written who exactly gets them.
        NoRecipient = "no_recipient",
    }
}

/// Names a matter; random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct MatterId(#[cbor(n(0), bytes)] pub [u8; 16]);

/// Names the matter and the very words, recipient and identity that somebody saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct DraftHash(#[cbor(n(0), bytes)] pub [u8; 32]);

/// What would be said.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    /// Of which matter: what was approved in one says nothing in another.
    pub matter: MatterId,
    /// Grows by one with each redraft, so that words taken back can be asked about anew.
    pub revision: u32,
    /// Who exactly.
    pub recipient_name: String,
    /// The exact words.
    pub text: String,
    /// How the employee appears.
    pub identity: Identity,
}

/// What shows that the table's needs are met. Signatures and opinions are about given words.
#[derive(Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a tick of its own on the form")]
pub struct Grounds {
    /// Whose opinion was asked.
    pub second_opinion: Option<Signer>,
    /// Who signed which words.
    pub signatures: Vec<(AccountId, Signer, DraftHash)>,
    /// The employee was told the intention, or why not.
    pub intention: String,
    /// Why consent was refused or hard to get.
    pub why_no_consent: String,
    /// There is a safety plan.
    pub has_safety_plan: bool,
    /// Which words were read for what points to one person.
    pub anonymity_checked: Option<DraftHash>,
    /// A lawyer has seen the order.
    pub lawyer_has_seen: bool,
    /// The firm's representative has seen it.
    pub representative_has_seen: bool,
    /// What protects reporters was explained.
    pub reporter_law_explained: bool,
    /// There is a written consent to publication.
    pub written_consent: bool,
}

/// One matter.
#[derive(Clone, PartialEq, Eq)]
pub struct Decision {
    /// What it is about.
    pub category: Category,
    /// How grave.
    pub judgement: Judgement,
    /// Who would be told.
    pub recipient: Recipient,
    /// What the check of the recipient found.
    pub conflict: Conflict,
    /// What the employee said in the interview, before there were words.
    pub spoken: Consent,
    /// What would be said.
    pub draft: Draft,
    /// Which words the employee was shown last.
    pub shown: Option<DraftHash>,
    /// What the employee said to which words.
    pub answers: Vec<(DraftHash, Answer)>,
    /// What shows that the needs are met.
    pub grounds: Grounds,
    /// What was sent.
    pub record: Option<Record>,
}

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decision({:?}, {:?})", self.category, self.state())
    }
}

/// What the words are compared with.
pub struct Context {
    /// The employee's name and its readings.
    pub employee: Vec<Name>,
    /// The texts of the case's notes.
    pub notes: Vec<Folded>,
}

/// Why a step was not taken. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StepError {
    /// It is not its time: show the state.
    #[error("not from this state")]
    NotNow,
    /// The table says no: show the row's words.
    #[error("not permitted: {0}")]
    NotPermitted(&'static str),
    /// It goes by a way of its own, as a report or a copy, not as words of a decision.
    #[error("not by words")]
    OtherWay,
    /// Something must be there first: ask for it.
    #[error("needs are not met")]
    Unmet(Vec<Need>),
    /// The words will not do: say why.
    #[error("the words will not do")]
    Faulty(Vec<Fault>),
    /// The employee was shown other words: show them these.
    #[error("about other words")]
    OtherWords,
}

impl Draft {
    /// Names these words for this recipient.
    pub fn hash(&self, recipient: Recipient) -> DraftHash {
        let Self { matter, revision, recipient_name, text, identity } = self;
        let sized = |text: &str| [&text.len().to_be_bytes(), text.as_bytes()].concat();
        DraftHash(hash::sha256(&[
            b"mendan/1/disclosure-draft",
            &matter.0,
            &revision.to_be_bytes(),
            &sized(recipient.code()),
            &sized(identity.code()),
            &sized(recipient_name),
            &sized(text),
        ]))
    }
}

impl Decision {
    /// The words that are current.
    pub fn words(&self) -> DraftHash {
        self.draft.hash(self.recipient)
    }

    /// What the employee said to some words; the strongest if there are several.
    pub fn answer_to(&self, words: DraftHash) -> Option<Answer> {
        self.answers.iter().filter(|(to, _)| *to == words).map(|(_, answer)| *answer).max()
    }

    /// The consent that holds: the answer to the words, else what was spoken.
    pub fn consent(&self) -> Consent {
        match self.answer_to(self.words()) {
            Some(Answer::Withdrawn) => Consent::Withdrawn,
            Some(Answer::Refused) => Consent::Refused,
            Some(Answer::Approved) => Consent::Given,
            Some(Answer::ChangesAsked) | None => self.spoken,
        }
    }

    /// What the table looks at.
    pub fn facts(&self) -> Facts {
        Facts {
            category: self.category,
            judgement: self.judgement,
            consent: self.consent(),
            recipient: self.recipient,
            conflict: self.conflict,
            // A decision is about one person; groups go by the report.
            counted: 1,
        }
    }

    /// What the table says.
    pub fn rule(&self) -> &'static Rule {
        table::decide(&self.facts())
    }

    /// How far it is.
    pub fn state(&self) -> State {
        if let Some(record) = &self.record {
            return if self.answer_to(record.words) == Some(Answer::Withdrawn) {
                State::Withdrawn
            } else if record.followed_up_at.is_some() {
                State::FollowedUp
            } else if record.acknowledged_at.is_some() {
                State::Acknowledged
            } else {
                State::Transmitted
            };
        }
        let words = self.words();
        match (&self.rule().permit, self.consent(), self.answer_to(words)) {
            (None, Consent::Refused, _) => State::Refused,
            (None, Consent::Given | Consent::Unknown | Consent::Withdrawn, _) => State::Blocked,
            (Some(_), _, Some(Answer::Approved)) => State::Approved,
            (Some(_), _, Some(Answer::ChangesAsked)) => State::ChangesAsked,
            (Some(_), _, None) if self.shown == Some(words) => State::SentToEmployee,
            // Refused or withdrawn, and permitted all the same: on another basis, from the start.
            (Some(_), _, Some(Answer::Refused | Answer::Withdrawn) | None) => State::Drafted,
        }
    }

    /// Writes other words; whatever was approved or signed was about the old ones.
    pub fn redraft(&mut self, name: &str, text: &str, how: Identity) -> Result<(), StepError> {
        self.may(Step::Redraft)?;
        // Whoever was checked is not who gets it.
        if self.draft.recipient_name != name {
            self.conflict = Conflict::Unchecked;
        }
        self.draft = Draft {
            matter: self.draft.matter,
            revision: self.draft.revision.saturating_add(1),
            recipient_name: String::from(name),
            text: String::from(text),
            identity: how,
        };
        Ok(())
    }

    /// Looks at other facts.
    pub fn reassess(
        &mut self,
        judgement: Judgement,
        spoken: Consent,
        recipient: Recipient,
        conflict: Conflict,
    ) -> Result<(), StepError> {
        self.may(Step::Reassess)?;
        self.judgement = judgement;
        self.spoken = spoken;
        self.recipient = recipient;
        self.conflict = conflict;
        Ok(())
    }

    /// Shows the words to the employee.
    pub fn send(&mut self, context: &Context) -> Result<(), StepError> {
        self.may(Step::Send)?;
        self.check_words(context)?;
        self.shown = Some(self.words());
        Ok(())
    }

    /// Notes the employee's answer to the words they saw.
    pub fn answer(&mut self, words: DraftHash, answer: Answer) -> Result<(), StepError> {
        let step = if answer == Answer::Withdrawn { Step::Withdraw } else { Step::Answer };
        self.may(step)?;
        let sent = self.record.as_ref().map(|record| record.words);
        if self.shown != Some(words) && sent != Some(words) {
            return Err(StepError::OtherWords);
        }
        self.answers.push((words, answer));
        Ok(())
    }

    /// Tells the recipient: the one way in which words leave, and it always leaves a record.
    pub fn transmit(
        &mut self,
        context: &Context,
        means: Means,
        at: UnixMillis,
    ) -> Result<&Record, StepError> {
        let rule = self.rule();
        let Some(permit) = rule.permit else { return Err(StepError::NotPermitted(rule.reason)) };
        self.may(Step::Transmit)?;
        self.check_words(context)?;
        let unmet = self.unmet(&permit);
        if !unmet.is_empty() {
            return Err(StepError::Unmet(unmet));
        }
        let record = Record::new(self, rule, &permit, means, at);
        Ok(self.record.insert(record))
    }

    /// Notes that the recipient confirmed.
    pub fn acknowledge(&mut self, at: UnixMillis) -> Result<(), StepError> {
        self.may(Step::Acknowledge)?;
        if let Some(record) = &mut self.record {
            record.acknowledged_at = Some(at);
        }
        Ok(())
    }

    /// Notes what came of it.
    pub fn follow_up(&mut self, response: &str, at: UnixMillis) -> Result<(), StepError> {
        self.may(Step::FollowUp)?;
        if let Some(record) = &mut self.record {
            record.response = String::from(response);
            record.followed_up_at = Some(at);
        }
        Ok(())
    }

    /// What the table asks for and is not there.
    pub fn unmet(&self, permit: &Permit) -> Vec<Need> {
        permit.needs.iter().copied().filter(|need| !self.is_met(*need)).collect()
    }

    fn is_met(&self, need: Need) -> bool {
        let words = self.words();
        let grounds = &self.grounds;
        match need {
            Need::Approval => self.answer_to(words) == Some(Answer::Approved),
            Need::ConflictCheck => self.conflict == Conflict::Clear,
            // The consultant's own opinion is the first.
            Need::SecondOpinion => {
                matches!(grounds.second_opinion, Some(Signer::Lead | Signer::Supervisor))
            }
            Need::TwoSignatures => self.is_signed_by_two(words),
            Need::Intention => !grounds.intention.trim().is_empty(),
            Need::WhyNoConsent => {
                self.consent() == Consent::Given || !grounds.why_no_consent.trim().is_empty()
            }
            Need::SafetyPlan => grounds.has_safety_plan,
            Need::AnonymityCheck => grounds.anonymity_checked == Some(words),
            Need::LegalReview => grounds.lawyer_has_seen && grounds.representative_has_seen,
            Need::ReporterLaw => grounds.reporter_law_explained,
            Need::WrittenConsent => grounds.written_consent,
            // Only a report can pass it.
            Need::PrivacyCheck => false,
        }
    }

    fn is_signed_by_two(&self, words: DraftHash) -> bool {
        let signed = || self.grounds.signatures.iter().filter(|(_, _, under)| *under == words);
        let mut own = signed().filter(|(_, role, _)| *role == Signer::Consultant);
        own.any(|(first, ..)| {
            signed().any(|(second, role, _)| *role != Signer::Consultant && second != first)
        })
    }

    fn check_words(&self, context: &Context) -> Result<(), StepError> {
        let Some(permit) = &self.rule().permit else { return Ok(()) };
        if !permit.saying.is_text() {
            return Err(StepError::OtherWay);
        }
        let faults = self.faults(permit, context);
        if faults.is_empty() { Ok(()) } else { Err(StepError::Faulty(faults)) }
    }

    /// What is wrong with the words.
    pub fn faults(&self, permit: &Permit, context: &Context) -> Vec<Fault> {
        let Draft { text, identity, recipient_name, .. } = &self.draft;
        let folded = Folded::new(text);
        let hits = |name: &Name| name.hit(&folded) == Some(Hit::Certain);
        let must_hide = permit.naming == Naming::Anonymous;
        let found = [
            (Fault::Empty, folded.is_empty()),
            (Fault::TooLong, text.chars().count() > permit.saying.limit()),
            (Fault::CopiesNote, context.notes.iter().any(|note| folded.quotes(note))),
            (
                Fault::NamesEmployee,
                *identity != Identity::Named && context.employee.iter().any(hits),
            ),
            (Fault::NotAnonymous, must_hide && *identity != Identity::Anonymous),
            (Fault::NoRecipient, recipient_name.trim().is_empty()),
        ];
        found.into_iter().filter(|(_, is_so)| *is_so).map(|(fault, _)| fault).collect()
    }

    fn may(&self, step: Step) -> Result<(), StepError> {
        let state = self.state();
        let is_allowed = STEPS.iter().any(|(it, from)| *it == step && from.contains(&state));
        if is_allowed { Ok(()) } else { Err(StepError::NotNow) }
    }
}
