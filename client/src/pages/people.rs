//! People: everybody for an admin, those one invited for the others.

use engine::{
    command::Command,
    view::{Gate, PersonRow, Standing},
};
use shared::log::org::Role;

use super::{bars, home, invite, policy, regrant};
use crate::{
    app::stage::Stage,
    port,
    text::{Words, words},
    watched::Derived,
    widgets::{
        html::{self, Child as _, View},
        icon, moment,
        part::{self, Weight},
    },
};

/// What an admin may invite.
const ADMIN_INVITES: &[Role] = &[Role::Consultant, Role::Supervisor, Role::Admin, Role::Employee];
/// What the others may invite.
const OTHERS_INVITE: &[Role] = &[Role::Employee];

/// The page.
pub fn people(stage: Stage, role: Role) -> View {
    let words = words();
    let roles = match role {
        Role::Admin => Some(ADMIN_INVITES),
        Role::Consultant | Role::Supervisor => Some(OTHERS_INVITE),
        Role::Employee => None,
    };
    html::div()
        .class("page")
        .attr("data-testid", "people")
        .child((
            html::h1().child(words.people.title),
            html::p().class("lead").child(words.people.lead),
            bars::advice(stage),
            move || home::quarantined(stage),
            html::div()
                .class("two-columns")
                .child((invited(stage, true), roles.map(|roles| invite::invite(stage, roles)))),
            (role == Role::Admin).then(|| policy::policy(stage)),
        ))
        .into_child()
}

/// The list of people, or what to do when there are none.
pub fn invited(stage: Stage, with_me: bool) -> View {
    let people = Derived::new(move || {
        let mut people = stage.home.with(|home| home.people.clone());
        people.retain(|row| with_me || !row.is_me);
        people
    });
    let is_admin = stage
        .gate
        .with_untracked(|gate| matches!(gate, Some(Gate::Open { role: Role::Admin, .. })));
    let list = move || people.with(|people| list(stage, people, is_admin));
    html::div().class("people").child(list).into_child()
}

fn list(stage: Stage, people: &[PersonRow], is_admin: bool) -> View {
    let words = words();
    if people.is_empty() {
        return part::empty(icon::PEOPLE, words.people.nobody, words.people.nobody_text);
    }
    let rows = (1..).zip(people).map(|(number, row)| person(stage, number, row, is_admin));
    html::ul().class("rows card").child(rows.collect::<Vec<_>>()).into_child()
}

fn person(stage: Stage, number: u32, row: &PersonRow, is_admin: bool) -> View {
    let words = words();
    let is_late = moment::is_past(row.expires_at);
    let condition = state(words, row, &moment::day(row.expires_at), is_late);
    let devices = row
        .account
        .map(|_| html::span().class("row-text").child((words.people.devices)(row.devices)));
    let texts = (
        html::span().class("row-title").attr("translate", "no").child(title(words, number, row)),
        html::span().class("row-text").child(format!("{} · {condition}", (words.role)(row.role))),
        devices,
    );
    html::li()
        .class("row")
        .attr("data-testid", "person")
        .child((
            html::span().class("row-words").child(texts),
            open_case(row),
            regrant::button(stage, row),
            is_admin.then(|| manage(row)),
        ))
        .into_child()
}

/// What an admin may do about somebody.
fn manage(row: &PersonRow) -> Option<View> {
    let words = &words().people;
    let account = row.account.filter(|_| !row.is_me && row.standing != Standing::Removed)?;
    let is_frozen = row.standing == Standing::Frozen;
    let freeze = move || port::send(&Command::Freeze { account, frozen: !is_frozen });
    let label = if is_frozen { words.thaw } else { words.freeze };
    let remove = move || port::send(&Command::RemovePerson(account));
    let devices = (1..).zip(row.owned.clone()).map(|(number, device)| {
        let revoke = move || port::send(&Command::RevokeDevice(device));
        let label = (words.revoke)(number);
        part::sure_button("revoke-device", label, words.revoke_question, revoke)
    });
    let parts = (
        part::button(Weight::Quiet, "freeze", label, freeze),
        part::sure_button("remove", words.remove.to_owned(), words.remove_question, remove),
        devices.collect::<Vec<_>>(),
    );
    Some(html::span().class("row-tools").child(parts).into_child())
}

fn open_case(row: &PersonRow) -> Option<View> {
    let words = &words().people;
    match (row.role, row.account, row.case) {
        (Role::Employee, Some(_), Some(_)) => {
            Some(html::span().class("pill").child(words.has_case).into_child())
        }
        (Role::Employee, Some(account), None) if !row.name.is_empty() => {
            let open = move || port::send(&Command::OpenCase(account));
            Some(part::button(Weight::Primary, "open-case", words.open_case, open))
        }
        _ => None,
    }
}

/// A name where this person knows one, else a number.
fn title(words: &Words, number: u32, row: &PersonRow) -> String {
    match (row.is_me, row.name.is_empty()) {
        (true, true) => words.people.me.to_owned(),
        (true, false) => format!("{} ({})", row.name, words.people.me),
        (false, false) => row.name.clone(),
        (false, true) => (words.people.number)(number),
    }
}

fn state(words: &Words, row: &PersonRow, until: &str, is_late: bool) -> String {
    match (row.account, is_late) {
        (Some(_), _) => match row.standing {
            Standing::Active => words.people.joined.to_owned(),
            Standing::Frozen => words.people.frozen.to_owned(),
            Standing::Removed => words.people.removed.to_owned(),
        },
        (None, true) => words.people.expired.to_owned(),
        (None, false) => (words.people.waiting_until)(until),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use shared::{id::AccountId, time::UnixMillis};

    fn row(name: &str, account: Option<AccountId>) -> PersonRow {
        PersonRow {
            account,
            name: name.into(),
            role: Role::Employee,
            expires_at: UnixMillis(0),
            devices: 0,
            is_me: false,
            case: None,
            standing: Standing::Active,
            owned: vec![],
        }
    }

    #[test]
    fn a_person_invited_by_somebody_else_is_a_number() {
        let words = Language::Japanese.words();

        assert_eq!(title(words, 3, &row("", None)), "利用者 3");
        assert_eq!(title(words, 3, &row("佐伯", None)), "佐伯");
    }

    #[test]
    fn an_invitation_that_was_used_does_not_expire() {
        let words = Language::Japanese.words();
        let joined = row("佐伯", Some(AccountId::new([1; 16])));

        assert_eq!(state(words, &joined, "", true), "参加済み");
        assert_eq!(state(words, &row("佐伯", None), "", true), "招待の期限切れ");
        assert_eq!(state(words, &row("佐伯", None), "5月1日", false), "招待中（5月1日まで）");
    }
}
