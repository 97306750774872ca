//! Attempts by the million: `cargo run --release -p tests --bin fuzz -- --target envelope
//! --execs 10000000 [--seed 1]`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program run by hand, which should stop at the first surprise"
)]
#![expect(dead_code, reason = "shared with the tests, which use all of it")]

mod change;
mod hunt;
mod target;

use std::{
    collections::BTreeSet,
    sync::Mutex,
    time::{Duration, Instant},
};

use hunt::{Hunt, Outcome};

/// No input may take longer than this.
const PATIENCE: Duration = Duration::from_secs(1);

fn argument(name: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|it| it.strip_prefix("--") != Some(name));
    arguments.nth(1)
}

#[expect(clippy::disallowed_methods, reason = "measures itself")]
fn now() -> Instant {
    Instant::now()
}

fn timed(hunt: &mut Hunt, input: &[u8]) -> (Outcome, Duration) {
    let started = now();
    let outcome = hunt.attempt(input);
    (outcome, started.elapsed())
}

fn main() {
    let wanted = argument("target");
    let attempts: u64 = argument("execs").map_or(100_000, |it| it.parse().unwrap());
    let seed: u64 = argument("seed").map_or(1, |it| it.parse().unwrap());
    let met = Mutex::new(BTreeSet::new());
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string);
        if met.lock().unwrap().insert(place) {
            println!("{panic}");
        }
    }));
    for target in target::all() {
        if wanted.as_deref().is_some_and(|it| it != target.name) {
            continue;
        }
        let mut hunt = Hunt::new(&target, seed);
        let (mut broken, mut slowest) = (0_u64, Duration::ZERO);
        let began = now();
        for _ in 0..attempts {
            let input = hunt.next_input();
            let (outcome, took) = timed(&mut hunt, &input);
            if let Outcome::Broken(name) = outcome {
                broken += 1;
                println!("{}: broken by fuzz/crashers/{name}", target.name);
            }
            // The machine has other things to do; what is slow by itself is slow again.
            let mut again = || timed(&mut hunt, &input).1;
            let took = if took < PATIENCE { took } else { took.min(again()) };
            slowest = slowest.max(took);
        }
        let took = began.elapsed();
        let rate = u128::from(attempts) * 1_000_000 / took.as_micros().max(1);
        let name = target.name;
        println!("{name}: {attempts} attempts, seed {seed}, {rate}/s, slowest {slowest:?}");
        assert!(slowest < PATIENCE, "{name}: an input took {slowest:?}");
        assert_eq!(broken, 0, "{name}: broken");
    }
}
