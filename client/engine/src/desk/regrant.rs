//! Letting somebody back in who lost everything: in person, by those who manage the documents.

use shared::{
    id::{AccountId, DocumentId},
    log::{document::Access, org::Role},
};

use super::{Desk, Login};
use crate::{
    casework::catalogue,
    document::pending::{PendingEntry, Wish},
    effect::Effect,
    journal::Step,
    view::{Notice, RegrantView, View},
};

impl Desk {
    /// Lets `successor` into every document that `former` could read and this person manages, and
    /// `former` out of it. What others manage is left, and said; an admin manages nothing.
    pub(crate) fn regrant(
        &mut self,
        step: &mut Step<'_, '_>,
        former: AccountId,
        successor: AccountId,
    ) {
        if self.login != Login::In {
            return Self::notice(step, Notice::NeedsNetwork);
        }
        if !self.may_succeed(former, successor) {
            return;
        }
        let Some((me, _)) = self.me() else { return };
        let mut view = RegrantView { former, successor, regranted: 0, left: 0 };
        let mut due: Vec<(DocumentId, Access, bool)> = vec![];
        for document in self.documents.values() {
            let Some(log) = &document.log else { continue };
            let Some(access) = log.access(former) else { continue };
            if log.creator() == former || log.access(me) != Some(Access::Manager) {
                view.left += 1;
                continue;
            }
            view.regranted += 1;
            let is_in = log.access(successor).is_some_and(|has| has >= access);
            due.push((document.id, access, is_in));
        }
        for (id, access, is_in) in due {
            if !is_in {
                let entry = PendingEntry::new(Wish::Grant(successor, access), step.now());
                self.wish(step, id, entry);
            }
            self.wish(step, id, PendingEntry::new(Wish::Revoke(former), step.now()));
        }
        let cases = self.catalogue().map(|it| catalogue::cases_with(&it.crdt, former));
        for case in cases.into_iter().flatten() {
            self.edit_catalogue(step, |tx| catalogue::add_case(tx, case, successor));
        }
        step.effects.push(Effect::Show(View::Regranted(view)));
    }

    /// Two accounts of one person: alike, neither an admin's nor one's own, and the new one open.
    fn may_succeed(&self, former: AccountId, successor: AccountId) -> bool {
        let (Some((me, _)), Some(org)) = (self.me(), &self.org) else { return false };
        let (Some(old), Some(new)) = (org.account(former), org.account(successor)) else {
            return false;
        };
        former != successor
            && ![former, successor].contains(&me)
            && old.role == new.role
            && new.role != Role::Admin
            && new.is_open()
    }
}
