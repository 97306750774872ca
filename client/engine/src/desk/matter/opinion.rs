//! Second opinions: asked for and given without letting anybody into the case.

use super::{
    AccountId, Blob, Book, CaseId, Context, Desk, Document, DocumentId, DraftHash, Kind, MatterId,
    Role, Side, Step, StepError, Write,
};
use crate::{
    casework::{
        case,
        matter::{Entry, Opinion},
        opinion::{self, Answer, Question},
        rule::{
            disclosure::decision::{Fault, Signer},
            scan::{Folded, Hit},
            supervision,
        },
    },
    policy::{Party, Relation},
};

impl Desk {
    /// Signs some words and asks for a second signature, in a document that only the two can open.
    pub(super) fn ask_opinion(
        &mut self,
        step: &mut Step<'_, '_>,
        case: CaseId,
        (book, matter): (&Book, MatterId),
        (words, of): (DraftHash, AccountId),
        facts: String,
    ) -> Result<Vec<Write>, StepError> {
        let decision = book.decision(matter).ok_or(StepError::NotNow)?;
        if decision.words() != words {
            return Err(StepError::OtherWords);
        }
        let rule = decision.rule();
        let permit = rule.permit.ok_or(StepError::NotPermitted(rule.reason))?;
        let second = self.second_of(of).filter(|_| decision.record.is_none());
        let (Some(second), Some((me, _))) = (second, self.me()) else {
            return Err(StepError::NotNow);
        };
        let context = self.context(case);
        let mut faults = decision.faults(&permit, &context);
        let text = self.without_name(case, &decision.draft.text);
        if names(&context, &text) || names(&context, &facts) {
            faults.push(Fault::NamesEmployee);
        }
        if facts.trim().is_empty() {
            faults.push(Fault::Empty);
        }
        if !faults.is_empty() {
            return Err(StepError::Faulty(faults));
        }
        let question = Question {
            matter,
            words,
            category: decision.category,
            row: rule.row,
            recipient: decision.recipient,
            identity: decision.draft.identity,
            text,
            facts,
        };
        let (as_what, relation) = match second {
            Signer::Supervisor => (Role::Supervisor, Relation::Supervisor),
            Signer::Lead | Signer::Consultant => (Role::Consultant, Relation::Lead),
        };
        let people = [
            Party { account: me, role: Role::Consultant, relation: Relation::Owner },
            Party { account: of, role: as_what, relation },
        ];
        let document = self.begin_document_for(step, Kind::Opinion, &people);
        if self.edit(step, document, |tx| opinion::ask(tx, &question)) {
            self.sign_opinion(step, document, true, String::new());
        }
        Ok(vec![Write::Entry(Entry::Asked { document, of })])
    }

    /// A text with a letter in the place of the employee's name.
    fn without_name(&self, case: CaseId, text: &str) -> String {
        let shared = self.documents.get(&self.current(case));
        let name = shared.map(|it| case::employee_name(&it.crdt)).unwrap_or_default();
        let spans = supervision::propose(text, &[name]);
        supervision::redact(text, &spans).map_or_else(|_| String::new(), |(text, _)| text)
    }

    /// Gives the opinion that this person was asked for, once.
    pub(super) fn give_opinion(
        &mut self,
        step: &mut Step<'_, '_>,
        document: DocumentId,
        agrees: bool,
        advice: String,
    ) {
        if self.is_asked(document) {
            self.sign_opinion(step, document, agrees, advice);
        }
    }

    fn sign_opinion(
        &mut self,
        step: &mut Step<'_, '_>,
        document: DocumentId,
        agrees: bool,
        advice: String,
    ) {
        let asked = self.opinion(document).and_then(|it| opinion::question(&it.crdt));
        let Some((Question { matter, words, .. }, question)) = asked else { return };
        let (at, by) = (step.now(), self.keys.id);
        let answer = Answer { document, question, matter, words, agrees, advice, at, by };
        let signed = opinion::sign(&answer, &self.keys.device);
        self.edit(step, document, |tx| opinion::attach(tx, &signed));
    }

    pub(super) fn opinion(&self, id: DocumentId) -> Option<&Document> {
        self.documents.get(&id).filter(|it| it.crdt.kind() == Some(Kind::Opinion))
    }

    /// Whether it is for this person to answer: they were let in, did not ask, and did not answer.
    pub(super) fn is_asked(&self, id: DocumentId) -> bool {
        let (Some((me, _)), Some(document)) = (self.me(), self.opinion(id)) else { return false };
        let is_theirs = document.log.as_ref().is_some_and(|log| log.creator() == me);
        let is_answered = self.answers_in(id).iter().any(|(account, _, _, _)| *account == me);
        let is_open = self.may_write(id) && opinion::question(&document.crdt).is_some();
        is_open && !is_theirs && !is_answered
    }

    /// Who signed in a document, as what, and what.
    pub(super) fn answers_in(
        &self,
        id: DocumentId,
    ) -> Vec<(AccountId, Option<Signer>, Answer, Blob)> {
        let (Some(document), Some(org)) = (self.opinion(id), &self.org) else { return vec![] };
        let key = |device| org.device(device).map(|it| it.keys.verify);
        let creator = document.log.as_ref().map(shared::log::document::DocumentLog::creator);
        let answers = opinion::answers(&document.crdt, id, key).into_iter();
        let read = |(answer, signed): (Answer, Blob)| {
            let account = org.device(answer.by)?.account;
            // Before the log is here, the document is this person's.
            let is_asking = creator.or_else(|| self.me().map(|(me, _)| me)) == Some(account);
            let signer = if is_asking { Some(Signer::Consultant) } else { self.as_what(account) };
            Some((account, signer, answer, signed))
        };
        answers.filter_map(read).collect()
    }

    /// The opinions on the matters of a case, each from its document.
    pub(super) fn second_opinions(&self, book: &Book) -> Vec<Opinion> {
        let mut opinions = vec![];
        for (matter, id) in book.matters().flat_map(|it| book.asked(it).map(move |id| (it, id))) {
            for (account, signer, answer, signed) in self.answers_in(id) {
                let Some(signer) = signer.filter(|_| answer.matter == matter) else { continue };
                let Answer { words, agrees, advice, .. } = answer;
                opinions.push(Opinion { matter, words, account, signer, agrees, advice, signed });
            }
        }
        opinions
    }

    fn as_what(&self, account: AccountId) -> Option<Signer> {
        match self.org.as_ref()?.account(account)?.role {
            Role::Supervisor => Some(Signer::Supervisor),
            Role::Consultant => self.is_lead(account).then_some(Signer::Lead),
            Role::Admin | Role::Employee => None,
        }
    }

    /// As what somebody can be asked for a second opinion.
    fn second_of(&self, account: AccountId) -> Option<Signer> {
        let (me, _) = self.me()?;
        let is_here = self.org.as_ref()?.account(account)?.is_open() && account != me;
        self.as_what(account).filter(|_| is_here)
    }

    /// Who can be asked.
    pub(super) fn seconds(&self) -> Vec<(AccountId, Signer)> {
        let is_staff = self.side_of(self.keys.id) == Some(Side::Staff);
        let org = self.org.as_ref().filter(|_| is_staff);
        let accounts = org.into_iter().flat_map(shared::log::org::OrgLog::accounts);
        accounts.filter_map(|(account, _)| Some((account, self.second_of(account)?))).collect()
    }
}

fn names(context: &Context, text: &str) -> bool {
    let folded = Folded::new(text);
    context.employee.iter().any(|name| name.hit(&folded) == Some(Hit::Certain))
}
