//! Takes checks away, one at a time, and sees whether a test notices.
//!
//! cargo-mutants compiles the workspace for every change, a minute each here. This program weaves
//! all changes into one copy of the sources, each asleep behind a number, compiles once, and wakes
//! them one by one through the environment.

mod rouse;
mod site;
mod tree;
mod weave;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use rouse::{Fate, Fates, Patience};
use site::Mutant;

/// What decides whether something is genuine: logs, envelopes, seals, and what is held against a
/// server.
const GUARDS: &[&str] = &[
    "shared/src/envelope.rs",
    "shared/src/log.rs",
    "shared/src/log/document.rs",
    "shared/src/log/document/body.rs",
    "shared/src/log/document/snapshot.rs",
    "shared/src/log/org.rs",
    "shared/src/log/org/body.rs",
    "shared/src/log/org/view.rs",
    "shared/src/sign.rs",
    "client/engine/src/seal.rs",
    "client/engine/src/epoch.rs",
    "client/engine/src/wrap.rs",
    "client/engine/src/desk/trust.rs",
    "client/engine/src/desk/trust/rollback.rs",
];

/// What is done with it.
const DEEDS: &[&str] = &[
    "client/engine/src/desk/receive.rs",
    "client/engine/src/desk/snapshot.rs",
    "client/engine/src/desk/snapshot/fallback.rs",
    "client/engine/src/desk/removal.rs",
    "client/engine/src/desk/heal.rs",
    "client/engine/src/casework/consent.rs",
    "client/engine/src/casework/signature.rs",
];

const HELP: &str = "\
Takes checks away, one at a time, and sees whether a test notices.

  mutants [--file PATH]... [--wide] [--every N] [--again PATH]
          [--longest SECONDS] [--each SECONDS] [--first WORD]... [--all] [--list]

  --file PATH  change this file (may be repeated; default: what decides what is genuine, which is
               logs, envelopes, seals, and what is held against a server)
  --wide       change also what is done with it: receiving, snapshots, healing, consents
  --every N    try each Nth change only
  --again PATH try only what an earlier run, whose words are in this file, did not see noticed
  --longest S  leave out tests that take longer than S seconds (fewer are noticed, much sooner)
  --each S     count a change as missed after S seconds of green tests (fewer are noticed, sooner)
  --first WORD ask tests with this in their name first (may be repeated)
  --all        tell what became of each, also of those that were noticed
  --list       tell what would be changed, and end

A change is: a condition that always or never holds, a comparison turned, a part of a condition
left out, an error not passed on, a function that answers at once. Each is tried against the unit
tests of shared, engine and server, and against tests/wire and tests/sim. The end code is 1 if
fewer than 95 of 100 are noticed; the rest is listed.
";

struct Wishes {
    files: Vec<String>,
    every: usize,
    /// What an earlier run said.
    again: Option<String>,
    patience: Patience,
    tells_all: bool,
    lists: bool,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help" || word == "-h") {
        say(HELP);
        return ExitCode::SUCCESS;
    }
    let done = parse(&words).ok_or_else(|| HELP.to_owned()).and_then(|wishes| run(&wishes));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(words) => {
            complain(&words);
            ExitCode::from(2)
        }
    }
}

fn parse(words: &[String]) -> Option<Wishes> {
    let patience = Patience { longest: Duration::MAX, each: Duration::MAX, first: vec![] };
    let mut wishes =
        Wishes { files: vec![], every: 1, again: None, patience, tells_all: false, lists: false };
    let seconds = |word: Option<&String>| Some(Duration::from_secs(word?.parse().ok()?));
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--file" => wishes.files.push(words.next()?.clone()),
            "--every" => wishes.every = words.next()?.parse::<usize>().ok()?.max(1),
            "--again" => wishes.again = Some(words.next()?.clone()),
            "--longest" => wishes.patience.longest = seconds(words.next())?,
            "--each" => wishes.patience.each = seconds(words.next())?,
            "--first" => wishes.patience.first.push(words.next()?.clone()),
            "--wide" => {
                wishes.files.extend([GUARDS, DEEDS].concat().iter().map(ToString::to_string));
            }
            "--all" => wishes.tells_all = true,
            "--list" => wishes.lists = true,
            _ => return None,
        }
    }
    if wishes.files.is_empty() {
        wishes.files = GUARDS.iter().map(|file| (*file).to_owned()).collect();
    }
    Some(wishes)
}

fn run(wishes: &Wishes) -> Result<bool, String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut mutants = vec![];
    for file in &wishes.files {
        let source =
            std::fs::read_to_string(root.join(file)).map_err(|it| format!("{file}: {it}"))?;
        site::find(file, &source, &mut mutants)?;
    }
    if wishes.lists {
        for mutant in &mutants {
            say(&format!("{mutant}\n"));
        }
        return Ok(true);
    }
    let built = tree::build(&root, &mutants)?;
    let mut chosen: Vec<&Mutant> = mutants.iter().step_by(wishes.every).collect();
    if let Some(path) = &wishes.again {
        let said = std::fs::read_to_string(path).map_err(|it| format!("{path}: {it}"))?;
        chosen.retain(|it| said.lines().any(|line| is_owed(line, it)));
    }
    let fates = rouse::all(&built, &chosen, &wishes.patience, |mutant, fate| {
        if wishes.tells_all || fate != Fate::Noticed {
            say(&format!("{fate:?}: {mutant}\n"));
        }
    })?;
    Ok(report(&fates))
}

/// Whether a line of an earlier run says that nobody noticed this change.
fn is_owed(line: &str, mutant: &Mutant) -> bool {
    let fates = [Fate::Missed, Fate::Unreached];
    fates.iter().any(|fate| line == format!("{fate:?}: {mutant}"))
}

fn report(fates: &Fates) -> bool {
    let Fates { noticed, missed, unreached, unbuilt } = *fates;
    let tried = noticed + missed + unreached;
    let hundredths = (noticed * 100).checked_div(tried).unwrap_or(100);
    say(&format!(
        "{tried} changes tried: {noticed} noticed ({hundredths} %), {missed} missed, \
         {unreached} never reached; {unbuilt} did not compile\n"
    ));
    noticed * 100 >= tried * 95
}

#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
fn say(words: &str) {
    print!("{words}");
}

#[expect(clippy::print_stderr, reason = "the only word to a person at the terminal")]
fn complain(words: &str) {
    eprintln!("{words}");
}
