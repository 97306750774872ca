//! Danger, and what leaves the room.
//!
//! **Invariant:** of what a consultant's private documents hold, nothing reaches anybody but by
//! [`MatterStep::Send`] and [`MatterStep::Transmit`], for exactly the words that were on the page.

use shared::{
    Blob,
    id::{AccountId, DeviceId, DocumentId},
    log::org::Role,
    time::UnixMillis,
};

use super::{Desk, Login};
use crate::{
    casework::{
        case::{self, CaseId},
        consent::{self, Event, Matter, Method, Scope, Told},
        field::Shape,
        matter::{self, Book, Inquiry, MatterId, World, Write},
        note, private,
        rule::{
            disclosure::{
                Category, Recipient,
                decision::{Answer, Context, DraftHash, StepError},
                permit::Basis,
            },
            risk::Assessment,
            scan::{Folded, Name},
        },
    },
    command::{Begun, MatterAct, MatterStep},
    document::{Document, crdt::Crdt, genesis::Kind, guard::Side},
    journal::Step,
    view::Notice,
};

mod opinion;
mod show;

pub(super) use show::ShownMatters;

impl Desk {
    /// Does what the person asked for.
    pub(crate) fn matter(&mut self, step: &mut Step<'_, '_>, act: MatterAct) {
        let is_staff = self.side_of(self.keys.id) == Some(Side::Staff);
        match act {
            MatterAct::Assess { case, assessment } => self.assess(step, case, assessment),
            MatterAct::Begin { case, begun } => self.begin_matter(step, case, &begun),
            MatterAct::Step { case, matter, step: what } => {
                let is_answer = matches!(what, MatterStep::Answer { .. });
                if is_staff != is_answer {
                    self.take_step(step, case, matter, what);
                }
            }
            MatterAct::Inquire { case, category, asker, name } if is_staff => {
                self.inquired(step, case, (category, asker), name);
            }
            MatterAct::Inquire { .. } => {}
            MatterAct::GiveOpinion { document, agrees, advice } => {
                self.give_opinion(step, document, agrees, advice);
            }
        }
    }

    /// Writes an assessment down. One that lacks something is written down as well: what it lacks is
    /// shown for as long as it holds.
    fn assess(&mut self, step: &mut Step<'_, '_>, case: CaseId, assessment: Assessment) {
        let Some(id) = self.linked(case, Kind::CasePrivate) else { return };
        let assessment = Assessment { at: step.now(), ..assessment };
        let item = Self::new_item(step);
        self.edit(step, id, |tx| private::assess(tx, &item, &assessment));
    }

    fn begin_matter(&mut self, step: &mut Step<'_, '_>, case: CaseId, begun: &Begun) {
        if self.linked(case, Kind::CasePrivate).is_none() {
            return;
        }
        let matter = MatterId(step.cx.random());
        let writes = Book::begin(begun, step.now());
        self.write_matter(step, case, matter, writes);
    }

    /// An inquiry is a matter of its own.
    fn inquired(
        &mut self,
        step: &mut Step<'_, '_>,
        case: CaseId,
        (category, asker): (Category, Recipient),
        name: String,
    ) {
        let matter = MatterId(step.cx.random());
        match Book::inquired(Inquiry { category, asker, name, at: step.now() }) {
            Ok(write) => self.write_matter(step, case, matter, vec![write]),
            Err(error) => Self::not_done(step, error),
        }
    }

    fn take_step(
        &mut self,
        step: &mut Step<'_, '_>,
        case: CaseId,
        matter: MatterId,
        what: MatterStep,
    ) {
        let Some(book) = self.matters_of(case) else { return };
        if book.is_newer(matter) {
            return Self::notice(step, Notice::UpdateNeeded);
        }
        let by_consent = || {
            let decision = book.decision(matter);
            let permit = decision.and_then(|it| it.rule().permit);
            permit.is_some_and(|it| it.basis == Basis::Consent)
        };
        // A consent may have been taken back at any moment; an emergency does not wait for a network.
        if matches!(what, MatterStep::Transmit { .. }) && by_consent() && !self.hears(case) {
            return Self::notice(step, Notice::NeedsNetwork);
        }
        let writes = match what {
            MatterStep::Answer { words, answer, comment } => {
                book.answer(matter, words, answer, &comment).map(|write| vec![write])
            }
            MatterStep::AskOpinion { words, of, facts } => {
                self.ask_opinion(step, case, (&book, matter), (words, of), facts)
            }
            what @ (MatterStep::Redraft { .. }
            | MatterStep::Reassess { .. }
            | MatterStep::Note { .. }
            | MatterStep::Check(_)
            | MatterStep::Send(_)
            | MatterStep::Transmit { .. }
            | MatterStep::Acknowledge
            | MatterStep::FollowUp(_)
            | MatterStep::Tell(_)
            | MatterStep::AskToStop
            | MatterStep::Decline) => book.step(matter, &what, &self.context(case), step.now()),
        };
        match writes {
            Ok(writes) => self.write_matter(step, case, matter, writes),
            Err(error) => Self::not_done(step, error),
        }
    }

    /// Whether everything that the server has of the employee's answers is here.
    fn hears(&self, case: CaseId) -> bool {
        let is_whole = |kind| {
            let id = self.linked(case, kind);
            id.and_then(|id| self.documents.get(&id)).is_some_and(Document::is_settled)
        };
        self.login == Login::In
            && self.duties.index_heard
            && self.healing.is_none()
            && is_whole(Kind::CaseConsent)
            && is_whole(Kind::CaseDisclosure)
    }

    fn not_done(step: &mut Step<'_, '_>, error: StepError) {
        let code = |code: &str| String::from(code);
        let (why, what) = match error {
            StepError::NotNow => ("not_now", vec![]),
            StepError::NotPermitted(reason) => ("not_permitted", vec![code(reason)]),
            StepError::OtherWay => ("other_way", vec![]),
            StepError::Unmet(needs) => ("unmet", needs.iter().map(|it| code(it.code())).collect()),
            StepError::Faulty(faults) => {
                ("faulty", faults.iter().map(|it| code(it.code())).collect())
            }
            StepError::OtherWords => ("other_words", vec![]),
        };
        Self::notice(step, Notice::MatterNotDone { why: code(why), what });
    }

    fn write_matter(
        &mut self,
        step: &mut Step<'_, '_>,
        case: CaseId,
        id: MatterId,
        writes: Vec<Write>,
    ) {
        for write in writes {
            let item = Self::new_item(step);
            let kind = match &write {
                Write::Entry(_) => Kind::CasePrivate,
                Write::Statement(_) | Write::Reply(_) => Kind::CaseDisclosure,
                Write::Consent(..) => Kind::CaseConsent,
            };
            let Some(document) = self.linked(case, kind) else { return };
            let is_written =
                match write {
                    Write::Entry(said) => self
                        .edit(step, document, |tx| matter::write(tx, "matters", &item, id, &said)),
                    Write::Statement(said) => self
                        .edit(step, document, |tx| matter::write(tx, "records", &item, id, &said)),
                    Write::Reply(said) => self
                        .edit(step, document, |tx| matter::write(tx, "answers", &item, id, &said)),
                    Write::Consent(words, answer) => {
                        self.consent_to(step, case, document, (words, answer))
                    }
                };
            if !is_written {
                return;
            }
        }
    }

    /// Signs the employee's answer to exactly these words (C8).
    fn consent_to(
        &mut self,
        step: &mut Step<'_, '_>,
        case: CaseId,
        document: DocumentId,
        (words, answer): (DraftHash, Answer),
    ) -> bool {
        let decision = match answer {
            Answer::Approved => consent::Decision::Agreed,
            Answer::Refused => consent::Decision::Refused,
            Answer::Withdrawn => consent::Decision::Withdrawn,
            Answer::ChangesAsked => return false,
        };
        let event = Event {
            document,
            matter: Matter::Telling,
            decision,
            scope: Scope::Exact(words.0),
            // What was read is the words themselves.
            told: Told { version: 0, hash: words.0 },
            at: step.now(),
            server_at: None,
            place: String::new(),
            method: Method::OwnPhone,
            by: self.keys.id,
            after: vec![],
        };
        let recorded = consent::sign(&self.consents(case), event, &self.keys.device);
        self.edit(step, document, |tx| recorded.attach(tx))
    }

    /// Everything about the matters of a case that is here; `None` if the case is not.
    pub(super) fn matters_of(&self, case: CaseId) -> Option<Book> {
        let crdt = |kind| {
            let id = self.linked(case, kind)?;
            Some(&self.documents.get(&id)?.crdt)
        };
        let shared = self.documents.get(&self.current(case)).map(|it| &it.crdt);
        let disclosure = crdt(Kind::CaseDisclosure)?;
        let mut book = Book::read(World { private: crdt(Kind::CasePrivate), shared, disclosure });
        book.answers = self.answers_of(case);
        book.opinions = self.second_opinions(&book);
        Some(book)
    }

    /// What the employee answered to exact words. That somebody approved them is not attested by
    /// whoever wants to send them; that somebody did not may be.
    fn answers_of(&self, case: CaseId) -> Vec<(DraftHash, Answer)> {
        let consents = self.consents(case);
        let answer = |event: &Event| {
            let Scope::Exact(words) = event.scope else { return None };
            let answer = match (event.decision, &event.method) {
                (consent::Decision::Agreed, Method::Spoken(_))
                | (consent::Decision::AskEachTime | consent::Decision::Explained, _) => {
                    return None;
                }
                (consent::Decision::Agreed, _) => Answer::Approved,
                (consent::Decision::Refused, _) => Answer::Refused,
                (consent::Decision::Withdrawn, _) => Answer::Withdrawn,
            };
            Some((DraftHash(words), answer))
        };
        consents.told(Matter::Telling).into_iter().filter_map(answer).collect()
    }

    /// What words are compared with: the employee's name, and all that was noted of them.
    fn context(&self, case: CaseId) -> Context {
        let case = self.current(case);
        let name = self.documents.get(&case).map(|it| case::employee_name(&it.crdt));
        let is_of = |crdt: &Crdt| {
            let about = note::about(crdt).filter(|_| crdt.kind() == Some(Kind::Note));
            about.is_some_and(|about| self.current(about.case) == case)
        };
        let notes = self.documents.values().map(|it| &it.crdt).filter(|crdt| is_of(crdt));
        let texts = notes.flat_map(|note| {
            let is_text = |shape: &Shape| matches!(shape, Shape::Long | Shape::Short);
            let texts = note::fields(note).into_iter().filter(move |(_, shape)| is_text(shape));
            texts.filter_map(|(field, _)| note.text(&field))
        });
        let book = self.matters_of(case).unwrap_or_default();
        let judged = book.assessments();
        let judged = judged.into_iter().flat_map(|it| [&it.facts, &it.asked, &it.protective]);
        Context {
            employee: name.iter().map(|name| Name::new(name)).collect(),
            notes: texts.chain(judged.cloned()).map(|text| Folded::new(&text)).collect(),
        }
    }

    /// Whether somebody is the lead of a company that this person works for: who manages its
    /// document.
    fn is_lead(&self, account: AccountId) -> bool {
        let leads = |it: &&Document| {
            let access = it.log.as_ref().and_then(|log| log.access(account));
            it.crdt.kind() == Some(Kind::Company)
                && access == Some(shared::log::document::Access::Manager)
        };
        self.documents.values().any(|it| leads(&it))
    }
}
