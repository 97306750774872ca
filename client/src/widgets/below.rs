//! What need not be in the first picture of a page: what lies below the screen, and that something
//! is missing which is only a moment away.

use core::time::Duration;

use leptos::prelude::*;

use super::html::{Child as _, View};
use crate::{app::outside, watched::Watched};

/// What is on the device is on the page sooner than this. To say for a moment that it is not here
/// would be to draw a page more, and to have it read out.
const LATE: Duration = Duration::from_millis(200);

/// What lies below the screen: made after the picture of what is on it.
pub fn below(make: impl Fn() -> View + Send + 'static) -> View {
    let (is_due, shown) = once(Box::new(make));
    outside::after_picture(is_due);
    shown
}

/// What is said only if it still has to be.
pub fn late(make: impl Fn() -> View + Send + 'static) -> View {
    let (is_due, shown) = once(Box::new(make));
    when_late(is_due);
    shown
}

/// A place that is empty until it is told to be filled. The page may be gone by then.
fn once(make: Box<dyn Fn() -> View + Send>) -> (impl FnOnce(), View) {
    let is_due = Watched::new(false);
    let tell = move || {
        is_due.set(true);
    };
    (tell, (move || is_due.get().then(&make)).into_child())
}

/// Does it when what is on the device would be on the page.
pub fn when_late(task: impl FnOnce() + 'static) {
    set_timeout(task, LATE);
}
