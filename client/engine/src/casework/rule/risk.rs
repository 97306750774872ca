//! Danger: how it is judged, what must be written down, when it is looked at again.
//!
//! What is written shows later that the danger was asked about and reasonable steps were taken
//! (安全配慮義務, 労働契約法 5条); it protects the employee and the consultant.

use core::fmt;

use shared::{Decode, Encode, time::UnixMillis};

use crate::casework::{
    note::RISK_LEVELS,
    rule::{
        code::coded,
        disclosure::{Category, Consent, Judgement, decision::Signer},
    },
};

coded! {
    /// How grave a danger is, as an interview note says it.
    Level {
        /// None.
        None = "none",
        /// To be watched.
        Watch = "watch",
        /// Considerable concern.
        Concern = "concern",
        /// Urgent.
        Urgent = "urgent",
    }
}

coded! {
    /// What kind of danger.
    Kind {
        /// To oneself.
        SelfHarm = "self_harm",
        /// To others.
        HarmToOthers = "harm_to_others",
        /// To life and body otherwise: violence at home, accidents, overwork.
        Life = "life",
        /// Abuse of a child: everybody has to notify it (児童虐待防止法 6条), and secrecy does not
        /// stand against it (同3項).
        ChildAbuse = "child_abuse",
    }
}

coded! {
    /// What an assessment still lacks.
    Lack {
        /// What was seen and heard.
        Facts = "facts",
        /// What was asked: wish to die, plan, means, time.
        Asked = "asked",
        /// What kind of danger.
        Kind = "kind",
        /// Whether the employee was told, and if not, why.
        Told = "told",
        /// Why there is no consent.
        WhyNoConsent = "why_no_consent",
        /// A second opinion.
        SecondOpinion = "second_opinion",
        /// What was done.
        Actions = "actions",
        /// When it will be looked at again.
        Recheck = "recheck",
        /// That is too late.
        RecheckTooLate = "recheck_too_late",
        /// A safety plan.
        SafetyPlan = "safety_plan",
    }
}

/// Longest time until considerable concern, or more, is looked at again.
pub const RECHECK_MS_MAX: u64 = 24 * 60 * 60 * 1000;

/// An assessment (リスク評価), private to the consultant.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Assessment {
    /// When.
    #[n(0)]
    pub at: UnixMillis,
    /// How grave.
    #[n(1)]
    pub level: Level,
    /// Of what kinds.
    #[n(2)]
    pub kinds: Vec<Kind>,
    /// What was seen and heard.
    #[n(3)]
    pub facts: String,
    /// What was asked.
    #[n(4)]
    pub asked: String,
    /// What protects.
    #[n(5)]
    pub protective: String,
    /// Whether the employee was told.
    #[n(6)]
    pub told: bool,
    /// Why not.
    #[n(7)]
    pub told_why: String,
    /// Whether the employee consents to others being told.
    #[n(8)]
    pub consent: Consent,
    /// Why not.
    #[n(9)]
    pub consent_why: String,
    /// Whose opinion was asked.
    #[n(10)]
    pub second_opinion: Option<Signer>,
    /// What was done.
    #[n(11)]
    pub actions: Vec<String>,
    /// When it will be looked at again.
    #[n(12)]
    pub recheck_at: Option<UnixMillis>,
}

impl fmt::Debug for Assessment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Assessment(..)")
    }
}

/// What each level asks for, beside a recheck in time.
const ASKED: &[(Level, &[Lack])] = &[
    (Level::None, &[]),
    (Level::Watch, &[Lack::Kind, Lack::Facts, Lack::Recheck, Lack::SafetyPlan]),
    (
        Level::Concern,
        &[
            Lack::Kind,
            Lack::Facts,
            Lack::Asked,
            Lack::Told,
            Lack::WhyNoConsent,
            Lack::SecondOpinion,
            Lack::Recheck,
            Lack::RecheckTooLate,
            Lack::SafetyPlan,
        ],
    ),
    // Whoever has to act at once writes what they did, and the rest when it is over.
    (
        Level::Urgent,
        &[
            Lack::Kind,
            Lack::Facts,
            Lack::WhyNoConsent,
            Lack::Actions,
            Lack::Recheck,
            Lack::RecheckTooLate,
        ],
    ),
];

impl Assessment {
    /// What is still missing.
    pub fn lacks(&self, plan: Option<&SafetyPlan>) -> Vec<Lack> {
        let asked = ASKED.iter().find(|(level, _)| *level == self.level);
        let asked = asked.map_or([].as_slice(), |(_, asked)| *asked).iter().copied();
        asked.filter(|lack| self.lacks_this(*lack, plan)).collect()
    }

    fn lacks_this(&self, lack: Lack, plan: Option<&SafetyPlan>) -> bool {
        let is_blank = |text: &str| text.trim().is_empty();
        let consents = self.consent == Consent::Given;
        match lack {
            Lack::Kind => self.kinds.is_empty(),
            Lack::Facts => is_blank(&self.facts),
            Lack::Asked => is_blank(&self.asked),
            Lack::Told => !self.told && is_blank(&self.told_why),
            Lack::WhyNoConsent => !consents && is_blank(&self.consent_why),
            Lack::SecondOpinion => {
                !consents && !matches!(self.second_opinion, Some(Signer::Lead | Signer::Supervisor))
            }
            Lack::Actions => self.actions.iter().all(|action| is_blank(action)),
            Lack::Recheck => self.recheck_at.is_none(),
            Lack::RecheckTooLate => {
                self.recheck_at.is_some_and(|at| at > self.at.plus_ms(RECHECK_MS_MAX))
            }
            Lack::SafetyPlan => plan.is_none_or(|plan| !plan.is_usable()),
        }
    }

    /// By when it has to be looked at again: as written, but never later than the level allows.
    pub fn recheck_by(&self) -> Option<UnixMillis> {
        let latest = self.at.plus_ms(RECHECK_MS_MAX);
        match self.level {
            Level::None => None,
            Level::Watch => self.recheck_at,
            Level::Concern | Level::Urgent => {
                Some(self.recheck_at.map_or(latest, |at| at.min(latest)))
            }
        }
    }

    /// Whether it should have been looked at again; `later` are the case's other assessments.
    pub fn is_overdue(&self, later: &[Self], now: UnixMillis) -> bool {
        let is_settled = later.iter().any(|other| other.at > self.at);
        !is_settled && self.recheck_by().is_some_and(|by| by < now)
    }

    /// What this brings into a decision about a matter of the case.
    ///
    /// Considerable concern and more come before whatever else the matter is; what is only to be
    /// watched does not turn another matter into a danger. A hazard is judged for itself.
    pub fn judgement_in(&self, category: Category) -> Judgement {
        let judgement = Judgement::from_level(self.level);
        let is_for_this = category == Category::Danger
            || (category != Category::Hazard && judgement >= Judgement::Concern);
        if is_for_this { judgement } else { Judgement::None }
    }

    /// What kind of matter telling somebody would be.
    pub fn category(&self) -> Category {
        if self.kinds.contains(&Kind::ChildAbuse) { Category::Order } else { Category::Danger }
    }
}

coded! {
    /// Whom to turn to.
    ContactKind {
        /// 119 or 110.
        Emergency = "emergency",
        /// A counselling line.
        Line = "line",
        /// A person.
        Person = "person",
        /// A window outside the company.
        Outside = "outside",
        /// A window of the company.
        Company = "company",
    }
}

/// A safety plan (安全計画), shared with the employee.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SafetyPlan {
    /// By what the employee notices that it is getting worse.
    pub signs: Vec<String>,
    /// What they can do themselves.
    pub own_steps: Vec<String>,
    /// Whom to turn to.
    pub contacts: Vec<(ContactKind, String)>,
}

impl fmt::Debug for SafetyPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SafetyPlan(..)")
    }
}

impl SafetyPlan {
    /// Whether it helps at night: something to do, and somebody to call who is not the company.
    pub fn is_usable(&self) -> bool {
        let is_written = |text: &String| !text.trim().is_empty();
        let is_outside = |(kind, text): &(ContactKind, String)| {
            *kind != ContactKind::Company && is_written(text)
        };
        self.own_steps.iter().any(is_written) && self.contacts.iter().any(is_outside)
    }
}

// A level is written into the note under the note's own codes.
const _: () = assert!(Level::CODES.len() == RISK_LEVELS.len());

#[cfg(test)]
mod tests {
    use super::*;

    fn usable() -> SafetyPlan {
        SafetyPlan {
            signs: vec![],
            own_steps: vec![String::from("灯りをつける")],
            contacts: vec![(ContactKind::Line, String::from("相談窓口"))],
        }
    }

    fn complete(level: Level) -> Assessment {
        let at = UnixMillis(1_000_000);
        Assessment {
            at,
            level,
            kinds: vec![Kind::SelfHarm],
            facts: String::from("夜眠れない"),
            asked: String::from("計画なし"),
            protective: String::from("家族と同居"),
            told: true,
            told_why: String::new(),
            consent: Consent::Refused,
            consent_why: String::from("知られたくない"),
            second_opinion: Some(Signer::Supervisor),
            actions: vec![String::from("同席")],
            recheck_at: Some(at.plus_ms(RECHECK_MS_MAX)),
        }
    }

    #[track_caller]
    fn check(level: Level, lack: Lack, spoil: impl Fn(&mut Assessment)) {
        let mut assessment = complete(level);
        spoil(&mut assessment);
        assert_eq!(assessment.lacks(Some(&usable())), [lack]);
    }

    #[test]
    fn a_level_is_written_as_the_note_writes_it() {
        assert_eq!(Level::CODES, RISK_LEVELS);
        assert_eq!(Level::CODES, Judgement::CODES);
    }

    #[test]
    fn a_complete_assessment_lacks_nothing() {
        for level in Level::ALL {
            assert_eq!(complete(*level).lacks(Some(&usable())), []);
        }
    }

    #[test]
    fn each_level_asks_for_what_it_needs() {
        for level in [Level::Watch, Level::Concern, Level::Urgent] {
            check(level, Lack::Kind, |it| it.kinds.clear());
            check(level, Lack::Facts, |it| it.facts = String::from(" "));
            check(level, Lack::Recheck, |it| it.recheck_at = None);
        }
        check(Level::Concern, Lack::Asked, |it| it.asked.clear());
        check(Level::Concern, Lack::Told, |it| it.told = false);
        check(Level::Concern, Lack::SecondOpinion, |it| it.second_opinion = None);
        check(Level::Concern, Lack::SecondOpinion, |it| {
            it.second_opinion = Some(Signer::Consultant);
        });
        check(Level::Urgent, Lack::Actions, |it| it.actions.clear());
        for level in [Level::Concern, Level::Urgent] {
            check(level, Lack::WhyNoConsent, |it| it.consent_why.clear());
            let late =
                |it: &mut Assessment| it.recheck_at = Some(it.at.plus_ms(RECHECK_MS_MAX + 1));
            check(level, Lack::RecheckTooLate, late);
        }
        assert_eq!(complete(Level::Concern).lacks(None), [Lack::SafetyPlan]);
        assert_eq!(complete(Level::None).lacks(None), []);
    }

    #[test]
    fn with_consent_there_is_nothing_to_justify() {
        let mut agreed = complete(Level::Concern);
        agreed.consent = Consent::Given;
        agreed.consent_why.clear();
        agreed.second_opinion = None;

        assert_eq!(agreed.lacks(Some(&usable())), []);
    }

    #[test]
    fn concern_is_looked_at_again_within_a_day_whatever_was_written() {
        let mut concern = complete(Level::Concern);
        let by = concern.at.plus_ms(RECHECK_MS_MAX);
        concern.recheck_at = Some(by.plus_ms(1));
        assert_eq!(concern.recheck_by(), Some(by));
        concern.recheck_at = None;
        assert_eq!(concern.recheck_by(), Some(by));
        let soon = UnixMillis(by.0 - 1);
        concern.recheck_at = Some(soon);
        assert_eq!(concern.recheck_by(), Some(soon));

        assert!(!concern.is_overdue(&[], soon));
        assert!(concern.is_overdue(&[], by));
        let mut next = complete(Level::Watch);
        next.at = soon;
        assert!(!concern.is_overdue(&[next], by));
        assert_eq!(complete(Level::None).recheck_by(), None);
    }

    #[test]
    fn concern_comes_before_everything_and_watching_only_before_itself() {
        for (level, danger, harassment) in [
            (Level::None, Judgement::None, Judgement::None),
            (Level::Watch, Judgement::Watch, Judgement::None),
            (Level::Concern, Judgement::Concern, Judgement::Concern),
            (Level::Urgent, Judgement::Urgent, Judgement::Urgent),
        ] {
            let assessment = complete(level);
            assert_eq!(assessment.judgement_in(Category::Danger), danger);
            assert_eq!(assessment.judgement_in(Category::Harassment), harassment);
            assert_eq!(assessment.judgement_in(Category::Hazard), Judgement::None);
        }
        let mut abuse = complete(Level::Concern);
        abuse.kinds.push(Kind::ChildAbuse);
        assert_eq!(abuse.category(), Category::Order);
        assert_eq!(complete(Level::Concern).category(), Category::Danger);
    }

    #[test]
    fn a_plan_needs_something_to_do_and_somebody_outside() {
        assert!(usable().is_usable());
        let mut inside = usable();
        inside.contacts = vec![(ContactKind::Company, String::from("人事"))];
        assert!(!inside.is_usable());
        let mut idle = usable();
        idle.own_steps.clear();
        assert!(!idle.is_usable());
    }
}
