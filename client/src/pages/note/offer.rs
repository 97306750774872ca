//! Handing the summary over to the employee.

use engine::{command::Command, view::Whereabouts};

use super::{Sheet, draft};
use crate::{
    app::desk,
    pages::summary::{self, SummaryText},
    port,
    text::words,
    watched::{Derived, Watched},
    widgets::{
        dialog,
        html::{self, Child as _, View},
        moment,
        part::{self, Weight},
    },
};

/// What the dialog is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asking {
    Preview,
    Confirm,
}

/// The state of the summary and the buttons to look at it and hand it over.
pub fn offer(sheet: Sheet) -> View {
    let offer = &words().offer;
    let asking = Watched::new(None);
    let is_refused = Watched::new(false);
    let offered_at = sheet.about(|note| note.offered_at);
    let label = move || if offered_at.get().is_some() { offer.again } else { offer.submit };
    let ask = move || {
        desk::flush();
        let is_empty = draft_of(sheet).is_empty();
        is_refused.set(is_empty);
        if !is_empty {
            asking.set(Some(Asking::Confirm));
        }
    };
    let refusal = html::p()
        .class("error")
        .role("alert")
        .child(move || is_refused.get().then_some(offer.empty));
    html::div()
        .class("offer")
        .child((
            state(sheet),
            refusal,
            html::div().class("offer-actions").child((
                part::button(Weight::Plain, "preview-summary", offer.preview, move || {
                    asking.set(Some(Asking::Preview));
                }),
                part::button(Weight::Primary, "offer-summary", label.into_child(), ask),
            )),
            confirmation(sheet, asking),
        ))
        .into_child()
}

fn draft_of(sheet: Sheet) -> SummaryText {
    sheet.stage.note.with_untracked(|note| {
        note.as_ref().map(|note| draft::draft(note, desk::current)).unwrap_or_default()
    })
}

fn state(sheet: Sheet) -> View {
    let offer = &words().offer;
    let offered_at = sheet.about(|note| note.offered_at);
    let stale_at_engine = sheet.about(|note| note.offer_is_stale);
    // The engine judges a text only when it shows the whole note again; typing makes it stale now.
    let drafted_at_note = Derived::new(move || {
        sheet.stage.note.track();
        sheet.drafted.get_untracked()
    });
    let is_stale = move || stale_at_engine.get() || sheet.drafted.get() != drafted_at_note.get();
    let case = sheet.about(|note| Some(note.case));
    let has_left = Derived::new(move || {
        let here = |case| sheet.stage.whereabouts.with(|all| all.get(&case).copied());
        case.get().and_then(here) == Some(Whereabouts::Sent)
    });
    let when = move || match (offered_at.get(), has_left.get()) {
        (Some(at), true) => (offer.offered)(&moment::minute(at)),
        (Some(at), false) => (offer.waiting)(&moment::minute(at)),
        (None, _) => offer.never.to_owned(),
    };
    let comparison =
        move || offered_at.get().map(|_| if is_stale() { offer.stale } else { offer.current });
    let name = move || match (offered_at.get(), is_stale()) {
        (None, _) => "never",
        (Some(_), true) => "stale",
        (Some(_), false) => "current",
    };
    html::p()
        .class("offer-state")
        .role("status")
        .attr("data-testid", "offer-state")
        .attr("data-offer", name)
        .attr("data-has-left", move || if has_left.get() { "true" } else { "false" })
        .child((html::span().child(when), html::span().child(comparison)))
        .into_child()
}

/// The summary's place among the sections: the last.
pub const SECTION: usize = super::section::SECTIONS.len() - 1;

fn confirmation(sheet: Sheet, asking: Watched<Option<Asking>>) -> View {
    let is_open = Derived::following(move || asking.get().is_some());
    let close = move || asking.set(None);
    let body = move || {
        let draft = draft_of(sheet);
        match asking.get() {
            Some(Asking::Preview) => preview(&draft, close),
            Some(Asking::Confirm) => confirm(sheet, &draft, close),
            None => ().into_child(),
        }
    };
    dialog::dialog("offer-dialog", is_open, close, body)
}

fn preview(draft: &SummaryText, close: impl Fn() + 'static) -> View {
    let words = words();
    let shown = if draft.is_empty() {
        html::p().class("hint").child(words.offer.empty).into_child()
    } else {
        summary::body(draft)
    };
    (
        html::h2().id("offer-dialog-title").child(words.offer.preview_title),
        html::div().class("preview").child(shown),
        html::div().class("dialog-actions").child(part::button(
            Weight::Plain,
            "close-preview",
            words.frame.close,
            close,
        )),
    )
        .into_child()
}

fn confirm(sheet: Sheet, draft: &SummaryText, close: impl Fn() + Copy + 'static) -> View {
    let words = words();
    let name = sheet.stage.note.with_untracked(|note| {
        note.as_ref().map(|note| note.employee_name.clone()).unwrap_or_default()
    });
    let hand_over = move || {
        port::send(&Command::OfferSummary(sheet.id));
        close();
    };
    (
        html::h2().id("offer-dialog-title").child((words.offer.confirm_title)(&name)),
        html::p().child(words.offer.confirm_text),
        html::div().class("preview").child(summary::body(draft)),
        html::div().class("dialog-actions").child((
            part::button(Weight::Primary, "confirm-offer", words.offer.confirm, hand_over),
            part::button(Weight::Plain, "cancel-offer", words.frame.cancel, close),
        )),
    )
        .into_child()
}
