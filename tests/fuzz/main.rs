//! Every parser of foreign bytes, under a bounded number of seeded attempts; and every crasher that
//! was ever found, again.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets something unexpected should stop"
)]

mod change;
mod hunt;
mod target;

use harness::seed::seed_or;
use hunt::{Hunt, Outcome};

#[track_caller]
fn check(name: &str, attempts: u64) {
    let target = target::all().into_iter().find(|target| target.name == name).unwrap();

    let outcome = Hunt::new(&target, seed_or(1)).run(attempts);

    assert_eq!(outcome, Outcome::Quiet, "replay with SEED, or keep the input in fuzz/crashers");
}

#[test]
fn no_envelope_breaks_the_program() {
    check("envelope", 4_000);
}

#[test]
fn no_entry_breaks_the_program() {
    check("entry", 4_000);
}

#[test]
fn no_message_to_the_server_breaks_the_program() {
    check("client-message", 6_000);
}

#[test]
fn no_message_to_a_device_breaks_the_program() {
    check("server-message", 6_000);
}

#[test]
fn no_link_breaks_the_program() {
    check("link", 1_000);
}

#[test]
fn no_chunk_breaks_the_program() {
    check("chunk", 3_000);
}

#[test]
fn no_change_breaks_the_walk() {
    check("inspect", 10_000);
}

#[test]
fn no_change_that_passes_the_walk_breaks_automerge() {
    check("change", 3_000);
}

#[test]
fn no_record_breaks_the_program() {
    check("record", 4_000);
}

#[test]
fn no_vault_breaks_the_program() {
    check("vault", 3_000);
}

#[test]
fn no_file_of_a_device_breaks_the_program() {
    check("export", 3_000);
}

#[test]
fn crashers_of_the_past_are_harmless() {
    for (name, input) in hunt::crashers() {
        let target = target::all().into_iter().find(|it| name.starts_with(it.name)).unwrap();
        let outcome = Hunt::new(&target, 0).attempt(&input);
        assert_eq!(outcome, Outcome::Quiet, "{name}");
    }
}

#[test]
fn the_same_seed_makes_the_same_attempts() {
    let target = target::all().into_iter().find(|target| target.name == "inspect").unwrap();
    let inputs = |seed| {
        let mut hunt = Hunt::new(&target, seed);
        (0..50).map(|_| hunt.next_input()).collect::<Vec<_>>()
    };

    assert_eq!(inputs(7), inputs(7));
    assert_ne!(inputs(7), inputs(8));
}
