//! The first page of an employee: who can read, and what there is to read.

use engine::view::{CaseRow, InterviewRow};
use shared::id::DocumentId;
use shared::order;

use super::{bars, home};
use crate::{
    app::{
        place::{Place, Sheet},
        shelf::Shelf,
        stage::Stage,
    },
    text::{say::say, words},
    watched::Derived,
    widgets::{
        html::{self, Child as _, View},
        icon, moment, part,
    },
};

/// The page.
pub fn employee(stage: Stage) -> View {
    let words = words();
    let cases = Derived::new(move || stage.home.with(|home| home.cases.clone()));
    let grids = Derived::new(move || {
        let all = |shelf: &Shelf| shelf.plan.slots.iter().map(|it| it.document).collect::<Vec<_>>();
        stage.shelf.with(all)
    });
    let readers = words.home.readers.map(|line| html::li().child(line));
    html::div()
        .class("page page-narrow")
        .attr("data-testid", "employee-home")
        .child((
            html::h1().child(words.home.employee_title),
            html::p().class("lead").child(words.home.employee_lead),
            html::section().class("card readers").aria_labelledby("readers-title").child((
                html::h2()
                    .id("readers-title")
                    .child((icon::icon(icon::LOCK), html::span().child(words.home.readers_title))),
                html::ul().child(readers.into_iter().collect::<Vec<_>>()),
            )),
            move || cases.with(|cases| ways(stage, cases)),
            move || grids.with(|grids| slots(stage, grids)),
            html::section()
                .class("section")
                .aria_labelledby("summaries-title")
                .child((html::h2().id("summaries-title").child(words.home.summaries), move || {
                    cases.with(|cases| summaries(stage, cases))
                })),
            move || home::quarantined(stage),
            bars::advice(stage),
        ))
        .into_child()
}

/// What there is to do, with each consultant.
fn ways(stage: Stage, cases: &[CaseRow]) -> View {
    let links = cases.iter().map(|case| {
        let name = (words().home.with_consultant)(&case.consultant_name);
        let body = (
            html::span().class("row-words").child((
                html::span().class("row-title").child(say("case.own")),
                html::span().class("row-text").child(name),
            )),
            html::span().class("row-action").child(say("case.look")),
        );
        html::li().child(part::link(
            stage,
            Place::Case(case.case),
            "row",
            "see-case",
            body.into_child(),
        ))
    });
    html::ul().class("rows card").child(links.collect::<Vec<_>>()).into_child()
}

/// Where a time can be chosen, also by who has no consultant yet.
fn slots(stage: Stage, grids: &[DocumentId]) -> View {
    let links = grids.iter().map(|id| {
        let body = (
            html::span().class("row-words").child(say("slots.title")),
            html::span().class("row-action").child(say("slots.choose")),
        );
        let to = Place::Page(Sheet::Slots, *id);
        html::li().child(part::link(stage, to, "row", "see-slots", body.into_child()))
    });
    let links: Vec<html::Tag> = links.collect();
    (!links.is_empty()).then(|| html::ul().class("rows card").child(links)).into_child()
}

/// Interviews whose summary was handed over, newest first.
fn offered(cases: &[CaseRow]) -> Vec<(&CaseRow, &InterviewRow)> {
    let interviews = cases.iter().flat_map(|case| case.interviews.iter().map(move |it| (case, it)));
    let mut offered: Vec<_> = interviews.filter(|(_, it)| it.offered_at.is_some()).collect();
    order::by_key(&mut offered, |(_, interview)| core::cmp::Reverse(interview.offered_at));
    offered
}

fn summaries(stage: Stage, cases: &[CaseRow]) -> View {
    let words = words();
    let offered = offered(cases);
    if offered.is_empty() {
        return part::empty(icon::NOTE, words.home.no_summaries, words.home.no_summaries_text);
    }
    let rows = offered.into_iter().map(|(case, interview)| {
        let received = interview.offered_at.map(moment::day).unwrap_or_default();
        let texts = (
            html::span().class("row-title").child((words.summary.title)(interview.ordinal)),
            html::span().class("row-text").child((words.summary.offered_on)(&received)),
            html::span()
                .class("row-text")
                .child((words.home.with_consultant)(&case.consultant_name)),
        );
        let body = (
            html::span().class("row-words").child(texts),
            html::span().class("row-action").child(words.home.read),
        );
        html::li()
            .child(part::link(
                stage,
                Place::Case(case.case),
                "row",
                "read-summary",
                body.into_child(),
            ))
            .into_child()
    });
    html::ul().class("rows card").child(rows.collect::<Vec<_>>()).into_child()
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::casework::interview::State;
    use shared::time::UnixMillis;

    #[test]
    fn only_what_was_handed_over_is_listed_newest_first() {
        let id = DocumentId::new([1; 16]);
        let interview = |ordinal, offered_at: Option<u64>| InterviewRow {
            interview: id,
            ordinal,
            added_at: UnixMillis(0),
            note: None,
            offered_at: offered_at.map(UnixMillis),
            state: State::Ended,
            times: [None; 3],
            interrupted_at: None,
            sign_by: None,
            next_slot: None,
            is_pinned: false,
        };
        let case = CaseRow {
            case: id,
            shared: id,
            employee_name: String::new(),
            consultant_name: String::new(),
            interviews: vec![interview(1, Some(10)), interview(2, None), interview(3, Some(30))],
            consent: None,
            disclosure: None,
            private: None,
        };

        let cases = [case];
        let shown: Vec<u32> = offered(&cases).iter().map(|(_, it)| it.ordinal).collect();

        assert_eq!(shown, [3, 1]);
    }
}
