//! An invitation just made: a secret that is shown once.

use engine::view::{InvitationFor, InvitationView};

use super::letter;
use crate::{
    app::{outside, stage::Stage},
    text::{
        say::{fill, say},
        words,
    },
    watched::Derived,
    widgets::{
        copy::copy_button,
        dialog,
        html::{self, Child as _, View},
        icon, moment,
        part::{self, Weight},
        square,
    },
};

/// The dialog. It closes only by its own button: what it shows cannot be shown again.
pub fn invitation(stage: Stage) -> View {
    let is_open = Derived::following(move || stage.invitations.with(|all| !all.is_empty()));
    let body = move || {
        stage.invitations.with(|all| match all.as_slice() {
            [invitation] => content(stage, invitation),
            all => letters(stage, all),
        })
    };
    dialog::dialog("invitation", is_open, || {}, body)
}

/// Several at once: for paper alone, a sheet for each.
fn letters(stage: Stage, all: &[InvitationView]) -> View {
    let count = all.len().to_string();
    let pages = all.iter().filter_map(|it| {
        let secret = secret(it, &outside::origin());
        letter::kind(it.purpose).map(|kind| letter::page(kind, it, &secret))
    });
    (
        html::h2().id("invitation-title").child(fill("letter.all", &[&count])),
        html::p().child(say("letter.hand_all")),
        warning(),
        actions(stage, all.len(), print(stage, all.len(), "letter.print_all")),
        pages.collect::<Vec<_>>(),
    )
        .into_child()
}

fn content(stage: Stage, invitation: &InvitationView) -> View {
    let words = &words().invitation;
    let secret = secret(invitation, &outside::origin());
    let (title, text, label, copy) = match invitation.purpose {
        InvitationFor::Person(_) => {
            let title = (words.person_title)(&invitation.name);
            (title, words.person_text, words.link, words.copy_link)
        }
        InvitationFor::Device => {
            (words.device_title.to_owned(), words.device_text, words.code, words.copy_code)
        }
        InvitationFor::Poster => {
            (say("poster.made").to_owned(), say("poster.hand"), words.link, words.copy_link)
        }
    };
    let paper = letter::kind(invitation.purpose);
    let seal = paper.filter(|kind| *kind == "letter");
    let seal = seal.map(|_| html::p().class("hint").child(say("letter.hand")));
    let page = paper.map(|kind| letter::page(kind, invitation, &secret));
    let shown = secret.clone();
    (
        (html::h2().id("invitation-title").child(title), html::p().child(text)),
        html::label().r#for("invitation-secret").class("label").child(label),
        html::textarea()
            .id("invitation-secret")
            .class("text-box secret")
            .attr("data-testid", "invitation-secret")
            .attr("readonly", "")
            .attr("rows", "3")
            .attr("autocomplete", "off")
            .attr("spellcheck", "false")
            .attr("translate", "no")
            .text("value", move || shown.clone()),
        square::square(&secret, words.square),
        seal,
        html::p().class("hint").child((words.expires)(&moment::minute(invitation.expires_at))),
        warning(),
        actions(
            stage,
            1,
            (
                copy_button("copy-invitation", copy, secret),
                paper.map(|kind| print(stage, 1, &[kind, ".print"].concat())),
            )
                .into_child(),
        ),
        page,
    )
        .into_child()
}

fn warning() -> html::Tag {
    let secret = html::span().child(words().invitation.secret);
    html::p().class("remark").child((icon::icon(icon::WARNING), secret))
}

/// `shown` are on the screen, and so on the paper.
fn print(stage: Stage, shown: usize, label: &str) -> View {
    let print = move || {
        stage.printed.set(shown);
        outside::print();
    };
    part::button(Weight::Primary, "print-invitation", say(label), print)
}

/// What can be done with it, and the way out.
fn actions(stage: Stage, shown: usize, before: View) -> html::Tag {
    let done = move || {
        let printed = stage.printed.get_untracked();
        stage.printed.set(0);
        stage
            .invitations
            .update(|all| *all = all.split_off(handed_over(all.len(), shown, printed)));
    };
    let done = part::button(Weight::Plain, "invitation-done", words().invitation.done, done);
    html::div().class("dialog-actions").child((before, done))
}

/// How many of the first were handed over: those on paper, or, where nothing was printed, those on
/// the screen. What arrived behind them nobody has seen.
fn handed_over(all: usize, shown: usize, printed: usize) -> usize {
    let count = if printed == 0 { shown } else { printed };
    count.min(all)
}

/// What is handed over: a link for a person, a code for a device.
fn secret(invitation: &InvitationView, origin: &str) -> String {
    match invitation.purpose {
        InvitationFor::Person(_) | InvitationFor::Poster => {
            format!("{origin}/#{}", invitation.fragment)
        }
        InvitationFor::Device => invitation.fragment.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{log::org::Role, time::UnixMillis};

    #[test]
    fn what_arrives_while_letters_are_handed_over_stays() {
        assert_eq!(handed_over(5, 3, 0), 3, "two arrived behind those on the screen");
        assert_eq!(handed_over(5, 5, 3), 3, "two arrived behind those on paper");
        assert_eq!(handed_over(5, 5, 5), 5);
        assert_eq!(handed_over(0, 3, 3), 0, "the device was locked meanwhile");
    }

    #[test]
    fn people_get_a_link_and_a_device_a_code() {
        let mut invitation = InvitationView {
            purpose: InvitationFor::Person(Role::Employee),
            name: String::from("佐伯"),
            fragment: String::from("join.A"),
            expires_at: UnixMillis(0),
        };
        let origin = "https://mendan.example";
        assert_eq!(secret(&invitation, origin), "https://mendan.example/#join.A");

        invitation.purpose = InvitationFor::Poster;
        assert_eq!(secret(&invitation, origin), "https://mendan.example/#join.A");

        invitation.purpose = InvitationFor::Device;
        assert_eq!(secret(&invitation, origin), "join.A");
    }
}
