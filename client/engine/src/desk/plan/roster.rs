//! Whom a company asked to be invited: its list, and invitations by it.

use shared::{
    id::{AccountId, DocumentId},
    log::org::{EnrolGrant, Enrols, OrgBody, Role},
    sign::SigningKey,
};

use super::{Desk, item_id};
use crate::{
    casework::{
        catalogue,
        company::Lack,
        date::Date,
        field::Field,
        item::text,
        plan::INVITATION_DAYS_MAX,
        roster::{
            self, Invitation,
            import::{self, Person},
        },
    },
    desk::{Fruit, OrgWish, join::Invitation as Link},
    document::{Document, genesis::Kind},
    effect::Effect,
    journal::Step,
    keyring::Seed,
    view::{ImportView, InvitationFor, InvitationView, PlanView, RosterRow, View},
};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// People written by one change.
const PEOPLE_AT_ONCE: usize = 20;

impl Desk {
    /// Reads a company's list; keeps it if nothing in it is wrong and this is no trial.
    pub(super) fn import_roster(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        (csv, words): (&[u8], &[(String, String)]),
        is_trial: bool,
    ) {
        let Some(company) = self.company_of_mine(step, id) else { return };
        let Some(roster) = self.named_in(&company.crdt, "roster") else { return };
        let (roster, present) = (roster.id, import::present(&roster.crdt));
        let import = import::read(csv, words, &present);
        let mut is_kept = !is_trial && import.complaints.is_empty();
        if is_kept {
            for lot in import.people.chunks(PEOPLE_AT_ONCE) {
                let ids: Vec<String> = lot.iter().map(|_| item_id(step)).collect();
                is_kept &= self.note_down(step, roster, |tx| {
                    ids.iter().zip(lot).try_for_each(|(id, person)| import::add(tx, id, person))
                });
            }
        }
        let complaint = |it: &import::Complaint| {
            (it.line, String::from(it.column), String::from(it.fault.code()))
        };
        let view = ImportView {
            names: import.people.iter().map(Person::name).map(String::from).collect(),
            known: import.known,
            complaints: import.complaints.iter().map(complaint).collect(),
            is_kept,
            roster,
        };
        step.effects.push(Effect::Show(View::Plan(PlanView::Import(view))));
    }

    /// Makes an invitation for somebody in the list. An earlier one, whose link may have been lost,
    /// still brings the same person.
    pub(super) fn invite_row(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        row: &str,
        days: u32,
    ) {
        let Some(company) = self.company_of_mine(step, id) else { return };
        let Some(roster) = self.named_in(&company.crdt, "roster") else { return };
        let (company, roster, crdt) = (company.id, roster.id, &roster.crdt);
        let is_listed = crdt.items(&Field::top("rows")).iter().any(|it| it == row);
        let known = roster::invitations(crdt).into_iter().find(|it| it.row == row);
        let is_used = known.as_ref().is_some_and(|it| it.written == "activated");
        if !is_listed || is_used {
            return Self::lacking(step, company, &[Lack::Invitation]);
        }
        let name = text(crdt, &Field::top("rows").child(row).child("name"));
        // What was revoked brings nobody, also when there is a later one.
        let valid = known.filter(|it| it.written != "revoked");
        let former = valid.map(|it| [it.former, vec![it.grant]].concat()).unwrap_or_default();
        let row = String::from(row);
        self.wish_grant(step, name, (1, days), |invitation| Fruit::Row {
            roster,
            row,
            former,
            invitation,
        });
    }

    /// Asks the org log for a grant by which employees join.
    pub(super) fn wish_grant(
        &mut self,
        step: &mut Step<'_, '_>,
        name: String,
        (uses, days): (u32, u32),
        shows: impl FnOnce(InvitationView) -> Fruit,
    ) {
        let Some(org) = &self.org else { return };
        if !self.may_wish_org(step) {
            return;
        }
        let grant = Seed::make(step.cx);
        let days = days.clamp(1, INVITATION_DAYS_MAX);
        let expires_at = step.now().plus_ms(u64::from(days) * DAY_MS);
        let key = SigningKey::derive(grant.secret()).verify_key();
        let enrols = Enrols::Account(Role::Employee);
        let body = OrgBody::EnrolGrant(EnrolGrant { key, enrols, uses, expires_at });
        let fragment = Link::fragment(org.genesis(), &grant, false);
        let purpose = InvitationFor::Person(Role::Employee);
        let shows = shows(InvitationView { purpose, name, fragment, expires_at });
        self.org_wishes.push_back(OrgWish::new(body, shows));
        self.send_org_wish(step);
    }

    /// The invitation of somebody in a list is in the org log: noted beside them and shown.
    pub(in crate::desk) fn row_invited(
        &mut self,
        step: &mut Step<'_, '_>,
        index: u64,
        (roster, row, former): (DocumentId, &str, &[u32]),
        invitation: InvitationView,
    ) {
        let until = Date::at(invitation.expires_at);
        if let Ok(grant) = u32::try_from(index) {
            self.note_down(step, roster, |tx| roster::issue(tx, row, grant, until, former));
        }
        step.effects.push(Effect::Show(View::Invitation(invitation)));
    }

    /// Notes that an invitation was handed over, or is worth nothing any more.
    pub(super) fn mark_invitation(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        row: &str,
        to: &str,
    ) {
        let Some(company) = self.company_of_mine(step, id) else { return };
        let Some(roster) = self.named_in(&company.crdt, "roster") else { return };
        let (company, roster, today) = (company.id, roster.id, Date::at(step.now()));
        let known = self.invitation(roster, row);
        // That somebody came is for the org log to say.
        let may = to != "activated" && known.is_some_and(|it| it.may_become(to, today));
        if may {
            self.note_down(step, roster, |tx| roster::mark(tx, row, to));
        } else {
            Self::lacking(step, company, &[Lack::Invitation]);
        }
    }

    fn invitation(&self, roster: DocumentId, row: &str) -> Option<Invitation> {
        let roster = self.documents.get(&roster)?;
        roster::invitations(&roster.crdt).into_iter().find(|it| it.row == row)
    }

    /// Lets who came by an invitation of a list into the slots of their waves.
    pub(super) fn let_in_invited(&mut self, step: &mut Step<'_, '_>) {
        let mine = self.all_of(Kind::Company).filter(|it| self.manages(it.id));
        let mut came = vec![];
        for company in mine {
            let Some(roster) = self.named_in(&company.crdt, "roster") else { continue };
            for (invitation, waves) in self.invitations_in(roster) {
                if invitation.written == "revoked" {
                    continue;
                }
                // Two who came by two links of one row are one person who lost the first phone.
                let accounts = self.by_grant(|grant| invitation.is_by(grant));
                if accounts.is_empty() {
                    continue;
                }
                let mut waves = waves.clone();
                if waves.is_empty() {
                    waves.push(String::new());
                }
                waves.retain(|it| it.is_empty() || Self::is_inviting(company, it));
                came.push((company.id, roster.id, invitation.clone(), waves, accounts));
            }
        }
        for (company, roster, invitation, waves, accounts) in came {
            if invitation.written != "activated" {
                self.note_down(step, roster, |tx| roster::mark(tx, &invitation.row, "activated"));
            }
            for wave in &waves {
                for account in &accounts {
                    self.let_choose(step, company, wave, *account);
                }
            }
        }
    }

    /// What an employee is called: as they said, as their inviter calls them, or as the company
    /// wrote them down.
    pub(in crate::desk) fn employee_name(&self, account: AccountId) -> Option<String> {
        let grant = self.org.as_ref()?.account(account)?.grant?;
        let own = self.catalogue().map(|it| &it.crdt);
        let said = own.and_then(|own| catalogue::person_name(own, account));
        let invited = || catalogue::invited_by(own?, grant).map(|person| person.name);
        said.or_else(invited).or_else(|| self.listed(grant))
    }

    /// What a list calls who came by an invitation of it.
    fn listed(&self, grant: u64) -> Option<String> {
        self.all_of(Kind::Roster).find_map(|roster| {
            let mut all = self.invitations_in(roster).iter();
            let (invitation, _) = all.find(|(it, _)| it.is_by(grant))?;
            let name = Field::top("rows").child(&invitation.row).child("name");
            Some(text(&roster.crdt, &name))
        })
    }

    pub(super) fn roster_view(document: &Document, today: Date) -> PlanView {
        let invitations = roster::invitations(&document.crdt);
        let row = |row: String| {
            let known = invitations.iter().find(|it| it.row == row);
            RosterRow {
                invitation: known.map(|it| String::from(it.state(today))).unwrap_or_default(),
                until: known.map(|it| it.until.to_string()).unwrap_or_default(),
                waves: roster::waves_of(&document.crdt, &row),
                row,
            }
        };
        let rows = document.crdt.items(&Field::top("rows"));
        PlanView::Roster { document: document.id, rows: rows.into_iter().map(row).collect() }
    }
}
