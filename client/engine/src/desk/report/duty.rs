//! What follows by itself from what an employee decided: nobody has to remember it, and a device that
//! was offline makes up for it as soon as it hears.

use shared::{
    id::{AccountId, DocumentId},
    log::org::Role,
    map::Map,
};

use super::Desk;
use crate::{
    casework::{
        consent::{Decision, Matter},
        contribution,
        field::Field,
        item::date,
        report,
        rights::{Act, Certificate},
        rule::{
            contribution::{Contributions, CountError},
            disclosure::Consent,
        },
        slot,
    },
    document::{Document, genesis::Kind},
    journal::Step,
};

/// What was looked at, and what waits.
#[derive(Default)]
pub(in crate::desk) struct Duties {
    /// Everything looked at was as this says.
    basis: Option<[u64; 3]>,
    /// The same of the documents that bear on it.
    detail: [u64; 2],
    /// Something waits until it is certain that nothing was taken back.
    is_waiting: bool,
    /// The server has said on this connection how far every document is.
    pub(in crate::desk) index_heard: bool,
    /// Who agrees to be counted, by the consent document and how often it, and the org log, changed.
    counting: Map<DocumentId, ([u64; 2], Consent)>,
}

const LOOKED_AT: [Kind; 6] = [
    Kind::CaseConsent,
    Kind::CasePrivate,
    Kind::Company,
    Kind::Contribution,
    Kind::Report,
    Kind::Supervision,
];

impl Desk {
    /// Does what follows from consents, if anything that bears on it changed.
    pub(in crate::desk) fn do_duties(&mut self, step: &mut Step<'_, '_>) {
        let role = self.role().filter(|it| matches!(it, Role::Consultant | Role::Employee));
        let Some(role) = role.filter(|_| self.is_open() && !self.is_retired()) else { return };
        let may_be_certain = self.duties.is_waiting && self.duties.index_heard;
        let all = self.documents.values().map(|it| it.crdt.changed()).sum();
        let basis = [all, self.org_length(), u64::from(self.duties.index_heard)];
        if self.duties.basis == Some(basis) && !may_be_certain {
            return;
        }
        self.duties.basis = Some(basis);
        let looked_at = self
            .documents
            .values()
            .filter(|it| it.crdt.kind().is_some_and(|kind| LOOKED_AT.contains(&kind)));
        // A new note of a case goes to its successor as well.
        let documents = u64::try_from(self.documents.len()).unwrap_or(u64::MAX);
        let detail = [looked_at.map(|it| it.crdt.changed()).sum(), documents];
        if self.duties.detail == detail && !may_be_certain {
            return;
        }
        self.duties.detail = detail;
        if role == Role::Employee {
            self.duties.is_waiting = self.mind_being_counted(step);
            return;
        }
        let cases = self.of_kind(Kind::CaseShared).into_iter().filter(|it| self.manages(*it));
        let cases: Vec<DocumentId> = cases.collect();
        self.mind_closing(step, &cases);
        self.mind_terms(step, &cases);
        let waits = self.mind_counting(step, &cases) | self.mind_copies(step);
        self.duties.is_waiting = self.mind_successors(step, &cases) || waits;
    }

    /// Reports count people, and nobody but an employee's own device knows of all their cases: it says
    /// once and for all which of them stands for them, the one in which they agreed first. Whether that
    /// waits until it has heard of every case.
    fn mind_being_counted(&mut self, step: &mut Step<'_, '_>) -> bool {
        let consents = self.of_kind(Kind::CaseConsent);
        if consents.iter().any(|it| self.stands_for_somebody(Some(*it))) {
            return false;
        }
        let agreed = |id: &DocumentId| {
            let ledger = self.ledger_of(*id);
            let standing = ledger.standing(Matter::Counting, None)?;
            let is_yes = standing.event.decision == Decision::Agreed;
            is_yes.then_some((standing.event.at, *id))
        };
        let Some((_, first)) = consents.iter().filter_map(agreed).min() else { return false };
        let may_say = |it: &Document| {
            let may_be_one = matches!(it.crdt.kind(), None | Some(Kind::CaseConsent));
            !may_be_one || it.is_shredded() || self.is_certain(it.id)
        };
        if !self.documents.values().all(may_say) {
            return true;
        }
        self.note_act(step, first, Act::Counts);
        false
    }

    /// Whether the employee's device said that in this case they are counted.
    pub(super) fn stands_for_somebody(&self, consent: Option<DocumentId>) -> bool {
        self.acts_in(consent).iter().any(|(_, it)| it.act == Act::Counts)
    }

    /// The day a case was closed on is kept where it outlives the private document.
    fn mind_closing(&mut self, step: &mut Step<'_, '_>, cases: &[DocumentId]) {
        for case in cases {
            let private = self.part_of_case(*case, Kind::CasePrivate);
            let closed = private.and_then(|id| self.documents.get(&id));
            let closed = closed.and_then(|it| date(&it.crdt, &Field::top("closing_on")));
            let (Some(on), Some(consent)) = (closed, self.part_of_case(*case, Kind::CaseConsent))
            else {
                continue;
            };
            let on = on.to_string();
            let acts = self.acts_in(Some(consent));
            let last = acts.iter().rev().find(|(_, it)| matches!(it.act, Act::Closed { .. }));
            if last.is_none_or(|(_, it)| it.act != Act::Closed { on: on.clone() }) {
                self.note_act(step, consent, Act::Closed { on });
            }
        }
    }

    /// How long the contract keeps notes is said where the employee reads it, and where it outlives the
    /// slots that lead from a case to its company.
    fn mind_terms(&mut self, step: &mut Step<'_, '_>, cases: &[DocumentId]) {
        let mut chosen: Vec<(DocumentId, u32)> = vec![];
        for slots in self.of_kind(Kind::Slots) {
            let company = self.documents.get(&slots).and_then(|it| slot::about(&it.crdt));
            let years = company.and_then(|(id, _)| self.contract_years(id, "note_years"));
            chosen.extend(years.and_then(|it| u32::try_from(it).ok()).map(|years| (slots, years)));
        }
        for case in cases.iter().filter(|_| !chosen.is_empty()) {
            let consent = self.part_of_case(*case, Kind::CaseConsent);
            let (Some(consent), Some(employee)) = (consent, self.employee_of(*case)) else {
                continue;
            };
            let is_theirs = |(slots, _): &&(DocumentId, u32)| {
                let log = self.documents.get(slots).and_then(|it| it.log.as_ref());
                log.is_some_and(|log| log.access(employee).is_some())
            };
            // Who came through several companies has the longest: what is destroyed does not come back.
            let years = chosen.iter().filter(is_theirs).map(|(_, years)| *years).max();
            let acts = self.acts_in(Some(consent));
            let last = acts.iter().rev().find_map(|(_, it)| {
                if let Act::Term { years } = it.act { Some(years) } else { None }
            });
            if let Some(years) = years.filter(|years| last != Some(*years)) {
                self.note_act(step, consent, Act::Term { years });
            }
        }
    }

    /// Takes out of reports whoever no longer agrees to be counted (C7), once it is certain that they
    /// do not: on a new device contributions may be here before the consents they rest on. Whether any
    /// of that waits.
    fn mind_counting(&mut self, step: &mut Step<'_, '_>, cases: &[DocumentId]) -> bool {
        let mut waits = false;
        for report in self.of_kind(Kind::Report) {
            let own = self.contributions_of_mine(report);
            let (Some(own), Some(secret)) = (own, self.secret_of(report)) else { continue };
            for case in cases {
                let pseudonym = secret.pseudonym(self.origin_of(*case));
                let crdt = self.documents.get(&own).map(|it| &it.crdt);
                let places: Vec<Field> =
                    crdt.map_or(vec![], |crdt| contribution::places(crdt, pseudonym).collect());
                if places.is_empty() || self.counted_consent(*case) == Consent::Given {
                    continue;
                }
                let consent = self.part_of_case(*case, Kind::CaseConsent);
                if !consent.is_some_and(|id| self.is_certain(id)) {
                    waits = true;
                    continue;
                }
                let state = self.documents.get(&report).map(|it| report::state(&it.crdt));
                let Some(state) = state else { continue };
                match Contributions::default().withdraw(pseudonym, state) {
                    Ok(_) => {
                        self.edit(step, own, |tx| contribution::withdraw(tx, &places));
                        self.certify_withdrawal(step, *case, report);
                    }
                    Err(CountError::Final | CountError::Closed | CountError::NotAgreed) => {
                        self.note_left(step, *case, report);
                    }
                }
            }
        }
        waits
    }

    fn counted_consent(&mut self, case: DocumentId) -> Consent {
        let Some(consent) = self.part_of_case(case, Kind::CaseConsent) else {
            return Consent::Unknown;
        };
        let changed = self.documents.get(&consent).map_or(0, |it| it.crdt.changed());
        let basis = [changed, self.org_length()];
        let known = self.duties.counting.get(&consent).filter(|(known, _)| *known == basis);
        if let Some((_, counting)) = known {
            return *counting;
        }
        let counting = self.counting_consent(case);
        self.duties.counting.insert(consent, (basis, counting));
        counting
    }

    fn certify_withdrawal(
        &mut self,
        step: &mut Step<'_, '_>,
        case: DocumentId,
        report: DocumentId,
    ) {
        let Some(consent) = self.part_of_case(case, Kind::CaseConsent) else { return };
        let standing = self.ledger_of(consent).standing(Matter::Counting, None);
        let certificate = Certificate {
            consent,
            document: report,
            kind: Kind::Contribution.as_str().to_owned(),
            content: [0; 32],
            reason: String::from("withdrawn"),
            since: standing.map_or(step.now(), |it| it.event.at),
            at: step.now(),
        };
        self.certify_gone(step, consent, &certificate);
    }

    /// The report has left: the employee is told that they are in it.
    fn note_left(&mut self, step: &mut Step<'_, '_>, case: DocumentId, report: DocumentId) {
        let Some(consent) = self.part_of_case(case, Kind::CaseConsent) else { return };
        let acts = self.acts_in(Some(consent));
        let left = Act::Left { report };
        if !acts.iter().any(|(_, it)| it.act == left) {
            self.note_act(step, consent, left);
        }
    }

    /// Destroys copies that the employee no longer agrees to, and shares those that waited for it to be
    /// certain; whether any still waits.
    fn mind_copies(&mut self, step: &mut Step<'_, '_>) -> bool {
        let mut waits = false;
        for copied in self.all_copied() {
            // What a new device has not heard yet was not taken back.
            if copied.copy.is_to_delete() && !self.is_certain(copied.consent) {
                waits = true;
            } else if copied.copy.is_to_delete() {
                let standing = self.ledger_of(copied.consent).standing(Matter::Supervision, None);
                let since = standing.map_or(step.now(), |it| it.event.at);
                let document = copied.shared.unwrap_or(copied.draft);
                let what = (document, Kind::Supervision);
                self.destroy_for(step, copied.consent, what, ("withdrawn", since));
                self.note_act(step, copied.private, Act::Deleted { copy: copied.draft });
                if copied.wanted.is_some() {
                    let rule = crate::casework::rule::supervision::rule(copied.copy.consent());
                    self.block_by(step, copied.case, copied.draft, rule);
                }
            } else if copied.wanted.is_some() {
                if self.is_certain(copied.consent) {
                    self.share_now(step, copied.draft);
                } else {
                    waits = true;
                }
            }
        }
        waits
    }

    /// Opens cases to successors that waited for it to be certain, and closes them to those whom the
    /// employee no longer agrees to (C9); whether any still waits.
    fn mind_successors(&mut self, step: &mut Step<'_, '_>, cases: &[DocumentId]) -> bool {
        let mut waits = false;
        for case in cases {
            let Some(consent) = self.part_of_case(*case, Kind::CaseConsent) else { continue };
            let wanted = self.wanted_successor(*case);
            let successors: Vec<AccountId> =
                crate::casework::rights::successors(&self.acts_in(Some(consent)));
            if wanted.is_none() && successors.is_empty() {
                continue;
            }
            if let Some(account) = wanted {
                if self.is_certain(consent) {
                    self.let_successor_in(step, *case, account);
                } else {
                    waits = true;
                }
            }
            for account in successors {
                waits |= self.mind_successor(step, *case, account);
            }
        }
        waits
    }
}
