//! A person's own list: whom they invited, which cases they have, what their devices are called.
//!
//! Nobody but the person's own devices reads it; names of employees are nowhere else but in the
//! documents of their cases.

use shared::{
    id::{AccountId, DeviceId, DocumentId},
    log::org::Role,
    time::UnixMillis,
};

use crate::{
    casework::{
        case::CaseId,
        field::{Field, Shape, Spec},
        item::{millis, time},
    },
    document::crdt::{Crdt, EditError, Writer},
};

/// Maps by id; their values are written with [`Writer::put`].
pub const FIELDS: &[Spec] = &[
    Spec { id: "people", shape: Shape::Many(&[]) },
    Spec { id: "cases", shape: Shape::Many(&[]) },
    Spec { id: "devices", shape: Shape::Many(&[]) },
];

/// Somebody this person invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// Index of the `EnrolGrant` in the org log.
    pub grant: u64,
    /// As the inviter calls them.
    pub name: String,
    /// What they were invited as.
    pub role: Role,
    /// Until when the invitation can be used.
    pub expires_at: UnixMillis,
}

/// Notes whom an invitation is for.
pub fn add_invited(tx: &mut Writer<'_, '_>, invited: &Invited) -> Result<(), EditError> {
    let person = Field::top("people").child(&invited.grant.to_string());
    tx.ensure_map(&person)?;
    tx.put(&person.child("name"), invited.name.as_str())?;
    tx.put(&person.child("role"), role_code(invited.role))?;
    tx.put(&person.child("expires_at"), millis(invited.expires_at))
}

/// Everybody this person invited.
pub fn invited(crdt: &Crdt) -> Vec<Invited> {
    let grants = crdt.keys(&Field::top("people")).into_iter().filter_map(|id| id.parse().ok());
    grants.filter_map(|grant| invited_by(crdt, grant)).collect()
}

/// Whom this person invited by a grant.
pub fn invited_by(crdt: &Crdt, grant: u64) -> Option<Invited> {
    let person = Field::top("people").child(&grant.to_string());
    Some(Invited {
        grant,
        name: crdt.plain(&person.child("name"))?,
        role: role_of(&crdt.plain(&person.child("role"))?)?,
        expires_at: time(crdt, &person.child("expires_at"))?,
    })
}

/// A code on a poster: many come by it, and who they are nobody knows but they.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poster {
    /// Index of the `EnrolGrant` in the org log.
    pub grant: u64,
    /// For which company.
    pub company: DocumentId,
    /// What that is called here.
    pub alias: String,
}

/// Notes where a poster hangs.
pub fn add_poster(tx: &mut Writer<'_, '_>, poster: &Poster) -> Result<(), EditError> {
    let item = Field::top("people").child(&poster.grant.to_string());
    tx.ensure_map(&item)?;
    tx.put(&item.child("company"), poster.company.to_hex())?;
    tx.put(&item.child("alias"), poster.alias.as_str())
}

/// Every poster of this person's.
pub fn posters(crdt: &Crdt) -> Vec<Poster> {
    let people = Field::top("people");
    let read = |id: &String| {
        let item = people.child(id);
        Some(Poster {
            grant: id.parse().ok()?,
            company: DocumentId::from_hex(&crdt.plain(&item.child("company"))?)?,
            alias: crdt.plain(&item.child("alias"))?,
        })
    };
    crdt.keys(&people).iter().filter_map(read).collect()
}

/// Notes what somebody is called who was invited by nobody's name.
pub fn name_person(
    tx: &mut Writer<'_, '_>,
    account: AccountId,
    name: &str,
) -> Result<(), EditError> {
    tx.put(&Field::top("people").child(&format!("name {}", account.to_hex())), name)
}

/// What this person noted that somebody is called.
pub fn person_name(crdt: &Crdt, account: AccountId) -> Option<String> {
    crdt.plain(&Field::top("people").child(&format!("name {}", account.to_hex())))
}

/// Notes which employee a case is with.
pub fn add_case(
    tx: &mut Writer<'_, '_>,
    case: CaseId,
    employee: AccountId,
) -> Result<(), EditError> {
    tx.put(&Field::top("cases").child(&case.to_hex()), employee.to_hex())
}

/// The case with an employee, if this person opened one.
pub fn case_with(crdt: &Crdt, employee: AccountId) -> Option<CaseId> {
    cases_with(crdt, employee).first().copied()
}

/// Every case with an employee: more than one, if a former account of the same person had one.
pub fn cases_with(crdt: &Crdt, employee: AccountId) -> Vec<CaseId> {
    let cases = Field::top("cases");
    let employee = employee.to_hex();
    let is_with = |id: &&String| crdt.plain(&cases.child(id)).as_ref() == Some(&employee);
    crdt.keys(&cases).iter().filter(is_with).filter_map(|id| CaseId::from_hex(id)).collect()
}

/// Notes the person's own name, for the devices that are linked later.
pub fn name_self(tx: &mut Writer<'_, '_>, name: &str) -> Result<(), EditError> {
    tx.put(&Field::top("own_name"), name)
}

/// The person's own name.
pub fn own_name(crdt: &Crdt) -> Option<String> {
    crdt.plain(&Field::top("own_name"))
}

/// Notes what a device is called.
pub fn name_device(tx: &mut Writer<'_, '_>, device: DeviceId, name: &str) -> Result<(), EditError> {
    tx.put(&Field::top("devices").child(&device.to_hex()), name)
}

/// What a device is called.
pub fn device_name(crdt: &Crdt, device: DeviceId) -> Option<String> {
    crdt.plain(&Field::top("devices").child(&device.to_hex()))
}

fn role_code(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::Consultant => "consultant",
        Role::Supervisor => "supervisor",
        Role::Employee => "employee",
    }
}

fn role_of(code: &str) -> Option<Role> {
    [Role::Admin, Role::Consultant, Role::Supervisor, Role::Employee]
        .into_iter()
        .find(|role| role_code(*role) == code)
}
