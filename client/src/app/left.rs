//! Where a page was left, kept in its entry of the history: who goes back to it is there again with
//! the first picture.
//!
//! The browser would scroll before the page is there. So it is done here, and of a long list only
//! what is on the screen is drawn for that picture.

use core::{cell::Cell, time::Duration};
use std::rc::Rc;

use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{History, ScrollBehavior, ScrollToOptions};

use super::outside;
use crate::widgets::dom;

/// The list whose parts are looked at one by one.
const LONG: &str = ".cards";
/// When there is more of a page that was gone back to.
const GROWING_MS: [u64; 4] = [50, 150, 300, 600];

/// How a page lay on the screen when it was left.
#[derive(Clone, Copy, Default)]
pub struct Left {
    /// How far down it was, in CSS pixels.
    down: f64,
    /// By how many screens that is, a begun one too.
    pub screens: usize,
    /// How many parts of its long list lay above the screen.
    pub above: usize,
    /// How high they are together, in CSS pixels.
    pub height: f64,
}

thread_local! {
    /// Of the page that was gone back to; nothing of one that was gone to.
    static LEFT: Cell<Left> = const { Cell::new(Left { down: 0.0, screens: 0, above: 0, height: 0.0 }) };
}

/// How the page lay when it was left, if it was gone back to.
pub fn left() -> Left {
    LEFT.get()
}

/// Whether the page is gone back to further down: what lies there is on the screen at once.
pub fn is_further_down() -> bool {
    left().down > 0.0
}

/// Keeps how the page lies, before another follows it in the history.
pub fn keep(history: &History) {
    let Left { down, screens, above, height } = look();
    let [screens, above] = [screens, above].map(|it| u32::try_from(it).unwrap_or_default());
    let kept = Array::of4(&down.into(), &screens.into(), &above.into(), &height.into());
    dom::shrug(history.replace_state(&kept, ""));
    LEFT.set(Left::default());
}

/// Takes up what was kept of a page that is gone back to.
pub fn take_up(kept: Option<&JsValue>) {
    let number = |at| kept?.dyn_ref::<Array>()?.get(at).as_f64();
    let [down, screens, above, height] = [0, 1, 2, 3].map(|at| number(at).unwrap_or_default());
    LEFT.set(Left { down, screens: whole(screens), above: whole(above), height });
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number, or nought for anything else"
)]
fn whole(number: f64) -> usize {
    number as usize
}

fn look() -> Left {
    let down = scrolled();
    let screen = outside::root().map_or(0, |root| root.client_height()).max(1);
    let screens = usize::try_from((down + screen - 1) / screen).unwrap_or_default();
    let (mut above, mut height) = (0, 0.0);
    if let Ok(Some(list)) = document().query_selector(LONG) {
        let (parts, top) = (list.children(), list.get_bounding_client_rect().top());
        let (mut line, mut ends) = (f64::NEG_INFINITY, 0.0_f64);
        for at in 0..parts.length() {
            let Some(part) = parts.item(at) else { break };
            let place = part.get_bounding_client_rect();
            // Those beside each other are drawn together.
            if place.top() > line {
                (line, above, height) = (place.top(), at, ends);
            }
            if place.bottom() > 0.0 {
                break;
            }
            ends = ends.max(place.bottom() - top);
        }
    }
    let above = usize::try_from(above).unwrap_or_default();
    Left { down: f64::from(down), screens, above, height }
}

/// How far down the page is, in CSS pixels.
fn scrolled() -> i32 {
    outside::root().map_or(0, |root| root.scroll_top())
}

/// Scrolls to where the page was when another was gone to: as far down as it reaches, and again as
/// more of it is there, unless the person has scrolled since.
pub fn scroll_back() {
    let (down, here) = (left().down, outside::path());
    request_animation_frame(move || {
        let go = move || {
            scroll_to(down);
            scrolled()
        };
        let reached = Rc::new(Cell::new(go()));
        for wait in GROWING_MS {
            let (reached, here) = (Rc::clone(&reached), here.clone());
            let go_on = move || {
                let is_short = f64::from(reached.get()) < down;
                if is_short && scrolled() == reached.get() && outside::path() == here {
                    reached.set(go());
                }
            };
            set_timeout(go_on, Duration::from_millis(wait));
        }
    });
}

/// Scrolls to the beginning of a page, with its first picture: earlier, the page would be laid out
/// once for this and once for the picture.
pub fn scroll_to_top() {
    request_animation_frame(|| scroll_to(0.0));
}

/// At once: another page is no way down this one.
fn scroll_to(down: f64) {
    let options = ScrollToOptions::new();
    options.set_top(down);
    options.set_behavior(ScrollBehavior::Instant);
    window().scroll_to_with_scroll_to_options(&options);
}
