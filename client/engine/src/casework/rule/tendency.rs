//! Tendency codes (傾向コード): the topics of the national survey, so that a company can compare, and
//! what the organisation could look at.

use shared::map::Set;

use crate::casework::rule::code::coded;

coded! {
    /// What an interview was about.
    Topic {
        /// The career ahead.
        CareerPlan = "career_plan",
        /// How to learn.
        Skills = "skills",
        /// Work, pay, hours.
        Conditions = "conditions",
        /// Aptitude.
        Aptitude = "aptitude",
        /// Relations at work.
        Relations = "relations",
        /// Work and family.
        Balance = "balance",
        /// Transfer.
        Transfer = "transfer",
        /// Promotion.
        Promotion = "promotion",
        /// Leaving, or one's own business.
        Leaving = "leaving",
        /// Health of mind and body.
        Health = "health",
        /// After retirement.
        Retirement = "retirement",
        /// Anything else.
        Other = "other",
    }
}

coded! {
    /// What the organisation could look at.
    Organisation {
        /// Chances to develop.
        Development = "development",
        /// Support by superiors.
        Support = "support",
        /// Whether appraisal is understood.
        Appraisal = "appraisal",
        /// Workload.
        Workload = "workload",
        /// Information.
        Information = "information",
        /// Fairness and diversity.
        Fairness = "fairness",
        /// Safety.
        Safety = "safety",
        /// Whether systems are known.
        Systems = "systems",
    }
}

coded! {
    /// Whether it is a difficulty or a strength.
    Direction {
        /// A difficulty.
        Issue = "issue",
        /// A strength.
        Strength = "strength",
    }
}

/// What one case adds about the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// About what.
    pub code: Organisation,
    /// Difficulty or strength.
    pub direction: Direction,
    /// From 1 to 3.
    pub strength: u8,
}

/// What one case's interviews were about.
#[derive(Clone, PartialEq, Eq)]
pub struct Tendencies {
    /// Above all.
    pub main: Topic,
    /// And also.
    pub others: Vec<Topic>,
    /// About the organisation.
    pub organisation: Vec<Mark>,
}

impl Tendencies {
    /// All topics, each once.
    pub fn topics(&self) -> Set<Topic> {
        self.others.iter().copied().chain([self.main]).collect()
    }

    /// Whether it says this of the organisation, however often and strongly.
    pub fn marks(&self, code: Organisation, direction: Direction) -> bool {
        self.organisation.iter().any(|mark| mark.code == code && mark.direction == direction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::casework::note::{DIRECTIONS, ORGANISATION_CODES, TOPICS};

    #[test]
    fn codes_are_those_of_the_note() {
        assert_eq!(Topic::CODES, TOPICS);
        assert_eq!(Organisation::CODES, ORGANISATION_CODES);
        assert_eq!(Direction::CODES, DIRECTIONS);
        for topic in Topic::ALL {
            assert_eq!(Topic::of(topic.code()), Some(*topic));
        }
        assert_eq!(Topic::of("weather"), None);
    }
}
