//! What a case adds to a company's report, without saying whose it is.

use core::fmt;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use shared::{
    hash,
    id::DocumentId,
    map::{Map, Set},
    secret::Secret,
};
use thiserror::Error;

use crate::casework::rule::{
    disclosure::Consent,
    report::{State, suppress::Ties},
    tendency::{Direction, Organisation, Tendencies, Topic},
};

/// The key of one report's pseudonyms. It lies in the report, where the lead and the consultants who
/// contribute have it. Whoever has it and a list of cases can tell whose a contribution is; cases are
/// named by random bytes, which none of them has of the others' cases, and stand nowhere beside it.
pub struct ReportSecret(Secret<32>);

impl ReportSecret {
    /// Takes key bytes.
    pub fn new(bytes: Secret<32>) -> Self {
        Self(bytes)
    }

    /// The name under which a case is counted in this report, and in no other.
    pub fn pseudonym(&self, case: DocumentId) -> Pseudonym {
        let tag = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(self.0.expose()).map(|mac| {
            let mac = mac.chain_update(b"mendan/1/report-pseudonym").chain_update(case.as_bytes());
            <[u8; 32]>::from(mac.finalize().into_bytes())
        });
        // HMAC takes keys of any length; the fallback keeps the signature free of an error.
        let tag = tag.unwrap_or([0xFF; 32]);
        Pseudonym(tag.first_chunk().copied().unwrap_or_default())
    }

    /// What decides between equal counts of this report.
    pub fn ties(&self) -> Ties {
        Ties::new(hash::sha256(&[b"mendan/1/report-ties", self.0.expose()]))
    }
}

impl fmt::Debug for ReportSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReportSecret(..)")
    }
}

/// Stands for a case within one report, so that nobody is counted twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pseudonym(pub [u8; 16]);

/// What one case adds.
#[derive(Clone, PartialEq, Eq)]
pub struct Contribution {
    /// Whose, for counting only.
    pub pseudonym: Pseudonym,
    /// Which group of people, chosen so that ten and more are in each.
    pub bucket: String,
    /// What it was about.
    pub tendencies: Tendencies,
    /// Motivation from 0 to 10, before and after.
    pub change: Option<(u8, u8)>,
    /// Satisfaction from 0 to 10.
    pub satisfaction: Option<u8>,
}

/// Written by a consultant, with no quote and nobody in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Statement {
    /// What is stated.
    pub text: String,
    /// The cases it rests on.
    pub cases: Vec<Pseudonym>,
}

impl Statement {
    /// How many cases it rests on.
    pub fn distinct_cases(&self) -> usize {
        self.cases.iter().copied().collect::<Set<_>>().len()
    }
}

/// Why a contribution is not made or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CountError {
    /// The employee does not agree (C7): leave the case out.
    #[error("not agreed")]
    NotAgreed,
    /// The report has left the house: tell the employee, and leave it out of the next.
    #[error("the report is final")]
    Final,
    /// The report is past collecting: it goes into the next.
    #[error("the report takes no more")]
    Closed,
}

/// All contributions to one report; a case counts once, as it was contributed last.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Contributions(Map<Pseudonym, Contribution>);

impl Contributions {
    /// Adds what a case says, if its employee agrees and the report still collects. Unanswered is
    /// not agreed.
    pub fn add(
        &mut self,
        consent: Consent,
        state: State,
        contribution: Contribution,
    ) -> Result<(), CountError> {
        if consent != Consent::Given {
            return Err(CountError::NotAgreed);
        }
        if state != State::Collecting {
            return Err(CountError::Closed);
        }
        self.0.insert(contribution.pseudonym, contribution);
        Ok(())
    }

    /// Takes a case out whose employee no longer agrees; tells the state in which the report goes on,
    /// because what was counted has to be counted again.
    pub fn withdraw(&mut self, pseudonym: Pseudonym, state: State) -> Result<State, CountError> {
        if state.is_final() {
            return Err(CountError::Final);
        }
        let was_counted = self.0.remove(&pseudonym).is_some() && state > State::Computing;
        Ok(if was_counted { State::Computing } else { state })
    }

    /// How many distinct people: of a person's cases only one is contributed, see
    /// [`Act::Counts`](crate::casework::rights::Act::Counts).
    pub fn people(&self) -> u32 {
        count(self.0.len())
    }

    /// The groups, in order, and how many people are in each.
    pub fn groups(&self) -> Vec<(String, u32)> {
        let mut groups: Map<String, u32> = Map::new();
        for contribution in self.0.values() {
            *groups.get_or_default(contribution.bucket.clone()) += 1;
        }
        groups.into_iter().collect()
    }

    /// People by main topic; every topic has a row.
    pub fn topics(&self) -> Vec<u32> {
        Topic::ALL.iter().map(|topic| self.those(|it| it.main == *topic)).collect()
    }

    /// People who said something of the organisation; one may say several things.
    pub fn marks(&self, direction: Direction) -> Vec<u32> {
        let marks = |code: &Organisation| self.those(|it| it.marks(*code, direction));
        Organisation::ALL.iter().map(marks).collect()
    }

    /// How many said how motivated they were before and after, and how satisfied; and the sums.
    pub fn sums(&self) -> [(u32, u32); 3] {
        let mut sums = [(0, 0); 3];
        for contribution in self.0.values() {
            let change = contribution.change;
            let said = [change.map(|it| it.0), change.map(|it| it.1), contribution.satisfaction];
            for ((people, sum), said) in sums.iter_mut().zip(said) {
                *people += u32::from(said.is_some());
                *sum += said.map_or(0, u32::from);
            }
        }
        sums
    }

    fn those(&self, is_so: impl Fn(&Tendencies) -> bool) -> u32 {
        count(self.0.values().filter(|it| is_so(&it.tendencies)).count())
    }
}

fn count(people: usize) -> u32 {
    u32::try_from(people).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::casework::rule::tendency::Mark;

    fn secret(byte: u8) -> ReportSecret {
        ReportSecret::new(Secret::new(Box::new([byte; 32])))
    }

    fn case(byte: u8) -> DocumentId {
        DocumentId::new([byte; 16])
    }

    fn contribution(number: u8, bucket: &str, main: Topic) -> Contribution {
        let mark = Mark { code: Organisation::Support, direction: Direction::Issue, strength: 2 };
        Contribution {
            pseudonym: secret(7).pseudonym(case(number)),
            bucket: String::from(bucket),
            tendencies: Tendencies { main, others: vec![], organisation: vec![mark, mark] },
            change: Some((3, 6)),
            satisfaction: None,
        }
    }

    fn collected(people: &[(u8, &str, Topic)]) -> Contributions {
        let mut all = Contributions::default();
        for (number, bucket, main) in people {
            let contribution = contribution(*number, bucket, *main);
            all.add(Consent::Given, State::Collecting, contribution).unwrap();
        }
        all
    }

    #[test]
    fn a_pseudonym_is_of_one_case_and_one_report() {
        let pseudonym = secret(7).pseudonym(case(1));
        assert_eq!(secret(7).pseudonym(case(1)), pseudonym);
        assert_ne!(secret(7).pseudonym(case(2)), pseudonym);
        assert_ne!(secret(8).pseudonym(case(1)), pseudonym);
        assert_eq!(format!("{:?}", secret(7)), "ReportSecret(..)");
    }

    #[test]
    fn nobody_is_counted_twice_or_against_their_will() {
        let mut all = collected(&[
            (1, "a", Topic::Skills),
            (2, "b", Topic::Skills),
            (1, "a", Topic::Leaving),
        ]);
        assert_eq!(all.people(), 2);
        let refused = contribution(3, "a", Topic::Health);
        for consent in [Consent::Refused, Consent::Unknown, Consent::Withdrawn] {
            let added = all.add(consent, State::Collecting, refused.clone());
            assert_eq!(added, Err(CountError::NotAgreed));
        }
        assert_eq!(all.add(Consent::Given, State::Draft, refused), Err(CountError::Closed));
        assert_eq!(all.groups(), [(String::from("a"), 1), (String::from("b"), 1)]);
        assert_eq!(all.topics().iter().sum::<u32>(), 2);
        assert_eq!(all.topics()[8], 1);
        assert_eq!(all.marks(Direction::Issue), [0, 2, 0, 0, 0, 0, 0, 0]);
        assert_eq!(all.sums(), [(2, 6), (2, 12), (0, 0)]);
    }

    #[test]
    fn a_withdrawal_takes_effect_until_the_report_has_left() {
        let pseudonym = secret(7).pseudonym(case(1));
        for (state, expected) in [
            (State::Collecting, Ok(State::Collecting)),
            (State::Computing, Ok(State::Computing)),
            (State::Draft, Ok(State::Computing)),
            (State::Approved, Ok(State::Computing)),
            (State::Delivered, Err(CountError::Final)),
            (State::Archived, Err(CountError::Final)),
        ] {
            let mut all = collected(&[(1, "a", Topic::Skills), (2, "a", Topic::Skills)]);
            assert_eq!(all.withdraw(pseudonym, state), expected);
            assert_eq!(all.people(), if expected.is_ok() { 1 } else { 2 });
        }
        let mut without = collected(&[(2, "a", Topic::Skills)]);
        assert_eq!(without.withdraw(pseudonym, State::Draft), Ok(State::Draft));
    }

    #[test]
    fn a_statement_rests_on_different_cases() {
        let [one, two] = [1, 2].map(|number| secret(7).pseudonym(case(number)));
        let statement = Statement { text: String::new(), cases: vec![one, two, one] };
        assert_eq!(statement.distinct_cases(), 2);
    }
}
