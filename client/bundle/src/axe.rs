//! axe-core, which the browser tests ask on every page whether everybody can use it. Its release and
//! its hash stand in `tests/browser/axe`.

use anyhow::{Context as _, Result};
use std::fs;

use crate::command::{self, Command};
use crate::debian;
use crate::step::{Step, Steps};
use crate::workspace::Workspace;

/// What says which release, and what it has to hash to.
const PINNED: [&str; 2] = ["package.json", "package-lock.json"];

/// Fetches it as a step of a larger command.
pub(crate) fn step(steps: &mut Steps, workspace: &Workspace) -> Result<()> {
    let step = Step {
        ja: "使いやすさの検査の道具",
        en: "axe-core",
        repeat: "cargo run -p bundle -- axe".to_owned(),
    };
    steps.run(step, || fetch(workspace))
}

/// Fills `target/axe`, unless the pinned release is there.
fn fetch(workspace: &Workspace) -> Result<()> {
    let (pins, directory) = (workspace.root().join("tests/browser/axe"), workspace.made("axe"));
    let is_there = directory.join("node_modules/axe-core/axe.min.js").is_file();
    let is_current = PINNED.iter().all(|name| {
        let there = fs::read(directory.join(name)).ok();
        there.is_some() && there == fs::read(pins.join(name)).ok()
    });
    if is_there && is_current {
        return Ok(());
    }
    if !command::exists("npm") {
        debian::install(&["npm"], "axe-core を取り寄せるのに必要です。/ It fetches axe-core.")?;
    }
    fs::create_dir_all(&directory).with_context(|| directory.display().to_string())?;
    for name in PINNED {
        let from = pins.join(name);
        fs::copy(&from, directory.join(name)).with_context(|| from.display().to_string())?;
    }
    // What does not hash to what is pinned is refused; nothing that was fetched is run.
    let words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    Command::new("npm").args(&words).directory(&directory).run()
}
