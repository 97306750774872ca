//! Reports, supervision, hand-over, and the employee's own rights: documents brought to the rules, and
//! what follows from them written back.

use shared::{
    id::{AccountId, DeviceId, DocumentId},
    log::org::Role,
    time::UnixMillis,
};

use super::{Desk, Login};
use crate::{
    casework::{
        attest::Attested,
        case,
        consent::{Ledger, Signatory},
        rights::{self, Act, ActId, Certificate, Entry},
        rule::disclosure::table::Rule,
    },
    command::ReportAct,
    document::{Document, chunk::heads_of, genesis::Kind},
    effect::Effect,
    journal::Step,
    view::{Notice, ReportNotice, ReportPart, View},
};

mod company;
mod contribute;
mod copy;
mod duty;
mod handover;
mod issue;
mod request;
mod term;

pub(super) use term::Left;

pub(super) use duty::Duties;

impl Desk {
    /// Carries out a wish.
    pub(crate) fn report_act(&mut self, step: &mut Step<'_, '_>, act: ReportAct) {
        match act {
            ReportAct::Begin { company, from, to } => {
                self.begin_report(step, company, &from, &to);
            }
            ReportAct::Contribute { report, case, group } => {
                self.contribute(step, report, case, &group);
            }
            ReportAct::State { report, text, cases } => {
                self.state_generally(step, report, text, &cases);
            }
            ReportAct::MergeGroups { report, from, into } => {
                self.merge_groups(step, report, &from, &into);
            }
            ReportAct::Go { report, to } => self.go_on_with(step, report, &to),
            ReportAct::Review { report, passed, words } => {
                self.review_report(step, report, passed, &words);
            }
            ReportAct::Look { report, place } => self.look_at(step, report, place),
            ReportAct::Show(document) => self.show_report_part(step, document),
            ReportAct::ProposeCopy(note) => self.propose_copy(step, note),
            ReportAct::MakeCopy { note, texts } => self.make_copy(step, note, &texts),
            ReportAct::Redact { copy, text } => self.redact_copy(step, copy, &text),
            ReportAct::CheckCopy(copy) => self.check_copy(step, copy),
            ReportAct::AskUse { copy, supervisor } => self.ask_use(step, copy, supervisor),
            ReportAct::ShareCopy { copy, supervisor } => self.share_copy(step, copy, supervisor),
            ReportAct::HandOver { case, successor } => self.hand_over_case(step, case, successor),
            ReportAct::Request { case, kind, scope } => self.note_request(step, case, kind, scope),
            ReportAct::Identify { case, request, how } => {
                self.identify_asker(step, case, request, how);
            }
            ReportAct::ProposePackage(case) => self.propose_package(step, case),
            ReportAct::Disclose { case, request, texts, means, is_looked_at } => {
                self.disclose_notes(step, case, (request, means), &texts, is_looked_at);
            }
            ReportAct::Answer { case, request, answer } => {
                self.answer_request(step, case, request, answer);
            }
            ReportAct::Hold { case, reason } => self.hold_case(step, case, reason),
            ReportAct::Lift { case, hold } => self.lift_hold(step, case, hold),
        }
    }

    /// Shows a document of this part, if it is one.
    pub(super) fn show_report_part(&self, step: &mut Step<'_, '_>, id: DocumentId) {
        let Some(document) = self.documents.get(&id) else { return };
        let view = match document.crdt.kind() {
            Some(Kind::Report) => {
                self.report_view(id).map(|view| ReportPart::Report(Box::new(view)))
            }
            Some(Kind::Supervision) => self.copy_view(id).map(ReportPart::Copy),
            Some(Kind::CaseConsent | Kind::Company) => {
                Some(ReportPart::Rights(self.rights_view(step.now(), id)))
            }
            Some(Kind::Package) => Some(ReportPart::Package(Self::package_view(document))),
            Some(
                Kind::Catalogue
                | Kind::CaseShared
                | Kind::Note
                | Kind::Directory
                | Kind::Roster
                | Kind::Slots
                | Kind::CasePrivate
                | Kind::CaseDisclosure
                | Kind::JobCard
                | Kind::Contribution
                | Kind::Opinion,
            )
            | None => None,
        };
        step.effects.extend(view.map(|view| Effect::Show(View::Report(view))));
    }

    /// The documents of a kind that are there today.
    fn of_kind(&self, kind: Kind) -> Vec<DocumentId> {
        let is_so = |it: &&Document| it.crdt.kind() == Some(kind) && self.current(it.id) == it.id;
        self.documents.values().filter(is_so).map(|it| it.id).collect()
    }

    /// The part of a case that is of a kind.
    fn part_of_case(&self, case: DocumentId, kind: Kind) -> Option<DocumentId> {
        let shared = self.documents.get(&self.current(case))?;
        let id = self.current(case::linked(&shared.crdt, kind)?);
        self.documents.get(&id).filter(|it| it.crdt.kind() == Some(kind)).map(|it| it.id)
    }

    /// The case that a document is part of.
    fn case_with_part(&self, part: DocumentId, kind: Kind) -> Option<DocumentId> {
        self.of_kind(Kind::CaseShared)
            .into_iter()
            .find(|it| self.part_of_case(*it, kind) == Some(part))
    }

    /// The newest notes of a case.
    fn notes_of(&self, case: DocumentId) -> Vec<DocumentId> {
        let case = self.current(case);
        let notes = self.of_kind(Kind::Note).into_iter();
        notes.filter(|id| self.case_of(*id) == Some(case)).collect()
    }

    /// Who holds a device.
    pub(super) fn holder_of(&self, device: DeviceId) -> Option<Signatory> {
        let key = self.org.as_ref()?.device(device)?.keys.verify;
        Some(Signatory { key, side: self.side_of(device)? })
    }

    fn ledger_of(&self, consent: DocumentId) -> Ledger {
        let read = |it: &Document| Ledger::read(&it.crdt, it.id, |device| self.holder_of(device));
        self.documents.get(&consent).map(read).unwrap_or_default()
    }

    /// What was done in a consent document, or a private one.
    fn acts_in(&self, id: Option<DocumentId>) -> Vec<(ActId, Entry)> {
        let document = id.and_then(|id| self.documents.get(&id));
        document.map_or(vec![], |it| rights::acts(&it.crdt, |device| self.side_of(device)))
    }

    /// Notes what was done.
    fn note_act(&mut self, step: &mut Step<'_, '_>, id: DocumentId, act: Act) -> bool {
        let entry = Entry { at: step.now(), act };
        self.edit(step, id, |tx| rights::add(tx, &entry))
    }

    /// Notes that a rule said no, where the consultant keeps it, and says so.
    fn block_by(
        &mut self,
        step: &mut Step<'_, '_>,
        case: DocumentId,
        about: DocumentId,
        rule: &Rule,
    ) {
        if let Some(private) = self.part_of_case(case, Kind::CasePrivate) {
            let (row, reason) = (rule.row.code().to_owned(), rule.reason.to_owned());
            self.note_act(step, private, Act::Blocked { row, reason, about });
        }
        Self::tell(step, ReportNotice::NotAgreed(rule.reason.to_owned()));
    }

    fn tell(step: &mut Step<'_, '_>, told: ReportNotice) {
        Self::notice(step, Notice::Report(told));
    }

    fn tell_lacking(step: &mut Step<'_, '_>, what: &str) {
        Self::tell(step, ReportNotice::Lacking(what.to_owned()));
    }

    /// Whether everything that the server has of a document is in it here: only then it is certain
    /// that nothing was taken back.
    fn is_certain(&self, id: DocumentId) -> bool {
        self.login == Login::In
            && self.duties.index_heard
            && !self.is_healing()
            && self
                .documents
                .get(&id)
                .is_some_and(|it| it.is_settled() && it.marked.is_empty() && it.suspects.is_empty())
    }

    fn is_role(&self, account: AccountId, role: Role) -> bool {
        let account = self.org.as_ref().and_then(|org| org.account(account));
        account.is_some_and(|it| it.role == role && it.is_open())
    }

    /// The employee of a case.
    pub(super) fn employee_of(&self, case: DocumentId) -> Option<AccountId> {
        let log = self.documents.get(&self.current(case))?.log.as_ref()?;
        let org = self.org.as_ref()?;
        let is_employee =
            |account: &AccountId| org.account(*account).is_some_and(|it| it.role == Role::Employee);
        log.members().map(|(account, _)| account).find(is_employee)
    }

    /// Destroys a document and notes in the case, for the employee, that it is gone.
    fn destroy_for(
        &mut self,
        step: &mut Step<'_, '_>,
        consent: DocumentId,
        (id, kind): (DocumentId, Kind),
        (reason, since): (&str, UnixMillis),
    ) {
        let Some(document) = self.documents.get(&id) else { return };
        let heads: Vec<u8> =
            heads_of(&document.crdt.heads()).into_iter().flat_map(|it| it.0).collect();
        let certificate = Certificate {
            consent,
            document: id,
            kind: kind.as_str().to_owned(),
            content: shared::hash::sha256(&[b"mendan/1/deleted", &heads]),
            reason: reason.to_owned(),
            since,
            at: step.now(),
        };
        self.certify_gone(step, consent, &certificate);
        self.shred_here(step, id);
    }

    /// Signs that something is gone, where the employee finds it.
    fn certify_gone(
        &mut self,
        step: &mut Step<'_, '_>,
        consent: DocumentId,
        certificate: &Certificate,
    ) {
        let keys = &self.keys;
        let domain = shared::sign::Domain::Deletion;
        let attested = Attested::new(domain, certificate, keys.id, &keys.device);
        self.note_act(step, consent, Act::Gone(attested));
    }
}
