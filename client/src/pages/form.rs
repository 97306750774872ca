//! Any document as a form: its fields by the schema of its kind.

use engine::{
    casework::field::{Field, Shape, Spec},
    view::{Content, FormView, Kind},
};
use leptos::prelude::*;
use shared::{id::DocumentId, log::org::Role};

use super::{members, note, work};
use crate::{
    app::{
        place::{Place, Sheet},
        stage::Stage,
    },
    text::say::say,
    watched::Derived,
    widgets::{
        below,
        html::{self, Child as _, View},
    },
};

/// No screen shows more of a form at once than so many fields of one line.
const SCREENFUL: usize = 10;
/// So many chips stand in a line, and so many lines in the box of a long text.
const CHIPS: usize = 6;
const LINES: usize = 2;

/// The page.
pub fn form(stage: Stage, role: Role, id: DocumentId) -> View {
    let is_there = Derived::new(move || stage.shelf.with(|shelf| shelf.form(id).is_some()));
    let content = move || if is_there.get() { sheet(stage, id) } else { work::not_here(stage) };
    let readers = (role != Role::Employee).then(|| members::members(stage, id));
    html::div()
        .class("page page-narrow")
        .attr("data-testid", "form")
        .child((super::frame::up(stage, Place::Page(Sheet::Form, id)), content, readers))
        .into_child()
}

fn sheet(stage: Stage, id: DocumentId) -> View {
    let Some(kind) = stage.shelf.with_untracked(|shelf| Some(shelf.form(id)?.kind)) else {
        return ().into_child();
    };
    let sheet = note::Sheet::new(stage, id, true);
    let title = say(&["kind.", kind.as_str()].concat());
    (
        html::div().class("note-title").child((html::h1().child(title), note::whereabouts(sheet))),
        html::section()
            .class("card note-section")
            .aria_label(title)
            .child(html::div().class("fields").child(fields(sheet, kind))),
    )
        .into_child()
}

/// The fields that are filled in by hand: those on the screen, and those below it.
fn fields(sheet: note::Sheet, kind: Kind) -> View {
    let specs = specs(sheet, kind);
    let from = on_screen(sheet, &specs);
    let show = move |spec: &&'static Spec| {
        let path = [kind.as_str(), ".", spec.id].concat();
        note::field::field(sheet, spec, Field::top(spec.id), &path)
    };
    let first = specs.iter().take(from).map(show).collect::<Vec<_>>();
    let rest = move || specs.iter().skip(from).map(show).collect::<Vec<_>>().into_child();
    (first, below::below(rest)).into_child()
}

/// How many of the fields fill a screen.
fn on_screen(sheet: note::Sheet, specs: &[&Spec]) -> usize {
    let mut lines = 0;
    let ends = specs.iter().position(|spec| {
        lines += match spec.shape {
            Shape::Long => LINES,
            Shape::One(codes) | Shape::Many(codes) => 1 + codes.len() / CHIPS,
            Shape::List(inner) => match untrack(|| sheet.content(&Field::top(spec.id))) {
                Some(Content::Items(items)) => 1 + items.len() * inner.len(),
                Some(Content::Value(_) | Content::Text { .. }) | None => 1,
            },
            Shape::Short | Shape::Number(..) | Shape::Flag | Shape::Date | Shape::DateTime => 1,
        };
        lines >= SCREENFUL
    });
    ends.map_or(specs.len(), |last| last + 1)
}

fn specs(sheet: note::Sheet, kind: Kind) -> Vec<&'static Spec> {
    sheet.stage.shelf.with_untracked(|shelf| {
        let Some(view) = shelf.form(sheet.id) else { return vec![] };
        let specs = kind.first_fields().iter().chain(kind.grown_fields());
        let is_shown = |spec: &&Spec| {
            is_for_hand(kind, spec.id) && content(view, &Field::top(spec.id)).is_some()
        };
        specs.filter(is_shown).collect()
    })
}

/// Whether a field is filled in like a form's: what acts write, and what has a page of its own, is
/// not.
fn is_for_hand(kind: Kind, id: &str) -> bool {
    let has_page = match kind {
        Kind::CaseShared => {
            matches!(id, "interviews" | "canvases" | "drawings" | "documents" | "appointments")
        }
        Kind::Directory => id == "templates",
        Kind::Report => matches!(id, "reviews" | "merges" | "from" | "to" | "state"),
        Kind::CasePrivate => id == "risks",
        Kind::Supervision => id == "replaced",
        // Written by acts alone.
        Kind::Contribution | Kind::Package => true,
        Kind::Catalogue
        | Kind::Note
        | Kind::Company
        | Kind::Roster
        | Kind::Slots
        | Kind::CaseConsent
        | Kind::CaseDisclosure
        | Kind::JobCard
        | Kind::Opinion => false,
    };
    let is_open = kind == Kind::Directory && id == "profiles";
    !has_page && (is_open || !kind.is_for_acts(&Field::top(id)))
}

fn content<'a>(view: &'a FormView, field: &Field) -> Option<&'a Content> {
    view.fields.iter().find(|(it, _)| it == field).map(|(_, content)| content)
}

/// A text of a form, by its path; empty where there is none.
pub fn text(view: Option<&FormView>, path: &str) -> String {
    let found = view.and_then(|view| view.fields.iter().find(|(it, _)| it.as_str() == path));
    match found {
        Some((_, Content::Text { text, .. })) => text.clone(),
        Some((_, Content::Value(_) | Content::Items(_))) | None => String::new(),
    }
}

/// The items of a list of a form; none where there is no such list.
pub fn items<'a>(view: Option<&'a FormView>, list: &str) -> &'a [String] {
    let found = view.and_then(|view| view.fields.iter().find(|(it, _)| it.as_str() == list));
    match found {
        Some((_, Content::Items(items))) => items,
        Some((_, Content::Value(_) | Content::Text { .. })) | None => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::say;

    /// The paths, and choices, below a field that have no words.
    fn missing(path: &str, kind: Kind, field: &Field, shape: Shape) -> Vec<String> {
        if kind.is_for_acts(field) && path != "directory.profiles" {
            return vec![];
        }
        let mut missing = vec![];
        if say::label(path).is_empty() {
            missing.push(path.to_owned());
        }
        match shape {
            Shape::One(codes) | Shape::Many(codes) => {
                let unnamed = codes.iter().filter(|code| crate::text::code(path, code).is_empty());
                missing.extend(unnamed.map(|code| [path, "=", code].concat()));
            }
            Shape::List(inner) => {
                for spec in inner {
                    let path = [path, "/", spec.id].concat();
                    missing.extend(self::missing(
                        &path,
                        kind,
                        &field.child("*").child(spec.id),
                        spec.shape,
                    ));
                }
            }
            Shape::Long
            | Shape::Short
            | Shape::Number(..)
            | Shape::Flag
            | Shape::Date
            | Shape::DateTime => {}
        }
        missing
    }

    #[test]
    fn every_field_that_is_filled_in_by_hand_has_words() {
        let is_form = |kind: &Kind| !matches!(kind, Kind::Note | Kind::Catalogue);
        for kind in Kind::ALL.into_iter().filter(is_form) {
            assert!(!say(&["kind.", kind.as_str()].concat()).is_empty(), "{kind:?}");
            let specs = kind.first_fields().iter().chain(kind.grown_fields());
            let by_hand = specs.filter(|spec| is_for_hand(kind, spec.id));
            let is_filled_in = |spec: &&Spec| !matches!(spec.shape, Shape::List([]));
            for spec in by_hand.filter(is_filled_in) {
                let path = [kind.as_str(), ".", spec.id].concat();
                let missing = missing(&path, kind, &Field::top(spec.id), spec.shape);
                assert_eq!(missing, Vec::<String>::new());
            }
        }
    }
}
