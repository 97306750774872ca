//! What the process says of itself in Prometheus' text form.

use std::{
    fmt::Write as _,
    fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Linux counts CPU time for programs in hundredths of a second on every architecture.
const TICKS_PER_SECOND: f64 = 100.0;

/// Counted while the server runs.
#[derive(Debug, Default)]
pub struct Counters {
    commits: AtomicU64,
    envelopes: AtomicU64,
    connections: AtomicU64,
    sockets: AtomicU64,
}

/// A connection that is counted as long as this lives.
#[derive(Debug)]
pub struct Counted {
    counters: Arc<Counters>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Connection,
    Socket,
}

impl Counters {
    /// A commit with so many envelopes.
    pub fn add_commit(&self, envelopes: u64) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.envelopes.fetch_add(envelopes, Ordering::Relaxed);
    }

    /// Counts a TCP connection.
    pub fn connection(self: &Arc<Self>) -> Counted {
        Counted::begin(self, Kind::Connection)
    }

    /// Counts a WebSocket.
    pub fn socket(self: &Arc<Self>) -> Counted {
        Counted::begin(self, Kind::Socket)
    }

    /// TCP connections that are open.
    pub fn open_connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Everything, one metric a line.
    pub fn to_text(&self) -> String {
        let Self { commits, envelopes, connections, sockets } = self;
        let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed).to_string();
        let seconds = cpu_seconds().map(|seconds| format!("{seconds:.2}"));
        let lines = [
            ("process_cpu_seconds_total", "counter", seconds),
            ("process_resident_memory_bytes", "gauge", resident_bytes()),
            ("mendan_commits_total", "counter", Some(number(commits))),
            ("mendan_envelopes_stored_total", "counter", Some(number(envelopes))),
            ("mendan_connections", "gauge", Some(number(connections))),
            ("mendan_sockets", "gauge", Some(number(sockets))),
        ];
        let mut text = String::new();
        for (name, kind, value) in lines {
            if let Some(value) = value {
                let written = writeln!(text, "# TYPE {name} {kind}\n{name} {value}");
                debug_assert!(written.is_ok(), "writing to memory does not fail");
            }
        }
        text
    }
}

impl Counted {
    fn begin(counters: &Arc<Counters>, kind: Kind) -> Self {
        let counted = Self { counters: Arc::clone(counters), kind };
        counted.counter().fetch_add(1, Ordering::Relaxed);
        counted
    }

    fn counter(&self) -> &AtomicU64 {
        match self.kind {
            Kind::Connection => &self.counters.connections,
            Kind::Socket => &self.counters.sockets,
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.counter().fetch_sub(1, Ordering::Relaxed);
    }
}

/// User and system time of this process; `None` where there is no `/proc`.
fn cpu_seconds() -> Option<f64> {
    cpu_seconds_of(&fs::read_to_string("/proc/self/stat").ok()?)
}

fn cpu_seconds_of(stat: &str) -> Option<f64> {
    // The name in parentheses may hold spaces; the fields after it are state, …, utime, stime.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11);
    let user: u32 = times.next()?.parse().ok()?;
    let system: u32 = times.next()?.parse().ok()?;
    Some((f64::from(user) + f64::from(system)) / TICKS_PER_SECOND)
}

fn resident_bytes() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some((kib * 1024).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_found_behind_a_strange_name() {
        let stat = "42 (men) dan) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20";

        assert_eq!(cpu_seconds_of(stat), Some(2.0));
    }

    #[test]
    fn counters_count() {
        let counters = Arc::new(Counters::default());
        counters.add_commit(3);
        counters.add_commit(4);
        let socket = counters.socket();

        let text = counters.to_text();

        assert!(text.contains("\nmendan_commits_total 2\n"));
        assert!(text.contains("\nmendan_envelopes_stored_total 7\n"));
        assert!(text.contains("\nmendan_sockets 1\n"));
        drop(socket);
        assert!(counters.to_text().contains("\nmendan_sockets 0\n"));
    }
}
