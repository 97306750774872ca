//! Wishes about danger, and about what leaves the room.

use core::fmt;

use shared::{
    Decode, Encode,
    id::{AccountId, DocumentId},
};

use crate::casework::{
    case::CaseId,
    matter::{Ground, MatterId},
    rule::{
        disclosure::{
            Category, Conflict, Consent, Judgement, Recipient,
            decision::{Answer, DraftHash, Identity},
            record::Means,
        },
        risk::Assessment,
    },
};

/// One wish.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(row)]
pub enum MatterAct {
    /// Writes down an assessment of risk. Its time is the device's, whatever it says.
    #[n(0)]
    Assess {
        /// Of which case.
        #[n(0)]
        case: CaseId,
        /// What.
        #[n(1)]
        assessment: Assessment,
    },
    /// Begins a matter.
    #[n(1)]
    Begin {
        /// Of which case.
        #[n(0)]
        case: CaseId,
        /// With what.
        #[n(1)]
        begun: Begun,
    },
    /// Does something with one.
    #[n(2)]
    Step {
        /// Of which case.
        #[n(0)]
        case: CaseId,
        /// Which.
        #[n(1)]
        matter: MatterId,
        /// What.
        #[n(2)]
        step: MatterStep,
    },
    /// Logs that somebody asked about the employee, and was given the standard reply.
    #[n(3)]
    Inquire {
        /// Of which case.
        #[n(0)]
        case: CaseId,
        /// Whether about what was said, or about who came.
        #[n(1)]
        category: Category,
        /// Who.
        #[n(2)]
        asker: Recipient,
        /// Who exactly.
        #[n(3)]
        name: String,
    },
    /// Gives the second opinion that one was asked for.
    #[n(4)]
    GiveOpinion {
        /// Where it was asked.
        #[n(0)]
        document: DocumentId,
        /// Whether one puts one's name under the words.
        #[n(1)]
        agrees: bool,
        /// What one says of it.
        #[n(2)]
        advice: String,
    },
}

/// What a matter begins with.
#[derive(Clone, Encode, Decode)]
#[cbor(row)]
pub struct Begun {
    /// About what.
    #[n(0)]
    pub category: Category,
    /// To whom.
    #[n(1)]
    pub recipient: Recipient,
    /// To whom exactly.
    #[n(2)]
    pub recipient_name: String,
    /// How the employee appears.
    #[n(3)]
    pub identity: Identity,
    /// The words.
    #[n(4)]
    pub text: String,
    /// What the employee said before there were words.
    #[n(5)]
    pub spoken: Consent,
    /// How grave a hazard is.
    #[n(6)]
    pub hazard: Judgement,
}

impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Begun(..)")
    }
}

/// What can be done with a matter. What is about words names the words that were on the page.
#[derive(Clone, Encode, Decode)]
#[cbor(row)]
pub enum MatterStep {
    /// Writes other words.
    #[n(0)]
    Redraft {
        /// To whom exactly.
        #[n(0)]
        recipient_name: String,
        /// The words.
        #[n(1)]
        text: String,
        /// How the employee appears.
        #[n(2)]
        identity: Identity,
    },
    /// Looks at other facts.
    #[n(1)]
    Reassess {
        /// Who would be told.
        #[n(0)]
        recipient: Recipient,
        /// What the check of whom found.
        #[n(1)]
        conflict: Conflict,
        /// What the employee said before there were words.
        #[n(2)]
        spoken: Consent,
        /// How grave a hazard is.
        #[n(3)]
        hazard: Judgement,
    },
    /// Notes what shows that a need is met.
    #[n(2)]
    Note {
        /// What for.
        #[n(0)]
        ground: Ground,
        /// In words; empty takes it back.
        #[n(1)]
        text: String,
    },
    /// The words were read for what points to one person.
    #[n(3)]
    Check(#[n(0)] DraftHash),
    /// Shows the words to the employee.
    #[n(4)]
    Send(#[n(0)] DraftHash),
    /// Tells the recipient.
    #[n(5)]
    Transmit {
        /// Which words.
        #[n(0)]
        words: DraftHash,
        /// How.
        #[n(1)]
        means: Means,
    },
    /// The recipient confirmed.
    #[n(6)]
    Acknowledge,
    /// What came of it.
    #[n(7)]
    FollowUp(#[n(0)] String),
    /// The employee was told in person, on this day.
    #[n(8)]
    Tell(#[n(0)] String),
    /// The recipient was asked to use no longer what the employee took back.
    #[n(9)]
    AskToStop,
    /// Tells the employee that it is not told.
    #[n(10)]
    Decline,
    /// The employee's answer.
    #[n(11)]
    Answer {
        /// To which words.
        #[n(0)]
        words: DraftHash,
        /// What.
        #[n(1)]
        answer: Answer,
        /// Which change they ask for.
        #[n(2)]
        comment: String,
    },
    /// Signs the words and asks a supervisor or lead for their opinion and signature.
    #[n(12)]
    AskOpinion {
        /// Which words.
        #[n(0)]
        words: DraftHash,
        /// Whom.
        #[n(1)]
        of: AccountId,
        /// What they need to know, without the person.
        #[n(2)]
        facts: String,
    },
}

impl fmt::Debug for MatterStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MatterStep(..)")
    }
}
