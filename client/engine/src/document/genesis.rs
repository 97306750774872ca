//! The first change of a document: its kind, its schema, and an empty text or list for every field.
//!
//! It is the same bytes on every device, so two devices that start a document of one kind agree,
//! and no two devices ever create the same text twice.

use std::sync::OnceLock;

use automerge::{
    ActorId, Automerge, Change, ChangeHash, ObjType, ROOT, TextEncoding,
    transaction::{CommitOptions, Transactable as _},
};
use shared::{Decode, Encode, hash};

use crate::{
    casework::{
        case, catalogue, company, consent, contribution, directory, disclosure,
        field::{Field, Shape, Spec},
        job_card, note, opinion, package, private, report, rights, roster, slot, supervision,
    },
    document::guard::Guard,
};

/// Version of the schemas; fields are only ever added.
pub const SCHEMA: u64 = 1;

/// What a document is. Known only to those who can open it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Kind {
    /// A person's own list of people, cases and devices.
    #[n(0)]
    Catalogue,
    /// What a consultant and an employee share.
    #[n(1)]
    CaseShared,
    /// A consultant's note of one interview.
    #[n(2)]
    Note,
    /// Who the consultants are.
    #[n(3)]
    Directory,
    /// A company: contract, venues, plan and waves.
    #[n(4)]
    Company,
    /// Whom a company asked to be invited.
    #[n(5)]
    Roster,
    /// The interview slots of a wave, without a name.
    #[n(6)]
    Slots,
    /// What a consultant keeps of a case beside its notes.
    #[n(7)]
    CasePrivate,
    /// What an employee agreed to, refused and withdrew.
    #[n(8)]
    CaseConsent,
    /// What was, or was not, told to others about a case.
    #[n(9)]
    CaseDisclosure,
    /// An employee's JOB card.
    #[n(10)]
    JobCard,
    /// A case without identity, and what a supervisor says of it.
    #[n(11)]
    Supervision,
    /// Codes that cases add to a report, without names.
    #[n(12)]
    Contribution,
    /// What a company is told of all interviews together.
    #[n(13)]
    Report,
    /// What an employee asked to see of the notes.
    #[n(14)]
    Package,
    /// Facts without the person, and what a supervisor or lead says and signs of them.
    #[n(15)]
    Opinion,
}

/// What there is to know of a kind.
struct Plan {
    /// As written in the document.
    name: &'static str,
    /// What its first change makes, frozen.
    first: &'static [Spec],
    /// What it got later: each has a change of its own.
    grown: &'static [Spec],
    /// In parts, as the casework has them.
    guards: &'static [&'static [Guard]],
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::Catalogue,
        Self::CaseShared,
        Self::Note,
        Self::Directory,
        Self::Company,
        Self::Roster,
        Self::Slots,
        Self::CasePrivate,
        Self::CaseConsent,
        Self::CaseDisclosure,
        Self::JobCard,
        Self::Supervision,
        Self::Contribution,
        Self::Report,
        Self::Package,
        Self::Opinion,
    ];

    const fn plan(self) -> Plan {
        match self {
            Self::Catalogue => plain("catalogue", catalogue::FIELDS, &[]),
            Self::CaseShared => Plan {
                name: "case/shared",
                first: case::FIELDS,
                grown: case::GROWN,
                guards: case::GUARDS,
            },
            Self::Note => Plan {
                name: "interview-note",
                first: note::FIELDS,
                grown: note::GROWN,
                guards: &[note::GUARDS],
            },
            Self::Directory => DIRECTORY,
            Self::Company => Plan {
                name: "company",
                first: company::FIELDS,
                grown: company::GROWN,
                guards: &[rights::PRIVATE_GUARDS],
            },
            Self::Roster => plain("roster", roster::FIELDS, &[]),
            Self::Slots => {
                Plan { name: "slots", first: slot::FIELDS, grown: &[], guards: &[slot::GUARDS] }
            }
            Self::CasePrivate => Plan {
                name: "case/private",
                first: private::FIELDS,
                grown: private::GROWN,
                guards: &[rights::PRIVATE_GUARDS],
            },
            Self::CaseConsent => Plan {
                name: "case/consent",
                first: consent::FIELDS,
                grown: rights::GROWN,
                guards: &[consent::GUARDS, rights::CONSENT_GUARDS],
            },
            Self::CaseDisclosure => Plan {
                name: "case/disclosure",
                first: disclosure::FIELDS,
                grown: &[],
                guards: &[disclosure::GUARDS],
            },
            Self::JobCard => Plan {
                name: "jobcard",
                first: job_card::FIELDS,
                grown: job_card::GROWN,
                guards: &[job_card::GUARDS],
            },
            Self::Supervision => Plan {
                name: "supervision",
                first: supervision::FIELDS,
                grown: &[],
                guards: &[supervision::GUARDS],
            },
            Self::Contribution => plain("contribution", contribution::FIELDS, &[]),
            Self::Report => plain("report", report::FIELDS, report::GROWN),
            Self::Package => Plan {
                name: "case/package",
                first: package::FIELDS,
                grown: &[],
                guards: &[package::GUARDS],
            },
            Self::Opinion => Plan {
                name: "second-opinion",
                first: opinion::FIELDS,
                grown: &[],
                guards: &[opinion::GUARDS],
            },
        }
    }

    /// As written in the document.
    pub fn as_str(self) -> &'static str {
        self.plan().name
    }

    /// Whether a field is not filled in, but written by an act that asks rules first. A path that
    /// ends in a stroke stands for everything below it.
    pub fn is_for_acts(self, field: &Field) -> bool {
        let acts = match self {
            Self::Directory => directory::ACTS,
            Self::Company => company::ACTS,
            Self::Roster => roster::ACTS,
            Self::Slots => slot::ACTS,
            Self::Catalogue
            | Self::CaseShared
            | Self::Note
            | Self::CasePrivate
            | Self::CaseConsent
            | Self::CaseDisclosure
            | Self::JobCard
            | Self::Supervision
            | Self::Contribution
            | Self::Report
            | Self::Package
            | Self::Opinion => &[],
        };
        let mut path = String::new();
        for (at, segment) in field.segments().enumerate() {
            path.push_str(if at == 0 { "" } else { "/" });
            path.push_str(if at % 2 == 1 { "*" } else { segment });
        }
        acts.iter().any(|act| *act == path || (act.ends_with('/') && path.starts_with(act)))
    }

    /// From what is written in the document.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The fields that its first change makes.
    pub fn first_fields(self) -> &'static [Spec] {
        self.plan().first
    }

    /// The fields that it got later.
    pub fn grown_fields(self) -> &'static [Spec] {
        self.plan().grown
    }

    /// Who may write to what of it.
    pub fn guards(self) -> &'static [&'static [Guard]] {
        self.plan().guards
    }
}

const DIRECTORY: Plan = Plan {
    name: "directory",
    first: directory::FIELDS,
    grown: directory::GROWN,
    guards: &[directory::GUARDS],
};

/// A kind whose every member may write to all of it.
const fn plain(name: &'static str, first: &'static [Spec], grown: &'static [Spec]) -> Plan {
    Plan { name, first, grown, guards: &[] }
}

/// The first change of a document of this kind.
pub fn genesis(kind: Kind) -> Option<Change> {
    let digest = hash::sha256(&[b"mendan/1/genesis", kind.as_str().as_bytes()]);
    let mut document = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
    document.set_actor(ActorId::from(digest.first_chunk::<16>()?.as_slice()));
    let mut tx = document.transaction();
    tx.put(ROOT, "kind", kind.as_str()).ok()?;
    tx.put(ROOT, "schema", SCHEMA).ok()?;
    for spec in kind.first_fields() {
        if let Some(object) = container(spec.shape) {
            tx.put_object(ROOT, spec.id, object).ok()?;
        }
    }
    tx.commit_with(CommitOptions::default().with_time(0));
    document.get_last_local_change()
}

/// What a field needs to exist before anybody writes to it.
pub(crate) fn container(shape: Shape) -> Option<ObjType> {
    match shape {
        Shape::Long | Shape::Short => Some(ObjType::Text),
        Shape::List(_) => Some(ObjType::List),
        Shape::Many(_) => Some(ObjType::Map),
        Shape::One(_) | Shape::Number(..) | Shape::Flag | Shape::Date | Shape::DateTime => None,
    }
}

/// Of which kind of document a change is the first.
pub fn kind_of_genesis(hash: ChangeHash) -> Option<Kind> {
    static KNOWN: OnceLock<Vec<(ChangeHash, Kind)>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        Kind::ALL.into_iter().filter_map(|it| Some((genesis(it)?.hash(), it))).collect()
    });
    known.iter().find(|(it, _)| *it == hash).map(|(_, kind)| *kind)
}

/// Whether a change is the first change of some kind of document.
pub fn is_genesis(hash: ChangeHash) -> bool {
    kind_of_genesis(hash).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_genesis_is_the_same_everywhere_and_differs_by_kind() {
        for kind in Kind::ALL {
            let change = genesis(kind).unwrap();
            assert_eq!(change.hash(), genesis(kind).unwrap().hash());
            assert!(is_genesis(change.hash()));
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        let hashes: std::collections::BTreeSet<_> =
            Kind::ALL.into_iter().filter_map(genesis).map(|change| change.hash()).collect();
        assert_eq!(hashes.len(), Kind::ALL.len());
    }

    #[test]
    fn what_asks_rules_first_is_not_filled_in() {
        let is_for_acts = |kind: Kind, path: &str| kind.is_for_acts(&Field::top(path));
        for path in ["state", "waves", "waves/1", "waves/1/state", "rules/1/trigger", "rules/1"] {
            assert!(is_for_acts(Kind::Company, path), "{path}");
        }
        for path in ["name", "rules/1/note", "venues", "venues/1/name", "disclosure_rules/1/text"] {
            assert!(!is_for_acts(Kind::Company, path), "{path}");
        }
        assert!(is_for_acts(Kind::Directory, "templates/2-ja/c1"));
        assert!(!is_for_acts(Kind::Directory, "profiles/ab/greeting"));
        assert!(is_for_acts(Kind::Roster, "rows/1/invitation"));
        assert!(!is_for_acts(Kind::Roster, "rows/1/name") && !is_for_acts(Kind::Roster, "rows"));
        assert!(is_for_acts(Kind::Slots, "slots/1/state") && is_for_acts(Kind::Slots, "claims"));
        assert!(!is_for_acts(Kind::CaseShared, "state"));
    }
}
