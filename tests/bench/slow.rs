//! Makes a browser as slow as a tablet, all of its processes and threads alike.
//!
//! Chromium's own throttling slows a page's main thread only, and the engine is in a worker.
#![expect(clippy::disallowed_methods, reason = "a benchmark takes time away from others")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

/// Of each four parts of time the browser gets one. Short, so that waiting for its turn adds little.
const RUNS: Duration = Duration::from_millis(2);
const STANDS: Duration = Duration::from_millis(6);

/// As long as it lives, a process group runs at a quarter of its speed.
#[derive(Debug)]
pub(crate) struct Slowness {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Slowness {
    /// Begins.
    pub(crate) fn of(group: Pid) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            while !ends.load(Ordering::Relaxed) {
                killpg(group, Signal::SIGSTOP).unwrap_or_default();
                thread::sleep(STANDS);
                killpg(group, Signal::SIGCONT).unwrap_or_default();
                thread::sleep(RUNS);
            }
        });
        Self { is_over, thread: Some(thread) }
    }
}

impl Drop for Slowness {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap_or_default();
        }
    }
}
