//! What the worker says waits while somebody types, until the picture of what they typed is drawn.
//!
//! A key waits for whatever is drawn when it is pressed. Between two keys there is time: there all
//! that came meanwhile is drawn together. Nothing waits longer than for a pause in the typing.

use core::{
    cell::RefCell,
    mem::{replace, take},
    time::Duration,
};

use js_sys::Date;
use leptos::prelude::set_timeout;

use crate::app::outside;

/// Somebody who has not typed for so long does not type, in milliseconds. Two keys of a quick typist
/// are 100 to 150 apart.
const PAUSE_MS: f64 = 250.0;

type Task = Box<dyn FnOnce()>;

/// What waits, and what will look after it.
struct Lull {
    waiting: Vec<Task>,
    typed_at_ms: f64,
    /// The picture of what was typed is not drawn yet.
    is_drawing: bool,
    /// A timer runs.
    is_timed: bool,
}

thread_local! {
    static LULL: RefCell<Lull> = const {
        RefCell::new(Lull { waiting: vec![], typed_at_ms: 0.0, is_drawing: false, is_timed: false })
    };
}

/// Watches for what is typed, wherever on the page.
pub fn watch() {
    if let Some(document) = leptos::prelude::window().document() {
        outside::on(&document, "input", typed);
    }
}

fn typed() {
    let is_new = LULL.with_borrow_mut(|lull| {
        lull.typed_at_ms = Date::now();
        !replace(&mut lull.is_drawing, true)
    });
    if is_new {
        outside::after_picture(release);
    }
}

/// Does it now, or after everything that waits already.
pub fn after_typing(task: impl FnOnce() + 'static) {
    let task: Task = Box::new(task);
    let left = left_ms();
    if left <= 0.0 {
        release();
        return task();
    }
    LULL.with_borrow_mut(|lull| lull.waiting.push(task));
    time(left);
}

/// How long it is until somebody does not type, in milliseconds. A clock that was set back says
/// nothing.
fn left_ms() -> f64 {
    let since = Date::now() - LULL.with_borrow(|lull| lull.typed_at_ms);
    if since < 0.0 { 0.0 } else { PAUSE_MS - since }
}

/// Nothing waits for a picture alone: a page behind another draws none.
fn time(ms: f64) {
    if LULL.with_borrow_mut(|lull| replace(&mut lull.is_timed, true)) {
        return;
    }
    set_timeout(
        || {
            LULL.with_borrow_mut(|lull| lull.is_timed = false);
            match left_ms() {
                left if left > 0.0 => time(left),
                _ => release(),
            }
        },
        Duration::from_secs_f64(ms / 1000.0),
    );
}

/// Does all that waits.
pub fn release() {
    let waiting = LULL.with_borrow_mut(|lull| {
        lull.is_drawing = false;
        take(&mut lull.waiting)
    });
    for task in waiting {
        task();
    }
}
