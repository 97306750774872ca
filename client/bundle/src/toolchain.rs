//! The compiler for wasm: the Rust in use, or Debian's where rustup cannot download.
//!
//! The standard library is compiled together with the app, for size and without the code that
//! describes a panic, and LLVM writes all of it plainly: a fifth less to download. That is not stable
//! in Rust yet, so a compiler that does not know all of it builds a larger app, and says so.

use anyhow::{Result, bail};
use clap::ValueEnum;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::command::{self, Command};
use crate::debian;
use crate::lean::Lean;
use crate::remap;
use crate::say;
use crate::step::{Step, Steps};
use crate::workspace::Workspace;

/// What the app is compiled for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// How long a download may hang before Debian's packages are tried.
const RUSTUP_LIMIT: Duration = Duration::from_secs(90);

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
/// Debian's linker for wasm; its rustc brings none.
const DEBIAN_LINKER: &str = "/usr/bin/wasm-ld-19";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// Oldest release the workspace compiles with (`rust-version`).
const MINOR_MIN: u32 = 95;

/// The standard library from its sources.
const STD: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];
/// One round a time instead of all written out.
const COMPACT: &str = "--cfg=sha2_backend_soft=\"compact\"";

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    InUse,
    Debian,
}

/// A compiler that can make wasm.
#[derive(Clone, Debug)]
pub(crate) struct Toolchain {
    origin: Origin,
    /// What `rustc -vV` says.
    version: String,
    /// Of the standard library.
    sources: PathBuf,
    lean: Lean,
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = if self.origin == Origin::Debian { "Debian " } else { "" };
        write!(f, "  wasm: {whose}{}", first_line(&self.version))
    }
}

impl Toolchain {
    /// The compiler of this origin, when it and the sources of its standard library are here.
    fn find(workspace: &Workspace, origin: Origin) -> Result<Option<Self>> {
        let rustc = || rustc(workspace, origin);
        let there = |path: &str| Path::new(path).is_file();
        if origin == Origin::Debian
            && ![DEBIAN_RUSTC, DEBIAN_CARGO, DEBIAN_LINKER].into_iter().all(there)
        {
            return Ok(None);
        }
        let Some(version) = rustc().arg("-vV").output()? else { return Ok(None) };
        let Some(root) = rustc().args(&["--print", "sysroot"]).output()? else { return Ok(None) };
        let sources = Path::new(&root).join("lib/rustlib/src/rust");
        if !sources.join("library/std/Cargo.toml").is_file() {
            return Ok(None);
        }
        let lean = Lean::ask(rustc, TARGET)?;
        Ok(Some(Self { origin, version, sources, lean }))
    }

    /// A cargo command for the client, in its own target directory. `flags` go to the compiler of
    /// the client and its dependencies, not to build scripts.
    pub(crate) fn cargo(&self, workspace: &Workspace, words: &[&str], flags: &[&str]) -> Command {
        let mut all = remap::flags(workspace, &self.sources);
        all.extend(flags.iter().map(|flag| String::from(*flag)));
        all.push(COMPACT.to_owned());
        all.extend(self.lean.flags());
        let mut command = match self.origin {
            Origin::InUse => Command::cargo(workspace.root()),
            // cargo run lets LD_LIBRARY_PATH point into the toolchain in use; Debian's rustc must
            // not find that one's libraries.
            Origin::Debian => Command::new(DEBIAN_CARGO)
                .directory(workspace.root())
                .set("RUSTC", DEBIAN_RUSTC)
                .unset("LD_LIBRARY_PATH")
                .unset("RUSTUP_TOOLCHAIN"),
        };
        command = without_flags(command).set("RUSTC_BOOTSTRAP", "1").args(words).args(&STD);
        command = command.args(&["--target", TARGET, "--target-dir"]);
        command = command.arg(workspace.made("wasm").display().to_string());
        command = command.arg("--config").arg(setting("rustflags", &list(&all)));
        if self.origin == Origin::Debian {
            command = command.arg("--config").arg(setting("linker", &text(DEBIAN_LINKER)));
        }
        command
    }

    /// Debian's compiler brings no clippy of our release.
    pub(crate) fn has_clippy(&self) -> bool {
        self.origin == Origin::InUse
    }

    /// Whether the app comes out as small as it is meant to be.
    pub(crate) fn is_slim(&self) -> bool {
        self.lean.is_whole()
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
        if !toolchain.is_slim() {
            say::line(
                "  このコンパイラでは、アプリが大きめになります。/ \
                 With this compiler the app comes out larger than meant.",
            );
        }
        clean_after_change(workspace, &toolchain)?;
        Ok(toolchain)
    })
}

fn find_or_install(workspace: &Workspace, choice: Choice) -> Result<Toolchain> {
    if choice != Choice::Debian {
        if let Some(toolchain) = Toolchain::find(workspace, Origin::InUse)? {
            return Ok(toolchain);
        }
        if choice == Choice::Auto
            && let Some(toolchain) = Toolchain::find(workspace, Origin::Debian)?
        {
            return Ok(toolchain);
        }
        if let Some(toolchain) = from_rustup(workspace)? {
            return Ok(toolchain);
        }
    }
    if choice == Choice::Rustup || !debian::is_here() {
        bail!(
            "標準ライブラリのソースがありません。次を実行してください。\n  \
             The sources of the standard library are missing; please run:\n    \
             rustup component add rust-src"
        );
    }
    from_debian(workspace)
}

fn from_rustup(workspace: &Workspace) -> Result<Option<Toolchain>> {
    if !command::exists("rustup") {
        return Ok(None);
    }
    let add = Command::new("rustup").args(&["component", "add", "rust-src"]);
    let add = add.directory(workspace.root());
    say::line(format_args!("  {add}"));
    // Only where there is another way does it pay to give up on a slow network.
    let limit = if debian::is_here() { RUSTUP_LIMIT } else { Duration::MAX };
    if add.run_within(limit)? {
        return Toolchain::find(workspace, Origin::InUse);
    }
    say::line("  rustup では入れられませんでした / rustup could not install it");
    Ok(None)
}

fn from_debian(workspace: &Workspace) -> Result<Toolchain> {
    debian::install(
        &debian::missing(&DEBIAN_PACKAGES)?,
        "wasmのコンパイラが要ります。/ A compiler for wasm is needed.",
    )?;
    let Some(toolchain) = Toolchain::find(workspace, Origin::Debian)? else {
        bail!("Debianのrustcが動きません / Debian's rustc does not run")
    };
    if minor(&toolchain.version).is_none_or(|minor| minor < MINOR_MIN) {
        bail!(
            "Debianのrustcが古すぎます（1.{MINOR_MIN}以上が必要）。/ Debian's rustc is too old, \
             1.{MINOR_MIN} or later is needed (is the security archive enabled?):\n{}",
            toolchain.version
        );
    }
    Ok(toolchain)
}

fn rustc(workspace: &Workspace, origin: Origin) -> Command {
    match origin {
        Origin::InUse => Command::new("rustc").directory(workspace.root()),
        Origin::Debian => Command::new(DEBIAN_RUSTC).unset("LD_LIBRARY_PATH"),
    }
}

/// cargo does not notice when the sources of the standard library are others, so what was compiled
/// with the earlier ones is thrown away.
fn clean_after_change(workspace: &Workspace, toolchain: &Toolchain) -> Result<()> {
    let directory = workspace.made("wasm");
    let stamp = directory.join("toolchain.txt");
    let identity = format!("{:?}\n{}\n", toolchain.origin, toolchain.version);
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
fn without_flags(command: Command) -> Command {
    command
        .unset("RUSTFLAGS")
        .unset("CARGO_ENCODED_RUSTFLAGS")
        .unset("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS")
}

/// A line of cargo's configuration for the wasm target.
fn setting(name: &str, value: &str) -> String {
    format!("target.{TARGET}.{name}={value}")
}

/// A list of TOML strings.
fn list(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| text(word)).collect();
    format!("[{}]", words.join(","))
}

fn text(word: &str) -> String {
    format!("\"{}\"", word.replace('\\', r"\\").replace('"', "\\\""))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// The 96 in `release: 1.96.0`.
fn minor(version: &str) -> Option<u32> {
    let release = version.lines().find_map(|line| line.strip_prefix("release: 1."))?;
    release.split('.').next()?.parse().ok()
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
    fn the_release_is_read_from_what_rustc_says() {
        assert_eq!(minor("rustc 1.96.0 (x)\nhost: y\nrelease: 1.96.0\n"), Some(96));
        assert_eq!(minor("release: 2.0.0"), None);
        assert_eq!(minor(""), None);
    }
}
