//! Who reads a document, letting people in and out of it, and ending it.

use engine::{
    command::Command,
    view::{MemberRow, MembersView},
};
use leptos::ev;
use shared::{
    id::{AccountId, DocumentId},
    log::{document::Access, org::Role},
};

use crate::{
    app::stage::Stage,
    port,
    text::words,
    watched::{Derived, Watched},
    widgets::{
        html::{self, Child as _, View},
        part::{self, Weight},
    },
};

/// The list, folded away, for who manages the document.
pub fn members(stage: Stage, document: DocumentId) -> View {
    let words = &words().members;
    let view = Derived::new(move || stage.members.with(|all| all.get(&document).cloned()));
    // A firm has many people to let in: made when somebody looks.
    let is_open = Watched::new(false);
    let body = move || {
        let view = view.get().filter(|_| is_open.get())?;
        Some((list(document, &view), let_in(document, &view), ends(document, &view)).into_child())
    };
    let count = move || {
        let count = view.with(|view| view.as_ref().map_or(0, |view| view.members.len()));
        (words.title)(u32::try_from(count).unwrap_or(u32::MAX))
    };
    html::details()
        .class("card members")
        .attr("data-testid", "members")
        .hidden(move || view.with(Option::is_none))
        .on(&ev::toggle, move |_| is_open.set(true))
        .child((html::summary().child(count), body))
        .into_child()
}

fn list(document: DocumentId, view: &MembersView) -> View {
    let words = &words().members;
    let rows = view.members.iter().map(|row| member(document, row));
    let waiting = (view.waiting > 0)
        .then(|| html::p().class("hint").role("status").child((words.waiting)(view.waiting)));
    (html::ul().class("rows").child(rows.collect::<Vec<_>>()), waiting).into_child()
}

fn member(document: DocumentId, row: &MemberRow) -> View {
    let words = &words().members;
    let account = row.account;
    let access = row.access.map(|access| (words.access)(access));
    let leave = row.can_leave.then(|| {
        let go = move || port::send(&Command::LetOut { document, account });
        part::sure_button("let-out", words.let_out.to_owned(), words.let_out_question, go)
    });
    html::li()
        .class("row")
        .attr("data-testid", "member")
        .child((
            html::span().class("row-words").child((
                html::span().class("row-title").attr("translate", "no").child(name(row)),
                html::span().class("row-text").child((crate::text::words().role)(row.role)),
                html::span().class("row-text").child(access),
            )),
            leave,
        ))
        .into_child()
}

/// A name where one is known, else the beginning of the account's number.
pub fn name(row: &MemberRow) -> String {
    let words = words();
    let number = || row.account.to_hex().chars().take(8).collect::<String>();
    match (row.is_me, row.name.is_empty()) {
        (true, _) => words.people.me.to_owned(),
        (false, true) => format!("{} {}", (words.role)(row.role), number()),
        (false, false) => row.name.clone(),
    }
}

/// Whom to offer: colleagues first. A private note is nobody's to give to the employee by a slip.
fn offered(others: &[MemberRow]) -> Vec<&MemberRow> {
    let is_employee = |row: &&MemberRow| row.role == Role::Employee;
    let (employees, staff): (Vec<_>, Vec<_>) = others.iter().partition(is_employee);
    [staff, employees].concat()
}

fn let_in(document: DocumentId, view: &MembersView) -> Option<View> {
    let words = &words().members;
    let others = offered(&view.others);
    let first = others.first()?.account;
    let chosen = Watched::new(first);
    let access = Watched::new(Access::Reader);
    let people = others.iter().map(|row| {
        let account = row.account;
        let is_it = move || chosen.get() == account;
        let role = (crate::text::words().role)(row.role);
        let label = [name(row).as_str(), " (", role, ")"].concat();
        chip("let-in-whom", label, is_it, move || chosen.set(account))
    });
    let accesses = [Access::Reader, Access::Writer, Access::Manager].map(|it| {
        let is_it = move || access.get() == it;
        chip("let-in-access", (words.access)(it).to_owned(), is_it, move || access.set(it))
    });
    let from_now = Watched::new(false);
    let since = [(false, words.since_beginning), (true, words.since_now)].map(|(it, label)| {
        let is_it = move || from_now.get() == it;
        chip("let-in-since", label.to_owned(), is_it, move || from_now.set(it))
    });
    let consent = Watched::new(false);
    let agreed = html::label().class("chip").child((
        html::input()
            .r#type("checkbox")
            .attr("data-testid", "let-in-consent")
            .flag("checked", move || consent.get())
            .on(&ev::change, move |_| consent.update(|it| *it = !*it)),
        html::span().child(words.consent),
    ));
    let go = move || {
        if consent.get_untracked() {
            let (account, access): (AccountId, Access) =
                (chosen.get_untracked(), access.get_untracked());
            port::send(&if from_now.get_untracked() {
                Command::LetInFromNow { document, account, access }
            } else {
                Command::LetIn { document, account, access }
            });
            consent.set(false);
        }
    };
    let group = |legend: &'static str, chips: Vec<View>| {
        html::fieldset().class("group").child((
            html::legend().class("label").child(legend),
            html::div().class("chips").child(chips),
        ))
    };
    let submit = part::button(Weight::Plain, "let-in", words.let_in, go);
    let body = (
        html::h3().child(words.let_in_title),
        group(words.whom, people.collect()),
        group(words.what, accesses.into_iter().collect()),
        group(words.since, since.into_iter().collect()),
        move || from_now.get().then(|| html::p().class("hint").child(words.since_now_text)),
        agreed,
        submit,
    );
    Some(html::div().class("form").child(body).into_child())
}

/// What only who manages the document can do to it, and nobody can undo.
fn ends(document: DocumentId, view: &MembersView) -> Option<View> {
    let words = &words().members;
    let is_manager = |row: &MemberRow| row.is_me && row.access == Some(Access::Manager);
    view.members.iter().find(|row| is_manager(row))?;
    let finalise = move || port::send(&Command::Finalise(document));
    let shred = move || port::send(&Command::Shred(document));
    let line = |text, button| html::div().class("row").child((html::p().child(text), button));
    let body = (
        html::h3().child(words.ends),
        line(
            words.finalise_text,
            part::sure_button(
                "finalise",
                words.finalise.to_owned(),
                words.finalise_question,
                finalise,
            ),
        ),
        line(
            words.shred_text,
            part::sure_button("shred", words.shred.to_owned(), words.shred_question, shred),
        ),
    );
    Some(html::div().class("form").child(body).into_child())
}

fn chip(
    group: &'static str,
    label: String,
    is_it: impl Fn() -> bool + Send + 'static,
    choose: impl Fn() + 'static,
) -> View {
    let input = html::input()
        .r#type("radio")
        .name(group)
        .flag("checked", is_it)
        .on(&ev::change, move |_| choose());
    html::label()
        .class("chip")
        .child((input, html::span().attr("translate", "no").child(label)))
        .into_child()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_employee_is_offered_last() {
        let row = |role, id| MemberRow {
            account: AccountId::new([id; 16]),
            name: String::new(),
            role,
            access: None,
            is_me: false,
            can_leave: false,
        };
        let others = [row(Role::Employee, 1), row(Role::Consultant, 2), row(Role::Supervisor, 3)];
        let roles: Vec<Role> = offered(&others).iter().map(|row| row.role).collect();
        assert_eq!(roles, [Role::Consultant, Role::Supervisor, Role::Employee]);
    }
}
