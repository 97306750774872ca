//! Who comes by themself: one code for many, on a poster.
//!
//! The org log says that somebody joined by the grant; of which company that grant is, only the
//! catalogue of whoever made the poster says. So the company's documents and its list learn nothing,
//! and neither does anybody who reads them. The one who made the poster lets newcomers into slots
//! that belong to no wave; the consultant whose slot is taken sees who took it, and opens a case.

use shared::{
    id::{AccountId, DocumentId},
    limit::GRANT_USES_MAX,
};

use super::Desk;
use crate::{
    casework::{
        case,
        catalogue::{self, Poster},
    },
    desk::Fruit,
    effect::Effect,
    journal::Step,
    view::{InvitationFor, InvitationView, NewcomerRow, View},
};

impl Desk {
    /// Makes a code for a poster.
    pub(super) fn make_poster(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        alias: String,
        (uses, days): (u32, u32),
    ) {
        let Some(company) = self.company_of_mine(step, id).map(|it| it.id) else { return };
        let uses = uses.clamp(1, GRANT_USES_MAX);
        self.wish_grant(step, alias, (uses, days), |mut invitation| {
            invitation.purpose = InvitationFor::Poster;
            Fruit::Poster { company, invitation }
        });
    }

    /// The grant of a poster is in the org log: noted in one's own catalogue and shown.
    pub(in crate::desk) fn poster_made(
        &mut self,
        step: &mut Step<'_, '_>,
        grant: u64,
        company: DocumentId,
        invitation: InvitationView,
    ) {
        let poster = Poster { grant, company, alias: invitation.name.clone() };
        self.edit_catalogue(step, |tx| catalogue::add_poster(tx, &poster));
        step.effects.push(Effect::Show(View::Invitation(invitation)));
    }

    fn posters(&self) -> Vec<Poster> {
        self.catalogue().map(|it| catalogue::posters(&it.crdt)).unwrap_or_default()
    }

    /// Lets who came by a poster choose from slots of no wave.
    pub(super) fn let_in_newcomers(&mut self, step: &mut Step<'_, '_>) {
        for poster in self.posters() {
            let company = self.current(poster.company);
            if !self.manages(company) {
                continue;
            }
            for account in self.by_grant(|grant| grant == poster.grant) {
                self.let_choose(step, company, "", account);
            }
        }
    }

    pub(super) fn newcomer_rows(&self) -> Vec<NewcomerRow> {
        let Some(own) = self.catalogue().map(|it| &it.crdt) else { return vec![] };
        let mut rows = vec![];
        for poster in self.posters() {
            for account in self.by_grant(|grant| grant == poster.grant) {
                rows.push(NewcomerRow {
                    account,
                    alias: poster.alias.clone(),
                    name: catalogue::person_name(own, account).unwrap_or_default(),
                    case: self.case_with(own, account),
                });
            }
        }
        rows
    }

    /// Notes what somebody is called, also in the case with them.
    pub(super) fn name_person(&mut self, step: &mut Step<'_, '_>, account: AccountId, name: &str) {
        let name = name.trim();
        if name.is_empty() {
            return;
        }
        self.edit_catalogue(step, |tx| catalogue::name_person(tx, account, name));
        let case = self.catalogue().and_then(|it| self.case_with(&it.crdt, account));
        if let Some(case) = case {
            let consultant = self.own_name();
            self.note_down(step, case, |tx| case::name(tx, &consultant, name));
        }
    }
}
