//! The firm's own documents: directory, companies, rosters, slots.
//!
//! What follows from others' doings (a colleague who joined, an invitation that was used, a slot
//! that was booked) is done at the end of a step, whenever something changed, and not twice.

use shared::order;
use shared::{
    cbor::Said,
    id::{AccountId, DocumentId},
    log::{
        document::{Access, DocumentLog},
        org::Role,
    },
    map::Map,
};

use super::Desk;
use crate::{
    casework::{company::Lack, date::Date, field::Field},
    command::PlanAct,
    document::{
        Document,
        crdt::{Crdt, EditError, Writer},
        genesis::Kind,
        pending::Wish,
    },
    effect::Effect,
    journal::Step,
    policy::{self, Party, Relation},
    view::{PlanHome, PlanView, View},
};

mod book;
mod company;
mod directory;
mod poster;
mod roster;
mod slots;
mod wave;

/// What was looked at and shown last.
#[derive(Default)]
pub(super) struct Planning {
    /// Grows when the server says more of who was first.
    pub(super) ordered: u64,
    followed: Option<Basis>,
    basis: Option<Basis>,
    home: Said,
    open: Map<DocumentId, Said>,
    readings: Map<DocumentId, book::Reading>,
}

/// What everything here is computed from, as far as it can change.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Basis {
    org_length: u64,
    changes: u64,
    log_lengths: u64,
    ordered: u64,
}

impl Desk {
    /// Does what somebody asks of the firm's own documents.
    pub(crate) fn plan(&mut self, step: &mut Step<'_, '_>, act: PlanAct) {
        if !self.is_open() {
            return;
        }
        match act {
            PlanAct::OpenDirectory => self.open_directory(step),
            PlanAct::PublishTemplate { language, texts, valid_from } => {
                self.publish_template(step, &language, &texts, &valid_from);
            }
            PlanAct::OpenCompany(name) => self.open_company(step, &name),
            PlanAct::Assign { company, account } => self.assign(step, company, account),
            PlanAct::Unassign { company, account } => self.unassign(step, company, account),
            PlanAct::MoveContract { company, to } => self.move_contract(step, company, &to),
            PlanAct::SignRules { company, rules, firm_on, company_on } => {
                self.sign_rules(step, company, &rules, (&firm_on, &company_on));
            }
            PlanAct::AddRule { company, rule } => self.add_rule(step, company, &rule),
            PlanAct::RemoveRule { company, rule } => self.remove_rule(step, company, &rule),
            PlanAct::MovePlan { company, to } => self.move_plan(step, company, &to),
            PlanAct::MakeWave { company, from, to, is_trial } => {
                self.make_wave(step, company, (&from, &to), is_trial);
            }
            PlanAct::MoveWave { company, wave, to } => self.move_wave(step, company, &wave, &to),
            PlanAct::CheckVenue { company, venue, held } => {
                self.check_venue(step, company, &venue, &held);
            }
            PlanAct::DrawGrid { slots, first, until } => self.draw_grid(step, slots, &first, until),
            PlanAct::PublishSlots { slots, wishes } => self.publish_slots(step, slots, &wishes),
            PlanAct::Claim { slots, slot } => self.claim(step, slots, &slot),
            PlanAct::Release { slots, claim, reason } => self.release(step, slots, &claim, &reason),
            PlanAct::MarkSlot { slots, slot, state, reason } => {
                self.mark_slot(step, slots, &slot, (&state, &reason));
            }
            PlanAct::ImportRoster { company, csv, words, is_trial } => {
                self.import_roster(step, company, (&csv.0, &words), is_trial);
            }
            PlanAct::InviteRow { company, row, days } => self.invite_row(step, company, &row, days),
            PlanAct::MarkInvitation { company, row, state } => {
                self.mark_invitation(step, company, &row, &state);
            }
            PlanAct::MakePoster { company, alias, uses, days } => {
                self.make_poster(step, company, alias, (uses, days));
            }
            PlanAct::NamePerson { account, name } => {
                self.name_person(step, account, &name);
            }
            PlanAct::ShowCalendar { slots, slot, title } => {
                self.show_calendar(step, slots, &slot, &title);
            }
        }
    }

    /// Does what follows from what others did.
    pub(super) fn plan_due(&mut self, step: &mut Step<'_, '_>) {
        if !self.is_open() {
            return;
        }
        let basis = Some(self.plan_basis());
        if self.planning.followed == basis {
            return;
        }
        self.planning.followed = basis;
        self.read_anew();
        if self.is_retired() {
            return;
        }
        self.let_in_colleagues(step);
        self.introduce_supervisor(step);
        self.let_in_invited(step);
        self.let_in_newcomers(step);
        self.write_appointments(step);
    }

    fn plan_basis(&self) -> Basis {
        let concerned = || self.documents.values().filter(|it| concerns(it.crdt.kind()));
        let logs = concerned().filter_map(|it| it.log.as_ref());
        Basis {
            org_length: self.org_length(),
            changes: concerned().map(|it| it.crdt.changed()).sum(),
            log_lengths: logs.map(|log| log.head().length).sum(),
            ordered: self.planning.ordered,
        }
    }

    /// Shows whatever changed.
    pub(super) fn show_planning(&mut self, step: &mut Step<'_, '_>) {
        let ids: Vec<DocumentId> = self.open.keys().copied().collect();
        self.planning.open.retain(|id, _| ids.contains(id));
        let basis = Some(self.plan_basis());
        let is_same = self.planning.basis == basis;
        self.planning.basis = basis;
        for id in ids {
            if is_same && self.planning.open.get(&id).is_some() {
                continue;
            }
            let Some(view) = self.plan_view(step, id) else { continue };
            if self.planning.open.get_or_default(id).is_new(&view) {
                step.effects.push(Effect::Show(View::Plan(view)));
            }
        }
        if is_same {
            return;
        }
        let home = self.plan_home();
        if self.planning.home.is_new(&home) {
            step.effects.push(Effect::Show(View::Plan(PlanView::Home(home))));
        }
    }

    /// The page is empty.
    pub(super) fn show_planning_again(&mut self) {
        self.planning.basis = None;
        self.planning.home = Said::default();
    }

    /// A document was opened: what is shown of it is shown again.
    pub(super) fn plan_opened(&mut self, id: DocumentId) {
        self.planning.open.remove(&id);
    }

    fn plan_view(&self, step: &Step<'_, '_>, id: DocumentId) -> Option<PlanView> {
        let document = self.documents.get(&id)?;
        let today = Date::at(step.now());
        match document.crdt.kind()? {
            Kind::Company => Some(PlanView::Company(self.company_view(document, today)?)),
            Kind::Slots => Some(PlanView::Slots(self.slots_view(document)?)),
            Kind::Directory => Some(PlanView::Directory(self.directory_view(document, today))),
            Kind::Roster => Some(Self::roster_view(document, today)),
            Kind::Catalogue
            | Kind::CaseShared
            | Kind::Note
            | Kind::CasePrivate
            | Kind::CaseConsent
            | Kind::CaseDisclosure
            | Kind::JobCard
            | Kind::Supervision
            | Kind::Contribution
            | Kind::Report
            | Kind::Package
            | Kind::Opinion => None,
        }
    }

    fn plan_home(&self) -> PlanHome {
        let directories = self.directories();
        let others = u32::try_from(directories.len()).unwrap_or(u32::MAX).saturating_sub(1);
        PlanHome {
            directory: directories.first().map(|it| it.id),
            other_directories: others,
            companies: self.company_rows(),
            slots: self.slots_rows(),
            newcomers: self.newcomer_rows(),
            appointments: self.appointment_rows(),
            reports: self.report_rows(),
        }
    }

    /// Every document of a kind that is in use here.
    fn all_of(&self, kind: Kind) -> impl Iterator<Item = &Document> {
        self.documents.values().filter(move |it| {
            it.crdt.kind() == Some(kind) && self.current(it.id) == it.id && !it.is_shredded()
        })
    }

    /// Something was not done, and this is why.
    fn lacking(step: &mut Step<'_, '_>, document: DocumentId, lacks: &[Lack]) {
        let lacks = lacks.iter().map(|it| String::from(it.code())).collect();
        step.effects.push(Effect::Show(View::Plan(PlanView::Lacking { document, lacks })));
    }

    /// Whether something is lacking; says so if it is.
    fn is_barred(step: &mut Step<'_, '_>, document: DocumentId, lacks: &[Lack]) -> bool {
        if !lacks.is_empty() {
            Self::lacking(step, document, lacks);
        }
        !lacks.is_empty()
    }

    /// A company's document, for who is responsible for it; says so to who is not.
    fn company_of_mine(&self, step: &mut Step<'_, '_>, id: DocumentId) -> Option<&Document> {
        let document = self.documents.get(&self.current(id))?;
        let is_company = document.crdt.kind() == Some(Kind::Company);
        if is_company && !self.manages(document.id) {
            Self::lacking(step, document.id, &[Lack::Lead]);
            return None;
        }
        Some(document).filter(|_| is_company)
    }

    /// The document that another one names in a field.
    fn named_in(&self, crdt: &Crdt, field: &str) -> Option<&Document> {
        let id = DocumentId::from_hex(&crdt.plain(&Field::top(field))?)?;
        self.documents.get(&self.current(id))
    }

    /// Lets somebody into a document of this person's, unless they are in, or about to be.
    fn let_in_as(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        account: AccountId,
        relation: Relation,
    ) {
        let (Some(org), Some(document)) = (&self.org, self.documents.get(&id)) else { return };
        let Some(known) = org.account(account).filter(|it| it.is_open()) else { return };
        // Whoever made it is in, also before its log says so.
        if self.lead_of(document) == Some(account) {
            return;
        }
        let party = Party { account, role: known.role, relation };
        let Some(kind) = document.crdt.kind() else { return };
        for (account, access) in policy::members(kind, &[party]) {
            let has = document.log.as_ref().and_then(|log| log.access(account));
            let is_wished = document.is_wished(&Wish::Grant(account, access));
            if has.is_none_or(|has| has < access) && !is_wished {
                return self.grant(step, id, account, access);
            }
        }
    }

    /// Who reads a document, as what they are in the firm; who is about to be let in counts.
    fn members_with(&self, document: &Document, role: Role) -> Vec<AccountId> {
        let Some(org) = &self.org else { return vec![] };
        let in_log = document.log.iter().flat_map(DocumentLog::members).map(|(id, _)| id);
        let wished = document.pending.iter().filter_map(|(_, it)| match it.wish {
            Wish::Grant(account, _) => Some(account),
            Wish::Create(_)
            | Wish::Revoke(_)
            | Wish::Rotate(_)
            | Wish::Finalise(_)
            | Wish::Shred
            | Wish::Attest(_) => None,
        });
        let mine = document.log.is_none().then(|| self.me().map(|(me, _)| me)).flatten();
        let mut members: Vec<AccountId> = in_log
            .chain(wished)
            .chain(mine)
            .filter(|id| org.account(*id).is_some_and(|it| it.role == role && it.is_open()))
            .collect();
        order::by(&mut members, Ord::cmp);
        members.dedup();
        members
    }

    /// Who is responsible for a document: whoever made it.
    fn lead_of(&self, document: &Document) -> Option<AccountId> {
        match &document.log {
            Some(log) => Some(log.creator()),
            None => self.me().map(|(me, _)| me),
        }
    }

    fn has_access(document: &Document, account: AccountId) -> bool {
        let access = document.log.as_ref().and_then(|log| log.access(account));
        matches!(access, Some(Access::Writer | Access::Manager))
    }

    /// Makes one change in a document of the plan.
    fn note_down(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        write: impl FnOnce(&mut Writer<'_, '_>) -> Result<(), EditError>,
    ) -> bool {
        let id = self.current(id);
        let is_done = self.edit(step, id, write);
        self.refresh_open(step, id);
        is_done
    }
}

/// Whether anything here depends on documents of a kind: notes, which change at every key stroke,
/// are none of them.
fn concerns(kind: Option<Kind>) -> bool {
    match kind {
        Some(
            Kind::Catalogue
            | Kind::CaseShared
            | Kind::Directory
            | Kind::Company
            | Kind::Roster
            | Kind::Slots
            | Kind::Report,
        ) => true,
        Some(
            Kind::Note
            | Kind::CasePrivate
            | Kind::CaseConsent
            | Kind::CaseDisclosure
            | Kind::JobCard
            | Kind::Supervision
            | Kind::Contribution
            | Kind::Package
            | Kind::Opinion,
        )
        | None => false,
    }
}

/// A fresh name for an item.
fn item_id(step: &mut Step<'_, '_>) -> String {
    let bytes: [u8; 8] = step.cx.random();
    format!("{:016x}", u64::from_be_bytes(bytes))
}
