//! Who reads a document, and what people are called here.

use shared::{
    id::{AccountId, DocumentId},
    log::{
        document::{Access, Life},
        org::Role,
    },
};

use super::Desk;
use crate::{
    casework::case,
    document::{Document, genesis::Kind, pending::Wish},
    effect::Effect,
    journal::Step,
    view::{MemberRow, MembersView, View},
};

impl Desk {
    /// Shows who reads each open document, whenever that changed.
    pub(super) fn show_members(&mut self, step: &mut Step<'_, '_>) {
        let ids: Vec<DocumentId> = self.open.keys().copied().collect();
        self.shown.members.retain(|id, _| ids.contains(id));
        for id in ids {
            // Reading names out is dear, and this is asked at every key stroke.
            let basis = self.members_basis(id);
            if self.shown.members.get(&id) == Some(&basis) {
                continue;
            }
            if let Some(view) = self.members(id) {
                step.effects.push(Effect::Show(View::Members(view)));
                self.shown.members.insert(id, basis);
            }
        }
    }

    /// What the list is made from, as far as it can change: the lengths of the logs, wishes under
    /// way, changes of the catalogue and of the directory.
    fn members_basis(&self, id: DocumentId) -> [u64; 5] {
        let document = self.documents.get(&id);
        let log = document.and_then(|document| document.log.as_ref());
        let waiting = document.map_or(0, |document| document.pending.len());
        [
            log.map_or(0, |log| log.head().length),
            self.org_length(),
            u64::try_from(waiting).unwrap_or(u64::MAX),
            self.catalogue().map_or(0, |catalogue| catalogue.crdt.changed()),
            self.changes_of(|it| it.crdt.kind() == Some(Kind::Directory)),
        ]
    }

    fn members(&self, id: DocumentId) -> Option<MembersView> {
        let (document, (me, _), org) = (self.documents.get(&id)?, self.me()?, self.org.as_ref()?);
        let log = document.log.as_ref()?;
        let manages = log.access(me) == Some(Access::Manager) && log.life() != Life::Shredded;
        let mut members: Vec<MemberRow> = vec![];
        let mut others = vec![];
        for (account, known) in org.accounts() {
            let access = log.access(account);
            let is_candidate = known.is_open() && known.role != Role::Admin;
            let row = || MemberRow {
                account,
                name: self.name_of(account),
                role: known.role,
                access,
                is_me: account == me,
                can_leave: manages && account != me && account != log.creator(),
            };
            match access {
                Some(_) => members.push(row()),
                None if manages && is_candidate && account != log.creator() => others.push(row()),
                None => {}
            }
        }
        let is_wish = |wish: &Wish| matches!(wish, Wish::Grant(..) | Wish::Revoke(_));
        let waiting = document.pending.iter().filter(|(_, it)| is_wish(&it.wish)).count();
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        Some(MembersView { document: id, members, others, waiting })
    }

    /// What this person calls somebody; empty where nothing here says.
    pub(super) fn name_of(&self, account: AccountId) -> String {
        let Some((me, _)) = self.me() else { return String::new() };
        if account == me {
            return self.own_name();
        }
        self.employee_name(account)
            .or_else(|| self.profile_name(account))
            .or_else(|| self.consultant_name(account))
            .unwrap_or_default()
    }

    /// Who made a case wrote their name into it.
    fn consultant_name(&self, account: AccountId) -> Option<String> {
        let made = |it: &&Document| {
            it.crdt.kind() == Some(Kind::CaseShared)
                && it.log.as_ref().is_some_and(|log| log.creator() == account)
        };
        self.documents.values().find(made).map(|it| case::consultant_name(&it.crdt))
    }
}
