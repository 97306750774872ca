//! A dialog that keeps everything else out of reach while it is open.

use leptos::ev;
use web_sys::HtmlDialogElement;

use super::{
    dom,
    html::{self, Child as _, View},
};
use crate::watched::{Derived, effect};

/// A dialog, open as long as `is_open`. Its body is built each time it opens.
pub fn dialog(
    test_id: &'static str,
    is_open: Derived<bool>,
    dismiss: impl Fn() + 'static,
    body: impl Fn() -> View + Send + 'static,
) -> View {
    boxed(test_id, is_open, Box::new(dismiss), Box::new(body))
}

fn boxed(
    test_id: &'static str,
    is_open: Derived<bool>,
    dismiss: Box<dyn Fn()>,
    body: Box<dyn Fn() -> View + Send>,
) -> View {
    let node = html::Found::not_yet();
    effect(move || {
        let Some(dialog) = node.get::<HtmlDialogElement>() else { return };
        if !is_open.get() {
            dialog.close();
        } else if !dialog.open() {
            dom::shrug(dialog.show_modal());
        }
    });
    html::dialog()
        .class("dialog")
        .attr("data-testid", test_id)
        .aria_labelledby(format!("{test_id}-title"))
        .found(node)
        .on(&ev::Custom::<web_sys::Event>::new("cancel"), move |event| {
            event.prevent_default();
            dismiss();
        })
        .child(move || is_open.get().then(&body))
        .into_child()
}
