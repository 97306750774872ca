//! `cargo up`: the product, built and running.

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, ExitCode, Stdio};
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
    let mut steps = Steps::of(if demo.is_some() { 6 } else { 4 });
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
    let player = match demo {
        Some(size) => Some(live_through(&mut steps, workspace, size, &data)?),
        None => None,
    };
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
    if let Some(mut player) = player {
        // It plays the people whose links it prints, so it lives as long as the server.
        player.go_to(&url)?;
        return stay(&mut server, &url, is_stopped).inspect(|_| drop(player));
    }
    stay(&mut server, &url, is_stopped)
}

/// The sample firm's past, made before there is a server for it.
fn live_through(
    steps: &mut Steps,
    workspace: &Workspace,
    size: Demo,
    data: &Path,
) -> Result<Player> {
    let maker = demo_maker(workspace, size, data);
    let step = Step { ja: "見本データ", en: "sample data", repeat: maker.to_string() };
    steps.run(step, || Player::start(&maker, &data.join("mendan.sqlite")))
}

/// The demo maker; ended when dropped.
struct Player(Child);

impl Player {
    /// Starts it, and waits until the database is there.
    fn start(maker: &Command, database: &Path) -> Result<Self> {
        let mut player = Self(maker.process().stdin(Stdio::piped()).spawn()?);
        while !database.exists() {
            if let Some(status) = player.0.try_wait()? {
                bail!("見本データを作れません / no sample data was made: {status}");
            }
            clock::pause(Duration::from_millis(100));
        }
        Ok(player)
    }

    /// Tells it where the server is.
    fn go_to(&mut self, url: &str) -> Result<()> {
        let mut to = self.0.stdin.take().context("the demo maker does not listen")?;
        Ok(writeln!(to, "{url}")?)
    }
}

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

fn demo_maker(workspace: &Workspace, size: Demo, data: &Path) -> Command {
    let run = Command::cargo(workspace.root())
        .args(&["run", "--quiet", "--locked", "-p", "tests", "--bin", "demo", "--"])
        .arg("--data")
        .arg(data.display().to_string());
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
