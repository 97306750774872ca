//! The checks and figures of `tests/proof` for a browser: compiled like the app, and no part of it.

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::step::{Step, Steps};
use crate::toolchain::{TARGET, Toolchain, remove};
use crate::workspace::Workspace;

/// Builds them as a step of a larger command.
pub(crate) fn step(steps: &mut Steps, workspace: &Workspace, toolchain: &Toolchain) -> Result<()> {
    let step = Step {
        ja: "ブラウザーで動かす検査",
        en: "checks that run in the browser",
        repeat: "cargo run -p bundle -- proof".to_owned(),
    };
    steps.run(step, || build(workspace, toolchain))
}

/// Fills `target/proof`, from where the browser tests serve it.
fn build(workspace: &Workspace, toolchain: &Toolchain) -> Result<()> {
    let compile = ["build", "--locked", "-p", "proof", "--lib", "--profile", "app"];
    toolchain.cargo(workspace, &compile, &[]).run()?;
    let directory = workspace.made("proof");
    remove(&directory)?;
    Bindgen::new()
        .input_path(workspace.made("wasm").join(TARGET).join("app/proof.wasm"))
        .out_name("proof")
        .web(true)?
        .typescript(false)
        .generate(&directory)
        .context("wasm-bindgen")
}
