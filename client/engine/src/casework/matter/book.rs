//! What follows from everything that was noted, shown, answered and told.

use core::fmt;

use shared::order;
use shared::{
    Blob,
    id::{AccountId, DocumentId},
    map::Map,
    time::UnixMillis,
};

use super::{Entry, Ground, Inquiry, Line, MatterId, Reply, Sent, Statement, Wording, read};
use crate::{
    casework::{
        date::Date,
        private,
        rule::{
            disclosure::{
                Category, Conflict, Consent, Judgement,
                decision::{
                    Answer, Context, Decision, DraftHash, Grounds, Signer, State, StepError,
                },
                permit::Need,
            },
            risk::{Assessment, SafetyPlan},
        },
        safety_plan,
    },
    command::{Begun, MatterStep},
    document::crdt::Crdt,
};

/// What a professional signed about some words.
#[derive(Clone, PartialEq, Eq)]
pub struct Opinion {
    /// About which matter.
    pub matter: MatterId,
    /// About which words.
    pub words: DraftHash,
    /// Who.
    pub account: AccountId,
    /// As what.
    pub signer: Signer,
    /// Whether they put their name under the words.
    pub agrees: bool,
    /// What they say of it.
    pub advice: String,
    /// As signed.
    pub signed: Blob,
}

impl fmt::Debug for Opinion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opinion({:?})", self.signer)
    }
}

/// Everything about the matters of a case that is here.
#[derive(Clone, Debug, Default)]
pub struct Book {
    entries: Map<MatterId, Vec<Option<Entry>>>,
    statements: Vec<(MatterId, Option<Statement>)>,
    replies: Vec<(MatterId, Option<Reply>)>,
    assessments: Vec<Option<Assessment>>,
    plan: SafetyPlan,
    /// What the employee answered to which words.
    pub answers: Vec<(DraftHash, Answer)>,
    /// What professionals signed.
    pub opinions: Vec<Opinion>,
}

/// The documents of a case.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The consultant's; absent for the employee.
    pub private: Option<&'a Crdt>,
    /// What both read of the interviews, as long as it is there.
    pub shared: Option<&'a Crdt>,
    /// What both read of matters.
    pub disclosure: &'a Crdt,
}

/// What is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Into the private document.
    Entry(Entry),
    /// Into the disclosure document, by the consultant.
    Statement(Statement),
    /// Into the disclosure document, by the employee.
    Reply(Reply),
    /// Into the document of consents, by the employee.
    Consent(DraftHash, Answer),
}

impl Book {
    /// Reads the documents; answers and opinions are somebody else's to check, and are added.
    pub fn read(world: World<'_>) -> Self {
        let plan = world.shared.map(safety_plan::read).unwrap_or_default();
        let mut book = Self { plan, ..Self::default() };
        if let Some(private) = world.private {
            for (matter, entry) in read(private, "matters") {
                book.entries.get_or_default(matter).push(entry);
            }
            book.assessments = private::assessments(private);
        }
        book.statements = read(world.disclosure, "records");
        book.replies = read(world.disclosure, "answers");
        book
    }

    /// Every matter that the consultant began.
    pub fn matters(&self) -> impl Iterator<Item = MatterId> {
        self.entries.keys().copied()
    }

    /// Every matter of which the employee was shown words.
    pub fn offered(&self) -> Vec<MatterId> {
        let mut matters: Vec<MatterId> = vec![];
        for (matter, statement) in &self.statements {
            if matches!(statement, Some(Statement::Offered { .. })) && !matters.contains(matter) {
                matters.push(*matter);
            }
        }
        matters
    }

    /// Whether a later program wrote something about it that this one cannot read: nothing is
    /// decided then.
    pub fn is_newer(&self, matter: MatterId) -> bool {
        let about = self.entries.get(&matter).into_iter().flatten();
        let said = self.statements.iter().filter(|(of, _)| *of == matter);
        about.into_iter().any(Option::is_none)
            || said.into_iter().any(|(_, said)| said.is_none())
            || self.assessments.iter().any(Option::is_none)
    }

    /// The assessment that holds; of two at once the graver.
    pub fn assessment(&self) -> Option<&Assessment> {
        self.assessments.iter().flatten().max_by_key(|it| (it.at, it.level))
    }

    /// Every assessment that can be read, oldest first.
    pub fn assessments(&self) -> Vec<&Assessment> {
        let mut all: Vec<&Assessment> = self.assessments.iter().flatten().collect();
        order::by_key(&mut all, |it| it.at);
        all
    }

    /// The safety plan.
    pub fn plan(&self) -> &SafetyPlan {
        &self.plan
    }

    fn known(&self, matter: MatterId) -> impl Iterator<Item = &Entry> {
        self.entries.get(&matter).into_iter().flatten().flatten()
    }

    /// When a matter began, and what it is about.
    pub fn begun(&self, matter: MatterId) -> Option<(UnixMillis, Category)> {
        self.known(matter).find_map(|entry| {
            let Entry::Begun { category, at } = entry else { return None };
            Some((*at, *category))
        })
    }

    /// The words that are current: the latest, and of two at once the same on every device.
    pub fn wording(&self, matter: MatterId) -> Option<&Wording> {
        let wordings = self.known(matter).filter_map(|entry| {
            let Entry::Worded(wording) = entry else { return None };
            Some(wording)
        });
        wordings.max_by_key(|it| (it.revision, it.hash(matter)))
    }

    /// What was noted last for a ground.
    pub fn noted(&self, matter: MatterId, wanted: Ground) -> &str {
        let noted = self.known(matter).filter_map(|entry| {
            let Entry::Noted { ground, text } = entry else { return None };
            (*ground == wanted).then_some(text.as_str())
        });
        noted.last().unwrap_or_default()
    }

    /// Where second opinions on a matter are given.
    pub fn asked(&self, matter: MatterId) -> impl Iterator<Item = DocumentId> {
        self.known(matter).filter_map(|entry| {
            let Entry::Asked { document, .. } = entry else { return None };
            Some(*document)
        })
    }

    fn said(&self, wanted: MatterId) -> impl DoubleEndedIterator<Item = &Statement> {
        let said = self.statements.iter().filter(move |(matter, _)| *matter == wanted);
        said.filter_map(|(_, said)| said.as_ref())
    }

    fn offers(&self, matter: MatterId) -> impl Iterator<Item = (&Wording, Category)> {
        self.said(matter).filter_map(|said| {
            let Statement::Offered { category, wording, .. } = said else { return None };
            Some((wording, *category))
        })
    }

    /// The words the employee was shown last.
    pub fn offer(&self, matter: MatterId) -> Option<(&Wording, Category)> {
        self.offers(matter).max_by_key(|(it, _)| (it.revision, it.hash(matter)))
    }

    /// What the employee asked to be changed.
    pub fn comments(&self, matter: MatterId, words: DraftHash) -> Vec<String> {
        let about = |(of, reply): &(MatterId, Option<Reply>)| {
            let reply = reply.as_ref().filter(|it| *of == matter && it.words == words)?;
            Some(reply.comment.clone())
        };
        self.replies.iter().filter_map(about).collect()
    }

    /// What the employee said to words: the strongest.
    pub fn answer_to(&self, words: DraftHash) -> Option<Answer> {
        let answers = self.answers.iter().filter(|(to, _)| *to == words).map(|(_, it)| *it);
        let asks =
            self.replies.iter().filter_map(|(_, it)| it.as_ref()).any(|it| it.words == words);
        answers.chain(asks.then_some(Answer::ChangesAsked)).max()
    }

    /// What was told, was not told, and was asked, with what followed; in the order of the document.
    pub fn lines(&self) -> Vec<Line> {
        let line = |(matter, said): &(MatterId, Option<Statement>)| {
            let said = said.clone()?;
            let is_line = matches!(
                said,
                Statement::Sent(_) | Statement::Declined { .. } | Statement::Asked(_)
            );
            is_line.then(|| self.line(*matter, said))
        };
        self.statements.iter().filter_map(line).collect()
    }

    fn line(&self, matter: MatterId, said: Statement) -> Line {
        let (told_on, acknowledged_at, response, stopped_at) = (None, None, None, None);
        let mut line = Line { matter, said, told_on, acknowledged_at, response, stopped_at };
        for later in self.said(matter) {
            match later {
                Statement::Acknowledged(at) => line.acknowledged_at = Some(*at),
                Statement::FollowedUp { at, response } => {
                    line.response = Some((*at, response.clone()));
                }
                Statement::Told(on) => line.told_on = line.told_on.or(Date::parse(on)),
                Statement::Stopped(at) => line.stopped_at = Some(*at),
                Statement::Offered { .. }
                | Statement::Declined { .. }
                | Statement::Asked(_)
                | Statement::Sent(_) => {}
            }
        }
        line
    }

    fn sent(&self, matter: MatterId) -> Option<Line> {
        self.lines().into_iter().find(|it| it.matter == matter && it.record().is_some())
    }

    /// A matter as the rules have it; `None` where the consultant's notes are not.
    pub fn decision(&self, matter: MatterId) -> Option<Decision> {
        let (_, category) = self.begun(matter)?;
        let wording = self.wording(matter)?;
        let words = wording.hash(matter);
        let heard = self.known(matter).filter_map(|entry| {
            let Entry::Heard { spoken, hazard } = entry else { return None };
            Some((*spoken, *hazard))
        });
        let (spoken, hazard) = heard.last().unwrap_or((Consent::Unknown, Judgement::None));
        let judgement = if category == Category::Hazard {
            hazard
        } else {
            self.assessment().map_or(Judgement::None, |it| it.judgement_in(category))
        };
        let found = self.known(matter).filter_map(|entry| {
            let Entry::Found { recipient, name, conflict } = entry else { return None };
            let is_whom = (recipient, name) == (&wording.recipient, &wording.recipient_name);
            is_whom.then_some(*conflict)
        });
        let shown = self.offers(matter).any(|(it, _)| it.hash(matter) == words).then_some(words);
        let asks = self.replies.iter().filter_map(|(of, it)| it.as_ref().filter(|_| *of == matter));
        let mut answers = self.answers.clone();
        answers.extend(asks.map(|it| (it.words, Answer::ChangesAsked)));
        let mut record = self.sent(matter).and_then(|it| it.record());
        if let Some(record) = &mut record {
            record.why_no_consent = String::from(self.noted(matter, Ground::WhyNoConsent));
        }
        Some(Decision {
            category,
            judgement,
            recipient: wording.recipient,
            conflict: found.max().unwrap_or(Conflict::Unchecked),
            spoken,
            draft: wording.draft(matter),
            shown,
            answers,
            grounds: self.grounds(matter, words),
            record,
        })
    }

    fn grounds(&self, matter: MatterId, words: DraftHash) -> Grounds {
        let opinions = || self.opinions.iter().filter(|it| it.matter == matter);
        let signed = opinions().filter(|it| it.agrees);
        let mut second = opinions().map(|it| it.signer).filter(|it| *it != Signer::Consultant);
        let is_noted = |ground| !self.noted(matter, ground).trim().is_empty();
        let is_checked = self.known(matter).any(|it| *it == Entry::Checked(words));
        Grounds {
            second_opinion: second.next_back(),
            signatures: signed.map(|it| (it.account, it.signer, it.words)).collect(),
            intention: String::from(self.noted(matter, Ground::Intention)),
            why_no_consent: String::from(self.noted(matter, Ground::WhyNoConsent)),
            has_safety_plan: self.plan.is_usable(),
            anonymity_checked: is_checked.then_some(words),
            lawyer_has_seen: is_noted(Ground::Lawyer),
            representative_has_seen: is_noted(Ground::Representative),
            reporter_law_explained: is_noted(Ground::ReporterLaw),
            written_consent: is_noted(Ground::WrittenConsent),
        }
    }

    /// How far a matter is, as far as the employee's device can know.
    pub fn state_for_employee(&self, matter: MatterId, words: DraftHash) -> State {
        if let Some(line) = self.sent(matter) {
            let of_sent = line.record().and_then(|it| self.answer_to(it.words));
            return if of_sent == Some(Answer::Withdrawn) {
                State::Withdrawn
            } else if line.response.is_some() {
                State::FollowedUp
            } else if line.acknowledged_at.is_some() {
                State::Acknowledged
            } else {
                State::Transmitted
            };
        }
        match self.answer_to(words) {
            None => State::SentToEmployee,
            Some(Answer::Approved) => State::Approved,
            Some(Answer::ChangesAsked) => State::ChangesAsked,
            Some(Answer::Refused) => State::Refused,
            Some(Answer::Withdrawn) => State::Blocked,
        }
    }

    /// What beginning a matter writes.
    pub fn begin(begun: &Begun, at: UnixMillis) -> Vec<Write> {
        let Begun { category, recipient, recipient_name, identity, text, spoken, hazard } =
            begun.clone();
        let wording = Wording { revision: 1, recipient, recipient_name, identity, text };
        [Entry::Begun { category, at }, Entry::Heard { spoken, hazard }, Entry::Worded(wording)]
            .map(Write::Entry)
            .to_vec()
    }

    /// What logging an inquiry writes.
    pub fn inquired(inquiry: Inquiry) -> Result<Write, StepError> {
        if matches!(inquiry.category, Category::Inquiry | Category::AttendanceAsked) {
            Ok(Write::Statement(Statement::Asked(inquiry)))
        } else {
            Err(StepError::OtherWay)
        }
    }

    /// What a consultant's step writes.
    pub fn step(
        &self,
        matter: MatterId,
        step: &MatterStep,
        context: &Context,
        now: UnixMillis,
    ) -> Result<Vec<Write>, StepError> {
        if let MatterStep::Tell(on) = step {
            return self.tell(matter, on);
        }
        let mut decision = self.decision(matter).ok_or(StepError::NotNow)?;
        let words = decision.words();
        let about = |these: &DraftHash| {
            if *these == words { Ok(()) } else { Err(StepError::OtherWords) }
        };
        let write = match step {
            MatterStep::Redraft { recipient_name, text, identity } => {
                decision.redraft(recipient_name, text, *identity)?;
                Write::Entry(Entry::Worded(wording_of(&decision)))
            }
            MatterStep::Reassess { recipient, conflict, spoken, hazard } => {
                decision.reassess(decision.judgement, *spoken, *recipient, *conflict)?;
                return Ok(self.reassessed(matter, &decision, *hazard));
            }
            MatterStep::Note { ground, text } => {
                Write::Entry(Entry::Noted { ground: *ground, text: text.clone() })
            }
            MatterStep::Check(these) => {
                about(these)?;
                Write::Entry(Entry::Checked(words))
            }
            MatterStep::Send(these) => {
                about(these)?;
                decision.send(context)?;
                let (category, wording) = (decision.category, wording_of(&decision));
                Write::Statement(Statement::Offered { category, wording, at: now })
            }
            MatterStep::Transmit { words: these, means } => {
                about(these)?;
                let needs = decision.rule().permit.map_or(&[][..], |it| it.needs);
                let record = decision.transmit(context, *means, now)?.clone();
                let opinions = self.opinions.iter().filter(|it| it.words == words);
                let opinions = opinions.map(|it| it.signed.clone());
                let is_kept = needs.contains(&Need::TwoSignatures);
                let opinions = opinions.filter(|_| is_kept).collect();
                let sent = Sent::new(&record, wording_of(&decision), opinions);
                Write::Statement(Statement::Sent(sent))
            }
            MatterStep::Acknowledge => {
                decision.acknowledge(now)?;
                Write::Statement(Statement::Acknowledged(now))
            }
            MatterStep::FollowUp(response) => {
                decision.follow_up(response, now)?;
                Write::Statement(Statement::FollowedUp { at: now, response: response.clone() })
            }
            MatterStep::AskToStop => {
                let is_stopped = self.sent(matter).is_some_and(|it| it.stopped_at.is_some());
                if decision.state() != State::Withdrawn || is_stopped {
                    return Err(StepError::NotNow);
                }
                Write::Statement(Statement::Stopped(now))
            }
            MatterStep::Decline => Write::Statement(self.declined(matter, &decision, now)?),
            // The desk makes a document for it; the employee answers.
            MatterStep::AskOpinion { .. } | MatterStep::Answer { .. } | MatterStep::Tell(_) => {
                return Err(StepError::NotNow);
            }
        };
        Ok(vec![write])
    }

    fn reassessed(&self, matter: MatterId, decision: &Decision, hazard: Judgement) -> Vec<Write> {
        let Decision { recipient, conflict, spoken, .. } = decision;
        let name = decision.draft.recipient_name.clone();
        let mut entries = vec![Entry::Heard { spoken: *spoken, hazard }];
        if let Some(wording) = self.wording(matter)
            && wording.recipient != *recipient
        {
            let revision = wording.revision.saturating_add(1);
            entries.push(Entry::Worded(Wording {
                revision,
                recipient: *recipient,
                ..wording.clone()
            }));
        }
        if *conflict != Conflict::Unchecked {
            entries.push(Entry::Found { recipient: *recipient, name, conflict: *conflict });
        }
        entries.into_iter().map(Write::Entry).collect()
    }

    /// What is not told is told to the employee as such; but for dangers, whose reasoning is private.
    fn declined(
        &self,
        matter: MatterId,
        decision: &Decision,
        at: UnixMillis,
    ) -> Result<Statement, StepError> {
        let (rule, category, recipient) = (decision.rule(), decision.category, decision.recipient);
        let is_no = decision.record.is_none() && rule.permit.is_none();
        let is_private = category == Category::Danger || decision.judgement >= Judgement::Concern;
        let is_said = |said: &Statement| {
            let Statement::Declined { recipient: whom, reason, .. } = said else { return false };
            *whom == recipient && reason == rule.reason
        };
        if !is_no || is_private || self.said(matter).any(is_said) {
            return Err(StepError::NotNow);
        }
        Ok(Statement::Declined { category, recipient, reason: String::from(rule.reason), at })
    }

    fn tell(&self, matter: MatterId, on: &str) -> Result<Vec<Write>, StepError> {
        let is_untold = |it: &Line| it.matter == matter && it.told_on.is_none();
        match Date::parse(on) {
            Some(on) if self.lines().iter().any(is_untold) => {
                Ok(vec![Write::Statement(Statement::Told(on.to_string()))])
            }
            Some(_) | None => Err(StepError::NotNow),
        }
    }

    /// What the employee's answer writes.
    pub fn answer(
        &self,
        matter: MatterId,
        words: DraftHash,
        answer: Answer,
        comment: &str,
    ) -> Result<Write, StepError> {
        if !self.offers(matter).any(|(it, _)| it.hash(matter) == words) {
            return Err(StepError::OtherWords);
        }
        let before = self.answer_to(words);
        let is_open = !matches!(before, Some(Answer::Refused | Answer::Withdrawn));
        let is_newest = self.offer(matter).is_some_and(|(it, _)| it.hash(matter) == words);
        let is_unsent = self.sent(matter).is_none();
        let may = match answer {
            Answer::Withdrawn => is_open,
            Answer::Approved => before.is_none() && is_newest && is_unsent,
            Answer::ChangesAsked | Answer::Refused => is_open && is_newest && is_unsent,
        };
        match answer {
            _ if !may => Err(StepError::NotNow),
            Answer::ChangesAsked => {
                Ok(Write::Reply(Reply { words, comment: String::from(comment) }))
            }
            Answer::Approved | Answer::Refused | Answer::Withdrawn => {
                Ok(Write::Consent(words, answer))
            }
        }
    }
}

#[cfg(test)]
impl Book {
    /// Takes in what an act writes, as if it had been read.
    pub(super) fn take(&mut self, matter: MatterId, write: Write) {
        match write {
            Write::Entry(entry) => self.entries.get_or_default(matter).push(Some(entry)),
            Write::Statement(said) => self.statements.push((matter, Some(said))),
            Write::Reply(reply) => self.replies.push((matter, Some(reply))),
            Write::Consent(words, answer) => self.answers.push((words, answer)),
        }
    }

    /// Takes in an assessment, and a plan.
    pub(super) fn judge(&mut self, assessment: Assessment, plan: SafetyPlan) {
        self.assessments.push(Some(assessment));
        self.plan = plan;
    }
}

fn wording_of(decision: &Decision) -> Wording {
    Wording {
        revision: decision.draft.revision,
        recipient: decision.recipient,
        recipient_name: decision.draft.recipient_name.clone(),
        identity: decision.draft.identity,
        text: decision.draft.text.clone(),
    }
}
