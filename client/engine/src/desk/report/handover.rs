//! A case in the hands of the next consultant (C9).

use shared::{
    id::{AccountId, DocumentId},
    log::org::Role,
};

use super::Desk;
use crate::{
    casework::{
        consent::{Decision, Ledger, Matter, Scope},
        rights::{Act, held_since},
        rule::{
            disclosure::Consent,
            handover::{Agreement, Choice},
        },
    },
    document::{genesis::Kind, pending::Wish},
    journal::Step,
    policy::{self, Relation},
    view::ReportNotice,
};

/// What the employee said to a case going to this successor.
pub(super) fn agreement(ledger: &Ledger, successor: AccountId) -> Agreement {
    let standing = ledger.standing_for(Matter::HandOver, successor);
    let is_named = standing.as_ref().is_some_and(|it| it.event.scope == Scope::To(successor));
    let choice = match standing.map(|it| it.event.decision) {
        Some(Decision::Agreed) => Choice::Yes,
        Some(Decision::AskEachTime) => Choice::EachTime,
        Some(Decision::Refused) => Choice::No,
        Some(Decision::Withdrawn) => Choice::Withdrawn,
        Some(Decision::Explained) | None => Choice::Unasked,
    };
    let is_agreed = is_named && choice == Choice::Yes;
    Agreement { choice, agreed: if is_agreed { vec![successor] } else { vec![] } }
}

impl Desk {
    /// Opens a case to a successor as soon as it is certain that the employee agrees.
    pub(super) fn hand_over_case(
        &mut self,
        step: &mut Step<'_, '_>,
        case: DocumentId,
        successor: AccountId,
    ) {
        let case = self.current(case);
        let me = self.me().map(|(me, _)| me);
        let parts = (
            self.part_of_case(case, Kind::CaseConsent),
            self.part_of_case(case, Kind::CasePrivate),
        );
        let may = self.manages(case) && me != Some(successor);
        let (Some(consent), Some(private)) = parts else {
            return Self::tell_lacking(step, "consent");
        };
        if !may || !self.is_role(successor, Role::Consultant) {
            return Self::tell(step, ReportNotice::NotNow);
        }
        self.note_act(step, private, Act::ToHandOver { account: successor });
        if self.is_certain(consent) {
            self.let_successor_in(step, case, successor);
        } else {
            Self::tell(step, ReportNotice::Awaiting);
        }
        self.show_report_part(step, consent);
    }

    /// The successor for whom the case waits.
    pub(super) fn wanted_successor(&self, case: DocumentId) -> Option<AccountId> {
        let acts = self.acts_in(self.part_of_case(case, Kind::CasePrivate));
        let wish = |act: &Act| {
            let Act::ToHandOver { account } = act else { return None };
            Some(*account)
        };
        let at = acts.iter().rposition(|(_, it)| wish(&it.act).is_some())?;
        let (_, entry) = acts.get(at)?;
        let account = wish(&entry.act)?;
        let is_blocked = acts
            .iter()
            .skip(at)
            .any(|(_, it)| matches!(&it.act, Act::Blocked { about, .. } if *about == case));
        let done = self.acts_in(self.part_of_case(case, Kind::CaseConsent));
        let is_done = done.iter().any(|(_, it)| {
            matches!(&it.act, Act::HandedOver { account: to, .. } if *to == account)
                && it.at >= entry.at
        });
        (!is_blocked && !is_done).then_some(account)
    }

    /// Opens every part of a case to whom the employee agreed to, or notes why not.
    pub(super) fn let_successor_in(
        &mut self,
        step: &mut Step<'_, '_>,
        case: DocumentId,
        account: AccountId,
    ) {
        let Some(consent) = self.part_of_case(case, Kind::CaseConsent) else { return };
        let agreement = agreement(&self.ledger_of(consent), account);
        let rule = agreement.rule(account);
        if rule.permit.is_none() {
            return self.block_by(step, case, case, rule);
        }
        let name = self.name_of(account);
        self.note_act(step, consent, Act::HandedOver { account, name });
        self.open_parts_to(step, case, account);
    }

    /// A successor has every part that there is, as long as the employee agrees; whether something of
    /// it waits.
    pub(super) fn mind_successor(
        &mut self,
        step: &mut Step<'_, '_>,
        case: DocumentId,
        account: AccountId,
    ) -> bool {
        let Some(consent) = self.part_of_case(case, Kind::CaseConsent) else { return false };
        if agreement(&self.ledger_of(consent), account).consent_to(account) == Consent::Given {
            self.open_parts_to(step, case, account);
            return false;
        }
        let parts = self.parts_of(case);
        let is_coming = |(id, kind): &(DocumentId, Kind)| {
            let access = policy::access(*kind, Relation::Successor);
            let wish = access.map(|access| Wish::Grant(account, access));
            self.documents.get(id).zip(wish).is_some_and(|(it, wish)| it.is_wished(&wish))
        };
        // Whoever is still on the way in can only be turned back when they are there.
        if parts.iter().any(is_coming) {
            return true;
        }
        for (id, _) in parts {
            let has = |it: &crate::document::Document| {
                let is_in = it.log.as_ref().is_some_and(|log| log.access(account).is_some());
                is_in && !it.is_wished(&Wish::Revoke(account))
            };
            if self.documents.get(&id).is_some_and(has) {
                self.remove_member(step, id, account);
            }
        }
        self.note_act(step, consent, Act::TakenBack { account });
        false
    }

    fn open_parts_to(&mut self, step: &mut Step<'_, '_>, case: DocumentId, account: AccountId) {
        for (id, kind) in self.parts_of(case) {
            let Some(access) = policy::access(kind, Relation::Successor) else { continue };
            let wish = Wish::Grant(account, access);
            let lacks = |it: &crate::document::Document| {
                let is_in = it.log.as_ref().is_some_and(|log| log.access(account).is_some());
                !is_in && !it.is_wished(&wish)
            };
            if self.manages(id) && self.documents.get(&id).is_some_and(lacks) {
                self.grant(step, id, account, access);
            }
        }
    }

    /// Every document of a case that goes with it: what was made for others does not.
    pub(super) fn parts_of(&self, case: DocumentId) -> Vec<(DocumentId, Kind)> {
        let case = self.current(case);
        let kinds = [Kind::CaseConsent, Kind::CasePrivate, Kind::CaseDisclosure];
        let parts =
            kinds.into_iter().filter_map(|kind| Some((self.part_of_case(case, kind)?, kind)));
        let notes = self.notes_of(case).into_iter().map(|id| (id, Kind::Note));
        core::iter::once((case, Kind::CaseShared)).chain(parts).chain(notes).collect()
    }

    /// Stops everything of a case from being destroyed.
    pub(super) fn hold_case(&mut self, step: &mut Step<'_, '_>, case: DocumentId, reason: String) {
        let Some(consent) = self.consent_of_case(case) else { return };
        if reason.trim().is_empty() {
            return Self::tell_lacking(step, "reason");
        }
        self.note_act(step, consent, Act::Held { reason });
        self.show_report_part(step, consent);
    }

    /// Ends a hold.
    pub(super) fn lift_hold(&mut self, step: &mut Step<'_, '_>, case: DocumentId, hold: String) {
        let Some(consent) = self.consent_of_case(case) else { return };
        self.note_act(step, consent, Act::Lifted { hold });
        self.show_report_part(step, consent);
    }

    /// Whether a legal hold stops the case.
    pub(super) fn is_held(&self, consent: DocumentId) -> bool {
        held_since(&self.acts_in(Some(consent))).is_some()
    }
}
