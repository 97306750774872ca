//! Copies of notes without the person, for supervision (C4).

use shared::order;
use shared::{
    id::{AccountId, DocumentId},
    log::{document::Access, org::Role},
};

use super::Desk;
use crate::{
    casework::{
        case, catalogue,
        consent::{Decision, Ledger, Matter, Scope},
        date::Date,
        field::Field,
        item::{date, text},
        note,
        rights::{Act, ActId, Entry, use_of},
        rule::{
            coarse,
            disclosure::Consent,
            scan::Name,
            supervision::{
                CaseCopy, Choice, Kind as SpanKind, ShareError, Span, propose, redact, rule,
            },
        },
        supervision,
    },
    command::{SpanWish, Splice, TextWish},
    document::genesis::Kind,
    effect::Effect,
    journal::Step,
    policy::{Party, Relation},
    view::{CopyView, PartView, PartsView, ReportNotice, ReportPart, View},
};

/// A copy, and where it comes from.
pub(super) struct Copied {
    pub(super) case: DocumentId,
    pub(super) consent: DocumentId,
    pub(super) private: DocumentId,
    /// The document that the consultant drafts; the copy's name.
    pub(super) draft: DocumentId,
    /// The document that the supervisor reads, if one does.
    pub(super) shared: Option<DocumentId>,
    /// To whom it is to go, if that waits.
    pub(super) wanted: Option<AccountId>,
    /// Why it was not shared when that was tried last.
    blocked: Option<String>,
    pub(super) copy: CaseCopy,
}

/// What the employee said to supervision in general.
fn choice_of(ledger: &Ledger) -> Choice {
    match ledger.decision(Matter::Supervision) {
        Some(Decision::Agreed) => Choice::Yes,
        Some(Decision::AskEachTime) => Choice::EachTime,
        Some(Decision::Refused) => Choice::No,
        Some(Decision::Withdrawn) => Choice::Withdrawn,
        Some(Decision::Explained) | None => Choice::Unasked,
    }
}

fn spans_of(wish: &TextWish) -> Option<Vec<Span>> {
    let span = |it: &SpanWish| {
        let (start, end) = (usize::try_from(it.start).ok()?, usize::try_from(it.end).ok()?);
        Some(Span { start, end, kind: SpanKind::of(&it.code)?, by: it.by.clone() })
    };
    wish.spans.iter().map(span).collect()
}

impl Desk {
    /// Shows what a copy of a note would be drawn from, with the names that are in it.
    pub(super) fn propose_copy(&self, step: &mut Step<'_, '_>, note: DocumentId) {
        let Some(parts) = self.drawn_from(note) else {
            return Self::tell(step, ReportNotice::NotNow);
        };
        let part = |(place, text, spans): (&'static str, String, Vec<Span>)| PartView {
            place: place.to_owned(),
            text,
            spans: spans.into_iter().map(wish_of).collect(),
            is_undecided: false,
        };
        let parts = parts.into_iter().map(part).collect();
        step.effects
            .push(Effect::Show(View::Report(ReportPart::Parts(PartsView { of: note, parts }))));
    }

    fn drawn_from(&self, note: DocumentId) -> Option<Vec<(&'static str, String, Vec<Span>)>> {
        let crdt = &self.documents.get(&note).filter(|it| it.crdt.kind() == Some(Kind::Note))?.crdt;
        let case = self.case_of(note)?;
        let (people, companies) = self.names_around(case);
        let held = date(crdt, &Field::top("held_at")).or_else(|| {
            let interview = note::interview(crdt, note);
            let added = case::interviews(&self.documents.get(&case)?.crdt).into_iter();
            added.filter(|it| it.interview == interview).map(|it| Date::at(it.at)).next()
        });
        let part = |(place, text): (&'static str, String)| {
            let mut spans = propose(&text, &people);
            for mut span in propose(&text, &companies) {
                if spans.iter().all(|it| span.end <= it.start || it.end <= span.start) {
                    span.kind = SpanKind::Company;
                    spans.push(span);
                }
            }
            for span in coarse::propose(&text, held) {
                if spans.iter().all(|it| span.end <= it.start || it.end <= span.start) {
                    spans.push(span);
                }
            }
            order::by_key(&mut spans, |span| span.start);
            (place, text, spans)
        };
        Some(supervision::drawn(crdt).into_iter().map(part).collect())
    }

    /// The people and the companies that a note of a case may name, the employee first.
    fn names_around(&self, case: DocumentId) -> (Vec<String>, Vec<String>) {
        let mut people = self.names_in(case);
        let invited = self.catalogue().map(|it| catalogue::invited(&it.crdt)).unwrap_or_default();
        people.extend(invited.into_iter().map(|it| it.name));
        let (mut names, mut companies) = (vec![], vec![]);
        for name in people.into_iter().filter(|it| !it.trim().is_empty()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        for company in self.of_kind(Kind::Company).iter().filter_map(|id| self.documents.get(id)) {
            let name = text(&company.crdt, &Field::top("name"));
            if !name.trim().is_empty() {
                companies.push(name);
            }
        }
        (names, companies)
    }

    /// Begins a copy. Only what is left after the replacements is ever written into it.
    pub(super) fn make_copy(
        &mut self,
        step: &mut Step<'_, '_>,
        note: DocumentId,
        wishes: &[TextWish],
    ) {
        let note = self.current(note);
        let (Some(parts), Some(case)) = (self.drawn_from(note), self.case_of(note)) else {
            return Self::tell(step, ReportNotice::NotNow);
        };
        let parts_of_case = (
            self.part_of_case(case, Kind::CaseConsent),
            self.part_of_case(case, Kind::CasePrivate),
        );
        let (Some(consent), Some(private)) = parts_of_case else {
            return Self::tell_lacking(step, "consent");
        };
        // Where supervisors write their names: the copy goes to one.
        self.open_directory(step);
        let asked = choice_of(&self.ledger_of(consent)).consent(false);
        if matches!(asked, Consent::Refused | Consent::Withdrawn) {
            return self.block_by(step, case, note, rule(asked));
        }
        let mut texts = vec![];
        for (place, text, proposed) in parts {
            let wish = wishes.iter().find(|it| it.place == place);
            if wish.is_some_and(|it| it.left_out.is_some()) {
                continue;
            }
            let Some(spans) = wish.map_or(Some(proposed), spans_of) else {
                return Self::tell_lacking(step, "span");
            };
            match redact(&text, &spans) {
                Ok((text, log)) => texts.push((place, text, log)),
                Err(_) => return Self::tell_lacking(step, "span"),
            }
        }
        let Some((me, _)) = self.me() else { return };
        let owner = Party { account: me, role: Role::Consultant, relation: Relation::Owner };
        let copy = self.begin_document_for(step, Kind::Supervision, &[owner]);
        for (place, text, log) in texts {
            self.write_text(step, copy, place, &text);
            self.log_replaced(step, copy, place, &log);
        }
        self.note_act(step, private, Act::Copied { copy, note });
        step.effects.push(Effect::Show(View::GoTo(copy)));
        self.show_report_part(step, copy);
    }

    /// Puts a text in the place of what a field holds.
    fn write_text(&mut self, step: &mut Step<'_, '_>, id: DocumentId, field: &str, text: &str) {
        let field = Field::top(field);
        let Some(document) = self.documents.get(&id) else { return };
        let before = document.crdt.text(&field).unwrap_or_default().encode_utf16().count();
        let delete = u32::try_from(before).unwrap_or(u32::MAX);
        let whole = Splice { at: 0, delete, insert: text.to_owned() };
        for piece in whole.pieces(|_| false) {
            if piece.delete > 0 || !piece.insert.is_empty() {
                self.edit(step, id, |tx| tx.splice(&field, &piece));
            }
        }
    }

    fn log_replaced(
        &mut self,
        step: &mut Step<'_, '_>,
        copy: DocumentId,
        field: &str,
        log: &[crate::casework::rule::supervision::Replaced],
    ) {
        for replaced in log {
            let id = DocumentId::new(step.cx.random()).to_hex();
            self.edit(step, copy, |tx| supervision::add_replaced(tx, (&id, field), replaced));
        }
    }

    /// Replaces more in a copy that nobody else has.
    pub(super) fn redact_copy(
        &mut self,
        step: &mut Step<'_, '_>,
        copy: DocumentId,
        wish: &TextWish,
    ) {
        let found = self.copied(copy).filter(|it| it.copy.shared_at.is_none());
        let place = supervision::SOURCES.iter().find(|(id, _)| *id == wish.place);
        let (Some(_), Some((place, _))) = (found, place) else {
            return Self::tell(step, ReportNotice::NotNow);
        };
        let Some(document) = self.documents.get(&copy) else { return };
        let before = text(&document.crdt, &Field::top(place));
        let Some(Ok((after, log))) = spans_of(wish).map(|spans| redact(&before, &spans)) else {
            return Self::tell_lacking(step, "span");
        };
        self.write_text(step, copy, place, &after);
        self.log_replaced(step, copy, place, &log);
        self.refresh_open(step, copy);
        self.show_report_part(step, copy);
    }

    /// The consultant has read the copy as it stands for what points to a person.
    pub(super) fn check_copy(&mut self, step: &mut Step<'_, '_>, copy: DocumentId) {
        let Some(found) = self.copied(copy).filter(|it| it.copy.shared_at.is_none()) else {
            return Self::tell(step, ReportNotice::NotNow);
        };
        let content = found.copy.content();
        self.edit(step, copy, |tx| supervision::set_checked(tx, content));
        self.show_report_part(step, copy);
    }

    /// Asks the employee, beside their consents, whether this copy may go to this supervisor.
    pub(super) fn ask_use(
        &mut self,
        step: &mut Step<'_, '_>,
        copy: DocumentId,
        supervisor: AccountId,
    ) {
        let found = self.copied(copy).filter(|_| self.is_role(supervisor, Role::Supervisor));
        let Some(found) = found else { return Self::tell(step, ReportNotice::NotNow) };
        let name = self.name_of(supervisor);
        self.note_act(step, found.consent, Act::Asked { copy: found.draft, supervisor, name });
    }

    /// Gives a copy to a supervisor as soon as it is certain that the employee agrees.
    pub(super) fn share_copy(
        &mut self,
        step: &mut Step<'_, '_>,
        copy: DocumentId,
        supervisor: AccountId,
    ) {
        let found = self.copied(copy).filter(|_| self.is_role(supervisor, Role::Supervisor));
        let Some(found) = found else { return Self::tell(step, ReportNotice::NotNow) };
        let draft = found.draft;
        self.note_act(step, found.private, Act::ToShare { copy: draft, supervisor });
        if self.is_certain(found.consent) {
            self.share_now(step, draft);
        } else {
            Self::tell(step, ReportNotice::Awaiting);
        }
        self.show_report_part(step, copy);
    }

    /// Shares a copy that waits for it, or notes why not.
    pub(super) fn share_now(&mut self, step: &mut Step<'_, '_>, draft: DocumentId) {
        let Some(mut found) = self.copied(draft) else { return };
        let Some(supervisor) = found.wanted else { return };
        let (people, companies) = self.names_around(found.case);
        let names: Vec<Name> = people.iter().chain(&companies).map(|it| Name::new(it)).collect();
        let refused = match found.copy.share(&names, step.now()) {
            Ok(()) => None,
            Err(ShareError::NotAgreed(_)) => {
                let rule = rule(found.copy.consent());
                return self.block_by(step, found.case, draft, rule);
            }
            Err(ShareError::NotChecked) => Some("redaction_checked"),
            Err(ShareError::NamesSomebody) => Some("names_person"),
            Err(ShareError::NotNow) => Some("not_now"),
        };
        if let Some(reason) = refused {
            let (row, reason) = (String::from("r14"), reason.to_owned());
            self.note_act(
                step,
                found.private,
                Act::Blocked { row, reason: reason.clone(), about: draft },
            );
            return Self::tell_lacking(step, &reason);
        }
        // The supervisor reads every change of what they get, so they get a document that was never
        // anything else.
        let Some(document) = self.write_anew(step, draft) else { return };
        self.grant(step, document, supervisor, Access::Writer);
        self.note_act(step, found.private, Act::Shared { copy: draft, document, supervisor });
        self.shred_here(step, draft);
        step.effects.push(Effect::Show(View::Moved { from: draft, to: Some(document) }));
    }

    /// A copy by its draft or by what the supervisor reads.
    pub(super) fn copied(&self, id: DocumentId) -> Option<Copied> {
        self.all_copied().into_iter().find(|it| it.draft == id || it.shared == Some(id))
    }

    /// Every copy of this person's cases.
    pub(super) fn all_copied(&self) -> Vec<Copied> {
        let mut found = vec![];
        for case in self.of_kind(Kind::CaseShared) {
            found.extend(self.copied_of(case));
        }
        found
    }

    fn copied_of(&self, case: DocumentId) -> Vec<Copied> {
        let private = self.part_of_case(case, Kind::CasePrivate);
        let (Some(private), Some(consent)) = (private, self.part_of_case(case, Kind::CaseConsent))
        else {
            return vec![];
        };
        let acts = self.acts_in(Some(private));
        let draft = |(_, entry): &(ActId, Entry)| {
            let Act::Copied { copy, .. } = &entry.act else { return None };
            Some(*copy)
        };
        let drafts: Vec<DocumentId> = acts.iter().filter_map(draft).collect();
        if drafts.is_empty() {
            return vec![];
        }
        let ledger = self.ledger_of(consent);
        let of = |draft: DocumentId| Copied {
            case,
            consent,
            private,
            draft,
            shared: None,
            wanted: None,
            blocked: None,
            copy: CaseCopy {
                document: draft,
                texts: vec![],
                choice: choice_of(&ledger),
                is_approved: false,
                checked: None,
                shared_at: None,
                discussed_on: None,
                deleted_at: None,
            },
        };
        let mut found: Vec<Copied> = drafts.into_iter().map(of).collect();
        for copied in &mut found {
            copied.replay(&acts, &ledger);
            let held = self.documents.get(&copied.shared.unwrap_or(copied.draft));
            if let Some(held) = held {
                copied.copy.texts = supervision::texts(&held.crdt);
                copied.copy.checked = supervision::checked(&held.crdt);
                copied.copy.discussed_on = date(&held.crdt, &Field::top("discussed_on"));
            }
        }
        found
    }

    pub(super) fn copy_view(&self, id: DocumentId) -> Option<CopyView> {
        let found = self.copied(id)?;
        Some(CopyView {
            document: id,
            state: found.copy.state().code().to_owned(),
            choice: found.copy.choice.code().to_owned(),
            is_waiting: found.wanted.is_some(),
            blocked: found.blocked,
        })
    }
}

impl Copied {
    /// What became of the copy, by what was done.
    fn replay(&mut self, acts: &[(ActId, Entry)], ledger: &Ledger) {
        let draft = self.draft;
        let mut whose = None;
        for (_, Entry { at, act }) in acts {
            match act {
                Act::ToShare { copy, supervisor } if *copy == draft => {
                    (self.wanted, self.blocked) = (Some(*supervisor), None);
                    whose = Some(*supervisor);
                }
                Act::Shared { copy, document, supervisor } if *copy == draft => {
                    (self.wanted, self.shared) = (None, Some(*document));
                    self.copy.shared_at = Some(*at);
                    whose = Some(*supervisor);
                }
                Act::Blocked { reason, about, .. } if *about == draft => {
                    (self.wanted, self.blocked) = (None, Some(reason.clone()));
                }
                Act::Deleted { copy } if *copy == draft => {
                    self.wanted = None;
                    self.copy.deleted_at = Some(*at);
                }
                Act::Asked { .. }
                | Act::Requested { .. }
                | Act::Identified { .. }
                | Act::Answered { .. }
                | Act::Held { .. }
                | Act::Lifted { .. }
                | Act::Gone(_)
                | Act::HandedOver { .. }
                | Act::TakenBack { .. }
                | Act::Left { .. }
                | Act::Closed { .. }
                | Act::Copied { .. }
                | Act::ToShare { .. }
                | Act::Shared { .. }
                | Act::Blocked { .. }
                | Act::Deleted { .. }
                | Act::Term { .. }
                | Act::Outlived { .. }
                | Act::ToHandOver { .. }
                | Act::Counts => {}
            }
        }
        let approved = whose.and_then(|supervisor| {
            let scope = Scope::Exact(use_of(draft, supervisor));
            ledger.standing(Matter::Supervision, Some(&scope))
        });
        self.copy.is_approved = approved.is_some_and(|it| it.event.decision == Decision::Agreed);
    }
}

fn wish_of(span: Span) -> SpanWish {
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    SpanWish {
        start: number(span.start),
        end: number(span.end),
        code: span.kind.code().to_owned(),
        by: span.by,
    }
}
