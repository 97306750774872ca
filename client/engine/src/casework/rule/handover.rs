//! Handing a case to the next consultant (C9).
//!
//! The notes are sealed anew for the successor the employee agreed to; nobody else can, because nobody
//! else has the key. Without consent they stay where they are and end with their term.

use shared::id::AccountId;

use crate::casework::rule::{
    code::coded,
    disclosure::{Category, Conflict, Consent, Facts, Judgement, Recipient, table},
};

coded! {
    /// What the employee said to a case being handed over.
    Choice {
        /// Yes, to whom they named.
        Yes = "yes",
        /// Ask each time.
        EachTime = "ask_each_time",
        /// No.
        No = "no",
        /// Yes before, and taken back.
        Withdrawn = "withdrawn",
        /// Not asked yet.
        Unasked = "unasked",
    }
}

/// What the employee said (C9), and to whom each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// In general.
    pub choice: Choice,
    /// Who may take over: the one named, or those agreed to each time.
    pub agreed: Vec<AccountId>,
}

impl Agreement {
    /// The consent to this successor.
    pub fn consent_to(&self, successor: AccountId) -> Consent {
        match self.choice {
            // A yes without a name is a yes to nobody in particular: ask.
            Choice::Yes | Choice::EachTime if self.agreed.contains(&successor) => Consent::Given,
            Choice::Yes | Choice::EachTime | Choice::Unasked => Consent::Unknown,
            Choice::No => Consent::Refused,
            Choice::Withdrawn => Consent::Withdrawn,
        }
    }

    /// What the table says of handing the case to this successor.
    pub fn rule(&self, successor: AccountId) -> &'static table::Rule {
        table::decide(&Facts {
            category: Category::Handover,
            judgement: Judgement::None,
            consent: self.consent_to(successor),
            recipient: Recipient::Successor,
            conflict: Conflict::Unchecked,
            counted: 1,
        })
    }

    /// Who has the case's key and must not any more: the document goes on under a new secret.
    pub fn to_revoke(&self, holders: &[AccountId], consultant: AccountId) -> Vec<AccountId> {
        let is_stranger = |holder: &&AccountId| {
            **holder != consultant && self.consent_to(**holder) != Consent::Given
        };
        holders.iter().filter(is_stranger).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::casework::rule::disclosure::table::Row;

    const CONSULTANT: AccountId = AccountId::new([1; 16]);
    const NEXT: AccountId = AccountId::new([2; 16]);
    const OTHER: AccountId = AccountId::new([3; 16]);

    #[test]
    fn only_whom_the_employee_agreed_to_gets_the_case() {
        for (choice, agreed, consent) in [
            (Choice::Yes, vec![NEXT], Consent::Given),
            (Choice::Yes, vec![OTHER], Consent::Unknown),
            (Choice::Yes, vec![], Consent::Unknown),
            (Choice::EachTime, vec![NEXT], Consent::Given),
            (Choice::EachTime, vec![], Consent::Unknown),
            (Choice::No, vec![NEXT], Consent::Refused),
            (Choice::Withdrawn, vec![NEXT], Consent::Withdrawn),
            (Choice::Unasked, vec![NEXT], Consent::Unknown),
        ] {
            let agreement = Agreement { choice, agreed };
            assert_eq!(agreement.consent_to(NEXT), consent, "{agreement:?}");
            let rule = agreement.rule(NEXT);
            assert_eq!((rule.row, rule.permit.is_some()), (Row::R15, consent == Consent::Given));
        }
    }

    #[test]
    fn a_withdrawal_takes_the_key_from_the_successor_and_not_from_the_consultant() {
        let holders = [CONSULTANT, NEXT];
        let mut agreement = Agreement { choice: Choice::Yes, agreed: vec![NEXT] };
        assert_eq!(agreement.to_revoke(&holders, CONSULTANT), []);
        agreement.choice = Choice::Withdrawn;
        assert_eq!(agreement.to_revoke(&holders, CONSULTANT), [NEXT]);
    }
}
