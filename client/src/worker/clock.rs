//! The one place of the client that asks the machine for the time.

use engine::input::Input;
use futures_channel::mpsc::UnboundedSender;
use shared::time::UnixMillis;

use super::{
    driver::{Clock, Errand},
    link::Uptime,
    scope,
    timer::Timer,
};

/// The device's clock, right or wrong.
pub(super) struct DeviceClock {
    alarm: Timer,
}

impl DeviceClock {
    /// Sends ticks as errands.
    pub(super) fn new(errands: UnboundedSender<Errand>) -> Self {
        let alarm = Timer::new(move || {
            // With the driver gone nobody waits for a tick.
            drop(errands.unbounded_send(Errand::Input(Box::new(Input::Tick))));
        });
        Self { alarm }
    }
}

impl Clock for DeviceClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(whole(js_sys::Date::now()))
    }

    fn wake_at(&mut self, at: UnixMillis) {
        let wait_ms = at.0.saturating_sub(self.now().0);
        self.alarm.set_ms(wait_ms);
    }
}

/// Milliseconds since the worker started, by a clock that nobody can set back.
pub(super) fn uptime() -> Uptime {
    let performance = scope().and_then(|scope| scope.performance());
    Uptime(performance.map_or(0, |performance| whole(performance.now())))
}

/// The whole part of a number of milliseconds.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the conversion saturates, and dates fit for 200,000 years"
)]
fn whole(ms: f64) -> u64 {
    ms as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_cut_to_whole_milliseconds_and_nonsense_to_a_bound() {
        assert_eq!(whole(1_764_000_000_000.9), 1_764_000_000_000);
        assert_eq!(whole(-1.0), 0);
        assert_eq!(whole(f64::NAN), 0);
        assert_eq!(whole(f64::INFINITY), u64::MAX);
    }
}
