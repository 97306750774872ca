//! What of a document is filled in like a form, and by whom it is seen.

use crate::{
    casework::field::{Shape, Spec},
    document::{genesis::Kind, guard::Side},
};

/// The fields of a kind that somebody on a side is shown, in the order shown.
///
/// A catalogue is no form, and what only acts of its own add to is no field. A note's signature is
/// shown with the note, not among its fields. Of a JOB card a consultant is shown here what they
/// themselves write, and the employee everything else; what the employee granted, and comments to be
/// agreed to, are shown with the card.
pub fn fields(kind: Kind, side: Side) -> Vec<&'static Spec> {
    let is_shown = |spec: &&Spec| match kind {
        // What is told of a case, and when the employee reads it, is shown by its own view.
        Kind::Catalogue | Kind::CaseDisclosure | Kind::Opinion => false,
        Kind::JobCard => (side == Side::Employee) != (spec.id == "comments"),
        Kind::Note
        | Kind::CaseShared
        | Kind::Directory
        | Kind::Company
        | Kind::Roster
        | Kind::Slots
        | Kind::CasePrivate
        | Kind::CaseConsent
        | Kind::Supervision
        | Kind::Contribution
        | Kind::Report
        | Kind::Package => true,
    };
    let grown = if kind == Kind::Note { &[] } else { kind.grown_fields() };
    let is_filled_in = |spec: &&Spec| !matches!(spec.shape, Shape::List([]));
    kind.first_fields().iter().chain(grown).filter(is_shown).filter(is_filled_in).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::casework::note;

    #[test]
    fn a_consultant_fills_in_comments_on_a_card_and_is_shown_nothing_else_of_it() {
        let ids = |side| fields(Kind::JobCard, side).iter().map(|it| it.id).collect::<Vec<_>>();
        assert_eq!(ids(Side::Staff), ["comments"]);
        let own = ids(Side::Employee);
        assert!(own.contains(&"jobs") && own.contains(&"results") && !own.contains(&"comments"));
        assert!(fields(Kind::Catalogue, Side::Staff).is_empty());
        assert_eq!(fields(Kind::Note, Side::Staff).len(), note::FIELDS.len());
    }
}
