//! The passphrase, asked once more for what an open device left on a table must not do.

use engine::{command::Passphrase, view::Notice};
use zeroize::Zeroize;

use super::gate::passphrase;
use crate::{
    app::stage::Stage,
    text::words,
    watched::{Derived, Watched},
    widgets::{
        html::View,
        part::{self, FormField},
    },
};

/// One field of that kind.
#[derive(Clone, Copy)]
pub struct Again {
    stage: Stage,
    value: Watched<String>,
    is_shown: Watched<bool>,
    /// It was this field that asked last.
    is_asked: Watched<bool>,
}

impl Again {
    /// An empty one.
    pub fn new(stage: Stage) -> Self {
        Self {
            stage,
            value: Watched::new(String::new()),
            is_shown: Watched::new(false),
            is_asked: Watched::new(false),
        }
    }

    /// The field. The engine's answer is beside it, too: the bar above may be out of sight.
    pub fn field(self, id: &'static str, label: &'static str, hint: &'static str) -> View {
        let Self { stage, value, is_shown, is_asked } = self;
        let say = words().notice;
        let is_wrong = move || {
            stage.notices.with(|all| all.iter().any(|(_, it)| *it == Notice::WrongPassphrase))
        };
        let field = FormField {
            id,
            label,
            hint,
            kind: Derived::following(move || if is_shown.get() { "text" } else { "password" }),
            autocomplete: "current-password",
            value,
            error: Derived::following(move || {
                (is_asked.get() && is_wrong()).then(|| (say)(&Notice::WrongPassphrase))
            }),
        };
        part::form_field(field, passphrase::show_button(is_shown))
    }

    /// What was typed, once, and gone from the page; `None` if nothing was.
    pub fn take(self) -> Option<Passphrase> {
        if self.value.with_untracked(String::is_empty) {
            return None;
        }
        let typed = Passphrase::new(self.value.get_untracked());
        self.value.update(String::zeroize);
        self.stage.notices.update(|all| all.retain(|(_, it)| *it != Notice::WrongPassphrase));
        self.is_shown.set(false);
        self.is_asked.set(true);
        Some(typed)
    }
}
