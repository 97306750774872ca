//! Random worlds, few enough for every run of the tests; `sim` plays as many as wanted.

use harness::sim::{Budget, ONCE_FAILED, Report, Run, Size, run_many};

/// What a world of the tests is: less than the program's, so that there can be many.
const SIZE: Size = Size { acts: 40 };

#[track_caller]
fn check_all_well(report: &Report) {
    let found: Vec<_> = report.failed.iter().map(|it| (it.seed, &it.findings)).collect();
    assert!(found.is_empty(), "{found:#?}\nreplay: sim --seed … --acts {} --trace", SIZE.acts);
}

#[test]
fn random_worlds_keep_every_promise() {
    let first = harness::seed::seed_or(1_000_000);
    let report = run_many(first, Budget::Seeds(60), SIZE, 2);

    check_all_well(&report);
    assert!(report.steps > 60 * 200, "the worlds live: {} steps", report.steps);
}

#[test]
fn worlds_that_failed_once_keep_every_promise() {
    for (seed, acts, what) in ONCE_FAILED {
        let outcome = Run::play(*seed, Size { acts: *acts });

        assert_eq!(outcome.findings, [], "seed {seed}: {what}");
    }
}

/// Otherwise they would keep no promise about them.
#[test]
fn some_worlds_have_snapshots_and_have_dropped_what_they_cover() {
    let (mut begun, mut dropped) = (0, 0);
    for seed in (0..10).map(|it| 2 * it + 1) {
        let mut run = Run::begin(seed, Size::default());
        run.work();
        run.heal();
        let (bases, floors) = run.snapshots();
        (begun, dropped) = (begun + bases, dropped + floors);
    }

    assert!(begun > 10 && dropped > 3, "{begun}, {dropped}");
}

#[test]
fn the_same_seed_twice_is_the_same_trace() {
    let play = |seed| {
        let outcome = Run::play(seed, SIZE);
        (outcome.trace, outcome.steps)
    };

    assert_eq!(play(7), play(7));
    assert_ne!(play(7).0, play(8).0);
}

#[test]
fn the_report_does_not_depend_on_the_number_of_threads() {
    let trace = |threads| run_many(20, Budget::Seeds(4), SIZE, threads).trace;

    assert_eq!(trace(1), trace(3));
}
