//! What the person sees of danger and of what leaves the room.

use shared::order;
use shared::{cbor::Said, map::Map};

use super::{
    Book, CaseId, Context, Desk, DeviceId, Document, DocumentId, DraftHash, Kind, MatterId, Side,
    Step, UnixMillis,
};
use crate::{
    casework::{
        date::Date,
        field::Field,
        item::date,
        matter::{Ground, Inquiry, Line, Sent, Statement, Wording},
        opinion,
        rule::{
            disclosure::{
                Conflict, Consent, Facts, Recipient,
                decision::{Answer, Decision, Signer, State},
                permit::Permit,
                table::{self, Row},
            },
            risk::Level,
        },
        window,
    },
    effect::Effect,
    view::{
        DisclosureView, DueView, Judged, LineKind, LineRow, MatterRow, OpinionView, PermitRow,
        RiskView, SentRow, View, WindowRow,
    },
};

/// What was shown last, so that nothing is shown or computed twice.
#[derive(Default)]
pub(in crate::desk) struct ShownMatters {
    open: Map<DocumentId, Said>,
    due: Said,
    cases: Map<CaseId, ([u64; 5], DueOfCase)>,
}

/// What has to be looked at in one case.
#[derive(Clone, Copy, Default)]
struct DueOfCase {
    recheck: Option<(Level, UnixMillis)>,
    waits: bool,
    is_untold: bool,
}

impl Desk {
    /// Shows open documents about matters that changed, and what has to be looked at.
    pub(in crate::desk) fn show_matters(&mut self, step: &mut Step<'_, '_>, is_same: bool) {
        let open: Vec<DocumentId> = self.open.keys().copied().collect();
        self.shown.matters.open.retain(|id, _| open.contains(id));
        for id in open {
            if is_same && self.shown.matters.open.contains_key(&id) {
                continue;
            }
            let Some(view) = self.matter_view(id, step.now()) else { continue };
            if self.shown.matters.open.get_or_default(id).is_new(&view) {
                step.effects.push(Effect::Show(view));
            }
        }
        if is_same {
            return;
        }
        let due = self.due_view();
        if self.shown.matters.due.is_new(&due) {
            step.effects.push(Effect::Show(View::Due(due)));
        }
    }

    fn matter_view(&self, id: DocumentId, now: UnixMillis) -> Option<View> {
        match self.documents.get(&id)?.crdt.kind()? {
            Kind::CaseDisclosure => self.disclosure_view(id, now).map(View::Disclosure),
            Kind::CasePrivate => self.risk_view(id).map(View::Risk),
            Kind::Opinion => self.opinion_view(id).map(View::Opinion),
            Kind::Catalogue
            | Kind::CaseShared
            | Kind::Note
            | Kind::Directory
            | Kind::Company
            | Kind::Roster
            | Kind::Slots
            | Kind::CaseConsent
            | Kind::JobCard
            | Kind::Supervision
            | Kind::Contribution
            | Kind::Report
            | Kind::Package => None,
        }
    }

    fn disclosure_view(&self, document: DocumentId, now: UnixMillis) -> Option<DisclosureView> {
        let case = self.case_of_part(document)?;
        let book = self.matters_of(case)?;
        let is_staff = self.side_of(self.keys.id) == Some(Side::Staff);
        let matters = if is_staff {
            let mut matters: Vec<MatterId> = book.matters().collect();
            order::by_key(&mut matters, |it| book.begun(*it).map(|(at, _)| at));
            // Every text of the case is read for it.
            let context = (!matters.is_empty()).then(|| self.context(case));
            let judged = |it| judged_row(&book, it, context.as_ref()?);
            matters.into_iter().filter_map(judged).collect()
        } else {
            book.offered().into_iter().filter_map(|it| shown_row(&book, it)).collect()
        };
        let row = |it: &Line| self.line_row(document, &book, it, Date::at(now));
        let mut lines: Vec<LineRow> = book.lines().iter().filter_map(row).collect();
        lines.retain(|it| is_staff || it.is_shown);
        order::by_key(&mut lines, |it| it.at);
        Some(DisclosureView { document, case, matters, lines, seconds: self.seconds() })
    }

    fn line_row(
        &self,
        document: DocumentId,
        book: &Book,
        line: &Line,
        today: Date,
    ) -> Option<LineRow> {
        let mut row = LineRow {
            matter: line.matter,
            kind: LineKind::Sent,
            at: UnixMillis(0),
            category: super::Category::Unsure,
            recipient: Recipient::Other,
            name: String::new(),
            reason: String::new(),
            sent: None,
            told_on: line.told_on.map(|on| on.to_string()),
            acknowledged_at: line.acknowledged_at,
            response: line.response.clone(),
            is_withdrawn: false,
            stopped_at: line.stopped_at,
            is_shown: line.is_shown(today),
        };
        match &line.said {
            Statement::Sent(sent) => {
                let Wording { recipient, recipient_name, .. } = &sent.wording;
                (row.at, row.category, row.recipient) = (sent.at, sent.category, *recipient);
                row.name.clone_from(recipient_name);
                let words = sent.wording.hash(line.matter);
                row.is_withdrawn = book.answer_to(words) == Some(Answer::Withdrawn);
                row.sent = Some(self.sent_row(document, sent, words));
            }
            Statement::Declined { category, recipient, reason, at } => {
                row.kind = LineKind::Declined;
                (row.at, row.category, row.recipient) = (*at, *category, *recipient);
                row.reason.clone_from(reason);
            }
            Statement::Asked(Inquiry { category, asker, name, at }) => {
                row.kind = LineKind::Asked;
                (row.at, row.category, row.recipient) = (*at, *category, *asker);
                row.name.clone_from(name);
            }
            Statement::Offered { .. }
            | Statement::Acknowledged(_)
            | Statement::FollowedUp { .. }
            | Statement::Told(_)
            | Statement::Stopped(_) => return None,
        }
        Some(row)
    }

    fn sent_row(&self, document: DocumentId, sent: &Sent, words: DraftHash) -> SentRow {
        let key = |device: DeviceId| Some(self.org.as_ref()?.device(device)?.keys.verify);
        let signed_by = sent.opinions.iter().filter_map(|signed| {
            let answer = opinion::check(&signed.0, key)?;
            let account = self.org.as_ref()?.device(answer.by)?.account;
            let is_agreed = answer.agrees && answer.words == words;
            is_agreed.then(|| self.as_signer(document, account))
        });
        SentRow {
            text: sent.wording.text.clone(),
            identity: sent.wording.identity,
            means: sent.means,
            row: sent.row,
            basis: sent.basis,
            class: sent.class,
            recheck_at: sent.recheck_at,
            signed_by: signed_by.collect(),
        }
    }

    /// As what somebody signed what stands in a document of the case. The rules asked who they were
    /// before; an employee reads no company's document, so a consultant whose case it is not was the
    /// lead.
    fn as_signer(&self, document: DocumentId, account: super::AccountId) -> Signer {
        let role = self.org.as_ref().and_then(|org| org.account(account)).map(|it| it.role);
        let log = self.documents.get(&document).and_then(|it| it.log.as_ref());
        let is_theirs =
            log.is_none_or(|log| log.creator() == account || log.access(account).is_some());
        if role == Some(super::Role::Supervisor) {
            Signer::Supervisor
        } else if is_theirs {
            Signer::Consultant
        } else {
            Signer::Lead
        }
    }

    fn risk_view(&self, document: DocumentId) -> Option<RiskView> {
        let case = self.case_of_part(document)?;
        let book = self.matters_of(case)?;
        let holds = book.assessment();
        let plan = book.plan();
        let mut directories = self
            .documents
            .values()
            .filter(|it| it.crdt.kind() == Some(Kind::Directory) && self.current(it.id) == it.id);
        let windows = directories.next().map(|it| window::windows(&it.crdt)).unwrap_or_default();
        Some(RiskView {
            document,
            case,
            lacks: holds.map(|it| it.lacks(Some(plan))).unwrap_or_default(),
            recheck_by: holds.and_then(crate::casework::rule::risk::Assessment::recheck_by),
            assessments: book.assessments().into_iter().cloned().collect(),
            has_plan: plan.is_usable(),
            windows: windows
                .into_iter()
                .map(|it| WindowRow {
                    kind: it.kind,
                    name: it.name,
                    phone: it.phone,
                    note: it.note,
                })
                .collect(),
        })
    }

    fn opinion_view(&self, id: DocumentId) -> Option<OpinionView> {
        let (question, _) = opinion::question(&self.opinion(id)?.crdt)?;
        let answers = self
            .answers_in(id)
            .into_iter()
            .filter_map(|(_, signer, answer, _)| Some((signer?, answer.agrees, answer.advice)));
        Some(OpinionView {
            document: id,
            question,
            answers: answers.collect(),
            is_for_me: self.is_asked(id),
        })
    }

    fn due_view(&mut self) -> DueView {
        let is_case = |it: &&Document| {
            it.crdt.kind() == Some(Kind::CaseShared) && self.current(it.id) == it.id
        };
        let mut cases: Vec<CaseId> =
            self.documents.values().filter(is_case).map(|it| it.id).collect();
        cases.extend(self.all_left().into_iter().map(|(_, left)| left.case));
        let mut view = DueView::default();
        for case in cases {
            let due = self.due_of(case);
            view.rechecks.extend(due.recheck.map(|(level, by)| (case, level, by)));
            view.matters.extend(due.waits.then_some(case));
            view.untold.extend(due.is_untold.then_some(case));
        }
        order::by_key(&mut view.rechecks, |(_, _, by)| *by);
        let ids = self.documents.keys().copied();
        view.opinions = ids.filter(|id| self.is_asked(*id)).collect();
        let is_open = |it: &&Document| {
            let is_copy = it.crdt.kind() == Some(Kind::Supervision);
            is_copy
                && self.current(it.id) == it.id
                && !it.is_shredded()
                && date(&it.crdt, &Field::top("discussed_on")).is_none()
        };
        view.copies = self.documents.values().filter(is_open).map(|it| it.id).collect();
        view
    }

    /// Reading a case's documents is most of what it costs: while they are the same, so is this.
    fn due_of(&mut self, case: CaseId) -> DueOfCase {
        let changed = |kind| {
            let id = self.linked(case, kind);
            id.and_then(|id| self.documents.get(&id)).map_or(0, |it| it.crdt.changed())
        };
        let basis = [
            changed(Kind::CasePrivate),
            changed(Kind::CaseDisclosure),
            changed(Kind::CaseConsent),
            self.documents.get(&case).map_or(0, |it| it.crdt.changed()),
            self.org_length(),
        ];
        if let Some((known, due)) = self.shown.matters.cases.get(&case)
            && *known == basis
        {
            return *due;
        }
        let due = self.matters_of(case).map(|book| self.judge_due(&book)).unwrap_or_default();
        self.shown.matters.cases.insert(case, (basis, due));
        due
    }

    fn judge_due(&self, book: &Book) -> DueOfCase {
        let is_staff = self.side_of(self.keys.id) == Some(Side::Staff);
        let lines = book.lines();
        let waits_for_employee = |matter: MatterId| {
            let words = book.offer(matter).map(|(it, _)| it.hash(matter));
            words.is_some_and(|it| book.state_for_employee(matter, it) == State::SentToEmployee)
        };
        let waits_for_consultant = |matter: MatterId| {
            let is_stopped =
                || lines.iter().any(|it| it.matter == matter && it.stopped_at.is_some());
            let state = book.decision(matter).map(|it| it.state());
            let is_answered = matches!(state, Some(State::Approved | State::ChangesAsked));
            is_answered || (state == Some(State::Withdrawn) && !is_stopped())
        };
        let is_untold = |line: &Line| match &line.said {
            Statement::Sent(sent) => is_told_afterwards(sent.row) && line.told_on.is_none(),
            Statement::Asked(_) => line.told_on.is_none(),
            Statement::Offered { .. }
            | Statement::Declined { .. }
            | Statement::Acknowledged(_)
            | Statement::FollowedUp { .. }
            | Statement::Told(_)
            | Statement::Stopped(_) => false,
        };
        let holds = book.assessment();
        DueOfCase {
            recheck: holds.and_then(|it| Some((it.level, it.recheck_by()?))),
            waits: if is_staff {
                book.matters().any(waits_for_consultant)
            } else {
                book.offered().into_iter().any(waits_for_employee)
            },
            is_untold: is_staff && lines.iter().any(is_untold),
        }
    }
}

/// Rows by which somebody is told before the employee knows.
fn is_told_afterwards(row: Row) -> bool {
    matches!(row, Row::R1 | Row::R3 | Row::R6)
}

/// A matter as the employee is shown it: the words they saw last.
fn shown_row(book: &Book, matter: MatterId) -> Option<MatterRow> {
    let (wording, category) = book.offer(matter)?;
    let words = wording.hash(matter);
    let state = book.state_for_employee(matter, words);
    Some(row(book, (matter, category, state), wording))
}

fn row(
    book: &Book,
    (matter, category, state): (MatterId, super::Category, State),
    wording: &Wording,
) -> MatterRow {
    let words = wording.hash(matter);
    MatterRow {
        matter,
        category,
        state,
        recipient: wording.recipient,
        recipient_name: wording.recipient_name.clone(),
        identity: wording.identity,
        text: wording.text.clone(),
        words,
        answer: book.answer_to(words),
        comments: book.comments(matter, words),
        judged: None,
    }
}

/// A matter as the consultant is shown it: with what the table says.
fn judged_row(book: &Book, matter: MatterId, context: &Context) -> Option<MatterRow> {
    let decision = book.decision(matter)?;
    let rule = decision.rule();
    let noted = |ground: &Ground| {
        let text = book.noted(matter, *ground);
        (!text.is_empty()).then(|| (*ground, String::from(text)))
    };
    let opinions = book.opinions.iter().filter(|it| it.matter == matter);
    let judged = Judged {
        row: rule.row,
        reason: String::from(rule.reason),
        permit: rule.permit.as_ref().map(permit_row),
        duties: rule.duties.to_vec(),
        unmet: rule.permit.map(|it| decision.unmet(&it)).unwrap_or_default(),
        faults: rule.permit.map(|it| decision.faults(&it, context)).unwrap_or_default(),
        recipients: permitted(&decision),
        spoken: decision.spoken,
        consent: decision.consent(),
        judgement: decision.judgement,
        conflict: decision.conflict,
        grounds: Ground::ALL.iter().filter_map(noted).collect(),
        opinions: opinions.map(|it| (it.signer, it.agrees, it.advice.clone())).collect(),
        is_newer: book.is_newer(matter),
    };
    let seen = (matter, decision.category, decision.state());
    let row = row(book, seen, book.wording(matter)?);
    Some(MatterRow { judged: Some(judged), ..row })
}

fn permit_row(permit: &Permit) -> PermitRow {
    PermitRow {
        saying: permit.saying,
        naming: permit.naming,
        basis: permit.basis,
        chars_max: u32::try_from(permit.saying.limit()).unwrap_or(u32::MAX),
    }
}

/// Whom it could be told by words, as things are, before anybody of them was checked; where consent
/// was not spoken of yet, what could be if it were given is not among them.
fn permitted(decision: &Decision) -> Vec<Recipient> {
    let facts = decision.facts();
    let consent = if facts.consent == Consent::Given { Consent::Given } else { decision.spoken };
    let is_permitted = |recipient: &&Recipient| {
        let conflict = Conflict::Unchecked;
        let facts = Facts { recipient: **recipient, conflict, consent, ..facts };
        table::decide(&facts).permit.is_some_and(|permit| permit.saying.is_text())
    };
    Recipient::ALL.iter().filter(is_permitted).copied().collect()
}
