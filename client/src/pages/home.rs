//! The first page of those who interview.

use engine::{
    command::Command,
    view::{CaseRow, Gate, Home, InterviewRow, QuarantineRow, SetAside},
};
use js_sys::Number;
use shared::{id::AccountId, log::org::Role};

use super::{bars, invite, people, today};
use crate::{
    app::{
        left::{self, Left},
        place::Place,
        stage::Stage,
    },
    port,
    text::words,
    watched::Derived,
    widgets::{
        below, board,
        html::{self, Child as _, View},
        icon, moment,
        part::{self, Weight},
    },
};

/// No screen shows more cases at once.
const ON_SCREEN: usize = 8;
/// Nor more of the first ones, which stand below what there is to do today.
const AT_TOP: usize = 6;

/// The page: cases, people invited, an invitation form.
pub fn home(stage: Stage) -> View {
    let words = words();
    let cases = Derived::new(move || stage.home.with(|home| home.cases.clone()));
    let has_cases = Derived::new(move || cases.with(|cases| !cases.is_empty()));
    let is_drawn = below::is_drawn();
    let Left { above, height, .. } = left::left();
    let until = above + if left::is_further_down() { ON_SCREEN } else { AT_TOP };
    let some = move |from: usize, until: usize| {
        cases.with(|cases| {
            let some = cases.iter().take(until).skip(from);
            some.map(|case| case_card(stage, case)).collect::<Vec<_>>().into_child()
        })
    };
    let list = move || {
        if !has_cases.get() {
            return part::empty(icon::NOTE, words.home.no_cases, words.home.no_cases_text);
        }
        // First those on the screen, where the page was left.
        let before = move || if is_drawn.get() { Some(some(0, above)) } else { gap(height) };
        let after = move || is_drawn.get().then(|| some(until, usize::MAX));
        html::ul().class("cards").child((before, move || some(above, until), after)).into_child()
    };
    let is_end = Derived::new(move || is_drawn.get() || cases.with(|it| it.len() <= until));
    let invited = move || is_end.get().then(|| invited(stage));
    html::div()
        .class("page")
        .attr("data-testid", "home")
        .child((
            html::h1().child(move || greeting(stage)),
            bars::advice(stage),
            move || quarantined(stage),
            board::board(stage, Place::Home, today::BOARD),
            html::section()
                .class("section")
                .aria_labelledby("cases-title")
                .child((html::h2().id("cases-title").child(words.home.cases), list)),
            invited,
        ))
        .into_child()
}

/// Who was invited, and a way to invite.
fn invited(stage: Stage) -> View {
    html::section()
        .class("section")
        .aria_labelledby("invited-title")
        .child((
            html::h2().id("invited-title").child(words().home.invited),
            html::div()
                .class("two-columns")
                .child((people::invited(stage, false), invite::invite(stage, &[Role::Employee]))),
        ))
        .into_child()
}

/// The person's own name.
pub fn greeting(stage: Stage) -> String {
    stage.gate.with(|gate| match gate {
        // A device that has just come to its account learns the name from its documents.
        Some(Gate::Open { name, .. }) if name.is_empty() => words().frame.home.to_owned(),
        Some(Gate::Open { name, .. }) => (words().home.greeting)(name),
        Some(
            Gate::Empty
            | Gate::Locked { .. }
            | Gate::Working(_)
            | Gate::Revoked { .. }
            | Gate::Handed { .. }
            | Gate::Resting,
        )
        | None => String::new(),
    })
}

/// Changes that were set aside.
pub fn quarantined(stage: Stage) -> Option<View> {
    stage.home.with(|home| {
        let count = home.quarantined.iter().map(|row| row.seqs.len()).sum();
        (count > 0).then(|| {
            let rows = home.quarantined.iter().map(|row| quarantined_from(home, row));
            html::div()
                .class("remark")
                .attr("data-testid", "quarantined")
                .child((
                    html::p().child((words().home.quarantined)(narrow(count))),
                    html::ul().child(rows.collect::<Vec<_>>()),
                ))
                .into_child()
        })
    })
}

/// Whose change it was, as far as this person knows names, and by which device.
fn quarantined_from(home: &Home, row: &QuarantineRow) -> View {
    let words = words();
    let hex = row.device.to_hex();
    let own = home.devices.iter().find(|it| it.device == row.device && !it.name.is_empty());
    let device = own.map_or_else(|| hex.chars().take(8).collect(), |own| own.name.clone());
    let author = home.people.iter().find(|it| it.account.is_some() && it.account == row.author);
    let who = author.map(|it| it.name.as_str()).filter(|name| !name.is_empty());
    let count = narrow(row.seqs.len());
    let mut reasons: Vec<String> = row.reasons.iter().filter_map(|it| reason(*it)).collect();
    reasons.dedup();
    html::li()
        .attr("data-document", row.document.to_hex())
        .attr("data-device", hex)
        .attr("data-author", row.author.map(AccountId::to_hex).unwrap_or_default())
        .attr("data-count", count.to_string())
        .attr("translate", "no")
        .child((
            (words.home.quarantined_from)(who.unwrap_or(words.home.somebody), &device, count),
            reasons.into_iter().map(reason_line).collect::<Vec<_>>(),
        ))
        .into_child()
}

/// What was broken, and when that was found.
fn reason(SetAside { rule, at }: SetAside) -> Option<String> {
    let why = (words().home.quarantined_for)(rule?);
    Some(at.map_or_else(|| why.to_owned(), |at| format!("{why} {}", moment::minute(at))))
}

fn reason_line(reason: String) -> View {
    html::span().class("row-text").attr("data-testid", "reason").child(reason).into_child()
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Room for cases above the screen, so many CSS pixels high.
fn gap(height: f64) -> Option<View> {
    // Written by the browser, which brings along how: a program would have to carry it.
    let height = Number::from(height).to_string_with_radix(10).ok().filter(|_| height > 0.0)?;
    let room = html::svg().attr("width", "1").attr("height", String::from(height)).child(());
    Some(html::li().class("cards-gap").aria_hidden("true").child(room).into_child())
}

fn case_card(stage: Stage, row: &CaseRow) -> View {
    let words = words();
    let case = row.case;
    let interviews = row.interviews.iter().rev().map(|interview| interview_row(stage, interview));
    let list = if row.interviews.is_empty() {
        html::p().class("hint").child(words.home.no_interviews).into_child()
    } else {
        html::ul().class("rows").child(interviews.collect::<Vec<_>>()).into_child()
    };
    let add = move || port::send(&Command::AddInterview(case));
    html::li()
        .class("card case")
        .attr("data-testid", "case")
        .attr("data-case", case.to_hex())
        .child((
            html::div().class("card-head").child((
                html::h3().attr("translate", "no").child(row.employee_name.clone()),
                part::link(
                    stage,
                    Place::Case(case),
                    "quiet-link",
                    "see-case",
                    words.home.see_case.into_child(),
                ),
            )),
            list,
            part::icon_button(
                Weight::Plain,
                "add-interview",
                icon::ADD,
                words.home.add_interview,
                add,
            ),
        ))
        .into_child()
}

fn interview_row(stage: Stage, row: &InterviewRow) -> View {
    let words = words();
    let offered = match row.offered_at {
        Some(at) => (words.home.offered_on)(&moment::day(at)),
        None => words.home.not_offered.to_owned(),
    };
    let texts = (
        html::span().class("row-title").child((words.home.interview)(row.ordinal)),
        html::span().class("row-text").child((words.home.added_on)(&moment::day(row.added_at))),
        html::span().class("row-text").child(offered),
    );
    let body = html::span().class("row-words").child(texts);
    let line = match row.note {
        Some(note) => {
            let open = html::span().class("row-action").child(words.home.open_note);
            part::link(stage, Place::Note(note), "row", "open-note", (body, open).into_child())
        }
        None => html::div().class("row").child(body).into_child(),
    };
    html::li().child(line).into_child()
}
