//! What need not be in the first picture of a page: what lies below the screen, and that something
//! is missing which is only a moment away.

use core::time::Duration;

use leptos::prelude::*;

use super::html::{Child as _, View};
use crate::{
    app::{left, outside},
    watched::Watched,
};

/// What is on the device is on the page sooner than this. To say for a moment that it is not here
/// would be to draw a page more, and to have it read out.
const LATE: Duration = Duration::from_millis(200);

/// What lies below the screen: made after the picture of what is on it, and with it where the page is
/// gone back to further down.
pub fn below(make: impl Fn() -> View + Send + 'static) -> View {
    let is_due = if left::is_further_down() { Watched::new(true) } else { is_drawn() };
    once(is_due, Box::new(make))
}

/// A place that is empty until it is told to be filled.
fn once(is_due: Watched<bool>, make: Box<dyn Fn() -> View + Send>) -> View {
    (move || is_due.get().then(&make)).into_child()
}

/// Whether the first picture of this part of the page was drawn.
pub fn is_drawn() -> Watched<bool> {
    let is_drawn = Watched::new(false);
    outside::after_picture(move || is_drawn.set(true));
    is_drawn
}

/// What is said only if it still has to be.
pub fn late(make: impl Fn() -> View + Send + 'static) -> View {
    let is_late = Watched::new(false);
    when_late(move || is_late.set(true));
    once(is_late, Box::new(make))
}

/// Does it when what is on the device would be on the page.
pub fn when_late(task: impl FnOnce() + 'static) {
    set_timeout(task, LATE);
}
