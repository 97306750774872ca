//! Random worlds, as many as wanted.

use std::{fmt::Write as _, process::ExitCode};

use harness::sim::{Budget, Outcome, Report, Run, Size, run_many};

const HELP: &str = "\
Random worlds: firms on real engines and the real service, beside a model of what must be true.

  sim [--steps N | --seeds N] [--first SEED] [--acts N] [--threads N]
  sim --seed SEED [--acts N] [--trace]

  --steps N    stop when the worlds finished had N steps (default 200000)
  --seeds N    stop after N worlds
  --first N    the first seed (default 1)
  --acts N     things that people and failures do in one world (default 160)
  --threads N  worlds at once (default: one a core)
  --seed N     play this world alone
  --trace      tell what happens in it

A step is one input handled by an engine or one message handled by the server.
The end code is 1 if anything was found; each find is printed with the command that replays it.
";

struct Wishes {
    budget: Budget,
    first: u64,
    size: Size,
    threads: usize,
    seed: Option<u64>,
    trace: bool,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help" || word == "-h") {
        return say(HELP);
    }
    let Some(wishes) = parse(&words) else { return complain(HELP) };
    #[expect(clippy::disallowed_methods, reason = "the speed is part of the report")]
    let began = std::time::Instant::now();
    if let Some(seed) = wishes.seed {
        return alone(seed, &wishes);
    }
    let report = run_many(wishes.first, wishes.budget, wishes.size, wishes.threads);
    let words = in_words(&report, wishes.size, began.elapsed().as_secs_f64());
    if report.failed.is_empty() { say(&words) } else { complain(&words) }
}

fn alone(seed: u64, wishes: &Wishes) -> ExitCode {
    let run = Run::begin(seed, wishes.size);
    let outcome = if wishes.trace { run.telling().finish() } else { run.finish() };
    let mut words = outcome.story.join("\n");
    words.push('\n');
    let written =
        writeln!(words, "seed {seed}: {} steps, trace {}", outcome.steps, hex(&outcome.trace));
    debug_assert!(written.is_ok(), "writing to a string");
    words.push_str(&findings(&outcome));
    if outcome.findings.is_empty() { say(&words) } else { complain(&words) }
}

fn parse(words: &[String]) -> Option<Wishes> {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let mut wishes = Wishes {
        budget: Budget::Steps(200_000),
        first: 1,
        size: Size::default(),
        threads,
        seed: None,
        trace: false,
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut number = || words.next()?.replace('_', "").parse::<u64>().ok();
        match word.as_str() {
            "--steps" => wishes.budget = Budget::Steps(number()?),
            "--seeds" => wishes.budget = Budget::Seeds(number()?),
            "--first" => wishes.first = number()?,
            "--acts" => wishes.size.acts = u32::try_from(number()?).ok()?,
            "--threads" => wishes.threads = usize::try_from(number()?).ok()?.max(1),
            "--seed" => wishes.seed = Some(number()?),
            "--trace" => wishes.trace = true,
            _ => return None,
        }
    }
    Some(wishes)
}

fn in_words(report: &Report, size: Size, seconds: f64) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        text.push_str(&words);
        text.push('\n');
    };
    for outcome in &report.failed {
        line(format!("seed {}:", outcome.seed));
        line(findings(outcome));
        let acts = size.acts;
        let seed = outcome.seed;
        line(format!(
            "  cargo run --release -p tests --bin sim -- --seed {seed} --acts {acts} --trace"
        ));
    }
    let trace = hex(&report.trace);
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a speed is rough")]
    let speed = report.steps as f64 / seconds;
    line(format!(
        "{} worlds, {} steps in {seconds:.1} s: {speed:.0} steps/s; {} worlds with findings",
        report.seeds,
        report.steps,
        report.failed.len()
    ));
    line(format!("trace {trace}"));
    text
}

fn findings(outcome: &Outcome) -> String {
    let lines = outcome.findings.iter().map(|it| format!("  {:?}: {}", it.kind, it.words));
    lines.collect::<Vec<_>>().join("\n")
}

fn hex(trace: &[u8; 32]) -> String {
    trace.iter().fold(String::new(), |mut text, byte| {
        let written = write!(text, "{byte:02x}");
        debug_assert!(written.is_ok(), "writing to a string");
        text
    })
}

#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
fn say(words: &str) -> ExitCode {
    print!("{words}");
    ExitCode::SUCCESS
}

#[expect(clippy::print_stderr, reason = "the only word to a person at the terminal")]
fn complain(words: &str) -> ExitCode {
    eprintln!("{words}");
    ExitCode::FAILURE
}
