//! Source paths inside the wasm, the same whoever builds it and wherever.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace::Workspace;

/// Compiler flags that replace this machine's directories by fixed names; `std` holds the sources of
/// the standard library.
pub(crate) fn flags(workspace: &Workspace, std: &Path) -> Vec<String> {
    let mut flags = vec![flag(workspace.root(), "/mendan"), flag(std, "/rustc")];
    let Some(home) = cargo_home() else { return flags };
    flags.push(flag(&home, "/cargo"));
    // The directories are named after the registry or the mirror that was used.
    let mut registries: Vec<PathBuf> = fs::read_dir(home.join("registry/src"))
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    registries.sort();
    // rustc takes the last prefix that fits, so the longer ones come last.
    flags.extend(registries.iter().map(|directory| flag(directory, "/crates")));
    flags
}

fn cargo_home() -> Option<PathBuf> {
    let named = env::var_os("CARGO_HOME").map(PathBuf::from);
    named.or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")))
}

fn flag(from: &Path, to: &str) -> String {
    format!("--remap-path-prefix={}={to}", from.display())
}
