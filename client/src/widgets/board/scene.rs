//! What a page is made from, and what follows from an act.

use engine::{
    command::Command,
    view::{Home, SyncView},
};
use shared::log::org::Role;

use crate::{
    app::{place::Place, shelf::Shelf},
    widgets::node::Values,
};

/// Everything a page is made from.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// Where the person is.
    pub place: Place,
    /// What they do.
    pub role: Role,
    /// Whether the tablet is in the employee's hands.
    pub is_handed: bool,
    /// Milliseconds since 1970.
    pub now_ms: u64,
    /// The first page, which lists the cases.
    pub home: &'a Home,
    /// What the engine showed last of everything that is open.
    pub shelf: &'a Shelf,
    /// What was filled in here.
    pub values: &'a Values,
    /// How the device is.
    pub device: &'a Condition,
}

/// How a device is, beside what is on it.
#[derive(Clone, Copy)]
pub struct Condition {
    /// Where everything written is.
    pub sync: SyncView,
    /// Hundredths of the battery, and whether it is charged at present; `None` where the browser does
    /// not say.
    pub battery: Option<(u8, bool)>,
}

/// What follows from an act.
#[derive(Default)]
pub struct Done {
    /// What is asked of the engine, in this order.
    pub commands: Vec<Command>,
    /// Fields whose names begin so are empty again; nothing for none.
    pub clear: &'static str,
    /// Fields that get a value.
    pub set: Vec<(&'static str, String)>,
    /// The same for fields whose names are made.
    pub put: Vec<(String, String)>,
    /// Another page.
    pub go: Option<Place>,
}

impl Done {
    /// One wish, and nothing else.
    pub fn ask(command: Command) -> Self {
        Self { commands: vec![command], ..Self::default() }
    }

    /// A wish, and the fields it was made of are empty again.
    pub fn ask_and_clear(command: Command, clear: &'static str) -> Self {
        Self { commands: vec![command], clear, ..Self::default() }
    }
}
