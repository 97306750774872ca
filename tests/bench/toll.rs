//! How much of the processor's time a browser takes, whatever else the machine does.

use std::{fs, path::PathBuf, time::Duration};

use nix::{time::ClockId, unistd::Pid};

/// What all processes of a group had taken by a moment.
#[derive(Debug)]
pub(crate) struct Toll {
    group: Pid,
    before_ms: f64,
}

impl Toll {
    /// From here on.
    pub(crate) fn of(group: Pid) -> Self {
        Self { group, before_ms: taken_ms(group) }
    }

    /// Milliseconds since.
    pub(crate) fn paid_ms(&self) -> f64 {
        taken_ms(self.group) - self.before_ms
    }
}

/// Milliseconds of the processor's that a group has taken. A process that ended is not counted; those
/// of a browser that matter do not end.
fn taken_ms(group: Pid) -> f64 {
    let told = group.to_string();
    let taken = |process: PathBuf| {
        let stat = fs::read_to_string(process.join("stat")).ok()?;
        // Behind the name in brackets: state, parent, group.
        let is_ours = stat.rsplit(')').next()?.split_whitespace().nth(2) == Some(&told);
        let number = is_ours.then(|| process.file_name()?.to_str()?.parse().ok()).flatten()?;
        let clock = ClockId::pid_cpu_clock_id(Pid::from_raw(number)).ok()?;
        let time = Duration::from(clock.now().ok()?);
        Some(time.as_secs_f64() * 1000.0)
    };
    let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok).map(|it| it.path());
    processes.filter_map(taken).sum()
}

/// How many threads of the whole machine want to run, on average over the last minute.
pub(crate) fn load() -> String {
    let told = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    told.split(' ').next().unwrap_or_default().to_owned()
}
