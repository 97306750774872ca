//! The interview note: sections to the left, the fields of the schema to the right.

pub mod draft;
pub mod field;
pub mod list;
pub mod offer;
pub mod read;
pub mod section;

use core::mem::replace;

use engine::{
    casework::field::{Field, Value},
    view::{Content, NoteView, Whereabouts},
};
use leptos::{ev, prelude::*};
use shared::id::DocumentId;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use crate::{
    app::{desk, outside, place::Place, stage::Stage},
    pages::{members, work},
    text::words,
    watched::{Derived, Watched, effect},
    widgets::{
        below, board,
        copy::copy_button,
        dom,
        html::{self, Child as _, View},
        icon::{self, icon},
        part::{self, Weight},
    },
};
use section::{SECTIONS, Section};

/// Headings above this line, in CSS pixels from the top, have been reached.
const READING_LINE: f64 = 260.0;

/// No screen shows more sections at once than so many of the first.
const ON_SCREEN: usize = 2;

/// How much of the entry before stays in sight, in CSS pixels.
const ROW_MARGIN: i32 = 48;

/// What all parts of an open note share.
#[derive(Clone, Copy)]
pub struct Sheet {
    /// The stage.
    pub stage: Stage,
    /// Which document.
    pub id: DocumentId,
    /// Whether it is shown as a form, and no note.
    pub is_form: bool,
    /// Grows with everything typed, so that what depends on texts is looked at again.
    pub typed: Watched<u32>,
    /// Grows with everything typed into the summary.
    pub drafted: Watched<u32>,
    /// The list an item was removed from last.
    pub emptied: Watched<Option<Field>>,
    /// The section the person is in.
    pub current: Watched<usize>,
}

impl Sheet {
    /// A document on the page.
    pub fn new(stage: Stage, id: DocumentId, is_form: bool) -> Self {
        Self {
            stage,
            id,
            is_form,
            typed: Watched::new(0),
            drafted: Watched::new(0),
            emptied: Watched::new(None),
            current: Watched::new(0),
        }
    }

    /// What a field holds, as the engine showed it last.
    pub fn content(self, field: &Field) -> Option<Content> {
        if self.is_form {
            return self.stage.shelf.with(|shelf| {
                let fields = &shelf.form(self.id)?.fields;
                fields.iter().find(|(it, _)| it == field).map(|(_, content)| content.clone())
            });
        }
        self.stage.note.with(|note| find(note.as_ref()?, field).cloned())
    }

    /// Whether a field is written by an act that asks rules first, and not filled in.
    pub fn is_for_acts(self, field: &Field) -> bool {
        let kind = self.stage.shelf.with_untracked(|shelf| Some(shelf.form(self.id)?.kind));
        self.is_form && kind.is_some_and(|kind| kind.is_for_acts(field))
    }

    /// Whether an item that was removed can be brought back.
    pub fn can_restore(self) -> Derived<bool> {
        Derived::new(move || {
            if self.is_form {
                self.stage.shelf.with(|shelf| shelf.form(self.id).is_some_and(|it| it.can_restore))
            } else {
                self.stage.note.with(|note| note.as_ref().is_some_and(|it| it.can_restore))
            }
        })
    }

    /// What the field holds if it is no text; follows the engine.
    pub fn value(self, field: Field) -> Derived<Value> {
        Derived::new(move || match self.content(&field) {
            Some(Content::Value(value)) => value,
            Some(Content::Text { .. } | Content::Items(_)) | None => Value::Unset,
        })
    }

    /// The items of a list; follows the engine.
    pub fn items(self, list: Field) -> Derived<Vec<String>> {
        Derived::new(move || match self.content(&list) {
            Some(Content::Items(items)) => items,
            Some(Content::Text { .. } | Content::Value(_)) | None => vec![],
        })
    }

    /// Something about the note; follows the engine.
    pub fn about<T: Clone + PartialEq + Send + Sync + Default + 'static>(
        self,
        look: impl Fn(&NoteView) -> T + Send + Sync + 'static,
    ) -> Derived<T> {
        Derived::new(move || {
            self.stage.note.with(|note| note.as_ref().map(&look).unwrap_or_default())
        })
    }
}

fn find<'a>(note: &'a NoteView, field: &Field) -> Option<&'a Content> {
    note.fields.iter().find(|(it, _)| it == field).map(|(_, content)| content)
}

/// The page.
pub fn note(stage: Stage, id: DocumentId) -> View {
    let is_there = Derived::new(move || {
        stage.note.with(|note| note.as_ref().is_some_and(|note| note.document == id))
    });
    let is_signed = Derived::new(move || {
        stage.note.with(|note| note.as_ref().is_some_and(|note| note.signed_at.is_some()))
    });
    let content = move || match (is_there.get(), is_signed.get()) {
        (true, true) => signed(stage, id),
        (true, false) => sheet(stage, id),
        (false, _) => (part::back_home(stage), work::not_here(stage)).into_child(),
    };
    html::div().class("page page-note").attr("data-testid", "note").child(content).into_child()
}

/// What was signed is not written any more: it is read, added to, and its summary handed over.
fn signed(stage: Stage, id: DocumentId) -> View {
    let sheet = Sheet::new(stage, id, false);
    let title = words().note.section_names.last().copied().unwrap_or_default();
    let summary = html::section()
        .class("card note-section note-summary")
        .aria_label(title)
        .child((html::h2().child(title), offer::offer(sheet)));
    (head(sheet), board::board(stage, Place::Note(id), read::BOARD), summary).into_child()
}

fn sheet(stage: Stage, id: DocumentId) -> View {
    let sheet = Sheet::new(stage, id, false);
    let sections = move |from: usize, to: usize| {
        let within = (0..).zip(SECTIONS).take(to).skip(from);
        within.map(|(at, section)| section::section(sheet, at, section)).collect::<Vec<_>>()
    };
    let rest = move || {
        let foot = board::board(stage, Place::Note(id), read::FOOT);
        (sections(ON_SCREEN, SECTIONS.len()), foot).into_child()
    };
    let form = html::div()
        .class("note-fields")
        .on(&ev::input, move |event| {
            sheet.typed.update(|typed| *typed = typed.wrapping_add(1));
            if event.target().and_then(|target| section_of(&target)) == Some(offer::SECTION) {
                sheet.drafted.update(|drafted| *drafted = drafted.wrapping_add(1));
            }
        })
        .on(&ev::focusin, move |event| {
            if let Some(at) = event.target().and_then(|target| section_of(&target)) {
                sheet.current.set(at);
            }
        })
        .on(&ev::keydown, move |event| walk(sheet, &event))
        .child((leftovers(sheet), sections(0, ON_SCREEN), below::below(rest)));
    follow_scroll(sheet);
    let columns = html::div().class("note-columns").child((navigation(sheet), form));
    (head(sheet), columns).into_child()
}

fn head(sheet: Sheet) -> View {
    let words = words();
    let name = sheet.about(|note| note.employee_name.clone());
    let ordinal = sheet.about(|note| note.ordinal);
    html::div()
        .class("note-head")
        .child((
            part::back_home(sheet.stage),
            html::div().class("note-title").child((
                html::h1().attr("translate", "no").child(move || (words.note.title)(&name.get())),
                html::span().class("pill").child(move || (words.home.interview)(ordinal.get())),
                whereabouts(sheet),
            )),
            html::p()
                .class("hint note-private")
                .child((icon(icon::LOCK), html::span().child(words.note.private))),
            members::members(sheet.stage, sheet.id),
        ))
        .into_child()
}

/// Where this document is.
pub fn whereabouts(sheet: Sheet) -> View {
    let words = words();
    let here =
        Derived::new(move || sheet.stage.whereabouts.with(|all| all.get(&sheet.id).copied()));
    let name = move || match here.get() {
        Some(Whereabouts::Unsaved) => "unsaved",
        Some(Whereabouts::Kept) => "kept",
        Some(Whereabouts::Sent) => "sent",
        None => "",
    };
    let say = move || match here.get() {
        Some(Whereabouts::Unsaved) => words.note.unsaved,
        Some(Whereabouts::Kept) => words.note.kept,
        Some(Whereabouts::Sent) => words.note.sent,
        None => "",
    };
    html::span()
        .class("whereabouts")
        .attr("data-testid", "whereabouts")
        .attr("data-whereabouts", name)
        .child(say)
        .into_child()
}

fn navigation(sheet: Sheet) -> View {
    let words = words();
    let entries = (0..).zip(SECTIONS).zip(words.note.section_names).map(|((at, section), name)| {
        let is_filled = Derived::new(move || is_filled(sheet, section));
        let dot = move || if is_filled.get() { "dot dot-filled" } else { "dot" };
        let state = move || if is_filled.get() { words.note.filled } else { words.note.empty };
        let is_here = move || (sheet.current.get() == at).then_some("true");
        html::li()
            .child(
                html::button()
                    .r#type("button")
                    .class("section-link")
                    .attr("data-testid", format!("section-{}", section.id))
                    .aria_current(is_here)
                    .on(&ev::click, move |_| go(sheet, at))
                    .child((
                        html::span().class(dot).aria_hidden("true").child(()),
                        html::span().child(name),
                        html::span().class("visually-hidden").child(state),
                    )),
            )
            .into_child()
    });
    html::nav()
        .class("note-nav")
        .aria_label(words.note.sections)
        .child((
            html::ol().child(entries.collect::<Vec<_>>()),
            html::p().class("hint keys-hint").child(words.note.keys_hint),
        ))
        .into_child()
}

/// Whether anything is written in a section.
fn is_filled(sheet: Sheet, section: &Section) -> bool {
    sheet.typed.track();
    section.fields.iter().any(|id| {
        let field = Field::top(id);
        match sheet.content(&field) {
            Some(content @ Content::Text { .. }) => {
                !desk::current(&(sheet.id, field), &content).trim().is_empty()
            }
            Some(Content::Value(Value::Codes(chosen))) => !chosen.is_empty(),
            Some(Content::Value(value)) => value != Value::Unset,
            Some(Content::Items(items)) => !items.is_empty(),
            None => false,
        }
    })
}

/// The section at the top of the screen is the one the person is in.
fn follow_scroll(sheet: Sheet) {
    let is_due = Watched::new(false);
    let listener = window_event_listener(ev::scroll, move |_| {
        if !is_due.get_untracked() {
            is_due.update_untracked(|is_due| *is_due = true);
            request_animation_frame(move || {
                is_due.update_untracked(|is_due| *is_due = false);
                look(sheet);
            });
        }
    });
    on_cleanup(move || listener.remove());
    // A new page shows the first entry already; to look where it is would be to lay the page out
    // before all of it is there.
    let mut is_first = true;
    effect(move || {
        let at = sheet.current.get();
        if !replace(&mut is_first, false) {
            show_entry(at);
        }
    });
}

/// On a narrow page the sections are a row that scrolls by itself.
fn show_entry(at: usize) {
    let Some(section) = SECTIONS.get(at) else { return };
    let entry = format!("[data-testid=section-{}]", section.id);
    let entry = document().query_selector(&entry).ok().flatten();
    let Some(entry) = entry.and_then(|it| it.dyn_into::<HtmlElement>().ok()) else { return };
    if let Some(row) = entry.offset_parent() {
        row.set_scroll_left(entry.offset_left() - ROW_MARGIN);
    }
}

fn look(sheet: Sheet) {
    let top = |section: &Section| {
        let heading = document().get_element_by_id(&section.heading_id())?;
        Some(heading.get_bounding_client_rect().top())
    };
    let is_above = |section: &&Section| top(section).is_some_and(|top| top < READING_LINE);
    let above = SECTIONS.iter().take_while(is_above).count();
    // The last section may be too short to reach the line.
    let is_whole = SECTIONS.last().is_some_and(|last| top(last).is_some());
    let here =
        if is_whole && outside::is_at_bottom() { SECTIONS.len() } else { above }.saturating_sub(1);
    if sheet.current.try_get_untracked().is_some_and(|current| current != here) {
        sheet.current.set(here);
    }
}

/// Goes to a section. One that is not on the page yet is there after the next picture.
fn go(sheet: Sheet, at: usize) {
    let Some(section) = SECTIONS.get(at) else { return };
    sheet.current.set(at);
    if !show(section) {
        outside::after_picture(move || {
            show(section);
        });
    }
}

/// Puts the focus on a section's heading, if it is there.
fn show(section: &Section) -> bool {
    let heading = document().get_element_by_id(&section.heading_id());
    let Some(heading) = heading.and_then(|it| it.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    heading.scroll_into_view();
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    dom::shrug(heading.focus_with_options(&options));
    true
}

/// Alt and an arrow walk from section to section.
fn walk(sheet: Sheet, event: &KeyboardEvent) {
    // Safari ends a composition before the key that ended it arrives, with the code 229.
    if !event.alt_key() || event.is_composing() || event.key_code() == 229 {
        return;
    }
    let here = sheet.current.get_untracked();
    let there = match event.key().as_str() {
        "ArrowDown" => here + 1,
        "ArrowUp" => here.saturating_sub(1),
        _ => return,
    };
    event.prevent_default();
    go(sheet, there.min(SECTIONS.len().saturating_sub(1)));
}

fn section_of(target: &web_sys::EventTarget) -> Option<usize> {
    let section = target.dyn_ref::<Element>()?.closest("[data-section]").ok()??;
    let id = section.get_attribute("data-section")?;
    SECTIONS.iter().position(|section| section.id == id)
}

/// Texts that were typed before the worker died and whose items are gone.
fn leftovers(sheet: Sheet) -> View {
    let words = words();
    let shown = Derived::new(move || {
        sheet.stage.note.with(|note| {
            note.as_ref().map(|note| desk::with(|desk| desk.leftovers(note))).unwrap_or_default()
        })
    });
    let list = move || {
        let leftovers = shown.get();
        if leftovers.is_empty() {
            return ().into_child();
        }
        let rows = leftovers.into_iter().map(|(_, text)| {
            let copy = copy_button("copy-leftover", words.frame.copy, text.clone());
            html::li().child((html::p().class("prose").child(text), copy))
        });
        let drop = move || {
            desk::with(|desk| desk.drop_leftovers(sheet.id));
            sheet.stage.drafts.set(desk::with(|desk| desk.drafts_len()));
            sheet.stage.note.update(|_| {});
        };
        html::section()
            .class("card leftovers")
            .attr("data-testid", "leftovers")
            .child((
                html::h2().child(words.note.leftover),
                html::p().child(words.note.leftover_text),
                html::ul().child(rows.collect::<Vec<_>>()),
                part::button(Weight::Plain, "drop-leftovers", words.frame.close, drop),
            ))
            .into_child()
    };
    list.into_child()
}
