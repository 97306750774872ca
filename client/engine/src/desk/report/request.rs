//! What an employee asks of their own data (個人情報保護法 33条–35条): the ledger, and the package.
//!
//! An admin sees nothing of it: not even that there is a request, because the ledger stands in the
//! case's consent document, which no admin can open.

use shared::{id::DocumentId, log::org::Role, time::UnixMillis};

use super::Desk;
use crate::{
    casework::{
        catalogue,
        consent::{Decision, Matter, Scope},
        date::Date,
        field::Value,
        form, note, package,
        rights::{self, Act, ActId, Entry, use_of},
        rule::{
            access_request::{
                Choice, Kind as RequestKind, Mask, Outcome, Part, Piece, Reason, Request,
                package as make_package, third_persons,
            },
            retention::{Class, Due, due},
            scan::Name,
        },
        signature,
    },
    command::{AnswerWish, TextWish},
    document::{Document, crdt::Held, genesis::Kind, guard::Side},
    effect::Effect,
    journal::Step,
    policy::{Party, Relation},
    view::{
        AskRow, HoldRow, PackageView, PartView, PartsView, ReportNotice, ReportPart, RequestRow,
        RightsView, View,
    },
};

impl Desk {
    /// Notes what the employee asks for.
    pub(super) fn note_request(
        &mut self,
        step: &mut Step<'_, '_>,
        case: DocumentId,
        kind: String,
        scope: String,
    ) {
        let Some(consent) = self.part_of_case(case, Kind::CaseConsent) else { return };
        if RequestKind::of(&kind).is_none() {
            return Self::tell(step, ReportNotice::NotNow);
        }
        self.note_act(step, consent, Act::Requested { kind, scope });
        self.show_report_part(step, consent);
    }

    /// Notes how it was seen who asks.
    pub(super) fn identify_asker(
        &mut self,
        step: &mut Step<'_, '_>,
        case: DocumentId,
        request: ActId,
        how: String,
    ) {
        let Some(consent) = self.part_of_case(case, Kind::CaseConsent) else { return };
        if how.trim().is_empty() {
            return Self::tell_lacking(step, "identified");
        }
        self.note_act(step, consent, Act::Identified { request, how });
        self.show_report_part(step, consent);
    }

    /// Shows what a package would be made of: everything but the self-review, which is decided on.
    pub(super) fn propose_package(&self, step: &mut Step<'_, '_>, case: DocumentId) {
        let part = |it: Part| PartView {
            is_undecided: it.choice.is_none(),
            place: it.field,
            text: it.text,
            spans: vec![],
        };
        let parts = self.disclosable(case).into_iter().map(part).collect();
        step.effects
            .push(Effect::Show(View::Report(ReportPart::Parts(PartsView { of: case, parts }))));
    }

    /// Every text and value of the notes and of what is kept beside them.
    fn disclosable(&self, case: DocumentId) -> Vec<Part> {
        let mut parts = vec![];
        for id in self.notes_of(case) {
            let Some(document) = self.documents.get(&id) else { continue };
            let ordinal = note::about(&document.crdt).map_or(0, |about| about.ordinal);
            let prefix = ordinal.to_string();
            Self::parts_in(document, &prefix, &mut parts);
            for (at, it) in signature::amendments(&document.crdt).iter().enumerate() {
                for (id, text) in [("why", &it.why), ("text", &it.text)] {
                    parts.push((format!("{prefix}/amendments/{at}/{id}"), text.clone()));
                }
            }
        }
        if let Some(private) = self.part_of_case(case, Kind::CasePrivate)
            && let Some(document) = self.documents.get(&private)
        {
            Self::parts_in(document, "private", &mut parts);
        }
        let of = |(place, text): (String, String)| {
            // The rule knows fields by their own name.
            let field = place.split('/').nth(1).unwrap_or_default();
            let choice = Part::new(field, "").choice;
            Part { field: place, text, choice }
        };
        parts.into_iter().map(of).collect()
    }

    fn parts_in(document: &Document, prefix: &str, parts: &mut Vec<(String, String)>) {
        let kind = document.crdt.kind();
        let fields = kind.map(|kind| form::fields(kind, Side::Staff)).unwrap_or_default();
        for (field, _, held) in document.crdt.rows(fields, true) {
            let text = match held {
                Held::Text(text) => text.unwrap_or_default(),
                Held::Value(value) => value_text(&value),
                Held::Items(_) => continue,
            };
            if !text.trim().is_empty() {
                parts.push((format!("{prefix}/{field}"), text));
            }
        }
    }

    /// Hands out the package in a document that nobody else reads.
    pub(super) fn disclose_notes(
        &mut self,
        step: &mut Step<'_, '_>,
        case: DocumentId,
        (request, means): (ActId, String),
        wishes: &[TextWish],
        is_looked_at: bool,
    ) {
        let case = self.current(case);
        let known = (self.part_of_case(case, Kind::CaseConsent), self.employee_of(case), self.me());
        let (Some(consent), Some(employee), Some((me, _))) = known else { return };
        let Some(asked) = self.request_of(consent, &request) else {
            return Self::tell(step, ReportNotice::NotNow);
        };
        let mut parts = self.disclosable(case);
        for part in &mut parts {
            let Some(wish) = wishes.iter().find(|it| it.place == part.field) else { continue };
            match choice_of(wish) {
                Some(choice) => part.choice = Some(choice),
                None => return Self::tell_lacking(step, "mask"),
            }
        }
        let package = match make_package(&asked, &parts) {
            Ok(package) => package,
            Err(error) => return Self::tell_lacking(step, error.code()),
        };
        if !is_looked_at && !third_persons(&package, &self.others_than(case)).is_empty() {
            return Self::tell_lacking(step, "third_person");
        }
        let let_in = |account, role, relation| Party { account, role, relation };
        let people = [
            let_in(me, Role::Consultant, Relation::Owner),
            let_in(employee, Role::Employee, Relation::Employee),
        ];
        let id = self.begin_document_for(step, Kind::Package, &people);
        let pieces = package.parts.iter().flat_map(|(place, pieces)| {
            pieces.iter().flat_map(package::cut).map(move |piece| (place, piece))
        });
        for (at, (place, piece)) in pieces.enumerate() {
            let at = at.to_string();
            self.edit(step, id, |tx| package::add(tx, &at, place, &piece));
        }
        let answered = Act::Answered {
            request,
            outcome: package.outcome.code().to_owned(),
            reasons: package.reasons.iter().map(|it| it.code().to_owned()).collect(),
            words: words_of(&parts),
            means,
            package: Some(id),
        };
        self.note_act(step, consent, answered);
        self.show_report_part(step, consent);
    }

    /// The names of everybody but the employee, as far as this person knows them.
    fn others_than(&self, case: DocumentId) -> Vec<Name> {
        let own = self.names_in(case);
        let invited = self.catalogue().map(|it| catalogue::invited(&it.crdt)).unwrap_or_default();
        let others = invited.iter().filter(|it| !own.contains(&it.name) && !it.name.is_empty());
        others.map(|it| Name::new(&it.name)).collect()
    }

    /// Answers without handing anything out. What is to be erased is, unless it is held.
    pub(super) fn answer_request(
        &mut self,
        step: &mut Step<'_, '_>,
        case: DocumentId,
        request: ActId,
        answer: AnswerWish,
    ) {
        let case = self.current(case);
        let Some(consent) = self.part_of_case(case, Kind::CaseConsent) else { return };
        let asked = self.request_of(consent, &request).filter(|it| it.answered_on.is_none());
        let outcome = Outcome::of(&answer.outcome);
        let (Some(asked), Some(outcome)) = (asked, outcome) else {
            return Self::tell(step, ReportNotice::NotNow);
        };
        if asked.identified_on.is_none() {
            return Self::tell_lacking(step, "identified");
        }
        let AnswerWish { outcome: code, reasons, words, means } = answer;
        let is_refused = matches!(outcome, Outcome::Refused | Outcome::Partial);
        let has_reason = reasons.iter().any(|it| Reason::of(it).is_some());
        if is_refused && (words.trim().is_empty() || !has_reason) {
            return Self::tell_lacking(step, "justification");
        }
        let is_erased = asked.kind == RequestKind::Erasure && !is_refused;
        if is_erased && self.is_held(consent) {
            return Self::tell_lacking(step, "held");
        }
        let answered =
            Act::Answered { request, outcome: code, reasons, words, means, package: None };
        self.note_act(step, consent, answered);
        if is_erased {
            self.erase_case(step, case, consent);
        }
        self.show_report_part(step, consent);
    }

    /// Destroys what the consultant keeps of a case. What was agreed, and what was told to others, is
    /// owed as a record and stays for its term.
    fn erase_case(&mut self, step: &mut Step<'_, '_>, case: DocumentId, consent: DocumentId) {
        let why = ("erasure", step.now());
        let copies = self.all_copied().into_iter().filter(|it| it.case == case);
        let copies = copies.filter(|it| it.copy.deleted_at.is_none());
        let mut gone: Vec<(DocumentId, Kind)> =
            copies.map(|it| (it.shared.unwrap_or(it.draft), Kind::Supervision)).collect();
        gone.extend(self.notes_of(case).into_iter().map(|id| (id, Kind::Note)));
        gone.extend(self.part_of_case(case, Kind::CasePrivate).map(|id| (id, Kind::CasePrivate)));
        for what in gone {
            self.destroy_for(step, consent, what, why);
        }
    }

    /// A request with what became of it.
    fn request_of(&self, consent: DocumentId, request: &ActId) -> Option<Request> {
        let acts = self.acts_in(Some(consent));
        let row = rows(&acts).into_iter().find(|(id, ..)| *id == request)?;
        Some(row.1)
    }

    pub(super) fn rights_view(&self, now: UnixMillis, id: DocumentId) -> RightsView {
        let acts = self.acts_in(Some(id));
        let ledger = self.ledger_of(id);
        let today = Date::at(now);
        let is_answered = |copy, supervisor| {
            let scope = Scope::Exact(use_of(copy, supervisor));
            let standing = ledger.standing(Matter::Supervision, Some(&scope));
            standing.is_some_and(|it| it.event.decision != Decision::AskEachTime)
        };
        let mut view = RightsView {
            document: id,
            requests: rows(&acts).into_iter().map(|row| request_row(row, &acts, today)).collect(),
            asks: vec![],
            holds: vec![],
            certificates: vec![],
            successors: vec![],
            left: vec![],
            kept_until: None,
            keep_copy_by: None,
        };
        self.say_terms(&mut view, now);
        let successors = rights::successors(&acts);
        for (act, Entry { at, act: what }) in &acts {
            if let Act::Asked { copy, supervisor, name } = what {
                view.asks.push(AskRow {
                    scope: use_of(*copy, *supervisor),
                    supervisor: name.clone(),
                    at: *at,
                    is_answered: is_answered(*copy, *supervisor),
                });
            }
            if let Act::Held { reason } = what {
                let lifted = Act::Lifted { hold: act.clone() };
                let is_lifted = acts.iter().any(|(_, it)| it.act == lifted);
                let (hold, reason) = (act.clone(), reason.clone());
                view.holds.push(HoldRow { hold, reason, since: *at, is_lifted });
            }
            if let Act::Gone(attested) = what {
                let key = |device| self.holder_of(device).map(|it| it.key);
                let certificate = rights::certificate(attested, key).filter(|it| it.consent == id);
                view.certificates.extend(certificate);
            }
            if let Act::HandedOver { account, name } = what
                && successors.contains(account)
            {
                view.successors.push((*account, name.clone()));
            }
            if let Act::Left { report } = what {
                view.left.push(*report);
            }
        }
        view
    }

    /// Until when what is written is kept.
    fn say_terms(&self, view: &mut RightsView, now: UnixMillis) {
        let case = self.case_with_part(view.document, Kind::CaseConsent);
        let facts = match case {
            Some(case) => self.facts_of(case),
            None => self.facts_beside(Some(view.document), None),
        };
        let today = Date::at(now);
        view.kept_until = match due(Class::Note, &facts, today) {
            Due::NotBegun => None,
            Due::Kept { until } | Due::Offered { until } | Due::Held { until } => {
                Some(until.to_string())
            }
            Due::Over { since, .. } => Some(since.plus_days(-1).to_string()),
        };
        if let (Some(_), Due::Offered { until }) = (case, due(Class::Shared, &facts, today)) {
            view.keep_copy_by = Some(until.to_string());
        }
    }

    pub(super) fn package_view(document: &Document) -> PackageView {
        let piece = |(place, piece): (String, Piece)| match piece {
            Piece::Text(text) => (place, text, None),
            Piece::Masked(reason) => (place, String::new(), Some(reason.code().to_owned())),
        };
        let pieces = package::pieces(&document.crdt).into_iter().map(piece).collect();
        PackageView { document: document.id, pieces }
    }
}

type Row<'a> = (&'a ActId, Request, &'a str, UnixMillis);

/// Every request with its number, what it asks for, and how far it is.
fn rows(acts: &[(ActId, Entry)]) -> Vec<Row<'_>> {
    let mut found = vec![];
    for (id, Entry { at, act }) in acts {
        let Act::Requested { kind, scope } = act else { continue };
        let Some(kind) = RequestKind::of(kind) else { continue };
        let when = |is_so: &dyn Fn(&Act) -> bool| {
            acts.iter().find(|(_, it)| is_so(&it.act)).map(|(_, it)| Date::at(it.at))
        };
        let request = Request {
            number: u32::try_from(found.len() + 1).unwrap_or(u32::MAX),
            kind,
            received_on: Date::at(*at),
            identified_on: when(
                &|act| matches!(act, Act::Identified { request, .. } if request == id),
            ),
            answered_on: when(&|act| matches!(act, Act::Answered { request, .. } if request == id)),
        };
        found.push((id, request, scope.as_str(), *at));
    }
    found
}

fn request_row(
    (id, request, scope, at): Row<'_>,
    acts: &[(ActId, Entry)],
    today: Date,
) -> RequestRow {
    let mut row = RequestRow {
        number: request.number,
        request: id.clone(),
        kind: request.kind.code().to_owned(),
        scope: scope.to_owned(),
        at,
        due_on: request.due_on().to_string(),
        days_left: request.days_left(today),
        identified: None,
        outcome: None,
        reasons: vec![],
        words: String::new(),
        means: String::new(),
        package: None,
    };
    for (_, entry) in acts {
        if let Act::Identified { request, how } = &entry.act
            && request == id
        {
            row.identified.get_or_insert(how.clone());
        }
        if let Act::Answered { request, outcome, reasons, words, means, package } = &entry.act
            && request == id
            && row.outcome.is_none()
        {
            row.outcome = Some(outcome.clone());
            row.reasons.clone_from(reasons);
            row.words.clone_from(words);
            row.means.clone_from(means);
            row.package = *package;
        }
    }
    row
}

fn choice_of(wish: &TextWish) -> Option<Choice> {
    if let Some((reason, words)) = &wish.left_out {
        return Some(Choice::LeftOut(Reason::of(reason)?, words.clone()));
    }
    let mask = |it: &crate::command::SpanWish| {
        let (start, end) = (usize::try_from(it.start).ok()?, usize::try_from(it.end).ok()?);
        Some(Mask { start, end, reason: Reason::of(&it.code)? })
    };
    wish.spans.iter().map(mask).collect::<Option<Vec<Mask>>>().map(Choice::Shown)
}

/// Why whole parts were left out, for the ledger.
fn words_of(parts: &[Part]) -> String {
    let words = parts.iter().filter_map(|it| match &it.choice {
        Some(Choice::LeftOut(_, words)) => Some(words.as_str()),
        Some(Choice::Shown(_)) | None => None,
    });
    words.collect::<Vec<_>>().join("\n")
}

fn value_text(value: &Value) -> String {
    match value {
        Value::Unset => String::new(),
        Value::Code(text) | Value::When(text) => text.clone(),
        Value::Codes(codes) => codes.join(" "),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => String::from(if *flag { "yes" } else { "no" }),
    }
}
