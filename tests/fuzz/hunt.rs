//! Seeded attempts at one target, each under watch for a panic.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use harness::{forge::Forged, mutate, seed::Dice};
use shared::hash::sha256;

use crate::target::{Run, Target};

/// What came of attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing broke.
    Quiet,
    /// This input broke the program; it was kept under this name.
    Broken(String),
}

/// Attempts at a target.
pub(crate) struct Hunt {
    name: &'static str,
    corpus: Vec<Vec<u8>>,
    run: Run,
    make: fn() -> Run,
    dice: Dice,
}

impl Hunt {
    pub(crate) fn new(target: &Target, seed: u64) -> Self {
        Self {
            name: target.name,
            corpus: (target.corpus)(),
            run: (target.make)(),
            make: target.make,
            dice: Dice::seeded(seed),
        }
    }

    /// Makes so many attempts, or as many as it takes to break something.
    pub(crate) fn run(&mut self, attempts: u64) -> Outcome {
        for _ in 0..attempts {
            let input = self.next_input();
            if let broken @ Outcome::Broken(_) = self.attempt(&input) {
                return broken;
            }
        }
        Outcome::Quiet
    }

    /// Damaged corpus.
    pub(crate) fn next_input(&mut self) -> Vec<u8> {
        let mut pick = || {
            let count = u64::try_from(self.corpus.len()).unwrap();
            self.corpus[usize::try_from(self.dice.below(count)).unwrap()].clone()
        };
        let (mut input, other) = (pick(), pick());
        match (Forged::read(&input), Forged::read(&other)) {
            (Some(honest), Some(other)) if input.starts_with(&harness::forge::MAGIC) => {
                mutate::change(&mut self.dice, &honest, &other)
            }
            (_, _) => {
                mutate::bytes(&mut self.dice, &mut input, &other);
                input
            }
        }
    }

    /// One attempt; what breaks the program is kept as a file.
    pub(crate) fn attempt(&mut self, input: &[u8]) -> Outcome {
        let attempt = catch_unwind(AssertUnwindSafe(|| (self.run)(input)));
        if attempt.is_ok() {
            return Outcome::Quiet;
        }
        // What the panic left behind is not to be trusted.
        self.run = (self.make)();
        let digest = sha256(&[input]);
        let name = format!("{}-{:02x}{:02x}{:02x}", self.name, digest[0], digest[1], digest[2]);
        fs::create_dir_all(folder()).unwrap();
        fs::write(folder().join(&name), input).unwrap();
        Outcome::Broken(name)
    }
}

/// Where inputs lie that broke the program once.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/crashers")
}

/// Every input that broke the program once, by name.
pub(crate) fn crashers() -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder()) else { return vec![] };
    let mut found: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .map(|it| (it.file_name().into_string().unwrap(), fs::read(it.path()).unwrap()))
        .collect();
    found.sort_unstable();
    found
}
