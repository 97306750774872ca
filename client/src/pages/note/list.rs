//! A list of items that grows and shrinks, with a way back.

use engine::{
    casework::field::{Field, Shape, Spec},
    command::Command,
};
use leptos::ev;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::{Sheet, field};
use crate::{
    app::desk,
    port,
    text::{self, words},
    watched::{Watched, effect},
    widgets::{
        dom,
        html::{self, Child as _, View},
        icon,
        part::{self, Weight},
        text_box::Names,
    },
};

/// Of more items than this each is one line that opens: nobody reads through sixty open forms.
const OPEN_MAX: usize = 12;
/// How many texts of an item say which one it is.
const NAMING: usize = 2;

/// A list under its label.
pub fn list(sheet: Sheet, specs: &'static [Spec], list: Field, path: &str) -> View {
    let note = &words().note;
    let label = text::field(path).label;
    let items = sheet.items(list.clone());
    // The item that is added next gets the focus.
    let is_adding = Watched::new(false);
    let (of_rows, of_undo) = (list.clone(), list.clone());
    let path = path.to_owned();
    let rows = html::rows(
        move || items.get(),
        move |item| {
            let is_folded = items.with_untracked(Vec::len) > OPEN_MAX && specs.len() > 1;
            let context = Item { sheet, specs, path: &path, is_adding, is_folded };
            row(context, &of_rows, &of_rows.child(item))
        },
    );
    let name = list.as_str().to_owned();
    let add = move || {
        is_adding.set(true);
        port::send(&Command::AddItem { document: sheet.id, list: list.clone() });
    };
    let nothing =
        move || items.with(Vec::is_empty).then(|| html::p().class("hint").child(note.no_items));
    html::fieldset()
        .class("field group list")
        .attr("data-field", name)
        .child((
            html::legend().class("label").child(label),
            nothing,
            html::ol().class("items").child(rows),
            undo(sheet, of_undo),
            part::icon_button(Weight::Plain, "add-item", icon::ADD, &(note.add)(label), add),
        ))
        .into_child()
}

#[derive(Clone, Copy)]
struct Item<'a> {
    sheet: Sheet,
    specs: &'static [Spec],
    path: &'a str,
    is_adding: Watched<bool>,
    is_folded: bool,
}

fn row(context: Item<'_>, list: &Field, item: &Field) -> View {
    let Item { specs, is_adding, is_folded, .. } = context;
    let node = html::Found::not_yet();
    let is_new = is_adding.get_untracked();
    effect(move || {
        if let Some(row) = node.get()
            && is_adding.get_untracked()
        {
            is_adding.set(false);
            focus_first(&row);
        }
    });
    let inside =
        if is_folded && !is_new { folded(context, list, item) } else { body(context, list, item) };
    html::li()
        .class(if specs.len() == 1 { "item item-line" } else { "item" })
        .attr("data-item", item.as_str().to_owned())
        .found(node)
        .child(inside)
        .into_child()
}

/// An item by what it says first. What else there is of it is made when somebody opens it.
fn folded(context: Item<'_>, list: &Field, item: &Field) -> View {
    let Item { sheet, specs, is_adding, is_folded, .. } = context;
    let texts = specs.iter().filter(|spec| spec.shape == Shape::Short);
    let texts: Vec<Field> = texts.map(|spec| item.child(spec.id)).collect();
    let title = move || {
        sheet.typed.track();
        let said = texts.iter().filter_map(|field| {
            let held = sheet.content(field)?;
            Some(desk::current(&(sheet.id, field.clone()), &held))
        });
        let said = said.filter(|text| !text.is_empty()).take(NAMING).collect::<Vec<_>>().join("　");
        if said.is_empty() { words().note.empty.to_owned() } else { said }
    };
    let is_open = Watched::new(false);
    let (list, item, path) = (list.clone(), item.clone(), context.path.to_owned());
    let inside = move || {
        let context = Item { sheet, specs, path: &path, is_adding, is_folded };
        is_open.get().then(|| body(context, &list, &item))
    };
    html::details()
        .class("item-folded")
        .on(&ev::toggle, move |_| is_open.set(true))
        .on(&ev::input, move |_| sheet.typed.update(|typed| *typed = typed.wrapping_add(1)))
        .child((html::summary().attr("translate", "no").child(title), inside))
        .into_child()
}

fn body(context: Item<'_>, list: &Field, item: &Field) -> View {
    let Item { sheet, specs, path, .. } = context;
    let (removed, emptied) = (item.clone(), list.clone());
    let remove = move || {
        desk::with(|desk| desk.discard(sheet.id, &removed));
        sheet.emptied.set(Some(emptied.clone()));
        port::send(&Command::RemoveItem { document: sheet.id, item: removed.clone() });
    };
    let name = format!("{}: {}", text::field(path).label, words().note.remove);
    let by_hand = specs.iter().filter(|spec| !sheet.is_for_acts(&item.child(spec.id)));
    let fields = by_hand.map(|spec| inner(sheet, specs, spec, item, path));
    html::div()
        .class("item-body")
        .child((
            html::div().class("item-fields").child(fields.collect::<Vec<_>>()),
            part::bare_button("remove-item", icon::CLOSE, name, remove),
        ))
        .into_child()
}

fn inner(
    sheet: Sheet,
    specs: &'static [Spec],
    spec: &'static Spec,
    item: &Field,
    path: &str,
) -> View {
    let name = item.child(spec.id);
    // The words are found by a path without the item's id.
    let wanted = format!("{path}/{}", spec.id);
    let words_of = text::field(&wanted);
    match spec.shape {
        Shape::Long | Shape::Short if specs.len() == 1 => {
            let id = field::id(&name);
            let names = Names { id: &id, described_by: "", label: words_of.label };
            field::text_only(sheet, spec.shape, &name, names)
        }
        Shape::Long
        | Shape::Short
        | Shape::One(_)
        | Shape::Many(_)
        | Shape::Number(..)
        | Shape::Flag
        | Shape::Date
        | Shape::DateTime
        | Shape::List(_) => field::field(sheet, spec, name, &wanted),
    }
}

/// The way back after a removal, where it happened.
fn undo(sheet: Sheet, list: Field) -> View {
    let note = &words().note;
    let can_restore = sheet.can_restore();
    let is_here = move || sheet.emptied.with(|emptied| emptied.as_ref() == Some(&list));
    let shown = move || {
        (can_restore.get() && is_here()).then(|| {
            let restore = move || {
                sheet.emptied.set(None);
                port::send(&Command::RestoreItem(sheet.id));
            };
            html::p().class("undo").role("status").child((
                note.removed,
                part::button(Weight::Quiet, "restore-item", note.restore, restore),
            ))
        })
    };
    shown.into_child()
}

fn focus_first(row: &HtmlElement) {
    let found = row.query_selector("input, textarea").ok().flatten();
    if let Some(first) = found.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        dom::shrug(first.focus());
    }
}
