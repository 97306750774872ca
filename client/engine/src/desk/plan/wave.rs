//! The plan's rules, and the waves that they make.

use shared::id::{AccountId, DocumentId};

use super::{Desk, item_id};
use crate::{
    casework::{
        company::{self, Lack},
        date::Date,
        field::Field,
        plan::{self, Rule},
        roster, slot,
        wave::{self, Due},
    },
    command::RuleWish,
    document::Document,
    effect::Effect,
    journal::Step,
    view::{PlanView, View},
};

/// Rows of a roster written by one change.
const ROWS_AT_ONCE: usize = 50;

impl Desk {
    /// Adds a rule, while the plan is drawn up.
    pub(super) fn add_rule(&mut self, step: &mut Step<'_, '_>, id: DocumentId, wish: &RuleWish) {
        let Some(document) = self.company_of_mine(step, id) else { return };
        let company = document.id;
        let is_drawn_up = is_drawn_up(document);
        let events = plan::events(&document.crdt);
        match Rule::of(&item_id(step), wish, &events) {
            Some(_) if !is_drawn_up => Self::lacking(step, company, &[Lack::Step]),
            Some(rule) => {
                self.note_down(step, company, |tx| plan::add_rule(tx, &rule));
            }
            None => Self::lacking(step, company, &[Lack::Meaning]),
        }
    }

    /// Takes a rule out, while the plan is drawn up.
    pub(super) fn remove_rule(&mut self, step: &mut Step<'_, '_>, id: DocumentId, rule: &str) {
        let Some(document) = self.company_of_mine(step, id) else { return };
        let company = document.id;
        if !is_drawn_up(document) {
            return Self::lacking(step, company, &[Lack::Step]);
        }
        let item = Field::top("rules").child(rule);
        self.note_down(step, company, |tx| tx.remove_item(&item).map(|_| ()));
    }

    /// Takes the plan to another state.
    pub(super) fn move_plan(&mut self, step: &mut Step<'_, '_>, id: DocumentId, to: &str) {
        let Some(document) = self.company_of_mine(step, id) else { return };
        let company = document.id;
        let lacks = company::plan_lacks(&document.crdt, to);
        if !Self::is_barred(step, company, &lacks) {
            self.note_down(step, company, |tx| tx.put(&Field::top("plan_state"), to));
        }
    }

    /// Whom the rules make due in a period and no wave invites yet.
    fn due(&self, company: &Document, period: (Date, Date)) -> Vec<Due> {
        let crdt = &company.crdt;
        let Some(roster) = self.named_in(crdt, "roster").map(|it| &it.crdt) else { return vec![] };
        let waves = wave::waves(crdt);
        let is_invited = |due: &Due| {
            let known = roster::waves_of(roster, &due.row);
            let mut known = waves.iter().filter(|wave| known.contains(&wave.id));
            known.any(|wave| (wave.from..=wave.to).contains(&due.on))
        };
        let people = roster::invitees(roster);
        let mut due = wave::due_in(&plan::rules(crdt), &people, &plan::events(crdt), period);
        due.retain(|due| !is_invited(due));
        due
    }

    /// How many people each rule makes due in a period. Nothing here says who they are.
    pub(super) fn due_counts(
        &self,
        company: &Document,
        period: (Date, Date),
    ) -> Vec<(String, u32)> {
        let due = self.due(company, period);
        let count = |rule: Rule| {
            let of_rule = due.iter().filter(|due| due.rule == rule.id).count();
            (rule.id, u32::try_from(of_rule).unwrap_or(u32::MAX))
        };
        plan::rules(&company.crdt).into_iter().map(count).collect()
    }

    /// Makes a wave of whom the rules make due, with slots for them to choose from.
    pub(super) fn make_wave(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        (from, to): (&str, &str),
        is_trial: bool,
    ) {
        let Some(document) = self.company_of_mine(step, id) else { return };
        let company = document.id;
        let period = Date::parse(from).zip(Date::parse(to)).filter(|(from, to)| from <= to);
        let Some(period) = period else {
            return Self::lacking(step, company, &[Lack::Meaning]);
        };
        if is_trial {
            let counts = self.due_counts(document, period);
            let view = PlanView::Due { company, counts };
            return step.effects.push(Effect::Show(View::Plan(view)));
        }
        let due = self.due(document, period);
        let is_agreed = matches!(company::plan_state(&document.crdt), "agreed" | "running");
        let lacks = [(Lack::Plan, is_agreed), (Lack::Nobody, !due.is_empty())];
        let lacks: Vec<Lack> =
            lacks.into_iter().filter(|(_, is_there)| !is_there).map(|(lack, _)| lack).collect();
        if Self::is_barred(step, company, &lacks) {
            return;
        }
        let roster = self.named_in(&document.crdt, "roster");
        let rows = due.iter().map(|due| {
            let earlier = roster.map(|it| roster::waves_of(&it.crdt, &due.row));
            (due.row.clone(), earlier.unwrap_or_default())
        });
        let (roster, rows) = (roster.map(|it| it.id), rows.collect::<Vec<_>>());
        let wave = wave::wave(&item_id(step), period, &due);
        if !self.note_down(step, company, |tx| wave::add_wave(tx, &wave)) {
            return;
        }
        for lot in rows.chunks(ROWS_AT_ONCE) {
            let Some(roster) = roster else { break };
            self.note_down(step, roster, |tx| {
                let mut rows = lot.iter();
                rows.try_for_each(|(row, earlier)| roster::enlist(tx, row, &wave.id, earlier))
            });
        }
        self.begin_slots(step, company, &wave.id);
    }

    /// Takes a wave to its next state.
    pub(super) fn move_wave(
        &mut self,
        step: &mut Step<'_, '_>,
        id: DocumentId,
        wave: &str,
        to: &str,
    ) {
        let Some(document) = self.company_of_mine(step, id) else { return };
        let company = document.id;
        let has_bookings = self.has_bookings(company, Some(wave), step.now());
        let lacks = company::wave_lacks(&document.crdt, wave, to, has_bookings);
        if !Self::is_barred(step, company, &lacks) {
            self.note_down(step, company, |tx| wave::go(tx, wave, to));
        }
    }

    /// Whether somebody has booked a slot of a company, or of one of its waves, that is to come.
    pub(super) fn has_bookings(
        &self,
        company: DocumentId,
        wave: Option<&str>,
        now: shared::time::UnixMillis,
    ) -> bool {
        let is_of = |document: &&Document| {
            let about = slot::about(&document.crdt);
            about.is_some_and(|(_, of)| wave.is_none_or(|wave| wave == of))
        };
        self.slots_of(company).filter(is_of).any(|document| {
            let slots = self.slots_in(document);
            let is_to_come = |id: &str| {
                let slot = slots.iter().find(|it| it.id == id);
                slot.is_some_and(|it| !it.is_cancelled() && it.start > now)
            };
            self.outcomes(document).iter().any(|(claim, outcome)| {
                *outcome == slot::Outcome::Booked && is_to_come(&claim.slot)
            })
        })
    }

    /// Whether a wave of a company invites people at present.
    pub(super) fn is_inviting(company: &Document, wave: &str) -> bool {
        let waves = wave::waves(&company.crdt);
        waves.iter().any(|it| it.id == wave && matches!(it.state, "inviting" | "running"))
    }

    /// How many people a wave invites; everybody, for slots of no wave.
    pub(super) fn invitees_of(company: &Document, wave: &str) -> Option<usize> {
        let waves = wave::waves(&company.crdt);
        let wave = waves.iter().find(|it| it.id == wave)?;
        usize::try_from(wave.invitees).ok()
    }

    /// Whether an account joined, and may come in.
    pub(super) fn by_grant(&self, is_by: impl Fn(u64) -> bool) -> Vec<AccountId> {
        let Some(org) = &self.org else { return vec![] };
        let joined = org.accounts().filter(|(_, it)| it.grant.is_some_and(&is_by) && it.is_open());
        joined.map(|(account, _)| account).collect()
    }
}

fn is_drawn_up(company: &Document) -> bool {
    matches!(company::plan_state(&company.crdt), "draft" | "proposed")
}
