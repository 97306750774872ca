//! A case: what consultant and employee both read.

use engine::view::SharedView;
use leptos::prelude::*;
use shared::{id::DocumentId, log::org::Role};

use super::{members, summary};
use crate::{
    app::stage::Stage,
    text::words,
    widgets::{
        html::{self, Child as _},
        icon, part,
    },
};

/// The page.
pub fn case(stage: Stage, role: Role, id: DocumentId) -> AnyView {
    let words = words();
    let shared = Memo::new(move |_| stage.shared.with(|all| all.get(&id).cloned()));
    let readers = (role != Role::Employee).then(|| members::members(stage, id));
    let content = move || {
        shared.with(|shared| match shared {
            Some(shared) => content(role, shared),
            None => html::p().class("hint").role("status").child(words.frame.loading).into_child(),
        })
    };
    html::div()
        .class("page page-narrow")
        .attr("data-testid", "case-page")
        .child((part::back_home(stage), content, readers))
        .into_child()
}

fn content(role: Role, shared: &SharedView) -> AnyView {
    let words = words();
    let (title, lead, from) = if role == Role::Employee {
        (words.home.summaries.to_owned(), None, shared.consultant_name.as_str())
    } else {
        let title = (words.case.title)(&shared.employee_name);
        (title, Some(html::p().class("lead").child(words.case.lead)), "")
    };
    let summaries = if !shared.summaries.is_empty() {
        let summaries = shared.summaries.iter().map(|view| summary::summary(view, from));
        summaries.collect::<Vec<_>>().into_child()
    } else if role == Role::Employee {
        part::empty(icon::NOTE, words.home.no_summaries, words.home.no_summaries_text)
    } else {
        part::empty(icon::NOTE, words.case.shared, words.case.nothing_shared)
    };
    (html::h1().attr("translate", "no").child(title), lead, summaries).into_child()
}
