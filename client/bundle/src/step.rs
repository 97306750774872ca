//! A named, numbered and timed part of the work.

use anyhow::{Context as _, Result};

use crate::clock::Stopwatch;
use crate::command::Command;
use crate::say;

/// What a step is called, in both languages, and how to repeat only it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) ja: &'static str,
    pub(crate) en: &'static str,
    pub(crate) repeat: String,
}

/// Counts the steps of one command.
pub(crate) struct Steps {
    total: usize,
    done: Vec<(Step, String)>,
    stopwatch: Stopwatch,
}

impl Steps {
    pub(crate) fn of(total: usize) -> Self {
        Self { total, done: Vec::new(), stopwatch: Stopwatch::start() }
    }

    /// Does the work under its name. The first failure ends the command and says how to repeat it.
    pub(crate) fn run<T>(&mut self, step: Step, work: impl FnOnce() -> Result<T>) -> Result<T> {
        say::line(format_args!(
            "\n▶ [{}/{}] {} / {}",
            self.done.len() + 1,
            self.total,
            step.ja,
            step.en
        ));
        let stopwatch = Stopwatch::start();
        let result = work().with_context(|| failed(&step, self.done.len() + 1, self.total))?;
        say::line(format_args!("✓ {} / {} — {stopwatch}", step.ja, step.en));
        self.done.push((step, stopwatch.to_string()));
        Ok(result)
    }

    /// Runs one command as a step.
    pub(crate) fn command(
        &mut self,
        ja: &'static str,
        en: &'static str,
        command: &Command,
    ) -> Result<()> {
        let step = Step { ja, en, repeat: command.to_string() };
        self.run(step, || command.run())
    }

    /// Says what each step took.
    pub(crate) fn summary(&self) {
        say::line("");
        for (step, time) in &self.done {
            say::line(format_args!("✓ {time:>12}  {} / {}", step.ja, step.en));
        }
        say::line(format_args!("  {:>12}  合計 / in all", self.stopwatch.to_string()));
    }
}

fn failed(step: &Step, number: usize, total: usize) -> String {
    format!(
        "[{number}/{total}] {} / {}\n  もう一度だけ試すには / to repeat only this:\n    {}\n",
        step.ja, step.en, step.repeat
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    fn step() -> Step {
        Step { ja: "書式", en: "format", repeat: "cargo fmt --check".to_owned() }
    }

    #[test]
    fn a_failed_step_says_its_name_and_how_to_repeat_it() {
        let mut steps = Steps::of(3);
        steps.run(step(), || Ok(())).unwrap();

        let error = steps.run(step(), || -> Result<()> { bail!("cause") }).unwrap_err();

        let text = format!("{error:#}");
        for part in ["[2/3]", "書式 / format", "cargo fmt --check", "cause"] {
            assert!(text.contains(part), "{part} is missing in: {text}");
        }
    }
}
