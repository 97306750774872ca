//! The one place that asks for the time or lets it pass.

use std::fmt;
use std::time::{Duration, Instant};

/// When something began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "a build tool is an outermost layer")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

impl fmt::Display for Stopwatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&readable(self.elapsed()))
    }
}

/// Waits between two looks at a child process or a port.
#[expect(clippy::disallowed_methods, reason = "a build tool is an outermost layer")]
pub(crate) fn pause(duration: Duration) {
    std::thread::sleep(duration);
}

fn readable(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_step_is_told_in_minutes() {
        assert_eq!(readable(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(readable(Duration::from_millis(59_900)), "59.9 s");
        assert_eq!(readable(Duration::from_mins(1)), "1 min 00 s");
        assert_eq!(readable(Duration::from_secs(605)), "10 min 05 s");
    }
}
