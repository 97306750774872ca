//! What is printed of an invitation: a letter for one person, or a poster for whoever wants to come.

use engine::view::{InvitationFor, InvitationView};
use shared::log::org::Role;

use crate::{
    text::say::{fill, say},
    widgets::{
        html::{self, Child as _, View},
        moment, square,
    },
};

/// Which of the two it is; nothing for what is handed over on a screen.
pub fn kind(purpose: InvitationFor) -> Option<&'static str> {
    match purpose {
        InvitationFor::Person(Role::Employee) => Some("letter"),
        InvitationFor::Poster => Some("poster"),
        InvitationFor::Person(Role::Admin | Role::Consultant | Role::Supervisor)
        | InvitationFor::Device => None,
    }
}

/// The page, which is seen on paper only.
pub fn page(kind: &'static str, invitation: &InvitationView, secret: &str) -> View {
    let of = |part: &str| say(&[kind, ".", part].concat());
    let name = &invitation.name;
    let to = (kind == "letter" && !name.is_empty()).then(|| {
        html::p().class("letter-to").attr("translate", "no").child(fill("letter.to", &[name]))
    });
    let steps =
        ["letter.scan", "letter.phrase", "letter.choose"].map(|it| html::li().child(say(it)));
    html::div()
        .class(if kind == "poster" { "sheet letter poster" } else { "sheet letter" })
        .attr("data-testid", kind)
        .child((
            to,
            html::h1().child(of("title")),
            html::p().child(of("lead")),
            html::p().child(say("letter.secret")),
            square::square(secret, say("letter.square")),
            html::ol().class("sheet-steps").child(steps.into_iter().collect::<Vec<_>>()),
            html::p()
                .child(fill(&[kind, ".until"].concat(), &[&moment::day(invitation.expires_at)])),
            html::p().class("letter-link").child((
                html::span().child(say("letter.link")),
                html::span().attr("translate", "no").child(secret.to_owned()),
            )),
        ))
        .into_child()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_employees_get_something_on_paper() {
        assert_eq!(kind(InvitationFor::Person(Role::Employee)), Some("letter"));
        assert_eq!(kind(InvitationFor::Poster), Some("poster"));
        for role in [Role::Admin, Role::Consultant, Role::Supervisor] {
            assert_eq!(kind(InvitationFor::Person(role)), None);
        }
        assert_eq!(kind(InvitationFor::Device), None);
    }

    #[test]
    fn both_have_every_word() {
        for kind in ["letter", "poster"] {
            for part in ["title", "lead", "until", "print", "hand"] {
                assert!(!say(&[kind, ".", part].concat()).is_empty(), "{kind}.{part}");
            }
        }
    }
}
