//! The page: what is on it, and what reaches it from outside.

pub mod battery;
pub mod desk;
pub mod idle;
pub mod install;
pub mod keys;
pub mod left;
pub mod outside;
pub mod place;
pub mod renew;
pub mod shelf;
pub mod stage;
pub mod wanted;

use leptos::{mount::mount_to_renderer, prelude::*};

use crate::{lull, pages, port, text, update, widgets::html::Child as _};
use stage::{Signals, Stage};

/// Shows the app and starts its worker.
pub fn start() {
    let stage = Signals::new(outside::remembered_language(), outside::take_link());
    outside::clear_page();
    let Some(body) = document().body() else { return };
    let mounted = mount_to_renderer(&body, move || {
        outside::listen(stage);
        idle::watch(stage);
        lull::watch();
        install::watch(stage);
        stage.follow();
        // Words are plain constants: another language builds the page again. Texts being written
        // live on the desk, not in the page.
        let page = move || {
            text::choose(stage.language.get());
            pages::frame::frame(stage)
        };
        page.into_child()
    });
    mounted.forget();
    port::open(move |heard| stage.hear(heard));
    update::begin(move || stage.update_ready.set(true));
}

/// Switches the language and remembers it.
pub fn switch_language(stage: Stage) {
    let language = stage.language.get_untracked().other();
    outside::remember_language(language);
    desk::flush();
    stage.language.set(language);
}
