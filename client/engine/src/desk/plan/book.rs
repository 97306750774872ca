//! Who has which slot, as far as each may see, and what follows from it for cases.

use shared::order;
use shared::{
    id::{AccountId, DocumentId, Number},
    log::org::Role,
};

use super::Desk;
use crate::{
    casework::{
        appointment::{self, Appointment},
        field::Field,
        interview,
        roster::{self, Invitation},
        slot::{self, Authors, Claim, Outcome, Slot},
    },
    document::{Document, genesis::Kind, guard::Side},
    journal::Step,
    view::{AppointmentRow, Booking, SlotRow, SlotsRow, SlotsView},
};

/// Who wrote what in a document with slots, and in which order it came to the server.
struct Book<'d> {
    desk: &'d Desk,
    document: &'d Document,
}

impl Authors for Book<'_> {
    fn author(&self, item: &Field) -> Option<(AccountId, Side)> {
        let device = self.document.crdt.author(item)?;
        let account = self.desk.org.as_ref()?.device(device)?.account;
        Some((account, self.desk.side_of(device)?))
    }

    fn number(&self, item: &Field) -> Option<Number> {
        self.document.order.number(item.segments().next_back()?)
    }
}

/// What a document with slots, or a roster, says: read once, and again when that may have changed.
/// To find an item costs more the longer its list is.
#[derive(Default)]
pub(super) struct Reading {
    basis: (u64, u64, u64),
    slots: Vec<Slot>,
    outcomes: Vec<(Claim, Outcome)>,
    invitations: Vec<(Invitation, Vec<String>)>,
}

impl Desk {
    /// Reads again what may have changed.
    pub(super) fn read_anew(&mut self) {
        let (org_length, ordered) = (self.org_length(), self.planning.ordered);
        let mut readings = core::mem::take(&mut self.planning.readings);
        for document in self.documents.values() {
            let basis = (document.crdt.changed(), org_length, ordered);
            let (crdt, known) = (&document.crdt, readings.get(&document.id));
            if known.is_some_and(|it| it.basis == basis) {
                continue;
            }
            let mut reading = Reading { basis, ..Reading::default() };
            match crdt.kind() {
                Some(Kind::Slots) => {
                    reading.slots = slot::slots(crdt);
                    reading.outcomes = slot::outcomes(crdt, &Book { desk: self, document });
                }
                Some(Kind::Roster) => {
                    let waves = |it: Invitation| (roster::waves_of(crdt, &it.row), it);
                    let all = roster::invitations(crdt).into_iter().map(waves);
                    reading.invitations = all.map(|(waves, it)| (it, waves)).collect();
                }
                Some(_) | None => continue,
            }
            readings.insert(document.id, reading);
        }
        self.planning.readings = readings;
    }

    /// The slots of a document.
    pub(super) fn slots_in(&self, document: &Document) -> &[Slot] {
        self.planning.readings.get(&document.id).map_or(&[], |it| &it.slots)
    }

    /// Every claim in a document, and what became of it.
    pub(super) fn outcomes(&self, document: &Document) -> &[(Claim, Outcome)] {
        self.planning.readings.get(&document.id).map_or(&[], |it| &it.outcomes)
    }

    /// Every invitation in a roster, with the waves for which it is.
    pub(super) fn invitations_in(&self, roster: &Document) -> &[(Invitation, Vec<String>)] {
        self.planning.readings.get(&roster.id).map_or(&[], |it| &it.invitations)
    }

    /// How long an interview of an employee with a consultant is: that depends on whether one of
    /// their case is over, as far as this device knows.
    pub(super) fn interview_length(&self, employee: AccountId, consultant: AccountId) -> u32 {
        let is_theirs = |document: &&Document| {
            [employee, consultant].into_iter().all(|it| Self::has_access(document, it))
        };
        let mut cases = self.all_of(Kind::CaseShared).filter(is_theirs);
        slot::length_min(cases.any(|case| interview::has_ended(&case.crdt)))
    }

    pub(super) fn slots_rows(&self) -> Vec<SlotsRow> {
        let row = |document: &Document| {
            let (company, wave) = slot::about(&document.crdt)?;
            let company = Some(self.current(company)).filter(|it| self.documents.get(it).is_some());
            Some(SlotsRow { document: document.id, company, wave })
        };
        self.all_of(Kind::Slots).filter_map(row).collect()
    }

    pub(super) fn slots_view(&self, document: &Document) -> Option<SlotsView> {
        let is_employee = self.role()? == Role::Employee;
        let outcomes = self.outcomes(document);
        let mut slots: Vec<&Slot> = self.slots_in(document).iter().collect();
        order::by(&mut slots, |a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
        let rows = slots.iter().filter_map(|slot| self.slot_row(slot, outcomes)).collect();
        let invited = self.members_with(document, Role::Employee).len();
        Some(SlotsView {
            document: document.id,
            slots: rows,
            invited: if is_employee { 0 } else { u32::try_from(invited).unwrap_or(u32::MAX) },
            has_first_timers: !is_employee && self.has_first_timers(document),
        })
    }

    fn slot_row(&self, slot: &Slot, outcomes: &[(Claim, Outcome)]) -> Option<SlotRow> {
        let (me, account) = self.me()?;
        let is_employee = account.role == Role::Employee;
        let is_host = slot.consultant == me;
        let live = || {
            let of_slot = outcomes.iter().filter(|(claim, _)| claim.slot == slot.id);
            of_slot.filter(|(_, outcome)| *outcome != Outcome::Released)
        };
        let holder = live().find(|(_, outcome)| *outcome == Outcome::Booked);
        let mine = live().find(|(claim, _)| claim.by == me);
        let late = if is_employee { mine } else { live().find(|it| order_of(&it.1).is_some()) };
        let shown = if is_employee { mine } else { holder.filter(|_| is_host) };
        let booking = match (shown, holder) {
            (Some((_, outcome)), _) => booking(*outcome),
            (None, Some(_)) => Booking::Taken,
            (None, None) if !is_employee && live().next().is_some() => Booking::Taken,
            (None, None) => Booking::Free,
        };
        let holder = holder.filter(|_| is_host).map(|(claim, _)| claim.by);
        let who = if is_employee { me } else { holder.or(slot.held_for).unwrap_or(me) };
        let has_ended = self.interview_length(who, slot.consultant) == slot::LATER_MIN;
        let catalogue = self.catalogue().map(|it| &it.crdt);
        Some(SlotRow {
            id: slot.id.clone(),
            start: slot.start,
            arrive_at: slot.arrive_at(),
            length_min: slot.length_min,
            interview_min: slot.interview_min(has_ended).unwrap_or(0),
            place: slot.sign.place.clone(),
            access: slot.sign.access.clone(),
            consultant: slot.consultant,
            consultant_name: slot.sign.consultant.clone(),
            state: String::from(slot.state),
            booking,
            claim: shown.map(|(claim, _)| claim.id.clone()),
            account: holder,
            name: holder.and_then(|it| self.employee_name(it)).unwrap_or_default(),
            case: holder.zip(catalogue).and_then(|(it, own)| self.case_with(own, it)),
            order: late.filter(|_| is_employee || is_host).and_then(|it| order_of(&it.1)),
        })
    }

    pub(super) fn appointment_rows(&self) -> Vec<AppointmentRow> {
        let rows = |case: &Document| {
            let id = case.id;
            appointment::read(&case.crdt).into_iter().map(move |it| AppointmentRow {
                case: id,
                start: it.start,
                length_min: it.length_min,
                place: it.place,
                state: String::from(it.state),
                slots: it.slots,
                slot: it.slot,
            })
        };
        let mut rows: Vec<AppointmentRow> = self.all_of(Kind::CaseShared).flat_map(rows).collect();
        order::by(&mut rows, |a, b| (a.start, &a.slot).cmp(&(b.start, &b.slot)));
        rows
    }

    /// Writes slots of this consultant's that somebody booked into the case with them.
    pub(super) fn write_appointments(&mut self, step: &mut Step<'_, '_>) {
        let Some((me, account)) = self.me() else { return };
        if account.role != Role::Consultant {
            return;
        }
        let mut due: Vec<(DocumentId, Appointment)> = vec![];
        for document in self.all_of(Kind::Slots) {
            let slots = self.slots_in(document);
            for (claim, outcome) in self.outcomes(document) {
                let slot = slots.iter().find(|it| it.id == claim.slot && it.consultant == me);
                due.extend(slot.and_then(|slot| self.appointment(document, slot, claim, *outcome)));
            }
        }
        for (case, appointment) in due {
            self.note_down(step, case, |tx| appointment::write(tx, &appointment));
        }
    }

    /// What the case with whoever made a claim should say of it, if it does not say so yet.
    fn appointment(
        &self,
        document: &Document,
        slot: &Slot,
        claim: &Claim,
        outcome: Outcome,
    ) -> Option<(DocumentId, Appointment)> {
        let case = self.case_with(&self.catalogue()?.crdt, claim.by)?;
        let shared = self.documents.get(&case).filter(|_| self.may_write(case))?;
        let known = appointment::read(&shared.crdt).into_iter().find(|it| it.id == claim.id);
        let state = match outcome {
            Outcome::Booked if slot.is_cancelled() => "cancelled",
            Outcome::Booked if slot.state == "ended" => "ended",
            Outcome::Booked if slot.state == "no_show" => "no_show",
            Outcome::Booked => "booked",
            // What was never booked here is no appointment.
            Outcome::Released | Outcome::Conflict { .. } if known.is_some() => "cancelled",
            Outcome::Released | Outcome::Conflict { .. } | Outcome::Waiting => return None,
        };
        // How long it is was settled when it was booked: once it is over, it is not the first again.
        let has_ended = interview::has_ended(&shared.crdt);
        let length_min =
            known.as_ref().map_or_else(|| slot::length_min(has_ended), |it| it.length_min);
        let appointment = Appointment {
            id: claim.id.clone(),
            slots: document.id,
            slot: slot.id.clone(),
            start: slot.start,
            length_min,
            place: slot.sign.place.clone(),
            state,
        };
        (known.as_ref() != Some(&appointment)).then_some((case, appointment))
    }
}

fn booking(outcome: Outcome) -> Booking {
    match outcome {
        Outcome::Waiting => Booking::Waiting,
        Outcome::Booked => Booking::Booked,
        Outcome::Conflict { .. } => Booking::Conflict,
        Outcome::Released => Booking::Free,
    }
}

/// Which of two claims to one slot came first, and which this is.
fn order_of(outcome: &Outcome) -> Option<(u64, Option<u64>)> {
    match outcome {
        Outcome::Conflict { first, own } => Some((first.0, own.map(|it| it.0))),
        Outcome::Waiting | Outcome::Booked | Outcome::Released => None,
    }
}
