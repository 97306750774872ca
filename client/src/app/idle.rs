//! Locks the device when nobody uses it, or lets it rest, and says so before (WCAG 2.0, 2.2.1).

use core::{cell::Cell, time::Duration};
use std::rc::Rc;

use engine::command::{Command, RoomAct};
use leptos::prelude::*;

use super::{desk, outside::on, stage::Stage};

/// How long a device stays open untouched.
const IDLE_LIMIT_MS: f64 = 120_000.0;
/// How long before that it is said. Half a minute is time enough to touch something.
const WARNED_MS: f64 = 30_000.0;
/// How often that is checked.
const CHECK_EVERY: Duration = Duration::from_secs(5);
/// What counts as a touch.
const TOUCHES: [&str; 5] = ["pointerdown", "keydown", "input", "wheel", "scroll"];

/// How the device is left. A wish to lock outweighs that nobody is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leave {
    /// Nobody touched it: it rests if it may, and locks if not.
    Rest,
    /// By a wish.
    Lock,
}

impl Leave {
    /// What the engine is asked for.
    pub fn command(self) -> Command {
        match self {
            Self::Rest => Command::Room(RoomAct::Rest),
            Self::Lock => Command::Lock,
        }
    }
}

/// Watches for touches. Where there are none, whether the device rests or locks is the engine's to
/// decide.
pub fn watch(stage: Stage) {
    let last_touch_ms = Rc::new(Cell::new(js_sys::Date::now()));
    let Some(document) = window().document() else { return };
    for touch in TOUCHES {
        let last_touch_ms = Rc::clone(&last_touch_ms);
        on(&document, touch, move || {
            last_touch_ms.set(js_sys::Date::now());
            warn(stage, false);
        });
    }
    let check = Rc::new(move || {
        let is_composing = desk::with(|desk| desk.is_composing());
        let still_ms = js_sys::Date::now() - last_touch_ms.get();
        warn(stage, is_due(still_ms + WARNED_MS, is_composing));
        if is_due(still_ms, is_composing) {
            stage.rest();
        }
    });
    // A page in the background is woken late or not at all: look again when it comes to the front.
    let look = Rc::clone(&check);
    on(&document, "visibilitychange", move || look());
    if set_interval_with_handle(move || check(), CHECK_EVERY).is_err() {
        stage.lock();
    }
}

fn warn(stage: Stage, is_idle: bool) {
    if stage.is_idle.get_untracked() != is_idle {
        stage.is_idle.set(is_idle);
    }
}

/// Whether the device must be shut after so long without a touch. A composition under way is a
/// person thinking.
fn is_due(still_ms: f64, is_composing: bool) -> bool {
    !is_composing && still_ms >= IDLE_LIMIT_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_minutes_without_a_touch_shut_it_unless_somebody_composes() {
        assert!(!is_due(119_999.0, false));
        assert!(is_due(120_000.0, false));
        assert!(!is_due(500_000.0, true));
    }

    #[test]
    fn a_wish_to_lock_is_not_turned_into_a_rest() {
        assert!(None < Some(Leave::Rest) && Some(Leave::Rest) < Some(Leave::Lock));
        assert!(matches!(Leave::Lock.command(), Command::Lock));
        assert!(matches!(Leave::Rest.command(), Command::Room(RoomAct::Rest)));
    }

    #[test]
    fn it_is_said_in_time_to_touch_something() {
        let checks_ms = CHECK_EVERY.as_secs_f64() * 1000.0;
        assert!(WARNED_MS - checks_ms >= 20_000.0);
    }
}
