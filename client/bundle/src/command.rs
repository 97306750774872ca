//! A command line that can be run, and shown so that it can be repeated by hand.

use anyhow::{Context as _, Result, bail};
use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::time::Duration;

use crate::clock::{self, Stopwatch};

/// A program with its arguments and what it changes in its environment.
#[derive(Clone)]
pub(crate) struct Command {
    program: String,
    arguments: Vec<String>,
    set: Vec<(String, String)>,
    unset: Vec<String>,
    directory: Option<PathBuf>,
}

impl Command {
    pub(crate) fn new(program: impl Into<String>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            set: Vec::new(),
            unset: set_by_cargo(env::vars_os().filter_map(|(name, _)| name.into_string().ok())),
            directory: None,
        }
    }

    /// The cargo that runs this tool, in `root`.
    pub(crate) fn cargo(root: &Path) -> Self {
        Self::new("cargo").directory(root)
    }

    pub(crate) fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    pub(crate) fn args(mut self, words: &[&str]) -> Self {
        self.arguments.extend(words.iter().map(|word| (*word).to_owned()));
        self
    }

    pub(crate) fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn unset(mut self, name: &str) -> Self {
        self.unset.push(name.to_owned());
        self
    }

    pub(crate) fn directory(mut self, directory: &Path) -> Self {
        self.directory = Some(directory.to_path_buf());
        self
    }

    /// Runs to the end with the terminal shared; anything but success is an error that shows
    /// the command.
    pub(crate) fn run(&self) -> Result<()> {
        let status = self.process().status().with_context(|| self.not_started())?;
        if status.success() {
            return Ok(());
        }
        bail!("失敗しました / failed ({status}):\n    {self}")
    }

    /// Runs to the end and returns what was printed, or `None` when it did not succeed.
    pub(crate) fn output(&self) -> Result<Option<String>> {
        let output = self
            .process()
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            .output()
            .with_context(|| self.not_started())?;
        if !output.status.success() {
            return Ok(None);
        }
        let text = String::from_utf8(output.stdout).with_context(|| format!("from {self}"))?;
        Ok(Some(text.trim().to_owned()))
    }

    /// Runs for at most `limit`; says whether it ended well within it.
    pub(crate) fn run_within(&self, limit: Duration) -> Result<bool> {
        let mut child = self.spawn()?;
        let stopwatch = Stopwatch::start();
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status.success());
            }
            if stopwatch.elapsed() >= limit {
                child.kill()?;
                child.wait()?;
                return Ok(false);
            }
            clock::pause(Duration::from_millis(100));
        }
    }

    pub(crate) fn spawn(&self) -> Result<process::Child> {
        self.process().spawn().with_context(|| self.not_started())
    }

    pub(crate) fn process(&self) -> process::Command {
        let Self { program, arguments, set, unset, directory } = self;
        let mut process = process::Command::new(program);
        process.args(arguments);
        for name in unset {
            process.env_remove(name);
        }
        process.envs(set.iter().map(|(name, value)| (name, value)));
        if let Some(directory) = directory {
            process.current_dir(directory);
        }
        process
    }

    fn not_started(&self) -> String {
        format!("起動できません / cannot start: {self}")
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.set {
            write!(f, "{name}={} ", quoted(value))?;
        }
        f.write_str(&quoted(&self.program))?;
        for argument in &self.arguments {
            write!(f, " {}", quoted(argument))?;
        }
        Ok(())
    }
}

/// Whether a program of this name can be started.
pub(crate) fn exists(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

/// What `cargo run` puts into our environment about this crate. A cargo below us would take it
/// for the caller's wish, and build scripts that watch such a variable would run again.
fn set_by_cargo(names: impl Iterator<Item = String>) -> Vec<String> {
    let prefixes = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
    let exact = ["CARGO", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"];
    names
        .filter(|name| {
            exact.contains(&name.as_str()) || prefixes.iter().any(|p| name.starts_with(p))
        })
        .collect()
}

/// The word as a shell would have to be given it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@+%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let command = Command::new("cargo").args(&["test", "--", "it's here"]).set("CI", "1");

        assert_eq!(command.to_string(), r"CI=1 cargo test -- 'it'\''s here'");
    }

    #[test]
    fn only_what_cargo_says_of_this_crate_is_kept_from_children() {
        let names = ["CARGO", "CARGO_HOME", "CARGO_PKG_NAME", "PATH", "CARGO_MANIFEST_DIR"];

        let unset = set_by_cargo(names.iter().map(|name| (*name).to_owned()));

        assert_eq!(unset, ["CARGO", "CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"]);
    }

    #[test]
    fn a_program_that_takes_too_long_is_ended() {
        let sleeper = Command::new("sleep").arg("60");

        assert!(!sleeper.run_within(Duration::from_millis(50)).unwrap());
    }

    #[test]
    fn a_failure_shows_the_command() {
        let error = Command::new("false").arg("x y").run().unwrap_err();

        assert!(error.to_string().contains("false 'x y'"), "{error}");
    }
}
