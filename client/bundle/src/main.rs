//! Builds the app and its server, and runs the checks. `cargo up` and `cargo verify` come here.
//!
//! `up` starts the product, `verify` proves it, `app` only fills `target/app`, and `toolchain`
//! only makes sure that wasm can be compiled. Nothing here is part of the product: no product
//! crate is a library of this one.

mod app;
mod asset;
mod axe;
mod clock;
mod command;
mod debian;
mod digest;
mod glue;
mod lean;
mod loader;
mod merge;
mod order;
mod pack;
mod payload;
mod precache;
mod proof;
mod remap;
mod say;
mod server;
mod slim;
mod squeeze;
mod step;
mod template;
mod toolchain;
mod up;
mod verify;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use step::Steps;
use toolchain::Choice;
use workspace::Workspace;

/// 面談アプリを組み立て、動かし、検査します。
/// Builds, runs and checks Mendan.
#[derive(Parser)]
#[command(name = "bundle", version, max_term_width = 100)]
struct Arguments {
    /// wasmのコンパイラの選び方 / Where the compiler for wasm comes from.
    #[arg(long, value_enum, default_value_t = Choice::Auto, env = "MENDAN_WASM", global = true)]
    wasm: Choice,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// アプリとサーバーを組み立てて起動 / Build the app and the server, and start them.
    #[command(override_usage = "cargo up [--demo [full]] [--listen ADDRESS] [--release | --debug]")]
    Up(up::Arguments),
    /// すべての検査を実行 / Run every check.
    #[command(override_usage = "cargo verify")]
    Verify,
    /// アプリだけを組み立て（target/app） / Build only the app, into target/app.
    App,
    /// ブラウザーで動かす検査だけを組み立て（target/proof） / Build only the checks for the browser.
    Proof,
    /// 使いやすさの検査の道具だけを取り寄せ（target/axe） / Fetch only axe-core, into target/axe.
    Axe,
    /// wasmのコンパイラだけを準備 / Only prepare the compiler for wasm.
    Toolchain,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            say::failure(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::find()?;
    match arguments.task {
        Task::Up(options) => up::run(&workspace, arguments.wasm, &options),
        Task::Verify => verify::run(&workspace, arguments.wasm).map(|()| ExitCode::SUCCESS),
        Task::App => {
            let mut steps = Steps::of(2);
            let toolchain = toolchain::step(&mut steps, &workspace, arguments.wasm)?;
            app::step(&mut steps, &workspace, &toolchain)?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Proof => {
            let mut steps = Steps::of(2);
            let toolchain = toolchain::step(&mut steps, &workspace, arguments.wasm)?;
            proof::step(&mut steps, &workspace, &toolchain)?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Axe => {
            axe::step(&mut Steps::of(1), &workspace)?;
            Ok(ExitCode::SUCCESS)
        }
        Task::Toolchain => {
            let mut steps = Steps::of(1);
            let toolchain = toolchain::step(&mut steps, &workspace, arguments.wasm)?;
            say::line(toolchain);
            Ok(ExitCode::SUCCESS)
        }
    }
}
