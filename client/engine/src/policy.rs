//! Who is let into which kind of document, and to do what.
//!
//! One table; documents get their members by it and by nothing else. Admins stand nowhere in it,
//! and neither does the company.

use shared::{
    id::AccountId,
    log::{document::Access, org::Role},
    map::Map,
};

use crate::document::genesis::Kind;

/// What somebody is to a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// The consultant whose case it is.
    Owner,
    /// A consultant whom the case was handed to, with the employee's consent.
    Successor,
    /// The consultant responsible for the company.
    Lead,
    /// A consultant who works for the company.
    Assigned,
    /// Any consultant of the firm.
    Colleague,
    /// The employee it is about.
    Employee,
    /// An employee who was invited.
    Invited,
    /// A consultant to whom the employee shows their JOB card.
    Shown,
    /// The supervisor of the case.
    Supervisor,
}

impl Relation {
    /// Every relation.
    pub const ALL: [Self; 9] = [
        Self::Owner,
        Self::Successor,
        Self::Lead,
        Self::Assigned,
        Self::Colleague,
        Self::Employee,
        Self::Invited,
        Self::Shown,
        Self::Supervisor,
    ];

    /// The role that somebody must have to stand in it.
    pub fn role(self) -> Role {
        match self {
            Self::Owner
            | Self::Successor
            | Self::Lead
            | Self::Assigned
            | Self::Colleague
            | Self::Shown => Role::Consultant,
            Self::Employee | Self::Invited => Role::Employee,
            Self::Supervisor => Role::Supervisor,
        }
    }
}

const R: Access = Access::Reader;
const W: Access = Access::Writer;
const M: Access = Access::Manager;

/// The table. Who is not in it is not let in.
const MEMBERS: &[(Kind, &[(Relation, Access)])] = &[
    (Kind::Catalogue, &[]),
    (Kind::Directory, &[(Relation::Lead, M), (Relation::Colleague, W), (Relation::Supervisor, W)]),
    (Kind::Company, &[(Relation::Lead, M), (Relation::Assigned, W)]),
    (Kind::Roster, &[(Relation::Lead, M), (Relation::Assigned, R)]),
    (Kind::Slots, &[(Relation::Lead, M), (Relation::Assigned, W), (Relation::Invited, W)]),
    (Kind::CasePrivate, &[(Relation::Owner, M), (Relation::Successor, W)]),
    (Kind::Note, &[(Relation::Owner, M), (Relation::Successor, W)]),
    (Kind::CaseShared, &[(Relation::Owner, M), (Relation::Successor, W), (Relation::Employee, W)]),
    (Kind::CaseConsent, &[(Relation::Owner, M), (Relation::Successor, W), (Relation::Employee, W)]),
    (
        Kind::CaseDisclosure,
        &[(Relation::Owner, M), (Relation::Successor, W), (Relation::Employee, W)],
    ),
    (Kind::JobCard, &[(Relation::Employee, M), (Relation::Shown, W)]),
    (Kind::Supervision, &[(Relation::Owner, M), (Relation::Supervisor, W)]),
    (Kind::Contribution, &[(Relation::Owner, M), (Relation::Lead, R)]),
    (Kind::Report, &[(Relation::Lead, M), (Relation::Assigned, W)]),
    (Kind::Package, &[(Relation::Owner, M), (Relation::Employee, R)]),
    // One of the two, whoever is asked.
    (Kind::Opinion, &[(Relation::Owner, M), (Relation::Supervisor, W), (Relation::Lead, W)]),
];

/// What somebody in a relation may do with a kind of document.
pub fn access(kind: Kind, relation: Relation) -> Option<Access> {
    let (_, rules) = MEMBERS.iter().find(|(it, _)| *it == kind)?;
    rules.iter().find(|(it, _)| *it == relation).map(|(_, access)| *access)
}

/// Somebody who has to do with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party {
    /// Who.
    pub account: AccountId,
    /// As what they are in the firm's log.
    pub role: Role,
    /// What they are to the document.
    pub relation: Relation,
}

/// Whom a document of a kind is opened to, each with the most that any of their relations gives.
pub fn members(kind: Kind, people: &[Party]) -> Vec<(AccountId, Access)> {
    let mut members: Map<AccountId, Access> = Map::new();
    for Party { account, role, relation } in people {
        let access = access(kind, *relation).filter(|_| *role == relation.role());
        if let Some(access) = access {
            let most = members.get(account).map_or(access, |known| access.max(*known));
            members.insert(*account, most);
        }
    }
    members.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readers(kind: Kind) -> Vec<Relation> {
        Relation::ALL.into_iter().filter(|it| access(kind, *it).is_some()).collect()
    }

    #[test]
    fn every_kind_has_a_line() {
        for kind in Kind::ALL {
            assert!(MEMBERS.iter().any(|(it, _)| *it == kind), "{kind:?}");
        }
        assert_eq!(MEMBERS.len(), Kind::ALL.len());
    }

    #[test]
    fn nobody_reads_what_the_model_says_they_never_read() {
        assert_eq!(readers(Kind::Catalogue), []);
        assert_eq!(readers(Kind::Note), [Relation::Owner, Relation::Successor]);
        assert_eq!(readers(Kind::CasePrivate), [Relation::Owner, Relation::Successor]);
        // The lead sees neither who agreed to what nor what is told of whom.
        for kind in [Kind::CaseShared, Kind::CaseConsent, Kind::CaseDisclosure, Kind::JobCard] {
            assert!(access(kind, Relation::Lead).is_none(), "{kind:?}");
        }
        // An employee reads what is theirs, and the slots they choose from.
        let theirs = Kind::ALL.into_iter().filter(|it| access(*it, Relation::Employee).is_some());
        let theirs: Vec<Kind> = theirs.collect();
        let expected = [
            Kind::CaseShared,
            Kind::CaseConsent,
            Kind::CaseDisclosure,
            Kind::JobCard,
            Kind::Package,
        ];
        assert!(theirs.iter().all(|it| expected.contains(it)) && theirs.len() == expected.len());
        let shown = Kind::ALL.into_iter().filter(|it| access(*it, Relation::Invited).is_some());
        assert_eq!(shown.collect::<Vec<_>>(), [Kind::Slots]);
        // A supervisor sees copies and questions without identity, and who the consultants are.
        let seen = Kind::ALL.into_iter().filter(|it| access(*it, Relation::Supervisor).is_some());
        assert_eq!(seen.collect::<Vec<_>>(), [Kind::Directory, Kind::Supervision, Kind::Opinion]);
    }

    #[test]
    fn an_admin_is_let_into_nothing_whatever_is_said_of_them() {
        let account = AccountId::new([7; 16]);
        for kind in Kind::ALL {
            for relation in Relation::ALL {
                let people = [Party { account, role: Role::Admin, relation }];
                assert_eq!(members(kind, &people), [], "{kind:?} {relation:?}");
            }
        }
    }

    #[test]
    fn who_stands_in_two_relations_gets_the_most_of_both() {
        let account = AccountId::new([7; 16]);
        let party = |relation| Party { account, role: Role::Consultant, relation };
        let people = [party(Relation::Lead), party(Relation::Assigned)];

        assert_eq!(members(Kind::Company, &people), [(account, Access::Manager)]);
        let as_employee = Party { role: Role::Employee, ..party(Relation::Lead) };
        assert_eq!(members(Kind::Company, &[as_employee]), []);
    }
}
