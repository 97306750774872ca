//! `cargo up`: the product, built and running.

use anyhow::Result;
use clap::{Args, ValueEnum};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::app;
use crate::clock;
use crate::command::Command;
use crate::say;
use crate::server::{self, Server};
use crate::step::{Step, Steps};
use crate::toolchain::{self, Choice, remove};
use crate::workspace::Workspace;

/// Where the server listens unless told otherwise.
const ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8740);

#[derive(Args)]
pub(crate) struct Arguments {
    /// 見本データで試す。完全な見本は full / Try it with sample data; `full` for all of it.
    #[arg(long, value_enum, num_args = 0..=1, default_missing_value = "small")]
    demo: Option<Demo>,
    /// 待ち受けるアドレス（既定は127.0.0.1:8740、使用中なら空きポート）
    /// / Address to listen on (default 127.0.0.1:8740, or a free port when it is taken).
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// 最適化したサーバー（既定）/ An optimised server (the default).
    #[arg(long, overrides_with = "debug")]
    release: bool,
    /// 最適化しないサーバー（組み立てが速い）/ A server without optimisation, quicker to build.
    #[arg(long, overrides_with = "release")]
    debug: bool,
}

/// How much sample data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Demo {
    /// 数人分 / A few people.
    Small,
    /// すべて / Everything.
    Full,
}

/// Builds everything that is not built, starts the server and stays until it ends or Ctrl-C.
pub(crate) fn run(
    workspace: &Workspace,
    choice: Choice,
    arguments: &Arguments,
) -> Result<ExitCode> {
    let demo = arguments.demo;
    let mut steps = Steps::of(if demo.is_some() { 5 } else { 4 });
    let toolchain = toolchain::step(&mut steps, workspace, choice)?;
    app::step(&mut steps, workspace, &toolchain)?;
    let profile = if arguments.debug { "dev" } else { "release" };
    steps.command("サーバーの組み立て", "server", &build_server(workspace, profile))?;
    if demo.is_some() {
        let build = Command::cargo(workspace.root())
            .args(&["build", "--locked", "-p", "tests", "--bin", "demo"]);
        steps.command("見本データの準備", "demo maker", &build)?;
    }

    // From here on Ctrl-C means: stop the server. Before, it just ends the build.
    let stopped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stopped);
    ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst))?;
    let is_stopped = || stopped.load(Ordering::SeqCst);

    let address = match arguments.listen {
        Some(address) if address.port() != 0 => address,
        Some(address) => server::free_address(address)?,
        None => server::free_address(ADDRESS)?,
    };
    let data = workspace.made(if demo.is_some() { "demo-data" } else { "data" });
    if demo.is_some() {
        remove(&data)?;
    }
    std::fs::create_dir_all(&data)?;
    let serve = Command::new(binary(workspace, profile)?)
        .directory(workspace.root())
        .args(&["serve", "--listen"])
        .arg(address.to_string())
        .arg("--data")
        .arg(data.display().to_string());
    let mut server =
        steps.run(Step { ja: "起動", en: "start", repeat: serve.to_string() }, || {
            let mut server = Server::start(&serve, address)?;
            server.wait_until_ready(is_stopped)?;
            Ok(server)
        })?;
    if is_stopped() {
        server.stop()?;
        return Ok(ExitCode::SUCCESS);
    }
    let url = server.url()?;
    if let Some(size) = demo {
        let demo = demo_maker(workspace, size, &url);
        // In the environment, so that it shows neither on the terminal nor in a list of processes.
        let demo = match server.bootstrap() {
            Some(link) => demo.quietly("MENDAN_BOOTSTRAP", link),
            None => demo,
        };
        say::line(format_args!("\n● 見本データを作っています / making sample data"));
        // It plays the people whose links it prints, so it lives as long as the server.
        let player = Player(demo.spawn()?);
        return stay(&mut server, &url, is_stopped).inspect(|_| drop(player));
    }
    stay(&mut server, &url, is_stopped)
}

/// The demo maker; ended when dropped.
struct Player(std::process::Child);

impl Drop for Player {
    fn drop(&mut self) {
        // A Ctrl-C at the terminal reached it as well; then there is nothing left to end.
        if self.0.kill().is_ok() {
            drop(self.0.wait());
        }
    }
}

/// Waits for the end of the server, or ends it when asked to.
fn stay(server: &mut Server, url: &str, is_stopped: impl Fn() -> bool) -> Result<ExitCode> {
    say::line(format_args!("\n● {url}  止めるには Ctrl-C / press Ctrl-C to stop\n"));
    loop {
        if let Some(status) = server.ended()? {
            say::line(format_args!("\nサーバーが終了しました / the server ended: {status}"));
            return Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        if is_stopped() {
            say::line("\nサーバーを止めます / stopping the server");
            server.stop()?;
            return Ok(ExitCode::SUCCESS);
        }
        clock::pause(Duration::from_millis(100));
    }
}

/// The command that compiles the server with the app inside.
pub(crate) fn build_server(workspace: &Workspace, profile: &str) -> Command {
    Command::cargo(workspace.root()).args(&[
        "build",
        "--locked",
        "-p",
        "server",
        "--bin",
        "mendan",
        "--profile",
        profile,
    ])
}

fn demo_maker(workspace: &Workspace, size: Demo, url: &str) -> Command {
    let run = Command::cargo(workspace.root())
        .args(&["run", "--quiet", "--locked", "-p", "tests", "--bin", "demo", "--"])
        .arg("--url")
        .arg(url);
    match size {
        Demo::Small => run,
        Demo::Full => run.arg("--full"),
    }
}

/// Where cargo put the server.
fn binary(workspace: &Workspace, profile: &str) -> Result<String> {
    let metadata = Command::cargo(workspace.root())
        .args(&["metadata", "--no-deps", "--format-version", "1", "--locked"])
        .output()?
        .unwrap_or_default();
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let target = metadata.get("target_directory").and_then(serde_json::Value::as_str);
    let target = target.map_or_else(|| workspace.root().join("target"), Into::into);
    let directory = if profile == "dev" { "debug" } else { profile };
    Ok(target.join(directory).join("mendan").display().to_string())
}
