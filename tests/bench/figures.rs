//! What was measured, in words.

use std::{fmt::Write as _, process::ExitCode, time::Duration};

use harness::host::Account;

/// What a run of edits cost.
pub(crate) struct Figures {
    pub(crate) edits: f64,
    pub(crate) wall: Duration,
    pub(crate) before: Account,
    pub(crate) after: Account,
    pub(crate) latencies: Vec<Duration>,
    pub(crate) payload_bytes: f64,
    pub(crate) disk_bytes: f64,
}

impl Figures {
    pub(crate) fn report(mut self, title: &str) -> String {
        let cpu_s = self.after.cpu_s - self.before.cpu_s;
        let envelopes = self.after.envelopes - self.before.envelopes;
        let commits = self.after.commits - self.before.commits;
        let mut text = format!("{title}\n");
        let mut line = |name: &str, value: String| {
            let written = writeln!(text, "  {name:<34}{value}");
            debug_assert!(written.is_ok(), "writing to a string");
        };
        line("edits/s", format!("{:.0}", self.edits / self.wall.as_secs_f64()));
        line("edits per server-CPU-second", format!("{:.0}", self.edits / cpu_s));
        line("server CPU", format!("{cpu_s:.2} s of {:.2} s", self.wall.as_secs_f64()));
        self.latencies.sort_unstable();
        line("ack latency p50 / p99", format!("{} / {}", self.at(50), self.at(99)));
        line("envelopes, commits", format!("{envelopes:.0}, {commits:.0}"));
        let per_byte = self.disk_bytes / self.payload_bytes;
        line("disk bytes per payload byte", format!("{per_byte:.2}"));
        line("server RSS", mib(self.after.rss_bytes));
        text
    }

    fn at(&self, percent: usize) -> String {
        let last = self.latencies.len().saturating_sub(1);
        let found = self.latencies.get(last * percent / 100);
        found.map_or_else(String::new, |it| format!("{:.2} ms", it.as_secs_f64() * 1000.0))
    }
}

pub(crate) fn mib(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / 1024.0 / 1024.0)
}

#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
pub(crate) fn say(report: &str) -> ExitCode {
    print!("{report}");
    ExitCode::SUCCESS
}

#[expect(clippy::print_stderr, reason = "the only word to a person at the terminal")]
pub(crate) fn complain(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::FAILURE
}
