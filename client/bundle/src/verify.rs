//! `cargo verify`: every check, in the order in which mistakes are found soonest.

use anyhow::{Result, bail};

use crate::app;
use crate::axe;
use crate::command::{self, Command};
use crate::debian;
use crate::proof;
use crate::say;
use crate::step::{Step, Steps};
use crate::toolchain::{self, Choice, Toolchain};
use crate::up::build_server;
use crate::workspace::Workspace;

/// Names under which a Chromium may be installed.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
/// Without them Japanese is boxes in screenshots and printed pages.
const FONTS: [&str; 2] = ["fonts-noto-cjk", "fonts-noto-color-emoji"];

/// The release of cargo-deny that is installed when there is none.
const DENY: &str = "0.20.2";

/// Runs all checks; the first failure ends the run.
pub(crate) fn run(workspace: &Workspace, choice: Choice) -> Result<()> {
    let cargo = || Command::cargo(workspace.root());
    let mut steps = Steps::of(12);
    steps.run(tools(), install_tools)?;
    axe::step(&mut steps, workspace)?;
    steps.command("書式", "format", &cargo().args(&["fmt", "--check"]))?;
    let lint = cargo().args(&[
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]);
    steps.command("静的検査", "clippy", &lint)?;
    let toolchain = toolchain::step(&mut steps, workspace, choice)?;
    steps.command(
        "静的検査（ブラウザー用）",
        "clippy for the browser",
        &lint_app(workspace, &toolchain),
    )?;
    app::step(&mut steps, workspace, &toolchain)?;
    proof::step(&mut steps, workspace, &toolchain)?;
    steps.command("サーバーの組み立て", "server", &build_server(workspace, "release"))?;
    // With CI set no test may be skipped because a browser or another tool is missing.
    let test = cargo().args(&["test", "--locked", "--workspace"]).set("CI", "1");
    steps.command("テスト", "tests", &test)?;
    let install = cargo().args(&["install", "--locked", "cargo-deny", "--version", DENY]);
    let step = Step { ja: "cargo-deny", en: "cargo-deny", repeat: install.to_string() };
    steps.run(step, || if command::exists("cargo-deny") { Ok(()) } else { install.run() })?;
    // Advisories are left out: their database is not a crate and cannot be reached everywhere.
    let deny = cargo().args(&[
        "deny",
        "--locked",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]);
    steps.command("依存関係", "dependencies", &deny)?;
    steps.summary();
    say::line("\n✓ すべての検査に合格しました / every check passed");
    Ok(())
}

fn tools() -> Step {
    let words: Vec<&str> = std::iter::once("chromium").chain(FONTS).collect();
    Step {
        ja: "テストの道具",
        en: "tools for the tests",
        repeat: format!("apt-get install -y {}", words.join(" ")),
    }
}

fn install_tools() -> Result<()> {
    let has_browser = BROWSERS.iter().any(|name| command::exists(name));
    if !debian::is_here() {
        if has_browser {
            return Ok(());
        }
        bail!(
            "ブラウザーのテストには Chromium が必要です。入れてからもう一度実行してください。\n  \
             The browser tests need Chromium; please install it and try again."
        );
    }
    let mut packages = debian::missing(&FONTS)?;
    if !has_browser {
        packages.push("chromium");
    }
    debian::install(&packages, "ブラウザーのテストに必要です。/ The browser tests need these.")
}

/// The client as the browser gets it. Debian's compiler brings no clippy of our release, so there
/// the compiler's own warnings have to do; clippy sees the same files natively.
fn lint_app(workspace: &Workspace, toolchain: &Toolchain) -> Command {
    let check = ["--locked", "-p", "client", "--profile", "app"];
    if toolchain.has_clippy() {
        let words: Vec<&str> = std::iter::once("clippy").chain(check).collect();
        toolchain.cargo(workspace, &words, &[]).args(&["--", "-D", "warnings"])
    } else {
        let words: Vec<&str> = std::iter::once("check").chain(check).collect();
        toolchain.cargo(workspace, &words, &["-Dwarnings"])
    }
}
