//! The compiler for wasm: one that is here already, rustup's, or Debian's.

use anyhow::{Result, bail};
use clap::ValueEnum;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::command::{self, Command};
use crate::debian;
use crate::say;
use crate::step::{Step, Steps};
use crate::sysroot::{self, Sysroot};
use crate::workspace::Workspace;

/// What the app is compiled for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// How long a download may hang before Debian's packages are tried.
const RUSTUP_LIMIT: Duration = Duration::from_secs(90);

/// Where the compiler for wasm comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Choice {
    /// いまのRust、rustup、Debianの順 / The Rust in use, else rustup, else Debian.
    Auto,
    /// いまのRustまたはrustup / The Rust in use, or rustup.
    Rustup,
    /// Debianのパッケージ / Debian's packages.
    Debian,
}

/// A compiler that can make wasm.
#[derive(Clone, Debug)]
pub(crate) enum Toolchain {
    /// The cargo in use has the target's standard library.
    InUse { version: String },
    /// Debian's cargo with a standard library that we built.
    Debian(Sysroot),
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { version } => write!(f, "  wasm: {}", first_line(version)),
            Self::Debian(sysroot) => write!(f, "  wasm: Debian {}", first_line(&sysroot.version)),
        }
    }
}

impl Toolchain {
    /// A cargo command for the client, in its own target directory. `flags` go to the compiler of
    /// the client and its dependencies, not to build scripts.
    pub(crate) fn cargo(&self, workspace: &Workspace, words: &[&str], flags: &[String]) -> Command {
        let mut flags = flags.to_vec();
        let (cargo, linker) = match self {
            Self::InUse { .. } => (Command::cargo(workspace.root()), None),
            Self::Debian(sysroot) => {
                flags.push(format!("--sysroot={}", sysroot.directory.display()));
                (sysroot::cargo(workspace.root()), Some(sysroot::LINKER))
            }
        };
        let mut command = without_flags(cargo).args(words).args(&["--target", TARGET]);
        command = command.arg("--target-dir").arg(workspace.made("wasm").display().to_string());
        command = command.arg("--config").arg(setting("rustflags", &list(&flags)));
        if let Some(linker) = linker {
            command = command.arg("--config").arg(setting("linker", &text(linker)));
        }
        command
    }

    pub(crate) fn has_clippy(&self) -> bool {
        matches!(self, Self::InUse { .. })
    }

    fn identity(&self) -> String {
        match self {
            Self::InUse { version } => format!("in use\n{version}\n"),
            Self::Debian(sysroot) => format!("debian\n{}\n", sysroot.stamp()),
        }
    }
}

/// Prepares the compiler as a step of a larger command.
pub(crate) fn step(steps: &mut Steps, workspace: &Workspace, choice: Choice) -> Result<Toolchain> {
    let step = Step {
        ja: "wasmのコンパイラ",
        en: "compiler for wasm",
        repeat: "cargo run -p bundle -- toolchain".to_owned(),
    };
    steps.run(step, || {
        let toolchain = find_or_install(workspace, choice)?;
        clean_after_change(workspace, &toolchain)?;
        Ok(toolchain)
    })
}

fn find_or_install(workspace: &Workspace, choice: Choice) -> Result<Toolchain> {
    if choice != Choice::Debian {
        if let Some(toolchain) = in_use(workspace)? {
            return Ok(toolchain);
        }
        if choice == Choice::Auto
            && let Some(sysroot) = sysroot::ready(workspace)?
        {
            return Ok(Toolchain::Debian(sysroot));
        }
        if let Some(toolchain) = from_rustup(workspace)? {
            return Ok(toolchain);
        }
    }
    if choice == Choice::Rustup || !debian::is_here() {
        bail!(
            "wasm用の標準ライブラリがありません。次を実行してください。\n  \
             The standard library for wasm is missing; please run:\n    rustup target add {TARGET}"
        );
    }
    sysroot::prepare(workspace).map(Toolchain::Debian)
}

/// The Rust that runs this tool, when it can make wasm.
fn in_use(workspace: &Workspace) -> Result<Option<Toolchain>> {
    let rustc = || Command::new("rustc").directory(workspace.root());
    let Some(directory) =
        rustc().args(&["--print", "target-libdir", "--target", TARGET]).output()?
    else {
        return Ok(None);
    };
    if !has_standard_library(Path::new(&directory)) {
        return Ok(None);
    }
    let version = rustc().arg("-vV").output()?.unwrap_or_default();
    Ok(Some(Toolchain::InUse { version }))
}

fn from_rustup(workspace: &Workspace) -> Result<Option<Toolchain>> {
    if !command::exists("rustup") {
        return Ok(None);
    }
    let add = Command::new("rustup").args(&["target", "add", TARGET]).directory(workspace.root());
    say::line(format_args!("  {add}"));
    // Only where there is another way does it pay to give up on a slow network.
    let limit = if debian::is_here() { RUSTUP_LIMIT } else { Duration::MAX };
    if add.run_within(limit)? {
        return in_use(workspace);
    }
    say::line("  rustup では入れられませんでした / rustup could not install it");
    Ok(None)
}

fn has_standard_library(directory: &Path) -> bool {
    fs::read_dir(directory).is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

/// cargo does not notice when the standard library below it is another one, so what was compiled
/// against the earlier one is thrown away.
fn clean_after_change(workspace: &Workspace, toolchain: &Toolchain) -> Result<()> {
    let directory = workspace.made("wasm");
    let stamp = directory.join("toolchain.txt");
    let identity = toolchain.identity();
    if fs::read_to_string(&stamp).is_ok_and(|earlier| earlier == identity) {
        return Ok(());
    }
    remove(&directory)?;
    fs::create_dir_all(&directory)?;
    fs::write(stamp, identity)?;
    Ok(())
}

/// Removes a directory that may not exist.
pub(crate) fn remove(directory: &PathBuf) -> Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    Ok(())
}

/// The caller's own flags would take the place of ours, and would make other bytes of the same
/// sources.
pub(crate) fn without_flags(command: Command) -> Command {
    command
        .unset("RUSTFLAGS")
        .unset("CARGO_ENCODED_RUSTFLAGS")
        .unset("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS")
}

/// A line of cargo's configuration for the wasm target.
pub(crate) fn setting(name: &str, value: &str) -> String {
    format!("target.{TARGET}.{name}={value}")
}

/// A list of TOML strings.
pub(crate) fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| text(word)).collect();
    format!("[{}]", words.join(","))
}

fn text(word: &str) -> String {
    format!("\"{}\"", word.replace('\\', r"\\").replace('"', "\\\""))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_with_spaces_and_quotes_survive_cargo_configuration() {
        let flags = ["--sysroot=/a b".to_owned(), "x\"y\\z".to_owned()];

        assert_eq!(list(&flags), r#"["--sysroot=/a b","x\"y\\z"]"#);
        assert_eq!(
            setting("linker", &text("wasm-ld")),
            "target.wasm32-unknown-unknown.linker=\"wasm-ld\""
        );
    }

    #[test]
    fn a_directory_without_a_standard_library_is_no_toolchain() {
        assert!(!has_standard_library(Path::new("/nonexistent")));
    }
}
