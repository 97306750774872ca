//! A standard library for wasm made with Debian's compiler, where rustup cannot download one.

use anyhow::{Context as _, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

use crate::clock::Stopwatch;
use crate::command::Command;
use crate::debian;
use crate::remap;
use crate::say;
use crate::toolchain::{TARGET, list, remove, setting, without_flags};
use crate::workspace::Workspace;

/// Debian's linker for wasm; its rustc brings none.
pub(crate) const LINKER: &str = "/usr/bin/wasm-ld-19";

const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// Grows when the way of building changes, so that an older sysroot is built again.
const RECIPE: u32 = 1;

/// Oldest release the workspace compiles with (`rust-version`).
const MINOR_MIN: u32 = 95;

/// A directory that rustc takes as `--sysroot`.
#[derive(Clone, Debug)]
pub(crate) struct Sysroot {
    pub(crate) directory: PathBuf,
    /// What `rustc -vV` says.
    pub(crate) version: String,
}

impl Sysroot {
    /// Changes whenever the libraries inside would be others.
    pub(crate) fn stamp(&self) -> String {
        format!("recipe {RECIPE}\n{}", self.version)
    }

    fn libraries(&self) -> PathBuf {
        self.directory.join("lib/rustlib").join(TARGET).join("lib")
    }

    fn stamp_path(&self) -> PathBuf {
        self.directory.join("stamp.txt")
    }
}

/// Debian's cargo with Debian's rustc, in `root`.
pub(crate) fn cargo(root: &Path) -> Command {
    // cargo run lets LD_LIBRARY_PATH point into the toolchain in use; Debian's rustc must not
    // find that one's libraries.
    Command::new(CARGO)
        .directory(root)
        .set("RUSTC", RUSTC)
        .unset("LD_LIBRARY_PATH")
        .unset("RUSTUP_TOOLCHAIN")
}

/// The sysroot made earlier, when Debian's compiler is still the one that made it.
pub(crate) fn ready(workspace: &Workspace) -> Result<Option<Sysroot>> {
    if !Path::new(RUSTC).is_file() || !Path::new(CARGO).is_file() || !Path::new(LINKER).is_file() {
        return Ok(None);
    }
    let Some(version) = rustc(&["-vV"])? else { return Ok(None) };
    let sysroot = Sysroot { directory: workspace.made("wasm-sysroot"), version };
    let stamp = fs::read_to_string(sysroot.stamp_path()).unwrap_or_default();
    Ok((stamp == sysroot.stamp()).then_some(sysroot))
}

/// Installs Debian's compiler and builds the sysroot, unless both are there.
pub(crate) fn prepare(workspace: &Workspace) -> Result<Sysroot> {
    if let Some(sysroot) = ready(workspace)? {
        return Ok(sysroot);
    }
    debian::install(
        &debian::missing(&PACKAGES)?,
        "wasmのコンパイラが要ります。/ A compiler for wasm is needed.",
    )?;
    let version = rustc(&["-vV"])?.context("Debianのrustcが動きません / rustc does not run")?;
    if minor(&version).is_none_or(|minor| minor < MINOR_MIN) {
        bail!(
            "Debianのrustcが古すぎます（1.{MINOR_MIN}以上が必要）。/ Debian's rustc is too old, \
             1.{MINOR_MIN} or later is needed (is the security archive enabled?):\n{version}"
        );
    }
    let sysroot = Sysroot { directory: workspace.made("wasm-sysroot"), version };
    let stopwatch = Stopwatch::start();
    say::line("  標準ライブラリを組み立てます（1～2分）/ building std for wasm (1–2 minutes)");
    build(workspace, &sysroot)?;
    say::line(format_args!("  std: {stopwatch}"));
    Ok(sysroot)
}

/// Compiles std as a dependency of an empty crate and collects the libraries.
fn build(workspace: &Workspace, sysroot: &Sysroot) -> Result<()> {
    let source = workspace.made("wasm-std");
    remove(&source)?;
    remove(&sysroot.directory)?;
    fs::create_dir_all(source.join("src"))?;
    fs::write(
        source.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n",
    )?;
    fs::write(source.join("src/lib.rs"), "#![no_std]\n")?;
    let target = source.join("target");
    let mut flags = remap::flags(workspace);
    flags.push("-Cembed-bitcode=yes".to_owned());
    without_flags(cargo(&source))
        .args(&["build", "--release", "-Zbuild-std=std,panic_abort", "--target", TARGET])
        .arg("--target-dir")
        .arg(target.display().to_string())
        .arg("--config")
        .arg(setting("rustflags", &list(&flags)))
        .set("RUSTC_BOOTSTRAP", "1")
        .run()?;
    let libraries = sysroot.libraries();
    fs::create_dir_all(&libraries)?;
    for entry in fs::read_dir(target.join(TARGET).join("release/deps"))? {
        let path = entry?.path();
        if let Some(name) = path.file_name().filter(|_| is_library(&path)) {
            fs::copy(&path, libraries.join(name))?;
        }
    }
    fs::write(sysroot.stamp_path(), sysroot.stamp())?;
    remove(&source)
}

fn is_library(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    matches!(extension, Some("rlib" | "rmeta")) && !name.starts_with("libempty-")
}

fn rustc(words: &[&str]) -> Result<Option<String>> {
    Command::new(RUSTC).args(words).unset("LD_LIBRARY_PATH").output()
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
    fn the_release_is_read_from_what_rustc_says() {
        assert_eq!(minor("rustc 1.96.0 (x)\nhost: y\nrelease: 1.96.0\n"), Some(96));
        assert_eq!(minor("release: 2.0.0"), None);
        assert_eq!(minor(""), None);
    }

    #[test]
    fn the_empty_crate_itself_is_no_part_of_the_sysroot() {
        assert!(is_library(Path::new("/x/libstd-12.rlib")));
        assert!(is_library(Path::new("/x/libstd-12.rmeta")));
        assert!(!is_library(Path::new("/x/libempty-12.rlib")));
        assert!(!is_library(Path::new("/x/std-12.d")));
    }
}
