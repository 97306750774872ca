//! Letting a consultant into the employee's card, and out again.

use shared::order;
use shared::{
    id::{AccountId, DocumentId},
    log::org::Role,
    sync::ClientMessage,
};

use super::Desk;
use crate::{
    casework::{
        case::{self, CaseId},
        date::Date,
        job_card::{
            self, Grant, SHEETS,
            grant::{every_grant, tell_end},
        },
    },
    desk::Login,
    document::{
        Document,
        genesis::Kind,
        pending::{PendingEntry, Wish},
    },
    journal::Step,
    policy::{self, Party, Relation},
    record::Name,
    view::{CardNotice, Notice},
};

impl Desk {
    /// Shows some sheets to whoever is the consultant of a case, from today.
    pub(super) fn show_card(
        &mut self,
        step: &mut Step<'_, '_>,
        case: CaseId,
        sheets: &[String],
        until: &str,
    ) {
        let Some(id) = self.own_card() else { return };
        let today = Date::at(step.now());
        let Some(until) = Date::parse(until).filter(|until| *until >= today) else {
            return Self::notice(step, Notice::Card(CardNotice::ShownUntilPast));
        };
        let case = self.current(case);
        let accounts = self.consultants_of(case);
        let known = SHEETS.iter().filter(|sheet| sheets.iter().any(|it| it == **sheet));
        let sheets: Vec<&str> = known.copied().collect();
        if sheets.is_empty() || accounts.is_empty() {
            return Self::notice(step, Notice::Card(CardNotice::NothingShown));
        }
        let grant = Grant { id: Self::new_item(step), case, accounts, sheets, from: today, until };
        if self.edit(step, id, |tx| job_card::show(tx, &grant)) {
            self.settle_members(step, id, today);
        }
        self.refresh_open(step, id);
    }

    /// Withdraws a grant. That never waits for a network: it is said in the card, and where the
    /// consultant reads on when they are let out of the card.
    pub(super) fn unshow_card(&mut self, step: &mut Step<'_, '_>, grant: &str) {
        let Some(id) = self.own_card() else { return };
        let Some(document) = self.documents.get(&id) else { return };
        let grants = job_card::grants(&document.crdt);
        let Some(grant) = grants.into_iter().find(|it| it.id == grant) else { return };
        let item = Self::new_item(step);
        self.edit(step, id, |tx| job_card::withdraw(tx, &item, &grant.id));
        let shared = self.documents.get(&self.current(grant.case));
        let consent = shared.and_then(|it| case::linked(&it.crdt, Kind::CaseConsent));
        if let Some(consent) = consent.map(|consent| self.current(consent)) {
            let item = Self::new_item(step);
            self.edit(step, consent, |tx| tell_end(tx, &item, &grant.id));
        }
        self.settle_members(step, id, Date::at(step.now()));
        self.refresh_open(step, id);
    }

    /// Once a day and connection: whom a grant named whose time is over is let out, and whom one in
    /// force names is in, whatever other devices did meanwhile.
    pub(in crate::desk) fn mind_card(&mut self, step: &mut Step<'_, '_>) {
        let today = Date::at(step.now());
        let may = self.login == Login::In && self.is_open() && !self.is_healing();
        if !may || self.card_minded == Some(today) || self.role() != Some(Role::Employee) {
            return;
        }
        let Some(id) = self.own_card() else { return };
        if self.documents.get(&id).is_some_and(Document::is_settled) {
            self.card_minded = Some(today);
            self.settle_members(step, id, today);
        }
    }

    fn settle_members(&mut self, step: &mut Step<'_, '_>, id: DocumentId, today: Date) {
        let Some(document) = self.documents.get(&id) else { return };
        let every = every_grant(&document.crdt);
        let is_shown = |account: AccountId| {
            every.iter().any(|(grant, is_withdrawn)| {
                !is_withdrawn
                    && grant.is_in_force(today)
                    && grant.accounts.contains(&account)
                    && self.holds_case(grant.case, account, today)
            })
        };
        let mut named: Vec<AccountId> =
            every.iter().flat_map(|(grant, _)| grant.accounts.iter().copied()).collect();
        order::by(&mut named, Ord::cmp);
        named.dedup();
        let (mut newcomers, mut leavers) = (vec![], vec![]);
        for account in named {
            match (is_shown(account), document.foresees(account)) {
                (true, false) => newcomers.push(account),
                (false, true) => leavers.push(account),
                (true, true) | (false, false) => {}
            }
        }
        let party = |account| Party { account, role: Role::Consultant, relation: Relation::Shown };
        let parties: Vec<Party> = newcomers.into_iter().map(party).collect();
        for (account, access) in policy::members(Kind::JobCard, &parties) {
            self.grant(step, id, account, access);
        }
        for account in leavers {
            self.let_out_of_card(step, id, account);
        }
    }

    /// Takes back what nobody was told yet; otherwise takes the access away.
    fn let_out_of_card(&mut self, step: &mut Step<'_, '_>, id: DocumentId, account: AccountId) {
        let Some(document) = self.documents.get_mut(&id) else { return };
        let mut untold = vec![];
        document.pending.retain(|(counter, pending)| {
            let is_his = matches!(pending.wish, Wish::Grant(who, _) if who == account);
            let is_untold = is_his && pending.entry.is_none();
            if is_untold {
                untold.push(*counter);
            }
            !is_untold
        });
        let is_member = document.log.as_ref().is_some_and(|log| log.access(account).is_some());
        let is_foreseen = document.foresees(account);
        for counter in untold {
            step.delete(&self.sealer, Name::Pending(id, counter));
        }
        match (is_foreseen, is_member) {
            (false, _) => {}
            (true, true) => self.remove_member(step, id, account),
            (true, false) => {
                self.wish(step, id, PendingEntry::new(Wish::Revoke(account), step.now()));
            }
        }
    }

    /// The consultants who have a case: whoever opened it, and whom it was handed to.
    fn consultants_of(&self, case: CaseId) -> Vec<AccountId> {
        let (Some(org), Some(document)) = (&self.org, self.documents.get(&case)) else {
            return vec![];
        };
        let is_consultant = |account: &AccountId| {
            org.account(*account).is_some_and(|it| it.role == Role::Consultant && it.is_open())
        };
        let is_case = document.crdt.kind() == Some(Kind::CaseShared);
        let log = document.log.iter().filter(|_| is_case);
        let members = log.flat_map(shared::log::document::DocumentLog::members);
        members.map(|(account, _)| account).filter(is_consultant).collect()
    }

    /// Whether a consultant still has a case that is not over, as far as it is here.
    fn holds_case(&self, case: CaseId, account: AccountId, today: Date) -> bool {
        let case = self.current(case);
        let document = self.documents.get(&case);
        let log = document.and_then(|it| it.log.as_ref());
        log.is_none_or(|log| log.access(account).is_some()) && !self.is_card_over(case, today)
    }

    /// Another phone of the same person's began the card first: this one goes on in that.
    pub(in crate::desk) fn begun_elsewhere(&mut self, step: &mut Step<'_, '_>, id: DocumentId) {
        if let Some(document) = self.documents.get_mut(&id) {
            document.pending_sent = false;
        }
        Self::send(step, ClientMessage::PullLog { document: Some(id), from: 0 });
    }
}
