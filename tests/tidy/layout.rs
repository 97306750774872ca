//! What may lie in the root of the repository.

use crate::house::{assert_none, top_level};

const ENTRIES: &[&str] = &[
    "Cargo.toml",
    "server",
    "client",
    "shared",
    "migrations",
    "tests",
    "README.md",
    // Tools look for these in the root.
    "Cargo.lock",
    ".gitignore",
    ".cargo",
    ".ci",
    "clippy.toml",
    "rustfmt.toml",
    "deny.toml",
    "LICENSE",
    // Not in the repository.
    ".git",
    "target",
];

fn strangers(entries: &[String]) -> Vec<String> {
    let strange = entries.iter().filter(|entry| !ENTRIES.contains(&entry.as_str()));
    strange.map(|entry| format!("{entry} does not belong in the root")).collect()
}

#[test]
fn the_root_holds_only_what_belongs_there() {
    assert_none(&strangers(&top_level()));
}

mod tests {
    use super::*;

    #[test]
    fn a_stranger_in_the_root_is_found() {
        assert!(strangers(&[String::from("server")]).is_empty());
        assert_eq!(strangers(&[String::from("notes.txt")]).len(), 1);
    }
}
