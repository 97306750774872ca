//! Slots: published by consultants, chosen from by employees.

use shared::{
    id::{AccountId, DocumentId},
    log::org::Role,
    time::UnixMillis,
};

use super::{Desk, item_id};
use crate::{
    casework::{
        calendar,
        company::{self, Lack},
        field::Field,
        item::text,
        slot::{self, Outcome, Problem, Sign, Slot},
        venue,
    },
    command::SlotWish,
    document::{Document, genesis::Kind},
    effect::Effect,
    journal::Step,
    policy::{Party, Relation},
    view::{PlanView, View},
};

/// Most employees who choose from the slots of one document: the rest of its members are staff.
const EMPLOYEES_MAX: usize = 48;

impl Desk {
    /// Makes a document for slots of a wave, or for whoever asks.
    pub(super) fn begin_slots(
        &mut self,
        step: &mut Step<'_, '_>,
        company: DocumentId,
        wave: &str,
    ) -> Option<DocumentId> {
        let (me, _) = self.me()?;
        let document = self.documents.get(&company)?;
        let assigned = self.members_with(document, Role::Consultant);
        let party = |account: AccountId| {
            let relation = if account == me { Relation::Lead } else { Relation::Assigned };
            Party { account, role: Role::Consultant, relation }
        };
        let people: Vec<Party> = assigned.into_iter().map(party).collect();
        let slots = self.begin_document_for(step, Kind::Slots, &people);
        self.edit(step, slots, |tx| slot::begin(tx, company, wave));
        Some(slots)
    }

    /// Lets an employee choose from the slots of a wave, in whichever document has room.
    pub(super) fn let_choose(
        &mut self,
        step: &mut Step<'_, '_>,
        company: DocumentId,
        wave: &str,
        account: AccountId,
    ) {
        let is_of = |it: &&Document| {
            let is_open = !slot::is_full(&it.crdt, self.slots_in(it), step.now());
            is_open && slot::about(&it.crdt).is_some_and(|(_, of)| of == wave)
        };
        let mut room = None;
        for document in self.slots_of(company).filter(is_of) {
            let employees = self.members_with(document, Role::Employee);
            if employees.contains(&account) {
                return;
            }
            if employees.len() < EMPLOYEES_MAX && self.manages(document.id) {
                room = room.or(Some(document.id));
            }
        }
        let room = room.or_else(|| self.begin_slots(step, company, wave));
        if let Some(room) = room {
            self.let_in_as(step, room, account, Relation::Invited);
        }
    }

    /// Slots of a document in which this person has a say, and the company's document.
    fn book(&self, id: DocumentId) -> Option<(&Document, &Document)> {
        let document = self.documents.get(&self.current(id))?;
        let (company, _) = slot::about(&document.crdt)?;
        let company = self.documents.get(&self.current(company))?;
        (document.crdt.kind() == Some(Kind::Slots)).then_some((document, company))
    }

    /// Whether somebody who may choose here may have had no interview yet. Who has, shows from the
    /// slots that ended; whoever is yet to join counts as new.
    pub(super) fn has_first_timers(&self, document: &Document) -> bool {
        let Some((_, wave)) = slot::about(&document.crdt) else { return true };
        let Some((_, company)) = self.book(document.id) else { return true };
        let invited = self.members_with(document, Role::Employee);
        if Self::invitees_of(company, &wave).is_none_or(|invitees| invited.len() < invitees) {
            return true;
        }
        let mut seen: Vec<AccountId> = vec![];
        for book in self.slots_of(company.id) {
            let ended = || self.slots_in(book).iter().filter(|it| it.state == "ended");
            let booked =
                self.outcomes(book).iter().filter(|(_, outcome)| *outcome == Outcome::Booked);
            let over = booked.filter(|(claim, _)| ended().any(|it| it.id == claim.slot));
            seen.extend(over.map(|(claim, _)| claim.by));
        }
        invited.iter().any(|account| !seen.contains(account))
    }

    /// How long a slot must be for whom it is kept, or for anybody who may take it.
    fn needed_min(&self, document: &Document, wish: &SlotWish) -> u32 {
        match wish.held_for {
            Some(account) => self.interview_length(account, wish.consultant),
            None => slot::length_min(!self.has_first_timers(document)),
        }
    }

    /// A slot as it would be published.
    fn slot_of(&self, company: &Document, id: String, wish: &SlotWish) -> Slot {
        let item = Field::top("venues").child(&wish.venue);
        let read = |id| text(&company.crdt, &item.child(id));
        let place = format!("{} {}", read("name"), read("address"));
        Slot {
            id,
            start: wish.start,
            length_min: wish.length_min,
            venue: wish.venue.clone(),
            consultant: wish.consultant,
            state: "open",
            sign: Sign {
                place: String::from(place.trim()),
                access: read("access_note"),
                consultant: self.staff_name(wish.consultant),
            },
            held_for: wish.held_for,
        }
    }

    /// The wishes as slots, each with what is wrong with it beside every slot that is known here.
    fn try_out(
        &self,
        step: &mut Step<'_, '_>,
        (document, company): (&Document, &Document),
        wishes: &[SlotWish],
    ) -> Vec<(Slot, Vec<Problem>)> {
        let venues = venue::venues(&company.crdt);
        let consultants = self.members_with(company, Role::Consultant);
        let mut others: Vec<Slot> =
            self.all_of(Kind::Slots).flat_map(|it| self.slots_in(it)).cloned().collect();
        let mut tried = vec![];
        for wish in wishes {
            let needed = self.needed_min(document, wish);
            let length_min = if wish.length_min == 0 { needed } else { wish.length_min };
            let wish = SlotWish { length_min, ..wish.clone() };
            let slot = self.slot_of(company, item_id(step), &wish);
            let check = venues.iter().find(|(id, _)| *id == wish.venue);
            let check = check.and_then(|(_, check)| check.as_ref());
            let mut problems = slot::problems(&slot, &others, check);
            if length_min < needed {
                problems.push(Problem::First);
            }
            if !consultants.contains(&wish.consultant) {
                problems.push(Problem::Consultant);
            }
            if !problems.iter().any(|it| it.is_hard()) {
                others.push(slot.clone());
            }
            tried.push((slot, problems));
        }
        tried
    }

    fn show_trial(
        step: &mut Step<'_, '_>,
        document: DocumentId,
        tried: &[(Slot, Vec<Problem>)],
        is_published: bool,
    ) {
        let row = |(slot, problems): &(Slot, Vec<Problem>)| {
            let wish = SlotWish {
                start: slot.start,
                length_min: slot.length_min,
                venue: slot.venue.clone(),
                consultant: slot.consultant,
                held_for: slot.held_for,
            };
            (wish, problems.iter().map(|it| String::from(it.code())).collect())
        };
        let slots = tried.iter().map(row).collect();
        let view = PlanView::Trial { document, slots, is_published };
        step.effects.push(Effect::Show(View::Plan(view)));
    }

    /// Shows the slots that fit between two times.
    pub(super) fn draw_grid(
        &self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        first: &SlotWish,
        until: UnixMillis,
    ) {
        let Some((document, company)) = self.book(id) else { return };
        let needed = self.needed_min(document, first);
        let length_min = if first.length_min == 0 { needed } else { first.length_min };
        let starts = slot::grid(first.start, until, length_min);
        let wishes: Vec<SlotWish> = starts
            .into_iter()
            .map(|start| SlotWish { start, length_min, ..first.clone() })
            .collect();
        let tried = self.try_out(step, (document, company), &wishes);
        Self::show_trial(step, document.id, &tried, false);
    }

    /// The document with slots for whoever asks that takes more in the place of one that does not.
    fn fresh(&mut self, step: &mut Step<'_, '_>, id: DocumentId) -> DocumentId {
        let is_full = |it: &Document, now| slot::is_full(&it.crdt, self.slots_in(it), now);
        let Some((document, company)) = self.book(id) else { return id };
        if !is_full(document, step.now()) {
            return id;
        }
        let (is_mine, company) = (self.manages(document.id), company.id);
        let is_for_all = |it: &&Document| {
            slot::about(&it.crdt).is_some_and(|(_, wave)| wave.is_empty())
                && !is_full(it, step.now())
        };
        let known = self.slots_of(company).find(is_for_all).map(|it| it.id);
        let fresh = known.or_else(|| is_mine.then(|| self.begin_slots(step, company, ""))?);
        fresh.unwrap_or(id)
    }

    /// Publishes slots: all of them, or none if a rule forbids one.
    pub(super) fn publish_slots(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        wishes: &[SlotWish],
    ) {
        let id = self.fresh(step, id);
        let (Some((me, _)), Some((document, company))) = (self.me(), self.book(id)) else { return };
        let (slots, is_lead) = (document.id, self.manages(document.id));
        let lacks = [
            (Lack::Contract, company::state(&company.crdt) == "active"),
            (Lack::Lead, is_lead || wishes.iter().all(|wish| wish.consultant == me)),
        ];
        let lacks: Vec<Lack> =
            lacks.into_iter().filter(|(_, is_there)| !is_there).map(|(lack, _)| lack).collect();
        if Self::is_barred(step, slots, &lacks) {
            return;
        }
        let tried = self.try_out(step, (document, company), wishes);
        let is_free =
            |(_, problems): &(Slot, Vec<Problem>)| !problems.iter().any(|it| it.is_hard());
        let is_published = tried.iter().all(is_free)
            && tried
                .iter()
                .all(|(slot, _)| self.note_down(step, slots, |tx| slot::publish(tx, slot)));
        Self::show_trial(step, slots, &tried, is_published);
    }

    /// Takes a slot, on the employee's own device.
    pub(super) fn claim(&mut self, step: &mut Step<'_, '_>, id: DocumentId, wanted: &str) {
        let Some((me, _)) = self.me() else { return };
        let id = self.current(id);
        let Some(document) = self.documents.get(&id) else { return };
        let slots = self.slots_in(document);
        let Some(slot) = slots.iter().find(|it| it.id == wanted) else { return };
        let outcomes = self.outcomes(document);
        let is_wanted = outcomes.iter().any(|(claim, outcome)| {
            claim.slot == wanted && matches!(outcome, Outcome::Booked | Outcome::Waiting)
        });
        let is_free = slot.is_open_to(me) && slot.start > step.now() && !is_wanted;
        let has_ended = self.interview_length(me, slot.consultant) == slot::LATER_MIN;
        let lacks = [
            (Lack::Slot, is_free),
            (Lack::Length, slot.interview_min(has_ended).is_some()),
            (Lack::Booked, !self.has_booked(me, step.now())),
        ];
        let lacks: Vec<Lack> =
            lacks.into_iter().filter(|(_, is_there)| !is_there).map(|(lack, _)| lack).collect();
        if Self::is_barred(step, id, &lacks) {
            return;
        }
        // Who came too late for another slot would get it if the other took theirs back.
        let late = outcomes.iter().filter(|(claim, outcome)| {
            claim.by == me && matches!(outcome, Outcome::Conflict { .. })
        });
        let late: Vec<(String, String)> =
            late.map(|(claim, _)| (item_id(step), claim.id.clone())).collect();
        let claim = item_id(step);
        self.note_down(step, id, |tx| {
            late.iter().try_for_each(|(id, late)| slot::release(tx, id, late, "other"))?;
            slot::claim(tx, &claim, wanted)
        });
    }

    /// Whether somebody has a slot that is yet to come, or waits for one.
    fn has_booked(&self, account: AccountId, now: UnixMillis) -> bool {
        self.all_of(Kind::Slots).any(|document| {
            let slots = self.slots_in(document);
            let is_to_come = |id: &str| {
                let slot = slots.iter().find(|it| it.id == id);
                slot.is_some_and(|it| it.state == "open" && it.start > now)
            };
            self.outcomes(document).iter().any(|(claim, outcome)| {
                claim.by == account
                    && matches!(outcome, Outcome::Booked | Outcome::Waiting)
                    && is_to_come(&claim.slot)
            })
        })
    }

    /// Takes a claim back.
    pub(super) fn release(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        claim: &str,
        reason: &str,
    ) {
        let Some((me, _)) = self.me() else { return };
        let id = self.current(id);
        let Some(document) = self.documents.get(&id) else { return };
        let outcomes = self.outcomes(document);
        let Some((known, outcome)) = outcomes.iter().find(|(it, _)| it.id == claim) else { return };
        let slots = self.slots_in(document);
        let is_host = slots.iter().any(|it| it.id == known.slot && it.consultant == me);
        let may = known.by == me || is_host || self.manages(id);
        if !may || *outcome == Outcome::Released || !slot::REASONS.contains(&reason) {
            return Self::lacking(step, id, &[Lack::Meaning]);
        }
        let item = item_id(step);
        self.note_down(step, id, |tx| slot::release(tx, &item, claim, reason));
    }

    /// Notes what became of a slot: its consultant does, or the lead.
    pub(super) fn mark_slot(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        wanted: &str,
        (to, reason): (&str, &str),
    ) {
        let (Some((me, _)), Some((document, _))) = (self.me(), self.book(id)) else { return };
        let id = document.id;
        let slots = self.slots_in(document);
        let Some(slot) = slots.iter().find(|it| it.id == wanted) else { return };
        let has_reason = !to.starts_with("cancelled") || slot::REASONS.contains(&reason);
        if slot.consultant != me && !self.manages(id) {
            return Self::lacking(step, id, &[Lack::Lead]);
        }
        if !has_reason || !slot::may_become(slot.state, to) {
            return Self::lacking(step, id, &[Lack::Step]);
        }
        self.note_down(step, id, |tx| slot::mark(tx, wanted, to, reason));
    }

    /// Shows a slot as a calendar entry.
    pub(super) fn show_calendar(
        &self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        wanted: &str,
        title: &str,
    ) {
        let Some(document) = self.documents.get(&self.current(id)) else { return };
        let slots = self.slots_in(document);
        let Some(slot) = slots.iter().find(|it| it.id == wanted) else { return };
        let file = calendar::file(&calendar::Entry {
            id: &slot.id,
            at: step.now(),
            start: slot.start,
            length_min: slot.length_min,
            title,
            place: &slot.sign.place,
        });
        step.effects.push(Effect::Show(View::Plan(PlanView::Calendar(file))));
    }
}
