//! What server and admins can and cannot see.

use crate::{
    text::words,
    widgets::html::{self, Child as _, View},
};

/// The page.
pub fn unseen() -> View {
    let words = &words().unseen;
    html::div()
        .class("page")
        .attr("data-testid", "unseen")
        .child((
            html::h1().child(words.title),
            html::p().class("lead").child(words.lead),
            html::div().class("two-columns").child((
                list("card hidden-list", words.hidden_title, &words.hidden),
                list("card seen-list", words.seen_title, &words.seen),
            )),
            list("card why-list", words.why_title, &words.why),
        ))
        .into_child()
}

fn list(class: &'static str, title: &'static str, lines: &'static [&'static str]) -> View {
    let lines = lines.iter().map(|line| html::li().child(*line));
    html::section()
        .class(class)
        .child((html::h2().child(title), html::ul().child(lines.collect::<Vec<_>>())))
        .into_child()
}
