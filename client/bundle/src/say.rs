//! The one place that prints.

use std::fmt::Display;

/// Says one line to whoever started the command.
#[expect(clippy::print_stdout, reason = "a build tool talks to its user on the terminal")]
pub(crate) fn line(text: impl Display) {
    println!("{text}");
}

/// Says why the command failed, with every cause.
#[expect(clippy::print_stderr, reason = "a build tool talks to its user on the terminal")]
pub(crate) fn failure(error: &anyhow::Error) {
    eprintln!("\n✗ {error:#}");
}
