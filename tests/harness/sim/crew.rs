//! Many worlds on every core.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use sha2::{Digest as _, Sha256};

use super::{
    check::{Finding, Kind},
    run::{Outcome, Run, Size},
};

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub enum Budget {
    /// After so many worlds.
    Seeds(u64),
    /// When the worlds finished had so many steps.
    Steps(u64),
}

/// What came of many worlds.
#[derive(Debug, Default)]
pub struct Report {
    /// How many.
    pub seeds: u64,
    /// Steps of all of them.
    pub steps: u64,
    /// A fingerprint of all that happened, the same for the same seeds.
    pub trace: [u8; 32],
    /// Worlds in which something was found.
    pub failed: Vec<Outcome>,
}

/// Plays seeds from `first` on, one world a thread, until the budget is used up.
///
/// The report covers the shortest row of seeds that uses it up, so it does not depend on which
/// thread was faster.
pub fn run_many(first: u64, budget: Budget, size: Size, threads: usize) -> Report {
    let (next, steps) = (AtomicU64::new(first), AtomicU64::new(0));
    let found: Mutex<BTreeMap<u64, Outcome>> = Mutex::default();
    let wants_more = |seed: u64| match budget {
        Budget::Seeds(count) => seed < first.saturating_add(count),
        Budget::Steps(count) => steps.load(Ordering::SeqCst) < count,
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if !wants_more(seed) {
                        return;
                    }
                    let outcome = play(seed, size);
                    steps.fetch_add(outcome.steps, Ordering::SeqCst);
                    if let Ok(mut found) = found.lock() {
                        found.insert(seed, outcome);
                    }
                }
            });
        }
    });
    let found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    sum(found, budget)
}

/// Plays a seed; a program that dies is a finding too.
fn play(seed: u64, size: Size) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| Run::play(seed, size))).unwrap_or_else(|cause| {
        let words = cause
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| cause.downcast_ref::<&str>().map(|it| (*it).to_owned()))
            .unwrap_or_default();
        let findings = vec![Finding { kind: Kind::Panicked, words }];
        Outcome { seed, steps: 0, trace: [0; 32], findings, story: vec![] }
    })
}

fn sum(found: BTreeMap<u64, Outcome>, budget: Budget) -> Report {
    let mut report = Report::default();
    let mut trace = Sha256::new();
    for (seed, outcome) in found {
        if matches!(budget, Budget::Steps(steps) if report.steps >= steps) {
            break;
        }
        report.seeds += 1;
        report.steps += outcome.steps;
        trace.update(seed.to_be_bytes());
        trace.update(outcome.trace);
        if !outcome.findings.is_empty() {
            report.failed.push(outcome);
        }
    }
    report.trace = trace.finalize().into();
    report
}
