//! What keeps the app from starting, and the way out.

use crate::{
    app::{
        outside,
        stage::{Stage, Trouble},
    },
    port::{self, Control},
    text::words,
    widgets::{
        html::{self, Child as _, View},
        part::{self, Weight},
    },
};

/// The page.
pub fn trouble(stage: Stage, trouble: Trouble) -> View {
    let words = &words().trouble;
    let (title, text, way_out) = match trouble {
        Trouble::TabTaken => (words.tab_title, words.tab_text, take_over(stage)),
        Trouble::NoLocks => (words.locks_title, words.locks_text, ().into_child()),
        Trouble::StoreUnreadable => (words.store_title, words.store_text, reload()),
    };
    html::div()
        .class("page page-lock")
        .attr("data-testid", "trouble")
        .child(html::div().class("card waiting").child((
            html::h1().child(title),
            html::p().class("lead").child(text),
            way_out,
        )))
        .into_child()
}

fn take_over(stage: Stage) -> View {
    part::button(Weight::Primary, "take-over", words().trouble.take_over, move || {
        stage.trouble.set(None);
        port::tell(Control::TakeOver);
    })
}

fn reload() -> View {
    part::button(Weight::Primary, "reload", words().trouble.reload, outside::reload)
}
