//! Who may write to which part of a document.
//!
//! A guard is checked when a change is admitted, so what its author may not write is in nobody's
//! document; looking at who wrote each letter when a document is read would cost far more, and could
//! not bring back what somebody deleted. Every device must decide alike, so a guard, once released,
//! is never added to a field, changed or removed; a later field that one side alone may write goes
//! inside a field that was guarded from the start, where it inherits the guard unseen.

use shared::log::org::Role;

/// On whose side somebody writes. Never changes for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The firm's.
    Staff,
    /// The employee's.
    Employee,
    /// The supervisor's.
    Supervisor,
}

impl Side {
    /// The side of everybody with a role.
    pub fn of(role: Role) -> Self {
        match role {
            Role::Admin | Role::Consultant => Self::Staff,
            Role::Supervisor => Self::Supervisor,
            Role::Employee => Self::Employee,
        }
    }
}

/// Who may write to a field and to everything in it that has no guard of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Segment by segment, `*` for any item; empty for the whole document.
    pub path: &'static str,
    /// Who.
    pub by: &'static [Side],
    /// A list whose items are never changed or removed.
    pub only_adds: bool,
}

/// The consultant alone.
pub const STAFF: &[Side] = &[Side::Staff];
/// The employee alone.
pub const EMPLOYEE: &[Side] = &[Side::Employee];
/// The employee and the consultant.
pub const BOTH: &[Side] = &[Side::Staff, Side::Employee];

/// A guard on what may be changed.
pub const fn guard(path: &'static str, by: &'static [Side]) -> Guard {
    Guard { path, by, only_adds: false }
}

/// A guard on a list that only grows.
pub const fn adds(path: &'static str, by: &'static [Side]) -> Guard {
    Guard { path, by, only_adds: true }
}

/// The guard that says most precisely who may write to `path`.
pub fn guard_of(guards: &'static [&'static [Guard]], path: &str) -> Option<&'static Guard> {
    let covers = |guard: &&Guard| {
        let rest = path.strip_prefix(guard.path);
        guard.path.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    guards.iter().copied().flatten().filter(covers).max_by_key(|guard| guard.path.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::genesis::Kind;

    #[test]
    fn the_longest_guard_counts_and_covers_what_nobody_knows_yet() {
        const GUARDS: &[&[Guard]] =
            &[&[guard("", BOTH)], &[guard("actions", STAFF), guard("actions/*/status", EMPLOYEE)]];
        let by = |path: &str| guard_of(GUARDS, path).unwrap().by;

        assert_eq!(by("actions/*/text"), STAFF);
        assert_eq!(by("actions/*/status"), EMPLOYEE);
        assert_eq!(by("actions/*/status/of_a_later_version"), EMPLOYEE);
        assert_eq!(by("actions_of_another_name"), BOTH);
        assert_eq!(guard_of(&GUARDS[1..], "canvases"), None);
    }

    #[test]
    fn every_guard_names_a_field_or_the_whole_document() {
        for kind in Kind::ALL {
            for guard in kind.guards().iter().copied().flatten() {
                let top = guard.path.split('/').next().unwrap_or_default();
                let mut fields = kind.first_fields().iter().chain(kind.grown_fields());
                let is_known = fields.any(|spec| spec.id == top);
                assert!(top.is_empty() || is_known, "{kind:?} {top}");
            }
        }
    }
}
