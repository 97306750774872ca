//! A company (取引先企業): what was agreed with it, its rooms, its plan and its waves.

use shared::hash::sha256;
use shared::order;

use crate::{
    casework::{
        date::Date,
        field::{Field, Shape, Spec, spec},
        item::{all, code, count, date, text},
        plan,
        rule::code::coded,
        venue, wave,
    },
    document::crdt::{Crdt, EditError, Writer},
};

/// The major groups of the Japan Standard Industrial Classification.
pub const INDUSTRIES: &[&str] = &[
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s",
    "t",
];
/// How many people it has.
pub const SIZES: &[&str] = &["under_30", "under_100", "under_300", "under_1000", "over_1000"];
/// On demand, planned, or both.
pub const KINDS: &[&str] = &["on_demand", "planned", "mixed"];
/// Whether people may come again.
pub const CONTINUATIONS: &[&str] = &["single", "limited", "unlimited"];
/// Whether interviews are working time.
pub const HOURS: &[&str] = &["in_work", "out_of_work"];
/// What the company learns of attendance.
pub const ATTENDANCE: &[&str] = &["none", "count_only", "done_flag"];
/// How far a contract is.
pub const STATES: &[&str] = &["draft", "signed", "active", "closing", "closed"];
/// The smallest group that may be reported on.
pub const GROUP_MIN: i64 = 10;

/// The company's document.
pub const FIELDS: &[Spec] = &[
    spec("name", Shape::Short),
    spec("name_kana", Shape::Short),
    spec("industry", Shape::One(INDUSTRIES)),
    spec("size", Shape::One(SIZES)),
    spec("vision_note", Shape::Long),
    spec("units", Shape::List(UNIT)),
    spec("contacts", Shape::List(CONTACT)),
    spec("health_contact", Shape::Short),
    // The contract.
    spec("from", Shape::Date),
    spec("to", Shape::Date),
    spec("contract_kind", Shape::One(KINDS)),
    spec("continuation", Shape::One(CONTINUATIONS)),
    spec("continuation_note", Shape::Long),
    spec("interviews_max", Shape::Number(1, 99)),
    spec("hours", Shape::One(HOURS)),
    spec("attendance_notice", Shape::One(ATTENDANCE)),
    spec("group_min", Shape::Number(GROUP_MIN, 1_000)),
    spec("reports_due", Shape::List(REPORT_DUE)),
    spec("disclosure_rules", Shape::List(DISCLOSURE_RULES)),
    spec("state", Shape::One(STATES)),
    // The plan.
    spec("goals", Shape::List(LINE)),
    spec("events", Shape::List(EVENT)),
    spec("rules", Shape::List(plan::RULE)),
    spec("briefing_at", Shape::DateTime),
    spec("plan_state", Shape::One(plan::STATES)),
    spec("waves", Shape::List(wave::WAVE)),
    spec("venues", Shape::List(venue::VENUE)),
    spec("comments", Shape::List(LINE)),
];

/// What companies got later: for how many years the contract keeps notes, and reports; and the proof
/// that what the company provided is gone, see [`crate::casework::rights`].
pub const GROWN: &[Spec] = &[
    spec("note_years", Shape::Number(1, 10)),
    spec("report_years", Shape::Number(1, 10)),
    spec("acts", Shape::List(&[])),
];

/// What only an act writes, which asks the rules first.
pub const ACTS: &[&str] = &[
    "state",
    "plan_state",
    "disclosure_rules/*/signed_by_firm_on",
    "disclosure_rules/*/signed_by_company_on",
    "rules",
    "rules/*",
    "rules/*/segment",
    "rules/*/trigger",
    "waves",
    "waves/",
    "acts",
];

const LINE: &[Spec] = &[spec("text", Shape::Short)];
const UNIT: &[Spec] = &[spec("name", Shape::Short), spec("headcount", Shape::Number(0, 1_000_000))];
const CONTACT: &[Spec] = &[
    spec("name", Shape::Short),
    spec("role", Shape::Short),
    spec("mail", Shape::Short),
    spec("phone", Shape::Short),
    spec("is_harassment_desk", Shape::Flag),
    spec("is_whistle_desk", Shape::Flag),
    spec("is_safety_contact", Shape::Flag),
];
const REPORT_DUE: &[Spec] = &[spec("on", Shape::Date)];
const DISCLOSURE_RULES: &[Spec] = &[
    spec("text", Shape::Long),
    spec("signed_by_firm_on", Shape::Date),
    spec("signed_by_company_on", Shape::Date),
];
const EVENT: &[Spec] = &[spec("name", Shape::Short), spec("on", Shape::Date)];

/// The steps there are; what is closed stays so.
pub const STEPS: [(&str, &str); 4] =
    [("draft", "signed"), ("signed", "active"), ("active", "closing"), ("closing", "closed")];

coded! {
    /// What a contract or a plan lacks for its next state.
    Lack {
        /// No step leads there.
        Step = "step",
        /// The company has no name.
        Name = "name",
        /// The contract has no first and last day, or they are in the wrong order.
        Period = "period",
        /// It does not say whether interviews are on demand, planned or both.
        Kind = "contract_kind",
        /// It does not say whether people may come again.
        Continuation = "continuation",
        /// Nobody of the company can be asked.
        Contact = "contacts",
        /// What is told to whom was not signed by both sides, or was changed since.
        Rules = "disclosure_rules",
        /// Its first day is yet to come, or its last is over.
        Time = "time",
        /// There is no agreed plan, and not everything is on demand.
        Plan = "plan",
        /// The plan has no goal.
        Goals = "goals",
        /// The plan has no rule, or one that has no meaning.
        PlanRules = "rules",
        /// The contract is not active.
        Contract = "contract",
        /// A wave is not closed yet.
        Waves = "waves",
        /// Somebody has booked a slot that is yet to come.
        Bookings = "bookings",
        /// The rules make nobody due.
        Nobody = "nobody",
        /// Only whoever is responsible for the company does this.
        Lead = "lead",
        /// What was filled in has no meaning.
        Meaning = "meaning",
        /// The person is in no list, or not by this invitation.
        Invitation = "invitation",
        /// The slot is somebody else's, or not to be had.
        Slot = "slot",
        /// The slot is shorter than a first interview needs.
        Length = "length",
        /// This person has booked a slot already that is yet to come.
        Booked = "booked",
    }
}

/// How many interviews with one person the contract foresees (継続方針, 回数上限); `None` for as many as
/// they wish.
pub fn interviews_max(company: &Crdt) -> Option<u32> {
    let most = count(company, &Field::top("interviews_max"));
    match code(company, &Field::top("continuation"), CONTINUATIONS) {
        Some("single") => Some(1),
        Some(_) | None => most,
    }
}

/// What a new contract says until somebody says otherwise: the company learns how many came, and
/// of no group smaller than ten.
pub fn begin(tx: &mut Writer<'_, '_>, name: &str) -> Result<(), EditError> {
    tx.write(&Field::top("name"), name)?;
    tx.put(&Field::top("state"), "draft")?;
    tx.put(&Field::top("plan_state"), "draft")?;
    tx.put(&Field::top("attendance_notice"), "count_only")?;
    tx.put(&Field::top("group_min"), GROUP_MIN)
}

/// How far the contract is.
pub fn state(company: &Crdt) -> &'static str {
    code(company, &Field::top("state"), STATES).unwrap_or("draft")
}

/// How far the plan is.
pub fn plan_state(company: &Crdt) -> &'static str {
    code(company, &Field::top("plan_state"), plan::STATES).unwrap_or("draft")
}

/// The smallest group that may be reported on: never under [`GROUP_MIN`], whoever wrote what.
pub fn group_min(company: &Crdt) -> u32 {
    let written = count(company, &Field::top("group_min")).unwrap_or(0);
    written.max(u32::try_from(GROUP_MIN).unwrap_or(u32::MAX))
}

/// First and last day of the contract.
pub fn period(company: &Crdt) -> Option<(Date, Date)> {
    let day = |id| date(company, &Field::top(id));
    Some((day("from")?, day("to")?)).filter(|(from, to)| from <= to)
}

/// Notes when both sides signed a version of the rules, and which words.
pub fn sign_rules(
    tx: &mut Writer<'_, '_>,
    item: &str,
    words: &str,
    (firm_on, company_on): (Date, Date),
) -> Result<(), EditError> {
    let item = Field::top("disclosure_rules").child(item);
    tx.put(&item.child("digest"), sha256(&[words.as_bytes()]).to_vec())?;
    tx.put(&item.child("signed_by_firm_on"), firm_on.to_string())?;
    tx.put(&item.child("signed_by_company_on"), company_on.to_string())
}

/// The version of the rules that counts on a day: of those that both sides had signed, and whose
/// words are still those that were signed, the one signed last.
pub fn rules_in_force(company: &Crdt, on: Date) -> Option<(String, String)> {
    let mut signed = all(company, "disclosure_rules", |id, item| {
        let words = text(company, &item.child("text"));
        let digest = company.bytes(&item.child("digest"))?;
        let firm_on = date(company, &item.child("signed_by_firm_on"))?;
        let since = firm_on.max(date(company, &item.child("signed_by_company_on"))?);
        let is_same = digest == sha256(&[words.as_bytes()]);
        (since <= on && is_same).then(|| (since, String::from(id), words))
    });
    order::by_key(&mut signed, |(since, ..)| *since);
    signed.pop().map(|(_, id, words)| (id, words))
}

/// What the contract lacks to go on to a state on a day.
pub fn lacks(company: &Crdt, to: &str, on: Date, has_bookings: bool) -> Vec<Lack> {
    if !STEPS.contains(&(state(company), to)) {
        return vec![Lack::Step];
    }
    let is_set = |id, codes| code(company, &Field::top(id), codes).is_some();
    let is_on_demand = code(company, &Field::top("contract_kind"), KINDS) == Some("on_demand");
    let has_plan = matches!(plan_state(company), "agreed" | "running");
    let is_within = period(company).is_some_and(|(from, last)| (from..=last).contains(&on));
    let needs: &[(Lack, bool)] = match to {
        "signed" => &[
            (Lack::Name, !text(company, &Field::top("name")).trim().is_empty()),
            (Lack::Period, period(company).is_some()),
            (Lack::Kind, is_set("contract_kind", KINDS)),
            (Lack::Continuation, is_set("continuation", CONTINUATIONS)),
            (Lack::Contact, !company.items(&Field::top("contacts")).is_empty()),
            (Lack::Rules, rules_in_force(company, on).is_some()),
        ],
        "active" => &[
            (Lack::Time, is_within),
            (Lack::Plan, is_on_demand || has_plan),
            (Lack::Rules, rules_in_force(company, on).is_some()),
        ],
        "closed" => &[(Lack::Waves, has_closed_waves(company)), (Lack::Bookings, !has_bookings)],
        _ => &[],
    };
    missing(needs)
}

/// What the plan lacks to go on to a state.
pub fn plan_lacks(company: &Crdt, to: &str) -> Vec<Lack> {
    if !plan::STEPS.contains(&(plan_state(company), to)) {
        return vec![Lack::Step];
    }
    let (rules, events) = (plan::rules(company), plan::events(company));
    let has_meaning = |rule: &plan::Rule| plan::Rule::of(&rule.id, &rule.wish(), &events).is_some();
    let needs: &[(Lack, bool)] = match to {
        "proposed" | "agreed" => &[
            (Lack::Goals, !company.items(&Field::top("goals")).is_empty()),
            (Lack::PlanRules, !rules.is_empty() && rules.iter().all(has_meaning)),
        ],
        "running" => &[(Lack::Contract, state(company) == "active")],
        "done" => &[(Lack::Waves, has_closed_waves(company))],
        _ => &[],
    };
    missing(needs)
}

/// What a wave lacks to go on to a state.
pub fn wave_lacks(company: &Crdt, wave: &str, to: &str, has_bookings: bool) -> Vec<Lack> {
    let waves = wave::waves(company);
    let from = waves.iter().find(|it| it.id == wave).map_or("", |it| it.state);
    if !wave::STEPS.contains(&(from, to)) {
        return vec![Lack::Step];
    }
    let needs: &[(Lack, bool)] = match to {
        "inviting" | "running" => &[(Lack::Contract, state(company) == "active")],
        "closed" => &[(Lack::Bookings, !has_bookings)],
        _ => &[],
    };
    missing(needs)
}

fn has_closed_waves(company: &Crdt) -> bool {
    wave::waves(company).iter().all(|it| matches!(it.state, "closed" | "reported"))
}

fn missing(needs: &[(Lack, bool)]) -> Vec<Lack> {
    needs.iter().filter(|(_, is_there)| !is_there).map(|(lack, _)| *lack).collect()
}

#[cfg(test)]
mod tests;
