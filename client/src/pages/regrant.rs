//! Letting somebody back in who lost everything.

use engine::{
    command::Command,
    view::{PersonRow, RegrantView, Standing},
};
use leptos::ev;
use shared::{id::AccountId, log::org::Role};

use crate::{
    app::stage::Stage,
    port,
    text::words,
    watched::{Derived, Watched},
    widgets::{
        dialog,
        html::{self, Child as _, View},
        part::{self, Weight},
    },
};

/// The button beside somebody who has a case with this person.
pub fn button(stage: Stage, row: &PersonRow) -> Option<View> {
    let account = row.account.filter(|_| row.role == Role::Employee && row.case.is_some())?;
    let ask = move || stage.lost.set(Some(account));
    Some(part::button(Weight::Quiet, "regrant", words().regrant.ask, ask))
}

/// The dialog: which account is new, and that the person is there.
pub fn ask(stage: Stage) -> View {
    let is_open = Derived::following(move || stage.lost.get().is_some());
    let close = move || stage.lost.set(None);
    let body = move || match stage.lost.get() {
        Some(former) => content(stage, former),
        None => ().into_child(),
    };
    dialog::dialog("regrant-dialog", is_open, close, body)
}

/// Accounts of the same kind that have joined and have no case: one of them may be the new one.
fn candidates(people: &[PersonRow], former: AccountId) -> Vec<(AccountId, String)> {
    let of = |row: &PersonRow| {
        let is_new = row.role == Role::Employee
            && row.case.is_none()
            && row.standing == Standing::Active
            && !row.name.is_empty()
            && row.account != Some(former);
        row.account.filter(|_| is_new).map(|account| (account, row.name.clone()))
    };
    people.iter().filter_map(of).collect()
}

fn content(stage: Stage, former: AccountId) -> View {
    let (words, frame) = (&words().regrant, &words().frame);
    let people = stage.home.with_untracked(|home| home.people.clone());
    let name = people.iter().find(|row| row.account == Some(former)).map(|row| row.name.clone());
    let candidates = candidates(&people, former);
    let chosen = Watched::new(candidates.first().map(|(account, _)| *account));
    let is_there = Watched::new(false);
    let close = move || stage.lost.set(None);
    let title =
        html::h2().id("regrant-dialog-title").child((words.title)(&name.unwrap_or_default()));
    let cancel = part::button(Weight::Plain, "regrant-cancel", frame.cancel, close);
    if candidates.is_empty() {
        return (
            title,
            html::p().child(words.nobody),
            html::div().class("dialog-actions").child(cancel),
        )
            .into_child();
    }
    let chips = candidates.into_iter().map(|(account, name)| {
        let input = html::input()
            .r#type("radio")
            .name("successor")
            .flag("checked", move || chosen.get() == Some(account))
            .on(&ev::change, move |_| chosen.set(Some(account)));
        let label = html::span().attr("translate", "no").child(name);
        html::label().class("chip").child((input, label))
    });
    let sure = html::label().class("chip").child((
        html::input()
            .r#type("checkbox")
            .attr("data-testid", "regrant-seen")
            .flag("checked", move || is_there.get())
            .on(&ev::change, move |_| is_there.update(|it| *it = !*it)),
        html::span().child(words.seen),
    ));
    let go = move || {
        if let (Some(successor), true) = (chosen.get_untracked(), is_there.get_untracked()) {
            port::send(&Command::Regrant { former, successor });
            close();
        }
    };
    let submit = html::button()
        .r#type("button")
        .class("button button-danger")
        .attr("data-testid", "regrant-go")
        .flag("disabled", move || !is_there.get())
        .on(&ev::click, move |_| go())
        .child(words.go);
    (
        title,
        html::p().child(words.lead),
        html::fieldset().class("group").child((
            html::legend().class("label").child(words.successor),
            html::div().class("chips").child(chips.collect::<Vec<_>>()),
        )),
        sure,
        html::div().class("dialog-actions").child((submit, cancel)),
    )
        .into_child()
}

/// What it did.
pub fn done(stage: Stage) -> Option<View> {
    let words = &words().regrant;
    let RegrantView { regranted, left, .. } = stage.regranted.get()?;
    let close = move || stage.regranted.set(None);
    let left = (left > 0).then(|| html::p().child((words.left)(left)));
    Some(
        html::section()
            .class("card form")
            .role("status")
            .aria_labelledby("regranted-title")
            .attr("data-testid", "regranted")
            .child((
                html::h2().id("regranted-title").child(words.done_title),
                html::p().child((words.done)(regranted)),
                left,
                html::p().class("hint").child(words.after),
                part::button(
                    Weight::Plain,
                    "regranted-close",
                    crate::text::words().frame.close,
                    close,
                ),
            ))
            .into_child(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::time::UnixMillis;

    fn row(number: u8, name: &str) -> PersonRow {
        PersonRow {
            account: Some(AccountId::new([number; 16])),
            name: name.into(),
            role: Role::Employee,
            expires_at: UnixMillis(0),
            devices: 1,
            is_me: false,
            case: None,
            standing: Standing::Active,
            owned: vec![],
        }
    }

    #[test]
    fn only_an_employee_who_joined_and_has_no_case_may_be_the_new_account() {
        let removed = PersonRow { standing: Standing::Removed, ..row(3, "去った人") };
        let colleague = PersonRow { role: Role::Consultant, ..row(4, "同僚") };
        let waiting = PersonRow { account: None, ..row(5, "招待中") };
        let busy =
            PersonRow { case: Some(shared::id::DocumentId::new([9; 16])), ..row(6, "別の人") };
        let people = [row(1, "佐伯"), row(2, "佐伯（新）"), removed, colleague, waiting, busy];

        let found = candidates(&people, AccountId::new([1; 16]));

        assert_eq!(found, [(AccountId::new([2; 16]), String::from("佐伯（新）"))]);
    }
}
